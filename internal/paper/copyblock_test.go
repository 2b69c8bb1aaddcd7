package paper

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// The block of Mẫu 3.1 stands after the last copied page, and an extract has the chosen pages only (D13.3, D13.6).
func TestACopyHasItsPagesAndTheBlock(t *testing.T) {
	made, err := Register(Book{Agency: "Sở Nội vụ", Title: "Sổ đăng ký văn bản đến", Year: 2026, Columns: IncomingColumns, Made: time.Date(2026, 3, 2, 2, 0, 0, 0, time.UTC),
		Entries: []Entry{{Cells: []string{"02/03/2026", "1", "Sở Tài chính", "12/STC-NS", "01/03/2026", "Đề nghị góp ý", "Phòng x", "", "", ""}}}})
	if err != nil {
		t.Fatal(err)
	}
	doc := made.PDF
	block := CopyBlock{Form: "TRÍCH SAO", Agency: "ỦY BAN NHÂN DÂN PHƯỜNG BA ĐÌNH", Number: "01/TrS-UBND", PlaceDate: "Hà Nội, ngày 05 tháng 3 năm 2026", Capacity: []string{"TL. CHỦ TỊCH", "CHÁNH VĂN PHÒNG"},
		Signer: "Nguyễn Thị Hĩa", Receivers: []string{"Công an phường", "Lưu: VT"}}
	if _, err := Certify(doc, []int{9}, block); !errors.Is(err, ErrCopyPages) {
		t.Errorf("a page that is not there: %v", err)
	}
	if _, err := Certify([]byte("không phải PDF"), nil, block); err == nil {
		t.Error("copied what is no PDF")
	}
	for _, foot := range []bool{false, true} {
		block.Foot = foot
		out, err := Certify(doc, []int{1}, block)
		if err != nil {
			t.Fatal(err)
		}
		said := textOf(t, out)
		for _, want := range []string{"TRÍCH SAO", "01/TrS-UBND", "CHÁNH VĂN PHÒNG", "Nguyễn Thị Hĩa", "- Công an phường;", "ngày 05 tháng 3 năm 2026"} {
			if !strings.Contains(said, want) {
				t.Errorf("foot %v: no %q in %s", foot, want, said)
			}
		}
	}
}

func textOf(t *testing.T, file []byte) string {
	t.Helper()
	if _, err := exec.LookPath("pdftotext"); err != nil {
		t.Skip("pdftotext is not installed")
	}
	name := filepath.Join(t.TempDir(), "copy.pdf")
	if err := os.WriteFile(name, file, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("pdftotext", "-layout", name, "-").CombinedOutput()
	if err != nil {
		t.Fatalf("%v %s", err, out)
	}
	return string(out)
}
