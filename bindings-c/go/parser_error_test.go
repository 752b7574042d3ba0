package reqtrail

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
)

type quoting struct{}

func (*quoting) UnmarshalText(text []byte) error { return fmt.Errorf("`%s` is bad", text) }

func TestAParsersErrorQuotesNoValue(t *testing.T) {
	for _, row := range []struct {
		body string
		into any
	}{
		{`{"n": 4243444546}`, &struct{ N int8 }{}},
		{`{"n": "s3cr3t"}`, &struct{ N int }{}},
		{`{"n": "s3cr3t"}`, &struct{ N time.Time }{}},
		{`{"n": "s3cr3t"}`, &struct{ N quoting }{}},
		{`{"n": "s3cr3t"}`, &struct{ N json.Number }{}},
		{`{"n": s3cr3t}`, &struct{ N int }{}},
	} {
		err := json.Unmarshal([]byte(row.body), row.into)
		if err == nil {
			t.Fatalf("%s was read", row.body)
		}
		clean := withoutValues(fmt.Errorf("wrapped: %w", err))
		for cause := clean; cause != nil; cause = errors.Unwrap(cause) {
			text := fmt.Sprintf("%v %+v %#v", cause, cause, cause)
			if strings.Contains(text, "s3cr3t") || strings.Contains(text, "42434445") {
				t.Errorf("%s: %s", row.body, text)
			}
		}
	}
	if err := withoutValues(errNotText); err != errNotText {
		t.Errorf("%v", err)
	}
}
