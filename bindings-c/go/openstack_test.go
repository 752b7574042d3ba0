package reqtrail

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

const (
	serverID  = "c76a7603-95be-4368-87e9-7b9b89fb1d7e"
	requestID = "req-0a5dfac4-d3c2-4a44-a1ac-77d61a9d5b1b"
)

// nova is a compute API with one server, whose only action ends after two polls.
func nova(t *testing.T, fails bool) *httptest.Server {
	var looks atomic.Int64
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("X-Openstack-Request-Id", requestID)
		running := looks.Load() < 3
		finish, result, message := `null`, `null`, `null`
		if !running {
			finish, result = `"2026-11-22T05:00:09.000000"`, `"Success"`
			if fails {
				result, message = `"Error"`, `"Error"`
			}
		}
		action := fmt.Sprintf(`{"action":"reboot","instance_uuid":%q,"request_id":%q,"start_time":"2026-11-22T05:00:00.000000",`+
			`"updated_at":"2026-11-22T05:00:09.000000","message":%s,"user_id":"u","project_id":"p","extra":1`, serverID, requestID, message)
		events := fmt.Sprintf(`,"events":[{"event":"compute_reboot_instance","start_time":"2026-11-22T05:00:01.000000","finish_time":%s,"result":%s,`+
			`"traceback":null,"hostId":"h"}]}`, finish, result)
		switch {
		case r.Method == http.MethodPost:
			w.WriteHeader(202)
		case strings.HasSuffix(r.URL.Path, "/servers"):
			found := ``
			if r.URL.Query().Get("name") == "^web$" {
				found = fmt.Sprintf(`{"id":%q,"name":"web"}`, serverID)
			}
			fmt.Fprintf(w, `{"servers":[%s]}`, found)
		case strings.HasSuffix(r.URL.Path, "/os-instance-actions"):
			fmt.Fprintf(w, `{"instanceActions":[%s}]}`, action)
		case strings.Contains(r.URL.Path, "/os-instance-actions/"):
			fmt.Fprintf(w, `{"instanceAction":%s%s}`, action, events)
		case strings.HasSuffix(r.URL.Path, serverID):
			looks.Add(1)
			task := `null`
			if running {
				task = `"rebooting"`
			}
			fmt.Fprintf(w, `{"server":{"id":%q,"name":"web","status":"ACTIVE","OS-EXT-STS:task_state":%s,"OS-EXT-STS:vm_state":"active","locked":false,"extra":[1]}}`, serverID, task)
		default:
			w.WriteHeader(404)
			fmt.Fprint(w, `{"itemNotFound":{"code":404,"message":"no such server"}}`)
		}
	}))
	t.Cleanup(s.Close)
	return s
}

func novaClient(t *testing.T, fails bool) (*Compute, *Client) {
	client, err := NewClient(Config{BaseURL: nova(t, fails).URL + "/v2.1", Dialect: OpenStack, Token: "t", NoProxy: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	return NewCompute(client), client
}

func TestARefresherHasTheValuesOfAnOperationsContext(t *testing.T) {
	type key struct{}
	var seen any
	client, err := NewClient(Config{
		BaseURL: nova(t, false).URL + "/v2.1", Dialect: OpenStack, NoProxy: true,
		TokenRefresher: func(ctx context.Context) (Token, error) {
			seen = ctx.Value(key{})
			return Token{Value: "t"}, nil
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	if _, err := NewCompute(client).Server(context.WithValue(background, key{}, "read"), serverID); err != nil {
		t.Fatal(err)
	}
	equal(t, seen, any("read"))
}

func TestReads(t *testing.T) {
	compute, client := novaClient(t, false)
	server, err := compute.Server(background, serverID)
	if err != nil {
		t.Fatal(err)
	}
	equal(t, []string{server.Name, server.Status, server.TaskState, server.Trail.RequestID()}, []string{"web", "ACTIVE", "rebooting", requestID})
	if server.Fault != nil || *server.Locked || !strings.Contains(string(server.Data), `"extra":[1]`) {
		t.Fatal(server)
	}
	action, err := compute.Action(background, serverID, requestID)
	if err != nil || action.Action != "reboot" || action.Events[0].HostID != "h" || action.Trail == nil {
		t.Fatal(action, err)
	}
	page, err := compute.Actions(background, serverID, ListOptions{Limit: 5, Marker: requestID, ChangesSince: time.Unix(0, 0), ChangesBefore: time.Now()})
	if err != nil || len(page.Actions) != 1 || page.Actions[0].Events != nil || page.Next != "" {
		t.Fatal(page, err)
	}
	url := page.Trail.Attempts()[0].URL
	if !strings.Contains(url, "limit=5") || !strings.Contains(url, "changes-since=") || !strings.Contains(url, "changes-before=") {
		t.Fatal(url)
	}
	_, err = compute.Server(background, "none")
	if !errors.Is(err, OpenStackItemNotFound) || !errors.Is(err, CategoryNotFound) || errors.Is(err, NovaVMSNotFound) {
		t.Fatal(err)
	}
	_ = client.Close()
	if _, err = compute.Server(background, serverID); !errors.Is(err, ErrClosed) {
		t.Fatal(err)
	}
}

func TestFollowing(t *testing.T) {
	for _, fails := range []bool{false, true} {
		compute, client := novaClient(t, fails)
		accepted, err := client.Post(background, "/servers/{id}/action", map[string]any{"reboot": map[string]any{"type": "SOFT"}}, WithParam("id", serverID))
		if err != nil {
			t.Fatal(err)
		}
		var seen []*Progress
		options := FollowOptions{
			PollInterval: time.Millisecond,
			SettleTime:   time.Millisecond,
			OnProgress:   func(p *Progress) { seen = append(seen, p) },
		}
		report, err := compute.Follow(background, serverID, accepted, options)
		if len(seen) == 0 || seen[0].Server == nil || seen[0].Server.ID != serverID {
			t.Fatal(seen)
		}
		equal(t, []string{report.ServerID, report.RequestID, report.Action.Action}, []string{serverID, requestID, "reboot"})
		equal(t, report.Trails[0].CallID(), accepted.Trail.CallID())
		equal(t, report.GlobalRequestID, accepted.Trail.CorrelationID())
		if !strings.Contains(report.String(), requestID) || !json.Valid([]byte(report.JSON())) || report.Followed <= 0 {
			t.Fatal(report)
		}
		var failed *ActionError
		if fails {
			if !errors.As(err, &failed) || !failed.Failed || !errors.Is(err, KindAPI) || errors.Is(err, KindTimeout) || report.Verdict != VerdictFailed || failed.Report != report || !strings.Contains(err.Error(), requestID) {
				t.Fatal(report, err)
			}
		} else if err != nil || report.Verdict != VerdictUnknown || report.Apparent != VerdictSucceeded { // Nova reports a failed reboot like a good one
			t.Fatal(report, err)
		}
		story, err := compute.Explain(background, serverID, ExplainOptions{Limit: 3})
		if err != nil {
			t.Fatal(err)
		}
		equal(t, []Verdict{story.Actions[0].Verdict, story.Actions[0].Apparent}, []Verdict{report.Verdict, report.Apparent})
		written, err := json.Marshal(story)
		if err != nil || !strings.Contains(string(written), "reqtrail.story/1") || !strings.Contains(story.String(), requestID) || len(story.Trails) == 0 {
			t.Fatal(string(written), err)
		}
	}
}

func TestAStateThatSettlesOrNot(t *testing.T) {
	// The server is idle, and a step that has begun does not say how it ended.
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if strings.Contains(r.URL.Path, "/os-instance-actions") {
			fmt.Fprintf(w, `{"instanceAction":{"action":"reboot","request_id":%q,"start_time":"2026-11-22T05:00:00.000000",`+
				`"events":[{"event":"compute_reboot_instance","start_time":"2026-11-22T05:00:01.000000","finish_time":null}]}}`, requestID)
		} else {
			fmt.Fprintf(w, `{"server":{"id":%q,"status":"ACTIVE","OS-EXT-STS:task_state":null}}`, serverID)
		}
	}))
	defer s.Close()
	client, err := NewClient(Config{BaseURL: s.URL, Dialect: OpenStack, Token: "t", NoProxy: true})
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	for settle, deadline := range map[time.Duration]time.Duration{NoLimit: 100 * time.Millisecond, -1: time.Hour} {
		report, err := NewCompute(client).FollowID(background, serverID, requestID, FollowOptions{
			PollInterval: time.Millisecond, MaxPollInterval: time.Millisecond, Deadline: deadline, SettleTime: settle,
		})
		if err != nil || report.Verdict != VerdictUnknown {
			t.Fatal(settle, report, err)
		}
		equal(t, report.Followed >= deadline, settle == NoLimit)
	}
}

func TestAFollowingThatIsCancelled(t *testing.T) {
	compute, _ := novaClient(t, false)
	ctx, cancel := context.WithCancel(background)
	report, err := compute.FollowID(ctx, serverID, requestID, FollowOptions{
		PollInterval: time.Minute, MaxPollInterval: time.Minute,
		OnProgress: func(*Progress) { cancel() },
	})
	var failed *ActionError
	var call *Error
	if !errors.As(err, &failed) || failed.Failed || !errors.Is(err, context.Canceled) || !errors.As(err, &call) || report == nil {
		t.Fatal(report, err)
	}
	_, err = compute.Explain(ctx, serverID, ExplainOptions{})
	var untold *ExplainError
	if !errors.As(err, &untold) || !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
}

func TestAFollowingThatADeadlineEnds(t *testing.T) {
	s := newServer(t)
	compute := NewCompute(s.client(t, func(c *Config) { c.Dialect, c.BaseURL = OpenStack, s.URL+"/stall" }))
	why := errors.New("the page took too long")
	ctx, cancel := context.WithTimeoutCause(background, 100*time.Millisecond, why)
	defer cancel()
	_, err := compute.FollowID(ctx, "a", "req-1", FollowOptions{})
	var failed *Error
	if !errors.Is(err, context.DeadlineExceeded) || !errors.Is(err, why) || !errors.As(err, &failed) || !failed.Timeout() {
		t.Fatal(err)
	}
	sent := s.ids.Load()
	if _, err = compute.FollowID(ctx, "a", "req-1", FollowOptions{}); !errors.Is(err, why) || !errors.Is(err, KindTimeout) {
		t.Fatal(err)
	}
	equal(t, s.ids.Load(), sent)
}

func TestClouds(t *testing.T) {
	for _, name := range []string{"OS_CLOUD", "OS_AUTH_URL", "OS_TOKEN"} {
		t.Setenv(name, "")
	}
	t.Setenv("OS_CLIENT_CONFIG_FILE", "/nowhere/clouds.yaml")
	if _, err := CloudNamed("none"); !errors.Is(err, KindConfig) {
		t.Fatal(err)
	}
	if _, err := CloudFromEnv(); !errors.Is(err, KindConfig) {
		t.Fatal(err)
	}
	cloud, err := NewCloud(CloudConfig{
		AuthType:                   "none",
		ComputeEndpointOverride:    nova(t, false).URL + "/v2.1",
		ComputeDefaultMicroversion: "2.90",
	})
	if err != nil {
		t.Fatal(err)
	}
	connection, err := cloud.Connect(background)
	if err != nil || connection.Session() != nil || !strings.HasSuffix(connection.Endpoint(), "/v2.1") {
		t.Fatal(connection, err)
	}
	client, err := connection.Client(Config{NoProxy: true})
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	if server, err := NewCompute(client).Server(background, serverID); err != nil || server.ID != serverID {
		t.Fatal(server, err)
	}

	// The error of a failed sign-in has a trail, and that of a cancelled one says so.
	keystone := newServer(t)
	cloud, err = NewCloud(CloudConfig{Auth: map[string]Secret{
		"auth_url": Secret(keystone.URL + "/missing"), "username": "demo", "password": "s3cr3t-password", "project_name": "demo",
		"user_domain_name": "Default", "project_domain_name": "Default",
	}})
	if err != nil || strings.Contains(fmt.Sprintf("%v %+v", cloud, cloud), "s3cr3t") {
		t.Fatal(cloud, err)
	}
	_, err = cloud.Connect(background)
	var failed *Error
	if !errors.As(err, &failed) || failed.Trail == nil || strings.Contains(failed.Trail.String(), "s3cr3t") {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(background)
	cancel()
	if _, err = cloud.Connect(ctx); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
}

func TestASessionSaysWhoHasSignedIn(t *testing.T) {
	token := `{"token":{"expires_at":"2096-11-26T12:00:00.250000Z","user":{"id":"u1","name":"demo"},"project":{"id":"p1"}}}`
	keystone := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Subject-Token", "t")
		w.WriteHeader(http.StatusCreated)
		_, _ = w.Write([]byte(token))
	}))
	t.Cleanup(keystone.Close)
	cloud, err := NewCloud(CloudConfig{AuthType: "token", Auth: map[string]Secret{"auth_url": Secret(keystone.URL), "token": "t"}})
	if err != nil {
		t.Fatal(err)
	}
	connection, err := cloud.Connect(background)
	if err != nil {
		t.Fatal(err)
	}
	session := *connection.Session()
	equal(t, session.Trail.Path(), "/v3/auth/tokens")
	session.Trail = nil
	end := time.Date(2096, 11, 26, 12, 0, 0, 250_000_000, time.UTC)
	equal(t, session, Session{ExpiresAt: end, ProjectID: "p1", UserID: "u1", UserName: "demo"})
}

func TestAPasscodeSignsInOnce(t *testing.T) {
	bodies := make(chan string, 2)
	keystone := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		bodies <- string(body)
		w.Header().Set("X-Subject-Token", "t")
		w.WriteHeader(http.StatusCreated)
		_, _ = w.Write([]byte(`{"token":{}}`))
	}))
	t.Cleanup(keystone.Close)
	cloud, err := NewCloud(CloudConfig{
		AuthType:    "v3multifactor",
		AuthMethods: []string{"v3password", "v3totp"},
		Auth: map[string]Secret{
			"auth_url": Secret(keystone.URL), "user_id": "u1", "password": "s3cr3t", "passcode": "918273", "trust_id": "t1",
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err = cloud.Connect(background); err != nil {
		t.Fatal(err)
	}
	equal(t, <-bodies, `{"auth":{"identity":{"methods":["password","totp"],`+
		`"password":{"user":{"id":"u1","password":"s3cr3t"}},"totp":{"user":{"id":"u1","passcode":"918273"}}},`+
		`"scope":{"OS-TRUST:trust":{"id":"t1"}}}}`)
	_, err = cloud.Connect(background)
	if !errors.Is(err, KindConfig) || !strings.Contains(err.Error(), "new passcode") || strings.Contains(err.Error(), "918273") {
		t.Fatal(err)
	}
	equal(t, len(bodies), 0)
}

func TestAServerIsFoundByItsName(t *testing.T) {
	compute, _ := novaClient(t, false)
	story, err := compute.Explain(background, "web", ExplainOptions{})
	if err != nil || story.ServerID != serverID || story.Trails[0].Path() != "/servers" {
		t.Fatal(story, err)
	}
	report, err := compute.FollowID(background, "nobody", requestID, FollowOptions{})
	var failed *ActionError
	if !errors.As(err, &failed) || failed.Failed || !errors.Is(err, CategoryNotFound) || len(report.Trails) != 1 {
		t.Fatal(report, err)
	}
}

func TestAnEmptyRequestIDIsRefused(t *testing.T) {
	compute, _ := novaClient(t, false)
	report, err := compute.FollowID(background, serverID, "", FollowOptions{})
	var failed *ActionError
	if report != nil || !errors.Is(err, KindInvalidRequest) || errors.As(err, &failed) || !strings.Contains(err.Error(), "the request ID is empty") {
		t.Fatal(report, err)
	}
}

func TestAServerIsReadByItsName(t *testing.T) {
	compute, _ := novaClient(t, false)
	server, err := compute.ServerByName(background, "web")
	if err != nil || server.ID != serverID || server.Trail.Path() != "/servers/{server_id}" {
		t.Fatal(server, err)
	}
	if _, err = compute.ServerByName(background, "nobody"); !errors.Is(err, CategoryNotFound) {
		t.Fatal(err)
	}
}

func TestLogLinesAreThoseThatOperatorsSearchFor(t *testing.T) {
	var seen CallInfo
	var url string
	client, err := NewClient(Config{
		BaseURL: nova(t, false).URL + "/v2.1", Dialect: OpenStack, Token: "t", NoProxy: true,
		OnAttempt: func(call CallInfo, attempt Attempt) { seen, url = call, attempt.URL },
	})
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	if _, err = client.Get(background, "/servers/"+serverID); err != nil {
		t.Fatal(err)
	}
	equal(t, []string{seen.Service, seen.LogLine}, []string{"compute", "GET call to compute for " + url + " used request id " + requestID})
}

func TestUnusedVariablesAreNoted(t *testing.T) {
	file := filepath.Join(t.TempDir(), "clouds.yaml")
	text := "clouds: {one: {auth_type: none, endpoint: 'https://one.example', region_name: One}}"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, value := range map[string]string{
		"OS_CLIENT_CONFIG_FILE": file, "OS_CLOUD": "one", "OS_REGION_NAME": "Two", "OS_AUTH_URL": "", "OS_TOKEN": "",
	} {
		t.Setenv(name, value)
	}
	cloud, err := CloudFromEnv()
	if err != nil || len(cloud.Notes()) != 1 || !strings.Contains(cloud.Notes()[0], "OS_REGION_NAME is `Two`") {
		t.Fatal(cloud, err)
	}
	if cloud, err = CloudNamed("one"); err != nil || cloud.Notes() != nil {
		t.Fatal(cloud, err)
	}
	// An empty name is not the environment's cloud.
	if cloud, err = CloudNamed(""); !errors.Is(err, KindConfig) || !strings.Contains(err.Error(), "has no cloud ``; it has one") {
		t.Fatal(cloud, err)
	}
}
