// Creates a volume that fits nowhere with the Go package, and prints the results.
//
// volume SIZE NAME: uses the cloud of the environment, and prints one JSON document.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"log"
	"os"
	"time"

	reqtrail "github.com/reqtrail/reqtrail/bindings-c/go"
)

func main() {
	if err := create(context.Background(), json.Number(os.Args[1]), os.Args[2]); err != nil {
		log.Fatal(err)
	}
}

func create(ctx context.Context, size json.Number, name string) error {
	cloud, err := reqtrail.CloudFromEnv()
	if err != nil {
		return err
	}
	connection, err := cloud.Connect(ctx)
	if err != nil {
		return err
	}
	config := reqtrail.Config{AttemptTimeout: time.Minute, Timeout: 2 * time.Minute}
	client, err := connection.Service("volume", reqtrail.ServiceOptions{}).Client(ctx, config)
	if err != nil {
		return err
	}
	defer client.Close()
	body := map[string]any{"volume": map[string]any{"size": size, "name": name}}
	accepted, err := client.Post(ctx, "/volumes", body)
	if err != nil {
		return err
	}
	polls := 0
	_, err = reqtrail.NewResources(client).Follow(ctx, accepted, reqtrail.FollowResourceOptions{
		PollInterval:    200 * time.Millisecond,
		MaxPollInterval: time.Second,
		OnProgress:      func(*reqtrail.Progress) { polls++ },
	})
	var failed *reqtrail.ActionError
	if !errors.As(err, &failed) || !failed.Failed {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(map[string]any{
		"message": failed.Error(),
		"report":  failed.Report,
		"text":    failed.Report.String(),
		"verdict": failed.Report.Verdict,
		"polls":   polls,
	})
}
