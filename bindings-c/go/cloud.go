package reqtrail

// #include "shim.h"
import "C"

import (
	"context"
	"encoding/json"
	"runtime"
	"strings"
	"unicode/utf8"
)

// Cloud is what a program knows of an OpenStack cloud: where to sign in and how, and which of its endpoints to use.
type Cloud struct {
	handle *C.reqtrail_cloud
}

// CloudConfig describes a cloud: the keys of an entry of clouds.yaml, read as openstacksdk reads them.
type CloudConfig struct {
	// The options that a type describes. Generated from core/src/surface; do not edit.

	// Auth is the URL of Keystone, auth_url, and what the way to sign in takes: username, password, passcode,
	// project_name and domains, or application_credential_id and application_credential_secret, or token. trust_id
	// stands in place of a project, and receipt is that of a multi-factor sign-in which continues. http_basic takes
	// endpoint, username and password.
	Auth map[string]Secret
	// AuthType is the way to sign in: password (the default), v3totp, v3multifactor, v3applicationcredential, token,
	// http_basic, admin_token or none. A passcode serves one sign-in, so a client that had one does not renew its
	// token.
	AuthType string
	// RegionName is the region of the endpoint; without one it is the first of the catalog that fits.
	RegionName string
	// Interface is the interface of the endpoint: public (the default), internal or admin.
	Interface string
	// ComputeEndpointOverride is the compute endpoint, in the place of the catalog's.
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
	// AuthMethods holds the ways of proof of v3multifactor, such as v3password and v3totp.
	AuthMethods []string

	// Generated until here.
}

// CloudFromEnv finds the cloud that the environment means: OS_CLOUD names one of clouds.yaml; without it the OS_*
// variables describe one, or clouds.yaml has just one. Its error is an [*Error] of [KindConfig], which names the files
// that were searched or the field that is wrong.
func CloudFromEnv() (*Cloud, error) { return FindCloud("", "") }

// CloudNamed finds the cloud of this name in clouds.yaml, whatever the OS_* variables say.
func CloudNamed(name string) (*Cloud, error) { return FindCloud(name, "") }

// FindCloud finds the cloud of a name, or with an empty name the one that the environment means, in a region, or with an
// empty one where the configuration says.
func FindCloud(name, region string) (*Cloud, error) {
	var cloud *C.reqtrail_cloud
	var failed *C.reqtrail_error
	C.reqtrail_cloud_find(charsOf(name), C.size_t(len(name)), charsOf(region), C.size_t(len(region)), &cloud, &failed)
	return cloudOf(cloud, failed)
}

// NewCloud makes a cloud of its description.
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
	for name, value := range entry {
		if text, isText := value.(string); isText && !utf8.ValidString(text) {
			return nil, wrongOption("%s is not UTF-8 text", name)
		} else if isText && text == "" {
			delete(entry, name)
		}
	}
	// Texts can always be written.
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

// Notes are what is odd about the configuration without being wrong: variables such as OS_REGION_NAME that differ from
// the cloud that OS_CLOUD names, and are not used. They have no secrets.
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

// String hides what the cloud is signed in to with.
func (c *Cloud) String() string { return "reqtrail.Cloud" }

// Connect signs in, if the cloud asks for it. Its error is that of any call, with the trail of the sign-in. A sign-in is
// made once in a program's life, and holds a thread meanwhile.
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

// connectionOf takes a connection, or the error of the call that was to make it.
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

// Connection is a cloud with a token for it: it begins clients of its services, which sign in again before the token ends.
type Connection struct {
	handle   *C.reqtrail_connection
	endpoint string
	session  *Session
}

// Endpoint is the URL of the compute API; empty if there is none, and Client then says why.
func (c *Connection) Endpoint() string { return c.endpoint }

// Session is what Keystone answered to the sign-in; nil for a cloud that is used without one.
func (c *Connection) Session() *Session { return c.session }

// String hides the token.
func (c *Connection) String() string { return "reqtrail.Connection to " + c.endpoint }

// Client builds a client of the compute API, with the connection's endpoint, dialect, token and TLS; the configuration's
// BaseURL is of no use.
func (c *Connection) Client(config Config) (*Client, error) {
	return newClient(&config, c, nil)
}
