package org_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"congvu/internal/org"
	"congvu/internal/store"
)

func unit(id, pid, code, name string) org.Listed {
	return org.Listed{ID: id, ParentID: pid, Code: code, Name: name, IsAgency: true}
}

// sync plans and carries out a list; a run that is held stays so.
func (w *town) sync(kind string, units ...org.Listed) *org.Run {
	w.Helper()
	run, err := org.PlanSync(ctx, w.db, root, org.List{Source: "national", Kind: kind, Units: units})
	w.must(err)
	run, err = org.CarryRun(ctx, w.db, run.ID)
	w.must(err)
	return run
}

// force is sync with the administrator's yes.
func (w *town) force(kind string, units ...org.Listed) *org.Run {
	w.Helper()
	run := w.sync(kind, units...)
	if run.State == org.RunHeld {
		w.must(w.act(root, func(tx *store.Tx) error { return org.ConfirmRun(ctx, tx, run.ID, "đã kiểm tra") }))
		var err error
		run, err = org.CarryRun(ctx, w.db, run.ID)
		w.must(err)
	}
	if run.State != org.RunDone {
		w.Fatalf("run is %s", run.State)
	}
	return run
}

func (w *town) entry(id string) *org.Entry {
	w.Helper()
	e, err := org.FindEntry(ctx, w.db, "national", id)
	w.must(err)
	return e
}

func (w *town) byCode(code string) *org.Agency {
	w.Helper()
	a, err := org.AgencyByCode(ctx, w.db, code, org.Today(w.db.Now()))
	w.must(err)
	return a
}

func (w *town) openConflicts() []org.CodeConflict {
	w.Helper()
	all, err := org.Conflicts(ctx, w.db, false, 100)
	w.must(err)
	return all
}

// X20.2, X20.3, X20.5, I3.3: what a list says is kept whole, its agencies can be found by every code, and what vanishes is closed, never deleted.
func TestDirectoryFollowsTheList(t *testing.T) {
	w := open(t)
	root102 := org.Listed{ID: "1", Code: "G12", Code102: "000.00.00.G12", OldCode: "00.01.G12", Name: "Bộ Tài chính", Mail: "vt@mof.test", Version: "3", CenterCode: "00.00.G12", IsAgency: true,
		ModifiedAt: time.Date(2026, 2, 1, 3, 0, 0, 0, time.UTC).UnixMicro()}
	run := w.sync(org.RunFull, unit("2", "1", "G12.18", "Cục Thuế"), root102, org.Listed{ID: "3", ParentID: "1", Code: "", Name: "Khối cơ quan"}, unit("4", "1", "00.22.W00", "Trục bộ"))
	if run.State != org.RunDone || run.Creates != 4 || run.Carried != 4 || run.Problems != 0 {
		t.Fatalf("%+v", run)
	}
	for _, code := range []string{"G12", "000.00.00.G12", "00.01.G12", "000-00-00-g12"} { // I1.11
		if a := w.byCode(code); a.Name != "Bộ Tài chính" || a.OldCode != "000.00.00.G12" || a.Level != org.Outside || a.Hosted || a.ValidFrom != "2026-02-01" {
			t.Fatalf("%s: %+v", code, a)
		}
	}
	if a := w.byCode("G12.18"); a.ParentName != "Bộ Tài chính" {
		t.Fatalf("%+v", a)
	}
	if e := w.entry("1"); e.Action != org.EntryCreated || e.Link != org.LinkRegistered || e.Mail != "vt@mof.test" || e.CenterCode != "00.00.G12" || e.Version != "3" {
		t.Fatalf("%+v", e)
	}
	if e := w.entry("3"); e.Link != org.LinkNone || e.AgencyID != 0 {
		t.Fatalf("%+v", e)
	}
	if e := w.entry("4"); !e.Technical() || e.Link != org.LinkRegistered { // X20.4: valid in traces …
		t.Fatalf("%+v", e)
	}
	found, err := org.SearchAgencies(ctx, w.db, "truc bo", 10) // … hidden from pickers
	w.must(err)
	if len(found) != 0 {
		t.Fatalf("%+v", found)
	}
	if again := w.sync(org.RunFull, unit("2", "1", "G12.18", "Cục Thuế"), root102, org.Listed{ID: "3", ParentID: "1", Name: "Khối cơ quan"}, unit("4", "1", "00.22.W00", "Trục bộ")); again.Steps() != 0 || again.State != org.RunDone {
		t.Fatalf("the same list again: %+v", again)
	}

	w.clock.Step(24 * time.Hour)
	w.force(org.RunChanges, unit("2", "1", "G12.19", "Cục Thuế Nhà nước"))
	a := w.byCode("G12.19")
	if a.Name != "Cục Thuế Nhà nước" || w.byCode("G12.18").ID != a.ID {
		t.Fatalf("%+v", a)
	}
	before, err := org.AgencyAt(ctx, w.db, a.ID, today) // I4.9
	w.must(err)
	if before.Name != "Cục Thuế" {
		t.Fatalf("%+v", before)
	}
	for _, q := range []string{"cuc thue nha", "G12.18", "G12.19"} { // X20.1: by old name and old code
		if found, err := org.SearchAgencies(ctx, w.db, q, 10); err != nil || len(found) != 1 {
			t.Fatalf("%s: %+v %v", q, found, err)
		}
	}
	history, err := org.EntryHistory(ctx, w.db, "national", "2")
	w.must(err)
	if len(history) != 1 {
		t.Fatalf("%+v", history)
	}

	w.force(org.RunFull, root102) // the others have vanished
	e := w.entry("2")
	gone, err := org.FindAgency(ctx, w.db, a.ID)
	w.must(err)
	if e.Action != org.EntryDeleted || e.ValidTo == "" || gone.State != "closed" || w.byCode("G12.19").ID != a.ID {
		t.Fatalf("%+v %+v", e, gone)
	}
	w.clock.Step(24 * time.Hour)
	w.force(org.RunChanges, unit("2", "1", "G12.19", "Cục Thuế Nhà nước"))
	if back := w.byCode("G12.19"); back.State != "active" || back.ID != a.ID || back.ValidTo != "" {
		t.Fatalf("%+v", back)
	}
}

// X20.5, I3.5: agencies entered here are linked by their code and never overwritten; the difference is shown, and only an administrator adopts it.
func TestDirectoryLeavesOwnAgenciesAlone(t *testing.T) {
	w := open(t)
	w.sync(org.RunFull, org.Listed{ID: "26", Code: "H26", Code102: "000.00.00.H26", Name: "UBND TP Hà Nội (bản cũ)", IsAgency: true}, unit("27", "26", "H26.15", "Sở Nội vụ"))
	a, err := org.FindAgency(ctx, w.db, w.ubnd)
	w.must(err)
	if a.Name != "Ủy ban nhân dân thành phố" || !a.Hosted || a.Revision != 1 {
		t.Fatalf("%+v", a)
	}
	if e := w.entry("26"); e.AgencyID != w.ubnd || e.Link != org.LinkRegistered || e.Validity != org.EntryValid {
		t.Fatalf("%+v", e)
	}
	differ, err := org.DifferingEntries(ctx, w.db, 10)
	w.must(err)
	if len(differ) != 1 || differ[0].ID != "26" {
		t.Fatalf("%+v", differ)
	}
	w.refused(store.Forbidden, w.act(store.Actor{Person: 5, Agency: int64(w.ubnd), Roles: store.Clerk, Via: store.ViaWeb}, func(tx *store.Tx) error { _, err := org.AdoptEntry(ctx, tx, "national", "26"); return err }))
	w.must(w.act(root, func(tx *store.Tx) error { _, err := org.AdoptEntry(ctx, tx, "national", "26"); return err }))
	if a, _ := org.FindAgency(ctx, w.db, w.ubnd); a.Name != "UBND TP Hà Nội (bản cũ)" || !a.Hosted {
		t.Fatalf("%+v", a)
	}
	w.force(org.RunFull, unit("28", "", "H26.99", "Cơ quan khác")) // both vanish from the list
	if a, _ := org.FindAgency(ctx, w.db, w.ubnd); a.State != "active" || w.entry("26").Action != org.EntryDeleted {
		t.Fatalf("%+v", a)
	}
}

// I2.5, I3.5: a code that two claim is a conflict, both stay visible, nobody sends to it, and an administrator decides.
func TestDirectoryConflictsWaitForADecision(t *testing.T) {
	w := open(t)
	run := w.sync(org.RunFull, unit("1", "", "H40.01", "Sở Y tế"), unit("2", "", "H40.01", "Sở Y tế mới"), org.Listed{ID: "3", Code: "H40.03", OldCode: "H40.01", Name: "Chi cục", IsAgency: true})
	if run.Conflicts != 2 {
		t.Fatalf("%+v", run)
	}
	a := w.byCode("H40.01")
	if code, disputed, err := org.Disputed(ctx, w.db, a); err != nil || !disputed || code != "H40.01" {
		t.Fatal(code, disputed, err)
	}
	if e := w.entry("2"); e.Link != org.LinkPending || e.Validity != org.EntryConflict || e.AgencyID != 0 {
		t.Fatalf("%+v", e)
	}
	if e := w.entry("3"); e.Link != org.LinkRegistered || e.Validity != org.EntryConflict || w.byCode("H40.03").Name != "Chi cục" {
		t.Fatalf("%+v", e)
	}
	decide := func(entry, decision string) error {
		for _, k := range w.openConflicts() {
			if k.Entry == entry {
				return w.act(root, func(tx *store.Tx) error {
					return org.DecideConflict(ctx, tx, k.ID, decision, "theo công văn của Bộ")
				})
			}
		}
		return fmt.Errorf("no open conflict of %s", entry)
	}
	w.must(decide("3", org.ConflictKept))
	if e := w.entry("3"); e.Validity != org.EntryValid || e.Link != org.LinkRegistered {
		t.Fatalf("%+v", e)
	}
	w.must(decide("2", org.ConflictMoved))
	w.clock.Step(24 * time.Hour)
	if b := w.byCode("H40.01"); b.ID == a.ID || b.Name != "Sở Y tế mới" || b.State != "active" {
		t.Fatalf("%+v", b)
	}
	if old, err := org.FindAgency(ctx, w.db, a.ID); err != nil || old.State != "closed" {
		t.Fatalf("%+v %v", old, err)
	}
	if again := w.sync(org.RunFull, unit("1", "", "H40.01", "Sở Y tế"), unit("2", "", "H40.01", "Sở Y tế mới"), org.Listed{ID: "3", Code: "H40.03", OldCode: "H40.01", Name: "Chi cục", IsAgency: true}); again.Steps() != 0 || len(w.openConflicts()) != 0 {
		t.Fatalf("decisions are remembered: %+v %+v", again, w.openConflicts())
	}
	// a closed code is nobody else's
	w.force(org.RunChanges, org.Listed{ID: "3", Code: "H40.03", OldCode: "H40.01", Name: "Chi cục", IsAgency: true, Deleted: true})
	w.force(org.RunChanges, unit("9", "", "H40.03", "Trung tâm khác"))
	if err := decide("9", org.ConflictMoved); err == nil {
		t.Fatal("a closed code was given to another")
	} else {
		w.refused(store.Conflict, err)
	}
	w.must(decide("9", org.ConflictSame)) // it was the same one under another id
	if b := w.byCode("H40.03"); b.State != "active" || b.Name != "Trung tâm khác" {
		t.Fatalf("%+v", b)
	}
	// an agency entered here changes its code on its own page
	w.force(org.RunChanges, unit("10", "", "H26.15", "Sở Nội vụ"), unit("11", "", "H26.15", "Sở khác"))
	w.refused(store.Conflict, decide("11", org.ConflictMoved))
	if s, err := org.FindAgency(ctx, w.db, w.snv); err != nil || s.Name != "Sở Nội vụ" {
		t.Fatal(s, err)
	}
	w.force(org.RunChanges, unit("11", "", "H26.98", "Sở khác")) // the list came to its senses
	if len(w.openConflicts()) != 0 || w.byCode("H26.98").Name != "Sở khác" {
		t.Fatalf("%+v", w.openConflicts())
	}
}

// X20.6: what would close more than 2 % is held, does nothing until an administrator says so, and may be refused.
func TestDirectoryHoldsASyncThatClosesMuch(t *testing.T) {
	w := open(t)
	var all []org.Listed
	for i := range 200 {
		all = append(all, unit(strconv.Itoa(i), "", fmt.Sprintf("H50.%d", i), fmt.Sprintf("Cơ quan %d", i)))
	}
	w.sync(org.RunFull, all...)
	if run := w.sync(org.RunFull, all[4:]...); run.State != org.RunDone || run.Closes != 4 { // 2 % exactly
		t.Fatalf("%+v", run)
	}
	run := w.sync(org.RunFull, all[8:]...) // 4 of 196
	if run.State != org.RunHeld || run.Carried != 0 || w.byCode("H50.5").State != "active" {
		t.Fatalf("%+v", run)
	}
	_, err := org.PlanSync(ctx, w.db, root, org.List{Source: "national", Kind: org.RunFull, Units: all})
	w.refused(store.Conflict, err)
	w.refused(store.Invalid, w.act(root, func(tx *store.Tx) error { return org.RefuseRun(ctx, tx, run.ID, "") }))
	w.must(w.act(root, func(tx *store.Tx) error { return org.RefuseRun(ctx, tx, run.ID, "danh mục tải về bị thiếu") }))
	if w.byCode("H50.5").State != "active" {
		t.Fatal("a refused run closed something")
	}
	run = w.sync(org.RunFull, all[8:]...)
	w.refused(store.Forbidden, w.act(store.Actor{Person: 5, Agency: int64(w.ubnd), Roles: store.AgencyAdmin, Via: store.ViaWeb}, func(tx *store.Tx) error { return org.ConfirmRun(ctx, tx, run.ID, "") }))
	w.must(w.act(root, func(tx *store.Tx) error { return org.ConfirmRun(ctx, tx, run.ID, "") }))
	if run, err = org.CarryRun(ctx, w.db, run.ID); err != nil || run.State != org.RunDone || w.byCode("H50.5").State != "closed" {
		t.Fatalf("%+v %v", run, err)
	}
	_, err = org.PlanSync(ctx, w.db, root, org.List{Source: "national", Kind: org.RunFull})
	w.refused(store.Invalid, err)
}

// X20.5, I3.3: who sends and is not known is listed, becomes no receiver, and an administrator enters or links it; a list that has it settles it.
func TestUnknownSendersAreListed(t *testing.T) {
	w := open(t)
	for range 3 {
		w.must(org.NoteSender(ctx, w.db, "000-00-15-H26", "Sở Nội vụ (phần mềm cũ)", ""))
	}
	w.must(org.NoteSender(ctx, w.db, "H44.07", "Sở Xây dựng", ""))
	w.must(org.NoteSender(ctx, w.db, "H44.08", "", ""))
	w.must(org.NoteSender(ctx, w.db, "không phải mã", "x", ""))
	waiting, err := org.UnknownSenders(ctx, w.db, false, 10)
	w.must(err)
	if len(waiting) != 3 || waiting[2].ID != "000.00.15.H26" || waiting[2].Seen != 3 {
		t.Fatalf("%+v", waiting)
	}
	if found, err := org.SearchAgencies(ctx, w.db, "so xay dung", 5); err != nil || len(found) != 0 {
		t.Fatal("inactive, but offered as a receiver", found, err)
	}
	if may, err := org.Suggested(ctx, w.db, "000.00.15.H26"); err != nil || len(may) != 1 || may[0].ID != w.snv { // I3.1
		t.Fatal(may, err)
	}
	w.must(w.act(root, func(tx *store.Tx) error { return org.LinkSender(ctx, tx, "000.00.15.H26", w.snv) }))
	if w.byCode("000.00.15.H26").ID != w.snv {
		t.Fatal("not linked")
	}
	if found, err := org.SearchAgencies(ctx, w.db, "000.00.15", 5); err != nil || len(found) != 1 {
		t.Fatal(found, err)
	}
	w.refused(store.Conflict, w.act(root, func(tx *store.Tx) error { return org.LinkSender(ctx, tx, "000.00.15.H26", w.ubnd) }))
	w.must(w.act(root, func(tx *store.Tx) error { _, err := org.EnterSender(ctx, tx, "H44.07", ""); return err }))
	entered := w.byCode("H44.07")
	w.sync(org.RunFull, unit("7", "", "H44.07", "Sở Xây dựng tỉnh"), unit("8", "", "H44.08", "Sở Tư pháp tỉnh"))
	if a := w.byCode("H44.07"); a.ID != entered.ID || a.Name != "Sở Xây dựng tỉnh" {
		t.Fatalf("%+v", a)
	}
	if n, err := org.WaitingSenders(ctx, w.db); err != nil || n != 0 {
		t.Fatal(n, err)
	}
	w.must(org.NoteSender(ctx, w.db, "H45.01", "Quảng cáo", ""))
	w.must(w.act(root, func(tx *store.Tx) error {
		return org.IgnoreSender(ctx, tx, "H45.01", "không phải cơ quan nhà nước")
	}))
	if n, err := org.WaitingSenders(ctx, w.db); err != nil || n != 0 {
		t.Fatal(n, err)
	}
}

// X20.6: a run that is interrupted goes on where it stopped, and an interrupted planning stands in nobody's way for long.
func TestDirectorySyncSurvivesItsProcess(t *testing.T) {
	w := open(t)
	var all []org.Listed
	for i := range 90 {
		all = append(all, unit(strconv.Itoa(i), strconv.Itoa(i/10), fmt.Sprintf("H51.%d", i), fmt.Sprintf("Cơ quan %d", i)))
	}
	w.must(org.PlanHalf(ctx, w.db, root, org.List{Source: "national", Kind: org.RunFull, Units: all}))
	_, err := org.PlanSync(ctx, w.db, root, org.List{Source: "national", Kind: org.RunFull, Units: all})
	w.refused(store.Conflict, err)
	w.clock.Step(3 * time.Minute)
	run, err := org.PlanSync(ctx, w.db, root, org.List{Source: "national", Kind: org.RunFull, Units: all})
	w.must(err)
	w.must(org.CarrySome(ctx, w.db, run.ID, 3, 20))
	half, err := org.FindRun(ctx, w.db, run.ID)
	w.must(err)
	if half.State != org.RunCarrying || half.Carried != 60 {
		t.Fatalf("%+v", half)
	}
	w.must(org.CarryOpenRuns(ctx, w.db))
	if run, err = org.FindRun(ctx, w.db, run.ID); err != nil || run.State != org.RunDone || run.Carried != 90 {
		t.Fatalf("%+v %v", run, err)
	}
	if again := w.sync(org.RunFull, all...); again.Steps() != 0 {
		t.Fatalf("%+v", again)
	}
	// what cannot be entered stands aside with its reason
	run = w.sync(org.RunChanges, unit("x", "", "H51.x y", "Sai mã"), unit("y", "", "", "Không mã"), unit("z", "", "H51.900", "Đúng"), unit("z", "", "H51.901", "Hai lần"))
	if run.State != org.RunDone || run.Problems != 3 || run.Creates != 1 || w.byCode("H51.900").Name != "Đúng" {
		t.Fatalf("%+v", run)
	}
	left, err := org.Steps(ctx, w.db, run.ID, 0, 10)
	w.must(err)
	if len(left) != 3 || left[0].Said().Text == "" {
		t.Fatalf("%+v", left)
	}
}

// nation is a random national list and what it does from one day to the next.
type nation struct {
	*rand.Rand
	units []org.Listed
	next  int
	codes []string // every code ever used
}

func (n *nation) code() string {
	n.next++
	c := fmt.Sprintf("H%02d.%d", 1+n.IntN(20), n.next)
	n.codes = append(n.codes, c)
	return c
}

func (n *nation) add() {
	n.next++
	u := org.Listed{ID: fmt.Sprintf("id%d", n.next), Code: n.code(), Name: fmt.Sprintf("Cơ quan số %d", n.next), IsAgency: n.IntN(20) > 0}
	if n.IntN(3) == 0 {
		u.Code102 = fmt.Sprintf("%03d.%02d.%02d.H%02d", n.next%1000, n.next/1000%100, 1+n.IntN(98), 1+n.IntN(20))
	}
	if len(n.units) > 0 && n.IntN(4) > 0 {
		u.ParentID = n.units[n.IntN(len(n.units))].ID
	}
	if n.IntN(15) == 0 && len(n.codes) > 3 { // a code that somebody has or had
		u.Code = n.codes[n.IntN(len(n.codes))]
	}
	n.units = append(n.units, u)
}

func (n *nation) day() {
	for range 1 + n.IntN(8) {
		if len(n.units) < 10 || n.IntN(3) == 0 {
			n.add()
			continue
		}
		i := n.IntN(len(n.units))
		u := &n.units[i]
		switch n.IntN(7) {
		case 0:
			u.Name += " mới"
		case 1:
			u.OldCode, u.Code = u.Code, n.code()
		case 2:
			n.units = slices.Delete(n.units, i, i+1)
		case 3:
			u.ParentID = n.units[n.IntN(len(n.units))].ID
		case 4:
			u.Code = n.codes[n.IntN(len(n.codes))]
		case 5:
			n.next++
			u.ID = fmt.Sprintf("id%d", n.next)
		case 6:
			u.IsAgency = !u.IsAgency
		}
	}
}

// X20.2–X20.6 as properties: after any sequence of lists, interrupted anywhere, the directory says what the last list says, no code has ever had two
// owners, nothing is gone, and the installation's own agencies are as they were. CONGVU_DIRECTORY_SEEDS runs more.
func TestDirectorySyncProperties(t *testing.T) {
	seeds := 6
	if n, err := strconv.Atoi(os.Getenv("CONGVU_DIRECTORY_SEEDS")); err == nil {
		seeds = n
	}
	w := open(t)
	for seed := range seeds {
		n := &nation{Rand: rand.New(rand.NewPCG(uint64(seed), 20))}
		source := fmt.Sprintf("list%d", seed)
		n.codes = append(n.codes, "H26.15")
		prefix := fmt.Sprintf("X%d", seed)
		ever := map[string]bool{}
		for day := range 12 {
			n.day()
			list := slices.Clone(n.units)
			for i := range list { // other seeds have other codes
				if list[i].Code != "H26.15" {
					list[i].Code += "." + prefix
				}
				if list[i].OldCode != "" && list[i].OldCode != "H26.15" {
					list[i].OldCode += "." + prefix
				}
				if list[i].Code102 != "" {
					list[i].Code102 = fmt.Sprintf("%d.%s", seed, list[i].Code102)
				}
				ever[list[i].ID] = true
			}
			w.clock.Step(24 * time.Hour)
			run, err := org.PlanSync(ctx, w.db, root, org.List{Source: source, Kind: org.RunFull, Units: list})
			w.must(err)
			if run.State == org.RunHeld {
				w.must(w.act(root, func(tx *store.Tx) error { return org.ConfirmRun(ctx, tx, run.ID, "") }))
			}
			if n.IntN(2) == 0 {
				w.must(ignoreEnd(org.CarrySome(ctx, w.db, run.ID, n.IntN(4), 1+n.IntN(5))))
			}
			w.must(org.CarryOpenRuns(ctx, w.db))
			w.holds(fmt.Sprintf("seed %d, day %d", seed, day), source, list, ever)
			if again, err := org.PlanSync(ctx, w.db, root, org.List{Source: source, Kind: org.RunFull, Units: list}); err != nil || again.Steps() != 0 {
				t.Fatalf("seed %d, day %d: the same list again: %+v %v", seed, day, again, err)
			}
		}
	}
}

func ignoreEnd(err error) error {
	if err != nil && err.Error() == "org: the run is not under way" {
		return nil
	}
	return err
}

var (
	sqlTwoOwners = store.SQL(`SELECT code FROM org_codes GROUP BY code HAVING count(DISTINCT agency_id) > 1`)
	sqlLiveTwice = store.SQL(`SELECT CAST(agency_id AS TEXT) FROM org_entries WHERE agency_id <> 0 AND action <> 'DELETE' AND source = $1 GROUP BY agency_id HAVING count(*) > 1`)
	sqlLoose     = store.SQL(`SELECT e.id FROM org_entries AS e WHERE e.source = $1 AND e.action <> 'DELETE' AND e.is_agency AND e.agency_id = 0
		AND NOT EXISTS (SELECT 1 FROM org_conflicts AS c WHERE c.source = e.source AND c.entry = e.id AND c.state = 'open')`)
	sqlUntrue = store.SQL(`SELECT e.id FROM org_entries AS e JOIN org_agencies AS a ON a.id = e.agency_id WHERE e.source = $1 AND e.action <> 'DELETE' AND e.link = 'REGISTERED' AND a.origin = e.source
		AND (a.state <> 'active' OR a.name <> e.name OR e.validity = 'VALID' AND a.code <> e.code)`)
	sqlUnclosed = store.SQL(`SELECT e.id FROM org_entries AS e JOIN org_agencies AS a ON a.id = e.agency_id WHERE e.source = $1 AND e.action = 'DELETE' AND a.origin = e.source AND a.state = 'active'
		AND NOT EXISTS (SELECT 1 FROM org_entries AS o WHERE o.agency_id = a.id AND o.action <> 'DELETE')`)
	sqlCodeless = store.SQL(`SELECT CAST(a.id AS TEXT) FROM org_agencies AS a WHERE a.state = 'active' AND NOT EXISTS (SELECT 1 FROM org_codes AS c WHERE c.agency_id = a.id AND c.valid_to = '')`)
	sqlOpenEnds = store.SQL(`SELECT CAST(a.id AS TEXT) FROM org_agencies AS a WHERE a.state = 'closed' AND EXISTS (SELECT 1 FROM org_codes AS c WHERE c.agency_id = a.id AND c.valid_to = '')`)
)

func (w *town) holds(when, source string, list []org.Listed, ever map[string]bool) {
	w.Helper()
	for _, q := range []struct {
		what string
		stmt *store.Stmt
		args []any
	}{{"codes with two owners", sqlTwoOwners, nil}, {"agencies with two live entries", sqlLiveTwice, []any{source}}, {"entries that are neither agency nor conflict", sqlLoose, []any{source}},
		{"agencies that say otherwise", sqlUntrue, []any{source}}, {"agencies of vanished entries", sqlUnclosed, []any{source}}, {"active agencies without a code", sqlCodeless, nil},
		{"closed agencies with a code", sqlOpenEnds, nil}} {
		if bad, err := store.All[string](ctx, w.db, q.stmt, q.args...); err != nil || len(bad) > 0 {
			w.Fatalf("%s: %s: %v %v", when, q.what, bad, err)
		}
	}
	now := map[string]bool{}
	for _, u := range list {
		now[u.ID] = true
		e, err := org.FindEntry(ctx, w.db, source, u.ID)
		w.must(err)
		if u.ParentID == u.ID {
			u.ParentID = ""
		}
		if e.Listed() != u || e.Action == org.EntryDeleted {
			w.Fatalf("%s: %+v is kept as %+v", when, u, e)
		}
	}
	for id := range ever {
		e, err := org.FindEntry(ctx, w.db, source, id)
		if err != nil || now[id] != (e.Action != org.EntryDeleted) {
			w.Fatalf("%s: %s: %+v %v", when, id, e, err)
		}
	}
	for _, own := range []org.AgencyID{w.ubnd, w.snv} {
		if a, err := org.FindAgency(ctx, w.db, own); err != nil || a.Revision != 1 || a.State != "active" || !a.Hosted {
			w.Fatalf("%s: %+v %v", when, a, err)
		}
	}
}
