package signer

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"congvu/internal/keys"
)

const testPIN = "918273"

// hsm is a SoftHSM token with keys and certificates, and the program built with the tag pkcs11.
type hsm struct {
	dir, tokens, module, program, pin string
	authority                         *keys.TestAuthority
}

// modules are where distributions put SoftHSM.
var modules = []string{"/usr/lib/softhsm/libsofthsm2.so", "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so", "/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so",
	"/usr/lib64/pkcs11/libsofthsm2.so"}

// built is what the tests share: the program, and a token with its certificates, which each test gets a copy of.
var built struct {
	once, filled   sync.Once
	program, model string
	err            error
}

// TestMain removes what the tests built.
func TestMain(m *testing.M) {
	code := m.Run()
	if built.program != "" {
		os.RemoveAll(filepath.Dir(built.program))
	}
	os.Exit(code)
}

func program(t testing.TB) string {
	t.Helper()
	built.once.Do(func() {
		dir, err := os.MkdirTemp("", "signer")
		if err != nil {
			built.err = err
			return
		}
		built.program = filepath.Join(dir, "congvu")
		build := exec.Command("go", "build", "-tags", "pkcs11", "-o", built.program, "congvu/cmd/congvu")
		build.Env = append(os.Environ(), "CGO_ENABLED=0")
		if out, err := build.CombinedOutput(); err != nil {
			built.err = fmt.Errorf("%w: %s", err, out)
		}
	})
	must(t, built.err)
	return built.program
}

// newHSM makes a token with the keys r2048, r3072, p256 and p384. The certificates of r2048 and p256 are on the token, the others in a folder.
func newHSM(t testing.TB) *hsm {
	t.Helper()
	if testing.Short() {
		t.Skip("builds the program and makes keys")
	}
	h := at(t.TempDir())
	for _, m := range modules {
		if _, err := os.Stat(m); err == nil {
			h.module = m
		}
	}
	for _, tool := range []string{"softhsm2-util", "pkcs11-tool", "go"} {
		if _, err := exec.LookPath(tool); err != nil || h.module == "" {
			t.Skip("softhsm2 and opensc are not installed (Debian: apt-get install softhsm2 opensc)")
		}
	}
	h.program = program(t)
	var err error
	h.authority, err = keys.NewTestAuthority(keys.TestOptions{From: time.Now().AddDate(-1, 0, 0), Until: time.Now().AddDate(5, 0, 0), Seed: []byte("hsm")})
	must(t, err)
	built.filled.Do(func() {
		model := at(filepath.Join(filepath.Dir(h.program), "model"))
		model.module, model.program, model.authority = h.module, h.program, h.authority
		model.fill(t)
		built.model = model.dir
	})
	if built.model == "" {
		t.Fatal("the token could not be made")
	}
	must(t, os.CopyFS(h.dir, os.DirFS(built.model)))
	h.configure(t)
	return h
}

func at(dir string) *hsm {
	return &hsm{dir: dir, tokens: filepath.Join(dir, "tokens"), pin: filepath.Join(dir, "pin")}
}

// configure leads SoftHSM to this token.
func (h *hsm) configure(t testing.TB) {
	t.Helper()
	must(t, os.WriteFile(h.path("softhsm.conf"), []byte("directories.tokendir = "+h.tokens+"\nobjectstore.backend = file\nlog.level = ERROR\n"), 0o600))
	must(t, os.WriteFile(h.pin, []byte(testPIN+"\n"), 0o600))
	must(t, os.Chmod(h.pin, 0o600)) // a copied one is more open
	t.Setenv("SOFTHSM2_CONF", h.path("softhsm.conf"))
}

func (h *hsm) fill(t testing.TB) {
	t.Helper()
	must(t, os.MkdirAll(h.tokens, 0o700))
	must(t, os.MkdirAll(h.path("certificates"), 0o700))
	h.configure(t)
	h.run(t, "softhsm2-util", "--init-token", "--free", "--label", "unit1", "--pin", testPIN, "--so-pin", "12345678")
	writePEM(t, h.path("certificates/issuing.pem"), h.authority.Issuing.Certificate)
	for i, kind := range []string{"rsa:2048", "rsa:3072", "EC:prime256v1", "EC:secp384r1"} {
		h.newKey(t, []string{"r2048", "r3072", "p256", "p384"}[i], kind, i+1)
	}
	h.certify(t, "r2048", "p256")
}

func (h *hsm) path(name string) string { return filepath.Join(h.dir, name) }

func (h *hsm) run(t testing.TB, name string, args ...string) []byte {
	t.Helper()
	out, err := exec.Command(name, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s %v: %v\n%s", name, args, err, out)
	}
	return out
}

func (h *hsm) tool(t testing.TB, args ...string) {
	t.Helper()
	h.run(t, "pkcs11-tool", append([]string{"--module", h.module, "--token-label", "unit1", "--login", "--pin", testPIN}, args...)...)
}

func (h *hsm) newKey(t testing.TB, label, kind string, id int, more ...string) {
	t.Helper()
	h.tool(t, append([]string{"--keypairgen", "--key-type", kind, "--label", label, "--id", fmt.Sprintf("%02d", id), "--usage-sign"}, more...)...)
}

// certify lets the token itself ask for its keys' certificates, as an operator does, and puts those of the named keys on the token.
func (h *hsm) certify(t testing.TB, onToken ...string) {
	t.Helper()
	p := h.serve(t)
	v, err := NewRing(h.socket(), 0).Inventory()
	must(t, err)
	for i, k := range v.Keys {
		if len(k.Certificates) > 0 {
			continue
		}
		block, _ := pem.Decode(h.run(t, h.program, "key", "request", v.Name(i), "--signer", h.socket(), "--name", "Ủy ban nhân dân phường Nghĩa Đô "+k.Label, "--code", "H26.99"))
		if block == nil {
			t.Fatal("no request")
		}
		r, err := x509.ParseCertificateRequest(block.Bytes)
		must(t, err)
		must(t, r.CheckSignature())
		if id, err := IDOf(r.PublicKey); err != nil || id != k.ID {
			t.Fatalf("request of another key, %v", err)
		}
		c := h.certificate(t, r.Subject, r.PublicKey)
		if !slices.Contains(onToken, k.Label) {
			writePEM(t, h.path("certificates/"+k.Label+".pem"), c)
			continue
		}
		file := h.path(k.Label + ".der")
		must(t, os.WriteFile(file, c.Raw, 0o600))
		h.tool(t, "--write-object", file, "--type", "cert", "--label", k.Label, "--id", fmt.Sprintf("%02d", 50+i))
	}
	must(t, p.Process.Signal(os.Interrupt))
	p.wait()
	must(t, os.Remove(h.path("log"))) // the tests count from here
}

func (h *hsm) certificate(t testing.TB, subject pkix.Name, pub crypto.PublicKey) *x509.Certificate {
	t.Helper()
	c := &x509.Certificate{SerialNumber: big.NewInt(time.Now().UnixNano()), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().AddDate(1, 0, 0),
		Subject: subject, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageContentCommitment}
	der, err := x509.CreateCertificate(rand.Reader, c, h.authority.Issuing.Certificate, pub, h.authority.Issuing.Key)
	must(t, err)
	c, err = x509.ParseCertificate(der)
	must(t, err)
	return c
}

func writePEM(t testing.TB, path string, c *x509.Certificate) {
	t.Helper()
	must(t, os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw}), 0o600))
}

// process is a running congvu signer.
type process struct {
	*exec.Cmd
	out, err lockedBuffer
	ended    chan struct{}
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func (h *hsm) socket() string { return h.path("s") }

// start runs the signer without waiting for it.
func (h *hsm) start(t testing.TB, more ...string) *process {
	t.Helper()
	args := []string{"signer", "--module", h.module, "--token", "unit1", "--pin-file", h.pin, "--socket", h.socket(), "--log", h.path("log"), "--certificates", h.path("certificates")}
	p := &process{Cmd: exec.Command(h.program, append(args, more...)...), ended: make(chan struct{})}
	p.Stdout, p.Stderr = &p.out, &p.err
	must(t, p.Start())
	go func() {
		p.Wait()
		close(p.ended)
	}()
	t.Cleanup(p.kill)
	return p
}

// serve runs the signer until it is ready.
func (h *hsm) serve(t testing.TB, more ...string) *process {
	t.Helper()
	p := h.start(t, more...)
	for range 600 {
		select {
		case <-p.ended:
			t.Fatalf("the signer ended: %s %s", p.out.String(), p.err.String())
		case <-time.After(50 * time.Millisecond):
		}
		if strings.Contains(p.out.String(), "Sẵn sàng") {
			return p
		}
	}
	t.Fatalf("the signer is not ready: %s %s", p.out.String(), p.err.String())
	return nil
}

// kill ends it as a crash would.
func (p *process) kill() {
	p.Process.Kill()
	<-p.ended
}

// wait gives the exit code of a process that ends by itself.
func (p *process) wait() int {
	<-p.ended
	return p.ProcessState.ExitCode()
}
