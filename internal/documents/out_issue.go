package documents

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"congvu/internal/calendar"
	"congvu/internal/org"
	"congvu/internal/pades"
	"congvu/internal/paper"
	"congvu/internal/store"
)

var (
	sqlSealed = store.SQL(`UPDATE documents_outgoing SET sealed_us = $1, version = $2 WHERE agency_id = $3 AND id = $4 AND main_file = $5`)
	sqlIssued = store.SQL(`UPDATE documents_outgoing SET issued_us = $1, document_id = $2 WHERE agency_id = $3 AND id = $4 AND document_id = ''`)
)

// Seal fills number and date into the signed file and puts the agency's signature on it, the seal over the left third of the person's
// signature (D9.3, S4.2), and on every PDF attachment (S2.6, S4.3). All of it is signed outside of a transaction and kept together or
// not at all, so a crash leaves a numbered document that is sealed again with the same number.
func Seal(ctx context.Context, d *Desk, a store.Actor, id int64) (*Outgoing, error) {
	w, err := d.seal(ctx, a, id, d.takePen)
	if err != nil {
		return nil, w.failed(ctx, err)
	}
	return w.signHere(ctx, nil)
}

// seal checks everything that the agency's signature needs and says which files are to be signed with which pen. An error comes with
// the attempt, when it got as far as being one.
func (d *Desk) seal(ctx context.Context, a store.Actor, id int64, take penTaker) (*signature, error) {
	o, err := prepare(ctx, d, a, id, ActSeal)
	if err == nil {
		err = o.stamped(ctx, d.DB)
	}
	if err != nil {
		return nil, err
	}
	ag, err := org.AgencyAt(ctx, d.DB, org.AgencyID(o.AgencyID), today(d.DB.Now()))
	if err != nil {
		return nil, err
	}
	w := &signature{d: d, a: a, o: o, act: ActSeal}
	if w.pen, err = take(ctx, a.Agency, OwnerAgency, a.Agency, ag.Name, paper.SealImage); err != nil {
		return w, err
	}
	if w.files, err = filesOf(ctx, d.DB, o.AgencyID, o.Ref()); err != nil {
		return nil, err
	}
	if err := o.unmoved(ctx, d, a, ActSeal); err != nil {
		return nil, err
	}
	if err := o.signedByPerson(ctx, d, w.files); err != nil {
		return nil, err
	}
	for _, f := range w.files {
		if f.Media != filePDF {
			continue
		}
		s, err := d.sealSheet(ctx, o, f, w.pen, ag.Name)
		if err != nil {
			return w, err
		}
		w.sheets = append(w.sheets, s)
	}
	return w, nil
}

// signedByPerson makes sure that the main file carries the signature of the bound certificate of the signer (D9.3).
func (o *Outgoing) signedByPerson(ctx context.Context, d *Desk, files []File) error {
	if len(files) > 0 && files[0].Main && o.SignedAt != 0 {
		report, err := reportOf(files[0])
		if err != nil {
			return err
		}
		for _, s := range report.Signatures {
			if s.Kind == pades.Certification && s.Integrity == pades.Intact {
				return nil
			}
		}
	}
	return store.Refuse(store.Conflict, "Tệp chính chưa có chữ ký số hợp lệ của người có thẩm quyền nên không ký số cơ quan được. Văn bản được giữ nguyên.")
}

func reportOf(f File) (*pades.Report, error) {
	var r pades.Report
	return &r, decode(store.JSON(f.VerdictReport), &r)
}

// sealSheet says how the agency signs one file: the main one with number and date and its seal, an annex with the text of S4.3.
func (d *Desk) sealSheet(ctx context.Context, o *Outgoing, f File, p *pen, name string) (sheet, error) {
	req := p.request(d)
	req.Name = name
	if f.Main {
		where, err := o.boxes(ctx, d.DB)
		if err != nil {
			return sheet{}, err
		}
		req.Fill = o.numberValues(where)
		if req.Appearance, err = d.sealMain(ctx, o, f, where, p, name, req.At); err != nil {
			return sheet{}, refuseReason("", err)
		}
		f.Name = fileName(o.NumberText)
		return sheet{f, req}, nil
	}
	var err error
	if req.Appearance, err = d.sealAnnex(ctx, o, f, p, req.At); err != nil {
		return sheet{}, refuseReason("", err)
	}
	return sheet{f, req}, nil
}

// keepSealed moves a numbered document, in the transaction that keeps its sealed files: all of them or none.
func (w *signature) keepSealed(ctx context.Context, tx *store.Tx, sealed []File) (*Outgoing, error) {
	was := map[int64]string{}
	for _, f := range w.files {
		was[f.ID] = f.SHA
	}
	now, way, err := begin(ctx, tx, w.o.ID, ActSeal)
	if err == nil {
		err = now.stale(w.o.Revision)
	}
	if err != nil {
		return nil, err
	}
	for _, f := range sealed {
		kind := versionAnnexSealed
		if f.Main {
			kind = versionSealed
		}
		if err = stillThere(ctx, tx, f, was[f.ID], w.pen.bound); err == nil {
			err = changeFile(ctx, tx, f)
		}
		if err == nil {
			err = now.putSigned(ctx, tx, kind, f, places{}, w.pen.bound)
		}
		if err == nil {
			err = now.askStamp(ctx, tx, w.d, f, purposeSeal)
		}
		if err != nil {
			return nil, err
		}
	}
	if err := tx.Put(ctx, sqlSealed, tx.Now(), now.Version, now.AgencyID, now.ID, now.MainFile); err != nil {
		return nil, err
	}
	err = now.carry(ctx, tx, move{act: ActSeal, next: way.next, verb: "document.sealed",
		what: w.pen.says(store.Say("Ký số của cơ quan bằng chứng thư {subject}.", "subject", w.pen.name()), store.Say("Ký số của cơ quan bằng chứng thư {subject} trên thiết bị của văn thư.", "subject", w.pen.name())), data: w.pen.record()})
	if err != nil {
		return nil, err
	}
	return load(ctx, tx, now.AgencyID, now.ID)
}

// Issue makes a sealed document official: it gets its DocumentId, nothing of it changes any more (house law 7, N17), and exchange takes
// it to the receivers (D9.2). Everything that stands against it is listed together (X22).
func Issue(ctx context.Context, tx *store.Tx, id int64) (*Outgoing, error) {
	return issue(ctx, tx, id, calendar.Default())
}

func issue(ctx context.Context, tx *store.Tx, id int64, days *calendar.Calendar) (*Outgoing, error) {
	o, way, err := begin(ctx, tx, id, ActIssue)
	if err != nil {
		return nil, err
	}
	now := today(tx.Now())
	var p store.Problems
	if err := o.sendable(ctx, tx, now, &p); err != nil {
		return nil, err
	}
	if err := o.provenFiles(ctx, tx, &p); err != nil {
		return nil, err
	}
	if err := p.Err(); err != nil {
		return nil, err
	}
	if err := o.stamped(ctx, tx); err != nil {
		return nil, err
	}
	ag, err := org.AgencyAt(ctx, tx, org.AgencyID(o.AgencyID), now)
	if err != nil {
		return nil, err
	}
	o.DocumentID = fmt.Sprintf("%s,%s,%s", ag.Code, strings.ReplaceAll(string(o.IssuedDate), "-", "/"), o.NumberText)
	if err := tx.Put(ctx, sqlIssued, tx.Now(), o.DocumentID, o.AgencyID, o.ID); err != nil {
		return nil, err
	}
	late := now.After(days.NextWorking(today(o.SignedAt))) // D9.2
	err = o.carry(ctx, tx, move{act: ActIssue, next: way.next, verb: "document.issued", late: late,
		what: store.Say("Ban hành văn bản {number}, mã định danh {id}.", "number", o.NumberText, "id", o.DocumentID),
		tell: store.Say("Văn bản {number} “{subject}” đã được ban hành.", "number", o.NumberText, "subject", o.Subject), notify: []int64{o.DrafterID, o.SignerPerson}})
	if err == nil {
		err = o.noteUnstamped(ctx, tx)
	}
	if err == nil {
		err = o.relationsInForce(ctx, tx)
	}
	if err == nil && o.ReplyTo != 0 {
		err = ReplyIssued(ctx, tx, o.ID, o.ReplyTo)
	}
	if err != nil {
		return nil, err
	}
	return load(ctx, tx, o.AgencyID, o.ID)
}

// sendable lists what of a document stands against sending it (X22.1, X22.2, X22.5, X22.6).
func (o *Outgoing) sendable(ctx context.Context, tx *store.Tx, on calendar.Date, p *store.Problems) error {
	ag, err := org.AgencyAt(ctx, tx, org.AgencyID(o.AgencyID), on)
	if err != nil && !errors.Is(err, store.NotFound) {
		return err
	}
	if err != nil || ag.Code == "" {
		p.Add("", "Cơ quan chưa có mã định danh có hiệu lực. Đề nghị quản trị của cơ quan bổ sung.")
	}
	if o.Notation == "" || o.Subject == "" || o.SignerName == "" {
		p.Add("", "Văn bản thiếu ký hiệu, trích yếu hoặc người ký. Hãy trả lại để bổ sung.")
	}
	if len(o.Receivers) == 0 {
		p.Add("receivers", "Văn bản chưa có nơi nhận. Hãy trả lại để bổ sung.")
	}
	for _, r := range o.Receivers {
		if r.Agency == 0 {
			continue
		}
		to, err := org.AgencyAt(ctx, tx, r.Agency, on)
		switch {
		case err != nil && !errors.Is(err, store.NotFound):
			return err
		case err != nil || to.Code == "" || to.State == "closed" && on.After(to.ValidTo):
			p.Add("receivers", "Nơi nhận {name} không còn hiệu lực hoặc không có mã định danh. Hãy trả lại để chọn lại.", "name", r.Name)
		default:
			code, disputed, err := org.Disputed(ctx, tx, to)
			if err != nil {
				return err
			}
			if disputed { // I3.5
				p.Add("receivers", "Mã {code} của nơi nhận {name} đang có cơ quan khác cùng nhận. Chờ quản trị hệ thống quyết định, hoặc trả lại để bỏ nơi nhận này.", "code", code, "name", r.Name)
			}
		}
	}
	files, err := filesOf(ctx, tx, o.AgencyID, o.Ref())
	if err != nil {
		return err
	}
	limit, err := FileLimit(ctx, tx, o.AgencyID)
	if err != nil {
		return err
	}
	for i, f := range files {
		if f.Size == 0 || f.Size > limit+(1<<20) { // signatures may have made it a little larger
			p.Add("file", "Tệp {name} trống hoặc vượt quá dung lượng cho phép.", "name", f.Name)
		}
		if i == 0 && !f.Main {
			p.Add("file", "Văn bản chưa có tệp chính.")
		}
	}
	if len(files) == 0 {
		p.Add("file", "Văn bản chưa có tệp chính.")
	}
	return nil
}

// provenFiles lists PDFs without the signatures they need (X22.3): person and agency on the main file, the agency on the others.
func (o *Outgoing) provenFiles(ctx context.Context, tx *store.Tx, p *store.Problems) error {
	files, err := filesOf(ctx, tx, o.AgencyID, o.Ref())
	if err != nil {
		return err
	}
	for _, f := range files {
		if f.Media != filePDF {
			continue
		}
		report, err := reportOf(f)
		if err != nil {
			return err
		}
		need := 1
		if f.Main {
			need = 2
		}
		if len(report.Signatures) < need || f.Verdict != VerdictPassed && f.Verdict != VerdictIndeterminate {
			p.Add("file", "Tệp {name} thiếu chữ ký số hợp lệ của người có thẩm quyền hoặc của cơ quan.", "name", f.Name)
		}
	}
	return nil
}

// Release takes a signed document the whole way out: number, seal, issue. It goes on from the state it finds, so after a crash it is
// simply called again and ends with the same number. While a signature waits for its time stamp the order is remembered and the document
// returned as it stands: the rest is done in the actor's name when the stamp arrived (preserve_release.go).
func Release(ctx context.Context, d *Desk, a store.Actor, id int64) (*Outgoing, error) {
	o, err := prepare(ctx, d, a, id, ActRelease)
	if err == nil {
		a = a.Vouched() // what was confirmed when it was ordered is carried to its end
	}
	for err == nil && o.State != Issued {
		if waits, err := d.remember(ctx, a, o); err != nil || waits {
			return o, err
		}
		switch o.State {
		case Signed:
			err = d.write(ctx, a, func(tx *store.Tx) (err error) { o, err = Number(ctx, tx, id, NumberForm{Days: d.days()}); return })
		case Numbered:
			o, err = Seal(ctx, d, a, id)
		case Sealed:
			err = d.write(ctx, a, func(tx *store.Tx) (err error) { o, err = issue(ctx, tx, id, d.days()); return })
		default:
			_, err = o.allow(a, ActRelease)
		}
	}
	return o, err
}
