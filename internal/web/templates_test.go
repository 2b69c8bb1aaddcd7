package web

import (
	"bufio"
	"compress/gzip"
	"context"
	"io"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// What the page's policy would refuse in the browser is refused here first (ui gate: no hx-on, js:, inline style or script).
var banned = regexp.MustCompile(`hx-on|\bjs:|javascript:|\sstyle=|<style|\son[a-z]+=|hx-trigger="[^"]*\w\[|<base\b|templ\.Raw`)

// Letters that only a sentence for people has.
var vietnamese = regexp.MustCompile(`[À-ỹĐđ]`)

func templateLines(t *testing.T, each func(file string, n int, line string)) {
	t.Helper()
	files, err := filepath.Glob("*.templ")
	if err != nil || len(files) == 0 {
		t.Fatal("no templates: ", err)
	}
	for _, file := range files {
		f, err := os.Open(file)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		s := bufio.NewScanner(f)
		for n := 1; s.Scan(); n++ {
			code, _, _ := strings.Cut(s.Text(), "// ")
			each(file, n, code)
		}
	}
}

func TestTemplatesStayInsideThePolicy(t *testing.T) {
	templateLines(t, func(file string, n int, line string) {
		if m := banned.FindString(line); m != "" {
			t.Errorf("%s:%d: %q is refused by the page's policy or turns text into markup", file, n, strings.TrimSpace(m))
		}
		if strings.Contains(line, "<script") && !strings.Contains(line, "src={ assets.URL(") {
			t.Errorf("%s:%d: a script that is not a file of the bundle", file, n)
		}
	})
}

// A field named like a part of the form itself hides that part from scripts: a form with a field "form" was never sent.
func TestNoFieldIsNamedLikeAPartOfItsForm(t *testing.T) {
	named := regexp.MustCompile(`Field\{(ID|Name): "(form|elements|action|submit|reset|closest|children|dataset)"`)
	for _, pattern := range []string{"*.go", "*.templ"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			t.Fatal("no sources: ", err)
		}
		for _, file := range files {
			b, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if m := named.Find(b); m != nil && !strings.HasSuffix(file, "_test.go") {
				t.Errorf("%s: %s", file, m)
			}
		}
	}
}

// ui gate: no visible text that bypasses i18n. The name of a language is written in that language.
func TestTemplatesSpeakThroughI18n(t *testing.T) {
	templateLines(t, func(file string, n int, line string) {
		if vietnamese.MatchString(line) && !strings.Contains(line, "t(ctx, ") && !strings.Contains(line, "translate(ctx, ") && !strings.Contains(line, "languageButton") {
			t.Errorf("%s:%d: text that is not translated: %s", file, n, strings.TrimSpace(line))
		}
	})
}

// ui gate: a whole page is at most 30 KB in gzip.
func TestPagesStaySmall(t *testing.T) {
	for _, path := range []string{"/inbox?open=3", "/parts", "/forms"} {
		w := httptest.NewRecorder()
		gallery(&PolicyReports{}).ServeHTTP(w, httptest.NewRequest("GET", path, nil))
		var count counter
		z := gzip.NewWriter(&count)
		if _, err := io.Copy(z, w.Body); err != nil {
			t.Fatal(err)
		}
		z.Close()
		if count == 0 || count > 30<<10 {
			t.Errorf("%s is %d bytes", path, count)
		}
	}
}

type counter int

func (c *counter) Write(p []byte) (int, error) { *c += counter(len(p)); return len(p), nil }

func TestTextFillsItsPlacesInTheReadersForm(t *testing.T) {
	ctx := context.Background()
	if got := translate(ctx, "Đã gửi {done} văn bản", map[string]any{"done": 20000}); got != "Đã gửi 20.000 văn bản" {
		t.Errorf("%q", got)
	}
	if got := NumberText(WithLang(ctx, English), 20000); got != "20,000" {
		t.Errorf("%q", got)
	}
	if got := DateTimeText(galleryDay.UTC()); got != "09:00 23/11/2026" {
		t.Errorf("%q is not the country's time", got)
	}
}

func TestTextRefusesANameWithoutValue(test *testing.T) {
	defer func() {
		if recover() == nil {
			test.Error("t took a name without value")
		}
	}()
	pairs := strings.Fields("done")
	odd := make([]any, len(pairs))
	for i, p := range pairs {
		odd[i] = p
	}
	t(context.Background(), "Đã gửi {done}", odd...)
}

func TestUserTextIsNeverMarkup(t *testing.T) {
	const evil = `"><img src=x onerror=alert(1)>`
	ctx := context.Background()
	for name, c := range map[string]interface {
		Render(context.Context, io.Writer) error
	}{
		"row":       RowLink("javascript:alert(1)", evil, RowView{ID: evil, New: true}),
		"field":     TextField(Field{Name: evil, Label: evil, Value: evil, Hint: evil, Error: evil}),
		"choice":    SelectField(Field{Name: "x"}, []Option{{Value: evil, Label: evil, Group: evil}}),
		"file":      Files([]FileLine{{Name: evil, Href: "javascript:alert(1)", View: "javascript:alert(1)", Detail: evil, Verdict: evil}}),
		"signature": Signature(SignatureView{ID: evil, Verdict: evil, Who: evil, Role: evil, Reasons: []string{evil}, Details: []Detail{{evil, evil}}}),
		"step":      Timeline([]Step{{What: evil, Who: evil, Note: evil}}),
		"viewer":    Viewer(ViewerView{File: evil, Open: "javascript:alert(1)", Title: evil, Boxes: []SignatureBox{{Label: evil, Href: "javascript:alert(1)"}}}),
		"chip":      Combo(ComboView{Field: Field{Name: "x", Value: evil}, Source: evil, Chosen: []Option{{Value: evil, Label: evil}}}),
		"action":    Act(Action{Label: evil, Href: "javascript:alert(1)", Opens: evil}),
	} {
		var b strings.Builder
		if err := c.Render(ctx, &b); err != nil {
			t.Fatal(name, err)
		}
		if strings.Contains(b.String(), "<img") || strings.Contains(b.String(), `href="javascript:`) {
			t.Errorf("%s lets text through as markup: %s", name, b.String())
		}
	}
}
