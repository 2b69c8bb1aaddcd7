package congvu_test

import (
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// house is the plan: what each room may enter. An arrow that is not here cannot be built; see ARCHITECTURE.md, which is drawn from it.
var house = map[string]string{
	// ground
	"store":  "",
	"search": "store i18n",
	"backup": "store blob",
	// who and what
	"org":    "store calendar i18n workbook",
	"auth":   "store org i18n",
	"audit":  "store calendar keys proof",
	"notify": "store org",
	// work
	"documents": "store org calendar transcript paper pades cms pdf keys blob i18n workbook typist",
	"dossiers":  "store org documents calendar paper pdf workbook blob i18n",
	"exchange":  "store org audit documents calendar edxml xmldsig axis gateway pades keys blob i18n proof",
	// doors
	"web":  "store search backup org auth audit notify documents dossiers exchange calendar pades proof keys blob i18n workbook paper",
	"api":  "store search backup org auth audit notify documents dossiers exchange calendar pades keys blob i18n client",
	"city": "store org auth documents exchange keys blob paper pades calendar i18n axis workbook",
	// sheds: they know no room
	"typeface": "pdf", "pdf": "", "cms": "", "keys": "", "pades": "pdf cms keys typeface", "authority": "cms keys", "xmldsig": "", "edxml": "", "proof": "edxml xmldsig keys pades",
	"axis": "", "gateway": "", "paper": "pdf typeface calendar", "workbook": "i18n", "calendar": "", "blob": "", "i18n": "", "client": "",
	"localsigner": "pades",
	"confined":    "",
	"transcript":  "confined",
	"typist":      "confined typeface",
	"signer":      "keys",
	"storetest":   "store",
}

func TestTheHouseIsBuiltAsPlanned(t *testing.T) {
	rooms, err := os.ReadDir("internal")
	if err != nil {
		t.Fatal(err)
	}
	for _, room := range rooms {
		plan, known := house[room.Name()]
		if !known {
			t.Errorf("internal/%s is not on the plan of the house", room.Name())
			continue
		}
		for _, entered := range imports(t, filepath.Join("internal", room.Name())) {
			if !slices.Contains(strings.Fields(plan), entered) {
				t.Errorf("%s enters %s: no such arrow on the plan", room.Name(), entered)
			}
		}
	}
}

func TestThePlanHasNoCycle(t *testing.T) {
	state := map[string]int{}
	var walk func(room string, path []string)
	walk = func(room string, path []string) {
		if state[room] == 1 {
			t.Fatalf("cycle: %s", strings.Join(append(path, room), " → "))
		}
		if state[room] == 2 {
			return
		}
		state[room] = 1
		for _, below := range strings.Fields(house[room]) {
			if _, ok := house[below]; !ok {
				t.Errorf("%s points to %s, which is not on the plan", room, below)
			}
			walk(below, append(path, room))
		}
		state[room] = 2
	}
	for room := range house {
		walk(room, nil)
	}
}

func TestEveryRoomHasANamePlate(t *testing.T) {
	rooms, err := os.ReadDir("internal")
	if err != nil {
		t.Fatal(err)
	}
	for _, room := range rooms {
		if room.Name() == "storetest" {
			continue
		}
		text, err := os.ReadFile(filepath.Join("internal", room.Name(), "doc.go"))
		if err != nil || !strings.Contains(string(text), "// Package "+room.Name()) {
			t.Errorf("internal/%s/doc.go is not a name plate: %v", room.Name(), err)
		}
	}
}

// imports lists the rooms that the non-test files of a folder (and of its tools below) enter.
func imports(t *testing.T, dir string) []string {
	t.Helper()
	var out []string
	err := filepath.WalkDir(dir, func(path string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		for _, i := range f.Imports {
			p, inside := strings.CutPrefix(strings.Trim(i.Path.Value, `"`), "congvu/internal/")
			room := strings.Split(p, "/")[0]
			if inside && room != filepath.Base(dir) && !slices.Contains(out, room) {
				out = append(out, room)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}
