package reqtrail

//lint:file-ignore SA5008 the tests use tags that encoding/json does not read

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"
	"time"
)

type rawBytes []byte

func TestBodiesThatAreBodiesAlready(t *testing.T) {
	client := newServer(t).client(t)
	half := bytes.NewReader([]byte("skipped-rest"))
	_, _ = half.Seek(8, io.SeekStart)
	lent := []byte("lent")
	const octets = "application/octet-stream"
	for name, one := range map[string]struct {
		body       any
		text, kind string
	}{
		"bytes":         {[]byte("\xff\x00"), "\xff\x00", octets},
		"no bytes":      {[]byte(nil), "", octets},
		"named bytes":   {rawBytes("raw"), "raw", octets},
		"bytes, lent":   {&lent, "lent", octets},
		"buffer":        {bytes.NewBufferString("buffer"), "buffer", octets},
		"bytes reader":  {half, "rest", octets},
		"string reader": {strings.NewReader(`{"a":1}`), `{"a":1}`, octets},
		"form":          {url.Values{"b": {"2", "3"}, "a": {"x y"}}, "a=x+y&b=2&b=3", "application/x-www-form-urlencoded"},
		"form, lent":    {&url.Values{"a": {"1"}}, "a=1", "application/x-www-form-urlencoded"},
		"raw JSON":      {json.RawMessage(`{"a":1}`), `{"a":1}`, "application/json"},
		"string":        {"text", `"text"`, "application/json"},
		"time":          {time.Unix(0, 0).UTC(), `"1970-01-01T00:00:00Z"`, "application/json"},
		"address":       {net.IPv4(1, 2, 3, 4), `"1.2.3.4"`, "application/json"},
		"header":        {http.Header{"A": {"b"}}, `{"A":["b"]}`, "application/json"},
		"nested bytes":  {map[string]any{"a": []byte("abc")}, `{"a":"YWJj"}`, "application/json"},
	} {
		// The same body twice, and as a field.
		for range 2 {
			response, err := client.Post(background, "/echo", one.body)
			if err != nil {
				t.Fatal(name, err)
			}
			equal(t, []string{name, string(response.Body), response.Header.Get("X-Type")}, []string{name, one.text, one.kind})
		}
		response, err := client.Do(background, &Request{Method: "PUT", Path: "/echo", JSON: one.body, Header: http.Header{"content-type": {"text/x"}}})
		if err != nil {
			t.Fatal(name, err)
		}
		equal(t, []string{string(response.Body), response.Header.Get("X-Type")}, []string{one.text, "text/x"})
	}
	// The client's own Content-Type counts, too.
	typed := newServer(t).client(t, func(c *Config) { c.Header = http.Header{"Content-Type": {"text/own"}} })
	response, err := typed.Post(background, "/echo", []byte("x"))
	if err != nil {
		t.Fatal(err)
	}
	equal(t, response.Header.Get("X-Type"), "text/own")
}

type cycle struct {
	A       int
	Hidden  map[string]any `json:"-"`
	private map[string]any
	Self    *cycle `json:"self,omitempty"`
}

type inner struct {
	Shown  string
	Token  Secret `json:",omitempty"`
	Name   Secret
	hidden Secret
}

type outer struct {
	inner
	// Name hides that of inner.
	Name string
	Skip Secret `json:"-"`
}

type writesItself struct{ token Secret }

func (w writesItself) MarshalJSON() ([]byte, error) { return []byte(`"itself"`), nil }

type showsItself struct{ Token Secret }

func (s showsItself) MarshalJSON() ([]byte, error) { return json.Marshal([]any{s.Token}) }

type embedsASecret struct {
	Secret
	A int
}

type panicking struct{}

func (panicking) MarshalJSON() ([]byte, error) { panic("on purpose") }

func TestABodyIsCheckedAsJSONWritesIt(t *testing.T) {
	s := newServer(t)
	client := s.client(t)
	loop := map[string]any{}
	loop["loop"] = loop
	list := []any{nil}
	list[0] = list
	round := &cycle{A: 1, Hidden: loop, private: loop}
	round.Hidden["round"] = round
	// JSON shows none of these secrets; the word "[redacted]" comes from other values.
	for name, one := range map[string]struct {
		body any
		want string
	}{
		"cycles":        {round, `{"A":1}`},
		"cycles beside": {[]any{round, "[redacted]"}, `[{"A":1},"[redacted]"]`},
		"a list beside": {struct {
			A string
			B []any `json:"-"`
		}{"[redacted]", list}, `{"A":"[redacted]"}`},
		"left out":       {outer{inner{Shown: "[redacted]", hidden: "x"}, "n", "y"}, `{"Shown":"[redacted]","Name":"n"}`},
		"empty":          {map[string]Secret{}, `{}`},
		"nil":            {(*Secret)(nil), `null`},
		"writes itself":  {[]any{&writesItself{"x"}, "[redacted]"}, `["itself","[redacted]"]`},
		"long list":      {deep(5000), ""},
		"a real \\ufffd": {"\uFFFD \\ufffd", ""},
	} {
		response, err := client.Post(background, "/echo", one.body)
		if err != nil {
			t.Error(name, err)
		} else if one.want != "" {
			equal(t, string(response.Body), one.want)
		}
	}
	sent := s.ids.Load()
	file, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	for text, body := range map[string]any{
		"a Secret at `login.0.Name`":             map[string]any{"login": []any{inner{Name: "hush"}}},
		"a Secret at `a`":                        map[string]any{"a": embedsASecret{"hush", 1}},
		"a Secret at `b`":                        map[string]*showsItself{"b": {"hush"}},
		"a Secret at `c`":                        map[string]any{"c": new(Secret)},
		"a Secret as the key of a map, which":    map[Secret]int{"hush": 1},
		"a Secret as the key of a map at `x.y`":  map[string]any{"x": map[string]any{"y": map[Secret]string{"hush": "v"}}},
		"a stream at `file`":                     map[string]any{"file": strings.NewReader("hush")},
		"a stream at `A.0`":                      struct{ A []io.Reader }{[]io.Reader{file}},
		"a stream at `B`":                        &struct{ B bytes.Buffer }{},
		"is a bytes.Buffer, a stream":            bytes.Buffer{},
		"is a *os.File, a stream":                file,
		"is a *io.SectionReader, a stream":       io.NewSectionReader(file, 0, 1),
		"is a nil *bytes.Buffer; expected nil":   (*bytes.Buffer)(nil),
		"is a nil *strings.Reader; expected nil": (*strings.Reader)(nil),
		"is a chan int, which has no JSON":       make(chan int),
		"is a func(), which has no JSON":         func() {},
		"unsupported type: func()":               map[string]any{"f": func() {}},
		"encountered a cycle":                    loop,
		"a text at `t.0` that is not UTF-8":      map[string]any{"t": []string{"hush\xff"}},
		"a text that is not UTF-8":               map[string]int{"hush\xff": 1},
		"a method of the body panicked":          []any{panicking{}},
	} {
		_, err := client.Post(background, "/cameras/{id}?a=hush", body, WithParam("id", 1))
		if !errors.Is(err, KindInvalidRequest) || !strings.Contains(err.Error(), text) || strings.Contains(err.Error(), "hush") {
			t.Errorf("%s: %v", text, err)
		} else if !strings.HasPrefix(err.Error(), "POST /cameras/{id}: invalid_request: ") {
			t.Error(err)
		}
	}
	equal(t, s.ids.Load(), sent)
	if _, err := client.Post(background, "/echo", iotest.ErrReader(io.EOF)); !errors.Is(err, KindInvalidRequest) {
		t.Fatal(err)
	}
}

// deep returns nested lists.
func deep(depth int) any {
	var v any = "[redacted]"
	for range depth {
		v = []any{v}
	}
	return v
}

func TestFieldsAreThoseOfEncodingJSON(t *testing.T) {
	type Deepest struct{ A, B, D string }
	type Left struct {
		Deepest
		A string
		C string `json:"c"`
		E string `json:"E,omitempty"`
	}
	type Right struct {
		A string
		C string
		E string
		F string    `json:"bad\"name"`
		G int       `json:",string"`
		H []byte    `json:"-,"`
		I time.Time `json:",omitzero"`
	}
	type both struct {
		Left
		*Right
		B any
	}
	// Each type is visited once. No field counts of a type that a level has several times.
	type Inner struct{ X, Y string }
	type Middle struct{ Inner }
	type First struct{ Middle }
	type Second struct{ Middle }
	type apart struct {
		First
		Second
	}
	type Other struct{ Inner }
	type twice struct {
		Middle
		Other
	}
	type Round struct {
		*Round
		A string
	}
	for _, v := range []any{apart{}, twice{}, struct {
		twice
		Inner
	}{}, Round{Round: &Round{}}, both{}, &both{Right: &Right{}}, both{Left: Left{A: "a", C: "c", E: "e"}}, both{Right: &Right{E: "e", I: time.Now()}}} {
		text, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		var want map[string]any
		if err := json.Unmarshal(text, &want); err != nil {
			t.Fatal(err)
		}
		value := reflect.Indirect(reflect.ValueOf(v))
		have := map[string]bool{}
		for _, field := range jsonFields(value.Type()) {
			if member, err := value.FieldByIndexErr(field.index); err == nil && !field.omits(member) {
				have[field.name] = true
			}
		}
		for name := range want {
			if !have[name] {
				t.Error("lacks", name, string(text))
			}
		}
		if len(have) != len(want) {
			t.Error(have, string(text))
		}
	}
}
