package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"congvu/internal/client"
)

// farRecalls are the verbs of recall, update, replacement and correction.
func farRecalls() []far {
	return []far{
		{"recall-document", "recall-document outgoing/SỐ --reason X [--basis X]", "thu hồi văn bản đã ban hành ở mọi nơi nhận", remoteRecallDocument},
		{"add-receivers", "add-receivers outgoing/SỐ --to NƠI,… [--inform NƠI,…] --reason X [--announce]", "gửi văn bản đã ban hành cho thêm nơi nhận: agency/SỐ, unit/SỐ hoặc tên nơi nhận ngoài hệ thống", remoteAddReceivers},
		{"pick-request", "pick-request request/SỐ --to incoming/SỐ", "chọn văn bản mà yêu cầu nêu hai văn bản nói đến", remotePickRequest},
		{"ask-back", "ask-back delivery/SỐ --reason X", "đề nghị một nơi nhận trả lại văn bản", remoteAskBack},
		{"send-update", "send-update delivery/SỐ --reason X", "gửi bản cập nhật cho một nơi nhận", remoteSendUpdate},
		{"requests", "requests [REF]", "yêu cầu thu hồi, lấy lại, cập nhật, thay thế và câu trả lời", remoteRequests},
		{"agree-request", "agree-request REF", "đồng ý yêu cầu của cơ quan gửi", remoteAgreeRequest},
		{"decline-request", "decline-request REF --reason X", "từ chối yêu cầu của cơ quan gửi (lãnh đạo, xác nhận mật khẩu)", remoteDeclineRequest},
		{"relate", "relate outgoing/SỐ --to outgoing/SỐ --kind replace|amend|correct --reason X", "ghi dự thảo thay thế, sửa đổi, đính chính văn bản nào", remoteRelate},
		{"unrelate", "unrelate outgoing/SỐ --to outgoing/SỐ", "bỏ liên hệ thay thế, sửa đổi, đính chính", remoteUnrelate},
		{"relations", "relations REF", "văn bản thay thế, sửa đổi, đính chính", remoteRelations},
	}
}

func remoteRecallDocument(ctx context.Context, r *remoteCall) error {
	id, err := r.ref("outgoing")
	if err == nil {
		err = need("reason", r.o.reason)
	}
	if err != nil {
		return err
	}
	return r.finished(r.RecallOutgoing(ctx, id, client.Recalling{Reason: r.o.reason, Basis: r.o.basis}), "Đã thu hồi văn bản; yêu cầu hủy đang được gửi đến các nơi nhận.")
}

func remoteAddReceivers(ctx context.Context, r *remoteCall) error {
	id, err := r.ref("outgoing")
	if err == nil {
		err = need("reason", r.o.reason)
	}
	if err != nil {
		return err
	}
	form := client.Adding{Reason: r.o.reason, Announce: r.o.announce}
	for _, part := range []struct{ places, role string }{{r.o.to, "action"}, {r.o.inform, "information"}} {
		for _, place := range strings.Split(part.places, ",") {
			if place = strings.TrimSpace(place); place == "" {
				continue
			}
			to := client.Receiver{Role: part.role}
			switch kind, _, _ := strings.Cut(place, "/"); kind {
			case "agency":
				to.Agency, err = idOf(place, "agency")
			case "unit":
				to.Unit, err = idOf(place, "unit")
			default:
				to.Name = place
			}
			if err != nil {
				return err
			}
			form.Receivers = append(form.Receivers, to)
		}
	}
	if len(form.Receivers) == 0 {
		return need("to", "")
	}
	return r.finished(r.AddReceivers(ctx, id, form), "Đã thêm nơi nhận; văn bản đang được gửi.")
}

func remotePickRequest(ctx context.Context, r *remoteCall) error {
	id, err := r.ref("request")
	if err != nil {
		return err
	}
	incoming, err := idOf(r.o.to, "incoming")
	if err != nil {
		return err
	}
	return r.finished(r.PickRequest(ctx, id, incoming), "Đã gắn yêu cầu với văn bản.")
}

func remoteAskBack(ctx context.Context, r *remoteCall) error {
	id, err := r.ref("delivery")
	if err == nil {
		err = need("reason", r.o.reason)
	}
	if err != nil {
		return err
	}
	return r.finished(r.AskBack(ctx, id, r.o.reason), "Đã đề nghị lấy lại.")
}

func remoteSendUpdate(ctx context.Context, r *remoteCall) error {
	id, err := r.ref("delivery")
	if err == nil {
		err = need("reason", r.o.reason)
	}
	if err != nil {
		return err
	}
	return r.finished(r.SendUpdate(ctx, id, r.o.reason), "Đã xếp hàng gửi bản cập nhật.")
}

func remoteRequests(ctx context.Context, r *remoteCall) error {
	if len(r.args) == 0 {
		all, err := r.OpenRequests(ctx)
		if err != nil {
			return err
		}
		return r.show(all, func(out io.Writer) { printRequests(out, all) })
	}
	kind, id, err := r.document()
	if err != nil {
		return err
	}
	if kind == "incoming" {
		all, err := r.Requests(ctx, id)
		if err != nil {
			return err
		}
		return r.show(all, func(out io.Writer) { printRequests(out, all) })
	}
	all, err := r.AskedReceivers(ctx, id)
	if err != nil {
		return err
	}
	return r.show(all, func(out io.Writer) {
		for _, q := range all {
			fmt.Fprintln(out, strings.TrimSpace(fmt.Sprintf("%s · %s · %s · %s %s", q.KindLabel, q.ReceiverName, q.State, q.Reason, q.Answer)))
		}
		if len(all) == 0 {
			fmt.Fprintln(out, "Chưa có yêu cầu nào.")
		}
	})
}

func printRequests(out io.Writer, all []client.Request) {
	for _, q := range all {
		fmt.Fprintln(out, strings.TrimSpace(fmt.Sprintf("%s · %s · %s · %s %s", q.KindLabel, q.SenderName, q.State, q.Reason, q.Decision)))
		for _, id := range q.Choices {
			fmt.Fprintf(out, "  request/%s có thể là về incoming/%s\n", q.ID, id)
		}
	}
	if len(all) == 0 {
		fmt.Fprintln(out, "Chưa có yêu cầu nào.")
	}
}

func remoteAgreeRequest(ctx context.Context, r *remoteCall) error {
	id, err := r.ref("incoming")
	if err != nil {
		return err
	}
	return r.finished(r.AgreeRequest(ctx, id, 0), "Đã đồng ý yêu cầu của cơ quan gửi.")
}

func remoteDeclineRequest(ctx context.Context, r *remoteCall) error {
	id, err := r.ref("incoming")
	if err == nil {
		err = need("reason", r.o.reason)
	}
	if err != nil {
		return err
	}
	return r.finished(r.DeclineRequest(ctx, id, 0, r.o.reason), "Đã từ chối yêu cầu của cơ quan gửi.")
}

// tie reads the draft and the issued document of a relation.
func (r *remoteCall) tie() (draft, target client.ID, err error) {
	if draft, err = r.ref("outgoing"); err == nil {
		target, err = idOf(r.o.to, "outgoing")
	}
	return draft, target, err
}

func remoteRelate(ctx context.Context, r *remoteCall) error {
	draft, target, err := r.tie()
	if err == nil {
		err = need("reason", r.o.reason)
	}
	if err != nil {
		return err
	}
	return r.finished(r.Relate(ctx, draft, client.Relating{Target: target, Kind: r.o.kind, Reason: r.o.reason}), "Đã ghi nhận; có hiệu lực khi dự thảo được ban hành.")
}

func remoteUnrelate(ctx context.Context, r *remoteCall) error {
	draft, target, err := r.tie()
	if err != nil {
		return err
	}
	return r.finished(r.Unrelate(ctx, draft, target), "Đã bỏ liên hệ.")
}

func remoteRelations(ctx context.Context, r *remoteCall) error {
	kind, id, err := r.document()
	if err != nil {
		return err
	}
	read := r.IncomingRelations
	if kind == "outgoing" {
		read = r.OutgoingRelations
	}
	all, err := read(ctx, id)
	if err != nil {
		return err
	}
	return r.show(all, func(out io.Writer) {
		for _, x := range all {
			fmt.Fprintf(out, "%s %s · %s · %s: %s\n", x.Of, x.Title, x.KindLabel, x.TargetTitle, x.Reason)
		}
		if len(all) == 0 {
			fmt.Fprintln(out, "Văn bản chưa được thay thế, sửa đổi hay đính chính.")
		}
	})
}
