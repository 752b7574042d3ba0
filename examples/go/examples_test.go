// Runs the examples as separate processes against the sandbox.
package examples

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// sandbox is a small NovaVMS on loopback.
type sandbox struct {
	BaseURL    string `json:"base_url"`
	ControlURL string `json:"control_url"`
	Token      string `json:"token"`
}

func start(t *testing.T) *sandbox {
	t.Helper()
	program := os.Getenv("REQTRAIL_SANDBOX")
	if program == "" {
		t.Fatal("REQTRAIL_SANDBOX must name the program reqtrail-sandbox; scripts/test-go.sh does that")
	}
	command := exec.Command(program, "--exit-with-parent")
	input, err := command.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	output, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = input.Close()
		_ = command.Wait()
	})
	s := &sandbox{}
	line, err := bufio.NewReader(output).ReadBytes('\n')
	if err == nil {
		err = json.Unmarshal(line, s)
	}
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// requestIDs returns the IDs of the requests that the sandbox received.
func (s *sandbox) requestIDs(t *testing.T) []string {
	t.Helper()
	answer, err := http.Get(s.ControlURL + "/requests")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	var seen struct {
		Requests []struct {
			RequestID string `json:"request_id"`
		}
	}
	if err := json.NewDecoder(answer.Body).Decode(&seen); err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, request := range seen.Requests {
		ids = append(ids, request.RequestID)
	}
	return ids
}

func (s *sandbox) inject(t *testing.T, incidents ...string) {
	t.Helper()
	body, _ := json.Marshal(incidents)
	answer, err := http.Post(s.ControlURL+"/incidents", "application/json", bytes.NewReader(body))
	if err != nil || answer.StatusCode/100 != 2 {
		t.Fatal(answer, err)
	}
	_ = answer.Body.Close()
}

// program builds an example for a run against the sandbox.
func (s *sandbox) program(t *testing.T, name string) *exec.Cmd {
	t.Helper()
	built := filepath.Join(t.TempDir(), name)
	if out, err := exec.Command("go", "build", "-o", built, "./"+name).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	command := exec.Command(built)
	command.Env = append(os.Environ(), "REQTRAIL_BASE_URL="+s.BaseURL, "REQTRAIL_TOKEN="+s.Token)
	return command
}

func contains(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Fatalf("%q is not in\n%s", part, text)
		}
	}
}

func TestFirstCall(t *testing.T) {
	s := start(t)
	out, err := s.program(t, "first_call").CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	ids := s.requestIDs(t)
	if len(ids) != 2 {
		t.Fatal(ids)
	}
	contains(t, string(out), "200, request ID "+ids[0]+"\n", "error: GET /cameras/{id}: 404 not_found: ", "hint: Check the ID")
	_, report, _ := strings.Cut(string(out), "What support wants to see:")
	contains(t, report, "FAILED: api (404 not_found)", ids[1])
}

func TestHandler(t *testing.T) {
	s := start(t)
	command := s.program(t, "handler")
	var log bytes.Buffer
	command.Stderr = &log
	output, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(output).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	get := func(id string) (int, string) {
		answer, err := http.Get(strings.TrimSpace(line) + "/cameras/" + id)
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		body, _ := io.ReadAll(answer.Body)
		return answer.StatusCode, string(body)
	}
	missing, told := get("no-such-camera")
	s.inject(t, "internal_error:times=9,on=GET /cameras/{id}")
	broken, _ := get("no-such-camera")
	if missing != 404 || broken != 502 {
		t.Fatal(missing, broken)
	}
	_ = command.Process.Signal(os.Interrupt)
	if err := command.Wait(); err != nil {
		t.Fatalf("%v\n%s", err, log.String())
	}
	ids := s.requestIDs(t)
	contains(t, told, `"upstream_request_id":"`+ids[0]+`"`)
	contains(t, log.String(), `"request_ids":["`+ids[0]+`"]`)
	// The log line has each attempt's request ID, and not only the last one.
	contains(t, log.String(), `"request_ids":["`+strings.Join(ids[1:], `","`)+`"]`)
}
