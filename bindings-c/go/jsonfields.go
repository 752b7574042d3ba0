package reqtrail

import (
	"reflect"
	"slices"
	"strings"
	"sync"
	"unicode"
)

// jsonField is a field of a struct that encoding/json writes.
type jsonField struct {
	name      string
	t         reflect.Type
	index     []int
	tagged    bool
	omitEmpty bool
	omitZero  bool
}

// of finds the field in a struct; false if it is behind a nil pointer.
func (f *jsonField) of(v reflect.Value) (reflect.Value, bool) {
	for at, index := range f.index {
		if at > 0 && v.Kind() == reflect.Pointer {
			if v.IsNil() {
				return reflect.Value{}, false
			}
			v = v.Elem()
		}
		v = v.Field(index)
	}
	return v, true
}

// omits says whether the field is left out for its value.
func (f *jsonField) omits(v reflect.Value) bool {
	if f.omitEmpty {
		switch v.Kind() {
		case reflect.Array, reflect.Map, reflect.Slice, reflect.String:
			return v.Len() == 0
		case reflect.Bool, reflect.Interface, reflect.Pointer,
			reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64, reflect.Float32, reflect.Float64,
			reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
			if v.IsZero() {
				return true
			}
		}
	}
	return f.omitZero && isZero(v)
}

// isZero is as a type says itself, if it does.
func isZero(v reflect.Value) bool {
	type zeroer interface{ IsZero() bool }
	if v.CanInterface() {
		if v.Kind() == reflect.Pointer && v.IsNil() {
			return true
		}
		zero, ok := v.Interface().(zeroer)
		if !ok && v.CanAddr() {
			zero, ok = v.Addr().Interface().(zeroer)
		}
		if ok {
			says := false
			_ = calling("IsZero", func() { says = zero.IsZero() })
			return says
		}
	}
	return v.IsZero()
}

var fieldsOfTypes sync.Map // reflect.Type to []jsonField

// jsonFields are the fields that encoding/json writes of a struct, by its rules: of several of a name the one that is
// least deep counts, of those that are equally deep the one with a tag, and where that decides nothing either, none.
func jsonFields(t reflect.Type) []jsonField {
	if known, ok := fieldsOfTypes.Load(t); ok {
		return known.([]jsonField)
	}
	type level struct {
		t     reflect.Type
		index []int
	}
	var fields []jsonField
	decided := map[string]bool{}
	seen := map[reflect.Type]bool{}
	for next := []level{{t: t}}; len(next) > 0; {
		here := next
		next = nil
		found := map[string][]jsonField{}
		for _, one := range here {
			seen[one.t] = true
		}
		for _, one := range here {
			for at := range one.t.NumField() {
				field := one.t.Field(at)
				inner := field.Type
				if inner.Name() == "" && inner.Kind() == reflect.Pointer {
					inner = inner.Elem()
				}
				tag := field.Tag.Get("json")
				hidden := !field.IsExported() && !(field.Anonymous && inner.Kind() == reflect.Struct)
				if hidden || tag == "-" {
					continue
				}
				name, options, _ := strings.Cut(tag, ",")
				if !validName(name) {
					name = ""
				}
				index := append(slices.Clone(one.index), at)
				if name == "" && field.Anonymous && inner.Kind() == reflect.Struct {
					if !seen[inner] {
						next = append(next, level{inner, index})
					}
					continue
				}
				written := jsonField{name: name, t: field.Type, index: index, tagged: name != ""}
				if name == "" {
					written.name = field.Name
				}
				for _, option := range strings.Split(options, ",") {
					written.omitEmpty = written.omitEmpty || option == "omitempty"
					written.omitZero = written.omitZero || option == "omitzero"
				}
				found[written.name] = append(found[written.name], written)
			}
		}
		for name, candidates := range found {
			if decided[name] {
				continue
			}
			decided[name] = true
			tagged := slices.DeleteFunc(slices.Clone(candidates), func(f jsonField) bool { return !f.tagged })
			switch {
			case len(candidates) == 1:
				fields = append(fields, candidates[0])
			case len(tagged) == 1:
				fields = append(fields, tagged[0])
			}
		}
	}
	slices.SortFunc(fields, func(a, b jsonField) int { return slices.Compare(a.index, b.index) })
	fieldsOfTypes.Store(t, fields)
	return fields
}

// validName says whether encoding/json takes a name from a tag.
func validName(name string) bool {
	for _, c := range name {
		if !strings.ContainsRune("!#$%&()*+-./:;<=>?@[]^_{|}~ ", c) && !unicode.IsLetter(c) && !unicode.IsDigit(c) {
			return false
		}
	}
	return true
}
