package pdf

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// smallFile builds a one-page file whose page says text.
func smallFile(t testing.TB, text string) []byte {
	t.Helper()
	var b Builder
	root, pages := b.Reserve(), b.Reserve()
	font := b.Add(Dict{"Type": Name("Font"), "Subtype": Name("Type1"), "BaseFont": Name("Helvetica")})
	content := b.Add(Flate(nil, []byte("BT /F1 12 Tf 72 720 Td ("+text+") Tj ET")))
	page := b.Add(Dict{"Type": Name("Page"), "Parent": pages, "MediaBox": Array{0, 0, 595.28, 841.89}, "Contents": content,
		"Resources": Dict{"Font": Dict{"F1": font}}})
	b.Set(pages, Dict{"Type": Name("Pages"), "Kids": Array{page}, "Count": 1})
	b.Set(root, Dict{"Type": Name("Catalog"), "Pages": pages})
	info := b.Add(Dict{"Title": TextString("Nghĩa vụ"), "CreationDate": Date(time.Date(2026, 11, 23, 9, 15, 0, 0, time.FixedZone("", 7*3600)))})
	out, err := b.Finish(root, info)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// qpdfAccepts runs the independent checker when it is installed.
func qpdfAccepts(t *testing.T, file []byte) {
	t.Helper()
	tool, err := exec.LookPath("qpdf")
	if err != nil {
		t.Log("qpdf is not installed: output not cross-checked")
		return
	}
	name := filepath.Join(t.TempDir(), "x.pdf")
	if err := os.WriteFile(name, file, 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(tool, "--check", name).CombinedOutput(); err != nil || bytes.Contains(out, []byte("WARNING")) {
		t.Errorf("qpdf --check: %v\n%s", err, out)
	}
}

func TestBuilderWritesAFileThatQpdfAccepts(t *testing.T) {
	qpdfAccepts(t, smallFile(t, "xin chao"))
}

func TestBuilderIsDeterministic(t *testing.T) {
	if !bytes.Equal(smallFile(t, "a"), smallFile(t, "a")) {
		t.Error("equal documents have different bytes")
	}
	if bytes.Equal(smallFile(t, "a"), smallFile(t, "b")) {
		t.Error("different documents have equal bytes")
	}
}

func TestBuilderRefusesAReservedObjectThatNeverCame(t *testing.T) {
	var b Builder
	root := b.Add(Dict{"Type": Name("Catalog")})
	b.Reserve()
	if _, err := b.Finish(root, Ref{}); err == nil || !strings.Contains(err.Error(), "never set") {
		t.Errorf("got %v", err)
	}
}

func TestBuilderRefusesWhatIsNoObject(t *testing.T) {
	for _, bad := range []any{struct{}{}, []int{1}, 1e300} {
		var b Builder
		if _, err := b.Finish(b.Add(Dict{"X": bad}), Ref{}); err == nil {
			t.Errorf("%T accepted", bad)
		}
	}
}

// S8.2: a byte of ĩ must never end a string.
func TestTextStringSurvivesEveryVietnameseLetter(t *testing.T) {
	for _, s := range []string{"Nguyễn Văn Nghĩa", "SĨ", "Vĩnh Lĩnh", "ASCII (only) \\", ""} {
		obj := TextString(s)
		raw, err := Append(nil, obj)
		if err != nil {
			t.Fatal(err)
		}
		l := &lexer{data: raw}
		back, err := l.object()
		if err != nil {
			t.Fatalf("%q: %v", s, err)
		}
		if got := back.(String).Text(); got != s {
			t.Errorf("%q read back as %q", s, got)
		}
	}
	decomposed := "Nghi\u0303a"
	if got := TextString(decomposed).Text(); got != "Nghĩa" {
		t.Errorf("not NFC: %q", got)
	}
}

func TestDateReadsBackToTheSecond(t *testing.T) {
	at := time.Date(2026, 2, 3, 4, 5, 6, 0, time.FixedZone("", 7*3600))
	if got := string(Date(at).Bytes); got != "D:20260203040506+07'00'" {
		t.Errorf("written as %s", got)
	}
	for _, x := range []struct{ in, want string }{
		{"D:20260203040506+07'00'", "2026-02-03T04:05:06+07:00"},
		{"D:20260203040506+07'00", "2026-02-03T04:05:06+07:00"},
		{"D:20260203040506Z", "2026-02-03T04:05:06Z"},
		{"D:2026", "2026-01-01T00:00:00Z"},
		{"20260203040506", "2026-02-03T04:05:06Z"},
	} {
		got, ok := ParseDate(x.in)
		if !ok || got.Format(time.RFC3339) != x.want {
			t.Errorf("%s: %v %v", x.in, got, ok)
		}
	}
	for _, bad := range []string{"", "D:", "hôm nay", "D:20261303", "D:2026020304050607080910"} {
		if _, ok := ParseDate(bad); ok {
			t.Errorf("%q accepted", bad)
		}
	}
}
