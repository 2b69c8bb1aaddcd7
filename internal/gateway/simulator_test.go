package gateway

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"
)

// X24.1, X14.1–X14.3, X5.4: each mistake of form is refused for that reason, by both protocols, and files nothing.
func TestStrictServersRefuseMistakesOfForm(t *testing.T) {
	const ns = `xmlns="http://www.mic.gov.vn/TBT/QCVN_102_2016"`
	swap := func(name1, name2 string) func(string) string {
		return func(s string) string {
			a1, a2 := strings.Index(s, "<edXML:"+name1+">"), strings.Index(s, "</edXML:"+name1+">")+len("</edXML:"+name1+">")
			b1, b2 := strings.Index(s, "<edXML:"+name2+">"), strings.Index(s, "</edXML:"+name2+">")+len("</edXML:"+name2+">")
			return s[:a1] + s[b1:b2] + s[a2:b1] + s[a1:a2] + s[b2:]
		}
	}
	without := func(name string) func(string) string {
		return func(s string) string {
			a, b := strings.Index(s, "<edXML:"+name+">"), strings.Index(s, "</edXML:"+name+">")+len("</edXML:"+name+">")
			return s[:a] + s[b:]
		}
	}
	with := func(pairs ...string) func(string) string { return strings.NewReplacer(pairs...).Replace }
	for _, c := range []struct {
		name, words string
		spoil       func(string) string
	}{
		{"namespace", wrongNamespace, with("QCVN_102_2016", "QCVN_102_2015")},
		{"legacy namespace on the root", wrongNamespace, func(s string) string { return strings.Replace(s, ns, `xmlns="http://www.e-doc.vn/Schema/"`, 1) }},
		{"no prefix", wrongPrefix, with("edXML:OrganName", "OrganName")},
		{"another prefix", wrongPrefix, func(s string) string {
			return strings.NewReplacer("edXML:Subject", "ed:Subject").Replace(strings.Replace(s, "<edXML:edXMLEnvelope ", `<edXML:edXMLEnvelope xmlns:ed="http://www.mic.gov.vn/TBT/QCVN_102_2016" `, 1))
		}},
		{"prefixed attachment", wrongPrefix, func(s string) string {
			return strings.NewReplacer("<Attachment>", `<edXML:Attachment xmlns:edXML="http://www.mic.gov.vn/TBT/QCVN_102_2016">`, "</Attachment>", "</edXML:Attachment>").Replace(s)
		}},
		{"undeclared prefix", wrongXML, with(` xmlns:edXML="http://www.mic.gov.vn/TBT/QCVN_102_2016">`, ">")},
		{"Code after Subject", wrongOrder, swap("Code", "Subject")},
		{"TypeName before TypeDetail", wrongOrder, swap("TypeDetail", "TypeName")},
		{"DocumentId last", wrongOrder, swap("DocumentId", "SteeringType")},
		{"Bussiness before the trace", wrongOrder, swap("TraceHeader", "Bussiness")},
		{"two subjects", wrongOrder, with("<edXML:Subject>", "<edXML:Subject>x</edXML:Subject><edXML:Subject>")},
		{"no TypeDetail", wrongMissing, without("TypeDetail")},
		{"no Bussiness", wrongMissing, without("Bussiness")},
		{"no signer", wrongMissing, without("SignerInfo")},
		{"no receiver", wrongMissing, without("To")},
		{"no trace", wrongMissing, without("TraceHeaderList")},
		{"no body", wrongMissing, without("edXMLBody")},
		{"no reference", wrongMissing, without("Reference")},
		{"reference without file", wrongMissing, with("<ContentId>cid:", "<ContentId>cid:khac-")},
		{"replacement without its list", wrongMissing, with("BussinessDocType>0", "BussinessDocType>3")},
		{"update without its part", wrongMissing, with("BussinessDocType>0", "BussinessDocType>2")},
		{"kind 4", wrongValue, with("BussinessDocType>0", "BussinessDocType>4")},
		{"ISO date", wrongValue, with("2026/11/30</edXML:Prom", "2026-11-30</edXML:Prom")},
		{"impossible date", wrongValue, with("2026/11/30</edXML:Prom", "2026/02/30</edXML:Prom")},
		{"time with zone", wrongValue, with("08:00:00", "08:00:00+07:00")},
		{"empty subject", wrongValue, with("<edXML:Subject>V/v thử liên thông", "<edXML:Subject> ")},
		{"long id", wrongValue, with(ours+",2026", strings.Repeat("x", 255)+",2026")},
		{"junk before", wrongXML, func(s string) string { return "1212" + s }},
		{"byte order mark", wrongXML, func(s string) string { return "\uFEFF" + s }},
		{"document type", wrongXML, with("<edXML xmlns=", `<!DOCTYPE edXML><edXML xmlns=`)},
		{"CDATA", wrongXML, with("<edXML:Subject>V/v", "<edXML:Subject><![CDATA[V/v]]>")},
		{"comment", wrongXML, with("<edXML:Subject>", "<!-- x --><edXML:Subject>")},
		{"other encoding", wrongXML, with("UTF-8", "UTF-16")},
		{"not closed", wrongXML, with("</edXML:Subject>", "</edXML:Subjekt>")},
		{"torn", wrongXML, func(s string) string { return s[:len(s)/2] }},
		{"two roots", wrongXML, func(s string) string { return s + s[strings.Index(s, "<edXML "):] }},
		{"element within text", wrongOrder, with("<edXML:Subject>", "<edXML:Subject><edXML:b></edXML:b>")},
		{"too deep", wrongXML, func(s string) string {
			return strings.Replace(s, "<edXML:Subject>", strings.Repeat("<edXML:x>", 120)+strings.Repeat("</edXML:x>", 120)+"<edXML:Subject>", 1)
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newStage(t)
			good := string(document(t, theirs))
			bad := c.spoil(good)
			if bad == good {
				t.Fatal("nothing was spoilt")
			}
			for _, ch := range channels {
				r := refusal(t, second2(s.link(t, ch.kind, sysA, ch.change).Send(ctx, message(Document, []byte(bad)))))
				if !strings.Contains(r.Text, c.words) || r.Again || ch.kind == Provincial && r.Code != "22" || ch.kind == National && r.Code != badForm.national {
					t.Errorf("%s: %v", ch.name, r)
				}
			}
			if n := len(s.Box(theirs)); n != 0 {
				t.Errorf("%d filed", n)
			}
		})
	}
	s := newStage(t) // what the standard does not know travels (X15.2)
	known := strings.Replace(string(document(t, theirs)), "<edXML:SteeringType>", `<edXML:ApplicationType>A</edXML:ApplicationType><x:Khac xmlns:x="urn:x"><x:hai/></x:Khac><edXML:SteeringType>`, 1)
	if _, err := s.link(t, National, sysA, nil).Send(ctx, message(Document, []byte(known))); err != nil {
		t.Error(err)
	}
	for _, spoil := range []func(string) string{without("StatusCode"), without("StaffInfo"), swap("StatusCode", "Description"), swap("OrganId", "OrganName"), with("StatusCode>03", "StatusCode>3")} {
		if _, err := s.link(t, National, sysA, nil).Send(ctx, message(Status, []byte(spoil(string(status(t, theirs)))))); refusal(t, err).Code != badForm.national {
			t.Error(err)
		}
	}
	if _, err := s.link(t, National, sysA, nil).Send(ctx, message(Status, document(t, theirs))); err == nil {
		t.Error("a document was taken as a status")
	}
}

// X24.1, X17.11, X18.2: who sends to whom, and how much.
func TestServersRefuseWrongParties(t *testing.T) {
	for _, ch := range channels {
		s := newStage(t)
		l := s.link(t, ch.kind, sysA, ch.change)
		want := func(name, national, bus string, err error) {
			t.Helper()
			code := bus
			if ch.kind == National {
				code = national
			}
			if r := refusal(t, err); r.Code != code || r.Again {
				t.Errorf("%s, %s: %v", ch.name, name, r)
			}
		}
		want("unknown receiver", "205", "18", second2(l.Send(ctx, message(Document, document(t, theirs, "H99.1")))))
		want("closed receiver", "205", "18", second2(l.Send(ctx, message(Document, document(t, "H26.99")))))
		want("From is not the system", "204", "19", second2(s.link(t, ch.kind, sysB, ch.change).Send(ctx, message(Document, document(t, theirs)))))
		want("wrong secret", "102", "15", second2(s.link(t, ch.kind, System{sysA.ID, "khac", ours}, ch.change).Agencies(ctx)))
		want("unknown system", "101", "15", second2(s.link(t, ch.kind, System{"khac", sysA.Secret, ours}, ch.change).Agencies(ctx)))
		want("unknown message", "207", "21", l.Confirm(ctx, "khong-co", Done))
		want("unknown state", "106", "10", func() error {
			id, err := s.link(t, ch.kind, sysA, ch.change).Send(ctx, message(Document, document(t, theirs)))
			if err != nil {
				t.Fatal(err)
			}
			return s.link(t, ch.kind, sysB, ch.change).Confirm(ctx, id, "xong")
		}())
		s.Lock(third, true)
		want("locked receiver", "206", "23", second2(l.Send(ctx, message(Document, document(t, theirs, third)))))
		s.Lock(third, false)
		if _, err := l.Send(ctx, message(Document, document(t, theirs, third))); err != nil {
			t.Error(err)
		}
		s.MaxBytes = 1000
		want("too big", "202", "10", second2(l.Send(ctx, message(Document, document(t, theirs)))))
		if n := len(s.Box(theirs)); n != 2 {
			t.Errorf("%d filed", n)
		}
		s.MaxBytes, s.Keep = 0, 1
		if r := refusal(t, second2(l.Send(ctx, message(Document, document(t, theirs))))); ch.kind == Provincial && !r.Again {
			t.Error(r)
		}
	}
}

// X17.5, X17.6, X24.1: every check of a national call is needed; spoilt alone, it is the one that refuses.
func TestEachCheckOfANationalCallIsNeeded(t *testing.T) {
	s := newStage(t)
	call := func(spoil func(pairs [][2]string, h http.Header)) plain {
		pairs := [][2]string{{"XroadVnpt-docId", "d"}, {"XroadVnpt-status", "done"}, {"XroadVnpt-timestamp", timestamp(s.clock.now())}, {"XroadVnpt-systemid", sysA.ID}}
		h := http.Header{}
		spoil(pairs, nil)
		var names []string
		for _, p := range pairs {
			h.Set(p[0], p[1])
			names = append(names, p[0])
		}
		j := compact(pairs)
		h.Set("XroadVnpt-version", "3.0.201608")
		h.Set("XroadVnpt-sign-header-key", strings.Join(names, ";"))
		h.Set("XroadVnpt-sign-header", j)
		h.Set("XroadVnpt-hash-header", mac(sysA.Secret, j))
		spoil(nil, h)
		r := httptest.NewRequest("POST", "/updateStatus", nil)
		r.Header = h
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		a, err := readAnswer(w.Body, sink{})
		if err != nil {
			t.Fatal(err)
		}
		return a.ErrorCode
	}
	signed := func(at int, name, value string) func([][2]string, http.Header) {
		return func(p [][2]string, _ http.Header) {
			if p != nil {
				p[at] = [2]string{name, value}
			}
		}
	}
	header := func(name, value string) func([][2]string, http.Header) {
		return func(_ [][2]string, h http.Header) {
			if h != nil {
				h.Set(name, value)
			}
		}
	}
	clockAt := func(d time.Duration) func([][2]string, http.Header) {
		return signed(2, "XroadVnpt-timestamp", timestamp(s.clock.now().Add(d)))
	}
	respelt := strings.Replace(compact([][2]string{{"XroadVnpt-docId", "d"}, {"XroadVnpt-status", "done"}, {"XroadVnpt-timestamp", timestamp(s.clock.now())}, {"XroadVnpt-systemid", sysA.ID}}), ",", ", ", 1)
	for _, c := range []struct {
		name  string
		code  plain
		spoil func([][2]string, http.Header)
	}{
		{"good", plain(noSuchMessage.national), header("X", "y")},
		{"4 minutes 59 old", plain(noSuchMessage.national), clockAt(-299 * time.Second)},
		{"4 minutes 59 ahead", plain(noSuchMessage.national), clockAt(299 * time.Second)},
		{"stale", plain(staleStamp.national), clockAt(-301 * time.Second)},
		{"from the future", plain(staleStamp.national), clockAt(301 * time.Second)},
		{"time stamp with a zone", plain(staleStamp.national), signed(2, "XroadVnpt-timestamp", s.clock.now().Format("02012006T150405")+"+07:00")},
		{"time stamp without milliseconds", plain(staleStamp.national), signed(2, "XroadVnpt-timestamp", s.clock.now().Format("02012006T150405"))},
		{"ISO time stamp", plain(staleStamp.national), signed(2, "XroadVnpt-timestamp", s.clock.now().Format(time.RFC3339))},
		{"no time stamp", plain(badHeaders.national), signed(2, "XroadVnpt-x", "y")},
		{"no system", plain(badHeaders.national), signed(3, "XroadVnpt-x", "y")},
		{"unknown system", plain(badSystem.national), signed(3, "XroadVnpt-systemid", "ai")},
		{"another's name under this key", plain(badMAC.national), signed(3, "XroadVnpt-systemid", sysB.ID)},
		{"foreign name", plain(badHeaders.national), signed(1, "X-status", "done")},
		{"twice", plain(badHeaders.national), signed(1, "XroadVnpt-docId", "d")},
		{"MAC of another key", plain(badMAC.national), header("XroadVnpt-hash-header", mac("khac", "{}"))},
		{"MAC in capitals", plain(badMAC.national), func(_ [][2]string, h http.Header) {
			if h != nil {
				h.Set("XroadVnpt-hash-header", strings.ToUpper(h.Get("XroadVnpt-hash-header")))
			}
		}},
		{"no MAC", plain(badMAC.national), header("XroadVnpt-hash-header", "")},
		{"J written anew", plain(badMAC.national), header("XroadVnpt-sign-header", respelt)},
		{"header changed after signing", plain(badHeaders.national), header("XroadVnpt-docId", "e")},
		{"header added twice", plain(badHeaders.national), func(_ [][2]string, h http.Header) {
			if h != nil {
				h.Add("XroadVnpt-status", "fail")
			}
		}},
		{"names in another order", plain(badHeaders.national), header("XroadVnpt-sign-header-key", "XroadVnpt-status;XroadVnpt-docId;XroadVnpt-timestamp;XroadVnpt-systemid")},
		{"J is no JSON", plain(badHeaders.national), header("XroadVnpt-sign-header", "{")},
		{"J holds a number", plain(badHeaders.national), header("XroadVnpt-sign-header", `{"XroadVnpt-docId":1}`)},
		{"no J", plain(badHeaders.national), header("XroadVnpt-sign-header", "")},
		{"version", plain(badVersion.national), header("XroadVnpt-version", "2.0")},
	} {
		if got := call(c.spoil); got != c.code {
			t.Errorf("%s: %s, not %s", c.name, got, c.code)
		}
	}
}

// X24.3: what the servers do wrong on order, and what the client makes of it.
func TestFaultsOnOrder(t *testing.T) {
	for _, ch := range channels {
		t.Run(ch.name, func(t *testing.T) {
			s := newStage(t)
			from, to := today(s)
			a, b := s.link(t, ch.kind, sysA, ch.change), s.link(t, ch.kind, sysB, ch.change)
			if err := errors.Join(a.Test(ctx), b.Test(ctx)); err != nil { // tokens are there
				t.Fatal(err)
			}
			raw := document(t, theirs)
			send := func() (string, error) { return a.Send(ctx, message(Document, raw)) }

			s.Order(Faults{CutSend: 1}) // accepted, and nobody hears of it
			if r := refusal(t, second2(send())); !r.Again || r.HTTP != 0 || len(s.Box(theirs)) != 1 || !s.last().Failed {
				t.Errorf("cut: %v, %d filed", r, len(s.Box(theirs)))
			}
			s.Order(Faults{Duplicate: 1})
			if _, err := send(); err != nil || len(s.Box(theirs)) != 3 {
				t.Errorf("duplicate: %v, %d filed", err, len(s.Box(theirs)))
			}
			for _, f := range []Faults{{Error500: 1}, {Garbage: 1}, {Torn: 1}} {
				s.Order(f)
				call := func() error { return second2(b.Fetch(ctx, s.Box(theirs)[0].DocID)) }
				if r := refusal(t, call()); !r.Again {
					t.Errorf("%+v: %v", f, r)
				}
				if err := call(); err != nil {
					t.Errorf("%+v, again: %v", f, err)
				}
			}
			s.Order(Faults{Fail: 1})
			if r := refusal(t, second2(send())); r.HTTP != 200 || r.Text != ordered.text || r.Again != (ch.kind == Provincial) {
				t.Errorf("fail: %v", r)
			}
			s.Order(Faults{EmptyList: 1})
			if lines, err := b.List(ctx, Document, from, to); err != nil || len(lines) != 0 {
				t.Errorf("empty: %v %v", lines, err)
			}
			s.clock.forward(time.Minute)
			if _, err := send(); err != nil {
				t.Fatal(err)
			}
			s.Order(Faults{Reverse: true})
			lines, err := b.List(ctx, Document, from, s.clock.now())
			if err != nil || len(lines) != 4 || lines[3].DocID != s.Box(theirs)[3].DocID {
				t.Errorf("oldest first, whatever the server's order: %v %v", lines, err)
			}
			s.Order(Faults{AsText: true, Numbers: true})
			if got := fetchAll(t, b, lines[0].DocID); !bytes.Equal(got, raw) {
				t.Errorf("as text: %.60q", got)
			}
			eldest := s.Box(theirs)[0].DocID
			for _, want := range []string{"initial", "done"} { // the first is forgotten
				s.Order(Faults{ForgetDone: 1})
				if want == "done" {
					s.Order(Faults{})
				}
				if err := b.Confirm(ctx, eldest, Done); err != nil || s.Box(theirs)[0].State != want {
					t.Error(err, s.Box(theirs)[0].State)
				}
			}
			s.Order(Faults{Slow: time.Hour})
			impatient := s.link(t, ch.kind, sysB, func(c *Config) {
				c.Timeout = 30 * time.Millisecond
				if ch.change != nil {
					ch.change(c)
				}
			})
			if r := refusal(t, impatient.Confirm(ctx, lines[1].DocID, Done)); !r.Again || !errors.Is(r, errTimeout) {
				t.Errorf("slow: %v", r)
			}
		})
	}
}

// The desk orders faults and tells what is filed; without the key it does nothing.
func TestDeskOrdersFaults(t *testing.T) {
	s := newStage(t)
	desk := s.Desk("chìa")
	ask := func(method, path, key, body string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(method, path, strings.NewReader(body))
		r.Header.Set("X-Simulator-Key", key)
		w := httptest.NewRecorder()
		desk.ServeHTTP(w, r)
		return w
	}
	if w := ask("POST", "/faults", "", `{"fail":1}`); w.Code != 403 || s.Ordered() != (Faults{}) {
		t.Error(w.Code)
	}
	if w := ask("POST", "/faults", "chìa", `{"fail":2,"reverse":true}`); w.Code != 204 || s.Ordered() != (Faults{Fail: 2, Reverse: true}) {
		t.Error(w.Code, s.Ordered())
	}
	if w := ask("POST", "/faults", "chìa", `{"nothing":2}`); w.Code != 400 {
		t.Error(w.Code)
	}
	if ask("POST", "/lock?agency="+third, "chìa", ""); !s.locked[third] {
		t.Error("not locked")
	}
	s.Order(Faults{})
	if _, err := s.link(t, National, sysA, nil).Send(ctx, message(Document, document(t, theirs))); err != nil {
		t.Fatal(err)
	}
	var state struct {
		Filed []struct{ DocID, To, Status string }
	}
	if w := ask("GET", "/state", "chìa", ""); json.Unmarshal(w.Body.Bytes(), &state) != nil || len(state.Filed) != 1 || state.Filed[0].To != theirs || state.Filed[0].Status != "initial" {
		t.Errorf("%d %+v", w.Code, state)
	}
}

// X17.1: the calls that no link makes: the sender's list, registering and closing an agency.
func TestOtherNationalCalls(t *testing.T) {
	s := newStage(t)
	l := s.link(t, National, sysA, nil).(*national)
	if _, err := l.Send(ctx, message(Document, document(t, theirs))); err != nil {
		t.Fatal(err)
	}
	ask := func(path, body string, params ...param) *answer {
		c := l.call("send", params...)
		c.path, c.kind, c.size = path, "application/json", int64(len(body))
		c.body = func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(body)), nil }
		n := 0
		c.into.item = func(raw json.RawMessage) error {
			n++
			if !strings.Contains(string(raw), `"receiveStatus":"initial"`) {
				t.Error(string(raw))
			}
			return nil
		}
		a, err := l.do(ctx, c)
		if err != nil {
			t.Fatal(path, err)
		}
		a.value = plain(strconv.Itoa(n))
		return a
	}
	if a := ask("/getSentEdocList", "{}", param{"servicetype", "eDoc"}, param{"messagetype", "edoc"}); a.value != "1" {
		t.Error(a.value)
	}
	ask("/registerAgency", `{"id":"9","pcode":"H26","code":"H26.77","name":"Mới"}`)
	if !s.knows("H26.77") {
		t.Error("not registered")
	}
	ask("/deleteAgency", "", param{"AgencyCode", "H26.77"})
	if s.knows("H26.77") {
		t.Error("not closed")
	}
}
