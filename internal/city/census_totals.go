package city

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"congvu/internal/auth"
	"congvu/internal/calendar"
	"congvu/internal/org"
)

// Totals are the figures of city.md sections 4 and 5 as the rooms count them, each beside what it has to be.
type Totals struct {
	Lines []Total
	Took  map[string]time.Duration
}

// Total is one figure.
type Total struct {
	Name      string // in Vietnamese, for the one who reads it
	Headline  string // what is counted, where the summary names it; "" = it does not
	Got, Want int64
}

func (t *Totals) add(name string, got, want int64) {
	t.Lines = append(t.Lines, Total{Name: name, Got: got, Want: want})
}

// head is add for a figure of the summary's line.
func (t *Totals) head(name, what string, got, want int64) {
	t.Lines = append(t.Lines, Total{name, what, got, want})
}

// Wrong is nil when every figure is what it has to be.
func (t *Totals) Wrong() error {
	var wrong []string
	for _, l := range t.Lines {
		if l.Got != l.Want {
			wrong = append(wrong, fmt.Sprintf("%s: %d, phải là %d", l.Name, l.Got, l.Want))
		}
	}
	if len(wrong) == 0 {
		return nil
	}
	return errors.New("số liệu của thành phố không đúng: " + strings.Join(wrong, "; "))
}

// totals counts everything that has been built and fails on any difference (C7.3).
func (s *Seeder) totals(ctx context.Context, w Whole) (*Totals, error) {
	t := &Totals{}
	if err := s.countCensus(ctx, w, t); err != nil {
		return t, err
	}
	if err := s.countQuarter(ctx, w, t); err != nil {
		return t, err
	}
	t.Lines[len(t.Lines)-1].Headline = "văn bản"
	return t, t.Wrong()
}

// countCensus compares who is there with the profile.
func (s *Seeder) countCensus(ctx context.Context, w Whole, t *Totals) error {
	got, err := org.Count(ctx, s.DB, calendar.DateOf(s.DB.Now().Time()))
	if err != nil {
		return err
	}
	opened, locked, err := auth.Count(ctx, s.DB)
	if err != nil {
		return err
	}
	f, n := w.staffing(), int64(w.Cities)
	sum := func(of func(k sector) int) (total int64) {
		for _, k := range []sector{f.city, f.district, f.commune} {
			total += int64(k.agencies * of(k))
		}
		return total * n
	}
	accounts := sum(sector.accounts) + n*int64(f.city.extra+f.district.extra+f.commune.extra)
	agencies := sum(func(sector) int { return 1 })
	t.add("Cơ quan cấp thành phố", got.Agencies[org.City]+got.Agencies[org.Department], n*int64(f.city.agencies))
	t.add("Cơ quan cấp huyện", got.Agencies[org.District], n*int64(f.district.agencies))
	t.add("Cơ quan cấp xã", got.Agencies[org.Commune], n*int64(f.commune.agencies))
	t.head("Cơ quan", "cơ quan", got.Agencies[org.City]+got.Agencies[org.Department]+got.Agencies[org.District]+got.Agencies[org.Commune], agencies)
	t.head("Tài khoản", "tài khoản", opened, accounts)
	t.add("Đơn vị", got.Units, sum(func(k sector) int { return k.units }))
	t.add("Lãnh đạo", got.Leaders, sum(func(k sector) int { return k.leaders }))
	t.add("Văn thư", got.Clerks, sum(func(k sector) int { return k.clerks }))
	first := accounts / n // shares are rounded in each city
	t.add("Tài khoản bị khóa", locked, n*(first/100))
	t.add("Người đang vắng mặt", got.Away, n*(first*2/100-first/100))
	t.add("Người giữ hai chức vụ", got.TwoPosts, n*(first*5/100))
	if agencies/n > 100 { // in a small city nobody was spared for it
		t.add("Cơ quan có quyền trưởng", got.Acting, n*(agencies/n/100))
	}
	return nil
}
