package documents

import (
	"os"
	"testing"

	"congvu/internal/store"
)

// Test data by SQL: n documents of the agency with one line each; one in fifty waits for unit X, the rest is done.
var (
	sqlManyDocuments = store.SQL(`INSERT INTO documents_incoming (agency_id, id, revision, state, stage, source, packet, sender_code, sender_agency, sender_name, sender_key,
		sender_fold, document_id, number, notation, number_key, notation_key, issued_date, issued_year, type_code, type_name, subject, signer_name, signer_position,
		urgency, due_date, page_amount, language, note, paper_received, arrived_us, arrived_date, verdict, verdict_reason, verdict_by, content_sha, warnings,
		response_for, reply_to, register, arrival_year, arrival_number, registered_us, registered_by, submitted_to, submitted_person, submitted_us, submitted_by,
		refused_us, refuse_ground, refuse_reason, handle_due, lead_name, reply_outgoing, result, done_us, twin_of, twin_decision, resend_of, search_text)
		WITH RECURSIVE n(i) AS (SELECT CAST($1 AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i < $2)
		SELECT $3, i, 1, CASE WHEN i % 50 = 0 THEN 'assigned' ELSE 'done' END, CASE WHEN i % 50 = 0 THEN 'handling' ELSE 'done' END, 'exchange', '', 'H26.9', 0,
		'Sở Tài chính', 'c:H26.9', 'so tai chinh', '', CAST(i AS TEXT), 'STC-NS', CAST(i AS TEXT), 'stc-ns', '2026-03-01', 2026, '', 'Công văn', 'Đề nghị góp ý dự toán năm', '', '',
		0, '', 1, '', '', FALSE, i, '2026-03-02', 'passed', '', 0, '', '[]', '[]', 0, 1, 2026, i, i, 1, 0, 0, i, 0, 0, '', '',
		CASE WHEN i % 100 = 0 THEN '2026-02-01' ELSE '' END, 'Phòng x', 0, '', CASE WHEN i % 50 = 0 THEN 0 ELSE i END, 0, '', 0, 'stc ns so tai chinh de nghi gop y du toan nam' FROM n`)
	sqlManyLines = store.SQL(`INSERT INTO documents_lines (agency_id, id, revision, incoming_id, parent_id, direction_id, role, holder_kind, holder_id, holder_person, unit_id,
		holder_name, state, box, handed_over, from_person, from_holding, from_name, note, due_date, at_us, read_us, read_by, started_us, done_us, done_by, result, reply_outgoing, reason)
		SELECT agency_id, id, 1, id, 0, 0, 'lead', 'unit', $1, 0, $2, 'Phòng x', CASE WHEN stage = 'done' THEN 'done' ELSE 'to_do' END,
		CASE WHEN stage = 'done' THEN 'done' ELSE 'to_do' END, FALSE, 0, 0, 'Lãnh đạo', '', handle_due, arrived_us, 0, 0, 0, 0, 0, '', 0, ''
		FROM documents_incoming WHERE agency_id = $3`)
	sqlAnalyze = store.SQL(`ANALYZE`)
)

// BenchmarkInbox shows a page of 50 and all counts among 100,000 documents of the agency, and with CONGVU_BENCH_FULL
// another 900,000 of other agencies in the same tables.
func BenchmarkInbox(b *testing.B) {
	o := newOffice(b)
	fill := func(agency int64, n int) {
		if err := o.db.Keep(inCtx, func(tx *store.Tx) error {
			for i := 1; i <= n; i += 10000 {
				if _, err := tx.Exec(inCtx, sqlManyDocuments, i, min(i+9999, n), agency); err != nil {
					return err
				}
			}
			_, err := tx.Exec(inCtx, sqlManyLines, o.unitX, o.unitX, agency)
			return err
		}); err != nil {
			b.Fatal(err)
		}
	}
	fill(o.agency, 100_000)
	if os.Getenv("CONGVU_BENCH_FULL") != "" {
		for agency := int64(1); agency <= 9; agency++ {
			fill(agency, 100_000)
		}
	}
	o.must(o.db.Keep(inCtx, func(tx *store.Tx) error { _, err := tx.Exec(inCtx, sqlAnalyze); return err }))
	p, err := Inbox(inCtx, o.db, o.people["head_x"], InFilter{Tab: InTabDone})
	o.must(err)
	middle := p.Next
	for _, c := range []struct {
		name, who string
		f         InFilter
	}{{"clerk-all", "clerk", InFilter{Tab: InTabAll}}, {"clerk-overdue", "clerk", InFilter{Tab: InTabOverdue}}, {"leader-all", "head", InFilter{Tab: InTabAll}},
		{"unit-to-do", "head_x", InFilter{Tab: InTabToDo}}, {"unit-done-next-page", "head_x", InFilter{Tab: InTabDone, Before: middle}},
		{"specialist", "staff_x", InFilter{Tab: InTabToDo}}, {"clerk-search", "clerk", InFilter{Tab: InTabAll, Q: "dự toán"}},
		{"clerk-search-nothing", "clerk", InFilter{Tab: InTabAll, Q: "xyzzy"}}} {
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				if _, err := Inbox(inCtx, o.db, o.people[c.who], c.f); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	b.Run("my-work-unit", func(b *testing.B) {
		for b.Loop() {
			if _, err := MyWork(inCtx, o.db, o.people["head_x"]); err != nil {
				b.Fatal(err)
			}
		}
	})
}
