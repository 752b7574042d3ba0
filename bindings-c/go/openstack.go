package reqtrail

import (
	"encoding/json"
	"fmt"
	"time"
)

// ServerFault says why a server is in ERROR.
type ServerFault struct {
	Code    int    `json:"code"`
	Created string `json:"created"`
	Message string `json:"message"`
	// Details is a stack trace, for administrators alone. No report repeats it.
	Details string `json:"details"`
}

// Server is a server as OpenStack's compute API shows it.
type Server struct {
	ID        string       `json:"id"`
	Name      string       `json:"name"`
	Status    string       `json:"status"`
	TaskState string       `json:"OS-EXT-STS:task_state"`
	VMState   string       `json:"OS-EXT-STS:vm_state"`
	Locked    *bool        `json:"locked"`
	Fault     *ServerFault `json:"fault"`
	// Data is all that the API sent, as JSON.
	Data json.RawMessage `json:"-"`
	// Trail is that of the call that read it; nil within a report, which has the trails of all its calls.
	Trail *Trail `json:"-"`
}

// UnmarshalJSON keeps all that the API sent.
func (s *Server) UnmarshalJSON(data []byte) error {
	type plain Server
	s.Data = append([]byte(nil), data...)
	return json.Unmarshal(data, (*plain)(s))
}

// MarshalJSON is all that the API sent.
func (s *Server) MarshalJSON() ([]byte, error) { return orNull(s.Data), nil }

// ActionEvent is a step of an action.
type ActionEvent struct {
	Event      string `json:"event"`
	StartTime  string `json:"start_time"`
	FinishTime string `json:"finish_time"`
	Result     string `json:"result"`
	// Traceback is a stack trace, for administrators alone. No report repeats it.
	Traceback string `json:"traceback"`
	Host      string `json:"host"`
	HostID    string `json:"hostId"`
	Details   string `json:"details"`
	// Data is all that the API sent, as JSON.
	Data json.RawMessage `json:"-"`
}

// UnmarshalJSON keeps all that the API sent.
func (e *ActionEvent) UnmarshalJSON(data []byte) error {
	type plain ActionEvent
	e.Data = append([]byte(nil), data...)
	return json.Unmarshal(data, (*plain)(e))
}

// MarshalJSON is all that the API sent.
func (e *ActionEvent) MarshalJSON() ([]byte, error) { return orNull(e.Data), nil }

// ServerAction is an action on a server, by the request that started it.
type ServerAction struct {
	Action    string `json:"action"`
	ServerID  string `json:"instance_uuid"`
	RequestID string `json:"request_id"`
	UserID    string `json:"user_id"`
	ProjectID string `json:"project_id"`
	StartTime string `json:"start_time"`
	UpdatedAt string `json:"updated_at"`
	Message   string `json:"message"`
	// Events are the steps, newest first; nil if the API does not show them to this caller.
	Events []*ActionEvent `json:"events"`
	// Data is all that the API sent, as JSON.
	Data json.RawMessage `json:"-"`
	// Trail is that of the call that read it; nil within a report, which has the trails of all its calls.
	Trail *Trail `json:"-"`
}

// UnmarshalJSON keeps all that the API sent.
func (a *ServerAction) UnmarshalJSON(data []byte) error {
	type plain ServerAction
	a.Data = append([]byte(nil), data...)
	return json.Unmarshal(data, (*plain)(a))
}

// MarshalJSON is all that the API sent.
func (a *ServerAction) MarshalJSON() ([]byte, error) { return orNull(a.Data), nil }

// ActionPage is a page of a server's actions, newest first.
type ActionPage struct {
	// Actions are without their steps.
	Actions []*ServerAction `json:"actions"`
	// Next is the link to the next page, for [Request.Link]; from microversion 2.58.
	Next string `json:"next"`
	// Trail is that of the call that read it.
	Trail *Trail `json:"-"`
}

// Progress is what a poll of an action that is followed has shown.
type Progress struct {
	// Server is nil if it is not there.
	Server *Server
	// Action is the action's record with its steps; nil if there is none, or not yet.
	Action *ServerAction
	// Elapsed is how long it has been followed.
	Elapsed time.Duration
}

// ActionReport is what became of a server action. Its String is a text for a ticket.
type ActionReport struct {
	// Verdict says how it ended, as far as the API tells.
	Verdict Verdict
	// Apparent is how it looks to have ended where nothing proves that, as after a reboot; else it is empty.
	Apparent Verdict
	// Evidence is what the verdict rests on.
	Evidence string
	ServerID string
	// RequestID is the ID of the request that started the action: the one to give to the operator.
	RequestID string
	// GlobalRequestID is what the logs of every service on the way have; empty if it is not known.
	GlobalRequestID string
	// Action is the action's record, as seen last.
	Action *ServerAction
	// Server is the server, as seen last; nil once it is gone.
	Server *Server
	// Followed is how long it was followed.
	Followed time.Duration
	// Trails are those of the calls that it rests on.
	Trails []*Trail

	document
}

// ActionOutcome is an action of a server's story, and what became of it.
type ActionOutcome struct {
	// Verdict says how it ended, as far as the API tells; empty while it runs.
	Verdict Verdict `json:"verdict"`
	// Apparent is how it looks to have ended where nothing proves that, as after a reboot; else it is empty.
	Apparent Verdict       `json:"apparent"`
	Evidence string        `json:"evidence"`
	Action   *ServerAction `json:"action"`
}

// ServerHistory is what was done to a server, newest first. Its String is a table for a terminal.
type ServerHistory struct {
	ServerID string
	// Server is the server with its fault; nil if it is gone.
	Server  *Server
	Actions []ActionOutcome
	// Trails are those of the calls that read the story.
	Trails []*Trail

	document
}

// document is a report as the core wrote it.
type document struct{ json, text string }

// String is the text for a person: at most 100 columns, without secrets and stack traces.
func (d document) String() string { return d.text }

// JSON is all of it, the same in every language. It has stack traces where the API gave them to this caller.
func (d document) JSON() string { return d.json }

// MarshalJSON is all of it, the same in every language.
func (d document) MarshalJSON() ([]byte, error) { return orNull([]byte(d.json)), nil }

// ActionError says that a server action failed, or could not be followed to its end. [errors.As] finds the [*Error] of
// the poll that failed.
type ActionError struct {
	// Failed says that the action itself failed; if not, it could not be followed.
	Failed bool
	// Report is what was seen.
	Report *ActionReport

	text  string
	cause error
}

// Error names action, server, request ID and reason, in one line.
func (e *ActionError) Error() string { return e.text }

// Unwrap says why it could not be followed.
func (e *ActionError) Unwrap() error { return e.cause }

// ExplainError says that a server's story could not be read. [errors.As] finds the [*Error] of the call that failed.
type ExplainError struct {
	// Trails are those of all calls that were made for it, the failed one included.
	Trails []*Trail

	text  string
	cause error
}

// Error says why, in one line.
func (e *ExplainError) Error() string { return e.text }

// Unwrap is the error of the call that failed.
func (e *ExplainError) Unwrap() error { return e.cause }

func readActionReport(raw *rawReport) (*ActionReport, error) {
	var data struct {
		Verdict         Verdict       `json:"verdict"`
		Apparent        Verdict       `json:"apparent"`
		Evidence        string        `json:"evidence"`
		ServerID        string        `json:"server_id"`
		RequestID       string        `json:"request_id"`
		GlobalRequestID string        `json:"global_request_id"`
		Action          *ServerAction `json:"action"`
		Server          *Server       `json:"server"`
		FollowedMS      float64       `json:"followed_ms"`
	}
	if err := raw.read(&data); err != nil {
		return nil, err
	}
	return &ActionReport{
		Verdict:         data.Verdict,
		Apparent:        data.Apparent,
		Evidence:        data.Evidence,
		ServerID:        data.ServerID,
		RequestID:       data.RequestID,
		GlobalRequestID: data.GlobalRequestID,
		Action:          data.Action,
		Server:          data.Server,
		Followed:        duration(data.FollowedMS),
		Trails:          raw.trails,
		document:        document{json: raw.json, text: raw.text},
	}, nil
}

func readHistory(raw *rawReport) (*ServerHistory, error) {
	var data struct {
		ServerID string          `json:"server_id"`
		Server   *Server         `json:"server"`
		Actions  []ActionOutcome `json:"actions"`
	}
	if err := raw.read(&data); err != nil {
		return nil, err
	}
	return &ServerHistory{
		ServerID: data.ServerID,
		Server:   data.Server,
		Actions:  data.Actions,
		Trails:   raw.trails,
		document: document{json: raw.json, text: raw.text},
	}, nil
}

func readProgress(text []byte) (*Progress, error) {
	var data struct {
		Server    *Server       `json:"server"`
		Action    *ServerAction `json:"action"`
		ElapsedMS float64       `json:"elapsed_ms"`
	}
	if err := json.Unmarshal(text, &data); err != nil {
		return nil, err
	}
	return &Progress{Server: data.Server, Action: data.Action, Elapsed: duration(data.ElapsedMS)}, nil
}

// rawReport is what a read, a follow or a story gave, copied out of the core.
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

func (r *rawReport) trail() *Trail {
	if len(r.trails) == 0 {
		return nil
	}
	return r.trails[0]
}

func orNull(data []byte) []byte {
	if len(data) == 0 {
		return []byte("null")
	}
	return data
}
