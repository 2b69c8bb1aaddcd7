package calendar

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

const golden = "../../../shared/data/golden"

// table reads a golden CSV as maps by column, or skips.
func table(t *testing.T, name string) []map[string]string {
	t.Helper()
	f, err := os.Open(filepath.Join(golden, name))
	if err != nil {
		t.Skipf("golden figures are not beside this checkout: %v", err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var out []map[string]string
	for _, row := range rows[1:] {
		m := map[string]string{}
		for i, cell := range row {
			m[rows[0][i]] = cell
		}
		out = append(out, m)
	}
	return out
}

func goldenCalendar(t *testing.T) *Calendar {
	t.Helper()
	f, err := os.Open(filepath.Join(golden, "calendar_2026_test.csv"))
	if err != nil {
		t.Skipf("golden figures are not beside this checkout: %v", err)
	}
	defer f.Close()
	days, err := ReadDays(f)
	if err != nil {
		t.Fatal(err)
	}
	c, err := New(days)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// R6.8
func TestWorkingDaysMatchTheGoldenTable(t *testing.T) {
	rows := table(t, "working_days_2026.csv")
	for name, c := range map[string]*Calendar{"golden": goldenCalendar(t), "embedded": Default()} {
		for _, r := range rows {
			n, _ := strconv.Atoi(r["add_working_days"])
			start := Date(r["start_date"])
			if got := c.AddWorking(start, n); got != Date(r["expected"]) {
				t.Errorf("%s: %s + %d = %s, want %s", name, start, n, got, r["expected"])
			}
			if got := start.Time().Format("Mon"); got != r["weekday"] {
				t.Errorf("%s is a %s, want %s", start, got, r["weekday"])
			}
		}
	}
}

// R6.2, R6.3: a deadline before the first working day after the data is refused.
func TestEarliestDeadlineMatchesTheGoldenTable(t *testing.T) {
	rows := table(t, "deadline_checks_2026.csv")
	c := goldenCalendar(t)
	for _, r := range rows {
		earliest := c.NextWorking(Date(r["data_to"]))
		if earliest != Date(r["earliest_deadline"]) {
			t.Errorf("%s: earliest %s, want %s", r["period_code"], earliest, r["earliest_deadline"])
		}
		if refused := Date(r["proposed_deadline"]).Before(earliest); refused != (r["expect"] == "refuse") {
			t.Errorf("%s on %s: refused %v, want %s", r["period_code"], r["proposed_deadline"], refused, r["expect"])
		}
	}
}

func TestEmbeddedTableAgreesWithTheGoldenYear(t *testing.T) {
	want := goldenCalendar(t)
	for d := Date("2026-01-01"); d <= "2026-12-31"; d = d.AddDays(1) {
		if Default().IsWorking(d) != want.IsWorking(d) {
			t.Errorf("%s: embedded %v", d, Default().IsWorking(d))
		}
	}
}

func TestEmbeddedTablesAreComplete(t *testing.T) {
	for year, offWeekdays := range map[int]int{2024: 12, 2025: 12, 2026: 13, 2027: 11} {
		off := 0
		made := 0
		for _, d := range Default().Days(year) {
			if d.Name == "" || d.Source == "" || !strings.Contains("law practice unsure", d.Certainty) || d.Certainty == "" {
				t.Errorf("%+v lacks name, source or certainty", d)
			}
			if d.Kind == SwapWorking {
				made++
			} else if !weekend(d.Date) {
				off++
			}
		}
		swaps := 0
		for _, d := range Default().Days(year) {
			if d.Kind == SwapOff {
				swaps++
			}
		}
		if off != offWeekdays || made != swaps {
			t.Errorf("%d: %d weekdays off, want %d; %d swapped off, %d made up", year, off, offWeekdays, swaps, made)
		}
		// BLLĐ 2019 art. 112: 11 paid days, swaps apart.
		if off-swaps != 11 {
			t.Errorf("%d: %d paid days, want 11", year, off-swaps)
		}
		if !Default().Known(year) {
			t.Errorf("%d not known", year)
		}
	}
}

func TestYearWithoutTableHasSolarHolidays(t *testing.T) {
	c := Default()
	if c.Known(2028) {
		t.Error("2028 has no table")
	}
	// 2028-01-01 is a Saturday, 30/4 a Sunday, 1/5 a Monday: compensations on 3/1 and 2/5.
	for d, want := range map[Date]bool{"2028-01-03": false, "2028-01-04": true, "2028-05-01": false, "2028-05-02": false, "2028-05-03": true, "2028-09-01": true} {
		if c.IsWorking(d) != want {
			t.Errorf("%s worked: %v", d, !want)
		}
	}
	empty, err := New(nil)
	if err != nil {
		t.Fatal(err)
	}
	if empty.IsWorking("2026-09-02") || !empty.IsWorking("2026-02-17") {
		t.Error("without tables only the solar holidays are off")
	}
}

func TestOverridesLeaveTheOriginalAlone(t *testing.T) {
	base := Default()
	changed, err := base.With(Day{Date: "2026-01-02", Kind: Ordinary}, Day{Date: "2026-01-10", Kind: Ordinary}, Day{Date: "2026-11-24", Kind: PublicHoliday, Name: "Ngày Văn hóa Việt Nam"})
	if err != nil {
		t.Fatal(err)
	}
	for d, want := range map[Date]bool{"2026-01-02": true, "2026-01-10": false, "2026-11-24": false, "2026-01-01": false} {
		if changed.IsWorking(d) != want {
			t.Errorf("%s worked: %v", d, !want)
		}
	}
	if base.IsWorking("2026-01-02") || !base.IsWorking("2026-11-24") {
		t.Error("the original changed")
	}
	one, err := base.With(Day{Date: "2028-03-01", Kind: PublicHoliday})
	if err != nil || one.IsWorking("2028-09-04") || !one.IsWorking("2028-09-05") || one.IsWorking("2028-05-01") || one.IsWorking("2028-03-01") || one.Known(2028) {
		t.Errorf("one day added to an unknown year: %v", err)
	}
	year, err := base.WithYear(2027, []Day{{Date: "2027-03-03", Kind: PublicHoliday}})
	if err != nil || year.IsWorking("2027-03-03") || !year.IsWorking("2027-01-01") || year.IsWorking("2026-01-01") || !year.Known(2027) {
		t.Errorf("year replaced: %v", err)
	}
	if _, err := base.WithYear(2027, []Day{{Date: "2026-03-03", Kind: PublicHoliday}}); err == nil {
		t.Error("a day of another year was taken")
	}
	bare, err := base.WithYear(2027, nil)
	if err != nil || bare.Known(2027) || bare.IsWorking("2027-01-01") || !bare.IsWorking("2027-02-08") {
		t.Errorf("year emptied: %v", err)
	}
}

func TestTableOfDaysRefusesContradictions(t *testing.T) {
	good := "date,kind,is_working_day\n2026-01-10,swap_working_day,true\n"
	if days, err := ReadDays(strings.NewReader("\ufeff" + good)); err != nil || len(days) != 1 {
		t.Fatalf("the good twin: %v", err)
	}
	for _, bad := range []string{"", "day,kind\n", "date\n2026-01-01\n", "date,kind\n2026-02-30,public_holiday\n", "date,kind\n2026-01-01,feast\n",
		"date,kind,is_working_day\n2026-01-01,public_holiday,true\n", "date,kind\n2026-01-05,swap_working_day\n", "date,kind\n\"x"} {
		if _, err := ReadDays(strings.NewReader(bad)); err == nil {
			t.Errorf("accepted %q", bad)
		}
	}
	if _, err := New([]Day{{Date: "2026-01-01", Kind: PublicHoliday}, {Date: "2026-01-01", Kind: SwapOff}}); err == nil {
		t.Error("a day entered twice was accepted")
	}
	if _, err := Default().With(Day{Date: "2026-05-05", Kind: SwapOff}, Day{Date: "2026-05-05", Kind: Ordinary}); err == nil {
		t.Error("an override entered twice was accepted")
	}
}

// Counting and adding are each other's inverse, and agree with walking day by day.
func TestWorkingDaysCountAsOneWalks(t *testing.T) {
	c := Default()
	for d := Date("2025-12-20"); d <= "2026-03-10"; d = d.AddDays(1) {
		at := d
		for n := 1; n <= 12; n++ {
			for at = at.AddDays(1); !c.IsWorking(at); at = at.AddDays(1) {
			}
			if got := c.AddWorking(d, n); got != at {
				t.Fatalf("%s + %d = %s, walked to %s", d, n, got, at)
			}
			if got := c.WorkingBetween(d, at); got != n {
				t.Fatalf("between %s and %s: %d, want %d", d, at, got, n)
			}
			if got := c.WorkingBetween(at, d); got != -n {
				t.Fatalf("backwards %s, %s: %d", at, d, got)
			}
		}
		at = d
		for n := -1; n >= -12; n-- {
			for at = at.AddDays(-1); !c.IsWorking(at); at = at.AddDays(-1) {
			}
			if got := c.AddWorking(d, n); got != at {
				t.Fatalf("%s %d = %s, walked to %s", d, n, got, at)
			}
		}
		on := c.WorkingOnOrAfter(d)
		if !c.IsWorking(on) || on < d || on != d && c.IsWorking(d) {
			t.Errorf("on or after %s: %s", d, on)
		}
		if before := c.WorkingOnOrBefore(d); !c.IsWorking(before) || before > d || before != d && c.IsWorking(d) {
			t.Errorf("on or before %s: %s", d, before)
		}
	}
	for _, n := range []int{1 << 60, -1 << 60, lastNumber, -lastNumber} {
		if got := c.AddWorking("2026-01-05", n); got != "" {
			t.Errorf("%d days led to %s", n, got)
		}
	}
	if c.IsWorking("") || c.AddWorking("", 3) != "" || c.AddWorking("2026-02-30", 1) != "" || c.WorkingBetween("", "2026-01-01") != 0 {
		t.Error("none was counted")
	}
}

// D10.18, D10.19
func TestOfficeHours(t *testing.T) {
	c := Default()
	early := Hours{Open: 7*time.Hour + 30*time.Minute, Close: 16*time.Hour + 30*time.Minute}
	at := func(s string) time.Time {
		v, err := time.ParseInLocation("2006-01-02 15:04", s, Hanoi)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	for _, r := range []struct {
		from  string
		hours Hours
		span  time.Duration
		want  string
	}{
		{"2026-03-02 09:00", Hours{}, time.Hour, "2026-03-02 10:00"},
		{"2026-03-02 16:30", Hours{}, time.Hour, "2026-03-03 08:30"},
		{"2026-03-06 16:30", Hours{}, time.Hour, "2026-03-09 08:30"}, // over a weekend
		{"2026-02-13 16:30", Hours{}, time.Hour, "2026-02-23 08:30"}, // over Tết
		{"2026-03-02 05:00", Hours{}, time.Hour, "2026-03-02 09:00"},
		{"2026-03-02 22:00", Hours{}, 0, "2026-03-03 08:00"},
		{"2026-03-07 10:00", Hours{}, 9 * time.Hour, "2026-03-09 17:00"}, // a whole day ends at closing
		{"2026-03-02 08:00", Hours{}, 18 * time.Hour, "2026-03-03 17:00"},
		{"2026-03-02 16:30", early, time.Hour, "2026-03-03 08:30"},
		{"2026-03-02 07:30", early, time.Hour, "2026-03-02 08:30"},
		{"2026-01-10 09:00", Hours{}, time.Hour, "2026-01-10 10:00"}, // make-up Saturday
	} {
		if got := c.AddOffice(at(r.from), r.span, r.hours); !got.Equal(at(r.want)) {
			t.Errorf("%s + %v = %v, want %s", r.from, r.span, got, r.want)
		}
	}
	if c.InOffice(at("2026-03-02 17:00"), Hours{}) || !c.InOffice(at("2026-03-02 16:59"), Hours{}) || c.InOffice(at("2026-03-01 10:00"), Hours{}) {
		t.Error("the office closes at 17:00 and on Sundays")
	}
	if (Hours{Open: 10 * time.Hour, Close: 9 * time.Hour}).Valid() || !early.Valid() || !(Hours{}).Valid() {
		t.Error("an office opens before it closes")
	}
	if !c.AddOffice(at("2026-03-02 09:00"), time.Hour, Hours{Open: time.Hour, Close: time.Hour}).IsZero() {
		t.Error("an office that never opens gave a time")
	}
}

func TestDueCountsWorkingDays(t *testing.T) {
	c := Default()
	for _, r := range []struct {
		on, today Date
		state     DueState
		working   int
		days      int
		text      string
	}{
		{"2026-03-06", "2026-03-02", DueLater, 4, 4, "Còn {days} ngày làm việc"},
		{"2026-03-08", "2026-03-06", DueLater, 0, 2, "Còn {days} ngày nghỉ đến hạn"},
		{"2026-03-06", "2026-03-06", DueToday, 0, 0, "Hạn hôm nay"},
		{"2026-03-06", "2026-03-08", Overdue, 0, 2, "Đã quá hạn"},
		{"2026-03-06", "2026-03-10", Overdue, 2, 4, "Quá hạn {days} ngày làm việc"},
		{"2026-02-13", "2026-02-23", Overdue, 1, 10, "Quá hạn {days} ngày làm việc"},
		{"", "2026-02-23", NoDeadline, 0, 0, ""},
	} {
		d := c.Due(r.on, r.today)
		text, _ := d.Text()
		if d.State != r.state || d.Working != r.working || d.Days != r.days || text != r.text {
			t.Errorf("due %s on %s: %+v %q", r.on, r.today, d, text)
		}
	}
	if !c.Due("2026-03-09", "2026-03-06").Within(1) || c.Due("2026-03-10", "2026-03-06").Within(1) || c.Due("2026-03-05", "2026-03-06").Within(5) {
		t.Error("near means at most n working days ahead")
	}
}

func TestCalendarServesManyAtOnce(t *testing.T) {
	var wg sync.WaitGroup
	for range 4 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for n := range 1000 {
				if d := Default().AddWorking("2026-01-01", n); !Default().IsWorking(d) && n > 0 {
					t.Errorf("%d: %s", n, d)
				}
			}
		}()
	}
	wg.Wait()
}

func BenchmarkAddWorking(b *testing.B) {
	c := Default()
	for b.Loop() {
		c.AddWorking("2026-02-13", 7)
	}
}

func BenchmarkWorkingBetween(b *testing.B) {
	c := Default()
	for b.Loop() {
		c.WorkingBetween("2026-02-13", "2026-09-01")
	}
}

func BenchmarkNew(b *testing.B) {
	days := DefaultDays()
	for b.Loop() {
		New(days)
	}
}
