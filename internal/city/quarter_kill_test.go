package city

import (
	"context"
	"encoding/json"
	"os"
	"testing"
	"time"

	"congvu/internal/documents"
	"congvu/internal/store"
	"congvu/internal/storetest"
)

const quarterChild = "CONGVU_TEST_QUARTER" // where the child of TestAQuarterThatWasKilledGoesOn works

var killedQuarter = Whole{Now: aMonday, Seed: 9, Profile: TwoLevels, Scale: 0.01, Quarters: 1, Cities: 1}

// TestQuarterChild is the process that is killed; by itself it does nothing.
func TestQuarterChild(t *testing.T) {
	var p place
	if at := os.Getenv(quarterChild); at == "" {
		t.Skip("run by TestAQuarterThatWasKilledGoesOn")
	} else if err := json.Unmarshal([]byte(at), &p); err != nil {
		t.Fatal(err)
	}
	s := p.open(t)
	founded(t, s, killedQuarter)
	if err := s.quarter(context.Background(), killedQuarter); err != nil {
		t.Fatal(err)
	}
}

// A quarter whose process is killed twice goes on; its check compares the end with the plan that an undisturbed run has: every document once, in its
// state, numbers without a gap.
func TestAQuarterThatWasKilledGoesOn(t *testing.T) {
	p := place{t.TempDir(), storetest.Config(t, nil)}
	watch, err := store.Open(context.Background(), p.DB)
	if err != nil {
		t.Fatal(err)
	}
	defer watch.Close()
	at, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	for _, documentsThere := range []int64{90, 310} {
		child := processOf(t, "TestQuarterChild", quarterChild+"="+string(at))
		if err := child.Start(); err != nil {
			t.Fatal(err)
		}
		ended := make(chan error, 1)
		go func() { ended <- child.Wait() }()
		for killed := false; !killed; {
			there, err := documents.Tallied(context.Background(), watch)
			if err != nil {
				t.Fatal(err)
			}
			n := int64(0)
			for _, v := range there.Outgoing {
				n += v
			}
			for _, m := range []map[documents.InState]int64{there.Exchanged, there.Entered} {
				for _, v := range m {
					n += v
				}
			}
			select {
			case err := <-ended: // it was faster than its killer, or could not do it
				if err != nil {
					t.Fatalf("the child ended by itself: %v", err)
				}
				killed = true
			case <-time.After(3 * time.Millisecond):
				if n >= documentsThere {
					_ = child.Process.Kill()
					<-ended
					killed = true
				}
			}
		}
	}
	s := p.open(t)
	founded(t, s, killedQuarter)
	if err := s.quarter(context.Background(), killedQuarter); err != nil {
		t.Fatal(err)
	}
	if totals, err := s.totals(context.Background(), killedQuarter); err != nil || totals.Lines[len(totals.Lines)-1].Got != 500 {
		t.Errorf("%v: %+v", err, totals)
	}
}
