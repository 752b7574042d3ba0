package reqtrail

import (
	"context"
	"runtime"
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
	return explained(raw, failed, err, readHistory)
}

// run runs an operation and copies its result: a report, an error, or both.
func (c *Compute) run(ctx context.Context, s encoder, started *Trail, progress func(*Progress)) (*rawReport, *operationError, error) {
	if c == nil || c.client == nil || c.client.core == nil {
		return nil, nil, notMade()
	}
	defer runtime.KeepAlive(c.client)
	s.textIf(operationMicroversion, c.Microversion, false)
	return c.client.core.operate(ctx, job{steps: s, started: started, progress: progress})
}
