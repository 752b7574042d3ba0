package reqtrail

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// many runs a function in a number of goroutines and waits for all.
func many(goroutines int, function func(n int)) {
	var group sync.WaitGroup
	for n := range goroutines {
		group.Add(1)
		go func() {
			defer group.Done()
			function(n)
		}()
	}
	group.Wait()
}

// check makes a call whose answer repeats the query, and compares all values that must belong together.
func check(client *Client, n int) error {
	response, err := client.Get(background, "/ok", WithQuery("limit", fmt.Sprint(n)))
	if err != nil {
		return err
	}
	var body struct{ Query, ID string }
	if err := response.JSON(&body); err != nil {
		return err
	}
	attempts := response.Trail.Attempts()
	if body.Query != fmt.Sprintf("limit=%d", n) || body.ID != response.RequestID || response.Header.Get("X-Request-Id") != body.ID ||
		attempts[len(attempts)-1].RequestID != body.ID || !strings.HasSuffix(attempts[0].URL, "?"+body.Query) {
		return fmt.Errorf("mixed up: asked %d, body %v, ID %s, trail %s", n, body, response.RequestID, response.Trail)
	}
	return nil
}

func TestAThousandGoroutinesShareAClient(t *testing.T) {
	client := newServer(t).client(t)
	many(1000, func(n int) {
		for i := range 3 {
			if err := check(client, 3*n+i); err != nil {
				t.Error(err)
				return
			}
		}
	})
}

// A request that cannot be built has its result before its submission returns: the hardest case for a waiter.
func TestResultsThatComeAtOnce(t *testing.T) {
	everyWay(t, func(t *testing.T) {
		client := newServer(t).client(t)
		many(32, func(n int) {
			for i := range 500 {
				path := fmt.Sprintf("/{a%d}", 1000*n+i)
				_, err := client.Get(background, path)
				var failed *Error
				if !errors.As(err, &failed) || failed.Kind != KindInvalidRequest || failed.Trail.Path() != path {
					t.Error(path, err)
					return
				}
				if i%50 == 0 {
					if err := check(client, 1000*n+i); err != nil {
						t.Error(err)
						return
					}
				}
			}
		})
	})
}

func TestWaitingHoldsNoThreads(t *testing.T) {
	s := newServer(t)
	client := s.client(t)
	ctx, cancel := context.WithCancel(background)
	var over sync.WaitGroup
	before := threads(t)
	for range 300 {
		over.Add(1)
		go func() {
			defer over.Done()
			if _, err := client.Get(ctx, "/stall"); !errors.Is(err, context.Canceled) {
				t.Error(err)
			}
		}()
	}
	for range 300 {
		<-s.seen
	}
	if held := threads(t) - before; held > 30 {
		t.Errorf("%d threads for 300 waiting calls", held)
	}
	cancel()
	over.Wait()
}

func threads(t *testing.T) int {
	tasks, err := os.ReadDir("/proc/self/task")
	if err != nil {
		t.Fatal(err)
	}
	return len(tasks)
}

func TestACancelStorm(t *testing.T) {
	everyWay(t, func(t *testing.T) {
		s := newServer(t)
		var ended atomic.Int64
		client := s.client(t, func(c *Config) {
			c.OnCall = func(*Trail) { ended.Add(1) }
			c.RetryBudget.Off = true // every wait is one for a retry
		})
		for round := range 20 {
			many(50, func(n int) {
				ctx, cancel := context.WithCancel(background)
				defer cancel()
				path := []string{"/ok", "/stall", "/wait", "/missing"}[n%4]
				go func() {
					for range round * n {
						runtime.Gosched()
					}
					cancel()
					cancel()
				}()
				response, err := client.Get(ctx, path)
				var failed *Error
				switch {
				case err == nil && response.Trail.Outcome() == "ok" && path == "/ok":
				case errors.Is(err, context.Canceled):
				case errors.As(err, &failed) && failed.StatusCode == 404 && path == "/missing":
				default:
					t.Error(path, err)
				}
			})
		}
		// A cancelled call returns before OnCall has run for it, and after a late signal the goroutine that takes
		// results uses the client for a moment. Both end without a further call.
		over := func() bool { return ended.Load() >= 20*50 && client.core.users.Load() == 0 }
		for wait := time.Now(); !over() && time.Since(wait) < 10*time.Second; {
			time.Sleep(time.Millisecond)
		}
		equal(t, ended.Load(), int64(20*50))
		equal(t, len(client.core.queue.pending), 0)
		equal(t, client.core.users.Load(), 0)
		if err := check(client, 1); err != nil {
			t.Fatal(err)
		}
	})
}

func TestUnderPressureOfTheCollector(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(1))
	s := newServer(t)
	client := s.client(t, func(c *Config) {
		c.OnAttempt = func(info CallInfo, a Attempt) { _ = info.CallID + a.RequestID }
		c.OnCall = func(trail *Trail) { _ = trail.String() }
	})
	stop := make(chan struct{})
	var collector sync.WaitGroup
	collector.Add(1)
	go func() {
		defer collector.Done()
		for {
			select {
			case <-stop:
				return
			default:
				runtime.GC()
			}
		}
	}()
	many(16, func(n int) {
		for i := range 20 {
			if err := check(client, 100*n+i); err != nil {
				t.Error(err)
			}
			_, err := client.Get(background, "/missing")
			var failed *Error
			if !errors.As(err, &failed) || !strings.Contains(failed.Trail.String(), failed.RequestID) {
				t.Error(err)
			}
		}
	})
	close(stop)
	collector.Wait()
}

func TestClientsComeAndGo(t *testing.T) {
	s := newServer(t)
	many(8, func(n int) {
		for i := range 10 {
			client, err := NewClient(Config{BaseURL: s.URL, Dialect: NovaVMS, NoProxy: true})
			if err != nil {
				t.Error(err)
				return
			}
			many(4, func(m int) {
				if err := check(client, n+i+m); err != nil && !errors.Is(err, ErrClosed) {
					t.Error(err)
				}
				if m == 3 {
					_ = client.Close()
				}
			})
		}
	})
}

func TestMemoryOverManyCalls(t *testing.T) {
	if testing.Short() {
		t.Skip("100,000 calls; not with -short")
	}
	s := newServer(t)
	client := s.client(t)
	calls := func(count int) {
		many(32, func(n int) {
			for i := range count / 32 {
				if i%10 == 0 {
					_, _ = client.Get(background, "/missing")
				} else if err := check(client, n+i); err != nil {
					t.Error(err)
					return
				}
			}
		})
		for range 3 {
			runtime.GC()
		}
	}
	calls(20_000)
	before := resident(t)
	calls(100_000)
	grown := resident(t) - before
	t.Logf("%d KiB before, %d KiB more after 100,000 calls", before, grown)
	if grown > 24<<10 {
		t.Errorf("%d KiB more after 100,000 calls", grown)
	}
}

func resident(t *testing.T) int {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(status), "VmRSS:")
	var kib int
	if _, err := fmt.Sscan(rest, &kib); err != nil {
		t.Fatal("no VmRSS in /proc/self/status: ", err)
	}
	return kib
}
