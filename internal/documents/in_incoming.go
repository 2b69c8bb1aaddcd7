package documents

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"congvu/internal/calendar"
	"congvu/internal/i18n"
	"congvu/internal/store"
)

const inColumns = `d.agency_id, d.id, d.revision, d.state, d.stage, d.source, d.packet, d.sender_code, d.sender_agency, d.sender_name, d.document_id,
	d.number, d.notation, d.issued_date, d.type_code, d.type_name, d.subject, d.signer_name, d.signer_position, d.urgency, d.due_date,
	d.page_amount, d.language, d.note, d.paper_received, d.arrived_us, d.arrived_date, d.verdict, d.verdict_reason, d.verdict_by, d.warnings,
	d.response_for, d.reply_to, d.register, d.arrival_year, d.arrival_number, d.registered_us, d.registered_by, d.submitted_to,
	d.submitted_person, d.submitted_us, d.refused_us, d.refuse_ground, d.refuse_reason, d.handle_due, d.lead_name, d.reply_outgoing,
	d.result, d.done_us, d.twin_of, d.twin_decision, d.resend_of, d.pending_request, d.recalled_us, d.replaced_by, d.places`

var (
	sqlPutIncoming = store.SQL(`INSERT INTO documents_incoming (agency_id, id, revision, state, stage, source, packet, sender_code, sender_agency,
		sender_name, sender_key, sender_fold, document_id, number, notation, number_key, notation_key, issued_date, issued_year, type_code,
		type_name, subject, signer_name, signer_position, urgency, due_date, page_amount, language, note, paper_received, arrived_us,
		arrived_date, verdict, verdict_reason, verdict_by, content_sha, warnings, response_for, reply_to, register, arrival_year,
		arrival_number, registered_us, registered_by, submitted_to, submitted_person, submitted_us, submitted_by, refused_us, refuse_ground,
		refuse_reason, handle_due, lead_name, reply_outgoing, result, done_us, twin_of, twin_decision, resend_of, search_text, places)
		VALUES ($1, $2, 1, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27,
		$28, $29, $30, $31, $32, '', 0, $33, $34, $35, $36, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, '', '', '', '', 0, '', 0, $37, '', $38, $39, $40)`)
	sqlSaveIncoming = store.SQL(`UPDATE documents_incoming SET revision = revision + 1, state = $1, stage = $2, paper_received = $3, verdict_reason = $4,
		verdict_by = $5, register = $6, arrival_year = $7, arrival_number = $8, registered_us = $9, registered_by = $10, submitted_to = $11,
		submitted_person = $12, submitted_us = $13, refused_us = $14, refuse_ground = $15, refuse_reason = $16, handle_due = $17,
		lead_name = $18, reply_outgoing = $19, result = $20, done_us = $21, twin_of = $22, twin_decision = $23
		WHERE agency_id = $24 AND id = $25 AND revision = $26`)
	sqlIncoming     = store.SQL(`SELECT ` + inColumns + ` FROM documents_incoming d WHERE d.agency_id = $1 AND d.id = $2 AND ` + incomingSeen)
	sqlLockIncoming = store.SQL(`SELECT d.id FROM documents_incoming d WHERE d.agency_id = $1 AND d.id = $2 {FOR UPDATE}`)
	sqlReceipt      = store.SQL(`SELECT ` + inColumns + ` FROM documents_incoming d WHERE d.agency_id = $1 AND d.id = $2`)
	sqlLinked       = store.SQL(`SELECT ` + inColumns + ` FROM documents_incoming d WHERE d.agency_id = $1 AND d.twin_of = $2 AND d.twin_of <> 0 AND d.twin_decision = 'link'`)
)

// FindIncoming gives a document to those who may see it; NotFound to others.
func FindIncoming(ctx context.Context, r store.Reader, a store.Actor, id int64) (*Incoming, error) {
	d, ok, err := store.Maybe[Incoming](ctx, r, sqlIncoming, append([]any{a.Agency, id}, incomingBound(r, a)...)...)
	if err == nil && !ok {
		err = errNotFound()
	}
	return &d, err
}

// Receipt gives a document of an agency to followers of the journal (exchange), which act for nobody.
func Receipt(ctx context.Context, r store.Reader, agency, id int64) (*Incoming, error) {
	d, ok, err := store.Maybe[Incoming](ctx, r, sqlReceipt, agency, id)
	if err == nil && !ok {
		err = errNotFound()
	}
	return &d, err
}

// lockIncoming makes the acts on a document follow each other: what an act reads of it and of its lines after this stays so until the act ends. Without it
// two acts at once on PostgreSQL each see half of the other: a number would be drawn twice, or nobody close what two have finished.
func lockIncoming(ctx context.Context, tx *store.Tx, agency, id int64) error {
	_, _, err := store.Maybe[int64](ctx, tx, sqlLockIncoming, agency, id)
	return err
}

// hold finds a document for an act of its actor, which no other act changes meanwhile, and refuses a stale form.
func hold(ctx context.Context, tx *store.Tx, id, revision int64) (*Incoming, error) {
	if err := lockIncoming(ctx, tx, tx.Actor().Agency, id); err != nil {
		return nil, err
	}
	d, err := FindIncoming(ctx, tx, tx.Actor(), id)
	if err == nil {
		err = RefuseFrozen(ctx, tx, d.AgencyID, d.Ref())
	}
	if err == nil {
		err = d.stale(revision)
	}
	return d, err
}

// receiptHeld is hold for acts that nobody's sight bounds.
func receiptHeld(ctx context.Context, tx *store.Tx, agency, id int64) (*Incoming, error) {
	if err := lockIncoming(ctx, tx, agency, id); err != nil {
		return nil, err
	}
	return Receipt(ctx, tx, agency, id)
}

// stale refuses a form that was opened before somebody else changed the document.
func (d *Incoming) stale(revision int64) error {
	if revision != 0 && revision != d.Revision {
		return store.Refuse(store.Conflict, "Văn bản {code} đã được thay đổi ở nơi khác trong lúc thao tác. Nội dung đó được giữ nguyên; tải lại trang rồi thực hiện lại.", "code", d.name())
	}
	return nil
}

// name is how a person names the document.
func (d *Incoming) name() string {
	if c := d.Code(); c != "" {
		return c
	}
	return d.Subject
}

// save writes what acts change; Conflict when somebody was faster.
func (d *Incoming) save(ctx context.Context, tx *store.Tx) error {
	err := tx.Put(ctx, sqlSaveIncoming, d.State, d.Stage, d.PaperReceived, d.VerdictReason, d.VerdictBy, d.Register, d.ArrivalYear, d.ArrivalNumber,
		d.RegisteredAt, d.RegisteredBy, d.SubmittedTo, d.SubmittedPerson, d.SubmittedAt, d.RefusedAt, d.RefuseGround, d.RefuseReason, d.HandleDue,
		d.LeadName, d.ReplyOutgoing, d.Result, d.DoneAt, d.TwinOf, d.TwinDecision, d.AgencyID, d.ID, d.Revision)
	d.Revision++
	return err
}

// StatusNote is the Data of the events that exchange reports to the sender: the words of the status message.
type StatusNote struct {
	Text string `json:"text"` // reason of 02, assignee of 04, reply or result of 06
}

// told is an event of a document with its step in the history.
type told struct {
	verb   string
	step   Step
	text   store.Message
	notify []int64
	note   string
}

// tell writes history and journal of an act on a document, and lets the documents linked to it go the same way (X21.8).
func (d *Incoming) tell(ctx context.Context, tx *store.Tx, act receiptAct, t told) error {
	if err := d.record(ctx, tx, t); err != nil || act == "" || d.TwinDecision == TwinLink {
		return err
	}
	linked, err := store.All[Incoming](ctx, tx, sqlLinked, d.AgencyID, d.ID)
	if err != nil {
		return err
	}
	t.notify = nil
	for _, l := range linked {
		next, refused := l.State.after(act)
		if refused != nil || next == l.State {
			continue
		}
		l.State, l.DoneAt, l.Result, l.ReplyOutgoing = next, d.DoneAt, d.Result, d.ReplyOutgoing
		l.Stage = l.stageOf(false)
		if err := l.save(ctx, tx); err != nil {
			return err
		}
		if err := l.record(ctx, tx, t); err != nil {
			return err
		}
	}
	return nil
}

func (d *Incoming) record(ctx context.Context, tx *store.Tx, t told) error {
	if err := step(ctx, tx, d.AgencyID, d.Ref(), t.step); err != nil {
		return err
	}
	e := store.Event{Verb: t.verb, Agency: d.AgencyID, Ref: d.Ref(), Title: d.name(), Text: t.text, Notify: t.notify}
	if t.note != "" {
		e.Data = StatusNote{Text: t.note}
	}
	return tx.Record(e)
}

// twinKeys are the columns that find a document's twins (D4.14, D10.14).
type twinKeys struct{ sender, senderFold, number, notation string }

func (d *Incoming) keys() twinKeys {
	k := twinKeys{senderFold: i18n.Fold(d.SenderName), number: numberKey(d.Number), notation: notationKey(d.Notation)}
	switch {
	case d.SenderAgency != 0:
		k.sender = fmt.Sprintf("a:%d", d.SenderAgency)
	case d.SenderCode != "":
		k.sender = "c:" + strings.ToUpper(d.SenderCode)
	default:
		k.sender = "n:" + k.senderFold
	}
	return k
}

// numberKey drops leading zeros, case and spaces: 007 is 7 (D4.14).
func numberKey(s string) string {
	s = notationKey(s)
	if t := strings.TrimLeft(s, "0"); t != "" {
		return t
	}
	return s
}

func notationKey(s string) string {
	return strings.ToLower(strings.Join(strings.Fields(i18n.Clean(s)), ""))
}

func contentKey(files []File) string {
	if len(files) == 0 {
		return ""
	}
	shas := make([]string, len(files))
	for i, f := range files {
		shas[i] = f.SHA
	}
	slices.Sort(shas)
	sum := sha256.Sum256([]byte(strings.Join(shas, " ")))
	return hex.EncodeToString(sum[:])
}

// clean prepares what strangers and clerks typed.
func (d *Incoming) clean() {
	for _, s := range []*string{&d.SenderCode, &d.SenderName, &d.DocumentID, &d.Number, &d.Notation, &d.TypeCode, &d.TypeName, &d.Subject,
		&d.SignerName, &d.SignerPosition, &d.Language} {
		*s = line(*s)
	}
	d.Note = text(d.Note)
	if d.Language == "" {
		d.Language = "Tiếng Việt"
	}
}

// tooLong notes the fields that exceed what the schema of domain/documents.md §17 stores.
func (d *Incoming) tooLong(p *store.Problems) {
	for _, f := range []struct {
		field, value string
		limit        int
	}{{"sender_code", d.SenderCode, 35}, {"sender", d.SenderName, 500}, {"document_id", d.DocumentID, 100}, {"number", d.Number, 50},
		{"notation", d.Notation, 100}, {"type", d.TypeName, 100}, {"subject", d.Subject, 2000}, {"signer", d.SignerName, 200},
		{"signer_position", d.SignerPosition, 200}, {"language", d.Language, 100}, {"note", d.Note, 2000}} {
		if n := len([]rune(f.value)); n > f.limit {
			p.Add(f.field, "Nội dung dài {length} ký tự, vượt quá {limit} ký tự được lưu. Hãy rút gọn rồi thử lại.", "length", n, "limit", f.limit)
		}
	}
}

// searchText is what a search of the lists finds.
func (d *Incoming) searchText() string {
	return strings.Join([]string{d.Code(), d.Number, d.Notation, d.SenderName, d.Subject, d.TypeName, d.SignerName, d.DocumentID}, " ")
}

// insert keeps a new document with its files.
func (d *Incoming) insert(ctx context.Context, tx *store.Tx, files []File) error {
	k := d.keys()
	search := i18n.Fold(d.searchText())
	if err := tx.Put(ctx, sqlPutIncoming, d.AgencyID, d.ID, d.State, d.Stage, d.Source, d.Packet, d.SenderCode, d.SenderAgency, d.SenderName,
		k.sender, k.senderFold, d.DocumentID, d.Number, d.Notation, k.number, k.notation, d.IssuedDate, d.IssuedDate.Year(), d.TypeCode, d.TypeName,
		d.Subject, d.SignerName, d.SignerPosition, d.Urgency, d.DueDate, d.PageAmount, d.Language, d.Note, d.PaperReceived, d.ArrivedAt,
		d.ArrivedDate, d.Verdict, contentKey(files), d.Warnings, d.ResponseFor, d.ReplyTo, d.TwinOf, d.ResendOf, search, d.places()); err != nil {
		return err
	}
	d.Revision = 1
	for i, f := range files {
		f.Ordinal = i + 1
		if _, err := putFile(ctx, tx, d.AgencyID, d.Ref(), f); err != nil {
			return err
		}
	}
	return nil
}

// places are the receivers as they are kept: what goes to everybody says the same six hundred names in six hundred rows.
func (d *Incoming) places() *store.Packing {
	if d.Places == "" {
		d.Places = "[]"
	}
	return store.PackJSON(d.AgencyID, "places/"+d.SenderCode, d.Places)
}

// SentTo lists to whom else the sender says to have sent it.
func (d *Incoming) SentTo() []string {
	var out []string
	_ = decode(store.JSON(d.Places), &out) // our own JSON
	return out
}

// late tells whether an act on day `on` comes after the working day that follows `since` (D10.7, D10.18).
func late(since, on calendar.Date) bool {
	return calendar.Default().NextWorking(since).Before(on)
}

// reasoned10 checks a reason of 10 to 1000 characters and gives it clean.
func reasonText(reason string) (string, error) {
	reason = text(reason)
	if n := len([]rune(reason)); n < 10 || n > 1000 {
		return "", store.RefuseField("reason", "Lý do cần từ 10 đến 1000 ký tự (đang có {length}). Nội dung chưa được ghi; hãy sửa lý do rồi thử lại.", "length", n)
	}
	return reason, nil
}

// opinion checks words of up to 4000 characters.
func opinion(field, s string, needed bool) (string, error) {
	s = text(s)
	switch n := len([]rune(s)); {
	case needed && n == 0:
		return "", store.RefuseField(field, "Cần nhập nội dung.")
	case n > 4000:
		return "", store.RefuseField(field, "Nội dung dài {length} ký tự, vượt quá {limit} ký tự được lưu. Hãy rút gọn rồi thử lại.", "length", n, "limit", 4000)
	}
	return s, nil
}
