package reqtrailtest

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"net/url"
	"time"
)

// Request is a request that the mock received.
type Request struct {
	Method string
	// Target is path and query, as sent.
	Target string
	// Path is the target without the query.
	Path string
	// Query is the query, decoded.
	Query url.Values
	// Header is the headers.
	Header http.Header
	// Body is the body. A JSON body has the same value, but not necessarily the same bytes.
	Body []byte
	// At is the virtual time of its arrival, from the making of the mock.
	At time.Duration
	// Exchange is the index of the mock's exchange that answered it, from 0 in the order in which they were added.
	Exchange int
}

// JSON unmarshals the body into v, a pointer.
func (r Request) JSON(v any) error {
	if err := json.Unmarshal(r.Body, v); err != nil {
		return fmt.Errorf("reqtrailtest: the body of %s %s: %w", r.Method, r.Target, err)
	}
	return nil
}

// requestsOf reads the library's list.
func requestsOf(list string) ([]Request, error) {
	var sent []struct {
		Method   string          `json:"method"`
		Target   string          `json:"target"`
		Path     string          `json:"path"`
		Query    [][2]string     `json:"query"`
		Headers  [][2]string     `json:"headers"`
		JSON     json.RawMessage `json:"json"`
		Text     *string         `json:"text"`
		Base64   *string         `json:"base64"`
		AtMS     float64         `json:"at_ms"`
		Exchange int             `json:"exchange"`
	}
	if err := json.Unmarshal([]byte(list), &sent); err != nil {
		return nil, err
	}
	requests := make([]Request, len(sent))
	for at, one := range sent {
		request := Request{
			Method: one.Method, Target: one.Target, Path: one.Path, Query: url.Values{}, Header: http.Header{}, Body: one.JSON,
			At: time.Duration(math.Round(one.AtMS * float64(time.Millisecond))), Exchange: one.Exchange,
		}
		for _, pair := range one.Query {
			request.Query.Add(pair[0], pair[1])
		}
		for _, pair := range one.Headers {
			request.Header.Add(pair[0], pair[1])
		}
		switch {
		case one.Text != nil:
			request.Body = []byte(*one.Text)
		case one.Base64 != nil:
			body, err := base64.StdEncoding.DecodeString(*one.Base64)
			if err != nil {
				return nil, err
			}
			request.Body = body
		}
		requests[at] = request
	}
	return requests, nil
}
