package web

import (
	"net/url"
	"strings"
	"testing"
)

// V1: screen /templates/{key}/begin
func TestATemplateIsKeptAndUsedInThePages(t *testing.T) {
	h := newHouse(t)
	clerk, drafter := h.as("vanthu"), h.as("chuyenvien")
	if status, _ := drafter.get("/templates"); status != 403 {
		t.Errorf("a specialist keeps templates: %d", status)
	}
	if _, page := clerk.get("/templates"); !strings.Contains(text(page), "Giấy mời họp") || !strings.Contains(text(page), "Mẫu có sẵn") {
		t.Errorf("the built-in templates: %s", text(page))
	}
	page := clerk.act("/templates/new", url.Values{"type": {"THONG_BAO"}, "name": {"Thông báo nghỉ lễ"}, "subject": {"Về việc nghỉ {{Dịp lễ}}"}, "body": {"Nghỉ từ {{Từ ngày}}, {{Ca}}./."}, "form": {"1.2"}})
	way := clerk.last.Path
	if !strings.HasPrefix(way, "/templates/") || !strings.Contains(text(page), "Dịp lễ") {
		t.Fatalf("%s: %s", way, text(page))
	}
	page = clerk.act(way+"/fields", url.Values{"kind_0": {"line"}, "kind_1": {"date"}, "kind_2": {"choice"}, "choices_2": {"trực sáng\ntrực chiều"}, "optional_0": {""}})
	if !strings.Contains(text(page), "trực sáng, trực chiều") {
		t.Fatalf("fields: %s", text(page))
	}
	if status, page := clerk.post(way+"/edit", url.Values{"name": {"Thông báo nghỉ lễ"}, "body": {"Nghỉ {{từ"}}); status != 422 || !strings.Contains(text(page), "không thành cặp") {
		t.Errorf("an open mark: %d %s", status, text(page))
	}
	if _, page := drafter.get("/outgoing/new"); !strings.Contains(page, way+"/begin") || !strings.Contains(text(page), "Bắt đầu từ mẫu") {
		t.Errorf("the drafter is not offered the template: %s", text(page))
	}
	if status, page := drafter.post(way+"/begin", url.Values{"value-dip-le": {"Tết"}, "value-tu-ngay": {"31/02/2026"}}); status != 422 || !strings.Contains(text(page), "phải là một ngày có thật") || !strings.Contains(page, "Tết") {
		t.Errorf("no day: %d %s", status, text(page))
	}
	page = drafter.act(way+"/begin", url.Values{"value-dip-le": {"Tết"}, "value-tu-ngay": {"30/12/2026"}, "value-ca": {"trực sáng"}})
	if !strings.HasSuffix(drafter.last.Path, "/revise") || !strings.Contains(page, "Nghỉ từ ngày 30 tháng 12 năm 2026, trực sáng./.") {
		t.Fatalf("%s: %s", drafter.last.Path, text(page))
	}
	draft := strings.TrimSuffix(drafter.last.Path, "/revise")
	if _, page := drafter.get(draft); !strings.Contains(text(page), "Bắt đầu từ mẫu “Thông báo nghỉ lễ”") || !strings.Contains(page, "similar=") {
		t.Errorf("history: %s", text(page))
	}
	_, page = drafter.get("/outgoing/new?similar=" + strings.TrimPrefix(draft, "/outgoing/"))
	if !strings.Contains(page, "Nghỉ từ ngày 30 tháng 12 năm 2026") {
		t.Errorf("similar: %s", text(page))
	}
	for _, bad := range []string{"x", "99999"} {
		if status, _ := drafter.get("/outgoing/new?similar=" + bad); status != 404 {
			t.Errorf("like nothing: %d", status)
		}
	}
	if status, page := clerk.post(way+"/off", nil); status != 200 || !strings.Contains(text(page), "Đã tắt mẫu") {
		t.Errorf("off: %d %s", status, text(page))
	}
	if status, _ := drafter.get(way + "/begin"); status != 404 {
		t.Errorf("a template that is off: %d", status)
	}
	if status, _ := h.as("giamdoc").get(way + "/begin"); status != 404 {
		t.Errorf("another agency: %d", status)
	}
}
