package documents

import (
	"context"
	"fmt"

	"congvu/internal/calendar"
	"congvu/internal/org"
	"congvu/internal/store"
)

// PassTo is a unit or a post with the name it has today.
type PassTo struct {
	Target
	Name   string
	Person int64 `json:"-"`
}

// Code is how forms and commands write it: "u12", "p34"; "" for none.
func (n PassTo) Code() string {
	switch {
	case n.Unit != 0:
		return fmt.Sprintf("u%d", n.Unit)
	case n.Post != 0:
		return fmt.Sprintf("p%d", n.Post)
	}
	return ""
}

// roster is who and what a document of an agency can go to today.
type roster struct {
	units map[int64]org.Unit
	posts map[int64]org.Holding
}

func rosterOf(ctx context.Context, r store.Reader, agency int64, at calendar.Date) (roster, error) {
	out := roster{map[int64]org.Unit{}, map[int64]org.Holding{}}
	units, err := org.Units(ctx, r, org.AgencyID(agency))
	if err != nil {
		return out, err
	}
	for _, u := range units {
		if u.ValidTo == "" || at.Before(u.ValidTo) {
			out.units[int64(u.ID)] = u
		}
	}
	staff, err := org.Staff(ctx, r, org.AgencyID(agency), at)
	for _, h := range staff {
		out.posts[int64(h.ID)] = h
	}
	return out, err
}

// name names a target; ok is false when it has gone or never was of the agency.
func (r roster) name(t Target) (n PassTo, ok bool) {
	n.Target = t
	if t.Unit != 0 {
		u, ok := r.units[t.Unit]
		n.Name = u.Name
		return n, ok && t.Post == 0
	}
	h, ok := r.posts[t.Post]
	n.Name, n.Person = h.PersonName, int64(h.PersonID)
	return n, ok
}

// names keeps those that are still there, each once.
func (r roster) names(all []Target) []PassTo {
	var out []PassTo
	seen := map[[2]int64]bool{}
	for _, t := range all {
		if n, ok := r.name(t); ok && !seen[[2]int64{t.Unit, t.Post}] {
			seen[[2]int64{t.Unit, t.Post}] = true
			out = append(out, n)
		}
	}
	return out
}
