package i18n

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Fold is the form for searching without marks (D3.2, I5.9): base letters in lower case, đ as d, spaces collapsed. "Uỷ ban",
// "Ủy ban" and "UY  BAN" fold to "uy ban".
func Fold(s string) string {
	if !utf8.ValidString(s) {
		s = strings.ToValidUTF8(s, "\ufffd")
	}
	var b strings.Builder
	b.Grow(len(s))
	gap := false
	for _, r := range norm.NFKD.String(s) {
		switch {
		case r < utf8.RuneSelf && r > ' ':
			if r >= 'A' && r <= 'Z' {
				r += 'a' - 'A'
			}
		case unicode.IsSpace(r) || r == 0:
			gap = true
			continue
		case unicode.Is(unicode.Mn, r) || unicode.Is(unicode.Cf, r) || unicode.IsControl(r):
			continue
		case r == 'đ' || r == 'Đ' || r == 'Ð' || r == 'ð' || r == 'Ɖ' || r == 'ɖ': // Eth and African D stand in for Đ in old text
			r = 'd'
		default:
			r = unicode.ToLower(r)
		}
		if gap && b.Len() > 0 {
			b.WriteByte(' ')
		}
		gap = false
		b.WriteRune(r)
	}
	return b.String()
}

// Clean is for text of several lines at every door: NFC, line ends \n, no control, bidi or invisible characters, no-break
// spaces as spaces, at most four marks on a letter, no space around. Bytes that are no UTF-8 become U+FFFD.
func Clean(s string) string {
	if isPlain(s) {
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

func isPlain(s string) bool {
	for i := 0; i < len(s); i++ {
		if c := s[i]; c >= 0x7f || c < ' ' && c != '\n' && c != '\t' {
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
