package reqtrail

import (
	"io"
	"net"
	"testing"
	"time"
)

// sayZero says that it is zero, whatever it holds.
type sayZero struct{ Token any }

func (sayZero) IsZero() bool { return true }

// panicsLater answers encoding/json, and nobody after it.
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

