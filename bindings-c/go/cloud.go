package reqtrail

// #include "shim.h"
import "C"

import (
	"context"
	"encoding/json"
	"runtime"
	"strings"
	"sync"
	"unicode/utf8"
)

// Cloud is the configuration of an OpenStack cloud: where and how to sign in, and which endpoints to use.
type Cloud struct {
	handle *C.reqtrail_cloud
}

// CloudConfig describes a cloud, with the keys of an entry in clouds.yaml, read as openstacksdk reads them.
type CloudConfig struct {
	// The options that a type describes. Generated from core/src/surface; do not edit.

	// Auth is the URL of Keystone, auth_url, and what the way to sign in takes: username, password, passcode,
	// project_name and domains, or application_credential_id and application_credential_secret, or token. trust_id
	// replaces the project, and receipt continues a multi-factor sign-in. http_basic takes endpoint, username and
	// password.
	Auth map[string]Secret
	// AuthType is the way to sign in: password (the default), v3totp, v3multifactor, v3applicationcredential, token,
	// http_basic, admin_token or none. A passcode serves one sign-in, so a client that had one does not renew its
	// token.
	AuthType string
	// RegionName is the region of the endpoint; the default is the first endpoint of the catalog that fits.
	RegionName string
	// Interface is the interface of the endpoint: public (the default), internal or admin.
	Interface string
	// ComputeEndpointOverride is the compute endpoint, instead of the catalog's.
	ComputeEndpointOverride string
	// ComputeDefaultMicroversion is the version of the API that requests ask for, such as 2.90.
	ComputeDefaultMicroversion string
	// InsecureSkipVerify turns this off: TLS certificates are verified.
	InsecureSkipVerify bool
	// CACert is the path of a PEM file with more certificate authorities.
	CACert string
	// Cert is the path of a PEM file with a client certificate.
	Cert string
	// Key is the path of a PEM file with the private key of the client certificate.
	Key string
	// AuthMethods holds the methods of v3multifactor, such as v3password and v3totp.
	AuthMethods []string

	// Generated until here.

	// Services holds the settings of single services, by the type of the service, such as volume, network or image, or
	// by an alias of the type. They override RegionName and Interface.
	Services map[string]ServiceConfig
}

// CloudFromEnv finds the cloud that the environment names: OS_CLOUD names one in clouds.yaml; without it the OS_*
// variables describe one, or clouds.yaml has exactly one. Its error is an [*Error] of [KindConfig], which names the
// files that were searched or the field that is wrong.
func CloudFromEnv() (*Cloud, error) { return FindCloud("", "") }

// CloudNamed finds the cloud with this name in clouds.yaml, whatever the OS_* variables say.
// It refuses an empty name; [FindCloud] takes one for the environment's cloud.
func CloudNamed(name string) (*Cloud, error) {
	var cloud *C.reqtrail_cloud
	var failed *C.reqtrail_error
	C.reqtrail_cloud_named(charsOf(name), C.size_t(len(name)), &cloud, &failed)
	return cloudOf(cloud, failed)
}

// FindCloud finds the cloud with a name, or the one that the environment names if name is empty, in a region, or the
// configured one if region is empty.
func FindCloud(name, region string) (*Cloud, error) {
	var cloud *C.reqtrail_cloud
	var failed *C.reqtrail_error
	C.reqtrail_cloud_find(charsOf(name), C.size_t(len(name)), charsOf(region), C.size_t(len(region)), &cloud, &failed)
	return cloudOf(cloud, failed)
}

// NewCloud makes a cloud from its description.
func NewCloud(config CloudConfig) (*Cloud, error) {
	auth := map[string]string{}
	for name, value := range config.Auth {
		if !utf8.ValidString(name) || !utf8.ValidString(string(value)) {
			return nil, wrongOption("Auth[%+q] is not UTF-8 text", name)
		}
		auth[name] = string(value)
	}
	entry := config.entry()
	entry["auth"] = auth
	if err := addServices(entry, config.Services); err != nil {
		return nil, err
	}
	for name, value := range entry {
		if text, isText := value.(string); isText && !utf8.ValidString(text) {
			return nil, wrongOption("%s is not UTF-8 text", name)
		} else if isText && text == "" {
			delete(entry, name)
		}
	}
	// Marshaling texts cannot fail.
	description, _ := json.Marshal(entry)
	var cloud *C.reqtrail_cloud
	var failed *C.reqtrail_error
	C.reqtrail_cloud_from_json(charsOf(string(description)), C.size_t(len(description)), &cloud, &failed)
	return cloudOf(cloud, failed)
}

func cloudOf(handle *C.reqtrail_cloud, failed *C.reqtrail_error) (*Cloud, error) {
	if handle == nil {
		return nil, takeConfigError(failed)
	}
	cloud := &Cloud{handle: handle}
	runtime.AddCleanup(cloud, func(handle *C.reqtrail_cloud) { C.reqtrail_cloud_free(handle) }, handle)
	return cloud, nil
}

// Notes returns notes on a configuration that is valid but unusual: variables such as OS_REGION_NAME that differ from
// the cloud that OS_CLOUD names and are not used. They contain no secrets.
func (c *Cloud) Notes() []string {
	if c == nil || c.handle == nil {
		return nil
	}
	defer runtime.KeepAlive(c)
	notes := textFrom(func(n *C.size_t) *C.char { return C.reqtrail_cloud_notes(c.handle, n) })
	if notes == "" {
		return nil
	}
	return strings.Split(notes, "\n")
}

// String hides the credentials.
func (c *Cloud) String() string { return "reqtrail.Cloud" }

// Connect signs in, if the cloud requires it. Its error is that of any call, with the trail of the sign-in. It occupies
// a thread until the sign-in ends.
func (c *Cloud) Connect(ctx context.Context) (*Connection, error) {
	if c == nil || c.handle == nil {
		return nil, invalidRequest("the cloud is nil or was not made by this package", nil)
	}
	if ctx == nil {
		return nil, nilContext()
	}
	token, over := tokenOf(ctx, contextEnd(ctx))
	var connection *C.reqtrail_connection
	var failed *C.reqtrail_error
	C.reqtrail_cloud_connect(c.handle, token, &connection, &failed)
	runtime.KeepAlive(c)
	over()
	return connectionOf(ctx, connection, failed)
}

// connectionOf takes over a connection, or the error of the call that should have made it.
func connectionOf(ctx context.Context, connection *C.reqtrail_connection, failed *C.reqtrail_error) (*Connection, error) {
	if connection == nil {
		e := takeError(failed)
		explainContext(ctx, e, false)
		return nil, e
	}
	made := &Connection{handle: connection}
	runtime.AddCleanup(made, func(handle *C.reqtrail_connection) { C.reqtrail_connection_free(handle) }, connection)
	made.endpoint = textFrom(func(n *C.size_t) *C.char { return C.reqtrail_connection_endpoint(connection, n) })
	if trail := C.reqtrail_connection_trail(connection); trail != nil {
		made.session = &Session{Trail: newTrail(C.reqtrail_trail_clone(trail))}
		fields := textFrom(func(n *C.size_t) *C.char { return C.reqtrail_go_connection_session(connection, n) })
		if err := (&rawReport{json: fields}).read(made.session); err != nil {
			return nil, err
		}
	}
	runtime.KeepAlive(made)
	return made, nil
}

// Connection is a signed-in cloud. It makes clients of the cloud's services, which sign in again before the token
// expires.
type Connection struct {
	handle   *C.reqtrail_connection
	endpoint string
	session  *Session

	// driver runs explanations, from the first one on.
	driver  *Client
	driving sync.Mutex
}

// pointer returns the handle, or NULL for nil.
func (c *Connection) pointer() *C.reqtrail_connection {
	if c == nil {
		return nil
	}
	return c.handle
}

// Endpoint returns the URL of the compute API. It is empty if there is none, and the error of Client then says why.
func (c *Connection) Endpoint() string { return c.endpoint }

// Session returns what Keystone answered to the sign-in; nil for a cloud that needs no sign-in.
func (c *Connection) Session() *Session { return c.session }

// String hides the token.
func (c *Connection) String() string { return "reqtrail.Connection to " + c.endpoint }

// Client builds a client of the compute API, with the connection's endpoint, dialect, token and TLS settings. The
// configuration's BaseURL is ignored.
func (c *Connection) Client(config Config) (*Client, error) {
	return newClient(&config, c, nil)
}
