package documents

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"congvu/internal/i18n"
	"congvu/internal/paper"
	"congvu/internal/store"
	"congvu/internal/transcript"
)

// PlaceOnPage is where a finding stands on an uploaded file: points from the upper left corner of a page of that height.
type PlaceOnPage struct {
	Page   int            `json:"page,omitempty"` // from 1; 0 = nowhere in particular
	Box    transcript.Box `json:"box,omitzero"`
	Height float64        `json:"height,omitempty"` // of the page
}

// Millimetres gives the place from the upper left corner of the page.
func (p PlaceOnPage) Millimetres() (x, y, w, h int) {
	return mm(p.Box.Left), mm(p.Box.Top), mm(p.Box.Right - p.Box.Left), mm(p.Box.Bottom - p.Box.Top)
}

// pageFinding is a departure of an uploaded file from Phụ lục I, as it is kept with the version.
type pageFinding struct {
	paper.Finding
	Place PlaceOnPage
}

var (
	sqlPutLayout = store.SQL(`INSERT INTO documents_layouts (agency_id, outgoing_id, version, findings, at_us) VALUES ($1, $2, $3, $4, $5)`)
	sqlLayout    = store.SQL(`SELECT findings FROM documents_layouts WHERE agency_id = $1 AND outgoing_id = $2 AND version = $3`)
	sqlUploaded  = store.SQL(`SELECT no FROM documents_versions WHERE agency_id = $1 AND ref = $2 AND kind = 'uploaded' ORDER BY no DESC LIMIT 1`)
)

// checkPages reads an uploaded file and checks its pages, outside of any transaction; nil when this installation reads no texts or cannot read this one.
func (d *Desk) checkPages(ctx context.Context, o *Outgoing, b []byte) []pageFinding {
	if d.Texts == nil {
		return nil
	}
	r := *d.Texts
	r.LayerOnly, r.Fonts = true, true
	t, err := r.Read(ctx, filePDF, b)
	if err != nil {
		return nil // an upload never fails because its layout could not be checked
	}
	return pageFindings(t, o)
}

// keepPages keeps what was found on the pages of the version that is being kept.
func keepPages(ctx context.Context, tx *store.Tx, o *Outgoing, found []pageFinding) error {
	if found == nil {
		return nil
	}
	return tx.Put(ctx, sqlPutLayout, o.AgencyID, o.ID, o.Version, store.JSONOf(found), tx.Now())
}

// uploadedFindings gives what was found on the main file when it was uploaded and shows the text as it is now; ok is false for other drafts.
func (o *Outgoing) uploadedFindings(ctx context.Context, r store.Reader) (out []LayoutFinding, ok bool, err error) {
	uploaded, err := o.mainIsUploaded(ctx, r)
	if err != nil || !uploaded {
		return nil, false, err
	}
	version, _, err := store.Maybe[int64](ctx, r, sqlUploaded, o.AgencyID, o.Ref())
	if err != nil {
		return nil, false, err
	}
	j, ok, err := store.Maybe[store.JSON](ctx, r, sqlLayout, o.AgencyID, o.ID, version)
	if err != nil || !ok {
		return nil, false, err
	}
	var found []pageFinding
	if err := decode(j, &found); err != nil {
		return nil, false, err
	}
	for _, f := range found {
		out = append(out, LayoutFinding{Finding: f.Finding, Place: f.Place})
	}
	return out, true, nil
}

// pageChecker reads the pages of a file as the person responsible for layout would. One finding of a kind: the first place stands for all.
type pageChecker struct {
	t     *transcript.Text
	o     *Outgoing
	first transcript.Page
	found []pageFinding
}

// pageFindings checks margins, Quốc hiệu, letters, number and date, the block of the signature, receivers and page numbers (D5.1, D5.2, D5.13).
func pageFindings(t *transcript.Text, o *Outgoing) []pageFinding {
	c := &pageChecker{t: t, o: o, found: []pageFinding{}}
	if len(t.Pages) == 0 || !slices.ContainsFunc(t.Pages, func(p transcript.Page) bool { return len(p.Lines) > 0 }) {
		c.say("6", "page.scan", PlaceOnPage{}, "Tệp là ảnh quét, không có chữ, nên không kiểm tra thể thức được. Hãy xuất PDF từ phần mềm soạn thảo.")
		return c.found
	}
	c.first = t.Pages[0]
	c.size()
	c.margins()
	c.motto()
	c.head()
	c.letters()
	c.foot()
	c.numbers()
	return c.found
}

func (c *pageChecker) say(box, code string, at PlaceOnPage, text string, pairs ...any) {
	if slices.ContainsFunc(c.found, func(f pageFinding) bool { return f.Code == code }) {
		return
	}
	m := store.Say(text, pairs...)
	for name, v := range m.Args {
		m.Args[name] = fmt.Sprint(v) // as it is read again from where it is kept
	}
	c.found = append(c.found, pageFinding{paper.Finding{Box: box, Code: code, Text: m.Text, Args: m.Args}, at})
}

func on(p transcript.Page, b transcript.Box) PlaceOnPage { return PlaceOnPage{p.Number, b, p.Height} }

func mm(points float64) int { return int(points/pointsPerMM + 0.5) }

// size wants A4 (D5.1).
func (c *pageChecker) size() {
	for _, p := range c.t.Pages {
		short, long := min(p.Width, p.Height)/pointsPerMM, max(p.Width, p.Height)/pointsPerMM
		if short < 208 || short > 212 || long < 295 || long > 299 {
			c.say("6", "page.size", on(p, transcript.Box{Right: p.Width, Bottom: p.Height}), "Trang {page} rộng {width} mm, cao {height} mm; văn bản dùng khổ giấy A4 (210 mm x 297 mm).", "page", p.Number, "width", mm(p.Width), "height", mm(p.Height))
		}
	}
}

// body gives the lines of a page below its top margin: page numbers, stamps and the text of an electronic copy stand in it.
func bodyLines(p transcript.Page) []transcript.Line {
	return slices.DeleteFunc(slices.Clone(p.Lines), func(l transcript.Line) bool {
		text := strings.Trim(l.Text, " -–—.")
		_, err := strconv.Atoi(text)
		return l.Box.Bottom < 16*pointsPerMM || err == nil && (l.Box.Bottom < 22*pointsPerMM || l.Box.Top > p.Height-22*pointsPerMM)
	})
}

// margins: above and below 20 to 25 mm, left 30 to 35, right 15 to 20 (D5.1). Letters are a little smaller than their line, so that the page has a little room.
func (c *pageChecker) margins() {
	for _, p := range c.t.Pages {
		lines := bodyLines(p)
		if len(lines) == 0 || p.Width > p.Height {
			continue
		}
		edge := lines[0].Box
		for _, l := range lines {
			edge = transcript.Box{Left: min(edge.Left, l.Box.Left), Top: min(edge.Top, l.Box.Top), Right: max(edge.Right, l.Box.Right), Bottom: max(edge.Bottom, l.Box.Bottom)}
		}
		left, right, top, bottom := edge.Left/pointsPerMM, (p.Width-edge.Right)/pointsPerMM, edge.Top/pointsPerMM, (p.Height-edge.Bottom)/pointsPerMM
		long := len(lines) >= 10
		if left < 29 || left > 36.5 && long {
			c.say("6", "margin.left", on(p, transcript.Box{Right: edge.Left, Top: edge.Top, Bottom: edge.Bottom}), "Trang {page}: lề trái {mm} mm; lề trái phải từ 30 đến 35 mm.", "page", p.Number, "mm", mm(edge.Left))
		}
		if right < 13 || right > 21.5 && long {
			c.say("6", "margin.right", on(p, transcript.Box{Left: edge.Right, Right: p.Width, Top: edge.Top, Bottom: edge.Bottom}), "Trang {page}: lề phải {mm} mm; lề phải phải từ 15 đến 20 mm.", "page", p.Number, "mm", mm(p.Width-edge.Right))
		}
		if top < 18 {
			c.say("6", "margin.top", on(p, transcript.Box{Right: p.Width, Bottom: edge.Top}), "Trang {page}: lề trên {mm} mm; lề trên phải từ 20 đến 25 mm.", "page", p.Number, "mm", mm(edge.Top))
		}
		if bottom < 18 {
			c.say("6", "margin.bottom", on(p, transcript.Box{Right: p.Width, Top: edge.Bottom, Bottom: p.Height}), "Trang {page}: lề dưới {mm} mm; lề dưới phải từ 20 đến 25 mm.", "page", p.Number, "mm", mm(p.Height-edge.Bottom))
		}
	}
}

// find gives the first line of a page whose folded text has the words.
func find(p transcript.Page, words string) (transcript.Line, bool) {
	at := slices.IndexFunc(p.Lines, func(l transcript.Line) bool { return strings.Contains(i18n.Fold(l.Text), words) })
	if at < 0 {
		return transcript.Line{}, false
	}
	return p.Lines[at], true
}

// sized tells whether letters are within sizes; what the file does not tell is right.
func sized(l transcript.Line, least, most float64) bool {
	return l.Size == 0 || l.Size > least-0.6 && l.Size < most+0.6
}

// motto is box 1: Quốc hiệu and Tiêu ngữ, on the right, bold, in their sizes.
func (c *pageChecker) motto() {
	country, ok := find(c.first, "cong hoa xa hoi chu nghia viet nam")
	if !ok {
		c.say("1", "country.missing", PlaceOnPage{Page: 1}, "Không thấy Quốc hiệu “CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM” ở trang đầu.")
	} else {
		c.letterOf("1", "country", country, 12, 13, "Quốc hiệu")
	}
	motto, ok := find(c.first, "doc lap - tu do - hanh phuc")
	if !ok {
		if motto, ok = find(c.first, "hanh phuc"); ok {
			c.say("1", "motto.words", on(c.first, motto.Box), "Tiêu ngữ viết là “Độc lập - Tự do - Hạnh phúc”, giữa các cụm từ có gạch nối và cách chữ.")
			return
		}
		c.say("1", "motto.missing", PlaceOnPage{Page: 1}, "Không thấy Tiêu ngữ “Độc lập - Tự do - Hạnh phúc” ở trang đầu.")
		return
	}
	c.letterOf("1", "motto", motto, 13, 14, "Tiêu ngữ")
}

// letterOf checks the letters of one line that stands on the right of page 1 in bold.
func (c *pageChecker) letterOf(box, code string, l transcript.Line, least, most float64, what string) {
	at := on(c.first, l.Box)
	if l.Family != "" && !l.Bold {
		c.say(box, code+".bold", at, "{what} trình bày bằng chữ đậm.", "what", what)
	}
	if !sized(l, least, most) {
		c.say(box, code+".size", at, "{what} có cỡ chữ {size}; cỡ chữ phải từ {least} đến {most}.", "what", what, "size", int(l.Size+0.5), "least", int(least), "most", int(most))
	}
	if l.Box.Right < c.first.Width/2 {
		c.say(box, code+".place", at, "{what} trình bày ở phía bên phải trang đầu.", "what", what)
	}
}

var (
	dateLine   = regexp.MustCompile(`,\s*ngày\s*[\d….\s]*tháng\s*[\d….\s]*năm`)
	placeLine  = regexp.MustCompile(`^\p{Lu}[\p{L} .]*,$`) // the date is a field that is filled at issue
	numberLine = regexp.MustCompile(`^Số\s*:`)
)

// head is boxes 3, 4 and 5: number and notation, place and date, type or "V/v".
func (c *pageChecker) head() {
	third := c.first.Height * 0.4
	number, date, kind := false, false, c.o.Form == string(paper.Letter) || c.o.TypeName == ""
	for _, l := range c.first.Lines {
		if l.Box.Top > third {
			break
		}
		switch {
		case numberLine.MatchString(l.Text):
			number = true
			if l.Box.Left > c.first.Width/2 {
				c.say("3", "page.number_place", on(c.first, l.Box), "Số, ký hiệu đặt ở phía bên trái, dưới tên cơ quan ban hành văn bản.")
			}
			if !sized(l, 13, 13) {
				c.say("3", "page.number_size", on(c.first, l.Box), "{what} có cỡ chữ {size}; cỡ chữ phải từ {least} đến {most}.", "what", "Số, ký hiệu", "size", int(l.Size+0.5), "least", 13, "most", 13)
			}
		case dateLine.MatchString(l.Text), placeLine.MatchString(l.Text) && l.Box.Left > c.first.Width*0.4:
			date = true
			if l.Family != "" && !l.Italic {
				c.say("4", "page.date_italic", on(c.first, l.Box), "Địa danh và thời gian ban hành trình bày bằng chữ nghiêng.")
			}
			if l.Box.Right < c.first.Width/2 {
				c.say("4", "page.date_place", on(c.first, l.Box), "Địa danh và thời gian ban hành đặt ở phía bên phải, dưới Quốc hiệu và Tiêu ngữ.")
			}
		}
		if c.o.TypeName != "" && l.Text == strings.ToUpper(l.Text) && strings.HasPrefix(i18n.Fold(l.Text), i18n.Fold(c.o.TypeName)) {
			kind = true
		}
	}
	if !number {
		c.say("3", "page.number_missing", PlaceOnPage{Page: 1}, "Không thấy dòng “Số: …” ở phần đầu trang thứ nhất.")
	}
	if !date {
		c.say("4", "page.date_missing", PlaceOnPage{Page: 1}, "Không thấy dòng địa danh, ngày, tháng, năm ở phần đầu trang thứ nhất.")
	}
	if !kind {
		c.say("5a", "page.type_missing", PlaceOnPage{Page: 1}, "Không thấy tên loại “{type}” bằng chữ in hoa ở phần đầu trang thứ nhất.", "type", strings.ToUpper(c.o.TypeName))
	}
	if _, ok := find(c.first, "v/v"); !ok && c.o.Form == string(paper.Letter) {
		c.say("5b", "page.about_missing", PlaceOnPage{Page: 1}, "Không thấy trích yếu “V/v …” dưới số, ký hiệu của công văn.")
	}
}

// roman are the families that are Times New Roman, or print the same.
var roman = []string{"timesnewroman", "times new roman", "tinos", "liberationserif", "liberation serif", "times-roman", "times-bold", "times-italic", "timesnewromanps"}

// letters is the one family of D5.2, and the size of most of the text.
func (c *pageChecker) letters() {
	sizes := map[int]int{}
	var at PlaceOnPage
	for _, p := range c.t.Pages {
		for _, l := range bodyLines(p) {
			name := strings.ToLower(l.Family)
			if l.Family != "" && !slices.ContainsFunc(roman, func(ok string) bool { return strings.HasPrefix(name, ok) }) && !strings.Contains(name, "symbol") && !strings.Contains(name, "dings") {
				c.say("6", "font.family", on(p, l.Box), "Trang {page} có chữ phông {family}; văn bản dùng phông chữ Times New Roman.", "page", p.Number, "family", l.Family)
			}
			if l.Size > 0 && len(l.Text) > 40 {
				if sizes[int(l.Size*2+0.5)] += len(l.Text); at.Page == 0 {
					at = on(p, l.Box)
				}
			}
		}
	}
	most, letters := 0, 0
	for size, n := range sizes {
		if n > letters || n == letters && size < most {
			most, letters = size, n
		}
	}
	if size := float64(most) / 2; letters > 200 && (size < 12.5 || size > 14.5) {
		c.say("6", "body.size", at, "Nội dung có cỡ chữ {size}; cỡ chữ phải từ 13 đến 14.", "size", int(size+0.5))
	}
}

// foot is boxes 7b and 9b: the signer's name on the right, the receivers on the left.
func (c *pageChecker) foot() {
	name, signed, receivers, kept := i18n.Fold(c.o.SignerName), c.o.SignerName == "", false, false
	for _, p := range slices.Backward(c.t.Pages) {
		for _, l := range slices.Backward(p.Lines) {
			text := i18n.Fold(l.Text)
			switch {
			case !signed && strings.Contains(text, name) && l.Box.Right > p.Width/2:
				signed = true
				if l.Family != "" && !l.Bold {
					c.say("7b", "page.name_bold", on(p, l.Box), "{what} trình bày bằng chữ đậm.", "what", "Họ và tên người ký")
				}
			case strings.HasPrefix(text, "noi nhan"):
				receivers = true
				if l.Box.Left > p.Width/2 {
					c.say("9b", "page.receivers_place", on(p, l.Box), "“Nơi nhận:” đặt ở phía bên trái, ngang hàng với quyền hạn, chức vụ của người ký.")
				}
				if l.Family != "" && !(l.Bold && l.Italic) || !sized(l, 12, 12) {
					c.say("9b", "page.receivers_letters", on(p, l.Box), "“Nơi nhận:” trình bày bằng chữ in thường, cỡ 12, kiểu chữ nghiêng, đậm.")
				}
			}
			kept = kept || strings.Contains(text, "luu:")
		}
	}
	if !signed {
		c.say("7b", "page.name_missing", PlaceOnPage{Page: len(c.t.Pages)}, "Không thấy họ và tên người ký “{name}” ở phía bên phải, dưới nội dung.", "name", c.o.SignerName)
	}
	if !receivers {
		c.say("9b", "page.receivers_missing", PlaceOnPage{Page: len(c.t.Pages)}, "Không thấy phần “Nơi nhận:”.")
	}
	if !kept {
		c.say("9b", "page.kept_missing", PlaceOnPage{Page: len(c.t.Pages)}, "Không thấy dòng “Lưu: VT, …” ở cuối phần nơi nhận.")
	}
}

// numbers: Arabic, centred in the top margin, not on page 1 (D5.2).
func (c *pageChecker) numbers() {
	for i, p := range c.t.Pages {
		at := slices.IndexFunc(p.Lines, func(l transcript.Line) bool {
			n, err := strconv.Atoi(strings.Trim(l.Text, " -–—"))
			return err == nil && n == i+1 && (l.Box.Bottom < 24*pointsPerMM || l.Box.Top > p.Height-24*pointsPerMM)
		})
		switch {
		case i == 0 && at >= 0:
			c.say("6", "page.first", on(p, p.Lines[at].Box), "Trang thứ nhất không hiển thị số trang.")
		case i == 0 || c.annexed(i):
		case at < 0:
			c.say("6", "page.number", PlaceOnPage{Page: p.Number}, "Trang {page} chưa có số trang, đặt canh giữa trong phần lề trên.", "page", p.Number)
		default:
			l := p.Lines[at]
			if middle := (l.Box.Left + l.Box.Right) / 2; l.Box.Top > p.Height/2 || middle < p.Width*0.4 || middle > p.Width*0.65 {
				c.say("6", "page.number_centre", on(p, l.Box), "Số trang đặt canh giữa theo chiều ngang trong phần lề trên của văn bản.")
			}
		}
	}
}

// annexed tells whether a page belongs to an annex, whose pages are numbered by themselves.
func (c *pageChecker) annexed(i int) bool {
	for _, p := range c.t.Pages[1 : i+1] {
		if slices.ContainsFunc(p.Lines[:min(4, len(p.Lines))], func(l transcript.Line) bool { return strings.HasPrefix(i18n.Fold(l.Text), "phu luc") }) {
			return true
		}
	}
	return false
}
