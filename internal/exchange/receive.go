package exchange

import (
	"context"
	"errors"
	"fmt"
	"io"

	"congvu/internal/axis"
	"congvu/internal/blob"
	"congvu/internal/calendar"
	"congvu/internal/documents"
	"congvu/internal/edxml"
	"congvu/internal/store"
)

const (
	maxMessage  = 200 << 20 // X7.6
	bigMessage  = 8 << 20   // larger ones are kept before they are in memory
	maxAttempts = 12        // then our own trouble with a parcel goes to quarantine too, so that a person sees it
)

// take answers one parcel of the axis. It is acknowledged only after it is kept: as a document, as a status, or in quarantine.
func (o *Office) take(ctx context.Context, p axis.Parcel, trouble func(error)) axis.Verdict {
	err := o.takeIn(ctx, p)
	if err == nil {
		return axis.Ack()
	}
	if ctx.Err() == nil {
		trouble(fmt.Errorf("exchange: parcel %s from %s to %s: %w", p.ID, p.From, p.To, err))
	}
	if p.Attempt < maxAttempts || ctx.Err() != nil {
		return axis.Retry(0)
	}
	r := fault("not_opened", "Hệ thống chưa mở được gói tin sau {count} lần thử. Gói tin được giữ nguyên; quản trị hệ thống kiểm tra rồi mở lại.", "count", p.Attempt)
	l := letter{Parcel: p.ID, From: p.From, To: p.To, Kind: p.Kind, raw: p.Body}
	if us, here, err := agencyByCode(ctx, o.DB, p.To, o.DB.Now()); err == nil && here && us.Hosted {
		l.Agency = int64(us.ID) // its clerks open it again
	}
	if p.Blob != nil {
		if err := o.keepRaw(ctx, &l, p); err != nil {
			trouble(err) // what the axis no longer has is asked of its sender
		}
	}
	if err := o.quarantine(ctx, l, r); err != nil {
		trouble(err)
		return axis.Retry(0)
	}
	return axis.Ack()
}

// letter is a parcel with its bytes kept.
type letter struct {
	Agency   int64 // that it is for; 0 = nobody here
	Parcel   string
	From, To string
	Kind     string
	SHA      string
	Size     int64
	raw      []byte
	kept     *store.Packing // raw as its sender here keeps it; nil = nobody has packed it yet
	gate     *gate          // it came over a gateway; nil = over the axis
	ended    *agency        // it is addressed to one that has ended
	first    bool           // it was never sent before, so it cannot lie in quarantine
	held     *Quarantined   // it was in quarantine before; nil = it comes from the axis
}

// given tells whether a person picked the agency that it is opened for.
func (l *letter) given() bool { return l.held != nil && l.held.GivenTo != 0 }

// status is raw as it is kept.
func (l *letter) status() *store.Packing {
	if l.kept != nil {
		return l.kept
	}
	return keptAs(l.Agency, l.From, l.raw)
}

// place is the agency in whose quarantine it lies or would lie.
func (l *letter) place() int64 {
	if l.held != nil {
		return l.held.AgencyID
	}
	return l.Agency
}

var (
	sqlPutParcel = store.SQL(`INSERT INTO exchange_parcels (agency_id, id, direction, sender_code, sender_name, parcel, document_id, number, notation, issued, title, ref,
			sha, size, state, signature, warnings, at_us)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)`)
)

func (o *Office) takeIn(ctx context.Context, p axis.Parcel) error {
	l := letter{Parcel: p.ID, From: p.From, To: p.To, Kind: p.Kind}
	if err := o.find(ctx, &l); err != nil {
		return err
	}
	o.heard(l.From)
	done, behind, err := o.alreadyTaken(ctx, l, false)
	if done || err != nil {
		return err
	}
	if p.Fault != nil {
		return o.quarantine(ctx, l, fault("senseless_envelope", "Vỏ gói tin trên trục liên thông không đúng khuôn dạng nên không mở được."))
	}
	waits, letGo, err := o.setAside(ctx, l, p, behind)
	if err != nil {
		return o.tooLarge(ctx, l, err)
	}
	if waits {
		return nil
	}
	defer letGo()
	size := int64(len(p.Body))
	if p.Blob != nil {
		size = p.Blob.Size
	}
	release, err := o.memory.reserve(ctx, 2*size) // the message and its files
	if err != nil {
		return err
	}
	defer release()
	if err := o.keepRaw(ctx, &l, p); err != nil {
		return o.tooLarge(ctx, l, err)
	}
	return o.openLetter(ctx, l)
}

// find says for which agency here a letter is.
func (o *Office) find(ctx context.Context, l *letter) error {
	us, here, err := agencyByCode(ctx, o.DB, l.To, o.DB.Now())
	if err != nil || !here || !us.Hosted {
		return err
	}
	l.Agency = int64(us.ID)
	if us.State == "closed" {
		return forward(ctx, o.DB, l, us)
	}
	return nil
}

// tooLarge is the verdict on a message that is larger than any may be; every other error is ours.
func (o *Office) tooLarge(ctx context.Context, l letter, err error) error {
	var known *blob.Error
	if errors.As(err, &known) && known.Code == blob.TooLarge {
		return o.quarantine(ctx, l, faultOf("too_large", err))
	}
	return err
}

// sqlSeen looks for a parcel in one go where it can have gone: a document, an answer, the quarantine.
var sqlSeen = store.SQL(`
	SELECT 'document' AS place, ref, id FROM exchange_parcels WHERE agency_id = $1 AND direction = 'in' AND sender_code = $2 AND parcel = $3
	UNION ALL SELECT 'answer', '', id FROM exchange_answers WHERE agency_id = $4 AND peer_code = $5 AND parcel = $6
	UNION ALL SELECT 'quarantine', 'quarantine/' || id, id FROM exchange_quarantine WHERE agency_id = $7 AND peer_code = $8 AND receiver_code = $9 AND parcel = $10 AND sha <> ''
	UNION ALL SELECT 'waiting', '', id FROM exchange_waiting WHERE agency_id = $11 AND peer_code = $12 AND receiver_code = $13 AND parcel = $14
	UNION ALL SELECT 'behind', '', 0 WHERE EXISTS (SELECT 1 FROM exchange_waiting WHERE peer_code = $15 AND receiver_code = $16)`)

type seen struct {
	Place, Ref string
	ID         int64
}

// alreadyTaken answers a parcel that came before: what we owe its sender is sent again, since a sender who repeats has not heard us (X21.6).
// One that waits is known too, unless it is its turn; behind = others of its sender to its receiver wait.
func (o *Office) alreadyTaken(ctx context.Context, l letter, itsTurn bool) (done, behind bool, err error) {
	places, err := store.All[seen](ctx, o.DB, sqlSeen, l.Agency, l.From, l.Parcel, l.Agency, l.From, l.Parcel, l.Agency, l.From, l.To, l.Parcel,
		l.Agency, l.From, l.To, l.Parcel, l.From, l.To)
	if err != nil || len(places) == 0 {
		return false, false, err
	}
	at := places[0]
	switch at.Place {
	case "answer":
		return returnName(l.Parcel) == "", false, nil // a 13 that comes again wants its answer again
	case "waiting":
		return !itsTurn, true, nil
	case "behind":
		return false, true, nil
	}
	agency, ref := l.Agency, at.Ref
	if at.Place == "quarantine" { // a person may have given it to another agency, which answers for it
		to, given, err := store.Maybe[givenTo](ctx, o.DB, sqlGivenTo, l.Agency, refID(at.Ref, "quarantine"))
		if err != nil {
			return true, false, err
		}
		if given {
			agency, ref = to.AgencyID, to.Ref
		}
	}
	return true, false, o.DB.Keep(ctx, func(tx *store.Tx) error {
		if at.Place == "document" {
			if err := repeat(ctx, tx, l.Agency, secondReceipt(at.ID)); err != nil {
				return err
			}
			if err := repeatAnswers(ctx, tx, l.Agency, l.From, requestName("", ChannelAxis+":"+l.Parcel)); err != nil { // of what the document replaces
				return err
			}
		}
		return repeat(ctx, tx, agency, ref)
	})
}

type givenTo struct {
	AgencyID int64
	Ref      string
}

var sqlGivenTo = store.SQL(`SELECT p.agency_id, p.ref FROM exchange_quarantine q JOIN exchange_parcels p ON p.agency_id = q.given_to AND p.direction = 'in' AND p.sender_code = q.peer_code AND p.parcel = q.parcel
	WHERE q.agency_id = $1 AND q.id = $2 AND q.given_to <> 0`)

// keepRaw brings the bytes home: into memory for the signature, into the blob store for ever (X13.4, X15.6). Statuses are small: their bytes go with
// their row, and to the blob store only from quarantine.
func (o *Office) keepRaw(ctx context.Context, l *letter, p axis.Parcel) error {
	body := p.Body
	if p.Blob != nil {
		in, err := p.Open()
		if err != nil {
			return err
		}
		defer in.Close()
		if p.Blob.Size > bigMessage {
			ref, err := o.Blobs.Put(ctx, in, maxMessage)
			if err != nil {
				return err
			}
			l.SHA, l.Size = ref.SHA, ref.Size
			l.raw, err = blob.ReadAll(ctx, o.Blobs, ref.SHA, maxMessage)
			return err
		}
		if body, err = io.ReadAll(io.LimitReader(in, bigMessage+1)); err != nil {
			return err
		}
	}
	l.raw, l.Size = body, int64(len(body))
	if (l.Kind == kindStatus || l.Kind == kindReconcile) && len(body) <= maxStatus {
		return nil
	}
	ref, err := o.put(ctx, body)
	l.SHA = ref.SHA
	return err
}

// openLetter reads a kept parcel and takes its effect, or puts it into quarantine.
func (o *Office) openLetter(ctx context.Context, l letter) error {
	if l.Agency == 0 {
		return o.quarantine(ctx, l, fault("unknown_receiver", "Không có cơ quan nào mã {to} trong hệ thống này.", "to", l.To))
	}
	if l.Kind == kindReconcile {
		err := o.takeComparison(ctx, l)
		var r *refusal
		if errors.As(err, &r) {
			return o.quarantine(ctx, l, r)
		}
		return err
	}
	x, err := o.openAny(ctx, &l)
	if err == nil {
		err = o.endedEnds(ctx, &l, x)
	}
	if err == nil {
		if x.message.Status != nil {
			err = o.takeStatus(ctx, l, x)
		} else {
			err = o.takeDocument(ctx, l, x)
		}
	}
	var r *refusal
	if errors.As(err, &r) {
		if r.about != nil && edxml.SameCode(r.about.From().OrganID, l.From) { // who it is is the axis's word, not the stranger's
			if err := o.meet(ctx, r.about.From()); err != nil {
				return err
			}
		}
		return o.quarantine(ctx, l, r)
	}
	if err == nil && x.sender.ID == 0 {
		return o.meet(ctx, x.message.From())
	}
	return err
}

// takeDocument is the import: the document, the parcel, the journal and the 01 that is owed for it are one act (X12 NEW → ARRIVED/01).
func (o *Office) takeDocument(ctx context.Context, l letter, x *opened) error {
	if handled, err := o.takeRequest(ctx, l, x); handled || err != nil {
		return err
	}
	if err := o.ours(ctx, l, x); err != nil {
		return err
	}
	arrival := o.arrival(ctx, l, x)
	notice, err := l.notice(ctx, o.DB)
	if err != nil {
		return err
	}
	if err := o.fail("before arrive"); err != nil {
		return err
	}
	err = o.DB.Write(ctx, store.System(l.Agency), func(tx *store.Tx) error { return o.arrive(ctx, tx, l, x, arrival, notice) })
	if err != nil {
		return err
	}
	return o.fail("before ack")
}

// arrive is the act of takeDocument.
func (o *Office) arrive(ctx context.Context, tx *store.Tx, l letter, x *opened, arrival documents.Arrival, notice string) error {
	m := x.message.Document
	in, duplicate, err := documents.Arrive(ctx, tx, arrival)
	if err != nil {
		return unacceptable(err, x.message)
	}
	ref, state, verb := in.Ref(), "opened", "parcel.received"
	if duplicate {
		state, verb = "duplicate", "parcel.duplicated"
	}
	id := tx.NewID()
	if err := tx.Put(ctx, sqlPutParcel, l.Agency, id, "in", l.From, x.sender.Name, l.Parcel, m.DocumentID, m.Code.Number, m.Code.Notation, string(m.Date),
		m.Code.String(), ref, l.SHA, l.Size, state, "trusted", store.JSONOf(x.message.Warnings), tx.Now()); err != nil {
		return err
	}
	receipt := ref
	if duplicate {
		if first, ok, err := store.Maybe[Parcel](ctx, tx, sqlReceipt, l.Agency, ref); err != nil {
			return err
		} else if ok && first.SHA != l.SHA {
			receipt = secondReceipt(id)
		}
	}
	if err := owe(ctx, tx, status{AgencyID: l.Agency, Receipt: receipt, Code: "01", PeerCode: l.From, DocumentID: m.DocumentID, Number: m.Code.Number,
		Notation: m.Code.Notation, Issued: string(m.Date), Parcel: l.Parcel, SHA: l.SHA, Channel: l.channel(), StatedAt: tx.Now(), Description: notice}); err != nil {
		return err
	}
	if duplicate {
		if err := repeat(ctx, tx, l.Agency, ref); err != nil {
			return err
		}
	} else if err := o.replaces(ctx, tx, l, x, in); err != nil {
		return unacceptable(err, x.message)
	}
	if err := settleQuarantine(ctx, tx, l, "accepted"); err != nil {
		return err
	}
	return tx.Record(store.Event{Verb: verb, Agency: l.Agency, Ref: ref, Title: m.Code.String(),
		Data: map[string]any{"parcel": l.Parcel, "sender": l.From, "sha256": l.SHA, "size": l.Size}})
}

// secondReceipt names the receipt of other bytes that brought a document which was held already. They have a 01 of their own, for a sender who packed
// anew (his data were restored from an older copy) closes his line by the hash of what he packed.
func secondReceipt(parcel int64) string { return fmt.Sprintf("parcel/%d", parcel) }

// unacceptable turns what the registry refuses to hold into a verdict on the parcel: trying again changes nothing (X15.8).
func unacceptable(err error, m *edxml.Message) error {
	var r *store.Refusal
	if errors.As(err, &r) && r.Kind == store.Invalid {
		return &refusal{code: "incomplete", text: r.Problems[0].Text, args: r.Problems[0].Args, about: m}
	}
	return err
}

// arrival is the message in the words of the registry.
func (o *Office) arrival(ctx context.Context, l letter, x *opened) documents.Arrival {
	m := x.message.Document
	a := documents.Arrival{
		Agency: l.Agency, Packet: l.packet(), SenderCode: x.sender.Code, SenderAgency: int64(x.sender.ID), SenderName: x.sender.Name,
		DocumentID: m.DocumentID, Number: m.Code.Number, Notation: m.Code.Notation, IssuedDate: calendar.Date(m.Date), TypeName: m.Type.Name,
		Subject: m.Subject, SignerName: m.Signer.FullName, SignerPosition: m.Signer.Position, Urgency: documents.Urgency(min(max(m.Other.Priority, 0), 3)),
		DueDate: calendar.Date(m.DueDate), PageAmount: m.Other.Pages, Places: placesOf(m), Files: x.files,
	}
	if t, ok, err := documents.MatchType(ctx, o.DB, m.Type.Name); err == nil && ok {
		a.TypeCode = t.Code
	}
	for _, f := range m.ResponseFor {
		if f != (edxml.ResponseFor{}) {
			a.ResponseFor = append(a.ResponseFor, documents.ResponseFor{OrganID: f.OrganID, Code: f.Code.String(), Date: calendar.Date(f.Date), DocumentID: f.DocumentID})
		}
	}
	for _, w := range x.message.Warnings {
		text, args := w.Reason()
		a.Warnings = append(a.Warnings, store.Message{Text: text, Args: args})
	}
	switch m.Business.Kind {
	case edxml.Update: // of a document that never came here, else it would be a request (X9.5)
		a.Warnings = append(a.Warnings, store.Say("Cơ quan gửi cho biết đây là bản cập nhật của văn bản đã gửi: {reason}", "reason", m.Business.Reason))
	case edxml.Replace:
		a.Warnings = append(a.Warnings, store.Say("Cơ quan gửi cho biết văn bản này thay thế văn bản đã gửi: {reason}", "reason", m.Business.Reason))
	}
	a.Warnings = append(append(a.Warnings, x.warnings...), o.endings(ctx, l, x)...)
	if x.sender.ID == 0 {
		a.Warnings = append(a.Warnings, store.Say("Cơ quan gửi {code} chưa có trong danh mục cơ quan; tên lấy theo gói tin đã ký số.", "code", x.sender.Code))
	}
	return a
}

var (
	sqlDetain = store.SQL(`INSERT INTO exchange_quarantine (agency_id, id, parcel, peer_code, receiver_code, kind, document_id, title, reason, text, args, sha, size,
			state, at_us, tries, decided_us, decided_by, decision)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 'waiting', $14, 1, 0, 0, '')
		ON CONFLICT (agency_id, peer_code, receiver_code, parcel) DO UPDATE SET tries = exchange_quarantine.tries + 1, state = 'waiting',
			reason = excluded.reason, text = excluded.text, args = excluded.args RETURNING id`)
	sqlSettle = store.SQL(`UPDATE exchange_quarantine SET state = $1 WHERE agency_id = $2 AND peer_code = $3 AND receiver_code = $4 AND parcel = $5 AND state IN ('waiting', 'retrying')`)
)

// quarantine keeps a parcel that was not taken in, tells those who look after it, and lets the next one pass (X15.6). It changes nothing of a
// parcel that a person has decided already.
func (o *Office) quarantine(ctx context.Context, l letter, r *refusal) error {
	if l.SHA == "" && len(l.raw) > 0 {
		ref, err := o.put(ctx, l.raw)
		if err != nil {
			return err
		}
		l.SHA, l.Size = ref.SHA, ref.Size
	}
	var documentID, title string
	if r.about != nil {
		if d := r.about.Document; d != nil {
			documentID, title = d.DocumentID, d.Code.String()
		} else if s := r.about.Status; s != nil {
			documentID, title = s.ResponseFor.DocumentID, s.ResponseFor.Code.String()
		}
	}
	var people []int64
	for _, agency := range []int64{l.place(), o.above(ctx, l)} {
		if agency == 0 {
			continue
		}
		more, err := clerks(ctx, o.DB, agency, o.DB.Now())
		if err != nil {
			return err
		}
		people = append(people, more...)
	}
	return o.DB.Write(ctx, store.System(l.place()), func(tx *store.Tx) error {
		id, err := store.One[int64](ctx, tx, sqlDetain, l.place(), tx.NewID(), l.Parcel, l.From, l.To, l.Kind, cut(documentID, 255), cut(title, 200), r.code, r.text,
			store.JSONOf(r.args), l.SHA, l.Size, tx.Now())
		if err != nil {
			return err
		}
		if err := l.noteGate(ctx, tx); err != nil {
			return err
		}
		q := Quarantined{AgencyID: l.place(), ID: id, Reason: r.code}
		if err := q.note(ctx, tx, "kept", store.Message{Text: r.text, Args: r.args}); err != nil {
			return err
		}
		if r.code == receiverEnded {
			if err := o.answerLater(ctx, tx, q); err != nil {
				return err
			}
		}
		return tx.Record(store.Event{Verb: "parcel.quarantined", Agency: l.place(), Ref: "quarantine", Title: cut(title, 200),
			Text:   store.Say("Một gói tin từ {sender} không mở được và đang được cách ly. Xem lý do, rồi mở lại hoặc từ chối.", "sender", l.From),
			Notify: people, Data: map[string]any{"parcel": l.Parcel, "reason": r.code}})
	})
}

func settleQuarantine(ctx context.Context, tx *store.Tx, l letter, state string) error {
	if l.first {
		return nil
	}
	if err := l.noteGate(ctx, tx); err != nil {
		return err
	}
	n, err := tx.Exec(ctx, sqlSettle, state, l.place(), l.From, l.To, l.Parcel)
	if err != nil || n == 0 || l.held == nil {
		return err
	}
	return l.held.note(ctx, tx, state, store.Message{})
}

// retry opens a quarantined parcel again.
func (o *Office) retry(ctx context.Context, j store.Job) error {
	var at retryJob
	if err := j.Decode(&at); err != nil {
		return err
	}
	q, err := store.One[Quarantined](ctx, o.DB, sqlQuarantined, at.ID, at.Agency, false)
	if err != nil || q.State != "retrying" {
		return err
	}
	l := letter{Agency: q.AgencyID, Parcel: q.Parcel, From: q.SenderCode, To: q.ReceiverCode, Kind: q.Kind, SHA: q.SHA, Size: q.Size, held: &q}
	if err := o.gateOf(ctx, &l, q.Channel); err != nil {
		return err
	}
	if q.AgencyID != 0 {
		us, err := agencyOf(ctx, o.DB, q.AgencyID, o.DB.Now())
		if err != nil {
			return err
		}
		if us.State == "closed" { // who takes its documents over may have been named meanwhile
			if err := forward(ctx, o.DB, &l, us); err != nil {
				return err
			}
		}
	}
	if l.given() {
		l.Agency = q.GivenTo
	}
	if q.SHA == "" {
		return o.quarantine(ctx, l, fault("no_bytes", "Nội dung gói tin không còn trên trục liên thông. Đề nghị cơ quan gửi gửi lại."))
	}
	release, err := o.memory.reserve(ctx, 2*q.Size)
	if err != nil {
		return err
	}
	defer release()
	if l.raw, err = blob.ReadAll(ctx, o.Blobs, q.SHA, maxMessage); err != nil {
		return err
	}
	return o.openLetter(ctx, l)
}

func cut(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n])
	}
	return s
}
