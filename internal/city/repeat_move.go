package city

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"congvu/internal/calendar"
	"congvu/internal/store"
)

// span is the played quarter: what was made in it, and the days that belong to it (what came in may be dated a little earlier, deadlines lie later).
type span struct {
	firstID, lastID int64
	from, until     store.Instant
	early, late     string // dates that move
}

func (sp *span) moves(at int64) bool {
	return at >= int64(sp.from)-int64(60*day) && at < int64(sp.until)+int64(400*day)
}

const day = store.Instant(24 * time.Hour / time.Microsecond)

func (sp *span) settle() {
	sp.early = string(calendar.DateOf(sp.from.Time()).AddDays(-60))
	sp.late = string(calendar.DateOf(sp.until.Time()).AddDays(400))
}

// shift is where one copy goes: so many quarters later, or to another city.
type shift struct {
	quarter, days int
	city          int // 0 = the same
	words         *strings.Replacer
	code          string // of the city
}

// id moves an identifier: the time in it by the days, and the number of its maker, so that no two copies make the same one.
func (h shift) id(id int64) int64 {
	ms, node, n := id>>22+int64(h.days)*24*3600*1000, id>>12&0x3ff, id&0xfff
	return ms<<22 | (node+int64(2*h.city+h.quarter%2))&0x3ff<<12 | n
}

func (h shift) instant(at int64) int64 { return at + int64(h.days)*int64(day) }

func (h shift) date(d string) string {
	if h.days == 0 {
		return d
	}
	return string(calendar.Date(d).AddDays(h.days))
}

// number is a number in a register.
type number struct {
	register int64
	year     int
	number   int64
}

// calling is what is written about a document elsewhere than in its own row, and how that reads in each copy.
type calling struct {
	words []string
	moved [][]string // by copy
	code  string     // its sender's number
	codes []string
	entry string // arrival number and year
	enter []string
	years []int // of the number in each copy
}

// mover makes the copies of rows.
type mover struct {
	span
	shifts   []shift
	still    map[int64]bool // identifiers of the founding that were made within the quarter
	letters  map[int64]*calling
	byCode   map[string]*calling // by document identifier
	numbers  map[number][]number
	books    map[int64]*book
	received map[string]*calling // by receiver's code and document identifier
	quarters []shift             // all of them, the played one first
	agency   map[int64]bool      // whose rows are copied; nil = everybody's
	thin     bool
	met      []*calling // scratch
}

const (
	pieceText = iota
	pieceID
	pieceInstant
	pieceDate  // 2026-09-01
	pieceSlash // 2026/09/01
	pieceShown // 01/09/2026
	pieceWord
	pieceBook
)

type piece struct {
	kind   int
	text   string
	n      int64
	letter *calling
	word   int
}

// row makes the copies of a row, one for each shift that has one.
func (m *mover) row(t *repeatTable, row []any) ([][]any, error) {
	if m.agency != nil && !m.agency[t.owner(row)] {
		return nil, nil
	}
	m.met = m.met[:0]
	texts := make([][]piece, len(row))
	for i, v := range row {
		if b, ok := v.([]byte); ok && t.kinds[i] != asKept {
			v = string(b)
			row[i] = v
		}
		if s, ok := v.(string); ok && store.IsPacked(s) {
			continue // stays as it is: what was found in a file is about the file
		}
		switch v := v.(type) {
		case int64:
			if v >= m.firstID && t.kinds[i] != asKept {
				m.meet(v)
			}
		case string:
			switch t.kinds[i] {
			case asKept, asRaw, asCode, asEntry, asLogin:
			case asHeavy:
				if m.agency == nil {
					break // what was found in a file is about the file
				}
				fallthrough
			default:
				texts[i] = m.parse(v)
			}
		}
	}
	for _, peer := range []string{"peer_code", "receiver_code"} { // what the receiver calls it is told to the sender
		if i, j := t.at(peer), t.at("document_id"); m.received != nil && i >= 0 && j >= 0 {
			if l := m.received[row[i].(string)+"|"+row[j].(string)]; l != nil {
				m.met = append(m.met, l)
			}
		}
	}
	for i := range texts {
		if len(m.met) > 0 && texts[i] != nil {
			texts[i] = m.words(texts[i])
		}
		if len(texts[i]) == 1 && texts[i][0].kind == pieceText {
			texts[i] = nil
		}
	}
	out := make([][]any, 0, len(m.shifts))
	for k := range m.shifts {
		moved := make([]any, len(row))
		for i, v := range row {
			moved[i] = m.value(t, i, v, texts[i], k)
		}
		if err := m.special(t, row, moved, k); err != nil {
			return nil, err
		}
		out = append(out, moved)
	}
	return out, nil
}

// owner is the agency a row belongs to.
func (t *repeatTable) owner(row []any) int64 {
	for _, name := range []string{"agency_id", "home_agency", "id"} {
		if i := t.at(name); i >= 0 {
			id, _ := row[i].(int64)
			return id
		}
	}
	return 0
}

func (m *mover) meet(id int64) {
	l := m.letters[id]
	if l == nil {
		return
	}
	m.met = append(m.met, l)
}

func (m *mover) isID(v int64) bool { return v >= m.firstID && v>>22 != 0 && !m.still[v] }

func (m *mover) value(t *repeatTable, i int, v any, text []piece, k int) any {
	h := &m.shifts[k]
	kind := t.kinds[i]
	switch v := v.(type) {
	case int64:
		switch {
		case kind == asKept:
		case m.isID(v):
			return h.id(v)
		case h.days != 0 && v > 1e15 && m.moves(v):
			return h.instant(v)
		}
	case string:
		switch {
		case kind == asRaw:
			return ""
		case kind == asHeavy && m.thin:
			return heavyless(v)
		case store.IsPacked(v) && kind == asNames && h.city > 0:
			return "[]"
		case store.IsPacked(v):
		case kind == asCode:
			for _, l := range m.met {
				if s, ok := l.sameCode(v, k); ok {
					return s
				}
			}
		case kind == asEntry:
			for _, l := range m.met {
				if l.entry == v && v != "" {
					return l.enter[k]
				}
			}
		case kind == asLogin:
			return v + "." + strings.ToLower(h.code)
		case text != nil:
			s := m.render(text, k)
			if kind == asKey && s == v && v != "" && h.quarter > 0 {
				s = fmt.Sprintf("%s~%d", v, h.quarter)
			}
			return s
		case kind == asKey && v != "" && h.quarter > 0:
			return fmt.Sprintf("%s~%d", v, h.quarter)
		case h.words != nil && kind != asKept:
			return h.words.Replace(v)
		}
	}
	return v
}

// heavyless keeps the shape of what is left out: an object stays one.
func heavyless(v string) string {
	if strings.HasPrefix(v, "{") || store.IsPacked(v) {
		return "{}"
	}
	return v
}

// special sets what depends on several columns of the row.
func (m *mover) special(t *repeatTable, row, moved []any, k int) error {
	if m.numbers == nil {
		return nil
	}
	if n := t.of(asNumber); n >= 0 {
		r, y := t.of(asRegister), t.of(asYear)
		was := number{row[r].(int64), int(row[y].(int64)), row[n].(int64)}
		if was.number == 0 {
			moved[r], moved[y] = row[r], row[y]
			if was.register != 0 {
				return fmt.Errorf("%s: a register without a number: %v", t.name, was)
			}
			return nil
		}
		now, ok := m.numbers[was]
		if !ok {
			return fmt.Errorf("%s: number %v is in no register", t.name, was)
		}
		moved[r], moved[y], moved[n] = now[k].register, int64(now[k].year), now[k].number
	}
	if i := t.of(asSuccessor); i >= 0 {
		if b := m.books[row[i].(int64)]; b != nil {
			moved[i] = b.of(m.shiftedYear(b, k))
		}
	}
	if i := t.of(asIssued); i >= 0 {
		if d, _ := moved[t.at("issued_date")].(string); len(d) >= 4 && row[i].(int64) != 0 {
			moved[i] = int64(calendar.Date(d).Year())
		}
	}
	return nil
}

// shiftedYear is the year whose register carries on another one in a copy, where no number says it.
func (m *mover) shiftedYear(b *book, k int) int {
	for _, l := range m.met {
		if l.years != nil && l.years[k] != 0 {
			return l.years[k]
		}
	}
	return calendar.DateOf(store.Instant(m.shifts[k].instant(int64(m.until) - int64(day))).Time()).Year()
}

// parse finds what moves in a text: identifiers, instants and dates, wherever they stand. nil when nothing does.
func (m *mover) parse(s string) (out []piece) {
	from := 0
	add := func(at, to int, p piece) {
		if at > from {
			out = append(out, piece{text: s[from:at]})
		}
		p.text = s[at:to]
		out, from = append(out, p), to
	}
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			continue
		}
		if i > 0 && wordly(s[i-1]) {
			for i+1 < len(s) && wordly(s[i+1]) {
				i++
			}
			continue
		}
		to := i + 1
		for to < len(s) && s[to] >= '0' && s[to] <= '9' {
			to++
		}
		switch n := to - i; {
		case to < len(s) && wordly(s[to]):
		case n >= 16 && n <= 19:
			v := int64(0)
			for _, c := range []byte(s[i:to]) {
				v = v*10 + int64(c-'0')
			}
			switch {
			case m.books[v] != nil && m.numbers != nil:
				add(i, to, piece{kind: pieceBook, n: v})
			case m.isID(v):
				m.meet(v)
				add(i, to, piece{kind: pieceID, n: v})
			case n == 16 && m.moves(v):
				add(i, to, piece{kind: pieceInstant, n: v})
			}
		case n == 4 && to+6 <= len(s) && (s[to] == '-' || s[to] == '/') && s[to+3] == s[to] && digits(s[to+1:to+3]) && digits(s[to+4:to+6]) && (to+6 == len(s) || !wordly(s[to+6]) || s[to+6] == 'T'):
			d := s[i:to] + "-" + s[to+1:to+3] + "-" + s[to+4:to+6]
			if s[to] == '/' && to+6 < len(s) && s[to+6] == ',' {
				m.meetCode(s, i, to+6)
			}
			kind := pieceDate
			if s[to] == '/' {
				kind = pieceSlash
			}
			to += 6
			if d >= m.early && d <= m.late {
				add(i, to, piece{kind: kind})
			}
		case n == 2 && to+8 <= len(s) && s[to] == '/' && s[to+3] == '/' && digits(s[to+1:to+3]) && digits(s[to+4:to+8]) && (to+8 == len(s) || !wordly(s[to+8])):
			d := s[to+4:to+8] + "-" + s[to+1:to+3] + "-" + s[i:to]
			to += 8
			if d >= m.early && d <= m.late {
				add(i, to, piece{kind: pieceShown})
			}
		}
		i = to - 1
	}
	if from < len(s) && (out != nil || len(m.letters) > 0) {
		out = append(out, piece{text: s[from:]})
	}
	return out
}

// meetCode looks for a document identifier, "H26.03,2026/09/04,01/TB-STC", around its date.
func (m *mover) meetCode(s string, at, to int) {
	from := at - 1
	for from > 0 && s[from-1] > ' ' && s[from-1] != '"' && s[from-1] != '>' {
		from--
	}
	end := to
	for end < len(s) && s[end] > ' ' && s[end] != '"' && s[end] != '<' && s[end] != ']' {
		end++
	}
	if from >= 0 {
		if l := m.byCode[s[from:end]]; l != nil {
			m.met = append(m.met, l)
		}
	}
}

func wordly(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= 0x80
}

func digits(s string) bool {
	for _, c := range []byte(s) {
		if c < '0' || c > '9' {
			return false
		}
	}
	return true
}

// words finds what is written about the row's documents in the texts between.
func (m *mover) words(in []piece) []piece {
	out := make([]piece, 0, len(in)+2)
	for _, p := range in {
		if p.kind != pieceText {
			out = append(out, p)
			continue
		}
		from := 0
		for {
			at, found := len(p.text), piece{kind: pieceWord}
			for _, l := range m.met {
				for w, word := range l.words {
					if i := findWord(p.text, from, word); i >= 0 && (i < at || i == at && len(word) > len(found.text)) {
						at, found.letter, found.word, found.text = i, l, w, word
					}
				}
			}
			if found.letter == nil {
				break
			}
			if at > from {
				out = append(out, piece{text: p.text[from:at]})
			}
			out, from = append(out, found), at+len(found.text)
		}
		if from < len(p.text) {
			out = append(out, piece{text: p.text[from:]})
		}
	}
	return out
}

// findWord finds a word that stands alone: "3/UBND" is neither in "13/UBND" nor in "3/UBND-NC".
func findWord(text string, from int, word string) int {
	for word != "" {
		i := strings.Index(text[from:], word)
		if i < 0 {
			break
		}
		at, end := from+i, from+i+len(word)
		before := at == 0 || !wordly(text[at-1]) || !wordly(word[0])
		after := end == len(text) || !wordly(word[len(word)-1]) || !wordly(text[end]) && (end+1 == len(text) || text[end] != '-' && text[end] != '/' || !wordly(text[end+1]))
		if before && after {
			return at
		}
		from = at + 1
	}
	return -1
}

// render writes a text as it reads in a copy.
func (m *mover) render(in []piece, k int) string {
	h := &m.shifts[k]
	var b strings.Builder
	for _, p := range in {
		switch p.kind {
		case pieceText:
			if h.words != nil {
				p.text = h.words.Replace(p.text)
			}
			b.WriteString(p.text)
		case pieceID:
			b.WriteString(itoa(h.id(p.n)))
		case pieceBook:
			o := m.books[p.n]
			b.WriteString(itoa(o.of(m.shiftedYear(o, k))))
		case pieceInstant:
			b.WriteString(itoa(h.instant(p.n)))
		case pieceDate:
			b.WriteString(h.date(p.text))
		case pieceSlash:
			b.WriteString(strings.ReplaceAll(h.date(strings.ReplaceAll(p.text, "/", "-")), "-", "/"))
		case pieceShown:
			d := h.date(p.text[6:] + "-" + p.text[3:5] + "-" + p.text[:2])
			b.WriteString(d[8:] + "/" + d[5:7] + "/" + d[:4])
		case pieceWord:
			b.WriteString(p.letter.moved[k][p.word])
		}
	}
	return b.String()
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }
