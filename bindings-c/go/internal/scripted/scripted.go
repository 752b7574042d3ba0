// Package scripted is the border between package reqtrail and package reqtrailtest: what the one lends to the other, and no
// program can name.
package scripted

import (
	"slices"
	"sync"
	"time"
	"unsafe"
)

// Mock is the script that answers the calls of a client, and the clock that they go by.
type Mock interface {
	// NewClient builds a client of the library on this mock from the options that package reqtrail has written. One of the
	// two handles is nil; they are package reqtrail's to free.
	NewClient(options []byte) (client, failed unsafe.Pointer)
	// ExpireAfter lets a cancel token of the library expire when so much virtual time is over. The function that it returns
	// ends that.
	ExpireAfter(token unsafe.Pointer, left time.Duration) (stop func())
	// Watch has CheckContexts call a function until the call that it is for is over.
	Watch(check func()) (over func())
	// CheckContexts has all calls of the mock check whether their contexts were cancelled. They notice that by themselves, but not
	// before a clock moves that stood still for a hook.
	CheckContexts()
}

// NewClient makes a *reqtrail.Client from a reqtrail.Config whose calls go to a mock. Package reqtrail sets it.
var NewClient func(config any, mock Mock) (client any, err error)

// Take takes over what a call has come to, a reqtrail_go_ended of the library: a *reqtrail.Response, or the call's
// *reqtrail.Error. Package reqtrail sets it.
var Take func(ended unsafe.Pointer) (response any, err error)

// Describe gives the name of a built-in reqtrail.Dialect, or the JSON of another. Package reqtrail sets it.
var Describe func(dialect any) (name string, description []byte, err error)

// Calls are the calls of a mock that are under way.
type Calls struct {
	mutex  sync.Mutex
	checks []*func()
}

// Watch is that of Mock.
func (c *Calls) Watch(check func()) (over func()) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.checks = append(c.checks, &check)
	return func() {
		c.mutex.Lock()
		defer c.mutex.Unlock()
		c.checks = slices.DeleteFunc(c.checks, func(one *func()) bool { return one == &check })
	}
}

// CheckContexts is that of Mock. It checks in the order in which the calls began.
func (c *Calls) CheckContexts() {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	for _, check := range c.checks {
		(*check)()
	}
}
