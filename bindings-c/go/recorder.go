package reqtrail

// #include "shim.h"
import "C"

import (
	"encoding/json"
	"io"
	"runtime"
	"time"
)

// Recorder keeps the trails of a client's last calls in memory, and knows its calls under way. [Config.NoRecorder]
// turns it off; it then holds nothing.
//
// It keeps up to 64 failed calls, 64 notable ones (slow, or with several attempts) and 64 others, in at most 1 MiB per
// client and 16 MiB per process. Successes never displace failures. All goroutines may use it at the same time. It
// outlives its client, and works after [Client.Close].
//
// A nil recorder holds nothing.
type Recorder struct {
	handle *C.reqtrail_recorder
}

// newRecorder makes a recorder that outlives the client's handle.
func newRecorder(client *C.reqtrail_client) *Recorder {
	recorder := &Recorder{handle: C.reqtrail_recorder_clone(C.reqtrail_client_recorder(client))}
	runtime.AddCleanup(recorder, func(handle *C.reqtrail_recorder) { C.reqtrail_recorder_free(handle) }, recorder.handle)
	return recorder
}

// Recorder returns the recorder of the client's calls. It is always the same one.
func (c *Client) Recorder() *Recorder {
	if c == nil || c.core == nil {
		return nil
	}
	return c.core.recorder
}

// RecentFilter selects the kept calls that [Recorder.Recent] returns: those that match all of its fields. Every call
// matches the zero value of a field.
type RecentFilter struct {
	// The options that a type describes. Generated from core/src/surface; do not edit.

	// Failed says whether only failed calls match.
	Failed bool
	// SlowerThan is the minimum duration of a call.
	SlowerThan time.Duration
	// Code is the error code of a call's last attempt, in its canonical spelling.
	Code Code
	// Path is the path template, as in /cameras/{id}.
	Path string
	// StatusCode is the status of a call's last attempt.
	StatusCode int
	// Limit is the maximum number of calls to return.
	Limit int

	// Generated until here.
}

// Find returns the calls that have this ID, the newest first: a request ID, a call ID, a trace or span ID, or a
// correlation ID.
//
// If no call has this ID, it returns the calls with an ID that begins with id, which then has at least 6 characters.
// UUIDs match with and without dashes, in any case. It does not return calls under way; see [Recorder.InFlight].
func (r *Recorder) Find(id string) []*Trail {
	if r == nil {
		return nil
	}
	var found *C.reqtrail_trails
	C.reqtrail_recorder_find(r.handle, charsOf(id), C.size_t(len(id)), &found, nil)
	runtime.KeepAlive(r)
	return takeTrails(found)
}

// Recent returns the kept calls that match a filter, the newest first. No call matches a filter with impossible values,
// such as a negative Limit.
func (r *Recorder) Recent(filter RecentFilter) []*Trail {
	if r == nil {
		return nil
	}
	var s encoder
	if err := s.recentOptions(&filter); err != nil {
		return nil
	}
	var found *C.reqtrail_trails
	C.reqtrail_go_recent(r.handle, (*C.uint8_t)(start(s)), C.size_t(len(s)), &found, nil)
	runtime.KeepAlive(r)
	return takeTrails(found)
}

// InFlight returns the calls under way, the oldest first.
func (r *Recorder) InFlight() []InFlightCall {
	if r == nil {
		return nil
	}
	var data []inFlightCallJSON
	// The core wrote valid JSON.
	_ = json.Unmarshal(ownText(C.reqtrail_recorder_in_flight(r.handle)), &data)
	runtime.KeepAlive(r)
	calls := make([]InFlightCall, len(data))
	for at := range data {
		calls[at] = data[at].inFlightCall()
	}
	return calls
}

// Stats returns what the recorder holds, what it had to drop, and what the journal wrote.
func (r *Recorder) Stats() RecorderStats {
	var stats RecorderStats
	if r != nil {
		_ = json.Unmarshal(ownText(C.reqtrail_recorder_stats(r.handle)), &stats)
		runtime.KeepAlive(r)
	}
	return stats
}

// Dump returns all kept calls as JSON Lines, the oldest first, and the calls under way at the end. Each line is as in a
// journal.
func (r *Recorder) Dump() []byte {
	if r == nil {
		return nil
	}
	defer runtime.KeepAlive(r)
	return ownText(C.reqtrail_recorder_dump(r.handle))
}

// WriteTo writes the dump. It implements [io.WriterTo].
func (r *Recorder) WriteTo(w io.Writer) (int64, error) {
	n, err := w.Write(r.Dump())
	return int64(n), err
}

// takeTrails copies the trails of a list, and frees the list.
func takeTrails(found *C.reqtrail_trails) []*Trail {
	defer C.reqtrail_trails_free(found)
	trails := make([]*Trail, int(C.reqtrail_trails_count(found)))
	for at := range trails {
		trails[at] = newTrail(C.reqtrail_trail_clone(C.reqtrail_trails_at(found, C.size_t(at))))
	}
	return trails
}

// ownText copies a text that the caller owns, and frees it.
func ownText(own *C.reqtrail_text) []byte {
	defer C.reqtrail_text_free(own)
	var copied C.reqtrail_go_text
	copied.data = C.reqtrail_text_data(own, &copied.length)
	return bytesOf(copied)
}
