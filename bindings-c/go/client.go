package reqtrail

import (
	"context"
	"net/http"
	"runtime"

	"github.com/reqtrail/reqtrail/bindings-c/go/internal/scripted"
)

// Client makes calls to one API. Make one and share it between all goroutines.
type Client struct {
	core *core
}

// NewClient builds a client. Its error is an [*Error] of [KindConfig], which names the option, its value and what is
// accepted.
func NewClient(config Config) (*Client, error) {
	return newClient(&config, nil, nil)
}

// newClient builds a client of a base URL, of a connection or on a mock.
func newClient(config *Config, connection *Connection, mock scripted.Mock) (*Client, error) {
	made, err := newCore(config, connection, mock)
	if err != nil {
		return nil, err
	}
	return clientOf(made), nil
}

func clientOf(made *core) *Client {
	client := &Client{core: made}
	// If the program does not call Close, the library's memory is freed when the client is collected.
	runtime.AddCleanup(client, (*core).close, made)
	return client
}

// Do makes a call and waits for its end. Its error is an [*Error] with the call's trail.
//
// When the context ends, the call ends at once, without waiting for hooks; [errors.Is] then finds [context.Canceled] or
// [context.DeadlineExceeded] in the error, and the context's cause. If the context has already ended, nothing is sent.
// The context's deadline bounds the call's time like [Request.Timeout], and is a [KindTimeout] too. [errors.Is] finds
// [context.DeadlineExceeded] in every timeout.
func (c *Client) Do(ctx context.Context, request *Request) (*Response, error) {
	if c == nil || c.core == nil {
		return nil, notMade().of(request)
	}
	response, err := c.core.do(ctx, request)
	runtime.KeepAlive(c)
	return response, err
}

// Get makes a GET call. The path is a template; see [Request.Path].
func (c *Client) Get(ctx context.Context, path string, options ...Option) (*Response, error) {
	return c.Do(ctx, newRequest(http.MethodGet, path, nil, options))
}

// Head makes a HEAD call.
func (c *Client) Head(ctx context.Context, path string, options ...Option) (*Response, error) {
	return c.Do(ctx, newRequest(http.MethodHead, path, nil, options))
}

// Delete makes a DELETE call.
func (c *Client) Delete(ctx context.Context, path string, options ...Option) (*Response, error) {
	return c.Do(ctx, newRequest(http.MethodDelete, path, nil, options))
}

// Post makes a POST call with v as its body: as JSON, except for values that are a body already, such as []byte or
// [url.Values]; see [Request.JSON]. nil means no body. [WithBody] sets bytes together with their type.
func (c *Client) Post(ctx context.Context, path string, v any, options ...Option) (*Response, error) {
	return c.Do(ctx, newRequest(http.MethodPost, path, v, options))
}

// Put makes a PUT call with v as its body, like Post.
func (c *Client) Put(ctx context.Context, path string, v any, options ...Option) (*Response, error) {
	return c.Do(ctx, newRequest(http.MethodPut, path, v, options))
}

// Patch makes a PATCH call with v as its body, like Post.
func (c *Client) Patch(ctx context.Context, path string, v any, options ...Option) (*Response, error) {
	return c.Do(ctx, newRequest(http.MethodPatch, path, v, options))
}

// SetToken replaces the credential. Calls that have begun keep the old one.
func (c *Client) SetToken(token Secret) error {
	if c == nil || c.core == nil {
		return notMade()
	}
	err := c.core.setToken(token)
	runtime.KeepAlive(c)
	return err
}

// Close closes the connections. Calls under way end as usual; later calls fail with [ErrClosed]. It may be called any
// number of times. Its error is always nil.
func (c *Client) Close() error {
	if c == nil || c.core == nil {
		return nil
	}
	c.core.close()
	runtime.KeepAlive(c)
	return nil
}
