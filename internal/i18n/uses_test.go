package i18n

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

func TestUsesFindsSentencesInGoAndTempl(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		p := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(p), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("internal/web/page.go", "package web\n\nconst saved = \"Đã \" + \"lưu\"\n\nfunc f() {\n\ti18n.T(lang, \"Gửi {n}\", nil)\n\tt(ctx, saved)\n\tt(ctx, \"In\")\n"+
		"\tp.lang.T(`Ký số`)\n\tstore.Refuse(\"field\", \"Số {n} đã dùng.\", x)\n\tother(\"Không phải\")\n\tt(ctx, variable)\n}\n")
	write("internal/web/page.templ", "package web\n\ntempl page() {\n\t<p title={ t(ctx, \"Tiêu đề\") }>don't `x { i18n.T(lang, \"Đến, (mới)\" +\n\t\" nay\", map[string]any{\"n\": \"Không\"}) }</p>\n\t@row(p.T(\"Hàng\"))\n\tsplit(\"Không phải\")\n}\n")
	write("internal/web/page_templ.go", "package web\n\nfunc g() { t(ctx, \"từ tệp sinh ra\") }\n")
	write("internal/web/page_test.go", "package web\n\nfunc h() { t(ctx, \"trong kiểm thử\") }\n")
	write("internal/web/testdata/x.go", "not go")
	write("internal/pdf/error.go", "package pdf\n\nvar m = map[string]string{\"locked\": \"Tệp đã \" + \"khóa.\"}\n\nfunc e() { errors.New(\"plain english\") }\n")
	uses, err := Uses(dir, Scan{Literals: []string{"internal/pdf"}})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, u := range uses {
		got = append(got, u.Text)
	}
	slices.Sort(got)
	want := []string{"Gửi {n}", "Hàng", "In", "Ký số", "Số {n} đã dùng.", "Tiêu đề", "Tệp đã khóa.", "Đã lưu", "Đến, (mới) nay"}
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("found %q\n want %q", got, want)
	}
	for _, u := range uses {
		if u.Text == "Tiêu đề" && (u.File != "internal/web/page.templ" || u.Line != 4) {
			t.Errorf("place %s:%d", u.File, u.Line)
		}
		if u.Text == "Gửi {n}" && (u.File != "internal/web/page.go" || u.Line != 6) {
			t.Errorf("place %s:%d", u.File, u.Line)
		}
	}
	write("internal/pdf/broken.go", "package")
	if _, err := Uses(dir, Scan{}); err == nil {
		t.Error("a source that cannot be read was passed over")
	}
	if _, err := Uses(dir, Scan{Skip: []string{"internal/pdf"}}); err != nil {
		t.Errorf("skipped folder: %v", err)
	}
}

func TestReportNamesMissingAndUnused(t *testing.T) {
	report := CompareUses([]Use{{Text: "Hạn hôm nay"}, {Text: "Chưa dịch"}, {Text: "Chưa dịch"}})
	if len(report.Missing) != 1 || report.Missing[0].Text != "Chưa dịch" {
		t.Errorf("missing %v", report.Missing)
	}
	if slices.Contains(report.Unused, "Hạn hôm nay") || !slices.Contains(report.Unused, "Đã quá hạn") {
		t.Errorf("unused %v", report.Unused)
	}
}

// The sentences of the sheds beside this one are translated, and their catalogues hold nothing else.
func TestShedsAreTranslated(t *testing.T) {
	uses, err := Uses("..", Scan{Literals: []string{"blob", "workbook"}})
	if err != nil {
		t.Skipf("the sources beside this package cannot be read now: %v", err)
	}
	var own []Use
	for _, u := range uses {
		switch filepath.Dir(filepath.FromSlash(u.File)) {
		case "blob", "workbook", "i18n":
			own = append(own, u)
		}
	}
	report := CompareUses(own)
	for _, u := range report.Missing {
		t.Errorf("%s:%d: %q has no English", u.File, u.Line, u.Text)
	}
	entries, _ := catalogue()
	for _, key := range report.Unused {
		switch entries[key].file {
		case "blob.json", "workbook.json", "i18n.json":
			t.Errorf("%s: %q is used nowhere", entries[key].file, key)
		}
	}
}
