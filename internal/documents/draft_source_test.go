package documents

import (
	"archive/zip"
	"bytes"
	"io"
	"strings"
	"testing"

	"congvu/internal/store"
	"congvu/internal/typist"
)

// wordFile is a small DOCX with one paragraph and whatever more parts are given.
func wordFile(t testing.TB, text string, more ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	parts := append([]string{
		"[Content_Types].xml", `<?xml version="1.0" encoding="UTF-8"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>`,
		"_rels/.rels", `<?xml version="1.0" encoding="UTF-8"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>`,
		"word/document.xml", `<?xml version="1.0" encoding="UTF-8"?><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p><w:r><w:t>` + text + `</w:t></w:r></w:p></w:body></w:document>`}, more...)
	for i := 0; i < len(parts); i += 2 {
		w, err := z.Create(parts[i])
		must(t, err)
		_, err = io.WriteString(w, parts[i+1])
		must(t, err)
	}
	must(t, z.Close())
	return b.Bytes()
}

func (h *house) convertAll() {
	h.t.Helper()
	_, err := h.DB.WorkOnce(bg, h.converting())
	must(h.t, err)
}

// V1: screen /outgoing/{id}/upload; api PUT /outgoing/{id}/main-file; command remote upload
// V33: screen /outgoing/{id}/upload; api GET /outgoing/{id}/sources; command remote sources
func TestAWordProcessorsFileBecomesTheMainFile(t *testing.T) {
	h := newHouse(t)
	h.Typist = &typist.Typist{}
	if !h.Converting() {
		t.Skip("LibreOffice is not installed (libreoffice-writer-nogui)")
	}
	o := h.draft(h.form())
	docx := wordFile(t, "Ủy ban nhân dân xã Vĩnh Lĩnh")
	_, err := UploadMain(bg, h.Desk, h.drafter, o.ID, "Công văn.docx", bytes.NewReader(docx))
	must(t, err)
	all, err := Sources(bg, h.DB, h.drafter, o.ID)
	must(t, err)
	if len(all) != 1 || all[0].State != SourceWaiting || all[0].PersonName != "Phạm Quốc Việt" {
		t.Fatalf("sources %+v", all)
	}
	h.convertAll()
	all, err = Sources(bg, h.DB, h.drafter, o.ID)
	must(t, err)
	now, err := FindOutgoing(bg, h.DB, h.drafter, o.ID)
	must(t, err)
	if all[0].State != SourceDone || all[0].Version != 1 || !now.FileIsCurrent() {
		t.Fatalf("source %+v: %v, document %+v", all[0], all[0].Said(), now)
	}
	files, err := Files(bg, h.DB, h.drafter, o.Ref())
	must(t, err)
	if len(files) != 1 || files[0].Name != "Công văn.pdf" || !files[0].Main || files[0].Media != filePDF {
		t.Errorf("files %+v", files)
	}
	_, content, err := OpenSource(bg, h.Desk, h.drafter, o.ID, all[0].ID)
	must(t, err)
	kept, err := io.ReadAll(content)
	must(t, err)
	content.Close()
	if !bytes.Equal(kept, docx) {
		t.Error("the file as it was sent is not kept")
	}
	used, err := BlobsInUse(bg, h.DB, []string{all[0].SHA})
	must(t, err)
	if !used[all[0].SHA] {
		t.Error("a sweep would take the source away")
	}
	for name, who := range map[string]store.Actor{"outsider": h.outsider, "foreigner": h.foreigner} {
		_, err := Sources(bg, h.DB, who, o.ID)
		refused(t, err, store.NotFound, name)
		_, _, err = OpenSource(bg, h.Desk, who, o.ID, all[0].ID)
		refused(t, err, store.NotFound, name)
	}
	other := h.draft(h.form())
	_, _, err = OpenSource(bg, h.Desk, h.drafter, other.ID, all[0].ID)
	refused(t, err, store.NotFound, "a source of another document")
}

func TestWhatMustNotBeConvertedIsRefusedAtOnce(t *testing.T) {
	h := newHouse(t)
	o := h.draft(h.form())
	_, err := UploadMain(bg, h.Desk, h.drafter, o.ID, "a.docx", bytes.NewReader(wordFile(t, "a")))
	refused(t, err, store.Invalid, "no converter")
	h.Typist = &typist.Typist{Program: "true"} // a converter that makes nothing
	if !h.Converting() {
		t.Skip("programs are confined on Linux only")
	}
	_, err = UploadMain(bg, h.Desk, h.drafter, o.ID, "a.docx", bytes.NewReader(wordFile(t, "a", "word/vbaProject.bin", "x")))
	refused(t, err, store.Invalid, "a macro")
	if !strings.Contains(err.Error(), "macro") {
		t.Errorf("said %v", err)
	}
	_, err = UploadMain(bg, h.Desk, h.foreigner, o.ID, "a.docx", bytes.NewReader(wordFile(t, "a")))
	refused(t, err, store.NotFound, "a foreigner")
	all, err := Sources(bg, h.DB, h.drafter, o.ID)
	must(t, err)
	if len(all) != 0 {
		t.Errorf("kept %+v", all)
	}
}

func TestAFailedConversionLeavesTheDraftAndSaysWhy(t *testing.T) {
	h := newHouse(t)
	h.Typist = &typist.Typist{Program: "true"}
	if !h.Converting() {
		t.Skip("programs are confined on Linux only")
	}
	o := h.draft(h.form())
	_, err := Lay(bg, h.Desk, h.drafter, o.ID)
	must(t, err)
	_, err = UploadMain(bg, h.Desk, h.drafter, o.ID, "a.docx", bytes.NewReader(wordFile(t, "a")))
	must(t, err)
	h.convertAll()
	all, err := Sources(bg, h.DB, h.drafter, o.ID)
	must(t, err)
	if all[0].State != SourceFailed || all[0].Said().Text == "" {
		t.Fatalf("source %+v", all[0])
	}
	now, err := FindOutgoing(bg, h.DB, h.drafter, o.ID)
	must(t, err)
	if now.Version != 1 || !now.FileIsCurrent() {
		t.Errorf("the laid out file is not kept: %+v", now)
	}
	_, err = UploadMain(bg, h.Desk, h.drafter, o.ID, "b.docx", bytes.NewReader(wordFile(t, "b"))) // sent, then the way of the document goes on
	must(t, err)
	h.do(h.drafter, func(tx *store.Tx) error { return Cancel(bg, tx, o.ID, "không còn cần văn bản này") })
	h.convertAll()
	all, err = Sources(bg, h.DB, h.drafter, o.ID)
	must(t, err)
	if all[0].Name != "b.docx" || all[0].State != SourceFailed {
		t.Errorf("a file came to a cancelled document: %+v", all[0])
	}
}
