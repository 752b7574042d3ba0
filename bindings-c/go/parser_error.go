package reqtrail

import (
	"encoding/json"
	"errors"
	"strings"
)

// errRefused replaces the error of a type that refused a value.
var errRefused = errors.New("a type refused a value of the body; its own message is left out, since it may repeat the value")

// withoutValues removes values of the body from a parser's error, because logs print errors with all their causes.
func withoutValues(err error) error {
	var shape *json.UnmarshalTypeError
	var syntax *json.SyntaxError
	var target *json.InvalidUnmarshalError
	switch {
	case errors.As(err, &shape):
		clean := *shape
		// A number follows its kind, as in "number 42".
		clean.Value, _, _ = strings.Cut(clean.Value, " ")
		return &clean
	case errors.As(err, &syntax):
		return syntax
	case errors.As(err, &target):
		return target
	case err == errNotText:
		return err
	default:
		return errRefused
	}
}
