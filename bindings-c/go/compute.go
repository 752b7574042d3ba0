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

// check refuses what no following can have. A negative SettleTime stands for none, and [NoLimit] for no limit.
func (o *FollowOptions) check() *Error {
	for _, time := range []struct {
		name  string
		value time.Duration
	}{{"PollInterval", o.PollInterval}, {"MaxPollInterval", o.MaxPollInterval}, {"Deadline", o.Deadline}} {
		if time.value < 0 && time.value != NoLimit {
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

func (s *encoder) limit(limit int) {
	if limit != 0 {
		s.number(C.REQTRAIL_GO_LIMIT, 0, uint64(limit))
	}
}

func (s *encoder) timeOf(what uint8, value time.Duration) {
	if value != 0 {
		s.number(what, 0, uint64(value))
	}
}

func (s *encoder) textOf(what uint8, text string) {
	if text != "" {
		s.text(what, text)
	}
}

// Server reads a server, its fault included.
func (c *Compute) Server(ctx context.Context, serverID string) (*Server, error) {
	var s encoder
	s.text(C.REQTRAIL_GO_SERVER, serverID)
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
	s.pair(C.REQTRAIL_GO_ACTION, 0, serverID, requestID)
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
	s.text(C.REQTRAIL_GO_ACTIONS, serverID)
	s.limit(options.Limit)
	s.textOf(C.REQTRAIL_GO_MARKER, options.Marker)
	s.moment(C.REQTRAIL_GO_CHANGES_SINCE, options.ChangesSince)
	s.moment(C.REQTRAIL_GO_CHANGES_BEFORE, options.ChangesBefore)
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
	s.pair(C.REQTRAIL_GO_FOLLOW, 0, serverID, requestID)
	s.timeOf(C.REQTRAIL_GO_POLL_INTERVAL, options.PollInterval)
	s.timeOf(C.REQTRAIL_GO_MAX_POLL_INTERVAL, options.MaxPollInterval)
	s.timeOf(C.REQTRAIL_GO_DEADLINE, options.Deadline)
	s.timeOf(C.REQTRAIL_GO_SETTLE_TIME, options.SettleTime)
	s.flag(C.REQTRAIL_GO_ON_PROGRESS, options.OnProgress != nil)
	raw, failed, err := c.run(ctx, s, started, options.OnProgress)
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
	s.text(C.REQTRAIL_GO_EXPLAIN, serverID)
	s.limit(options.Limit)
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
	s.textOf(C.REQTRAIL_GO_MICROVERSION, c.Microversion)
	w := core.drive(ctx, job{steps: s, started: started, progress: progress}, false)
	defer w.release()
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

// reportOf copies a report, which stays the caller's to free.
func reportOf(report *C.reqtrail_report) *rawReport {
	raw := &rawReport{
		json: ask(func(n *C.size_t) *C.char { return C.reqtrail_report_json(report, n) }),
		text: ask(func(n *C.size_t) *C.char { return C.reqtrail_report_text(report, n) }),
	}
	for at := range int(C.reqtrail_report_trail_count(report)) {
		trail := C.reqtrail_report_trail(report, C.size_t(at))
		raw.trails = append(raw.trails, newTrail(C.reqtrail_trail_clone(trail)))
	}
	return raw
}
