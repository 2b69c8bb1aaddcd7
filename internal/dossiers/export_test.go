package dossiers

import (
	"archive/zip"
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"congvu/internal/pdf"
	"congvu/internal/store"
)

// V27: screen /dossiers/{id}/export/{form}; api GET /dossiers/{id}/export/{form}; command remote dossier-export
func TestDossierLeavesAsPDFAndXMLInTheOrderOfTime(t *testing.T) {
	h := newHouse(t)
	d := h.closed(OpenForm{})
	joined, err := ExportPDF(bg, h.desk, h.people["clerk"], d.ID)
	h.must(err)
	f, err := pdf.Open(joined)
	h.must(err)
	if n, err := f.PageCount(); err != nil || n != 4 {
		t.Fatalf("%d pages, %v", n, err)
	}
	words := textOf(t, joined)
	cover, list, early, late := strings.Index(words, "HỒ SƠ"), strings.Index(words, "MỤC LỤC VĂN BẢN"), strings.Index(words, "CÔNG VĂN SỐ 2"), strings.Index(words, "CÔNG VĂN SỐ 1")
	if cover < 0 || !(cover < list && list < early && early < late) {
		t.Fatalf("order %d %d %d %d:\n%s", cover, list, early, late, words)
	}
	data, warn, err := ExportXML(bg, h.db, h.people["clerk"], d.ID)
	h.must(err)
	first, second := bytes.Index(data, []byte("<IssuedDate>2026-02-10</IssuedDate>")), bytes.Index(data, []byte("<IssuedDate>2026-02-20</IssuedDate>"))
	if first < 0 || second < first || len(warn) != 0 || !bytes.Contains(data, []byte("<FileNotation>01.VP</FileNotation>")) || !bytes.Contains(data, []byte("<Position>Giám đốc</Position>")) {
		t.Fatalf("%s %v", data, warn)
	}
	wellFormed(t, data)
	h.refused(store.NotFound, func() error { _, err := ExportPDF(bg, h.desk, h.people["foreign"], d.ID); return err }())
}

// A package read back and packed again holds the same files, byte for byte.
//
// V15: screen /dossiers/{id}/export/{form}; api GET /dossiers/{id}/export/{form}; command remote dossier-export
// V33: screen /dossiers/import; api POST /dossier-packages; command remote dossier-import
// D16.10, D16.11: METS, EAD, PREMIS and the codes.
func TestSubmissionPackageIsSoundAndComesBackWhole(t *testing.T) {
	h := newHouse(t)
	d := h.closed(OpenForm{Extra: []Field{{"Dự án", "Trụ sở"}}})
	var b bytes.Buffer
	warn, err := ExportSIP(bg, h.desk, h.people["clerk"], d.ID, &b)
	h.must(err)
	if len(warn) != 0 {
		t.Fatal(warn)
	}
	parts := unpacked(t, b.Bytes())
	for _, name := range []string{sipMETS, sipEAD, sipPREMIS} {
		wellFormed(t, parts[name])
	}
	if !bytes.Contains(parts[sipEAD], []byte("<arcDocCode>H26.1.2026.01.VP.0000001</arcDocCode>")) || parts[sipData+"01.VP.0000001.pdf"] == nil || !bytes.Contains(parts[sipMETS], []byte(sumOf(parts[sipEAD]))) {
		t.Fatalf("%s", parts[sipEAD])
	}
	again, err := Import(bg, h.desk, h.people["clerk"], bytes.NewReader(b.Bytes()), int64(b.Len()))
	h.must(err)
	h.must(h.by("clerk", func(tx *store.Tx) error { return Close(bg, tx, again.ID, CloseForm{Accept: true}) }))
	var c bytes.Buffer
	_, err = ExportSIP(bg, h.desk, h.people["clerk"], again.ID, &c)
	h.must(err)
	back := unpacked(t, c.Bytes())
	for name, data := range parts {
		if rest, ok := strings.CutPrefix(name, sipData+"01.VP"); ok && !bytes.Equal(data, back[sipData+"02.VP"+rest]) {
			t.Errorf("%s is other bytes now", name)
		}
	}
	if again.Title != d.Title || again.Extra[0].Value != "Trụ sở" || again.StartDate != d.StartDate || again.Years != d.Years {
		t.Fatalf("%+v", again)
	}
	broken := slices.Clone(b.Bytes())
	at := bytes.Index(broken, []byte("METS.xml"))
	broken[at+200] ^= 1
	_, err = Import(bg, h.desk, h.people["clerk"], bytes.NewReader(broken), int64(len(broken)))
	h.refused(store.Invalid, err)
	var whole bytes.Buffer
	h.must(ExportZip(bg, h.desk, h.people["clerk"], d.ID, &whole))
	if z := unpacked(t, whole.Bytes()); z["index.pdf"] == nil || z["ho-so.xml"] == nil || !bytes.Equal(z["files/01.VP.0000002.pdf"], parts[sipData+"01.VP.0000002.pdf"]) {
		t.Fatal("the ZIP is not whole")
	}
}

func FuzzReadSIP(f *testing.F) {
	f.Add([]byte("PK\x05\x06" + strings.Repeat("\x00", 18)))
	f.Fuzz(func(t *testing.T, data []byte) {
		if _, _, err := readSIP(bytes.NewReader(data), int64(len(data))); err != nil {
			if _, ok := err.(*store.Refusal); !ok {
				t.Fatal(err)
			}
		}
	})
}

func unpacked(t *testing.T, data []byte) map[string][]byte {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	out := map[string][]byte{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		if out[f.Name], err = io.ReadAll(r); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

// wellFormed asks xmllint where it is installed.
func wellFormed(t *testing.T, data []byte) {
	t.Helper()
	if _, err := exec.LookPath("xmllint"); err != nil {
		return
	}
	name := filepath.Join(t.TempDir(), "a.xml")
	if err := os.WriteFile(name, data, 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("xmllint", "--noout", name).CombinedOutput(); err != nil {
		t.Fatalf("%s", out)
	}
}

// D17.1: what is longer than the field of the standard is cut with a warning that names the field; identifiers and what fits are never cut.
func TestLongFieldsAreCutWithAWarning(t *testing.T) {
	for _, c := range []struct {
		name, text string
		kept       int
	}{{"Title", strings.Repeat("ấ", 1001), 1000}, {"Title", strings.Repeat("ấ", 1000), 1000}, {"Subject", strings.Repeat("b", 501), 500}, {"FileCode", strings.Repeat("7", 5000), 5000}} {
		var warn []string
		f := field(c.name, c.text, &warn)
		if n := len([]rune(f.Text)); n != c.kept {
			t.Errorf("%s: %d letters kept, want %d", c.name, n, c.kept)
		}
		if cut := len([]rune(c.text)) > c.kept; cut != (len(warn) == 1 && strings.HasPrefix(warn[0], c.name+":")) {
			t.Errorf("%s: %v", c.name, warn)
		}
	}
}
