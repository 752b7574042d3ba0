// Code generated from core/src/surface by `cargo run -p xtask -- codegen`. DO NOT EDIT.

package reqtrail

import "time"

// explainResource is the number of the operation.
const explainResource uint16 = 8

// ExplainResourceOptions say how much of each resource a story has, and how long it may take. The zero value of a field
// stands for its default.
type ExplainResourceOptions struct {
	// Timeout is the timeout of the whole call; the client's by default. A story of several services has no limit by
	// default: its calls have the timeouts of their clients.
	Timeout time.Duration
	// Limit is the maximum number of actions, newest first. A story has 20 actions, messages and tasks of each resource
	// by default.
	Limit int
}

// explainResourceOptions writes the options, or refuses a value that cannot be one.
func (s *encoder) explainResourceOptions(o *ExplainResourceOptions) *Error {
	if o.Timeout < 0 && o.Timeout != NoLimit {
		return outOfRange(KindInvalidRequest, "Timeout", o.Timeout, "a longer time")
	}
	if outsideUint32(int64(o.Limit)) {
		return outOfRange(KindInvalidRequest, "Limit", o.Limit, "1 to 4294967295, or 0 for the default")
	}
	s.duration(operationTimeout, o.Timeout)
	s.count(operationLimit, uint64(max(o.Limit, 0)), o.Limit != 0)
	return nil
}
