package documents

import (
	"testing"

	"congvu/internal/store"
)

// Each desk lists what waits for that person's own hand and nothing else: not for an assistant, another signer, a stranger.
func TestDesksListWhatWaitsForOnesOwnHand(t *testing.T) {
	h := newHouse(t)
	waiting, signed, numbered := h.at(AwaitingSignature), h.at(Signed), h.at(Numbered)
	h.at(Drafted)
	h.at(Issued)
	type lister func(a store.Actor) ([]DeskRow, bool, error)
	sign := func(a store.Actor) ([]DeskRow, bool, error) { return ToSign(bg, h.DB, a) }
	release := func(a store.Actor) ([]DeskRow, bool, error) { return ToRelease(bg, h.DB, a) }
	ids := func(list lister, a store.Actor) (out []int64) {
		rows, more, err := list(a)
		must(t, err)
		if more {
			t.Error("there are no more")
		}
		for _, r := range rows {
			out = append(out, r.ID)
			if r.SHA == "" || r.Pages < 1 || len(r.Receivers) == 0 || r.Subject == "" {
				t.Errorf("a row without what the signer must see: %+v", r)
			}
		}
		return out
	}
	if got := ids(sign, h.head); len(got) != 1 || got[0] != waiting.ID {
		t.Errorf("the head signs %v", got)
	}
	if got := ids(release, h.clerk); len(got) != 2 || got[0] != signed.ID || got[1] != numbered.ID {
		t.Errorf("the clerk releases %v", got)
	}
	for _, a := range []store.Actor{h.deputy, h.unitHead, h.drafter, h.clerk, h.foreigner, h.foreignClerk} {
		if got := ids(sign, a); len(got) != 0 {
			t.Errorf("%s signs %v", name(a, h), got)
		}
	}
	for _, a := range []store.Actor{h.head, h.drafter, h.admin, h.foreignClerk} {
		if got := ids(release, a); len(got) != 0 {
			t.Errorf("%s releases %v", name(a, h), got)
		}
	}
	assistant := h.head
	assistant.Person, assistant.For = h.outsider.Person, h.head.Person
	if got := ids(sign, assistant); len(got) != 0 {
		t.Errorf("an assistant signs %v", got)
	}
}

// A document whose release was ordered stays on the registry's desk until its time stamp comes, and says so.
func TestTheRegistrysDeskTellsOfOrderedReleases(t *testing.T) {
	h, _ := newStampingHouse(t)
	o := h.at(Signed)
	ordered := func() bool {
		t.Helper()
		rows, _, err := ToRelease(bg, h.DB, h.clerk)
		must(t, err)
		if len(rows) != 1 {
			t.Fatalf("%d rows", len(rows))
		}
		return rows[0].Ordered
	}
	if ordered() {
		t.Error("ordered before anybody did")
	}
	_, err := Release(bg, h.Desk, h.clerk, o.ID)
	must(t, err)
	if !ordered() {
		t.Error("the order is not told")
	}
}
