package web

import (
	"net/url"
	"strings"
	"testing"

	"congvu/internal/store"
)

// D1.1, D2.10, D3.1: the administrator of the system adds a type in the browser, mends what is refused, and ends it; others do not see the page.
func TestTheListOfTypesIsKept(t *testing.T) {
	h := newHouse(t)
	h.enrol("hethong", h.commune, 0, "Lương Văn Hệ", "Quản trị hệ thống", "staff", store.SystemAdmin)
	h.as("vanthu").answers(pathTypes, 403)
	p := h.as("hethong")
	if page := text(p.answers(pathTypes, 200)); !strings.Contains(page, "Quyết định QĐ Văn bản hành chính 1.2") {
		t.Fatal(page)
	}
	form := url.Values{"code": {"trich-luc"}, "name": {"Trích lục hộ tịch"}, "abbr": {"QĐ"}, "category": {"administrative"}, "sample": {"1.4"}, "field": {"Tư pháp – hộ tịch"}, "from": {"01/01/2026"}}
	status, page := p.post(pathTypes+"/new", form)
	if status != 422 || !strings.Contains(text(page), "ký hiệu của hai loại sẽ lẫn nhau") || !strings.Contains(text(page), "Mã loại văn bản gồm chữ in hoa") || !strings.Contains(page, `value="Tư pháp – hộ tịch"`) {
		t.Fatalf("%d %s", status, text(page))
	}
	form.Set("code", "TRICH_LUC")
	form.Set("abbr", "TL")
	if status, page = p.post(pathTypes+"/new", form); status >= 400 {
		t.Fatalf("%d %s", status, text(page))
	}
	edit := p.answers(pathTypes+"/TRICH_LUC", 200)
	if strings.Contains(edit, `name="code"`) || !strings.Contains(edit, `value="01/01/2026"`) {
		t.Fatal(edit)
	}
	form.Set("to", "31/01/2026")
	form.Set("revision", "1")
	if status, page = p.post(pathTypes+"/TRICH_LUC", form); status >= 400 {
		t.Fatalf("%d %s", status, text(page))
	}
	if page := text(p.answers(pathTypes, 200)); !strings.Contains(page, "Không dùng hôm nay từ 01/01/2026 đến 31/01/2026") {
		t.Fatal(page)
	}
	if status, _ = p.post(pathTypes+"/TRICH_LUC", form); status != 409 {
		t.Errorf("a stale form: %d", status)
	}
	p.answers(pathTypes+"/KHONG_CO", 404)
}
