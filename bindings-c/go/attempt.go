package reqtrail

import (
	"log/slog"
	"math"
	"time"
)

// LogValue returns the attempt for slog: number, status, request ID, code or failure, and how long it took.
func (a Attempt) LogValue() slog.Value {
	attrs := []slog.Attr{slog.Int("number", a.Number)}
	if a.StatusCode != 0 {
		attrs = append(attrs, slog.Int("status", a.StatusCode))
	}
	for _, text := range []slog.Attr{
		slog.String("request_id", a.RequestID),
		slog.String("code", string(a.ErrorCode)),
		slog.String("failure", string(a.Failure)),
		slog.String("failure_code", a.FailureCode),
		slog.String("failure_reason", a.FailureReason),
	} {
		if text.Value.String() != "" {
			attrs = append(attrs, text)
		}
	}
	return slog.GroupValue(append(attrs, slog.Duration("elapsed", a.Elapsed))...)
}

// duration converts milliseconds. It saturates, because a server may ask for a wait that exceeds a time.Duration.
func duration(ms float64) time.Duration {
	nanoseconds := math.Round(ms * 1e6)
	if nanoseconds >= math.MaxInt64 {
		return math.MaxInt64
	}
	return time.Duration(nanoseconds)
}

func durationOrNil(ms *float64) *time.Duration {
	if ms == nil {
		return nil
	}
	d := duration(*ms)
	return &d
}
