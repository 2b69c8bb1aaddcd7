package store

import (
	"container/list"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// base is a text that others are kept as differences from.
type base struct {
	id     int64
	family string
	text   []byte
}

const (
	baseLongest  = 32 << 10 // a longer text is no base
	basesADay    = 200      // put for one agency's rows within a day: who sends it what never resembles anything costs no more
	basesInCache = 8 << 20  // bytes of texts kept in memory
	fullMost     = 1000     // agencies remembered that have put theirs
)

var (
	sqlPutBase    = SQL(`INSERT INTO store_bases (id, family, agency_id, size, text, at_us) VALUES ($1, $2, $3, $4, $5, $6)`)
	sqlNewestBase = SQL(`SELECT id, family, size, text FROM store_bases WHERE family = $1 ORDER BY id DESC LIMIT 1`)
	sqlBasesOf    = SQL(`SELECT id, family, size, text FROM store_bases WHERE id IN (SELECT CAST(value AS BIGINT) FROM json_each(CAST($1 AS TEXT)))`)
	sqlFullSince  = SQL(`SELECT at_us FROM store_bases WHERE agency_id = $1 AND at_us > $2 ORDER BY at_us DESC LIMIT 1 OFFSET $3`)
)

type baseRow struct {
	ID     int64
	Family string
	Size   int64
	Text   []byte
}

func (r baseRow) open() (*base, error) {
	text, err := unframe(nil, r.Text)
	if err == nil && int64(len(text)) != r.Size {
		err = errors.New("another length")
	}
	if err != nil {
		return nil, fmt.Errorf("base %d of %s: %w", r.ID, r.Family, err)
	}
	return &base{r.ID, r.Family, []byte(text)}, nil
}

// bases are those that this process remembers: the used ones, up to a number of bytes. What stands here is committed, and never changes.
type bases struct {
	mu     sync.Mutex
	byID   map[int64]*list.Element // of *base
	used   list.List               // the last used first
	newest map[string]*base
	size   int
	full   map[int64]Instant // agencies that have put their bases of the day, and until when
	from   Instant           // nothing is packed before (packed_from.go)
}

func (s *bases) find(id int64) *base {
	s.mu.Lock()
	defer s.mu.Unlock()
	e := s.byID[id]
	if e == nil {
		return nil
	}
	s.used.MoveToFront(e)
	return e.Value.(*base)
}

func (s *bases) newestOf(family string) *base {
	s.mu.Lock()
	defer s.mu.Unlock()
	b := s.newest[family]
	if b != nil {
		s.used.MoveToFront(s.byID[b.id])
	}
	return b
}

// keep remembers a base; newest = it is the one that texts of its family are packed against from now on.
func (s *bases) keep(b *base, newest bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.byID == nil {
		s.byID, s.newest = map[int64]*list.Element{}, map[string]*base{}
	}
	e := s.byID[b.id]
	if e == nil {
		e = s.used.PushFront(b)
		s.byID[b.id] = e
		s.size += len(b.text)
	}
	if newest {
		s.newest[b.family] = e.Value.(*base)
	}
	for s.size > basesInCache && s.used.Len() > 1 {
		last := s.used.Remove(s.used.Back()).(*base)
		delete(s.byID, last.id)
		if s.size -= len(last.text); s.newest[last.family] == last {
			delete(s.newest, last.family)
		}
	}
}

func (s *bases) isFull(agency int64, now Instant) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.full[agency] > now
}

func (s *bases) fill(agency int64, until Instant) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.full == nil || len(s.full) >= fullMost {
		s.full = map[int64]Instant{}
	}
	s.full[agency] = until
}

// Ahead packs a text before its act, so that the writer need not, where a committed base of its family is at hand and serves.
func (p *Packing) Ahead(db *DB) *Packing {
	if b := db.bases.newestOf(p.family); b != nil && !p.plain() && db.bases.from <= db.Now() {
		if stored, err := p.against(b); err == nil && resembles(stored, p.text) {
			p.mu.Lock()
			p.stored, p.base = stored, b.id
			p.mu.Unlock()
		}
	}
	return p
}

func resembles(stored, text string) bool { return len(stored)*packResembles <= len(text) }

// packs gives a statement's arguments with every Packing as it is kept.
func (tx *Tx) packs(ctx context.Context, args []any) ([]any, error) {
	copied := false
	for i, a := range args {
		p, ok := a.(*Packing)
		if !ok {
			continue
		}
		stored, err := tx.pack(ctx, p)
		if err != nil {
			return nil, err
		}
		if !copied {
			args, copied = append([]any(nil), args...), true
		}
		args[i] = stored
	}
	return args, nil
}

func (tx *Tx) pack(ctx context.Context, p *Packing) (string, error) {
	must := p.marked()
	if !must && (p.plain() || tx.now < tx.db.bases.from) {
		return p.text, nil
	}
	if len(p.text) > packLongest {
		return "", fmt.Errorf("pack %s: %d bytes that begin like a packed text", p.family, len(p.text))
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.stored != "" && (p.base == 0 || tx.baseAtHand(p.base) != nil) {
		return p.stored, nil
	}
	var err error
	if p.stored, p.base, err = tx.packBest(ctx, p); err == nil && !must && len(p.stored) >= len(p.text) {
		p.stored, p.base = p.text, 0
	}
	return p.stored, err
}

// packBest packs against the newest base of the family; where that does not serve, the text itself is the next base, or it is packed alone.
func (tx *Tx) packBest(ctx context.Context, p *Packing) (stored string, from int64, err error) {
	b, err := tx.newestBase(ctx, p.family)
	if err != nil {
		return "", 0, err
	}
	if b != nil {
		if stored, err = p.against(b); err != nil || resembles(stored, p.text) {
			return stored, b.id, err
		}
	}
	put, err := tx.putBase(ctx, p)
	if err != nil {
		return "", 0, err
	}
	if put != nil {
		stored, err = p.against(put)
		return stored, put.id, err
	}
	by := stored
	if stored, err = p.against(nil); b != nil && by != "" && len(by) < len(stored) {
		return by, b.id, err
	}
	return stored, 0, err
}

// putBase makes the text a base. nil = it is none: too long, too short, or the agency has put its bases of the day.
func (tx *Tx) putBase(ctx context.Context, p *Packing) (*base, error) {
	const day = 24 * time.Hour
	if len(p.text) > baseLongest || len(p.text) < packShortest || tx.db.bases.isFull(p.agency, tx.now) {
		return nil, nil
	}
	at, full, err := Maybe[Instant](ctx, tx, sqlFullSince, p.agency, tx.now.Add(-day), basesADay-1)
	if err != nil {
		return nil, err
	}
	if full {
		tx.db.bases.fill(p.agency, at.Add(day))
		return nil, nil
	}
	b := &base{tx.NewID(), p.family, []byte(p.text)}
	if _, err := tx.Exec(ctx, sqlPutBase, b.id, b.family, p.agency, len(b.text), alone().EncodeAll(b.text, nil), tx.now); err != nil {
		return nil, err
	}
	tx.putsBase(b)
	return b, nil
}

// putsBase remembers a base of this act, and for everybody once the act is durable.
func (tx *Tx) putsBase(b *base) {
	if tx.puts == nil {
		tx.puts = newPuts()
	}
	tx.puts.byID[b.id], tx.puts.newest[b.family] = b, b
	tx.After(func() { tx.db.bases.keep(b, true) })
}

// puts are the bases that an act has put or read within its transaction.
type puts struct {
	byID   map[int64]*base
	newest map[string]*base
}

func newPuts() *puts { return &puts{map[int64]*base{}, map[string]*base{}} }

// baseAtHand finds a base that this act may name: a committed one, or one of its own transaction.
func (tx *Tx) baseAtHand(id int64) *base {
	if tx.puts != nil && tx.puts.byID[id] != nil {
		return tx.puts.byID[id]
	}
	return tx.db.bases.find(id)
}

func (tx *Tx) newestBase(ctx context.Context, family string) (*base, error) {
	if tx.puts != nil && tx.puts.newest[family] != nil {
		return tx.puts.newest[family], nil
	}
	if b := tx.db.bases.newestOf(family); b != nil {
		return b, nil
	}
	row, ok, err := Maybe[baseRow](ctx, tx, sqlNewestBase, family)
	if err != nil || !ok {
		return nil, err
	}
	b, err := row.open()
	if err != nil {
		return nil, nil // a damaged one is no base for new texts; check-data names it
	}
	tx.putsBase(b)
	return b, nil
}

// basesFor reads the bases of many texts at once; no rows of r are being read. What is missing or damaged is missing in the answer.
func basesFor(ctx context.Context, r Reader, ids map[int64]bool) (map[int64]*base, error) {
	out := make(map[int64]*base, len(ids))
	var cache *bases
	own := func(int64) *base { return nil }
	switch r := r.(type) {
	case *DB:
		cache = &r.bases
	case *Snapshot:
		cache = &r.db.bases
	case *Tx:
		cache, own = &r.db.bases, r.baseAtHand
	}
	var wanted []int64
	for id := range ids {
		b := own(id)
		if b == nil && cache != nil {
			b = cache.find(id)
		}
		if b == nil {
			wanted = append(wanted, id)
		} else {
			out[id] = b
		}
	}
	if len(wanted) == 0 {
		return out, nil
	}
	rows, err := All[baseRow](ctx, r, sqlBasesOf, JSONOf(wanted))
	if err != nil {
		return nil, err
	}
	_, inAct := r.(*Tx)
	for _, row := range rows {
		b, err := row.open()
		if err != nil {
			continue // the texts are told apart from it by their error, the base by check-data
		}
		if out[b.id] = b; cache != nil && !inAct { // what an act reads may never be committed
			cache.keep(b, false)
		}
	}
	return out, nil
}
