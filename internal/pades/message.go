package pades

import (
	"fmt"
	"maps"
	"strings"
	"time"
)

// Finding is one reason of a verdict: a stable code, a Vietnamese sentence with named arguments, left unformatted for the
// door that shows it. Severity is "info", "warning" or "error".
type Finding struct {
	Code     string         `json:"code"`
	Severity string         `json:"severity"`
	Text     string         `json:"text"`
	Args     map[string]any `json:"args,omitempty"`
}

// Reason gives the sentence for the user. Times, which are kept as RFC 3339 text, are given as times, so that doors show them as people read them.
func (f Finding) Reason() (string, map[string]any) {
	args := maps.Clone(f.Args)
	for k, v := range args {
		if text, ok := v.(string); ok {
			if at, err := time.Parse(time.RFC3339, text); err == nil {
				args[k] = at
			}
		}
	}
	return f.Text, args
}

// fillIn puts arguments into a sentence, for sentences that become an argument of another.
func fillIn(text string, args map[string]any) string {
	for k, v := range args {
		text = strings.ReplaceAll(text, "{"+k+"}", fmt.Sprint(v))
	}
	return text
}

type sentence struct{ severity, text string }

func finding(code string, args map[string]any) Finding {
	s, ok := sentences[code]
	if !ok {
		panic("pades: no sentence for " + code)
	}
	return Finding{Code: code, Severity: s.severity, Text: s.text, Args: args}
}

// sentences holds every finding of a verification.
var sentences = map[string]sentence{
	"file.unreadable":        {"error", "Không đọc được tệp PDF nên không kết luận được về chữ ký. Tệp được giữ nguyên; hãy đề nghị bên gửi gửi lại tệp gốc."},
	"file.encrypted":         {"error", "Tệp PDF đã bị mã hóa nên không kiểm tra được chữ ký. Hãy đề nghị bên gửi gửi lại tệp không đặt mật khẩu."},
	"file.trailing":          {"error", "Sau phần cuối của tệp còn {count} byte lạ không được chữ ký nào bảo vệ. Tệp bị từ chối."},
	"file.hidden-signature":  {"error", "Tệp chứa dấu vết của {found} chữ ký nhưng chỉ mở được {reachable} chữ ký: có chữ ký đã bị gỡ hoặc bị che giấu."},
	"file.ambiguous":         {"warning", "Tệp có {count} mục bị khai báo hai lần; các phần mềm có thể hiển thị nội dung khác nhau. Hãy đối chiếu với bên gửi."},
	"file.unreadable-object": {"warning", "Có đối tượng trong tệp không đọc được theo đúng chuẩn. Hãy đối chiếu với bên gửi trước khi sử dụng."},
	"file.trailing-signed":   {"warning", "Sau dấu kết thúc của tệp còn {count} byte, đã được chữ ký bảo vệ. Hãy đối chiếu với bên gửi."},
	"file.active":            {"warning", "Tệp có nội dung hoạt động ({kinds}). Chỉ mở tệp ở chế độ xem an toàn."},
	"file.no-signature":      {"info", "Tệp không có chữ ký số."},
	"file.too-many":          {"error", "Tệp có quá nhiều chữ ký ({count}) nên không được kiểm tra."},
	"file.uncovered":         {"warning", "Có thay đổi sau chữ ký cuối cùng mà chưa chữ ký nào bảo vệ."},
	"file.changed-between":   {"warning", "Nội dung đã thay đổi sau chữ ký của {earlier}, trước chữ ký của {later}. Hãy mở bản đã ký của từng chữ ký để đối chiếu."},

	"signature.no-dictionary":  {"error", "Trường chữ ký {field} không chứa chữ ký hợp lệ."},
	"signature.incomplete":     {"error", "Chữ ký {field} thiếu dữ liệu chữ ký hoặc phạm vi ký."},
	"signature.range":          {"error", "Phạm vi ký của chữ ký {field} không hợp lệ."},
	"signature.gap":            {"error", "Chữ ký {field} chừa ra phần tệp không được bảo vệ."},
	"signature.padding":        {"error", "Trong vùng chữ ký {field} có dữ liệu bị giấu."},
	"signature.empty":          {"error", "Trường {field} chỉ có chỗ để ký, chưa có chữ ký."},
	"signature.partial":        {"error", "Chữ ký {field} không bảo vệ trọn vẹn một phiên bản của tệp."},
	"signature.tail-uncovered": {"warning", "Chữ ký {field} không bảo vệ những byte cuối của phiên bản đã ký."},
	"signature.trailing":       {"warning", "Phiên bản mà chữ ký {field} bảo vệ có byte lạ sau dấu kết thúc."},
	"signature.doubled":        {"error", "Sau chữ ký {field} có đối tượng bị khai báo hai lần; các phần mềm có thể hiển thị nội dung khác nhau."},
	"signature.foreign":        {"error", "Chữ ký {field} không thuộc phiên bản mà nó bảo vệ."},
	"signature.subfilter":      {"error", "Kiểu chữ ký {subfilter} không được hỗ trợ."},
	"signature.obsolete":       {"warning", "Kiểu chữ ký {subfilter} đã lỗi thời, không còn đủ căn cứ để tin cậy."},
	"signature.shared":         {"info", "Cùng một chữ ký được dùng cho nhiều trường: {fields}."},
	"signature.container":      {"error", "Dữ liệu chữ ký không hợp lệ: {detail}"},
	"signature.digest":         {"error", "Nội dung đã bị thay đổi sau khi ký."},
	"signature.value":          {"error", "Giá trị chữ ký không khớp với chứng thư số của người ký."},
	"signature.no-attributes":  {"warning", "Chữ ký không có thuộc tính được ký, không theo chuẩn PAdES."},
	"signature.no-signer":      {"warning", "Không đọc được chứng thư số của người ký nên chưa kết luận được."},
	"signature.algorithm":      {"warning", "Thuật toán ký không được hỗ trợ nên chưa kết luận được."},
	"signature.no-ess":         {"info", "Chữ ký không gắn chứng thư số theo chuẩn PAdES cơ bản."},
	"signature.weak":           {"warning", "Chữ ký dùng thuật toán yếu ({weak})."},
	"signature.claimed-time":   {"warning", "Thời gian do máy người ký ghi ({claimed}) lệch nhiều so với dấu thời gian ({trusted})."},

	"timestamp.invalid":   {"warning", "Dấu thời gian của chữ ký không hợp lệ: {detail}"},
	"timestamp.untrusted": {"warning", "Dấu thời gian không do tổ chức được tin cậy cấp nên thời gian ký chưa được xác nhận."},
	"timestamp.expired":   {"warning", "Chứng thư số của tổ chức cấp dấu thời gian đã hết hạn mà tệp không có dấu thời gian mới hơn nên thời gian này không còn được chứng minh."},
	"timestamp.revoked":   {"warning", "Chứng thư số của tổ chức cấp dấu thời gian đã bị thu hồi."},

	"timestamp.order":     {"warning", "Dấu thời gian ({own}) muộn hơn dấu thời gian của lần lưu trữ sau nó ({later}): một trong hai không đúng."},
	"chain.not-judged":    {"warning", "Chứng thư số của {signer} hoặc của nơi cấp có nội dung mà hệ thống chưa đánh giá được, nên chưa kết luận được."},
	"chain.untrusted":     {"warning", "Chứng thư số của {signer} không dẫn tới tổ chức được tin cậy ({issuer})."},
	"chain.expired":       {"warning", "Chứng thư số của {signer} ngoài thời hạn hiệu lực vào thời điểm kiểm tra ({at})."},
	"chain.not-yet":       {"error", "Chứng thư số của {signer} chưa có hiệu lực khi ký."},
	"chain.usage":         {"warning", "Chứng thư số của {signer} không được cấp để ký văn bản."},
	"chain.test":          {"warning", "Chứng thư số của {signer} là chứng thư thử nghiệm, không có giá trị pháp lý."},
	"chain.test-accepted": {"info", "Chứng thư số của {signer} là chứng thư thử nghiệm; kho tin cậy hiện tại chấp nhận để thử."},
	"revocation.bad":      {"error", "Chứng thư số {subject} đã bị thu hồi từ {since}, trước khi ký."},
	"revocation.no-poe":   {"warning", "Chứng thư số {subject} đã bị thu hồi từ {since}; không có dấu thời gian chứng minh chữ ký có trước đó."},
	"revocation.later":    {"info", "Chứng thư số {subject} bị thu hồi sau khi ký ({since}); chữ ký có trước nên vẫn giá trị."},
	"revocation.none":     {"warning", "Chưa có bằng chứng chứng thư số {subject} còn hiệu lực (OCSP hoặc CRL) vào thời điểm ký. Hãy kiểm tra lại sau."},
	"revocation.exempt":   {"info", "Tổ chức {anchor} không công bố danh sách thu hồi; không kiểm tra thu hồi."},
	"revocation.usage":    {"warning", "Bỏ qua một trả lời OCSP vì chứng thư ký trả lời không được cấp quyền đó."},

	"extend.later":  {"warning", "Chưa lấy được bằng chứng về tình trạng chứng thư của {subject} sau thời điểm ký ({detail}). Tệp được giữ nguyên ở mức hiện có; hệ thống sẽ thử lại sau {at}."},
	"extend.absent": {"info", "Không lấy được bằng chứng về tình trạng chứng thư của {subject}; nơi cấp không bắt buộc công bố."},

	"change.validation": {"info", "Sau chữ ký này tệp được bổ sung dữ liệu kiểm tra ({where})."},
	"change.signature":  {"info", "Sau chữ ký này tệp có thêm chữ ký ({where})."},
	"change.fill":       {"info", "Sau chữ ký này trường {where} được điền, đúng phạm vi người ký cho phép."},
	"change.fill-bad":   {"error", "Sau chữ ký này trường {where} bị điền hoặc sửa ngoài phạm vi người ký cho phép."},
	"change.doubt":      {"warning", "Sau chữ ký này có thay đổi cần xem lại ({where}: {what})."},
	"change.annotation": {"error", "Sau chữ ký này có ghi chú bị thêm hoặc sửa ({where}: {what})."},
	"change.other":      {"error", "Sau chữ ký này nội dung tệp bị thay đổi ({where}: {what})."},
	"change.certified":  {"error", "Người ký đã cấm mọi thay đổi (mức chứng nhận {permission}) nhưng tệp vẫn bị thay đổi."},
	"change.more":       {"info", "Còn {count} thay đổi khác cùng loại."},
}
