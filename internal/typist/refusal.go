package typist

// Refusal is why a file is not converted. Compare with errors.Is.
type Refusal struct{ code, text string }

// The refusals of Inspect.
var (
	ErrFormat    = &Refusal{"format", "Tệp không đúng định dạng DOCX, ODT, DOC hoặc RTF, hoặc đã bị hỏng. Hãy mở bằng phần mềm soạn thảo, lưu lại rồi tải lên."}
	ErrEncrypted = &Refusal{"encrypted", "Tệp đã đặt mật khẩu hoặc mã hóa nên không đọc được. Hãy bỏ mật khẩu rồi tải lên lại."}
	ErrMacro     = &Refusal{"macro", "Tệp có macro hoặc mã tự chạy nên không được nhận. Hãy lưu lại thành tệp không có macro rồi tải lên."}
	ErrEmbedded  = &Refusal{"embedded", "Tệp có đối tượng nhúng của chương trình khác (OLE, ActiveX) nên không được nhận. Hãy đổi đối tượng nhúng thành bảng hoặc ảnh rồi tải lên."}
	ErrRemote    = &Refusal{"remote", "Tệp lấy nội dung từ tệp khác hoặc từ mạng nên không được nhận. Hãy chèn hẳn nội dung vào văn bản (ngắt liên kết) rồi tải lên."}
	ErrTooMuch   = &Refusal{"too_much", "Tệp giải nén ra quá lớn hoặc có quá nhiều phần nên không được nhận. Hãy giảm dung lượng ảnh hoặc chia nhỏ văn bản."}
	ErrNoMarks   = &Refusal{"no_marks", "Tệp mẫu phải là DOCX. Hãy lưu tệp thành DOCX rồi tải lên lại."}
	ErrOpenMark  = &Refusal{"open_mark", "Tệp mẫu có dấu {{ hoặc }} không thành cặp trong cùng một đoạn. Hãy viết mỗi chỗ điền thành {{Tên trường}} rồi tải lên lại."}
	ErrNoPages   = &Refusal{"no_pages", "Phần mềm chuyển đổi không tạo được trang PDF nào từ tệp. Hãy mở tệp bằng phần mềm soạn thảo, xuất ra PDF rồi tải lên."}
)

func (r *Refusal) Error() string { return "typist: " + r.code }

// Reason is the sentence for people.
func (r *Refusal) Reason() (string, map[string]any) { return r.text, nil }
