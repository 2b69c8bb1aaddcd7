package web

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"congvu/internal/exchange"
	"congvu/internal/store"
)

// X23.5, X18.4: the administrator of the system sets a gateway up in the browser, enters what an agency signs in with and never reads the secret again; others do
// not see the page, an agency's clerk sees his agency's state.
func TestTheOperatorLooksAfterChannels(t *testing.T) {
	h := newHouse(t, func(c *Config) {
		c.Exchange = &exchange.Office{DB: c.DB, Blobs: c.Desk.Blobs, Keys: c.Desk.Keys, Trust: c.Desk.Trust}
	})
	h.enrol("hethong", h.commune, 0, "Lương Văn Hệ", "Quản trị hệ thống", "staff", store.SystemAdmin)
	h.as("vanthu").answers(pathChannels, 403)
	p := h.as("hethong")
	if page := text(p.answers(pathChannels, 200)); !strings.Contains(page, "Trục liên thông văn bản quốc gia Chưa cấu hình") || !strings.Contains(page, "Không có ngoại lệ") {
		t.Fatal(page)
	}
	p.answers(pathChannels+"/edit?kind=axis", 404)
	form := url.Values{"kind": {"national"}, "revision": {"0"}, "environment": {"sandbox"}, "sandbox": {"http://truc.example"}, "enabled": {"yes"}, "signatures": {"any"}, "every": {"300"}, "look_back": {"7"},
		"retries": {"5"}, "parallel": {"40"}, "timeout": {"60"}, "max_mb": {"280"}, "paths": {"{}"}, "headers": {"không phải JSON"}}
	status, page := p.post(pathChannels+"/edit", form)
	if status != 422 || !strings.Contains(text(page), "http chỉ dùng cho máy này") || !strings.Contains(text(page), "Số cần từ 1 đến 10") || !strings.Contains(text(page), "dạng JSON") {
		t.Fatalf("%d %s", status, text(page))
	}
	form.Set("sandbox", "https://truc.example/thu-nghiem/")
	form.Set("parallel", "4")
	form.Set("headers", `{"prefix":"X-"}`)
	if status, page = p.post(pathChannels+"/edit", form); status >= 400 {
		t.Fatalf("%d %s", status, text(page))
	}
	if page = text(p.answers(pathChannels, 200)); !strings.Contains(page, "Đang bật Thử nghiệm https://truc.example/thu-nghiem") {
		t.Fatal(page)
	}
	if status, _ = p.post(pathChannels+"/edit", form); status != 409 {
		t.Errorf("a stale form: %d", status)
	}
	if status, page = p.post(pathChannels+"/credential?kind=national", url.Values{"revision": {"0"}, "system_id": {"he-thong-7"}, "secret": {"khoa-bi-mat-cua-xa"}}); status != 422 || !strings.Contains(page, "he-thong-7") {
		t.Errorf("no agency: %d %s", status, text(page))
	}
	at := fmt.Sprintf("%s/credential?kind=national&agency=%d", pathChannels, h.commune)
	p.answers(at, 200)
	secret := url.Values{"revision": {"0"}, "system_id": {"he-thong-7"}, "secret": {"khoa-bi-mat-cua-xa"}, "enabled": {"yes"}}
	if status, page = p.post(at, secret); status >= 400 {
		t.Fatalf("%d %s", status, text(page))
	}
	for _, shown := range []string{p.answers(at, 200), p.answers(pathChannels, 200)} {
		if strings.Contains(shown, "khoa-bi-mat") || !strings.Contains(shown, "he-thong-7") && !strings.Contains(shown, "Kiểm tra kết nối của") {
			t.Error(text(shown))
		}
	}
	one := url.Values{"kind": {"national"}, "agency": {fmt.Sprint(h.commune)}}
	if status, page = p.post(pathChannels+"/fetch", one); status >= 400 {
		t.Errorf("%d %s", status, text(page))
	}
	if status, page = p.post(pathChannels+"/route", url.Values{"pattern": {"H26.*"}, "channel": {"national"}, "second": {"national"}}); status != 422 || !strings.Contains(text(page), "phải khác kênh thứ nhất") {
		t.Errorf("%d %s", status, text(page))
	}
	if status, page = p.post(pathChannels+"/route", url.Values{"pattern": {"H26.*"}, "channel": {"national"}, "second": {"axis"}, "note": {"Hai đường"}}); status >= 400 {
		t.Errorf("%d %s", status, text(page))
	}
	if page = text(p.answers(pathChannels, 200)); !strings.Contains(page, "Trục liên thông văn bản quốc gia và Trục liên thông") {
		t.Error(page)
	}
	if status, page = p.post(pathChannels+"/switch", url.Values{"kind": {"national"}}); status >= 400 {
		t.Errorf("%d %s", status, text(page))
	}
	if page = text(p.answers(pathChannels, 200)); !strings.Contains(page, "Đang tắt Thử nghiệm") {
		t.Error(page)
	}
	p.answers(pathChannels+"/calls", 200)
	p.answers(pathChannels+"/calls/12345", 404)
	if page = text(h.as("vanthu").answers(pathExchange+"?tab=channels", 200)); !strings.Contains(page, "Trục liên thông văn bản quốc gia") || strings.Contains(page, "Đồng bộ ngay") {
		t.Error(page)
	}
}
