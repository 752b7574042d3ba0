package reqtrail

// #include "shim.h"
import "C"

import (
	"context"
	"fmt"
	"math"
	"runtime"
	"time"
)

// Compute reads OpenStack's servers and their actions, follows actions to their end, and tells the stories of servers.
//
// Where neither it nor its client has a microversion, its calls ask for "latest": the older ones do not show an action's
// steps.
type Compute struct {
	client *Client
	// Microversion is the version of the API to ask for, in the place of the client's.
	Microversion string
}

// NewCompute works through a client of OpenStack's compute API.
func NewCompute(client *Client) *Compute { return &Compute{client: client} }

// ListOptions say which actions are listed. The zero value of a field says nothing.
type ListOptions struct {
	// Limit is how many at most; from microversion 2.58.
	Limit int
	// Marker is the request ID of the action to begin after; from microversion 2.58.
	Marker string
	// ChangesSince has only those that changed at this time or later; from microversion 2.58.
	ChangesSince time.Time
	// ChangesBefore has only those that changed at this time or earlier; from microversion 2.66.
	ChangesBefore time.Time
}

// FollowOptions say how an action is followed. The zero value of a field stands for its default.
type FollowOptions struct {
	// PollInterval is the first wait between two polls, half a second; each is twice the one before.
	PollInterval time.Duration
	// MaxPollInterval is the longest wait between two polls, 10 seconds.
	MaxPollInterval time.Duration
	// Deadline is how long it is followed, ten minutes. One that still runs then is reported as unknown.
	Deadline time.Duration
	// SettleTime is how long a state that decides nothing has to stay the same, 3 seconds.
	SettleTime time.Duration
	// OnProgress is told after every poll, in order, before the following returns; but a following whose context ends
	// returns at once, and does not wait for it. A panic in it ends nothing.
	OnProgress func(*Progress)
}

// ExplainOptions say how a story is told.
type ExplainOptions struct {
	// Limit is how many actions, the newest 20 by default.
	Limit int
}

// check refuses what no following can have. A negative SettleTime stands for none.
func (o *FollowOptions) check() *Error {
	for _, time := range []struct {
		name  string
		value time.Duration
	}{{"PollInterval", o.PollInterval}, {"MaxPollInterval", o.MaxPollInterval}, {"Deadline", o.Deadline}} {
		if time.value < 0 {
			return invalidRequest(fmt.Sprintf("%s is %v; expected a longer time", time.name, time.value), nil)
		}
	}
	return nil
}

func checkLimit(limit int) *Error {
	if limit < 0 || limit > math.MaxInt32 {
		return invalidRequest(fmt.Sprintf("Limit is %d; expected 1 to %d, or 0 for the default", limit, math.MaxInt32), nil)
	}
	return nil
}

// Server reads a server, its fault included.
func (c *Compute) Server(ctx context.Context, serverID string) (*Server, error) {
	var s encoder
	s.text(C.RT_SERVER, serverID)
	server := &Server{}
	raw, err := c.read(ctx, s, server)
	if err != nil {
		return nil, err
	}
	server.Trail = raw.trail()
	return server, nil
}

// Action reads an action by the ID of the request that started it: the one that its response carried. A deleted server's
// actions can be read from microversion 2.21.
func (c *Compute) Action(ctx context.Context, serverID, requestID string) (*ServerAction, error) {
	var s encoder
	s.pair(C.RT_ACTION, serverID, requestID)
	action := &ServerAction{}
	raw, err := c.read(ctx, s, action)
	if err != nil {
		return nil, err
	}
	action.Trail = raw.trail()
	return action, nil
}

// Actions lists a server's actions, newest first, without their steps.
func (c *Compute) Actions(ctx context.Context, serverID string, options ListOptions) (*ActionPage, error) {
	if err := checkLimit(options.Limit); err != nil {
		return nil, err
	}
	var s encoder
	s.text(C.RT_ACTIONS, serverID)
	s.count(C.RT_LIMIT, options.Limit)
	s.textIf(C.RT_MARKER, options.Marker)
	s.moment(C.RT_CHANGES_SINCE, options.ChangesSince)
	s.moment(C.RT_CHANGES_BEFORE, options.ChangesBefore)
	page := &ActionPage{}
	raw, err := c.read(ctx, s, page)
	if err != nil {
		return nil, err
	}
	page.Trail = raw.trail()
	return page, nil
}

// Follow follows what a request started until it has ended, on the server of this UUID or, looked up first, of this exact
// name. Its error is an [*ActionError], which says whether the action
// failed or could not be followed; what was seen is in both. A report may still say unknown: look at its verdict.
func (c *Compute) Follow(ctx context.Context, serverID string, started *Response, options FollowOptions) (*ActionReport, error) {
	if started == nil {
		return nil, invalidRequest("the response to follow is nil", nil)
	}
	return c.follow(ctx, serverID, started.RequestID, started.Trail, options)
}

// FollowID is Follow by the request's ID alone.
func (c *Compute) FollowID(ctx context.Context, serverID, requestID string, options FollowOptions) (*ActionReport, error) {
	return c.follow(ctx, serverID, requestID, nil, options)
}

func (c *Compute) follow(ctx context.Context, serverID, requestID string, started *Trail, options FollowOptions) (*ActionReport, error) {
	if err := options.check(); err != nil {
		return nil, err
	}
	var s encoder
	s.pair(C.RT_FOLLOW, serverID, requestID)
	if options.PollInterval != 0 || options.MaxPollInterval != 0 {
		first := orTime(options.PollInterval, 500*time.Millisecond)
		s.numbers(C.RT_POLL_INTERVAL, milliseconds(first), milliseconds(orTime(options.MaxPollInterval, 10*time.Second)))
	}
	s.time(C.RT_DEADLINE, options.Deadline)
	s.time(C.RT_SETTLE_TIME, options.SettleTime)
	var progress *progressTeller
	if options.OnProgress != nil {
		s.flag(C.RT_ON_PROGRESS, true)
		progress = &progressTeller{function: options.OnProgress}
	}
	raw, failed, err := c.run(ctx, s, started, progress)
	if err != nil {
		return nil, err
	}
	var report *ActionReport
	if raw != nil {
		if report, err = readActionReport(raw); err != nil {
			return nil, err
		}
	}
	if failed == nil {
		return report, nil
	}
	return report, &ActionError{Failed: failed.action, Report: report, text: failed.call.Error(), cause: failed.cause()}
}

// Explain tells the story of the server of this UUID or, looked up first, of this exact name: its actions, newest first, each with its request ID and its outcome. Its error is
// an [*ExplainError]. A server that is gone has a story as long as its actions can be read, from microversion 2.21.
func (c *Compute) Explain(ctx context.Context, serverID string, options ExplainOptions) (*ServerHistory, error) {
	if err := checkLimit(options.Limit); err != nil {
		return nil, err
	}
	var s encoder
	s.text(C.RT_EXPLAIN, serverID)
	s.count(C.RT_LIMIT, options.Limit)
	raw, failed, err := c.run(ctx, s, nil, nil)
	switch {
	case err != nil:
		return nil, err
	case failed != nil:
		return nil, &ExplainError{Trails: failed.trails, text: failed.call.Error(), cause: failed.cause()}
	}
	return readHistory(raw)
}

// read runs an operation that is one call.
func (c *Compute) read(ctx context.Context, s encoder, into any) (*rawReport, error) {
	raw, failed, err := c.run(ctx, s, nil, nil)
	switch {
	case err != nil:
		return nil, err
	case failed != nil:
		return nil, failed.call
	}
	return raw, raw.read(into)
}

// operationError is the error of an operation, copied out of the core.
type operationError struct {
	call *Error
	// action says that the action itself failed, and no call.
	action bool
	trails []*Trail
}

// cause is the error of the call that failed; nil if none did.
func (e *operationError) cause() error {
	if e.action {
		return nil
	}
	return e.call
}

// run runs an operation and copies what it gave: a report, an error, or both.
func (c *Compute) run(ctx context.Context, s encoder, started *Trail, progress *progressTeller) (*rawReport, *operationError, error) {
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
	s.textIf(C.RT_MICROVERSION, c.Microversion)
	var id uintptr
	if progress != nil {
		id = register(progress)
		defer unregister(id)
	}
	w := core.operate(ctx, s, started, id)
	defer w.release()
	defer C.rt_free(w.ended.response, w.ended.report, w.ended.error)
	if progress != nil {
		progress.tellers.settle(ctx, "")
	}
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

// operate carries an operation out and waits for its end.
func (c *core) operate(ctx context.Context, s encoder, started *Trail, id uintptr) *waiter {
	defer runtime.KeepAlive(started)
	var trail *C.reqtrail_trail
	if started != nil {
		trail = started.handle
	}
	var w *waiter
	if thread := c.hooks.refreshThreadOf(ctx); thread != nil && thread.run(func() { w = c.operateHere(ctx, s, trail, id) }) {
		return w
	}
	if c.queue.open(c) {
		return c.queue.operate(c, ctx, s, trail, id)
	}
	return c.operateHere(ctx, s, trail, id)
}

// operateHere carries an operation out on this goroutine's thread.
func (c *core) operateHere(ctx context.Context, s encoder, trail *C.reqtrail_trail, id uintptr) *waiter {
	w := newWaiter()
	c.onThread(ctx, func(token *C.reqtrail_cancel_token, caller C.uintptr_t) {
		if ended := contextEnd(ctx); ended != nil {
			cancel(token, ended)
		}
		C.rt_operate(c.handle, (*C.uint8_t)(start(s)), C.size_t(len(s)), trail, C.uintptr_t(id), token, caller, &w.ended)
	})
	return w
}

// operate submits an operation to the queue, which is open, and waits for its end.
func (q *queue) operate(c *core, ctx context.Context, s encoder, trail *C.reqtrail_trail, id uintptr) *waiter {
	tag, w := q.expect(ctx)
	var token *C.reqtrail_cancel_token
	if ended := contextEnd(ctx); ended != nil {
		// The core then sends nothing, and gives its own account of that.
		token = C.reqtrail_cancel_token_new()
		defer C.reqtrail_cancel_token_free(token)
		cancel(token, ended)
	}
	failed := C.rt_submit_operation(c.handle, (*C.uint8_t)(start(s)), C.size_t(len(s)), C.uint64_t(tag), trail, C.uintptr_t(id), token)
	if failed != nil {
		q.forget(tag)
		w.ended.error = failed
		return w
	}
	q.wait(c, ctx, tag, w)
	return w
}

// reportOf copies a report, which stays the caller's to free.
func reportOf(report *C.reqtrail_report) *rawReport {
	raw := &rawReport{
		json: askInfo(func(n *C.size_t) *C.char { return C.reqtrail_report_json(report, n) }),
		text: askInfo(func(n *C.size_t) *C.char { return C.reqtrail_report_text(report, n) }),
	}
	for at := range int(C.reqtrail_report_trail_count(report)) {
		trail := C.reqtrail_report_trail(report, C.size_t(at))
		raw.trails = append(raw.trails, newTrail(C.reqtrail_trail_clone(trail)))
	}
	return raw
}

// progressTeller tells a program of the polls of one following.
type progressTeller struct {
	function func(*Progress)
	tellers  tellers
}

func (p *progressTeller) tell(text []byte) {
	p.tellers.tell("", func() {
		if progress, err := readProgress(text); err == nil {
			p.function(progress)
		}
	})
}
