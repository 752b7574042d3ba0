package reqtrail

// #include "shim.h"
import "C"

import (
	"context"
	"encoding/json"
	"runtime"
)

// ServiceOptions choose an endpoint of a service. They override the cloud's configuration.
type ServiceOptions struct {
	// Interface is the interface of the endpoint: public, internal or admin.
	Interface string
	// Region is the region of the endpoint.
	Region string
	// Microversion is the version of the API that requests ask for, such as 3.70 or latest.
	Microversion string
}

// Service is a service of a cloud. It makes clients.
type Service struct {
	connection  *Connection
	serviceType string
	options     ServiceOptions
}

// Service returns a service of the cloud by its type, such as volume, network or image, or by an alias of the type.
// Trails and logs use the given name. It sends no request.
func (c *Connection) Service(serviceType string, options ServiceOptions) *Service {
	return &Service{connection: c, serviceType: serviceType, options: options}
}

// Client builds a client of the service, as [Connection.Client] does of the compute API.
//
// If the endpoint names no version of the API, it first asks the service for its versions, once for each connection.
// The error of that request is the error of any call, with its trail.
func (s *Service) Client(ctx context.Context, config Config) (*Client, error) {
	if s == nil || s.connection == nil || s.connection.handle == nil {
		return nil, invalidRequest("the service is nil or was not made by a connection", nil)
	}
	if ctx == nil {
		return nil, nilContext()
	}
	token, over := tokenOf(ctx, contextEnd(ctx))
	var found *C.reqtrail_connection
	var failed *C.reqtrail_error
	own := s.options
	C.reqtrail_openstack_connection_service(
		s.connection.handle,
		charsOf(s.serviceType), C.size_t(len(s.serviceType)),
		charsOf(own.Interface), C.size_t(len(own.Interface)),
		charsOf(own.Region), C.size_t(len(own.Region)),
		charsOf(own.Microversion), C.size_t(len(own.Microversion)),
		token, &found, &failed,
	)
	runtime.KeepAlive(s)
	over()
	connection, err := connectionOf(ctx, found, failed)
	if err != nil {
		return nil, err
	}
	return connection.Client(config)
}

// Services returns the endpoints of the catalog: type, region, interface and URL of each. There are none without a
// sign-in.
func (c *Connection) Services() []ServiceEndpoint {
	if c == nil || c.handle == nil {
		return nil
	}
	defer runtime.KeepAlive(c)
	text := textFrom(func(n *C.size_t) *C.char { return C.reqtrail_connection_services(c.handle, n) })
	var services []ServiceEndpoint
	// The library wrote valid JSON.
	_ = json.Unmarshal([]byte(text), &services)
	return services
}
