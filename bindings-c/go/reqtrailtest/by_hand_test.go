package reqtrailtest_test

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"testing"
	"time"

	reqtrail "github.com/reqtrail/reqtrail/bindings-c/go"
	"github.com/reqtrail/reqtrail/bindings-c/go/reqtrailtest"
)

func TestATrailByHand(t *testing.T) {
	trail := reqtrailtest.Trail(t,
		reqtrailtest.Attempt{Code: "rate_limited", RetryAfter: 2 * time.Second, RequestID: "req_1"},
		reqtrailtest.Attempt{StatusCode: 503, Elapsed: 40 * time.Millisecond, NoRequestID: true},
		reqtrailtest.Attempt{StatusCode: 200, RequestID: "req_3"},
	)
	equal(t, trail.RequestIDs(), []string{"req_1", "req_3"})
	equal(t, trail.Outcome(), "ok")
	attempts := trail.Attempts()
	equal(t, []int{attempts[0].StatusCode, attempts[1].StatusCode, attempts[2].StatusCode}, []int{429, 503, 200})
	equal(t, *attempts[0].RetryAfter, 2*time.Second)
	equal(t, attempts[0].WaitReason, reqtrail.WaitRetryAfter)
	equal(t, attempts[1].Elapsed, 40*time.Millisecond)
	equal(t, attempts[1].Started, attempts[0].Elapsed+*attempts[0].Wait)
	equal(t, trail.Equal(reqtrailtest.Trail(t, reqtrailtest.Attempt{StatusCode: 200})), false)
}

func TestAResponseByHand(t *testing.T) {
	response := reqtrailtest.Response(t, reqtrailtest.Attempt{JSON: map[string]any{"name": "Main Gate"}, RequestID: "req_1"})
	var camera struct{ Name string }
	if err := response.JSON(&camera); err != nil {
		t.Fatal(err)
	}
	equal(t, []any{camera.Name, response.StatusCode, response.RequestID}, []any{"Main Gate", 200, "req_1"})

	response = reqtrailtest.Response(t, reqtrailtest.Attempt{StatusCode: 503}, reqtrailtest.Attempt{StatusCode: 204})
	equal(t, []any{response.StatusCode, len(response.Trail.Attempts())}, []any{204, 2})
}

func TestAnErrorByHand(t *testing.T) {
	err := reqtrailtest.Error(t, reqtrailtest.Attempt{Code: "not_found", Message: "No such camera", RequestID: "req_1"})
	equal(t, []any{err.StatusCode, err.Code, err.Message, err.RequestID}, []any{404, reqtrail.Code("not_found"), "No such camera", "req_1"})
	equal(t, errors.Is(err, reqtrail.NovaVMSNotFound), true)
	contains(t, err.Error(), "req_1")

	err = reqtrailtest.Call{
		Method: "POST", Path: "/cameras/{id}/trigger", Params: map[string]string{"id": "7"}, Query: url.Values{"limit": {"1"}},
		Attempts: []reqtrailtest.Attempt{{Failure: reqtrail.KindTimeout}},
	}.Error(t)
	equal(t, err.Kind, reqtrail.KindTimeout)
	equal(t, err.MayHaveBeenSent, true)
	equal(t, err.Trail.Stopped(), reqtrail.StopUnsafeToRetry)
	equal(t, []string{err.Trail.Method(), err.Trail.Path()}, []string{"POST", "/cameras/{id}/trigger"})
	contains(t, err.Trail.Attempts()[0].URL, "/cameras/7/trigger?limit=1")

	err = reqtrailtest.Error(t, reqtrailtest.Attempt{Failure: reqtrail.KindConnect, FailureCode: "ENOTFOUND"})
	equal(t, []any{err.Kind, err.Trail.Attempts()[0].FailureCode}, []any{reqtrail.KindConnect, "ENOTFOUND"})

	err = reqtrailtest.Call{Kind: reqtrail.KindInvalidRequest}.Error(t)
	equal(t, []any{err.Kind, len(err.Trail.Attempts())}, []any{reqtrail.KindInvalidRequest, 0})

	err = reqtrailtest.Call{
		Stopped:  reqtrail.StopBudgetExhausted,
		Attempts: []reqtrailtest.Attempt{{StatusCode: 503}},
	}.Error(t)
	equal(t, err.Trail.Stopped(), reqtrail.StopBudgetExhausted)

	err = reqtrailtest.Call{
		Dialect:  reqtrail.OpenStack,
		Attempts: []reqtrailtest.Attempt{{StatusCode: 404, Code: reqtrail.Code(reqtrail.OpenStackItemNotFound)}},
	}.Error(t)
	equal(t, errors.Is(err, reqtrail.OpenStackItemNotFound), true)

	err = reqtrailtest.Call{
		Dialect:  reqtrail.CustomDialect{Name: "acme", RequestIDHeaders: []string{"X-Acme"}},
		Attempts: []reqtrailtest.Attempt{{StatusCode: 404, RequestID: "a1"}},
	}.Error(t)
	equal(t, []any{err.Trail.Dialect(), err.RequestID}, []any{"acme", "a1"})
}

func TestAnErrorByHandIsWhatARealOneIs(t *testing.T) {
	for kind, is := range map[reqtrail.Kind]error{
		reqtrail.KindTimeout: context.DeadlineExceeded, reqtrail.KindCancelled: context.Canceled,
	} {
		err := reqtrailtest.Error(t, reqtrailtest.Attempt{Failure: kind})
		for _, one := range []error{context.DeadlineExceeded, context.Canceled} {
			equal(t, errors.Is(err, one), one == is)
		}
	}
	err := reqtrailtest.Error(t, reqtrailtest.Attempt{StatusCode: 503})
	equal(t, errors.Is(err, context.DeadlineExceeded), false)
}

func TestWhatCannotBeMadeByHand(t *testing.T) {
	for _, one := range []struct {
		wrong func(testing.TB)
		says  []string
	}{
		{func(t testing.TB) { reqtrailtest.Error(t, reqtrailtest.Attempt{StatusCode: 200}) }, []string{"the call has no error: its answer is a 200"}},
		{func(t testing.TB) { reqtrailtest.Response(t, reqtrailtest.Attempt{StatusCode: 404}) }, []string{"the call has no response: "}},
		// A success is not tried again.
		{func(t testing.TB) {
			reqtrailtest.Trail(t, reqtrailtest.Attempt{StatusCode: 200}, reqtrailtest.Attempt{StatusCode: 200})
		}, []string{"attempts[1]"}},
		{func(t testing.TB) { reqtrailtest.Trail(t, reqtrailtest.Attempt{StatusCode: 503, JSON: 1, Text: "a"}) }, []string{"Attempts[0]: ", "more than one of"}},
		{func(t testing.TB) { reqtrailtest.Trail(t, reqtrailtest.Attempt{StatusCode: 503, Elapsed: -1}) }, []string{"Attempts[0]: Elapsed is -1ns; expected zero or more"}},
		{func(t testing.TB) { reqtrailtest.Trail(t, reqtrailtest.Attempt{Failure: "bad luck"}) }, []string{"attempts[0].failure", "bad luck"}},
		{func(t testing.TB) { reqtrailtest.Call{Dialect: reqtrail.DialectJSON("{")}.Trail(t) }, []string{"reqtrailtest: "}},
	} {
		went := false
		said := record(t, func(rt testing.TB) { one.wrong(rt); went = true })
		if went {
			t.Errorf("nothing was said; expected %q", one.says)
		}
		contains(t, said, append(one.says, "reqtrailtest: ")...)
	}
}

func ExampleError() {
	t := new(testing.T) // a test has one

	err := reqtrailtest.Error(t, reqtrailtest.Attempt{Code: "not_found", Message: "No such camera", RequestID: "req_1"})
	fmt.Println(err.StatusCode, err.Code, err.RequestID)
	// Output: 404 not_found req_1
}
