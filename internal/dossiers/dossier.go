package dossiers

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"congvu/internal/calendar"
	"congvu/internal/i18n"
	"congvu/internal/org"
	"congvu/internal/store"
)

// RightsCodes are how a dossier may be used (D15.4); 03, secret, does not exist on this network.
var RightsCodes = []struct{ Code, Label string }{{"01", "Công khai"}, {"02", "Sử dụng có điều kiện"}}

// Field is describing data that somebody added beyond the standard (V48).
type Field struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Dossier is one dossier with the fields of NĐ 30/2020, Phụ lục VI, part II, III.
type Dossier struct {
	ID, AgencyID int64
	Revision     int64
	State        State
	OrganCode    string // 1.1, filled by the system
	Year         int    // 1.2, filled by the system
	Code         string // 1.3, e.g. "01.TCCB"
	EntryID      int64
	Title        string // 2
	Retention           // 3
	RetentionSource,
	RightsCode, // 4
	Language string // 6
	StartDate   calendar.Date // 7
	EndDate     calendar.Date // 8
	Keywords    string
	Note        string  // 11
	Extra       []Field `db:"-"`
	UnitID      int64
	UnitName    string
	PersonID    int64
	HoldingID   int64
	PersonName  string // 5
	DocTotal    int    // 9, counted by the system
	PageTotal   int    // 10, counted by the system
	ClosingNote string
	ClosedAt    store.Instant `db:"closed_us"`
	DueDate     calendar.Date // of the deposit
	DepositID   int64
	AcceptedAt  store.Instant `db:"accepted_us"`
	OwnerUntil  calendar.Date // how long the depositor opens it without asking
	ArchiveCode string
	FrozenAt    store.Instant `db:"frozen_us"`
	FreezeOrder string
	DestroyedBy string        // the decision
	CreatedAt   store.Instant `db:"created_us"`
	At          store.Instant `db:"at_us"`

	Opens bool // the actor opens it; else he only knows of it and may ask
	Works bool // it is shared with the actor to work in
}

type dossierRow struct {
	Dossier
	ExtraJSON store.JSON `db:"extra"`
}

// Ref is the dossier's name in history and journal.
func (d *Dossier) Ref() string { return "dossier/" + strconv.FormatInt(d.ID, 10) }

func (d *Dossier) name() string { return d.Code + ": " + d.Title }

// OpenForm is what a person types when he opens a dossier (D14.3).
type OpenForm struct {
	Entry     int64  // of the year's list; 0 = outside of it
	Code      string // outside of the list: "" draws the next one of the unit
	Title     string
	Retention Retention
	Source    string        // regulation of the period
	Rights    string        // "" = 02
	Language  string        // "" = Tiếng Việt
	Start     calendar.Date // "" = today
	Keywords  string
	Note      string
	Holding   int64 // post of the person in charge; 0 = the actor
	Extra     []Field
	Revision  int64
}

const dossierColumns = `d.id, d.agency_id, d.revision, d.state, d.organ_code, d.year, d.code, d.entry_id, d.title, d.retention_code, d.retention_years, d.retention_source, d.rights_code,
	d.language, d.start_date, d.end_date, d.keywords, d.note, d.extra, d.unit_id, d.unit_name, d.person_id, d.holding_id, d.person_name, d.doc_total, d.page_total, d.closing_note,
	d.closed_us, d.due_date, d.deposit_id, d.accepted_us, d.owner_until, d.archive_code, d.frozen_us, d.freeze_order, d.destroyed_by, d.created_us, d.at_us,
	CASE WHEN ` + opened + ` THEN 1 ELSE 0 END AS opens, CASE WHEN ` + works + ` THEN 1 ELSE 0 END AS works`

var (
	sqlDossier    = store.SQL(me + `SELECT ` + dossierColumns + from + ` AND d.id = $7`)
	sqlPutDossier = store.SQL(`INSERT INTO dossiers_dossiers (agency_id, id, revision, state, organ_code, year, code, entry_id, title, retention_code, retention_years, retention_source, rights_code, language,
		start_date, end_date, keywords, note, extra, unit_id, unit_name, person_id, holding_id, person_name, doc_total, page_total, closing_note, closed_us, due_date, deposit_id, accepted_us, owner_until,
		archive_code, frozen_us, freeze_order, destroyed_by, search_text, created_us, at_us)
		VALUES ($1, $2, 1, 'open', $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, '', $14, $15, $16, $17, $18, $19, $20, $21, 0, 0, '', 0, '', 0, 0, '', '', 0, '', '', $22, $23, $24)`)
	sqlSaveDossier = store.SQL(`UPDATE dossiers_dossiers SET revision = revision + 1, state = $1, title = $2, retention_code = $3, retention_years = $4, retention_source = $5, rights_code = $6, language = $7,
		start_date = $8, end_date = $9, keywords = $10, note = $11, extra = $12, unit_id = $13, unit_name = $14, person_id = $15, holding_id = $16, person_name = $17, doc_total = $18, page_total = $19,
		closing_note = $20, closed_us = $21, due_date = $22, deposit_id = $23, accepted_us = $24, owner_until = $25, archive_code = $26, frozen_us = $27, freeze_order = $28, destroyed_by = $29,
		search_text = $30, at_us = $31 WHERE agency_id = $32 AND id = $33 AND revision = $34`)
	// Touching the row first is the queue of all who work on one dossier: what follows reads behind the last of them.
	sqlQueueDossier = store.SQL(`UPDATE dossiers_dossiers SET at_us = $1 WHERE agency_id = $2 AND id = $3`)
	sqlCodeTaken    = store.SQL(`SELECT 1 AS one FROM dossiers_dossiers WHERE agency_id = $1 AND year = $2 AND code = $3
		UNION ALL SELECT 1 AS one FROM dossiers_entries e JOIN dossiers_lists l ON l.agency_id = e.agency_id AND l.id = e.list_id WHERE l.agency_id = $1 AND l.year = $2 AND e.code = $3 LIMIT 1`)
)

// FindDossier gives a dossier to those who may know of it; NotFound to all others.
func FindDossier(ctx context.Context, r store.Reader, a store.Actor, id int64) (*Dossier, error) {
	row, ok, err := store.Maybe[dossierRow](ctx, r, sqlDossier, append(bound(a, nowDay(r)), id)...)
	if err == nil && !ok {
		err = errNotFound()
	}
	if err == nil {
		err = row.complete()
	}
	return &row.Dossier, err
}

func (row *dossierRow) complete() error {
	if row.ExtraJSON == "" {
		return nil
	}
	return json.Unmarshal([]byte(row.ExtraJSON), &row.Extra)
}

// read is FindDossier for those who open it.
func read(ctx context.Context, r store.Reader, a store.Actor, id int64) (*Dossier, error) {
	d, err := FindDossier(ctx, r, a, id)
	if err == nil && !d.Opens {
		err = store.Refuse(store.Forbidden, "Hồ sơ {code} do lưu trữ quản lý. Gửi yêu cầu sử dụng để được mở.", "code", d.Code)
	}
	return d, err
}

// begin queues for a dossier, loads it for an act of the transaction's actor and checks the act against the table.
func begin(ctx context.Context, tx *store.Tx, id int64, act Act) (*Dossier, error) {
	a := tx.Actor()
	if _, err := tx.Exec(ctx, sqlQueueDossier, tx.Now(), a.Agency, id); err != nil {
		return nil, err
	}
	d, err := FindDossier(ctx, tx, a, id)
	if err != nil {
		return nil, err
	}
	d.State, err = d.allow(tx, act)
	return d, err
}

func (d *Dossier) save(ctx context.Context, tx *store.Tx, t told) error {
	d.At = tx.Now()
	err := tx.Put(ctx, sqlSaveDossier, d.State, d.Title, d.Retention.Period, d.Years, d.RetentionSource, d.RightsCode, d.Language, d.StartDate, d.EndDate, d.Keywords, d.Note, store.JSONOf(d.fields()), d.UnitID,
		d.UnitName, d.PersonID, d.HoldingID, d.PersonName, d.DocTotal, d.PageTotal, d.ClosingNote, d.ClosedAt, d.DueDate, d.DepositID, d.AcceptedAt, d.OwnerUntil, d.ArchiveCode, d.FrozenAt, d.FreezeOrder,
		d.DestroyedBy, searchText(d.Code, d.Title, d.Keywords, d.PersonName), d.At, d.AgencyID, d.ID, d.Revision)
	if err != nil {
		return err
	}
	d.Revision++
	return tell(ctx, tx, d.AgencyID, d.Ref(), d.name(), t)
}

func (d *Dossier) fields() []Field {
	if d.Extra == nil {
		return []Field{}
	}
	return d.Extra
}

func searchText(parts ...string) string { return i18n.Fold(strings.Join(parts, " ")) }

var codeForm = regexp.MustCompile(`^[0-9]{2,5}\.[\p{L}0-9-]{1,15}$`)

// OpenDossier opens a dossier from the year's list or outside of it. Conflict when the year has that code already.
func OpenDossier(ctx context.Context, tx *store.Tx, f OpenForm) (*Dossier, error) {
	a := tx.Actor()
	if a.Person == 0 || a.Holding == 0 {
		return nil, store.Refuse(store.Forbidden, "Ông/Bà cần giữ một chức vụ trong cơ quan để lập hồ sơ.")
	}
	holding := f.Holding
	if holding == 0 {
		holding = a.Holding
	}
	keeper, err := colleague(ctx, tx, a.Agency, "person", holding)
	if err != nil {
		return nil, err
	}
	ag, err := org.AgencyAt(ctx, tx, org.AgencyID(a.Agency), nowDay(tx))
	if err != nil {
		return nil, err
	}
	if f.Start.IsZero() {
		f.Start = nowDay(tx)
	}
	d := &Dossier{ID: tx.NewID(), AgencyID: a.Agency, Revision: 1, State: Open, OrganCode: ag.Code, Year: f.Start.Year(), StartDate: f.Start, UnitID: int64(keeper.UnitID), UnitName: keeper.UnitName,
		PersonID: int64(keeper.PersonID), HoldingID: int64(keeper.ID), PersonName: keeper.PersonName, CreatedAt: tx.Now()}
	if f.Entry != 0 {
		if err := d.fromList(ctx, tx, a, f.Entry, &f); err != nil {
			return nil, err
		}
	}
	if err := d.write(f); err != nil {
		return nil, err
	}
	if f.Entry == 0 {
		if err := d.drawCode(ctx, tx, f.Code, keeper, ag); err != nil {
			return nil, err
		}
	}
	if err := tx.Put(ctx, sqlPutDossier, d.AgencyID, d.ID, d.OrganCode, d.Year, d.Code, d.EntryID, d.Title, d.Retention.Period, d.Years, d.RetentionSource, d.RightsCode, d.Language, d.StartDate, d.Keywords, d.Note,
		store.JSONOf(d.fields()), d.UnitID, d.UnitName, d.PersonID, d.HoldingID, d.PersonName, searchText(d.Code, d.Title, d.Keywords, d.PersonName), tx.Now(), tx.Now()); err != nil {
		if store.IsDuplicate(err) {
			err = store.Because(errCode(d.Code, d.Year), err)
		}
		return nil, err
	}
	d.At = tx.Now()
	return d, tell(ctx, tx, d.AgencyID, d.Ref(), d.name(), told{verb: "dossier.opened", act: string(actOpen), notify: []int64{d.PersonID}, what: store.Say("Mở hồ sơ {code}: {title}.", "code", d.Code, "title", d.Title)})
}

func errCode(code string, year int) error {
	return store.Refuse(store.Conflict, "Năm {year} đã có hồ sơ mang số, ký hiệu {code}. Chọn số khác, hoặc để trống để hệ thống tự cấp.", "year", year, "code", code)
}

// fromList takes title, code, period and year from the list's entry (V24).
func (d *Dossier) fromList(ctx context.Context, r store.Reader, a store.Actor, entry int64, f *OpenForm) error {
	lists, err := Lists(ctx, r, a)
	if err != nil {
		return err
	}
	for i := range lists {
		l := &lists[i]
		if l.State != ListIssued {
			continue
		}
		if err := l.load(ctx, r); err != nil {
			return err
		}
		e := l.entry(entry)
		if e == nil {
			continue
		}
		if e.DossierID != 0 {
			return store.Refuse(store.Conflict, "Hồ sơ {code} trong danh mục đã được mở. Mở hồ sơ đó để đưa văn bản vào.", "code", e.Code)
		}
		d.EntryID, d.Code, d.Year = e.ID, e.Code, l.Year
		f.Title, f.Retention, f.Source = e.Title, e.Retention, "Danh mục hồ sơ năm "+strconv.Itoa(l.Year)
		return nil
	}
	return store.RefuseField("entry", "Hồ sơ được chọn không có trong danh mục đã ban hành của cơ quan.")
}

// write takes over what a person typed.
func (d *Dossier) write(f OpenForm) error {
	d.Title, d.Keywords, d.Note, d.RetentionSource = i18n.CleanLine(f.Title), i18n.CleanLine(f.Keywords), i18n.Clean(f.Note), i18n.CleanLine(f.Source)
	d.RightsCode, d.Language = orElse(f.Rights, "02"), orElse(i18n.CleanLine(f.Language), "Tiếng Việt")
	var p store.Problems
	if d.Title == "" {
		p.Add("title", "Cần ghi tiêu đề hồ sơ.")
	}
	tooLong(&p, "title", d.Title, 1000)
	tooLong(&p, "keywords", d.Keywords, 500)
	tooLong(&p, "note", d.Note, 2000)
	tooLong(&p, "language", d.Language, 100)
	tooLong(&p, "source", d.RetentionSource, 300)
	if d.RightsCode != "01" && d.RightsCode != "02" {
		p.Add("rights", "Chọn chế độ sử dụng 01 (công khai) hoặc 02 (có điều kiện). Tài liệu mật không được đưa lên mạng này.")
	}
	var err error
	if d.Retention, err = f.Retention.set(); err != nil {
		p = append(p, problemsOf(err)...)
	}
	d.Extra = nil
	for _, x := range f.Extra {
		x.Name, x.Value = i18n.CleanLine(x.Name), i18n.Clean(x.Value)
		if x.Name == "" {
			continue
		}
		tooLong(&p, "extra", x.Name, 100)
		tooLong(&p, "extra", x.Value, 2000)
		d.Extra = append(d.Extra, x)
	}
	if len(d.Extra) > 50 {
		p.Add("extra", "Mỗi hồ sơ có tối đa {limit} trường bổ sung.", "limit", 50)
	}
	return p.Err()
}

func orElse(s, fallback string) string {
	if s == "" {
		return fallback
	}
	return s
}

// drawCode checks a typed code or draws the next free one of the unit.
func (d *Dossier) drawCode(ctx context.Context, tx *store.Tx, typed string, keeper *org.Holding, ag *org.Agency) error {
	if d.Code = i18n.CleanLine(typed); d.Code != "" {
		if !codeForm.MatchString(d.Code) {
			return store.RefuseField("code", "Số, ký hiệu hồ sơ gồm số thứ tự, dấu chấm và chữ viết tắt, ví dụ 01.TCCB.")
		}
		_, taken, err := store.Maybe[int64](ctx, tx, sqlCodeTaken, d.AgencyID, d.Year, d.Code)
		if err == nil && taken {
			err = errCode(d.Code, d.Year)
		}
		return err
	}
	abbr := ag.Abbr
	if keeper.UnitID != 0 {
		units, err := org.Units(ctx, tx, org.AgencyID(d.AgencyID))
		if err != nil {
			return err
		}
		for _, u := range units {
			if u.ID == keeper.UnitID && u.Abbr != "" {
				abbr = u.Abbr
			}
		}
	}
	for {
		n, err := tx.Draw(ctx, d.AgencyID, "dossiers.code."+abbr, d.Year)
		if err != nil {
			return err
		}
		d.Code = fmt.Sprintf("%02d.%s", n, abbr)
		if _, taken, err := store.Maybe[int64](ctx, tx, sqlCodeTaken, d.AgencyID, d.Year, d.Code); err != nil || !taken {
			return err
		}
	}
}

// Revise changes the describing fields of an open dossier. The identifying ones, code and year, never change (V50).
func Revise(ctx context.Context, tx *store.Tx, id int64, f OpenForm) error {
	d, err := begin(ctx, tx, id, ActRevise)
	if err != nil {
		return err
	}
	if f.Revision != 0 && f.Revision != d.Revision {
		return store.Refuse(store.Conflict, "Hồ sơ đã được người khác sửa sau khi ông/bà mở. Nội dung mới nhất được giữ nguyên; hãy tải lại trang rồi sửa tiếp.")
	}
	was := *d
	if err := d.write(f); err != nil {
		return err
	}
	if !f.Start.IsZero() {
		d.StartDate = f.Start
	}
	return d.save(ctx, tx, told{verb: "dossier.revised", act: string(ActRevise), note: changes(&was, d), what: store.Say("Sửa thông tin hồ sơ.")})
}

// changes says which describing fields are other now, with what they were (V49).
func changes(was, is *Dossier) string {
	var out []string
	for _, c := range []struct{ name, a, b string }{{"Tiêu đề", was.Title, is.Title}, {"Thời hạn bảo quản", was.Text(), is.Text()}, {"Chế độ sử dụng", was.RightsCode, is.RightsCode},
		{"Ngôn ngữ", was.Language, is.Language}, {"Từ khóa", was.Keywords, is.Keywords}, {"Ghi chú", was.Note, is.Note}, {"Bắt đầu", was.StartDate.Display(), is.StartDate.Display()},
		{"Trường bổ sung", string(store.JSONOf(was.fields())), string(store.JSONOf(is.fields()))}} {
		if c.a != c.b {
			out = append(out, c.name+": "+orElse(c.a, "(trống)")+" → "+orElse(c.b, "(trống)"))
		}
	}
	return strings.Join(out, "\n")
}

// History tells everything that happened to a dossier, oldest first, to those who open it.
func History(ctx context.Context, r store.Reader, a store.Actor, id int64) ([]Step, error) {
	d, err := read(ctx, r, a, id)
	if err != nil {
		return nil, err
	}
	return steps(ctx, r, d.AgencyID, d.Ref())
}
