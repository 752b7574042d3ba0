//go:build go1.25

package reqtrailtest_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	reqtrail "github.com/reqtrail/reqtrail/bindings-c/go"
	"github.com/reqtrail/reqtrail/bindings-c/go/reqtrailtest"
)

func TestABubblesTimeMovesAfterCalls(t *testing.T) {
	for _, config := range []reqtrail.Config{{}, {OnAttempt: func(reqtrail.CallInfo, reqtrail.Attempt) {}}} {
		synctest.Test(t, func(t *testing.T) {
			mock := reqtrailtest.New(t)
			mock.Get("/events").Replies(200, reqtrailtest.Reply{Times: reqtrailtest.Always, Delay: time.Second})
			client := mock.Client(config)
			for range 3 {
				var running sync.WaitGroup
				for range 4 {
					running.Add(1)
					go func() {
						defer running.Done()
						got(t, client, "/events")
					}()
				}
				running.Wait()
				begin := time.Now()
				time.Sleep(time.Hour)
				equal(t, time.Since(begin), time.Hour)
				synctest.Wait()
			}
		})
	}
}

func TestAMockWithinBubbles(t *testing.T) {
	for range 3 {
		synctest.Test(t, func(t *testing.T) {
			mock := reqtrailtest.New(t)
			mock.Get("/events").Replies(503).Then(200).ThenFails(reqtrailtest.Timeout).Then(200, always)
			client := mock.Client(reqtrail.Config{OnAttempt: func(reqtrail.CallInfo, reqtrail.Attempt) {}})
			got(t, client, "/events")
			ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
			defer cancel()
			err := failed(t, client, ctx, "/events")
			equal(t, errors.Is(err, context.DeadlineExceeded), true)
			equal(t, err.Trail.Elapsed(), 5*time.Second)
			var running sync.WaitGroup
			for range 4 {
				running.Add(1)
				go func() {
					defer running.Done()
					got(t, client, "/events")
				}()
			}
			running.Wait()
		})
	}
}
