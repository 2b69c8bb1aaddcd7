package workbook

import (
	"encoding/xml"
	"errors"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"

	"congvu/internal/i18n"
)

// book is what must be known before a sheet can be read.
type book struct {
	*parts
	shared   []string
	styles   []style // by cell format number
	date1904 bool
}

type sheetRef struct {
	name   string
	part   string
	hidden bool
}

func readXLSX(data []byte, limits Limits) (*Table, error) {
	p, err := openPackage(data, limits)
	if err != nil {
		return nil, err
	}
	if err := p.refuseMacroTypes(); err != nil {
		return nil, err
	}
	b := &book{parts: p}
	main := "xl/workbook.xml"
	root, err := p.relations("")
	if err != nil {
		return nil, err
	}
	for _, target := range root {
		if strings.HasSuffix(target, "/workbook.xml") {
			main = target
		}
	}
	targets, err := p.relations(main)
	if err != nil {
		return nil, err
	}
	sheets, err := b.readBook(main, targets)
	if err != nil {
		return nil, err
	}
	t := &Table{}
	chosen, err := choose(sheets, limits.Sheet, t)
	if err != nil {
		return nil, err
	}
	for _, target := range targets {
		switch {
		case strings.HasSuffix(strings.ToLower(target), "/sharedstrings.xml"):
			err = b.readShared(target)
		case strings.HasSuffix(strings.ToLower(target), "/styles.xml"):
			err = b.readStyles(target)
		}
		if err != nil {
			return nil, err
		}
	}
	if _, err := p.relations(chosen.part); err != nil {
		return nil, err
	}
	t.Sheet = i18n.CleanLine(chosen.name)
	return t, b.readSheet(chosen.part, t)
}

func choose(sheets []sheetRef, wanted string, t *Table) (sheetRef, error) {
	for _, s := range sheets {
		if wanted != "" && i18n.Fold(s.name) == i18n.Fold(wanted) {
			return s, nil
		}
	}
	if wanted != "" {
		return sheetRef{}, refuse(NoSheet, wanted, nil)
	}
	var first *sheetRef
	for i, s := range sheets {
		if s.hidden {
			t.Hidden++
		} else if first == nil {
			first = &sheets[i]
		}
	}
	if first == nil {
		return sheetRef{}, refuse(Empty, "", errors.New("no visible sheet"))
	}
	return *first, nil
}

func (b *book) readBook(main string, targets map[string]string) ([]sheetRef, error) {
	var sheets []sheetRef
	inName := false
	err := b.walk(main, func(t xml.Token) error {
		switch t := t.(type) {
		case xml.StartElement:
			inName = t.Name.Local == "definedName"
			switch t.Name.Local {
			case "workbookPr":
				v := attribute(t, "date1904")
				b.date1904 = v == "1" || v == "true"
			case "sheet":
				part := targets[attribute(t, "id")]
				if part == "" {
					return damaged("sheet without part")
				}
				state := attribute(t, "state")
				sheets = append(sheets, sheetRef{attribute(t, "name"), part, state == "hidden" || state == "veryHidden"})
			}
		case xml.CharData:
			if inName && isDDE(string(t)) {
				return refuse(Links, "", errors.New("DDE name"))
			}
		case xml.EndElement:
			inName = false
		}
		return nil
	})
	return sheets, err
}

// A DDE reference is program|topic!item; a bar stands in no other formula outside text.
var ddePattern = regexp.MustCompile(`[A-Za-z0-9_.']\s*\|\s*['A-Za-z0-9_/\\:.].*!`)

func isDDE(formula string) bool {
	if strings.IndexByte(formula, '|') < 0 {
		return false
	}
	outside := strings.Split(formula, `"`)
	for i := 1; i < len(outside); i += 2 {
		outside[i] = ""
	}
	return ddePattern.MatchString(strings.Join(outside, ""))
}

// readShared reads the texts that cells refer to by number; phonetic hints are left out.
func (b *book) readShared(part string) error {
	var text strings.Builder
	inText, phonetic := false, 0
	total := int64(0)
	return b.walk(part, func(t xml.Token) error {
		switch t := t.(type) {
		case xml.StartElement:
			switch t.Name.Local {
			case "si":
				text.Reset()
			case "rPh":
				phonetic++
			case "t":
				inText = phonetic == 0
			}
		case xml.CharData:
			if inText {
				text.Write(t)
				if total += int64(len(t)); text.Len() > b.limits.Cell*2 || total > b.limits.Unpacked {
					return refuse(TooLarge, "", errors.New("shared text"))
				}
			}
		case xml.EndElement:
			switch t.Name.Local {
			case "t":
				inText = false
			case "rPh":
				phonetic--
			case "si":
				b.shared = append(b.shared, text.String())
			}
		}
		return nil
	})
}

// style is what a number format says about a number: a date, or digits to pad to.
type style struct {
	date, clock bool
	width       int
}

func (b *book) readStyles(part string) error {
	formats := map[string]string{}
	inCells := false
	return b.walk(part, func(t xml.Token) error {
		switch t := t.(type) {
		case xml.StartElement:
			switch t.Name.Local {
			case "numFmt":
				formats[attribute(t, "numFmtId")] = attribute(t, "formatCode")
			case "cellXfs":
				inCells = true
			case "xf":
				if inCells {
					id := attribute(t, "numFmtId")
					b.styles = append(b.styles, styleOf(id, formats[id]))
				}
			}
		case xml.EndElement:
			if t.Name.Local == "cellXfs" {
				inCells = false
			}
		}
		return nil
	})
}

var quotedFormat = regexp.MustCompile(`"[^"]*"|\\.|_.|\*.|\[[^\]]*\]`)

func styleOf(id, code string) style {
	if code == "" {
		n, _ := strconv.Atoi(id)
		return style{date: n >= 14 && n <= 17 || n == 22 || n >= 27 && n <= 36 || n >= 50 && n <= 58, clock: n >= 18 && n <= 22 || n >= 45 && n <= 47}
	}
	code = strings.ToLower(quotedFormat.ReplaceAllString(code, ""))
	if code != "" && strings.Trim(code, "0") == "" {
		return style{width: min(len(code), 30)}
	}
	if strings.Contains(code, "general") || strings.ContainsAny(code, "#0?@") && !strings.ContainsAny(code, "yd") {
		return style{}
	}
	return style{date: strings.ContainsAny(code, "yd") || strings.Contains(code, "mmm"), clock: strings.ContainsAny(code, "hs")}
}

// number shows a stored number as its cell does for the formats that matter in a list: dates, times, padded digits.
func (b *book) number(raw string, format int) (string, error) {
	raw = strings.TrimSpace(raw)
	f, err := strconv.ParseFloat(raw, 64)
	if err != nil || math.IsInf(f, 0) || math.IsNaN(f) {
		return "", fmt.Errorf("%.40q is no number", raw)
	}
	var s style
	if format >= 0 && format < len(b.styles) {
		s = b.styles[format]
	}
	if (s.date || s.clock) && f >= 0 && f < 2958466 {
		return b.moment(f, s), nil
	}
	text := raw
	if strings.ContainsAny(raw, "eE") || len(raw) > 17 || strings.HasPrefix(raw, "+") {
		text = strconv.FormatFloat(f, 'f', -1, 64)
	}
	if s.width > len(text) && f >= 0 && f == math.Trunc(f) {
		text = strings.Repeat("0", s.width-len(text)) + text
	}
	return text, nil
}

func (b *book) moment(serial float64, s style) string {
	days := math.Floor(serial)
	seconds := math.Round((serial - days) * 86400)
	start := time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)
	if b.date1904 {
		start = time.Date(1904, 1, 1, 0, 0, 0, 0, time.UTC)
	} else if days < 60 {
		start = start.AddDate(0, 0, 1) // spreadsheets count a 29/02/1900 that never was
	}
	t := start.AddDate(0, 0, int(days)).Add(time.Duration(seconds) * time.Second)
	switch {
	case !s.date || days == 0 && s.clock:
		return t.Format("15:04:05")
	case seconds != 0:
		return t.Format("02/01/2006 15:04")
	}
	return t.Format("02/01/2006")
}
