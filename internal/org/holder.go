package org

import (
	"context"

	"congvu/internal/store"
)

// Holder is a room that keeps work of agencies: it says what an agency holds, and closes it when the agency ends. Rooms register themselves, so that
// this one needs to know none of them.
type Holder struct {
	// Held counts what stands in the way of ending without a taker, by subject. It bounds nothing: only those who reorganise ask.
	Held func(ctx context.Context, r store.Reader, agency AgencyID) (map[Subject]int64, error)
	// End closes the agency's books in the act that ends it; taker 0 = nobody was named for the subject.
	End func(ctx context.Context, tx *store.Tx, re Reorganisation, old AgencyID, takers map[Subject]AgencyID) error
	// List names everything the agency holds, for the handover record and for those who take it over. It bounds nothing.
	List func(ctx context.Context, r store.Reader, agency AgencyID) ([]Left, error)
	// Take enters one open thing of an agency that has ended in the agency of the actor, by the kind of its reference, and says where it is now and how.
	Take map[string]func(ctx context.Context, tx *store.Tx, t Take) (ref, how string, err error)
	// TakeSubject tells for each kind with which subject it goes.
	TakeSubject map[string]Subject
}

var holders []Holder

// RegisterHolder is called by rooms when the program starts.
func RegisterHolder(h Holder) { holders = append(holders, h) }

// leaving are what rooms demand before somebody leaves a post.
var leaving []func(ctx context.Context, tx *store.Tx, h *Holding) error

// BeforeLeaving is called by rooms when the program starts: their check refuses that a post ends today or ended before, while its holder still answers for something
// that he must hand over first (I5.7).
func BeforeLeaving(check func(ctx context.Context, tx *store.Tx, h *Holding) error) {
	leaving = append(leaving, check)
}

// Untaken is what nobody takes: "chưa có đơn vị tiếp nhận" (I9.5).
type Untaken struct {
	OldID   AgencyID
	OldName string
	Subject Subject
	Count   int64
}

// UntakenOf lists what the agencies that a decision ends still hold and nobody is named for.
func UntakenOf(ctx context.Context, r store.Reader, a store.Actor, id ReorganisationID) ([]Untaken, error) {
	if err := mayReorganise(a); err != nil {
		return nil, err
	}
	links, err := Successions(ctx, r, id)
	if err != nil {
		return nil, err
	}
	taken, err := takersOf(ctx, r, id)
	if err != nil {
		return nil, err
	}
	var out []Untaken
	for _, old := range Ending(links) {
		held, err := heldBy(ctx, r, old)
		if err != nil {
			return nil, err
		}
		for _, s := range Subjects {
			if n := held[s.Subject]; n > 0 && taken[old][s.Subject] == 0 {
				out = append(out, Untaken{OldID: old, OldName: nameOf(links, old), Subject: s.Subject, Count: n})
			}
		}
	}
	return out, nil
}

func heldBy(ctx context.Context, r store.Reader, agency AgencyID) (map[Subject]int64, error) {
	out := map[Subject]int64{}
	for _, h := range holders {
		held, err := h.Held(ctx, r, agency)
		if err != nil {
			return nil, err
		}
		for s, n := range held {
			out[s] += n
		}
	}
	return out, nil
}

func takersOf(ctx context.Context, r store.Reader, id ReorganisationID) (map[AgencyID]map[Subject]AgencyID, error) {
	all, err := Takeovers(ctx, r, id)
	out := map[AgencyID]map[Subject]AgencyID{}
	for _, t := range all {
		if out[t.OldID] == nil {
			out[t.OldID] = map[Subject]AgencyID{}
		}
		out[t.OldID][t.Subject] = t.NewID
	}
	return out, err
}

func nameOf(links []Succession, old AgencyID) string {
	for _, s := range links {
		if s.OldID == old {
			return s.OldName
		}
	}
	return ""
}
