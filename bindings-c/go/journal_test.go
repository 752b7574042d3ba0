package reqtrail

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestJournalProcess is run by the process of another test: a call that fails, and one that is never answered.
func TestJournalProcess(t *testing.T) {
	url := os.Getenv("REQTRAIL_TEST_JOURNAL_URL")
	if url == "" {
		t.Skip("a process of other tests")
	}
	client, err := NewClient(Config{BaseURL: url, Dialect: NovaVMS})
	if err != nil {
		t.Fatal(err)
	}
	var failed *Error
	if _, err := client.Get(background, "/missing"); !errors.As(err, &failed) {
		t.Fatal(err)
	}
	fmt.Println("id", failed.RequestID)
	_, err = client.Post(background, "/stall", nil)
	t.Fatal(err)
}

// journalRecords returns the records of all segments in a folder, or the calls of all tables.
func journalRecords(t *testing.T, folder, ending string) (records []map[string]any) {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(folder, "*"+ending))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range strings.Split(string(text), "\n") {
			if strings.TrimSpace(line) == "" {
				continue
			}
			var record map[string]any
			if err := json.Unmarshal([]byte(line), &record); err != nil {
				t.Fatal(err, line)
			}
			records = append(records, record)
		}
	}
	return records
}

func TestJournalOfAKilledProcess(t *testing.T) {
	executable, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	server, folder := newServer(t), t.TempDir()
	command := exec.Command(executable, "-test.run=^TestJournalProcess$")
	command.Env = append(os.Environ(), "REQTRAIL_TEST_JOURNAL_URL="+server.URL, "REQTRAIL_JOURNAL="+folder, "REQTRAIL_JOURNAL_SYNC=always")
	stdout, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(stdout)
	for lines.Scan() && !strings.HasPrefix(lines.Text(), "id ") {
	}
	requestID := strings.TrimPrefix(lines.Text(), "id ")
	if seen := <-server.seen; seen.Method != http.MethodPost {
		t.Error(seen.Method)
	}
	if err := command.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = command.Wait()
	records := journalRecords(t, folder, ".jsonl")
	if len(records) != 1 || fmt.Sprint(records[0]["reqtrail"].(map[string]any)["request_ids"]) != "["+requestID+"]" {
		t.Error(requestID, records)
	}
	calls := journalRecords(t, folder, ".open")
	if len(calls) != 1 || calls[0]["method"] != "POST" || calls[0]["path"] != "/stall" {
		t.Error(calls)
	}
}

func TestJournalByTheOption(t *testing.T) {
	folder := t.TempDir()
	client := newServer(t).client(t, func(config *Config) {
		config.Journal, config.ServiceName, config.JournalSync = folder, "proof", "always"
	})
	trail := failing(t, client, "/missing")
	records := journalRecords(t, folder, ".jsonl")
	if len(records) != 1 || records[0]["service"].(map[string]any)["name"] != "proof" {
		t.Fatal(records)
	}
	if id := records[0]["reqtrail"].(map[string]any)["call_id"]; id != trail.CallID() {
		t.Error(id, trail.CallID())
	}
	if found := callIDs(client.Recorder().Find(trail.CallID())); found != trail.CallID() {
		t.Error(found)
	}
	if journal := client.Recorder().Stats().Journal; journal == nil || journal.Records != 1 || journal.Lost != 0 {
		t.Errorf("%+v", journal)
	}
}
