package documents

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"slices"
	"strings"

	"congvu/internal/calendar"
	"congvu/internal/org"
	"congvu/internal/paper"
	"congvu/internal/store"
)

// HandoverTotal is how much of one list an agency hands over.
type HandoverTotal struct {
	Group string `json:"group"`
	Rows  int    `json:"rows"`
	Count int64  `json:"count"`
}

// Handover is the record by which an agency that ends hands over to one that takes over (biên bản bàn giao, identity.md §9): made with its lists, signed by both
// sides, kept with the decision.
type Handover struct {
	ID               int64
	ReorganisationID org.ReorganisationID
	OldID, NewID     org.AgencyID
	OldName, NewName string
	Title, Reference string // of the decision
	Effective        calendar.Date
	State            string // open, signed by both, replaced by a later one
	FileID           int64
	Lists            string          // digest of the lists as they were
	TotalsJSON       store.JSON      `db:"totals"`
	Totals           []HandoverTotal `db:"-"`
	MadeAt           store.Instant   `db:"made_us"`
	MadeName         string
	GivenAt          store.Instant `db:"given_us"`
	GivenBy          int64
	GivenName        string
	GivenTitle       string
	TakenAt          store.Instant `db:"taken_us"`
	TakenBy          int64
	TakenName        string
	TakenTitle       string
}

// States of a handover record.
const (
	HandoverOpen     = "open"
	HandoverSigned   = "signed"
	HandoverReplaced = "replaced"
)

// HandoverLabel is a state in Vietnamese, a key of i18n.
func HandoverLabel(state string) string {
	return map[string]string{HandoverOpen: "Chờ hai bên ký", HandoverSigned: "Hai bên đã ký", HandoverReplaced: "Đã lập biên bản khác thay thế"}[state]
}

func (h *Handover) ref() string { return fmt.Sprintf("handover/%d", h.ID) }

const handoverColumns = `id, reorganisation_id, old_id, new_id, old_name, new_name, title, reference, effective, state, file_id, lists, totals, made_us, made_name, given_us, given_by, given_name, given_title, taken_us, taken_by, taken_name, taken_title`

var (
	sqlPutHandover = store.SQL(`INSERT INTO documents_handovers (` + handoverColumns + `) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'open', $10, $11, $12, $13, $14, 0, 0, '', '', 0, 0, '', '')`)
	sqlHandovers   = store.SQL(`SELECT ` + handoverColumns + ` FROM documents_handovers WHERE (CAST($1 AS BOOLEAN) OR old_id = $2 OR new_id = $2) ORDER BY id DESC LIMIT 2000`)
	sqlHandover    = store.SQL(`SELECT ` + handoverColumns + ` FROM documents_handovers WHERE id = $1 AND (CAST($2 AS BOOLEAN) OR old_id = $3 OR new_id = $3)`)
	sqlStanding    = store.SQL(`SELECT ` + handoverColumns + ` FROM documents_handovers WHERE reorganisation_id = $1 AND old_id = $2 AND new_id = $3 AND state <> 'replaced'`)
	sqlReplaceHand = store.SQL(`UPDATE documents_handovers SET state = 'replaced' WHERE id = $1 AND state = 'open'`)
	sqlSignHand    = store.SQL(`UPDATE documents_handovers SET state = $1, given_us = $2, given_by = $3, given_name = $4, given_title = $5, taken_us = $6, taken_by = $7, taken_name = $8, taken_title = $9
		WHERE id = $10 AND state = 'open' AND given_us = $11 AND taken_us = $12`)
)

// SeesHandovers tells who keeps records of handing over: the system's administrator, and registry, head and administrator of the two agencies.
func SeesHandovers(a store.Actor) bool {
	return org.MayShapeCity(a) || a.Agency != 0 && a.Roles.Has(store.Clerk|store.Leader|store.Head|store.AgencyAdmin)
}

func errNoHandover() error {
	return store.Refuse(store.NotFound, "Không tìm thấy biên bản bàn giao này.")
}

func (h *Handover) complete() error { return decode(h.TotalsJSON, &h.Totals) }

// Handovers lists the records that concern the actor's agency, for the system's administrator all; the latest first.
func Handovers(ctx context.Context, r store.Reader, a store.Actor) ([]Handover, error) {
	if !SeesHandovers(a) {
		return nil, errNoHandover()
	}
	all, err := store.All[Handover](ctx, r, sqlHandovers, org.MayShapeCity(a), a.Agency)
	for i := range all {
		if err == nil {
			err = all[i].complete()
		}
	}
	return all, err
}

// FindHandover gives one of them; NotFound outside of these bounds.
func FindHandover(ctx context.Context, r store.Reader, a store.Actor, id int64) (*Handover, error) {
	if !SeesHandovers(a) {
		return nil, errNoHandover()
	}
	h, ok, err := store.Maybe[Handover](ctx, r, sqlHandover, id, org.MayShapeCity(a), a.Agency)
	if err == nil && !ok {
		err = errNoHandover()
	}
	if err == nil {
		err = h.complete()
	}
	return &h, err
}

// HandoverForm names the two sides of a record.
type HandoverForm struct {
	Reorganisation org.ReorganisationID
	Old, New       org.AgencyID
}

// MakeHandover makes the record of what one agency hands over to another by an approved decision, as PDF and DOCX with all lists (I9.1). An earlier record that
// not both sides have signed is replaced. Conflict once both have.
func MakeHandover(ctx context.Context, d *Desk, a store.Actor, f HandoverForm) (*Handover, error) {
	if !SeesHandovers(a) || !org.MayShapeCity(a) && a.Agency != int64(f.Old) && a.Agency != int64(f.New) {
		return nil, errNoHandover()
	}
	h, left, err := gatherHandover(ctx, d.DB, f)
	if err != nil {
		return nil, err
	}
	if a.Holding != 0 {
		if h.MadeName, err = personName(ctx, d.DB, a, today(d.DB.Now())); err != nil {
			return nil, err
		}
	}
	h.MadeAt = d.DB.Now()
	pdf, err := h.print(ctx, d.DB, left)
	if err != nil {
		return nil, err
	}
	file, err := KeepFile(ctx, d, int64(h.OldID), "bien-ban-ban-giao.pdf", bytes.NewReader(pdf))
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := h.sheet(left).Write(&b, FormatDOCX); err != nil {
		return nil, err
	}
	text, err := KeepFile(ctx, d, int64(h.OldID), "bien-ban-ban-giao.docx", &b)
	if err != nil {
		return nil, err
	}
	err = d.write(ctx, a, func(tx *store.Tx) error {
		was, standing, err := store.Maybe[Handover](ctx, tx, sqlStanding, h.ReorganisationID, h.OldID, h.NewID)
		if err != nil {
			return err
		}
		if standing && was.State == HandoverSigned {
			return store.Refuse(store.Conflict, "Biên bản bàn giao giữa {old} và {new} đã được hai bên ký nên không lập lại được.", "old", h.OldName, "new", h.NewName)
		}
		if standing {
			if err := tx.Put(ctx, sqlReplaceHand, was.ID); err != nil {
				return err
			}
		}
		h.ID, h.State = tx.NewID(), HandoverOpen
		file.Main = true
		if file, err = putFile(ctx, tx, int64(h.OldID), h.ref(), file); err != nil {
			return err
		}
		text.Ordinal = 1
		if _, err = putFile(ctx, tx, int64(h.OldID), h.ref(), text); err != nil {
			return err
		}
		h.FileID = file.ID
		if err := tx.Put(ctx, sqlPutHandover, h.ID, h.ReorganisationID, h.OldID, h.NewID, h.OldName, h.NewName, h.Title, h.Reference, h.Effective, h.FileID, h.Lists, store.JSONOf(h.Totals), h.MadeAt, h.MadeName); err != nil {
			return err
		}
		return h.record(ctx, tx, "handover.made", store.Say("Biên bản bàn giao từ {old} cho {new} đã được lập, chờ hai bên ký.", "old", h.OldName, "new", h.NewName))
	})
	return h, err
}

// record tells both agencies: their heads are notified.
func (h *Handover) record(ctx context.Context, tx *store.Tx, verb string, text store.Message) error {
	for _, agency := range []org.AgencyID{h.OldID, h.NewID} {
		heads, err := staffWith(ctx, tx, int64(agency), func(x org.Holding) bool { return x.Roles.Has(store.Head) })
		if err != nil {
			return err
		}
		if err := tx.Record(store.Event{Verb: verb, Agency: int64(agency), Ref: h.ref(), Title: h.Title, Text: text, Notify: without(heads, tx.Actor().Person), Data: map[string]any{"old": h.OldID, "new": h.NewID, "lists": h.Lists}}); err != nil {
			return err
		}
	}
	return nil
}

// gatherHandover reads the decision and everything that goes from the one to the other.
func gatherHandover(ctx context.Context, r store.Reader, f HandoverForm) (*Handover, []org.Left, error) {
	re, err := org.FindReorganisation(ctx, r, f.Reorganisation)
	if err != nil {
		return nil, nil, err
	}
	if re.State != org.ReorganisationApproved && re.State != org.ReorganisationExecuted {
		return nil, nil, store.Refuse(store.Conflict, "Chỉ lập biên bản bàn giao khi quyết định đã được duyệt. Quyết định đang ở trạng thái “{state}”.", "state", store.Say(re.State.Label()))
	}
	takers, err := org.Takeovers(ctx, r, re.ID)
	if err != nil {
		return nil, nil, err
	}
	mine := map[org.Subject]bool{}
	for _, t := range takers {
		if t.OldID == f.Old && t.NewID == f.New {
			mine[t.Subject] = true
		}
	}
	if len(mine) == 0 {
		return nil, nil, store.Refuse(store.NotFound, "Quyết định không giao cho cơ quan này tiếp nhận nội dung nào của cơ quan kia.")
	}
	old, err := org.AgencyAt(ctx, r, f.Old, re.Effective.AddDays(-1))
	if err != nil {
		return nil, nil, err
	}
	to, err := org.AgencyAt(ctx, r, f.New, re.Effective)
	if err != nil {
		return nil, nil, err
	}
	all, err := org.LeftBy(ctx, r, f.Old)
	if err != nil {
		return nil, nil, err
	}
	left := slices.DeleteFunc(all, func(l org.Left) bool { return !mine[l.Subject] })
	h := &Handover{ReorganisationID: re.ID, OldID: old.ID, NewID: to.ID, OldName: old.Name, NewName: to.Name, Title: re.Title, Reference: re.Reference, Effective: re.Effective, Lists: digestOf(left), Totals: totalsOf(left)}
	return h, left, nil
}

func digestOf(left []org.Left) string {
	sum := sha256.Sum256([]byte(store.JSONOf(left)))
	return hex.EncodeToString(sum[:])
}

func totalsOf(left []org.Left) []HandoverTotal {
	out := []HandoverTotal{}
	for _, l := range left {
		if len(out) == 0 || out[len(out)-1].Group != l.Group {
			out = append(out, HandoverTotal{Group: l.Group})
		}
		t := &out[len(out)-1]
		t.Rows, t.Count = t.Rows+1, t.Count+l.Count
	}
	return out
}

// HandoverChanged tells whether what is handed over is other now than the record says: then it is to be made again before it is signed.
func HandoverChanged(ctx context.Context, r store.Reader, h *Handover) (bool, error) {
	if h.State != HandoverOpen {
		return false, nil
	}
	now, _, err := gatherHandover(ctx, r, HandoverForm{h.ReorganisationID, h.OldID, h.NewID})
	return err == nil && now.Lists != h.Lists, err
}

var handoverColumnsPrinted = []paper.Column{{Head: "STT", Share: 5, Centred: true}, {Head: "Số, ký hiệu", Share: 13, Centred: true}, {Head: "Nội dung", Share: 34}, {Head: "Thời gian", Share: 12, Centred: true},
	{Head: "Số lượng", Share: 7, Centred: true}, {Head: "Hạn", Share: 9, Centred: true}, {Head: "Người đang giữ", Share: 12}, {Head: "Ghi chú", Share: 12}}

func period(from, to calendar.Date) string {
	switch {
	case from == "" || to == "":
		return from.Display() + to.Display()
	case from == to:
		return from.Display()
	}
	return from.Display() + " - " + to.Display()
}

func handoverCells(n int, l org.Left) []string {
	return []string{fmt.Sprint(n), l.Code, l.Title, period(l.From, l.To), fmt.Sprint(l.Count), l.Due.Display(), l.Holder, l.Note}
}

// print lays the record out (form of Phụ lục V, Biên bản giao nhận; I9.2).
func (h *Handover) print(ctx context.Context, r store.Reader, left []org.Left) ([]byte, error) {
	old, err := org.AgencyAt(ctx, r, h.OldID, h.Effective.AddDays(-1))
	if err != nil {
		return nil, err
	}
	at := h.MadeAt.Time().In(calendar.Hanoi)
	s := paper.Schedule{ParentAgency: old.ParentName, Agency: old.Name, Place: old.Seat, Date: at, Title: "BIÊN BẢN BÀN GIAO", Under: []string{h.Title}, Wide: true, Made: h.MadeAt.Time(), Columns: handoverColumnsPrinted,
		Before: []string{"Căn cứ " + h.Reference + ", có hiệu lực từ ngày " + h.Effective.Display() + ".", "Bên giao: " + h.OldName + ".", "Bên nhận: " + h.NewName + ".",
			"Hai bên bàn giao các nội dung theo danh mục sau, tính đến " + at.Format("15:04") + " ngày " + today(h.MadeAt).Display() + ":"}}
	group, n := "", 0
	for _, l := range left {
		if l.Group != group {
			group, n = l.Group, 0
			t := h.Totals[slices.IndexFunc(h.Totals, func(t HandoverTotal) bool { return t.Group == l.Group })]
			s.Lines = append(s.Lines, paper.Line{Heading: true, Cells: []string{"", "", l.Group, "", fmt.Sprint(t.Count), "", "", ""}})
		}
		n++
		s.Lines = append(s.Lines, paper.Line{Cells: handoverCells(n, l)})
	}
	if len(left) == 0 {
		s.Columns = nil
		s.Before = append(s.Before, "Không có nội dung nào phải bàn giao.")
	}
	for _, t := range h.Totals {
		s.After = append(s.After, fmt.Sprintf("%s: %d dòng, tổng số %d.", t.Group, t.Rows, t.Count))
	}
	s.After = append(s.After, "Sổ đăng ký khóa từ ngày "+h.Effective.Display()+"; số đã cấp không cấp lại. Nội dung chưa giải quyết xong giữ nguyên ngày, hạn ban đầu; việc chậm trước ngày bàn giao thuộc trách nhiệm bên giao.",
		"Biên bản được hai bên ký số; mỗi bên giữ một bản./.")
	s.Parties = []paper.Party{{Title: "ĐẠI DIỆN BÊN GIAO", Hint: "(Ký số)"}, {Title: "ĐẠI DIỆN BÊN NHẬN", Hint: "(Ký số)"}}
	made, err := s.Render()
	if err != nil {
		return nil, fmt.Errorf("print handover: %w", err)
	}
	return made.PDF, nil
}

// sheet is the same as a table for word processors.
func (h *Handover) sheet(left []org.Left) *Sheet {
	s := &Sheet{Name: "bien-ban-ban-giao", Book: paper.Book{Agency: h.OldName, Title: "Biên bản bàn giao cho " + h.NewName, Year: h.Effective.Year(), From: h.Effective.Time(), To: h.Effective.Time(),
		Columns: append([]paper.Column{{Head: "Danh mục", Share: 14}}, handoverColumnsPrinted...), PrintNote: "Căn cứ " + h.Reference + ", có hiệu lực từ ngày " + h.Effective.Display(), Made: h.MadeAt.Time().In(calendar.Hanoi)}}
	for i, l := range left {
		s.Book.Entries = append(s.Book.Entries, paper.Entry{Cells: append([]string{l.Group}, handoverCells(i+1, l)...)})
	}
	return s
}

// Sides of a record.
const (
	SideGiving = "giving"
	SideTaking = "taking"
)

// MaySignHandover tells for which sides the actor signs: a leader of the agency that takes over; of the one that ends a leader, or who led it on its last day (I9.2).
func MaySignHandover(ctx context.Context, r store.Reader, a store.Actor, h *Handover) ([]string, error) {
	var out []string
	if a.For != 0 || a.ReadOnly || a.Person == 0 || h.State != HandoverOpen {
		return nil, nil
	}
	if h.GivenAt == 0 && h.TakenBy != a.Person {
		old, err := org.FindAgency(ctx, r, h.OldID)
		if err != nil {
			return nil, err
		}
		led := a.Agency == int64(h.OldID) && Leads(a)
		if old.State == "closed" {
			last, err := org.Staff(ctx, r, h.OldID, old.ValidTo)
			if err != nil {
				return nil, err
			}
			led = slices.ContainsFunc(last, func(x org.Holding) bool { return int64(x.PersonID) == a.Person && x.Roles.Has(store.Leader|store.Head) })
		}
		if led {
			out = append(out, SideGiving)
		}
	}
	if h.TakenAt == 0 && h.GivenBy != a.Person && a.Agency == int64(h.NewID) && Leads(a) {
		out = append(out, SideTaking)
	}
	return out, nil
}

// SignHandover signs the record for a side, in person, with the certificate that is approved for the signer in that agency. sha is the file that was shown.
// Conflict when that side has signed, or the record or what it lists is another by now; nobody signs for both sides.
func SignHandover(ctx context.Context, d *Desk, a store.Actor, id int64, side, sha string) (*Handover, error) {
	h, err := FindHandover(ctx, d.DB, a, id)
	if err != nil {
		return nil, err
	}
	if h.State != HandoverOpen || side == SideGiving && h.GivenAt != 0 || side == SideTaking && h.TakenAt != 0 {
		return nil, store.Refuse(store.Conflict, "Biên bản đã được bên này ký hoặc đã được thay bằng biên bản khác. Tải lại trang để xem tình trạng mới nhất.")
	}
	sides, err := MaySignHandover(ctx, d.DB, a, h)
	if err != nil {
		return nil, err
	}
	if !contains(sides, side) {
		return nil, store.Refuse(store.Forbidden, "Chỉ lãnh đạo của bên giao và bên nhận ký biên bản bàn giao, mỗi người ký cho một bên.")
	}
	if err := a.Confirmed(d.DB.Now()); err != nil {
		return nil, err
	}
	changed, err := HandoverChanged(ctx, d.DB, h)
	if err == nil && changed {
		err = store.Refuse(store.Conflict, "Danh mục bàn giao đã thay đổi sau khi lập biên bản. Hãy lập lại biên bản rồi ký.")
	}
	if err != nil {
		return nil, err
	}
	f, ok, err := store.Maybe[File](ctx, d.DB, sqlFile, h.OldID, h.FileID)
	if err == nil && !ok {
		err = errNoHandover()
	}
	if err == nil && sha != "" && sha != f.SHA {
		err = errOtherFile()
	}
	if err != nil {
		return nil, err
	}
	return h, h.sign(ctx, d, a, side, f)
}

func (h *Handover) sign(ctx context.Context, d *Desk, a store.Actor, side string, f File) error {
	agency, reason := h.OldID, "Bàn giao: bên giao "+h.OldName
	on := today(d.DB.Now())
	if side == SideTaking {
		agency, reason = h.NewID, "Bàn giao: bên nhận "+h.NewName
	} else if on.After(h.Effective.AddDays(-1)) {
		on = h.Effective.AddDays(-1) // the post that he held on the last day
	}
	staff, err := org.Staff(ctx, d.DB, agency, on)
	if err != nil {
		return err
	}
	at := slices.IndexFunc(staff, func(x org.Holding) bool { return int64(x.PersonID) == a.Person && x.Roles.Has(store.Leader|store.Head) })
	if at < 0 {
		return errNoHandover()
	}
	me := staff[at]
	p, err := d.takePen(ctx, int64(agency), OwnerPerson, a.Person, me.PersonName, paper.SignatureImage)
	if err != nil {
		return err
	}
	req := p.request(d)
	req.Name, req.Reason = me.PersonName, reason
	signed, err := d.signFile(ctx, f, req)
	if err != nil {
		return err
	}
	return d.write(ctx, a, func(tx *store.Tx) error {
		if err := stillThere(ctx, tx, signed, f.SHA, p.bound); err != nil {
			return err
		}
		if err := changeFile(ctx, tx, signed); err != nil {
			return err
		}
		given, taken := h.GivenAt, h.TakenAt
		if side == SideGiving {
			h.GivenAt, h.GivenBy, h.GivenName, h.GivenTitle = tx.Now(), a.Person, me.PersonName, me.Title
		} else {
			h.TakenAt, h.TakenBy, h.TakenName, h.TakenTitle = tx.Now(), a.Person, me.PersonName, me.Title
		}
		if h.GivenAt != 0 && h.TakenAt != 0 {
			h.State = HandoverSigned
		}
		if err := tx.Put(ctx, sqlSignHand, h.State, h.GivenAt, h.GivenBy, h.GivenName, h.GivenTitle, h.TakenAt, h.TakenBy, h.TakenName, h.TakenTitle, h.ID, given, taken); err != nil {
			return err
		}
		return h.record(ctx, tx, "handover.signed", store.Say("{name} đã ký biên bản bàn giao từ {old} cho {new}.", "name", me.PersonName, "old", h.OldName, "new", h.NewName))
	})
}

// HandoverFiles lists the files of a record, the signed PDF first.
func HandoverFiles(ctx context.Context, r store.Reader, a store.Actor, id int64) ([]File, error) {
	h, err := FindHandover(ctx, r, a, id)
	if err != nil {
		return nil, err
	}
	return filesOf(ctx, r, int64(h.OldID), h.ref())
}

// OpenHandover gives the bytes of a record: pdf with the signatures it has, or docx.
func OpenHandover(ctx context.Context, d *Desk, a store.Actor, id int64, format string) (File, io.ReadSeekCloser, error) {
	files, err := HandoverFiles(ctx, d.DB, a, id)
	if err != nil {
		return File{}, nil, err
	}
	for _, f := range files {
		if strings.HasSuffix(f.Name, "."+format) {
			b, err := d.Blobs.Open(ctx, f.SHA)
			return f, b, err
		}
	}
	return File{}, nil, store.Refuse(store.NotFound, "Không tìm thấy nội dung yêu cầu.")
}
