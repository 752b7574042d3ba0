package reqtrail

import "log/slog"

// redacted is what is shown in the place of a secret.
const redacted = "[redacted]"

// Secret is a text that no formatting shows: not fmt, not slog, not encoding/json. Convert it to string to see it.
type Secret string

// String hides the text.
func (s Secret) String() string { return redacted }

// GoString hides the text.
func (s Secret) GoString() string { return `reqtrail.Secret("` + redacted + `")` }

// LogValue hides the text.
func (s Secret) LogValue() slog.Value { return slog.StringValue(redacted) }

// MarshalText hides the text.
func (s Secret) MarshalText() ([]byte, error) { return []byte(redacted), nil }
