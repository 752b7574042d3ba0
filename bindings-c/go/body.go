package reqtrail

import (
	"bytes"
	"encoding"
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"reflect"
	"strings"
)

const (
	octetStream = "application/octet-stream"
	formEncoded = "application/x-www-form-urlencoded"
)

// bodyOf makes a body of a value: bytes and buffers are sent unchanged, url.Values as a form, and everything else as
// JSON. contentType is that of the body unless a header says otherwise; it is empty for JSON, whose type the core sets.
func bodyOf(value any) (data []byte, contentType string, failed *Error) {
	v := reflect.ValueOf(value)
	t := v.Type()
	refuse := func(format string) ([]byte, string, *Error) {
		return nil, "", invalidRequest(fmt.Sprintf("the body is a "+format, value), nil)
	}
	isPointer := v.Kind() == reflect.Pointer
	if isPointer && v.IsNil() && isReader(t) && !isMarshaler(t) {
		return refuse("nil %T; expected nil itself for a request without a body")
	}
	switch value := value.(type) {
	case []byte:
		return value, octetStream, nil
	case *bytes.Buffer:
		return value.Bytes(), octetStream, nil
	case *bytes.Reader, *strings.Reader:
		// Reads from the current position without moving it, so that the same request can be made again.
		reader := value.(interface {
			io.ReaderAt
			Len() int
			Size() int64
		})
		data = make([]byte, reader.Len())
		_, _ = reader.ReadAt(data, reader.Size()-int64(len(data)))
		return data, octetStream, nil
	case url.Values:
		return []byte(value.Encode()), formEncoded, nil
	}
	switch {
	case isMarshaler(t):
	case v.Kind() == reflect.Func || v.Kind() == reflect.Chan:
		return refuse("%T, which has no JSON; expected a struct, a map, a []byte, a *bytes.Buffer or url.Values")
	case isReader(t):
		return refuse("%T, a stream, which cannot be sent again in a retry; read it with io.ReadAll and pass the bytes")
	case isPointer && !v.IsNil() && (isBytes(t.Elem()) || t.Elem() == formType):
		return bodyOf(v.Elem().Interface())
	case isBytes(t):
		return v.Bytes(), octetStream, nil
	}
	data, err := marshal(value)
	if err != nil {
		return nil, "", invalidRequest("the body cannot be written as JSON: "+errorText(err), err)
	}
	// JSON may have changed the value.
	if problem := jsonProblem(value, data); problem != "" {
		return nil, "", invalidRequest("the body "+problem, nil)
	}
	return data, "", nil
}

var (
	marshalerType     = reflect.TypeFor[json.Marshaler]()
	textMarshalerType = reflect.TypeFor[encoding.TextMarshaler]()
	readerType        = reflect.TypeFor[io.Reader]()
	formType          = reflect.TypeFor[url.Values]()
)

// isReader says whether values of the type, or pointers to them, are streams.
func isReader(t reflect.Type) bool {
	return t.Implements(readerType) || t.Kind() != reflect.Interface && reflect.PointerTo(t).Implements(readerType)
}

// isBytes says whether encoding/json would write values of the type as base64.
func isBytes(t reflect.Type) bool {
	if t.Kind() != reflect.Slice || t.Elem().Kind() != reflect.Uint8 || isMarshaler(t) {
		return false
	}
	return !isMarshaler(reflect.PointerTo(t.Elem()))
}

func isMarshaler(t reflect.Type) bool {
	return t.Implements(marshalerType) || t.Implements(textMarshalerType)
}

// marshal is json.Marshal, but returns a panic in a method of the value as an error.
func marshal(value any) (data []byte, err error) {
	if panicked := catchPanic("a method of the body", func() { data, err = json.Marshal(value) }); panicked != nil {
		return nil, panicked
	}
	return data, err
}
