package city

import "math/rand/v2"

// Names are put together from parts in common use and belong to nobody: family, middle and given name, for women and men.
var (
	families = []string{"Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Vũ", "Đặng", "Bùi", "Đỗ", "Hồ", "Ngô", "Dương", "Lý", "Đinh", "Đào", "Trịnh", "Mai", "Phan", "Võ", "Tạ",
		"Chu", "Kiều", "Quách", "Nghiêm", "Khổng", "Lưu", "Cao", "Hà", "Thái", "Từ", "Vương", "Doãn", "Lương", "Triệu", "Nông"}
	middles = [2][]string{
		{"Văn", "Đức", "Hữu", "Quang", "Minh", "Xuân", "Công", "Đình", "Ngọc", "Quốc", "Thanh", "Tuấn", "Trọng", "Bá", "Anh"},
		{"Thị", "Thị Thu", "Thị Ngọc", "Thúy", "Thị Hồng", "Bích", "Thị Minh", "Diệu", "Hoài", "Thị Kim", "Phương", "Khánh", "Thị Thanh", "Quỳnh", "Thị Mỹ"},
	}
	givens = [2][]string{
		{"Hùng", "Cường", "Nghĩa", "Vĩnh", "Sĩ", "Dũng", "Thắng", "Long", "Hưng", "Trường", "Đạt", "Khôi", "Bảo", "Phúc", "Lữ", "Kiên", "Toàn", "Quyết", "Thịnh", "Tiến", "Hải", "Sơn", "Tùng", "Vượng", "Đăng"},
		{"Hương", "Lan", "Nữ", "Mỹ", "Hạnh", "Đào", "Thủy", "Yến", "Ngân", "Tuyết", "Hằng", "Phượng", "Dịu", "Liễu", "Nguyệt", "Oanh", "Trang", "Chữ", "Thảo", "Vân", "Huệ", "Quyên", "Diễm", "Nhàn", "Trâm"},
	}
)

// names draws n different names, women and men alike.
func names(r *rand.Rand, n int) []string {
	pick := func(list []string) string { return list[r.IntN(len(list))] }
	used := map[string]bool{}
	out := make([]string, 0, n)
	for len(out) < n {
		sex := r.IntN(2)
		family, middle, given := pick(families), pick(middles[sex]), pick(givens[sex])
		if name := family + " " + middle + " " + given; !used[name] && middle != given && !used[family+given] {
			used[name], used[family+given] = true, true
			out = append(out, name)
		}
	}
	return out
}

// person draws one name.
func person(r *rand.Rand) string { return names(r, 1)[0] }
