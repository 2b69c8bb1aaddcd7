package city

// What leaders, heads of unit, specialists and clerks write. The order is the order of use, turned by the seed.
var (
	directions = []string{
		"Giao {lead} chủ trì, phối hợp các đơn vị liên quan tham mưu, báo cáo trước thời hạn.",
		"{lead} nghiên cứu, đề xuất phương án; trình lãnh đạo xem xét trước khi trả lời.",
		"Chuyển {lead} xử lý theo thẩm quyền. Kết quả báo cáo tại giao ban tuần.",
		"{lead} khẩn trương rà soát số liệu, dự thảo văn bản trả lời đúng hạn.",
		"Giao {lead} triển khai thực hiện; vướng mắc báo cáo ngay.",
		"{lead} chủ trì, lấy ý kiến các phòng, tổng hợp thành một đầu mối.",
		"Đồng ý chủ trương. {lead} tham mưu kế hoạch thực hiện cụ thể, rõ người, rõ việc, rõ thời hạn.",
		"{lead} kiểm tra thực tế, báo cáo lãnh đạo kèm hình ảnh và đề xuất.",
		"Phân công {lead} theo dõi, đôn đốc; cập nhật tiến độ hằng tuần.",
		"{lead} tham mưu văn bản triển khai đến cơ sở, sao gửi các đơn vị liên quan để phối hợp.",
	}
	submitNotes = []string{"Kính trình lãnh đạo cho ý kiến chỉ đạo.", "Văn bản có thời hạn trả lời, kính trình lãnh đạo xem sớm.", "Kính trình lãnh đạo phân công đơn vị chủ trì.",
		"Nội dung liên quan nhiều phòng, kính trình lãnh đạo chỉ đạo.", ""}
	forwardNotes = []string{"Đồng chí nghiên cứu, dự thảo văn bản trả lời.", "Tổng hợp số liệu theo mẫu, trình trước hạn hai ngày.", "Đồng chí chủ trì xử lý, cần phối hợp thì báo lại.",
		"Xem lại văn bản đã ban hành cùng nội dung để thống nhất.", "Làm việc với văn thư để lấy phụ lục kèm theo."}
	results = []string{"Đã triển khai đến các đơn vị và tổng hợp kết quả theo mẫu.", "Đã rà soát, tham mưu lãnh đạo ban hành văn bản chỉ đạo thực hiện.",
		"Đã cử người tham gia và gửi danh sách cho cơ quan chủ trì.", "Đã kiểm tra thực tế, lập biên bản, yêu cầu khắc phục trong thời hạn quy định.",
		"Đã tổng hợp số liệu, gửi bảng biểu điện tử cho cơ quan yêu cầu.", "Thống nhất với nội dung dự thảo, không có ý kiến bổ sung.",
		"Đã đưa nội dung vào kế hoạch công tác tháng và phân công người theo dõi."}
	kept        = []string{"Lưu để biết, không phải xử lý.", "Đã thông báo nội dung đến các phòng qua bảng tin nội bộ.", "Lưu hồ sơ theo dõi chung."}
	reviewNotes = []string{"Nội dung và thể thức đạt yêu cầu, kính trình lãnh đạo ký.", "Đã rà soát số liệu, đồng ý trình ký.", "Đã chỉnh sửa theo góp ý của các phòng, kính trình.", "Đồng ý."}
	sentBack    = []string{"Bổ sung căn cứ pháp lý và số liệu so sánh cùng kỳ, trình lại trước 16 giờ.", "Phần đề nghị còn chung chung, cần nêu rõ việc, rõ người và thời hạn.",
		"Rà soát lại nơi nhận và thể thức theo Nghị định số 30/2020/NĐ-CP.", "Số liệu tại mục 1 chưa khớp với báo cáo tháng trước, đề nghị kiểm tra."}
	recalls = []string{"Văn bản ban hành không đúng thẩm quyền, cơ quan sẽ ban hành văn bản khác theo quy định.", "Nội dung văn bản có sai sót về căn cứ pháp lý; đề nghị không triển khai thực hiện.",
		"Văn bản phát hành nhầm bản dự thảo chưa được duyệt; đề nghị hủy bản đã nhận.", "Chủ trương đã thay đổi theo kết luận mới của cấp trên, văn bản không còn phù hợp."}
	mistakes = []string{"Số liệu tại phụ lục có sai sót, cần ban hành lại cho chính xác.", "Thời hạn báo cáo và phân công đầu mối được điều chỉnh theo ý kiến chỉ đạo mới.", "Nội dung phân công chưa đúng thẩm quyền, cần ban hành văn bản thay thế."}
	declines = []string{"Cơ quan đã giải quyết xong và lưu hồ sơ theo văn bản này, đề nghị cơ quan gửi trao đổi trực tiếp.", "Công việc đã hoàn thành theo văn bản đã nhận; văn bản là căn cứ của hồ sơ đã lập."}
	opinions = []string{"Đề nghị bổ sung thời hạn báo cáo cụ thể.", "Nhất trí với dự thảo; lưu ý thống nhất tên gọi các đơn vị.", "Nên gộp hai nội dung đầu để văn bản gọn hơn."}
	comments = []string{"Việc này cần xong trước kỳ họp giao ban.", "Đề nghị phòng chủ trì báo cáo tiến độ giữa kỳ.", "Lưu ý phối hợp với Công an phường khi kiểm tra thực tế."}
	refusals = []string{"Văn bản không thuộc chức năng, nhiệm vụ của cơ quan; đề nghị gửi đúng cơ quan có thẩm quyền.", "Phụ lục kèm theo không mở được, nội dung chính dẫn chiếu toàn bộ sang phụ lục; đề nghị gửi lại."}
)

// paperSenders send on paper: they have no place on the axis.
var paperSenders = []struct{ name, notation, signer, position string }{
	{"Bộ Nội vụ", "BNV-CCHC", "Đặng Hữu Nghĩa", "Thứ trưởng"},
	{"Bộ Tài chính", "BTC-NSNN", "Lương Quốc Thịnh", "Thứ trưởng"},
	{"Công ty cổ phần Xây dựng Thành An (mẫu)", "TA-KT", "Tạ Đình Khải", "Giám đốc"},
	{"Hợp tác xã Rau an toàn Phú Thịnh (mẫu)", "PT-HTX", "Khuất Thị Mận", "Giám đốc"},
	{"Ban quản trị nhà chung cư Hòa Bình (mẫu)", "BQT", "Phùng Thế Vĩnh", "Trưởng ban"},
	{"Bộ Khoa học và Công nghệ", "BKHCN-CĐS", "Quách Minh Đạo", "Thứ trưởng"},
	{"Trường Trung học cơ sở Tân Lập (mẫu)", "THCSTL", "Nghiêm Thị Ngân", "Hiệu trưởng"},
	{"Công dân Lã Thị Ngoãn", "", "Lã Thị Ngoãn", ""},
}

var paperSubjects = []string{
	"V/v hướng dẫn xác định chỉ số cải cách hành chính năm", "V/v báo cáo tình hình sử dụng kinh phí sự nghiệp", "V/v đề nghị cấp phép sửa chữa, cải tạo trụ sở làm việc",
	"V/v đề nghị hỗ trợ giống, vật tư nông nghiệp sau mưa lũ", "V/v kiến nghị xử lý tình trạng đỗ xe sai quy định trước sảnh chung cư", "V/v cung cấp thông tin phục vụ điều tra chuyển đổi số",
	"V/v đề nghị phối hợp bảo đảm an toàn giao thông trước cổng trường", "Đơn kiến nghị về việc chậm trả kết quả hồ sơ đất đai", "V/v mời phối hợp tổ chức ngày hội việc làm",
	"V/v đề nghị xác nhận hoàn thành nghĩa vụ môi trường", "ĐƠN ĐỀ NGHỊ XEM XÉT MỨC HỖ TRỢ TÁI ĐỊNH CƯ", "V/v gia hạn thời gian thực hiện hợp đồng",
}
