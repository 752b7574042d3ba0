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
	// Watch has Look call a function until the call that it is for is over.
	Watch(look func()) (over func())
	// Look has all calls of the mock look whether their contexts were cancelled. They notice that by themselves, but not
	// before a clock moves that stood still for a hook.
	Look()
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
	mutex sync.Mutex
	looks []*func()
}

// Watch is that of Mock.
func (c *Calls) Watch(look func()) (over func()) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.looks = append(c.looks, &look)
	return func() {
		c.mutex.Lock()
		defer c.mutex.Unlock()
		c.looks = slices.DeleteFunc(c.looks, func(one *func()) bool { return one == &look })
	}
}

// Look is that of Mock. It looks in the order in which the calls began.
func (c *Calls) Look() {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	for _, look := range c.looks {
		(*look)()
	}
}
