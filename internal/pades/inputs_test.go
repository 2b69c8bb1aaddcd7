package pades

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"congvu/internal/paper"
	"congvu/internal/pdf"
)

// inputs are the same draft in every way in which a file keeps its cross-references, and a laid-out PDF/A.
func inputs(t *testing.T) map[string][]byte {
	t.Helper()
	out := map[string][]byte{"cross-reference table": draft(t, 0), "hybrid": hybrid(t, draft(t, 0)), "cross-reference stream": streamed(t, draft(t, 0)), "PDF/A of paper": paperDraft(t)}
	tool, err := exec.LookPath("qpdf")
	if err != nil {
		t.Log("qpdf is not installed: no object streams, no linearized files")
		return out
	}
	for name, args := range map[string][]string{"object streams": {"--object-streams=generate"}, "linearized": {"--linearize"},
		"linearized with object streams": {"--linearize", "--object-streams=generate"}} {
		dir := t.TempDir()
		from, to := filepath.Join(dir, "in.pdf"), filepath.Join(dir, "out.pdf")
		if err := os.WriteFile(from, draft(t, 0), 0o600); err != nil {
			t.Fatal(err)
		}
		if b, err := exec.Command(tool, append(args, from, to)...).CombinedOutput(); err != nil {
			t.Fatalf("qpdf: %v %s", err, b)
		}
		if out[name], err = os.ReadFile(to); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

func paperDraft(t *testing.T) []byte {
	t.Helper()
	page, err := paper.Render(paper.Document{Form: paper.Decision, Agency: "Ủy ban nhân dân xã Vĩnh Lĩnh", Notation: "QĐ-UBND", Place: "Vĩnh Lĩnh",
		Subject: "Về việc ban hành Quy chế", Authority: "Ủy ban nhân dân xã", LegalBases: []string{"Căn cứ Luật Tổ chức chính quyền địa phương"},
		Body: "Ban hành Quy chế.", SignerPosition: "Chủ tịch", SignerName: "Nguyễn Văn Nghĩa", Receivers: []string{"Sở Nội vụ"}})
	if err != nil {
		t.Fatal(err)
	}
	return page.PDF
}

// streamed appends a revision whose section is a cross-reference stream.
func streamed(t *testing.T, file []byte) []byte {
	t.Helper()
	f, err := pdf.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	self := f.Size()
	at := len(file)
	trailer := pdf.Dict{"Type": pdf.Name("XRef"), "W": pdf.Array{1, 5, 2}, "Index": pdf.Array{self, 1}, "Size": self + 1, "Prev": f.Sections[0].Offset,
		"Root": f.Trailer["Root"], "Info": f.Trailer["Info"], "ID": f.Trailer["ID"]}
	return closeSection(t, file, self, pdf.Flate(trailer, row(at)), at)
}

// hybrid appends a revision with a table for old readers and a stream beside it, which alone knows an object in an object stream.
func hybrid(t *testing.T, file []byte) []byte {
	t.Helper()
	f, err := pdf.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	info := f.Trailer["Info"].(pdf.Ref)
	container, self := f.Size(), f.Size()+1
	body, err := pdf.Append(nil, pdf.Dict{"Title": pdf.TextString("Quyết định")})
	if err != nil {
		t.Fatal(err)
	}
	head := fmt.Sprintf("%d 0 ", info.Num)
	out := append([]byte(nil), file...)
	start := len(out)
	out = fmt.Appendf(out, "%d 0 obj\n", container)
	out, err = pdf.Append(out, &pdf.Stream{Dict: pdf.Dict{"Type": pdf.Name("ObjStm"), "N": 1, "First": len(head)}, Raw: append([]byte(head), body...)})
	if err != nil {
		t.Fatal(err)
	}
	out = append(out, "\nendobj\n"...)
	stream := len(out)
	rows := append(row(start), row(stream)...)
	rows = append([]byte{2, 0, 0, byte(container >> 16), byte(container >> 8), byte(container), 0, 0}, rows...)
	d := pdf.Dict{"Type": pdf.Name("XRef"), "W": pdf.Array{1, 5, 2}, "Index": pdf.Array{info.Num, 1, container, 2}, "Size": self + 1}
	out = fmt.Appendf(out, "%d 0 obj\n", self)
	if out, err = pdf.Append(out, pdf.Flate(d, rows)); err != nil {
		t.Fatal(err)
	}
	out = append(out, "\nendobj\n"...)
	table := len(out)
	out = fmt.Appendf(out, "xref\n0 1\n0000000000 65535 f \n%d 1\n%010d 00000 f \n", info.Num, 0)
	trailer := f.Trailer.Clone()
	trailer["Prev"], trailer["XRefStm"], trailer["Size"] = f.Sections[0].Offset, stream, self+1
	out = append(out, "trailer\n"...)
	if out, err = pdf.Append(out, trailer); err != nil {
		t.Fatal(err)
	}
	return fmt.Appendf(out, "\nstartxref\n%d\n%%%%EOF\n", table)
}

func row(offset int) []byte {
	return []byte{1, 0, byte(offset >> 24), byte(offset >> 16), byte(offset >> 8), byte(offset), 0, 0}
}

func closeSection(t *testing.T, file []byte, num int, section *pdf.Stream, at int) []byte {
	t.Helper()
	out := fmt.Appendf(append([]byte(nil), file...), "%d 0 obj\n", num)
	out, err := pdf.Append(out, section)
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Appendf(out, "\nendobj\nstartxref\n%d\n%%%%EOF\n", at)
}

func TestInputsAreWhatTheirNamesSay(t *testing.T) {
	for name, file := range inputs(t) {
		f, err := pdf.Open(file)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if err := f.ReadAll(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if s := f.Sections[0]; s.Hybrid != (name == "hybrid") || s.Stream != (name == "cross-reference stream" || name == "object streams" || name == "linearized with object streams") {
			t.Errorf("%s: %+v", name, s)
		}
		if f.Text(f.Dict(f.Trailer["Info"])["Title"]) == "" {
			t.Errorf("%s has no title", name)
		}
	}
}
