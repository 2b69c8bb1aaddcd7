package paper

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"congvu/internal/pdf"
)

// Every page of a marked copy carries the line, the text that was there stays, and other programs read it.
func TestAMarkedCopyCarriesTheLineOnEveryPage(t *testing.T) {
	book := Book{Agency: "Sở Nội vụ", Title: "Sổ đăng ký văn bản đến", Year: 2026, Columns: IncomingColumns, Made: time.Date(2026, 3, 2, 2, 0, 0, 0, time.UTC)}
	for range 40 {
		book.Entries = append(book.Entries, Entry{Cells: []string{"02/03/2026", "1", "Sở Tài chính", "12/STC-NS", "01/03/2026", "Đề nghị góp ý dự toán", "Phòng x", "", "", ""}})
	}
	made, err := Register(book)
	if err != nil {
		t.Fatal(err)
	}
	const line = "Nguyễn Thị Hồng Ngọc – Văn thư – Sở Nội vụ – 09:30 02/03/2026 ﷽"
	out, err := Mark(made.PDF, line)
	if err != nil {
		t.Fatal(err)
	}
	f, err := pdf.Open(out)
	if err != nil {
		t.Fatal(err)
	}
	if n, err := f.PageCount(); err != nil || n != made.Pages {
		t.Fatalf("%d pages, %v", n, err)
	}
	if again, err := Mark(out, "lần hai"); err != nil || len(again) <= len(out) {
		t.Fatalf("a marked copy is not marked again: %v", err)
	}
	if _, err := Mark([]byte("không phải PDF"), line); err == nil {
		t.Fatal("what is no PDF was marked")
	}
	tool, err := exec.LookPath("pdftotext")
	if err != nil {
		t.Skip("pdftotext is not installed")
	}
	name := filepath.Join(t.TempDir(), "mark.pdf")
	if err := os.WriteFile(name, out, 0o600); err != nil {
		t.Fatal(err)
	}
	text, err := exec.Command(tool, name, "-").Output()
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(text), "Nguyễn Thị Hồng Ngọc – Văn thư"); n != made.Pages {
		t.Errorf("%d of %d pages carry the line", n, made.Pages)
	}
	if !strings.Contains(string(text), "Đề nghị góp ý dự toán") {
		t.Error("the text of the page is gone")
	}
}
