package documents

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"congvu/internal/pades"
	"congvu/internal/store"
)

// S10.1: server prepares, device signs, server embeds; the document travels to its issue as with the server's keys, annexes included (S2.6).
func TestDevicesSignInTwoPhases(t *testing.T) {
	for _, method := range []string{MethodUSBToken, MethodSIM, MethodRemote} {
		h := newHouse(t)
		leader, office := h.onDevice(h.head, "Nguyễn Văn Nghĩa", method), h.onDevice(h.clerk, "UBND xã Vĩnh Lĩnh", MethodUSBToken)
		o := h.at(Drafted)
		_, err := AddFile(bg, h.Desk, h.drafter, o.Ref(), "phu-luc.pdf", reader(h.annex()))
		must(t, err)
		h.do(h.drafter, func(tx *store.Tx) error { return Submit(bg, tx, o.ID, holding(h.unitHead), "") })
		h.do(h.unitHead, func(tx *store.Tx) error { return Approve(bg, tx, o.ID, "", 0) })

		s := h.prepareSigning(o)
		wait, state := 5*time.Minute, SigningWaiting
		if method == MethodUSBToken {
			wait, state = 10*time.Minute, SigningPrepared
		}
		if s.State != state || s.Method != method || s.Expires != s.Created.Add(wait) || len(s.Parts) != 1 || len(s.Parts[0].Digest) != 64 {
			t.Fatalf("%s: prepared %+v", method, s)
		}
		if h.again(o).State != AwaitingSignature {
			t.Fatal("preparing moved the document")
		}
		o, err = CompleteSigning(bg, h.Desk, h.head, s.ID, leader.completion(t, s))
		must(t, err)
		if o.State != Signed {
			t.Fatalf("state %s", o.State)
		}
		h.do(h.clerk, func(tx *store.Tx) error { _, err := Number(bg, tx, o.ID, NumberForm{}); return err })
		s, err = PrepareSigning(bg, h.Desk, h.clerk, o.ID, SigningForm{Purpose: PurposeSeal, Certificate: office.Certificate.Raw})
		must(t, err)
		if len(s.Parts) != 2 || !s.Parts[0].Main || s.Parts[1].Main {
			t.Fatalf("parts %+v", s.Parts)
		}
		o, err = CompleteSigning(bg, h.Desk, h.clerk, s.ID, office.completion(t, s))
		must(t, err)
		h.do(h.clerk, func(tx *store.Tx) error { _, err := Issue(bg, tx, o.ID); return err })
		report, err := pades.Verify(h.mainBytes(h.again(o)), pades.VerifyOptions{At: h.DB.Now().Time(), Trust: h.Trust})
		must(t, err)
		if report.Outcome != pades.Passed || len(report.Signatures) != 2 || report.Signatures[0].Kind != pades.Certification {
			t.Fatalf("outcome %s: %+v", report.Outcome, report.Findings)
		}
		versions, err := Versions(bg, h.DB, h.drafter, o.ID)
		must(t, err)
		var made []string
		for _, v := range versions {
			made = append(made, v.Kind+"="+v.Method)
		}
		if got := strings.Join(made, " "); got != "laid_out= signed="+method+" sealed=usb_token annex_sealed=usb_token" {
			t.Errorf("versions %s", got)
		}
		foreignTools(t, h.mainBytes(h.again(o)))
	}
}

// A device may bring its own container instead of a value.
func TestContainerCompletesASigning(t *testing.T) {
	h := newHouse(t)
	v := h.onDevice(h.head, "Nguyễn Văn Nghĩa", MethodRemote)
	o := h.at(AwaitingSignature)
	s := h.prepareSigning(o)
	o, err := CompleteSigning(bg, h.Desk, h.head, s.ID, Completion{Token: s.Token, Values: []SignatureValue{{Container: v.container(t, h, s)}}})
	must(t, err)
	if o.State != Signed {
		t.Fatalf("state %s", o.State)
	}
}

// Everything that must stop a completion stops it; the document stays as it was and the attempt is in the journal (S10.2, S10.3, S10.6).
func TestCompletionIsRefused(t *testing.T) {
	cases := []struct {
		name string
		kind store.Kind
		do   func(h *house, v *device, o *Outgoing, s *Signing) error
		ends string // state of the signing afterwards
	}{
		{"wrong token", store.Forbidden, func(h *house, v *device, o *Outgoing, s *Signing) error {
			c := v.completion(h.t, s)
			c.Token, _ = newToken()
			_, err := CompleteSigning(bg, h.Desk, h.head, s.ID, c)
			return err
		}, SigningWaiting},
		{"no token", store.Forbidden, func(h *house, v *device, o *Outgoing, s *Signing) error {
			c := v.completion(h.t, s)
			c.Token = ""
			_, err := CompleteSigning(bg, h.Desk, h.head, s.ID, c)
			return err
		}, SigningWaiting},
		{"too late", store.Conflict, func(h *house, v *device, o *Outgoing, s *Signing) error {
			h.clock.Step(5 * time.Minute)
			_, err := CompleteSigning(bg, h.Desk, h.head, s.ID, v.completion(h.t, s))
			return err
		}, SigningExpired},
		{"value over something else", store.Invalid, func(h *house, v *device, o *Outgoing, s *Signing) error {
			_, err := CompleteSigning(bg, h.Desk, h.head, s.ID, Completion{Token: s.Token, Values: []SignatureValue{{Signature: v.value(h.t, []byte("something else"))}}})
			return err
		}, SigningFailed},
		{"container of another certificate", store.Forbidden, func(h *house, v *device, o *Outgoing, s *Signing) error {
			other, err := h.authority.Person("Kẻ Khác", "Chủ tịch", "UBND xã Vĩnh Lĩnh", valid3())
			must(h.t, err)
			_, err = CompleteSigning(bg, h.Desk, h.head, s.ID, Completion{Token: s.Token, Values: []SignatureValue{{Container: (&device{Identity: other}).container(h.t, h, s)}}})
			if err != nil && (!strings.Contains(err.Error(), "Kẻ Khác") || !strings.Contains(err.Error(), "Nguyễn Văn Nghĩa")) {
				h.t.Errorf("the two subjects are not shown: %v", err)
			}
			return err
		}, SigningFailed},
		{"container and value", store.Invalid, func(h *house, v *device, o *Outgoing, s *Signing) error {
			c := v.completion(h.t, s)
			c.Values[0].Container = []byte{0x30, 0}
			_, err := CompleteSigning(bg, h.Desk, h.head, s.ID, c)
			return err
		}, SigningFailed},
		{"garbage for a container", store.Invalid, func(h *house, v *device, o *Outgoing, s *Signing) error {
			_, err := CompleteSigning(bg, h.Desk, h.head, s.ID, Completion{Token: s.Token, Values: []SignatureValue{{Container: []byte("no cms")}}})
			return err
		}, SigningFailed},
		{"too few values", store.Invalid, func(h *house, v *device, o *Outgoing, s *Signing) error {
			_, err := CompleteSigning(bg, h.Desk, h.head, s.ID, Completion{Token: s.Token})
			return err
		}, SigningFailed},
		{"binding withdrawn", store.Forbidden, func(h *house, v *device, o *Outgoing, s *Signing) error {
			h.do(h.admin, func(tx *store.Tx) error { return WithdrawCertificate(bg, tx, v.bound.ID) })
			_, err := CompleteSigning(bg, h.Desk, h.head, s.ID, v.completion(h.t, s))
			return err
		}, SigningFailed},
		{"binding replaced", store.Forbidden, func(h *house, v *device, o *Outgoing, s *Signing) error {
			h.onDevice(h.head, "Nguyễn Văn Nghĩa (mới)", MethodRemote)
			_, err := CompleteSigning(bg, h.Desk, h.head, s.ID, v.completion(h.t, s))
			return err
		}, SigningFailed},
		{"document returned meanwhile", store.Conflict, func(h *house, v *device, o *Outgoing, s *Signing) error {
			h.do(h.head, func(tx *store.Tx) error { return Return(bg, tx, o.ID, "cần bổ sung số liệu") })
			_, err := CompleteSigning(bg, h.Desk, h.head, s.ID, v.completion(h.t, s))
			return err
		}, SigningFailed},
		{"document touched meanwhile", store.Conflict, func(h *house, v *device, o *Outgoing, s *Signing) error {
			h.do(h.drafter, func(tx *store.Tx) error { return Opine(bg, tx, o.ID, "Xin chờ") })
			_, err := CompleteSigning(bg, h.Desk, h.head, s.ID, v.completion(h.t, s))
			return err
		}, SigningFailed},
		{"somebody else of the house", store.NotFound, func(h *house, v *device, o *Outgoing, s *Signing) error {
			_, err := CompleteSigning(bg, h.Desk, h.deputy, s.ID, v.completion(h.t, s))
			return err
		}, SigningWaiting},
		{"a foreign agency", store.NotFound, func(h *house, v *device, o *Outgoing, s *Signing) error {
			_, err := CompleteSigning(bg, h.Desk, h.foreigner, s.ID, v.completion(h.t, s))
			return err
		}, SigningWaiting},
		{"cancelled", store.Conflict, func(h *house, v *device, o *Outgoing, s *Signing) error {
			h.do(h.head, func(tx *store.Tx) error { return CancelSigning(bg, tx, s.ID) })
			_, err := CompleteSigning(bg, h.Desk, h.head, s.ID, v.completion(h.t, s))
			return err
		}, SigningCancelled},
		{"refused at the device", store.Conflict, func(h *house, v *device, o *Outgoing, s *Signing) error {
			h.do(h.head, func(tx *store.Tx) error { return RefuseSigning(bg, tx, s.ID, "Người dùng bấm Hủy") })
			_, err := CompleteSigning(bg, h.Desk, h.head, s.ID, v.completion(h.t, s))
			return err
		}, SigningRefused},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			h := newHouse(t)
			v := h.onDevice(h.head, "Nguyễn Văn Nghĩa", MethodRemote)
			o := h.at(AwaitingSignature)
			s := h.prepareSigning(o)
			file := h.mainBytes(o)
			refused(t, c.do(h, v, o, s), c.kind, c.name)
			if now := h.again(o); now.SignedAt != 0 || string(h.mainBytes(now)) != string(file) {
				t.Fatal("the document changed")
			}
			row, err := loadSigning(bg, h.DB, s.AgencyID, s.ID)
			must(t, err)
			if row.State != c.ends {
				t.Errorf("signing %s, want %s", row.State, c.ends)
			}
			if n := h.journalled("document.sign_failed"); c.kind != store.NotFound && n == 0 {
				t.Error("the attempt is not in the journal")
			}
			if row.Open() {
				_, err = CompleteSigning(bg, h.Desk, h.head, s.ID, v.completion(t, s))
				must(t, err)
			}
		})
	}
}

// The same values twice are one signature, at once or later; other values are refused; of two windows one wins.
func TestCompletionIsIdempotent(t *testing.T) {
	h := newHouse(t)
	v := h.onDevice(h.head, "Nguyễn Văn Nghĩa", MethodUSBToken)
	o := h.at(AwaitingSignature)
	first, second := h.prepareSigning(o), h.prepareSigning(o)
	c := v.completion(t, first)
	var all sync.WaitGroup
	errs := make([]error, 4)
	for i := range errs {
		all.Go(func() { _, errs[i] = CompleteSigning(bg, h.Desk, h.head, first.ID, c) })
	}
	all.Wait()
	must(t, errors.Join(errs...))
	out, err := CompleteSigning(bg, h.Desk, h.head, first.ID, c)
	must(t, err)
	if out.State != Signed || h.journalled("document.signed") != 1 {
		t.Fatalf("state %s, %d signatures", out.State, h.journalled("document.signed"))
	}
	_, err = CompleteSigning(bg, h.Desk, h.head, first.ID, v.completion(t, first)) // ECDSA: another value each time
	refused(t, err, store.Conflict, "a second value")
	_, err = CompleteSigning(bg, h.Desk, h.head, second.ID, v.completion(t, second))
	refused(t, err, store.Conflict, "the other window")
	must(t, h.DB.Write(bg, h.head, func(tx *store.Tx) error { return nil }))
	refused(t, h.try(h.head, func(tx *store.Tx) error { return CancelSigning(bg, tx, first.ID) }), store.Conflict, "cancelling what is done")
}

// Preparing asks for all that Sign asks for, and for a certificate on a device.
func TestPreparingIsRefused(t *testing.T) {
	h := newHouse(t)
	o := h.at(AwaitingSignature)
	form := SigningForm{Purpose: PurposeApprove, Capacity: "TM", Consent: true}
	try := func(a store.Actor, f SigningForm) error {
		_, err := PrepareSigning(bg, h.Desk, a, o.ID, f)
		return err
	}
	refused(t, try(h.head, form), store.Conflict, "a key of the server")
	v := h.onDevice(h.head, "Nguyễn Văn Nghĩa", MethodUSBToken)
	refused(t, try(h.head, SigningForm{Purpose: PurposeApprove, Capacity: "TM"}), store.Invalid, "without consent")
	refused(t, try(h.head, SigningForm{Purpose: PurposeApprove, Capacity: "KT", Consent: true}), store.Forbidden, "another capacity")
	refused(t, try(h.head, SigningForm{Purpose: "stamp", Consent: true}), store.Invalid, "an unknown purpose")
	refused(t, try(h.deputy, form), store.Forbidden, "somebody else")
	refused(t, try(h.foreigner, form), store.NotFound, "a foreign agency")
	refused(t, try(h.clerk, SigningForm{Purpose: PurposeSeal}), store.Conflict, "sealing before the signature")
	other, err := h.authority.Person("Kẻ Khác", "", "", valid3())
	must(t, err)
	form.Certificate = other.Certificate.Raw
	err = try(h.head, form)
	refused(t, err, store.Forbidden, "another certificate")
	if !strings.Contains(err.Error(), "Kẻ Khác") || !strings.Contains(err.Error(), "Nguyễn Văn Nghĩa") {
		t.Errorf("the two subjects are not shown: %v", err)
	}
	form.Certificate = []byte("no certificate")
	refused(t, try(h.head, form), store.Invalid, "garbage for a certificate")
	form.Certificate = v.Certificate.Raw
	for range mostWindows {
		must(t, try(h.head, form))
	}
	refused(t, try(h.head, form), store.Conflict, "one window too many")
	h.clock.Step(11 * time.Minute)
	must(t, try(h.head, form))
}

// What nobody completes expires by itself, once, and is told as expired even before.
func TestSigningExpires(t *testing.T) {
	h := newHouse(t)
	h.onDevice(h.head, "Nguyễn Văn Nghĩa", MethodRemote)
	o := h.at(AwaitingSignature)
	s := h.prepareSigning(o)
	h.clock.Step(5 * time.Minute)
	seen, err := FindSigning(bg, h.DB, h.head, s.ID, h.DB.Now())
	must(t, err)
	if seen.State != SigningExpired || seen.Reason.Text == "" || seen.Token != "" {
		t.Errorf("seen %+v", seen)
	}
	h.workAll()
	h.workAll()
	newest, err := NewestSigning(bg, h.DB, h.head, o.ID, h.DB.Now())
	must(t, err)
	if newest.State != SigningExpired || h.journalled("document.sign_failed") != 1 {
		t.Errorf("state %s, %d entries", newest.State, h.journalled("document.sign_failed"))
	}
	_, err = FindSigning(bg, h.DB, h.deputy, s.ID, h.DB.Now())
	refused(t, err, store.NotFound, "somebody else's signing")
	_, err = FindSigning(bg, h.DB, h.foreigner, s.ID, h.DB.Now())
	refused(t, err, store.NotFound, "a foreign agency's signing")
}

// The file that waits for its signature is no orphan; when the signing has ended it is.
func TestPreparedFilesAreInUse(t *testing.T) {
	h := newHouse(t)
	h.onDevice(h.head, "Nguyễn Văn Nghĩa", MethodRemote)
	s := h.prepareSigning(h.at(AwaitingSignature))
	row, err := loadSigning(bg, h.DB, s.AgencyID, s.ID)
	must(t, err)
	sha := row.parts[0].PreparedSHA
	for _, want := range []bool{true, false} {
		used, err := BlobsInUse(bg, h.DB, []string{sha})
		must(t, err)
		if used[sha] != want {
			t.Errorf("in use %v, want %v", used[sha], want)
		}
		if want {
			h.do(h.head, func(tx *store.Tx) error { return CancelSigning(bg, tx, s.ID) })
		}
	}
}
