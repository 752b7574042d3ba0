// Code generated from core/src/surface by `cargo run -p xtask -- codegen`. DO NOT EDIT.

package reqtrail

import (
	"context"
	"time"
)

// FollowResourceOptions say how what a service accepted is followed. The zero value of a field stands for its default.
type FollowResourceOptions struct {
	// Size is the size that an extension of a volume asked for, in GiB. The response of a request that this process
	// sent carries it; an ID alone does not.
	Size int
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

// followResourceOptions writes the options, or refuses a value that cannot be one.
func (s *encoder) followResourceOptions(o *FollowResourceOptions) *Error {
	if outsideUint32(int64(o.Size)) {
		return outOfRange(KindInvalidRequest, "Size", o.Size, "1 to 4294967295, or 0 for the default")
	}
	if o.PollInterval < 0 && o.PollInterval != NoLimit {
		return outOfRange(KindInvalidRequest, "PollInterval", o.PollInterval, "a longer time")
	}
	if o.MaxPollInterval < 0 && o.MaxPollInterval != NoLimit {
		return outOfRange(KindInvalidRequest, "MaxPollInterval", o.MaxPollInterval, "a longer time")
	}
	if o.Deadline < 0 && o.Deadline != NoLimit {
		return outOfRange(KindInvalidRequest, "Deadline", o.Deadline, "a longer time")
	}
	s.count(operationSize, uint64(max(o.Size, 0)), o.Size != 0)
	s.duration(operationPollInterval, o.PollInterval)
	s.duration(operationMaxPollInterval, o.MaxPollInterval)
	s.duration(operationDeadline, o.Deadline)
	s.duration(operationSettleTime, o.SettleTime)
	return nil
}

// Follow follows the work that a request began until it has ended, and says how: the creation or extension of a volume,
// the import of an image, an action of a server.
//
// The work is named by the response of that request; or by its kind, such as volume.extend or image.import, the UUID of
// the resource, and the request ID. A report may still say unknown: look at its verdict.
//
// Its error is an [*ActionError] if the work failed, or a poll failed for good, it was cancelled, or nothing says what
// to follow.
func (r *Resources) Follow(ctx context.Context, started *Response, options FollowResourceOptions) (*ActionReport, error) {
	if started == nil {
		return nil, invalidRequest("the response to follow is nil", nil)
	}
	// The answer names what was created.
	return r.follow(ctx, answerOf(started), started.RequestID, started.Trail, options)
}

// FollowID is Follow by the kind of work, such as "volume.extend", the UUID of what it is done to, and the request's ID.
func (r *Resources) FollowID(ctx context.Context, kind, resourceID, requestID string, options FollowResourceOptions) (*ActionReport, error) {
	return r.follow(ctx, kind+"/"+resourceID, requestID, nil, options)
}

func (r *Resources) follow(ctx context.Context, resource, requestID string, started *Trail, options FollowResourceOptions) (*ActionReport, error) {
	s := operation(7, resource, requestID)
	if err := s.followResourceOptions(&options); err != nil {
		return nil, err
	}
	return actionReportOf(r.compute().run(ctx, s, started, options.OnProgress))
}
