package documents

import (
	"context"

	"congvu/internal/i18n"
	"congvu/internal/paper"
	"congvu/internal/store"
)

// ResultColumn is a column of results that a person may choose (V39); Label is a key of i18n.
type ResultColumn struct {
	Key, Label string
	share      float64
	centred    bool
	text       func(r FoundRow) string
}

// Text is the cell of a row, in Vietnamese.
func (c ResultColumn) Text(r FoundRow) string { return c.text(r) }

// ResultColumns lists them in the order in which they are shown.
var ResultColumns = []ResultColumn{
	{"direction", "Văn bản đến, đi hay hồ sơ", 5, true, func(r FoundRow) string {
		return map[string]string{"incoming": "Đến", "outgoing": "Đi", "dossier": "Hồ sơ"}[r.Direction]
	}},
	{"number", "Số, ký hiệu", 10, true, func(r FoundRow) string { return r.Number }},
	{"issued", "Ngày văn bản", 8, true, func(r FoundRow) string { return r.Issued.Display() }},
	{"type", "Tên loại", 8, false, func(r FoundRow) string { return r.TypeName }},
	{"subject", "Trích yếu", 24, false, func(r FoundRow) string { return r.Subject }},
	{"issuer", "Cơ quan, đơn vị ban hành", 13, false, func(r FoundRow) string { return r.Issuer }},
	{"signer", "Người ký", 9, false, func(r FoundRow) string { return r.Signer }},
	{"arrival", "Số đến", 5, true, func(r FoundRow) string { return r.Arrival }},
	{"arrived", "Ngày đến", 8, true, func(r FoundRow) string { return r.Arrived.Display() }},
	{"urgency", "Độ khẩn", 7, false, urgencyText},
	{"due", "Hạn", 8, true, func(r FoundRow) string { return r.Due.Display() }},
	{"person", "Người xử lý, soạn thảo", 10, false, func(r FoundRow) string { return r.Person }},
	{"receivers", "Nơi nhận", 12, false, func(r FoundRow) string { return r.Receivers }},
	{"pages", "Số trang", 4, true, func(r FoundRow) string { return number(int64(r.Pages)) }},
	{"state", "Trạng thái", 9, false, func(r FoundRow) string { return r.StateLabel }},
}

// urgencyText is empty for what has no urgency.
func urgencyText(r FoundRow) string {
	if r.Direction == "dossier" {
		return ""
	}
	return r.Urgency.Label()
}

// DefaultColumns are shown until a person chooses.
var DefaultColumns = []string{"number", "issued", "subject", "issuer", "due", "state"}

// ChosenColumns gives the columns of these keys, in the order in which they are shown; the default ones when none is known.
func ChosenColumns(keys []string) []ResultColumn {
	pick := func(keys []string) (out []ResultColumn) {
		for _, c := range ResultColumns {
			for _, k := range keys {
				if k == c.Key {
					out = append(out, c)
					break
				}
			}
		}
		return out
	}
	if out := pick(keys); len(out) > 0 {
		return out
	}
	return pick(DefaultColumns)
}

// MostExported is how many results go into one file.
const MostExported = 2000

// FormatDOC is a text document for old word processors (V42).
const FormatDOC = "doc"

// ResultFormats are the formats of exported results.
var ResultFormats = []string{FormatDOCX, FormatDOC, FormatPDF, FormatXLSX}

// ResultSheet makes a sheet of found documents with who exported them and when (V42, V44).
func ResultSheet(ctx context.Context, r store.Reader, a store.Actor, rows []FoundRow, keys []string) (*Sheet, error) {
	columns := ChosenColumns(keys)
	heads := make([]paper.Column, len(columns))
	for i, c := range columns {
		heads[i] = paper.Column{Head: i18n.T(i18n.VI, c.Label, nil), Share: c.share, Centred: c.centred}
	}
	day := nowOf(r)
	s, err := cover(ctx, r, a, "Kết quả tìm kiếm văn bản", day.Year(), Span{From: day, To: day}, heads)
	if err != nil {
		return nil, err
	}
	s.Name = "Kết quả tìm kiếm " + string(day)
	for _, row := range rows {
		cells := make([]string, len(columns))
		for i, c := range columns {
			cells[i] = c.Text(row)
		}
		s.Book.Entries = append(s.Book.Entries, paper.Entry{Cells: cells, Void: row.State == string(Recalled) || row.State == string(Cancelled)})
	}
	return s, nil
}
