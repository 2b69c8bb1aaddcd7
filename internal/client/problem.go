package client

import "fmt"

// Kinds of problems (Problem.Type), stable.
const (
	KindNotFound     = "urn:congvu:problem:not-found"
	KindForbidden    = "urn:congvu:problem:forbidden"
	KindUnconfirmed  = "urn:congvu:problem:confirmation-required"
	KindInvalid      = "urn:congvu:problem:invalid"
	KindConflict     = "urn:congvu:problem:conflict"
	KindDuplicate    = "urn:congvu:problem:duplicate"
	KindUnauthorized = "urn:congvu:problem:unauthorized"
	KindMalformed    = "urn:congvu:problem:malformed"
	KindTooLarge     = "urn:congvu:problem:too-large"
	KindTooMany      = "urn:congvu:problem:too-many-requests"
	KindMethod       = "urn:congvu:problem:method-not-allowed"
	KindInternal     = "urn:congvu:problem:internal"
	KindUnavailable  = "urn:congvu:problem:unavailable"
)

// Problem is a refusal as RFC 9457 describes it.
type Problem struct {
	Type      string         `json:"type" format:"uri" doc:"Loại lỗi, ổn định giữa các phiên bản" example:"urn:congvu:problem:invalid"`
	Title     string         `json:"title" doc:"Tên loại lỗi"`
	Status    int            `json:"status" doc:"Mã trạng thái HTTP"`
	Detail    string         `json:"detail" doc:"Câu giải thích cho người dùng: điều gì đã xảy ra, điều gì được giữ, cần làm gì tiếp"`
	Errors    []FieldProblem `json:"errors,omitempty" doc:"Từng chỗ sai"`
	Twins     []Twin         `json:"twins,omitempty" doc:"Văn bản bị trùng, khi đăng ký văn bản đến"`
	RequestID string         `json:"request_id,omitempty" doc:"Mã yêu cầu, ghi trong nhật ký của máy chủ"`
}

// FieldProblem is one thing wrong with one field.
type FieldProblem struct {
	Pointer   string `json:"pointer,omitempty" doc:"Con trỏ JSON tới trường trong nội dung gửi lên" example:"#/subject"`
	Parameter string `json:"parameter,omitempty" doc:"Tên tham số trên đường dẫn, truy vấn hoặc tiêu đề"`
	Detail    string `json:"detail" doc:"Câu giải thích"`
}

func (p *Problem) Error() string {
	text := p.Detail
	for _, e := range p.Errors {
		if e.Detail != p.Detail {
			text += fmt.Sprintf(" [%s%s: %s]", e.Pointer, e.Parameter, e.Detail)
		}
	}
	return text
}

// Reason is the sentence for people; it arrived translated.
func (p *Problem) Reason() (string, map[string]any) { return p.Error(), nil }
