package web

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

// boxOfRow finds the boxes of a list.
var boxOfRow = regexp.MustCompile(`name="pick" value="(\d+:\d+)"`)

func (p *person) picked(path string) (out []string) {
	p.Helper()
	status, page := p.get(path)
	if status != 200 {
		p.Fatalf("GET %s: %d", path, status)
	}
	for _, m := range boxOfRow.FindAllStringSubmatch(page, -1) {
		out = append(out, m[1])
	}
	return out
}

// A rule is made, tried and put in force; documents are registered and passed on by it, many at once, each with its result (D10.8, D10.16).
//
// N27: screen /incoming/bulk
// N7: screen /incoming/bulk
func TestManyAreRegisteredAndPassedOnAtOnce(t *testing.T) {
	h := newHouse(t)
	clerk := h.as("vanthu")
	page := clerk.act("/rules/new", url.Values{"name": {"Môi trường"}, "priority": {"1"}, "words": {"thu gom rác"}, "lead": {"?Phòng Văn hóa"}, "clause": {"Điều 12 khoản 3 Quy chế làm việc"}, "due_days": {"5"}})
	rule := clerk.last.Path
	if !strings.HasPrefix(rule, "/rules/") || !strings.Contains(text(page), "Chưa áp dụng") {
		t.Fatalf("at %s: %s", rule, text(page))
	}
	first := clerk.enter("đề nghị phối hợp thu gom rác thải")
	if status, page := clerk.post(rule+"/activate", nil); status != 409 {
		t.Fatalf("an untried rule is put in force: %d %s", status, text(page))
	}
	if status, page := clerk.post(rule+"/try", nil); status != 200 || !strings.Contains(text(page), "1 trong 1 văn bản đến gần nhất") {
		t.Fatalf("trial: %d %s", status, text(page))
	}
	clerk.post(rule+"/activate", nil)
	if _, page := clerk.get(first + "/register"); !strings.Contains(text(page), "Theo quy tắc “Môi trường”") || !strings.Contains(page, "Điều 12 khoản 3") {
		t.Fatalf("the rule is not proposed with its reason: %s", text(page))
	}
	// one page, one act: registered and forwarded
	page = clerk.act(first+"/register", url.Values{"next": {"forward"}, "lead": {"?Phòng Văn hóa"}, "by_rule": {"Điều 12 khoản 3"}})
	if !strings.Contains(text(page), "số đến 1, và chuyển Phòng Văn hóa – Xã hội xử lý") {
		t.Fatalf("registered and passed on: %s", text(page))
	}
	form := url.Values{"act": {"register_pass"}, "return": {"/arrivals?tab="}}
	for i := range 3 {
		subject := fmt.Sprintf("thu gom rác đợt %d", i)
		if i == 2 {
			subject = "mời họp"
		}
		_, page := clerk.get("/incoming/new")
		f := hiddenOf(page)
		f["sender_name"], f["number"], f["subject"], f["urgency"] = []string{"Công ty"}, []string{fmt.Sprint(100 + i)}, []string{subject}, []string{option(t, page, "Thường")}
		clerk.post("/incoming/new", f)
	}
	form["pick"] = clerk.picked("/arrivals?all=1")
	if len(form["pick"]) != 3 {
		t.Fatalf("%d boxes", len(form["pick"]))
	}
	status, page := clerk.post("/incoming/bulk", form)
	if status != 200 || !strings.Contains(text(page), "2 xong, 1 không thực hiện được") || !strings.Contains(text(page), "Không có quy tắc phân văn bản nào") {
		t.Fatalf("in bulk: %d %s", status, text(page))
	}
	form["pick"] = clerk.picked("/arrivals")
	form["act"] = []string{"register"}
	if _, page = clerk.post("/incoming/bulk", form); !strings.Contains(text(page), "1 xong") || !strings.Contains(text(page), "Trình các văn bản đã vào sổ") {
		t.Fatalf("registered, submitting is offered: %s", text(page))
	}
	form["pick"], form["act"] = clerk.picked("/incoming?tab=to_submit"), []string{"submit"}
	if _, page = clerk.post("/incoming/bulk", form); !strings.Contains(page, `name="go"`) {
		t.Fatalf("to whom is asked first: %s", text(page))
	}
	form["go"], form["to"] = []string{"yes"}, []string{regexp.MustCompile(`name="to" value="(\d+)"`).FindStringSubmatch(page)[1]}
	if _, page = clerk.post("/incoming/bulk", form); !strings.Contains(text(page), "Đã trình lãnh đạo") {
		t.Fatalf("submitted: %s", text(page))
	}
	unit := h.as("truongphong")
	form = url.Values{"act": {"read"}, "pick": unit.picked("/incoming?tab=to_do")}
	if _, page = unit.post("/incoming/bulk", form); !strings.Contains(text(page), "3 xong, 0 không") {
		t.Fatalf("read: %s", text(page))
	}
	if _, page = unit.post("/incoming/bulk", form); !strings.Contains(text(page), "0 xong, 3 không") {
		t.Fatalf("what changes nothing is reported as done: %s", text(page))
	}
	if status, page := h.as("chuyenvienso").post("/incoming/bulk", form); status != 200 || !strings.Contains(text(page), "0 xong, 3 không") || strings.Contains(page, "thu gom rác") {
		t.Fatalf("a stranger: %d %s", status, text(page))
	}
	if _, page = unit.post("/incoming/bulk", url.Values{"act": {"read"}, "pick": {"x:y"}}); strings.Contains(text(page), "1 xong") {
		t.Fatal("nonsense is done")
	}
	if _, page = unit.post("/incoming/bulk", url.Values{"act": {"read"}}); !strings.Contains(text(page), "Chưa chọn văn bản nào") {
		t.Fatalf("nothing ticked: %s", text(page))
	}
}

// Groups and prepared texts are a person's own, and shorten a direction (D12).
func TestGroupsAndTextsShortenADirection(t *testing.T) {
	h := newHouse(t)
	clerk, head := h.as("vanthu"), h.as("chutich")
	_, page := head.get("/suggest/targets?q=ngoc")
	post := regexp.MustCompile(`p\d+`).FindString(page)
	head.act("/groups/new", url.Values{"name": {"Tổ rác"}, "members": {post}})
	head.act("/phrases/new", url.Values{"words": {"Khẩn trương tham mưu."}})
	if _, page = head.get("/groups"); !strings.Contains(text(page), "Tổ rác") || !strings.Contains(text(page), "Khẩn trương tham mưu.") {
		t.Fatalf("kept: %s", text(page))
	}
	if _, page = h.as("truongphong").get("/groups"); strings.Contains(text(page), "Tổ rác") {
		t.Fatal("another's group is shown")
	}
	_, page = head.get("/suggest/targets?q=to+rac")
	group := regexp.MustCompile(`g\d+`).FindString(page)
	in := clerk.enter("đề nghị thu gom rác")
	clerk.act(in+"/register", url.Values{"next": {"submit"}, "to": {"?Nguyễn Văn Nghĩa"}})
	page = head.act(in+"/direct", url.Values{"lead": {"?Phòng Văn hóa"}, "coordinators": {group}, "phrase": {"Khẩn trương tham mưu."}, "opinion": {"Báo cáo trong tuần."}, "due_days": {"3"}})
	for _, want := range []string{"Hoàng Thị Ngọc", "Khẩn trương tham mưu.", "Báo cáo trong tuần."} {
		if !strings.Contains(text(page), want) {
			t.Errorf("%q is not in the direction: %s", want, text(page))
		}
	}
}
