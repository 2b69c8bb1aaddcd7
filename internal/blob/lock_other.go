//go:build !unix

package blob

import "os"

func lockTemp(*os.File) error { return nil }

// Systems without advisory locks refuse to remove a file that a process holds open.
func removeIfOrphan(path string) { os.Remove(path) }
