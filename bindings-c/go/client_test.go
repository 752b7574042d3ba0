package reqtrail

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"time"
)

var background = context.Background()

func TestACall(t *testing.T) {
	everyWay(t, func(t *testing.T) {
		s := newServer(t)
		client := s.client(t, func(c *Config) { c.Header = http.Header{"X-App": {"a,"}} })
		response, err := client.Do(background, &Request{
			Method:       "POST",
			Path:         "/{where}",
			Params:       Params{"where": "echo"},
			Query:        url.Values{"tag": {"a b", "c"}, "limit": {"2"}},
			OrderedQuery: [][2]string{{"z", "1"}, {"a", "2"}},
			JSON:         map[string]any{"né": []any{1, nil}},
			Timeout:      5 * time.Second,
		})
		if err != nil {
			t.Fatal(err)
		}
		equal(t, response.StatusCode, 200)
		equal(t, string(response.Body), `{"né":[1,null]}`)
		equal(t, response.RequestID, "req_00000001")
		equal(t, response.Header.Get("x-was"), "POST /echo?limit=2&tag=a%20b&tag=c&z=1&a=2")
		equal(t, response.Header.Get("X-Type"), "application/json")
		equal(t, response.Header.Get("X-App"), "a,Bearer sk_test_t")
		var back map[string][]any
		if err := response.JSON(&back); err != nil || len(back["né"]) != 2 {
			t.Fatal(back, err)
		}
	})
}

func TestEveryMethodAndOption(t *testing.T) {
	client := newServer(t).client(t)
	yes := func(response *Response, err error) string {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return response.Header.Get("X-Was")
	}
	equal(t, yes(client.Get(background, "/echo", WithQuery("b", "1"), WithQuery("a", "2"))), "GET /echo?b=1&a=2")
	equal(t, yes(client.Post(background, "/echo", nil)), "POST /echo")
	equal(t, yes(client.Put(background, "/echo", 1, WithTimeout(time.Second))), "PUT /echo")
	equal(t, yes(client.Patch(background, "/{x}", 1, WithParam("x", "echo"))), "PATCH /echo")
	equal(t, yes(client.Delete(background, "/echo/{id}", WithParam("id", 7), WithIdempotencyKey("k"))), "DELETE /echo/7")
	equal(t, yes(client.Head(background, "/echo", WithMaxAttempts(1), WithAttemptTimeout(time.Second))), "HEAD /echo")
	equal(t, yes(client.Do(background, &Request{Link: "/echo?page=2"})), "GET /echo?page=2")
	response, err := client.Put(background, "/echo", nil, WithBody("text/plain", []byte("raw")), WithIdempotent(true))
	if err != nil || string(response.Body) != "raw" || response.Header.Get("X-Type") != "text/plain" {
		t.Fatal(response, err)
	}
	response, err = client.Post(background, "/echo", json.RawMessage("null"), WithHeader("X-App", "b"))
	if err != nil || string(response.Body) != "null" || !strings.HasPrefix(response.Header.Get("X-App"), "b") {
		t.Fatal(response, err)
	}
	if _, err = client.Get(background, "/echo", WithIdempotencyKey("")); !errors.Is(err, KindInvalidRequest) {
		t.Fatal(err)
	}
	if _, err = client.Post(background, "/echo", func() {}); !errors.Is(err, KindInvalidRequest) {
		t.Fatal(err)
	}
	if _, err = client.Get(background, "/echo", WithHeader("X-A", "\xff")); !errors.Is(err, KindInvalidRequest) {
		t.Fatal(err)
	}
}

func TestASecretHeaderIsHiddenWhereTheServerRepeatsIt(t *testing.T) {
	s := newServer(t)
	with := s.client(t, func(c *Config) { c.SecretHeader = map[string]Secret{"X-Thing": "s3cr3t-of-all"} })
	plain := s.client(t)
	for name, call := range map[string]func() (*Response, error){
		"client": func() (*Response, error) { return with.Get(background, "/refused/X-Thing") },
		"both": func() (*Response, error) {
			return with.Get(background, "/refused/X-Thing", WithSecretHeader("x-thing", "s3cr3t-of-one"))
		},
		"request": func() (*Response, error) {
			return plain.Get(background, "/refused/X-Thing", WithSecretHeader("X-Thing", "s3cr3t-of-one"))
		},
	} {
		_, err := call()
		var failed *Error
		if !errors.As(err, &failed) || failed.Message != "bad value [redacted]" {
			t.Fatal(name, err)
		}
		if text := fmt.Sprintf("%v %+v %s", err, failed.Trail, failed.Body); strings.Contains(text, "s3cr3t") {
			t.Fatal(name, text)
		}
	}
	_, err := plain.Get(background, "/refused/X-Thing", WithHeader("X-Thing", "no-s3cr3t"))
	var failed *Error
	if !errors.As(err, &failed) || failed.Message != "bad value no-s3cr3t" {
		t.Fatal(err)
	}
	request := &Request{SecretHeader: map[string]Secret{"X-Thing": "s3cr3t"}}
	config := Config{SecretHeader: request.SecretHeader}
	if text := fmt.Sprintf("%v %+v %#v %v", *request, *request, *request, config); strings.Contains(text, "s3cr3t") {
		t.Fatal(text)
	}
	for _, value := range []Secret{"s3cr3t\n", "s3cr3t\xff"} {
		_, err = plain.Get(background, "/ok", WithSecretHeader("X-Thing", value))
		if !errors.Is(err, KindInvalidRequest) || !strings.Contains(strings.ToLower(err.Error()), "x-thing") || strings.Contains(err.Error(), "s3cr3t") {
			t.Fatal(err)
		}
		_, err = NewClient(Config{BaseURL: s.URL, SecretHeader: map[string]Secret{"X-Thing": value}})
		if !errors.Is(err, KindConfig) || !strings.Contains(strings.ToLower(err.Error()), "x-thing") || strings.Contains(err.Error(), "s3cr3t") {
			t.Fatal(err)
		}
	}
}

func TestHeadersAndRateLimit(t *testing.T) {
	client := newServer(t).client(t)
	response, err := client.Get(background, "/two")
	if err != nil {
		t.Fatal(err)
	}
	equal(t, response.Header.Values("x-many"), []string{"one", "two"})
	if response.RateLimit != nil {
		t.Fatal(response.RateLimit)
	}
	response, err = client.Get(background, "/limited")
	if err != nil {
		t.Fatal(err)
	}
	limit := response.RateLimit
	equal(t, []any{*limit.Limit, *limit.Remaining, limit.ResetAt.Unix()}, []any{int64(60), int64(59), int64(1900000000)})
}

func TestABodyThatIsNotText(t *testing.T) {
	client := newServer(t).client(t)
	response, err := client.Get(background, "/text")
	if err != nil {
		t.Fatal(err)
	}
	var v any
	_, notText := response.Text()
	for _, err := range []error{notText, response.JSON(&v)} {
		var failed *Error
		if !errors.As(err, &failed) {
			t.Fatal(err)
		}
		equal(t, failed.Kind, KindDecode)
		equal(t, failed.Trail.Outcome(), "decode")
		equal(t, failed.RequestID, "req_00000001")
	}
	response, err = client.Put(background, "/echo", json.RawMessage(`{"a":"s3cr3t"}`))
	if err != nil {
		t.Fatal(err)
	}
	var wrong struct{ A int }
	err = response.JSON(&wrong)
	var refused *json.UnmarshalTypeError
	if !errors.Is(err, KindDecode) || !errors.As(err, &refused) || strings.Contains(err.Error(), "s3cr3t") {
		t.Fatal(err)
	}
	equal(t, response.Trail.Outcome(), "ok")
}

func TestATrail(t *testing.T) {
	everyWay(t, func(t *testing.T) {
		client := newServer(t).client(t)
		response, err := client.Get(background, "/once/{key}", WithParam("key", Secret("k1")))
		if err != nil {
			t.Fatal(err)
		}
		trail := response.Trail
		attempts := trail.Attempts()
		equal(t, len(attempts), 2)
		equal(t, []int{attempts[0].StatusCode, attempts[1].StatusCode}, []int{503, 200})
		equal(t, attempts[1].Cause, CauseRetry)
		equal(t, *attempts[0].RetryAfter, time.Duration(0))
		equal(t, attempts[0].WaitReason, WaitBackoff)
		if attempts[1].RetryAfter != nil || attempts[1].Wait != nil || attempts[0].Wait == nil {
			t.Fatal(attempts)
		}
		equal(t, trail.RequestIDs(), []string{"req_00000001", "req_00000002"})
		equal(t, trail.RequestID(), "req_00000002")
		equal(t, []string{trail.Outcome(), string(trail.Stopped()), trail.Path(), trail.Dialect(), trail.Method()},
			[]string{"ok", string(StopSucceeded), "/once/{key}", "novavms", "GET"})
		equal(t, trail.Client(), "reqtrail/"+Version)
		if trail.StartedAt().IsZero() || trail.Elapsed() <= 0 || trail.TraceID() == "" || len(trail.Notes()) != 0 {
			t.Fatal(trail)
		}
		if !strings.HasPrefix(trail.String(), "GET /once/{key}  ok") || strings.Contains(attempts[0].URL, "k1") {
			t.Fatal(trail)
		}
		written, err := json.Marshal(map[string]any{"trail": trail})
		if err != nil || !strings.Contains(string(written), `"schema":"reqtrail.trail/1"`) {
			t.Fatal(string(written), err)
		}
		var log strings.Builder
		slog.New(slog.NewJSONHandler(&log, nil)).Info("done", "trail", trail, "attempt", attempts[0], "token", Secret("k1"))
		for _, part := range []string{`"call_id":"` + trail.CallID(), `"request_ids":["req_00000001","req_00000002"]`, `"token":"[redacted]"`} {
			if !strings.Contains(log.String(), part) {
				t.Fatal(log.String())
			}
		}
	})
}

func TestATrailIsReadFromJSON(t *testing.T) {
	client := newServer(t).client(t)
	response, err := client.Get(background, "/once/{key}", WithParam("key", "k"))
	if err != nil {
		t.Fatal(err)
	}
	_, err = client.Get(background, "/stall", WithTimeout(20*time.Millisecond))
	var failed *Error
	errors.As(err, &failed)
	for _, trail := range []*Trail{response.Trail, failed.Trail} {
		text, err := json.Marshal(map[string]any{"trail": trail})
		if err != nil {
			t.Fatal(err)
		}
		var read struct{ Trail *Trail }
		if err := json.Unmarshal(text, &read); err != nil {
			t.Fatal(err)
		}
		equal(t, read.Trail.JSON(), trail.JSON())
		// The times in it are those of the JSON, in milliseconds.
		equal(t, strings.Count(read.Trail.String(), "\n"), strings.Count(trail.String(), "\n"))
		equal(t, strings.HasPrefix(read.Trail.String(), "GET "+trail.Path()+"  "), true)
		equal(t, read.Trail.Attempts(), trail.Attempts())
		equal(t, read.Trail.CallID(), trail.CallID())
		var value Trail
		if err := json.Unmarshal([]byte(trail.JSON()), &value); err != nil || value.Outcome() != trail.Outcome() {
			t.Fatal(err)
		}
		// Fields and notes of a later release are kept, and its client name.
		later := strings.Replace(trail.JSON(), `"notes":[`, `"later":{"a":1},"notes":["later"`, 1)
		later = strings.Replace(later, `"later""`, `"later","`, 1)
		later = strings.Replace(later, "reqtrail/"+Version, "reqtrail/9.9.9", 1)
		var newer Trail
		if err := json.Unmarshal([]byte(later), &newer); err != nil {
			t.Fatal(err)
		}
		equal(t, newer.Client(), "reqtrail/9.9.9")
		equal(t, newer.JSON(), later)
		equal(t, strings.Contains(newer.String(), trail.CallID()), true)
		if err := json.Unmarshal([]byte(later), trail); !errors.Is(err, KindDecode) {
			t.Fatal(err)
		}
	}
	// An outcome of a later release is kept, too.
	word := strings.Replace(response.Trail.JSON(), `"outcome":"ok"`, `"outcome":"postponed"`, 1)
	var newer Trail
	if err := json.Unmarshal([]byte(word), &newer); err != nil {
		t.Fatal(err)
	}
	equal(t, newer.JSON(), word)
	var nothing struct{ Trail Trail }
	if err := json.Unmarshal([]byte(`{"trail":null}`), &nothing); err != nil || nothing.Trail.String() != "no trail" {
		t.Fatal(err)
	}
	for _, text := range []string{`{}`, `"hush"`, `[]`, `7`, `{"schema":"hush"}`, strings.Replace(response.Trail.JSON(), "trail/1", "trail/2", 1)} {
		err := json.Unmarshal([]byte(text), &nothing.Trail)
		if !errors.Is(err, KindDecode) || strings.Contains(err.Error(), "hush") {
			t.Error(text, err)
		}
	}
}

func TestErrors(t *testing.T) {
	everyWay(t, func(t *testing.T) {
		client := newServer(t).client(t)
		response, err := client.Get(background, "/missing/{id}", WithParam("id", Secret("s3cr3t")), WithQuery("q", "s3cr3t"))
		var failed *Error
		if response != nil || !errors.As(err, &failed) {
			t.Fatal(response, err)
		}
		for _, target := range []error{KindAPI, CategoryNotFound, NovaVMSNotFound, Code("not_found")} {
			if !errors.Is(err, target) {
				t.Fatal(target)
			}
		}
		for _, target := range []error{KindTimeout, CategoryServer, OpenStackFault("not_found"), Code("x"), context.Canceled} {
			if errors.Is(err, target) {
				t.Fatal(target)
			}
		}
		equal(t, failed.StatusCode, 404)
		equal(t, failed.RequestIDs(), []string{"req_00000001"})
		equal(t, failed.Message, "no such camera")
		equal(t, failed.Header.Get("X-Request-Id"), "req_00000001")
		if !strings.Contains(err.Error(), "req_00000001") || !strings.Contains(string(failed.Body), "no such camera") || !failed.MayHaveBeenSent {
			t.Fatal(err)
		}
		for _, text := range []string{err.Error(), failed.Trail.String(), failed.Trail.JSON(), fmt.Sprintf("%v %+v %#v", Secret("s3cr3t"), Secret("s3cr3t"), Secret("s3cr3t"))} {
			if strings.Contains(text, "s3cr3t") {
				t.Fatal(text)
			}
		}
		_, err = client.Get(background, "/busy", WithMaxAttempts(2))
		if !errors.As(err, &failed) || *failed.RetryAfter != 0 || len(failed.Trail.Attempts()) != 2 || failed.Timeout() {
			t.Fatal(err)
		}
		if _, err = client.Get(background, "/{id}"); !errors.Is(err, KindInvalidRequest) {
			t.Fatal(err)
		}
		if errors.As(err, &failed); failed.Trail == nil || len(failed.Trail.Attempts()) != 0 {
			t.Fatal(failed)
		}
	})
}

func TestUnixSocket(t *testing.T) {
	// The proxy of the environment is not used.
	t.Setenv("HTTP_PROXY", "http://127.0.0.1:9")
	// A socket address has about 100 bytes, which t.TempDir may exceed.
	folder, err := os.MkdirTemp("", "rt")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(folder) })
	path := filepath.Join(folder, "api.sock")
	listener, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, r.Host)
	})}
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(func() { _ = server.Close() })
	everyWay(t, func(t *testing.T) {
		for _, config := range []Config{{}, {NoHTTP2Pings: true}, {HTTP2PingInterval: time.Second, HTTP2PingTimeout: time.Second}} {
			config.BaseURL, config.UnixSocket = "http://api.example:8080", path
			client, err := NewClient(config)
			if err != nil {
				t.Fatal(err)
			}
			response, err := client.Get(background, "/ok")
			if err != nil {
				t.Fatal(err)
			}
			equal(t, string(response.Body), "api.example:8080")
			equal(t, response.Trail.Attempts()[0].URL, "http://api.example:8080/ok")
			equal(t, client.Close(), nil)
		}
	})
	client, err := NewClient(Config{BaseURL: "http://api.example", UnixSocket: path + "-none", MaxAttempts: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	if _, err = client.Get(background, "/ok"); !errors.Is(err, KindConnect) || !strings.Contains(err.Error(), path+"-none") {
		t.Fatal(err)
	}
}

func TestATimeWithoutALimit(t *testing.T) {
	s := newServer(t)
	everyWay(t, func(t *testing.T) {
		client, err := NewClient(Config{
			BaseURL: s.URL, Timeout: NoLimit, AttemptTimeout: NoLimit, ConnectTimeout: NoLimit, MaxDelay: NoLimit, MaxRetryAfter: NoLimit,
			PoolIdleTimeout: NoLimit, HTTP2PingInterval: NoLimit, HTTP2PingTimeout: NoLimit,
		})
		if err != nil {
			t.Fatal(err)
		}
		defer client.Close()
		if _, err := client.Get(background, "/ok"); err != nil {
			t.Fatal(err)
		}
		if _, err := client.Get(background, "/ok", WithTimeout(NoLimit), WithAttemptTimeout(NoLimit)); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(background, 50*time.Millisecond)
		defer cancel()
		_, err = client.Get(ctx, "/stall", WithTimeout(NoLimit))
		if !errors.Is(err, KindTimeout) || !errors.Is(err, context.DeadlineExceeded) {
			t.Fatal(err)
		}
	})
}

func TestWrongValuesAreNamed(t *testing.T) {
	for text, config := range map[string]Config{
		"HTTP2PingInterval is -1s; expected a longer time":                               {HTTP2PingInterval: -time.Second},
		"HTTP2PingTimeout is -1ns; expected a longer time":                               {HTTP2PingTimeout: -1},
		"Timeout is -1ns; expected a longer time":                                        {Timeout: -1},
		"AttemptTimeout is -1ns; expected a longer time":                                 {AttemptTimeout: -1},
		"ConnectTimeout is -1ns; expected a longer time":                                 {ConnectTimeout: -1},
		"MaxAttempts is 33; expected 1 to 32":                                            {MaxAttempts: 33},
		"MaxAttempts is -1; expected 1 to 32":                                            {MaxAttempts: -1},
		"UnixSocket is the path `/x/x":                                                   {UnixSocket: strings.Repeat("/x", 99)},
		"resolve[1] is `a:80:b`, whose address `b` is not":                               {Resolve: []string{"a:80:::1", "a:80:b"}},
		"Resolve[1] is not UTF-8 text":                                                   {Resolve: []string{"a:80:::1", "\xff"}},
		"chaos has the item `503`, which has no chance":                                  {Chaos: "503"},
		"Chaos is not UTF-8 text":                                                        {Chaos: "\xff"},
		"UnixSocket and":                                                                 {UnixSocket: "/x", Proxy: "http://p.example"},
		"UnixSocket is not UTF-8 text":                                                   {UnixSocket: "\xff"},
		"BaseURL is not UTF-8 text":                                                      {BaseURL: "\xff"},
		"BaseURL has the scheme `ftp`":                                                   {BaseURL: "ftp://api.example"},
		"Token is not UTF-8 text":                                                        {Token: "hush\xff"},
		"UserAgent is not UTF-8 text":                                                    {UserAgent: "\xff"},
		"Microversion is not UTF-8 text":                                                 {Microversion: "\xff"},
		"Proxy is not UTF-8 text":                                                        {Proxy: "hush\xff"},
		"Proxy and NoProxy are both set":                                                 {Proxy: "http://p.example", NoProxy: true},
		"ClientCertificate is not UTF-8 text":                                            {ClientCertificate: "hush\xff"},
		"ShowQueryParams[1] is not UTF-8 text":                                           {ShowQueryParams: []string{"a", "\xff"}},
		"Header: the value of the header `X-A` is not":                                   {Header: http.Header{"X-A": {"hush\xff"}}},
		"SecretHeader: the value of the header `X-B` is not":                             {SecretHeader: map[string]Secret{"X-B": "hush\xff"}},
		"Dialect is a nil *reqtrail.CustomDialect":                                       {Dialect: (*CustomDialect)(nil)},
		"Dialect is not UTF-8 text":                                                      {Dialect: DialectJSON("\xff")},
		"Dialect cannot be written as JSON: it holds a text at `name` that is not UTF-8": {Dialect: CustomDialect{Name: "\xff"}},
		"Dialect: `name` is `novavms`, which is the name of a built-in dialect":          {Dialect: DialectJSON(`{"name":"novavms"}`)},
		"Dialect: `name` is `openstack`, which is the name of a built-in dialect":        {Dialect: CustomDialect{Name: "openstack"}},
		"Dialect: the description is not a JSON object":                                  {Dialect: DialectJSON("novavms")},
		"MaxRedirects: expected a whole number from 0 to 4294967295, got 8589934592":     {MaxRedirects: 1 << 33},
		"`none`": {Dialect: BuiltInDialect("none")},
	} {
		if config.BaseURL == "" {
			config.BaseURL = "http://api.example"
		}
		client, err := NewClient(config)
		if client != nil || !errors.Is(err, KindConfig) || !strings.HasPrefix(err.Error(), "config: ") || !strings.Contains(err.Error(), text) ||
			strings.Contains(err.Error(), "hush") || strings.Contains(err.Error(), "reqtrail_client") {
			t.Errorf("%s: %v", text, err)
		}
	}
	for text, config := range map[string]CloudConfig{
		`Auth["password"] is not UTF-8 text`: {Auth: map[string]Secret{"password": "hush\xff"}},
		"region_name is not UTF-8 text":      {RegionName: "\xff"},
	} {
		cloud, err := NewCloud(config)
		if cloud != nil || !errors.Is(err, KindConfig) || !strings.Contains(err.Error(), text) || strings.Contains(err.Error(), "hush") {
			t.Errorf("%s: %v", text, err)
		}
	}
	if _, err := CloudNamed("\xff"); !errors.Is(err, KindConfig) {
		t.Error(err)
	}
}

func TestConfigErrors(t *testing.T) {
	for name, config := range map[string]Config{
		"base_url":     {BaseURL: "ftp://api.example"},
		"max_attempts": {BaseURL: "http://api.example", MaxAttempts: 33},
		"dialect":      {BaseURL: "http://api.example", Dialect: BuiltInDialect("none")},
		"timeout":      {BaseURL: "http://api.example", Timeout: -1},
		"microversion": {BaseURL: "http://api.example", Microversion: "2.90"},
		"name":         {BaseURL: "http://api.example", Dialect: CustomDialect{}},
		"JSON":         {BaseURL: "http://api.example", Dialect: DialectJSON("{")},
		"UTF-8":        {BaseURL: "http://api.example", UserAgent: "\xff"},
	} {
		client, err := NewClient(config)
		if client != nil || !errors.Is(err, KindConfig) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestACustomDialect(t *testing.T) {
	client := newServer(t).client(t, func(c *Config) {
		c.Dialect = CustomDialect{
			Name:  "acme",
			Auth:  &CustomAuth{Header: "Authorization", Prefix: "Key "},
			Error: &ErrorPointers{Code: "/error/code", Message: "/error/message"},
			Codes: map[string]CustomCode{"not_found": {Category: CategoryConflict, Retry: "never", Hint: "look twice", DocumentationURL: "https://acme.example/errors"}},
		}
	})
	_, err := client.Get(background, "/missing")
	var failed *Error
	if !errors.As(err, &failed) || !errors.Is(err, CategoryConflict) || !errors.Is(err, Code("not_found")) || errors.Is(err, NovaVMSNotFound) {
		t.Fatal(err)
	}
	equal(t, failed.Hint, "look twice")
	equal(t, failed.DocumentationURL, "https://acme.example/errors")
	response, err := client.Get(background, "/echo")
	if err != nil || response.Header.Get("X-App") != "Key sk_test_t" {
		t.Fatal(response, err)
	}
}

func TestClosing(t *testing.T) {
	s := newServer(t)
	client := s.client(t)
	over := make(chan error)
	ctx, cancel := context.WithCancel(background)
	go func() {
		_, err := client.Get(ctx, "/stall")
		over <- err
	}()
	<-s.seen
	_ = client.Close()
	_ = client.Close()
	if _, err := client.Get(background, "/ok"); !errors.Is(err, ErrClosed) {
		t.Fatal(err)
	}
	if err := client.SetToken("t"); !errors.Is(err, ErrClosed) {
		t.Fatal(err)
	}
	// The call that was under way is not over yet, and can still be cancelled.
	cancel()
	if err := <-over; !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
}

func TestAClientThatIsCollected(t *testing.T) {
	everyWay(t, func(t *testing.T) {
		s := newServer(t)
		freed := make(chan struct{})
		func() {
			client, err := NewClient(Config{BaseURL: s.URL, NoProxy: true})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := client.Get(background, "/ok"); err != nil {
				t.Fatal(err)
			}
			core := client.core
			go func() {
				for core.users.Load()&closedBit == 0 {
					runtime.GC()
				}
				close(freed)
			}()
		}()
		<-freed
	})
}

func TestSetToken(t *testing.T) {
	client := newServer(t).client(t)
	if _, err := client.Get(background, "/private"); !errors.Is(err, CategoryAuthentication) {
		t.Fatal(err)
	}
	if err := client.SetToken("good"); err != nil {
		t.Fatal(err)
	}
	if _, err := client.Get(background, "/private"); err != nil {
		t.Fatal(err)
	}
	if err := client.SetToken("a\nb"); !errors.Is(err, KindConfig) {
		t.Fatal(err)
	}
}

func equal[T any](t testing.TB, have, want T) {
	t.Helper()
	if !reflect.DeepEqual(have, want) {
		t.Fatalf("have %#v, want %#v", have, want)
	}
}
