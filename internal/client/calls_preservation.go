package client

import (
	"context"
	"io"
	"net/http"
	"net/url"
)

// Preservation gives the figures about time stamps and preserved signatures.
func (c *Client) Preservation(ctx context.Context) (Preservation, error) {
	return a[Preservation](ctx, c, "/preservation", nil)
}

// SetPreserving changes how the agency keeps its signatures.
func (c *Client) SetPreserving(ctx context.Context, p Preserving) error {
	return c.call(ctx, request{method: http.MethodPut, path: "/preservation/settings", body: p}, nil)
}

// CheckArchive orders the check of every kept file of the agency.
func (c *Client) CheckArchive(ctx context.Context) (Checks, error) {
	return acted[Checks](ctx, c, "/preservation/checks", nil)
}

// PreservedFiles lists files of the agency: list is failed, worse or renewal.
func (c *Client) PreservedFiles(ctx context.Context, list string) ([]PreservedFile, error) {
	return a[[]PreservedFile](ctx, c, "/preservation/files", url.Values{"list": {list}})
}

// OpenStamps lists the time stamps that are waited for or were given up.
func (c *Client) OpenStamps(ctx context.Context) ([]TimeStamp, error) {
	return a[[]TimeStamp](ctx, c, "/preservation/stamps", nil)
}

// RetryPreservation lets the work on a file begin again.
func (c *Client) RetryPreservation(ctx context.Context, file ID) error {
	return c.post(ctx, "/preservation/files/"+file.String()+"/retry", nil, nil)
}

// RetryStamp asks for a time stamp again.
func (c *Client) RetryStamp(ctx context.Context, stamp ID) error {
	return c.post(ctx, "/preservation/stamps/"+stamp.String()+"/retry", nil, nil)
}

// ReleaseOrder tells what became of an order to issue that had to wait for time stamps; an error when there is none.
func (c *Client) ReleaseOrder(ctx context.Context, id ID) (Release, error) {
	return a[Release](ctx, c, out(id, "/release"), nil)
}

// Stamps lists the requests for time stamps of an outgoing document.
func (c *Client) Stamps(ctx context.Context, id ID) ([]TimeStamp, error) {
	return a[[]TimeStamp](ctx, c, out(id, "/stamps"), nil)
}

// Preserved tells how one file is kept.
func (c *Client) Preserved(ctx context.Context, file ID) (PreservedFile, error) {
	return a[PreservedFile](ctx, c, "/files/"+file.String()+"/preservation", nil)
}

// PreservationReport gives the machine's verdict on the newest revision of a file.
func (c *Client) PreservationReport(ctx context.Context, file ID) (PreservationReport, error) {
	return a[PreservationReport](ctx, c, "/files/"+file.String()+"/preservation/report", nil)
}

// DownloadPreserved streams the preserved revision of a file and gives its name.
func (c *Client) DownloadPreserved(ctx context.Context, file ID, to io.Writer) (string, error) {
	return c.download(ctx, "/files/"+file.String()+"/preserved", nil, to)
}
