package reqtrail

import "unicode/utf8"

// Resources follows what a service of OpenStack accepted to its end: the creation of a volume, its extension, the import of
// an image.
//
// The client is one of the service concerned. Of work that is not known here the verdict is unknown.
type Resources struct{ client *Client }

// NewResources works through a client of the service concerned.
func NewResources(client *Client) *Resources { return &Resources{client: client} }

// compute is what runs operations.
func (r *Resources) compute() *Compute {
	if r == nil {
		return nil
	}
	return &Compute{client: r.client}
}

// answerOf is the body of a response if it may name what was created: text.
func answerOf(response *Response) string {
	if !utf8.Valid(response.Body) {
		return ""
	}
	return string(response.Body)
}
