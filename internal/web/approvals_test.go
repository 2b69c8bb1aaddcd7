package web

import (
	"net/url"
	"regexp"
	"strings"
	"testing"
)

// The registry sets the plan, the drafter submits along it, a step is added and returned to, the sheet is printed; all without scripts (D8.5, D8.6, D8.9).
// V13: screen /outgoing/{id}/approvals; api POST /outgoing/{id}/approvals/{step}/return; command remote return-to
func TestADraftGoesThePlanInThePages(t *testing.T) {
	h := newHouse(t)
	clerk := h.as("vanthu")
	if status, _ := h.as("chuyenvien").get("/approval-plans"); status != 403 {
		t.Errorf("a specialist sets plans: %d", status)
	}
	page := clerk.act("/approval-plans", url.Values{"stage_1": {"1"}, "whom_1": {"unit_head"}, "duty_1": {"content"}, "stage_2": {"2"}, "whom_2": {"?Ngô Gia Huy – Quản trị"}, "duty_2": {"layout"}})
	if !strings.Contains(text(page), "Đã lưu quy trình trình ký") {
		t.Fatalf("the plan: %s", text(page))
	}
	drafter, unitHead, office := h.as("chuyenvien"), h.as("truongphong"), h.as("quantri")
	drafter.act("/outgoing/new?type=CONG_VAN", url.Values{"subject": {"triển khai công tác văn thư"}, "addressees": {"Sở Nội vụ"}, "then": {"lay"}, "body": {"Nội dung báo cáo.\nTrân trọng./."},
		"signer": {"?Nguyễn Văn Nghĩa"}, "urgency": {"?Thường"}, "kept_copies": {"1"}})
	way := drafter.last.Path
	if _, page = drafter.get(way + "/submit"); !strings.Contains(text(page), "Duyệt thể thức") {
		t.Errorf("the drafter does not see the plan: %s", text(page))
	}
	drafter.act(way+"/submit", url.Values{"to": {""}, "note": {"Kính trình"}})
	unitHead.act(way+"/approve", url.Values{"next": {""}, "note": {"Đồng ý nội dung"}})
	_, page = office.get(way + "/approvals")
	back := regexp.MustCompile(way + `/approvals/\d+/return`).FindString(page)
	if back == "" {
		t.Fatalf("no way back: %s", text(page))
	}
	if status, page := office.post(back, url.Values{"note": {"sai"}}); status != 422 {
		t.Errorf("no reason: %d %s", status, text(page))
	}
	office.act(back, url.Values{"note": {"số liệu chưa khớp với báo cáo"}})
	unitHead.act(way+"/approve", url.Values{"next": {""}, "note": {"Đã sửa"}})
	office.act(way+"/approvals/add", url.Values{"post": {"?Hoàng Thị Ngọc"}, "duty": {"review"}, "place": {"after"}})
	office.act(way+"/approve", url.Values{"next": {""}})
	clerk.act(way+"/approve", url.Values{"next": {""}})
	_, page = drafter.get(way + "/approvals")
	for _, words := range []string{"số liệu chưa khớp", "Đồng ý nội dung", "Duyệt nội dung", "Đã trả lại"} {
		if !strings.Contains(text(page), words) {
			t.Errorf("no %q: %s", words, text(page))
		}
	}
	if status, pdf := drafter.get(way + "/approvals/sheet.pdf"); status != 200 || !strings.HasPrefix(pdf, "%PDF-") {
		t.Errorf("sheet: %d", status)
	}
	if _, page = h.as("chutich").get(way + "/sign"); !strings.Contains(page, "SHA-256") {
		t.Errorf("it did not reach the signer: %s", text(page))
	}
	if status, _ := h.as("giamdoc").get(way + "/approvals"); status != 404 {
		t.Errorf("another agency: %d", status)
	}
}
