package documents

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"congvu/internal/calendar"
	"congvu/internal/i18n"
	"congvu/internal/paper"
	"congvu/internal/store"
)

// Span is a part of a register: from day to day and from number to number; zero values leave it open.
type Span struct {
	From, To    calendar.Date
	First, Last int64
}

// within closes the span by a year.
func (s Span) within(year int) Span {
	if s.From.IsZero() {
		s.From = calendar.NewDate(year, 1, 1)
	}
	if s.To.IsZero() {
		s.To = calendar.NewDate(year, 12, 31)
	}
	if s.Last == 0 {
		s.Last = math.MaxInt64
	}
	return s
}

func (s Span) problems() (p store.Problems) {
	switch {
	case !s.From.IsZero() && !s.From.Valid() || !s.To.IsZero() && !s.To.Valid():
		p.Add("from", "Ngày của khoảng in không đúng. Hãy nhập ngày theo dạng ngày/tháng/năm.")
	case s.To.Before(s.From):
		p.Add("to", "Ngày cuối không được trước ngày đầu.")
	case s.First < 0 || s.Last < 0 || s.Last > 0 && s.Last < s.First:
		p.Add("last", "Số cuối không được nhỏ hơn số đầu.")
	}
	return p
}

// BookLine is one line of a register with its legal columns (D7.1, D7.2). Void lines keep their place with a visible mark (D7.10).
type BookLine struct {
	Number  int64
	Suffix  string // "a" of an inserted number (D4.13)
	Ref     string // outgoing/…, incoming/…; "" = a number without a document
	On      calendar.Date
	Cells   []string
	Void    bool
	Waiting bool  // a number that is still held
	Holding int64 // its reservation
}

// Column heads of the register of secrets: nothing of the subject (D4.8).
var secretColumns = []paper.Column{{Head: "Số", Share: 7, Centred: true}, {Head: "Ngày tháng văn bản", Share: 10, Centred: true}, {Head: "Cơ quan ban hành hoặc nơi nhận", Share: 26},
	{Head: "Số, ký hiệu", Share: 14, Centred: true}, {Head: "Độ mật", Share: 9, Centred: true}, {Head: "Độ khẩn", Share: 9, Centred: true}, {Head: "Ký nhận", Share: 11}, {Head: "Ghi chú", Share: 16}}

// Columns are the legal columns of the register.
func (b Book) Columns() []paper.Column {
	switch {
	case b.Kind == BookSecret:
		return secretColumns
	case b.Direction == IncomingBook:
		return paper.IncomingColumns
	}
	return paper.OutgoingColumns
}

// mayReadBook: registers are read by the registry, the archive and the leaders of the agency, those of incoming documents also by
// the leaders' assistants.
func mayReadBook(a store.Actor, b Book) error {
	if SeesAll(a) || b.Direction == IncomingBook && b.Kind != BookSecret && sight(a) >= seesSubmitted {
		return nil
	}
	return errRegisterReaders()
}

// BookLines reads a register in the order of numbers: documents, numbers that are held or void, corrections.
func BookLines(ctx context.Context, r store.Reader, a store.Actor, register int64, s Span) (Book, []BookLine, error) {
	b, err := findBook(ctx, r, a.Agency, register)
	if err == nil {
		err = mayReadBook(a, b)
	}
	if err == nil {
		err = s.problems().Err()
	}
	if err != nil {
		return b, nil, err
	}
	var lines []BookLine
	switch {
	case b.Kind == BookSecret:
		lines, err = b.secretLines(ctx, r, s)
	case b.Direction == IncomingBook:
		lines, err = b.incomingLines(ctx, r, s)
	default:
		lines, err = b.outgoingLines(ctx, r, s, nowOf(r))
	}
	if err == nil {
		err = b.correct(ctx, r, lines)
	}
	if err == nil && len(lines) > mostPrinted {
		err = errTooLong()
	}
	return b, lines, err
}

func (b Book) outgoingLines(ctx context.Context, r store.Reader, s Span, now calendar.Date) ([]BookLine, error) {
	rows, err := b.outgoingRows(ctx, r, s)
	if err != nil {
		return nil, err
	}
	held, err := store.All[Reservation](ctx, r, sqlReservations, b.AgencyID, b.ID, mostPrinted)
	if err != nil {
		return nil, err
	}
	s = s.within(b.Year)
	used := map[int64]Reservation{}
	var lines []BookLine
	for _, v := range held {
		if v.State == NumberUsed {
			used[v.Number] = v
			continue
		}
		if v.HeldOn.Before(s.From) || v.HeldOn.After(s.To) || v.Number < s.First || v.Number > s.Last {
			continue
		}
		lines = append(lines, BookLine{Number: v.Number, On: v.HeldOn, Void: v.Gone(now), Waiting: !v.Gone(now), Holding: v.ID,
			Cells: []string{twoDigits(v.Number), "", "", "", "", "", "", "", "", vietnamese(v.Mark(now))}})
	}
	for _, row := range rows {
		e := row.entry()
		if v, ok := used[row.Number]; ok {
			e.Cells[9] = alongside(e.Cells[9], fmt.Sprintf("Số giữ ngày %s", v.HeldOn.Display()))
		}
		lines = append(lines, BookLine{Number: row.Number, Ref: OutgoingRef(row.OutgoingID), On: row.IssuedDate, Cells: e.Cells, Void: e.Void})
	}
	inserted, err := b.insertedLines(ctx, r, s)
	lines = append(lines, inserted...)
	slices.SortStableFunc(lines, func(x, y BookLine) int {
		if x.Number != y.Number {
			return int(x.Number - y.Number)
		}
		return strings.Compare(x.Suffix, y.Suffix)
	})
	return lines, err
}

func (b Book) incomingLines(ctx context.Context, r store.Reader, s Span) ([]BookLine, error) {
	s = s.within(b.Year)
	rows, err := store.All[entryRow](ctx, r, sqlEntries, b.AgencyID, b.ID, s.First, s.Last, s.From.Time().UnixMicro(), s.To.AddDays(1).Time().UnixMicro(), mostPrinted+1)
	var lines []BookLine
	for _, row := range rows {
		e := row.entry()
		lines = append(lines, BookLine{Number: row.Number, Ref: IncomingRef(row.IncomingID), On: today(row.At), Cells: e.Cells, Void: e.Void})
	}
	return lines, err
}

func alongside(a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + "; " + b
}

// vietnamese is a sentence as registers are printed.
func vietnamese(m store.Message) string { return i18n.T(i18n.VI, m.Text, m.Args) }
