package auth_test

import (
	"testing"

	"congvu/internal/auth"
	"congvu/internal/store"
)

// Sessions without a password are opened only where there are sample accounts, and are ordinary ones.
func TestMeasuringNeedsASampleCity(t *testing.T) {
	w := open(t)
	w.clerk("van.thu")
	_, err := auth.Measure(ctx, w.db)
	w.refused(store.Forbidden, err)
	p := w.person(w.snv, "Người mẫu")
	w.appoint(p, w.snv, "Chuyên viên", store.Specialist)
	w.must(w.act(root, func(tx *store.Tx) error {
		return auth.PutAccount(ctx, tx, auth.Opening{Person: p, Login: "nguoi.mau", Hash: w.hash, Demo: true})
	}))
	m, err := auth.Measure(ctx, w.db)
	w.must(err)
	_, err = m.Open(ctx, "khong.co", desk)
	w.refused(store.NotFound, err)
	token, err := m.Open(ctx, "van.thu", desk)
	w.must(err)
	if !w.in(token) {
		t.Error("the session does not live")
	}
}
