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

// I7.3, I8.1, I8.10, I9.5: the administrator joins a commune with another by decision and date; nothing ends while something has no taker; afterwards whoever
// looks for the old name is shown the new agency.
func TestACommuneIsMergedByDecisionAndDate(t *testing.T) {
	h := newHouse(t)
	h.enrol("quantrihethong", h.sector, 0, "Bùi Thị Lan", "Quản trị hệ thống", org.RankStaff, store.SystemAdmin)
	var fresh org.AgencyID
	h.write(installation, func(tx *store.Tx) error {
		a, err := org.OpenAgency(bg, tx, org.AgencyForm{Code: "H26.99", Name: "Ủy ban nhân dân phường Mới", Abbr: "UBND", Level: org.Commune, Seat: "Huế", Collective: true, CollectiveName: "ỦY BAN NHÂN DÂN", HeadTitle: "CHỦ TỊCH", Hosted: true})
		if err == nil {
			fresh = a.ID
		}
		return err
	})
	arrived := h.as("vanthu").enter("xin ý kiến")

	p := h.as("quantrihethong")
	p.act("/admin/reorganisations/new", url.Values{"title": {"Nhập xã Vĩnh Lĩnh"}, "reference": {"12/NQ-HĐND"}, "decided_on": {"20/11/2026"}, "effective": {"01/12/2026"}})
	path := p.last.Path
	if status, page := p.post(path+"/link", url.Values{"old-words": {"H26.15"}, "new-words": {"H26.77"}, "kind": {"whole"}}); status != 422 || !strings.Contains(text(page), "Không có cơ quan nào có tên hoặc mã “H26.77”") {
		t.Fatalf("%d %s", status, text(page))
	}
	// agencies are chosen by name: a search without JavaScript, and words that fit several are shown beside the refusal
	if status, page := p.post(path+"/link", url.Values{"old-words": {"vinh linh"}, "find": {"old"}, "kind": {"whole"}}); status != 200 || !strings.Contains(text(page), "xã Vĩnh Lĩnh") {
		t.Fatalf("%d %s", status, text(page))
	}
	if status, page := p.post(path+"/link", url.Values{"old-words": {"uy ban nhan dan"}, "new-words": {"H26.99"}, "kind": {"whole"}}); status != 422 || !strings.Contains(text(page), "Hãy chọn một cơ quan trong kết quả bên dưới") || !strings.Contains(page, `type="radio" id="old-found`) && !strings.Contains(page, `name="old"`) {
		t.Fatalf("%d %s", status, text(page))
	}
	page := p.act(path+"/link", url.Values{"old": {fmt.Sprint(int64(h.commune))}, "new-words": {"ủy ban nhân dân phường mới"}, "kind": {"whole"}, "basis": {""}})
	for _, words := range []string{"Chưa có đơn vị tiếp nhận", "Văn bản đến, văn bản đi", "Việc chưa giải quyết xong", "H26.99 – Ủy ban nhân dân phường Mới"} {
		if !strings.Contains(text(page), words) {
			t.Fatalf("no %q in %s", words, text(page))
		}
	}
	if status, page := p.post(path+"/approve", url.Values{"password": {"sai"}}); status != 422 {
		t.Fatalf("approved with a wrong password: %d %s", status, text(page))
	}
	page = p.act(path+"/approve", url.Values{"password": {password}})
	if !strings.Contains(text(page), "Thực hiện được từ ngày 01/12/2026") {
		t.Fatal(text(page))
	}
	h.clock.Set(time.Date(2026, 12, 1, 8, 0, 0, 0, monday.Location()))
	p = h.as("quantrihethong")
	if status, page := p.post(path+"/execute", nil); status != 409 || !strings.Contains(text(page), "chưa có đơn vị tiếp nhận") {
		t.Fatalf("%d %s", status, text(page))
	}
	for _, subject := range []string{"documents", "unfinished"} {
		p.act(path+"/taker", url.Values{"old": {"?Vĩnh Lĩnh"}, "subject": {subject}, "by-words": {"H26.99"}})
	}
	if status, page := p.post(path+"/execute", nil); status != 200 || !strings.Contains(text(page), "1 cơ quan kết thúc hoạt động") {
		t.Fatalf("%d %s", status, text(page))
	}
	if status, page := h.as("vanthuso").get("/suggest/receivers?q=vinh+linh"); status != 200 || !strings.Contains(page, "Ủy ban nhân dân phường Mới") || strings.Contains(page, ">Ủy ban nhân dân xã Vĩnh Lĩnh<") {
		t.Fatalf("%d %s", status, text(page))
	}
	if to, found, err := org.TakerOf(bg, h.db, h.commune, org.SubjectDocuments); err != nil || !found || to != fresh {
		t.Fatal(to, found, err)
	}
	staff, err := org.Staff(bg, h.db, h.commune, "2026-12-01")
	if err != nil || len(staff) != 0 {
		t.Fatalf("posts of an agency that has ended: %v %v", staff, err)
	}

	// I9.3: the registry of the new agency takes over what was not finished; the head sees it, and strangers do not.
	h.enrol("vanthumoi", fresh, 0, "Cao Thị Mai", "Văn thư", org.RankStaff, store.Clerk)
	h.enrol("chutichmoi", fresh, 0, "Trịnh Văn Lộc", "Chủ tịch", org.RankHead, 0)
	takeover := fmt.Sprintf("/takeovers/%d", int64(h.commune))
	h.as("vanthuso").refusedAt(404, takeover)
	if status, page := h.as("chutichmoi").get(takeover); status != 200 || !strings.Contains(text(page), "xin ý kiến") || strings.Contains(page, `name="pick"`) {
		t.Fatalf("%d %s", status, text(page))
	}
	clerk := h.as("vanthumoi")
	if status, page := clerk.post(takeover, url.Values{}); status != 422 || !strings.Contains(text(page), "Hãy chọn ít nhất một nội dung") {
		t.Fatalf("%d %s", status, text(page))
	}
	if page := clerk.act(takeover, url.Values{"pick": {"incoming" + strings.TrimPrefix(arrived, "/incoming")}}); !strings.Contains(text(page), "Đã tiếp nhận 1 nội dung") {
		t.Fatal(text(page))
	}
	if _, page := clerk.get("/takeovers"); !strings.Contains(text(page), "Ủy ban nhân dân xã Vĩnh Lĩnh") {
		t.Fatal(text(page))
	}
	if _, page := clerk.get("/incoming?tab=all"); !strings.Contains(text(page), "xin ý kiến") {
		t.Fatal(text(page))
	}

	// I7.4, I9.6, I10.4: the new agency names who reads the past; he reads it, and does nothing in it.
	h.enrol("quantrimoi", fresh, 0, "Lý Thị Mơ", "Quản trị", org.RankStaff, store.AgencyAdmin)
	h.enrol("chuyenvienmoi", fresh, 0, "Đỗ Văn Tám", "Chuyên viên", org.RankStaff, store.Specialist)
	h.as("quantriso").refusedAt(404, fmt.Sprintf("/admin/past/%d/keeper", int64(h.commune)))
	h.as("quantrimoi").act(fmt.Sprintf("/admin/past/%d/keeper", int64(h.commune)), url.Values{"person": {"?Đỗ Văn Tám"}, "until": {"31/12/2027"}})
	keeper := h.as("chuyenvienmoi")
	_, page = keeper.get("/")
	before, _, found := strings.Cut(page, "Người giữ tài liệu")
	posts := regexp.MustCompile(`name="post" value="([0-9]+)"`).FindAllStringSubmatch(before, -1)
	if !found || len(posts) == 0 {
		t.Fatalf("no post to choose: %s", text(page))
	}
	if status, page := keeper.post("/post", url.Values{"post": {posts[len(posts)-1][1]}}); status != 200 {
		t.Fatalf("%d %s", status, text(page))
	}
	if status, page := keeper.get("/incoming?tab=all&q=xin+y+kien"); status != 200 || !strings.Contains(text(page), "Công ty Cổ phần Môi trường đô thị") {
		t.Fatalf("%d %s", status, text(page))
	}
	if status, page := keeper.get(arrived); status != 200 || !strings.Contains(text(page), "Công ty Cổ phần Môi trường đô thị") {
		t.Fatalf("%d %s", status, text(page))
	}
	if status, page := keeper.post("/outgoing/new", url.Values{"type": {"CONG_VAN"}, "subject": {"về việc lạ"}, "then": {"keep"}}); status == 200 {
		t.Fatalf("drafts in an agency that has ended: %d %s", status, text(page))
	}
	drafts, err := store.All[int64](bg, h.db, sqlDraftsOf, h.commune)
	if err != nil || len(drafts) > 0 {
		t.Fatal(drafts, err)
	}
}

var sqlDraftsOf = store.SQL(`SELECT id FROM documents_outgoing WHERE agency_id = $1`)

// refusedAt opens an address that is not there for the person.
func (p *person) refusedAt(status int, path string) {
	p.Helper()
	if got, page := p.get(path); got != status {
		p.Fatalf("GET %s: %d %s", path, got, text(page))
	}
}
