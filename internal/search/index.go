package search

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"strings"
	"time"

	"congvu/internal/store"
)

// Source gives the entry of a reference; false when the thing is not there any more.
type Source func(ctx context.Context, r store.Reader, agency int64, ref string) (Entry, bool, error)

// Place names a thing of an agency.
type Place struct {
	AgencyID int64
	ID       int64
	Ref      string
}

// Lister walks over everything of a kind, by growing ID.
type Lister func(ctx context.Context, r store.Reader, after int64, limit int) ([]Place, error)

// From makes a source of a room's function: the room has a struct of the same fields, for it does not know this one.
func From[E ~struct {
	ID      int64
	Agency  int64
	Ref     string
	At      store.Instant
	Rights  []string
	Fields  map[string]string
	Exact   map[string][]string
	Text    string
	Issued  string
	Arrived string
	Due     string
}](of func(ctx context.Context, r store.Reader, agency int64, ref string) (E, bool, error)) Source {
	return func(ctx context.Context, r store.Reader, agency int64, ref string) (Entry, bool, error) {
		e, ok, err := of(ctx, r, agency, ref)
		return Entry(e), ok, err
	}
}

// Walk makes a lister of a room's walk over its things.
func Walk[P ~struct {
	AgencyID int64
	ID       int64
	Ref      string
}](walk func(ctx context.Context, r store.Reader, after int64, limit int) ([]P, error)) Lister {
	return func(ctx context.Context, r store.Reader, after int64, limit int) ([]Place, error) {
		found, err := walk(ctx, r, after, limit)
		out := make([]Place, len(found))
		for i, p := range found {
			out[i] = Place(p)
		}
		return out, err
	}
}

type kind struct {
	source Source
	list   Lister
}

// Index feeds the index of one installation.
type Index struct {
	DB       *store.DB
	Patience time.Duration // how long a question waits for entries that a running transaction keeps back; 0 = 1 s
	kinds    map[string]kind
}

// New makes an index; Register tells it what there is to find.
func New(db *store.DB) *Index { return &Index{DB: db, kinds: map[string]kind{}} }

// Register adds the source of a kind of reference ("incoming" for incoming/12).
func (x *Index) Register(name string, s Source, l Lister) { x.kinds[name] = kind{s, l} }

// Follower is the name of the journal's cursor.
const Follower = "search"

var (
	sqlPutEntry = store.SQL(`INSERT INTO search_index_entries (id, agency_id, ref, issued, arrived, due, at_us, digest) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
		ON CONFLICT (id) DO UPDATE SET issued = excluded.issued, arrived = excluded.arrived, due = excluded.due, digest = excluded.digest`)
	sqlSays      = store.SQL(`SELECT digest FROM search_index_entries WHERE id = $1`)
	sqlEntryOf   = store.SQL(`SELECT id FROM search_index_entries WHERE agency_id = $1 AND ref = $2`)
	sqlDropEntry = store.SQL(`DELETE FROM search_index_entries WHERE id = $1`)
	sqlDropWords = store.Fork(`DELETE FROM search_index WHERE rowid = $1`, `DELETE FROM search_index_entries WHERE FALSE AND id = $1`)
	sqlPutWords  = store.Fork(`INSERT INTO search_index (words, rowid) VALUES ($1, $2)`, `UPDATE search_index_entries SET words = CAST($1 AS TSVECTOR) WHERE id = $2`)
	sqlEmpty     = store.SQL(`DELETE FROM search_index_entries`)
	sqlNoWords   = store.Fork(`INSERT INTO search_index (search_index) VALUES ('delete-all')`, `DELETE FROM search_index_entries WHERE FALSE`)
)

// Put makes or replaces an entry. One that says already what it is to say is left alone: replacing its words costs ten times as much as looking.
func Put(ctx context.Context, tx *store.Tx, e Entry, pg bool) error {
	words := e.words(pg)
	digest := e.digest(words)
	if says, there, err := store.Maybe[int64](ctx, tx, sqlSays, e.ID); err != nil || there && says == digest {
		return err
	}
	if _, err := tx.Exec(ctx, sqlDropWords, e.ID); err != nil {
		return err
	}
	return insert(ctx, tx, e, words, digest)
}

// words are what the engine's index is given.
func (e Entry) words(pg bool) string {
	if pg {
		return e.vector()
	}
	return e.ftsText()
}

// digest is what an entry says as a number, never 0.
func (e Entry) digest(words string) int64 {
	h := sha256.New()
	for _, part := range []string{words, e.Issued, e.Arrived, e.Due} {
		fmt.Fprintf(h, "%d:%s", len(part), part)
	}
	return max(1, int64(binary.BigEndian.Uint64(h.Sum(nil))>>1))
}

// insert writes an entry whose words are not in the index.
func insert(ctx context.Context, tx *store.Tx, e Entry, words string, digest int64) error {
	if _, err := tx.Exec(ctx, sqlPutEntry, e.ID, e.Agency, e.Ref, e.Issued, e.Arrived, e.Due, e.At, digest); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, sqlPutWords, words, e.ID)
	return err
}

// Remove takes an entry out: nothing of its content is left in the index.
func Remove(ctx context.Context, tx *store.Tx, agency int64, ref string) error {
	id, ok, err := store.Maybe[int64](ctx, tx, sqlEntryOf, agency, ref)
	if err != nil || !ok {
		return err
	}
	if _, err := tx.Exec(ctx, sqlDropWords, id); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, sqlDropEntry, id)
	return err
}

func (x *Index) pg() bool { return x.DB.Engine() == store.Postgres }

// Hear is the follower: what an entry of the journal happened to is indexed anew.
func (x *Index) Hear(ctx context.Context, tx *store.Tx, e store.Entry) error {
	return x.Renew(ctx, tx, e.AgencyID, e.Ref)
}

// Renew indexes one thing as it is now.
func (x *Index) Renew(ctx context.Context, tx *store.Tx, agency int64, ref string) error {
	name, _, ok := strings.Cut(ref, "/")
	k, known := x.kinds[name]
	if !ok || !known {
		return nil
	}
	entry, there, err := k.source(ctx, tx, agency, ref)
	switch {
	case err != nil:
		return fmt.Errorf("search %s: %w", ref, err)
	case !there:
		return Remove(ctx, tx, agency, ref)
	}
	return Put(ctx, tx, entry, x.pg())
}

// Follow fills the index when it is empty and keeps it up to date until ctx ends.
func (x *Index) Follow(ctx context.Context, trouble func(error)) {
	if err := x.Prime(ctx); err != nil && ctx.Err() == nil {
		trouble(fmt.Errorf("search: %w", err))
	}
	x.DB.Follow(ctx, Follower, x.Hear, trouble)
}

// CatchUp hears what was committed so far: what a person has just done he finds at once.
func (x *Index) CatchUp(ctx context.Context) error {
	patience := x.Patience
	if patience == 0 {
		patience = time.Second
	}
	return x.DB.CatchUp(ctx, Follower, patience, x.Hear)
}

const reindexBatch = 200

// Reindex builds the whole index anew, a batch a transaction, while people work; said is told how many entries there are so far.
func (x *Index) Reindex(ctx context.Context, said func(n int)) (int, error) {
	n := 0
	for name, k := range x.kinds {
		after := int64(0)
		for {
			places, err := k.list(ctx, x.DB, after, reindexBatch)
			if err != nil {
				return n, fmt.Errorf("reindex %s: %w", name, err)
			}
			if len(places) == 0 {
				break
			}
			err = x.DB.Keep(ctx, func(tx *store.Tx) error {
				for _, p := range places {
					if err := x.Renew(ctx, tx, p.AgencyID, p.Ref); err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				return n, err
			}
			n, after = n+len(places), places[len(places)-1].ID
			if said != nil {
				said(n)
			}
		}
	}
	return n, nil
}

// Clear empties the index, before it is built anew from nothing.
func (x *Index) Clear(ctx context.Context) error {
	return x.DB.Keep(ctx, func(tx *store.Tx) error {
		if _, err := tx.Exec(ctx, sqlNoWords); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, sqlEmpty)
		return err
	})
}

// Load writes entries that are not in the index yet, for imports and measurements.
func (x *Index) Load(ctx context.Context, entries []Entry) error {
	return x.DB.Keep(ctx, func(tx *store.Tx) error {
		for _, e := range entries {
			words := e.words(x.pg())
			if err := insert(ctx, tx, e, words, e.digest(words)); err != nil {
				return err
			}
		}
		return nil
	})
}
