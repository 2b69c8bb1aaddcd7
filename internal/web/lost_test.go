package web

import (
	"fmt"
	"maps"
	"net/url"
	"strings"
	"testing"

	"congvu/internal/documents"
	"congvu/internal/store"
	"congvu/internal/web/browsertest"
)

// fenced closes the commune's register of outgoing documents as a restore does: it has forgotten five numbers, and the department has the third.
func (h *house) fenced() (b documents.Book) {
	h.Helper()
	clerk := h.actorOf("vanthu")
	h.paper()
	books, err := documents.ListRegisters(bg, h.db, clerk, documents.OutgoingBook, 2026)
	h.must(err)
	b = books[0]
	kept, err := documents.Lasts(bg, h.db, 2026)
	h.must(err)
	for i := range kept {
		if kept[i].ID == b.ID {
			kept[i].Last += 5
		}
	}
	n, err := documents.Fence(bg, h.db, kept)
	if h.must(err); n != 5 {
		h.Fatalf("%d numbers are missing", n)
	}
	h.must(h.db.Keep(bg, func(tx *store.Tx) error {
		if err := tx.Set(bg, 0, store.SettingRestored, fmt.Sprint(int64(tx.Now()))); err != nil {
			return err
		}
		_, err := documents.HeardOf(bg, tx, documents.Heard{Agency: int64(h.commune), Register: b.ID, Year: 2026, Number: 4, Notation: "QĐ-UBND", On: "2026-11-23", Source: documents.LostReceipt, Peer: "Sở Nội vụ"})
		return err
	}))
	return b
}

// paper enters a decision issued on paper with the next number.
func (h *house) paper() (o *documents.Outgoing) {
	h.Helper()
	h.write(h.actorOf("vanthu"), func(tx *store.Tx) (err error) {
		o, err = documents.EnterPaper(bg, tx, documents.PaperForm{TypeCode: "QUYET_DINH", Subject: "thành lập tổ kiểm kê", SignerName: "Nguyễn Văn Nghĩa", Receivers: []string{"Sở Nội vụ"}, KeptCopies: 1})
		return err
	})
	return o
}

var sqlLostVerbs = store.SQL(`SELECT verb FROM store_journal WHERE agency_id = $1 AND verb IN ('number.missed', 'number.entered', 'number.voided') ORDER BY id`)

// Reliability §4, T32: the numbers that a restore has lost are shown, entered again with their documents or voided with a reason, by those who keep registers; until then
// the register says why it gives none.
func TestNumbersThatARestoreHasLostAreEnteredOrVoided(t *testing.T) {
	h := newHouse(t)
	b := h.fenced()
	clerk, lost := h.as("vanthu"), bookAddress(b, "lost")
	says := func(page string, words ...string) {
		t.Helper()
		for _, w := range words {
			if !strings.Contains(text(page), w) {
				t.Errorf("no «%s» in: %s", w, text(page))
			}
		}
	}
	says(clerk.answers("/registers", 200), "Tạm dừng cấp số", "Số thiếu sau khôi phục")
	says(clerk.answers(bookAddress(b, ""), 200), "còn 5 số đã cấp trước đó chưa được nhập lại hoặc bỏ", "Số thiếu sau khôi phục")
	if page := text(h.as("chutich").answers(bookAddress(b, ""), 200)); !strings.Contains(page, "Sổ tạm dừng cấp số") || strings.Contains(page, "Số thiếu sau khôi phục") {
		t.Errorf("a leader reads: %s", page)
	}
	page := clerk.answers(lost, 200)
	says(page, "còn 5 số phải xử lý", "2 đến 3", "Chưa rõ văn bản nào", "04/QĐ-UBND, nơi giữ văn bản: Sở Nội vụ", "5 đến 6", "Nhập lại số 4")
	if !strings.Contains(page, `name="first" value="2"`) && !strings.Contains(page, `value="2"`) {
		t.Errorf("the first numbers nobody knows are not proposed: %s", page)
	}
	says(clerk.answers(bookAddress(b, "reserve"), 200), "Giữ số")
	_, page = clerk.post(bookAddress(b, "reserve"), url.Values{"reason": {"ký chiều nay"}, "until": {"23/11/2026"}})
	says(page, "tạm dừng cấp số sau khi khôi phục dữ liệu")

	void := func(first, last, reason string) (int, string) {
		return clerk.post(lost, url.Values{"first": {first}, "last": {last}, "reason": {reason}})
	}
	for _, x := range []struct{ first, last, reason, says string }{
		{"2", "3", "", "Lý do cần từ 10 đến 1000 ký tự"},
		{"", "", "không tìm lại được văn bản", "Hãy ghi số cần bỏ."},
		{"3", "2", "không tìm lại được văn bản", "Số cuối không được nhỏ hơn số đầu."},
		{"hai", "3", "không tìm lại được văn bản", "Giá trị này phải là số nguyên không âm."},
		{"1", "1", "không tìm lại được văn bản", "Không có số thiếu nào từ 1 đến 1 trong sổ. Không có gì thay đổi."},
	} {
		status, page := void(x.first, x.last, x.reason)
		if says(page, x.says, "Chưa bỏ được số"); status != 422 {
			t.Errorf("%+v: %d", x, status)
		}
	}
	for login, want := range map[string]int{"chuyenvien": 403, "truongphong": 403, "chutich": 403, "vanthuso": 404} {
		h.as(login).answers(lost, want)
		if status, _ := h.as(login).post(lost, url.Values{"first": {"2"}, "last": {"3"}, "reason": {"không tìm lại được văn bản"}}); status != want {
			t.Errorf("%s voids: %d", login, status)
		}
	}
	says(clerk.answers(lost, 200), "còn 5 số phải xử lý")

	says(clerk.act(lost, url.Values{"first": {"2"}, "last": {"3"}, "reason": {"không tìm lại được văn bản"}}), "Đã bỏ 2 số thiếu của sổ.", "còn 3 số phải xử lý", "không tìm lại được văn bản")
	if status, page := void("2", "3", "không tìm lại được văn bản"); status != 422 {
		t.Errorf("voided twice: %d %s", status, text(page))
	}
	enter := bookAddress(b, "enter") + "&number=4"
	paper := url.Values{"type": {"QUYET_DINH"}, "subject": {"thành lập tổ kiểm kê tài sản"}, "signer": {"Nguyễn Văn Nghĩa"}, "date": {"23/11/2026"}, "receivers": {"Sở Nội vụ"}, "urgency": {"ordinary"}, "kept_copies": {"1"}, "number": {"4"}}
	says(clerk.answers(enter, 200), "Số mà văn bản này đã có trước khi khôi phục dữ liệu")
	paper.Set("number", "9")
	status, page := clerk.post(enter, paper)
	if says(page, "Số 9 không phải số thiếu sau khôi phục của sổ"); status != 422 {
		t.Errorf("a number that is not missing: %d", status)
	}
	paper.Set("number", "4")
	undated := maps.Clone(paper)
	undated.Set("date", "")
	status, page = clerk.post(enter, undated)
	if says(page, "Hãy ghi ngày của văn bản đã mang số này."); status != 422 {
		t.Errorf("without its day: %d", status)
	}
	says(clerk.act(enter, paper), "Đã vào sổ văn bản giấy, số 04/QĐ-UBND.", "còn 2 số phải xử lý", "Đã nhập lại")
	if status, page := clerk.post(enter, paper); status != 422 {
		t.Errorf("entered twice: %d %s", status, text(page))
	}
	admin := h.as("quantri")
	says(admin.answers("/registers", 200), "Số thiếu sau khôi phục")
	if page := text(admin.answers(lost, 200)); strings.Contains(page, "Nhập lại số") || strings.Contains(page, "Xem sổ") {
		t.Errorf("an administrator is offered what he may not: %s", page)
	}
	says(admin.act(lost, url.Values{"first": {"5"}, "last": {"6"}, "reason": {"văn bản đã hủy cùng máy cũ"}}), "Đã bỏ 2 số thiếu của sổ.", "Sổ đã cấp số trở lại")
	if o := h.paper(); o.NumberText != "07/QĐ-UBND" {
		t.Errorf("after the fence came %s", o.NumberText)
	}
	if page := text(clerk.answers(bookAddress(b, ""), 200)); strings.Contains(page, "tạm dừng cấp số") || !strings.Contains(page, "văn bản đã hủy cùng máy cũ") {
		t.Errorf("the register afterwards: %s", page)
	}
	verbs, err := store.All[string](bg, h.db, sqlLostVerbs, int64(h.commune))
	h.must(err)
	if got := strings.Join(verbs, " "); got != "number.missed number.voided number.entered number.voided" {
		t.Errorf("the journal: %s", got)
	}
}

// A received document is taken in again with the arrival number that it had; one that is not missing is refused in the form, and nothing else gets a number.
func TestAReceivedDocumentTakesItsOldArrivalNumber(t *testing.T) {
	h := newHouse(t)
	h.entered("12", "công tác văn thư, lưu trữ")
	kept, err := documents.Lasts(bg, h.db, 2026)
	h.must(err)
	kept[0].Last += 2
	_, err = documents.Fence(bg, h.db, kept)
	h.must(err)
	clerk := h.as("vanthu")
	b := kept[0].Book
	if page := text(clerk.answers(bookAddress(b, "lost"), 200)); !strings.Contains(page, "ghi số cũ vào ô «Số đến cũ» khi vào sổ") || strings.Contains(page, "Nhập lại số") {
		t.Errorf("the page of an incoming register: %s", page)
	}
	var in *documents.Incoming
	h.write(h.actorOf("vanthu"), func(tx *store.Tx) (err error) {
		in, err = documents.Enter(bg, tx, documents.EntryForm{SenderAgency: int64(h.sector), Number: "13", Notation: "SNV-VP", IssuedDate: "2026-11-20", TypeCode: "CONG_VAN", Subject: "công tác cán bộ",
			SignerName: "Đặng Hữu Phước", SignerPosition: "Giám đốc", PageAmount: 1})
		return err
	})
	register := fmt.Sprintf("/incoming/%d/register", in.ID)
	form := hiddenOf(clerk.answers(register, 200))
	form.Set("number", "")
	if status, page := clerk.post(register, form); status != 409 || !strings.Contains(text(page), "tạm dừng cấp số") {
		t.Errorf("a number was given: %d %s", status, text(page))
	}
	form.Set("number", "9")
	if status, page := clerk.post(register, form); status != 422 || !strings.Contains(text(page), "Số 9 không phải số thiếu sau khôi phục") {
		t.Errorf("a number that is not missing: %d %s", status, text(page))
	}
	form.Set("number", "3")
	if status, page := clerk.post(register, form); status != 200 || !strings.Contains(text(page), "3") {
		t.Errorf("its own number: %d %s", status, text(page))
	}
	if page := text(clerk.act(bookAddress(b, "lost"), url.Values{"first": {"2"}, "reason": {"không tìm lại được văn bản"}})); !strings.Contains(page, "Đã bỏ 1 số thiếu của sổ.") || !strings.Contains(page, "Sổ đã cấp số trở lại") {
		t.Errorf("one number, without the last: %s", page)
	}
	if page := text(clerk.answers(bookAddress(b, ""), 200)); !strings.Contains(page, "Số bỏ: không tìm lại được văn bản") || !strings.Contains(page, "công tác cán bộ") {
		t.Errorf("the register: %s", page)
	}
}

// The page of lost numbers at a desk and on a phone: no finding of axe, no sideways scrolling; a refusal keeps what was typed, and the act ends where the rest stands.
func TestTheLostNumbersPageInTheBrowser(t *testing.T) {
	tab := browsertest.Open(t)
	h := newHouse(t)
	t.Cleanup(func() { tab.Go("about:blank") })
	b := h.fenced()
	lost := h.server.URL + bookAddress(b, "lost")
	signInTab(tab, h.server.URL, "vanthu")
	look := func(name string) {
		t.Helper()
		for _, size := range [][2]int64{{390, 844}, {1366, 768}} {
			tab.Size(size[0], size[1])
			tab.FitsWidth()
			tab.Picture(fmt.Sprintf("lost-%s-%d", name, size[0]))
		}
	}
	for name, path := range map[string]string{"registers": "/registers", "register": bookAddress(b, ""), "enter": bookAddress(b, "enter") + "&number=4"} {
		tab.Go(h.server.URL + path)
		look(name)
	}
	tab.Go(lost)
	look("open")
	tab.Axe()
	tab.Click("#act footer .btn")
	tab.See("#act .errs")
	look("refused")
	tab.Fill("[name=reason]", "không tìm lại được văn bản")
	tab.Click("#act footer .btn")
	tab.Until(`document.querySelector("#main").innerText.includes("Đã bỏ 2 số thiếu của sổ.")`)
	look("voided")
	if typed := browsertest.Eval[string](tab, `document.querySelector('[name=reason]').value`); typed != "" {
		t.Errorf("the next number would get the last one's reason: %s", typed)
	}
	tab.Fill("[name=first]", "4")
	tab.Fill("[name=last]", "6")
	tab.Fill("[name=reason]", "không tìm lại được văn bản")
	tab.Click("#act footer .btn")
	tab.Until(`document.querySelector("#main").innerText.includes("Sổ đã cấp số trở lại")`)
	look("done")
	tab.Axe()
	tab.Quiet()
}
