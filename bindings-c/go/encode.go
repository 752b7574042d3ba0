package reqtrail

// #include "shim.h"
import "C"

import (
	"encoding/binary"
	"fmt"
	"maps"
	"math"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// encoder is the buffer of what is to be set: a request, the options of a client, an operation.
type encoder []byte

// head begins a step: what it is, and the number of the option that it is a value of, or 0.
func (s *encoder) head(what uint8, option uint16, first, second int) {
	buffer := append(*s, what)
	buffer = binary.NativeEndian.AppendUint16(buffer, option)
	buffer = binary.NativeEndian.AppendUint64(buffer, uint64(first))
	*s = binary.NativeEndian.AppendUint64(buffer, uint64(second))
}

// whole says whether the library reads the buffer to its end.
func (s encoder) whole() bool {
	return bool(C.reqtrail_go_steps_are_whole((*C.uint8_t)(start(s)), C.size_t(len(s))))
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

// moment sets a point in time, unless it is the zero one.
func (s *encoder) moment(what uint8, at time.Time) {
	if !at.IsZero() {
		s.number(what, 0, math.Float64bits(unixSeconds(at)))
	}
}

// unixSeconds is a moment from 1970 on, and not after the year 9999.
func unixSeconds(at time.Time) float64 {
	return min(max(float64(at.Unix())+float64(at.Nanosecond())/1e9, 0), latestMoment)
}

func (s *encoder) headers(option uint16, header http.Header) *Error {
	if len(header) <= 1 {
		for name, values := range header {
			if err := s.header(option, name, values); err != nil {
				return err
			}
		}
		return nil
	}
	for _, name := range slices.Sorted(maps.Keys(header)) {
		if err := s.header(option, name, header[name]); err != nil {
			return err
		}
	}
	return nil
}

func (s *encoder) header(option uint16, name string, values []string) *Error {
	for _, value := range values {
		if err := s.field(C.REQTRAIL_GO_HEADER, option, name, value); err != nil {
			return err
		}
	}
	return nil
}

func (s *encoder) secretHeaders(option uint16, header map[string]Secret) *Error {
	if len(header) == 0 {
		return nil
	}
	for _, name := range slices.Sorted(maps.Keys(header)) {
		if err := s.field(C.REQTRAIL_GO_SECRET_HEADER, option, name, string(header[name])); err != nil {
			return err
		}
	}
	return nil
}

func (s *encoder) field(what uint8, option uint16, name, value string) *Error {
	switch {
	case !utf8.ValidString(name):
		return invalidRequest(fmt.Sprintf("the name of the header %+q is not UTF-8 text", name), nil)
	case !utf8.ValidString(value):
		return invalidRequest("the value of the header `"+name+"` is not UTF-8 text", nil)
	}
	s.pair(what, option, name, value)
	return nil
}

// request writes a request, or says why it cannot be sent. `typed` says that the client has a Content-Type of its own.
func (s *encoder) request(r *Request, typed bool) error {
	if r == nil {
		return invalidRequest("the request is nil", nil)
	}
	if err := s.requestOf(r, typed); err != nil {
		return err.of(r)
	}
	return nil
}

func (s *encoder) requestOf(r *Request, typed bool) *Error {
	switch {
	case r.nilOption:
		return invalidRequest("an option of the request is nil", nil)
	case r.JSON != nil && (r.Body != nil || r.hasBody):
		return invalidRequest("the request has both a JSON body and another; give one of them", nil)
	}
	method := r.method()
	if !utf8.ValidString(method) {
		return invalidRequest("the method is not UTF-8 text", nil)
	}
	if r.Link != "" {
		if !utf8.ValidString(r.Link) {
			return invalidRequest("the link is not UTF-8 text", nil)
		}
		s.pair(C.REQTRAIL_GO_LINK, 0, method, r.Link)
	} else {
		if !utf8.ValidString(r.Path) {
			return invalidRequest("the path is not UTF-8 text", nil)
		}
		s.pair(C.REQTRAIL_GO_PATH, 0, method, r.Path)
	}
	if err := s.target(r); err != nil {
		return err
	}
	if err := s.headers(0, r.Header); err != nil {
		return err
	}
	if err := s.secretHeaders(0, r.SecretHeader); err != nil {
		return err
	}
	if err := s.body(r, typed); err != nil {
		return err
	}
	return s.requestOptions(r)
}

// target writes the values of the path and the query.
func (s *encoder) target(r *Request) *Error {
	for name, value := range r.Params {
		if !utf8.ValidString(name) {
			return invalidRequest(fmt.Sprintf("the name of the parameter %+q is not UTF-8 text", name), nil)
		}
		switch value := value.(type) {
		case Secret:
			if !utf8.ValidString(string(value)) {
				return invalidRequest("the value of the parameter `"+name+"` is not UTF-8 text", nil)
			}
			s.pair(C.REQTRAIL_GO_SECRET_PARAM, 0, name, string(value))
		default:
			text, err := paramText(name, value)
			if err != nil {
				return err
			}
			s.pair(C.REQTRAIL_GO_PARAM, 0, name, text)
		}
	}
	if len(r.Query) > 0 {
		for _, name := range slices.Sorted(maps.Keys(r.Query)) {
			for _, value := range r.Query[name] {
				if err := s.query(name, value); err != nil {
					return err
				}
			}
		}
	}
	for _, pair := range r.OrderedQuery {
		if err := s.query(pair[0], pair[1]); err != nil {
			return err
		}
	}
	return nil
}

func (s *encoder) query(name, value string) *Error {
	switch {
	case !utf8.ValidString(name):
		return invalidRequest(fmt.Sprintf("the name of the query parameter %+q is not UTF-8 text", name), nil)
	case !utf8.ValidString(value):
		return invalidRequest("the value of the query parameter `"+name+"` is not UTF-8 text", nil)
	}
	s.pair(C.REQTRAIL_GO_QUERY, 0, name, value)
	return nil
}

// body writes a body, and its type where no header says it.
func (s *encoder) body(r *Request, typed bool) *Error {
	switch {
	case r.JSON != nil:
		body, err := bodyOf(r.JSON)
		if err != nil {
			return err
		}
		if body.isJSON {
			s.bytes(C.REQTRAIL_GO_JSON, 0, body.data)
			return nil
		}
		if !typed && !hasContentType(r.Header) {
			s.pair(C.REQTRAIL_GO_HEADER, 0, "Content-Type", body.contentType)
		}
		s.bytes(C.REQTRAIL_GO_BODY, 0, body.data)
	case r.Body != nil:
		s.bytes(C.REQTRAIL_GO_BODY, 0, r.Body)
	}
	return nil
}

// hasContentType says whether a header names a type, or says by an empty list that there shall be none.
func hasContentType(header http.Header) bool {
	for name := range header {
		if strings.EqualFold(name, "Content-Type") {
			return true
		}
	}
	return false
}
