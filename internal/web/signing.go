package web

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"congvu/internal/documents"
	"congvu/internal/store"
)

// Desks of the signing page: what waits for one's own signature, what waits for the registry.
const (
	deskSign    = "sign"
	deskRelease = "release"
	deskBatches = "batches" // the tab of what was ordered
)

// deskRoles are the posts that have the desk.
const deskRoles = store.Leader | store.Head | store.UnitHead | store.Clerk

// signingRoutes are the desk of those who sign much (S10.7, S11).
func signingRoutes() []Route {
	signers := posts(deskRoles)
	return []Route{
		{Pattern: "GET /signing", Who: signers, Handle: (*Door).signingPage, Nav: &Nav{Key: "signing", Icon: "signature", Label: func(ctx context.Context) string { return t(ctx, "Ký số") }}},
		{Pattern: "GET /signing/{id}", Who: signers, Handle: (*Door).signingPreview},
	}
}

// signingView is what the desk shows.
type signingView struct {
	kind     string
	rows     []documents.DeskRow
	more     bool
	toSign   int // how many wait on each desk; below 0: not this person's desk
	toIssue  int
	picked   map[string]bool // values of the boxes that are ticked
	method   string          // of the bound certificate; "" = none is bound
	all      bool
	consent  bool
	errs     Errors
	password []templ.Component
}

func (v signingView) clerk() bool { return v.kind == deskRelease }

func pickOf(r documents.DeskRow) string { return fmt.Sprintf("%d:%s", r.ID, r.SHA) }

// loadSigning gives the desk asked for; without a word in the address that on which something waits, one's own signature first.
func (d *Door) loadSigning(r *http.Request, kind string) (*signingView, error) {
	ctx, a := r.Context(), actor(r)
	v := &signingView{kind: kind, toSign: -1, toIssue: -1, picked: map[string]bool{}}
	sign, moreSign, err := documents.ToSign(ctx, d.DB, a)
	if err != nil {
		return nil, err
	}
	release, moreRelease, err := documents.ToRelease(ctx, d.DB, a)
	if err != nil {
		return nil, err
	}
	keeps := documents.KeepsRegisters(a)
	if v.kind != deskSign && v.kind != deskRelease || v.kind == deskRelease && !keeps {
		v.kind = deskSign
		if keeps && len(sign) == 0 {
			v.kind = deskRelease
		}
	}
	if keeps {
		v.toIssue = len(release)
	}
	if !keeps || len(sign) > 0 || a.Roles.Has(store.Leader|store.Head|store.UnitHead) {
		v.toSign = len(sign)
	}
	v.rows, v.more = sign, moreSign
	owner, id := documents.OwnerPerson, a.Person
	if v.clerk() {
		v.rows, v.more = release, moreRelease
		owner, id = documents.OwnerAgency, a.Agency
	}
	c, bound, err := documents.BoundCertificate(ctx, d.DB, a, owner, id)
	if bound {
		v.method = c.Method
	}
	return v, err
}

// signingPage: GET /signing
func (d *Door) signingPage(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	v, err := d.loadSigning(r, q.Get("kind"))
	if err != nil {
		return err
	}
	v.all = q.Get("all") != ""
	again := strings.Split(q.Get("again"), ",") // documents of a batch that did not succeed
	for _, row := range v.rows {
		if v.all || slices.Contains(again, strconv.FormatInt(row.ID, 10)) {
			v.picked[pickOf(row)] = true
		}
	}
	return d.showSigning(w, r, 0, v)
}

func (d *Door) showSigning(w http.ResponseWriter, r *http.Request, status int, v *signingView) error {
	v.password = d.proofFields(r, v.errs)
	return d.page(w, r, View{Title: t(r.Context(), "Ký số"), Active: "signing", Watch: []string{"documents", "batches"}, Status: status}, signingList(v))
}

func signingHref(kind string, pairs ...string) string {
	q := url.Values{"kind": {kind}}
	for i := 0; i+1 < len(pairs); i += 2 {
		q.Set(pairs[i], pairs[i+1])
	}
	return "/signing?" + q.Encode()
}

// previewView is one document of a desk, opened to be read before it is signed, with its neighbours on the desk.
type previewView struct {
	*outgoingView
	kind           string
	at, all        int    // its place: 3 of 12; at 0: it is on no desk any more
	previous, next string // addresses; "" at the ends
}

func (v previewView) list() string { return signingHref(v.kind) }

// after is where the desk goes on when this document is done.
func (v previewView) after() string {
	if v.next != "" {
		return v.next
	}
	return v.list()
}

// signingPreview: GET /signing/{id}
func (d *Door) signingPreview(w http.ResponseWriter, r *http.Request) error {
	id, err := number(r, "id")
	if err != nil {
		return err
	}
	v := previewView{}
	if v.outgoingView, err = d.loadOutgoing(r, id); err != nil {
		return err
	}
	v.kind = deskSign
	if v.doc.State != documents.AwaitingSignature && documents.KeepsRegisters(actor(r)) {
		v.kind = deskRelease
	}
	desk, err := d.loadSigning(r, v.kind)
	if err != nil {
		return err
	}
	for i, row := range desk.rows {
		if row.ID != id {
			continue
		}
		v.at, v.all = i+1, len(desk.rows)
		if i > 0 {
			v.previous = fmt.Sprintf("/signing/%d", desk.rows[i-1].ID)
		}
		if i+1 < len(desk.rows) {
			v.next = fmt.Sprintf("/signing/%d", desk.rows[i+1].ID)
		}
	}
	var parts []templ.Component
	if main := mainPDF(v.files); main != nil && main.Main {
		parts = append(parts, Viewer(viewerOf(*main, v.doc.Title())))
	} else {
		parts = append(parts, draftText(v.doc))
	}
	parts = append(parts, previewPane(v))
	return d.page(w, r, View{Title: v.doc.Title(), Active: "signing", Watch: []string{"documents"}}, wrap(Split(true), parts...))
}
