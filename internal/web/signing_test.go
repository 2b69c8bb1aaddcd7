package web

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"html"
	"mime/multipart"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"crypto"
	"crypto/rand"
	"crypto/sha256"

	"congvu/internal/documents"
	"congvu/internal/keys"
	"congvu/internal/store"
)

// signings lets batches and signings run until the test ends.
func (h *house) signings() {
	h.Helper()
	ctx, stop := context.WithCancel(bg)
	var running sync.WaitGroup
	running.Go(func() { documents.RunSignings(ctx, h.desk, func(err error) { h.Logf("signings: %v", err) }) })
	h.Cleanup(func() { stop(); running.Wait() })
}

var tickBox = regexp.MustCompile(`name="pick" value="(\d+:[0-9a-f]{64})"`)

func picks(page string) (out []string) {
	for _, m := range tickBox.FindAllStringSubmatch(page, -1) {
		out = append(out, m[1])
	}
	return out
}

// Many documents, one consent, one password: results stand beside each document, what failed stays with its reason and is ticked again (S11). All
// of it without a script.
func TestManyDocumentsAreSignedAndReleasedWithOneConsent(t *testing.T) {
	h := newHouse(t)
	var ways []string
	for i := range 3 {
		ways = append(ways, h.awaiting(fmt.Sprintf("ký theo đợt, văn bản %d", i+1), h.sector))
	}
	head, clerk := h.as("chutich"), h.as("vanthu")
	if _, page := head.get("/outgoing?tab=to_sign"); !strings.Contains(page, `href="/signing?kind=sign"`) {
		t.Error("the list of documents to sign does not lead to the desk")
	}
	_, page := head.get("/signing")
	all := picks(page)
	if len(all) != 3 || !strings.Contains(text(page), "ký theo đợt, văn bản 2") || !strings.Contains(text(page), "1 trang") {
		t.Fatalf("the desk: %d boxes, %s", len(all), text(page))
	}
	if _, page := head.get("/signing?kind=sign&all=1"); strings.Count(page, "checked") != 3 {
		t.Errorf("“Chọn tất cả” without a script ticks %d", strings.Count(page, "checked"))
	}
	for _, c := range []struct {
		name string
		form url.Values
		says string
	}{
		{"nothing ticked", url.Values{"consent": {"yes"}, "password": {password}}, "Chưa chọn văn bản nào."},
		{"no consent", url.Values{"pick": all, "password": {password}}, "Cần xác nhận đồng ý"},
		{"no password", url.Values{"pick": all, "consent": {"yes"}}, "Hãy nhập mật khẩu"},
		{"wrong password", url.Values{"pick": all, "consent": {"yes"}, "password": {"không phải mật khẩu này"}}, "Mật khẩu không đúng."},
		{"a broken box", url.Values{"pick": {"12"}, "consent": {"yes"}, "password": {password}}, "Danh sách chọn không đúng."},
		{"twice" /* the password is right, so it is the last */, url.Values{"pick": {all[0], strings.Split(all[0], ":")[0] + ":" + strings.Repeat("0", 64)}, "consent": {"yes"}, "password": {password}}, "chọn hai lần"},
	} {
		c.form.Set("kind", "sign")
		status, page := head.post("/signing/batches", c.form)
		if status != 422 || !strings.Contains(text(page), c.says) {
			t.Errorf("%s: %d %s", c.name, status, text(page))
		}
		if len(c.form["pick"]) == 3 && strings.Count(page, `name="pick"`) != strings.Count(page, `checked`)-strings.Count(page, `name="consent" value="yes" checked`) {
			t.Errorf("%s: what was ticked is lost", c.name)
		}
	}
	changed := strings.Split(all[2], ":")[0] + ":" + strings.Repeat("1", 64) // he saw another file
	status, page := head.post("/signing/batches", url.Values{"kind": {"sign"}, "pick": {all[0], all[1], changed}, "consent": {"yes"}, "password": {password}})
	if status != 200 || !strings.HasPrefix(head.last.Path, "/signing/batches/") {
		t.Fatalf("starting: %d at %s: %s", status, head.last.Path, text(page))
	}
	batch := head.last.Path
	if status, _ := clerk.get(batch); status != 404 {
		t.Errorf("another's batch answers %d", status)
	}
	h.signings()
	page = head.until(batch, "Thực hiện lại các văn bản chưa xong") // once the batch has ended, a moment after its last document
	if !strings.Contains(text(page), "Tệp của văn bản đã thay đổi") || !strings.Contains(text(page), "2 xong, 0 đang làm, 1 không thành công") {
		t.Errorf("the batch's page: %s", text(page))
	}
	if addressOfRef("batch/"+strings.TrimPrefix(batch, "/signing/batches/")) != batch || addressOfRef("batch/x") != PathNotices {
		t.Error("the bell does not lead to the batch")
	}
	again := html.UnescapeString(regexp.MustCompile(`href="(/signing\?again=[^"]+)"`).FindStringSubmatch(page)[1])
	_, page = head.get(again)
	if rest := picks(page); len(rest) != 1 || rest[0] != all[2] || strings.Count(page, "checked") != 1 {
		t.Errorf("to be signed again: %v", rest)
	}
	if strings.Contains(page, `type="password"`) {
		t.Error("the password is asked again within its time")
	}
	if _, page := head.get("/signing/batches"); !strings.Contains(text(page), "Đợt ký 3 văn bản") {
		t.Errorf("the list of batches: %s", text(page))
	}

	_, page = clerk.get("/signing")
	if all = picks(page); len(all) != 2 || !strings.Contains(page, "Chờ phát hành") {
		t.Fatalf("the clerk's desk: %s", text(page))
	}
	clerk.post("/signing/batches", url.Values{"kind": {"release"}, "pick": all, "consent": {"yes"}, "password": {password}})
	clerk.until(clerk.last.Path, "2 xong, 0 đang làm, 0 không thành công")
	if page := head.until(ways[0], "Đã ban hành"); !strings.Contains(text(page), "/UBND-VX") {
		t.Errorf("released: %s", text(page))
	}
}

// onDevice gives the chairman a certificate whose key the server does not have.
func (h *house) onDevice(method string) *keys.Identity {
	h.Helper()
	id, err := h.authority.Person("Nguyễn Văn Nghĩa", "Chủ tịch", "UBND xã Vĩnh Lĩnh", keys.Period{From: monday.AddDate(0, -1, 0), Until: monday.AddDate(3, 0, 0)})
	h.must(err)
	head, admin := h.actorNamed("Nguyễn Văn Nghĩa"), h.actorNamed("Ngô Gia Huy")
	h.write(admin, func(tx *store.Tx) error {
		_, err := documents.BindCertificate(bg, tx, documents.CertificateForm{Owner: documents.OwnerPerson, OwnerID: head.Person, DER: id.Certificate.Raw, Method: method})
		return err
	})
	return id
}

// A key elsewhere: the page shows the digest and the time left, takes the signature back once, and keeps nothing of a signing that was cancelled, ran
// out or brought a wrong value (S10.1, S10.5).
func TestADigestIsSignedElsewhereAndComesBack(t *testing.T) {
	h := newHouse(t)
	id := h.onDevice(documents.MethodSIM)
	way := h.awaiting("ký bằng SIM", h.sector)
	head := h.as("chutich")
	order := func() string {
		t.Helper()
		status, page := head.get(way + "/sign") // leads to the device's page
		if status != 200 || !strings.HasSuffix(head.last.Path, "/device/approve") || !strings.Contains(text(page), "SIM ký số") {
			t.Fatalf("the form: %d at %s: %s", status, head.last.Path, text(page))
		}
		form := hiddenOf(page)
		form["consent"], form["password"] = []string{"yes"}, []string{password}
		status, page = head.post(way+"/device/approve", form)
		if status != 200 || !strings.Contains(text(page), "Giá trị băm cần ký (SHA-256)") || !regexp.MustCompile(`data-countdown="(299\d{3}|300000)"`).MatchString(page) {
			t.Fatalf("ordered: %d %s", status, text(page))
		}
		return page
	}
	signing := func(page string) string {
		return regexp.MustCompile(`action="(/signings/\d+)/value"`).FindStringSubmatch(page)[1]
	}
	page := order()
	status, page := head.post(signing(page)+"/cancel", nil)
	if status != 200 || !strings.Contains(text(page), "Đã hủy lượt ký.") || !strings.Contains(text(page), "chưa có chữ ký mới") {
		t.Errorf("cancelled: %d %s", status, text(page))
	}
	page = order()
	if _, page := head.get(signing(page)); strings.Contains(page, "/value") || !strings.Contains(text(page), "Chờ xác nhận trên thiết bị") {
		t.Errorf("the one-time code is shown again: %s", text(page))
	}
	if status, _ := h.as("vanthu").get(signing(page)); status != 404 {
		t.Errorf("another's signing answers %d", status)
	}
	h.clock.Step(5 * time.Minute)
	if _, page := head.get(signing(page)); !strings.Contains(text(page), "Hết thời gian chờ") || !strings.Contains(text(page), "Ký lại") {
		t.Errorf("after five minutes: %s", text(page))
	}
	page = order()
	form := hiddenOf(page)
	form["value0"] = []string{"không phải Base64"}
	if status, again := head.post(signing(page)+"/value", form); status != 422 || !strings.Contains(text(again), "Lượt ký vẫn còn hiệu lực") || hiddenOf(again).Get("token") != form.Get("token") {
		t.Errorf("no base64: %d %s", status, text(again))
	}
	b, err := base64.StdEncoding.DecodeString(regexp.MustCompile(`<p class="mono">([^<]+)</p>`).FindStringSubmatch(html.UnescapeString(page))[1])
	h.must(err)
	sum := sha256.Sum256(b)
	if !strings.Contains(page, fmt.Sprintf("%x", sum)) {
		t.Error("the digest shown is not that of the data to sign")
	}
	value, err := id.Key.Sign(rand.Reader, sum[:], crypto.SHA256)
	h.must(err)
	form["value0"] = []string{base64.StdEncoding.EncodeToString(value)}
	status, done := head.post(signing(page)+"/value", form)
	if status != 200 || head.last.Path != way || !strings.Contains(text(done), "Đã nhận chữ ký và kiểm tra hợp lệ.") || !strings.Contains(text(done), "Đã ký, chờ cấp số") {
		t.Fatalf("completed: %d at %s: %s", status, head.last.Path, text(done))
	}
}

// The page of the program on the machine: only it may speak to that program, and it hands out addresses with one-time codes (S12.1).
func TestOnlyTheSigningPageMaySpeakToTheProgram(t *testing.T) {
	h := newHouse(t)
	h.onDevice(documents.MethodUSBToken)
	way := h.awaiting("ký bằng USB", h.sector)
	head := h.as("chutich")
	_, page := head.get(way + "/device/approve")
	if strings.Contains(head.policy, "8987") {
		t.Errorf("the form's policy: %s", head.policy)
	}
	form := hiddenOf(page)
	form["consent"], form["password"], form["way"] = []string{"yes"}, []string{password}, []string{"agent"}
	status, page := head.post(way+"/device/approve", form)
	if status != 200 || !strings.Contains(head.policy, "connect-src 'self' wss://127.0.0.1:8987;") {
		t.Fatalf("%d, policy %s", status, head.policy)
	}
	plain := html.UnescapeString(page)
	for _, part := range []string{`"Socket":"wss://127.0.0.1:8987/SignApproved"`, `"FileUploadHandler":"` + h.server.URL + `/sign-agent/`, `"FileName":"` + h.server.URL + `/sign-agent/`} {
		if !strings.Contains(plain, part) {
			t.Errorf("no %s in the page", part)
		}
	}
	refuse := regexp.MustCompile(`data-refuse="(/signings/\d+/refuse)"`).FindStringSubmatch(page)[1]
	status, page = head.post(refuse, url.Values{"reason": {"Chương trình ký số không ký: Người dùng hủy"}})
	if status != 200 || !strings.Contains(text(page), "Người dùng hủy") || !strings.Contains(text(page), "Ký lại") {
		t.Errorf("refused: %d %s", status, text(page))
	}
	if _, page := head.get(way); !strings.Contains(text(page), "Ký số không thành công") {
		t.Errorf("the history does not tell of it: %s", text(page))
	}
	form.Set("way", "value") // the other way is remembered
	if status, _ := head.post(way+"/device/approve", form); status != 200 || strings.Contains(head.policy, "8987") {
		t.Errorf("by value: %d, policy %s", status, head.policy)
	}
	if _, page = head.get(way + "/device/approve"); !regexp.MustCompile(`value="value"\s+checked`).MatchString(page) {
		t.Error("the way is not remembered")
	}
}

// The administrator approves the certificate of a key that its owner keeps: only the certificate is sent, and with his own proof (S10.3).
func TestACertificateOnADeviceIsBoundByItsFile(t *testing.T) {
	h := newHouse(t)
	id, err := h.authority.Person("Nguyễn Văn Nghĩa", "Chủ tịch", "UBND xã Vĩnh Lĩnh", keys.Period{From: monday.AddDate(0, -1, 0), Until: monday.AddDate(3, 0, 0)})
	h.must(err)
	head, admin := h.actorNamed("Nguyễn Văn Nghĩa"), h.as("quantri")
	send := func(file []byte, answers map[string]string) (int, string) {
		t.Helper()
		var b bytes.Buffer
		m := multipart.NewWriter(&b)
		for name, v := range answers {
			h.must(m.WriteField(name, v))
		}
		part, err := m.CreateFormFile("certificate", "chung-thu.pem")
		h.must(err)
		_, err = part.Write(file)
		h.must(err)
		h.must(m.Close())
		r, err := http.NewRequest("POST", h.server.URL+"/admin/certificates/device", &b)
		h.must(err)
		r.Header.Set("Content-Type", m.FormDataContentType())
		r.Header.Set("Sec-Fetch-Site", "same-origin")
		return admin.do(r)
	}
	file := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: id.Certificate.Raw})
	owner := fmt.Sprint(head.Person)
	for name, c := range map[string]struct {
		file    []byte
		answers map[string]string
		says    string
	}{
		"nothing sent":   {nil, map[string]string{"owner": owner, "method": "usb_token", "password": password}, "Hãy chọn tệp chứng thư số"},
		"no certificate": {[]byte("thư"), map[string]string{"owner": owner, "method": "usb_token", "password": password}, "không phải là một chứng thư số"},
		"a key":          {pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: []byte("x")}), map[string]string{"owner": owner, "method": "usb_token"}, "không phải là một chứng thư số"},
		"too large":      {bytes.Repeat([]byte("A"), 65<<10), map[string]string{"owner": owner, "method": "usb_token"}, "không quá 64 KB"},
		"no password":    {file, map[string]string{"owner": owner, "method": "usb_token"}, "Hãy nhập mật khẩu"},
		"server key":     {file, map[string]string{"owner": owner, "method": "server_key", "password": password}, "Hãy chọn thiết bị giữ khóa ký"},
	} {
		if status, page := send(c.file, c.answers); status != 422 || !strings.Contains(text(page), c.says) {
			t.Errorf("%s: %d %s", name, status, text(page))
		}
	}
	status, page := send(file, map[string]string{"owner": owner, "method": "usb_token", "password": password})
	if status != 200 || !strings.Contains(text(page), "Đã gắn chứng thư số.") || !strings.Contains(text(page), "thiết bị ký số USB") {
		t.Fatalf("binding: %d %s", status, text(page))
	}
	bound, _, err := documents.BoundCertificate(bg, h.db, head, documents.OwnerPerson, head.Person)
	h.must(err)
	if bound.Method != documents.MethodUSBToken || bound.Fingerprint != keys.Fingerprint(id.Certificate) {
		t.Errorf("%+v", bound)
	}
}

// The registry's seal on a device: the release draws the number, the device seals, the release sends (S2.4, S2.5).
func TestAReleaseGoesByTheRegistrysDevice(t *testing.T) {
	h := newHouse(t)
	id, err := h.authority.Agency("UBND xã Vĩnh Lĩnh", "H26.15", keys.Period{From: monday.AddDate(0, -1, 0), Until: monday.AddDate(3, 0, 0)})
	h.must(err)
	h.write(h.actorNamed("Ngô Gia Huy"), func(tx *store.Tx) error {
		_, err := documents.BindCertificate(bg, tx, documents.CertificateForm{Owner: documents.OwnerAgency, OwnerID: int64(h.commune), DER: id.Certificate.Raw, Method: documents.MethodUSBToken})
		return err
	})
	way := h.awaiting("con dấu trên thiết bị", h.sector)
	h.as("chutich").act(way+"/sign", url.Values{"consent": {"yes"}, "password": {password}})
	clerk := h.as("vanthu")
	if _, page := clerk.get("/signing?kind=release"); !strings.Contains(text(page), "Khóa ký nằm trên thiết bị riêng") || strings.Contains(page, `name="consent"`) {
		t.Errorf("the desk offers what the device must do: %s", text(page))
	}
	page := clerk.act(way+"/release", nil)
	if clerk.last.Path != way+"/device/seal" || !strings.Contains(text(page), "Đã cấp số 01/UBND-VX") {
		t.Fatalf("numbered: at %s: %s", clerk.last.Path, text(page))
	}
	form := hiddenOf(page)
	form["consent"], form["password"], form["way"] = []string{"yes"}, []string{password}, []string{"agent"}
	_, page = clerk.post(way+"/device/seal", form)
	if plain := html.UnescapeString(page); !strings.Contains(plain, `"Socket":"wss://127.0.0.1:8987/SignIssued"`) || !strings.Contains(plain, `"DocNumber":"01/UBND-VX","IssuedDate":"23/11/2026"`) {
		t.Errorf("the program's request: %s", text(page))
	}
	form.Set("way", "value")
	status, page := clerk.post(way+"/device/seal", form)
	if status != 200 {
		t.Fatalf("%d %s", status, text(page))
	}
	b, err := base64.StdEncoding.DecodeString(regexp.MustCompile(`<p class="mono">([^<]+)</p>`).FindStringSubmatch(html.UnescapeString(page))[1])
	h.must(err)
	sum := sha256.Sum256(b)
	value, err := id.Key.Sign(rand.Reader, sum[:], crypto.SHA256)
	h.must(err)
	sent := hiddenOf(page)
	sent["value0"] = []string{base64.StdEncoding.EncodeToString(value)}
	status, page = clerk.post(regexp.MustCompile(`action="(/signings/\d+/value)"`).FindStringSubmatch(page)[1], sent)
	if status != 200 || !strings.Contains(text(page), "Đã ký số cơ quan") {
		t.Fatalf("sealed: %d %s", status, text(page))
	}
	if page = clerk.act(way+"/release", nil); !strings.Contains(text(page), "Đã phát hành văn bản số 01/UBND-VX") {
		t.Errorf("released: %s", text(page))
	}
}
