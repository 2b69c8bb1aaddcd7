package org

import (
	"context"

	"congvu/internal/calendar"
	"congvu/internal/i18n"
	"congvu/internal/store"
)

// Kinds of standing in for somebody.
const (
	StandInAssistant = "assistant" // an assistant of a leader (D12.3)
	StandInAbsence   = "absence"   // somebody covers while the other is away (I5.4); without a deputy: only the absence is known
)

// Scopes of standing in, each with those before it. None of them ever signs.
const (
	ScopeSight   = "sight"
	ScopePrepare = "prepare" // prepares directions that the other confirms
	ScopeDirect  = "direct"  // directs in the other's name
)

// StandIn is one post standing in for another for a term.
type StandIn struct {
	ID        int64
	AgencyID  AgencyID
	Kind      string
	Principal HoldingID
	Deputy    HoldingID // 0 = nobody covers
	Scope     string
	Reason    string // of an absence, or the text that assigns an assistant
	ValidFrom calendar.Date
	ValidTo   calendar.Date
}

// StandInForm is what is typed about standing in.
type StandInForm struct {
	Kind      string
	Principal HoldingID
	Deputy    HoldingID
	Scope     string
	Reason    string
	ValidFrom calendar.Date
	ValidTo   calendar.Date
}

const standInColumns = `s.id, s.agency_id, s.kind, s.principal, s.deputy, s.scope, s.reason, s.valid_from, s.valid_to`

var (
	sqlPutStandIn = store.SQL(`INSERT INTO org_standins (agency_id, id, kind, principal, deputy, scope, reason, valid_from, valid_to) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`)
	sqlEndStandIn = store.SQL(`UPDATE org_standins SET valid_to = $1 WHERE agency_id = $2 AND id = $3 AND (valid_to = '' OR valid_to > $1)`)
	sqlStandIns   = store.SQL(`SELECT ` + standInColumns + ` FROM org_standins s WHERE s.agency_id = $1 AND (s.valid_to = '' OR s.valid_to >= $2) ORDER BY s.valid_from DESC, s.id LIMIT 500`)
	sqlStandIn    = store.SQL(`SELECT ` + standInColumns + ` FROM org_standins s WHERE s.agency_id = $1 AND s.id = $2`)
	sqlStandsFor  = store.SQL(`SELECT ` + standInColumns + ` FROM org_standins s WHERE s.agency_id = $1 AND s.deputy = $2 AND s.valid_from <= $3 AND (s.valid_to = '' OR s.valid_to >= $3) ORDER BY s.id`)
)

// MayArrangeStandIn tells who says who stands in for a post: its holder himself, the agency's administrator.
func MayArrangeStandIn(a store.Actor, agency AgencyID, principal HoldingID) bool {
	return MayAdminister(a, agency) || a.For == 0 && a.Holding == int64(principal) && a.Agency == int64(agency)
}

// SetStandIn enters that one post stands in for another. Both are of the actor's agency; an absence has an end.
func SetStandIn(ctx context.Context, tx *store.Tx, f StandInForm) (*StandIn, error) {
	a := tx.Actor()
	agency, now := AgencyID(a.Agency), Today(tx.Now())
	if !MayArrangeStandIn(a, agency, f.Principal) {
		return nil, store.Refuse(store.Forbidden, "Chỉ chính người giữ chức vụ và quản trị của cơ quan được cử người làm thay.")
	}
	if f.ValidFrom.IsZero() {
		f.ValidFrom = now
	}
	f.Reason = i18n.CleanLine(f.Reason)
	var p store.Problems
	principal, err := HoldingAt(ctx, tx, f.Principal, now)
	if err != nil || principal.AgencyID != agency {
		p.Add("principal", "Chọn người được làm thay, đang giữ chức vụ trong cơ quan.")
	}
	f.check(&p)
	name := ""
	var notify []int64
	if f.Deputy != 0 {
		deputy, err := HoldingAt(ctx, tx, f.Deputy, now)
		switch {
		case err != nil || deputy.AgencyID != agency:
			p.Add("deputy", "Chọn người làm thay, đang giữ chức vụ trong cơ quan.")
		case principal != nil && deputy.PersonID == principal.PersonID:
			p.Add("deputy", "Một người không làm thay chính mình. Hãy chọn người khác.")
		default:
			name, notify = deputy.PersonName, []int64{int64(deputy.PersonID), int64(personOf(principal))}
		}
	}
	if err := p.Err(); err != nil {
		return nil, err
	}
	s := &StandIn{ID: tx.NewID(), AgencyID: agency, Kind: f.Kind, Principal: f.Principal, Deputy: f.Deputy, Scope: f.Scope, Reason: f.Reason, ValidFrom: f.ValidFrom, ValidTo: f.ValidTo}
	if err := tx.Put(ctx, sqlPutStandIn, s.AgencyID, s.ID, s.Kind, s.Principal, s.Deputy, s.Scope, s.Reason, s.ValidFrom, s.ValidTo); err != nil {
		return nil, err
	}
	return s, tx.Record(store.Event{Verb: "standin.set", Agency: a.Agency, Ref: ref("standin", s.ID), Title: principal.PersonName, Notify: notify, Data: s,
		Text: store.Say("{deputy} làm thay {principal} từ ngày {from}: {reason}", "deputy", name, "principal", principal.PersonName, "from", s.ValidFrom, "reason", s.Reason)})
}

func personOf(h *Holding) PersonID {
	if h == nil {
		return 0
	}
	return h.PersonID
}

func (f *StandInForm) check(p *store.Problems) {
	switch f.Kind {
	case StandInAssistant:
		if f.Deputy == 0 {
			p.Add("deputy", "Chọn trợ lý, thư ký.")
		}
	case StandInAbsence:
		if f.ValidTo.IsZero() {
			p.Add("valid_to", "Vắng mặt cần có ngày kết thúc.")
		}
	default:
		p.Add("kind", "Chọn trợ lý giúp việc hoặc làm thay khi vắng mặt.")
	}
	if f.Scope != ScopeSight && f.Scope != ScopePrepare && f.Scope != ScopeDirect {
		p.Add("scope", "Chọn phạm vi: xem, chuẩn bị ý kiến hoặc ghi ý kiến chỉ đạo.")
	}
	if n := len([]rune(f.Reason)); n == 0 || n > 300 {
		p.Add("reason", "Nhập lý do hoặc văn bản phân công, tối đa 300 ký tự.")
	}
	if !f.ValidFrom.Valid() || !f.ValidTo.IsZero() && (!f.ValidTo.Valid() || f.ValidTo.Before(f.ValidFrom)) {
		p.Add("valid_to", "Ngày kết thúc phải từ ngày bắt đầu trở đi.")
	}
}

// EndStandIn ends it at once: yesterday was its last day.
func EndStandIn(ctx context.Context, tx *store.Tx, id int64) error {
	a := tx.Actor()
	s, ok, err := store.Maybe[StandIn](ctx, tx, sqlStandIn, a.Agency, id)
	if err == nil && (!ok || !MayArrangeStandIn(a, s.AgencyID, s.Principal)) {
		err = store.Refuse(store.NotFound, "Không tìm thấy việc làm thay này.")
	}
	if err != nil {
		return err
	}
	if err := tx.Put(ctx, sqlEndStandIn, Today(tx.Now()).AddDays(-1), a.Agency, id); err != nil {
		return err
	}
	return tx.Record(store.Event{Verb: "standin.ended", Agency: a.Agency, Ref: ref("standin", id)})
}

// StandIns lists who stands in for whom in the actor's agency, now and later: all for its administrator and its registry, his own for others.
func StandIns(ctx context.Context, r store.Reader, a store.Actor, at calendar.Date) ([]StandIn, error) {
	all, err := store.All[StandIn](ctx, r, sqlStandIns, a.Agency, at)
	var out []StandIn
	for _, s := range all {
		if MayAdminister(a, s.AgencyID) || a.Roles.Has(store.Clerk) || int64(s.Principal) == a.Holding || int64(s.Deputy) == a.Holding {
			out = append(out, s)
		}
	}
	return out, err
}

// StandsFor lists for whom a post stands in on a date.
func StandsFor(ctx context.Context, r store.Reader, agency AgencyID, deputy HoldingID, at calendar.Date) ([]StandIn, error) {
	return store.All[StandIn](ctx, r, sqlStandsFor, agency, deputy, at)
}

// Standing is a post as its stand-in sees it.
type Standing struct {
	StandIn
	Post Holding // of the one who is stood in for
}

// Standings lists the posts for which a person's posts stand in on a date, those still held.
func Standings(ctx context.Context, r store.Reader, posts []Holding, at calendar.Date) ([]Standing, error) {
	var out []Standing
	for _, p := range posts {
		all, err := StandsFor(ctx, r, p.AgencyID, p.ID, at)
		if err != nil {
			return nil, err
		}
		for _, s := range all {
			if h, err := HoldingAt(ctx, r, s.Principal, at); err == nil {
				out = append(out, Standing{s, *h})
			}
		}
	}
	return out, nil
}

// ActorFor is who acts while standing in: the deputy himself, in his own post, with the sight and the directing of the other, never with a
// right to sign, to number, to administer or to be confirmed for it.
func (s Standing) ActorFor(person int64) store.Actor {
	roles := s.Post.Roles & (store.UnitHead | store.Specialist)
	if s.Post.Roles.Has(store.Leader | store.Head) {
		roles |= store.Assistant // sees what is submitted, and directs in the leader's name
	}
	return store.Actor{Person: person, Holding: int64(s.Deputy), Agency: int64(s.AgencyID), Unit: int64(s.Post.UnitID), Roles: roles,
		For: int64(s.Post.PersonID), ForHolding: int64(s.Principal)}
}
