package documents

import (
	"slices"
	"strings"
	"testing"

	"congvu/internal/org"
	"congvu/internal/paper"
	"congvu/internal/store"
	"congvu/internal/transcript"
	"congvu/internal/typist"
)

func codes(all []LayoutFinding) (out []string) {
	for _, f := range all {
		if !f.Hint {
			out = append(out, f.Code)
		}
	}
	slices.Sort(out)
	return out
}

// D5.13: the pages of an uploaded file are checked by places and letters; a file that the system itself laid out has no finding.
func TestPagesThatTheSystemLaidOutHaveNoFinding(t *testing.T) {
	h := newHouse(t)
	h.Texts = testReader(t)
	for name, change := range map[string]func(f *DraftForm){
		"letter": func(*DraftForm) {},
		"long": func(f *DraftForm) {
			f.TypeCode, f.Addressees = "BAO_CAO", nil
			f.Body = strings.Repeat("Ủy ban nhân dân xã báo cáo kết quả thực hiện công tác văn thư, lưu trữ và chuyển đổi số trên địa bàn trong năm qua như sau.\n", 60) + "Trân trọng./."
		},
	} {
		f := h.form()
		change(&f)
		o := h.draft(f)
		doc, err := o.paper(bg, h.DB, today(h.DB.Now()))
		must(t, err)
		laid, err := paper.Render(doc)
		must(t, err)
		found := h.checkPages(bg, o, laid.PDF)
		if found == nil {
			t.Fatal("the pages were not read")
		}
		for _, x := range found {
			t.Errorf("%s: %s %s %v at %+v", name, x.Code, x.Text, x.Args, x.Place)
		}
	}
}

// D5.13: what departs from Phụ lục I on the pages of an uploaded file is found with its place, blocks where the agency blocks, and is waived like others.
// V13: screen /outgoing/{id}; api GET /outgoing/{id}/layout; command remote layout
func TestPagesOfAnUploadedFileAreCheckedByPlacesAndLetters(t *testing.T) {
	h := newHouse(t)
	h.Texts, h.Typist = testReader(t), &typist.Typist{}
	if !h.Converting() {
		t.Skip("LibreOffice is not installed (libreoffice-writer-nogui)")
	}
	in, err := typist.Inspect("a.docx", wordFile(t, "Ủy ban nhân dân xã báo cáo kết quả công tác văn thư."))
	must(t, err)
	file, err := h.Typist.Convert(bg, in)
	must(t, err)
	o := h.draft(h.form())
	_, err = UploadMain(bg, h.Desk, h.drafter, o.ID, "cong-van.pdf", reader(file))
	must(t, err)
	all, err := LayoutFindings(bg, h.DB, h.drafter, o.ID, today(h.DB.Now()))
	must(t, err)
	got := codes(all)
	for _, want := range []string{"country.missing", "motto.missing", "margin.left", "page.number_missing", "page.date_missing", "page.name_missing", "page.receivers_missing"} {
		if !slices.Contains(got, want) {
			t.Errorf("%s was not found in %q", want, got)
		}
	}
	at := slices.IndexFunc(all, func(f LayoutFinding) bool { return f.Code == "margin.left" })
	if at < 0 || all[at].Place.Page != 1 || all[at].Place.Height < 700 || all[at].Place.Box.Right <= 0 {
		t.Fatalf("margin at %+v", all)
	}
	if all[at].Args["page"] != "1" {
		t.Errorf("arguments %v", all[at].Args)
	}
	h.do(h.admin, func(tx *store.Tx) error {
		if err := tx.Set(bg, o.AgencyID, "documents.layout_check", "block"); err != nil {
			return err
		}
		return tx.Record(store.Event{Verb: "setting.changed", Agency: o.AgencyID})
	})
	submit := func() error {
		return h.try(h.drafter, func(tx *store.Tx) error { return Submit(bg, tx, o.ID, org.HoldingID(h.unitHead.Holding), "") })
	}
	refused(t, submit(), store.Conflict, "open findings")
	for _, code := range got {
		h.do(h.clerk, func(tx *store.Tx) error {
			return WaiveFinding(bg, tx, o.ID, code, "văn bản theo mẫu của ngành")
		})
	}
	must(t, submit())
}

func TestFindingsOfPagesAreTheOnesOfTheDecree(t *testing.T) {
	o := &Outgoing{TypeName: "Báo cáo", Form: "1.4", SignerName: "Nguyễn Văn Nghĩa"}
	line := func(text string, left, top, right, bottom float64, f transcript.Font) transcript.Line {
		return transcript.Line{Text: text, Box: transcript.Box{Left: left, Top: top, Right: right, Bottom: bottom}, Confidence: 1, Font: f}
	}
	bold := func(size float64) transcript.Font {
		return transcript.Font{Family: "TimesNewRomanPS-BoldMT", Size: size, Bold: true}
	}
	plain := transcript.Font{Family: "TimesNewRomanPSMT", Size: 14}
	page := func() *transcript.Text {
		return &transcript.Text{Total: 1, Pages: []transcript.Page{{Number: 1, Width: 595, Height: 842, Lines: []transcript.Line{
			line("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", 250, 62, 550, 76, bold(13)), line("Độc lập - Tự do - Hạnh phúc", 320, 78, 500, 92, bold(14)),
			line("Số: /BC-UBND", 110, 100, 200, 114, transcript.Font{Family: "TimesNewRomanPSMT", Size: 13}),
			line("Vĩnh Lĩnh, ngày tháng năm 2026", 320, 100, 520, 114, transcript.Font{Family: "TimesNewRomanPS-ItalicMT", Size: 14, Italic: true}),
			line("BÁO CÁO", 270, 140, 340, 156, bold(14)), line("Ủy ban nhân dân xã báo cáo kết quả thực hiện nhiệm vụ năm 2026 như sau", 87, 200, 550, 214, plain),
			line("Nơi nhận:", 87, 400, 150, 412, transcript.Font{Family: "TimesNewRomanPS-BoldItalicMT", Size: 12, Bold: true, Italic: true}),
			line("- Lưu: VT, VP.", 87, 414, 170, 426, transcript.Font{Family: "TimesNewRomanPSMT", Size: 11}), line("Nguyễn Văn Nghĩa", 380, 500, 500, 514, bold(14))}}}}
	}
	found := func(t *transcript.Text) (out []string) {
		for _, f := range pageFindings(t, o) {
			out = append(out, f.Code)
		}
		return out
	}
	if got := found(page()); len(got) != 0 {
		t.Fatalf("a proper page: %q", got)
	}
	for want, change := range map[string]func(p *transcript.Page){
		"page.size":              func(p *transcript.Page) { p.Width, p.Height = 612, 792 },
		"margin.left":            func(p *transcript.Page) { p.Lines[5].Box.Left = 60 },
		"margin.right":           func(p *transcript.Page) { p.Lines[5].Box.Right = 590 },
		"margin.bottom":          func(p *transcript.Page) { p.Lines[8].Box.Bottom = 830 },
		"margin.top":             func(p *transcript.Page) { p.Lines[0].Box.Top = 46 },
		"country.bold":           func(p *transcript.Page) { p.Lines[0].Font = transcript.Font{Family: "TimesNewRomanPSMT", Size: 13} },
		"country.size":           func(p *transcript.Page) { p.Lines[0].Size = 16 },
		"country.place":          func(p *transcript.Page) { p.Lines[0].Box.Left, p.Lines[0].Box.Right = 87, 280 },
		"motto.words":            func(p *transcript.Page) { p.Lines[1].Text = "Độc lập Tự do Hạnh phúc" },
		"page.number_place":      func(p *transcript.Page) { p.Lines[2].Box.Left, p.Lines[2].Box.Right = 400, 500 },
		"page.date_italic":       func(p *transcript.Page) { p.Lines[3].Font = plain },
		"page.type_missing":      func(p *transcript.Page) { p.Lines[4].Text = "Báo cáo" },
		"font.family":            func(p *transcript.Page) { p.Lines[5].Family = "Arial" },
		"page.receivers_letters": func(p *transcript.Page) { p.Lines[6].Size = 14 },
		"page.kept_missing":      func(p *transcript.Page) { p.Lines[7].Text = "- Như trên;" },
		"page.name_bold":         func(p *transcript.Page) { p.Lines[8].Font = plain },
		"page.name_missing":      func(p *transcript.Page) { p.Lines[8].Text = "Trần Thị Bình" },
		"page.first":             func(p *transcript.Page) { p.Lines = append(p.Lines, line("1", 295, 40, 301, 52, plain)) },
	} {
		p := page()
		change(&p.Pages[0])
		if got := found(p); !slices.Contains(got, want) {
			t.Errorf("%s was not found: %q", want, got)
		}
	}
	p := page()
	second := p.Pages[0]
	second.Number, second.Lines = 2, []transcript.Line{line("2", 295, 40, 301, 52, plain), line("trang sau", 87, 80, 300, 94, plain)}
	p.Pages = append(p.Pages, second)
	if got := found(p); len(got) != 0 {
		t.Errorf("two proper pages: %q", got)
	}
	p.Pages[1].Lines = second.Lines[1:]
	if got := found(p); !slices.Contains(got, "page.number") {
		t.Errorf("no number on page 2: %q", got)
	}
	p.Pages[1].Lines = append([]transcript.Line{line("2", 295, 800, 301, 812, plain)}, second.Lines[1:]...)
	if got := found(p); !slices.Contains(got, "page.number_centre") {
		t.Errorf("the number stands below: %q", got)
	}
	if got := found(&transcript.Text{Total: 1, Pages: []transcript.Page{{Number: 1, Width: 595, Height: 842}}}); !slices.Equal(got, []string{"page.scan"}) {
		t.Errorf("a scan: %q", got)
	}
}
