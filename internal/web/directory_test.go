package web

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"congvu/internal/documents"
	"congvu/internal/org"
	"congvu/internal/store"
)

// X20.5, X20.6, X20.7, I3.5: the administrator sees what the lists brought and decides; a group becomes the receivers of a draft, and who cannot be sent to is told.
func TestTheCountrysDirectoryIsLookedAfter(t *testing.T) {
	h := newHouse(t)
	admin := h.enrol("quantrihethong", h.sector, 0, "Bùi Thị Lan", "Quản trị hệ thống", org.RankStaff, store.SystemAdmin)
	list := func(kind string, units ...org.Listed) *org.Run {
		t.Helper()
		run, err := org.PlanSync(bg, h.db, installation, org.List{Source: "national", Kind: kind, Units: units})
		if err == nil {
			run, err = org.CarryRun(bg, h.db, run.ID)
		}
		if err != nil {
			t.Fatal(err)
		}
		return run
	}
	all := []org.Listed{{ID: "1", Code: "G99", Name: "Bộ Thực tập", IsAgency: true}, {ID: "2", ParentID: "1", Code: "G99.2", Name: "Cục Hai", IsAgency: true},
		{ID: "3", ParentID: "1", Code: "G99.2", Name: "Cục cũng Hai", IsAgency: true}, {ID: "4", Code: "H26.15", Name: "Sở đổi tên trên trục", IsAgency: true}}
	list(org.RunFull, all...)
	if err := org.NoteSender(bg, h.db, "H44.07", "Sở Xây dựng tỉnh bạn", ""); err != nil {
		t.Fatal(err)
	}
	held := list(org.RunFull, all[3])

	h.as("quantriso").refusedAt(403, "/admin/directory")
	p := h.as("quantrihethong")
	has := func(address string, words ...string) {
		t.Helper()
		status, page := p.get(address)
		for _, w := range words {
			if status != 200 || !strings.Contains(text(page), w) {
				t.Fatalf("%s: %d, no %q in %s", address, status, w, text(page))
			}
		}
	}
	has("/admin/directory?q=thuc+tap", "Bộ Thực tập", "Qua liên thông")
	has("/admin/directory?tab=conflicts", "G99.2", "Cục cũng Hai", "Chờ quyết định")
	has("/admin/directory?tab=runs", "Chờ quyết định", "thêm 4")
	has("/admin/directory?tab=senders", "H44.07", "Sở Xây dựng tỉnh bạn")
	run := runAddress(held.ID, "")
	has(run, "quá 2 %", "Cho đồng bộ")
	if status, page := p.post(run+"/refuse", url.Values{"reason": {""}}); status != 422 {
		t.Fatalf("%d %s", status, text(page))
	}
	p.act(run+"/refuse", url.Values{"reason": {"danh mục tải về bị thiếu"}})

	conflicts, err := org.Conflicts(bg, h.db, false, 10)
	if err != nil || len(conflicts) == 0 {
		t.Fatal(conflicts, err)
	}
	if page := p.act(conflictAddress(conflicts[0].ID), url.Values{"decision": {"kept"}, "reason": {"Bộ đã xác nhận"}}); !strings.Contains(text(page), "Đã ghi quyết định về mã G99.2") {
		t.Fatal(text(page))
	}
	p.act(senderAddress("H44.07"), url.Values{"act": {"enter"}, "name": {"Sở Xây dựng tỉnh bạn"}})
	entered, err := org.AgencyByCode(bg, h.db, "H44.07", "2026-11-23")
	if err != nil {
		t.Fatal(err)
	}
	has(agencyAddress(entered.ID), "Nhập từ văn bản đến", "H44.07")
	if own, err := org.FindEntry(bg, h.db, "national", "4"); err != nil {
		t.Fatal(err)
	} else if own.AgencyID != 0 {
		has(agencyAddress(own.AgencyID), "Sở đổi tên trên trục", "Quản trị nhập")
	}

	// a group in the field of receivers: the picker offers it, the draft has its agencies
	bureau, err := org.AgencyByCode(bg, h.db, "G99.2", "2026-11-23")
	if err != nil {
		t.Fatal(err)
	}
	var g *documents.Group
	h.write(admin, func(tx *store.Tx) (err error) {
		g, err = documents.SaveGroup(bg, tx, documents.GroupForm{Everywhere: true, Kind: documents.GroupOutside, Name: "Các cục thực tập", Members: []documents.Member{{Agency: int64(bureau.ID)}, {Agency: int64(entered.ID)}}})
		return err
	})
	d := h.as("chuyenvien")
	if _, page := d.get("/suggest/receivers?q=cuc+thuc"); !strings.Contains(page, fmt.Sprintf("g%d", g.ID)) || !strings.Contains(text(page), "2 cơ quan") {
		t.Fatal(text(page))
	}
	page := d.act("/outgoing/new?type=CONG_VAN", url.Values{"subject": {"phối hợp năm 2026"}, "addressees": {"Các cục"}, "body": {"Nội dung."}, "receivers": {fmt.Sprintf("g%d", g.ID)},
		"signer": {"?Nguyễn Văn Nghĩa"}, "urgency": {"?Thường"}, "kept_copies": {"1"}, "then": {"keep"}})
	if !strings.Contains(text(page), "Cục Hai") || !strings.Contains(text(page), "Sở Xây dựng tỉnh bạn") {
		t.Fatal(text(page))
	}
}
