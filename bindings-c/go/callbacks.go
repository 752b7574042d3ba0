package reqtrail

// #include "shim.h"
import "C"

import (
	"encoding/json"
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

//export reqtrailGoRefresh
func reqtrailGoRefresh(id C.uintptr_t, refresh *C.reqtrail_refresh) {
	entry, _ := registry.entries.Load(uintptr(id))
	h, ok := entry.(*hooks)
	if !ok {
		fail(refresh, ErrClosed.Error())
		return
	}
	token, refused := h.refresh()
	if refused != nil {
		fail(refresh, refused.text)
		return
	}
	C.reqtrail_refresh_token(refresh, charsOf(string(token.Value)), C.size_t(len(token.Value)))
	if !token.ExpiresAt.IsZero() {
		C.reqtrail_refresh_expires_at(refresh, C.double(unixSeconds(token.ExpiresAt)))
	}
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
