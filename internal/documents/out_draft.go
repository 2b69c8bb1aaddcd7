package documents

import (
	"context"
	"errors"
	"slices"
	"strings"

	"congvu/internal/i18n"
	"congvu/internal/org"
	"congvu/internal/store"
)

const (
	mostText      = 1 << 20
	mostReceivers = 1000
	mostLines     = 200
)

var (
	sqlPutOutgoing = store.SQL(`INSERT INTO documents_outgoing (agency_id, id, state, revision, type_code, type_name, form, subject, authority, body, legal_bases,
		addressees, annexes, meeting, field_abbr, urgency, due_date, reply_to, kept_copies, restricted, unit_id, unit_name, drafter_id, drafter_holding, drafter_name,
		holder_holding, holder_person, holder_name, signer_holding, signer_person, signer_name, capacity, capacity_lines, signer_position, delegation_id,
		content_no, file_content_no, main_file, version, register_id, year, number, notation, number_text, issued_date, document_id,
		signed_us, numbered_us, sealed_us, issued_us, created_us, at_us, search_text)
		VALUES ($1, $2, 'draft', 1, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23,
		0, 0, '', $24, $25, $26, $27, $28, $29, $30, 1, 0, 0, 0, 0, 0, 0, '', '', '', '', 0, 0, 0, 0, $31, $31, $32)`)
	sqlRevise = store.SQL(`UPDATE documents_outgoing SET state = $1, revision = revision + 1, type_code = $2, type_name = $3, form = $4, subject = $5, authority = $6,
		body = $7, legal_bases = $8, addressees = $9, annexes = $10, meeting = $11, field_abbr = $12, urgency = $13, due_date = $14, reply_to = $15, kept_copies = $16,
		restricted = $17, unit_id = $18, unit_name = $19, signer_holding = $20, signer_person = $21, signer_name = $22, capacity = $23, capacity_lines = $24,
		signer_position = $25, delegation_id = $26, content_no = content_no + 1, file_content_no = CASE WHEN CAST($27 AS BOOLEAN) THEN content_no + 1 ELSE file_content_no END,
		holder_holding = $28, holder_person = $29, holder_name = $30, at_us = $31, search_text = $32
		WHERE agency_id = $33 AND id = $34 AND state = $35 AND revision = $36`)
	sqlDropReceivers = store.SQL(`DELETE FROM documents_receivers WHERE agency_id = $1 AND outgoing_id = $2`)
	sqlPutReceiver   = store.SQL(`INSERT INTO documents_receivers (agency_id, outgoing_id, ordinal, receiver_agency, receiver_unit, name, role) VALUES ($1, $2, $3, $4, $5, $6, $7)`)
)

// Draft begins an outgoing document of the actor's agency (D8.2). Invalid lists everything wrong with the form at once.
func Draft(ctx context.Context, tx *store.Tx, f DraftForm) (*Outgoing, error) {
	a := tx.Actor()
	if a.Agency == 0 || a.Holding == 0 || a.Person == 0 {
		return nil, store.Refuse(store.Forbidden, "Chỉ người đang giữ một chức vụ trong cơ quan được soạn thảo văn bản.")
	}
	me, err := colleague(ctx, tx, "", org.HoldingID(a.Holding))
	if err != nil {
		return nil, err
	}
	o := &Outgoing{ID: tx.NewID(), AgencyID: a.Agency, DrafterID: a.Person, DrafterHolding: a.Holding, DrafterName: me.PersonName, UnitID: int64(me.UnitID), State: Drafted}
	if err := o.fill(ctx, tx, f); err != nil {
		return nil, err
	}
	err = tx.Put(ctx, sqlPutOutgoing, o.AgencyID, o.ID, o.TypeCode, o.TypeName, o.Form, o.Subject, o.Authority, o.Body, store.JSONOf(o.LegalBases),
		store.JSONOf(o.Addressees), store.JSONOf(o.Annexes), store.JSONOf(o.Meeting), o.FieldAbbr, o.Urgency, o.DueDate, o.ReplyTo, o.KeptCopies, o.Restricted,
		o.UnitID, o.UnitName, o.DrafterID, o.DrafterHolding, o.DrafterName, o.SignerHolding, o.SignerPerson, o.SignerName, o.Capacity,
		store.JSONOf(o.CapacityLines), o.SignerPosition, o.DelegationID, tx.Now(), o.searchText())
	if err == nil {
		err = o.putReceivers(ctx, tx)
	}
	if err == nil {
		err = takePart(ctx, tx, o, o.DrafterID)
	}
	if err == nil {
		err = o.want(ctx, tx, f.Register)
	}
	if err == nil {
		err = step(ctx, tx, o.AgencyID, o.Ref(), Step{Act: string(actDraft), What: store.Say("Khởi tạo dự thảo {type}.", "type", o.TypeName)})
	}
	if err == nil {
		err = tx.Record(store.Event{Verb: "document.drafted", Agency: o.AgencyID, Ref: o.Ref(), Title: o.Title()})
	}
	if err != nil {
		return nil, err
	}
	return load(ctx, tx, o.AgencyID, o.ID)
}

// Revise changes the text of a draft. After approval (awaiting signature) the drafter's change takes the document back to a draft
// (D8.4). Conflict when the form is stale.
func Revise(ctx context.Context, tx *store.Tx, id int64, f DraftForm) (*Outgoing, error) {
	o, way, err := begin(ctx, tx, id, ActRevise)
	if err == nil {
		err = o.stale(f.Revision)
	}
	if err != nil {
		return nil, err
	}
	was, revision := o.State, o.Revision
	if err := o.fill(ctx, tx, f); err != nil {
		return nil, err
	}
	if err := o.voidApprovals(ctx, tx, store.Say("sửa nội dung"), anyDuty); err != nil {
		return nil, err
	}
	if way.next != "" {
		o.State, o.HolderHolding, o.HolderPerson, o.HolderName = way.next, 0, 0, ""
	}
	uploaded, err := o.mainIsUploaded(ctx, tx)
	if err != nil {
		return nil, err
	}
	err = tx.Put(ctx, sqlRevise, o.State, o.TypeCode, o.TypeName, o.Form, o.Subject, o.Authority, o.Body, store.JSONOf(o.LegalBases), store.JSONOf(o.Addressees),
		store.JSONOf(o.Annexes), store.JSONOf(o.Meeting), o.FieldAbbr, o.Urgency, o.DueDate, o.ReplyTo, o.KeptCopies, o.Restricted, o.UnitID, o.UnitName,
		o.SignerHolding, o.SignerPerson, o.SignerName, o.Capacity, store.JSONOf(o.CapacityLines), o.SignerPosition, o.DelegationID, uploaded,
		o.HolderHolding, o.HolderPerson, o.HolderName, tx.Now(), o.searchText(), o.AgencyID, o.ID, was, revision)
	if err == nil {
		err = o.putReceivers(ctx, tx)
	}
	if err == nil {
		err = o.want(ctx, tx, f.Register)
	}
	if err == nil {
		err = o.doneEditing(ctx, tx)
	}
	if err == nil {
		what := store.Say("Sửa nội dung dự thảo.")
		if way.next != "" {
			what = store.Say("Sửa nội dung sau khi đã trình ký; văn bản trở lại dự thảo để duyệt lại.")
		}
		err = step(ctx, tx, o.AgencyID, o.Ref(), Step{Act: string(ActRevise), What: what})
	}
	if err == nil {
		err = tx.Record(store.Event{Verb: "document.revised", Agency: o.AgencyID, Ref: o.Ref(), Title: o.Title()})
	}
	if err != nil {
		return nil, err
	}
	return load(ctx, tx, o.AgencyID, o.ID)
}

func (o *Outgoing) searchText() string {
	parts := []string{o.NumberText, o.TypeName, o.Subject, o.SignerName, o.UnitName}
	for _, r := range o.Receivers {
		parts = append(parts, r.Name)
	}
	return i18n.Fold(strings.Join(parts, " "))
}

func (o *Outgoing) putReceivers(ctx context.Context, tx *store.Tx) error {
	if _, err := tx.Exec(ctx, sqlDropReceivers, o.AgencyID, o.ID); err != nil {
		return err
	}
	for _, r := range o.Receivers {
		if err := tx.Put(ctx, sqlPutReceiver, o.AgencyID, o.ID, r.Ordinal, r.Agency, r.Unit, r.Name, r.Role); err != nil {
			return err
		}
	}
	return nil
}

// fill takes a form over into the document and lists what is wrong with it.
func (o *Outgoing) fill(ctx context.Context, tx *store.Tx, f DraftForm) error {
	var p store.Problems
	find := currentType
	if o.TypeCode == f.TypeCode {
		find = FindType // begun while the type was in force
	}
	t, err := find(ctx, tx, f.TypeCode)
	if err != nil {
		return err
	}
	o.TypeCode, o.TypeName, o.Form = t.Code, t.Name, t.Form
	if f.Form == "1.3" && t.Form == "1.2" {
		o.Form = f.Form
	}
	o.Subject, o.Authority, o.Body = line(f.Subject), line(f.Authority), text(f.Body)
	if n := len([]rune(o.Subject)); n == 0 || n > 500 {
		p.Add("subject", "Hãy ghi trích yếu nội dung (không quá 500 ký tự).")
	}
	if len(o.Body) > mostText || len(o.Authority) > 500 {
		p.Add("body", "Nội dung dài hơn 1 MB. Hãy chuyển phần dài thành phụ lục hoặc tệp kèm theo.")
	}
	o.LegalBases, o.Addressees = lines(f.LegalBases), lines(f.Addressees)
	o.Annexes = slices.Clone(f.Annexes)
	size := 0
	for i := range o.Annexes {
		o.Annexes[i].Title, o.Annexes[i].Body = line(o.Annexes[i].Title), text(o.Annexes[i].Body)
		size += len(o.Annexes[i].Title) + len(o.Annexes[i].Body)
	}
	if len(o.LegalBases) > mostLines || len(o.Addressees) > mostLines || len(o.Annexes) > 50 || size > mostText {
		p.Add("annexes", "Có quá nhiều căn cứ, nơi kính gửi hoặc phụ lục. Hãy chuyển bớt thành tệp kèm theo.")
	}
	o.Meeting = Meeting{Event: line(f.Meeting.Event), Chair: line(f.Meeting.Chair), Time: line(f.Meeting.Time), Place: line(f.Meeting.Place)}
	if o.Urgency = f.Urgency; !f.Urgency.Valid() {
		p.Add("urgency", "Độ khẩn phải là thường, khẩn, thượng khẩn hoặc hỏa tốc.")
	}
	if o.FieldAbbr = line(f.FieldAbbr); len([]rune(o.FieldAbbr)) > 20 || strings.ContainsAny(o.FieldAbbr, " /,") {
		p.Add("field_abbr", "Chữ viết tắt lĩnh vực không được dài quá 20 ký tự, không có dấu cách, dấu / hoặc dấu phẩy.")
	}
	if o.KeptCopies = f.KeptCopies; f.KeptCopies < 0 || f.KeptCopies > 999 {
		p.Add("kept_copies", "Số bản lưu phải từ 0 đến 999.")
	}
	if f.DueDate != o.DueDate {
		dueDate(&p, "due_date", f.DueDate, today(tx.Now()))
	}
	if f.ReplyTo != 0 && f.ReplyTo != o.ReplyTo {
		if _, err := FindIncoming(ctx, tx, tx.Actor(), f.ReplyTo); errors.Is(err, store.NotFound) {
			p.Add("reply_to", "Không tìm thấy văn bản đến cần trả lời, hoặc văn bản không thuộc phạm vi của ông/bà.")
		} else if err != nil {
			return err
		}
	}
	o.DueDate, o.ReplyTo, o.Restricted = f.DueDate, f.ReplyTo, f.Restricted
	if err := o.fillUnit(ctx, tx, f.Unit, &p); err != nil {
		return err
	}
	if err := o.fillSigner(ctx, tx, f.Signer, f.Capacity, &p); err != nil {
		return err
	}
	if err := o.fillReceivers(ctx, tx, f.Receivers, &p); err != nil {
		return err
	}
	return p.Err()
}

func lines(in []string) []string {
	out := []string{}
	for _, s := range in {
		if s = line(s); s != "" {
			out = append(out, s)
		}
	}
	return out
}

func (o *Outgoing) fillUnit(ctx context.Context, r store.Reader, id org.UnitID, p *store.Problems) error {
	if id != 0 {
		o.UnitID = int64(id)
	}
	o.UnitName = ""
	if o.UnitID == 0 {
		return nil
	}
	u, err := unitOf(ctx, r, o.AgencyID, org.UnitID(o.UnitID))
	if err != nil {
		return err
	}
	if u == nil {
		p.Add("unit", "Đơn vị soạn thảo không thuộc cơ quan. Hãy chọn lại.")
		return nil
	}
	o.UnitName = u.Name
	return nil
}

// fillSigner takes the signer and his capacity; capacities that org does not allow are refused (D6.7). No signer yet is allowed in a draft.
func (o *Outgoing) fillSigner(ctx context.Context, tx *store.Tx, id org.HoldingID, code string, p *store.Problems) error {
	o.SignerHolding, o.SignerPerson, o.SignerName, o.Capacity, o.CapacityLines, o.SignerPosition, o.DelegationID = 0, 0, "", "", []string{}, "", 0
	if id == 0 {
		return nil
	}
	h, err := colleague(ctx, tx, "signer", id)
	if r, ok := errorsAs[*store.Refusal](err); ok && r.Kind == store.Invalid {
		*p = append(*p, r.Problems...)
		return nil
	}
	if err != nil {
		return err
	}
	c, err := capacity(ctx, tx, id, o.TypeCode, code, tx.Now())
	if err != nil {
		return err
	}
	if c == nil {
		p.Add("capacity", "{name} ({title}) không được ký loại văn bản này với quyền hạn đã chọn. Hãy chọn người ký hoặc quyền hạn khác.", "name", h.PersonName, "title", h.Title)
		return nil
	}
	o.SignerHolding, o.SignerPerson, o.SignerName = int64(h.ID), int64(h.PersonID), h.PersonName
	o.Capacity, o.CapacityLines, o.SignerPosition, o.DelegationID = c.Code, c.Lines, c.Position, int64(c.Delegation)
	return nil
}

func (o *Outgoing) fillReceivers(ctx context.Context, tx *store.Tx, in []ReceiverForm, p *store.Problems) error {
	o.Receivers = nil
	in, err := expand(ctx, tx, in, p)
	if err != nil {
		return err
	}
	if len(in) > mostReceivers {
		p.Add("receivers", "Một văn bản có nhiều nhất {most} nơi nhận.", "most", mostReceivers)
		return nil
	}
	seen := map[Receiver]bool{}
	for i, f := range in {
		r := Receiver{Agency: f.Agency, Unit: f.Unit, Name: line(f.Name), Role: f.Role}
		if r.Role == "" {
			r.Role = ForAction
		}
		name, err := receiverName(ctx, tx, o.AgencyID, r)
		if err != nil {
			return err
		}
		r.Name = name
		key := Receiver{Agency: r.Agency, Unit: r.Unit}
		if r.Agency == 0 && r.Unit == 0 {
			key.Name = i18n.Fold(r.Name)
		}
		switch {
		case r.Name == "" || len([]rune(r.Name)) > 500:
			p.Add("receivers", "Nơi nhận thứ {n} không có trong danh bạ hoặc không có tên. Hãy chọn lại.", "n", i+1)
		case int64(r.Agency) == o.AgencyID:
			p.Add("receivers", "Nơi nhận {name} là chính cơ quan ban hành. Hãy chọn đơn vị nhận trong cơ quan.", "name", r.Name)
		case r.Role != ForAction && r.Role != ForInformation:
			p.Add("receivers", "Vai trò của nơi nhận {name} phải là để thực hiện hoặc để biết.", "name", r.Name)
		case seen[key]:
			p.Add("receivers", "Nơi nhận {name} có hai lần. Hãy bỏ bớt một lần.", "name", r.Name)
		}
		if err := refuseEnded(ctx, tx, r, p); err != nil {
			return err
		}
		seen[key] = true
		r.Ordinal = len(o.Receivers) + 1
		o.Receivers = append(o.Receivers, r)
	}
	return nil
}
