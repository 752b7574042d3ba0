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

func (s *encoder) head(what uint8, first, second int) {
	buffer := append(*s, what)
	buffer = binary.NativeEndian.AppendUint64(buffer, uint64(first))
	*s = binary.NativeEndian.AppendUint64(buffer, uint64(second))
}

// whole says whether the library reads the buffer to its end.
func (s encoder) whole() bool {
	return bool(C.reqtrail_go_steps_are_whole((*C.uint8_t)(start(s)), C.size_t(len(s))))
}

func (s *encoder) text(what uint8, text string) { s.pair(what, text, "") }

func (s *encoder) pair(what uint8, first, second string) {
	s.head(what, len(first), len(second))
	*s = append(append(*s, first...), second...)
}

func (s *encoder) bytes(what uint8, data []byte) {
	s.head(what, len(data), 0)
	*s = append(*s, data...)
}

func (s *encoder) number(what uint8, value uint64) {
	s.head(what, 8, 0)
	*s = binary.NativeEndian.AppendUint64(*s, value)
}

func (s *encoder) numbers(what uint8, first, second uint64) {
	s.head(what, 8, 8)
	*s = binary.NativeEndian.AppendUint64(*s, first)
	*s = binary.NativeEndian.AppendUint64(*s, second)
}

func (s *encoder) flag(what uint8, set bool) {
	if set {
		s.number(what, 1)
	}
}

func (s *encoder) textIf(what uint8, text string) {
	if text != "" {
		s.text(what, text)
	}
}

// count sets a number of 32 bits; a negative one stands for zero, and zero for the default.
func (s *encoder) count(what uint8, value int) {
	if value != 0 {
		s.number(what, uint64(min(max(value, 0), math.MaxUint32)))
	}
}

// time sets a time, as count does.
func (s *encoder) time(what uint8, value time.Duration) {
	if value != 0 {
		s.number(what, milliseconds(value))
	}
}

// moment sets a point in time, unless it is the zero one.
func (s *encoder) moment(what uint8, at time.Time) {
	if !at.IsZero() {
		s.number(what, math.Float64bits(unixSeconds(at)))
	}
}

// unixSeconds is a moment from 1970 on, and not after the year 9999.
func unixSeconds(at time.Time) float64 {
	return min(max(float64(at.Unix())+float64(at.Nanosecond())/1e9, 0), latestMoment)
}

// milliseconds rounds up: a time is never shorter than was asked for.
func milliseconds(d time.Duration) uint64 {
	if d <= 0 {
		return 0
	}
	return uint64((d-1)/time.Millisecond) + 1
}

func (s *encoder) headers(header http.Header) *Error {
	if len(header) <= 1 {
		for name, values := range header {
			if err := s.header(name, values); err != nil {
				return err
			}
		}
		return nil
	}
	for _, name := range slices.Sorted(maps.Keys(header)) {
		if err := s.header(name, header[name]); err != nil {
			return err
		}
	}
	return nil
}

func (s *encoder) header(name string, values []string) *Error {
	for _, value := range values {
		if err := s.field(C.REQTRAIL_GO_HEADER, name, value); err != nil {
			return err
		}
	}
	return nil
}

func (s *encoder) secretHeaders(header map[string]Secret) *Error {
	if len(header) == 0 {
		return nil
	}
	for _, name := range slices.Sorted(maps.Keys(header)) {
		if err := s.field(C.REQTRAIL_GO_SECRET_HEADER, name, string(header[name])); err != nil {
			return err
		}
	}
	return nil
}

func (s *encoder) field(what uint8, name, value string) *Error {
	switch {
	case !utf8.ValidString(name):
		return invalidRequest(fmt.Sprintf("the name of the header %+q is not UTF-8 text", name), nil)
	case !utf8.ValidString(value):
		return invalidRequest("the value of the header `"+name+"` is not UTF-8 text", nil)
	}
	s.pair(what, name, value)
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
	if err := r.checkNumbers(); err != nil {
		return err
	}
	method := r.method()
	if !utf8.ValidString(method) {
		return invalidRequest("the method is not UTF-8 text", nil)
	}
	if r.Link != "" {
		if !utf8.ValidString(r.Link) {
			return invalidRequest("the link is not UTF-8 text", nil)
		}
		s.pair(C.REQTRAIL_GO_LINK, method, r.Link)
	} else {
		if !utf8.ValidString(r.Path) {
			return invalidRequest("the path is not UTF-8 text", nil)
		}
		s.pair(C.REQTRAIL_GO_PATH, method, r.Path)
	}
	if err := s.target(r); err != nil {
		return err
	}
	if err := s.headers(r.Header); err != nil {
		return err
	}
	if err := s.secretHeaders(r.SecretHeader); err != nil {
		return err
	}
	if err := s.body(r, typed); err != nil {
		return err
	}
	if r.Idempotent != nil {
		idempotent := uint64(0)
		if *r.Idempotent {
			idempotent = 1
		}
		s.number(C.REQTRAIL_GO_IDEMPOTENT, idempotent)
	}
	for _, text := range []struct {
		what    uint8
		name    string
		value   string
		isEmpty bool
	}{
		{C.REQTRAIL_GO_IDEMPOTENCY_KEY, "idempotency key", r.IdempotencyKey, r.emptyKey},
		{C.REQTRAIL_GO_CORRELATION_ID, "correlation ID", r.CorrelationID, false},
		{C.REQTRAIL_GO_MICROVERSION, "microversion", r.Microversion, false},
		{C.REQTRAIL_GO_IF_NONE_MATCH, "entity tag", r.IfNoneMatch, r.emptyTag},
	} {
		if text.value == "" && !text.isEmpty {
			continue
		}
		if !utf8.ValidString(text.value) {
			return invalidRequest("the "+text.name+" is not UTF-8 text", nil)
		}
		s.text(text.what, text.value)
	}
	s.time(C.REQTRAIL_GO_CONNECT_TIMEOUT, r.ConnectTimeout)
	s.count(C.REQTRAIL_GO_MAX_ATTEMPTS, r.MaxAttempts)
	return nil
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
			s.pair(C.REQTRAIL_GO_SECRET_PARAM, name, string(value))
		default:
			text, err := paramText(name, value)
			if err != nil {
				return err
			}
			s.pair(C.REQTRAIL_GO_PARAM, name, text)
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
	s.pair(C.REQTRAIL_GO_QUERY, name, value)
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
			s.bytes(C.REQTRAIL_GO_JSON, body.data)
			return nil
		}
		if !typed && !hasContentType(r.Header) {
			s.pair(C.REQTRAIL_GO_HEADER, "Content-Type", body.contentType)
		}
		s.bytes(C.REQTRAIL_GO_BODY, body.data)
	case r.Body != nil:
		s.bytes(C.REQTRAIL_GO_BODY, r.Body)
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

func orDefault(value, otherwise int) uint64 {
	if value == 0 {
		value = otherwise
	}
	return uint64(min(max(value, 0), math.MaxUint32))
}
