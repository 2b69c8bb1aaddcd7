package congvu_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"congvu/internal/api"
	"congvu/internal/web"
)

// shown is a test that shows a function of Phụ lục VI, or would catch a failure, with where a person finds it.
type shown struct {
	test, file           string
	screen, api, command string
	words                string // what else the line says
}

// shownLine is a line of a test's comment: "V27: screen /dossiers/{id}; api GET /dossiers/{id}/export; command remote dossier-export".
var shownLine = regexp.MustCompile(`^([VN])([0-9]+): (.+)$`)

// docs/phu-luc-vi.md is made from the comments of the tests, and lists every function: what no test shows would stand there as a gap, and fails here.
func TestEveryFunctionOfTheDecreeIsShownByATest(t *testing.T) {
	functions, caught := shownIn(t)
	for _, d := range demands {
		if len(functions[d.id]) == 0 {
			t.Errorf("V%d (%s) is shown by no test", d.id, d.text)
		}
	}
	for i, text := range failures {
		if len(caught[i+1]) == 0 {
			t.Errorf("N%d (%s) would be caught by no test", i+1, text)
		}
	}
	generated(t, "docs/phu-luc-vi.md", "functions", functionTable(functions))
	generated(t, "docs/phu-luc-vi.md", "failures", failureTable(caught))
}

// Where a test's comment says a function is found, there is a page, an operation and a command.
func TestWhatTheChecklistNamesExists(t *testing.T) {
	screens, operations := map[string]bool{}, map[string]bool{}
	for _, r := range web.Routes() {
		_, path, _ := strings.Cut(r.Pattern, " ")
		screens[path] = true
	}
	for _, r := range api.Routes() {
		operations[r.Method+" "+strings.TrimPrefix(r.Path, api.Prefix)] = true
	}
	commands := commandsOf(t)
	functions, caught := shownIn(t)
	for _, of := range []map[int][]shown{functions, caught} {
		for id, all := range of {
			for _, s := range all {
				if s.screen != "" && !screens[s.screen] {
					t.Errorf("%s (%d): no page %s", s.test, id, s.screen)
				}
				if s.api != "" && !operations[s.api] {
					t.Errorf("%s (%d): no operation %s", s.test, id, s.api)
				}
				if s.command != "" && !commands[s.command] {
					t.Errorf("%s (%d): no command %q", s.test, id, s.command)
				}
			}
		}
	}
}

// commandsOf lists the words of the command line, from its tables: "serve", "remote register".
func commandsOf(t *testing.T) map[string]bool {
	t.Helper()
	out := map[string]bool{}
	files, err := filepath.Glob("cmd/congvu/*.go")
	if err != nil {
		t.Fatal(err)
	}
	entry := regexp.MustCompile(`(?m)^\s*\{"([a-z-]+)", "([^"]*)", (?:"|[a-zA-Z])`)
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range entry.FindAllStringSubmatch(string(b), -1) {
			if strings.HasPrefix(m[2], m[1]) && strings.Contains(filepath.Base(f), "remote") {
				out["remote "+m[1]] = true
			} else {
				out[m[1]] = true
			}
		}
	}
	return out
}

// shownIn reads the comments of all tests.
func shownIn(t *testing.T) (functions, caught map[int][]shown) {
	t.Helper()
	functions, caught = map[int][]shown{}, map[int][]shown{}
	err := filepath.WalkDir(".", func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ParseComments)
		if err != nil {
			return err
		}
		for _, d := range f.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok || fn.Doc == nil || !strings.HasPrefix(fn.Name.Name, "Test") && !strings.HasPrefix(fn.Name.Name, "Fuzz") {
				continue
			}
			for line := range strings.Lines(fn.Doc.Text()) {
				m := shownLine.FindStringSubmatch(strings.TrimSpace(line))
				if m == nil {
					continue
				}
				var id int
				fmt.Sscan(m[2], &id)
				to, most := functions, len(demands)
				if m[1] == "N" {
					to, most = caught, len(failures)
				}
				if id < 1 || id > most {
					t.Errorf("%s: no %s%d", fn.Name.Name, m[1], id)
				}
				to[id] = append(to[id], readShown(fn.Name.Name, path, m[3]))
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, of := range []map[int][]shown{functions, caught} {
		for _, all := range of {
			slices.SortFunc(all, func(a, b shown) int { return strings.Compare(a.file+a.test, b.file+b.test) })
		}
	}
	return functions, caught
}

func readShown(test, file, text string) shown {
	s := shown{test: test, file: file}
	for _, part := range strings.Split(text, ";") {
		part = strings.TrimSpace(part)
		word, rest, _ := strings.Cut(part, " ")
		switch {
		case word == "screen" && strings.HasPrefix(rest, "/"):
			s.screen = rest
		case word == "api":
			s.api = rest
		case word == "command":
			s.command = rest
		default:
			s.words = part
		}
	}
	return s
}

func functionTable(functions map[int][]shown) string {
	var b strings.Builder
	b.WriteString("| | Mục | Chức năng | Màn hình | API | Lệnh | Kiểm thử |\n|---|---|---|---|---|---|---|\n")
	for _, d := range demands {
		var screens, operations, commands, tests []string
		for _, s := range functions[d.id] {
			screens, operations, commands = once(screens, s.screen), once(operations, s.api), once(commands, s.command)
			tests = once(tests, s.test)
		}
		note := strings.Join(ticked(tests), ", ")
		if note == "" {
			note = "**chưa có**"
		}
		if said := outside[d.id]; said != "" {
			note += ". " + said
		}
		fmt.Fprintf(&b, "| V%d | %s | %s | %s | %s | %s | %s |\n", d.id, d.ref, d.text, strings.Join(ticked(screens), ", "),
			strings.Join(ticked(operations), ", "), strings.Join(ticked(commands), ", "), note)
	}
	return b.String()
}

func failureTable(caught map[int][]shown) string {
	var b strings.Builder
	b.WriteString("| | Lỗi của các sản phẩm hiện có | Kiểm thử phát hiện |\n|---|---|---|\n")
	for i, text := range failures {
		var tests []string
		for _, s := range caught[i+1] {
			tests = once(tests, s.test)
		}
		fmt.Fprintf(&b, "| N%d | %s | %s |\n", i+1, text, strings.Join(ticked(tests), ", "))
	}
	return b.String()
}

func once(all []string, s string) []string {
	if s == "" || slices.Contains(all, s) {
		return all
	}
	return append(all, s)
}

func ticked(all []string) (out []string) {
	for _, s := range all {
		out = append(out, "`"+s+"`")
	}
	return out
}
