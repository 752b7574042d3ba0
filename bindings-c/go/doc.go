// Package reqtrail is an API client whose every call leaves a trail: each HTTP attempt that really went out, in order,
// with the server's request ID, the status, the typed error code, the times, why it was retried and why it stopped.
// The trail is on every [Response] and on every [Error].
//
//	client, err := reqtrail.NewClient(reqtrail.Config{
//		BaseURL: "https://novavms.example/api/v1",
//		Dialect: reqtrail.NovaVMS,
//		Token:   "sk_live_…",
//	})
//	if err != nil {
//		return err
//	}
//	defer client.Close()
//	response, err := client.Get(ctx, "/cameras/{id}", reqtrail.WithParam("id", 7))
//	var failed *reqtrail.Error
//	switch {
//	case err == nil:
//		fmt.Println(response.RequestID, string(response.Body))
//	case errors.Is(err, reqtrail.CategoryNotFound):
//		fmt.Println("no such camera")
//	case errors.As(err, &failed):
//		fmt.Println(failed.RequestID) // the last one; failed.RequestIDs() has all
//		fmt.Println(failed.Trail)     // the support report, to be pasted into a ticket
//	}
//
// A [Client] is made once per API and shared by all goroutines. Every call takes a [context.Context]; when it ends, the
// call ends at once, with its trail, and [errors.Is] finds [context.Canceled] or [context.DeadlineExceeded] in the error.
//
// A call whose request ID nobody logged is found afterwards by any of its IDs, as long as the process runs:
//
//	for _, trail := range client.Recorder().Find("req_01JD8Z") {
//		fmt.Println(trail)
//	}
//
// [Recorder] also has the last calls that failed, and those under way.
//
// The work is done by libreqtrail, which this package binds by cgo; its README says how to get the library.
package reqtrail

import _ "github.com/reqtrail/reqtrail/bindings-c/go/internal/platform" // it says what is missing to build this
