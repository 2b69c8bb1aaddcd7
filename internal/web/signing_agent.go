package web

import (
	"encoding/json"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"strconv"
	"strings"

	"congvu/internal/documents"
	"congvu/internal/i18n"
	"congvu/internal/store"
)

// agentRoutes are the addresses of the local signing program (S12): it comes without cookies, and the one-time token in the address is its right.
func agentRoutes() []Route {
	return []Route{
		{Pattern: "GET /sign-agent/{token}/file", Who: public, Handle: (*Door).agentFile},
		{Pattern: "POST /sign-agent/{token}/upload", Who: public, Handle: (*Door).agentUpload, Body: mostFiles + 8<<20},
	}
}

// pathForLog is an address as the log may keep it: without the token that an address of the program carries.
func pathForLog(path string) string {
	const at = "/sign-agent/"
	rest, ok := strings.CutPrefix(path, at)
	if !ok {
		return path
	}
	_, tail, _ := strings.Cut(rest, "/")
	return at + "…/" + tail
}

// agentAnswer is what the program's contract expects of an upload handler; the page reads it as FileServer.
type agentAnswer struct {
	Status     bool
	Message    string
	FileName   string
	FileServer string
	Complete   bool // every file of the signing is there
	Missing    int  // files that still lack their signature
}

// agentFile: GET /sign-agent/{token}/file
func (d *Door) agentFile(w http.ResponseWriter, r *http.Request) error {
	if !d.mayKnock(w, r) {
		return nil
	}
	name, size, content, err := documents.OpenAgentFile(r.Context(), d.Desk, r.PathValue("token"))
	if err != nil {
		return d.answerAgent(w, r, nil, err)
	}
	defer content.Close()
	h := w.Header()
	h.Set("Content-Type", "application/pdf")
	h.Set("Content-Length", strconv.FormatInt(size, 10))
	h.Set("Content-Disposition", disposition("attachment", name))
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	_, err = io.Copy(w, content)
	return err
}

// agentUpload: POST /sign-agent/{token}/upload. The first file of the request counts, whatever its field is called; small texts beside it are passed over.
func (d *Door) agentUpload(w http.ResponseWriter, r *http.Request) error {
	if !d.mayKnock(w, r) {
		return nil
	}
	part, err := agentPart(r)
	if err != nil {
		return d.answerAgent(w, r, nil, err)
	}
	receipt, err := documents.UploadAgentFile(r.Context(), d.Desk, r.PathValue("token"), addressOf(r), part)
	return d.answerAgent(w, r, receipt, err)
}

// mayKnock slows an address that tries many: tokens cannot be guessed, but each try costs a look-up.
func (d *Door) mayKnock(w http.ResponseWriter, r *http.Request) bool {
	if d.agents.allow(addressOf(r), d.DB.Now().Time()) {
		return true
	}
	w.Header().Set("Retry-After", "60")
	d.writeAgent(w, http.StatusTooManyRequests, agentAnswer{Message: i18n.T(i18n.VI, "Có quá nhiều yêu cầu từ địa chỉ này. Hãy thử lại sau một phút.", nil)})
	return false
}

const (
	mostAgentParts = 16
	mostAgentText  = 64 << 10
)

// agentPart finds the file of a program's upload without taking it into memory.
func agentPart(r *http.Request) (*multipart.Part, error) {
	wrong := store.RefuseField("file", "Yêu cầu không có tệp đã ký. Văn bản được giữ nguyên; hãy ký lại.")
	parts, err := r.MultipartReader()
	if err != nil {
		return nil, store.Because(wrong, err)
	}
	for range mostAgentParts {
		p, err := parts.NextPart()
		if err != nil {
			return nil, store.Because(wrong, err)
		}
		if p.FileName() != "" {
			return p, nil
		}
		if n, err := io.Copy(io.Discard, io.LimitReader(p, mostAgentText+1)); err != nil || n > mostAgentText {
			return nil, store.Because(wrong, err)
		}
	}
	return nil, wrong
}

// answerAgent tells the program, in its own form, what became of its request.
func (d *Door) answerAgent(w http.ResponseWriter, r *http.Request, receipt *documents.AgentReceipt, err error) error {
	if err == nil {
		d.writeAgent(w, http.StatusOK, agentAnswer{Status: true, FileName: receipt.Name, Complete: receipt.Complete, Missing: receipt.Missing})
		return nil
	}
	var refusal *store.Refusal
	if err = refusalOf(err); !errors.As(err, &refusal) {
		d.Log.Error("internal error", "id", visitOf(r).id, "method", r.Method, "path", pathForLog(r.URL.Path), "error", err)
		d.writeAgent(w, http.StatusInternalServerError, agentAnswer{Message: i18n.T(i18n.VI, "Hệ thống gặp sự cố. Văn bản được giữ nguyên; hãy thử lại sau ít phút.", nil)})
		return nil
	}
	status := http.StatusUnprocessableEntity
	for _, k := range faults {
		if errors.Is(err, k.kind) {
			status = k.status
		}
	}
	p := refusal.Problems[0]
	d.writeAgent(w, status, agentAnswer{Message: i18n.T(i18n.VI, p.Text, p.Args)})
	return nil
}

func (d *Door) writeAgent(w http.ResponseWriter, status int, a agentAnswer) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(a) // who has gone away needs no answer
}
