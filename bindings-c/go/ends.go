package reqtrail

import (
	"context"
	"errors"
	"time"
)

// contextEnd is what ended a context: nil if it goes on. A deadline that is past ends it, whether or not its timer has
// run yet.
func contextEnd(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if deadline, has := ctx.Deadline(); has && time.Until(deadline) <= 0 {
		return context.DeadlineExceeded
	}
	return nil
}

// explainContext adds to an error what ended the call, as far as it was a context or a time: the end of a deadline is a
// timeout whoever noticed it first, and every timeout is a [context.DeadlineExceeded], as in net/http. `bounded` says
// that the core knew of the context's deadline.
func explainContext(ctx context.Context, failed *Error, bounded bool) {
	atDeadline := bounded && failed.Trail != nil && failed.Trail.Stopped() == StopDeadline
	if failed.Kind == KindTimeout && atDeadline {
		awaitDeadline(ctx)
	}
	ended := contextEnd(ctx)
	switch {
	case failed.Kind == KindCancelled && ended != nil:
		failed.causes = append(failed.causes, ended)
		if errors.Is(ended, context.DeadlineExceeded) {
			failed.Kind = KindTimeout
		}
		addCause(ctx, failed, ended)
	case failed.Kind == KindTimeout || atDeadline:
		failed.causes = append(failed.causes, context.DeadlineExceeded)
		if atDeadline && errors.Is(ended, context.DeadlineExceeded) {
			addCause(ctx, failed, ended)
		}
	}
}

func addCause(ctx context.Context, failed *Error, ended error) {
	if cause := context.Cause(ctx); cause != nil && !errors.Is(ended, cause) {
		failed.causes = append(failed.causes, cause)
	}
}

// awaitDeadline lets a context notice its deadline, which the core may do a little earlier: only then it has a cause.
func awaitDeadline(ctx context.Context) {
	deadline, _ := ctx.Deadline()
	if time.Until(deadline) > deadlineGrace/10 {
		return
	}
	grace := time.NewTimer(deadlineGrace)
	defer grace.Stop()
	select {
	case <-ctx.Done():
	case <-grace.C:
	}
}
