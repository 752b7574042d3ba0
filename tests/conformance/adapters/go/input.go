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

// scenario is a line of the runner's.
type scenario struct {
	ID      json.RawMessage `json:"id"`
	BaseURL string          `json:"base_url"`
	CAPEM   string          `json:"ca_pem"`
	Client  *client         `json:"client"`
	Calls   []struct {
		Request request         `json:"request"`
		Expect  json.RawMessage `json:"expect"`
	} `json:"calls"`
}

// client is a scenario's client.
type client struct {
	Dialect          json.RawMessage `json:"dialect"`
	Token            string          `json:"token"`
	Tokens           []string        `json:"tokens"`
	MaxAttempts      *int            `json:"max_attempts"`
	BaseDelayMS      *float64        `json:"base_delay_ms"`
	MaxDelayMS       *float64        `json:"max_delay_ms"`
	MaxRetryAfterMS  *float64        `json:"max_retry_after_ms"`
	AttemptTimeoutMS *float64        `json:"attempt_timeout_ms"`
	CallTimeoutMS    *float64        `json:"call_timeout_ms"`
	ConnectTimeoutMS *float64        `json:"connect_timeout_ms"`
	RetryBudget      json.RawMessage `json:"retry_budget"`
	MaxBodyBytes     *int64          `json:"max_body_bytes"`
	MaxRedirects     *int            `json:"max_redirects"`
	Microversion     string          `json:"microversion"`
	Service          string          `json:"service"`
	Options          clientOptions   `json:"options"`
	Traceparent      *bool           `json:"traceparent"`
	CAPEM            string          `json:"ca_pem"`
	BasePath         string          `json:"base_path"`
}

// clientOptions are the options of a client that the format names nowhere else.
type clientOptions struct {
	HTTP1Only                bool            `json:"http1_only"`
	Decompress               *bool           `json:"decompress"`
	PoolMaxIdle              *int            `json:"pool_max_idle"`
	PoolIdleTimeoutMS        *float64        `json:"pool_idle_timeout_ms"`
	HTTP2PingIntervalMS      json.RawMessage `json:"http2_ping_interval_ms"`
	HTTP2PingTimeoutMS       *float64        `json:"http2_ping_timeout_ms"`
	UnixSocket               string          `json:"unix_socket"`
	UserAgent                string          `json:"user_agent"`
	DangerAcceptInvalidCerts bool            `json:"danger_accept_invalid_certs"`
}

// requestOptions are the same of a request.
type requestOptions struct {
	ConnectTimeoutMS *float64 `json:"connect_timeout_ms"`
	CorrelationID    string   `json:"correlation_id"`
	Microversion     string   `json:"microversion"`
}

// request is a scenario's request.
type request struct {
	Method           string            `json:"method"`
	Path             string            `json:"path"`
	Params           map[string]string `json:"params"`
	Query            [][2]string       `json:"query"`
	Headers          [][2]string       `json:"headers"`
	JSON             json.RawMessage   `json:"json"`
	Text             *string           `json:"text"`
	Base64           []byte            `json:"base64"`
	Idempotent       *bool             `json:"idempotent"`
	IdempotencyKey   *string           `json:"idempotency_key"`
	TimeoutMS        *float64          `json:"timeout_ms"`
	AttemptTimeoutMS *float64          `json:"attempt_timeout_ms"`
	CancelAfterMS    *float64          `json:"cancel_after_ms"`
	MaxAttempts      *int              `json:"max_attempts"`
	IfNoneMatch      *string           `json:"if_none_match"`
	Options          requestOptions    `json:"options"`
	Parse            string            `json:"parse"`
	Repeat           int               `json:"repeat"`
	Concurrency      int               `json:"concurrency"`
}

func (s *scenario) config() (reqtrail.Config, error) {
	config := reqtrail.Config{BaseURL: s.BaseURL}
	if s.CAPEM != "" {
		config.ExtraCAs = [][]byte{[]byte(s.CAPEM)}
	}
	given := s.Client
	if given == nil {
		return config, nil
	}
	if given.CAPEM != "" {
		config.ExtraCAs = append(config.ExtraCAs, []byte(given.CAPEM))
	}
	if given.BasePath != "" {
		config.BaseURL = strings.TrimRight(s.BaseURL, "/") + "/" + strings.TrimLeft(given.BasePath, "/")
	}
	dialect, err := dialectOf(given.Dialect)
	if err != nil {
		return config, err
	}
	config.Dialect = dialect
	config.Token = reqtrail.Secret(given.Token)
	if given.Tokens != nil {
		config.TokenRefresher = tokens(given.Tokens)
	}
	config.MaxAttempts = number(given.MaxAttempts)
	config.BaseDelay = timeOf(given.BaseDelayMS)
	config.MaxDelay = timeOf(given.MaxDelayMS)
	config.MaxRetryAfter = timeOf(given.MaxRetryAfterMS)
	config.AttemptTimeout = timeOf(given.AttemptTimeoutMS)
	config.Timeout = timeOf(given.CallTimeoutMS)
	config.ConnectTimeout = timeOf(given.ConnectTimeoutMS)
	config.MaxRedirects = number(given.MaxRedirects)
	config.Microversion = given.Microversion
	if given.Service != "" && given.Service != "compute" {
		return config, fmt.Errorf("service: %q is not an option of this release", given.Service)
	}
	config.HTTP1Only = given.Options.HTTP1Only
	config.NoDecompress = given.Options.Decompress != nil && !*given.Options.Decompress
	config.PoolMaxIdle = number(given.Options.PoolMaxIdle)
	config.PoolIdleTimeout = timeOf(given.Options.PoolIdleTimeoutMS)
	config.HTTP2PingTimeout = timeOf(given.Options.HTTP2PingTimeoutMS)
	config.UnixSocket = given.Options.UnixSocket
	config.UserAgent = given.Options.UserAgent
	config.InsecureSkipVerify = given.Options.DangerAcceptInvalidCerts
	config.NoTraceparent = given.Traceparent != nil && !*given.Traceparent
	if given.MaxBodyBytes != nil {
		if config.MaxBodyBytes = *given.MaxBodyBytes; config.MaxBodyBytes == 0 {
			config.MaxBodyBytes = -1
		}
	}
	if interval := given.Options.HTTP2PingIntervalMS; string(interval) == "null" {
		config.NoHTTP2Pings = true
	} else if interval != nil {
		var ms float64
		if err := json.Unmarshal(interval, &ms); err != nil {
			return config, fmt.Errorf("http2_ping_interval_ms: %w", err)
		}
		config.HTTP2PingInterval = timeOf(&ms)
	}
	config.RetryBudget, err = budgetOf(given.RetryBudget)
	return config, err
}

func dialectOf(given json.RawMessage) (reqtrail.Dialect, error) {
	if given == nil || string(given) == "null" {
		return nil, nil
	}
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
	if given == nil {
		return reqtrail.RetryBudget{}, nil
	}
	if string(given) == "null" {
		return reqtrail.RetryBudget{Off: true}, nil
	}
	var budget struct {
		Capacity  *int `json:"capacity"`
		RetryCost *int `json:"retry_cost"`
	}
	err := strict(given, &budget)
	return reqtrail.RetryBudget{Capacity: number(budget.Capacity), RetryCost: number(budget.RetryCost)}, err
}

// tokens hands out the next token each time it is asked.
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

func (given *request) request() *reqtrail.Request {
	made := &reqtrail.Request{
		Method:         given.Method,
		Path:           given.Path,
		OrderedQuery:   given.Query,
		Body:           given.Base64,
		Timeout:        timeOf(given.TimeoutMS),
		AttemptTimeout: timeOf(given.AttemptTimeoutMS),
		ConnectTimeout: timeOf(given.Options.ConnectTimeoutMS),
		CorrelationID:  given.Options.CorrelationID,
		Microversion:   given.Options.Microversion,
		MaxAttempts:    number(given.MaxAttempts),
		Idempotent:     given.Idempotent,
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
	if given.IfNoneMatch != nil {
		reqtrail.WithIfNoneMatch(*given.IfNoneMatch)(made)
	}
	if given.IdempotencyKey != nil {
		reqtrail.WithIdempotencyKey(*given.IdempotencyKey)(made)
	}
	return made
}

// number gives a number that is there; the package takes a negative one for zero, and zero for the default.
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

func timeOf(ms *float64) time.Duration {
	switch {
	case ms == nil:
		return 0
	case *ms == 0:
		return -1
	default:
		return milliseconds(*ms)
	}
}

func milliseconds(ms float64) time.Duration { return time.Duration(ms * float64(time.Millisecond)) }
