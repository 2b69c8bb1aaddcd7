package signer

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"congvu/internal/keys"
	"congvu/internal/pades"
	"congvu/internal/paper"
)

var hsmKeys = []string{"hsm.r2048", "hsm.r3072", "hsm.p256", "hsm.p384"}

func TestHardwareKeysSignForManyAtOnce(t *testing.T) {
	h := newHSM(t)
	p := h.serve(t)
	r := NewRing(h.socket(), 0)
	const workers, each = 16, 50
	var failed atomic.Int64
	var work sync.WaitGroup
	for w := range workers {
		work.Go(func() {
			for n := range each {
				for _, name := range hsmKeys {
					k, _, _, err := r.Signer(name)
					if err == nil {
						d := sha256.Sum256(fmt.Appendf(nil, "%s %d %d", name, w, n))
						_, err = k.Sign(nil, d[:], crypto.SHA256) // believes no signature that does not verify
					}
					if err != nil {
						t.Error(err)
						failed.Add(1)
					}
				}
			}
		})
	}
	work.Wait()
	v, err := r.Inventory()
	must(t, err)
	must(t, p.Process.Signal(os.Interrupt))
	if code := p.wait(); code != 0 {
		t.Errorf("ended with %d: %s", code, p.err.String())
	}
	sum, err := CheckLog(h.path("log"))
	must(t, err)
	if want := uint64(workers * each * len(hsmKeys)); failed.Load() != 0 || v.Count != want || sum.Signatures != want || sum.PerKey == nil {
		t.Fatalf("%d failed, counted %d, logged %d of %d", failed.Load(), v.Count, sum.Signatures, want)
	}
	for _, text := range []string{p.out.String(), p.err.String(), readAll(t, h.path("log"))} {
		if strings.Contains(text, testPIN) {
			t.Fatal("the PIN was written somewhere")
		}
	}
}

func TestHardwareKeysKnowEveryMechanism(t *testing.T) {
	h := newHSM(t)
	h.newKey(t, "asks", "rsa:2048", 9, "--always-auth")
	h.certify(t)
	h.serve(t)
	r := NewRing(h.socket(), 0)
	for _, name := range append(hsmKeys, "hsm.asks") {
		k, cert, chain, err := r.Signer(name)
		must(t, err)
		if len(chain) != 1 || cert.CheckSignatureFrom(chain[0]) != nil {
			t.Fatalf("%s: chain %v", name, chain)
		}
		for _, hash := range []crypto.Hash{crypto.SHA256, crypto.SHA384, crypto.SHA512} {
			hows := []crypto.SignerOpts{hash}
			if _, ok := k.Public().(*rsa.PublicKey); ok {
				hows = append(hows, &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash, Hash: hash}, &rsa.PSSOptions{SaltLength: 17, Hash: hash})
			}
			for _, how := range hows {
				d := digestOf(hash, name)
				sig, err := k.Sign(nil, d, how)
				if err != nil {
					t.Errorf("%s %v %T: %v", name, hash, how, err)
					continue
				}
				if pub, ok := k.Public().(*ecdsa.PublicKey); ok && !ecdsa.VerifyASN1(pub, d, sig) {
					t.Errorf("%s %v does not verify", name, hash)
				}
			}
		}
	}
}

// What the token refuses leaves no session behind that cannot sign.
func TestARefusedOrderSpoilsNoSession(t *testing.T) {
	h := newHSM(t)
	h.serve(t, "--sessions", "2")
	k, _, _, err := NewRing(h.socket(), 0).Signer("hsm.r2048")
	must(t, err)
	d := sha256.Sum256(nil)
	for range 12 {
		var r *Refusal
		if _, err := k.Sign(nil, d[:], &rsa.PSSOptions{SaltLength: 500, Hash: crypto.SHA256}); !errors.Is(err, ErrMechanism) && !errors.Is(err, ErrDevice) || !errors.As(err, &r) {
			t.Fatalf("a salt longer than the key: %v", err)
		}
	}
	for range 6 {
		_, err = k.Sign(nil, d[:], crypto.SHA256)
		must(t, err)
	}
}

// A document signed and sealed by hardware passes, here and for pdfsig.
func TestADocumentSignedByHardwarePasses(t *testing.T) {
	h := newHSM(t)
	h.serve(t)
	store, err := keys.Open(h.path("keys"), []byte("0123456789abcdef"))
	must(t, err)
	store.Attach(Prefix, NewRing(h.socket(), 0))
	trustDir := h.path("trust")
	must(t, h.authority.WriteTrust(trustDir))
	trust, err := keys.LoadTrust(trustDir)
	must(t, err)
	trust.AllowTest = true
	page, err := paper.Render(paper.Document{Form: paper.Decision, Agency: "Ủy ban nhân dân phường Nghĩa Đô", Notation: "QĐ-UBND", Place: "Nghĩa Đô", Subject: "Về việc ban hành Quy chế",
		Authority: "Ủy ban nhân dân phường", LegalBases: []string{"Căn cứ Luật Tổ chức chính quyền địa phương"}, Body: "Ban hành Quy chế.", SignerPosition: "Chủ tịch",
		SignerName: "Nguyễn Văn Nghĩa", Receivers: []string{"Sở Nội vụ"}})
	must(t, err)
	for i, pair := range [][2]string{{"hsm.r2048", "hsm.r3072"}, {"hsm.p256", "hsm.p384"}} {
		file := page.PDF
		for n, name := range pair {
			key, cert, chain, err := store.Signer(name)
			must(t, err)
			req := pades.Request{Certificate: cert, Chain: chain, Key: key, At: time.Now()}
			if n == 0 {
				req.Certify = 2
			} else {
				req.Fill = map[string]string{paper.NumberField: "15", paper.DateField: "ngày 23 tháng 11 năm 2026"}
			}
			file, err = pades.Sign(context.Background(), file, req)
			must(t, err)
		}
		report, err := pades.Verify(file, pades.VerifyOptions{At: time.Now(), Trust: trust, RevocationOptional: true})
		must(t, err)
		if report.Outcome != pades.Passed || len(report.Signatures) != 2 {
			t.Fatalf("%v: %s, %+v", pair, report.Outcome, report)
		}
		tool, err := exec.LookPath("pdfsig")
		if err != nil {
			t.Log("pdfsig is not installed")
			continue
		}
		name := h.path(fmt.Sprintf("signed%d.pdf", i))
		must(t, os.WriteFile(name, file, 0o600))
		if out := h.run(t, tool, "-nocert", name); bytes.Count(out, []byte("Signature is Valid")) != 2 {
			t.Errorf("pdfsig: %s", out)
		}
	}
}

// The vendor's library takes its process with it: whoever asks is told so, and goes on when the process is there again.
func TestTheServerOutlivesTheSigner(t *testing.T) {
	h := newHSM(t)
	p := h.serve(t)
	r := NewRing(h.socket(), 5*time.Second)
	key, _, _, err := r.Signer("hsm.r3072")
	must(t, err)
	d := sha256.Sum256(nil)
	var good, away atomic.Int64
	halt := make(chan struct{})
	var work sync.WaitGroup
	for range 8 {
		work.Go(func() {
			for {
				select {
				case <-halt:
					return
				default:
				}
				switch _, err := key.Sign(nil, d[:], crypto.SHA256); {
				case err == nil:
					good.Add(1)
				case errors.Is(err, ErrAway):
					away.Add(1)
					time.Sleep(5 * time.Millisecond)
				default:
					t.Error(err)
					return
				}
			}
		})
	}
	until(t, func() bool { return good.Load() > 20 })
	p.kill()
	until(t, func() bool { return away.Load() > 20 })
	if _, err := r.List(); !errors.Is(err, ErrAway) {
		t.Errorf("list: %v", err)
	}
	before := good.Load()
	h.serve(t)
	until(t, func() bool { return good.Load() > before+20 })
	close(halt)
	work.Wait()
	v, err := r.Inventory()
	must(t, err)
	if v.Count < uint64(good.Load()) {
		t.Errorf("%d signatures handed out, %d counted", good.Load(), v.Count)
	}
}

func TestAWrongPINIsGivenOnce(t *testing.T) {
	h := newHSM(t)
	must(t, os.WriteFile(h.pin, []byte("111111\n"), 0o600))
	old := time.Now().Add(-time.Minute)
	must(t, os.Chtimes(h.pin, old, old))
	p := h.start(t)
	if code := p.wait(); code != 3 || !strings.Contains(p.err.String(), "từ chối mã PIN") {
		t.Fatalf("%d %s", code, p.err.String())
	}
	for range 3 { // whoever restarts it blindly
		p = h.start(t)
		if code := p.wait(); code != 3 || !strings.Contains(p.err.String(), "không thử lại") {
			t.Fatalf("%d %s", code, p.err.String())
		}
	}
	if strings.Contains(p.err.String(), "111111") {
		t.Error("the PIN was written")
	}
	must(t, os.WriteFile(h.pin, []byte(testPIN), 0o600)) // a newer file
	later := time.Now().Add(time.Minute)
	must(t, os.Chtimes(h.pin, later, later))
	h.serve(t).kill()
	must(t, os.Chtimes(h.pin, old, old)) // the mark went with the success
	h.serve(t)
}

func TestThePINMayComeFromTheEnvironment(t *testing.T) {
	h := newHSM(t)
	t.Setenv("CONGVU_SIGNER_PIN", testPIN)
	h.pin = ""
	h.serve(t).kill()
	t.Setenv("CONGVU_SIGNER_PIN", "")
	p := h.start(t)
	if code := p.wait(); code != 1 || !strings.Contains(p.err.String(), "Thiếu mã PIN") {
		t.Fatalf("%d %s", code, p.err.String())
	}
}

func TestATokenThatIsPulledIsMissedAndFoundAgain(t *testing.T) {
	h := newHSM(t)
	h.serve(t)
	r := NewRing(h.socket(), 0)
	key, _, _, err := r.Signer("hsm.p256")
	must(t, err)
	d := sha256.Sum256(nil)
	_, err = key.Sign(nil, d[:], crypto.SHA256)
	must(t, err)
	aside := h.path("aside")
	must(t, os.Rename(h.tokens, aside))
	must(t, os.Mkdir(h.tokens, 0o700))
	var last error
	until(t, func() bool {
		_, last = key.Sign(nil, d[:], crypto.SHA256)
		return errors.Is(last, ErrTokenAbsent)
	})
	if _, err := r.List(); !errors.Is(err, ErrTokenAbsent) {
		t.Errorf("list: %v", err)
	}
	must(t, os.Remove(h.tokens))
	must(t, os.Rename(aside, h.tokens))
	until(t, func() bool {
		_, last = key.Sign(nil, d[:], crypto.SHA256)
		return last == nil
	})
}

// A token of the same name is not the same token: it is never shown the PIN.
func TestAnotherTokenOfTheSameNameIsNotOpened(t *testing.T) {
	h := newHSM(t)
	h.serve(t)
	r := NewRing(h.socket(), 0)
	key, _, _, err := r.Signer("hsm.p256")
	must(t, err)
	own := h.path("own")
	must(t, os.Rename(h.tokens, own))
	must(t, os.Mkdir(h.tokens, 0o700))
	h.run(t, "softhsm2-util", "--init-token", "--free", "--label", "unit1", "--pin", "another", "--so-pin", "12345678")
	d := sha256.Sum256(nil)
	var last error
	until(t, func() bool {
		_, last = key.Sign(nil, d[:], crypto.SHA256)
		return last != nil
	})
	if !errors.Is(last, ErrTokenAbsent) || errors.Is(last, ErrPIN) {
		t.Fatal(last)
	}
	must(t, os.RemoveAll(h.tokens))
	must(t, os.Rename(own, h.tokens))
	until(t, func() bool {
		_, last = key.Sign(nil, d[:], crypto.SHA256)
		return last == nil
	})
}

func TestTheProgramSaysWhatIsMissing(t *testing.T) {
	h := newHSM(t)
	for want, args := range map[string][]string{
		"Đang thấy: unit1":            {"--token", "unit9"},
		"Không nạp được thư viện":     {"--module", h.path("none.so")},
		"Không đọc được chứng thư":    {"--certificates", h.path("none")},
		"Không mở được cổng nội bộ":   {"--socket", h.path("none/s")},
		"không có tài khoản":          {"--user", "nobody-of-this-name"},
		"Không dùng được tệp mã PIN ": {"--pin-file", h.path("softhsm.none")},
	} {
		p := h.start(t, args...)
		if code := p.wait(); code == 0 || !strings.Contains(p.err.String(), want) {
			t.Errorf("%v: %d %s", args, code, p.err.String())
		}
	}
	h.serve(t)
	p := h.start(t)
	if code := p.wait(); code != 1 || !strings.Contains(p.err.String(), "đang được một dịch vụ khóa ký khác ghi") {
		t.Errorf("a second one: %d %s", code, p.err.String())
	}
	p = h.start(t, "--log", h.path("log2"))
	if code := p.wait(); code != 1 || !strings.Contains(p.err.String(), "Đã có một dịch vụ khóa ký") {
		t.Errorf("a second one: %d %s", code, p.err.String())
	}
	out := string(h.run(t, h.program, "key", "list", "--data", h.path("data"), "--signer", h.socket()))
	if strings.Count(out, "nằm ở thiết bị khóa ký unit1") != 4 {
		t.Errorf("key list: %s", out)
	}
}

// The server's own build carries nothing that loads libraries.
func TestTheDefaultBuildLoadsNoLibraries(t *testing.T) {
	list := func(tags string) string {
		c := exec.Command("go", "list", "-deps", "-tags", tags, "congvu/cmd/congvu")
		c.Env = append(os.Environ(), "CGO_ENABLED=0")
		out, err := c.Output()
		if err != nil {
			t.Skip("go list: ", err)
		}
		return string(out)
	}
	if strings.Contains(list(""), "purego") {
		t.Error("purego is in the default build")
	}
	if !strings.Contains(list("pkcs11"), "purego") {
		t.Error("purego is not in the build with pkcs11")
	}
}

func readAll(t testing.TB, path string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Clean(path))
	must(t, err)
	return string(b)
}

// until waits for what must come.
func until(t testing.TB, f func() bool) {
	t.Helper()
	for range 600 {
		if f() {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatal("it did not come")
}
