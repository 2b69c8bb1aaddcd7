package web

import (
	"bytes"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"congvu/internal/calendar"
	"congvu/internal/documents"
	"congvu/internal/dossiers"
	"congvu/internal/i18n"
	"congvu/internal/org"
	"congvu/internal/search"
	"congvu/internal/store"
)

// searchRoutes is where the search field of every page leads, and what is done with results.
func searchRoutes() []Route {
	return []Route{
		{Pattern: "GET " + PathSearch, Handle: (*Door).searchPage},
		{Pattern: "GET /search/export", Handle: (*Door).exportResults},
		{Pattern: "POST /search/columns", Handle: (*Door).chooseColumns},
		{Pattern: "POST /search/saved", Handle: (*Door).saveSearch},
		{Pattern: "POST /search/saved/{id}/rename", Handle: (*Door).renameSearch},
		{Pattern: "POST /search/saved/{id}/delete", Handle: (*Door).forgetSearch},
	}
}

const (
	mostAgencies = 5   // of the directory, beside the documents
	mostWords    = 200 // letters of a question
)

// Fields of the form: words by field, codes by field, and dates from–to.
var (
	searchWordFields  = []string{"number", "notation", "subject", "issuer", "signer", "receiver", "person", "note"}
	searchExactFields = []string{"kind", "type", "urgency", "state", "register", "arrival", "year", "unit", "dossier"}
	searchDateFields  = []string{"issued_from", "issued_to", "arrived_from", "arrived_to", "due_from", "due_to"}
)

// searchView is what was asked and found: documents the actor may see, and agencies of the directory.
type searchView struct {
	values   url.Values // what was asked, without the place in the list
	errs     Errors
	page     search.Page
	rows     []documents.FoundRow
	columns  []documents.ResultColumn
	chosen   []string
	saved    []search.SavedSearch
	agencies []org.Agency
	types    []documents.Type
	person   int64
	hasUnit  bool
	keeper   bool // he may open the directory
	unread   bool // there is no index here
}

func (v searchView) get(name string) string { return v.values.Get(name) }
func (v searchView) asked() bool            { return len(v.values) > 0 }
func (v searchView) words() string          { return v.get("q") }

// refined tells whether a field besides the words is filled.
func (v searchView) refined() bool {
	for name := range v.values {
		if name != "q" && name != "sort" {
			return true
		}
	}
	return false
}

// with is the address of this question with another place, order or format.
func (v searchView) with(path, name, value string) string {
	q := url.Values{}
	for k, x := range v.values {
		q[k] = x
	}
	if name != "" {
		q.Set(name, value)
	}
	if len(q) == 0 {
		return path
	}
	return path + "?" + q.Encode()
}

// searchValues keeps the fields of the form that are filled.
func searchValues(r *http.Request) url.Values {
	out := url.Values{}
	for _, name := range slices.Concat([]string{"q", "sort"}, searchWordFields, searchExactFields, searchDateFields) {
		value := i18n.CleanLine(r.FormValue(name))
		if letters := []rune(value); len(letters) > mostWords {
			value = string(letters[:mostWords])
		}
		if value != "" {
			out.Set(name, value)
		}
	}
	return out
}

// searchQuery reads a question; dates that are none are refused by field.
func searchQuery(v url.Values) (search.Query, error) {
	q := search.Query{Words: v.Get("q"), Sort: v.Get("sort"), Fields: map[string]string{}, Exact: map[string]string{}}
	for _, name := range searchWordFields {
		if s := v.Get(name); s != "" {
			q.Fields[name] = s
		}
	}
	for _, name := range searchExactFields {
		if s := v.Get(name); s != "" {
			q.Exact[name] = s
		}
	}
	var p store.Problems
	for i, into := range []*string{&q.IssuedFrom, &q.IssuedTo, &q.ArrivedFrom, &q.ArrivedTo, &q.DueFrom, &q.DueTo} {
		day, err := calendar.Parse(v.Get(searchDateFields[i]))
		if err != nil {
			p.Add(searchDateFields[i], "Ngày phải viết dạng dd/mm/yyyy và có thật.")
		}
		*into = string(day)
	}
	return q, p.Err()
}

// searchPage: GET /search?q=
func (d *Door) searchPage(w http.ResponseWriter, r *http.Request) error {
	ctx, a := r.Context(), actor(r)
	v := searchView{values: searchValues(r), keeper: a.Roles.Has(keepers), person: a.Person, hasUnit: a.Unit != 0, unread: d.Index == nil}
	status := 0
	err := d.find(r, a, &v)
	if errs, ok := asErrors(ctx, err); ok {
		v.errs, status = errs, http.StatusUnprocessableEntity
	} else if err != nil {
		return err
	}
	if err := d.searchForm(r, a, &v); err != nil {
		return err
	}
	return d.page(w, r, View{Title: t(ctx, "Tìm kiếm"), Active: "search", Query: v.words(), Watch: []string{"documents"}, Status: status}, searchResults(v))
}

// searchForm reads what the form offers.
func (d *Door) searchForm(r *http.Request, a store.Actor, v *searchView) (err error) {
	ctx := r.Context()
	if v.saved, err = search.Saved(ctx, d.DB, a); err != nil {
		return err
	}
	if v.types, err = documents.Types(ctx, d.DB); err != nil {
		return err
	}
	if v.chosen, err = search.Columns(ctx, d.DB, a); err != nil {
		return err
	}
	v.columns = documents.ChosenColumns(v.chosen)
	return nil
}

// find asks the index, newest first, and the room for what may be shown of it.
func (d *Door) find(r *http.Request, a store.Actor, v *searchView) (err error) {
	if !v.asked() || d.Index == nil {
		return nil
	}
	ctx := r.Context()
	if v.page, v.rows, err = d.results(r, a, v.values, r.FormValue("cursor"), 0); err != nil {
		return err
	}
	if v.words() != "" && i18n.Fold(v.words()) != "" && !v.refined() && r.FormValue("cursor") == "" {
		v.agencies, err = org.SearchAgencies(ctx, d.DB, v.words(), mostAgencies)
	}
	return err
}

func (d *Door) results(r *http.Request, a store.Actor, values url.Values, cursor string, limit int) (page search.Page, rows []documents.FoundRow, err error) {
	ctx := r.Context()
	q, err := searchQuery(values)
	if err != nil {
		return page, nil, err
	}
	if err := d.Index.CatchUp(ctx); err != nil {
		return page, nil, err
	}
	q.Agency, q.Cursor, q.Limit = a.Agency, cursor, limit
	if q.Rights, err = dossiers.SearchRights(ctx, d.DB, a); err != nil {
		return page, nil, err
	}
	if page, err = search.Find(ctx, d.DB, q); err != nil {
		return page, nil, err
	}
	refs := make([]string, len(page.Hits))
	for i, h := range page.Hits {
		refs[i] = h.Ref
	}
	rows, err = dossiers.FoundRows(ctx, d.DB, a, refs)
	return page, rows, err
}

// exportResults: GET /search/export?…&format=docx
func (d *Door) exportResults(w http.ResponseWriter, r *http.Request) error {
	ctx, a := r.Context(), actor(r)
	format := r.FormValue("format")
	if !slices.Contains(documents.ResultFormats, format) || d.Index == nil {
		return store.RefuseField("format", "Chỉ xuất được kết quả ra tệp DOCX, DOC, PDF hoặc XLSX.")
	}
	var rows []documents.FoundRow
	for cursor := ""; len(rows) < documents.MostExported; {
		page, some, err := d.results(r, a, searchValues(r), cursor, 200)
		if err != nil {
			return err
		}
		rows = append(rows, some...)
		if cursor = page.Next; cursor == "" {
			break
		}
	}
	chosen, err := search.Columns(ctx, d.DB, a)
	if err != nil {
		return err
	}
	sheet, err := documents.ResultSheet(ctx, d.DB, a, rows[:min(len(rows), documents.MostExported)], chosen)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := sheet.Write(&b, format); err != nil {
		return err
	}
	w.Header().Set("Content-Type", documents.FormatMedia(format))
	w.Header().Set("Content-Disposition", disposition("attachment", sheet.Name+"."+format))
	_, err = w.Write(b.Bytes())
	return err
}

// backToSearch is the question a small form came from; only its own fields are taken over.
func backToSearch(form *Form) string {
	asked, err := url.ParseQuery(form.Line("back"))
	if err != nil {
		return PathSearch
	}
	out := url.Values{}
	for _, name := range slices.Concat([]string{"q", "sort"}, searchWordFields, searchExactFields, searchDateFields) {
		if s := asked.Get(name); s != "" {
			out.Set(name, s)
		}
	}
	return strings.TrimSuffix(PathSearch+"?"+out.Encode(), "?")
}

// chooseColumns: POST /search/columns
func (d *Door) chooseColumns(w http.ResponseWriter, r *http.Request) error {
	form, err := readForm(r)
	if err != nil {
		return err
	}
	var keys []string
	for _, c := range documents.ResultColumns {
		if slices.Contains(r.PostForm["column"], c.Key) {
			keys = append(keys, c.Key)
		}
	}
	if err := search.ChooseColumns(r.Context(), d.DB, actor(r), keys); err != nil {
		return err
	}
	d.flash(w, Good, store.Say("Đã lưu các cột hiển thị."))
	return redirect(w, r, backToSearch(form))
}

// saveSearch: POST /search/saved
func (d *Door) saveSearch(w http.ResponseWriter, r *http.Request) error {
	form, err := readForm(r)
	if err != nil {
		return err
	}
	back := backToSearch(form)
	_, query, _ := strings.Cut(back, "?")
	_, err = search.Save(r.Context(), d.DB, actor(r), form.Line("name"), query, form.Yes("unit"))
	return d.toldSearch(w, r, err, back, store.Say("Đã lưu tìm kiếm."))
}

// renameSearch: POST /search/saved/{id}/rename
func (d *Door) renameSearch(w http.ResponseWriter, r *http.Request) error {
	form, err := readForm(r)
	if err != nil {
		return err
	}
	id, err := number(r, "id")
	if err == nil {
		err = search.Rename(r.Context(), d.DB, actor(r), id, form.Line("name"))
	}
	return d.toldSearch(w, r, err, PathSearch, store.Say("Đã đổi tên tìm kiếm."))
}

// forgetSearch: POST /search/saved/{id}/delete
func (d *Door) forgetSearch(w http.ResponseWriter, r *http.Request) error {
	id, err := number(r, "id")
	if err == nil {
		err = search.Forget(r.Context(), d.DB, actor(r), id)
	}
	return d.toldSearch(w, r, err, PathSearch, store.Say("Đã xóa tìm kiếm."))
}

// toldSearch goes back with what happened; a refused name is said there, for the forms are small ones of a list.
func (d *Door) toldSearch(w http.ResponseWriter, r *http.Request, err error, back string, done store.Message) error {
	if errs, ok := asErrors(r.Context(), err); ok && len(errs) > 0 {
		d.flash(w, Bad, store.Message{Text: errs[0].Message})
		return redirect(w, r, back)
	}
	if err != nil {
		return err
	}
	d.flash(w, Good, done)
	return redirect(w, r, back)
}
