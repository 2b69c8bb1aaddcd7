package exchange

import (
	"context"
	"errors"
	"testing"
	"time"

	"congvu/internal/axis"
	"congvu/internal/edxml"
	"congvu/internal/store"
)

// The clerk sees how his agency's exchange stands and no other's, the system administrator the whole installation; what is listed can be sent again at once.
func TestWatchShowsWhatIsNotThere(t *testing.T) {
	ctx := context.Background()
	h := build(t, axis.Config{}, []string{"H26.1", "H26.2"}, []string{"H49.1"}) // H49.1 never answers
	h.work()
	there := h.issue("H26.1", "H26.2")
	h.reached("H26.1", there, Arrived)
	var lost []int64
	for range 3 {
		lost = append(lost, h.issue("H26.1", "H49.1"))
	}
	for _, id := range lost {
		h.reached("H26.1", id, OnExchange)
	}
	admin := store.Actor{Person: 9, Roles: store.SystemAdmin, Via: store.ViaWeb}
	specialist := store.Actor{Person: 3, Agency: h.agency["H26.1"], Roles: store.Specialist, Via: store.ViaWeb}
	now := h.office.DB.Now().Add(time.Second)
	for who, want := range map[*store.Actor]int{{Person: 7, Agency: h.agency["H26.1"], Roles: store.Clerk}: 3, {Person: 8, Agency: h.agency["H26.2"], Roles: store.Clerk}: 0, &admin: 3} {
		w, err := Look(ctx, h.office.DB, *who, now)
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for _, s := range w.States {
			n += int(s.N)
		}
		lines, err := Seek(ctx, h.office.DB, *who, now, Sought{Peer: "H49.1", State: OnExchange, Channel: "axis"}, 0, 10)
		if n != want || len(lines) != want || err != nil || w.Whole != (who == &admin) {
			t.Errorf("%d counted, %d listed, not %d: %v", n, len(lines), want, err)
		}
		if want > 0 && (w.Unanswered == 0 || w.Answered != 1) {
			t.Errorf("%+v", w)
		}
	}
	for _, s := range []Sought{{Peer: "H26.2"}, {State: Failed}, {Channel: "lgsp"}, {Older: time.Hour}} {
		if lines, err := Seek(ctx, h.office.DB, h.clerk("H26.1"), now, s, 0, 10); err != nil || len(lines) != 0 {
			t.Errorf("%+v lists %d: %v", s, len(lines), err)
		}
	}
	if _, err := Look(ctx, h.office.DB, specialist, now); !errors.Is(err, store.Forbidden) {
		t.Errorf("a specialist watches: %v", err)
	}
	for _, ask := range []func() error{
		func() error { _, err := Seek(ctx, h.office.DB, specialist, now, Sought{}, 0, 1); return err },
		func() error { _, err := Peers(ctx, h.office.DB, specialist, "", 1); return err },
		func() error { _, err := Reconciliations(ctx, h.office.DB, specialist, "", 1); return err },
		func() error { _, err := Differences(ctx, h.office.DB, specialist, 0, 1); return err },
		func() error { _, err := FailingStatuses(ctx, h.office.DB, specialist, 1); return err },
	} {
		if err := ask(); !errors.Is(err, store.Forbidden) {
			t.Errorf("a specialist reads a list: %v", err)
		}
	}
	resend := func(a store.Actor) (n int, err error) {
		err = h.office.DB.Write(ctx, a, func(tx *store.Tx) error { n, err = ResendAll(ctx, tx, Sought{Peer: "H49.1"}); return err })
		return n, err
	}
	if _, err := resend(admin); !errors.Is(err, store.Forbidden) {
		t.Errorf("an administrator sends for an agency: %v", err)
	}
	if _, err := resend(h.clerk("H26.2")); !errors.Is(err, store.Conflict) {
		t.Errorf("another agency's clerk sends: %v", err)
	}
	if n, err := resend(h.clerk("H26.1")); n != 3 || err != nil {
		t.Errorf("%d sent again: %v", n, err)
	}
	if n := len(h.events("H26.1", "delivery.resent")); n != 3 {
		t.Errorf("%d in the journal", n)
	}
}

// A peer whose statuses bear a time to come, or a time before the document left, has a clock that is off; an old status proves nothing (reliability §6).
func TestClockOfAPeerIsCompared(t *testing.T) {
	ctx := context.Background()
	h := build(t, axis.Config{}, []string{"H26.1"}, nil)
	now := h.office.DB.Now()
	for _, c := range []struct {
		peer, code string
		stated     time.Duration
		sent       time.Duration
		off        time.Duration
	}{{"H49.1", "01", time.Hour, -time.Minute, time.Hour}, {"H49.2", "01", -3 * time.Hour, -time.Hour, -2 * time.Hour}, {"H49.3", "01", -time.Minute, -time.Hour, 0},
		{"H49.4", "03", -3 * time.Hour, -time.Hour, 0}, {"H49.5", "03", 2 * time.Hour, -time.Hour, 2 * time.Hour}, {"H49.6", "01", time.Minute, -time.Hour, 0}} {
		x := &opened{sender: sender{Code: c.peer}, message: &edxml.Message{Status: &edxml.StatusMessage{Code: c.code, At: now.Add(c.stated).Time()}}}
		h.office.heardTime(x, now.Add(c.sent))
		if err := h.office.notePeers(ctx); err != nil {
			t.Fatal(err)
		}
		peers, err := store.All[Peer](ctx, h.office.DB, sqlPeersAll, c.peer[:4], 50)
		if err != nil {
			t.Fatal(err)
		}
		got := time.Duration(0)
		for _, p := range peers {
			if p.Code == c.peer {
				got = p.Ahead()
			}
		}
		if (got - c.off).Abs() > 10*time.Second {
			t.Errorf("%s %s: %s, not %s", c.peer, c.code, got, c.off)
		}
	}
	w, err := Look(ctx, h.office.DB, store.Actor{Person: 9, Roles: store.SystemAdmin}, h.office.DB.Now())
	if err != nil || len(w.Skewed) != 3 || w.OurClock {
		t.Errorf("%+v %v", w.Skewed, err)
	}
}
