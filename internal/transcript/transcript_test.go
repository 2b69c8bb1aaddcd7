package transcript

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"congvu/internal/confined"
	"congvu/internal/paper"
)

// TestMain lets the test binary be the child process of its own tests.
func TestMain(m *testing.M) {
	if os.Getenv(ChildMark) != "" {
		if err := Serve(context.Background(), os.Stdin, os.Stdout); err != nil {
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func reader(t testing.TB) *Reader {
	t.Helper()
	dir, err := os.UserCacheDir()
	if err != nil {
		dir = os.TempDir()
	}
	dir = filepath.Join(dir, "congvu-test-pdfium")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	return &Reader{CacheDir: dir, Tesseract: "-"}
}

func letter(t testing.TB) []byte {
	t.Helper()
	r, err := paper.Render(paper.Document{Form: paper.Letter, ParentAgency: "UBND thành phố Đà Nẵng", Agency: "Sở Nội vụ", Number: "128", Notation: "SNV-VP",
		Place: "Đà Nẵng", Date: time.Date(2026, 3, 12, 0, 0, 0, 0, time.UTC), Subject: "triển khai công tác văn thư, lưu trữ điện tử năm 2026",
		Addressees: []string{"Ủy ban nhân dân các phường, xã"}, Body: "Sở Nội vụ đề nghị gửi báo cáo trước ngày 31 tháng 3 năm 2026./.",
		SignerPosition: "Giám đốc", SignerName: "Nguyễn Thị Minh Khai", Receivers: []string{"Lãnh đạo Sở"}, FileUnit: "VP"})
	if err != nil {
		t.Fatal(err)
	}
	return r.PDF
}

// find gives the line that begins with a text.
func find(t *testing.T, p Page, text string) Line {
	t.Helper()
	for _, l := range p.Lines {
		if strings.HasPrefix(l.Text, text) {
			return l
		}
	}
	t.Fatalf("no line begins with %q in %v", text, p.Lines)
	return Line{}
}

// V38: the content that is searched is what stands on the pages.
func TestATextLayerIsReadWithItsPlaces(t *testing.T) {
	got, err := reader(t).Read(t.Context(), "application/pdf", letter(t))
	if err != nil {
		t.Fatal(err)
	}
	if got.Total != 1 || got.Source() != Layer || got.Confidence() != 1 || got.Cut || got.Unread != 0 {
		t.Fatalf("%+v", got)
	}
	p := got.Pages[0]
	if p.Width < 590 || p.Width > 600 || p.Height < 840 || p.Height > 845 {
		t.Errorf("page of %v × %v points", p.Width, p.Height)
	}
	agency, country := find(t, p, "SỞ NỘI VỤ"), find(t, p, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM")
	if agency.Box.Right > p.Width/2 || country.Box.Left < p.Width/3 || agency.Box.Top > 120 {
		t.Errorf("columns: agency %v, country %v", agency.Box, country.Box)
	}
	if l := find(t, p, "Số:"); l.Text != "Số: 128/SNV-VP" {
		t.Errorf("number line %q", l.Text)
	}
	if name := find(t, p, "Nguyễn Thị Minh Khai"); name.Box.Left < p.Width/2 || name.Box.Top < find(t, p, "GIÁM ĐỐC").Box.Top {
		t.Errorf("signer stands at %v", name.Box)
	}
}

func TestAChildReadsTheSame(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv(ChildMark, "1")
	r := reader(t)
	here, err := r.Read(t.Context(), "application/pdf", letter(t))
	if err != nil {
		t.Fatal(err)
	}
	r.Command = []string{self}
	there, err := r.Read(t.Context(), "application/pdf", letter(t))
	if err != nil {
		t.Fatal(err)
	}
	if here.Plain(mostText) != there.Plain(mostText) || here.Pages[0].Lines[3].Box != there.Pages[0].Lines[3].Box {
		t.Error("the child reads something else")
	}
	if _, err := r.Read(t.Context(), "application/pdf", []byte("%PDF-1.4 nothing")); !errors.Is(err, ErrUnreadable) {
		t.Errorf("the child's refusal: %v", err)
	}
}

func TestAChildThatNeverEndsIsEnded(t *testing.T) {
	ctx, stop := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer stop()
	r := &Reader{Command: []string{"/bin/sh", "-c", "trap '' TERM; sleep 600 & wait"}}
	if !confined.Found("/bin/sh") {
		t.Skip("children are confined on Linux only")
	}
	if _, err := r.Read(ctx, "application/pdf", []byte("%PDF-1.4")); !errors.Is(err, ErrTooLong) {
		t.Errorf("%v", err)
	}
	r.Command = []string{"/bin/sh", "-c", "cat >/dev/null; yes"}
	long, end := context.WithTimeout(t.Context(), time.Minute)
	defer end()
	if _, err := r.Read(long, "application/pdf", []byte("%PDF-1.4")); err == nil {
		t.Error("an answer without end was taken")
	}
}

// scan is the page as a picture without a text layer.
func scan(t *testing.T) []byte {
	t.Helper()
	var picture []byte
	err := engineOf(reader(t).CacheDir).withPDF(t.Context(), letter(t), func(d document) (err error) {
		picture, err = d.picture(Page{Number: 1, Width: 595, Height: 842})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return picture
}

func TestAScanIsRecognised(t *testing.T) {
	r := reader(t)
	r.Tesseract = ""
	if !r.Recognises() {
		t.Skip("tesseract-ocr-vie is not installed")
	}
	got, err := r.Read(t.Context(), "image/png", scan(t))
	if err != nil {
		t.Fatal(err)
	}
	text := got.Plain(mostText)
	if got.Source() != OCR || got.Confidence() < 0.7 || got.Confidence() >= 1 {
		t.Errorf("source %q, confidence %v", got.Source(), got.Confidence())
	}
	for _, want := range []string{"128/SNV-VP", "lưu trữ điện tử năm 2026", "Nguyễn Thị Minh Khai"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q was not recognised in:\n%s", want, text)
		}
	}
	if p := got.Pages[0]; p.Width < 580 || p.Width > 610 {
		t.Errorf("page of %v points", p.Width)
	}
}

func TestWithoutARecogniserAScanSaysSo(t *testing.T) {
	if _, err := reader(t).Read(t.Context(), "image/png", scan(t)); !errors.Is(err, ErrNoOCR) {
		t.Errorf("%v", err)
	}
}

func TestStrangeFilesAreRefused(t *testing.T) {
	r := reader(t)
	whole := letter(t)
	for name, b := range map[string][]byte{"empty": nil, "text": []byte("xin chào"), "head only": []byte("%PDF-1.7\n"), "cut": whole[:len(whole)/3]} {
		if _, err := r.Read(t.Context(), "application/pdf", b); err != nil && !errors.Is(err, ErrUnreadable) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := r.Read(t.Context(), "image/png", []byte("\x89PNG")); !errors.Is(err, ErrUnreadable) {
		t.Errorf("picture: %v", err)
	}
	if _, err := r.Read(t.Context(), "application/zip", whole); !errors.Is(err, ErrUnreadable) {
		t.Errorf("kind: %v", err)
	}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if _, err := r.Read(ctx, "application/pdf", whole); !errors.Is(err, ErrTooLong) {
		t.Errorf("ended: %v", err)
	}
}

func TestCutTextIsWholeLetters(t *testing.T) {
	x := &Text{Pages: []Page{{Lines: []Line{{Text: "ủy ban"}, {Text: "nhân dân"}}}}}
	if got := x.Plain(9); got != "ủy ban\n" {
		t.Errorf("%q", got)
	}
}

// FuzzRead: whatever the bytes, an answer or a refusal, never a crash or a wait.
func FuzzRead(f *testing.F) {
	f.Add([]byte("%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj"))
	f.Add(letter(f))
	r := reader(f)
	f.Fuzz(func(t *testing.T, b []byte) {
		ctx, stop := context.WithTimeout(t.Context(), 20*time.Second)
		defer stop()
		got, err := r.Read(ctx, "application/pdf", append([]byte("%PDF-"), bytes.TrimPrefix(b, []byte("%PDF-"))...))
		var refused *Refusal
		if err != nil && !errors.As(err, &refused) {
			t.Fatal(err)
		}
		if err == nil && (len(got.Plain(mostText)) > mostText || len(got.Pages) > mostPages) {
			t.Fatal("beyond the limits")
		}
	})
}

func FuzzTSV(f *testing.F) {
	f.Add([]byte("level\tpage_num\n1\t1\t0\t0\t0\t0\t0\t0\t1654\t2339\t-1\t\n5\t1\t1\t1\t1\t1\t10\t10\t50\t20\t96.5\tSố:\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, l := range readTSV(b).Lines {
			if l.Confidence < 0 || l.Confidence > 1 {
				t.Fatal(l)
			}
		}
	})
}

func BenchmarkRead(b *testing.B) {
	r, file := reader(b), letter(b)
	for b.Loop() {
		if _, err := r.Read(b.Context(), "application/pdf", file); err != nil {
			b.Fatal(err)
		}
	}
}
