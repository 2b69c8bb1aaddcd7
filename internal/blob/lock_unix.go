//go:build unix

package blob

import (
	"os"
	"syscall"
)

// lockTemp marks a temporary file as held; the mark dies with the process.
func lockTemp(f *os.File) error {
	return syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
}

func removeIfOrphan(path string) {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return
	}
	defer f.Close()
	if lockTemp(f) == nil {
		os.Remove(path)
	}
}
