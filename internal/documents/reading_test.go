package documents

import (
	"bytes"
	"fmt"
	"image"
	"image/draw"
	"image/png"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"congvu/internal/calendar"
	"congvu/internal/i18n"
	"congvu/internal/paper"
	"congvu/internal/transcript"
)

func testReader(t testing.TB) *transcript.Reader {
	t.Helper()
	dir, err := os.UserCacheDir()
	if err != nil {
		dir = os.TempDir()
	}
	dir = filepath.Join(dir, "congvu-test-pdfium")
	must(t, os.MkdirAll(dir, 0o700))
	return &transcript.Reader{CacheDir: dir, Tesseract: "-"}
}

// readSample is a document with the truth about it.
type readSample struct {
	paper paper.Document
	truth map[string]string
}

var sampleTypes = []Type{{Code: "CONG_VAN", Abbr: "", Name: "Công văn", Form: "1.5"}, {Code: "QUYET_DINH", Abbr: "QĐ", Name: "Quyết định (cá biệt)", Form: "1.2"}, {Code: "BAO_CAO", Abbr: "BC", Name: "Báo cáo", Form: "1.4"}, {Code: "TO_TRINH", Abbr: "TTr", Name: "Tờ trình", Form: "1.4"},
	{Code: "THONG_BAO", Abbr: "TB", Name: "Thông báo", Form: "1.4"}, {Code: "KE_HOACH", Abbr: "KH", Name: "Kế hoạch", Form: "1.4"}, {Code: "GIAY_MOI", Abbr: "GM", Name: "Giấy mời", Form: "1.7"}}

// readSamples are documents of several types, agencies and lengths.
func readSamples() []readSample {
	agencies := []struct{ parent, name, abbr, place string }{
		{"UBND thành phố Đà Nẵng", "Sở Nội vụ", "SNV", "Đà Nẵng"}, {"", "Ủy ban nhân dân thành phố Hồ Chí Minh", "UBND", "Thành phố Hồ Chí Minh"},
		{"UBND tỉnh Nghệ An", "Sở Khoa học và Công nghệ", "SKHCN", "Nghệ An"}, {"", "Ủy ban nhân dân phường Hải Châu", "UBND", "Hải Châu"},
		{"Bộ Nội vụ", "Cục Văn thư và Lưu trữ nhà nước", "VTLTNN", "Hà Nội"},
	}
	subjects := []string{"triển khai công tác văn thư, lưu trữ điện tử năm 2026", "kết quả thực hiện nhiệm vụ chuyển đổi số", "rà soát, cập nhật danh mục hồ sơ và thời hạn bảo quản tài liệu của các cơ quan, đơn vị trên địa bàn thành phố giai đoạn 2026 - 2030"}
	var out []readSample
	for i, a := range agencies {
		for j, k := range sampleTypes {
			day := time.Date(2026, time.Month(1+(i+j)%9), 3+i*j%25, 0, 0, 0, 0, time.UTC)
			subject := subjects[(i+j)%len(subjects)]
			d := paper.Document{Form: paper.Form(k.Form), ParentAgency: a.parent, Agency: a.name, Number: fmt.Sprintf("%02d", 5+i*37+j), Place: a.place, Date: day,
				TypeName: strings.TrimSuffix(k.Name, " (cá biệt)"), SignerPosition: "Giám đốc", SignerName: []string{"Nguyễn Thị Minh Khai", "Trần Văn Bình", "Lê Đức Ưng"}[(i+j)%3],
				Receivers: []string{"Như trên", "Lãnh đạo cơ quan (để báo cáo)"}, FileUnit: "VP",
				Body: "Thực hiện Nghị định số 30/2020/NĐ-CP ngày 05 tháng 3 năm 2020 của Chính phủ về công tác văn thư, đề nghị các cơ quan gửi báo cáo về cơ quan này trước ngày 20 tháng 12 năm 2026 để tổng hợp./."}
			d.Notation = k.Abbr + "-" + a.abbr
			truth := map[string]string{ReadNumber: d.Number, ReadIssued: day.Format("2006-01-02"), ReadSender: a.name, ReadParent: a.parent, ReadType: k.Code,
				ReadSigner: d.SignerName, ReadPosition: "Giám đốc", ReadDue: "2026-12-20"}
			if k.Letter() {
				d.Notation, d.Addressees = a.abbr+"-VP", []string{"Các sở, ban, ngành", "Ủy ban nhân dân các phường, xã"}
				truth[ReadSubject] = subject
				d.Subject = subject
			} else {
				d.Subject = "Về việc " + subject
				truth[ReadSubject] = d.Subject
			}
			if k.Form == "1.7" {
				d.Addressees = []string{"Các sở, ban, ngành"}
				d.Meeting = paper.Meeting{Event: subject, Chair: "Ông Trần Văn Bình", Time: "8 giờ 00", Place: "Phòng họp số 1"}
				truth[ReadSubject], d.Subject = "", ""
			}
			if j%3 == 1 {
				d.Capacity = []paper.CapacityLine{{Prefix: "KT.", Office: "Giám đốc"}}
				d.SignerPosition, truth[ReadPosition], truth[ReadCapacity] = "Phó Giám đốc", "Phó Giám đốc", "KT. Giám đốc"
			}
			if j%2 == 0 {
				d.Urgency, truth[ReadUrgency] = paper.Express, "express"
			}
			if k.Form == "1.2" {
				d.Authority = "Giám đốc " + a.name
				d.LegalBases = []string{"Căn cứ Luật Tổ chức chính quyền địa phương ngày 16 tháng 6 năm 2025"}
				d.Body = "Điều 1. Ban hành kèm theo Quyết định này danh mục hồ sơ.\nĐiều 2. Các cơ quan hoàn thành trước ngày 20/12/2026./."
			}
			truth[ReadNotation] = d.Notation
			out = append(out, readSample{d, truth})
		}
	}
	return out
}

// accuracy counts, by field, how often a reading says the truth.
type accuracy map[string][2]int

func (a accuracy) judge(truth map[string]string, r Reading) (wrong []string) {
	for name, want := range truth {
		if want == "" {
			continue
		}
		got := r.Value(name)
		n := a[name]
		n[1]++
		if i18n.Fold(got) == i18n.Fold(want) {
			n[0]++
		} else {
			wrong = append(wrong, fmt.Sprintf("%s: %q instead of %q", name, got, want))
		}
		a[name] = n
	}
	return wrong
}

func (a accuracy) rate(name string) float64 { return float64(a[name][0]) / float64(max(1, a[name][1])) }

// What our own layout writes is read back: the rules know the boxes of the decree.
func TestFieldsAreReadFromTheTextOfPages(t *testing.T) {
	r := testReader(t)
	score := accuracy{}
	for _, s := range readSamples() {
		made, err := paper.Render(s.paper)
		must(t, err)
		text, err := r.Read(t.Context(), "application/pdf", made.PDF)
		must(t, err)
		reading := ReadDocument(text, sampleTypes)
		for _, w := range score.judge(s.truth, reading) {
			t.Logf("%s/%s: %s", s.paper.Number, s.paper.Notation, w)
		}
		for _, f := range reading.Fields {
			if f.Confidence <= 0 || f.Confidence > 1 || f.Page < 1 || f.Box.Right <= f.Box.Left {
				t.Errorf("field without a place: %+v", f)
			}
		}
	}
	for name, n := range score {
		t.Logf("%-16s %d of %d", name, n[0], n[1])
		if score.rate(name) < 0.97 {
			t.Errorf("%s: only %d of %d are right", name, n[0], n[1])
		}
	}
}

// The same pages as scans: worse, and it says so by its confidence.
func TestFieldsAreReadFromScans(t *testing.T) {
	r := testReader(t)
	r.Tesseract = ""
	if !r.Recognises() {
		t.Skip("tesseract-ocr-vie is not installed")
	}
	score := accuracy{}
	for i, s := range readSamples() {
		if i%6 != 0 { // recognition takes its time
			continue
		}
		made, err := paper.Render(s.paper)
		must(t, err)
		picture, err := r.Picture(t.Context(), made.PDF, 1)
		must(t, err)
		text, err := r.Read(t.Context(), "image/png", noisy(t, picture))
		must(t, err)
		reading := ReadDocument(text, sampleTypes)
		for _, w := range score.judge(s.truth, reading) {
			t.Logf("%s/%s: %s", s.paper.Number, s.paper.Notation, w)
		}
		if reading.Source != transcript.OCR {
			t.Errorf("source %q", reading.Source)
		}
		for _, f := range reading.Fields {
			if f.Confidence >= 0.98 {
				t.Errorf("%s of a scan is as sure as a text layer: %v", f.Name, f.Confidence)
			}
		}
	}
	for name, n := range score {
		t.Logf("%-16s %d of %d", name, n[0], n[1])
	}
	for _, name := range []string{ReadNumber, ReadIssued, ReadSigner} {
		if score.rate(name) < 0.6 {
			t.Errorf("%s: only %v are right", name, score[name])
		}
	}
}

// noisy puts the specks of a scanner on a page.
func noisy(t *testing.T, b []byte) []byte {
	t.Helper()
	page, err := png.Decode(bytes.NewReader(b))
	must(t, err)
	grey := image.NewGray(page.Bounds())
	draw.Draw(grey, grey.Bounds(), page, image.Point{}, draw.Src)
	dice := rand.New(rand.NewPCG(1, 2))
	for range len(grey.Pix) / 400 {
		grey.Pix[dice.IntN(len(grey.Pix))] = byte(dice.IntN(256))
	}
	var out bytes.Buffer
	must(t, png.Encode(&out, grey))
	return out.Bytes()
}

// Whatever a stranger's page holds: a reading never fails and never invents a date.
func FuzzReadDocument(f *testing.F) {
	f.Add("Số: 12/QĐ-UBND|Đà Nẵng, ngày 31 tháng 2 năm 2026|QUYẾT ĐỊNH|Nơi nhận:|- Như trên;|GIÁM ĐỐC|Nguyễn Văn An")
	f.Fuzz(func(t *testing.T, s string) {
		p := transcript.Page{Number: 1, Width: 595, Height: 842}
		for i, l := range strings.Split(s, "|") {
			y := float64(40 + 15*i)
			p.Lines = append(p.Lines, transcript.Line{Text: l, Confidence: 1, Box: transcript.Box{Left: float64(80 + len(l)*7%300), Top: y, Right: float64(200 + len(l)*13%300), Bottom: y + 12}})
		}
		r := ReadDocument(&transcript.Text{Pages: []transcript.Page{p}, Total: 1}, sampleTypes)
		for _, f := range r.Fields {
			if (f.Name == ReadIssued || f.Name == ReadDue) && !calendar.Date(f.Value).Valid() {
				t.Fatalf("%s %q", f.Name, f.Value)
			}
		}
	})
}
