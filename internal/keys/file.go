package keys

import (
	"os"
	"path/filepath"
)

// replaceFile writes b beside path, forces it to disk and renames it into place: after a crash the old or the new file stands whole.
func replaceFile(path string, b []byte) error {
	if err := renameFile(path, b, true); err != nil {
		return err
	}
	return SyncFolder(filepath.Dir(path))
}

func renameFile(path string, b []byte, durable bool) error {
	tmp, err := writeTemp(filepath.Dir(path), b, durable)
	if err == nil {
		if err = os.Rename(tmp, path); err != nil {
			os.Remove(tmp)
		}
	}
	return err
}

// createFile is replaceFile for a path that must not exist yet; fs.ErrExist otherwise.
func createFile(path string, b []byte) error {
	tmp, err := writeTemp(filepath.Dir(path), b, true)
	if err != nil {
		return err
	}
	defer os.Remove(tmp)
	if err := os.Link(tmp, path); err != nil {
		return err
	}
	return SyncFolder(filepath.Dir(path))
}

// writeTemp relies on os.CreateTemp giving mode 0600.
func writeTemp(dir string, b []byte, durable bool) (string, error) {
	f, err := os.CreateTemp(dir, ".writing-*")
	if err != nil {
		return "", err
	}
	_, err = f.Write(b)
	if err == nil && durable {
		err = f.Sync()
	}
	if e := f.Close(); err == nil {
		err = e
	}
	if err != nil {
		os.Remove(f.Name())
		return "", err
	}
	return f.Name(), nil
}

// SyncFolder makes the names in a folder durable.
func SyncFolder(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	err = d.Sync()
	if e := d.Close(); err == nil {
		err = e
	}
	return err
}
