package typist_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"congvu/internal/confined"
	"congvu/internal/typist"
)

const (
	types   = `<?xml version="1.0" encoding="UTF-8"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>`
	rels    = `<?xml version="1.0" encoding="UTF-8"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">%s</Relationships>`
	root    = `<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/>`
	letters = `<w:r><w:rPr><w:rFonts w:ascii="Times New Roman" w:hAnsi="Times New Roman"/><w:sz w:val="28"/></w:rPr><w:t>Ủy ban nhân dân xã Vĩnh Lĩnh, ngày 05 tháng 3</w:t></w:r>`
)

func body(inside string) string {
	return `<?xml version="1.0" encoding="UTF-8"?><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p>` + inside + `</w:p></w:body></w:document>`
}

func pack(t testing.TB, parts ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i := 0; i < len(parts); i += 2 {
		w, err := z.Create(parts[i])
		if err == nil {
			_, err = w.Write([]byte(parts[i+1]))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func docx(t testing.TB, inside string, more ...string) []byte {
	return pack(t, append([]string{"[Content_Types].xml", types, "_rels/.rels", fmt.Sprintf(rels, root), "word/document.xml", body(inside)}, more...)...)
}

func odt(t testing.TB, content string, more ...string) []byte {
	return pack(t, append([]string{"mimetype", "application/vnd.oasis.opendocument.text", "content.xml", `<office:document-content>` + content + `</office:document-content>`}, more...)...)
}

func TestInspectRefusesWhatMustNotReachTheConverter(t *testing.T) {
	link := func(kind, to string) string {
		return fmt.Sprintf(rels, `<Relationship Id="r9" Type="http://x/`+kind+`" Target="`+to+`" TargetMode="External"/>`)
	}
	instr := func(s string) string { return `<w:r><w:instrText>` + s + `</w:instrText></w:r>` }
	bomb := strings.Repeat("0", 30<<20)
	for name, c := range map[string]struct {
		file string
		b    []byte
		want error
	}{
		"plain":            {"a.docx", docx(t, letters), nil},
		"hyperlink":        {"a.docx", docx(t, letters, "word/_rels/document.xml.rels", link("hyperlink", "https://example.vn")), nil},
		"no document":      {"a.docx", pack(t, "[Content_Types].xml", types), typist.ErrFormat},
		"not a zip":        {"a.docx", []byte("xin chào"), typist.ErrFormat},
		"password":         {"a.docx", []byte("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1EncryptedPackage"), typist.ErrEncrypted},
		"macro":            {"a.docx", docx(t, letters, "word/vbaProject.bin", "x"), typist.ErrMacro},
		"OLE":              {"a.docx", docx(t, letters, "word/embeddings/oleObject1.bin", "x"), typist.ErrEmbedded},
		"bomb":             {"a.docx", docx(t, letters, "word/media/a.png", bomb), typist.ErrTooMuch},
		"twice":            {"a.docx", docx(t, letters, "word/a.xml", "<a/>", "WORD/A.XML", "<a/>"), typist.ErrFormat},
		"leads elsewhere":  {"a.docx", docx(t, letters, "../../etc/passwd", "x"), typist.ErrFormat},
		"document type":    {"a.docx", docx(t, letters, "word/a.xml", `<!DOCTYPE a [<!ENTITY b "c">]><a/>`), typist.ErrFormat},
		"fetches text":     {"a.docx", docx(t, instr(` INCLUDETEXT "/etc/passwd" `)), typist.ErrRemote},
		"fetches in parts": {"a.docx", docx(t, instr(` INCLU`)+instr(`DETEXT "c:\\a" `)), typist.ErrRemote},
		"DDE":              {"a.docx", docx(t, `<w:fldSimple w:instr="DDEAUTO c:\\cmd"/>`), typist.ErrRemote},
		"page number":      {"a.docx", docx(t, instr(` PAGE \* MERGEFORMAT `)), nil},
		"odt":              {"a.odt", odt(t, `<text:a xlink:href="https://example.vn"/>`), nil},
		"odt fetches":      {"a.odt", odt(t, `<text:section-source xlink:href="file:///etc/passwd"/>`), typist.ErrRemote},
		"odt macro":        {"a.odt", odt(t, ``, "Basic/Standard/M.xml", "<a/>"), typist.ErrMacro},
		"odt encrypted":    {"a.odt", odt(t, ``, "META-INF/manifest.xml", `<manifest:encryption-data/>`), typist.ErrEncrypted},
		"odt no type":      {"a.odt", pack(t, "content.xml", "<a/>"), typist.ErrFormat},
		"doc macro":        {"a.doc", []byte("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1W\x00o\x00r\x00d\x00D\x00o\x00c\x00u\x00m\x00e\x00n\x00t\x00M\x00a\x00c\x00r\x00o\x00s\x00"), typist.ErrMacro},
		"doc":              {"a.doc", []byte("PK"), typist.ErrFormat},
		"rtf":              {"a.rtf", []byte(`{\rtf1 xin chao}`), nil},
		"rtf object":       {"a.rtf", []byte(`{\rtf1 {\object\objemb{\*\objdata 0105}}}`), typist.ErrEmbedded},
		"rtf fetches":      {"a.rtf", []byte(`{\rtf1 {\field{\*\fldinst INCLUDETEXT "a"}}}`), typist.ErrRemote},
		"other":            {"a.exe", []byte("MZ"), typist.ErrFormat},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := typist.Inspect(c.file, c.b); !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
		})
	}
}

func TestInspectCutsLinksToFilesElsewhere(t *testing.T) {
	in, err := typist.Inspect("a.docx", docx(t, letters, "word/_rels/settings.xml.rels",
		fmt.Sprintf(rels, `<Relationship Id="r1" Type="http://x/attachedTemplate" Target="file:///C:\Users\an\Normal.dotm" TargetMode="External"/>`)))
	if err != nil || in.Cut != 1 {
		t.Fatalf("cut %d, %v", in.Cut, err)
	}
	z, err := zip.NewReader(bytes.NewReader(in.Data), int64(len(in.Data)))
	if err != nil {
		t.Fatal(err)
	}
	f, err := z.Open("word/_rels/settings.xml.rels")
	if err != nil {
		t.Fatal(err)
	}
	var text bytes.Buffer
	if _, err := text.ReadFrom(f); err != nil || strings.Contains(text.String(), "Normal.dotm") || !strings.Contains(text.String(), "about:blank") {
		t.Errorf("%s, %v", text.String(), err)
	}
	if again, err := typist.Inspect("a.docx", in.Data); err != nil || again.Cut != 1 && again.Cut != 0 {
		t.Errorf("the clean file: %v", err)
	}
}

// V1: a word processor's file is converted.
// V33: a document written in a word processor becomes PDF.
func TestConvertMakesAPDFWithTheLettersOfTheDocument(t *testing.T) {
	var x typist.Typist
	if !x.Ready() {
		t.Skip("LibreOffice is not installed (libreoffice-writer-nogui)")
	}
	in, err := typist.Inspect("a.docx", docx(t, letters))
	if err != nil {
		t.Fatal(err)
	}
	b, err := x.Convert(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "a.pdf")
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	if said, err := exec.Command("pdftotext", path, "-").Output(); err == nil && !strings.Contains(string(said), "Ủy ban nhân dân xã Vĩnh Lĩnh, ngày 05 tháng 3") {
		t.Errorf("the page says %q", said)
	}
	if said, err := exec.Command("pdffonts", path).Output(); err == nil && !strings.Contains(string(said), "Tinos") {
		t.Errorf("fonts:\n%s", said)
	}
}

func TestConvertSaysWhenThereIsNoConverter(t *testing.T) {
	x := typist.Typist{Program: "no-such-office"}
	if _, err := x.Convert(t.Context(), typist.Inspected{Kind: ".docx"}); !errors.Is(err, confined.ErrAbsent) || x.Ready() {
		t.Errorf("got %v", err)
	}
}

func FuzzInspect(f *testing.F) {
	f.Add("a.docx", docx(f, letters))
	f.Add("a.odt", odt(f, `<text:a/>`))
	f.Add("a.rtf", []byte(`{\rtf1}`))
	f.Add("a.doc", []byte("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"))
	f.Fuzz(func(t *testing.T, name string, b []byte) {
		in, err := typist.Inspect(name, b)
		if err == nil && len(in.Data) == 0 {
			t.Error("nothing was let through")
		}
	})
}
