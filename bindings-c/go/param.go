package reqtrail

import (
	"encoding"
	"fmt"
	"math"
	"math/big"
	"reflect"
	"strconv"
	"strings"
)

// paramText returns a value as text for a path: by the type's MarshalText or else its String, a time in RFC 3339, and a
// number in plain decimals. It refuses values without a text form, such as pointers and lists, which would be sent as
// an address or in Go's notation.
func paramText(name string, value any) (string, *Error) {
	refuse := func(format string, arguments ...any) (string, *Error) {
		return "", invalidRequest("the value of the parameter `"+oneLine(name)+"` "+fmt.Sprintf(format, arguments...), nil)
	}
	v := reflect.ValueOf(value)
	if !v.IsValid() || v.Kind() == reflect.Pointer && v.IsNil() {
		return refuse("is nil; expected a string, a number, a bool, a time.Time or a fmt.Stringer")
	}
	var text string
	var failed error
	switch value := value.(type) {
	case *big.Float:
		text = value.Text('f', -1)
	case encoding.TextMarshaler:
		var written []byte
		if panicked := catchPanic("its MarshalText", func() { written, failed = value.MarshalText() }); panicked != nil {
			failed = panicked
		}
		text = string(written)
	case fmt.Stringer:
		failed = catchPanic("its String", func() { text = value.String() })
	default:
		switch v.Kind() {
		case reflect.String:
			text = v.String()
		case reflect.Float32, reflect.Float64:
			if number := v.Float(); math.IsNaN(number) || math.IsInf(number, 0) {
				return refuse("is %v; expected a finite number", number)
			}
			text = strconv.FormatFloat(v.Float(), 'f', -1, v.Type().Bits())
		case reflect.Bool:
			text = strconv.FormatBool(v.Bool())
		case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
			text = strconv.FormatInt(v.Int(), 10)
		case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
			text = strconv.FormatUint(v.Uint(), 10)
		default:
			return refuse("is a %T, which has no text form; "+
				"expected a string, a number, a bool, a time.Time or a fmt.Stringer", value)
		}
	}
	switch {
	case failed != nil:
		_, e := refuse("is a %T that cannot be written: %s", value, errorText(failed))
		e.causes = []error{failed}
		return "", e
	case v.Kind() != reflect.String && strings.Contains(text, redacted):
		return refuse("holds a Secret; pass the Secret itself")
	}
	return text, nil
}
