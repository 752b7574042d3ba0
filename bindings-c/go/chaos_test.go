package reqtrail

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"testing"
)

const testFaults = "503:code=service_unavailable@100%;seed=7"

// chaotic makes a client and keeps its log.
func chaotic(t *testing.T, config Config) (*Client, string) {
	t.Helper()
	var log bytes.Buffer
	old := slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(&log, nil)))
	defer slog.SetDefault(old)
	config.Dialect = NovaVMS
	config.MaxAttempts = 1
	client, err := NewClient(config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	return client, log.String()
}

// injected checks that faults replace the server's answers, and that the trails say so.
func injected(t *testing.T, client *Client) {
	t.Helper()
	for method, call := range map[string]func() error{
		"GET":  func() error { _, err := client.Get(context.Background(), "/ok"); return err },
		"POST": func() error { _, err := client.Post(context.Background(), "/ok", nil); return err },
	} {
		var failed *Error
		if err := call(); !errors.As(err, &failed) {
			t.Fatal(err)
		}
		attempt := failed.Trail.Attempts()[0]
		if attempt.StatusCode != 503 || attempt.ErrorCode != "service_unavailable" || attempt.Sent != SentYes ||
			attempt.RequestID == "" || !slices.Contains(failed.Trail.Notes(), NoteChaos) {
			t.Errorf("%s: %v", method, failed.Trail)
		}
	}
}

func TestChaosNeedsPermission(t *testing.T) {
	_, err := NewClient(Config{BaseURL: "http://api.example", Chaos: testFaults})
	if !errors.Is(err, KindConfig) || !strings.Contains(err.Error(), "chaos is set without REQTRAIL_ALLOW_CHAOS=1") {
		t.Error(err)
	}
	t.Setenv("REQTRAIL_CHAOS", testFaults)
	client, log := chaotic(t, Config{BaseURL: newServer(t).URL})
	if !strings.Contains(log, "level=WARN msg=\"REQTRAIL_CHAOS is ignored: it has no effect without") {
		t.Error(log)
	}
	if response, err := client.Get(context.Background(), "/ok"); err != nil || len(response.Trail.Notes()) != 0 {
		t.Error(err)
	}
}

func TestChaosOfTheOption(t *testing.T) {
	t.Setenv("REQTRAIL_ALLOW_CHAOS", "1")
	client, log := chaotic(t, Config{BaseURL: newServer(t).URL, Chaos: testFaults})
	if strings.Count(log, "chaos is on: ") != 1 || !strings.Contains(log, "as chaos says: "+testFaults) {
		t.Error(log)
	}
	injected(t, client)
}

func TestChaosOfTheEnvironment(t *testing.T) {
	t.Setenv("REQTRAIL_ALLOW_CHAOS", "1")
	t.Setenv("REQTRAIL_CHAOS", testFaults)
	client, log := chaotic(t, Config{BaseURL: newServer(t).URL})
	if !strings.Contains(log, "as REQTRAIL_CHAOS says: "+testFaults) {
		t.Error(log)
	}
	injected(t, client)
}
