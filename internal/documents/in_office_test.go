package documents

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"congvu/internal/calendar"
	"congvu/internal/org"
	"congvu/internal/store"
	"congvu/internal/storetest"
)

var inCtx = context.Background()

// A Monday before two ordinary weeks.
var inStart = time.Date(2026, 3, 2, 9, 0, 0, 0, calendar.Hanoi)

// office is an agency with its people, and a foreign one with a clerk and a head.
type office struct {
	t       testing.TB
	db      *store.DB
	clock   *storetest.Clock
	agency  int64
	unitX   int64
	unitY   int64
	people  map[string]store.Actor
	packet  atomic.Int64
	journal sync.Map
}

var inRoles = []string{"clerk", "head", "deputy", "other_deputy", "assistant", "head_x", "staff_x", "other_x", "head_y", "staff_y", "admin", "foreign_clerk", "foreign_head"}

func newOffice(t testing.TB) *office {
	o := &office{t: t, clock: storetest.NewClock(inStart), people: map[string]store.Actor{}}
	o.db = storetest.OpenAt(t, o.clock)
	o.inAct(store.System(0), func(tx *store.Tx) error {
		a, err := org.OpenAgency(inCtx, tx, org.AgencyForm{Code: "H26.1", Name: "Sở Nội vụ", Abbr: "SNV", Level: org.Department, Hosted: true, ValidFrom: "2025-07-01"})
		if err != nil {
			return err
		}
		b, err := org.OpenAgency(inCtx, tx, org.AgencyForm{Code: "H26.2", Name: "Ủy ban nhân dân phường Ba Đình", Abbr: "UBND", Level: org.Commune, Hosted: true, ValidFrom: "2025-07-01"})
		if err != nil {
			return err
		}
		o.agency = int64(a.ID)
		units := map[string]org.UnitID{}
		for _, n := range []string{"x", "y"} {
			u, err := org.OpenUnit(inCtx, tx, org.UnitForm{AgencyID: a.ID, Name: "Phòng " + n, Abbr: n, Kind: "phòng", ValidFrom: "2025-07-01"})
			if err != nil {
				return err
			}
			units[n] = u.ID
		}
		o.unitX, o.unitY = int64(units["x"]), int64(units["y"])
		for _, p := range []struct {
			name   string
			agency org.AgencyID
			unit   org.UnitID
			rank   org.Rank
			roles  store.Roles
		}{{"clerk", a.ID, 0, org.RankStaff, store.Clerk}, {"head", a.ID, 0, org.RankHead, 0}, {"deputy", a.ID, 0, org.RankDeputy, 0}, {"other_deputy", a.ID, 0, org.RankDeputy, 0},
			{"assistant", a.ID, 0, org.RankStaff, store.Assistant}, {"head_x", a.ID, units["x"], org.RankUnitHead, store.UnitHead},
			{"staff_x", a.ID, units["x"], org.RankStaff, store.Specialist}, {"other_x", a.ID, units["x"], org.RankStaff, store.Specialist},
			{"head_y", a.ID, units["y"], org.RankUnitHead, store.UnitHead}, {"staff_y", a.ID, units["y"], org.RankStaff, store.Specialist},
			{"admin", a.ID, 0, org.RankStaff, store.AgencyAdmin}, {"foreign_clerk", b.ID, 0, org.RankStaff, store.Clerk}, {"foreign_head", b.ID, 0, org.RankHead, 0}} {
			person, err := org.Enrol(inCtx, tx, org.PersonForm{Name: "Người " + p.name, HomeAgency: p.agency})
			if err != nil {
				return err
			}
			h, err := org.Appoint(inCtx, tx, org.HoldingForm{PersonID: person.ID, AgencyID: p.agency, UnitID: p.unit, Title: "Chức vụ " + p.name, Rank: p.rank, Roles: p.roles, ValidFrom: "2025-07-01"})
			if err != nil {
				return err
			}
			o.people[p.name] = store.Actor{Person: int64(person.ID), Holding: int64(h.ID), Agency: int64(p.agency), Unit: int64(p.unit), Roles: h.Roles, Via: store.ViaWeb}.Vouched()
		}
		return nil
	})
	return o
}

func (o *office) inAct(a store.Actor, f func(tx *store.Tx) error) {
	o.t.Helper()
	if err := o.db.Write(inCtx, a, f); err != nil {
		o.t.Fatal(err)
	}
}

// by runs an act of a named person and gives its error.
func (o *office) by(who string, f func(tx *store.Tx) error) error {
	a, ok := o.people[who]
	if !ok {
		o.t.Fatalf("nobody is %q", who)
	}
	return o.db.Write(inCtx, a, f)
}

func (o *office) must(err error) {
	o.t.Helper()
	if err != nil {
		o.t.Fatal(err)
	}
}

func (o *office) refused(kind store.Kind, err error) {
	o.t.Helper()
	if !errors.Is(err, kind) {
		o.t.Fatalf("want %v, got %v", kind, err)
	}
}

func sha(n int64) string { return fmt.Sprintf("%064x", n) }

// arrival is a good packet; number 0 takes a fresh one.
func (o *office) arrival() Arrival {
	n := o.packet.Add(1)
	return Arrival{Agency: o.agency, Packet: fmt.Sprintf("axis:%d", n), SenderCode: "H26.9", SenderName: "Sở Tài chính",
		DocumentID: fmt.Sprintf("H26.9,2026/03/01,%d/STC-NS", n), Number: fmt.Sprint(n), Notation: "STC-NS", IssuedDate: "2026-03-01",
		TypeName: "công văn", Subject: "Đề nghị góp ý dự toán", SignerName: "Lê Văn A", DueDate: "2026-03-20",
		Files: []File{{Name: "cong-van.pdf", SHA: sha(n), Size: 10, Media: filePDF, Pages: 1, Main: true, Verdict: VerdictPassed, VerdictReport: "{}"}}}
}

func (o *office) arrive(in Arrival) (*Incoming, bool) {
	o.t.Helper()
	var d *Incoming
	var dup bool
	o.inAct(store.System(o.agency), func(tx *store.Tx) (err error) {
		d, dup, err = Arrive(inCtx, tx, in)
		return err
	})
	return d, dup
}

func (o *office) register(id int64, form RegisterForm) (reg *Registration, err error) {
	err = o.by("clerk", func(tx *store.Tx) error {
		reg, err = Register(inCtx, tx, id, form)
		return err
	})
	return reg, err
}

// registered is a document with an arrival number.
func (o *office) registered() *Incoming {
	o.t.Helper()
	d, _ := o.arrive(o.arrival())
	reg, err := o.register(d.ID, RegisterForm{})
	o.must(err)
	return reg.Incoming
}

func (o *office) post(who string) Target { return Target{Post: o.people[who].Holding} }

func (o *office) submit(id int64, to string) {
	o.t.Helper()
	o.must(o.by("clerk", func(tx *store.Tx) error { return SubmitToLeader(inCtx, tx, id, o.people[to].Holding, "") }))
}

func (o *office) direct(who string, id int64, form Direction) (*Directed, error) {
	var dir *Directed
	err := o.by(who, func(tx *store.Tx) (err error) {
		dir, err = Direct(inCtx, tx, id, form)
		return err
	})
	return dir, err
}

// assigned is a document that unit X leads, unit Y coordinates and deputy knows of.
func (o *office) assigned() *Incoming {
	o.t.Helper()
	d := o.registered()
	o.submit(d.ID, "head")
	_, err := o.direct("head", d.ID, Direction{Leads: []Target{{Unit: o.unitX}}, Coordinators: []Target{{Unit: o.unitY}}, Informed: []Target{o.post("deputy")},
		Opinion: "Tham mưu trả lời", DueDays: 5})
	o.must(err)
	return o.find(d.ID)
}

func (o *office) find(id int64) *Incoming {
	o.t.Helper()
	d, err := Receipt(inCtx, o.db, o.agency, id)
	o.must(err)
	return d
}

// lineFor is the newest line of a unit or a post.
func (o *office) lineFor(id int64, to Target) Line {
	o.t.Helper()
	all, err := linesOf(inCtx, o.db, o.agency, id)
	o.must(err)
	for i := len(all) - 1; i >= 0; i-- {
		if l := all[i]; l.HolderKind == "unit" && l.HolderID == to.Unit || l.HolderKind == "post" && l.HolderID == to.Post {
			return l
		}
	}
	o.t.Fatalf("no line for %+v", to)
	return Line{}
}

// verbs counts the journal's entries of a document.
func (o *office) verbs(id int64) map[string]int {
	o.t.Helper()
	seen := map[string]int{}
	storetest.Drain(o.t, o.db, "in_test", func(_ context.Context, _ *store.Tx, e store.Entry) error {
		o.journal.Store(e.ID, e)
		return nil
	})
	o.journal.Range(func(_, v any) bool {
		if e := v.(store.Entry); e.Ref == IncomingRef(id) {
			seen[e.Verb]++
		}
		return true
	})
	return seen
}
