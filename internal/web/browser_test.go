package web

import (
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"

	"congvu/internal/web/browsertest"
)

func startGallery(t *testing.T) (*browsertest.Tab, string, *PolicyReports) {
	t.Helper()
	tab := browsertest.Open(t)
	reports := &PolicyReports{Report: func(page, directive, blocked string) { t.Errorf("%s: %s refused %s", page, directive, blocked) }}
	s := httptest.NewServer(gallery(reports))
	t.Cleanup(func() { tab.Go("about:blank"); s.CloseClientConnections(); s.Close() })
	return tab, s.URL, reports
}

// Every page of the kit, on a desk, on a phone and at 320 px (WCAG 1.4.10): no finding of axe, no sideways scrolling,
// no report of the page's policy (T20), no error of a script.
// V16: every element at phone width, without findings of accessibility.
// V75: WCAG 2.2 AA at every width, by keyboard and without scripts.
func TestKitIsAccessibleAtEveryWidth(t *testing.T) {
	tab, base, reports := startGallery(t)
	pages := []struct{ name, path string }{
		{"inbox", "/inbox"}, {"inbox-pane", "/inbox?open=3"}, {"inbox-flash", "/inbox?open=3&done=1"}, {"inbox-empty", "/inbox?empty=1"}, {"parts", "/parts"}, {"forms", "/forms"},
		{"direct", "/direct"}, {"viewer", "/viewer"}, {"sign-in", "/sign-in"}, {"fault", "/fault"}, {"public", "/public"}, {"offline", "/offline"},
	}
	for _, size := range []struct{ w, h int64 }{{1440, 900}, {390, 844}, {320, 640}} {
		tab.Size(size.w, size.h)
		for _, p := range pages {
			t.Run(fmt.Sprintf("%s-%d", p.name, size.w), func(t *testing.T) {
				tab.Go(base + p.path)
				if p.name == "viewer" {
					tab.Until(`document.querySelector(".sheet[data-drawn] .textLayer")`)
				}
				tab.FitsWidth()
				tab.Axe()
				tab.Quiet()
				tab.Picture(fmt.Sprintf("%s-%d", p.name, size.w))
			})
		}
	}
	if n := reports.Count(); n != 0 {
		t.Errorf("%d policy reports", n)
	}
}

func TestDialogRefusesAndSucceedsWithoutLeavingTheList(t *testing.T) {
	tab, base, _ := startGallery(t)
	tab.Size(1440, 900)
	tab.Go(base + "/inbox?open=3")
	tab.Click(".pane .btn.primary")
	tab.See("#modal[open] #direct")
	if at := browsertest.Eval[string](tab, "document.activeElement.id"); at != "lead" {
		t.Errorf("focus is on %q, want the first field", at)
	}
	tab.Picture("dialog-1440")
	tab.Click("#direct .btn.primary")
	tab.See("#modal[open] .errs")
	tab.Until(`document.activeElement.matches(".errs")`)
	tab.Axe()
	tab.Picture("dialog-422-1440")
	if tab.Where() != "/inbox?open=3" {
		t.Errorf("a refusal moved to %s", tab.Where())
	}
	tab.Press(kb.Escape)
	tab.Gone("#modal[open]")
	if !browsertest.Eval[bool](tab, `document.activeElement.matches(".pane .btn.primary")`) {
		t.Error("closing the dialog did not bring the focus back")
	}
	tab.Click(".pane .btn.primary")
	tab.See("#modal[open] #direct")
	tab.Type("#lead", "N")
	tab.Click("#direct .btn.primary")
	tab.See("#main .note-good")
	tab.Gone("#modal[open]")
	if tab.Where() != "/inbox?open=3&done=1" {
		t.Errorf("success led to %s", tab.Where())
	}
	tab.Back()
	tab.Until(`!location.search.includes("done")`)
	tab.Gone("#main .note-good")
	tab.Quiet()
}

// N27: a list is worked by keys alone.
func TestListIsWalkedByKeys(t *testing.T) {
	tab, base, _ := startGallery(t)
	tab.Size(1440, 900)
	tab.Go(base + "/inbox")
	tab.Press("j")
	tab.Press("j")
	tab.Press("k")
	tab.Press(kb.ArrowDown)
	tab.Press(kb.Enter)
	tab.See(".pane")
	if tab.Where() != "/inbox?open=2" {
		t.Errorf("Enter opened %s", tab.Where())
	}
	tab.Press(kb.Escape)
	tab.Gone(".pane")
	// The driver would type "/" although the page takes the key; a keyboard does not.
	browsertest.Eval[bool](tab, `document.body.dispatchEvent(new KeyboardEvent("keydown", {key: "/", bubbles: true, cancelable: true}))`)
	tab.Until(`document.activeElement.id === "f-q"`)
	tab.Type("#f-q", "tham nhũng")
	tab.Until(`[...document.querySelectorAll(".rows .go")].every(a => a.textContent.includes("tham nhũng"))`)
	if got := browsertest.Eval[string](tab, `document.activeElement.id + " " + document.activeElement.value`); got != "f-q tham nhũng" {
		t.Errorf("after filtering, the focus holds %q", got)
	}
	browsertest.Eval[bool](tab, `(document.activeElement.blur(), true)`)
	tab.Press("?")
	tab.See("#keys[open]")
	tab.Axe()
	tab.Quiet()
}

func TestComboboxChoosesAndForgets(t *testing.T) {
	tab, base, _ := startGallery(t)
	tab.Size(1440, 900)
	tab.Go(base + "/forms")
	tab.Click("#receiver")
	tab.Type("#receiver", "sở")
	tab.See("#receiver-list [role=option]")
	tab.Axe()
	tab.Picture("combo-1440")
	tab.Press(kb.ArrowDown)
	tab.Press(kb.Enter)
	tab.Until(`document.querySelectorAll(".chips input").length === 3`)
	if got := browsertest.Eval[string](tab, `[...document.querySelectorAll(".chips input")].map(i => i.name + "=" + i.value).join(" ")`); got != "receiver=H26.15 receiver=H26.12 receiver=H26.40" {
		t.Errorf("chosen: %s", got)
	}
	if got := browsertest.Eval[string](tab, `[...document.querySelector("#draft").elements].find(b => b.type === "submit").name`); got != "" {
		t.Errorf("Enter in a field presses the button %q", got)
	}
	tab.Press(kb.Backspace)
	tab.Until(`document.querySelectorAll(".chips input").length === 2`)
	if strings.Contains(tab.Where(), "direct") {
		t.Error("Enter in the combobox sent the form")
	}
	tab.Quiet()
}

func TestChangesArriveWhenNobodyIsBusy(t *testing.T) {
	tab, base, _ := startGallery(t)
	tab.Go(base + "/inbox")
	browsertest.Eval[bool](tab, `(document.querySelector("#main").dataset.mark = "old", document.querySelector(".rows").dataset.mark = "old", true)`)
	tab.Until(`document.querySelector("[data-unread]").textContent === "7" || !document.querySelector(".rows").dataset.mark`)
	tab.Until(`!document.querySelector(".rows").dataset.mark`)
	tab.Quiet()
}

func TestEndedSessionLeadsToSignInAndBack(t *testing.T) {
	tab, base, _ := startGallery(t)
	tab.Go(base + "/inbox?open=3")
	browsertest.Eval[bool](tab, `(document.querySelector(".pane .btn.primary").setAttribute("href", "/gone"), true)`)
	tab.Click(".pane .btn.primary")
	tab.Until(`location.pathname === "/sign-in"`)
	if !strings.Contains(tab.Where(), "return=%2Finbox%3Fopen%3D3") {
		t.Errorf("sign-in does not come back: %s", tab.Where())
	}
}

func TestViewerFindsAndShowsSignatures(t *testing.T) {
	tab, base, reports := startGallery(t)
	tab.Size(1440, 900)
	tab.Go(base + "/viewer")
	tab.Until(`document.querySelectorAll(".sheet[data-drawn] .sigbox").length === 2`)
	tab.Type(".viewer-find input", "trang 3")
	tab.Press(kb.Enter)
	tab.Until(`document.querySelector("[data-found]").textContent === "1/1"`)
	tab.Until(`document.querySelector("input[data-page]").value === "3"`)
	tab.Until(`document.querySelector(".sheet:nth-child(3) .hit")`)
	tab.Click("[data-show-page]")
	tab.Until(`document.querySelector("input[data-page]").value === "1"`)
	tab.Click("[data-zoom-in]")
	tab.Until(`document.querySelector(".sheet[data-drawn]").clientWidth > 700`)
	tab.Quiet()
	if n := reports.Count(); n != 0 {
		t.Errorf("%d policy reports", n)
	}
}

func TestPagesWorkWithoutScript(t *testing.T) {
	tab, base, _ := startGallery(t)
	tab.Script(false)
	tab.Go(base + "/viewer")
	tab.See(`a[href="/sample.pdf"]`)
	tab.Go(base + "/inbox?open=3")
	tab.Click(".pane .btn.primary")
	tab.See("#main #direct")
	tab.Click("#direct .btn.primary")
	tab.See(".errs")
	if tab.Where() != "/direct" {
		t.Errorf("the form is at %s", tab.Where())
	}
}

// The listener must hear: a page that breaks its own policy is reported by the browser and to the server.
func TestPolicyViolationsAreHeard(t *testing.T) {
	tab := browsertest.Open(t)
	heard := make(chan string, 10)
	reports := &PolicyReports{Report: func(_, directive, _ string) { heard <- directive }}
	s := httptest.NewServer(gallery(reports))
	defer s.Close()
	tab.Go(s.URL + "/fault")
	browsertest.Eval[bool](tab, `(document.querySelector("h1").setAttribute("style", "color:red"), true)`)
	if directive := <-heard; !strings.HasPrefix(directive, "style-src") {
		t.Errorf("reported %q", directive)
	}
	if len(tab.Troubles()) == 0 {
		t.Error("the tab did not hear the refusal")
	}
	tab.Go("about:blank")
	s.CloseClientConnections()
}

func TestMenusOpenAndCloseByKeys(t *testing.T) {
	tab, base, _ := startGallery(t)
	for _, width := range []int64{1440, 390} {
		tab.Size(width, 844)
		tab.Go(base + "/parts")
		for _, menu := range []string{".bell", ".who"} {
			tab.Click(menu + " > summary")
			tab.See(menu + "[open] .menu-box")
			tab.FitsWidth()
			tab.Axe()
			tab.Picture(fmt.Sprintf("menu%s-%d", menu, width))
			tab.Press(kb.Escape)
			tab.Gone(menu + "[open]")
		}
	}
	tab.Quiet()
}

// N27: nothing written is lost; everything by keys.
func TestHalfWrittenDraftIsNotLostByASlip(t *testing.T) {
	tab, base, _ := startGallery(t)
	tab.Size(1440, 900)
	tab.Go(base + "/inbox?open=3")
	tab.Click(".pane .btn.primary")
	tab.See("#modal[open] #direct")
	tab.Type("#note", "Đề nghị")
	browsertest.Eval[bool](tab, `(window.asked = 0, window.confirm = () => (window.asked++, false), true)`)
	tab.Click("#direct [data-close].card-x")
	tab.Until(`window.asked === 1`)
	if !browsertest.Eval[bool](tab, `document.querySelector("#modal").open && document.querySelector("#note").value === "Đề nghị"`) {
		t.Error("the draft is gone although its writer said no")
	}
	browsertest.Eval[bool](tab, `(window.confirm = () => true, true)`)
	tab.Click("#direct [data-close].card-x")
	tab.Gone("#modal[open]")
	tab.Quiet()
}

func TestFormIsSentOnce(t *testing.T) {
	tab, base, _ := startGallery(t)
	tab.Go(base + "/direct")
	browsertest.Eval[bool](tab, `(window.sent = 0, window.realFetch = fetch, window.fetch = (...a) => (window.sent++, new Promise(r => setTimeout(() => r(realFetch(...a)), 400))), document.querySelector("#direct .btn.primary").click(), document.querySelector("#direct .btn.primary").click(), true)`)
	tab.Until(`document.querySelector("#direct .btn.primary").disabled`)
	tab.See(".errs")
	tab.Until(`!document.querySelector("#direct .btn.primary").disabled`)
	if n := browsertest.Eval[int](tab, "window.sent"); n != 1 {
		t.Errorf("sent %d times", n)
	}
	tab.Quiet()
}

// A scan's picture is decoded by WebAssembly in the worker, under the worker's own policy.
func TestViewerDecodesWithoutLooseningThePage(t *testing.T) {
	file, err := filepath.Abs("../../../shared/data/signed-pdf/dss__annotation-and-visible-change.pdf")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(file); err != nil {
		t.Skip("the sample documents are not beside this checkout")
	}
	t.Setenv("GALLERY_PDF", file)
	tab, base, reports := startGallery(t)
	tab.Size(1440, 900)
	tab.Go(base + "/viewer")
	tab.Until(`document.querySelector(".sheet[data-drawn]")`)
	tab.Picture("viewer-scan-1440")
	tab.Quiet()
	if n := reports.Count(); n != 0 {
		t.Errorf("%d policy reports", n)
	}
}

func TestViewerStaysThroughARefreshAndGoesWithItsDocument(t *testing.T) {
	tab, base, _ := startGallery(t)
	tab.Size(1440, 900)
	tab.Go(base + "/viewer?doc=1")
	tab.Until(`document.querySelector(".sheet[data-drawn]")`)
	browsertest.Eval[bool](tab, `(document.querySelector(".viewer-pages").mark = 1, document.querySelector(".pane-code").textContent = "cũ", true)`)
	tab.Until(`document.querySelector(".pane-code").textContent !== "cũ"`)
	if !browsertest.Eval[bool](tab, `document.querySelector(".viewer-pages").mark === 1 && document.querySelector(".sheet[data-drawn]") !== null`) {
		t.Error("a refresh drew the document anew")
	}
	browsertest.Eval[bool](tab, `(document.querySelector(".pane .acts a:nth-child(2)").setAttribute("href", "/viewer?doc=2"), true)`)
	tab.Click(".pane .acts a:nth-child(2)")
	tab.Until(`document.querySelector(".viewer").dataset.viewer === "/sample.pdf?doc=2" && document.querySelector(".sheet[data-drawn]") && !document.querySelector(".viewer-pages").mark`)
	tab.Quiet()
}
