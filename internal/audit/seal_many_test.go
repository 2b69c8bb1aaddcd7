package audit_test

import (
	"testing"
	"time"

	"congvu/internal/store"
)

// A long past is sealed at once: the log holds, every line and every document's rows are in it once, and what follows goes on from there. What was sealed before, as after
// a restoration, is sealed one by one.
func TestALongPastIsSealedAtOnce(t *testing.T) {
	o := open(t)
	o.docs["1 outgoing/1"], o.docs["1 outgoing/2"] = "one", "two"
	o.act(700, "document.issued")
	if err := o.db.Write(ctx, store.Actor{Agency: 1}, func(tx *store.Tx) error {
		return tx.Record(store.Event{Verb: "document.recalled", Agency: 1, Ref: "outgoing/2", Title: "2/QĐ-UBND", Forgets: true})
	}); err != nil {
		t.Fatal(err)
	}
	o.act(9, "document.sent")
	if err := o.log.CatchUp(ctx); err != nil {
		t.Fatal(err)
	}
	o.seal()
	v := o.verify()
	if len(v.Findings) != 0 || v.Entries != 710 || v.Leaves != 712 {
		t.Fatalf("%+v", v)
	}
	o.docs["1 outgoing/1"] = "another"
	o.act(2, "document.sent")
	o.seal()
	o.exec(`UPDATE store_cursors SET id = 0, xid = 0 WHERE follower = 'audit'`)
	o.act(3, "document.sent")
	if err := o.log.CatchUp(ctx); err != nil {
		t.Fatal(err)
	}
	o.seal()
	if v := o.verify(); len(v.Findings) != 0 || v.Entries != 715 || v.Leaves != 718 {
		t.Fatalf("%+v", v)
	}
}

// BenchmarkSealALongPast is the sealing of BenchmarkSealAndVerify by thousands.
func BenchmarkSealALongPast(b *testing.B) {
	const n = 8192
	for b.Loop() {
		o := open(b)
		o.act(n, "document.issued")
		begun := time.Now()
		if err := o.log.CatchUp(ctx); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(n/time.Since(begun).Seconds(), "sealed/s")
	}
}
