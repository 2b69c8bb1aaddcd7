//go:build unix

package axis

import (
	"fmt"
	"os"
	"path/filepath"
	"syscall"
)

// lockDir keeps a second process away from the store: the server itself does not, and two would destroy it. The lock dies with the process.
func lockDir(dir string) (*os.File, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		f.Close()
		return nil, fmt.Errorf("axis: %s is in use by another process: %w", dir, err)
	}
	return f, nil
}
