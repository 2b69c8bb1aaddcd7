package exchange

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"congvu/internal/blob"
	"congvu/internal/documents"
	"congvu/internal/org"
	"congvu/internal/proof"
	"congvu/internal/store"
)

// proven are the lines of the journal that a bundle carries: what happened to the document between offices. Who worked on it inside, and what was said, is
// nobody's business outside.
var proven = []string{"document.signed", "document.numbered", "document.sealed", "document.issued", "document.arrived", "document.entered", "document.registered",
	"document.refused", "document.recalled", "parcel.packed", "parcel.received", "parcel.duplicated", "delivery.queued", "delivery.changed", "delivery.flagged",
	"delivery.failed", "delivery.resent", "delivery.late"}

// mostCarried bounds the files and parcels that a bundle carries, in bytes.
const mostCarried = 40 << 20

var (
	sqlReceipts = store.SQL(`SELECT peer_code AS peer, at_us AS at, raw FROM exchange_answers WHERE agency_id = $1 AND outgoing_id = $2 AND raw <> '' ORDER BY id LIMIT 5000`)
	sqlOwn      = store.SQL(`SELECT stated_us AS at, raw FROM exchange_statuses WHERE agency_id = $1 AND receipt = $2 AND raw <> '' ORDER BY id LIMIT 100`)
)

// Prove makes the proof of a numbered or received document for somebody who may see it: its name is the file's, its bytes are the bundle. With files it
// carries their bytes and the parcel's. That it was given out is an act.
func (o *Office) Prove(ctx context.Context, a store.Actor, ref string, withFiles bool) (name string, content []byte, err error) {
	kind, id, err := documents.ParseRef(ref)
	if err != nil {
		return "", nil, err
	}
	b := &proof.Bundle{Congvu: "proof", Format: 1, MadeAt: int64(o.DB.Now())}
	if kind == "incoming" {
		err = o.proveIncoming(ctx, a, id, b)
	} else {
		err = o.proveOutgoing(ctx, a, id, b)
	}
	if err != nil {
		return "", nil, err
	}
	if o.Log == nil {
		return "", nil, store.Refuse(store.Conflict, "Máy chủ này không niêm phong nhật ký nên không xuất được chứng cứ.")
	}
	us, err := agencyOf(ctx, o.DB, a.Agency, o.DB.Now())
	if err != nil {
		return "", nil, err
	}
	b.Document.Ref, b.Document.Agency, b.Document.AgencyCode, b.Document.AgencyName = ref, a.Agency, us.Wire, us.Name
	if err := o.seal(ctx, a, b); err != nil {
		return "", nil, err
	}
	if err := o.carried(ctx, a, b, withFiles); err != nil {
		return "", nil, err
	}
	var out bytes.Buffer
	if err := b.Write(&out); err != nil {
		return "", nil, err
	}
	sum := sha256.Sum256(out.Bytes())
	err = o.DB.Write(ctx, a, func(tx *store.Tx) error {
		return tx.Record(store.Event{Verb: "proof.exported", Agency: a.Agency, Ref: ref, Title: b.Document.Code, Data: map[string]any{"sha256": hex.EncodeToString(sum[:]), "size": out.Len(), "files": withFiles}})
	})
	return "chung-cu-" + b.Document.Safe() + ".json", out.Bytes(), err
}

func (o *Office) proveOutgoing(ctx context.Context, a store.Actor, id int64, b *proof.Bundle) error {
	d, err := documents.FindOutgoing(ctx, o.DB, a, id)
	if err != nil {
		return err
	}
	if d.Number == 0 {
		return store.Refuse(store.Conflict, "Văn bản chưa có số nên chưa có gì để chứng minh.")
	}
	b.Document = proof.Document{Direction: "outgoing", DocumentID: d.DocumentID, Code: d.NumberText, Issued: string(d.IssuedDate), Type: d.TypeName, Subject: d.Subject, Signer: d.SignerName}
	lines, err := Deliveries(ctx, o.DB, a, id)
	if err != nil {
		return err
	}
	for _, l := range lines {
		b.Deliveries = append(b.Deliveries, proof.Delivery{Code: l.ReceiverCode, Name: l.ReceiverName, State: string(l.State), SentAt: int64(l.SentAt), ArrivedAt: int64(l.ArrivedAt)})
	}
	type receipt struct {
		Peer string
		At   store.Instant
		Raw  store.Packed
	}
	said, err := store.All[receipt](ctx, o.DB, sqlReceipts, a.Agency, id)
	for _, s := range said {
		b.Receipts = append(b.Receipts, proof.Receipt{Peer: s.Peer, At: int64(s.At), Raw: string(s.Raw)})
	}
	return err
}

func (o *Office) proveIncoming(ctx context.Context, a store.Actor, id int64, b *proof.Bundle) error {
	d, err := documents.FindIncoming(ctx, o.DB, a, id)
	if err != nil {
		return err
	}
	b.Document = proof.Document{Direction: "incoming", DocumentID: d.DocumentID, Code: d.Code(), Issued: string(d.IssuedDate), Type: d.TypeName, Subject: d.Subject, Signer: d.SignerName,
		SenderCode: d.SenderCode, SenderName: d.SenderName, ArrivedAt: int64(d.ArrivedAt)}
	if d.ArrivalNumber > 0 {
		b.Document.ArrivalNumber = fmt.Sprintf("%d/%d", d.ArrivalNumber, d.ArrivalYear)
	}
	us, err := agencyOf(ctx, o.DB, a.Agency, o.DB.Now())
	if err != nil {
		return err
	}
	type own struct {
		At  store.Instant
		Raw store.Packed
	}
	said, err := store.All[own](ctx, o.DB, sqlOwn, a.Agency, documents.IncomingRef(id))
	for _, s := range said {
		b.Receipts = append(b.Receipts, proof.Receipt{Peer: us.Wire, At: int64(s.At), Raw: string(s.Raw)})
	}
	return err
}

// seal adds what the log holds. The rows must be those that were sealed: what has just changed is proved a moment later.
func (o *Office) seal(ctx context.Context, a store.Actor, b *proof.Bundle) error {
	e, err := o.Log.Prove(ctx, a.Agency, b.Document.Ref, proven)
	if err != nil {
		return err
	}
	register, carried, ok, err := evidentRows(ctx, o.DB, a.Agency, b.Document.Ref)
	if err != nil {
		return err
	}
	if !ok || e.Rows == nil || proof.Commit(e.Rows.Salt, proof.RowsTitle, proof.JoinRows(register, carried)) != e.Rows.Words {
		return store.Refuse(store.Conflict, "Việc mới nhất về văn bản này chưa được niêm phong vào nhật ký. Đề nghị thử lại sau vài giây.")
	}
	e.Rows.Register, e.Rows.Carried = register, carried
	b.Lines, b.Rows, b.Checkpoint, b.LogKey, b.Need = e.Lines, e.Rows, e.Checkpoint, e.Key.String(), e.Need
	for _, k := range e.Witnesses {
		b.Witnesses = append(b.Witnesses, k.String())
	}
	names := map[int64]string{}
	for i := range b.Lines {
		id := b.Lines[i].Person
		if id == 0 {
			continue
		}
		if _, known := names[id]; !known {
			p, err := org.FindPerson(ctx, o.DB, org.PersonID(id))
			if err != nil {
				return err
			}
			names[id] = p.Name
		}
		b.Lines[i].Who = names[id]
	}
	return nil
}

// carried adds the hashes of files and parcels, and their bytes when they are wanted and fit.
func (o *Office) carried(ctx context.Context, a store.Actor, b *proof.Bundle, withFiles bool) error {
	files, err := documents.Files(ctx, o.DB, a, b.Document.Ref)
	if err != nil {
		return err
	}
	left := int64(mostCarried)
	take := func(sha string, size int64) ([]byte, error) {
		if !withFiles || sha == "" {
			return nil, nil
		}
		if left -= size; left < 0 {
			return nil, store.Refuse(store.Invalid, "Tệp và gói tin của văn bản quá lớn để kèm vào chứng cứ. Hãy xuất chứng cứ không kèm tệp; mã băm của tệp vẫn có trong đó.")
		}
		return blob.ReadAll(ctx, o.Blobs, sha, size)
	}
	for _, f := range files {
		content, err := take(f.SHA, f.Size)
		if err != nil {
			return err
		}
		b.Files = append(b.Files, proof.File{Name: f.Name, Size: f.Size, SHA256: f.SHA, Main: f.Main, Content: content})
	}
	parcels, err := Parcels(ctx, o.DB, a, b.Document.Ref)
	if err != nil {
		return err
	}
	for _, p := range parcels {
		if p.SHA == "" {
			continue
		}
		var content []byte
		if p.Destroyed == 0 {
			if content, err = take(p.SHA, p.Size); err != nil {
				return err
			}
		}
		b.Parcels = append(b.Parcels, proof.Parcel{Direction: p.Direction, ID: p.Parcel, Sender: p.SenderCode, DocumentID: p.DocumentID, SHA256: p.SHA, Size: p.Size, At: int64(p.At), Content: content})
	}
	return nil
}
