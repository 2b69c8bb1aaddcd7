package web

import (
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"congvu/internal/paper"
	"congvu/internal/transcript"
)

// textsOn lets the house read files, with the compiled reader kept between tests.
func (h *house) textsOn() {
	h.Helper()
	dir, err := os.UserCacheDir()
	if err != nil {
		dir = os.TempDir()
	}
	dir = filepath.Join(dir, "congvu-test-pdfium")
	h.must(os.MkdirAll(dir, 0o700))
	h.desk.Texts = &transcript.Reader{CacheDir: dir, Tesseract: "-"}
}

// D10.2: the registry chooses the file of a paper, has its fields read into those that are empty, sees how sure each is, corrects and saves.
// V5: screen /incoming/new
func TestTheFormIsFilledFromTheFile(t *testing.T) {
	h := newHouse(t)
	p := h.as("vanthu")
	if page := p.answers("/incoming/new", 200); strings.Contains(page, `value="read"`) {
		t.Error("reading is offered where it is off")
	}
	h.textsOn()
	letter, err := paper.Render(paper.Document{Form: paper.Letter, Agency: "Sở Nội vụ", Number: "127", Notation: "SNV-VP", Place: "Huế", Date: time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC),
		Subject: "tăng cường công tác văn thư, lưu trữ", Addressees: []string{"Ủy ban nhân dân xã Vĩnh Lĩnh"}, Body: "Đề nghị Quý cơ quan triển khai.\nTrân trọng./.",
		SignerPosition: "Giám đốc", SignerName: "Đặng Hữu Phước", Receivers: []string{"Như trên"}})
	h.must(err)
	if status, page := p.upload("/incoming/new", url.Values{"find": {"read"}}, nil); status != 200 || !strings.Contains(text(page), "Chọn tệp văn bản trước") {
		t.Errorf("without a file: %d %s", status, text(page))
	}
	form := url.Values{"find": {"read"}, "number": {"99"}, "urgency": {"ordinary"}}
	status, page := p.upload("/incoming/new", form, map[string][]byte{"cong-van.pdf": letter.PDF})
	if status != 200 || !strings.Contains(text(page), "độ tin cậy") {
		t.Fatalf("%d %s", status, text(page))
	}
	for _, want := range []string{`value="99"`, `value="SNV-VP"`, `value="20/11/2026"`, "tăng cường công tác văn thư, lưu trữ", `value="Đặng Hữu Phước"`, "Sở Nội vụ", `<option value="CONG_VAN" selected`} {
		if !strings.Contains(page, want) {
			t.Errorf("no %s", want)
		}
	}
	if strings.Contains(page, `value="127"`) {
		t.Error("what was typed is overwritten")
	}
	if page := text(p.answers("/arrivals", 200)); strings.Contains(page, "tăng cường công tác") {
		t.Error("a document was entered by reading")
	}
	if status, page = p.upload("/incoming/new", url.Values{"find": {"read"}}, map[string][]byte{"thu.txt": []byte("x")}); status != 200 || !strings.Contains(text(page), "không phải là PDF hay ảnh quét") {
		t.Errorf("a text file: %d %s", status, text(page))
	}
}
