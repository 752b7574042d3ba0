package reqtrail

import (
	"errors"
	"net/http"
	"strings"
	"testing"
)

func TestTextIsDecodedByItsCharset(t *testing.T) {
	everyWay(t, func(t *testing.T) {
		client := newServer(t).client(t)
		response, err := client.Get(background, "/tagged", WithQuery("charset", "latin1"))
		if err != nil {
			t.Fatal(err)
		}
		for range 2 {
			text, err := response.Text()
			equal(t, []any{text, err}, []any{"café", error(nil)})
		}
		for _, charset := range []string{"utf-8", "shift_jis", "klingon"} {
			response, err := client.Get(background, "/tagged", WithQuery("charset", charset))
			if err != nil {
				t.Fatal(err)
			}
			_, err = response.Text()
			var failed *Error
			if !errors.As(err, &failed) || failed.Kind != KindDecode || failed.Trail.Outcome() != "decode" {
				t.Fatal(charset, err)
			}
		}
	})
}

func TestJSONIsUTF8(t *testing.T) {
	client := newServer(t).client(t)
	response, err := client.Put(background, "/echo", nil, WithBody("text/plain", []byte("\ufeff[1]")))
	if err != nil {
		t.Fatal(err)
	}
	var list []int
	if err := response.JSON(&list); err != nil {
		t.Fatal(err)
	}
	text, err := response.Text()
	equal(t, []any{list, text, err}, []any{[]int{1}, "[1]", error(nil)})
	for _, body := range []string{"\xff\xfe[\x00]\x00", "[NaN]", "[-Infinity]", "\"caf\xe9\""} {
		response, err := client.Put(background, "/echo", nil, WithBody("application/json; charset=latin1", []byte(body)))
		if err != nil {
			t.Fatal(err)
		}
		if err := response.JSON(new(any)); !errors.Is(err, KindDecode) {
			t.Fatalf("%q: %v", body, err)
		}
	}
}

func TestAResponseThatHasNotChanged(t *testing.T) {
	everyWay(t, func(t *testing.T) {
		client := newServer(t).client(t)
		first, err := client.Get(background, "/tagged")
		if err != nil || first.NotModified() {
			t.Fatal(err)
		}
		again, err := client.Get(background, "/tagged", WithIfNoneMatch(first.Header.Get("ETag")))
		if err != nil {
			t.Fatal(err)
		}
		equal(t, []any{again.NotModified(), again.StatusCode, len(again.Body), again.Trail.Outcome()}, []any{true, 304, 0, "ok"})
		changed, err := client.Do(background, &Request{Path: "/tagged", IfNoneMatch: `"v0"`})
		if err != nil || changed.NotModified() {
			t.Fatal(err)
		}
		var failed *Error
		_, err = client.Get(background, "/tagged", WithHeader("If-None-Match", `"v1"`))
		if !errors.As(err, &failed) || failed.StatusCode != http.StatusNotModified {
			t.Fatal(err)
		}
		_, err = client.Get(background, "/tagged", WithIfNoneMatch(""))
		if !errors.Is(err, KindInvalidRequest) || !strings.Contains(err.Error(), "IfNoneMatch is empty") {
			t.Fatal(err)
		}
	})
}

func TestStatusesThatAreAccepted(t *testing.T) {
	client := newServer(t).client(t)
	current := WithHeader("If-None-Match", `"v1"`)
	given := make([]int, 0, 9)
	shared := &Request{Path: "/tagged", AcceptStatuses: given}
	for _, set := range []Option{current, WithAcceptStatuses(404), WithAcceptStatuses(409, 304)} {
		set(shared)
	}
	response, err := client.Do(background, shared)
	if err != nil || response.StatusCode != http.StatusNotModified {
		t.Fatal(err)
	}
	// The list stays the program's own.
	equal(t, given[:3], []int{0, 0, 0})
	for text, wrong := range map[string]int{
		"AcceptStatuses[1] is -5; expected an HTTP status": -5,
		"expected an HTTP status such as 404, got 42":      42,
		"AcceptStatuses[1] is 204; expected 300 to 599":    204,
	} {
		_, err := client.Get(background, "/tagged", current, WithAcceptStatuses(304, wrong))
		if !errors.Is(err, KindInvalidRequest) || !strings.Contains(err.Error(), text) {
			t.Errorf("%s: %v", text, err)
		}
	}
}

func TestTheBodyOfAnErrorAsTextAndJSON(t *testing.T) {
	client := newServer(t).client(t)
	fail := func(path string) *Error {
		_, err := client.Get(background, path)
		var failed *Error
		if !errors.As(err, &failed) {
			t.Fatal(err)
		}
		return failed
	}
	words := fail("/words")
	equal(t, words.Text(), `{"error":"not_found","message":"café \ud800"}`)
	var read struct{ Error, Message string }
	if err := words.JSON(&read); err != nil {
		t.Fatal(err)
	}
	equal(t, []string{read.Error, read.Message, words.Message}, []string{"not_found", "café \ufffd", "café \ufffd"})
	lossy := fail("/lossy")
	if err := lossy.JSON(&read); err != nil || read.Message != "caf\ufffd" || !strings.Contains(lossy.Text(), "caf\ufffd") {
		t.Fatal(err, read, lossy.Text())
	}
	missing := fail("/missing")
	equal(t, missing.Text(), string(missing.Body))
	html := fail("/html")
	equal(t, html.Text(), "<h1>")
	if err := html.JSON(&read); err == nil || !strings.Contains(err.Error(), "does not fit *struct { Error string; Message string };") {
		t.Fatal(err)
	}
	var wrong struct{ Error int }
	if err := words.JSON(&wrong); err == nil || strings.Contains(err.Error(), "not_found") || !strings.Contains(err.Error(), "*struct { Error int } (at byte 20);") {
		t.Fatal(err)
	}
	none := &Error{Kind: KindTimeout}
	if none.Text() != "" || none.JSON(&read) == nil || none.JSON(&read).Error() != "the error has no body; expected one of KindAPI with a JSON body" {
		t.Fatal(none.Text())
	}
}
