package pades

import (
	"encoding/hex"
	"regexp"
	"strconv"

	"golang.org/x/text/unicode/norm"

	"congvu/internal/pdf"
)

const maxShownStream = 64 << 10

var (
	fillContent = regexp.MustCompile(`^/Tx BMC\s+q\s+BT\s+/(\w+) [0-9.]+ Tf 0 g -?[0-9.]+ -?[0-9.]+ Td <([0-9a-f]*)> Tj\s+ET\s+Q\s+EMC\s*$`)
	unicodePair = regexp.MustCompile(`<([0-9A-Fa-f]{4})>\s*<([0-9A-Fa-f]{4})>\s*\n`)
)

// shownText reads back what the appearance of a filled field shows, by the letters its font declares. False unless it has
// exactly the form that FillFields writes: one line of text and no other painting.
func shownText(f *pdf.File, appearance any) (string, bool) {
	d := f.Dict(appearance)
	s := f.Stream(d["N"])
	if s == nil || len(d) != 1 || s.Dict["Matrix"] != nil {
		return "", false
	}
	content, err := f.Decode(s, maxShownStream)
	if err != nil {
		return "", false
	}
	m := fillContent.FindSubmatch(content)
	if m == nil {
		return "", false
	}
	font := f.Dict(f.Dict(f.Dict(s.Dict["Resources"])["Font"])[pdf.Name(m[1])])
	letters := lettersOf(f, font)
	codes, err := hex.DecodeString(string(m[2]))
	if err != nil || len(codes)%2 != 0 {
		return "", false
	}
	var text []rune
	for i := 0; i < len(codes); i += 2 {
		r, ok := letters[uint16(codes[i])<<8|uint16(codes[i+1])]
		if !ok {
			return "", false
		}
		text = append(text, r)
	}
	return string(text), true
}

// lettersOf reads the ToUnicode map of a font with Identity-H encoding.
func lettersOf(f *pdf.File, font pdf.Dict) map[uint16]rune {
	s := f.Stream(font["ToUnicode"])
	if s == nil || f.Name(font["Encoding"]) != "Identity-H" {
		return nil
	}
	cmap, err := f.Decode(s, maxShownStream)
	if err != nil {
		return nil
	}
	out := map[uint16]rune{}
	for _, m := range unicodePair.FindAllSubmatch(cmap, -1) {
		code, _ := strconv.ParseUint(string(m[1]), 16, 16)
		letter, _ := strconv.ParseUint(string(m[2]), 16, 16)
		out[uint16(code)] = rune(letter)
	}
	return out
}

// showsItsValue reports whether a filled field shows to people what it says to programs.
func showsItsValue(f *pdf.File, field pdf.Dict) bool {
	shown, ok := shownText(f, field["AP"])
	return ok && shown == norm.NFC.String(f.Text(field["V"]))
}
