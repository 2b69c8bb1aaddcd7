package exchange

import (
	"bytes"
	"context"
	"fmt"
	"testing"

	"congvu/internal/axis"
	"congvu/internal/documents"
	"congvu/internal/edxml"
	"congvu/internal/store"
)

// Reliability §4: after a restore a peer's status about a document that is not here says which number was given; before one it says nothing.
func TestAPeersReceiptBringsALostNumber(t *testing.T) {
	h := build(t, axis.Config{}, []string{"H26.1"}, []string{"H26.2"})
	ctx := context.Background()
	post := func(n int, parcel string) []documents.FencedRegister {
		t.Helper()
		code := edxml.Code{Number: fmt.Sprint(n), Notation: "QĐ-UBND"}
		var b bytes.Buffer
		if _, err := edxml.WriteStatus(&b, &edxml.StatusMessage{From: edxml.Organization{OrganID: "H26.2", Name: "Cơ quan H26.2"}, Code: "03",
			ResponseFor: edxml.ResponseFor{OrganID: "H26.1", Code: code, Date: "2026-03-02", DocumentID: edxml.MakeDocumentID("H26.1", "2026-03-02", code)},
			Staff:       edxml.Staff{Name: "Lê Văn Cường"}, At: epoch.In(edxml.VietnamTime)}); err != nil {
			t.Fatal(err)
		}
		body := sealed(t, b.Bytes(), identity(t, "Cơ quan H26.2", "H26.2"))
		if err := h.office.takeIn(ctx, axis.Parcel{ID: parcel, From: "H26.2", To: "H26.1", Kind: kindStatus, Body: body}); err != nil {
			t.Fatal(err)
		}
		all, err := documents.FencedRegisters(ctx, h.office.DB)
		if err != nil {
			t.Fatal(err)
		}
		return all
	}
	if all := post(7, "s/1"); len(all) != 0 {
		t.Fatalf("believed although nothing was restored: %+v", all)
	}
	if err := h.office.DB.Keep(ctx, func(tx *store.Tx) error {
		return tx.Set(ctx, 0, store.SettingRestored, fmt.Sprint(int64(store.InstantOf(epoch))))
	}); err != nil {
		t.Fatal(err)
	}
	if all := post(7, "s/2"); len(all) != 1 || all[0].Missing != 7 || all[0].Last != 7 {
		t.Fatalf("%+v", all)
	}
	if len(h.quarantined("H26.1")) != 2 { // what it answers is not here
		t.Fatal("the statuses were not kept apart")
	}
}
