package api_test

import (
	"net/http"
	"testing"

	"congvu/internal/client"
)

// A drafting task goes its way through the API (D8.1).
func TestADraftingTaskThroughTheAPI(t *testing.T) {
	w := newTown(t)
	head, unitHead := w.as("head"), w.as("unit_head")
	x, err := head.Assign(bg, client.Assigning{Subject: "kế hoạch tuyên truyền", Type: "KE_HOACH", Wanted: "Theo chỉ đạo của tỉnh", Lead: client.Target{Unit: client.ID(w.unit)}, DueDays: 2})
	must(t, err)
	all, err := unitHead.Assignments(bg, "mine")
	must(t, err)
	if len(all) != 1 || all[0].ID != x.ID || all[0].Due != "2026-11-25" || len(all[0].Acts) != 3 {
		t.Fatalf("%+v", all)
	}
	must(t, unitHead.AcceptAssignment(bg, x.ID))
	refused(t, head.ReturnAssignment(bg, x.ID, "không phải việc của tôi"), http.StatusForbidden)
	must(t, unitHead.ReturnAssignment(bg, x.ID, "đề nghị giao đơn vị khác"))
	must(t, head.Reassign(bg, x.ID, client.Assigning{Subject: "kế hoạch tuyên truyền", Lead: client.Target{Unit: client.ID(w.unit)}}))
	o, err := unitHead.DraftAssigned(bg, x.ID)
	must(t, err)
	got, err := head.Assignment(bg, x.ID)
	must(t, err)
	if got.Outgoing != o.ID || got.State != "drafting" {
		t.Errorf("%+v", got)
	}
	refused(t, head.WithdrawAssignment(bg, x.ID, "không cần soạn nữa"), http.StatusConflict)
}
