package pades

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"congvu/internal/pdf"
)

const (
	corpusPage = `<!doctype html><html lang="vi"><title>Quyết định</title><h1>QUYẾT ĐỊNH</h1><p>Về việc ban hành <a href="https://example.vn">quy chế</a></p>
<table border=1><tr><td>1</td><td>Điều 1</td></tr></table><p style="break-before:page">Điều 2. <input value="Nghĩa"></p></html>`
	corpusRoff = ".ps 14\n.sp 2\nDECISION\n.PP\nArticle 1.\n.bp\nArticle 2.\n"
)

// producedFiles are files of every producer on this machine: our own writer, and the programs that offices print with.
func producedFiles(t *testing.T) []specimen {
	out := []specimen{{"our writer", "draft", draft(t, 0)}, {"our writer", "draft of 300 KB", draft(t, 300_000)}}
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	page, roff, text := write("x.html", corpusPage), write("x.roff", corpusRoff), write("x.txt", strings.Repeat("Quyết định\n", 200))
	for _, p := range []struct {
		kind string
		args []string
	}{
		{"Chromium", []string{"chromium", "--headless", "--no-sandbox", "--disable-gpu", "--print-to-pdf=out.pdf", "file://" + page}},
		{"Chromium, no tags", []string{"chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-pdf-tagging", "--print-to-pdf=out.pdf", "file://" + page}},
		{"groff", []string{"sh", "-c", "groff -Tpdf /dev/null >/dev/null 2>&1 || { cp in.pdf out.pdf; exit; }; groff -Tpdf -ms " + roff + " > out.pdf"}},
		{"LibreOffice", []string{"soffice", "--headless", "--convert-to", "pdf:writer_pdf_Export", text}},
		{"LibreOffice, PDF/A-2b", []string{"soffice", "--headless", "--convert-to", `pdf:writer_pdf_Export:{"SelectPdfVersion":{"type":"long","value":"2"}}`, text}},
		{"LibreOffice, tagged", []string{"soffice", "--headless", "--convert-to", `pdf:writer_pdf_Export:{"UseTaggedPDF":{"type":"boolean","value":"true"}}`, text}},
		{"cairo", []string{"pdftocairo", "-pdf", "in.pdf", "out.pdf"}},
		{"Ghostscript", []string{"gs", "-q", "-dNOPAUSE", "-dBATCH", "-sDEVICE=pdfwrite", "-sOutputFile=out.pdf", "in.pdf"}},
		{"Ghostscript, 1.3", []string{"gs", "-q", "-dNOPAUSE", "-dBATCH", "-sDEVICE=pdfwrite", "-dCompatibilityLevel=1.3", "-sOutputFile=out.pdf", "in.pdf"}},
	} {
		made := "out.pdf"
		if p.args[0] == "soffice" {
			made = "x.pdf"
		}
		for name, b := range runTool(t, out[0].file, made, p.args...) {
			out = append(out, specimen{p.kind, p.kind + " " + name, b})
		}
	}
	return out
}

// rewriters are the ways in which other programs write the same document again.
var rewriters = []struct {
	kind, made string
	args       []string
}{
	{"qpdf", "out.pdf", []string{"qpdf", "in.pdf", "out.pdf"}},
	{"qpdf, object streams", "out.pdf", []string{"qpdf", "--object-streams=generate", "in.pdf", "out.pdf"}},
	{"qpdf, no object streams", "out.pdf", []string{"qpdf", "--object-streams=disable", "in.pdf", "out.pdf"}},
	{"qpdf, linearized", "out.pdf", []string{"qpdf", "--linearize", "in.pdf", "out.pdf"}},
	{"qpdf, linearized, object streams", "out.pdf", []string{"qpdf", "--linearize", "--object-streams=generate", "in.pdf", "out.pdf"}},
	{"qpdf, uncompressed", "out.pdf", []string{"qpdf", "--stream-data=uncompress", "--compress-streams=n", "in.pdf", "out.pdf"}},
	{"qpdf, uncompressed object streams", "out.pdf", []string{"qpdf", "--compress-streams=n", "--object-streams=generate", "in.pdf", "out.pdf"}},
	{"qpdf, QDF", "out.pdf", []string{"qpdf", "--qdf", "in.pdf", "out.pdf"}},
	{"qpdf, newline before endstream", "out.pdf", []string{"qpdf", "--newline-before-endstream", "in.pdf", "out.pdf"}},
	{"qpdf, 1.4", "out.pdf", []string{"qpdf", "--force-version=1.4", "in.pdf", "out.pdf"}},
	{"qpdf, split", "part-*.pdf", []string{"qpdf", "--split-pages", "in.pdf", "part-%d.pdf"}},
	{"qpdf, pages of two", "out.pdf", []string{"qpdf", "--empty", "--pages", "in.pdf", "in.pdf", "--", "out.pdf"}},
	{"mutool clean", "out.pdf", []string{"mutool", "clean", "in.pdf", "out.pdf"}},
	{"mutool clean, garbage", "out.pdf", []string{"mutool", "clean", "-gggg", "in.pdf", "out.pdf"}},
	{"mutool clean, compressed", "out.pdf", []string{"mutool", "clean", "-z", "-f", "-i", "in.pdf", "out.pdf"}},
	{"mutool clean, ASCII", "out.pdf", []string{"mutool", "clean", "-a", "-d", "in.pdf", "out.pdf"}},
	{"mutool clean, linear", "out.pdf", []string{"mutool", "clean", "-l", "in.pdf", "out.pdf"}},
	{"mutool merge", "out.pdf", []string{"mutool", "merge", "-o", "out.pdf", "in.pdf", "in.pdf"}},
	{"pdfunite", "out.pdf", []string{"pdfunite", "in.pdf", "in.pdf", "out.pdf"}},
	{"pdfseparate", "part-*.pdf", []string{"pdfseparate", "in.pdf", "part-%d.pdf"}},
}

// rewritten gives each file through each rewriter, and each of those once more with an earlier revision of ours before it is
// signed: an update behind linearized files, object streams and tables.
func rewritten(t *testing.T, seeds []specimen) []specimen {
	var out []specimen
	for _, s := range seeds {
		for _, r := range rewriters {
			for name, b := range runTool(t, s.file, r.made, r.args...) {
				out = append(out, specimen{r.kind, r.kind + " of " + s.name + ", " + name, b},
					specimen{"with an earlier revision", "revised " + r.kind + " of " + s.name + ", " + name, revised(t, b)})
			}
		}
		out = append(out, specimen{"with an earlier revision", "revised " + s.name, revised(t, s.file)})
	}
	return out
}

// revised appends a revision that says nothing new about the catalog.
func revised(t *testing.T, file []byte) []byte {
	t.Helper()
	f, err := pdf.Open(file)
	if err != nil {
		t.Error(err)
		return file
	}
	u := pdf.NewUpdate(f)
	root, _ := f.Trailer["Root"].(pdf.Ref)
	u.Set(root, u.Dict(root))
	out, _, err := u.Finish()
	if err != nil {
		t.Error(err)
		return file
	}
	return out
}
