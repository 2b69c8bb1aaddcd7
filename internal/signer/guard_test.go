package signer

import (
	"bytes"
	"crypto"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// Nobody gets more than a refusal with a message that is not one.
func TestTheGuardEndsAConnectionThatSpeaksNonsense(t *testing.T) {
	s := serve(t, newSoft(t), nil)
	good := Order{Mechanism: ECDSA, Hash: crypto.SHA256, Digest: make([]byte, 32)}.encode()
	for name, m := range map[string][]byte{
		"later version":  append([]byte{version + 1}, good[1:]...),
		"unknown kind":   {version, 9},
		"bytes behind":   append(append([]byte{}, good...), 0),
		"cut":            good[:len(good)-1],
		"list with more": {version, askList, 0},
		"mechanism":      bytes.Replace(good, []byte{byte(ECDSA), 1}, []byte{7, 1}, 1),
	} {
		c, err := net.Dial("unix", s.socket)
		must(t, err)
		c.SetDeadline(time.Now().Add(5 * time.Second))
		must(t, writeFrame(c, m))
		answer, err := readFrame(c, mostTold)
		must(t, err)
		if err := readAnswer(answer, tellSigned); !errors.Is(err, ErrProtocol) {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := c.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
			t.Errorf("%s: the connection goes on: %v", name, err)
		}
		c.Close()
	}
	c, err := net.Dial("unix", s.socket)
	must(t, err)
	defer c.Close()
	c.SetDeadline(time.Now().Add(5 * time.Second))
	_, err = c.Write(binary.BigEndian.AppendUint32(nil, 1<<30))
	must(t, err)
	answer, err := readFrame(c, mostTold)
	must(t, err)
	if err := readAnswer(answer, tellSigned); !errors.Is(err, ErrProtocol) {
		t.Errorf("a gigabyte announced: %v", err)
	}
}

func TestTheSocketIsForItsOwnerOnly(t *testing.T) {
	dir := t.TempDir()
	for others, mode := range map[bool]os.FileMode{false: 0o600, true: 0o666} {
		l, err := Listen(filepath.Join(dir, "s"), others)
		must(t, err)
		info, err := os.Stat(filepath.Join(dir, "s"))
		must(t, err)
		if info.Mode().Perm() != mode {
			t.Errorf("mode %v", info.Mode())
		}
		if _, err := Listen(filepath.Join(dir, "s"), false); !errors.Is(err, ErrSocketTaken) {
			t.Errorf("a second one: %v", err)
		}
		must(t, l.Close())
	}
	left, err := os.ReadDir(dir)
	must(t, err)
	if len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
	must(t, os.WriteFile(filepath.Join(dir, "file"), []byte("precious"), 0o600))
	for _, path := range []string{filepath.Join(dir, "file"), filepath.Join(dir, "none", "s"), filepath.Join(dir, strings.Repeat("x", 100))} {
		if _, err := Listen(path, false); !errors.Is(err, ErrSocketPath) {
			t.Errorf("%s: %v", path, err)
		}
	}
	b, err := os.ReadFile(filepath.Join(dir, "file"))
	must(t, err)
	if string(b) != "precious" {
		t.Error("the file was replaced")
	}
}

func TestASocketLeftByACrashIsReplaced(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s")
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	must(t, err)
	l.SetUnlinkOnClose(false)
	must(t, l.Close())
	again, err := Listen(path, false)
	must(t, err)
	must(t, again.Close())
}

func TestStrangersAreTurnedAway(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("accounts are told apart on Linux only")
	}
	g := &Guard{Users: []int{4711}}
	for uid, want := range map[int]bool{0: true, os.Getuid(): true, 4711: true, 4712: false} {
		if g.allowed(uid) != want {
			t.Errorf("account %d: %v", uid, !want)
		}
	}
	here, there := net.Pipe()
	defer there.Close()
	go g.serve(t.Context(), here) // a connection of which the kernel says nothing
	m, err := readFrame(there, mostTold)
	must(t, err)
	if err := readAnswer(m, tellSigned); !errors.Is(err, ErrStranger) {
		t.Fatal(err)
	}
}

func TestPINFilesThatOthersReadAreRefused(t *testing.T) {
	dir := t.TempDir()
	write := func(text string, mode os.FileMode) string {
		path := filepath.Join(dir, "pin")
		os.Remove(path)
		must(t, os.WriteFile(path, []byte(text), 0o600))
		must(t, os.Chmod(path, mode))
		return path
	}
	for _, good := range []string{"123456", "123456\n", "123456\r\n"} {
		pin, since, err := ReadPIN(write(good, 0o400))
		must(t, err)
		if string(pin) != "123456" || since.IsZero() {
			t.Errorf("%q read as %q", good, pin)
		}
	}
	bad := map[string]string{"exposed": "", "missing": filepath.Join(dir, "none"), "a folder": dir}
	for name, path := range bad {
		if name == "exposed" {
			path = write("123456", 0o644)
		}
		_, _, err := ReadPIN(path)
		if !errors.Is(err, ErrPINFile) || strings.Contains(err.Error(), "123456") {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, text := range []string{"", "123", "12\n3456\n", "12\x003456", strings.Repeat("1", 300)} {
		if _, _, err := ReadPIN(write(text, 0o600)); !errors.Is(err, ErrPINFile) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestWhoMayReadThePIN(t *testing.T) {
	for _, x := range []struct {
		mode        os.FileMode
		owner, self int
		want        bool
	}{{0o600, 7, 7, true}, {0o400, 7, 7, true}, {0o400, 0, 7, true}, {0o440, 0, 7, true}, {0o440, 7, 7, false}, {0o404, 0, 7, false}, {0o460, 0, 7, false}, {0o600, 8, 7, false}} {
		if keepsPIN(x.mode, x.owner, x.self) != x.want {
			t.Errorf("%+v", x)
		}
	}
}

// A call that does not return ends the process; one that returns does not.
func TestALibraryThatHangsEndsTheProcess(t *testing.T) {
	told := make(chan string, 2)
	d := Device{Hang: 20 * time.Millisecond, Hung: func(what string) { told <- what }}
	Device{Hang: time.Hour, Hung: d.Hung}.watch("good")()
	done := d.watch("sign")
	if what := <-told; what != "sign" {
		t.Fatal(what)
	}
	done()
	Device{}.watch("nobody to tell")()
}

// A PIN that was refused is tried again only when the operator has changed it, or says so.
func TestARefusedPINIsNotTriedAgain(t *testing.T) {
	d := Device{Mark: filepath.Join(t.TempDir(), "mark")}
	must(t, d.mayTry())
	must(t, d.mark(true))
	if err := d.mayTry(); !errors.Is(err, ErrPINRetry) {
		t.Fatal(err)
	}
	d.PINSince = time.Now().Add(-time.Hour)
	if err := d.mayTry(); !errors.Is(err, ErrPINRetry) {
		t.Fatal("an older file: ", err)
	}
	d.PINSince = time.Now().Add(time.Second)
	must(t, d.mayTry())
	d.PINSince, d.PINAgain = time.Time{}, true
	must(t, d.mayTry())
	must(t, d.mark(false))
	d.PINAgain = false
	must(t, d.mayTry())
	must(t, d.mark(false))
}
