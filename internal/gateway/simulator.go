package gateway

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// System is a software registered with the simulated exchange: its credentials speak for one agency (X18.4).
type System struct {
	ID     string `json:"id"`
	Secret string `json:"secret"`
	Agency string `json:"agency"`
}

// Simulator is both servers in one handler: the national exchange at the root, a provincial bus below /v1 and, in its older generation, below
// /api/lgspedoc. It files messages for the agencies of its directory and refuses what the real servers were seen to refuse (X24.1). Everything is
// kept in memory. Set its fields before the first request.
type Simulator struct {
	Now      func() time.Time // nil = the system's
	MaxBytes int64            // of one message; 200 MB (X7.6)
	Keep     int64            // of all messages together; 1 GB

	mu      sync.Mutex
	systems map[string]System
	units   []Unit
	locked  map[string]bool
	filed   []*filed // oldest first
	kept    int64
	tokens  map[string]simToken
	faults  Faults
	mux     http.Handler
}

type simToken struct {
	system string
	until  time.Time
}

// filed is one copy of a message in the box of one agency (X17.9).
type filed struct {
	DocID    string    `json:"docId"`
	Kind     string    `json:"messageType"`
	From     string    `json:"from"`
	To       string    `json:"to"`
	State    string    `json:"status"`
	Document string    `json:"documentId"`
	Title    string    `json:"title,omitempty"`
	Notation string    `json:"notation,omitempty"`
	Created  time.Time `json:"created"`
	Updated  time.Time `json:"updated"`
	raw      []byte
}

// NewSimulator makes an exchange with its directory and the systems that may call it.
func NewSimulator(directory []Unit, systems ...System) *Simulator {
	s := &Simulator{units: slices.Clone(directory), systems: map[string]System{}, locked: map[string]bool{}, tokens: map[string]simToken{}}
	for _, system := range systems {
		s.systems[system.ID] = system
	}
	mux := http.NewServeMux()
	s.national(mux)
	s.provincial(mux)
	s.mux = mux
	return s
}

// ServeHTTP speaks both protocols.
func (s *Simulator) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if s.trouble(w, r) {
		return
	}
	s.mux.ServeHTTP(w, r)
}

// Lock makes the exchange refuse what is sent to an agency, or take it again (X18.2, code 23).
func (s *Simulator) Lock(agency string, locked bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.locked[agency] = locked
}

// SetUnit enters a unit in the directory or replaces the one of the same code.
func (s *Simulator) SetUnit(u Unit) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.units = append(slices.DeleteFunc(s.units, func(old Unit) bool { return old.Code == u.Code }), u)
}

// ForgetTokens makes every token of the older provincial generation stale.
func (s *Simulator) ForgetTokens() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.tokens)
}

// Filed is a copy of a message as a test sees it.
type Filed struct {
	Waiting
	DocumentID string
	Raw        []byte
}

// Box gives everything that was filed for an agency, oldest first.
func (s *Simulator) Box(agency string) []Filed {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []Filed
	for _, f := range s.filed {
		if f.To == agency {
			out = append(out, Filed{Waiting{f.DocID, f.Kind, f.From, f.To, f.State, f.Created}, f.Document, f.raw})
		}
	}
	return out
}

func (s *Simulator) now() time.Time {
	if s.Now == nil {
		return time.Now()
	}
	return s.Now()
}

func (s *Simulator) maxBytes() int64 {
	if s.MaxBytes > 0 {
		return s.MaxBytes
	}
	return 200 * megabyte
}

// reason is why the exchange refuses: its code at the national exchange, its code at a bus (X18.2), and its words. The national codes are the
// simulator's own: the standard names none.
type reason struct {
	national, bus string
	text          string
}

func (r reason) about(what string) *reason {
	r.text += ": " + what
	return &r
}

// The refusals of the simulated exchange.
var (
	badSystem     = reason{"101", "15", "systemid or secret key is wrong"}
	badMAC        = reason{"102", "15", "hash-header does not match"}
	badHeaders    = reason{"103", "15", "sign-header does not match the headers"}
	staleStamp    = reason{"104", "15", "timestamp is more than 5 minutes off"}
	badVersion    = reason{"105", "15", "version is not supported"}
	badParameter  = reason{"106", "10", "parameter is wrong"}
	badFile       = reason{"201", "10", "file_doc cannot be read"}
	tooBig        = reason{"202", "10", "file_doc is too big"}
	badForm       = reason{"203", "22", "edXML format is wrong"}
	notTheSender  = reason{"204", "19", "From is not the agency of this system"}
	noReceiver    = reason{"205", "18", "receiver is unknown"}
	receiverLock  = reason{"206", "23", "receiver is locked"}
	noSuchMessage = reason{"207", "21", "docId is unknown"}
	exchangeFull  = reason{"500", "20", "the exchange cannot keep more"}
	ordered       = reason{"500", "20", "internal error on order"}
)

// message reads the file of a form, of which there is one.
func (s *Simulator) message(r *http.Request) ([]byte, *reason) {
	form, err := r.MultipartReader()
	if err != nil {
		return nil, badFile.about("not multipart")
	}
	for {
		part, err := form.NextPart()
		if err != nil {
			return nil, badFile.about("no part file_doc")
		}
		if name := part.FormName(); name == "file_doc" || name == "content" || name == "file" {
			return s.part(part)
		}
	}
}

func (s *Simulator) part(part *multipart.Part) ([]byte, *reason) {
	raw, err := io.ReadAll(io.LimitReader(part, s.maxBytes()+1))
	switch {
	case err != nil || len(raw) == 0:
		return nil, badFile.about("cut off or empty")
	case int64(len(raw)) > s.maxBytes():
		return nil, tooBig.about(fmt.Sprintf("more than %d bytes", s.maxBytes()))
	}
	return raw, nil
}

// accept judges a message and files a copy for each receiver. kind "" is read from the message. It gives the identifiers drawn.
func (s *Simulator) accept(system System, kind, only string, raw []byte, draw func() string) ([]string, *reason) {
	if kind == "" {
		if kind = Document; bytes.Contains(raw, []byte("StatusCode>")) && !bytes.Contains(raw, []byte("TraceHeaderList>")) {
			kind = Status
		}
	}
	p, err := inspect(kind, raw)
	if err != nil {
		return nil, badForm.about(err.Error())
	}
	if p.from != system.Agency {
		return nil, notTheSender.about(p.from)
	}
	receivers := p.to
	if only != "" {
		receivers = strings.FieldsFunc(only, func(r rune) bool { return r == ';' || r == ',' || r == ' ' })
		for _, to := range receivers {
			if !slices.Contains(p.to, to) {
				return nil, noReceiver.about(to + " is not in the message")
			}
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, to := range receivers {
		if !s.knows(to) {
			return nil, noReceiver.about(to)
		}
		if s.locked[to] {
			return nil, receiverLock.about(to)
		}
	}
	if s.kept+int64(len(raw)) > cmpOr(s.Keep, 1024*megabyte) {
		return nil, &exchangeFull
	}
	s.kept += int64(len(raw))
	return s.file(p, system.Agency, receivers, raw, draw), nil
}

func cmpOr(v, usual int64) int64 {
	if v > 0 {
		return v
	}
	return usual
}

func (s *Simulator) file(p *paper, from string, receivers []string, raw []byte, draw func() string) []string {
	copies := 1
	if s.faults.take(&s.faults.Duplicate) {
		copies = 2
	}
	var ids []string
	for _, to := range receivers {
		for n := range copies {
			f := &filed{DocID: draw(), Kind: p.kind, From: from, To: to, State: "initial", Document: p.documentID, Title: p.subject, Notation: p.notation,
				Created: s.now(), Updated: s.now(), raw: raw}
			s.filed = append(s.filed, f)
			if n == 0 {
				ids = append(ids, f.DocID)
			}
		}
	}
	return ids
}

func (s *Simulator) knows(agency string) bool {
	return slices.ContainsFunc(s.units, func(u Unit) bool { return u.Code == agency && !u.Deleted })
}

// waiting gives the lines of an agency's box within days of creation; zero bounds nothing.
func (s *Simulator) waiting(agency, kind string, from, to time.Time, sent bool) []*filed {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.faults.take(&s.faults.EmptyList) {
		return nil
	}
	var out []*filed
	for _, f := range s.filed {
		whose := f.To
		if sent {
			whose = f.From
		}
		created := f.Created.In(vietnam)
		if whose != agency || f.Kind != kind || !from.IsZero() && created.Before(from) || !to.IsZero() && !created.Before(to.AddDate(0, 0, 1)) {
			continue
		}
		line := *f
		out = append(out, &line)
	}
	if s.faults.Reverse {
		slices.Reverse(out)
	}
	return out
}

func (s *Simulator) find(agency, docID string) *filed {
	for _, f := range s.filed {
		if f.DocID == docID && f.To == agency {
			return f
		}
	}
	return nil
}

// get gives the bytes of a message in the agency's own box.
func (s *Simulator) get(agency, docID string) ([]byte, *reason) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if f := s.find(agency, docID); f != nil {
		return f.raw, nil
	}
	return nil, noSuchMessage.about(docID)
}

// mark takes what the receiver says became of a message. What was done or failed stays so.
func (s *Simulator) mark(agency, docID, state string) *reason {
	s.mu.Lock()
	defer s.mu.Unlock()
	f := s.find(agency, docID)
	switch {
	case f == nil:
		return noSuchMessage.about(docID)
	case state != string(Processing) && state != string(Done) && state != string(Failed):
		return badParameter.about("status " + cut(state, 40))
	case state == string(Done) && s.faults.take(&s.faults.ForgetDone):
		return nil
	case f.State != string(Done) && f.State != string(Failed):
		f.State, f.Updated = state, s.now()
	}
	return nil
}

// directory gives a copy of the units.
func (s *Simulator) directory() []Unit {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.units)
}

func (s *Simulator) system(id string) (System, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	system, ok := s.systems[id]
	return system, ok
}

// uuid draws an identifier as the national exchange does.
func uuid() string {
	var b [16]byte
	_, _ = rand.Read(b[:])
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// objectID draws 24 hex digits, as buses do (X17.9).
func objectID() string {
	var b [12]byte
	_, _ = rand.Read(b[:])
	return hex.EncodeToString(b[:])
}
