package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"congvu/internal/client"
)

// farRights are the verbs about rights to single documents, their readings and freezes.
func farRights() []far {
	return []far{
		{"grant", "grant REF --lead ĐÍCH --reason X [--kind read|work] [--due NGÀY]", "cấp quyền xem một văn bản cho vị trí hoặc đơn vị", remoteGrant},
		{"end-grant", "end-grant grant/SỐ --reason X", "thu hồi quyền đã cấp", remoteEndGrant},
		{"rights", "rights REF", "quyền được cấp, thay đổi quyền và lượt xem của văn bản", remoteRights},
		{"limit", "limit REF --reason X", "giới hạn người xem văn bản", remoteLimit},
		{"unlimit", "unlimit REF --reason X", "bỏ giới hạn người xem", remoteUnlimit},
		{"right-changes", "right-changes", "thay đổi quyền chờ xác nhận", remoteRightChanges},
		{"confirm-right", "confirm-right change/SỐ", "xác nhận một thay đổi quyền", remoteConfirmRight},
		{"ask-access", "ask-access SỐ_KÝ_HIỆU --reason X [--days N]", "đề nghị xem một văn bản", remoteAskAccess},
		{"access-requests", "access-requests [--tab open]", "đề nghị xem của tôi, hoặc chờ tôi quyết định", remoteAccessRequests},
		{"decide-access", "decide-access request/SỐ [--reply REF] [--due NGÀY] [--reason X]", "đồng ý với một văn bản, hoặc từ chối với lý do", remoteDecideAccess},
		{"withdraw-access", "withdraw-access request/SỐ", "rút đề nghị xem của mình", remoteWithdrawAccess},
		{"rights-confirmer", "rights-confirmer [head|clerk]", "ai xác nhận thay đổi quyền; người đứng đầu đặt được", remoteRightsConfirmer},
		{"emergency", "emergency SỐ_KÝ_HIỆU --reason X", "truy cập khẩn một văn bản trong 1 giờ", remoteEmergency},
		{"emergencies", "emergencies", "các lần truy cập khẩn", remoteEmergencies},
		{"freeze", "freeze SỐ_KÝ_HIỆU... --note SỐ_LỆNH --due NGÀY --reason X", "đóng băng tài liệu theo lệnh", remoteFreeze},
		{"freezes", "freezes", "các lệnh đóng băng", remoteFreezes},
		{"lift-freeze", "lift-freeze freeze/SỐ --reason X", "gỡ lệnh đóng băng", remoteLiftFreeze},
		{"roles", "roles", "vai trò nào xem và làm được gì", remoteRoles},
		{"person-rights", "person-rights person/SỐ", "quyền của một người và lý do", remotePersonRights},
		{"access-figures", "access-figures [--from NGÀY] [--till NGÀY]", "lượt truy cập theo ngày", remoteAccessFigures},
		{"metadata", "metadata REF", "toàn bộ dữ liệu đặc tả của văn bản", remoteMetadata},
		{"download-marked", "download-marked file/SỐ [--out TỆP]", "tải bản in có đánh dấu người tải và thời gian", remoteDownloadMarked},
	}
}

// wholeRef reads incoming/ID or outgoing/ID.
func (r *remoteCall) wholeRef() (string, error) {
	if len(r.args) == 1 {
		kind, _, _ := strings.Cut(r.args[0], "/")
		if _, err := idOf(r.args[0], kind); err == nil && (kind == "incoming" || kind == "outgoing") {
			return r.args[0], nil
		}
	}
	return "", badUsage("cần đúng một văn bản: incoming/SỐ hoặc outgoing/SỐ")
}

func remoteGrant(ctx context.Context, r *remoteCall) error {
	ref, err := r.wholeRef()
	if err != nil {
		return err
	}
	to, err := target(r.o.lead)
	if err != nil {
		return err
	}
	g := client.Granting{Ref: ref, WhoKind: "post", Who: to.Post, Level: r.o.kind, To: r.o.due, Reason: r.o.reason}
	if to.Unit != 0 {
		g.WhoKind, g.Who = "unit", to.Unit
	}
	made, err := r.Give(ctx, g)
	if err != nil {
		return err
	}
	return r.show(made, func(out io.Writer) { fmt.Fprintf(out, "grant/%s  đã cấp cho %s\n", made.ID, made.Who) })
}

func remoteEndGrant(ctx context.Context, r *remoteCall) error {
	id, err := r.ref("grant")
	if err != nil {
		return err
	}
	return r.finished(r.EndGrant(ctx, id, r.o.reason), "Đã thu hồi quyền.")
}

func remoteRights(ctx context.Context, r *remoteCall) error {
	ref, err := r.wholeRef()
	if err != nil {
		return err
	}
	v, err := r.RightsOf(ctx, ref)
	if err != nil {
		return err
	}
	return r.show(v, func(out io.Writer) {
		if v.Limited {
			fmt.Fprintf(out, "Giới hạn người xem: %s\n", v.Why)
		}
		for _, g := range v.Grants {
			fmt.Fprintf(out, "grant/%s  %s  %s  %s\n", g.ID, g.Who, g.Level, g.Reason)
		}
		for _, x := range v.Changes {
			fmt.Fprintf(out, "change/%s  %s  %s\n", x.ID, x.What, orDash(x.ConfirmedBy))
		}
		for _, x := range v.Readings {
			fmt.Fprintf(out, "%s  %s  %s, %s  %s\n", x.At.Format("02/01/2006 15:04"), x.What, x.Who, x.Post, x.Via)
		}
	})
}

func remoteLimit(ctx context.Context, r *remoteCall) error {
	ref, err := r.wholeRef()
	if err != nil {
		return err
	}
	return r.finished(r.Limit(ctx, ref, client.Limiting{Reason: r.o.reason}), "Đã giới hạn người xem.")
}

func remoteUnlimit(ctx context.Context, r *remoteCall) error {
	ref, err := r.wholeRef()
	if err != nil {
		return err
	}
	return r.finished(r.Limit(ctx, ref, client.Limiting{Reason: r.o.reason, Lift: true}), "Đã bỏ giới hạn người xem.")
}

func remoteRightChanges(ctx context.Context, r *remoteCall) error {
	all, err := r.RightChanges(ctx)
	if err != nil {
		return err
	}
	return r.show(all, func(out io.Writer) {
		for _, x := range all {
			fmt.Fprintf(out, "change/%s  %s  %s  %s  %s\n", x.ID, x.Ref, x.Title, x.What, x.ByName)
		}
	})
}

func remoteConfirmRight(ctx context.Context, r *remoteCall) error {
	id, err := r.ref("change")
	if err != nil {
		return err
	}
	return r.finished(r.ConfirmRight(ctx, id), "Đã xác nhận thay đổi quyền.")
}

func remoteAskAccess(ctx context.Context, r *remoteCall) error {
	q, err := r.AskAccess(ctx, client.AskingAccess{Words: strings.Join(r.args, " "), Reason: r.o.reason, Days: r.books.days})
	if err != nil {
		return err
	}
	return r.show(q, func(out io.Writer) { fmt.Fprintf(out, "request/%s  đã gửi đề nghị\n", q.ID) })
}

func remoteAccessRequests(ctx context.Context, r *remoteCall) error {
	all, err := r.AccessRequests(ctx, r.o.tab == "open")
	if err != nil {
		return err
	}
	return r.show(all, func(out io.Writer) {
		for _, q := range all {
			fmt.Fprintf(out, "request/%s  %s  %s  %s  %s%s%s\n", q.ID, q.State, q.Name, q.Words, q.Reason, after("  ", q.Ref), after("  ", q.Answer))
		}
		if len(all) == 0 {
			fmt.Fprintln(out, "Không có đề nghị nào.")
		}
	})
}

func remoteDecideAccess(ctx context.Context, r *remoteCall) error {
	id, err := r.ref("request")
	if err != nil {
		return err
	}
	return r.finished(r.DecideAccess(ctx, id, client.AccessDecision{Ref: r.o.reply, To: r.o.due, Answer: r.o.reason}), "Đã ghi quyết định.")
}

func remoteEmergency(ctx context.Context, r *remoteCall) error {
	g, err := r.OpenInEmergency(ctx, client.Emergency{Words: strings.Join(r.args, " "), Reason: r.o.reason})
	if err != nil {
		return err
	}
	return r.show(g, func(out io.Writer) {
		fmt.Fprintf(out, "%s  được mở trong 1 giờ; những người liên quan đã được báo\n", g.Ref)
	})
}

func remoteEmergencies(ctx context.Context, r *remoteCall) error {
	all, err := r.Emergencies(ctx)
	if err != nil {
		return err
	}
	return r.show(all, func(out io.Writer) {
		for _, g := range all {
			fmt.Fprintf(out, "%s  %s  %s  %s\n", g.Since.Format("02/01/2006 15:04"), g.Who, g.Ref, g.Reason)
		}
	})
}

func remoteFreeze(ctx context.Context, r *remoteCall) error {
	f, err := r.Freeze(ctx, client.Freezing{Number: r.o.note, On: r.o.due, Reason: r.o.reason, Documents: r.args})
	if err != nil {
		return err
	}
	return r.show(f, func(out io.Writer) { fmt.Fprintf(out, "freeze/%s  đã đóng băng %d tài liệu\n", f.ID, f.Count) })
}

func remoteFreezes(ctx context.Context, r *remoteCall) error {
	all, err := r.FreezeOrders(ctx)
	if err != nil {
		return err
	}
	return r.show(all, func(out io.Writer) {
		for _, f := range all {
			fmt.Fprintf(out, "freeze/%s  %s  %s  %d tài liệu  %s%s\n", f.ID, f.Number, f.On, f.Count, f.Reason, after("  [đã gỡ] ", f.LiftReason))
		}
	})
}

func remoteLiftFreeze(ctx context.Context, r *remoteCall) error {
	id, err := r.ref("freeze")
	if err != nil {
		return err
	}
	return r.finished(r.LiftFreeze(ctx, id, r.o.reason), "Đã gỡ lệnh đóng băng.")
}

func remoteRoles(ctx context.Context, r *remoteCall) error {
	all, err := r.Roles(ctx)
	if err != nil {
		return err
	}
	return r.show(all, func(out io.Writer) {
		for _, x := range all {
			fmt.Fprintf(out, "%s: %s\n", x.Name, strings.Join(x.Roles, ", "))
		}
	})
}

func remotePersonRights(ctx context.Context, r *remoteCall) error {
	id, err := r.ref("person")
	if err != nil {
		return err
	}
	all, err := r.PersonRights(ctx, id)
	if err != nil {
		return err
	}
	return r.show(all, func(out io.Writer) {
		for _, x := range all {
			fmt.Fprintf(out, "%s  %s  %s  %s\n", x.What, x.Ref, x.Reason, x.Until)
		}
	})
}

func remoteAccessFigures(ctx context.Context, r *remoteCall) error {
	all, err := r.AccessFigures(ctx, r.books.from, r.books.till)
	if err != nil {
		return err
	}
	return r.show(all, func(out io.Writer) {
		for _, x := range all {
			fmt.Fprintf(out, "%s  xem %d  tải %d  in %d  dữ liệu %d  người %d\n", x.Day, x.Views, x.Downloads, x.Prints, x.Metadata, x.People)
		}
	})
}

func remoteMetadata(ctx context.Context, r *remoteCall) error {
	ref, err := r.wholeRef()
	if err != nil {
		return err
	}
	all, err := r.Metadata(ctx, ref)
	if err != nil {
		return err
	}
	return r.show(all, func(out io.Writer) {
		for _, f := range all {
			fmt.Fprintf(out, "%s  %s: %s\n", orDash(f.Code), f.Name, f.Value)
		}
	})
}

func remoteDownloadMarked(ctx context.Context, r *remoteCall) error {
	id, err := r.ref("file")
	if err != nil {
		return err
	}
	return r.save(id, func(to io.Writer) (string, error) { return r.DownloadMarked(ctx, id, to) })
}

func remoteWithdrawAccess(ctx context.Context, r *remoteCall) error {
	id, err := r.ref("request")
	if err != nil {
		return err
	}
	return r.finished(r.WithdrawAccess(ctx, id), "Đã rút đề nghị.")
}

func remoteRightsConfirmer(ctx context.Context, r *remoteCall) error {
	switch {
	case len(r.args) == 1 && (r.args[0] == "head" || r.args[0] == "clerk"):
		return r.finished(r.SetRightsConfirmer(ctx, r.args[0]), "Đã đặt người xác nhận thay đổi quyền.")
	case len(r.args) > 0:
		return badUsage("congvu remote rights-confirmer [head|clerk]")
	}
	x, err := r.RightsConfirmer(ctx)
	if err != nil {
		return err
	}
	return r.show(x, func(out io.Writer) { fmt.Fprintln(out, x.By) })
}
