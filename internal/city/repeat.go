package city

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"congvu/internal/store"
)

// quarterDays is how far quarters stand apart: thirteen weeks, so that weekdays stay what they are.
const quarterDays = 91

// settleDays lie between the played quarter and the first copy: in them its people finish what was left open. A quarter may also touch two days of
// the fourteenth week, and the numbers that were really drawn cannot make room.
const settleDays = 14

// daysTo is how far quarter k stands behind the played one.
func daysTo(k int) int {
	if k == 0 {
		return 0
	}
	return k*quarterDays + settleDays
}

// played is the order of the quarter that is really played: the first of them all, so that the copies end now.
func (w Whole) played() Whole {
	w.Now = w.Now.AddDate(0, 0, -daysTo(max(w.Quarters, 1)-1))
	w.Quarters, w.Cities = 1, 1
	return w
}

// repeating tells whether the repetition has begun: the played quarter is whole then, and not to be looked for among its copies.
func (s *Seeder) repeating(ctx context.Context) (bool, error) {
	text, err := store.Setting(ctx, s.DB, 0, settingSpan, "")
	return text != "", err
}

// followers have nothing to do with the copied lines of the journal. Those that seal, index and tell are not among them: the sealed log says what stands
// in the journal, the copies too, and documents are found and the last days told from it. Thin copies have no journal: whoever wants to find them
// makes the index anew (search.Index.Reindex).
var followers = []string{"exchange", "documents.rights", "dossiers", "documents-texts", "documents-preserve"}

const settingSpan = "city.repeat"

// repeatState is what the repetition remembers beside how far each table came.
type repeatState struct {
	FirstID int64         // of the played quarter
	Ended   store.Instant // when its play ended
	Settled store.Instant // when what it left open had been finished; 0 = not yet
	Whole   bool
}

// repeat makes quarters 2…N and cities 2…M from the played quarter, past the rooms (docs/decisions/0045): the last quarter first, with its open desks;
// then the people finish what the played quarter left open; then the quarters between; then the other cities. Cut off, it goes on when called again.
func (s *Seeder) repeat(ctx context.Context, w Whole) error {
	if w.Quarters <= 1 && w.Cities <= 1 {
		return nil
	}
	st, err := s.repeatState(ctx)
	if err != nil || st.Whole {
		return err
	}
	if w.Quarters > 1 {
		if err := s.repeatInTime(ctx, w, st); err != nil {
			return err
		}
	}
	if err := s.repeatCities(ctx, w, st); err != nil {
		return err
	}
	if err := s.DB.EndFollowers(ctx, followers...); err != nil {
		return err
	}
	if err := s.DB.Tidy(ctx); err != nil {
		return err
	}
	st.Whole = true
	return s.keepState(ctx, st)
}

var sqlQuarterBegan = store.SQL(`SELECT MIN(id) FROM (SELECT COALESCE(MIN(id), 9223372036854775807) AS id FROM documents_outgoing
	UNION ALL SELECT COALESCE(MIN(id), 9223372036854775807) FROM documents_incoming UNION ALL SELECT COALESCE(MIN(id), 9223372036854775807) FROM exchange_quarantine) AS first`)

func (s *Seeder) repeatState(ctx context.Context) (*repeatState, error) {
	text, err := store.Setting(ctx, s.DB, 0, settingSpan, "")
	if err != nil {
		return nil, err
	}
	st := &repeatState{}
	if text != "" {
		return st, json.Unmarshal([]byte(text), st)
	}
	if st.FirstID, err = store.One[int64](ctx, s.DB, sqlQuarterBegan); err != nil {
		return nil, err
	}
	st.Ended = s.DB.Now().Add(time.Second)
	return st, s.keepState(ctx, st)
}

func (s *Seeder) keepState(ctx context.Context, st *repeatState) error {
	return s.DB.Keep(ctx, func(tx *store.Tx) error { return tx.Set(ctx, 0, settingSpan, string(store.JSONOf(st))) })
}

func (s *Seeder) repeatInTime(ctx context.Context, w Whole, st *repeatState) error {
	all := make([]shift, w.Quarters)
	for k := range all {
		all[k] = shift{quarter: k, days: daysTo(k)}
	}
	last := len(all) - 1
	if err := s.repeatPass(ctx, w, st, "last", st.Ended, all[last:], all); err != nil {
		return err
	}
	if st.Settled == 0 {
		s.Clock.reach(st.Ended.Time())
		if err := s.settleQuarter(ctx, w, st); err != nil {
			return err
		}
		if st.Settled = s.DB.Now().Add(time.Second); st.Settled > st.Ended+(settleDays-2)*day {
			return errors.New("city: settling the quarter took longer than the gap before the next one")
		}
		if err := s.keepState(ctx, st); err != nil {
			return err
		}
	}
	if err := s.repeatPass(ctx, w, st, "between", st.Settled, all[1:last], all); err != nil {
		return err
	}
	return s.repeatPass(ctx, w, st, lastJournal, st.Ended, all[last:], all)
}

// lastJournal is the pass of the last quarter's journal. It comes after the settling: followers read what the settling says, and must not have been led
// behind it by entries of a later time.
const (
	lastJournal = "journal"
	journal     = "store_journal"
)

// repeatPass copies the played quarter, as it was left at until, into some later ones.
func (s *Seeder) repeatPass(ctx context.Context, w Whole, st *repeatState, pass string, until store.Instant, into, all []shift) error {
	if len(into) == 0 { // of two quarters none lies between
		return nil
	}
	m := &mover{shifts: into, quarters: all, thin: w.Thin}
	m.span = span{firstID: st.FirstID, lastID: store.FirstID(until), from: store.MadeAt(st.FirstID), until: until}
	m.span.settle()
	var err error
	if m.still, err = s.foundedSince(ctx, st.FirstID); err != nil {
		return err
	}
	if err := m.readNumbers(ctx, s.DB, all[1:]); err != nil {
		return err
	}
	if err := m.readLetters(ctx, s.DB); err != nil {
		return err
	}
	tables := repeatTables()
	for i := range tables {
		t := &tables[i]
		w.progress("Chép quý đã làm sang các quý sau", i, len(tables))
		if err := s.repeatTable(ctx, m, t, pass, t.within(m.span)); err != nil {
			return err
		}
	}
	w.progress("Chép quý đã làm sang các quý sau", len(tables), len(tables))
	return m.keepCounters(ctx, s.DB)
}

func (s *Seeder) repeatTable(ctx context.Context, m *mover, t *repeatTable, pass, where string) error {
	r := store.Repetition{Pass: pass, Table: t.name, Columns: t.columns, Where: where, Make: func(row []any) ([][]any, error) { return m.row(t, row) }}
	switch {
	case m.agency != nil: // a whole city: everything that is an agency's
		if t.class == keptShared || t.class == keptMade {
			return nil
		}
		r.Where = ""
	case len(m.shifts) == 0, pass == "last" && t.name == journal, pass == lastJournal && t.name != journal:
		return nil
	case t.class == keptQuarter, t.class == keptTrail && !m.thin:
	case t.class == keptRegisters:
		r.Where, r.Make = "", func(row []any) ([][]any, error) { return m.openBooks(t, row), nil }
	case t.class == keptRefused:
		r.Make = func([]any) ([][]any, error) {
			return nil, fmt.Errorf("city: %s has rows in the quarter, and no copy continues their numbers", t.name)
		}
		if t.key == "-" {
			r.Where = "TRUE"
		}
	default:
		return nil
	}
	if t.name == journal {
		r.Make = func(row []any) ([][]any, error) { return m.entry(t, row) }
	}
	_, _, err := s.DB.Repeat(ctx, r)
	return err
}

// entry copies a line of the journal: not what tells of the founding, and of a register's opening once for each year that a copy opens.
func (m *mover) entry(t *repeatTable, row []any) ([][]any, error) {
	if m.agency != nil {
		return m.row(t, row)
	}
	ref, _ := row[t.at("ref")].(string)
	kind, text, _ := strings.Cut(ref, "/")
	id := digitsValue(leadingDigits(text))
	b := m.books[id]
	if kind != "register" || b == nil {
		if m.still[id] {
			return nil, nil
		}
		return m.row(t, row)
	}
	var out [][]any
	for year, quarter := range b.line.opened {
		for _, h := range m.shifts {
			if h.quarter == quarter && b.year == b.line.began {
				opened := append([]any(nil), row...)
				o := shift{quarter: 1, days: (year - b.year) * 365, city: 3}
				opened[t.at("id")], opened[t.at("at_us")] = o.id(row[t.at("id")].(int64)), o.instant(row[t.at("at_us")].(int64))
				opened[t.at("ref")] = fmt.Sprintf("register/%d", b.of(year))
				out = append(out, opened)
			}
		}
	}
	return out, nil
}

// openBooks carries a register on into the years that the copies of this pass open.
func (m *mover) openBooks(t *repeatTable, row []any) (out [][]any) {
	b := m.books[row[t.at("id")].(int64)]
	if b == nil || b.year != b.line.began {
		return nil
	}
	for year, quarter := range b.line.opened {
		for _, h := range m.shifts {
			if h.quarter != quarter {
				continue
			}
			next := append([]any(nil), row...)
			next[t.at("id")], next[t.at("year")], next[t.at("from_id")], next[t.at("first_number")] = b.of(year), int64(year), b.before(year), int64(1)
			next[t.at("locked_on")], next[t.at("lock_reason")] = "", ""
			next[t.at("at_us")] = shift{days: (year - b.year) * 365}.instant(row[t.at("at_us")].(int64))
			out = append(out, next)
		}
	}
	return out
}

// foundedSince are the identifiers of the founding that were made after the quarter began: they stand still.
func (s *Seeder) foundedSince(ctx context.Context, first int64) (map[int64]bool, error) {
	still := map[int64]bool{}
	for _, q := range sqlFoundedSince {
		all, err := store.All[int64](ctx, s.DB, q, first)
		if err != nil {
			return nil, err
		}
		for _, id := range all {
			still[id] = true
		}
	}
	return still, nil
}

var sqlFoundedSince = []*store.Stmt{
	store.SQL(`SELECT id FROM org_agencies WHERE id >= $1`), store.SQL(`SELECT id FROM org_units WHERE id >= $1`), store.SQL(`SELECT id FROM org_people WHERE id >= $1`),
	store.SQL(`SELECT id FROM org_holdings WHERE id >= $1`), store.SQL(`SELECT id FROM org_delegations WHERE id >= $1`), store.SQL(`SELECT id FROM org_standins WHERE id >= $1`),
	store.SQL(`SELECT id FROM documents_certificates WHERE id >= $1`), store.SQL(`SELECT id FROM documents_pictures WHERE id >= $1`), store.SQL(`SELECT id FROM documents_rules WHERE id >= $1`),
	store.SQL(`SELECT id FROM documents_groups WHERE id >= $1`), store.SQL(`SELECT id FROM documents_phrases WHERE id >= $1`), store.SQL(`SELECT id FROM documents_templates WHERE id >= $1`),
	store.SQL(`SELECT id FROM search_saved WHERE id >= $1`), store.SQL(`SELECT id FROM documents_freeze_orders WHERE id >= $1`),
}
