// Code generated from core/src/surface by `cargo run -p xtask -- codegen`. DO NOT EDIT.

package reqtrail

import (
	"encoding/json"
	"time"
)

// ServerFault is why a server is in ERROR (https://docs.openstack.org/api-guide/compute/faults.html#instance-faults).
type ServerFault struct {
	// Code is the fault's number, similar to an HTTP status; 0 if there is none.
	Code int `json:"code"`
	// Created is when it happened, as the API writes it; empty if there is none.
	Created string `json:"created"`
	// Message is the text for people.
	Message string `json:"message"`
	// Details is a stack trace, for administrators only; empty if there is none. It is not meant for end users, and no
	// report repeats it.
	Details string `json:"details"`
}

// Server is a server (https://docs.openstack.org/api-ref/compute/#show-server-details).
type Server struct {
	// ID is the server's UUID.
	ID string `json:"id"`
	// Name is the name that its owner gave it; empty if there is none.
	Name string `json:"name"`
	// Status is the state for users: ACTIVE, BUILD, ERROR, VERIFY_RESIZE, …
	Status string `json:"status"`
	// TaskState is the running task, as in spawning; empty if there is none. Between two steps of one action there is
	// none either.
	TaskState string `json:"OS-EXT-STS:task_state"`
	// VMState is the state that the last finished step left the server in; empty if there is none.
	VMState string `json:"OS-EXT-STS:vm_state"`
	// Locked says whether it is locked; from microversion 2.9; nil if there is none.
	Locked *bool `json:"locked"`
	// Fault is why it is in ERROR; nil if there is none. A list of servers may leave it out: fetch the single server.
	Fault *ServerFault `json:"fault"`
	// Data is all that the API sent.
	Data json.RawMessage `json:"-"`
	// Trail is the trail of the call that read it; nil within a report, which has the trails of all its calls.
	Trail *Trail `json:"-"`
}

// UnmarshalJSON keeps everything that the API sent.
func (r *Server) UnmarshalJSON(data []byte) error {
	type plain Server
	r.Data = append([]byte(nil), data...)
	return json.Unmarshal(data, (*plain)(r))
}

// MarshalJSON returns everything that the API sent.
func (r *Server) MarshalJSON() ([]byte, error) { return orNull(r.Data), nil }

// ActionEvent is a step of an action.
type ActionEvent struct {
	// Event is the step's name, such as compute_finish_resize.
	Event string `json:"event"`
	// StartTime is when it began: UTC, though the API writes no zone; empty if there is none.
	StartTime string `json:"start_time"`
	// FinishTime is when it ended; empty if there is none. After a rescheduled build there may never be one.
	FinishTime string `json:"finish_time"`
	// Result is success or Error, once it has ended; empty if there is none.
	Result string `json:"result"`
	// Traceback is a stack trace, for administrators only; empty if there is none. It is not meant for end users, and
	// no report repeats it.
	Traceback string `json:"traceback"`
	// Host is the host, for administrators; from microversion 2.62; empty if there is none.
	Host string `json:"host"`
	// HostID is the host without its name; from microversion 2.62; empty if there is none.
	HostID string `json:"hostId"`
	// Details is why it failed, for administrators by default; from microversion 2.84; empty if there is none.
	Details string `json:"details"`
	// Data is all that the API sent.
	Data json.RawMessage `json:"-"`
}

// UnmarshalJSON keeps everything that the API sent.
func (r *ActionEvent) UnmarshalJSON(data []byte) error {
	type plain ActionEvent
	r.Data = append([]byte(nil), data...)
	return json.Unmarshal(data, (*plain)(r))
}

// MarshalJSON returns everything that the API sent.
func (r *ActionEvent) MarshalJSON() ([]byte, error) { return orNull(r.Data), nil }

// ServerAction is an action on a server
// (https://docs.openstack.org/api-ref/compute/#servers-actions-os-instance-actions).
type ServerAction struct {
	// Action is the kind: create, resize, live-migration, …
	Action string `json:"action"`
	// ServerID is the server's UUID; empty if there is none.
	ServerID string `json:"instance_uuid"`
	// RequestID is the local ID of the request that started it.
	RequestID string `json:"request_id"`
	// UserID is the ID of the user who requested it; empty if there is none.
	UserID string `json:"user_id"`
	// ProjectID is the ID of the project in which it was requested; empty if there is none.
	ProjectID string `json:"project_id"`
	// StartTime is when it began: UTC, though the API writes no zone; empty if there is none.
	StartTime string `json:"start_time"`
	// UpdatedAt is when it last changed; from microversion 2.58; empty if there is none.
	UpdatedAt string `json:"updated_at"`
	// Message is the text Error once a step has failed; empty if there is none. It is absent while the action runs,
	// after a success, and after some failures.
	Message string `json:"message"`
	// Events holds the steps, newest first: for administrators at every microversion, for others from 2.51; nil if
	// there is none. A list of actions never has them.
	Events []*ActionEvent `json:"events"`
	// Data is all that the API sent.
	Data json.RawMessage `json:"-"`
	// Trail is the trail of the call that read it; nil within a report, which has the trails of all its calls.
	Trail *Trail `json:"-"`
}

// UnmarshalJSON keeps everything that the API sent.
func (r *ServerAction) UnmarshalJSON(data []byte) error {
	type plain ServerAction
	r.Data = append([]byte(nil), data...)
	return json.Unmarshal(data, (*plain)(r))
}

// MarshalJSON returns everything that the API sent.
func (r *ServerAction) MarshalJSON() ([]byte, error) { return orNull(r.Data), nil }

// ActionPage is a page of a server's actions, newest first.
type ActionPage struct {
	// Actions holds the actions, without their steps.
	Actions []*ServerAction `json:"actions"`
	// Next is the link to the next page, for [Request.Link]; from microversion 2.58; empty if there is none.
	Next string `json:"next"`
	// Trail is the trail of the call that read it.
	Trail *Trail `json:"-"`
}

// Resource is a volume, a snapshot or an image, as its service shows it
// (https://docs.openstack.org/api-ref/block-storage/v3/>, <https://docs.openstack.org/api-ref/image/v2/).
type Resource struct {
	// ID is its UUID.
	ID string `json:"id"`
	// Name is the name that its owner gave it; empty if there is none.
	Name string `json:"name"`
	// Status is its state: available, extending, error, active, …
	Status string `json:"status"`
	// Size is its size: GiB of a volume or a snapshot, bytes of an image; nil if there is none.
	Size *int64 `json:"size"`
	// CreatedAt is when it was created: UTC, though the block storage API writes no zone; empty if there is none.
	CreatedAt string `json:"created_at"`
	// UpdatedAt is when it last changed: UTC, though the block storage API writes no zone; empty if there is none.
	UpdatedAt string `json:"updated_at"`
	// Data is all that the API sent.
	Data json.RawMessage `json:"-"`
}

// UnmarshalJSON keeps everything that the API sent.
func (r *Resource) UnmarshalJSON(data []byte) error {
	type plain Resource
	r.Data = append([]byte(nil), data...)
	return json.Unmarshal(data, (*plain)(r))
}

// MarshalJSON returns everything that the API sent.
func (r *Resource) MarshalJSON() ([]byte, error) { return orNull(r.Data), nil }

// UserMessage is a message to users about a request that failed
// (https://docs.openstack.org/api-ref/block-storage/v3/#messages), from microversion 3.3.
type UserMessage struct {
	// ID is the message's UUID.
	ID string `json:"id"`
	// EventID is the subject, as a code: VOLUME_VOLUME_001_003 names the resource, the work and the failure; empty if
	// there is none.
	EventID string `json:"event_id"`
	// UserMessage is the text for people.
	UserMessage string `json:"user_message"`
	// MessageLevel is the severity: ERROR; empty if there is none.
	MessageLevel string `json:"message_level"`
	// CreatedAt is when it was written: UTC, though the API writes no zone; empty if there is none.
	CreatedAt string `json:"created_at"`
	// GuaranteedUntil is until when it can be read; empty if there is none.
	GuaranteedUntil string `json:"guaranteed_until"`
	// RequestID is the local ID of the request that failed; empty if there is none.
	RequestID string `json:"request_id"`
	// ResourceType is the kind of resource that it is about, as in VOLUME; empty if there is none.
	ResourceType string `json:"resource_type"`
	// ResourceUuid is the UUID of that resource; empty if there is none.
	ResourceUuid string `json:"resource_uuid"`
	// Data is all that the API sent.
	Data json.RawMessage `json:"-"`
}

// UnmarshalJSON keeps everything that the API sent.
func (r *UserMessage) UnmarshalJSON(data []byte) error {
	type plain UserMessage
	r.Data = append([]byte(nil), data...)
	return json.Unmarshal(data, (*plain)(r))
}

// MarshalJSON returns everything that the API sent.
func (r *UserMessage) MarshalJSON() ([]byte, error) { return orNull(r.Data), nil }

// ImageTask is a task of an image, such as its import
// (https://docs.openstack.org/api-ref/image/v2/#show-tasks-associated-with-image).
type ImageTask struct {
	// ID is the task's UUID.
	ID string `json:"id"`
	// TaskType is what it does, as in api_image_import; empty if there is none.
	TaskType string `json:"type"`
	// Status is its progress: pending, processing, success or failure.
	Status string `json:"status"`
	// Message is why it failed; empty if there is none.
	Message string `json:"message"`
	// RequestID is the ID of the request that began it; empty if there is none.
	RequestID string `json:"request_id"`
	// CreatedAt is when it was created: UTC, though the API writes no zone; empty if there is none.
	CreatedAt string `json:"created_at"`
	// UpdatedAt is when it last changed: UTC, though the API writes no zone; empty if there is none.
	UpdatedAt string `json:"updated_at"`
	// ExpiresAt is until when it can be read; empty if there is none.
	ExpiresAt string `json:"expires_at"`
	// Data is all that the API sent.
	Data json.RawMessage `json:"-"`
}

// UnmarshalJSON keeps everything that the API sent.
func (r *ImageTask) UnmarshalJSON(data []byte) error {
	type plain ImageTask
	r.Data = append([]byte(nil), data...)
	return json.Unmarshal(data, (*plain)(r))
}

// MarshalJSON returns everything that the API sent.
func (r *ImageTask) MarshalJSON() ([]byte, error) { return orNull(r.Data), nil }

// Progress is the result of a poll, for a progress bar or a log.
type Progress struct {
	// Server is the server; nil if there is none.
	Server *Server
	// Action is the action's record with its steps; nil if there is none, or not yet.
	Action *ServerAction
	// Resource is the volume, snapshot or image; nil if there is none, or if a server's action is followed.
	Resource *Resource
	// Elapsed is how long the action has been followed.
	Elapsed time.Duration
}

// progressJSON is the JSON form of the progress.
type progressJSON struct {
	Server    *Server       `json:"server"`
	Action    *ServerAction `json:"action"`
	Resource  *Resource     `json:"resource"`
	ElapsedMS float64       `json:"elapsed_ms"`
}

func (j *progressJSON) progress() Progress {
	return Progress{
		Server:   j.Server,
		Action:   j.Action,
		Resource: j.Resource,
		Elapsed:  duration(j.ElapsedMS),
	}
}

// ActionReport is the result of a server action, or of work that another service accepted. Its String is a text for a
// person.
type ActionReport struct {
	// Verdict is how it ended, as far as the API reports.
	Verdict Verdict
	// Apparent is how it seems to have ended if nothing proves that, as after a reboot; empty if there is none.
	Apparent Verdict
	// Evidence is what the verdict is based on.
	Evidence string
	// ServerID is the server's UUID; empty if the work does not concern a server.
	ServerID string
	// ResourceType is the type of the resource: server, volume, snapshot, image, …
	ResourceType string
	// ResourceID is the UUID of the resource.
	ResourceID string
	// Operation is what was done: resize to a server, extend to a volume; empty if the API has no record of a server's
	// action.
	Operation string
	// RequestID is the local ID of the request that started the action, for the operator.
	RequestID string
	// GlobalRequestID is the global ID that the request carried, if known; empty if there is none. It is in the logs of
	// every service on the way.
	GlobalRequestID string
	// Action is the last state of the action's record; nil if there is none.
	Action *ServerAction
	// Server is the last state of the server; nil once it is gone.
	Server *Server
	// Resource is the last state of the volume, snapshot or image; nil once it is gone, and for a server.
	Resource *Resource
	// Messages is what the block storage service says to users about this request, newest first.
	Messages []*UserMessage
	// Task is the last state of the image service's task of this request; nil if there is none.
	Task *ImageTask
	// Followed is how long it was followed.
	Followed time.Duration
	// Trails holds the trail of the request that started it, if known, and of all later requests.
	Trails []*Trail

	document
}

// actionReportJSON is the JSON form of the action report.
type actionReportJSON struct {
	Verdict         Verdict        `json:"verdict"`
	Apparent        Verdict        `json:"apparent"`
	Evidence        string         `json:"evidence"`
	ServerID        string         `json:"server_id"`
	ResourceType    string         `json:"resource_type"`
	ResourceID      string         `json:"resource_id"`
	Operation       string         `json:"operation"`
	RequestID       string         `json:"request_id"`
	GlobalRequestID string         `json:"global_request_id"`
	Action          *ServerAction  `json:"action"`
	Server          *Server        `json:"server"`
	Resource        *Resource      `json:"resource"`
	Messages        []*UserMessage `json:"messages"`
	Task            *ImageTask     `json:"task"`
	FollowedMS      float64        `json:"followed_ms"`
}

func (j *actionReportJSON) actionReport() ActionReport {
	return ActionReport{
		Verdict:         j.Verdict,
		Apparent:        j.Apparent,
		Evidence:        j.Evidence,
		ServerID:        j.ServerID,
		ResourceType:    j.ResourceType,
		ResourceID:      j.ResourceID,
		Operation:       j.Operation,
		RequestID:       j.RequestID,
		GlobalRequestID: j.GlobalRequestID,
		Action:          j.Action,
		Server:          j.Server,
		Resource:        j.Resource,
		Messages:        j.Messages,
		Task:            j.Task,
		Followed:        duration(j.FollowedMS),
	}
}

// ActionOutcome is an action and its result.
type ActionOutcome struct {
	// Verdict is how it ended, as far as the API reports; empty while it runs.
	Verdict Verdict `json:"verdict"`
	// Apparent is how it seems to have ended if nothing proves that, as after a reboot; empty if there is none.
	Apparent Verdict `json:"apparent"`
	// Evidence is what the verdict is based on.
	Evidence string `json:"evidence"`
	// Action is the record with its steps.
	Action *ServerAction `json:"action"`
}

// ServerHistory is the story of a server. Its String is a text for a person.
type ServerHistory struct {
	// ServerID is the server's UUID.
	ServerID string
	// Server is the server with its fault; nil if it is gone.
	Server *Server
	// Actions is what was done to it, newest first.
	Actions []ActionOutcome
	// Trails holds the trails of the calls that read the story.
	Trails []*Trail

	document
}

// serverHistoryJSON is the JSON form of the server history.
type serverHistoryJSON struct {
	ServerID string          `json:"server_id"`
	Server   *Server         `json:"server"`
	Actions  []ActionOutcome `json:"actions"`
}

func (j *serverHistoryJSON) serverHistory() ServerHistory {
	return ServerHistory{
		ServerID: j.ServerID,
		Server:   j.Server,
		Actions:  j.Actions,
	}
}

// ResourceStory is a resource within a story.
type ResourceStory struct {
	// ResourceType is its kind: server, volume, snapshot, image, port, …
	ResourceType string `json:"resource_type"`
	// ID is its UUID.
	ID string `json:"id"`
	// Name is the name that its owner gave it; empty if there is none.
	Name string `json:"name"`
	// Status is its state, as its service writes it; empty if it was not read or is gone.
	Status string `json:"status"`
	// Relation is how it is related to what was asked for; empty for the requested resource itself.
	Relation string `json:"relation"`
	// Fault is the service's own text about its error: the fault of a server; empty if there is none.
	Fault string `json:"fault"`
	// Failure is why it failed, in one line; empty if nothing that was read says that it failed.
	Failure string `json:"failure"`
	// RequestID is the ID of the request that failed, for the operator; empty if there is none.
	RequestID string `json:"request_id"`
	// Actions is what was done to a server, newest first.
	Actions []ActionOutcome `json:"actions"`
	// Messages holds the block storage service's messages to users about a volume or a snapshot, newest first.
	Messages []*UserMessage `json:"messages"`
	// Tasks holds the image service's tasks of an image, newest first.
	Tasks []*ImageTask `json:"tasks"`
}

// Story is the story of a server, a volume, a snapshot or an image with everything related to it, or of everything with
// a request's ID. Its String is a text for a person.
type Story struct {
	// Asked is what was asked for, as it was written.
	Asked string
	// Failure is why it failed, in one line; empty if nothing that was read says that anything failed.
	Failure string
	// RequestIDs is the request IDs to give to the operator: those of the requests that failed.
	RequestIDs []string
	// Resources holds the requested resource, and then the related ones: volumes and ports of a server, servers of a
	// volume. For a request's ID it is everything that has it.
	Resources []ResourceStory
	// Notes is what could not be read, and what the services do not show.
	Notes []string
	// Trails holds the trails of all calls that read the story, in their order.
	Trails []*Trail

	document
}

// storyJSON is the JSON form of the story.
type storyJSON struct {
	Asked      string          `json:"asked"`
	Failure    string          `json:"failure"`
	RequestIDs []string        `json:"request_ids"`
	Resources  []ResourceStory `json:"resources"`
	Notes      []string        `json:"notes"`
}

func (j *storyJSON) story() Story {
	return Story{
		Asked:      j.Asked,
		Failure:    j.Failure,
		RequestIDs: j.RequestIDs,
		Resources:  j.Resources,
		Notes:      j.Notes,
	}
}

// ServiceEndpoint is an endpoint of a service, as the catalog lists it.
type ServiceEndpoint struct {
	// ServiceType is the type of the service, such as volumev3 or network.
	ServiceType string `json:"service_type"`
	// Region is the region of the endpoint; empty if there is none.
	Region string `json:"region"`
	// Interface is the interface: public, internal or admin.
	Interface string `json:"interface"`
	// URL is the URL, with its templates filled as far as they are known.
	URL string `json:"url"`
}

// Session is the response of Keystone to a sign-in, with the trail of that call.
type Session struct {
	// ExpiresAt is when the token expires, by Keystone's clock; zero if there is none.
	ExpiresAt time.Time `json:"expires_at"`
	// ProjectID is the ID of the project that the token is for; empty for another scope.
	ProjectID string `json:"project_id"`
	// ProjectName is the name of the project that the token is for; empty for another scope.
	ProjectName string `json:"project_name"`
	// UserID is the ID of the user that signed in; empty if there is none.
	UserID string `json:"user_id"`
	// UserName is the name of the user that signed in; empty if there is none.
	UserName string `json:"user_name"`
	// Trail is the trail of the call that read it.
	Trail *Trail `json:"-"`
}
