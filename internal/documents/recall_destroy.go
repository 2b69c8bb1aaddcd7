package documents

import (
	"context"

	"congvu/internal/i18n"
	"congvu/internal/store"
)

// What stands in the place of what a recall destroyed.
const destroyedWords = "Văn bản đã thu hồi, nội dung đã hủy"

var (
	sqlDestroyDocument = store.SQL(`UPDATE documents_incoming SET revision = revision + 1, state = 'recalled', stage = 'recalled', subject = $1, signer_name = '', signer_position = '',
		note = '', page_amount = 0, language = '', due_date = '', handle_due = '', warnings = '[]', response_for = '[]', places = '[]', content_sha = '', result = '', verdict_reason = '',
		lead_name = '', pending_request = '', recalled_us = $2, search_text = $3 WHERE agency_id = $4 AND id = $5 AND state <> 'recalled'`)
	sqlDestroyFiles     = store.SQL(`DELETE FROM documents_files WHERE agency_id = $1 AND ref = $2`)
	sqlDestroyVersions  = store.SQL(`DELETE FROM documents_versions WHERE agency_id = $1 AND ref = $2`)
	sqlDestroyKept      = store.SQL(`DELETE FROM documents_preservations WHERE agency_id = $1 AND ref = $2`)
	sqlDestroyOpinions  = store.SQL(`UPDATE documents_directions SET opinion = $1 WHERE agency_id = $2 AND incoming_id = $3`)
	sqlDestroyNotes     = store.SQL(`UPDATE documents_history SET note = '' WHERE agency_id = $1 AND ref = $2 AND act NOT IN ('request_received', 'request_declined', 'line_recalled', 'recalled')`)
	sqlDestroyLine      = store.SQL(`UPDATE documents_lines SET note = '', result = '' WHERE agency_id = $1 AND incoming_id = $2`)
	sqlDestroyChange    = store.SQL(`UPDATE documents_requests SET change = $1 WHERE agency_id = $2 AND incoming_id = $3`)
	sqlDestroyAnnounced = store.SQL(`DELETE FROM documents_files WHERE agency_id = $1 AND ref IN (
		SELECT 'request/' || q.id FROM documents_requests q WHERE q.agency_id = $1 AND q.incoming_id = $2)`)
	sqlDestroyNames   = store.SQL(`UPDATE documents_history SET what = $1 WHERE agency_id = $2 AND ref = $3 AND act IN ('attached', 'digitised')`)
	sqlDestroyMended  = store.SQL(`UPDATE documents_corrections SET was = '', becomes = '', reason = '' WHERE agency_id = $1 AND register_id = $2 AND number = $3`)
	sqlDestroyChases  = store.SQL(`UPDATE documents_chases SET words = '' WHERE agency_id = $1 AND incoming_id = $2`)
	sqlDestroyDelays  = store.SQL(`UPDATE documents_extensions SET reason = '', answer = '' WHERE agency_id = $1 AND incoming_id = $2`)
	sqlDestroyReady   = store.SQL(`UPDATE documents_prepared SET form = $1, state = CASE WHEN state = 'waiting' THEN 'dropped' ELSE state END WHERE agency_id = $2 AND incoming_id = $3`)
	sqlDestroyChanged = store.SQL(`UPDATE documents_right_changes SET title = $1 WHERE agency_id = $2 AND ref_kind = 'incoming' AND ref_id = $3`)
	sqlDestroyAsked   = store.SQL(`UPDATE documents_access_requests SET words = $1 WHERE agency_id = $2 AND ref_kind = 'incoming' AND ref_id = $3`)
	sqlDestroyFrozen  = store.SQL(`UPDATE documents_freezes SET title = $1 WHERE agency_id = $2 AND ref_kind = 'incoming' AND ref_id = $3`)
	sqlDestroyCopied  = store.SQL(`UPDATE documents_copies SET source_title = $1, findings = '[]', accepted = '' WHERE agency_id = $2 AND source_ref = $3`)
	sqlDestroyRelated = store.SQL(`UPDATE documents_relations SET target_title = $1 WHERE agency_id = $2 AND target_ref = $3`)
	sqlDestroyRelates = store.SQL(`UPDATE documents_relations SET title = $1 WHERE agency_id = $2 AND ref = $3`)
	sqlMarkRecalled   = store.SQL(`UPDATE documents_arrival_numbers SET mark = 'recalled', mark_reason = $1 WHERE agency_id = $2 AND incoming_id = $3 AND mark = ''`)
)

// recallTrail are the entries of the journal about a recalled document that keep their words (V53).
var recallTrail = []string{"document.request_received", "document.request_overdue", "document.request_answered", "document.recalled"}

// destroyers take away what other parts of the room keep of a recalled document: search text, dossier links, recognised text. Each part enters its own.
var destroyers []func(ctx context.Context, tx *store.Tx, agency int64, ref string) error

// AlsoDestroy lets a room above take away what it keeps of a recalled document, in the same act. It is called before anything works.
func AlsoDestroy(forget func(ctx context.Context, tx *store.Tx, agency int64, ref string) error) {
	destroyers = append(destroyers, forget)
}

// destroy is a recall that was agreed to (X9.6, V52, N3, N4): the files and the descriptive metadata go, in every receipt line; number, sender,
// identifiers, the row of the register with its mark and the trail of the recall stay (V53, D20.2). The bytes follow with the sweep of files that no
// row needs, so that another document with the same file keeps it.
func (d *Incoming) destroy(ctx context.Context, tx *store.Tx, q *Request) error {
	people, err := d.concerned(ctx, tx)
	if err != nil {
		return err
	}
	linked, err := store.All[Incoming](ctx, tx, sqlLinked, d.AgencyID, d.ID)
	if err != nil {
		return err
	}
	for i := range linked {
		if err := linked[i].wipe(ctx, tx, q); err != nil {
			return err
		}
	}
	if err := d.wipe(ctx, tx, q); err != nil {
		return err
	}
	rest, err := store.All[Request](ctx, tx, sqlSenderAsks, d.AgencyID, d.ID)
	if err != nil {
		return err
	}
	for i := range rest { // what else the sender asked about it is fulfilled too
		if rest[i].State == AskedPending {
			if err := rest[i].decide(ctx, tx, AskedAgreed, "", true); err != nil {
				return err
			}
		}
	}
	return tx.Record(store.Event{Verb: "document.recalled", Agency: d.AgencyID, Ref: d.Ref(), Title: d.name(), Notify: people,
		Text: store.Say("Văn bản {code} của {sender} đã được thu hồi theo yêu cầu của cơ quan gửi; tệp và nội dung đã hủy: {reason}",
			"code", d.name(), "sender", d.SenderName, "reason", q.Reason), Data: map[string]any{"request": q.ID}, Forgets: true})
}

// wipe empties one row of a document, its lines, its files.
func (d *Incoming) wipe(ctx context.Context, tx *store.Tx, q *Request) error {
	lines, err := linesOf(ctx, tx, d.AgencyID, d.ID)
	if err != nil {
		return err
	}
	for i := range lines {
		l := &lines[i]
		if l.State == LineRecalled {
			continue
		}
		l.State, l.Reason, l.Note, l.Result = LineRecalled, q.Reason, "", ""
		if err := l.save(ctx, tx); err != nil {
			return err
		}
	}
	named := orText(d.Code(), destroyedWords) // what else names the document names it by its number, as the register does
	kept := i18n.Fold(joinCode(d.Number, d.Notation) + " " + d.SenderName + " " + d.DocumentID)
	if err := tx.Put(ctx, sqlDestroyDocument, destroyedWords, tx.Now(), kept, d.AgencyID, d.ID); err != nil {
		return err
	}
	if err := ForgetText(ctx, tx, d.AgencyID, d.Ref()); err != nil { // while the files still say which texts
		return err
	}
	for _, clear := range []struct {
		stmt *store.Stmt
		args []any
	}{{sqlDestroyFiles, []any{d.AgencyID, d.Ref()}}, {sqlDestroyVersions, []any{d.AgencyID, d.Ref()}}, {sqlDestroyKept, []any{d.AgencyID, d.Ref()}},
		{sqlDestroyOpinions, []any{destroyedWords, d.AgencyID, d.ID}}, {sqlDestroyNotes, []any{d.AgencyID, d.Ref()}}, {sqlDestroyLine, []any{d.AgencyID, d.ID}},
		{sqlDestroyChange, []any{store.JSON("{}"), d.AgencyID, d.ID}},
		{sqlDestroyNames, []any{store.JSONOf(store.Say("Thêm tệp (đã hủy cùng văn bản thu hồi)")), d.AgencyID, d.Ref()}},
		{sqlDestroyMended, []any{d.AgencyID, d.Register, d.ArrivalNumber}},
		{sqlDestroyChases, []any{d.AgencyID, d.ID}}, {sqlDestroyDelays, []any{d.AgencyID, d.ID}}, {sqlDestroyReady, []any{store.JSON("{}"), d.AgencyID, d.ID}},
		{sqlDestroyChanged, []any{named, d.AgencyID, d.ID}}, {sqlDestroyAsked, []any{named, d.AgencyID, d.ID}}, {sqlDestroyFrozen, []any{named, d.AgencyID, d.ID}},
		{sqlDestroyCopied, []any{named, d.AgencyID, d.Ref()}}, {sqlDestroyRelated, []any{named, d.AgencyID, d.Ref()}}, {sqlDestroyRelates, []any{named, d.AgencyID, d.Ref()}},
		{sqlDestroyAnnounced, []any{d.AgencyID, d.ID}}, {sqlMarkRecalled, []any{q.Reason, d.AgencyID, d.ID}}} {
		if _, err := tx.Exec(ctx, clear.stmt, clear.args...); err != nil {
			return err
		}
	}
	for _, forget := range destroyers {
		if err := forget(ctx, tx, d.AgencyID, d.Ref()); err != nil {
			return err
		}
	}
	d.State, d.Subject, d.PendingRequest = Recalled, destroyedWords, ""
	if err := tx.Forget(ctx, d.AgencyID, d.Ref(), named, recallTrail...); err != nil {
		return err
	}
	return step(ctx, tx, d.AgencyID, d.Ref(), Step{Act: "recalled", What: store.Say("Hủy tệp và nội dung văn bản theo yêu cầu của {sender}: {kind}",
		"sender", q.SenderName, "kind", store.Say(q.Kind.Label())), Note: q.Reason})
}
