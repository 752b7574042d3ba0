package reqtrail

import (
	"context"
	"errors"
	"time"
)

// contextEnd returns what ended a context, or nil if it has not ended. A deadline in the past ends it even if its timer
// has not run yet.
func contextEnd(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if deadline, has := ctx.Deadline(); has && time.Until(deadline) <= 0 {
		return context.DeadlineExceeded
	}
	return nil
}

// safeErr returns the Err of a context that is done. The method of a program's own context may panic.
func safeErr(ctx context.Context) (ended error) {
	if catchPanic("a context", func() { ended = ctx.Err() }) != nil {
		return context.Canceled
	}
	return ended
}

// isDeadline says whether a context ended at its deadline, so that a call with it is a timeout.
func isDeadline(ended error) bool {
	isDeadline := false
	_ = catchPanic("an error of a context", func() { isDeadline = errors.Is(ended, context.DeadlineExceeded) })
	return isDeadline
}

// explainContext adds to an error the context error that ended the call. Every timeout is a [context.DeadlineExceeded],
// as in net/http, and so is a call that ended because its next wait exceeded the context's deadline; bounded says that
// the core knew that deadline.
func explainContext(ctx context.Context, failed *Error, bounded bool) {
	atDeadline := failed.Trail.Stopped() == StopDeadline
	switch {
	case failed.Kind == KindCancelled:
		if ended := contextEnd(ctx); ended != nil {
			failed.causes = append(failed.causes, ended)
			addCause(ctx, failed, ended)
		}
	case failed.Kind == KindTimeout || bounded && atDeadline:
		failed.causes = append(failed.causes, context.DeadlineExceeded)
		if atDeadline {
			awaitDeadline(ctx)
		}
		if ended := ctx.Err(); atDeadline && isDeadline(ended) {
			addCause(ctx, failed, ended)
		}
	}
}

// awaitDeadline waits until a context has noticed that its deadline is past, because only then does it have a cause.
func awaitDeadline(ctx context.Context) {
	deadline, has := ctx.Deadline()
	if !has || time.Until(deadline) > 0 || ctx.Done() == nil {
		return
	}
	late := time.NewTimer(10 * deadlineSlack)
	defer late.Stop()
	select {
	case <-ctx.Done():
	case <-late.C:
	}
}

func addCause(ctx context.Context, failed *Error, ended error) {
	if cause := context.Cause(ctx); cause != nil && !errors.Is(ended, cause) {
		failed.causes = append(failed.causes, cause)
	}
}
