package xmldsig

import "fmt"

// Refusal says why a message is not accepted. Code is stable; errors.Is compares codes only.
type Refusal struct {
	Code  string
	text  string
	cause error
}

// Error is for logs; users are shown Reason.
func (r *Refusal) Error() string {
	if r.cause == nil {
		return "xmldsig: " + r.Code
	}
	return "xmldsig: " + r.Code + ": " + r.cause.Error()
}

// Reason gives the Vietnamese sentence; it has no arguments.
func (r *Refusal) Reason() (string, map[string]any) { return r.text, nil }

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

// The refusals of this package.
var (
	ErrMalformed      = &Refusal{Code: "malformed", text: "Gói tin không phải XML đúng chuẩn nên không kiểm tra được chữ ký."}
	ErrForbidden      = &Refusal{Code: "forbidden_markup", text: "Gói tin chứa khai báo XML không được phép (DTD, thực thể hoặc chỉ thị xử lý) nên bị từ chối."}
	ErrTooLarge       = &Refusal{Code: "too_large", text: "Gói tin vượt quá giới hạn cho phép nên không được kiểm tra."}
	ErrNoSignature    = &Refusal{Code: "no_signature", text: "Gói tin không có chữ ký."}
	ErrManySignatures = &Refusal{Code: "many_signatures", text: "Gói tin có nhiều hơn một chữ ký, không xác định được chữ ký nào bảo vệ nội dung."}
	ErrMisplaced      = &Refusal{Code: "misplaced", text: "Chữ ký của gói tin không nằm đúng vị trí quy định."}
	ErrProfile        = &Refusal{Code: "profile", text: "Chữ ký của gói tin không theo khuôn dạng được chấp nhận."}
	ErrAlgorithm      = &Refusal{Code: "algorithm", text: "Thuật toán ký của gói tin không được hỗ trợ."}
	ErrNoCertificate  = &Refusal{Code: "no_certificate", text: "Chữ ký của gói tin không kèm chứng thư số đọc được."}
	ErrBadSignature   = &Refusal{Code: "bad_signature", text: "Giá trị chữ ký của gói tin không khớp với chứng thư số."}
	ErrDigestMismatch = &Refusal{Code: "digest_mismatch", text: "Nội dung gói tin đã bị thay đổi sau khi ký."}
	ErrAlreadySigned  = &Refusal{Code: "already_signed", text: "Gói tin đã có chữ ký, không ký thêm được."}
	ErrNoPlace        = &Refusal{Code: "no_place", text: "Gói tin không có đúng một vị trí để đặt chữ ký."}
	ErrKeyMismatch    = &Refusal{Code: "key_mismatch", text: "Khóa bí mật không thuộc chứng thư số được chọn."}
)
