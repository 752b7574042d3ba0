package reqtrail

// #include "shim.h"
import "C"

import (
	"encoding/binary"
	"fmt"
	"math"
	"reflect"
	"time"
	"unicode/utf8"
)

func wrongOption(format string, arguments ...any) *Error {
	return &Error{Kind: KindConfig, Message: fmt.Sprintf(format, arguments...)}
}

func outOfRange(kind Kind, name string, value any, expected string) *Error {
	return &Error{Kind: kind, Message: fmt.Sprintf("%s is %v; expected %s", name, value, expected)}
}

// outsideUint32 says whether a number does not fit into the core's unsigned 32 bits.
func outsideUint32(value int64) bool { return value < 0 || value > math.MaxUint32 }

func notUTF8(kind Kind, name string, texts []string) *Error {
	for at, text := range texts {
		if !utf8.ValidString(text) {
			return &Error{Kind: kind, Message: fmt.Sprintf("%s[%d] is not UTF-8 text", name, at)}
		}
	}
	return nil
}

// notStatus refuses numbers that cannot cross to the core, which checks whether the others are statuses.
func notStatus(kind Kind, name string, statuses []int) *Error {
	for at, status := range statuses {
		if outsideUint32(int64(status)) {
			return outOfRange(kind, fmt.Sprintf("%s[%d]", name, at), status, "an HTTP status such as 404")
		}
	}
	return nil
}

// added appends to a list in a new array, so that requests share none.
func added[T any](list, more []T) []T { return append(list[:len(list):len(list)], more...) }

// config writes the options of a client.
func (s *encoder) config(c *Config) *Error {
	if c.Proxy != "" && c.NoProxy {
		return wrongOption("Proxy and NoProxy are both set; expected one of them")
	}
	s.flag(C.REQTRAIL_GO_TOKEN_REFRESHER, c.TokenRefresher != nil)
	s.flag(C.REQTRAIL_GO_ON_ATTEMPT, c.OnAttempt != nil)
	s.flag(C.REQTRAIL_GO_ON_CALL, c.OnCall != nil)
	return s.clientOptions(c)
}

func (s *encoder) textIf(option uint16, text string, isGiven bool) {
	if text != "" || isGiven {
		s.pair(C.REQTRAIL_GO_TEXT, option, text, "")
	}
}

func (s *encoder) texts(option uint16, texts []string) {
	for _, text := range texts {
		s.pair(C.REQTRAIL_GO_TEXT, option, text, "")
	}
}

func (s *encoder) pems(option uint16, pems [][]byte) {
	for _, pem := range pems {
		s.bytes(C.REQTRAIL_GO_BYTES, option, pem)
	}
}

func (s *encoder) statuses(option uint16, statuses []int) {
	for _, status := range statuses {
		s.number(C.REQTRAIL_GO_INTEGER, option, uint64(status))
	}
}

func (s *encoder) count(option uint16, value uint64, isGiven bool) {
	if isGiven {
		s.number(C.REQTRAIL_GO_INTEGER, option, value)
	}
}

// duration writes a duration; zero stands for the default.
func (s *encoder) duration(option uint16, value time.Duration) {
	if value != 0 {
		s.number(C.REQTRAIL_GO_DURATION, option, uint64(value))
	}
}

// flagIf writes a flag if isSet.
func (s *encoder) flagIf(option uint16, isSet, value bool) {
	if isSet {
		s.flagOf(option, &value)
	}
}

func (s *encoder) flagOf(option uint16, value *bool) {
	switch {
	case value == nil:
	case *value:
		s.number(C.REQTRAIL_GO_FLAG, option, 1)
	default:
		s.number(C.REQTRAIL_GO_FLAG, option, 0)
	}
}

// null turns an option off.
func (s *encoder) null(option uint16, isOff bool) {
	if isOff {
		s.head(C.REQTRAIL_GO_NULL, option, 0, 0)
	}
}

// retryBudget writes the numbers that are set.
func (s *encoder) retryBudget(option uint16, budget RetryBudget) {
	number := func(value int) (written []byte) {
		if value != 0 {
			written = binary.NativeEndian.AppendUint64(nil, uint64(max(value, 0)))
		}
		return written
	}
	if budget.Capacity != 0 || budget.RetryCost != 0 {
		s.pair(C.REQTRAIL_GO_RETRY_BUDGET, option, string(number(budget.Capacity)), string(number(budget.RetryCost)))
	}
	s.null(option, budget.Off)
}

// dialect writes the name of a dialect, or the JSON that describes it.
func (s *encoder) dialect(option uint16, dialect Dialect) *Error {
	if dialect == nil {
		return nil
	}
	if v := reflect.ValueOf(dialect); v.Kind() == reflect.Pointer && v.IsNil() {
		return wrongOption("Dialect is a nil %T; expected NovaVMS, OpenStack, a CustomDialect, a DialectJSON, or nil itself", dialect)
	}
	name, description, err := dialect.describe()
	if err != nil {
		return &Error{Kind: KindConfig, Message: "Dialect cannot be written as JSON: " + err.Error(), causes: []error{err}}
	}
	switch {
	case description == nil:
		s.pair(C.REQTRAIL_GO_TEXT, option, name, "")
	case !utf8.Valid(description):
		return wrongOption("Dialect is not UTF-8 text")
	default:
		s.bytes(C.REQTRAIL_GO_BYTES, option, description)
	}
	return nil
}
