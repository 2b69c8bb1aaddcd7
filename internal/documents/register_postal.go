package documents

import (
	"context"
	"fmt"
	"strings"

	"congvu/internal/calendar"
	"congvu/internal/paper"
	"congvu/internal/store"
)

// Posting is a line of sổ gửi văn bản đi bưu điện (D7.4): envelopes handed to the post.
type Posting struct {
	ID         int64
	SentOn     calendar.Date
	OutgoingID int64 // 0 = a document of before the system
	Code       string
	Receiver   string
	Envelopes  int
	Postmark   string // code of the consignment
	Note       string
	VoidReason string
	PersonName string
	At         store.Instant `db:"at_us"`
}

// PostingForm hands envelopes to the post. Outgoing names an issued document, whose number is then taken; else Code does.
type PostingForm struct {
	SentOn         calendar.Date // "" = today
	Outgoing       int64
	Code, Receiver string
	Envelopes      int
	Postmark, Note string
}

var (
	sqlPutPosting = store.SQL(`INSERT INTO documents_postings (agency_id, id, sent_on, outgoing_id, code, receiver, envelopes, postmark, note, void_reason, person_id, person_name, at_us)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, '', $10, $11, $12)`)
	sqlPostings = store.SQL(`SELECT id, sent_on, outgoing_id, code, receiver, envelopes, postmark, note, void_reason, person_name, at_us FROM documents_postings
		WHERE agency_id = $1 AND sent_on >= $2 AND sent_on <= $3 ORDER BY sent_on, id LIMIT $4`)
	sqlPosting = store.SQL(`SELECT id, sent_on, outgoing_id, code, receiver, envelopes, postmark, note, void_reason, person_name, at_us FROM documents_postings
		WHERE agency_id = $1 AND id = $2 AND void_reason = ''`)
	sqlVoidPosting = store.SQL(`UPDATE documents_postings SET void_reason = $1 WHERE agency_id = $2 AND id = $3 AND void_reason = ''`)
	sqlIssuedCode  = store.SQL(`SELECT id, number_text FROM documents_outgoing WHERE agency_id = $1 AND year = $2 AND state = 'issued' AND number > 0 AND number_text = $3 ORDER BY id LIMIT 1`)
)

// Post writes envelopes handed to the post. The registry does.
func Post(ctx context.Context, tx *store.Tx, f PostingForm) (*Posting, error) {
	a := tx.Actor()
	if err := mayRegistry(a); err != nil {
		return nil, err
	}
	now := today(tx.Now())
	v := Posting{ID: tx.NewID(), SentOn: f.SentOn, OutgoingID: f.Outgoing, Code: line(f.Code), Receiver: line(f.Receiver), Envelopes: f.Envelopes, Postmark: line(f.Postmark), Note: line(f.Note), At: tx.Now()}
	var p store.Problems
	if v.SentOn.IsZero() {
		v.SentOn = now
	}
	if !v.SentOn.Valid() || v.SentOn.After(now) {
		p.Add("sent_on", "Ngày chuyển không được sau hôm nay.")
	}
	if n := len([]rune(v.Receiver)); n == 0 || n > 500 {
		p.Add("receiver", "Hãy ghi nơi nhận (không quá 500 ký tự).")
	}
	if v.Envelopes < 1 || v.Envelopes > 9999 {
		p.Add("envelopes", "Số lượng bì phải từ 1 đến 9999.")
	}
	if len([]rune(v.Postmark)) > 100 || len([]rune(v.Note)) > 500 {
		p.Add("note", "Số hiệu bưu gửi không dài quá 100 ký tự, ghi chú không dài quá 500 ký tự.")
	}
	if err := v.name(ctx, tx, now, &p); err != nil {
		return nil, err
	}
	if err := p.Err(); err != nil {
		return nil, err
	}
	var err error
	if v.PersonName, _, err = nameActor(ctx, tx, a); err != nil {
		return nil, err
	}
	err = tx.Put(ctx, sqlPutPosting, a.Agency, v.ID, v.SentOn, v.OutgoingID, v.Code, v.Receiver, v.Envelopes, v.Postmark, v.Note, a.Person, v.PersonName, v.At)
	if err != nil {
		return nil, err
	}
	return &v, tx.Record(store.Event{Verb: "posting.entered", Agency: a.Agency, Ref: fmt.Sprintf("posting/%d", v.ID), Title: v.Code})
}

// name finds the issued document of the number that was typed, so that the line leads to it.
func (v *Posting) name(ctx context.Context, tx *store.Tx, now calendar.Date, p *store.Problems) error {
	id, code, err := issuedCode(ctx, tx, v.OutgoingID, v.Code, now)
	if err != nil {
		return err
	}
	if v.OutgoingID, v.Code = id, code; v.Code == "" || len([]rune(v.Code)) > 100 {
		p.Add("code", "Hãy ghi số, ký hiệu văn bản (không quá 100 ký tự).")
	}
	return nil
}

// issuedCode gives the issued document that an id or a number of this year names; id 0 when the number is not one of ours.
func issuedCode(ctx context.Context, tx *store.Tx, id int64, code string, now calendar.Date) (int64, string, error) {
	if id != 0 {
		o, err := findHeld(ctx, tx, tx.Actor(), id)
		if err != nil {
			return 0, "", err
		}
		if o.State != Issued {
			return 0, "", store.RefuseField("code", "Văn bản chưa ban hành nên chưa gửi hoặc cho sử dụng bản lưu được.")
		}
		return o.ID, o.NumberText, nil
	}
	type found struct {
		ID         int64
		NumberText string
	}
	f, ok, err := store.Maybe[found](ctx, tx, sqlIssuedCode, tx.Actor().Agency, now.Year(), code)
	if err != nil || !ok {
		return 0, code, err
	}
	return f.ID, f.NumberText, nil
}

func errNoPosting() error {
	return store.Refuse(store.NotFound, "Không tìm thấy dòng này trong sổ gửi văn bản đi bưu điện, hoặc dòng đã gạch bỏ.")
}

// FindPosting gives a line that stands, for the registry that would strike it out. NotFound for a foreign or a voided one.
func FindPosting(ctx context.Context, r store.Reader, a store.Actor, id int64) (*Posting, error) {
	if err := mayRegistry(a); err != nil {
		return nil, err
	}
	v, ok, err := store.Maybe[Posting](ctx, r, sqlPosting, a.Agency, id)
	if err == nil && !ok {
		err = errNoPosting()
	}
	return &v, err
}

// VoidPosting strikes a line out with its reason; it stays.
func VoidPosting(ctx context.Context, tx *store.Tx, id int64, reason string) error {
	a := tx.Actor()
	if err := mayRegistry(a); err != nil {
		return err
	}
	reason, err := reasonText(reason)
	if err != nil {
		return err
	}
	n, err := tx.Exec(ctx, sqlVoidPosting, reason, a.Agency, id)
	if err == nil && n != 1 {
		err = errNoPosting()
	}
	if err != nil {
		return err
	}
	return tx.Record(store.Event{Verb: "posting.voided", Agency: a.Agency, Ref: fmt.Sprintf("posting/%d", id)})
}

// Postings reads the book of a span of days ("" = this year), for those who read registers.
func Postings(ctx context.Context, r store.Reader, a store.Actor, s Span) ([]Posting, error) {
	if !SeesAll(a) {
		return nil, errRegisterReaders()
	}
	if err := s.problems().Err(); err != nil {
		return nil, err
	}
	s = s.within(nowOf(r).Year())
	rows, err := store.All[Posting](ctx, r, sqlPostings, a.Agency, s.From, s.To, mostPrinted+1)
	if err == nil && len(rows) > mostPrinted {
		err = errTooLong()
	}
	return rows, err
}

// PrintPostings gives sổ gửi văn bản đi bưu điện with its six columns (D7.4).
func PrintPostings(ctx context.Context, r store.Reader, a store.Actor, s Span, volume string) (*Sheet, error) {
	rows, err := Postings(ctx, r, a, s)
	if err != nil {
		return nil, err
	}
	sheet, err := cover(ctx, r, a, "Sổ gửi văn bản đi bưu điện", spanYear(s, nowOf(r)), s, paper.PostalColumns)
	if err != nil {
		return nil, err
	}
	sheet.Book.Volume = line(volume)
	for _, v := range rows {
		note := v.Note
		if v.VoidReason != "" {
			note = alongside("Gạch bỏ: "+v.VoidReason, note)
		}
		sheet.Book.Entries = append(sheet.Book.Entries, paper.Entry{Void: v.VoidReason != "", Cells: []string{v.SentOn.Display(), v.Code, v.Receiver, fmt.Sprint(v.Envelopes), v.Postmark, note}})
	}
	return sheet, nil
}

func spanYear(s Span, now calendar.Date) int {
	if s.From.IsZero() {
		return now.Year()
	}
	return s.From.Year()
}

// CopyUse is a line of sổ sử dụng bản lưu (D7.5): who used a kept copy, by whose leave, until when.
type CopyUse struct {
	ID          int64
	LentOn      calendar.Date
	UserName    string
	OutgoingID  int64
	Code        string // number, notation and date of the document
	About       string
	DossierCode string
	AllowedBy   string
	Note        string
	ReturnedOn  calendar.Date // "" = still out
	PersonName  string
	At          store.Instant `db:"at_us"`
}

// CopyUseForm lends a kept copy. Outgoing names an issued document, whose number and subject are then taken.
type CopyUseForm struct {
	LentOn                                    calendar.Date // "" = today
	UserName                                  string
	Outgoing                                  int64
	Code, About, DossierCode, AllowedBy, Note string
}

const copyUseColumns = `id, lent_on, user_name, outgoing_id, code, about, dossier_code, allowed_by, note, returned_on, person_name, at_us`

var (
	sqlPutCopyUse = store.SQL(`INSERT INTO documents_copy_uses (agency_id, id, lent_on, user_name, outgoing_id, code, about, dossier_code, allowed_by, note, returned_on, person_id, person_name, at_us)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, '', $11, $12, $13)`)
	sqlCopyUses     = store.SQL(`SELECT ` + copyUseColumns + ` FROM documents_copy_uses WHERE agency_id = $1 AND lent_on >= $2 AND lent_on <= $3 ORDER BY lent_on, id LIMIT $4`)
	sqlCopyUse      = store.SQL(`SELECT ` + copyUseColumns + ` FROM documents_copy_uses WHERE agency_id = $1 AND id = $2`)
	sqlCopyReturned = store.SQL(`UPDATE documents_copy_uses SET returned_on = $1 WHERE agency_id = $2 AND id = $3 AND returned_on = ''`)
)

// LendCopy writes that a kept copy is used (Đ.19, D7.5). The registry does.
func LendCopy(ctx context.Context, tx *store.Tx, f CopyUseForm) (*CopyUse, error) {
	a := tx.Actor()
	if err := mayRegistry(a); err != nil {
		return nil, err
	}
	now := today(tx.Now())
	v := CopyUse{ID: tx.NewID(), LentOn: f.LentOn, UserName: line(f.UserName), OutgoingID: f.Outgoing, Code: line(f.Code), About: line(f.About), DossierCode: line(f.DossierCode),
		AllowedBy: line(f.AllowedBy), Note: line(f.Note), At: tx.Now()}
	if v.LentOn.IsZero() {
		v.LentOn = now
	}
	id, code, err := issuedCode(ctx, tx, v.OutgoingID, v.Code, now)
	if err != nil {
		return nil, err
	}
	if id != 0 {
		o, err := findHeld(ctx, tx, a, id)
		if err != nil {
			return nil, err
		}
		v.OutgoingID, v.Code, v.About = id, code+" ngày "+o.IssuedDate.Display(), strings.TrimSpace(o.TypeName+" "+o.Subject)
	}
	var p store.Problems
	if !v.LentOn.Valid() || v.LentOn.After(now) {
		p.Add("lent_on", "Ngày sử dụng không được sau hôm nay.")
	}
	for _, x := range []struct{ field, text, label string }{{"user", v.UserName, "Họ tên người sử dụng"}, {"code", v.Code, "Số, ký hiệu văn bản"}, {"about", v.About, "Tên loại và trích yếu"}, {"allowed_by", v.AllowedBy, "Người cho phép sử dụng"}} {
		switch n := len([]rune(x.text)); {
		case n == 0 && x.field == "about" && v.Code == "": // it comes with the code
		case n == 0:
			p.Add(x.field, "Hãy ghi mục “{label}”.", "label", store.Say(x.label))
		case n > 600:
			p.Add(x.field, "{label} không dài quá 600 ký tự.", "label", store.Say(x.label))
		}
	}
	if len([]rune(v.DossierCode)) > 50 || len([]rune(v.Note)) > 500 {
		p.Add("note", "Số và ký hiệu hồ sơ không dài quá 50 ký tự, ghi chú không dài quá 500 ký tự.")
	}
	if err := p.Err(); err != nil {
		return nil, err
	}
	if v.PersonName, _, err = nameActor(ctx, tx, a); err != nil {
		return nil, err
	}
	err = tx.Put(ctx, sqlPutCopyUse, a.Agency, v.ID, v.LentOn, v.UserName, v.OutgoingID, v.Code, v.About, v.DossierCode, v.AllowedBy, v.Note, a.Person, v.PersonName, v.At)
	if err != nil {
		return nil, err
	}
	return &v, tx.Record(store.Event{Verb: "copy.lent", Agency: a.Agency, Ref: fmt.Sprintf("copy/%d", v.ID), Title: v.Code})
}

// FindCopyUse gives one use of a kept copy, for the registry that takes it back.
func FindCopyUse(ctx context.Context, r store.Reader, a store.Actor, id int64) (*CopyUse, error) {
	if err := mayRegistry(a); err != nil {
		return nil, err
	}
	v, ok, err := store.Maybe[CopyUse](ctx, r, sqlCopyUse, a.Agency, id)
	if err == nil && !ok {
		err = store.Refuse(store.NotFound, "Không tìm thấy lần sử dụng bản lưu này trong cơ quan.")
	}
	return &v, err
}

// ReturnCopy writes that a kept copy came back.
func ReturnCopy(ctx context.Context, tx *store.Tx, id int64, on calendar.Date) error {
	a := tx.Actor()
	v, err := FindCopyUse(ctx, tx, a, id)
	if err != nil {
		return err
	}
	now := today(tx.Now())
	if on.IsZero() {
		on = now
	}
	if !on.Valid() || on.After(now) || on.Before(v.LentOn) {
		return store.RefuseField("on", "Ngày trả phải từ ngày cho sử dụng đến hôm nay.")
	}
	if v.ReturnedOn != "" {
		return store.Refuse(store.Conflict, "Bản lưu này đã trả ngày {date}. Không có gì thay đổi.", "date", v.ReturnedOn.Display())
	}
	if err := tx.Put(ctx, sqlCopyReturned, on, a.Agency, id); err != nil {
		return err
	}
	return tx.Record(store.Event{Verb: "copy.returned", Agency: a.Agency, Ref: fmt.Sprintf("copy/%d", id), Title: v.Code})
}

// CopyUses reads the book of a span of days ("" = this year), for those who read registers.
func CopyUses(ctx context.Context, r store.Reader, a store.Actor, s Span) ([]CopyUse, error) {
	if !SeesAll(a) {
		return nil, errRegisterReaders()
	}
	if err := s.problems().Err(); err != nil {
		return nil, err
	}
	s = s.within(nowOf(r).Year())
	rows, err := store.All[CopyUse](ctx, r, sqlCopyUses, a.Agency, s.From, s.To, mostPrinted+1)
	if err == nil && len(rows) > mostPrinted {
		err = errTooLong()
	}
	return rows, err
}

// PrintCopyUses gives sổ sử dụng bản lưu with its nine columns (D7.5).
func PrintCopyUses(ctx context.Context, r store.Reader, a store.Actor, s Span, volume string) (*Sheet, error) {
	rows, err := CopyUses(ctx, r, a, s)
	if err != nil {
		return nil, err
	}
	sheet, err := cover(ctx, r, a, "Sổ sử dụng bản lưu", spanYear(s, nowOf(r)), s, paper.CopyUseColumns)
	if err != nil {
		return nil, err
	}
	sheet.Book.Volume = line(volume)
	for _, v := range rows {
		sheet.Book.Entries = append(sheet.Book.Entries, paper.Entry{Cells: []string{v.LentOn.Display(), v.UserName, v.Code, v.About, v.DossierCode, "", v.ReturnedOn.Display(), v.AllowedBy, v.Note}})
	}
	return sheet, nil
}
