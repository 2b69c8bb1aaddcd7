package documents

import (
	"context"
	"fmt"

	"congvu/internal/store"
)

// The closed book of this room: numbers, what the journal says of them, and rows that name each other. It reads one snapshot in the order of keys and keeps
// nothing but the registers in memory.

// numbersGiven is every number that stands in a register, by which of its books it stands there.
const numbersGiven = `SELECT agency_id, register_id, year, number FROM documents_numbers
	UNION ALL SELECT agency_id, register_id, year, number FROM documents_reservations WHERE state IN ('held', 'released', 'void')
	UNION ALL SELECT agency_id, register_id, year, number FROM documents_secrets
	UNION ALL SELECT agency_id, register_id, year, number FROM documents_copies WHERE number > 0
	UNION ALL SELECT agency_id, register AS register_id, year, number FROM documents_arrival_numbers
	UNION ALL SELECT agency_id, register_id, year, number FROM documents_lost_numbers WHERE state = 'missing'`

var (
	sqlCheckBooks = store.SQL(`SELECT b.agency_id, b.id, b.year, b.name, b.first_number AS first, COALESCE(c.last, 0) AS last FROM documents_registers b
		LEFT JOIN store_counters c ON c.agency_id = b.agency_id AND c.name = 'documents.register/' || b.id AND c.year = b.year ORDER BY b.agency_id, b.id`)
	sqlCheckPacked = store.SQL(`SELECT agency_id, ref || ' ' || name AS ref, CAST(verdict_report AS TEXT) AS stored FROM documents_files WHERE CAST(verdict_report AS TEXT) LIKE '"=z1:%'
		UNION ALL SELECT agency_id, ref || ' ' || no AS ref, CAST(verdict_report AS TEXT) AS stored FROM documents_versions WHERE CAST(verdict_report AS TEXT) LIKE '"=z1:%'
		UNION ALL SELECT agency_id, ref || ' ' || name AS ref, CAST(report AS TEXT) AS stored FROM documents_preservations WHERE CAST(report AS TEXT) LIKE '"=z1:%'`)
	sqlCheckPlaces  = store.SQL(`SELECT agency_id, 'incoming/' || id AS ref, CAST(places AS TEXT) AS stored FROM documents_incoming WHERE CAST(places AS TEXT) LIKE '"=z1:%'`)
	sqlCheckNumbers = store.SQL(numbersGiven + ` ORDER BY agency_id, register_id, year, number`)
)

// oddities are the statements whose rows are faults: agency, reference, what to name. Entries of the journal about documents of others are none of theirs.
var oddities = []struct {
	kind string
	stmt *store.Stmt
	text store.Message
}{
	{"number-document", store.SQL(`SELECT n.agency_id, 'outgoing/' || n.outgoing_id AS ref, n.number || '/' || n.notation AS what FROM documents_numbers n
		LEFT JOIN documents_outgoing o ON o.agency_id = n.agency_id AND o.id = n.outgoing_id
		WHERE o.id IS NULL OR o.number <> n.number OR o.register_id <> n.register_id OR o.year <> n.year`),
		store.Say("Số đi {what} trong sổ không phải số của văn bản {ref}.")},
	{"number-unregistered", store.SQL(`SELECT o.agency_id, 'outgoing/' || o.id AS ref, o.number_text AS what FROM documents_outgoing o WHERE o.number > 0
		AND NOT EXISTS (SELECT 1 FROM documents_numbers n WHERE n.agency_id = o.agency_id AND n.outgoing_id = o.id)
		AND NOT EXISTS (SELECT 1 FROM documents_paper_outgoing p WHERE p.agency_id = o.agency_id AND p.outgoing_id = o.id AND p.suffix <> '')`),
		store.Say("Văn bản {ref} mang số {what} nhưng sổ không có số đó.")},
	{"number-void", store.SQL(`SELECT n.agency_id, 'outgoing/' || n.outgoing_id AS ref, n.number || '/' || n.notation AS what FROM documents_numbers n
		JOIN documents_outgoing o ON o.agency_id = n.agency_id AND o.id = n.outgoing_id WHERE (n.void_reason <> '') <> (o.state = 'cancelled')`),
		store.Say("Số đi {what} và văn bản {ref} không cùng cho biết số này đã bỏ hay còn dùng.")},
	{"number-void", store.SQL(`SELECT agency_id, 'register/' || register_id AS ref, CAST(number AS TEXT) AS what FROM documents_reservations WHERE state = 'void' AND end_reason = ''
		UNION ALL SELECT agency_id, 'incoming/' || incoming_id, CAST(number AS TEXT) FROM documents_arrival_numbers WHERE mark <> '' AND mark_reason = ''`),
		store.Say("Số {what} ({ref}) bị bỏ mà không ghi lý do.")},
	{"number-held", store.SQL(`SELECT v.agency_id, 'register/' || v.register_id AS ref, CAST(v.number AS TEXT) AS what FROM documents_reservations v WHERE v.state = 'used'
		AND NOT EXISTS (SELECT 1 FROM documents_numbers n WHERE n.agency_id = v.agency_id AND n.register_id = v.register_id AND n.year = v.year AND n.number = v.number
			AND n.outgoing_id = v.outgoing_id)`),
		store.Say("Số giữ {what} của {ref} ghi là đã dùng nhưng không văn bản nào mang số đó.")},
	{"number-lost", store.SQL(`SELECT agency_id, 'register/' || register_id AS ref, min(number) || '–' || max(number) AS what FROM documents_lost_numbers WHERE state = 'missing'
		GROUP BY agency_id, register_id`), store.Say("Sổ {ref} tạm dừng cấp số: các số {what} đã cấp trước khi khôi phục mà bản sao lưu không có.")},
	{"number-inserted", store.SQL(`SELECT p.agency_id, 'outgoing/' || p.outgoing_id AS ref, p.number || p.suffix || '/' || p.notation AS what FROM documents_paper_outgoing p
		WHERE p.suffix <> '' AND (NOT p.migrated OR NOT EXISTS (SELECT 1 FROM store_journal j WHERE j.ref = 'outgoing/' || p.outgoing_id AND j.agency_id = p.agency_id
			AND j.verb = 'document.entered_paper'))`),
		store.Say("Số chèn {what} của {ref} không có việc nào trong nhật ký giải thích.")},
	{"arrival-document", store.SQL(`SELECT n.agency_id, 'incoming/' || n.incoming_id AS ref, n.number || '/' || n.year AS what FROM documents_arrival_numbers n
		LEFT JOIN documents_incoming d ON d.agency_id = n.agency_id AND d.id = n.incoming_id
		WHERE n.incoming_id <> 0 AND (d.id IS NULL OR n.mark <> 'cancelled' AND (d.register <> n.register OR d.arrival_year <> n.year OR d.arrival_number <> n.number))`),
		store.Say("Số đến {what} trong sổ không phải số đến của văn bản {ref}.")},
	{"arrival-unregistered", store.SQL(`SELECT d.agency_id, 'incoming/' || d.id AS ref, d.arrival_number || '/' || d.arrival_year AS what FROM documents_incoming d WHERE d.arrival_number > 0
		AND NOT EXISTS (SELECT 1 FROM documents_arrival_numbers n WHERE n.agency_id = d.agency_id AND n.register = d.register AND n.year = d.arrival_year
			AND n.number = d.arrival_number AND n.incoming_id = d.id AND n.mark <> 'cancelled')`),
		store.Say("Văn bản {ref} mang số đến {what} nhưng sổ không có số đó.")},
	{"arrival-twice", store.SQL(`SELECT agency_id, min(packet) AS ref, CAST(count(*) AS TEXT) AS what FROM documents_incoming WHERE packet <> '' GROUP BY agency_id, packet HAVING count(*) > 1`),
		store.Say("Một gói tin được nhận {what} lần: {ref}.")},

	{"journal-number", store.SQL(`SELECT o.agency_id, 'outgoing/' || o.id AS ref, o.number_text AS what FROM documents_outgoing o WHERE o.number > 0
		AND NOT EXISTS (SELECT 1 FROM store_journal j WHERE j.ref = 'outgoing/' || o.id AND j.agency_id = o.agency_id AND j.verb IN ('document.numbered', 'document.entered_paper')
			AND j.title = o.number_text)`),
		store.Say("Số {what} của văn bản {ref} không có việc cấp số nào trong nhật ký.")},
	{"journal-state", store.SQL(`SELECT o.agency_id, 'outgoing/' || o.id AS ref, o.state AS what FROM documents_outgoing o
		WHERE NOT EXISTS (SELECT 1 FROM documents_paper_outgoing p WHERE p.agency_id = o.agency_id AND p.outgoing_id = o.id) AND (
			o.signed_us > 0 AND NOT EXISTS (SELECT 1 FROM store_journal j WHERE j.ref = 'outgoing/' || o.id AND j.agency_id = o.agency_id AND j.verb = 'document.signed')
			OR o.state = 'issued' AND NOT EXISTS (SELECT 1 FROM store_journal j WHERE j.ref = 'outgoing/' || o.id AND j.agency_id = o.agency_id AND j.verb = 'document.issued')
			OR o.state = 'cancelled' AND NOT EXISTS (SELECT 1 FROM store_journal j WHERE j.ref = 'outgoing/' || o.id AND j.agency_id = o.agency_id AND j.verb = 'document.cancelled'))`),
		store.Say("Trạng thái {what} của văn bản {ref} không có việc nào trong nhật ký đưa tới.")},
	{"journal-state", store.SQL(`SELECT d.agency_id, 'incoming/' || d.id AS ref, d.state AS what FROM documents_incoming d
		WHERE NOT EXISTS (SELECT 1 FROM store_journal j WHERE j.ref = 'incoming/' || d.id AND j.agency_id = d.agency_id AND j.verb IN ('document.arrived', 'document.entered', 'document.taken_over'))
			OR d.arrival_number > 0 AND NOT EXISTS (SELECT 1 FROM store_journal j WHERE j.ref = 'incoming/' || d.id AND j.agency_id = d.agency_id AND j.verb = 'document.registered')
			OR d.state = 'refused' AND NOT EXISTS (SELECT 1 FROM store_journal j WHERE j.ref = 'incoming/' || d.id AND j.agency_id = d.agency_id AND j.verb = 'document.refused')
			OR d.state = 'recalled' AND d.twin_of = 0 AND NOT EXISTS (SELECT 1 FROM store_journal j WHERE j.ref = 'incoming/' || d.id AND j.agency_id = d.agency_id AND j.verb = 'document.recalled')`),
		store.Say("Trạng thái {what} của văn bản {ref} không có việc nào trong nhật ký đưa tới.")},
	{"journal-lost", store.SQL(`SELECT j.agency_id, j.ref, j.verb AS what FROM store_journal j
		LEFT JOIN documents_outgoing o ON o.agency_id = j.agency_id AND o.id = CASE WHEN j.ref LIKE 'outgoing/%' THEN CAST(substr(j.ref, 10) AS BIGINT) ELSE 0 END
		WHERE j.ref LIKE 'outgoing/%' AND j.verb IN ('document.drafted', 'document.signed', 'document.numbered', 'document.issued', 'document.entered_paper')
			AND (o.id IS NULL OR j.verb IN ('document.numbered', 'document.entered_paper') AND o.number = 0
				OR j.verb IN ('document.issued', 'document.entered_paper') AND (o.state <> 'issued' OR o.number_text <> j.title))`),
		store.Say("Nhật ký ghi việc {what} của văn bản {ref}, nhưng văn bản không còn hoặc không ở trạng thái, không mang số mà việc đó đưa tới.")},
	{"journal-lost", store.SQL(`SELECT j.agency_id, j.ref, j.verb AS what FROM store_journal j
		LEFT JOIN documents_incoming d ON d.agency_id = j.agency_id AND d.id = CASE WHEN j.ref LIKE 'incoming/%' THEN CAST(substr(j.ref, 10) AS BIGINT) ELSE 0 END
		WHERE j.ref LIKE 'incoming/%' AND j.verb IN ('document.arrived', 'document.entered', 'document.registered')
			AND (d.id IS NULL OR j.verb = 'document.registered' AND d.registered_us = 0
				AND NOT EXISTS (SELECT 1 FROM store_journal k WHERE k.ref = j.ref AND k.agency_id = j.agency_id AND k.id > j.id AND k.verb = 'document.registration_cancelled'))`),
		store.Say("Nhật ký ghi việc {what} của văn bản {ref}, nhưng văn bản không còn hoặc không ở trạng thái, không mang số mà việc đó đưa tới.")},

	{"reference", store.SQL(`SELECT f.agency_id, f.ref, f.name AS what FROM documents_files f
		LEFT JOIN documents_outgoing o ON o.agency_id = f.agency_id AND o.id = CASE WHEN f.ref LIKE 'outgoing/%' THEN CAST(substr(f.ref, 10) AS BIGINT) ELSE 0 END
		LEFT JOIN documents_incoming d ON d.agency_id = f.agency_id AND d.id = CASE WHEN f.ref LIKE 'incoming/%' THEN CAST(substr(f.ref, 10) AS BIGINT) ELSE 0 END
		WHERE f.ref LIKE 'outgoing/%' AND o.id IS NULL OR f.ref LIKE 'incoming/%' AND (d.id IS NULL OR d.state = 'recalled')`),
		store.Say("Tệp {what} thuộc văn bản {ref}, nhưng văn bản không còn hoặc đã thu hồi và hủy.")},
	{"reference", store.SQL(`SELECT o.agency_id, 'outgoing/' || o.id AS ref, o.number_text AS what FROM documents_outgoing o
		WHERE o.state = 'issued' AND NOT EXISTS (SELECT 1 FROM documents_paper_outgoing p WHERE p.agency_id = o.agency_id AND p.outgoing_id = o.id)
			AND NOT EXISTS (SELECT 1 FROM documents_files f JOIN documents_versions v ON v.agency_id = f.agency_id AND v.ref = f.ref AND v.file_id = f.id AND v.sha = f.sha
				WHERE f.agency_id = o.agency_id AND f.id = o.main_file AND f.ref = 'outgoing/' || o.id)`),
		store.Say("Văn bản đã ban hành {what} ({ref}) không có tệp chính, hoặc tệp chính không phải một phiên bản của nó.")},
	{"rights", store.SQL(`SELECT p.agency_id, 'outgoing/' || p.outgoing_id AS ref, 'person/' || p.person_id AS what FROM documents_participants p
			LEFT JOIN documents_outgoing o ON o.agency_id = p.agency_id AND o.id = p.outgoing_id WHERE o.id IS NULL
		UNION ALL SELECT p.agency_id, 'outgoing/' || p.outgoing_id, p.name FROM documents_receivers p
			LEFT JOIN documents_outgoing o ON o.agency_id = p.agency_id AND o.id = p.outgoing_id WHERE o.id IS NULL
		UNION ALL SELECT l.agency_id, 'incoming/' || l.incoming_id, l.holder_name FROM documents_lines l
			LEFT JOIN documents_incoming d ON d.agency_id = l.agency_id AND d.id = l.incoming_id WHERE d.id IS NULL
		UNION ALL SELECT g.agency_id, 'outgoing/' || g.ref_id, 'grant/' || g.id FROM documents_grants g
			LEFT JOIN documents_outgoing o ON o.agency_id = g.agency_id AND o.id = g.ref_id WHERE g.ref_kind = 'outgoing' AND o.id IS NULL
		UNION ALL SELECT g.agency_id, 'incoming/' || g.ref_id, 'grant/' || g.id FROM documents_grants g
			LEFT JOIN documents_incoming d ON d.agency_id = g.agency_id AND d.id = g.ref_id WHERE g.ref_kind = 'incoming' AND d.id IS NULL`),
		store.Say("Quyền hoặc phần việc của {what} chỉ tới văn bản {ref} không còn.")},
	{"rights", store.SQL(`SELECT o.agency_id, 'outgoing/' || o.id AS ref, o.drafter_name AS what FROM documents_outgoing o WHERE o.drafter_id <> 0
		AND NOT EXISTS (SELECT 1 FROM documents_participants p WHERE p.agency_id = o.agency_id AND p.person_id = o.drafter_id AND p.outgoing_id = o.id)`),
		store.Say("Người soạn {what} không có trong danh sách người tham gia văn bản {ref}.")},
}

// Check looks whether what this room keeps agrees with itself and with the journal.
func Check(ctx context.Context, r store.Reader, f *store.Findings) error {
	if err := checkNumbers(ctx, r, f); err != nil {
		return err
	}
	for _, o := range oddities {
		if err := f.Faults(ctx, r, o.kind, o.stmt, o.text); err != nil {
			return err
		}
	}
	if err := f.Packed(ctx, r, sqlCheckPlaces, store.Say("Danh sách nơi nhận của {ref} được lưu ở dạng nén và không mở lại được.")); err != nil {
		return err
	}
	return f.Packed(ctx, r, sqlCheckPacked, store.Say("Kết quả kiểm tra chữ ký của {ref} được lưu ở dạng nén và không mở lại được."))
}

// given is a number that stands in a register.
type given struct {
	AgencyID, RegisterID int64
	Year                 int
	Number               int64
}

// walked is a register while its numbers are walked.
type walked struct {
	AgencyID, ID int64
	Year         int
	Name         string
	First, Last  int64
	high         int64 // the highest number that was met
	met          bool
}

// end is the last number that the counter has given; 0 = none.
func (s *walked) end() int64 {
	if s.Last == 0 {
		return 0
	}
	return s.Last + max(s.First, 1) - 1
}

// checkNumbers walks every register in the order of its numbers (D4.1, D4.10): no gap, none twice, and the counter stands at the last one.
func checkNumbers(ctx context.Context, r store.Reader, f *store.Findings) error {
	books := map[[2]int64]*walked{}
	var order []*walked
	for b, err := range store.Each[walked](ctx, r, sqlCheckBooks) {
		if err != nil {
			return err
		}
		b.high = max(b.First, 1) - 1
		books[[2]int64{b.AgencyID, b.ID}] = &b
		order = append(order, &b)
	}
	for n, err := range store.Each[given](ctx, r, sqlCheckNumbers) {
		if err != nil {
			return err
		}
		f.Saw(1)
		b, ok := books[[2]int64{n.AgencyID, n.RegisterID}]
		if !ok || b.Year != n.Year {
			f.Add("number-register", n.AgencyID, fmt.Sprintf("register/%d", n.RegisterID), store.Say("Số {number} năm {year} thuộc một sổ không có: {ref}.", "number", n.Number, "year",
				fmt.Sprint(n.Year), "ref", fmt.Sprintf("register/%d", n.RegisterID)))
			continue
		}
		b.walk(n.Number, f)
	}
	for _, b := range order {
		if end := b.end(); b.high < end {
			b.gap(b.high+1, end, f)
		} else if b.met && b.high > max(end, b.First-1) {
			f.Add("number-counter", b.AgencyID, b.ref(), store.Say("Bộ đếm của sổ {name} ({ref}) đứng ở số {last}, nhưng sổ đã có số {high}: số sẽ bị cấp lại.", "name", b.Name, "ref", b.ref(),
				"last", b.end(), "high", b.high))
		}
	}
	return nil
}

func (s *walked) ref() string { return fmt.Sprintf("register/%d", s.ID) }

func (s *walked) walk(n int64, f *store.Findings) {
	switch {
	case n == s.high && s.met:
		f.Add("number-duplicate", s.AgencyID, s.ref(), store.Say("Số {number} có hai lần trong sổ {name} ({ref}).", "number", n, "name", s.Name, "ref", s.ref()))
	case n > s.high:
		if n > s.high+1 {
			s.gap(s.high+1, n-1, f)
		}
		s.high, s.met = n, true
	}
}

func (s *walked) gap(from, to int64, f *store.Findings) {
	span := fmt.Sprint(from)
	if to > from {
		span = fmt.Sprintf("%d–%d", from, to)
	}
	f.Add("number-gap", s.AgencyID, s.ref(), store.Say("Sổ {name} ({ref}) thiếu số {numbers}.", "name", s.Name, "ref", s.ref(), "numbers", span))
}
