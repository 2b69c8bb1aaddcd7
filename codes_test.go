package congvu_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	tableText  = regexp.MustCompile(`(?s)CREATE TABLE (\w+) \((.*?)\n\)`)
	codeColumn = regexp.MustCompile(`^\s*(state|direction|purpose|way|rank)\s+TEXT NOT NULL(.*)$`)
	continued  = regexp.MustCompile(`\n {3,}`) // a long list goes on in the next line
	oneList    = regexp.MustCompile(`CHECK \((\w+) IN \('[a-z_]*'(, '[a-zA-Z_]*')*\)\)`)
)

// A column of codes holds one list of codes, and the database refuses any other: two spellings of one fact cannot stand beside each other.
// N14: every state, direction, purpose, way and rank is one list, enforced by the tables.
func TestColumnsOfCodesHoldOneList(t *testing.T) {
	files, err := filepath.Glob("internal/store/migrations/*.sql")
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, table := range tableText.FindAllStringSubmatch(string(b), -1) {
			for line := range strings.Lines(continued.ReplaceAllString(table[2], " ")) {
				m := codeColumn.FindStringSubmatch(strings.TrimRight(line, "\n"))
				if m == nil {
					continue
				}
				seen++
				if check := oneList.FindStringSubmatch(m[2]); check == nil || check[1] != m[1] {
					t.Errorf("%s: %s.%s takes any text", filepath.Base(f), table[1], m[1])
				}
			}
		}
	}
	if seen < 25 {
		t.Fatalf("only %d columns of codes: has the form of the migrations changed?", seen)
	}
}
