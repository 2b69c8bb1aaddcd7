package pades

import (
	"bytes"
	"crypto"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"congvu/internal/authority"
	"congvu/internal/cms"
	"congvu/internal/keys"
	"congvu/internal/pdf"
)

// city is a test authority with its services in this process, a leader and an agency, and a clock that tests move.
type city struct {
	authority      *keys.TestAuthority
	sim            *authority.Simulator
	client         *authority.Client
	trust          *keys.Trust
	leader, agency *keys.Identity
	now            time.Time
	pss            bool
}

func newCity(t testing.TB, algorithm keys.TestAlgorithm) *city {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	w := &city{now: signedAt.UTC()}
	clock := func() time.Time { return w.now }
	var err error
	w.authority, err = keys.NewTestAuthority(keys.TestOptions{From: testFrom, Until: testUntil, Algorithm: algorithm, Services: "http://authority.test", Revocation: keys.RevocationRequired})
	must(err)
	w.sim, err = authority.NewSimulator(w.authority, clock)
	must(err)
	valid := keys.Period{From: testFrom, Until: testFrom.AddDate(3, 0, 0)}
	w.leader, err = w.authority.Person("Nguyễn Văn Nghĩa", "Chủ tịch", "UBND xã Vĩnh Lĩnh", valid)
	must(err)
	w.agency, err = w.authority.Agency("UBND xã Vĩnh Lĩnh", "H26.15", valid)
	must(err)
	dir := t.TempDir()
	must(w.authority.WriteTrust(dir))
	w.trust, err = keys.LoadTrust(dir)
	must(err)
	w.trust.AllowTest = true
	w.client = &authority.Client{TSA: "http://authority.test" + authority.StampPath, Trust: w.trust, Now: clock, Transport: w.sim.Transport()}
	return w
}

func (w *city) request(id *keys.Identity) Request {
	return Request{Certificate: id.Certificate, Chain: id.Chain, Key: id.Key, At: w.now, PSS: w.pss}
}

func (w *city) extension() Extension {
	return Extension{Stamper: w.client, Witness: w.client, Trust: w.trust, At: w.now}
}

func (w *city) extend(t testing.TB, file []byte) *Extended {
	t.Helper()
	x, err := Extend(t.Context(), file, w.extension())
	if err != nil {
		t.Fatal(err)
	}
	return x
}

func (w *city) verify(t testing.TB, file []byte) *Report {
	t.Helper()
	return verify(t, file, VerifyOptions{At: w.now, Trust: w.trust})
}

// levels signs a file as an office does and keeps it at every level: the leader certifies, number and date, the agency seals,
// both with time stamps; then the evidence, then the document time stamp. The files are in the order of the levels.
func (w *city) levels(t testing.TB, file []byte) (out struct{ b, t, lt, lta []byte }) {
	t.Helper()
	lead := w.request(w.leader)
	lead.Certify = 2
	plain, seal := lead, w.request(w.agency)
	seal.Fill, seal.LockFields = numberAndDate, true
	if !hasField(t, file, NumberField) {
		seal.Fill = nil
	}
	out.b = mustSign(t, mustSign(t, file, plain), seal)
	lead.Stamper, seal.Stamper = w.client, w.client
	out.t = mustSign(t, mustSign(t, file, lead), seal)
	x := w.extend(t, out.t)
	if x.Level != "LTA" || len(x.Findings) > 0 || !x.TryAfter.IsZero() {
		t.Fatalf("extended to %s: %+v", x.Level, x.Findings)
	}
	out.lta = x.File
	r := w.verify(t, x.File)
	stamp := r.Signatures[len(r.Signatures)-1]
	out.lt = x.File[:bytes.LastIndex(x.File[:stamp.End-10], []byte("%%EOF\n"))+len("%%EOF\n")]
	return out
}

func hasField(t testing.TB, file []byte, name string) bool {
	t.Helper()
	f, err := pdf.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range formFields(f) {
		if x.name == name {
			return true
		}
	}
	return false
}

// foreignTools asks every independent tool at hand about a file that holds our signatures: structure, signatures, containers, tokens.
func foreignTools(t *testing.T, root *keys.Identity, file []byte) {
	t.Helper()
	f, err := pdf.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	signatures := 0
	for _, x := range signatureFields(f) {
		if f.Text(f.Dict(x.value)["SubFilter"]) != "ETSI.RFC3161" {
			signatures++
		}
	}
	crossCheck(t, file, signatures)
	dir := t.TempDir()
	algorithms := opensslReads(t, dir, root, f)
	if !strings.Contains(algorithms, "PSS") { // mutool reads containers with the PKCS#7 functions of OpenSSL, which know no PSS
		mutoolAccepts(t, dir, file, signatures)
	}
}

// mutoolAccepts wants every signature of a signer found right: mutool tells edits of later revisions, and knows no document time stamps.
func mutoolAccepts(t *testing.T, dir string, file []byte, signatures int) {
	t.Helper()
	tool, err := exec.LookPath("mutool")
	if err != nil {
		t.Log("mutool is not installed")
		return
	}
	name := filepath.Join(dir, "mutool.pdf")
	if err := os.WriteFile(name, file, 0o600); err != nil {
		t.Fatal(err)
	}
	out, _ := exec.Command(tool, "sign", "-v", name).CombinedOutput() // its status is that of its own trust store
	right := bytes.Count(out, []byte("The signature is valid but there have been edits since signing.")) + bytes.Count(out, []byte("The document is unchanged since signing."))
	if right != signatures {
		t.Errorf("mutool sign -v:\n%s", out)
	}
}

// opensslReads verifies each container with openssl cms, each token with openssl ts, and names the algorithms of the containers.
func opensslReads(t *testing.T, dir string, root *keys.Identity, f *pdf.File) (algorithms string) {
	t.Helper()
	tool, absent := exec.LookPath("openssl")
	if absent != nil {
		t.Log("openssl is not installed")
	}
	write := func(name string, b []byte) string {
		p := filepath.Join(dir, name)
		if err := os.WriteFile(p, b, 0o600); err != nil {
			t.Fatal(err)
		}
		return p
	}
	run := func(args ...string) {
		t.Helper()
		if absent != nil {
			return
		}
		if out, err := exec.Command(tool, args...).CombinedOutput(); err != nil {
			t.Errorf("openssl %s: %v\n%s", args[0], err, out)
		}
	}
	anchor := write("root.pem", keysPEM(root))
	token := func(raw, over []byte) {
		run("ts", "-verify", "-token_in", "-in", write("token", raw), "-data", write("over", over), "-CAfile", anchor)
	}
	for _, x := range signatureFields(f) {
		s := &signed{Signature: &Signature{}, dict: f.Dict(x.value), data: f.Data}
		if !s.readCoverage(f) {
			t.Fatal("coverage")
		}
		covered := append(bytes.Clone(f.Data[:s.hole[0]]), f.Data[s.hole[1]:s.End]...)
		c, err := cms.Parse(s.contents)
		if err != nil {
			t.Fatal(err)
		}
		if f.Text(s.dict["SubFilter"]) == "ETSI.RFC3161" {
			token(c.Raw, covered)
			continue
		}
		run("cms", "-verify", "-inform", "DER", "-in", write("sig.p7", c.Raw), "-content", write("data", covered), "-binary", "-CAfile", anchor,
			"-purpose", "any", "-cades", "-out", os.DevNull)
		r, err := c.Verify(func(h crypto.Hash) []byte { return s.digest(h) })
		if err != nil {
			t.Fatal(err)
		}
		algorithms += r.SigAlg + " "
		if r.Timestamp != nil {
			token(r.Timestamp, c.SignatureValue())
		}
	}
	return algorithms
}
