package auth_test

import (
	"testing"
	"time"

	"congvu/internal/auth"
	"congvu/internal/store"
)

// confirmed resolves a session anew, as its next request does, and tells whether its actor may do what binds the office.
func (w *town) confirmed(token string) bool {
	w.Helper()
	s, err := auth.Resolve(ctx, w.db, token)
	w.must(err)
	return s.Actor.Confirmed(w.db.Now()) == nil
}

func TestASessionIsConfirmedByThePasswordForAWhile(t *testing.T) {
	w := open(t)
	w.clerk("van.thu")
	s, other := w.signIn("van.thu", desk), w.signIn("van.thu", desk)
	w.refused(store.Unconfirmed, s.Actor.Confirmed(w.db.Now())) // having signed in is not enough
	w.refused(store.Invalid, w.confirm(s, "sai mật khẩu"))
	if w.confirmed(s.Token) {
		t.Fatal("confirmed by a wrong password")
	}
	w.must(w.confirm(resolved(w, s.Token), phrase))
	if !w.confirmed(s.Token) || w.confirmed(other.Token) {
		t.Fatal("the confirmation is of this session and of no other")
	}
	w.clock.Step(10*time.Minute - time.Second)
	if !w.confirmed(s.Token) {
		t.Error("ended before its time")
	}
	w.clock.Step(time.Second)
	if w.confirmed(s.Token) {
		t.Error("ten minutes are over")
	}
	w.must(w.confirm(resolved(w, s.Token), phrase))
	w.refused(store.Forbidden, w.act(admin(w.snv), func(tx *store.Tx) error { return auth.SetConfirmMinutes(ctx, tx, 60) }))
	w.refused(store.Invalid, w.act(root, func(tx *store.Tx) error { return auth.SetConfirmMinutes(ctx, tx, 61) }))
	w.must(w.act(root, func(tx *store.Tx) error { return auth.SetConfirmMinutes(ctx, tx, 5) }))
	w.clock.Step(6 * time.Minute)
	if w.confirmed(s.Token) {
		t.Error("a shorter setting counts for what was confirmed before it")
	}
}

func (w *town) confirm(s *auth.Session, password string) error {
	_, err := auth.Confirm(ctx, w.db, s, password)
	return err
}

func resolved(w *town, token string) *auth.Session {
	w.Helper()
	s, err := auth.Resolve(ctx, w.db, token)
	w.must(err)
	return s
}

func (w *town) setting(name, value string) {
	w.Helper()
	w.must(w.db.Keep(ctx, func(tx *store.Tx) error { return tx.Set(ctx, 0, name, value) }))
}

// With 0 minutes the pages ask with every act, and a program's confirmation is good for its very next request.
func TestAConfirmationMayBeForOneActOnly(t *testing.T) {
	w := open(t)
	p, h := w.clerk("van.thu")
	w.setting("auth.confirm_minutes", "0")
	s := w.signIn("van.thu", desk)
	w.must(w.confirm(s, phrase))
	w.must(s.Actor.Confirmed(w.db.Now()))
	if w.confirmed(s.Token) {
		t.Error("the next request of the page need not ask")
	}
	var token string
	w.must(w.act(s.Actor, func(tx *store.Tx) (err error) {
		token, err = auth.IssueAPIToken(ctx, tx, int64(p), h.ID, "một cửa", tx.Now().Add(time.Hour))
		return err
	}))
	program := func() *auth.Session {
		s, err := auth.ResolveAPIToken(ctx, w.db, token)
		w.must(err)
		return s
	}
	w.must(w.confirm(program(), phrase))
	w.must(program().Actor.Confirmed(w.db.Now()))
	w.refused(store.Unconfirmed, program().Actor.Confirmed(w.db.Now()))
	w.must(w.confirm(program(), phrase))
	w.clock.Step(time.Minute)
	w.refused(store.Unconfirmed, program().Actor.Confirmed(w.db.Now()))
}

func TestWrongConfirmationsSlowDownTheSessionTheyComeFrom(t *testing.T) {
	w := open(t)
	w.clerk("van.thu")
	stolen, own := w.signIn("van.thu", desk), w.signIn("van.thu", desk)
	for range 5 {
		w.refused(store.Invalid, w.confirm(stolen, "sai"))
	}
	w.refused(store.Conflict, w.confirm(stolen, phrase))
	w.must(w.confirm(own, phrase)) // its owner signs undisturbed
	w.clock.Step(time.Minute)
	w.must(w.confirm(stolen, phrase))
	if locked, err := auth.Locked(ctx, w.db, own.PersonID); err != nil || locked {
		t.Errorf("open account: locked %v, %v", locked, err)
	}
	w.must(w.act(admin(w.snv), func(tx *store.Tx) error { return auth.LockAccount(ctx, tx, own.PersonID) }))
	if locked, err := auth.Locked(ctx, w.db, own.PersonID); err != nil || !locked {
		t.Errorf("locked account: locked %v, %v", locked, err)
	}
	w.refused(store.Invalid, w.confirm(own, phrase))
}
