package paper

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"congvu/internal/typeface"
)

var update = flag.Bool("update", false, "write the golden files anew")

func laidOut(doc Document) *layout {
	doc = doc.tidied()
	l := newLayout(&doc)
	l.run()
	return l
}

// dump lists what stands where: page, distance from the left and from the top in millimetres, size, style, text.
func dump(all []*page) string {
	var b strings.Builder
	toMM := func(v float64) float64 { return math.Abs(math.Round(v*25.4/72*10) / 10) }
	for _, p := range all {
		fmt.Fprintf(&b, "trang %d: %.0f x %.0f mm\n", p.index, toMM(p.sheet.width), toMM(p.sheet.height))
		for _, it := range p.items {
			at := fmt.Sprintf("%5.1f %5.1f", toMM(it.x), toMM(p.sheet.height-it.y))
			switch {
			case it.runs != nil:
				fmt.Fprintf(&b, "%s  %v", at, it.size)
				for _, r := range it.runs {
					fmt.Fprintf(&b, " %s[%s]", [...]string{"", "đậm", "nghiêng", "đậm nghiêng"}[r.style], r.text)
				}
				if it.red {
					b.WriteString(" đỏ")
				}
				b.WriteByte('\n')
			case it.frame:
				fmt.Fprintf(&b, "%s  khung %.1f x %.1f đỏ=%v\n", at, toMM(it.w), toMM(it.h), it.red)
			default:
				fmt.Fprintf(&b, "%s  kẻ %.1f x %.1f\n", at, toMM(it.w), toMM(it.h))
			}
		}
	}
	return b.String()
}

// Places, sizes and styles of every box (D5 table) are fixed by golden files, which were compared with the samples of Phụ lục III.
// D5.9, D5.12, D6.8: the line of an annex is left blank in an electronic document, box 12 has capitals, the office in the agency stands under that in an advisory body.
func TestFormsKeepTheirLayout(t *testing.T) {
	for _, s := range samples {
		t.Run(s.name, func(t *testing.T) {
			got := dump(laidOut(s.make()).pages.all)
			name := filepath.Join("testdata", s.name+".golden")
			if *update {
				if err := os.WriteFile(name, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("layout changed; now:\n%s", got)
			}
		})
	}
}

func inReadingOrder(t *testing.T, text string, parts ...string) {
	t.Helper()
	rest := strings.Join(strings.Fields(text), " ")
	for _, p := range parts {
		_, after, found := strings.Cut(rest, p)
		if !found {
			t.Errorf("%q is missing or out of order", p)
			continue
		}
		rest = after
	}
}

func tool(t *testing.T, name string, args ...string) string {
	t.Helper()
	if _, err := exec.LookPath(name); err != nil {
		t.Skipf("%s is not installed", name)
	}
	out, err := exec.Command(name, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", name, err, out)
	}
	return string(out)
}

func saved(t *testing.T, data []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file.pdf")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestForeignReadersAcceptAndReadEveryForm(t *testing.T) {
	for _, s := range samples {
		t.Run(s.name, func(t *testing.T) {
			doc := s.make()
			r, err := Render(doc)
			if err != nil {
				t.Fatal(err)
			}
			path := saved(t, r.PDF)
			tool(t, "qpdf", "--check", path)
			for _, line := range strings.Split(strings.TrimSpace(tool(t, "pdffonts", path)), "\n")[2:] {
				if !strings.Contains(line, "Identity-H       yes yes yes") {
					t.Errorf("font not embedded: %s", line)
				}
			}
			inReadingOrder(t, tool(t, "pdftotext", "-raw", path, "-"), nation, motto, "Nơi nhận:")
			inReadingOrder(t, tool(t, "pdfinfo", "-struct-text", path), nation, motto, "/"+doc.Notation, doc.Subject, doc.SignerName, "- Lưu: VT")
		})
	}
}

// The archive's claim, PDF/A-2b: what ISO 19005-2 asks of the file's frame.
func TestFilesClaimAndKeepArchiveRules(t *testing.T) {
	r, err := Render(sampleLetter())
	if err != nil {
		t.Fatal(err)
	}
	for _, must := range []string{"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "<pdfaid:part>2</pdfaid:part><pdfaid:conformance>B</pdfaid:conformance>",
		"/GTS_PDFA1", "/DestOutputProfile", "/ID [<", "/Lang (vi-VN)", "/MarkInfo <</Marked true>>", "/StructTreeRoot", "/DisplayDocTitle true",
		"<xmp:CreateDate>2026-01-05T09:30:00+07:00</xmp:CreateDate>", "/CreationDate (D:20260105093000+07'00')"} {
		if !bytes.Contains(r.PDF, []byte(must)) {
			t.Errorf("%q is missing", must)
		}
	}
	for _, never := range []string{"/Encrypt", "/JavaScript", "/SMask", "/ca ", "/Transparency", "/NeedAppearances", "/AA ", "LZWDecode"} {
		if bytes.Contains(r.PDF, []byte(never)) {
			t.Errorf("%q is in the file", never)
		}
	}
	again, _ := Render(sampleLetter())
	if !bytes.Equal(r.PDF, again.PDF) {
		t.Error("the same document gives different bytes")
	}
}

// D5.1: nothing outside the margins but page numbers and the circulation note, however long the text.
func TestTextStaysInsideMargins(t *testing.T) {
	doc := sampleSubmission()
	doc.Body = strings.Repeat(doc.Body+"\n"+letterBody+"\nhttps://"+strings.Repeat("rat-dai", 40)+"\n", 6)
	doc.Annexes[0].Body = doc.Body
	for _, p := range laidOut(doc).pages.all {
		for _, it := range p.items {
			if it.element == nil && it.runs != nil {
				continue // page number
			}
			width, top := it.w, it.y+it.h
			if it.runs != nil {
				width, top = lineWidth(it)+it.stretch*float64(strings.Count(texts(it), " ")), it.y+it.size*0.7
			}
			if it.x < marginLeft-0.6 || it.x+width > p.sheet.width-marginRight+1 || it.y < marginBottom-1 || top > p.sheet.height-marginTop+1 {
				t.Fatalf("page %d: %q at %.1f,%.1f width %.1f", p.index, texts(it), it.x, it.y, width)
			}
		}
	}
}

func texts(it item) string {
	var s string
	for _, r := range it.runs {
		s += r.text
	}
	return s
}

// The signature is never alone on a page: the last line of the text stands on its page, whatever the length of the text.
func TestSignatureIsNeverAloneOnAPage(t *testing.T) {
	pagesMet := map[int]bool{}
	for n := 1; n <= 70; n++ {
		doc := sampleDecision()
		doc.Body = strings.Repeat("Một dòng nội dung.\n", n) + "Dòng cuối cùng của nội dung./."
		l := laidOut(doc)
		sign := l.boxes.Signature
		pagesMet[sign.Page] = true
		above := false
		for _, it := range l.pages.all[sign.Page-1].items {
			above = above || texts(it) == "Dòng cuối cùng của nội dung./." && it.y > sign.Top
		}
		if !above || sign.Page != len(l.pages.all) {
			t.Fatalf("%d paragraphs: signature on page %d of %d without text", n, sign.Page, len(l.pages.all))
		}
	}
	if len(pagesMet) < 3 {
		t.Errorf("the test met only %d pages", len(pagesMet))
	}
}

// A list of receivers longer than a page goes on instead of running off the paper.
func TestLongListOfReceiversGoesOn(t *testing.T) {
	doc := sampleDecision()
	for i := range 150 {
		doc.Receivers = append(doc.Receivers, fmt.Sprintf("Ủy ban nhân dân phường số %d", i))
	}
	l := laidOut(doc)
	found := 0
	for _, p := range l.pages.all {
		for _, it := range p.items {
			if strings.HasPrefix(texts(it), "- Ủy ban nhân dân phường số") {
				found++
				if it.y < marginBottom {
					t.Fatalf("%q runs off page %d", texts(it), p.index)
				}
			}
		}
	}
	if found != 150 || len(l.pages.all) < 3 {
		t.Errorf("%d receivers on %d pages", found, len(l.pages.all))
	}
}

// D5.2: Arabic numbers, in the middle of the top margin, none on page 1, annexes on their own.
func TestPageNumbers(t *testing.T) {
	doc := sampleSubmission()
	doc.Body = strings.Repeat(letterBody+"\n", 5)
	doc.Annexes[0].Body = doc.Body
	l := laidOut(doc)
	var numbers []string
	for _, p := range l.pages.all {
		number := ""
		for _, it := range p.items {
			if it.element == nil && it.runs != nil {
				number = texts(it)
				middle := it.x + lineWidth(it)/2
				if want := marginLeft + p.sheet.textWidth()/2; math.Abs(middle-want) > 0.1 || it.y < p.sheet.height-marginTop || it.size < 13 || it.size > 14 {
					t.Errorf("page %d: number at %.1f,%.1f", p.index, middle, it.y)
				}
			}
		}
		numbers = append(numbers, number)
	}
	if got := strings.Join(numbers, ","); got != ",2,3,,2,3," {
		t.Errorf("page numbers %q", got)
	}
}

// D5.3 and D4.1.
func TestDatesAndNumbersAreWrittenAsTheDecreeAsks(t *testing.T) {
	for want, date := range map[string]time.Time{
		"ngày 05 tháng 01 năm 2020": time.Date(2020, 1, 5, 0, 0, 0, 0, time.UTC),
		"ngày 05 tháng 3 năm 2020":  time.Date(2020, 3, 5, 0, 0, 0, 0, time.UTC),
		"ngày 29 tháng 02 năm 2028": time.Date(2028, 2, 29, 0, 0, 0, 0, time.UTC),
		"ngày 29 tháng 6 năm 2019":  time.Date(2019, 6, 29, 0, 0, 0, 0, time.UTC),
		"ngày 10 tháng 12 năm 2026": time.Date(2026, 12, 10, 23, 30, 0, 0, time.FixedZone("ICT", 7*3600)),
	} {
		if got := FormatDate(date); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	for n, want := range map[int]string{1: "01", 9: "09", 10: "10", 1234: "1234"} {
		if got := FormatNumber(n); got != want {
			t.Errorf("%d: %q, want %q", n, got, want)
		}
	}
}

// D5.5: one addressee on the line of "Kính gửi", several below each other with dashes under the colon.
func TestAddressees(t *testing.T) {
	doc := sampleLetter()
	all := dump(laidOut(doc).pages.all)
	if !strings.Contains(all, "[- ") && !strings.Contains(all, "[-]") || !strings.Contains(all, "[Các sở, ban, ngành thuộc Ủy ban nhân dân thành phố;]") ||
		!strings.Contains(all, "[Ủy ban nhân dân các phường, xã.]") {
		t.Errorf("several addressees:\n%s", all)
	}
	var label, dash item
	for _, it := range laidOut(doc).pages.all[0].items {
		switch texts(it) {
		case "Kính gửi:":
			label = it
		case "-":
			dash = it
		}
	}
	if colon := label.x + typeface.Tinos(typeface.Regular).Width("Kính gửi", bodySize); math.Abs(colon-dash.x) > 0.1 {
		t.Errorf("dash at %.1f, colon at %.1f", dash.x, colon)
	}
	doc.Addressees = []string{"Bộ Nội vụ."}
	var name item
	for _, it := range laidOut(doc).pages.all[0].items {
		switch texts(it) {
		case "Kính gửi: ":
			label = it
		case "Bộ Nội vụ":
			name = it
		}
	}
	if label.y != name.y || name.y == 0 {
		t.Errorf("one addressee: label at %.1f, name at %.1f", label.y, name.y)
	}
}

// D5.6: "Như trên" first where there are addressees, "Lưu" last, marks set once.
func TestReceivers(t *testing.T) {
	doc := sampleLetter()
	doc.Receivers = []string{"- Như trên;", "UBND thành phố;", "Lưu: VT"}
	got := (&layout{doc: &doc}).receivers()
	want := []string{"- Như trên;", "- UBND thành phố;", "- Lưu: VT, VP (02).\u00a0\u00a0NMK.(50)"}
	if strings.Join(got, "|") != strings.Join(want, "|") {
		t.Errorf("%q", got)
	}
	decision := sampleDecision()
	if got := (&layout{doc: &decision}).receivers(); got[0] != "- Như Điều 4;" || got[len(got)-1] != "- Lưu: VT, VX." {
		t.Errorf("%q", got)
	}
}

// D5.7: size and colour of the stamps.
func TestUrgencyStamps(t *testing.T) {
	for urgency, wide := range map[Urgency]float64{Urgent: 20, VeryUrgent: 40, Express: 30} {
		doc := sampleSubmission()
		doc.Urgency = urgency
		found := false
		for _, it := range laidOut(doc).pages.all[0].items {
			if it.frame && it.red {
				found = math.Abs(it.w-mm(wide)) < 0.01 && math.Abs(it.h-mm(8)) < 0.01
			}
		}
		if !found {
			t.Errorf("%s: no red frame of %v x 8 mm", urgency, wide)
		}
	}
	doc := sampleSubmission()
	doc.Urgency = Ordinary
	if strings.Contains(dump(laidOut(doc).pages.all), "đỏ=true") {
		t.Error("an ordinary document bears a stamp")
	}
}

// Box 8: real size, over the left third of the signature, level with it; box 14: above the top margin, right.
func TestBoxesForSigning(t *testing.T) {
	for _, s := range samples {
		doc := s.make()
		r, err := Render(doc)
		if err != nil {
			t.Fatal(err)
		}
		sign, seal, corner := r.Boxes.Signature, r.Boxes.Seal, r.Boxes.Corner
		if sign.Page == 0 || seal.Page != sign.Page || math.Abs(seal.Right-seal.Left-mm(36)) > 0.01 || math.Abs(seal.Top-seal.Bottom-mm(36)) > 0.01 {
			t.Errorf("%s: seal %+v", s.name, seal)
		}
		if covered := (seal.Right - sign.Left) / (sign.Right - sign.Left); math.Abs(covered-1.0/3) > 0.01 || seal.Left < marginLeft {
			t.Errorf("%s: the seal covers %.2f of the signature", s.name, covered)
		}
		if corner.Page != 1 || corner.Bottom < portrait.height-marginTop || corner.Right != portrait.width-marginRight {
			t.Errorf("%s: corner %+v", s.name, corner)
		}
		if (doc.Number == "") != (r.Boxes.Number.Page == 1) || doc.Date.IsZero() != (r.Boxes.Date.Page == 1) {
			t.Errorf("%s: fields %+v %+v", s.name, r.Boxes.Number, r.Boxes.Date)
		}
	}
	doc := sampleLetter()
	doc.SealDiameter = 42
	if seal := laidOut(doc).boxes.Seal; math.Abs(seal.Top-seal.Bottom-mm(42)) > 0.01 {
		t.Errorf("seal of 42 mm: %+v", seal)
	}
}

// PL I II.4: date and number share a line; a long place never runs over the margin or into the number.
func TestDateLineFitsLongPlaces(t *testing.T) {
	doc := sampleDecision()
	doc.Place = "Thành phố Phan Rang - Tháp Chàm"
	var number, date item
	for _, it := range laidOut(doc).pages.all[0].items {
		switch {
		case strings.HasPrefix(texts(it), "Số: "):
			number = it
		case strings.HasPrefix(texts(it), doc.Place):
			date = it
		}
	}
	if number.y != date.y || number.x+lineWidth(number) > date.x || date.x+lineWidth(date) > portrait.width-marginRight+0.1 {
		t.Errorf("number ends at %.1f, date from %.1f to %.1f", number.x+lineWidth(number), date.x, date.x+lineWidth(date))
	}
}

func TestRenderRefusesWhatItCannotDraw(t *testing.T) {
	doc := sampleLetter()
	doc.Form = "1.9"
	var unknown *UnknownFormError
	if _, err := Render(doc); !errors.As(err, &unknown) {
		t.Errorf("unknown form: %v", err)
	}
	doc = sampleLetter()
	doc.Body = "Nội dung \U0001F600./."
	var missing *typeface.MissingError
	if _, err := Render(doc); !errors.As(err, &missing) || string(missing.Characters) != "\U0001F600" {
		t.Errorf("missing glyph: %v", err)
	}
	doc.Body = strings.Repeat("a ", mostText)
	var long *TooLongError
	if _, err := Render(doc); !errors.As(err, &long) {
		t.Errorf("long text: %v", err)
	}
	doc.Body = "Nội dung\u200b ca\u0301c./." // a zero-width space and a combining mark
	if _, err := Render(doc); err != nil {
		t.Errorf("invisible characters: %v", err)
	}
	for _, e := range []interface {
		Reason() (string, map[string]any)
	}{unknown, missing, long} {
		text, args := e.Reason()
		for name := range args {
			if !strings.Contains(text, "{"+name+"}") {
				t.Errorf("%q does not use %s", text, name)
			}
		}
	}
}

func BenchmarkRender(b *testing.B) {
	for b.Loop() {
		if _, err := Render(sampleLetter()); err != nil {
			b.Fatal(err)
		}
	}
}
