package reqtrail

import (
	"bytes"
	"fmt"
	"reflect"
	"strings"
	"sync"
	"unicode/utf8"
)

// What encoding/json writes without an error and yet not as it is: a Secret as [redacted], or in the clear as the key of
// a map, a stream as {}, and bytes that are not UTF-8 as U+FFFD. The walk here goes where encoding/json goes, and nowhere
// else: what a body does not show may hold anything.

// unfaithful says what in a value JSON does not show as it is; "" if all is well. `data` is the value's JSON.
func unfaithful(value any, data []byte) string {
	w := jsonWalk{
		secrets: bytes.Contains(data, []byte(redacted)),
		texts:   bytes.Contains(data, []byte(`\ufffd`)),
	}
	v := reflect.ValueOf(value)
	if !w.secrets && !w.texts && isPlain(v.Type()) {
		return ""
	}
	if found := w.value(v); found != nil {
		return found.text()
	}
	return ""
}

// finding is what is wrong, and where: the names on the way to it.
type finding struct{ format, way string }

const (
	foundSecret = "holds a Secret%s, which JSON shows as " + redacted + "; convert it to string to send it"
	foundKey    = "holds a Secret as the key of a map%s, which JSON shows; convert it to string to send it"
	foundStream = "holds a stream%s, which JSON writes as {}; read it and give what it holds"
	foundText   = "holds a text%s that is not UTF-8, which JSON would change; give a []byte, which JSON writes as base64"
)

func (f *finding) text() string {
	if f.way == "" {
		return fmt.Sprintf(f.format, "")
	}
	return fmt.Sprintf(f.format, " at `"+oneLine(f.way)+"`")
}

// in says that a finding is within a member of this name.
func (f *finding) in(name string) *finding {
	f.way = strings.TrimSuffix(name+"."+f.way, ".")
	return f
}

// jsonWalk walks through a value that encoding/json has written, which therefore has no cycles.
type jsonWalk struct {
	// secrets and texts say what the JSON may have changed.
	secrets, texts bool
}

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
	case reflect.Bool, reflect.Int, reflect.Int64, reflect.Float64:
		return nil
	}
	// Other types without a name have no methods.
	if t.PkgPath() != "" || v.Kind() == reflect.Struct || v.Kind() == reflect.Pointer {
		switch {
		case t == secretType:
			return &finding{format: foundSecret}
		case isMarshaler(t):
			return w.written(v)
		case v.CanAddr() && v.Kind() != reflect.Pointer && isMarshaler(reflect.PointerTo(t)):
			return w.written(v.Addr())
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
			// The error is that it is behind a nil pointer.
			member, err := v.FieldByIndexErr(field.index)
			if err != nil || field.omits(member) {
				continue
			}
			if found := w.value(member); found != nil {
				return found.in(field.name)
			}
		}
	case reflect.Slice, reflect.Array:
		if isBytes(t) || !w.secrets && !w.texts && isPlain(t.Elem()) {
			return nil
		}
		for at := range v.Len() {
			if found := w.value(v.Index(at)); found != nil {
				return found.in(fmt.Sprint(at))
			}
		}
	case reflect.Map:
		return w.entries(v)
	}
	return nil
}

func (w *jsonWalk) entries(v reflect.Value) *finding {
	// A key that is a string is written as such, whatever methods its type has.
	texts := v.Type().Key().Kind() == reflect.String
	if v.Type().Key() == secretType && v.Len() > 0 {
		return &finding{format: foundKey}
	}
	for entries := v.MapRange(); entries.Next(); {
		name := "…"
		if texts {
			name = entries.Key().String()
			if w.texts && !utf8.ValidString(name) {
				return &finding{format: foundText}
			}
		} else if found := w.value(entries.Key()); found != nil {
			return found
		}
		if found := w.value(entries.Value()); found != nil {
			return found.in(name)
		}
	}
	return nil
}

// written looks at a value that writes itself, by what it wrote.
func (w *jsonWalk) written(v reflect.Value) *finding {
	if !w.secrets || !v.CanInterface() {
		return nil
	}
	data, err := marshal(v.Interface())
	if err == nil && bytes.Contains(data, []byte(redacted)) && holdsSecret(v, map[visit]bool{}) {
		return &finding{format: foundSecret}
	}
	return nil
}

// visit is a place where a walk has been.
type visit struct {
	at uintptr
	t  reflect.Type
}

// holdsSecret says whether there is a Secret anywhere in a value, which may have cycles.
func holdsSecret(v reflect.Value, seen map[visit]bool) bool {
	switch v.Kind() {
	case reflect.Pointer, reflect.Map, reflect.Slice:
		here := visit{v.Pointer(), v.Type()}
		if v.IsNil() || seen[here] {
			return false
		}
		seen[here] = true
	}
	holds := func(v reflect.Value) bool { return holdsSecret(v, seen) }
	switch v.Kind() {
	case reflect.String:
		return v.Type() == secretType
	case reflect.Interface, reflect.Pointer:
		return holds(v.Elem())
	case reflect.Struct:
		for at := range v.NumField() {
			if holds(v.Field(at)) {
				return true
			}
		}
	case reflect.Slice, reflect.Array, reflect.Map:
		for key, value := range v.Seq2() {
			if holds(key) || holds(value) {
				return true
			}
		}
	}
	return false
}

var plainTypes sync.Map // reflect.Type to bool

// isPlain says whether JSON shows every value of the type as it is, but for texts that are not UTF-8. Types that write
// themselves count as plain.
func isPlain(t reflect.Type) bool {
	if known, ok := plainTypes.Load(t); ok {
		return known.(bool)
	}
	plain := plainWithin(t, map[reflect.Type]bool{})
	plainTypes.Store(t, plain)
	return plain
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
