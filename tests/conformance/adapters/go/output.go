package main

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"time"

	reqtrail "github.com/reqtrail/reqtrail/bindings-c/go"
)

type result map[string]any

func success(response *reqtrail.Response, given *request) (result, error) {
	ok := map[string]any{
		"status":     response.StatusCode,
		"request_id": orNull(response.RequestID),
		"headers":    pairs(response.Header),
		"trail":      response.Trail,
	}
	if given.options["if_none_match"] != nil {
		ok["not_modified"] = response.NotModified()
	}
	switch given.Parse {
	case "json":
		var body json.RawMessage
		if response.NotModified() {
			// A 304 has nothing to parse.
			ok["json"] = nil
			break
		}
		if err := response.JSON(&body); err != nil {
			return nil, err
		}
		ok["json"] = body
	case "text":
		text, err := response.Text()
		if err != nil {
			return nil, err
		}
		ok["text"] = text
	default:
		ok["base64"] = response.Body
	}
	return result{"ok": ok}, nil
}

func failure(failed *reqtrail.Error) result {
	return result{"error": map[string]any{
		"kind":           failed.Kind,
		"category":       orNull(string(failed.Category)),
		"code":           orNull(string(failed.Code)),
		"status":         statusOrNull(failed.StatusCode),
		"request_id":     orNull(failed.RequestID),
		"message":        orNull(failed.Message),
		"retry_after_ms": millisecondsOrNull(failed.RetryAfter),
		"display":        failed.Error(),
		"trail":          failed.Trail,
	}}
}

func pairs(header http.Header) [][2]string {
	list := [][2]string{}
	for _, name := range slices.Sorted(maps.Keys(header)) {
		for _, value := range header[name] {
			list = append(list, [2]string{name, value})
		}
	}
	return list
}

func orNull(text string) any {
	if text == "" {
		return nil
	}
	return text
}

func statusOrNull(status int) any {
	if status == 0 {
		return nil
	}
	return status
}

func millisecondsOrNull(wait *time.Duration) any {
	if wait == nil {
		return nil
	}
	return float64(*wait) / float64(time.Millisecond)
}
