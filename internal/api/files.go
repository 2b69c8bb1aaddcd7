package api

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"congvu/internal/client"
	"congvu/internal/documents"
	"congvu/internal/i18n"
	"congvu/internal/pades"
)

func (d *door) fileRoutes() {
	ask(d, get("/incoming/{id}/files", "listIncomingFiles", tagFiles, "Tệp của văn bản đến"), d.filesOf(documents.IncomingRef))
	ask(d, get("/outgoing/{id}/files", "listOutgoingFiles", tagFiles, "Tệp của văn bản đi"), d.filesOf(documents.OutgoingRef))
	ask(d, get("/incoming/{id}/timeline", "readIncomingTimeline", tagFiles, "Lịch sử văn bản đến"), d.timelineOf(documents.IncomingRef))
	ask(d, get("/outgoing/{id}/timeline", "readOutgoingTimeline", tagFiles, "Lịch sử văn bản đi"), d.timelineOf(documents.OutgoingRef))
	d.stream(post("/incoming/{id}/files", "addIncomingFile", tagFiles, "Thêm tệp vào văn bản đến nhập tay").with(http.MethodPost, http.StatusCreated), takesFile(d, fileSchema, true), d.addFile(documents.IncomingRef))
	d.stream(post("/outgoing/{id}/files", "attachFile", tagFiles, "Thêm tệp kèm theo dự thảo").with(http.MethodPost, http.StatusCreated), takesFile(d, fileSchema, true), d.addFile(documents.OutgoingRef))
	d.stream(get("/outgoing/{id}/main-file", "uploadMainFile", tagFiles, "Dùng tệp PDF tải lên làm văn bản chính").with(http.MethodPut, 0), takesFile(d, outgoingSchema, true), d.uploadMain)
	d.stream(get("/files/{id}", "downloadFile", tagFiles, "Tải tệp"), givesFile("application/octet-stream"), d.downloadFile)
	d.stream(post("/verify", "verifyFile", tagFiles, "Kiểm tra chữ ký số của một tệp PDF; tệp không được lưu"), takesFile(d, verificationSchema, false), d.verifyFile)
}

func fileSchema(d *door) *huma.Schema { return schemaOf[client.File](d) }

func outgoingSchema(d *door) *huma.Schema { return schemaOf[client.Outgoing](d) }

func verificationSchema(d *door) *huma.Schema { return schemaOf[client.Verification](d) }

// takesFile describes an upload of one file, which is streamed and never held in memory whole.
func takesFile(d *door, answer func(*door) *huma.Schema, id bool) func(op *huma.Operation) {
	return func(op *huma.Operation) {
		op.RequestBody = &huma.RequestBody{Required: true, Description: "Một tệp trong phần «file»", Content: map[string]*huma.MediaType{"multipart/form-data": {
			Schema: &huma.Schema{Type: huma.TypeObject, Required: []string{"file"}, Properties: map[string]*huma.Schema{"file": {Type: huma.TypeString, Format: "binary"}}}}}}
		if id {
			pathID(op)
		}
		status := "200"
		if op.DefaultStatus != 0 {
			status = fmt.Sprint(op.DefaultStatus)
		}
		answers(op, status, "OK", "application/json", answer(d))
	}
}

func givesFile(media string) func(op *huma.Operation) {
	return func(op *huma.Operation) {
		pathID(op)
		answers(op, "200", "Nội dung tệp; nhận yêu cầu từng phần (Range)", media, &huma.Schema{Type: huma.TypeString, Format: "binary"})
	}
}

func (d *door) filesOf(ref func(int64) string) func(ctx context.Context, c *call, in *One) ([]client.File, error) {
	return func(ctx context.Context, c *call, in *One) ([]client.File, error) {
		files, err := documents.Files(ctx, d.DB, c.actor, ref(in.id()))
		return each(files, fileOf), err
	}
}

func (d *door) timelineOf(ref func(int64) string) func(ctx context.Context, c *call, in *One) ([]client.Step, error) {
	return func(ctx context.Context, c *call, in *One) ([]client.Step, error) {
		steps, err := documents.Timeline(ctx, d.DB, c.actor, ref(in.id()))
		return each(steps, func(s documents.Step) client.Step { return stepOf(c.lang, s) }), err
	}
}

func (d *door) addFile(ref func(int64) string) func(c *call, w http.ResponseWriter, r *http.Request) error {
	return func(c *call, w http.ResponseWriter, r *http.Request) error {
		part, err := onePart(c, w, r)
		if err != nil {
			return err
		}
		f, err := documents.AddFile(r.Context(), d.Desk, c.actor, ref(One{r.PathValue("id")}.id()), part.FileName(), part)
		if err != nil {
			return uploadError(c, err)
		}
		return writeJSON(w, http.StatusCreated, fileOf(*f))
	}
}

func (d *door) uploadMain(c *call, w http.ResponseWriter, r *http.Request) error {
	part, err := onePart(c, w, r)
	if err != nil {
		return err
	}
	o, err := documents.UploadMain(r.Context(), d.Desk, c.actor, One{r.PathValue("id")}.id(), part.FileName(), part)
	if err != nil {
		return uploadError(c, err)
	}
	return writeJSON(w, http.StatusOK, outgoingOf(c.lang, o))
}

// onePart gives the part «file» of an upload. It is read while it arrives.
func onePart(c *call, w http.ResponseWriter, r *http.Request) (*multipart.Part, error) {
	far := time.Now().Add(30 * time.Minute) // a slow line may take long for a large file; the server's usual patience would cut it off
	answering := http.NewResponseController(w)
	_ = answering.SetReadDeadline(far)
	_ = answering.SetWriteDeadline(far)
	r.Body = http.MaxBytesReader(w, r.Body, mostUpload)
	parts, err := r.MultipartReader()
	if err != nil {
		return nil, newProblem(c.lang, http.StatusUnsupportedMediaType, c.lang.T("Tệp phải được gửi bằng multipart/form-data, trong phần «file». Chưa có gì được ghi."))
	}
	part, err := parts.NextPart()
	if err != nil { // whatever it is, the form does not parse
		return nil, uploadError(c, errors.Join(err, io.ErrUnexpectedEOF))
	}
	if part.FormName() != "file" || part.FileName() == "" {
		return nil, newProblem(c.lang, http.StatusBadRequest, c.lang.T("Phần đầu tiên của nội dung gửi lên phải là «file» và có tên tệp. Chưa có gì được ghi."))
	}
	return part, nil
}

// uploadError tells a body that is too large or broken off from what the room refused.
func uploadError(c *call, err error) error {
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return newProblem(c.lang, http.StatusRequestEntityTooLarge, c.lang.T("Tệp gửi lên vượt quá {limit}. Tệp chưa được lưu; hãy giảm dung lượng hoặc tách tệp rồi gửi lại.", "limit", i18n.Size(c.lang, mostUpload)))
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return newProblem(c.lang, http.StatusBadRequest, c.lang.T("Nội dung gửi lên bị đứt giữa chừng hoặc không đúng quy cách nên tệp chưa được lưu. Hãy gửi lại."))
	}
	return err
}

func (d *door) downloadFile(c *call, w http.ResponseWriter, r *http.Request) error {
	f, content, err := documents.OpenFile(r.Context(), d.Desk, c.actor, One{r.PathValue("id")}.id())
	if err != nil {
		return err
	}
	defer content.Close()
	if err := d.noteFile(c, r, f); err != nil {
		return err
	}
	give(w, r, f.Name, f.Media, `"`+f.SHA+`"`, content)
	return nil
}

// give serves a file as a download that no browser runs or shows by itself.
func give(w http.ResponseWriter, r *http.Request, name, media, tag string, content io.ReadSeeker) {
	_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(30 * time.Minute))
	h := w.Header()
	h.Set("Content-Type", media)
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	if tag != "" {
		h.Set("ETag", tag)
	}
	http.ServeContent(w, r, "", time.Time{}, content)
}

// mostVerified is the largest file judged: the verifier needs every byte at hand.
const mostVerified = 64 << 20

func (d *door) verifyFile(c *call, w http.ResponseWriter, r *http.Request) error {
	part, err := onePart(c, w, r)
	if err != nil {
		return err
	}
	file, err := io.ReadAll(io.LimitReader(part, mostVerified+1))
	if err != nil {
		return uploadError(c, err)
	}
	if len(file) > mostVerified {
		return newProblem(c.lang, http.StatusRequestEntityTooLarge, c.lang.T("Tệp lớn hơn {limit} nên không kiểm tra được ở đây. Hãy dùng lệnh congvu verify trên máy của ông/bà.", "limit", i18n.Size(c.lang, mostVerified)))
	}
	report, err := pades.Verify(file, pades.VerifyOptions{At: d.DB.Now().Time(), Trust: d.Desk.Trust, RevocationOptional: d.TestCertificates})
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, verification(c.lang, report))
}

func verification(l i18n.Lang, r *pades.Report) client.Verification {
	findings := func(all []pades.Finding) []string {
		return each(all, func(f pades.Finding) string { return i18n.Sentence(l, f) })
	}
	title, text := r.Explain()
	v := client.Verification{Outcome: string(r.Outcome), Title: i18n.Sentence(l, title), Advice: i18n.Sentence(l, text), Integrity: string(r.Integrity), SHA256: r.SHA256, Size: r.Size,
		VerifiedAt: r.VerifiedAt, Findings: findings(r.Findings), Signatures: []client.VerifiedSignature{}}
	for i, s := range r.Signatures {
		one := client.VerifiedSignature{Field: s.Field, Kind: string(s.Kind), Level: s.Level, Indication: string(s.Indication), SubIndication: string(s.SubIndication),
			Integrity: string(s.Integrity), ClaimedTime: s.ClaimedTime, Findings: findings(s.Findings),
			Explanation: each(r.ExplainSignature(i), func(x pades.Line) string { return i18n.Sentence(l, x) })}
		if s.Signer != nil {
			one.SignerName, one.SignerOrg, one.Serial, one.Issuer = s.Signer.Name, s.Signer.Organization, s.Signer.Serial, s.Signer.Issuer
		}
		v.Signatures = append(v.Signatures, one)
	}
	return v
}

// givePDF serves a file that was printed for this request.
func givePDF(w http.ResponseWriter, r *http.Request, name string, file []byte) {
	give(w, r, strings.TrimSuffix(name, ".pdf")+".pdf", "application/pdf", "", bytes.NewReader(file))
}
