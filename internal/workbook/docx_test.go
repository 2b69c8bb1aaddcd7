package workbook

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func sampleOut(rows int) Out {
	return Out{Titles: []string{"SỞ NỘI VỤ", "Sổ đăng ký văn bản đi"}, Columns: []OutColumn{{Title: "Số", Width: 8}, {Title: "Trích yếu", Width: 40}, {Title: "Ghi chú"}},
		Rows: func(yield func([]any) bool) {
			for i := range rows {
				if !yield([]any{i + 1, "=SUM(A1) <b>&amp; “Nội dung” \x01\ndòng hai", nil}) {
					return
				}
			}
		}}
}

// The document is sound XML with one row a line, text stays text, and it opens in LibreOffice with every row.
func TestDOCXHoldsEveryRow(t *testing.T) {
	var b bytes.Buffer
	if err := WriteDOCX(&b, sampleOut(25)); err != nil {
		t.Fatal(err)
	}
	z, err := zip.NewReader(bytes.NewReader(b.Bytes()), int64(b.Len()))
	if err != nil {
		t.Fatal(err)
	}
	rows := 0
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		d := xml.NewDecoder(r)
		for {
			token, err := d.Token()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatalf("%s: %v", f.Name, err)
			}
			if e, ok := token.(xml.StartElement); ok && e.Name.Local == "tr" {
				rows++
			}
		}
	}
	if rows != 26 {
		t.Errorf("%d rows, want the head and 25", rows)
	}
	office, err := exec.LookPath("soffice")
	if err != nil {
		t.Skip("LibreOffice is not installed")
	}
	dir := t.TempDir()
	path := filepath.Join(dir, "so.docx")
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.CommandContext(t.Context(), office, "-env:UserInstallation=file://"+dir+"/profile", "--headless", "--convert-to", "txt:Text (encoded):UTF8", "--outdir", dir, path).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	text, err := os.ReadFile(filepath.Join(dir, "so.txt"))
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(text), "=SUM(A1) <b>&amp; “Nội dung”"); n != 25 {
		t.Errorf("LibreOffice reads %d of 25 rows", n)
	}
}

func TestDOCXSharesTheWidthOfThePage(t *testing.T) {
	w := docxWidths(sampleOut(0).Columns)
	if len(w) != 3 || slices.Min(w) < 500 || w[0]+w[1]+w[2] > docxWidth || w[1] < w[0] {
		t.Errorf("widths %v of %d", w, docxWidth)
	}
}

func BenchmarkDOCX(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if err := WriteDOCX(io.Discard, sampleOut(20000)); err != nil {
			b.Fatal(err)
		}
	}
}
