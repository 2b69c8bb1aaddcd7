package documents

import (
	"context"

	"congvu/internal/calendar"
	"congvu/internal/store"
)

// MostDesk is how many documents a signing desk lists; the rest follow as these are done.
const MostDesk = 200

// DeskRow is a document that waits for the actor's own hand, with what he must know before he signs many at once (S11.2).
type DeskRow struct {
	ID         int64
	State      State
	TypeName   string
	Subject    string
	Urgency    Urgency
	NumberText string // in the registry's list: a release that stopped on its way
	DueDate    calendar.Date
	UnitName,
	DrafterName,
	SignerName string
	At store.Instant `db:"at_us"`

	FileID int64 // the main file; 0 = there is none
	SHA    string
	Pages  int
	Size   int64

	Ordered bool // the release was ordered and goes on by itself when the time stamp comes

	Receivers []string `db:"-"`
}

// Two desks over one shape: whose turn it is ($1 agency, $2 post, $3 person), the most urgent first and then who waits longest.
const (
	deskToSign    = `o.agency_id = $1 AND o.holder_holding = $2 AND o.state = 'awaiting_signature' AND o.signer_person = $3`
	deskToRelease = `o.agency_id = $1 AND CAST($2 AS BIGINT) >= 0 AND CAST($3 AS BIGINT) >= 0 AND o.state IN ('signed', 'numbered', 'sealed')`
	deskOrder     = ` ORDER BY o.urgency DESC, o.at_us, o.id LIMIT $4`
	deskRows      = `SELECT o.id, o.state, o.type_name, o.subject, o.urgency, o.number_text, o.due_date, o.unit_name, o.drafter_name, o.signer_name, o.at_us,
		COALESCE(f.id, 0) AS file_id, COALESCE(f.sha, '') AS sha, COALESCE(f.pages, 0) AS pages, COALESCE(f.size, 0) AS size,
		CASE WHEN EXISTS (SELECT 1 FROM documents_releases w WHERE w.agency_id = o.agency_id AND w.outgoing_id = o.id AND w.state = 'waiting') THEN 1 ELSE 0 END AS ordered
		FROM documents_outgoing o LEFT JOIN documents_files f ON f.agency_id = o.agency_id AND f.id = o.main_file WHERE `
	deskReceivers = `SELECT r.outgoing_id, r.name FROM documents_receivers r WHERE r.agency_id = $1 AND r.outgoing_id IN (SELECT o.id FROM documents_outgoing o WHERE `
	deskEnd       = `) ORDER BY r.outgoing_id, r.ordinal`
)

var (
	sqlToSign      = store.SQL(deskRows + deskToSign + deskOrder)
	sqlToSignTo    = store.SQL(deskReceivers + deskToSign + deskOrder + deskEnd)
	sqlToRelease   = store.SQL(deskRows + deskToRelease + deskOrder)
	sqlToReleaseTo = store.SQL(deskReceivers + deskToRelease + deskOrder + deskEnd)
)

// ToSign lists what waits for the actor's signature in the post he acts in; more tells that there are others beyond MostDesk. Nobody signs
// for another (S1.4), so an assistant's list is empty.
func ToSign(ctx context.Context, r store.Reader, a store.Actor) (rows []DeskRow, more bool, err error) {
	if a.Person == 0 || a.Holding == 0 || a.For != 0 {
		return nil, false, nil
	}
	return desk(ctx, r, a, sqlToSign, sqlToSignTo)
}

// ToRelease lists what waits for the registry: signed documents, and those whose release stopped on its way. Empty for everybody else.
func ToRelease(ctx context.Context, r store.Reader, a store.Actor) (rows []DeskRow, more bool, err error) {
	if !KeepsRegisters(a) {
		return nil, false, nil
	}
	return desk(ctx, r, a, sqlToRelease, sqlToReleaseTo)
}

func desk(ctx context.Context, r store.Reader, a store.Actor, list, receivers *store.Stmt) ([]DeskRow, bool, error) {
	rows, err := store.All[DeskRow](ctx, r, list, a.Agency, a.Holding, a.Person, MostDesk+1)
	if err != nil {
		return nil, false, err
	}
	type receiver struct {
		OutgoingID int64
		Name       string
	}
	to, err := store.All[receiver](ctx, r, receivers, a.Agency, a.Holding, a.Person, MostDesk)
	if err != nil {
		return nil, false, err
	}
	names := map[int64][]string{}
	for _, x := range to {
		names[x.OutgoingID] = append(names[x.OutgoingID], x.Name)
	}
	for i := range rows {
		rows[i].Receivers = names[rows[i].ID]
	}
	return rows[:min(len(rows), MostDesk)], len(rows) > MostDesk, nil
}
