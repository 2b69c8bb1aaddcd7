package xmldsig

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// rules are the checks of this package, each with what the source says and what it would say without the check.
var rules = []struct{ rule, file, with, without string }{
	{"one signature only", "verify.go", "case v.signatures > 1:", "case false:"},
	{"the signature stands where the caller says", "verify.go", "case !slices.Equal(v.parent, parent):", "case false:"},
	{"the digest of the document", "verify.go", "if !bytes.Equal(sum(p.digestMethod, signed.Bytes()), p.digest) {", "if false {"},
	{"the value of the signature", "verify.go", "if p.method.holds(c.PublicKey, digest, p.value) {", "if true || p.method.holds(c.PublicKey, digest, p.value) {"},
	{"a certificate comes along", "verify.go", "return nil, ErrNoCertificate\n", "return &x509.Certificate{}, nil\n"},
	{"SHA-1 is weak", "verify.go", "if p.method.hash == crypto.SHA1 || p.digestMethod == crypto.SHA1 {", "if p.method.hash == crypto.SHA1 && p.digestMethod == crypto.SHA1 {"},
	{"a short key is weak", "verify.go", "k.N.BitLen() < 2048 {", "k.N.BitLen() < 1024 {"},
	{"SignedInfo is signed where it stands", "verify.go", "c.node(p.signedInfo, p.signedInfo.scope, around)", "c.node(p.signedInfo, p.signedInfo.scope, nil)"},
	{"the nearest xml attribute holds", "verify.go", "return b.space == a.space && b.local == a.local", "return false"},
	{"the whole document is referenced", "profile.go", `case a.space == "" && a.local == "URI" && a.value == "":`, `case a.space == "" && a.local == "URI":`},
	{"a reference has a URI", "profile.go", "if !uri {", "if !uri && false {"},
	{"one or two transforms", "profile.go", "if len(transforms) < 1 || len(transforms) > 2 || !kids[0].onlyElements() {", "if len(transforms) < 1 {"},
	{"the enveloped transform comes first", "profile.go", "if i == 0 && alg != algorithmEnveloped {", "if false {"},
	{"transforms are ds:Transform", "profile.go", `if t.tok.name.space != dsigSpace || t.tok.name.local != "Transform" {`, "if false {"},
	{"known canonicalizations only", "profile.go", "return false, ErrAlgorithm.because(\"canonicalization %s\", uri)", "return true, nil"},
	{"known signature methods only", "profile.go", "if p.method, ok = signatureMethods[uri]; !ok {", "if p.method, ok = signatureMethods[uri]; !ok && false {"},
	{"known digests only", "profile.go", "if p.digestMethod, ok = digestMethods[alg]; !ok {", "if p.digestMethod, ok = digestMethods[alg]; !ok && false {"},
	{"nothing more than the known children", "profile.go", "if len(rest) > 0 {", "if false {"},
	{"children of the ds namespace", "profile.go", "rest[0].tok.name.local == want && rest[0].tok.name.space == dsigSpace", "rest[0].tok.name.local == want"},
	{"no text between the parts", "profile.go", "if !n.onlyElements() {\n\t\treturn nil, ErrProfile.because(\"text in", "if false {\n\t\treturn nil, ErrProfile.because(\"text in"},
	{"no comments between the parts", "profile.go", "return !n.comments && strings.Trim", "return strings.Trim"},
	{"algorithms without parameters", "profile.go", "if len(n.kids()) > 0 || !n.onlyElements() || len(n.tok.attrs) != 1 ||", "if len(n.tok.attrs) != 1 ||"},
	{"no comments in values", "profile.go", "if len(n.kids()) > 0 || n.comments {", "if len(n.kids()) > 0 {"},
	{"no elements in values", "profile.go", "if len(n.kids()) > 0 || n.comments {", "if n.comments {"},
	{"values are base64", "profile.go", "if err != nil || len(b) == 0 {", "if err != nil && len(b) == 0 {"},
	{"the method is that of the key", "algorithm.go", "return m.rsa && rsa.VerifyPKCS1v15", "return rsa.VerifyPKCS1v15"},
	{"an ECDSA method is for an ECDSA key", "algorithm.go", "return !m.rsa && len(sig) == 2*n && ecdsa", "return len(sig) == 2*n && ecdsa"},
	{"an ECDSA value has its length", "algorithm.go", "return !m.rsa && len(sig) == 2*n && ecdsa", "return !m.rsa && ecdsa"},
	{"only the strong sign", "algorithm.go", "if k.N.BitLen() >= 2048 {", "if true {"},
	{"no DTD and no instructions", "scan.go", "return ErrForbidden.because(\"markup at byte %d\", s.pos)", "s.pos += 2\n\t\treturn s.scanText()"},
	{"no entities", "character.go", "return nil, ErrForbidden.because(\"entity %q\", ref)", "v = nil"},
	{"one root", "tag.go", "if s.rooted && len(s.open) == 0 {", "if false {"},
	{"nesting and number of elements", "tag.go", "s.elements > maxElements || len(s.open) >= maxDepth", "false"},
	{"attributes are not repeated", "tag.go", "if b.local == a.local && b.space == a.space {", "if b.local == a.local && b.space == a.space && false {"},
	{"namespaces are absolute", "tag.go", `d.space != "" && !absolute(d.space)`, "false"},
	{"reserved prefixes are kept", "tag.go", "if reserved ||", "if reserved && false ||"},
	{"end tags match", "scan.go", "if !bytes.HasPrefix(s.in[s.pos:], []byte(qname)) {", "if false {"},
	{"UTF-8 only", "scan.go", "if !utf8.Valid(in) {", "if !utf8.Valid(in) && false {"},
	{"size", "scan.go", "if len(in) > limit {", "if false {"},
	{"the canonical form is bounded", "canonical.go", "if b.left -= len(p); b.left < 0 {", "if false {"},
	{"only a readable canonical form is handed out", "verify.go", "if again.signatures != 0 {", "if again == nil {"},
	{"a signed document is not signed again", "sign.go", "if v.signatures > 0 {", "if false {"},
	{"one place for the signature", "sign.go", "if len(v.places) != 1 {", "if len(v.places) < 1 {"},
	{"the key is that of the certificate", "sign.go", "!ok || !pub.Equal(cert.PublicKey) {", "!ok || !pub.Equal(cert.PublicKey) && false {"},
	{"the signer's answer is checked", "sign.go", "if !how.holds(cert.PublicKey, sum(how.hash, []byte(info)), sig) {", "if false {"},
	{"foreign elements of that name are told", "survey.go", "v.lookalike = true", "v.lookalike = false"},
}

// needless are rules that another one makes up for: without them nothing wrong is accepted.
var needless = map[string]string{
	"only a readable canonical form is handed out": "the only signature is left out of the canonical form, so there is none in it",
}

// With any one rule switched off some test fails. The sources are changed for the compiler only (go test -overlay); that takes
// minutes, so it runs on demand: CONGVU_MUTATE=1 go test -run EachRuleIsNeeded ./internal/xmldsig. That every rule still stands
// in the source as written here is checked always.
func TestEachRuleIsNeeded(t *testing.T) {
	for _, r := range rules {
		t.Run(r.rule, func(t *testing.T) {
			b, err := os.ReadFile(r.file)
			if err != nil {
				t.Fatal(err)
			}
			if n := strings.Count(string(b), r.with); n != 1 {
				t.Fatalf("%s has this rule %d times: %s", r.file, n, r.with)
			}
			if os.Getenv("CONGVU_MUTATE") == "" {
				return
			}
			out, err := testWith(t, r.file, strings.Replace(string(b), r.with, r.without, 1))
			switch {
			case strings.Contains(out, "[build failed]"):
				t.Fatalf("does not compile:\n%s", out)
			case err == nil && needless[r.rule] == "":
				t.Error("no test notices that this rule is missing")
			case err != nil && needless[r.rule] != "":
				t.Errorf("called needless, yet missed:\n%s", out)
			}
		})
	}
}

// testWith runs the tests of this package as if a file had other contents.
func testWith(t *testing.T, file, contents string) (string, error) {
	t.Helper()
	dir := t.TempDir()
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	changed, overlay := filepath.Join(dir, file), filepath.Join(dir, "overlay.json")
	list, err := json.Marshal(map[string]map[string]string{"Replace": {filepath.Join(here, file): changed}})
	if err != nil {
		t.Fatal(err)
	}
	for name, b := range map[string][]byte{changed: []byte(contents), overlay: list} {
		if err := os.WriteFile(name, b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command("go", "test", "-vet=off", "-overlay", overlay, "-skip", "EachRuleIsNeeded|AgreesWithXmllint|Xmlsec1|Large|Samples", ".")
	cmd.Env = append(os.Environ(), "CONGVU_MUTATE=")
	out, err := cmd.CombinedOutput()
	return string(out), err
}
