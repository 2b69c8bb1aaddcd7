package keys

import (
	"crypto/sha256"
	"crypto/x509"
	"encoding/binary"
	"slices"
	"sync"
	"time"
)

// knownChains remembers paths that were found to hold, with the span in which nothing about them changes: the signatures of an authority over
// its certificates need not be computed again for each document of the same signer. What was refused is always judged anew. Two generations bound it.
type knownChains struct {
	mu       sync.RWMutex
	now, old map[[sha256.Size]byte]knownChain
}

type knownChain struct {
	chain       *Chain
	from, until time.Time
}

const knownMost = 2048 // paths of one generation

// chainKey stands for everything that decides a path besides the store itself and the time.
func chainKey(cert *x509.Certificate, intermediates []*x509.Certificate, purpose Purpose, test bool) (key [sha256.Size]byte) {
	h := sha256.New()
	part := func(b []byte) {
		var n [8]byte
		binary.BigEndian.PutUint64(n[:], uint64(len(b)))
		h.Write(n[:])
		h.Write(b)
	}
	part([]byte(purpose))
	if test {
		part([]byte("test"))
	}
	part(cert.Raw)
	for _, c := range intermediates {
		part(c.Raw)
	}
	h.Sum(key[:0])
	return key
}

func (k *knownChains) find(key [sha256.Size]byte, at time.Time) *Chain {
	if k == nil {
		return nil
	}
	k.mu.RLock()
	defer k.mu.RUnlock()
	found, ok := k.now[key]
	if !ok {
		found, ok = k.old[key]
	}
	if !ok || at.Before(found.from) || at.After(found.until) {
		return nil
	}
	c := *found.chain
	c.Certificates = slices.Clone(c.Certificates)
	return &c
}

// keep remembers a path as long as each of its certificates, and each entry of the store on it, is valid.
func (k *knownChains) keep(key [sha256.Size]byte, c *Chain, pin func(*x509.Certificate) *Pin) {
	if k == nil {
		return
	}
	one := knownChain{chain: c, from: c.Certificates[0].NotBefore, until: c.Certificates[0].NotAfter}
	narrow := func(from, until time.Time) {
		if from.After(one.from) {
			one.from = from
		}
		if !until.IsZero() && until.Before(one.until) {
			one.until = until
		}
	}
	for _, x := range c.Certificates {
		narrow(x.NotBefore, x.NotAfter)
		if p := pin(x); p != nil {
			narrow(p.ValidFrom, p.ValidTo)
		}
	}
	held := *c
	held.Certificates = slices.Clone(c.Certificates)
	one.chain = &held
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.now == nil || len(k.now) >= knownMost {
		k.now, k.old = map[[sha256.Size]byte]knownChain{}, k.now
	}
	k.now[key] = one
}
