// A service that calls another API: its log line has the trail of that call, and its answer has the API's request ID.
//
// REQTRAIL_BASE_URL and REQTRAIL_TOKEN say which NovaVMS to call. It listens on a free port of loopback, and prints it.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"

	reqtrail "github.com/reqtrail/reqtrail/bindings-c/go"
)

// cameras answers GET /cameras/{id} with the answer of the other API.
type cameras struct {
	api *reqtrail.Client
	log *slog.Logger
}

func (c *cameras) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	// The request's context: when its caller disconnects, the call ends at once.
	response, err := c.api.Get(r.Context(), "/cameras/{id}", reqtrail.WithParam("id", r.PathValue("id")))
	if err != nil {
		c.fail(w, r, err)
		return
	}
	c.log.InfoContext(r.Context(), "camera read", "upstream", response.Trail)
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(response.Body)
}

func (c *cameras) fail(w http.ResponseWriter, r *http.Request, err error) {
	var failed *reqtrail.Error
	if !errors.As(err, &failed) {
		http.Error(w, "internal error", http.StatusInternalServerError)
		return
	}
	status := http.StatusBadGateway
	switch {
	case errors.Is(err, context.Canceled):
		// The caller has disconnected.
		c.log.InfoContext(r.Context(), "the caller left", "upstream", failed.Trail)
		return
	case errors.Is(err, reqtrail.CategoryNotFound):
		status = http.StatusNotFound
	case errors.Is(err, reqtrail.CategoryUnavailable), errors.Is(err, reqtrail.CategoryRateLimited):
		status = http.StatusServiceUnavailable
	}
	c.log.ErrorContext(r.Context(), "camera not read", "error", err, "upstream", failed.Trail)
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]string{"error": http.StatusText(status), "upstream_request_id": failed.RequestID})
}

func main() {
	if err := run(); err != nil {
		slog.Error("the service ended", "error", err)
		os.Exit(1)
	}
}

func run() error {
	api, err := reqtrail.NewClient(reqtrail.Config{
		BaseURL: os.Getenv("REQTRAIL_BASE_URL"),
		Dialect: reqtrail.NovaVMS,
		Token:   reqtrail.Secret(os.Getenv("REQTRAIL_TOKEN")),
	})
	if err != nil {
		return err
	}
	defer api.Close()

	mux := http.NewServeMux()
	mux.Handle("GET /cameras/{id}", &cameras{api: api, log: slog.New(slog.NewJSONHandler(os.Stderr, nil))})
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Printf("http://%s\n", listener.Addr())

	server := &http.Server{Handler: mux}
	stop, done := signal.NotifyContext(context.Background(), os.Interrupt)
	defer done()
	context.AfterFunc(stop, func() { _ = server.Shutdown(context.Background()) })
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
