package documents

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"congvu/internal/search"
	"congvu/internal/store"
	"congvu/internal/storetest"
)

// indexOf is the index as the wiring makes it.
func indexOf(db *store.DB) *search.Index {
	x := search.New(db)
	x.Register("incoming", search.From(EntryOf), search.Walk(IncomingPlaces))
	x.Register("outgoing", search.From(EntryOf), search.Walk(OutgoingPlaces))
	return x
}

// hits is what a person finds, newest first, and what the room's own predicate lets him see of it.
func hits(t *testing.T, db *store.DB, a store.Actor, q search.Query) (found, seen []string) {
	t.Helper()
	rights, err := SearchRights(bg, db, a)
	must(t, err)
	q.Agency, q.Rights, q.Limit = a.Agency, rights, 200
	p, err := search.Find(bg, db, q)
	must(t, err)
	for _, h := range p.Hits {
		found = append(found, h.Ref)
	}
	rows, err := FoundRows(bg, db, a, found)
	must(t, err)
	for _, r := range rows {
		seen = append(seen, r.Ref)
	}
	return found, seen
}

// everything lists all documents of the installation.
func everything(t *testing.T, db *store.DB) (out []string) {
	t.Helper()
	for _, walk := range []func(context.Context, store.Reader, int64, int) ([]SearchPlace, error){IncomingPlaces, OutgoingPlaces} {
		all, err := walk(bg, db, 0, 1000)
		must(t, err)
		for _, p := range all {
			out = append(out, p.Ref)
		}
	}
	return out
}

// agree checks that the index gives every person exactly what the room's predicate lets him see.
func agree(t *testing.T, db *store.DB, people map[string]store.Actor) {
	t.Helper()
	all := everything(t, db)
	for name, a := range people {
		found, seen := hits(t, db, a, search.Query{})
		rows, err := FoundRows(bg, db, a, all)
		must(t, err)
		var may []string
		for _, r := range rows {
			may = append(may, r.Ref)
		}
		slices.Sort(may)
		slices.Sort(found)
		if !slices.Equal(found, may) {
			t.Errorf("%s finds %v, may see %v", name, found, may)
		}
		if len(seen) != len(found) {
			t.Errorf("%s: %d found, %d shown", name, len(found), len(seen))
		}
	}
}

// V19: what the index gives to a person is what the predicate of the lists lets him see, for received documents in every state.
// N12: nothing is visible to everyone.
func TestTheIndexGivesWhatThePredicateAllows(t *testing.T) {
	o := newOffice(t)
	x := indexOf(o.db)
	o.arrive(o.arrival())
	o.registered()
	o.submit(o.registered().ID, "deputy")
	o.assigned()
	_, err := o.granting("clerk", GrantForm{Ref: o.registered().Ref(), WhoKind: GrantPost, WhoID: o.people["staff_y"].Holding})
	must(t, err)
	limited := o.assigned()
	must(t, o.by("clerk", func(tx *store.Tx) error { return Restrict(bg, tx, limited.Ref(), why) }))
	storetest.Drain(t, o.db, search.Follower, x.Hear)
	agree(t, o.db, o.people)
	clerk, _ := hits(t, o.db, o.people["clerk"], search.Query{})
	staff, _ := hits(t, o.db, o.people["staff_y"], search.Query{})
	if len(clerk) != 6 || len(staff) == 0 || len(staff) >= 6 {
		t.Errorf("the clerk finds %d, a specialist %d", len(clerk), len(staff))
	}
	if none, _ := hits(t, o.db, o.people["foreign_head"], search.Query{}); len(none) != 0 {
		t.Errorf("another agency finds %v", none)
	}
}

// V19, the outgoing half.
func TestTheIndexGivesWhatThePredicateAllowsOfOutgoing(t *testing.T) {
	h := newHouse(t)
	x := indexOf(h.DB)
	for _, s := range []State{Drafted, InReview, Signed, Issued} {
		h.at(s)
	}
	storetest.Drain(t, h.DB, search.Follower, x.Hear)
	agree(t, h.DB, map[string]store.Actor{"clerk": h.clerk, "drafter": h.drafter, "leader": h.head})
}

// V38: an issued document is found by each of its fields and by what its file says.
func TestADocumentIsFoundByItsFieldsAndContent(t *testing.T) {
	h := newHouse(t)
	x := indexOf(h.DB)
	o := h.at(Issued)
	h.reads()
	storetest.Drain(t, h.DB, search.Follower, x.Hear)
	for _, q := range []search.Query{{Words: o.NumberText}, {Words: o.Subject}, {Fields: map[string]string{"signer": o.SignerName}}, {Fields: map[string]string{"notation": o.Notation}},
		{Exact: map[string]string{"kind": "out", "state": "issued", "year": fmt.Sprint(o.Year), "type": o.TypeCode}}, {IssuedFrom: string(o.IssuedDate), IssuedTo: string(o.IssuedDate)},
		{Fields: map[string]string{"receiver": o.Receivers[0].Name}}, {Words: "doc lap tu do hanh phuc"}} {
		if _, seen := hits(t, h.DB, h.clerk, q); !slices.Equal(seen, []string{o.Ref()}) {
			t.Errorf("%+v finds %v", q, seen)
		}
	}
	for _, q := range []search.Query{{Exact: map[string]string{"kind": "in"}}, {Words: "khong co dau"}, {IssuedTo: "2020-01-01"}} {
		if _, seen := hits(t, h.DB, h.clerk, q); len(seen) != 0 {
			t.Errorf("%+v finds %v", q, seen)
		}
	}
}
