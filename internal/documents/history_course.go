package documents

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"congvu/internal/org"
	"congvu/internal/paper"
	"congvu/internal/store"
)

// Moment is one line of the whole course of a document (V28): an act of its history, a reading, what went out and what came back.
type Moment struct {
	Step
	ID   int64
	Kind MomentKind
}

// MomentKind is what a line of the course is about.
type MomentKind string

// The kinds, in the order in which a document meets them.
const (
	MomentReceive   MomentKind = "receive"
	MomentDirection MomentKind = "direction"
	MomentHandling  MomentKind = "handling"
	MomentDraft     MomentKind = "draft"
	MomentOpinion   MomentKind = "opinion"
	MomentApproval  MomentKind = "approval"
	MomentIssue     MomentKind = "issue"
	MomentDelivery  MomentKind = "delivery"
	MomentRecall    MomentKind = "recall"
	MomentCopy      MomentKind = "copy"
	MomentRights    MomentKind = "rights"
	MomentUpkeep    MomentKind = "upkeep"
	MomentReading   MomentKind = "reading"
)

// MomentKinds lists the kinds with the words people read, keys of i18n.
var MomentKinds = []struct {
	Kind  MomentKind
	Label string
}{
	{MomentReceive, "Tiếp nhận, đăng ký"}, {MomentDirection, "Ý kiến chỉ đạo, chuyển giao"}, {MomentHandling, "Giải quyết"}, {MomentDraft, "Dự thảo"}, {MomentOpinion, "Góp ý"},
	{MomentApproval, "Duyệt nội dung, thể thức"}, {MomentIssue, "Ký, cấp số, ban hành"}, {MomentDelivery, "Gửi, nhận liên thông"}, {MomentRecall, "Thu hồi, thay thế, đính chính"}, {MomentCopy, "Bản sao"},
	{MomentRights, "Quyền, đóng băng"}, {MomentUpkeep, "Dấu thời gian, bảo quản"}, {MomentReading, "Lượt xem, tải, in"},
}

// Label is the kind in Vietnamese, a key of i18n.
func (k MomentKind) Label() string {
	for _, m := range MomentKinds {
		if m.Kind == k {
			return m.Label
		}
	}
	return string(k)
}

// momentOf says to which kind an act of the history belongs. A test finds every act that the room writes here.
var momentOf = map[MomentKind]string{
	MomentReceive:   "arrived entered registered registration_cancelled refused linked digitised enter_paper attached",
	MomentDirection: "submitted_to_leader returned_to_registry directed direction_prepared direction_dropped forwarded line_moved line_recalled chased assigned reassign accept draft_moved taken_over handed_over",
	MomentHandling:  "started completed line_completed line_returned commented reopened extension_asked extension_agreed extension_refused extension_dropped",
	MomentDraft:     "draft revise lay_out upload attach detach withdraw cancel",
	MomentOpinion:   "opine page_comment resolve_comment ask_opinions answer_opinion withdraw_opinions settle_opinion silent",
	MomentApproval:  "submit return approve ask_signer add_step drop_step approval_void waive",
	MomentIssue:     "sign sign_failed number seal issue release add_receivers",
	MomentRecall:    "recall recalled related replaced updated request_received request_declined",
	MomentCopy:      "copied",
	MomentRights:    "grant end_grant restrict freeze unfreeze confirm_rights",
	MomentUpkeep:    "stamp",
}

var kindOfAct = func() map[string]MomentKind {
	all := map[string]MomentKind{}
	for kind, acts := range momentOf {
		for _, act := range strings.Fields(acts) {
			all[act] = kind
		}
	}
	return all
}()

// Course is what is asked of a document's course; zero values mean everything.
type Course struct {
	Kind   MomentKind
	Person int64
	After  string // cursor of Page.Next
	Limit  int    // 1 to 200; 0 = 50
}

// coursePerson is somebody who stands in a document's course.
type coursePerson struct {
	ID  int64 `db:"person_id"`
	Who string
}

// CoursePage is a part of a course, oldest first, and who stands in the whole of it.
type CoursePage struct {
	Page[Moment]
	People []coursePerson
	Reads  bool // readings are in it: they are shown to those who own the document's rights only
}

// tellings are what rooms above know of the course of a document: the parcels that carried it. A room adds its own when the program starts.
var tellings []func(ctx context.Context, r store.Reader, a store.Actor, kind string, id int64) ([]Moment, error)

// TellsCourse lets a room above add to the course of documents. It is asked only for who may see the document.
func TellsCourse(f func(ctx context.Context, r store.Reader, a store.Actor, kind string, id int64) ([]Moment, error)) {
	tellings = append(tellings, f)
}

// said words what stands in the journal alone: acts on files that change nothing of the document, and that the pages of history leave out.
var momentWords = map[string]struct {
	kind MomentKind
	text string
}{
	"document.preserved":         {MomentUpkeep, "Tạo bản bảo quản lâu dài của tệp đã ký."},
	"document.preserve_failed":   {MomentUpkeep, "Chưa tạo được bản bảo quản lâu dài."},
	"document.verdict_worsened":  {MomentUpkeep, "Kiểm tra lại chữ ký số: kết quả xấu hơn lúc trước."},
	"document.verdict_recovered": {MomentUpkeep, "Kiểm tra lại chữ ký số: kết quả tốt trở lại."},
	"document.signing_prepared":  {MomentIssue, "Chuẩn bị tệp để ký trên thiết bị của người ký."},
	"document.signing_cancelled": {MomentIssue, "Bỏ lần ký trên thiết bị."},
	"document.opinion_file":      {MomentOpinion, "Kèm tệp vào ý kiến."},
	"document.transcribed":       {MomentUpkeep, "Nhận dạng chữ trong tệp."},
}

var (
	sqlCourseSteps = store.SQL(`SELECT id, at_us, act, person_id, holding_id, for_id, who, post, what, note, late, version FROM documents_history
		WHERE agency_id = $1 AND ref = $2 AND (at_us > $3 OR at_us = $3 AND id > $4) AND (CAST($5 AS BIGINT) = 0 OR person_id = $5) ORDER BY at_us, id LIMIT $6`)
	sqlCourseReadings = store.SQL(`SELECT c.id, c.at_us, c.what AS act, c.person_id, c.holding_id, c.for_id, c.who, c.post, COALESCE(f.name, '') AS note FROM documents_accesses c
		LEFT JOIN documents_files f ON f.agency_id = c.agency_id AND f.id = c.file_id
		WHERE c.agency_id = $1 AND c.ref_kind = $2 AND c.ref_id = $3 AND (c.at_us > $4 OR c.at_us = $4 AND c.id > $5) AND (CAST($6 AS BIGINT) = 0 OR c.person_id = $6) ORDER BY c.at_us, c.id LIMIT $7`)
	sqlCourseJournal = store.SQL(`SELECT j.id, j.at_us, j.verb AS act, j.person_id, j.holding AS holding_id, j.for_id, COALESCE(p.name, '') AS who, COALESCE(h.title, '') AS post FROM store_journal j
		LEFT JOIN org_holdings h ON h.agency_id = j.agency_id AND h.id = j.holding LEFT JOIN org_people p ON p.id = j.person_id
		WHERE j.ref = $1 AND j.agency_id = $2 AND (j.at_us > $3 OR j.at_us = $3 AND j.id > $4) AND (CAST($5 AS BIGINT) = 0 OR j.person_id = $5)
		AND j.verb IN ('document.preserved', 'document.preserve_failed', 'document.verdict_worsened', 'document.verdict_recovered', 'document.signing_prepared', 'document.signing_cancelled', 'document.opinion_file', 'document.transcribed')
		ORDER BY j.at_us, j.id LIMIT $6`)
	sqlCoursePeople  = store.SQL(`SELECT person_id, max(who) AS who FROM documents_history WHERE agency_id = $1 AND ref = $2 AND person_id <> 0 GROUP BY person_id ORDER BY person_id LIMIT 500`)
	sqlCourseReaders = store.SQL(`SELECT person_id, max(who) AS who FROM documents_accesses WHERE agency_id = $1 AND ref_kind = $2 AND ref_id = $3 GROUP BY person_id ORDER BY person_id LIMIT 500`)
	sqlCourseOrder   = store.SQL(`SELECT id FROM documents_assignments WHERE agency_id = $1 AND outgoing_id = $2 ORDER BY id LIMIT 20`)
)

type courseRow struct {
	ID int64
	stepRow
}

// courseStep is how many rows of one source are read at a time.
const courseStep = 300

// source is one place that the course is read from, in order of time, after a place.
type source func(ctx context.Context, after cursor) ([]Moment, error)

// CourseOf tells the whole course of a document, oldest first, to those who may see it: acts, directions, drafts, opinions, approvals, what was sent and
// answered, and, to those who own its rights, who read it (V28).
func CourseOf(ctx context.Context, r store.Reader, a store.Actor, ref string, f Course) (*CoursePage, error) {
	kind, id, err := ParseRef(ref)
	if err == nil {
		err = owners[kind].sees(ctx, r, a, id)
	}
	if err != nil {
		return nil, err
	}
	at, err := courseFrom(f)
	if err != nil {
		return nil, err
	}
	p := &CoursePage{Reads: OwnsAccess(ctx, r, a, ref)}
	if p.People, err = courseNames(ctx, r, a, ref, kind, id, p.Reads); err != nil {
		return nil, err
	}
	all, err := courseSources(ctx, r, a, ref, kind, id, f, p.Reads)
	if err != nil {
		return nil, err
	}
	limit := limited(f.Limit)
	rows, err := mergeCourse(ctx, all, at, f, limit+1)
	if err != nil {
		return nil, err
	}
	p.Page = paged(rows, at, limit, func(m Moment) (int64, int64) { return int64(m.At), m.ID })
	p.Prev = ""
	return p, nil
}

// courseFrom reads what is asked: the course runs forward in time, so its beginning is the least place.
func courseFrom(f Course) (cursor, error) {
	if f.Kind != "" && !slices.ContainsFunc(MomentKinds, func(k struct {
		Kind  MomentKind
		Label string
	}) bool {
		return k.Kind == f.Kind
	}) {
		return cursor{}, store.RefuseField("kind", "Không có loại việc này trong lịch sử. Hãy chọn lại.")
	}
	if f.After == "" {
		return cursor{At: math.MinInt64, ID: math.MinInt64}, nil
	}
	c, err := parseCursor(f.After)
	return cursor{At: c.At, ID: c.ID}, err
}

func courseNames(ctx context.Context, r store.Reader, a store.Actor, ref, kind string, id int64, reads bool) ([]coursePerson, error) {
	all, err := store.All[coursePerson](ctx, r, sqlCoursePeople, a.Agency, ref)
	if err == nil && reads {
		var readers []coursePerson
		readers, err = store.All[coursePerson](ctx, r, sqlCourseReaders, a.Agency, kind, id)
		all = append(all, readers...)
	}
	slices.SortStableFunc(all, func(x, y coursePerson) int { return cmp.Or(cmp.Compare(x.Who, y.Who), cmp.Compare(x.ID, y.ID)) })
	return slices.CompactFunc(all, func(x, y coursePerson) bool { return x.ID == y.ID }), err
}

// courseSources are the places that may hold what is asked.
func courseSources(ctx context.Context, r store.Reader, a store.Actor, ref, kind string, id int64, f Course, reads bool) ([]source, error) {
	var all []source
	if f.Kind != MomentReading {
		refs := []string{ref}
		if kind == "outgoing" { // the order to draft it is a part of its course, for those who see the order
			orders, err := store.All[struct{ ID int64 }](ctx, r, sqlCourseOrder, a.Agency, id)
			if err != nil {
				return nil, err
			}
			for _, o := range orders {
				if order := refOf("assignment", o.ID); mayRead(ctx, r, a, order) == nil {
					refs = append(refs, order)
				}
			}
		}
		for _, of := range refs {
			all = append(all, stepsAfter(r, a, of, f.Person))
		}
		all = append(all, journalAfter(r, a, ref, f.Person))
		for _, tell := range tellings {
			told, err := tell(ctx, r, a, kind, id)
			if err != nil {
				return nil, err
			}
			slices.SortFunc(told, byTime)
			all = append(all, func(_ context.Context, after cursor) ([]Moment, error) {
				from := slices.IndexFunc(told, func(m Moment) bool { return laterThan(m, after) })
				if from < 0 {
					return nil, nil
				}
				return told[from:min(from+courseStep, len(told))], nil
			})
		}
	}
	if reads && (f.Kind == "" || f.Kind == MomentReading) {
		all = append(all, readingsAfter(r, a, kind, id, f.Person))
	}
	return all, nil
}

func stepsAfter(r store.Reader, a store.Actor, ref string, person int64) source {
	return func(ctx context.Context, after cursor) ([]Moment, error) {
		rows, err := store.All[courseRow](ctx, r, sqlCourseSteps, a.Agency, ref, after.At, after.ID, person, courseStep)
		out := make([]Moment, len(rows))
		for i, row := range rows {
			out[i] = Moment{Step: row.Step, ID: row.ID, Kind: kindOfAct[row.Act]}
			if err := decode(row.WhatJSON, &out[i].What); err != nil {
				return nil, err
			}
		}
		return out, err
	}
}

type plainRow struct {
	ID int64
	Step
}

func readingsAfter(r store.Reader, a store.Actor, kind string, id, person int64) source {
	return func(ctx context.Context, after cursor) ([]Moment, error) {
		rows, err := store.All[plainRow](ctx, r, sqlCourseReadings, a.Agency, kind, id, after.At, after.ID, person, courseStep)
		out := make([]Moment, len(rows))
		for i, row := range rows {
			out[i] = Moment{Step: row.Step, ID: row.ID, Kind: MomentReading}
			out[i].What = store.Message{Text: AccessLabel(row.Act)}
		}
		return out, err
	}
}

func journalAfter(r store.Reader, a store.Actor, ref string, person int64) source {
	return func(ctx context.Context, after cursor) ([]Moment, error) {
		rows, err := store.All[plainRow](ctx, r, sqlCourseJournal, ref, a.Agency, after.At, after.ID, person, courseStep)
		out := make([]Moment, len(rows))
		for i, row := range rows {
			w := momentWords[row.Act]
			out[i] = Moment{Step: row.Step, ID: row.ID, Kind: w.kind}
			out[i].What = store.Message{Text: w.text}
		}
		return out, err
	}
}

func byTime(x, y Moment) int { return cmp.Or(cmp.Compare(x.At, y.At), cmp.Compare(x.ID, y.ID)) }

func laterThan(m Moment, c cursor) bool {
	return int64(m.At) > c.At || int64(m.At) == c.At && m.ID > c.ID
}

// mergeCourse reads all sources side by side until it has enough, never past a place up to which one of them was not read.
func mergeCourse(ctx context.Context, all []source, at cursor, f Course, enough int) ([]Moment, error) {
	var out []Moment
	for len(out) < enough {
		var batch []Moment
		horizon, more := cursor{At: math.MaxInt64, ID: math.MaxInt64}, false
		for _, next := range all {
			got, err := next(ctx, at)
			if err != nil {
				return nil, err
			}
			if len(got) == courseStep {
				if last := got[len(got)-1]; !laterThan(last, horizon) {
					horizon, more = cursor{At: int64(last.At), ID: last.ID}, true
				}
			}
			batch = append(batch, got...)
		}
		slices.SortFunc(batch, byTime)
		for _, m := range batch {
			if !laterThan(m, horizon) && (f.Kind == "" || m.Kind == f.Kind) && (f.Person == 0 || m.Person == f.Person) {
				out = append(out, m)
			}
		}
		if !more {
			break
		}
		at = horizon
	}
	return out[:min(enough, len(out))], nil
}

// mostCourse bounds the lines of a printed course.
const mostCourse = 20_000

// CourseSheet prints the course of a document as PDF, marked with who took it and when (V28, V44). Conflict when there is more than one print holds.
func CourseSheet(ctx context.Context, r store.Reader, a store.Actor, ref string, f Course) ([]byte, error) {
	kind, id, err := ParseRef(ref)
	if err == nil {
		err = owners[kind].sees(ctx, r, a, id)
	}
	if err != nil {
		return nil, err
	}
	title, err := titles[kind](ctx, r, a.Agency, id)
	if err != nil {
		return nil, err
	}
	f.After = ""
	at, err := courseFrom(f)
	if err != nil {
		return nil, err
	}
	all, err := courseSources(ctx, r, a, ref, kind, id, f, OwnsAccess(ctx, r, a, ref))
	if err != nil {
		return nil, err
	}
	rows, err := mergeCourse(ctx, all, at, f, mostCourse+1)
	if err == nil && len(rows) > mostCourse {
		err = store.Refuse(store.Conflict, "Lịch sử dài hơn {n} dòng nên không in một lần được. Hãy lọc theo loại việc hoặc theo người rồi in.", "n", mostCourse)
	}
	if err != nil {
		return nil, err
	}
	now := instantOf(r)
	ag, err := org.AgencyAt(ctx, r, org.AgencyID(a.Agency), today(now))
	if err != nil {
		return nil, err
	}
	line, err := MarkLine(ctx, r, a)
	if err != nil {
		return nil, err
	}
	out := paper.Book{ParentAgency: ag.ParentName, Agency: ag.Name, Title: "Lịch sử giải quyết văn bản " + title, Year: today(now).Year(), Made: now.Time(), PrintNote: line,
		Columns: []paper.Column{{Head: "STT", Share: 5, Centred: true}, {Head: "Thời điểm", Share: 12, Centred: true}, {Head: "Người thực hiện", Share: 21}, {Head: "Loại việc", Share: 15}, {Head: "Nội dung", Share: 28}, {Head: "Ý kiến, ghi chú", Share: 19}}}
	if len(rows) > 0 {
		out.From, out.To = rows[0].At.Time(), rows[len(rows)-1].At.Time()
	}
	for i, m := range rows {
		note := m.Note
		if m.Late {
			note = strings.TrimPrefix(note+"\n(quá hạn)", "\n")
		}
		out.Entries = append(out.Entries, paper.Entry{Cells: []string{fmt.Sprint(i + 1), minute(m.At), strings.TrimSuffix(orSystem(m.Who)+"\n"+m.Post, "\n"), m.Kind.Label(), inVietnamese(m.What), note}})
	}
	return bookPDF(out)
}

func orSystem(who string) string {
	if who == "" {
		return "Hệ thống"
	}
	return who
}
