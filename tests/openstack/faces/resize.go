// Resizes a server to a flavor that fits nowhere with the Go package, and prints the results.
//
// resize SERVER FLAVOR: uses the cloud of the environment, and prints one JSON document.
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
	if err := resize(context.Background(), os.Args[1], os.Args[2]); err != nil {
		log.Fatal(err)
	}
}

func resize(ctx context.Context, server, flavor string) error {
	cloud, err := reqtrail.CloudFromEnv()
	if err != nil {
		return err
	}
	connection, err := cloud.Connect(ctx)
	if err != nil {
		return err
	}
	client, err := connection.Client(reqtrail.Config{AttemptTimeout: time.Minute, Timeout: 2 * time.Minute})
	if err != nil {
		return err
	}
	defer client.Close()
	compute := reqtrail.NewCompute(client)
	before, err := compute.Server(ctx, server)
	if err != nil {
		return err
	}
	body := map[string]any{"resize": map[string]string{"flavorRef": flavor}}
	accepted, err := client.Post(ctx, "/servers/{id}/action", body, reqtrail.WithParam("id", server))
	if err != nil {
		return err
	}
	polls := 0
	_, err = compute.Follow(ctx, server, accepted, reqtrail.FollowOptions{
		PollInterval:    200 * time.Millisecond,
		MaxPollInterval: time.Second,
		OnProgress:      func(*reqtrail.Progress) { polls++ },
	})
	var failed *reqtrail.ActionError
	if !errors.As(err, &failed) || !failed.Failed {
		return err
	}
	history, err := compute.Explain(ctx, server, reqtrail.ExplainOptions{})
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(map[string]any{
		"message": failed.Error(),
		"report":  failed.Report,
		"text":    failed.Report.String(),
		"verdict": failed.Report.Verdict,
		"polls":   polls,
		"status":  before.Status,
		"history": history,
	})
}
