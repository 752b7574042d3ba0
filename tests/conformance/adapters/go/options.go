package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"os"
	"reflect"
	"sync"

	reqtrail "github.com/reqtrail/reqtrail/bindings-c/go"
)

// options are options of the surface, by name.
type options map[string]json.RawMessage

// optionsBeside parses a JSON object into a struct, and returns the members without a field, including those of
// "options".
func optionsBeside(text []byte, into any) (options, error) {
	var all options
	if err := json.Unmarshal(text, &all); err != nil {
		return nil, err
	}
	if err := json.Unmarshal(text, into); err != nil {
		return nil, err
	}
	kind := reflect.TypeOf(into).Elem()
	for at := range kind.NumField() {
		delete(all, kind.Field(at).Tag.Get("json"))
	}
	if others, has := all["options"]; has {
		delete(all, "options")
		var more options
		if err := json.Unmarshal(others, &more); err != nil {
			return nil, err
		}
		maps.Copy(all, more)
	}
	return all, nil
}

// option is the row of an option in schema/surface.json.
type option struct {
	Name    string          `json:"name"`
	Kind    string          `json:"kind"`
	Default json.RawMessage `json:"default"`
	Names   struct {
		Go string `json:"go"`
	} `json:"names"`
	Off struct {
		Go string `json:"go"`
	} `json:"off"`
}

var surface = sync.OnceValues(func() (map[string]map[string]option, error) {
	text, err := os.ReadFile("schema/surface.json")
	if err != nil {
		return nil, err
	}
	var read struct {
		Groups map[string]struct {
			Options []option `json:"options"`
		} `json:"groups"`
	}
	if err := json.Unmarshal(text, &read); err != nil {
		return nil, err
	}
	groups := map[string]map[string]option{}
	for name, group := range read.Groups {
		groups[name] = map[string]option{}
		for _, own := range group.Options {
			groups[name][own.Name] = own
			if own.Kind == "duration" {
				groups[name][own.Name+"_ms"] = own
			}
		}
	}
	return groups, nil
})

// set sets the options of a group in a [reqtrail.Config] or a [reqtrail.Request].
func (o options) set(group string, into any) error {
	known, err := surface()
	if err != nil {
		return err
	}
	for name, value := range o {
		own, has := known[group][name]
		if !has {
			return fmt.Errorf("a %s has no option %q", group, name)
		}
		if err := own.set(value, into); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

// emptyTexts are the options for which an empty text is an error, not the same as none.
var emptyTexts = map[string]reqtrail.Option{
	"idempotency_key": reqtrail.WithIdempotencyKey(""),
	"if_none_match":   reqtrail.WithIfNoneMatch(""),
}

func (o *option) set(given json.RawMessage, into any) (err error) {
	record := reflect.ValueOf(into).Elem()
	field := record.FieldByName(o.Names.Go)
	if string(given) == "null" {
		if o.Kind == "retry_budget" {
			field.Set(reflect.ValueOf(reqtrail.RetryBudget{Off: true}))
		} else if o.Off.Go != "" {
			record.FieldByName(o.Off.Go).SetBool(true)
		}
		return nil
	}
	switch o.Kind {
	case "flag":
		var on bool
		err = json.Unmarshal(given, &on)
		if field.Kind() == reflect.Pointer {
			field.Set(reflect.ValueOf(&on))
		} else {
			field.SetBool(on != (string(o.Default) == "true"))
		}
	case "count":
		var count int64
		err = json.Unmarshal(given, &count)
		switch {
		case field.CanUint():
			field.SetUint(uint64(count))
		case count == 0:
			// Zero means the default.
			field.SetInt(-1)
		default:
			field.SetInt(count)
		}
	case "duration":
		var ms float64
		err = json.Unmarshal(given, &ms)
		field.SetInt(int64(timeOf(ms)))
	case "text", "secret", "path":
		var text string
		err = json.Unmarshal(given, &text)
		field.SetString(text)
		if request, is := into.(*reqtrail.Request); is && text == "" && emptyTexts[o.Name] != nil {
			emptyTexts[o.Name](request)
		}
	case "texts", "pems":
		var texts []string
		if json.Unmarshal(given, &texts) != nil {
			texts = make([]string, 1)
			err = json.Unmarshal(given, &texts[0])
		}
		for _, text := range texts {
			field.Set(reflect.Append(field, reflect.ValueOf(text).Convert(field.Type().Elem())))
		}
	case "statuses":
		var statuses []int
		if json.Unmarshal(given, &statuses) != nil {
			statuses = make([]int, 1)
			err = json.Unmarshal(given, &statuses[0])
		}
		field.Set(reflect.AppendSlice(field, reflect.ValueOf(statuses)))
	case "headers":
		var fields map[string]string
		err = json.Unmarshal(given, &fields)
		header := http.Header{}
		for name, value := range fields {
			header.Set(name, value)
		}
		field.Set(reflect.ValueOf(header))
	case "dialect":
		var dialect reqtrail.Dialect
		if dialect, err = dialectOf(given); dialect != nil {
			field.Set(reflect.ValueOf(dialect))
		}
	case "retry_budget":
		var budget reqtrail.RetryBudget
		budget, err = budgetOf(given)
		field.Set(reflect.ValueOf(budget))
	default:
		err = fmt.Errorf("the kind %s is unknown", o.Kind)
	}
	return err
}
