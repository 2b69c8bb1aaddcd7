package main

import (
	"context"
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

// dossierOptions are the options of the verbs about dossiers.
type dossierOptions struct{ level, medium, title, author, entry, numbering string }

func (r *remoteCall) dossierFlags(line string) {
	for _, s := range []struct {
		into          *string
		name, meaning string
	}{{&r.dossier.level, "level", "read (xem) hoặc work (cùng lập)"}, {&r.dossier.medium, "medium", "document, photo, sound, film hoặc scan"}, {&r.dossier.title, "title", "tên tài liệu; bỏ trống: tên tệp"},
		{&r.dossier.author, "author", "tác giả của tài liệu"}, {&r.dossier.entry, "entry", "mở theo dòng của danh mục: entry/SỐ"}, {&r.dossier.numbering, "numbering", "list (cả danh mục) hoặc heading (từng đề mục lớn)"}} {
		if takes(line, s.name) {
			r.fs.StringVar(s.into, s.name, "", s.meaning)
		}
	}
}

// farDossiers are the verbs about dossiers.
func farDossiers() []far {
	return slices.Concat([]far{
		{"dossiers", "dossiers [--tab X] [--q TỪ] [--year N]", "danh sách hồ sơ; --tab: mine, shared, due, check, archive hoặc all", remoteDossiers},
		{"dossier", "dossier dossier/SỐ", "một hồ sơ và mục lục văn bản", remoteDossier},
		{"dossier-accounts", "dossier-accounts [--year N]", "số hồ sơ của từng người lập", remoteDossierAccounts},
		{"dossier-open", "dossier-open TIÊU_ĐỀ MÃ_THỜI_HẠN | dossier-open --entry entry/SỐ", "mở hồ sơ ngoài danh mục, hoặc theo danh mục đã ban hành", remoteDossierOpen},
		{"dossier-edit", "dossier-edit dossier/SỐ TỆP.json", "sửa thông tin mô tả của hồ sơ đang lập", remoteDossierEdit},
		{"dossier-add", "dossier-add dossier/SỐ REF...", "đưa văn bản vào hồ sơ", remoteDossierAdd},
		{"dossier-attach", "dossier-attach dossier/SỐ TỆP [--title X] [--medium X] [--on NGÀY] [--author X] [--note X]", "thêm ảnh, ghi âm, phim, bản số hóa vào hồ sơ", remoteDossierAttach},
		{"dossier-remove", "dossier-remove dossier/SỐ item/SỐ --reason X", "đưa văn bản ra khỏi hồ sơ", remoteDossierRemove},
		{"dossier-arrange", "dossier-arrange dossier/SỐ [item/SỐ...]", "sắp xếp theo thời gian, hoặc theo thứ tự đã ghi", remoteDossierArrange},
		{"dossier-file", "dossier-file dossier/SỐ item/SỐ [THỨ_TỰ] [--out TỆP]", "tải một tệp của văn bản trong hồ sơ; thứ tự từ 0", remoteDossierFile},
		{"dossier-check", "dossier-check dossier/SỐ", "kiểm tra trước khi kết thúc hồ sơ", remoteDossierCheck},
		{"dossier-close", "dossier-close dossier/SỐ [--note X] [--consent]", "kết thúc hồ sơ; --consent khi đã xem cảnh báo", remoteDossierClose},
		{"dossier-reopen", "dossier-reopen dossier/SỐ --reason X", "mở lại hồ sơ", reasonOnDossier((*client.Client).ReopenDossier)},
		{"dossier-history", "dossier-history dossier/SỐ", "lịch sử hồ sơ", remoteDossierHistory},
		{"dossier-shares", "dossier-shares dossier/SỐ", "hồ sơ đang chia sẻ với ai", remoteDossierShares},
		{"dossier-share", "dossier-share dossier/SỐ --to ĐÍCH [--level read|work] [--until NGÀY] [--reason X]", "chia sẻ hồ sơ với post/MÃ hoặc unit/MÃ", remoteDossierShare},
		{"dossier-unshare", "dossier-unshare dossier/SỐ share/SỐ", "ngừng chia sẻ hồ sơ", remoteDossierUnshare},
		{"dossier-handover", "dossier-handover dossier/SỐ --to post/MÃ [--note X]", "bàn giao hồ sơ cho vị trí khác", remoteDossierHandOver},
		{"dossier-freeze", "dossier-freeze dossier/SỐ --reason X", "đóng băng hồ sơ theo yêu cầu của người có thẩm quyền", reasonOnDossier((*client.Client).FreezeDossier)},
		{"dossier-unfreeze", "dossier-unfreeze dossier/SỐ --reason X", "gỡ đóng băng hồ sơ", reasonOnDossier((*client.Client).UnfreezeDossier)},
		{"dossier-destroy", "dossier-destroy dossier/SỐ --reason QUYẾT_ĐỊNH", "hủy hồ sơ hết giá trị theo quyết định", reasonOnDossier((*client.Client).DestroyDossier)},
		{"dossier-correct", "dossier-correct dossier/SỐ TỆP.json", "lưu trữ sửa thông tin mô tả của hồ sơ đã nộp", remoteDossierCorrect},
		{"dossier-ask", "dossier-ask dossier/SỐ | SỐ_KÝ_HIỆU [--year N] --reason X", "yêu cầu lưu trữ cho sử dụng hồ sơ, ví dụ: dossier-ask 02.TCCB --year 2026", remoteDossierAsk},
		{"dossier-requests", "dossier-requests", "yêu cầu sử dụng hồ sơ", remoteDossierRequests},
		{"dossier-answer", "dossier-answer request/SỐ [--until NGÀY] [--reason X]", "cho sử dụng đến hết ngày (--until), hoặc từ chối (--reason)", remoteDossierAnswer},
		{"dossier-print", "dossier-print dossier/SỐ contents|cover|closing [--out TỆP]", "in mục lục văn bản, bìa hoặc tờ kết thúc", remoteDossierPrint},
		{"dossier-export", "dossier-export dossier/SỐ pdf|xml|zip|sip [--out TỆP]", "xuất hồ sơ", remoteDossierExport},
		{"dossier-import", "dossier-import TỆP.zip", "mở hồ sơ từ gói nộp lưu (SIP)", remoteDossierImport},
	}, farDossierLists(), farDeposits())
}

// first reads the kind/ID that n arguments begin with.
func (r *remoteCall) first(kind string, n int, usage string) (client.ID, error) {
	if len(r.args) != n {
		return 0, badUsage(usage)
	}
	return idOf(r.args[0], kind)
}

// reasonOnDossier is an act that asks only a reason.
func reasonOnDossier(act func(c *client.Client, ctx context.Context, id client.ID, reason string) error) func(context.Context, *remoteCall) error {
	return func(ctx context.Context, r *remoteCall) error {
		id, err := r.first("dossier", 1, "cần đúng một hồ sơ: dossier/SỐ")
		if err != nil {
			return err
		}
		if r.o.reason == "" {
			return badUsage("cần --reason")
		}
		return act(r.Client, ctx, id, r.o.reason)
	}
}

// upload gives a file named on the command line to an operation.
func (r *remoteCall) upload(name string, give func(base string, from io.Reader) error) error {
	f, err := os.Open(name)
	if err != nil {
		return store.Because(store.Refuse(store.Invalid, "Không đọc được tệp {name}.", "name", name), err)
	}
	defer f.Close()
	return give(filepath.Base(name), f)
}

func remoteDossiers(ctx context.Context, r *remoteCall) error {
	tab := r.o.tab
	if tab == "" {
		tab = "mine"
	}
	rows, err := r.Dossiers(ctx, tab, r.o.q)
	if err != nil {
		return err
	}
	if r.books.year != 0 {
		rows = slices.DeleteFunc(rows, func(d client.Dossier) bool { return d.Year != r.books.year })
	}
	return r.show(rows, func(out io.Writer) {
		for _, d := range rows {
			fmt.Fprintf(out, "dossier/%s  %s  %s  [%s]%s\n", d.ID, d.Code, d.Title, d.StateLabel, deadline(d.Due, false))
		}
	})
}

func remoteDossier(ctx context.Context, r *remoteCall) error {
	id, err := r.ref("dossier")
	if err != nil {
		return err
	}
	d, err := r.Dossier(ctx, id)
	if err != nil {
		return err
	}
	return r.show(d, func(out io.Writer) {
		fmt.Fprintf(out, "dossier/%s  %s (%d)  %s  [%s]\n%d văn bản, %d trang%s\n", d.ID, d.Code, d.Year, d.Title, d.StateLabel, d.Documents, d.Pages, deadline(d.Due, false))
		if d.ArchiveCode != "" {
			fmt.Fprintf(out, "mã lưu trữ %s\n", d.ArchiveCode)
		}
		if d.FreezeOrder != "" {
			fmt.Fprintf(out, "đang đóng băng: %s\n", d.FreezeOrder)
		}
		for _, i := range d.Items {
			fmt.Fprintf(out, "%4d  item/%s  %s  %s  %s  %s  %s\n", i.Ordinal, i.ID, i.Ref, orDash(i.Code), orDash(i.Date), i.Author, i.Subject)
		}
	})
}

func remoteDossierOpen(ctx context.Context, r *remoteCall) error {
	f := client.DossierForm{}
	switch {
	case r.dossier.entry != "" && len(r.args) == 0:
		id, err := idOf(r.dossier.entry, "entry")
		if err != nil {
			return err
		}
		f.Entry = id
	case r.dossier.entry == "" && len(r.args) == 2:
		f.Title, f.Retention = r.args[0], r.args[1]
	default:
		return badUsage("cần tiêu đề và mã thời hạn bảo quản 01 đến 06, hoặc --entry entry/SỐ")
	}
	d, err := r.OpenDossier(ctx, f)
	if err != nil {
		return err
	}
	return r.show(d, func(out io.Writer) { fmt.Fprintf(out, "Đã mở hồ sơ %s: dossier/%s\n", d.Code, d.ID) })
}

func remoteDossierEdit(ctx context.Context, r *remoteCall) error {
	id, err := r.first("dossier", 2, "cần dossier/SỐ và tệp JSON")
	if err != nil {
		return err
	}
	f, err := formFrom[client.DossierForm](r)
	if err != nil {
		return err
	}
	return r.ReviseDossier(ctx, id, f)
}

func remoteDossierAccounts(ctx context.Context, r *remoteCall) error {
	rows, err := r.DossierAccounts(ctx, r.books.year)
	if err != nil {
		return err
	}
	return r.show(rows, func(out io.Writer) {
		for _, x := range rows {
			fmt.Fprintf(out, "%s: %d hồ sơ (%d đang lập, %d kết thúc, %d đã nộp, %d lưu trữ đã nhận, %d trả lại, %d đã hủy), %d văn bản, %d trang\n", x.Person, x.Total, x.Open, x.Closed, x.Submitted, x.Accepted, x.Returned,
				x.Destroyed, x.Documents, x.Pages)
		}
	})
}

func remoteDossierAdd(ctx context.Context, r *remoteCall) error {
	if len(r.args) < 2 {
		return badUsage("cần dossier/SỐ và ít nhất một văn bản")
	}
	id, err := idOf(r.args[0], "dossier")
	if err != nil {
		return err
	}
	rows, err := r.AddToDossier(ctx, id, r.args[1:])
	if err != nil {
		return err
	}
	return r.show(rows, func(out io.Writer) {
		for _, p := range rows {
			if p.Refused != "" {
				fmt.Fprintf(out, "%s  %s\n", p.Ref, p.Refused)
			} else {
				fmt.Fprintf(out, "%s  số thứ tự %d\n", p.Ref, p.Ordinal)
			}
		}
	})
}

func remoteDossierClose(ctx context.Context, r *remoteCall) error {
	id, err := r.ref("dossier")
	if err != nil {
		return err
	}
	return r.CloseDossier(ctx, id, client.DossierClose{Note: r.o.note, Accept: r.o.consent})
}

func remoteDossierExport(ctx context.Context, r *remoteCall) error {
	if len(r.args) != 2 {
		return badUsage("cần dossier/SỐ và một dạng: pdf, xml, zip, sip")
	}
	id, err := idOf(r.args[0], "dossier")
	if err != nil {
		return err
	}
	return r.save(id, func(to io.Writer) (string, error) { return r.ExportDossier(ctx, id, r.args[1], to) })
}

func remoteDossierAttach(ctx context.Context, r *remoteCall) error {
	id, err := r.first("dossier", 2, "cần dossier/SỐ và một tệp")
	if err != nil {
		return err
	}
	return r.upload(r.args[1], func(base string, from io.Reader) error {
		p, err := r.AttachToDossier(ctx, id, base, from, client.DossierFile{Title: r.dossier.title, Medium: r.dossier.medium, Date: r.books.on, Author: r.dossier.author, Note: r.o.note})
		if err != nil {
			return err
		}
		return r.show(p, func(out io.Writer) { fmt.Fprintf(out, "Đã thêm tệp, số thứ tự %d\n", p.Ordinal) })
	})
}

func remoteDossierRemove(ctx context.Context, r *remoteCall) error {
	id, err := r.first("dossier", 2, "cần dossier/SỐ và item/SỐ")
	if err != nil {
		return err
	}
	item, err := idOf(r.args[1], "item")
	if err != nil {
		return err
	}
	return r.RemoveFromDossier(ctx, id, item, r.o.reason)
}

func remoteDossierArrange(ctx context.Context, r *remoteCall) error {
	if len(r.args) == 0 {
		return badUsage("cần dossier/SỐ")
	}
	id, err := idOf(r.args[0], "dossier")
	var order []client.ID
	for _, s := range r.args[1:] {
		if err != nil {
			break
		}
		var item client.ID
		item, err = idOf(s, "item")
		order = append(order, item)
	}
	if err != nil {
		return err
	}
	return r.ArrangeDossier(ctx, id, order)
}

func remoteDossierFile(ctx context.Context, r *remoteCall) error {
	n := 0
	if len(r.args) == 3 {
		var err error
		if n, err = strconv.Atoi(r.args[2]); err != nil {
			return badUsage("thứ tự của tệp là một số, từ 0")
		}
		r.args = r.args[:2]
	}
	id, err := r.first("dossier", 2, "cần dossier/SỐ và item/SỐ")
	if err != nil {
		return err
	}
	item, err := idOf(r.args[1], "item")
	if err != nil {
		return err
	}
	return r.save(item, func(to io.Writer) (string, error) { return r.DossierItemFile(ctx, id, item, n, to) })
}

func remoteDossierCheck(ctx context.Context, r *remoteCall) error {
	id, err := r.ref("dossier")
	if err != nil {
		return err
	}
	found, err := r.DossierFindings(ctx, id)
	if err != nil {
		return err
	}
	return r.show(found, func(out io.Writer) {
		for _, f := range found {
			mark := "cảnh báo"
			if f.Stops {
				mark = "phải sửa"
			}
			fmt.Fprintf(out, "%s: %s\n", mark, f.Text)
		}
		if len(found) == 0 {
			fmt.Fprintln(out, "Hồ sơ sẵn sàng kết thúc.")
		}
	})
}

func remoteDossierHistory(ctx context.Context, r *remoteCall) error {
	id, err := r.ref("dossier")
	if err != nil {
		return err
	}
	steps, err := r.DossierHistory(ctx, id)
	if err != nil {
		return err
	}
	return r.show(steps, func(out io.Writer) { printSteps(out, steps) })
}

func remoteDossierShares(ctx context.Context, r *remoteCall) error {
	id, err := r.ref("dossier")
	if err != nil {
		return err
	}
	all, err := r.DossierShares(ctx, id)
	if err != nil {
		return err
	}
	return r.show(all, func(out io.Writer) {
		for _, s := range all {
			fmt.Fprintf(out, "share/%s  %s  %s%s\n", s.ID, s.Name, s.Level, deadline(s.Until, false))
		}
		if len(all) == 0 {
			fmt.Fprintln(out, "Hồ sơ không chia sẻ với ai.")
		}
	})
}

func remoteDossierShare(ctx context.Context, r *remoteCall) error {
	id, err := r.ref("dossier")
	if err != nil {
		return err
	}
	f := client.DossierSharing{Level: r.dossier.level, Until: r.books.until, Reason: r.o.reason}
	if f.Level == "" {
		f.Level = "read"
	}
	if strings.HasPrefix(r.o.to, "unit/") {
		f.Unit, err = idOf(r.o.to, "unit")
	} else {
		f.Post, err = idOf(r.o.to, "post")
	}
	if err != nil {
		return err
	}
	return r.ShareDossier(ctx, id, f)
}

func remoteDossierUnshare(ctx context.Context, r *remoteCall) error {
	id, err := r.first("dossier", 2, "cần dossier/SỐ và share/SỐ")
	if err != nil {
		return err
	}
	share, err := idOf(r.args[1], "share")
	if err != nil {
		return err
	}
	return r.UnshareDossier(ctx, id, share)
}

func remoteDossierHandOver(ctx context.Context, r *remoteCall) error {
	id, err := r.ref("dossier")
	if err != nil {
		return err
	}
	to, err := idOf(r.o.to, "post")
	if err != nil {
		return err
	}
	return r.HandOverDossier(ctx, id, client.DossierHandOver{To: to, Note: r.o.note})
}

func remoteDossierCorrect(ctx context.Context, r *remoteCall) error {
	id, err := r.first("dossier", 2, "cần dossier/SỐ và tệp JSON")
	if err != nil {
		return err
	}
	f, err := formFrom[client.DossierCorrection](r)
	if err != nil {
		return err
	}
	return r.CorrectDossier(ctx, id, f)
}

func remoteDossierAsk(ctx context.Context, r *remoteCall) error {
	if len(r.args) == 1 && strings.Contains(r.args[0], ".") {
		if r.books.year == 0 {
			return badUsage("cần --year: năm của hồ sơ")
		}
		return r.AskForDossierByCode(ctx, client.DossierAsking{Code: r.args[0], Year: r.books.year, Reason: r.o.reason})
	}
	return reasonOnDossier((*client.Client).AskForDossier)(ctx, r)
}

func remoteDossierRequests(ctx context.Context, r *remoteCall) error {
	all, err := r.DossierRequests(ctx)
	if err != nil {
		return err
	}
	return r.show(all, func(out io.Writer) {
		for _, q := range all {
			fmt.Fprintf(out, "request/%s  dossier/%s  %s  %s  [%s]  %s: %s%s\n", q.ID, q.Dossier, q.Code, q.Title, map[string]string{"asked": "chờ trả lời", "granted": "cho sử dụng", "refused": "từ chối"}[q.State], q.Person,
				q.Reason, deadline(q.Until, false))
		}
		if len(all) == 0 {
			fmt.Fprintln(out, "Không có yêu cầu nào.")
		}
	})
}

func remoteDossierAnswer(ctx context.Context, r *remoteCall) error {
	id, err := r.ref("request")
	if err != nil {
		return err
	}
	if r.books.until == "" && r.o.reason == "" {
		return badUsage("cần --until NGÀY để cho sử dụng, hoặc --reason LÝ_DO để từ chối")
	}
	return r.AnswerDossierRequest(ctx, id, client.DossierRequestAnswer{Grant: r.books.until != "", Until: r.books.until, Text: r.o.reason})
}

func remoteDossierPrint(ctx context.Context, r *remoteCall) error {
	id, err := r.first("dossier", 2, "cần dossier/SỐ và một bản in: contents, cover, closing")
	if err != nil {
		return err
	}
	return r.save(id, func(to io.Writer) (string, error) { return r.PrintDossier(ctx, id, r.args[1], to) })
}

func remoteDossierImport(ctx context.Context, r *remoteCall) error {
	if len(r.args) != 1 {
		return badUsage("cần một gói nộp lưu (tệp ZIP)")
	}
	return r.upload(r.args[0], func(base string, from io.Reader) error {
		d, err := r.ImportDossier(ctx, base, from)
		if err != nil {
			return err
		}
		return r.show(d, func(out io.Writer) {
			fmt.Fprintf(out, "Đã mở hồ sơ %s: dossier/%s, %d văn bản\n", d.Code, d.ID, d.Documents)
		})
	})
}
