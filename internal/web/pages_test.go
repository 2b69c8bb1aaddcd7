package web

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"congvu/internal/web/browsertest"
)

// issue takes a letter of the commune through to its release and gives its page.
func (h *house) issue() string {
	h.Helper()
	drafter := h.as("chuyenvien")
	drafter.act("/outgoing/new?type=CONG_VAN", url.Values{"subject": {"triển khai công tác văn thư, lưu trữ năm 2026 trên địa bàn xã"}, "addressees": {"Sở Nội vụ"}, "then": {"lay"},
		"body": {"Thực hiện Nghị định số 30/2020/NĐ-CP, Ủy ban nhân dân xã báo cáo như sau:\n1. Đã lập hồ sơ điện tử.\nTrân trọng./."}, "receivers": {fmt.Sprintf("a%d", h.sector)},
		"signer": {"?Nguyễn Văn Nghĩa"}, "urgency": {"?Khẩn"}, "kept_copies": {"1"}})
	way := drafter.last.Path
	drafter.act(way+"/submit", url.Values{"to": {"?Lê Hồng Hạnh"}})
	h.as("truongphong").act(way+"/approve", url.Values{"next": {""}})
	h.as("chutich").act(way+"/sign", url.Values{"consent": {"yes"}, "password": {password}})
	h.as("vanthu").act(way+"/release", url.Values{"password": {password}})
	return way
}

func signInTab(tab *browsertest.Tab, base, login string) {
	tab.Go(base + "/sign-in")
	tab.Fill("#login", login)
	tab.Fill("#password", password)
	tab.Click("#sign-in footer .btn.primary")
	tab.See("#rail")
}

// Pages of daily work, on a desk and on a phone: no finding of axe, no sideways scrolling, no report of the policy, no error of a script.
func TestPagesOfDailyWorkAreAccessible(t *testing.T) {
	tab := browsertest.Open(t)
	h := newHouse(t, func(c *Config) { c.DemoAccounts, c.DemoPassword = true, password })
	h.work()
	way := h.issue()
	page := h.as("vanthuso").until("/arrivals", "01/UBND-VX")
	in := "/incoming/" + regexp.MustCompile(`open=(\d+)`).FindStringSubmatch(page)[1]
	t.Cleanup(func() { tab.Go("about:blank") })
	look := func(paths map[string]string) {
		for _, size := range []struct{ w, h int64 }{{1440, 900}, {390, 844}} {
			tab.Size(size.w, size.h)
			for name, path := range paths {
				tab.Go(h.server.URL + path)
				if strings.HasSuffix(name, "viewer") {
					tab.Until(`document.querySelector(".sheet[data-drawn]")`)
				}
				tab.FitsWidth()
				tab.Axe()
				tab.Quiet()
				tab.Picture(fmt.Sprintf("work-%s-%d", name, size.w))
			}
		}
	}
	look(map[string]string{"sign-in": "/sign-in", "verify": "/verify", "nowhere": "/khong-co"})
	signInTab(tab, h.server.URL, "vanthuso")
	look(map[string]string{"home": "/", "arrivals": "/arrivals?open=" + strings.TrimPrefix(in, "/incoming/"), "incoming-viewer": in, "register": in + "/register", "refuse": in + "/refuse", "enter": "/incoming/new",
		"incoming-empty": "/incoming?tab=done", "account": "/account", "notices": "/notices", "missing": "/incoming/12345"})
	signInTabAgain(tab, h.server.URL, "chuyenvien")
	look(map[string]string{"outgoing-list": "/outgoing?tab=issued", "outgoing-viewer": way, "types": "/outgoing/new", "draft": "/outgoing/new?type=QUYET_DINH"})
	if n := h.door.reports.Count(); n != 0 {
		t.Errorf("%d policy reports", n)
	}
}

func signInTabAgain(tab *browsertest.Tab, base, login string) {
	tab.Go(base + "/account")
	tab.Click(".who > summary")
	tab.Click(`form[action="/sign-out"] button`)
	tab.See("#sign-in")
	signInTab(tab, base, login)
}

// With scripts, an act opens in the dialog over the list, refuses there, and leads back to the list with the pane (N27).
func TestRegistrationAndDirectionStayBesideTheList(t *testing.T) {
	tab := browsertest.Open(t)
	h := newHouse(t)
	h.work()
	h.issue()
	h.as("vanthuso").until("/arrivals", "01/UBND-VX")
	t.Cleanup(func() { tab.Go("about:blank") })
	tab.Size(1440, 900)
	signInTab(tab, h.server.URL, "vanthuso")
	tab.Go(h.server.URL + "/arrivals")
	tab.Click(".rows .go")
	tab.See(".pane .btn.primary")
	tab.Click(".pane .btn.primary")
	tab.See("#modal[open] #act")
	tab.Picture("work-register-dialog-1440")
	tab.Click("#act footer .btn.primary")
	tab.See("#main .note-good")
	tab.Gone("#modal[open]")
	if !strings.Contains(tab.Text("#main .note-good"), "số đến 1") {
		t.Errorf("said %q", tab.Text("#main .note-good"))
	}
	if !strings.Contains(tab.Text("#main .note-good"), "trình lãnh đạo") { // registered and submitted in one act
		t.Errorf("said %q", tab.Text("#main .note-good"))
	}
	signInTabAgain(tab, h.server.URL, "giamdoc")
	tab.See(".rows .go")
	tab.Click(".rows .go")
	tab.See(".pane .btn.primary")
	tab.Click(".pane .btn.primary")
	tab.See("#modal[open] #act")
	tab.Click("#act footer .btn.primary")
	tab.See("#modal[open] .errs")
	tab.Axe()
	tab.Picture("work-direct-422-1440")
	tab.Type("#lead", "Tr")
	tab.Click("#coordinators")
	tab.Type("#coordinators", "hoa")
	tab.See("#coordinators-list [role=option]")
	tab.Press("\r")
	tab.Click("#act footer .btn.primary")
	tab.See("#main .note-good")
	tab.Picture("work-directed-1440")
	tab.Quiet()
}
