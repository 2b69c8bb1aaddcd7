package paper

import "time"

var madeAt = time.Date(2026, 1, 5, 9, 30, 0, 0, time.FixedZone("ICT", 7*3600))

const letterBody = `Thực hiện Nghị định số 30/2020/NĐ-CP ngày 05 tháng 3 năm 2020 của Chính phủ về công tác văn thư và Kế hoạch số 12/KH-UBND ngày 03 tháng 01 năm 2026 của Ủy ban nhân dân thành phố về chuyển đổi số năm 2026, Sở Nội vụ đề nghị các cơ quan, đơn vị thực hiện một số nội dung sau:
1. Rà soát, ban hành danh mục hồ sơ điện tử năm 2026
Các cơ quan, đơn vị hoàn thành việc rà soát trước ngày 31 tháng 01 năm 2026, trong đó **bắt buộc** xác định thời hạn bảo quản của từng hồ sơ theo quy định tại *Thông tư số 10/2022/TT-BNV*.
2. Gửi, nhận văn bản điện tử có ký số qua Trục liên thông văn bản
- Văn bản gửi đi phải có chữ ký số của người có thẩm quyền và chữ ký số của cơ quan;
- Văn bản đến phải được đăng ký trong ngày, chậm nhất là trong ngày làm việc tiếp theo.
Trong quá trình thực hiện, nếu có vướng mắc, đề nghị các cơ quan, đơn vị phản ánh về Sở Nội vụ (qua Phòng Hành chính, điện thoại 0236.3822.456) để được hướng dẫn./.`

func sampleLetter() Document {
	return Document{
		Form: Letter, ParentAgency: "UBND thành phố Đà Nẵng", Agency: "Sở Nội vụ", Notation: "SNV-VP", Place: "Đà Nẵng",
		Subject:    "triển khai công tác văn thư, lưu trữ điện tử năm 2026",
		Addressees: []string{"Các sở, ban, ngành thuộc Ủy ban nhân dân thành phố", "Ủy ban nhân dân các phường, xã"},
		Body:       letterBody, Capacity: []CapacityLine{{"KT.", "Giám đốc"}}, SignerPosition: "Phó Giám đốc", SignerName: "Nguyễn Thị Minh Khai",
		Receivers: []string{"UBND thành phố (để báo cáo)", "Giám đốc Sở (để báo cáo)"}, FileUnit: "VP", FileCopies: 2, TypistMark: "NMK.(50)",
		Urgency: Express, Circulation: "Lưu hành nội bộ", Made: madeAt,
		Address: []string{"Số 24 Trần Phú, phường Hải Châu, thành phố Đà Nẵng", "ĐT: 0236.3822.456, Fax: 0236.3822.457; E-Mail: snv@danang.gov.vn, Website: snv.danang.gov.vn"},
	}
}

func sampleDecision() Document {
	return Document{
		Form: Decision, Agency: "Ủy ban nhân dân thành phố Hồ Chí Minh", Number: "5", Notation: "QĐ-UBND", Place: "Thành phố Hồ Chí Minh",
		Date: madeAt, Subject: "Về việc thành lập Tổ công tác chuyển đổi số của thành phố", Authority: "Chủ tịch Ủy ban nhân dân thành phố",
		LegalBases: []string{
			"Căn cứ Luật Tổ chức chính quyền địa phương ngày 16 tháng 6 năm 2025",
			"Căn cứ Nghị định số 30/2020/NĐ-CP ngày 05 tháng 3 năm 2020 của Chính phủ về công tác văn thư;",
			"Theo đề nghị của Giám đốc Sở Nội vụ tại Tờ trình số 12/TTr-SNV ngày 03 tháng 01 năm 2026.",
		},
		Body: `Điều 1. Thành lập Tổ công tác chuyển đổi số của thành phố (sau đây gọi là Tổ công tác) gồm các ông, bà có tên sau:
1. Ông Trần Văn Bình, Phó Chủ tịch Ủy ban nhân dân thành phố, Tổ trưởng;
2. Bà Lê Thị Hồng Hạnh, Giám đốc Sở Nội vụ, Tổ phó.
Điều 2. Tổ công tác có nhiệm vụ:
a) Giúp Chủ tịch Ủy ban nhân dân thành phố chỉ đạo, điều phối việc chuyển đổi số;
b) Báo cáo kết quả hằng quý.
Điều 3. Quyết định này có hiệu lực kể từ ngày ký.
Điều 4. Chánh Văn phòng Ủy ban nhân dân thành phố, Giám đốc Sở Nội vụ, Thủ trưởng các cơ quan, đơn vị liên quan và các ông, bà có tên tại Điều 1 chịu trách nhiệm thi hành Quyết định này./.`,
		Capacity:       []CapacityLine{{"TM.", "Ủy ban nhân dân"}, {"KT.", "Chủ tịch"}},
		SignerPosition: "Phó Chủ tịch", SignerName: "Trần Văn Bình",
		Receivers: []string{"Như Điều 4", "Thường trực Thành ủy", "Thường trực HĐND thành phố", "Các PCVP"}, FileUnit: "VX", Made: madeAt,
	}
}

func sampleSubmission() Document {
	return Document{
		Form: Named, TypeName: "Tờ trình", ParentAgency: "UBND tỉnh Nghệ An", Agency: "Sở Khoa học và Công nghệ", Notation: "TTr-SKHCN",
		Place: "Nghệ An", Subject: "Về việc phê duyệt Đề án nền tảng dữ liệu dùng chung của tỉnh giai đoạn 2026 - 2030",
		Addressees: []string{"Ủy ban nhân dân tỉnh Nghệ An"}, Urgency: VeryUrgent, Made: madeAt,
		LegalBases: []string{"Căn cứ Luật Giao dịch điện tử ngày 22 tháng 6 năm 2023"},
		Body: `I. SỰ CẦN THIẾT
Dữ liệu của các ngành hiện được thu thập nhiều lần, chưa thống nhất về định dạng.
II. KINH PHÍ DỰ KIẾN
Tổng kinh phí dự kiến theo từng năm như sau:
| STT | Nội dung | Đơn vị chủ trì | Kinh phí (triệu đồng) |
|:-:|---|---|--:|
| 1 | Xây dựng kho dữ liệu dùng chung cấp tỉnh, kết nối với nền tảng quốc gia | Sở Khoa học và Công nghệ | 12.500 |
| 2 | Đào tạo, tập huấn cán bộ, công chức cấp xã | Sở Nội vụ | 1.250 |
| 3 | **Tổng cộng** | | **13.750** |
Sở Khoa học và Công nghệ kính trình Ủy ban nhân dân tỉnh xem xét, quyết định./.`,
		SignerPosition: "Giám đốc", SignerName: "Phạm Quốc Việt", FileUnit: "CĐS",
		Annexes: []Annex{
			{Title: "Danh mục cơ sở dữ liệu dùng chung", Body: "1. Cơ sở dữ liệu dân cư\nKết nối qua nền tảng tích hợp, chia sẻ dữ liệu."},
			{Title: "Tiến độ thực hiện", Body: "| Quý | Việc |\n|---|---|\n| I/2026 | Khảo sát |", Landscape: true},
		},
	}
}

func sampleReport() Document {
	d := sampleSubmission()
	d.TypeName, d.Notation, d.Annexes, d.Urgency = "Báo cáo", "BC-SKHCN", nil, Ordinary
	d.Subject, d.Number, d.Date = "Kết quả thực hiện nhiệm vụ chuyển đổi số năm 2025", "128", time.Date(2026, 3, 12, 0, 0, 0, 0, time.UTC)
	d.LegalBases = nil
	return d
}

func sampleNotice() Document {
	return Document{
		Form: Named, TypeName: "Thông báo", ParentAgency: "UBND phường Vỹ Dạ", Agency: "Hội đồng tuyển dụng viên chức sự nghiệp giáo dục",
		Notation: "TB-HĐTD", Place: "Vỹ Dạ", Subject: "Kết luận của Chủ tịch Hội đồng tại cuộc họp ngày 02 tháng 01 năm 2026",
		Body:     "Hội đồng thông báo kết luận như sau:\n1. Thống nhất danh sách thí sinh đủ điều kiện dự tuyển.\n2. Giao Thư ký Hội đồng công bố danh sách./.",
		Capacity: []CapacityLine{{"TM.", "Hội đồng"}}, SignerPosition: "Chủ tịch", SignerOffice: "Phó Chủ tịch Ủy ban nhân dân phường",
		SignerName: "Hoàng Thị Ngọc Ánh", Receivers: []string{"Thành viên Hội đồng"}, Made: madeAt,
	}
}

func samplePlan() Document {
	d := sampleNotice()
	d.TypeName, d.Agency, d.ParentAgency, d.Notation, d.Urgency = "Kế hoạch", "Ủy ban nhân dân phường Vỹ Dạ", "", "KH-UBND", Urgent
	d.Subject = "Cải cách hành chính năm 2026"
	d.Body = "Phần I\nMục đích, yêu cầu\n1. Mục đích\nNâng cao chất lượng phục vụ người dân, doanh nghiệp.\nPhần II\nNhiệm vụ\n1. Kiểm tra công vụ\n" +
		"+ Kiểm tra định kỳ hằng quý;\n+ Kiểm tra đột xuất theo phản ánh./."
	d.Capacity, d.SignerPosition, d.SignerOffice = []CapacityLine{{"TM.", "Ủy ban nhân dân"}}, "Chủ tịch", ""
	return d
}

func sampleInvitation() Document {
	return Document{
		Form: Invitation, ParentAgency: "UBND thành phố Huế", Agency: "Sở Tư pháp", Notation: "GM-STP", Place: "Huế",
		Subject: "Họp góp ý dự thảo Quy chế làm việc", Addressees: []string{"Bà Lê Thị Hồng Hạnh, Giám đốc Sở Nội vụ", "Ông Trần Văn Bình, Chánh Thanh tra thành phố"},
		Meeting: Meeting{Event: "cuộc họp góp ý dự thảo Quy chế làm việc của Ủy ban nhân dân thành phố nhiệm kỳ 2026 - 2031.",
			Chair: "Ông Đặng Hữu Phước, Giám đốc Sở Tư pháp.", Time: "08 giờ 00, ngày 12 tháng 01 năm 2026 (thứ Hai).", Place: "Phòng họp số 2, trụ sở Sở Tư pháp."},
		Body:     "Đề nghị các đại biểu nghiên cứu trước tài liệu gửi kèm và tham dự đúng thành phần, thời gian nêu trên./.",
		Capacity: []CapacityLine{{"TL.", "Giám đốc"}}, SignerPosition: "Chánh Văn phòng", SignerName: "Vũ Đình Khôi",
		Receivers: []string{"Như thành phần mời", "Lãnh đạo Sở"}, FileUnit: "VP", Made: madeAt,
	}
}

var samples = []struct {
	name string
	make func() Document
}{
	{"letter", sampleLetter}, {"decision", sampleDecision}, {"submission", sampleSubmission}, {"report", sampleReport},
	{"notice", sampleNotice}, {"plan", samplePlan}, {"invitation", sampleInvitation},
}

func sampleBook(entries int) Book {
	b := Book{
		ParentAgency: "UBND thành phố Huế", Agency: "Sở Nội vụ", Title: "Sổ đăng ký văn bản đi", Year: 2026,
		From: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), To: time.Date(2026, 3, 31, 0, 0, 0, 0, time.UTC),
		FirstNumber: "01", LastNumber: FormatNumber(entries), Volume: "1", Columns: OutgoingColumns,
		PrintNote: "In từ hệ thống lúc 09 giờ 30 ngày 05/4/2026 bởi Nguyễn Thị Minh Khai", Made: madeAt,
	}
	for i := range entries {
		b.Entries = append(b.Entries, Entry{Cells: []string{FormatNumber(i+1) + "/SNV-VP", "05/01/2026",
			"Công văn về việc triển khai công tác văn thư, lưu trữ điện tử năm 2026 của các cơ quan, đơn vị", "Trần Văn Bình",
			"Các sở, ban, ngành\nUBND các phường, xã", "VP", "2", "05/01/2026"}, Void: i == 2})
	}
	return b
}
