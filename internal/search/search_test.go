package search_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"congvu/internal/search"
	"congvu/internal/store"
	"congvu/internal/storetest"
)

// shelf is an index over entries that a test keeps in memory.
type shelf struct {
	t       *testing.T
	db      *store.DB
	index   *search.Index
	entries map[string]search.Entry
}

func newShelf(t *testing.T) *shelf {
	s := &shelf{t: t, db: storetest.Open(t), entries: map[string]search.Entry{}}
	s.index = search.New(s.db)
	s.index.Register("thing", func(_ context.Context, _ store.Reader, agency int64, ref string) (search.Entry, bool, error) {
		e, ok := s.entries[ref]
		return e, ok && e.Agency == agency, nil
	}, func(_ context.Context, _ store.Reader, after int64, limit int) (out []search.Place, _ error) {
		for _, e := range s.entries {
			if e.ID > after {
				out = append(out, search.Place{AgencyID: e.Agency, ID: e.ID, Ref: e.Ref})
			}
		}
		slices.SortFunc(out, func(a, b search.Place) int { return int(a.ID - b.ID) })
		return out[:min(limit, len(out))], nil
	})
	return s
}

// put says to the journal that a thing changed, and lets the index hear it.
func (s *shelf) put(e search.Entry) {
	s.t.Helper()
	if e.Ref == "" {
		e.Ref = fmt.Sprintf("thing/%d", e.ID)
	}
	if e.Rights == nil {
		e.Rights = []string{"all"}
	}
	s.entries[e.Ref] = e
	s.hear(e)
}

func (s *shelf) hear(e search.Entry) {
	s.t.Helper()
	if err := s.db.Write(s.t.Context(), store.System(e.Agency), func(tx *store.Tx) error {
		tx.Wrote()
		return tx.Record(store.Event{Verb: "document.entered", Agency: e.Agency, Ref: e.Ref})
	}); err != nil {
		s.t.Fatal(err)
	}
	storetest.Drain(s.t, s.db, search.Follower, s.index.Hear)
}

func (s *shelf) find(q search.Query) (ids []int64, p search.Page) {
	s.t.Helper()
	if q.Agency == 0 {
		q.Agency = 7
	}
	if q.Rights == nil {
		q.Rights = []string{"all"}
	}
	p, err := search.Find(s.t.Context(), s.db, q)
	if err != nil {
		s.t.Fatal(err)
	}
	for _, h := range p.Hits {
		ids = append(ids, h.ID)
	}
	return ids, p
}

func (s *shelf) want(q search.Query, ids ...int64) {
	s.t.Helper()
	if got, _ := s.find(q); !slices.Equal(got, ids) {
		s.t.Errorf("%+v finds %v, want %v", q, got, ids)
	}
}

// V38: search on all input fields and on content, without diacritics.
func TestWordsFieldsAndContentAreFound(t *testing.T) {
	s := newShelf(t)
	s.put(search.Entry{ID: 1, Agency: 7, Fields: map[string]string{"subject": "Báo cáo giải ngân vốn đầu tư công", "issuer": "Sở Tài chính", "notation": "12/BC-STC"},
		Exact: map[string][]string{"kind": {"in"}, "state": {"in_progress"}, "type": {"BAO_CAO"}}, Text: "Kết quả thực hiện đến tháng 6 năm 2026 của đường Nguyễn Huệ", Issued: "2026-06-30", Arrived: "2026-07-01"})
	s.put(search.Entry{ID: 2, Agency: 7, Fields: map[string]string{"subject": "Kế hoạch đầu tư công trung hạn", "issuer": "UBND thành phố", "notation": "5/KH-UBND"},
		Exact: map[string][]string{"kind": {"out"}, "state": {"issued"}, "type": {"KE_HOACH"}}, Issued: "2026-01-15", Due: "2026-09-01"})
	s.want(search.Query{Words: "dau tu cong"}, 2, 1)
	s.want(search.Query{Words: "ĐẦU TƯ giải"}, 1)
	s.want(search.Query{Words: "đau tư giai ng"}, 1) // the last word is a beginning
	s.want(search.Query{Words: "giai ng dau"})       // not the last one
	s.want(search.Query{Words: `"đầu tư công"`}, 2, 1)
	s.want(search.Query{Words: `"vốn đầu tư"`}, 1)
	s.want(search.Query{Words: `"công trung hạn" kế`}, 2)
	s.want(search.Query{Words: `"trung đầu"`})
	s.want(search.Query{Words: "12/BC-STC"}, 1)
	s.want(search.Query{Words: "12/BC-UBND"})
	s.want(search.Query{Words: "duong nguyen hue"}, 1) // content; đ is d
	s.want(search.Query{Fields: map[string]string{"issuer": "tài chính"}}, 1)
	s.want(search.Query{Fields: map[string]string{"issuer": "giải ngân"}})
	s.want(search.Query{Exact: map[string]string{"state": "in_progress"}}, 1)
	s.want(search.Query{Exact: map[string]string{"kind": "out", "type": "KE_HOACH"}}, 2)
	s.want(search.Query{Words: "issued"}) // a code is no word
	s.want(search.Query{IssuedFrom: "2026-02-01"}, 1)
	s.want(search.Query{IssuedTo: "2026-02-01"}, 2)
	s.want(search.Query{ArrivedFrom: "2026-01-01"}, 1)
	s.want(search.Query{DueTo: "2026-12-31"}, 2)
	s.want(search.Query{}, 2, 1)
	for _, strange := range []string{`" OR "`, `'`, `a* NEAR(b)`, "\x00", `) AND (`, `'':*`, "đầu & !tư", strings.Repeat("a ", 30)} {
		s.find(search.Query{Words: strange})
	}
}

// V19: a denied user gets nothing, also in search; an agency's words are its own even when another agency's text holds the index's terms.
func TestRightsAreInsideTheIndex(t *testing.T) {
	s := newShelf(t)
	s.put(search.Entry{ID: 1, Agency: 7, Rights: []string{"p1", "a"}, Fields: map[string]string{"subject": "mật khẩu chung"}})
	s.put(search.Entry{ID: 2, Agency: 8, Rights: []string{"p1", "a", "all"}, Fields: map[string]string{"subject": "mật khẩu chung r_p1 all r all"}})
	s.want(search.Query{Words: "chung", Rights: []string{"p1"}}, 1)
	s.want(search.Query{Words: "chung", Rights: []string{"p2", "a"}}, 1)
	s.want(search.Query{Words: "chung", Rights: []string{"p2"}})
	s.want(search.Query{Words: "chung", Rights: []string{"all"}})
	s.want(search.Query{Words: "chung", Rights: []string{}, Agency: 7})
	s.want(search.Query{Words: "chung", Agency: 9, Rights: []string{"a"}})
}

// V41: results stand in the order that was asked for, and say it.
func TestOrderAndPages(t *testing.T) {
	s := newShelf(t)
	for i := int64(1); i <= 25; i++ {
		due := ""
		if i%2 == 0 {
			due = fmt.Sprintf("2026-0%d-01", 1+i%9)
		}
		s.put(search.Entry{ID: i, Agency: 7, Fields: map[string]string{"subject": "công văn"}, Issued: fmt.Sprintf("2026-0%d-10", 1+i*5%9), Due: due})
	}
	for _, order := range search.Sorts {
		var all []int64
		q := search.Query{Words: "cong van", Sort: order, Limit: 7}
		for {
			ids, p := s.find(q)
			if p.Sort != order {
				t.Errorf("says %q", p.Sort)
			}
			if all = append(all, ids...); p.Next == "" {
				break
			}
			if p.Count != 25 || p.More {
				t.Fatalf("%s: count %d", order, p.Count)
			}
			q.Cursor = p.Next
		}
		if len(all) != 25 {
			t.Errorf("%s: %d of 25: %v", order, len(all), all)
		}
		key := func(id int64) string { return s.entries[fmt.Sprintf("thing/%d", id)].Issued }
		for i := 1; i < len(all); i++ {
			if order == search.ByIssued && key(all[i]) > key(all[i-1]) || order == search.Newest && all[i] > all[i-1] || order == search.Oldest && all[i] < all[i-1] {
				t.Errorf("%s: %v", order, all)
				break
			}
		}
	}
	if _, err := search.Find(t.Context(), s.db, search.Query{Agency: 7, Rights: []string{"all"}, Sort: "rank"}); err == nil {
		t.Error("an unknown order was taken")
	}
	if _, err := search.Find(t.Context(), s.db, search.Query{Agency: 7, Rights: []string{"all"}, Cursor: "%%%"}); err == nil {
		t.Error("a broken place was taken")
	}
}

// What is changed or removed leaves the index at once.
func TestWhatIsGoneIsFoundNoMore(t *testing.T) {
	s := newShelf(t)
	s.put(search.Entry{ID: 1, Agency: 7, Fields: map[string]string{"subject": "cũ"}, Text: "nội dung bị thu hồi"})
	s.put(search.Entry{ID: 1, Agency: 7, Fields: map[string]string{"subject": "mới"}})
	s.want(search.Query{Words: "thu hồi"})
	s.want(search.Query{Words: "moi"}, 1)
	delete(s.entries, "thing/1")
	s.hear(search.Entry{ID: 1, Agency: 7, Ref: "thing/1"})
	s.want(search.Query{})
}

var sqlLoseWords = store.Fork(`DELETE FROM search_index WHERE rowid = $1`, `UPDATE search_index_entries SET words = '' WHERE id = $1`)

// An act that changes nothing of what is searched leaves the entry alone; every change of a word, a right, a date or a code is heard, and going back to what was.
func TestOnlyWhatChangedIsIndexed(t *testing.T) {
	s := newShelf(t)
	e := search.Entry{ID: 1, Agency: 7, Fields: map[string]string{"subject": "đất đai", "place": "Tây Hồ"}, Exact: map[string][]string{"code": {"12/QĐ"}, "type": {"QĐ"}}, Text: "nội dung", Due: "2026-09-01"}
	s.put(e)
	if err := s.db.Keep(t.Context(), func(tx *store.Tx) error { _, err := tx.Exec(t.Context(), sqlLoseWords, 1); return err }); err != nil {
		t.Fatal(err)
	}
	s.put(e)
	s.want(search.Query{Words: "dat dai"}) // it was not written again
	changed := e
	changed.Text = "nội dung khác"
	s.put(changed)
	s.want(search.Query{Words: "khac"}, 1)
	s.put(e)
	s.want(search.Query{Words: "khac"})
	s.want(search.Query{Words: "dat dai"}, 1)
	e.Rights = []string{"unit_3"}
	s.put(e)
	s.want(search.Query{Words: "dat dai"})
	s.want(search.Query{Words: "dat dai", Rights: []string{"unit_3"}}, 1)
	e.Due = "2026-10-01"
	s.put(e)
	due, err := store.One[string](t.Context(), s.db, sqlDueOf, int64(1))
	if err != nil || due != e.Due {
		t.Errorf("due %q, %v", due, err)
	}
	delete(s.entries, "thing/1")
	s.hear(search.Entry{ID: 1, Agency: 7, Ref: "thing/1"})
	s.put(e)
	s.want(search.Query{Words: "dat dai", Rights: []string{"unit_3"}}, 1)
}

var sqlDueOf = store.SQL(`SELECT due FROM search_index_entries WHERE id = $1`)

func TestTheIndexIsBuiltAnew(t *testing.T) {
	s := newShelf(t)
	for i := int64(1); i <= 450; i++ {
		e := search.Entry{ID: i, Agency: 7, Ref: fmt.Sprintf("thing/%d", i), Rights: []string{"all"}, Fields: map[string]string{"subject": "văn bản"}}
		s.entries[e.Ref] = e
	}
	if n, err := s.index.Reindex(t.Context(), nil); err != nil || n != 450 {
		t.Fatal(n, err)
	}
	if _, p := s.find(search.Query{Words: "van ban"}); p.Count != 450 {
		t.Errorf("count %d", p.Count)
	}
	if err := s.index.Clear(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.want(search.Query{})
	if err := s.index.Prime(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, p := s.find(search.Query{}); p.Count != 450 {
		t.Errorf("an empty index is filled: %d", p.Count)
	}
}

// V40: searches are kept, run again, renamed, removed, and shown to one's unit when wanted.
func TestSavedSearches(t *testing.T) {
	s := newShelf(t)
	an := store.Actor{Person: 1, Agency: 7, Unit: 3, Holding: 11}
	binh := store.Actor{Person: 2, Agency: 7, Unit: 3, Holding: 12}
	other := store.Actor{Person: 3, Agency: 7, Unit: 4, Holding: 13}
	foreign := store.Actor{Person: 1, Agency: 8, Unit: 3, Holding: 14}
	own, err := search.Save(t.Context(), s.db, an, "  Báo cáo tuần ", "q=bao+cao", false)
	if err != nil {
		t.Fatal(err)
	}
	shared, err := search.Save(t.Context(), s.db, an, "Của phòng", "q=phong", true)
	if err != nil {
		t.Fatal(err)
	}
	names := func(a store.Actor) (out []string) {
		all, err := search.Saved(t.Context(), s.db, a)
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range all {
			out = append(out, x.Name)
		}
		return out
	}
	if got := names(an); !slices.Equal(got, []string{"Báo cáo tuần", "Của phòng"}) {
		t.Errorf("%v", got)
	}
	if got := names(binh); !slices.Equal(got, []string{"Của phòng"}) {
		t.Errorf("a colleague has %v", got)
	}
	if len(names(other)) != 0 || len(names(foreign)) != 0 {
		t.Error("others see it")
	}
	if err := search.Rename(t.Context(), s.db, binh, shared, "Khác"); err == nil {
		t.Error("a colleague renamed it")
	}
	if err := search.Rename(t.Context(), s.db, an, own, "Báo cáo tháng"); err != nil {
		t.Error(err)
	}
	if err := search.Forget(t.Context(), s.db, foreign, own); err == nil {
		t.Error("another agency removed it")
	}
	if err := search.Forget(t.Context(), s.db, an, shared); err != nil {
		t.Error(err)
	}
	if got := names(an); !slices.Equal(got, []string{"Báo cáo tháng"}) {
		t.Errorf("%v", got)
	}
	if _, err := search.Save(t.Context(), s.db, an, "", "q=x", false); err == nil {
		t.Error("a search without a name was kept")
	}
}

// V39: the chosen columns are kept per person.
func TestChosenColumns(t *testing.T) {
	s := newShelf(t)
	an, binh := store.Actor{Person: 1, Agency: 7}, store.Actor{Person: 2, Agency: 7}
	if err := search.ChooseColumns(t.Context(), s.db, an, []string{"number", "subject"}); err != nil {
		t.Fatal(err)
	}
	for who, want := range map[store.Actor][]string{an: {"number", "subject"}, binh: nil} {
		if got, err := search.Columns(t.Context(), s.db, who); err != nil || !slices.Equal(got, want) {
			t.Errorf("%v %v", got, err)
		}
	}
}

func FuzzFind(f *testing.F) {
	f.Add(`"đầu tư" 12/BC-UBND xyz`)
	f.Fuzz(func(t *testing.T, s string) {
		for _, w := range search.Words(s) {
			if strings.ContainsAny(w, "_'\" \\") {
				t.Fatalf("word %q of %q", w, s)
			}
		}
	})
}
