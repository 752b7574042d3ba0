package reqtrail

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

// testServer is a small server on loopback. Every path does what its name says.
type testServer struct {
	*httptest.Server
	ids   atomic.Int64
	met   sync.Map
	seen  chan *http.Request
	stall chan struct{}
}

func newServer(t testing.TB) *testServer {
	s := &testServer{seen: make(chan *http.Request, 1024), stall: make(chan struct{})}
	s.Server = httptest.NewServer(http.HandlerFunc(s.serve))
	t.Cleanup(func() {
		close(s.stall)
		s.Server.CloseClientConnections()
		s.Server.Close()
	})
	return s
}

func (s *testServer) serve(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	id := fmt.Sprintf("req_%08d", s.ids.Add(1))
	w.Header()["X-Request-Id"] = []string{id}
	answer := func(status int, body string) {
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
	parts := strings.Split(strings.Trim(r.URL.Path, "/"), "/")
	switch parts[0] {
	case "ok":
		answer(200, fmt.Sprintf(`{"ok":true,"query":%q,"id":%q}`, r.URL.RawQuery, id))
	case "echo":
		w.Header().Set("X-Was", r.Method+" "+r.URL.RequestURI())
		w.Header().Set("X-Type", r.Header.Get("Content-Type"))
		w.Header().Set("X-App", r.Header.Get("X-App")+r.Header.Get("Authorization"))
		answer(200, string(body))
	case "refused":
		answer(400, fmt.Sprintf(`{"error":{"code":"invalid","message":"bad value %s"}}`, r.Header.Get(parts[1])))
	case "two":
		w.Header()["X-Many"] = []string{"one", "two"}
		answer(200, "{}")
	case "text":
		answer(200, "\xff not text")
	case "words":
		w.Header().Set("Content-Type", "application/json; charset=latin1")
		answer(404, "{\"error\":\"not_found\",\"message\":\"caf\xe9 \\ud800\"}")
	case "lossy":
		answer(404, "{\"error\":\"not_found\",\"message\":\"caf\xe9\"}")
	case "html":
		answer(404, "<h1>")
	case "tagged":
		w.Header().Set("ETag", `"v1"`)
		w.Header().Set("Content-Type", "text/plain; charset="+r.URL.Query().Get("charset"))
		if r.Header.Get("If-None-Match") == `"v1"` {
			w.WriteHeader(304)
			return
		}
		answer(200, "caf\xe9")
	case "missing":
		answer(404, `{"error":{"code":"not_found","message":"no such camera"}}`)
	case "busy":
		w.Header().Set("Retry-After", "0")
		answer(503, `{"error":"service_unavailable"}`)
	case "wait":
		s.met.Store("wait", true)
		s.notice(r)
		w.Header().Set("Retry-After", "30")
		answer(503, `{"error":"service_unavailable"}`)
	case "once":
		if _, known := s.met.LoadOrStore(parts[1], true); known {
			answer(200, "{}")
			return
		}
		w.Header().Set("Retry-After", "0")
		answer(503, `{"error":"service_unavailable"}`)
	case "limited":
		w.Header().Set("X-RateLimit-Limit", "60")
		w.Header().Set("X-RateLimit-Remaining", "59")
		w.Header().Set("X-RateLimit-Reset", "1900000000")
		answer(200, "{}")
	case "private":
		if r.Header.Get("Authorization") == "Bearer good" {
			answer(200, "{}")
			return
		}
		answer(401, `{"error":"invalid_token"}`)
	case "stall":
		s.notice(r)
		select {
		case <-s.stall:
		case <-r.Context().Done():
		}
	default:
		answer(404, `{"error":"not_found"}`)
	}
}

// notice tells a waiting test that a request has arrived.
func (s *testServer) notice(r *http.Request) {
	select {
	case s.seen <- r:
	default:
	}
}

func (s *testServer) client(t testing.TB, change ...func(*Config)) *Client {
	config := Config{BaseURL: s.URL, Dialect: NovaVMS, NoProxy: true, Token: "sk_test_t", BaseDelay: 1e6, MaxDelay: 2e6}
	for _, one := range change {
		one(&config)
	}
	client, err := NewClient(config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	return client
}

// everyWay runs a test with every way of driving calls.
func everyWay(t *testing.T, test func(t *testing.T)) {
	for _, name := range []string{"", "queue", "blocking"} {
		t.Run("driving="+name, func(t *testing.T) {
			driving = name
			defer func() { driving = "" }()
			test(t)
		})
	}
}
