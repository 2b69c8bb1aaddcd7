package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"congvu/internal/client"
)

// farDossierLists are the verbs about the yearly lists and the table of periods.
func farDossierLists() []far {
	return []far{
		{"dossier-lists", "dossier-lists", "danh mục hồ sơ các năm", remoteLists},
		{"dossier-list", "dossier-list dossier-list/SỐ", "một danh mục hồ sơ", remoteList},
		{"list-draft", "list-draft --year N [--numbering list|heading] [--from NĂM]", "lập danh mục hồ sơ; --from: chép từ danh mục của năm", remoteListDraft},
		{"list-heading", "list-heading dossier-list/SỐ TỆP.json", "thêm đề mục", remoteListHeading},
		{"list-entry", "list-entry dossier-list/SỐ TỆP.json", "thêm hồ sơ vào danh mục", remoteListEntry},
		{"list-change", "list-change dossier-list/SỐ entry/SỐ TỆP.json", "sửa hồ sơ trong danh mục", remoteListChange},
		{"list-drop", "list-drop dossier-list/SỐ entry/SỐ", "bỏ hồ sơ khỏi dự thảo danh mục", remoteListDrop},
		{"list-import", "list-import dossier-list/SỐ TỆP", "nhập hồ sơ từ tệp XLSX hoặc CSV", remoteListImport},
		{"list-submit", "list-submit dossier-list/SỐ", "trình phê duyệt danh mục", onListRemote((*client.Client).SubmitDossierList)},
		{"list-approve", "list-approve dossier-list/SỐ --basis QUYẾT_ĐỊNH", "phê duyệt danh mục", remoteListApprove},
		{"list-return", "list-return dossier-list/SỐ --reason X", "trả lại danh mục để sửa", remoteListReturn},
		{"list-issue", "list-issue dossier-list/SỐ", "ban hành danh mục", onListRemote((*client.Client).IssueDossierList)},
		{"list-history", "list-history dossier-list/SỐ", "lịch sử danh mục", remoteListHistory},
		{"list-export", "list-export dossier-list/SỐ pdf|xlsx [--out TỆP]", "in hoặc xuất danh mục", remoteListExport},
		{"retention", "retention", "bảng thời hạn bảo quản", remoteRetention},
		{"retention-set", "retention-set TỆP.json", "đặt thời hạn bảo quản của một nhóm hồ sơ", remoteRetentionSet},
	}
}

// farDeposits are the verbs about the way to the archive.
func farDeposits() []far {
	return []far{
		{"deposit-notice", "deposit-notice dossier/SỐ... [--note X]", "lưu trữ thông báo hồ sơ đến hạn nộp", remoteDepositNotice},
		{"dossier-notices", "dossier-notices dossier/SỐ", "thông báo nộp lưu của hồ sơ", remoteDossierNotices},
		{"dossier-deposit", "dossier-deposit dossier/SỐ... [--text X]", "nộp hồ sơ vào lưu trữ cơ quan; --text: tên khối tài liệu", remoteDossierDeposit},
		{"deposits", "deposits", "các đợt nộp lưu", remoteDeposits},
		{"deposit", "deposit deposit/SỐ", "một đợt nộp lưu và kết quả kiểm tra", remoteDepositShow},
		{"deposit-check", "deposit-check deposit/SỐ", "kiểm tra mọi tệp của đợt nộp", remoteDepositCheck},
		{"deposit-accept", "deposit-accept deposit/SỐ [--note X]", "tiếp nhận đợt nộp", remoteDepositAccept},
		{"deposit-return", "deposit-return deposit/SỐ --reason X", "trả lại đợt nộp", remoteDepositReturn},
		{"deposit-historical", "deposit-historical TỆP.json", "đăng ký nộp hồ sơ vào lưu trữ lịch sử", remoteDepositHistorical},
		{"deposit-print", "deposit-print deposit/SỐ list|record [--out TỆP]", "in mục lục hồ sơ nộp lưu hoặc biên bản giao nhận", remoteDepositPrint},
	}
}

func listLine(out io.Writer, l client.DossierList) {
	fmt.Fprintf(out, "dossier-list/%s  %d  [%s]  %d hồ sơ (%d vĩnh viễn, %d có thời hạn)  %s\n", l.ID, l.Year, l.StateLabel, l.Total, l.Permanent, l.Limited, l.Decision)
}

func remoteLists(ctx context.Context, r *remoteCall) error {
	all, err := r.DossierLists(ctx)
	if err != nil {
		return err
	}
	return r.show(all, func(out io.Writer) {
		for _, l := range all {
			listLine(out, l)
		}
		if len(all) == 0 {
			fmt.Fprintln(out, "Chưa có danh mục hồ sơ nào.")
		}
	})
}

func remoteList(ctx context.Context, r *remoteCall) error {
	id, err := r.ref("dossier-list")
	if err != nil {
		return err
	}
	l, err := r.DossierList(ctx, id)
	if err != nil {
		return err
	}
	return r.show(l, func(out io.Writer) {
		listLine(out, l)
		for _, h := range l.Headings {
			fmt.Fprintf(out, "heading/%s  %s %s\n", h.ID, h.Title, h.Abbr)
			for _, e := range h.Entries {
				fmt.Fprintf(out, "  entry/%s  %s  %s  %s  %s", e.ID, e.Code, e.Title, e.Retention, orDash(e.Person))
				if e.Dossier != 0 {
					fmt.Fprintf(out, "  dossier/%s", e.Dossier)
				}
				fmt.Fprintln(out)
			}
		}
	})
}

func remoteListDraft(ctx context.Context, r *remoteCall) error {
	f := client.DossierListForm{Year: r.books.year, Numbering: r.dossier.numbering}
	if f.Year == 0 {
		f.Year = time.Now().Year()
	}
	if f.Numbering == "" {
		f.Numbering = "list"
	}
	if r.books.from != "" {
		if _, err := fmt.Sscan(r.books.from, &f.Copy); err != nil {
			return badUsage("--from là năm của danh mục để chép")
		}
	}
	l, err := r.DraftDossierList(ctx, f)
	if err != nil {
		return err
	}
	return r.show(l, func(out io.Writer) { listLine(out, l) })
}

func remoteListHeading(ctx context.Context, r *remoteCall) error {
	id, err := r.first("dossier-list", 2, "cần dossier-list/SỐ và tệp JSON")
	if err != nil {
		return err
	}
	f, err := formFrom[client.DossierHeadingForm](r)
	if err != nil {
		return err
	}
	h, err := r.AddDossierHeading(ctx, id, f)
	if err != nil {
		return err
	}
	return r.show(h, func(out io.Writer) { fmt.Fprintf(out, "heading/%s\n", h.ID) })
}

func remoteListEntry(ctx context.Context, r *remoteCall) error {
	id, err := r.first("dossier-list", 2, "cần dossier-list/SỐ và tệp JSON")
	if err != nil {
		return err
	}
	f, err := formFrom[client.DossierEntryForm](r)
	if err != nil {
		return err
	}
	e, err := r.AddDossierEntry(ctx, id, f)
	if err != nil {
		return err
	}
	return r.show(e, func(out io.Writer) { fmt.Fprintf(out, "entry/%s\n", e.ID) })
}

func (r *remoteCall) listAndEntry(n int, usage string) (list, entry client.ID, err error) {
	if list, err = r.first("dossier-list", n, usage); err == nil {
		entry, err = idOf(r.args[1], "entry")
	}
	return list, entry, err
}

func remoteListChange(ctx context.Context, r *remoteCall) error {
	list, entry, err := r.listAndEntry(3, "cần dossier-list/SỐ, entry/SỐ và tệp JSON")
	if err != nil {
		return err
	}
	f, err := formFrom[client.DossierEntryForm](r)
	if err != nil {
		return err
	}
	return r.ReviseDossierEntry(ctx, list, entry, f)
}

func remoteListDrop(ctx context.Context, r *remoteCall) error {
	list, entry, err := r.listAndEntry(2, "cần dossier-list/SỐ và entry/SỐ")
	if err != nil {
		return err
	}
	return r.DropDossierEntry(ctx, list, entry)
}

func remoteListImport(ctx context.Context, r *remoteCall) error {
	id, err := r.first("dossier-list", 2, "cần dossier-list/SỐ và tệp XLSX hoặc CSV")
	if err != nil {
		return err
	}
	return r.upload(r.args[1], func(base string, from io.Reader) error {
		n, err := r.ImportDossierList(ctx, id, base, from)
		if err != nil {
			return err
		}
		return r.show(n, func(out io.Writer) { fmt.Fprintf(out, "Đã nhập %d hồ sơ.\n", n.Rows) })
	})
}

func onListRemote(act func(c *client.Client, ctx context.Context, id client.ID) error) func(context.Context, *remoteCall) error {
	return func(ctx context.Context, r *remoteCall) error {
		id, err := r.ref("dossier-list")
		if err != nil {
			return err
		}
		return act(r.Client, ctx, id)
	}
}

func remoteListApprove(ctx context.Context, r *remoteCall) error {
	id, err := r.ref("dossier-list")
	if err != nil {
		return err
	}
	return r.ApproveDossierList(ctx, id, r.o.basis)
}

func remoteListReturn(ctx context.Context, r *remoteCall) error {
	id, err := r.ref("dossier-list")
	if err != nil {
		return err
	}
	return r.ReturnDossierList(ctx, id, r.o.reason)
}

func remoteListHistory(ctx context.Context, r *remoteCall) error {
	id, err := r.ref("dossier-list")
	if err != nil {
		return err
	}
	steps, err := r.DossierListHistory(ctx, id)
	if err != nil {
		return err
	}
	return r.show(steps, func(out io.Writer) { printSteps(out, steps) })
}

func remoteListExport(ctx context.Context, r *remoteCall) error {
	id, err := r.first("dossier-list", 2, "cần dossier-list/SỐ và một dạng: pdf, xlsx")
	if err != nil {
		return err
	}
	return r.save(id, func(to io.Writer) (string, error) { return r.ExportDossierList(ctx, id, r.args[1], to) })
}

func remoteRetention(ctx context.Context, r *remoteCall) error {
	all, err := r.RetentionGroups(ctx)
	if err != nil {
		return err
	}
	return r.show(all, func(out io.Writer) {
		for _, g := range all {
			period := fmt.Sprintf("%d năm", g.Years)
			if g.Years == 0 {
				period = "vĩnh viễn"
			}
			fmt.Fprintf(out, "%s: %s (%s, bản %d)\n", g.Name, period, g.Source, g.Version)
		}
		if len(all) == 0 {
			fmt.Fprintln(out, "Bảng thời hạn bảo quản chưa có nhóm nào.")
		}
	})
}

func remoteRetentionSet(ctx context.Context, r *remoteCall) error {
	f, err := formFrom[client.RetentionGroup](r)
	if err != nil {
		return err
	}
	g, err := r.SetRetention(ctx, f)
	if err != nil {
		return err
	}
	return r.show(g, func(out io.Writer) { fmt.Fprintf(out, "%s: bản %d\n", g.Name, g.Version) })
}

// dossierIDs reads the dossiers named on the command line.
func (r *remoteCall) dossierIDs() ([]client.ID, error) {
	if len(r.args) == 0 {
		return nil, badUsage("cần ít nhất một hồ sơ: dossier/SỐ")
	}
	var out []client.ID
	for _, arg := range r.args {
		id, err := idOf(arg, "dossier")
		if err != nil {
			return nil, err
		}
		out = append(out, id)
	}
	return out, nil
}

func remoteDepositNotice(ctx context.Context, r *remoteCall) error {
	ids, err := r.dossierIDs()
	if err != nil {
		return err
	}
	return r.NoticeDossiers(ctx, client.DossierNotice{Dossiers: ids, Note: r.o.note})
}

func remoteDossierNotices(ctx context.Context, r *remoteCall) error {
	id, err := r.ref("dossier")
	if err != nil {
		return err
	}
	all, err := r.DossierNotices(ctx, id)
	if err != nil {
		return err
	}
	return r.show(all, func(out io.Writer) {
		for _, n := range all {
			fmt.Fprintf(out, "thông báo ngày %s, nhắc ngày %s  %s\n", n.On, n.Remind, n.Note)
		}
		if len(all) == 0 {
			fmt.Fprintln(out, "Lưu trữ chưa thông báo về hồ sơ này.")
		}
	})
}

func remoteDossierDeposit(ctx context.Context, r *remoteCall) error {
	ids, err := r.dossierIDs()
	if err != nil {
		return err
	}
	p, err := r.DepositDossiers(ctx, client.DossierDeposit{Dossiers: ids, Subject: r.o.text})
	if err != nil {
		return err
	}
	return r.show(p, func(out io.Writer) {
		fmt.Fprintf(out, "Đã nộp %d hồ sơ, đợt %s: deposit/%s\n", p.Dossiers, p.Name, p.ID)
	})
}

func depositLine(out io.Writer, p client.Deposit) {
	fmt.Fprintf(out, "deposit/%s  %s  %s  [%s]  %d hồ sơ, %d văn bản, %d tệp%s\n", p.ID, p.Name, p.Subject, p.StateLabel, p.Dossiers, p.Documents, p.Files, deadline(p.AnswerDue, false))
}

func remoteDeposits(ctx context.Context, r *remoteCall) error {
	all, err := r.Deposits(ctx)
	if err != nil {
		return err
	}
	return r.show(all, func(out io.Writer) {
		for _, p := range all {
			depositLine(out, p)
		}
		if len(all) == 0 {
			fmt.Fprintln(out, "Chưa có đợt nộp lưu nào.")
		}
	})
}

func (r *remoteCall) showDeposit(p client.Deposit) error {
	return r.show(p, func(out io.Writer) {
		depositLine(out, p)
		if p.Answer != "" {
			fmt.Fprintf(out, "trả lời: %s\n", p.Answer)
		}
		for _, l := range p.Lines {
			found := "chưa kiểm tra"
			switch {
			case l.Checked && l.Sound:
				found = "đủ"
			case l.Checked:
				found = strings.Join(append(append([]string{orDash(l.Shortage)}, l.Missing...), l.Viruses...), "; ")
			}
			fmt.Fprintf(out, "%4d  dossier/%s  %s  %s  %s\n", l.Ordinal, l.Dossier, l.Code, l.Title, found)
		}
	})
}

func remoteDepositShow(ctx context.Context, r *remoteCall) error {
	id, err := r.ref("deposit")
	if err != nil {
		return err
	}
	p, err := r.Deposit(ctx, id)
	if err != nil {
		return err
	}
	return r.showDeposit(p)
}

func remoteDepositCheck(ctx context.Context, r *remoteCall) error {
	id, err := r.ref("deposit")
	if err != nil {
		return err
	}
	p, err := r.CheckDeposit(ctx, id)
	if err != nil {
		return err
	}
	return r.showDeposit(p)
}

func remoteDepositAccept(ctx context.Context, r *remoteCall) error {
	id, err := r.ref("deposit")
	if err != nil {
		return err
	}
	return r.AnswerDeposit(ctx, id, client.DepositAnswer{Accept: true, Reason: r.o.note})
}

func remoteDepositReturn(ctx context.Context, r *remoteCall) error {
	id, err := r.ref("deposit")
	if err != nil {
		return err
	}
	return r.AnswerDeposit(ctx, id, client.DepositAnswer{Reason: r.o.reason})
}

func remoteDepositHistorical(ctx context.Context, r *remoteCall) error {
	f, err := formFrom[client.HistoricalDeposit](r)
	if err != nil {
		return err
	}
	p, err := r.RegisterHistorical(ctx, f)
	if err != nil {
		return err
	}
	return r.show(p, func(out io.Writer) {
		fmt.Fprintf(out, "Đã lập yêu cầu %s: deposit/%s%s\n", p.Request, p.ID, deadline(p.AnswerDue, false))
	})
}

func remoteDepositPrint(ctx context.Context, r *remoteCall) error {
	id, err := r.first("deposit", 2, "cần deposit/SỐ và một bản in: list, record")
	if err != nil {
		return err
	}
	return r.save(id, func(to io.Writer) (string, error) { return r.PrintDeposit(ctx, id, r.args[1], to) })
}
