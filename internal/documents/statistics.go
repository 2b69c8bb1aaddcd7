package documents

import (
	"context"
	"fmt"
	"slices"
	"sort"

	"congvu/internal/calendar"
	"congvu/internal/i18n"
	"congvu/internal/org"
	"congvu/internal/paper"
	"congvu/internal/store"
)

// Outcomes of a document in statistics: every document of a period has exactly one, so that the columns add up to the total (V64, V66).
const (
	StatOnTime    = "on_time"   // done by its deadline, or without one
	StatLate      = "late"      // done after its deadline
	StatOpen      = "open"      // under way, its deadline is not over
	StatOverdue   = "overdue"   // under way, its deadline is over
	StatCancelled = "cancelled" // void, taken back, recalled
)

// StatOutcomes lists them in the order of columns.
var StatOutcomes = []string{StatOnTime, StatLate, StatOpen, StatOverdue, StatCancelled}

var statLabels = map[string]map[string]string{
	IncomingBook: {StatOnTime: "Giải quyết đúng hạn", StatLate: "Giải quyết quá hạn", StatOpen: "Đang giải quyết, trong hạn", StatOverdue: "Đang giải quyết, quá hạn", StatCancelled: "Hủy, thu hồi"},
	OutgoingBook: {StatOnTime: "Ban hành đúng hạn", StatLate: "Ban hành quá hạn", StatOpen: "Chờ ban hành, trong hạn", StatOverdue: "Chờ ban hành, quá hạn", StatCancelled: "Hủy, thu hồi"},
}

// StatLabel is an outcome in Vietnamese, a key of i18n.
func StatLabel(direction, outcome string) string { return statLabels[direction][outcome] }

// What figures are grouped by.
const (
	ByUnit   = "unit"
	ByPerson = "person"
	ByType   = "type"
	ByMonth  = "month"
)

// StatGroups lists the groupings in the order of forms.
var StatGroups = []string{ByUnit, ByPerson, ByType, ByMonth}

// StatForm asks for figures. Incoming documents are those registered in the period, outgoing ones those numbered in it. Key and Outcome
// narrow to one row and one column of the table: the list a figure opens (N8).
type StatForm struct {
	Direction string
	From, To  calendar.Date // "" = from 1 January, until today
	Group     string
	Key       string
	Outcome   string // "" = all
	Type      string // code of incoming types is their name
	Days      *calendar.Calendar
}

// StatRow is one document as statistics see it.
type StatRow struct {
	Ref      string
	Code     string
	Subject  string
	Party    string
	TypeName string
	Unit     int64
	UnitName string
	Person   int64
	Who      string
	Begun    calendar.Date // registered, or numbered
	Due      calendar.Date
	Done     calendar.Date // "" = under way
	Outcome  string
	Worked   int // working days from beginning to end, -1 while under way
}

// Figures are counts of documents by outcome, with the working days that the finished ones took.
type Figures struct {
	Key, Name    string
	Total        int
	By           map[string]int
	Median, Mean float64 // working days; of documents that are done
	Measured     int
}

// Statistics is a table of figures and its sum.
type Statistics struct {
	Form StatForm
	Rows []Figures
	Sum  Figures
}

// mostCountedDays bounds a period.
const mostCountedDays = 366 * 2

var (
	sqlStatIncoming = store.SQL(`SELECT d.id, d.arrival_number, d.number AS number_text, d.notation, d.subject, d.sender_name, d.type_name, d.state, d.registered_us AS begun_us, d.done_us,
		CASE WHEN d.handle_due <> '' THEN d.handle_due ELSE d.due_date END AS due,
		COALESCE((SELECT l.unit_id FROM documents_lines l WHERE l.agency_id = d.agency_id AND l.incoming_id = d.id AND l.role = 'lead' AND l.parent_id = 0
			AND l.state <> 'recalled' ORDER BY l.id DESC LIMIT 1), 0) AS unit_id,
		COALESCE((SELECT l.holder_person FROM documents_lines l WHERE l.agency_id = d.agency_id AND l.incoming_id = d.id AND l.role = 'lead' AND l.holder_kind = 'post'
			AND l.state <> 'recalled' ORDER BY l.id DESC LIMIT 1), 0) AS person_id,
		COALESCE((SELECT l.holder_name FROM documents_lines l WHERE l.agency_id = d.agency_id AND l.incoming_id = d.id AND l.role = 'lead' AND l.holder_kind = 'post'
			AND l.state <> 'recalled' ORDER BY l.id DESC LIMIT 1), '') AS person_name
		FROM documents_incoming d WHERE d.agency_id = $1 AND d.registered_us >= $2 AND ` + incomingSeen + ` AND d.registered_us < $11 AND d.arrival_number > 0 ORDER BY d.registered_us, d.id`)
	sqlStatOutgoing = store.SQL(`SELECT o.id, o.number_text, o.subject, o.type_name, o.state, o.numbered_us AS begun_us, o.signed_us, o.issued_us, o.unit_id, o.unit_name, o.drafter_id, o.drafter_name
		FROM documents_outgoing o WHERE ` + outgoingSeen + ` AND o.numbered_us >= $10 AND o.numbered_us < $11 AND o.number > 0 ORDER BY o.numbered_us, o.id`)
)

type statIn struct {
	ID         int64
	Arrival    int64  `db:"arrival_number"`
	Code       string `db:"number_text"`
	Notation   string
	Subject    string
	SenderName string
	TypeName   string
	State      InState
	Begun      store.Instant `db:"begun_us"`
	Done       store.Instant `db:"done_us"`
	Due        calendar.Date
	UnitID     int64
	PersonID   int64
	PersonName string
}

type statOut struct {
	ID          int64
	NumberText  string
	Subject     string
	TypeName    string
	State       State
	Begun       store.Instant `db:"begun_us"`
	Signed      store.Instant `db:"signed_us"`
	Issued      store.Instant `db:"issued_us"`
	UnitID      int64
	UnitName    string
	DrafterID   int64
	DrafterName string
}

func (f *StatForm) complete(now calendar.Date) error {
	var p store.Problems
	if f.Direction == "" {
		f.Direction = IncomingBook
	}
	if f.Group == "" {
		f.Group = ByUnit
	}
	if f.From.IsZero() {
		f.From = calendar.NewDate(now.Year(), 1, 1)
	}
	if f.To.IsZero() {
		f.To = now
		if f.To.Before(f.From) {
			f.To = f.From
		}
	}
	if f.Days == nil {
		f.Days = calendar.Default()
	}
	if f.Direction != IncomingBook && f.Direction != OutgoingBook || !contains(StatGroups, f.Group) || f.Outcome != "" && !contains(StatOutcomes, f.Outcome) {
		p.Add("group", "Không có số liệu theo cách này. Hãy chọn lại.")
	}
	if !f.From.Valid() || !f.To.Valid() || f.To.Before(f.From) || f.From.DaysUntil(f.To) > mostCountedDays {
		p.Add("to", "Kỳ số liệu phải từ ngày đầu đến ngày cuối và không dài quá hai năm.")
	}
	return p.Err()
}

// statRows reads the documents of a period that the actor may see, each with its outcome.
func statRows(ctx context.Context, r store.Reader, a store.Actor, f StatForm, each func(StatRow)) error {
	now := nowOf(r)
	from, to := f.From.Time().UnixMicro(), f.To.AddDays(1).Time().UnixMicro()
	if f.Direction == OutgoingBook {
		args, err := outgoingBound(ctx, r, a)
		if err != nil {
			return err
		}
		for v, err := range store.Each[statOut](ctx, r, sqlStatOutgoing, append(args, from, to)...) {
			if err != nil {
				return err
			}
			each(v.row(f, now))
		}
		return nil
	}
	units, err := org.Units(ctx, r, org.AgencyID(a.Agency))
	if err != nil {
		return err
	}
	names := map[int64]string{}
	for _, u := range units {
		names[int64(u.ID)] = u.Name
	}
	args := append(append([]any{a.Agency, from}, incomingBound(r, a)...), to)
	for v, err := range store.Each[statIn](ctx, r, sqlStatIncoming, args...) {
		if err != nil {
			return err
		}
		row := v.row(f, now)
		row.UnitName = names[row.Unit]
		each(row)
	}
	return nil
}

func (v statIn) row(f StatForm, now calendar.Date) StatRow {
	s := StatRow{Ref: IncomingRef(v.ID), Code: joinCode(v.Code, v.Notation), Subject: v.Subject, Party: v.SenderName, TypeName: v.TypeName, Unit: v.UnitID, Person: v.PersonID, Who: v.PersonName,
		Begun: today(v.Begun), Due: v.Due, Worked: -1}
	if v.Done != 0 {
		s.Done = today(v.Done)
	}
	s.judge(f, now, v.State == Recalled || v.State == Refused)
	return s
}

// row: an outgoing document is due by the working day after its signature (D9.2).
func (v statOut) row(f StatForm, now calendar.Date) StatRow {
	s := StatRow{Ref: OutgoingRef(v.ID), Code: v.NumberText, Subject: v.Subject, TypeName: v.TypeName, Unit: v.UnitID, UnitName: v.UnitName, Person: v.DrafterID, Who: v.DrafterName,
		Begun: today(v.Begun), Worked: -1}
	if v.Signed != 0 {
		s.Due = f.Days.NextWorking(today(v.Signed))
	}
	if v.Issued != 0 {
		s.Done = today(v.Issued)
	}
	s.judge(f, now, v.State == Cancelled)
	return s
}

// judge gives the document its one outcome.
func (s *StatRow) judge(f StatForm, now calendar.Date, void bool) {
	switch {
	case void:
		s.Outcome = StatCancelled
	case s.Done != "" && !s.Due.IsZero() && s.Done.After(s.Due):
		s.Outcome = StatLate
	case s.Done != "":
		s.Outcome = StatOnTime
	case !s.Due.IsZero() && now.After(s.Due):
		s.Outcome = StatOverdue
	default:
		s.Outcome = StatOpen
	}
	if s.Done != "" {
		s.Worked = f.Days.WorkingBetween(s.Begun, s.Done)
	}
}

// key is the row of the table that the document counts in.
func (s StatRow) key(group string) (key, name string) {
	switch group {
	case ByPerson:
		return fmt.Sprint(s.Person), s.Who
	case ByType:
		return i18n.Fold(s.TypeName), s.TypeName
	case ByMonth:
		return string(s.Begun)[:7], "Tháng " + string(s.Begun)[5:7] + "/" + string(s.Begun)[:4]
	}
	return fmt.Sprint(s.Unit), s.UnitName
}

func (f StatForm) takes(s StatRow) bool {
	if f.Type != "" && i18n.Fold(s.TypeName) != i18n.Fold(f.Type) || f.Outcome != "" && s.Outcome != f.Outcome {
		return false
	}
	key, _ := s.key(f.Group)
	return f.Key == "" || f.Key == key
}

// Count gives the figures of a period for what the actor may see, grouped, with their sum: by unit, person, type or month.
func Count(ctx context.Context, r store.Reader, a store.Actor, f StatForm) (*Statistics, error) {
	if err := f.complete(nowOf(r)); err != nil {
		return nil, err
	}
	groups, worked := map[string]*Figures{}, map[string][]int{}
	sum, all := Figures{By: map[string]int{}}, []int{}
	err := statRows(ctx, r, a, f, func(s StatRow) {
		if !f.takes(s) {
			return
		}
		key, name := s.key(f.Group)
		g := groups[key]
		if g == nil {
			g = &Figures{Key: key, Name: name, By: map[string]int{}}
			groups[key] = g
		}
		g.Total++
		g.By[s.Outcome]++
		sum.Total++
		sum.By[s.Outcome]++
		if s.Worked >= 0 && s.Outcome != StatCancelled {
			worked[key], all = append(worked[key], s.Worked), append(all, s.Worked)
		}
	})
	if err != nil {
		return nil, err
	}
	out := &Statistics{Form: f, Sum: sum}
	out.Sum.measure(all)
	for key, g := range groups {
		g.measure(worked[key])
		out.Rows = append(out.Rows, *g)
	}
	slices.SortFunc(out.Rows, func(x, y Figures) int {
		if f.Group == ByMonth {
			return i18n.Compare(x.Key, y.Key)
		}
		if c := i18n.Compare(x.Name, y.Name); c != 0 {
			return c
		}
		return i18n.Compare(x.Key, y.Key)
	})
	return out, nil
}

// measure gives the mean and the median of working days.
func (g *Figures) measure(days []int) {
	if g.Measured = len(days); g.Measured == 0 {
		return
	}
	sort.Ints(days)
	total := 0
	for _, d := range days {
		total += d
	}
	g.Mean = float64(total) / float64(len(days))
	g.Median = float64(days[(len(days)-1)/2]+days[len(days)/2]) / 2
}

// Counted lists the documents that a figure counts: the same query, the same outcome (N8). It stops at MostCounted rows.
func Counted(ctx context.Context, r store.Reader, a store.Actor, f StatForm) (rows []StatRow, total int, err error) {
	if err := f.complete(nowOf(r)); err != nil {
		return nil, 0, err
	}
	err = statRows(ctx, r, a, f, func(s StatRow) {
		if !f.takes(s) {
			return
		}
		if total++; total <= MostCounted {
			rows = append(rows, s)
		}
	})
	return rows, total, err
}

var (
	reportTitles = map[string]string{IncomingBook: "Báo cáo tình hình giải quyết văn bản đến", OutgoingBook: "Báo cáo tình hình giải quyết văn bản đi"}
	groupHeads   = map[string]string{ByUnit: "Đơn vị", ByPerson: "Cá nhân", ByType: "Loại văn bản", ByMonth: "Thời gian"}
)

// StatGroupLabel is a grouping in Vietnamese, a key of i18n.
func StatGroupLabel(group string) string { return groupHeads[group] }

// ReportTitle is the legal name of a report, a key of i18n (V64, V66).
func ReportTitle(direction string) string { return reportTitles[direction] }

// Report gives the report on how documents are handled in a period (V64, V66) with its sum, ready for PDF, XLSX or DOCX.
func Report(ctx context.Context, r store.Reader, a store.Actor, f StatForm) (*Sheet, error) {
	st, err := Count(ctx, r, a, f)
	if err != nil {
		return nil, err
	}
	f = st.Form
	columns := []paper.Column{{Head: "STT", Share: 4, Centred: true}, {Head: groupHeads[f.Group], Share: 26}, {Head: "Tổng số", Share: 8, Centred: true}}
	for _, o := range StatOutcomes {
		columns = append(columns, paper.Column{Head: statLabels[f.Direction][o], Share: 9, Centred: true})
	}
	columns = append(columns, paper.Column{Head: "Tỷ lệ đúng hạn", Share: 8, Centred: true}, paper.Column{Head: "Ngày làm việc trung vị", Share: 8, Centred: true}, paper.Column{Head: "Ngày làm việc trung bình", Share: 8, Centred: true})
	sheet, err := cover(ctx, r, a, reportTitles[f.Direction], f.From.Year(), Span{From: f.From, To: f.To}, columns)
	if err != nil {
		return nil, err
	}
	for i, g := range st.Rows {
		if g.Name == "" {
			g.Name = "Chưa xác định"
		}
		sheet.Book.Entries = append(sheet.Book.Entries, paper.Entry{Cells: append([]string{fmt.Sprint(i + 1), g.Name}, g.cells()...)})
	}
	sheet.Book.Entries = append(sheet.Book.Entries, paper.Entry{Cells: append([]string{"", "Cộng"}, st.Sum.cells()...)})
	return sheet, nil
}

func (g Figures) cells() []string {
	out := []string{fmt.Sprint(g.Total)}
	for _, o := range StatOutcomes {
		out = append(out, fmt.Sprint(g.By[o]))
	}
	median, mean := "", ""
	if g.Measured > 0 {
		median, mean = i18n.Decimal(i18n.VI, g.Median, 1), i18n.Decimal(i18n.VI, g.Mean, 1)
	}
	return append(out, g.OnTime(), median, mean)
}

// OnTime is the share of what was due by now and done in time, "" when nothing was.
func (g Figures) OnTime() string {
	due := g.By[StatOnTime] + g.By[StatLate] + g.By[StatOverdue]
	if due == 0 {
		return ""
	}
	return i18n.Percent(i18n.VI, float64(g.By[StatOnTime])*100/float64(due))
}
