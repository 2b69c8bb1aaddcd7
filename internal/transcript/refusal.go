package transcript

// Refusal says why a file was not read. Code is stable; errors.Is compares codes only.
type Refusal struct {
	Code  string
	text  string
	cause error
}

// Refusals of this package.
var (
	ErrTooLarge   = &Refusal{Code: "transcript.too_large", text: "Tệp lớn hơn mức đọc được nội dung. Tệp vẫn được giữ nguyên; nội dung của tệp không tìm được theo từ."}
	ErrUnreadable = &Refusal{Code: "transcript.unreadable", text: "Không đọc được nội dung của tệp vì tệp bị hỏng, được mã hóa hoặc không phải là PDF hay ảnh. Tệp vẫn được giữ nguyên."}
	ErrTooLong    = &Refusal{Code: "transcript.too_long", text: "Đọc nội dung của tệp mất quá nhiều thời gian nên đã dừng. Tệp vẫn được giữ nguyên."}
	ErrNoOCR      = &Refusal{Code: "transcript.no_ocr", text: "Máy chủ chưa cài phần nhận dạng chữ (tesseract-ocr-vie) nên không đọc được chữ trên ảnh quét. Tệp vẫn được giữ nguyên; hãy nhập thông tin bằng tay."}
)

// Error is for logs; users are shown Reason.
func (r *Refusal) Error() string {
	if r.cause == nil {
		return r.Code
	}
	return r.Code + ": " + r.cause.Error()
}

// Reason gives the Vietnamese sentence.
func (r *Refusal) Reason() (string, map[string]any) { return r.text, nil }

// Unwrap gives the technical cause.
func (r *Refusal) Unwrap() error { return r.cause }

// Is reports whether target is a refusal with the same code.
func (r *Refusal) Is(target error) bool {
	t, ok := target.(*Refusal)
	return ok && t.Code == r.Code
}

func (r *Refusal) because(cause error) *Refusal {
	c := *r
	c.cause = cause
	return &c
}

// byCode finds the refusal that a child process named.
func byCode(code string) *Refusal {
	for _, r := range []*Refusal{ErrTooLarge, ErrUnreadable, ErrTooLong, ErrNoOCR} {
		if r.Code == code {
			return r
		}
	}
	return nil
}
