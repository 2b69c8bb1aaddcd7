package documents

import (
	"cmp"
	"context"
	"fmt"
	"regexp"
	"strings"

	"congvu/internal/calendar"
	"congvu/internal/org"
	"congvu/internal/store"
)

// PaperForm is a document that was signed and issued on paper and is entered by hand. It takes the next number of the same sequence
// as electronic ones (D4.6). Number with Suffix is given only for documents of a register on paper that came before: below the
// register's first number, or inserted such as 15a (D4.13).
type PaperForm struct {
	TypeCode, Subject, SignerName string
	Unit                          org.UnitID // that drafted it; 0 = the clerk's
	FieldAbbr                     string
	Date                          calendar.Date // "" = today
	Receivers                     []string
	KeptCopies                    int
	Urgency                       Urgency
	Register                      int64
	Migrated                      bool
	Number                        int64
	Suffix                        string
	Lost                          bool // Number is one that the register has forgotten (fence.go)
}

var (
	sqlPutPaperOutgoing = store.SQL(`INSERT INTO documents_outgoing (agency_id, id, state, revision, type_code, type_name, form, subject, authority, body, legal_bases,
		addressees, annexes, meeting, field_abbr, urgency, due_date, reply_to, kept_copies, restricted, unit_id, unit_name, drafter_id, drafter_holding, drafter_name,
		holder_holding, holder_person, holder_name, signer_holding, signer_person, signer_name, capacity, capacity_lines, signer_position, delegation_id,
		content_no, file_content_no, main_file, version, register_id, year, number, notation, number_text, issued_date, document_id,
		signed_us, numbered_us, sealed_us, issued_us, created_us, at_us, search_text)
		VALUES ($1, $2, 'issued', 1, $3, $4, $5, $6, '', '', '[]', '[]', '[]', 'null', $7, $8, '', 0, $9, FALSE, $10, $11, $12, $13, $14,
		0, 0, '', 0, 0, $15, '', '[]', '', 0, 1, 0, 0, 0, $16, $17, $18, $19, $20, $21, '', $22, $22, 0, $22, $22, $22, $23)`)
	sqlPutPaper = store.SQL(`INSERT INTO documents_paper_outgoing (agency_id, outgoing_id, register_id, year, number, suffix, notation, migrated) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`)
	sqlInserted = store.SQL(`SELECT p.number, p.suffix, o.number_text, p.outgoing_id, o.issued_date, o.type_name, o.subject, o.signer_name, o.unit_name, o.kept_copies, o.issued_us, o.state, o.recalled_us, o.recall_reason,
			CASE WHEN ` + outgoingSeen + ` THEN FALSE ELSE TRUE END AS hidden
		FROM documents_paper_outgoing p JOIN documents_outgoing o ON o.agency_id = p.agency_id AND o.id = p.outgoing_id
		WHERE p.agency_id = $1 AND p.register_id = $10 AND p.suffix <> '' AND o.issued_date >= $11 AND o.issued_date <= $12 AND p.number >= $13 AND p.number <= $14 ORDER BY p.number, p.suffix LIMIT $15`)
	suffixes = regexp.MustCompile(`^[a-zđ]?$`)
)

// EnterPaper enters a document issued on paper into the register (Đ.15 k.1, Đ.16): it has a number and a row, and no electronic
// version, so nothing of it is signed or sent by the system. The registry does.
func EnterPaper(ctx context.Context, tx *store.Tx, f PaperForm) (*Outgoing, error) {
	a := tx.Actor()
	if err := mayRegistry(a); err != nil {
		return nil, err
	}
	me, err := colleague(ctx, tx, "", org.HoldingID(a.Holding))
	if err != nil {
		return nil, err
	}
	f.Suffix = strings.ToLower(line(f.Suffix))
	o := &Outgoing{ID: tx.NewID(), AgencyID: a.Agency, DrafterID: a.Person, DrafterHolding: a.Holding, DrafterName: me.PersonName, UnitID: int64(me.UnitID), State: Issued}
	if err := o.fillPaper(ctx, tx, f); err != nil {
		return nil, err
	}
	b, err := o.paperBook(ctx, tx, f)
	if err != nil {
		return nil, err
	}
	if f.Migrated && f.Suffix == "" { // a number that is there already may also be one that a restore has lost
		if f.Lost, err = b.lost(ctx, tx, f.Number); err != nil {
			return nil, err
		}
	}
	if b.Year != today(tx.Now()).Year() && !f.Lost { // a register of last year takes what a restore around New Year has lost, nothing else
		return nil, store.RefuseField("date", "Ngày văn bản phải trong năm nay và không sau hôm nay.")
	}
	if f.Lost {
		if o.Number, err = f.Number, b.takeLost(ctx, tx, f.Number, o.Ref()); err == nil {
			err = o.mayFollow(ctx, tx, b, o.IssuedDate, true)
		}
	} else if !f.Migrated {
		if o.Number, err = b.draw(ctx, tx); err == nil {
			err = o.mayFollow(ctx, tx, b, o.IssuedDate, false)
		}
	} else {
		o.Number, err = f.Number, b.mayMigrate(ctx, tx, f)
	}
	if err != nil {
		return nil, err
	}
	o.RegisterID, o.Year, o.NumberText = b.ID, b.Year, fmt.Sprintf("%02d%s/%s", o.Number, f.Suffix, o.Notation)
	if err := o.putPaper(ctx, tx, f); err != nil {
		return nil, err
	}
	if err := tx.Record(store.Event{Verb: "document.entered_paper", Agency: o.AgencyID, Ref: o.Ref(), Title: o.Title()}); err != nil {
		return nil, err
	}
	return load(ctx, tx, o.AgencyID, o.ID)
}

func (o *Outgoing) fillPaper(ctx context.Context, tx *store.Tx, f PaperForm) error {
	var p store.Problems
	t, err := currentType(ctx, tx, f.TypeCode)
	if err != nil {
		return err
	}
	now := today(tx.Now())
	o.TypeCode, o.TypeName, o.Form, o.Subject, o.SignerName = t.Code, t.Name, t.Form, line(f.Subject), line(f.SignerName)
	o.IssuedDate, o.KeptCopies, o.Urgency, o.FieldAbbr = f.Date, f.KeptCopies, f.Urgency, line(f.FieldAbbr)
	if o.IssuedDate.IsZero() {
		o.IssuedDate = now
	}
	if n := len([]rune(o.Subject)); n == 0 || n > 500 {
		p.Add("subject", "Hãy ghi trích yếu nội dung (không quá 500 ký tự).")
	}
	if n := len([]rune(o.SignerName)); n == 0 || n > 200 {
		p.Add("signer", "Hãy ghi họ tên người ký (không quá 200 ký tự).")
	}
	if !o.IssuedDate.Valid() || o.IssuedDate.After(now) || o.IssuedDate.Year() != now.Year() && (!f.Lost && !f.Migrated || o.IssuedDate.Year() != now.Year()-1) {
		p.Add("date", "Ngày văn bản phải trong năm nay và không sau hôm nay.")
	}
	if o.KeptCopies < 0 || o.KeptCopies > 999 {
		p.Add("kept_copies", "Số bản lưu phải từ 0 đến 999.")
	}
	if !o.Urgency.Valid() {
		p.Add("urgency", "Độ khẩn phải là thường, khẩn, thượng khẩn hoặc hỏa tốc.")
	}
	if len([]rune(o.FieldAbbr)) > 20 || strings.ContainsAny(o.FieldAbbr, " /,") {
		p.Add("field_abbr", "Chữ viết tắt lĩnh vực không được dài quá 20 ký tự, không có dấu cách, dấu / hoặc dấu phẩy.")
	}
	if !suffixes.MatchString(f.Suffix) || !f.Migrated && (f.Number != 0 && !f.Lost || f.Suffix != "") {
		p.Add("number", "Số do hệ thống cấp theo thứ tự; chỉ văn bản chuyển từ sổ giấy trước đây mới ghi số có sẵn, kèm nhiều nhất một chữ cái.")
	}
	for _, name := range f.Receivers {
		if name = line(name); name != "" && len([]rune(name)) <= 500 {
			o.Receivers = append(o.Receivers, Receiver{Ordinal: len(o.Receivers) + 1, Name: name, Role: ForAction})
		}
	}
	if len(o.Receivers) == 0 || len(o.Receivers) > mostReceivers {
		p.Add("receivers", "Hãy ghi từ 1 đến {most} nơi nhận, mỗi nơi nhận một dòng.", "most", mostReceivers)
	}
	if err := o.fillUnit(ctx, tx, f.Unit, &p); err != nil {
		return err
	}
	return p.Err()
}

// paperBook is the register of the document; its notation follows that register's rule.
func (o *Outgoing) paperBook(ctx context.Context, tx *store.Tx, f PaperForm) (Book, error) {
	b, err := bookOf(ctx, tx, o.AgencyID, entry{register: f.Register, direction: OutgoingBook, on: o.IssuedDate, typeCode: o.TypeCode, unit: o.UnitID})
	if err != nil {
		return b, err
	}
	var ag *org.Agency
	if o.Notation, ag, err = o.notation(ctx, tx, o.IssuedDate); err == nil && b.Notation != "" {
		o.Notation, err = o.notationBy(ctx, tx, b, ag)
	}
	return b, err
}

// mayMigrate takes the number of an earlier register on paper: one below the first that the system gives, or an inserted one.
func (b Book) mayMigrate(ctx context.Context, r store.Reader, f PaperForm) error {
	if fenced, err := Fenced(ctx, r, b); err != nil || fenced > 0 && f.Suffix == "" && f.Number >= max(b.FirstNumber, 1) {
		return cmp.Or(err, b.noLost(f.Number))
	}
	if f.Number < 1 || f.Number > 1_000_000 || f.Suffix == "" && f.Number >= b.FirstNumber {
		return store.RefuseField("number", "Số có sẵn của văn bản chuyển từ sổ giấy phải nhỏ hơn số {first} mà sổ {name} bắt đầu cấp, hoặc là số chèn như 15a.", "first", fmt.Sprint(b.FirstNumber), "name", b.Name)
	}
	return nil
}

func (o *Outgoing) putPaper(ctx context.Context, tx *store.Tx, f PaperForm) error {
	err := tx.Put(ctx, sqlPutPaperOutgoing, o.AgencyID, o.ID, o.TypeCode, o.TypeName, o.Form, o.Subject, o.FieldAbbr, o.Urgency, o.KeptCopies, o.UnitID, o.UnitName,
		o.DrafterID, o.DrafterHolding, o.DrafterName, o.SignerName, o.RegisterID, o.Year, o.Number, o.Notation, o.NumberText, o.IssuedDate, tx.Now(), o.searchText())
	if err == nil && f.Suffix == "" {
		err = tx.Put(ctx, sqlPutNumber, o.AgencyID, o.RegisterID, o.Year, o.Number, o.ID, o.Notation, o.IssuedDate, o.Ref(), tx.Now())
	}
	if err == nil {
		err = tx.Put(ctx, sqlPutPaper, o.AgencyID, o.ID, o.RegisterID, o.Year, o.Number, f.Suffix, o.Notation, f.Migrated)
	}
	if err == nil {
		err = o.putReceivers(ctx, tx)
	}
	if err == nil {
		err = takePart(ctx, tx, o, o.DrafterID)
	}
	if err == nil {
		err = step(ctx, tx, o.AgencyID, o.Ref(), Step{Act: "enter_paper", What: store.Say("Vào sổ văn bản giấy đã ký, số {number}, ngày {date}.", "number", o.NumberText, "date", o.IssuedDate.Display())})
	}
	return err
}

// insertedLines are the rows of inserted numbers.
func (b Book) insertedLines(ctx context.Context, r store.Reader, a store.Actor, s Span) ([]BookLine, error) {
	type inserted struct {
		Suffix string
		RegisterRow
	}
	bound, err := outgoingBound(ctx, r, a)
	if err != nil {
		return nil, err
	}
	rows, err := store.All[inserted](ctx, r, sqlInserted, append(bound, b.ID, s.From, s.To, s.First, s.Last, mostPrinted)...)
	var lines []BookLine
	for _, row := range rows {
		e := row.entry()
		e.Cells[9] = alongside("Số chèn", e.Cells[9])
		lines = append(lines, BookLine{Number: row.Number, Suffix: row.Suffix, Ref: OutgoingRef(row.OutgoingID), On: row.IssuedDate, Cells: e.Cells, Void: e.Void, Hidden: row.Hidden})
	}
	return lines, err
}
