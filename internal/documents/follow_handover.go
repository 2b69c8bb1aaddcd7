package documents

import (
	"context"
	"slices"

	"congvu/internal/calendar"
	"congvu/internal/org"
	"congvu/internal/store"
)

// Left is one thing that a post still holds: an open line, or a draft of its own.
type Left struct {
	Line    int64 // 0 for a draft
	Draft   int64 // 0 for a line
	Ref     string
	Title   string
	Subject string
	DueDate calendar.Date
}

type leftRow struct {
	Line, Draft             int64
	Number, Notation, Title string
	Subject                 string
	DueDate                 calendar.Date
	ID                      int64
}

var (
	sqlLeftLines = store.SQL(`SELECT l.id AS line, 0 AS draft, d.number, d.notation, '' AS title, d.subject, l.due_date, d.id FROM documents_lines l
		JOIN documents_incoming d ON d.agency_id = l.agency_id AND d.id = l.incoming_id
		WHERE l.agency_id = $1 AND l.holder_kind = 'post' AND l.holder_id = $2 AND l.box IN ('to_do', 'coordinating', 'forwarded', 'informed') ORDER BY l.at_us, l.id LIMIT 1000`)
	sqlLeftDrafts = store.SQL(`SELECT 0 AS line, o.id AS draft, '' AS number, '' AS notation, o.type_name AS title, o.subject, o.due_date, o.id FROM documents_outgoing o
		WHERE o.agency_id = $1 AND o.drafter_id = $2 AND o.drafter_holding = $3 AND o.state IN ('draft', 'returned', 'in_review') ORDER BY o.id LIMIT 1000`)
	sqlMoveLine = store.SQL(`UPDATE documents_lines SET revision = revision + 1, holder_id = $1, holder_person = $2, holder_name = $3, unit_id = $4
		WHERE agency_id = $5 AND id = $6 AND holder_kind = 'post' AND holder_id = $7 AND box IN ('to_do', 'coordinating', 'forwarded', 'informed')`)
	sqlMoveDraft = store.SQL(`UPDATE documents_outgoing SET revision = revision + 1, drafter_id = $1, drafter_holding = $2, drafter_name = $3
		WHERE agency_id = $4 AND id = $5 AND drafter_holding = $6 AND state IN ('draft', 'returned', 'in_review')`)
	sqlLineDoc = store.SQL(`SELECT incoming_id FROM documents_lines WHERE agency_id = $1 AND id = $2 AND holder_kind = 'post' AND holder_id = $3`)
)

// leaver finds a post of the agency, also one that has ended, whose work the actor may hand on: the person himself, the head of its unit, the
// head of the agency, the registry (I5.5).
func leaver(ctx context.Context, r store.Reader, a store.Actor, post int64) (*org.Holding, error) {
	h, err := org.FindHolding(ctx, r, org.HoldingID(post))
	may := err == nil && int64(h.AgencyID) == a.Agency && a.For == 0 &&
		(a.Roles.Has(store.Head|store.Clerk) || h.UnitID != 0 && int64(h.UnitID) == HeadsUnit(a) || int64(h.PersonID) == a.Person)
	if !may && (err == nil || isNotFound(err)) {
		err = store.Refuse(store.NotFound, "Không tìm thấy chức vụ này trong phạm vi ông/bà bàn giao được.")
	}
	return h, err
}

// LeftBy lists the open lines and the drafts that a post still holds, the explicit list of I5.5.
func LeftBy(ctx context.Context, r store.Reader, a store.Actor, post int64) (*org.Holding, []Left, error) {
	h, err := leaver(ctx, r, a, post)
	if err != nil {
		return nil, nil, err
	}
	lines, err := store.All[leftRow](ctx, r, sqlLeftLines, a.Agency, post)
	if err != nil {
		return nil, nil, err
	}
	drafts, err := store.All[leftRow](ctx, r, sqlLeftDrafts, a.Agency, int64(h.PersonID), post)
	var out []Left
	for _, x := range append(lines, drafts...) {
		l := Left{Line: x.Line, Draft: x.Draft, Title: x.Title, Subject: x.Subject, DueDate: x.DueDate, Ref: OutgoingRef(x.ID)}
		if x.Line != 0 {
			l.Ref, l.Title = IncomingRef(x.ID), joinCode(x.Number, x.Notation)
		}
		out = append(out, l)
	}
	return h, out, err
}

// MoveWork hands the chosen lines and drafts of a post to another post of the agency: all of them, or none. Each is told in its own history.
func MoveWork(ctx context.Context, tx *store.Tx, from, to int64, lines, drafts []int64) error {
	a := tx.Actor()
	h, err := leaver(ctx, tx, a, from)
	if err != nil {
		return err
	}
	next, err := colleague(ctx, tx, "to", org.HoldingID(to))
	if err != nil {
		return err
	}
	slices.Sort(lines)
	slices.Sort(drafts)
	lines, drafts = slices.Compact(lines), slices.Compact(drafts)
	switch {
	case from == to:
		return store.RefuseField("to", "Nơi nhận bàn giao phải là chức vụ khác.")
	case len(lines)+len(drafts) == 0:
		return store.RefuseField("pick", "Hãy chọn ít nhất một việc để bàn giao.")
	case len(lines)+len(drafts) > 2000:
		return store.RefuseField("pick", "Mỗi lần bàn giao tối đa {limit} việc.", "limit", 2000)
	}
	what := store.Say("Bàn giao từ {from} sang {to}", "from", h.PersonName, "to", next.PersonName)
	for _, id := range lines {
		doc, ok, err := store.Maybe[int64](ctx, tx, sqlLineDoc, a.Agency, id, from)
		if err != nil {
			return err
		}
		if !ok {
			return store.Refuse(store.Conflict, "Có việc không còn ở chức vụ này. Chưa có gì được bàn giao; tải lại trang để xem danh sách mới nhất.")
		}
		if err := tx.Put(ctx, sqlMoveLine, next.ID, next.PersonID, next.PersonName, next.UnitID, a.Agency, id, from); err != nil {
			return err
		}
		d, err := receiptHeld(ctx, tx, a.Agency, doc)
		if err != nil {
			return err
		}
		if err := d.record(ctx, tx, told{verb: "document.line_moved", notify: []int64{int64(next.PersonID)}, step: Step{Act: "line_moved", What: what},
			text: store.Say("Văn bản {code} được bàn giao cho ông/bà xử lý tiếp.", "code", d.name())}); err != nil {
			return err
		}
	}
	for _, id := range drafts {
		if err := tx.Put(ctx, sqlMoveDraft, next.PersonID, next.ID, next.PersonName, a.Agency, id, from); err != nil {
			return err
		}
		if err := step(ctx, tx, a.Agency, OutgoingRef(id), Step{Act: "draft_moved", What: what}); err != nil {
			return err
		}
		if err := tx.Record(store.Event{Verb: "document.draft_moved", Agency: a.Agency, Ref: OutgoingRef(id), Notify: []int64{int64(next.PersonID)},
			Text: store.Say("Một dự thảo được bàn giao cho ông/bà soạn tiếp.")}); err != nil {
			return err
		}
	}
	return nil
}

// Leavers lists the posts of the last year whose work the actor may hand on: those that have ended first.
func Leavers(ctx context.Context, r store.Reader, a store.Actor) ([]org.Holding, error) {
	now := nowOf(r)
	all, err := org.StaffSince(ctx, r, org.AgencyID(a.Agency), now.AddDays(-365))
	var out []org.Holding
	for _, h := range all {
		if a.For == 0 && (a.Roles.Has(store.Head|store.Clerk) && h.ValidTo != "" || h.UnitID != 0 && int64(h.UnitID) == HeadsUnit(a) || int64(h.PersonID) == a.Person) {
			out = append(out, h)
		}
	}
	return out, err
}
