package org

import (
	"context"
	"slices"

	"congvu/internal/calendar"
	"congvu/internal/i18n"
	"congvu/internal/store"
)

// States of a conflict: open until an administrator decides, or until the list claims the code no more (gone).
const (
	ConflictOpen  = "open"
	ConflictKept  = "kept"  // the code stays with who has it
	ConflictMoved = "moved" // the code is the claimant's from today on
	ConflictSame  = "same"  // both are one agency
	ConflictGone  = "gone"
)

// ConflictStates lists them with their Vietnamese names.
var ConflictStates = []struct{ State, Name string }{{ConflictOpen, "Chờ quyết định"}, {ConflictKept, "Giữ cho cơ quan đang có mã"}, {ConflictMoved, "Chuyển mã cho mục của danh mục"},
	{ConflictSame, "Là cùng một cơ quan"}, {ConflictGone, "Danh mục không còn đòi mã này"}}

// ConflictLabel is a conflict's state in Vietnamese, a key of i18n.
func ConflictLabel(state string) string {
	for _, s := range ConflictStates {
		if s.State == state {
			return s.Name
		}
	}
	return state
}

// CodeConflict is one code that two claim: an agency has it, an entry of a list claims it (I3.5). Both are shown, nothing is sent to it until decided.
type CodeConflict struct {
	ID         int64
	Code       string
	AgencyID   AgencyID
	AgencyName string
	AgencyCode string
	AgencyEnds calendar.Date // last day of an agency that has ended
	Origin     string        // of the agency
	Source     string
	Entry      string
	EntryName  string
	EntryCode  string
	EntryOf    AgencyID // the agency that the entry is, 0 = none yet
	State      string
	Reason     string
	FoundAt    store.Instant `db:"found_us"`
	DecidedAt  store.Instant `db:"decided_us"`
	DecidedBy  int64
}

const conflictColumns = `SELECT c.id, c.code, c.agency_id, a.name AS agency_name, a.code AS agency_code, a.valid_to AS agency_ends, a.origin, c.source, c.entry, COALESCE(e.name, c.claimed) AS entry_name,
	COALESCE(e.code, '') AS entry_code, COALESCE(e.agency_id, 0) AS entry_of, c.state, c.reason, c.found_us, c.decided_us, c.decided_by
	FROM org_conflicts AS c JOIN org_agencies AS a ON a.id = c.agency_id LEFT JOIN org_entries AS e ON e.source = c.source AND e.id = c.entry`

var (
	sqlConflicts     = store.SQL(conflictColumns + ` WHERE (c.state = 'open' OR CAST($1 AS BIGINT) = 1) ORDER BY CASE WHEN c.state = 'open' THEN 0 ELSE 1 END, c.id DESC LIMIT $2`)
	sqlConflict      = store.SQL(conflictColumns + ` WHERE c.id = $1`)
	sqlConflictsOf   = store.SQL(conflictColumns + ` WHERE c.agency_id = $1 OR e.agency_id = $2 ORDER BY c.id DESC`)
	sqlKnownConflict = store.SQL(`SELECT state FROM org_conflicts WHERE code = $1 AND agency_id = $2 AND source = $3 AND entry = $4`)
	sqlPutConflict   = store.SQL(`INSERT INTO org_conflicts (id, code, agency_id, source, entry, claimed, state, reason, found_us, decided_us, decided_by) VALUES ($1, $2, $3, $4, $5, $6, 'open', '', $7, 0, 0)`)
	sqlOpenAgain     = store.SQL(`UPDATE org_conflicts SET state = 'open', found_us = $1, claimed = $2 WHERE code = $3 AND agency_id = $4 AND source = $5 AND entry = $6 AND state = 'gone'`)
	sqlEndClaims     = store.SQL(`UPDATE org_conflicts SET state = 'gone', decided_us = $1 WHERE source = $2 AND entry = $3 AND state = 'open' AND code NOT IN (SELECT value FROM json_each(CAST($4 AS TEXT)))`)
	sqlDecideClaim   = store.SQL(`UPDATE org_conflicts SET state = $1, reason = $2, decided_us = $3, decided_by = $4 WHERE id = $5 AND state = 'open'`)
	sqlOtherClaims   = store.SQL(`SELECT CAST(count(*) AS BIGINT) FROM org_conflicts WHERE source = $1 AND entry = $2 AND state = 'open'`)
	sqlDisputed      = store.SQL(`SELECT code FROM org_conflicts WHERE agency_id = $1 AND state = 'open' AND code IN (SELECT value FROM json_each(CAST($2 AS TEXT))) ORDER BY code LIMIT 1`)
	sqlOpenConflicts = store.SQL(`SELECT CAST(count(*) AS BIGINT) FROM org_conflicts WHERE state = 'open'`)
	sqlEndCode       = store.SQL(`UPDATE org_codes SET valid_to = CASE WHEN valid_from > $1 THEN valid_from ELSE $1 END WHERE code = $2 AND agency_id = $3 AND valid_to = ''`)
	sqlDropOldCode   = store.SQL(`UPDATE org_agencies SET old_code = '', revision = revision + 1 WHERE id = $1 AND old_code = $2`)
	sqlUnlinkEntries = store.SQL(`UPDATE org_entries SET link = 'NOT_EXIST', changed_us = $1 WHERE agency_id = $2 AND action <> 'DELETE' AND source <> 'message'`)
)

// Conflicts lists the conflicts over codes, open ones first; all includes those decided.
func Conflicts(ctx context.Context, r store.Reader, all bool, limit int) ([]CodeConflict, error) {
	n := 0
	if all {
		n = 1
	}
	return store.All[CodeConflict](ctx, r, sqlConflicts, n, limit)
}

// FindConflict gives one. NotFound if there is none.
func FindConflict(ctx context.Context, r store.Reader, id int64) (CodeConflict, error) {
	c, ok, err := store.Maybe[CodeConflict](ctx, r, sqlConflict, id)
	if err == nil && !ok {
		err = store.Refuse(store.NotFound, "Không tìm thấy xung đột mã này.")
	}
	return c, err
}

// ConflictsOf lists the conflicts that an agency is part of.
func ConflictsOf(ctx context.Context, r store.Reader, id AgencyID) ([]CodeConflict, error) {
	return store.All[CodeConflict](ctx, r, sqlConflictsOf, id, id)
}

// OpenConflicts counts what waits for a decision.
func OpenConflicts(ctx context.Context, r store.Reader) (int64, error) {
	return store.One[int64](ctx, r, sqlOpenConflicts)
}

// Disputed tells whether a code that an agency is addressed by is claimed by another: nothing is sent there until an administrator has decided (I3.5).
func Disputed(ctx context.Context, r store.Reader, a *Agency) (code string, disputed bool, err error) {
	return store.Maybe[string](ctx, r, sqlDisputed, a.ID, store.JSONOf([]string{codeKey(a.Code), codeKey(a.WireCode)}))
}

// dispute notes that an entry claims a code of another; open is false where an administrator has decided already.
func (c *carrying) dispute(ctx context.Context, e *Entry, h holder, code string) (open bool, err error) {
	state, known, err := store.Maybe[string](ctx, c.tx, sqlKnownConflict, code, h.AgencyID, e.Source, e.ID)
	switch {
	case err != nil:
		return false, err
	case known && state != ConflictOpen && state != ConflictGone:
		return false, nil
	case !known:
		err = c.tx.Put(ctx, sqlPutConflict, c.tx.NewID(), code, h.AgencyID, e.Source, e.ID, e.Name, c.tx.Now())
	case state == ConflictGone:
		err = c.tx.Put(ctx, sqlOpenAgain, c.tx.Now(), e.Name, code, h.AgencyID, e.Source, e.ID)
	}
	e.Validity = EntryConflict
	if !known || state == ConflictGone {
		c.conflicts++
		c.tell("conflicts", code)
	}
	return true, err
}

// endClaims lets the open conflicts of an entry go whose codes it does not claim any more.
func endClaims(ctx context.Context, tx *store.Tx, e *Entry, still []string) error {
	_, err := tx.Exec(ctx, sqlEndClaims, tx.Now(), e.Source, e.ID, store.JSONOf(append([]string{}, still...)))
	return err
}

// DecideConflict settles who a code belongs to: it stays (kept), goes over (moved), or both are one agency (same). A closed code is never given
// to another agency (I2.5), and a code of an agency entered here is changed on that agency's own page.
func DecideConflict(ctx context.Context, tx *store.Tx, id int64, decision, reason string) error {
	if err := mayKeepDirectory(tx.Actor()); err != nil {
		return err
	}
	k, err := FindConflict(ctx, tx, id)
	if err != nil {
		return err
	}
	reason = i18n.CleanLine(reason)
	var p store.Problems
	if n := len([]rune(reason)); n < 10 || n > 1000 {
		p.Add("reason", "Ghi lý do từ 10 đến 1000 ký tự.")
	}
	if !slices.Contains([]string{ConflictKept, ConflictMoved, ConflictSame}, decision) {
		p.Add("decision", "Chọn một trong ba cách giải quyết.")
	}
	if err := p.Err(); err != nil {
		return err
	}
	if k.State != ConflictOpen {
		return store.Refuse(store.Conflict, "Xung đột này đã được giải quyết. Hãy mở lại trang để xem kết quả.")
	}
	e, err := FindEntry(ctx, tx, k.Source, k.Entry)
	if err != nil {
		return err
	}
	a, err := FindAgency(ctx, tx, k.AgencyID)
	if err != nil {
		return err
	}
	if err := tx.Put(ctx, sqlDecideClaim, decision, reason, tx.Now(), tx.Actor().Person, id); err != nil {
		return err
	}
	c, err := c1(ctx, tx, e)
	if err != nil {
		return err
	}
	switch decision {
	case ConflictMoved:
		err = c.move(ctx, k, e, a)
	case ConflictSame:
		err = c.unite(ctx, k, e, a)
	}
	if err != nil {
		return err
	}
	open, err := store.One[int64](ctx, tx, sqlOtherClaims, e.Source, e.ID)
	if err != nil {
		return err
	}
	if open == 0 {
		e.Validity = EntryValid
		if e.AgencyID == 0 {
			e.Link = LinkNone
		}
	}
	e.ChangedAt = tx.Now()
	if err := saveEntry(ctx, tx, e); err != nil {
		return err
	}
	return tx.Record(store.Event{Verb: "directory.conflict_decided", Ref: e.ref(), Title: k.Code,
		Data: map[string]any{"conflict": id, "decision": decision, "reason": reason, "agency": k.AgencyID, "entry": k.Entry, "source": k.Source}})
}

// c1 is a batch of one entry, for an administrator's decision.
func c1(ctx context.Context, tx *store.Tx, e *Entry) (*carrying, error) {
	c := &carrying{tx: tx, run: &Run{ID: e.RunID, Source: e.Source}, today: Today(tx.Now()), told: map[string][]string{}}
	return c, c.load(ctx, []Step{{Entry: e.ID, Unit: store.JSONOf(e.Listed())}})
}

func (c *carrying) move(ctx context.Context, k CodeConflict, e *Entry, a *Agency) error {
	switch {
	case a.State != "active":
		return store.Refuse(store.Conflict, "{agency} đã kết thúc hoạt động; mã đã đóng không cấp cho cơ quan khác.", "agency", a.Name)
	case k.Origin == "":
		return store.Refuse(store.Conflict, "Mã {code} là của {agency}, cơ quan do quản trị nhập. Hãy sửa mã của cơ quan này ở trang danh bạ cơ quan trước.", "code", k.Code, "agency", a.Name)
	case c.holders[k.Code].AgencyID != a.ID || c.holders[k.Code].ValidTo != "":
		return store.Refuse(store.Conflict, "{agency} không còn dùng mã {code}; mã đã đóng không cấp cho cơ quan khác.", "agency", a.Name, "code", k.Code)
	}
	if codeKey(a.Code) == k.Code { // without its own code it is no receiver any more
		if _, err := c.tx.Exec(ctx, sqlCloseAgency, c.today, a.ID); err != nil {
			return err
		}
		if _, err := c.tx.Exec(ctx, sqlUnlinkEntries, c.tx.Now(), a.ID); err != nil {
			return err
		}
	} else if codeKey(a.OldCode) == k.Code {
		if err := c.tx.Put(ctx, sqlDropOldCode, a.ID, a.OldCode); err != nil {
			return err
		}
	}
	if _, err := c.tx.Exec(ctx, sqlEndCode, c.today.AddDays(-1), k.Code, a.ID); err != nil {
		return err
	}
	delete(c.holders, k.Code)
	if e.AgencyID == 0 {
		if _, err := c.place(ctx, e); err != nil {
			return err
		}
		return c.flush(ctx)
	}
	origin, err := OriginOf(ctx, c.tx, e.AgencyID)
	if err != nil {
		return err
	}
	if origin != e.Source {
		return store.Refuse(store.Conflict, "Cơ quan của mục này do quản trị nhập. Hãy thêm mã {code} ở trang danh bạ cơ quan.", "code", k.Code)
	}
	return c.amend(ctx, e)
}

// unite says that an entry is the agency which has the code.
func (c *carrying) unite(ctx context.Context, k CodeConflict, e *Entry, a *Agency) error {
	switch {
	case e.AgencyID != 0 && e.AgencyID != a.ID:
		return store.Refuse(store.Conflict, "Mục này đã là một cơ quan khác trong danh bạ. Nếu hai cơ quan nhập làm một, hãy lập quyết định sắp xếp tổ chức.")
	case a.State != "active" && k.Origin == "":
		return store.Refuse(store.Conflict, "{agency} đã kết thúc hoạt động; mã đã đóng không cấp cho cơ quan khác.", "agency", a.Name)
	}
	e.AgencyID, e.Link = a.ID, LinkRegistered
	other, err := c.linked(ctx, a.ID, e.ID)
	if err != nil || other != "" && a.State == "active" {
		return err
	}
	if k.Origin == "" || k.Origin != e.Source && a.State == "active" {
		return nil
	}
	return c.amend(ctx, e)
}
