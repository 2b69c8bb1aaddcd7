package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"congvu/internal/auth"
	"congvu/internal/i18n"
	"congvu/internal/org"
	"congvu/internal/store"
	"congvu/internal/workbook"
)

// local is the operator at the machine itself: whoever may read the data folder.
var local = store.Actor{Via: store.ViaCLI}

const largestTable = 10 << 20

// importTable reads agencies, units or people from a table: all of it or nothing. Exit 1 with the table of errors when any row is wrong.
func importTable(ctx context.Context, w *world, args []string) error {
	fs := flags(w, "import", "import agencies|units|people TỆP [--dry-run] [--template] --data THƯ_MỤC")
	dry := fs.Bool("dry-run", false, "chỉ kiểm tra, không ghi gì")
	template := fs.Bool("template", false, "ghi tệp mẫu trống vào TỆP")
	s := newSettings(w, fs, false)
	rest, err := parse(fs, args)
	if err != nil {
		return err
	}
	if len(rest) != 2 {
		return badUsage("cần loại dữ liệu và một tệp: congvu import agencies|units|people TỆP")
	}
	if *template {
		return writeTemplate(w, rest[0], rest[1])
	}
	if _, err := org.Template(rest[0]); err != nil {
		return badUsage(explain(err))
	}
	table, err := readTable(rest[1])
	if err != nil {
		return err
	}
	in, err := openLocal(ctx, w, s)
	if err != nil {
		return err
	}
	defer in.Close()
	plan, err := planTable(ctx, in.DB, rest[0], table)
	if err != nil {
		return err
	}
	if len(plan.Errors) > 0 {
		printRowErrors(w.out, plan.Errors)
		return exit(1)
	}
	fmt.Fprintf(w.out, "%s: %d dòng; thêm mới %d, thay đổi %d, giữ nguyên %d.\n", table.Name, plan.Rows, plan.Creates, plan.Updates, plan.Unchanged)
	if *dry {
		fmt.Fprintln(w.out, "Chỉ kiểm tra: chưa ghi gì.")
		return nil
	}
	if err := in.DB.Write(ctx, local, func(tx *store.Tx) error { return org.CarryOut(ctx, tx, plan) }); err != nil {
		return err
	}
	fmt.Fprintln(w.out, "Đã nhập xong.")
	return openImported(ctx, w, in.DB, plan.Accounts)
}

func readTable(name string) (*workbook.Table, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, store.Because(store.Refuse(store.NotFound, "Không mở được tệp {name}.", "name", name), err)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, largestTable+1)) // one byte more: workbook says that it is too large
	if err != nil {
		return nil, err
	}
	return workbook.ReadTable(data, filepath.Base(name), workbook.Limits{Bytes: largestTable})
}

// planTable is the dry run, with the sign-in names checked as well.
func planTable(ctx context.Context, db *store.DB, kind string, t *workbook.Table) (*org.ImportPlan, error) {
	plan, err := org.PlanImport(ctx, db, local, kind, t)
	if err != nil {
		return nil, err
	}
	for _, a := range plan.Accounts {
		if err := auth.CheckLogin(ctx, db, a.Person, a.Login); err != nil {
			problem, internal := refusalOf(err)
			if internal != nil {
				return nil, internal
			}
			plan.Errors = append(plan.Errors, org.RowError{Row: a.Row, Column: "Tên đăng nhập", Address: fmt.Sprint(a.Row), Message: problem})
		}
	}
	return plan, nil
}

func printRowErrors(out io.Writer, errors []org.RowError) {
	fmt.Fprintf(out, "%-8s %-24s %s\n", "Ô", "Cột", "Lỗi")
	for _, e := range errors {
		fmt.Fprintf(out, "%-8s %-24s %s\n", e.Address, e.Column, i18n.T("vi", e.Message.Text, e.Message.Args))
	}
	fmt.Fprintf(out, "%d lỗi. Chưa có dòng nào được nhập; sửa tệp rồi nhập lại.\n", len(errors))
}

// openImported opens the accounts that the rows asked for and shows each one-time password once.
func openImported(ctx context.Context, w *world, db *store.DB, asked []org.ImportedAccount) error {
	var openings []auth.Opening
	for _, a := range asked {
		openings = append(openings, auth.Opening{Person: a.Person, Login: a.Login})
	}
	results, err := auth.OpenAccounts(ctx, db, local, openings)
	refused := false
	for _, r := range results {
		switch {
		case r.Err != nil:
			refused = true
			fmt.Fprintf(w.err, "%s: chưa mở được tài khoản: %s\n", r.Login, explain(r.Err))
		case r.Password != "":
			fmt.Fprintf(w.out, "%s\t%s\n", r.Login, r.Password)
		}
	}
	if err == nil && refused {
		return exit(1)
	}
	return err
}

func writeTemplate(w *world, kind, name string) error {
	out, err := org.Template(kind)
	if err != nil {
		return badUsage(explain(err))
	}
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return store.Because(store.Refuse(store.Conflict, "Không tạo được tệp {name}: tệp đã có hoặc thư mục không ghi được.", "name", name), err)
	}
	if filepath.Ext(name) == ".csv" {
		err = workbook.WriteCSV(f, out)
	} else {
		err = workbook.WriteXLSX(f, out)
	}
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err == nil {
		fmt.Fprintf(w.out, "Đã ghi tệp mẫu %s.\n", name)
	}
	return err
}
