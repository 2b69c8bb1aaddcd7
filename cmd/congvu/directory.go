package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"

	"congvu/internal/i18n"
	"congvu/internal/org"
	"congvu/internal/store"
)

const directoryLine = "directory sync --file TỆP [--source TÊN] [--changes] | plan --file TỆP [--source TÊN] [--changes] | resume | status | search TỪ | confirm SỐ | refuse SỐ --reason X"

// directoryVerb keeps the directory of agencies at the machine itself: from lists that were fetched elsewhere, where no channel gives them.
func directoryVerb(ctx context.Context, w *world, args []string) error {
	fs := flags(w, "directory", directoryLine)
	s := newSettings(w, fs, false)
	file := fs.String("file", "", "danh mục JSON hoặc CSV tải từ trục")
	source := fs.String("source", "national", "tên nguồn của danh mục")
	changes := fs.Bool("changes", false, "tệp chỉ có các mục thay đổi; mục không nêu được giữ nguyên")
	reason := fs.String("reason", "", "lý do từ chối")
	rest, err := parse(fs, args)
	if err != nil {
		return err
	}
	if len(rest) == 0 {
		return badUsage("cách dùng: congvu " + directoryLine)
	}
	var l org.List
	if rest[0] == "sync" || rest[0] == "plan" {
		if l, err = listFrom(*file, *source, *changes); err != nil {
			return err
		}
	}
	in, err := openLocal(ctx, w, s)
	if err != nil {
		return err
	}
	defer in.Close()
	switch {
	case len(rest) == 1 && rest[0] == "sync":
		return directorySync(ctx, w, in, l)
	case len(rest) == 1 && rest[0] == "plan":
		return directoryPlan(ctx, w, in, l)
	case len(rest) == 1 && rest[0] == "resume":
		return org.CarryOpenRuns(ctx, in.DB)
	case len(rest) == 1 && rest[0] == "status":
		return directoryStatus(ctx, w, in)
	case len(rest) == 2 && rest[0] == "search":
		return directorySearch(ctx, w, in, rest[1])
	case len(rest) == 2 && (rest[0] == "confirm" || rest[0] == "refuse"):
		id, err := strconv.ParseInt(rest[1], 10, 64)
		if err != nil {
			return badUsage("cần số của lần đồng bộ, xem congvu directory status")
		}
		return directoryDecide(ctx, w, in, id, rest[0] == "confirm", *reason)
	}
	return badUsage("cách dùng: congvu " + directoryLine)
}

func listFrom(name, source string, changes bool) (org.List, error) {
	if name == "" {
		return org.List{}, badUsage("cần --file với danh mục JSON hoặc CSV")
	}
	f, err := os.Open(name)
	if err != nil {
		return org.List{}, store.Because(store.Refuse(store.NotFound, "Không mở được tệp {name}.", "name", name), err)
	}
	defer f.Close()
	units, err := org.ReadList(f)
	l := org.List{Source: source, Kind: org.RunFull, Note: filepath.Base(name), Units: units}
	if changes {
		l.Kind = org.RunChanges
	}
	return l, err
}

func directorySync(ctx context.Context, w *world, in *installation, l org.List) error {
	if err := org.CarryOpenRuns(ctx, in.DB); err != nil {
		return err
	}
	run, err := org.PlanSync(ctx, in.DB, local, l)
	if err == nil {
		run, err = org.CarryRun(ctx, in.DB, run.ID)
	}
	if err != nil {
		return err
	}
	printRun(w.out, *run, in.DB.Now())
	if run.State == org.RunHeld {
		fmt.Fprintf(w.out, "Danh mục sẽ kết thúc %d trong %d cơ quan, quá 2 %%: chưa làm gì. Kiểm tra rồi chạy congvu directory confirm %d, hoặc refuse %d --reason …\n", run.Closes, run.Known, run.ID, run.ID)
		return exit(1)
	}
	return printProblems(ctx, w, in, run)
}

func printProblems(ctx context.Context, w *world, in *installation, run *org.Run) error {
	if run.Problems == 0 {
		return nil
	}
	steps, err := org.Steps(ctx, in.DB, run.ID, 0, 20)
	for _, s := range steps {
		said := s.Said()
		fmt.Fprintf(w.out, "  không nhận: %s\n", i18n.T("vi", said.Text, said.Args))
	}
	return err
}

func printRun(out io.Writer, r org.Run, now store.Instant) {
	fmt.Fprintf(out, "%d  %s %s  %s: %d mục; thêm %d, thay đổi %d, kết thúc %d, giữ nguyên %d; xung đột mã %d, không nhận %d; %s\n", r.ID, r.Source, r.Kind, org.RunLabel(r.State), r.Units, r.Creates, r.Modifies,
		r.Closes, r.Unchanged, r.Conflicts, r.Problems, r.Took(now).Round(1e6))
}

// mostPlanned is how many steps a plan shows.
const mostPlanned = 50

func directoryPlan(ctx context.Context, w *world, in *installation, l org.List) error {
	run, steps, err := org.PreviewSync(ctx, in.DB, local, l)
	if err != nil {
		return err
	}
	fmt.Fprintf(w.out, "%s: %d mục; sẽ thêm %d, thay đổi %d, kết thúc %d; giữ nguyên %d, không nhận %d.\n", l.Source, run.Units, run.Creates, run.Modifies, run.Closes, run.Unchanged, run.Problems)
	for _, s := range steps[:min(len(steps), mostPlanned)] {
		u := s.Listed()
		fmt.Fprintf(w.out, "  %s  %s  %s  %s\n", s.Act, s.Entry, u.Code, u.Name)
	}
	if run.State == org.RunHeld {
		fmt.Fprintln(w.out, "Quá 2 % cơ quan sẽ kết thúc: khi đồng bộ sẽ chờ quản trị xác nhận.")
	}
	fmt.Fprintln(w.out, "Chỉ so sánh: chưa ghi gì.")
	return nil
}

func directoryStatus(ctx context.Context, w *world, in *installation) error {
	figures, err := org.DirectoryFigures(ctx, in.DB)
	if err != nil {
		return err
	}
	for _, f := range figures {
		fmt.Fprintf(w.out, "%s: %d mục, còn hiệu lực %d, đã liên kết %d, chờ quyết định %d\n", f.Source, f.Entries, f.Live, f.Linked, f.Pending)
	}
	conflicts, err := org.OpenConflicts(ctx, in.DB)
	if err != nil {
		return err
	}
	senders, err := org.WaitingSenders(ctx, in.DB)
	if err != nil {
		return err
	}
	fmt.Fprintf(w.out, "Xung đột mã chờ quyết định: %d; cơ quan gửi chưa biết: %d\n", conflicts, senders)
	runs, err := org.Runs(ctx, in.DB, 10)
	for _, r := range runs {
		printRun(w.out, r, in.DB.Now())
	}
	return err
}

func directorySearch(ctx context.Context, w *world, in *installation, q string) error {
	found, err := org.SearchAgencies(ctx, in.DB, q, 20)
	for _, a := range found {
		ended := ""
		if a.State != "active" {
			ended = "  (kết thúc từ " + a.ValidTo.Display() + ")"
		}
		fmt.Fprintf(w.out, "%s  %s  %s%s\n", a.Code, a.OldCode, a.Name, ended)
	}
	if err == nil && len(found) == 0 {
		fmt.Fprintln(w.out, "Không tìm thấy cơ quan nào.")
	}
	return err
}

func directoryDecide(ctx context.Context, w *world, in *installation, id int64, confirm bool, reason string) error {
	err := in.DB.Write(ctx, local, func(tx *store.Tx) error {
		if confirm {
			return org.ConfirmRun(ctx, tx, id, reason)
		}
		return org.RefuseRun(ctx, tx, id, reason)
	})
	if err != nil {
		return err
	}
	run, err := org.CarryRun(ctx, in.DB, id)
	if err != nil {
		return err
	}
	printRun(w.out, *run, in.DB.Now())
	return nil
}
