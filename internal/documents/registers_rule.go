package documents

import (
	"context"
	"fmt"
	"regexp"
	"strings"

	"congvu/internal/calendar"
	"congvu/internal/org"
	"congvu/internal/store"
)

// BookForm is a register with the rule of its series (D4.7, D4.8, D7.9).
type BookForm struct {
	Direction, Kind string
	Year            int
	Name            string
	TypeCodes       []string
	Units           []int64 // units that may use it; none = all
	Notation        string  // "" = that of the decree
	Body, BodyAbbr  string
	FirstNumber     int64 // 0 = 1
	NotCarried      bool  // the next year has no such register
	Default         bool  // where the year has none yet
}

var (
	sqlChangeBook = store.SQL(`UPDATE documents_registers SET name = $1, type_codes = $2, kind = $3, unit_ids = $4, notation = $5, body = $6, body_abbr = $7, first_number = $8,
		carried = $9 WHERE agency_id = $10 AND id = $11`)
	sqlLockBook = store.SQL(`UPDATE documents_registers SET locked_on = $1, lock_reason = $2 WHERE agency_id = $3 AND id = $4 AND locked_on = ''`)
)

func opensRegisters(a store.Actor) bool { return a.Roles.Has(store.Clerk | store.AgencyAdmin) }

func errRegisterKeepers() error {
	return store.Refuse(store.Forbidden, "Chỉ văn thư hoặc quản trị của cơ quan được mở sổ đăng ký.")
}

// OpenRegister opens one more register beside the default one (D4.7, D4.8). Clerks and administrators of the agency may.
func OpenRegister(ctx context.Context, tx *store.Tx, f BookForm) (*Book, error) {
	a := tx.Actor()
	if !opensRegisters(a) {
		return nil, errRegisterKeepers()
	}
	b := Book{ID: tx.NewID(), AgencyID: a.Agency, Year: f.Year, Direction: f.Direction, IsDefault: f.Default}
	var p store.Problems
	if f.Direction != OutgoingBook && f.Direction != IncomingBook {
		p.Add("direction", "Sổ phải là sổ văn bản đi hoặc sổ văn bản đến.")
	}
	if thisYear := today(tx.Now()).Year(); f.Year < thisYear-1 || f.Year > thisYear+1 {
		p.Add("year", "Năm của sổ phải là năm nay, năm trước hoặc năm sau.")
	}
	if err := b.fill(ctx, tx, f, &p); err != nil {
		return nil, err
	}
	if b.IsDefault && b.Kind != BookAdministrative {
		p.Add("default", "Sổ chung của năm phải là sổ văn bản hành chính.")
	}
	if err := p.Err(); err != nil {
		return nil, err
	}
	n, err := b.put(ctx, tx)
	if err == nil && n == 0 {
		err = store.RefuseField("default", "Năm {year} đã có sổ chung. Hãy mở sổ này làm sổ riêng.", "year", fmt.Sprint(f.Year))
	}
	if err != nil {
		return nil, err
	}
	return &b, tx.Record(store.Event{Verb: "register.opened", Agency: a.Agency, Ref: b.ref(), Title: b.Name})
}

// ChangeRegister changes a register: its name, its units and whether it is carried on at any time; the rule of its series only while
// nothing was numbered by it (D7.9).
func ChangeRegister(ctx context.Context, tx *store.Tx, id int64, f BookForm) (*Book, error) {
	a := tx.Actor()
	if !opensRegisters(a) {
		return nil, errRegisterKeepers()
	}
	b, err := findBook(ctx, tx, a.Agency, id)
	if err != nil {
		return nil, err
	}
	if b.LockedOn != "" {
		return nil, store.Refuse(store.Conflict, "Sổ {name} đã khóa từ ngày {date} nên không sửa được; chỉ ghi được mục đính chính.", "name", b.Name, "date", b.LockedOn.Display())
	}
	was := b
	var p store.Problems
	if err := b.fill(ctx, tx, f, &p); err != nil {
		return nil, err
	}
	used, err := b.used(ctx, tx)
	if err != nil {
		return nil, err
	}
	if used && (b.Kind != was.Kind || b.TypeCodes != was.TypeCodes || b.Notation != was.Notation || b.BodyAbbr != was.BodyAbbr || b.FirstNumber != was.FirstNumber) {
		p.Add("", "Sổ {name} đã cấp số nên quy tắc đánh số được giữ nguyên; chỉ đổi được tên sổ, đơn vị sử dụng và việc mở tiếp năm sau. Muốn đánh số khác, hãy khóa sổ này và mở sổ mới.", "name", was.Name)
	}
	if err := p.Err(); err != nil {
		return nil, err
	}
	if err := tx.Put(ctx, sqlChangeBook, b.Name, b.TypeCodes, b.Kind, b.UnitIDs, b.Notation, b.Body, b.BodyAbbr, b.FirstNumber, b.Carried, a.Agency, id); err != nil {
		return nil, err
	}
	return &b, tx.Record(store.Event{Verb: "register.changed", Agency: a.Agency, Ref: b.ref(), Title: b.Name})
}

// used tells whether the register has given a number.
func (b Book) used(ctx context.Context, r store.Reader) (bool, error) {
	n, err := store.Drawn(ctx, r, b.AgencyID, b.series(), b.Year)
	return n > 0, err
}

// RegisterUsed tells the same to doors.
func RegisterUsed(ctx context.Context, r store.Reader, b Book) (bool, error) { return b.used(ctx, r) }

// fill takes over the rule of a form and notes what is wrong with it.
func (b *Book) fill(ctx context.Context, tx *store.Tx, f BookForm, p *store.Problems) error {
	b.Name, b.Kind, b.Notation, b.Body, b.BodyAbbr = line(f.Name), f.Kind, line(f.Notation), line(f.Body), line(f.BodyAbbr)
	b.FirstNumber, b.Carried, b.TypeCodes = max(f.FirstNumber, 1), !f.NotCarried, strings.Join(f.TypeCodes, " ")
	if b.Kind == "" {
		b.Kind = BookAdministrative
	}
	if b.Name == "" || len([]rune(b.Name)) > 200 {
		p.Add("name", "Hãy đặt tên sổ (không quá 200 ký tự).")
	}
	if !contains(BookKinds, b.Kind) {
		p.Add("kind", "Nhóm văn bản của sổ không có trong danh mục. Hãy chọn lại.")
	}
	if b.Direction == IncomingBook && contains([]string{BookAdvisory, BookCopies, BookInternal}, b.Kind) {
		p.Add("kind", "Sổ văn bản đến không dùng cho nhóm văn bản này. Hãy chọn lại.")
	}
	if f.FirstNumber < 0 || b.FirstNumber > 1_000_000 {
		p.Add("first_number", "Số bắt đầu phải từ 1 đến 1.000.000.")
	}
	for _, code := range f.TypeCodes {
		if _, err := FindType(ctx, tx, code); err != nil {
			return err
		}
	}
	return b.fillSeries(ctx, tx, f, p)
}

func (b *Book) fillSeries(ctx context.Context, tx *store.Tx, f BookForm, p *store.Problems) error {
	if b.Kind == BookAdvisory {
		if b.Body == "" || len([]rune(b.Body)) > 200 || b.BodyAbbr == "" {
			p.Add("body", "Sổ của tổ chức tư vấn cần tên (đến 200 ký tự) và chữ viết tắt của Hội đồng, Ban hoặc Tổ.")
		}
		if b.Notation == "" {
			b.Notation = "{type}-{body}"
		}
	}
	if n := len([]rune(b.BodyAbbr)); n > 20 || strings.ContainsAny(b.BodyAbbr, " /,{}") {
		p.Add("body_abbr", "Chữ viết tắt không dài quá 20 ký tự, không có dấu cách, dấu / hoặc dấu phẩy.")
	}
	checkPattern(b.Notation, p)
	units, err := org.Units(ctx, tx, org.AgencyID(b.AgencyID))
	if err != nil {
		return err
	}
	known := map[int64]bool{}
	for _, u := range units {
		known[int64(u.ID)] = true
	}
	var ids []string
	for _, id := range f.Units {
		if !known[id] {
			p.Add("units", "Đơn vị được chọn không thuộc cơ quan. Hãy chọn lại.")
			break
		}
		ids = append(ids, fmt.Sprint(id))
	}
	b.UnitIDs = strings.Join(ids, " ")
	return nil
}

var place = regexp.MustCompile(`\{[a-z]*\}`)

// checkPattern refuses a pattern with unknown places or letters that no notation has (D4.4).
func checkPattern(pattern string, p *store.Problems) {
	if pattern == "" {
		return
	}
	for _, name := range place.FindAllString(pattern, -1) {
		if !contains([]string{"{type}", "{agency}", "{unit}", "{field}", "{body}"}, name) {
			p.Add("notation", "Mẫu ký hiệu có chỗ {place} không dùng được. Chỉ dùng được những chỗ ghi trong hướng dẫn của ô này.", "place", name)
			return
		}
	}
	rest := place.ReplaceAllString(pattern, "")
	if strings.ContainsAny(rest, "{}/ ,;:\\\"'<>|") || len([]rune(pattern)) > 60 {
		p.Add("notation", "Mẫu ký hiệu không dài quá 60 ký tự, không có dấu cách, dấu / hoặc dấu câu; các nhóm chữ nối bằng dấu gạch nối.")
	}
}

// notationOf fills the register's pattern for a document; "" where the register leaves the notation to the decree.
func (b Book) notationOf(parts map[string]string) (string, error) {
	missing := ""
	out := place.ReplaceAllStringFunc(b.Notation, func(name string) string {
		v := parts[name]
		if v == "" {
			missing = name
		}
		return v
	})
	switch missing {
	case "":
		return out, nil
	case "{type}":
		return "", store.RefuseField("type", "Sổ {name} ghi ký hiệu theo loại văn bản, nhưng loại này không có chữ viết tắt. Hãy chọn loại hoặc sổ khác.", "name", b.Name)
	case "{body}":
		return "", store.RefuseField("register", "Sổ {name} chưa có chữ viết tắt của tổ chức tư vấn. Hãy bổ sung vào sổ.", "name", b.Name)
	}
	return "", store.RefuseField("field_abbr", "Ký hiệu theo sổ {name} cần chữ viết tắt của đơn vị soạn thảo hoặc lĩnh vực. Hãy bổ sung.", "name", b.Name)
}

// CloseRegister locks a register from a day on, with the reason (D7.9). What stands in it stays; only corrections follow.
func CloseRegister(ctx context.Context, tx *store.Tx, id int64, from calendar.Date, reason string) error {
	a := tx.Actor()
	if !opensRegisters(a) {
		return store.Refuse(store.Forbidden, "Chỉ văn thư hoặc quản trị của cơ quan được khóa sổ đăng ký.")
	}
	b, err := findBook(ctx, tx, a.Agency, id)
	if err != nil {
		return err
	}
	if b.LockedOn != "" {
		return store.Refuse(store.Conflict, "Sổ {name} đã khóa từ ngày {date}.", "name", b.Name, "date", b.LockedOn.Display())
	}
	var p store.Problems
	if !from.Valid() || from.Before(today(tx.Now())) {
		p.Add("from", "Ngày khóa sổ phải là hôm nay hoặc một ngày sau đó.")
	}
	if reason = line(reason); len([]rune(reason)) < 10 || len([]rune(reason)) > 1000 {
		p.Add("reason", "Lý do khóa sổ cần từ 10 đến 1000 ký tự.")
	}
	if err := p.Err(); err != nil {
		return err
	}
	if err := tx.Put(ctx, sqlLockBook, from, reason, a.Agency, id); err != nil {
		return err
	}
	return tx.Record(store.Event{Verb: "register.closed", Agency: a.Agency, Ref: b.ref(), Title: b.Name})
}
