package pades

import (
	"os/exec"
	"strings"
	"testing"

	"congvu/internal/paper"
)

// A document laid out by package paper goes the whole way: certified with the person's signature image, numbered and dated,
// sealed over the left third of that image (S4.1, S4.2); the reader sees number and date.
func TestLaidOutDocumentGoesTheWholeWay(t *testing.T) {
	o := testOffice(t)
	page, err := paper.Render(paper.Document{Form: paper.Decision, Agency: "Ủy ban nhân dân xã Vĩnh Lĩnh", Notation: "QĐ-UBND", Place: "Vĩnh Lĩnh",
		Subject: "Về việc ban hành Quy chế", Authority: "Ủy ban nhân dân xã", LegalBases: []string{"Căn cứ Luật Tổ chức chính quyền địa phương"},
		Body: "Ban hành Quy chế.", SignerPosition: "Chủ tịch", SignerName: "Nguyễn Văn Nghĩa", Receivers: []string{"Sở Nội vụ"}})
	if err != nil {
		t.Fatal(err)
	}
	drawn := func(b []byte, err error) *Image {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		m, err := NewImage(b)
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	at := func(b paper.Box, m *Image) *Appearance {
		return &Appearance{Page: b.Page, Rect: [4]float64{b.Left, b.Bottom, b.Right, b.Top}, Image: m}
	}
	req := o.request(o.leader)
	req.Certify = 2
	req.Appearance = at(page.Boxes.Signature, drawn(paper.SignatureImage("Nguyễn Văn Nghĩa")))
	file := mustSign(t, page.PDF, req)

	req = o.request(o.agency)
	req.Fill = map[string]string{paper.NumberField: "15", paper.DateField: "ngày 23 tháng 11 năm 2026"}
	req.LockFields = true
	req.Appearance = at(page.Boxes.Seal, drawn(paper.SealImage("Ủy ban nhân dân xã Vĩnh Lĩnh")))
	file = mustSign(t, file, req)

	if r := verify(t, file, o.options()); r.Outcome != Passed || r.Signatures[0].Changes != FillChange || len(r.Active) > 0 {
		t.Error(explain(r))
	}
	crossCheck(t, file, 2)
	tool, err := exec.LookPath("pdftotext")
	if err != nil {
		t.Skip("pdftotext is not installed")
	}
	read := exec.Command(tool, "-layout", "-", "-")
	read.Stdin = strings.NewReader(string(file))
	text, err := read.CombinedOutput()
	if err != nil {
		t.Fatalf("%v %s", err, text)
	}
	for _, want := range []string{"15", "ngày 23 tháng 11 năm 2026"} {
		if !strings.Contains(string(text), want) {
			t.Errorf("the reader does not see %q in\n%s", want, text)
		}
	}
}
