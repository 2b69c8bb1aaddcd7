package pades

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// S13.5: the report is kept as data.
func TestReportSurvivesJSON(t *testing.T) {
	o := testOffice(t)
	r := verify(t, o.issued(t), o.options())
	first, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	var back Report
	if err := json.Unmarshal(first, &back); err != nil {
		t.Fatal(err)
	}
	second, err := json.Marshal(&back)
	if err != nil {
		t.Fatal(err)
	}
	if string(first) != string(second) {
		t.Errorf("written\n%s\nread back\n%s", first, second)
	}
	for _, want := range []string{`"outcome":"passed"`, `"indication":"TOTAL-PASSED"`, `"changes":"fill"`, `"kind":"certification"`, `"name":"Nguyễn Văn Nghĩa"`} {
		if !strings.Contains(string(first), want) {
			t.Errorf("no %s in the report", want)
		}
	}
}

func TestExitCodesAreStable(t *testing.T) {
	for o, want := range map[Outcome]int{Passed: 0, Failed: 1, Indeterminate: 2, None: 2, Unreadable: 3} {
		if got := o.ExitCode(); got != want {
			t.Errorf("%s: %d", o, got)
		}
	}
}

func TestUnsignedAndForeignFilesGetTheirOwnOutcome(t *testing.T) {
	o := testOffice(t)
	for want, file := range map[Outcome][]byte{None: draft(t, 0), Unreadable: []byte("không phải PDF")} {
		r := verify(t, file, o.options())
		if r.Outcome != want || len(r.Findings) == 0 {
			t.Error(explain(r))
		}
	}
	if _, err := Verify(draft(t, 0), VerifyOptions{}); err == nil {
		t.Error("verified at no time")
	}
}

// Every sentence is used, and its arguments are given where it is used.
func TestEverySentenceIsUsed(t *testing.T) {
	names, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	var code strings.Builder
	for _, n := range names {
		if n == "message.go" || strings.HasSuffix(n, "_test.go") {
			continue
		}
		b, err := os.ReadFile(n)
		if err != nil {
			t.Fatal(err)
		}
		code.Write(b)
	}
	argument := regexp.MustCompile(`\{([a-z]+)\}`)
	for key, s := range sentences {
		if !strings.Contains(code.String(), `"`+key+`"`) {
			t.Errorf("%s is never said", key)
		}
		for _, m := range argument.FindAllStringSubmatch(s.text, -1) {
			if !strings.Contains(code.String(), `"`+m[1]+`":`) {
				t.Errorf("%s wants {%s}, which nobody gives", key, m[1])
			}
		}
		if s.severity != "info" && s.severity != "warning" && s.severity != "error" {
			t.Errorf("%s has severity %q", key, s.severity)
		}
	}
}
