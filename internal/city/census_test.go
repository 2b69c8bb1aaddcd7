package city

import (
	"context"
	"os"
	"testing"
	"time"

	"congvu/internal/calendar"
	"congvu/internal/org"
	"congvu/internal/store"
)

func TestTheWholeStructureHasTheFiguresOfItsProfile(t *testing.T) {
	for _, c := range []struct {
		profile                                    string
		agencies, accounts, units, leaders, clerks int
	}{{ThreeLevels, 633, 31_345, 2_898, 1_953, 741}, {TwoLevels, 146, 31_345, 20*8 + 126*4, 20*4 + 126*4, 20*3 + 126*2}} {
		all := wholeStructure(Whole{Now: aMonday, Profile: c.profile, Scale: 1, Seed: 5})
		var accounts, units, leaders, clerks, acting int
		logins, codes, names := map[string]bool{}, map[string]bool{}, map[string]bool{}
		for i := range all {
			a := &all[i]
			units += len(a.units)
			if a.head().rank != org.RankHead || codes[a.code] || names[a.name] && a.level != org.Commune {
				t.Errorf("%s %s: led by %s, or there twice", a.code, a.name, a.head().rank)
			}
			codes[a.code], names[a.name] = true, true
			if a.head().kind == org.Acting {
				acting++
			}
			for _, p := range a.posts {
				accounts++
				login := p.login + "." + a.slug
				if logins[login] || len(login) > 64 {
					t.Errorf("sign-in name %s", login)
				}
				logins[login] = true
				if p.roles.Has(store.Leader) {
					leaders++
				}
				if p.roles.Has(store.Clerk) {
					clerks++
				}
			}
		}
		if len(all) != c.agencies || accounts != c.accounts || units != c.units || leaders != c.leaders || clerks != c.clerks || acting != len(all)/100 {
			t.Errorf("%s: %d agencies, %d accounts, %d units, %d leaders, %d clerks, %d acting", c.profile, len(all), accounts, units, leaders, clerks, acting)
		}
	}
}

// The official names of a table stand where there are some; without it nothing is taken from anywhere.
func TestOfficialNamesOfPlacesAreTaken(t *testing.T) {
	f, err := os.Open("/work/shared/data/admin/hanoi_communes_old_new_2025-07-01.csv")
	if err != nil {
		t.Skip("the table of names is not here")
	}
	defer f.Close()
	names, err := ReadPlaces(f)
	if err != nil {
		t.Fatal(err)
	}
	old := 0
	for _, list := range names.Old {
		old += len(list)
	}
	if len(names.Old) != 30 || old != 526 || len(names.New) != 126 {
		t.Fatalf("%d districts with %d communes, %d new ones", len(names.Old), old, len(names.New))
	}
	all := wholeStructure(Whole{Now: aMonday, Profile: ThreeLevels, Scale: 1, Official: names})
	official := map[string]bool{}
	for _, list := range names.Old {
		for _, p := range list {
			official["UBND "+p.Kind+" "+p.Name] = true
		}
	}
	found := 0
	for i := range all {
		if all[i].level == org.Commune && official[all[i].short] {
			found++
		}
	}
	if len(all) != 633 || found < 526 {
		t.Errorf("%d agencies, %d with official names", len(all), found)
	}
	if all := wholeStructure(Whole{Now: aMonday, Profile: TwoLevels, Scale: 1, Official: names}); len(all) != 146 || all[145].short != "UBND "+names.New[125].Kind+" "+names.New[125].Name {
		t.Errorf("%d agencies, the last one %s", len(all), all[145].short)
	}
}

// The census runs to its totals; a second run with the same order reads it back as it is, another order is refused.
func TestTheSmallCensusIsExactAndReadBack(t *testing.T) {
	for _, profile := range []string{ThreeLevels, TwoLevels} {
		s := installationFor(t, 1, aMonday)
		ctx := context.Background()
		w := Whole{Now: aMonday, Seed: 1, Profile: profile, Scale: 0.01}
		founded(t, s, w)
		first := s.hall
		again := &Seeder{DB: s.DB, Desk: s.Desk, Exchange: s.Exchange, Clock: s.Clock, Authority: s.Authority}
		founded(t, again, w)
		for i := range first.agencies {
			a, b := &first.agencies[i], &again.hall.agencies[i]
			for n := range a.posts {
				if a.posts[n] != b.posts[n] {
					t.Fatalf("%s: %+v was read back as %+v", a.name, a.posts[n], b.posts[n])
				}
			}
		}
		for i := range first.agencies { // D6: who is to sign has a capacity to
			for _, p := range first.agencies[i].posts {
				c, err := org.Capacities(ctx, s.DB, p.holding, "CONG_VAN", calendar.DateOf(s.DB.Now().Time()))
				if err != nil || p.signs != (len(c) > 0) {
					t.Errorf("%s of %s: signs %v, capacities %v, %v", p.title, first.agencies[i].short, p.signs, c, err)
				}
			}
		}
		w.Seed = 2
		if err := again.begin(ctx, &w); err == nil {
			t.Error("another city was begun in the same place")
		}
	}
}

// founded runs the census of an order and compares its totals.
func founded(t testing.TB, s *Seeder, w Whole) {
	t.Helper()
	ctx := context.Background()
	if err := s.begin(ctx, &w); err != nil {
		t.Fatal(err)
	}
	if err := s.census(ctx, w); err != nil {
		t.Fatal(err)
	}
	totals := &Totals{}
	if err := s.countCensus(ctx, w, totals); err != nil {
		t.Fatal(err)
	}
	if err := totals.Wrong(); err != nil {
		t.Fatal(err)
	}
}

// BenchmarkCensus founds a whole city: CONGVU_SCALE is its scale, 0.1 by default.
func BenchmarkCensus(b *testing.B) {
	scale := 0.1
	if os.Getenv("CONGVU_SCALE") == "1" {
		scale = 1
	}
	for b.Loop() {
		s := installationFor(b, 1, aMonday)
		begun := time.Now()
		founded(b, s, Whole{Now: aMonday, Seed: 1, Profile: ThreeLevels, Scale: scale})
		b.ReportMetric(time.Since(begun).Seconds(), "s/city")
	}
}
