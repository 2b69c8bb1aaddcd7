//go:build !linux

package signer

import (
	"errors"
	"net"
	"os"
)

// Outside of Linux no hardware is served, see ErrNotBuilt; what is left is enough to build and to refuse.

func peerOf(net.Conn) (int, error) { return 0, errors.ErrUnsupported }

func lockFile(*os.File) error { return errors.ErrUnsupported }

// Seclude is for Linux only.
func Seclude() error { return errors.ErrUnsupported }

func ownerOf(os.FileInfo) (int, bool) { return 0, false }
