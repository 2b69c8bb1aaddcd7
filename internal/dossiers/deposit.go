package dossiers

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"congvu/internal/calendar"
	"congvu/internal/i18n"
	"congvu/internal/org"
	"congvu/internal/paper"
	"congvu/internal/store"
)

const mostDeposited = 500

// Kinds of a deposit.
const (
	ToCurrent    = "current"    // the agency's own archive (TT05 art. 19)
	ToHistorical = "historical" // the historical archive: permanent dossiers only (D15.1, D16.7)
)

// Historical are the fields of a registration with the historical archive (TT05 art. 20; D16.8).
type Historical struct {
	ArchiveName string        `json:"archive_name,omitempty"`
	Fonds       string        `json:"fonds,omitempty"`
	Scheme      string        `json:"scheme,omitempty"` // classification
	Planned     calendar.Date `json:"planned,omitempty"`
	Mode        string        `json:"mode,omitempty"` // direct, online
	PaperPart   bool          `json:"paper_part,omitempty"`
	Contact     string        `json:"contact,omitempty"`
	Note        string        `json:"note,omitempty"`
	RequestCode string        `json:"request_code,omitempty"`
}

// Deposit is a handing over of dossiers to an archive.
type Deposit struct {
	ID, AgencyID  int64
	Kind          string
	State         State // submitted, accepted, returned
	Year          int
	Ordinal       int // of the kind in the year
	UnitName      string
	PersonID      int64
	PersonName    string
	PersonTitle   string
	ReceiverName  string
	ReceiverTitle string
	Subject       string
	Period        string
	Dossiers, Documents, Files, Pages,
	Bytes int64
	Condition  string
	Historical Historical    `db:"-"`
	AnswerDue  calendar.Date // by when the archive answers
	Answer     string
	At         store.Instant `db:"at_us"`
	AnsweredAt store.Instant `db:"answered_us"`
	Lines      []DepositLine `db:"-"`
}

type depositRow struct {
	Deposit
	FieldsJSON store.JSON `db:"fields"`
}

// DepositLine is one dossier of a deposit with the totals of the moment and what the archive's checks found.
type DepositLine struct {
	DossierID   int64
	Ordinal     int
	Code, Title string
	Retention
	State                          State
	StartDate, EndDate             calendar.Date
	Documents, Pages, Files, Bytes int64
	Checks                         *Checks `db:"-"`
}

type lineRow struct {
	DepositLine
	ChecksJSON store.JSON `db:"checks"`
}

// Checks is what the archivist's examination of a dossier found (D16.9).
type Checks struct {
	At       store.Instant `json:"at"`
	Files    int           `json:"files"`
	Missing  []string      `json:"missing"` // files that are not there or not the bytes that were deposited
	Failed   []string      `json:"failed"`  // PDF whose signatures do not stand
	Viruses  []string      `json:"viruses"`
	Scanned  bool          `json:"scanned"` // a virus scanner was there
	Totals   bool          `json:"totals"`  // as many documents, pages and files as the list says
	Shortage string        `json:"shortage,omitempty"`
}

// Sound tells whether nothing stands against acceptance.
func (c *Checks) Sound() bool {
	return c != nil && len(c.Missing) == 0 && len(c.Viruses) == 0 && c.Totals
}

const depositColumns = `p.id, p.agency_id, p.kind, p.state, p.year, p.ordinal, p.unit_name, p.person_id, p.person_name, p.person_title, p.receiver_name, p.receiver_title, p.subject, p.period,
	p.dossiers, p.documents, p.files, p.pages, p.bytes, p.condition, p.fields, p.answer_due, p.answer, p.at_us, p.answered_us`

var (
	sqlDeposits   = store.SQL(`SELECT ` + depositColumns + ` FROM dossiers_deposits p WHERE p.agency_id = $1 AND (CAST($2 AS BOOLEAN) OR p.person_id = $3) ORDER BY p.id DESC LIMIT 200`)
	sqlDeposit    = store.SQL(`SELECT ` + depositColumns + ` FROM dossiers_deposits p WHERE p.agency_id = $1 AND (CAST($2 AS BOOLEAN) OR p.person_id = $3) AND p.id = $4`)
	sqlPutDeposit = store.SQL(`INSERT INTO dossiers_deposits (agency_id, id, kind, state, year, ordinal, unit_name, person_id, person_name, person_title, receiver_name, receiver_title, subject, period, dossiers,
		documents, files, pages, bytes, condition, fields, answer_due, answer, at_us, answered_us) VALUES ($1, $2, $3, 'submitted', $4, $5, $6, $7, $8, $9, '', '', $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, '', $20, 0)`)
	sqlAnswerDeposit = store.SQL(`UPDATE dossiers_deposits SET state = $1, receiver_name = $2, receiver_title = $3, answer = $4, answered_us = $5 WHERE agency_id = $6 AND id = $7 AND state = 'submitted'`)
	sqlPutLine       = store.SQL(`INSERT INTO dossiers_deposit_lines (agency_id, deposit_id, dossier_id, ordinal, documents, pages, files, bytes, checks) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`)
	sqlDepositLines  = store.SQL(`SELECT l.dossier_id, l.ordinal, d.code, d.title, d.retention_code, d.retention_years, d.state, d.start_date, d.end_date, l.documents, l.pages, l.files, l.bytes, l.checks
		FROM dossiers_deposit_lines l JOIN dossiers_dossiers d ON d.agency_id = l.agency_id AND d.id = l.dossier_id WHERE l.agency_id = $1 AND l.deposit_id = $2 ORDER BY l.ordinal`)
	sqlCheckLine = store.SQL(`UPDATE dossiers_deposit_lines SET checks = $1 WHERE agency_id = $2 AND deposit_id = $3 AND dossier_id = $4`)
)

// Ref is the deposit's name in history and journal.
func (p *Deposit) Ref() string { return fmt.Sprintf("deposit/%d", p.ID) }

// Name is how a person names a deposit.
func (p *Deposit) Name() string { return fmt.Sprintf("%d/%d", p.Ordinal, p.Year) }

// Deposits lists deposits, newest first: the archivist and leaders all of the agency, others their own.
func Deposits(ctx context.Context, r store.Reader, a store.Actor) ([]Deposit, error) {
	rows, err := store.All[depositRow](ctx, r, sqlDeposits, a.Agency, SeesAll(a), person(a))
	out := make([]Deposit, len(rows))
	for i := range rows {
		out[i] = rows[i].Deposit
	}
	return out, err
}

// FindDeposit gives a deposit with its lines; NotFound to others.
func FindDeposit(ctx context.Context, r store.Reader, a store.Actor, id int64) (*Deposit, error) {
	row, ok, err := store.Maybe[depositRow](ctx, r, sqlDeposit, a.Agency, SeesAll(a), person(a), id)
	if err == nil && !ok {
		err = store.Refuse(store.NotFound, "Không tìm thấy đợt nộp lưu này trong phạm vi ông/bà được xem.")
	}
	if err == nil {
		err = json.Unmarshal([]byte(row.FieldsJSON), &row.Historical)
	}
	if err != nil {
		return nil, err
	}
	p := &row.Deposit
	lines, err := store.All[lineRow](ctx, r, sqlDepositLines, p.AgencyID, p.ID)
	for _, l := range lines {
		if l.ChecksJSON != "{}" && err == nil {
			l.Checks = &Checks{}
			err = json.Unmarshal([]byte(l.ChecksJSON), l.Checks)
		}
		p.Lines = append(p.Lines, l.DepositLine)
	}
	return p, err
}

// DepositForm is what the depositor says.
type DepositForm struct {
	Dossiers  []int64
	Subject   string // name of the block of documents; "" = by the unit
	Condition string // state of the documents
}

// Submit hands closed dossiers to the archive with their list and record (TT05 art. 19, D16.2, D16.5). A dossier stands once in a deposit.
func Submit(ctx context.Context, tx *store.Tx, f DepositForm) (*Deposit, error) {
	p, ids, err := newDeposit(ctx, tx, ToCurrent, f)
	if err != nil {
		return nil, err
	}
	n, err := days(ctx, tx, p.AgencyID, "dossiers.answer_days", 60)
	if err != nil {
		return nil, err
	}
	p.AnswerDue = nowDay(tx).AddDays(n)
	archivists, err := archivistsOf(ctx, tx, p.AgencyID)
	if err != nil {
		return nil, err
	}
	for i, id := range ids {
		d, err := begin(ctx, tx, id, ActSubmit)
		if err != nil {
			return nil, err
		}
		d.DepositID = p.ID
		if err := p.take(ctx, tx, d, i+1); err != nil {
			return nil, err
		}
		if err := d.save(ctx, tx, told{verb: "dossier.submitted", act: string(ActSubmit), notify: archivists, what: store.Say("Nộp hồ sơ {code} vào lưu trữ cơ quan, đợt {deposit}.", "code", d.Code, "deposit", p.Name())}); err != nil {
			return nil, err
		}
	}
	return p, p.insert(ctx, tx)
}

func archivistsOf(ctx context.Context, tx *store.Tx, agency int64) ([]int64, error) {
	staff, err := org.Staff(ctx, tx, org.AgencyID(agency), nowDay(tx))
	var out []int64
	for _, h := range staff {
		if h.Roles.Has(store.Archivist) {
			out = append(out, int64(h.PersonID))
		}
	}
	return out, err
}

func newDeposit(ctx context.Context, tx *store.Tx, kind string, f DepositForm) (*Deposit, []int64, error) {
	a := tx.Actor()
	if len(f.Dossiers) == 0 || len(f.Dossiers) > mostDeposited {
		return nil, nil, store.RefuseField("dossiers", "Chọn từ 1 đến {limit} hồ sơ.", "limit", mostDeposited)
	}
	seen := map[int64]bool{}
	for _, id := range f.Dossiers {
		if seen[id] {
			return nil, nil, store.RefuseField("dossiers", "Một hồ sơ được chọn hai lần trong cùng đợt nộp. Bỏ hồ sơ trùng rồi nộp lại.")
		}
		seen[id] = true
	}
	p := &Deposit{ID: tx.NewID(), AgencyID: a.Agency, Kind: kind, State: Submitted, Year: nowDay(tx).Year(), PersonID: person(a), Subject: i18n.CleanLine(f.Subject), Condition: i18n.Clean(f.Condition), At: tx.Now()}
	var problems store.Problems
	tooLong(&problems, "subject", p.Subject, 500)
	tooLong(&problems, "condition", p.Condition, 2000)
	if err := problems.Err(); err != nil {
		return nil, nil, err
	}
	h, err := org.HoldingAt(ctx, tx, org.HoldingID(a.Holding), nowDay(tx))
	if err != nil {
		return nil, nil, err
	}
	p.PersonName, p.PersonTitle, p.UnitName = h.PersonName, h.Title, orElse(h.UnitName, h.AgencyName)
	if p.Subject == "" {
		p.Subject = "Hồ sơ, tài liệu của " + p.UnitName
	}
	n, err := tx.Draw(ctx, a.Agency, "dossiers.deposit."+kind, p.Year)
	p.Ordinal = int(n)
	return p, f.Dossiers, err
}

// take counts a dossier into the deposit.
func (p *Deposit) take(ctx context.Context, tx *store.Tx, d *Dossier, ordinal int) error {
	items, err := itemsOf(ctx, tx, d.AgencyID, d.ID)
	if err != nil {
		return err
	}
	l := totals(items)
	if p.Period == "" || string(d.StartDate) < p.Period[:10] {
		p.Period = string(d.StartDate) + strings.TrimPrefix(p.Period, firstDay(p.Period))
	}
	if last := string(d.EndDate); len(p.Period) < 20 || last > p.Period[len(p.Period)-10:] {
		p.Period = p.Period[:10] + "/" + orElse(last, string(d.StartDate))
	}
	p.Dossiers, p.Documents, p.Pages, p.Files, p.Bytes = p.Dossiers+1, p.Documents+l.Documents, p.Pages+l.Pages, p.Files+l.Files, p.Bytes+l.Bytes
	return tx.Put(ctx, sqlPutLine, p.AgencyID, p.ID, d.ID, ordinal, l.Documents, l.Pages, l.Files, l.Bytes, store.JSON("{}"))
}

func firstDay(period string) string {
	if len(period) < 10 {
		return period
	}
	return period[:10]
}

func totals(items []Item) (l DepositLine) {
	for _, i := range items {
		l.Documents++
		l.Pages += int64(i.Pages)
		for _, f := range i.About.Files {
			l.Files++
			l.Bytes += f.Size
		}
	}
	return l
}

func (p *Deposit) insert(ctx context.Context, tx *store.Tx) error {
	return tx.Put(ctx, sqlPutDeposit, p.AgencyID, p.ID, p.Kind, p.Year, p.Ordinal, p.UnitName, p.PersonID, p.PersonName, p.PersonTitle, p.Subject, p.Period, p.Dossiers, p.Documents, p.Files, p.Pages, p.Bytes,
		p.Condition, store.JSONOf(p.Historical), p.AnswerDue, tx.Now())
}

// AnswerForm is the archive's answer.
type AnswerForm struct {
	Accept bool
	Reason string // of a return; a note of an acceptance
}

// Answer accepts a deposit, or returns it with its reason, within 60 days (TT05 art. 19). Accepting asks that the checks were made and found nothing that stands against it.
func Answer(ctx context.Context, tx *store.Tx, id int64, f AnswerForm) error {
	if err := keepsArchive(tx.Actor()); err != nil {
		return err
	}
	p, err := FindDeposit(ctx, tx, tx.Actor(), id)
	if err != nil {
		return err
	}
	if p.State != Submitted {
		return store.Refuse(store.Conflict, "Đợt nộp lưu {deposit} đã được trả lời. Không có gì thay đổi.", "deposit", p.Name())
	}
	if f.Reason = i18n.Clean(f.Reason); !f.Accept {
		if f.Reason, err = reasoned("reason", f.Reason); err != nil {
			return err
		}
	} else if err := p.sound(); err != nil {
		return err
	}
	p.State = Returned
	if f.Accept {
		p.State = Accepted
	}
	who, title, err := nameOf(ctx, tx, tx.Actor())
	if err != nil {
		return err
	}
	if err := tx.Put(ctx, sqlAnswerDeposit, p.State, who, title, f.Reason, tx.Now(), p.AgencyID, p.ID); err != nil {
		return err
	}
	if p.Kind == ToHistorical {
		return tell(ctx, tx, p.AgencyID, p.Ref(), p.Name(), told{verb: "dossier.registered", act: "answer", note: f.Reason, notify: []int64{p.PersonID}, what: store.Say("Ghi nhận trả lời của lưu trữ lịch sử cho đợt {deposit}.", "deposit", p.Name())})
	}
	for _, l := range p.Lines {
		if err := p.answerOne(ctx, tx, l.DossierID, f); err != nil {
			return err
		}
	}
	return nil
}

func (p *Deposit) sound() error {
	if p.Kind == ToHistorical {
		return nil
	}
	var out store.Problems
	for _, l := range p.Lines {
		switch {
		case l.Checks == nil:
			out.Add("", "Hồ sơ {code} chưa được kiểm tra. Kiểm tra đợt nộp rồi tiếp nhận.", "code", l.Code)
		case !l.Checks.Sound():
			out.Add("", "Hồ sơ {code} chưa đủ điều kiện tiếp nhận: {shortage}. Trả lại kèm lý do.", "code", l.Code, "shortage", orElse(l.Checks.Shortage, strings.Join(append(l.Checks.Missing, l.Checks.Viruses...), ", ")))
		}
	}
	return out.Err()
}

func (p *Deposit) answerOne(ctx context.Context, tx *store.Tx, dossier int64, f AnswerForm) error {
	act := ActReturn
	if f.Accept {
		act = ActAccept
	}
	d, err := begin(ctx, tx, dossier, act)
	if err != nil {
		return err
	}
	if !f.Accept {
		return d.save(ctx, tx, told{verb: "dossier.returned", act: string(act), note: f.Reason, notify: []int64{d.PersonID}, what: store.Say("Lưu trữ trả lại hồ sơ {code}: {reason}", "code", d.Code, "reason", f.Reason)})
	}
	n, err := days(ctx, tx, d.AgencyID, "dossiers.owner_days", 360)
	if err != nil {
		return err
	}
	from := d.DueDate
	if from == "" {
		from = nowDay(tx)
	}
	archive, err := store.Setting(ctx, tx, d.AgencyID, "dossiers.archive_id", d.OrganCode)
	if err != nil {
		return err
	}
	d.AcceptedAt, d.OwnerUntil = tx.Now(), from.AddDays(n)
	d.ArchiveCode = ArchiveCode(archive, d, p.Ordinal)
	if err := d.endsAfter(ctx, tx, d.OwnerUntil); err != nil {
		return err
	}
	return d.save(ctx, tx, told{verb: "dossier.accepted", act: string(act), note: f.Reason, notify: []int64{d.PersonID},
		what: store.Say("Lưu trữ đã nhận hồ sơ {code}, mã lưu trữ {archive}.", "code", d.Code, "archive", d.ArchiveCode)})
}

// ArchiveCode names a dossier in the archive: archive, agency, year, dossier and inventory number (TT05; D16.10).
func ArchiveCode(archive string, d *Dossier, inventory int) string {
	return fmt.Sprintf("%s.%s.%d.%s.%02d", archive, d.OrganCode, d.Year, d.Code, inventory)
}

// Correct lets the archive put the describing fields of a deposited dossier right; what they were stays in the history (TT05 art. 19).
func Correct(ctx context.Context, tx *store.Tx, id int64, title, keywords, note, reason string) error {
	d, err := begin(ctx, tx, id, ActCorrect)
	if err != nil {
		return err
	}
	if reason, err = reasoned("reason", reason); err != nil {
		return err
	}
	was := *d
	d.Title, d.Keywords, d.Note = orElse(i18n.CleanLine(title), d.Title), i18n.CleanLine(keywords), i18n.Clean(note)
	var p store.Problems
	tooLong(&p, "title", d.Title, 1000)
	tooLong(&p, "keywords", d.Keywords, 500)
	tooLong(&p, "note", d.Note, 2000)
	if err := p.Err(); err != nil {
		return err
	}
	return d.save(ctx, tx, told{verb: "dossier.corrected", act: string(ActCorrect), note: reason + "\n" + changes(&was, d), notify: []int64{d.PersonID}, what: store.Say("Lưu trữ sửa thông tin mô tả của hồ sơ {code}.", "code", d.Code)})
}

// RegisterHistorical registers permanent dossiers of the archive with the historical archive (TT05 art. 20; D16.7, D16.8). Its answer, due in 7 working days, is
// entered with Answer; the package is exported with ExportSIP.
func RegisterHistorical(ctx context.Context, tx *store.Tx, f DepositForm, h Historical) (*Deposit, error) {
	if err := keepsArchive(tx.Actor()); err != nil {
		return nil, err
	}
	p, ids, err := newDeposit(ctx, tx, ToHistorical, f)
	if err != nil {
		return nil, err
	}
	if err := h.set(nowDay(tx)); err != nil {
		return nil, err
	}
	h.RequestCode = fmt.Sprintf("DK.%d.%d", p.Year, p.Ordinal)
	p.Historical, p.AnswerDue = h, calendar.Default().AddWorking(nowDay(tx), 7)
	for i, id := range ids {
		d, err := begin(ctx, tx, id, ActRegister)
		if err != nil {
			return nil, err
		}
		if !d.Permanent() {
			return nil, store.RefuseField("dossiers", "Hồ sơ {code} có thời hạn {period}; lưu trữ lịch sử chỉ nhận hồ sơ bảo quản vĩnh viễn.", "code", d.Code, "period", d.Text())
		}
		if err := p.take(ctx, tx, d, i+1); err != nil {
			return nil, err
		}
		if err := d.save(ctx, tx, told{verb: "dossier.registered", act: string(ActRegister), what: store.Say("Đăng ký nộp hồ sơ {code} vào lưu trữ lịch sử, yêu cầu {request}.", "code", d.Code, "request", h.RequestCode)}); err != nil {
			return nil, err
		}
	}
	return p, p.insert(ctx, tx)
}

func (h *Historical) set(today calendar.Date) error {
	h.ArchiveName, h.Fonds, h.Scheme, h.Contact, h.Note = i18n.CleanLine(h.ArchiveName), i18n.CleanLine(h.Fonds), i18n.CleanLine(h.Scheme), i18n.CleanLine(h.Contact), i18n.Clean(h.Note)
	var p store.Problems
	if h.ArchiveName == "" {
		p.Add("archive", "Cần ghi tên lưu trữ lịch sử.")
	}
	if h.Contact == "" {
		p.Add("contact", "Cần ghi người liên hệ.")
	}
	if h.Mode != "direct" && h.Mode != "online" {
		p.Add("mode", "Chọn hình thức nộp: trực tiếp hoặc trực tuyến.")
	}
	if h.Planned == "" || !h.Planned.After(today) {
		p.Add("planned", "Cần ghi thời gian dự kiến nộp, sau ngày hôm nay.")
	}
	for _, f := range []string{h.ArchiveName, h.Fonds, h.Scheme, h.Contact} {
		tooLong(&p, "archive", f, 300)
	}
	tooLong(&p, "note", h.Note, 2000)
	return p.Err()
}

var depositColumnsPrinted = []paper.Column{{Head: "Số TT", Share: 6, Centred: true}, {Head: "Số, ký hiệu hồ sơ", Share: 13, Centred: true}, {Head: "Tiêu đề hồ sơ", Share: 31}, {Head: "Thời gian tài liệu", Share: 22, Centred: true},
	{Head: "Thời hạn bảo quản", Share: 11, Centred: true}, {Head: "Số tờ/ Số trang", Share: 9, Centred: true}, {Head: "Ghi chú", Share: 10}}

// PrintDeposit prints the mục lục hồ sơ, tài liệu nộp lưu with its seven columns (Phụ lục V, III; V68, D16.5).
func PrintDeposit(ctx context.Context, r store.Reader, a store.Actor, id int64) ([]byte, error) {
	p, err := FindDeposit(ctx, r, a, id)
	if err != nil {
		return nil, err
	}
	s, err := sheet(ctx, r, p.AgencyID, "MỤC LỤC HỒ SƠ, TÀI LIỆU NỘP LƯU")
	if err != nil {
		return nil, err
	}
	s.ParentAgency, s.Agency = s.Agency, p.UnitName
	s.Under, s.Columns, s.Wide, s.Date = []string{p.Subject, fmt.Sprintf("Năm %d", p.Year)}, depositColumnsPrinted, true, p.At.Time().In(calendar.Hanoi)
	for _, l := range p.Lines {
		s.Lines = append(s.Lines, paper.Line{Cells: []string{fmt.Sprint(l.Ordinal), l.Code, l.Title, l.StartDate.Display() + " - " + l.EndDate.Display(), l.Text(), fmt.Sprint(l.Pages), ""}})
	}
	s.After = []string{fmt.Sprintf("Mục lục này gồm: %d hồ sơ (đơn vị bảo quản).", p.Dossiers), "Viết bằng chữ: " + Spelled(p.Dossiers) + " hồ sơ (đơn vị bảo quản)."}
	s.Parties = []paper.Party{{Title: "NGƯỜI LẬP", Hint: "(Ký và ghi rõ họ và tên, chức vụ)", Name: p.PersonName}}
	return rendered(s)
}

// PrintHandover prints the biên bản giao nhận hồ sơ, tài liệu (Phụ lục V, V).
func PrintHandover(ctx context.Context, r store.Reader, a store.Actor, id int64) ([]byte, error) {
	p, err := FindDeposit(ctx, r, a, id)
	if err != nil {
		return nil, err
	}
	s, err := sheet(ctx, r, p.AgencyID, "BIÊN BẢN")
	if err != nil {
		return nil, err
	}
	at := p.At
	if p.AnsweredAt != 0 {
		at = p.AnsweredAt
	}
	from, to, _ := strings.Cut(p.Period, "/")
	s.Date, s.Under = at.Time().In(calendar.Hanoi), []string{"Giao nhận hồ sơ, tài liệu"}
	s.Before = []string{"Căn cứ Nghị định số 30/2020/NĐ-CP ngày 05 tháng 3 năm 2020 của Chính phủ về công tác văn thư;", fmt.Sprintf("Căn cứ Danh mục hồ sơ năm %d,", p.Year), "Chúng tôi gồm:",
		"BÊN GIAO: " + p.UnitName, "Ông (bà): " + p.PersonName, "Chức vụ công tác: " + p.PersonTitle, "BÊN NHẬN: Lưu trữ cơ quan", "Ông (bà): " + orElse(p.ReceiverName, dots), "Chức vụ công tác: " + orElse(p.ReceiverTitle, dots),
		"Thống nhất lập biên bản giao nhận tài liệu với những nội dung như sau:", "1. Tên khối tài liệu giao nộp: " + p.Subject,
		"2. Thời gian của hồ sơ, tài liệu: từ " + calendar.Date(from).Display() + " đến " + calendar.Date(to).Display(), "3. Số lượng tài liệu:", "a) Đối với hồ sơ, tài liệu giấy", "- Tổng số hộp (cặp): 0", "- Tổng số hồ sơ (đơn vị bảo quản): 0. Quy ra mét giá: 0 mét.",
		"b) Đối với hồ sơ, tài liệu điện tử", fmt.Sprintf("- Tổng số hồ sơ: %d", p.Dossiers), fmt.Sprintf("- Tổng số tệp tin trong hồ sơ: %d", p.Files),
		"4. Tình trạng tài liệu giao nộp: " + orElse(p.Condition, "đầy đủ theo mục lục."), "5. Mục lục hồ sơ, tài liệu nộp lưu kèm theo.", "Biên bản này được lập thành hai bản; bên giao giữ một bản, bên nhận giữ một bản./."}
	s.Parties = []paper.Party{{Title: "ĐẠI DIỆN BÊN GIAO", Hint: "(Ký và ghi rõ họ và tên)", Name: p.PersonName}, {Title: "ĐẠI DIỆN BÊN NHẬN", Hint: "(Ký và ghi rõ họ và tên)", Name: p.ReceiverName}}
	return rendered(s)
}

const dots = "........................................"

// Spelled writes a count in Vietnamese words, up to 9999.
func Spelled(n int64) string {
	words := strings.Fields("không một hai ba bốn năm sáu bảy tám chín")
	if n < 0 || n > 9999 {
		return fmt.Sprint(n)
	}
	if n < 10 {
		return words[n]
	}
	var out []string
	thousands, hundreds, tens, ones := n/1000, n/100%10, n/10%10, n%10
	if thousands > 0 {
		out = append(out, words[thousands], "nghìn")
	}
	if hundreds > 0 || thousands > 0 && n%1000 > 0 {
		out = append(out, words[hundreds], "trăm")
	}
	switch {
	case tens == 1:
		out = append(out, "mười")
	case tens > 1:
		out = append(out, words[tens], "mươi")
	case ones > 0:
		out = append(out, "linh")
	}
	switch {
	case ones == 1 && tens > 1:
		out = append(out, "mốt")
	case ones == 5 && tens > 0:
		out = append(out, "lăm")
	case ones > 0:
		out = append(out, words[ones])
	}
	return strings.Join(out, " ")
}
