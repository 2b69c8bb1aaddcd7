package main

import (
	"testing"

	"congvu/internal/web/browsertest"
)

// pagesOf are the main pages of who works there.
var pagesOf = []struct {
	login string
	pages []string
}{
	{"vanthu.sonoivu", []string{"/", "/arrivals", "/incoming", "/incoming/new", "/outgoing", "/registers", "/exchange", "/search?q=cong+tac+van+thu", "/notices", "/account"}},
	{"giamdoc.sonoivu", []string{"/", "/incoming", "/outgoing", "/registers", "/admin/journal"}},
	{"quantri.sonoivu", []string{"/", "/admin/people", "/admin/people/new", "/admin/units", "/admin/certificates", "/admin/preservation", "/admin/agencies", "/admin/import", "/admin/journal"}},
}

// mainPages holds the pages that everybody opens every day to axe, the policy, the width of a phone, and Vietnamese.
func mainPages(t *testing.T, base string) {
	for _, p := range pagesOf {
		t.Run(p.login, func(t *testing.T) {
			v := visitor{t, browsertest.Open(t), base, false}
			t.Cleanup(func() { v.tab.Go("about:blank") })
			enter(v.tab, base, p.login)
			for _, path := range p.pages {
				for _, size := range [][2]int64{{1440, 900}, {390, 844}} {
					v.tab.Size(size[0], size[1])
					v.tab.Go(base + path)
					v.tab.See("#main")
					v.tab.FitsWidth()
					v.tab.Axe()
					v.tab.Quiet()
				}
			}
		})
	}
}

// A second tab that shows an old state, and what belongs to others: the answer says what happened and what to do.
func staleAndForeign(t *testing.T, base string) {
	first, second := visitor{t, browsertest.Open(t), base, false}, visitor{t, browsertest.Open(t), base, false}
	for _, v := range []visitor{first, second} {
		t.Cleanup(func() { v.tab.Go("about:blank") })
		enter(v.tab, base, "chuyenvien2.sonoivu")
	}
	first.tab.Go(base + "/outgoing/new?type=CONG_VAN")
	first.tab.Fill("#subject", "góp ý dự thảo quy chế làm việc")
	first.press("Chỉ lưu dự thảo")
	first.says("Đã lưu dự thảo.")
	way := first.tab.Where()
	for _, v := range []visitor{first, second} {
		v.tab.Go(base + way + "/revise")
	}
	first.tab.Fill("#subject", "góp ý dự thảo quy chế làm việc năm 2026")
	first.press("Chỉ lưu dự thảo")
	first.says("Đã lưu dự thảo.")
	second.tab.Fill("#subject", "góp ý dự thảo quy chế tiếp công dân")
	second.press("Chỉ lưu dự thảo")
	second.says("Chưa lưu được dự thảo")
	second.says("đã được người khác sửa sau khi")
	if got := browsertest.Eval[string](second.tab, `document.querySelector("#subject").value`); got != "góp ý dự thảo quy chế tiếp công dân" {
		t.Errorf("what was written is lost: %q", got)
	}
	second.look("stale-draft")

	second.tab.Go(base + way)
	first.tab.Go(base + way)
	first.press("Hủy văn bản")
	first.tab.See("#act #note")
	first.tab.Fill("#act #note", "Trùng với dự thảo đã có.")
	first.press("Hủy văn bản")
	first.says("Đã hủy văn bản.")
	second.tab.Go(base + way + "/cancel") // an address kept from before
	second.says("Việc này không còn thực hiện được")
	second.look("gone")

	enter(second.tab, base, "chuyenvien1.sotaichinh")
	second.tab.Go(base + way)
	second.says("Không tìm thấy")
	second.look("foreign")
}
