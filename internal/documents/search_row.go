package documents

import (
	"context"
	"encoding/json"
	"strings"

	"congvu/internal/calendar"
	"congvu/internal/store"
)

// FoundRow is a document as a list of results shows it; what a kind does not have is empty.
type FoundRow struct {
	Ref        string
	Direction  string // incoming, outgoing, dossier
	ID         int64
	Number     string // "12/BC-UBND"
	Issued     calendar.Date
	Arrival    string // "15"
	Arrived    calendar.Date
	TypeName   string
	Subject    string
	Issuer     string
	Signer     string
	Urgency    Urgency
	State      string // code
	StateLabel string // Vietnamese, a key of i18n
	Due        calendar.Date
	Person     string
	Unit       string
	Receivers  string
	Pages      int
}

// Address is its page.
func (r FoundRow) Address() string {
	if r.Direction == "dossier" {
		return "/dossiers" + strings.TrimPrefix(r.Ref, "dossier")
	}
	return "/" + r.Ref
}

var (
	sqlFoundIncoming = store.SQL(`SELECT ` + inColumns + ` FROM documents_incoming d WHERE d.agency_id = $1
		AND d.id IN (SELECT CAST(value AS BIGINT) FROM json_each(CAST($2 AS TEXT))) AND ` + incomingSeen)
	sqlFoundOutgoing = store.SQL(`SELECT ` + outgoingColumns + ` FROM documents_outgoing o WHERE ` + outgoingSeen + `
		AND o.id IN (SELECT CAST(value AS BIGINT) FROM json_each(CAST($10 AS TEXT)))`)
	sqlFoundReceivers = store.SQL(`SELECT outgoing_id, name FROM documents_receivers WHERE agency_id = $1
		AND outgoing_id IN (SELECT CAST(value AS BIGINT) FROM json_each(CAST($2 AS TEXT))) ORDER BY outgoing_id, ordinal`)
)

// FoundRows gives the documents behind references, in their order, as far as the actor sees them now: the index may be a moment behind, this is not.
func FoundRows(ctx context.Context, r store.Reader, a store.Actor, refs []string) ([]FoundRow, error) {
	var in, out []int64
	for _, ref := range refs {
		switch kind, id, err := ParseRef(ref); {
		case err != nil:
		case kind == "incoming":
			in = append(in, id)
		case kind == "outgoing":
			out = append(out, id)
		}
	}
	found := map[string]FoundRow{}
	if err := foundIncoming(ctx, r, a, in, found); err != nil {
		return nil, err
	}
	if err := foundOutgoing(ctx, r, a, out, found); err != nil {
		return nil, err
	}
	rows := make([]FoundRow, 0, len(refs))
	for _, ref := range refs {
		if row, ok := found[ref]; ok {
			rows = append(rows, row)
		}
	}
	return rows, nil
}

func jsonList(ids []int64) string {
	b, err := json.Marshal(ids)
	if err != nil || ids == nil {
		return "[]"
	}
	return string(b)
}

func foundIncoming(ctx context.Context, r store.Reader, a store.Actor, ids []int64, into map[string]FoundRow) error {
	if len(ids) == 0 {
		return nil
	}
	all, err := store.All[Incoming](ctx, r, sqlFoundIncoming, append([]any{a.Agency, jsonList(ids)}, incomingBound(r, a)...)...)
	for _, d := range all {
		row := FoundRow{Ref: d.Ref(), Direction: "incoming", ID: d.ID, Number: d.Code(), Issued: d.IssuedDate, Arrival: number(d.ArrivalNumber), Arrived: d.ArrivedDate,
			TypeName: d.TypeName, Subject: d.Subject, Issuer: d.SenderName, Signer: d.SignerName, Urgency: d.Urgency, State: string(d.State), StateLabel: d.State.Label(),
			Due: d.HandleDue, Person: d.LeadName, Pages: d.PageAmount}
		if row.Due == "" {
			row.Due = d.DueDate
		}
		into[row.Ref] = row
	}
	return err
}

func foundOutgoing(ctx context.Context, r store.Reader, a store.Actor, ids []int64, into map[string]FoundRow) error {
	if len(ids) == 0 {
		return nil
	}
	bound, err := outgoingBound(ctx, r, a)
	if err != nil {
		return err
	}
	all, err := store.All[outgoingRow](ctx, r, sqlFoundOutgoing, append(bound, jsonList(ids))...)
	if err != nil {
		return err
	}
	type receiver struct {
		OutgoingID int64
		Name       string
	}
	names := map[int64][]string{}
	to, err := store.All[receiver](ctx, r, sqlFoundReceivers, a.Agency, jsonList(ids))
	for _, x := range to {
		names[x.OutgoingID] = append(names[x.OutgoingID], x.Name)
	}
	for i := range all {
		o := &all[i].Outgoing
		into[o.Ref()] = FoundRow{Ref: o.Ref(), Direction: "outgoing", ID: o.ID, Number: o.NumberText, Issued: o.IssuedDate, TypeName: o.TypeName, Subject: o.Subject,
			Issuer: o.UnitName, Signer: o.SignerName, Urgency: o.Urgency, State: string(o.State), StateLabel: o.State.Label(), Due: o.DueDate, Person: o.DrafterName,
			Unit: o.UnitName, Receivers: strings.Join(names[o.ID], "; ")}
	}
	return err
}
