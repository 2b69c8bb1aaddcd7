package keys

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

var (
	day    = time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	year   = Period{day.AddDate(0, -1, 0), day.AddDate(1, 0, 0)}
	secret = []byte("0123456789abcdef-secret")
)

func testAuthority(t testing.TB) *TestAuthority {
	t.Helper()
	a, err := NewTestAuthority(TestOptions{From: day.AddDate(-1, 0, 0), Until: day.AddDate(10, 0, 0), Seed: []byte("seed")})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func testPerson(t testing.TB, name string) *Identity {
	t.Helper()
	id, err := testAuthority(t).Person(name, "Chánh Văn phòng", "UBND phường Nghĩa Đô", year)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func openStore(t testing.TB, dir string) *Store {
	t.Helper()
	s, err := Open(dir, secret)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestStoreKeepsKeysAcrossOpening(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "keys")
	s := openStore(t, dir)
	for _, name := range []string{"ubnd.seal", "a_B-9"} {
		id := testPerson(t, name)
		if err := s.Put(name, id.Key, id.Certificate, id.Chain); err != nil {
			t.Fatal(err)
		}
	}
	s = openStore(t, dir)
	list, err := s.List()
	if err != nil || len(list) != 2 || list[0].Name != "a_B-9" || list[1].Name != "ubnd.seal" || len(list[1].Chain) != 1 {
		t.Fatalf("%+v %v", list, err)
	}
	key, cert, chain, err := s.Signer("ubnd.seal")
	if err != nil || len(chain) != 1 {
		t.Fatal(err)
	}
	d := sha256.Sum256([]byte("văn bản"))
	sig, err := key.Sign(rand.Reader, d[:], crypto.SHA256)
	if err != nil || !ecdsa.VerifyASN1(cert.PublicKey.(*ecdsa.PublicKey), d[:], sig) {
		t.Fatal("the unsealed key does not sign for its certificate")
	}
	if again, _, _, _ := s.Signer("ubnd.seal"); again != key {
		t.Fatal("unsealed twice")
	}
	if err := s.Remove("ubnd.seal"); err != nil {
		t.Fatal(err)
	}
	if _, _, _, err := s.Signer("ubnd.seal"); !errors.Is(err, ErrNotFound) {
		t.Fatal("removed key still signs:", err)
	}
	if err := s.Remove("ubnd.seal"); !errors.Is(err, ErrNotFound) {
		t.Fatal(err)
	}
}

// The operator replaces or removes a key with a command of its own while the server runs.
func TestAKeyThatAnotherProcessReplacedIsNotUsedAnyMore(t *testing.T) {
	dir := t.TempDir()
	server, command := openStore(t, dir), openStore(t, dir)
	first, second := testPerson(t, "first"), testPerson(t, "second")
	if err := command.Put("x", first.Key, first.Certificate, nil); err != nil {
		t.Fatal(err)
	}
	if _, c, _, err := server.Signer("x"); err != nil || !c.Equal(first.Certificate) {
		t.Fatal(err)
	}
	if err := command.Put("x", second.Key, second.Certificate, nil); err != nil {
		t.Fatal(err)
	}
	k, c, _, err := server.Signer("x")
	if err != nil || !c.Equal(second.Certificate) || !k.(*ecdsa.PrivateKey).Equal(second.Key) {
		t.Fatal("the key before is still used", err)
	}
	if err := command.Remove("x"); err != nil {
		t.Fatal(err)
	}
	if _, _, _, err := server.Signer("x"); !errors.Is(err, ErrNotFound) {
		t.Fatal("a removed key still signs:", err)
	}
}

func TestStoreRefusesAnotherSecret(t *testing.T) {
	dir := t.TempDir()
	openStore(t, dir)
	openStore(t, dir) // good twin
	if _, err := Open(dir, []byte("another secret of length")); !errors.Is(err, ErrWrongSecret) {
		t.Fatal(err)
	}
	if _, err := Open(t.TempDir(), []byte("short")); !errors.Is(err, ErrWeakSecret) {
		t.Fatal(err)
	}
}

func TestStoreIsNotFoundedAnewOverSealedKeys(t *testing.T) {
	dir := t.TempDir()
	id := testPerson(t, "x")
	if err := openStore(t, dir).Put("x", id.Key, id.Certificate, nil); err != nil {
		t.Fatal(err)
	}
	away := filepath.Join(t.TempDir(), "store.json")
	if err := os.Rename(filepath.Join(dir, "store.json"), away); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(dir, secret); !errors.Is(err, ErrDamaged) {
		t.Fatal(err)
	}
	if err := os.Rename(away, filepath.Join(dir, "store.json")); err != nil {
		t.Fatal(err)
	}
	if _, _, _, err := openStore(t, dir).Signer("x"); err != nil {
		t.Fatal("good twin:", err)
	}
}

func TestStoreFilesAreSealedAndPrivate(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "keys")
	s := openStore(t, dir)
	id := testPerson(t, "x")
	if err := s.Put("x", id.Key, id.Certificate, id.Chain); err != nil {
		t.Fatal(err)
	}
	raw, err := id.Key.(*ecdsa.PrivateKey).Bytes()
	if err != nil {
		t.Fatal(err)
	}
	files, _ := os.ReadDir(dir)
	if len(files) != 2 {
		t.Fatalf("%d files: a temporary one was left", len(files))
	}
	for _, f := range files {
		info, _ := f.Info()
		b, _ := os.ReadFile(filepath.Join(dir, f.Name()))
		if info.Mode().Perm() != 0o600 || bytes.Contains(b, raw) {
			t.Errorf("%s: mode %v", f.Name(), info.Mode())
		}
	}
	if info, _ := os.Stat(dir); info.Mode().Perm() != 0o700 {
		t.Errorf("folder mode %v", info.Mode())
	}
}

// A sealed key belongs to its name and its certificate; any other combination is damage.
func TestStoreRefusesSwappedFiles(t *testing.T) {
	dir := t.TempDir()
	s := openStore(t, dir)
	for _, name := range []string{"a", "b"} {
		id := testPerson(t, name)
		if err := s.Put(name, id.Key, id.Certificate, id.Chain); err != nil {
			t.Fatal(err)
		}
	}
	a, b := filepath.Join(dir, "a"+suffix), filepath.Join(dir, "b"+suffix)
	read := func(p string) string { x, _ := os.ReadFile(p); return string(x) }
	write := func(p, text string) {
		if err := os.WriteFile(p, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	goodA, goodB := read(a), read(b)
	cut := strings.Index(goodA, "-----BEGIN CERTIFICATE")
	for name, text := range map[string]string{
		"another key's file":   goodB,
		"another certificate":  goodA[:cut] + goodB[strings.Index(goodB, "-----BEGIN CERTIFICATE"):],
		"no certificate":       goodA[:cut],
		"empty":                "",
		"flipped sealed value": strings.Replace(goodA, "KEY-----\n", "KEY-----\nAAAA", 1),
	} {
		write(a, text)
		if _, _, _, err := openStore(t, dir).Signer("a"); !errors.Is(err, ErrDamaged) {
			t.Errorf("%s: %v", name, err)
		}
	}
	write(a, goodA)
	if _, _, _, err := openStore(t, dir).Signer("a"); err != nil {
		t.Error("good twin:", err)
	}
}

func TestPutRefusesForeignKeyAndBadNames(t *testing.T) {
	s := openStore(t, t.TempDir())
	a, b := testPerson(t, "a"), testPerson(t, "b")
	if err := s.Put("a", b.Key, a.Certificate, nil); !errors.Is(err, ErrKeyMismatch) {
		t.Error(err)
	}
	for _, name := range []string{"", "../a", ".a", "a/b", "a\x00", "đỗ", strings.Repeat("a", 101)} {
		if err := s.Put(name, a.Key, a.Certificate, nil); !errors.Is(err, ErrBadName) {
			t.Errorf("%q: %v", name, err)
		}
		if _, _, _, err := s.Signer(name); !errors.Is(err, ErrBadName) {
			t.Errorf("%q: %v", name, err)
		}
	}
	if err := s.Put("a", a.Key, a.Certificate, nil); err != nil {
		t.Error("good twin:", err)
	}
}

func TestMasterSecretIsMadeOnceAndPrivate(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	var wg sync.WaitGroup
	got := make([][]byte, 8)
	for i := range got {
		wg.Go(func() { got[i], _ = MasterSecret(dir) })
	}
	wg.Wait()
	for _, g := range got {
		if len(g) != 32 || !bytes.Equal(g, got[0]) {
			t.Fatalf("first users read different secrets: %x", got)
		}
	}
	path := filepath.Join(dir, "master.key")
	if info, _ := os.Stat(path); info.Mode().Perm() != 0o600 {
		t.Fatalf("mode %v", info.Mode())
	}
	if err := os.Chmod(path, 0o640); err != nil {
		t.Fatal(err)
	}
	if _, err := MasterSecret(dir); !errors.Is(err, ErrMasterExposed) {
		t.Fatal("readable by others:", err)
	}
	os.Chmod(path, 0o600)
	os.WriteFile(path, []byte("không phải hex"), 0o600)
	if _, err := MasterSecret(dir); !errors.Is(err, ErrWrongSecret) {
		t.Fatal("damaged:", err)
	}
}

func TestFoundersAgreeOnOneStore(t *testing.T) {
	dir := t.TempDir()
	var wg sync.WaitGroup
	for i := range 3 {
		wg.Go(func() {
			s, err := Open(dir, secret)
			if err != nil {
				t.Error(err)
				return
			}
			id := testPerson(t, fmt.Sprint(i))
			if err := s.Put(fmt.Sprint(i), id.Key, id.Certificate, nil); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	s := openStore(t, dir)
	for i := range 3 {
		if _, _, _, err := s.Signer(fmt.Sprint(i)); err != nil {
			t.Error(err)
		}
	}
}

func FuzzKeyFile(f *testing.F) {
	dir := f.TempDir()
	s := openStore(f, dir)
	id := testPerson(f, "x")
	if err := s.Put("x", id.Key, id.Certificate, id.Chain); err != nil {
		f.Fatal(err)
	}
	good, _ := os.ReadFile(s.path("x"))
	f.Add(good)
	f.Fuzz(func(t *testing.T, b []byte) {
		if err := os.WriteFile(s.path("y"), b, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, _, _, err := s.Signer("y"); err == nil {
			t.Fatal("a file nobody sealed for this name opens")
		}
	})
}

func BenchmarkOpenAndUseEightyKeys(b *testing.B) {
	dir := b.TempDir()
	s := openStore(b, dir)
	for i := range 80 {
		id := testPerson(b, fmt.Sprint(i))
		if err := s.Put(fmt.Sprint(i), id.Key, id.Certificate, id.Chain); err != nil {
			b.Fatal(err)
		}
	}
	for b.Loop() {
		s := openStore(b, dir)
		for i := range 80 {
			if _, _, _, err := s.Signer(fmt.Sprint(i)); err != nil {
				b.Fatal(err)
			}
		}
	}
}
