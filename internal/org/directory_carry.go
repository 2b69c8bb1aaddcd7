package org

import (
	"context"
	"encoding/json"
	"errors"

	"congvu/internal/calendar"
	"congvu/internal/i18n"
	"congvu/internal/store"
)

// runBatch is how many steps are one transaction: short enough not to keep clerks waiting, long enough to write rows in bulk.
const runBatch = 300

var (
	sqlRunOn     = store.SQL(`UPDATE org_runs SET beat_us = $1 WHERE id = $2 AND state = 'carrying'`)
	sqlRunBy     = store.SQL(`UPDATE org_runs SET carried = carried + $1, conflicts = conflicts + $2, problems = problems + $3 WHERE id = $4`)
	sqlRunEnded  = store.SQL(`UPDATE org_runs SET state = 'done', ended_us = $1 WHERE id = $2 AND state = 'carrying'`)
	sqlNextSteps = store.SQL(`SELECT run_id, ordinal, act, entry, unit, problem, args FROM org_run_steps WHERE run_id = $1 AND problem = '' ORDER BY ordinal LIMIT $2`)
	sqlDropSteps = store.SQL(`DELETE FROM org_run_steps WHERE run_id = $1 AND ordinal >= $2 AND ordinal <= $3 AND problem = ''`)
	sqlStepWrong = store.SQL(`UPDATE org_run_steps SET problem = $1, args = $2 WHERE run_id = $3 AND ordinal = $4`)
	sqlWillClose = store.SQL(`SELECT ordinal FROM org_run_steps WHERE run_id = $1 AND entry = $2 AND act = 'close' LIMIT 1`)
	sqlHolders   = store.SQL(`SELECT c.code, c.agency_id, c.valid_to, a.origin, a.state, a.name FROM org_codes AS c JOIN org_agencies AS a ON a.id = c.agency_id
		WHERE c.code IN (SELECT value FROM json_each(CAST($1 AS TEXT))) ORDER BY c.code, CASE WHEN c.valid_to = '' THEN 1 ELSE 0 END, c.valid_from`)
	sqlLiveEntry  = store.SQL(`SELECT id FROM org_entries WHERE agency_id = $1 AND source = $2 AND action <> 'DELETE' AND id <> $3 ORDER BY id LIMIT 1`)
	sqlElsewhere  = store.SQL(`SELECT source FROM org_entries WHERE agency_id = $1 AND action <> 'DELETE' AND source <> 'message' AND NOT (source = $2 AND id = $3) ORDER BY source LIMIT 1`)
	sqlSetOrigin  = store.SQL(`UPDATE org_agencies SET origin = $1 WHERE id = $2`)
	sqlReopen     = store.SQL(`UPDATE org_agencies SET state = 'active', valid_to = '', origin = $1, revision = revision + 1 WHERE id = $2 AND state = 'closed'`)
	sqlClaimAgain = store.SQL(`INSERT INTO org_codes (code, agency_id, kind, valid_from, valid_to) VALUES ($1, $2, $3, $4, '') ON CONFLICT (code, agency_id, valid_from) DO UPDATE SET valid_to = ''`)
	sqlSenderMet  = store.SQL(`UPDATE org_entries SET link = 'REGISTERED', agency_id = (SELECT c.agency_id FROM org_codes AS c WHERE c.code = org_entries.id AND c.valid_to = ''), changed_us = $1
		WHERE source = 'message' AND link = 'PENDING' AND id IN (SELECT c.code FROM org_codes AS c WHERE c.valid_to = '' AND c.code IN (SELECT value FROM json_each(CAST($2 AS TEXT))))`)
	sqlSaveEntry = store.SQL(`UPDATE org_entries SET parent_id = $1, code = $2, code102 = $3, old_code = $4, name = $5, mail = $6, version = $7, center_code = $8, is_agency = $9, deleted = $10,
		modified_us = $11, valid_from = $12, valid_to = $13, agency_id = $14, action = $15, link = $16, validity = $17, digest = $18, run_id = $19, changed_us = $20 WHERE source = $21 AND id = $22`)
	sqlPutEntryVersion = store.SQL(`INSERT INTO org_entry_versions (source, id, until_us, run_id, was) VALUES ($1, $2, $3, $4, $5)`)

	putEntries  = store.BulkOf(50, 24, `INSERT INTO org_entries (`+entryColumns+`) VALUES `, ``)
	putAgencies = store.BulkOf(50, 20, `INSERT INTO org_agencies (id, code, old_code, wire_code, level, hosted, collective, collective_name, head_title, state, valid_from, valid_to,
		address, email, phone, website, name, search_text, revision, origin) VALUES `, ``)
	putVersions = store.BulkOf(100, 8, `INSERT INTO org_agency_versions (agency_id, valid_from, valid_to, name, short_name, abbr, parent_id, seat) VALUES `, ``)
	putCodes    = store.BulkOf(100, 5, `INSERT INTO org_codes (code, agency_id, kind, valid_from, valid_to) VALUES `, ``)
	putWordRows = store.BulkOf(250, 2, `INSERT INTO org_words (word, agency_id) VALUES `, ` ON CONFLICT (word, agency_id) DO NOTHING`)
)

// CarryRun does the steps of a run in short transactions until none is left; whoever calls it again after a crash goes on where it stopped. A run
// that is held or at its end is left as it is.
func CarryRun(ctx context.Context, db *store.DB, id int64) (*Run, error) {
	size, alone := runBatch, 0
	for {
		n := 0
		err := db.Write(ctx, store.System(0), func(tx *store.Tx) (err error) {
			n, err = carryBatch(ctx, tx, id, size)
			return err
		})
		var refusal *store.Refusal
		switch {
		case err == nil:
		case errors.Is(err, errNotCarried):
			return FindRun(ctx, db, id)
		case !errors.As(err, &refusal) && !store.IsDuplicate(err):
			return nil, err // the database's trouble, not a step's
		case size > 1:
			size, alone = 1, runBatch // find the step that cannot be done
			continue
		default:
			if err := setAside(ctx, db, id, err); err != nil {
				return nil, err
			}
			continue
		}
		if n == 0 {
			return FindRun(ctx, db, id)
		}
		if size == 1 {
			if alone--; alone <= 0 {
				size = runBatch
			}
		}
	}
}

// CarryOpenRuns goes on with every run that a crash or a restart left unfinished.
func CarryOpenRuns(ctx context.Context, db *store.DB) error {
	open, err := store.All[int64](ctx, db, sqlOpenRuns)
	if err != nil {
		return err
	}
	var errs []error
	for _, id := range open {
		if _, err := CarryRun(ctx, db, id); err != nil {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// setAside keeps the first step of a run as one that cannot be done, with the reason, so that the others can.
func setAside(ctx context.Context, db *store.DB, id int64, why error) error {
	said := store.Say("Không ghi được mục này: mã hoặc tên trùng với một cơ quan khác.")
	var r *store.Refusal
	if errors.As(why, &r) && len(r.Problems) > 0 && r.Problems[0].Text != "" {
		said = r.Problems[0].Message
	}
	return db.Keep(ctx, func(tx *store.Tx) error {
		if n, err := tx.Exec(ctx, sqlRunOn, tx.Now(), id); err != nil || n == 0 {
			return err
		}
		steps, err := store.All[Step](ctx, tx, sqlNextSteps, id, 1)
		if err != nil || len(steps) == 0 {
			return err
		}
		if err := tx.Put(ctx, sqlStepWrong, said.Text, store.JSONOf(said.Args), id, steps[0].Ordinal); err != nil {
			return err
		}
		return tx.Put(ctx, sqlRunBy, 0, 0, 1, id)
	})
}

// holder is who has a code.
type holder struct {
	Code     string
	AgencyID AgencyID
	ValidTo  calendar.Date
	Origin   string
	State    string
	Name     string
}

// carrying is one batch under way.
type carrying struct {
	tx      *store.Tx
	run     *Run
	today   calendar.Date
	entries map[string]*Entry
	holders map[string]holder

	entryRows, agencyRows, versionRows, codeRows, wordRows [][]any
	gained                                                 []string // codes that agencies have got
	conflicts                                              int64
	told                                                   map[string][]string
}

// errNotCarried ends the carrying of a run that is held or at its end.
var errNotCarried = errors.New("org: the run is not under way")

// carryBatch does up to n steps. The row of the run is written first: two processes that carry the same run follow each other.
func carryBatch(ctx context.Context, tx *store.Tx, id int64, n int) (int, error) {
	if on, err := tx.Exec(ctx, sqlRunOn, tx.Now(), id); err != nil {
		return 0, err
	} else if on == 0 {
		return 0, errNotCarried
	}
	run, err := FindRun(ctx, tx, id)
	if err != nil {
		return 0, err
	}
	steps, err := store.All[Step](ctx, tx, sqlNextSteps, id, n)
	if err != nil {
		return 0, err
	}
	if len(steps) == 0 {
		if err := tx.Put(ctx, sqlRunEnded, tx.Now(), id); err != nil {
			return 0, err
		}
		return 0, tx.Record(store.Event{Verb: "directory.synced", Ref: run.ref(), Title: run.Source,
			Data: map[string]any{"carried": run.Carried, "conflicts": run.Conflicts, "problems": run.Problems}})
	}
	c := &carrying{tx: tx, run: run, today: Today(tx.Now()), told: map[string][]string{}}
	if err := c.load(ctx, steps); err != nil {
		return 0, err
	}
	for _, s := range steps {
		if err := c.do(ctx, s); err != nil {
			return 0, err
		}
	}
	if err := c.flush(ctx); err != nil {
		return 0, err
	}
	if len(c.gained) > 0 {
		if _, err := tx.Exec(ctx, sqlSenderMet, tx.Now(), store.JSONOf(c.gained)); err != nil {
			return 0, err
		}
	}
	if _, err := tx.Exec(ctx, sqlDropSteps, id, steps[0].Ordinal, steps[len(steps)-1].Ordinal); err != nil {
		return 0, err
	}
	if err := tx.Put(ctx, sqlRunBy, len(steps), c.conflicts, 0, id); err != nil {
		return 0, err
	}
	return len(steps), tx.Record(store.Event{Verb: "directory.carried", Ref: run.ref(), Title: run.Source, Data: c.told})
}

// load reads what the steps of a batch are about in three queries.
func (c *carrying) load(ctx context.Context, steps []Step) error {
	ids, codes := []string{}, []string{}
	for _, s := range steps {
		u := s.Listed()
		ids = append(ids, s.Entry)
		if u.ParentID != "" {
			ids = append(ids, u.ParentID)
		}
		codes = append(codes, u.codes()...)
	}
	c.entries = map[string]*Entry{}
	for e, err := range store.Each[Entry](ctx, c.tx, sqlEntriesByID, c.run.Source, store.JSONOf(ids)) {
		if err != nil {
			return err
		}
		c.entries[e.ID] = &e
	}
	c.holders = map[string]holder{}
	for h, err := range store.Each[holder](ctx, c.tx, sqlHolders, store.JSONOf(codes)) {
		if err != nil {
			return err
		}
		c.holders[h.Code] = h // who has it now stands last
	}
	return nil
}

func (c *carrying) tell(what, code string) { c.told[what] = append(c.told[what], code) }

func (c *carrying) do(ctx context.Context, s Step) error {
	e := c.entries[s.Entry]
	if s.Act == StepClose {
		if err := c.flush(ctx); err != nil || e == nil || e.Action == EntryDeleted {
			return err
		}
		if s.Unit != "null" {
			if err := c.keepVersion(ctx, e); err != nil {
				return err
			}
			e.say(s.Listed())
		}
		return c.close(ctx, e)
	}
	u := s.Listed()
	if e == nil {
		e = &Entry{Source: c.run.Source, ID: u.ID, FirstAt: c.tx.Now(), ValidFrom: c.since(u)}
		e.say(u)
		e.Action = EntryCreated
		fresh, err := c.place(ctx, e)
		if err != nil {
			return err
		}
		c.entries[e.ID] = e
		e.RunID, e.ChangedAt = c.run.ID, c.tx.Now()
		c.entryRows = append(c.entryRows, []any{e.Source, e.ID, e.ParentID, e.Code, e.Code102, e.OldCode, e.Name, e.Mail, e.Version, e.CenterCode, e.IsAgency, e.Deleted,
			e.ModifiedAt, e.ValidFrom, e.ValidTo, e.AgencyID, e.Action, e.Link, e.Validity, e.Digest, e.RunID, e.FirstAt, e.ChangedAt, e.Seen})
		if !fresh {
			return c.flush(ctx)
		}
		return nil
	}
	if err := c.flush(ctx); err != nil {
		return err
	}
	return c.modify(ctx, e, u)
}

// since is the day from which an entry counts: of its last change as the list says, never later than today.
func (c *carrying) since(u Listed) calendar.Date {
	if d := u.day(); !d.IsZero() && !d.After(c.today) {
		return d
	}
	return c.today
}

// place finds the agency of an entry that has none: a new one, one that is known by its codes, or nobody until an administrator decides. fresh says
// that only rows waiting in bulk were made.
func (c *carrying) place(ctx context.Context, e *Entry) (fresh bool, err error) {
	e.Link, e.Validity, e.AgencyID, e.ValidTo = LinkNone, EntryValid, 0, ""
	if e.Deleted {
		e.Action, e.ValidTo = EntryDeleted, c.today
	}
	if e.Deleted || !e.IsAgency || e.Code == "" {
		return true, nil
	}
	u := e.Listed()
	main, taken := c.holders[codeKey(e.Code)]
	if !taken {
		if h, ok := c.otherHolder(u); ok {
			if linked, err := c.linked(ctx, h.AgencyID, e.ID); err != nil {
				return false, err
			} else if linked == "" && (h.Origin == "" || h.Origin == SourceMessage) { // known until now by an older code
				return false, c.join(ctx, e, h)
			}
		}
		return c.enter(ctx, e)
	}
	if err := c.flush(ctx); err != nil { // the holder may be of this very batch
		return false, err
	}
	linked, err := c.linked(ctx, main.AgencyID, e.ID)
	if err != nil {
		return false, err
	}
	same := i18n.Fold(main.Name) == i18n.Fold(e.Name)
	switch {
	case main.State == "active" && main.ValidTo == "" && linked == "":
		return false, c.join(ctx, e, main)
	case main.State == "closed" && main.Origin == e.Source && same && linked == "": // back under another id
		return false, c.join(ctx, e, main)
	case linked != "" && same && main.Origin == e.Source && main.ValidTo == "":
		leaving, err := c.leaves(ctx, linked)
		if err != nil {
			return false, err
		}
		if leaving {
			return false, c.join(ctx, e, main)
		}
	}
	open, err := c.dispute(ctx, e, main, codeKey(e.Code))
	if err != nil {
		return false, err
	}
	if open {
		e.Link = LinkPending
	}
	return false, nil
}

// otherHolder gives the one agency that has the older codes of a unit.
func (c *carrying) otherHolder(u Listed) (found holder, ok bool) {
	for _, k := range u.codes() {
		h, taken := c.holders[k]
		if !taken || h.ValidTo != "" || h.State != "active" {
			continue
		}
		if ok && h.AgencyID != found.AgencyID {
			return holder{}, false
		}
		found, ok = h, true
	}
	return found, ok
}

// linked gives another live entry of the source that is this agency, "" = none.
func (c *carrying) linked(ctx context.Context, id AgencyID, but string) (string, error) {
	other, _, err := store.Maybe[string](ctx, c.tx, sqlLiveEntry, id, c.run.Source, but)
	return other, err
}

// leaves tells whether the same run closes an entry.
func (c *carrying) leaves(ctx context.Context, entry string) (bool, error) {
	_, leaves, err := store.Maybe[int64](ctx, c.tx, sqlWillClose, c.run.ID, entry)
	return leaves, err
}

// enter makes an agency of an entry: outside, not hosted, kept by its list.
func (c *carrying) enter(ctx context.Context, e *Entry) (bool, error) {
	u := e.Listed()
	id := AgencyID(c.tx.NewID())
	e.AgencyID, e.Link = id, LinkRegistered
	f := AgencyForm{Code: e.Code, Name: e.Name, Level: Outside, Email: e.Mail, ParentID: c.parentOf(u)}
	fresh := true
	for i, k := range u.codes() {
		if h, taken := c.holders[k]; taken {
			if err := c.flush(ctx); err != nil {
				return false, err
			}
			fresh = false
			if _, err := c.dispute(ctx, e, h, k); err != nil {
				return false, err
			}
			continue
		}
		kind := "other"
		if i == 0 {
			kind = "current"
		} else if KindOf(k) == OldCode && f.OldCode == "" {
			kind, f.OldCode = "qcvn102", k
		} else {
			f.OtherCodes = append(f.OtherCodes, k)
		}
		c.holders[k] = holder{Code: k, AgencyID: id, Origin: e.Source, State: "active", Name: e.Name}
		c.codeRows = append(c.codeRows, []any{k, id, kind, e.ValidFrom, ""})
		c.gained = append(c.gained, k)
	}
	text := searchText(f)
	c.agencyRows = append(c.agencyRows, []any{id, f.Code, f.OldCode, "", string(f.Level), false, false, "", "", "active", e.ValidFrom, "", "", f.Email, "", "", f.Name, text, 1, e.Source})
	c.versionRows = append(c.versionRows, []any{id, e.ValidFrom, "", f.Name, "", "", f.ParentID, ""})
	for _, w := range words(text) {
		c.wordRows = append(c.wordRows, []any{w, id})
	}
	c.tell("opened", e.Code)
	return fresh, nil
}

// parentOf is the nearest agency above a unit, as far as this batch knows it.
func (c *carrying) parentOf(u Listed) AgencyID {
	p := c.entries[u.ParentID]
	if p == nil {
		return 0
	}
	return p.AgencyID
}

// flush writes the rows that wait.
func (c *carrying) flush(ctx context.Context) error {
	for _, x := range []struct {
		b    store.Bulk
		rows *[][]any
	}{{putAgencies, &c.agencyRows}, {putVersions, &c.versionRows}, {putCodes, &c.codeRows}, {putWordRows, &c.wordRows}, {putEntries, &c.entryRows}} {
		if err := x.b.Put(ctx, c.tx, *x.rows); err != nil {
			return err
		}
		*x.rows = (*x.rows)[:0]
	}
	return nil
}

// join makes an entry that of an agency which is known. An agency entered here keeps all it has; one known from messages only, or from this list, is
// brought up to date.
func (c *carrying) join(ctx context.Context, e *Entry, h holder) error {
	e.AgencyID, e.Link, e.Validity = h.AgencyID, LinkRegistered, EntryValid
	if h.Origin == SourceMessage {
		if err := c.tx.Put(ctx, sqlSetOrigin, e.Source, h.AgencyID); err != nil {
			return err
		}
		h.Origin = e.Source
	}
	c.tell("linked", e.Code)
	if h.Origin != e.Source {
		return nil
	}
	return c.amend(ctx, e)
}

// modify changes an entry that is known, and its agency where the list keeps it.
func (c *carrying) modify(ctx context.Context, e *Entry, u Listed) error {
	if err := c.keepVersion(ctx, e); err != nil {
		return err
	}
	back := e.Action == EntryDeleted
	e.say(u)
	e.Action = EntryModified
	if back {
		e.ValidFrom, e.ValidTo = c.since(u), ""
	}
	var err error
	switch {
	case e.AgencyID != 0 && !u.IsAgency:
		e.Link = LinkNone
		if err = c.leave(ctx, e); err == nil {
			e.AgencyID = 0
		}
	case e.AgencyID == 0:
		_, err = c.place(ctx, e)
		if err == nil {
			err = c.flush(ctx)
		}
	default:
		e.Link, e.Validity = LinkRegistered, EntryValid
		var origin string
		if origin, err = OriginOf(ctx, c.tx, e.AgencyID); err == nil && origin == e.Source {
			err = c.amend(ctx, e)
		}
	}
	if err != nil {
		return err
	}
	if err := endClaims(ctx, c.tx, e, codesOfEntry(e)); err != nil {
		return err
	}
	return c.save(ctx, e)
}

// amend brings the agency of an entry up to what its list says: names from a day on, codes never taken from another, open again when it is back.
func (c *carrying) amend(ctx context.Context, e *Entry) error {
	a, err := FindAgency(ctx, c.tx, e.AgencyID)
	if err != nil {
		return err
	}
	reopened := a.State == "closed"
	if reopened {
		if err := c.tx.Put(ctx, sqlReopen, e.Source, a.ID); err != nil {
			return err
		}
	}
	before := a.form()
	f := before
	f.Name, f.Email, f.OldCode = e.Name, e.Mail, ""
	if p := c.parentOf(e.Listed()); p != 0 && p != a.ID {
		f.ParentID = p
	}
	var claims []KeptCode
	for i, k := range codesOfEntry(e) {
		h, taken := c.holders[k]
		if taken && h.AgencyID != a.ID {
			if _, err := c.dispute(ctx, e, h, k); err != nil {
				return err
			}
			continue
		}
		kind := "other"
		if i == 0 {
			kind, f.Code = "current", e.Code
		} else if KindOf(k) == OldCode && f.OldCode == "" {
			kind, f.OldCode = "qcvn102", k
		} else {
			f.OtherCodes = append(f.OtherCodes, k)
		}
		if !taken || h.ValidTo != "" {
			claims = append(claims, KeptCode{Code: k, Kind: kind})
		}
	}
	if !reopened && len(claims) == 0 && sameForm(before, f) {
		return nil
	}
	from := c.since(e.Listed())
	latest, err := store.One[calendar.Date](ctx, c.tx, sqlLatestVersion, a.ID)
	if err != nil {
		return err
	}
	if from.Before(latest) || reopened {
		from = c.today
	}
	if from.Before(latest) {
		from = latest
	}
	f.ValidFrom = from
	for _, k := range claims {
		if _, err := c.tx.Exec(ctx, sqlClaimAgain, k.Code, a.ID, k.Kind, from); err != nil {
			return err
		}
		c.holders[k.Code] = holder{Code: k.Code, AgencyID: a.ID, Origin: e.Source, State: "active", Name: e.Name}
		c.gained = append(c.gained, k.Code)
	}
	if err := leaveCodes(ctx, c.tx, a.ID, f); err != nil {
		return err
	}
	text, err := searchTextOf(ctx, c.tx, a.ID, f)
	if err != nil {
		return err
	}
	if err := c.tx.Put(ctx, sqlAmendAgency, f.Code, f.OldCode, f.WireCode, f.Level, f.Hosted, f.Collective, f.CollectiveName, f.HeadTitle,
		f.Address, f.Email, f.Phone, f.Website, f.Name, text, a.ID, 0); err != nil {
		return err
	}
	if err := putVersion(ctx, c.tx, a.ID, f, from); err != nil {
		return err
	}
	for k, h := range c.holders {
		if h.AgencyID == a.ID {
			h.Name, h.State = f.Name, "active"
			c.holders[k] = h
		}
	}
	if reopened {
		c.tell("reopened", f.Code)
	} else {
		c.tell("amended", f.Code)
	}
	return nil
}

func codesOfEntry(e *Entry) []string { u := e.Listed(); return u.codes() }

// close ends an entry that its list has no more (X20.5); nothing is deleted.
func (c *carrying) close(ctx context.Context, e *Entry) error {
	e.Action, e.ValidTo = EntryDeleted, c.today
	if err := c.leave(ctx, e); err != nil {
		return err
	}
	if e.AgencyID == 0 {
		e.Link = LinkNone
	}
	e.Validity = EntryValid
	if err := endClaims(ctx, c.tx, e, nil); err != nil {
		return err
	}
	return c.save(ctx, e)
}

// leave ends the agency of an entry that is gone, unless it was entered here or another list has it still.
func (c *carrying) leave(ctx context.Context, e *Entry) error {
	if e.AgencyID == 0 {
		return nil
	}
	origin, err := OriginOf(ctx, c.tx, e.AgencyID)
	if err != nil || origin != e.Source {
		return err
	}
	if other, found, err := store.Maybe[string](ctx, c.tx, sqlElsewhere, e.AgencyID, e.Source, e.ID); err != nil {
		return err
	} else if found {
		return c.tx.Put(ctx, sqlSetOrigin, other, e.AgencyID)
	}
	n, err := c.tx.Exec(ctx, sqlCloseAgency, c.today, e.AgencyID)
	if err != nil || n == 0 {
		return err
	}
	if _, err := c.tx.Exec(ctx, sqlEndCodes, c.today, e.AgencyID); err != nil {
		return err
	}
	for k, h := range c.holders {
		if h.AgencyID == e.AgencyID {
			h.ValidTo, h.State = c.today, "closed"
			c.holders[k] = h
		}
	}
	c.tell("closed", e.Code)
	return nil
}

func (c *carrying) keepVersion(ctx context.Context, e *Entry) error {
	_, err := c.tx.Exec(ctx, sqlPutEntryVersion, e.Source, e.ID, c.tx.Now(), c.run.ID, store.JSONOf(e.Listed()))
	return err
}

func (c *carrying) save(ctx context.Context, e *Entry) error {
	e.RunID, e.ChangedAt = c.run.ID, c.tx.Now()
	return saveEntry(ctx, c.tx, e)
}

func saveEntry(ctx context.Context, tx *store.Tx, e *Entry) error {
	return tx.Put(ctx, sqlSaveEntry, e.ParentID, e.Code, e.Code102, e.OldCode, e.Name, e.Mail, e.Version, e.CenterCode, e.IsAgency, e.Deleted, e.ModifiedAt, e.ValidFrom, e.ValidTo,
		e.AgencyID, e.Action, e.Link, e.Validity, e.Digest, e.RunID, e.ChangedAt, e.Source, e.ID)
}

func jsonInto(j store.JSON, into any) error {
	if j == "" {
		return nil
	}
	return json.Unmarshal([]byte(j), into)
}
