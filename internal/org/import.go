package org

import (
	"context"
	"errors"

	"congvu/internal/calendar"
	"congvu/internal/i18n"
	"congvu/internal/store"
	"congvu/internal/workbook"
)

// The kinds of table that can be imported.
const (
	ImportAgencies = "agencies"
	ImportUnits    = "units"
	ImportPeople   = "people"

	ImportSuccessions = "successions" // who follows whom by a decision being prepared
)

// ImportPlan is what a table would do: the dry run that a person sees before anything is written.
type ImportPlan struct {
	Kind      string
	Rows      int // rows of data
	Creates   int // entries that are new
	Updates   int // entries that change
	Unchanged int // rows that say what is known already
	Errors    []RowError
	Accounts  []ImportedAccount // sign-in names the rows ask for; auth opens the accounts afterwards

	table *workbook.Table
	steps []step
}

// ImportedAccount is a sign-in name that a row gives to a person.
type ImportedAccount struct {
	Row    int
	Login  string
	Name   string
	Person PersonID // 0 until the plan has been carried out
}

// RowError is one thing wrong with one row; while there is any, nothing is imported.
type RowError struct {
	Row     int    // number in the source
	Column  string // the column's title
	Address string // of the cell as spreadsheets write it: "B12"; the row alone where the table lacks the column
	Message store.Message
}

// step is what one row does once all rows are found good.
type step struct {
	row     int
	created bool
	do      func(ctx context.Context, tx *store.Tx) error
}

// errorsShown bounds the table of errors: whoever sees these knows what to repair.
const errorsShown = 500

type importer struct {
	columns []workbook.Column
	read    func(*planner) error
}

// importerOf is a function, because the readers themselves ask for their columns.
func importerOf(kind string) (importer, bool) {
	switch kind {
	case ImportAgencies:
		return importer{agencyTitles, (*planner).agencies}, true
	case ImportUnits:
		return importer{unitTitles, (*planner).units}, true
	case ImportPeople:
		return importer{peopleTitles, (*planner).people}, true
	case ImportSuccessions:
		return importer{successionTitles, (*planner).successions}, true
	}
	return importer{}, false
}

// PlanImport reads a table of agencies, units or people and tells what it would do, without writing. Columns are known by their Vietnamese
// titles. An empty cell says nothing: what is known stays. Units and people of rows that name no agency go to the actor's own; the
// administrator of the system may name any. Errors of rows stand in the plan; a table without the needed columns is a *workbook.Error.
// Forbidden unless the actor keeps such entries. r is the database or the running act.
func PlanImport(ctx context.Context, r store.Reader, a store.Actor, kind string, t *workbook.Table) (*ImportPlan, error) {
	clock, ok := r.(interface{ Now() store.Instant })
	if !ok {
		return nil, errors.New("org: a reader without a time")
	}
	reader, known := importerOf(kind)
	switch {
	case !known:
		return nil, store.RefuseField("kind", "Chọn loại dữ liệu cần nhập: cơ quan, đơn vị hoặc nhân sự.")
	case kind == ImportSuccessions && !MayShapeCity(a):
		return nil, mayReorganise(a)
	case kind == ImportAgencies && !MayShapeCity(a):
		return nil, store.Refuse(store.Forbidden, "Chỉ quản trị hệ thống được nhập danh mục cơ quan.")
	case !MayShapeCity(a) && (a.Agency == 0 || !MayAdminister(a, AgencyID(a.Agency))):
		return nil, store.Refuse(store.Forbidden, "Việc này do quản trị của cơ quan thực hiện.")
	}
	p := &planner{ctx: ctx, r: r, actor: a, today: Today(clock.Now()), plan: &ImportPlan{Kind: kind, table: t}, named: map[string]string{}}
	var err error
	if p.rows, err = t.Match(reader.columns); err != nil {
		return nil, err
	}
	for _, c := range reader.columns {
		p.named[c.Name] = c.Titles[0]
	}
	for _, i := range t.Issues { // a cell that could not be read is never taken for an empty one
		text, args := i.Reason()
		p.plan.Errors = append(p.plan.Errors, RowError{Row: i.Row, Address: workbook.Address(i.Row, i.Column), Message: store.Message{Text: text, Args: args}})
	}
	if err := reader.read(p); err != nil {
		return nil, err
	}
	if len(p.plan.Errors) > errorsShown {
		p.plan.Errors = p.plan.Errors[:errorsShown]
	}
	return p.plan, nil
}

// Template is an empty table of a kind with every column that PlanImport knows, to be filled in. NotFound for another kind.
func Template(kind string) (workbook.Out, error) {
	reader, known := importerOf(kind)
	if !known {
		return workbook.Out{}, store.Refuse(store.NotFound, "Chọn loại dữ liệu cần nhập: cơ quan, đơn vị hoặc nhân sự.")
	}
	out := workbook.Out{Rows: func(func([]any) bool) {}}
	for _, c := range reader.columns {
		out.Columns = append(out.Columns, workbook.OutColumn{Title: c.Titles[0]})
	}
	return out, nil
}

// CarryOut does what a plan says, all of it or nothing. It reads the table again inside the act: Invalid when the plan has errors, Conflict
// when a row would now do something else than the dry run showed. A plan that changes nothing records nothing.
func CarryOut(ctx context.Context, tx *store.Tx, plan *ImportPlan) error {
	if err := plan.refusal(); err != nil {
		return err
	}
	again, err := PlanImport(ctx, tx, tx.Actor(), plan.Kind, plan.table)
	if err != nil {
		return err
	}
	if row, same := plan.sameAs(again); !same {
		return store.Because(store.Refuse(store.Conflict, "Dữ liệu đã thay đổi từ lúc kiểm tra (dòng {row}). Chưa có dòng nào được nhập; hãy kiểm tra lại tệp.",
			"row", i18n.Plain(row)), again.refusal())
	}
	for _, s := range again.steps {
		if err := s.do(ctx, tx); err != nil {
			return atRow(err, s.row)
		}
	}
	plan.Accounts = again.Accounts
	if len(again.steps) == 0 {
		return nil
	}
	return tx.Record(store.Event{Verb: "org.imported", Agency: tx.Actor().Agency, Ref: ref("import", tx.NewID()), Title: plan.table.Name,
		Data: map[string]any{"kind": plan.Kind, "rows": plan.Rows, "created": plan.Creates, "updated": plan.Updates}})
}

// refusal gathers the errors of the rows.
func (plan *ImportPlan) refusal() error {
	var p store.Problems
	for _, e := range plan.Errors {
		p = append(p, store.Problem{Field: e.Address, Message: e.Message})
	}
	return p.Err()
}

// sameAs tells whether two readings of a table would do the same, else the first row that differs.
func (plan *ImportPlan) sameAs(again *ImportPlan) (row int, same bool) {
	if len(again.Errors) > 0 {
		return again.Errors[0].Row, false
	}
	for i := range max(len(plan.steps), len(again.steps)) {
		switch {
		case i >= len(plan.steps):
			return again.steps[i].row, false
		case i >= len(again.steps), plan.steps[i].row != again.steps[i].row, plan.steps[i].created != again.steps[i].created:
			return plan.steps[i].row, false
		}
	}
	return 0, true
}

// atRow lets a refusal say which row it is about.
func atRow(err error, row int) error {
	var r *store.Refusal
	if !errors.As(err, &r) {
		return err
	}
	c := *r
	c.Problems = nil
	for _, p := range r.Problems {
		c.Problems = append(c.Problems, store.Problem{Field: workbook.Address(row, 0)[1:], Message: p.Message})
	}
	return &c
}

// planner reads one table.
type planner struct {
	ctx   context.Context
	r     store.Reader
	actor store.Actor
	today calendar.Date
	rows  *workbook.Matched
	at    workbook.Record // the row being read
	plan  *ImportPlan
	named map[string]string // column → title
}

// each reads the rows one by one.
func (p *planner) each(read func() error) error {
	for at := range p.rows.Records() {
		p.at = at
		p.plan.Rows++
		if err := p.ctx.Err(); err != nil {
			return err
		}
		if err := read(); err != nil {
			return err
		}
		if len(p.plan.Errors) >= errorsShown {
			return nil
		}
	}
	return nil
}

func (p *planner) add(created, changed bool, do func(ctx context.Context, tx *store.Tx) error) {
	switch {
	case created:
		p.plan.Creates++
	case changed:
		p.plan.Updates++
	default:
		p.plan.Unchanged++
		return
	}
	p.plan.steps = append(p.plan.steps, step{p.at.Row, created, do})
}
