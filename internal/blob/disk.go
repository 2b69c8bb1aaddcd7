package blob

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

const (
	tempFolder = "tmp"
	zstdSuffix = ".zst"
)

// Disk keeps files under one folder as ab/cd/abcd…, compressed ones with the suffix .zst. Folders are 0700, files 0600.
// Several processes may share the folder.
type Disk struct {
	root string

	durable sync.Map // folders whose entry in their parent this process has synced

	lax atomic.Bool // nothing waits for the disk (building.go)

	locks [64]sync.RWMutex // by the start of the address: placing and deleting exclude each other
}

var _ Store = (*Disk)(nil)

// OpenDisk opens or creates a store in root and removes temporary files that a killed process left behind.
func OpenDisk(root string) (*Disk, error) {
	root, err := filepath.Abs(root)
	if err != nil {
		return nil, err
	}
	temp := filepath.Join(root, tempFolder)
	if err := os.MkdirAll(temp, 0o700); err != nil {
		return nil, fmt.Errorf("open file store: %w", writeFailure(err))
	}
	for _, dir := range []string{filepath.Dir(root), root} {
		if err := SyncFolder(dir); err != nil {
			return nil, fmt.Errorf("open file store: %w", err)
		}
	}
	if err := removeOrphans(temp); err != nil {
		return nil, fmt.Errorf("open file store: %w", err)
	}
	return &Disk{root: root}, nil
}

func (d *Disk) Put(ctx context.Context, r io.Reader, limit int64) (Ref, error) {
	s, err := spool(ctx, filepath.Join(d.root, tempFolder), r, limit)
	if err != nil {
		return Ref{}, err
	}
	defer s.discard()
	if err := d.sync(s.file); err != nil {
		return Ref{}, writeFailure(err)
	}
	if err := d.place(s); err != nil {
		return Ref{}, writeFailure(err)
	}
	return s.ref, nil
}

// place moves the synced file to its address and makes the move durable. An older copy is replaced, which keeps one file,
// makes it young and repairs it.
func (d *Disk) place(s *spooled) error {
	path := d.path(s.ref.SHA)
	other := path + zstdSuffix
	if s.compressed {
		path, other = other, path
	}
	folder := filepath.Dir(path)
	if err := d.ensureFolder(folder); err != nil {
		return err
	}
	lock := d.lock(s.ref.SHA)
	lock.Lock()
	defer lock.Unlock()
	if err := os.Rename(s.file.Name(), path); err != nil {
		return err
	}
	if err := os.Remove(other); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return d.syncFolder(folder)
}

// ensureFolder makes ab/cd and syncs each new name in its parent, once per process: another process may have made the
// folder and crashed before syncing it. Two callers may both sync a new name; neither waits for the sync of another folder.
func (d *Disk) ensureFolder(folder string) error {
	for _, dir := range []string{filepath.Dir(folder), folder} {
		if _, done := d.durable.Load(dir); done {
			continue
		}
		if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
			return err
		}
		if err := d.syncFolder(filepath.Dir(dir)); err != nil {
			return err
		}
		d.durable.Store(dir, true)
	}
	return nil
}

// SyncFolder makes the names in a folder durable.
func SyncFolder(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer f.Close()
	return f.Sync()
}

func (d *Disk) path(sha string) string { return filepath.Join(d.root, sha[:2], sha[2:4], sha) }

func (d *Disk) lock(sha string) *sync.RWMutex {
	return &d.locks[(int(sha[0])*31+int(sha[1]))%len(d.locks)]
}

// held opens the stored form of an address.
func (d *Disk) held(sha string) (*os.File, Info, error) {
	if err := checkSHA(sha); err != nil {
		return nil, Info{}, err
	}
	lock := d.lock(sha)
	lock.RLock()
	defer lock.RUnlock()
	for _, suffix := range []string{"", zstdSuffix} {
		f, err := os.Open(d.path(sha) + suffix)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, Info{}, err
		}
		info, err := describe(f, sha, suffix != "")
		if err != nil {
			f.Close()
			return nil, Info{}, err
		}
		return f, info, nil
	}
	return nil, Info{}, refuse(NotFound, sha, nil)
}

func describe(f *os.File, sha string, compressed bool) (Info, error) {
	st, err := f.Stat()
	if err != nil {
		return Info{}, err
	}
	info := Info{SHA: sha, Size: st.Size(), StoredSize: st.Size(), Compressed: compressed, ModTime: st.ModTime()}
	if !st.Mode().IsRegular() {
		return info, refuse(Damaged, sha, errors.New("not a regular file"))
	}
	if compressed {
		var head [headLength]byte
		if _, err := io.ReadFull(io.NewSectionReader(f, 0, headLength), head[:]); err != nil {
			return info, refuse(Damaged, sha, err)
		}
		if info.Size, err = readHead(head[:]); err != nil {
			return info, refuse(Damaged, sha, err)
		}
	}
	return info, nil
}

func (d *Disk) Open(ctx context.Context, sha string) (*File, error) {
	f, info, err := d.held(sha)
	if err != nil {
		return nil, err
	}
	return newFile(info, &diskSource{ctx: ctx, file: f, compressed: info.Compressed}), nil
}

type diskSource struct {
	ctx        context.Context
	file       *os.File
	compressed bool
}

func (s *diskSource) from(offset int64) (io.ReadCloser, error) {
	if err := s.ctx.Err(); err != nil {
		return nil, err
	}
	if s.compressed {
		return expand(io.NopCloser(io.NewSectionReader(s.file, 0, 1<<62)), offset)
	}
	return io.NopCloser(io.NewSectionReader(s.file, offset, 1<<62-offset)), nil
}

func (s *diskSource) Close() error { return s.file.Close() }

func (d *Disk) Stat(_ context.Context, sha string) (Info, error) {
	f, info, err := d.held(sha)
	if err != nil {
		return Info{}, err
	}
	return info, f.Close()
}

func (d *Disk) Verify(ctx context.Context, sha string) error { return verify(ctx, d, sha) }

func (d *Disk) Delete(_ context.Context, sha string) error {
	if err := checkSHA(sha); err != nil {
		return err
	}
	lock := d.lock(sha)
	lock.Lock()
	defer lock.Unlock()
	return d.remove(sha)
}

func (d *Disk) remove(sha string) error {
	path := d.path(sha)
	for _, p := range []string{path, path + zstdSuffix} {
		if err := os.Remove(p); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	err := SyncFolder(filepath.Dir(path))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

func (d *Disk) DeleteOlder(_ context.Context, sha string, before time.Time) (bool, error) {
	if err := checkSHA(sha); err != nil {
		return false, err
	}
	lock := d.lock(sha)
	lock.Lock()
	defer lock.Unlock()
	found := false
	for _, p := range []string{d.path(sha), d.path(sha) + zstdSuffix} {
		st, err := os.Lstat(p)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return false, err
		}
		if !st.ModTime().Before(before) {
			return false, nil
		}
		found = true
	}
	if !found {
		return false, nil
	}
	return true, d.remove(sha)
}

// List skips whatever in the folder is not a file of the store.
func (d *Disk) List(ctx context.Context, visit func(Info) error) error {
	return eachFolder(d.root, func(a string) error {
		return eachFolder(filepath.Join(d.root, a), func(b string) error {
			if err := ctx.Err(); err != nil {
				return err
			}
			return d.listFolder(a+b, filepath.Join(d.root, a, b), visit)
		})
	})
}

func eachFolder(dir string, visit func(name string) error) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if e.IsDir() && len(e.Name()) == 2 {
			if err := visit(e.Name()); err != nil {
				return err
			}
		}
	}
	return nil
}

func (d *Disk) listFolder(prefix, dir string, visit func(Info) error) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		sha, compressed := strings.CutSuffix(e.Name(), zstdSuffix)
		if !ValidSHA(sha) || !strings.HasPrefix(sha, prefix) || !e.Type().IsRegular() {
			continue
		}
		st, err := e.Info()
		if errors.Is(err, fs.ErrNotExist) {
			continue // deleted meanwhile
		}
		if err != nil {
			return err
		}
		info := Info{SHA: sha, Size: st.Size(), StoredSize: st.Size(), Compressed: compressed, ModTime: st.ModTime()}
		if compressed {
			info.Size = -1
		}
		if err := visit(info); err != nil {
			return err
		}
	}
	return nil
}
