package reqtrail_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"

	reqtrail "github.com/reqtrail/reqtrail/bindings-c/go"
)

// api is a server with one camera. Its second answer is an overload.
func api() *httptest.Server {
	asked := 0
	return httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked++
		w.Header().Set("X-Request-Id", fmt.Sprintf("req_%d", asked))
		switch {
		case asked == 2:
			w.Header().Set("Retry-After", "0")
			w.WriteHeader(http.StatusServiceUnavailable)
		case r.URL.Path != "/cameras/7":
			w.WriteHeader(http.StatusNotFound)
			fmt.Fprint(w, `{"error":{"code":"not_found","message":"No such camera"}}`)
		default:
			fmt.Fprint(w, `{"id":7,"name":"Main Gate"}`)
		}
	}))
}

func Example() {
	server := api()
	defer server.Close()
	client, err := reqtrail.NewClient(reqtrail.Config{BaseURL: server.URL, Dialect: reqtrail.NovaVMS, Token: "sk_test_t"})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer client.Close()
	ctx := context.Background()

	response, err := client.Get(ctx, "/cameras/{id}", reqtrail.WithParam("id", 7))
	if err != nil {
		fmt.Println(err)
		return
	}
	var camera struct{ Name string }
	if err := response.JSON(&camera); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(camera.Name, response.RequestID)

	// The server is overloaded, so the call is repeated. Its error has the request IDs of both attempts.
	_, err = client.Get(ctx, "/cameras/{id}", reqtrail.WithParam("id", 8))
	var failed *reqtrail.Error
	if errors.As(err, &failed) {
		fmt.Println(failed.StatusCode, failed.Code, failed.RequestID, failed.RequestIDs())
	}
	// Output:
	// Main Gate req_1
	// 404 not_found req_3 [req_2 req_3]
}

func ExampleError_Is() {
	server := api()
	defer server.Close()
	client, _ := reqtrail.NewClient(reqtrail.Config{BaseURL: server.URL, Dialect: reqtrail.NovaVMS})
	defer client.Close()

	_, err := client.Get(context.Background(), "/cameras/{id}", reqtrail.WithParam("id", 8))
	fmt.Println(errors.Is(err, reqtrail.KindAPI))
	fmt.Println(errors.Is(err, reqtrail.CategoryNotFound))
	fmt.Println(errors.Is(err, reqtrail.NovaVMSNotFound))
	fmt.Println(errors.Is(err, context.Canceled))
	// Output:
	// true
	// true
	// true
	// false
}

func ExampleClient_Do() {
	server := api()
	defer server.Close()
	client, _ := reqtrail.NewClient(reqtrail.Config{BaseURL: server.URL})
	defer client.Close()

	ctx, cancel := context.WithCancel(context.Background())
	cancel() // the caller left
	_, err := client.Do(ctx, &reqtrail.Request{
		Method:         http.MethodPost,
		Path:           "/cameras/{id}/trigger",
		Params:         reqtrail.Params{"id": 7},
		JSON:           map[string]string{"reason": "test"},
		IdempotencyKey: "5f1c",
	})
	var failed *reqtrail.Error
	fmt.Println(errors.Is(err, context.Canceled), errors.As(err, &failed), failed.Trail.Outcome())
	// Output: true true cancelled
}

func ExampleTrail_LogValue() {
	server := api()
	defer server.Close()
	client, _ := reqtrail.NewClient(reqtrail.Config{BaseURL: server.URL, Dialect: reqtrail.NovaVMS})
	defer client.Close()
	logger := slog.New(slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{
		ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == "time" || a.Key == "call_id" || a.Key == "elapsed" {
				return slog.Attr{} // they differ from run to run
			}
			return a
		},
	}))

	response, _ := client.Get(context.Background(), "/cameras/{id}", reqtrail.WithParam("id", 7))
	logger.Info("camera read", "upstream", response.Trail)
	// Output: level=INFO msg="camera read" upstream.method=GET upstream.path=/cameras/{id} upstream.outcome=ok upstream.stopped=succeeded upstream.attempts=1 upstream.request_ids=[req_1]
}

func ExampleTrail_String() {
	server := api()
	defer server.Close()
	client, _ := reqtrail.NewClient(reqtrail.Config{BaseURL: server.URL, Dialect: reqtrail.NovaVMS})
	defer client.Close()

	_, err := client.Get(context.Background(), "/cameras/{id}", reqtrail.WithParam("id", 8))
	var failed *reqtrail.Error
	if errors.As(err, &failed) {
		headline, _, _ := strings.Cut(failed.Trail.String(), "  1 attempt")
		fmt.Println(headline) // the report goes on with a line for each attempt
	}
	// Output: GET /cameras/{id}  FAILED: api (404 not_found)
}

func ExampleConfig_hooks() {
	server := api()
	defer server.Close()
	client, _ := reqtrail.NewClient(reqtrail.Config{
		BaseURL: server.URL,
		OnAttempt: func(call reqtrail.CallInfo, attempt reqtrail.Attempt) {
			fmt.Println("attempt", attempt.Number, "of", call.Method, call.Path, attempt.StatusCode, attempt.RequestID)
		},
		OnCall: func(trail *reqtrail.Trail) { fmt.Println("call ended", trail.Outcome()) },
	})
	defer client.Close()

	_, _ = client.Get(context.Background(), "/cameras/{id}", reqtrail.WithParam("id", 7))
	// Output:
	// attempt 1 of GET /cameras/{id} 200 req_1
	// call ended ok
}

func ExampleCustomDialect() {
	server := api()
	defer server.Close()
	client, _ := reqtrail.NewClient(reqtrail.Config{
		BaseURL: server.URL,
		Dialect: reqtrail.CustomDialect{
			Name:  "acme",
			Error: &reqtrail.ErrorPointers{Code: "/error/code", Message: "/error/message"},
			Codes: map[string]reqtrail.CustomCode{"not_found": {Hint: "Ask for the list first."}},
		},
	})
	defer client.Close()

	_, err := client.Get(context.Background(), "/cameras/{id}", reqtrail.WithParam("id", 8))
	var failed *reqtrail.Error
	if errors.As(err, &failed) {
		fmt.Println(failed.Code, failed.Message, failed.Hint)
	}
	// Output: not_found No such camera Ask for the list first.
}
