package reqtrail

import (
	"encoding/json"
	"errors"
	"strings"
)

// errRefused is in the place of what a type said about a value.
var errRefused = errors.New("a type refused a value of the body; its own words are left out, since they may repeat the value")

// withoutValues is a parser's error without values of the body: errors are printed into logs with all that is behind them.
func withoutValues(err error) error {
	var shape *json.UnmarshalTypeError
	var syntax *json.SyntaxError
	var target *json.InvalidUnmarshalError
	switch {
	case errors.As(err, &shape):
		clean := *shape
		// A number stands behind its kind, as in "number 42".
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
