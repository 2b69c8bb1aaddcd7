package gateway

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// What a server answers never breaks the client, and whatever is taken for JSON is JSON.
func FuzzAnswer(f *testing.F) {
	for _, s := range []string{`{"status":"OK","ErrorCode":"0","data":[{"docId":"a","created_time":"2026/11/30 09:00:00"}]}`, `[{"id":1,"code":"H26"}]`,
		"\uFEFF{\"success\":true,\"data\":\"PD94\\u00e9\\ud83d\\ude00\\n\"}", `{"data":{"token":"x"},"errorCode":20}`, `{"data":"`, `{"a":[[[1]],"}"],"data":null}`, `{"data":"\ud800x"}`, "<edXML/>", `{"status" : 1 , "data" : [ ] } `} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		var lines waitingList
		var units unitList
		var text bytes.Buffer
		_, err := readAnswer(bytes.NewReader(raw), sink{item: lines.add, text: &text})
		lines.sorted(Document)
		_, _ = readAnswer(bytes.NewReader(raw), sink{item: units.add})
		trimmed := bytes.TrimPrefix(raw, []byte("\uFEFF"))
		if err == nil && !json.Valid(trimmed) && !bytes.HasPrefix(bytes.TrimLeft(trimmed, " \t\r\n"), []byte("<")) {
			t.Errorf("taken: %q", raw)
		}
		var whole struct{ Data string }
		if err == nil && text.Len() > 0 && json.Unmarshal(trimmed, &whole) == nil && strings.ToValidUTF8(text.String(), "\uFFFD") != strings.ToValidUTF8(whole.Data, "\uFFFD") && bytes.Count(bytes.ToLower(raw), []byte(`"data"`)) == 1 {
			t.Errorf("%q is read as %q", whole.Data, text.String())
		}
	})
}

// A message in whatever wrapping is read or refused, never more than came.
func FuzzContent(f *testing.F) {
	f.Add([]byte("PD94bWwg\r\nPg=="))
	f.Add([]byte("1212<?xml?>"))
	f.Add([]byte("===="))
	f.Fuzz(func(t *testing.T, raw []byte) {
		c := &content{}
		_, _ = c.Write(raw)
		r, err := c.open()
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		if out, err := io.ReadAll(r); err == nil && len(out) > len(raw) {
			t.Errorf("%d of %d", len(out), len(raw))
		}
	})
}

// The client judges any answer of any status without breaking.
func FuzzJudgement(f *testing.F) {
	f.Add(200, []byte(`{"status":"FAIL","ErrorCode":"1","ErrorDesc":"timestamp"}`))
	f.Add(503, []byte(`<html>`))
	f.Fuzz(func(t *testing.T, status int, body []byte) {
		if status < 200 || status > 599 {
			return
		}
		for _, kind := range []Channel{National, Provincial} {
			l, err := Open(Config{Channel: kind, Endpoint: "http://127.0.0.1", SystemID: "s", Secret: "mat", Transport: played{status, body}})
			if err != nil {
				t.Fatal(err)
			}
			_, err = l.List(ctx, Document, time.Time{}, time.Time{})
			var r *Refusal
			if err != nil && !errors.As(err, &r) || err == nil && status >= 300 {
				t.Errorf("%d %q: %v", status, body, err)
			}
		}
	})
}

type played struct {
	status int
	body   []byte
}

func (p played) RoundTrip(*http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: p.status, Body: io.NopCloser(bytes.NewReader(p.body)), Header: http.Header{}}, nil
}

// The strict reader of the simulator takes nothing that an XML reader would not.
func FuzzInspect(f *testing.F) {
	f.Add(document(f, theirs))
	f.Add(status(f, theirs))
	f.Fuzz(func(t *testing.T, raw []byte) {
		for _, kind := range []string{Document, Status} {
			if p, err := inspect(kind, raw); err == nil && (p.from == "" || len(p.to) == 0) {
				t.Errorf("%+v", p)
			}
		}
	})
}

// The simulator's own doors take any header and any body.
func FuzzSimulatorCalls(f *testing.F) {
	f.Add("/sendEdoc", `{"XroadVnpt-systemid":"sys-a","XroadVnpt-timestamp":"30112026T090000+0123"}`, []byte("--x\r\n\r\n"))
	f.Add("/v1/updateStatus", "", []byte(`{"docId":"x"}`))
	f.Fuzz(func(t *testing.T, path, j string, body []byte) {
		if !strings.HasPrefix(path, "/") || strings.ContainsAny(path, " \x7f%") || strings.IndexFunc(path, func(r rune) bool { return r < ' ' || r > '~' }) >= 0 {
			return
		}
		s := NewSimulator(directoryOfTests, sysA)
		r := httptest.NewRequest("POST", "http://x/", bytes.NewReader(body))
		r.URL.Path = path
		r.Header = http.Header{"Content-Type": {"multipart/form-data; boundary=x"}, "X-Systemid": {sysA.ID}, "X-Secretkey": {sysA.Secret}}
		pairs, _ := readPairs(j)
		for _, p := range pairs {
			r.Header.Set(p[0], p[1])
		}
		r.Header.Set("XroadVnpt-sign-header", j)
		r.Header.Set("XroadVnpt-hash-header", mac(sysA.Secret, j))
		s.ServeHTTP(httptest.NewRecorder(), r)
	})
}
