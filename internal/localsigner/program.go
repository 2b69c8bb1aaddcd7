package localsigner

import (
	"bytes"
	"context"
	"crypto"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/coder/websocket"

	"congvu/internal/pades"
)

const (
	mostRequest = 64 << 10
	mostFile    = 64 << 20
	mostAnswer  = 64 << 10
	longest     = 5 * time.Minute
)

// Fault is how a simulator misbehaves.
type Fault string

// The faults; "" is none.
const (
	Cancels Fault = "cancel" // the user closes the window
	Tampers Fault = "tamper" // the file is changed on its way
	IsOld   Fault = "old"    // the version does not know the operation
	IsBroke Fault = "broken" // the token is not plugged in
)

// Program is a simulated local signing program with one key. It is an http.Handler for the sockets.
type Program struct {
	Key         crypto.Signer
	Certificate *x509.Certificate
	Chain       []*x509.Certificate

	Ask   func(ctx context.Context, operation string, r Request) error // nil agrees to everything; an error is the signer's refusal, told to the page
	Now   func() time.Time                                             // nil = time.Now
	HTTP  *http.Client                                                 // nil = one that follows no redirects
	Fault func() Fault                                                 // nil = never
	Delay time.Duration                                                // before each signature, as slow tokens have
}

// refusal is what the program tells the person at the machine, as a sentence.
type refusal string

func (r refusal) Error() string { return string(r) }

// errCancelled is the signer's own no.
const errCancelled refusal = "Người dùng đã hủy ký số."

// ServeHTTP answers one socket: one request, one reply.
func (p *Program) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	operation := strings.TrimPrefix(path.Clean(r.URL.Path), "/")
	c, err := websocket.Accept(w, r, &websocket.AcceptOptions{InsecureSkipVerify: true}) // whose page it is is asked when the request is known
	if err != nil {
		return // Accept has answered
	}
	defer c.CloseNow()
	ctx, stop := context.WithTimeout(r.Context(), longest)
	defer stop()
	c.SetReadLimit(mostRequest)
	_, text, err := c.Read(ctx)
	if err != nil {
		return
	}
	reply := p.answer(ctx, operation, r.Header.Get("Origin"), text)
	b, err := json.Marshal(reply)
	if err == nil {
		err = c.Write(ctx, websocket.MessageText, b)
	}
	if err == nil {
		_ = c.Close(websocket.StatusNormalClosure, "")
	}
}

func (p *Program) answer(ctx context.Context, operation, origin string, text []byte) Reply {
	var r Request
	fault := Fault("")
	if p.Fault != nil {
		fault = p.Fault()
	}
	if fault == IsOld || !slices.Contains([]string{SignApproved, SignIssued, SignAppendix}, operation) {
		return Reply{Status: StatusUnknown, Message: "Phiên bản này không có chức năng " + operation + " (bộ mô phỏng)."}
	}
	if err := json.Unmarshal(text, &r); err != nil {
		return Reply{Status: StatusFailed, Message: "Yêu cầu không đúng quy cách (bộ mô phỏng)."}
	}
	if fault == IsBroke {
		return Reply{Status: StatusFailed, Message: "Không tìm thấy thiết bị ký số (bộ mô phỏng)."}
	}
	answer, err := p.sign(ctx, operation, origin, r, fault)
	switch {
	case errors.Is(err, errCancelled):
		return Reply{Status: StatusCancelled, Message: err.Error()}
	case err != nil:
		return Reply{Status: StatusFailed, Message: err.Error(), FileServer: answer}
	}
	return Reply{Status: StatusSigned, FileName: "signed.pdf", FileServer: answer, DocumentNumber: r.DocNumber, DocumentDate: r.IssuedDate}
}

// sign does one operation and gives what the upload handler answered.
func (p *Program) sign(ctx context.Context, operation, origin string, r Request, fault Fault) (string, error) {
	if err := sameServer(origin, r.FileName, r.FileUploadHandler); err != nil {
		return "", err
	}
	if fault == Cancels {
		return "", errCancelled
	}
	if p.Ask != nil {
		if err := p.Ask(ctx, operation, r); err != nil {
			return "", errors.Join(errCancelled, err)
		}
	}
	file, err := p.fetch(ctx, r.FileName)
	if err != nil {
		return "", err
	}
	select {
	case <-time.After(p.Delay):
	case <-ctx.Done():
		return "", errCancelled
	}
	req := pades.Request{Certificate: p.Certificate, Chain: p.Chain, Key: p.Key, At: p.now()}
	if operation == SignApproved {
		req.Certify = 2
	}
	signed, err := pades.Sign(ctx, file, req)
	if err != nil {
		return "", refusal(fmt.Sprintf("Không ký được tệp (bộ mô phỏng): %v", err))
	}
	if fault == Tampers {
		signed[len(file)/2] ^= 1
	}
	return p.bring(ctx, r.FileUploadHandler, signed)
}

func (p *Program) now() time.Time {
	if p.Now == nil {
		return time.Now()
	}
	return p.Now()
}

// sameServer wants the page, the file and the upload handler to be of one server. A program that is no browser sends no origin.
func sameServer(origin string, addresses ...string) error {
	host := ""
	if origin != "" {
		u, err := url.Parse(origin)
		if err != nil || u.Host == "" {
			return refusal("Trang gọi chương trình ký không rõ nguồn gốc (bộ mô phỏng).")
		}
		host = u.Host
	}
	for _, a := range addresses {
		u, err := url.Parse(a)
		if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil || host != "" && u.Host != host {
			return refusal("Địa chỉ tệp hoặc nơi nhận tệp không thuộc máy chủ của trang đang mở (bộ mô phỏng).")
		}
		host = u.Host
	}
	return nil
}

var noRedirects = &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}

func (p *Program) http() *http.Client {
	if p.HTTP == nil {
		return noRedirects
	}
	return p.HTTP
}

func (p *Program) fetch(ctx context.Context, from string) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, from, nil)
	if err != nil {
		return nil, err
	}
	res, err := p.http().Do(req)
	if err != nil {
		return nil, refusal("Không tải được tệp cần ký (bộ mô phỏng).")
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return nil, refusal(p.said(res, "Máy chủ không giao tệp cần ký (bộ mô phỏng)."))
	}
	b, err := io.ReadAll(io.LimitReader(res.Body, mostFile+1))
	if err != nil || len(b) > mostFile {
		return nil, refusal("Tệp cần ký quá lớn hoặc không tải hết (bộ mô phỏng).")
	}
	return b, nil
}

// said is an upload handler's own words, or others when it has none.
func (p *Program) said(res *http.Response, otherwise string) string {
	var u uploaded
	b, _ := io.ReadAll(io.LimitReader(res.Body, mostAnswer))
	if json.Unmarshal(b, &u) == nil && u.Message != "" {
		return u.Message
	}
	return otherwise
}

// bring sends the signed file and gives the handler's answer.
func (p *Program) bring(ctx context.Context, to string, signed []byte) (string, error) {
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, err := form.CreateFormFile("uploadfile", "signed.pdf")
	if err == nil {
		_, err = part.Write(signed)
	}
	if err == nil {
		err = form.Close()
	}
	if err != nil {
		return "", err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, to, &body)
	if err != nil {
		return "", err
	}
	req.Header.Set("Content-Type", form.FormDataContentType())
	res, err := p.http().Do(req)
	if err != nil {
		return "", refusal("Không gửi được tệp đã ký (bộ mô phỏng).")
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(res.Body, mostAnswer))
	if err != nil {
		return "", refusal("Không đọc được trả lời của máy chủ (bộ mô phỏng).")
	}
	var u uploaded
	if json.Unmarshal(answer, &u) != nil || res.StatusCode != http.StatusOK || !u.Status {
		if u.Message == "" {
			u.Message = "Máy chủ không nhận tệp đã ký (bộ mô phỏng)."
		}
		return string(answer), errors.New(u.Message)
	}
	return string(answer), nil
}
