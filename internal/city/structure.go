package city

import (
	"congvu/internal/org"
	"congvu/internal/store"
)

// Name is how the sample city is called on pages.
const Name = "Thành phố Hà Nội (dữ liệu mẫu)"

const cityName = "Ủy ban nhân dân thành phố Hà Nội"

// Password is the common password of the sample accounts, shown on the sign-in page of a demonstration only.
const Password = "Chào ngày mới 2026"

// unit is a part of an agency; abbr stands in the notation of its letters.
type unit struct {
	name, abbr, kind string
	id               org.UnitID
}

// post is a position in an agency: who may sign there has a certificate.
type post struct {
	login string // first part of the account's name
	title string
	rank  org.Rank
	kind  org.HoldingKind
	roles store.Roles
	unit  string // abbreviation, "" = none
	signs bool
	idle  bool // his account is locked or he is away: he does nothing in the quarter

	name    string
	person  org.PersonID
	holding org.HoldingID
	actor   store.Actor
}

// agency is a sample agency, filled while the city is founded.
type agency struct {
	code, name, short, abbr, slug string
	level                         org.Level
	seat, address                 string
	collective                    string // printed after TM.; "" = run by its head
	headTitle                     string
	field                         string // whose business: matters of this field; "" = all
	parent                        int    // index, -1 = none
	units                         []unit
	posts                         []post

	id org.AgencyID
}

func (a *agency) post(login string) *post {
	for i := range a.posts {
		if a.posts[i].login == login {
			return &a.posts[i]
		}
	}
	panic("city: " + a.name + " has no " + login)
}

func (a *agency) head() *post  { return &a.posts[0] }
func (a *agency) clerk() *post { return a.post("vanthu") }

func (a *agency) unit(abbr string) *unit {
	for i := range a.units {
		if a.units[i].abbr == abbr {
			return &a.units[i]
		}
	}
	return &unit{}
}

// proposer is the unit that proposes decisions of the agency.
func (a *agency) proposer() string { return "Trưởng " + lower(a.units[1].name) }

const (
	theCity = iota // places of the first agencies in the list
	theOffice
)

// structure lists the sample agencies: the city, its office, six departments, four wards and three communes.
func structure() []agency {
	all := []agency{{code: "H26", name: cityName, short: "UBND Thành phố", abbr: "UBND", slug: "ubndthanhpho", level: org.City, seat: "Hà Nội",
		address: "Số 1 phố Quảng Trường, Hà Nội (dữ liệu mẫu)", collective: "Ủy ban nhân dân", headTitle: "Chủ tịch", parent: -1,
		units: []unit{{"Văn phòng", "VP", "văn phòng", 0}, {"Phòng Nội chính - Tổng hợp", "NC", "phòng", 0}, {"Phòng Khoa giáo - Văn xã", "VX", "phòng", 0}, {"Phòng Kinh tế - Đô thị", "KT", "phòng", 0}},
		posts: []post{
			{login: "chutich", title: "Chủ tịch", rank: org.RankHead, roles: store.Head | store.Leader, signs: true},
			{login: "phochutich", title: "Phó Chủ tịch", rank: org.RankDeputy, roles: store.Leader, signs: true},
			{login: "phochutich2", title: "Phó Chủ tịch", rank: org.RankDeputy, roles: store.Leader, signs: true},
			{login: "troly", title: "Thư ký Chủ tịch", rank: org.RankStaff, roles: store.Assistant | store.Specialist, unit: "VP"},
			{login: "truongphong", title: "Trưởng phòng", rank: org.RankUnitHead, roles: store.UnitHead, unit: "NC"},
			{login: "truongphong2", title: "Trưởng phòng", rank: org.RankUnitHead, roles: store.UnitHead, unit: "VX"},
			{login: "chuyenvien1", title: "Chuyên viên", rank: org.RankStaff, roles: store.Specialist, unit: "NC"},
			{login: "chuyenvien2", title: "Chuyên viên chính", rank: org.RankStaff, roles: store.Specialist, unit: "NC"},
			{login: "chuyenvien3", title: "Chuyên viên", rank: org.RankStaff, roles: store.Specialist, unit: "VX"},
			{login: "vanthu", title: "Văn thư", rank: org.RankStaff, roles: store.Clerk | store.Archivist, unit: "VP"},
			{login: "quantri", title: "Chuyên viên công nghệ thông tin", rank: org.RankStaff, roles: store.AgencyAdmin | store.Specialist, unit: "VP"},
		}}}
	office := department("H26.01", "Văn phòng "+cityName, "Văn phòng UBND Thành phố", "VP", "vanphongubnd", "", "Chánh Văn phòng", "Phó Chánh Văn phòng",
		unit{"Phòng Hành chính - Tổ chức", "HC", "phòng", 0}, unit{"Phòng Kiểm soát thủ tục hành chính", "KSTT", "phòng", 0}, unit{"Ban Tiếp công dân", "TCD", "ban", 0})
	office.post("truongphonghc").title = "Trưởng phòng"
	office.post("quantri").title = "Quản trị hệ thống"
	office.post("quantri").roles |= store.SystemAdmin
	all = append(all, office)
	for _, d := range []struct {
		code, name, abbr, slug, field string
		a, b                          unit
	}{
		{"H26.02", "Sở Nội vụ", "SNV", "sonoivu", "NV", unit{"Phòng Cải cách hành chính", "CCHC", "phòng", 0}, unit{"Phòng Công chức, viên chức", "CCVC", "phòng", 0}},
		{"H26.03", "Sở Tài chính", "STC", "sotaichinh", "TC", unit{"Phòng Quản lý ngân sách", "QLNS", "phòng", 0}, unit{"Phòng Đầu tư và Quản lý công sản", "ĐTCS", "phòng", 0}},
		{"H26.04", "Sở Xây dựng", "SXD", "soxaydung", "XD", unit{"Phòng Quản lý xây dựng", "QLXD", "phòng", 0}, unit{"Phòng Quản lý giao thông", "QLGT", "phòng", 0}},
		{"H26.05", "Sở Khoa học và Công nghệ", "SKHCN", "sokhcn", "KC", unit{"Phòng Chuyển đổi số", "CĐS", "phòng", 0}, unit{"Phòng Quản lý khoa học", "QLKH", "phòng", 0}},
		{"H26.06", "Sở Nông nghiệp và Môi trường", "SNNMT", "sonnmt", "NM", unit{"Phòng Quản lý đất đai", "QLĐĐ", "phòng", 0}, unit{"Phòng Trồng trọt và Chăn nuôi", "TTCN", "phòng", 0}},
		{"H26.07", "Sở Y tế", "SYT", "soyte", "YT", unit{"Phòng Nghiệp vụ y", "NVY", "phòng", 0}, unit{"Phòng Dân số - Trẻ em", "DSTE", "phòng", 0}},
	} {
		all = append(all, department(d.code, d.name, d.name, d.abbr, d.slug, d.field, "Giám đốc", "Phó Giám đốc", unit{"Văn phòng Sở", "VP", "văn phòng", 0}, d.a, d.b))
	}
	for i, c := range []struct{ kind, name, slug string }{{"phường", "Hoàn Kiếm", "hoankiem"}, {"phường", "Cầu Giấy", "caugiay"}, {"phường", "Hà Đông", "hadong"}, {"phường", "Long Biên", "longbien"},
		{"xã", "Sóc Sơn", "socson"}, {"xã", "Gia Lâm", "gialam"}, {"xã", "Ba Vì", "bavi"}} {
		all = append(all, commune("H26."+string(rune('1'+i/4))+string(rune('1'+i%4)), c.kind, c.name, c.slug))
	}
	acting := all[len(all)-1].head()
	acting.title, acting.kind = "Quyền Chủ tịch", org.Acting
	return all
}

// department is an agency run by its head: a sở, or the office.
func department(code, name, short, abbr, slug, field, head, deputy string, office, a, b unit) agency {
	chief := post{login: "chanhvanphong", title: "Chánh Văn phòng", rank: org.RankUnitHead, roles: store.UnitHead, unit: office.abbr, signs: true}
	first, second := "giamdoc", "phogiamdoc"
	if head != "Giám đốc" {
		chief.login, first, second = "truongphonghc", "chanhvanphong", "phochanhvanphong"
	}
	return agency{code: code, name: name, short: short, abbr: abbr, slug: slug, field: field, level: org.Department, seat: "Hà Nội", headTitle: head,
		address: "Khu liên cơ quan, Hà Nội (dữ liệu mẫu)", units: []unit{office, a, b}, posts: []post{
			{login: first, title: head, rank: org.RankHead, roles: store.Head | store.Leader, signs: true},
			{login: second, title: deputy, rank: org.RankDeputy, roles: store.Leader, signs: true},
			chief,
			{login: "truongphong", title: "Trưởng phòng", rank: org.RankUnitHead, roles: store.UnitHead, unit: a.abbr, signs: true},
			{login: "chuyenvien1", title: "Chuyên viên", rank: org.RankStaff, roles: store.Specialist, unit: a.abbr},
			{login: "chuyenvien2", title: "Chuyên viên chính", rank: org.RankStaff, roles: store.Specialist, unit: a.abbr},
			{login: "vanthu", title: "Văn thư", rank: org.RankStaff, roles: store.Clerk | store.Archivist, unit: office.abbr},
			{login: "quantri", title: "Chuyên viên công nghệ thông tin", rank: org.RankStaff, roles: store.AgencyAdmin | store.Specialist, unit: office.abbr},
		}}
}

// commune is a ward or a commune: a people's committee.
func commune(code, kind, name, slug string) agency {
	economy := unit{"Phòng Kinh tế", "KT", "phòng", 0}
	plain := "xa"
	if kind == "phường" {
		economy, plain = unit{"Phòng Kinh tế, Hạ tầng và Đô thị", "KTHTĐT", "phòng", 0}, "phuong"
	}
	return agency{code: code, name: "Ủy ban nhân dân " + kind + " " + name, short: "UBND " + kind + " " + name, abbr: "UBND", slug: plain + slug, level: org.Commune,
		seat: name, address: "Trụ sở " + kind + " " + name + ", Hà Nội (dữ liệu mẫu)", collective: "Ủy ban nhân dân", headTitle: "Chủ tịch",
		units: []unit{{"Văn phòng Hội đồng nhân dân và Ủy ban nhân dân", "VP", "văn phòng", 0}, economy, {"Phòng Văn hóa - Xã hội", "VHXH", "phòng", 0},
			{"Trung tâm Phục vụ hành chính công", "PVHCC", "trung tâm", 0}},
		posts: []post{
			{login: "chutich", title: "Chủ tịch", rank: org.RankHead, roles: store.Head | store.Leader, signs: true},
			{login: "phochutich", title: "Phó Chủ tịch", rank: org.RankDeputy, roles: store.Leader, signs: true},
			{login: "truongphong", title: "Trưởng phòng", rank: org.RankUnitHead, roles: store.UnitHead, unit: economy.abbr},
			{login: "chuyenvien1", title: "Công chức địa chính - xây dựng", rank: org.RankStaff, roles: store.Specialist, unit: economy.abbr},
			{login: "chuyenvien2", title: "Công chức văn hóa - xã hội", rank: org.RankStaff, roles: store.Specialist, unit: "VHXH"},
			{login: "vanthu", title: "Văn thư - lưu trữ", rank: org.RankStaff, roles: store.Clerk | store.Archivist, unit: "VP"},
			{login: "quantri", title: "Công chức văn phòng - thống kê", rank: org.RankStaff, roles: store.AgencyAdmin | store.Specialist, unit: "VP"},
		}}
}
