package web

import (
	"net/url"
	"strings"
	"testing"
)

// The chairman gives a drafting task, the head of the unit sees it on his desk, gives it back, and it is given anew to the specialist, who begins the draft (D8.1).
func TestADraftingTaskIsGivenTakenAndBegun(t *testing.T) {
	h := newHouse(t)
	head, unitHead, specialist := h.as("chutich"), h.as("truongphong"), h.as("chuyenvien")
	if status, _ := specialist.get("/assignments/new"); status != 403 {
		t.Errorf("a specialist gives work: %d", status)
	}
	page := head.act("/assignments/new", url.Values{"subject": {"báo cáo công tác văn thư"}, "type": {"BAO_CAO"}, "wanted": {"Nêu rõ số liệu"}, "lead": {"?Phòng Văn hóa – Xã hội"}, "due_days": {"2"}})
	way := head.last.Path
	if !strings.HasPrefix(way, "/assignments/") || !strings.Contains(text(page), "Đã giao Phòng Văn hóa – Xã hội") {
		t.Fatalf("at %s: %s", way, text(page))
	}
	if _, page = unitHead.get("/"); !strings.Contains(text(page), "Được giao soạn thảo") || !strings.Contains(page, way) {
		t.Errorf("not on the desk: %s", text(page))
	}
	if status, page := unitHead.post(way+"/return", url.Values{"note": {"không"}}); status != 422 || !strings.Contains(text(page), "từ 10 đến 4000") {
		t.Errorf("no reason: %d %s", status, text(page))
	}
	unitHead.act(way+"/return", url.Values{"note": {"thuộc lĩnh vực khác của xã"}})
	head.act(way+"/reassign", url.Values{"subject": {"báo cáo công tác văn thư"}, "type": {"BAO_CAO"}, "due": {"25/11/2026"}, "lead": {"?Phạm Quốc Việt"}})
	specialist.act(way+"/draft", nil)
	if !strings.HasSuffix(specialist.last.Path, "/revise") {
		t.Fatalf("after the beginning at %s", specialist.last.Path)
	}
	if _, page = head.get(way); !strings.Contains(text(page), "Mở dự thảo") || !strings.Contains(text(page), "thuộc lĩnh vực khác") {
		t.Errorf("the task: %s", text(page))
	}
	if _, page = head.get("/assignments?tab=given"); !strings.Contains(text(page), "25/11/2026") {
		t.Errorf("the list: %s", text(page))
	}
	if status, _ := h.as("giamdoc").get(way); status != 404 {
		t.Errorf("another agency: %d", status)
	}
	if status, _ := specialist.get(way + "/draft"); status != 409 {
		t.Errorf("a second draft: %d", status)
	}
}
