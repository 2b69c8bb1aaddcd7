package backup

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"congvu/internal/blob"
	"congvu/internal/store"

	"github.com/klauspost/compress/zstd"
)

// Target is an empty installation. Extra says where the parts beside tables and files go: name in the copy → folder or file.
type Target struct {
	Store store.Config
	Blobs blob.Store
	Extra map[string]string
}

// Restore gives a copy back into an empty installation, on whichever engine, and records it there (installation.restored). Stamp "" is the
// newest. Every byte is checked first; then the files, last the tables: a process that is killed on the way leaves an installation without
// rows, into which it can be begun again.
func Restore(ctx context.Context, dir, stamp string, into Target) (Run, error) {
	if stamp == "" {
		copies, err := Copies(dir)
		if err != nil {
			return Run{}, err
		}
		if len(copies) == 0 {
			return Run{}, fmt.Errorf("no copy in %s: %w", dir, fs.ErrNotExist)
		}
		stamp = copies[0].Stamp
	}
	m, err := Inspect(ctx, dir, stamp)
	if err != nil {
		return Run{}, err
	}
	run := Run{Kind: Restored, State: Done, Stamp: stamp, Files: m.Files, Bytes: m.Bytes}
	folder := filepath.Join(dir, stamp)
	if run.NewBytes, err = giveFiles(ctx, filepath.Join(dir, "files"), folder, into.Blobs); err != nil {
		return run, err
	}
	if err := giveExtra(folder, m, into.Extra); err != nil {
		return run, err
	}
	loaded, err := loadTables(ctx, folder, into.Store)
	if err != nil {
		return run, err
	}
	run.Rows = loaded.Total
	db, err := store.Open(ctx, into.Store)
	if err != nil {
		return run, err
	}
	run.BeganAt, run.EndedAt = m.Tables.At, db.Now()
	err = db.Write(ctx, store.Actor{Via: store.ViaCLI}, func(tx *store.Tx) error {
		if err := tx.Set(ctx, 0, store.SettingRestored, fmt.Sprint(int64(run.BeganAt))); err != nil {
			return err
		}
		return run.keep(ctx, tx, "installation.restored")
	})
	return run, errors.Join(err, db.Close())
}

func loadTables(ctx context.Context, folder string, c store.Config) (store.Dumped, error) {
	f, err := os.Open(filepath.Join(folder, tablesName))
	if err != nil {
		return store.Dumped{}, err
	}
	defer f.Close()
	z, err := zstd.NewReader(f, zstd.WithDecoderMaxMemory(256<<20), zstd.WithDecoderConcurrency(1))
	if err != nil {
		return store.Dumped{}, err
	}
	defer z.Close()
	return store.Load(ctx, c, z)
}

func giveFiles(ctx context.Context, from, folder string, to blob.Store) (fresh int64, err error) {
	vault, err := blob.OpenDisk(from)
	if err != nil {
		return 0, err
	}
	err = eachFile(folder, func(sha string) error {
		if _, err := to.Stat(ctx, sha); err == nil {
			return nil
		}
		f, err := vault.Open(ctx, sha)
		if err != nil {
			return err
		}
		defer f.Close()
		ref, err := to.Put(ctx, f, 0)
		if err == nil && ref.SHA != sha {
			err = errors.New("its content is not what its address says")
		}
		if err != nil {
			return fmt.Errorf("file %s: %w", sha, err)
		}
		fresh += ref.Size
		return nil
	})
	return fresh, err
}

// giveExtra writes what lies beside tables and files; it never writes over what is there already.
func giveExtra(folder string, m Manifest, to map[string]string) error {
	for _, p := range m.Parts {
		below, is := strings.CutPrefix(p.Name, extraFolder+"/")
		if !is {
			continue
		}
		name, rest, _ := strings.Cut(below, "/")
		root, wanted := to[name]
		if !wanted {
			continue
		}
		path := root
		if rest != "" {
			path = filepath.Join(root, filepath.FromSlash(rest))
		}
		if err := place(filepath.Join(folder, filepath.FromSlash(p.Name)), path); err != nil {
			return err
		}
	}
	return nil
}

func place(from, to string) error {
	if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
		return err
	}
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return same(from, to)
	}
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Sync(), out.Close())
}

// same refuses to go on over another file of the same name; a repeated start finds its own.
func same(from, to string) error {
	a, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	b, err := os.ReadFile(to)
	if err == nil && string(a) != string(b) {
		err = fmt.Errorf("%s is there already and is another: restore into an empty folder", to)
	}
	return err
}
