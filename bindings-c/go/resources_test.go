package reqtrail

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

const (
	volumeID = "86a92e20-c6ef-44cc-9712-5a931ec997fe"
	noSpace  = "extend volume:Could not find any available weighted backend."
)

// cinder has one volume, which stays available whatever is asked for.
func cinder(t *testing.T) (*Resources, *Client) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Openstack-Request-Id", requestID)
		switch {
		case r.Method == http.MethodPost && r.URL.Path == "/volumes":
			w.WriteHeader(202)
			fmt.Fprintf(w, `{"volume":{"id":%q,"status":"creating"}}`, volumeID)
		case r.Method == http.MethodPost:
			w.WriteHeader(202)
		case r.URL.Path == "/messages":
			message := `{"id":"m","event_id":"VOLUME_VOLUME_007_003","user_message":%q,"request_id":%q,"resource_uuid":%q}`
			own := fmt.Sprintf(message, noSpace, requestID, volumeID)
			another := fmt.Sprintf(message, "another's", "req-1", volumeID)
			fmt.Fprintf(w, `{"messages":[%s,%s]}`, another, own)
		case strings.HasSuffix(r.URL.Path, volumeID):
			fmt.Fprintf(w, `{"volume":{"id":%q,"name":"data","status":"available","size":1,"bootable":"false"}}`, volumeID)
		default:
			w.WriteHeader(404)
			fmt.Fprint(w, `{"itemNotFound":{"code":404,"message":"no such volume"}}`)
		}
	}))
	t.Cleanup(s.Close)
	client, err := NewClient(Config{BaseURL: s.URL, Dialect: OpenStack, Token: "t", NoProxy: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	return NewResources(client), client
}

func TestAnExtendThatFitsNowhere(t *testing.T) {
	resources, client := cinder(t)
	body := map[string]any{"os-extend": map[string]int{"new_size": 2}}
	accepted, err := client.Post(background, "/volumes/{id}/action", body, WithParam("id", volumeID))
	if err != nil {
		t.Fatal(err)
	}
	var seen []string
	report, err := resources.Follow(background, accepted, FollowResourceOptions{
		PollInterval: 10 * time.Millisecond,
		OnProgress:   func(p *Progress) { seen = append(seen, p.Resource.Status) },
	})
	var failed *ActionError
	if !errors.As(err, &failed) || !failed.Failed || !errors.Is(err, KindAPI) {
		t.Fatal(err)
	}
	equal(t, failed.Report, report)
	equal(t, []string{string(report.Verdict), report.ResourceType, report.ResourceID, report.Operation, report.RequestID},
		[]string{"failed", "volume", volumeID, "extend", requestID})
	if len(report.Messages) != 1 || report.Messages[0].UserMessage != noSpace || report.Messages[0].EventID != "VOLUME_VOLUME_007_003" {
		t.Fatal(report.Messages)
	}
	start := fmt.Sprintf("extend of volume %s failed: the volume is available with 1 GiB, not 2: %s", volumeID, noSpace)
	if !strings.HasPrefix(err.Error(), start) || strings.Contains(report.JSON(), "another's") {
		t.Fatal(err)
	}
	equal(t, seen, []string{"available"})
	// With the IDs and the size only.
	_, again := resources.FollowID(background, "volume.extend", volumeID, requestID, FollowResourceOptions{Size: 2})
	equal(t, again.Error(), err.Error())
}

func TestACreationIsNamedByItsAnswer(t *testing.T) {
	resources, client := cinder(t)
	created, err := client.Post(background, "/volumes", map[string]any{"volume": map[string]int{"size": 1}})
	if err != nil {
		t.Fatal(err)
	}
	report, err := resources.Follow(background, created, FollowResourceOptions{})
	if err != nil || report.Verdict != VerdictSucceeded || report.ResourceID != volumeID || *report.Resource.Size != 1 {
		t.Fatal(report, err)
	}
}

func TestWhatCannotBeFollowed(t *testing.T) {
	resources, client := cinder(t)
	if _, err := resources.Follow(background, nil, FollowResourceOptions{}); !errors.Is(err, KindInvalidRequest) {
		t.Fatal(err)
	}
	_, err := resources.FollowID(background, "volume", volumeID, requestID, FollowResourceOptions{})
	if !errors.Is(err, KindInvalidRequest) || !strings.Contains(err.Error(), "kind is `volume`; expected `volume.create`") {
		t.Fatal(err)
	}
	if _, err := resources.FollowID(background, "volume.extend", volumeID, requestID, FollowResourceOptions{Size: -1}); err == nil {
		t.Fatal("a negative size was taken")
	}
	var none *Resources
	if _, err := none.FollowID(background, "volume.create", volumeID, requestID, FollowResourceOptions{}); err == nil {
		t.Fatal("nothing was followed through")
	}
	_ = client.Close()
	if _, err := resources.FollowID(background, "volume.create", volumeID, requestID, FollowResourceOptions{}); !errors.Is(err, ErrClosed) {
		t.Fatal(err)
	}
}
