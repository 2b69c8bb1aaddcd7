package auth_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"congvu/internal/auth"
	"congvu/internal/org"
	"congvu/internal/store"
	"congvu/internal/storetest"
)

var (
	ctx   = context.Background()
	start = time.Date(2026, 3, 2, 2, 0, 0, 0, time.UTC) // a Monday, 9:00 in Hanoi
	root  = store.Actor{Via: store.ViaCLI}
)

const (
	phrase = "mưa rơi trên phố cổ Hà Nội"
	desk   = "10.0.0.7:51000"
	street = "203.0.113.9:40000"
)

type town struct {
	*testing.T
	db        *store.DB
	clock     *storetest.Clock
	ubnd, snv org.AgencyID
	hash      string
}

func open(t testing.TB) *town {
	t.Helper()
	w := &town{clock: storetest.NewClock(start)}
	w.T, _ = t.(*testing.T)
	w.db = storetest.OpenAt(t, w.clock)
	err := w.db.Write(ctx, root, func(tx *store.Tx) error {
		for code, into := range map[string]*org.AgencyID{"H26": &w.ubnd, "H26.15": &w.snv} {
			a, err := org.OpenAgency(ctx, tx, org.AgencyForm{Code: code, Name: "Cơ quan " + code, Abbr: "CQ", Level: org.City, Hosted: true, ValidFrom: "2020-01-01"})
			if err != nil {
				return err
			}
			*into = a.ID
		}
		return nil
	})
	if err == nil {
		w.hash, err = auth.HashPassword(ctx, phrase)
	}
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func (w *town) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

func (w *town) act(a store.Actor, f func(tx *store.Tx) error) error { return w.db.Write(ctx, a, f) }

func (w *town) refused(kind store.Kind, err error) {
	w.Helper()
	if !errors.Is(err, kind) {
		w.Fatalf("got %v, want %v", err, kind)
	}
}

func (w *town) person(home org.AgencyID, name string) (id org.PersonID) {
	w.must(w.act(root, func(tx *store.Tx) error {
		p, err := org.Enrol(ctx, tx, org.PersonForm{Name: name, HomeAgency: home})
		if err == nil {
			id = p.ID
		}
		return err
	}))
	return id
}

func (w *town) appoint(p org.PersonID, agency org.AgencyID, title string, roles store.Roles) (h *org.Holding) {
	w.Helper()
	w.must(w.act(root, func(tx *store.Tx) (err error) {
		h, err = org.Appoint(ctx, tx, org.HoldingForm{PersonID: p, AgencyID: agency, Title: title, Rank: org.RankStaff, Roles: roles, ValidFrom: "2025-01-01"})
		return err
	}))
	return h
}

// clerk has an account with the usual phrase and one post.
func (w *town) clerk(login string) (org.PersonID, *org.Holding) {
	w.Helper()
	p := w.person(w.snv, "Người "+login)
	h := w.appoint(p, w.snv, "Văn thư", store.Clerk)
	w.must(auth.OpenAccount(ctx, w.db, root, auth.Opening{Person: p, Login: login, Hash: w.hash}))
	return p, h
}

func (w *town) signIn(login, address string) *auth.Session {
	w.Helper()
	s, err := auth.SignIn(ctx, w.db, login, phrase, address, "thử")
	w.must(err)
	return s
}

func (w *town) in(token string) bool {
	w.Helper()
	_, err := auth.Resolve(ctx, w.db, token)
	if err != nil && !errors.Is(err, auth.ErrSignedOut) {
		w.Fatal(err)
	}
	return err == nil
}

func admin(agency org.AgencyID) store.Actor {
	return store.Actor{Person: 1, Holding: 1, Agency: int64(agency), Roles: store.AgencyAdmin, Via: store.ViaWeb}
}

func sentence(err error) string {
	var r *store.Refusal
	if !errors.As(err, &r) {
		return ""
	}
	return r.Problems[0].Text
}
