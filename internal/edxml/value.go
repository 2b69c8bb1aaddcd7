package edxml

import (
	"strconv"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// VietnamTime is the zone of every date and time of a message (X3.2): no summer time, no zone on the wire.
var VietnamTime = time.FixedZone("+07", 7*3600)

// Date is a calendar day as "2006-01-02", "" when absent. It sorts as text.
type Date string

// DateOf gives the day of t in Vietnam.
func DateOf(t time.Time) Date { return Date(t.In(VietnamTime).Format("2006-01-02")) }

// wire gives yyyy/MM/dd (X3.1).
func (d Date) wire() string { return strings.ReplaceAll(string(d), "-", "/") }

// valid tells whether d is a day that exists.
func (d Date) valid() bool {
	_, err := time.Parse("2006-01-02", string(d))
	return err == nil
}

var dateForms = []string{"2006/01/02", "2006-01-02", "02/01/2006", "2006/1/2", "2/1/2006", "02-01-2006"}

// ParseDate reads the forms met on the wire (X3.1). An impossible day gives "" and false; an empty text gives "" and true.
func ParseDate(s string) (Date, bool) {
	s = strings.TrimSpace(s)
	if s == "" {
		return "", true
	}
	for _, form := range dateForms {
		if t, err := time.Parse(form, s); err == nil {
			return Date(t.Format("2006-01-02")), true
		}
	}
	if t, ok := ParseTime(s); ok {
		return DateOf(t), true
	}
	return "", false
}

var timeForms = []string{
	"2006/01/02 15:04:05", "2006-01-02 15:04:05", "2006-01-02T15:04:05", "02/01/2006 15:04:05", "2006/01/02 15:04", "2006/01/02",
	"2006-01-02", "02/01/2006",
}

// ParseTime reads a date-time of the wire (X3.2); without a zone it is Vietnam time. An empty text gives the zero time and true.
func ParseTime(s string) (time.Time, bool) {
	s = strings.TrimSpace(s)
	if s == "" {
		return time.Time{}, true
	}
	for _, form := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999Z0700"} {
		if t, err := time.Parse(form, s); err == nil {
			return t.In(VietnamTime), true
		}
	}
	for _, form := range timeForms {
		if t, err := time.ParseInLocation(form, s, VietnamTime); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}

func wireTime(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(VietnamTime).Format("2006/01/02 15:04:05")
}

func parseBool(s string) (value, ok bool) {
	switch strings.ToLower(s) {
	case "true", "1":
		return true, true
	case "false", "0", "":
		return false, true
	}
	return false, false
}

func parseInt(s string) (int, bool) {
	if s == "" {
		return 0, true
	}
	n, err := strconv.Atoi(s)
	return n, err == nil && n >= 0
}

// clean gives text as it is written: NFC, trimmed, without the control characters that XML 1.0 cannot hold (X3.5).
func clean(s string) string {
	s = strings.Map(func(r rune) rune {
		if r == '\r' {
			return -1
		}
		if unicode.IsControl(r) && r != '\n' && r != '\t' || r == '\uFFFE' || r == '\uFFFF' {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
	return strings.TrimSpace(norm.NFC.String(s))
}

// SplitCode reads "number/notation" at the first slash (X3.6).
func SplitCode(s string) Code {
	number, notation, _ := strings.Cut(strings.TrimSpace(s), "/")
	return Code{Number: strings.TrimSpace(number), Notation: strings.TrimSpace(notation)}
}

// MakeDocumentID builds the identifier of an issued document: "<issuer>,<yyyy/MM/dd>,<number>/<notation>" (QCVN 102 1.14).
func MakeDocumentID(issuer string, issued Date, code Code) string {
	return strings.TrimSpace(issuer) + "," + issued.wire() + "," + code.String()
}
