package workbook

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"strings"
	"unicode/utf8"

	"congvu/internal/i18n"
)

// readCSV reads UTF-8 with or without byte order mark; the separator is the one of ; , tab that the first line shows, or
// what a line "sep=;" says.
func readCSV(data []byte, limits Limits) (*Table, error) {
	if bytes.HasPrefix(data, []byte("\xff\xfe")) || bytes.HasPrefix(data, []byte("\xfe\xff")) {
		return nil, refuse(Encoding, "", errors.New("UTF-16"))
	}
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	if bytes.IndexByte(data, 0) >= 0 {
		return nil, refuse(Unknown, "", errors.New("binary"))
	}
	if err := checkUTF8(data); err != nil {
		return nil, err
	}
	skipped := 0
	comma := byte(0)
	if line, rest, _ := bytes.Cut(data, []byte("\n")); len(bytes.TrimRight(line, "\r")) == 5 && bytes.EqualFold(line[:4], []byte("sep=")) {
		comma, data, skipped = line[4], rest, 1
	}
	if comma == 0 || strings.IndexByte(";,\t|", comma) < 0 {
		comma = separator(data)
	}
	return readRecords(data, rune(comma), skipped, limits)
}

// checkUTF8 also refuses C1 control characters: they are what Windows text looks like after a wrong conversion.
func checkUTF8(data []byte) error {
	for i := 0; i < len(data); {
		r, n := utf8.DecodeRune(data[i:])
		if r == utf8.RuneError || r >= 0x80 && r < 0xa0 && r != 0x85 {
			return refuse(Encoding, "", errors.New("not UTF-8"))
		}
		i += n
	}
	return nil
}

// separator counts candidates outside quotes in the first line that has one.
func separator(data []byte) byte {
	var count [256]int
	quoted := false
	for _, c := range data[:min(len(data), 64<<10)] {
		switch {
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == ';' || c == ',' || c == '\t':
			count[c]++
		case c == '\n' && count[';']+count[',']+count['\t'] > 0:
			return most(count)
		}
	}
	return most(count)
}

func most(count [256]int) byte {
	best := byte(',')
	for _, c := range []byte(";\t") {
		if count[c] > count[best] {
			best = c
		}
	}
	return best
}

func readRecords(data []byte, comma rune, skipped int, limits Limits) (*Table, error) {
	r := csv.NewReader(bytes.NewReader(data))
	r.Comma = comma
	r.FieldsPerRecord = -1
	t := &Table{}
	for {
		cells, err := r.Read()
		if err == io.EOF {
			return t, nil
		}
		if err != nil {
			return nil, refuse(Damaged, "", err)
		}
		if len(cells) > limits.Columns*4 {
			return nil, refuse(TooLarge, i18n.Number(i18n.VI, int64(len(cells))), nil)
		}
		line, _ := r.FieldPos(0)
		if err := t.add(Row{Number: line + skipped, Cells: cells}, limits); err != nil {
			return nil, err
		}
	}
}
