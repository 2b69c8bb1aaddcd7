package web

import (
	"fmt"
	"testing"

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
	tab.Until(fmt.Sprintf(`location.pathname !== %q && location.pathname.startsWith("/signing/")`, second))
	tab.Click("[data-pane-close]")
	tab.See("form[data-desk]")
	ticked(1) // the first is still ticked, the second is signed and gone
	tab.Press("a")
	ticked(3)
	tab.Press("a")
	ticked(0)
	tab.Press("j")
	tab.Press("r")
	tab.See("#modal[open] #act #note")
	tab.Picture("signing-return-1440")
	tab.Press("\x1b")
	tab.Quiet()
	if n := h.door.reports.Count(); n != 0 {
		t.Errorf("%d policy reports", n)
	}
}
