package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"congvu/internal/client"
)

// farParcels are the verbs of the quarantine desk.
func farParcels() []far {
	return []far{
		{"quarantine", "quarantine [parcel/SỐ] [--tab TRẠNG_THÁI] [--cursor X]", "gói tin bị cách ly: danh sách, hoặc một gói với nội dung đọc được và quá trình xử lý", remoteQuarantine},
		{"retry-parcel", "retry-parcel parcel/SỐ", "mở lại gói tin bị cách ly", remoteRetryParcel},
		{"refuse-parcel", "refuse-parcel parcel/SỐ --reason X", "từ chối gói tin, báo nơi gửi", remoteRefuseParcel},
		{"give-parcel", "give-parcel parcel/SỐ --to agency/SỐ", "chuyển gói tin cho một cơ quan kế tục; của mã không có ở đây: quản trị hệ thống", remoteGiveParcel},
		{"save-parcel", "save-parcel parcel/SỐ [--out TỆP]", "tải gói tin bị cách ly, nguyên văn", remoteSaveParcel},
	}
}

func remoteQuarantine(ctx context.Context, r *remoteCall) error {
	if len(r.args) == 0 {
		page, err := r.Quarantine(ctx, r.o.tab, r.o.cursor, 50)
		if err != nil {
			return err
		}
		return r.show(page, func(out io.Writer) {
			for _, q := range page.Rows {
				fmt.Fprintln(out, strings.TrimSpace(fmt.Sprintf("parcel/%s  %s  %s → %s  [%s]  %s", q.ID, orDash(q.Title), orDash(q.SenderCode), orDash(q.ReceiverCode), q.State, q.Text)))
			}
			if len(page.Rows) == 0 {
				fmt.Fprintln(out, "Không có gói tin nào.")
			}
			if page.Next != "" {
				fmt.Fprintln(out, "Trang sau: --cursor "+page.Next)
			}
		})
	}
	id, err := r.ref("parcel")
	if err != nil {
		return err
	}
	seen, err := r.LookQuarantined(ctx, id)
	if err != nil {
		return err
	}
	return r.show(seen, func(out io.Writer) { printParcel(out, seen) })
}

func printParcel(out io.Writer, p client.LookedParcel) {
	q := p.Parcel
	fmt.Fprintf(out, "parcel/%s  [%s]  %s\n%s (%s)\n", q.ID, q.State, orDash(q.Title), q.Text, q.Reason)
	fmt.Fprintf(out, "%s → %s  %s  %d byte  sha256 %s\n", orDash(q.SenderCode), orDash(q.ReceiverCode), q.At.Format("2006-01-02 15:04"), q.Size, orDash(p.SHA256))
	if p.Why != "" {
		fmt.Fprintln(out, "Bộ đọc: "+p.Why)
	}
	if m := p.Read; m != nil {
		fmt.Fprintf(out, "Đọc được: %s  %s  %s  %s  %s\n", orDash(m.From), orDash(m.Code), orDash(m.Date), orDash(m.Business+m.Status), m.Subject)
		for _, f := range m.Files {
			fmt.Fprintln(out, "  "+f)
		}
	}
	for _, x := range p.Tries {
		fmt.Fprintln(out, strings.TrimSpace(fmt.Sprintf("%s  %s  %s  %s", x.At.Format("2006-01-02 15:04"), x.Act, x.Person, x.Text)))
	}
	for _, id := range p.Successors {
		fmt.Fprintf(out, "Cơ quan kế tục: agency/%s\n", id)
	}
}

func remoteRetryParcel(ctx context.Context, r *remoteCall) error {
	id, err := r.ref("parcel")
	if err != nil {
		return err
	}
	return r.finished(r.RetryQuarantined(ctx, id), "Gói tin đang được mở lại.")
}

func remoteRefuseParcel(ctx context.Context, r *remoteCall) error {
	id, err := r.ref("parcel")
	if err == nil {
		err = need("reason", r.o.reason)
	}
	if err != nil {
		return err
	}
	return r.finished(r.RefuseQuarantined(ctx, id, r.o.reason), "Đã từ chối gói tin.")
}

func remoteGiveParcel(ctx context.Context, r *remoteCall) error {
	id, err := r.ref("parcel")
	if err != nil {
		return err
	}
	agency, err := idOf(r.o.to, "agency")
	if err != nil {
		return err
	}
	return r.finished(r.GiveQuarantined(ctx, id, agency), "Gói tin đang được mở cho cơ quan đã chọn.")
}

func remoteSaveParcel(ctx context.Context, r *remoteCall) error {
	id, err := r.ref("parcel")
	if err != nil {
		return err
	}
	return r.save(id, func(to io.Writer) (string, error) { return r.DownloadQuarantined(ctx, id, to) })
}
