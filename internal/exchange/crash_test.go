package exchange

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"congvu/internal/axis"
	"congvu/internal/store"
)

var errKilled = errors.New("killed here")

// killer fails the first passes over each arrow it is armed for, as a process does that dies there.
type killer struct {
	mu   sync.Mutex
	left map[string]int
	hits map[string]int
}

func (k *killer) fail(at string) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.left[at] > 0 {
		k.left[at]--
		k.hits[at]++
		return fmt.Errorf("%s: %w", at, errKilled)
	}
	return nil
}

var arrows = []string{"before keep", "before packed", "before send", "after send", "before arrive", "before ack", "before status", "after status", "before answer"}

// Whatever arrow a worker dies at, sender and receivers agree in the end: one document, one 01, no false receipt (X24.3, reliability §4).
// X23.1: the outbox is written with the act; whoever dies in between only postpones.
func TestBooksCloseAfterAKillAtEveryArrow(t *testing.T) {
	h := build(t, axis.Config{}, []string{"H26.1", "H26.2", "H26.3"}, nil)
	k := &killer{left: map[string]int{}, hits: map[string]int{}}
	for _, a := range arrows {
		k.left[a] = 2
	}
	h.office.failing = k.fail
	h.work()
	var ids []int64
	for range 4 {
		ids = append(ids, h.issue("H26.1", "H26.2", "H26.3"))
	}
	for _, id := range ids {
		h.reached("H26.1", id, Arrived)
		balance(t, h, "H26.1", id, map[string]*house{"H26.2": h, "H26.3": h})
	}
	for _, a := range arrows {
		if k.hits[a] != 2 {
			t.Errorf("arrow %q was passed %d times, not killed twice", a, k.hits[a])
		}
	}
	for _, code := range []string{"H26.2", "H26.3"} {
		if n := len(h.events(code, "document.arrived")); n != len(ids) {
			t.Errorf("%s: %d documents arrived of %d", code, n, len(ids))
		}
		if q := h.quarantined(code); len(q) > 0 {
			t.Errorf("in quarantine: %+v", q[0])
		}
	}
}

// The office stops and starts again while documents are under way.
func TestBooksCloseOverARestart(t *testing.T) {
	h := build(t, axis.Config{}, []string{"H26.1", "H26.2"}, nil)
	stop := h.work()
	var ids []int64
	for i := range 6 {
		ids = append(ids, h.issue("H26.1", "H26.2"))
		if i%2 == 1 {
			stop()
			stop = h.work()
		}
	}
	for _, id := range ids {
		h.reached("H26.1", id, Arrived)
		balance(t, h, "H26.1", id, map[string]*house{"H26.2": h})
	}
}

// A parcel that comes again after it was taken and not acknowledged is known; its sender is answered again (X21.6).
func TestRepeatedParcelIsOneDocument(t *testing.T) {
	h := build(t, axis.Config{}, []string{"H26.1", "H26.2"}, nil)
	h.work()
	id := h.issue("H26.1", "H26.2")
	h.reached("H26.1", id, Arrived)
	p, l := h.taken("H26.2")[0], h.lines("H26.1", id)[0]
	again := h.wire("H26.1", id)
	time.Sleep(600 * time.Millisecond) // past the axis's own window
	if err := h.office.Axis.Send(context.Background(), again); err != nil {
		t.Fatal(err)
	}
	other := again
	other.ID += "-other" // the same bytes in another parcel
	if err := h.office.Axis.Send(context.Background(), other); err != nil {
		t.Fatal(err)
	}
	h.until("the second parcel is known as a duplicate", func() bool { return len(h.taken("H26.2")) == 2 })
	if d := h.taken("H26.2")[1]; d.State != "duplicate" || d.Ref != p.Ref {
		t.Errorf("%+v", d)
	}
	h.until("the statuses went out again", func() bool {
		n, err := store.One[int64](context.Background(), h.office.DB, sqlTestUnsent, h.agency["H26.2"])
		return err == nil && n == 0
	})
	balance(t, h, "H26.1", id, map[string]*house{"H26.2": h})
	if n := len(h.events("H26.2", "document.arrived")); n != 1 {
		t.Errorf("%d documents arrived", n)
	}
	if a := h.answers("H26.1", l.ID); len(a) != 1 {
		t.Errorf("answers: %+v", a)
	}
}

var sqlTestUnsent = store.SQL(`SELECT CAST(count(*) AS BIGINT) FROM exchange_statuses WHERE agency_id = $1 AND due_us > 0`)

// wire is the parcel of a document's first line as it was sent.
func (h *house) wire(from string, outgoing int64) axis.Parcel {
	h.Helper()
	l := h.lines(from, outgoing)[0]
	p, err := h.office.load(context.Background(), l.AgencyID, l.ParcelID)
	if err != nil {
		h.Fatal(err)
	}
	p.ID, p.To = p.ID+"/"+l.ReceiverCode, l.ReceiverCode
	return p
}
