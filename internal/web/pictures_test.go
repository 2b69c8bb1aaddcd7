package web

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"mime/multipart"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"congvu/internal/web/browsertest"
)

// strokePNG is a thick stroke of one colour on a transparent or a white ground.
func strokePNG(t *testing.T, ink color.NRGBA, white bool) []byte {
	t.Helper()
	m := image.NewNRGBA(image.Rect(0, 0, 360, 180))
	for y := range 180 {
		for x := range 360 {
			switch dx, dy := x-180, y-90; {
			case dx*dx+4*dy*dy < 20_000 && dx*dx+4*dy*dy > 12_000:
				m.SetNRGBA(x, y, ink)
			case white:
				m.SetNRGBA(x, y, color.NRGBA{0xff, 0xff, 0xff, 0xff})
			}
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

var (
	blueStroke = color.NRGBA{0x12, 0x2f, 0xa8, 0xff}
	redStroke  = color.NRGBA{0xe1, 0x10, 0x18, 0xff}
)

// sendPicture sends a form with an image, or without one.
func (p *person) sendPicture(path string, file []byte, values url.Values) (int, string) {
	p.Helper()
	var b bytes.Buffer
	form := multipart.NewWriter(&b)
	for k := range values {
		p.must(form.WriteField(k, values.Get(k)))
	}
	if file != nil {
		part, err := form.CreateFormFile("image", "x.png")
		p.must(err)
		_, err = part.Write(file)
		p.must(err)
	}
	p.must(form.Close())
	r, err := http.NewRequest("POST", p.server.URL+path, &b)
	p.must(err)
	r.Header.Set("Content-Type", form.FormDataContentType())
	r.Header.Set("Origin", p.server.URL)
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	return p.do(r)
}

// Without scripts: a leader proposes a photograph of his signature, the administrator sees it on a page and approves; the clerk proposes seal and
// placement; wrong input comes back with its reason.
func TestPicturesAreProposedTriedAndApproved(t *testing.T) {
	h := newHouse(t)
	head, admin, clerk := h.as("chutich"), h.as("quantri"), h.as("vanthu")
	valid := url.Values{"valid_from": {"23/11/2026"}, "return": {"/account/signature"}}

	status, page := head.sendPicture("/account/signature/new", strokePNG(t, blueStroke, true), valid)
	if status != 422 || !strings.Contains(text(page), "nền trong suốt") {
		t.Errorf("%d %s", status, text(page))
	}
	status, page = head.sendPicture("/account/signature/new", nil, valid)
	if status != 422 || !strings.Contains(text(page), "Hãy chọn tệp hình ảnh") {
		t.Errorf("%d %s", status, text(page))
	}
	valid.Set("whiten", "yes")
	status, page = head.sendPicture("/account/signature/new", strokePNG(t, blueStroke, true), valid)
	at := head.last.Path
	if status != 200 || !strings.HasPrefix(at, "/pictures/") || !strings.Contains(text(page), "Chờ phê duyệt") {
		t.Fatalf("%d %s %s", status, at, text(page))
	}
	for who, want := range map[*person]int{head: 200, admin: 200, clerk: 200, h.as("chuyenvien"): 404, h.as("quantriso"): 404} {
		if status, _ := who.get(at); status != want {
			t.Errorf("page: %d, want %d", status, want)
		}
		status, body := who.get(at + "/image")
		if status != want || want == 200 && !strings.HasPrefix(body, "\x89PNG") {
			t.Errorf("image: %d, want %d", status, want)
		}
	}
	if status, _ := head.post(at+"/approve", nil); status != 403 {
		t.Errorf("the owner approves: %d", status)
	}
	admin.get(at)
	if page := admin.act(at+"/reject", url.Values{"reason": {"ảnh bị mờ"}}); !strings.Contains(text(page), "ảnh bị mờ") {
		t.Error(text(page))
	}
	valid.Del("whiten")
	_, _ = head.sendPicture("/account/signature/new", strokePNG(t, blueStroke, false), valid)
	at = head.last.Path
	if status, page := admin.post(at+"/approve", nil); status != 200 || !strings.Contains(text(page), "Đã phê duyệt") {
		t.Errorf("%d %s", status, text(page))
	}
	if _, page := head.get("/account/signature"); !strings.Contains(page, at+"/image") {
		t.Error(text(page))
	}

	status, page = clerk.sendPicture("/admin/pictures/seal/new", strokePNG(t, redStroke, false), valid)
	if status != 422 || !strings.Contains(text(page), "nhập đường kính dấu") {
		t.Errorf("%d %s", status, text(page))
	}
	valid.Set("width", "36,5")
	status, page = clerk.sendPicture("/admin/pictures/seal/new", strokePNG(t, redStroke, false), valid)
	seal := clerk.last.Path
	if status != 200 || !strings.Contains(text(page), "36,5 × ") {
		t.Fatalf("%d %s", status, text(page))
	}
	if _, page := admin.get("/admin/pictures"); !strings.Contains(page, seal) || !strings.Contains(text(page), "Hoàng Thị Ngọc") {
		t.Error(text(page))
	}
	if status, _ := admin.post(seal+"/approve", nil); status != 200 {
		t.Errorf("%d", status)
	}

	if _, page := clerk.get("/admin/pictures/placing"); !strings.Contains(text(page), "Vị trí đúng quy định") {
		t.Error(text(page))
	}
	if _, page := clerk.get("/admin/pictures/placing?seal_right=20"); !strings.Contains(text(page), "trùm khoảng 1/3") {
		t.Error(text(page))
	}
	if status, page := clerk.get("/admin/pictures/placing?seal_right=xa&sign_width=500"); status != 422 || !strings.Contains(text(page), "phải là số") {
		t.Errorf("%d %s", status, text(page))
	}
	if status, page := clerk.get("/admin/pictures/placing?sign_width=500"); status != 422 || !strings.Contains(text(page), "từ 10 đến 90 mm") {
		t.Errorf("%d %s", status, text(page))
	}
	for _, kind := range []string{"laid_out", "upload", "block"} {
		status, body := clerk.get("/pictures/sample.pdf?kind=" + kind)
		if status != 200 || !strings.HasPrefix(body, "%PDF") || strings.Count(body, "/ByteRange") < 1 {
			t.Errorf("%s: %d", kind, status)
		}
	}
	status, page = clerk.get("/admin/pictures/placing?kind=upload&seal_right=1,5&upload_x=30&then=propose")
	if status != 200 || clerk.last.Path != "/admin/pictures/placing/new" || !strings.Contains(text(page), "lệch phải 1,5 mm") || !strings.Contains(text(page), "cách mép phải 30 mm") {
		t.Fatalf("%d %s %s", status, clerk.last, text(page))
	}
	clerk.act(clerk.last.RequestURI(), url.Values{"valid_from": {"23/11/2026"}})
	placing := clerk.last.Path
	if status, page := admin.post(placing+"/approve", nil); status != 200 || !strings.Contains(text(page), "cách mép phải 30 mm") {
		t.Errorf("%d %s", status, text(page))
	}
	if _, page := clerk.get("/admin/pictures/placing"); !strings.Contains(page, `value="1,5"`) {
		t.Error("the designer does not begin with what serves")
	}
	if page := admin.act(placing+"/withdraw", url.Values{"reason": {""}}); !strings.Contains(text(page), "Đã thu hồi") {
		t.Error(text(page))
	}
}

// In a browser: frames over the sample page follow the arrow keys and the pointer, the page is drawn anew by the server, the focus stays; every page is
// accessible on a desk and on a phone.
func TestSignaturesArePlacedByEye(t *testing.T) {
	tab := browsertest.Open(t)
	h := newHouse(t)
	t.Cleanup(func() { tab.Go("about:blank") })
	head, admin, clerk := h.as("chutich"), h.as("quantri"), h.as("vanthu")
	valid := url.Values{"valid_from": {"23/11/2026"}, "width": {"36"}, "return": {"/account/signature"}}
	head.sendPicture("/account/signature/new", strokePNG(t, blueStroke, false), valid)
	signature := head.last.Path
	clerk.sendPicture("/admin/pictures/seal/new", strokePNG(t, redStroke, false), valid)
	admin.post(clerk.last.Path+"/approve", nil)

	signInTab(tab, h.server.URL, "quantri")
	tab.Go(h.server.URL + "/admin/pictures/placing")
	tab.See(".placer-seal")
	tab.Until(`document.querySelector(".sheet[data-drawn]")`)
	tab.Quiet()
	tab.Axe()
	tab.Picture("pictures-placing-1440")
	before := browsertest.Eval[float64](tab, `document.querySelector(".placer-seal").getBoundingClientRect().left`)
	browsertest.Eval[any](tab, `document.querySelector(".placer-seal").focus(), null`)
	const press = `document.activeElement.dispatchEvent(new KeyboardEvent("keydown", {key: %q, shiftKey: %v, bubbles: true, cancelable: true})), null`
	browsertest.Eval[any](tab, fmt.Sprintf(press, "ArrowRight", true))
	browsertest.Eval[any](tab, fmt.Sprintf(press, "ArrowUp", false))
	if got := browsertest.Eval[string](tab, `seal_right.value + " " + seal_up.value`); got != "5 0,35" {
		t.Errorf("after Shift+Right and Up the fields say %q", got)
	}
	tab.Until(`location.search.includes("seal_right=5") && document.querySelector(".sheet[data-drawn] .placer-seal")`)
	after := browsertest.Eval[float64](tab, `document.querySelector(".placer-seal").getBoundingClientRect().left`)
	scale := browsertest.Eval[float64](tab, `document.querySelector(".sheet").sheet.viewport.scale`)
	if moved := (after - before) / scale / 72 * 25.4; moved < 4.8 || moved > 5.2 {
		t.Errorf("the frame moved %.2f mm on the page that the server drew, want 5", moved)
	}
	if !browsertest.Eval[bool](tab, `document.activeElement.classList.contains("placer-seal")`) {
		t.Error("the focus went away when the page was drawn anew")
	}
	browsertest.Eval[any](tab, `(() => {
		const f = document.querySelector(".placer-sign"), r = f.getBoundingClientRect(), at = (kind, x, y) => f.dispatchEvent(new PointerEvent(kind, {clientX: x, clientY: y, pointerId: 1, bubbles: true}))
		f.setPointerCapture = () => {}
		at("pointerdown", r.x + 5, r.y + 5); at("pointermove", r.x + 65, r.y + 5); at("pointerup", r.x + 65, r.y + 5)
		return null })()`)
	tab.Until(`!location.search.includes("sign_right=0&") && document.querySelector(".sheet[data-drawn] .placer-seal") && document.querySelector(".note")`)
	tab.Axe()
	tab.Picture("pictures-placing-moved-1440")
	tab.Back()
	tab.Until(`location.search.includes("seal_right=5") && document.querySelector("#sign_right").value === "0"`)

	file := filepath.Join(t.TempDir(), "chu-ky.png")
	h.must(os.WriteFile(file, strokePNG(t, blueStroke, true), 0o600))
	for _, size := range []struct{ w, h int64 }{{1440, 900}, {390, 844}} {
		tab.Size(size.w, size.h)
		for name, path := range map[string]string{"placing": "/admin/pictures/placing?sign_right=12", "upload": "/admin/pictures/placing?kind=upload", "block": "/admin/pictures/placing?kind=block", "list": "/admin/pictures",
			"decide": signature, "mine": "/account/signature", "propose": "/account/signature/new", "seal": "/admin/pictures/seal/new", "send": "/admin/pictures/placing/new?seal_right=9"} {
			tab.Go(h.server.URL + path)
			if browsertest.Eval[bool](tab, `document.querySelector(".viewer") !== null && document.querySelector(".viewer").offsetParent !== null`) {
				tab.Until(`document.querySelector(".sheet[data-drawn]")`)
			}
			tab.FitsWidth()
			tab.Axe()
			tab.Quiet()
			tab.Picture(fmt.Sprintf("pictures-%s-%d", name, size.w))
		}
	}
	tab.Size(1440, 900)
	tab.Go(h.server.URL + "/account/signature/new")
	tab.Choose("#image", file)
	tab.Click("#whiten")
	tab.Click("#act .btn.primary")
	tab.See(".picture img")
	tab.Axe()
	tab.Picture("pictures-own-1440")
	if page := tab.Text(".pane"); strings.Contains(page, "Từ chối") || !strings.Contains(page, "Không ai tự phê duyệt") {
		t.Errorf("the owner is offered to decide on his own signature: %s", page)
	}
	if n := h.door.reports.Count(); n != 0 {
		t.Errorf("%d policy reports", n)
	}
}
