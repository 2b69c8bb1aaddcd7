package workbook

import "fmt"

// Code names a kind of refusal; errors.Is(err, workbook.Macros) asks for it.
type Code string

const (
	TooLarge   Code = "workbook_too_large"   // bytes, entries, unpacked size, rows, columns or a cell beyond the limits
	Damaged    Code = "workbook_damaged"     // not the format it claims, or broken
	Encrypted  Code = "workbook_encrypted"   // protected by a password, or the old .xls (both are the same container)
	Macros     Code = "workbook_macros"      // program code inside
	Links      Code = "workbook_links"       // external links, connections, DDE
	Embedded   Code = "workbook_embedded"    // files or controls inside
	Encoding   Code = "workbook_encoding"    // text that is not UTF-8
	Unknown    Code = "workbook_unknown"     // neither XLSX nor CSV
	Empty      Code = "workbook_empty"       // no rows
	NoSheet    Code = "workbook_no_sheet"    // the sheet asked for is not there
	NoHeader   Code = "workbook_no_header"   // the required columns are not there
	TwoHeaders Code = "workbook_two_headers" // two columns carry the same title
)

func (c Code) Error() string { return string(c) }

var sentences = map[Code]string{
	TooLarge:   "Tệp {name} vượt quá giới hạn cho phép ({detail}). Tệp chưa được nhập; hãy chia nhỏ bảng rồi nhập lại.",
	Damaged:    "Tệp {name} bị hỏng hoặc không đúng định dạng nên chưa được nhập. Hãy mở tệp, lưu lại thành .xlsx rồi nhập lại.",
	Encrypted:  "Tệp {name} có mật khẩu hoặc ở định dạng .xls cũ nên chưa được nhập. Hãy bỏ mật khẩu và lưu lại thành .xlsx.",
	Macros:     "Tệp {name} có chứa macro nên không được tiếp nhận. Hãy lưu lại thành .xlsx (không có macro) rồi nhập lại.",
	Links:      "Tệp {name} có liên kết ra ngoài nên không được tiếp nhận. Hãy dán giá trị thay cho liên kết, ngắt liên kết rồi nhập lại.",
	Embedded:   "Tệp {name} có nhúng tệp hoặc đối tượng khác nên không được tiếp nhận. Hãy xóa đối tượng nhúng rồi nhập lại.",
	Encoding:   "Tệp {name} không ở bảng mã UTF-8 (có thể là Windows-1258, TCVN3 hoặc UTF-16) nên chưa được nhập. Hãy lưu lại dưới dạng “CSV UTF-8” hoặc .xlsx, phông chữ Unicode.",
	Unknown:    "Tệp {name} không phải là bảng .xlsx hoặc .csv. Hãy chọn đúng tệp.",
	Empty:      "Tệp {name} không có dữ liệu. Hãy kiểm tra lại trang tính đầu tiên của tệp.",
	NoSheet:    "Tệp {name} không có trang tính “{detail}”. Hãy kiểm tra tên trang tính.",
	NoHeader:   "Tệp {name} thiếu cột bắt buộc: {detail}. Chưa có dòng nào được nhập; hãy dùng đúng tệp mẫu.",
	TwoHeaders: "Tệp {name} có hai cột cùng tên “{detail}”. Chưa có dòng nào được nhập; hãy xóa hoặc đổi tên một cột.",
}

// Error is a refusal of a whole file, with the sentence a user may see. The cause is for the log only.
type Error struct {
	Code   Code
	Name   string // the file's name
	Detail string
	cause  error
}

func refuse(code Code, detail string, cause error) *Error {
	return &Error{Code: code, Detail: detail, cause: cause}
}

func damaged(format string, args ...any) *Error {
	return refuse(Damaged, "", fmt.Errorf(format, args...))
}

func (e *Error) Error() string {
	s := string(e.Code)
	if e.Detail != "" {
		s += " (" + e.Detail + ")"
	}
	if e.cause != nil {
		s += ": " + e.cause.Error()
	}
	return s
}

// Is makes errors.Is(err, workbook.Macros) work.
func (e *Error) Is(target error) bool { c, ok := target.(Code); return ok && c == e.Code }

func (e *Error) Unwrap() error { return e.cause }

// Reason gives the Vietnamese sentence and its named arguments, unformatted.
func (e *Error) Reason() (string, map[string]any) {
	return sentences[e.Code], map[string]any{"name": e.Name, "detail": e.Detail}
}
