package reqtrail

import (
	"cmp"
	"reflect"
	"slices"
	"strings"
	"sync"
	"unicode"
)

// typeMemo caches a result for each type.
type typeMemo[V any] struct{ known sync.Map }

func (m *typeMemo[V]) of(t reflect.Type, find func(reflect.Type) V) V {
	if known, ok := m.known.Load(t); ok {
		return known.(V)
	}
	found := find(t)
	m.known.Store(t, found)
	return found
}

// jsonField is a field of a struct that encoding/json writes.
type jsonField struct {
	name  string
	t     reflect.Type
	index []int
	// rank orders the fields with one name: the lowest counts.
	rank                int
	omitEmpty, omitZero bool
}

// omits says whether encoding/json omits the field because of its value.
func (f *jsonField) omits(v reflect.Value) bool {
	return f.omitEmpty && isEmpty(v) || f.omitZero && f.isZero(v)
}

func isEmpty(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Array, reflect.Map, reflect.Slice, reflect.String:
		return v.Len() == 0
	case reflect.Struct:
		return false
	}
	return v.IsZero()
}

type zeroer interface{ IsZero() bool }

var zeroerType = reflect.TypeFor[zeroer]()

// isZero uses the IsZero method of the field's type, if there is one, but not that of a value in an any.
func (f *jsonField) isZero(v reflect.Value) bool {
	switch {
	case f.t.Implements(zeroerType):
		held := v
		if held.Kind() == reflect.Interface {
			held = held.Elem()
		}
		if !held.IsValid() || held.Kind() == reflect.Pointer && held.IsNil() {
			return true
		}
	case reflect.PointerTo(f.t).Implements(zeroerType):
		if !v.CanAddr() {
			boxed := reflect.New(f.t).Elem()
			boxed.Set(v)
			v = boxed
		}
		v = v.Addr()
	default:
		return v.IsZero()
	}
	// If it panics, although it did not for encoding/json, the value counts as not zero.
	zero := false
	_ = catchPanic("IsZero", func() { zero = v.Interface().(zeroer).IsZero() })
	return zero
}

var fieldsOfTypes typeMemo[[]jsonField]

// jsonFields returns the fields that encoding/json writes of a struct, by its rules: of several fields with one name
// the least nested counts, of those the one with a tag, and if there are still several, none.
func jsonFields(t reflect.Type) []jsonField { return fieldsOfTypes.of(t, fieldsThatCount) }

func fieldsThatCount(t reflect.Type) []jsonField {
	all := fieldsWithin(t)
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
	return fields
}

// embedded is a struct within another, at index. again says that its level has the type several times.
type embedded struct {
	t     reflect.Type
	index []int
	again bool
}

// fieldsWithin returns the fields of a struct and of those that it embeds, level by level. A type counts where it
// occurs first. If it occurs again on the same level, its fields are returned twice.
func fieldsWithin(t reflect.Type) (fields []jsonField) {
	seen := map[reflect.Type]bool{}
	for level := []embedded{{t: t}}; len(level) > 0; {
		var next []embedded
		for _, one := range level {
			if seen[one.t] {
				continue
			}
			seen[one.t] = true
			for at := range one.t.NumField() {
				field, index := one.t.Field(at), append(slices.Clip(one.index), at)
				written, inner := fieldOf(field, index)
				switch {
				case inner != nil:
					met := slices.IndexFunc(next, func(other embedded) bool { return other.t == inner })
					if met >= 0 {
						next[met].again = true
					} else {
						next = append(next, embedded{t: inner, index: index})
					}
				case written != nil:
					fields = append(fields, *written)
					if one.again {
						fields = append(fields, *written)
					}
				}
			}
		}
		level = next
	}
	return fields
}

// fieldOf returns what encoding/json makes of a field: a field that it writes, the struct whose fields it writes
// instead, or nothing.
func fieldOf(field reflect.StructField, index []int) (*jsonField, reflect.Type) {
	inner := field.Type
	if inner.Name() == "" && inner.Kind() == reflect.Pointer {
		inner = inner.Elem()
	}
	tag := field.Tag.Get("json")
	isStruct := field.Anonymous && inner.Kind() == reflect.Struct
	if tag == "-" || !field.IsExported() && !isStruct {
		return nil, nil
	}
	name, options, _ := strings.Cut(tag, ",")
	rank := 2 * len(index)
	if name == "" || !validName(name) {
		if isStruct {
			return nil, inner
		}
		name, rank = field.Name, rank+1
	}
	has := func(option string) bool { return slices.Contains(strings.Split(options, ","), option) }
	return &jsonField{name, field.Type, index, rank, has("omitempty"), has("omitzero")}, nil
}

// validName says whether encoding/json accepts a name in a tag.
func validName(name string) bool {
	return !strings.ContainsFunc(name, func(c rune) bool {
		return !strings.ContainsRune("!#$%&()*+-./:;<=>?@[]^_{|}~ ", c) && !unicode.IsLetter(c) && !unicode.IsDigit(c)
	})
}
