package reqtrail

import (
	"encoding/json"
	"errors"
	"io"
	"net"
	"runtime"
	"strings"
	"testing"
	"time"
)

// sayZero says that it is zero, whatever it contains.
type sayZero struct{ Token any }

func (sayZero) IsZero() bool { return true }

// panicsLater answers encoding/json, and panics afterwards.
type panicsLater struct {
	Token any
	asked *int
}

func (p panicsLater) IsZero() bool {
	*p.asked++
	if *p.asked > 1 {
		panic("on purpose")
	}
	return false
}

type zeroByAddress struct{ Token Secret }

func (*zeroByAddress) IsZero() bool { return true }

// twoParts shares an array between its slices, and writes the longer one.
type twoParts struct{ first, all []Secret }

func (p twoParts) MarshalJSON() ([]byte, error) { return json.Marshal(p.all) }

type badText struct{ text string }

func (b badText) MarshalText() ([]byte, error) { return []byte(b.text), nil }

type badCode int

func (badCode) MarshalText() ([]byte, error) { return []byte("\xfehush"), nil }

type shared struct{ Token Secret }
type holder struct{ shared }
type left struct{ holder }
type right struct{ holder }

type link struct {
	Next  *link `json:",omitempty"`
	Value any   `json:",omitempty"`
}

func chain(length int, end any) *link {
	last := &link{Value: end}
	for range length {
		last = &link{Next: last}
	}
	return last
}

func TestWhatEncodingJSONLeavesOutIsLeftOut(t *testing.T) {
	client := newServer(t).client(t)
	asked := 0
	for name, one := range map[string]struct {
		body any
		want string
	}{
		"a nil pointer in an any": {struct {
			At any `json:"at,omitzero"`
		}{(*time.Time)(nil)}, `{"at":null}`},
		"a nil pointer in an interface that has IsZero": {struct {
			At zeroer `json:",omitzero"`
			A  string
		}{(*time.Time)(nil), redacted}, `{"A":"[redacted]"}`},
		"nothing in such an interface": {struct {
			At zeroer `json:",omitzero"`
			A  string
		}{A: redacted}, `{"A":"[redacted]"}`},
		"zero by its word": {struct {
			At sayZero `json:",omitzero"`
		}{sayZero{Secret("x")}}, `{}`},
		"zero by its address": {struct {
			At zeroByAddress `json:",omitzero"`
		}{zeroByAddress{"x"}}, `{}`},
		"a method that panics later": {struct {
			At panicsLater `json:",omitzero"`
		}{panicsLater{1, &asked}}, `{"At":{"Token":1}}`},
		"empty buffers": {struct {
			A net.Buffers `json:",omitempty"`
			B any
		}{}, `{"B":null}`},
		"an empty map and an empty array": {struct {
			A map[string]io.Reader `json:",omitempty"`
			B [0]io.Reader         `json:",omitempty"`
			C any
		}{A: map[string]io.Reader{}}, `{"C":null}`},
	} {
		response, err := client.Post(background, "/echo", one.body)
		if err != nil {
			t.Error(name, err)
			continue
		}
		equal(t, string(response.Body), one.want)
	}
}

func TestWhatJSONWouldChangeIsRefused(t *testing.T) {
	s := newServer(t)
	client := s.client(t)
	secrets := []Secret{"hush", "hush"}
	asked := 0
	for name, one := range map[string]struct {
		body any
		text string
	}{
		"an any is not asked whether it is zero": {struct {
			At any `json:"at,omitzero"`
		}{sayZero{Secret("hush")}}, "a Secret at `at.Token`"},
		"a method that panics later": {struct {
			At panicsLater `json:",omitzero"`
		}{panicsLater{Secret("hush"), &asked}}, "a Secret at `At.Token`"},
		"a type that is embedded twice": {struct {
			left
			right
		}{left{holder{shared{"hush"}}}, right{}}, "a Secret at `Token`"},
		"slices that share an array": {twoParts{secrets[:0], secrets}, "a Secret"},
		"behind a long way":          {chain(1000, Secret("hush")), "a Secret at `Next.Next."},
		"a text":                     {map[string]any{"a": badText{"hush\xff"}}, "a text at `a` that is not UTF-8"},
		"a text of a number":         {[]badCode{1}, "a text at `0` that is not UTF-8"},
		"a text as a key":            {map[badText]int{{"hush\xff"}: 1}, "a text that is not UTF-8"},
		"raw JSON":                   {json.RawMessage("\"hush\xff\""), "a value that writes itself as JSON that is not UTF-8"},
		"raw JSON within":            {map[string]any{"a": []any{json.RawMessage("\"hush\xff\"")}}, "a value at `a.0` that writes itself"},
	} {
		_, err := client.Post(background, "/echo", one.body)
		if !errors.Is(err, KindInvalidRequest) || !strings.Contains(err.Error(), one.text) || strings.Contains(err.Error(), "hush") {
			t.Errorf("%s: %v", name, err)
		}
	}
	equal(t, s.ids.Load(), 0)
}

// largeBeside writes a text that looks like a Secret, and has many other bytes.
type largeBeside struct {
	data  []byte
	token *Secret
}

func (largeBeside) MarshalJSON() ([]byte, error) { return json.Marshal(redacted) }

// The test measures work by the memory that it allocates, which does not depend on the speed of the machine.
func TestTheWalkAllocatesInProportionToTheBody(t *testing.T) {
	for name, one := range map[string]struct {
		body    any
		refused bool
		most    uint64
	}{
		"a long way": {chain(20_000, Secret("x")), true, 50 << 20},
		"bytes":      {largeBeside{make([]byte, 4<<20), nil}, false, 1 << 20},
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, _, err := bodyOf(one.body)
		runtime.ReadMemStats(&after)
		if (err != nil) != one.refused {
			t.Error(name, err)
		}
		if took := after.TotalAlloc - before.TotalAlloc; took > one.most {
			t.Error(name, took)
		}
	}
}
