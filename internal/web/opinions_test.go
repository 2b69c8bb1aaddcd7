package web

import (
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// review brings a draft of the specialist to the head of his unit.
func (h *house) review() (drafter, unitHead *person, way string) {
	h.Helper()
	drafter, unitHead = h.as("chuyenvien"), h.as("truongphong")
	drafter.act("/outgoing/new?type=CONG_VAN", url.Values{"subject": {"triển khai công tác văn thư"}, "addressees": {"Sở Nội vụ"}, "then": {"lay"}, "body": {"Nội dung báo cáo.\nTrân trọng./."},
		"receivers": {"a" + strconv.FormatInt(int64(h.sector), 10)}, "signer": {"?Nguyễn Văn Nghĩa"}, "urgency": {"?Thường"}, "kept_copies": {"1"}})
	way = drafter.last.Path
	drafter.act(way+"/submit", url.Values{"to": {"?Lê Hồng Hạnh"}, "note": {"Kính trình"}})
	return drafter, unitHead, way
}

// A draft's opinions are asked, given with a marked copy, settled and printed, without any script (D8.9, D8.14).
// V28: screen /outgoing/{id}/opinions; api GET /outgoing/{id}/opinions; command remote opinions
func TestOpinionsOnADraftInThePages(t *testing.T) {
	h := newHouse(t)
	drafter, unitHead, way := h.review()
	head := h.as("chutich")
	status, page := drafter.get("/suggest/targets?q=nghia")
	if status != 200 {
		t.Fatal(status)
	}
	post := regexp.MustCompile(`value="(p\d+)"|data-value="(p\d+)"|(p\d+)`).FindString(page)
	post = regexp.MustCompile(`p\d+`).FindString(post)
	drafter.act(way+"/opinions/ask", url.Values{"whom": {post}, "question": {"Đề nghị cho ý kiến về số liệu"}, "order": {"together"}, "required": {"yes"}, "due_days": {"2"}})
	if _, page = head.get("/"); !strings.Contains(text(page), "Chờ tôi cho ý kiến") {
		t.Errorf("not on the desk: %s", text(page))
	}
	if status, page = unitHead.post(way+"/approve", url.Values{"next": {""}}); status != 409 || !strings.Contains(text(page), "bắt buộc") {
		t.Errorf("goes on without the required opinion: %d %s", status, text(page))
	}
	_, page = head.get(way + "/opinions")
	answer := regexp.MustCompile(way + `/opinions/\d+/answer`).FindString(page)
	if answer == "" {
		t.Fatalf("no way to answer: %s", text(page))
	}
	if status, page = head.post(answer, url.Values{"verdict": {"disagree"}, "note": {"không"}}); status != 422 {
		t.Errorf("dissent without words: %d %s", status, text(page))
	}
	head.act(answer, url.Values{"verdict": {"agree_with"}, "note": {"bổ sung số liệu quý trước"}})
	_, page = drafter.get(way + "/opinions")
	if !strings.Contains(text(page), "Nhất trí, có ý kiến thêm") {
		t.Errorf("the answer is not there: %s", text(page))
	}
	settle := regexp.MustCompile(way + `/opinions/\d+/settle`).FindString(page)
	page = drafter.act(settle, url.Values{"settled": {"explained"}, "note": {"số liệu quý trước đã công bố"}})
	if !strings.Contains(text(page), "Giải trình") {
		t.Errorf("settled: %s", text(page))
	}
	if status, page = drafter.get(way + "/opinions/table.pdf"); status != 200 || !strings.HasPrefix(page, "%PDF-") {
		t.Errorf("table: %d", status)
	}
	unitHead.act(way+"/approve", url.Values{"next": {""}})
	if status, _ = h.as("giamdoc").get(way + "/opinions"); status != 404 {
		t.Errorf("another agency: %d", status)
	}
}
