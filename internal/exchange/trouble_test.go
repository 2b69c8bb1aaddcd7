package exchange

import (
	"context"
	"errors"
	"testing"

	"congvu/internal/axis"
	"congvu/internal/store"
)

// A parcel that our own trouble kept from being opened is kept whole, and its agency's clerk opens it when the trouble is over (X15.6).
func TestParcelOfOurOwnTroubleIsKeptWhole(t *testing.T) {
	ctx := context.Background()
	h := build(t, axis.Config{}, []string{"H26.1", "H26.2"}, nil)
	raw := sealed(t, letterFrom(t, "H26.1", "H26.2", 1, nil), identity(t, "Cơ quan H26.1", "H26.1"))
	sick := true
	h.office.failing = func(at string) error {
		if sick && at == "before arrive" {
			return errors.New("the disk is away")
		}
		return nil
	}
	p := axis.Parcel{ID: "H26.1/1/H26.2", From: "H26.1", To: "H26.2", Kind: kindDocument, Body: raw, Attempt: maxAttempts}
	if v := h.office.take(ctx, p, func(error) {}); v != axis.Ack() {
		t.Fatalf("%+v", v)
	}
	q := h.quarantined("H26.2")
	if len(q) != 1 || q[0].Reason != "not_opened" || q[0].SHA == "" || q[0].Size != int64(len(raw)) {
		t.Fatalf("%+v", q)
	}
	sick = false
	if err := h.office.DB.Write(ctx, h.clerk("H26.2"), func(tx *store.Tx) error { return QuarantineRetry(ctx, tx, q[0].ID) }); err != nil {
		t.Fatal(err)
	}
	if err := h.office.retry(ctx, h.job(jobRetry)); err != nil {
		t.Fatal(err)
	}
	if got := h.taken("H26.2"); len(got) != 1 || got[0].State != "opened" {
		t.Errorf("%+v", got)
	}
}
