package main

import (
	"testing"

	"congvu/internal/web/browsertest"
)

// dossierPages walks the way of a dossier in the browser, and holds each of its pages to axe, the policy and the width of a phone.
func dossierPages(t *testing.T, base string) {
	v := visitor{t, browsertest.Open(t), base, false}
	t.Cleanup(func() { v.tab.Go("about:blank") })
	enter(v.tab, base, "vanthu.sonoivu")
	for _, path := range []string{"/dossiers", "/dossiers?tab=archive", "/dossiers/new", "/dossiers/accounts", "/dossiers/import", "/dossier-lists", "/dossier-lists/new", "/retention", "/retention/set", "/deposits", "/deposits/new",
		"/deposits/historical", "/dossier-requests", "/dossier-requests/new", "/search?q=ho+so&kind=dossier", "/handover"} {
		for _, size := range [][2]int64{{1440, 900}, {390, 844}} {
			v.tab.Size(size[0], size[1])
			v.tab.Go(base + path)
			v.tab.See("#main")
			v.tab.FitsWidth()
			v.tab.Axe()
			v.tab.Quiet()
		}
	}
	v.tab.Size(1440, 900)
	v.tab.Go(base + "/dossiers/new")
	v.tab.Fill("#title", "Hồ sơ đi từng bước trong trình duyệt")
	v.press("Mở hồ sơ")
	v.says("Đã mở hồ sơ")
	way := v.tab.Where()
	v.says("Hồ sơ đi từng bước trong trình duyệt")
	v.look("dossier-open")
	for _, act := range []string{"add", "attach", "arrange", "edit", "close", "share", "hand-over", "remove"} {
		v.tab.Go(base + way + "/" + act)
		v.tab.See("#act")
		v.look("dossier-" + act)
	}
	v.tab.Go(base + way + "/close")
	v.says("Hồ sơ chưa có văn bản nào.")
	v.press("Kết thúc hồ sơ")
	v.says("Chưa kết thúc được hồ sơ")
	v.look("dossier-close-refused")
	v.tab.Go(base + way + "/accept") // no such page
	v.says("Không tìm thấy")
	v.tab.Go(base + way + "/reopen")
	v.says("nên không thực hiện được việc này")
	v.tab.Go(base + "/search?q=tung+buoc+trong+trinh+duyet&kind=dossier")
	v.says("Hồ sơ đi từng bước trong trình duyệt")
	v.look("dossier-found")
	v.press("Hồ sơ đi từng bước trong trình duyệt")
	v.says("Tiến trình")
	enter(v.tab, base, "chuyenvien1.sotaichinh")
	v.tab.Go(base + way)
	v.says("Không tìm thấy")
	v.look("dossier-foreign")
}
