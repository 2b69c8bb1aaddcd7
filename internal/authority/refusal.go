package authority

import (
	"fmt"
	"time"
)

// Refusal says why an authority's word was not had or not believed. Code is stable; errors.Is compares codes only.
type Refusal struct {
	Code  string
	text  string
	args  map[string]any
	cause error
	retry time.Time
}

// Error is for logs; users are shown Reason.
func (r *Refusal) Error() string {
	if r.cause == nil {
		return "authority: " + r.Code
	}
	return "authority: " + r.Code + ": " + r.cause.Error()
}

// Reason gives the Vietnamese sentence with its named arguments.
func (r *Refusal) Reason() (string, map[string]any) { return r.text, r.args }

// Unwrap gives the technical cause.
func (r *Refusal) Unwrap() error { return r.cause }

// Is reports whether target is a refusal with the same code.
func (r *Refusal) Is(target error) bool {
	t, ok := target.(*Refusal)
	return ok && t.Code == r.Code
}

// RetryAt is when asking again makes sense; zero when the authority said nothing of it.
func (r *Refusal) RetryAt() time.Time { return r.retry }

func (r *Refusal) because(format string, args ...any) *Refusal {
	c := *r
	c.cause = fmt.Errorf(format, args...)
	return &c
}

func (r *Refusal) with(name string, value any) *Refusal {
	c := *r
	c.args = map[string]any{name: value}
	return &c
}

func (r *Refusal) until(at time.Time) *Refusal {
	c := *r
	c.retry = at
	return &c
}

// The refusals of this package; cms.ErrTimestampRefused passes through it unchanged.
var (
	ErrNoAuthority = &Refusal{Code: "authority.none", text: "Chưa cấu hình tổ chức cấp dấu thời gian. Văn bản được giữ nguyên; đề nghị quản trị viên khai báo địa chỉ dịch vụ dấu thời gian."}
	ErrAddress     = &Refusal{Code: "authority.address", text: "Địa chỉ dịch vụ chứng thực không hợp lệ: chỉ dùng http hoặc https. Đề nghị quản trị viên kiểm tra cấu hình."}
	ErrUnreachable = &Refusal{Code: "authority.unreachable", text: "Không kết nối được với {host} hoặc chờ quá lâu. Văn bản được giữ nguyên; hệ thống sẽ gửi lại sau."}
	ErrAnswer      = &Refusal{Code: "authority.answer", text: "Trả lời của {host} không đúng chuẩn nên không được dùng. Văn bản được giữ nguyên; hệ thống sẽ gửi lại sau."}
	ErrClock       = &Refusal{Code: "authority.clock", text: "Thời gian trong dấu thời gian lệch quá một phút so với đồng hồ của hệ thống. Văn bản được giữ nguyên; đề nghị quản trị viên kiểm tra đồng hồ máy chủ."}
	ErrUntrusted   = &Refusal{Code: "authority.untrusted", text: "Dấu thời gian không do tổ chức có trong danh sách tin cậy cấp nên không được dùng. Văn bản được giữ nguyên; đề nghị quản trị viên kiểm tra danh sách tin cậy."}
	ErrStranger    = &Refusal{Code: "authority.stranger", text: "Chứng thư không thuộc tổ chức chứng thực được tin cậy nên hệ thống không hỏi tình trạng của chứng thư."}
	ErrNoSource    = &Refusal{Code: "authority.no-source", text: "Chứng thư không ghi địa chỉ để hỏi tình trạng thu hồi."}
	ErrTryLater    = &Refusal{Code: "authority.try-later", text: "Tổ chức chứng thực chưa công bố tình trạng chứng thư sau thời điểm ký. Hệ thống sẽ hỏi lại sau."}
)
