package web

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"congvu/internal/store"
)

// upload sends a form with files.
func (p *person) upload(path string, form url.Values, files map[string][]byte) (int, string) {
	p.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for name, values := range form {
		for _, v := range values {
			w.WriteField(name, v)
		}
	}
	for name, content := range files {
		part, err := w.CreateFormFile("file", name)
		p.must(err)
		part.Write(content)
	}
	w.Close()
	r, err := http.NewRequest("POST", p.server.URL+path, &b)
	p.must(err)
	r.Header.Set("Content-Type", w.FormDataContentType())
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	return p.do(r)
}

func (p *person) enter(subject string) string {
	p.Helper()
	status, page := p.upload("/incoming/new", url.Values{"sender_name": {"Công ty Cổ phần Môi trường đô thị"}, "number": {"12"}, "notation": {"CV-MTĐT"}, "issued_date": {"20/11/2026"}, "subject": {subject}, "urgency": {"?"}},
		map[string][]byte{"Công văn đến.pdf": samplePDF(2)})
	if status != 200 || !strings.Contains(text(page), "Đã lưu văn bản đến") {
		p.Fatalf("entering: %d %s", status, text(page))
	}
	return p.last.Path
}

// A paper document is typed in with its scan; its twin is shown and decided on before a second number is drawn (V8, D10.14, N26).
func TestTwinIsDecidedOnBeforeItIsRegistered(t *testing.T) {
	h := newHouse(t)
	clerk := h.as("vanthu")
	first := clerk.enter("đề nghị phối hợp thu gom rác thải")
	if page := clerk.act(first+"/register", nil); !strings.Contains(text(page), "số đến 1") {
		t.Fatalf("first: %s", text(page))
	}
	second := clerk.enter("đề nghị phối hợp thu gom rác thải")
	status, page := clerk.get(second + "/register")
	if status != 200 || !strings.Contains(text(page), "có vẻ trùng") {
		t.Fatalf("the twin is not shown: %d %s", status, text(page))
	}
	if status, page = clerk.post(second+"/register", hiddenOf(page)); status != 422 || !strings.Contains(text(page), "trùng với văn bản đã có") {
		t.Fatalf("registered without a decision: %d %s", status, text(page))
	}
	if page = clerk.act(second+"/register", url.Values{"twin": {"register_anyway"}}); !strings.Contains(text(page), "số đến 2") {
		t.Errorf("decided: %s", text(page))
	}
	third := clerk.enter("đề nghị phối hợp thu gom rác thải")
	page = clerk.act(third+"/register", url.Values{"twin": {"link"}, "twin_of": {lastOf(first)}})
	if !strings.Contains(text(page), "không lấy thêm số đến") {
		t.Errorf("linked: %s", text(page))
	}
}

// A file above the agency's limit is refused with its size before it is read, and what was typed can be sent again.
func TestTooLargeFileIsRefusedClearly(t *testing.T) {
	h := newHouse(t)
	h.write(installation, func(tx *store.Tx) error {
		if err := tx.Set(bg, int64(h.commune), "documents.file_limit", fmt.Sprint(100<<10)); err != nil {
			return err
		}
		return tx.Record(store.Event{Verb: "agency.amended", Agency: int64(h.commune), Ref: "agency/1"})
	})
	clerk := h.as("vanthu")
	form := url.Values{"sender_name": {"Công ty"}, "number": {"1"}, "subject": {"tệp lớn"}}
	status, page := clerk.upload("/incoming/new", form, map[string][]byte{"lon.pdf": make([]byte, 3<<20)})
	if status != 422 || !strings.Contains(page, "vượt quá mức cho phép") {
		t.Errorf("3 MB: %d %s", status, text(page))
	}
	status, page = clerk.upload("/incoming/new", form, map[string][]byte{"vua.pdf": make([]byte, 200<<10)})
	if status != 200 || !strings.Contains(text(page), "còn tệp chưa tải lên được") {
		t.Errorf("200 KB: %d %s", status, text(page))
	}
}

// Two tabs: the second one's text is shown again with what happened; nothing is overwritten (N7).
// V61: screen /outgoing/{id}; api PUT /outgoing/{id}
func TestStaleDraftKeepsWhatWasTyped(t *testing.T) {
	h := newHouse(t)
	p := h.as("chuyenvien")
	p.act("/outgoing/new?type=THONG_BAO", url.Values{"subject": {"lịch trực\u0000 Te\u0302\u0301t"}, "urgency": {"?Thường"}, "then": {"keep"}})
	way := p.last.Path
	_, page := p.get(way)
	if !strings.Contains(page, "lịch trực Tết") {
		t.Errorf("the text was not cleaned: %s", text(page))
	}
	_, page = p.get(way + "/revise")
	form := hiddenOf(page)
	form["subject"], form["urgency"], form["then"] = []string{"bản một"}, []string{option(t, page, "Thường")}, []string{"keep"}
	if status, page := p.post(way+"/revise", form); status != 200 {
		t.Fatalf("first tab: %d %s", status, text(page))
	}
	form["subject"] = []string{"bản hai"}
	status, page := p.post(way+"/revise", form)
	if status != 409 || !strings.Contains(page, "bản hai") || !strings.Contains(page, `class="errs"`) {
		t.Errorf("second tab: %d %s", status, text(page))
	}
	if _, page = p.get(way); !strings.Contains(page, "bản một") {
		t.Error("the second tab won")
	}
}

// T02, T04: somebody else's act is refused by the room whatever page he sends it from.
func TestActsOfOthersAreRefused(t *testing.T) {
	h := newHouse(t)
	way := h.issue()
	for login, want := range map[string]int{"chuyenvien": 409, "vanthu": 409, "giamdoc": 404} {
		p := h.as(login)
		for _, act := range []string{"sign", "approve", "release", "return", "cancel"} {
			status, page := p.post(way+"/"+act, url.Values{"sha": {"x"}, "note": {"không đúng quy định"}, "consent": {"yes"}, "password": {password}})
			if status != want {
				t.Errorf("%s %s: %d %s", login, act, status, text(page))
			}
		}
	}
}
