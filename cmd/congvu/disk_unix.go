//go:build linux || darwin || freebsd

package main

import "syscall"

// diskRoom gives the bytes below a folder: free for this account, and in all.
func diskRoom(folder string) (free, all uint64, ok bool) {
	var s syscall.Statfs_t
	if syscall.Statfs(folder, &s) != nil {
		return 0, 0, false
	}
	return uint64(s.Bavail) * uint64(s.Bsize), uint64(s.Blocks) * uint64(s.Bsize), true //nolint:unconvert // the widths differ by system
}
