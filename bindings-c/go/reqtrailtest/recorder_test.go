package reqtrailtest_test

import (
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"
)

// recorder is a test that keeps its reports.
type recorder struct {
	testing.TB
	mutex    sync.Mutex
	reports  []string
	cleanups []func()
}

// record runs a test to its end, and returns its reports.
func record(t testing.TB, test func(t testing.TB)) string {
	t.Helper()
	r := &recorder{TB: t}
	for _, run := range []func(){func() { test(r) }, r.cleanup} {
		over := make(chan struct{})
		go func() {
			defer close(over)
			run()
		}()
		<-over
	}
	r.mutex.Lock()
	defer r.mutex.Unlock()
	return strings.Join(r.reports, "\n")
}

func (r *recorder) cleanup() {
	for len(r.cleanups) > 0 {
		last := len(r.cleanups) - 1
		run := r.cleanups[last]
		r.cleanups = r.cleanups[:last]
		run()
	}
}

func (r *recorder) report(text string) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.reports = append(r.reports, text)
}

func (r *recorder) Helper()             {}
func (r *recorder) Cleanup(run func())  { r.cleanups = append(r.cleanups, run) }
func (r *recorder) Error(values ...any) { r.report(fmt.Sprint(values...)) }
func (r *recorder) Fatal(values ...any) { r.report(fmt.Sprint(values...)); runtime.Goexit() }
func (r *recorder) Fatalf(f string, values ...any) {
	r.report(fmt.Sprintf(f, values...))
	runtime.Goexit()
}
func (r *recorder) Skipped() bool { return false }

func (r *recorder) Failed() bool {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	return len(r.reports) > 0
}
