package documents

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"congvu/internal/store"
)

// SearchEntry is what the index of search knows of a document; the wiring turns it into search's own type, which has the same fields.
type SearchEntry struct {
	ID      int64
	Agency  int64
	Ref     string
	At      store.Instant
	Rights  []string
	Fields  map[string]string
	Exact   map[string][]string
	Text    string
	Issued  string
	Arrived string
	Due     string
}

// SearchPlace names a document for the building of the index.
type SearchPlace struct {
	AgencyID int64
	ID       int64
	Ref      string
}

var (
	sqlAllIncoming = store.SQL(`SELECT agency_id, id, 'incoming/' || CAST(id AS TEXT) AS ref FROM documents_incoming WHERE id > $1 ORDER BY id LIMIT $2`)
	sqlAllOutgoing = store.SQL(`SELECT agency_id, id, 'outgoing/' || CAST(id AS TEXT) AS ref FROM documents_outgoing WHERE id > $1 ORDER BY id LIMIT $2`)
	sqlPartakers   = store.SQL(`SELECT person_id FROM documents_participants WHERE agency_id = $1 AND outgoing_id = $2 ORDER BY person_id`)
	sqlIsLimited   = store.SQL(`SELECT ref_id FROM documents_restrictions WHERE agency_id = $1 AND ref_kind = $2 AND ref_id = $3`)
	sqlGrantees    = store.SQL(`SELECT who_kind, who_id FROM documents_grants WHERE agency_id = $1 AND ref_kind = $2 AND ref_id = $3 AND ended_us = 0 AND until_us > $4 ORDER BY id`)
)

// IncomingPlaces and OutgoingPlaces walk over all documents of the installation, by growing id.
func IncomingPlaces(ctx context.Context, r store.Reader, after int64, limit int) ([]SearchPlace, error) {
	return store.All[SearchPlace](ctx, r, sqlAllIncoming, after, limit)
}

// OutgoingPlaces is IncomingPlaces for what the agencies make.
func OutgoingPlaces(ctx context.Context, r store.Reader, after int64, limit int) ([]SearchPlace, error) {
	return store.All[SearchPlace](ctx, r, sqlAllOutgoing, after, limit)
}

// EntryOf gives what is to be found of a document; false when it is gone. The installation's own follower asks.
func EntryOf(ctx context.Context, r store.Reader, agency int64, ref string) (SearchEntry, bool, error) {
	kind, id, err := ParseRef(ref)
	if err != nil {
		return SearchEntry{}, false, nil
	}
	e := SearchEntry{ID: id, Agency: agency, Ref: ref}
	switch kind {
	case "incoming":
		d, ok, err := store.Maybe[Incoming](ctx, r, sqlReceipt, agency, id)
		if err != nil || !ok {
			return e, false, err
		}
		err = e.received(ctx, r, &d)
		return e, err == nil, err
	case "outgoing":
		row, ok, err := store.Maybe[outgoingRow](ctx, r, sqlLoadOutgoing, id, agency)
		if err != nil || !ok {
			return e, false, err
		}
		o, err := row.complete(ctx, r)
		if err == nil {
			err = e.made(ctx, r, o)
		}
		return e, err == nil, err
	}
	return e, false, nil
}

// given tells whether a document is limited to its route, and gives the tokens of those it was given to.
func (e *SearchEntry) given(ctx context.Context, r store.Reader, kind string) (limited string, err error) {
	type grantee struct {
		WhoKind string
		WhoID   int64
	}
	to, err := store.All[grantee](ctx, r, sqlGrantees, e.Agency, kind, e.ID, instantOf(r))
	for _, g := range to {
		e.Rights = append(e.Rights, token("g"+g.WhoKind[:2], g.WhoID))
	}
	if err != nil {
		return "", err
	}
	if _, is, err := store.Maybe[int64](ctx, r, sqlIsLimited, e.Agency, kind, e.ID); err != nil || is {
		return "l", err
	}
	return "", nil
}

func token(kind string, id int64) string { return kind + strconv.FormatInt(id, 36) }

// received fills the entry of a received document. Its tokens say what incomingSeen says.
func (e *SearchEntry) received(ctx context.Context, r store.Reader, d *Incoming) error {
	limited, err := e.given(ctx, r, "incoming")
	if err != nil {
		return err
	}
	lines, err := linesOf(ctx, r, d.AgencyID, d.ID)
	if err != nil {
		return err
	}
	e.Rights = append(e.Rights, "i2"+limited)
	if d.SubmittedAt > 0 || d.PendingRequest != "" || d.State == Assigned || d.State == InProgress || d.State == Done {
		e.Rights = append(e.Rights, "i1"+limited)
	}
	if d.SubmittedTo != 0 {
		e.Rights = append(e.Rights, token("is", d.SubmittedTo), token("iq", d.SubmittedPerson))
	}
	var holders []string
	var units []string
	for _, l := range lines {
		if l.State == LineRecalled {
			continue
		}
		if l.HolderKind == "post" {
			e.Rights = append(e.Rights, token("lh", l.HolderID), token("lq", l.HolderPerson))
		}
		e.Rights = append(e.Rights, token("lu", l.UnitID))
		holders, units = append(holders, l.HolderName), append(units, strconv.FormatInt(l.UnitID, 10))
	}
	e.At, e.Issued, e.Arrived, e.Due = d.ArrivedAt, string(d.IssuedDate), string(d.ArrivedDate), string(d.HandleDue)
	if e.Due == "" {
		e.Due = string(d.DueDate)
	}
	e.Fields = map[string]string{"number": d.Number, "notation": d.Code(), "subject": d.Subject, "issuer": d.SenderName + " " + d.SenderCode, "signer": d.SignerName + " " + d.SignerPosition,
		"typename": d.TypeName, "receiver": strings.Join(holders, "\n"), "person": d.LeadName + "\n" + strings.Join(holders, "\n"), "note": d.Note, "language": d.Language}
	e.Exact = map[string][]string{"kind": {"in"}, "type": {d.TypeCode}, "urgency": {d.Urgency.Slug()}, "state": {string(d.State)}, "register": {number(d.Register)},
		"arrival": {number(d.ArrivalNumber)}, "year": {number(int64(d.ArrivalYear))}, "unit": units, "source": {string(d.Source)}, "pages": {number(int64(d.PageAmount))}}
	if d.State == Recalled || d.State == Refused {
		return nil // its content is found no more
	}
	return e.content(ctx, r)
}

func number(n int64) string {
	if n == 0 {
		return ""
	}
	return strconv.FormatInt(n, 10)
}

// made fills the entry of an outgoing document. Its tokens say what outgoingSeen says.
func (e *SearchEntry) made(ctx context.Context, r store.Reader, o *Outgoing) error {
	limited, err := e.given(ctx, r, "outgoing")
	if err != nil {
		return err
	}
	persons, err := store.All[int64](ctx, r, sqlPartakers, o.AgencyID, o.ID)
	if err != nil {
		return err
	}
	e.Rights = append(e.Rights, "oa"+limited, token("ou"+limited+"x", o.UnitID), token("op", o.DrafterID))
	if o.State == Issued && !o.Restricted {
		e.Rights = append(e.Rights, "oo"+limited)
	}
	for _, p := range persons {
		e.Rights = append(e.Rights, token("op", p))
	}
	var receivers []string
	for _, to := range o.Receivers {
		receivers = append(receivers, to.Name)
	}
	e.At, e.Issued, e.Due = o.CreatedAt, string(o.IssuedDate), string(o.DueDate)
	e.Fields = map[string]string{"number": number(o.Number), "notation": o.NumberText, "subject": o.Subject, "issuer": o.UnitName, "signer": o.SignerName + " " + o.SignerPosition,
		"typename": o.TypeName, "receiver": strings.Join(append(receivers, o.Addressees...), "\n"), "person": o.DrafterName + "\n" + o.HolderName + "\n" + o.SignerName}
	e.Exact = map[string][]string{"kind": {"out"}, "type": {o.TypeCode}, "urgency": {o.Urgency.Slug()}, "state": {string(o.State)}, "register": {number(o.RegisterID)},
		"year": {number(int64(o.Year))}, "unit": {number(o.UnitID)}}
	e.Text = o.Body
	if o.State == Cancelled {
		e.Text = ""
		return nil
	}
	return e.content(ctx, r)
}

// content adds what was read from the files.
func (e *SearchEntry) content(ctx context.Context, r store.Reader) error {
	texts, err := textsOf(ctx, r, e.Agency, e.Ref)
	if err != nil {
		return fmt.Errorf("content of %s: %w", e.Ref, err)
	}
	for _, t := range texts {
		if len(e.Text)+len(t.Text) > 2*mostFileText {
			break
		}
		e.Text += "\n" + t.Text
	}
	return nil
}

// SearchRights gives the tokens that an actor holds: what incomingSeen and outgoingSeen let him see, without the terms of what was given to him.
func SearchRights(ctx context.Context, r store.Reader, a store.Actor) ([]string, error) {
	if a.Agency == 0 || a.Person == 0 {
		return nil, nil
	}
	out := []string{token("gpe", person(a)), token("gpo", a.Holding), token("lh", a.Holding), token("op", person(a))}
	both := func(t string) {
		out = append(out, t)
		if seesLimited(a) {
			out = append(out, t+"l")
		}
	}
	if a.Unit != 0 {
		out = append(out, token("gun", a.Unit))
	}
	switch sight(a) {
	case seesArrived:
		both("i2")
	case seesSubmitted:
		both("i1")
		out = append(out, token("is", a.Holding))
		if a.For != 0 {
			out = append(out, token("iq", a.For))
		}
	}
	if a.For != 0 {
		out = append(out, token("lq", a.For))
	}
	if unit := HeadsUnit(a); unit > 0 {
		out = append(out, token("lu", unit), token("oux", unit))
		if seesLimited(a) {
			out = append(out, token("oulx", unit))
		}
	}
	if SeesAll(a) {
		both("oa")
	}
	open, err := store.Setting(ctx, r, a.Agency, "documents.see_issued", "yes")
	if open != "no" {
		both("oo")
	}
	return out, err
}
