package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"congvu/internal/client"
)

// farFollow are the verbs that follow what was given, put deadlines off, tell the week, hand on work, and read the bell.
func farFollow() []far {
	return []far{
		{"follow", "follow [--tab open|overdue|soon|asked|done] [--cursor X]", "việc tôi đã giao và tình trạng", remoteFollow},
		{"chase", "chase line/SỐ --text X", "đôn đốc nơi đang giữ việc", remoteChase},
		{"chases", "chases REF", "các lần đôn đốc, nhắc hạn của văn bản", remoteChases},
		{"reopen", "reopen REF --reason X", "mở lại văn bản đã kết thúc", remoteReopen},
		{"extend", "extend line/SỐ --due NGÀY --reason X", "xin gia hạn", remoteExtend},
		{"extensions", "extensions [REF]", "đề nghị gia hạn chờ tôi trả lời, hoặc của một văn bản", remoteExtensions},
		{"extension-answer", "extension-answer extension/SỐ --result agree|refuse [--due NGÀY] [--reason X]", "trả lời đề nghị gia hạn", remoteExtensionAnswer},
		{"extension-drop", "extension-drop extension/SỐ", "rút đề nghị gia hạn", remoteExtensionDrop},
		{"week", "week", "việc của tuần này và tuần trước", remoteWeek},
		{"digest", "digest on|off", "nhận hoặc thôi nhận tin tóm tắt mỗi tuần", remoteDigest},
		{"handover", "handover [post/SỐ]", "các chức vụ tôi bàn giao được công việc, hoặc việc một chức vụ còn giữ", remoteHandover},
		{"hand-on", "hand-on post/SỐ --to VỊ_TRÍ line/SỐ|outgoing/SỐ...", "bàn giao những việc được nêu sang chức vụ khác", remoteHandOn},
		{"notices", "notices [--cursor X]", "thông báo của tôi", remoteNotices},
		{"notices-read", "notices-read notice/SỐ", "đánh dấu đã đọc đến thông báo này", remoteNoticesRead},
	}
}

func printFollowed(out io.Writer, rows []client.FollowRow) {
	for _, x := range rows {
		fmt.Fprintf(out, "incoming/%s  line/%s  %s  %s  %s  [%s]%s", x.Document, x.Line, orDash(x.Code), x.Subject, x.HolderName, x.StateLabel, deadline(x.Due, x.Overdue))
		if x.FirstDue != "" {
			fmt.Fprintf(out, "  hạn đầu %s", x.FirstDue)
		}
		if x.Chased > 0 {
			fmt.Fprintf(out, "  đã đôn đốc %d lần", x.Chased)
		}
		if x.Extension != 0 {
			fmt.Fprintf(out, "  xin gia hạn extension/%s", x.Extension)
		}
		fmt.Fprintln(out)
	}
}

func remoteFollow(ctx context.Context, r *remoteCall) error {
	page, err := r.Follow(ctx, client.List{Tab: r.o.tab, Cursor: r.o.cursor})
	if err != nil {
		return err
	}
	return r.show(page, func(out io.Writer) {
		for _, t := range page.Tabs {
			fmt.Fprintf(out, "%s: %s  ", t.Code, counted(t))
		}
		fmt.Fprintln(out)
		printFollowed(out, page.Rows)
		nextPage(out, page.Next)
	})
}

// nextPage says how to see what follows.
func nextPage(out io.Writer, next string) {
	if next != "" {
		fmt.Fprintf(out, "Còn nữa: --cursor %s\n", next)
	}
}

func remoteChase(ctx context.Context, r *remoteCall) error {
	id, err := r.ref("line")
	if err == nil {
		err = need("text", r.o.text)
	}
	if err != nil {
		return err
	}
	return r.finished(r.Chase(ctx, id, r.o.text), "Đã đôn đốc; người giữ việc nhận được thông báo.")
}

func remoteChases(ctx context.Context, r *remoteCall) error {
	id, err := r.ref("incoming")
	if err != nil {
		return err
	}
	all, err := r.Chases(ctx, id)
	if err != nil {
		return err
	}
	return r.show(all, func(out io.Writer) {
		for _, x := range all {
			fmt.Fprintf(out, "%s  line/%s  %s%s%s\n", x.At.Format("2006-01-02 15:04"), x.Line, x.KindLabel, after("  ", x.By), after(": ", x.Words))
		}
		if len(all) == 0 {
			fmt.Fprintln(out, "Chưa đôn đốc, nhắc hạn lần nào.")
		}
	})
}

func remoteReopen(ctx context.Context, r *remoteCall) error {
	id, err := r.ref("incoming")
	if err == nil {
		err = need("reason", r.o.reason)
	}
	if err != nil {
		return err
	}
	return r.finished(r.Reopen(ctx, id, r.o.reason), "Đã mở lại văn bản để xử lý tiếp.")
}

func printExtensions(out io.Writer, all []client.Extension) {
	for _, x := range all {
		fmt.Fprintf(out, "extension/%s  incoming/%s  %s xin gia hạn từ %s đến %s: %s  [%s]%s\n", x.ID, x.Document, x.AskedBy, x.WasDue, x.Due, x.Reason, x.StateLabel, after("  ", x.Answer))
	}
}

func remoteExtend(ctx context.Context, r *remoteCall) error {
	id, err := r.ref("line")
	if err == nil {
		err = need("due", r.o.due)
	}
	if err == nil {
		err = need("reason", r.o.reason)
	}
	if err != nil {
		return err
	}
	x, err := r.AskExtension(ctx, id, client.AskingExtension{Due: r.o.due, Reason: r.o.reason})
	if err != nil {
		return err
	}
	return r.show(x, func(out io.Writer) { printExtensions(out, []client.Extension{x}) })
}

func remoteExtensions(ctx context.Context, r *remoteCall) error {
	var all []client.Extension
	var err error
	if len(r.args) == 0 {
		all, err = r.Extensions(ctx)
	} else {
		id, bad := r.ref("incoming")
		if bad != nil {
			return bad
		}
		all, err = r.ExtensionsOf(ctx, id)
	}
	if err != nil {
		return err
	}
	return r.show(all, func(out io.Writer) {
		printExtensions(out, all)
		if len(all) == 0 {
			fmt.Fprintln(out, "Không có đề nghị gia hạn nào.")
		}
	})
}

func remoteExtensionAnswer(ctx context.Context, r *remoteCall) error {
	id, err := r.ref("extension")
	if err != nil {
		return err
	}
	if r.o.result != "agree" && r.o.result != "refuse" {
		return badUsage("--result là agree (đồng ý) hoặc refuse (không đồng ý)")
	}
	return r.finished(r.AnswerExtension(ctx, id, client.AnsweringExtension{Agree: r.o.result == "agree", Due: r.o.due, Answer: r.o.reason}), "Đã trả lời đề nghị gia hạn.")
}

func remoteExtensionDrop(ctx context.Context, r *remoteCall) error {
	id, err := r.ref("extension")
	if err != nil {
		return err
	}
	return r.finished(r.DropExtension(ctx, id), "Đã rút đề nghị gia hạn.")
}

func remoteWeek(ctx context.Context, r *remoteCall) error {
	w, err := r.Week(ctx)
	if err != nil {
		return err
	}
	return r.show(w, func(out io.Writer) {
		fmt.Fprintf(out, "Tuần từ %s đến %s\n", w.From, w.To)
		for _, list := range []struct {
			title string
			rows  []client.FollowRow
		}{{"Đến hạn", w.Due}, {"Quá hạn", w.Overdue}, {"Xong tuần trước", w.Done}} {
			fmt.Fprintf(out, "%s: %d\n", list.title, len(list.rows))
			printFollowed(out, list.rows)
		}
		if w.More {
			fmt.Fprintln(out, "… còn nữa.")
		}
	})
}

func remoteDigest(ctx context.Context, r *remoteCall) error {
	if len(r.args) != 1 || r.args[0] != "on" && r.args[0] != "off" {
		return badUsage("congvu remote digest on hoặc congvu remote digest off")
	}
	return r.finished(r.SetDigest(ctx, r.args[0] == "on"), "Đã lưu cách nhận tin tuần.")
}

func remoteHandover(ctx context.Context, r *remoteCall) error {
	if len(r.args) == 0 {
		all, err := r.Leavers(ctx)
		if err != nil {
			return err
		}
		return r.show(all, func(out io.Writer) {
			for _, p := range all {
				fmt.Fprintf(out, "post/%s  %s, %s%s\n", p.ID, p.PersonName, p.Title, after("  đến hết ", p.ValidTo))
			}
			if len(all) == 0 {
				fmt.Fprintln(out, "Không có chức vụ nào trong phạm vi bàn giao.")
			}
		})
	}
	id, err := r.ref("post")
	if err != nil {
		return err
	}
	left, err := r.LeftBy(ctx, id)
	if err != nil {
		return err
	}
	return r.show(left, func(out io.Writer) {
		fmt.Fprintf(out, "post/%s  %s, %s: %d việc\n", left.Post.ID, left.Post.PersonName, left.Post.Title, len(left.Left))
		for _, x := range left.Left {
			what := "outgoing/" + x.Draft.String()
			if x.Line != 0 {
				what = "line/" + x.Line.String()
			}
			fmt.Fprintf(out, "  %s  %s  %s%s\n", what, orDash(x.Title), x.Subject, deadline(x.Due, false))
		}
	})
}

func remoteHandOn(ctx context.Context, r *remoteCall) error {
	if len(r.args) < 2 {
		return badUsage("cần chức vụ và các việc: congvu remote hand-on post/SỐ --to VỊ_TRÍ line/SỐ…")
	}
	from, err := idOf(r.args[0], "post")
	if err == nil {
		err = need("to", r.o.to)
	}
	if err != nil {
		return err
	}
	var form client.MovingWork
	if form.To, err = idOf(r.o.to, "post"); err != nil {
		return err
	}
	for _, arg := range r.args[1:] {
		if strings.HasPrefix(arg, "outgoing/") {
			id, err := idOf(arg, "outgoing")
			if err != nil {
				return err
			}
			form.Drafts = append(form.Drafts, id)
			continue
		}
		id, err := idOf(arg, "line")
		if err != nil {
			return err
		}
		form.Lines = append(form.Lines, id)
	}
	return r.finished(r.MoveWork(ctx, from, form), fmt.Sprintf("Đã bàn giao %d việc.", len(form.Lines)+len(form.Drafts)))
}

func remoteNotices(ctx context.Context, r *remoteCall) error {
	page, err := r.Notices(ctx, r.o.cursor, 0)
	if err != nil {
		return err
	}
	return r.show(page, func(out io.Writer) {
		for _, n := range page.Rows {
			mark := "mới"
			if n.Read != nil {
				mark = "đã đọc"
			}
			fmt.Fprintf(out, "notice/%s  %s  [%s]  %s  %s\n", n.ID, n.At.Format("2006-01-02 15:04"), mark, n.Ref, n.Text)
		}
		if len(page.Rows) == 0 {
			fmt.Fprintln(out, "Không có thông báo nào.")
		}
		nextPage(out, page.Next)
	})
}

func remoteNoticesRead(ctx context.Context, r *remoteCall) error {
	id, err := r.ref("notice")
	if err != nil {
		return err
	}
	return r.finished(r.ReadNotices(ctx, id), "Đã đánh dấu đã đọc.")
}
