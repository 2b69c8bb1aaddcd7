//go:build pkcs11 && linux && (amd64 || arm64)

package signer

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/x509"
	"encoding/asn1"
	"errors"
	"math/big"
	"time"
	"unsafe"
)

const (
	mechRSA   = 0x1
	mechPSS   = 0xd
	mechECDSA = 0x1041
)

func hardKeyOf(p object, pub crypto.PublicKey, known []*x509.Certificate) (k hardKey, ok bool) {
	if k.Kind, ok = kindOf(pub); !ok {
		return k, false
	}
	id, err := IDOf(pub)
	if err != nil {
		return k, false
	}
	k.ID, k.Label, k.Public, k.handle, k.alwaysAsk = id, p.label, pub, p.handle, p.alwaysAsk
	k.Certificates = chainFor(id, known, time.Now())
	switch pub := pub.(type) {
	case *rsa.PublicKey:
		k.size = pub.Size()
	case *ecdsa.PublicKey:
		k.bits = pub.Curve.Params().BitSize
		k.size = 2 * ((k.bits + 7) / 8)
	}
	return k, true
}

// Sign makes the signature in a session of its own.
func (h *hardware) Sign(ctx context.Context, o Order) (sig []byte, err error) {
	for try := 0; ; try++ {
		k, err := h.key(o.Key)
		if err != nil {
			return nil, err
		}
		var round int
		sig, round, err = h.signOnce(ctx, k, o)
		var code rv
		if err == errStale && try < 3 {
			continue
		}
		if err == nil || !errors.As(err, &code) || !gone[code] || errors.Is(err, ErrPIN) {
			return sig, toldOrNil(err)
		}
		if try > 0 {
			return nil, ErrDevice.because("%w", err)
		}
		if err := h.reopen(round); err != nil { // the key's handle is another one afterwards
			return nil, err
		}
	}
}

// errStale: the key was listed before the token was opened anew; its handle may mean another key now.
var errStale = errors.New("the token was opened anew")

func toldOrNil(err error) error {
	if err == nil {
		return nil
	}
	return told(err)
}

func (h *hardware) signOnce(ctx context.Context, k hardKey, o Order) ([]byte, int, error) {
	h.mu.RLock()
	defer h.mu.RUnlock()
	if h.lost != nil {
		return nil, h.round, h.lost
	}
	if k.round != h.round {
		return nil, h.round, errStale
	}
	var session ulong
	select {
	case session = <-h.sessions:
	case <-ctx.Done():
		return nil, h.round, ErrBusy
	}
	pool := h.sessions
	defer func() { pool <- session }()
	defer h.device.watch("sign")()
	how, in := howTo(k, o)
	var again func() error
	if k.alwaysAsk {
		again = func() error { return h.oncemore(session) }
	}
	raw, err := h.module.sign(session, k.handle, how, in, k.size, again)
	if err != nil {
		session = h.module.renew(h.slot, session)
	}
	if err == nil && k.Kind != RSA {
		raw, err = asn1Of(raw)
	}
	return raw, h.round, err
}

// oncemore gives the PIN to a key that wants it for each signature; one that was refused stops everything.
func (h *hardware) oncemore(session ulong) error {
	err := h.module.login(session, forOneCall, h.device.PIN)
	var code rv
	if errors.As(err, &code) && (code == rvPINIncorrect || code == rvPINLocked) {
		why := ErrPIN.because("for one signature: %w", errors.Join(err, h.device.mark(true)))
		go func() { // the lock is held for reading here
			h.mu.Lock()
			defer h.mu.Unlock()
			h.stopped, h.lost = why, why
		}()
		return why
	}
	return err
}

// howTo gives mechanism and input: for PKCS#1 v1.5 the DigestInfo, for ECDSA as much of the digest as the curve takes.
func howTo(k hardKey, o Order) (*mechanism, []byte) {
	switch o.Mechanism {
	case PKCS1v15:
		return &mechanism{kind: mechRSA}, append(append([]byte{}, digestInfos[o.Hash]...), o.Digest...)
	case PSS:
		m := pssMechanisms[o.Hash]
		m.salt = ulong(o.Salt)
		return &mechanism{mechPSS, unsafe.Pointer(&m), ulong(unsafe.Sizeof(m))}, o.Digest
	}
	return &mechanism{kind: mechECDSA}, o.Digest[:min(len(o.Digest), (k.bits+7)/8)]
}

// digestInfos are what stands before the digest (RFC 8017, 9.2).
var digestInfos = map[crypto.Hash][]byte{
	crypto.SHA256: {0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20},
	crypto.SHA384: {0x30, 0x41, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x02, 0x05, 0x00, 0x04, 0x30},
	crypto.SHA512: {0x30, 0x51, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x03, 0x05, 0x00, 0x04, 0x40},
}

// pssMechanisms name hash and mask generation (CKM_SHA256 and CKG_MGF1_SHA256, and so on).
var pssMechanisms = map[crypto.Hash]pssParams{crypto.SHA256: {hash: 0x250, mask: 2}, crypto.SHA384: {hash: 0x260, mask: 3}, crypto.SHA512: {hash: 0x270, mask: 4}}

// asn1Of turns r‖s into the form that certificates and CMS use.
func asn1Of(raw []byte) ([]byte, error) {
	if len(raw) == 0 || len(raw)%2 != 0 {
		return nil, rvGeneral
	}
	half := len(raw) / 2
	return asn1.Marshal(struct{ R, S *big.Int }{new(big.Int).SetBytes(raw[:half]), new(big.Int).SetBytes(raw[half:])})
}
