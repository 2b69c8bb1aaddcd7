package documents

import (
	"io"
	"os/exec"
	"strings"
	"testing"
	"time"

	"congvu/internal/keys"
	"congvu/internal/org"
	"congvu/internal/store"
)

// I9.1, I9.2: the record of handing over has its lists, is made anew while what it lists changes, is signed by a leader of each side with his own certificate, by
// nobody for both, and stays with the decision.
func TestAHandoverIsRecordedAndSignedByBothSides(t *testing.T) {
	h := newHouse(t)
	draft := h.draft(h.form())
	root := store.System(0)
	day := org.Today(h.DB.Now()).AddDays(1)
	var id org.ReorganisationID
	h.do(root, func(tx *store.Tx) error {
		re, err := org.DraftReorganisation(bg, tx, org.ReorganisationForm{Title: "Nhập xã Vĩnh Lĩnh", Reference: "12/NQ-HĐND", DecidedOn: day.AddDays(-10), Effective: day})
		id = re.ID
		if err == nil {
			err = org.LinkAgencies(bg, tx, id, org.Succession{OldID: h.agency, NewID: h.other, Kind: org.Whole})
		}
		for _, s := range []org.Subject{org.SubjectDocuments, org.SubjectUnfinished} {
			if err == nil {
				err = org.NameTaker(bg, tx, id, h.agency, s, h.other)
			}
		}
		return err
	})
	form := HandoverForm{Reorganisation: id, Old: h.agency, New: h.other}
	_, err := MakeHandover(bg, h.Desk, h.clerk, form)
	refused(t, err, store.Conflict, "before the approval")
	h.do(root.Vouched(), func(tx *store.Tx) error { return org.ApproveReorganisation(bg, tx, id) })
	_, err = MakeHandover(bg, h.Desk, h.outsider, form)
	refused(t, err, store.NotFound, "by a specialist")
	_, err = MakeHandover(bg, h.Desk, h.clerk, HandoverForm{Reorganisation: id, Old: h.other, New: h.agency})
	refused(t, err, store.NotFound, "the wrong way round")
	first, err := MakeHandover(bg, h.Desk, h.clerk, form)
	must(t, err)
	text := h.recordText(first.ID)
	for _, words := range []string{"BIÊN BẢN BÀN GIAO", "12/NQ-HĐND", "Dự thảo văn bản đi", "triển khai công tác văn thư năm 2026", "Phạm Quốc Việt", "ĐẠI DIỆN BÊN NHẬN", "Sở Nội vụ"} {
		if text != "" && !strings.Contains(text, words) {
			t.Errorf("the record does not say %q: %.600s", words, text)
		}
	}
	if strings.Contains(text, "Con dấu") {
		t.Error("what another agency or nobody takes over is in the record")
	}
	_, err = SignHandover(bg, h.Desk, h.clerk, first.ID, SideGiving, "")
	refused(t, err, store.Forbidden, "signed by a clerk")
	_, err = SignHandover(bg, h.Desk, h.head, first.ID, SideTaking, "")
	refused(t, err, store.Forbidden, "signed for the other side")
	h.do(h.drafter, func(tx *store.Tx) error { return Cancel(bg, tx, draft.ID, "Không còn cần thiết nữa") })
	_, err = SignHandover(bg, h.Desk, h.head, first.ID, SideGiving, "")
	refused(t, err, store.Conflict, "signed though the lists have changed")
	record, err := MakeHandover(bg, h.Desk, h.foreignClerk, form)
	must(t, err)
	if was, err := FindHandover(bg, h.DB, h.head, first.ID); err != nil || was.State != HandoverReplaced {
		t.Fatalf("%+v %v", was, err)
	}
	_, err = SignHandover(bg, h.Desk, h.head, record.ID, SideGiving, "another file")
	refused(t, err, store.Conflict, "another file than was shown")
	record, err = SignHandover(bg, h.Desk, h.head, record.ID, SideGiving, "")
	must(t, err)
	_, err = SignHandover(bg, h.Desk, h.deputy, record.ID, SideGiving, "")
	refused(t, err, store.Conflict, "signed twice for one side")

	h.clock.Step(24 * time.Hour)
	h.do(root, func(tx *store.Tx) error { _, err := org.EndAgencies(bg, tx, id); return err })
	_, err = SignHandover(bg, h.Desk, h.foreigner, record.ID, SideTaking, "")
	refused(t, err, store.Forbidden, "without a certificate")
	key, err := h.authority.Person("Đặng Hữu Phước", "Giám đốc", "Sở Nội vụ", keys.Period{From: monday.AddDate(0, -1, 0), Until: monday.AddDate(3, 0, 0)})
	must(t, err)
	must(t, h.Keys.Put("director", key.Key, key.Certificate, key.Chain))
	admin := h.appoint(h.other, 0, "Lý Quản Trị", "Quản trị", org.RankStaff, store.AgencyAdmin)
	h.do(admin, func(tx *store.Tx) error {
		_, err := BindCertificate(bg, tx, CertificateForm{Owner: OwnerPerson, OwnerID: h.foreigner.Person, DER: key.Certificate.Raw, KeyName: "director", Method: MethodServerKey})
		return err
	})
	record, err = SignHandover(bg, h.Desk, h.foreigner, record.ID, SideTaking, "")
	must(t, err)
	if record.State != HandoverSigned || record.GivenName != "Nguyễn Văn Nghĩa" || record.TakenName != "Đặng Hữu Phước" {
		t.Fatalf("%+v", record)
	}
	f, content, err := OpenHandover(bg, h.Desk, h.foreignClerk, record.ID, "pdf")
	must(t, err)
	b, err := io.ReadAll(content)
	content.Close()
	must(t, err)
	if n := strings.Count(string(b), "/ByteRange"); f.Verdict != VerdictPassed || n != 2 {
		t.Fatalf("%s, %d signatures", f.Verdict, n)
	}
	if _, content, err = OpenHandover(bg, h.Desk, h.foreignClerk, record.ID, "docx"); err != nil {
		t.Fatal(err)
	}
	content.Close()
	_, err = MakeHandover(bg, h.Desk, h.foreignClerk, form)
	refused(t, err, store.Conflict, "made anew though both have signed")
	_, err = FindHandover(bg, h.DB, h.outsider, record.ID)
	refused(t, err, store.NotFound, "shown to a specialist")
}

// recordText is what the record says; "" where pdftotext is not installed.
func (h *house) recordText(id int64) string {
	h.t.Helper()
	tool, err := exec.LookPath("pdftotext")
	if err != nil {
		return ""
	}
	_, content, err := OpenHandover(bg, h.Desk, h.clerk, id, "pdf")
	must(h.t, err)
	defer content.Close()
	cmd := exec.Command(tool, "-raw", "-", "-")
	cmd.Stdin = content
	out, err := cmd.Output()
	must(h.t, err)
	return strings.Join(strings.Fields(string(out)), " ")
}
