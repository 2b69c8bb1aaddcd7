package signer

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

// soft is a token in memory, with switches for what devices do wrong.
type soft struct {
	mu      sync.Mutex
	keys    map[KeyID]crypto.Signer
	listed  []Key
	refuse  error
	spoil   bool          // gives signatures over something else
	hold    chan struct{} // a signature waits for it
	started chan struct{} // told when a signature waits
}

func (s *soft) Describe() Description { return Description{"unit1", "0001", "soft"} }

func (s *soft) Keys() ([]Key, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.listed, s.refuse
}

func (s *soft) Key(id KeyID) (Key, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, k := range s.listed {
		if k.ID == id {
			return k, nil
		}
	}
	return Key{}, ErrKeyNotFound
}

func (s *soft) Sign(ctx context.Context, o Order) ([]byte, error) {
	s.mu.Lock()
	refuse, spoil, hold := s.refuse, s.spoil, s.hold
	s.mu.Unlock()
	if hold != nil {
		s.started <- struct{}{}
		select {
		case <-hold:
		case <-ctx.Done():
			return nil, ErrBusy
		}
	}
	if refuse != nil {
		return nil, refuse
	}
	digest := append([]byte{}, o.Digest...)
	if spoil {
		digest[0] ^= 1
	}
	var how crypto.SignerOpts = o.Hash
	if o.Mechanism == PSS {
		how = &rsa.PSSOptions{SaltLength: o.Salt, Hash: o.Hash}
	}
	return s.keys[o.Key].Sign(rand.Reader, digest, how)
}

func (s *soft) set(f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f()
}

// newSoft makes a token with a key of each kind; the last has no certificate.
func newSoft(t testing.TB) *soft {
	t.Helper()
	s := &soft{keys: map[KeyID]crypto.Signer{}}
	r, err := rsa.GenerateKey(rand.Reader, 2048)
	must(t, err)
	p256, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	p384, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	must(t, err)
	bare, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	s.add(t, "Dấu UBND phường", r, true)
	s.add(t, "p256", p256, true)
	s.add(t, "p384", p384, true)
	s.add(t, "bare", bare, false)
	return s
}

func (s *soft) add(t testing.TB, label string, k crypto.Signer, withCert bool) {
	t.Helper()
	id, err := IDOf(k.Public())
	must(t, err)
	kind, ok := kindOf(k.Public())
	if !ok {
		t.Fatal("kind")
	}
	one := Key{ID: id, Label: label, Kind: kind, Public: k.Public()}
	if withCert {
		one.Certificates = []*x509.Certificate{selfSigned(t, label, k)}
	}
	s.keys[id] = k
	s.listed = append(s.listed, one)
}

func selfSigned(t testing.TB, name string, k crypto.Signer) *x509.Certificate {
	t.Helper()
	c := &x509.Certificate{SerialNumber: big.NewInt(7), Subject: pkix.Name{CommonName: name}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, c, c, k.Public(), k)
	must(t, err)
	c, err = x509.ParseCertificate(der)
	must(t, err)
	return c
}

// serving is a Guard at work.
type serving struct {
	socket, log string
	guard       *Guard
	stop        func()
}

func serve(t testing.TB, token Token, with func(*Guard)) *serving {
	t.Helper()
	dir := t.TempDir()
	s := &serving{socket: filepath.Join(dir, "s"), log: filepath.Join(dir, "log")}
	s.start(t, token, with)
	return s
}

func (s *serving) start(t testing.TB, token Token, with func(*Guard)) {
	t.Helper()
	log, err := OpenLog(s.log, token.Describe())
	must(t, err)
	l, err := Listen(s.socket, false)
	must(t, err)
	s.guard = &Guard{Token: token, Log: log}
	if with != nil {
		with(s.guard)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.guard.Serve(ctx, l) }()
	var once sync.Once
	s.stop = func() {
		once.Do(func() {
			cancel()
			if err := <-ended; err != nil {
				t.Error(err)
			}
			l.Close()
			must(t, log.Close())
		})
	}
	t.Cleanup(s.stop)
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
