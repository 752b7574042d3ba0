package reqtrail

// #include "shim.h"
import "C"

import (
	"context"
	"runtime"
	"time"
)

// Compute reads OpenStack's servers and their actions, follows actions to their end, and explains the history of
// servers.
//
// If neither it nor its client has a microversion, its calls ask for "latest", because older ones do not show an
// action's steps.
type Compute struct {
	client *Client
	// Microversion is the version of the API to ask for, instead of the client's.
	Microversion string
}

// NewCompute makes a Compute that calls through a client of OpenStack's compute API.
func NewCompute(client *Client) *Compute { return &Compute{client: client} }

// operation begins the steps of an operation, by the number of its kind.
func operation(kind uint16, server, action string) (s encoder) {
	s.pair(C.REQTRAIL_GO_OPERATION, kind, server, action)
	return s
}

// fetched runs an operation that reads a value, and sets the trail of the call on it.
func fetched[V any](ctx context.Context, c *Compute, s encoder, trail func(*V) **Trail) (*V, error) {
	raw, failed, err := c.run(ctx, s, nil, nil)
	switch {
	case err != nil:
		return nil, err
	case failed != nil:
		return nil, failed.call
	}
	value := new(V)
	if err := raw.read(value); err != nil {
		return nil, err
	}
	*trail(value) = raw.trail()
	return value, nil
}

// actionReportOf converts the result of a follow: a report, an error with what was seen, or the error that prevented
// both.
func actionReportOf(raw *rawReport, failed *operationError, err error) (*ActionReport, error) {
	var report *ActionReport
	if err == nil && raw != nil {
		report, err = readActionReport(raw)
	}
	switch {
	case err != nil || failed == nil:
		return report, err
	case report == nil:
		// The follow did not begin.
		return nil, failed.call
	}
	return report, &ActionError{Failed: failed.action, Report: report, text: failed.call.Error(), cause: failed.cause()}
}

// serverHistoryOf converts the result of an explain: a history, or the error.
func serverHistoryOf(raw *rawReport, failed *operationError, err error) (*ServerHistory, error) {
	switch {
	case err != nil:
		return nil, err
	case failed != nil:
		return nil, &ExplainError{Trails: failed.trails, text: failed.call.Error(), cause: failed.cause()}
	}
	return readHistory(raw)
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

// run runs an operation and copies its result: a report, an error, or both.
func (c *Compute) run(ctx context.Context, s encoder, started *Trail, progress func(*Progress)) (*rawReport, *operationError, error) {
	if c == nil || c.client == nil || c.client.core == nil {
		return nil, nil, notMade()
	}
	if ctx == nil {
		return nil, nil, nilContext()
	}
	core := c.client.core
	defer runtime.KeepAlive(c.client)
	if core.enter() == 0 {
		return nil, nil, closedError()
	}
	defer core.leave()
	s.textIf(operationMicroversion, c.Microversion, false)
	s.flag(C.REQTRAIL_GO_ON_PROGRESS, progress != nil)
	j := job{steps: s, started: started, progress: progress}
	if core.mock != nil {
		if deadline, has := ctx.Deadline(); has {
			j.left = virtualLeft(time.Until(deadline))
		}
		cancellable, over := untilCancelled(ctx, core.mock)
		defer over()
		ctx = cancellable
	}
	w := core.drive(ctx, j, core.mock != nil)
	defer core.release(w)
	defer C.rt_free(w.ended.response, w.ended.report, w.ended.error)
	core.settle(ctx, w)
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
	core.explain(ctx, failed.call, false)
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
