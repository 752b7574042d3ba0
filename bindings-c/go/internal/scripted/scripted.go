// Package scripted is the internal interface between the packages reqtrail and reqtrailtest. Programs cannot import it.
package scripted

import (
	"slices"
	"sync"
	"time"
	"unsafe"
)

// Mock is the script that answers the calls of a client, and their clock.
type Mock interface {
	// NewClient builds a client of the library on this mock from the options that package reqtrail has encoded. One of
	// the two handles is nil; package reqtrail frees the other.
	NewClient(options []byte) (client, failed unsafe.Pointer)
	// ExpireAfter expires a cancel token of the library after `left` of virtual time, unless the returned function is
	// called first.
	ExpireAfter(token unsafe.Pointer, left time.Duration) (stop func())
	// Watch adds a function for CheckContexts to call, and returns one that removes it. It is used for the time of a
	// call.
	Watch(check func()) (over func())
	// CheckContexts has all calls of the mock check whether their contexts were cancelled. They also notice that by
	// themselves, but perhaps too late, when a clock that stood still for a hook has moved on.
	CheckContexts()
}

// NewClient makes a *reqtrail.Client from a reqtrail.Config whose calls go to a mock. Package reqtrail sets it.
var NewClient func(config any, mock Mock) (client any, err error)

// Take takes over the result of a call, a reqtrail_go_ended of the library, and returns a *reqtrail.Response or the
// call's *reqtrail.Error. Package reqtrail sets it.
var Take func(ended unsafe.Pointer) (response any, err error)

// Describe returns the name of a built-in reqtrail.Dialect, or the JSON of another. Package reqtrail sets it.
var Describe func(dialect any) (name string, description []byte, err error)

// Calls are the calls of a mock that are under way.
type Calls struct {
	mutex  sync.Mutex
	checks []*func()
}

// Watch implements Mock.
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

// CheckContexts implements Mock. It checks the calls in the order in which they began.
func (c *Calls) CheckContexts() {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	for _, check := range c.checks {
		(*check)()
	}
}
