package edxml

// Reasons why a message cannot be read. Stable: stored, shown, counted.
const (
	NoXML           = "no_xml"
	NotEdXML        = "not_edxml"
	UnknownRoot     = "unknown_root"
	LegacySOAP      = "legacy_soap"
	DTDForbidden    = "dtd_forbidden"
	BadEncoding     = "bad_encoding"
	MalformedXML    = "malformed_xml"
	Truncated       = "truncated"
	TooDeep         = "too_deep"
	TooLarge        = "too_large"
	FileTooLarge    = "file_too_large"
	TooMany         = "too_many"
	MissingHeader   = "missing_header"
	MissingSender   = "missing_sender"
	MissingIdentity = "missing_identity"
	MissingStatus   = "missing_status"
	MissingFile     = "missing_file"
	BadBase64       = "bad_base64"
	ZipBomb         = "zip_bomb"
	Loop            = "loop"
)

var quarantineTexts = map[string]string{
	NoXML:           "Gói tin không chứa nội dung XML. Tệp gốc đã được giữ lại; đề nghị bên gửi kiểm tra và gửi lại.",
	NotEdXML:        "Gói tin không theo QCVN 102:2016/BTTTT (không gian tên {found}). Tệp gốc đã được giữ lại; đề nghị bên gửi kiểm tra phiên bản edXML.",
	UnknownRoot:     "Gói tin có phần tử gốc {found}, không phải edXML. Tệp gốc đã được giữ lại; đề nghị bên gửi kiểm tra và gửi lại.",
	LegacySOAP:      "Gói tin thuộc thế hệ cũ (SOAP, e-doc.vn), không còn được hỗ trợ. Tệp gốc đã được giữ lại; đề nghị bên gửi gửi lại theo QCVN 102:2016/BTTTT.",
	DTDForbidden:    "Gói tin khai báo DTD, không được phép vì lý do an toàn. Tệp gốc đã được giữ lại; đề nghị bên gửi bỏ khai báo DOCTYPE và gửi lại.",
	BadEncoding:     "Gói tin dùng bảng mã {found}, không phải UTF-8. Tệp gốc đã được giữ lại; đề nghị bên gửi chuyển sang UTF-8 và gửi lại.",
	MalformedXML:    "Gói tin sai cú pháp XML tại byte {offset}: {detail}. Tệp gốc đã được giữ lại; đề nghị bên gửi kiểm tra và gửi lại.",
	Truncated:       "Gói tin bị cắt ngang tại byte {offset}. Phần đã nhận được giữ lại; đề nghị bên gửi gửi lại.",
	TooDeep:         "Gói tin lồng quá {limit} cấp. Tệp gốc đã được giữ lại; đề nghị bên gửi kiểm tra và gửi lại.",
	TooLarge:        "Gói tin vượt giới hạn {limit} byte ({part}). Đề nghị bên gửi chia nhỏ và gửi lại.",
	FileTooLarge:    "Tệp {name} vượt giới hạn {limit} byte. Gói tin đã được giữ lại; đề nghị bên gửi giảm dung lượng và gửi lại.",
	TooMany:         "Gói tin có quá nhiều {part} (giới hạn {limit}). Tệp gốc đã được giữ lại; đề nghị bên gửi kiểm tra và gửi lại.",
	MissingHeader:   "Gói tin thiếu phần {part}. Tệp gốc đã được giữ lại; đề nghị bên gửi kiểm tra và gửi lại.",
	MissingSender:   "Gói tin không có mã định danh của cơ quan gửi. Tệp gốc đã được giữ lại; đề nghị kiểm tra với đơn vị vận hành trục liên thông.",
	MissingIdentity: "Gói tin không có mã văn bản và số, ký hiệu. Tệp gốc đã được giữ lại; đề nghị bên gửi bổ sung và gửi lại.",
	MissingStatus:   "Bản tin trạng thái không có mã trạng thái. Tệp gốc đã được giữ lại; đề nghị bên gửi kiểm tra và gửi lại.",
	MissingFile:     "Gói tin không kèm tệp văn bản nào. Tệp gốc đã được giữ lại; đề nghị bên gửi đính kèm văn bản và gửi lại.",
	BadBase64:       "Tệp {name} mã hóa base64 sai. Gói tin đã được giữ lại; đề nghị bên gửi gửi lại.",
	ZipBomb:         "Tệp nén {name} giải nén vượt {limit} lần dung lượng, có dấu hiệu gây hại. Gói tin đã được giữ lại và không được mở.",
	Loop:            "Gói tin đã đi qua hệ thống này {times} lần (luân chuyển vòng). Gói tin đã được giữ lại; đề nghị kiểm tra cấu hình định tuyến.",
}

// Quarantine is the refusal to read a message (X15.6): a stable code and the sentence for the operator. The bytes stay with the caller.
type Quarantine struct {
	Code string
	Args map[string]any
	// Partial is what could be read before the refusal (sender, identifiers, SHA-256 and length of the bytes). Never nil after Read.
	Partial *Message
}

func (q *Quarantine) Error() string { return "edxml: quarantined: " + q.Code }

// Reason gives the sentence for a person and its arguments, not yet translated or formatted.
func (q *Quarantine) Reason() (text string, args map[string]any) {
	return quarantineTexts[q.Code], q.Args
}

func quarantine(code string, args ...any) *Quarantine {
	return &Quarantine{Code: code, Args: argsOf(args)}
}

// argsOf turns name, value, name, value … into a map.
func argsOf(pairs []any) map[string]any {
	if len(pairs) == 0 {
		return nil
	}
	m := make(map[string]any, len(pairs)/2)
	for i := 0; i+1 < len(pairs); i += 2 {
		m[pairs[i].(string)] = pairs[i+1]
	}
	return m
}

// Oddities the reader overlooked. Stable: stored with the message, shown to the clerk.
const (
	LeadingJunk        = "leading_junk"
	TrailingJunk       = "trailing_junk"
	MissingNamespace   = "missing_namespace"
	UndeclaredPrefix   = "undeclared_prefix"
	BareAmpersand      = "bare_ampersand"
	InvalidUTF8        = "invalid_utf8"
	ImpossibleDate     = "impossible_date"
	NotANumber         = "not_a_number"
	NotABoolean        = "not_a_boolean"
	DuplicateElement   = "duplicate_element"
	MissingElement     = "missing_element"
	UnknownElement     = "unknown_element"
	MissingBusiness    = "missing_business"
	UnknownBusiness    = "unknown_business"
	UnknownStatus      = "unknown_status"
	MissingReason      = "missing_reason"
	TargetsDiffer      = "targets_differ"
	FakeSignature      = "fake_signature"
	UnlistedFile       = "unlisted_file"
	ListedFileAbsent   = "listed_file_absent"
	UnnamedFile        = "unnamed_file"
	EmptyFile          = "empty_file"
	TypeMismatch       = "type_mismatch"
	BadZip             = "bad_zip"
	EncryptedZip       = "encrypted_zip"
	MissingTraceHeader = "missing_trace"
)

var warningTexts = map[string]string{
	LeadingJunk:        "Có {count} byte lạ trước phần khai báo XML; đã bỏ qua.",
	TrailingJunk:       "Có dữ liệu lạ sau phần tử gốc; đã bỏ qua.",
	MissingNamespace:   "Phần tử {name} không có không gian tên; đã đọc như phần tử của QCVN 102.",
	UndeclaredPrefix:   "Tiền tố {name} chưa được khai báo; đã bổ sung để đọc.",
	BareAmpersand:      "Ký tự & hoặc thực thể lạ viết không đúng quy tắc XML; đã giữ nguyên văn.",
	InvalidUTF8:        "Có ký tự không hợp lệ trong UTF-8; đã thay bằng ký tự thay thế.",
	ImpossibleDate:     "Ngày {value} trong phần {name} không hợp lệ; đã để trống.",
	NotANumber:         "Giá trị {value} trong phần {name} không phải là số; đã để trống.",
	NotABoolean:        "Giá trị {value} trong phần {name} không phải là đúng/sai; đã hiểu là sai.",
	DuplicateElement:   "Phần {name} xuất hiện nhiều lần; đã dùng lần đầu.",
	MissingElement:     "Thiếu phần {name}.",
	UnknownElement:     "Phần {name} không thuộc QCVN 102; đã giữ nguyên để chuyển tiếp.",
	MissingBusiness:    "Thiếu thông tin nghiệp vụ; đã hiểu là văn bản mới.",
	UnknownBusiness:    "Loại nghiệp vụ {value} không có trong QCVN 102; đề nghị văn thư kiểm tra.",
	UnknownStatus:      "Mã trạng thái {value} không có trong quy định; chỉ lưu, không thay đổi tình trạng.",
	MissingReason:      "Thiếu lý do kèm theo trạng thái hoặc nghiệp vụ.",
	TargetsDiffer:      "Mã văn bản ở phần nghiệp vụ ({business}) khác mã ở phần tiêu đề ({header}); đề nghị văn thư kiểm tra.",
	FakeSignature:      "Phần chữ ký của gói tin không phải chữ ký số XML; chữ ký trong tệp văn bản được kiểm tra riêng.",
	UnlistedFile:       "Tệp {name} không có trong danh sách kèm theo.",
	ListedFileAbsent:   "Danh sách kèm theo có tệp {name} nhưng gói tin không chứa tệp này.",
	UnnamedFile:        "Tệp {id} không có tên; đã đặt tên {name}.",
	EmptyFile:          "Tệp {name} rỗng.",
	TypeMismatch:       "Tệp {name} có nội dung dạng {found}, khác phần mở rộng của tên.",
	BadZip:             "Tệp {name} mang dấu hiệu tệp nén nhưng không giải nén được; đã giữ nguyên.",
	EncryptedZip:       "Tệp nén {name} có mật khẩu; đã giữ nguyên.",
	MissingTraceHeader: "Thiếu vết luân chuyển.",
}

// Warning is an oddity that did not prevent reading.
type Warning struct {
	Code string         `json:"code"`
	Args map[string]any `json:"args,omitempty"`
}

// Reason gives the sentence for a person and its arguments, not yet translated or formatted.
func (w Warning) Reason() (text string, args map[string]any) { return warningTexts[w.Code], w.Args }
