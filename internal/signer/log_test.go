package signer

import (
	"bytes"
	"crypto"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

var someOrder = Order{Mechanism: PKCS1v15, Hash: crypto.SHA256, Digest: bytes.Repeat([]byte{0xab}, 32)}

func writtenLog(t *testing.T, path string, signatures int) {
	t.Helper()
	l, err := OpenLog(path, Description{Label: "unit1", Serial: "1"})
	must(t, err)
	var work sync.WaitGroup
	for range signatures {
		work.Go(func() {
			if err := l.Signed(someOrder, "seal"); err != nil {
				t.Error(err)
			}
		})
	}
	work.Wait()
	must(t, l.Close())
}

func TestTheCountGoesOnAcrossProcesses(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	writtenLog(t, path, 50)
	writtenLog(t, path, 30)
	s, err := CheckLog(path)
	must(t, err)
	if s.Signatures != 80 || s.Starts != 2 || s.Cuts != 0 || s.PerKey["0000000000000000 seal"] != 80 {
		t.Fatalf("%+v", s)
	}
	info, err := os.Stat(path)
	must(t, err)
	if info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v", info.Mode())
	}
	b, err := os.ReadFile(path)
	must(t, err)
	if !strings.Contains(string(b), `"mechanism":"rsa-pkcs1-sha256","digest":"`+strings.Repeat("ab", 32)+`"`) {
		t.Errorf("no digest in %s", b)
	}
}

func TestOneProcessWritesALog(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	l, err := OpenLog(path, Description{})
	must(t, err)
	if _, err := OpenLog(path, Description{}); !errors.Is(err, ErrLogBusy) {
		t.Fatal(err)
	}
	must(t, l.Close())
	writtenLog(t, path, 1)
}

func TestAnAlteredLogShows(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	writtenLog(t, path, 20)
	whole, err := os.ReadFile(path)
	must(t, err)
	lines := bytes.SplitAfter(whole, []byte("\n"))
	for name, b := range map[string][]byte{
		"a digit altered":    bytes.Replace(whole, []byte("abab"), []byte("abac"), 1),
		"a line taken out":   bytes.Join(append(append([][]byte{}, lines[:5]...), lines[6:]...), nil),
		"two lines swapped":  bytes.Join(append(append([][]byte{}, lines[0], lines[2], lines[1]), lines[3:]...), nil),
		"the first taken":    bytes.Join(lines[1:], nil),
		"a foreign line":     append(append([]byte{}, whole...), "{}\n"...),
		"not JSON":           append(append([]byte{}, whole...), "signed\n"...),
		"an unknown field":   append(append([]byte{}, whole...), `{"event":"signed","x":1}`+"\n"...),
		"an unfinished line": whole[:len(whole)-9],
	} {
		must(t, os.WriteFile(path, b, 0o600))
		if _, err := CheckLog(path); !errors.Is(err, ErrLogDamaged) {
			t.Errorf("%s: %v", name, err)
		}
	}
	must(t, os.WriteFile(path, append(append([]byte{}, whole...), "not ours\n"...), 0o600))
	if _, err := OpenLog(path, Description{}); !errors.Is(err, ErrLogDamaged) {
		t.Errorf("going on after a foreign line: %v", err)
	}
}

// What a crash left half written was never answered for: it goes, and that is noted.
func TestAnUnfinishedLineIsCutOff(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	writtenLog(t, path, 3)
	whole, err := os.ReadFile(path)
	must(t, err)
	for cut := 1; cut < 60; cut += 7 {
		must(t, os.WriteFile(path, whole[:len(whole)-cut], 0o600))
		writtenLog(t, path, 1)
		s, err := CheckLog(path)
		must(t, err)
		if s.Signatures != 3 || s.Cuts != 1 || s.Starts != 2 {
			t.Fatalf("%d bytes cut: %+v", cut, s)
		}
	}
}

func TestASignatureWithoutItsLineIsNotHandedOut(t *testing.T) {
	token := newSoft(t)
	s := serve(t, token, nil)
	r := NewRing(s.socket, 0)
	k, _, _, err := r.Signer("hsm.p256")
	must(t, err)
	full, err := os.OpenFile("/dev/full", os.O_RDWR, 0)
	if err != nil {
		t.Skip("no /dev/full here: ", err)
	}
	defer full.Close()
	real := s.guard.Log.file
	s.guard.Log.file = full
	if sig, err := k.Sign(nil, someOrder.Digest, crypto.SHA256); !errors.Is(err, ErrLog) || sig != nil {
		t.Fatalf("%x, %v", sig, err)
	}
	if n := s.guard.Log.Count(); n != 0 {
		t.Fatalf("counted %d", n)
	}
	s.guard.Log.file = real
	_, err = k.Sign(nil, someOrder.Digest, crypto.SHA256)
	must(t, err)
	s.stop()
	sum, err := CheckLog(s.log)
	must(t, err)
	if sum.Signatures != 1 {
		t.Fatalf("%+v", sum)
	}
}
