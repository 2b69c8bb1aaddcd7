package congvu_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

var (
	verbForm  = regexp.MustCompile(`\b[a-z]+\.[a-z_]+\b`)
	journalOf = regexp.MustCompile(`(?s)// Journal:(.*?)(?:\n//\n|\n[^/]|\z)`)
)

// said is what one room's sources say: verbs in the field Verb of a literal, and all texts with the form of a verb.
type said struct{ recorded, named []string }

// Every verb in the journal stands on the name plate of the room that says it, and every verb of a name plate is said.
func TestEveryVerbStandsOnItsRoomsNamePlate(t *testing.T) {
	announced, spoken := map[string][]string{}, map[string]said{}
	known := map[string]bool{}
	rooms, err := os.ReadDir("internal")
	if err != nil {
		t.Fatal(err)
	}
	for _, room := range rooms {
		name := room.Name()
		for _, plate := range []string{"doc.go", "in_doc.go", "direction_doc.go"} {
			text, err := os.ReadFile(filepath.Join("internal", name, plate))
			if err != nil {
				continue
			}
			if list := journalOf.FindSubmatch(text); list != nil {
				announced[name] = append(announced[name], verbForm.FindAllString(string(list[1]), -1)...)
			}
		}
		for _, v := range announced[name] {
			known[v] = true
		}
		spoken[name] = verbs(t, filepath.Join("internal", name))
	}
	if len(known) < 60 {
		t.Fatalf("only %d verbs on the name plates", len(known))
	}
	for _, room := range rooms {
		name := room.Name()
		for _, v := range spoken[name].recorded {
			if !slices.Contains(announced[name], v) {
				t.Errorf("%s records %s, which its name plate does not list", name, v)
			}
		}
		nouns := map[string]bool{}
		for _, v := range announced[name] {
			noun, _, _ := strings.Cut(v, ".")
			nouns[noun] = true
			if !slices.Contains(spoken[name].named, v) {
				t.Errorf("the name plate of %s lists %s, which it never says", name, v)
			}
		}
		for _, v := range spoken[name].named {
			if noun, _, _ := strings.Cut(v, "."); nouns[noun] && !known[v] {
				t.Errorf("%s names %s, which is on no name plate", name, v)
			}
		}
	}
}

func verbs(t *testing.T, dir string) (out said) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range files {
		if strings.HasSuffix(path, "_test.go") || strings.HasSuffix(path, "_templ.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.KeyValueExpr:
				if key, ok := n.Key.(*ast.Ident); ok && key.Name == "Verb" {
					if v, ok := verbText(n.Value); ok {
						out.recorded = append(out.recorded, v)
					}
				}
			case *ast.BasicLit:
				if v, ok := verbText(n); ok {
					out.named = append(out.named, v)
				}
			}
			return true
		})
	}
	return out
}

func verbText(e ast.Expr) (string, bool) {
	lit, ok := e.(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return "", false
	}
	v, err := strconv.Unquote(lit.Value)
	return v, err == nil && verbForm.FindString(v) == v && v != ""
}
