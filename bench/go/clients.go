package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/go-resty/resty/v2"
	reqtrail "github.com/reqtrail/reqtrail/bindings-c/go"
)

const path = "/events"

// bodyBytes is what the server sends.
const bodyBytes = 1024

var errShort = errors.New("a body that is too short, or a response without a request ID")

// call is one GET: the whole body, and the request ID.
type call func() error

// client makes a client as its documentation says for many requests, with a pool that is large enough; what it has
// beyond that stays at its default.
func client(name string, concurrency int, url string) (call, error) {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConnsPerHost = concurrency
	ctx := context.Background()
	switch name {
	case "net/http":
		client := &http.Client{Transport: transport}
		return func() error {
			request, err := http.NewRequestWithContext(ctx, http.MethodGet, url+path, nil)
			if err != nil {
				return err
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
		client := resty.New().SetBaseURL(url).SetTransport(transport)
		return func() error {
			response, err := client.R().SetContext(ctx).Get(path)
			if err != nil {
				return err
			}
			return checked(response.Header().Get("X-Request-Id"), response.Body(), nil)
		}, nil
	case "reqtrail", "reqtrail-queue", "reqtrail-blocking":
		client, err := reqtrail.NewClient(reqtrail.Config{BaseURL: url})
		if err != nil {
			return nil, err
		}
		return func() error {
			response, err := client.Get(ctx, path)
			if err != nil {
				return err
			}
			return checked(response.RequestID, response.Body, nil)
		}, nil
	default:
		return nil, fmt.Errorf("no client %q", name)
	}
}

func checked(id string, body []byte, err error) error {
	if err == nil && (id == "" || len(body) < bodyBytes) {
		return errShort
	}
	return err
}
