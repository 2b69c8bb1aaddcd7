package paper

import (
	"fmt"
	"strings"
	"time"

	"congvu/internal/pdf"
	"congvu/internal/typeface"
)

// Column is one column of a register. Share is its part of the width, relative to the other columns; 0 counts as 1.
type Column struct {
	Head    string
	Share   float64
	Centred bool
}

// Entry is one line of a register. A void entry (cancelled, refused, recalled) keeps its place and is struck through in red (D7.10).
type Entry struct {
	Cells []string
	Void  bool
}

// Book is a register to be printed and bound (NĐ 30/2020, Phụ lục IV; D7.6).
type Book struct {
	ParentAgency, Agency    string
	Title                   string // e.g. "Sổ đăng ký văn bản đi"
	Year                    int
	From, To                time.Time // zero leaves dots for the pen
	FirstNumber, LastNumber string    // empty: not on the cover, for registers that are not numbered
	Volume                  string
	Columns                 []Column
	Entries                 []Entry
	PrintNote               string // foot of every page: who printed it when (V44)
	Made                    time.Time
}

// Columns of the registers in Phụ lục IV; the order is that of the decree.
var (
	OutgoingColumns = []Column{{"Số, ký hiệu văn bản", 9, true}, {"Ngày tháng văn bản", 8.5, true}, {"Tên loại và trích yếu nội dung văn bản", 22, false},
		{"Người ký", 9, false}, {"Nơi nhận văn bản", 13, false}, {"Đơn vị, người nhận bản lưu", 9, false}, {"Số lượng bản", 5, true},
		{"Ngày chuyển", 8.5, true}, {"Ký nhận", 7, false}, {"Ghi chú", 8, false}}
	IncomingColumns = []Column{{"Ngày đến", 8.5, true}, {"Số đến", 5, true}, {"Tác giả", 13, false}, {"Số, ký hiệu văn bản", 9, true},
		{"Ngày tháng văn bản", 8.5, true}, {"Tên loại và trích yếu nội dung văn bản", 24, false}, {"Đơn vị hoặc người nhận", 12, false},
		{"Ngày chuyển", 8.5, true}, {"Ký nhận", 7, false}, {"Ghi chú", 8, false}}
	FollowUpColumns = []Column{{"Số đến", 5, true}, {"Tên loại, số, ký hiệu, ngày, tháng và tên cơ quan, tổ chức ban hành văn bản", 28, false},
		{"Đơn vị hoặc người nhận", 14, false}, {"Thời hạn giải quyết", 9, true}, {"Tiến độ giải quyết", 14, false},
		{"Số, ký hiệu văn bản trả lời", 11, true}, {"Ghi chú", 10, false}}
	PostalColumns = []Column{{"Ngày chuyển", 9, true}, {"Số, ký hiệu văn bản", 14, true}, {"Nơi nhận văn bản", 30, false},
		{"Số lượng bì", 7, true}, {"Ký nhận và dấu bưu điện", 18, false}, {"Ghi chú", 14, false}}
	CopyUseColumns = []Column{{"Ngày tháng", 8.5, true}, {"Họ tên người sử dụng", 12, false}, {"Số, ký hiệu, ngày tháng văn bản", 11, true},
		{"Tên loại và trích yếu nội dung văn bản", 24, false}, {"Số và ký hiệu HS", 8, true}, {"Ký nhận", 8, false}, {"Ngày trả", 8.5, true},
		{"Người cho phép sử dụng", 11, false}, {"Ghi chú", 9, false}}
)

const registerSize = 11.0

// Register prints a register: a cover, then landscape A4 pages with the head of the table on each. Characters without a glyph are
// printed as their code in brackets, because a register must be printable whatever was received. Untagged PDF/A-2b; Boxes is empty.
// Pages are written as soon as they are full, so that twenty thousand lines need the memory of their file, not of their layout.
func Register(book Book) (*Result, error) {
	f := file{about: about{title: fmt.Sprintf("%s năm %d", tidy(book.Title), book.Year), author: tidy(book.Agency), made: book.Made}}
	w := &fileWriter{file: &f}
	p := pages{}
	p.begin(landscape, true)
	p.place(book.cover())
	p.begin(landscape, false)
	f.pages = p.all
	w.collect() // of the cover
	book.letters(&w.fonts)
	catalog, tree := w.Reserve(), w.Reserve()
	if err := w.fonts.embed(&w.Builder); err != nil {
		return nil, err
	}
	resources := w.Add(pdf.Dict{"Font": w.fonts.resources()})
	note := legible(book.PrintNote)
	full := func(pages []*page) error { // those that have not been written yet
		for _, pg := range pages[len(w.pages):] {
			if note != "" {
				pg.items = append(pg.items, item{x: marginLeft, y: marginBottom / 2, size: 9, runs: styled(note, typeface.Italic)})
			}
			d, err := w.page(pg, tree, resources)
			if err != nil {
				return err
			}
			w.pages, pg.items = append(w.pages, w.Add(d)), nil
		}
		return nil
	}
	g := book.grid()
	rows, shared := g.opening()
	for _, e := range book.Entries {
		rows = append(rows, g.row(e.texts(), false, e.Void, nil, shared)...)
		p.place(rows)
		rows = rows[:0]
		if err := full(p.all[:len(p.all)-1]); err != nil {
			return nil, err
		}
	}
	p.place(rows)
	if err := full(p.all); err != nil {
		return nil, err
	}
	out, err := w.end(catalog, tree)
	if err != nil {
		return nil, err
	}
	return &Result{PDF: out, Pages: len(p.all)}, nil
}

// letters are those of everything that is not on the cover.
func (b *Book) letters(f *fonts) {
	f.use(typeface.Regular, "0123456789")
	f.use(typeface.Bold, "()0123456789")
	f.use(typeface.Italic, legible(b.PrintNote))
	for _, c := range b.Columns {
		f.use(typeface.Bold, legible(c.Head))
	}
	for _, e := range b.Entries {
		for _, t := range e.texts() {
			f.use(typeface.Regular, strings.ReplaceAll(t, "\n", ""))
		}
	}
}

// cover is the first page (D7.6) inside a frame.
func (b *Book) cover() []row {
	c := composer{width: landscape.textWidth()}
	frame := row{items: []item{{w: c.width, h: landscape.textHeight(), frame: true}}}
	var rows []row
	line := func(s string, style typeface.Style, size, gap float64) {
		if s = legible(s); s != "" {
			rows = append(rows, c.centred(styled(s, style), size, gap, "")...)
		}
	}
	line(upper(b.ParentAgency), typeface.Regular, 15, 0)
	line(upper(b.Agency), typeface.Bold, 15, 2)
	line(upper(b.Title), typeface.Bold, 26, 100)
	line(fmt.Sprintf("Năm: %d", b.Year), typeface.Bold, 18, 12)
	line("Từ ngày "+slashed(b.From)+" đến ngày "+slashed(b.To), typeface.Regular, 15, 40)
	if b.FirstNumber != "" {
		line("Từ số "+b.FirstNumber+" đến số "+b.LastNumber, typeface.Regular, 15, 6)
	}
	volume := b.Volume
	if volume == "" {
		volume = "........"
	}
	line("Quyển số: "+volume, typeface.Regular, 15, 6)
	return append([]row{frame, {height: 40, keep: true}}, rows...)
}

func slashed(t time.Time) string {
	if t.IsZero() {
		return "....../....../............"
	}
	return t.Format("02/01/2006")
}

// grid is the table without its rows.
func (b *Book) grid() *cells {
	g := &cells{size: registerSize, plain: true}
	heads, ordinals := make([]string, len(b.Columns)), make([]string, len(b.Columns))
	total := 0.0
	for i, c := range b.Columns {
		heads[i], ordinals[i] = legible(c.Head), fmt.Sprintf("(%d)", i+1)
		total += share(c)
		how := left
		if c.Centred {
			how = center
		}
		g.align = append(g.align, how)
	}
	for _, c := range b.Columns {
		g.widths = append(g.widths, landscape.textWidth()*share(c)/total)
	}
	g.head = [][]string{heads, ordinals}
	return g
}

// texts are the cells as they are printed.
func (e Entry) texts() []string {
	texts := make([]string, len(e.Cells))
	for i, t := range e.Cells {
		if !strings.Contains(t, "\n") {
			texts[i] = legible(t)
			continue
		}
		var lines []string
		for part := range strings.SplitSeq(t, "\n") {
			lines = append(lines, legible(part))
		}
		texts[i] = strings.Join(lines, "\n")
	}
	return texts
}

func share(c Column) float64 {
	if c.Share > 0 {
		return c.Share
	}
	return 1
}

// legible is tidy text in which characters that the typeface cannot draw are replaced by their code.
func legible(s string) string {
	s = tidy(s)
	for _, r := range typeface.Tinos(typeface.Regular).Missing(s) {
		s = strings.ReplaceAll(s, string(r), fmt.Sprintf("[U+%04X]", r))
	}
	return s
}
