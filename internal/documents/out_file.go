package documents

import (
	"context"
	"slices"

	"congvu/internal/pades"
	"congvu/internal/store"
)

// Attach adds a kept file (KeepFile) to a draft. AddFile does both.
func Attach(ctx context.Context, tx *store.Tx, id int64, f File) error {
	o, _, err := begin(ctx, tx, id, ActAttach)
	if err != nil {
		return err
	}
	if err := sealable(f); err != nil {
		return err
	}
	files, err := filesOf(ctx, tx, o.AgencyID, o.Ref())
	if err != nil {
		return err
	}
	if len(files) >= mostFiles {
		return store.RefuseField("file", "Một văn bản có nhiều nhất {most} tệp. Các tệp đã có được giữ nguyên.", "most", mostFiles)
	}
	for _, other := range files {
		if other.SHA == f.SHA {
			return store.RefuseField("file", "Tệp {name} đã có trong văn bản với tên {other}.", "name", f.Name, "other", other.Name)
		}
		f.Ordinal = max(f.Ordinal, other.Ordinal)
	}
	f.Main, f.Ordinal = false, f.Ordinal+1
	if f, err = putFile(ctx, tx, o.AgencyID, o.Ref(), f); err == nil {
		err = o.touch(ctx, tx)
	}
	if err == nil {
		err = o.voidApprovals(ctx, tx, store.Say("thêm hoặc bỏ tệp kèm theo"), func(x Approval) bool { return x.Duty != DutyLayout })
	}
	if err == nil {
		err = step(ctx, tx, o.AgencyID, o.Ref(), Step{Act: string(ActAttach), What: store.Say("Kèm tệp {name}.", "name", f.Name)})
	}
	if err != nil {
		return err
	}
	return tx.Record(store.Event{Verb: "document.attached", Agency: o.AgencyID, Ref: o.Ref(), Title: o.Title(), Data: map[string]string{"file": f.Name, "sha": f.SHA}})
}

// sealable refuses a PDF that the agency could not sign later (S2.6), before the document has a number: one whose signatures are broken, or
// one whose signer closed it for every change.
func sealable(f File) error {
	if f.Media != filePDF {
		return nil
	}
	report, err := reportOf(f)
	if err != nil {
		return err
	}
	closed := slices.ContainsFunc(report.Signatures, func(s *pades.Signature) bool { return s.Permission == 1 })
	if f.Verdict == VerdictFailed || closed {
		return store.RefuseField("file", "Tệp {name} có chữ ký số không hợp lệ hoặc không cho ký thêm, nên cơ quan không ký số được. Các tệp đã có được giữ nguyên; hãy dùng bản khác hoặc nén tệp.", "name", f.Name)
	}
	return nil
}

// Detach takes an attachment off a draft. The main file cannot be detached, only replaced.
func Detach(ctx context.Context, tx *store.Tx, id, file int64) error {
	o, _, err := begin(ctx, tx, id, ActDetach)
	if err != nil {
		return err
	}
	f, ok, err := store.Maybe[File](ctx, tx, sqlFile, o.AgencyID, file)
	if err != nil {
		return err
	}
	if !ok || f.Ref != o.Ref() || f.Main {
		return store.Refuse(store.NotFound, "Không tìm thấy tệp kèm theo này trong văn bản.")
	}
	if err = tx.Put(ctx, sqlDropFile, o.AgencyID, file, o.Ref()); err == nil {
		err = o.touch(ctx, tx)
	}
	if err == nil {
		err = o.voidApprovals(ctx, tx, store.Say("thêm hoặc bỏ tệp kèm theo"), func(x Approval) bool { return x.Duty != DutyLayout })
	}
	if err == nil {
		err = step(ctx, tx, o.AgencyID, o.Ref(), Step{Act: string(ActDetach), What: store.Say("Bỏ tệp {name}.", "name", f.Name)})
	}
	if err != nil {
		return err
	}
	return tx.Record(store.Event{Verb: "document.detached", Agency: o.AgencyID, Ref: o.Ref(), Title: o.Title(), Data: map[string]string{"file": f.Name, "sha": f.SHA}})
}

var sqlTouch = store.SQL(`UPDATE documents_outgoing SET revision = revision + 1 WHERE agency_id = $1 AND id = $2 AND state = $3 AND revision = $4`)

// touch makes forms that others have open stale and refuses the act when somebody was faster.
func (o *Outgoing) touch(ctx context.Context, tx *store.Tx) error {
	if err := tx.Put(ctx, sqlTouch, o.AgencyID, o.ID, o.State, o.Revision); err != nil {
		return err
	}
	o.Revision++
	return nil
}
