package main

import (
	"testing"

	"congvu/internal/web/browsertest"
)

// pagesOf are the pages of who works there, a browser a line: no line is longer than what a busy machine shows in a browser's time.
var pagesOf = []struct {
	login string
	pages []string
}{
	{"vanthu.sonoivu", []string{"/", "/arrivals", "/incoming", "/incoming/new", "/outgoing", "/registers", "/exchange", "/search?q=cong+tac+van+thu", "/notices", "/account", "/requests", "/signing"}},
	{"vanthu.sonoivu", []string{"/registers/new?direction=outgoing", "/registers/year?direction=outgoing", "/postings", "/copy-uses", "/copies", "/rules", "/rules/new", "/groups", "/approval-plans", "/statistics", "/rights", "/rights/requests"}},
	{"vanthu.sonoivu", []string{"/dossiers", "/dossiers/new", "/dossiers/accounts", "/dossiers/import", "/dossier-lists", "/dossier-lists/new", "/retention", "/deposits", "/deposits/historical", "/dossier-requests"}},
	{"giamdoc.sonoivu", []string{"/", "/incoming", "/outgoing", "/registers", "/admin/journal", "/desk", "/follow", "/week", "/extensions", "/assignments/new", "/opinions", "/standins/new"}},
	{"giamdoc.sonoivu", []string{"/handover", "/rights/changes", "/rights/figures", "/rights/emergencies/new", "/rights/freezes/new", "/admin/past"}},
	{"quantri.sonoivu", []string{"/", "/admin/people", "/admin/people/new", "/admin/units", "/admin/certificates", "/admin/preservation", "/admin/agencies", "/admin/import", "/admin/journal"}},
	{"quantri.vanphongubnd", []string{"/admin/backups", "/admin/reorganisations", "/admin/reorganisations/new", "/admin/channels", "/admin/channels/edit?kind=national", "/admin/channels/credential?kind=lgsp", "/admin/channels/route", "/admin/channels/calls"}},
	{"quantri.vanphongubnd", []string{"/admin/directory", "/admin/directory?tab=conflicts", "/admin/directory?tab=senders", "/admin/directory?tab=runs", "/admin/journal/seal", "/exchange/watch", "/exchange/watch?tab=lines", "/exchange/watch?tab=compare", "/exchange/watch?tab=peers", "/exchange/watch/quota"}},
}

// mainPages holds every page that is opened without a document to axe, the policy, the width of a phone, and Vietnamese.
func mainPages(t *testing.T, base string) {
	for _, p := range pagesOf {
		t.Run(p.login, func(t *testing.T) {
			v := visitor{t, browsertest.Open(t), base, false}
			t.Cleanup(func() { v.tab.Go("about:blank") })
			enter(v.tab, base, p.login)
			for _, path := range p.pages {
				v.tab.Go(base + path)
				v.tab.See("#main")
				if browsertest.Eval[bool](v.tab, `document.querySelector("#main .fault") !== null`) {
					t.Errorf("%s: %s", path, v.text())
				}
				for _, size := range [][2]int64{{390, 844}, {1440, 900}} {
					v.tab.Size(size[0], size[1])
					v.tab.FitsWidth()
					v.tab.Axe()
				}
				v.tab.Quiet()
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
	first.tab.Go(base + "/outgoing/new?type=QUYET_DINH") // it asks more than the others
	first.tab.Fill("#subject", "thành lập Tổ công tác cải cách hành chính")
	first.press("Chỉ lưu dự thảo")
	first.says("Đã lưu dự thảo.")
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
