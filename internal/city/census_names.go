package city

import (
	"math/rand/v2"
	"strings"

	"congvu/internal/i18n"
)

// surnames are the common family names, each as often as among a hundred people; the rarer ones of people.go fill the rest.
var surnames = []struct {
	name  string
	share int
}{{"Nguyễn", 31}, {"Trần", 11}, {"Lê", 9}, {"Phạm", 7}, {"Hoàng", 4}, {"Vũ", 4}, {"Đặng", 3}, {"Bùi", 3}, {"Đỗ", 3}, {"Phan", 2}, {"Ngô", 2}, {"Dương", 2}, {"Đinh", 1}, {"Trịnh", 1}, {"Hồ", 1}, {"Đào", 1}}

// Middle and given names beyond those of people.go, for women and men: a city has more people than the small one.
var (
	moreMiddles = [2][]string{
		{"Mạnh", "Việt", "Duy", "Thế", "Hoàng", "Gia", "Tiến", "Huy", "Viết", "Danh", "Nhật", "Trung", "Sỹ", "Khắc", "Doãn"},
		{"Thị Hải", "Thu", "Thị Bích", "Hồng", "Thị Phương", "Ngọc", "Thị Lan", "Mai", "Thị Vân", "Thanh", "Thị Kiều", "Minh", "Thị Hoài", "Kim", "Thị Tuyết"},
	}
	moreGivens = [2][]string{
		{"Nam", "Anh", "Hà", "Hòa", "Bình", "Tú", "Hiếu", "Lâm", "Giang", "Quân", "Thành", "Trung", "Tuấn", "Việt", "Phong", "Quang", "Khánh", "Lộc", "Nhân", "Thái", "Duy", "Khoa", "Linh", "Mạnh", "Tâm"},
		{"Anh", "Bình", "Chi", "Giang", "Hà", "Hiền", "Hoa", "Hòa", "Hồng", "Huyền", "Linh", "Loan", "Ly", "Mai", "Minh", "Nga", "Nhung", "Phương", "Thanh", "Thu", "Thúy", "Trinh", "Tú", "Uyên", "Xuân"},
	}
)

// townsfolk draws n people of one agency: no two of one name there, but the same name may stand elsewhere, as in life.
func townsfolk(r *rand.Rand, n int) []string {
	pick := func(a, b []string) string {
		if i := r.IntN(len(a) + len(b)); i < len(a) {
			return a[i]
		} else {
			return b[i-len(a)]
		}
	}
	used := make(map[string]bool, n)
	out := make([]string, 0, n)
	for len(out) < n {
		sex := r.IntN(2)
		middle, given := pick(middles[sex], moreMiddles[sex]), pick(givens[sex], moreGivens[sex])
		name := surname(r) + " " + middle + " " + given
		if !used[name] && !strings.HasSuffix(middle, given) {
			used[name] = true
			out = append(out, name)
		}
	}
	return out
}

func surname(r *rand.Rand) string {
	n := r.IntN(100)
	for _, s := range surnames {
		if n -= s.share; n < 0 {
			return s.name
		}
	}
	return families[r.IntN(len(families))]
}

// The words of which names of made-up wards and communes are put together.
var (
	placeFirst = []string{"Tân", "An", "Bình", "Đông", "Tây", "Nam", "Bắc", "Hồng", "Liên", "Phú", "Quang", "Thanh", "Vân", "Yên", "Xuân", "Kim", "Hòa", "Hợp", "Đại", "Minh", "Ngọc", "Phương", "Thượng", "Trung", "Hương", "Hải", "Long", "Mỹ", "Đức", "Thái"}
	placeLast  = []string{"Sơn", "Hà", "Thịnh", "Lập", "Minh", "Hưng", "Phú", "Tiến", "Dương", "Trung", "Đức", "Châu", "Khê", "Lâm", "Mai", "Nội", "Quang", "Thắng", "Trì", "Vượng", "Xá", "Đồng", "Cường", "Lĩnh", "Hòa", "Viên"}
)

// places gives names of places in a drawn order, no two of which look the same without marks.
type places struct {
	names []string
	used  map[string]bool
}

func newPlaces(r *rand.Rand) *places {
	p := &places{used: map[string]bool{}}
	for _, a := range placeFirst {
		for _, b := range placeLast {
			if a != b {
				p.names = append(p.names, a+" "+b)
			}
		}
	}
	r.Shuffle(len(p.names), func(i, j int) { p.names[i], p.names[j] = p.names[j], p.names[i] })
	return p
}

func (p *places) next() string {
	for {
		name := p.names[0]
		p.names = p.names[1:]
		if key := i18n.Fold(name); !p.used[key] {
			p.used[key] = true
			return name
		}
	}
}

// plain is a name as it stands in an address: small letters without marks, nothing between words.
func plain(name string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, i18n.Fold(name))
}

// initials abbreviate a unit's name as its letters do: Phòng Quản lý ngân sách is QLNS.
func initials(name string) string {
	words := strings.FieldsFunc(name, func(r rune) bool { return r == ' ' || r == '-' || r == ',' })
	var b strings.Builder
	for i, w := range words {
		if i == 0 && len(words) > 2 || w == "và" { // the kind of unit
			continue
		}
		b.WriteString(strings.ToUpper(string([]rune(w)[:1])))
	}
	return b.String()
}
