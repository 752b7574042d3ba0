package reqtrail

// #include "shim.h"
import "C"

import (
	"encoding/binary"
	"maps"
	"math"
	"net/http"
	"slices"
	"strings"
	"time"
)

// encoder is a buffer of encoded steps: a request, the options of a client, an operation, or the answer of a refresher.
type encoder []byte

// head begins a step: its kind, the number of the option whose value it is, or 0, and the lengths of its two texts.
func (s *encoder) head(what uint8, option uint16, first, second int) {
	buffer := append(*s, what)
	buffer = binary.NativeEndian.AppendUint16(buffer, option)
	buffer = binary.NativeEndian.AppendUint64(buffer, uint64(first))
	*s = binary.NativeEndian.AppendUint64(buffer, uint64(second))
}

func (s *encoder) text(what uint8, text string) { s.pair(what, 0, text, "") }

func (s *encoder) pair(what uint8, option uint16, first, second string) {
	s.head(what, option, len(first), len(second))
	*s = append(append(*s, first...), second...)
}

func (s *encoder) bytes(what uint8, option uint16, data []byte) {
	s.head(what, option, len(data), 0)
	*s = append(*s, data...)
}

func (s *encoder) number(what uint8, option uint16, value uint64) {
	s.head(what, option, 8, 0)
	*s = binary.NativeEndian.AppendUint64(*s, value)
}

func (s *encoder) flag(what uint8, set bool) {
	if set {
		s.head(what, 0, 0, 0)
	}
}

// moment writes a point in time, unless it is zero.
func (s *encoder) moment(option uint16, at time.Time) {
	if !at.IsZero() {
		s.number(C.REQTRAIL_GO_MOMENT, option, math.Float64bits(unixSeconds(at)))
	}
}

// unixSeconds converts a moment, limited to the years 1970 to 9999.
func unixSeconds(at time.Time) float64 {
	return min(max(float64(at.Unix())+float64(at.Nanosecond())/1e9, 0), latestMoment)
}

// headers writes header fields and secret header fields.
func (s *encoder) headers(option uint16, header http.Header, secret map[string]Secret) {
	s.lists(C.REQTRAIL_GO_HEADER, option, header)
	byName(secret, func(name string, value Secret) {
		s.pair(C.REQTRAIL_GO_SECRET_HEADER, option, name, string(value))
	})
}

// lists writes the values of names, each with its name.
func (s *encoder) lists(what uint8, option uint16, lists map[string][]string) {
	byName(lists, func(name string, values []string) {
		for _, value := range values {
			s.pair(what, option, name, value)
		}
	})
}

// byName visits the entries of a map in the order of their names.
func byName[V any](of map[string]V, write func(name string, value V)) {
	if len(of) <= 1 {
		for name, value := range of {
			write(name, value)
		}
		return
	}
	for _, name := range slices.Sorted(maps.Keys(of)) {
		write(name, of[name])
	}
}

// request writes a request, or returns why it cannot be sent. typed says that the client has its own Content-Type.
func (s *encoder) request(r *Request, typed bool) *Error {
	switch {
	case r == nil:
		return invalidRequest("the request is nil", nil)
	case r.nilOption:
		return invalidRequest("an option of the request is nil", nil)
	case r.JSON != nil && (r.Body != nil || r.hasBody):
		return invalidRequest("the request has both a JSON body and another body; expected one of them", nil)
	}
	if r.Link != "" {
		s.pair(C.REQTRAIL_GO_LINK, 0, r.method(), r.Link)
	} else {
		s.pair(C.REQTRAIL_GO_PATH, 0, r.method(), r.Path)
	}
	for name, value := range r.Params {
		if secret, ok := value.(Secret); ok {
			s.pair(C.REQTRAIL_GO_SECRET_PARAM, 0, name, string(secret))
			continue
		}
		text, err := paramText(name, value)
		if err != nil {
			return err
		}
		s.pair(C.REQTRAIL_GO_PARAM, 0, name, text)
	}
	s.lists(C.REQTRAIL_GO_QUERY, 0, r.Query)
	for _, pair := range r.OrderedQuery {
		s.pair(C.REQTRAIL_GO_QUERY, 0, pair[0], pair[1])
	}
	s.headers(0, r.Header, r.SecretHeader)
	if err := s.body(r, typed); err != nil {
		return err
	}
	return s.requestOptions(r)
}

// body writes a body, and its type if no header sets it.
func (s *encoder) body(r *Request, typed bool) *Error {
	switch {
	case r.JSON != nil:
		data, contentType, err := bodyOf(r.JSON)
		if err != nil {
			return err
		}
		if contentType == "" {
			s.bytes(C.REQTRAIL_GO_JSON, 0, data)
			return nil
		}
		if !typed && !hasContentType(r.Header) {
			s.pair(C.REQTRAIL_GO_HEADER, 0, "Content-Type", contentType)
		}
		s.bytes(C.REQTRAIL_GO_BODY, 0, data)
	case r.Body != nil:
		s.bytes(C.REQTRAIL_GO_BODY, 0, r.Body)
	}
	return nil
}

// hasContentType says whether a header sets Content-Type, or suppresses it with an empty list.
func hasContentType(header http.Header) bool {
	for name := range header {
		if strings.EqualFold(name, "Content-Type") {
			return true
		}
	}
	return false
}
