// Package reqtrailtest tests programs that use package reqtrail. A [Mock] answers the calls of ordinary clients as the
// test says, on a virtual clock: a Retry-After of a minute or a timeout takes no real time. No port is opened.
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
// client. Each trail has the note "scripted".
//
// # Requests and exchanges
//
// Each request takes the first exchange that matches it and has uses left; [Reply.Times] is their number. A request
// that matches no exchange fails as [reqtrail.KindConnect]; its error names the nearest exchange and the difference. At
// the end, the test fails because of such requests, requests that differ from [Want], and unused exchanges; see
// [Mock.Verify].
//
// # Time
//
// All waits and measured times are virtual: backoff, Retry-After, timeouts, the times in trails. Time starts at
// 2026-01-01T00:00:00Z. When every call of the mock waits and no hook or refresher runs, it moves to the next end of a
// wait. With [ManualClock] the test moves it by [Mock.Advance], after [Mock.WaitUntilWaiting].
//
// A context's deadline bounds a call in virtual time: by the time left when the call begins, rounded up to a tenth of a
// second (to 10 ms if a second or less is left, to 1 ms if 100 ms or less is left). The call then ends as at any
// deadline, with [context.DeadlineExceeded], but without the cause of [context.WithTimeoutCause], since the context
// itself has not ended. Cancelling a context is real: it ends the call at the virtual time at which it happens. A
// context whose deadline is past in real time can no longer be cancelled, so a test that cancels a context gives it a
// deadline that the test does not reach.
//
// Hooks and refreshers are real, too. Time stands still while they run, so a hook must not wait for a call that waits.
// The calls of a refresher that use its context are an exception: time moves for them.
//
// A mock may be made within a bubble of testing/synctest. The bubble has a separate time, which stands still while a
// call is under way.
package reqtrailtest
