package reqtrailtest

// Package reqtrail links the library; this package needs only its headers.

// #cgo CFLAGS: -I${SRCDIR}/..
// #include "native.h"
import "C"

import (
	"errors"
	"math"
	"runtime"
	"strings"
	"time"
	"unsafe"

	reqtrail "github.com/reqtrail/reqtrail/bindings-c/go"
	"github.com/reqtrail/reqtrail/bindings-c/go/internal/scripted"
)

// script is a script of the library: the exchanges, the clock, and the requests that were sent.
type script struct {
	handle *C.reqtrail_script
	scripted.Calls
}

func newScript(seed uint64, isManual bool) *script {
	s := new(script)
	var failed *C.reqtrail_error
	// This cannot fail, because there is no text.
	C.reqtrail_script_new(nil, 0, C.uint64_t(seed), C.bool(isManual), &s.handle, &failed)
	runtime.AddCleanup(s, func(handle *C.reqtrail_script) { C.reqtrail_script_free(handle) }, s.handle)
	return s
}

// NewClient implements scripted.Mock.
func (s *script) NewClient(options []byte) (client, failed unsafe.Pointer) {
	defer runtime.KeepAlive(s)
	var made *C.reqtrail_client
	var refused *C.reqtrail_error
	data := (*C.uint8_t)(unsafe.SliceData(options))
	C.reqtrail_go_script_client_new(s.handle, data, C.size_t(len(options)), nil, &made, &refused)
	return unsafe.Pointer(made), unsafe.Pointer(refused)
}

// ExpireAfter implements scripted.Mock.
func (s *script) ExpireAfter(token unsafe.Pointer, left time.Duration) (stop func()) {
	defer runtime.KeepAlive(s)
	timer := C.reqtrail_go_script_expire(s.handle, (*C.reqtrail_cancel_token)(token), C.uint64_t(max(left, 0)))
	return func() { C.reqtrail_go_script_timer_free(timer) }
}

func (s *script) add(exchange string) error {
	defer runtime.KeepAlive(s)
	var failed *C.reqtrail_error
	C.reqtrail_script_add(s.handle, charsOf(exchange), C.size_t(len(exchange)), &failed)
	return errorOf(failed)
}

func (s *script) load(json string) error {
	defer runtime.KeepAlive(s)
	var failed *C.reqtrail_error
	C.reqtrail_script_load(s.handle, charsOf(json), C.size_t(len(json)), &failed)
	return errorOf(failed)
}

func (s *script) requests() string {
	defer runtime.KeepAlive(s)
	var length C.size_t
	return textOf(C.reqtrail_script_requests_json(s.handle, &length), length)
}

func (s *script) problems(allowUnused bool) []string {
	defer runtime.KeepAlive(s)
	var length C.size_t
	problems := textOf(C.reqtrail_script_problems(s.handle, C.bool(allowUnused), &length), length)
	if problems == "" {
		return nil
	}
	return strings.Split(problems, "\n")
}

func (s *script) elapsed() time.Duration {
	defer runtime.KeepAlive(s)
	return time.Duration(math.Round(float64(C.reqtrail_script_elapsed_ms(s.handle)) * 1e6))
}

func (s *script) advance(by time.Duration) error {
	defer runtime.KeepAlive(s)
	var failed *C.reqtrail_error
	C.reqtrail_script_advance_ms(s.handle, C.uint64_t(by.Milliseconds()), &failed)
	return errorOf(failed)
}

func (s *script) waitUntilWaiting() error {
	defer runtime.KeepAlive(s)
	var failed *C.reqtrail_error
	C.reqtrail_script_wait_until_waiting(s.handle, &failed)
	return errorOf(failed)
}

// byHand makes the result of a call from its description. failed is the call's error; err says what is wrong in the
// description.
func byHand(description string) (response *reqtrail.Response, failed, err error) {
	var ended C.reqtrail_go_ended
	var refused *C.reqtrail_error
	C.reqtrail_go_by_hand(charsOf(description), C.size_t(len(description)), &ended, &refused)
	if err := errorOf(refused); err != nil {
		return nil, nil, err
	}
	taken, failed := scripted.Take(unsafe.Pointer(&ended))
	if failed != nil {
		return nil, failed, nil
	}
	return taken.(*reqtrail.Response), nil, nil
}

// charsOf lends a text to C for one call.
func charsOf(text string) *C.char { return (*C.char)(unsafe.Pointer(unsafe.StringData(text))) }

// textOf copies a text of the library.
func textOf(data *C.char, length C.size_t) string {
	return string(unsafe.Slice((*byte)(unsafe.Pointer(data)), int(length)))
}

// errorOf copies an error and frees it. It returns nil for nil.
func errorOf(failed *C.reqtrail_error) error {
	if failed == nil {
		return nil
	}
	defer C.reqtrail_error_free(failed)
	var length C.size_t
	message := C.reqtrail_error_message(failed, &length)
	return errors.New(textOf(message, length))
}
