package reqtrail

// #include "shim.h"
import "C"

import (
	"context"
	"time"
)

// operation begins the steps of an operation, by the number of its kind. what is a server, or whatever else it is about.
func operation(kind uint16, what, action string) (s encoder) {
	s.pair(C.REQTRAIL_GO_OPERATION, kind, what, action)
	return s
}

// operate runs an operation and copies its result: a report, an error, or both.
func (c *core) operate(ctx context.Context, j job) (*rawReport, *operationError, error) {
	if ctx == nil {
		return nil, nil, nilContext()
	}
	if c.enter() == 0 {
		return nil, nil, closedError()
	}
	defer c.leave()
	j.steps.flag(C.REQTRAIL_GO_ON_PROGRESS, j.progress != nil)
	if c.mock != nil {
		if deadline, has := ctx.Deadline(); has {
			j.left = virtualLeft(time.Until(deadline))
		}
		cancellable, over := untilCancelled(ctx, c.mock)
		defer over()
		ctx = cancellable
	}
	w := c.drive(ctx, j, c.mock != nil)
	defer c.release(w)
	defer C.rt_free(w.ended.response, w.ended.report, w.ended.error)
	c.settle(ctx, w)
	var raw *rawReport
	if w.ended.report != nil {
		raw = reportOf(w.ended.report)
	}
	if w.ended.error == nil {
		return raw, nil, nil
	}
	failed := &operationError{
		call:   errorOf(w.ended.error),
		action: w.ended.code == C.REQTRAIL_ERROR_ACTION_FAILED,
	}
	for at := range int(C.reqtrail_error_trail_count(w.ended.error)) {
		trail := C.reqtrail_error_trail_at(w.ended.error, C.size_t(at))
		failed.trails = append(failed.trails, newTrail(C.reqtrail_trail_clone(trail)))
	}
	c.explain(ctx, failed.call, false)
	return raw, failed, nil
}

// reportOf copies a report, which the caller still frees.
func reportOf(report *C.reqtrail_report) *rawReport {
	raw := &rawReport{
		json: textFrom(func(n *C.size_t) *C.char { return C.reqtrail_report_json(report, n) }),
		text: textFrom(func(n *C.size_t) *C.char { return C.reqtrail_report_text(report, n) }),
	}
	for at := range int(C.reqtrail_report_trail_count(report)) {
		trail := C.reqtrail_report_trail(report, C.size_t(at))
		raw.trails = append(raw.trails, newTrail(C.reqtrail_trail_clone(trail)))
	}
	return raw
}

// operationError is the error of an operation, copied from the core.
type operationError struct {
	call *Error
	// action says that the action itself failed, and not a call.
	action bool
	trails []*Trail
}

// cause returns the error of the call that failed; nil if none did.
func (e *operationError) cause() error {
	if e.action {
		return nil
	}
	return e.call
}
