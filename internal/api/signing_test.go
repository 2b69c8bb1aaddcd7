package api_test

import (
	"context"
	"crypto"
	"crypto/rand"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"congvu/internal/client"
	"congvu/internal/documents"
	"congvu/internal/keys"
	"congvu/internal/store"
)

// onToken gives the head a certificate whose key the server does not have.
func (w *town) onToken() *keys.Identity {
	w.t.Helper()
	id, err := w.authority.Person("Nguyễn Văn Nghĩa", "Chủ tịch", "trên USB", keys.Period{From: monday.AddDate(0, -1, 0), Until: monday.AddDate(3, 0, 0)})
	must(w.t, err)
	w.act(w.people["admin"], func(tx *store.Tx) error {
		_, err := documents.BindCertificate(bg, tx, documents.CertificateForm{Owner: documents.OwnerPerson, OwnerID: w.people["head"].Person, DER: id.Certificate.Raw, Method: documents.MethodUSBToken})
		return err
	})
	return id
}

// values signs what a signing asks for, with the key beside the client.
func values(t *testing.T, id *keys.Identity, s client.SigningOrder) client.CompletingSigning {
	t.Helper()
	out := client.CompletingSigning{Token: s.Token}
	for _, p := range s.Parts {
		h := crypto.SHA256.New()
		h.Write(p.ToSign)
		v, err := id.Key.Sign(rand.Reader, h.Sum(nil), crypto.SHA256)
		must(t, err)
		out.Values = append(out.Values, client.SignatureValue{Signature: v})
	}
	return out
}

// Issue 5(c): the server prepares, the client signs the hash, the server embeds; over the wire, with a one-time token.
func TestTwoPhaseSigningOverTheAPI(t *testing.T) {
	w := newTown(t)
	id, head := w.onToken(), w.as("head")
	o := w.awaiting()
	form := client.PreparingSigning{Purpose: "approve", Capacity: "TM", Consent: true, Certificate: id.Certificate.Raw}
	if p := refused(t, second(head.PrepareSigning(bg, o, form)), http.StatusForbidden); p.Type != client.KindUnconfirmed {
		t.Fatalf("unconfirmed: %+v", p)
	}
	_, err := head.Confirm(bg, password)
	must(t, err)
	s, err := head.PrepareSigning(bg, o, form)
	must(t, err)
	if s.Token == "" || s.State != "prepared" || s.Hash != "SHA-256" || len(s.Parts) != 1 || s.Method != "usb_token" {
		t.Fatalf("%+v", s)
	}
	seen, err := head.Signing(bg, s.ID)
	must(t, err)
	if seen.Token != "" || seen.Parts[0].Digest != s.Parts[0].Digest {
		t.Errorf("seen %+v", seen)
	}
	refused(t, second(w.as("clerk").Signing(bg, s.ID)), http.StatusNotFound)
	refused(t, second(w.as("foreign_head").CompleteSigning(bg, s.ID, values(t, id, s))), http.StatusNotFound)
	wrong := values(t, id, s)
	wrong.Token = strings.Repeat("A", 43)
	refused(t, second(head.CompleteSigning(bg, s.ID, wrong)), http.StatusForbidden)
	v := values(t, id, s)
	for range 2 {
		done, err := head.CompleteSigning(bg, s.ID, v)
		must(t, err)
		if done.State != "signed" {
			t.Errorf("state %s", done.State)
		}
	}
	refused(t, second(head.CompleteSigning(bg, s.ID, values(t, id, s))), http.StatusConflict)
}

// S11.1: all digests out, all signatures back; one refusal stops no other.
func TestSeveralAreSignedInTwoCalls(t *testing.T) {
	w := newTown(t)
	id, head := w.onToken(), w.as("head")
	_, err := head.Confirm(bg, password)
	must(t, err)
	form := client.PreparingSignings{PreparingSigning: client.PreparingSigning{Purpose: "approve", Consent: true}}
	for range 3 {
		form.Documents = append(form.Documents, client.Picked{ID: w.awaiting()})
	}
	form.Documents[1].SHA256 = strings.Repeat("0", 64)
	prepared, err := head.PrepareSignings(bg, form)
	must(t, err)
	var back client.CompletingSignings
	for i, r := range prepared {
		if (r.Refusal != "") != (i == 1) || (r.Signing == nil) != (i == 1) {
			t.Fatalf("%d: %+v", i, r)
		}
		if r.Signing != nil {
			back.Signings = append(back.Signings, client.CompletingOne{ID: r.Signing.ID, CompletingSigning: values(t, id, *r.Signing)})
		}
	}
	back.Signings[1].Values[0].Signature[5] ^= 1
	results, err := head.CompleteSignings(bg, back)
	must(t, err)
	if results[0].Refusal != "" || results[0].Outgoing.State != "signed" || results[1].Refusal == "" || results[1].Outgoing != nil {
		t.Errorf("%+v", results)
	}
	form.Documents = append(form.Documents[:1], form.Documents[0])
	refused(t, second(head.PrepareSignings(bg, form)), http.StatusUnprocessableEntity)
}

// S10.5, S12.3: cancelled, or refused at the device, nothing changes.
func TestSigningIsCancelledOrRefused(t *testing.T) {
	w := newTown(t)
	id, head := w.onToken(), w.as("head")
	_, err := head.Confirm(bg, password)
	must(t, err)
	for _, end := range []func(s client.ID) error{func(s client.ID) error { return head.CancelSigning(bg, s) }, func(s client.ID) error { return head.RefuseSigning(bg, s, "PIN sai") }} {
		o := w.awaiting()
		s, err := head.PrepareSigning(bg, o, client.PreparingSigning{Purpose: "approve", Capacity: "TM", Consent: true})
		must(t, err)
		must(t, end(s.ID))
		refused(t, end(s.ID), http.StatusConflict)
		refused(t, second(head.CompleteSigning(bg, s.ID, values(t, id, s))), http.StatusConflict)
		if now, err := head.Outgoing(bg, o); err != nil || now.State != "awaiting_signature" {
			t.Errorf("%s, %v", now.State, err)
		}
	}
}

// Issue 5(e): one consent, progress, results.
func TestBatchOverTheAPI(t *testing.T) {
	w := newTown(t)
	head := w.as("head")
	var form client.StartingBatch
	form.Kind, form.Consent = "sign", true
	for range 3 {
		form.Documents = append(form.Documents, client.Picked{ID: w.awaiting()})
	}
	if p := refused(t, second(head.StartBatch(bg, form)), http.StatusForbidden); p.Type != client.KindUnconfirmed {
		t.Fatalf("unconfirmed: %+v", p)
	}
	_, err := head.Confirm(bg, password)
	must(t, err)
	b, err := head.StartBatch(bg, form)
	must(t, err)
	if b.State != "running" || b.Total != 3 || b.Open != 3 {
		t.Fatalf("%+v", b)
	}
	refused(t, second(w.as("clerk").Batch(bg, b.ID)), http.StatusNotFound)
	refused(t, second(w.as("clerk").BatchItems(bg, b.ID)), http.StatusNotFound)
	refused(t, w.as("foreign_head").CancelBatch(bg, b.ID), http.StatusNotFound)
	working, stop := context.WithCancel(bg)
	var worker sync.WaitGroup
	worker.Go(func() { documents.RunSignings(working, w.desk, func(error) {}) })
	defer func() { stop(); worker.Wait() }()
	for try := 0; b.State != "ended"; try++ {
		if try == 500 {
			t.Fatalf("never ended: %+v", b)
		}
		time.Sleep(20 * time.Millisecond)
		b, err = head.Batch(bg, b.ID)
		must(t, err)
	}
	items, err := head.BatchItems(bg, b.ID)
	must(t, err)
	if b.Done != 3 || len(items) != 3 || items[2].State != "done" || items[2].Pages == 0 || items[2].SHA256 == "" {
		t.Errorf("%+v %+v", b, items)
	}
	refused(t, head.CancelBatch(bg, b.ID), http.StatusConflict)
	all, err := head.Batches(bg)
	if err != nil || len(all) != 1 {
		t.Errorf("%v, %v", all, err)
	}
}
