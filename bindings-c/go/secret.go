package reqtrail

import (
	"fmt"
	"io"
	"log/slog"
	"reflect"
)

// redacted is what is shown in the place of a secret.
const redacted = "[redacted]"

// Secret is a text that no formatting shows: not fmt, not slog, not encoding/json. Convert it to string to see it.
//
// What fmt never asks a value about it cannot hide: the misused verbs %p and %w, and unexported fields of structs.
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
