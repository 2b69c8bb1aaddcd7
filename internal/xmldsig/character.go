package xmldsig

import (
	"bytes"
	"strconv"
	"unicode/utf8"
)

const (
	plainText = iota // stands for itself in text
	special          // '<', '&', carriage return
	forbidden        // control characters
)

var class = func() (c [256]byte) {
	for i := range 0x20 {
		c[i] = forbidden
	}
	c['\t'], c['\n'] = plainText, plainText
	c['<'], c['&'], c['\r'] = special, special, special
	return
}()

func isSpace(b byte) bool { return b == ' ' || b == '\t' || b == '\n' || b == '\r' }

// badCharacter gives the place of the first character XML 1.0 does not allow, or -1. b is UTF-8.
func badCharacter(b []byte) int {
	for i, c := range b {
		if class[c] == forbidden {
			return i
		}
	}
	if hasNonCharacter(b) {
		return 0
	}
	return -1
}

// hasNonCharacter looks for U+FFFE and U+FFFF, the only ones valid UTF-8 still lets through.
func hasNonCharacter(b []byte) bool {
	for {
		i := bytes.Index(b, []byte("\xef\xbf"))
		if i < 0 || i+2 >= len(b) {
			return false
		}
		if b[i+2] >= 0xbe {
			return true
		}
		b = b[i+2:]
	}
}

// foldLines turns CRLF and CR into LF (XML 1.0 §2.11).
func foldLines(b []byte) []byte {
	if bytes.IndexByte(b, '\r') < 0 {
		return b
	}
	b = bytes.ReplaceAll(b, []byte("\r\n"), []byte("\n"))
	return bytes.ReplaceAll(b, []byte("\r"), []byte("\n"))
}

var predefined = map[string][]byte{"amp": []byte("&"), "lt": []byte("<"), "gt": []byte(">"), "quot": []byte(`"`), "apos": []byte("'")}

// reference resolves a character reference or one of the five entities; there are no others.
func (s *scanner) reference() ([]byte, error) {
	window := s.in[s.pos+1 : min(len(s.in), s.pos+1+16)]
	i := bytes.IndexByte(window, ';')
	if i < 1 {
		return nil, s.malformed("reference")
	}
	ref := string(window[:i])
	if ref[0] != '#' {
		v, ok := predefined[ref]
		if !ok {
			return nil, ErrForbidden.because("entity %q", ref)
		}
		s.pos += i + 2
		return v, nil
	}
	digits, base := ref[1:], 10
	if len(digits) > 0 && digits[0] == 'x' {
		digits, base = digits[1:], 16
	}
	n, err := strconv.ParseUint(digits, base, 32)
	if err != nil || !isCharacter(rune(min(n, utf8.MaxRune+1))) {
		return nil, s.malformed("character reference")
	}
	s.pos += i + 2
	return utf8.AppendRune(nil, rune(n)), nil
}

func isCharacter(r rune) bool {
	return r == '\t' || r == '\n' || r == '\r' || r >= 0x20 && r <= 0xd7ff || r >= 0xe000 && r <= 0xfffd || r >= 0x10000 && r <= utf8.MaxRune
}

// isNameStart and isNameRest follow XML 1.0 (fifth edition) §2.3 without the colon.
func isNameStart(r rune) bool {
	switch {
	case r < 0x80:
		return r == '_' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
	case r < 0x2000:
		return r >= 0xc0 && r != 0xd7 && r != 0xf7 && r != 0x37e && (r < 0x300 || r > 0x36f)
	}
	return r == 0x200c || r == 0x200d || r >= 0x2070 && r <= 0x218f || r >= 0x2c00 && r <= 0x2fef || r >= 0x3001 && r <= 0xd7ff ||
		r >= 0xf900 && r <= 0xfdcf || r >= 0xfdf0 && r <= 0xfffd || r >= 0x10000 && r <= 0xeffff
}

func isNameRest(r rune) bool {
	return isNameStart(r) || r == '-' || r == '.' || r >= '0' && r <= '9' || r == 0xb7 || r >= 0x300 && r <= 0x36f || r == 0x203f || r == 0x2040
}
