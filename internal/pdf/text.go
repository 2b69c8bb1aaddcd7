package pdf

import (
	"strings"
	"time"
	"unicode/utf16"

	"golang.org/x/text/unicode/norm"
)

// TextString makes a text string of s in NFC: plain when it is printable ASCII, otherwise UTF-16BE in hexadecimal, because
// a byte of ĩ or Ĩ would end a string in parentheses (S8.2).
func TextString(s string) String {
	s = norm.NFC.String(s)
	if printableASCII(s) {
		return String{Bytes: []byte(s)}
	}
	b := []byte{0xfe, 0xff}
	for _, u := range utf16.Encode([]rune(s)) {
		b = append(b, byte(u>>8), byte(u))
	}
	return String{Bytes: b, Hex: true}
}

func printableASCII(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < 32 || s[i] > 126 {
			return false
		}
	}
	return true
}

// docEncoding holds the code points of PDFDocEncoding 0x80 to 0xA0 (ISO 32000-1, annex D.2).
var docEncoding = []rune("•†‡…—–ƒ⁄‹›−‰„“”‘’‚™ﬁﬂŁŒŠŸŽıłœšž\uFFFD€")

// accents holds the code points of PDFDocEncoding 0x18 to 0x1F.
var accents = []rune("˘ˇˆ˙˝˛˚˜")

// Text reads a text string: UTF-16BE or UTF-8 with their marks, PDFDocEncoding otherwise.
func (s String) Text() string {
	b := s.Bytes
	if len(b) >= 2 && b[0] == 0xfe && b[1] == 0xff {
		u := make([]uint16, 0, len(b)/2)
		for i := 2; i+1 < len(b); i += 2 {
			u = append(u, uint16(b[i])<<8|uint16(b[i+1]))
		}
		return string(utf16.Decode(u))
	}
	if len(b) >= 3 && b[0] == 0xef && b[1] == 0xbb && b[2] == 0xbf {
		return strings.ToValidUTF8(string(b[3:]), "\uFFFD")
	}
	r := make([]rune, len(b))
	for i, c := range b {
		switch {
		case c >= 0x18 && c <= 0x1f:
			r[i] = accents[c-0x18]
		case c >= 0x80 && c <= 0xa0:
			r[i] = docEncoding[c-0x80]
		default:
			r[i] = rune(c)
		}
	}
	return string(r)
}

// Date writes t as a PDF date with its offset from UTC, to the second.
func Date(t time.Time) String {
	s := t.Format("D:20060102150405-07'00'")
	return String{Bytes: []byte(strings.Replace(s, "+00'00'", "Z", 1))}
}

// ParseDate reads a PDF date; parts that are left out are the earliest possible, a missing offset means UTC. It reports
// false for anything else.
func ParseDate(s string) (time.Time, bool) {
	s = strings.ReplaceAll(strings.TrimPrefix(strings.TrimSpace(s), "D:"), "'", "")
	digits := 0
	for digits < len(s) && s[digits] >= '0' && s[digits] <= '9' {
		digits++
	}
	const full = "20060102150405"
	if digits < 4 || digits > len(full) || digits%2 != 0 {
		return time.Time{}, false
	}
	stamp := s[:digits] + "00000101000000"[digits:]
	zone := s[digits:]
	switch {
	case zone == "" || zone == "Z" || zone == "Z0000" || zone == "Z00":
		zone = "+0000"
	case len(zone) == 3:
		zone += "00"
	}
	t, err := time.Parse(full+"-0700", stamp+zone)
	return t, err == nil
}
