package documents

import (
	"context"
	"errors"
	"fmt"

	"congvu/internal/blob"
	"congvu/internal/i18n"
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
	p, err := d.takePen(ctx, a.Agency, OwnerPerson, a.Person, o.SignerName, paper.SignatureImage)
	if err != nil {
		return nil, o.failed(ctx, d, a, err)
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
	req := p.request(d)
	req.Certify, req.Name, req.Appearance = 2, o.SignerName, p.look.personal(where, o.SignerName, req.At)
	signed, err := d.signFile(ctx, f, req)
	if err != nil {
		return nil, o.failed(ctx, d, a, err)
	}
	return o.keepSigned(ctx, d, a, f.SHA, signed, p)
}

// unmoved makes sure that the files just read are those of the document as it was loaded: who was faster has won.
func (o *Outgoing) unmoved(ctx context.Context, d *Desk, a store.Actor, act Act) error {
	now, err := prepare(ctx, d, a, o.ID, act)
	if err == nil {
		err = now.stale(o.Revision)
	}
	return err
}

// failed notes an attempt to sign that came to nothing, with its reason (S10.6), and gives the refusal back.
func (o *Outgoing) failed(ctx context.Context, d *Desk, a store.Actor, cause error) error {
	reason := "lỗi hệ thống"
	if r, ok := errorsAs[*store.Refusal](cause); ok {
		reason = i18n.T(i18n.VI, r.Problems[0].Text, r.Problems[0].Args)
	}
	err := d.write(ctx, a, func(tx *store.Tx) error {
		if err := step(ctx, tx, o.AgencyID, o.Ref(), Step{Act: "sign_failed", What: store.Say("Ký số không thành công: {reason}", "reason", reason), Version: o.Version}); err != nil {
			return err
		}
		return tx.Record(store.Event{Verb: "document.sign_failed", Agency: o.AgencyID, Ref: o.Ref(), Title: o.Title(), Data: map[string]string{"method": MethodServerKey, "reason": reason}})
	})
	if err != nil {
		return errors.Join(cause, err)
	}
	return cause
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
	b, err := blob.ReadAll(ctx, d.Blobs, f.SHA, f.Size)
	if err != nil {
		return f, fmt.Errorf("read what is to be signed: %w", err)
	}
	signed, err := pades.Sign(ctx, b, req)
	if err != nil {
		return f, refuseReason("", err)
	}
	if err := d.keepBytes(ctx, &f, signed); err != nil {
		return f, err
	}
	if f.Verdict != VerdictPassed && f.Verdict != VerdictIndeterminate {
		return f, store.Because(store.Refuse(store.Conflict, "Chữ ký vừa tạo không qua được kiểm tra nên không được lưu. Văn bản được giữ nguyên; đề nghị báo quản trị hệ thống."),
			fmt.Errorf("own signature: %s", f.VerdictReport))
	}
	return f, nil
}

func (o *Outgoing) keepSigned(ctx context.Context, d *Desk, a store.Actor, was string, f File, p *pen) (*Outgoing, error) {
	var out *Outgoing
	err := d.write(ctx, a, func(tx *store.Tx) error {
		now, way, err := begin(ctx, tx, o.ID, ActSign)
		if err == nil {
			err = now.stale(o.Revision)
		}
		if err == nil {
			err = stillThere(ctx, tx, f, was, p.bound)
		}
		if err == nil {
			err = changeFile(ctx, tx, f)
		}
		if err == nil {
			err = now.putVersion(ctx, tx, versionSigned, f, places{})
		}
		if err == nil {
			err = tx.Put(ctx, sqlSigned, tx.Now(), now.Version, now.AgencyID, now.ID, now.MainFile)
		}
		if err == nil {
			err = now.askStamp(ctx, tx, d, f, purposeApprove)
		}
		if err == nil {
			clerks, err2 := clerksOf(ctx, tx, now.AgencyID)
			if err2 != nil {
				return err2
			}
			err = now.carry(ctx, tx, move{act: ActSign, next: way.next, verb: "document.signed",
				what: store.Say("Ký số văn bản bằng chứng thư {subject}.", "subject", p.cert.Subject.CommonName),
				tell: store.Say("Văn bản “{subject}” đã được ký, chờ cấp số.", "subject", now.Subject), notify: append(clerks, now.DrafterID)})
		}
		if err == nil {
			out, err = load(ctx, tx, now.AgencyID, now.ID)
		}
		return err
	})
	return out, err
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
