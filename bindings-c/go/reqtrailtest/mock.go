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

// BaseURL is the base URL of a mock's clients whose configuration has none.
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

// ManualClock stops the mock's time, so that only [Mock.Advance] moves it.
func ManualClock() Option { return func(s *settings) { s.isManual = true } }

// Seed sets the seed for the IDs of calls and answers and for the length of random waits. Mocks with the same seed and
// the same calls produce equal trails. Default: 0.
func Seed(seed uint64) Option { return func(s *settings) { s.seed = seed } }

// AllowUnused allows unused exchanges at the end of the test.
func AllowUnused() Option { return func(s *settings) { s.isUnusedAllowed = true } }

// New makes a mock without exchanges. When the test ends, the mock closes its clients and, unless the test has already
// failed, reports what [Mock.Verify] finds.
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

// end runs at the end of the test.
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

// Client makes a client whose calls the mock answers; otherwise it is like one of [reqtrail.NewClient]. If the
// configuration has no BaseURL, it is [BaseURL], and the Dialect is [reqtrail.NovaVMS] unless one is set. A wrong
// configuration fails the test at once. The client is closed when the test ends.
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

// NewClient is like Client but returns the error of [reqtrail.NewClient], for tests with a wrong configuration.
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

// Load adds the exchanges of a script: JSON with the schema reqtrail.script/1, the same in every language. A text that
// is not a script fails the test at once, with the location of the mistake and what is right.
func (m *Mock) Load(script []byte) {
	m.t.Helper()
	if err := m.script.load(string(script)); err != nil {
		m.t.Fatalf("reqtrailtest: %v", err)
	}
}

// Requests returns the requests that were sent so far, in order. A request that matches no exchange is not sent.
func (m *Mock) Requests() []Request {
	m.t.Helper()
	requests, err := requestsOf(m.script.requests())
	if err != nil {
		m.t.Fatalf("reqtrailtest: %v", err)
	}
	return requests
}

// Verify returns what differs from the mock's exchanges, each problem on a line: requests that match no exchange, with
// the nearest one and the difference; requests that differ from [Want]; and, unless [AllowUnused] is set, exchanges
// with uses left. It returns nil if there are no problems. The mock also calls it at the end of the test.
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

// Elapsed returns the virtual time since the mock was made.
func (m *Mock) Elapsed() time.Duration { return m.script.elapsed() }

// Advance moves the mock's time, from the end of one wait to the next, and waits each time until the calls have
// reacted. It is for a mock with [ManualClock]. It blocks its goroutine, so calls must run on others. It fails the test
// at once if a call, a hook or a refresher is still busy after ten seconds of real time.
func (m *Mock) Advance(by time.Duration) {
	m.t.Helper()
	if by < 0 || by%time.Millisecond != 0 {
		m.t.Fatalf("reqtrailtest: Advance by %v; expected zero or more, in whole milliseconds", by)
	}
	if err := m.script.advance(by); err != nil {
		m.t.Fatalf("reqtrailtest: %v", err)
	}
}

// WaitUntilWaiting waits until there is a call and every call of the mock waits for the mock's time. It fails the test
// at once if that takes more than ten seconds of real time.
func (m *Mock) WaitUntilWaiting() {
	m.t.Helper()
	if err := m.script.waitUntilWaiting(); err != nil {
		m.t.Fatalf("reqtrailtest: %v", err)
	}
}
