package web

import (
	"net/url"
	"regexp"
	"strings"
	"testing"

	"congvu/internal/axis"
	"congvu/internal/exchange"
	"congvu/internal/store"
)

// X19.2: the administrator of the system sees the installations on the axis, lets others connect, and reads a password once; others do not see the page.
func TestTheOperatorLooksAfterNodes(t *testing.T) {
	ax, err := axis.Open(bg, axis.Config{Node: "trung-tam", StoreDir: t.TempDir(), Agencies: []string{"H26.15"}, Listen: "127.0.0.1:0",
		Peers: []axis.Peer{{Name: "tep", Password: "mat-khau-trong-tep", Agencies: []string{"H77.1"}}}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ax.Close() })
	var office *exchange.Office
	h := newHouse(t, func(c *Config) {
		office = &exchange.Office{DB: c.DB, Blobs: c.Desk.Blobs, Keys: c.Desk.Keys, Trust: c.Desk.Trust, Axis: ax}
		c.Exchange = office
	})
	h.enrol("hethong", h.commune, 0, "Lương Văn Hệ", "Quản trị hệ thống", "staff", store.SystemAdmin)
	h.as("vanthu").answers(pathNodes, 403)
	p := h.as("hethong")
	if page := text(p.answers(pathNodes, 200)); !strings.Contains(page, "trung-tam") || !strings.Contains(page, "tep Khai trong tệp của máy chủ Chưa từng kết nối") || strings.Contains(page, "Thu hồi") {
		t.Fatal(page)
	}
	if status, page := p.post(pathTryNode, url.Values{"node": {"tep"}}); status != 409 || !strings.Contains(text(page), "chưa kết nối") {
		t.Errorf("%d %s", status, text(page))
	}
	p.answers(pathNodes+"/admit", 200)
	p.answers(pathNodes+"/rekey?node=tep", 404)
	form := url.Values{"name": {"thanh-pho"}, "agencies": {"H77.1"}}
	if status, page := p.post(pathNodes+"/admit", form); status != 422 || !strings.Contains(text(page), "Cơ quan H77.1 đã giao cho bản cài đặt tep.") {
		t.Fatalf("%d %s", status, text(page))
	}
	form.Set("agencies", "h49.1\nH49.2")
	secret := func(at string, form url.Values) string {
		t.Helper()
		status, page := p.post(at, form)
		m := regexp.MustCompile(`<code>([a-z2-7]{26})</code>`).FindStringSubmatch(page)
		if status != 200 || m == nil {
			t.Fatalf("%d %s", status, text(page))
		}
		return m[1]
	}
	first := secret(pathNodes+"/admit", form)
	if page := p.answers(pathNodes, 200); strings.Contains(page, first) || !strings.Contains(text(page), "Chưa có hiệu lực: H49.1, H49.2") {
		t.Error(text(page))
	}
	at := "?node=thanh-pho"
	if page := p.answers(pathNodes+"/agencies"+at, 200); !strings.Contains(page, "H49.1\nH49.2") {
		t.Error(text(page))
	}
	if status, page := p.post(pathNodes+"/agencies"+at, url.Values{"agencies": {" "}}); status != 422 || !strings.Contains(text(page), "ít nhất một cơ quan") {
		t.Errorf("%d %s", status, text(page))
	}
	if status, page := p.post(pathNodes+"/agencies"+at, url.Values{"agencies": {"H49.3"}}); status >= 400 {
		t.Errorf("%d %s", status, text(page))
	}
	p.answers(pathNodes+"/rekey"+at, 200)
	if second := secret(pathNodes+"/rekey"+at, url.Values{}); second == first {
		t.Error("the same password again")
	}
	p.answers(pathNodes+"/revoke"+at, 200)
	if status, page := p.post(pathNodes+"/revoke"+at, url.Values{}); status >= 400 {
		t.Errorf("%d %s", status, text(page))
	}
	if page := text(p.answers(pathNodes, 200)); strings.Contains(page, "thanh-pho") || strings.Contains(page, "H49.3") {
		t.Error(page)
	}
}

// An installation that is joined to no other reads how it would be.
func TestANodeByItselfReadsHowToJoin(t *testing.T) {
	h, _ := onAxis(t)
	h.enrol("hethong", h.commune, 0, "Lương Văn Hệ", "Quản trị hệ thống", "staff", store.SystemAdmin)
	p := h.as("hethong")
	if page := text(p.answers(pathNodes, 200)); !strings.Contains(page, "--axis-hub để nối vào trung tâm") || strings.Contains(page, "Thêm bản cài đặt") {
		t.Error(page)
	}
	if status, page := p.post(pathNodes+"/admit", url.Values{"name": {"khac"}, "agencies": {"H49.1"}}); status != 409 || !strings.Contains(text(page), "--axis-listen") {
		t.Errorf("%d %s", status, text(page))
	}
}
