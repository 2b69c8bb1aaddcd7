package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"congvu/internal/client"
)

// reorgOptions are the options of the verbs about reorganisations.
type reorgOptions struct{ reference, decided, effective, share, source string }

func (r *remoteCall) reorgFlags(line string) {
	for _, s := range []struct {
		into          *string
		name, meaning string
	}{{&r.reorg.reference, "reference", "số, ký hiệu văn bản căn cứ"}, {&r.reorg.decided, "decided", "ngày ban hành (năm-tháng-ngày)"}, {&r.reorg.effective, "effective", "ngày đầu tiên của tổ chức mới (năm-tháng-ngày)"},
		{&r.reorg.share, "share", "tỷ lệ từ 0 đến 1, chỉ khi có nguồn số liệu; kèm --basis area, population hoặc function"}, {&r.reorg.source, "source", "nguồn số liệu"}} {
		if takes(line, s.name) {
			r.fs.StringVar(s.into, s.name, "", s.meaning)
		}
	}
}

// farReorganisations are the verbs about agencies that are merged, split, renamed or dissolved.
func farReorganisations() []far {
	return []far{
		{"reorganisations", "reorganisations", "các quyết định sắp xếp tổ chức", remoteReorganisations},
		{"reorganisation", "reorganisation reorganisation/SỐ", "một quyết định: quan hệ kế tục, đơn vị tiếp nhận, nội dung còn thiếu", remoteReorganisation},
		{"reorganise", "reorganise NỘI_DUNG --reference SỐ_KÝ_HIỆU --decided NGÀY --effective NGÀY [--note X]", "lập quyết định sắp xếp tổ chức", remoteReorganise},
		{"reorganisation-link", "reorganisation-link reorganisation/SỐ MÃ_CŨ [MÃ_MỚI] --kind X [--basis X] [--share X] [--source X]", "thêm quan hệ kế tục; X: whole, part, part_area, part_area_whole_population, rename, change_kind, transfer_of_function, dissolve", remoteLinkAgencies},
		{"reorganisation-taker", "reorganisation-taker reorganisation/SỐ MÃ_CŨ documents|dossiers|unfinished|reports|assets|all MÃ_NHẬN", "nêu đơn vị tiếp nhận", remoteNameTaker},
		{"reorganisation-approve", "reorganisation-approve reorganisation/SỐ", "duyệt quyết định (cần xác nhận lại)", remoteApproveReorganisation},
		{"reorganisation-run", "reorganisation-run reorganisation/SỐ", "thực hiện quyết định từ ngày hiệu lực", remoteRunReorganisation},
		{"reorganisation-cancel", "reorganisation-cancel reorganisation/SỐ --reason X", "hủy quyết định chưa thực hiện", remoteCancelReorganisation},
		{"handover-records", "handover-records", "biên bản bàn giao của cơ quan", remoteHandoverRecords},
		{"handover-make", "handover-make reorganisation/SỐ MÃ_CŨ MÃ_NHẬN", "lập biên bản bàn giao với đủ danh mục", remoteMakeHandover},
		{"handover-record", "handover-record handover/SỐ", "một biên bản bàn giao", remoteHandoverRecord},
		{"handover-sign", "handover-sign handover/SỐ giving|taking --consent", "ký biên bản cho bên giao hoặc bên nhận (cần xác nhận lại)", remoteSignHandover},
		{"handover-file", "handover-file handover/SỐ pdf|docx [--out TỆP]", "tải biên bản bàn giao", remoteHandoverFile},
		{"takeovers", "takeovers", "cơ quan đã kết thúc để lại nội dung cho cơ quan tôi", remoteTakeovers},
		{"takeover", "takeover MÃ_CŨ", "nội dung chưa và đã tiếp nhận từ một cơ quan", remoteTakeover},
		{"take-over", "take-over MÃ_CŨ [REF...] [--register SỔ] [--to VỊ_TRÍ]", "tiếp nhận xử lý tiếp; không nêu REF là tất cả", remoteTakeOver},
		{"keepers", "keepers MÃ_CŨ", "người giữ tài liệu của cơ quan đã kết thúc", remoteKeepers},
		{"keeper", "keeper MÃ_CŨ person/SỐ --until NGÀY", "cử người xem tài liệu của cơ quan đã kết thúc", remoteNameKeeper},
		{"keeper-end", "keeper-end post/SỐ", "kết thúc quyền xem tài liệu", remoteEndKeeper},
	}
}

// agencyID finds an agency by its code, active or ended.
func (r *remoteCall) agencyID(ctx context.Context, code string) (client.ID, error) {
	found, err := r.Agencies(ctx, code, 50)
	if err != nil {
		return 0, err
	}
	for _, a := range found {
		if strings.EqualFold(a.Code, code) {
			return a.ID, nil
		}
	}
	return 0, badUsage(fmt.Sprintf("không có cơ quan nào mang mã %s trong danh bạ", code))
}

func remoteReorganisations(ctx context.Context, r *remoteCall) error {
	all, err := r.Reorganisations(ctx)
	if err != nil {
		return err
	}
	return r.show(all, func(out io.Writer) {
		for _, x := range all {
			fmt.Fprintf(out, "reorganisation/%s  %s  %s  từ %s  [%s]\n", x.ID, x.Reference, x.Title, x.Effective, x.StateLabel)
		}
	})
}

func remoteReorganisation(ctx context.Context, r *remoteCall) error {
	id, err := r.ref("reorganisation")
	if err != nil {
		return err
	}
	x, err := r.Reorganisation(ctx, id)
	if err != nil {
		return err
	}
	return r.show(x, func(out io.Writer) {
		fmt.Fprintf(out, "reorganisation/%s  %s  %s  từ %s  [%s]  %d cơ quan kết thúc\n", x.ID, x.Reference, x.Title, x.Effective, x.StateLabel, len(x.Ending))
		for _, l := range x.Links {
			fmt.Fprintf(out, "  %s %s → %s %s  %s\n", l.OldCode, l.OldName, orDash(l.NewCode), l.NewName, l.KindLabel)
		}
		for _, t := range x.Takers {
			fmt.Fprintf(out, "  tiếp nhận %s: %s\n", t.Subject, t.ByName)
		}
		for _, u := range x.Untaken {
			fmt.Fprintf(out, "  chưa có đơn vị tiếp nhận: %s của %s (%d)\n", u.SubjectLabel, u.OldName, u.Count)
		}
	})
}

func remoteReorganise(ctx context.Context, r *remoteCall) error {
	if len(r.args) != 1 {
		return badUsage("cần một nội dung sắp xếp")
	}
	x, err := r.DraftReorganisation(ctx, client.ReorganisationForm{Title: r.args[0], Reference: r.reorg.reference, DecidedOn: r.reorg.decided, Effective: r.reorg.effective, Note: r.o.note})
	if err != nil {
		return err
	}
	return r.show(x, func(out io.Writer) { fmt.Fprintf(out, "Đã lập: reorganisation/%s\n", x.ID) })
}

func remoteLinkAgencies(ctx context.Context, r *remoteCall) error {
	if len(r.args) < 2 || len(r.args) > 3 {
		return badUsage("cần reorganisation/SỐ, mã cơ quan cũ và mã cơ quan kế tục (trừ khi giải thể)")
	}
	id, err := idOf(r.args[0], "reorganisation")
	if err != nil {
		return err
	}
	f := client.SuccessionLink{Kind: r.o.kind, Basis: r.o.basis, Share: r.reorg.share, Source: r.reorg.source}
	if f.Old, err = r.agencyID(ctx, r.args[1]); err != nil {
		return err
	}
	if len(r.args) == 3 {
		if f.New, err = r.agencyID(ctx, r.args[2]); err != nil {
			return err
		}
	}
	return r.LinkAgencies(ctx, id, f)
}

func remoteNameTaker(ctx context.Context, r *remoteCall) error {
	if len(r.args) != 4 {
		return badUsage("cần reorganisation/SỐ, mã cơ quan cũ, nội dung và mã cơ quan tiếp nhận")
	}
	id, err := idOf(r.args[0], "reorganisation")
	if err != nil {
		return err
	}
	var f client.Taker
	if f.Old, err = r.agencyID(ctx, r.args[1]); err != nil {
		return err
	}
	if f.By, err = r.agencyID(ctx, r.args[3]); err != nil {
		return err
	}
	subjects := []string{r.args[2]}
	if r.args[2] == "all" {
		subjects = []string{"documents", "dossiers", "unfinished", "reports", "assets"}
	}
	for _, f.Subject = range subjects {
		if err := r.NameTaker(ctx, id, f); err != nil {
			return err
		}
	}
	return nil
}

func remoteApproveReorganisation(ctx context.Context, r *remoteCall) error {
	id, err := r.ref("reorganisation")
	if err != nil {
		return err
	}
	return r.ApproveReorganisation(ctx, id)
}

func remoteRunReorganisation(ctx context.Context, r *remoteCall) error {
	id, err := r.ref("reorganisation")
	if err != nil {
		return err
	}
	x, err := r.ExecuteReorganisation(ctx, id)
	if err != nil {
		return err
	}
	return r.show(x, func(out io.Writer) {
		fmt.Fprintf(out, "Đã thực hiện: %d cơ quan kết thúc hoạt động\n", len(x.Closed))
	})
}

func remoteCancelReorganisation(ctx context.Context, r *remoteCall) error {
	id, err := r.ref("reorganisation")
	if err != nil {
		return err
	}
	return r.CancelReorganisation(ctx, id, r.o.reason)
}

func remoteTakeovers(ctx context.Context, r *remoteCall) error {
	all, err := r.Takeovers(ctx)
	if err != nil {
		return err
	}
	return r.show(all, func(out io.Writer) {
		for _, p := range all {
			fmt.Fprintf(out, "%s  %s  kết thúc %s  chưa tiếp nhận %d, đã tiếp nhận %d\n", p.Code, p.Name, p.Ended, len(p.Left), len(p.Taken))
		}
	})
}

// pending finds what the agency of the first argument left.
func (r *remoteCall) pending(ctx context.Context) (client.Pending, error) {
	if len(r.args) == 0 {
		return client.Pending{}, badUsage("cần mã của cơ quan đã kết thúc")
	}
	old, err := r.agencyID(ctx, r.args[0])
	if err != nil {
		return client.Pending{}, err
	}
	return r.Takeover(ctx, old)
}

func remoteTakeover(ctx context.Context, r *remoteCall) error {
	p, err := r.pending(ctx)
	if err != nil {
		return err
	}
	return r.show(p, func(out io.Writer) {
		for _, l := range p.Left {
			fmt.Fprintf(out, "%s  %s  %s  %s%s\n", l.Ref, l.Group, orDash(l.Code), l.Title, deadline(l.Due, false))
		}
		for _, t := range p.Taken {
			fmt.Fprintf(out, "đã tiếp nhận %s → %s (%s)\n", t.Ref, t.NewRef, t.By)
		}
	})
}

func remoteTakeOver(ctx context.Context, r *remoteCall) error {
	p, err := r.pending(ctx)
	if err != nil {
		return err
	}
	f := client.TakeForm{Refs: r.args[1:]}
	if len(f.Refs) == 0 {
		for _, l := range p.Left {
			f.Refs = append(f.Refs, l.Ref)
		}
	}
	if len(f.Refs) == 0 {
		return badUsage("không còn nội dung nào chờ tiếp nhận")
	}
	if r.o.register != "" {
		if f.Register, err = idOf(r.o.register, "register"); err != nil {
			return err
		}
	}
	if r.o.to != "" {
		if f.Post, err = idOf(r.o.to, "post"); err != nil {
			return err
		}
	}
	rows, err := r.TakeOver(ctx, p.Agency, f)
	if err != nil {
		return err
	}
	return r.show(rows, func(out io.Writer) {
		for _, t := range rows {
			switch {
			case t.Refused != "":
				fmt.Fprintf(out, "%s  %s\n", t.Ref, t.Refused)
			case t.How == "joined":
				fmt.Fprintf(out, "%s → %s (đã có ở cơ quan)\n", t.Ref, t.NewRef)
			default:
				fmt.Fprintf(out, "%s → %s\n", t.Ref, t.NewRef)
			}
		}
	})
}

func remoteKeepers(ctx context.Context, r *remoteCall) error {
	if len(r.args) != 1 {
		return badUsage("cần mã của cơ quan đã kết thúc")
	}
	old, err := r.agencyID(ctx, r.args[0])
	if err != nil {
		return err
	}
	all, err := r.Keepers(ctx, old)
	if err != nil {
		return err
	}
	return r.show(all, func(out io.Writer) {
		for _, k := range all {
			fmt.Fprintf(out, "post/%s  %s  đến hết %s\n", k.Post, k.Name, k.Until)
		}
	})
}

func remoteNameKeeper(ctx context.Context, r *remoteCall) error {
	if len(r.args) != 2 {
		return badUsage("cần mã của cơ quan đã kết thúc và person/SỐ")
	}
	old, err := r.agencyID(ctx, r.args[0])
	if err != nil {
		return err
	}
	person, err := idOf(r.args[1], "person")
	if err != nil {
		return err
	}
	k, err := r.NameKeeper(ctx, old, client.KeeperForm{Person: person, Until: r.books.until})
	if err != nil {
		return err
	}
	return r.show(k, func(out io.Writer) {
		fmt.Fprintf(out, "Đã cử %s đến hết %s: post/%s\n", k.Name, k.Until, k.Post)
	})
}

func remoteEndKeeper(ctx context.Context, r *remoteCall) error {
	id, err := r.ref("post")
	if err != nil {
		return err
	}
	return r.EndKeeper(ctx, id)
}

func handoverLine(out io.Writer, h client.Handover) {
	fmt.Fprintf(out, "handover/%s  %s → %s  [%s]  bên giao ký: %s; bên nhận ký: %s\n", h.ID, h.OldName, h.NewName, h.StateLabel, orDash(h.GivenBy), orDash(h.TakenBy))
}

func remoteHandoverRecords(ctx context.Context, r *remoteCall) error {
	all, err := r.Handovers(ctx)
	if err != nil {
		return err
	}
	return r.show(all, func(out io.Writer) {
		for _, h := range all {
			handoverLine(out, h)
		}
	})
}

func remoteMakeHandover(ctx context.Context, r *remoteCall) error {
	if len(r.args) != 3 {
		return badUsage("cần reorganisation/SỐ, mã cơ quan cũ và mã cơ quan tiếp nhận")
	}
	id, err := idOf(r.args[0], "reorganisation")
	if err != nil {
		return err
	}
	f := client.HandoverForm{Reorganisation: id}
	if f.Old, err = r.agencyID(ctx, r.args[1]); err != nil {
		return err
	}
	if f.New, err = r.agencyID(ctx, r.args[2]); err != nil {
		return err
	}
	h, err := r.MakeHandover(ctx, f)
	if err != nil {
		return err
	}
	return r.show(h, func(out io.Writer) { showHandover(out, h) })
}

func showHandover(out io.Writer, h client.Handover) {
	handoverLine(out, h)
	for _, t := range h.Totals {
		fmt.Fprintf(out, "  %s: %d dòng, tổng số %d\n", t.Group, t.Rows, t.Count)
	}
	if h.Changed {
		fmt.Fprintln(out, "  danh mục đã thay đổi sau khi lập: hãy lập lại")
	}
}

func remoteHandoverRecord(ctx context.Context, r *remoteCall) error {
	id, err := r.ref("handover")
	if err != nil {
		return err
	}
	h, err := r.Handover(ctx, id)
	if err != nil {
		return err
	}
	return r.show(h, func(out io.Writer) { showHandover(out, h) })
}

func remoteSignHandover(ctx context.Context, r *remoteCall) error {
	if len(r.args) != 2 || !r.o.consent {
		return badUsage("cần handover/SỐ, giving hoặc taking, và --consent sau khi đã đọc biên bản")
	}
	id, err := idOf(r.args[0], "handover")
	if err != nil {
		return err
	}
	h, err := r.SignHandover(ctx, id, client.HandoverSign{Side: r.args[1]})
	if err != nil {
		return err
	}
	return r.show(h, func(out io.Writer) { handoverLine(out, h) })
}

func remoteHandoverFile(ctx context.Context, r *remoteCall) error {
	if len(r.args) != 2 {
		return badUsage("cần handover/SỐ và một dạng: pdf, docx")
	}
	id, err := idOf(r.args[0], "handover")
	if err != nil {
		return err
	}
	return r.save(id, func(to io.Writer) (string, error) { return r.HandoverFile(ctx, id, r.args[1], to) })
}
