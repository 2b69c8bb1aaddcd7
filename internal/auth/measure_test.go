package auth_test

import (
	"testing"

	"congvu/internal/auth"
	"congvu/internal/store"
)

// A session without a password is opened for sample accounts only, and is an ordinary one.
func TestMeasuredSessionsAreForSampleAccounts(t *testing.T) {
	w := open(t)
	w.clerk("van.thu")
	_, err := auth.OpenMeasured(ctx, w.db, "van.thu", desk)
	w.refused(store.Forbidden, err)
	_, err = auth.OpenMeasured(ctx, w.db, "khong.co", desk)
	w.refused(store.NotFound, err)
	p := w.person(w.snv, "Người mẫu")
	w.appoint(p, w.snv, "Chuyên viên", store.Specialist)
	w.must(w.act(root, func(tx *store.Tx) error {
		return auth.PutAccount(ctx, tx, auth.Opening{Person: p, Login: "nguoi.mau", Hash: w.hash, Demo: true})
	}))
	token, err := auth.OpenMeasured(ctx, w.db, "nguoi.mau", desk)
	w.must(err)
	if !w.in(token) {
		t.Error("the session does not live")
	}
}
