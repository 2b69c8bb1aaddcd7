package city

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"congvu/internal/org"
)

func TestAQuarterCountsWhatItMust(t *testing.T) {
	for _, c := range []struct {
		profile      string
		city, middle int
		by           [3]int
	}{{ThreeLevels, 24, 30, [3]int{5621, 3748, 3123}}, {TwoLevels, 20, 126, [3]int{5621, 0, 6871}}} {
		t.Run(c.profile, func(t *testing.T) {
			w := Whole{Now: aMonday, Seed: 3, Profile: c.profile, Scale: 1}
			all := wholeStructure(w)
			q, err := drawQuarter(w, all)
			if err != nil {
				t.Fatal(err)
			}
			if len(q.letters) != 12_492 || len(q.inside) != 6_288 || len(q.in) != 77_460 || q.f.Entered() != 96_240 {
				t.Errorf("%d issued, %d internal, %d received", len(q.letters), len(q.inside), len(q.in))
			}
			var by [3]int
			wide := map[int]int{}
			for _, w := range q.letters {
				by[map[org.Level]int{org.District: 1, org.Commune: 2}[w.from.level]]++
				if len(w.to) > mostOthers {
					wide[len(w.to)]++
				}
				seen := map[*agency]bool{w.from: true}
				for _, r := range w.to {
					if seen[r.at] {
						t.Fatalf("%s to %s twice, or to itself", w.subject, r.at.name)
					}
					seen[r.at] = true
				}
			}
			if by != c.by || wide[len(all)-1] != 25 || wide[c.middle] != 125 || wide[c.city-2] != 250 && c.city-2 > mostOthers {
				t.Errorf("issuers %v, wide %v", by, wide)
			}
			fates := map[int]int{}
			late := 0
			for _, r := range q.in {
				fates[r.fate]++
				if r.late {
					late++
				}
			}
			if open := 77_460 - fates[noted] - fates[finished]; open != 13_943 || late != 9_295 {
				t.Errorf("%d open, %d late: %v", open, late, fates)
			}
			t.Logf("%d deeds, fates %v, kinds %v", len(q.deeds), fates, q.f.Kinds)
		})
	}
}

func TestADrawnQuarterKeepsItsHours(t *testing.T) {
	w := Whole{Now: aMonday, Seed: 5, Profile: ThreeLevels, Scale: 0.05}
	q, err := drawQuarter(w, wholeStructure(w))
	if err != nil {
		t.Fatal(err)
	}
	last := map[*queue]time.Time{}
	office := 0
	for _, d := range q.deeds {
		if d.at.After(aMonday) {
			t.Fatalf("%s lies after now", d.at)
		}
		if d.what == doCarry {
			continue
		}
		if !d.at.After(last[d.tailOf()]) {
			t.Fatalf("%s at %s comes before what it follows", deedNames[d.what], d.at)
		}
		last[d.tailOf()] = d.at
		if h := d.at.Hour(); h < 7 || h > 21 {
			t.Fatalf("%s at %s", deedNames[d.what], d.at)
		}
		if m := d.at.Hour()*60 + d.at.Minute(); m >= 450 && m < 1020 {
			office++
		}
	}
	if share := office * 100 / len(q.deeds); share < 78 || share > 96 {
		t.Errorf("%d %% in office hours", share)
	}
}

func TestTheSameSeedDrawsTheSameQuarter(t *testing.T) {
	list := func(seed uint64) (out []string) {
		w := Whole{Now: aMonday, Seed: seed, Profile: ThreeLevels, Scale: 0.03}
		q, err := drawQuarter(w, wholeStructure(Whole{Now: aMonday, Seed: 5, Profile: ThreeLevels, Scale: 0.03}))
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range q.deeds {
			s := d.at.String() + deedNames[d.what]
			if d.w != nil {
				s += d.w.subject + d.w.signer.login + fmt.Sprint(d.w.files)
			}
			out = append(out, s)
		}
		return out
	}
	if !slices.Equal(list(5), list(5)) {
		t.Error("one seed drew two quarters")
	}
	if slices.Equal(list(5), list(6)) {
		t.Error("two seeds drew one quarter")
	}
}

func TestASmallQuarterIsPlayed(t *testing.T) {
	w := Whole{Now: aMonday, Seed: 1, Profile: ThreeLevels, Scale: 0.01, Quarters: 1, Cities: 1}
	s := installationFor(t, 1, w.Now)
	founded(t, s, w)
	if err := s.quarter(context.Background(), w); err != nil {
		t.Fatal(err)
	}
	totals, err := s.totals(context.Background(), w)
	if err != nil || totals.Lines[len(totals.Lines)-1].Got != 500 {
		t.Errorf("%+v: %v", totals, err)
	}
}

// A quarter that is stopped in the middle goes on where it was, as often as it is stopped: check compares it with the plan, numbers and all.
func TestAStoppedQuarterGoesOn(t *testing.T) {
	w := Whole{Now: aMonday, Seed: 2, Profile: TwoLevels, Scale: 0.01}
	s := installationFor(t, 2, w.Now)
	founded(t, s, w)
	for _, part := range []int{20, 55, 80} {
		ctx, stop := context.WithCancel(context.Background())
		stopped := w
		stopped.Progress = func(step string, done, total int) {
			if strings.HasPrefix(step, "Một quý") && done*100 >= total*part {
				stop()
			}
		}
		if err := s.quarter(ctx, stopped); !errors.Is(err, context.Canceled) {
			t.Fatalf("stopped after %d %%: %v", part, err)
		}
		stop()
		if err := s.goOn(context.Background()); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.quarter(context.Background(), w); err != nil {
		t.Fatal(err)
	}
	if err := s.quarter(context.Background(), w); err != nil { // nothing is left to do
		t.Fatal(err)
	}
}

// BenchmarkQuarter plays a quarter: CONGVU_SCALE is its scale, 0.02 by default.
func BenchmarkQuarter(b *testing.B) {
	w := Whole{Now: aMonday, Seed: 1, Profile: ThreeLevels, Scale: 0.02}
	if v, err := strconv.ParseFloat(os.Getenv("CONGVU_SCALE"), 64); err == nil {
		w.Scale = v
	}
	for b.Loop() {
		b.StopTimer()
		s := installationFor(b, 1, w.Now)
		founded(b, s, w)
		b.StartTimer()
		if err := s.quarter(context.Background(), w); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(figuresOf(w.Scale, s.hall.agencies).Entered()), "documents")
	}
}
