package reqtrail

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
)

// TestStderrLogProcess is run by the processes of the other tests: calls that succeed, and one that fails.
func TestStderrLogProcess(t *testing.T) {
	url := os.Getenv("REQTRAIL_TEST_URL")
	if url == "" {
		t.Skip("a process of other tests")
	}
	count, err := strconv.Atoi(os.Getenv("REQTRAIL_TEST_COUNT"))
	if err != nil {
		t.Fatal(err)
	}
	client, err := NewClient(Config{BaseURL: url, Dialect: NovaVMS, Token: "c4nary"})
	if err != nil {
		t.Fatal(err)
	}
	for range count {
		if _, err := client.Get(context.Background(), "/ok"); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := client.Get(context.Background(), "/missing", WithQuery("sig", "c4nary")); !errors.Is(err, CategoryNotFound) {
		t.Fatal(err)
	}
	_ = client.Close()
}

// stderrLogProcess prepares such a process.
func stderrLogProcess(t *testing.T, count int, level, format string) *exec.Cmd {
	t.Helper()
	executable, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	command := exec.Command(executable, "-test.run=^TestStderrLogProcess$")
	command.Env = append(os.Environ(), "REQTRAIL_TEST_URL="+newServer(t).URL, "REQTRAIL_TEST_COUNT="+strconv.Itoa(count),
		"REQTRAIL_LOG="+level, "REQTRAIL_LOG_FORMAT="+format)
	return command
}

// stderrLogLines returns what such a process wrote to its standard error.
func stderrLogLines(t *testing.T, level, format string) []string {
	t.Helper()
	command := stderrLogProcess(t, 1, level, format)
	var stdout, stderr bytes.Buffer
	command.Stdout, command.Stderr = &stdout, &stderr
	if err := command.Run(); err != nil {
		t.Fatalf("%v\n%s%s", err, &stdout, &stderr)
	}
	if strings.Contains(stderr.String(), "c4nary") {
		t.Error(&stderr)
	}
	return strings.Split(strings.TrimSuffix(stderr.String(), "\n"), "\n")
}

func TestStderrLogText(t *testing.T) {
	lines := stderrLogLines(t, "info", "")
	want := []string{
		" INFO reqtrail GET /ok attempt 1: 200, request ID req_00000001 call_id=",
		" INFO reqtrail GET /missing attempt 1: 404, request ID req_00000002 call_id=",
		" WARN reqtrail GET /missing failed: 404 not_found, request ID req_00000002 call_id=",
	}
	if len(lines) != len(want) {
		t.Fatal(lines)
	}
	for i, part := range want {
		if !strings.Contains(lines[i], part) {
			t.Errorf("%q is not in %q", part, lines[i])
		}
	}
	if lines := stderrLogLines(t, "", "json"); len(lines) != 1 || lines[0] != "" {
		t.Error(lines)
	}
}

func TestStderrLogJSON(t *testing.T) {
	lines := stderrLogLines(t, "warn", "JSON")
	var line struct {
		Log   struct{ Level string }
		Error struct{ Code, Type string }
		URL   struct{ Path string }
	}
	if err := json.Unmarshal([]byte(lines[0]), &line); err != nil || len(lines) != 1 {
		t.Fatal(err, lines)
	}
	if line.Log.Level != "warn" || line.Error.Code != "not_found" || line.Error.Type != "api" || line.URL.Path != "/missing" {
		t.Error(lines[0])
	}
}

func TestStderrLogThatNobodyReads(t *testing.T) {
	reader, writer, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	// More lines than fit into a pipe.
	command := stderrLogProcess(t, 300, "debug", "json")
	command.Stderr = writer
	err = command.Run()
	_ = writer.Close()
	text, failed := io.ReadAll(reader)
	if count := bytes.Count(text, []byte("\n")); err != nil || failed != nil || count == 0 || count >= 900 {
		t.Error(err, failed, count)
	}
}

func TestStderrLogThatIsGone(t *testing.T) {
	reader, writer, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	_ = reader.Close()
	command := stderrLogProcess(t, 1, "debug", "")
	command.Stderr = writer
	out, err := command.Output()
	_ = writer.Close()
	if err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}
