package main

import (
	"fmt"
	"strings"
	"testing"

	"github.com/reqtrail/reqtrail/bindings-c/go/reqtrailtest"
)

// playScript plays a scenario with a mock, and adds the requests and the problems of the mock.
func playScript(s *scenario, played map[string]any) error {
	var t noTest
	defer t.end()
	mock := reqtrailtest.New(&t, reqtrailtest.AllowUnused())
	mock.Load(s.Script)
	results, err := play(s, mock.NewClient)
	if err != nil {
		return err
	}
	requests := []map[string]any{}
	for _, request := range mock.Requests() {
		requests = append(requests, map[string]any{
			"method": request.Method, "target": request.Target, "path": request.Path, "headers": pairs(request.Header),
			"base64": request.Body, "at_ms": float64(request.At) / 1e6, "exchange": request.Exchange,
		})
	}
	problems := []string{}
	if err := mock.Verify(); err != nil {
		problems = strings.Split(strings.TrimPrefix(err.Error(), "reqtrailtest: "), "\n")
	}
	played["results"], played["requests"], played["problems"] = results, requests, problems
	return nil
}

// noTest replaces the test that a mock needs.
type noTest struct {
	testing.TB
	cleanups []func()
}

func (t *noTest) end() {
	for _, cleanup := range t.cleanups {
		cleanup()
	}
}

func (t *noTest) Helper()                             {}
func (t *noTest) Cleanup(cleanup func())              { t.cleanups = append(t.cleanups, cleanup) }
func (t *noTest) Failed() bool                        { return true }
func (t *noTest) Fatalf(format string, values ...any) { must(fmt.Errorf(format, values...)) }
