package pades

import "fmt"

// Refusal says why a file was not signed or filled. Code is stable; errors.Is compares codes only.
type Refusal struct {
	Code  string
	text  string
	args  map[string]any
	cause error
}

// Error is for logs; users are shown Reason.
func (r *Refusal) Error() string {
	if r.cause == nil {
		return "pades: " + r.Code
	}
	return "pades: " + r.Code + ": " + r.cause.Error()
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

func (r *Refusal) with(args map[string]any) *Refusal {
	c := *r
	c.args = args
	return &c
}

// The refusals of this package; those of pdf, cms and typeface pass through it unchanged.
var (
	ErrRequest       = &Refusal{Code: "pades.request", text: "Yêu cầu ký thiếu thông tin bắt buộc. Văn bản chưa được ký; hãy thử lại."}
	ErrCertified     = &Refusal{Code: "pades.certified", text: "Người ký trước đã cấm mọi thay đổi nên không thể ký thêm. Văn bản được giữ nguyên."}
	ErrNotFirst      = &Refusal{Code: "pades.not-first", text: "Văn bản đã có chữ ký nên không thể ký chứng nhận. Hãy ký ở dạng phê duyệt."}
	ErrCertifyLevel  = &Refusal{Code: "pades.certify-level", text: "Mức chứng nhận {level} không hợp lệ: chỉ dùng 0, 1, 2 hoặc 3."}
	ErrFieldTaken    = &Refusal{Code: "pades.field-taken", text: "Trường {field} đã có chữ ký hoặc đã dùng cho việc khác. Văn bản chưa được ký."}
	ErrLocked        = &Refusal{Code: "pades.locked", text: "Người ký trước đã khóa trường {field} nên không thể ký vào trường này. Văn bản được giữ nguyên; hãy ký vào trường khác."}
	ErrSeed          = &Refusal{Code: "pades.seed", text: "Người lập trường ký {field} đặt điều kiện {what} mà chữ ký này không đáp ứng. Văn bản chưa được ký; hãy ký vào trường khác hoặc đề nghị người lập sửa điều kiện."}
	ErrNoPage        = &Refusal{Code: "pades.no-page", text: "Văn bản không có trang {page} để đặt chữ ký. Hãy chọn lại vị trí ký."}
	ErrPlace         = &Refusal{Code: "pades.place", text: "Vị trí đặt chữ ký nằm ngoài trang hoặc quá nhỏ. Hãy chọn lại vị trí ký."}
	ErrImage         = &Refusal{Code: "pades.image", text: "Ảnh chữ ký hoặc ảnh dấu không dùng được: cần tệp PNG không quá 16 megapixel và 8 MB. Hãy tải lên ảnh khác."}
	ErrAnimated      = &Refusal{Code: "pades.animated", text: "Ảnh động không dùng làm chữ ký hoặc dấu được. Chưa có gì được lưu; hãy tải lên ảnh PNG thường."}
	ErrOpaque        = &Refusal{Code: "pades.opaque", text: "Ảnh không có nền trong suốt nên sẽ che nội dung văn bản. Chưa có gì được lưu; hãy chọn làm trong suốt nền trắng hoặc tải lên ảnh PNG nền trong suốt."}
	ErrNoInk         = &Refusal{Code: "pades.no-ink", text: "Không thấy nét mực nào trong ảnh. Chưa có gì được lưu; hãy kiểm tra lại tệp ảnh."}
	ErrOutOfValidity = &Refusal{Code: "pades.out-of-validity", text: "Chứng thư số không có hiệu lực vào thời điểm ký (hiệu lực từ {from} đến {until}). Văn bản chưa được ký."}
	ErrReserve       = &Refusal{Code: "pades.reserve", text: "Chữ ký lớn hơn chỗ dành sẵn trong tệp. Văn bản chưa được ký; hãy ký lại."}
	ErrAltered       = &Refusal{Code: "pades.altered", text: "Tệp đã thay đổi trong khi chờ chữ ký. Bản cũ được giữ nguyên; hãy ký lại."}
	ErrContainer     = &Refusal{Code: "pades.container", text: "Chữ ký nhận được không dành cho văn bản này hoặc không đúng. Bản cũ được giữ nguyên; hãy ký lại."}
	ErrNoSignature   = &Refusal{Code: "pades.no-signature", text: "Văn bản chưa có chữ ký số nên không gắn được dấu thời gian. Văn bản được giữ nguyên; hãy ký trước."}
	ErrFollowed      = &Refusal{Code: "pades.followed", text: "Sau chữ ký này văn bản đã có nội dung mới nên không gắn thêm dấu thời gian vào chữ ký được nữa. Văn bản được giữ nguyên; hãy dùng dấu thời gian cho cả tệp."}
	ErrStamped       = &Refusal{Code: "pades.stamped", text: "Chữ ký này đã có dấu thời gian. Văn bản được giữ nguyên."}
	ErrStamp         = &Refusal{Code: "pades.stamp", text: "Dấu thời gian nhận được không thuộc về chữ ký này hoặc không đúng. Văn bản được giữ nguyên; hệ thống sẽ xin lại."}
	ErrNotIntact     = &Refusal{Code: "pades.not-intact", text: "Văn bản đã bị thay đổi sau khi ký hoặc chữ ký không đúng nên không bảo quản được giá trị chữ ký. Văn bản được giữ nguyên; hãy xem kết quả kiểm tra."}
	ErrNoEvidence    = &Refusal{Code: "pades.no-evidence", text: "Chưa có bằng chứng về tình trạng chứng thư sau thời điểm ký. Văn bản được giữ nguyên; hệ thống sẽ thử lại."}
	ErrNoField       = &Refusal{Code: "pades.no-field", text: "Văn bản không có trường {field} để điền. Văn bản được giữ nguyên."}
	ErrFilled        = &Refusal{Code: "pades.filled", text: "Trường {field} đã được điền. Không được sửa giá trị đã điền."}
	ErrFillForbidden = &Refusal{Code: "pades.fill-forbidden", text: "Người ký không cho phép điền trường {field} sau khi ký. Văn bản được giữ nguyên."}
	ErrTooLong       = &Refusal{Code: "pades.too-long", text: "Nội dung {value} dài hơn chỗ dành cho trường {field}. Văn bản được giữ nguyên."}
)
