package backup

import (
	"context"

	"congvu/internal/store"
)

// Kinds and states of a run.
const (
	Taken    = "taken"
	Restored = "restored"
	Done     = "done"
	Failed   = "failed"
)

// Run is one copy taken or given back, and what came of it. Sizes are bytes.
type Run struct {
	ID       int64
	Kind     string
	State    string
	Stamp    string
	BeganAt  store.Instant `db:"began_us"`
	EndedAt  store.Instant `db:"ended_us"`
	Rows     int64         `db:"row_count"`
	Files    int64         `db:"file_count"`
	Bytes    int64         `db:"byte_count"`
	NewBytes int64         // copied this time; the rest was in the folder already
	Reason   string        // of a failure, as the machine says it
	ByPerson int64         // 0: the clock or the operator
}

var (
	sqlPutRun = store.SQL(`INSERT INTO backup_runs (id, kind, state, stamp, began_us, ended_us, row_count, file_count, byte_count, new_bytes, reason, by_person)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`)
	sqlRuns = store.SQL(`SELECT id, kind, state, stamp, began_us, ended_us, row_count, file_count, byte_count, new_bytes, reason, by_person FROM backup_runs ORDER BY id DESC LIMIT $1`)
)

func (r *Run) keep(ctx context.Context, tx *store.Tx, verb string) error {
	r.ID = tx.NewID()
	if err := tx.Put(ctx, sqlPutRun, r.ID, r.Kind, r.State, r.Stamp, r.BeganAt, r.EndedAt, r.Rows, r.Files, r.Bytes, r.NewBytes, r.Reason, r.ByPerson); err != nil {
		return err
	}
	return tx.Record(store.Event{Verb: verb, Ref: "installation", Title: r.Stamp, Data: map[string]any{"rows": r.Rows, "files": r.Files, "bytes": r.Bytes}})
}

// Runs lists the latest runs, the newest first, for the system's administrator.
func Runs(ctx context.Context, r store.Reader, a store.Actor, n int) ([]Run, error) {
	if !mayKeep(a) {
		return nil, errNotKeeper()
	}
	return store.All[Run](ctx, r, sqlRuns, min(max(n, 1), 200))
}

// mayKeep: the system's administrator through a door, else the operator and the clock.
func mayKeep(a store.Actor) bool {
	return a.Roles.Has(store.SystemAdmin) || a.Person == 0 && (a.Via == store.ViaCLI || a.Via == store.ViaSystem)
}

func errNotKeeper() error {
	return store.Refuse(store.Forbidden, "Chỉ quản trị hệ thống được sao lưu và xem kết quả sao lưu.")
}
