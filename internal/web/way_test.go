package web

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"
)

func (p *person) until(path, words string) string {
	p.Helper()
	for range 1200 {
		if _, page := p.get(path); strings.Contains(text(page), words) {
			return page
		}
		time.Sleep(50 * time.Millisecond)
	}
	_, page := p.get(path)
	p.Fatalf("%s never says %q: %s", path, words, text(page))
	return ""
}

// The promise, as people do it, without any script: a commune drafts, approves, signs, issues; the department's registry registers,
// its director directs, the specialist completes; the commune sees "hoàn thành" (D8, D9, D10, X13, N1–N27).
func TestASignedDocumentTravelsFromOneAgencyToAnother(t *testing.T) {
	h := newHouse(t)
	h.work()
	drafter, unitHead, head, clerk := h.as("chuyenvien"), h.as("truongphong"), h.as("chutich"), h.as("vanthu")
	page := drafter.act("/outgoing/new?type=CONG_VAN", url.Values{"subject": {"triển khai công tác văn thư năm 2026"}, "addressees": {"Sở Nội vụ"}, "then": {"lay"},
		"body": {"Thực hiện Nghị định số 30/2020/NĐ-CP, Ủy ban nhân dân xã báo cáo như sau:\n1. Đã lập hồ sơ điện tử.\nTrân trọng./."}, "receivers": {fmt.Sprintf("a%d", h.sector)},
		"signer": {"?Nguyễn Văn Nghĩa"}, "urgency": {"?Thường"}, "kept_copies": {"1"}})
	way := drafter.last.Path
	if !strings.HasPrefix(way, "/outgoing/") || !strings.Contains(text(page), "Đã lưu và trình bày") {
		t.Fatalf("at %s: %s", way, text(page))
	}
	drafter.act(way+"/submit", url.Values{"to": {"?Lê Hồng Hạnh"}, "note": {"Kính trình"}})
	unitHead.act(way+"/approve", url.Values{"next": {""}, "note": {"Đồng ý"}})
	status, page := head.get(way + "/sign")
	if status != 200 || !strings.Contains(page, "SHA-256") {
		t.Fatalf("sign: %d %s", status, text(page))
	}
	form := hiddenOf(page)
	form["consent"], form["password"] = []string{"yes"}, []string{"sai mat khau roi nhe"}
	if status, page = head.post(way+"/sign", form); status != 422 {
		t.Fatalf("a wrong password signs: %d %s", status, text(page))
	}
	head.act(way+"/sign", url.Values{"consent": {"yes"}, "password": {password}})
	page = clerk.act(way+"/release", url.Values{"password": {password}})
	if !strings.Contains(text(page), "Đã phát hành văn bản số 01/UBND-VX") {
		t.Fatalf("after release: %s", text(page))
	}

	registry, director, specialist := h.as("vanthuso"), h.as("giamdoc"), h.as("chuyenvienso")
	page = registry.until("/arrivals", "01/UBND-VX")
	open := regexp.MustCompile(`open=(\d+)`).FindStringSubmatch(page)[1]
	in := "/incoming/" + open
	if _, page = registry.get(in); !strings.Contains(text(page), "Chữ ký hợp lệ") {
		t.Errorf("the clerk does not see that the signatures are valid: %s", text(page))
	}
	page = registry.act(in+"/register", nil)
	if !strings.Contains(text(page), "số đến 1") {
		t.Fatalf("registered: %s", text(page))
	}
	registry.act(in+"/submit", url.Values{"to": {radio(t, registry, in+"/submit", "to")}})
	director.act(in+"/direct", url.Values{"lead": {"?Trần Thị Bình"}, "opinion": {"Nghiên cứu, tham mưu"}, "due_days": {"3"}})
	_, page = specialist.get(in)
	complete := regexp.MustCompile(in + `/lines/\d+/complete`).FindString(page)
	if complete == "" {
		t.Fatalf("the specialist cannot complete: %s", text(page))
	}
	specialist.act(complete, url.Values{"result": {"Đã tổng hợp, báo cáo Giám đốc"}})
	clerk.until(way, "Hoàn thành")
	if status, _ := registry.get(way); status != 404 {
		t.Errorf("a foreign draft answers %d", status)
	}
	if status, page := clerk.get(way + "/release"); status != 409 || !strings.Contains(text(page), "Việc này không còn thực hiện được") {
		t.Errorf("releasing again: %d %s", status, text(page))
	}
}

// radio is the first choice of a field of few.
func radio(t *testing.T, p *person, path, name string) string {
	t.Helper()
	_, page := p.get(path)
	m := regexp.MustCompile(`<input type="radio" name="` + name + `" value="([^"]+)"`).FindStringSubmatch(page)
	if m == nil {
		t.Fatalf("no choice of %s: %s", name, text(page))
	}
	return m[1]
}
