package reqtrail

import (
	"context"
	"errors"
	"syscall"
	"testing"
)

// withoutDescriptors runs a function while the process can open no more descriptors.
func withoutDescriptors(t *testing.T, run func()) {
	t.Helper()
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		t.Fatal(err)
	}
	// The standard streams use the three. The limit also bounds the number of descriptors for poll.
	none := limit
	none.Cur = 3
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &none); err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
			t.Fatal(err)
		}
	}()
	run()
}

func TestACallNeedsNoDescriptorsForTheQueue(t *testing.T) {
	defer func() { driving = "" }()
	client := newServer(t).client(t)
	// The client keeps this connection.
	if _, err := client.Get(background, "/ok"); err != nil {
		t.Fatal(err)
	}
	driving = "queue"
	withoutDescriptors(t, func() {
		if _, err := client.Get(background, "/ok"); err != nil {
			t.Error(err)
		}
		equal(t, client.core.queue.opened.Load(), false)
	})
	if _, err := client.Get(background, "/ok"); err != nil {
		t.Fatal(err)
	}
	equal(t, client.core.queue.opened.Load(), true)
}

func TestACallThatHasNoDescriptorsFailsWithATrail(t *testing.T) {
	everyWay(t, func(t *testing.T) {
		client := newServer(t).client(t)
		withoutDescriptors(t, func() {
			_, err := client.Get(background, "/ok")
			var failed *Error
			if !errors.As(err, &failed) || failed.Kind != KindConnect || failed.Trail == nil || len(failed.Trail.Attempts()) == 0 {
				t.Error(err)
			}
		})
		if _, err := client.Get(background, "/ok"); err != nil {
			t.Fatal(err)
		}
	})
}

func TestAnOperationNeedsNoDescriptorsForTheQueue(t *testing.T) {
	compute, client := novaClient(t, false)
	if _, err := client.Get(background, "/servers/"+serverID); err != nil {
		t.Fatal(err)
	}
	withoutDescriptors(t, func() {
		server, err := compute.Server(background, serverID)
		if err != nil || server.ID != serverID {
			t.Error(server, err)
		}
		var failed *Error
		if _, err = compute.Server(background, "none"); !errors.Is(err, OpenStackItemNotFound) || !errors.As(err, &failed) || failed.Trail == nil {
			t.Error(err)
		}
		ctx, cancel := context.WithCancel(background)
		cancel()
		if _, err := compute.Server(ctx, serverID); !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
		equal(t, client.core.queue.opened.Load(), false)
	})
	if server, err := compute.Server(background, serverID); err != nil || server.ID != serverID {
		t.Fatal(server, err)
	}
	equal(t, client.core.queue.opened.Load(), true)
}

func TestHooksAndARefresherNeedNoDescriptors(t *testing.T) {
	everyWay(t, func(t *testing.T) {
		var seen []Kind
		asked := 0
		client := newServer(t).client(t, func(c *Config) {
			c.Token = ""
			c.TokenRefresher = func(context.Context) (Token, error) { asked++; return Token{Value: "good"}, nil }
			c.OnAttempt = func(_ CallInfo, a Attempt) { seen = append(seen, a.Failure) }
			c.MaxAttempts = 1
		})
		withoutDescriptors(t, func() {
			if _, err := client.Get(background, "/ok"); !errors.Is(err, KindConnect) {
				t.Error(err)
			}
			equal(t, client.core.queue.opened.Load(), false)
		})
		equal(t, seen, []Kind{KindConnect})
		equal(t, asked, 1)
		if _, err := client.Get(background, "/ok"); err != nil {
			t.Fatal(err)
		}
	})
}
