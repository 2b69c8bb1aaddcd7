package client

import (
	"context"
	"io"
	"net/http"
	"net/url"
)

// Found is a document in a list of results.
type Found struct {
	Ref         string `json:"ref"` // incoming/12, outgoing/12, dossier/12
	Number      string `json:"number"`
	IssuedDate  string `json:"issued_date"`
	Arrival     string `json:"arrival"`
	ArrivedDate string `json:"arrived_date"`
	TypeName    string `json:"type_name"`
	Subject     string `json:"subject"`
	Issuer      string `json:"issuer"`
	Signer      string `json:"signer"`
	Urgency     string `json:"urgency"`
	State       string `json:"state"`
	Due         string `json:"due"`
	Person      string `json:"person"`
	Receivers   string `json:"receivers"`
}

// FoundPage is a page of results; More tells that there are more than Count.
type FoundPage struct {
	Rows  []Found `json:"rows"`
	Next  string  `json:"next"`
	Count int     `json:"count"`
	More  bool    `json:"more"`
	Sort  string  `json:"sort"`
}

// FieldReading is what was read from a file, for a person to confirm.
type FieldReading struct {
	Fields []ReadField `json:"fields"`
	Source string      `json:"source"` // layer, ocr, "" without text
	Pages  int         `json:"pages"`
	NoOCR  bool        `json:"no_ocr"` // a scan, and the server recognises none
}

// ReadField is one proposed field with its place on the page, in points from the upper left corner.
type ReadField struct {
	Name       string  `json:"name"`
	Value      string  `json:"value"`
	Confidence float64 `json:"confidence"` // 0 to 1
	Page       int     `json:"page"`
	Left       float64 `json:"left"`
	Top        float64 `json:"top"`
	Right      float64 `json:"right"`
	Bottom     float64 `json:"bottom"`
}

// Search asks for documents by the fields of the API's /search.
func (c *Client) Search(ctx context.Context, question url.Values) (FoundPage, error) {
	return a[FoundPage](ctx, c, "/search", question)
}

// ReadFields proposes the fields of a file; the server keeps nothing of it.
func (c *Client) ReadFields(ctx context.Context, name string, from io.Reader) (FieldReading, error) {
	var out FieldReading
	return out, c.upload(ctx, request{method: http.MethodPost, path: "/reading"}, name, from, &out)
}
