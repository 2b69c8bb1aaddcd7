package client

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"time"
)

// Found is a document in a list of results.
type Found struct {
	Ref         string `json:"ref"` // incoming/12, outgoing/12
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

// SavedSearch is a question that a person keeps, by the fields of the API's /search.
type SavedSearch struct {
	ID       ID                `json:"id"`
	Name     string            `json:"name"`
	Question map[string]string `json:"question"`
	Shared   bool              `json:"shared" doc:"Cả đơn vị dùng được"`
	Mine     bool              `json:"mine" doc:"Của tôi: đổi tên, xóa được"`
	At       time.Time         `json:"at"`
}

// SavingSearch keeps a question under a name.
type SavingSearch struct {
	Name     string            `json:"name" maxLength:"100"`
	Question map[string]string `json:"question" doc:"Các tham số của GET /search, trừ cursor và limit"`
	Unit     bool              `json:"unit,omitempty" doc:"Cho cả đơn vị cùng dùng"`
}

// Naming gives another name.
type Naming struct {
	Name string `json:"name" maxLength:"200"`
}

// ResultColumn is a column that results may show.
type ResultColumn struct {
	Key    string `json:"key"`
	Label  string `json:"label"`
	Chosen bool   `json:"chosen"`
}

// ChoosingColumns says which columns are shown; none: the usual ones.
type ChoosingColumns struct {
	Columns []string `json:"columns" maxItems:"50"`
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

// SavedSearches lists the kept questions of the caller and of his unit.
func (c *Client) SavedSearches(ctx context.Context) ([]SavedSearch, error) {
	return a[[]SavedSearch](ctx, c, "/search/saved", nil)
}

// SaveSearch keeps a question.
func (c *Client) SaveSearch(ctx context.Context, f SavingSearch) (SavedSearch, error) {
	return acted[SavedSearch](ctx, c, "/search/saved", f)
}

// RenameSearch gives one's own another name.
func (c *Client) RenameSearch(ctx context.Context, id ID, name string) error {
	return c.put(ctx, "/search/saved/"+id.String(), Naming{name}, nil)
}

// ForgetSearch removes one's own.
func (c *Client) ForgetSearch(ctx context.Context, id ID) error {
	return c.post(ctx, "/search/saved/"+id.String()+"/forget", nil, nil)
}

// ResultColumns lists the columns that results may show.
func (c *Client) ResultColumns(ctx context.Context) ([]ResultColumn, error) {
	return a[[]ResultColumn](ctx, c, "/search/columns", nil)
}

// ChooseColumns says which are shown.
func (c *Client) ChooseColumns(ctx context.Context, keys []string) error {
	return c.put(ctx, "/search/columns", ChoosingColumns{keys}, nil)
}

// ExportSearch streams the results of a question as a file; the format stands in the question.
func (c *Client) ExportSearch(ctx context.Context, question url.Values, to io.Writer) (string, error) {
	return c.download(ctx, "/search/export", question, to)
}
