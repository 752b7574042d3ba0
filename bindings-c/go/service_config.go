package reqtrail

import (
	"maps"
	"slices"
	"strings"
)

// ServiceConfig has the settings of one service of a cloud. An empty field leaves the cloud's own setting.
type ServiceConfig struct {
	// EndpointOverride is the endpoint, instead of the catalog's.
	EndpointOverride string
	// Interface is the interface of the endpoint: public, internal or admin.
	Interface string
	// RegionName is the region of the endpoint.
	RegionName string
	// ServiceType is the only type by which the catalog is searched, instead of the service's type and its aliases.
	ServiceType string
	// DefaultMicroversion is the version of the API that requests ask for, such as 3.70.
	DefaultMicroversion string
	// APIVersion is the version of the API that the endpoint must have, such as 3. One such as 3.70 is also the
	// microversion that requests ask for.
	APIVersion string
}

// keys returns the settings by the ends of their keys in clouds.yaml.
func (s *ServiceConfig) keys() map[string]string {
	return map[string]string{
		"endpoint_override":    s.EndpointOverride,
		"interface":            s.Interface,
		"region_name":          s.RegionName,
		"service_type":         s.ServiceType,
		"default_microversion": s.DefaultMicroversion,
		"api_version":          s.APIVersion,
	}
}

// addServices adds the settings of single services to an entry of clouds.yaml, with keys such as volume_interface.
func addServices(entry map[string]any, services map[string]ServiceConfig) *Error {
	for _, name := range slices.Sorted(maps.Keys(services)) {
		if !mayBeService(name) {
			return wrongOption("Services[%+q] does not name a service; expected its type, such as volume, network or image", name)
		}
		own := services[name]
		for end, value := range own.keys() {
			if value == "" {
				continue
			}
			key := strings.ReplaceAll(name, "-", "_") + "_" + end
			if known, has := entry[key]; has && known != "" {
				return wrongOption("Services[%q] sets %s, which is already set; expected it once", name, key)
			}
			entry[key] = value
		}
	}
	return nil
}

// mayBeService says whether a name may be the type of a service. The core knows the types, but a cloud may have others.
func mayBeService(name string) bool {
	isOutside := func(char rune) bool { return char <= ' ' || char > '~' || char == ',' }
	return name != "" && !strings.ContainsFunc(name, isOutside)
}
