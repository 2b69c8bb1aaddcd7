package exchange

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"congvu/internal/axis"
	"congvu/internal/store"
)

// fog stands between the axis and the office that receives: it forgets, doubles, delays and overtakes parcels, and loses their acknowledgements.
type fog struct {
	h  *house
	mu sync.Mutex
	r  *rand.Rand

	clear                                bool // no more faults
	forgotten, doubled, unheard, refused int
	all                                  sync.WaitGroup
}

func (f *fog) chance(p float64, n *int) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.clear || f.r.Float64() >= p {
		return false
	}
	*n++
	return true
}

func (f *fog) wait(ctx context.Context, most time.Duration) {
	f.mu.Lock()
	d := time.Duration(f.r.Int64N(int64(most)))
	if f.clear {
		d = 0
	}
	f.mu.Unlock()
	rest(ctx, nil, d)
}

// take is what the axis hands over; the fog has it from here on. What is no document and no 01 is not forgotten: nothing but the nightly reconciliation heals that.
func (f *fog) take(ctx context.Context, p axis.Parcel) axis.Verdict {
	if (p.Kind == kindDocument || strings.Contains(p.ID, "/01")) && f.chance(.2, &f.forgotten) {
		return axis.Ack()
	}
	for range 2 {
		f.all.Go(func() { f.carry(ctx, p) })
		if !f.chance(.2, &f.doubled) {
			break
		}
	}
	return axis.Ack()
}

func (f *fog) carry(ctx context.Context, p axis.Parcel) {
	for p.Attempt = 1; ctx.Err() == nil; p.Attempt++ {
		f.wait(ctx, 400*time.Millisecond)
		p.Attempt = min(p.Attempt, maxAttempts-1) // trouble that passes
		v := f.h.office.take(ctx, p, func(error) { f.chance(1, &f.refused) })
		if v == axis.Ack() && !f.chance(.15, &f.unheard) {
			return
		}
	}
}

// The real office, with a real database, over an axis that forgets, doubles, delays, overtakes and loses acknowledgements, while it dies at every arrow: in the end the
// books agree (X24.3, X21.1–X21.6). CONGVU_TEST_FOG is the number of runs; each begins with another seed.
func TestTheOfficeHoldsInTheFog(t *testing.T) {
	runs := 1
	if n, err := strconv.Atoi(os.Getenv("CONGVU_TEST_FOG")); err == nil {
		runs = n
	}
	for run := range runs {
		t.Run(fmt.Sprint(run+1), func(t *testing.T) { inTheFog(t, uint64(run+1)) })
	}
}

func inTheFog(t *testing.T, seed uint64) {
	codes := []string{"H26.1", "H26.2", "H26.3"}
	h := build(t, axis.Config{}, codes, nil)
	o := h.office
	o.Resend = func(int) time.Duration { return 700 * time.Millisecond } // past the window of the axis
	f := &fog{h: h, r: rand.New(rand.NewPCG(seed, 39))}
	deaths := 0
	o.failing = func(at string) error {
		if f.chance(.08, &deaths) {
			return fmt.Errorf("%s: %w", at, errKilled)
		}
		return nil
	}
	ctx, stop := context.WithCancel(context.Background())
	var all sync.WaitGroup
	t.Cleanup(func() { stop(); all.Wait(); f.all.Wait() })
	quiet := func(error) {}
	h.must(o.Host(ctx))
	for _, part := range []func(){
		func() { o.DB.Follow(ctx, Follower, o.Hear, quiet) },
		func() { o.DB.Work(ctx, o.packing(), quiet) },
		func() { o.loop(ctx, "dispatch", "exchange_deliveries", o.dispatchOnce, quiet) },
		func() { o.loop(ctx, "dispatch", "exchange_deliveries", o.dispatchOnce, quiet) },
		func() { o.loop(ctx, "statuses", "exchange_statuses", o.answerOnce, quiet) },
		func() { o.Axis.Receive(ctx, f.take) },
	} {
		all.Go(part)
	}
	type sent struct {
		from string
		id   int64
		to   []string
	}
	var issued []sent
	for i := range 12 {
		from := codes[i%3]
		to := []string{codes[(i+1)%3], codes[(i+2)%3]}
		issued = append(issued, sent{from, h.issue(from, to...), to})
		rest(ctx, nil, 100*time.Millisecond)
	}
	for _, s := range issued { // most of it arrives in the fog
		h.until("a document arrives in the fog", func() bool { return h.lines(s.from, s.id)[0].State == Arrived })
		h.record(s.to[0], "document.registered", h.received01(s.to[0], h.lines(s.from, s.id)[0].DocumentID))
	}
	f.mu.Lock()
	f.clear = true
	f.mu.Unlock()
	where := map[string]*house{"H26.1": h, "H26.2": h, "H26.3": h}
	for _, s := range issued {
		h.until("both lines are where their receivers are", func() bool {
			l := h.lines(s.from, s.id)
			return l[0].State == Registered && l[1].State == Arrived
		})
	}
	h.until("nothing is due", func() bool {
		open, err := store.One[int64](ctx, o.DB, sqlTestAnyDue)
		return err == nil && open == 0
	})
	for _, s := range issued {
		balance(t, h, s.from, s.id, where)
	}
	for _, code := range codes {
		if n := len(h.events(code, "document.arrived")); n != 8 {
			t.Errorf("%s: %d documents arrived, not 8", code, n)
		}
		if q := h.quarantined(code); len(q) > 0 {
			t.Errorf("in quarantine: %+v", q[0])
		}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	t.Logf("seed %d: %d forgotten, %d doubled, %d acknowledgements lost, %d deaths", seed, f.forgotten, f.doubled, f.unheard, deaths)
	if f.forgotten == 0 || f.doubled == 0 || f.unheard == 0 || deaths == 0 {
		t.Error("there was no fog")
	}
}

var sqlTestAnyDue = store.SQL(`SELECT (SELECT CAST(count(*) AS BIGINT) FROM exchange_deliveries WHERE due_us > 0) + (SELECT CAST(count(*) AS BIGINT) FROM exchange_statuses WHERE due_us > 0) AS n`)

// received01 is the receipt of a document at an agency.
func (h *house) received01(agency, document string) string {
	h.Helper()
	for _, p := range h.taken(agency) {
		if p.DocumentID == document && p.State == "opened" {
			return p.Ref
		}
	}
	h.Fatalf("%s does not hold %s", agency, document)
	return ""
}
