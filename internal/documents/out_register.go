package documents

import (
	"context"
	"fmt"
	"strings"

	"congvu/internal/calendar"
	"congvu/internal/paper"
	"congvu/internal/store"
)

// RegisterRow is one line of the register of outgoing documents (D7.1). A void number keeps its line with the reason (D7.10).
type RegisterRow struct {
	Number       int64
	NumberText   string
	OutgoingID   int64
	IssuedDate   calendar.Date
	TypeName     string
	Subject      string
	SignerName   string
	Receivers    string `db:"-"`
	UnitName     string // keeps a copy
	KeptCopies   int
	IssuedAt     store.Instant `db:"issued_us"`
	State        State
	VoidReason   string
	RecalledAt   store.Instant `db:"recalled_us"`
	RecallReason string
	Hidden       bool   // from who reads the register: he may not see the document
	Ties         string `db:"-"` // what replaced, amended or corrected it, and what it replaces
}

var (
	sqlRegisterRows = store.SQL(`SELECT n.number, o.number_text, n.outgoing_id, n.issued_date, o.type_name, o.subject, o.signer_name, o.unit_name, o.kept_copies,
		o.issued_us, o.state, n.void_reason, o.recalled_us, o.recall_reason, CASE WHEN ` + outgoingSeen + ` THEN FALSE ELSE TRUE END AS hidden
		FROM documents_numbers n JOIN documents_outgoing o ON o.agency_id = n.agency_id AND o.id = n.outgoing_id
		WHERE n.agency_id = $1 AND n.register_id = $10 AND n.issued_date >= $11 AND n.issued_date <= $12 AND n.number >= $13 AND n.number <= $14 ORDER BY n.year, n.number LIMIT $15`)
	sqlRowReceivers = store.SQL(`SELECT v.outgoing_id, v.name FROM documents_receivers v
		JOIN documents_numbers n ON n.agency_id = v.agency_id AND n.outgoing_id = v.outgoing_id
		WHERE n.agency_id = $1 AND n.register_id = $2 AND n.issued_date >= $3 AND n.issued_date <= $4 AND n.number >= $5 AND n.number <= $6 ORDER BY v.outgoing_id, v.ordinal`)
)

// mostPrinted bounds one printed volume.
const mostPrinted = 20000

// RegisterRows reads a register from day to day ("" = the whole year), in the order of numbers. For those who see everything of the agency.
func RegisterRows(ctx context.Context, r store.Reader, a store.Actor, register int64, from, to calendar.Date) ([]RegisterRow, error) {
	if !SeesAll(a) {
		return nil, errRegisterReaders()
	}
	b, err := findBook(ctx, r, a.Agency, register)
	if err != nil {
		return nil, err
	}
	return b.outgoingRows(ctx, r, a, Span{From: from, To: to})
}

func (b Book) outgoingRows(ctx context.Context, r store.Reader, a store.Actor, s Span) ([]RegisterRow, error) {
	s = s.within(b.Year)
	bound, err := outgoingBound(ctx, r, a)
	if err != nil {
		return nil, err
	}
	rows, err := store.All[RegisterRow](ctx, r, sqlRegisterRows, append(bound, b.ID, s.From, s.To, s.First, s.Last, mostPrinted+1)...)
	if err != nil {
		return nil, err
	}
	ties, err := tiesOf(ctx, r, a)
	if err != nil {
		return nil, err
	}
	if len(rows) > mostPrinted {
		return nil, errTooLong()
	}
	type named struct {
		OutgoingID int64
		Name       string
	}
	names := map[int64][]string{}
	for v, err := range store.Each[named](ctx, r, sqlRowReceivers, b.AgencyID, b.ID, s.From, s.To, s.First, s.Last) {
		if err != nil {
			return nil, err
		}
		names[v.OutgoingID] = append(names[v.OutgoingID], v.Name)
	}
	for i := range rows {
		rows[i].Receivers, rows[i].Ties = strings.Join(names[rows[i].OutgoingID], "; "), ties[OutgoingRef(rows[i].OutgoingID)]
	}
	return rows, nil
}

func errTooLong() error {
	return store.RefuseField("to", "Sổ có hơn {most} dòng trong khoảng này. Hãy chọn khoảng ngày ngắn hơn.", "most", mostPrinted)
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
	if r.RecalledAt != 0 {
		remark = alongside(remark, "Thu hồi ngày "+today(r.RecalledAt).Display()+": "+r.RecallReason)
	}
	remark = alongside(remark, r.Ties)
	if r.Hidden {
		return paper.Entry{Void: r.VoidReason != "" || r.RecalledAt != 0, Cells: []string{r.NumberText, r.IssuedDate.Display(), hiddenWords, "", "", "", "", "", "", ""}}
	}
	return paper.Entry{Void: r.VoidReason != "" || r.RecalledAt != 0, Cells: []string{r.NumberText, r.IssuedDate.Display(), r.TypeName + " – " + r.Subject, r.SignerName, r.Receivers,
		"VT, " + r.UnitName, copies, sent, "", remark}}
}
