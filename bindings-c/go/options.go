package reqtrail

// #include "shim.h"
import "C"

import (
	"fmt"
	"reflect"
	"strings"
	"time"
	"unicode/utf8"
)

func wrongOption(format string, arguments ...any) *Error {
	return &Error{Kind: KindConfig, Message: fmt.Sprintf(format, arguments...)}
}

// optionNames are the options that the core's errors may name by another word, and what they are called here. A name that
// differs by its first letter alone stays as it is.
var optionNames = map[string]string{
	"base_url": "BaseURL", "default_header": "Header", "user_agent": "UserAgent", "extra_ca": "ExtraCAs",
	"client_certificate": "ClientCertificate", "pool_idle_timeout": "PoolIdleTimeout", "unix_socket": "UnixSocket",
}

// inGo calls the option of a configuration error by its name in Go.
func (e *Error) inGo() *Error {
	end := strings.IndexFunc(e.Message, func(c rune) bool { return (c < 'a' || c > 'z') && c != '_' })
	if end <= 0 {
		return e
	}
	if name, known := optionNames[e.Message[:end]]; known && (e.Message[end] == ' ' || e.Message[end] == ':') {
		e.Message = name + e.Message[end:]
		e.text = ""
	}
	return e
}

// check refuses what no client can have, in the words of Go. A negative number stands for zero only where zero is a
// number that may be given.
func (c *Config) check() *Error {
	for _, text := range []struct{ name, value string }{
		{"BaseURL", c.BaseURL}, {"Token", string(c.Token)}, {"UserAgent", c.UserAgent}, {"Microversion", c.Microversion},
		{"Proxy", string(c.Proxy)}, {"ClientCertificate", string(c.ClientCertificate)}, {"UnixSocket", c.UnixSocket},
	} {
		if !utf8.ValidString(text.value) {
			return wrongOption("%s is not UTF-8 text", text.name)
		}
	}
	for at, name := range c.ShowQueryParams {
		if !utf8.ValidString(name) {
			return wrongOption("ShowQueryParams[%d] is not UTF-8 text", at)
		}
	}
	for _, time := range []struct {
		name  string
		value time.Duration
	}{
		{"Timeout", c.Timeout}, {"AttemptTimeout", c.AttemptTimeout}, {"ConnectTimeout", c.ConnectTimeout},
		{"HTTP2PingInterval", c.HTTP2PingInterval}, {"HTTP2PingTimeout", c.HTTP2PingTimeout},
	} {
		if time.value < 0 {
			return wrongOption("%s is %v; expected a longer time", time.name, time.value)
		}
	}
	if c.MaxAttempts < 0 || c.MaxAttempts > maxAttempts {
		return wrongOption("MaxAttempts is %d; expected 1 to %d", c.MaxAttempts, maxAttempts)
	}
	if c.Proxy != "" && c.NoProxy {
		return wrongOption("Proxy and NoProxy are both set; expected one of them")
	}
	if v := reflect.ValueOf(c.Dialect); v.Kind() == reflect.Pointer && v.IsNil() {
		return wrongOption("Dialect is a nil %T; expected NovaVMS, OpenStack, a CustomDialect, a DialectJSON, or nil itself", c.Dialect)
	}
	return nil
}

// config writes the options of a client.
func (s *encoder) config(c *Config) *Error {
	if err := c.check(); err != nil {
		return err
	}
	if c.Dialect != nil {
		name, description, err := c.Dialect.describe()
		switch {
		case err != nil:
			return &Error{Kind: KindConfig, Message: "Dialect cannot be written as JSON: " + err.Error(), causes: []error{err}}
		case !utf8.ValidString(name) || !utf8.Valid(description):
			return wrongOption("Dialect is not UTF-8 text")
		case description != nil:
			s.bytes(C.REQTRAIL_GO_DIALECT_JSON, description)
		default:
			s.text(C.REQTRAIL_GO_DIALECT, name)
		}
	}
	s.textIf(C.REQTRAIL_GO_TOKEN, string(c.Token))
	s.flag(C.REQTRAIL_GO_TOKEN_REFRESHER, c.TokenRefresher != nil)
	s.flag(C.REQTRAIL_GO_ON_ATTEMPT, c.OnAttempt != nil)
	s.flag(C.REQTRAIL_GO_ON_CALL, c.OnCall != nil)
	if err := s.headers(c.Header); err != nil {
		return wrongOption("Header: %s", err.Message)
	}
	if err := s.secretHeaders(c.SecretHeader); err != nil {
		return wrongOption("SecretHeader: %s", err.Message)
	}
	s.textIf(C.REQTRAIL_GO_USER_AGENT, c.UserAgent)
	s.textIf(C.REQTRAIL_GO_MICROVERSION, c.Microversion)
	s.count(C.REQTRAIL_GO_MAX_ATTEMPTS, c.MaxAttempts)
	s.time(C.REQTRAIL_GO_BASE_DELAY, c.BaseDelay)
	s.time(C.REQTRAIL_GO_MAX_DELAY, c.MaxDelay)
	s.time(C.REQTRAIL_GO_MAX_RETRY_AFTER, c.MaxRetryAfter)
	if c.RetryBudget.Off {
		s.flag(C.REQTRAIL_GO_NO_RETRY_BUDGET, true)
	} else if c.RetryBudget != (RetryBudget{}) {
		s.numbers(C.REQTRAIL_GO_RETRY_BUDGET, orDefault(c.RetryBudget.Capacity, 500), orDefault(c.RetryBudget.RetryCost, 5))
	}
	s.time(C.REQTRAIL_GO_TIMEOUT, c.Timeout)
	s.time(C.REQTRAIL_GO_ATTEMPT_TIMEOUT, c.AttemptTimeout)
	s.time(C.REQTRAIL_GO_CONNECT_TIMEOUT, c.ConnectTimeout)
	if c.MaxBodyBytes != 0 {
		s.number(C.REQTRAIL_GO_MAX_BODY_BYTES, uint64(max(c.MaxBodyBytes, 0)))
	}
	s.count(C.REQTRAIL_GO_MAX_REDIRECTS, c.MaxRedirects)
	for _, name := range c.ShowQueryParams {
		s.text(C.REQTRAIL_GO_SHOW_QUERY_PARAM, name)
	}
	s.flag(C.REQTRAIL_GO_NO_TRACEPARENT, c.NoTraceparent)
	s.flag(C.REQTRAIL_GO_NO_DECOMPRESS, c.NoDecompress)
	s.textIf(C.REQTRAIL_GO_PROXY, string(c.Proxy))
	s.flag(C.REQTRAIL_GO_NO_PROXY, c.NoProxy)
	for _, pem := range c.ExtraCAs {
		s.bytes(C.REQTRAIL_GO_EXTRA_CA, pem)
	}
	s.textIf(C.REQTRAIL_GO_CLIENT_CERTIFICATE, string(c.ClientCertificate))
	s.flag(C.REQTRAIL_GO_ACCEPT_INVALID_CERTS, c.InsecureSkipVerify)
	s.flag(C.REQTRAIL_GO_HTTP1_ONLY, c.HTTP1Only)
	s.count(C.REQTRAIL_GO_POOL_MAX_IDLE, c.PoolMaxIdle)
	s.time(C.REQTRAIL_GO_POOL_IDLE_TIMEOUT, c.PoolIdleTimeout)
	s.time(C.REQTRAIL_GO_HTTP2_PING_INTERVAL, c.HTTP2PingInterval)
	s.flag(C.REQTRAIL_GO_NO_HTTP2_PINGS, c.NoHTTP2Pings)
	s.time(C.REQTRAIL_GO_HTTP2_PING_TIMEOUT, c.HTTP2PingTimeout)
	s.textIf(C.REQTRAIL_GO_UNIX_SOCKET, c.UnixSocket)
	if c.JitterSeed != 0 {
		s.number(C.REQTRAIL_GO_JITTER_SEED, c.JitterSeed)
	}
	return nil
}
