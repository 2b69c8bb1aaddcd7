package documents

import (
	"context"
	"slices"
	"testing"

	"congvu/internal/i18n"
	"congvu/internal/store"
	"congvu/internal/storetest"
)

// V9, V12: each act tells those whom it concerns, in a sentence with all its places filled.
// V9: each act tells those whom it concerns.
// V12: screen /incoming/{id}; command remote direct
func TestActsTellThoseConcerned(t *testing.T) {
	o := newOffice(t)
	d := o.assigned()
	l := o.lineFor(d.ID, Target{Unit: o.unitX})
	var made []Line
	o.must(o.by("head_x", func(tx *store.Tx) (err error) {
		made, err = Forward(inCtx, tx, l.ID, ForwardForm{Lead: o.post("staff_x")})
		return err
	}))
	o.must(o.by("staff_x", func(tx *store.Tx) error { return ReturnLine(inCtx, tx, made[0].ID, goodReason) }))
	o.must(o.by("head_x", func(tx *store.Tx) error { return Complete(inCtx, tx, l.ID, CompleteForm{Result: "Xong"}) }))
	told := map[string][]int64{}
	storetest.Drain(t, o.db, "in_told", func(_ context.Context, _ *store.Tx, e store.Entry) error {
		if e.Ref != d.Ref() {
			return nil
		}
		said, err := e.Told()
		if err != nil {
			return err
		}
		told[e.Verb] = append(told[e.Verb], said.Notify...)
		if said.Text != nil {
			if words := i18n.T(i18n.VI, said.Text.Text, said.Text.Args); words == "" || slices.Contains([]rune(words), '{') {
				t.Errorf("%s says %q", e.Verb, words)
			}
		}
		return nil
	})
	for verb, people := range map[string][]string{
		"document.arrived": {"clerk"}, "document.submitted_to_leader": {"head"}, "document.directed": {"head_x", "head_y", "deputy"},
		"document.forwarded": {"staff_x"}, "document.returned": {"head_x"}, "document.line_completed": {"head"}, "document.completed": {"head", "clerk"},
	} {
		for _, who := range people {
			if !slices.Contains(told[verb], o.people[who].Person) {
				t.Errorf("%s does not tell %s", verb, who)
			}
		}
		if slices.Contains(told[verb], o.people["foreign_clerk"].Person) || slices.Contains(told[verb], o.people["staff_y"].Person) {
			t.Errorf("%s tells a stranger", verb)
		}
	}
}

// ResponseFor: what an arriving document answers is found by identifier or by number and date, in the own agency only.
func TestAnArrivingReplyFindsWhatItAnswers(t *testing.T) {
	o := newOffice(t)
	for i, agency := range []int64{o.agency, o.people["foreign_clerk"].Agency} {
		id := int64(500 + i)
		o.must(o.db.Keep(inCtx, func(tx *store.Tx) error {
			_, err := tx.Exec(inCtx, sqlIssuedForTest, agency, id, []string{"H26.1,2026/02/01,5/SNV-VP", "H26.2,2026/02/01,5/SNV-VP"}[i])
			return err
		}))
	}
	for want, list := range map[int64][]ResponseFor{
		500: {{DocumentID: "khác"}, {Code: " 5 / SNV-VP", Date: "2026-02-01"}},
		0:   {{DocumentID: "H26.2,2026/02/01,5/SNV-VP"}, {Code: "05/SNV-VP", Date: "2026-02-02"}},
	} {
		in := o.arrival()
		in.ResponseFor = list
		if d, _ := o.arrive(in); d.ReplyTo != want {
			t.Errorf("%v: answers %d, want %d", list, d.ReplyTo, want)
		}
	}
	in := o.arrival()
	in.ResponseFor = []ResponseFor{{DocumentID: "H26.1,2026/02/01,5/SNV-VP"}}
	if d, _ := o.arrive(in); d.ReplyTo != 500 {
		t.Errorf("by identifier: %d", d.ReplyTo)
	}
}

var sqlIssuedForTest = store.SQL(`INSERT INTO documents_outgoing (agency_id, id, state, revision, type_code, type_name, form, subject, body, legal_bases, addressees, annexes,
	meeting, authority, field_abbr, urgency, due_date, reply_to, kept_copies, restricted, unit_id, unit_name, drafter_id, drafter_holding, drafter_name, holder_holding,
	holder_person, holder_name, signer_holding, signer_person, signer_name, capacity, capacity_lines, signer_position, delegation_id, content_no, file_content_no,
	main_file, version, register_id, year, number, notation, number_text, issued_date, document_id, signed_us, numbered_us, sealed_us, issued_us, created_us, at_us, search_text)
	VALUES ($1, $2, 'issued', 1, '', '', '', '', '', '[]', '[]', '[]', '[]', '', '', 0, '', 0, 0, FALSE, 0, '', 0, 0, '', 0, 0, '', 0, 0, '', '', '[]', '', 0, 0, 0, 0, 0, 0,
	2026, 5, 'SNV-VP', '05/SNV-VP', '2026-02-01', $3, 1, 1, 1, 1, 1, 1, '')`)
