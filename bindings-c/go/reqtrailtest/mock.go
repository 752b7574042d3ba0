package reqtrailtest

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	reqtrail "github.com/reqtrail/reqtrail/bindings-c/go"
	"github.com/reqtrail/reqtrail/bindings-c/go/internal/scripted"
)

// BaseURL is that of a mock's clients whose configuration has none.
const BaseURL = "https://api.example"

// Mock answers the calls of its clients. All goroutines may use it at the same time.
type Mock struct {
	t           testing.TB
	script      *script
	allowUnused bool

	mutex   sync.Mutex
	clients []*reqtrail.Client
	// routes are those that have no answer yet.
	routes []*Route
}

// Option is an option of a mock.
type Option func(*settings)

type settings struct {
	seed                      uint64
	isManual, isUnusedAllowed bool
}

// ManualClock has nothing but [Mock.Advance] move the mock's time.
func ManualClock() Option { return func(s *settings) { s.isManual = true } }

// Seed sets what the mock draws from: the IDs of calls and answers, and the length of random waits. Mocks with the same seed
// and the same calls give equal trails. Default: 0.
func Seed(seed uint64) Option { return func(s *settings) { s.seed = seed } }

// AllowUnused lets exchanges be left over at the end of the test.
func AllowUnused() Option { return func(s *settings) { s.isUnusedAllowed = true } }

// New makes a mock without exchanges. When the test ends, it closes the mock's clients and, unless the test has failed
// already, reports what [Mock.Verify] finds.
func New(t testing.TB, options ...Option) *Mock {
	t.Helper()
	var s settings
	for _, option := range options {
		if option == nil {
			t.Fatal("reqtrailtest: an option is nil; expected one such as ManualClock()")
		}
		option(&s)
	}
	m := &Mock{t: t, script: newScript(s.seed, s.isManual), allowUnused: s.isUnusedAllowed}
	t.Cleanup(m.end)
	return m
}

// end is what the test ends with.
func (m *Mock) end() {
	m.t.Helper()
	if err := m.Verify(); err != nil && !m.t.Failed() && !m.t.Skipped() {
		m.t.Error(err)
	}
	m.mutex.Lock()
	clients := m.clients
	m.clients = nil
	m.mutex.Unlock()
	for _, client := range clients {
		_ = client.Close()
	}
}

// Client makes a client whose calls the mock answers; everything else about it is as [reqtrail.NewClient] has it. Where the
// configuration has no BaseURL, it is [BaseURL], and the Dialect is [reqtrail.NovaVMS] unless there is one. A configuration
// that is wrong ends the test. The client is closed when the test ends.
func (m *Mock) Client(config ...reqtrail.Config) *reqtrail.Client {
	m.t.Helper()
	var given reqtrail.Config
	switch len(config) {
	case 0:
	case 1:
		given = config[0]
	default:
		m.t.Fatalf("reqtrailtest: a client has %d Configs; expected one at most", len(config))
	}
	client, err := m.NewClient(given)
	if err != nil {
		m.t.Fatalf("reqtrailtest: %v", err)
	}
	return client
}

// NewClient is Client with the error of [reqtrail.NewClient], for a test of what a program does about a wrong
// configuration.
func (m *Mock) NewClient(config reqtrail.Config) (*reqtrail.Client, error) {
	if config.BaseURL == "" {
		config.BaseURL = BaseURL
		if config.Dialect == nil {
			config.Dialect = reqtrail.NovaVMS
		}
	}
	made, err := scripted.NewClient(config, m.script)
	if err != nil {
		return nil, err
	}
	client := made.(*reqtrail.Client)
	m.mutex.Lock()
	m.clients = append(m.clients, client)
	m.mutex.Unlock()
	return client, nil
}

// Load adds the exchanges of a script: JSON of the schema reqtrail.script/1, the same in every language. A text that is not
// one ends the test, which names where it is wrong and what would be right.
func (m *Mock) Load(script []byte) {
	m.t.Helper()
	if err := m.script.load(string(script)); err != nil {
		m.t.Fatalf("reqtrailtest: %v", err)
	}
}

// Requests are the requests that were sent so far, in order. One that no exchange fitted was not.
func (m *Mock) Requests() []Request {
	m.t.Helper()
	requests, err := requestsOf(m.script.requests())
	if err != nil {
		m.t.Fatalf("reqtrailtest: %v", err)
	}
	return requests
}

// Verify says what was not as the mock has it, each problem on a line: requests that no exchange fitted, with the nearest and
// what differed; requests that were not as [Want] has them; and, unless [AllowUnused], exchanges that have uses left. It is
// nil if all is well. The end of the test asks for it anyway.
func (m *Mock) Verify() error {
	problems := m.script.problems(m.allowUnused)
	m.mutex.Lock()
	defer m.mutex.Unlock()
	for _, route := range m.routes {
		problems = append(problems, route.String()+" has no answer; expected Replies or Fails after it")
	}
	if len(problems) == 0 {
		return nil
	}
	return errors.New("reqtrailtest: " + strings.Join(problems, "\n"))
}

// Elapsed is the virtual time since the mock was made.
func (m *Mock) Elapsed() time.Duration { return m.script.elapsed() }

// Advance moves the mock's time on, from the end of one wait to the next; what follows from each is over before the next. It
// is for a mock with [ManualClock], and blocks the goroutine, so the calls run on others. The test ends if something has not
// come to rest after ten seconds of real time.
func (m *Mock) Advance(by time.Duration) {
	m.t.Helper()
	if by < 0 || by%time.Millisecond != 0 {
		m.t.Fatalf("reqtrailtest: Advance by %v; expected zero or more, in whole milliseconds", by)
	}
	if err := m.script.advance(by); err != nil {
		m.t.Fatalf("reqtrailtest: %v", err)
	}
}

// WaitUntilWaiting waits until every call of the mock waits for the mock's time, and there is one. The test ends if that
// takes more than ten seconds of real time.
func (m *Mock) WaitUntilWaiting() {
	m.t.Helper()
	if err := m.script.waitUntilWaiting(); err != nil {
		m.t.Fatalf("reqtrailtest: %v", err)
	}
}
