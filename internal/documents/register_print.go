package documents

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"congvu/internal/calendar"
	"congvu/internal/i18n"
	"congvu/internal/org"
	"congvu/internal/paper"
	"congvu/internal/store"
	"congvu/internal/workbook"
)

// Formats in which registers and reports leave the system.
const (
	FormatPDF  = "pdf"
	FormatXLSX = "xlsx"
	FormatDOCX = "docx"
)

// Formats lists them; media names their types.
var Formats = []string{FormatPDF, FormatXLSX, FormatDOCX}

// FormatMedia is the media type of a format, "" for others.
func FormatMedia(format string) string {
	return map[string]string{FormatPDF: "application/pdf", FormatXLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
		FormatDOC: "application/msword", FormatDOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document"}[format]
}

// What is printed of a register.
const (
	PrintBook     = ""          // the register itself: D7.1, D7.2
	PrintFollowUp = "follow_up" // sổ theo dõi giải quyết văn bản đến, D7.3
)

// PrintForm asks for a volume of a register.
type PrintForm struct {
	Register int64
	Of       string
	Span
	Volume string // quyển số; "" leaves dots for the pen
}

// Sheet is a table ready to leave: on paper with its cover (D7.6), or as a workbook or text document of the same rows.
type Sheet struct {
	Name string // of the file, without its ending
	Book paper.Book
}

// Write writes the sheet in a format.
func (s *Sheet) Write(w io.Writer, format string) error {
	out := workbook.Out{Sheet: s.Book.Title, Lang: i18n.VI, Titles: s.titles(), Columns: s.columns(), Rows: func(yield func([]any) bool) {
		for _, e := range s.Book.Entries {
			row := make([]any, len(e.Cells))
			for i, c := range e.Cells {
				row[i] = c
			}
			if !yield(row) {
				return
			}
		}
	}}
	switch format {
	case FormatXLSX:
		return workbook.WriteXLSX(w, out)
	case FormatDOCX:
		return workbook.WriteDOCX(w, out)
	case FormatDOC:
		return workbook.WriteDOC(w, out)
	case FormatPDF:
		made, err := paper.Register(s.Book)
		if err != nil {
			return fmt.Errorf("print %s: %w", s.Name, err)
		}
		_, err = w.Write(made.PDF)
		return err
	}
	return store.RefuseField("format", "Chỉ xuất được tệp PDF, XLSX hoặc DOCX.")
}

// titles are the lines of the cover (D7.6).
func (s *Sheet) titles() []string {
	b := s.Book
	out := slices.DeleteFunc([]string{b.ParentAgency, b.Agency}, func(t string) bool { return t == "" })
	out = append(out, b.Title, fmt.Sprintf("Năm %d, từ ngày %s đến ngày %s", b.Year, dayText(b.From.Unix(), b.From.IsZero()), dayText(b.To.Unix(), b.To.IsZero())))
	if b.FirstNumber != "" {
		out = append(out, "Từ số "+b.FirstNumber+" đến số "+b.LastNumber)
	}
	if b.Volume != "" {
		out = append(out, "Quyển số "+b.Volume)
	}
	return append(out, b.PrintNote)
}

func dayText(seconds int64, none bool) string {
	if none {
		return "…"
	}
	return today(store.Instant(seconds * 1e6)).Display()
}

func (s *Sheet) columns() []workbook.OutColumn {
	out := make([]workbook.OutColumn, len(s.Book.Columns))
	for i, c := range s.Book.Columns {
		out[i] = workbook.OutColumn{Title: c.Head, Width: max(c.Share, 5) * 1.4}
	}
	return out
}

// cover begins a sheet: who prints what of which agency, by whom and when (V44).
func cover(ctx context.Context, r store.Reader, a store.Actor, title string, year int, s Span, columns []paper.Column) (*Sheet, error) {
	at := r.(interface{ Now() store.Instant }).Now()
	ag, err := org.AgencyAt(ctx, r, org.AgencyID(a.Agency), today(at))
	if err != nil {
		return nil, err
	}
	by := ""
	if a.Holding != 0 {
		who, err := org.HoldingAt(ctx, r, org.HoldingID(a.Holding), today(at))
		if err != nil {
			return nil, err
		}
		by = " bởi " + who.PersonName
	}
	s = s.within(year)
	return &Sheet{Name: fmt.Sprintf("%s %d", title, year), Book: paper.Book{ParentAgency: ag.ParentName, Agency: ag.Name, Title: title, Year: year, From: s.From.Time(), To: s.To.Time(), Columns: columns,
		PrintNote: "In từ hệ thống" + by + ", lúc " + i18n.DateTime(at.Time()), Made: at.Time().In(calendar.Hanoi)}}, nil
}

// PrintRegister gives a volume of a register with cover and all legal columns (D7.1–D7.3, D7.6, D7.7, V63, V65), by dates, numbers
// and volume. A volume holds up to 20,000 lines.
func PrintRegister(ctx context.Context, r store.Reader, a store.Actor, f PrintForm) (*Sheet, error) {
	b, lines, err := BookLines(ctx, r, a, f.Register, f.Span)
	if err != nil {
		return nil, err
	}
	title, columns := b.Name, b.Columns()
	if f.Of == PrintFollowUp {
		if b.Direction != IncomingBook || b.Kind == BookSecret {
			return nil, store.RefuseField("register", "Sổ {name} không phải là sổ văn bản đến.", "name", b.Name)
		}
		title, columns = "Sổ theo dõi giải quyết văn bản đến", paper.FollowUpColumns
		if lines, err = b.followUpLines(ctx, r, a, f.Span); err != nil {
			return nil, err
		}
	} else if f.Of != PrintBook {
		return nil, store.RefuseField("of", "Không có mẫu sổ này. Hãy chọn sổ đăng ký hoặc sổ theo dõi giải quyết văn bản đến.")
	}
	if len(lines) == 0 && (b.Direction == IncomingBook || f.First+f.Last > 0) {
		return nil, store.RefuseField("first", "Sổ {name} không có văn bản nào trong khoảng số đã chọn.", "name", b.Name)
	}
	if len(f.Volume) > 20 || strings.ContainsAny(f.Volume, "\n\r") {
		return nil, store.RefuseField("volume", "Số của quyển không dài quá 20 ký tự.")
	}
	sheet, err := cover(ctx, r, a, title, b.Year, f.Span, columns)
	if err != nil {
		return nil, err
	}
	sheet.Book.Volume = line(f.Volume)
	if len(lines) == 0 { // a register to be kept by pen
		return sheet, nil
	}
	first, last := lines[0], lines[len(lines)-1]
	sheet.Book.FirstNumber, sheet.Book.LastNumber = twoDigits(first.Number)+first.Suffix, twoDigits(last.Number)+last.Suffix
	if f.From.IsZero() { // the days of the first and the last line
		sheet.Book.From = slices.MinFunc(lines, byDay).On.Time()
	}
	if f.To.IsZero() {
		sheet.Book.To = slices.MaxFunc(lines, byDay).On.Time()
	}
	for _, l := range lines {
		sheet.Book.Entries = append(sheet.Book.Entries, paper.Entry{Cells: l.Cells, Void: l.Void})
	}
	return sheet, nil
}

func byDay(x, y BookLine) int { return strings.Compare(string(x.On), string(y.On)) }

// followRow is a line of the follow-up register (D7.3).
type followRow struct {
	Number     int64
	IncomingID int64
	At         store.Instant `db:"at_us"`
	Mark       string
	MarkReason string
	State      InState
	SenderName string
	Code       string `db:"number_text"`
	Notation   string
	IssuedDate calendar.Date
	TypeName   string
	LeadName   string
	DueDate    calendar.Date
	DoneAt     store.Instant `db:"done_us"`
	Result     string
	Reply      string
	RecalledAt store.Instant `db:"recalled_us"`
	Hidden     bool
}

var sqlFollowUp = store.SQL(`WITH n AS (SELECT agency_id, number, incoming_id, at_us, mark, mark_reason FROM documents_arrival_numbers WHERE agency_id = $1 AND register = $2)
	SELECT n.number, n.incoming_id, n.at_us, n.mark, n.mark_reason, d.state, d.sender_name, d.number AS number_text, d.notation, d.issued_date, d.type_name,
		d.lead_name, CASE WHEN d.handle_due <> '' THEN d.handle_due ELSE d.due_date END AS due_date, d.done_us, d.result, COALESCE(o.number_text, '') AS reply,
		d.recalled_us, CASE WHEN ` + incomingSeen + ` THEN FALSE ELSE TRUE END AS hidden
	FROM n JOIN documents_incoming d ON d.agency_id = n.agency_id AND d.id = n.incoming_id
	LEFT JOIN documents_outgoing o ON o.agency_id = d.agency_id AND o.id = d.reply_outgoing AND d.reply_outgoing <> 0
	WHERE n.number >= $11 AND n.number <= $12 AND n.at_us >= $13 AND n.at_us < $14 ORDER BY n.number LIMIT $15`)

func (b Book) followUpLines(ctx context.Context, r store.Reader, a store.Actor, s Span) ([]BookLine, error) {
	s = s.within(b.Year)
	rows, err := store.All[followRow](ctx, r, sqlFollowUp, append(append([]any{b.AgencyID, b.ID}, incomingBound(r, a)...), s.First, s.Last, s.From.Time().UnixMicro(), s.To.AddDays(1).Time().UnixMicro(), mostPrinted+1)...)
	if err == nil && len(rows) > mostPrinted {
		err = errTooLong()
	}
	now := nowOf(r)
	var lines []BookLine
	for _, v := range rows {
		lines = append(lines, BookLine{Number: v.Number, Ref: IncomingRef(v.IncomingID), On: today(v.At), Cells: v.cells(now), Void: v.Mark != "" || v.State == Recalled})
	}
	return lines, err
}

func (v followRow) cells(now calendar.Date) []string {
	about := slices.DeleteFunc([]string{v.TypeName, joinCode(v.Code, v.Notation), "ngày " + v.IssuedDate.Display(), v.SenderName}, func(s string) bool { return s == "" || s == "ngày " })
	progress, remark := v.State.Label(), v.Result
	switch {
	case v.Hidden:
		return []string{fmt.Sprint(v.Number), hiddenWords, "", "", "", "", ""}
	case v.Mark == "recalled" || v.State == Recalled:
		return []string{fmt.Sprint(v.Number), strings.Join(about, ", "), "", "", progress, "", recalledNote(v.RecalledAt, v.MarkReason)}
	case v.Mark == "cancelled":
		return []string{fmt.Sprint(v.Number), strings.Join(about, ", "), "", "", "", "", "Hủy đăng ký: " + v.MarkReason}
	case v.DoneAt != 0:
		progress += " ngày " + today(v.DoneAt).Display()
		if !v.DueDate.IsZero() && today(v.DoneAt).After(v.DueDate) {
			remark = alongside("Quá hạn", remark)
		}
	case !v.DueDate.IsZero() && now.After(v.DueDate):
		remark = alongside("Quá hạn", remark)
	}
	return []string{fmt.Sprint(v.Number), strings.Join(about, ", "), v.LeadName, v.DueDate.Display(), progress, v.Reply, remark}
}
