package congvu_test

import (
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
)

// modernc.org/sqlite is tested with one version of modernc.org/libc only: an unrelated update of the other breaks it quietly.
func TestLibcIsTheOneThatSQLitePins(t *testing.T) {
	out, err := exec.Command("go", "list", "-m", "-f", "{{.GoMod}}", "modernc.org/sqlite").Output()
	if err != nil {
		t.Skip("go list: ", err)
	}
	theirs, err := os.ReadFile(strings.TrimSpace(string(out)))
	if err != nil {
		t.Skip(err)
	}
	ours, err := os.ReadFile("go.mod")
	if err != nil {
		t.Fatal(err)
	}
	pin := regexp.MustCompile(`modernc\.org/libc (v\S+)`)
	want, got := pin.FindSubmatch(theirs), pin.FindSubmatch(ours)
	if want == nil || got == nil || string(want[1]) != string(got[1]) {
		t.Fatalf("go.mod has %s, SQLite pins %s", got, want)
	}
}
