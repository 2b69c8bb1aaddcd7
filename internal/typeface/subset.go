package typeface

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"slices"
)

// Subset is the part of a font that one document carries. It is immutable and safe for use by several goroutines.
type Subset struct {
	Font    *Font
	Name    string // PDF font name: six letters that depend on the letters kept, "+", the font's name
	Program []byte // TrueType file for FontFile2
	Widths  []int  // by glyph of the subset, in thousandths of the size; glyph 0 is the unused .notdef

	letters []rune // letters[i] is drawn by glyph i+1; ascending
}

// Subset cuts the font to the given characters (after NFC). Characters the font lacks are a *MissingError.
func (f *Font) Subset(runes []rune) (*Subset, error) {
	text := compose(string(runes))
	if missing := f.Missing(text); missing != nil {
		return nil, &MissingError{Font: f.Name, Characters: missing}
	}
	letters := []rune(text)
	slices.Sort(letters)
	letters = slices.Clip(slices.Compact(letters))

	order := make([]uint16, 1, len(letters)+16)
	for _, r := range letters {
		order = append(order, f.glyph(r))
	}
	s := &Subset{Font: f, letters: letters, Name: tag(letters) + "+" + f.Name}
	s.Program, order = f.program(order)
	s.Widths = make([]int, len(order))
	for i, g := range order {
		s.Widths[i] = int(f.advance[g])
	}
	return s, nil
}

// Has reports whether the subset can draw every character of s.
func (s *Subset) Has(text string) bool {
	for _, r := range compose(text) {
		if _, ok := slices.BinarySearch(s.letters, r); !ok {
			return false
		}
	}
	return true
}

// Encode returns s as glyph numbers, two bytes each, high byte first: the operand of Tj under Identity-H.
// Characters that the subset was not cut for are a *MissingError.
func (s *Subset) Encode(text string) ([]byte, error) {
	text = compose(text)
	codes := make([]byte, 0, 2*len(text))
	var missing []rune
	for _, r := range text {
		i, ok := slices.BinarySearch(s.letters, r)
		if !ok {
			missing = append(missing, r)
			continue
		}
		codes = binary.BigEndian.AppendUint16(codes, uint16(i+1))
	}
	if missing != nil {
		return nil, &MissingError{Font: s.Name, Characters: missing}
	}
	return codes, nil
}

// ToUnicode is the CMap program that leads from glyph numbers back to letters.
func (s *Subset) ToUnicode() []byte {
	var b bytes.Buffer
	b.WriteString("/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n" +
		"/CIDSystemInfo <</Registry (Adobe) /Ordering (UCS) /Supplement 0>> def\n" +
		"/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n" +
		"1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n")
	const perBlock = 100 // limit of the CMap format
	glyph := 1
	for block := range slices.Chunk(s.letters, perBlock) {
		fmt.Fprintf(&b, "%d beginbfchar\n", len(block))
		for _, r := range block {
			fmt.Fprintf(&b, "<%04X> <%04X>\n", glyph, r)
			glyph++
		}
		b.WriteString("endbfchar\n")
	}
	b.WriteString("endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n")
	return b.Bytes()
}

// CIDSet has one bit, highest first, for each glyph of the program: all of them, components of composed letters included.
func (s *Subset) CIDSet() []byte {
	set := make([]byte, (len(s.Widths)+7)/8)
	for g := range s.Widths {
		set[g/8] |= 0x80 >> (g % 8)
	}
	return set
}

// Flags are those of a font descriptor: serif, symbolic (its letters exceed the standard Latin set), italic.
func (s *Subset) Flags() int {
	const serif, symbolic, italic = 2, 4, 64
	if s.Font.Style == Italic || s.Font.Style == BoldItalic {
		return serif | symbolic | italic
	}
	return serif | symbolic
}

// tag makes two different subsets of one font bear different names in one file, and equal ones the same.
func tag(letters []rune) string {
	h := fnv.New64a()
	h.Write([]byte(string(letters)))
	sum := h.Sum64()
	var name [6]byte
	for i := range name {
		name[i] = 'A' + byte(sum%26)
		sum /= 26
	}
	return string(name[:])
}
