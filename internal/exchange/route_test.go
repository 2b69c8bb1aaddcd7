package exchange

import (
	"slices"
	"testing"
)

// Every cell of the table: known states, rank never falls, and the rules of X13.2, X13.3 and X11.1; receivers jump over codes as they like (X11.2).
// V10: screen /outgoing/{id}; command remote deliveries
// N9: the line's state is what receipts made of it.
func TestEveryCellOfTheDeliveryTable(t *testing.T) {
	if len(route) != len(States) {
		t.Fatalf("%d rows for %d states", len(route), len(States))
	}
	rank := []State{NotSent, Queued, OnExchange, Arrived, Registered, Assigned, InProgress, Done}
	goal := map[string]State{"01": Arrived, "03": Registered, "04": Assigned, "05": InProgress, "06": Done}
	for _, s := range States {
		for _, code := range append(codes[:len(codes)-1:len(codes)-1], "07", "99", "") {
			next, effect := s.State.Follow(code)
			if _, known := route[next]; !known {
				t.Errorf("%s × %s leads to %q", s.State, code, next)
			}
			if (effect == Logged || effect == Flagged) != (next == s.State) {
				t.Errorf("%s × %s: %s but %s", s.State, code, effect, next)
			}
			at, to := slices.Index(rank, s.State), slices.Index(rank, next)
			switch {
			case code == "07" || code == "99" || code == "":
				if effect != Logged {
					t.Errorf("unknown code %q does %s to %s", code, effect, s.State)
				}
			case goal[code] != "" && at >= 0:
				want := max(at, slices.Index(rank, goal[code])) // the highest rank shown, a late code is logged (X13.2)
				if to != want {
					t.Errorf("%s × %s → %s, want %s", s.State, code, next, rank[want])
				}
			case code == "02" && at >= 0:
				want, says := Refused, Applied
				if at > slices.Index(rank, Arrived) {
					says = AppliedFlagged
				}
				if s.State == Done {
					want, says = Done, Flagged
				}
				if next != want || effect != says {
					t.Errorf("%s × 02 → %s %s", s.State, next, effect)
				}
			case (code == "15" || code == "16") && s.State == RecallRequested:
				if effect != Applied {
					t.Errorf("%s × %s: %s", s.State, code, effect)
				}
			case code == "13" && effect != Flagged:
				t.Errorf("%s × 13: only senders ask for documents back", s.State)
			}
		}
	}
	for _, s := range []State{NotSent, Queued, OnExchange, Arrived, Done, Refused, Failed} { // no request is open
		for _, code := range []string{"15", "16"} {
			if next, effect := s.Follow(code); next != s || effect != Flagged {
				t.Errorf("%s × %s → %s %s", s, code, next, effect)
			}
		}
	}
}

func TestAReceiptSurvivesItsDescription(t *testing.T) {
	sha := "5d0c4f5d6d9e3f0c8a1d7a7d2a6f6d1b0f4f8f6d8b7c1a2b3c4d5e6f70819203"
	s := status{Description: "Số đến 12/2026", SHA: sha, Parcel: "H26.1/77/H26.2", Entry: "12/2026"}
	text, m := unmark(s.describe())
	if text != s.Description || m != (mark{SHA: sha, Parcel: s.Parcel, Number: s.Entry, Speaks: speaksReconcile}) {
		t.Errorf("%q %+v", text, m)
	}
	for _, plain := range []string{"", "Lý do [[xem thêm]]", "[[a=b]]", "[[sha256=]]", "x [[sha256=1;parcel=2]] y"} {
		if text, m := unmark(plain); text != plain || m != (mark{}) {
			t.Errorf("%q read as %q %+v", plain, text, m)
		}
	}
	long := status{Description: string(make([]byte, 995)), SHA: sha}
	if long.describe() != long.Description {
		t.Error("a reason was not left alone")
	}
}

func FuzzUnmark(f *testing.F) {
	for _, s := range []string{"", "[[sha256=ab;parcel=c;number=1/2026]]", "Lý do [[sha256=;]]", "]]", "[[sha256=a]] [[sha256=b]]", "[[sha256=a=b;;]]"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		text, m := unmark(s)
		if len(text) > len(s) || m.SHA == "" && (text != s || m != (mark{})) {
			t.Errorf("%q → %q %+v", s, text, m)
		}
	})
}
