package web

import (
	"net/url"
	"strings"
	"testing"

	"congvu/internal/org"
	"congvu/internal/store"
)

// The clerk watches what her agency sent, sends again at once and compares; the rules are the system administrator's (X13.5, T36).
func TestTheExchangeIsWatched(t *testing.T) {
	h, _ := onAxis(t)
	var far *org.Agency
	h.write(installation, func(tx *store.Tx) (err error) {
		far, err = org.OpenAgency(bg, tx, org.AgencyForm{Code: "H99.1", Name: "Sở Nội vụ tỉnh bạn", Abbr: "SNV", Level: org.Department, ValidFrom: "2026-01-01"})
		return err
	})
	clerk := h.as("vanthu")
	if said := text(clerk.answers(pathWatch+"?tab=lines", 200)); !strings.Contains(said, "Không có gói tin nào như vậy") {
		t.Errorf("nothing sent: %s", said)
	}
	h.issuedBy("mời họp giao ban", far.ID)
	lines := pathWatch + "?tab=lines&state=on_exchange&peer=H99.1&channel=axis"
	page := text(clerk.until(lines, "Sở Nội vụ tỉnh bạn"))
	if !strings.Contains(page, "Gửi lại tất cả trong danh sách") {
		t.Errorf("the list: %s", page)
	}
	if said := text(clerk.answers(pathWatch+"?tab=lines&state=failed", 200)); strings.Contains(said, "Sở Nội vụ tỉnh bạn") {
		t.Errorf("a filter that does not filter: %s", said)
	}
	if said := text(clerk.answers(pathWatch, 200)); !strings.Contains(said, "Chờ biên nhận lâu nhất") || !strings.Contains(said, "Chưa có biên nhận") {
		t.Errorf("the figures: %s", said)
	}
	if status, page := clerk.post(pathWatch+"/resend", url.Values{"peer": {"H99.1"}, "state": {"on_exchange"}}); status != 200 || !strings.Contains(text(page), "Đã xếp 1 văn bản") {
		t.Errorf("sent again: %d %s", status, text(page))
	}
	if status, page := clerk.post(pathWatch+"/compare", nil); status != 200 || !strings.Contains(text(page), "Đã bắt đầu đối soát") {
		t.Errorf("comparing: %d %s", status, text(page))
	}
	clerk.answers(pathWatch+"?tab=peers", 200)
	clerk.answers(pathWatch+"/quota", 403)
	if status, _ := clerk.post(pathWatch+"/quota", url.Values{"parcels": {"10"}}); status != 403 {
		t.Errorf("a clerk sets a quota: %d", status)
	}
	if said := text(h.as("vanthuso").answers(lines, 200)); strings.Contains(said, "Sở Nội vụ tỉnh bạn") {
		t.Errorf("another agency's clerk sees: %s", said)
	}
	if status, _ := h.as("vanthuso").post(pathWatch+"/resend", url.Values{"peer": {"H99.1"}}); status != 409 {
		t.Errorf("another agency's clerk sends: %d", status)
	}
	h.as("chuyenvienso").answers(pathWatch, 403)
	h.enrol("hethong", h.commune, 0, "Lương Văn Hệ", "Quản trị hệ thống", org.RankStaff, store.SystemAdmin)
	root := h.as("hethong")
	if status, page := root.get(pathWatch + "/quota?code=H99.1"); status == 200 {
		if !strings.Contains(text(page), "Mức riêng của H99.1") {
			t.Errorf("the form: %s", text(page))
		}
		if status, page := root.post(pathWatch+"/quota", url.Values{"code": {"H99.1"}, "parcels": {"x"}}); status != 422 {
			t.Errorf("no number: %d %s", status, text(page))
		}
		if status, page := root.post(pathWatch+"/quota", url.Values{"code": {"H99.1"}, "parcels": {"500"}, "megabytes": {"20"}}); status != 200 || !strings.Contains(text(page), "500 gói, 20 MB mỗi phút") {
			t.Errorf("a quota: %d %s", status, text(page))
		}
	} else {
		t.Errorf("the administrator's form: %d", status)
	}
}
