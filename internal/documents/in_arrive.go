package documents

import (
	"context"

	"congvu/internal/calendar"
	"congvu/internal/store"
)

var (
	sqlByPacket = store.SQL(`SELECT ` + inColumns + ` FROM documents_incoming d WHERE d.agency_id = $1 AND d.packet = $2 AND d.packet <> ''`)
	sqlTwins    = store.SQL(`SELECT d.id, d.document_id <> '' AND d.document_id = $1 AND d.sender_code = $2 AS identifier,
			d.content_sha <> '' AND d.content_sha = $3 AS same_content, d.state, d.source, d.arrival_number, d.arrival_year,
			d.sender_name, d.number, d.notation, d.issued_date, d.subject, d.twin_of, d.twin_decision
		FROM documents_incoming d
		WHERE d.agency_id = $4 AND d.id IN (
				SELECT t.id FROM documents_incoming t WHERE t.agency_id = $4 AND t.document_id <> '' AND t.document_id = $1
				UNION SELECT t.id FROM documents_incoming t WHERE t.agency_id = $4 AND t.number_key = $5 AND t.notation_key = $6 AND t.issued_year = $7)
			AND d.id <> $8
			AND (d.document_id <> '' AND d.document_id = $1 AND d.sender_code = $2
				OR d.number_key <> '' AND d.number_key = $5 AND d.notation_key = $6 AND d.issued_year = $7
					AND (d.sender_key = $9 OR d.sender_fold = $10 AND d.sender_fold <> ''))
		ORDER BY identifier DESC, same_content DESC, d.arrival_number DESC, d.id LIMIT 20`)
)

// sqlAlike looks whether there is anything to compare with: mostly there is nothing.
var sqlAlike = store.SQL(`SELECT id FROM documents_incoming WHERE agency_id = $1 AND document_id <> '' AND document_id = $2 AND id <> $3
	UNION ALL SELECT id FROM documents_incoming WHERE agency_id = $1 AND number_key = $4 AND notation_key = $5 AND issued_year = $6 AND id <> $3 LIMIT 1`)

// twins lists what a document seems to repeat, also refused receipts.
func (d *Incoming) twins(ctx context.Context, r store.Reader, content string) ([]Twin, error) {
	k := d.keys()
	if _, alike, err := store.Maybe[int64](ctx, r, sqlAlike, d.AgencyID, d.DocumentID, d.ID, k.number, k.notation, d.IssuedDate.Year()); err != nil || !alike {
		return nil, err
	}
	return store.All[Twin](ctx, r, sqlTwins, d.DocumentID, d.SenderCode, content, d.AgencyID, k.number, k.notation, d.IssuedDate.Year(), d.ID, k.sender, k.senderFold)
}

// Arrive keeps a document that exchange has opened, in exchange's transaction (X12 import). The same packet, or the same document with the
// same files, gives the receipt there is and duplicate = true (X21.6); the same keys with other content arrive as a suspected update, on
// which the registry decides (X21.7). What was refused before and is sent again is a new receipt (X12.8).
func Arrive(ctx context.Context, tx *store.Tx, in Arrival) (*Incoming, bool, error) {
	if in.Packet != "" {
		d, ok, err := store.Maybe[Incoming](ctx, tx, sqlByPacket, in.Agency, in.Packet)
		if err != nil || ok {
			return &d, ok, err
		}
	}
	d, err := in.document(ctx, tx)
	if err != nil {
		return nil, false, err
	}
	twins, err := d.twins(ctx, tx, contentKey(in.Files))
	if err != nil {
		return nil, false, err
	}
	for _, t := range twins {
		switch {
		case t.State == Refused:
			d.ResendOf = max(d.ResendOf, t.ID)
		case t.Source == FromExchange && (t.SameContent || t.State == Recalled && t.Identifier): // what was recalled does not come back by another parcel
			held, err := Receipt(ctx, tx, d.AgencyID, t.ID)
			return held, true, err
		case d.TwinOf == 0 && t.Decision != TwinLink:
			d.TwinOf = t.ID
		}
	}
	if d.ReplyTo, err = answered(ctx, tx, d.AgencyID, in.ResponseFor); err != nil {
		return nil, false, err
	}
	if err := d.insert(ctx, tx, in.Files); err != nil {
		return nil, false, err
	}
	clerks, err := clerksOf(ctx, tx, d.AgencyID)
	if err != nil {
		return nil, false, err
	}
	if err := d.tell(ctx, tx, actImport, told{verb: "document.arrived", notify: clerks,
		step: Step{Act: "arrived", What: store.Say("Văn bản đến từ {sender}", "sender", d.SenderName)},
		text: store.Say("Văn bản {code} của {sender} vừa đến, chờ tiếp nhận.", "code", d.name(), "sender", d.SenderName)}); err != nil {
		return nil, false, err
	}
	return d, false, d.matchOpen(ctx, tx)
}

// document turns an arrival into a document; Invalid when it lacks what no receipt can do without.
func (in *Arrival) document(ctx context.Context, tx *store.Tx) (*Incoming, error) {
	d := &Incoming{AgencyID: in.Agency, ID: tx.NewID(), State: Arrived, Stage: InTabArrivals, Source: FromExchange, Packet: in.Packet,
		SenderCode: in.SenderCode, SenderAgency: in.SenderAgency, SenderName: in.SenderName, DocumentID: in.DocumentID, Number: in.Number,
		Notation: in.Notation, IssuedDate: in.IssuedDate, TypeCode: in.TypeCode, TypeName: in.TypeName, Subject: in.Subject,
		SignerName: in.SignerName, SignerPosition: in.SignerPosition, Urgency: in.Urgency, DueDate: in.DueDate, PageAmount: in.PageAmount,
		Language: in.Language, Note: in.Note, ArrivedAt: tx.Now(), ArrivedDate: today(tx.Now()), Verdict: worst(in.Files),
		Warnings: store.JSONOf(in.Warnings), ResponseFor: store.JSONOf(in.ResponseFor), Places: receiverPlaces(in.Places)}
	d.clean()
	if d.SenderName == "" {
		d.SenderName = d.SenderCode
	}
	if d.TypeCode == "" && d.TypeName != "" {
		t, ok, err := MatchType(ctx, tx, d.TypeName)
		if err != nil {
			return nil, err
		}
		if ok {
			d.TypeCode = t.Code
		}
	}
	var p store.Problems
	d.tooLong(&p)
	if d.SenderCode == "" || d.DocumentID == "" && d.Code() == "" || len(in.Files) == 0 {
		p.Add("", "Văn bản đến thiếu mã cơ quan gửi, số ký hiệu hoặc tệp kèm theo nên không nhận được.") // X15.8
	}
	if !d.Urgency.Valid() {
		p.Add("urgency", "Mức độ khẩn không có trong danh mục.")
	}
	if len(in.Files) > mostFiles {
		p.Add("files", "Văn bản có quá nhiều tệp: {n}.", "n", len(in.Files))
	}
	return d, p.Err()
}

const mostPlaces = mostReceivers

// receiverPlaces keeps the names of receivers: each once, not without end.
func receiverPlaces(names []string) store.PackedJSON {
	out, have := []string{}, map[string]bool{}
	for _, s := range names {
		if s = cutText(line(s), 300); s != "" && !have[s] && len(out) < mostPlaces {
			out, have[s] = append(out, s), true
		}
	}
	return store.PackedJSON(store.JSONOf(out))
}

// worst is the verdict of a document: that of its worst main file; a document without a judged main file is unsigned.
func worst(files []File) string {
	order := []string{VerdictFailed, VerdictIndeterminate, VerdictNone, VerdictPassed}
	for _, v := range order {
		for _, f := range files {
			if judged := f.Verdict; f.Main && (judged == v || judged == "" && v == VerdictNone) {
				return v
			}
		}
	}
	return VerdictNone
}

// Enter keeps a paper document typed in by the registry; Register then gives it its arrival number (D10.2, D10.12).
func Enter(ctx context.Context, tx *store.Tx, form EntryForm) (*Incoming, error) {
	a := tx.Actor()
	if err := mayRegistry(a); err != nil {
		return nil, err
	}
	d := &Incoming{AgencyID: a.Agency, ID: tx.NewID(), State: Arrived, Stage: InTabArrivals, Source: FromPaper, SenderCode: form.SenderCode,
		SenderAgency: form.SenderAgency, SenderName: form.SenderName, Number: form.Number, Notation: form.Notation, IssuedDate: form.IssuedDate,
		TypeCode: form.TypeCode, Subject: form.Subject, SignerName: form.SignerName, SignerPosition: form.SignerPosition, Urgency: form.Urgency,
		DueDate: form.DueDate, PageAmount: form.PageAmount, Note: form.Note, PaperReceived: true, ArrivedAt: tx.Now(),
		ArrivedDate: form.ArrivedDate, ReplyTo: form.ReplyTo, Warnings: "[]", ResponseFor: "[]"}
	if d.ArrivedDate == "" {
		d.ArrivedDate = today(tx.Now())
	}
	d.clean()
	if err := d.checkEntry(ctx, tx); err != nil {
		return nil, err
	}
	if err := d.insert(ctx, tx, nil); err != nil {
		return nil, err
	}
	return d, d.tell(ctx, tx, "", told{verb: "document.entered", step: Step{Act: "entered", What: store.Say("Nhập văn bản giấy của {sender}", "sender", d.SenderName)}})
}

func (d *Incoming) checkEntry(ctx context.Context, tx *store.Tx) error {
	var p store.Problems
	d.tooLong(&p)
	if d.SenderAgency != 0 {
		if err := nameSender(ctx, tx, d); err != nil {
			p.Add("sender", "Không tìm thấy cơ quan gửi trong danh bạ. Hãy chọn lại hoặc nhập tên cơ quan.")
		}
	}
	if d.SenderName == "" {
		p.Add("sender", "Cần có tên cơ quan, tổ chức gửi.")
	}
	if d.Subject == "" {
		p.Add("subject", "Cần có trích yếu nội dung.")
	}
	if !d.Urgency.Valid() {
		p.Add("urgency", "Mức độ khẩn không có trong danh mục.")
	}
	if now := today(tx.Now()); !d.ArrivedDate.Valid() || d.ArrivedDate.After(now) {
		p.Add("arrived_date", "Ngày đến phải là một ngày có thật và không sau hôm nay.")
	}
	if !d.IssuedDate.IsZero() && !d.IssuedDate.Valid() {
		p.Add("issued_date", "Ngày văn bản không có thật.")
	}
	if !d.DueDate.IsZero() && !d.DueDate.Valid() {
		p.Add("due_date", "Hạn giải quyết không có thật.")
	}
	if d.TypeCode != "" {
		t, err := FindType(ctx, tx, d.TypeCode)
		if err != nil {
			p.Add("type", "Loại văn bản {code} không có trong danh mục. Hãy chọn loại khác.", "code", d.TypeCode)
		}
		d.TypeName = t.Name
	}
	if d.ReplyTo != 0 {
		if ok, err := outgoingExists(ctx, tx, d.AgencyID, d.ReplyTo); err != nil {
			return err
		} else if !ok {
			p.Add("reply_to", "Không tìm thấy văn bản đi được trả lời trong cơ quan.")
		}
	}
	return p.Err()
}

// attachIncoming adds a scan to a paper document; what came by exchange is content-locked (D10.12).
func attachIncoming(ctx context.Context, tx *store.Tx, id int64, f File) error {
	d, err := hold(ctx, tx, id, 0)
	if err != nil {
		return err
	}
	if err := mayRegistry(tx.Actor()); err != nil {
		return err
	}
	if d.Source != FromPaper || d.State == Recalled {
		return store.Refuse(store.Conflict, "Văn bản đến qua liên thông được giữ nguyên như nơi gửi đã gửi nên không thêm tệp được.")
	}
	held, err := filesOf(ctx, tx, d.AgencyID, d.Ref())
	if err != nil {
		return err
	}
	if len(held) >= mostFiles {
		return store.RefuseField("file", "Văn bản có quá nhiều tệp: {n}.", "n", len(held))
	}
	f.Main, f.Ordinal = len(held) == 0, len(held)+1
	if _, err := putFile(ctx, tx, d.AgencyID, d.Ref(), f); err != nil {
		return err
	}
	return d.tell(ctx, tx, "", told{verb: "document.attached", step: Step{Act: "attached", What: store.Say("Thêm tệp {name}", "name", f.Name)}})
}

// dateWarnings are the checks of D10.13: they warn, they do not stop.
func (d *Incoming) dateWarnings(now calendar.Date) []store.Message {
	var w []store.Message
	if d.IssuedDate.IsZero() {
		w = append(w, store.Say("Văn bản không ghi ngày ban hành."))
	}
	if d.IssuedDate.After(d.ArrivedDate) {
		w = append(w, store.Say("Ngày văn bản ({issued}) sau ngày đến ({arrived}).", "issued", d.IssuedDate, "arrived", d.ArrivedDate))
	}
	if d.DueDate.Before(d.ArrivedDate) {
		w = append(w, store.Say("Hạn giải quyết ({due}) trước ngày đến ({arrived}).", "due", d.DueDate, "arrived", d.ArrivedDate))
	} else if d.DueDate.Before(now) {
		w = append(w, store.Say("Hạn giải quyết ({due}) đã qua.", "due", d.DueDate))
	}
	return w
}

var sqlArrivedAs = store.SQL(`SELECT d.id FROM documents_incoming d WHERE d.agency_id = $1 AND d.document_id = $2 AND d.document_id <> '' AND d.sender_code = $3 ORDER BY d.id LIMIT 1`)

// ArrivedAs finds the receipt of a document by its sender and its identifier, for the registry that expects it; NotFound until it has come.
func ArrivedAs(ctx context.Context, r store.Reader, a store.Actor, senderCode, documentID string) (int64, error) {
	if err := mayRegistry(a); err != nil {
		return 0, err
	}
	id, ok, err := store.Maybe[int64](ctx, r, sqlArrivedAs, a.Agency, documentID, senderCode)
	if err == nil && !ok {
		err = errNotFound()
	}
	return id, err
}
