package api

import (
	"context"
	"fmt"
	"net/http"

	"congvu/internal/calendar"
	"congvu/internal/client"
	"congvu/internal/dossiers"
	"congvu/internal/store"
)

func (d *door) depositRoutes() {
	do(d, post("/deposit-notices", "noticeDossiers", tagDossiers, "Lưu trữ thông báo các hồ sơ đến hạn nộp; hệ thống nhắc người lập"), d.noticeDossiers)
	ask(d, get("/deposits", "listDeposits", tagDossiers, "Các đợt nộp lưu"), d.listDeposits)
	ask(d, post("/deposits", "depositDossiers", tagDossiers, "Nộp hồ sơ vào lưu trữ cơ quan"), d.depositDossiers)
	ask(d, post("/historical-deposits", "registerHistorical", tagDossiers, "Đăng ký nộp hồ sơ bảo quản vĩnh viễn vào lưu trữ lịch sử"), d.registerHistorical)
	ask(d, get("/deposits/{id}", "readDeposit", tagDossiers, "Một đợt nộp lưu và kết quả kiểm tra"), d.readDeposit)
	ask(d, post("/deposits/{id}/check", "checkDeposit", tagDossiers, "Lưu trữ kiểm tra mọi tệp của đợt nộp"), d.checkDeposit)
	do(d, post("/deposits/{id}/answer", "answerDeposit", tagDossiers, "Tiếp nhận hoặc trả lại đợt nộp"), d.answerDeposit)
	d.stream(get("/deposits/{id}/print/{what}", "printDeposit", tagDossiers, "In mục lục hồ sơ nộp lưu (list) hoặc biên bản giao nhận (record)"), givesPart("what", "list hoặc record", "application/pdf"), d.printDeposit)
}

func (c *call) depositOf(p dossiers.Deposit) client.Deposit {
	return client.Deposit{ID: client.ID(p.ID), Kind: p.Kind, Name: p.Name(), State: string(p.State), StateLabel: c.lang.T(p.State.Label()), Subject: p.Subject, Person: p.PersonName, Receiver: p.ReceiverName,
		Dossiers: p.Dossiers, Documents: p.Documents, Files: p.Files, Pages: p.Pages, AnswerDue: string(p.AnswerDue), Answer: p.Answer, AnsweredAt: when(p.AnsweredAt), Request: p.Historical.RequestCode, At: p.At.Time(),
		Lines: each(p.Lines, func(l dossiers.DepositLine) client.DepositLine {
			out := client.DepositLine{Dossier: client.ID(l.DossierID), Ordinal: l.Ordinal, Code: l.Code, Title: l.Title, Documents: l.Documents, Files: l.Files, Checked: l.Checks != nil, Sound: l.Checks.Sound()}
			if l.Checks != nil {
				out.Scanned, out.Shortage, out.Missing, out.Failed, out.Viruses = l.Checks.Scanned, l.Checks.Shortage, l.Checks.Missing, l.Checks.Failed, l.Checks.Viruses
			}
			return out
		})}
}

func ids(all []client.ID) []int64 { return each(all, func(i client.ID) int64 { return int64(i) }) }

type noticing struct{ Body client.DossierNotice }

func (d *door) noticeDossiers(ctx context.Context, c *call, in *noticing) error {
	return write(ctx, d, c, func(tx *store.Tx) error { return dossiers.Ask(ctx, tx, ids(in.Body.Dossiers), in.Body.Note) })
}

func (d *door) listDeposits(ctx context.Context, c *call, _ *struct{}) ([]client.Deposit, error) {
	rows, err := dossiers.Deposits(ctx, d.DB, c.actor)
	return each(rows, c.depositOf), err
}

type depositing struct{ Body client.DossierDeposit }

func (d *door) depositDossiers(ctx context.Context, c *call, in *depositing) (out client.Deposit, err error) {
	err = write(ctx, d, c, func(tx *store.Tx) error {
		p, err := dossiers.Submit(ctx, tx, dossiers.DepositForm{Dossiers: ids(in.Body.Dossiers), Subject: in.Body.Subject, Condition: in.Body.Condition})
		if err == nil {
			out = c.depositOf(*p)
		}
		return err
	})
	return out, err
}

type historical struct{ Body client.HistoricalDeposit }

func (d *door) registerHistorical(ctx context.Context, c *call, in *historical) (out client.Deposit, err error) {
	f := in.Body
	err = write(ctx, d, c, func(tx *store.Tx) error {
		p, err := dossiers.RegisterHistorical(ctx, tx, dossiers.DepositForm{Dossiers: ids(f.Dossiers), Subject: f.Subject}, dossiers.Historical{ArchiveName: f.Archive, Fonds: f.Fonds, Scheme: f.Scheme,
			Planned: calendar.Date(f.Planned), Mode: f.Mode, PaperPart: f.Paper, Contact: f.Contact, Note: f.Note})
		if err == nil {
			out = c.depositOf(*p)
		}
		return err
	})
	return out, err
}

func (d *door) readDeposit(ctx context.Context, c *call, in *One) (client.Deposit, error) {
	p, err := dossiers.FindDeposit(ctx, d.DB, c.actor, in.id())
	if err != nil {
		return client.Deposit{}, err
	}
	return c.depositOf(*p), nil
}

func (d *door) checkDeposit(ctx context.Context, c *call, in *One) (client.Deposit, error) {
	p, err := dossiers.Check(ctx, d.Desk, c.actor, in.id())
	if err != nil {
		return client.Deposit{}, err
	}
	return c.depositOf(*p), nil
}

func (d *door) answerDeposit(ctx context.Context, c *call, in *act[client.DepositAnswer]) error {
	return write(ctx, d, c, func(tx *store.Tx) error {
		return dossiers.Answer(ctx, tx, in.id(), dossiers.AnswerForm{Accept: in.Body.Accept, Reason: in.Body.Reason})
	})
}

func (d *door) printDeposit(c *call, w http.ResponseWriter, r *http.Request) error {
	print, name := dossiers.PrintDeposit, "muc-luc-nop-luu"
	switch r.PathValue("what") {
	case "list":
	case "record":
		print, name = dossiers.PrintHandover, "bien-ban-giao-nhan"
	default:
		return store.Refuse(store.NotFound, "Không tìm thấy nội dung yêu cầu.")
	}
	id := One{r.PathValue("id")}.id()
	b, err := print(r.Context(), d.DB, c.actor, id)
	if err == nil {
		givePDF(w, r, fmt.Sprintf("%s-%d", name, id), b)
	}
	return err
}
