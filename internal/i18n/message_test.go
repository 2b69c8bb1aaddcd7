package i18n

import (
	"errors"
	"strings"
	"testing"
	"testing/fstest"
	"time"
)

type day string

func (d day) Display() string { return string(d) }

type refusal struct{ inner error }

func (r refusal) Error() string { return "refused" }
func (r refusal) Reason() (string, map[string]any) {
	return "Còn {days} ngày làm việc", map[string]any{"days": 1, "inner": r.inner}
}

type nesting struct{}

func (n nesting) Reason() (string, map[string]any) { return "({n})", map[string]any{"n": n} }

type agencyID int64

func TestSentencesAreFilledByKind(t *testing.T) {
	at := time.Date(2026, 3, 5, 1, 4, 0, 0, time.UTC)
	for _, r := range []struct {
		text   string
		args   map[string]any
		vi, en string
	}{
		{"Câu chưa dịch", nil, "Câu chưa dịch", "Câu chưa dịch"},
		{"{n} phút", map[string]any{"n": 1234}, "1.234 phút", "1,234 minutes"},
		{"{n} phút", map[string]any{"n": 1}, "1 phút", "1 minute"},
		{"{n} phút", map[string]any{"n": int8(1)}, "1 phút", "1 minute"},
		{"{n}", map[string]any{"n": agencyID(12345)}, "12.345", "12,345"},
		{"{n}", map[string]any{"n": uint64(18446744073709551615)}, "18.446.744.073.709.551.615", "18,446,744,073,709,551,615"},
		{"năm {y}", map[string]any{"y": Plain(2026)}, "năm 2026", "năm 2026"},
		{"năm {year}", map[string]any{"year": 2026}, "năm 2026", "năm 2026"},
		{"{f}", map[string]any{"f": 1234.5}, "1.234,5", "1,234.5"},
		{"{p}", map[string]any{"p": Percentage(94.2)}, "94,2%", "94.2%"},
		{"{t}", map[string]any{"t": at}, "08:04 05/03/2026", "08:04 05/03/2026"},
		{"{d}", map[string]any{"d": 90 * time.Minute}, "1 giờ", "1 hour"},
		{"{d}", map[string]any{"d": day("05/03/2026")}, "05/03/2026", "05/03/2026"},
		{"{e}!", map[string]any{"e": refusal{}}, "Còn 1 ngày làm việc!", "1 working day left!"},
		{"{m}!", map[string]any{"m": map[string]any{"text": "Còn {days} ngày làm việc", "args": map[string]any{"days": 1}}}, "Còn 1 ngày làm việc!", "1 working day left!"},
		{"{l}", map[string]any{"l": []string{"a", "b"}}, "a, b", "a, b"},
		{"[{x}]", map[string]any{"x": nil}, "[]", "[]"},
		{"{e}", map[string]any{"e": errors.New("x")}, "x", "x"},
		{"{missing} {a}", map[string]any{"a": "{b}", "b": "no"}, "{missing} {b}", "{missing} {b}"},
		{"{ {} {A} {a", map[string]any{"a": 1, "A": 2}, "{ {} {A} {a", "{ {} {A} {a"},
		{"{s}", map[string]any{"s": "Nguyễn\u202eVăn"}, "NguyễnVăn", "NguyễnVăn"},
		{"{s}.", map[string]any{"s": "שלום"}, "\u2068שלום\u2069.", "\u2068שלום\u2069."},
	} {
		if got := T(VI, r.text, r.args); got != r.vi {
			t.Errorf("vi %q: %q, want %q", r.text, got, r.vi)
		}
		if got := T(EN, r.text, r.args); got != r.en {
			t.Errorf("en %q: %q, want %q", r.text, got, r.en)
		}
	}
	if got := EN.T("{n} phút", "n", 2); got != "2 minutes" {
		t.Errorf("pairs: %q", got)
	}
	if got := Lang("").T("Hạn hôm nay"); got != "Hạn hôm nay" {
		t.Errorf("zero language: %q", got)
	}
	if got := VI.T("{n}", "n", nesting{}); len(got) > 100 || !strings.Contains(got, "…") {
		t.Errorf("a message within itself: %q", got)
	}
}

func TestCataloguesAreSound(t *testing.T) {
	for _, p := range Problems() {
		t.Error(p)
	}
	if len(Keys()) == 0 {
		t.Error("no translations")
	}
}

func TestCatalogueProblemsAreFound(t *testing.T) {
	bad := fstest.MapFS{
		"en/a.json": {Data: []byte(`{"Tệp {name}": "File {nam}", "Gửi": "Send", "{n} việc": {"by": "x", "one": "one", "other": "{n} tasks"}}`)},
		"en/b.json": {Data: []byte(`{"Gửi": "Dispatch"}`)},
		"en/c.json": {Data: []byte(`{"x": `)},
		"en/d.json": {Data: []byte(`{"Ký": {"one": "x"}}`)},
		"en/e.json": {Data: []byte(`{"Lưu": "Save", "Bỏ": ""}`)},
	}
	entries, problems := readCatalogue(bad)
	all := strings.Join(problems, "\n")
	for _, want := range []string{`no argument {nam}`, `loses {name}`, `a.json and b.json translate "Gửi" differently`, "c.json", "d.json", "cannot be counted by {x}"} {
		if !strings.Contains(all, want) {
			t.Errorf("not reported: %s in\n%s", want, all)
		}
	}
	if entries["Lưu"].other != "Save" {
		t.Error("a sound file was lost")
	}
	if _, ok := entries["Bỏ"]; ok {
		t.Error("an empty translation counts as missing")
	}
	if _, problems := readCatalogue(fstest.MapFS{"en/e.json": bad["en/e.json"]}); len(problems) != 0 {
		t.Errorf("the good twin: %v", problems)
	}
}

func TestLanguageIsTheReadersChoice(t *testing.T) {
	for _, r := range []struct {
		cookie, header string
		want           Lang
	}{
		{"", "", VI}, {"en", "vi", EN}, {"vi", "en", VI}, {"fr", "en-GB,en;q=0.9", EN}, {"", "vi-VN,vi;q=0.9,en;q=0.8", VI}, {"", "fr-FR, en;q=0.5, vi;q=0.4", EN},
		{"", "en;q=0.2,vi;q=0.9", VI}, {"", "en;q=0", VI}, {"", "en;q=NaN", VI}, {"", "en;q=9", VI}, {"", "EN", EN}, {"", strings.Repeat("x,", 200) + "en", VI}, {"", ";;,,=", VI},
	} {
		if got := Choose(r.cookie, r.header); got != r.want {
			t.Errorf("%q, %.40q: %s, want %s", r.cookie, r.header, got, r.want)
		}
	}
}

func TestNumbersShowAsVietnameseWritesThem(t *testing.T) {
	for n, want := range map[int64]string{0: "0", 999: "999", 1000: "1.000", -1234567: "-1.234.567", 100000: "100.000", -999: "-999", -9223372036854775808: "-9.223.372.036.854.775.808"} {
		if got := Number(VI, n); got != want {
			t.Errorf("%d: %s, want %s", n, got, want)
		}
	}
	for _, r := range []struct {
		f      float64
		digits int
		want   string
	}{{1234567.891, 2, "1.234.567,89"}, {-5.5, -1, "-5,5"}, {0.30000000000000004, -1, "0,3"}, {-0.001, 1, "0,0"}, {2, -1, "2"}, {1e21, 0, "1.000.000.000.000.000.000.000"}} {
		if got := Decimal(VI, r.f, r.digits); got != r.want {
			t.Errorf("%v: %s, want %s", r.f, got, r.want)
		}
	}
	zero := 0.0
	if got := Decimal(VI, 1/zero, 1) + Decimal(VI, zero/zero, 1); got != "––" {
		t.Errorf("no numbers: %s", got)
	}
	if Percent(VI, 94.25) != "94,2%" && Percent(VI, 94.25) != "94,3%" || Percent(VI, 100) != "100%" || Percent(EN, 0.1) != "0.1%" {
		t.Error("percent")
	}
	for n, want := range map[int64]string{0: "0 B", 1023: "1.023 B", 1024: "1 KB", 1536: "1,5 KB", 1363149: "1,3 MB", 20 << 20: "20 MB", 1048575: "1 MB", 1 << 60: "1 EB", -2048: "-2 KB"} {
		if got := Size(VI, n); got != want {
			t.Errorf("%d bytes: %s, want %s", n, got, want)
		}
	}
}

func TestAgoIsInWords(t *testing.T) {
	now := time.Date(2026, 3, 5, 2, 0, 0, 0, time.UTC)
	for d, want := range map[time.Duration]string{
		0: "vừa xong", 59 * time.Second: "vừa xong", -30 * time.Second: "vừa xong", 5 * time.Minute: "5 phút trước", 3*time.Hour + 1: "3 giờ trước",
		50 * time.Hour: "2 ngày trước", 8 * 24 * time.Hour: "25/02/2026", -2 * time.Hour: "sau 2 giờ nữa", -9 * 24 * time.Hour: "14/03/2026",
	} {
		if got := Ago(VI, now.Add(-d), now); got != want {
			t.Errorf("%v: %s, want %s", d, got, want)
		}
	}
	if got := Ago(EN, now.Add(-time.Hour), now); got != "1 hour ago" {
		t.Error(got)
	}
	if Ago(VI, time.Time{}, now) != "" || DateTime(time.Time{}) != "" {
		t.Error("no time has no words")
	}
	if Clock(now) != "09:00" || Day(now.Add(16*time.Hour)) != "06/03/2026" {
		t.Error("times are Hanoi's")
	}
}

func FuzzT(f *testing.F) {
	for _, s := range []string{"Tệp {name}", "{", "{a}{b}", "{{a}}", "{a1_B}", "}{", "{\xff}"} {
		f.Add(s, "x")
	}
	f.Fuzz(func(t *testing.T, text, arg string) {
		got := T(VI, text, map[string]any{"a": "", "name": arg})
		if !strings.Contains(text, "{a}") && !strings.Contains(text, "{name}") && got != text {
			t.Fatalf("%q became %q", text, got)
		}
	})
}

func BenchmarkT(b *testing.B) {
	args := map[string]any{"days": 1234}
	b.ReportAllocs()
	for b.Loop() {
		T(EN, "Quá hạn {days} ngày làm việc", args)
	}
}

func BenchmarkTPlain(b *testing.B) {
	for b.Loop() {
		T(EN, "Hạn hôm nay", nil)
	}
}
