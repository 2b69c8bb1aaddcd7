package localsigner

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"congvu/internal/keys"
	"congvu/internal/pades"
	"congvu/internal/pdf"
)

var monday = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)

// office is a server that hands out a file and takes it back, and a program beside it.
type office struct {
	*Program
	server *httptest.Server
	file   []byte
	got    []byte
	trust  *keys.Trust
}

func newOffice(t *testing.T) *office {
	t.Helper()
	authority, err := keys.NewTestAuthority(keys.TestOptions{From: monday.AddDate(-1, 0, 0), Until: monday.AddDate(5, 0, 0), Seed: []byte("local signer tests, nothing secret")})
	must(t, err)
	id, err := authority.Person("Nguyễn Văn Nghĩa", "Chủ tịch", "thử", keys.Period{From: monday.AddDate(0, -1, 0), Until: monday.AddDate(1, 0, 0)})
	must(t, err)
	dir := t.TempDir()
	must(t, authority.WriteTrust(dir))
	o := &office{Program: &Program{Key: id.Key, Certificate: id.Certificate, Chain: id.Chain, Now: func() time.Time { return monday }}}
	o.trust, err = keys.LoadTrust(dir)
	must(t, err)
	o.trust.AllowTest = true
	o.file = page(t)
	mux := http.NewServeMux()
	mux.HandleFunc("GET /file", func(w http.ResponseWriter, r *http.Request) { w.Write(o.file) })
	mux.HandleFunc("POST /upload", func(w http.ResponseWriter, r *http.Request) {
		f, _, err := r.FormFile("uploadfile")
		if err != nil {
			t.Error(err)
			return
		}
		o.got, _ = io.ReadAll(f)
		report, err := pades.Verify(o.got, pades.VerifyOptions{At: monday, Trust: o.trust})
		if err != nil || report.Outcome != pades.Passed || !bytes.HasPrefix(o.got, o.file) {
			w.WriteHeader(http.StatusUnprocessableEntity)
			w.Write([]byte(`{"Status":false,"Message":"Không nhận."}`))
			return
		}
		w.Write([]byte(`{"Status":true}`))
	})
	mux.HandleFunc("GET /elsewhere", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/file", http.StatusFound) })
	o.server = httptest.NewServer(mux)
	t.Cleanup(o.server.Close)
	return o
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// page is a document of one empty page.
func page(t *testing.T) []byte {
	t.Helper()
	b := &pdf.Builder{}
	pages, leaf, root := b.Reserve(), b.Reserve(), b.Reserve()
	b.Set(root, pdf.Dict{"Type": pdf.Name("Catalog"), "Pages": pages})
	b.Set(pages, pdf.Dict{"Type": pdf.Name("Pages"), "Kids": pdf.Array{leaf}, "Count": 1})
	b.Set(leaf, pdf.Dict{"Type": pdf.Name("Page"), "Parent": pages, "MediaBox": pdf.Array{0, 0, 595, 842}, "Resources": pdf.Dict{}})
	out, err := b.Finish(root, pdf.Ref{})
	must(t, err)
	return out
}

// call opens the program's socket as a page of the office does.
func (o *office) call(t *testing.T, operation, origin string, message []byte) Reply {
	t.Helper()
	own, err := OwnCertificate()
	must(t, err)
	ctx, stop := context.WithTimeout(context.Background(), 2*time.Minute)
	defer stop()
	address := make(chan string, 1)
	ended := make(chan error, 1)
	serving, end := context.WithCancel(ctx)
	go func() { ended <- o.Listen(serving, "127.0.0.1:0", own, func(a string) { address <- a }) }()
	header := http.Header{}
	if origin != "" {
		header.Set("Origin", origin)
	}
	c, _, err := websocket.Dial(ctx, "wss://"+<-address+"/"+operation, &websocket.DialOptions{HTTPHeader: header,
		HTTPClient: &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}})
	must(t, err)
	defer c.CloseNow()
	must(t, c.Write(ctx, websocket.MessageText, message))
	_, text, err := c.Read(ctx)
	must(t, err)
	var r Reply
	must(t, json.Unmarshal(text, &r))
	_, _, err = c.Read(ctx)
	if websocket.CloseStatus(err) != websocket.StatusNormalClosure {
		t.Errorf("the socket does not close after one reply: %v", err)
	}
	end()
	must(t, <-ended)
	return r
}

func (o *office) request(change func(r *Request)) []byte {
	r := Request{FileUploadHandler: o.server.URL + "/upload", FileName: o.server.URL + "/file", SessionID: "7", DocNumber: "01/UBND", IssuedDate: "23/11/2026"}
	if change != nil {
		change(&r)
	}
	b, _ := json.Marshal(r)
	return b
}

// The contract: one socket, one request, one reply; the leader's signature leaves room for number and date, the agency's is an approval.
func TestProgramSignsAsItsContractSays(t *testing.T) {
	for operation, kind := range map[string]pades.Kind{SignApproved: pades.Certification, SignIssued: pades.Approval, SignAppendix: pades.Approval} {
		o := newOffice(t)
		r := o.call(t, operation, o.server.URL, o.request(nil))
		if r.Status != StatusSigned || r.FileServer != `{"Status":true}` || r.DocumentNumber != "01/UBND" {
			t.Fatalf("%s: %+v", operation, r)
		}
		report, err := pades.Verify(o.got, pades.VerifyOptions{At: monday, Trust: o.trust})
		must(t, err)
		if s := report.Signatures[0]; s.Kind != kind || kind == pades.Certification && s.Permission != 2 {
			t.Errorf("%s: %s, P=%d", operation, s.Kind, s.Permission)
		}
	}
}

// S12.3: every refusal is a Status that is not 0 with words for the page; nothing was uploaded, or the server has refused it.
func TestProgramRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		status    int
		operation string
		origin    string
		prepare   func(o *office) []byte
	}{
		"cancelled": {StatusCancelled, SignApproved, "", func(o *office) []byte { o.Fault = func() Fault { return Cancels }; return o.request(nil) }},
		"refused when asked": {StatusCancelled, SignApproved, "", func(o *office) []byte {
			o.Ask = func(context.Context, string, Request) error { return errors.New("no") }
			return o.request(nil)
		}},
		"token missing":     {StatusFailed, SignApproved, "", func(o *office) []byte { o.Fault = func() Fault { return IsBroke }; return o.request(nil) }},
		"older version":     {StatusUnknown, SignApproved, "", func(o *office) []byte { o.Fault = func() Fault { return IsOld }; return o.request(nil) }},
		"unknown operation": {StatusUnknown, "SignOffice", "", func(o *office) []byte { return o.request(nil) }},
		"tampered":          {StatusFailed, SignApproved, "", func(o *office) []byte { o.Fault = func() Fault { return Tampers }; return o.request(nil) }},
		"no request":        {StatusFailed, SignApproved, "", func(o *office) []byte { return []byte("{") }},
		"a foreign page":    {StatusFailed, SignApproved, "https://evil.test", func(o *office) []byte { return o.request(nil) }},
		"another upload place": {StatusFailed, SignApproved, "", func(o *office) []byte {
			return o.request(func(r *Request) { r.FileUploadHandler = "https://evil.test/up" })
		}},
		"a file of this disk": {StatusFailed, SignApproved, "", func(o *office) []byte { return o.request(func(r *Request) { r.FileName = "file:///etc/passwd" }) }},
		"no such file":        {StatusFailed, SignApproved, "", func(o *office) []byte { return o.request(func(r *Request) { r.FileName += "x" }) }},
		"a redirect": {StatusFailed, SignApproved, "", func(o *office) []byte {
			return o.request(func(r *Request) { r.FileName = o.server.URL + "/elsewhere" })
		}},
		"no PDF": {StatusFailed, SignApproved, "", func(o *office) []byte { o.file = []byte("text"); return o.request(nil) }},
	} {
		o := newOffice(t)
		message := c.prepare(o)
		if c.origin == "" {
			c.origin = o.server.URL
		}
		r := o.call(t, c.operation, c.origin, message)
		if r.Status != c.status || r.Message == "" {
			t.Errorf("%s: %+v", name, r)
		}
		if o.got != nil && name != "tampered" {
			t.Errorf("%s: something was uploaded", name)
		}
	}
}

// Only this machine reaches it.
func TestProgramListensOnTheLoopbackOnly(t *testing.T) {
	own, err := OwnCertificate()
	must(t, err)
	for _, address := range []string{"0.0.0.0:0", ":0", "192.0.2.1:8987", "localhost"} {
		if err := (&Program{}).Listen(context.Background(), address, own, nil); err == nil || !strings.Contains(err.Error(), "127.0.0.1") {
			t.Errorf("%s: %v", address, err)
		}
	}
}

// Whatever a page sends, the program answers in its contract and signs nothing that was not asked for properly.
func FuzzRequest(f *testing.F) {
	f.Add("SignApproved", "https://a.test", []byte(`{"FileName":"https://a.test/file","FileUploadHandler":"https://a.test/upload"}`))
	f.Add("SignIssued", "", []byte(`{"MetaData":[{"Key":"a","Value":"b"}]}`))
	f.Add("x", "null", []byte(`[]`))
	p := &Program{HTTP: &http.Client{Transport: nowhere{}}}
	f.Fuzz(func(t *testing.T, operation, origin string, text []byte) {
		if r := p.answer(context.Background(), operation, origin, text); r.Status == StatusSigned || r.Message == "" {
			t.Errorf("%+v", r)
		}
	})
}

// nowhere is a network without a server.
type nowhere struct{}

func (nowhere) RoundTrip(*http.Request) (*http.Response, error) { return nil, errors.New("no network") }
