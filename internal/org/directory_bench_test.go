package org_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"congvu/internal/i18n"
	"congvu/internal/org"
	"congvu/internal/store"
	"congvu/internal/storetest"
)

var syllables = strings.Fields(`An Bình Châu Dương Đông Đức Giang Hà Hải Hậu Hiệp Hòa Hoàng Hội Hồng Hùng Hưng Khánh Khê Kim La Lâm Lạc Lập Liên Lộc Long Lương Mai Minh Mỹ Nam Nghĩa Ngọc Nhân Ninh
	Phong Phú Phúc Phước Phương Quang Quảng Quế Quý Sơn Tam Tân Tây Thạch Thái Thanh Thành Thắng Thiện Thịnh Thọ Thới Thuận Thủy Thượng Tiên Tiến Toàn Trà Trung Trường Tú Vân Văn Việt Vinh Vĩnh Vũ Xuân Yên`)

// nationwide makes a list as the national one is: 34 provinces with departments and their divisions, 3 321 communes with their bodies, schools and
// stations, and what stands under ministries.
func nationwide(n int) []org.Listed {
	r := rand.New(rand.NewPCG(34, 3321))
	place := func() string { return syllables[r.IntN(len(syllables))] + " " + syllables[r.IntN(len(syllables))] }
	var out []org.Listed
	put := func(pid, code, name string) string {
		id := fmt.Sprintf("%024x", len(out)+1)
		groups := strings.Split(code, ".")
		old := []string{"000", "00", "00"}
		for i := 1; i < len(groups) && i <= 3; i++ {
			old[3-i] = fmt.Sprintf("%0*s", len(old[3-i]), groups[i])
		}
		u := org.Listed{ID: id, ParentID: pid, Code: code, Name: name, IsAgency: true, Version: "1", CenterCode: "00.00." + groups[0]}
		if len(groups) <= 4 && r.IntN(3) > 0 {
			u.Code102 = strings.Join(old, ".") + "." + groups[0]
			if len(u.Code102) > 13 || groups[0][0] != 'H' {
				u.Code102 = ""
			}
		}
		out = append(out, u)
		return id
	}
	departments := []string{"Sở Nội vụ", "Sở Tài chính", "Sở Y tế", "Sở Giáo dục và Đào tạo", "Sở Xây dựng", "Sở Tư pháp", "Sở Khoa học và Công nghệ", "Sở Nông nghiệp và Môi trường", "Sở Công Thương",
		"Sở Văn hóa, Thể thao và Du lịch", "Sở Dân tộc và Tôn giáo", "Thanh tra tỉnh", "Văn phòng Ủy ban nhân dân tỉnh", "Ban Quản lý các khu công nghiệp"}
	divisions := []string{"Văn phòng", "Phòng Kế hoạch – Tài chính", "Thanh tra", "Phòng Tổ chức cán bộ", "Chi cục Quản lý chất lượng", "Trung tâm Dịch vụ", "Chi nhánh Văn phòng Đăng ký đất đai khu vực"}
	bodies := []string{"Ủy ban nhân dân xã", "Hội đồng nhân dân xã", "Đảng ủy xã", "Ủy ban Mặt trận Tổ quốc Việt Nam xã", "Trung tâm Phục vụ hành chính công xã", "Trạm Y tế xã", "Công an xã", "Ban Chỉ huy Quân sự xã"}
	schools := []string{"Trường Tiểu học", "Trường Trung học cơ sở", "Trường Mầm non", "Trường Trung học phổ thông"}
	for p := 1; len(out) < n; p++ {
		name := place()
		h := fmt.Sprintf("H%02d", 1+(p-1)%63)
		if p > 63 {
			h = fmt.Sprintf("L%02d", p-63)
		}
		top := put("", h, "Ủy ban nhân dân tỉnh "+name)
		for i, dep := range departments {
			code := fmt.Sprintf("%s.%d", h, i+1)
			under := put(top, code, dep+" tỉnh "+name)
			for j, div := range divisions {
				put(under, fmt.Sprintf("%s.%d", code, j+1), div+" – "+dep+" tỉnh "+name)
			}
		}
		for i := range 98 {
			commune := place()
			code := fmt.Sprintf("%s.%d", h, 100+i)
			under := put(top, code, bodies[0]+" "+commune)
			for j, b := range bodies[1:] {
				put(under, fmt.Sprintf("%s.%d", code, j+1), b+" "+commune)
			}
			for j := range 24 {
				put(under, fmt.Sprintf("%s.%d", code, 20+j), fmt.Sprintf("%s %s %d", schools[j%4], commune, 1+j/4))
			}
		}
	}
	return out[:n]
}

// questions are what clerks type: the beginnings of words of a name, with and without marks, and codes old and new.
func questions(units []org.Listed, n int) []string {
	r := rand.New(rand.NewPCG(7, 7))
	var out []string
	for range n {
		u := units[r.IntN(len(units))]
		words := strings.Fields(u.Name)
		switch r.IntN(8) {
		case 0:
			out = append(out, u.Code)
		case 1:
			out = append(out, u.Code[:1+r.IntN(len(u.Code))])
		case 2:
			out = append(out, u.Code102+u.Code[:len(u.Code)*min(1, max(0, 1-len(u.Code102)))])
		case 3: // the kind and the beginning of the place
			last := []rune(words[len(words)-1])
			out = append(out, i18n.Fold(strings.Join(words[:len(words)-1], " ")+" "+string(last[:1+r.IntN(len(last))])))
		case 4:
			out = append(out, i18n.Fold(u.Name))
		case 5: // two words from anywhere
			out = append(out, words[r.IntN(len(words))]+" "+words[r.IntN(len(words))])
		case 6: // common words only
			out = append(out, []string{"uy ban nhan dan xa", "truong tieu hoc", "tram y te", "truong trung hoc co so", "so noi vu", "trung tam phuc vu hanh chinh cong", "u", "tr", "phong", "h2"}[r.IntN(10)])
		default: // initials of four words
			var some []string
			for _, w := range words[:min(4, len(words))] {
				some = append(some, string([]rune(i18n.Fold(w))[:1]))
			}
			out = append(out, strings.Join(some, " "))
		}
	}
	return out
}

// BenchmarkDirectory brings a national list of 120 000 agencies in, compares it again, and asks what clerks ask: X20.1, in under 50 ms.
func BenchmarkDirectory(b *testing.B) {
	units := nationwide(120_000)
	db := storetest.OpenAt(b, storetest.NewClock(start))
	began := time.Now()
	run, err := org.PlanSync(ctx, db, root, org.List{Source: "national", Kind: org.RunFull, Units: units})
	if err == nil {
		b.Logf("planned %d steps in %s", run.Steps(), time.Since(began).Round(time.Millisecond))
		run, err = org.CarryRun(ctx, db, run.ID)
	}
	if err != nil || run.State != org.RunDone {
		b.Fatal(run, err)
	}
	b.Logf("%s: %d entries in %s, %d conflicts", db.Engine(), run.Carried, time.Since(began).Round(time.Millisecond), run.Conflicts)
	began = time.Now()
	if run, err = org.PlanSync(ctx, db, root, org.List{Source: "national", Kind: org.RunFull, Units: units}); err != nil || run.Steps() != 0 {
		b.Fatal(run, err)
	}
	b.Logf("%s: full compare without a change in %s", db.Engine(), time.Since(began).Round(time.Millisecond))
	_, _ = store.All[string](ctx, db, tidied) // as autovacuum does within a minute; it has no rows to give
	asked := questions(units, 400)
	b.Run("questions", func(b *testing.B) { ask(b, db, asked) })
	for _, q := range []string{"xyzzyx", "uy ban nhan dan", ""} {
		b.Run("one/"+q, func(b *testing.B) {
			for b.Loop() {
				if _, err := org.SearchAgencies(ctx, db, q, 20); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

var tidied = store.Fork(`ANALYZE`, `VACUUM ANALYZE`)

func ask(b *testing.B, db *store.DB, asked []string) {
	for b.Loop() {
		var took []time.Duration
		slow := map[string]time.Duration{}
		for _, q := range asked {
			began := time.Now()
			if _, err := org.SearchAgencies(ctx, db, q, 20); err != nil {
				b.Fatal(q, err)
			}
			took = append(took, time.Since(began))
			slow[q] = max(slow[q], took[len(took)-1])
		}
		slices.Sort(took)
		at := func(p int) float64 { return float64(took[(len(took)-1)*p/100].Microseconds()) / 1000 }
		b.ReportMetric(at(50), "p50-ms")
		b.ReportMetric(at(95), "p95-ms")
		b.ReportMetric(at(99), "p99-ms")
		b.ReportMetric(at(100), "max-ms")
		var worst []string
		for q := range slow {
			worst = append(worst, q)
		}
		slices.SortFunc(worst, func(x, y string) int { return int(slow[y] - slow[x]) })
		for _, q := range worst[:10] {
			b.Logf("%s %q", slow[q], q)
		}
	}
}
