package documents

import (
	"bytes"
	"strings"
	"testing"

	"congvu/internal/calendar"
	"congvu/internal/store"
)

// V64, V11, N8: every registered document has one outcome, the columns add up to the total, and every figure counts the very rows its list
// shows. A specialist's figures hold his own documents only, a foreign agency's none.
// V64: screen /statistics; api GET /statistics/report; command remote report
// N8: a figure and the list it opens come from one query.
func TestFiguresCountTheListsTheyOpen(t *testing.T) {
	o := newOffice(t)
	for range 3 {
		o.assigned()
	}
	done := o.assigned()
	lines, err := linesOf(inCtx, o.db, o.agency, done.ID)
	o.must(err)
	for _, l := range lines {
		if l.Role == Lead {
			o.must(o.by("head_x", func(tx *store.Tx) error {
				return Complete(inCtx, tx, l.ID, CompleteForm{Result: "Đã trả lời bằng văn bản"})
			}))
		}
	}
	waiting := o.registered()
	mistake := o.registered()
	o.must(o.by("clerk", func(tx *store.Tx) error {
		return CancelRegistration(inCtx, tx, mistake.ID, "Vào sổ nhầm văn bản")
	}))
	o.clock.Set(inStart.AddDate(0, 0, 25)) // what is due in March is over
	for _, group := range StatGroups {
		st, err := Count(inCtx, o.db, o.people["clerk"], StatForm{Direction: IncomingBook, Group: group})
		o.must(err)
		if st.Sum.Total != 5 || st.Sum.By[StatOnTime] != 1 || st.Sum.By[StatOverdue] != 4 {
			t.Fatalf("by %s: %+v", group, st.Sum)
		}
		total := 0
		for _, g := range append(st.Rows, st.Sum) {
			sum := 0
			for _, outcome := range append([]string{""}, StatOutcomes...) {
				rows, n, err := Counted(inCtx, o.db, o.people["clerk"], StatForm{Direction: IncomingBook, Group: group, Key: g.Key, Outcome: outcome})
				o.must(err)
				want := g.By[outcome]
				if outcome == "" {
					want = g.Total
				}
				sum += g.By[outcome]
				if n != want || len(rows) != n {
					t.Errorf("by %s, %q %q: the figure says %d, its list has %d", group, g.Name, outcome, want, n)
				}
			}
			if sum != g.Total {
				t.Errorf("by %s, %q: columns add up to %d of %d", group, g.Name, sum, g.Total)
			}
			total += g.Total
		}
		if total != 10 {
			t.Errorf("by %s: rows add up to %d of 5", group, total-5)
		}
	}
	own, n, err := Counted(inCtx, o.db, o.people["head_x"], StatForm{Direction: IncomingBook})
	o.must(err)
	for _, s := range own {
		if s.Ref == waiting.Ref() {
			t.Error("a head of unit counts what was not given to him")
		}
	}
	if n != 4 {
		t.Errorf("the head of unit counts %d of his 4 documents", n)
	}
	if st, err := Count(inCtx, o.db, o.people["foreign_clerk"], StatForm{Direction: IncomingBook}); err != nil || st.Sum.Total != 0 {
		t.Errorf("a foreign clerk counts %+v, %v", st, err)
	}
	for _, bad := range []StatForm{{Direction: "x"}, {Group: "x"}, {Outcome: "x"}, {From: "2026-03-05", To: "2026-03-04"}, {From: "2020-01-01"}, {From: "x"}} {
		_, err := Count(inCtx, o.db, o.people["clerk"], bad)
		o.refused(store.Invalid, err)
	}
	sheet, err := Report(inCtx, o.db, o.people["clerk"], StatForm{Direction: IncomingBook})
	o.must(err)
	last := sheet.Book.Entries[len(sheet.Book.Entries)-1].Cells
	if last[1] != "Cộng" || last[2] != "5" || len(last) != len(sheet.Book.Columns) {
		t.Errorf("the report ends with %q", last)
	}
	for _, format := range Formats {
		var b bytes.Buffer
		o.must(sheet.Write(&b, format))
		if b.Len() < 1000 {
			t.Errorf("%s of %d bytes", format, b.Len())
		}
	}
}

// V66, D9.2: an outgoing document is late when it is issued after the working day that follows its signature.
// V66: screen /statistics; api GET /statistics/report; command remote report
func TestOutgoingFiguresFollowTheDayAfterTheSignature(t *testing.T) {
	h := newHouse(t)
	h.at(Issued)
	late := h.at(Signed)
	gone := h.at(Numbered)
	h.do(h.clerk, func(tx *store.Tx) error { return Cancel(bg, tx, gone.ID, "ban hành nhầm thẩm quyền") })
	h.clock.Set(monday.AddDate(0, 0, 2))
	h.do(h.clerk, func(tx *store.Tx) error { _, err := Number(bg, tx, late.ID, NumberForm{}); return err })
	st, err := Count(bg, h.DB, h.clerk, StatForm{Direction: OutgoingBook, Group: ByPerson})
	must(t, err)
	if st.Sum.Total != 3 || st.Sum.By[StatOnTime] != 1 || st.Sum.By[StatOverdue] != 1 || st.Sum.By[StatCancelled] != 1 || st.Rows[0].Name != "Phạm Quốc Việt" || st.Sum.OnTime() != "50%" {
		t.Fatalf("%+v", st)
	}
	sheet, err := Report(bg, h.DB, h.clerk, StatForm{Direction: OutgoingBook})
	must(t, err)
	if !strings.Contains(sheet.Book.Title, "văn bản đi") {
		t.Error(sheet.Book.Title)
	}
}

// Working days: the mean and the median of what is done.
func TestMeanAndMedian(t *testing.T) {
	for _, r := range []struct {
		days         []int
		median, mean float64
	}{{nil, 0, 0}, {[]int{3}, 3, 3}, {[]int{9, 1, 2}, 2, 4}, {[]int{4, 1, 2, 9}, 3, 4}} {
		var g Figures
		g.measure(r.days)
		if g.Median != r.median || g.Mean != r.mean || g.Measured != len(r.days) {
			t.Errorf("%v: %+v", r.days, g)
		}
	}
	s := StatRow{Begun: "2026-03-02", Done: "2026-03-04", Due: "2026-03-03"}
	s.judge(StatForm{Days: calendar.Default()}, "2026-03-10", false)
	if s.Outcome != StatLate || s.Worked != 2 {
		t.Errorf("%+v", s)
	}
}
