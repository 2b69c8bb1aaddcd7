package main

import (
	"context"
	"fmt"
	"io"

	"congvu/internal/client"
)

// farDossiers are the verbs about dossiers.
func farDossiers() []far {
	return []far{
		{"dossiers", "dossiers [--tab X] [--q TỪ]", "danh sách hồ sơ", remoteDossiers},
		{"dossier", "dossier dossier/SỐ", "một hồ sơ và mục lục văn bản", remoteDossier},
		{"dossier-open", "dossier-open TIÊU_ĐỀ MÃ_THỜI_HẠN", "mở hồ sơ ngoài danh mục", remoteDossierOpen},
		{"dossier-add", "dossier-add dossier/SỐ REF...", "đưa văn bản vào hồ sơ", remoteDossierAdd},
		{"dossier-close", "dossier-close dossier/SỐ [--note X] [--consent]", "kết thúc hồ sơ; --consent khi đã xem cảnh báo", remoteDossierClose},
		{"dossier-deposit", "dossier-deposit dossier/SỐ...", "nộp hồ sơ vào lưu trữ cơ quan", remoteDossierDeposit},
		{"dossier-export", "dossier-export dossier/SỐ pdf|xml|zip|sip [--out TỆP]", "xuất hồ sơ", remoteDossierExport},
	}
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
		for _, i := range d.Items {
			fmt.Fprintf(out, "%4d  %s  %s  %s  %s  %s\n", i.Ordinal, i.Ref, orDash(i.Code), orDash(i.Date), i.Author, i.Subject)
		}
	})
}

func remoteDossierOpen(ctx context.Context, r *remoteCall) error {
	if len(r.args) != 2 {
		return badUsage("cần tiêu đề và mã thời hạn bảo quản 01 đến 06")
	}
	d, err := r.OpenDossier(ctx, client.DossierForm{Title: r.args[0], Retention: r.args[1]})
	if err != nil {
		return err
	}
	return r.show(d, func(out io.Writer) { fmt.Fprintf(out, "Đã mở hồ sơ %s: dossier/%s\n", d.Code, d.ID) })
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

func remoteDossierDeposit(ctx context.Context, r *remoteCall) error {
	var f client.DossierDeposit
	for _, arg := range r.args {
		id, err := idOf(arg, "dossier")
		if err != nil {
			return err
		}
		f.Dossiers = append(f.Dossiers, id)
	}
	p, err := r.DepositDossiers(ctx, f)
	if err != nil {
		return err
	}
	return r.show(p, func(out io.Writer) {
		fmt.Fprintf(out, "Đã nộp %d hồ sơ, đợt %s: deposit/%s\n", p.Dossiers, p.Name, p.ID)
	})
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
