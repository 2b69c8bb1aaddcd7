package org

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"

	"congvu/internal/calendar"
	"congvu/internal/store"
)

// Left is one thing that an agency holds, as the handover record lists it (I9.1).
type Left struct {
	Subject Subject
	Group   string // the heading it is listed under, a key of i18n
	Ref     string // "incoming/12"; "" = nothing that is entered anew
	Code    string
	Title   string
	From    calendar.Date
	To      calendar.Date
	Count   int64
	Due     calendar.Date
	Holder  string // who works on it
	Note    string
}

// How something is in the new agency.
const (
	Taken  = "taken"  // entered there
	Joined = "joined" // it was there already: the same document had come to both
)

// Taking tells where a thing of an agency that has ended is gone on with: each keeps "from" and "to" (I9.3).
type Taking struct {
	OldID      AgencyID
	OldRef     string
	NewID      AgencyID
	NewRef     string
	How        string
	At         store.Instant `db:"at_us"`
	PersonID   PersonID
	PersonName string
}

// TakeForm is what the successor's clerk decides for all that he takes over at once.
type TakeForm struct {
	Register int64     // in which received documents are entered; 0 = the usual one
	Post     HoldingID // who goes on with what nobody brings along himself; 0 = the clerk
}

// Take is one thing on its way into the agency of the transaction's actor.
type Take struct {
	TakeForm
	Old Agency
	ID  int64                             // of the thing, in the old agency
	As  func(ref string) (string, error)  // where another thing of the old agency is gone on with, "" = not yet
	For func(person int64) (int64, error) // the post that a person of the old agency holds here today, 0 = none
}

const takingColumns = `old_id, old_ref, new_id, new_ref, how, at_us, person_id, person_name`

var (
	sqlPutTaking = store.SQL(`INSERT INTO org_takings (old_id, old_ref, id, new_id, new_ref, how, at_us, person_id, person_name) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`)
	sqlTakings   = store.SQL(`SELECT ` + takingColumns + ` FROM org_takings WHERE old_id = $1 ORDER BY id`)
	sqlTaking    = store.SQL(`SELECT ` + takingColumns + ` FROM org_takings WHERE old_id = $1 AND old_ref = $2`)
	sqlTakenRef  = store.SQL(`SELECT ` + takingColumns + ` FROM org_takings WHERE new_id = $1 AND new_ref = $2 ORDER BY id`)
)

// TakingOf gives where a thing of an agency is gone on with; false when nobody took it.
func TakingOf(ctx context.Context, r store.Reader, old AgencyID, ref string) (Taking, bool, error) {
	return store.Maybe[Taking](ctx, r, sqlTaking, old, ref)
}

// CameFrom lists what of agencies that have ended goes on in a thing of an agency.
func CameFrom(ctx context.Context, r store.Reader, agency AgencyID, ref string) ([]Taking, error) {
	return store.All[Taking](ctx, r, sqlTakenRef, agency, ref)
}

// TakesOver tells whether an agency took a subject over from one that has ended.
func TakesOver(ctx context.Context, r store.Reader, by, old AgencyID, s Subject) (bool, error) {
	taker, found, err := TakerOf(ctx, r, old, s)
	return found && taker == by, err
}

// mayTake: the registry of the agency that was named for the subject, in its own post (I5.5, I7.3).
func mayTake(ctx context.Context, r store.Reader, a store.Actor, old AgencyID, s Subject) error {
	if !a.Roles.Has(store.Clerk) || a.For != 0 || a.Person == 0 {
		return store.Refuse(store.Forbidden, "Chỉ văn thư của cơ quan được thực hiện thao tác này.")
	}
	may, err := TakesOver(ctx, r, AgencyID(a.Agency), old, s)
	if err == nil && !may {
		err = store.Refuse(store.NotFound, "Không tìm thấy nội dung bàn giao này.")
	}
	return err
}

// LeftBy lists what an agency holds, by subject. It bounds nothing: callers have asked who wants to know.
func LeftBy(ctx context.Context, r store.Reader, agency AgencyID) ([]Left, error) {
	var out []Left
	for _, h := range holders {
		if h.List == nil {
			continue
		}
		some, err := h.List(ctx, r, agency)
		if err != nil {
			return nil, err
		}
		out = append(out, some...)
	}
	posts, err := postsLeft(ctx, r, agency)
	if err != nil {
		return nil, err
	}
	out = append(out, posts...)
	slices.SortStableFunc(out, func(a, b Left) int { return cmp.Compare(orderOf(a.Subject), orderOf(b.Subject)) })
	return out, nil
}

func orderOf(s Subject) int {
	for i, x := range Subjects {
		if x.Subject == s {
			return i
		}
	}
	return len(Subjects)
}

// postsLeft lists the posts whose accounts lose their rights with the agency (I9.1: accounts).
func postsLeft(ctx context.Context, r store.Reader, agency AgencyID) ([]Left, error) {
	a, err := FindAgency(ctx, r, agency)
	if err != nil {
		return nil, err
	}
	at := Today(nowOf(r))
	if a.ValidTo != "" {
		at = a.ValidTo
	}
	staff, err := Staff(ctx, r, agency, at)
	var out []Left
	for _, h := range staff {
		out = append(out, Left{Subject: SubjectAssets, Group: "Tài khoản, chức vụ", Title: h.PersonName, Note: h.Title, From: h.ValidFrom, Count: 1})
	}
	return out, err
}

func nowOf(r store.Reader) store.Instant { return r.(interface{ Now() store.Instant }).Now() }

// Pending is what an agency that has ended left and the actor's agency is to take over.
type Pending struct {
	Old   Agency
	Left  []Left
	Taken []Taking
}

// PendingFor lists what an agency that has ended left to the actor's agency: what is still to be taken, and what was. NotFound for others.
func PendingFor(ctx context.Context, r store.Reader, a store.Actor, old AgencyID) (*Pending, error) {
	if !a.Roles.Has(store.Clerk|store.Head|store.AgencyAdmin) || a.Agency == 0 {
		return nil, store.Refuse(store.NotFound, "Không tìm thấy nội dung bàn giao này.")
	}
	mine := map[Subject]bool{}
	for _, s := range Subjects {
		may, err := TakesOver(ctx, r, AgencyID(a.Agency), old, s.Subject)
		if err != nil {
			return nil, err
		}
		if may {
			mine[s.Subject] = true
		}
	}
	if len(mine) == 0 {
		return nil, store.Refuse(store.NotFound, "Không tìm thấy nội dung bàn giao này.")
	}
	ag, err := FindAgency(ctx, r, old)
	if err != nil {
		return nil, err
	}
	p := &Pending{Old: *ag}
	if p.Taken, err = store.All[Taking](ctx, r, sqlTakings, old); err != nil {
		return nil, err
	}
	gone := map[string]bool{}
	for _, t := range p.Taken {
		gone[t.OldRef] = true
	}
	p.Taken = slices.DeleteFunc(p.Taken, func(t Taking) bool { return int64(t.NewID) != a.Agency })
	left, err := LeftBy(ctx, r, old)
	for _, l := range left {
		if l.Ref != "" && mine[l.Subject] && !gone[l.Ref] {
			p.Left = append(p.Left, l)
		}
	}
	return p, err
}

// Predecessors lists the agencies that have ended and left something to an agency, each once.
func Predecessors(ctx context.Context, r store.Reader, by AgencyID) ([]Agency, error) {
	var ids []int64
	for _, s := range Subjects {
		some, err := TakenFrom(ctx, r, by, s.Subject)
		if err != nil {
			return nil, err
		}
		for _, id := range some {
			if !slices.Contains(ids, int64(id)) {
				ids = append(ids, int64(id))
			}
		}
	}
	return agenciesByID(ctx, r, ids)
}

// TakeResult is the outcome for one thing.
type TakeResult struct {
	Ref    string
	Taking Taking
	Err    error // a refusal, or nil
}

// takeOrder is the order in which things are taken: drafts find the documents they answer, dossiers the documents they hold.
var takeOrder = []string{"incoming", "outgoing", "dossier"}

// TakeMany takes things of an agency that has ended into the actor's agency, each in an act of its own with a result of its own (I9.3).
// What was taken already gives where it went and changes nothing.
func TakeMany(ctx context.Context, db *store.DB, a store.Actor, old AgencyID, refs []string, f TakeForm) ([]TakeResult, error) {
	refs = slices.Clone(refs)
	slices.SortStableFunc(refs, func(x, y string) int { return cmp.Compare(kindOrder(x), kindOrder(y)) })
	refs = slices.Compact(refs)
	if len(refs) == 0 {
		return nil, store.RefuseField("pick", "Hãy chọn ít nhất một nội dung để tiếp nhận.")
	}
	if len(refs) > 2000 {
		return nil, store.RefuseField("pick", "Mỗi lần tiếp nhận tối đa {limit} nội dung.", "limit", 2000)
	}
	var out []TakeResult
	for _, ref := range refs {
		res := TakeResult{Ref: ref}
		res.Err = db.Write(ctx, a, func(tx *store.Tx) (err error) {
			res.Taking, err = TakeOver(ctx, tx, old, ref, f)
			return err
		})
		var refused *store.Refusal
		if res.Err != nil && !errors.As(res.Err, &refused) {
			return out, res.Err
		}
		out = append(out, res)
	}
	return out, nil
}

func kindOrder(ref string) int {
	kind, _, _ := strings.Cut(ref, "/")
	return slices.Index(takeOrder, kind)
}

// TakeOver takes one thing of an agency that has ended into the actor's agency: it is entered there anew with its original dates and deadlines
// (I9.4) and a word of where it came from; the old record stays as it is and says where it went (I9.6). Nothing happens twice.
func TakeOver(ctx context.Context, tx *store.Tx, old AgencyID, ref string, f TakeForm) (Taking, error) {
	a := tx.Actor()
	h, id, ok := holderOf(ref)
	if !ok {
		return Taking{}, store.Refuse(store.NotFound, "Không tìm thấy nội dung bàn giao này.")
	}
	if err := mayTake(ctx, tx, a, old, h.TakeSubject[kindOf(ref)]); err != nil {
		return Taking{}, err
	}
	if was, done, err := TakingOf(ctx, tx, old, ref); done || err != nil {
		if err == nil && int64(was.NewID) != a.Agency {
			err = store.Refuse(store.NotFound, "Không tìm thấy nội dung bàn giao này.")
		}
		return was, err // a repeated request changes nothing
	}
	ag, err := FindAgency(ctx, tx, old)
	if err != nil {
		return Taking{}, err
	}
	staff, err := Staff(ctx, tx, AgencyID(a.Agency), Today(tx.Now()))
	if err != nil {
		return Taking{}, err
	}
	if f.Post != 0 && !slices.ContainsFunc(staff, func(x Holding) bool { return x.ID == f.Post }) {
		return Taking{}, store.RefuseField("post", "Người được chọn không giữ chức vụ nào trong cơ quan vào hôm nay. Hãy chọn người khác.")
	}
	take := Take{TakeForm: f, Old: *ag, ID: id,
		As: func(ref string) (string, error) {
			t, ok, err := TakingOf(ctx, tx, old, ref)
			if !ok || int64(t.NewID) != a.Agency {
				return "", err
			}
			return t.NewRef, err
		},
		For: func(person int64) (int64, error) {
			for _, x := range staff {
				if int64(x.PersonID) == person && person != 0 {
					return int64(x.ID), nil
				}
			}
			return 0, nil
		}}
	t := Taking{OldID: old, OldRef: ref, NewID: AgencyID(a.Agency), At: tx.Now(), PersonID: PersonID(a.Person)}
	if t.NewRef, t.How, err = h.Take[kindOf(ref)](ctx, tx, take); err != nil {
		return Taking{}, err
	}
	me, err := HoldingAt(ctx, tx, HoldingID(a.Holding), Today(tx.Now()))
	if err != nil {
		return Taking{}, err
	}
	t.PersonName = me.PersonName
	if err := tx.Put(ctx, sqlPutTaking, old, ref, tx.NewID(), t.NewID, t.NewRef, t.How, t.At, t.PersonID, t.PersonName); err != nil {
		return Taking{}, err
	}
	return t, tx.Record(store.Event{Verb: "reorganisation.taken_over", Agency: int64(old), Ref: ref, Title: ag.Name, Data: t})
}

func kindOf(ref string) string { kind, _, _ := strings.Cut(ref, "/"); return kind }

func holderOf(ref string) (Holder, int64, bool) {
	kind, n, _ := strings.Cut(ref, "/")
	var id int64
	for _, c := range n {
		if c < '0' || c > '9' || id > 1<<59 {
			return Holder{}, 0, false
		}
		id = id*10 + int64(c-'0')
	}
	for _, h := range holders {
		if h.Take[kind] != nil && id > 0 {
			return h, id, true
		}
	}
	return Holder{}, 0, false
}
