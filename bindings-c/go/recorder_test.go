package reqtrail

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"math"
	"runtime"
	"strings"
	"testing"
	"time"
)

// failing makes a call that fails, and returns its trail.
func failing(t *testing.T, client *Client, path string) *Trail {
	t.Helper()
	_, err := client.Get(background, path)
	var failed *Error
	if !errors.As(err, &failed) || failed.Trail == nil {
		t.Fatal(path, err)
	}
	return failed.Trail
}

// inPhase waits until the only call under way is in a phase.
func inPhase(t *testing.T, recorder *Recorder, phase string) InFlightCall {
	t.Helper()
	for {
		calls := recorder.InFlight()
		if len(calls) != 1 {
			t.Fatalf("%+v", calls)
		} else if calls[0].Phase == phase {
			return calls[0]
		}
		runtime.Gosched()
	}
}

// callIDs returns the call IDs of trails, in order.
func callIDs(trails []*Trail) string {
	var ids []string
	for _, trail := range trails {
		ids = append(ids, trail.CallID())
	}
	return strings.Join(ids, " ")
}

func TestACallIsFoundByEachOfItsIDs(t *testing.T) {
	everyWay(t, func(t *testing.T) {
		client := newServer(t).client(t)
		response, err := client.Get(background, "/ok")
		if err != nil {
			t.Fatal(err)
		}
		busy := failing(t, client, "/busy")
		ids := append(busy.RequestIDs(), busy.CallID(), busy.TraceID(), strings.ToUpper(busy.CallID()), busy.CallID()[:13])
		for _, attempt := range busy.Attempts() {
			ids = append(ids, attempt.SpanID)
		}
		equal(t, len(ids), 4+4+4)
		for _, id := range ids {
			found := client.Recorder().Find(id)
			if len(found) != 1 || !found[0].Equal(busy) || found[0].String() != busy.String() {
				t.Error(id, found)
			}
		}
		equal(t, callIDs(client.Recorder().Find("req_000")), busy.CallID()+" "+response.Trail.CallID())
		for _, id := range []string{"", "req_0", busy.CallID()[:5], "req_nobody_has", "\xff"} {
			equal(t, len(client.Recorder().Find(id)), 0)
		}
	})
}

func TestACallOfOpenStackIsFoundByItsCorrelationID(t *testing.T) {
	client := newServer(t).client(t, func(c *Config) { c.Dialect, c.BaseURL = OpenStack, nova(t, false).URL+"/v2.1" })
	server, err := NewCompute(client).Server(background, serverID)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(server.Trail.CorrelationID(), "req-") {
		t.Error(server.Trail.CorrelationID())
	}
	for _, id := range []string{server.Trail.CorrelationID(), server.Trail.RequestID()} {
		equal(t, callIDs(client.Recorder().Find(id)), server.Trail.CallID())
	}
}

func TestRecentCallsAreFiltered(t *testing.T) {
	s := newServer(t)
	client := s.client(t)
	_, err := client.Get(background, "/stall", WithTimeout(40*time.Millisecond))
	var timedOut *Error
	if !errors.As(err, &timedOut) || timedOut.Kind != KindTimeout {
		t.Fatal(err)
	}
	stalled, missing, busy := timedOut.Trail, failing(t, client, "/missing"), failing(t, client, "/busy")
	response, err := client.Get(background, "/ok")
	if err != nil {
		t.Fatal(err)
	}
	ok := response.Trail
	for _, one := range []struct {
		filter RecentFilter
		wanted []*Trail
	}{
		{RecentFilter{}, []*Trail{ok, busy, missing, stalled}},
		{RecentFilter{Failed: true}, []*Trail{busy, missing, stalled}},
		{RecentFilter{Code: Code(NovaVMSNotFound)}, []*Trail{missing}},
		{RecentFilter{Path: "/ok"}, []*Trail{ok}},
		{RecentFilter{StatusCode: 503}, []*Trail{busy}},
		{RecentFilter{Limit: 2}, []*Trail{ok, busy}},
		{RecentFilter{Failed: true, Limit: 1}, []*Trail{busy}},
		{RecentFilter{Failed: true, StatusCode: 200}, nil},
		{RecentFilter{SlowerThan: NoLimit}, nil},
		// No call can match these.
		{RecentFilter{Limit: -1}, nil},
		{RecentFilter{StatusCode: 70000}, nil},
		{RecentFilter{StatusCode: -200}, nil},
		{RecentFilter{Path: "\xff"}, nil},
		{RecentFilter{Limit: math.MaxInt}, nil},
	} {
		equal(t, callIDs(client.Recorder().Recent(one.filter)), callIDs(one.wanted))
	}
	// The other calls are usually faster, but that is not certain.
	slow := client.Recorder().Recent(RecentFilter{SlowerThan: 40 * time.Millisecond})
	if len(slow) == 0 || !slow[len(slow)-1].Equal(stalled) {
		t.Fatal(slow)
	}
	for _, trail := range slow {
		if trail.Elapsed() < 40*time.Millisecond {
			t.Error(trail)
		}
	}
}

func TestACallUnderWayIsListed(t *testing.T) {
	everyWay(t, func(t *testing.T) {
		s := newServer(t)
		client := s.client(t)
		recorder := client.Recorder()
		equal(t, len(recorder.InFlight()), 0)
		ctx, cancel := context.WithCancel(background)
		ended := make(chan error)
		go func() {
			_, err := client.Post(ctx, "/stall/{id}", nil, WithParam("id", 7))
			ended <- err
		}()
		<-s.seen
		call := inPhase(t, recorder, "waiting")
		if call.Method != "POST" || call.Path != "/stall/{id}" || call.Attempt != 1 || !call.MayHaveBeenSent ||
			call.Dialect != "novavms" || call.RetryIn != nil || call.Age < 0 || time.Since(call.StartedAt) > time.Hour {
			t.Errorf("%+v", call)
		}
		equal(t, recorder.Stats().InFlight, 1)
		equal(t, len(recorder.Find(call.CallID)), 0)
		opened := lines(t, recorder.Dump())
		equal(t, len(opened), 1)
		equal(t, opened[0].Reqtrail.Record, "opened")
		equal(t, opened[0].Reqtrail.CallID, call.CallID)
		cancel()
		var failed *Error
		if err := <-ended; !errors.As(err, &failed) {
			t.Fatal(err)
		}
		equal(t, failed.Trail.CallID(), call.CallID)
		equal(t, failed.Trail.TraceID(), call.TraceID)
		equal(t, callIDs(recorder.Find(call.CallID)), call.CallID)
		equal(t, len(recorder.InFlight()), 0)
		equal(t, recorder.Stats().InFlight, 0)
	})
}

func TestAWaitBeforeTheNextAttemptIsListed(t *testing.T) {
	s := newServer(t)
	client := s.client(t)
	ctx, cancel := context.WithCancel(background)
	ended := make(chan error)
	go func() {
		_, err := client.Get(ctx, "/wait")
		ended <- err
	}()
	<-s.seen
	call := inPhase(t, client.Recorder(), "backoff")
	// The server asked for half a minute.
	if call.RetryIn == nil || *call.RetryIn <= 0 || *call.RetryIn > time.Minute || call.Attempt != 1 {
		t.Errorf("%+v", call)
	}
	cancel()
	<-ended
}

// line has the fields of a line of the dump that the tests check.
type line struct {
	Timestamp time.Time `json:"@timestamp"`
	Message   string
	Event     struct {
		Outcome string
		Dataset string
	}
	Reqtrail struct {
		Record string
		CallID string `json:"call_id"`
		Trail  *Trail
	}
}

func lines(t *testing.T, dump []byte) (read []line) {
	t.Helper()
	if len(dump) > 0 && dump[len(dump)-1] != '\n' {
		t.Error("the last line has no end")
	}
	for text := range bytes.Lines(dump) {
		var one line
		if err := json.Unmarshal(text, &one); err != nil {
			t.Fatal(err, string(text))
		}
		read = append(read, one)
	}
	return read
}

func TestTheStatsCount(t *testing.T) {
	client := newServer(t).client(t)
	equal(t, client.Recorder().Stats(), RecorderStats{})
	failing(t, client, "/missing")
	failing(t, client, "/busy")
	if _, err := client.Get(background, "/once/a"); err != nil {
		t.Fatal(err)
	}
	stats := client.Recorder().Stats()
	if stats.Bytes == 0 || stats.Journal != nil {
		t.Errorf("%+v", stats)
	}
	stats.Bytes = 0
	equal(t, stats, RecorderStats{Failed: 2, Notable: 1})
}

func TestTheDumpHasALineForEachCall(t *testing.T) {
	client := newServer(t).client(t)
	equal(t, len(client.Recorder().Dump()), 0)
	trails := []*Trail{failing(t, client, "/missing"), failing(t, client, "/busy")}
	var written bytes.Buffer
	count, err := client.Recorder().WriteTo(&written)
	if err != nil || int(count) != written.Len() {
		t.Fatal(count, err)
	}
	for _, dump := range [][]byte{written.Bytes(), client.Recorder().Dump()} {
		read := lines(t, dump)
		equal(t, len(read), 2)
		for at, own := range read {
			equal(t, own.Reqtrail.Record, "call")
			equal(t, own.Reqtrail.CallID, trails[at].CallID())
			equal(t, own.Event.Dataset, "reqtrail.call")
			equal(t, own.Event.Outcome, "failure")
			if !own.Reqtrail.Trail.Equal(trails[at]) || own.Timestamp.IsZero() || !strings.Contains(own.Message, trails[at].RequestID()) {
				t.Errorf("%+v", own)
			}
		}
	}
	broken := errors.New("the disk is full")
	if _, err := client.Recorder().WriteTo(brokenWriter{broken}); !errors.Is(err, broken) {
		t.Error(err)
	}
}

type brokenWriter struct{ err error }

func (w brokenWriter) Write([]byte) (int, error) { return 0, w.err }

func TestARecorderThatHoldsNothing(t *testing.T) {
	off := newServer(t).client(t, func(c *Config) { c.NoRecorder = true })
	trail := failing(t, off, "/missing")
	for name, recorder := range map[string]*Recorder{
		"off":         off.Recorder(),
		"nil":         nil,
		"empty":       {},
		"nil client":  (*Client)(nil).Recorder(),
		"zero client": new(Client).Recorder(),
	} {
		if len(recorder.Find(trail.CallID())) > 0 || len(recorder.Recent(RecentFilter{})) > 0 || len(recorder.InFlight()) > 0 ||
			recorder.Stats() != (RecorderStats{}) || len(recorder.Dump()) > 0 {
			t.Error(name)
		}
	}
}

func TestARecorderOutlivesItsClient(t *testing.T) {
	s := newServer(t)
	client := s.client(t)
	trail := failing(t, client, "/missing")
	if err := client.Close(); err != nil {
		t.Fatal(err)
	}
	equal(t, callIDs(client.Recorder().Find(trail.RequestID())), trail.CallID())
	recorder := client.Recorder()
	client = nil
	for range 3 {
		runtime.GC()
	}
	found := recorder.Recent(RecentFilter{})
	equal(t, callIDs(found), trail.CallID())
	equal(t, recorder.Stats().Failed, 1)
	equal(t, len(recorder.InFlight()), 0)
	// The trails outlive the recorder in turn.
	recorder = nil
	for range 3 {
		runtime.GC()
	}
	equal(t, found[0].String(), trail.String())
}

func TestManyGoroutinesAskWhileOthersCall(t *testing.T) {
	everyWay(t, func(t *testing.T) {
		client := newServer(t).client(t)
		recorder := client.Recorder()
		many(16, func(n int) {
			for range 25 {
				if n%2 == 0 {
					_, err := client.Get(background, "/missing")
					var failed *Error
					if !errors.As(err, &failed) {
						t.Error(err)
						return
					}
					continue
				}
				for _, trail := range recorder.Recent(RecentFilter{Failed: true}) {
					if len(recorder.Find(trail.CallID())) > 1 || trail.RequestID() == "" {
						t.Error(trail)
						return
					}
				}
				for _, call := range recorder.InFlight() {
					if call.Path != "/missing" || len(call.CallID) != 36 {
						t.Errorf("%+v", call)
						return
					}
				}
				if stats := recorder.Stats(); stats.Failed > 64 || stats.InFlight > 8 {
					t.Errorf("%+v", stats)
					return
				}
				lines(t, recorder.Dump())
			}
		})
		stats := recorder.Stats()
		equal(t, stats.Failed, 64)
		equal(t, stats.InFlight, 0)
	})
}

func TestMemoryOverManyRecorderQueries(t *testing.T) {
	if testing.Short() {
		t.Skip("640,000 trails; not with -short")
	}
	client := newServer(t).client(t)
	for range 64 {
		failing(t, client, "/missing")
	}
	recorder := client.Recorder()
	looks := func(count int) {
		many(8, func(int) {
			for range count / 8 {
				// 64 trails each time.
				if len(recorder.Recent(RecentFilter{})) != 64 || recorder.Stats().Failed != 64 || len(recorder.InFlight()) > 0 {
					t.Error("not all of it")
					return
				}
			}
			_ = recorder.Dump()
		})
		for range 3 {
			runtime.GC()
		}
	}
	looks(2_000)
	before := resident(t)
	looks(10_000)
	grown := resident(t) - before
	t.Logf("%d KiB before, %d KiB more after 10,000 looks", before, grown)
	if grown > 24<<10 {
		t.Errorf("%d KiB more after 10,000 looks", grown)
	}
}
