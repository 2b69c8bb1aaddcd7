package web

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"path"
	"strings"
	"time"
	"unicode"

	"congvu/internal/documents"
	"congvu/internal/i18n"
	"congvu/internal/pades"
	"congvu/internal/store"
)

// filePolicy lets nothing in a file run, load or submit in our origin (T21).
const filePolicy = "default-src 'none'; sandbox; frame-ancestors 'self'"

// fileRoutes give files, their pages, and the public check.
func fileRoutes() []Route {
	return []Route{
		{Pattern: "GET /files/{id}", Handle: (*Door).file},
		{Pattern: "GET /files/{id}/view", Handle: (*Door).viewFile},
		{Pattern: "GET /files/{id}/signed/{no}", Handle: (*Door).signedRevision},
		{Pattern: "GET /outgoing/{id}/versions/{no}", Handle: (*Door).version},
		{Pattern: "GET /verify", Who: public, Handle: (*Door).verifyPage, Nav: &Nav{Key: "verify", Icon: "shield-check", Group: recordsGroup, Label: func(ctx context.Context) string { return t(ctx, "Kiểm tra chữ ký") }}},
		{Pattern: "POST /verify", Who: public, Handle: (*Door).verify, Body: mostChecked + 1<<20},
		{Pattern: "POST /verify/take", Who: public, Handle: (*Door).takeFromVerified, Body: mostChecked + 1<<20},
		{Pattern: "GET /suggest/agencies", Handle: (*Door).suggestAgencies},
		{Pattern: "GET /suggest/targets", Handle: (*Door).suggestTargets},
		{Pattern: "GET /suggest/receivers", Handle: (*Door).suggestReceivers},
	}
}

// file: GET /files/{id}. Only a PDF is shown in the browser; everything else is saved.
func (d *Door) file(w http.ResponseWriter, r *http.Request) error {
	id, err := number(r, "id")
	if err != nil {
		return err
	}
	f, content, err := documents.OpenFile(r.Context(), d.Desk, actor(r), id)
	if err != nil {
		return err
	}
	defer content.Close()
	if err := d.noteFile(r, f); err != nil {
		return err
	}
	return sendFile(w, r, f.Name, f.Media, f.SHA, content)
}

// version: GET /outgoing/{id}/versions/{no}
func (d *Door) version(w http.ResponseWriter, r *http.Request) error {
	id, err := number(r, "id")
	if err != nil {
		return err
	}
	no, err := number(r, "no")
	if err != nil {
		return err
	}
	v, content, err := documents.OpenVersion(r.Context(), d.Desk, actor(r), id, no)
	if err != nil {
		return err
	}
	defer content.Close()
	return sendFile(w, r, v.Name, "application/pdf", v.SHA, content)
}

func sendFile(w http.ResponseWriter, r *http.Request, name, media, sha string, content io.ReadSeeker) error {
	h := w.Header()
	way := "attachment"
	if media == "application/pdf" && r.FormValue("download") == "" {
		way = "inline"
	}
	if media != "application/pdf" {
		media = "application/octet-stream"
	}
	h.Set("Content-Type", media)
	h.Set("Content-Disposition", disposition(way, name))
	h.Set("Content-Security-Policy", filePolicy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("ETag", `"`+sha+`"`) // for parts of it; like pages it is kept nowhere
	http.NewResponseController(w).SetWriteDeadline(time.Now().Add(timeFiles))
	http.ServeContent(w, r, "", time.Time{}, content)
	return nil
}

// sendPDF gives a PDF that was made just now.
func sendPDF(w http.ResponseWriter, r *http.Request, name string, b []byte) error {
	h := w.Header()
	h.Set("Content-Type", "application/pdf")
	h.Set("Content-Disposition", disposition("inline", name))
	h.Set("Content-Security-Policy", filePolicy)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(b))
	return nil
}

// disposition names a file by RFC 6266: a plain name for old programs, the real one in UTF-8. Control, path and bidi characters are gone.
func disposition(way, name string) string {
	name = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || strings.ContainsRune(`/\<>:"|?*`, r) {
			return '_'
		}
		return r
	}, i18n.CleanLine(name))
	name = strings.Trim(name, ". ")
	if name == "" {
		name = "tep"
	}
	ext := path.Ext(name)
	if len(ext) > 12 {
		ext = ""
	}
	stem := strings.TrimSuffix(name, ext)
	for len(stem)+len(ext) > 180 {
		letters := []rune(stem)
		stem = string(letters[:len(letters)-1])
	}
	name = stem + ext
	plain := strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' || r == '%' || r == ';' || r == '\'' {
			return '-'
		}
		return r
	}, i18n.Fold(stem)+ext)
	return fmt.Sprintf("%s; filename=%q; filename*=UTF-8''%s", way, plain, strings.ReplaceAll(url.QueryEscape(name), "+", "%20"))
}

// viewFile: GET /files/{id}/view
func (d *Door) viewFile(w http.ResponseWriter, r *http.Request) error {
	id, err := number(r, "id")
	if err != nil {
		return err
	}
	ctx := r.Context()
	f, content, err := documents.OpenFile(ctx, d.Desk, actor(r), id)
	if err != nil {
		return err
	}
	content.Close()
	if f.Media != "application/pdf" {
		return redirect(w, r, fmt.Sprintf("/files/%d", id))
	}
	pane := wrap(Pane(PaneView{Code: t(ctx, "Tệp"), Title: f.Name, Actions: []Action{{Label: t(ctx, "Mở văn bản"), Icon: "arrow-left", Href: "/" + f.Ref}}}),
		wrap(Part(t(ctx, "Chữ ký số")), Signatures(signaturesOfFile(ctx, f))),
		wrap(Part(t(ctx, "Tệp")), Files([]FileLine{fileLine(ctx, f)}), fileHash(f.SHA)))
	return d.page(w, r, View{Title: f.Name}, wrap(Split(true), Viewer(viewerOf(f, f.Name)), pane))
}

func viewerOf(f documents.File, title string) ViewerView {
	address := fmt.Sprintf("/files/%d?v=%.12s", f.ID, f.SHA) // other bytes are another document to the viewer
	return ViewerView{File: address, Open: address, Download: address + "&download=1", Title: title}
}

// mainPDF is the file to be read beside its document; nil when there is none.
func mainPDF(files []documents.File) *documents.File {
	for i := range files {
		if files[i].Main && files[i].Media == "application/pdf" {
			return &files[i]
		}
	}
	for i := range files {
		if files[i].Media == "application/pdf" {
			return &files[i]
		}
	}
	return nil
}

// reportOf is the verdict kept with a file; nil when it was not judged.
func reportOf(f documents.File) *pades.Report {
	var r pades.Report
	if f.Verdict == "" || json.Unmarshal([]byte(f.VerdictReport), &r) != nil {
		return nil
	}
	return &r
}

// messagesOf reads sentences kept as data.
func messagesOf(j store.JSON) []store.Message {
	var out []store.Message
	if j == "" || json.Unmarshal([]byte(j), &out) != nil {
		return nil
	}
	return out
}
