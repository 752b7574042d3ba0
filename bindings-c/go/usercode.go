package reqtrail

import (
	"fmt"
	"log/slog"
	"reflect"
	"runtime"
	"strings"
)

// Guards for functions and methods of the program that run on goroutines of this package, where only the package itself
// can recover a panic.

// panicError is a panic in code of the program. Its text omits the value, which may contain anything.
type panicError struct {
	what  string
	value any
}

func (e *panicError) Error() string {
	if failed, ok := e.value.(runtime.Error); ok {
		// The runtime's own message contains no values of the program except indexes.
		return e.what + " panicked: " + failed.Error()
	}
	return e.what + " panicked"
}

// printable returns an error of the program if its Error method works, and otherwise an error that says why not: the
// methods of an error may panic, as those of a nil pointer do.
func printable(err error) error {
	if catchPanic("an error", func() { _ = err.Error() }) == nil {
		return err
	}
	if v := reflect.ValueOf(err); v.Kind() == reflect.Pointer && v.IsNil() {
		return fmt.Errorf("a nil %T as the error; return nil itself if there is no error", err)
	}
	return fmt.Errorf("an error of type %T, whose Error method panics", err)
}

// errorText returns the text of an error of the program.
func errorText(err error) string { return strings.ToValidUTF8(printable(err).Error(), "\uFFFD") }

// logPanic logs a panic in code of the program. The program's log handler is code of the program, too.
func logPanic(message string, value any) {
	defer func() { _ = recover() }()
	slog.Error(message, "panic", value)
}

// logWarning logs a warning for the program.
func logWarning(message string) {
	defer func() { _ = recover() }()
	slog.Warn(message)
}

// catchPanic runs code of the program on its own goroutine and turns a panic into an error.
func catchPanic(what string, function func()) (failed error) {
	defer func() {
		if panicked := recover(); panicked != nil {
			failed = &panicError{what, panicked}
		}
	}()
	function()
	return nil
}
