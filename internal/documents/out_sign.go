package documents

import (
	"context"
	"fmt"

	"congvu/internal/blob"
	"congvu/internal/org"
	"congvu/internal/pades"
	"congvu/internal/paper"
	"congvu/internal/store"
)

var sqlSigned = store.SQL(`UPDATE documents_outgoing SET signed_us = $1, version = $2 WHERE agency_id = $3 AND id = $4 AND main_file = $5`)

// Sign is the approving signature of the competent person (D8.7, S2.3): certified so that only number and date may be filled afterwards.
// capacityCode is the capacity shown to the signer and must be the document's; consent says that he saw the file and its hash.
// The file is signed outside of a transaction and kept only if state, row and hash are still those that were signed (S10.2): of two tabs
// one succeeds. Forbidden for everybody else, without approved certificate, or outside of his capacities (D6.7).
func Sign(ctx context.Context, d *Desk, a store.Actor, id int64, capacityCode string, consent bool) (*Outgoing, error) {
	w, err := d.approval(ctx, a, id, capacityCode, consent, d.takePen)
	if err != nil {
		return nil, w.failed(ctx, err)
	}
	return w.signHere(ctx, nil)
}

// approval checks everything that a person's signature needs and says what is to be signed with which pen. An error comes with the
// attempt, when it got as far as being one.
func (d *Desk) approval(ctx context.Context, a store.Actor, id int64, capacityCode string, consent bool, take penTaker) (*signature, error) {
	o, err := prepare(ctx, d, a, id, ActSign)
	if err == nil {
		err = o.reviewable()
	}
	if err == nil {
		err = o.mayCarry(ctx, d, capacityCode, consent)
	}
	if err != nil {
		return nil, err
	}
	w := &signature{d: d, a: a, o: o, act: ActSign}
	if w.pen, err = take(ctx, a.Agency, OwnerPerson, a.Person, o.SignerName, paper.SignatureImage); err != nil {
		return w, err
	}
	f, err := o.mainFile(ctx, d.DB)
	if err != nil {
		return nil, err
	}
	where, err := o.boxes(ctx, d.DB)
	if err == nil {
		err = o.unmoved(ctx, d, a, ActSign)
	}
	if err != nil {
		return nil, err
	}
	req := w.pen.request(d)
	initialled, err := f.certified()
	if err != nil {
		return nil, err
	}
	if !initialled {
		req.Certify = 2
	}
	req.Name, req.Appearance = o.SignerName, w.pen.look.personal(where, o.SignerName, req.At)
	w.files = []File{f}
	w.sheets = []sheet{{file: f, request: req}}
	return w, nil
}

// unmoved makes sure that the files just read are those of the document as it was loaded: who was faster has won.
func (o *Outgoing) unmoved(ctx context.Context, d *Desk, a store.Actor, act Act) error {
	now, err := prepare(ctx, d, a, o.ID, act)
	if err == nil {
		err = now.stale(o.Revision)
	}
	return err
}

// mayCarry checks consent and capacity on the day of signing.
func (o *Outgoing) mayCarry(ctx context.Context, d *Desk, code string, consent bool) error {
	if !consent {
		return store.RefuseField("consent", "Người ký cần xác nhận đã xem nội dung văn bản trước khi ký.")
	}
	c, err := capacity(ctx, d.DB, org.HoldingID(o.SignerHolding), o.TypeCode, o.Capacity, d.DB.Now())
	if err != nil {
		return err
	}
	if c == nil || code != o.Capacity {
		return store.Refuse(store.Forbidden, "Quyền hạn ký trên văn bản không còn hoặc không đúng với chức vụ hiện tại. Văn bản được giữ nguyên; hãy trả lại để chọn lại người ký và quyền hạn.")
	}
	return nil
}

// signFile signs the bytes of a file, stores the new revision and gives the file as it is then, with the verdict on it. A revision that
// does not verify is not kept.
func (d *Desk) signFile(ctx context.Context, f File, req pades.Request) (File, error) {
	if f.Size >= largeFile {
		if err := d.signLarge(ctx, &f, req); err != nil {
			return f, err
		}
		return f.sound()
	}
	b, err := blob.ReadAll(ctx, d.Blobs, f.SHA, f.Size)
	if err != nil {
		return f, fmt.Errorf("read what is to be signed: %w", err)
	}
	signed, err := pades.Sign(ctx, b, req)
	if err != nil {
		return f, refuseReason("", err)
	}
	return d.keepRevision(ctx, f, signed)
}

// keepRevision stores a newly signed revision of a file if its signatures verify.
func (d *Desk) keepRevision(ctx context.Context, f File, signed []byte) (File, error) {
	if err := d.keepBytes(ctx, &f, signed); err != nil {
		return f, err
	}
	return f.sound()
}

// sound refuses a new revision whose signatures do not hold.
func (f File) sound() (File, error) {
	if f.Verdict != VerdictPassed && f.Verdict != VerdictIndeterminate {
		return f, store.Because(store.Refuse(store.Conflict, "Chữ ký vừa tạo không qua được kiểm tra nên không được lưu. Văn bản được giữ nguyên; đề nghị báo quản trị hệ thống."),
			fmt.Errorf("own signature: %s", f.VerdictReport))
	}
	return f, nil
}

// keepSigned moves a document that awaited the signature, in the transaction that keeps the signed file.
func (w *signature) keepSigned(ctx context.Context, tx *store.Tx, signed []File) (*Outgoing, error) {
	now, way, err := begin(ctx, tx, w.o.ID, ActSign)
	if err == nil {
		err = now.stale(w.o.Revision)
	}
	if err != nil {
		return nil, err
	}
	f, p := signed[0], w.pen
	if err = stillThere(ctx, tx, f, w.files[0].SHA, p.bound); err == nil {
		err = changeFile(ctx, tx, f)
	}
	if err == nil {
		err = now.putSigned(ctx, tx, versionSigned, f, places{}, p.bound)
	}
	if err == nil {
		err = tx.Put(ctx, sqlSigned, tx.Now(), now.Version, now.AgencyID, now.ID, now.MainFile)
	}
	if err == nil {
		err = now.askStamp(ctx, tx, w.d, f, purposeApprove)
	}
	if err != nil {
		return nil, err
	}
	clerks, err := clerksOf(ctx, tx, now.AgencyID)
	if err != nil {
		return nil, err
	}
	err = now.carry(ctx, tx, move{act: ActSign, next: way.next, verb: "document.signed",
		what: p.says(store.Say("Ký số văn bản bằng chứng thư {subject}.", "subject", p.name()), store.Say("Ký số văn bản bằng chứng thư {subject} trên thiết bị của người ký.", "subject", p.name())),
		tell: store.Say("Văn bản “{subject}” đã được ký, chờ cấp số.", "subject", now.Subject), notify: append(clerks, now.DrafterID), data: w.pen.record()})
	if err != nil {
		return nil, err
	}
	return load(ctx, tx, now.AgencyID, now.ID)
}

// stillThere refuses to keep a signature over bytes that are not the file's any more, or by a certificate whose binding ended meanwhile.
func stillThere(ctx context.Context, tx *store.Tx, f File, was string, bound Certificate) error {
	now, ok, err := store.Maybe[File](ctx, tx, sqlFile, f.AgencyID, f.ID)
	if err != nil {
		return err
	}
	cert, has, err := store.Maybe[Certificate](ctx, tx, sqlCertificate, bound.AgencyID, bound.OwnerKind, bound.OwnerID)
	if err != nil {
		return err
	}
	if !ok || now.SHA != was || !has || cert.ID != bound.ID {
		return store.Refuse(store.Conflict, "Tệp hoặc chứng thư số đã thay đổi trong khi ký. Bản mới nhất được giữ nguyên; hãy tải lại trang rồi ký lại.")
	}
	return nil
}
