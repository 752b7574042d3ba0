package reqtrail

//lint:file-ignore SA1012 the tests pass nil contexts

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"net/http"
	"net/netip"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"
)

func TestWhatCannotBeSent(t *testing.T) {
	s := newServer(t)
	client := s.client(t)
	secret, number := Secret("hush"), 7
	type login struct {
		User     string
		Password Secret `json:"password"`
	}
	param := func(value any) func() (*Response, error) {
		return func() (*Response, error) { return client.Get(background, "/ok/{id}", WithParam("id", value)) }
	}
	body := func(v any, options ...Option) func() (*Response, error) {
		return func() (*Response, error) { return client.Post(background, "/echo", v, options...) }
	}
	for name, call := range map[string]func() (*Response, error){
		"nil":               param(nil),
		"nil pointer":       param((*int)(nil)),
		"nil stringer":      param((*netip.Addr)(nil)),
		"pointer":           param(&number),
		"secret pointer":    param(&secret),
		"slice":             param([]string{"a"}),
		"bytes":             param([]byte("a")),
		"map":               param(map[string]int{}),
		"struct":            param(struct{ A int }{1}),
		"secret in struct":  body(login{"u", "hush"}),
		"secret by pointer": body(map[string]any{"list": []any{1, &login{"u", "hush"}}}),
		"secret alone":      body(secret),
		"two bodies":        body(1, WithBody("text/plain", []byte("x"))),
		"two, one empty":    body(1, WithBody("text/plain", nil)),
		"nil option":        body(1, nil),
		"nil request":       func() (*Response, error) { return client.Do(background, nil) },
		"nil context":       func() (*Response, error) { return client.Get(nil, "/ok") },
		"zero client":       func() (*Response, error) { return new(Client).Get(background, "/ok") },
		"nil client":        func() (*Response, error) { return (*Client)(nil).Get(background, "/ok") },
		"zero compute":      func() (*Response, error) { _, err := new(Compute).Server(background, "a"); return nil, err },
		"nil response": func() (*Response, error) {
			_, err := NewCompute(client).Follow(background, "a", nil, FollowOptions{})
			return nil, err
		},
		"zero cloud": func() (*Response, error) { _, err := new(Cloud).Connect(background); return nil, err },
		"zero token": func() (*Response, error) { return nil, new(Client).SetToken("a") },
	} {
		_, err := call()
		if !errors.Is(err, KindInvalidRequest) || strings.Contains(err.Error(), "hush") {
			t.Error(name, err)
		}
	}
	equal(t, new(Client).Close(), nil)
	equal(t, s.ids.Load(), 0)
}

func TestWhatCanBeSent(t *testing.T) {
	client := newServer(t).client(t)
	for value, want := range map[any]string{
		7: "7", true: "true", 1.5: "1.5", "a b": "a%20b", time.Second: "1s", Code("x"): "x", netip.MustParseAddr("::1"): "%3A%3A1",
		"[redacted]":      "%5Bredacted%5D",
		float64(12345678): "12345678", 1e21: "1000000000000000000000", float32(0.1): "0.1", -0.000001: "-0.000001",
		time.Unix(1e9, 5e8).UTC(): "2001-09-09T01%3A46%3A40.5Z", stamp{time.Unix(0, 0).UTC()}: "1970-01-01T00%3A00%3A00Z",
		json.Number("12345678"): "12345678", http.StatusOK: "200", time.May: "May", slog.LevelInfo: "INFO", level(3): "3",
	} {
		response, err := client.Get(background, "/echo/{id}", WithParam("id", value))
		if err != nil {
			t.Fatal(err)
		}
		equal(t, response.Header.Get("X-Was"), "GET /echo/"+want)
	}
	// The word alone is not a secret.
	response, err := client.Post(background, "/echo", map[string]any{"was": "[redacted]", "also": []*int{nil}})
	if err != nil || !strings.Contains(string(response.Body), "[redacted]") {
		t.Fatal(err)
	}
}

type stamp struct{ time.Time }

// level is a number with an Error method, which is not a text form.
type level int

func (level) Error() string { return "no" }

type stringer func() string

func (s stringer) String() string { return s() }

func TestAValueThatHasNoTextIsNamed(t *testing.T) {
	s := newServer(t)
	client := s.client(t)
	for text, call := range map[string]func() (*Response, error){
		"parameter `id` is a reqtrail.stringer that cannot be written: its String panicked": func() (*Response, error) {
			return client.Get(background, "/ok/{id}", WithParam("id", stringer(func() string { panic("hush") })))
		},
		"`id` is a *reqtrail.refusing": func() (*Response, error) {
			return client.Get(background, "/ok/{id}", WithParam("id", &refusing{}))
		},
		"`id` is a struct { *time.Time } that cannot be written: its MarshalText panicked: runtime error": func() (*Response, error) {
			return client.Get(background, "/ok/{id}", WithParam("id", struct{ *time.Time }{}))
		},
		"`id` is a time.Time that cannot be written: ": func() (*Response, error) {
			return client.Get(background, "/ok/{id}", WithParam("id", time.Unix(1<<40, 0)))
		},
		"`id` is NaN; expected a finite number": func() (*Response, error) {
			return client.Get(background, "/ok/{id}", WithParam("id", math.NaN()))
		},
		"`id` is -Inf": func() (*Response, error) {
			return client.Get(background, "/ok/{id}", WithParam("id", float32(math.Inf(-1))))
		},
		"the value of the parameter `id` is not UTF-8 text": func() (*Response, error) {
			return client.Get(background, "/ok/{id}", WithParam("id", "hush\xff"))
		},
		"value of the parameter `id` is not UTF-8": func() (*Response, error) {
			return client.Get(background, "/ok/{id}", WithParam("id", Secret("hush\xff")))
		},
		"the parameter `id` is not UTF-8 text": func() (*Response, error) {
			return client.Get(background, "/ok/{id}", WithParam("id", stringer(func() string { return "hush\xff" })))
		},
		`the parameter "i\xff" is not UTF-8 text`: func() (*Response, error) {
			return client.Get(background, "/ok/{id}", WithParam("i\xff", "a"))
		},
		"query parameter `q` is not UTF-8 text": func() (*Response, error) {
			return client.Get(background, "/ok/{id}", WithQuery("q", "hush\xff"))
		},
		"the query parameter `p` is not UTF-8 text": func() (*Response, error) {
			return client.Do(background, &Request{Path: "/ok/{id}", Query: url.Values{"p": {"hush\xff"}}})
		},
		`query parameter "\xfe" is not UTF-8 text`: func() (*Response, error) {
			return client.Get(background, "/ok/{id}", WithQuery("\xfe", "hush"))
		},
		"the value of the header `X-A` is not UTF-8 text": func() (*Response, error) {
			return client.Get(background, "/ok/{id}", WithHeader("X-A", "hush\xff"))
		},
		`the header "X-\xff" is not UTF-8 text`: func() (*Response, error) {
			return client.Do(background, &Request{Path: "/ok/{id}", Header: http.Header{"X-\xff": {"hush"}}})
		},
		"IdempotencyKey is not UTF-8 text": func() (*Response, error) {
			return client.Get(background, "/ok/{id}", WithIdempotencyKey("hush\xff"))
		},
		"CorrelationID is not UTF-8 text": func() (*Response, error) {
			return client.Get(background, "/ok/{id}", WithCorrelationID("hush\xff"))
		},
		"Microversion is not UTF-8 text": func() (*Response, error) {
			return client.Get(background, "/ok/{id}", WithMicroversion("hush\xff"))
		},
		"Timeout is -1s; expected a longer time": func() (*Response, error) {
			return client.Get(background, "/ok/{id}", WithTimeout(-time.Second))
		},
		"AttemptTimeout is -1ns; expected a longer time": func() (*Response, error) {
			return client.Get(background, "/ok/{id}", WithAttemptTimeout(-1))
		},
		"ConnectTimeout is -1ns; expected a longer time": func() (*Response, error) {
			return client.Do(background, &Request{Path: "/ok/{id}", ConnectTimeout: -1})
		},
		"MaxAttempts is -1; expected 1 to 32": func() (*Response, error) {
			return client.Get(background, "/ok/{id}", WithMaxAttempts(-1))
		},
		"MaxAttempts is 4294967297; expected 1 to 32": func() (*Response, error) {
			return client.Get(background, "/ok/{id}", WithMaxAttempts(1<<32+1))
		},
		"the context is nil":        func() (*Response, error) { return client.Get(nil, "/ok/{id}?token=hush") },
		"was not made by NewClient": func() (*Response, error) { return new(Client).Get(background, "/ok/{id}") },
	} {
		_, err := call()
		if !errors.Is(err, KindInvalidRequest) || !strings.Contains(err.Error(), text) || strings.Contains(err.Error(), "hush") {
			t.Errorf("%s: %v", text, err)
		} else if !strings.HasPrefix(err.Error(), "GET /ok/{id}: invalid_request: ") {
			t.Error(err)
		}
	}
	compute := NewCompute(client)
	for text, call := range map[string]func() error{
		"PollInterval is -1s; expected a longer time": func() error {
			_, err := compute.FollowID(background, "a", "b", FollowOptions{PollInterval: -time.Second})
			return err
		},
		"MaxPollInterval is -1ns; expected": func() error {
			_, err := compute.FollowID(background, "a", "b", FollowOptions{MaxPollInterval: -1})
			return err
		},
		"Deadline is -1ns; expected": func() error {
			_, err := compute.FollowID(background, "a", "b", FollowOptions{Deadline: -1})
			return err
		},
		"Limit is -1; expected 1 to": func() error {
			_, err := compute.Actions(background, "a", ListOptions{Limit: -1})
			return err
		},
		"Limit is -2; expected 1 to": func() error {
			_, err := compute.Explain(background, "a", ExplainOptions{Limit: -2})
			return err
		},
		"invalid_request: serverID is not UTF-8 text": func() error {
			_, err := compute.Server(background, "hush\xff")
			return err
		},
		"invalid_request: requestID is not UTF-8 text": func() error {
			_, err := compute.Action(background, "a", "hush\xff")
			return err
		},
		"invalid_request: token is not UTF-8 text": func() error { return client.SetToken("hush\xff") },
	} {
		err := call()
		if !errors.Is(err, KindInvalidRequest) || !strings.Contains(err.Error(), text) || strings.Contains(err.Error(), "not_utf8") {
			t.Errorf("%s: %v", text, err)
		}
	}
	_, err := client.Do(background, &Request{Link: "https://hush/?x=hush", Timeout: -1})
	equal(t, err.Error(), "GET of a link: invalid_request: Timeout is -1ns; expected a longer time")
	_, err = client.Do(background, &Request{Method: "A\n", Path: "/\xff\n"})
	equal(t, err.Error(), `A\n /`+"\uFFFD"+`\n: invalid_request: the path is not UTF-8 text`)
	_, err = client.Get(background, "https://hush@api.example/x", WithTimeout(-1))
	equal(t, err.Error(), "GET of a URL: invalid_request: Timeout is -1ns; expected a longer time")
	equal(t, s.ids.Load(), 0)
}

func TestNoVerbShowsASecret(t *testing.T) {
	for _, verb := range "vsqxXdtbcoOUeEfFgGz" {
		for _, flags := range []string{"", "+", "#", "-20", " ", "020.3"} {
			format := "%" + flags + string(verb)
			for _, value := range []any{Secret("hush"), Token{Value: "hush"}, map[string]Secret{"a": "hush"}, []Secret{"hush"}} {
				shown := fmt.Sprintf(format, value)
				for _, leak := range []string{"hush", "68757368", "68 75", "0x68"} {
					if strings.Contains(strings.ToLower(shown), leak) {
						t.Error(format, shown)
					}
				}
			}
		}
	}
	equal(t, fmt.Sprintf("%s %v %d %#v", Secret("a"), Secret("a"), Secret("a"), Secret("a")),
		`[redacted] [redacted] [redacted] reqtrail.Secret("[redacted]")`)
}

func TestATrailThatIsNil(t *testing.T) {
	for _, trail := range []*Trail{nil, {}} {
		value := reflect.ValueOf(trail)
		for at := range value.NumMethod() {
			if value.Type().Method(at).Type.NumIn() == 1 {
				value.Method(at).Call(nil)
			}
		}
		equal(t, trail.String(), "no trail")
		equal(t, len(trail.Attempts()), 0)
		shown, err := json.Marshal(map[string]*Trail{"trail": trail})
		if err != nil {
			t.Fatal(err)
		}
		equal(t, string(shown), `{"trail":null}`)
		response := &Response{Body: []byte("{"), Trail: trail}
		if err := response.JSON(new(any)); !errors.Is(err, KindDecode) {
			t.Fatal(err)
		}
	}
}
