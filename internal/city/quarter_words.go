package city

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"unicode"

	"congvu/internal/calendar"
	"congvu/internal/i18n"

	"golang.org/x/text/unicode/norm"
)

// Parts of subjects: what a matter is about this time. Figures are invented.
var (
	quarterFields = []string{"giáo dục mầm non", "trật tự đô thị", "thu gom rác thải sinh hoạt", "chợ dân sinh", "nhà văn hóa tổ dân phố", "cấp nước sạch nông thôn", "chiếu sáng công cộng", "quản lý đất công",
		"an sinh xã hội", "phòng cháy, chữa cháy khu dân cư", "di tích lịch sử", "hộ kinh doanh", "nhà ở xã hội", "giao thông tĩnh", "người có công", "làng nghề", "trường học công lập", "y tế cơ sở",
		"cây xanh, thảm cỏ", "thoát nước", "công viên, vườn hoa", "lễ hội", "du lịch cộng đồng", "nông nghiệp công nghệ cao", "dịch vụ công trực tuyến", "số hóa hồ sơ", "hòa giải cơ sở", "bảo hiểm y tế", "dạy nghề lao động nông thôn", "quỹ đất tái định cư"}
	quarterPlaces = []string{"tuyến đường ven sông", "khu tập thể cũ", "cụm công nghiệp làng nghề", "các điểm trường lẻ", "khu đô thị mới", "vùng bãi ngoài đê", "các thôn, tổ dân phố", "các chợ hạng 2, hạng 3",
		"nhà chung cư cao tầng", "trục đường liên xã", "vùng rau an toàn", "các trạm y tế", "bộ phận một cửa", "các dự án chậm triển khai", "khu vực vành đai", "các nút giao thông trọng điểm"}
	quarterTails = []func(r *rand.Rand, d calendar.Date) string{
		func(r *rand.Rand, d calendar.Date) string {
			return fmt.Sprintf("tháng %d năm %d tại %s", d.Month(), d.Year(), pick(r, quarterPlaces))
		},
		func(r *rand.Rand, d calendar.Date) string {
			return fmt.Sprintf("đối với lĩnh vực %s", pick(r, quarterFields))
		},
		func(r *rand.Rand, d calendar.Date) string {
			return fmt.Sprintf("theo Kế hoạch số %d/KH-UBND", 3+r.IntN(396))
		},
		func(r *rand.Rand, d calendar.Date) string {
			return fmt.Sprintf("theo Thông báo kết luận số %d/TB-UBND", 5+r.IntN(590))
		},
		func(r *rand.Rand, d calendar.Date) string {
			return fmt.Sprintf("đợt %d năm %d (lĩnh vực %s)", 1+r.IntN(6), d.Year(), pick(r, quarterFields))
		},
		func(r *rand.Rand, d calendar.Date) string {
			return fmt.Sprintf("tuần %d năm %d đối với %s", (int(d.Month())-1)*4+1+d.Day()/8, d.Year(), pick(r, quarterPlaces))
		},
		func(r *rand.Rand, d calendar.Date) string {
			return fmt.Sprintf("giai đoạn %d - %d, lĩnh vực %s", d.Year()-r.IntN(3), d.Year()+1+r.IntN(4), pick(r, quarterFields))
		},
		func(r *rand.Rand, d calendar.Date) string {
			return fmt.Sprintf("theo đề nghị tại Văn bản số %d", 100+r.IntN(4900))
		},
	}
	citizenCases = []string{"Đơn kiến nghị về việc ngập úng ngõ %d", "Đơn đề nghị cấp giấy chứng nhận quyền sử dụng đất thửa số %d", "Đơn phản ánh tiếng ồn tại số nhà %d", "Đơn khiếu nại mức bồi thường hộ số %d",
		"Đơn xin xác nhận tình trạng nhà ở số %d", "Đơn đề nghị hỗ trợ học phí, hồ sơ số %d", "Đơn kiến nghị xử lý công trình không phép số %d", "Đơn đề nghị tách thửa số %d"}
	outsideSubjects = []string{"V/v phối hợp cung cấp số liệu %s", "V/v đề nghị tham gia ý kiến dự thảo quy định về %s", "V/v hướng dẫn thực hiện chính sách %s", "V/v tổ chức kiểm tra liên ngành về %s",
		"V/v báo cáo kết quả thực hiện nhiệm vụ %s", "V/v đề nghị giải quyết vướng mắc về %s", "V/v mời dự hội thảo về %s", "V/v thông báo kết quả thẩm định hồ sơ %s", "V/v đề nghị thanh toán khối lượng hoàn thành gói thầu %s", "V/v xin gia hạn thời gian thực hiện dự án %s"}
)

// outsideSenders are kinds of senders outside of the city; {n} and {p} become a number and a province.
var outsideSenders = []struct{ name, notation, signer, position string }{
	{"Bộ Nội vụ", "BNV-CCHC", "Đặng Hữu Nghĩa", "Thứ trưởng"}, {"Bộ Tài chính", "BTC-NSNN", "Lương Quốc Thịnh", "Thứ trưởng"}, {"Bộ Xây dựng", "BXD-QLN", "Trịnh Bá Kiên", "Thứ trưởng"},
	{"Bộ Y tế", "BYT-KCB", "Khổng Thị Diệu", "Thứ trưởng"}, {"Bộ Khoa học và Công nghệ", "BKHCN-CĐS", "Quách Minh Đạo", "Thứ trưởng"}, {"Bộ Giáo dục và Đào tạo", "BGDĐT-GDPT", "Nông Văn Hưng", "Thứ trưởng"},
	{"Văn phòng Chính phủ", "VPCP-KSTT", "Doãn Đức Toàn", "Phó Chủ nhiệm"}, {"Thanh tra Chính phủ", "TTCP-VP", "Cao Bá Quyết", "Phó Tổng Thanh tra"}, {"Kho bạc Nhà nước khu vực", "KBNN-KTNN", "Từ Thị Vân", "Phó Giám đốc"},
	{"Ủy ban nhân dân tỉnh {p}", "UBND-TH", "Vương Đình Hải", "Phó Chủ tịch"}, {"Sở Tài chính tỉnh {p}", "STC-QLNS", "Chu Thị Huệ", "Phó Giám đốc"}, {"Sở Xây dựng tỉnh {p}", "SXD-QLXD", "Lưu Công Sơn", "Phó Giám đốc"},
	{"Công ty cổ phần Đầu tư Sông Nhuệ {n} (mẫu)", "SN-KH", "Tạ Đình Khải", "Giám đốc"}, {"Công ty TNHH Xây dựng Hòa Phát Đạt {n} (mẫu)", "HPĐ-KT", "Kiều Bá Thắng", "Giám đốc"},
	{"Hợp tác xã Nông nghiệp số {n} (mẫu)", "HTX", "Khuất Thị Mận", "Giám đốc"}, {"Ban quản trị nhà chung cư CT{n} (mẫu)", "BQT", "Phùng Thế Vĩnh", "Trưởng ban"},
	{"Trường Trung học cơ sở số {n} (mẫu)", "THCS", "Nghiêm Thị Ngân", "Hiệu trưởng"}, {"Công ty Điện lực khu vực {n} (mẫu)", "ĐL-KD", "Thái Văn Long", "Phó Giám đốc"},
}

var provinces = []string{"Bắc Ninh", "Hưng Yên", "Ninh Bình", "Phú Thọ", "Thái Nguyên", "Lạng Sơn", "Quảng Ninh", "Thanh Hóa", "Nghệ An", "Lào Cai", "Sơn La", "Cao Bằng"}

// once makes a text the only one of its agency, adding to it until nobody has it. Unequal means unequal as the rooms keep it.
func (q *quarterPlan) once(a *agency, out bool, make func(try int) string) string {
	for try := 0; ; try++ {
		s := make(try)
		key := subjectKey{a, out, i18n.CleanLine(s)}
		if !q.used[key] {
			q.used[key] = true
			return s
		}
	}
}

// subjectKey is what a document of an agency is known by again: one subject is given once in an agency's plan.
type subjectKey struct {
	at      *agency
	out     bool
	subject string
}

// oddity writes a subject as some people do (C4.11): decomposed letters, capitals, a slip of the finger.
func oddity(r *rand.Rand, s string) string {
	switch n := r.IntN(100); {
	case n < 5:
		return norm.NFD.String(s)
	case n < 8:
		return strings.ToUpper(s)
	case n < 9:
		t := []rune(s)
		if i := 1 + r.IntN(len(t)-2); unicode.IsLetter(t[i]) && unicode.IsLetter(t[i-1]) {
			t[i], t[i-1] = t[i-1], t[i]
		}
		return string(t)
	}
	return s
}

// subject composes what a document is about.
func (q *quarterPlan) subject(w *letter) string {
	m := &matters[w.matter]
	return q.once(w.from, true, func(try int) string {
		s := m.subject
		if w.asks {
			s = askPrefix + s
		}
		switch {
		case w.instead != nil:
			s += " (thay thế văn bản ngày " + q.days[w.instead.out].Display() + ")"
		case w.answers != nil:
			s = "trả lời văn bản ngày " + q.days[w.answers.of.out].Display() + " của " + w.answers.of.from.name + " về việc " + s
		default:
			s += " " + pick(q.r, quarterTails)(q.r, w.day)
		}
		for range try {
			s += ", " + pick(q.r, quarterTails)(q.r, w.day)
		}
		return oddity(q.r, s)
	})
}

// vary gives a text other figures: every number of two or three digits that is not part of a date, a number of a document or a year changes.
func vary(turn int, s string) string {
	r := rand.New(rand.NewPCG(uint64(turn), 17))
	t := []rune(s)
	var out strings.Builder
	for i := 0; i < len(t); {
		j := i
		for j < len(t) && t[j] >= '0' && t[j] <= '9' {
			j++
		}
		plain := j-i >= 2 && j-i <= 3 && t[i] != '0' && (i == 0 || !strings.ContainsRune("/.,:-", t[i-1])) && (j == len(t) || !strings.ContainsRune("/.:h%", t[j])) && (j+1 >= len(t) || t[j+1] != '%')
		switch {
		case j == i:
			out.WriteRune(t[i])
			i++
		case plain:
			fmt.Fprint(&out, []int{12, 104}[j-i-2]+r.IntN([]int{86, 880}[j-i-2]))
			i = j
		default:
			out.WriteString(string(t[i:j]))
			i = j
		}
	}
	return out.String()
}
