package dossiers

import (
	"slices"
	"strings"
	"testing"
	"time"

	"congvu/internal/documents"
	"congvu/internal/search"
	"congvu/internal/store"
	"congvu/internal/storetest"
)

func (h *house) index() *search.Index {
	x := search.New(h.db)
	x.Patience = time.Minute
	x.Register("incoming", search.From(documents.EntryOf), search.Walk(documents.IncomingPlaces))
	x.Register("dossier", search.From(EntryOf), search.Walk(SearchPlaces))
	return x
}

// finds is what a person finds by a question, and what of it he may be shown.
func (h *house) finds(who string, q search.Query) (found, shown []string) {
	h.t.Helper()
	a := h.people[who]
	rights, err := SearchRights(bg, h.db, a)
	h.must(err)
	q.Agency, q.Rights, q.Limit = a.Agency, rights, 200
	p, err := search.Find(bg, h.db, q)
	h.must(err)
	for _, hit := range p.Hits {
		found = append(found, hit.Ref)
	}
	rows, err := FoundRows(bg, h.db, a, found)
	h.must(err)
	for _, r := range rows {
		shown = append(shown, r.Ref)
	}
	return found, shown
}

// agree checks that the index gives everybody exactly the dossiers that he opens.
func (h *house) agree(x *search.Index) {
	h.t.Helper()
	h.drain(x)
	all, err := SearchPlaces(bg, h.db, 0, 1000)
	h.must(err)
	for name, a := range h.people {
		var opens []string
		for _, p := range all {
			if d, err := FindDossier(bg, h.db, a, p.ID); err == nil && d.Opens {
				opens = append(opens, p.Ref)
			}
		}
		found, shown := h.finds(name, search.Query{Exact: map[string]string{"kind": "dossier"}})
		slices.Sort(opens)
		slices.Sort(found)
		slices.Sort(shown)
		if !slices.Equal(found, opens) || !slices.Equal(shown, opens) {
			h.t.Errorf("%s opens %v, finds %v, is shown %v", name, opens, found, shown)
		}
	}
}

func (h *house) drain(x *search.Index) {
	h.t.Helper()
	storetest.Drain(h.t, h.db, search.Follower, x.Hear)
}

// accepted brings a closed dossier of the clerk into the archive.
func (h *house) accepted(id int64) {
	h.t.Helper()
	var p *Deposit
	h.must(h.by("clerk", func(tx *store.Tx) (err error) { p, err = Submit(bg, tx, DepositForm{Dossiers: []int64{id}}); return }))
	_, err := Check(bg, h.desk, h.people["archivist"], p.ID)
	h.must(err)
	h.must(h.by("archivist", func(tx *store.Tx) error { return Answer(bg, tx, p.ID, AnswerForm{Accept: true}) }))
}

// work does all due work of a kind.
func (h *house) work(w store.Work) {
	h.t.Helper()
	for {
		n, err := h.db.WorkOnce(bg, w)
		h.must(err)
		if n == 0 {
			return
		}
	}
}

func only(ref string, refs []string) bool { return len(refs) == 1 && refs[0] == ref }

// A dossier is found by each of its fields and by what stands in it, by those only who open it: while it is worked on, shared, deposited, lent, and for public use.
// V38: screen /search; api GET /search; command remote find
// V19: a dossier is found only by those who open it, whatever happened to it.
// V32: what the archive keeps is found as long as it is kept.
func TestDossiersAreFoundByThoseWhoOpenThem(t *testing.T) {
	h := newHouse(t)
	x := h.index()
	d := h.open("clerk", OpenForm{Title: "Kè chống sạt lở năm 2026", Retention: Retention{Period: "05"}, Keywords: "đê điều", Note: "Tủ số bảy", Extra: []Field{{Name: "Kho", Value: "Kho lạnh"}}})
	h.add("clerk", d.ID, h.arrived("2026-02-20").Ref())
	h.agree(x)
	for _, q := range []search.Query{{Words: "ke chong sat lo"}, {Words: "dieu de"}, {Words: "tu so bay"}, {Words: "kho lanh"}, {Fields: map[string]string{"subject": "chong sat lo"}}, {Fields: map[string]string{"number": d.Code}},
		{Fields: map[string]string{"person": "clerk"}}, {Fields: map[string]string{"issuer": "van phong"}}, {Fields: map[string]string{"note": "kho lanh"}}, {Fields: map[string]string{"typename": "20 nam"}},
		{Exact: map[string]string{"dossier": d.Code}}, {Exact: map[string]string{"state": "open"}}, {Exact: map[string]string{"year": "2026"}}, {Words: "gop y du toan"}} {
		if q.Exact == nil {
			q.Exact = map[string]string{}
		}
		q.Exact["kind"] = "dossier"
		if found, _ := h.finds("clerk", q); !only(d.Ref(), found) {
			t.Errorf("the keeper asks %+v: %v", q, found)
		}
		for _, who := range []string{"colleague", "foreign"} {
			if found, _ := h.finds(who, q); len(found) > 0 {
				t.Errorf("%s asks %+v: %v", who, q, found)
			}
		}
	}

	today := nowDay(h.db)
	h.must(h.by("clerk", func(tx *store.Tx) error {
		return ShareWith(bg, tx, d.ID, h.people["colleague"].Holding, 0, "read", "", today.AddDays(3))
	}))
	h.agree(x)
	if found, _ := h.finds("colleague", search.Query{Words: "gop y du toan"}); !only(d.Ref(), found) {
		t.Errorf("shared with: %v", found)
	}
	h.later(4) // the share is over: at once by the rooms' predicate, in the index as soon as its end is told
	if _, shown := h.finds("colleague", search.Query{Words: "gop y du toan"}); len(shown) > 0 {
		t.Errorf("after the share: %v", shown)
	}
	h.work(Endings(h.db))
	h.agree(x)

	h.must(h.by("clerk", func(tx *store.Tx) error { return Close(bg, tx, d.ID, CloseForm{Accept: true}) }))
	h.agree(x)
	h.accepted(d.ID)
	h.agree(x)
	h.later(500) // the depositor's own time is over
	h.work(Endings(h.db))
	h.agree(x)
	if found, _ := h.finds("clerk", search.Query{Words: "gop y du toan", Exact: map[string]string{"kind": "dossier"}}); len(found) > 0 {
		t.Errorf("after the depositor's time: %v", found)
	}
	if found, _ := h.finds("archivist", search.Query{Words: "gop y du toan", Exact: map[string]string{"kind": "dossier"}}); !only(d.Ref(), found) {
		t.Errorf("the archivist: %v", found)
	}

	// It is not known to others: one asks by its code, sees no title before the answer, and finds it as long as it is lent.
	_, err := FindDossier(bg, h.db, h.people["colleague"], d.ID)
	h.refused(store.NotFound, err)
	h.refused(store.Invalid, h.by("colleague", func(tx *store.Tx) error { return AskByCode(bg, tx, "99.XYZ", 2026, "Nghiên cứu lập kế hoạch") }))
	h.refused(store.Invalid, h.by("foreign", func(tx *store.Tx) error { return AskByCode(bg, tx, d.Code, 2026, "Nghiên cứu lập kế hoạch") }))
	h.must(h.by("colleague", func(tx *store.Tx) error { return AskByCode(bg, tx, d.Code, 2026, "Nghiên cứu lập kế hoạch") }))
	h.refused(store.Conflict, h.by("colleague", func(tx *store.Tx) error { return AskByCode(bg, tx, d.Code, 2026, "Nghiên cứu lập kế hoạch") }))
	mine, err := Requests(bg, h.db, h.people["colleague"])
	h.must(err)
	if len(mine) != 1 || mine[0].Title != "" || mine[0].Code != d.Code {
		t.Fatalf("the request tells what it must not: %+v", mine)
	}
	h.must(h.by("archivist", func(tx *store.Tx) error { return AnswerRequest(bg, tx, mine[0].ID, true, nowDay(tx).AddDays(10), "") }))
	h.agree(x)
	if found, _ := h.finds("colleague", search.Query{Words: "gop y du toan"}); !only(d.Ref(), found) {
		t.Errorf("lent to: %v", found)
	}
	h.later(11)
	h.work(Endings(h.db))
	h.agree(x)

	// What is kept for public use everybody of the agency opens, and nobody else.
	public := h.closed(OpenForm{Title: "Quy hoạch công khai", Rights: "01"})
	h.accepted(public.ID)
	h.agree(x)
	if found, _ := h.finds("colleague", search.Query{Words: "quy hoach cong khai"}); !only(public.Ref(), found) {
		t.Errorf("public: %v", found)
	}
	before := h.found("archivist")
	h.must(x.Clear(bg))
	_, err = x.Reindex(bg, nil)
	h.must(err)
	if after := h.found("archivist"); !slices.Equal(before, after) {
		t.Errorf("built anew: %v, want %v", after, before)
	}
}

func (h *house) found(who string) []string {
	found, _ := h.finds(who, search.Query{Exact: map[string]string{"kind": "dossier"}})
	return found
}

// A foreign agency's dossiers change nothing of what anybody finds, counts or is shown here.
func TestForeignDossiersChangeNoResult(t *testing.T) {
	tell := func(foreign bool) string {
		h := newHouse(t)
		x := h.index()
		if foreign {
			for range 3 {
				h.must(h.by("foreign", func(tx *store.Tx) error {
					_, err := OpenDossier(bg, tx, OpenForm{Title: "Việc chung của hai nơi", Retention: Retention{Period: "05"}, Rights: "01"})
					return err
				}))
			}
		}
		for range 2 {
			h.must(h.by("keeper", func(tx *store.Tx) error {
				_, err := OpenDossier(bg, tx, OpenForm{Title: "Việc chung của hai nơi", Retention: Retention{Period: "05"}})
				return err
			}))
		}
		h.drain(x)
		var out strings.Builder
		for _, who := range []string{"keeper", "unit_head", "head", "archivist", "colleague", "clerk"} {
			a := h.people[who]
			rights, err := SearchRights(bg, h.db, a)
			h.must(err)
			p, err := search.Find(bg, h.db, search.Query{Agency: a.Agency, Rights: rights, Words: "viec chung"})
			h.must(err)
			refs := []string{}
			for _, hit := range p.Hits {
				refs = append(refs, hit.Ref)
			}
			rows, err := FoundRows(bg, h.db, a, refs)
			h.must(err)
			out.WriteString(who)
			for _, r := range rows {
				out.WriteString(" " + r.Number + " " + r.Subject)
			}
			out.WriteString(strings.Repeat("+", p.Count) + "\n")
		}
		return out.String()
	}
	if with, without := tell(true), tell(false); with != without {
		t.Errorf("with\n%s\nwithout\n%s", with, without)
	}
}
