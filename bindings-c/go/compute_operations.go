// Code generated from core/src/surface by `cargo run -p xtask -- codegen`. DO NOT EDIT.

package reqtrail

import (
	"context"
	"time"
)

// The options of operations by their numbers.
const (
	operationMicroversion    uint16 = 1
	operationTimeout         uint16 = 2
	operationLimit           uint16 = 3
	operationMarker          uint16 = 4
	operationChangesSince    uint16 = 5
	operationChangesBefore   uint16 = 6
	operationPollInterval    uint16 = 7
	operationMaxPollInterval uint16 = 8
	operationDeadline        uint16 = 9
	operationSettleTime      uint16 = 10
	operationSize            uint16 = 11
)

// ListOptions say which actions are listed. The zero value of a field stands for its default.
type ListOptions struct {
	// Limit is the maximum number of actions, newest first. A list has what the API returns, and takes a limit from
	// microversion 2.58.
	Limit int
	// Marker is the request ID of the action after which the list begins; from microversion 2.58.
	Marker string
	// ChangesSince is the time at which, or later, the listed actions changed; from microversion 2.58.
	ChangesSince time.Time
	// ChangesBefore is the time at which, or earlier, the listed actions changed; from microversion 2.66.
	ChangesBefore time.Time
}

// listOptions writes the options, or refuses a value that cannot be one.
func (s *encoder) listOptions(o *ListOptions) *Error {
	if outsideUint32(int64(o.Limit)) {
		return outOfRange(KindInvalidRequest, "Limit", o.Limit, "1 to 4294967295, or 0 for the default")
	}
	s.count(operationLimit, uint64(max(o.Limit, 0)), o.Limit != 0)
	s.textIf(operationMarker, o.Marker, false)
	s.moment(operationChangesSince, o.ChangesSince)
	s.moment(operationChangesBefore, o.ChangesBefore)
	return nil
}

// FollowOptions say how an action is followed. The zero value of a field stands for its default.
type FollowOptions struct {
	// PollInterval is the first wait between two polls. It doubles with each further poll. Default: 0.5 s.
	PollInterval time.Duration
	// MaxPollInterval is the longest wait between two polls. Default: 10 s.
	MaxPollInterval time.Duration
	// Deadline is how long the action is followed. One that still runs then is reported as unknown. Default: 600 s.
	Deadline time.Duration
	// SettleTime is how long an undecided state has to stay the same before it counts as the end, since an action looks
	// idle between two of its steps. It is ten times as long while a step is not finished or has yet to begin. A
	// negative value means none. Default: 3 s.
	SettleTime time.Duration
	// OnProgress is the function that is called after every poll. It must be quick. The operation goes on if it fails.
	// The calls come in order, before the method returns. If the context ends, the method returns at once and does not
	// wait for them.
	OnProgress func(*Progress)
}

// followOptions writes the options, or refuses a value that cannot be one.
func (s *encoder) followOptions(o *FollowOptions) *Error {
	if o.PollInterval < 0 && o.PollInterval != NoLimit {
		return outOfRange(KindInvalidRequest, "PollInterval", o.PollInterval, "a longer time")
	}
	if o.MaxPollInterval < 0 && o.MaxPollInterval != NoLimit {
		return outOfRange(KindInvalidRequest, "MaxPollInterval", o.MaxPollInterval, "a longer time")
	}
	if o.Deadline < 0 && o.Deadline != NoLimit {
		return outOfRange(KindInvalidRequest, "Deadline", o.Deadline, "a longer time")
	}
	s.duration(operationPollInterval, o.PollInterval)
	s.duration(operationMaxPollInterval, o.MaxPollInterval)
	s.duration(operationDeadline, o.Deadline)
	s.duration(operationSettleTime, o.SettleTime)
	return nil
}

// ExplainOptions say how many actions of a server's history are read. The zero value of a field stands for its default.
type ExplainOptions struct {
	// Limit is the maximum number of actions, newest first. A history has 20 by default.
	Limit int
}

// explainOptions writes the options, or refuses a value that cannot be one.
func (s *encoder) explainOptions(o *ExplainOptions) *Error {
	if outsideUint32(int64(o.Limit)) {
		return outOfRange(KindInvalidRequest, "Limit", o.Limit, "1 to 4294967295, or 0 for the default")
	}
	s.count(operationLimit, uint64(max(o.Limit, 0)), o.Limit != 0)
	return nil
}

// Server reads a server, its fault included.
func (c *Compute) Server(ctx context.Context, serverID string) (*Server, error) {
	s := operation(1, serverID, "")
	return fetched(ctx, c, s, func(it *Server) **Trail { return &it.Trail })
}

// Action reads an action of a server by the ID of the request that started it: the one that its response carried.
//
// A deleted server's actions can be read from microversion 2.21.
func (c *Compute) Action(ctx context.Context, serverID, requestID string) (*ServerAction, error) {
	s := operation(2, serverID, requestID)
	return fetched(ctx, c, s, func(it *ServerAction) **Trail { return &it.Trail })
}

// Actions lists a server's actions, newest first, without their steps.
func (c *Compute) Actions(ctx context.Context, serverID string, options ListOptions) (*ActionPage, error) {
	s := operation(3, serverID, "")
	if err := s.listOptions(&options); err != nil {
		return nil, err
	}
	return fetched(ctx, c, s, func(it *ActionPage) **Trail { return &it.Trail })
}

// Follow follows what a request started until it has ended, and says how.
//
// serverID is the server's UUID, or its exact name, which is looked up first. A report may still say unknown: look at
// its verdict.
//
// Its error is an [*ActionError] if the action failed, or a poll failed for good or it was cancelled.
func (c *Compute) Follow(ctx context.Context, serverID string, started *Response, options FollowOptions) (*ActionReport, error) {
	if started == nil {
		return nil, invalidRequest("the response to follow is nil", nil)
	}
	return c.follow(ctx, serverID, started.RequestID, started.Trail, options)
}

// FollowID is Follow by only the request's ID.
func (c *Compute) FollowID(ctx context.Context, serverID, requestID string, options FollowOptions) (*ActionReport, error) {
	return c.follow(ctx, serverID, requestID, nil, options)
}

func (c *Compute) follow(ctx context.Context, serverID, requestID string, started *Trail, options FollowOptions) (*ActionReport, error) {
	s := operation(4, serverID, requestID)
	if err := s.followOptions(&options); err != nil {
		return nil, err
	}
	return actionReportOf(c.run(ctx, s, started, options.OnProgress))
}

// Explain reads the history of a server: its actions, newest first, each with its request ID, its outcome and its
// steps, and the server's fault.
//
// serverID is the server's UUID, or its exact name, which is looked up first. A deleted server has a history, by its
// UUID, as long as its actions can be read, from microversion 2.21.
//
// Its error is an [*ExplainError] if it cannot be read.
func (c *Compute) Explain(ctx context.Context, serverID string, options ExplainOptions) (*ServerHistory, error) {
	s := operation(5, serverID, "")
	if err := s.explainOptions(&options); err != nil {
		return nil, err
	}
	return serverHistoryOf(c.run(ctx, s, nil, nil))
}

// ServerByName reads the server that has exactly this name, including its fault: looks the name up, then reads the
// server, whose trail the result has. A timeout applies to each of the two calls.
//
// If no server has this name, the error is api with the category not_found; if several have it, invalid.
func (c *Compute) ServerByName(ctx context.Context, serverName string) (*Server, error) {
	s := operation(6, serverName, "")
	return fetched(ctx, c, s, func(it *Server) **Trail { return &it.Trail })
}
