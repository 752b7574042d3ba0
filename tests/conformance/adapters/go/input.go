package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	reqtrail "github.com/reqtrail/reqtrail/bindings-c/go"
)

// scenario is a line of the runner.
type scenario struct {
	ID      json.RawMessage `json:"id"`
	BaseURL string          `json:"base_url"`
	CAPEM   string          `json:"ca_pem"`
	// Script is the script of a mock that replaces the server.
	Script json.RawMessage `json:"script"`
	Client client          `json:"client"`
	Calls  []struct {
		Request request         `json:"request"`
		Expect  json.RawMessage `json:"expect"`
	} `json:"calls"`
}

// client is a scenario's client.
type client struct {
	Tokens   []string `json:"tokens"`
	CAPEM    string   `json:"ca_pem"`
	BasePath string   `json:"base_path"`
	// options are all other members.
	options options
}

func (c *client) UnmarshalJSON(text []byte) (err error) {
	type plain client
	c.options, err = optionsBeside(text, (*plain)(c))
	if timeout, has := c.options["call_timeout_ms"]; has {
		c.options["timeout_ms"] = timeout
		delete(c.options, "call_timeout_ms")
	}
	return err
}

// request is a scenario's request.
type request struct {
	Method        string            `json:"method"`
	Path          string            `json:"path"`
	Params        map[string]string `json:"params"`
	Query         [][2]string       `json:"query"`
	Headers       [][2]string       `json:"headers"`
	JSON          json.RawMessage   `json:"json"`
	Text          *string           `json:"text"`
	Base64        []byte            `json:"base64"`
	CancelAfterMS *float64          `json:"cancel_after_ms"`
	Parse         string            `json:"parse"`
	Repeat        int               `json:"repeat"`
	Concurrency   int               `json:"concurrency"`
	// options are all other members.
	options options
}

func (r *request) UnmarshalJSON(text []byte) (err error) {
	type plain request
	r.options, err = optionsBeside(text, (*plain)(r))
	return err
}

func (s *scenario) config() (reqtrail.Config, error) {
	config := reqtrail.Config{BaseURL: s.BaseURL}
	given := &s.Client
	for _, pem := range []string{s.CAPEM, given.CAPEM} {
		if pem != "" {
			config.ExtraCAs = append(config.ExtraCAs, []byte(pem))
		}
	}
	if given.BasePath != "" {
		config.BaseURL = strings.TrimRight(s.BaseURL, "/") + "/" + strings.TrimLeft(given.BasePath, "/")
	}
	if given.Tokens != nil {
		config.TokenRefresher = tokens(given.Tokens)
	}
	return config, given.options.set("client", &config)
}

func dialectOf(given json.RawMessage) (reqtrail.Dialect, error) {
	var name string
	if json.Unmarshal(given, &name) == nil {
		return reqtrail.BuiltInDialect(name), nil
	}
	var custom reqtrail.CustomDialect
	if err := strict(given, &custom); err != nil {
		return nil, fmt.Errorf("a custom dialect: %w", err)
	}
	return custom, nil
}

func budgetOf(given json.RawMessage) (reqtrail.RetryBudget, error) {
	var budget struct {
		Capacity  *int `json:"capacity"`
		RetryCost *int `json:"retry_cost"`
	}
	err := strict(given, &budget)
	return reqtrail.RetryBudget{Capacity: number(budget.Capacity), RetryCost: number(budget.RetryCost)}, err
}

// tokens returns a refresher that returns the next token each time.
func tokens(left []string) func(context.Context) (reqtrail.Token, error) {
	var mutex sync.Mutex
	return func(context.Context) (reqtrail.Token, error) {
		mutex.Lock()
		defer mutex.Unlock()
		if len(left) == 0 {
			return reqtrail.Token{}, errors.New("no token is left")
		}
		token := left[0]
		left = left[1:]
		return reqtrail.Token{Value: reqtrail.Secret(token)}, nil
	}
}

func (given *request) request() (*reqtrail.Request, error) {
	made := &reqtrail.Request{
		Method:       given.Method,
		Path:         given.Path,
		OrderedQuery: given.Query,
		Body:         given.Base64,
	}
	if given.Params != nil {
		made.Params = reqtrail.Params{}
		for name, value := range given.Params {
			made.Params[name] = value
		}
	}
	if given.Headers != nil {
		made.Header = http.Header{}
		for _, pair := range given.Headers {
			made.Header[pair[0]] = append(made.Header[pair[0]], pair[1])
		}
	}
	if given.JSON != nil {
		made.JSON = given.JSON
	}
	if given.Text != nil {
		made.Body = []byte(*given.Text)
	}
	return made, given.options.set("request", made)
}

// number converts a number for the package, where a negative one means zero, and zero means the default.
func number(value *int) int {
	switch {
	case value == nil:
		return 0
	case *value == 0:
		return -1
	default:
		return *value
	}
}

func timeOf(ms float64) time.Duration {
	if ms == 0 {
		return -1
	}
	return milliseconds(ms)
}

func milliseconds(ms float64) time.Duration { return time.Duration(ms * float64(time.Millisecond)) }
