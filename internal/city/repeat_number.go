package city

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"congvu/internal/calendar"
	"congvu/internal/i18n"
	"congvu/internal/store"
)

// book is a register, line the registers that carry one another on from year to year.
type book struct {
	id   int64
	year int
	line *line
}

type line struct {
	agency, first int64 // first number of the first year
	began         int   // first year
	years         map[int]int64
	last          map[int]int64 // numbers drawn
	opened        map[int]int   // by which quarter, for years that the copies open
}

// of is the register of a year.
func (b *book) of(year int) int64 { return b.line.years[year] }

// before is the register that a year's carries on.
func (b *book) before(year int) int64 {
	for year--; year > b.line.began && b.line.years[year] == 0; year-- {
	}
	return b.of(year)
}

type bookRow struct {
	ID, AgencyID, FromID, FirstNumber int64
	Year                              int
}

var (
	sqlBookRows = store.SQL(`SELECT id, agency_id, from_id, first_number, year FROM documents_registers ORDER BY year, id`)
	sqlDrawnOut = store.SQL(`SELECT register_id AS register, year, number, issued_date AS day, at_us FROM documents_numbers WHERE outgoing_id >= $1 AND outgoing_id < $2`)
	sqlDrawnIn  = store.SQL(`SELECT register, year, number, '' AS day, at_us FROM documents_arrival_numbers WHERE incoming_id >= $1 AND incoming_id < $2`)
	sqlOutPaper = store.SQL(`SELECT agency_id, id, number_text, notation, number, register_id AS register, year, document_id FROM documents_outgoing WHERE id >= $1 AND id < $2 AND number > 0`)
	sqlInPaper  = store.SQL(`SELECT i.agency_id, i.id, i.document_id, i.number AS code, i.notation, i.sender_key, i.notation_key, i.issued_date, i.register, i.arrival_year AS year, i.arrival_number AS number,
		a.code AS at FROM documents_incoming i JOIN org_agencies a ON a.id = i.agency_id WHERE i.id >= $1 AND i.id < $2 ORDER BY i.id`)
)

type drawnRow struct {
	Register int64
	Year     int
	Number   int64
	Day      calendar.Date
	AtUs     store.Instant
}

// bookID is the register that carries on a line in a later year.
func (l *line) bookID(year int) int64 {
	h := shift{quarter: 1, days: (year - l.began) * 365, city: 2}
	return h.id(l.years[l.began])
}

// readBooks reads the registers; lines that copies carried on already are whole.
func (m *mover) readBooks(ctx context.Context, r store.Reader) error {
	m.books = map[int64]*book{}
	for b, err := range store.Each[bookRow](ctx, r, sqlBookRows) {
		if err != nil {
			return err
		}
		l := &line{agency: b.AgencyID, first: max(b.FirstNumber, 1), began: b.Year, years: map[int]int64{}, last: map[int]int64{}, opened: map[int]int{}}
		if before := m.books[b.FromID]; before != nil {
			l = before.line
		}
		l.years[b.Year] = b.ID
		m.books[b.ID] = &book{b.ID, b.Year, l}
	}
	return nil
}

// readNumbers continues the numbers of the played quarter through all later ones: in each register and year they rise with the days and have no gap.
func (m *mover) readNumbers(ctx context.Context, r store.Reader, all []shift) error {
	if err := m.readBooks(ctx, r); err != nil {
		return err
	}
	lines := map[*line][]drawnRow{}
	for _, q := range []*store.Stmt{sqlDrawnOut, sqlDrawnIn} {
		for d, err := range store.Each[drawnRow](ctx, r, q, m.firstID, m.lastID) {
			if err != nil {
				return err
			}
			b := m.books[d.Register]
			if b == nil {
				return fmt.Errorf("city: number %d stands in no register", d.Number)
			}
			if d.Day == "" {
				d.Day = calendar.DateOf(d.AtUs.Time())
			}
			b.line.last[d.Year] = max(b.line.last[d.Year], d.Number)
			lines[b.line] = append(lines[b.line], d)
		}
	}
	m.numbers = map[number][]number{}
	type turn struct {
		drawnRow
		quarter int
	}
	for l, rows := range lines {
		slices.SortFunc(rows, func(a, b drawnRow) int { return cmp.Or(a.Year-b.Year, int(a.Number-b.Number)) })
		turns := make([]turn, 0, len(rows)*len(all))
		for i, h := range all {
			for _, d := range rows {
				d.Day = d.Day.AddDays(h.days)
				turns = append(turns, turn{d, i})
			}
		}
		slices.SortStableFunc(turns, func(a, b turn) int { return cmp.Compare(a.Day, b.Day) })
		for _, t := range turns {
			y := t.Day.Year()
			if l.years[y] == 0 {
				l.years[y] = l.bookID(y)
				m.books[l.years[y]] = &book{l.years[y], y, l}
			}
			if _, ours := l.opened[y]; !ours && y != t.Year && l.last[y] == 0 {
				l.opened[y] = all[t.quarter].quarter
			}
			l.last[y]++
			was := number{t.Register, t.Year, t.Number}
			now := number{l.years[y], y, l.last[y]}
			if at := slices.IndexFunc(m.shifts, func(h shift) bool { return h.quarter == all[t.quarter].quarter }); at >= 0 {
				if m.numbers[was] == nil {
					m.numbers[was] = make([]number, len(m.shifts))
				}
				m.numbers[was][at] = now
			}
		}
	}
	return nil
}

// keepCounters lets ordinary work go on after the last number.
func (m *mover) keepCounters(ctx context.Context, db *store.DB) error {
	done := map[*line]bool{}
	return db.Keep(ctx, func(tx *store.Tx) error {
		for _, b := range m.books {
			if done[b.line] {
				continue
			}
			done[b.line] = true
			for year, last := range b.line.last {
				if year == b.line.began {
					last -= b.line.first - 1
				}
				if err := tx.Drew(ctx, b.line.agency, fmt.Sprintf("documents.register/%d", b.line.years[year]), year, last); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

type outPaper struct {
	AgencyID, ID, Number, Register int64
	NumberText, Notation           string
	Year                           int
	DocumentID                     string
}

type inPaper struct {
	AgencyID, ID, Register, Number                     int64
	DocumentID, Code, Notation, SenderKey, NotationKey string
	IssuedDate                                         calendar.Date
	Year                                               int
	At                                                 string
}

// readLetters learns what each document of the quarter is called in other rows' texts, and what it will be called in each copy.
func (m *mover) readLetters(ctx context.Context, r store.Reader) error {
	m.letters, m.byCode, m.received = map[int64]*calling{}, map[string]*calling{}, map[string]*calling{}
	for o, err := range store.Each[outPaper](ctx, r, sqlOutPaper, m.firstID, m.lastID) {
		if err != nil {
			return err
		}
		now := m.numbers[number{o.Register, o.Year, o.Number}]
		if now == nil {
			return fmt.Errorf("city: %s is in no register", o.NumberText)
		}
		l := &calling{code: leadingDigits(o.NumberText)}
		l.says(o.NumberText, o.Notation)
		for _, n := range now {
			text := fmt.Sprintf("%0*d", len(l.code), n.number)
			l.moves(text, text+strings.ReplaceAll(o.NumberText[len(l.code):], fmt.Sprintf("/%d/", o.Year), fmt.Sprintf("/%d/", n.year)), o.Notation)
			l.years = append(l.years, n.year)
		}
		m.letters[o.ID] = l
		if o.DocumentID != "" {
			m.byCode[o.DocumentID] = l
		}
	}
	return m.readReceived(ctx, r)
}

// readReceived: what came from within the house is called as its sender calls it; the numbers of senders outside go on from quarter to quarter.
func (m *mover) readReceived(ctx context.Context, r store.Reader) error {
	all, err := store.All[inPaper](ctx, r, sqlInPaper, m.firstID, m.lastID)
	if err != nil {
		return err
	}
	rise := map[[2]string]int64{}
	for _, in := range all {
		if m.byCode[in.DocumentID] == nil {
			key := [2]string{in.SenderKey, in.NotationKey}
			rise[key] = max(rise[key], digitsValue(leadingDigits(in.Code)))
		}
	}
	for _, in := range all {
		l := &calling{code: in.Code}
		from := m.byCode[in.DocumentID]
		arrived := m.numbers[number{in.Register, in.Year, in.Number}]
		if in.Number > 0 && arrived == nil {
			return fmt.Errorf("city: arrival number %d of %d is in no register", in.Number, in.AgencyID)
		}
		lead := leadingDigits(in.Code)
		if from == nil && lead != "" {
			l.says(in.Code+"/"+in.Notation, in.Notation)
		}
		if from != nil {
			l.words = append(l.words, from.words...)
		}
		if in.Number > 0 {
			l.entry = fmt.Sprintf("%d/%d", in.Number, in.Year)
			l.words = append(l.words, "Số đến "+l.entry, fmt.Sprintf(`"number":"%d"`, in.Number))
		}
		for k, h := range m.shifts {
			switch {
			case from != nil:
				l.moved, l.codes = append(l.moved, slices.Clone(from.moved[k])), append(l.codes, from.codes[k])
			case lead != "":
				n := digitsValue(lead) + rise[[2]string{in.SenderKey, in.NotationKey}]*int64(m.earlier(in.IssuedDate, h))
				text := fmt.Sprintf("%0*d", len(lead), n) + in.Code[len(lead):]
				l.moves(text, text+"/"+in.Notation, in.Notation)
			default:
				l.moved, l.codes = append(l.moved, nil), append(l.codes, in.Code)
			}
			if in.Number > 0 {
				n := arrived[k]
				entry := fmt.Sprintf("%d/%d", n.number, n.year)
				l.moved[k] = append(l.moved[k], "Số đến "+entry, fmt.Sprintf(`"number":"%d"`, n.number))
				l.enter, l.years = append(l.enter, entry), append(l.years, n.year)
			} else {
				l.enter = append(l.enter, "")
			}
		}
		m.letters[in.ID] = l
		if in.DocumentID != "" {
			m.received[in.At+"|"+in.DocumentID] = l
		}
	}
	return nil
}

// earlier counts the quarters before a copy in whose same year the sender wrote the same numbers.
func (m *mover) earlier(d calendar.Date, h shift) (n int) {
	year := d.AddDays(h.days).Year()
	for _, before := range m.quarters {
		if before.quarter < h.quarter && d.AddDays(before.days).Year() == year {
			n++
		}
	}
	return n
}

// says notes how a document is called: as on paper, folded as in the texts for searching, and number and notation apart.
func (l *calling) says(text, notation string) { l.words = called(text, notation) }

func (l *calling) moves(code, text, notation string) {
	l.codes, l.moved = append(l.codes, code), append(l.moved, called(text, notation))
}

func called(text, notation string) []string {
	return []string{text, i18n.Fold(text), leadingDigits(text) + " " + i18n.Fold(notation), leadingDigits(text) + "/" + i18n.Fold(notation)}
}

func leadingDigits(s string) string {
	return s[:len(s)-len(strings.TrimLeft(s, "0123456789"))]
}

func digitsValue(s string) (n int64) {
	for _, c := range []byte(s) {
		n = n*10 + int64(c-'0')
	}
	return n
}

// sameCode writes a number as another one is written: 7 for 007 (D4.14).
func (l *calling) sameCode(v string, k int) (string, bool) {
	switch {
	case v == l.code:
		return l.codes[k], true
	case v == strings.TrimLeft(l.code, "0") && v != "":
		return strings.TrimLeft(l.codes[k], "0"), true
	}
	return v, false
}
