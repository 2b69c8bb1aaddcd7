package web

import (
	"fmt"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"congvu/internal/documents"
	"congvu/internal/storetest"
)

const becauseOf = "Phục vụ tổng hợp báo cáo quý"

// Who is not let in asks, the registry gives, the head confirms, the readings stand in the log, and what is taken carries who took it.
func TestADocumentIsAskedForGivenConfirmedAndItsReadingsShown(t *testing.T) {
	h := newHouse(t)
	id := h.entered("127", "tăng cường công tác văn thư, lưu trữ")
	clerk, head, drafter := h.as("vanthu"), h.as("chutich"), h.as("chuyenvien")
	place := fmt.Sprintf("/incoming/%d", id)
	for _, hidden := range []string{place, place + "/access", place + "/metadata", place + "/metadata.json", place + "/metadata.pdf"} {
		drafter.answers(hidden, 404)
	}
	for words, said := range map[string]string{"": "Nhập số và ký hiệu", "127/SNV-VP": "Đã gửi đề nghị"} {
		status, page := drafter.post("/rights/requests/new", url.Values{"words": {words}, "reason": {becauseOf}})
		if !strings.Contains(text(page), said) {
			t.Errorf("%q: %d %s", words, status, text(page))
		}
	}
	storetest.Drain(t, h.db, documents.RightsFollower, documents.HearRights)
	waiting := clerk.answers("/rights/requests", 200)
	decide := regexp.MustCompile(`/rights/requests/\d+/decide`).FindString(waiting)
	if decide == "" {
		t.Fatalf("nothing to decide: %s", text(waiting))
	}
	clerk.act(decide, url.Values{"ref": {documents.IncomingRef(id)}})
	drafter.answers(place, 200)
	if page := text(drafter.answers("/incoming?tab=granted", 200)); !strings.Contains(page, "tăng cường công tác văn thư") {
		t.Errorf("what was given stands in no list: %s", page)
	}
	drafter.answers(place+"/access", 403)
	if page := text(clerk.answers(place, 200)); !strings.Contains(page, "Quyền đối với văn bản này đã thay đổi và chưa được xác nhận (1)") {
		t.Errorf("no warning on the document: %s", page)
	}
	clerk.act(place+"/access/restrict", url.Values{"reason": {"Có nội dung về nhân sự"}})
	changes := head.answers("/rights/changes", 200)
	ids := regexp.MustCompile(`name="change" value="(\d+)"`).FindAllStringSubmatch(changes, -1)
	if len(ids) != 2 {
		t.Fatalf("%d changes to confirm: %s", len(ids), text(changes))
	}
	if status, _ := clerk.post("/rights/changes", url.Values{"change": {ids[0][1]}}); status != 403 {
		t.Errorf("the registry confirms its own change: %d", status)
	}
	head.post("/rights/changes", url.Values{"change": {ids[0][1], ids[1][1]}})
	if page := text(head.answers("/rights/changes", 200)); !strings.Contains(page, "Không có thay đổi quyền nào chờ xác nhận") {
		t.Errorf("confirmed changes still warn: %s", page)
	}
	h.must(h.desk.KeepAccesses(bg))
	log := text(clerk.answers(place+"/access", 200))
	for _, part := range []string{"Phạm Quốc Việt", "Nguyễn Văn Nghĩa", "Xem nội dung", "Trang web", "theo đề nghị", "Đã xác nhận", "Có nội dung về nhân sự"} {
		if !strings.Contains(log, part) {
			t.Errorf("the page of rights lacks %q: %s", part, log)
		}
	}
	grant := regexp.MustCompile(`/rights/grants/\d+/end`).FindString(clerk.answers(place+"/access", 200))
	clerk.act(grant, url.Values{"reason": {"Đã xong việc tổng hợp"}})
	drafter.answers(place, 404)
	clerk.act(place+"/access/grant", url.Values{"who": {"?Phạm Quốc Việt"}, "level": {"work"}, "reason": {becauseOf}, "to": {"30/11/2026"}})
	drafter.answers(place, 200)
	for ending, begins := range map[string]string{".json": `{`, ".xml": `<?xml`, ".pdf": "%PDF-"} {
		if status, body := drafter.get(place + "/metadata" + ending); status != 200 || !strings.HasPrefix(body, begins) {
			t.Errorf("metadata%s: %d %.40s", ending, status, body)
		}
	}
	if page := text(drafter.answers(place+"/metadata", 200)); !strings.Contains(page, "CodeNumber") || strings.Contains(page, "Kiểm soát an toàn") {
		t.Errorf("metadata: %s", page)
	}
	h.as("vanthuso").answers(place+"/access", 404)
}

// A leader opens a document in an emergency with his password; a freeze stops every act; rights and figures are shown to those who answer for them.
func TestEmergencyFreezeRightsAndFiguresAreOnPages(t *testing.T) {
	h := newHouse(t)
	id := h.entered("128", "báo cáo công tác phòng cháy")
	place := fmt.Sprintf("/incoming/%d", id)
	head, clerk, admin, drafter := h.as("chutich"), h.as("vanthu"), h.as("quantri"), h.as("chuyenvien")
	head.answers(place, 404)
	form := url.Values{"words": {"128/SNV-VP"}, "reason": {"Cháy kho lưu trữ, cần đối chiếu ngay"}, "password": {"sai mật khẩu"}}
	if status, page := head.post("/rights/emergencies/new", form); status != 422 || !strings.Contains(text(page), "Mật khẩu không đúng") {
		t.Errorf("a wrong password: %d %s", status, text(page))
	}
	form.Set("password", password)
	form.Set("reason", "Cần gấp")
	if status, page := head.post("/rights/emergencies/new", form); status != 422 || !strings.Contains(text(page), "Lý do cần từ 20") {
		t.Errorf("a short reason: %d %s", status, text(page))
	}
	form.Set("reason", "Cháy kho lưu trữ, cần đối chiếu ngay")
	if status, page := head.post("/rights/emergencies/new", form); status != 200 || !strings.Contains(page, "Văn bản được mở trong 1 giờ") {
		t.Fatalf("emergency: %d %s", status, text(page))
	}
	head.answers(place, 200)
	if page := text(clerk.answers(place, 200)); !strings.Contains(page, "TRUY CẬP KHẨN: Nguyễn Văn Nghĩa") {
		t.Errorf("no banner: %s", page)
	}
	if page := text(admin.answers("/rights/emergencies", 200)); !strings.Contains(page, "Cháy kho lưu trữ") {
		t.Errorf("no list: %s", page)
	}
	drafter.answers("/rights/emergencies", 403)

	admin.act("/rights/freezes/new", url.Values{"number": {"05/LĐ"}, "on": {"23/11/2026"}, "reason": {"Phục vụ thanh tra đột xuất"}, "documents": {"128/SNV-VP\n"}})
	if page := text(clerk.answers(place, 200)); !strings.Contains(page, "đóng băng theo lệnh 05/LĐ") || strings.Contains(page, "Trình lãnh đạo") {
		t.Errorf("a frozen document: %s", page)
	}
	lift := regexp.MustCompile(`/rights/freezes/\d+`).FindString(clerk.answers("/rights/freezes", 200))
	clerk.answers(lift, 200)
	clerk.answers(lift+"/lift", 403)
	admin.act(lift+"/lift", url.Values{"reason": {"Đã hết việc thanh tra"}})
	if page := text(clerk.answers(place, 200)); strings.Contains(page, "đóng băng theo lệnh 05/LĐ:") {
		t.Errorf("the lifted order still warns: %s", page)
	}

	matrix := admin.answers("/rights", 200)
	if page := text(matrix); !strings.Contains(page, "Đóng băng, gỡ đóng băng tài liệu") || !strings.Contains(page, "Phạm Quốc Việt") {
		t.Errorf("rights: %s", page)
	}
	drafter.answers("/rights", 403)
	person := strconv.FormatInt(h.actorOf("vanthu").Person, 10)
	if page := text(admin.answers("/rights/people/"+person, 200)); !strings.Contains(page, "Vào sổ, cấp số, đóng dấu, phát hành") || !strings.Contains(page, "Chức vụ Văn thư") {
		t.Errorf("the rights of the registry: %s", page)
	}
	drafter.answers("/rights/people/"+person, 403)
	h.must(h.desk.KeepAccesses(bg))
	if page := text(admin.answers("/rights/figures", 200)); !strings.Contains(page, "23/11/2026") || !strings.Contains(page, "Đăng nhập hệ thống, theo ngày") || !strings.Contains(page, "Văn bản ngoài phạm vi") {
		t.Errorf("figures: %s", page)
	}
}
