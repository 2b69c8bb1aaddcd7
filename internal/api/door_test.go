package api_test

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"congvu/internal/api"
	"congvu/internal/auth"
	"congvu/internal/client"
	"congvu/internal/org"
	"congvu/internal/store"
)

// Law 6: no operation answers to nobody, whatever the method and the body.
func TestEveryOperationNeedsAToken(t *testing.T) {
	w := newTown(t)
	for _, r := range api.Routes() {
		if r.Public {
			continue
		}
		path := strings.NewReplacer("{id}", "1", "{file}", "1", "{no}", "1").Replace(r.Path)
		for name, token := range map[string]string{"no token": "", "a wrong token": auth.TokenPrefix + "nothing", "a strange token": "x"} {
			res, body := w.raw(r.Method, path, token, "{}")
			if res.StatusCode != http.StatusUnauthorized || res.Header.Get("WWW-Authenticate") == "" || res.Header.Get("Content-Type") != "application/problem+json" {
				t.Errorf("%s with %s: %d %s", r.OperationID, name, res.StatusCode, body)
			}
		}
		res, _ := w.raw(r.Method, path, "", "{}", "Cookie", "session="+w.tokens["clerk"])
		if res.StatusCode != http.StatusUnauthorized {
			t.Errorf("%s believes a cookie: %d", r.OperationID, res.StatusCode)
		}
	}
	if _, err := w.as("clerk").Me(bg); err != nil {
		t.Fatal("the good twin:", err)
	}
}

// Law 6: to another agency a document does not exist; the answer is the one for an identifier that nobody has.
// V19: a foreign agency finds nothing through the API.
// V78: no answer tells a stranger that something exists.
func TestForeignAgencyFindsNothing(t *testing.T) {
	w := newTown(t)
	in, err := w.as("clerk").Enter(bg, entry())
	must(t, err)
	out, err := w.as("drafter").Draft(bg, w.letter())
	must(t, err)
	file, err := w.as("clerk").AddIncomingFile(bg, in.ID, "scan.txt", strings.NewReader("nội dung"))
	must(t, err)
	ids := map[string]string{"/incoming/": in.ID.String(), "/outgoing/": out.ID.String(), "/files/": file.ID.String()}
	bodies := map[string]string{
		"registerIncoming": `{}`, "cancelRegistration": `{"reason":"nhập nhầm nơi gửi"}`, "refuseIncoming": `{"ground":"other","reason":"gửi nhầm cơ quan rồi"}`,
		"submitIncoming": `{"to":"` + w.post("foreign_head").String() + `"}`, "returnToRegistry": `{"reason":"chưa đúng thẩm quyền"}`,
		"directIncoming": `{"leads":[{"post":"` + w.post("foreign_clerk").String() + `"}]}`, "concludeIncoming": `{"text":"đã biết"}`, "commentIncoming": `{"text":"ý kiến"}`,
		"reviseOutgoing": `{"type":"CONG_VAN","subject":"x"}`, "submitOutgoing": `{"to":"` + w.post("foreign_head").String() + `"}`, "opineOutgoing": `{"text":"ý kiến"}`,
		"returnOutgoing": `{"reason":"cần sửa lại nội dung"}`, "askSigner": `{"to":"` + w.post("foreign_head").String() + `"}`, "approveOutgoing": `{}`,
		"signOutgoing": `{"consent":true}`, "prepareSigning": `{"purpose":"approve","consent":true}`, "numberOutgoing": `{}`, "cancelOutgoing": `{"reason":"không cần thiết nữa"}`,
		"agreeRequest": `{}`, "declineRequest": `{"reason":"chưa đúng thẩm quyền"}`, "recallOutgoing": `{"reason":"ban hành sai thẩm quyền"}`,
		"relateOutgoing": `{"target":"1","kind":"replace","reason":"sai nội dung điều 2"}`, "unrelateOutgoing": `{"target":"1"}`, "digitiseIncoming": `{"file":"1"}`,
		"waiveFinding": `{"code":"date_line","reason":"đúng theo quy định riêng của ngành"}`, "limitIncoming": `{"reason":"nội dung nội bộ của cơ quan"}`, "limitOutgoing": `{"reason":"nội dung nội bộ của cơ quan"}`,
		"askOpinions": `{"question":"Đề nghị cho ý kiến","whom":[{"post":"` + w.post("foreign_clerk").String() + `"}]}`, "addApproval": `{"duty":"content","post":"` + w.post("foreign_head").String() + `"}`,
		"dropApproval": `{"reason":"không còn cần bước này"}`, "returnToApproval": `{"reason":"cần sửa lại nội dung"}`, "initialOutgoing": `{"consent":true}`,
		"prepareDirection": `{"leads":[{"post":"` + w.post("foreign_clerk").String() + `"}]}`, "reopenIncoming": `{"reason":"cần xử lý tiếp nội dung"}`,
		"addReceivers": `{"reason":"bổ sung nơi nhận theo đề nghị","receivers":[]}`, "addComment": `{"text":"góp ý ở trang này","page":1}`, "resolveComment": `{"reason":"đã tiếp thu góp ý"}`}
	for _, r := range api.Routes() {
		for kind, id := range ids {
			if !strings.HasPrefix(r.Path, api.Prefix+kind+"{id}") || strings.HasSuffix(r.OperationID, "File") && r.Method != "GET" && r.OperationID != "detachFile" {
				continue
			}
			for who, want := range map[string]string{"foreign_clerk": id, "foreign_head": id, "clerk": "999999999999"} {
				path := strings.NewReplacer("{id}", want, "{file}", "1", "{no}", "1").Replace(r.Path)
				sample := bodies[r.OperationID]
				if sample == "" && r.Method != http.MethodGet {
					sample = "{}"
				}
				res, body := w.raw(r.Method, path, w.tokens[who], sample)
				if r.OperationID == "readIncoming" && res.StatusCode == http.StatusNoContent { // reading what is not there changes nothing and tells nothing
					continue
				}
				if res.StatusCode != http.StatusNotFound {
					t.Errorf("%s as %s: %d %s", r.OperationID, who, res.StatusCode, body)
				}
			}
		}
	}
	for _, path := range []string{"/incoming/" + in.ID.String() + "/files", "/outgoing/" + out.ID.String() + "/files"} {
		refused(t, w.uploadAs("foreign_clerk", http.MethodPost, path), http.StatusNotFound)
	}
	refused(t, w.uploadAs("foreign_head", http.MethodPut, "/outgoing/"+out.ID.String()+"/main-file"), http.StatusNotFound)
	if _, err := w.as("clerk").Incoming(bg, in.ID); err != nil {
		t.Error("the good twin:", err)
	}
	if _, err := w.as("drafter").Outgoing(bg, out.ID); err != nil {
		t.Error("the good twin:", err)
	}
	if _, err := w.as("drafter").Deliveries(bg, out.ID); err != nil {
		t.Error("the good twin:", err)
	}
}

func (w *town) uploadAs(who, method, path string) error {
	body := "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\r\nx\r\n--b--\r\n"
	res, text := w.raw(method, api.Prefix+path, w.tokens[who], body, "Content-Type", "multipart/form-data; boundary=b")
	if res.StatusCode/100 == 2 {
		return nil
	}
	p := &client.Problem{}
	must(w.t, json.Unmarshal([]byte(text), p))
	return p
}

// What is not for an address at all is a sentence too, and names what would be.
func TestStrangeAddressesAreProblems(t *testing.T) {
	w := newTown(t)
	for path, want := range map[string]int{"/api/v1/nothing": 404, "/api/v1/incoming/abc": 404, "/api/v1/incoming/-1": 404, "/api/v1/incoming/0": 404,
		"/api/v1/incoming/99999999999999999999": 422, "/api/v1/incoming/1/": 404} {
		res, body := w.raw("GET", path, w.tokens["clerk"], "")
		if res.StatusCode != want || !strings.Contains(body, "urn:congvu:problem:") {
			t.Errorf("%s: %d %s", path, res.StatusCode, body)
		}
	}
	res, body := w.raw("PATCH", "/api/v1/me", w.tokens["clerk"], "{}")
	if res.StatusCode != 405 || !strings.Contains(res.Header.Get("Allow"), "GET") {
		t.Errorf("PATCH: %d %v %s", res.StatusCode, res.Header, body)
	}
}

// JSON is read strictly; what is wrong is said field by field, in the language asked for.
func TestBodiesAreReadStrictly(t *testing.T) {
	w := newTown(t)
	for _, c := range []struct {
		name, path, body string
		status           int
		pointer, says    string
	}{
		{"not JSON", "/incoming", `{"subject":`, 400, "", "JSON"},
		{"no body", "/incoming", ``, 400, "", "JSON"},
		{"an array", "/incoming", `[]`, 422, "", "đối tượng JSON"},
		{"an unknown field", "/incoming", `{"subject":"a","secrecy":"mật"}`, 422, "#/secrecy", "Không có trường này."},
		{"another spelling", "/incoming", `{"Subject":"a"}`, 422, "#/Subject", "Không có trường này."},
		{"a missing field", "/incoming", `{}`, 422, "", "«subject»"},
		{"a wrong type", "/incoming", `{"subject":12}`, 422, "#/subject", "Phải là chuỗi ký tự."},
		{"an unknown word", "/incoming", `{"subject":"a","urgency":"now"}`, 422, "#/urgency", "Giá trị phải là một trong"},
		{"no date", "/incoming", `{"subject":"a","issued_date":"25/3/2026"}`, 422, "#/issued_date", "2026-03-25"},
		{"an identifier that is a number", "/incoming", `{"subject":"a","reply_to":12}`, 422, "#/reply_to", "Phải là chuỗi ký tự."},
		{"an identifier of letters", "/incoming", `{"subject":"a","reply_to":"abc"}`, 422, "", "Giá trị không đúng kiểu."},
		{"deep below", "/outgoing", `{"type":"CONG_VAN","subject":"a","receivers":[{"name":"x"},{"role":"boss"}]}`, 422, "#/receivers/1/role", "action"},
	} {
		res, body := w.raw("POST", api.Prefix+c.path, w.tokens["clerk"], c.body)
		var p client.Problem
		must(t, json.Unmarshal([]byte(body), &p))
		found := c.pointer == "" && (strings.Contains(p.Detail, c.says) || strings.Contains(body, c.says))
		for _, e := range p.Errors {
			found = found || e.Pointer == c.pointer && strings.Contains(e.Detail, c.says)
		}
		if res.StatusCode != c.status || !found {
			t.Errorf("%s: %d %s", c.name, res.StatusCode, body)
		}
	}
	res, body := w.raw("GET", "/api/v1/incoming?tabs=x", w.tokens["clerk"], "")
	if res.StatusCode != 422 || !strings.Contains(body, `"parameter":"tabs"`) {
		t.Errorf("unknown parameter: %d %s", res.StatusCode, body)
	}
	res, body = w.raw("POST", "/api/v1/incoming", w.tokens["clerk"], `{"subject":"a","x":1}`, "Accept-Language", "en")
	if res.Header.Get("Content-Language") != "en" || !strings.Contains(body, "There is no such field.") {
		t.Errorf("english: %v %s", res.Header, body)
	}
	res, body = w.raw("POST", "/api/v1/incoming", w.tokens["clerk"], `{"subject":"`+strings.Repeat("a", 1<<20)+`"}`)
	if res.StatusCode != http.StatusRequestEntityTooLarge {
		t.Errorf("a huge body: %d %.200s", res.StatusCode, body)
	}
	res, _ = w.raw("POST", "/api/v1/incoming", w.tokens["clerk"], "subject=a", "Content-Type", "application/x-www-form-urlencoded")
	if res.StatusCode != http.StatusUnsupportedMediaType {
		t.Errorf("a web form: %d", res.StatusCode)
	}
}

func TestRoomsRefusalsKeepTheirFields(t *testing.T) {
	w := newTown(t)
	e := entry()
	e.Subject = "  "
	p := refused(t, second(w.as("clerk").Enter(bg, e)), http.StatusUnprocessableEntity)
	if p.Type != client.KindInvalid || len(p.Errors) == 0 || p.Errors[0].Pointer != "#/subject" {
		t.Fatalf("%+v", p)
	}
	p = refused(t, second(w.as("drafter").Enter(bg, entry())), http.StatusForbidden)
	if p.Type != client.KindForbidden {
		t.Fatalf("%+v", p)
	}
	p = refused(t, second(w.as("drafter").Journal(bg, client.JournalFilter{})), http.StatusForbidden)
	if !strings.Contains(p.Detail, "nhật ký") {
		t.Fatalf("%+v", p)
	}
}

func second[T any](_ T, err error) error { return err }

func TestRequestIdentifierIsKeptWhenPlain(t *testing.T) {
	w := newTown(t)
	res, _ := w.raw("GET", "/api/v1/me", w.tokens["clerk"], "", "X-Request-Id", "abc-12345678")
	if got := res.Header.Get("X-Request-Id"); got != "abc-12345678" {
		t.Errorf("%q", got)
	}
	res, _ = w.raw("GET", "/api/v1/me", w.tokens["clerk"], "", "X-Request-Id", `<script>alert(1)</script>`)
	if got := res.Header.Get("X-Request-Id"); len(got) != 24 {
		t.Errorf("%q", got)
	}
	in, err := w.as("clerk").Enter(bg, entry())
	must(t, err)
	page, err := w.as("head").Journal(bg, client.JournalFilter{Ref: "incoming/" + in.ID.String()})
	must(t, err)
	if len(page.Rows) == 0 || page.Rows[0].Via != "api" || page.Rows[0].Request == "" {
		t.Errorf("journal: %+v", page.Rows)
	}
}

// A session's token works as a bearer, ends at signing out, and may act in each post of its person; an API token only in its own.
func TestSessionsAndPosts(t *testing.T) {
	w := newTown(t)
	var second org.HoldingID
	w.act(store.Actor{Via: store.ViaSystem}, func(tx *store.Tx) error {
		h, err := org.Appoint(bg, tx, org.HoldingForm{PersonID: org.PersonID(w.people["clerk"].Person), AgencyID: w.department, Title: "Văn thư biệt phái", Rank: org.RankStaff,
			Kind: org.Concurrent, Roles: store.Clerk, ValidFrom: "2026-01-01"})
		if err == nil {
			second = h.ID
		}
		return err
	})
	anonymous := &client.Client{Server: w.server.URL}
	p := refused(t, secondOf(anonymous.SignIn(bg, "clerk", "sai mật khẩu rồi nhé")), http.StatusUnprocessableEntity)
	q := refused(t, secondOf(anonymous.SignIn(bg, "nobody-here", "sai mật khẩu rồi nhé")), http.StatusUnprocessableEntity)
	if p.Detail != q.Detail {
		t.Errorf("a stranger learns which names exist: %q, %q", p.Detail, q.Detail)
	}
	s, err := anonymous.SignIn(bg, "clerk", password)
	must(t, err)
	c := &client.Client{Server: w.server.URL, Token: s.Token, Tries: 1}
	me, err := c.Me(bg)
	must(t, err)
	if len(me.Posts) != 2 || me.Name != "Hoàng Thị Ngọc" {
		t.Fatalf("%+v", me)
	}
	c.Post = client.ID(second)
	me, err = c.Me(bg)
	must(t, err)
	if me.Post.ID != client.ID(second) || me.Post.Agency != client.ID(w.department) {
		t.Errorf("post %+v", me.Post)
	}
	c.Post = w.post("head")
	refused(t, secondOf(c.Me(bg)), http.StatusForbidden)
	byToken := w.as("clerk")
	byToken.Post = client.ID(second)
	refused(t, secondOf(byToken.Me(bg)), http.StatusForbidden)
	refused(t, w.as("clerk").SignOut(bg), http.StatusConflict)
	c.Post = 0
	must(t, c.SignOut(bg))
	refused(t, secondOf(c.Me(bg)), http.StatusUnauthorized)
}

func secondOf[T any](_ T, err error) error { return err }

func TestRevokedTokenIsOutAtOnce(t *testing.T) {
	w := newTown(t)
	all, err := w.as("clerk").Tokens(bg)
	must(t, err)
	if len(all) != 1 || all[0].RevokedAt != nil {
		t.Fatalf("%+v", all)
	}
	if err := w.as("head").RevokeToken(bg, all[0].ID); err == nil {
		t.Error("somebody else's token was revoked")
	}
	must(t, w.as("clerk").RevokeToken(bg, all[0].ID))
	refused(t, secondOf(w.as("clerk").Me(bg)), http.StatusUnauthorized)
}

// T27: one caller cannot take all of the server.
func TestOneTokenMayNotAskForEverythingAtOnce(t *testing.T) {
	w := newTown(t)
	release := make(chan struct{})
	t.Cleanup(func() { close(release) }) // before the server waits for its open requests
	for range 4 {
		go func() { // one that finds all places taken by the questions below, or its line cut, comes again
			for {
				w.sendSlowly(release)
				select {
				case <-release:
					return
				case <-time.After(20 * time.Millisecond):
				}
			}
		}()
	}
	var p *client.Problem
	for range 1000 { // the server opens the four in its own time
		if err := secondOf(w.as("clerk").Me(bg)); err != nil {
			p = refused(t, err, http.StatusTooManyRequests)
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	if p == nil || p.Type != client.KindTooMany {
		t.Fatal("five requests of one token at once were let in")
	}
	if _, err := w.as("head").Me(bg); err != nil {
		t.Error("another caller has to wait:", err)
	}
}

// sendSlowly posts a file that begins and goes on only when end is closed; it ends with the answer or with the line.
func (w *town) sendSlowly(end <-chan struct{}) {
	const start = "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"slow.pdf\"\r\n\r\n%PDF-1.7\n"
	r, err := http.NewRequest(http.MethodPost, w.server.URL+"/api/v1/verify", io.MultiReader(strings.NewReader(start), until(end)))
	must(w.t, err)
	r.Header.Set("Authorization", "Bearer "+w.tokens["clerk"])
	r.Header.Set("Content-Type", "multipart/form-data; boundary=x")
	if res, err := http.DefaultClient.Do(r); err == nil {
		res.Body.Close()
	}
}

// until gives nothing before the channel is closed, then its end.
type until <-chan struct{}

func (u until) Read([]byte) (int, error) {
	<-u
	return 0, io.EOF
}

func entry() client.IncomingEntry {
	return client.IncomingEntry{SenderName: "Công ty Điện lực", Number: "12", Notation: "CV-ĐL", IssuedDate: "2026-11-20", Type: "CONG_VAN", Subject: "Đề nghị phối hợp cắt điện", PageAmount: 2}
}

func (w *town) letter() client.Draft {
	return client.Draft{Type: "CONG_VAN", Subject: "triển khai công tác văn thư năm 2026", Addressees: []string{"Sở Nội vụ"},
		Body:      "Thực hiện Nghị định số 30/2020/NĐ-CP, Ủy ban nhân dân xã báo cáo kết quả như sau:\n1. Đã lập hồ sơ điện tử.\nTrân trọng./.",
		Receivers: []client.Receiver{{Agency: client.ID(w.department), Role: "action"}}, Signer: w.post("head"), Capacity: "TM", KeptCopies: 1}
}
