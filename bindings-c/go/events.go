package reqtrail

// #include "shim.h"
import "C"

import (
	"context"
	"encoding/json"
	"strings"
	"unsafe"
)

// dispatch passes an event on: a result to its waiter, other events to functions of the program. It runs with the
// waiters locked, so it does not call those functions itself.
func (q *queue) dispatch(c *core, e *C.reqtrail_go_event) {
	tag := uint64(e.tag)
	w := q.pending[tag]
	switch e.what {
	case C.REQTRAIL_GO_ENDED:
		if w == nil {
			panic("reqtrail: a result has no waiter")
		}
		delete(q.pending, tag)
		w.ended = e.ended
		w.woken <- struct{}{}
	case C.REQTRAIL_GO_ATTEMPT:
		texts := strings.SplitN(string(takeText(e)), "\x00", callInfoTexts+1)
		q.notifiers.notify(tag, func() {
			var attempt attemptJSON
			if len(texts) > callInfoTexts && json.Unmarshal([]byte(texts[callInfoTexts]), &attempt) == nil {
				c.hooks.onAttempt(callInfoOf(texts), attempt.attempt())
			}
		})
	case C.REQTRAIL_GO_CALL:
		trail := newTrail(e.trail)
		q.notifiers.notify(tag, func() { c.hooks.onCall(trail) })
	case C.REQTRAIL_GO_PROGRESS:
		record := takeText(e)
		if w != nil && w.progress != nil {
			function := w.progress
			q.notifiers.notify(tag, func() {
				if progress, err := readProgress(record); err == nil {
					function(progress)
				}
			})
		}
	case C.REQTRAIL_GO_REFRESH:
		var caller context.Context
		if w != nil {
			caller = w.ctx
		}
		go c.refresh(uint64(e.refresh), newServing(e.serving), caller)
	}
}

// takeText copies the text of an event and frees it.
func takeText(e *C.reqtrail_go_event) []byte {
	copied := C.GoBytes(unsafe.Pointer(e.text.data), C.int(e.text.length))
	C.reqtrail_go_text_free(e.text)
	return copied
}
