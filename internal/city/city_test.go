package city

import (
	"context"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"congvu/internal/audit"
	"congvu/internal/auth"
	"congvu/internal/axis"
	"congvu/internal/blob"
	"congvu/internal/calendar"
	"congvu/internal/documents"
	"congvu/internal/exchange"
	"congvu/internal/keys"
	"congvu/internal/org"
	"congvu/internal/store"
	"congvu/internal/storetest"
)

// aMonday at ten: the youngest steps of the plan lie a few hours back.
var aMonday = time.Date(2026, 11, 23, 10, 0, 0, 0, calendar.Hanoi)

// installationFor opens an empty installation whose clock is the city's.
func installationFor(t testing.TB, seed uint64, now time.Time) *Seeder {
	t.Helper()
	return installationAt(t, seed, now, NewClock(now))
}

func installationAt(t testing.TB, seed uint64, now time.Time, clock *Clock) *Seeder {
	t.Helper()
	return openedIn(t, t.TempDir(), clock, storetest.OpenAt(t, clock), seed, now)
}

// openedIn opens what a city needs beside its tables in a folder.
func openedIn(t testing.TB, dir string, clock *Clock, db *store.DB, seed uint64, now time.Time) *Seeder {
	t.Helper()
	authority, err := Authority(seed, now)
	if err != nil {
		t.Fatal(err)
	}
	if err := authority.WriteTrust(filepath.Join(dir, "trust")); err != nil {
		t.Fatal(err)
	}
	trust, err := keys.LoadTrust(filepath.Join(dir, "trust"))
	if err != nil {
		t.Fatal(err)
	}
	trust.AllowTest = true
	blobs, err := blob.OpenDisk(filepath.Join(dir, "files"))
	if err != nil {
		t.Fatal(err)
	}
	pens, err := keys.Open(filepath.Join(dir, "keys"), []byte("a secret for tests only"))
	if err != nil {
		t.Fatal(err)
	}
	ax, err := axis.Open(context.Background(), axis.Config{Node: "city", StoreDir: filepath.Join(dir, "axis"), Now: func() time.Time { return db.Now().Time() }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ax.Close() })
	return &Seeder{DB: db, Clock: clock, Authority: authority,
		Desk:     &documents.Desk{DB: db, Blobs: blobs, Keys: pens, Trust: trust},
		Exchange: &exchange.Office{DB: db, Blobs: blobs, Keys: pens, Trust: trust, Axis: ax, SpoolDir: t.TempDir()}}
}

func TestASmallCityIsComplete(t *testing.T) {
	s := installationFor(t, 1, aMonday)
	ctx, stop := context.WithTimeout(context.Background(), 4*time.Minute)
	defer stop()
	sum, err := s.Build(ctx, Options{Now: aMonday, Seed: 1, Documents: 40})
	if sum != nil {
		t.Logf("%+v", *sum)
	}
	if err != nil {
		t.Fatal(err)
	}
	for i := range s.hall.agencies {
		a := &s.hall.agencies[i]
		if entries, err := audit.Journal(ctx, s.DB, a.post("quantri").actor, audit.Filter{}); err != nil || len(entries) < 10 {
			t.Errorf("the journal of %s has %d entries: %v", a.short, len(entries), err)
		}
	}
	if len(s.forgedReceipts()) == 0 {
		t.Fatal("nothing was forged")
	}
	for _, r := range s.forgedReceipts() { // S13.2: the receiver sees what the sender cannot
		page, err := documents.Inbox(ctx, s.DB, r.at.clerk().actor, documents.InFilter{Tab: documents.InTabAll, Limit: 200})
		if err != nil {
			t.Fatal(err)
		}
		if !slices.ContainsFunc(page.Rows, func(row documents.IncomingRow) bool {
			return row.Code() == r.of.doc.NumberText && row.SenderName == r.of.from.name && row.Verdict == documents.VerdictFailed
		}) {
			t.Errorf("%s did not see that %s of %s was changed", r.at.short, r.of.doc.NumberText, r.of.from.short)
		}
		files, err := documents.Files(ctx, s.DB, r.of.from.clerk().actor, r.of.doc.Ref())
		if err != nil {
			t.Fatal(err)
		}
		if files[0].Verdict != documents.VerdictPassed {
			t.Errorf("the sender's own file is %s", files[0].Verdict)
		}
	}
}

// forgedReceipts are the receipts of documents that were changed on their way.
func (s *Seeder) forgedReceipts() (out []*receipt) {
	for _, r := range s.plan.received {
		if r.of != nil && r.of.forged && r.reached != "" {
			out = append(out, r)
		}
	}
	return out
}

func TestEveryAccountOfTheCitySignsIn(t *testing.T) {
	s := installationFor(t, 3, aMonday)
	ctx := context.Background()
	if err := s.found(ctx, Options{Now: aMonday, Seed: 3}); err != nil {
		t.Fatal(err)
	}
	accounts, err := auth.DemoAccounts(ctx, s.DB)
	if err != nil {
		t.Fatal(err)
	}
	if len(accounts) < 70 {
		t.Fatalf("%d accounts", len(accounts))
	}
	if _, err := auth.SignIn(ctx, s.DB, "vanthu.sonoivu", Password, "127.0.0.1", "test"); err != nil {
		t.Fatal(err)
	}
	if _, err := auth.SignIn(ctx, s.DB, "vanthu.sonoivu", Password+"!", "127.0.0.1", "test"); err == nil {
		t.Fatal("a wrong password opened the door")
	}
	chief := s.hall.agencies[theOffice].head()
	posts, err := org.Holdings(ctx, s.DB, chief.person, calendar.DateOf(s.DB.Now().Time()))
	if err != nil || len(posts) != 2 {
		t.Fatalf("the head of the office holds %d posts: %v", len(posts), err)
	}
	for i := range s.hall.agencies { // D6: who is to sign has a capacity to
		a := &s.hall.agencies[i]
		for _, p := range a.posts {
			c, err := org.Capacities(ctx, s.DB, p.holding, "CONG_VAN", calendar.DateOf(s.DB.Now().Time()))
			if err != nil {
				t.Fatal(err)
			}
			if p.signs != (len(c) > 0) {
				t.Errorf("%s of %s: signs %v, capacities %v", p.title, a.short, p.signs, c)
			}
		}
	}
}

func TestTheSameSeedMakesTheSamePlan(t *testing.T) {
	list := func(seed uint64) []string {
		s := &Seeder{hall: &cityHall{agencies: structure()}}
		town := &s.hall.agencies[theCity]
		town.posts = append(town.posts, post{login: "chanhvanphong", rank: org.RankUnitHead, signs: true})
		p := s.draw(Options{Now: aMonday, Seed: seed, Documents: 240})
		var out []string
		for _, st := range p.steps {
			out = append(out, st.at.String()+" "+st.what)
		}
		return out
	}
	if !slices.Equal(list(5), list(5)) {
		t.Error("one seed made two plans")
	}
	if slices.Equal(list(5), list(6)) {
		t.Error("two seeds made one plan")
	}
}

func TestNobodyWorksOutsideOfWorkingDays(t *testing.T) {
	for _, now := range []time.Time{aMonday, time.Date(2026, 2, 20, 9, 0, 0, 0, calendar.Hanoi), time.Date(2027, 1, 3, 23, 0, 0, 0, calendar.Hanoi)} {
		s := &Seeder{hall: &cityHall{agencies: structure()}}
		for _, st := range s.draw(Options{Now: now, Seed: 1, Documents: 240}).steps {
			d := calendar.DateOf(st.at)
			if !calendar.Default().IsWorking(d) || st.at.After(now) || st.at.Before(d.At(7, 30)) || st.at.After(d.At(17, 0)) {
				t.Fatalf("%s: %s", st.at, st.what)
			}
			if st.after != nil && !st.after.at.Before(st.at) {
				t.Fatalf("%s comes before what it follows, %s", st.what, st.after.what)
			}
		}
	}
}

func TestThePhraseBookIsRich(t *testing.T) {
	if len(matters) < 60 {
		t.Errorf("%d subjects", len(matters))
	}
	all := structure()
	seen := map[string]bool{}
	for _, m := range matters {
		body := m.body(&all[2], "2026-10-05", 3)
		if seen[m.subject] || strings.Count(body, "\n") < 4 || strings.Contains(body, "%!") {
			t.Errorf("%s: twice, short or broken: %s", m.subject, body)
		}
		seen[m.subject] = true
	}
}

func TestACityOverTheTurnOfTheYear(t *testing.T) {
	now := time.Date(2027, 1, 12, 8, 20, 0, 0, calendar.Hanoi)
	s := installationFor(t, 11, now)
	ctx, stop := context.WithTimeout(context.Background(), 4*time.Minute)
	defer stop()
	if _, err := s.Build(ctx, Options{Now: now, Seed: 11, Documents: 40}); err != nil {
		t.Fatal(err)
	}
}

func TestTheWholeCity(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	s := installationFor(t, 7, aMonday)
	ctx, stop := context.WithTimeout(context.Background(), 4*time.Minute)
	defer stop()
	sum, err := s.Build(ctx, Options{Now: aMonday, Seed: 7})
	if sum != nil {
		t.Logf("%+v", *sum)
	}
	if err != nil {
		t.Fatal(err)
	}
	if sum.Documents() < 220 {
		t.Fatalf("%d documents", sum.Documents())
	}
}
