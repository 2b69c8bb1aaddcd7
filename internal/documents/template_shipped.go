package documents

// shipped are the templates that come with the product, one or more for each type that offices write most (NĐ 30/2020, Phụ lục III). They are texts for the
// system's own layout; an agency takes one over to change it, or turns it off.
var shipped = []Template{
	{Origin: "cong-van", TypeCode: "CONG_VAN", Name: "Công văn đề nghị phối hợp", State: TemplateOn, Note: "Đề nghị cơ quan khác phối hợp, cung cấp thông tin, cho ý kiến",
		Content: TemplateContent{Subject: "{{Về việc}}", Addressees: []string{"{{Nơi kính gửi}}"},
			Body: "{{Căn cứ, lý do}}\n{{Tên cơ quan}} đề nghị {{Nơi kính gửi}} {{Nội dung đề nghị}}.\n" +
				"Ý kiến đề nghị gửi về {{Tên cơ quan}} (qua {{Đơn vị soạn thảo}}) trước {{Thời hạn}} để tổng hợp.\n{{Tên cơ quan}} trân trọng cảm ơn sự phối hợp của Quý cơ quan./.",
			Fields: []TemplateField{{Name: "Về việc", Kind: FieldLine, Hint: "Ghi sau “V/v”, ví dụ: đề nghị cung cấp số liệu"}, {Name: "Nơi kính gửi", Kind: FieldLine},
				{Name: "Căn cứ, lý do", Kind: FieldText, Hint: "Một hoặc vài câu nêu căn cứ và lý do"}, {Name: "Nội dung đề nghị", Kind: FieldText}, {Name: "Thời hạn", Kind: FieldDate}}}},
	{Origin: "cong-van-tra-loi", TypeCode: "CONG_VAN", Name: "Công văn trả lời", State: TemplateOn, Note: "Trả lời văn bản của cơ quan khác; mở từ văn bản đến thì số, ngày, nơi gửi được ghi sẵn",
		Content: TemplateContent{Subject: "trả lời Văn bản số {{Số, ký hiệu văn bản đến}}", Addressees: []string{"{{Cơ quan gửi văn bản đến}}"},
			Body: "Phúc đáp Văn bản số {{Số, ký hiệu văn bản đến}} {{Ngày văn bản đến}} của {{Cơ quan gửi văn bản đến}} về việc {{Trích yếu văn bản đến}}, {{Tên cơ quan}} có ý kiến như sau:\n" +
				"{{Nội dung trả lời}}\nTrên đây là ý kiến của {{Tên cơ quan}}, trân trọng gửi {{Cơ quan gửi văn bản đến}} tổng hợp./.",
			Fields: []TemplateField{{Name: "Ngày văn bản đến", Kind: FieldDate}, {Name: "Nội dung trả lời", Kind: FieldText, Hint: "Mỗi ý một dòng"}}}},
	{Origin: "quyet-dinh-thanh-lap", TypeCode: "QUYET_DINH", Name: "Quyết định thành lập ban, tổ", State: TemplateOn, Note: "Thành lập ban chỉ đạo, hội đồng, tổ công tác",
		Content: TemplateContent{Form: "1.2", Subject: "Về việc thành lập {{Tên ban, tổ}}", LegalBases: []string{"{{Căn cứ pháp lý}}", "Theo đề nghị của {{Chức vụ người đề nghị}}."},
			Body: "Điều 1. Thành lập {{Tên ban, tổ}} gồm các ông, bà có tên sau đây:\n{{Danh sách thành viên}}\n" +
				"Điều 2. {{Tên ban, tổ}} có nhiệm vụ:\n{{Nhiệm vụ}}\n{{Tên ban, tổ}} tự giải thể sau khi hoàn thành nhiệm vụ.\n" +
				"Điều 3. Quyết định này có hiệu lực kể từ ngày ký.\n{{Nơi thi hành}} và các ông, bà có tên tại Điều 1 chịu trách nhiệm thi hành Quyết định này./.",
			Fields: []TemplateField{{Name: "Tên ban, tổ", Kind: FieldLine, Hint: "Ví dụ: Tổ công tác chuyển đổi số"},
				{Name: "Căn cứ pháp lý", Kind: FieldText, Hint: "Mỗi căn cứ một dòng, mở đầu bằng “Căn cứ”, kết thúc bằng dấu chấm phẩy", Value: "Căn cứ Luật Tổ chức chính quyền địa phương số 72/2025/QH15 ngày 16 tháng 6 năm 2025;"},
				{Name: "Chức vụ người đề nghị", Kind: FieldLine}, {Name: "Danh sách thành viên", Kind: FieldText, Hint: "Mỗi người một dòng: 1. Ông …, chức vụ, Tổ trưởng;"},
				{Name: "Nhiệm vụ", Kind: FieldText, Hint: "Mỗi nhiệm vụ một dòng: a) …;"}, {Name: "Nơi thi hành", Kind: FieldLine, Value: "Chánh Văn phòng, Thủ trưởng các đơn vị có liên quan"}}}},
	{Origin: "quyet-dinh-phe-duyet", TypeCode: "QUYET_DINH", Name: "Quyết định ban hành, phê duyệt văn bản kèm theo", State: TemplateOn, Note: "Quyết định quy định gián tiếp (Mẫu 1.3)",
		Content: TemplateContent{Form: "1.3", Subject: "{{Ban hành hay phê duyệt}} {{Tên văn bản kèm theo}}", LegalBases: []string{"{{Căn cứ pháp lý}}", "Theo đề nghị của {{Chức vụ người đề nghị}}."},
			Body: "Điều 1. {{Ban hành hay phê duyệt}} kèm theo Quyết định này {{Tên văn bản kèm theo}}.\nĐiều 2. Quyết định này có hiệu lực kể từ ngày {{Ngày hiệu lực}}.\n" +
				"Điều 3. {{Nơi thi hành}} chịu trách nhiệm thi hành Quyết định này./.",
			Fields: []TemplateField{{Name: "Ban hành hay phê duyệt", Kind: FieldChoice, Choices: []string{"Ban hành", "Phê duyệt"}, Value: "Ban hành"}, {Name: "Tên văn bản kèm theo", Kind: FieldLine},
				{Name: "Căn cứ pháp lý", Kind: FieldText, Hint: "Mỗi căn cứ một dòng, mở đầu bằng “Căn cứ”, kết thúc bằng dấu chấm phẩy"}, {Name: "Chức vụ người đề nghị", Kind: FieldLine},
				{Name: "Ngày hiệu lực", Kind: FieldLine, Value: "ký"}, {Name: "Nơi thi hành", Kind: FieldLine, Value: "Chánh Văn phòng, Thủ trưởng các đơn vị có liên quan"}}}},
	{Origin: "thong-bao-ket-luan", TypeCode: "THONG_BAO", Name: "Thông báo kết luận cuộc họp", State: TemplateOn, Note: "Kết luận của người chủ trì tại cuộc họp",
		Content: TemplateContent{Subject: "Kết luận của {{Người chủ trì}} tại cuộc họp {{Nội dung cuộc họp}}",
			Body: "Vào {{Ngày họp}}, tại {{Địa điểm}}, {{Người chủ trì}} đã chủ trì cuộc họp {{Nội dung cuộc họp}}. Tham dự cuộc họp có: {{Thành phần}}.\n" +
				"Sau khi nghe báo cáo và ý kiến của các đại biểu, {{Người chủ trì}} kết luận như sau:\n{{Nội dung kết luận}}\n" +
				"{{Tên cơ quan}} thông báo để các đơn vị, cá nhân có liên quan biết, thực hiện./.",
			Fields: []TemplateField{{Name: "Người chủ trì", Kind: FieldLine, Hint: "Chức vụ và họ tên, ví dụ: Chủ tịch UBND xã Nguyễn Văn A"}, {Name: "Nội dung cuộc họp", Kind: FieldLine, Hint: "Ví dụ: về công tác văn thư, lưu trữ"},
				{Name: "Ngày họp", Kind: FieldDate}, {Name: "Địa điểm", Kind: FieldLine}, {Name: "Thành phần", Kind: FieldText},
				{Name: "Nội dung kết luận", Kind: FieldText, Hint: "Mỗi kết luận một dòng: 1. Giao …, hoàn thành trước ngày …"}}}},
	{Origin: "thong-bao", TypeCode: "THONG_BAO", Name: "Thông báo một việc", State: TemplateOn, Note: "Thông báo lịch nghỉ, tiếp nhận, thay đổi, tuyển dụng …",
		Content: TemplateContent{Subject: "Về việc {{Việc thông báo}}", Body: "{{Căn cứ, lý do}}\n{{Tên cơ quan}} thông báo {{Việc thông báo}} như sau:\n{{Nội dung}}\n" +
			"{{Tên cơ quan}} thông báo để các cơ quan, đơn vị, cá nhân có liên quan biết, thực hiện./.",
			Fields: []TemplateField{{Name: "Việc thông báo", Kind: FieldLine}, {Name: "Căn cứ, lý do", Kind: FieldText, Optional: true}, {Name: "Nội dung", Kind: FieldText}}}},
	{Origin: "bao-cao-dinh-ky", TypeCode: "BAO_CAO", Name: "Báo cáo định kỳ", State: TemplateOn, Note: "Báo cáo tháng, quý, năm gửi cấp trên",
		Content: TemplateContent{Subject: "{{Nội dung báo cáo}} {{Kỳ báo cáo}}", Addressees: []string{"{{Cơ quan nhận báo cáo}}"},
			Body: "Thực hiện {{Văn bản yêu cầu}}, {{Tên cơ quan}} báo cáo {{Nội dung báo cáo}} {{Kỳ báo cáo}} như sau:\nI. TÌNH HÌNH CHUNG\n{{Tình hình chung}}\n" +
				"II. KẾT QUẢ THỰC HIỆN\n{{Kết quả thực hiện}}\nIII. TỒN TẠI, HẠN CHẾ VÀ NGUYÊN NHÂN\n{{Tồn tại và nguyên nhân}}\nIV. NHIỆM VỤ KỲ TỚI\n{{Nhiệm vụ kỳ tới}}\n" +
				"V. ĐỀ XUẤT, KIẾN NGHỊ\n{{Đề xuất, kiến nghị}}\nTrên đây là báo cáo {{Nội dung báo cáo}} {{Kỳ báo cáo}} của {{Tên cơ quan}}, kính gửi {{Cơ quan nhận báo cáo}} tổng hợp./.",
			Fields: []TemplateField{{Name: "Nội dung báo cáo", Kind: FieldLine, Hint: "Ví dụ: kết quả công tác cải cách hành chính"}, {Name: "Kỳ báo cáo", Kind: FieldLine, Hint: "Ví dụ: quý III năm 2026"},
				{Name: "Cơ quan nhận báo cáo", Kind: FieldLine}, {Name: "Văn bản yêu cầu", Kind: FieldLine, Hint: "Tên loại, số, ký hiệu, ngày, cơ quan ban hành, trích yếu"}, {Name: "Tình hình chung", Kind: FieldText},
				{Name: "Kết quả thực hiện", Kind: FieldText}, {Name: "Tồn tại và nguyên nhân", Kind: FieldText}, {Name: "Nhiệm vụ kỳ tới", Kind: FieldText},
				{Name: "Đề xuất, kiến nghị", Kind: FieldText, Value: "Không có."}}}},
	{Origin: "to-trinh", TypeCode: "TO_TRINH", Name: "Tờ trình", State: TemplateOn, Note: "Trình cấp có thẩm quyền xem xét, phê duyệt",
		Content: TemplateContent{Subject: "Về việc {{Việc trình}}", Addressees: []string{"{{Cơ quan, người được trình}}"},
			Body: "{{Căn cứ}}\n{{Tên cơ quan}} kính trình {{Cơ quan, người được trình}} {{Việc trình}} như sau:\n1. Sự cần thiết\n{{Sự cần thiết}}\n2. Nội dung trình\n{{Nội dung trình}}\n" +
				"3. Kinh phí và tổ chức thực hiện\n{{Kinh phí và tổ chức thực hiện}}\n4. Kiến nghị\n{{Kiến nghị}}\n{{Tên cơ quan}} kính trình {{Cơ quan, người được trình}} xem xét, quyết định./.",
			Fields: []TemplateField{{Name: "Việc trình", Kind: FieldLine}, {Name: "Cơ quan, người được trình", Kind: FieldLine}, {Name: "Căn cứ", Kind: FieldText}, {Name: "Sự cần thiết", Kind: FieldText},
				{Name: "Nội dung trình", Kind: FieldText}, {Name: "Kinh phí và tổ chức thực hiện", Kind: FieldText}, {Name: "Kiến nghị", Kind: FieldText}}}},
	{Origin: "giay-moi-hop", TypeCode: "GIAY_MOI", Name: "Giấy mời họp", State: TemplateOn, Note: "Mời họp, hội nghị, làm việc",
		Content: TemplateContent{Subject: "{{Nội dung cuộc họp}}", Addressees: []string{"{{Người, cơ quan được mời}}"},
			Meeting: Meeting{Event: "{{Nội dung cuộc họp}}", Chair: "{{Chủ trì}}", Time: "{{Giờ họp}}, {{Ngày họp}}", Place: "{{Địa điểm}}"},
			Body:    "{{Chuẩn bị}}\nĐề nghị các đại biểu sắp xếp công việc, tham dự đúng thành phần, thời gian./.",
			Fields: []TemplateField{{Name: "Nội dung cuộc họp", Kind: FieldLine, Hint: "Ví dụ: dự họp về công tác văn thư"}, {Name: "Người, cơ quan được mời", Kind: FieldText, Hint: "Mỗi nơi một dòng"}, {Name: "Chủ trì", Kind: FieldLine, Optional: true},
				{Name: "Giờ họp", Kind: FieldLine, Hint: "Ví dụ: 8 giờ 00 phút"}, {Name: "Ngày họp", Kind: FieldDate}, {Name: "Địa điểm", Kind: FieldLine}, {Name: "Chuẩn bị", Kind: FieldText, Optional: true, Hint: "Tài liệu cần chuẩn bị, nếu có"}}}},
	{Origin: "ke-hoach", TypeCode: "KE_HOACH", Name: "Kế hoạch", State: TemplateOn, Note: "Kế hoạch triển khai một công việc, một văn bản, một năm",
		Content: TemplateContent{Subject: "{{Việc lập kế hoạch}}",
			Body: "{{Căn cứ}}\n{{Tên cơ quan}} ban hành Kế hoạch {{Việc lập kế hoạch}} như sau:\nI. MỤC ĐÍCH, YÊU CẦU\n{{Mục đích, yêu cầu}}\nII. NỘI DUNG\n{{Nội dung}}\nIII. KINH PHÍ\n{{Kinh phí}}\n" +
				"IV. TỔ CHỨC THỰC HIỆN\n{{Tổ chức thực hiện}}\nTrong quá trình thực hiện, nếu có khó khăn, vướng mắc, các đơn vị phản ánh về {{Đơn vị soạn thảo}} để tổng hợp, báo cáo./.",
			Fields: []TemplateField{{Name: "Việc lập kế hoạch", Kind: FieldLine, Hint: "Ví dụ: Triển khai công tác văn thư, lưu trữ năm 2026"}, {Name: "Căn cứ", Kind: FieldText}, {Name: "Mục đích, yêu cầu", Kind: FieldText}, {Name: "Nội dung", Kind: FieldText},
				{Name: "Kinh phí", Kind: FieldText, Value: "Kinh phí thực hiện từ nguồn ngân sách được giao."}, {Name: "Tổ chức thực hiện", Kind: FieldText}}}},
}
