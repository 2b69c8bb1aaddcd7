package city

import (
	"strings"
	"testing"
	"time"

	"congvu/internal/calendar"
	"congvu/internal/store"
)

// What moves in a text, and what does not.
func TestTextsMoveByTheQuarter(t *testing.T) {
	began := store.InstantOf(calendar.Date("2026-02-16").At(7, 0))
	id := store.FirstID(began) + 5<<12 + 9
	h := shift{quarter: 1, days: 91}
	doc := &calling{code: "03", years: []int{2026}}
	doc.says("03/UBND-KT", "UBND-KT")
	doc.moves("17", "17/UBND-KT", "UBND-KT")
	m := &mover{shifts: []shift{h}, span: span{firstID: store.FirstID(began), lastID: store.FirstID(began.Add(92 * 24 * time.Hour)), from: began, until: began.Add(92 * 24 * time.Hour)},
		letters: map[int64]*calling{id: doc}, byCode: map[string]*calling{"H26,2026/03/02,03/UBND-KT": doc}}
	m.span.settle()
	is, becomes := itoa(id), itoa(h.id(id))
	for _, c := range []struct{ text, want string }{
		{"outgoing/" + is, "outgoing/" + becomes},
		{"H26.12/" + is + "/H26", "H26.12/" + becomes + "/H26"},
		{`{"due":"2026-04-01","at":` + itoa(int64(began)) + `,"on":"02/03/2026"}`, `{"due":"2026-07-01","at":` + itoa(h.instant(int64(began))) + `,"on":"01/06/2026"}`},
		{`["H26,2026/03/02,03/UBND-KT"]`, `["H26,2026/06/01,17/UBND-KT"]`},
		{"outgoing/" + is + ": 03/UBND-KT, 103/UBND-KT, 03/UBND-KTHTĐT, 03/ubnd-kt", "outgoing/" + becomes + ": 17/UBND-KT, 103/UBND-KT, 03/UBND-KTHTĐT, 17/ubnd-kt"},
		{"Nghị định 30/2020/NĐ-CP ngày 2020-03-05", "Nghị định 30/2020/NĐ-CP ngày 2020-03-05"},
		{"9e177fef" + is + "ab, 2034-09-01T16:33:30Z", "9e177fef" + is + "ab, 2034-09-01T16:33:30Z"},
		{"Thông báo tháng 3/2026", "Thông báo tháng 3/2026"},
	} {
		m.met = nil
		pieces := m.words(m.parse(c.text))
		if got := m.render(pieces, 0); got != c.want {
			t.Errorf("%s\n became %s\n     not %s", c.text, got, c.want)
		}
	}
	if back := (shift{quarter: 1, days: -91}); back.id(h.id(id))>>22 != id>>22 || store.MadeAt(h.id(id)) != store.MadeAt(id).Add(91*24*time.Hour) {
		t.Error("the time in an identifier is not 91 days later")
	}
	if c := cityShift(1, "H26"); c.words.Replace("H26.03, Ủy ban nhân dân thành phố Hà Nội, thanh pho ha noi") != "M02.03, Ủy ban nhân dân thành phố Kinh Bắc, thanh pho kinh bac" || strings.Contains(c.code, "H26") {
		t.Error("the second city is the first")
	}
}

// Of two quarters none lies between the first and the last.
func TestNothingLiesBetweenTwoQuarters(t *testing.T) {
	if err := (&Seeder{}).repeatPass(t.Context(), Whole{Quarters: 2}, &repeatState{}, "between", 0, nil, []shift{{}, {quarter: 1}}); err != nil {
		t.Fatal(err)
	}
}

// A packed report stays as it is in every copy, a thin one has none; receipts were signed by somebody else and are in no copy.
func TestPackedTextsAreCopiedAsTheyStand(t *testing.T) {
	const packed = `"=z1:25ynrc0gwr4z:9034829382398423984H26AAAA"`
	table := &repeatTable{class: keptQuarter, name: "documents_files", columns: []string{"agency_id", "verdict_report", "boxes", "raw", "places"}, kinds: []string{"", asHeavy, asKept, asRaw, asNames}}
	for _, m := range []*mover{{shifts: []shift{{quarter: 1, days: 91}}}, {shifts: []shift{cityShift(1, "H26")}, agency: map[int64]bool{1: true}}} {
		m.firstID, m.letters = 1<<22, map[int64]*calling{}
		for _, thin := range []bool{false, true} {
			m.thin = thin
			out, err := m.row(table, []any{int64(1), packed, packed, strings.Trim(packed, `"`), packed})
			want := packed
			if thin {
				want = "{}"
			}
			names := packed
			if m.agency != nil {
				names = "[]" // those of the first city would be wrong
			}
			if err != nil || len(out) != 1 || out[0][1] != want || out[0][2] != packed || out[0][3] != "" || out[0][4] != names {
				t.Errorf("%v, %v", out, err)
			}
		}
	}
}
