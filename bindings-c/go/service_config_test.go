package reqtrail

import (
	"errors"
	"strings"
	"testing"
)

func TestASingleServiceHasItsOwnSettings(t *testing.T) {
	s := newServices(t)
	for _, own := range []struct {
		services map[string]ServiceConfig
		asked    string
		path     string
		seen     string
	}{
		{map[string]ServiceConfig{"volume": {Interface: "internal"}}, "volume", "/volumes", "/inner/volume/v3/p1/volumes "},
		{map[string]ServiceConfig{"block-storage": {Interface: "internal"}}, "volume", "/volumes", "/inner/volume/v3/p1/volumes "},
		{map[string]ServiceConfig{"image": {Interface: "internal"}}, "volume", "/volumes", "/volume/v3/p1/volumes "},
		{map[string]ServiceConfig{"volume": {EndpointOverride: s.URL + "/own/v3"}}, "volume", "/volumes", "/own/v3/volumes "},
		{map[string]ServiceConfig{"volume": {DefaultMicroversion: "3.50"}}, "volume", "/volumes", "/volume/v3/p1/volumes volume 3.50"},
		{map[string]ServiceConfig{"volume": {APIVersion: "3.51"}}, "volume", "/volumes", "/volume/v3/p1/volumes volume 3.51"},
		{map[string]ServiceConfig{"shared-file-system": {ServiceType: "volumev3"}}, "share", "/shares", "/volume/v3/p1/shares "},
		{map[string]ServiceConfig{"compute": {Interface: "internal"}}, "compute", "/servers", "/inner/compute/v2.1/servers "},
		{map[string]ServiceConfig{"compute": {EndpointOverride: s.URL + "/nova"}}, "compute", "/servers", "/nova/servers "},
	} {
		client, err := connected(t, s.URL, own.services).Service(own.asked, ServiceOptions{}).Client(background, Config{NoProxy: true})
		if err != nil {
			t.Fatal(own, err)
		}
		if _, err := client.Get(background, own.path); err != nil {
			t.Fatal(own, err)
		}
		_ = client.Close()
		s.mutex.Lock()
		equal(t, s.seen[len(s.seen)-1], own.seen)
		s.mutex.Unlock()
	}
}

func TestWhatIsWrongWithTheSettingsOfAServiceIsNamed(t *testing.T) {
	s := newServices(t)
	for _, own := range []struct {
		services map[string]ServiceConfig
		asked    string
		text     string
	}{
		{map[string]ServiceConfig{"volume": {RegionName: "Six"}}, "volume", "in the region `Six`"},
		{map[string]ServiceConfig{"volume": {APIVersion: "2"}}, "volume", "`volume_api_version` asks for version 2 of the API"},
		{map[string]ServiceConfig{"image": {DefaultMicroversion: "2.1"}}, "image", "`image_default_microversion` of the description of the cloud"},
	} {
		_, err := connected(t, s.URL, own.services).Service(own.asked, ServiceOptions{}).Client(background, Config{})
		if !errors.Is(err, KindConfig) || !strings.Contains(err.Error(), own.text) {
			t.Error(own.services, err)
		}
	}
	for text, config := range map[string]CloudConfig{
		`Services[""] does not name a service; expected its type, such as volume, network or image`: {Services: map[string]ServiceConfig{"": {}}},
		`Services["block storage"] does not name a service`:                                         {Services: map[string]ServiceConfig{"block storage": {}}},
		`Services["volume\xff"] does not name a service`:                                            {Services: map[string]ServiceConfig{"volume\xff": {}}},
		"volume_interface is not UTF-8 text":                                                        {Services: map[string]ServiceConfig{"volume": {Interface: "\xff"}}},
		`Services["compute"] sets compute_endpoint_override, which is already set; expected it once`: {
			ComputeEndpointOverride: "https://one.example",
			Services:                map[string]ServiceConfig{"compute": {EndpointOverride: "https://two.example"}},
		},
	} {
		cloud, err := NewCloud(config)
		if cloud != nil || !errors.Is(err, KindConfig) || !strings.Contains(err.Error(), text) {
			t.Errorf("%s: %v", text, err)
		}
	}
}
