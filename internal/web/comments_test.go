package web

import (
	"net/url"
	"strings"
	"testing"

	"congvu/internal/documents"
)

// A place on a page is measured on the page as it is, A4 or not, with an origin of its own or not.
func TestPlacesOfCommentsFollowTheSizeOfThePage(t *testing.T) {
	all := []documents.PageComment{{Page: 1, X: 10, Y: 20, W: 30, H: 10, State: "open", Who: "An", Words: "sai"}, {Page: 2, X: 10, Y: 20, W: 30, H: 10, State: "open"},
		{Page: 3, X: 1, Y: 1, W: 1, H: 1, State: "open"}, {Page: 1, W: 1, H: 1, State: "resolved"}, {Page: 1, State: "open"}}
	got := commentBoxes(all, [][4]float64{{0, 0, 595, 842}, {50, 100, 50 + 842, 100 + 595}})
	if len(got) != 2 || got[0].Label != "An: sai" {
		t.Fatalf("%+v", got)
	}
	mm := 72 / 25.4
	for i, want := range [][2]float64{{10 * mm, 842 - 30*mm}, {50 + 10*mm, 695 - 30*mm}} {
		if x, y := got[i].X-want[0], got[i].Y-want[1]; x*x+y*y > 0.01 {
			t.Errorf("place %d: %+v, want %v", i, got[i], want)
		}
	}
}

// V28: screen /outgoing/{id}/comments
func TestACommentOnAPageInThePages(t *testing.T) {
	h := newHouse(t)
	drafter, unitHead := h.as("chuyenvien"), h.as("truongphong")
	drafter.act("/outgoing/new?type=CONG_VAN", url.Values{"subject": {"triển khai công tác văn thư"}, "addressees": {"Sở Nội vụ"}, "then": {"lay"}, "body": {"Nội dung báo cáo.\nTrân trọng./."},
		"signer": {"?Nguyễn Văn Nghĩa"}, "urgency": {"?Thường"}, "kept_copies": {"1"}})
	way := drafter.last.Path
	drafter.act(way+"/submit", url.Values{"to": {"?Lê Hồng Hạnh"}, "note": {"Kính trình"}})
	if status, page := unitHead.post(way+"/comments/add", url.Values{"page": {"9"}, "note": {"không có trang này"}}); status != 422 || !strings.Contains(text(page), "Hãy chọn trang") {
		t.Errorf("no such page: %d %s", status, text(page))
	}
	unitHead.act(way+"/comments/add", url.Values{"page": {"1"}, "x": {"30"}, "y": {"120"}, "w": {"60"}, "h": {"10"}, "note": {"số liệu chưa khớp"}})
	_, page := drafter.get(way + "/comments")
	if !strings.Contains(text(page), "số liệu chưa khớp") || !strings.Contains(page, "data-boxes") || !strings.Contains(page, "số liệu chưa khớp&#34;") && !strings.Contains(page, "số liệu chưa khớp&quot;") {
		t.Fatalf("the comment: %s", text(page))
	}
	if status, _ := h.as("giamdoc").get(way + "/comments"); status != 404 {
		t.Errorf("another agency: %d", status)
	}
}
