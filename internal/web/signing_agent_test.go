package web

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"congvu/internal/auth"
	"congvu/internal/documents"
	"congvu/internal/keys"
	"congvu/internal/localsigner"
	"congvu/internal/org"
	"congvu/internal/pades"
	"congvu/internal/store"
)

// actor is somebody as the rooms know him, confirmed.
func (h *house) actor(login string) store.Actor {
	h.Helper()
	s, err := auth.SignIn(bg, h.db, login, password, "192.0.2.1:1", "test")
	h.must(err)
	return s.Actor.Vouched()
}

// awaiting is a document that waits for the chairman's signature by a token of his, with a signing ordered from the local program.
func (h *house) awaitingProgram() (*documents.Outgoing, *documents.Signing, *keys.Identity) {
	h.Helper()
	drafter, leader, head, admin := h.actor("chuyenvien"), h.actor("truongphong"), h.actor("chutich"), h.actor("quantri")
	id, err := h.authority.Person("Nguyễn Văn Nghĩa", "Chủ tịch", "trên USB", keys.Period{From: monday.AddDate(0, -1, 0), Until: monday.AddDate(3, 0, 0)})
	h.must(err)
	h.write(admin, func(tx *store.Tx) error {
		_, err := documents.BindCertificate(bg, tx, documents.CertificateForm{Owner: documents.OwnerPerson, OwnerID: head.Person, DER: id.Certificate.Raw, Method: documents.MethodUSBToken})
		return err
	})
	var o *documents.Outgoing
	h.write(drafter, func(tx *store.Tx) (err error) {
		o, err = documents.Draft(bg, tx, documents.DraftForm{TypeCode: "CONG_VAN", Subject: "ký trên máy", Addressees: []string{"Sở Nội vụ"}, Body: "Kính gửi./.",
			Receivers: []documents.ReceiverForm{{Agency: h.sector}}, Signer: org.HoldingID(head.Holding), Capacity: "TM", KeptCopies: 1})
		return err
	})
	_, err = documents.Lay(bg, h.desk, drafter, o.ID)
	h.must(err)
	h.write(drafter, func(tx *store.Tx) error { return documents.Submit(bg, tx, o.ID, org.HoldingID(leader.Holding), "") })
	h.write(leader, func(tx *store.Tx) error { return documents.Approve(bg, tx, o.ID, "", 0) })
	s, err := documents.PrepareAgent(bg, h.desk, head, o.ID, documents.SigningForm{Purpose: documents.PurposeApprove, Capacity: "TM", Consent: true})
	h.must(err)
	return o, s, id
}

func (h *house) bring(path, field, name string, b []byte) (int, agentAnswer) {
	h.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	h.must(w.WriteField("SessionId", "1"))
	part, err := w.CreateFormFile(field, name)
	h.must(err)
	_, err = part.Write(b)
	h.must(err)
	h.must(w.Close())
	r, err := http.Post(h.server.URL+path, w.FormDataContentType(), &body)
	h.must(err)
	return h.agentAnswer(r)
}

func (h *house) agentAnswer(r *http.Response) (int, agentAnswer) {
	h.Helper()
	defer r.Body.Close()
	var a agentAnswer
	h.must(json.NewDecoder(r.Body).Decode(&a))
	if a.Status != (a.Message == "") || a.Status != (r.StatusCode == http.StatusOK) {
		h.Errorf("%d %+v", r.StatusCode, a)
	}
	return r.StatusCode, a
}

// S12.1, S12.2 over the wire: the program comes without a cookie; only its token opens the file, only the expected signature is taken, and no log
// ever shows the token.
func TestLocalProgramFetchesAndBringsItsFile(t *testing.T) {
	var log bytes.Buffer
	h := newHouse(t, func(c *Config) { c.Log = slog.New(slog.NewTextHandler(&log, nil)) })
	o, s, id := h.awaitingProgram()
	at := "/sign-agent/" + s.Parts[0].Token
	r, err := http.Get(h.server.URL + at + "/file")
	h.must(err)
	file, err := io.ReadAll(r.Body)
	h.must(err)
	r.Body.Close()
	if r.StatusCode != http.StatusOK || r.Header.Get("Content-Type") != "application/pdf" || !bytes.HasPrefix(file, []byte("%PDF-")) || r.Header.Get("Set-Cookie") != "" {
		t.Fatalf("%d %v", r.StatusCode, r.Header)
	}
	signed, err := pades.Sign(bg, file, pades.Request{Certificate: id.Certificate, Chain: id.Chain, Key: id.Key, At: monday, Certify: 2})
	h.must(err)
	for _, wrong := range []string{strings.Repeat("A", 43), "x", s.Parts[0].Token[1:] + "A", "..%2f..%2fetc"} {
		if status, a := h.bring("/sign-agent/"+wrong+"/upload", "uploadfile", "a.pdf", signed); status != http.StatusNotFound || a.Message == "" {
			t.Errorf("token %q: %d %+v", wrong, status, a)
		}
	}
	for _, bad := range []struct{ kind, body string }{{"text/plain", "x"}, {"multipart/form-data; boundary=b", "--b\r\n"}, {"multipart/form-data; boundary=b", "--b--\r\n"},
		{"multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=\"t\"\r\n\r\n" + strings.Repeat("x", mostAgentText+1) + "\r\n--b--\r\n"},
		{"multipart/form-data; boundary=b", strings.Repeat("--b\r\nContent-Disposition: form-data; name=\"t\"\r\n\r\nx\r\n", mostAgentParts+1) + "--b--\r\n"}} {
		r, err := http.Post(h.server.URL+at+"/upload", bad.kind, strings.NewReader(bad.body))
		h.must(err)
		if status, _ := h.agentAnswer(r); status != http.StatusUnprocessableEntity {
			t.Errorf("%.60q: %d", bad.body, status)
		}
	}
	status, a := h.bring(at+"/upload", "uploadfile", "van-ban.signed.pdf", signed)
	if status != http.StatusOK || !a.Complete || a.Missing != 0 {
		t.Fatalf("%d %+v", status, a)
	}
	now, err := documents.FindOutgoing(bg, h.db, h.actor("vanthu"), o.ID)
	h.must(err)
	if now.State != documents.Signed {
		t.Errorf("state %s", now.State)
	}
	if status, _ = h.bring(at+"/upload", "file", "again.pdf", signed); status != http.StatusOK {
		t.Errorf("the same file again: %d", status)
	}
	if status, _ = h.bring(at+"/upload", "file", "again.pdf", file); status != http.StatusConflict {
		t.Errorf("another file: %d", status)
	}
	if strings.Contains(log.String(), s.Parts[0].Token) || !strings.Contains(log.String(), "/sign-agent/…/upload") {
		t.Error("the log shows the token")
	}
}

// Who sends slowly, or never to the end, keeps no other signer waiting.
func TestSlowUploadsHoldNobodyUp(t *testing.T) {
	h := newHouse(t)
	o, s, id := h.awaitingProgram()
	slow, err := documents.PrepareAgent(bg, h.desk, h.actor("chutich"), o.ID, documents.SigningForm{Purpose: documents.PurposeApprove, Capacity: "TM", Consent: true})
	h.must(err)
	for range 8 {
		r, w := io.Pipe()
		defer w.Close()
		go func() {
			if r, err := http.Post(h.server.URL+"/sign-agent/"+slow.Parts[0].Token+"/upload", "multipart/form-data; boundary=b", r); err == nil {
				r.Body.Close()
			}
		}()
		_, err := io.WriteString(w, "--b\r\nContent-Disposition: form-data; name=\"f\"; filename=\"a.pdf\"\r\n\r\n"+strings.Repeat("%PDF-1.7", 400<<10))
		h.must(err)
	}
	at := "/sign-agent/" + s.Parts[0].Token
	r, err := http.Get(h.server.URL + at + "/file")
	h.must(err)
	file, err := io.ReadAll(r.Body)
	h.must(err)
	r.Body.Close()
	signed, err := pades.Sign(bg, file, pades.Request{Certificate: id.Certificate, Chain: id.Chain, Key: id.Key, At: monday, Certify: 2})
	h.must(err)
	if status, a := h.bring(at+"/upload", "f", "a.pdf", signed); status != http.StatusOK || !a.Complete {
		t.Errorf("%d %+v", status, a)
	}
}

// What is not the file handed out plus one signature is refused in the program's own form, and ends the signing.
func TestTamperedUploadIsRefused(t *testing.T) {
	h := newHouse(t)
	o, s, id := h.awaitingProgram()
	at := "/sign-agent/" + s.Parts[0].Token
	r, err := http.Get(h.server.URL + at + "/file")
	h.must(err)
	file, err := io.ReadAll(r.Body)
	h.must(err)
	r.Body.Close()
	signed, err := pades.Sign(bg, file, pades.Request{Certificate: id.Certificate, Chain: id.Chain, Key: id.Key, At: monday, Certify: 2})
	h.must(err)
	signed[len(file)/3] ^= 1
	if status, a := h.bring(at+"/upload", "uploadfile", "a.pdf", signed); status != http.StatusUnprocessableEntity || !strings.Contains(a.Message, "được giữ nguyên") {
		t.Errorf("%d %+v", status, a)
	}
	if r, err = http.Get(h.server.URL + at + "/file"); err != nil || r.StatusCode != http.StatusNotFound {
		t.Errorf("%d, %v", r.StatusCode, err)
	}
	now, err := documents.FindOutgoing(bg, h.db, h.actor("vanthu"), o.ID)
	h.must(err)
	if now.State != documents.AwaitingSignature {
		t.Errorf("state %s", now.State)
	}
}

// Tokens cannot be guessed, and who tries is slowed.
func TestManyTriesOfAnAddressAreSlowed(t *testing.T) {
	h := newHouse(t)
	for i := range 241 {
		r, err := http.Get(h.server.URL + "/sign-agent/" + strings.Repeat("B", 43) + "/file")
		h.must(err)
		if status, _ := h.agentAnswer(r); (status == http.StatusTooManyRequests) != (i == 240) {
			t.Fatalf("try %d: %d", i, status)
		}
	}
}

// The simulator of the program and the door speak the same contract: signed, and refused when the file is tampered with on its way.
func TestSimulatedProgramSignsAtTheDoor(t *testing.T) {
	for fault, want := range map[localsigner.Fault]int{"": localsigner.StatusSigned, localsigner.Tampers: localsigner.StatusFailed, localsigner.Cancels: localsigner.StatusCancelled} {
		h := newHouse(t)
		o, s, id := h.awaitingProgram()
		program := httptest.NewServer(&localsigner.Program{Key: id.Key, Certificate: id.Certificate, Chain: id.Chain, Now: h.clock.Now, Fault: func() localsigner.Fault { return fault }})
		defer program.Close()
		call := documents.AgentCalls(s, o, h.server.URL)[0]
		socket := strings.Replace(call.Socket, "wss://127.0.0.1:8987", strings.Replace(program.URL, "http", "ws", 1), 1)
		ctx, stop := context.WithTimeout(bg, 2*time.Minute)
		defer stop()
		c, _, err := websocket.Dial(ctx, socket, &websocket.DialOptions{HTTPHeader: http.Header{"Origin": {h.server.URL}}})
		h.must(err)
		message, err := json.Marshal(call.Request)
		h.must(err)
		h.must(c.Write(ctx, websocket.MessageText, message))
		_, text, err := c.Read(ctx)
		h.must(err)
		var reply localsigner.Reply
		h.must(json.Unmarshal(text, &reply))
		now, err := documents.FindOutgoing(bg, h.db, h.actor("vanthu"), o.ID)
		h.must(err)
		if reply.Status != want || (now.State == documents.Signed) != (want == localsigner.StatusSigned) {
			t.Errorf("%q: %+v, state %s", fault, reply, now.State)
		}
		if fault == localsigner.Tampers && !strings.Contains(reply.Message, "được giữ nguyên") {
			t.Errorf("the program does not pass on what the server said: %+v", reply)
		}
		c.CloseNow()
	}
}

// Whatever a stranger posts as an upload, the answer is a part with a name or a refusal, and little of it is read.
func FuzzAgentPart(f *testing.F) {
	f.Add("multipart/form-data; boundary=b", []byte("--b\r\nContent-Disposition: form-data; name=\"f\"; filename=\"a.pdf\"\r\n\r\n%PDF-1.7\r\n--b--\r\n"))
	f.Add("multipart/form-data; boundary=b", []byte("--b\r\nContent-Disposition: form-data; name=\"f\"\r\n\r\nx\r\n--b--\r\n"))
	f.Add("multipart/form-data", []byte("--"))
	f.Add("text/plain", []byte("x"))
	f.Fuzz(func(t *testing.T, kind string, body []byte) {
		r, err := http.NewRequest("POST", "http://localhost/sign-agent/x/upload", bytes.NewReader(body))
		if err != nil {
			return
		}
		r.Header.Set("Content-Type", kind)
		p, err := agentPart(r)
		if (p == nil) == (err == nil) || p != nil && p.FileName() == "" {
			t.Errorf("%v, %v", p, err)
		}
	})
}
