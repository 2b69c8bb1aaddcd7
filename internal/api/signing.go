package api

import (
	"context"
	"errors"
	"net/http"

	"congvu/internal/client"
	"congvu/internal/documents"
	"congvu/internal/i18n"
	"congvu/internal/store"
)

// signingRoutes are signatures made outside of the server, and many at once.
func (d *door) signingRoutes() {
	ask(d, post("/outgoing/{id}/signings", "prepareSigning", tagOutgoing, "Chuẩn bị ký bằng khóa trên thiết bị: nhận dữ liệu cần ký và mã dùng một lần").with(http.MethodPost, http.StatusCreated), d.prepareSigning)
	ask(d, post("/signings", "prepareSignings", tagOutgoing, "Chuẩn bị ký nhiều văn bản bằng khóa trên thiết bị"), d.prepareSignings)
	ask(d, post("/signings/values", "completeSignings", tagOutgoing, "Gửi chữ ký của nhiều lượt ký"), d.completeSignings)
	ask(d, get("/signings/{id}", "findSigning", tagOutgoing, "Trạng thái của một lượt ký"), d.findSigning)
	ask(d, post("/signings/{id}/value", "completeSigning", tagOutgoing, "Gửi chữ ký; máy chủ kiểm tra, ghép vào tệp và chuyển văn bản"), d.completeSigning)
	do(d, post("/signings/{id}/refusal", "refuseSigning", tagOutgoing, "Báo thiết bị không ký và lý do"), d.refuseSigning)
	do(d, get("/signings/{id}", "cancelSigning", tagOutgoing, "Hủy một lượt ký").with(http.MethodDelete, 0), d.cancelSigning)
	ask(d, post("/batches", "startBatch", tagOutgoing, "Ký số hoặc ban hành nhiều văn bản với một lần xác nhận").with(http.MethodPost, http.StatusCreated), d.startBatch)
	ask(d, get("/batches", "listBatches", tagOutgoing, "Các danh sách ký của tôi"), d.listBatches)
	ask(d, get("/batches/{id}", "findBatch", tagOutgoing, "Tiến độ của một danh sách ký"), d.findBatch)
	ask(d, get("/batches/{id}/items", "listBatchItems", tagOutgoing, "Kết quả của từng văn bản trong danh sách ký"), d.listBatchItems)
	do(d, get("/batches/{id}", "cancelBatch", tagOutgoing, "Hủy những văn bản chưa đến lượt").with(http.MethodDelete, 0), d.cancelBatch)
}

func signingForm(c *call, f client.PreparingSigning) documents.SigningForm {
	return documents.SigningForm{Purpose: f.Purpose, Capacity: f.Capacity, Consent: f.Consent, Certificate: f.Certificate, Chain: f.Chain, Address: c.address}
}

func (d *door) prepareSigning(ctx context.Context, c *call, in *act[client.PreparingSigning]) (client.SigningOrder, error) {
	s, err := documents.PrepareSigning(ctx, d.Desk, c.actor, in.id(), signingForm(c, in.Body))
	if err != nil {
		return client.SigningOrder{}, err
	}
	return signingOf(c.lang, s), nil
}

func (d *door) prepareSignings(ctx context.Context, c *call, in *struct{ Body client.PreparingSignings }) ([]client.SigningResult, error) {
	all, err := documents.PrepareSignings(ctx, d.Desk, c.actor, each(in.Body.Documents, pick), signingForm(c, in.Body.PreparingSigning))
	return each(all, func(r documents.SigningResult) client.SigningResult { return signingResult(c.lang, r) }), err
}

func (d *door) completeSignings(ctx context.Context, c *call, in *struct{ Body client.CompletingSignings }) ([]client.SigningResult, error) {
	all, err := documents.CompleteSignings(ctx, d.Desk, c.actor, each(in.Body.Signings, func(x client.CompletingOne) documents.SigningCompletion {
		return documents.SigningCompletion{ID: int64(x.ID), Completion: completion(c, x.CompletingSigning)}
	}))
	return each(all, func(r documents.SigningResult) client.SigningResult { return signingResult(c.lang, r) }), err
}

func (d *door) findSigning(ctx context.Context, c *call, in *One) (client.SigningOrder, error) {
	s, err := documents.FindSigning(ctx, d.DB, c.actor, in.id(), d.DB.Now())
	if err != nil {
		return client.SigningOrder{}, err
	}
	return signingOf(c.lang, s), nil
}

func (d *door) completeSigning(ctx context.Context, c *call, in *act[client.CompletingSigning]) (client.Outgoing, error) {
	return outgoing(c)(documents.CompleteSigning(ctx, d.Desk, c.actor, in.id(), completion(c, in.Body)))
}

func completion(c *call, f client.CompletingSigning) documents.Completion {
	return documents.Completion{Token: f.Token, Address: c.address, Values: each(f.Values, func(v client.SignatureValue) documents.SignatureValue {
		return documents.SignatureValue{Signature: v.Signature, Container: v.Container}
	})}
}

func (d *door) refuseSigning(ctx context.Context, c *call, in *act[client.Reason]) error {
	return write(ctx, d, c, func(tx *store.Tx) error { return documents.RefuseSigning(ctx, tx, in.id(), in.Body.Reason) })
}

func (d *door) cancelSigning(ctx context.Context, c *call, in *One) error {
	return write(ctx, d, c, func(tx *store.Tx) error { return documents.CancelSigning(ctx, tx, in.id()) })
}

func pick(p client.Picked) documents.Pick { return documents.Pick{ID: int64(p.ID), SHA: p.SHA256} }

func (d *door) startBatch(ctx context.Context, c *call, in *struct{ Body client.StartingBatch }) (client.Batch, error) {
	var b *documents.Batch
	err := write(ctx, d, c, func(tx *store.Tx) (err error) {
		b, err = documents.StartBatch(ctx, tx, documents.BatchForm{Kind: in.Body.Kind, Picks: each(in.Body.Documents, pick), Consent: in.Body.Consent})
		return err
	})
	if err != nil {
		return client.Batch{}, err
	}
	return batchOf(c.lang, *b), nil
}

func (d *door) listBatches(ctx context.Context, c *call, _ *struct{}) ([]client.Batch, error) {
	all, err := documents.Batches(ctx, d.DB, c.actor, 0)
	return each(all, func(b documents.Batch) client.Batch { return batchOf(c.lang, b) }), err
}

func (d *door) findBatch(ctx context.Context, c *call, in *One) (client.Batch, error) {
	b, err := documents.FindBatch(ctx, d.DB, c.actor, in.id())
	if err != nil {
		return client.Batch{}, err
	}
	return batchOf(c.lang, *b), nil
}

func (d *door) listBatchItems(ctx context.Context, c *call, in *One) ([]client.BatchItem, error) {
	all, err := documents.BatchItems(ctx, d.DB, c.actor, in.id())
	return each(all, func(x documents.BatchItem) client.BatchItem {
		return client.BatchItem{Document: client.ID(x.OutgoingID), TypeName: x.TypeName, Subject: x.Subject, Capacity: x.Capacity, Pages: x.Pages, SHA256: x.SHA, State: x.State,
			StateLabel: c.lang.T(documents.BatchLabel(x.State)), Reason: i18n.T(c.lang, x.Reason.Text, x.Reason.Args), At: x.At.Time()}
	}), err
}

func (d *door) cancelBatch(ctx context.Context, c *call, in *One) error {
	return write(ctx, d, c, func(tx *store.Tx) error { return documents.CancelBatch(ctx, tx, in.id()) })
}

func signingOf(l i18n.Lang, s *documents.Signing) client.SigningOrder {
	out := client.SigningOrder{ID: client.ID(s.ID), Document: client.ID(s.OutgoingID), Purpose: s.Purpose, Way: s.Way, Method: s.Method, MethodLabel: l.T(documents.MethodLabel(s.Method)),
		State: s.State, StateLabel: l.T(documents.SigningLabel(s.State)), Reason: i18n.T(l, s.Reason.Text, s.Reason.Args), Certificate: s.Subject, Capacity: s.Capacity,
		Expires: s.Expires.Time(), Ended: when(s.Ended), Hash: "SHA-256", Token: s.Token, Parts: []client.SigningPart{}}
	for _, p := range s.Parts {
		out.Parts = append(out.Parts, client.SigningPart{File: client.ID(p.FileID), Name: p.Name, Main: p.Main, SHA256: p.WasSHA, ToSign: p.ToSign, Digest: p.Digest})
	}
	return out
}

func signingResult(l i18n.Lang, r documents.SigningResult) client.SigningResult {
	out := client.SigningResult{Document: client.ID(r.OutgoingID)}
	if r.Signing != nil {
		s := signingOf(l, r.Signing)
		out.Signing = &s
	}
	if r.Outgoing != nil {
		o := outgoingOf(l, r.Outgoing)
		out.Outgoing = &o
	}
	var refusal *store.Refusal
	if errors.As(r.Refusal, &refusal) {
		out.Refusal = i18n.T(l, refusal.Problems[0].Text, refusal.Problems[0].Args)
	}
	return out
}

func batchOf(l i18n.Lang, b documents.Batch) client.Batch {
	return client.Batch{ID: client.ID(b.ID), Kind: b.Kind, State: b.State, StateLabel: l.T(documents.BatchLabel(b.State)), Total: b.Total, Open: b.Open, Done: b.Done,
		Failed: b.Failed, Cancelled: b.Cancelled, Created: b.Created.Time(), Ended: when(b.Ended)}
}
