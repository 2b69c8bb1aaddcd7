package store

import "context"

var (
	sqlDraw = SQL(`INSERT INTO store_counters (agency_id, name, year, last) VALUES ($1, $2, $3, 1)
		ON CONFLICT (agency_id, name, year) DO UPDATE SET last = store_counters.last + 1 RETURNING last`)
	sqlRaise = SQL(`INSERT INTO store_counters (agency_id, name, year, last) VALUES ($1, $2, $3, $4)
		ON CONFLICT (agency_id, name, year) DO UPDATE SET last = CASE WHEN store_counters.last < excluded.last THEN excluded.last ELSE store_counters.last END`)
	sqlDrawn   = SQL(`SELECT last FROM store_counters WHERE agency_id = $1 AND name = $2 AND year = $3`)
	sqlSetting = SQL(`SELECT value FROM store_settings WHERE agency_id = $1 AND name = $2`)
	sqlSet     = SQL(`INSERT INTO store_settings (agency_id, name, value) VALUES ($1, $2, $3)
		ON CONFLICT (agency_id, name) DO UPDATE SET value = excluded.value`)
)

// Draw takes the next number, from 1, of an agency's series in a year. The row's lock is the queue: two clerks get two numbers, and an
// act that is undone gives its number back (D4.10).
func (tx *Tx) Draw(ctx context.Context, agency int64, series string, year int) (int64, error) {
	n, err := One[int64](ctx, tx, sqlDraw, agency, series, year)
	tx.Wrote()
	return n, err
}

// Raise lets a series go on after a number that is known to have been given, although the counter does not say so: the database is an older copy. It never
// lowers a counter.
func (tx *Tx) Raise(ctx context.Context, agency int64, series string, year int, last int64) error {
	_, err := tx.Exec(ctx, sqlRaise, agency, series, year, last)
	return err
}

// SettingRestored is when the copy was taken to which this installation was put back, in microseconds; absent = it never was.
const SettingRestored = "installation.restored_us"

// Drawn is the last number given in a series, 0 when none.
func Drawn(ctx context.Context, r Reader, agency int64, series string, year int) (int64, error) {
	n, _, err := Maybe[int64](ctx, r, sqlDrawn, agency, series, year)
	return n, err
}

// Setting reads an agency's setting, else the installation's (agency 0), else fallback.
func Setting(ctx context.Context, r Reader, agency int64, name, fallback string) (string, error) {
	for _, a := range []int64{agency, 0} {
		v, ok, err := Maybe[string](ctx, r, sqlSetting, a, name)
		if err != nil || ok {
			return v, err
		}
		if agency == 0 {
			break
		}
	}
	return fallback, nil
}

// Set writes a setting; the caller records the act.
func (tx *Tx) Set(ctx context.Context, agency int64, name, value string) error {
	_, err := tx.Exec(ctx, sqlSet, agency, name, value)
	return err
}

var sqlAnalyze = SQL(`ANALYZE`)

// Tidy lets PostgreSQL look at the tables anew, so that it plans with what they hold now: after an import. SQLite plans by presumed statistics always.
func (db *DB) Tidy(ctx context.Context) error {
	if db.engine == SQLite {
		return nil
	}
	return db.Keep(ctx, func(tx *Tx) error {
		_, err := tx.Exec(ctx, sqlAnalyze)
		return err
	})
}
