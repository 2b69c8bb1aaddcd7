package signer

import (
	"bytes"
	"crypto/x509"
	"errors"
	"io"
	"io/fs"
	"os"
	"time"
)

// Device says which token to open, and how.
type Device struct {
	Module       string // file of the vendor's library
	Token        string // label of the token
	PIN          []byte // empty: only for tokens with a keypad of their own
	PINSince     time.Time
	PINAgain     bool   // the operator has checked the PIN: try it although it was refused before
	Mark         string // file that remembers a refused PIN across restarts; "" = none
	Sessions     int    // at once; 0 = 8, never more than the token has
	Certificates []*x509.Certificate
	Hang         time.Duration // a call that takes longer ends the process, for a library cannot be interrupted; 0 = 1 minute
	Hung         func(what string)
}

const (
	shortestPIN = 4
	longestPIN  = 255
)

// ReadPIN reads a PIN from a file and tells since when the file stands like that. The file must be a plain one of this account, readable by
// nobody else, or one of root, who may let a group read it (credentials of systemd look like that); ErrPINFile otherwise. The PIN is one line.
func ReadPIN(path string) (pin []byte, since time.Time, err error) {
	refused := ErrPINFile.with("file", path)
	f, err := os.Open(path)
	if err != nil {
		return nil, since, refused.because("%w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, since, refused.because("%w", err)
	}
	if uid, known := ownerOf(info); !info.Mode().IsRegular() || known && !keepsPIN(info.Mode().Perm(), uid, os.Getuid()) {
		return nil, since, refused.because("mode %v, owner %d", info.Mode(), uid)
	}
	b, err := io.ReadAll(io.LimitReader(f, longestPIN+3))
	if err != nil {
		return nil, since, refused.because("%w", err)
	}
	if pin = CleanPIN(b); pin == nil {
		return nil, since, refused.because("%d bytes", len(b))
	}
	return pin, info.ModTime(), nil
}

func keepsPIN(mode os.FileMode, owner, self int) bool {
	if owner == 0 {
		return mode&0o037 == 0
	}
	return owner == self && mode&0o077 == 0
}

// CleanPIN takes the line's end off; nil when what is left is no PIN.
func CleanPIN(b []byte) []byte {
	b = bytes.TrimSuffix(bytes.TrimSuffix(b, []byte("\n")), []byte("\r"))
	if len(b) < shortestPIN || len(b) > longestPIN || bytes.ContainsAny(b, "\x00\n\r") {
		return nil
	}
	return b
}

// watch ends the process when a call takes too long: a library cannot be interrupted, and whoever started the process starts it again.
func (d Device) watch(what string) (done func()) {
	if d.Hung == nil {
		return func() {}
	}
	t := time.AfterFunc(d.Hang, func() { d.Hung(what) })
	return func() { t.Stop() }
}

// mayTry keeps a PIN that was refused from being tried again at each restart, which would lock the token.
func (d Device) mayTry() error {
	if d.Mark == "" || d.PINAgain {
		return nil
	}
	info, err := os.Stat(d.Mark)
	if errors.Is(err, fs.ErrNotExist) || err == nil && d.PINSince.After(info.ModTime()) {
		return nil
	}
	return ErrPINRetry.because("marked by %s: %v", d.Mark, err)
}

// mark remembers that the PIN was refused, or that it was taken.
func (d Device) mark(refused bool) error {
	if d.Mark == "" {
		return nil
	}
	if refused {
		return os.WriteFile(d.Mark, []byte("PIN refused\n"), 0o600)
	}
	if err := os.Remove(d.Mark); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
