package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"congvu/internal/client"
	"congvu/internal/store"
)

func fars() []far {
	return append([]far{
		{"login", "login TÊN --out TỆP", "đăng nhập, ghi mã phiên vào tệp", remoteLogin},
		{"confirm", "confirm [--password-file TỆP]", "xác nhận lại bằng mật khẩu trước khi ký số hoặc phát hành", remoteConfirm},
		{"me", "me", "tôi là ai, đang dùng vị trí nào", remoteMe},
		{"work", "work", "việc của tôi", remoteWork},
		{"inbox", "inbox [--tab X] [--q TỪ] [--cursor X]", "văn bản đến", remoteInbox},
		{"arrivals", "arrivals [--q TỪ] [--cursor X]", "văn bản đến chờ tiếp nhận", remoteArrivals},
		{"show", "show REF", "xem một văn bản và lịch sử", remoteShow},
		{"register", "register REF [--register SỔ] [--twin X [--twin-of incoming/SỐ]] [--paper] [--verdict-reason X] [--to VỊ_TRÍ [--note X] | --lead ĐÍCH --by-rule X [--with ĐÍCH,…] [--due X]]", "đăng ký, cấp số đến; --to: trình luôn, --lead: chuyển thẳng theo quy chế", remoteRegister},
		{"submit", "submit REF [--to VỊ_TRÍ] [--note X]", "trình lãnh đạo hoặc trình xem xét; dự thảo không có --to đi theo quy trình trình ký", remoteSubmit},
		{"direct", "direct REF --lead ĐÍCH [--with ĐÍCH,…] [--inform ĐÍCH,…] [--due X] [--opinion X] [--by-rule X]", "chỉ đạo, phân công; văn thư chuyển thẳng với --by-rule", remoteDirect},
		{"start", "start line/SỐ", "bắt đầu xử lý", remoteStart},
		{"complete", "complete line/SỐ [--result X] [--reply outgoing/SỐ]", "hoàn thành xử lý", remoteComplete},
		{"refuse", "refuse REF --ground X --reason X", "từ chối tiếp nhận", remoteRefuse},
		{"outbox", "outbox [--tab X] [--q TỪ] [--cursor X]", "văn bản đi", remoteOutbox},
		{"draft", "draft TỆP.json [--file TỆP.pdf]", "soạn dự thảo từ tệp JSON (- là đầu vào chuẩn)", remoteDraft},
		{"approve", "approve REF [--to VỊ_TRÍ] [--note X]", "đồng ý, chuyển tiếp hoặc trình ký", remoteApprove},
		{"return", "return REF|line/SỐ --reason X", "trả lại người soạn, văn thư hoặc người giao", remoteReturn},
		{"sign", "sign REF... [--capacity X] [--key TỆP --cert TỆP] --consent", "ký số bằng khóa do máy chủ giữ, hoặc bằng khóa ở máy này", remoteSign},
		{"release", "release REF", "cấp số, đóng dấu, ban hành", remoteRelease},
		{"send", "send REF [--file TỆP.pdf]", "tải bản PDF (nếu có) rồi ban hành", remoteSend},
		{"deliveries", "deliveries REF", "nơi nhận và trạng thái", remoteDeliveries},
		{"download", "download TỆP_SỐ [--out TỆP]", "tải một tệp", remoteDownload},
		{"search", "search TỪ", "tìm cơ quan trong danh bạ", remoteSearch},
	}, slices.Concat(
		farActs(),
		farDirection(),
		farFollow(),
		farRecalls(), farParcels(),
		farDrafting(),
		farTemplates(),
		farCopies(),
		farPreservation(),
		farRights(),
		farHistory(),
		farDossiers(),
		farReorganisations(),
		farChannels(),
		farNodes(),
		farCountry(),
		farReview(),
		farSearch(),
		farSignings(),
		farRegisters(),
		farTypes(),
		farStatistics(),
		farProofs(),
		farWatch(),
	)...)
}

func remoteMe(ctx context.Context, r *remoteCall) error {
	me, err := r.Me(ctx)
	if err != nil {
		return err
	}
	return r.show(me, func(out io.Writer) {
		fmt.Fprintf(out, "%s, %s, %s (%d thông báo chưa đọc)\n", me.Name, me.Post.Title, me.Post.AgencyName, me.Unread)
		for _, p := range me.Posts {
			fmt.Fprintf(out, "  post/%s  %s, %s\n", p.ID, p.Title, p.AgencyName)
		}
		for _, x := range me.For {
			fmt.Fprintf(out, "  post/%s  làm thay %s, %s (%s)%s\n", x.Post.ID, x.Post.PersonName, x.Post.Title, x.Scope, after("  đến hết ", x.ValidTo))
		}
	})
}

func remoteWork(ctx context.Context, r *remoteCall) error {
	lists, err := r.Work(ctx)
	if err != nil {
		return err
	}
	return r.show(lists, func(out io.Writer) {
		for _, l := range lists {
			fmt.Fprintf(out, "%s: %d\n", l.Title, l.Count)
			for _, w := range l.Rows {
				fmt.Fprintf(out, "  %s  %s  %s%s\n", w.Ref, w.Title, w.Subject, deadline(w.Due, w.Overdue))
			}
		}
	})
}

// deadline is a due date as a list shows it.
func deadline(due string, overdue bool) string {
	switch {
	case due == "":
		return ""
	case overdue:
		return "  QUÁ HẠN " + due
	}
	return "  hạn " + due
}

func remoteInbox(ctx context.Context, r *remoteCall) error {
	page, err := r.Inbox(ctx, client.List{Tab: r.o.tab, Q: r.o.q, Cursor: r.o.cursor})
	if err != nil {
		return err
	}
	return r.show(page, func(out io.Writer) {
		for _, d := range page.Rows {
			number, line := "", ""
			if d.ArrivalNumber > 0 {
				number = fmt.Sprintf("số đến %d  ", d.ArrivalNumber)
			}
			if d.Line != 0 {
				line = "  line/" + d.Line.String()
			}
			fmt.Fprintf(out, "incoming/%s  %s%s  %s  %s  [%s]%s%s\n", d.ID, number, orDash(d.Code), d.SenderName, d.Subject, d.StateLabel, deadline(d.Due, d.Overdue), line)
		}
		more(out, len(page.Rows), page.Next)
	})
}

func remoteArrivals(ctx context.Context, r *remoteCall) error {
	r.o.tab = "arrivals"
	return remoteInbox(ctx, r)
}

func orDash(s string) string {
	if s == "" {
		return "–"
	}
	return s
}

func more(out io.Writer, shown int, next string) {
	if shown == 0 {
		fmt.Fprintln(out, "Không có văn bản nào.")
	}
	nextPage(out, next)
}

func remoteOutbox(ctx context.Context, r *remoteCall) error {
	page, err := r.Outbox(ctx, client.List{Tab: r.o.tab, Q: r.o.q, Cursor: r.o.cursor})
	if err != nil {
		return err
	}
	return r.show(page, func(out io.Writer) {
		for _, d := range page.Rows {
			fmt.Fprintf(out, "outgoing/%s  %s  %s: %s  [%s]\n", d.ID, orDash(d.NumberText), d.TypeName, d.Subject, d.StateLabel)
		}
		more(out, len(page.Rows), page.Next)
	})
}

func remoteShow(ctx context.Context, r *remoteCall) error {
	if len(r.args) == 1 && strings.HasPrefix(r.args[0], "outgoing/") {
		return showOutgoing(ctx, r)
	}
	id, err := r.ref("incoming")
	if err != nil {
		return err
	}
	d, err := r.Incoming(ctx, id)
	if err != nil {
		return err
	}
	lines, err := r.Lines(ctx, id)
	if err != nil {
		return err
	}
	files, err := r.IncomingFiles(ctx, id)
	if err != nil {
		return err
	}
	steps, err := r.IncomingTimeline(ctx, id)
	if err != nil {
		return err
	}
	return r.show(map[string]any{"incoming": d, "lines": lines, "files": files, "timeline": steps}, func(out io.Writer) {
		fmt.Fprintf(out, "incoming/%s  %s  %s\n%s\n[%s]%s\n", d.ID, orDash(d.Code), d.SenderName, d.Subject, d.StateLabel, deadline(d.HandleDue, false))
		if d.ArrivalNumber > 0 {
			fmt.Fprintf(out, "Số đến %d/%d\n", d.ArrivalNumber, d.ArrivalYear)
		}
		for _, l := range lines {
			fmt.Fprintf(out, "  line/%s  %s: %s  [%s]%s\n", l.ID, l.RoleLabel, l.HolderName, l.StateLabel, deadline(l.Due, false))
		}
		printFiles(out, files)
		printSteps(out, steps)
	})
}

func showOutgoing(ctx context.Context, r *remoteCall) error {
	id, err := r.ref("outgoing")
	if err != nil {
		return err
	}
	d, err := r.Outgoing(ctx, id)
	if err != nil {
		return err
	}
	files, err := r.OutgoingFiles(ctx, id)
	if err != nil {
		return err
	}
	steps, err := r.OutgoingTimeline(ctx, id)
	if err != nil {
		return err
	}
	return r.show(map[string]any{"outgoing": d, "files": files, "timeline": steps}, func(out io.Writer) {
		printOutgoing(out, d)
		printFiles(out, files)
		printSteps(out, steps)
	})
}

func printOutgoing(out io.Writer, d client.Outgoing) {
	fmt.Fprintf(out, "outgoing/%s  %s  %s: %s  [%s]\n", d.ID, orDash(d.NumberText), d.TypeName, d.Subject, d.StateLabel)
}

func printFiles(out io.Writer, files []client.File) {
	for _, f := range files {
		fmt.Fprintf(out, "  file/%s  %s  %s\n", f.ID, f.Name, orDash(f.Verdict))
	}
}

func printSteps(out io.Writer, steps []client.Step) {
	for _, s := range steps {
		fmt.Fprintf(out, "  %s  %s: %s\n", s.At.Format("2006-01-02 15:04"), s.Who, s.What)
		if s.Note != "" {
			fmt.Fprintf(out, "      «%s»\n", s.Note)
		}
	}
}

func remoteRegister(ctx context.Context, r *remoteCall) error {
	id, err := r.ref("incoming")
	if err != nil {
		return err
	}
	form := client.Registering{Twin: r.o.twin, PaperReceived: r.o.paper, VerdictReason: r.o.verdict}
	if r.o.twinOf != "" {
		if form.TwinOf, err = idOf(r.o.twinOf, "incoming"); err != nil {
			return err
		}
	}
	if r.o.register != "" {
		if form.Register, err = idOf(r.o.register, "register"); err != nil {
			return err
		}
	}
	if form.Pass, err = r.passing(); err != nil {
		return err
	}
	done, err := r.Register(ctx, id, form)
	var p *client.Problem
	if errors.As(err, &p) && p.Type == client.KindDuplicate && !r.json {
		for _, t := range p.Twins {
			fmt.Fprintf(r.err, "  trùng incoming/%s  %s/%s  %s\n", t.ID, t.Number, t.Notation, t.Subject)
		}
	}
	if err != nil {
		return err
	}
	return r.show(done, func(out io.Writer) {
		if done.LinkedTo != 0 {
			fmt.Fprintf(out, "Đã liên kết với incoming/%s.\n", done.LinkedTo)
			return
		}
		fmt.Fprintf(out, "Đã đăng ký: số đến %d/%d.\n", done.Incoming.ArrivalNumber, done.Incoming.ArrivalYear)
		switch {
		case form.Pass != nil && form.Pass.Direct != nil:
			fmt.Fprintf(out, "Đã chuyển %s chủ trì%s.\n", done.Incoming.LeadName, deadline(done.Incoming.HandleDue, false))
		case form.Pass != nil:
			fmt.Fprintln(out, "Đã trình lãnh đạo.")
		}
	})
}

// finished says that an act is done; acts that answer with nothing say it in JSON as an empty object.
func (r *remoteCall) finished(err error, text string) error {
	if err != nil {
		return err
	}
	return r.show(struct{}{}, func(out io.Writer) { fmt.Fprintln(out, text) })
}

func remoteSubmit(ctx context.Context, r *remoteCall) error {
	draft := len(r.args) == 1 && strings.HasPrefix(r.args[0], "outgoing/")
	if r.o.to == "" && !draft {
		return badUsage("cần --to VỊ_TRÍ")
	}
	to, err := client.ID(0), error(nil)
	if r.o.to != "" { // else a draft goes the agency's plan
		to, err = idOf(r.o.to, "post")
	}
	if err != nil {
		return err
	}
	if draft {
		id, err := r.ref("outgoing")
		if err != nil {
			return err
		}
		return r.finished(r.Submit(ctx, id, client.Sending{To: to, Note: r.o.note}), "Đã trình.")
	}
	id, err := r.ref("incoming")
	if err != nil {
		return err
	}
	return r.finished(r.SubmitToLeader(ctx, id, client.Submitting{To: to, Note: r.o.note}), "Đã trình lãnh đạo.")
}

func remoteDirect(ctx context.Context, r *remoteCall) error {
	id, err := r.ref("incoming")
	if err != nil {
		return err
	}
	form, err := r.directing()
	if err != nil {
		return err
	}
	d, err := r.Direct(ctx, id, form)
	if err != nil {
		return err
	}
	return r.show(d, func(out io.Writer) { fmt.Fprintf(out, "Đã chỉ đạo%s.\n", deadline(d.Due, false)) })
}

// due reads --due: a date, or a number of working days.
func (r *remoteCall) due() (date string, days int, err error) {
	n, found := strings.CutSuffix(r.o.due, "d")
	if !found {
		return r.o.due, 0, nil
	}
	if days, err = strconv.Atoi(n); err != nil || days <= 0 {
		return "", 0, badUsage("--due là năm-tháng-ngày, hoặc 3d là ba ngày làm việc")
	}
	return "", days, nil
}

func remoteStart(ctx context.Context, r *remoteCall) error {
	id, err := r.ref("line")
	if err != nil {
		return err
	}
	return r.finished(r.Start(ctx, id), "Đã bắt đầu xử lý.")
}

func remoteComplete(ctx context.Context, r *remoteCall) error {
	id, err := r.ref("line")
	if err != nil {
		return err
	}
	form := client.Completing{Result: r.o.result}
	if r.o.reply != "" {
		if form.ReplyOutgoing, err = idOf(r.o.reply, "outgoing"); err != nil {
			return err
		}
	} else if err = need("result", r.o.result); err != nil {
		return err
	}
	return r.finished(r.Complete(ctx, id, form), "Đã hoàn thành.")
}

func remoteRefuse(ctx context.Context, r *remoteCall) error {
	id, err := r.ref("incoming")
	if err != nil {
		return err
	}
	if err := errors.Join(need("ground", r.o.ground), need("reason", r.o.reason)); err != nil {
		return err
	}
	return r.finished(r.Refuse(ctx, id, client.Refusing{Ground: r.o.ground, Reason: r.o.reason}), "Đã từ chối tiếp nhận; nơi gửi sẽ được báo lý do.")
}

func remoteDraft(ctx context.Context, r *remoteCall) error {
	if len(r.args) != 1 {
		return badUsage("cần một tệp JSON: congvu remote draft TỆP.json")
	}
	var form client.Draft
	if err := r.readForm(r.args[0], "dự thảo", &form); err != nil {
		return err
	}
	o, err := r.Draft(ctx, form)
	if err != nil {
		return err
	}
	id := o.ID
	if r.o.file != "" {
		o, err = uploadMain(ctx, r, id)
	} else {
		o, err = r.Lay(ctx, id)
	}
	if err != nil {
		fmt.Fprintf(r.err, "Dự thảo outgoing/%s đã được ghi, nhưng chưa có tệp.\n", id)
		return err
	}
	return r.show(o, func(out io.Writer) { printOutgoing(out, o) })
}

func uploadMain(ctx context.Context, r *remoteCall, id client.ID) (client.Outgoing, error) {
	f, err := os.Open(r.o.file)
	if err != nil {
		return client.Outgoing{}, store.Because(store.Refuse(store.NotFound, "Không mở được tệp {name}.", "name", r.o.file), err)
	}
	defer f.Close()
	return r.UploadMain(ctx, id, filepath.Base(r.o.file), f)
}

func remoteApprove(ctx context.Context, r *remoteCall) error {
	id, err := r.ref("outgoing")
	if err != nil {
		return err
	}
	form := client.Approving{Note: r.o.note}
	if r.o.to != "" {
		if form.Next, err = idOf(r.o.to, "post"); err != nil {
			return err
		}
	}
	return r.finished(r.Approve(ctx, id, form), "Đã đồng ý.")
}

// remoteReturn gives a draft back to its drafter, an incoming document to the registry, a line to whoever gave it.
func remoteReturn(ctx context.Context, r *remoteCall) error {
	if err := need("reason", r.o.reason); err != nil {
		return err
	}
	kind := "outgoing"
	back := r.Return
	switch {
	case len(r.args) == 1 && strings.HasPrefix(r.args[0], "incoming/"):
		kind, back = "incoming", r.ReturnToRegistry
	case len(r.args) == 1 && strings.HasPrefix(r.args[0], "line/"):
		kind, back = "line", r.ReturnLine
	}
	id, err := r.ref(kind)
	if err != nil {
		return err
	}
	return r.finished(back(ctx, id, r.o.reason), "Đã trả lại.")
}

func remoteSign(ctx context.Context, r *remoteCall) error {
	if r.o.key != "" || r.o.cert != "" {
		return r.signHere(ctx, "approve")
	}
	id, err := r.ref("outgoing")
	if err != nil {
		return err
	}
	o, err := r.Sign(ctx, id, client.Signing{Capacity: r.o.capacity, Consent: r.o.consent})
	if err != nil {
		return err
	}
	return r.show(o, func(out io.Writer) { printOutgoing(out, o) })
}

func remoteRelease(ctx context.Context, r *remoteCall) error {
	id, err := r.ref("outgoing")
	if err != nil {
		return err
	}
	o, err := r.Release(ctx, id)
	if err == nil {
		o, err = r.issued(ctx, o)
	}
	if err != nil {
		return err
	}
	return r.show(o, func(out io.Writer) { printOutgoing(out, o) })
}

func remoteSend(ctx context.Context, r *remoteCall) error {
	id, err := r.ref("outgoing")
	if err != nil {
		return err
	}
	if r.o.file != "" {
		if _, err := uploadMain(ctx, r, id); err != nil {
			return err
		}
	}
	return remoteRelease(ctx, r)
}

func remoteDeliveries(ctx context.Context, r *remoteCall) error {
	id, err := r.ref("outgoing")
	if err != nil {
		return err
	}
	all, err := r.Deliveries(ctx, id)
	if err != nil {
		return err
	}
	return r.show(all, func(out io.Writer) {
		for _, d := range all {
			fmt.Fprintf(out, "delivery/%s  %s  %s  [%s]  %s\n", d.ID, orDash(d.ReceiverCode), d.ReceiverName, d.StateLabel, d.Description)
		}
	})
}

// remoteDownload never writes over a file that is there.
func remoteDownload(ctx context.Context, r *remoteCall) error {
	id, err := r.ref("file")
	if err != nil {
		return err
	}
	return r.save(id, func(to io.Writer) (string, error) { return r.Download(ctx, id, to) })
}

// save writes what is fetched to where --out says, or under its own name here.
func (r *remoteCall) save(id client.ID, fetch func(to io.Writer) (string, error)) error {
	if r.o.out == "-" {
		_, err := fetch(r.out)
		return err
	}
	dir := "."
	if r.o.out != "" {
		dir = filepath.Dir(r.o.out)
	}
	part, err := os.CreateTemp(dir, ".congvu-*")
	if err != nil {
		return store.Because(store.Refuse(store.Invalid, "Không ghi được tệp {name}.", "name", dir), err)
	}
	defer os.Remove(part.Name())
	name, err := fetch(part)
	if err = errors.Join(err, part.Close()); err != nil {
		return err
	}
	if r.o.out != "" {
		name = r.o.out
	}
	if name == "" {
		name = "tep-" + id.String()
	}
	if err := os.Link(part.Name(), name); err != nil {
		return store.Because(store.Refuse(store.Conflict, "Tệp {name} đã có hoặc không ghi được. Chọn tên khác bằng --out.", "name", name), err)
	}
	fmt.Fprintf(r.out, "Đã tải %s\n", name)
	return nil
}

func remoteSearch(ctx context.Context, r *remoteCall) error {
	all, err := r.Agencies(ctx, strings.Join(r.args, " "), 0)
	if err != nil {
		return err
	}
	return r.show(all, func(out io.Writer) {
		for _, a := range all {
			fmt.Fprintf(out, "agency/%s  %s  %s\n", a.ID, a.Code, a.Name)
		}
	})
}
