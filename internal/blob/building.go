package blob

import (
	"io/fs"
	"os"
	"path/filepath"
)

// Building lets the store return from Put before the disk has the file, for an installation that is being built and can be built again (store.Config.Building),
// until Built.
func (d *Disk) Building() { d.lax.Store(true) }

// Built brings every file and every name to the disk; from then on Put waits again.
func (d *Disk) Built() error {
	d.lax.Store(false)
	return filepath.WalkDir(d.root, func(path string, at fs.DirEntry, err error) error {
		if err != nil || !at.IsDir() && !at.Type().IsRegular() {
			return err
		}
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		defer f.Close()
		return f.Sync()
	})
}

// sync makes a file durable, unless the store is being built.
func (d *Disk) sync(f *os.File) error {
	if d.lax.Load() {
		return nil
	}
	return f.Sync()
}

func (d *Disk) syncFolder(dir string) error {
	if d.lax.Load() {
		return nil
	}
	return SyncFolder(dir)
}
