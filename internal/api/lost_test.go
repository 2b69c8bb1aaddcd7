package api_test

import (
	"net/http"
	"strings"
	"testing"

	"congvu/internal/client"
	"congvu/internal/documents"
	"congvu/internal/store"
)

var sqlLostVerbs = store.SQL(`SELECT verb || ' ' || via FROM store_journal WHERE agency_id = $1 AND verb IN ('number.entered', 'number.voided') ORDER BY id`)

// Reliability §4, T32: numbers that a restore has lost are listed, entered again and voided through the API by those who keep registers; until then the register gives none.
func TestLostNumbersThroughTheAPI(t *testing.T) {
	w := newTown(t)
	clerk, admin := w.as("clerk"), w.as("admin")
	paper := client.PaperForm{Type: "QUYET_DINH", Subject: "thành lập tổ kiểm kê", Signer: "Nguyễn Văn Nghĩa", Receivers: []string{"Sở Nội vụ"}}
	must(t, ask(clerk.EnterPaper(bg, paper)))
	secret := client.SecretForm{Direction: "incoming", Party: "Công an thành phố Huế", Secrecy: 2}
	must(t, ask(clerk.EnterSecret(bg, secret)))
	kept, err := documents.Lasts(bg, w.db, 2026)
	must(t, err)
	var register client.ID
	for i := range kept {
		if kept[i].Last += 4; kept[i].Kind != documents.BookSecret {
			register = client.ID(kept[i].ID)
		}
	}
	_, err = documents.Fence(bg, w.db, kept)
	must(t, err)

	says := func(p *client.Problem, words string) {
		t.Helper()
		text := p.Detail
		for _, e := range p.Errors {
			text += " " + e.Detail
		}
		if !strings.Contains(text, words) {
			t.Errorf("no «%s» in %+v", words, p)
		}
	}
	says(refused(t, ask(clerk.EnterPaper(bg, paper)), http.StatusConflict), "tạm dừng cấp số sau khi khôi phục dữ liệu: 4 số")
	all, err := clerk.LostNumbers(bg, register)
	must(t, err)
	if len(all) != 4 || all[0].Number != 2 || all[3].Number != 5 || all[0].State != "missing" || all[0].Source != "outside" || all[0].Register != register {
		t.Fatalf("%+v", all)
	}
	const reason = "không tìm lại được văn bản"
	void := func(c *client.Client, first, last int64, reason string) error {
		return c.VoidLost(bg, register, client.VoidingLost{First: first, Last: last, Reason: reason})
	}
	for who, status := range map[string]int{"drafter": http.StatusForbidden, "unit_head": http.StatusForbidden, "foreign_clerk": http.StatusNotFound, "foreign_head": http.StatusForbidden} {
		refused(t, void(w.as(who), 2, 3, reason), status)
	}
	refused(t, void(w.as("head"), 2, 3, reason), http.StatusForbidden)
	refused(t, ask(w.as("drafter").LostNumbers(bg, register)), http.StatusForbidden)
	refused(t, ask(w.as("foreign_clerk").LostNumbers(bg, register)), http.StatusNotFound)
	must(t, ask(w.as("head").LostNumbers(bg, register))) // he reads registers

	says(refused(t, void(clerk, 2, 3, ""), http.StatusUnprocessableEntity), "Lý do cần từ 10 đến 1000 ký tự")
	refused(t, void(clerk, 0, 3, reason), http.StatusUnprocessableEntity)
	says(refused(t, void(clerk, 3, 2, reason), http.StatusUnprocessableEntity), "Số cuối không được nhỏ hơn số đầu.")
	says(refused(t, void(clerk, 1, 1, reason), http.StatusUnprocessableEntity), "Không có số thiếu nào từ 1 đến 1")
	must(t, void(clerk, 2, 3, reason))
	refused(t, void(clerk, 2, 3, reason), http.StatusUnprocessableEntity)
	again := paper
	again.Migrated, again.Number = true, 9
	says(refused(t, ask(clerk.EnterPaper(bg, again)), http.StatusUnprocessableEntity), "Số 9 không phải số thiếu sau khôi phục")
	again.Number = 4
	o, err := clerk.EnterPaper(bg, again)
	must(t, err)
	refused(t, ask(clerk.EnterPaper(bg, again)), http.StatusUnprocessableEntity)
	refused(t, ask(clerk.EnterPaper(bg, paper)), http.StatusConflict) // 5 is missing still
	must(t, void(admin, 5, 5, reason))
	all, err = admin.LostNumbers(bg, register)
	must(t, err)
	if len(all) != 4 || all[0].State != "void" || all[0].Reason != reason || all[0].By != "Hoàng Thị Ngọc" || all[2].State != "entered" || !strings.HasSuffix(all[2].Ref, "/"+o.ID.String()) || all[3].By != "Ngô Gia Huy" {
		t.Errorf("%+v", all)
	}
	if o, err = clerk.EnterPaper(bg, paper); err != nil || !strings.HasPrefix(o.NumberText, "06/") {
		t.Errorf("after the fence came %+v: %v", o.NumberText, err)
	}
	refused(t, ask(clerk.EnterSecret(bg, secret)), http.StatusConflict)
	secret.LostNumber = 3
	if s, err := clerk.EnterSecret(bg, secret); err != nil || s.Number != 3 {
		t.Errorf("%+v %v", s, err)
	}
	verbs, err := store.All[string](bg, w.db, sqlLostVerbs, int64(w.commune))
	must(t, err)
	if got := strings.Join(verbs, ", "); got != "number.voided api, number.entered api, number.voided api, number.entered api" {
		t.Errorf("the journal: %s", got)
	}
}
