package reqtrail

// #include "shim.h"
import "C"

import (
	"context"
	"encoding/json"
	"strings"
	"unsafe"
)

// These run on threads of the library, or within a call on the caller's own. They copy what they are lent, and leave.

//export reqtrailGoAttempt
func reqtrailGoAttempt(id C.uintptr_t, call *C.reqtrail_call_info, attempt *C.reqtrail_attempt) {
	entry, _ := registry.entries.Load(uintptr(id))
	h, ok := entry.(*hooks)
	if !ok {
		return
	}
	info := CallInfo{
		CallID:        askInfo(func(n *C.size_t) *C.char { return C.reqtrail_call_info_call_id(call, n) }),
		Dialect:       askInfo(func(n *C.size_t) *C.char { return C.reqtrail_call_info_dialect(call, n) }),
		Method:        askInfo(func(n *C.size_t) *C.char { return C.reqtrail_call_info_method(call, n) }),
		Path:          askInfo(func(n *C.size_t) *C.char { return C.reqtrail_call_info_path(call, n) }),
		CorrelationID: askInfo(func(n *C.size_t) *C.char { return C.reqtrail_call_info_correlation_id(call, n) }),
		Service:       askInfo(func(n *C.size_t) *C.char { return C.reqtrail_call_info_service(call, n) }),
		LogLine:       askInfo(func(n *C.size_t) *C.char { return C.reqtrail_call_info_log_line(call, n) }),
	}
	told := askInfo(func(n *C.size_t) *C.char { return C.reqtrail_attempt_json(attempt, n) })
	h.tellers.tell(info.CallID, func() {
		var data attemptJSON
		if json.Unmarshal([]byte(told), &data) == nil {
			h.onAttempt(info, data.attempt())
		}
	})
}

//export reqtrailGoCall
func reqtrailGoCall(id C.uintptr_t, trail *C.reqtrail_trail) {
	entry, _ := registry.entries.Load(uintptr(id))
	h, ok := entry.(*hooks)
	if !ok {
		return
	}
	call := askInfo(func(n *C.size_t) *C.char { return C.reqtrail_trail_call_id(trail, n) })
	kept := newTrail(C.reqtrail_trail_clone(trail))
	h.tellers.tell(call, func() { h.onCall(kept) })
}

// reqtrailGoCapture keeps the context of the call that begins a refresh: of the one that this thread makes, or of the one
// that was submitted under a tag.
//
//export reqtrailGoCapture
func reqtrailGoCapture(id, caller C.uintptr_t, tag *C.uint64_t) C.uintptr_t {
	entry, _ := registry.entries.Load(uintptr(id))
	h, ok := entry.(*hooks)
	if !ok {
		return 0
	}
	var ctx context.Context
	if tag != nil {
		ctx = h.queued(uint64(*tag))
	} else {
		entry, _ = registry.entries.Load(uintptr(caller))
		if caller, ok := entry.(callerContext); ok {
			ctx = caller.ctx
		}
	}
	if ctx == nil {
		return 0
	}
	return C.uintptr_t(register(callerContext{ctx}))
}

//export reqtrailGoRelease
func reqtrailGoRelease(context C.uintptr_t) { unregister(uintptr(context)) }

//export reqtrailGoRefresh
func reqtrailGoRefresh(id, context C.uintptr_t, refresh *C.reqtrail_refresh) {
	entry, _ := registry.entries.Load(uintptr(id))
	h, ok := entry.(*hooks)
	if !ok {
		fail(refresh, ErrClosed.Error())
		return
	}
	kept, _ := registry.entries.Load(uintptr(context))
	caller, _ := kept.(callerContext)
	token, refused := h.refresh(caller.ctx)
	if refused != nil {
		refused.tell(refresh)
		return
	}
	C.reqtrail_refresh_token(refresh, charsOf(string(token.Value)), C.size_t(len(token.Value)))
	if !token.ExpiresAt.IsZero() {
		C.reqtrail_refresh_expires_at(refresh, C.double(unixSeconds(token.ExpiresAt)))
	}
}

// tell says why there is no token, and of which kind of error that is where it is one of this package's own.
func (r *refusal) tell(refresh *C.reqtrail_refresh) {
	kind, category := C.int32_t(0), C.int32_t(0)
	if r.own != nil {
		kind = numberOf(string(r.own.Kind), func(n C.int32_t) *C.char { return C.reqtrail_code_name(C.reqtrail_code(n)) })
		category = numberOf(string(r.own.Category), func(n C.int32_t) *C.char { return C.reqtrail_category_name(n) })
	}
	if kind == 0 {
		fail(refresh, r.text)
		return
	}
	id := strings.ToValidUTF8(r.own.RequestID, "\uFFFD")
	C.reqtrail_refresh_fail_as(refresh, C.reqtrail_code(kind), category, charsOf(r.text), C.size_t(len(r.text)), charsOf(id), C.size_t(len(id)))
}

// numberOf finds the number of a kind or a category; 0 for the name of none, which an error that the program made may have.
func numberOf(name string, nameOf func(C.int32_t) *C.char) C.int32_t {
	const last = 100
	for n := C.int32_t(1); n < last; n++ {
		if found := nameOf(n); found != nil && C.GoString(found) == name {
			return n
		}
	}
	return 0
}

func fail(refresh *C.reqtrail_refresh, why string) {
	C.reqtrail_refresh_fail(refresh, charsOf(why), C.size_t(len(why)))
}

//export reqtrailGoProgress
func reqtrailGoProgress(id C.uintptr_t, text *C.char, length C.size_t) {
	entry, _ := registry.entries.Load(uintptr(id))
	if tell, ok := entry.(*progressTeller); ok {
		tell.tell(C.GoBytes(unsafe.Pointer(text), C.int(length)))
	}
}

func askInfo(read func(length *C.size_t) *C.char) string {
	var length C.size_t
	data := read(&length)
	return string(unsafe.Slice((*byte)(unsafe.Pointer(data)), int(length)))
}
