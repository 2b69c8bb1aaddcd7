package pdf

import "fmt"

// Error says why a file was refused. Code is stable; Detail is for the log and names offsets, never content.
type Error struct {
	Code   string
	Detail string
}

// The reasons for which a file is refused; compare with errors.Is.
var (
	ErrNotPDF    = &Error{Code: "pdf.not-pdf"}
	ErrBroken    = &Error{Code: "pdf.broken"}
	ErrEncrypted = &Error{Code: "pdf.encrypted"}
	ErrLimit     = &Error{Code: "pdf.limit"}
)

var sentences = map[string]string{
	"pdf.not-pdf":   "Tệp không phải là tệp PDF. Tệp được giữ nguyên; hãy chọn lại tệp PDF.",
	"pdf.broken":    "Tệp PDF có cấu trúc không hợp lệ nên hệ thống không đọc. Tệp được giữ nguyên; hãy xuất lại tệp PDF từ bản gốc.",
	"pdf.encrypted": "Tệp PDF đã bị mã hóa hoặc đặt mật khẩu. Tệp được giữ nguyên; hãy bỏ mật khẩu rồi tải lên lại.",
	"pdf.limit":     "Tệp PDF vượt giới hạn an toàn khi đọc. Tệp được giữ nguyên; hãy xuất lại tệp PDF đơn giản hơn.",
}

func (e *Error) Error() string {
	if e.Detail == "" {
		return e.Code
	}
	return e.Code + ": " + e.Detail
}

// Is makes every Error of one Code equal.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && t.Code == e.Code
}

// Reason gives the sentence for the user.
func (e *Error) Reason() (string, map[string]any) { return sentences[e.Code], nil }

func broken(format string, args ...any) error {
	return &Error{Code: ErrBroken.Code, Detail: fmt.Sprintf(format, args...)}
}

func limit(format string, args ...any) error {
	return &Error{Code: ErrLimit.Code, Detail: fmt.Sprintf(format, args...)}
}
