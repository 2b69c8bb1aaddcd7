package store

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"strings"
	"testing/fstest"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

//go:embed migrations/*.sql
var migrations embed.FS

// migrationsFor gives one engine its migrations: tokens mapped (BIGINT, BOOLEAN, JSON, /*STRICT*/), NNNNN_room.sqlite.sql and .pg.sql
// picked where the engines must differ.
func migrationsFor(e Engine) (fs.FS, error) {
	out := fstest.MapFS{}
	names, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil {
		return nil, err
	}
	lite := strings.NewReplacer("BIGINT", "INTEGER", "BOOLEAN", "INTEGER", " JSON", " TEXT", "/*STRICT*/", "STRICT", "BYTEA", "BLOB")
	pg := strings.NewReplacer(" JSON", " JSONB")
	suffix, other := ".sqlite.sql", ".pg.sql"
	if e == Postgres {
		suffix, other = other, suffix
	}
	for _, n := range names {
		if strings.HasSuffix(n, other) {
			continue
		}
		b, err := fs.ReadFile(migrations, n)
		if err != nil {
			return nil, err
		}
		text := pg.Replace(string(b))
		if e == SQLite {
			text = lite.Replace(string(b))
		}
		base := strings.TrimPrefix(n, "migrations/")
		out[strings.TrimSuffix(strings.TrimSuffix(base, suffix), ".sql")+".sql"] = &fstest.MapFile{Data: []byte(text)}
	}
	return out, nil
}

// migrate brings the tables up to this binary, or refuses to run on older ones. Migrations are forward only and safe while the previous
// binary serves.
func (db *DB) migrate(ctx context.Context, c Config) error {
	files, err := migrationsFor(db.engine)
	if err != nil {
		return err
	}
	dialect := goose.DialectSQLite3
	// Each room numbers its migrations within its own tens or hundreds, so a newer one of a room may stand before an older one of the next.
	options := []goose.ProviderOption{goose.WithAllowOutofOrder(true), goose.WithExcludeVersions(c.without)}
	if db.engine == Postgres {
		dialect = goose.DialectPostgres
		locker, err := lock.NewPostgresSessionLocker()
		if err != nil {
			return err
		}
		options = append(options, goose.WithSessionLocker(locker))
	}
	p, err := goose.NewProvider(dialect, db.write, files, options...)
	if err != nil {
		return err
	}
	behind, err := p.HasPending(ctx)
	if err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	if !behind {
		return nil
	}
	if !c.Migrate {
		return ErrBehind
	}
	results, err := p.Up(ctx)
	for _, r := range results {
		db.applied = append(db.applied, r.Source.Version)
	}
	if err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	return nil
}

// Applied lists the migrations that Open ran.
func (db *DB) Applied() []int64 { return db.applied }
