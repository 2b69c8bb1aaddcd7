package cms

import "fmt"

// Refusal says why a container is not accepted. Code is stable and may be stored; errors.Is compares codes only.
type Refusal struct {
	Code  string
	text  string
	args  map[string]any
	cause error
}

// Error is for logs; users are shown Reason.
func (r *Refusal) Error() string {
	if r.cause == nil {
		return "cms: " + r.Code
	}
	return "cms: " + r.Code + ": " + r.cause.Error()
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
	ErrMalformed          = &Refusal{Code: "malformed", text: "Chữ ký số không đúng cấu trúc nên không kiểm tra được. Đề nghị bên gửi ký lại văn bản."}
	ErrTooLarge           = &Refusal{Code: "too_large", text: "Dữ liệu chữ ký số vượt quá giới hạn cho phép nên không được kiểm tra."}
	ErrTrailingData       = &Refusal{Code: "trailing_data", text: "Sau chữ ký số còn dữ liệu lạ. Chữ ký bị từ chối."}
	ErrNotSignedData      = &Refusal{Code: "not_signed_data", text: "Dữ liệu không phải là chữ ký số."}
	ErrMultipleSigners    = &Refusal{Code: "multiple_signers", text: "Một chữ ký phải có đúng một người ký; chữ ký này có {count}."}
	ErrEncapsulated       = &Refusal{Code: "encapsulated", text: "Chữ ký số mang nội dung riêng bên trong, không phải nội dung của văn bản."}
	ErrContentType        = &Refusal{Code: "content_type", text: "Chữ ký số không được lập cho loại nội dung này."}
	ErrNoSignedAttributes = &Refusal{Code: "no_signed_attributes", text: "Chữ ký số thiếu các thuộc tính được ký."}
	ErrNoMessageDigest    = &Refusal{Code: "no_message_digest", text: "Chữ ký số thiếu giá trị băm của nội dung."}
	ErrNoContentType      = &Refusal{Code: "no_content_type", text: "Chữ ký số thiếu thuộc tính loại nội dung."}
	ErrDuplicateAttribute = &Refusal{Code: "duplicate_attribute", text: "Chữ ký số có thuộc tính bị lặp nên không thể tin cậy."}
	ErrNoSigner           = &Refusal{Code: "no_signer", text: "Không tìm thấy chứng thư số của người ký."}
	// ErrUnreadableCertificate is no proof of forgery: the verdict is indeterminate.
	ErrUnreadableCertificate = &Refusal{Code: "unreadable_certificate", text: "Chứng thư số của người ký có cấu trúc không đúng chuẩn nên chưa kết luận được."}
	ErrESSMismatch           = &Refusal{Code: "ess_mismatch", text: "Chứng thư số kèm theo không phải chứng thư đã dùng để ký."}
	ErrNoESS                 = &Refusal{Code: "no_ess", text: "Dấu thời gian không ghi chứng thư số đã ký."}
	ErrDigestMismatch        = &Refusal{Code: "digest_mismatch", text: "Nội dung đã bị thay đổi sau khi ký."}
	ErrBadSignature          = &Refusal{Code: "bad_signature", text: "Giá trị chữ ký không khớp với chứng thư số của người ký."}
	ErrAlgorithm             = &Refusal{Code: "algorithm", text: "Thuật toán ký không được hỗ trợ."}
	ErrKeyMismatch           = &Refusal{Code: "key_mismatch", text: "Khóa bí mật không thuộc chứng thư số đã chọn."}
	ErrImprintMismatch       = &Refusal{Code: "imprint_mismatch", text: "Dấu thời gian không thuộc về dữ liệu này."}
	ErrTimestampUsage        = &Refusal{Code: "timestamp_usage", text: "Chứng thư số ký dấu thời gian không được cấp cho việc cấp dấu thời gian."}
	ErrTimestampTrust        = &Refusal{Code: "timestamp_trust", text: "Dấu thời gian không do tổ chức được tin cậy cấp."}
	ErrTimestampRefused      = &Refusal{Code: "timestamp_refused", text: "Tổ chức cấp dấu thời gian từ chối yêu cầu (mã {status}). Hệ thống sẽ gửi lại sau."}
)
