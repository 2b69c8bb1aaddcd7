package gateway

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"time"
)

// Faults are what the simulated servers do wrong on order (X24.3). A number counts how often still; -1 is always.
type Faults struct {
	Slow       time.Duration `json:"slow,omitempty"`       // wait before each answer
	CutSend    int           `json:"cutSend,omitempty"`    // accept a message, then cut the connection
	Duplicate  int           `json:"duplicate,omitempty"`  // file a message twice, under two identifiers
	Reverse    bool          `json:"reverse,omitempty"`    // lists come newest first
	Error500   int           `json:"error500,omitempty"`   // HTTP 500 with a page
	Fail       int           `json:"fail,omitempty"`       // HTTP 200 with a refusal
	EmptyList  int           `json:"emptyList,omitempty"`  // a list without lines
	Garbage    int           `json:"garbage,omitempty"`    // JSON that ends too early
	Torn       int           `json:"torn,omitempty"`       // cut the connection within the bytes of a message
	AsText     bool          `json:"asText,omitempty"`     // data of getEdoc as text, not as base64
	Numbers    bool          `json:"numbers,omitempty"`    // codes as JSON numbers instead of strings
	ForgetDone int           `json:"forgetDone,omitempty"` // answer "done" with OK and forget it
}

// take uses one of a count up.
func (f *Faults) take(n *int) bool {
	if *n == 0 {
		return false
	}
	if *n > 0 {
		*n--
	}
	return true
}

// Order sets the faults.
func (s *Simulator) Order(f Faults) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = f
}

// Ordered gives the faults that are still to come.
func (s *Simulator) Ordered() Faults {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.faults
}

func (s *Simulator) ordered(which func(*Faults) *int) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.faults.take(which(&s.faults))
}

// trouble does the faults that concern every call, and tells whether the call ended with that.
func (s *Simulator) trouble(w http.ResponseWriter, r *http.Request) bool {
	if wait := s.Ordered().Slow; wait > 0 {
		raw, _ := io.ReadAll(io.LimitReader(r.Body, s.maxBytes()+megabyte)) // only then a server notices that the client went away
		r.Body = io.NopCloser(bytes.NewReader(raw))
		select {
		case <-r.Context().Done():
			panic(http.ErrAbortHandler)
		case <-time.After(wait):
		}
	}
	switch {
	case s.ordered(func(f *Faults) *int { return &f.Error500 }):
		http.Error(w, "<html><body>Internal Server Error</body></html>", http.StatusInternalServerError)
	case s.ordered(func(f *Faults) *int { return &f.Garbage }):
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(`{"status":"OK","ErrorCode":"0","data":[{"docId":"`))
	case s.ordered(func(f *Faults) *int { return &f.Fail }):
		if isProvincial(r) {
			answerBus(w, http.StatusOK, &ordered, nil, nil)
		} else {
			answerNational(w, &ordered, nil)
		}
	default:
		return false
	}
	return true
}

// accepted ends a send that was ordered to be cut: what was accepted stays accepted.
func (s *Simulator) accepted() {
	if s.ordered(func(f *Faults) *int { return &f.CutSend }) {
		panic(http.ErrAbortHandler)
	}
}

// Desk is the operator's side of the simulator: GET /state tells what is filed, POST /faults orders, POST /lock?agency=…&locked=true locks a receiver.
// key must come in the header X-Simulator-Key.
func (s *Simulator) Desk(key string) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /state", func(w http.ResponseWriter, _ *http.Request) {
		s.mu.Lock()
		state := map[string]any{"faults": s.faults, "filed": s.filed, "locked": s.locked}
		raw, err := json.MarshalIndent(state, "", " ")
		s.mu.Unlock()
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(append(raw, '\n'))
	})
	mux.HandleFunc("POST /faults", func(w http.ResponseWriter, r *http.Request) {
		var f Faults
		d := json.NewDecoder(http.MaxBytesReader(w, r.Body, 64<<10))
		d.DisallowUnknownFields()
		if err := d.Decode(&f); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		s.Order(f)
		w.WriteHeader(http.StatusNoContent)
	})
	mux.HandleFunc("POST /lock", func(w http.ResponseWriter, r *http.Request) {
		s.Lock(r.FormValue("agency"), r.FormValue("locked") != "false")
		w.WriteHeader(http.StatusNoContent)
	})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if key == "" || strings.TrimSpace(r.Header.Get("X-Simulator-Key")) != key {
			http.Error(w, "X-Simulator-Key", http.StatusForbidden)
			return
		}
		mux.ServeHTTP(w, r)
	})
}
