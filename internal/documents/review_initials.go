package documents

import (
	"context"

	"congvu/internal/org"
	"congvu/internal/pades"
	"congvu/internal/paper"
	"congvu/internal/store"
)

// Size of one initial in points; each stands under the one before at the right edge of the signing block (S4.6).
const (
	initialWide = 62
	initialHigh = 13
)

var sqlInitialled = store.SQL(`UPDATE documents_outgoing SET version = $1 WHERE agency_id = $2 AND id = $3 AND main_file = $4`)

// Initial is Approve with the reviewer's own certificate (ký nháy số, S2.1, S2.2): a signature is appended to the draft's file. The first one certifies it so that only
// number, date and further signatures may follow; the competent person's and the agency's signatures stay valid over it. It is never the signature of the
// document (N22). The file is signed outside of a transaction and kept only when it is still the one that was signed. Unconfirmed unless the person has
// proved himself again.
func Initial(ctx context.Context, d *Desk, a store.Actor, id int64, words string, next org.HoldingID, consent bool) (*Outgoing, error) {
	o, err := prepare(ctx, d, a, id, ActApprove)
	if err == nil {
		err = a.Confirmed(d.DB.Now())
	}
	if err == nil {
		err = o.reviewable()
	}
	if err == nil && !consent {
		err = store.RefuseField("consent", "Người ký cần xác nhận đã xem nội dung văn bản trước khi ký.")
	}
	if err == nil && a.For != 0 {
		err = store.Refuse(store.Forbidden, "Không ai ký nháy số thay người khác. Dự thảo được giữ nguyên.")
	}
	if err != nil {
		return nil, err
	}
	me, err := org.HoldingAt(ctx, d.DB, org.HoldingID(a.Holding), today(d.DB.Now()))
	if err != nil {
		return nil, err
	}
	pen, err := d.takePen(ctx, a.Agency, OwnerPerson, a.Person, me.PersonName, paper.SignatureImage)
	if err != nil {
		return nil, err
	}
	f, err := o.mainFile(ctx, d.DB)
	if err != nil {
		return nil, err
	}
	req, err := o.initialRequest(ctx, d, pen, f, me.PersonName)
	if err == nil {
		err = o.unmoved(ctx, d, a, ActApprove)
	}
	if err != nil {
		return nil, err
	}
	signed, err := d.signFile(ctx, f, req)
	if err != nil {
		return nil, err
	}
	var out *Outgoing
	err = d.write(ctx, a, func(tx *store.Tx) error {
		now, _, err := begin(ctx, tx, id, ActApprove)
		if err == nil {
			err = now.stale(o.Revision)
		}
		if err == nil {
			err = stillThere(ctx, tx, signed, f.SHA, pen.bound)
		}
		if err == nil {
			err = changeFile(ctx, tx, signed)
		}
		if err == nil {
			err = now.putSigned(ctx, tx, versionSigned, signed, places{}, pen.bound)
		}
		if err == nil {
			err = tx.Put(ctx, sqlInitialled, now.Version, now.AgencyID, now.ID, now.MainFile)
		}
		if err == nil {
			err = initial(ctx, tx, id, words, InitialsCertificate, next)
		}
		if err == nil {
			out, err = load(ctx, tx, now.AgencyID, now.ID)
		}
		return err
	})
	return out, err
}

// initialRequest says how an initial is made and where it is seen.
func (o *Outgoing) initialRequest(ctx context.Context, d *Desk, p *pen, f File, name string) (pades.Request, error) {
	report, err := reportOf(f)
	if err != nil {
		return pades.Request{}, err
	}
	where, err := o.boxes(ctx, d.DB)
	if err != nil {
		return pades.Request{}, err
	}
	req := p.request(d)
	req.Name, req.Reason = name, "Ký nháy"
	if len(report.Signatures) == 0 {
		req.Certify = 2
	}
	if b := where.Signature; b.Page != 0 {
		top := b.Top - float64(len(report.Signatures)*initialHigh)
		req.Appearance = &pades.Appearance{Page: b.Page, Rect: [4]float64{b.Right - initialWide, top - initialHigh, b.Right, top}, Image: p.look.image}
		if p.look.image == nil {
			req.Appearance.Lines, req.Appearance.Size, req.Appearance.Color = []string{"Ký nháy", name}, 5, blueInk
		}
	}
	return req, nil
}

// certified tells whether somebody has certified a file already by his initials: then the competent person's signature approves (ISO 32000-1, 12.8.2.2).
func (f File) certified() (bool, error) {
	report, err := reportOf(f)
	return err == nil && len(report.Signatures) > 0, err
}
