package pades

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"congvu/internal/i18n"
)

// told is the explanation of the i-th signature as a clerk reads it.
func toldOf(r *Report, i int) string {
	var b strings.Builder
	for _, l := range r.ExplainSignature(i) {
		b.WriteString(i18n.T(i18n.VI, l.Text, l.Args) + "\n")
	}
	return b.String()
}

func contains(t *testing.T, what, text string, parts ...string) {
	t.Helper()
	for _, p := range parts {
		if !strings.Contains(text, p) {
			t.Errorf("%s does not say %q:\n%s", what, p, text)
		}
	}
	if strings.Contains(text, "{") {
		t.Errorf("%s leaves an argument open:\n%s", what, text)
	}
}

// S13.5: who, when and by whose clock, what is covered, what changed afterwards and by whom, the certificate at that time.
func TestExplanationTellsWhatAClerkMustKnow(t *testing.T) {
	a := newArchive(t)
	issued := a.o.issued(t)
	r := verify(t, issued, VerifyOptions{At: checkedAt, Trust: a.trust})
	contains(t, "the leader's signature", toldOf(r, 0), "Nguyễn Văn Nghĩa", "theo đồng hồ của máy ký; chưa có dấu thời gian", "bản 1 trong 2",
		"các ô dành sẵn (", "đúng phạm vi người ký cho phép, rồi", "PAdES-B-B", "chưa có bằng chứng")
	contains(t, "the agency's signature", toldOf(r, 1), "bảo vệ toàn bộ tệp")

	kept := a.extend(t, issued).File
	r = verify(t, kept, VerifyOptions{At: checkedAt, Trust: a.trust})
	title, _ := r.Explain()
	contains(t, "the verdict", title.Text, "Chữ ký hợp lệ")
	contains(t, "a preserved signature", toldOf(r, 0), "chứng minh chữ ký đã có trước", "không bị thu hồi vào lúc", "PAdES-B-LTA")
	contains(t, "the document time stamp", toldOf(r, 2), "Dấu thời gian của toàn bộ tài liệu", "Tài liệu đã có đúng như vậy vào lúc")

	b, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	var again Report
	if err := json.Unmarshal(b, &again); err != nil {
		t.Fatal(err)
	}
	for i := range r.Signatures {
		if toldOf(r, i) != toldOf(&again, i) {
			t.Errorf("a report kept as data explains signature %d otherwise:\n%s\n%s", i, toldOf(r, i), toldOf(&again, i))
		}
	}
}

func TestExplanationOfWhatIsWrong(t *testing.T) {
	o := testOffice(t)
	good := o.issued(t)
	flipped := bytes.Clone(good)
	flipped[bytes.Index(flipped, []byte("stream"))+40] ^= 1
	for name, x := range map[string]struct {
		file []byte
		want []string
	}{
		"altered bytes":     {flipped, []string{"không còn như khi ký", "đề nghị nơi gửi gửi lại tệp gốc"}},
		"a page painted on": {attacks[slices.IndexFunc(attacks, func(a attack) bool { return a.name == "page content replaced" })].make(t, o, good), []string{"thay đổi", "bản đã ký"}},
	} {
		r := verify(t, x.file, VerifyOptions{At: checkedAt, Trust: o.trust})
		if r.Outcome != Failed {
			t.Errorf("%s: %s", name, r.Outcome)
		}
		contains(t, name, toldOf(r, 0), x.want...)
	}
	r := verify(t, good, VerifyOptions{At: checkedAt})
	contains(t, "a stranger's signature", toldOf(r, 0), "không do tổ chức được tin cậy ở đây cấp", "nạp chứng thư gốc")
}

// Every case has English, and arguments that are times are shown as people read them.
func TestTimesInFindingsAreReadable(t *testing.T) {
	text, args := finding("revocation.later", map[string]any{"subject": "An", "since": "2026-11-23T02:00:00Z"}).Reason()
	if said := i18n.T(i18n.VI, text, args); !strings.Contains(said, "09:00 23/11/2026") {
		t.Error(said)
	}
}
