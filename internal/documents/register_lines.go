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
	Hidden  bool  // its words are kept from who reads the register: he may not see the document
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
		lines, err = b.incomingLines(ctx, r, a, s)
	default:
		lines, err = b.outgoingLines(ctx, r, a, s, nowOf(r))
	}
	if err == nil {
		err = b.correct(ctx, r, lines)
	}
	if err == nil && len(lines) > mostPrinted {
		err = errTooLong()
	}
	for i := range lines {
		if lines[i].Hidden { // it leads nowhere
			lines[i].Ref = ""
		}
	}
	return b, lines, err
}

func (b Book) outgoingLines(ctx context.Context, r store.Reader, a store.Actor, s Span, now calendar.Date) ([]BookLine, error) {
	rows, err := b.outgoingRows(ctx, r, a, s)
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
		if v, ok := used[row.Number]; ok && !row.Hidden {
			e.Cells[9] = alongside(e.Cells[9], fmt.Sprintf("Số giữ ngày %s", v.HeldOn.Display()))
		}
		lines = append(lines, BookLine{Number: row.Number, Ref: OutgoingRef(row.OutgoingID), On: row.IssuedDate, Cells: e.Cells, Void: e.Void, Hidden: row.Hidden})
	}
	inserted, err := b.insertedLines(ctx, r, a, s)
	lines = append(lines, inserted...)
	slices.SortStableFunc(lines, func(x, y BookLine) int {
		if x.Number != y.Number {
			return int(x.Number - y.Number)
		}
		return strings.Compare(x.Suffix, y.Suffix)
	})
	return lines, err
}

func (b Book) incomingLines(ctx context.Context, r store.Reader, a store.Actor, s Span) ([]BookLine, error) {
	s = s.within(b.Year)
	rows, err := store.All[entryRow](ctx, r, sqlEntries, append(append([]any{b.AgencyID, b.ID}, incomingBound(r, a)...), s.First, s.Last, s.From.Time().UnixMicro(), s.To.AddDays(1).Time().UnixMicro(), mostPrinted+1)...)
	if err != nil {
		return nil, err
	}
	ties, err := tiesOf(ctx, r, a)
	var lines []BookLine
	for _, row := range rows {
		row.Ties = ties[IncomingRef(row.IncomingID)]
		e := row.entry()
		lines = append(lines, BookLine{Number: row.Number, Ref: IncomingRef(row.IncomingID), On: today(row.At), Cells: e.Cells, Void: e.Void, Hidden: row.Hidden})
	}
	if err != nil {
		return nil, err
	}
	void, err := b.voidLines(ctx, r, s)
	if len(void) > 0 {
		lines = append(lines, void...)
		slices.SortStableFunc(lines, func(x, y BookLine) int { return int(x.Number - y.Number) })
	}
	return lines, err
}

// hiddenWords stand in a register in the place of what its reader may not see: the line keeps its number and its day (D7.10, V19).
const hiddenWords = "(giới hạn người xem)"

var sqlTies = store.SQL(`WITH x AS (SELECT * FROM documents_relations WHERE agency_id = $1 AND in_force)
	SELECT x.kind, x.ref, x.target_ref, CASE WHEN CAST($2 AS BOOLEAN) OR NOT EXISTS (SELECT 1 FROM documents_restrictions w WHERE w.agency_id = x.agency_id AND w.ref_kind || '/' || CAST(w.ref_id AS TEXT) = x.ref) THEN x.title ELSE '' END AS title,
		CASE WHEN CAST($2 AS BOOLEAN) OR NOT EXISTS (SELECT 1 FROM documents_restrictions w WHERE w.agency_id = x.agency_id AND w.ref_kind || '/' || CAST(w.ref_id AS TEXT) = x.target_ref) THEN x.target_title ELSE '' END AS target_title
	FROM x ORDER BY x.id`)

// tiesOf says of every document what replaced, amended or corrected it, and which it replaces, amends or corrects, as registers note it (D9.8).
func tiesOf(ctx context.Context, r store.Reader, a store.Actor) (map[string]string, error) {
	type tie struct {
		Kind               RelationKind
		Ref, TargetRef     string
		Title, TargetTitle string
	}
	out := map[string]string{}
	for x, err := range store.Each[tie](ctx, r, sqlTies, a.Agency, seesLimited(a)) {
		if err != nil {
			return nil, err
		}
		out[x.TargetRef] = alongside(out[x.TargetRef], vietnamese(store.Message{Text: x.Kind.Passive()})+" "+orText(x.Title, "văn bản khác"))
		out[x.Ref] = alongside(out[x.Ref], vietnamese(store.Message{Text: x.Kind.Label()})+" "+orText(x.TargetTitle, "văn bản khác"))
	}
	return out, nil
}

func alongside(a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + "; " + b
}

// vietnamese is a sentence as registers are printed.
func vietnamese(m store.Message) string { return i18n.T(i18n.VI, m.Text, m.Args) }
