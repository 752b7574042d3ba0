package reqtrail

import (
	"encoding/json"
	"fmt"
)

// document is a report as the core wrote it.
type document struct{ json, text string }

// String returns the text for a person: at most 100 columns wide, without secrets or stack traces.
func (d document) String() string { return d.text }

// JSON returns the whole report, the same in every language. It has stack traces if the API returned them to this
// caller.
func (d document) JSON() string { return d.json }

// MarshalJSON returns the same as JSON.
func (d document) MarshalJSON() ([]byte, error) { return orNull([]byte(d.json)), nil }

// ActionError says that a server action failed or could not be followed to its end. [errors.As] finds the [*Error] of
// the poll that failed.
type ActionError struct {
	// Failed says that the action itself failed. If false, the action could not be followed.
	Failed bool
	// Report is what was seen.
	Report *ActionReport

	text  string
	cause error
}

// Error returns one line with action, server, request ID and reason.
func (e *ActionError) Error() string { return e.text }

// Unwrap returns why the action could not be followed.
func (e *ActionError) Unwrap() error { return e.cause }

// Is matches [KindAPI] if the action itself failed.
func (e *ActionError) Is(target error) bool { return e.Failed && target == KindAPI }

// ExplainError says that the history of a server, or the story of a resource or a request, could not be read.
// [errors.As] finds the [*Error] of the call that failed, or of what was found instead.
type ExplainError struct {
	// Trails has the trails of all calls that were made, the failed one included.
	Trails []*Trail

	text  string
	cause error
}

// Error returns the reason, in one line.
func (e *ExplainError) Error() string { return e.text }

// Unwrap returns the error of the call that failed.
func (e *ExplainError) Unwrap() error { return e.cause }

func readActionReport(raw *rawReport) (*ActionReport, error) {
	var data actionReportJSON
	if err := raw.read(&data); err != nil {
		return nil, err
	}
	report := data.actionReport()
	report.Trails, report.document = raw.trails, document{json: raw.json, text: raw.text}
	return &report, nil
}

func readHistory(raw *rawReport) (*ServerHistory, error) {
	var data serverHistoryJSON
	if err := raw.read(&data); err != nil {
		return nil, err
	}
	history := data.serverHistory()
	history.Trails, history.document = raw.trails, document{json: raw.json, text: raw.text}
	return &history, nil
}

func readStory(raw *rawReport) (*Story, error) {
	var data storyJSON
	if err := raw.read(&data); err != nil {
		return nil, err
	}
	story := data.story()
	story.Trails, story.document = raw.trails, document{json: raw.json, text: raw.text}
	return &story, nil
}

// explained converts the result of an explanation: what was read, or the error.
func explained[V any](raw *rawReport, failed *operationError, err error, read func(*rawReport) (*V, error)) (*V, error) {
	switch {
	case err != nil:
		return nil, err
	case failed != nil:
		return nil, &ExplainError{Trails: failed.trails, text: failed.call.Error(), cause: failed.cause()}
	}
	return read(raw)
}

func readProgress(text []byte) (*Progress, error) {
	var data progressJSON
	if err := json.Unmarshal(text, &data); err != nil {
		return nil, err
	}
	progress := data.progress()
	return &progress, nil
}

// rawReport is the result of a read, a follow or an explain, copied from the core.
type rawReport struct {
	json, text string
	trails     []*Trail
}

func (r *rawReport) read(into any) error {
	if err := json.Unmarshal([]byte(r.json), into); err != nil {
		return &Error{
			Kind:    KindInternal,
			Message: fmt.Sprintf("a report of the core cannot be read: %v", err),
			causes:  []error{err},
		}
	}
	return nil
}

// trail returns the trail of the last call, which read the value.
func (r *rawReport) trail() *Trail {
	if len(r.trails) == 0 {
		return nil
	}
	return r.trails[len(r.trails)-1]
}

func orNull(data []byte) []byte {
	if len(data) == 0 {
		return []byte("null")
	}
	return data
}
