package web

import (
	"fmt"
	"strings"
	"testing"
)

// The page tells the whole course of a document to who sees it, narrowed by kind and person, and gives it as PDF; a stranger gets nothing.
//
// V28: screen /outgoing/{id}/history; api GET /outgoing/{id}/history; command remote history
func TestTheCourseOfADocumentIsOnePage(t *testing.T) {
	h := newHouse(t)
	id := h.entered("127", "tăng cường công tác văn thư, lưu trữ")
	clerk, drafter := h.as("vanthu"), h.as("chuyenvien")
	place := fmt.Sprintf("/incoming/%d", id)
	if page := clerk.answers(place, 200); !strings.Contains(page, place+"/history") {
		t.Error("the document does not lead to its history")
	}
	h.must(h.desk.KeepAccesses(bg))
	page := text(clerk.answers(place+"/history", 200))
	for _, part := range []string{"Lịch sử giải quyết", "Tiếp nhận, đăng ký", "Xem nội dung", "In lịch sử"} {
		if !strings.Contains(page, part) {
			t.Errorf("the page lacks %q: %s", part, page)
		}
	}
	if page := text(clerk.answers(place+"/history?kind=reading", 200)); !strings.Contains(page, "Xem nội dung") || strings.Contains(page, "Vào sổ") {
		t.Errorf("narrowed to readings: %s", page)
	}
	if page := text(clerk.answers(place+"/history?kind=copy&person=7", 200)); !strings.Contains(page, "Không có việc nào khớp bộ lọc") {
		t.Errorf("narrowed to nothing: %s", page)
	}
	clerk.answers(place+"/history?kind=nothing", 422)
	if file := clerk.answers(place+"/history.pdf", 200); !strings.HasPrefix(file, "%PDF") {
		t.Errorf("%.20q", file)
	}
	for _, hidden := range []string{place + "/history", place + "/history.pdf"} {
		drafter.answers(hidden, 404)
	}
}
