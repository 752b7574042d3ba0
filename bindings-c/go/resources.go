package reqtrail

import "unicode/utf8"

// Resources follows work that a service of OpenStack accepted to its end: the creation of a volume, its extension, the
// import of an image.
//
// The client must be one of that service. The verdict on work that it does not know is unknown.
type Resources struct{ client *Client }

// NewResources makes a Resources that calls through a client of the service.
func NewResources(client *Client) *Resources { return &Resources{client: client} }

// compute returns the Compute that runs operations.
func (r *Resources) compute() *Compute {
	if r == nil {
		return nil
	}
	return &Compute{client: r.client}
}

// answerOf returns the body of a response if it is UTF-8, because it may name what was created.
func answerOf(response *Response) string {
	if !utf8.Valid(response.Body) {
		return ""
	}
	return string(response.Body)
}
