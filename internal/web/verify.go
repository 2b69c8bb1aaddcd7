package web

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"congvu/internal/documents"
	"congvu/internal/i18n"
	"congvu/internal/pades"
	"congvu/internal/proof"
	"congvu/internal/store"
)

// mostChecked bounds a file of the public check.
const mostChecked = 50 << 20

// verifyPage: GET /verify
func (d *Door) verifyPage(w http.ResponseWriter, r *http.Request) error {
	return d.showVerify(w, r, 0, nil)
}

func (d *Door) showVerify(w http.ResponseWriter, r *http.Request, status int, errs Errors, result ...templ.Component) error {
	ctx := r.Context()
	card := wrap(FormCard(FormView{ID: "verify", Action: "/verify", Title: t(ctx, "Kiểm tra văn bản điện tử"), Lead: t(ctx, "Chọn tệp PDF để xem văn bản có chữ ký số hợp lệ và còn nguyên vẹn hay không, hoặc tệp chứng cứ (.json) của một văn bản. Tệp không được lưu lại."),
		Submit: Action{Label: t(ctx, "Kiểm tra"), Kind: Primary}, ErrorTitle: t(ctx, "Chưa kiểm tra được"), Errors: errs, Files: true}),
		FileField(Field{Name: "file", Label: t(ctx, "Tệp PDF hoặc tệp chứng cứ"), Error: errs.Of("file")}, FileView{Accept: ".pdf,application/pdf,.json,application/json", Most: mostChecked}))
	return d.bare(w, r, status, BareView{Title: t(ctx, "Kiểm tra văn bản điện tử"), Here: "/verify", Wide: true}, append(result, card, whatIsChecked())...)
}

// takeForm offers what the check can give besides the page. The file was not kept, so it is sent once more; the hash tells whether it is the same.
func takeForm(r *http.Request, report *pades.Report) templ.Component {
	ctx := r.Context()
	options := []Option{{Value: "report", Label: t(ctx, "Báo cáo kiểm tra đầy đủ (JSON)"), Selected: true}}
	for i, s := range report.Signatures {
		if s.End > 0 {
			who := s.Field
			if s.Signer != nil {
				who = s.Signer.Name
			}
			options = append(options, Option{Value: strconv.Itoa(i + 1), Label: t(ctx, "Bản {n}, đúng như khi {name} ký (PDF)", "n", i+1, "name", who)})
		}
	}
	return wrap(FormCard(FormView{ID: "take", Action: "/verify/take", Title: t(ctx, "Tải báo cáo hoặc bản đã ký"), Lead: t(ctx, "Máy chủ không lưu tệp nên cần gửi lại đúng tệp vừa kiểm tra."),
		Submit: Action{Label: t(ctx, "Tải về")}, ErrorTitle: t(ctx, "Chưa tải được"), Away: true, Hidden: []Hidden{{"sha256", report.SHA256}}}),
		RadioField(Field{Name: "what", Label: t(ctx, "Nội dung cần tải")}, options),
		FileField(Field{ID: "take-file", Name: "file", Label: t(ctx, "Tệp PDF")}, FileView{Accept: ".pdf,application/pdf", Most: mostChecked}))
}

// checking bounds how many strangers' files are judged at once.
var checking = make(chan struct{}, 2)

// verify: POST /verify. Nothing of the file is kept.
func (d *Door) verify(w http.ResponseWriter, r *http.Request) error {
	u, report, err := d.judge(w, r)
	if err == nil && report == nil {
		var verdict templ.Component
		if verdict, err = d.proofVerdict(r, u.name, u.content); err == nil {
			return d.showVerify(w, r, 0, nil, verdict)
		}
	}
	if err != nil {
		return d.notVerified(w, r, err)
	}
	result := []templ.Component{verdictOf(u.name, report)}
	if report.Outcome != pades.Unreadable {
		result = append(result, takeForm(r, report))
	}
	return d.showVerify(w, r, 0, nil, result...)
}

// takeFromVerified: POST /verify/take. It answers with the machine report or with the revision that a signature covers (S3.4).
func (d *Door) takeFromVerified(w http.ResponseWriter, r *http.Request) error {
	u, report, err := d.judge(w, r)
	if err == nil && report == nil {
		err = store.RefuseField("file", "Hãy chọn một tệp PDF.")
	}
	if err == nil && u.values["sha256"] != "" && u.values["sha256"] != report.SHA256 {
		err = store.RefuseField("file", "Tệp này không phải tệp vừa kiểm tra (mã băm khác). Hãy chọn lại đúng tệp, hoặc kiểm tra tệp mới.")
	}
	if err != nil {
		return d.notVerified(w, r, err)
	}
	stem := strings.TrimSuffix(u.name, ".pdf")
	if u.values["what"] == "report" {
		h := w.Header()
		h.Set("Content-Type", "application/json")
		h.Set("Content-Disposition", disposition("attachment", stem+"-kiem-tra.json"))
		h.Set("Content-Security-Policy", filePolicy)
		enc := json.NewEncoder(w)
		enc.SetIndent("", "  ")
		return enc.Encode(report)
	}
	n, _ := strconv.Atoi(u.values["what"])
	revision := pades.Revision(u.content, report, n-1)
	if revision == nil {
		return d.notVerified(w, r, store.RefuseField("what", "Tệp không có bản đã ký đó. Hãy kiểm tra tệp rồi chọn một bản trong danh sách."))
	}
	w.Header().Set("Content-Type", "application/pdf")
	w.Header().Set("Content-Disposition", disposition("attachment", fmt.Sprintf("%s-ban-%d.pdf", stem, n)))
	w.Header().Set("Content-Security-Policy", filePolicy)
	_, err = w.Write(revision)
	return err
}

// judge counts the call against its address, takes the file into memory and verifies it; there is no report on a bundle of proof, which is judged otherwise.
func (d *Door) judge(w http.ResponseWriter, r *http.Request) (checkedFile, *pades.Report, error) {
	ctx := r.Context()
	if !d.checks.allow(addressOf(r), d.DB.Now().Time()) {
		return checkedFile{}, nil, errTooManyChecks
	}
	u, err := uploaded(r)
	if err != nil {
		return u, nil, err
	}
	select {
	case checking <- struct{}{}:
		defer func() { <-checking }()
	case <-ctx.Done():
		return u, nil, ctx.Err()
	}
	if proof.Looks(u.content) {
		return u, nil, nil
	}
	report, err := pades.Verify(u.content, pades.VerifyOptions{At: d.DB.Now().Time(), Trust: d.Desk.Trust})
	return u, report, err
}

var errTooManyChecks = errors.New("too many checks from one address")

// notVerified shows on the page of the check why there is no verdict.
func (d *Door) notVerified(w http.ResponseWriter, r *http.Request, err error) error {
	ctx := r.Context()
	if errors.Is(err, errTooManyChecks) {
		w.Header().Set("Retry-After", "60")
		return d.showVerify(w, r, http.StatusTooManyRequests, Errors{{Message: t(ctx, "Có quá nhiều lượt kiểm tra từ địa chỉ này. Hãy thử lại sau một phút.")}})
	}
	if errs, ok := asErrors(ctx, err); ok {
		return d.showVerify(w, r, http.StatusUnprocessableEntity, errs)
	}
	return err
}

// checkedFile is the one file of a request, and the short fields beside it.
type checkedFile struct {
	name    string
	content []byte
	values  map[string]string
}

// mostFields and mostField bound what comes beside the file, in number and bytes.
const (
	mostFields = 8
	mostField  = 200
)

// uploaded takes the file of a request into memory, with the fields before and behind it.
func uploaded(r *http.Request) (checkedFile, error) {
	u := checkedFile{values: map[string]string{}}
	parts, err := r.MultipartReader()
	if err != nil {
		return u, store.Because(store.RefuseField("file", "Hãy chọn một tệp PDF."), err)
	}
	for range mostFields {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return u, refusedUpload(err)
		}
		most := int64(mostField)
		if part.FormName() == "file" {
			most = mostChecked
		}
		b, err := io.ReadAll(io.LimitReader(part, most+1))
		switch {
		case err != nil:
			return u, refusedUpload(err)
		case int64(len(b)) > most:
			return u, tooLarge(mostChecked)
		case part.FormName() != "file":
			u.values[part.FormName()] = string(b)
		case part.FileName() != "" && u.name == "":
			u.name, u.content = i18n.CleanLine(part.FileName()), b
		}
	}
	switch {
	case u.name == "":
		return u, store.RefuseField("file", "Hãy chọn một tệp PDF.")
	case len(u.content) == 0:
		return u, store.RefuseField("file", "Tệp trống (0 byte). Hãy chọn lại tệp.")
	}
	return u, nil
}

// refusedUpload tells a body that is too large from one that broke off.
func refusedUpload(err error) error {
	var big *http.MaxBytesError
	if errors.As(err, &big) {
		return tooLarge(mostChecked)
	}
	return store.Because(store.RefuseField("file", "Tệp gửi lên bị đứt giữa chừng nên chưa kiểm tra được. Không có gì được lưu; hãy gửi lại."), err)
}

// signedRevision: GET /files/{id}/signed/{no}: the file as it was when the n-th signature was made (S3.4).
func (d *Door) signedRevision(w http.ResponseWriter, r *http.Request) error {
	id, err := number(r, "id")
	if err != nil {
		return err
	}
	n, err := number(r, "no")
	if err != nil {
		return err
	}
	f, content, err := documents.OpenRevision(r.Context(), d.Desk, actor(r), id, n)
	if err != nil {
		return err
	}
	defer content.Close()
	return sendFile(w, r, fmt.Sprintf("%s-ban-%d.pdf", strings.TrimSuffix(f.Name, ".pdf"), n), f.Media, fmt.Sprintf("%s-%d", f.SHA, n), content)
}
