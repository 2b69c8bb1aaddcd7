package documents

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"congvu/internal/pades"
	"congvu/internal/store"
)

// The walk of the house: draft → … → issued; both signatures pass, number and date stand in the file (S3.2, D4.1, D4.3, D5.3, V3).
// V3: screen /outgoing/{id}; command remote release
// V76: the signer's and the agency's signature, made and verified.
// D9.1, D2.3, D2.5: number, register, agency signature, issue, in this order; both signatures make the original.
func TestDocumentTravelsFromDraftToIssue(t *testing.T) {
	h := newHouse(t)
	o := h.at(Issued)
	if o.NumberText != "01/UBND-VX" || o.DocumentID != "H26.15,2026/11/23,01/UBND-VX" || o.IssuedDate != "2026-11-23" {
		t.Fatalf("number %q, id %q, date %q", o.NumberText, o.DocumentID, o.IssuedDate)
	}
	report, err := pades.Verify(h.mainBytes(o), pades.VerifyOptions{At: h.DB.Now().Time(), Trust: h.Trust})
	must(t, err)
	if report.Outcome != pades.Passed || len(report.Signatures) != 2 || !report.Signatures[1].WholeFile {
		t.Fatalf("outcome %s, %d signatures: %+v", report.Outcome, len(report.Signatures), report.Findings)
	}
	if s := report.Signatures[0]; s.Kind != pades.Certification || s.Permission != 2 || s.Signer.Name != "Nguyễn Văn Nghĩa" {
		t.Errorf("first signature: %s, P=%d, %s", s.Kind, s.Permission, s.Signer.Name)
	}
	if report.Signatures[1].Signer.Name != "UBND xã Vĩnh Lĩnh" {
		t.Errorf("second signature by %s", report.Signatures[1].Signer.Name)
	}
	files, err := Files(bg, h.DB, h.clerk, o.Ref())
	must(t, err)
	if len(files) != 1 || files[0].Verdict != VerdictPassed || files[0].Name != "01-ubnd-vx.pdf" {
		t.Errorf("files %+v", files)
	}
	versions, err := Versions(bg, h.DB, h.drafter, o.ID)
	must(t, err)
	kinds := []string{}
	for _, v := range versions {
		kinds = append(kinds, v.Kind)
	}
	if strings.Join(kinds, " ") != "laid_out signed sealed" {
		t.Errorf("versions %v", kinds)
	}
	_, b, err := OpenVersion(bg, h.Desk, h.drafter, o.ID, 1)
	must(t, err)
	b.Close()
	steps, err := Timeline(bg, h.DB, h.drafter, o.Ref())
	must(t, err)
	acts := []string{}
	for _, s := range steps {
		acts = append(acts, s.Act)
	}
	if got := strings.Join(acts, " "); got != "draft lay_out submit approve sign number seal issue" {
		t.Errorf("history: %s", got)
	}
	if steps[4].Who != "Nguyễn Văn Nghĩa" || steps[4].Post != "Chủ tịch" {
		t.Errorf("signed by %q, %q", steps[4].Who, steps[4].Post)
	}
	foreignTools(t, h.mainBytes(o))
}

// foreignTools asks poppler and qpdf, where they are installed.
func foreignTools(t *testing.T, file []byte) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "issued.pdf")
	must(t, os.WriteFile(path, file, 0o600))
	if tool, err := exec.LookPath("pdfsig"); err == nil {
		out, err := exec.Command(tool, "-nocert", path).CombinedOutput()
		if err != nil || bytes.Count(out, []byte("Signature is Valid")) != 2 {
			t.Errorf("pdfsig: %v\n%s", err, out)
		}
	}
	if tool, err := exec.LookPath("qpdf"); err == nil {
		if out, err := exec.Command(tool, "--check", path).CombinedOutput(); err != nil {
			t.Errorf("qpdf: %v\n%s", err, out)
		}
	}
	if tool, err := exec.LookPath("pdftotext"); err == nil {
		out, err := exec.Command(tool, "-layout", path, "-").CombinedOutput()
		if err != nil || !bytes.Contains(out, []byte("01")) || !bytes.Contains(out, []byte("ngày 23 tháng 11 năm 2026")) {
			t.Errorf("pdftotext: %v\n%s", err, out)
		}
	}
}

// Every arrow of the table × every role: who the table names may, others are refused with the right kind, foreigners find nothing (law 6, 11).
// D8.10, D8.2, D8.7, D8.8: the states of a draft and who moves it.
func TestEveryArrowObeysTheTable(t *testing.T) {
	h := newHouse(t)
	people := []store.Actor{h.head, h.deputy, h.unitHead, h.drafter, h.colleague, h.outsider, h.clerk, h.admin, h.archivist, h.foreigner, h.foreignClerk}
	for _, s := range []State{Drafted, InReview, Returned, AwaitingSignature, Signed, Numbered, Sealed, Issued, Cancelled} {
		o := h.at(s)
		for _, a := range people {
			sees := SeesAll(a) || a == h.drafter || a == h.unitHead || s == Issued
			if a.Agency != o.AgencyID {
				sees = false
			}
			got, err := FindOutgoing(bg, h.DB, a, o.ID)
			if sees != (err == nil) {
				t.Fatalf("%s sees %s: %v", name(a, h), s, err)
			}
			if !sees {
				refused(t, err, store.NotFound, name(a, h))
				_, err = Acts(bg, h.DB, a, o.ID)
				refused(t, err, store.NotFound, name(a, h)+" acts")
				continue
			}
			allowed := map[Act]bool{}
			for _, act := range got.acts(a) {
				allowed[act] = true
			}
			for _, act := range []Act{ActRevise, ActLay, ActUpload, ActAttach, ActDetach, ActSubmit, ActOpine, ActReturn, ActWithdraw, ActApprove, ActAskSigner, ActSign, ActNumber, ActSeal, ActIssue, ActRelease, ActCancel, ActRecall, ActAddress} {
				if want := expected(h, s, act, a); want != allowed[act] {
					t.Errorf("%s may %s in %s: %v, want %v", name(a, h), act, s, allowed[act], want)
				}
				if !allowed[act] {
					err := h.perform(a, o, act)
					if !errorsIs(err, store.Forbidden, store.Conflict) {
						t.Errorf("%s does %s in %s: %v", name(a, h), act, s, err)
					}
					if h.again(o).State != s {
						t.Fatalf("%s moved %s by %s", name(a, h), s, act)
					}
				}
			}
		}
	}
}

// expected is written apart from the table: what NĐ 30/2020 gives to whom.
func expected(h *house, s State, act Act, a store.Actor) bool {
	change := act == ActRevise || act == ActLay || act == ActUpload || act == ActAttach || act == ActDetach
	switch s {
	case Drafted, Returned:
		return a == h.drafter && (change || act == ActSubmit || act == ActCancel)
	case InReview:
		return act == ActOpine || a == h.drafter && act == ActWithdraw || a == h.unitHead && (change || act == ActReturn || act == ActApprove || act == ActAskSigner)
	case AwaitingSignature:
		return act == ActOpine || a == h.drafter && act == ActRevise || a == h.head && (act == ActSign || act == ActReturn || act == ActAskSigner)
	case Signed:
		return a == h.clerk && (act == ActNumber || act == ActRelease || act == ActReturn || act == ActCancel)
	case Numbered:
		return a == h.clerk && (act == ActSeal || act == ActRelease || act == ActCancel)
	case Sealed:
		return a == h.clerk && (act == ActIssue || act == ActRelease || act == ActCancel)
	case Issued:
		return act == ActRecall && (a == h.clerk || a == h.head || a == h.deputy) || act == ActAddress && a == h.clerk
	}
	return false
}

// perform does an act with arguments that are right in themselves.
func (h *house) perform(a store.Actor, o *Outgoing, act Act) error {
	write := func(f func(tx *store.Tx) error) error { return h.try(a, f) }
	switch act {
	case ActRevise:
		return write(func(tx *store.Tx) error { _, err := Revise(bg, tx, o.ID, h.form()); return err })
	case ActLay:
		_, err := Lay(bg, h.Desk, a, o.ID)
		return err
	case ActUpload:
		_, err := UploadMain(bg, h.Desk, a, o.ID, "x.pdf", strings.NewReader("%PDF-"))
		return err
	case ActAttach:
		return write(func(tx *store.Tx) error {
			return Attach(bg, tx, o.ID, File{Name: "a.txt", SHA: strings.Repeat("0", 64), Size: 1, Media: "text/plain"})
		})
	case ActDetach:
		return write(func(tx *store.Tx) error { return Detach(bg, tx, o.ID, 1) })
	case ActSubmit:
		return write(func(tx *store.Tx) error { return Submit(bg, tx, o.ID, holding(h.unitHead), "") })
	case ActOpine:
		return write(func(tx *store.Tx) error { return Opine(bg, tx, o.ID, "Nhất trí") })
	case ActReturn:
		return write(func(tx *store.Tx) error { return Return(bg, tx, o.ID, "cần bổ sung số liệu") })
	case ActWithdraw:
		return write(func(tx *store.Tx) error { return Withdraw(bg, tx, o.ID, "") })
	case ActApprove:
		return write(func(tx *store.Tx) error { return Approve(bg, tx, o.ID, "", 0) })
	case ActAskSigner:
		return write(func(tx *store.Tx) error { return AskSigner(bg, tx, o.ID, holding(h.deputy), "KT", "") })
	case ActSign:
		_, err := Sign(bg, h.Desk, a, o.ID, "TM", true)
		return err
	case ActNumber:
		return write(func(tx *store.Tx) error { _, err := Number(bg, tx, o.ID, NumberForm{Key: "again"}); return err })
	case ActSeal:
		_, err := Seal(bg, h.Desk, a, o.ID)
		return err
	case ActIssue:
		return write(func(tx *store.Tx) error { _, err := Issue(bg, tx, o.ID); return err })
	case ActRelease:
		_, err := Release(bg, h.Desk, a, o.ID)
		return err
	case ActRecall:
		return write(func(tx *store.Tx) error {
			return Recall(bg, tx, o.ID, RecallForm{Reason: "ban hành trái thẩm quyền"})
		})
	case ActAddress:
		return write(func(tx *store.Tx) error {
			return AddReceivers(bg, tx, o.ID, AddForm{Receivers: []ReceiverForm{{Name: "Công ty Thoát nước"}}, Reason: "bổ sung nơi nhận phối hợp"})
		})
	case ActCancel:
		return write(func(tx *store.Tx) error { return Cancel(bg, tx, o.ID, "không còn cần thiết nữa") })
	}
	panic(act)
}
