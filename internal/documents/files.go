package documents

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path"
	"strconv"
	"strings"

	"congvu/internal/blob"
	"congvu/internal/pades"
	"congvu/internal/pdf"
	"congvu/internal/store"
)

// DefaultFileLimit is the most bytes of one file unless the setting documents.file_limit says otherwise.
const DefaultFileLimit = 50 << 20

// mostFiles bounds the files of one document.
const mostFiles = 51

// Verdicts of signatures on a file (S13.1–S13.4); "" means that the file was not judged (it is no PDF).
const (
	VerdictPassed        = "passed"
	VerdictIndeterminate = "indeterminate"
	VerdictFailed        = "failed"
	VerdictNone          = "none"
)

// File is one file of a document as it is now. Its bytes are in the blob store under SHA.
type File struct {
	ID            int64
	AgencyID      int64
	Ref           string // the document: "outgoing/12"
	Name          string
	Size          int64
	SHA           string
	Media         string
	Pages         int
	Main          bool
	Ordinal       int
	Verdict       string
	VerdictReport store.PackedJSON // pades.Report
}

// mediaOf lists what a document may carry, by the ending of the name.
var mediaOf = map[string]string{
	".pdf": "application/pdf", ".rtf": "application/rtf", ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document", ".doc": "application/msword",
	".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ".xls": "application/vnd.ms-excel",
	".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation", ".odt": "application/vnd.oasis.opendocument.text",
	".ods": "application/vnd.oasis.opendocument.spreadsheet", ".txt": "text/plain", ".csv": "text/csv", ".xml": "application/xml",
	".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".png": "image/png", ".tif": "image/tiff", ".tiff": "image/tiff", ".zip": "application/zip",
}

const filePDF = "application/pdf"

const fileColumns = `id, agency_id, ref, name, size, sha, media, pages, main, ordinal, verdict, verdict_report`

var (
	sqlPutFile = store.SQL(`INSERT INTO documents_files (agency_id, id, ref, name, size, sha, media, pages, main, ordinal, verdict, verdict_report, at_us, person_id)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`)
	sqlChangeFile = store.SQL(`UPDATE documents_files SET name = $1, size = $2, sha = $3, media = $4, pages = $5, verdict = $6, verdict_report = $7
		WHERE agency_id = $8 AND id = $9 AND ref = $10`)
	sqlDropFile = store.SQL(`DELETE FROM documents_files WHERE agency_id = $1 AND id = $2 AND ref = $3`)
	sqlFiles    = store.SQL(`SELECT ` + fileColumns + ` FROM documents_files WHERE agency_id = $1 AND ref = $2 ORDER BY main DESC, ordinal, id`)
	sqlFile     = store.SQL(`SELECT ` + fileColumns + ` FROM documents_files WHERE agency_id = $1 AND id = $2`)
	sqlInUse    = store.SQL(`SELECT sha FROM documents_files WHERE sha IN (SELECT value FROM json_each(CAST($1 AS TEXT)))
		UNION SELECT sha FROM documents_versions WHERE sha IN (SELECT value FROM json_each(CAST($2 AS TEXT)))
		UNION SELECT image_sha FROM documents_certificates WHERE image_sha IN (SELECT value FROM json_each(CAST($3 AS TEXT)))
		UNION SELECT prepared_sha FROM documents_signing_parts WHERE prepared_sha <> '' AND prepared_sha IN (SELECT value FROM json_each(CAST($4 AS TEXT)))
			AND EXISTS (SELECT 1 FROM documents_signings s WHERE s.agency_id = documents_signing_parts.agency_id AND s.id = signing_id AND s.state IN ('prepared', 'waiting'))
		UNION SELECT result_sha FROM documents_signing_parts WHERE result_sha <> '' AND result_sha IN (SELECT value FROM json_each(CAST($5 AS TEXT)))
		UNION SELECT sha FROM documents_pictures WHERE sha IN (SELECT value FROM json_each(CAST($6 AS TEXT)))`)
)

// FileLimit is the most bytes that one file of the agency may have.
func FileLimit(ctx context.Context, r store.Reader, agency int64) (int64, error) {
	s, err := store.Setting(ctx, r, agency, "documents.file_limit", strconv.Itoa(DefaultFileLimit))
	if err != nil {
		return 0, err
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n <= 0 {
		return DefaultFileLimit, nil
	}
	return n, nil
}

// KeepFile puts a stranger's or a user's bytes into the blob store and judges them: size, kind, and for a PDF its structure and its
// signatures. It writes no row; the File it returns goes into an act (AddFile, Arrive). A refusal is an Invalid sentence about the
// field "file"; what was there before is kept.
func KeepFile(ctx context.Context, d *Desk, agency int64, name string, from io.Reader) (File, error) {
	name = path.Base(strings.ReplaceAll(line(name), `\`, "/"))
	ending := strings.ToLower(path.Ext(name))
	f := File{AgencyID: agency, Name: name, Media: mediaOf[ending], VerdictReport: "{}"}
	if f.Media == "" || len(name) <= len(ending) || len(name) > 255 {
		return f, store.RefuseField("file", "Tệp {name} có tên hoặc định dạng không được nhận. Nội dung đã có được giữ nguyên; hãy dùng tệp PDF, văn bản, bảng tính, ảnh hoặc ZIP.", "name", name)
	}
	limit, err := FileLimit(ctx, d.DB, agency)
	if err != nil {
		return f, err
	}
	ref, err := d.Blobs.Put(ctx, from, limit)
	if errors.Is(err, blob.TooLarge) {
		return f, store.Because(store.RefuseField("file", "Tệp {name} lớn hơn {limit} MB cho phép. Nội dung đã có được giữ nguyên; hãy giảm dung lượng hoặc chia tệp.",
			"name", name, "limit", max(1, limit>>20)), err)
	}
	if err != nil {
		return f, refuseReason("file", err)
	}
	if f.SHA, f.Size = ref.SHA, ref.Size; f.Size == 0 {
		return f, store.RefuseField("file", "Tệp {name} trống (0 byte). Nội dung đã có được giữ nguyên; hãy chọn lại tệp.", "name", name)
	}
	if f.Media == filePDF {
		err = d.examine(ctx, &f)
	}
	return f, err
}

// examine reads a PDF that was kept: pages and the verdict on its signatures.
func (d *Desk) examine(ctx context.Context, f *File) error {
	b, err := blob.ReadAll(ctx, d.Blobs, f.SHA, f.Size)
	if err != nil {
		return err
	}
	return d.examineBytes(f, b)
}

func (d *Desk) examineBytes(f *File, b []byte) error {
	p, err := pdf.Open(b)
	if err == nil {
		f.Pages, err = p.PageCount()
	}
	switch {
	case errors.Is(err, pdf.ErrEncrypted):
		return store.Because(store.RefuseField("file", "Tệp {name} đã bị mã hóa hoặc đặt mật khẩu. Nội dung đã có được giữ nguyên; hãy bỏ mật khẩu rồi tải lên lại.", "name", f.Name), err)
	case errors.Is(err, pdf.ErrNotPDF):
		return store.Because(store.RefuseField("file", "Tệp {name} không phải là PDF. Nội dung đã có được giữ nguyên; hãy xuất văn bản ra PDF rồi tải lên lại.", "name", f.Name), err)
	case err != nil || f.Pages == 0:
		return store.Because(store.RefuseField("file", "Tệp {name} bị hỏng hoặc quá phức tạp nên không đọc được. Nội dung đã có được giữ nguyên; hãy xuất lại PDF rồi tải lên.", "name", f.Name), err)
	}
	report, err := d.verify(b)
	if err != nil {
		return err
	}
	f.Verdict, f.VerdictReport = verdictOf(report), store.PackedJSON(store.JSONOf(report))
	return nil
}

// verify judges the signatures of a file now, by the desk's trust.
func (d *Desk) verify(b []byte) (*pades.Report, error) {
	r, err := pades.Verify(b, pades.VerifyOptions{At: d.DB.Now().Time(), Trust: d.Trust})
	if err != nil {
		return nil, fmt.Errorf("verify a file: %w", err)
	}
	return r, nil
}

func verdictOf(r *pades.Report) string {
	if r.Outcome == pades.Unreadable {
		return VerdictFailed
	}
	return string(r.Outcome)
}

// putFile adds the row of a kept file to a document, in the act that calls it.
func putFile(ctx context.Context, tx *store.Tx, agency int64, ref string, f File) (File, error) {
	f.ID, f.AgencyID, f.Ref = tx.NewID(), agency, ref
	if f.VerdictReport == "" {
		f.VerdictReport = "{}"
	}
	return f, tx.Put(ctx, sqlPutFile, agency, f.ID, ref, f.Name, f.Size, f.SHA, f.Media, f.Pages, f.Main, f.Ordinal, f.Verdict, keptReport(f.AgencyID, f.VerdictReport), tx.Now(), tx.Actor().Person)
}

// keptReport is a report on a file's signatures as it stands in an agency's row. Reports about the same certificates are nearly the same, whoever holds the file.
func keptReport(agency int64, report store.PackedJSON) *store.Packing {
	sum, rest := sha256.New(), string(report)
	for {
		_, after, more := strings.Cut(rest, `"certificate":"`)
		if !more {
			return store.PackJSON(agency, "verdict/"+hex.EncodeToString(sum.Sum(nil)[:12]), report)
		}
		at := strings.IndexByte(after, '"')
		if at < 0 {
			at = len(after)
		}
		io.WriteString(sum, after[:at+1])
		rest = after[at:]
	}
}

// changeFile lets a file of a document be other bytes: a new version of its main file, a signed attachment.
func changeFile(ctx context.Context, tx *store.Tx, f File) error {
	return tx.Put(ctx, sqlChangeFile, f.Name, f.Size, f.SHA, f.Media, f.Pages, f.Verdict, keptReport(f.AgencyID, f.VerdictReport), f.AgencyID, f.ID, f.Ref)
}

// filesOf lists the files of a document, the main one first. The caller has checked who asks.
func filesOf(ctx context.Context, r store.Reader, agency int64, ref string) ([]File, error) {
	return store.All[File](ctx, r, sqlFiles, agency, ref)
}

// Files lists the files of a document, the main one first, to those who may see the document.
func Files(ctx context.Context, r store.Reader, a store.Actor, ref string) ([]File, error) {
	if err := mayRead(ctx, r, a, ref); err != nil {
		return nil, err
	}
	return filesOf(ctx, r, a.Agency, ref)
}

// AddFile keeps a file and attaches it to a document that may still be changed by the actor.
func AddFile(ctx context.Context, d *Desk, a store.Actor, ref, name string, from io.Reader) (*File, error) {
	kind, id, err := ParseRef(ref)
	if err != nil {
		return nil, err
	}
	if err := owners[kind].sees(ctx, d.DB, a, id); err != nil {
		return nil, err
	}
	f, err := KeepFile(ctx, d, a.Agency, name, from)
	if err != nil {
		return nil, err
	}
	err = d.write(ctx, a, func(tx *store.Tx) error { return owners[kind].attach(ctx, tx, id, f) })
	if err != nil {
		return nil, err
	}
	all, err := filesOf(ctx, d.DB, a.Agency, ref)
	for i := range all {
		if all[i].SHA == f.SHA {
			f = all[i]
		}
	}
	return &f, err
}

// OpenFile gives the bytes of a file to those who may see the document it belongs to. The reader refuses changed bytes.
func OpenFile(ctx context.Context, d *Desk, a store.Actor, id int64) (File, io.ReadSeekCloser, error) {
	f, ok, err := store.Maybe[File](ctx, d.DB, sqlFile, a.Agency, id)
	if err == nil && !ok {
		err = errNotFound()
	}
	if err == nil {
		err = mayRead(ctx, d.DB, a, f.Ref)
	}
	if err != nil {
		return File{}, nil, err
	}
	b, err := d.Blobs.Open(ctx, f.SHA)
	if err != nil {
		return f, nil, fmt.Errorf("open file %d: %w", id, err)
	}
	return f, b, nil
}

// OpenRevision gives a file as it was when its n-th signature was made, from 1 in the order of signing (S3.4). Evidence and time stamps are only ever
// added behind, so that where the kept verdict saw a revision end, it ends.
func OpenRevision(ctx context.Context, d *Desk, a store.Actor, id, n int64) (File, io.ReadSeekCloser, error) {
	f, content, err := OpenFile(ctx, d, a, id)
	if err != nil {
		return f, nil, err
	}
	var r pades.Report
	if f.VerdictReport != "" {
		err = json.Unmarshal([]byte(f.VerdictReport), &r)
	}
	if err == nil && (n < 1 || n > int64(len(r.Signatures)) || r.Signatures[n-1].End <= 0 || int64(r.Signatures[n-1].End) > f.Size) {
		err = errNotFound()
	}
	if err != nil {
		content.Close()
		return f, nil, err
	}
	return f, &beginning{content, int64(r.Signatures[n-1].End)}, nil
}

// beginning is a file up to a byte.
type beginning struct {
	io.ReadSeekCloser
	end int64
}

// Read stops at the end of the beginning.
func (b *beginning) Read(p []byte) (int, error) {
	at, err := b.ReadSeekCloser.Seek(0, io.SeekCurrent)
	switch {
	case err != nil:
		return 0, err
	case at >= b.end:
		return 0, io.EOF
	}
	return b.ReadSeekCloser.Read(p[:min(int64(len(p)), b.end-at)])
}

// Seek counts from the end of the beginning where it counts from an end.
func (b *beginning) Seek(offset int64, whence int) (int64, error) {
	if whence == io.SeekEnd {
		offset, whence = b.end+offset, io.SeekStart
	}
	return b.ReadSeekCloser.Seek(offset, whence)
}

// BlobsInUse answers blob.Sweep: which of the addresses documents still need.
func BlobsInUse(ctx context.Context, r store.Reader, shas []string) (map[string]bool, error) {
	list := store.JSONOf(shas)
	found, err := store.All[string](ctx, r, sqlInUse, list, list, list, list, list, list)
	used := make(map[string]bool, len(found))
	if err != nil {
		return nil, err
	}
	kept, err := store.All[string](ctx, r, sqlPreservedBlobs, list, list, list)
	if err != nil {
		return nil, err
	}
	sources, err := store.All[string](ctx, r, sqlSourceSHA, list)
	if err != nil {
		return nil, err
	}
	templates, err := store.All[string](ctx, r, sqlTemplateSHA, list)
	if err != nil {
		return nil, err
	}
	found = append(append(found, sources...), templates...)
	for _, sha := range append(found, kept...) {
		used[sha] = true
	}
	return used, nil
}

// FilesKept lists the files of a document for rooms that have checked by their own rules who asks: a dossier shows what stands in it.
func FilesKept(ctx context.Context, r store.Reader, agency int64, ref string) ([]File, error) {
	return filesOf(ctx, r, agency, ref)
}

// TextKept gives what was read from the files of a document, for rooms that have checked by their own rules who asks; at most limit bytes.
func TextKept(ctx context.Context, r store.Reader, agency int64, ref string, limit int) (string, error) {
	texts, err := textsOf(ctx, r, agency, ref)
	var out strings.Builder
	for _, t := range texts {
		if out.Len()+len(t.Text) > limit {
			break
		}
		out.WriteString(t.Text + "\n")
	}
	return out.String(), err
}

// VerifyKept reads a kept PDF again and judges its signatures today; an error when the bytes are not those that were kept. The verdict of its arrival stays.
func VerifyKept(ctx context.Context, d *Desk, sha string, size int64) (string, error) {
	b, err := blob.ReadAll(ctx, d.Blobs, sha, size)
	if err != nil {
		return "", err
	}
	r, err := d.verify(b)
	if err != nil {
		return "", err
	}
	return verdictOf(r), nil
}
