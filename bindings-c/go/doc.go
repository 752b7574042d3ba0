// Package reqtrail is an API client whose every call leaves a trail: each HTTP attempt that really went out, in order,
// with the server's request ID, the status, the typed error code, the times, why it was retried and why it stopped.
// Every [Response] and every [Error] has the trail.
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
// Make one [Client] per API and share it between all goroutines. Every call takes a [context.Context]; when the context
// ends, the call ends at once, with its trail, and [errors.Is] finds [context.Canceled] or [context.DeadlineExceeded]
// in the error.
//
// As long as the process runs, [Recorder] finds a call by any of its IDs, even if nobody logged its request ID:
//
//	for _, trail := range client.Recorder().Find("req_01JD8Z") {
//		fmt.Println(trail)
//	}
//
// It also has the last calls that failed, and the calls under way.
//
// This package binds libreqtrail with cgo; its README says how to get the library.
package reqtrail

import _ "github.com/reqtrail/reqtrail/bindings-c/go/internal/platform" // reports what is missing to build this
