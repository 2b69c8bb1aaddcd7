package documents

import (
	"context"
	"fmt"

	"congvu/internal/calendar"
	"congvu/internal/org"
	"congvu/internal/store"
)

// What an agency holds of the registry, as the handover record lists it (I9.1).

// mostLeft bounds each list: a commune holds a few hundred open documents; more than this is a sign that something else is wrong.
const mostLeft = 20_000

type leftIncoming struct {
	ID            int64
	State         InState
	Number        string
	Notation      string
	Subject       string
	SenderName    string
	IssuedDate    calendar.Date
	ArrivedDate   calendar.Date
	ArrivalNumber int64
	DueDate       calendar.Date
	HandleDue     calendar.Date
	LeadName      string
}

type leftDraft struct {
	ID          int64
	State       State
	TypeName    string
	NumberText  string
	Subject     string
	DueDate     calendar.Date
	DrafterName string
	CreatedAt   store.Instant `db:"created_us"`
}

type leftWork struct {
	Number, Notation string
	Subject          string
	HolderName       string
	DueDate          calendar.Date
	At               store.Instant `db:"at_us"`
}

type leftBook struct {
	Name      string
	Direction string
	Year      int
	LockedOn  calendar.Date
	Last      int64
	Used      int64
}

type leftYear struct {
	Year int
	N    int64
}

var (
	sqlLeftIncoming = store.SQL(`SELECT id, state, number, notation, subject, sender_name, issued_date, arrived_date, arrival_number, due_date, handle_due, lead_name FROM documents_incoming
		WHERE agency_id = $1 AND state IN ('arrived', 'registered', 'assigned', 'in_progress') AND stage <> 'linked' ORDER BY arrived_us, id LIMIT $2`)
	sqlLeftOutgoing = store.SQL(`SELECT id, state, type_name, number_text, subject, due_date, drafter_name, created_us FROM documents_outgoing
		WHERE agency_id = $1 AND state NOT IN ('issued', 'cancelled') ORDER BY created_us, id LIMIT $2`)
	sqlLeftWork = store.SQL(`SELECT d.number, d.notation, d.subject, l.holder_name, l.due_date, l.at_us FROM documents_lines l JOIN documents_incoming d ON d.agency_id = l.agency_id AND d.id = l.incoming_id
		WHERE l.agency_id = $1 AND l.box IN ('to_do', 'coordinating', 'forwarded') AND d.state IN ('registered', 'assigned', 'in_progress') ORDER BY l.due_date, l.id LIMIT $2`)
	sqlLeftBooks = store.SQL(`SELECT b.name, b.direction, b.year, b.locked_on,
		CASE b.direction WHEN 'incoming' THEN (SELECT CAST(COALESCE(max(n.number), 0) AS BIGINT) FROM documents_arrival_numbers n WHERE n.agency_id = b.agency_id AND n.register = b.id)
			ELSE (SELECT CAST(COALESCE(max(n.number), 0) AS BIGINT) FROM documents_numbers n WHERE n.agency_id = b.agency_id AND n.register_id = b.id) END AS last,
		CASE b.direction WHEN 'incoming' THEN (SELECT CAST(count(*) AS BIGINT) FROM documents_arrival_numbers n WHERE n.agency_id = b.agency_id AND n.register = b.id)
			ELSE (SELECT CAST(count(*) AS BIGINT) FROM documents_numbers n WHERE n.agency_id = b.agency_id AND n.register_id = b.id) END AS used
		FROM documents_registers b WHERE b.agency_id = $1 ORDER BY b.year, b.direction, b.name, b.id`)
	sqlLeftArrived = store.SQL(`SELECT arrival_year AS year, CAST(count(*) AS BIGINT) AS n FROM documents_incoming WHERE agency_id = $1 AND arrival_number > 0 GROUP BY arrival_year ORDER BY arrival_year`)
	sqlLeftIssued  = store.SQL(`SELECT year, CAST(count(*) AS BIGINT) AS n FROM documents_outgoing WHERE agency_id = $1 AND state = 'issued' GROUP BY year ORDER BY year`)
)

func listLeft(ctx context.Context, r store.Reader, agency org.AgencyID) ([]org.Left, error) {
	var out []org.Left
	for _, list := range []func(context.Context, store.Reader, org.AgencyID) ([]org.Left, error){leftVolumes, leftBooks, leftArrivals, leftDrafts, leftTasks, leftSeals} {
		some, err := list(ctx, r, agency)
		if err != nil {
			return nil, err
		}
		out = append(out, some...)
	}
	return out, nil
}

// leftVolumes are the registered and the issued documents, counted by year: they are read where they are (I9.6).
func leftVolumes(ctx context.Context, r store.Reader, agency org.AgencyID) ([]org.Left, error) {
	var out []org.Left
	for _, v := range []struct {
		sql   *store.Stmt
		group string
	}{{sqlLeftArrived, "Văn bản đến đã vào sổ"}, {sqlLeftIssued, "Văn bản đi đã ban hành"}} {
		years, err := store.All[leftYear](ctx, r, v.sql, agency)
		if err != nil {
			return nil, err
		}
		for _, y := range years {
			out = append(out, org.Left{Subject: org.SubjectDocuments, Group: v.group, Title: fmt.Sprintf("Năm %d", y.Year), Count: y.N})
		}
	}
	return out, nil
}

func leftBooks(ctx context.Context, r store.Reader, agency org.AgencyID) ([]org.Left, error) {
	books, err := store.All[leftBook](ctx, r, sqlLeftBooks, agency)
	var out []org.Left
	for _, b := range books {
		l := org.Left{Subject: org.SubjectDocuments, Group: "Sổ đăng ký và số cuối cùng", Title: fmt.Sprintf("%s, năm %d", b.Name, b.Year), Count: b.Used, To: b.LockedOn}
		if b.Last > 0 {
			l.Code = "Số cuối: " + twoDigits(b.Last)
		}
		out = append(out, l)
	}
	return out, err
}

func leftArrivals(ctx context.Context, r store.Reader, agency org.AgencyID) ([]org.Left, error) {
	rows, err := store.All[leftIncoming](ctx, r, sqlLeftIncoming, agency, mostLeft)
	var out []org.Left
	for _, d := range rows {
		l := org.Left{Subject: org.SubjectUnfinished, Group: "Văn bản đến chưa giải quyết xong", Ref: IncomingRef(d.ID), Code: joinCode(d.Number, d.Notation), Title: d.Subject, From: d.ArrivedDate, Count: 1,
			Due: orDue(d.HandleDue, d.DueDate), Holder: d.LeadName, Note: d.SenderName}
		if d.ArrivalNumber > 0 {
			l.Note = fmt.Sprintf("Số đến %d; %s", d.ArrivalNumber, d.SenderName)
		}
		out = append(out, l)
	}
	return out, err
}

func leftDrafts(ctx context.Context, r store.Reader, agency org.AgencyID) ([]org.Left, error) {
	rows, err := store.All[leftDraft](ctx, r, sqlLeftOutgoing, agency, mostLeft)
	var out []org.Left
	for _, d := range rows {
		out = append(out, org.Left{Subject: org.SubjectUnfinished, Group: "Dự thảo văn bản đi", Ref: OutgoingRef(d.ID), Code: d.NumberText, Title: d.TypeName + ": " + d.Subject, From: today(d.CreatedAt), Count: 1,
			Due: d.DueDate, Holder: d.DrafterName, Note: d.State.Label()})
	}
	return out, err
}

// leftTasks are the parts of work that people and units hold: they go with their documents.
func leftTasks(ctx context.Context, r store.Reader, agency org.AgencyID) ([]org.Left, error) {
	rows, err := store.All[leftWork](ctx, r, sqlLeftWork, agency, mostLeft)
	var out []org.Left
	for _, l := range rows {
		out = append(out, org.Left{Subject: org.SubjectUnfinished, Group: "Phần việc đang giao", Code: joinCode(l.Number, l.Notation), Title: l.Subject, From: today(l.At), Count: 1, Due: l.DueDate, Holder: l.HolderName})
	}
	return out, err
}

func leftSeals(ctx context.Context, r store.Reader, agency org.AgencyID) ([]org.Left, error) {
	all, err := store.All[Certificate](ctx, r, sqlCertificates, agency)
	var out []org.Left
	for _, c := range all {
		if c.State != "active" {
			continue
		}
		group := "Chứng thư số của cá nhân"
		if c.OwnerKind == OwnerAgency {
			group = "Con dấu, chứng thư số của cơ quan"
		}
		out = append(out, org.Left{Subject: org.SubjectAssets, Group: group, Code: c.Serial, Title: c.Subject, From: today(c.ValidFrom), To: today(c.ValidTo), Count: 1})
	}
	return out, err
}
