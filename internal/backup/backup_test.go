package backup_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"congvu/internal/backup"
	"congvu/internal/blob"
	"congvu/internal/store"
	"congvu/internal/storetest"
)

var (
	bg       = context.Background()
	keeper   = store.Actor{Person: 3, Agency: 1, Roles: store.SystemAdmin, Via: store.ViaWeb}
	operator = store.Actor{Via: store.ViaCLI}
)

type town struct {
	*testing.T
	clock *storetest.Clock
	vault *backup.Vault
	shas  []string
}

func newTown(t *testing.T) *town {
	t.Helper()
	c := &town{T: t, clock: storetest.NewClock(time.Date(2026, 11, 30, 8, 0, 0, 0, time.UTC))}
	blobs, err := blob.OpenDisk(filepath.Join(t.TempDir(), "files"))
	c.must(err)
	keys := filepath.Join(t.TempDir(), "keys")
	c.must(os.MkdirAll(filepath.Join(keys, "one"), 0o700))
	c.must(os.WriteFile(filepath.Join(keys, "one", "key.json"), []byte("sealed"), 0o600))
	c.vault = &backup.Vault{DB: storetest.OpenAt(t, c.clock), Blobs: blobs, Dir: filepath.Join(t.TempDir(), "copies"), Version: "test",
		Extra: map[string]string{"keys": keys, "absent": filepath.Join(keys, "nothing")}}
	for _, text := range []string{"Quyết định", strings.Repeat("Công văn dài, được nén khi cất. ", 1000), "Tờ trình"} {
		c.file(text)
	}
	return c
}

func (c *town) must(err error) {
	c.Helper()
	if err != nil {
		c.Fatal(err)
	}
}

func (c *town) file(text string) {
	c.Helper()
	ref, err := c.vault.Blobs.Put(bg, strings.NewReader(text), 0)
	c.must(err)
	c.shas = append(c.shas, ref.SHA)
	c.must(c.vault.DB.Write(bg, operator, func(tx *store.Tx) error {
		return errors.Join(tx.Set(bg, 0, ref.SHA, text), tx.Record(store.Event{Verb: "test.done", Ref: ref.SHA}))
	}))
}

func (c *town) empty() backup.Target {
	c.Helper()
	blobs, err := blob.OpenDisk(filepath.Join(c.TempDir(), "files"))
	c.must(err)
	return backup.Target{Store: storetest.Empty(c.T), Blobs: blobs, Extra: map[string]string{"keys": filepath.Join(c.TempDir(), "keys")}}
}

// V34: screen /admin/backups; command backup
// V59: screen /admin/backups; command restore
func TestCopyIsGivenBackWhole(t *testing.T) {
	c := newTown(t)
	took, err := c.vault.Take(bg, keeper)
	c.must(err)
	if took.Files != 3 || took.NewBytes == 0 || took.State != backup.Done {
		t.Fatalf("%+v", took)
	}
	c.file("Thông báo, sau bản sao")

	into := c.empty()
	gave, err := backup.Restore(bg, c.vault.Dir, "", into)
	c.must(err)
	if gave.Rows != took.Rows || gave.Files != 3 {
		t.Fatalf("%+v instead of %+v", gave, took)
	}
	for _, sha := range c.shas[:3] {
		c.must(into.Blobs.Verify(bg, sha))
	}
	key, err := os.ReadFile(filepath.Join(into.Extra["keys"], "one", "key.json"))
	if err != nil || string(key) != "sealed" {
		t.Fatal(key, err)
	}
	db, err := store.Open(bg, into.Store)
	c.must(err)
	defer db.Close()
	if v, err := store.Setting(bg, db, 0, c.shas[0], ""); err != nil || v != "Quyết định" {
		t.Fatal(v, err)
	}
	if v, _ := store.Setting(bg, db, 0, c.shas[3], "none"); v != "none" {
		t.Fatal("what came after the copy is there")
	}
	runs, err := backup.Runs(bg, db, keeper, 10)
	c.must(err)
	if len(runs) != 1 || runs[0].Kind != backup.Restored || runs[0].Stamp != took.Stamp {
		t.Fatalf("the result is not reported: %+v", runs)
	}
	if _, err := backup.Restore(bg, c.vault.Dir, took.Stamp, into); !errors.Is(err, store.ErrNotEmpty) {
		t.Fatalf("restored over an installation: %v", err)
	}
}

func TestFilesAreCopiedOnceAndOldCopiesGo(t *testing.T) {
	c := newTown(t)
	c.vault.Keep = 2
	_, err := c.vault.Take(bg, operator)
	c.must(err)
	c.file("Báo cáo")
	second, err := c.vault.Take(bg, operator)
	c.must(err)
	if second.Files != 4 || second.NewBytes != int64(len("Báo cáo")) {
		t.Fatalf("copied anew: %+v", second)
	}
	c.must(c.vault.Blobs.Delete(bg, c.shas[0]))
	c.must(os.MkdirAll(filepath.Join(c.vault.Dir, "20200101T000000Z.unfinished"), 0o700))
	for range 2 {
		c.clock.Step(time.Hour)
		_, err = c.vault.Take(bg, operator)
		c.must(err)
	}
	copies, err := backup.Copies(c.vault.Dir)
	c.must(err)
	if len(copies) != 2 || !slices.IsSortedFunc(copies, func(a, b backup.Manifest) int { return strings.Compare(b.Stamp, a.Stamp) }) {
		t.Fatalf("%+v", copies)
	}
	if left, _ := filepath.Glob(filepath.Join(c.vault.Dir, "*.unfinished")); len(left) > 0 {
		t.Fatal(left)
	}
	files, err := blob.OpenDisk(filepath.Join(c.vault.Dir, "files"))
	c.must(err)
	if err := files.Verify(bg, c.shas[0]); !errors.Is(err, blob.NotFound) {
		t.Fatalf("a file that no copy names is kept: %v", err)
	}
	for _, m := range copies {
		_, err := backup.Inspect(bg, c.vault.Dir, m.Stamp)
		c.must(err)
	}
}

func TestDamagedCopiesAreRefusedBeforeAnythingIsGiven(t *testing.T) {
	for name, harm := range map[string]func(*town, string){
		"tables":          func(c *town, copy string) { flip(c, filepath.Join(copy, "tables.zst")) },
		"list of files":   func(c *town, copy string) { flip(c, filepath.Join(copy, "files.zst")) },
		"a key":           func(c *town, copy string) { flip(c, filepath.Join(copy, "extra", "keys", "one", "key.json")) },
		"a part is gone":  func(c *town, copy string) { c.must(os.Remove(filepath.Join(copy, "tables.zst"))) },
		"no manifest":     func(c *town, copy string) { c.must(os.Remove(filepath.Join(copy, "manifest.json"))) },
		"a file is gone":  func(c *town, copy string) { c.must(os.RemoveAll(filepath.Join(c.vault.Dir, "files", c.shas[1][:2]))) },
		"way out of it":   func(c *town, copy string) { edit(c, copy, `"extra/keys/one/key.json"`, `"../../../etc/passwd"`) },
		"another program": func(c *town, copy string) { edit(c, copy, `"congvu": "backup"`, `"congvu": "other"`) },
	} {
		t.Run(name, func(t *testing.T) {
			c := newTown(t)
			took, err := c.vault.Take(bg, operator)
			c.must(err)
			harm(c, filepath.Join(c.vault.Dir, took.Stamp))
			into := c.empty()
			if _, err := backup.Restore(bg, c.vault.Dir, took.Stamp, into); !errors.As(err, new(*backup.Damaged)) {
				t.Fatal(err)
			}
			n := 0
			c.must(into.Blobs.List(bg, func(blob.Info) error { n++; return nil }))
			if n > 0 {
				t.Fatalf("%d files were given", n)
			}
		})
	}
}

func flip(c *town, path string) {
	b, err := os.ReadFile(path)
	c.must(err)
	b[len(b)/2] ^= 1
	c.must(os.WriteFile(path, b, 0o600))
}

func edit(c *town, copy, old, new string) {
	path := filepath.Join(copy, "manifest.json")
	b, err := os.ReadFile(path)
	c.must(err)
	if !bytes.Contains(b, []byte(old)) {
		c.Fatalf("no %s in %s", old, b)
	}
	c.must(os.WriteFile(path, bytes.Replace(b, []byte(old), []byte(new), 1), 0o600))
}

func TestFailedCopyLeavesItsReasonAndNoCopy(t *testing.T) {
	c := newTown(t)
	c.vault.Blobs = &broken{c.vault.Blobs}
	run, err := c.vault.Take(bg, keeper)
	if err == nil || run.State != backup.Failed {
		t.Fatalf("%+v %v", run, err)
	}
	copies, err := backup.Copies(c.vault.Dir)
	c.must(err)
	runs, err := backup.Runs(bg, c.vault.DB, keeper, 5)
	c.must(err)
	if len(copies) != 0 || len(runs) != 1 || runs[0].State != backup.Failed || !strings.Contains(runs[0].Reason, "no disk") {
		t.Fatalf("%v %+v", copies, runs)
	}
}

type broken struct{ blob.Store }

func (b *broken) List(context.Context, func(blob.Info) error) error { return errors.New("no disk") }

func TestOnlyTheSystemsAdministratorKeepsCopies(t *testing.T) {
	c := newTown(t)
	for _, a := range []store.Actor{{Person: 5, Agency: 1, Roles: store.AgencyAdmin | store.Head, Via: store.ViaWeb}, {Person: 6, Via: store.ViaCLI}, {Via: store.ViaWeb}} {
		if _, err := c.vault.Take(bg, a); !errors.Is(err, store.Forbidden) {
			t.Errorf("%+v: %v", a, err)
		}
		if _, err := backup.Runs(bg, c.vault.DB, a, 5); !errors.Is(err, store.Forbidden) {
			t.Errorf("%+v: %v", a, err)
		}
	}
	if copies, err := backup.Copies(c.vault.Dir); err != nil || len(copies) > 0 {
		t.Fatal(copies, err)
	}
	if _, err := (&backup.Vault{DB: c.vault.DB}).Take(bg, keeper); !errors.Is(err, store.Conflict) {
		t.Fatal(err)
	}
}

func TestTheClockTakesCopies(t *testing.T) {
	c := newTown(t)
	c.vault.Every = time.Hour
	ctx, stop := context.WithCancel(bg)
	defer stop()
	ended := make(chan struct{})
	go func() { c.vault.Work(ctx, func(err error) { t.Error(err) }); close(ended) }()
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		if copies, err := backup.Copies(c.vault.Dir); err == nil && len(copies) == 1 {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("no copy was taken")
		}
	}
	stop()
	<-ended
	if copies, _ := backup.Copies(c.vault.Dir); len(copies) != 1 {
		t.Fatalf("%d copies in the first hour", len(copies))
	}
}
