package reqtrail

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
)

// recordCase is an answer with the core's record of its error. Each byte is written as a character.
type recordCase struct {
	About   string
	Dialect string
	Path    string
	Answer  *struct {
		Status  int
		Headers [][2]string
		Body    string
	}
	Record map[string]any
}

func bytesIn(characters string) []byte {
	var bytes []byte
	for _, c := range characters {
		bytes = append(bytes, byte(c))
	}
	return bytes
}

func orNil(value string) any {
	if value == "" {
		return nil
	}
	return value
}

// shown returns a field of an error in the form of the record.
func shown(t *testing.T, e *Error, name string, record map[string]any) any {
	switch name {
	case "kind":
		return string(e.Kind)
	case "category":
		return orNil(string(e.Category))
	case "display":
		return strings.ReplaceAll(e.Error(), e.Trail.CallID(), "{call}")
	case "message":
		return orNil(e.Message)
	case "code":
		return orNil(string(e.Code))
	case "status":
		if e.StatusCode == 0 {
			return nil
		}
		return float64(e.StatusCode)
	case "request_id":
		return orNil(e.RequestID)
	case "retry_after":
		if e.RetryAfter == nil {
			return nil
		}
		return e.RetryAfter.Seconds()
	case "may_have_been_sent":
		return e.MayHaveBeenSent
	case "raw_code":
		return orNil(e.RawCode)
	case "title":
		return orNil(e.Title)
	case "details":
		return orNil(e.Details)
	case "hint":
		return orNil(e.Hint)
	case "documentation_url":
		return orNil(e.DocumentationURL)
	case "microversion":
		return orNil(e.Microversion)
	case "rate_limit":
		if e.RateLimit == nil {
			return nil
		}
		return map[string]any{
			"limit":     float64(*e.RateLimit.Limit),
			"remaining": float64(*e.RateLimit.Remaining),
			"reset_at":  float64(e.RateLimit.ResetAt.Unix()),
		}
	case "headers":
		// The server adds other headers.
		var pairs = []any{}
		for _, pair := range record[name].([]any) {
			key := pair.([]any)[0].(string)
			pairs = append(pairs, []any{key, e.Header.Get(key)})
		}
		return pairs
	case "body":
		var characters []rune
		for _, b := range e.Body {
			characters = append(characters, rune(b))
		}
		return string(characters)
	case "text":
		if e.Text() == string(e.Body) {
			return nil
		}
		return e.Text()
	case "json":
		var have, want any
		text, own := record[name].(string)
		if !own {
			text = e.Text()
		}
		if err := errors.Join(e.JSON(&have), json.Unmarshal([]byte(text), &want)); err != nil {
			t.Fatal(err)
		}
		equal(t, have, want)
		return record[name]
	default:
		t.Fatalf("no field of an Error has the %s", name)
		return nil
	}
}

func TestAnErrorHasEveryFieldOfTheCoresRecord(t *testing.T) {
	text, err := os.ReadFile("../../core/tests/golden/errors.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []recordCase
	if err := json.Unmarshal(text, &cases); err != nil {
		t.Fatal(err)
	}
	for _, one := range cases {
		t.Run(one.About, func(t *testing.T) {
			s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				for _, pair := range one.Answer.Headers {
					w.Header().Add(pair[0], pair[1])
				}
				w.WriteHeader(one.Answer.Status)
				_, _ = w.Write(bytesIn(one.Answer.Body))
			}))
			defer s.Close()
			client, err := NewClient(Config{BaseURL: s.URL, Dialect: BuiltInDialect(one.Dialect), NoProxy: true, MaxAttempts: 1})
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = client.Close() }()
			_, err = client.Get(background, one.Path)
			var failed *Error
			if !errors.As(err, &failed) {
				t.Fatal(err)
			}
			for name, want := range one.Record {
				if have := shown(t, failed, name, one.Record); name != "json" {
					equal(t, have, want)
				}
			}
		})
	}
}
