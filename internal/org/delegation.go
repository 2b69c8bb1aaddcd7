package org

import (
	"context"
	"errors"
	"slices"
	"strings"

	"congvu/internal/calendar"
	"congvu/internal/i18n"
	"congvu/internal/store"
)

// Delegation lets one post sign for another: KT. (a deputy's assigned fields), TL. (by order) or TUQ. (by authorisation, in writing, limited; D6.4–D6.6).
type Delegation struct {
	ID          int64
	AgencyID    AgencyID
	Capacity    string // KT, TL, TUQ
	FromHolding HoldingID
	ToHolding   HoldingID
	Types       string // document type codes separated by spaces; "" = every type (not for TUQ)
	Reference   string // the text that delegates
	ValidFrom   calendar.Date
	ValidTo     calendar.Date
}

// DelegationForm is what an administrator types about a delegation.
type DelegationForm struct {
	AgencyID    AgencyID
	Capacity    string
	FromHolding HoldingID
	ToHolding   HoldingID
	Types       []string
	Reference   string
	ValidFrom   calendar.Date
	ValidTo     calendar.Date
}

var (
	sqlDelegate      = store.SQL(`INSERT INTO org_delegations (agency_id, id, capacity, from_holding, to_holding, types, reference, valid_from, valid_to) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`)
	sqlDelegations   = store.SQL(`SELECT id, agency_id, capacity, from_holding, to_holding, types, reference, valid_from, valid_to FROM org_delegations WHERE agency_id = $1 AND valid_from <= $2 AND (valid_to = '' OR valid_to >= $2) ORDER BY id`)
	sqlEndDelegation = store.SQL(`UPDATE org_delegations SET valid_to = $1 WHERE agency_id = $2 AND id = $3 AND (valid_to = '' OR valid_to > $1)`)
)

// Delegate enters a delegation. TUQ. needs an end, a reference and named types, and is never passed on (D6.6).
func Delegate(ctx context.Context, tx *store.Tx, f DelegationForm) (*Delegation, error) {
	if err := administered(tx.Actor(), f.AgencyID); err != nil {
		return nil, err
	}
	f.Reference = i18n.CleanLine(f.Reference)
	if f.ValidFrom.IsZero() {
		f.ValidFrom = calendar.DateOf(tx.Now().Time())
	}
	var p store.Problems
	from, errFrom := HoldingAt(ctx, tx, f.FromHolding, f.ValidFrom)
	to, errTo := HoldingAt(ctx, tx, f.ToHolding, f.ValidFrom)
	if errFrom != nil || from.AgencyID != f.AgencyID {
		p.Add("from", "Chọn người giao quyền ký thuộc cơ quan này.")
	} else if from.Rank != RankHead && !from.Roles.Has(store.Head) {
		p.Add("from", "Chỉ người đứng đầu cơ quan giao quyền ký.")
	}
	if errTo != nil || to.AgencyID != f.AgencyID {
		p.Add("to", "Chọn người được giao quyền ký thuộc cơ quan này.")
	} else if mayReceive[f.Capacity] != nil && !slices.Contains(mayReceive[f.Capacity], to.Rank) {
		p.Add("to", "Chức vụ {title} không được ký theo hình thức này.", "title", to.Title)
	}
	if mayReceive[f.Capacity] == nil {
		p.Add("capacity", "Chọn hình thức: ký thay (KT.), thừa lệnh (TL.) hoặc thừa ủy quyền (TUQ.).")
	}
	if f.Reference == "" {
		p.Add("reference", "Nhập văn bản giao quyền ký.")
	}
	if !f.ValidTo.IsZero() && (!f.ValidTo.Valid() || f.ValidTo.Before(f.ValidFrom)) {
		p.Add("valid_to", "Ngày kết thúc phải từ ngày bắt đầu trở đi.")
	}
	if f.Capacity == "TUQ" && f.ValidTo.IsZero() {
		p.Add("valid_to", "Thừa ủy quyền phải có thời hạn (NĐ 30/2020, điều 13).")
	}
	f.Types = strings.Fields(strings.Join(f.Types, " "))
	if f.Capacity != "KT" && len(f.Types) == 0 {
		p.Add("types", "Chọn các loại văn bản được ký.")
	}
	if err := p.Err(); err != nil {
		return nil, err
	}
	d := Delegation{ID: tx.NewID(), AgencyID: f.AgencyID, Capacity: f.Capacity, FromHolding: f.FromHolding, ToHolding: f.ToHolding, Types: strings.Join(f.Types, " "),
		Reference: f.Reference, ValidFrom: f.ValidFrom, ValidTo: f.ValidTo}
	if err := tx.Put(ctx, sqlDelegate, d.AgencyID, d.ID, d.Capacity, d.FromHolding, d.ToHolding, d.Types, d.Reference, d.ValidFrom, d.ValidTo); err != nil {
		return nil, err
	}
	return &d, tx.Record(store.Event{Verb: "delegation.given", Agency: int64(f.AgencyID), Ref: ref("delegation", d.ID), Title: to.PersonName,
		Text: store.Say("{from} giao ông/bà ký {capacity}. theo {reference}.", "from", from.PersonName, "capacity", d.Capacity, "reference", d.Reference), Notify: []int64{int64(to.PersonID)}, Data: d})
}

// mayReceive tells which ranks may sign in a capacity: deputies KT., heads of units TL. and TUQ. (their deputies TL. with KT. below it).
var mayReceive = map[string][]Rank{"KT": {RankDeputy}, "TL": {RankUnitHead, RankUnitDeputy}, "TUQ": {RankUnitHead}}

// EndDelegation ends a delegation after its last day.
func EndDelegation(ctx context.Context, tx *store.Tx, agency AgencyID, id int64, on calendar.Date) error {
	if err := administered(tx.Actor(), agency); err != nil {
		return err
	}
	if !on.Valid() {
		return store.RefuseField("on", "Nhập ngày cuối cùng của việc giao quyền ký.")
	}
	if err := tx.Put(ctx, sqlEndDelegation, on, agency, id); err != nil {
		return err
	}
	return tx.Record(store.Event{Verb: "delegation.ended", Agency: int64(agency), Ref: ref("delegation", id), Data: map[string]any{"on": on}})
}

// Delegations lists those in force in an agency on a date.
func Delegations(ctx context.Context, r store.Reader, agency AgencyID, at calendar.Date) ([]Delegation, error) {
	return store.All[Delegation](ctx, r, sqlDelegations, agency, at)
}

// DelegationsSeen lists those in force in the actor's agency: all for its administrator, its registry and its leaders, who answer for signatures; for
// others those of their own post.
func DelegationsSeen(ctx context.Context, r store.Reader, a store.Actor, at calendar.Date) ([]Delegation, error) {
	all, err := Delegations(ctx, r, AgencyID(a.Agency), at)
	var out []Delegation
	for _, d := range all {
		if MayAdminister(a, d.AgencyID) || a.Roles.Has(store.Clerk|store.Leader|store.Head) || int64(d.FromHolding) == a.Holding || int64(d.ToHolding) == a.Holding {
			out = append(out, d)
		}
	}
	return out, err
}

// Capacity is one way in which a post may sign (NĐ 30/2020 art. 13; D6).
type Capacity struct {
	Code       string   // "", TM, Q, KT, TL, TUQ
	Lines      []string // printed above the signature, the last one is the signer's office line in most forms: "TM. ỦY BAN NHÂN DÂN", "KT. CHỦ TỊCH"
	Position   string   // the signer's position in capitals: "PHÓ CHỦ TỊCH"
	Delegation int64    // the delegation it rests on, 0 = the post itself
}

// Capacities gives every capacity in which a post may sign a type of document on a date, the most usual first; none when it may not sign (D6.7).
func Capacities(ctx context.Context, r store.Reader, holding HoldingID, typeCode string, at calendar.Date) ([]Capacity, error) {
	h, err := HoldingAt(ctx, r, holding, at)
	if err != nil {
		return nil, err
	}
	a, err := AgencyAt(ctx, r, h.AgencyID, at)
	if err != nil {
		return nil, err
	}
	given, fields, err := received(ctx, r, h, typeCode, at)
	if err != nil {
		return nil, err
	}
	head := strings.ToUpper(a.HeadTitle)
	if head == "" {
		head = "THỦ TRƯỞNG"
	}
	var whole []string // the collective's line stands above the others (D6.2)
	if a.Collective {
		name := a.CollectiveName
		if name == "" {
			name = a.Name
		}
		whole = []string{"TM. " + strings.ToUpper(name)}
	}
	position := strings.ToUpper(h.Title)
	under := func(prefix string) []string { return append(slices.Clone(whole), prefix+" "+head) }
	var out []Capacity
	switch h.Rank {
	case RankHead:
		switch {
		case h.Kind == Acting:
			out = append(out, Capacity{Code: "Q", Lines: whole, Position: "Q. " + head})
		case a.Collective:
			out = append(out, Capacity{Code: "TM", Lines: whole, Position: head})
		default:
			out = append(out, Capacity{Position: position})
		}
	case RankDeputy:
		var by int64
		for _, d := range given {
			if d.Capacity == "KT" {
				by = d.ID
			}
		}
		if !fields || by != 0 || h.Kind == InCharge { // put in charge, a deputy signs everything (D6.4)
			out = append(out, Capacity{Code: "KT", Lines: under("KT."), Position: position, Delegation: by})
		}
	case RankUnitHead, RankUnitDeputy:
		for _, d := range given {
			lines := []string{d.Capacity + ". " + head}
			if h.Rank == RankUnitDeputy {
				if d.Capacity != "TL" {
					continue
				}
				lines = append(lines, "KT. "+unitHeadTitle(h.Title))
			}
			out = append(out, Capacity{Code: d.Capacity, Lines: lines, Position: position, Delegation: d.ID})
		}
	}
	return out, nil
}

// received gives the delegations under which a post may sign a type, and whether a deputy was assigned fields at all: then only those are his
// (D6.4). An authorisation ends with the post of the person who gave it (D6.6).
func received(ctx context.Context, r store.Reader, h *Holding, typeCode string, at calendar.Date) (given []Delegation, fields bool, err error) {
	all, err := Delegations(ctx, r, h.AgencyID, at)
	if err != nil {
		return nil, false, err
	}
	for _, d := range all {
		if d.ToHolding != h.ID {
			continue
		}
		fields = fields || d.Capacity == "KT"
		if !d.covers(typeCode) {
			continue
		}
		if d.Capacity == "TUQ" {
			if _, err := HoldingAt(ctx, r, d.FromHolding, at); errors.Is(err, store.NotFound) {
				continue
			} else if err != nil {
				return nil, false, err
			}
		}
		given = append(given, d)
	}
	return given, fields, nil
}

// unitHeadTitle is the office that a deputy of a unit signs for: "Phó Trưởng phòng" signs for "TRƯỞNG PHÒNG".
func unitHeadTitle(deputy string) string {
	return strings.TrimPrefix(strings.ToUpper(deputy), "PHÓ ")
}

func (d Delegation) covers(typeCode string) bool {
	return d.Types == "" || typeCode == "" || slices.Contains(strings.Fields(d.Types), typeCode)
}
