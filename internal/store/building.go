package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// An installation that can be built again from nothing (a sample city, a benchmark's data) is built without waiting for the disk at every commit. From the first moment a
// mark stands in its settings, written durably: while it stands the tables are whole only as long as the machine runs, so nobody may work on them.

// ErrBuilding: the database is being built (Config.Building), or its building was cut off.
var ErrBuilding = errors.New("the database is being built")

// settingBuilding is the mark; its value is the run of the machine it was begun in ("" where the machine does not tell).
const settingBuilding = "store.building"

var (
	sqlAnyEntry = SQL(`SELECT id FROM store_journal LIMIT 1`)
	sqlUnmark   = SQL(`DELETE FROM store_settings WHERE agency_id = 0 AND name = $1`)
	sqlSyncOn   = Fork(`SELECT 1`, `SELECT set_config('synchronous_commit', 'on', true)`)
)

// building decides how a database may be opened, before anybody works on it.
func (db *DB) building(ctx context.Context, c Config) error {
	run, marked, err := Maybe[string](ctx, db, sqlSetting, int64(0), settingBuilding)
	switch {
	case err != nil:
		return err
	case !c.Building && marked:
		return Because(Refuse(Conflict, "Dữ liệu ở đây đang được dựng, hoặc việc dựng đã bị ngắt giữa chừng, nên chưa dùng được. Chạy lại lệnh đã dựng nó để làm tiếp, hoặc xóa đi rồi dựng lại từ đầu."), ErrBuilding)
	case !c.Building:
		return nil
	case marked && run != machineRun():
		return Because(Refuse(Conflict, "Máy đã khởi động lại trong lúc dựng dữ liệu nên phần đã dựng có thể không còn nguyên vẹn. Xóa đi rồi dựng lại từ đầu."), ErrBuilding)
	case !marked:
		if _, any, err := Maybe[int64](ctx, db, sqlAnyEntry); err != nil || any {
			return errors.Join(err, Refuse(Conflict, "Ở đây đã có dữ liệu không phải đang dựng, nên không ghi theo cách dựng nhanh được. Dữ liệu được giữ nguyên; chọn nơi khác còn trống."))
		}
	}
	return db.mark(ctx)
}

// mark writes the mark so that it outlives a power cut, whatever is written after it.
func (db *DB) mark(ctx context.Context) error {
	t, err := db.write.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer t.Rollback()
	if db.engine == Postgres {
		if _, err := t.ExecContext(ctx, sqlSyncOn.text[Postgres]); err != nil {
			return err
		}
	}
	if _, err := t.ExecContext(ctx, sqlSet.text[db.engine], 0, settingBuilding, machineRun()); err != nil {
		return err
	}
	return t.Commit()
}

// lax stops waiting for the disk on the writer's connection of SQLite; the mark stands already. The log grows longer before it is folded back, for the same pages are written often.
func (g *group) lax(ctx context.Context) error {
	for _, p := range []string{"synchronous=OFF", "wal_autocheckpoint=16384", "cache_size=-65536"} {
		if _, err := g.conn.ExecContext(ctx, "PRAGMA "+p); err != nil {
			return err
		}
	}
	return nil
}

// unsynced is an address of PostgreSQL whose commits do not wait for the disk.
func unsynced(url string) string {
	if strings.Contains(url, "?") {
		return url + "&synchronous_commit=off"
	}
	return url + "?synchronous_commit=off"
}

// Built ends the building: everything written is brought to the disk, then the mark is taken away. Nobody may be at work meanwhile. From then on every
// commit is durable, on SQLite also of this DB; on PostgreSQL of those who open it after. It changes nothing of an installation that is not being built.
func (db *DB) Built(ctx context.Context) error {
	if _, marked, err := Maybe[string](ctx, db, sqlSetting, int64(0), settingBuilding); err != nil || !marked {
		return err
	}
	if db.engine == SQLite {
		if err := db.settleFile(ctx); err != nil {
			return fmt.Errorf("built: %w", err)
		}
	}
	err := db.Keep(ctx, func(tx *Tx) error {
		if _, err := tx.Exec(ctx, sqlSyncOn); err != nil { // a commit that is waited for brings all earlier ones with it
			return err
		}
		_, err := tx.Exec(ctx, sqlUnmark, settingBuilding)
		return err
	})
	if err != nil {
		return fmt.Errorf("built: %w", err)
	}
	return nil
}

// settleFile gives SQLite a writer that waits for the disk, folds the log into the file, and brings the file to the disk.
func (db *DB) settleFile(ctx context.Context) (err error) {
	db.group.close()
	if db.group, err = newGroup(ctx, db); err != nil {
		return err
	}
	for _, p := range []string{"synchronous=FULL", "wal_autocheckpoint=1000", "cache_size=-32768", "wal_checkpoint(TRUNCATE)"} {
		if _, err := db.group.conn.ExecContext(ctx, "PRAGMA "+p); err != nil { // nobody is at work: the loop does not use it now
			return err
		}
	}
	if err := db.checkSync(ctx); err != nil {
		return err
	}
	for _, name := range []string{filepath.Join(db.dir, "congvu.db"), db.dir} {
		f, err := os.Open(name)
		if err != nil {
			return err
		}
		if err := errors.Join(f.Sync(), f.Close()); err != nil {
			return err
		}
	}
	return nil
}

func (db *DB) checkSync(ctx context.Context) error {
	var got string
	err := db.group.conn.QueryRowContext(ctx, "PRAGMA synchronous").Scan(&got)
	if err == nil && got != "2" {
		err = fmt.Errorf("sqlite runs with synchronous=%s, not 2", got)
	}
	return err
}

// machineRun names this run of the machine: another one means that what was not on the disk is gone.
func machineRun() string {
	b, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(b))
}
