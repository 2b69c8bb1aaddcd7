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

	"congvu/internal/calendar"
	"congvu/internal/documents"
	"congvu/internal/exchange"
	"congvu/internal/org"
	"congvu/internal/store"
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

// A small city of three quarters, and its twin: every figure is what it must be, what was recalled, replaced, answered and sent again as well; the copies say the same,
// and the rooms' own books close over all of it.
func TestASmallQuarterIsPlayedAndRepeated(t *testing.T) {
	w := Whole{Now: time.Date(2027, 2, 22, 10, 0, 0, 0, calendar.Hanoi), Seed: 1, Profile: ThreeLevels, Scale: 0.01, Quarters: 3, Cities: 2}
	if os.Getenv("CONGVU_TEST_DB") != "" { // the way of copies into PostgreSQL is TestAQuarterAndACityAreRepeated's
		w.Quarters, w.Cities = 1, 1
	}
	ctx := context.Background()
	s := installationAt(t, 1, w.played().Now, w.Clock())
	totals, err := s.BuildWhole(ctx, w)
	if err != nil {
		t.Fatal(err)
	}
	if last := totals.Lines[len(totals.Lines)-1]; last.Got != int64(500*w.Quarters*w.Cities) {
		t.Errorf("%+v", totals)
	}
	if w.Quarters > 1 {
		s.checkMovedBack(t, ctx, w, 1)
		s.checkToldAlike(t, ctx)
	}
	for _, stmt := range sqlTestOneSided {
		if n, err := store.One[int64](ctx, s.DB, stmt); err != nil || n != 0 {
			t.Errorf("%d stand on one side only: %v, %.120s", n, err, stmt.Text(store.SQLite))
		}
	}
	f := &store.Findings{}
	if err := errors.Join(documents.Check(ctx, s.DB, f), exchange.Check(ctx, s.DB, f)); err != nil || f.Total > 0 {
		t.Errorf("%+v: %v", f.List, err)
	}
}

// What the sender asked and was answered, and what the receiver was asked and answered: in every quarter and city the same.
var sqlTestOneSided = []*store.Stmt{
	store.SQL(`SELECT count(*) FROM exchange_requests q JOIN exchange_deliveries d ON d.agency_id = q.agency_id AND d.id = q.delivery_id WHERE NOT EXISTS (SELECT 1 FROM documents_requests r
		JOIN documents_incoming i ON i.agency_id = r.agency_id AND i.id = r.incoming_id WHERE r.agency_id = d.receiver_id AND i.document_id = d.document_id AND r.document_id = d.document_id
		AND r.kind = q.kind AND r.state = q.state AND r.decision = q.answer AND r.reason LIKE '%' || q.reason || '%')`),
	store.SQL(`SELECT (SELECT count(*) FROM exchange_requests) - (SELECT count(*) FROM documents_requests)`),
	store.SQL(`SELECT count(*) FROM documents_outgoing o WHERE o.replaced_by > 0 AND NOT EXISTS (SELECT 1 FROM documents_relations x JOIN documents_outgoing n ON n.agency_id = o.agency_id
		AND n.id = o.replaced_by WHERE x.agency_id = o.agency_id AND x.ref = 'outgoing/' || n.id AND x.target_ref = 'outgoing/' || o.id AND x.in_force AND x.title = n.number_text)`),
	store.SQL(`SELECT count(*) FROM documents_incoming i JOIN documents_outgoing o ON o.agency_id = i.agency_id AND o.id = i.reply_outgoing WHERE o.reply_to <> i.id OR o.state <> 'issued'`),
	store.SQL(`SELECT count(*) FROM documents_incoming i WHERE i.reply_outgoing > 0 AND NOT EXISTS (SELECT 1 FROM documents_outgoing o WHERE o.agency_id = i.agency_id AND o.id = i.reply_outgoing)`),
}

// The plan finds room for what happens later in the smallest set as well, whatever it draws, and counts it.
func TestWhatHappensLaterIsPlannedExactly(t *testing.T) {
	for seed := range uint64(40) {
		for _, profile := range []string{ThreeLevels, TwoLevels} {
			w := Whole{Now: aMonday.AddDate(0, 0, -7*int(seed)), Seed: seed, Profile: profile, Scale: []float64{0.01, 0.01, 0.01, 0.04}[seed%4]}
			q, err := drawQuarter(w, wholeStructure(w))
			if err != nil {
				t.Errorf("seed %d, %s: %v", seed, profile, err)
				continue
			}
			var back, instead, replies, lost int
			for _, w := range q.letters {
				if w.back > 0 {
					back++
				}
				if w.instead != nil {
					instead++
					if w.kind != w.instead.kind || w.from != w.instead.from || slices.ContainsFunc(w.instead.to, func(r *arrival) bool { return !w.goesTo(r.at) }) {
						t.Errorf("%s does not replace %s", w.subject, w.instead.subject)
					}
				}
				if r := w.answers; r != nil {
					replies++
					if r.at != w.from || !w.goesTo(r.of.from) || r.reply != w || r.fate != finished || r.late || r.bounce {
						t.Errorf("%s does not answer %s", w.subject, r.of.subject)
					}
				}
			}
			came := map[string]bool{}
			for _, r := range q.in {
				if f := r.entry; f != nil && f.Number != "" {
					if code := fmt.Sprint(r.at.code, f.SenderName, f.Number, "/", f.Notation); came[code] {
						t.Errorf("seed %d: %s comes twice", seed, code)
					} else {
						came[code] = true
					}
				}
				if r.lost > 0 {
					lost++
				}
			}
			if back != q.f.Recalled || instead != q.f.Replaced || replies != q.f.Replies || lost != q.f.Retried || min(back, instead, replies, lost) == 0 {
				t.Errorf("seed %d: %d recalled, %d replaced, %d answered, %d lost of %+v", seed, back, instead, replies, lost, q.f)
			}
		}
	}
	w := Whole{Now: aMonday, Seed: 3, Profile: ThreeLevels, Scale: 1}
	if f := figuresOf(1, wholeStructure(w)); f.Recalled != 125 || f.Replaced != 62 || f.Replies != 625 || f.Retried != 187 || f.Returned != 2324 {
		t.Errorf("%+v", f)
	}
}

// A quarter that is stopped in the middle goes on where it was: check compares it with the plan, numbers and all.
func TestAStoppedQuarterGoesOn(t *testing.T) {
	w := Whole{Now: aMonday, Seed: 2, Profile: TwoLevels, Scale: 0.01}
	s := installationFor(t, 2, w.Now)
	founded(t, s, w)
	for _, part := range []int{60} {
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
