package main

import (
	"context"
	"fmt"
	"io"

	"congvu/internal/client"
)

// farCountry are the administrator's verbs about the country's directory.
func farCountry() []far {
	return []far{
		{"directory", "directory", "tình trạng danh bạ quốc gia", remoteDirectory},
		{"directory-agency", "directory-agency MÃ", "một cơ quan: mọi mã, tên qua các thời kỳ, danh mục ghi gì", remoteDirectoryAgency},
		{"directory-runs", "directory-runs", "các lần đồng bộ danh bạ", remoteDirectoryRuns},
		{"directory-run", "directory-run run/SỐ", "một lần đồng bộ với các bước chưa thực hiện", remoteDirectoryRun},
		{"directory-confirm", "directory-confirm run/SỐ [--reason X]", "cho lần đồng bộ đang chờ được thực hiện", remoteDirectoryConfirm},
		{"directory-refuse", "directory-refuse run/SỐ --reason X", "từ chối lần đồng bộ đang chờ", remoteDirectoryRefuse},
		{"directory-conflicts", "directory-conflicts [--all]", "xung đột mã", remoteDirectoryConflicts},
		{"directory-decide", "directory-decide conflict/SỐ kept|moved|same --reason X", "giải quyết một xung đột mã", remoteDirectoryDecide},
		{"senders", "senders [--all]", "cơ quan gửi mà danh bạ chưa có", remoteSenders},
		{"sender-enter", "sender-enter MÃ [TÊN]", "nhập cơ quan gửi thành cơ quan mới", remoteSenderEnter},
		{"sender-link", "sender-link MÃ MÃ_CƠ_QUAN", "liên kết cơ quan gửi với cơ quan đã có", remoteSenderLink},
		{"sender-ignore", "sender-ignore MÃ --reason X", "cơ quan gửi không phải cơ quan", remoteSenderIgnore},
	}
}

func remoteDirectory(ctx context.Context, r *remoteCall) error {
	x, err := r.Directory(ctx)
	if err != nil {
		return err
	}
	return r.show(x, func(out io.Writer) {
		for _, s := range x.Sources {
			fmt.Fprintf(out, "%s: %d mục, còn hiệu lực %d, đã liên kết %d, chờ quyết định %d\n", s.Source, s.Entries, s.Live, s.Linked, s.Pending)
		}
		fmt.Fprintf(out, "Xung đột mã chờ quyết định: %d; cơ quan gửi chưa biết: %d\n", x.Conflicts, x.Senders)
	})
}

func remoteDirectoryAgency(ctx context.Context, r *remoteCall) error {
	if len(r.args) != 1 {
		return badUsage("cần một mã cơ quan")
	}
	id, err := r.agencyID(ctx, r.args[0])
	if err != nil {
		return err
	}
	x, err := r.Client.DirectoryAgency(ctx, id)
	if err != nil {
		return err
	}
	return r.show(x, func(out io.Writer) {
		fmt.Fprintf(out, "agency/%s  %s  %s  [%s]%s\n", x.Agency.ID, x.Agency.Code, x.Agency.Name, x.Agency.State, after("  danh mục ", x.Origin))
		for _, c := range x.Codes {
			fmt.Fprintf(out, "  mã %s  %s  từ %s%s\n", c.Text, c.Kind, c.ValidFrom, after(" đến ", c.ValidTo))
		}
		for _, n := range x.Names {
			fmt.Fprintf(out, "  tên từ %s: %s\n", n.ValidFrom, n.Text)
		}
		for _, e := range x.Entries {
			fmt.Fprintf(out, "  %s/%s  %s  %s  %s %s %s\n", e.Source, e.ID, e.Code, e.Name, e.Action, e.Link, e.Validity)
		}
		writeConflicts(out, x.Conflicts)
	})
}

func writeDirectoryRun(out io.Writer, x client.DirectoryRun) {
	fmt.Fprintf(out, "run/%s  %s %s  [%s]  %d mục; thêm %d, thay đổi %d, kết thúc %d, giữ nguyên %d; xung đột %d, không nhận %d%s\n", x.ID, x.Source, x.Kind, x.StateLabel, x.Units, x.Creates, x.Modifies, x.Closes,
		x.Unchanged, x.Conflicts, x.Problems, after("  ", x.Note))
}

func remoteDirectoryRuns(ctx context.Context, r *remoteCall) error {
	all, err := r.DirectoryRuns(ctx)
	if err != nil {
		return err
	}
	return r.show(all, func(out io.Writer) {
		for _, x := range all {
			writeDirectoryRun(out, x)
		}
	})
}

func remoteDirectoryRun(ctx context.Context, r *remoteCall) error {
	id, err := r.ref("run")
	if err != nil {
		return err
	}
	x, err := r.DirectoryRun(ctx, id)
	if err != nil {
		return err
	}
	return r.show(x, func(out io.Writer) {
		writeDirectoryRun(out, x)
		for _, s := range x.Steps {
			fmt.Fprintf(out, "  %s  %s  %s  %s%s\n", s.Act, s.Entry, s.Code, s.Name, after("  không nhận: ", s.Problem))
		}
	})
}

func remoteDirectoryConfirm(ctx context.Context, r *remoteCall) error {
	id, err := r.ref("run")
	if err != nil {
		return err
	}
	return r.finished(r.ConfirmDirectoryRun(ctx, id, r.o.reason), "Lần đồng bộ được thực hiện.")
}

func remoteDirectoryRefuse(ctx context.Context, r *remoteCall) error {
	id, err := r.ref("run")
	if err != nil {
		return err
	}
	return r.finished(r.RefuseDirectoryRun(ctx, id, r.o.reason), "Đã từ chối; danh bạ giữ nguyên.")
}

func writeConflicts(out io.Writer, all []client.CodeConflict) {
	for _, k := range all {
		fmt.Fprintf(out, "conflict/%s  %s  %s  ↔  %s/%s %s  [%s]\n", k.ID, k.Code, k.AgencyName, k.Source, k.Entry, k.EntryName, k.StateLabel)
	}
}

func remoteDirectoryConflicts(ctx context.Context, r *remoteCall) error {
	all, err := r.CodeConflicts(ctx, r.o.all)
	if err != nil {
		return err
	}
	return r.show(all, func(out io.Writer) {
		writeConflicts(out, all)
		if len(all) == 0 {
			fmt.Fprintln(out, "Không có xung đột mã.")
		}
	})
}

func remoteDirectoryDecide(ctx context.Context, r *remoteCall) error {
	if len(r.args) != 2 {
		return badUsage("cần conflict/SỐ và kept, moved hoặc same")
	}
	id, err := idOf(r.args[0], "conflict")
	if err != nil {
		return err
	}
	return r.finished(r.DecideConflict(ctx, id, client.ConflictDecision{Decision: r.args[1], Reason: r.o.reason}), "Đã ghi quyết định.")
}

func remoteSenders(ctx context.Context, r *remoteCall) error {
	all, err := r.UnknownSenders(ctx, r.o.all)
	if err != nil {
		return err
	}
	return r.show(all, func(out io.Writer) {
		for _, e := range all {
			fmt.Fprintf(out, "%s  %s  %d bản tin  [%s]\n", e.Code, e.Name, e.Seen, e.Link)
		}
		if len(all) == 0 {
			fmt.Fprintln(out, "Mọi cơ quan gửi đều có trong danh bạ.")
		}
	})
}

func (r *remoteCall) settle(ctx context.Context, f client.SenderDecision) error {
	return r.finished(r.SettleSender(ctx, r.args[0], f), "Đã lưu.")
}

func remoteSenderEnter(ctx context.Context, r *remoteCall) error {
	if len(r.args) != 1 && len(r.args) != 2 {
		return badUsage("cần mã của cơ quan gửi, xem congvu remote senders")
	}
	f := client.SenderDecision{Act: "enter"}
	if len(r.args) == 2 {
		f.Name = r.args[1]
	}
	return r.settle(ctx, f)
}

func remoteSenderLink(ctx context.Context, r *remoteCall) error {
	if len(r.args) != 2 {
		return badUsage("cần mã của cơ quan gửi và mã của cơ quan đã có")
	}
	id, err := r.agencyID(ctx, r.args[1])
	if err != nil {
		return err
	}
	return r.settle(ctx, client.SenderDecision{Act: "link", Agency: id})
}

func remoteSenderIgnore(ctx context.Context, r *remoteCall) error {
	if len(r.args) != 1 {
		return badUsage("cần mã của cơ quan gửi, xem congvu remote senders")
	}
	return r.settle(ctx, client.SenderDecision{Act: "ignore", Reason: r.o.reason})
}
