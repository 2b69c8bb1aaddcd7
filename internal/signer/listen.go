package signer

import (
	"net"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// Listen opens the socket at path. It appears with its mode already set: 0600, or 0666 when other accounts may ask, who are then told
// apart by the kernel's word for each connection. A socket that nobody answers on is left from a crash and replaced; ErrSocketTaken
// when somebody does, ErrSocketPath when something else stands there.
func Listen(path string, others bool) (net.Listener, error) {
	refused := ErrSocketPath.with("file", path)
	if len(path) > 100 { // the kernel's limit is 107 bytes
		return nil, refused.because("%d bytes", len(path))
	}
	if info, err := os.Lstat(path); err == nil {
		if info.Mode().Type() != os.ModeSocket {
			return nil, refused.because("%v stands there", info.Mode())
		}
		if c, err := net.DialTimeout("unix", path, time.Second); err == nil {
			c.Close()
			return nil, ErrSocketTaken.with("file", path)
		}
	}
	mode := os.FileMode(0o600)
	if others {
		mode = 0o666
	}
	dir, err := os.MkdirTemp(filepath.Dir(path), ".s") // mode 0700: nobody reaches the socket before it is ready
	if err != nil {
		return nil, refused.because("%w", err)
	}
	defer os.RemoveAll(dir)
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: filepath.Join(dir, "s"), Net: "unix"})
	if err != nil {
		return nil, refused.because("%w", err)
	}
	l.SetUnlinkOnClose(false) // it would unlink the first name
	if err = os.Chmod(filepath.Join(dir, "s"), mode); err == nil {
		err = os.Rename(filepath.Join(dir, "s"), path)
	}
	if err != nil {
		l.Close()
		return nil, refused.because("%w", err)
	}
	return &socket{UnixListener: l, path: path}, nil
}

// socket takes its name away when it is closed.
type socket struct {
	*net.UnixListener
	path string
	once sync.Once
}

// Close may be called again; it returns when the name is gone.
func (s *socket) Close() (err error) {
	s.once.Do(func() {
		if err = s.UnixListener.Close(); err == nil {
			err = os.Remove(s.path)
		}
	})
	return err
}
