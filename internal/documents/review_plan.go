package documents

import (
	"context"

	"congvu/internal/org"
	"congvu/internal/store"
)

// PlanStep is one line of an agency's "quy trình trình ký": data, for every type or for one.
type PlanStep struct {
	Stage       int64 // from 1; equal stages stand side by side
	Duty        Duty
	Whom        string // WhomUnitHead or WhomPost
	Post        int64  `db:"holder_holding"`
	Certificate bool   // initials with a certificate
}

// Who takes a planned step.
const (
	WhomUnitHead = "unit_head" // who heads the drafting unit
	WhomPost     = "post"
)

const mostPlanSteps = 20

var (
	sqlPlan     = store.SQL(`SELECT stage, duty, whom, holder_holding, certificate FROM documents_approval_steps WHERE agency_id = $1 AND type_code = $2 ORDER BY stage, ordinal`)
	sqlDropPlan = store.SQL(`DELETE FROM documents_approval_steps WHERE agency_id = $1 AND type_code = $2`)
	sqlPutPlan  = store.SQL(`INSERT INTO documents_approval_steps (agency_id, type_code, ordinal, stage, duty, whom, holder_holding, certificate) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`)
)

// MayPlanApprovals tells who sets the way of drafts to their signers: the head, the registry and the administrator of the agency.
func MayPlanApprovals(a store.Actor) bool {
	return a.For == 0 && a.Holding != 0 && a.Roles.Has(store.Head|store.Clerk|store.AgencyAdmin)
}

// ApprovalPlan gives the planned steps of a type; "" is the plan of every type that has none of its own. Everybody of the agency may read it.
func ApprovalPlan(ctx context.Context, r store.Reader, a store.Actor, typeCode string) ([]PlanStep, error) {
	if typeCode != "" {
		if _, err := FindType(ctx, r, typeCode); err != nil {
			return nil, err
		}
	}
	return store.All[PlanStep](ctx, r, sqlPlan, a.Agency, typeCode)
}

// SetApprovalPlan replaces the planned steps of a type; no steps: drafts go to whom the drafter names. It concerns drafts submitted from now on.
func SetApprovalPlan(ctx context.Context, tx *store.Tx, typeCode string, steps []PlanStep) error {
	a := tx.Actor()
	if !MayPlanApprovals(a) {
		return store.Refuse(store.Forbidden, "Chỉ người đứng đầu, văn thư hoặc quản trị của cơ quan đặt quy trình trình ký.")
	}
	title := ""
	if typeCode != "" {
		kind, err := FindType(ctx, tx, typeCode)
		if err != nil {
			return err
		}
		title = kind.Name
	}
	if len(steps) > mostPlanSteps {
		return store.RefuseField("steps", "Quy trình có nhiều nhất {most} bước.", "most", mostPlanSteps)
	}
	if _, err := tx.Exec(ctx, sqlDropPlan, a.Agency, typeCode); err != nil {
		return err
	}
	for i, s := range steps {
		if s.Stage < 1 || s.Stage > mostPlanSteps || s.Duty.Label() == "" || s.Whom != WhomUnitHead && s.Whom != WhomPost {
			return store.RefuseField("steps", "Bước thứ {n} chưa đủ thứ tự, trách nhiệm hoặc người thực hiện.", "n", i+1)
		}
		if s.Whom == WhomPost {
			if _, err := colleague(ctx, tx, "steps", org.HoldingID(s.Post)); err != nil {
				return err
			}
		} else {
			s.Post = 0
		}
		if err := tx.Put(ctx, sqlPutPlan, a.Agency, typeCode, i+1, s.Stage, s.Duty, s.Whom, s.Post, s.Certificate); err != nil {
			return err
		}
	}
	return tx.Record(store.Event{Verb: "approval_plan.set", Agency: a.Agency, Title: title, Data: map[string]any{"type": typeCode, "steps": steps}})
}

// plannedStep is a step with who takes it.
type plannedStep struct {
	stage       int64
	duty        Duty
	certificate bool
	holder      *org.Holding
}

// ProposedStep is a step as the drafter sees it before he submits.
type ProposedStep struct {
	Stage       int64
	Duty        Duty
	Name, Title string
	Certificate bool
}

// ProposedApprovals gives the steps that a draft will go if it is submitted by the agency's plan; none when there is no plan for its type.
func ProposedApprovals(ctx context.Context, r store.Reader, a store.Actor, outgoing int64) ([]ProposedStep, error) {
	o, err := FindOutgoing(ctx, r, a, outgoing)
	if err != nil {
		return nil, err
	}
	plan, err := o.plan(ctx, r)
	out := []ProposedStep{}
	for _, p := range plan {
		out = append(out, ProposedStep{p.stage, p.duty, p.holder.PersonName, p.holder.Title, p.certificate})
	}
	return out, err
}

// plan resolves the agency's plan for a document: posts that nobody holds today, the drafter himself and the signer are left out.
func (o *Outgoing) plan(ctx context.Context, r store.Reader) ([]plannedStep, error) {
	steps, err := store.All[PlanStep](ctx, r, sqlPlan, o.AgencyID, o.TypeCode)
	if err == nil && len(steps) == 0 {
		steps, err = store.All[PlanStep](ctx, r, sqlPlan, o.AgencyID, "")
	}
	if err != nil || len(steps) == 0 {
		return nil, err
	}
	staff, err := org.Staff(ctx, r, org.AgencyID(o.AgencyID), nowOf(r))
	if err != nil {
		return nil, err
	}
	var out []plannedStep
	for _, s := range steps {
		for i := range staff {
			h := &staff[i]
			fits := s.Whom == WhomPost && int64(h.ID) == s.Post || s.Whom == WhomUnitHead && o.UnitID != 0 && int64(h.UnitID) == o.UnitID && h.Roles.Has(store.UnitHead)
			if fits && int64(h.PersonID) != o.DrafterID && int64(h.ID) != o.SignerHolding {
				out = append(out, plannedStep{s.Stage, s.Duty, s.Certificate, h})
				break
			}
		}
	}
	return out, nil
}

// dutyOf tells what somebody answers for whom the drafter named himself: the head of the drafting unit for the content, others review.
func (o *Outgoing) dutyOf(h *org.Holding) Duty {
	if o.UnitID != 0 && int64(h.UnitID) == o.UnitID && h.Roles.Has(store.UnitHead) {
		return DutyContent
	}
	return DutyReview
}
