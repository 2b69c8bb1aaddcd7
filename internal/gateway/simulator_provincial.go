package gateway

import (
	"crypto/hmac"
	"encoding/json"
	"net/http"
	"strings"
	"time"
)

// provincial enters the calls of exchange.md §18, in both generations.
func (s *Simulator) provincial(mux *http.ServeMux) {
	newer, older := Usual(Provincial), OlderPaths()
	for name, do := range map[string]struct {
		method string
		do     func(c *busCall)
	}{
		"send": {"POST", (*busCall).send}, "list": {"GET", (*busCall).list}, "fetch": {"GET", (*busCall).fetch},
		"confirm": {"POST", (*busCall).confirm}, "agencies": {"GET", (*busCall).agencies},
	} {
		mux.HandleFunc(do.method+" "+newer[name], s.bus((*busCall).byHeaders, do.do))
		mux.HandleFunc(do.method+" "+older[name], s.bus((*busCall).byToken, do.do))
	}
	mux.HandleFunc("POST "+newer["login"], s.bus((*busCall).byHeaders, (*busCall).login))
	mux.HandleFunc("POST "+older["login"], s.bus((*busCall).byBody, (*busCall).login))
}

func isProvincial(r *http.Request) bool {
	return strings.HasPrefix(r.URL.Path, "/v1/") || strings.HasPrefix(r.URL.Path, "/api/lgspedoc/")
}

type busCall struct {
	s      *Simulator
	w      http.ResponseWriter
	r      *http.Request
	system System
}

func (s *Simulator) bus(who func(*busCall) bool, do func(*busCall)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if c := (&busCall{s: s, w: w, r: r}); who(c) {
			do(c)
		}
	}
}

// answerBus writes {success, message, count?, data} with errorCode (X18.2).
func answerBus(w http.ResponseWriter, status int, why *reason, data any, count *int) {
	out := map[string]any{"success": why == nil, "message": "Thành công", "errorCode": "0"}
	if why != nil {
		out["message"], out["errorCode"] = why.text, why.bus
	}
	if data != nil {
		out["data"] = data
	}
	if count != nil {
		out["count"] = *count
	}
	writeJSON(w, status, out)
}

func (c *busCall) answer(why *reason, data any) { answerBus(c.w, http.StatusOK, why, data, nil) }

func (c *busCall) credentials(id, secret string) bool {
	system, known := c.s.system(id)
	if !known || !hmac.Equal([]byte(system.Secret), []byte(secret)) {
		c.answer(&badSystem, nil)
		return false
	}
	c.system = system
	return true
}

func (c *busCall) byHeaders() bool {
	return c.credentials(c.r.Header.Get("X-SystemId"), c.r.Header.Get("X-SecretKey"))
}

func (c *busCall) byBody() bool {
	var in struct{ SystemID, SecretKey string }
	if err := json.NewDecoder(http.MaxBytesReader(c.w, c.r.Body, 64<<10)).Decode(&in); err != nil {
		c.answer(badParameter.about("systemId, secretKey"), nil)
		return false
	}
	return c.credentials(in.SystemID, in.SecretKey)
}

func (c *busCall) byToken() bool {
	value, _ := strings.CutPrefix(c.r.Header.Get("Authorization"), "Bearer ")
	c.s.mu.Lock()
	t, ok := c.s.tokens[value]
	c.system = c.s.systems[t.system]
	c.s.mu.Unlock()
	if !ok || !c.s.now().Before(t.until) {
		answerBus(c.w, http.StatusUnauthorized, badSystem.about("token"), nil, nil)
		return false
	}
	return true
}

func (c *busCall) login() {
	value := objectID() + objectID()
	c.s.mu.Lock()
	c.s.tokens[value] = simToken{c.system.ID, c.s.now().Add(30 * time.Minute)}
	c.s.mu.Unlock()
	c.answer(nil, map[string]any{"token": value, "expiresIn": 1800})
}

func (c *busCall) send() {
	raw, why := c.s.message(c.r)
	var ids []string
	if why == nil {
		ids, why = c.s.accept(c.system, "", "", raw, objectID)
	}
	if why != nil {
		c.answer(why, nil)
		return
	}
	c.s.accepted()
	if len(ids) == 1 {
		c.answer(nil, map[string]any{"docId": ids[0]})
		return
	}
	c.answer(nil, nil)
}

func (c *busCall) list() {
	q := c.r.URL.Query()
	kind := q.Get("messageType")
	from, to, why := days(q.Get("fromDate"), q.Get("toDate"))
	if kind != Document && kind != Status {
		why = badParameter.about("messageType")
	}
	if why != nil {
		c.answer(why, nil)
		return
	}
	data := []map[string]any{}
	for _, f := range c.s.waiting(c.system.Agency, kind, from, to, false) {
		data = append(data, map[string]any{"docId": f.DocID, "messageType": f.Kind, "from": f.From, "to": f.To, "status": f.State, "createdTime": f.Created.UnixMilli()})
	}
	n := len(data)
	answerBus(c.w, http.StatusOK, nil, data, &n)
}

func (c *busCall) fetch() {
	raw, why := c.s.get(c.system.Agency, c.r.URL.Query().Get("docId"))
	if why != nil {
		c.answer(why, nil)
		return
	}
	c.s.tear(c.w)
	c.answer(nil, c.s.asData(raw))
}

func (c *busCall) confirm() {
	var in struct{ DocID, Status string }
	if err := json.NewDecoder(http.MaxBytesReader(c.w, c.r.Body, 64<<10)).Decode(&in); err != nil {
		c.answer(badParameter.about("docId, status"), nil)
		return
	}
	c.answer(c.s.mark(c.system.Agency, in.DocID, in.Status), nil)
}

func (c *busCall) agencies() {
	data := []map[string]any{}
	for _, u := range c.s.directory() {
		if !u.Deleted {
			data = append(data, map[string]any{"id": u.ID, "pid": u.ParentID, "code": u.Code, "code102": u.Code102, "name": u.Name, "mail": u.Mail})
		}
	}
	n := len(data)
	answerBus(c.w, http.StatusOK, nil, data, &n)
}
