package i18n

import (
	"strings"
	"sync"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Fold is the form for searching without marks (D3.2, I5.9): base letters in lower case, đ as d, spaces collapsed. "Uỷ ban",
// "Ủy ban" and "UY  BAN" fold to "uy ban".
func Fold(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	gap := false
	table := foldedLatin()
	for _, r := range s {
		var few [1]rune
		runes := few[:]
		switch {
		case r < 0x80:
			few[0] = foldedBase(r)
		case r < latinEnd && table[r] != 0:
			few[0] = table[r]
		default:
			runes = foldedRune(r)
		}
		for _, f := range runes {
			if f < 0 {
				continue
			}
			if f == ' ' {
				gap = true
				continue
			}
			if gap && b.Len() > 0 {
				b.WriteByte(' ')
			}
			gap = false
			b.WriteRune(f)
		}
	}
	return b.String()
}

const latinEnd = 0x1f00

// foldedLatin holds the fold of every character below U+1F00 that has exactly one; 0 for the others, -1 for nothing.
var foldedLatin = sync.OnceValue(func() *[latinEnd]rune {
	var table [latinEnd]rune
	for r := rune(0x80); r < latinEnd; r++ {
		if runes := foldedRune(r); len(runes) == 1 {
			table[r] = runes[0]
		} else if len(runes) == 0 {
			table[r] = -1
		}
	}
	return &table
})

// foldedRune takes a character apart and folds what remains without its marks.
func foldedRune(r rune) []rune {
	var kept []rune
	for _, part := range norm.NFKD.String(string(r)) {
		if f := foldedBase(part); f >= 0 {
			// A lower-case letter may itself be a compound.
			for _, p := range norm.NFKD.String(string(f)) {
				if f := foldedBase(p); f >= 0 {
					kept = append(kept, f)
				}
			}
		}
	}
	return kept
}

// foldedBase folds one character that stands alone: -1 drops it, a space is any white space.
func foldedBase(r rune) rune {
	switch {
	case r >= 'A' && r <= 'Z':
		return r + 'a' - 'A'
	case r > ' ' && r < 0x7f:
		return r
	case unicode.IsSpace(r) || r == 0:
		return ' '
	case unicode.In(r, unicode.Mn, unicode.Cf) || unicode.IsControl(r):
		return -1
	case r == 'đ' || r == 'Đ' || r == 'Ð' || r == 'ð' || r == 'Ɖ' || r == 'ɖ': // Eth and African D stand in for Đ in old text
		return 'd'
	}
	return unicode.ToLower(r)
}

// Clean is for text of several lines at every door: NFC, line ends \n, no control, bidi or invisible characters, no-break
// spaces as spaces, at most four marks on a letter, no space around. Bytes that are no UTF-8 become U+FFFD.
func Clean(s string) string {
	if isClean(s) {
		return strings.TrimSpace(s)
	}
	s = norm.NFC.String(strings.ToValidUTF8(s, "\ufffd"))
	s = strings.ReplaceAll(s, "\r\n", "\n")
	var b strings.Builder
	b.Grow(len(s))
	run := 0
	for _, r := range s {
		r = cleaned(r)
		if r < 0 {
			continue
		}
		if unicode.Is(unicode.Mn, r) {
			if run++; run > maxMarks {
				continue
			}
		} else {
			run = 0
		}
		b.WriteRune(r)
	}
	// Removing a character may bring a letter and a mark together.
	return strings.TrimSpace(norm.NFC.String(b.String()))
}

const maxMarks = 4

// isClean recognises the common case quickly: ASCII and composed Latin letters only.
func isClean(s string) bool {
	for _, r := range s {
		switch {
		case r >= ' ' && r < 0x7f, r == '\n' || r == '\t':
		case r > 0xa0 && r < 0x250 && r != 0xad, r >= 0x1e00 && r < 0x1f00: // none of these changes under NFC
		case r >= 0x2010 && r <= 0x2027: // dashes, quotation marks, ellipsis
		default:
			return false
		}
	}
	return true
}

// cleaned gives the character to keep, or -1.
func cleaned(r rune) rune {
	switch {
	case r == '\n' || r == '\t':
		return r
	case r == '\r' || r == '\u2028' || r == '\u2029' || r == '\u0085':
		return '\n'
	case r == '\u00a0' || r == '\u202f' || r == '\u2007':
		return ' '
	case unicode.IsControl(r), isInvisible(r):
		return -1
	}
	return r
}

// isInvisible covers format characters (bidi controls, zero width, soft hyphen, tags), fillers and noncharacters.
func isInvisible(r rune) bool {
	return unicode.Is(unicode.Cf, r) || r == '\u115f' || r == '\u1160' || r == '\u3164' || r == '\uffa0' || r == '\u2800' || r == '\u034f' ||
		r >= 0xfdd0 && r <= 0xfdef || r&0xfffe == 0xfffe
}

// CleanLine is Clean for text of one line: every run of white space is one space.
func CleanLine(s string) string { return strings.Join(strings.Fields(Clean(s)), " ") }

// Isolate keeps a text from reordering its surroundings: bidi controls are dropped, and text with right-to-left letters
// stands between U+2068 and U+2069. Other text comes back as it is.
func Isolate(s string) string {
	rtl, controls := false, false
	for _, r := range s {
		if r < 0x590 {
			continue
		}
		rtl = rtl || isRightToLeft(r)
		controls = controls || isBidiControl(r)
	}
	if controls {
		s = strings.Map(func(r rune) rune {
			if isBidiControl(r) {
				return -1
			}
			return r
		}, s)
	}
	if rtl {
		return "\u2068" + s + "\u2069"
	}
	return s
}

func isBidiControl(r rune) bool { return unicode.Is(unicode.Bidi_Control, r) }

func isRightToLeft(r rune) bool {
	return r >= 0x590 && r <= 0x8ff || r >= 0xfb1d && r <= 0xfdff || r >= 0xfe70 && r <= 0xfeff || r >= 0x10800 && r <= 0x10fff || r >= 0x1e800 && r <= 0x1efff
}
