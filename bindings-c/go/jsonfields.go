package reqtrail

import (
	"cmp"
	"reflect"
	"slices"
	"strings"
	"sync"
	"unicode"
)

// jsonField is a field of a struct that encoding/json writes.
type jsonField struct {
	name  string
	t     reflect.Type
	index []int
	// rank orders the fields of a name: the lowest counts.
	rank                int
	omitEmpty, omitZero bool
}

// omits says whether the field is left out for its value, as far as that could hold something.
func (f *jsonField) omits(v reflect.Value) bool {
	return f.omitEmpty && v.Kind() == reflect.String && v.Len() == 0 || f.omitZero && isZero(v)
}

// isZero is as a type says itself, if it does.
func isZero(v reflect.Value) bool {
	type zeroer interface{ IsZero() bool }
	if v.CanInterface() && (v.Kind() != reflect.Pointer || !v.IsNil()) {
		zero, ok := v.Interface().(zeroer)
		if !ok {
			boxed := reflect.New(v.Type())
			boxed.Elem().Set(v)
			zero, ok = boxed.Interface().(zeroer)
		}
		if ok {
			return zero.IsZero()
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
	all := fieldsWithin(t, nil, nil)
	slices.SortFunc(all, func(a, b jsonField) int {
		return cmp.Or(strings.Compare(a.name, b.name), a.rank-b.rank)
	})
	var fields []jsonField
	for at, field := range all {
		isFirst := at == 0 || all[at-1].name != field.name
		isTie := at+1 < len(all) && all[at+1].name == field.name && all[at+1].rank == field.rank
		if isFirst && !isTie {
			fields = append(fields, field)
		}
	}
	slices.SortFunc(fields, func(a, b jsonField) int { return slices.Compare(a.index, b.index) })
	fieldsOfTypes.Store(t, fields)
	return fields
}

// fieldsWithin are the fields of a struct and of those that it embeds. It is at `index` within the types of `way`.
func fieldsWithin(t reflect.Type, index []int, way []reflect.Type) (fields []jsonField) {
	if slices.Contains(way, t) {
		return nil
	}
	way = append(slices.Clip(way), t)
	for at := range t.NumField() {
		field, index := t.Field(at), append(slices.Clip(index), at)
		inner := field.Type
		if inner.Name() == "" && inner.Kind() == reflect.Pointer {
			inner = inner.Elem()
		}
		tag := field.Tag.Get("json")
		isStruct := field.Anonymous && inner.Kind() == reflect.Struct
		if tag == "-" || !field.IsExported() && !isStruct {
			continue
		}
		name, options, _ := strings.Cut(tag, ",")
		rank := 2 * len(index)
		if name == "" || !validName(name) {
			if isStruct {
				fields = append(fields, fieldsWithin(inner, index, way)...)
				continue
			}
			name, rank = field.Name, rank+1
		}
		has := func(option string) bool { return slices.Contains(strings.Split(options, ","), option) }
		fields = append(fields, jsonField{name, field.Type, index, rank, has("omitempty"), has("omitzero")})
	}
	return fields
}

// validName says whether encoding/json takes a name from a tag.
func validName(name string) bool {
	return !strings.ContainsFunc(name, func(c rune) bool {
		return !strings.ContainsRune("!#$%&()*+-./:;<=>?@[]^_{|}~ ", c) && !unicode.IsLetter(c) && !unicode.IsDigit(c)
	})
}
