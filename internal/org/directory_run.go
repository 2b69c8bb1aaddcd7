package org

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"congvu/internal/i18n"
	"congvu/internal/store"
)

// Kinds of runs: a full list closes what it does not name, a list of changes says nothing about the rest (X20.6).
const (
	RunFull    = "full"
	RunChanges = "changes"
)

// States of a run: planning → carrying → done, or planning → held → carrying | refused. A run whose planning was interrupted is abandoned.
const (
	RunPlanning  = "planning"
	RunHeld      = "held"
	RunCarrying  = "carrying"
	RunDone      = "done"
	RunRefused   = "refused"
	RunAbandoned = "abandoned"
	RunFailed    = "failed"
)

// RunStates lists them with their Vietnamese names.
var RunStates = []struct{ State, Name string }{{RunPlanning, "Đang so sánh"}, {RunHeld, "Chờ quyết định"}, {RunCarrying, "Đang thực hiện"}, {RunDone, "Đã xong"},
	{RunRefused, "Đã từ chối"}, {RunAbandoned, "Bị ngắt khi so sánh"}, {RunFailed, "Không lấy được danh mục"}}

// RunLabel is a run's state in Vietnamese, a key of i18n.
func RunLabel(state string) string {
	for _, s := range RunStates {
		if s.State == state {
			return s.Name
		}
	}
	return state
}

// Run is one synchronisation of a source: what its list had, what was to do, and how far it is.
type Run struct {
	ID        int64
	Source    string
	Kind      string
	State     string
	Units     int64 // in the list
	Known     int64 // live entries before
	Creates   int64
	Modifies  int64
	Closes    int64
	Unchanged int64
	Carried   int64 // steps done
	Conflicts int64
	Problems  int64 // steps that cannot be done
	AskedBy   int64
	DecidedBy int64
	Note      string
	StartedAt store.Instant `db:"started_us"`
	BeatAt    store.Instant `db:"beat_us"`
	EndedAt   store.Instant `db:"ended_us"`
}

// Steps is how much there is to do.
func (r *Run) Steps() int64 { return r.Creates + r.Modifies + r.Closes }

// Took is how long it ran, or has run so far.
func (r *Run) Took(now store.Instant) time.Duration {
	if r.EndedAt != 0 {
		now = r.EndedAt
	}
	return now.Time().Sub(r.StartedAt.Time())
}

func (r *Run) ref() string { return fmt.Sprintf("directory_run/%d", r.ID) }

// Acts of a step.
const (
	StepCreate = "create"
	StepModify = "modify"
	StepClose  = "close"
)

// Step is one entry's change that a run has still to do, or cannot do (Problem).
type Step struct {
	RunID   int64
	Ordinal int64
	Act     string
	Entry   string
	Unit    store.JSON
	Problem string
	Args    store.JSON
}

// Said is the problem as doors translate it.
func (s *Step) Said() store.Message {
	m := store.Message{Text: s.Problem}
	_ = jsonInto(s.Args, &m.Args)
	return m
}

// Listed is what the list says.
func (s *Step) Listed() (u Listed) {
	_ = jsonInto(s.Unit, &u)
	return u
}

// Part of a source's live entries that a run may close without asking (X20.6).
const closesUnasked = 50 // one in fifty: 2 %

// planningLeft is after how long without a sign a planning counts as interrupted.
const planningLeft = 2 * time.Minute

const runColumns = `id, source, kind, state, units, known, creates, modifies, closes, unchanged, carried, conflicts, problems, asked_by, decided_by, note, started_us, beat_us, ended_us`

var (
	sqlPutRun    = store.SQL(`INSERT INTO org_runs (` + runColumns + `) VALUES ($1, $2, $3, $4, $5, 0, 0, 0, 0, 0, 0, 0, 0, $6, 0, $7, $8, $9, $10)`)
	sqlRun       = store.SQL(`SELECT ` + runColumns + ` FROM org_runs WHERE id = $1`)
	sqlRuns      = store.SQL(`SELECT ` + runColumns + ` FROM org_runs ORDER BY id DESC LIMIT $1`)
	sqlAbandon   = store.SQL(`UPDATE org_runs SET state = 'abandoned', ended_us = $1 WHERE source = $2 AND state = 'planning' AND beat_us < $3`)
	sqlBeat      = store.SQL(`UPDATE org_runs SET beat_us = $1 WHERE id = $2 AND state = 'planning'`)
	sqlPlanned   = store.SQL(`UPDATE org_runs SET state = $1, known = $2, creates = $3, modifies = $4, closes = $5, unchanged = $6, problems = $7, beat_us = $8, ended_us = $9 WHERE id = $10 AND state = 'planning'`)
	sqlDecideRun = store.SQL(`UPDATE org_runs SET state = $1, decided_by = $2, note = $3, beat_us = $4, ended_us = $5 WHERE id = $6 AND state = 'held'`)
	sqlFreeSteps = store.SQL(`DELETE FROM org_run_steps WHERE run_id IN (SELECT id FROM org_runs WHERE state = 'abandoned')`)
	sqlDigests   = store.SQL(`SELECT id, digest, action FROM org_entries WHERE source = $1`)
	sqlSteps     = store.SQL(`SELECT run_id, ordinal, act, entry, unit, problem, args FROM org_run_steps WHERE run_id = $1 AND ordinal > $2 ORDER BY ordinal LIMIT $3`)
	sqlOpenRuns  = store.SQL(`SELECT id FROM org_runs WHERE state = 'carrying' ORDER BY id`)
	sqlLastRun   = store.SQL(`SELECT ` + runColumns + ` FROM org_runs WHERE source = $1 AND kind IN (SELECT value FROM json_each(CAST($2 AS TEXT))) AND state IN ('planning', 'held', 'carrying', 'done', 'refused') ORDER BY id DESC LIMIT 1`)
	sqlFailed    = store.SQL(`SELECT id FROM org_runs WHERE source = $1 AND state = 'failed' AND started_us > $2 LIMIT 1`)
	putSteps     = store.BulkOf(100, 7, `INSERT INTO org_run_steps (run_id, ordinal, act, entry, unit, problem, args) VALUES `, ``)
)

// FindRun gives one run. NotFound if there is none.
func FindRun(ctx context.Context, r store.Reader, id int64) (*Run, error) {
	run, ok, err := store.Maybe[Run](ctx, r, sqlRun, id)
	if err == nil && !ok {
		err = store.Refuse(store.NotFound, "Không tìm thấy lần đồng bộ danh bạ này.")
	}
	return &run, err
}

// Runs lists the last runs, the newest first.
func Runs(ctx context.Context, r store.Reader, limit int) ([]Run, error) {
	return store.All[Run](ctx, r, sqlRuns, limit)
}

// LastRun gives the last run of a source of one of the kinds that came to an end or still goes on; ok is false when there is none.
func LastRun(ctx context.Context, r store.Reader, source string, kinds ...string) (Run, bool, error) {
	return store.Maybe[Run](ctx, r, sqlLastRun, source, store.JSONOf(kinds))
}

// FailedSince tells whether a source did not answer after a time.
func FailedSince(ctx context.Context, r store.Reader, source string, since store.Instant) (bool, error) {
	_, failed, err := store.Maybe[int64](ctx, r, sqlFailed, source, since)
	return failed, err
}

// Steps lists what a run has still to do or cannot do, from an ordinal on.
func Steps(ctx context.Context, r store.Reader, run, after int64, limit int) ([]Step, error) {
	steps, err := store.All[Step](ctx, r, sqlSteps, run, after, limit)
	if err != nil {
		return nil, err
	}
	var gone []string // a list does not say what it has no more: the entry does
	for _, s := range steps {
		if s.Unit == "null" {
			gone = append(gone, s.Entry)
		}
	}
	if len(gone) == 0 {
		return steps, nil
	}
	f, err := FindRun(ctx, r, run)
	if err != nil {
		return nil, err
	}
	was := map[string]store.JSON{}
	for e, err := range store.Each[Entry](ctx, r, sqlEntriesByID, f.Source, store.JSONOf(gone)) {
		if err != nil {
			return nil, err
		}
		was[e.ID] = store.JSONOf(e.Listed())
	}
	for i := range steps {
		if u, ok := was[steps[i].Entry]; ok && steps[i].Unit == "null" {
			steps[i].Unit = u
		}
	}
	return steps, nil
}

// List is a source's list as it was fetched or read from a file.
type List struct {
	Source string // a short name of lower-case letters, digits and "-": national, lgsp …
	Kind   string // RunFull | RunChanges
	Note   string // where it comes from, for the record
	Units  []Listed
}

func (l *List) check() error {
	var p store.Problems
	if !sourceName(l.Source) || l.Source == SourceMessage {
		p.Add("source", "Tên nguồn danh mục gồm chữ thường không dấu, chữ số và dấu gạch nối, tối đa 40 ký tự, ví dụ national.")
	}
	if l.Kind != RunFull && l.Kind != RunChanges {
		p.Add("kind", "Chọn danh mục đầy đủ (full) hoặc chỉ các thay đổi (changes).")
	}
	if len(l.Units) == 0 && l.Kind == RunFull {
		p.Add("units", "Danh mục không có cơ quan nào; chưa có gì thay đổi.")
	}
	return p.Err()
}

func sourceName(s string) bool {
	for _, c := range s {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' {
			return false
		}
	}
	return s != "" && len(s) <= 40
}

// PlanSync compares a list with what is kept of its source and writes down what there is to do. A run that would close more than 2 % of the
// entries is held until an administrator decides (X20.6). Conflict while another run of the source is not at its end.
func PlanSync(ctx context.Context, db *store.DB, a store.Actor, l List) (*Run, error) {
	if err := mayKeepDirectory(a); err != nil {
		return nil, err
	}
	if err := l.check(); err != nil {
		return nil, err
	}
	run, err := beginRun(ctx, db, a, l)
	if err != nil {
		return nil, err
	}
	known, err := knownEntries(ctx, db, l.Source)
	if err != nil {
		return nil, err
	}
	plan := compare(l, known)
	for from := 0; from < len(plan.steps); from += 2000 {
		some := plan.steps[from:min(from+2000, len(plan.steps))]
		if err := db.Keep(ctx, func(tx *store.Tx) error {
			if err := tx.Put(ctx, sqlBeat, tx.Now(), run.ID); err != nil {
				return err
			}
			rows := make([][]any, len(some))
			for i, s := range some {
				rows[i] = []any{run.ID, int64(from + i + 1), s.Act, s.Entry, s.Unit, s.Problem, s.Args}
			}
			return putSteps.Put(ctx, tx, rows)
		}); err != nil {
			return nil, err
		}
	}
	err = db.Write(ctx, a, func(tx *store.Tx) error { return planned(ctx, tx, run, plan) })
	if err != nil {
		return nil, err
	}
	return FindRun(ctx, db, run.ID)
}

func beginRun(ctx context.Context, db *store.DB, a store.Actor, l List) (*Run, error) {
	run := &Run{Source: l.Source}
	err := db.Write(ctx, a, func(tx *store.Tx) error {
		if _, err := tx.Exec(ctx, sqlAbandon, tx.Now(), l.Source, tx.Now().Add(-planningLeft)); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, sqlFreeSteps); err != nil {
			return err
		}
		run.ID = tx.NewID()
		err := tx.Put(ctx, sqlPutRun, run.ID, l.Source, l.Kind, RunPlanning, len(l.Units), a.Person, cutText(i18n.CleanLine(l.Note), 200), tx.Now(), tx.Now(), 0)
		if err != nil {
			return err
		}
		return tx.Record(store.Event{Verb: "directory.run_begun", Ref: run.ref(), Title: l.Source, Data: map[string]any{"kind": l.Kind, "units": len(l.Units), "note": l.Note}})
	})
	if store.IsDuplicate(err) || errors.Is(err, store.Conflict) {
		err = store.Because(store.Refuse(store.Conflict, "Nguồn {source} đang có một lần đồng bộ chưa xong hoặc đang chờ quyết định. Hãy hoàn thành lần đó trước.", "source", l.Source), err)
	}
	return run, err
}

// RecordFailedRun notes that a source's list could not be had.
func RecordFailedRun(ctx context.Context, tx *store.Tx, source, kind, why string) error {
	id := tx.NewID()
	if err := tx.Put(ctx, sqlPutRun, id, source, kind, RunFailed, 0, tx.Actor().Person, cutText(i18n.CleanLine(why), 500), tx.Now(), tx.Now(), tx.Now()); err != nil {
		return err
	}
	return tx.Record(store.Event{Verb: "directory.run_failed", Ref: fmt.Sprintf("directory_run/%d", id), Title: source, Data: map[string]any{"why": why}})
}

type knownEntry struct {
	ID, Digest, Action string
}

func knownEntries(ctx context.Context, r store.Reader, source string) (map[string]knownEntry, error) {
	out := map[string]knownEntry{}
	for k, err := range store.Each[knownEntry](ctx, r, sqlDigests, source) {
		if err != nil {
			return nil, err
		}
		out[k.ID] = k
	}
	return out, nil
}

type syncPlan struct {
	steps                                              []Step
	known, creates, modifies, closes, unchanged, wrong int64
}

// compare tells what a list changes: parents before their children, what is closed last, so that an agency that only got another id is known again.
func compare(l List, known map[string]knownEntry) *syncPlan {
	p := &syncPlan{}
	for _, k := range known {
		if k.Action != EntryDeleted {
			p.known++
		}
	}
	named := make(map[string]bool, len(l.Units))
	agencies := slices.ContainsFunc(l.Units, func(u Listed) bool { return u.IsAgency })
	var units []Listed
	var wrong []Step
	for _, u := range l.Units {
		u.IsAgency = u.IsAgency || !agencies // a list without that column lists agencies
		u.clean()
		err := u.problem()
		if err == nil && named[u.ID] {
			err = store.RefuseField("id", "Mục {id} có hai lần trong danh mục.", "id", u.ID)
		}
		named[u.ID] = true
		if err != nil {
			wrong = append(wrong, wrongStep(u, err))
			continue
		}
		units = append(units, u)
	}
	var closes []Step
	for _, u := range parentsFirst(units) {
		k, is := known[u.ID]
		step := Step{Act: StepModify, Entry: u.ID, Args: "null"}
		switch {
		case !is:
			step.Act = StepCreate
			p.creates++
		case u.Deleted && k.Action == EntryDeleted, !u.Deleted && k.Action != EntryDeleted && k.Digest == u.digest():
			p.unchanged++
			continue
		case u.Deleted:
			closes = append(closes, Step{Act: StepClose, Entry: u.ID, Unit: store.JSONOf(u), Args: "null"})
			continue
		default:
			p.modifies++
		}
		step.Unit = store.JSONOf(u)
		p.steps = append(p.steps, step)
	}
	if l.Kind == RunFull {
		var gone []string
		for id, k := range known {
			if k.Action != EntryDeleted && !named[id] {
				gone = append(gone, id)
			}
		}
		slices.Sort(gone)
		for _, id := range gone {
			closes = append(closes, Step{Act: StepClose, Entry: id, Unit: "null", Args: "null"})
		}
	}
	p.closes, p.wrong = int64(len(closes)), int64(len(wrong))
	p.steps = append(append(p.steps, closes...), wrong...)
	return p
}

func wrongStep(u Listed, err error) Step {
	s := Step{Act: StepModify, Entry: cutText(u.ID, 100), Problem: "Mục này của danh mục không đúng.", Args: "null"}
	u.Name, u.Code, u.Code102, u.OldCode, u.ID, u.ParentID = cutText(u.Name, 500), cutText(u.Code, 60), cutText(u.Code102, 60), cutText(u.OldCode, 60), cutText(u.ID, 100), cutText(u.ParentID, 100)
	u.Mail, u.Version, u.CenterCode = cutText(u.Mail, 320), cutText(u.Version, 100), cutText(u.CenterCode, 100)
	var r *store.Refusal
	if errors.As(err, &r) && len(r.Problems) > 0 {
		s.Problem, s.Args = r.Problems[0].Text, store.JSONOf(r.Problems[0].Args)
	}
	s.Unit = store.JSONOf(u)
	return s
}

// parentsFirst puts every unit behind its parent; the order of the list stays otherwise, and a circle of parents is cut anywhere.
func parentsFirst(units []Listed) []Listed {
	at := make(map[string]int, len(units))
	for i, u := range units {
		at[u.ID] = i
	}
	out, done := make([]Listed, 0, len(units)), make([]bool, len(units))
	var chain []int
	for i := range units {
		chain = chain[:0]
		for j, ok := i, true; ok && !done[j]; j, ok = at[units[j].ParentID], has(at, units[j].ParentID) {
			done[j] = true
			chain = append(chain, j)
		}
		for _, j := range slices.Backward(chain) {
			out = append(out, units[j])
		}
	}
	return out
}

func has(m map[string]int, k string) bool { _, ok := m[k]; return ok }

// planned ends the planning: the run is carried out, held, or there was nothing to do.
func planned(ctx context.Context, tx *store.Tx, run *Run, p *syncPlan) error {
	state, ended := RunCarrying, store.Instant(0)
	e := store.Event{Verb: "directory.planned", Ref: run.ref(), Title: run.Source,
		Data: map[string]any{"known": p.known, "creates": p.creates, "modifies": p.modifies, "closes": p.closes, "unchanged": p.unchanged, "problems": p.wrong}}
	switch {
	case p.creates+p.modifies+p.closes == 0:
		state, ended, e.Verb = RunDone, tx.Now(), "directory.synced"
	case p.closes*closesUnasked > p.known:
		state, e.Verb = RunHeld, "directory.held"
		admins, err := systemAdmins(ctx, tx, tx.Now())
		if err != nil {
			return err
		}
		e.Notify, e.Text = admins, store.Say("Đồng bộ danh bạ từ nguồn {source} đang chờ quyết định: sẽ kết thúc {closes} trong {known} cơ quan, quá 2 %.", "source", run.Source, "closes", p.closes, "known", p.known)
	}
	if err := tx.Put(ctx, sqlPlanned, state, p.known, p.creates, p.modifies, p.closes, p.unchanged, p.wrong, tx.Now(), ended, run.ID); err != nil {
		return err
	}
	return tx.Record(e)
}

// ConfirmRun lets a held run go on. Conflict when it is not held any more.
func ConfirmRun(ctx context.Context, tx *store.Tx, id int64, note string) error {
	return decideRun(ctx, tx, id, RunCarrying, note, "directory.confirmed", 0)
}

// RefuseRun gives a held run up: nothing of it is done. A reason of 10 characters or more is asked for.
func RefuseRun(ctx context.Context, tx *store.Tx, id int64, reason string) error {
	if n := len([]rune(i18n.CleanLine(reason))); n < 10 || n > 1000 {
		return store.RefuseField("reason", "Ghi lý do từ 10 đến 1000 ký tự.")
	}
	return decideRun(ctx, tx, id, RunRefused, reason, "directory.refused", tx.Now())
}

func decideRun(ctx context.Context, tx *store.Tx, id int64, state, note, verb string, ended store.Instant) error {
	if err := mayKeepDirectory(tx.Actor()); err != nil {
		return err
	}
	run, err := FindRun(ctx, tx, id)
	if err != nil {
		return err
	}
	if run.State != RunHeld {
		return store.Refuse(store.Conflict, "Lần đồng bộ này không còn chờ quyết định. Hãy mở lại trang để xem kết quả.")
	}
	if err := tx.Put(ctx, sqlDecideRun, state, tx.Actor().Person, i18n.CleanLine(note), tx.Now(), ended, id); err != nil {
		return err
	}
	return tx.Record(store.Event{Verb: verb, Ref: run.ref(), Title: run.Source, Data: map[string]any{"closes": run.Closes, "known": run.Known, "note": note}})
}

// PreviewSync tells what a list would change, and writes nothing.
func PreviewSync(ctx context.Context, r store.Reader, a store.Actor, l List) (Run, []Step, error) {
	if err := mayKeepDirectory(a); err != nil {
		return Run{}, nil, err
	}
	if err := l.check(); err != nil {
		return Run{}, nil, err
	}
	known, err := knownEntries(ctx, r, l.Source)
	if err != nil {
		return Run{}, nil, err
	}
	p := compare(l, known)
	run := Run{Source: l.Source, Kind: l.Kind, Units: int64(len(l.Units)), Known: p.known, Creates: p.creates, Modifies: p.modifies, Closes: p.closes, Unchanged: p.unchanged, Problems: p.wrong, State: RunCarrying}
	if p.closes*closesUnasked > p.known {
		run.State = RunHeld
	}
	return run, p.steps, nil
}
