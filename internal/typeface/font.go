package typeface

import (
	"embed"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

//go:embed fonts/*.ttf
var files embed.FS

// Style is one of the four cuts of the typeface.
type Style uint8

const (
	Regular Style = iota
	Bold
	Italic
	BoldItalic
)

var cuts = [...]struct {
	file, name string
	stem       int
}{
	Regular:    {"fonts/Tinos-Regular.ttf", "Tinos", 80},
	Bold:       {"fonts/Tinos-Bold.ttf", "Tinos-Bold", 140},
	Italic:     {"fonts/Tinos-Italic.ttf", "Tinos-Italic", 76},
	BoldItalic: {"fonts/Tinos-BoldItalic.ttf", "Tinos-BoldItalic", 130},
}

// Metrics describes a font to a PDF reader. All lengths are in thousandths of the font size, ItalicAngle in degrees.
type Metrics struct {
	Ascent, Descent, CapHeight, StemV int
	ItalicAngle                       int
	Box                               [4]int // left, bottom, right, top of all glyphs
}

// Font is one style, parsed once and shared; it is safe for use by several goroutines.
type Font struct {
	Style   Style
	Name    string // PostScript name without a subset tag
	Metrics Metrics

	glyphs  []uint16 // code point (BMP) → glyph, 0 when there is none
	advance []uint16 // glyph → width in thousandths of the size
	tables  map[string][]byte
	metrics int // number of full entries in hmtx
}

var loaded [len(cuts)]func() *Font

func init() {
	for s := range cuts {
		loaded[s] = sync.OnceValue(func() *Font { return load(Style(s)) })
	}
}

// Tinos returns the style, reading it on first use. A style that does not exist is a programming error and panics.
func Tinos(s Style) *Font { return loaded[s]() }

// Missing returns the characters of s, each once and in order, that the font cannot draw.
func (f *Font) Missing(s string) []rune {
	var missing []rune
	for _, r := range compose(s) {
		if f.glyph(r) == 0 && !slices.Contains(missing, r) {
			missing = append(missing, r)
		}
	}
	return missing
}

// Width is the advance of s in points at the given size. Characters without a glyph count nothing: ask Missing first.
func (f *Font) Width(s string, size float64) float64 {
	sum := 0
	for _, r := range compose(s) {
		if g := f.glyph(r); g != 0 {
			sum += int(f.advance[g])
		}
	}
	return float64(sum) * size / 1000
}

func (f *Font) glyph(r rune) uint16 {
	if r < 0 || int(r) >= len(f.glyphs) {
		return 0
	}
	return f.glyphs[r]
}

func compose(s string) string {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return norm.NFC.String(s)
		}
	}
	return s
}

// MissingError says which characters the typeface cannot draw.
type MissingError struct {
	Font       string
	Characters []rune
}

func (e *MissingError) Error() string {
	return fmt.Sprintf("typeface %s has no glyph for %q", e.Font, string(e.Characters))
}

// Code is the stable name of the refusal.
func (e *MissingError) Code() string { return "typeface.missing_glyph" }

// Reason is the sentence for the person who typed the text.
func (e *MissingError) Reason() (string, map[string]any) {
	shown := make([]string, len(e.Characters))
	for i, r := range e.Characters {
		shown[i] = fmt.Sprintf("%c (U+%04X)", r, r)
	}
	return "Phông chữ của văn bản không có ký tự {characters}. Hãy thay hoặc xóa ký tự này rồi thực hiện lại.",
		map[string]any{"characters": strings.Join(shown, ", ")}
}

// load reads an embedded file. The files are part of the program, therefore a defect is a panic, which the tests would meet first.
func load(s Style) *Font {
	data, err := files.ReadFile(cuts[s].file)
	if err != nil {
		panic(err)
	}
	f := &Font{Style: s, Name: cuts[s].name, tables: map[string][]byte{}}
	for i := range int(binary.BigEndian.Uint16(data[4:])) {
		entry := data[12+16*i:]
		at, size := binary.BigEndian.Uint32(entry[8:]), binary.BigEndian.Uint32(entry[12:])
		f.tables[string(entry[:4])] = data[at : at+size]
	}
	f.metrics = int(f.u16("hhea", 34))
	f.glyphs = readCharacters(f.tables["cmap"])
	f.readAdvances()
	f.readMetrics()
	return f
}

func (f *Font) u16(table string, at int) uint16 { return binary.BigEndian.Uint16(f.tables[table][at:]) }

// scaled turns a signed length in font units into thousandths of the size.
func (f *Font) scaled(table string, at int) int {
	return thousandths(int(int16(f.u16(table, at))), int(f.u16("head", 18)))
}

func thousandths(units, perEm int) int {
	if units < 0 {
		return -thousandths(-units, perEm)
	}
	return (units*1000 + perEm/2) / perEm
}

func (f *Font) readAdvances() {
	perEm := int(f.u16("head", 18))
	f.advance = make([]uint16, f.u16("maxp", 4))
	for g := range f.advance {
		f.advance[g] = uint16(thousandths(int(f.u16("hmtx", 4*min(g, f.metrics-1))), perEm))
	}
}

func (f *Font) readMetrics() {
	f.Metrics = Metrics{
		Ascent:      f.scaled("hhea", 4),
		Descent:     f.scaled("hhea", 6),
		CapHeight:   f.scaled("OS/2", 88),
		StemV:       cuts[f.Style].stem,
		ItalicAngle: int(int16(f.u16("post", 4))),
	}
	for i := range f.Metrics.Box {
		f.Metrics.Box[i] = f.scaled("head", 36+2*i)
	}
}

// readCharacters reads the Windows Unicode map (platform 3, encoding 1, format 4), which covers the BMP.
func readCharacters(cmap []byte) []uint16 {
	glyphs := make([]uint16, 1<<16)
	for i := range int(binary.BigEndian.Uint16(cmap[2:])) {
		entry := cmap[4+8*i:]
		sub := cmap[binary.BigEndian.Uint32(entry[4:]):]
		if binary.BigEndian.Uint32(entry) != 3<<16|1 || binary.BigEndian.Uint16(sub) != 4 {
			continue
		}
		readSegments(sub, glyphs)
		return glyphs
	}
	panic("typeface: no Unicode character map")
}

func readSegments(sub []byte, glyphs []uint16) {
	u16 := func(at int) int { return int(binary.BigEndian.Uint16(sub[at:])) }
	n := u16(6) // twice the number of segments
	for s := 0; s < n; s += 2 {
		last, first := u16(14+s), u16(16+n+s)
		delta, offset := u16(16+2*n+s), u16(16+3*n+s)
		for c := first; c <= last && c < 0xFFFF; c++ {
			g := c
			if offset != 0 {
				if g = u16(16 + 3*n + s + offset + 2*(c-first)); g == 0 {
					continue
				}
			}
			glyphs[c] = uint16(g + delta)
		}
	}
}

// File is the whole TrueType file, for programs that draw letters as pictures. It must not be changed.
func (f *Font) File() []byte {
	data, err := files.ReadFile(cuts[f.Style].file)
	if err != nil {
		panic(err)
	}
	return data
}
