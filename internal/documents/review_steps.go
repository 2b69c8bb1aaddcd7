package documents

import (
	"context"

	"congvu/internal/org"
	"congvu/internal/store"
)

// StepForm puts one more step into the way of a draft under review.
type StepForm struct {
	Post        int64
	Duty        Duty
	Beside      bool // in the present stage, beside who reviews now; else right after it
	Certificate bool
}

// mayChangeWay refuses who neither drafts nor reviews the draft.
func (o *Outgoing) mayChangeWay(a store.Actor) error {
	if o.State != InReview {
		return store.Refuse(store.Conflict, "Chỉ sửa được các bước duyệt khi dự thảo đang được xem xét. Dự thảo được giữ nguyên.")
	}
	if a.For != 0 || !o.may(a, byDrafter) && !o.may(a, byReviewer) {
		return store.Refuse(store.Forbidden, "Chỉ người soạn thảo hoặc người đang xem xét dự thảo được sửa các bước duyệt.")
	}
	return nil
}

// AddStep puts a reviewer into the way of a draft under review: beside those who have it now, or right after them.
func AddStep(ctx context.Context, tx *store.Tx, outgoing int64, f StepForm) error {
	o, err := findHeld(ctx, tx, tx.Actor(), outgoing)
	if err == nil {
		err = o.mayChangeWay(tx.Actor())
	}
	if err != nil {
		return err
	}
	if f.Duty.Label() == "" {
		return store.RefuseField("duty", "Hãy chọn trách nhiệm: duyệt nội dung, duyệt thể thức hoặc xem xét trước khi ký.")
	}
	h, err := colleague(ctx, tx, "post", org.HoldingID(f.Post))
	if err != nil {
		return err
	}
	steps, n, err := o.round(ctx, tx)
	if err != nil {
		return err
	}
	stage := int64(0)
	for _, x := range steps {
		if x.HolderHolding == f.Post && (x.State == ApprovalOpen || x.State == ApprovalWaiting) {
			return store.RefuseField("post", "{name} đã có một bước chưa xong trong quy trình này.", "name", h.PersonName)
		}
		if x.State == ApprovalOpen {
			stage = max(stage, x.Stage)
		}
	}
	state, told := ApprovalWaiting, []int64(nil)
	if f.Beside {
		state, told = ApprovalOpen, []int64{int64(h.PersonID)}
	} else {
		stage++
	}
	if err := o.putStep(ctx, tx, max(n, 1), stage, state, f.Duty, f.Certificate, h); err != nil {
		return err
	}
	if err := o.touch(ctx, tx); err != nil {
		return err
	}
	return o.tell(ctx, tx, move{act: "add_step", verb: "document.step_added", what: store.Say("Thêm bước: {name}, {duty}.", "name", h.PersonName, "duty", store.Say(f.Duty.Label())),
		tell: store.Say("Dự thảo “{subject}” được chuyển đến ông/bà xem xét.", "subject", o.Subject), notify: told})
}

// DropStep takes out a step whose turn has not come, with a reason; it stays in the record as not taken.
func DropStep(ctx context.Context, tx *store.Tx, outgoing, id int64, reason string) error {
	o, err := findHeld(ctx, tx, tx.Actor(), outgoing)
	if err == nil {
		err = o.mayChangeWay(tx.Actor())
	}
	if err == nil {
		reason, err = note(reason, 10)
	}
	if err != nil {
		return err
	}
	x, err := o.stepOf(ctx, tx, id)
	if err != nil {
		return err
	}
	if x.State != ApprovalWaiting {
		return store.Refuse(store.Conflict, "Bước này đang ở trạng thái “{state}” nên không bỏ được. Dự thảo được giữ nguyên.", "state", x.State)
	}
	if err := tx.Put(ctx, sqlSkipStep, reason, tx.Now(), o.AgencyID, x.ID); err != nil {
		return err
	}
	if err := o.touch(ctx, tx); err != nil {
		return err
	}
	return o.tell(ctx, tx, move{act: "drop_step", note: reason, verb: "document.step_dropped", what: store.Say("Bỏ bước của {name}, {duty}.", "name", x.HolderName, "duty", store.Say(x.Duty.Label()))})
}

// stepOf finds a step of the newest round.
func (o *Outgoing) stepOf(ctx context.Context, r store.Reader, id int64) (*Approval, error) {
	all, _, err := o.round(ctx, r)
	if err != nil {
		return nil, err
	}
	for i := range all {
		if all[i].ID == id {
			return &all[i], nil
		}
	}
	return nil, store.Refuse(store.NotFound, "Không có bước này trong quy trình hiện tại của dự thảo.")
}

// ReturnToStep sends a draft under review back to an earlier step of its round, with a reason; who has it now sees it again afterwards (D8.3).
func ReturnToStep(ctx context.Context, tx *store.Tx, outgoing, id int64, reason string) error {
	o, _, err := begin(ctx, tx, outgoing, ActReturn)
	if err == nil && o.State != InReview {
		err = store.Refuse(store.Conflict, "Văn bản không còn ở bước xem xét nên chỉ trả lại được cho người soạn thảo. Văn bản được giữ nguyên.")
	}
	if err == nil {
		reason, err = note(reason, 10)
	}
	if err != nil {
		return err
	}
	x, err := o.stepOf(ctx, tx, id)
	if err != nil {
		return err
	}
	if x.State != ApprovalDone && x.State != ApprovalVoid {
		return store.Refuse(store.Conflict, "Chỉ trả lại được về một bước đã duyệt trước đó. Dự thảo được giữ nguyên.")
	}
	h, err := colleague(ctx, tx, "step", org.HoldingID(x.HolderHolding))
	if err != nil {
		return err
	}
	steps, n, err := o.round(ctx, tx)
	if err != nil {
		return err
	}
	again := int64(1) << 40
	for _, s := range steps { // who has it now comes again after the earlier one
		if s.State != ApprovalOpen {
			continue
		}
		now, err := colleague(ctx, tx, "step", org.HoldingID(s.HolderHolding))
		if err != nil {
			return err
		}
		if s.HolderHolding == tx.Actor().Holding {
			err = tx.Put(ctx, sqlReturnedStep, reason, o.Version, tx.Now(), o.AgencyID, s.ID)
		} else {
			_, err = tx.Exec(ctx, sqlSkipOpen, tx.Now(), o.AgencyID, s.ID)
		}
		if err == nil {
			err = o.putStep(ctx, tx, n, s.Stage, ApprovalWaiting, s.Duty, s.Certificate, now)
		}
		if err != nil {
			return err
		}
		again = min(again, s.Stage)
	}
	if x.State == ApprovalDone {
		if err := tx.Put(ctx, sqlVoidStep, store.Say("trả lại bước này").Text, tx.Now(), o.AgencyID, x.ID); err != nil {
			return err
		}
	}
	if err := o.putStep(ctx, tx, n, min(x.Stage, again), ApprovalOpen, x.Duty, x.Certificate, h); err != nil {
		return err
	}
	return o.carry(ctx, tx, move{act: ActReturn, next: InReview, holder: h, note: reason, verb: "document.returned", what: store.Say("Trả lại {name} ({title}) xem xét lại.", "name", h.PersonName, "title", h.Title),
		tell: store.Say("Văn bản “{subject}” bị trả lại: {reason}", "subject", o.Subject, "reason", reason), notify: []int64{int64(h.PersonID), o.DrafterID}})
}

var sqlSkipOpen = store.SQL(`UPDATE documents_approvals SET state = 'skipped', at_us = $1 WHERE agency_id = $2 AND id = $3 AND state = 'open'`)
