package reqtrail

import (
	"fmt"
	"io"
	"log/slog"
	"reflect"
)

// redacted is shown instead of a secret.
const redacted = "[redacted]"

// Secret is a text that fmt, slog and encoding/json do not show. Convert it to string to see it.
//
// It cannot hide where fmt calls no method of a value: the misused verbs %p and %w, and unexported fields of structs.
type Secret string

// Format hides the text, whatever the verb.
func (s Secret) Format(f fmt.State, verb rune) {
	if verb == 'v' && f.Flag('#') {
		_, _ = io.WriteString(f, s.GoString())
		return
	}
	_, _ = io.WriteString(f, redacted)
}

// String hides the text.
func (s Secret) String() string { return redacted }

// GoString hides the text.
func (s Secret) GoString() string { return `reqtrail.Secret("` + redacted + `")` }

// LogValue hides the text.
func (s Secret) LogValue() slog.Value { return slog.StringValue(redacted) }

// MarshalText hides the text.
func (s Secret) MarshalText() ([]byte, error) { return []byte(redacted), nil }

var secretType = reflect.TypeFor[Secret]()
