package reqtrail

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
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
		"[redacted]": "%5Bredacted%5D",
	} {
		response, err := client.Get(background, "/echo/{id}", WithParam("id", value))
		if err != nil {
			t.Fatal(err)
		}
		equal(t, response.Header.Get("X-Was"), "GET /echo/"+want)
	}
	// The word alone is no secret.
	response, err := client.Post(background, "/echo", map[string]any{"was": "[redacted]", "also": []*int{nil}})
	if err != nil || !strings.Contains(string(response.Body), "[redacted]") {
		t.Fatal(err)
	}
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
