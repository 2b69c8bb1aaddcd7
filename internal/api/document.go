package api

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"html/template"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"congvu/internal/i18n"
)

//go:embed page.html
var pageText string

//go:embed page.css
var pageStyle []byte

var pageTemplate = template.Must(template.New("page").Parse(pageText))

func schemaOf[T any](d *door) *huma.Schema {
	return d.huma.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[T](), true, "")
}

func writeJSON(w http.ResponseWriter, status int, v any) error {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	return json.NewEncoder(w).Encode(v)
}

// documentRoutes serve what describes the others. They are public: the description holds nobody's data.
func (d *door) documentRoutes() {
	d.routes = append(d.routes,
		Route{http.MethodGet, Prefix + "/openapi.json", "readOpenAPI", true},
		Route{http.MethodGet, Prefix + "/{$}", "readPage", true},
		Route{http.MethodGet, Prefix + "/page.css", "readStyle", true})
	d.mux.HandleFunc("GET "+Prefix+"/openapi.json", func(w http.ResponseWriter, r *http.Request) {
		d.document.Do(d.describeAll)
		w.Header().Set("Content-Type", "application/vnd.oai.openapi+json;version=3.1")
		w.Header().Set("Access-Control-Allow-Origin", "*") // editors in a browser may read the description
		w.Write(d.openapi)
	})
	d.mux.HandleFunc("GET "+Prefix+"/{$}", func(w http.ResponseWriter, r *http.Request) {
		d.document.Do(d.describeAll)
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Content-Language", "vi")
		w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'")
		w.Write(d.page)
	})
	d.mux.HandleFunc("GET "+Prefix+"/page.css", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/css; charset=utf-8")
		w.Header().Set("Cache-Control", "public, max-age=3600")
		w.Write(pageStyle)
	})
}

func (d *door) describeAll() {
	doc := d.huma.OpenAPI()
	d.openapi, _ = json.MarshalIndent(doc, "", " ")
	var out bytes.Buffer
	if err := pageTemplate.Execute(&out, readable(doc, d.routes)); err != nil {
		d.Log.Error("api page", "error", err)
	}
	d.page = out.Bytes()
}

// What the page shows, of the OpenAPI document and in its words.
type (
	pageView struct {
		Title, Version, About, Prefix string
		Groups                        []pageGroup
		Types                         []pageType
	}
	pageGroup struct {
		Name, About, Anchor string
		Operations          []pageOperation
	}
	pageOperation struct {
		ID, Method, Path, Summary string
		Public                    bool
		Parameters                []pageField
		Body, BodyMedia           pageLink
		Answer                    pageLink
		Status                    string
	}
	pageType struct {
		Name   string
		Fields []pageField
	}
	pageField struct {
		Name, Where, Text, Limits string
		Type                      pageLink
		Required                  bool
	}
	pageLink struct{ Text, Anchor string }
)

func readable(doc *huma.OpenAPI, routes []Route) pageView {
	v := pageView{Title: doc.Info.Title, Version: doc.Info.Version, About: doc.Info.Description, Prefix: Prefix}
	for _, tag := range doc.Tags {
		g := pageGroup{Name: tag.Name, About: tag.Description, Anchor: "nhom-" + strings.ReplaceAll(tag.Name, " ", "-")}
		for _, r := range routes {
			if op := operationOf(doc, r); op != nil && slices.Contains(op.Tags, tag.Name) {
				g.Operations = append(g.Operations, operationView(op, r))
			}
		}
		v.Groups = append(v.Groups, g)
	}
	schemas := doc.Components.Schemas.Map()
	for _, name := range sortedKeys(schemas) {
		v.Types = append(v.Types, pageType{Name: name, Fields: fieldsOf(schemas[name])})
	}
	return v
}

func operationOf(doc *huma.OpenAPI, r Route) *huma.Operation {
	item := doc.Paths[strings.TrimPrefix(r.Path, Prefix)]
	if item == nil {
		return nil
	}
	return map[string]*huma.Operation{http.MethodGet: item.Get, http.MethodPost: item.Post, http.MethodPut: item.Put, http.MethodDelete: item.Delete}[r.Method]
}

func operationView(op *huma.Operation, r Route) pageOperation {
	v := pageOperation{ID: op.OperationID, Method: op.Method, Path: r.Path, Summary: op.Summary, Public: r.Public}
	for _, p := range op.Parameters {
		where := map[string]string{"path": "đường dẫn", "query": "truy vấn", "header": "tiêu đề"}[p.In]
		v.Parameters = append(v.Parameters, pageField{Name: p.Name, Where: where, Text: firstOf(p.Description, p.Schema.Description), Required: p.Required, Type: typeOf(p.Schema), Limits: limitsOf(p.Schema)})
	}
	if op.RequestBody != nil {
		for _, media := range sortedKeys(op.RequestBody.Content) {
			v.BodyMedia.Text = media
			v.Body = typeOf(op.RequestBody.Content[media].Schema)
		}
	}
	for _, status := range sortedKeys(op.Responses) {
		if status[0] != '2' {
			continue
		}
		v.Status = status
		for _, m := range op.Responses[status].Content {
			v.Answer = typeOf(m.Schema)
		}
	}
	return v
}

func fieldsOf(s *huma.Schema) []pageField {
	var out []pageField
	for _, name := range sortedKeys(s.Properties) {
		p := s.Properties[name]
		out = append(out, pageField{Name: name, Text: p.Description, Type: typeOf(p), Limits: limitsOf(p), Required: slices.Contains(s.Required, name)})
	}
	return out
}

// typeOf names a schema in words, with the anchor of the type it refers to.
func typeOf(s *huma.Schema) pageLink {
	switch {
	case s == nil:
		return pageLink{}
	case s.Ref != "":
		name := s.Ref[strings.LastIndexByte(s.Ref, '/')+1:]
		return pageLink{name, name}
	case s.Type == huma.TypeArray:
		of := typeOf(s.Items)
		return pageLink{"danh sách " + of.Text, of.Anchor}
	case s.Format == "binary":
		return pageLink{Text: "tệp"}
	case s.Format == "date":
		return pageLink{Text: "ngày"}
	case s.Format == "date-time":
		return pageLink{Text: "thời điểm"}
	}
	words := map[string]string{huma.TypeString: "chuỗi", huma.TypeInteger: "số nguyên", huma.TypeNumber: "số", huma.TypeBoolean: "đúng/sai", huma.TypeObject: "đối tượng"}
	if w := words[s.Type]; w != "" {
		return pageLink{Text: w}
	}
	return pageLink{Text: "JSON"}
}

func limitsOf(s *huma.Schema) string {
	var out []string
	if len(s.Enum) > 0 {
		out = append(out, "một trong: "+joined(s.Enum))
	}
	if s.MaxLength != nil {
		out = append(out, "dài nhất "+number(*s.MaxLength))
	}
	if s.MaxItems != nil {
		out = append(out, "nhiều nhất "+number(*s.MaxItems)+" mục")
	}
	return strings.Join(out, "; ")
}

func joined(all []any) string {
	var out []string
	for _, v := range all {
		if s, ok := v.(string); ok {
			out = append(out, s)
		}
	}
	return strings.Join(out, ", ")
}

func number(n int) string { return i18n.Number(i18n.VI, int64(n)) }

func firstOf(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
