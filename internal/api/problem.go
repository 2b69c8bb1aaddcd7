package api

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"regexp"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"congvu/internal/client"
	"congvu/internal/documents"
	"congvu/internal/i18n"
	"congvu/internal/store"
)

// Problem is client.Problem as an answer; its name stands in the OpenAPI document.
type Problem struct{ client.Problem }

// GetStatus and ContentType are what the router asks of an error.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType is that of RFC 9457.
func (p *Problem) ContentType(string) string { return "application/problem+json" }

// kinds is the one table of what a refusal becomes at this door.
var kinds = map[store.Kind]struct {
	status int
	uri    string
}{
	store.NotFound:  {http.StatusNotFound, client.KindNotFound},
	store.Forbidden: {http.StatusForbidden, client.KindForbidden},
	store.Invalid:   {http.StatusUnprocessableEntity, client.KindInvalid},
	store.Conflict:  {http.StatusConflict, client.KindConflict},

	store.Unconfirmed: {http.StatusForbidden, client.KindUnconfirmed},
}

var titles = map[string]string{
	client.KindNotFound: t("Không tìm thấy"), client.KindForbidden: t("Không có quyền"), client.KindInvalid: t("Dữ liệu chưa hợp lệ"),
	client.KindUnconfirmed: t("Cần xác nhận lại người dùng"), client.KindConflict: t("Nội dung đã thay đổi hoặc không còn cho phép"), client.KindDuplicate: t("Văn bản có thể bị trùng"),
	client.KindUnauthorized: t("Chưa đăng nhập"), client.KindMalformed: t("Yêu cầu không đọc được"), client.KindTooLarge: t("Nội dung quá lớn"),
	client.KindTooMany: t("Quá nhiều yêu cầu"), client.KindMethod: t("Phương thức không dùng được ở đây"),
	client.KindInternal: t("Lỗi của máy chủ"), client.KindUnavailable: t("Máy chủ chưa sẵn sàng"),
}

// ofStatus gives the kind of what the router and the door itself refuse.
func ofStatus(status int) string {
	switch status {
	case http.StatusBadRequest, http.StatusUnsupportedMediaType, http.StatusNotAcceptable, http.StatusRequestTimeout:
		return client.KindMalformed
	case http.StatusUnauthorized:
		return client.KindUnauthorized
	case http.StatusForbidden:
		return client.KindForbidden
	case http.StatusNotFound:
		return client.KindNotFound
	case http.StatusMethodNotAllowed:
		return client.KindMethod
	case http.StatusConflict, http.StatusPreconditionFailed:
		return client.KindConflict
	case http.StatusRequestEntityTooLarge:
		return client.KindTooLarge
	case http.StatusUnprocessableEntity:
		return client.KindInvalid
	case http.StatusTooManyRequests:
		return client.KindTooMany
	case http.StatusServiceUnavailable:
		return client.KindUnavailable
	}
	return client.KindInternal
}

// newProblem takes a sentence that is translated already.
func newProblem(l i18n.Lang, status int, detail string) *Problem {
	uri := ofStatus(status)
	return &Problem{client.Problem{Type: uri, Title: l.T(titles[uri]), Status: status, Detail: detail}}
}

// t marks a sentence of a table as one to translate.
func t(text string) string { return text }

// reasoned is any error that brings its own sentence for people.
type reasoned interface {
	Reason() (text string, args map[string]any)
}

// refuse turns what a room returned into an answer. What is no refusal is logged once, with the request's id, and shown as one calm sentence.
func (d *door) refuse(c *call, err error) *Problem {
	var refusal *store.Refusal
	var twins *documents.Duplicate
	var own *Problem
	var told reasoned
	var p *Problem
	switch {
	case errors.As(err, &own):
		p = own
	case errors.As(err, &refusal):
		k := kinds[refusal.Kind]
		p = &Problem{client.Problem{Type: k.uri, Title: i18n.T(c.lang, titles[k.uri], nil), Status: k.status}}
		describeProblems(p, c.lang, refusal.Problems)
		if errors.As(err, &twins) {
			p.Type, p.Title, p.Twins = client.KindDuplicate, i18n.T(c.lang, titles[client.KindDuplicate], nil), each(twins.Twins, twinOf)
		}
	case errors.As(err, &told):
		text, args := told.Reason()
		p = newProblem(c.lang, http.StatusUnprocessableEntity, "")
		p.Detail = i18n.T(c.lang, text, args)
	case errors.Is(err, context.Canceled):
		p = newProblem(c.lang, http.StatusServiceUnavailable, c.lang.T("Yêu cầu đã dừng giữa chừng. Hãy xem lại trạng thái rồi thực hiện tiếp."))
	case errors.Is(err, context.DeadlineExceeded):
		p = newProblem(c.lang, http.StatusServiceUnavailable, c.lang.T("Máy chủ chưa làm xong trong thời gian cho phép. Hãy xem lại trạng thái rồi thực hiện tiếp."))
	default:
		d.Log.Error("api", "request", c.request, "operation", c.operation, "error", err)
		p = newProblem(c.lang, http.StatusInternalServerError, c.lang.T("Máy chủ gặp lỗi nên chưa làm được việc này. Dữ liệu đã có không bị ảnh hưởng; hãy thử lại, nếu vẫn lỗi thì báo quản trị kèm mã {request}.", "request", c.request))
	}
	p.RequestID = c.request
	return p
}

// describeProblems puts the first sentence on top and every field beside it.
func describeProblems(p *Problem, l i18n.Lang, all []store.Problem) {
	for i, one := range all {
		text := i18n.T(l, one.Text, one.Args)
		if i == 0 {
			p.Detail = text
		}
		if one.Field != "" {
			p.Errors = append(p.Errors, client.FieldProblem{Pointer: pointer(one.Field), Detail: text})
		} else if i > 0 {
			p.Errors = append(p.Errors, client.FieldProblem{Detail: text})
		}
	}
}

var bracket = regexp.MustCompile(`\[(\d+)\]`)

// pointer turns "receivers[2].agency" into the JSON pointer "#/receivers/2/agency" (RFC 6901, as a URI fragment).
func pointer(field string) string {
	field = strings.NewReplacer("~", "~0", "/", "~1").Replace(field)
	return "#/" + strings.ReplaceAll(bracket.ReplaceAllString(field, ".$1"), ".", "/")
}

// refuseParsed is called by the router for what it refuses itself: bodies that do not parse, fields that do not fit.
func refuseParsed(ctx huma.Context, status int, text string, errs ...error) huma.StatusError {
	c := callOf(ctx.Context())
	p := newProblem(c.lang, status, "")
	p.RequestID = c.request
	switch status {
	case http.StatusRequestEntityTooLarge:
		p.Detail = c.lang.T("Nội dung gửi lên vượt quá {limit}. Hãy giảm bớt rồi gửi lại.", "limit", i18n.Size(c.lang, mostJSON))
	case http.StatusBadRequest:
		p.Detail = c.lang.T("Nội dung gửi lên không phải JSON đúng quy cách. Chưa có gì được ghi.")
		return p
	case http.StatusUnsupportedMediaType:
		p.Detail = c.lang.T("Chỉ nhận nội dung kiểu application/json ở địa chỉ này. Chưa có gì được ghi.")
		return p
	case http.StatusRequestTimeout:
		p.Detail = c.lang.T("Nội dung gửi lên quá chậm nên máy chủ đã dừng nhận. Chưa có gì được ghi; hãy thử lại.")
	case http.StatusUnprocessableEntity:
		p.Detail = c.lang.T("Một số trường chưa hợp lệ. Chưa có gì được ghi; hãy sửa rồi gửi lại.")
	default:
		p.Detail = c.lang.T("Máy chủ không xử lý được yêu cầu này. Chưa có gì được ghi.")
	}
	for _, err := range errs {
		var e *huma.ErrorDetail
		if errors.As(err, &e) && len(p.Errors) < 100 {
			p.Errors = append(p.Errors, fieldProblem(c.lang, e))
		}
	}
	return p
}

func fieldProblem(l i18n.Lang, e *huma.ErrorDetail) client.FieldProblem {
	f := client.FieldProblem{Detail: saidOf(l, e.Message)}
	place, rest, _ := strings.Cut(e.Location, ".")
	switch {
	case place == "body" && rest != "":
		f.Pointer = pointer(rest)
	case strings.HasPrefix(e.Location, "body["):
		f.Pointer = pointer(strings.TrimPrefix(e.Location, "body"))
	case place != "body":
		f.Parameter = rest
	}
	return f
}

// writeProblem answers outside of the router.
func writeProblem(w http.ResponseWriter, p *Problem) {
	h := w.Header()
	for _, of := range []string{"ETag", "Content-Disposition", "Content-Length", "Last-Modified"} {
		h.Del(of)
	}
	h.Set("Content-Type", "application/problem+json")
	w.WriteHeader(p.Status)
	json.NewEncoder(w).Encode(p)
}
