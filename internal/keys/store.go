package keys

import (
	"crypto"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
)

const (
	maxKeyFile = 1 << 20
	suffix     = ".key.pem"
)

var nameForm = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9._-]{0,99}$`)

// Store is an opened folder of sealed keys, safe for concurrent use. Unsealed keys stay in memory until Remove or the end of the program.
type Store struct {
	dir   string
	seal  *sealer
	rings []attached
	lax   atomic.Bool // nothing waits for the disk (building.go)

	mu   sync.Mutex
	open map[string]*held
}

// held is an unsealed key, good while its file stands as it was read.
type held struct {
	file  fs.FileInfo
	key   crypto.Signer
	cert  *x509.Certificate
	chain []*x509.Certificate
}

// Entry is one key of the Store as its certificate describes it.
type Entry struct {
	Name        string
	Certificate *x509.Certificate
	Chain       []*x509.Certificate
	Place       string // the device it lives on; "" = the Store's own folder
}

// Open opens the store in dir, or founds it there (mode 0700). secret is at least 16 bytes, usually from MasterSecret.
// ErrWrongSecret when the store was founded with another secret. Costs one Argon2id derivation (64 MB for a moment).
func Open(dir string, secret []byte) (*Store, error) {
	if len(secret) < minSecret {
		return nil, ErrWeakSecret
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	if err := refuseLostFoundation(dir); err != nil {
		return nil, err
	}
	seal, err := openSealer(filepath.Join(dir, "store.json"), secret)
	if err != nil {
		return nil, err
	}
	return &Store{dir: dir, seal: seal, open: map[string]*held{}}, nil
}

// refuseLostFoundation keeps a folder of sealed keys from being founded anew, which would make them look damaged one by one.
func refuseLostFoundation(dir string) error {
	_, err := os.Stat(filepath.Join(dir, "store.json"))
	if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	sealed, err := filepath.Glob(filepath.Join(dir, "*"+suffix))
	if err != nil || len(sealed) == 0 {
		return err
	}
	return ErrDamaged.with("name", "store.json").because("%d sealed keys without it", len(sealed))
}

// Put keeps key with its certificate and chain under name, replacing what was there. Refuses a key that is not the certificate's.
func (s *Store) Put(name string, key crypto.Signer, cert *x509.Certificate, chain []*x509.Certificate) error {
	if !nameForm.MatchString(name) {
		return ErrBadName.with("name", name)
	}
	if _, taken := s.beside(name); taken {
		return ErrElsewhere.with("name", name)
	}
	if pub, ok := key.Public().(interface{ Equal(crypto.PublicKey) bool }); !ok || !pub.Equal(cert.PublicKey) {
		return ErrKeyMismatch
	}
	plain, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return err
	}
	sealed, err := s.seal.close(plain, binding(name, cert))
	clear(plain)
	if err != nil {
		return err
	}
	b := pem.EncodeToMemory(&pem.Block{Type: sealedType, Bytes: sealed})
	for _, c := range append([]*x509.Certificate{cert}, chain...) {
		b = append(b, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw})...)
	}
	if len(b) > maxKeyFile {
		return ErrDamaged.with("name", name).because("chain too long")
	}
	if err := s.replace(s.path(name), b); err != nil { // beside the lock: many keys are put side by side
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.open, name)
	return nil
}

// Signer unseals the key once and hands out the same signer while its file stands: another process may replace or remove it. A key that
// lives in an attached ring is asked of that ring.
func (s *Store) Signer(name string) (crypto.Signer, *x509.Certificate, []*x509.Certificate, error) {
	key, cert, chain, err := s.unseal(name)
	if err != nil {
		return s.fromRing(name, err)
	}
	return key, cert, chain, nil
}

func (s *Store) unseal(name string) (crypto.Signer, *x509.Certificate, []*x509.Certificate, error) {
	if !nameForm.MatchString(name) {
		return nil, nil, nil, ErrBadName.with("name", name)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	file, err := os.Stat(s.path(name))
	if h, ok := s.open[name]; ok && err == nil && os.SameFile(h.file, file) && h.file.ModTime().Equal(file.ModTime()) && h.file.Size() == file.Size() {
		return h.key, h.cert, h.chain, nil
	}
	delete(s.open, name)
	sealed, e, err := s.read(name)
	if err != nil {
		return nil, nil, nil, err
	}
	damaged := ErrDamaged.with("name", name)
	plain, err := s.seal.open(sealed, binding(name, e.Certificate))
	if err != nil {
		return nil, nil, nil, damaged.because("%w", err)
	}
	parsed, err := x509.ParsePKCS8PrivateKey(plain)
	clear(plain)
	if err != nil {
		return nil, nil, nil, damaged.because("%w", err)
	}
	key, ok := parsed.(crypto.Signer)
	if !ok {
		return nil, nil, nil, damaged.because("key type %T", parsed)
	}
	if file != nil { // it appeared just now
		s.open[name] = &held{file, key, e.Certificate, e.Chain}
	}
	return key, e.Certificate, e.Chain, nil
}

// List gives the keys in the order of their names, without unsealing any, those of the attached rings included. A ring that does not answer
// is left out; Rings says why.
func (s *Store) List() ([]Entry, error) {
	files, err := os.ReadDir(s.dir)
	if err != nil {
		return nil, err
	}
	var out []Entry
	for _, f := range files {
		name, ok := strings.CutSuffix(f.Name(), suffix)
		if !ok || !nameForm.MatchString(name) {
			continue
		}
		_, e, err := s.read(name)
		if errors.Is(err, ErrNotFound) { // removed meanwhile
			continue
		}
		if err != nil {
			return nil, err
		}
		out = append(out, e)
	}
	return s.withRings(out), nil
}

// Remove forgets the key and deletes its file.
func (s *Store) Remove(name string) error {
	if !nameForm.MatchString(name) {
		return ErrBadName.with("name", name)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.open, name)
	err := os.Remove(s.path(name))
	if _, ok := s.beside(name); ok && errors.Is(err, fs.ErrNotExist) {
		return ErrElsewhere.with("name", name)
	}
	if errors.Is(err, fs.ErrNotExist) {
		return ErrNotFound.with("name", name)
	}
	if err != nil {
		return err
	}
	return SyncFolder(s.dir)
}

func (s *Store) path(name string) string { return filepath.Join(s.dir, name+suffix) }

// read gives the sealed key and the certificates of a key file.
func (s *Store) read(name string) ([]byte, Entry, error) {
	if !nameForm.MatchString(name) {
		return nil, Entry{}, ErrBadName.with("name", name)
	}
	b, err := os.ReadFile(s.path(name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, Entry{}, ErrNotFound.with("name", name)
	}
	if err != nil {
		return nil, Entry{}, err
	}
	damaged := ErrDamaged.with("name", name)
	block, rest := pem.Decode(b)
	if len(b) > maxKeyFile || block == nil || block.Type != sealedType {
		return nil, Entry{}, damaged.because("no sealed key")
	}
	certs, err := readPEM(rest)
	if err != nil || len(certs) == 0 {
		return nil, Entry{}, damaged.because("certificates: %w", err)
	}
	return block.Bytes, Entry{Name: name, Certificate: certs[0], Chain: certs[1:]}, nil
}

// readPEM reads certificates only; any other block is an error.
func readPEM(b []byte) ([]*x509.Certificate, error) {
	var out []*x509.Certificate
	for {
		var block *pem.Block
		if block, b = pem.Decode(b); block == nil {
			return out, nil
		}
		if block.Type != "CERTIFICATE" {
			return nil, errors.New("unexpected " + block.Type)
		}
		c, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, err
		}
		out = append(out, c)
	}
}
