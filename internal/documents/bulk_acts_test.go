package documents

import (
	"testing"

	"congvu/internal/store"
)

func (o *office) bulk(who string, f BulkForm) []BulkRow {
	o.t.Helper()
	rows, err := Bulk(inCtx, o.db, o.people[who], f)
	o.must(err)
	return rows
}

// D10.16: each document has its own result; what was done before is refused, not reported as done.
//
// N7: an act that changes no row is an error.
func TestBulkActsGiveAResultPerDocument(t *testing.T) {
	o := newOffice(t)
	var items []BulkItem
	for range 3 {
		d, _ := o.arrive(o.arrival())
		items = append(items, BulkItem{ID: d.ID})
	}
	_, err := o.register(items[1].ID, RegisterForm{})
	o.must(err)
	bad := o.arrival()
	bad.Files[0].Verdict = VerdictFailed
	doubtful, _ := o.arrive(bad)
	items = append(items, BulkItem{ID: doubtful.ID}, items[0], BulkItem{ID: 12})
	rows := o.bulk("clerk", BulkForm{Act: BulkRegister, Items: items})
	if len(rows) != 5 {
		t.Fatalf("%d rows: a document is done once", len(rows))
	}
	for i, want := range []bool{true, false, true, false, false} {
		if rows[i].Done != want || rows[i].Said.Text == "" {
			t.Errorf("row %d: %+v", i, rows[i])
		}
	}
	if o.find(doubtful.ID).State != Arrived || o.find(items[2].ID).ArrivalNumber != 3 {
		t.Error("a refused row holds up another, or was done")
	}
	for _, row := range o.bulk("clerk", BulkForm{Act: BulkRegister, Items: items[:3]}) {
		if row.Done {
			t.Errorf("registered twice: %+v", row)
		}
	}
	for _, row := range o.bulk("foreign_clerk", BulkForm{Act: BulkSubmit, Items: items[:3], To: o.people["head"].Holding}) {
		if row.Done || row.Name != "" {
			t.Errorf("a foreign clerk: %+v", row)
		}
	}
	for _, row := range o.bulk("staff_x", BulkForm{Act: BulkSubmit, Items: items[:3], To: o.people["head"].Holding}) {
		if row.Done {
			t.Errorf("a specialist submits: %+v", row)
		}
	}
	_, err = Bulk(inCtx, o.db, o.people["clerk"], BulkForm{Act: BulkRegister})
	o.refused(store.Invalid, err)
	_, err = Bulk(inCtx, o.db, o.people["clerk"], BulkForm{Act: BulkRegister, Items: make([]BulkItem, 51)})
	o.refused(store.Invalid, err)
	_, err = Bulk(inCtx, o.db, o.people["clerk"], BulkForm{Act: "burn", Items: items})
	o.refused(store.Invalid, err)
}

// A clerk's morning: fifty arrive, are registered and passed on by a rule; the leader directs, the unit reads, forwards and completes, all at once.
//
// N27: many documents in one act, from the register to the end of the work.
func TestFiftyDocumentsGoTheirWayInBulk(t *testing.T) {
	o := newOffice(t)
	rule := o.active(o.budget())
	var items []BulkItem
	for range 50 {
		d, _ := o.arrive(o.arrival())
		items = append(items, BulkItem{ID: d.ID})
	}
	all := func(rows []BulkRow) {
		t.Helper()
		for _, row := range rows {
			if !row.Done {
				t.Fatalf("%s: %v", row.Name, row.Said)
			}
		}
	}
	all(o.bulk("clerk", BulkForm{Act: BulkPass, Items: items}))
	if got, err := FindRule(inCtx, o.db, o.people["clerk"], rule.ID); err != nil || got.Hits != 50 {
		t.Fatalf("hits %v, %v", got, err)
	}
	all(o.bulk("deputy", BulkForm{Act: BulkDirect, Items: items, Direction: Direction{Leads: []Target{{Unit: o.unitX}}, DueDays: 3, Opinion: "Xử lý."}}))
	for i := range items {
		items[i].Line = o.lineFor(items[i].ID, Target{Unit: o.unitX}).ID
	}
	all(o.bulk("head_x", BulkForm{Act: BulkRead, Items: items}))
	for _, row := range o.bulk("head_x", BulkForm{Act: BulkRead, Items: items[:2]}) {
		if row.Done {
			t.Fatalf("read twice: %+v", row)
		}
	}
	all(o.bulk("head_x", BulkForm{Act: BulkForward, Items: items, Forward: ForwardForm{Lead: o.post("staff_x"), Note: "Đ/c xử lý."}}))
	for i := range items {
		items[i].Line = o.lineFor(items[i].ID, o.post("staff_x")).ID
	}
	all(o.bulk("staff_x", BulkForm{Act: BulkComplete, Items: items, Result: "Đã xử lý."}))
	kept := o.registered()
	all(o.bulk("clerk", BulkForm{Act: BulkAside, Items: []BulkItem{{ID: kept.ID}}, Result: "Lưu tham khảo"}))
	for _, row := range o.bulk("clerk", BulkForm{Act: BulkAside, Items: []BulkItem{{ID: kept.ID}}, Result: "Lưu tham khảo"}) {
		if row.Done {
			t.Fatal("put aside twice")
		}
	}
}
