package congvu_test

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the generated parts of the documents anew")

// floors are the rows of the drawing, from the roof down.
var floors = []struct {
	name  string
	rooms []string
}{
	{"doors", []string{"web", "api", "city"}},
	{"work", []string{"exchange", "dossiers", "documents", "notify"}},
	{"who/what", []string{"auth", "org", "audit", "search"}},
	{"ground", []string{"backup", "store"}},
}

// The drawing in ARCHITECTURE.md is made from the plan in house_test.go.
func TestTheDrawingIsThePlan(t *testing.T) {
	generated(t, "ARCHITECTURE.md", "house", drawing())
}

func drawing() string {
	var b strings.Builder
	drawn := map[string]bool{}
	arrows := 0
	b.WriteString("```\n")
	for _, f := range floors {
		for i, room := range f.rooms {
			label := ""
			if i == 0 {
				label = f.name
			}
			enters := reduced(room)
			arrows += len(enters)
			drawn[room] = true
			fmt.Fprintf(&b, "%-9s %-10s → %s\n", label, room, strings.Join(enters, " "))
		}
	}
	var sheds []string
	for room := range house {
		if !drawn[room] {
			sheds = append(sheds, room)
		}
	}
	slices.Sort(sheds)
	for i, s := range sheds {
		label := ""
		if i == 0 {
			label = "sheds"
		}
		fmt.Fprintf(&b, "%-9s %-10s", label, s)
		if e := reduced(s); len(e) > 0 {
			fmt.Fprintf(&b, " → %s", strings.Join(e, " "))
		}
		b.WriteString("\n")
	}
	fmt.Fprintf(&b, "```\n\nArrows that a longer path already implies are left out: %.1f arrows a room.\n", float64(arrows)/float64(len(drawn)))
	return strings.ReplaceAll(b.String(), " → \n", "\n")
}

// reduced lists what a room enters, without what one of those enters anyway.
func reduced(room string) []string {
	var out []string
	all := strings.Fields(house[room])
	for _, below := range all {
		implied := false
		for _, other := range all {
			if other != below && reaches(other, below) {
				implied = true
			}
		}
		if !implied {
			out = append(out, below)
		}
	}
	slices.Sort(out)
	return out
}

func reaches(from, to string) bool {
	for _, below := range strings.Fields(house[from]) {
		if below == to || reaches(below, to) {
			return true
		}
	}
	return false
}

// generated compares the part of a document between its markers with what it is made from; -update writes it.
func generated(t *testing.T, file, name, want string) {
	t.Helper()
	begin, end := "<!-- generated:"+name+" -->\n", "<!-- /generated -->"
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	text := string(b)
	i := strings.Index(text, begin)
	if i < 0 {
		t.Fatalf("%s has no marker %q", file, begin)
	}
	i += len(begin)
	j := i + strings.Index(text[i:], end)
	if text[i:j] == want {
		return
	}
	if !*update {
		t.Fatalf("%s is stale: run go test . -update\n%s", file, want)
	}
	if err := os.WriteFile(file, []byte(text[:i]+want+text[j:]), 0o644); err != nil {
		t.Fatal(err)
	}
}
