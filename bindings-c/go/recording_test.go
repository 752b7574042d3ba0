package reqtrail

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestRecordingNeedsPermission(t *testing.T) {
	server := newServer(t)
	background := context.Background()
	recording := filepath.Join(t.TempDir(), "session.json")
	t.Setenv("REQTRAIL_ALLOW_RECORD", "")
	_, err := NewClient(Config{BaseURL: server.URL, Record: recording})
	if !errors.Is(err, KindConfig) || !strings.Contains(err.Error(), "REQTRAIL_ALLOW_RECORD=1") {
		t.Fatalf("got %v", err)
	}
	if _, err := os.Stat(recording); !errors.Is(err, os.ErrNotExist) {
		t.Fatalf("there is a file: %v", err)
	}

	t.Setenv("REQTRAIL_ALLOW_RECORD", "1")
	client := server.client(t, func(config *Config) { config.Record = recording })
	if _, err := client.Get(background, "/ok"); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(recording)
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{`"reqtrail.script/1"`, `"target": "/ok"`, `"status": 200`} {
		if !strings.Contains(string(text), part) {
			t.Errorf("%s is missing in %s", part, text)
		}
	}
	about, err := os.Stat(recording)
	if err != nil || about.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", about.Mode(), err)
	}
}
