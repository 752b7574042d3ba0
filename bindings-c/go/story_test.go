package reqtrail

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

const (
	failedVolume = "0a1b2c3d-0000-4000-8000-000000000001"
	twinVolume   = "0a1b2c3d-0000-4000-8000-000000000002"
	otherTwin    = "0a1b2c3d-0000-4000-8000-000000000003"
	creation     = "req-11111111-1111-4111-8111-111111111111"
	noHost       = "schedule allocate volume:Could not find any available weighted backend."
)

// storage has a Keystone, and a Cinder with a volume that could not be created and two volumes of the same name.
type storage struct {
	*httptest.Server
	mutex sync.Mutex
	seen  []string
	// asked receives the path of each request to Cinder if it has room; hangs is a path without an answer.
	asked chan string
	hangs string
}

func newStorage(t *testing.T) *storage {
	s := &storage{asked: make(chan string, 1)}
	s.Server = httptest.NewServer(http.HandlerFunc(s.answer))
	t.Cleanup(s.Close)
	return s
}

func (s *storage) answer(w http.ResponseWriter, r *http.Request) {
	answer := func(status int, format string, arguments ...any) {
		w.WriteHeader(status)
		fmt.Fprintf(w, format, arguments...)
	}
	w.Header().Set("X-Openstack-Request-Id", "req-1")
	if r.Method == http.MethodPost {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("X-Subject-Token", "gAAAAA-s3cr3t")
		answer(http.StatusCreated, `{"token":{"catalog":[{"type":"volumev3","endpoints":[{"interface":"public","region_id":"One",`+
			`"url":"http://%s/volume/v3/p1"}]}],"project":{"id":"p1"}}}`, r.Host)
		return
	}
	path := strings.TrimPrefix(r.URL.Path, "/volume/v3/p1")
	s.mutex.Lock()
	s.seen = append(s.seen, path)
	hangs := s.hangs
	s.mutex.Unlock()
	select {
	case s.asked <- path:
	default:
	}
	switch path {
	case hangs:
		<-r.Context().Done()
	case "/volumes":
		found := map[string]string{
			"data": fmt.Sprintf(`{"id":%q,"name":"data"}`, failedVolume),
			"twin": fmt.Sprintf(`{"id":%q,"name":"twin"},{"id":%q,"name":"twin"}`, twinVolume, otherTwin),
		}
		answer(200, `{"volumes":[%s]}`, found[r.URL.Query().Get("name")])
	case "/volumes/" + failedVolume:
		answer(200, `{"volume":{"id":%q,"name":"data","status":"error","size":1,"attachments":[]}}`, failedVolume)
	case "/messages":
		answer(200, `{"messages":[{"id":"m1","event_id":"VOLUME_VOLUME_001_003","user_message":%q,"message_level":"ERROR",`+
			`"resource_type":"VOLUME","resource_uuid":%q,"request_id":%q,"created_at":"2026-11-21T21:00:00.000000"}]}`,
			noHost, failedVolume, creation)
	default:
		answer(404, `{"itemNotFound":{"code":404,"message":"no such thing"}}`)
	}
}

func (s *storage) connect(t *testing.T) *Connection {
	t.Helper()
	return connected(t, s.URL, nil)
}

func TestAVolumeThatFailedIsExplained(t *testing.T) {
	everyWay(t, func(t *testing.T) {
		connection := newStorage(t).connect(t)
		story, err := connection.Explain(background, "volume/data", ExplainResourceOptions{Limit: 5, Timeout: time.Minute})
		if err != nil {
			t.Fatal(err)
		}
		failure := fmt.Sprintf("the volume is in error: %s (VOLUME_VOLUME_001_003)", noHost)
		equal(t, []string{story.Asked, story.Failure}, []string{"volume/data", failure})
		equal(t, story.RequestIDs, []string{creation})
		equal(t, len(story.Resources), 1)
		volume := story.Resources[0]
		equal(t, []string{volume.ResourceType, volume.ID, volume.Name, volume.Status, volume.Relation, volume.RequestID},
			[]string{"volume", failedVolume, "data", "error", "", creation})
		if len(volume.Messages) != 1 || volume.Messages[0].UserMessage != noHost {
			t.Fatal(volume.Messages)
		}
		equal(t, len(story.Trails), 3)
		for _, trail := range story.Trails {
			equal(t, trail.Service(), "volume")
		}
		written, err := json.Marshal(story)
		if err != nil || !strings.Contains(string(written), `"schema":"reqtrail.story/2"`) {
			t.Fatal(string(written), err)
		}
		if !strings.Contains(story.String(), "give the operator: "+creation) || strings.Contains(story.String()+string(written), "s3cr3t") {
			t.Fatal(story)
		}
		// By its kind and ID, through the same driver.
		driver := connection.driver
		again, err := connection.Explain(background, "volume/"+failedVolume, ExplainResourceOptions{})
		if err != nil || again.Failure != failure || len(again.Trails) != 2 || connection.driver != driver {
			t.Fatal(again, err)
		}
	})
}

func TestARequestIsExplained(t *testing.T) {
	story, err := newStorage(t).connect(t).Explain(background, creation, ExplainResourceOptions{})
	if err != nil {
		t.Fatal(err)
	}
	equal(t, story.Asked, creation)
	equal(t, story.RequestIDs, []string{creation})
	if len(story.Resources) != 1 || story.Resources[0].ID != failedVolume || !strings.Contains(story.Failure, noHost) {
		t.Fatal(story)
	}
}

func TestAServiceThatIsMissingIsANote(t *testing.T) {
	story, err := newStorage(t).connect(t).Explain(background, failedVolume, ExplainResourceOptions{})
	if err != nil || story.Resources[0].ID != failedVolume {
		t.Fatal(story, err)
	}
	if len(story.Notes) != 1 || !strings.HasPrefix(story.Notes[0], "the compute service was not asked: ") {
		t.Fatal(story.Notes)
	}
}

func TestAStoryThatCannotBeReadHasItsTrails(t *testing.T) {
	connection := newStorage(t).connect(t)
	for what, wanted := range map[string]struct {
		category Category
		text     string
	}{
		"volume/other": {CategoryNotFound, "nothing was found of the volume `other`: volume has no volume"},
		"volume/twin":  {CategoryInvalid, twinVolume},
	} {
		story, err := connection.Explain(background, what, ExplainResourceOptions{})
		var failed *ExplainError
		var call *Error
		if story != nil || !errors.As(err, &failed) || !errors.As(err, &call) {
			t.Fatal(what, story, err)
		}
		if !errors.Is(err, KindAPI) || !errors.Is(err, wanted.category) || !strings.Contains(err.Error(), wanted.text) {
			t.Error(what, err)
		}
		if len(failed.Trails) != 1 || failed.Trails[0].Path() != "/volumes" {
			t.Error(what, failed.Trails)
		}
	}
}

func TestAStoryEndsWithItsContextAndAtItsTimeout(t *testing.T) {
	everyWay(t, func(t *testing.T) {
		s := newStorage(t)
		s.mutex.Lock()
		s.hangs = "/volumes/" + failedVolume
		s.mutex.Unlock()
		connection := s.connect(t)
		what, own := "volume/"+failedVolume, ExplainResourceOptions{}

		enough := errors.New("enough")
		ctx, cancel := context.WithCancelCause(background)
		go func() {
			<-s.asked
			cancel(enough)
		}()
		_, err := connection.Explain(ctx, what, own)
		var failed *ExplainError
		if !errors.As(err, &failed) || len(failed.Trails) != 1 {
			t.Fatal(err)
		}
		if !errors.Is(err, KindCancelled) || !errors.Is(err, context.Canceled) || !errors.Is(err, enough) {
			t.Fatal(err)
		}
		// With a context that has ended, nothing is sent.
		s.mutex.Lock()
		sent := len(s.seen)
		s.mutex.Unlock()
		_, err = connection.Explain(ctx, what, own)
		if !errors.As(err, &failed) || !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
		s.mutex.Lock()
		equal(t, len(s.seen), sent)
		s.mutex.Unlock()

		soon, over := context.WithTimeout(background, 50*time.Millisecond)
		defer over()
		_, err = connection.Explain(soon, what, own)
		if !errors.As(err, &failed) || !errors.Is(err, KindTimeout) || !errors.Is(err, context.DeadlineExceeded) {
			t.Fatal(err)
		}
		_, err = connection.Explain(background, what, ExplainResourceOptions{Timeout: 50 * time.Millisecond})
		if !errors.As(err, &failed) || !errors.Is(err, KindTimeout) || len(failed.Trails) != 1 {
			t.Fatal(err)
		}
	})
}

func TestMistakesOfAStoryAreNamed(t *testing.T) {
	s := newStorage(t)
	connection := s.connect(t)
	for _, own := range []struct {
		ctx     context.Context
		what    string
		options ExplainResourceOptions
		text    string
	}{
		{background, "colour/red", ExplainResourceOptions{}, "`colour` is not a kind of resource; "},
		{background, "", ExplainResourceOptions{}, "what to explain is empty; expected a UUID"},
		{background, "web\xff", ExplainResourceOptions{}, "what is not UTF-8 text"},
		{background, "data", ExplainResourceOptions{Limit: -1}, "Limit is -1; expected 1 to 4294967295, or 0 for the default"},
		{background, "data", ExplainResourceOptions{Timeout: -1}, "Timeout is -1ns; expected a longer time"},
		{nil, "data", ExplainResourceOptions{}, "the context is nil"},
	} {
		story, err := connection.Explain(own.ctx, own.what, own.options)
		if story != nil || !errors.Is(err, KindInvalidRequest) || !strings.Contains(err.Error(), own.text) {
			t.Errorf("%q: %v", own.what, err)
		}
	}
	equal(t, len(s.seen), 0)
	for _, none := range []*Connection{nil, {}} {
		if _, err := none.Explain(background, "data", ExplainResourceOptions{}); !errors.Is(err, KindInvalidRequest) {
			t.Error(err)
		}
	}
}

func TestManyStoriesAtOnce(t *testing.T) {
	connection := newStorage(t).connect(t)
	var all sync.WaitGroup
	for range 20 {
		all.Add(1)
		go func() {
			defer all.Done()
			story, err := connection.Explain(background, "volume/data", ExplainResourceOptions{})
			if err != nil || story.RequestIDs[0] != creation {
				t.Error(story, err)
			}
		}()
	}
	all.Wait()
}
