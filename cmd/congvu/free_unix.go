//go:build unix

package main

import "syscall"

// freeSpace is how many bytes a folder's disk still takes; ok is false where that is not known.
func freeSpace(dir string) (bytes int64, ok bool) {
	var s syscall.Statfs_t
	if syscall.Statfs(dir, &s) != nil {
		return 0, false
	}
	return int64(s.Bavail) * int64(s.Bsize), true
}
