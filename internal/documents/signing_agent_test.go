package documents

import (
	"bytes"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"congvu/internal/pades"
	"congvu/internal/store"
)

func (h *house) prepareAgent(a store.Actor, o *Outgoing, purpose string) *Signing {
	h.t.Helper()
	s, err := PrepareAgent(bg, h.Desk, a, o.ID, SigningForm{Purpose: purpose, Capacity: o.Capacity, Consent: true, Address: "10.0.0.7"})
	must(h.t, err)
	return s
}

func (h *house) upload(token string, b []byte) (*AgentReceipt, error) {
	return UploadAgentFile(bg, h.Desk, token, "10.0.0.7", bytes.NewReader(b))
}

// S12: the program on the signer's machine signs what it is handed; the document travels to its issue, annexes one by one in any order.
// N13: the program on the signer's machine works with every browser, and is told what is wrong.
func TestLocalProgramSignsTheWholeWay(t *testing.T) {
	h := newHouse(t)
	leader, office := h.onDevice(h.head, "Nguyễn Văn Nghĩa", MethodUSBToken), h.onDevice(h.clerk, "UBND xã Vĩnh Lĩnh", MethodUSBToken)
	o := h.at(Drafted)
	_, err := AddFile(bg, h.Desk, h.drafter, o.Ref(), "phu-luc.pdf", reader(h.annex()))
	must(t, err)
	h.do(h.drafter, func(tx *store.Tx) error { return Submit(bg, tx, o.ID, holding(h.unitHead), "") })
	h.do(h.unitHead, func(tx *store.Tx) error { return Approve(bg, tx, o.ID, "", 0) })
	o = h.again(o)

	s := h.prepareAgent(h.head, o, PurposeApprove)
	calls := AgentCalls(s, o, "https://congvu.test")
	if len(calls) != 1 || calls[0].Socket != "wss://127.0.0.1:8987/SignApproved" || calls[0].Request.FileName != "https://congvu.test/sign-agent/"+s.Parts[0].Token+"/file" ||
		calls[0].Request.DocNumber != "" {
		t.Fatalf("calls %+v", calls)
	}
	receipt, err := h.upload(s.Parts[0].Token, leader.program(t, h.handed(s.Parts[0].Token), certify))
	must(t, err)
	if !receipt.Complete || h.again(o).State != Signed {
		t.Fatalf("receipt %+v, state %s", receipt, h.again(o).State)
	}
	h.do(h.clerk, func(tx *store.Tx) error { _, err := Number(bg, tx, o.ID, NumberForm{}); return err })
	o = h.again(o)
	s = h.prepareAgent(h.clerk, o, PurposeSeal)
	calls = AgentCalls(s, o, "https://congvu.test")
	if len(calls) != 2 || !strings.HasSuffix(calls[0].Socket, "/SignIssued") || !strings.HasSuffix(calls[1].Socket, "/SignAppendix") || calls[0].Request.DocNumber != "01/UBND-VX" || calls[0].Request.IssuedDate != "23/11/2026" {
		t.Fatalf("calls %+v", calls)
	}
	receipt, err = h.upload(s.Parts[1].Token, office.program(t, h.handed(s.Parts[1].Token), approve))
	must(t, err)
	if receipt.Complete || receipt.Missing != 1 || h.again(o).State != Numbered {
		t.Fatalf("receipt %+v", receipt)
	}
	receipt, err = h.upload(s.Parts[0].Token, office.program(t, h.handed(s.Parts[0].Token), approve))
	must(t, err)
	if !receipt.Complete || h.again(o).State != Sealed {
		t.Fatalf("receipt %+v", receipt)
	}
	h.do(h.clerk, func(tx *store.Tx) error { _, err := Issue(bg, tx, o.ID); return err })
	report, err := pades.Verify(h.mainBytes(h.again(o)), pades.VerifyOptions{At: h.DB.Now().Time(), Trust: h.Trust})
	must(t, err)
	if report.Outcome != pades.Passed || len(report.Signatures) != 2 {
		t.Fatalf("outcome %s", report.Outcome)
	}
	foreignTools(t, h.mainBytes(h.again(o)))
}

// S12.2: what the program brings is a stranger's file. Everything but the file handed out plus exactly one expected signature is refused and
// logged, and the old revision stays.
func TestUploadOfTheProgramIsJudged(t *testing.T) {
	cases := []struct {
		name string
		kind store.Kind
		file func(h *house, v *device, handed []byte) []byte
	}{
		{"nothing", store.Invalid, func(h *house, v *device, b []byte) []byte { return nil }},
		{"no PDF", store.Invalid, func(h *house, v *device, b []byte) []byte { return []byte("MZ\x90") }},
		{"unsigned", store.Invalid, func(h *house, v *device, b []byte) []byte { return b }},
		{"another document, signed", store.Invalid, func(h *house, v *device, b []byte) []byte { return v.program(h.t, h.annex(), certify) }},
		{"a byte of the old revision changed", store.Invalid, func(h *house, v *device, b []byte) []byte {
			out := v.program(h.t, b, certify)
			out[len(b)/2] ^= 1
			return out
		}},
		{"a byte of the signature changed", store.Invalid, func(h *house, v *device, b []byte) []byte {
			out := v.program(h.t, b, certify)
			hole := bytes.LastIndex(out, []byte("/Contents <"))
			at := hole + len(bytes.TrimRight(out[hole:hole+bytes.IndexByte(out[hole:], '>')], "0")) - 2 // in the signature value, which ends the container
			out[at] = map[bool]byte{true: 'a', false: 'b'}[out[at] != 'a']
			return out
		}},
		{"bytes behind the end", store.Invalid, func(h *house, v *device, b []byte) []byte {
			return append(v.program(h.t, b, certify), "%%EOF\nmore"...)
		}},
		{"number filled in on the way", store.Invalid, func(h *house, v *device, b []byte) []byte {
			return v.program(h.t, b, func(r *pades.Request) { r.Certify, r.Fill = 2, map[string]string{pades.NumberField: "99"} })
		}},
		{"changed before it was signed", store.Invalid, func(h *house, v *device, b []byte) []byte {
			filled, err := pades.FillFields(b, map[string]string{pades.NumberField: "99"})
			must(h.t, err)
			return v.program(h.t, filled, certify)
		}},
		{"two signatures", store.Invalid, func(h *house, v *device, b []byte) []byte {
			return v.program(h.t, v.program(h.t, b, certify), approve)
		}},
		{"approval instead of certification", store.Invalid, func(h *house, v *device, b []byte) []byte { return v.program(h.t, b, approve) }},
		{"closed for every change", store.Invalid, func(h *house, v *device, b []byte) []byte {
			return v.program(h.t, b, func(r *pades.Request) { r.Certify = 1 })
		}},
		{"another certificate", store.Forbidden, func(h *house, v *device, b []byte) []byte {
			other, err := h.authority.Person("Kẻ Khác", "Chủ tịch", "UBND xã Vĩnh Lĩnh", valid3())
			must(h.t, err)
			return (&device{Identity: other}).program(h.t, b, certify)
		}},
		{"binding withdrawn meanwhile", store.Forbidden, func(h *house, v *device, b []byte) []byte {
			h.do(h.admin, func(tx *store.Tx) error { return WithdrawCertificate(bg, tx, v.bound.ID) })
			return v.program(h.t, b, certify)
		}},
		{"far too large", store.Invalid, func(h *house, v *device, b []byte) []byte {
			return append(v.program(h.t, b, certify), make([]byte, agentRoom)...)
		}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			h := newHouse(t)
			v := h.onDevice(h.head, "Nguyễn Văn Nghĩa", MethodUSBToken)
			o := h.at(AwaitingSignature)
			before := h.mainBytes(o)
			s := h.prepareAgent(h.head, o, PurposeApprove)
			bad := c.file(h, v, h.handed(s.Parts[0].Token))
			_, err := h.upload(s.Parts[0].Token, bad)
			refused(t, err, c.kind, c.name)
			if now := h.again(o); now.State != AwaitingSignature || !bytes.Equal(h.mainBytes(now), before) {
				t.Fatal("the document changed")
			}
			if h.journalled("document.sign_failed") != 1 {
				t.Errorf("%d entries in the journal", h.journalled("document.sign_failed"))
			}
			_, err = h.upload(s.Parts[0].Token, v.program(t, before, certify))
			refused(t, err, store.NotFound, "the token once more")
			seen, err := FindSigning(bg, h.DB, h.head, s.ID, h.DB.Now())
			must(t, err)
			if seen.State != SigningFailed || seen.Reason.Text == "" {
				t.Errorf("signing %s, %q", seen.State, seen.Reason.Text)
			}
		})
	}
}

// S12.1: the token opens one file of one signing for ten minutes; the same file twice is one signature, another one is refused.
func TestAgentTokenIsBound(t *testing.T) {
	h := newHouse(t)
	v := h.onDevice(h.head, "Nguyễn Văn Nghĩa", MethodUSBToken)
	o := h.at(AwaitingSignature)
	late := h.prepareAgent(h.head, o, PurposeApprove)
	h.clock.Step(10*time.Minute + time.Second)
	_, _, _, err := OpenAgentFile(bg, h.Desk, late.Parts[0].Token)
	refused(t, err, store.NotFound, "an expired token")
	_, err = h.upload(late.Parts[0].Token, nil)
	refused(t, err, store.NotFound, "an expired token")
	for _, bad := range []string{"", "x", strings.Repeat("A", 43), late.Token + "aaaa", tokenHash(late.Parts[0].Token)} {
		_, err = h.upload(bad, nil)
		refused(t, err, store.NotFound, "no token")
	}
	s := h.prepareAgent(h.head, o, PurposeApprove)
	if _, err = CompleteSigning(bg, h.Desk, h.head, s.ID, Completion{Token: s.Parts[0].Token}); !errors.Is(err, store.Forbidden) {
		t.Errorf("a value for an agent's signing: %v", err)
	}
	signed := v.program(t, h.handed(s.Parts[0].Token), certify)
	if seen, err := FindSigning(bg, h.DB, h.head, s.ID, h.DB.Now()); err != nil || seen.State != SigningWaiting {
		t.Errorf("%+v, %v", seen, err)
	}
	var all sync.WaitGroup
	errs := make([]error, 3)
	for i := range errs {
		all.Go(func() { _, errs[i] = h.upload(s.Parts[0].Token, signed) })
	}
	all.Wait()
	must(t, errors.Join(errs...))
	receipt, err := h.upload(s.Parts[0].Token, signed)
	must(t, err)
	if !receipt.Complete || h.journalled("document.signed") != 1 {
		t.Errorf("receipt %+v, %d signatures", receipt, h.journalled("document.signed"))
	}
	_, err = h.upload(s.Parts[0].Token, v.program(t, h.mainBytes(o), approve))
	refused(t, err, store.Conflict, "another file")
	if h.again(o).State != Signed {
		t.Error("a refused repetition undid the signature")
	}
	_, _, _, err = OpenAgentFile(bg, h.Desk, s.Parts[0].Token)
	refused(t, err, store.Conflict, "downloading what is done")
}

// What is frozen is what the signer saw, however late the file was exchanged after his page was made (S10.1).
func TestAnotherFileThanTheSignerSawIsNotHandedOut(t *testing.T) {
	h := newHouse(t)
	h.onDevice(h.head, "Nguyễn Văn Nghĩa", MethodUSBToken)
	o := h.at(AwaitingSignature)
	files, err := Files(bg, h.DB, h.head, o.Ref())
	must(t, err)
	f := SigningForm{Purpose: PurposeApprove, Capacity: o.Capacity, Consent: true, SHA: strings.Repeat("0", 64)}
	_, err = PrepareAgent(bg, h.Desk, h.head, o.ID, f)
	refused(t, err, store.Conflict, "the program, another file")
	_, err = PrepareSigning(bg, h.Desk, h.head, o.ID, f)
	refused(t, err, store.Conflict, "a value, another file")
	if h.journalled("document.sign_failed") != 2 || h.journalled("document.signing_prepared") != 0 {
		t.Errorf("%d refused, %d prepared", h.journalled("document.sign_failed"), h.journalled("document.signing_prepared"))
	}
	f.SHA = files[0].SHA
	_, err = PrepareAgent(bg, h.Desk, h.head, o.ID, f)
	must(t, err)
	_, err = PrepareSigning(bg, h.Desk, h.head, o.ID, f)
	must(t, err)
}

// Keys of the server and of remote services are not the program's; nor is a certificate that has run out.
func TestAgentNeedsATokenCertificate(t *testing.T) {
	h := newHouse(t)
	o := h.at(AwaitingSignature)
	try := func(a store.Actor) error {
		_, err := PrepareAgent(bg, h.Desk, a, o.ID, SigningForm{Purpose: PurposeApprove, Capacity: "TM", Consent: true})
		return err
	}
	refused(t, try(h.head), store.Conflict, "a key of the server")
	h.onDevice(h.head, "Nguyễn Văn Nghĩa", MethodRemote)
	refused(t, try(h.head), store.Conflict, "a remote key")
	h.onDevice(h.head, "Nguyễn Văn Nghĩa", MethodUSBToken)
	must(t, try(h.head))
	refused(t, try(h.deputy), store.Forbidden, "somebody else")
	refused(t, try(h.foreigner), store.NotFound, "a foreign agency")
	refused(t, try(h.unconfirmed(h.head)), store.Unconfirmed, "who has not confirmed himself")
	h.clock.Step(4 * 365 * 24 * time.Hour)
	refused(t, try(h.head), store.Forbidden, "a certificate that has run out")
}

// Whatever a program sends, the answer is a refusal or the one good signature; the document is never harmed.
func FuzzUploadOfTheProgram(f *testing.F) {
	h := newHouse(f)
	v := h.onDevice(h.head, "Nguyễn Văn Nghĩa", MethodUSBToken)
	o := h.at(AwaitingSignature)
	old := h.mainBytes(o)
	good := v.program(f, old, certify)
	f.Add(0, []byte{})
	f.Add(len(good), []byte("x"))
	f.Add(len(old), []byte("%%EOF"))
	before, err := h.verify(old)
	must(f, err)
	f.Fuzz(func(t *testing.T, at int, b []byte) {
		bad := bytes.Clone(good)
		if at < 0 || at > len(bad) {
			return
		}
		n := copy(bad[at:], b)
		bad = append(bad[:at+n], bad[at+n:]...)
		if at == len(bad) {
			bad = append(bad, b...)
		}
		if change, _, err := pades.Added(old, bad); err != nil || change > pades.SignatureChange {
			return
		}
		after, err := h.verify(bad)
		must(t, err)
		if _, err := expectedSignature(before, after, PurposeApprove); err != nil {
			return
		}
		hole := bytes.LastIndex(good, []byte("/Contents <"))
		end := hole + bytes.IndexByte(good[hole:], '>')
		blank := "\x00 \t\r\n" // behind the end, where careless programs leave it, it says nothing
		if !bytes.Equal(bad[:hole+11], good[:hole+11]) || len(bad) < end || !bytes.Equal(bytes.TrimRight(bad[end:], blank), bytes.TrimRight(good[end:], blank)) {
			t.Errorf("%d bytes at %d were changed unnoticed", len(b), at)
		}
	})
}
