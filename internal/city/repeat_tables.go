package city

import (
	_ "embed"
	"fmt"
	"strings"
)

// What becomes of the rows of a table when a quarter or a city is copied. The list says it of every table and column of the installation: a migration
// that adds one adds it there.
const (
	keptFounding  = "founding"  // older than the quarter: stands still in time, is copied with a city
	keptRegisters = "registers" // founding too; another year has a register of its own
	keptQuarter   = "quarter"   // the work: copied with the quarter
	keptTrail     = "trail"     // copied with the quarter, but not when it is thin
	keptShared    = "shared"    // of the installation: never copied
	keptMade      = "made"      // made anew from the others
	keptRefused   = "refused"   // numbers of its own that no copy continues: a quarter that has rows here is not copied
)

// What is written in a column, where it is not moved by what it looks like.
const (
	asKept      = "keep"      // as it is: digests, and what stands in the file too
	asRegister  = "register"  // these three are one number of a register
	asYear      = "year"      //
	asNumber    = "number"    //
	asSuccessor = "successor" // a register without a number
	asCode      = "code"      // the number of a document in the text of its sender
	asIssued    = "issued"    // year of the date of issue
	asEntry     = "entry"     // arrival number and year
	asKey       = "key"       // told apart when nothing in it moved
	asLogin     = "login"     //
	asHeavy     = "heavy"     // long and told by others: left out when thin
	asNames     = "names"     // a list of names; a packed one cannot be renamed and is empty in another city
	asRaw       = "raw"       // signed by the first quarter's sender: never copied
)

//go:embed repeat_tables.txt
var repeatList string

type repeatTable struct {
	class, name, key string
	columns, kinds   []string
}

// repeatTables reads the list.
func repeatTables() (out []repeatTable) {
	for line := range strings.Lines(repeatList) {
		words := strings.Fields(line)
		if !strings.HasPrefix(line, " ") {
			out = append(out, repeatTable{class: words[0], name: words[1], key: words[2]})
			continue
		}
		t := &out[len(out)-1]
		for _, w := range words {
			name, kind, _ := strings.Cut(w, ":")
			t.columns, t.kinds = append(t.columns, name), append(t.kinds, kind)
		}
	}
	return out
}

func (t repeatTable) at(column string) int {
	for i, c := range t.columns {
		if c == column {
			return i
		}
	}
	return -1
}

func (t repeatTable) of(kind string) int {
	for i, k := range t.kinds {
		if k == kind {
			return i
		}
	}
	return -1
}

// within is the condition of the rows that belong to the played quarter.
func (t repeatTable) within(sp span) string {
	from, until := sp.firstID, sp.lastID
	if strings.HasSuffix(t.key, "_us") {
		from, until = int64(sp.from), int64(sp.until)
	}
	return fmt.Sprintf("%s >= %d AND %s < %d", t.key, from, t.key, until)
}
