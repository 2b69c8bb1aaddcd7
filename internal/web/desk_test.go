package web

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"mime/multipart"
	"net/http"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"congvu/internal/axis"
	"congvu/internal/documents"
	"congvu/internal/exchange"
	"congvu/internal/org"
	"congvu/internal/pades"
	"congvu/internal/store"
	"congvu/internal/workbook"
)

// send posts a form with one file, as a browser does.
func (p *person) send(path string, values url.Values, file string, content []byte) (int, string) {
	p.Helper()
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	for name, v := range values {
		p.must(m.WriteField(name, v[0]))
	}
	if file != "" {
		part, err := m.CreateFormFile("file", file)
		p.must(err)
		part.Write(content)
	}
	p.must(m.Close())
	r, err := http.NewRequest("POST", p.server.URL+path, &b)
	p.must(err)
	r.Header.Set("Content-Type", m.FormDataContentType())
	r.Header.Set("Origin", p.server.URL)
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	return p.do(r)
}

// answers asserts the status of a page and gives what it says.
func (p *person) answers(path string, want int) string {
	p.Helper()
	status, page := p.get(path)
	if status != want {
		p.Fatalf("GET %s: %d, want %d: %s", path, status, want, text(page))
	}
	return page
}

// issuedBy carries a letter from draft to issue through the pages and gives its address.
func (h *house) issuedBy(subject string, to org.AgencyID) string {
	h.Helper()
	way := h.awaiting(subject, to)
	h.as("chutich").act(way+"/sign", url.Values{"consent": {"yes"}, "password": {password}})
	h.as("vanthu").act(way+"/release", url.Values{"password": {password}})
	return way
}

// awaiting carries a letter to its signer.
func (h *house) awaiting(subject string, to org.AgencyID) string {
	h.Helper()
	drafter := h.as("chuyenvien")
	drafter.act("/outgoing/new?type=CONG_VAN", url.Values{"subject": {subject}, "addressees": {"Nơi nhận"}, "then": {"lay"}, "body": {"Nội dung công văn để kiểm tra.\nTrân trọng./."},
		"receivers": {fmt.Sprintf("a%d", to)}, "signer": {"?Nguyễn Văn Nghĩa"}, "urgency": {"?Thường"}, "kept_copies": {"1"}})
	way := drafter.last.Path
	drafter.act(way+"/submit", url.Values{"to": {"?Lê Hồng Hạnh"}, "note": {"Kính trình"}})
	h.as("truongphong").act(way+"/approve", url.Values{"next": {""}, "note": {"Đồng ý"}})
	return way
}

// D4.7, D7.7, D7.9: clerks open, print and lock registers; other agencies and posts do not.
// V65: screen /registers; command remote register-print
func TestRegistersAreOpenedPrintedAndLocked(t *testing.T) {
	h := newHouse(t)
	clerk := h.as("vanthu")
	if page := text(clerk.answers("/registers?year=2025", 200)); !strings.Contains(page, "Năm 2025 chưa có sổ nào") {
		t.Errorf("an empty year says: %s", page)
	}
	if status, page := clerk.post("/registers/new", url.Values{"name": {""}, "direction": {"outgoing"}, "year": {"2026"}}); status != 422 || !strings.Contains(text(page), "Hãy đặt tên sổ") {
		t.Errorf("a register without a name: %d %s", status, text(page))
	}
	page := clerk.act("/registers/new?direction=outgoing&year=2026", url.Values{"name": {"Sổ quyết định"}, "direction": {"outgoing"}, "year": {"2026"}, "types": {"QUYET_DINH"}})
	if said := text(page); !strings.Contains(said, "Đã mở Sổ quyết định năm 2026") || !strings.Contains(said, "Văn bản hành chính; Quyết định") {
		t.Fatalf("after opening: %s", said)
	}
	print := strings.ReplaceAll(regexp.MustCompile(`/registers/\d+/print\?[^"]+`).FindString(page), "&amp;", "&")
	place := strings.Replace(print, "/print?", "/export?", 1)
	clerk.answers(print, 200)
	if status, body := clerk.get(place); status != 200 || !strings.HasPrefix(body, "%PDF-") {
		t.Errorf("printing: %d %.80s", status, body)
	}
	if said := text(clerk.answers(place+"&from=31/02/2026", 422)); !strings.Contains(said, "Chưa in được sổ") {
		t.Errorf("a day that is none: %s", said)
	}
	if said := text(clerk.answers(place+"&from=02/03/2026&to=01/03/2026", 422)); !strings.Contains(said, "Ngày cuối không được trước ngày đầu") {
		t.Errorf("days the wrong way round: %s", said)
	}
	rows := strings.Replace(print, "/print?", "?", 1)
	if said := text(clerk.answers(rows, 200)); !strings.Contains(said, "Sổ chưa có văn bản nào trong khoảng này") {
		t.Errorf("an empty register: %s", said)
	}
	h.as("vanthuso").answers(rows, 404)
	h.as("quantri").answers(rows, 403)
	h.as("vanthuso").answers(place, 404)
	h.as("chuyenvien").answers("/registers", 403)
	h.as("chuyenvien").answers(place, 403)
	h.as("quantri").answers(place, 403) // keeps registers, does not read them
	head := h.as("chutich")
	if said := text(head.answers("/registers", 200)); strings.Contains(said, "Mở sổ") || !strings.Contains(said, "In sổ") {
		t.Errorf("a leader is offered: %s", said)
	}
	head.answers("/registers/new", 403)

	lock := strings.Replace(print, "/print?", "/close?", 1)
	if status, page := clerk.post(lock, url.Values{"from": {"22/11/2026"}, "reason": {"Hết năm công tác"}}); status != 422 {
		t.Errorf("locked in the past: %d %s", status, text(page))
	}
	if said := text(clerk.act(lock, url.Values{"from": {"30/11/2026"}, "reason": {"Hết năm công tác"}})); !strings.Contains(said, "Khóa từ 30/11/2026") {
		t.Errorf("after locking: %s", said)
	}
	clerk.answers(lock, 409)
	clerk.answers("/registers/999/print", 404)
}

// The register of incoming documents is printed by numbers; one without entries says so.
// V63: screen /registers; command remote register-print
func TestTheRegisterOfIncomingDocumentsIsPrintedByNumbers(t *testing.T) {
	h := newHouse(t)
	h.entered("12", "công tác văn thư, lưu trữ")
	clerk := h.as("vanthu")
	page := clerk.answers("/registers?direction=incoming", 200)
	place := strings.ReplaceAll(regexp.MustCompile(`/registers/\d+/print\?[^"]+`).FindString(page), "&amp;", "&")
	if place == "" {
		t.Fatalf("no register of incoming documents: %s", text(page))
	}
	place = strings.Replace(place, "/print?", "/export?", 1)
	if status, body := clerk.get(place + "&first=1&last=5"); status != 200 || !strings.HasPrefix(body, "%PDF-") {
		t.Errorf("printing: %d %.80s", status, body)
	}
	if said := text(clerk.answers(place+"&first=50&last=60", 422)); !strings.Contains(said, "không có văn bản nào trong khoảng số") {
		t.Errorf("numbers without entries: %s", said)
	}
	clerk.answers(place+"&first=x", 422)
	clerk.answers(place+"&first=6&last=5", 422)
}

// entered puts a paper document from the department into the commune's register.
func (h *house) entered(number, subject string) int64 {
	h.Helper()
	clerk := h.actorOf("vanthu")
	var id int64
	h.write(clerk, func(tx *store.Tx) error {
		d, err := documents.Enter(bg, tx, documents.EntryForm{SenderAgency: int64(h.sector), Number: number, Notation: "SNV-VP", IssuedDate: "2026-11-20", TypeCode: "CONG_VAN", Subject: subject,
			SignerName: "Đặng Hữu Phước", SignerPosition: "Giám đốc", PageAmount: 1})
		if err != nil {
			return err
		}
		id = d.ID
		_, err = documents.Register(bg, tx, d.ID, documents.RegisterForm{})
		return err
	})
	return id
}

// actorOf is somebody of the commune as the rooms know him.
func (h *house) actorOf(login string) store.Actor {
	h.Helper()
	return h.actorNamed(map[string]string{"vanthu": "Hoàng Thị Ngọc", "chuyenvien": "Phạm Quốc Việt"}[login])
}

func (h *house) actorNamed(name string) store.Actor {
	h.Helper()
	staff, err := org.Staff(bg, h.db, h.commune, "2026-11-23")
	h.must(err)
	for _, s := range staff {
		if s.PersonName == name {
			return store.Actor{Person: int64(s.PersonID), Holding: int64(s.ID), Agency: int64(h.commune), Unit: int64(s.UnitID), Roles: s.Roles, Via: store.ViaWeb}.Vouched()
		}
	}
	h.Fatalf("nobody is %q", name)
	return store.Actor{}
}

// One question finds documents of both ways and agencies, without marks, and nothing the post may not see (law 6).
func TestSearchFindsWhatThePostMaySee(t *testing.T) {
	h := newHouse(t)
	id := h.entered("127", "tăng cường công tác văn thư, lưu trữ")
	drafter := h.as("chuyenvien")
	drafter.act("/outgoing/new?type=CONG_VAN", url.Values{"subject": {"phòng, chống lụt bão năm 2026"}, "addressees": {"Sở Nội vụ"}, "body": {"Nội dung."}, "receivers": {fmt.Sprintf("a%d", h.sector)},
		"signer": {"?Nguyễn Văn Nghĩa"}, "urgency": {"?Thường"}, "kept_copies": {"1"}})
	out := drafter.last.Path

	clerk := h.as("vanthu")
	if said := text(clerk.answers("/search", 200)); !strings.Contains(said, "Nhập điều cần tìm") {
		t.Errorf("no question: %s", said)
	}
	for _, q := range []string{"tang cuong van thu", "127/SNV-VP", "127", "luu tru"} {
		page := clerk.answers("/search?q="+url.QueryEscape(q), 200)
		if !strings.Contains(page, fmt.Sprintf(`href="/incoming/%d"`, id)) || !strings.Contains(text(page), "Văn bản (1)") {
			t.Errorf("%q finds: %s", q, text(page))
		}
	}
	page := drafter.answers("/search?q=chong+lut+bao", 200)
	if !strings.Contains(page, `href="`+out+`"`) || !strings.Contains(text(page), "Văn bản (1)") {
		t.Errorf("the drafter does not find his draft: %s", text(page))
	}
	page = clerk.answers("/search?q=so+noi+vu", 200)
	if said := text(page); !strings.Contains(said, "H26.20") || !strings.Contains(page, fmt.Sprintf(`href="/incoming/%d"`, id)) {
		t.Errorf("the agency and its letter are not both found: %s", said)
	}
	for _, login := range []string{"vanthuso", "chuyenvienso"} {
		if page := h.as(login).answers("/search?q=luu+tru", 200); strings.Contains(page, "/incoming/") && strings.Contains(page, fmt.Sprintf(`href="/incoming/%d"`, id)) || !strings.Contains(text(page), "Không tìm thấy “luu tru”") {
			t.Errorf("%s of another agency finds: %s", login, text(page))
		}
	}
	if said := text(drafter.answers("/search?q=luu+tru", 200)); !strings.Contains(said, "Không tìm thấy") {
		t.Errorf("a specialist finds what he was not given: %s", said)
	}
	if said := text(clerk.answers("/search?q="+url.QueryEscape(`%_"><img src=x>`), 200)); !strings.Contains(said, "Không tìm thấy") {
		t.Errorf("signs instead of words find: %s", said)
	}
	stranger := h.stranger()
	if _, page := stranger.get("/search?q=127"); stranger.last.Path != PathSignIn {
		t.Errorf("a stranger searches: %s", text(page))
	}
}

// S13: anybody checks a file without signing in: the good one passes, its changed twin does not, and nothing else is a verdict.
func TestAnybodyVerifiesAFile(t *testing.T) {
	h := newHouse(t)
	way := h.issuedBy("kiểm tra chữ ký", h.sector)
	clerk := h.as("vanthu")
	page := clerk.answers("/registers", 200)
	rows := strings.ReplaceAll(regexp.MustCompile(`/registers/\d+\?[^"]+`).FindString(page), "&amp;", "&")
	if page = clerk.answers(rows, 200); !strings.Contains(page, `href="`+way+`"`) || !strings.Contains(text(page), "01/UBND-VX") {
		t.Errorf("the register does not show what was issued: %s", text(page))
	}
	if said := text(clerk.answers(rows+"&from=x", 200)); !strings.Contains(said, "01/UBND-VX") || !strings.Contains(said, "In sổ") {
		t.Errorf("a day that is none narrows: %s", said)
	}
	document := clerk.answers(way, 200)
	file := regexp.MustCompile(`/files/\d+`).FindString(document)
	status, body := clerk.get(file)
	if status != 200 || !strings.HasPrefix(body, "%PDF-") {
		t.Fatalf("%s: %d %.60s", file, status, body)
	}
	revision := regexp.MustCompile(`/files/\d+/signed/1`).FindString(document)
	if status, first := clerk.get(revision); revision == "" || status != 200 || len(first) >= len(body) || !strings.HasPrefix(body, first) || !strings.HasSuffix(strings.TrimSpace(first), "%%EOF") {
		t.Errorf("the file as the leader signed it, %q: %d, %d bytes of %d", revision, status, len(first), len(body))
	}
	clerk.answers(file+"/signed/3", 404)
	clerk.answers(file+"/signed/0", 404)
	h.as("vanthuso").answers(revision, 404)
	stranger := h.stranger()
	if !strings.Contains(stranger.answers(PathSignIn, 200), `href="/verify"`) || !strings.Contains(clerk.answers("/registers", 200), `href="/verify"`) {
		t.Error("nothing leads to the check")
	}
	if said := text(stranger.answers("/verify", 200)); !strings.Contains(said, "Tệp không được lưu lại") {
		t.Errorf("the page says: %s", said)
	}
	status, page = stranger.send("/verify", nil, "van-ban.pdf", []byte(body))
	if said := text(page); status != 200 || !strings.Contains(said, "Chữ ký hợp lệ, văn bản nguyên vẹn") || !strings.Contains(said, "Nguyễn Văn Nghĩa") || !strings.Contains(said, "Chữ ký bảo vệ toàn bộ tệp") {
		t.Errorf("the good file: %d %s", status, said)
	}
	changed := bytes.Replace([]byte(body), []byte("<dc:title>"), []byte("<dc:titlf>"), 1)
	if bytes.Equal(changed, []byte(body)) {
		t.Fatal("nothing to change in the file")
	}
	if status, page = stranger.send("/verify", nil, "van-ban.pdf", changed); status != 200 || !strings.Contains(text(page), "Chữ ký không hợp lệ hoặc văn bản đã bị sửa") {
		t.Errorf("the changed file: %d %s", status, text(page))
	}
	if status, page = stranger.send("/verify", nil, "x.pdf", []byte("không phải PDF")); strings.Contains(text(page), "Chữ ký hợp lệ") || status != 200 && status != 422 {
		t.Errorf("no PDF: %d %s", status, text(page))
	}
	for name, content := range map[string][]byte{"": nil, "trong.pdf": {}} {
		if status, page = stranger.send("/verify", nil, name, content); status != 422 {
			t.Errorf("%q: %d %s", name, status, text(page))
		}
	}
	h.takesFromVerified(stranger, []byte(body))
	for range 30 {
		status, page = stranger.send("/verify", nil, "", nil)
	}
	if status != 429 || !strings.Contains(text(page), "quá nhiều lượt kiểm tra") {
		t.Errorf("thirty checks at once: %d %s", status, text(page))
	}
}

// takesFromVerified: the machine report and the file as the first signer left it, for who sends the same file again; nothing of it all is kept (S13, S3.4).
func (h *house) takesFromVerified(stranger *person, file []byte) {
	h.Helper()
	kept := h.kept()
	status, body := stranger.send("/verify/take", url.Values{"what": {"report"}}, "van-ban.pdf", file)
	var report pades.Report
	if err := json.Unmarshal([]byte(body), &report); status != 200 || err != nil || report.Outcome != pades.Passed || len(report.Signatures) != 2 {
		h.Fatalf("the report: %d %v %.200s", status, err, body)
	}
	first := file[:report.Signatures[0].End]
	if status, body = stranger.send("/verify/take", url.Values{"what": {"1"}, "sha256": {report.SHA256}}, "van-ban.pdf", file); status != 200 || body != string(first) {
		h.Errorf("the first revision: %d, %d bytes of %d", status, len(body), len(first))
	}
	for what, said := range map[string]string{"3": "không có bản đã ký đó", "0": "không có bản đã ký đó", "": "không có bản đã ký đó"} {
		if status, body = stranger.send("/verify/take", url.Values{"what": {what}}, "van-ban.pdf", file); status != 422 || !strings.Contains(text(body), said) {
			h.Errorf("take %q: %d %s", what, status, text(body))
		}
	}
	if status, body = stranger.send("/verify/take", url.Values{"what": {"1"}, "sha256": {report.SHA256}}, "van-ban.pdf", first); status != 422 || !strings.Contains(text(body), "không phải tệp vừa kiểm tra") {
		h.Errorf("another file: %d %s", status, text(body))
	}
	if now := h.kept(); now != kept {
		h.Errorf("the check keeps something: %s, before %s", now, kept)
	}
}

// sqlKept counts the rows of what a check could write: every write records an event.
var sqlKept = store.SQL(`SELECT (SELECT COUNT(*) FROM store_journal) + (SELECT COUNT(*) FROM store_jobs) + (SELECT COUNT(*) FROM documents_files) +
	(SELECT COUNT(*) FROM auth_sessions) + (SELECT COUNT(*) FROM store_settings)`)

// kept tells what the house holds: rows, and files in the store of bytes.
func (h *house) kept() string {
	h.Helper()
	rows, err := store.One[int64](bg, h.db, sqlKept)
	h.must(err)
	files := 0
	h.must(filepath.WalkDir(h.blobDir, func(_ string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			files++
		}
		return err
	}))
	if rows == 0 || files == 0 {
		h.Fatalf("nothing is counted: %d rows, %d files", rows, files)
	}
	return fmt.Sprintf("%d rows, %d files", rows, files)
}

// onAxis runs the exchange of a house, and gives the axis to put parcels on.
func onAxis(t *testing.T) (*house, *axis.Axis) {
	t.Helper()
	var office *exchange.Office
	ax, err := axis.Open(bg, axis.Config{Node: "desk", StoreDir: t.TempDir(), Window: 300 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	h := newHouse(t, func(c *Config) {
		office = &exchange.Office{DB: c.DB, Blobs: c.Desk.Blobs, Keys: c.Desk.Keys, Trust: c.Desk.Trust, Axis: ax, SpoolDir: t.TempDir()}
		c.Exchange = office
	})
	ctx, stop := context.WithCancel(bg)
	var running sync.WaitGroup
	running.Go(func() { office.Run(ctx, func(err error) { t.Logf("background: %v", err) }) })
	t.Cleanup(func() { stop(); running.Wait(); ax.Close() })
	return h, ax
}

// X15.6: what could not be opened waits for the clerk: he sees why, takes it away, tries again, refuses with a reason.
func TestQuarantineIsDecidedByTheReceiversClerk(t *testing.T) {
	h, ax := onAxis(t)
	junk := []byte("không phải gói tin")
	h.must(ax.Send(bg, axis.Parcel{ID: "H26.15/hong-1", From: "H26.15", To: "H26.20", Kind: "edoc", Body: junk}))
	clerk := h.as("vanthuso")
	page := clerk.until("/exchange?tab=quarantine", "hong-1")
	place := regexp.MustCompile(`/exchange/quarantine/\d+`).FindString(page)
	if said := text(clerk.answers(place, 200)); !strings.Contains(said, "Chờ xem xét") || !strings.Contains(said, "H26.15") {
		t.Errorf("the parcel's page: %s", said)
	}
	if status, body := clerk.get(place + "/raw"); status != 200 || body != string(junk) {
		t.Errorf("its bytes: %d %q", status, body)
	}
	for login, want := range map[string]int{"vanthu": 404, "chuyenvienso": 403, "giamdoc": 403} {
		h.as(login).answers(place, want)
		h.as(login).answers(place+"/raw", want)
	}
	if status, _ := h.as("vanthu").post(place+"/refuse", url.Values{"reason": {"Không đúng nơi nhận văn bản"}}); status != 404 {
		t.Errorf("another agency's clerk refuses: %d", status)
	}
	if said := text(h.as("vanthu").answers("/exchange?tab=quarantine", 200)); !strings.Contains(said, "Không có gói tin nào ở đây") {
		t.Errorf("another agency's clerk sees: %s", said)
	}
	if status, page := clerk.post(place+"/refuse", url.Values{"reason": {"ngắn"}}); status != 422 || !strings.Contains(text(page), "từ 10 đến 1000 ký tự") {
		t.Errorf("a reason that is too short: %d %s", status, text(page))
	}
	if status, page := clerk.post(place+"/retry", nil); status != 200 || !strings.Contains(text(page), "đang được mở lại") {
		t.Errorf("trying again: %d %s", status, text(page))
	}
	clerk.until(place, "Chờ xem xét")
	if said := text(clerk.act(place+"/refuse", url.Values{"reason": {"Tệp hỏng, đề nghị gửi lại văn bản"}})); !strings.Contains(said, "Từ chối tiếp nhận") || !strings.Contains(said, "Mai Thị Hoa") || !strings.Contains(said, "Tệp hỏng, đề nghị gửi lại") {
		t.Errorf("after refusing: %s", said)
	}
	clerk.answers(place+"/refuse", 409)
	if said := text(clerk.answers("/exchange?tab=quarantine&state=refused", 200)); !strings.Contains(said, "hong-1") {
		t.Errorf("the refused ones: %s", said)
	}
}

// X13.5, X21.6: a delivery without an answer after a working day is sent again by the sender's clerk, nobody else.
func TestALateDeliveryIsSentAgain(t *testing.T) {
	h, _ := onAxis(t)
	var far, paper *org.Agency
	h.write(installation, func(tx *store.Tx) (err error) {
		if far, err = org.OpenAgency(bg, tx, org.AgencyForm{Code: "H99.1", Name: "Sở Nội vụ tỉnh bạn", Abbr: "SNV", Level: org.Department, ValidFrom: "2026-01-01"}); err == nil {
			paper, err = org.OpenAgency(bg, tx, org.AgencyForm{Code: "Z1", Name: "Hợp tác xã Vĩnh Lĩnh", Abbr: "HTX", Level: org.Outside, ValidFrom: "2026-01-01"})
		}
		return err
	})
	clerk := h.as("vanthu")
	if said := text(clerk.answers("/exchange", 200)); !strings.Contains(said, "Mọi văn bản đã gửi đều có phản hồi") {
		t.Errorf("nothing sent: %s", said)
	}
	h.issuedBy("mời họp giao ban", paper.ID)
	if page := clerk.until("/exchange", "Gửi không thành công"); strings.Contains(page, "/resend") {
		t.Errorf("what is not on the network is offered to be sent again: %s", text(page))
	}
	clerk.until(h.issuedBy("phối hợp phòng, chống thiên tai", far.ID), "Đã gửi lên trục")
	h.clock.Step(4 * 24 * time.Hour)
	clerk = h.as("vanthu")
	page := clerk.answers("/exchange", 200)
	if said := text(page); !strings.Contains(said, "Sở Nội vụ tỉnh bạn") || !strings.Contains(said, "Quá một ngày làm việc chưa có phản hồi") {
		t.Fatalf("after four days: %s", said)
	}
	again := regexp.MustCompile(`/exchange/deliveries/\d+/resend`).FindString(page)
	for login, want := range map[string]int{"vanthuso": 404, "chuyenvien": 403} {
		if status, _ := h.as(login).post(again, nil); status != want {
			t.Errorf("%s sends again: %d, want %d", login, status, want)
		}
	}
	if status, page := clerk.post(again, nil); status != 200 || !strings.Contains(text(page), "hàng gửi lại") {
		t.Errorf("sending again: %d %s", status, text(page))
	}
	h.as("chuyenvien").answers("/exchange", 403)
}

const goodPeople = "Họ và tên;Chức vụ;Đơn vị;Tên đăng nhập\nTrần Thị Mơ;Chuyên viên;Phòng Văn hóa – Xã hội;tran.mo\nLê Văn Tám;Chuyên viên;Phòng Văn hóa – Xã hội;\n"

// T15, I4: a list is read for trial, then carried out as it was shown, all of it or nothing.
func TestAListIsReadForTrialAndThenCarriedOut(t *testing.T) {
	h := newHouse(t)
	admin := h.as("quantri")
	admin.answers(pathImport, 200)
	status, page := admin.send(pathImport, url.Values{"kind": {"people"}}, "nhan-su.csv", []byte(goodPeople))
	if said := text(page); status != 200 || !strings.Contains(said, "Thêm mới 2") || !strings.Contains(said, "Tài khoản sẽ mở nếu chưa có 1") {
		t.Fatalf("the trial: %d %s", status, said)
	}
	form := url.Values{}
	for _, name := range []string{"kind", "name", "sha", "seal"} {
		form.Set(name, regexp.MustCompile(`name="` + name + `" value="([^"]*)"`).FindStringSubmatch(page)[1])
	}
	staff := func() int {
		all, err := org.Staff(bg, h.db, h.commune, "2026-11-23")
		h.must(err)
		return len(all)
	}
	before := staff()
	other := h.as("quantri") // another session has seen nothing
	if status, page := other.post(pathImport, form); status != 409 || staff() != before {
		t.Errorf("a foreign seal: %d %s", status, text(page))
	}
	for name, value := range map[string]string{"sha": strings.Repeat("0", 64), "seal": "00", "name": "khac.csv", "kind": "units"} {
		bad := url.Values{}
		for k, v := range form {
			bad[k] = v
		}
		bad.Set(name, value)
		if status, page := admin.post(pathImport, bad); status != 409 && status != 422 || staff() != before {
			t.Errorf("another %s: %d %s", name, status, text(page))
		}
	}
	status, page = admin.post(pathImport, form)
	secret := regexp.MustCompile(`<code>([^<]+)</code>`).FindStringSubmatch(page)
	if said := text(page); status != 200 || !strings.Contains(said, "thêm 2, sửa 0") || secret == nil || staff() != before+2 {
		t.Fatalf("carrying out: %d %d people, %s", status, staff()-before, said)
	}
	mo := h.stranger()
	if status, page := mo.post("/sign-in", url.Values{"login": {"tran.mo"}, "password": {secret[1]}}); status != 200 || mo.last.Path != pathPassword {
		t.Errorf("the one-time password: %d at %s %s", status, mo.last.Path, text(page))
	}
	if status, page := admin.post(pathImport, form); status != 409 || staff() != before+2 {
		t.Errorf("the same trial twice: %d %s", status, text(page))
	}
}

// Nothing is changed while anything is wrong, and every wrong cell is named.
func TestAListWithErrorsChangesNothing(t *testing.T) {
	h := newHouse(t)
	admin := h.as("quantri")
	bad := goodPeople + "Phạm Thị Na;;Phòng Không Có;\nVõ Văn Ba;Chuyên viên;Phòng Văn hóa – Xã hội;tran.mo\n"
	status, page := admin.send(pathImport, url.Values{"kind": {"people"}}, "nhan-su.csv", []byte(bad))
	if said := text(page); status != 422 || !strings.Contains(said, "Chưa có dòng nào thay đổi") || !strings.Contains(said, "B4") || !strings.Contains(said, "C4") || strings.Contains(page, `name="seal"`) {
		t.Errorf("%d %s", status, said)
	}
	foreign := "Họ và tên;Chức vụ;Mã cơ quan\nTrần Thị Mơ;Chuyên viên;H26.20\n"
	if status, page = admin.send(pathImport, url.Values{"kind": {"people"}}, "x.csv", []byte(foreign)); status != 422 || !strings.Contains(text(page), "C2") {
		t.Errorf("people for another agency: %d %s", status, text(page))
	}
	for name, content := range map[string]string{"": "", "x.csv": "không;phải;bảng\n1;2;3\n", "x.xlsx": "PK\x03\x04 hỏng", "big.csv": strings.Repeat("x", 12<<20)} {
		if status, page = admin.send(pathImport, url.Values{"kind": {"people"}}, name, []byte(content)); status != 422 {
			t.Errorf("%q: %d %s", name, status, text(page))
		}
	}
	if status, _ = admin.send(pathImport, url.Values{"kind": {"agencies"}}, "x.csv", []byte("Mã định danh;Tên cơ quan;Cấp\nH26.99;Sở Thử;department\n")); status != 403 {
		t.Errorf("an agency's administrator imports agencies: %d", status)
	}
	for _, login := range []string{"vanthu", "chutich"} {
		if status, _ = h.as(login).send(pathImport, url.Values{"kind": {"people"}}, "x.csv", []byte(goodPeople)); status != 403 {
			t.Errorf("%s imports: %d", login, status)
		}
	}
}

// What the template heads is what the import knows.
func TestTheTemplateIsReadAgain(t *testing.T) {
	h := newHouse(t)
	admin := h.as("quantri")
	for _, kind := range []string{org.ImportPeople, org.ImportUnits} {
		status, body := admin.get(pathImport + "/templates/" + kind)
		if status != 200 {
			t.Fatalf("%s: %d", kind, status)
		}
		table, err := workbook.ReadTable([]byte(body), "mau.xlsx", workbook.Limits{})
		h.must(err)
		plan, err := org.PlanImport(bg, h.db, h.actorWith(store.AgencyAdmin), kind, table)
		if err != nil || plan.Rows != 0 {
			t.Errorf("%s: %v %+v", kind, err, plan)
		}
	}
	admin.answers(pathImport+"/templates/agencies", 404)
	admin.answers(pathImport+"/templates/x", 404)
	h.as("vanthu").answers(pathImport+"/templates/people", 403)
}

func (h *house) actorWith(roles store.Roles) store.Actor {
	return store.Actor{Person: 1, Agency: int64(h.commune), Roles: roles, Via: store.ViaWeb}
}
