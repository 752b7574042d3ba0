package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/go-resty/resty/v2"
	reqtrail "github.com/reqtrail/reqtrail/bindings-c/go"
)

const (
	// attempts is enough that no call of the retry workload ends without an answer.
	attempts = 32
	// backoff is as short as each client allows.
	backoff = time.Millisecond
)

var errBad = errors.New("a body of another length, or a response without a request ID")

// call is one call: the whole body, and the request ID.
type call func() error

// client makes a client as its documentation says for many requests, with a pool that is large enough; what it has
// beyond that stays at its default.
func client(name string, work work, concurrency int) (call, error) {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConnsPerHost = concurrency
	ctx := context.Background()
	checked := func(id string, body []byte, err error) error {
		if err == nil && (id == "" || len(body) != work.length) {
			return errBad
		}
		return err
	}
	switch name {
	case "net/http":
		client, url := &http.Client{Transport: transport}, work.base+work.path
		return func() error {
			method, sent := http.MethodGet, io.Reader(nil)
			if work.post {
				method, sent = http.MethodPost, bytes.NewReader(payload)
			}
			request, err := http.NewRequestWithContext(ctx, method, url, sent)
			if err != nil {
				return err
			}
			if work.post {
				request.Header.Set("Content-Type", jsonType)
			}
			response, err := client.Do(request)
			if err != nil {
				return err
			}
			defer response.Body.Close()
			body, err := io.ReadAll(response.Body)
			return checked(response.Header.Get("X-Request-Id"), body, err)
		}, nil
	case "resty":
		client := resty.New().SetBaseURL(work.base).SetTransport(transport)
		if work.retry {
			client.SetRetryCount(attempts - 1).SetRetryWaitTime(backoff).SetRetryMaxWaitTime(backoff)
			client.AddRetryCondition(func(response *resty.Response, err error) bool {
				return err != nil || response.StatusCode() == http.StatusServiceUnavailable
			})
		}
		return func() error {
			response, err := client.R().SetContext(ctx).Get(work.path)
			if err != nil {
				return err
			}
			return checked(response.Header().Get("X-Request-Id"), response.Body(), nil)
		}, nil
	case "reqtrail", "reqtrail-queue", "reqtrail-blocking":
		config := reqtrail.Config{BaseURL: work.base}
		if work.retry {
			config.MaxAttempts, config.BaseDelay, config.MaxDelay = attempts, backoff, backoff
			config.RetryBudget.Off = true
		}
		client, err := reqtrail.NewClient(config)
		if err != nil {
			return nil, err
		}
		return func() error {
			var response *reqtrail.Response
			var err error
			if work.post {
				response, err = client.Post(ctx, work.path, nil, reqtrail.WithBody(jsonType, payload))
			} else {
				response, err = client.Get(ctx, work.path)
			}
			if err != nil {
				return err
			}
			return checked(response.RequestID, response.Body, nil)
		}, nil
	default:
		return nil, fmt.Errorf("no client %q", name)
	}
}
