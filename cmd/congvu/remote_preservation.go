package main

import (
	"context"
	"fmt"
	"io"
	"time"

	"congvu/internal/client"
	"congvu/internal/store"
)

// farPreservation are the verbs about time stamps and preserved signatures.
func farPreservation() []far {
	return []far{
		{"preservation", "preservation", "số liệu về dấu thời gian và bảo quản chữ ký", remotePreservation},
		{"archive-check", "archive-check", "kiểm tra lại toàn bộ chữ ký đang giữ", remoteArchiveCheck},
		{"preserve-again", "preserve-again file/SỐ", "bảo quản lại một tệp", remotePreserveAgain},
		{"stamps", "stamps outgoing/SỐ", "dấu thời gian của văn bản đi", remoteStamps},
		{"stamp-again", "stamp-again stamp/SỐ", "lấy lại dấu thời gian", remoteStampAgain},
		{"preserved", "preserved file/SỐ", "tình trạng bảo quản của một tệp", remotePreserved},
		{"download-preserved", "download-preserved file/SỐ [--out TỆP]", "tải bản bảo quản của một tệp", remoteDownloadPreserved},
	}
}

func remotePreservation(ctx context.Context, r *remoteCall) error {
	p, err := r.Preservation(ctx)
	if err != nil {
		return err
	}
	return r.show(p, func(out io.Writer) {
		for _, f := range p.Files {
			fmt.Fprintf(out, "%6d  %s  PAdES-B-%s\n", f.Count, f.StateLabel, orDash(f.Level))
		}
		fmt.Fprintf(out, "Chờ dấu thời gian: %d; chưa lấy được: %d; kết quả kiểm tra xấu đi: %d\n", p.StampsWaiting, p.StampsFailed, p.Worse)
		if p.NextRenewal != nil {
			fmt.Fprintf(out, "Gia hạn gần nhất trước ngày %s\n", p.NextRenewal.Format("02/01/2006"))
		}
	})
}

func remoteArchiveCheck(ctx context.Context, r *remoteCall) error {
	n, err := r.CheckArchive(ctx)
	if err != nil {
		return err
	}
	return r.show(n, func(out io.Writer) { fmt.Fprintf(out, "Đã xếp %d tệp vào hàng kiểm tra lại.\n", n.Files) })
}

func remotePreserveAgain(ctx context.Context, r *remoteCall) error {
	id, err := r.ref("file")
	if err != nil {
		return err
	}
	return r.RetryPreservation(ctx, id)
}

func remoteStamps(ctx context.Context, r *remoteCall) error {
	id, err := r.ref("outgoing")
	if err != nil {
		return err
	}
	all, err := r.Stamps(ctx, id)
	if err != nil {
		return err
	}
	return r.show(all, func(out io.Writer) {
		for _, s := range all {
			fmt.Fprintf(out, "stamp/%s  %s  %s  %s\n", s.ID, s.Purpose, s.StateLabel, s.Reason)
		}
	})
}

func remoteStampAgain(ctx context.Context, r *remoteCall) error {
	id, err := r.ref("stamp")
	if err != nil {
		return err
	}
	return r.RetryStamp(ctx, id)
}

func remotePreserved(ctx context.Context, r *remoteCall) error {
	id, err := r.ref("file")
	if err != nil {
		return err
	}
	p, err := r.Preserved(ctx, id)
	if err != nil {
		return err
	}
	return r.show(p, func(out io.Writer) {
		fmt.Fprintf(out, "%s  PAdES-B-%s  %s  %s\n", p.Name, orDash(p.Level), p.StateLabel, p.Reason)
		if p.RenewBefore != nil {
			fmt.Fprintf(out, "Gia hạn trước ngày %s\n", p.RenewBefore.Format("02/01/2006"))
		}
	})
}

func remoteDownloadPreserved(ctx context.Context, r *remoteCall) error {
	id, err := r.ref("file")
	if err != nil {
		return err
	}
	return r.save(id, func(to io.Writer) (string, error) { return r.DownloadPreserved(ctx, id, to) })
}

// releasePatience is how long the command waits for a release whose signatures wait for their time stamps; it goes on without the command.
const releasePatience = 5 * time.Minute

// issued waits until a release that had to wait for time stamps is done.
func (r *remoteCall) issued(ctx context.Context, o client.Outgoing) (client.Outgoing, error) {
	for begun := time.Now(); o.State != "issued"; {
		order, err := r.ReleaseOrder(ctx, o.ID)
		if err != nil {
			return o, err
		}
		switch {
		case order.State == "refused" || order.State == "withdrawn":
			return o, store.Refuse(store.Conflict, "Chưa phát hành được: {reason}", "reason", order.Reason)
		case time.Since(begun) > releasePatience:
			return o, store.Refuse(store.Conflict, "Văn bản vẫn chờ dấu thời gian; máy chủ tự phát hành khi có. Xem lại bằng: congvu remote show outgoing/{id}", "id", o.ID.String())
		}
		select {
		case <-ctx.Done():
			return o, ctx.Err()
		case <-time.After(300 * time.Millisecond):
		}
		if o, err = r.Outgoing(ctx, o.ID); err != nil {
			return o, err
		}
	}
	return o, nil
}
