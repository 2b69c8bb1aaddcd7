package documents

import (
	"context"

	"congvu/internal/org"
	"congvu/internal/store"
)

// ApprovalState is where one step of the way to the signer stands.
type ApprovalState string

// The states of a step. What was done stays; a change of what it stood for makes it void (D8.4).
const (
	ApprovalWaiting  ApprovalState = "waiting"
	ApprovalOpen     ApprovalState = "open"
	ApprovalDone     ApprovalState = "done"
	ApprovalReturned ApprovalState = "returned"
	ApprovalSkipped  ApprovalState = "skipped"
	ApprovalVoid     ApprovalState = "void"
)

var approvalLabels = map[ApprovalState]string{ApprovalWaiting: "Chưa đến bước", ApprovalOpen: "Đang xem xét", ApprovalDone: "Đã duyệt", ApprovalReturned: "Đã trả lại", ApprovalSkipped: "Không thực hiện", ApprovalVoid: "Hết hiệu lực do sửa"}

// Label is the state in Vietnamese, a key of i18n.
func (s ApprovalState) Label() string { return approvalLabels[s] }

// Reason lets a sentence name the state in the reader's language.
func (s ApprovalState) Reason() (string, map[string]any) { return s.Label(), nil }

// Duty is what a reviewer answers for (NĐ 30/2020 art. 12).
type Duty string

// The duties.
const (
	DutyContent Duty = "content" // art. 12.1: head of the drafting unit (D8.5)
	DutyLayout  Duty = "layout"  // art. 12.2: who is in charge of layout and procedure (D8.6)
	DutyReview  Duty = "review"  // a deputy, before it reaches the signer
)

var dutyLabels = map[Duty]string{DutyContent: "Duyệt nội dung", DutyLayout: "Duyệt thể thức", DutyReview: "Xem xét trước khi ký"}

// Label is the duty in Vietnamese, a key of i18n; "" for what is none.
func (d Duty) Label() string { return dutyLabels[d] }

// Reason lets a sentence name the duty in the reader's language.
func (d Duty) Reason() (string, map[string]any) { return d.Label(), nil }

// How initials were given (S9.7).
const (
	InitialsPlain       = "initials_plain"
	InitialsCertificate = "initials_certificate"
)

// Approval is one step of a document's way to its signer. Steps of one stage stand side by side.
type Approval struct {
	ID, OutgoingID int64
	Round          int64 // each submission is a round of its own
	Stage          int64
	State          ApprovalState
	Duty           Duty
	HolderHolding  int64
	HolderPerson   int64
	HolderName     string
	HolderTitle    string
	Certificate    bool   // initials with a certificate are asked for
	Method         string // of the initials, once given
	Words          string
	VoidWords      string
	Version        int64         // of the file that was approved
	DoneAt         store.Instant `db:"done_us"`
	At             store.Instant `db:"at_us"`
}

const approvalColumns = `id, outgoing_id, round, stage, state, duty, holder_holding, holder_person, holder_name, holder_title, certificate, method, words, void_words, version, done_us, at_us`

var (
	sqlPutApproval = store.SQL(`INSERT INTO documents_approvals (agency_id, id, outgoing_id, round, stage, state, duty, holder_holding, holder_person, holder_name, holder_title, certificate, method, words, void_words,
		version, done_us, at_us) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, '', '', '', 0, 0, $13)`)
	sqlApprovals     = store.SQL(`SELECT ` + approvalColumns + ` FROM documents_approvals WHERE agency_id = $1 AND outgoing_id = $2 ORDER BY round, stage, id`)
	sqlOpenApprovals = store.SQL(`SELECT holder_holding FROM documents_approvals WHERE agency_id = $1 AND outgoing_id = $2 AND state = 'open' ORDER BY stage, id`)
	sqlOpenStep      = store.SQL(`UPDATE documents_approvals SET state = 'open', at_us = $1 WHERE agency_id = $2 AND id = $3 AND state = 'waiting'`)
	sqlDoneStep      = store.SQL(`UPDATE documents_approvals SET state = 'done', method = $1, words = $2, version = $3, done_us = $4, at_us = $4 WHERE agency_id = $5 AND id = $6 AND state = 'open'`)
	sqlReturnedStep  = store.SQL(`UPDATE documents_approvals SET state = 'returned', words = $1, version = $2, done_us = $3, at_us = $3 WHERE agency_id = $4 AND id = $5 AND state = 'open'`)
	sqlEndSteps      = store.SQL(`UPDATE documents_approvals SET state = 'skipped', at_us = $1 WHERE agency_id = $2 AND outgoing_id = $3 AND state IN ('waiting', 'open')`)
	sqlVoidStep      = store.SQL(`UPDATE documents_approvals SET state = 'void', void_words = $1, at_us = $2 WHERE agency_id = $3 AND id = $4 AND state = 'done'`)
	sqlSkipStep      = store.SQL(`UPDATE documents_approvals SET state = 'skipped', void_words = $1, at_us = $2 WHERE agency_id = $3 AND id = $4 AND state = 'waiting'`)
)

// Approvals gives every step of a document's way to its signer, of every round, in order, to those who may see the document (D8.12).
func Approvals(ctx context.Context, r store.Reader, a store.Actor, outgoing int64) ([]Approval, error) {
	o, err := FindOutgoing(ctx, r, a, outgoing)
	if err != nil {
		return nil, err
	}
	return store.All[Approval](ctx, r, sqlApprovals, o.AgencyID, o.ID)
}

// round gives the steps of the newest round of a document and its number, 0 when it was never submitted.
func (o *Outgoing) round(ctx context.Context, r store.Reader) ([]Approval, int64, error) {
	all, err := store.All[Approval](ctx, r, sqlApprovals, o.AgencyID, o.ID)
	if err != nil || len(all) == 0 {
		return nil, 0, err
	}
	n := all[len(all)-1].Round
	i := 0
	for all[i].Round != n {
		i++
	}
	return all[i:], n, nil
}

// stageWidth leaves room between the stages of a plan for steps that are put in later.
const stageWidth = 100

// putStep adds a step to a round.
func (o *Outgoing) putStep(ctx context.Context, tx *store.Tx, round, stage int64, state ApprovalState, duty Duty, certificate bool, h *org.Holding) error {
	if err := takePart(ctx, tx, o, int64(h.PersonID)); err != nil {
		return err
	}
	return tx.Put(ctx, sqlPutApproval, o.AgencyID, tx.NewID(), o.ID, round, stage, state, duty, h.ID, h.PersonID, h.PersonName, h.Title, certificate, tx.Now())
}

// begun writes the steps of a new round; those of its first stage are open. It gives who holds the document then, and whom to tell.
func (o *Outgoing) begun(ctx context.Context, tx *store.Tx, plan []plannedStep) (*org.Holding, []int64, error) {
	_, n, err := o.round(ctx, tx)
	if err != nil {
		return nil, nil, err
	}
	var first *org.Holding
	var told []int64
	least := plan[0].stage
	for _, p := range plan {
		least = min(least, p.stage)
	}
	for _, p := range plan {
		state := ApprovalWaiting
		if p.stage == least {
			state = ApprovalOpen
			told = append(told, int64(p.holder.PersonID))
			if first == nil {
				first = p.holder
			}
		}
		if err := o.putStep(ctx, tx, n+1, p.stage*stageWidth, state, p.duty, p.certificate, p.holder); err != nil {
			return nil, nil, err
		}
	}
	return first, told, nil
}

// stepDone closes the actor's own step and finds what comes next: others of the stage, the next stage, or nothing (to the signer). next puts a step in
// before what follows.
func (o *Outgoing) stepDone(ctx context.Context, tx *store.Tx, words, method string, next *org.Holding) (mine *Approval, holder *org.Holding, told []int64, err error) {
	all, n, err := o.round(ctx, tx)
	if err != nil {
		return nil, nil, nil, err
	}
	a := tx.Actor()
	stage := int64(0)
	for i := range all {
		if all[i].State == ApprovalOpen && all[i].HolderHolding == a.Holding {
			mine, stage = &all[i], all[i].Stage
			break
		}
	}
	if mine == nil { // the document came into these hands on another way: as the signer who asked for another, or before steps were kept
		me, err := colleague(ctx, tx, "", org.HoldingID(a.Holding))
		if err != nil {
			return nil, nil, nil, err
		}
		for _, x := range all {
			stage = max(stage, x.Stage)
		}
		if err := o.putStep(ctx, tx, max(n, 1), stage+1, ApprovalOpen, DutyReview, false, me); err != nil {
			return nil, nil, nil, err
		}
		if all, n, err = o.round(ctx, tx); err != nil {
			return nil, nil, nil, err
		}
		mine, stage = &all[len(all)-1], stage+1
	}
	if mine.Certificate && method != InitialsCertificate {
		return nil, nil, nil, store.Refuse(store.Conflict, "Bước này cần ký nháy bằng chứng thư số. Dự thảo được giữ nguyên; hãy chọn ký nháy số.")
	}
	if err = tx.Put(ctx, sqlDoneStep, method, words, o.Version, tx.Now(), o.AgencyID, mine.ID); err != nil {
		return nil, nil, nil, err
	}
	if next != nil {
		if err = o.putStep(ctx, tx, n, stage+1, ApprovalWaiting, DutyReview, false, next); err != nil {
			return nil, nil, nil, err
		}
	}
	holder, told, err = o.advance(ctx, tx)
	return mine, holder, told, err
}

// advance opens the next stage when nobody of the present one is left; holder is nil when the way is over.
func (o *Outgoing) advance(ctx context.Context, tx *store.Tx) (holder *org.Holding, told []int64, err error) {
	all, _, err := o.round(ctx, tx)
	if err != nil {
		return nil, nil, err
	}
	stage := int64(-1)
	for _, x := range all {
		if x.State == ApprovalOpen {
			holder, err = colleague(ctx, tx, "next", org.HoldingID(x.HolderHolding))
			return holder, nil, err
		}
		if x.State == ApprovalWaiting && (stage < 0 || x.Stage < stage) {
			stage = x.Stage
		}
	}
	for _, x := range all {
		if x.State != ApprovalWaiting || x.Stage != stage {
			continue
		}
		h, err := colleague(ctx, tx, "next", org.HoldingID(x.HolderHolding))
		if err != nil {
			return nil, nil, err
		}
		if err := tx.Put(ctx, sqlOpenStep, tx.Now(), o.AgencyID, x.ID); err != nil {
			return nil, nil, err
		}
		if holder == nil {
			holder = h
		}
		told = append(told, int64(h.PersonID))
	}
	return holder, told, nil
}

// endSteps closes what is left of a round: the actor's own step is returned, the others are not taken.
func (o *Outgoing) endSteps(ctx context.Context, tx *store.Tx, reason string, returned bool) error {
	all, _, err := o.round(ctx, tx)
	if err != nil {
		return err
	}
	for _, x := range all {
		if returned && x.State == ApprovalOpen && x.HolderHolding == tx.Actor().Holding {
			if err := tx.Put(ctx, sqlReturnedStep, reason, o.Version, tx.Now(), o.AgencyID, x.ID); err != nil {
				return err
			}
		}
	}
	_, err = tx.Exec(ctx, sqlEndSteps, tx.Now(), o.AgencyID, o.ID)
	return err
}

// voidApprovals makes the approvals of the round void that a change concerns, and says so to who gave them (D8.4). all: whatever they stood for.
func (o *Outgoing) voidApprovals(ctx context.Context, tx *store.Tx, why store.Message, concerns func(Approval) bool) error {
	if o.State != InReview && o.State != AwaitingSignature {
		return nil
	}
	steps, _, err := o.round(ctx, tx)
	if err != nil {
		return err
	}
	var told []int64
	for _, x := range steps {
		if x.State != ApprovalDone || !concerns(x) {
			continue
		}
		if err := tx.Put(ctx, sqlVoidStep, why.Text, tx.Now(), o.AgencyID, x.ID); err != nil {
			return err
		}
		if err := step(ctx, tx, o.AgencyID, o.Ref(), Step{Act: "approval_void", What: store.Say("{duty} của {name} hết hiệu lực: {why}", "duty", store.Say(x.Duty.Label()), "name", x.HolderName, "why", why), Version: o.Version}); err != nil {
			return err
		}
		if x.HolderPerson != tx.Actor().Person {
			told = append(told, x.HolderPerson)
		}
	}
	if len(told) == 0 {
		return nil
	}
	return tx.Record(store.Event{Verb: "document.approvals_voided", Agency: o.AgencyID, Ref: o.Ref(), Title: o.Title(), Notify: told,
		Text: store.Say("Ý kiến duyệt của ông/bà về dự thảo “{subject}” hết hiệu lực vì dự thảo đã được sửa.", "subject", o.Subject)})
}

func anyDuty(Approval) bool           { return true }
func byLayout(x Approval) bool        { return x.Duty == DutyLayout || x.Method == InitialsCertificate }
func withCertificate(x Approval) bool { return x.Method == InitialsCertificate }
