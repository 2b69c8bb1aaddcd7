package documents

import (
	"go/ast"
	"go/parser"
	gotoken "go/token"
	"io/fs"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"congvu/internal/store"
)

// Every act that the room writes into a history has its kind in the course.
func TestEveryActOfTheHistoryHasAKind(t *testing.T) {
	set := gotoken.NewFileSet()
	names, err := fs.Glob(os.DirFS("."), "*.go")
	must(t, err)
	constants, acts := map[string]string{}, map[string]string{"extension_agreed": "follow_extend.go", "extension_refused": "follow_extend.go", "lay_out": "out_layout.go"}
	var files []*ast.File
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(set, name, nil, 0)
		must(t, err)
		files = append(files, f)
		ast.Inspect(f, func(n ast.Node) bool {
			if v, ok := n.(*ast.ValueSpec); ok {
				for i, x := range v.Values {
					if lit, ok := x.(*ast.BasicLit); ok && lit.Kind == gotoken.STRING {
						constants[v.Names[i].Name], _ = strconv.Unquote(lit.Value)
					}
				}
			}
			return true
		})
	}
	note := func(x ast.Expr) {
		if call, ok := x.(*ast.CallExpr); ok && len(call.Args) == 1 {
			x = call.Args[0]
		}
		at := set.Position(x.Pos()).String()
		switch v := x.(type) {
		case *ast.BasicLit:
			text, _ := strconv.Unquote(v.Value)
			acts[text] = at
		case *ast.Ident:
			if text, ok := constants[v.Name]; ok {
				acts[text] = at
			}
		}
	}
	for _, f := range files {
		ast.Inspect(f, func(n ast.Node) bool {
			switch x := n.(type) {
			case *ast.CompositeLit:
				kind, ok := x.Type.(*ast.Ident)
				if !ok || kind.Name != "Step" && kind.Name != "move" {
					return true
				}
				for _, e := range x.Elts {
					if kv, ok := e.(*ast.KeyValueExpr); ok && strings.EqualFold(kv.Key.(*ast.Ident).Name, "act") {
						note(kv.Value)
					}
				}
			case *ast.CallExpr:
				if f, ok := x.Fun.(*ast.Ident); ok && f.Name == "accessStep" {
					note(x.Args[4])
				}
				if f, ok := x.Fun.(*ast.SelectorExpr); ok && f.Sel.Name == "tell" && len(x.Args) == 8 { // of an order to draft
					note(x.Args[2])
				}
				if f, ok := x.Fun.(*ast.Ident); ok && f.Name == "endAssign" {
					note(x.Args[3])
				}
			}
			return true
		})
	}
	if len(acts) < 60 {
		t.Fatalf("found only %d acts: the test reads the wrong things", len(acts))
	}
	for act, at := range acts {
		if kindOfAct[act] == "" {
			t.Errorf("%s: the act %q has no kind in the course", at, act)
		}
	}
	for act := range kindOfAct {
		if acts[act] == "" {
			t.Errorf("nothing writes the act %q", act)
		}
	}
}

func (o *office) course(who, ref string, f Course) *CoursePage {
	o.t.Helper()
	p, err := CourseOf(inCtx, o.db, o.people[who], ref, f)
	o.must(err)
	return p
}

func kindsOf(p *CoursePage) (all []MomentKind) {
	for _, m := range p.Rows {
		if len(all) == 0 || all[len(all)-1] != m.Kind {
			all = append(all, m.Kind)
		}
	}
	return all
}

// The whole course of a received document stands in one place in the order of time, narrowed by kind and person, in parts, printed; readings only for who
// owns the document's rights, nothing for strangers.
//
// V28: screen /incoming/{id}/history; api GET /incoming/{id}/history; command remote history
func TestTheWholeCourseStandsInOrderOfTime(t *testing.T) {
	o := newOffice(t)
	desk := &Desk{DB: o.db}
	d := o.registered()
	read := func(who string) {
		o.clock.Step(time.Minute)
		o.must(desk.NoteAccess(inCtx, o.people[who], d.Ref(), AccessView, 0))
	}
	read("clerk")
	o.clock.Step(time.Minute)
	o.submit(d.ID, "head")
	read("head")
	o.clock.Step(time.Minute)
	_, err := o.direct("head", d.ID, Direction{Leads: []Target{{Unit: o.unitX}}, Opinion: "Phòng X chủ trì", DueDays: 5})
	o.must(err)
	read("head_x")
	o.must(desk.KeepAccesses(inCtx)) // the readings are written after the acts that followed them
	o.clock.Step(time.Minute)
	o.must(o.by("head_x", func(tx *store.Tx) error {
		return Complete(inCtx, tx, o.lineFor(d.ID, Target{Unit: o.unitX}).ID, CompleteForm{Result: "Đã trả lời bằng điện thoại"})
	}))
	all := o.course("clerk", d.Ref(), Course{})
	if want := []MomentKind{MomentReceive, MomentReading, MomentDirection, MomentReading, MomentDirection, MomentReading, MomentHandling}; !slices.Equal(kindsOf(all), want) || !all.Reads {
		t.Errorf("%v", kindsOf(all))
	}
	if !slices.IsSortedFunc(all.Rows, byTime) || len(all.People) != 3 {
		t.Errorf("people %v", all.People)
	}
	var parts []Moment
	for f := (Course{Limit: 2}); ; {
		p := o.course("clerk", d.Ref(), f)
		parts = append(parts, p.Rows...)
		if f.After = p.Next; p.Next == "" {
			break
		}
	}
	if !slices.EqualFunc(parts, all.Rows, func(x, y Moment) bool { return x.ID == y.ID && x.Act == y.Act }) {
		t.Errorf("in parts %d lines, at once %d", len(parts), len(all.Rows))
	}
	if got := o.course("clerk", d.Ref(), Course{Kind: MomentReading}); len(got.Rows) != 3 || got.Rows[1].Who != "Người head" {
		t.Errorf("%+v", got.Rows)
	}
	if got := o.course("clerk", d.Ref(), Course{Person: o.people["head"].Person}); len(got.Rows) != 2 {
		t.Errorf("%+v", got.Rows)
	}
	if got := o.course("head_x", d.Ref(), Course{}); len(kindsOf(got)) == 0 {
		t.Error("who handles it does not see its course")
	}
	_, err = CourseOf(inCtx, o.db, o.people["clerk"], d.Ref(), Course{Kind: "nothing"})
	o.refused(store.Invalid, err)
	_, err = CourseOf(inCtx, o.db, o.people["clerk"], d.Ref(), Course{After: "nothing"})
	o.refused(store.Invalid, err)
	for _, stranger := range []string{"foreign_clerk", "staff_y"} {
		_, err = CourseOf(inCtx, o.db, o.people[stranger], d.Ref(), Course{})
		o.refused(store.NotFound, err)
		_, err = CourseSheet(inCtx, o.db, o.people[stranger], d.Ref(), Course{})
		o.refused(store.NotFound, err)
	}
	sheet, err := CourseSheet(inCtx, o.db, o.people["clerk"], d.Ref(), Course{})
	if err != nil || !strings.HasPrefix(string(sheet), "%PDF") {
		t.Errorf("%.10q %v", sheet, err)
	}
}

// Who sees a document and does not own its rights sees its course without who read it.
func TestReadingsOfTheCourseAreForTheOwner(t *testing.T) {
	o := newOffice(t)
	desk := &Desk{DB: o.db}
	d := o.registered()
	o.submit(d.ID, "head")
	_, err := o.direct("head", d.ID, Direction{Leads: []Target{{Unit: o.unitX}}, Coordinators: []Target{{Unit: o.unitY}}, Opinion: "Phòng X chủ trì", DueDays: 5})
	o.must(err)
	o.must(desk.NoteAccess(inCtx, o.people["head"], d.Ref(), AccessView, 0))
	o.must(desk.KeepAccesses(inCtx))
	if got := o.course("head_y", d.Ref(), Course{}); got.Reads || slices.Contains(kindsOf(got), MomentReading) || len(got.Rows) == 0 {
		t.Errorf("a coordinator is shown who read: %v", kindsOf(got))
	}
	if got := o.course("head_y", d.Ref(), Course{Kind: MomentReading}); len(got.Rows) != 0 {
		t.Errorf("%+v", got.Rows)
	}
}

// Many readings of one document are read in steps: none is lost where a step ends.
func TestACourseLongerThanOneStepIsWhole(t *testing.T) {
	o := newOffice(t)
	d := o.registered()
	at := o.db.Now()
	o.must(o.db.Write(inCtx, store.System(o.agency), func(tx *store.Tx) error {
		var batch []readingNote
		for i := range 3*courseStep + 7 {
			batch = append(batch, readingNote{actor: o.people["head"], ref: d.Ref(), what: AccessDownload, at: at.Add(time.Duration(i/5) * time.Second)})
		}
		return keepReadings(inCtx, tx, o.agency, batch)
	}))
	n := 0
	for f := (Course{Kind: MomentReading, Limit: 200}); ; {
		p := o.course("clerk", d.Ref(), f)
		n += len(p.Rows)
		if f.After = p.Next; p.Next == "" {
			break
		}
	}
	if n != 3*courseStep+7 {
		t.Errorf("%d readings in parts", n)
	}
}
