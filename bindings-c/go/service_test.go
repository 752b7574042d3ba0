package reqtrail

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

// services has a Keystone, a Cinder whose endpoint names its version, and a Glance whose endpoint does not.
type services struct {
	*httptest.Server
	mutex sync.Mutex
	seen  []string
	asked chan struct{}
	hangs atomic.Bool
}

func newServices(t *testing.T) *services {
	s := &services{asked: make(chan struct{}, 1)}
	s.Server = httptest.NewServer(http.HandlerFunc(s.answer))
	t.Cleanup(s.Close)
	return s
}

func (s *services) answer(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("X-Openstack-Request-Id", "req-1")
	w.Header().Set("OpenStack-API-Version", "volume 3.59")
	if r.Method == http.MethodPost {
		_, _ = io.Copy(io.Discard, r.Body)
		var catalog []string
		for _, service := range [][2]string{
			{"compute", "/compute/v2.1"}, {"volumev3", "/volume/v3/%(project_id)s"}, {"image", "/image"}, {"key-manager", "/kms"},
		} {
			catalog = append(catalog, fmt.Sprintf(
				`{"type":%q,"endpoints":[{"interface":"public","region_id":"One","url":"http://%[2]s%[3]s"},`+
					`{"interface":"internal","region_id":"One","url":"http://%[2]s/inner%[3]s"}]}`, service[0], r.Host, service[1]))
		}
		w.Header().Set("X-Subject-Token", "t1")
		w.WriteHeader(http.StatusCreated)
		fmt.Fprintf(w, `{"token":{"catalog":[%s],"project":{"id":"p1"}}}`, strings.Join(catalog, ","))
		return
	}
	s.mutex.Lock()
	s.seen = append(s.seen, r.URL.Path+" "+r.Header.Get("OpenStack-API-Version"))
	s.mutex.Unlock()
	switch r.URL.Path {
	case "/image/":
		if s.hangs.Load() {
			s.asked <- struct{}{}
			<-r.Context().Done()
			return
		}
		w.WriteHeader(http.StatusMultipleChoices)
		fmt.Fprint(w, `{"versions":[{"id":"v2.17","status":"CURRENT","links":[{"rel":"self","href":"http://10.0.0.9:9292/v2/"}]}]}`)
	case "/kms/":
		w.WriteHeader(http.StatusHTTPVersionNotSupported)
	default:
		fmt.Fprint(w, "{}")
	}
}

func (s *services) connect(t *testing.T) *Connection {
	t.Helper()
	return connected(t, s.URL, nil)
}

// connected signs in to a Keystone.
func connected(t *testing.T, keystone string, services map[string]ServiceConfig) *Connection {
	t.Helper()
	cloud, err := NewCloud(CloudConfig{
		AuthType: "v3applicationcredential",
		Auth: map[string]Secret{
			"auth_url": Secret(keystone), "application_credential_id": "c1", "application_credential_secret": "hunter2",
		},
		Services: services,
	})
	if err != nil {
		t.Fatal(err)
	}
	connection, err := cloud.Connect(background)
	if err != nil {
		t.Fatal(err)
	}
	return connection
}

func TestAClientOfAServiceCallsItsEndpoint(t *testing.T) {
	s := newServices(t)
	connection := s.connect(t)
	for _, own := range []struct {
		service string
		options ServiceOptions
		config  Config
		path    string
	}{
		{"volume", ServiceOptions{}, Config{}, "/volumes"},
		{"block-storage", ServiceOptions{Interface: "internal", Region: "One", Microversion: "3.50"}, Config{}, "/volumes"},
		{"volumev3", ServiceOptions{Microversion: "3.50"}, Config{Microversion: "3.70"}, "/volumes"},
		{"image", ServiceOptions{}, Config{}, "/images"},
		{"image", ServiceOptions{}, Config{}, "/images"},
		{"compute", ServiceOptions{Interface: "internal"}, Config{}, "/servers"},
	} {
		own.config.NoProxy = true
		client, err := connection.Service(own.service, own.options).Client(background, own.config)
		if err != nil {
			t.Fatal(own.service, err)
		}
		response, err := client.Get(background, own.path)
		if err != nil || response.Trail.Service() != own.service {
			t.Fatal(own.service, response, err)
		}
		client.Close()
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	equal(t, strings.Join(s.seen, "\n"), strings.Join([]string{
		"/volume/v3/p1/volumes ",
		"/inner/volume/v3/p1/volumes volume 3.50",
		"/volume/v3/p1/volumes volume 3.70",
		"/image/ ",
		"/image/v2/images ",
		"/image/v2/images ",
		"/inner/compute/v2.1/servers ",
	}, "\n"))
}

func TestServicesAreListed(t *testing.T) {
	s := newServices(t)
	listed := s.connect(t).Services()
	equal(t, len(listed), 8)
	equal(t, listed[2], ServiceEndpoint{ServiceType: "volumev3", Region: "One", Interface: "public", URL: s.URL + "/volume/v3/p1"})
	var none *Connection
	equal(t, len(none.Services()), 0)
}

func TestWhatIsWrongWithAServiceIsNamed(t *testing.T) {
	s := newServices(t)
	connection := s.connect(t)
	for _, own := range []struct {
		service string
		options ServiceOptions
		config  Config
		wanted  string
	}{
		{"network", ServiceOptions{}, Config{}, "no service of the type `network`; it has compute, image"},
		{"image", ServiceOptions{Region: "Six"}, Config{}, "in the region `Six`"},
		{"image", ServiceOptions{Microversion: "2.1"}, Config{}, "the service `image` has no microversions"},
		{"image", ServiceOptions{}, Config{Service: "volume"}, "`volume`, and the endpoint is that of `image`"},
		{"block storage", ServiceOptions{}, Config{}, "such as volume, network or image"},
	} {
		_, err := connection.Service(own.service, own.options).Client(background, own.config)
		if !errors.Is(err, KindConfig) || !strings.Contains(err.Error(), own.wanted) {
			t.Fatal(own.service, err)
		}
	}
	_, err := connection.Client(Config{Service: "volume"})
	if !errors.Is(err, KindConfig) || !strings.Contains(err.Error(), "the endpoint is that of `compute`") {
		t.Fatal(err)
	}
	_, err = connection.Service("key-manager", ServiceOptions{}).Client(background, Config{})
	var failed *Error
	if !errors.As(err, &failed) || failed.Trail == nil || failed.Trail.Service() != "key-manager" || failed.Trail.Path() != "/" {
		t.Fatal(err)
	}
	var none *Service
	if _, err := none.Client(background, Config{}); !errors.Is(err, KindInvalidRequest) {
		t.Fatal(err)
	}
}

func TestLearningAVersionIsCancelled(t *testing.T) {
	s := newServices(t)
	s.hangs.Store(true)
	connection := s.connect(t)
	ctx, cancel := context.WithCancel(background)
	defer cancel()
	go func() {
		<-s.asked
		cancel()
	}()
	_, err := connection.Service("image", ServiceOptions{}).Client(ctx, Config{})
	var failed *Error
	if !errors.Is(err, context.Canceled) || !errors.As(err, &failed) || failed.Trail.Service() != "image" {
		t.Fatal(err)
	}
}
