package reqtrail

// #include "shim.h"
import "C"

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"time"
)

// steps is the buffer of what the shim is to set: a request, the options of a client, an operation.
type steps []byte

func (s *steps) head(what uint8, first, second int) {
	buffer := append(*s, what)
	buffer = binary.NativeEndian.AppendUint64(buffer, uint64(first))
	*s = binary.NativeEndian.AppendUint64(buffer, uint64(second))
}

// whole says whether the shim reads the buffer to its end.
func (s steps) whole() bool { return bool(C.rt_steps_whole((*C.uint8_t)(start(s)), C.size_t(len(s)))) }

func (s *steps) text(what uint8, text string) { s.pair(what, text, "") }

func (s *steps) pair(what uint8, first, second string) {
	s.head(what, len(first), len(second))
	*s = append(append(*s, first...), second...)
}

func (s *steps) bytes(what uint8, data []byte) {
	s.head(what, len(data), 0)
	*s = append(*s, data...)
}

func (s *steps) number(what uint8, value uint64) {
	s.head(what, 8, 0)
	*s = binary.NativeEndian.AppendUint64(*s, value)
}

func (s *steps) numbers(what uint8, first, second uint64) {
	s.head(what, 8, 8)
	*s = binary.NativeEndian.AppendUint64(*s, first)
	*s = binary.NativeEndian.AppendUint64(*s, second)
}

func (s *steps) flag(what uint8, set bool) {
	if set {
		s.number(what, 1)
	}
}

func (s *steps) textIf(what uint8, text string) {
	if text != "" {
		s.text(what, text)
	}
}

// count sets a number of 32 bits; a negative one stands for zero, and zero for the default.
func (s *steps) count(what uint8, value int) {
	if value != 0 {
		s.number(what, uint64(min(max(value, 0), math.MaxUint32)))
	}
}

// time sets a time, as count does.
func (s *steps) time(what uint8, value time.Duration) {
	if value != 0 {
		s.number(what, milliseconds(value))
	}
}

// moment sets a point in time, unless it is the zero one.
func (s *steps) moment(what uint8, at time.Time) {
	if !at.IsZero() {
		s.number(what, math.Float64bits(unixSeconds(at)))
	}
}

func unixSeconds(at time.Time) float64 {
	return max(float64(at.Unix())+float64(at.Nanosecond())/1e9, 0)
}

// milliseconds rounds up: a time is never shorter than was asked for.
func milliseconds(d time.Duration) uint64 {
	if d <= 0 {
		return 0
	}
	return uint64((d-1)/time.Millisecond) + 1
}

func (s *steps) headers(header http.Header) {
	if len(header) <= 1 {
		for name, values := range header {
			for _, value := range values {
				s.pair(C.RT_HEADER, name, value)
			}
		}
		return
	}
	for _, name := range slices.Sorted(maps.Keys(header)) {
		for _, value := range header[name] {
			s.pair(C.RT_HEADER, name, value)
		}
	}
}

// paramText is how a value is written into a path: what has no text of its own, such as a pointer or a list, would be
// sent as an address or in Go's notation, and is refused.
func paramText(name string, value any) (string, error) {
	v := reflect.ValueOf(value)
	if !v.IsValid() || v.Kind() == reflect.Pointer && v.IsNil() {
		return "", invalidRequest(fmt.Sprintf("the value of the parameter `%s` is nil", name), nil)
	}
	_, speaks := value.(fmt.Stringer)
	plain := v.Kind() >= reflect.Bool && v.Kind() <= reflect.Float64 || v.Kind() == reflect.String
	if !speaks && !plain {
		return "", invalidRequest(fmt.Sprintf("the value of the parameter `%s` is a %T, which has no text of its own; "+
			"expected a string, a number, a bool or a fmt.Stringer", name, value), nil)
	}
	text := fmt.Sprint(value)
	if strings.Contains(text, redacted) && v.Kind() != reflect.String {
		return "", invalidRequest(fmt.Sprintf("the value of the parameter `%s` holds a Secret; give the Secret itself", name), nil)
	}
	return text, nil
}

// jsonBody marshals a body.
func jsonBody(v any) ([]byte, error) {
	body, err := json.Marshal(v)
	if err != nil {
		return nil, invalidRequest("the body cannot be written as JSON: "+err.Error(), err)
	}
	if bytes.Contains(body, []byte(redacted)) && holdsSecret(reflect.ValueOf(v), map[uintptr]bool{}) {
		return nil, invalidRequest("the body holds a Secret, which JSON would show as "+redacted+"; convert it to string to send it", nil)
	}
	return body, nil
}

// request writes a request, or says why it cannot be sent.
func (s *steps) request(r *Request) error {
	switch {
	case r == nil:
		return invalidRequest("the request is nil", nil)
	case r.nilOption:
		return invalidRequest("an option of the request is nil", nil)
	case r.JSON != nil && (r.Body != nil || r.hasBody):
		return invalidRequest("the request has both a JSON body and another; give one of them", nil)
	}
	method := r.Method
	if method == "" {
		method = http.MethodGet
	}
	if r.Link != "" {
		s.pair(C.RT_LINK, method, r.Link)
	} else {
		s.pair(C.RT_PATH, method, r.Path)
	}
	for name, value := range r.Params {
		switch value := value.(type) {
		case string:
			s.pair(C.RT_PARAM, name, value)
		case Secret:
			s.pair(C.RT_SECRET_PARAM, name, string(value))
		default:
			text, err := paramText(name, value)
			if err != nil {
				return err
			}
			s.pair(C.RT_PARAM, name, text)
		}
	}
	if len(r.Query) > 0 {
		for _, name := range slices.Sorted(maps.Keys(r.Query)) {
			for _, value := range r.Query[name] {
				s.pair(C.RT_QUERY, name, value)
			}
		}
	}
	for _, pair := range r.OrderedQuery {
		s.pair(C.RT_QUERY, pair[0], pair[1])
	}
	s.headers(r.Header)
	switch {
	case r.JSON != nil:
		body, err := jsonBody(r.JSON)
		if err != nil {
			return err
		}
		s.bytes(C.RT_JSON, body)
	case r.Body != nil:
		s.bytes(C.RT_BODY, r.Body)
	}
	if r.Idempotent != nil {
		idempotent := uint64(0)
		if *r.Idempotent {
			idempotent = 1
		}
		s.number(C.RT_IDEMPOTENT, idempotent)
	}
	if r.IdempotencyKey != "" || r.emptyKey {
		s.text(C.RT_IDEMPOTENCY_KEY, r.IdempotencyKey)
	}
	s.textIf(C.RT_CORRELATION_ID, r.CorrelationID)
	s.textIf(C.RT_MICROVERSION, r.Microversion)
	if r.IfNoneMatch != "" || r.emptyTag {
		s.text(C.RT_IF_NONE_MATCH, r.IfNoneMatch)
	}
	s.time(C.RT_CONNECT_TIMEOUT, r.ConnectTimeout)
	s.count(C.RT_MAX_ATTEMPTS, r.MaxAttempts)
	return nil
}

// config writes the options of a client. `hooked` says that it has functions of Go.
func (s *steps) config(c *Config) error {
	if c.Dialect != nil {
		name, description, err := c.Dialect.describe()
		switch {
		case err != nil:
			return err
		case description != nil:
			s.bytes(C.RT_DIALECT_JSON, description)
		default:
			s.text(C.RT_DIALECT, name)
		}
	}
	s.textIf(C.RT_TOKEN, string(c.Token))
	s.flag(C.RT_TOKEN_REFRESHER, c.TokenRefresher != nil)
	s.flag(C.RT_ON_ATTEMPT, c.OnAttempt != nil)
	s.flag(C.RT_ON_CALL, c.OnCall != nil)
	s.headers(c.Header)
	s.textIf(C.RT_USER_AGENT, c.UserAgent)
	s.textIf(C.RT_MICROVERSION, c.Microversion)
	s.count(C.RT_MAX_ATTEMPTS, c.MaxAttempts)
	s.time(C.RT_BASE_DELAY, c.BaseDelay)
	s.time(C.RT_MAX_DELAY, c.MaxDelay)
	s.time(C.RT_MAX_RETRY_AFTER, c.MaxRetryAfter)
	if c.RetryBudget.Off {
		s.flag(C.RT_NO_RETRY_BUDGET, true)
	} else if c.RetryBudget != (RetryBudget{}) {
		s.numbers(C.RT_RETRY_BUDGET, orDefault(c.RetryBudget.Capacity, 500), orDefault(c.RetryBudget.RetryCost, 5))
	}
	s.time(C.RT_TIMEOUT, c.Timeout)
	s.time(C.RT_ATTEMPT_TIMEOUT, c.AttemptTimeout)
	s.time(C.RT_CONNECT_TIMEOUT, c.ConnectTimeout)
	if c.MaxBodyBytes != 0 {
		s.number(C.RT_MAX_BODY_BYTES, uint64(max(c.MaxBodyBytes, 0)))
	}
	s.count(C.RT_MAX_REDIRECTS, c.MaxRedirects)
	for _, name := range c.ShowQueryParams {
		s.text(C.RT_SHOW_QUERY_PARAM, name)
	}
	s.flag(C.RT_NO_TRACEPARENT, c.NoTraceparent)
	s.flag(C.RT_NO_DECOMPRESS, c.NoDecompress)
	s.textIf(C.RT_PROXY, string(c.Proxy))
	s.flag(C.RT_NO_PROXY, c.NoProxy)
	for _, pem := range c.ExtraCAs {
		s.bytes(C.RT_EXTRA_CA, pem)
	}
	s.textIf(C.RT_CLIENT_CERTIFICATE, string(c.ClientCertificate))
	s.flag(C.RT_ACCEPT_INVALID_CERTS, c.InsecureSkipVerify)
	s.flag(C.RT_HTTP1_ONLY, c.HTTP1Only)
	s.count(C.RT_POOL_MAX_IDLE, c.PoolMaxIdle)
	s.time(C.RT_POOL_IDLE_TIMEOUT, c.PoolIdleTimeout)
	s.time(C.RT_HTTP2_PING_INTERVAL, c.HTTP2PingInterval)
	s.flag(C.RT_NO_HTTP2_PINGS, c.NoHTTP2Pings)
	s.time(C.RT_HTTP2_PING_TIMEOUT, c.HTTP2PingTimeout)
	s.textIf(C.RT_UNIX_SOCKET, c.UnixSocket)
	if c.JitterSeed != 0 {
		s.number(C.RT_JITTER_SEED, c.JitterSeed)
	}
	return nil
}

func orDefault(value, otherwise int) uint64 {
	if value == 0 {
		value = otherwise
	}
	return uint64(min(max(value, 0), math.MaxUint32))
}
