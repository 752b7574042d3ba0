package reqtrail

// #include "shim.h"
import "C"

import (
	"errors"
	"net/http"
	"net/textproto"
	"strings"
	"time"
	"unicode/utf8"
	"unsafe"
)

// Functions that copy values from C before their handle is freed.

func text(t C.reqtrail_go_text) string {
	return string(unsafe.Slice((*byte)(unsafe.Pointer(t.data)), int(t.length)))
}

func bytesOf(t C.reqtrail_go_text) []byte {
	body := make([]byte, int(t.length))
	copy(body, unsafe.Slice((*byte)(unsafe.Pointer(t.data)), int(t.length)))
	return body
}

// headerOf reads header fields. They are in one block of memory, name and value in turn, which is copied at once.
func headerOf(rows *C.reqtrail_header, count C.size_t) http.Header {
	header := make(http.Header, int(count))
	if count == 0 {
		return header
	}
	fields := unsafe.Slice(rows, int(count))
	start := uintptr(unsafe.Pointer(fields[0].name))
	last := fields[len(fields)-1]
	end := uintptr(unsafe.Pointer(last.value)) + uintptr(last.value_length)
	all := C.GoStringN(fields[0].name, C.int(end-start))
	values := make([]string, 0, len(fields))
	for _, field := range fields {
		at := uintptr(unsafe.Pointer(field.name)) - start
		name := all[at : at+uintptr(field.name_length)]
		at = uintptr(unsafe.Pointer(field.value)) - start
		value := all[at : at+uintptr(field.value_length)]
		key := textproto.CanonicalMIMEHeaderKey(name)
		if known, ok := header[key]; ok {
			header[key] = append(known, value)
			continue
		}
		values = append(values, value)
		// Its capacity is its length, so that appending a second value reallocates it.
		header[key] = values[len(values)-1 : len(values) : len(values)]
	}
	return header
}

func rateLimitOf(has C.bool, limit *C.reqtrail_rate_limit) *RateLimit {
	if !has {
		return nil
	}
	read := &RateLimit{ResetAt: moment(float64(limit.reset_at))}
	if limit.limit >= 0 {
		value := int64(limit.limit)
		read.Limit = &value
	}
	if limit.remaining >= 0 {
		value := int64(limit.remaining)
		read.Remaining = &value
	}
	return read
}

// waitOf reads milliseconds; a negative number means no wait.
func waitOf(ms float64) *time.Duration {
	if ms < 0 {
		return nil
	}
	return durationOrNil(&ms)
}

// latestMoment is the end of the year 9999. Later times cannot be written as JSON.
const latestMoment = 253402300799

// moment reads seconds since 1970; a negative number means no moment.
func moment(seconds float64) time.Time {
	if seconds < 0 {
		return time.Time{}
	}
	whole := int64(min(seconds, latestMoment))
	return time.Unix(whole, int64((min(seconds, latestMoment)-float64(whole))*1e9)).UTC()
}

// responseOf copies a response and frees it.
func responseOf(ended *C.reqtrail_go_ended) *Response {
	response := &Response{
		StatusCode:   int(ended.status),
		Header:       headerOf(ended.headers, ended.header_count),
		Body:         bytesOf(ended.body),
		RequestID:    text(ended.request_id),
		RateLimit:    rateLimitOf(ended.has_rate_limit, &ended.rate_limit),
		Microversion: text(ended.microversion),
		Trail:        newTrail(ended.trail),
	}
	if namesCharset(response.Header) {
		response.decoded = decodedBy(ended.response)
	}
	C.rt_free(ended.response, nil, nil)
	return response
}

// take takes over the result of a call of package reqtrailtest.
func take(ended unsafe.Pointer) (*Response, error) {
	own := (*C.reqtrail_go_ended)(ended)
	if own.response != nil {
		return responseOf(own), nil
	}
	return nil, takeError(own.error)
}

// namesCharset says whether a body may be text in another charset than UTF-8. Only then does the core decode its text
// by the header.
func namesCharset(header http.Header) bool {
	contentType := strings.ToLower(header.Get("Content-Type"))
	return strings.Contains(contentType, "charset") && !strings.HasSuffix(contentType, "charset=utf-8")
}

// decodedBy copies the decoded text of a body, or the error of a body that cannot be decoded.
func decodedBy(response *C.reqtrail_response) func() (string, error) {
	var own C.reqtrail_go_text
	var failed *C.reqtrail_error
	C.reqtrail_response_text(response, &own.data, &own.length, &failed)
	if failed != nil {
		err := takeError(failed)
		return func() (string, error) { return "", err }
	}
	body := text(own)
	return func() (string, error) { return body, nil }
}

// errorOf copies an error, which the caller still frees.
func errorOf(failed *C.reqtrail_error) *Error {
	var f C.reqtrail_go_error
	C.reqtrail_go_error_read(failed, &f)
	e := &Error{
		Kind:            Kind(text(f.kind_name)),
		RequestID:       text(f.request_id),
		Message:         text(f.message),
		MayHaveBeenSent: bool(f.may_have_been_sent),
		RateLimit:       rateLimitOf(f.has_rate_limit, &f.rate_limit),
		Trail:           newTrail(f.trail),
		text:            text(f.display),
	}
	if f.kind >= C.REQTRAIL_ERROR_NULL_POINTER && f.kind != C.REQTRAIL_ERROR_ACTION_FAILED {
		// A misuse of the C functions is in Go a value that cannot be sent. The one-line text would name C's kind.
		e.Kind, e.text = KindInvalidRequest, ""
	}
	e.read(&f.fields)
	if f.headers != nil {
		e.Header = headerOf(f.headers, f.header_count)
		e.Body = bytesOf(f.body)
		if namesCharset(e.Header) || !utf8.Valid(e.Body) {
			body := textFrom(func(n *C.size_t) *C.char { return C.reqtrail_error_text(failed, n) })
			e.body = &body
		}
	}
	if f.cause.length > 0 {
		e.causes = append(e.causes, errors.New(text(f.cause)))
	}
	return e
}

// takeError copies an error and frees it.
func takeError(failed *C.reqtrail_error) *Error {
	defer C.reqtrail_error_free(failed)
	return errorOf(failed)
}

// takeConfigError is takeError for errors of a configuration.
func takeConfigError(failed *C.reqtrail_error) *Error {
	e := takeError(failed)
	if e.Kind == KindInvalidRequest {
		e.Kind = KindConfig
		e.text = ""
	}
	return e
}

// textFrom copies a text that is borrowed from a handle.
func textFrom(read func(length *C.size_t) *C.char) string {
	var own C.reqtrail_go_text
	own.data = read(&own.length)
	return text(own)
}
