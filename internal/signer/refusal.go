package signer

import "fmt"

// Refusal says why the hardware did not sign or the process did not start. Code is stable; errors.Is compares codes only.
type Refusal struct {
	Code  string
	text  string
	args  map[string]any
	cause error
}

// Error is for logs; users are shown Reason.
func (r *Refusal) Error() string {
	if r.cause == nil {
		return "signer: " + r.Code
	}
	return "signer: " + r.Code + ": " + r.cause.Error()
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

// What the server says when the hardware did not sign.
var (
	ErrAway         = &Refusal{Code: "signer_away", text: "Dịch vụ khóa ký phần cứng không trả lời. Không có chữ ký nào được đưa vào văn bản, dữ liệu được giữ nguyên; đề nghị người vận hành chạy lại «congvu signer» rồi thực hiện lại."}
	ErrSlow         = &Refusal{Code: "signer_slow", text: "Thiết bị khóa ký không trả lời trong thời gian cho phép. Không có chữ ký nào được đưa vào văn bản; đề nghị thực hiện lại sau ít phút."}
	ErrBusy         = &Refusal{Code: "signer_busy", text: "Thiết bị khóa ký đang bận vì có quá nhiều yêu cầu. Không có chữ ký nào được đưa vào văn bản; đề nghị thực hiện lại sau ít phút."}
	ErrTokenAbsent  = &Refusal{Code: "token_absent", text: "Thiết bị khóa ký đã bị rút hoặc mất kết nối. Không có chữ ký nào được đưa vào văn bản; đề nghị người vận hành cắm lại thiết bị rồi thực hiện lại."}
	ErrPIN          = &Refusal{Code: "pin_refused", text: "Thiết bị khóa ký từ chối mã PIN. Mã PIN không được thử lại tự động để thiết bị không bị khóa; đề nghị người vận hành kiểm tra tệp mã PIN rồi chạy lại «congvu signer»."}
	ErrPINLocked    = &Refusal{Code: "pin_locked", text: "Thiết bị khóa ký đã khóa mã PIN. Đề nghị người vận hành mở khóa bằng mã của quản trị thiết bị (SO PIN) hoặc liên hệ nơi cấp thiết bị."}
	ErrKeyNotFound  = &Refusal{Code: "key_not_found", text: "Thiết bị khóa ký không có khóa {name}. Không có chữ ký nào được đưa vào văn bản; đề nghị người vận hành kiểm tra thiết bị đang cắm."}
	ErrAmbiguous    = &Refusal{Code: "key_ambiguous", text: "Thiết bị khóa ký có nhiều khóa cùng nhãn {name} nên chưa biết ký bằng khóa nào. Đề nghị người vận hành đặt lại nhãn, hoặc quản trị gắn lại chứng thư số."}
	ErrMechanism    = &Refusal{Code: "mechanism", text: "Thiết bị khóa ký không hỗ trợ thuật toán ký được yêu cầu. Không có chữ ký nào được đưa vào văn bản."}
	ErrDevice       = &Refusal{Code: "device", text: "Thiết bị khóa ký báo lỗi khi ký. Không có chữ ký nào được đưa vào văn bản; đề nghị thực hiện lại, nếu vẫn lỗi thì người vận hành kiểm tra thiết bị."}
	ErrLog          = &Refusal{Code: "log", text: "Dịch vụ khóa ký không ghi được nhật ký chữ ký nên không đưa chữ ký ra. Đề nghị người vận hành kiểm tra chỗ trống và quyền ghi của tệp nhật ký."}
	ErrProtocol     = &Refusal{Code: "protocol", text: "Máy chủ và dịch vụ khóa ký phần cứng không hiểu nhau. Đề nghị người vận hành dùng cùng một phiên bản congvu cho cả hai."}
	ErrStranger     = &Refusal{Code: "stranger", text: "Dịch vụ khóa ký phần cứng không nhận tài khoản hệ điều hành mà máy chủ đang dùng. Đề nghị người vận hành xem tùy chọn --user của «congvu signer»."}
	ErrBadSignature = &Refusal{Code: "bad_signature", text: "Chữ ký do thiết bị tạo không khớp chứng thư số nên không được dùng. Văn bản được giữ nguyên; đề nghị người vận hành kiểm tra thiết bị."}
)

// What the process says when it does not start.
var (
	ErrNotBuilt     = &Refusal{Code: "not_built", text: "Bản chương trình này không kèm phần nối thiết bị khóa ký (PKCS#11). Dùng bản có kèm, hoặc tự dựng trên Linux (amd64, arm64) bằng lệnh: CGO_ENABLED=0 go build -tags pkcs11 -o congvu-signer ./cmd/congvu"}
	ErrModule       = &Refusal{Code: "module", text: "Không nạp được thư viện {file} của thiết bị khóa ký. Đề nghị kiểm tra đường dẫn và kiến trúc máy của thư viện."}
	ErrNoToken      = &Refusal{Code: "no_token", text: "Không thấy thiết bị khóa ký mang nhãn {token}. Đang thấy: {found}."}
	ErrPINRetry     = &Refusal{Code: "pin_retry", text: "Lần chạy trước mã PIN đã bị từ chối và tệp mã PIN chưa đổi, nên không thử lại để thiết bị không bị khóa. Sửa tệp mã PIN rồi chạy lại; nếu chắc chắn mã PIN đúng, thêm --pin-again."}
	ErrPINLast      = &Refusal{Code: "pin_last", text: "Thiết bị khóa ký chỉ còn một lần nhập mã PIN trước khi bị khóa nên không tự thử. Kiểm tra mã PIN; nếu chắc chắn đúng, thêm --pin-again."}
	ErrPINFile      = &Refusal{Code: "pin_file", text: "Không dùng được tệp mã PIN {file}: phải là tệp thường của chính tài khoản này, chỉ chủ sở hữu đọc được (chmod 600), chứa một dòng từ 4 đến 255 ký tự."}
	ErrNoPIN        = &Refusal{Code: "no_pin", text: "Thiếu mã PIN: dùng --pin-file TỆP, hoặc biến môi trường CONGVU_SIGNER_PIN. Mã PIN không bao giờ đặt trên dòng lệnh."}
	ErrSocketTaken  = &Refusal{Code: "socket_taken", text: "Đã có một dịch vụ khóa ký đang chạy tại {file}. Dừng dịch vụ đó trước, hoặc chọn đường dẫn khác."}
	ErrSocketPath   = &Refusal{Code: "socket_path", text: "Không mở được cổng nội bộ {file}: thư mục phải có và ghi được, đường dẫn không dài quá 100 byte và không trỏ vào một tệp khác."}
	ErrLogBusy      = &Refusal{Code: "log_busy", text: "Tệp nhật ký chữ ký {file} đang được một dịch vụ khóa ký khác ghi. Mỗi dịch vụ cần một tệp riêng."}
	ErrLogDamaged   = &Refusal{Code: "log_damaged", text: "Nhật ký chữ ký {file} bị hỏng hoặc bị sửa ở dòng {line}. Tệp được giữ nguyên; đề nghị cất tệp này để kiểm tra và chọn tệp mới bằng --log."}
	ErrCertificates = &Refusal{Code: "certificates", text: "Không đọc được chứng thư trong {file}. Thư mục chứng thư chỉ chứa tệp PEM hoặc DER (.pem, .crt, .cer)."}
)
