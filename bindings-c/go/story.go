package reqtrail

import (
	"context"
	"runtime"
)

// Explain reads the story of a server, a volume, a snapshot or an image over the services of the cloud, or of
// everything with a request's ID: what happened to it, why, and which request IDs to give to the operator.
//
// what is a UUID, an exact name, or a request ID, req-…; with its kind and a slash in front, as in volume/data, only
// that kind is searched for. The kinds are server, volume, snapshot, image and request. Without a kind, a name is that
// of a server, a volume or an image.
//
// The story of a server includes its volumes and its ports. If a service is missing in the catalog, refuses or does not
// answer, the story has a note.
//
// Its error is an [*ExplainError] if nothing is found, if several resources have the name, or if the story cannot be
// read. It has the trails of all calls. The context ends the story as it ends a call.
func (c *Connection) Explain(ctx context.Context, what string, options ExplainResourceOptions) (*Story, error) {
	if c == nil || c.handle == nil {
		return nil, invalidRequest("the connection is nil or was not made by a cloud", nil)
	}
	s := operation(explainResource, what, "")
	if err := s.explainResourceOptions(&options); err != nil {
		return nil, err
	}
	driver, err := c.driverOf()
	if err != nil {
		return nil, err
	}
	defer runtime.KeepAlive(c)
	raw, failed, err := driver.core.operate(ctx, job{steps: s, connection: c})
	return explained(raw, failed, err, readStory)
}

// driverOf returns the client that runs explanations. The connection keeps it, because one serves all of them.
func (c *Connection) driverOf() (*Client, error) {
	c.driving.Lock()
	defer c.driving.Unlock()
	if c.driver == nil {
		driver, err := newDriver(c)
		if err != nil {
			return nil, err
		}
		c.driver = driver
	}
	return c.driver, nil
}
