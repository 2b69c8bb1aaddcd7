package i18n

import (
	"go/ast"
	"go/parser"
	"go/scanner"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// Use is one sentence found in the sources.
type Use struct {
	Text string
	File string // slash path below the scanned folder
	Line int
}

// Call names a function whose argument is a sentence. Name is "pkg.Func", "Func" (same package) or "*.Func" (any receiver
// or package). Arg is the argument's place from 0; AnyVietnamese takes every argument that looks Vietnamese.
type Call struct {
	Name string
	Arg  int
}

// AnyVietnamese as Call.Arg takes every literal argument with a Vietnamese letter.
const AnyVietnamese = -1

// Scan says where sentences stand. The zero value finds DefaultCalls.
type Scan struct {
	Calls []Call
	// Literals names folders (slash paths below the scanned one) where every string literal with a Vietnamese letter is a
	// sentence: sheds and rooms whose errors carry their reason.
	Literals []string
	// Skip names folders that are not read.
	Skip []string
}

// DefaultCalls are the ways in which this program shows a sentence.
var DefaultCalls = []Call{
	{"i18n.T", 1}, {"T", 1}, {"*.T", 0}, {"t", 1},
	{"store.Refuse", AnyVietnamese}, {"store.Refusal", AnyVietnamese}, {"*.Refuse", AnyVietnamese},
}

// Uses finds all sentences in the Go and templ sources below dir. Tests, testdata and generated templ code (where its source
// stands beside it) are left out. Constants of the same package and "a" + "b" are understood.
func Uses(dir string, scan Scan) ([]Use, error) {
	if scan.Calls == nil {
		scan.Calls = DefaultCalls
	}
	var uses []Use
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || !e.IsDir() {
			return err
		}
		rel, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		rel = filepath.ToSlash(rel)
		if name := e.Name(); path != dir && (name == "testdata" || name == "node_modules" || name[0] == '.' || name[0] == '_' || slices.Contains(scan.Skip, rel)) {
			return filepath.SkipDir
		}
		found, err := scan.folder(path, rel)
		uses = append(uses, found...)
		return err
	})
	slices.SortFunc(uses, func(a, b Use) int {
		if c := strings.Compare(a.File, b.File); c != 0 {
			return c
		}
		return a.Line - b.Line
	})
	return uses, err
}

func (scan Scan) folder(path, rel string) ([]Use, error) {
	entries, err := os.ReadDir(path)
	if err != nil {
		return nil, err
	}
	set := token.NewFileSet()
	var sources []*ast.File
	var uses []Use
	for _, e := range entries {
		full := filepath.Join(path, e.Name())
		switch {
		case e.IsDir() || strings.HasSuffix(e.Name(), "_test.go"):
		case strings.HasSuffix(e.Name(), ".templ"):
			b, err := os.ReadFile(full)
			if err != nil {
				return nil, err
			}
			uses = append(uses, scan.templ(string(b), filepath.ToSlash(filepath.Join(rel, e.Name())))...)
		case strings.HasSuffix(e.Name(), ".go"):
			if stem, ok := strings.CutSuffix(full, "_templ.go"); ok {
				if _, err := os.Stat(stem + ".templ"); err == nil {
					continue
				}
			}
			f, err := parser.ParseFile(set, full, nil, parser.SkipObjectResolution)
			if err != nil {
				return nil, err
			}
			sources = append(sources, f)
		}
	}
	return append(uses, scan.goFiles(set, sources, rel)...), nil
}

func (scan Scan) goFiles(set *token.FileSet, sources []*ast.File, rel string) []Use {
	texts := constants{}
	for _, f := range sources {
		texts.collect(f)
	}
	everything := slices.Contains(scan.Literals, rel)
	var uses []Use
	for _, f := range sources {
		add := func(e ast.Expr, text string) {
			p := set.Position(e.Pos())
			uses = append(uses, Use{text, filepath.ToSlash(filepath.Join(rel, filepath.Base(p.Filename))), p.Line})
		}
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.CallExpr:
				if everything {
					break
				}
				arg, ok := scan.matches(callName(n.Fun))
				for i, a := range n.Args {
					if text, isText := texts.value(a, 0); ok && isText && text != "" && (i == arg || arg == AnyVietnamese && IsVietnamese(text)) {
						add(a, text)
					}
				}
			case *ast.BinaryExpr, *ast.BasicLit:
				if text, ok := texts.value(n.(ast.Expr), 0); everything && ok && IsVietnamese(text) {
					add(n.(ast.Expr), text)
					return false
				}
			}
			return true
		})
	}
	return uses
}

func (scan Scan) matches(name string) (int, bool) {
	_, last, selected := strings.Cut(name, ".")
	for _, c := range scan.Calls {
		if name != "" && (c.Name == name || selected && c.Name == "*."+last) {
			return c.Arg, true
		}
	}
	return 0, false
}

// callName is "Func" or "x.Func", where x is the last name before the dot.
func callName(fun ast.Expr) string {
	switch f := fun.(type) {
	case *ast.Ident:
		return f.Name
	case *ast.SelectorExpr:
		switch x := f.X.(type) {
		case *ast.Ident:
			return x.Name + "." + f.Sel.Name
		case *ast.SelectorExpr:
			return x.Sel.Name + "." + f.Sel.Name
		}
		return "_." + f.Sel.Name
	}
	return ""
}

// constants maps the string constants of one package.
type constants map[string]ast.Expr

func (c constants) collect(f *ast.File) {
	for _, d := range f.Decls {
		g, ok := d.(*ast.GenDecl)
		if !ok || g.Tok != token.CONST {
			continue
		}
		for _, s := range g.Specs {
			v := s.(*ast.ValueSpec)
			for i, name := range v.Names {
				if i < len(v.Values) {
					c[name.Name] = v.Values[i]
				}
			}
		}
	}
}

// value evaluates a constant text.
func (c constants) value(e ast.Expr, depth int) (string, bool) {
	if depth > 200 {
		return "", false
	}
	switch e := e.(type) {
	case *ast.BasicLit:
		if e.Kind == token.STRING {
			s, err := strconv.Unquote(e.Value)
			return s, err == nil
		}
	case *ast.ParenExpr:
		return c.value(e.X, depth+1)
	case *ast.BinaryExpr:
		if e.Op == token.ADD {
			a, okA := c.value(e.X, depth+1)
			b, okB := c.value(e.Y, depth+1)
			return a + b, okA && okB
		}
	case *ast.Ident:
		if v, ok := c[e.Name]; ok {
			return c.value(v, depth+1)
		}
	}
	return "", false
}

var callStart = regexp.MustCompile(`(?:\b([A-Za-z_]\w*)\.)?\b([A-Za-z_]\w*)\(`)

// templ reads calls out of a templ source, whose markup no Go parser reads.
func (scan Scan) templ(source, file string) []Use {
	var uses []Use
	for _, at := range callStart.FindAllStringSubmatchIndex(source, -1) {
		name := source[at[4]:at[5]]
		if at[2] >= 0 {
			name = source[at[2]:at[3]] + "." + name
		} else if at[0] > 0 && source[at[0]-1] == '.' {
			name = "_." + name
		}
		arg, ok := scan.matches(name)
		if !ok {
			continue
		}
		for i, text := range literalArguments(source[at[1]:]) {
			if text != "" && (i == arg || arg == AnyVietnamese && IsVietnamese(text)) {
				uses = append(uses, Use{text, file, 1 + strings.Count(source[:at[0]], "\n")})
			}
		}
	}
	return uses
}

// literalArguments reads the arguments of a call whose opening parenthesis was just passed; "" for one that is no literal.
func literalArguments(source string) []string {
	b := []byte(source[:min(len(source), 8192)])
	var s scanner.Scanner
	s.Init(token.NewFileSet().AddFile("", -1, len(b)), b, func(token.Position, string) {}, 0)
	var args []string
	text, literal, depth, empty := "", true, 0, true
	end := func() {
		if !literal {
			text = ""
		}
		args = append(args, text)
		text, literal = "", true
	}
	for {
		_, tok, lit := s.Scan()
		switch {
		case tok == token.EOF:
			return nil
		case tok == token.RPAREN && depth == 0:
			if !empty {
				end()
			}
			return args
		case tok == token.COMMA && depth == 0:
			end()
		case tok == token.STRING && depth == 0:
			part, err := strconv.Unquote(lit)
			literal = literal && err == nil
			text += part
		case tok == token.ADD && depth == 0, tok == token.SEMICOLON:
		default:
			switch tok {
			case token.LPAREN, token.LBRACE, token.LBRACK:
				depth++
			case token.RPAREN, token.RBRACE, token.RBRACK:
				depth--
			}
			literal = false
		}
		empty = false
	}
}

// IsVietnamese reports whether s has a letter with a mark, as every Vietnamese sentence does.
func IsVietnamese(s string) bool {
	for _, r := range s {
		if r >= 0xc0 && r != 0xd7 && r != 0xf7 && unicode.Is(unicode.Latin, r) {
			return true
		}
	}
	return false
}

// Report compares uses with the English catalogue.
type Report struct {
	Missing []Use    // used, not translated; each sentence once
	Unused  []string // translated, not used
}

// CompareUses finds missing and unused translations.
func CompareUses(uses []Use) Report {
	entries, _ := catalogue()
	used := map[string]bool{}
	var report Report
	for _, u := range uses {
		if !used[u.Text] {
			used[u.Text] = true
			if _, ok := entries[u.Text]; !ok {
				report.Missing = append(report.Missing, u)
			}
		}
	}
	for _, key := range Keys() {
		if !used[key] {
			report.Unused = append(report.Unused, key)
		}
	}
	return report
}
