package keys

import (
	"os"
	"path/filepath"
)

// Building lets Put return before the disk has the key, for an installation that is being built and can be built again (store.Config.Building), until Built.
func (s *Store) Building() { s.lax.Store(true) }

// Built brings every key to the disk; from then on Put waits again.
func (s *Store) Built() error {
	s.lax.Store(false)
	files, err := filepath.Glob(filepath.Join(s.dir, "*"+suffix))
	if err != nil {
		return err
	}
	for _, name := range files {
		f, err := os.Open(name)
		if err != nil {
			return err
		}
		err = f.Sync()
		if e := f.Close(); err == nil {
			err = e
		}
		if err != nil {
			return err
		}
	}
	return SyncFolder(s.dir)
}

func (s *Store) replace(path string, b []byte) error {
	if s.lax.Load() {
		return renameFile(path, b, false)
	}
	return replaceFile(path, b)
}
