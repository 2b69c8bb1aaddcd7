package exchange

import (
	"context"
	"fmt"

	"congvu/internal/documents"
	"congvu/internal/edxml"
	"congvu/internal/store"
)

const maxStatus = 256 << 10 // bytes of a status message kept with its row; longer ones are no statuses of ours and go to the blob store

var (
	sqlStated     = store.SQL(`SELECT sha, asked FROM exchange_answers WHERE agency_id = $1 AND peer_code = $2 AND document_id = $3 AND code = $4 AND stated_us = $5`)
	sqlByDocument = store.SQL(`SELECT d.id, d.outgoing_id, d.document_id, d.title, d.receiver_id, d.receiver_code, d.sent_us, COALESCE(p.sha, '') AS sha, COALESCE(p.parcel, '') AS parcel
		FROM exchange_deliveries d LEFT JOIN exchange_parcels p ON p.agency_id = d.agency_id AND p.id = d.parcel_id
		WHERE d.agency_id = $1 AND d.document_id = $2 AND d.receiver_code <> '' ORDER BY d.id`)
	sqlByNumber = store.SQL(`SELECT d.id, d.outgoing_id, d.document_id, d.title, d.receiver_id, d.receiver_code, d.sent_us, COALESCE(p.sha, '') AS sha, COALESCE(p.parcel, '') AS parcel
		FROM exchange_deliveries d LEFT JOIN exchange_parcels p ON p.agency_id = d.agency_id AND p.id = d.parcel_id
		WHERE d.agency_id = $1 AND d.number = $2 AND d.notation = $3 AND d.issued = $4 AND d.receiver_code <> '' ORDER BY d.id`)
	sqlPutAnswer = store.SQL(`INSERT INTO exchange_answers (agency_id, id, delivery_id, outgoing_id, peer_code, document_id, code, effect, stated_us, at_us, by_name, by_unit,
			description, sha, agreed, signature, parcel, raw, asked)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, 'trusted', $16, $17, $18)`)
	sqlLocked = store.SQL(`SELECT ` + deliveryColumns + ` FROM exchange_deliveries WHERE agency_id = $1 AND id = $2 {FOR UPDATE}`)
	sqlApply  = store.SQL(`UPDATE exchange_deliveries SET state = $1, state_us = $2, by_name = $3, by_unit = $4, description = $5, args = 'null', due_us = 0, warned = TRUE,
			arrived_us = CASE WHEN arrived_us = 0 THEN $2 ELSE arrived_us END WHERE agency_id = $6 AND id = $7`)
	sqlHeard = store.SQL(`UPDATE exchange_deliveries SET due_us = 0, warned = TRUE, arrived_us = CASE WHEN arrived_us = 0 THEN $1 ELSE arrived_us END
		WHERE agency_id = $2 AND id = $3`)
	sqlFlag = store.SQL(`UPDATE exchange_deliveries SET flagged = TRUE WHERE agency_id = $1 AND id = $2`)
)

// line is what a status is matched with.
type line struct {
	ID           int64
	OutgoingID   int64
	DocumentID   string
	Title        string
	ReceiverID   int64
	ReceiverCode string
	SHA          string
	Parcel       string
	SentAt       store.Instant `db:"sent_us"` // of the first sending
}

// takeStatus matches a status with its delivery line (X10.3) and takes its effect: the answer is kept raw whatever it does.
func (o *Office) takeStatus(ctx context.Context, l letter, x *opened) error {
	m := x.message.Status
	if m.Code == "13" {
		return o.takeReturn(ctx, l, x)
	}
	lines, err := o.lines(ctx, l.Agency, m.ResponseFor)
	if err != nil {
		return err
	}
	if len(lines) == 0 {
		if err := o.heardOfOurs(ctx, l.Agency, m.ResponseFor.Code, m.ResponseFor.Date, documents.LostReceipt, x.sender.Name); err != nil {
			return err
		}
		return &refusal{code: "unknown_document", text: "Trạng thái {code} của {sender} trả lời một văn bản mà cơ quan không gửi: {document}.",
			args: map[string]any{"code": m.Code, "sender": x.sender.Name, "document": m.ResponseFor.DocumentID}, about: x.message}
	}
	at := line{OutgoingID: lines[0].OutgoingID, DocumentID: lines[0].DocumentID, Title: lines[0].Title} // no line: not from a receiver
	for _, c := range lines {
		if same(x.sender.Codes, c.ReceiverCode) || x.sender.ID != 0 && int64(x.sender.ID) == c.ReceiverID {
			at = c
			break
		}
	}
	for i := 0; at.ID == 0 && i < len(lines); i++ { // its successor answers for a receiver that has ended (I8.5)
		if answers, err := answersFor(ctx, o.DB, x.sender.ID, lines[i].ReceiverID); err != nil {
			return err
		} else if answers {
			at = lines[i]
		}
	}
	o.heardTime(x, at.SentAt)
	if err := o.fail("before answer"); err != nil {
		return err
	}
	err = o.DB.Write(ctx, store.System(l.Agency), func(tx *store.Tx) error { return apply(ctx, tx, l, x, at) })
	if err == nil {
		err = o.fail("before ack")
	}
	return err
}

// lines are the deliveries of the document a status names: by its identifier, else by number, notation and date.
func (o *Office) lines(ctx context.Context, agency int64, f edxml.ResponseFor) ([]line, error) {
	if f.DocumentID != "" {
		lines, err := store.All[line](ctx, o.DB, sqlByDocument, agency, f.DocumentID)
		if err != nil || len(lines) > 0 {
			return lines, err
		}
	}
	if f.Code.Number == "" || f.Date == "" {
		return nil, nil
	}
	return store.All[line](ctx, o.DB, sqlByNumber, agency, f.Code.Number, f.Code.Notation, string(f.Date))
}

func apply(ctx context.Context, tx *store.Tx, l letter, x *opened, at line) error {
	stated, text, mark, known, err := heardOf(ctx, tx, l, x, at)
	if known || err != nil {
		return err
	}
	var d Delivery
	if at.ID != 0 {
		if d, err = store.One[Delivery](ctx, tx, sqlLocked, l.Agency, at.ID); err != nil {
			return err
		}
	}
	return applyTo(ctx, tx, l, x, at, d, stated, text, mark)
}

// heardOf reads a status: the time under which it is kept, its words and its mark; known = it is kept already.
func heardOf(ctx context.Context, tx *store.Tx, l letter, x *opened, at line) (stated store.Instant, text string, mark mark, known bool, err error) {
	m := x.message.Status
	if stated = store.InstantOf(m.At); stated == 0 {
		stated = tx.Now()
	}
	text, mark = unmark(m.Description)
	if m.Code != "15" && m.Code != "16" {
		mark.Request = ""
	}
	stated, known, err = timeOf(ctx, tx, l, at.DocumentID, m.Code, stated, saying{mark.SHA, mark.Request})
	return stated, text, mark, known, err
}

// applyTo takes the effect of a status on its line, which this act holds; at.ID 0 = it has none.
func applyTo(ctx context.Context, tx *store.Tx, l letter, x *opened, at line, d Delivery, stated store.Instant, text string, mark mark) (err error) {
	m := x.message.Status
	agreed := mark.SHA == "" || mark.SHA == at.SHA
	effect, from, next, closes := Flagged, State(""), State(""), true
	if at.ID != 0 {
		from = d.State
		q, answers, err := settleRequest(ctx, tx, d, m, text, stated, mark.Request)
		if err != nil {
			return err
		}
		if next, effect = from.Follow(m.Code); answers {
			next, effect = from.answered(q.Kind, m.Code)
		} else if mark.Request != "" { // it answers none that is open: a person looks
			next, effect = from, Flagged
		}
		if closes = d.closedBy(m.Code, mark.SHA, at.SHA); !closes {
			next, effect = from, Flagged
		} else if !agreed && (effect == Applied || effect == Logged) {
			effect = map[Effect]Effect{Applied: AppliedFlagged, Logged: Flagged}[effect]
		}
	}
	if err := tx.Put(ctx, sqlPutAnswer, l.Agency, tx.NewID(), at.ID, at.OutgoingID, l.From, at.DocumentID, m.Code, string(effect), stated, tx.Now(), m.Staff.Name,
		m.Staff.Department, text, mark.SHA, agreed, l.Parcel, l.status(), mark.Request); err != nil {
		return err
	}
	if at.ID != 0 && !closes {
		if err := tx.Put(ctx, sqlFlag, d.AgencyID, d.ID); err != nil {
			return err
		}
	} else if at.ID != 0 {
		if err := move(ctx, tx, d, next, effect, m, text, stated); err != nil {
			return err
		}
	}
	if err := settleQuarantine(ctx, tx, l, "accepted"); err != nil {
		return err
	}
	e := tell(l, x, at, effect, text)
	if !closes {
		e.Text = store.Say("{sender} gửi trạng thái {code} cho văn bản {title} nhưng không kèm đúng mã băm của gói tin đã gửi, nên chưa được coi là biên nhận. Hệ thống vẫn tự gửi lại; đề nghị đối chiếu với nơi nhận.",
			"sender", x.sender.Name, "code", label(m.Code), "title", at.Title)
	}
	if e.Text.Text != "" {
		if e.Notify, err = clerks(ctx, tx, l.Agency, tx.Now()); err != nil {
			return err
		}
	}
	return tx.Record(e)
}

// saying is what tells two statuses of one code and second apart.
type saying struct{ SHA, Asked string }

// timeOf is the time under which a status is kept. Wire times have seconds: a receipt for another packet of the document, or an answer to another request,
// within the same second is another status (X21.5). known = it is kept already.
func timeOf(ctx context.Context, tx *store.Tx, l letter, documentID, code string, stated store.Instant, s saying) (at store.Instant, known bool, err error) {
	alike := func(a, b string) bool { return a == b || a == "" || b == "" }
	for ; ; stated++ {
		kept, known, err := store.Maybe[saying](ctx, tx, sqlStated, l.Agency, l.From, documentID, code, stated)
		if err != nil || !known || alike(kept.SHA, s.SHA) && alike(kept.Asked, s.Asked) {
			return stated, known, err
		}
	}
}

// closedBy tells whether a status may end the sending of a line that nobody has answered yet. On the axis only a receipt may: a status that names the
// hash of what was packed. A refusal may come without, for it says that nothing was taken in; other channels know no hashes.
func (d Delivery) closedBy(code, sha, packed string) bool {
	if d.Channel != ChannelAxis || d.ArrivedAt != 0 || code < "01" || code > "06" {
		return true
	}
	return sha == packed && sha != "" || code == "02" && sha == ""
}

// move changes the line as the table says. Any status of the receiver proves that it has the document: nothing is sent again.
func move(ctx context.Context, tx *store.Tx, d Delivery, next State, effect Effect, m *edxml.StatusMessage, text string, stated store.Instant) error {
	var err error
	if (effect == Applied || effect == AppliedFlagged) && next != d.State {
		err = tx.Put(ctx, sqlApply, string(next), stated, m.Staff.Name, m.Staff.Department, text, d.AgencyID, d.ID)
	} else if _, known := edxml.StatusLabels[m.Code]; known {
		err = tx.Put(ctx, sqlHeard, stated, d.AgencyID, d.ID)
	}
	if err == nil && (effect == Flagged || effect == AppliedFlagged) {
		err = tx.Put(ctx, sqlFlag, d.AgencyID, d.ID)
	}
	return err
}

// tell is the journal's word of an answer. The clerks are told of a refusal and of what is odd; the rest shows in the list of receivers.
func tell(l letter, x *opened, at line, effect Effect, text string) store.Event {
	m := x.message.Status
	e := store.Event{Verb: "delivery.changed", Agency: l.Agency, Ref: outgoingRef(at.OutgoingID), Title: at.Title,
		Data: map[string]any{"delivery": at.ID, "peer": l.From, "code": m.Code, "effect": effect}}
	switch {
	case at.ID == 0:
		e.Verb = "delivery.flagged"
		e.Text = store.Say("{sender} gửi trạng thái {code} cho văn bản {title} nhưng không phải nơi nhận. Trạng thái được lưu, không áp dụng.",
			"sender", x.sender.Name, "code", m.Code, "title", at.Title)
	case m.Code == "02" && effect == Applied:
		e.Text = store.Say("{sender} từ chối tiếp nhận văn bản {title}, lý do: {reason}", "sender", x.sender.Name, "title", at.Title, "reason", text)
	case m.Code == "15" && effect == Applied:
		e.Text = store.Say("{sender} đồng ý yêu cầu cập nhật, lấy lại văn bản {title}.", "sender", x.sender.Name, "title", at.Title)
	case m.Code == "16" && effect == Applied:
		e.Text = store.Say("{sender} từ chối yêu cầu cập nhật, lấy lại văn bản {title}, lý do: {reason}", "sender", x.sender.Name, "title", at.Title, "reason", text)
	case effect == Flagged || effect == AppliedFlagged:
		e.Verb = "delivery.flagged"
		e.Text = store.Say("{sender} gửi trạng thái {code} trái thứ tự cho văn bản {title}. Đề nghị xem chi tiết ở danh sách nơi nhận.",
			"sender", x.sender.Name, "code", label(m.Code), "title", at.Title)
	}
	return e
}

func label(code string) string {
	if l, ok := edxml.StatusLabels[code]; ok {
		return fmt.Sprintf("%s (%s)", code, l)
	}
	return code
}
