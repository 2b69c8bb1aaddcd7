package org

import (
	"context"
	"fmt"

	"congvu/internal/calendar"
	"congvu/internal/i18n"
	"congvu/internal/store"
)

// ReorganisationID names a decision that merges, splits, renames or dissolves agencies.
type ReorganisationID int64

// ReorganisationState is where such a decision stands.
type ReorganisationState string

// The states: draft → approved → executed; a draft or an approved one may be cancelled.
const (
	ReorganisationDraft     ReorganisationState = "draft"
	ReorganisationApproved  ReorganisationState = "approved"
	ReorganisationExecuted  ReorganisationState = "executed"
	ReorganisationCancelled ReorganisationState = "cancelled"
)

// Label is the state in Vietnamese, a key of i18n.
func (s ReorganisationState) Label() string {
	return map[ReorganisationState]string{ReorganisationDraft: "Đang chuẩn bị", ReorganisationApproved: "Đã duyệt, chờ ngày hiệu lực",
		ReorganisationExecuted: "Đã thực hiện", ReorganisationCancelled: "Đã hủy"}[s]
}

// Reorganisation is a decision with its date of effect; its links and takeovers say who follows whom, and who takes over what (I7.1–I7.4).
type Reorganisation struct {
	ID         ReorganisationID
	Title      string
	Reference  string // "Nghị quyết 1656/NQ-UBTVQH15"
	DecidedOn  calendar.Date
	Effective  calendar.Date // first day of the new structure
	Note       string
	State      ReorganisationState
	DraftedBy  PersonID
	ApprovedBy PersonID
	ApprovedAt store.Instant `db:"approved_us"`
	ExecutedAt store.Instant `db:"executed_us"`
	Revision   int64
}

func (r Reorganisation) ref() string { return ref("reorganisation", int64(r.ID)) }

// ReorganisationForm is what is typed of a decision.
type ReorganisationForm struct {
	Title, Reference, Note string
	DecidedOn, Effective   calendar.Date
	Revision               int64
}

const reorganisationColumns = `id, title, reference, decided_on, effective, note, state, drafted_by, approved_by, approved_us, executed_us, revision`

var (
	sqlReorganisations = store.SQL(`SELECT ` + reorganisationColumns + ` FROM org_reorganisations ORDER BY effective DESC, id DESC LIMIT 200`)
	sqlReorganisation  = store.SQL(`SELECT ` + reorganisationColumns + ` FROM org_reorganisations WHERE id = $1`)
	sqlDraftReorg      = store.SQL(`INSERT INTO org_reorganisations (id, title, reference, decided_on, effective, note, state, drafted_by, approved_by, approved_us, executed_us, revision)
		VALUES ($1, $2, $3, $4, $5, $6, 'draft', $7, 0, 0, 0, 1)`)
	sqlAmendReorg = store.SQL(`UPDATE org_reorganisations SET title = $1, reference = $2, decided_on = $3, effective = $4, note = $5, revision = revision + 1
		WHERE id = $6 AND state = 'draft' AND (revision = $7 OR CAST($7 AS BIGINT) = 0)`)
	sqlMoveReorg = store.SQL(`UPDATE org_reorganisations SET state = $1, approved_by = $2, approved_us = $3, executed_us = $4, revision = revision + 1 WHERE id = $5 AND state = $6`)
)

// Reorganisations lists the decisions, the latest first. Everybody signed in may know them: the structure of a city is public.
func Reorganisations(ctx context.Context, r store.Reader) ([]Reorganisation, error) {
	return store.All[Reorganisation](ctx, r, sqlReorganisations)
}

// FindReorganisation gives one decision.
func FindReorganisation(ctx context.Context, r store.Reader, id ReorganisationID) (Reorganisation, error) {
	re, ok, err := store.Maybe[Reorganisation](ctx, r, sqlReorganisation, id)
	if err == nil && !ok {
		err = store.Refuse(store.NotFound, "Không tìm thấy quyết định sắp xếp tổ chức này.")
	}
	return re, err
}

func (f *ReorganisationForm) check() error {
	f.Title, f.Reference, f.Note = i18n.CleanLine(f.Title), i18n.CleanLine(f.Reference), i18n.CleanLine(f.Note)
	var p store.Problems
	for field, text := range map[string]string{"title": f.Title, "reference": f.Reference} {
		if text == "" || len([]rune(text)) > 300 {
			p.Add(field, "Nhập từ 1 đến 300 ký tự.")
		}
	}
	if len([]rune(f.Note)) > 2000 {
		p.Add("note", "Ghi chú dài quá 2000 ký tự.")
	}
	if !f.DecidedOn.Valid() {
		p.Add("decided_on", "Nhập ngày ban hành quyết định, dạng dd/mm/yyyy.")
	}
	if !f.Effective.Valid() || f.DecidedOn.Valid() && f.Effective.Before(f.DecidedOn) {
		p.Add("effective", "Ngày hiệu lực phải có thật và không trước ngày ban hành.")
	}
	return p.Err()
}

func mayReorganise(a store.Actor) error {
	if MayShapeCity(a) {
		return nil
	}
	return store.Refuse(store.Forbidden, "Chỉ quản trị hệ thống được lập và thực hiện việc sắp xếp tổ chức.")
}

// DraftReorganisation begins a decision; nothing of the city changes yet.
func DraftReorganisation(ctx context.Context, tx *store.Tx, f ReorganisationForm) (Reorganisation, error) {
	if err := mayReorganise(tx.Actor()); err != nil {
		return Reorganisation{}, err
	}
	if err := f.check(); err != nil {
		return Reorganisation{}, err
	}
	id := ReorganisationID(tx.NewID())
	if err := tx.Put(ctx, sqlDraftReorg, id, f.Title, f.Reference, f.DecidedOn, f.Effective, f.Note, tx.Actor().Person); err != nil {
		return Reorganisation{}, err
	}
	re, err := FindReorganisation(ctx, tx, id)
	if err != nil {
		return re, err
	}
	return re, tx.Record(store.Event{Verb: "reorganisation.drafted", Agency: tx.Actor().Agency, Ref: re.ref(), Title: re.Title, Data: f})
}

// AmendReorganisation changes a draft. Conflict when somebody else changed it since it was shown.
func AmendReorganisation(ctx context.Context, tx *store.Tx, id ReorganisationID, f ReorganisationForm) error {
	re, err := draftOf(ctx, tx, id)
	if err != nil {
		return err
	}
	if err := f.check(); err != nil {
		return err
	}
	if err := tx.Put(ctx, sqlAmendReorg, f.Title, f.Reference, f.DecidedOn, f.Effective, f.Note, id, f.Revision); err != nil {
		return err
	}
	return tx.Record(store.Event{Verb: "reorganisation.amended", Agency: tx.Actor().Agency, Ref: re.ref(), Title: f.Title, Data: f})
}

// draftOf finds a decision that may still be changed.
func draftOf(ctx context.Context, tx *store.Tx, id ReorganisationID) (Reorganisation, error) {
	if err := mayReorganise(tx.Actor()); err != nil {
		return Reorganisation{}, err
	}
	re, err := FindReorganisation(ctx, tx, id)
	if err == nil && re.State != ReorganisationDraft {
		err = store.Refuse(store.Conflict, "Quyết định đang ở trạng thái “{state}” nên không sửa được nữa. Nội dung được giữ nguyên.", "state", store.Say(re.State.Label()))
	}
	return re, err
}

// ApproveReorganisation closes the draft after checking that it hangs together: every agency that ends has successors or is dissolved, whole
// units follow one successor only, shares do not exceed the whole, and nobody takes over who ends himself. The person proves himself again.
func ApproveReorganisation(ctx context.Context, tx *store.Tx, id ReorganisationID) error {
	re, err := draftOf(ctx, tx, id)
	if err != nil {
		return err
	}
	if err := tx.Actor().Confirmed(tx.Now()); err != nil {
		return err
	}
	links, err := Successions(ctx, tx, id)
	if err != nil {
		return err
	}
	if err := checkLinks(links); err != nil {
		return err
	}
	if err := checkTakeovers(ctx, tx, id, links); err != nil {
		return err
	}
	return moveReorganisation(ctx, tx, re, ReorganisationApproved, "reorganisation.approved", map[string]any{"links": len(links)})
}

// CancelReorganisation ends a decision that has not been carried out.
func CancelReorganisation(ctx context.Context, tx *store.Tx, id ReorganisationID, reason string) error {
	if err := mayReorganise(tx.Actor()); err != nil {
		return err
	}
	re, err := FindReorganisation(ctx, tx, id)
	if err != nil {
		return err
	}
	if re.State != ReorganisationDraft && re.State != ReorganisationApproved {
		return store.Refuse(store.Conflict, "Quyết định đang ở trạng thái “{state}” nên không hủy được.", "state", store.Say(re.State.Label()))
	}
	if reason = i18n.CleanLine(reason); len([]rune(reason)) < 10 || len([]rune(reason)) > 1000 {
		return store.RefuseField("reason", "Lý do cần từ 10 đến 1000 ký tự.")
	}
	return moveReorganisation(ctx, tx, re, ReorganisationCancelled, "reorganisation.cancelled", map[string]any{"reason": reason})
}

func moveReorganisation(ctx context.Context, tx *store.Tx, re Reorganisation, to ReorganisationState, verb string, data any) error {
	executed := re.ExecutedAt
	switch to {
	case ReorganisationApproved:
		re.ApprovedBy, re.ApprovedAt = PersonID(tx.Actor().Person), tx.Now()
	case ReorganisationExecuted:
		executed = tx.Now()
	}
	if err := tx.Put(ctx, sqlMoveReorg, to, re.ApprovedBy, re.ApprovedAt, executed, re.ID, re.State); err != nil {
		return err
	}
	return tx.Record(store.Event{Verb: verb, Agency: tx.Actor().Agency, Ref: re.ref(), Title: re.Title, Data: data})
}

// EndAgencies carries an approved decision out on or after its day: the agencies that end are closed with the day before as their last, their
// codes with them (I8.1, I8.3). The rooms whose work they held have checked before that nothing is left without a taker (I9.5). It gives those closed.
func EndAgencies(ctx context.Context, tx *store.Tx, id ReorganisationID) ([]AgencyID, error) {
	if err := mayReorganise(tx.Actor()); err != nil {
		return nil, err
	}
	re, err := FindReorganisation(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	switch {
	case re.State == ReorganisationExecuted:
		return nil, nil // a repeated request changes nothing (I9.3)
	case re.State != ReorganisationApproved:
		return nil, store.Refuse(store.Conflict, "Chỉ thực hiện được quyết định đã duyệt. Quyết định đang ở trạng thái “{state}”.", "state", store.Say(re.State.Label()))
	case Today(tx.Now()).Before(re.Effective):
		return nil, store.Refuse(store.Conflict, "Quyết định có hiệu lực từ ngày {day}; chưa thể thực hiện trước ngày đó.", "day", re.Effective.Display())
	}
	untaken, err := UntakenOf(ctx, tx, tx.Actor(), id)
	if err != nil {
		return nil, err
	}
	if len(untaken) > 0 {
		u := untaken[0]
		return nil, store.Refuse(store.Conflict, "Còn {n} nội dung chưa có đơn vị tiếp nhận, thí dụ: {subject} của {agency}. Hãy nêu đơn vị tiếp nhận rồi thực hiện lại.",
			"n", len(untaken), "subject", store.Say(u.Subject.Label()), "agency", u.OldName)
	}
	links, err := Successions(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	takers, err := takersOf(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	var closed []AgencyID
	for _, old := range Ending(links) {
		a, err := FindAgency(ctx, tx, old)
		if err != nil {
			return nil, err
		}
		if a.State != "active" {
			continue
		}
		if err := end(ctx, tx, re, a, takers[old]); err != nil {
			return nil, fmt.Errorf("close %s: %w", a.Code, err)
		}
		closed = append(closed, old)
	}
	return closed, moveReorganisation(ctx, tx, re, ReorganisationExecuted, "reorganisation.executed", map[string]any{"closed": len(closed)})
}

// end closes the books of an agency, the posts in it, and the agency (I5.5, I8.1).
func end(ctx context.Context, tx *store.Tx, re Reorganisation, a *Agency, takers map[Subject]AgencyID) error {
	last := re.Effective.AddDays(-1)
	for _, h := range holders {
		if err := h.End(ctx, tx, re, a.ID, takers); err != nil {
			return err
		}
	}
	if _, err := tx.Exec(ctx, sqlEndPosts, last, a.ID, last); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, sqlEndDelegations, last, a.ID, last); err != nil {
		return err
	}
	return CloseAgency(ctx, tx, a.ID, last)
}

var (
	sqlEndPosts       = store.SQL(`UPDATE org_holdings SET valid_to = $1 WHERE agency_id = $2 AND (valid_to = '' OR valid_to > $3) AND valid_from <= $3`)
	sqlEndDelegations = store.SQL(`UPDATE org_delegations SET valid_to = $1 WHERE agency_id = $2 AND (valid_to = '' OR valid_to > $3)`)
)
