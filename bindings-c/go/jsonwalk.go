package reqtrail

import (
	"bytes"
	"encoding"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// encoding/json changes some values without an error. It writes a Secret as [redacted], or in the clear as the key of a
// map; it writes a stream as {}, and bytes that are not UTF-8 as U+FFFD. It also copies such bytes from values that
// write their own JSON, and the result is not valid JSON. The walk visits exactly what encoding/json visits.

// jsonProblem says which part of a value its JSON does not show faithfully, or "" if there is none. data is the JSON.
func jsonProblem(value any, data []byte) string {
	w := jsonWalk{
		secrets: bytes.Contains(data, []byte(redacted)),
		texts:   bytes.Contains(data, []byte(`\ufffd`)),
		raw:     !utf8.Valid(data),
	}
	v := reflect.ValueOf(value)
	if w.typesSuffice() && isPlain(v.Type()) {
		return ""
	}
	if found := w.value(v); found != nil {
		return found.text()
	}
	if w.raw {
		// The method that wrote it writes something else each time.
		return (&finding{format: foundRaw}).text()
	}
	return ""
}

// finding is a problem and its location.
type finding struct {
	format string
	// path has the names on the way to the problem, the innermost first.
	path []string
}

const (
	foundSecret = "holds a Secret%s, which JSON shows as " + redacted + "; convert it to string to send it"
	foundKey    = "holds a Secret as the key of a map%s, which JSON shows; convert it to string to send it"
	foundStream = "holds a stream%s, which JSON writes as {}; read it and pass its content"
	foundText   = "holds a text%s that is not UTF-8, which JSON would change; pass a []byte, which JSON writes as base64"
	foundRaw    = "holds a value%s that writes itself as JSON that is not UTF-8; expected UTF-8"
)

func (f *finding) text() string {
	if len(f.path) == 0 {
		return fmt.Sprintf(f.format, "")
	}
	slices.Reverse(f.path)
	return fmt.Sprintf(f.format, " at `"+oneLine(strings.Join(f.path, "."))+"`")
}

// in says that the problem is within a member with this name.
func (f *finding) in(name string) *finding {
	f.path = append(f.path, name)
	return f
}

// jsonWalk walks a value that encoding/json has written and that therefore has no cycles.
type jsonWalk struct {
	// secrets and texts say what the JSON may have changed; raw says that it is not UTF-8.
	secrets, texts, raw bool
}

// typesSuffice says that types alone show whether there is a problem.
func (w *jsonWalk) typesSuffice() bool { return !w.secrets && !w.texts && !w.raw }

func (w *jsonWalk) value(v reflect.Value) *finding {
	if !v.IsValid() {
		return nil
	}
	t := v.Type()
	switch v.Kind() {
	case reflect.Interface:
		return w.value(v.Elem())
	case reflect.Pointer:
		if v.IsNil() {
			return nil
		}
	}
	// Other types without a name have no methods.
	if t.PkgPath() != "" || v.Kind() == reflect.Struct || v.Kind() == reflect.Pointer {
		switch {
		case t == secretType:
			return &finding{format: foundSecret}
		case v.CanAddr() && v.Kind() != reflect.Pointer && isMarshaler(reflect.PointerTo(t)):
			return w.writtenAsJSON(v.Addr())
		case isMarshaler(t):
			return w.writtenAsJSON(v)
		case isReader(t):
			return &finding{format: foundStream}
		}
	}
	switch v.Kind() {
	case reflect.String:
		if w.texts && !utf8.ValidString(v.String()) {
			return &finding{format: foundText}
		}
	case reflect.Pointer:
		return w.value(v.Elem())
	case reflect.Struct:
		for _, field := range jsonFields(t) {
			// An error means that the field is behind a nil pointer.
			member, err := v.FieldByIndexErr(field.index)
			if err != nil || field.omits(member) {
				continue
			}
			if found := w.value(member); found != nil {
				return found.in(field.name)
			}
		}
	case reflect.Slice, reflect.Array:
		if isBytes(t) || isBare(t.Elem()) || w.typesSuffice() && isPlain(t.Elem()) {
			return nil
		}
		for at := range v.Len() {
			if found := w.value(v.Index(at)); found != nil {
				return found.in(strconv.Itoa(at))
			}
		}
	case reflect.Map:
		return w.entries(v)
	}
	return nil
}

// isBare says whether values of the type are numbers or booleans without methods.
func isBare(t reflect.Type) bool { return t.PkgPath() == "" && t.Kind() < reflect.Array }

func (w *jsonWalk) entries(v reflect.Value) *finding {
	if v.Type().Key() == secretType && v.Len() > 0 {
		return &finding{format: foundKey}
	}
	for entries := v.MapRange(); entries.Next(); {
		name := "…"
		// encoding/json writes a string key as a string, whatever methods its type has.
		if entries.Key().Kind() == reflect.String {
			name = entries.Key().String()
			if w.texts && !utf8.ValidString(name) {
				return &finding{format: foundText}
			}
		} else if found := w.writtenAsText(entries.Key()); found != nil {
			return found
		}
		if found := w.value(entries.Value()); found != nil {
			return found.in(name)
		}
	}
	return nil
}

// writtenAsJSON checks the output of a value that writes its own JSON.
func (w *jsonWalk) writtenAsJSON(v reflect.Value) *finding {
	if !v.Type().Implements(marshalerType) {
		return w.writtenAsText(v)
	}
	if !w.secrets && !w.raw || !v.CanInterface() {
		return nil
	}
	data, err := marshal(v.Interface())
	switch {
	case err != nil:
	case w.raw && !utf8.Valid(data):
		return &finding{format: foundRaw}
	case w.secrets && bytes.Contains(data, []byte(redacted)) && holdsSecret(v):
		return &finding{format: foundSecret}
	}
	return nil
}

// writtenAsText checks the output of a value that writes its own text, such as the key of a map.
func (w *jsonWalk) writtenAsText(v reflect.Value) *finding {
	for v.Kind() == reflect.Interface {
		v = v.Elem()
	}
	isNil := !v.IsValid() || v.Kind() == reflect.Pointer && v.IsNil()
	if !w.secrets && !w.texts || isNil || !v.CanInterface() {
		return nil
	}
	marshaler, ok := v.Interface().(encoding.TextMarshaler)
	if !ok {
		return nil
	}
	var text []byte
	var err error
	if panicked := catchPanic("MarshalText", func() { text, err = marshaler.MarshalText() }); panicked != nil || err != nil {
		return nil
	}
	switch {
	case w.texts && !utf8.Valid(text):
		return &finding{format: foundText}
	case w.secrets && bytes.Contains(text, []byte(redacted)) && holdsSecret(v):
		return &finding{format: foundSecret}
	}
	return nil
}

// visit is a visited location. It has a length, because slices with different lengths may begin at one address.
type visit struct {
	at     uintptr
	length int
	t      reflect.Type
}

// holdsSecret says whether there is a Secret anywhere in a value, which may have cycles and any depth.
func holdsSecret(v reflect.Value) bool {
	var open []reflect.Value
	add := func(v reflect.Value) {
		if v.Kind() == reflect.Interface {
			v = v.Elem()
		}
		if v.IsValid() && mayHoldSecret(v.Type()) {
			open = append(open, v)
		}
	}
	seen := map[visit]bool{}
	for add(v); len(open) > 0; {
		v := open[len(open)-1]
		open = open[:len(open)-1]
		switch v.Kind() {
		case reflect.Pointer, reflect.Map, reflect.Slice:
			here := visit{at: v.Pointer(), t: v.Type()}
			if v.Kind() == reflect.Slice {
				here.length = v.Len()
			}
			if v.IsNil() || seen[here] {
				continue
			}
			seen[here] = true
		}
		switch v.Kind() {
		case reflect.String:
			return true
		case reflect.Pointer:
			add(v.Elem())
		case reflect.Struct:
			for at := range v.NumField() {
				add(v.Field(at))
			}
		case reflect.Slice, reflect.Array:
			for at := range v.Len() {
				add(v.Index(at))
			}
		case reflect.Map:
			for entries := v.MapRange(); entries.Next(); {
				add(entries.Key())
				add(entries.Value())
			}
		}
	}
	return false
}

var typesOfSecrets, plainTypes typeMemo[bool]

// mayHoldSecret says whether a value of the type may contain a Secret, written by encoding/json or not.
func mayHoldSecret(t reflect.Type) bool {
	return typesOfSecrets.of(t, func(t reflect.Type) bool { return secretWithin(t, map[reflect.Type]bool{}) })
}

func secretWithin(t reflect.Type, seen map[reflect.Type]bool) bool {
	if seen[t] {
		return false
	}
	seen[t] = true
	switch t.Kind() {
	case reflect.Interface:
		return true
	case reflect.String:
		return t == secretType
	case reflect.Pointer, reflect.Slice, reflect.Array:
		return secretWithin(t.Elem(), seen)
	case reflect.Map:
		return secretWithin(t.Key(), seen) || secretWithin(t.Elem(), seen)
	case reflect.Struct:
		for at := range t.NumField() {
			if secretWithin(t.Field(at).Type, seen) {
				return true
			}
		}
	}
	return false
}

// isPlain says whether JSON shows every value of the type faithfully, except texts that are not UTF-8. Types with their
// own marshaler count as plain.
func isPlain(t reflect.Type) bool {
	return plainTypes.of(t, func(t reflect.Type) bool { return plainWithin(t, map[reflect.Type]bool{}) })
}

func plainWithin(t reflect.Type, open map[reflect.Type]bool) bool {
	if t == secretType || t.Kind() == reflect.Interface {
		return false
	}
	if open[t] || isMarshaler(t) {
		return true
	}
	if isReader(t) {
		return false
	}
	open[t] = true
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Array:
		return plainWithin(t.Elem(), open)
	case reflect.Map:
		return plainWithin(t.Key(), open) && plainWithin(t.Elem(), open)
	case reflect.Struct:
		for _, field := range jsonFields(t) {
			if !plainWithin(field.t, open) {
				return false
			}
		}
	}
	return true
}
