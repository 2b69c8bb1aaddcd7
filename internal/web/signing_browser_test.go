package web

import (
	"fmt"
	"testing"

	"congvu/internal/documents"
	"congvu/internal/web/browsertest"
)

// The desk by keys alone, on a desk and on a phone: rows, boxes, reading one after the other, signing from there (S10.7, S11.2).
func TestTheSigningDeskIsWorkedByKeys(t *testing.T) {
	tab := browsertest.Open(t)
	h := newHouse(t)
	for i := range 4 {
		h.awaiting(fmt.Sprintf("triển khai nhiệm vụ số %d của kế hoạch công tác năm 2026", i+1), h.sector)
	}
	t.Cleanup(func() { tab.Go("about:blank") })
	signInTab(tab, h.server.URL, "chutich")
	for _, size := range [][2]int64{{1440, 900}, {390, 844}} {
		tab.Size(size[0], size[1])
		tab.Go(h.server.URL + "/signing")
		tab.See(".rows .go")
		tab.Click(".rows [name=pick]") // on a phone the consent comes with the first box
		tab.See(".desk-bar .btn.primary")
		tab.FitsWidth()
		tab.Axe()
		tab.Picture(fmt.Sprintf("signing-desk-%d", size[0]))
		tab.Click(".rows .go")
		tab.Until(`document.querySelector(".sheet[data-drawn]")`)
		tab.FitsWidth()
		tab.Axe()
		tab.Quiet()
		tab.Picture(fmt.Sprintf("signing-preview-%d", size[0]))
	}
	tab.Size(1440, 900)
	tab.Go(h.server.URL + "/signing") // a page of its own: what was ticked before is forgotten
	tab.See(".rows .go")
	ticked := func(n int) {
		t.Helper()
		tab.Until(fmt.Sprintf(`document.querySelectorAll("[name=pick]:checked").length === %d && document.querySelector("[data-picked-count]").textContent.includes("Đã chọn %d ")`, n, n))
	}
	tab.Press("j")
	tab.Press(" ")
	ticked(1)
	tab.Press("j")
	tab.Press(" ")
	ticked(2)
	tab.Press("\r") // reads the second
	tab.Until(`location.pathname.startsWith("/signing/") && document.querySelector(".sheet[data-drawn]")`)
	second := tab.Where()
	tab.Press("j")
	tab.Until(fmt.Sprintf(`location.pathname !== %q && location.pathname.startsWith("/signing/")`, second))
	tab.Press("k")
	tab.Until(fmt.Sprintf(`location.pathname === %q`, second))
	tab.Press("s") // signs it, and goes on with the next
	tab.See("#modal[open] #act #password")
	tab.Click("#act #consent")
	tab.Fill("#act #password", password)
	tab.Click("#act footer .btn.primary")
	tab.See("#main .note-good")
	tab.Until(fmt.Sprintf(`location.pathname !== %q && location.pathname.startsWith("/signing/") && document.querySelector(".sheet[data-drawn]")`, second))
	tab.Click("[data-pane-close]")
	tab.See("form[data-desk]")
	ticked(1) // the first is still ticked, the second is signed and gone
	tab.Press("a")
	ticked(3)
	tab.Press("a")
	ticked(0)
	tab.Press("j")
	tab.Until(`document.activeElement.matches(".rows .go")`)
	tab.Press("r")
	tab.See("#modal[open] #act #note")
	tab.Picture("signing-return-1440")
	tab.Press("\x1b")
	tab.Quiet()
	if n := h.door.reports.Count(); n != 0 {
		t.Errorf("%d policy reports", n)
	}
}

// Twenty documents with one consent: a wrong password keeps what was ticked, the progress page follows by itself, on a desk and on a phone (S11).
func TestABatchIsFollowedInTheBrowser(t *testing.T) {
	tab := browsertest.Open(t)
	h := newHouse(t)
	for i := range 20 {
		h.awaiting(fmt.Sprintf("báo cáo kết quả thực hiện nhiệm vụ quý IV, lĩnh vực số %d", i+1), h.sector)
	}
	t.Cleanup(func() { tab.Go("about:blank") })
	tab.Size(1440, 900)
	signInTab(tab, h.server.URL, "chutich")
	tab.Go(h.server.URL + "/signing")
	tab.See(".rows .go")
	tab.Click("[data-pick-all]")
	tab.Until(`document.querySelectorAll("[name=pick]:checked").length === 20`)
	tab.Click("#desk [name=consent]")
	tab.Fill("#desk [name=password]", "không phải mật khẩu này")
	tab.Click("#desk .desk-bar > .btn.primary")
	tab.See("#desk .errs")
	tab.Until(`document.querySelectorAll("[name=pick]:checked").length === 20 && document.querySelector("#desk [name=consent]").checked`)
	tab.Axe()
	tab.Picture("signing-batch-refused-1440")
	tab.Fill("#desk [name=password]", password)
	tab.Click("#desk .desk-bar > .btn.primary")
	tab.See("[data-batch=running]")
	tab.Picture("signing-batch-running-1440")
	h.signings()
	tab.See("[data-batch=ended]") // nobody touched the page
	tab.Until(`document.querySelector("main").innerText.includes("20 xong, 0 đang làm, 0 không thành công")`)
	batch := tab.Where()
	for _, size := range [][2]int64{{1440, 900}, {390, 844}} {
		tab.Size(size[0], size[1])
		for name, path := range map[string]string{"batch": batch, "batches": "/signing/batches", "desk-empty": "/signing"} {
			tab.Go(h.server.URL + path)
			tab.FitsWidth()
			tab.Axe()
			tab.Picture(fmt.Sprintf("signing-%s-%d", name, size[0]))
		}
	}
	tab.Quiet()
	if n := h.door.reports.Count(); n != 0 {
		t.Errorf("%d policy reports", n)
	}
}

// Signing with a device: the form, the missing program, the digest with its time, on a desk and on a phone (S10.5, S12.3).
func TestSigningWithADeviceTellsWhatToDo(t *testing.T) {
	tab := browsertest.Open(t)
	h := newHouse(t)
	h.onDevice(documents.MethodUSBToken)
	way := h.awaiting("ký bằng thiết bị riêng", h.sector)
	t.Cleanup(func() { tab.Go("about:blank") })
	tab.Size(1440, 900)
	signInTab(tab, h.server.URL, "chutich")
	look := func(name string) {
		t.Helper()
		for _, size := range [][2]int64{{390, 844}, {1440, 900}} {
			tab.Size(size[0], size[1])
			tab.FitsWidth()
			tab.Axe()
			tab.Picture(fmt.Sprintf("device-%s-%d", name, size[0]))
		}
	}
	tab.Go(h.server.URL + way)
	tab.Click(".pane .btn.primary")
	tab.See("#modal[open] #act [name=way]")
	look("form")
	tab.Click("#act [name=consent]")
	tab.Fill("#act [name=password]", password)
	tab.Click("#act footer .btn.primary")
	tab.See("[data-trouble=missing]:not([hidden])") // nothing listens on this machine
	tab.Troubles()                                  // the browser's own word about the refused connection
	look("missing")
	tab.Click("[data-agent-trouble] .btn.primary") // again, by the other way
	tab.See("#act [name=way]")
	tab.Click("#act [name=consent]")
	tab.Click(`#act [name=way][value=value]`)
	tab.Click("#act footer .btn.primary")
	tab.See("[data-countdown]")
	tab.Until(`/^9:5\d$/.test(document.querySelector("[data-countdown]").textContent)`)
	look("value")
	tab.Click("form[action$='/cancel'] .btn")
	tab.See("#main .note-good")
	look("cancelled")
	tab.Quiet()
	if n := h.door.reports.Count(); n != 0 {
		t.Errorf("%d policy reports", n)
	}
}
