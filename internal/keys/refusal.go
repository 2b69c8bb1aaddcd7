package keys

import "fmt"

// Refusal says why a key or a certificate is not used. Code is stable; errors.Is compares codes only.
type Refusal struct {
	Code          string
	Indeterminate bool // nothing speaks against the certificate, but it could not be judged
	text          string
	args          map[string]any
	cause         error
}

// Error is for logs; users are shown Reason.
func (r *Refusal) Error() string {
	if r.cause == nil {
		return "keys: " + r.Code
	}
	return "keys: " + r.Code + ": " + r.cause.Error()
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

func (r *Refusal) because(format string, args ...any) *Refusal {
	c := *r
	c.cause = fmt.Errorf(format, args...)
	return &c
}

func (r *Refusal) with(name string, value any) *Refusal {
	c := *r
	c.args = map[string]any{name: value}
	for k, v := range r.args {
		if k != name {
			c.args[k] = v
		}
	}
	return &c
}

// The refusals of this package.
var (
	ErrWrongSecret     = &Refusal{Code: "wrong_secret", text: "Khóa chủ không mở được kho khóa. Kho khóa được giữ nguyên; đề nghị kiểm tra lại tệp khóa chủ."}
	ErrWeakSecret      = &Refusal{Code: "weak_secret", text: "Khóa chủ quá ngắn: cần ít nhất 16 byte."}
	ErrMasterExposed   = &Refusal{Code: "master_exposed", text: "Tệp khóa chủ {file} cho người khác đọc. Đề nghị đặt lại quyền chỉ cho chủ sở hữu rồi khởi động lại."}
	ErrBadName         = &Refusal{Code: "bad_name", text: "Tên khóa {name} không hợp lệ: chỉ dùng chữ không dấu, chữ số, dấu chấm, gạch ngang và gạch dưới."}
	ErrNotFound        = &Refusal{Code: "key_not_found", text: "Không có khóa {name} trong kho khóa."}
	ErrElsewhere       = &Refusal{Code: "key_elsewhere", text: "Tên khóa {name} dành cho khóa trên thiết bị phần cứng; kho khóa của máy chủ không nạp, không gỡ khóa mang tên này."}
	ErrDamaged         = &Refusal{Code: "key_damaged", text: "Tệp khóa {name} bị hỏng hoặc bị sửa nên không được dùng. Đề nghị khôi phục từ bản sao lưu."}
	ErrKeyMismatch     = &Refusal{Code: "key_mismatch", text: "Khóa bí mật không thuộc chứng thư số được chọn."}
	ErrTrustConfig     = &Refusal{Code: "trust_config", text: "Kho chứng thư tin cậy cấu hình sai ở {file}. Hệ thống không nạp kho này."}
	ErrNotPinned       = &Refusal{Code: "not_pinned", text: "Chứng thư trong {file} chưa được xác nhận dấu vân tay nên không được tin cậy."}
	ErrFingerprint     = &Refusal{Code: "fingerprint", text: "Dấu vân tay đã nhập không phải của chứng thư trong tệp. Chứng thư không được nạp; đề nghị đối chiếu lại dấu vân tay SHA-256 với công bố chính thức của tổ chức cấp."}
	ErrPinned          = &Refusal{Code: "pinned", text: "Chứng thư {name} đã có trong kho tin cậy. Muốn sửa, hãy gỡ ra rồi nạp lại."}
	ErrNoPin           = &Refusal{Code: "no_pin", text: "Kho tin cậy không có đúng một chứng thư mang dấu vân tay {fingerprint} (cần ít nhất 16 chữ số đầu). Kho được giữ nguyên."}
	ErrOneCertificate  = &Refusal{Code: "one_certificate", text: "Tệp phải chứa đúng một chứng thư, dạng PEM hoặc DER. Không có gì được nạp."}
	ErrUnknownIssuer   = &Refusal{Code: "unknown_issuer", Indeterminate: true, text: "Chứng thư số không do tổ chức chứng thực được tin cậy cấp."}
	ErrNotValidAt      = &Refusal{Code: "not_valid_at", Indeterminate: true, text: "Chứng thư số hoặc chứng thư của nơi cấp không có hiệu lực tại thời điểm ký."}
	ErrPurpose         = &Refusal{Code: "purpose", text: "Chứng thư số không được cấp cho mục đích này."}
	ErrTestCertificate = &Refusal{Code: "test_certificate", text: "Chứng thư số thử nghiệm, không có giá trị pháp lý, không được dùng ở đây."}
	ErrNotJudged       = &Refusal{Code: "not_judged", Indeterminate: true, text: "Chứng thư số có nội dung mà hệ thống chưa đánh giá được, nên chưa kết luận được chữ ký."}
)
