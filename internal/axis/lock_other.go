//go:build !unix

package axis

import (
	"os"
	"path/filepath"
)

// lockDir has no lock to offer here; the operator runs one process per folder.
func lockDir(dir string) (*os.File, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	return os.OpenFile(filepath.Join(dir, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
}
