package documents

import (
	"slices"
	"testing"

	"congvu/internal/store"
)

// D10.2: at the registry the page of a document is compared with what was sent with it; what agrees, what is unsure and what nobody said is passed over.
// V5: what arrives is compared with its page before it is registered.
func TestThePageIsComparedWithWhatWasSent(t *testing.T) {
	d := Incoming{State: Arrived, Number: "012", Notation: "STC-NS", IssuedDate: "2026-03-01", SignerName: "Lê Văn A"}
	read := func(fields ...ReadField) []string {
		var out []string
		for _, m := range d.differs(Reading{Fields: fields}) {
			out = append(out, viText(m.Text, m.Args))
		}
		return out
	}
	sure := func(name, value string) ReadField { return ReadField{Name: name, Value: value, Confidence: 0.95} }
	if got := read(sure(ReadNumber, "12"), sure(ReadNotation, "stc - ns"), sure(ReadIssued, "2026-03-01"), sure(ReadSigner, "LÊ VĂN A"), sure(ReadUrgency, "ordinary")); len(got) != 0 {
		t.Errorf("what agrees: %v", got)
	}
	if got := read(ReadField{Name: ReadNumber, Value: "99", Confidence: 0.5}, sure(ReadSubject, "khác hẳn"), sure(ReadDue, "2026-04-01")); len(got) != 0 {
		t.Errorf("what is unsure or not compared: %v", got)
	}
	want := []string{"Trang văn bản có dấu “MẬT”. Văn bản mật không được nhận trên hệ thống này; hãy xử lý theo quy định về bí mật nhà nước.",
		"Thông tin gửi kèm ghi số 012, trang văn bản ghi số 21.", "Thông tin gửi kèm ghi ngày 01/03/2026, trang văn bản ghi ngày 03/01/2026.",
		"Thông tin gửi kèm ghi độ khẩn thường, trang văn bản có dấu hỏa tốc."}
	if got := read(sure(ReadNumber, "21"), sure(ReadIssued, "2026-01-03"), sure(ReadUrgency, "express"), sure(ReadSecrecy, "MẬT")); !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
	o := newOffice(t)
	in, _ := o.arrive(o.arrival())
	if got, err := ReadingDiffers(bg, o.db, o.people["clerk"], in); err != nil || len(got) != 0 {
		t.Errorf("before the file is read: %v %v", got, err)
	}
	if _, err := ReadingDiffers(bg, o.db, o.people["foreign_clerk"], in); err == nil {
		t.Error("a stranger is told")
	} else {
		o.refused(store.NotFound, err)
	}
}
