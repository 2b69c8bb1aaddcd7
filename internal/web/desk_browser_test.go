package web

import (
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"congvu/internal/axis"
	"congvu/internal/web/browsertest"
)

// The pages of the registry's desk, on a desk and on a phone: no finding of axe, no sideways scrolling, no report of the page's policy.
// V16: screen /signing
func TestTheDeskIsAccessibleAtEveryWidth(t *testing.T) {
	tab := browsertest.Open(t)
	h, ax := onAxis(t)
	t.Cleanup(func() { tab.Go("about:blank") })
	for i, junk := range []string{"%PDF-1.4 bản fax cũ", "<?xml version=\"1.0\"?><thu/>"} {
		h.must(ax.Send(bg, axis.Parcel{ID: fmt.Sprintf("H26.20/hong-%d", i), From: "H26.20", To: "H26.15", Kind: "edoc", Body: []byte(junk)}))
	}
	h.entered("127", "tăng cường công tác văn thư, lưu trữ trên địa bàn")
	way := h.issuedBy("báo cáo công tác văn thư sáu tháng cuối năm", h.sector)
	clerk := h.as("vanthu")
	_, signed := clerk.get(regexp.MustCompile(`/files/\d+`).FindString(clerk.answers(way, 200)))
	file := filepath.Join(t.TempDir(), "cong-van.pdf")
	h.must(os.WriteFile(file, []byte(signed), 0o600))
	clerk.until("/exchange?tab=quarantine", "hong-1")
	clerk.act("/registers/new?direction=outgoing&year=2026", url.Values{"name": {"Sổ đăng ký quyết định"}, "direction": {"outgoing"}, "year": {"2026"}, "types": {"QUYET_DINH"}})

	enter := func(login string) {
		tab.Go(h.server.URL + PathSignIn)
		tab.Fill("#login", login)
		tab.Fill("#password", password)
		tab.Click("#sign-in .btn.primary")
		tab.See("#rail")
	}
	look := func(name, path string) {
		for _, size := range []struct{ w, h int64 }{{1440, 900}, {390, 844}} {
			tab.Size(size.w, size.h)
			tab.Go(h.server.URL + path)
			tab.FitsWidth()
			tab.Axe()
			tab.Quiet()
			tab.Picture(fmt.Sprintf("desk-%s-%d", name, size.w))
		}
		tab.Size(1440, 900)
	}
	look("verify", "/verify")
	tab.Go(h.server.URL + "/verify")
	tab.Choose("#file", file)
	tab.See("#verify [data-chosen] li")
	tab.Click("#verify .btn.primary")
	tab.See(".verdict-good")
	tab.Until(`document.querySelector("#take-file").files.length == 1`) // the same file need not be looked for again
	tab.Axe()
	tab.Picture("desk-verified-1440")
	tab.Size(390, 844)
	tab.FitsWidth()
	tab.Axe()
	tab.Quiet()
	tab.Picture("desk-verified-390")
	tab.Size(1440, 900)
	enter("vanthu")
	look("registers", "/registers")
	look("register-new", "/registers/new")
	look("search", "/search?q=cong+tac+van+thu")
	look("exchange", "/exchange?tab=quarantine")
	tab.Go(h.server.URL + "/exchange?tab=quarantine")
	tab.Click("table a.link")
	tab.See(".facts")
	parcel := tab.Where()
	look("parcel", parcel)
	for _, size := range [][2]int64{{1366, 768}, {390, 844}} { // the raw view wraps, scrolls in itself, and is text
		tab.Size(size[0], size[1])
		tab.Go(h.server.URL + parcel)
		tab.Click("details.more summary")
		tab.See("#raw")
		tab.FitsWidth()
		tab.Axe()
		tab.Quiet()
		tab.Picture(fmt.Sprintf("desk-parcel-raw-%d", size[0]))
	}
	for name, path := range map[string]string{"receivers": way + "/add_receivers", "requests": "/requests"} {
		look(name, path)
		tab.Size(1366, 768)
		tab.FitsWidth()
		tab.Picture("desk-" + name + "-1366")
	}
	tab.Size(1440, 900)

	tab.Go(h.server.URL + "/")
	tab.Click(".who summary")
	tab.Click(".who form[action='/sign-out'] button")
	tab.See("#sign-in")
	enter("quantri")
	look("import", pathImport)
	bad, good := filepath.Join(t.TempDir(), "sai.csv"), filepath.Join(t.TempDir(), "dung.csv")
	h.must(os.WriteFile(bad, []byte(goodPeople+"Phạm Thị Na;;Phòng Không Có;\n"), 0o600))
	h.must(os.WriteFile(good, []byte(goodPeople), 0o600))
	tab.Go(h.server.URL + pathImport)
	tab.Choose("#file", bad)
	tab.Click("#import .btn.primary")
	tab.See("#import .errs")
	tab.Axe()
	tab.Picture("desk-import-422-1440")
	tab.Size(390, 844)
	tab.FitsWidth()
	tab.Picture("desk-import-422-390")
	tab.Size(1440, 900)
	tab.Choose("#file", good)
	tab.Click("#import .btn.primary")
	tab.See("#carry-out")
	tab.Axe()
	tab.Picture("desk-import-plan-1440")
	tab.Click("#carry-out .btn.primary")
	tab.See("code")
	tab.Axe()
	tab.Picture("desk-import-done-1440")
	tab.Size(390, 844)
	tab.FitsWidth()
	tab.Picture("desk-import-done-390")
	tab.Quiet()
}
