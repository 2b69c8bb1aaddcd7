package exchange

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"congvu/internal/axis"
	"congvu/internal/documents"
	"congvu/internal/edxml"
	"congvu/internal/gateway"
	"congvu/internal/store"
)

// outside is a gateway in memory: a box for every code, and faults to order.
type outside struct {
	mu       sync.Mutex
	box      []*kept
	sent     int
	refuse   func(m gateway.Message) error // before it is accepted
	lose     int                           // so many sends are accepted but time out
	confirms int
	unheard  int // so many confirmations are lost
}

type kept struct {
	gateway.Waiting
	raw []byte
}

// on gives an office its way over this gateway.
func (g *outside) on(h *house) {
	h.office.GateTick = 20 * time.Millisecond
	h.office.Links = func(c gateway.Config) (gateway.Link, error) {
		if c.Secret != "bi-mat-"+c.SystemID {
			return nil, fmt.Errorf("the secret did not survive: %q", c.SystemID)
		}
		return &way{g, c}, nil
	}
}

type way struct {
	g *outside
	c gateway.Config
}

func (w *way) Send(_ context.Context, m gateway.Message) (string, error) {
	r, err := m.Open()
	if err != nil {
		return "", err
	}
	defer r.Close()
	raw, err := io.ReadAll(r)
	if err != nil {
		return "", err
	}
	w.g.mu.Lock()
	defer w.g.mu.Unlock()
	if w.g.refuse != nil {
		if err := w.g.refuse(m); err != nil {
			w.watch(m.Kind, err)
			return "", err
		}
	}
	if m.From != w.c.From {
		return "", &gateway.Refusal{Call: "/sendEdoc", HTTP: 200, Code: "19", Text: "Sender not registered"}
	}
	w.g.sent++
	id := fmt.Sprintf("%024x", w.g.sent)
	w.g.box = append(w.g.box, &kept{gateway.Waiting{DocID: id, Kind: m.Kind, From: m.From, To: m.To, State: "initial", Created: epoch}, raw})
	if w.g.lose > 0 {
		w.g.lose--
		return "", &gateway.Refusal{Call: "/sendEdoc", Text: "context deadline exceeded", Again: true}
	}
	return id, nil
}

func (w *way) watch(name string, err error) {
	if w.c.Watch != nil {
		w.c.Watch(gateway.Call{At: time.Now(), Channel: w.c.Channel, Name: name, Request: "POST /sendEdoc", Answer: fmt.Sprint(err), Failed: err != nil, Agency: w.c.SystemID})
	}
}

func (w *way) List(_ context.Context, kind string, _, _ time.Time) (out []gateway.Waiting, _ error) {
	w.g.mu.Lock()
	defer w.g.mu.Unlock()
	for _, k := range w.g.box {
		if k.To == w.c.From && k.Kind == kind {
			out = append(out, k.Waiting)
		}
	}
	return out, nil
}

func (w *way) Fetch(_ context.Context, id string) (io.ReadCloser, error) {
	w.g.mu.Lock()
	defer w.g.mu.Unlock()
	for _, k := range w.g.box {
		if k.DocID == id {
			return io.NopCloser(bytes.NewReader(k.raw)), nil
		}
	}
	return nil, &gateway.Refusal{Call: "/getEdoc", HTTP: 200, Code: "10", Text: "no such document"}
}

func (w *way) Confirm(_ context.Context, id string, o gateway.Outcome) error {
	w.g.mu.Lock()
	defer w.g.mu.Unlock()
	w.g.confirms++
	if w.g.unheard > 0 {
		w.g.unheard--
		return &gateway.Refusal{Call: "/updateStatus", HTTP: 503, Again: true}
	}
	for _, k := range w.g.box {
		if k.DocID == id {
			k.State = string(o)
		}
	}
	return nil
}

func (w *way) Agencies(context.Context) ([]gateway.Unit, error) { return nil, nil }
func (w *way) Changes(context.Context) ([]gateway.Unit, error)  { return nil, nil }
func (w *way) Test(context.Context) error                       { w.watch("/test", nil); return nil }

// put lays a message into the box of a receiver, as a stranger sent it.
func (g *outside) put(kind, from, to string, raw []byte) string {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.sent++
	id := fmt.Sprintf("%024x", g.sent)
	g.box = append(g.box, &kept{gateway.Waiting{DocID: id, Kind: kind, From: from, To: to, State: "initial", Created: epoch}, raw})
	return id
}

func (g *outside) state(id string) string {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, k := range g.box {
		if k.DocID == id {
			return k.State
		}
	}
	return "none"
}

// to lists the messages of a kind that wait, or waited, for a code.
func (g *outside) to(code, kind string) (out [][]byte) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, k := range g.box {
		if k.To == code && k.Kind == kind {
			out = append(out, k.raw)
		}
	}
	return out
}

var operator = store.Actor{Person: 1, Roles: store.SystemAdmin, Via: store.ViaWeb}

// write does something as the operator.
func (h *house) operate(f func(ctx context.Context, tx *store.Tx) error) error {
	ctx := context.Background()
	return h.office.DB.Write(ctx, operator, func(tx *store.Tx) error { return f(ctx, tx) })
}

// opens sets a gateway up for some agencies of the house.
func (h *house) opens(kind string, agencies ...string) {
	h.Helper()
	h.opensAt(kind, "https://thu-nghiem.example", agencies...)
}

func (h *house) opensAt(kind, address string, agencies ...string) {
	h.Helper()
	err := h.operate(func(ctx context.Context, tx *store.Tx) error {
		c, err := FindChannel(ctx, tx, operator, kind)
		if err != nil {
			return err
		}
		if c.Revision == 0 {
			c.Sandbox, c.Enabled, c.EverySeconds, c.Retries = address, true, 10, 3
			c.Covers = "H49.*"
			if err := SetChannel(ctx, tx, c); err != nil {
				return err
			}
		}
		for _, code := range agencies {
			if err := h.office.SetCredential(ctx, tx, CredentialForm{Agency: h.agency[code], Channel: kind, Environment: Sandbox, SystemID: code, Secret: "bi-mat-" + code, Enabled: true}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		h.Fatal(err)
	}
}

// fetches lets the agencies' mail be fetched now.
func (h *house) fetches(kind string, agencies ...string) {
	h.Helper()
	for _, code := range agencies {
		if err := h.operate(func(ctx context.Context, tx *store.Tx) error { return FetchNow(ctx, tx, kind, h.agency[code], 0) }); err != nil {
			h.Fatal(err)
		}
	}
}

// hurry makes everything that waits for its next try due.
func (h *house) hurry() {
	h.Helper()
	err := h.office.DB.Keep(context.Background(), func(tx *store.Tx) error {
		for _, s := range []*store.Stmt{sqlTestHurryShips, sqlTestHurryStates} {
			if _, err := tx.Exec(context.Background(), s, tx.Now()); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		h.Fatal(err)
	}
}

var (
	sqlTestHurryShips  = store.SQL(`UPDATE exchange_shipments SET due_us = $1 WHERE due_us > 0`)
	sqlTestHurryStates = store.SQL(`UPDATE exchange_statuses SET gate_us = $1 WHERE gate_us > 0`)
)

func (h *house) settle() {
	h.Helper()
	storeDrain(h, h)
	ctx := context.Background()
	for n := 1; n > 0; {
		n = 0
		if _, err := h.office.DB.WorkOnce(ctx, h.office.requesting()); err != nil {
			h.Fatal(err)
		}
		for _, once := range []func(context.Context) (int, error){h.office.shipOnce, h.office.gateStatusOnce} {
			k, err := once(ctx)
			if err != nil {
				h.Fatal(err)
			}
			n += k
		}
	}
}

// twoTowns are two installations that reach each other over a gateway only.
func twoTowns(t *testing.T, kind string) (g *outside, here, there *house) {
	t.Helper()
	g = &outside{}
	here = build(t, axis.Config{Node: "mot"}, []string{"H26.1"}, []string{"H49.1"})
	there = build(t, axis.Config{Node: "hai"}, []string{"H49.1"}, []string{"H26.1"})
	g.on(here)
	g.on(there)
	here.opens(kind, "H26.1")
	there.opens(kind, "H49.1")
	return g, here, there
}

// simulated are two installations with the real clients, and between them a server that speaks as the real ones do and refuses what they refuse (X24.1).
func simulated(t *testing.T, kind string) (here, there *house) {
	t.Helper()
	here = build(t, axis.Config{Node: "mot"}, []string{"H26.1"}, []string{"H49.1"})
	there = build(t, axis.Config{Node: "hai"}, []string{"H49.1"}, []string{"H26.1"})
	var units []gateway.Unit
	var systems []gateway.System
	for _, code := range []string{"H26.1", "H49.1"} {
		units = append(units, gateway.Unit{Code: code, Name: "Cơ quan " + code, IsAgency: true})
		systems = append(systems, gateway.System{ID: code, Secret: "bi-mat-" + code, Agency: code})
	}
	server := httptest.NewServer(gateway.NewSimulator(units, systems...))
	t.Cleanup(server.Close)
	here.opensAt(kind, server.URL, "H26.1")
	there.opensAt(kind, server.URL, "H49.1")
	return here, there
}

// The whole way over a gateway, without a signature of the packet: document out, statuses back, recall asked and agreed.
// X14.4: one receiver a message. X17.9: both identifiers are kept. X13.4: the line keeps channel and raw message. X8.4: an unsigned packet is taken in.
func TestADocumentTravelsOverAGateway(t *testing.T) {
	for _, kind := range gateways {
		t.Run(kind, func(t *testing.T) {
			here, there := simulated(t, kind)
			id := here.issue("H26.1", "H49.1")
			here.settle()
			line := here.lines("H26.1", id)[0]
			if line.State != OnExchange || line.Channel != kind || line.DocID == "" || line.DocID == line.DocumentID || line.ParcelID == 0 {
				t.Fatalf("%+v", line)
			}
			there.pull(kind, "H49.1")
			got := there.taken("H49.1")
			if len(got) != 1 || got[0].Channel != kind || got[0].Signature != "absent" || got[0].DocumentID != line.DocumentID || got[0].State != "opened" {
				t.Fatalf("%+v", got)
			}
			for _, verb := range []string{"document.registered", "document.directed", "document.started", "document.completed"} {
				there.record("H49.1", verb, got[0].Ref)
			}
			there.settle()
			here.pull(kind, "H26.1")
			if line = here.lines("H26.1", id)[0]; line.State != Done {
				t.Fatalf("%+v", line)
			}
			var codes []string
			for _, a := range here.answers("H26.1", line.ID) {
				codes = append(codes, a.Code)
				if a.Signature != "absent" || strings.Contains(a.Description, "[[") {
					t.Errorf("%+v", a)
				}
			}
			if !slices.Equal(codes, []string{"01", "03", "04", "05", "06"}) {
				t.Errorf("in the order of the acts: %v", codes)
			}
			// 13 goes over the same channel, 15 comes back over it (X9.1, X10.1).
			here.must(here.does("H26.1", func(ctx context.Context, tx *store.Tx) error {
				return AskBack(ctx, tx, line.ID, "Văn bản gửi nhầm nơi nhận")
			}))
			here.settle()
			there.pull(kind, "H49.1")
			in := there.received("H49.1", 0)
			if in.PendingRequest != documents.GiveBack {
				t.Fatalf("%+v", in)
			}
			there.must(there.does("H49.1", func(ctx context.Context, tx *store.Tx) error { return documents.AgreeRequest(ctx, tx, in.ID, 0) }))
			there.settle()
			here.pull(kind, "H26.1")
			if line = here.lines("H26.1", id)[0]; line.State != Recalled {
				t.Fatalf("%+v %+v", line, here.answers("H26.1", line.ID))
			}
		})
	}
}

// pull fetches an agency's mail once, and fails if that fails.
func (h *house) pull(kind, agency string) {
	h.Helper()
	if err := h.tryPull(kind, agency); err != nil {
		h.Fatal(err)
	}
}

func (h *house) tryPull(kind, agency string) error {
	h.Helper()
	h.fetches(kind, agency)
	_, err := h.office.pullOnce(context.Background())
	return err
}

// foreign writes a message as another system would.
func foreign(t testing.TB, from, to string, number int, change func(*edxml.DocumentMessage)) []byte {
	t.Helper()
	code := edxml.Code{Number: fmt.Sprint(number), Notation: "UBND-VP"}
	m := &edxml.DocumentMessage{From: edxml.Organization{OrganID: from, Name: "Cơ quan " + from}, To: []edxml.Organization{{OrganID: to, Name: "Cơ quan " + to}},
		DocumentID: edxml.MakeDocumentID(from, "2026-03-02", code), Code: code, Place: "Hà Nội", Date: "2026-03-02", Type: edxml.DocumentType{Type: 1, Name: "Công văn"},
		Subject: "Về việc báo cáo", Content: "Về việc báo cáo", Signer: edxml.Signer{FullName: "Lê Văn Bình", Position: "CHÁNH VĂN PHÒNG"},
		Traces: []edxml.Trace{{OrganID: from, At: epoch}}}
	if change != nil {
		change(m)
	}
	body := pdf(fmt.Sprint(from, number))
	var b bytes.Buffer
	_, err := edxml.WriteDocument(&b, m, []edxml.File{{Name: "cong-van.pdf", Size: int64(len(body)), Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil }}}, edxml.NationalForm)
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func foreignStatus(t testing.TB, from, to, code, documentID string, at time.Time) []byte {
	t.Helper()
	var b bytes.Buffer
	if _, err := edxml.WriteStatus(&b, &edxml.StatusMessage{From: edxml.Organization{OrganID: from, Name: "Cơ quan " + from},
		ResponseFor: edxml.ResponseFor{OrganID: to, Code: edxml.Code{Number: "1", Notation: "QĐ-UBND"}, DocumentID: documentID, Date: "2026-03-02"},
		Staff:       edxml.Staff{Name: "Trần Thị Cúc", Department: "Văn phòng"}, Code: code, Description: "Đề nghị trả lại văn bản", At: at}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
