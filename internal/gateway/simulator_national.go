package gateway

import (
	"bytes"
	"crypto/hmac"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"time"
)

const (
	freshness     = 5 * time.Minute // X24.1
	nationalLimit = 64 << 10        // of a JSON body
)

// national enters the calls of exchange.md §17.
func (s *Simulator) national(mux *http.ServeMux) {
	call := func(path string, do func(c *nationalCall)) {
		mux.HandleFunc("POST "+path, func(w http.ResponseWriter, r *http.Request) {
			c := &nationalCall{s: s, w: w, r: r}
			if why := c.verify(); why != nil {
				answerNational(w, why, nil)
				return
			}
			do(c)
		})
	}
	call("/sendEdoc", (*nationalCall).send)
	call("/getReceivedEdocList", (*nationalCall).received)
	call("/getSentEdocList", (*nationalCall).sent)
	call("/getEdoc", (*nationalCall).get)
	call("/updateStatus", (*nationalCall).update)
	call("/getAgenciesList", func(c *nationalCall) { c.agencies(false) })
	call("/getAgenciesListQD20", func(c *nationalCall) { c.agencies(true) })
	call("/getSynchronizeUnit", (*nationalCall).synchronize)
	call("/registerAgency", (*nationalCall).register)
	call("/deleteAgency", (*nationalCall).remove)
}

type nationalCall struct {
	s      *Simulator
	w      http.ResponseWriter
	r      *http.Request
	params map[string]string // as they were signed, without prefix
	system System
}

const nationalPrefix = "XroadVnpt-"

// verify proves the MAC over the received J byte for byte, then that every signed header is the one received, then who and when (X17.6).
func (c *nationalCall) verify() *reason {
	j := c.r.Header.Get(nationalPrefix + "sign-header")
	pairs, ok := readPairs(j)
	if !ok {
		return badHeaders.about("sign-header")
	}
	c.params = map[string]string{}
	var names []string
	for _, p := range pairs {
		name, prefixed := strings.CutPrefix(p[0], nationalPrefix)
		if _, twice := c.params[name]; twice || !prefixed {
			return badHeaders.about(cut(p[0], 80))
		}
		if received := c.r.Header.Values(p[0]); len(received) != 1 || received[0] != p[1] {
			return badHeaders.about(cut(p[0], 80))
		}
		c.params[name] = p[1]
		names = append(names, p[0])
	}
	if strings.Join(names, ";") != c.r.Header.Get(nationalPrefix+"sign-header-key") {
		return badHeaders.about("sign-header-key")
	}
	if c.params["systemid"] == "" || c.params["timestamp"] == "" {
		return badHeaders.about("systemid and timestamp must be signed")
	}
	system, known := c.s.system(c.params["systemid"])
	if !known {
		return &badSystem
	}
	if !hmac.Equal([]byte(mac(system.Secret, j)), []byte(c.r.Header.Get(nationalPrefix+"hash-header"))) {
		return &badMAC
	}
	at, err := readTimestamp(c.params["timestamp"])
	if off := c.s.now().Sub(at); err != nil || off > freshness || off < -freshness {
		return &staleStamp
	}
	if c.r.Header.Get(nationalPrefix+"version") != "3.0.201608" {
		return &badVersion
	}
	c.system = system
	return nil
}

// readTimestamp reads ddMMyyyy'T'HHmmss+SSSS (X17.4).
func readTimestamp(s string) (time.Time, error) {
	head, milli, _ := strings.Cut(s, "+")
	t, err := time.ParseInLocation("02012006T150405", head, vietnam)
	if err == nil && (len(milli) != 4 || !digits(milli) || milli[0] != '0') {
		err = errGarbage
	}
	if err != nil {
		return time.Time{}, err
	}
	ms := time.Duration(milli[1]-'0')*100 + time.Duration(milli[2]-'0')*10 + time.Duration(milli[3]-'0')
	return t.Add(ms * time.Millisecond), nil
}

// readPairs reads J in its order; values are strings.
func readPairs(j string) (out [][2]string, ok bool) {
	if len(j) > 16<<10 {
		return nil, false
	}
	d := json.NewDecoder(strings.NewReader(j))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return nil, false
	}
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return nil, false
		}
		value, err := d.Token()
		text, simple := value.(string)
		if err != nil || !simple {
			return nil, false
		}
		out = append(out, [2]string{name.(string), text})
	}
	_, err := d.Token()
	return out, err == nil && !d.More() && len(out) > 0
}

// answerNational writes a basic answer with what else belongs to it (X17.2).
func answerNational(w http.ResponseWriter, why *reason, more map[string]any) {
	out := map[string]any{"status": "OK", "ErrorCode": "0", "ErrorDesc": "Thành công"}
	if why != nil {
		out = map[string]any{"status": "FAIL", "ErrorCode": why.national, "ErrorDesc": why.text}
	}
	for k, v := range more {
		out[k] = v
	}
	writeJSON(w, http.StatusOK, out)
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json;charset=UTF-8")
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes())
}

func (c *nationalCall) answer(why *reason, more map[string]any) {
	if c.s.Ordered().Numbers && why == nil {
		if more == nil {
			more = map[string]any{}
		}
		more["ErrorCode"] = 0
	}
	answerNational(c.w, why, more)
}

// kind gives the kind of message a call is about.
func (c *nationalCall) kind() (string, *reason) {
	kind := c.params["messagetype"]
	if c.params["servicetype"] != "eDoc" || kind != Document && kind != Status {
		return "", badParameter.about("servicetype, messagetype")
	}
	return kind, nil
}

func (c *nationalCall) send() {
	kind, why := c.kind()
	if why == nil && c.params["from"] != c.system.Agency {
		why = notTheSender.about(c.params["from"])
	}
	var raw []byte
	if why == nil {
		raw, why = c.s.message(c.r)
	}
	var ids []string
	if why == nil {
		ids, why = c.s.accept(c.system, kind, c.params["to"], raw, uuid)
	}
	if why != nil {
		c.answer(why, nil)
		return
	}
	c.s.accepted()
	id := "" // several receivers have several, and the answer holds one
	if len(ids) == 1 {
		id = ids[0]
	}
	c.answer(nil, map[string]any{"DocId": id})
}

// days reads the bounds of a list.
func days(from, to string) (a, b time.Time, why *reason) {
	for _, x := range []struct {
		text string
		at   *time.Time
	}{{from, &a}, {to, &b}} {
		if x.text == "" {
			continue
		}
		t, err := time.ParseInLocation("2006/01/02", x.text, vietnam)
		if err != nil {
			return a, b, badParameter.about("fromDate, toDate")
		}
		*x.at = t
	}
	return a, b, nil
}

const wireMoment = "2006/01/02 15:04:05"

func (c *nationalCall) lines(sent bool) []*filed {
	kind, why := c.kind()
	from, to, wrong := days(c.params["fromDate"], c.params["toDate"])
	if why == nil {
		why = wrong
	}
	if why != nil {
		c.answer(why, nil)
		return nil
	}
	out := c.s.waiting(c.system.Agency, kind, from, to, sent)
	if out == nil {
		out = []*filed{}
	}
	return out
}

func (c *nationalCall) received() {
	lines := c.lines(false)
	if lines == nil {
		return
	}
	data := []map[string]any{}
	for _, f := range lines {
		data = append(data, map[string]any{"docId": f.DocID, "serviceType": "eDoc", "messageType": f.Kind, "created_time": f.Created.In(vietnam).Format(wireMoment),
			"updated_time": f.Updated.In(vietnam).Format(wireMoment), "from": f.From, "to": f.To, "status": f.State, "status_desc": f.State})
	}
	c.answer(nil, map[string]any{"data": data})
}

func (c *nationalCall) sent() {
	lines := c.lines(true)
	if lines == nil {
		return
	}
	data := []map[string]any{}
	for _, f := range lines {
		data = append(data, map[string]any{"serviceType": "eDoc", "messageType": f.Kind, "senderDocId": f.DocID, "receiverDocId": f.DocID, "fromCode": f.From, "toCode": f.To,
			"title": f.Title, "notation": f.Notation, "sentTime": f.Created.In(vietnam).Format(wireMoment), "sendStatus": "done", "sendStatusDesc": "done",
			"receivedTime": f.Updated.In(vietnam).Format(wireMoment), "receiveStatus": f.State, "receiveStatusDesc": f.State})
	}
	c.answer(nil, map[string]any{"data": data})
}

func (c *nationalCall) get() {
	if c.params["filePath"] != "xml" {
		c.answer(badParameter.about("filePath"), nil)
		return
	}
	raw, why := c.s.get(c.system.Agency, c.params["docId"])
	if why != nil {
		c.answer(why, nil)
		return
	}
	c.s.tear(c.w)
	c.answer(nil, map[string]any{"data": c.s.asData(raw)})
}

// asData gives a message in base64, or as text on order.
func (s *Simulator) asData(raw []byte) string {
	if s.Ordered().AsText {
		return string(raw)
	}
	return base64.StdEncoding.EncodeToString(raw)
}

// tear ends the connection within a message, on order.
func (s *Simulator) tear(w http.ResponseWriter) {
	if s.ordered(func(f *Faults) *int { return &f.Torn }) {
		w.Header().Set("Content-Length", "100000")
		_, _ = w.Write([]byte(`{"status":"OK","ErrorCode":"0","success":true,"data":"PD94bWwg`))
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}
}

func (c *nationalCall) update() {
	c.answer(c.s.mark(c.system.Agency, c.params["docId"], c.params["status"]), nil)
}

func (c *nationalCall) agencies(with102 bool) {
	data := []map[string]any{}
	for _, u := range c.s.directory() {
		if u.Deleted {
			continue
		}
		line := map[string]any{"id": u.ID, "pid": u.ParentID, "code": u.Code, "name": u.Name, "mail": u.Mail, "oldCode": u.OldCode}
		if with102 {
			line["code102"] = u.Code102
		}
		data = append(data, line)
	}
	c.answer(nil, map[string]any{"data": data})
}

func (c *nationalCall) synchronize() {
	data := []map[string]any{}
	for _, u := range c.s.directory() {
		line := map[string]any{"id": u.ID, "pid": u.ParentID, "code": u.Code, "name": u.Name, "mail": u.Mail, "version": u.Version, "centerCode": u.CenterCode,
			"deleted": u.Deleted, "isAgency": u.IsAgency}
		if !u.ModifiedAt.IsZero() {
			line["modifyDate"] = u.ModifiedAt.In(vietnam).Format(wireMoment)
		}
		data = append(data, line)
	}
	c.answer(nil, map[string]any{"data": data})
}

func (c *nationalCall) register() {
	var in struct{ ID, PCode, Code, Name, Mail string }
	if err := json.NewDecoder(http.MaxBytesReader(c.w, c.r.Body, nationalLimit)).Decode(&in); err != nil || in.Code == "" || in.Name == "" {
		c.answer(badParameter.about("id, pcode, code, name"), nil)
		return
	}
	c.s.SetUnit(Unit{ID: in.ID, ParentID: in.PCode, Code: in.Code, Name: in.Name, Mail: in.Mail, IsAgency: true, ModifiedAt: c.s.now()})
	c.answer(nil, nil)
}

func (c *nationalCall) remove() {
	code := c.params["AgencyCode"]
	for _, u := range c.s.directory() {
		if u.Code == code {
			u.Deleted, u.ModifiedAt = true, c.s.now()
			c.s.SetUnit(u)
			c.answer(nil, nil)
			return
		}
	}
	c.answer(noReceiver.about(cut(code, 40)), nil)
}
