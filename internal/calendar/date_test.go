package calendar

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"
)

func TestEveryDayOfTheYearsKeptIsNumberedOnce(t *testing.T) {
	day := time.Date(MinYear, 1, 1, 0, 0, 0, 0, time.UTC)
	for n := 0; n <= lastNumber; n++ {
		d := NewDate(day.Year(), day.Month(), day.Day())
		got, ok := d.number()
		if !ok || got != n || string(d) != day.Format(time.DateOnly) || d.Weekday() != day.Weekday() || fromNumber(n) != d {
			t.Fatalf("%s: number %d, want %d", day.Format(time.DateOnly), got, n)
		}
		day = day.AddDate(0, 0, 1)
	}
	if day.Year() != MaxYear+1 || fromNumber(lastNumber+1) != "" || fromNumber(-1) != "" {
		t.Error("the years kept end wrongly")
	}
}

// Reliability §4: the year of a number is the legal calendar's, whatever the server's zone.
func TestYearTurnsAtMidnightInHanoi(t *testing.T) {
	last := time.Date(2026, 12, 31, 16, 59, 59, 999_999_999, time.UTC)
	if d := DateOf(last); d != "2026-12-31" || d.Year() != 2026 {
		t.Errorf("last instant of the year: %s", d)
	}
	if d := DateOf(last.Add(1)); d != "2027-01-01" || d.Year() != 2027 {
		t.Errorf("first instant of the year: %s", d)
	}
	if d := DateOf(last.In(time.FixedZone("west", -12*3600))); d != "2026-12-31" {
		t.Errorf("another zone moved the day: %s", d)
	}
	if DateOf(time.Time{}) != "" {
		t.Error("no time is no date")
	}
}

// D5.3
func TestWordsFollowTheDateLine(t *testing.T) {
	for d, want := range map[Date]string{
		"2020-01-05": "ngày 05 tháng 01 năm 2020", "2020-03-05": "ngày 05 tháng 3 năm 2020", "2026-02-10": "ngày 10 tháng 02 năm 2026",
		"2026-09-30": "ngày 30 tháng 9 năm 2026", "2026-12-09": "ngày 09 tháng 12 năm 2026", "": "", "2026-02-30": "",
	} {
		if got := d.Words(); got != want {
			t.Errorf("%s: %q, want %q", d, got, want)
		}
	}
	if got := Date("2026-03-01").WeekdayName(); got != "Chủ nhật" {
		t.Errorf("2026-03-01 is %s", got)
	}
	if got := Date("2026-03-02").WeekdayName(); got != "thứ Hai" {
		t.Errorf("2026-03-02 is %s", got)
	}
}

func TestTypedDates(t *testing.T) {
	for typed, want := range map[string]Date{
		"05/03/2026": "2026-03-05", "5/3/2026": "2026-03-05", " 5-3-2026 ": "2026-03-05", "05.03.2026": "2026-03-05", "5 / 3 / 2026": "2026-03-05",
		"2026-03-05": "2026-03-05", "29/02/2024": "2024-02-29", "": "", "  ": "",
	} {
		got, err := Parse(typed)
		if err != nil || got != want {
			t.Errorf("%q: %s, %v", typed, got, err)
		}
	}
	for typed, code := range map[string]string{
		"hôm nay": "date_format", "05/03": "date_format", "05/03-2026": "date_format", "05/03/2026/1": "date_format", "2026/03/05": "date_format",
		"05/03/26": "date_year", "05/03/1800": "date_year", "05/13/2026": "date_month", "00/03/2026": "date_day", "29/02/2026": "date_day", "31/04/2026": "date_day",
		"٠٥/03/2026": "date_format", strings.Repeat("1", 100): "date_format", "-1/3/2026": "date_format", "2026-02-30": "date_format",
	} {
		_, err := Parse(typed)
		var e *DateError
		if !errors.As(err, &e) || e.Code != code {
			t.Errorf("%q: %v, want %s", typed, err, code)
			continue
		}
		text, args := e.Reason()
		for name, v := range args {
			if !strings.Contains(text, "{"+name+"}") && name != "input" {
				t.Errorf("%q: argument %s=%v is not in the sentence", typed, name, v)
			}
			text = strings.ReplaceAll(text, "{"+name+"}", "")
		}
		if strings.ContainsAny(text, "{}") {
			t.Errorf("%q: %q lacks an argument", typed, text)
		}
	}
}

func TestDateKeepsToItsTextInSQLAndJSON(t *testing.T) {
	var d Date
	for _, src := range []any{"2026-03-05", []byte("2026-03-05")} {
		if err := d.Scan(src); err != nil || d != "2026-03-05" {
			t.Errorf("%T: %s, %v", src, d, err)
		}
	}
	for _, src := range []any{nil, "", []byte{}} {
		d = "2026-03-05"
		if err := d.Scan(src); err != nil || d != "" {
			t.Errorf("%v: %q, %v", src, d, err)
		}
	}
	for _, src := range []any{"05/03/2026", "2026-02-30", 20260305, time.Now(), "2026-03-05T00:00:00Z"} {
		if err := d.Scan(src); err == nil {
			t.Errorf("scanned %v", src)
		}
	}
	if v, err := Date("2026-03-05").Value(); err != nil || v != "2026-03-05" {
		t.Errorf("%v, %v", v, err)
	}
	if v, err := Date("").Value(); err != nil || v != "" {
		t.Errorf("none: %v, %v", v, err)
	}
	if _, err := Date("2026-13-01").Value(); err == nil {
		t.Error("stored what is no date")
	}
	var in struct{ On Date }
	if err := json.Unmarshal([]byte(`{"On":"2026-03-05"}`), &in); err != nil || in.On != "2026-03-05" {
		t.Errorf("%v, %v", in, err)
	}
	if err := json.Unmarshal([]byte(`{"On":"5/3/2026"}`), &in); err == nil {
		t.Error("JSON took another form")
	}
	if out, err := json.Marshal(in); err != nil || string(out) != `{"On":"2026-03-05"}` {
		t.Errorf("%s, %v", out, err)
	}
}

func TestDatesCompareAndCount(t *testing.T) {
	a, b := Date("2024-02-28"), Date("2024-03-01")
	if !a.Before(b) || a.After(b) || !b.After(a) || a.Before("") || Date("").Before(a) || a.Before(a) {
		t.Error("order")
	}
	if a.DaysUntil(b) != 2 || b.DaysUntil(a) != -2 || a.AddDays(2) != b || b.AddDays(-2) != a || a.AddDays(1<<40) != "" || a.DaysUntil("") != 0 {
		t.Error("counting")
	}
	if a.Display() != "28/02/2024" || Date("").Display() != "" || a.Month() != 2 || a.Day() != 28 || Date("x").Year() != 0 {
		t.Error("parts")
	}
	if got := a.EndOfDay().UTC().Format(time.RFC3339); got != "2024-02-28T16:59:59Z" {
		t.Errorf("end of day %s", got)
	}
	if !Date("").EndOfDay().IsZero() || !Date("").Time().IsZero() {
		t.Error("none has no time")
	}
	if got := a.At(8, 30).UTC().Format(time.RFC3339); got != "2024-02-28T01:30:00Z" {
		t.Errorf("at 08:30 %s", got)
	}
}

// Whatever is typed: an answer or a refusal, and what is accepted shows as a date that reads back the same.
func FuzzParse(f *testing.F) {
	for _, s := range []string{"05/03/2026", "5-3-2026", "2026-03-05", "31/02/2026", "a/b/c", "", "1//2", "99/99/9999", "５/３/２０２６"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		d, err := Parse(typed)
		if err != nil {
			if d != "" {
				t.Fatalf("%q: refused and given %s", typed, d)
			}
			return
		}
		if d == "" {
			if strings.TrimSpace(typed) != "" {
				t.Fatalf("%q became none", typed)
			}
			return
		}
		if again, err := Parse(d.Display()); err != nil || again != d {
			t.Fatalf("%q: %s reads back as %s, %v", typed, d, again, err)
		}
	})
}
