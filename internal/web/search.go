package web

import (
	"net/http"
	"net/url"

	"congvu/internal/documents"
	"congvu/internal/i18n"
	"congvu/internal/org"
	"congvu/internal/store"
)

// searchRoutes is where the search field of every page leads.
func searchRoutes() []Route {
	return []Route{{Pattern: "GET " + PathSearch, Handle: (*Door).searchPage}}
}

const (
	mostHits  = 20  // of each kind on the page; the lists show the rest
	mostWords = 200 // letters of a question
)

// searchView is what was found: documents the actor may see, and agencies of the directory.
type searchView struct {
	q        string
	incoming []documents.IncomingRow
	came     documents.Tab // how many there are
	outgoing []documents.OutgoingRow
	went     documents.Tab
	agencies []org.Agency
	keeper   bool // he may open the directory
}

func (v searchView) found() int { return len(v.incoming) + len(v.outgoing) + len(v.agencies) }

// searchPage: GET /search?q=
func (d *Door) searchPage(w http.ResponseWriter, r *http.Request) error {
	ctx, a := r.Context(), actor(r)
	v := searchView{q: i18n.CleanLine(r.FormValue("q")), keeper: a.Roles.Has(keepers)}
	if letters := []rune(v.q); len(letters) > mostWords {
		v.q = string(letters[:mostWords])
	}
	if i18n.Fold(v.q) != "" {
		if err := d.find(r, a, &v); err != nil {
			return err
		}
	}
	return d.page(w, r, View{Title: t(ctx, "Tìm kiếm"), Active: "search", Query: v.q, Watch: []string{"documents"}}, searchResults(v))
}

func (d *Door) find(r *http.Request, a store.Actor, v *searchView) error {
	ctx := r.Context()
	in, err := documents.Inbox(ctx, d.DB, a, documents.InFilter{Tab: documents.InTabAll, Q: v.q, Limit: mostHits, Days: d.Desk.Calendar})
	if err != nil {
		return err
	}
	out, err := documents.ListOutgoing(ctx, d.DB, a, documents.OutFilter{Tab: documents.TabAll, Q: v.q, Limit: mostHits})
	if err != nil {
		return err
	}
	if v.agencies, err = org.SearchAgencies(ctx, d.DB, v.q, mostHits); err != nil {
		return err
	}
	v.incoming, v.came = onceEach(in.Rows), tabOf(in.Tabs, documents.InTabAll)
	if in.Next == "" && in.Prev == "" { // all of them are here: several lines of one document are one hit
		v.came.Count = len(v.incoming)
	}
	v.outgoing, v.went = out.Rows, tabOf(out.Tabs, documents.TabAll)
	return nil
}

// onceEach leaves out further lines of a document that stands above.
func onceEach(rows []documents.IncomingRow) []documents.IncomingRow {
	seen := map[int64]bool{}
	var out []documents.IncomingRow
	for _, row := range rows {
		if !seen[row.ID] {
			seen[row.ID] = true
			out = append(out, row)
		}
	}
	return out
}

func tabOf(tabs []documents.Tab, code string) documents.Tab {
	for _, tab := range tabs {
		if tab.Code == code {
			return tab
		}
	}
	return documents.Tab{Code: code}
}

// more is the list that shows everything of a kind, "" when the page shows it all.
func (v searchView) more(path string, tab documents.Tab, shown int) string {
	if tab.Count <= shown && !tab.More {
		return ""
	}
	return path + "?" + url.Values{"tab": {tab.Code}, "q": {v.q}}.Encode()
}
