// The adapter of the Go package: it reads scenarios from standard input, makes their calls, and writes the results.
//
// The protocol is in docs/conformance.md. An adapter uses only what an application can use.
package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	reqtrail "github.com/reqtrail/reqtrail/bindings-c/go"
)

func main() {
	lines := bufio.NewReader(os.Stdin)
	out := bufio.NewWriter(os.Stdout)
	for {
		line, err := lines.ReadBytes('\n')
		if len(bytes.TrimSpace(line)) > 0 {
			must(answer(out, line))
		}
		if err != nil {
			return
		}
	}
}

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// strict parses JSON and refuses unknown members.
func strict(text []byte, into any) error {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	return decoder.Decode(into)
}

func answer(out *bufio.Writer, line []byte) error {
	var s scenario
	if err := strict(line, &s); err != nil {
		return err
	}
	played := map[string]any{"id": s.ID}
	var err error
	if s.Script == nil {
		played["results"], err = play(&s, reqtrail.NewClient)
	} else {
		err = playScript(&s, played)
	}
	if err != nil {
		return err
	}
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(played); err != nil {
		return err
	}
	return out.Flush()
}

func play(s *scenario, newClient func(reqtrail.Config) (*reqtrail.Client, error)) ([]result, error) {
	config, err := s.config()
	if err != nil {
		return nil, err
	}
	client, err := newClient(config)
	var refused *reqtrail.Error
	if errors.As(err, &refused) {
		var results []result
		for _, call := range s.Calls {
			for range max(call.Request.Repeat, 1) {
				results = append(results, failure(refused))
			}
		}
		return results, nil
	}
	defer client.Close()
	var results []result
	for _, call := range s.Calls {
		results = append(results, repeat(client, &call.Request)...)
	}
	return results, nil
}

// repeat makes a call as many times, and as many at once, as it says.
func repeat(client *reqtrail.Client, given *request) []result {
	times := max(given.Repeat, 1)
	results := make([]result, times)
	next := make(chan int)
	var workers sync.WaitGroup
	for range min(max(given.Concurrency, 1), times) {
		workers.Add(1)
		go func() {
			defer workers.Done()
			for at := range next {
				results[at] = one(client, given)
			}
		}()
	}
	for at := range times {
		next <- at
	}
	close(next)
	workers.Wait()
	return results
}

func one(client *reqtrail.Client, given *request) result {
	ctx := context.Background()
	if given.CancelAfterMS != nil {
		cancelled, cancel := context.WithCancel(ctx)
		defer cancel()
		timer := time.AfterFunc(milliseconds(*given.CancelAfterMS), cancel)
		defer timer.Stop()
		ctx = cancelled
	}
	made, err := given.request()
	must(err)
	response, err := client.Do(ctx, made)
	if err == nil {
		var ok result
		if ok, err = success(response, given); err == nil {
			return ok
		}
	}
	var failed *reqtrail.Error
	if !errors.As(err, &failed) {
		must(fmt.Errorf("not an error of reqtrail: %w", err))
	}
	return failure(failed)
}
