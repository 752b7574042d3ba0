// Package reqtrailtest tests programs that use package reqtrail: a [Mock] answers the calls of ordinary clients by what the
// test says, on a clock that waits for nothing. A Retry-After of a minute or a timeout takes no time, and no port is opened.
//
//	func TestRateLimitThenSuccess(t *testing.T) {
//		mock := reqtrailtest.New(t)
//		mock.Get("/cameras/{id}").
//			Replies(429, reqtrailtest.Reply{Code: "rate_limited", RetryAfter: 30 * time.Second}).
//			Then(200, reqtrailtest.Reply{JSON: map[string]any{"id": 7}})
//		client := mock.Client()
//		response, err := client.Get(t.Context(), "/cameras/{id}", reqtrail.WithParam("id", 7))
//		if err != nil || len(response.Trail.Attempts()) != 2 {
//			t.Fatal(err)
//		}
//	}
//
// Only the network and the clock are not real: retries, timeouts, decoding, trails, hooks and logs are those of every
// client. Each trail says so by the note "scripted".
//
// # Requests and exchanges
//
// Each request takes the first exchange that fits it and has uses left; [Reply] says how many it has. A request that no
// exchange fits fails as [reqtrail.KindConnect] and names the nearest exchange and what differed. At the end of the test,
// such requests, requests that were not as [Want] has them, and exchanges that were not used fail the test; see
// [Mock.Verify].
//
// # Time
//
// Everything that a client waits for or measures is virtual: backoff, Retry-After, timeouts, the times in trails. Time begins
// at 2026-01-01T00:00:00Z. It moves to the next end of a wait when every call of the mock waits and no hook or refresher
// runs. [ManualClock] turns that off: the test moves it by [Mock.Advance], after [Mock.WaitUntilWaiting].
//
// A context's deadline bounds a call by virtual time: by what is left of it when the call begins, rounded up to a tenth of a
// second (to 10 ms where a second or less is left, to 1 ms where 100 ms or less are). The call ends then as at any deadline, with
// [context.DeadlineExceeded], but without the cause of [context.WithTimeoutCause], since the context itself goes on. To cancel
// a context is real: it ends the call at the virtual moment at which it happens. A context whose deadline is past in real time
// can no longer be cancelled, so a test that cancels one gives it a deadline that the test itself does not reach.
//
// Hooks and refreshers are real, too. The time stands still while they run, so a hook must not wait for a call that waits. The
// calls of a refresher that take its context are an exception: the time moves for them.
//
// A mock may be made within a bubble of testing/synctest, whose time is another and stands still while a call is under way.
package reqtrailtest
