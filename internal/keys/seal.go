package keys

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/json"
	"errors"
	"io/fs"
	"os"

	"golang.org/x/crypto/argon2"
)

const sealedType = "CONGVU SEALED KEY"

// foundation is store.json: how the wrapping key is derived, and a value only the right secret opens.
type foundation struct {
	Version  int    `json:"version"`
	Salt     []byte `json:"salt"`
	Passes   uint32 `json:"argon2id_passes"`
	MemoryKB uint32 `json:"argon2id_memory_kb"`
	Check    []byte `json:"check"`
}

type sealer struct{ aead cipher.AEAD }

func openSealer(path string, secret []byte) (*sealer, error) {
	b, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return foundSealer(path, secret)
	}
	if err != nil {
		return nil, err
	}
	var f foundation
	if err := json.Unmarshal(b, &f); err != nil || f.Version != 1 || len(f.Salt) < 16 || f.Passes < 1 || f.Passes > 16 || f.MemoryKB < 8<<10 || f.MemoryKB > 1<<20 {
		return nil, ErrDamaged.with("name", path)
	}
	s, err := f.derive(secret)
	if err != nil {
		return nil, err
	}
	if _, err := s.open(f.Check, []byte("check")); err != nil {
		return nil, ErrWrongSecret
	}
	return s, nil
}

// foundSealer links the new foundation into place: a second founder at the same moment opens the first one's.
func foundSealer(path string, secret []byte) (*sealer, error) {
	f := foundation{Version: 1, Salt: make([]byte, 16), Passes: 1, MemoryKB: 64 << 10}
	if _, err := rand.Read(f.Salt); err != nil {
		return nil, err
	}
	s, err := f.derive(secret)
	if err != nil {
		return nil, err
	}
	if f.Check, err = s.close(nil, []byte("check")); err != nil {
		return nil, err
	}
	b, err := json.MarshalIndent(f, "", "  ")
	if err != nil {
		return nil, err
	}
	if err := createFile(path, b); errors.Is(err, fs.ErrExist) {
		return openSealer(path, secret)
	} else if err != nil {
		return nil, err
	}
	return s, nil
}

func (f foundation) derive(secret []byte) (*sealer, error) {
	block, err := aes.NewCipher(argon2.IDKey(secret, f.Salt, f.Passes, f.MemoryKB, 2, 32))
	if err != nil {
		return nil, err
	}
	aead, err := cipher.NewGCM(block)
	return &sealer{aead}, err
}

// close seals plain behind a fresh random nonce.
func (s *sealer) close(plain, bound []byte) ([]byte, error) {
	nonce := make([]byte, s.aead.NonceSize(), s.aead.NonceSize()+len(plain)+s.aead.Overhead())
	if _, err := rand.Read(nonce); err != nil {
		return nil, err
	}
	return s.aead.Seal(nonce, nonce, plain, bound), nil
}

func (s *sealer) open(sealed, bound []byte) ([]byte, error) {
	n := s.aead.NonceSize()
	if len(sealed) < n {
		return nil, errors.New("sealed value too short")
	}
	return s.aead.Open(nil, sealed[:n], sealed[n:], bound)
}

// binding ties a sealed key to its name and certificate, so that files cannot be swapped or given another certificate.
func binding(name string, cert *x509.Certificate) []byte {
	fp := sha256.Sum256(cert.Raw)
	return append([]byte("congvu key 1\x00"+name+"\x00"), fp[:]...)
}
