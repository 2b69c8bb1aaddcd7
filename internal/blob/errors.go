package blob

import (
	"errors"
	"fmt"
	"syscall"
)

// Code names a kind of refusal; errors.Is(err, blob.NotFound) asks for it.
type Code string

const (
	NotFound    Code = "blob_not_found"
	Damaged     Code = "blob_damaged"      // stored bytes are not what their address promises
	TooLarge    Code = "blob_too_large"    // more bytes than the caller's limit
	Full        Code = "blob_storage_full" // the disk, quota or bucket has no room
	BadAddress  Code = "blob_bad_address"  // not a SHA-256 in hexadecimal
	Unreachable Code = "blob_unreachable"  // the bucket does not answer, or refuses us
)

func (c Code) Error() string { return string(c) }

var sentences = map[Code]string{
	NotFound:    "Không tìm thấy tệp trong kho lưu trữ. Đề nghị báo quản trị hệ thống kèm mã tệp {sha}.",
	Damaged:     "Tệp lưu trữ {sha} không còn nguyên vẹn nên hệ thống không cung cấp nội dung. Bản ghi liên quan vẫn được giữ; đề nghị báo quản trị hệ thống khôi phục tệp từ bản sao lưu.",
	TooLarge:    "Tệp vượt quá dung lượng cho phép ({limit} byte). Tệp chưa được lưu; hãy giảm dung lượng hoặc tách tệp rồi gửi lại.",
	Full:        "Kho lưu trữ đã hết dung lượng nên tệp chưa được lưu. Nội dung đã nhập vẫn còn; đề nghị báo quản trị hệ thống mở rộng kho rồi thực hiện lại.",
	BadAddress:  "Mã tệp không hợp lệ.",
	Unreachable: "Chưa kết nối được kho lưu trữ tệp. Tệp chưa được lưu hoặc chưa đọc được; hãy thử lại sau ít phút.",
}

// Error is a refusal of a store with the sentence a user may see. The cause is for the log only.
type Error struct {
	Code  Code
	SHA   string // the address concerned, if any
	Limit int64  // bytes, for TooLarge
	cause error
}

func refuse(code Code, sha string, cause error) *Error {
	return &Error{Code: code, SHA: sha, cause: cause}
}

func (e *Error) Error() string {
	s := string(e.Code)
	if e.SHA != "" {
		s += fmt.Sprintf(" %.80q", e.SHA)
	}
	if e.cause != nil {
		s += ": " + e.cause.Error()
	}
	return s
}

// Is makes errors.Is(err, blob.Full) work.
func (e *Error) Is(target error) bool {
	c, ok := target.(Code)
	return ok && c == e.Code
}

func (e *Error) Unwrap() error { return e.cause }

// Reason gives the Vietnamese sentence and its named arguments, unformatted.
func (e *Error) Reason() (string, map[string]any) {
	return sentences[e.Code], map[string]any{"sha": e.SHA, "limit": e.Limit}
}

// writeFailure turns a lack of room into Full; other causes stay what they are.
func writeFailure(err error) error {
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return refuse(Full, "", err)
	}
	return err
}
