package congvu_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// Who has confirmed himself is said by auth, which compared the password. Doors may carry it along, never make it up: otherwise a stolen session would
// sign (docs/decisions/0015).
func TestDoorsDoNotVouchForAnybody(t *testing.T) {
	made := regexp.MustCompile(`\.Vouched\(\)|ConfirmedUntil\s*=[^=]|ConfirmedUntil:\s*(\S+)`)
	for _, door := range []string{"web", "api"} {
		files, err := filepath.Glob(filepath.Join("internal", door, "*.go"))
		if err != nil || len(files) == 0 {
			t.Fatalf("internal/%s: %d files, %v", door, len(files), err)
		}
		for _, name := range files {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			b, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range made.FindAllStringSubmatch(string(b), -1) {
				if m[1] != "c.session.Actor.ConfirmedUntil}" { // another post of the same confirmed person
					t.Errorf("%s vouches for somebody: %s", name, m[0])
				}
			}
		}
	}
}
