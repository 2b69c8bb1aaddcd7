package exchange

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"congvu/internal/axis"
	"congvu/internal/edxml"
	"congvu/internal/keys"
	"congvu/internal/store"
	"congvu/internal/xmldsig"
)

// letterFrom writes a document message as a stranger would; change spoils it before signing.
func letterFrom(t testing.TB, from, to string, number int, change func(*edxml.DocumentMessage)) []byte {
	t.Helper()
	code := edxml.Code{Number: fmt.Sprint(number), Notation: "CV-X"}
	body := pdf(fmt.Sprint("letter ", number))
	m := &edxml.DocumentMessage{From: edxml.Organization{OrganID: from, Name: "Cơ quan " + from}, To: []edxml.Organization{{OrganID: to, Name: "Cơ quan " + to}},
		DocumentID: edxml.MakeDocumentID(from, "2026-03-02", code), Code: code, Place: "Huế", Date: "2026-03-02", Type: edxml.DocumentType{Type: 1, Name: "Công văn"},
		Subject: "Về việc phối hợp", Signer: edxml.Signer{FullName: "Trần Thị Bình"}, Traces: []edxml.Trace{{OrganID: from, At: epoch}}}
	if change != nil {
		change(m)
	}
	var b bytes.Buffer
	_, err := edxml.WriteDocument(&b, m, []edxml.File{{Name: "cong-van.pdf", Size: int64(len(body)), Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil }}}, edxml.NationalForm)
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func sealed(t testing.TB, raw []byte, id *keys.Identity) []byte {
	t.Helper()
	out, err := xmldsig.Sign(raw, header, id.Key, id.Certificate, id.Chain)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func (h *house) post(id, from, to, kind string, body []byte) {
	h.Helper()
	if err := h.office.Axis.Send(context.Background(), axis.Parcel{ID: id, From: from, To: to, Kind: kind, Body: body}); err != nil {
		h.Fatal(err)
	}
}

// Each bad parcel is kept with its reason and stops nobody; its good twin passes (X15.6, X8.3, X6.5).
func TestBadParcelsAreKeptApartAndGoodTwinsPass(t *testing.T) {
	h := build(t, axis.Config{}, []string{"H26.1", "H26.2", "H26.3"}, nil)
	h.work()
	own, other := identity(t, "Cơ quan H26.1", "H26.1"), identity(t, "Cơ quan H26.3", "H26.3")
	stranger, err := keys.NewTestAuthority(keys.TestOptions{From: epoch.AddDate(-1, 0, 0), Until: epoch.AddDate(9, 0, 0)})
	if err != nil {
		t.Fatal(err)
	}
	forged, err := stranger.Agency("Cơ quan H26.1", "H26.1", keys.Period{From: epoch.AddDate(-1, 0, 0), Until: epoch.AddDate(9, 0, 0)})
	if err != nil {
		t.Fatal(err)
	}
	good := func(n int) []byte { return letterFrom(t, "H26.1", "H26.2", n, nil) }
	bad := map[string][]byte{
		edxml.NoXML:                 []byte("không phải XML"),
		edxml.LegacySOAP:            []byte(`<?xml version="1.0"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" xmlns:e="http://www.e-doc.vn/Schema/"><s:Header/></s:Envelope>`),
		"signature_no_signature":    good(1),
		"signature_digest_mismatch": bytes.Replace(sealed(t, good(2), own), []byte("phối hợp"), []byte("phối hờp"), 1),
		"untrusted_sender":          sealed(t, good(3), forged),
		"foreign_certificate":       sealed(t, good(4), other),
		"sender_mismatch":           sealed(t, letterFrom(t, "H26.3", "H26.2", 5, nil), other),
		"misdirected":               sealed(t, letterFrom(t, "H26.1", "H26.3", 6, nil), own),
	}
	n := 0
	for reason, body := range bad {
		n++
		h.post(fmt.Sprintf("bad/%d", n), "H26.1", "H26.2", kindDocument, body)
		h.post(fmt.Sprintf("good/%d", n), "H26.1", "H26.2", kindDocument, sealed(t, good(100+n), own))
		_ = reason
	}
	h.until("every good twin has arrived", func() bool { return len(h.taken("H26.2")) == len(bad) })
	h.until("every bad one is kept", func() bool { return len(h.quarantined("H26.2")) == len(bad) })
	for _, q := range h.quarantined("H26.2") {
		body, known := bad[q.Reason]
		if !known {
			t.Errorf("unexpected reason %q: %s %s", q.Reason, q.Text, q.Args)
			continue
		}
		_, f, err := h.office.RawQuarantined(context.Background(), h.clerk("H26.2"), q.ID)
		if err != nil {
			t.Fatal(err)
		}
		kept, err := io.ReadAll(f)
		f.Close()
		if err != nil || !bytes.Equal(kept, body) {
			t.Errorf("%s: other bytes are kept: %v", q.Reason, err)
		}
		if q.Text == "" || q.SenderCode != "H26.1" || q.State != "waiting" {
			t.Errorf("%+v", q)
		}
		delete(bad, q.Reason)
	}
	for reason := range bad {
		t.Errorf("nothing was kept for %s", reason)
	}
	if q := h.quarantined("H26.3"); len(q) != 0 {
		t.Errorf("another agency sees %d parcels", len(q))
	}
	if _, err := QuarantineList(context.Background(), h.office.DB, store.Actor{Agency: h.agency["H26.2"], Roles: store.Specialist}, "", 0, 10); !errors.Is(err, store.Forbidden) {
		t.Errorf("a specialist looks into quarantine: %v", err)
	}
}

// A clerk lets a parcel be opened again once the cause is gone, or refuses it: then the sender gets 02 with the reason (X11.3).
// X1.2: what fails the check goes back to its sender, with the reason.
func TestQuarantineEndsWithAClerk(t *testing.T) {
	ctx := context.Background()
	h := build(t, axis.Config{}, []string{"H26.1", "H26.2"}, nil)
	trust := h.office.Trust
	h.office.Trust = nil // the store of believed certificates is not set up yet
	stop := h.work()
	kept, lost := h.issue("H26.1", "H26.2"), h.issue("H26.1", "H26.2")
	h.until("both are kept apart", func() bool { return len(h.quarantined("H26.2")) == 2 })
	stop()
	h.office.Trust = trust
	h.work()
	byDocument := map[string]Quarantined{}
	for _, q := range h.quarantined("H26.2") {
		byDocument[q.DocumentID] = q
	}
	act := func(who store.Actor, f func(tx *store.Tx) error) error { return h.office.DB.Write(ctx, who, f) }
	q := byDocument[h.lines("H26.1", kept)[0].DocumentID]
	if err := act(h.clerk("H26.1"), func(tx *store.Tx) error { return QuarantineRetry(ctx, tx, q.ID) }); !errors.Is(err, store.NotFound) {
		t.Errorf("another agency's clerk: %v", err)
	}
	if err := act(h.clerk("H26.2"), func(tx *store.Tx) error { return QuarantineRetry(ctx, tx, q.ID) }); err != nil {
		t.Fatal(err)
	}
	h.reached("H26.1", kept, Arrived)
	balance(t, h, "H26.1", kept, map[string]*house{"H26.2": h})
	if q, err := FindQuarantined(ctx, h.office.DB, h.clerk("H26.2"), q.ID); err != nil || q.State != "accepted" {
		t.Errorf("%+v %v", q, err)
	}
	q = byDocument[h.lines("H26.1", lost)[0].DocumentID]
	refuse := func(reason string) error {
		return act(h.clerk("H26.2"), func(tx *store.Tx) error { return QuarantineRefuse(ctx, tx, q.ID, reason) })
	}
	if err := refuse("Ngắn"); !errors.Is(err, store.Invalid) {
		t.Errorf("a reason of four letters: %v", err)
	}
	const reason = "Không xác thực được chữ ký của gói tin."
	if err := refuse(reason); err != nil {
		t.Fatal(err)
	}
	h.reached("H26.1", lost, Refused)
	if l := h.lines("H26.1", lost)[0]; l.Description != reason {
		t.Errorf("%+v", l)
	}
	if err := refuse(reason); !errors.Is(err, store.Conflict) {
		t.Errorf("refused twice: %v", err)
	}
	if n := len(h.events("H26.1", "delivery.changed")); n != 2 {
		t.Errorf("%d changes told", n)
	}
}

// A parcel for nobody here is kept for the system administrator (X15.6).
func TestParcelForNobodyIsKept(t *testing.T) {
	h := build(t, axis.Config{}, []string{"H26.1", "H26.2"}, []string{"H26.9"})
	l := letter{Parcel: "x/1", From: "H26.1", To: "H26.77", Kind: kindDocument}
	l.raw = sealed(t, letterFrom(t, "H26.1", "H26.77", 1, nil), identity(t, "Cơ quan H26.1", "H26.1"))
	if err := h.office.openLetter(context.Background(), l); err != nil {
		t.Fatal(err)
	}
	if q := h.quarantined(""); len(q) != 1 || q[0].Reason != "unknown_receiver" || q[0].AgencyID != 0 || q[0].SHA == "" {
		t.Errorf("%+v", q)
	}
	if q := h.quarantined("H26.2"); len(q) != 0 {
		t.Errorf("a clerk sees it: %+v", q)
	}
}

// statusFrom writes and seals a status as a receiver would.
func statusFrom(t testing.TB, from, to, documentID, code, description string, second int) []byte {
	t.Helper()
	var b bytes.Buffer
	_, err := edxml.WriteStatus(&b, &edxml.StatusMessage{From: edxml.Organization{OrganID: from, Name: "Cơ quan " + from}, Code: code, Description: description,
		ResponseFor: edxml.ResponseFor{OrganID: to, DocumentID: documentID}, Staff: edxml.Staff{Name: "Lê Văn Cường", Department: "Văn phòng"},
		At: epoch.Add(1e9*1).In(edxml.VietnamTime).AddDate(0, 0, second)})
	if err != nil {
		t.Fatal(err)
	}
	return sealed(t, b.Bytes(), identity(t, "Cơ quan "+from, from))
}

// Statuses come in any order, twice, from strangers, and with codes nobody knows: the line only moves forward (X13.2, X13.3, X11.1).
func TestStatusesMoveALineOnlyForward(t *testing.T) {
	h := build(t, axis.Config{}, []string{"H26.1", "H26.2", "H26.3"}, nil)
	h.work()
	id := h.issue("H26.1", "H26.2")
	h.reached("H26.1", id, Arrived)
	l := h.lines("H26.1", id)[0]
	n := 0
	send := func(from, code, description string, day int) {
		n++
		h.post(fmt.Sprintf("s/%s/%d", from, n), from, "H26.1", kindStatus, statusFrom(t, from, "H26.1", l.DocumentID, code, description, day))
	}
	heard := func(k int, s State) Delivery {
		h.Helper()
		h.until(fmt.Sprintf("%d answers and %s", k, s), func() bool { return len(h.answers("H26.1", l.ID)) == k && h.lines("H26.1", id)[0].State == s })
		return h.lines("H26.1", id)[0]
	}
	send("H26.2", "05", "", 1)
	heard(2, InProgress)
	send("H26.2", "03", "Số đến 4", 2) // late: logged
	if d := heard(3, InProgress); d.Flagged || d.By != "Lê Văn Cường" {
		t.Errorf("%+v", d)
	}
	send("H26.2", "05", "", 1) // the same again: one answer
	send("H26.2", "02", "Đơn vị đã hủy tiếp nhận văn bản này.", 3)
	if d := heard(4, Refused); !d.Flagged {
		t.Errorf("02 after 05 is not flagged: %+v", d)
	}
	send("H26.2", "06", "", 4) // after a refusal: logged
	heard(5, Refused)
	send("H26.3", "03", "", 5) // no receiver: kept and flagged, not applied
	h.until("the stranger's status is told", func() bool { return len(h.events("H26.1", "delivery.flagged")) >= 2 })
	heard(5, Refused)
	all := h.answers("H26.1", l.ID)
	for i, want := range []string{"01 applied", "05 applied", "03 logged", "02 applied_flagged", "06 logged"} {
		if got := all[i].Code + " " + string(all[i].Effect); got != want {
			t.Errorf("answer %d is %s, want %s", i, got, want)
		}
	}
	// A status for a document never sent is kept apart (X10.3).
	h.post("s/lost", "H26.2", "H26.1", kindStatus, statusFrom(t, "H26.2", "H26.1", "H26.1,2020/01/01,1/QĐ", "03", "", 6))
	h.until("the lost status is kept", func() bool { q := h.quarantined("H26.1"); return len(q) == 1 && q[0].Reason == "unknown_document" })
}

// A receipt for other bytes than were sent is a false one: it is flagged (reliability §4).
func TestReceiptOfOtherBytesIsFlagged(t *testing.T) {
	h := build(t, axis.Config{}, []string{"H26.1", "H26.2"}, nil)
	h.work()
	id := h.issue("H26.1", "H26.2")
	h.reached("H26.1", id, Arrived)
	l := h.lines("H26.1", id)[0]
	h.post("s/1", "H26.2", "H26.1", kindStatus, statusFrom(t, "H26.2", "H26.1", l.DocumentID, "03", "Số đến 1 [[sha256="+strings.Repeat("ab", 32)+";parcel=x]]", 1))
	h.reached("H26.1", id, Registered)
	if a := h.answers("H26.1", l.ID)[1]; a.Agreed || a.Effect != AppliedFlagged || a.Description != "Số đến 1" || !h.lines("H26.1", id)[0].Flagged {
		t.Errorf("%+v", a)
	}
}
