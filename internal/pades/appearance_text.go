package pades

import (
	"encoding/hex"
	"strings"
	"unicode"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/unicode/norm"

	"congvu/internal/pdf"
)

// readAppearance reads the text that the normal appearance of a foreign program's field paints, in the order in which it is
// painted. False when it paints anything but text, lines and areas, or in letters whose meaning is not told.
func readAppearance(f *pdf.File, appearance any) (string, bool) {
	s := f.Stream(f.Dict(appearance)["N"])
	if s == nil {
		return "", false
	}
	content, err := f.Decode(s, maxShownStream)
	if err != nil {
		return "", false
	}
	r := contentReader{data: content}
	fonts := f.Dict(f.Dict(s.Dict["Resources"])["Font"])
	var text strings.Builder
	var operands []contentToken
	var letters func([]byte) (string, bool) = plainLetters
	for {
		t, ok := r.next()
		if !ok {
			return "", false
		}
		if t.kind != contentOperator {
			if operands = append(operands, t); len(operands) > maxOperands {
				return "", false
			}
			continue
		}
		switch t.text {
		case "":
			return text.String(), true
		case "Do", "BI", "sh", "d0", "d1":
			return "", false
		case "Tf":
			if len(operands) > 0 {
				letters = lettersIn(f, fonts[pdf.Name(operands[0].text)])
			}
		case "Tj", "TJ", "'", "\"":
			for _, o := range operands {
				if o.kind != contentString {
					continue
				}
				shown, ok := letters([]byte(o.text))
				if !ok {
					return "", false
				}
				text.WriteString(shown)
			}
		}
		operands = operands[:0]
	}
}

// sameText compares a painted text with a value, but for white space, which painting expresses by place.
func sameText(shown, value string) bool {
	bare := func(s string) string {
		return strings.Map(func(r rune) rune {
			if unicode.IsSpace(r) {
				return -1
			}
			return r
		}, norm.NFC.String(s))
	}
	return bare(shown) == bare(value)
}

// lettersIn gives the reading of a font's codes: by its ToUnicode map when it is composite, else in the usual Western code.
func lettersIn(f *pdf.File, font any) func([]byte) (string, bool) {
	d := f.Dict(font)
	if f.Name(d["Subtype"]) == "Type0" {
		letters := lettersOf(f, d)
		return func(codes []byte) (string, bool) { return pairs(letters, codes) }
	}
	if d["ToUnicode"] != nil || f.Name(d["Subtype"]) == "Type3" || f.Dict(d["Encoding"])["Differences"] != nil && !isAcrobatEncoding(f, d) {
		return func([]byte) (string, bool) { return "", false }
	}
	return plainLetters
}

// isAcrobatEncoding knows the table that common programs attach to the standard fonts of forms: it renames codes outside
// of plain Latin letters only.
func isAcrobatEncoding(f *pdf.File, font pdf.Dict) bool {
	for _, o := range f.Array(f.Dict(font["Encoding"])["Differences"]) {
		if at, ok := f.Int(o); ok && at >= 32 && at < 127 && at != 39 && at != 96 {
			return false
		}
	}
	return true
}

func pairs(letters map[uint16]rune, codes []byte) (string, bool) {
	if len(codes)%2 != 0 {
		return "", false
	}
	var out []rune
	for i := 0; i < len(codes); i += 2 {
		r, ok := letters[uint16(codes[i])<<8|uint16(codes[i+1])]
		if !ok {
			return "", false
		}
		out = append(out, r)
	}
	return string(out), true
}

func plainLetters(codes []byte) (string, bool) {
	text, err := charmap.Windows1252.NewDecoder().Bytes(codes)
	return string(text), err == nil
}

const maxOperands = 4096

const (
	contentOperand = iota
	contentString
	contentOperator
)

type contentToken struct {
	kind int
	text string
}

// contentReader splits a content stream into operands and operators. Brackets of arrays are passed over: only their strings
// matter here.
type contentReader struct {
	data []byte
	pos  int
}

// next gives an operator with empty text at the end, and false for what is no content stream.
func (r *contentReader) next() (contentToken, bool) {
	for r.pos < len(r.data) {
		switch c := r.data[r.pos]; {
		case c == 0 || c == '\t' || c == '\n' || c == '\f' || c == '\r' || c == ' ' || c == '[' || c == ']':
			r.pos++
		case c == '%':
			for r.pos < len(r.data) && r.data[r.pos] != '\n' && r.data[r.pos] != '\r' {
				r.pos++
			}
		case c == '(':
			return r.literal()
		case c == '<' && r.pos+1 < len(r.data) && r.data[r.pos+1] == '<' || c == '>' || c == '{' || c == '}':
			r.pos++
			if c == '<' || r.pos < len(r.data) && r.data[r.pos] == '>' {
				r.pos++
			}
		case c == '<':
			return r.hexadecimal()
		case c == ')':
			return contentToken{}, false
		case c == '/':
			r.pos++
			return contentToken{contentOperand, r.word()}, true
		default:
			w := r.word()
			if w != "" && strings.ContainsAny(w[:1], "+-.0123456789") || w == "true" || w == "false" || w == "null" {
				return contentToken{contentOperand, w}, true
			}
			return contentToken{contentOperator, w}, w != ""
		}
	}
	return contentToken{contentOperator, ""}, true
}

func (r *contentReader) word() string {
	start := r.pos
	for r.pos < len(r.data) && !strings.ContainsRune("\x00\t\n\f\r ()<>[]{}/%", rune(r.data[r.pos])) {
		r.pos++
	}
	return string(r.data[start:r.pos])
}

func (r *contentReader) hexadecimal() (contentToken, bool) {
	var digits []byte
	for r.pos++; r.pos < len(r.data); r.pos++ {
		c := r.data[r.pos]
		if c == '>' {
			r.pos++
			if len(digits)%2 == 1 {
				digits = append(digits, '0')
			}
			b, err := hex.DecodeString(string(digits))
			return contentToken{contentString, string(b)}, err == nil
		}
		if !strings.ContainsRune("\x00\t\n\f\r ", rune(c)) {
			digits = append(digits, c)
		}
	}
	return contentToken{}, false
}

var escapes = map[byte]byte{'n': '\n', 'r': '\r', 't': '\t', 'b': '\b', 'f': '\f'}

func (r *contentReader) literal() (contentToken, bool) {
	var out []byte
	depth := 0
	for ; r.pos < len(r.data); r.pos++ {
		c := r.data[r.pos]
		switch {
		case c == '\\':
			out = r.escape(out)
			continue
		case c == '(':
			if depth++; depth == 1 {
				continue
			}
		case c == ')':
			if depth--; depth == 0 {
				r.pos++
				return contentToken{contentString, string(out)}, true
			}
		}
		out = append(out, c)
	}
	return contentToken{}, false
}

// escape reads what follows a backslash and leaves pos on its last byte.
func (r *contentReader) escape(out []byte) []byte {
	r.pos++
	if r.pos >= len(r.data) {
		return out
	}
	c := r.data[r.pos]
	switch e, ok := escapes[c]; {
	case ok:
		return append(out, e)
	case c == '\r' && r.pos+1 < len(r.data) && r.data[r.pos+1] == '\n': // a line that goes on
		r.pos++
		return out
	case c == '\n' || c == '\r':
		return out
	case c < '0' || c > '7':
		return append(out, c)
	}
	v, n := 0, 0
	for n < 3 && r.pos+n < len(r.data) && r.data[r.pos+n] >= '0' && r.data[r.pos+n] <= '7' {
		v = v*8 + int(r.data[r.pos+n]-'0')
		n++
	}
	r.pos += n - 1
	return append(out, byte(v))
}
