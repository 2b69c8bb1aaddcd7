package documents

import (
	"context"
	"fmt"
	"strings"

	"congvu/internal/calendar"
	"congvu/internal/org"
	"congvu/internal/paper"
	"congvu/internal/store"
)

// entryRow is a row of the register of incoming documents (D7.2).
type entryRow struct {
	Number      int64
	IncomingID  int64
	At          store.Instant `db:"at_us"`
	Mark        string
	MarkReason  string
	State       InState
	SenderName  string
	Code        string `db:"number_text"`
	Notation    string
	IssuedDate  calendar.Date
	ArrivedDate calendar.Date
	TypeName    string
	Subject     string
	LeadName    string
	Forwarded   store.Instant `db:"forwarded_us"`
	Paper       bool          `db:"paper_received"`
	RecalledAt  store.Instant `db:"recalled_us"`
	Hidden      bool          // from who reads the register: he may not see the document
	Ties        string        `db:"-"` // what replaces, amends or corrects it
}

var sqlEntries = store.SQL(`WITH n AS (SELECT agency_id, number, incoming_id, at_us, mark, mark_reason FROM documents_arrival_numbers WHERE agency_id = $1 AND register = $2)
	SELECT n.number, n.incoming_id, n.at_us, n.mark, n.mark_reason, d.state, d.sender_name, d.number AS number_text, d.notation, d.issued_date, d.arrived_date, d.type_name,
		d.subject, d.lead_name, d.paper_received, d.recalled_us, CASE WHEN ` + incomingSeen + ` THEN FALSE ELSE TRUE END AS hidden, CASE WHEN d.submitted_us > 0 THEN d.submitted_us ELSE COALESCE(
			(SELECT min(l.at_us) FROM documents_lines l WHERE l.agency_id = d.agency_id AND l.incoming_id = d.id), 0) END AS forwarded_us
	FROM n JOIN documents_incoming d ON d.agency_id = n.agency_id AND d.id = n.incoming_id
	WHERE n.number >= $11 AND n.number <= $12 AND n.at_us >= $13 AND n.at_us < $14 ORDER BY n.number LIMIT $15`)

func (e entryRow) entry() paper.Entry {
	var notes []string
	switch {
	case e.Mark == "cancelled":
		notes = append(notes, "Hủy đăng ký: "+e.MarkReason)
	case e.Mark == "recalled" || e.State == Recalled:
		notes = append(notes, recalledNote(e.RecalledAt, e.MarkReason))
	}
	if e.Ties != "" {
		notes = append(notes, e.Ties)
	}
	if e.Paper {
		notes = append(notes, "Bản giấy")
	}
	forwarded := ""
	if e.Forwarded != 0 {
		forwarded = today(e.Forwarded).Display()
	}
	about := e.Subject
	if e.TypeName != "" {
		about = e.TypeName + ": " + e.Subject
	}
	cells := []string{today(e.At).Display(), fmt.Sprint(e.Number), e.SenderName, joinCode(e.Code, e.Notation), e.IssuedDate.Display(), about, e.LeadName, forwarded, "", strings.Join(notes, "; ")}
	if e.Mark != "" { // the row of a number that is not the document's any more names nobody who has it
		cells[6], cells[7] = "", ""
	}
	void := e.Mark != "" || e.State == Recalled
	if e.Hidden {
		return paper.Entry{Cells: []string{cells[0], cells[1], "", "", "", hiddenWords, "", "", "", ""}, Void: void}
	}
	return paper.Entry{Cells: cells, Void: void}
}

// recalledNote says in a register that a received document was given up, when and why.
func recalledNote(at store.Instant, reason string) string {
	out := "Đã thu hồi"
	if at != 0 {
		out += " ngày " + today(at).Display()
	}
	return strings.TrimSuffix(out+": "+reason, ": ")
}

// HandlingSheet prints the phiếu giải quyết văn bản đến of a document (D12.2, NĐ 30/2020, Phụ lục IV) as PDF: what the leaders of the
// agency said, what the heads of unit said, what the handlers proposed.
func HandlingSheet(ctx context.Context, r store.Reader, a store.Actor, id int64) ([]byte, error) {
	d, err := FindIncoming(ctx, r, a, id)
	if err != nil {
		return nil, err
	}
	dirs, err := store.All[Directed](ctx, r, sqlDirections, a.Agency, id)
	if err != nil {
		return nil, err
	}
	all, err := linesOf(ctx, r, a.Agency, id)
	if err != nil {
		return nil, err
	}
	now := r.(interface{ Now() store.Instant }).Now()
	ag, err := org.AgencyAt(ctx, r, org.AgencyID(a.Agency), today(now))
	if err != nil {
		return nil, err
	}
	out := paper.Book{ParentAgency: ag.ParentName, Agency: ag.Name, Title: "Phiếu giải quyết văn bản đến", Year: today(d.ArrivedAt).Year(), Made: now.Time(),
		From: d.ArrivedDate.Time(), To: now.Time().In(calendar.Hanoi),
		Columns:   []paper.Column{{Head: "Phần", Share: 14}, {Head: "Người ghi", Share: 16}, {Head: "Giao cho", Share: 22}, {Head: "Ý kiến", Share: 30}, {Head: "Thời hạn", Share: 9, Centred: true}, {Head: "Ngày", Share: 9, Centred: true}},
		PrintNote: "In từ hệ thống lúc " + now.Time().In(calendar.Hanoi).Format("15:04 02/01/2006")}
	if d.ArrivalNumber != 0 {
		out.FirstNumber, out.LastNumber = fmt.Sprint(d.ArrivalNumber), fmt.Sprint(d.ArrivalNumber)
	}
	add := func(void bool, cells ...string) {
		out.Entries = append(out.Entries, paper.Entry{Cells: cells, Void: void})
	}
	add(false, "Văn bản", d.SenderName, joinCode(d.Number, d.Notation)+" ngày "+d.IssuedDate.Display(), d.Subject, d.DueDate.Display(), d.ArrivedDate.Display())
	for _, dir := range dirs {
		var to []string
		for _, l := range all {
			if l.ParentID == 0 && l.DirectionID == dir.ID {
				to = append(to, l.HolderName+" ("+strings.ToLower(l.Role.Label())+")")
			}
		}
		add(dir.ReplacedBy != 0, "1. Lãnh đạo cơ quan", dir.LeaderName, strings.Join(to, "\n"), dir.Opinion, dir.DueDate.Display(), today(dir.At).Display())
	}
	for _, l := range all {
		if l.ParentID != 0 {
			add(l.State == LineRecalled, "2. Lãnh đạo đơn vị", l.FromName, l.HolderName+" ("+strings.ToLower(l.Role.Label())+")", l.Note, l.DueDate.Display(), today(l.At).Display())
		}
	}
	for _, l := range all {
		if l.State == LineDone && l.Result != "" {
			add(false, "3. Người giải quyết", l.HolderName, "", l.Result, "", today(l.DoneAt).Display())
		}
	}
	res, err := paper.Register(out)
	if err != nil {
		return nil, fmt.Errorf("print handling sheet %d: %w", id, err)
	}
	return res.PDF, nil
}

// ArrivalStamp prints the stamp "ĐẾN" of a registered document in its size of 50 × 35 mm, for the paper that came (D7.8, NĐ 30/2020 art. 22, Phụ lục IV):
// number and day, the unit or person who has it. Conflict while it has no arrival number.
func ArrivalStamp(ctx context.Context, r store.Reader, a store.Actor, id int64) ([]byte, error) {
	d, err := FindIncoming(ctx, r, a, id)
	if err != nil {
		return nil, err
	}
	if d.ArrivalNumber == 0 {
		return nil, store.Refuse(store.Conflict, "Văn bản {code} chưa có số đến nên chưa in được dấu đến. Hãy đăng ký văn bản trước.", "code", d.name())
	}
	ag, err := org.AgencyAt(ctx, r, org.AgencyID(a.Agency), d.ArrivedDate)
	if err != nil {
		return nil, err
	}
	res, err := paper.Arrival{Agency: ag.Name, Number: fmt.Sprint(d.ArrivalNumber), Date: today(d.RegisteredAt).Display(), Forward: d.LeadName, Made: instantOf(r).Time()}.Render()
	if err != nil {
		return nil, fmt.Errorf("print arrival stamp %d: %w", id, err)
	}
	return res.PDF, nil
}
