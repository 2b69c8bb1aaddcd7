package api_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
	"testing"
)

// What a form takes in must be exported: the router does not look into unexported parts, and the parameters of the part would be refused as unknown.
func TestFormsTakeInOnlyWhatTheRouterSees(t *testing.T) {
	files, err := filepath.Glob("*.go")
	must(t, err)
	var parsed []*ast.File
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		must(t, err)
		parsed = append(parsed, f)
	}
	tagged := map[string]bool{} // structs with parameters
	each := func(do func(name string, s *ast.StructType)) {
		for _, file := range parsed {
			ast.Inspect(file, func(n ast.Node) bool {
				if spec, ok := n.(*ast.TypeSpec); ok {
					if s, ok := spec.Type.(*ast.StructType); ok {
						do(spec.Name.Name, s)
					}
				}
				return true
			})
		}
	}
	each(func(name string, s *ast.StructType) {
		for _, f := range s.Fields.List {
			if f.Tag != nil && (strings.Contains(f.Tag.Value, "query:") || strings.Contains(f.Tag.Value, "path:")) {
				tagged[name] = true
			}
		}
	})
	if len(tagged) < 10 {
		t.Fatalf("only %d forms with parameters were found", len(tagged))
	}
	each(func(name string, s *ast.StructType) {
		for _, f := range s.Fields.List {
			if part, ok := f.Type.(*ast.Ident); ok && len(f.Names) == 0 && tagged[part.Name] && !ast.IsExported(part.Name) {
				t.Errorf("%s takes in %s, which the router does not see", name, part.Name)
			}
		}
	})
}
