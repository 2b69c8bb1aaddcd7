package exchange

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"congvu/internal/axis"
	"congvu/internal/blob"
	"congvu/internal/documents"
	"congvu/internal/edxml"
	"congvu/internal/keys"
	"congvu/internal/store"
	"congvu/internal/storetest"
)

var epoch = time.Date(2026, 3, 2, 2, 0, 0, 0, time.UTC) // a Monday, 9 o'clock in Hanoi

// authority is believed by every house of the tests.
var authority = sync.OnceValue(func() *keys.TestAuthority {
	a, err := keys.NewTestAuthority(keys.TestOptions{From: time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC), Until: time.Date(2099, 1, 1, 0, 0, 0, 0, time.UTC), Seed: []byte("exchange tests")})
	if err != nil {
		panic(err)
	}
	return a
})

func identity(t testing.TB, name, code string) *keys.Identity {
	t.Helper()
	id, err := authority().Agency(name, code, keys.Period{From: time.Date(2021, 1, 1, 0, 0, 0, 0, time.UTC), Until: time.Date(2098, 1, 1, 0, 0, 0, 0, time.UTC)})
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// house is one installation.
type house struct {
	testing.TB
	office  *Office
	agency  map[string]int64 // by code
	mu      sync.Mutex
	papers  map[int64]*consignment
	last    int64
	trouble []string

	enclose   []documents.File // further files of what is issued next
	strangers []receiver       // further receivers
}

// build opens an installation that hosts some agencies and knows the others.
func build(t testing.TB, node axis.Config, here, elsewhere []string) *house {
	t.Helper()
	return buildAt(t, nil, node, here, elsewhere)
}

// buildAt does so by a clock of the test's own; nil = the time of day.
func buildAt(t testing.TB, clock *storetest.Clock, node axis.Config, here, elsewhere []string) *house {
	t.Helper()
	ctx := context.Background()
	h := &house{TB: t, agency: map[string]int64{}, papers: map[int64]*consignment{}}
	var db *store.DB
	if clock == nil {
		db = storetest.Open(t)
	} else {
		db = storetest.OpenAt(t, clock)
	}
	blobs, err := blob.OpenDisk(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	ring, err := keys.Open(t.TempDir(), []byte("sixteen bytes or more"))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := authority().WriteTrust(dir); err != nil {
		t.Fatal(err)
	}
	trust, err := keys.LoadTrust(dir)
	if err != nil {
		t.Fatal(err)
	}
	trust.AllowTest = true
	for i, code := range append(append([]string{}, here...), elsewhere...) {
		hosted := i < len(here)
		h.agency[code] = enter(t, db, code, "Cơ quan "+code, hosted)
		if !hosted {
			continue
		}
		id := identity(t, "Cơ quan "+code, code)
		if err := ring.Put(KeyName(code), id.Key, id.Certificate, id.Chain); err != nil {
			t.Fatal(err)
		}
	}
	if node.Node == "" {
		node.Node = "mot"
	}
	node.StoreDir, node.Agencies, node.Window = t.TempDir(), here, 500*time.Millisecond
	ax, err := axis.Open(ctx, node)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ax.Close() })
	h.office = &Office{DB: db, Blobs: blobs, Keys: ring, Trust: trust, Axis: ax, SpoolDir: t.TempDir(), Resend: func(int) time.Duration { return 2 * time.Second }}
	h.office.consign = func(_ context.Context, _ store.Reader, _, id int64) (*consignment, error) {
		h.mu.Lock()
		defer h.mu.Unlock()
		if c := h.papers[id]; c != nil {
			return c, nil
		}
		return nil, fmt.Errorf("outgoing/%d was never issued", id)
	}
	return h
}

// work runs the office until the test ends or the returned function is called.
func (h *house) work() (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		h.office.Run(ctx, func(err error) {
			h.mu.Lock()
			defer h.mu.Unlock()
			h.trouble = append(h.trouble, err.Error())
		})
	}()
	stop = sync.OnceFunc(func() { cancel(); <-done })
	h.Cleanup(stop)
	return stop
}

// pdf is enough of one to be known as a PDF; its verdict is "failed", which is a clerk's matter and none of the exchange's.
func pdf(text string) []byte { return []byte("%PDF-1.7\n% " + text + "\n%%EOF\n") }

// issue lets an agency issue a document to receivers; it returns the outgoing id.
func (h *house) issue(from string, to ...string) int64 {
	h.Helper()
	ctx := context.Background()
	h.mu.Lock()
	h.last++
	id := h.last
	h.mu.Unlock()
	ref, err := h.office.Blobs.Put(ctx, bytes.NewReader(pdf(fmt.Sprint(from, id))), 0)
	if err != nil {
		h.Fatal(err)
	}
	code := edxml.Code{Number: fmt.Sprint(id), Notation: "QĐ-UBND"}
	c := &consignment{DocumentID: edxml.MakeDocumentID(from, "2026-03-02", code), Code: code, Date: "2026-03-02", Place: "Hà Nội", TypeName: "Quyết định",
		Subject: "Về việc trang bị máy tính", Signer: edxml.Signer{FullName: "Nguyễn Văn An", Position: "CHỦ TỊCH"},
		Files: []documents.File{{Name: "quyet-dinh.pdf", SHA: ref.SHA, Size: ref.Size, Media: "application/pdf", Main: true}}}
	c.Files = append(c.Files, h.enclose...)
	for _, code := range to {
		c.Receivers = append(c.Receivers, receiver{Agency: h.agency[code], Name: "Cơ quan " + code, Role: "action"})
	}
	c.Receivers = append(c.Receivers, h.strangers...)
	h.mu.Lock()
	h.papers[id] = c
	h.mu.Unlock()
	h.record(from, "document.issued", outgoingRef(id))
	return id
}

func (h *house) record(agency, verb, ref string) {
	h.Helper()
	err := h.office.DB.Write(context.Background(), store.System(h.agency[agency]), func(tx *store.Tx) error {
		return tx.Record(store.Event{Verb: verb, Agency: h.agency[agency], Ref: ref, Title: ref})
	})
	if err != nil {
		h.Fatal(err)
	}
}

func storeDrain(t testing.TB, h *house) {
	t.Helper()
	storetest.Drain(t, h.office.DB, Follower, h.office.Hear)
}

func (h *house) clerk(agency string) store.Actor {
	return store.Actor{Person: 7, Agency: h.agency[agency], Roles: store.Clerk, Via: store.ViaWeb}
}

func (h *house) lines(from string, outgoing int64) []Delivery {
	h.Helper()
	lines, err := Deliveries(context.Background(), h.office.DB, h.clerk(from), outgoing)
	if err != nil {
		h.Fatal(err)
	}
	return lines
}

func (h *house) answers(from string, delivery int64) []Answer {
	h.Helper()
	out, err := DeliveryHistory(context.Background(), h.office.DB, h.clerk(from), delivery)
	if err != nil {
		h.Fatal(err)
	}
	return out
}

// until waits for something that the workers bring about; too long without it is a failure.
func (h *house) until(what string, holds func() bool) {
	h.Helper()
	for end := time.Now().Add(40 * time.Second); !holds(); time.Sleep(25 * time.Millisecond) {
		if time.Now().After(end) {
			h.mu.Lock()
			defer h.mu.Unlock()
			states, _ := store.All[string](context.Background(), h.office.DB, sqlTestStates)
			axis, _ := h.office.Axis.Stats(context.Background())
			h.Fatalf("never: %s\nlines: %v\naxis: %+v\ntroubles: %s", what, states, axis, strings.Join(h.trouble, "\n"))
		}
	}
}

// reached waits until every line of a document is in a state.
func (h *house) reached(from string, outgoing int64, s State) {
	h.Helper()
	h.until(fmt.Sprintf("outgoing/%d of %s is %s everywhere", outgoing, from, s), func() bool {
		lines := h.lines(from, outgoing)
		for _, l := range lines {
			if l.State != s {
				return false
			}
		}
		return len(lines) > 0
	})
}

var (
	sqlTestStates = store.SQL(`SELECT receiver_code || ' ' || state || ' ' || description FROM exchange_deliveries
		UNION ALL SELECT kind || ' ' || last_error FROM store_jobs`)
	sqlTestTaken  = store.SQL(`SELECT ` + parcelColumns + ` FROM exchange_parcels WHERE agency_id = $1 AND direction = 'in' ORDER BY id`)
	sqlTestOwed   = store.SQL(`SELECT ` + statusColumns + ` FROM exchange_statuses WHERE agency_id = $1 ORDER BY id`)
	sqlTestEvents = store.SQL(`SELECT ref FROM store_journal WHERE verb = $1 AND agency_id = $2 ORDER BY id`)
)

func (h *house) taken(agency string) []Parcel {
	h.Helper()
	out, err := store.All[Parcel](context.Background(), h.office.DB, sqlTestTaken, h.agency[agency])
	if err != nil {
		h.Fatal(err)
	}
	return out
}

func (h *house) events(agency, verb string) []string {
	h.Helper()
	out, err := store.All[string](context.Background(), h.office.DB, sqlTestEvents, verb, h.agency[agency])
	if err != nil {
		h.Fatal(err)
	}
	return out
}

func (h *house) quarantined(agency string) []Quarantined {
	h.Helper()
	a := h.clerk(agency)
	if agency == "" {
		a.Roles = store.SystemAdmin
	}
	out, err := QuarantineList(context.Background(), h.office.DB, a, "", 0, 100)
	if err != nil {
		h.Fatal(err)
	}
	return out
}

// balance is the closed book between a sender and its receivers: every line ends in exactly one opened document there, one 01 owed
// for it, and one 01 kept here that names the hash of the parcel (reliability §4).
func balance(t testing.TB, from *house, sender string, outgoing int64, at map[string]*house) {
	t.Helper()
	for _, l := range from.lines(sender, outgoing) {
		there := at[l.ReceiverCode]
		var opened []Parcel
		for _, p := range there.taken(l.ReceiverCode) {
			if p.State == "opened" && p.DocumentID == l.DocumentID {
				opened = append(opened, p)
			}
		}
		if len(opened) != 1 {
			t.Errorf("%s holds %d documents for %s", l.ReceiverCode, len(opened), l.DocumentID)
			continue
		}
		owed := 0
		all, err := store.All[status](context.Background(), there.office.DB, sqlTestOwed, there.agency[l.ReceiverCode])
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range all {
			if s.Receipt == opened[0].Ref && s.Code == "01" {
				owed++
			}
		}
		heard := 0
		for _, a := range from.answers(sender, l.ID) {
			if a.Code == "01" {
				heard++
				if a.SHA != opened[0].SHA || !a.Agreed {
					t.Errorf("%s: receipt of %q, parcel %q", l.ReceiverCode, a.SHA, opened[0].SHA)
				}
			}
		}
		if owed != 1 || heard != 1 {
			t.Errorf("%s: %d owed and %d heard of 01 for %s", l.ReceiverCode, owed, heard, l.DocumentID)
		}
	}
}
