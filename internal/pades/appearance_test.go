package pades

import (
	"bytes"
	"fmt"
	"image"
	"image/png"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"congvu/internal/paper"
	"congvu/internal/pdf"
	"congvu/internal/typeface"
)

func laidOut(t testing.TB) *paper.Result {
	t.Helper()
	r, err := paper.Render(paper.Document{Form: paper.Decision, Agency: "Ủy ban nhân dân xã Vĩnh Lĩnh", Notation: "QĐ-UBND", Place: "Vĩnh Lĩnh",
		Subject: "Về việc ban hành Quy chế", Authority: "Ủy ban nhân dân xã", LegalBases: []string{"Căn cứ Luật Tổ chức chính quyền địa phương"},
		Body: "Ban hành Quy chế.", SignerPosition: "Chủ tịch", SignerName: "Nguyễn Văn Nghĩa", Receivers: []string{"Sở Nội vụ"}})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func sample(t testing.TB, draw func(string) ([]byte, error), name string) *Image {
	t.Helper()
	b, err := draw(name)
	if err != nil {
		t.Fatal(err)
	}
	m, err := NewImage(b)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// signedAndSealed puts a person's image into its place and a seal of 36 mm over its left third.
func signedAndSealed(t *testing.T, o *office, page []byte, boxes paper.Boxes) []byte {
	t.Helper()
	sign := sample(t, paper.SignatureImage, "Nguyễn Văn Nghĩa")
	req := o.request(o.leader)
	b := boxes.Signature
	l, d, r, u := sign.Fit(b.Left, b.Bottom, b.Right, b.Top)
	req.Certify, req.Appearance = 2, &Appearance{Page: b.Page, Rect: [4]float64{l, d, r, u}, Image: sign}
	file := mustSign(t, page, req)
	req = o.request(o.agency)
	s := boxes.Seal
	req.Appearance = &Appearance{Page: s.Page, Rect: [4]float64{s.Left, s.Bottom, s.Right, s.Top}, Image: sample(t, paper.SealImage, "Ủy ban nhân dân xã Vĩnh Lĩnh")}
	return mustSign(t, file, req)
}

// asPartOne makes a file call itself PDF/A-1; the metadata keeps its length.
func asPartOne(t testing.TB, file []byte) []byte {
	t.Helper()
	out := bytes.Replace(file, []byte("<pdfaid:part>2</pdfaid:part>"), []byte("<pdfaid:part>1</pdfaid:part>"), 1)
	if bytes.Equal(out, file) {
		t.Fatal("the metadata of a laid out document does not name its part of PDF/A")
	}
	return out
}

// PDF/A-1 forbids soft masks (ISO 19005-1, 6.4): images become stencils there, and only there.
func TestTransparencyFollowsThePartOfPDFA(t *testing.T) {
	o := testOffice(t)
	page := laidOut(t)
	for _, c := range []struct {
		name           string
		file           []byte
		masks, stencil int
	}{{"PDF/A-2", page.PDF, 2, 0}, {"PDF/A-1", asPartOne(t, page.PDF), 0, 2}} {
		file := signedAndSealed(t, o, c.file, page.Boxes)
		if r := verify(t, file, o.options()); r.Outcome != Passed {
			t.Errorf("%s: %s", c.name, explain(r))
		}
		crossCheck(t, file, 2)
		masks, stencils := 0, 0
		f, err := pdf.Open(file)
		if err != nil {
			t.Fatal(err)
		}
		for n := 1; n < f.Size(); n++ {
			if s := f.Stream(pdf.Ref{Num: n}); s != nil {
				if s.Dict["SMask"] != nil {
					masks++
				}
				if s.Dict["ImageMask"] == true {
					stencils++
				}
				if c.stencil > 0 && (s.Dict["Group"] != nil || f.Dict(s.Dict["Resources"])["ExtGState"] != nil) {
					t.Errorf("%s: object %d has a transparency group or graphics state", c.name, n)
				}
			}
		}
		if masks != c.masks || stencils != c.stencil {
			t.Errorf("%s: %d soft masks and %d stencils, want %d and %d", c.name, masks, stencils, c.masks, c.stencil)
		}
	}
}

// The marks of the conformance are written in several ways.
func TestPartOneIsReadFromAttributesAndElements(t *testing.T) {
	for xmp, want := range map[string]bool{
		"<pdfaid:part>1</pdfaid:part>": true, "<pdfaid:part> 1 </pdfaid:part>": true, `pdfaid:part="1"`: true, `pdfaid:part = '1'`: true,
		"<pdfaid:part>2</pdfaid:part>": false, `pdfaid:part="3"`: false, "<pdfaid:part>11</pdfaid:part>": false, "": false,
	} {
		if got := partOne.MatchString(xmp); got != want {
			t.Errorf("%s: %v", xmp, got)
		}
	}
}

// Seen reads back where signatures stand, which a seal is placed by.
func TestSeenReadsBackThePlacesOfSignatures(t *testing.T) {
	o := testOffice(t)
	page := laidOut(t)
	seen, err := Seen(signedAndSealed(t, o, page.PDF, page.Boxes))
	if err != nil || len(seen) != 2 {
		t.Fatal(seen, err)
	}
	sign, seal := seen[0], seen[1]
	third := sign.Rect[0] + (sign.Rect[2]-sign.Rect[0])/3
	if math.Abs(seal.Rect[2]-third) > 0.1 || math.Abs(seal.Rect[2]-seal.Rect[0]-36*pointsPerMM) > 0.1 || sign.Page != page.Boxes.Signature.Page {
		t.Errorf("seal %v over signature %v", seal, sign)
	}
}

// rendered draws a page with an independent reader.
func rendered(t *testing.T, file []byte, page int, dpi int) image.Image {
	t.Helper()
	tool, err := exec.LookPath("pdftoppm")
	if err != nil {
		t.Skip("pdftoppm is not installed")
	}
	name := filepath.Join(t.TempDir(), "x")
	if err := os.WriteFile(name+".pdf", file, 0o600); err != nil {
		t.Fatal(err)
	}
	n := fmt.Sprint(page)
	if out, err := exec.Command(tool, "-png", "-r", fmt.Sprint(dpi), "-f", n, "-l", n, "-singlefile", name+".pdf", name).CombinedOutput(); err != nil {
		t.Fatalf("pdftoppm: %v\n%s", err, out)
	}
	b, err := os.ReadFile(name + ".png")
	if err != nil {
		t.Fatal(err)
	}
	m, err := png.Decode(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// inkIn counts red and blue pixels in a rectangle given in points of an upright A4 page.
func inkIn(m image.Image, dpi int, l, b, r, u float64) (red, blue int) {
	scale, height := float64(dpi)/72, float64(m.Bounds().Dy())
	for y := int(height - u*scale); y < int(height-b*scale); y++ {
		for x := int(l * scale); x < int(r*scale); x++ {
			R, G, B, _ := m.At(x, y).RGBA()
			switch {
			case R > B+0x4000 && R > G+0x4000:
				red++
			case B > R+0x4000:
				blue++
			}
		}
	}
	return red, blue
}

// An independent reader shows the red seal over the left third of the blue signature and nowhere right of it, both kinds of PDF/A alike.
func TestSealIsShownOverTheLeftThirdOfTheSignature(t *testing.T) {
	o := testOffice(t)
	page := laidOut(t)
	for name, file := range map[string][]byte{"PDF/A-2": page.PDF, "PDF/A-1": asPartOne(t, page.PDF)} {
		const dpi = 144
		m := rendered(t, signedAndSealed(t, o, file, page.Boxes), page.Boxes.Signature.Page, dpi)
		s := page.Boxes.Signature
		third := s.Left + (s.Right-s.Left)/3
		if red, _ := inkIn(m, dpi, s.Left, s.Bottom, third, s.Top); red < 300 {
			t.Errorf("%s: %d red points over the left third", name, red)
		}
		if red, blue := inkIn(m, dpi, third+1, s.Bottom, s.Right, s.Top); red > 0 || blue < 300 {
			t.Errorf("%s: right of the third %d red and %d blue points", name, red, blue)
		}
	}
}

// On a page shown turned, a signature stands upright where its reader sees the place.
func TestAppearanceStandsUprightOnATurnedPage(t *testing.T) {
	o := testOffice(t)
	seal := sample(t, paper.SealImage, "Ủy ban nhân dân xã Vĩnh Lĩnh")
	for _, turn := range []int{0, 90, 180, 270} {
		var b pdf.Builder
		root, pages, page := b.Reserve(), b.Reserve(), b.Reserve()
		b.Set(root, pdf.Dict{"Type": pdf.Name("Catalog"), "Pages": pages})
		b.Set(pages, pdf.Dict{"Type": pdf.Name("Pages"), "Kids": pdf.Array{page}, "Count": 1})
		b.Set(page, pdf.Dict{"Type": pdf.Name("Page"), "Parent": pages, "MediaBox": pdf.Array{10, 20, 310, 220}, "Rotate": turn})
		file, err := b.Finish(root, b.Add(pdf.Dict{"Title": pdf.TextString("x")}))
		if err != nil {
			t.Fatal(err)
		}
		f, err := pdf.Open(file)
		if err != nil {
			t.Fatal(err)
		}
		frame, err := FrameOf(f, page)
		if err != nil {
			t.Fatal(err)
		}
		width, height := frame.Size()
		if wide := turn%180 == 0; (width > height) != wide {
			t.Fatalf("%d: %v × %v", turn, width, height)
		}
		req := o.request(o.agency)
		req.Appearance = &Appearance{Page: 1, Rect: frame.Rect([4]float64{width - 110, 5, width - 10, 105}), Image: seal}
		m := rendered(t, mustSign(t, file, req), 1, 72)
		red, _ := inkIn(m, 72, width-110, 5, width-10, 105)
		outside, _ := inkIn(m, 72, 0, 0, width-112, height)
		if red < 1000 || outside > 0 {
			t.Errorf("turned %d: %d red points inside, %d outside", turn, red, outside)
		}
		if turn == 0 {
			continue
		}
		flat := *req.Appearance
		plainFrame := Frame{Box: [4]float64{0, 0, width, height}}
		flat.Rect = plainFrame.Rect([4]float64{width - 110, 5, width - 10, 105})
		var p pdf.Builder
		root, pages, page = p.Reserve(), p.Reserve(), p.Reserve()
		p.Set(root, pdf.Dict{"Type": pdf.Name("Catalog"), "Pages": pages})
		p.Set(pages, pdf.Dict{"Type": pdf.Name("Pages"), "Kids": pdf.Array{page}, "Count": 1})
		p.Set(page, pdf.Dict{"Type": pdf.Name("Page"), "Parent": pages, "MediaBox": pdf.Array{0, 0, width, height}})
		upright, err := p.Finish(root, p.Add(pdf.Dict{"Title": pdf.TextString("x")}))
		if err != nil {
			t.Fatal(err)
		}
		req.Appearance = &flat
		if d := unlike(m, rendered(t, mustSign(t, upright, req), 1, 72)); d > 0.02 {
			t.Errorf("turned %d: %.3f of the points differ from an upright page", turn, d)
		}
	}
}

// unlike is the share of points whose colours are far apart.
func unlike(a, b image.Image) float64 {
	if a.Bounds() != b.Bounds() {
		return 1
	}
	far, all := 0, 0
	for y := range a.Bounds().Dy() {
		for x := range a.Bounds().Dx() {
			r1, g1, b1, _ := a.At(x, y).RGBA()
			r2, g2, b2, _ := b.At(x, y).RGBA()
			all++
			if math.Abs(float64(r1)-float64(r2))+math.Abs(float64(g1)-float64(g2))+math.Abs(float64(b1)-float64(b2)) > 0xA000 {
				far++
			}
		}
	}
	return float64(far) / float64(all)
}

const vietnamese = "aáàảãạăắằẳẵặâấầẩẫậbcdđeéèẻẽẹêếềểễệghiíìỉĩịklmnoóòỏõọôốồổỗộơớờởỡợpqrstuúùủũụưứừửữựvxyýỳỷỹỵ"

// Every Vietnamese letter in every style reaches the reader, typed composed or decomposed.
func TestEveryVietnameseLetterIsShown(t *testing.T) {
	tool, err := exec.LookPath("pdftotext")
	if err != nil {
		t.Skip("pdftotext is not installed")
	}
	o := testOffice(t)
	page := laidOut(t)
	lines := []string{vietnamese, strings.ToUpper(vietnamese), "Tie\u0302\u0301ng Vie\u0323\u0302t"}
	for style := typeface.Regular; style <= typeface.BoldItalic; style++ {
		req := o.request(o.leader)
		req.Appearance = &Appearance{Page: 1, Rect: [4]float64{20, 700, 580, 760}, Lines: lines, Style: style, Size: 8}
		read := exec.Command(tool, "-", "-")
		read.Stdin = bytes.NewReader(mustSign(t, page.PDF, req))
		text, err := read.Output()
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{vietnamese, strings.ToUpper(vietnamese), "Tiếng Việt"} {
			if !strings.Contains(string(text), want) {
				t.Errorf("style %d: the reader does not see %q", style, want)
			}
		}
	}
}

// Centred lines are wrapped before they shrink, and stand in the middle.
func TestCentredLinesAreWrappedBeforeTheyShrink(t *testing.T) {
	font := typeface.Tinos(typeface.Regular)
	a := &Appearance{Lines: []string{"Ủy ban nhân dân phường Hòa Cường Nam", "Đã ký số"}, Centred: true}
	lines, size := a.fitting(font, 100, 100)
	if size != 10 || len(lines) < 3 || strings.Join(lines, " ") != strings.Join(a.Lines, " ") {
		t.Errorf("%q at %v", lines, size)
	}
	for _, l := range lines {
		if font.Width(l, size) > 100 {
			t.Errorf("%q is too wide", l)
		}
	}
	if _, small := a.fitting(font, 100, 30); small >= 10 || small < smallestSize {
		t.Errorf("size %v in a low place", small)
	}
	if _, none := (&Appearance{Lines: []string{strings.Repeat("W", 60)}, Centred: true}).fitting(font, 50, 50); none >= smallestSize {
		t.Errorf("a word that cannot be shown has size %v", none)
	}
}
