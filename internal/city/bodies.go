package city

import (
	"fmt"
	"strings"

	"congvu/internal/calendar"
	"congvu/internal/documents"
)

// write is what a matter becomes when an agency writes it down: the parts of a draft that depend on its type.
func (m matter) write(f *documents.DraftForm, from *agency, due calendar.Date, turn int) {
	f.TypeCode, f.Subject, f.Body = m.kind, m.subject, m.body(from, due, turn)
	switch m.kind {
	case "QUYET_DINH":
		f.LegalBases = []string{"Căn cứ Luật Tổ chức chính quyền địa phương", "Căn cứ " + lower(m.base), "Theo đề nghị của " + from.proposer()}
	case "TO_TRINH":
		f.Addressees = []string{cityName}
	case "GIAY_MOI":
		hour := []string{"08 giờ 00", "09 giờ 00", "14 giờ 00"}[turn%3]
		f.Meeting = documents.Meeting{Event: strings.TrimPrefix(m.subject, "dự "), Chair: from.head().title + " " + from.name, Time: hour + ", " + due.Words(), Place: "Phòng họp số " + fmt.Sprint(1+turn%4) + ", trụ sở " + from.name}
	}
}

// A matter that turns upwards asks for guidance: agencies give no tasks to those above them.
const (
	askPrefix = "đề nghị hướng dẫn, tháo gỡ vướng mắc khi "
	upward    = "CONG_VAN upward"
)

// body is the text in the markup of package paper.
func (m matter) body(from *agency, due calendar.Date, turn int) string {
	var p []string
	add := func(format string, args ...any) { p = append(p, fmt.Sprintf(format, args...)) }
	tasks := func() {
		for i, t := range m.tasks {
			add("%d. %s", i+1, t)
		}
	}
	kind := m.kind
	if strings.HasPrefix(m.subject, askPrefix) {
		kind = upward
	}
	switch kind {
	case "QUYET_DINH":
		add("Điều 1. Quyết định %s. %s", m.subject, m.facts)
		add("Điều 2. Trách nhiệm thực hiện")
		tasks()
		add("Điều 3. Quyết định này có hiệu lực kể từ ngày ký. Kinh phí thực hiện bố trí trong dự toán được giao và các nguồn hợp pháp khác.")
		add("Điều 4. %s, thủ trưởng các đơn vị liên quan và các cơ quan, tổ chức, cá nhân có liên quan chịu trách nhiệm thi hành Quyết định này./.", from.proposer())
	case "BAO_CAO":
		add("Thực hiện %s, %s báo cáo %s như sau:", m.base, from.name, m.subject)
		add("I. KẾT QUẢ THỰC HIỆN")
		add("1. Công tác chỉ đạo, điều hành")
		add("%s đã ban hành kế hoạch, phân công rõ người, rõ việc, rõ thời hạn; định kỳ kiểm điểm tiến độ tại giao ban tuần và cập nhật kết quả trên hệ thống quản lý văn bản và điều hành.", from.name)
		add("2. Kết quả cụ thể")
		p = append(p, m.facts)
		p = append(p, "| STT | Nội dung | Kế hoạch | Thực hiện | Tỷ lệ (%) |", "|:--:|---|--:|--:|--:|")
		for i, t := range m.tasks {
			plan, done := 40+17*((turn+i)%7), 34+15*((turn+i)%7)
			add("| %d | %s | %d | %d | %d |", i+1, strings.TrimSuffix(t, "."), plan, done, done*100/plan)
		}
		add("II. TỒN TẠI, HẠN CHẾ")
		add("Một số nội dung còn chậm do khối lượng công việc sau sắp xếp lớn, dữ liệu giữa các hệ thống chưa đồng bộ; việc phối hợp giữa các đơn vị có lúc chưa kịp thời.")
		add("III. NHIỆM VỤ TRỌNG TÂM THỜI GIAN TỚI")
		tasks()
		add("Trên đây là báo cáo của %s, kính đề nghị cấp có thẩm quyền xem xét, chỉ đạo./.", from.name)
	case "KE_HOACH", "HUONG_DAN":
		add("Thực hiện %s, %s ban hành văn bản %s với các nội dung sau:", m.base, from.name, m.subject)
		add("I. MỤC ĐÍCH, YÊU CẦU")
		add("Tạo chuyển biến rõ nét về nhận thức và hành động của cán bộ, công chức, viên chức; bảo đảm thiết thực, tiết kiệm, đúng tiến độ, có sản phẩm kiểm đếm được.")
		add("II. NỘI DUNG")
		p = append(p, m.facts)
		tasks()
		add("III. TỔ CHỨC THỰC HIỆN")
		add("Các cơ quan, đơn vị căn cứ chức năng, nhiệm vụ được giao tổ chức thực hiện; báo cáo kết quả về %s%s./.", from.name, before(due))
	case "TO_TRINH":
		add("Căn cứ %s, %s kính trình nội dung %s như sau:", m.base, from.name, m.subject)
		add("I. SỰ CẦN THIẾT")
		p = append(p, m.facts)
		add("Việc quyết định nội dung nêu trên trong thời điểm hiện nay là cần thiết để kịp triển khai trong năm, bảo đảm quyền, lợi ích của người dân và hiệu quả sử dụng nguồn lực.")
		add("II. NỘI DUNG ĐỀ NGHỊ")
		tasks()
		add("Kính trình cấp có thẩm quyền xem xét, quyết định./.")
	case "THONG_BAO":
		add("%s thông báo %s như sau:", from.name, m.subject)
		p = append(p, m.facts)
		add("%s yêu cầu các cơ quan, đơn vị thực hiện:", from.name)
		tasks()
		add("%s thông báo để các cơ quan, đơn vị biết, thực hiện./.", from.name)
	case "GIAY_MOI":
		p = append(p, m.facts)
		add("Đề nghị các đại biểu được mời:")
		tasks()
		add("%s trân trọng kính mời./.", from.name)
	case "CONG_DIEN":
		p = append(p, m.facts)
		add("Để chủ động ứng phó, bảo đảm an toàn tính mạng, tài sản của Nhân dân, %s yêu cầu:", from.name)
		tasks()
		add("Thủ trưởng các cơ quan, đơn vị nghiêm túc thực hiện, báo cáo kết quả trước 17 giờ hằng ngày./.")
	case upward:
		add("Thực hiện %s, %s đã triển khai nội dung %s trên địa bàn. %s", m.base, from.name, strings.TrimPrefix(m.subject, askPrefix), m.facts)
		add("Quá trình thực hiện phát sinh một số vướng mắc về thẩm quyền, biểu mẫu và nguồn lực. %s đề nghị quý cơ quan xem xét, hướng dẫn các nội dung:", from.name)
		tasks()
		add("%s đề nghị quý cơ quan trả lời bằng văn bản%s để kịp triển khai theo kế hoạch. Trân trọng./.", from.name, before(due))
	default:
		add("Thực hiện %s, trong thời gian qua các cơ quan, đơn vị đã tích cực triển khai nhiệm vụ được giao. %s", m.base, m.facts)
		add("Để bảo đảm tiến độ và chất lượng, %s đề nghị các cơ quan, đơn vị phối hợp thực hiện các nội dung sau:", from.name)
		tasks()
		add("Kết quả thực hiện đề nghị gửi về %s%s để tổng hợp, báo cáo theo quy định. Trong quá trình thực hiện, nếu có khó khăn, vướng mắc, đề nghị kịp thời phản ánh để xem xét, giải quyết./.", from.name, before(due))
	}
	return strings.Join(p, "\n")
}

// answerTo is the text of a reply to a received letter.
func answerTo(in *documents.Incoming, from *agency, turn int) (subject, body string) {
	p := []string{
		fmt.Sprintf("Phúc đáp Văn bản số %s %s của %s về việc %s, %s có ý kiến như sau:", in.Code(), in.IssuedDate.Words(), in.SenderName, in.Subject, from.name),
		"1. " + []string{"Cơ bản thống nhất với nội dung, yêu cầu nêu tại văn bản.", "Đã tổ chức rà soát, tổng hợp theo đúng biểu mẫu và thời hạn được giao.", "Đã phân công đơn vị đầu mối và cử cán bộ tham gia theo đề nghị."}[turn%3],
		"2. " + results[turn%len(results)],
		"3. Kiến nghị cơ quan chủ trì thống nhất biểu mẫu, chia sẻ dữ liệu đã có trên các hệ thống dùng chung để giảm việc báo cáo nhiều lần.",
		fmt.Sprintf("%s trân trọng gửi quý cơ quan tổng hợp./.", from.name),
	}
	return "trả lời Văn bản số " + in.Code() + " của " + in.SenderName, strings.Join(p, "\n")
}

// lower writes the first letter small, for the middle of a sentence.
func lower(s string) string {
	r := []rune(s)
	if len(r) > 1 && strings.ToLower(string(r[1])) == string(r[1]) && !strings.HasPrefix(s, "Luật") && !strings.HasPrefix(s, "Nghị ") && !strings.HasPrefix(s, "Bộ ") && !strings.HasPrefix(s, "Sở ") {
		r[0] = []rune(strings.ToLower(string(r[0])))[0]
	}
	return string(r)
}

// before says by when, and nothing where no day is set.
func before(due calendar.Date) string {
	if due.IsZero() {
		return ""
	}
	return " trước " + due.Words()
}
