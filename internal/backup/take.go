package backup

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"congvu/internal/blob"
	"congvu/internal/store"
)

// Vault takes the copies of an installation. Dir "" means that no folder was named: nothing is taken.
type Vault struct {
	DB      *store.DB
	Blobs   blob.Store
	Dir     string
	Extra   map[string]string // name in the copy → folder or file: keys, trusted roots
	Version string            // of the program
	Every   time.Duration     // 0 = only on request
	Keep    int               // copies kept; 0 = 14

	busy sync.Mutex
}

// keepWhenUnset is how many copies are kept.
const keepWhenUnset = 14

// errBusy: one copy at a time.
func errBusy() error {
	return store.Refuse(store.Conflict, "Một lần sao lưu khác đang chạy. Hãy chờ lần đó kết thúc rồi thử lại.")
}

// Take takes a copy now and keeps what came of it, also when it failed (installation.backup_failed). Only the system's administrator asks
// for one through a door; the operator and the clock act as the system.
func (v *Vault) Take(ctx context.Context, a store.Actor) (Run, error) {
	if !mayKeep(a) {
		return Run{}, errNotKeeper()
	}
	if v == nil || v.Dir == "" {
		return Run{}, errNoFolder()
	}
	if !v.busy.TryLock() {
		return Run{}, errBusy()
	}
	defer v.busy.Unlock()
	run := Run{Kind: Taken, State: Done, BeganAt: v.DB.Now(), ByPerson: a.Person}
	m, fresh, failed := v.write(ctx)
	run.Stamp, run.Rows, run.Files, run.Bytes, run.NewBytes, run.EndedAt = m.Stamp, m.Tables.Total, m.Files, m.Bytes, fresh, v.DB.Now()
	verb := "installation.backed_up"
	if failed != nil {
		run.State, run.Reason, verb = Failed, failed.Error(), "installation.backup_failed"
	}
	err := v.DB.Write(context.WithoutCancel(ctx), a, func(tx *store.Tx) error { return run.keep(ctx, tx, verb) })
	if failed == nil && err == nil {
		err = v.drop(ctx)
	}
	return run, errors.Join(failed, err)
}

// write makes the copy's folder and gives its manifest and how many bytes of files were new.
func (v *Vault) write(ctx context.Context) (m Manifest, fresh int64, err error) {
	m = Manifest{Congvu: "backup", Format: 1, Version: v.Version}
	if m.Stamp, err = v.freeStamp(); err != nil {
		return m, 0, err
	}
	folder := filepath.Join(v.Dir, m.Stamp+unfinished)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return m, 0, err
	}
	defer func() {
		if err != nil {
			os.RemoveAll(folder)
		}
	}()
	tables, err := compressed(folder, tablesName, func(w io.Writer) (err error) { m.Tables, err = v.DB.Dump(ctx, w); return err })
	if err != nil {
		return m, 0, err
	}
	list, err := compressed(folder, filesName, func(w io.Writer) (err error) { fresh, err = v.files(ctx, &m, w); return err })
	if err != nil {
		return m, fresh, err
	}
	m.Parts = append(m.Parts, tables, list)
	for name, path := range v.Extra {
		parts, err := copyTree(folder, extraFolder+"/"+name, path)
		if err != nil {
			return m, fresh, err
		}
		m.Parts = append(m.Parts, parts...)
	}
	return m, fresh, v.seal(folder, m)
}

// seal writes the manifest and gives the folder its name.
func (v *Vault) seal(folder string, m Manifest) error {
	p, err := newPart(folder, manifestName)
	if err != nil {
		return err
	}
	b, err := json.MarshalIndent(m, "", "  ")
	if err == nil {
		_, err = p.Write(b)
	}
	if _, end := p.end(); err != nil || end != nil {
		return errors.Join(err, end)
	}
	if err := blob.SyncFolder(folder); err != nil {
		return err
	}
	if err := os.Rename(folder, filepath.Join(v.Dir, m.Stamp)); err != nil {
		return err
	}
	return blob.SyncFolder(v.Dir)
}

// freeStamp names the copy by the time it begins.
func (v *Vault) freeStamp() (string, error) {
	stamp := v.DB.Now().Time().UTC().Format("20060102T150405Z")
	for n := 1; n < 100; n++ {
		name := stamp
		if n > 1 {
			name = fmt.Sprintf("%s-%d", stamp, n)
		}
		_, whole := os.Stat(filepath.Join(v.Dir, name))
		_, begun := os.Stat(filepath.Join(v.Dir, name+unfinished)) // by a process that was killed in the same second
		if errors.Is(whole, fs.ErrNotExist) && errors.Is(begun, fs.ErrNotExist) {
			return name, nil
		}
	}
	return "", errors.New("too many copies within one second")
}

// files brings every stored file into the vault, those it has already by name only.
func (v *Vault) files(ctx context.Context, m *Manifest, list io.Writer) (fresh int64, err error) {
	vault, err := blob.OpenDisk(filepath.Join(v.Dir, "files"))
	if err != nil {
		return 0, err
	}
	out := bufio.NewWriter(list)
	err = v.Blobs.List(ctx, func(i blob.Info) error {
		size, added, err := v.bring(ctx, vault, i.SHA)
		if errors.As(err, new(*goneError)) {
			return nil // removed meanwhile: no row of the copy names it any more
		}
		if err != nil {
			return err
		}
		if added {
			fresh += size
		}
		m.Files, m.Bytes = m.Files+1, m.Bytes+size
		_, err = fmt.Fprintln(out, i.SHA)
		return err
	})
	return fresh, errors.Join(err, out.Flush())
}

type goneError struct{ error }

// bring copies a file into the vault unless it is there. The vault is on a disk, which knows the length of compressed files too.
func (v *Vault) bring(ctx context.Context, vault *blob.Disk, sha string) (size int64, added bool, err error) {
	if i, err := vault.Stat(ctx, sha); err == nil {
		return i.Size, false, nil
	}
	f, err := v.Blobs.Open(ctx, sha)
	if errors.Is(err, blob.NotFound) {
		return 0, false, &goneError{err}
	}
	if err != nil {
		return 0, false, fmt.Errorf("file %s: %w", sha, err)
	}
	defer f.Close()
	ref, err := vault.Put(ctx, f, 0)
	if err == nil && ref.SHA != sha {
		err = errors.New("its content is not what its address says")
	}
	if err != nil {
		return 0, false, fmt.Errorf("file %s: %w", sha, err)
	}
	return ref.Size, true, nil
}

// copyTree copies a folder (or one file) below name; what does not exist is left out.
func copyTree(folder, name, path string) (out []Part, err error) {
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	err = filepath.WalkDir(path, func(at string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() {
			return err
		}
		below, err := filepath.Rel(path, at)
		if err != nil {
			return err
		}
		to := name
		if below != "." {
			to += "/" + filepath.ToSlash(below)
		}
		p, err := newPart(folder, to)
		if err != nil {
			return err
		}
		f, err := os.Open(at)
		if err == nil {
			_, err = io.Copy(p, f)
			f.Close()
		}
		done, end := p.end()
		out = append(out, done)
		return errors.Join(err, end)
	})
	return out, err
}

// drop removes the copies beyond those kept, what a killed process left unfinished, and files that no copy names any more.
func (v *Vault) drop(ctx context.Context) error {
	keep := v.Keep
	if keep == 0 {
		keep = keepWhenUnset
	}
	copies, err := Copies(v.Dir)
	if err != nil {
		return err
	}
	entries, err := os.ReadDir(v.Dir)
	for _, e := range entries {
		if strings.HasSuffix(e.Name(), unfinished) {
			err = errors.Join(err, os.RemoveAll(filepath.Join(v.Dir, e.Name())))
		}
	}
	if err != nil || len(copies) <= keep {
		return err
	}
	for _, m := range copies[keep:] {
		if err := os.RemoveAll(filepath.Join(v.Dir, m.Stamp)); err != nil {
			return err
		}
	}
	return v.sweep(ctx, copies[:keep])
}

func (v *Vault) sweep(ctx context.Context, kept []Manifest) error {
	named := map[string]bool{}
	for _, m := range kept {
		if err := eachFile(filepath.Join(v.Dir, m.Stamp), func(sha string) error { named[sha] = true; return nil }); err != nil {
			return err
		}
	}
	vault, err := blob.OpenDisk(filepath.Join(v.Dir, "files"))
	if err != nil {
		return err
	}
	var gone []string
	if err := vault.List(ctx, func(i blob.Info) error {
		if !named[i.SHA] {
			gone = append(gone, i.SHA)
		}
		return nil
	}); err != nil {
		return err
	}
	for _, sha := range gone {
		if err := vault.Delete(ctx, sha); err != nil {
			return err
		}
	}
	return nil
}

// Work takes a copy whenever the newest whole one is older than Every, until ctx ends. A failure is told and tried again after an hour at most.
func (v *Vault) Work(ctx context.Context, trouble func(error)) {
	if v.Dir == "" || v.Every <= 0 {
		return
	}
	for {
		wait := v.untilNext()
		if wait <= 0 {
			wait = min(v.Every, time.Hour)
			if _, err := v.Take(ctx, store.Actor{Via: store.ViaSystem}); err != nil && ctx.Err() == nil {
				trouble(fmt.Errorf("backup: %w", err))
			} else {
				continue
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(min(wait, time.Minute)):
		}
	}
}

func (v *Vault) untilNext() time.Duration {
	copies, err := Copies(v.Dir)
	if err != nil || len(copies) == 0 {
		return 0
	}
	return copies[0].Tables.At.Time().Add(v.Every).Sub(v.DB.Now().Time())
}

// Begin takes a copy in the background, for a person who does not wait before the page; refusals come at once, the result stands in Runs.
func (v *Vault) Begin(a store.Actor, trouble func(error)) error {
	switch {
	case !mayKeep(a):
		return errNotKeeper()
	case v == nil || v.Dir == "":
		return errNoFolder()
	case v.Busy():
		return errBusy()
	}
	go func() {
		if _, err := v.Take(context.Background(), a); err != nil {
			trouble(fmt.Errorf("backup: %w", err))
		}
	}()
	return nil
}

// Busy tells whether a copy is being taken.
func (v *Vault) Busy() bool {
	if v == nil || !v.busy.TryLock() {
		return v != nil
	}
	v.busy.Unlock()
	return false
}

func errNoFolder() error {
	return store.Refuse(store.Conflict, "Máy chủ chưa được đặt thư mục sao lưu. Quản trị máy chủ đặt bằng tùy chọn --backup rồi khởi động lại.")
}
