package api_test

import (
	"archive/zip"
	"bytes"
	"net/http"
	"slices"
	"strings"
	"testing"

	"congvu/internal/client"
)

// wordFile is a small DOCX with one paragraph.
func wordFile(t *testing.T, text string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, p := range [][2]string{
		{"[Content_Types].xml", `<?xml version="1.0" encoding="UTF-8"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>`},
		{"_rels/.rels", `<?xml version="1.0" encoding="UTF-8"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>`},
		{"word/document.xml", `<?xml version="1.0" encoding="UTF-8"?><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p><w:r><w:t>` + text + `</w:t></w:r></w:p></w:body></w:document>`},
	} {
		w, err := z.Create(p[0])
		must(t, err)
		_, err = w.Write([]byte(p[1]))
		must(t, err)
	}
	must(t, z.Close())
	return b.Bytes()
}

// V1: api POST /templates/{key}/draft
func TestATemplateThroughTheAPI(t *testing.T) {
	w := newTown(t)
	clerk, drafter := w.as("clerk"), w.as("drafter")
	f := client.TemplateSaving{Type: "THONG_BAO", Name: "Thông báo nghỉ lễ", Content: client.TemplateContent{Subject: "Về việc nghỉ {{Dịp lễ}}", Body: "Nghỉ từ {{Từ ngày}}./.",
		Fields: []client.TemplateField{{Name: "Từ ngày", Kind: "date"}}}}
	_, err := drafter.SaveTemplate(bg, "", f)
	refused(t, err, http.StatusForbidden)
	x, err := clerk.SaveTemplate(bg, "", f)
	must(t, err)
	all, err := drafter.Templates(bg, "THONG_BAO")
	must(t, err)
	if len(all) != 3 || all[0].Key != x.Key || !all[0].Own || all[1].Own {
		t.Fatalf("%+v", all)
	}
	f.Revision, f.Content.Body = x.Revision, "Nghỉ từ {{Từ ngày}}, trực {{Ca trực}}./."
	x, err = clerk.SaveTemplate(bg, x.Key, f)
	must(t, err)
	_, err = clerk.SaveTemplate(bg, x.Key, f)
	refused(t, err, http.StatusConflict)
	got, err := drafter.Template(bg, x.Key, 0)
	must(t, err)
	if got.Version != 2 || len(got.Asked) != 3 || got.Asked[1].Kind != "date" {
		t.Errorf("%+v", got)
	}
	_, err = drafter.BeginDraft(bg, x.Key, client.Beginning{Values: map[string]string{"Dịp lễ": "Tết"}})
	refused(t, err, http.StatusUnprocessableEntity)
	o, err := drafter.BeginDraft(bg, x.Key, client.Beginning{Values: map[string]string{"Dịp lễ": "Tết", "Từ ngày": "2026-12-30", "Ca trực": "sáng"}})
	must(t, err)
	if o.Subject != "Về việc nghỉ Tết" || o.Body != "Nghỉ từ ngày 30 tháng 12 năm 2026, trực sáng./." {
		t.Errorf("%q %q", o.Subject, o.Body)
	}
	again, err := drafter.DraftSimilar(bg, o.ID)
	must(t, err)
	if again.ID == o.ID || again.Body != o.Body {
		t.Errorf("%+v", again)
	}
	docx := wordFile(t, "Nghỉ {{Dịp lễ}} và {{Lý do}}")
	_, err = drafter.UploadTemplate(bg, x.Key, "a.docx", bytes.NewReader(docx))
	refused(t, err, http.StatusForbidden)
	_, err = clerk.UploadTemplate(bg, x.Key, "a.docx", strings.NewReader("PK không phải"))
	refused(t, err, http.StatusUnprocessableEntity)
	y, err := clerk.UploadTemplate(bg, x.Key, "mẫu.docx", bytes.NewReader(docx))
	must(t, err)
	if y.File != "mẫu.docx" || !slices.ContainsFunc(y.Asked, func(f client.TemplateField) bool { return f.Name == "Lý do" }) {
		t.Errorf("%+v", y)
	}
	var kept bytes.Buffer
	name, err := clerk.TemplateFile(bg, x.Key, 0, &kept)
	must(t, err)
	if name != "mẫu.docx" || !bytes.Equal(kept.Bytes(), docx) {
		t.Errorf("%q, %d bytes", name, kept.Len())
	}
	versions, err := clerk.TemplateVersions(bg, x.Key)
	must(t, err)
	if len(versions) != 3 || versions[0].File != "mẫu.docx" {
		t.Errorf("%+v", versions)
	}
	if y, err = clerk.SwitchTemplate(bg, x.Key, false); err != nil || y.On {
		t.Errorf("%+v, %v", y, err)
	}
	_, err = drafter.Template(bg, x.Key, 0)
	refused(t, err, http.StatusNotFound)
}
