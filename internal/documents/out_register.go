package documents

import (
	"context"
	"fmt"
	"strings"

	"congvu/internal/calendar"
	"congvu/internal/org"
	"congvu/internal/paper"
	"congvu/internal/store"
)

// RegisterRow is one line of the register of outgoing documents (D7.1). A void number keeps its line with the reason (D7.10).
type RegisterRow struct {
	Number     int64
	NumberText string
	OutgoingID int64
	IssuedDate calendar.Date
	TypeName   string
	Subject    string
	SignerName string
	Receivers  string `db:"-"`
	UnitName   string // keeps a copy
	KeptCopies int
	IssuedAt   store.Instant `db:"issued_us"`
	State      State
	VoidReason string
}

var (
	sqlRegisterRows = store.SQL(`SELECT n.number, o.number_text, n.outgoing_id, n.issued_date, o.type_name, o.subject, o.signer_name, o.unit_name, o.kept_copies,
		o.issued_us, o.state, n.void_reason
		FROM documents_numbers n JOIN documents_outgoing o ON o.agency_id = n.agency_id AND o.id = n.outgoing_id
		WHERE n.agency_id = $1 AND n.register_id = $2 AND n.issued_date >= $3 AND n.issued_date <= $4 ORDER BY n.year, n.number LIMIT $5`)
	sqlRowReceivers = store.SQL(`SELECT v.outgoing_id, v.name FROM documents_receivers v
		JOIN documents_numbers n ON n.agency_id = v.agency_id AND n.outgoing_id = v.outgoing_id
		WHERE n.agency_id = $1 AND n.register_id = $2 AND n.issued_date >= $3 AND n.issued_date <= $4 ORDER BY v.outgoing_id, v.ordinal`)
)

// mostPrinted bounds one printed volume.
const mostPrinted = 20000

// RegisterRows reads a register from day to day ("" = the whole year), in the order of numbers. For those who see everything of the agency.
func RegisterRows(ctx context.Context, r store.Reader, a store.Actor, register int64, from, to calendar.Date) ([]RegisterRow, error) {
	if !SeesAll(a) {
		return nil, store.Refuse(store.Forbidden, "Chỉ văn thư, lưu trữ và lãnh đạo cơ quan được xem sổ đăng ký.")
	}
	b, err := findBook(ctx, r, a.Agency, register)
	if err != nil {
		return nil, err
	}
	if from.IsZero() {
		from = calendar.NewDate(b.Year, 1, 1)
	}
	if to.IsZero() {
		to = calendar.NewDate(b.Year, 12, 31)
	}
	rows, err := store.All[RegisterRow](ctx, r, sqlRegisterRows, a.Agency, register, from, to, mostPrinted+1)
	if err != nil {
		return nil, err
	}
	if len(rows) > mostPrinted {
		return nil, store.RefuseField("to", "Sổ có hơn {most} dòng trong khoảng này. Hãy chọn khoảng ngày ngắn hơn.", "most", mostPrinted)
	}
	type named struct {
		OutgoingID int64
		Name       string
	}
	names := map[int64][]string{}
	for v, err := range store.Each[named](ctx, r, sqlRowReceivers, a.Agency, register, from, to) {
		if err != nil {
			return nil, err
		}
		names[v.OutgoingID] = append(names[v.OutgoingID], v.Name)
	}
	for i := range rows {
		rows[i].Receivers = strings.Join(names[rows[i].OutgoingID], "; ")
	}
	return rows, nil
}

// PrintRegister prints the register of outgoing documents with cover and all ten columns (D7.1, D7.6, D7.7, V65) as PDF/A.
func PrintRegister(ctx context.Context, d *Desk, a store.Actor, register int64, from, to calendar.Date) ([]byte, error) {
	rows, err := RegisterRows(ctx, d.DB, a, register, from, to)
	if err != nil {
		return nil, err
	}
	b, err := findBook(ctx, d.DB, a.Agency, register)
	if err != nil {
		return nil, err
	}
	if b.Direction != OutgoingBook {
		return nil, store.RefuseField("register", "Sổ {name} không phải là sổ văn bản đi.", "name", b.Name)
	}
	now := d.DB.Now()
	ag, err := org.AgencyAt(ctx, d.DB, org.AgencyID(a.Agency), today(now))
	if err != nil {
		return nil, err
	}
	who, err := org.HoldingAt(ctx, d.DB, org.HoldingID(a.Holding), today(now))
	if err != nil {
		return nil, err
	}
	book := paper.Book{ParentAgency: ag.ParentName, Agency: ag.Name, Title: b.Name, Year: b.Year, From: from.Time(), To: to.Time(), Columns: paper.OutgoingColumns,
		PrintNote: fmt.Sprintf("In từ hệ thống bởi %s, %s", who.PersonName, LawfulPlacing().stamp(now.Time())), Made: now.Time().In(calendar.Hanoi)}
	for i, row := range rows {
		if i == 0 {
			book.FirstNumber = fmt.Sprintf("%02d", row.Number)
		}
		book.LastNumber = fmt.Sprintf("%02d", row.Number)
		book.Entries = append(book.Entries, row.entry())
	}
	printed, err := paper.Register(book)
	if err != nil {
		return nil, err
	}
	return printed.PDF, nil
}

func (r RegisterRow) entry() paper.Entry {
	copies, sent, remark := "", "", r.VoidReason
	if r.KeptCopies > 0 {
		copies = fmt.Sprintf("%02d", r.KeptCopies)
	}
	if r.IssuedAt != 0 {
		sent = today(r.IssuedAt).Display()
	} else if remark == "" {
		remark = r.State.Label()
	}
	if r.VoidReason != "" {
		remark = "Số bỏ: " + r.VoidReason
	}
	return paper.Entry{Void: r.VoidReason != "", Cells: []string{r.NumberText, r.IssuedDate.Display(), r.TypeName + " – " + r.Subject, r.SignerName, r.Receivers,
		"VT, " + r.UnitName, copies, sent, "", remark}}
}
