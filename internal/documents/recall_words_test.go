package documents

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"congvu/internal/store"
)

// After an agreed recall no table of the installation keeps a word of what the document said or what was said about it: rows, history, journal; the journal
// keeps that everything happened (D20.2).
//
// V52: screen /incoming/{id}/agree_request; api POST /incoming/{id}/agree-request; command remote agree-request
// V53: the trail of the recall keeps its reason.
func TestNoTableKeepsAWordOfARecalledDocument(t *testing.T) {
	for _, numbered := range []bool{true, false} {
		o := newOffice(t)
		in := o.arrival()
		in.Subject, in.SignerName, in.Files[0].Name = "Về cây cầu bihiem", "Lê Bihiem", "bihiem.pdf"
		if !numbered { // then its subject is what names it
			in.Number, in.Notation = "", ""
		}
		d, _ := o.arrive(in)
		_, err := o.register(d.ID, RegisterForm{})
		o.must(err)
		o.submit(d.ID, "head")
		_, err = o.direct("head", d.ID, Direction{Leads: []Target{{Unit: o.unitX}}, Coordinators: []Target{{Unit: o.unitY}}, Opinion: "Bihiem, làm ngay", DueDays: 5})
		o.must(err)
		o.must(o.by("head_x", func(tx *store.Tx) error {
			_, err := Forward(inCtx, tx, o.lineFor(d.ID, Target{Unit: o.unitX}).ID, ForwardForm{Lead: o.post("staff_x"), Note: "việc bihiem"})
			return err
		}))
		under := o.lineFor(d.ID, o.post("staff_x")).ID
		o.must(o.by("head", func(tx *store.Tx) error { return Comment(inCtx, tx, d.ID, "Lời bàn về bihiem") }))
		o.must(o.by("head_x", func(tx *store.Tx) error { return ChaseLine(inCtx, tx, under, "Giục việc bihiem") }))
		o.must(o.by("staff_x", func(tx *store.Tx) error {
			_, err := AskExtension(inCtx, tx, under, today(tx.Now()).AddDays(20), "Xin thêm thời gian vì bihiem")
			return err
		}))
		o.must(o.by("clerk", func(tx *store.Tx) error {
			_, err := GrantTo(inCtx, tx, GrantForm{Ref: d.Ref(), WhoKind: GrantPerson, WhoID: o.people["other_x"].Person, Reason: "Phục vụ tổng hợp"})
			return err
		}))
		o.must(o.by("staff_x", func(tx *store.Tx) error {
			return Complete(inCtx, tx, under, CompleteForm{Result: "Đã trả lời về việc bihiem"})
		}))
		kept := o.words("bihiem")
		if len(kept) == 0 {
			t.Fatal("the test looks at nothing")
		}
		before := o.verbs(d.ID)
		o.ask(o.asking(RecallWhole, d))
		o.must(o.by("clerk", func(tx *store.Tx) error { return AgreeRequest(inCtx, tx, d.ID, 0) }))
		for _, row := range o.words("bihiem") {
			t.Errorf("numbered %v: kept in %s", numbered, row)
		}
		after := o.verbs(d.ID)
		for verb, n := range before {
			if after[verb] != n {
				t.Errorf("the journal has %d entries of %s, had %d", after[verb], verb, n)
			}
		}
		if len(o.words("Văn bản gửi nhầm nơi nhận")) == 0 {
			t.Error("the trail of the recall lost its reason")
		}
	}
}

// words gives the rows of the whole installation that hold a word, whatever its case.
func (o *office) words(word string) (rows []string) {
	o.t.Helper()
	var all bytes.Buffer
	_, err := o.db.Dump(inCtx, &all)
	o.must(err)
	table := ""
	for _, line := range strings.Split(all.String(), "\n") {
		if strings.Contains(line, `"table"`) {
			table = line
		}
		if strings.Contains(strings.ToLower(line), strings.ToLower(word)) {
			rows = append(rows, fmt.Sprintf("%.60s %.300s", table, line))
		}
	}
	return rows
}
