package confined

import "fmt"

// Refusal is why a run gave nothing. Compare with errors.Is; Reason has the sentence for people.
type Refusal struct {
	code, text string
	detail     string // what the program said last; for the log, never for people
}

// The refusals.
var (
	ErrAbsent    = &Refusal{code: "absent", text: "Máy chủ chưa cài chương trình cần cho việc này."}
	ErrDeadline  = &Refusal{code: "deadline", text: "Chương trình xử lý tệp chạy quá thời gian cho phép nên đã bị dừng."}
	ErrProcessor = &Refusal{code: "processor", text: "Chương trình xử lý tệp dùng quá thời gian bộ xử lý cho phép nên đã bị dừng."}
	ErrMemory    = &Refusal{code: "memory", text: "Chương trình xử lý tệp dùng quá bộ nhớ cho phép nên đã bị dừng."}
	ErrDisk      = &Refusal{code: "disk", text: "Chương trình xử lý tệp ghi quá dung lượng cho phép nên đã bị dừng."}
	ErrProcesses = &Refusal{code: "processes", text: "Chương trình xử lý tệp mở quá nhiều tiến trình nên đã bị dừng."}
	ErrOutput    = &Refusal{code: "output", text: "Chương trình xử lý tệp trả về quá nhiều dữ liệu nên đã bị dừng."}
	ErrFailed    = &Refusal{code: "failed", text: "Chương trình xử lý tệp báo lỗi và không cho kết quả."}
)

// Error is for logs: the kind and the last words of the program.
func (r *Refusal) Error() string {
	if r.detail == "" {
		return "confined: " + r.code
	}
	return fmt.Sprintf("confined: %s: %s", r.code, r.detail)
}

// Is lets a refusal with the program's words be compared with its kind.
func (r *Refusal) Is(target error) bool {
	o, ok := target.(*Refusal)
	return ok && o.code == r.code
}

// Reason is the sentence for people.
func (r *Refusal) Reason() (string, map[string]any) { return r.text, nil }

func (r *Refusal) saying(detail string) *Refusal {
	return &Refusal{code: r.code, text: r.text, detail: detail}
}
