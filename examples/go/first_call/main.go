// A call, a failure, and the request ID of each.
//
// REQTRAIL_BASE_URL and REQTRAIL_TOKEN say which NovaVMS to call.
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"

	reqtrail "github.com/reqtrail/reqtrail/bindings-c/go"
)

func main() {
	client, err := reqtrail.NewClient(reqtrail.Config{
		BaseURL:   os.Getenv("REQTRAIL_BASE_URL"),
		Dialect:   reqtrail.NovaVMS,
		Token:     reqtrail.Secret(os.Getenv("REQTRAIL_TOKEN")),
		UserAgent: "first-call/1.0",
	})
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()
	ctx := context.Background()

	response, err := client.Get(ctx, "/cameras", reqtrail.WithQuery("limit", "3"))
	if err != nil {
		log.Fatal(err)
	}
	var cameras struct {
		Data []struct{ ID, Name string }
	}
	if err := response.JSON(&cameras); err != nil {
		log.Fatal(err)
	}
	for _, camera := range cameras.Data {
		fmt.Println(camera.ID, camera.Name)
	}
	fmt.Printf("%d, request ID %s\n\n", response.StatusCode, response.RequestID)

	// Trails and logs show the template. WithParam takes the value and escapes it.
	_, err = client.Get(ctx, "/cameras/{id}", reqtrail.WithParam("id", "no-such-camera"))
	var failed *reqtrail.Error
	switch {
	case errors.Is(err, reqtrail.NovaVMSNotFound) && errors.As(err, &failed):
		fmt.Printf("error: %v\nhint: %s\n\n", err, failed.Hint)
		fmt.Printf("What support wants to see:\n\n%v\n", failed.Trail)
	case err != nil:
		log.Fatal(err)
	}
}
