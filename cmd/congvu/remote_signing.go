package main

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"time"

	"congvu/internal/client"
	"congvu/internal/store"
)

// farSignings are the verbs of the agency's signature step by step, and of many documents at once.
func farSignings() []far {
	return []far{
		{"number", "number REF", "cấp số (rồi seal, issue; release làm cả ba)", remoteNumber},
		{"seal", "seal REF [--key TỆP --cert TỆP]", "ký số của cơ quan bằng khóa do máy chủ giữ, hoặc bằng khóa ở máy này", remoteSeal},
		{"issue", "issue REF", "ban hành văn bản đã ký số của cơ quan", remoteIssue},
		{"sign-batch", "sign-batch REF... --consent", "ký số nhiều văn bản với một lần xác nhận, chờ và in kết quả", remoteSignBatch},
		{"release-batch", "release-batch REF... --consent", "cấp số, ký số cơ quan và ban hành nhiều văn bản, chờ và in kết quả", remoteReleaseBatch},
		{"batches", "batches", "các danh sách ký của tôi", remoteBatches},
		{"batch", "batch batch/SỐ", "kết quả của từng văn bản trong một danh sách ký", remoteBatch},
		{"cancel-batch", "cancel-batch batch/SỐ", "hủy những văn bản chưa đến lượt", remoteCancelBatch},
	}
}

func remoteNumber(ctx context.Context, r *remoteCall) error {
	id, err := r.ref("outgoing")
	if err != nil {
		return err
	}
	o, err := r.Number(ctx, id, client.Numbering{}, "")
	return r.moved(o, err)
}

func remoteSeal(ctx context.Context, r *remoteCall) error {
	if r.o.key != "" || r.o.cert != "" {
		return r.signHere(ctx, "seal")
	}
	id, err := r.ref("outgoing")
	if err != nil {
		return err
	}
	o, err := r.Seal(ctx, id)
	return r.moved(o, err)
}

func remoteIssue(ctx context.Context, r *remoteCall) error {
	id, err := r.ref("outgoing")
	if err != nil {
		return err
	}
	o, err := r.Issue(ctx, id)
	return r.moved(o, err)
}

func (r *remoteCall) moved(o client.Outgoing, err error) error {
	if err != nil {
		return err
	}
	return r.show(o, func(out io.Writer) { printOutgoing(out, o) })
}

// signHere signs documents with a key that stays on this machine: the server prepares all of them, the key signs what it was sent, the server
// embeds and checks (S10.1, S11.1).
func (r *remoteCall) signHere(ctx context.Context, purpose string) error {
	key, form, err := r.localKey(purpose)
	if err != nil {
		return err
	}
	prepared, err := r.PrepareSignings(ctx, form)
	if err != nil {
		return err
	}
	var back client.CompletingSignings
	var results []client.SigningResult
	for _, p := range prepared {
		if p.Signing == nil {
			results = append(results, p)
			continue
		}
		one, err := signParts(key, *p.Signing)
		if err != nil {
			return err
		}
		back.Signings = append(back.Signings, one)
	}
	if len(back.Signings) > 0 {
		done, err := r.CompleteSignings(ctx, back)
		if err != nil {
			return err
		}
		results = append(results, done...)
	}
	return r.printSigned(results)
}

// localKey reads the key, its certificate and the documents to sign.
func (r *remoteCall) localKey(purpose string) (crypto.Signer, client.PreparingSignings, error) {
	form := client.PreparingSignings{PreparingSigning: client.PreparingSigning{Purpose: purpose, Capacity: r.o.capacity, Consent: r.o.consent}}
	if r.o.key == "" || r.o.cert == "" {
		return nil, form, badUsage("cần cả --key TỆP và --cert TỆP")
	}
	var err error
	if form.Documents, err = r.picked(); err != nil {
		return nil, form, err
	}
	key, err := readPrivate(r.o.key)
	if err != nil {
		return nil, form, err
	}
	chain, err := readCertificates(r.o.cert)
	if err != nil {
		return nil, form, err
	}
	form.Certificate = chain[0].Raw
	for _, c := range chain[1:] {
		form.Chain = append(form.Chain, c.Raw)
	}
	return key, form, nil
}

func (r *remoteCall) picked() ([]client.Picked, error) {
	if len(r.args) == 0 {
		return nil, badUsage("cần ít nhất một văn bản: outgoing/SỐ")
	}
	var out []client.Picked
	for _, text := range r.args {
		id, err := idOf(text, "outgoing")
		if err != nil {
			return nil, err
		}
		out = append(out, client.Picked{ID: id})
	}
	return out, nil
}

// signParts signs every part of one signing. What is signed must hash to the digest that the server shows, else this key signs nothing.
func signParts(key crypto.Signer, s client.SigningOrder) (client.CompletingOne, error) {
	out := client.CompletingOne{ID: s.ID, CompletingSigning: client.CompletingSigning{Token: s.Token}}
	for _, p := range s.Parts {
		sum := sha256.Sum256(p.ToSign)
		if hex.EncodeToString(sum[:]) != p.Digest {
			return out, store.Refuse(store.Conflict, "Dữ liệu cần ký của tệp {name} không khớp giá trị băm máy chủ công bố. Chưa ký gì; hãy báo quản trị hệ thống.", "name", p.Name)
		}
		v, err := key.Sign(rand.Reader, sum[:], crypto.SHA256)
		if err != nil {
			return out, err
		}
		out.Values = append(out.Values, client.SignatureValue{Signature: v})
	}
	return out, nil
}

// printSigned prints what became of each document; exit code 1 when one was refused.
func (r *remoteCall) printSigned(results []client.SigningResult) error {
	refused := false
	err := r.show(results, func(out io.Writer) {
		for _, x := range results {
			if x.Outgoing != nil {
				printOutgoing(out, *x.Outgoing)
			}
		}
	})
	for _, x := range results {
		if x.Refusal != "" {
			refused = true
			fmt.Fprintf(r.err, "congvu: outgoing/%s: %s\n", x.Document, x.Refusal)
		}
	}
	if err == nil && refused {
		return exit(1)
	}
	return err
}

func remoteSignBatch(ctx context.Context, r *remoteCall) error { return r.startBatch(ctx, "sign") }
func remoteReleaseBatch(ctx context.Context, r *remoteCall) error {
	return r.startBatch(ctx, "release")
}

// startBatch starts a batch and waits for its end.
func (r *remoteCall) startBatch(ctx context.Context, kind string) error {
	documents, err := r.picked()
	if err != nil {
		return err
	}
	b, err := r.StartBatch(ctx, client.StartingBatch{Kind: kind, Documents: documents, Consent: r.o.consent})
	if err != nil {
		return err
	}
	for b.State == "running" {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(300 * time.Millisecond):
		}
		if b, err = r.Batch(ctx, b.ID); err != nil {
			return err
		}
	}
	if err := r.printBatch(ctx, b); err != nil {
		return err
	}
	if b.Failed > 0 {
		return exit(1)
	}
	return nil
}

func (r *remoteCall) printBatch(ctx context.Context, b client.Batch) error {
	items, err := r.BatchItems(ctx, b.ID)
	if err != nil {
		return err
	}
	return r.show(map[string]any{"batch": b, "items": items}, func(out io.Writer) {
		printBatchLine(out, b)
		for _, x := range items {
			fmt.Fprintf(out, "  outgoing/%s  %s  [%s]%s\n", x.Document, x.Subject, x.StateLabel, after("  ", x.Reason))
		}
	})
}

func printBatchLine(out io.Writer, b client.Batch) {
	fmt.Fprintf(out, "batch/%s  %s: %d văn bản, %d xong, %d không thành công, %d đã hủy, %d còn chờ\n", b.ID, b.StateLabel, b.Total, b.Done, b.Failed, b.Cancelled, b.Open)
}

func remoteBatches(ctx context.Context, r *remoteCall) error {
	all, err := r.Batches(ctx)
	if err != nil {
		return err
	}
	return r.show(all, func(out io.Writer) {
		for _, b := range all {
			printBatchLine(out, b)
		}
		if len(all) == 0 {
			fmt.Fprintln(out, "Chưa có danh sách ký nào.")
		}
	})
}

func remoteBatch(ctx context.Context, r *remoteCall) error {
	id, err := r.ref("batch")
	if err != nil {
		return err
	}
	b, err := r.Batch(ctx, id)
	if err != nil {
		return err
	}
	return r.printBatch(ctx, b)
}

func remoteCancelBatch(ctx context.Context, r *remoteCall) error {
	id, err := r.ref("batch")
	if err != nil {
		return err
	}
	return r.finished(r.CancelBatch(ctx, id), "Đã hủy những văn bản chưa đến lượt.")
}
