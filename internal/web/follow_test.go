package web

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"congvu/internal/org"
	"congvu/internal/store"
)

// The leaders' desk: the proposed lead is chosen already, one press directs and the next document opens by itself; an assistant prepares, one
// press confirms (D12.3, N27).
//
// V16: screen /desk
// V12: screen /desk
func TestTheLeadersDeskGoesFromOneToTheNext(t *testing.T) {
	h := newHouse(t)
	clerk, head := h.as("vanthu"), h.as("chutich")
	h.enrol("thuky", h.commune, 0, "Bùi Thị Thư", "Thư ký", org.RankStaff, store.Assistant)
	for i := range 2 {
		in := clerk.enter(fmt.Sprintf("đề nghị số %d", i))
		form := url.Values{"next": {"submit"}, "to": {"?Nguyễn Văn Nghĩa"}}
		if i == 1 {
			form["twin"] = []string{"register_anyway"}
		}
		clerk.act(in+"/register", form)
	}
	status, page := head.get("/desk")
	if status != 200 || !strings.Contains(text(page), "đề nghị số 0") || !strings.Contains(text(page), "đề nghị số 1") || !strings.Contains(page, "data-viewer") && !strings.Contains(page, "viewer") {
		t.Fatalf("the desk: %d %s", status, text(page))
	}
	open := regexp.MustCompile(`action="(/desk/\d+)"`).FindStringSubmatch(page)[1]
	quick := regexp.MustCompile(`name="quick" value="(u\d+)"`).FindStringSubmatch(page)[1]
	form := hiddenOf(page)
	form["quick"], form["days"], form["act"] = []string{quick}, []string{"3"}, []string{"direct"}
	status, page = head.post(open, form)
	if status != 200 || !strings.Contains(text(page), "Đã chuyển văn bản để xử lý.") || head.last.Path == open || !strings.HasPrefix(head.last.Path, "/desk/") {
		t.Fatalf("directed, next: %d at %s: %s", status, head.last, text(page))
	}
	second := head.last.Path
	secretary := h.as("thuky")
	_, page = secretary.get(second)
	form = hiddenOf(page)
	form["quick"], form["days"], form["act"], form["opinion"] = []string{quick}, []string{"5"}, []string{"prepare"}, []string{"Phòng tham mưu."}
	if _, page = secretary.post(second, form); !strings.Contains(text(page), "Đã lưu ý kiến chuẩn bị") {
		t.Fatalf("prepared: %s", text(page))
	}
	if _, page = head.get(second); !strings.Contains(text(page), "Bùi Thị Thư") || !strings.Contains(text(page), "Phòng tham mưu.") {
		t.Fatalf("shown to the leader: %s", text(page))
	}
	if status, page = head.post(second+"/confirm", nil); status != 200 || !strings.Contains(text(page), "Không có văn bản nào chờ chỉ đạo") {
		t.Fatalf("confirmed: %d %s", status, text(page))
	}
	in := "/incoming/" + lastOf(second)
	if _, page = head.get(in); !strings.Contains(text(page), "Bùi Thị Thư ghi thay") {
		t.Errorf("who wrote it is not shown: %s", text(page))
	}
	if status, _ := h.as("chuyenvien").get("/desk"); status != 403 {
		t.Errorf("a specialist's desk answers %d", status)
	}
}

// What was given is followed, pressed, put off and taken up again.
//
// V11: screen /follow
// V12: screen /extensions
func TestWhatWasGivenIsFollowed(t *testing.T) {
	h := newHouse(t)
	clerk, head, unit := h.as("vanthu"), h.as("chutich"), h.as("truongphong")
	in := clerk.enter("đề nghị thống kê")
	clerk.act(in+"/register", url.Values{"next": {"submit"}, "to": {"?Nguyễn Văn Nghĩa"}})
	head.act(in+"/direct", url.Values{"lead": {"?Phòng Văn hóa"}, "due_days": {"2"}})
	if _, page := head.get("/follow"); !strings.Contains(text(page), "đề nghị thống kê") || !strings.Contains(text(page), "chưa đọc") {
		t.Fatalf("given: %s", text(page))
	}
	form := url.Values{"act": {"chase"}, "pick": head.picked("/follow"), "go": {"yes"}, "note": {"Khẩn trương."}}
	if _, page := head.post("/incoming/bulk", form); !strings.Contains(text(page), "Đã đôn đốc") {
		t.Fatalf("pressed: %s", text(page))
	}
	_, page := unit.get(in)
	if !strings.Contains(text(page), "Khẩn trương.") {
		t.Fatalf("the unit does not see it: %s", text(page))
	}
	extend := regexp.MustCompile(in + `/lines/\d+/extend`).FindString(page)
	unit.act(extend, url.Values{"due": {"04/12/2026"}, "reason": {"Chờ số liệu của các thôn"}})
	_, page = head.get("/extensions")
	answer := regexp.MustCompile(`/extensions/\d+/answer`).FindString(page)
	if answer == "" {
		t.Fatalf("nothing to answer: %s", text(page))
	}
	if status, _ := unit.get(answer); status == 200 {
		t.Error("who asks answers himself")
	}
	head.act(answer, url.Values{"agree": {"yes"}})
	if _, page = head.get("/follow"); !strings.Contains(text(page), "04/12/2026") || !strings.Contains(text(page), "hạn ban đầu 25/11/2026") {
		t.Fatalf("both days: %s", text(page))
	}
	_, page = unit.get(in)
	unit.act(regexp.MustCompile(in+`/lines/\d+/complete`).FindString(page), url.Values{"result": {"Xong"}})
	head.act(in+"/reopen", url.Values{"reason": {"Thiếu số liệu của hai thôn"}})
	h.clock.Step(7 * 24 * time.Hour)
	h.must(h.desk.RemindOnce(bg))
	for path, want := range map[string]string{"/week": "Đến hạn trong tuần", "/handover": "Bàn giao công việc", "/extensions": "Không có đề nghị", "/follow?tab=soon": "Theo dõi"} {
		if status, page := h.as("truongphong").get(path); status != 200 || !strings.Contains(text(page), want) {
			t.Errorf("%s: %d %s", path, status, text(page))
		}
	}
	h.as("truongphong").post("/week/digest", url.Values{"on": {"no"}})
}

// I5.4: a cover is set with a term, takes the other's role in the corner of the page, and sees and directs, but signs nothing.
//
// V58: screen /standins
func TestACoverTakesTheOthersRole(t *testing.T) {
	h := newHouse(t)
	clerk, head := h.as("vanthu"), h.as("chutich")
	in := clerk.enter("đề nghị góp ý")
	clerk.act(in+"/register", url.Values{"next": {"submit"}, "to": {"?Nguyễn Văn Nghĩa"}})
	head.act("/standins/new", url.Values{"kind": {"absence"}, "principal": {"?Nguyễn Văn Nghĩa"}, "deputy": {"?Lê Hồng Hạnh"}, "scope": {"direct"}, "reason": {"Đi công tác"}, "valid_from": {"23/11/2026"}, "valid_to": {"27/11/2026"}})
	cover := h.as("truongphong")
	if status, _ := cover.get(in); status != 404 {
		t.Fatalf("as herself she sees it: %d", status)
	}
	_, page := cover.get("/")
	if !strings.Contains(page, "Làm thay Nguyễn Văn Nghĩa") {
		t.Fatalf("the role is not offered: %s", page)
	}
	role := regexp.MustCompile(`value="(\d+)"[^>]*>[^<]*(?:<[^>]*>[^<]*){0,6}Làm thay Nguyễn`).FindStringSubmatch(page)[1]
	cover.post("/post", url.Values{"post": {role}, "return": {"/"}})
	if status, page := cover.get("/desk"); status != 200 || !strings.Contains(text(page), "đề nghị góp ý") {
		t.Fatalf("as the cover: %d %s", status, text(page))
	}
	cover.act(in+"/direct", url.Values{"lead": {"?Phòng Văn hóa"}})
	if _, page := cover.get(in); !strings.Contains(text(page), "Nguyễn Văn Nghĩa, Chủ tịch") || !strings.Contains(text(page), "Lê Hồng Hạnh ghi thay") {
		t.Errorf("in whose name: %s", text(page))
	}
	h.clock.Step(6 * 24 * time.Hour)
	again := h.as("truongphong")
	if _, page := again.get("/"); strings.Contains(page, "Làm thay Nguyễn Văn Nghĩa") {
		t.Error("the role outlives its term")
	}
}
