package city

import "strings"

// cityAgency is an agency of the city's level: its names, what its leaders are called, whose business it has, and its own units.
type cityAgency struct {
	name, short, abbr, slug, field string
	titles, logins                 [2]string // of the head and the deputies
	own                            []string  // names of units; the office and others stand in every agency
}

var (
	chairs    = struct{ titles, logins [2]string }{[2]string{"Chủ tịch", "Phó Chủ tịch"}, [2]string{"chutich", "phochutich"}}
	directors = struct{ titles, logins [2]string }{[2]string{"Giám đốc", "Phó Giám đốc"}, [2]string{"giamdoc", "phogiamdoc"}}
)

// directed is a department run by a director.
func directed(name, abbr, slug, field string, own ...string) cityAgency {
	return cityAgency{name, name, abbr, slug, field, directors.titles, directors.logins, own}
}

// led is an agency of the city's level whose head is called something else.
func led(name, abbr, slug, field, head, deputy, headLogin, deputyLogin string, own ...string) cityAgency {
	return cityAgency{name, name, abbr, slug, field, [2]string{head, deputy}, [2]string{headLogin, deputyLogin}, own}
}

var (
	theCommittee = cityAgency{cityName, "UBND Thành phố", "UBND", "ubndthanhpho", "", chairs.titles, chairs.logins, []string{"Văn phòng", "Phòng Nội chính - Tổng hợp", "Phòng Khoa giáo - Văn xã",
		"Phòng Kinh tế - Tổng hợp", "Phòng Đô thị - Hạ tầng", "Phòng Nông nghiệp - Nông thôn", "Phòng Quan hệ đối ngoại", "Ban Thư ký - Biên tập"}}
	theCityOffice = cityAgency{"Văn phòng " + cityName, "Văn phòng UBND Thành phố", "VP", "vanphongubnd", "", [2]string{"Chánh Văn phòng", "Phó Chánh Văn phòng"}, [2]string{"chanhvanphong", "phochanhvanphong"},
		[]string{"Phòng Hành chính - Tổ chức", "Phòng Kiểm soát thủ tục hành chính", "Ban Tiếp công dân", "Phòng Quản trị - Tài vụ", "Phòng Theo dõi nhiệm vụ", "Trung tâm Tin học - Công báo", "Phòng Khách tiết", "Đội xe"}}
)

// cityAgencies are the agencies of the city's level (C4.1, C5.3), the committee and its office first.
var cityAgencies = map[string][]cityAgency{
	ThreeLevels: {theCommittee, theCityOffice,
		directed("Sở Nội vụ", "SNV", "sonoivu", "NV", "Phòng Cải cách hành chính", "Phòng Công chức viên chức", "Phòng Tổ chức bộ máy", "Phòng Xây dựng chính quyền", "Phòng Văn thư lưu trữ"),
		directed("Sở Tư pháp", "STP", "sotuphap", "NV", "Phòng Xây dựng văn bản", "Phòng Phổ biến pháp luật", "Phòng Hộ tịch quốc tịch", "Phòng Bổ trợ tư pháp", "Phòng Kiểm tra văn bản"),
		directed("Sở Kế hoạch và Đầu tư", "SKHĐT", "sokhdt", "TC", "Phòng Tổng hợp quy hoạch", "Phòng Đăng ký kinh doanh", "Phòng Thẩm định dự án", "Phòng Đấu thầu", "Phòng Kinh tế đối ngoại"),
		directed("Sở Tài chính", "STC", "sotaichinh", "TC", "Phòng Quản lý ngân sách", "Phòng Quản lý công sản", "Phòng Quản lý giá", "Phòng Tài chính đầu tư", "Phòng Tài chính hành chính sự nghiệp"),
		directed("Sở Công Thương", "SCT", "socongthuong", "TC", "Phòng Quản lý thương mại", "Phòng Quản lý công nghiệp", "Phòng Quản lý năng lượng", "Phòng Kỹ thuật an toàn", "Phòng Thương mại điện tử"),
		directed("Sở Nông nghiệp và Phát triển nông thôn", "SNNPTNT", "sonnptnt", "NM", "Phòng Trồng trọt", "Phòng Chăn nuôi và Thú y", "Phòng Quản lý thủy lợi", "Phòng Phát triển nông thôn", "Phòng Quản lý đê điều"),
		directed("Sở Giao thông vận tải", "SGTVT", "sogtvt", "XD", "Phòng Quản lý kết cấu hạ tầng", "Phòng Quản lý vận tải", "Phòng Quản lý phương tiện", "Phòng An toàn giao thông", "Phòng Thẩm định công trình"),
		directed("Sở Xây dựng", "SXD", "soxaydung", "XD", "Phòng Quản lý xây dựng", "Phòng Quản lý nhà ở", "Phòng Hạ tầng kỹ thuật", "Phòng Cấp phép xây dựng", "Phòng Kinh tế xây dựng"),
		directed("Sở Tài nguyên và Môi trường", "STNMT", "sotnmt", "NM", "Phòng Quản lý đất đai", "Phòng Quản lý môi trường", "Phòng Đo đạc bản đồ", "Phòng Khoáng sản và Nước", "Phòng Kinh tế đất"),
		directed("Sở Thông tin và Truyền thông", "STTTT", "sotttt", "KC", "Phòng Chuyển đổi số", "Phòng Báo chí xuất bản", "Phòng Bưu chính viễn thông", "Phòng An toàn thông tin", "Phòng Công nghiệp số"),
		directed("Sở Lao động - Thương binh và Xã hội", "SLĐTBXH", "soldtbxh", "YT", "Phòng Người có công", "Phòng Việc làm an toàn lao động", "Phòng Bảo trợ xã hội", "Phòng Giáo dục nghề nghiệp", "Phòng Trẻ em"),
		directed("Sở Văn hóa và Thể thao", "SVHTT", "sovhtt", "", "Phòng Quản lý văn hóa", "Phòng Quản lý di sản", "Phòng Quản lý thể dục thể thao", "Phòng Nếp sống văn hóa", "Phòng Nghệ thuật"),
		directed("Sở Du lịch", "SDL", "sodulich", "", "Phòng Quản lý lữ hành", "Phòng Quản lý cơ sở lưu trú", "Phòng Phát triển tài nguyên du lịch", "Phòng Xúc tiến du lịch", "Phòng Thông tin du lịch"),
		directed("Sở Khoa học và Công nghệ", "SKHCN", "sokhcn", "KC", "Phòng Quản lý khoa học", "Phòng Quản lý công nghệ", "Phòng Sở hữu trí tuệ", "Phòng Tiêu chuẩn đo lường", "Phòng An toàn bức xạ"),
		directed("Sở Giáo dục và Đào tạo", "SGDĐT", "sogddt", "", "Phòng Giáo dục phổ thông", "Phòng Giáo dục mầm non", "Phòng Giáo dục thường xuyên", "Phòng Quản lý thi", "Phòng Chính trị tư tưởng"),
		directed("Sở Y tế", "SYT", "soyte", "YT", "Phòng Nghiệp vụ y", "Phòng Nghiệp vụ dược", "Phòng Quản lý hành nghề", "Phòng Dân số", "Phòng Bảo hiểm y tế"),
		directed("Sở Quy hoạch - Kiến trúc", "SQHKT", "soqhkt", "XD", "Phòng Quy hoạch trung tâm", "Phòng Quy hoạch ngoại thành", "Phòng Quy hoạch hạ tầng", "Phòng Quản lý kiến trúc", "Phòng Dữ liệu quy hoạch"),
		directed("Sở Ngoại vụ", "SNgV", "songoaivu", "", "Phòng Lễ tân", "Phòng Lãnh sự", "Phòng Hợp tác quốc tế", "Phòng Người Việt Nam ở nước ngoài", "Phòng Thông tin đối ngoại"),
		led("Thanh tra Thành phố", "TTTP", "thanhtra", "NV", "Chánh Thanh tra", "Phó Chánh Thanh tra", "chanhthanhtra", "phochanhthanhtra", "Phòng Thanh tra kinh tế", "Phòng Thanh tra nội chính", "Phòng Giải quyết khiếu nại", "Phòng Phòng chống tham nhũng", "Phòng Xử lý sau thanh tra"),
		led("Ban Dân tộc", "BDT", "bandantoc", "", "Trưởng ban", "Phó Trưởng ban", "truongban", "photruongban", "Phòng Chính sách dân tộc", "Phòng Tuyên truyền địa bàn", "Phòng Kế hoạch tổng hợp", "Phòng Dự án", "Phòng Nghiệp vụ dân tộc"),
		led("Ban Quản lý các khu công nghiệp và chế xuất", "BQLKCN", "banqlkcn", "TC", "Trưởng ban", "Phó Trưởng ban", "truongban", "photruongban", "Phòng Quản lý đầu tư", "Phòng Quản lý doanh nghiệp", "Phòng Quản lý lao động", "Phòng Quy hoạch môi trường", "Phòng Hỗ trợ đầu tư"),
		led("Viện Nghiên cứu phát triển kinh tế - xã hội", "VNCPT", "viennghiencuu", "", "Viện trưởng", "Phó Viện trưởng", "vientruong", "phovientruong", "Phòng Nghiên cứu kinh tế", "Phòng Nghiên cứu xã hội", "Phòng Nghiên cứu đô thị", "Phòng Thông tin dự báo", "Phòng Quản lý khoa học"),
	},
	TwoLevels: {theCommittee, theCityOffice,
		directed("Sở Nội vụ", "SNV", "sonoivu", "NV", "Phòng Cải cách hành chính", "Phòng Công chức viên chức", "Phòng Chính quyền địa phương", "Phòng Người có công", "Phòng Việc làm an toàn lao động"),
		directed("Sở Tư pháp", "STP", "sotuphap", "NV", "Phòng Xây dựng văn bản", "Phòng Phổ biến pháp luật", "Phòng Hộ tịch quốc tịch", "Phòng Bổ trợ tư pháp", "Phòng Kiểm tra văn bản"),
		directed("Sở Tài chính", "STC", "sotaichinh", "TC", "Phòng Quản lý ngân sách", "Phòng Đầu tư và Quản lý công sản", "Phòng Đăng ký kinh doanh", "Phòng Thẩm định dự án", "Phòng Quản lý giá"),
		directed("Sở Công Thương", "SCT", "socongthuong", "TC", "Phòng Quản lý thương mại", "Phòng Quản lý công nghiệp", "Phòng Quản lý năng lượng", "Phòng Kỹ thuật an toàn", "Phòng Thương mại điện tử"),
		directed("Sở Nông nghiệp và Môi trường", "SNNMT", "sonnmt", "NM", "Phòng Quản lý đất đai", "Phòng Trồng trọt và Chăn nuôi", "Phòng Quản lý môi trường", "Phòng Quản lý thủy lợi", "Phòng Phát triển nông thôn"),
		directed("Sở Xây dựng", "SXD", "soxaydung", "XD", "Phòng Quản lý xây dựng", "Phòng Quản lý giao thông", "Phòng Quản lý nhà ở", "Phòng Quản lý vận tải", "Phòng Hạ tầng kỹ thuật"),
		directed("Sở Khoa học và Công nghệ", "SKHCN", "sokhcn", "KC", "Phòng Chuyển đổi số", "Phòng Quản lý khoa học", "Phòng Bưu chính viễn thông", "Phòng Sở hữu trí tuệ", "Phòng An toàn thông tin"),
		directed("Sở Văn hóa và Thể thao", "SVHTT", "sovhtt", "", "Phòng Quản lý văn hóa", "Phòng Quản lý di sản", "Phòng Quản lý thể dục thể thao", "Phòng Báo chí xuất bản", "Phòng Nghệ thuật"),
		directed("Sở Du lịch", "SDL", "sodulich", "", "Phòng Quản lý lữ hành", "Phòng Quản lý cơ sở lưu trú", "Phòng Phát triển tài nguyên du lịch", "Phòng Xúc tiến du lịch", "Phòng Thông tin du lịch"),
		directed("Sở Giáo dục và Đào tạo", "SGDĐT", "sogddt", "", "Phòng Giáo dục phổ thông", "Phòng Giáo dục mầm non", "Phòng Giáo dục nghề nghiệp", "Phòng Quản lý thi", "Phòng Chính trị tư tưởng"),
		directed("Sở Y tế", "SYT", "soyte", "YT", "Phòng Nghiệp vụ y", "Phòng Nghiệp vụ dược", "Phòng Dân số - Trẻ em", "Phòng Bảo trợ xã hội", "Phòng Quản lý hành nghề"),
		directed("Sở Quy hoạch - Kiến trúc", "SQHKT", "soqhkt", "XD", "Phòng Quy hoạch trung tâm", "Phòng Quy hoạch ngoại thành", "Phòng Quy hoạch hạ tầng", "Phòng Quản lý kiến trúc", "Phòng Dữ liệu quy hoạch"),
		directed("Sở Dân tộc và Tôn giáo", "SDTTG", "sodttg", "NV", "Phòng Chính sách dân tộc", "Phòng Công tác tôn giáo", "Phòng Tuyên truyền địa bàn", "Phòng Nghiệp vụ tôn giáo", "Phòng Dự án"),
		directed("Sở Ngoại vụ", "SNgV", "songoaivu", "", "Phòng Lễ tân", "Phòng Lãnh sự", "Phòng Hợp tác quốc tế", "Phòng Người Việt Nam ở nước ngoài", "Phòng Thông tin đối ngoại"),
		led("Thanh tra Thành phố", "TTTP", "thanhtra", "NV", "Chánh Thanh tra", "Phó Chánh Thanh tra", "chanhthanhtra", "phochanhthanhtra", "Phòng Thanh tra kinh tế", "Phòng Thanh tra nội chính", "Phòng Giải quyết khiếu nại", "Phòng Phòng chống tham nhũng", "Phòng Xử lý sau thanh tra"),
		led("Ban Quản lý các khu công nghệ cao và khu công nghiệp", "BQLKCN", "banqlkcn", "TC", "Trưởng ban", "Phó Trưởng ban", "truongban", "photruongban", "Phòng Quản lý đầu tư", "Phòng Quản lý doanh nghiệp", "Phòng Quản lý lao động", "Phòng Quy hoạch môi trường", "Phòng Hỗ trợ đầu tư"),
		led("Trung tâm Phục vụ hành chính công Thành phố", "TTPVHCC", "ttpvhcc", "KC", "Giám đốc", "Phó Giám đốc", "giamdoc", "phogiamdoc", "Phòng Tiếp nhận trả kết quả", "Phòng Giám sát chất lượng", "Phòng Quản lý chi nhánh", "Phòng Công nghệ số", "Phòng Hỗ trợ công dân"),
		led("Viện Nghiên cứu phát triển kinh tế - xã hội", "VNCPT", "viennghiencuu", "", "Viện trưởng", "Phó Viện trưởng", "vientruong", "phovientruong", "Phòng Nghiên cứu kinh tế", "Phòng Nghiên cứu xã hội", "Phòng Nghiên cứu đô thị", "Phòng Thông tin dự báo", "Phòng Quản lý khoa học"),
	},
}

// units lists the agency's units: a department's own ones stand between its office and what every department has.
func (c cityAgency) units() []unit {
	if len(c.own) >= 8 {
		return unitsOf(c.own...)
	}
	return unitsOf(append(append([]string{"Văn phòng"}, c.own...), "Phòng Kế hoạch - Tài chính", "Phòng Tổ chức cán bộ")...)
}

// unitTitles are the titles of head and deputy by what a unit is.
var unitTitles = map[string][2]string{
	"văn phòng": {"Chánh Văn phòng", "Phó Chánh Văn phòng"}, "phòng": {"Trưởng phòng", "Phó Trưởng phòng"}, "ban": {"Trưởng ban", "Phó Trưởng ban"},
	"thanh tra": {"Chánh Thanh tra", "Phó Chánh Thanh tra"}, "trung tâm": {"Giám đốc Trung tâm", "Phó Giám đốc Trung tâm"}, "bộ phận": {"Trưởng bộ phận", "Phó Trưởng bộ phận"},
	"đội": {"Đội trưởng", "Phó Đội trưởng"},
}

// unitsOf makes units of their names: what a unit is stands first in its name; no two of an agency are abbreviated alike.
func unitsOf(names ...string) (out []unit) {
	used := map[string]bool{}
	for _, name := range names {
		u := unit{name: name, abbr: initials(name), kind: "bộ phận"}
		for _, kind := range []string{"văn phòng", "phòng", "ban", "thanh tra", "trung tâm", "đội"} {
			if strings.HasPrefix(strings.ToLower(name)+" ", kind+" ") {
				u.kind = kind
			}
		}
		if u.kind == "văn phòng" {
			u.abbr = "VP"
		}
		for used[u.abbr] {
			u.abbr += "2"
		}
		used[u.abbr] = true
		out = append(out, u)
	}
	return out
}

// district is one of the thirty districts of 2023 with the number of its wards, communes and towns.
type district struct {
	kind, name string
	communes   int
}

var districts = []district{
	{"quận", "Ba Đình", 14}, {"quận", "Hoàn Kiếm", 18}, {"quận", "Tây Hồ", 8}, {"quận", "Long Biên", 14}, {"quận", "Cầu Giấy", 8}, {"quận", "Đống Đa", 21}, {"quận", "Hai Bà Trưng", 18},
	{"quận", "Hoàng Mai", 14}, {"quận", "Thanh Xuân", 11}, {"huyện", "Sóc Sơn", 26}, {"huyện", "Đông Anh", 24}, {"huyện", "Gia Lâm", 22}, {"quận", "Nam Từ Liêm", 10}, {"huyện", "Thanh Trì", 16},
	{"quận", "Bắc Từ Liêm", 13}, {"huyện", "Mê Linh", 18}, {"quận", "Hà Đông", 17}, {"thị xã", "Sơn Tây", 15}, {"huyện", "Ba Vì", 31}, {"huyện", "Phúc Thọ", 21}, {"huyện", "Đan Phượng", 16},
	{"huyện", "Hoài Đức", 20}, {"huyện", "Quốc Oai", 21}, {"huyện", "Thạch Thất", 23}, {"huyện", "Chương Mỹ", 32}, {"huyện", "Thanh Oai", 21}, {"huyện", "Thường Tín", 29}, {"huyện", "Phú Xuyên", 27},
	{"huyện", "Ứng Hòa", 29}, {"huyện", "Mỹ Đức", 22},
}

// partKind is what the district's part number i is: wards in a quận, communes and one town in a huyện, wards and communes in a thị xã.
func (d district) partKind(i int) string {
	switch {
	case d.kind == "quận", d.kind == "thị xã" && i < 9:
		return "phường"
	case d.kind == "huyện" && i == 0:
		return "thị trấn"
	}
	return "xã"
}

func districtUnits(kind string) []unit {
	names := []string{"Văn phòng Hội đồng nhân dân và Ủy ban nhân dân", "Phòng Nội vụ", "Phòng Tài chính - Kế hoạch", "Phòng Tài nguyên và Môi trường", "Phòng Quản lý đô thị", "Phòng Tư pháp",
		"Phòng Lao động - Thương binh và Xã hội", "Phòng Văn hóa và Thông tin", "Phòng Giáo dục và Đào tạo", "Phòng Y tế", "Phòng Kinh tế", "Thanh tra", "Đội Quản lý trật tự xây dựng đô thị"}
	if kind == "huyện" {
		names[10], names[12] = "Phòng Kinh tế và Hạ tầng", "Ban Quản lý dự án đầu tư xây dựng"
	}
	return unitsOf(names...)
}

// communeUnits: before 2025 a commune's officials work by field; since then it has offices of its own (C5.2).
func communeUnits(profile, kind string) []unit {
	if profile == ThreeLevels {
		fields := unitsOf("Văn phòng - Thống kê", "Địa chính - Xây dựng - Môi trường", "Văn hóa - Xã hội", "Tư pháp - Hộ tịch")
		for i := range fields {
			fields[i].kind = "bộ phận"
		}
		return fields
	}
	economy := "Phòng Kinh tế"
	if kind == "phường" {
		economy = "Phòng Kinh tế, Hạ tầng và Đô thị"
	}
	return unitsOf("Văn phòng Hội đồng nhân dân và Ủy ban nhân dân", economy, "Phòng Văn hóa - Xã hội", "Trung tâm Phục vụ hành chính công")
}

var communeTitles = []string{"Công chức địa chính - xây dựng", "Công chức văn hóa - xã hội", "Công chức tư pháp - hộ tịch", "Công chức văn phòng - thống kê", "Công chức tài chính - kế toán", "Chuyên viên"}
