package pades

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const samples = "../../../shared/data/signed-pdf"

// The verdict on integrity for foreign files, as public test suites state it. Trust is not part of it: the roots are test
// authorities.
func TestForeignFilesAreJudgedAsTheirSuitesSay(t *testing.T) {
	table, err := os.Open(filepath.Join(samples, "MANIFEST.tsv"))
	if err != nil {
		t.Skip("the sample files are not here: ", err)
	}
	defer table.Close()
	in := csv.NewReader(table)
	in.Comma, in.LazyQuotes = '\t', true
	rows, err := in.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows[1:] {
		t.Run(strings.TrimSuffix(row[0], ".pdf"), func(t *testing.T) {
			file, err := os.ReadFile(filepath.Join(samples, row[0]))
			if err != nil {
				t.Fatal(err)
			}
			r, err := Verify(file, VerifyOptions{At: time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)})
			if err != nil {
				t.Fatal(err)
			}
			if got := suiteWord(r); got != row[1] {
				t.Errorf("got %s, the suite says %s (%s)\n%s", got, row[1], row[2], explain(r))
			}
			if r.Outcome == Passed {
				t.Error("passed without any trust anchor")
			}
		})
	}
}

func suiteWord(r *Report) string {
	switch {
	case r.Outcome == Unreadable || r.Outcome == None || r.Integrity == Broken:
		return "FAIL"
	case r.Integrity == Doubtful:
		return "WARN"
	}
	return "OK"
}

// explain renders a report for the log of a failed test.
func explain(r *Report) string {
	var b strings.Builder
	line := func(indent string, all []Finding) {
		for _, f := range all {
			b.WriteString(indent + f.Code + ": " + fillIn(f.Text, f.Args) + "\n")
		}
	}
	b.WriteString(string(r.Outcome) + " " + string(r.Integrity) + "\n")
	line("  ", r.Findings)
	for _, s := range r.Signatures {
		b.WriteString("  " + s.Field + " " + string(s.Kind) + " " + string(s.Indication) + "/" + string(s.SubIndication) + " " + string(s.Integrity) + " " + s.Changes.String() + " " + s.Algorithm + "\n")
		line("    ", s.Findings)
	}
	return b.String()
}
