package typeface

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"congvu/internal/pdf"

	"golang.org/x/image/font"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
	"golang.org/x/text/unicode/norm"
)

var styles = []Style{Regular, Bold, Italic, BoldItalic}

// vietnamese returns the 134 letters that the Latin alphabet lacks: 12 vowels × 5 marks × 2 cases, plus ă â ê ô ơ ư đ.
func vietnamese() string {
	var b strings.Builder
	for _, vowel := range "aăâeêioôơuưyAĂÂEÊIOÔƠUƯY" {
		for _, mark := range "\u0300\u0301\u0303\u0309\u0323" {
			b.WriteString(norm.NFC.String(string([]rune{vowel, mark})))
		}
	}
	b.WriteString("ăâêôơưđĂÂÊÔƠƯĐ")
	return b.String()
}

func TestEveryStyleHasAllVietnameseLetters(t *testing.T) {
	letters := vietnamese()
	if n := len([]rune(letters)); n != 134 {
		t.Fatalf("the test knows %d letters, want 134", n)
	}
	for _, s := range styles {
		if missing := Tinos(s).Missing(letters + "0123456789 –—“”‘’…•№©°±²³×½₫\u00a0/,.;:()[]%&@#_+=<>?!\"'"); missing != nil {
			t.Errorf("%s lacks %q", Tinos(s).Name, string(missing))
		}
	}
}

// Pitfall: NFD input has no glyphs of its own; characters that even NFC cannot save are refused, never drawn as boxes.
func TestDecomposedTextIsComposedAndUnknownLettersAreRefused(t *testing.T) {
	f := Tinos(Regular)
	composed, decomposed := "Nguyễn Thị Hồng", norm.NFD.String("Nguyễn Thị Hồng")
	if f.Missing(decomposed) != nil || f.Width(decomposed, 14) != f.Width(composed, 14) {
		t.Error("decomposed text is not treated as composed text")
	}
	s, err := f.Subset([]rune(decomposed))
	if err != nil {
		t.Fatal(err)
	}
	fromComposed, err1 := s.Encode(composed)
	fromDecomposed, err2 := s.Encode(decomposed)
	if err1 != nil || err2 != nil || !slices.Equal(fromComposed, fromDecomposed) {
		t.Errorf("encodings differ: %x %v, %x %v", fromComposed, err1, fromDecomposed, err2)
	}

	_, err = f.Subset([]rune("Hà Nội 漢\U0001F600漢"))
	var refused *MissingError
	if !errors.As(err, &refused) || string(refused.Characters) != "漢\U0001F600" {
		t.Fatalf("unknown letters: %v", err)
	}
	if text, args := refused.Reason(); !strings.Contains(text, "{characters}") || !strings.Contains(args["characters"].(string), "U+6F22") {
		t.Errorf("reason %q %v", text, args)
	}
	if _, err := s.Encode("Nguyễn Văn"); !errors.As(err, &refused) || string(refused.Characters) != "Vă" {
		t.Errorf("letters outside the subset: %v", err)
	}
	if !s.Has("Thị Nguyễn") || s.Has("Văn") {
		t.Error("Has is wrong about the subset")
	}
}

// The subset must draw what the whole font draws, with the widths it declares.
func TestSubsetKeepsOutlinesAndWidths(t *testing.T) {
	text := vietnamese() + "ABCXYZabcxyz 0123456789.,;:/–“”fi½"
	for _, style := range styles {
		f := Tinos(style)
		s, err := f.Subset([]rune(text))
		if err != nil {
			t.Fatal(err)
		}
		data, err := files.ReadFile(cuts[style].file)
		if err != nil {
			t.Fatal(err)
		}
		whole, err := sfnt.Parse(data)
		if err != nil {
			t.Fatal(err)
		}
		part, err := sfnt.Parse(withRequiredTables(s.Program))
		if err != nil {
			t.Fatalf("%s: %v", s.Name, err)
		}
		if checksum(s.Program) != 0xB1B0AFBA {
			t.Errorf("%s: checksum of the program is wrong", s.Name)
		}
		if part.NumGlyphs() != len(s.Widths) {
			t.Errorf("%s: %d glyphs, %d widths", s.Name, part.NumGlyphs(), len(s.Widths))
		}
		var b1, b2 sfnt.Buffer
		const em = fixed.Int26_6(2048 << 6)
		for i, r := range s.letters {
			g, _ := whole.GlyphIndex(&b1, r)
			want, err1 := whole.LoadGlyph(&b1, g, em, nil)
			got, err2 := part.LoadGlyph(&b2, sfnt.GlyphIndex(i+1), em, nil)
			if err1 != nil || err2 != nil || !slices.Equal(got, want) {
				t.Fatalf("%s: outline of %c changed (%v, %v)", s.Name, r, err1, err2)
			}
			advance, _ := whole.GlyphAdvance(&b1, g, 1000<<6, font.HintingNone)
			if d := float64(advance)/64 - float64(s.Widths[i+1]); d > 0.6 || d < -0.6 {
				t.Errorf("%s: width of %c is %d, font says %.2f", s.Name, r, s.Widths[i+1], float64(advance)/64)
			}
			if f.Width(string(r), 1000) != float64(s.Widths[i+1]) {
				t.Errorf("%s: measured and declared width of %c differ", s.Name, r)
			}
		}
	}
}

// withRequiredTables adds the tables that a PDF needs not but the checking parser insists on.
func withRequiredTables(program []byte) []byte {
	f := &Font{tables: map[string][]byte{}}
	for i := range int(program[5]) {
		e := program[12+16*i:]
		at := int(e[8])<<24 | int(e[9])<<16 | int(e[10])<<8 | int(e[11])
		size := int(e[12])<<24 | int(e[13])<<16 | int(e[14])<<8 | int(e[15])
		f.tables[string(e[:4])] = program[at : at+size]
	}
	whole := Tinos(Regular)
	names := []string{"OS/2", "cmap", "glyf", "head", "hhea", "hmtx", "loca", "maxp", "name", "post"}
	out := []byte{0, 1, 0, 0, 0, byte(len(names)), 0, 128, 0, 3, 0, 32}
	at := 12 + 16*len(names)
	var body []byte
	for _, n := range names {
		data := f.tables[n]
		if data == nil {
			data = whole.tables[n]
		}
		if n == "post" {
			data = append([]byte{0, 3, 0, 0}, data[4:32]...)
		}
		out = append(out, n...)
		for _, v := range []int{0, at + len(body), len(data)} {
			out = append(out, byte(v>>24), byte(v>>16), byte(v>>8), byte(v))
		}
		body = pad(append(body, data...))
	}
	return append(out, body...)
}

func TestSubsetNamesDependOnLettersOnly(t *testing.T) {
	f := Tinos(Bold)
	a, _ := f.Subset([]rune("ủy ban"))
	b, _ := f.Subset([]rune("nab yủ"))
	c, _ := f.Subset([]rune("ủy ban nhân dân"))
	if a.Name != b.Name || !slices.Equal(a.Program, b.Program) {
		t.Error("the same letters give different subsets")
	}
	if a.Name == c.Name || len(a.Name) != len("ABCDEF+Tinos-Bold") || a.Name[6:] != "+Tinos-Bold" {
		t.Errorf("names %s %s", a.Name, c.Name)
	}
}

func TestMetricsAreThoseOfTimesNewRoman(t *testing.T) {
	f := Tinos(Regular)
	if f.Metrics.Ascent != 891 || f.Metrics.Descent != -216 {
		t.Errorf("ascent %d, descent %d", f.Metrics.Ascent, f.Metrics.Descent)
	}
	for r, want := range map[string]float64{"a": 444, "W": 944, "0": 500, " ": 250, "ư": 542, "Đ": 722, "m": 778, "é": 444} {
		if w := f.Width(r, 1000); w != want {
			t.Errorf("%s is %v wide, want %v", r, w, want)
		}
	}
	if Tinos(Italic).Metrics.ItalicAngle >= 0 || Tinos(BoldItalic).Metrics.ItalicAngle >= 0 {
		t.Error("italic styles do not lean to the right")
	}
}

func TestVendoredFilesAreTheListedOnes(t *testing.T) {
	list, err := os.Open("THIRD_PARTY.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer list.Close()
	listed := map[string]string{}
	for lines := bufio.NewScanner(list); lines.Scan(); {
		if w := strings.Fields(lines.Text()); len(w) == 3 && strings.HasSuffix(w[0], ".ttf") {
			listed[w[0]] = w[2]
		}
	}
	present, _ := filepath.Glob("fonts/*.ttf")
	if len(present) != len(styles) || len(listed) != len(styles) {
		t.Errorf("%d files, %d listed", len(present), len(listed))
	}
	for _, name := range present {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if sum := sha256.Sum256(data); hex.EncodeToString(sum[:]) != listed[filepath.ToSlash(name)] {
			t.Errorf("%s is not the listed file", name)
		}
	}
}

func BenchmarkSubset(b *testing.B) {
	runes := []rune("Nguyễn Thị Minh Khai, Chủ tịch Ủy ban nhân dân thành phố; ngày 05 tháng 01 năm 2026 14:05:09 +07:00")
	for b.Loop() {
		if _, err := Tinos(Regular).Subset(runes); err != nil {
			b.Fatal(err)
		}
	}
}

// A page written with the subset must be readable by foreign programs: letters come back as letters, fonts are embedded.
func TestForeignReadersFindTheLettersOfASubset(t *testing.T) {
	for _, tool := range []string{"pdftotext", "pdffonts", "qpdf"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("%s is not installed", tool)
		}
	}
	var b pdf.Builder
	fonts := pdf.Dict{}
	var content strings.Builder
	const line = "Ủy ban nhân dân thành phố, ngày 05 tháng 3 năm 2026"
	for i, style := range styles {
		s, err := Tinos(style).Subset([]rune(line))
		if err != nil {
			t.Fatal(err)
		}
		codes, err := s.Encode(line)
		if err != nil {
			t.Fatal(err)
		}
		key := fmt.Sprintf("F%d", i)
		fonts[pdf.Name(key)] = s.Objects(b.Add)
		fmt.Fprintf(&content, "BT /%s 14 Tf 50 %d Td <%x> Tj ET\n", key, 700-30*i, codes)
	}
	pages := b.Reserve()
	page := b.Add(pdf.Dict{"Type": pdf.Name("Page"), "Parent": pages, "MediaBox": pdf.Array{0, 0, 595, 842},
		"Resources": pdf.Dict{"Font": fonts}, "Contents": b.Add(pdf.Flate(nil, []byte(content.String())))})
	b.Set(pages, pdf.Dict{"Type": pdf.Name("Pages"), "Kids": pdf.Array{page}, "Count": 1})
	file, err := b.Finish(b.Add(pdf.Dict{"Type": pdf.Name("Catalog"), "Pages": pages}), pdf.Ref{})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "subset.pdf")
	if err := os.WriteFile(path, file, 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("qpdf", "--check", path).CombinedOutput(); err != nil {
		t.Errorf("qpdf: %v\n%s", err, out)
	}
	out, err := exec.Command("pdftotext", path, "-").CombinedOutput()
	if err != nil || strings.Count(string(out), line) != len(styles) {
		t.Errorf("pdftotext: %v\n%s", err, out)
	}
	out, err = exec.Command("pdffonts", path).CombinedOutput()
	if err != nil || strings.Count(string(out), "Identity-H       yes yes yes") != len(styles) {
		t.Errorf("pdffonts: %v\n%s", err, out)
	}
}
