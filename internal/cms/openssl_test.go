package cms

import (
	"crypto"
	"crypto/x509"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// matrix is every kind of key with every hash it signs with; PSS where the key can.
func matrix() []matrixRow {
	var rows []matrixRow
	for _, bits := range []int{2048, 3072, 4096} {
		who := person("Khóa RSA", rsaKey(bits))
		for _, h := range []crypto.Hash{crypto.SHA256, crypto.SHA384, crypto.SHA512} {
			rows = append(rows, matrixRow{who, h, false}, matrixRow{who, h, true})
		}
	}
	return append(rows, matrixRow{ecPerson(), crypto.SHA256, false}, matrixRow{ecPerson(), crypto.SHA384, false},
		matrixRow{p384Person(), crypto.SHA256, false}, matrixRow{p384Person(), crypto.SHA384, false})
}

type matrixRow struct {
	who  holder
	hash crypto.Hash
	pss  bool
}

// Each combination is signed by us and read by openssl, and the other way round; the certificate alone goes along. A changed
// content is refused in both directions.
func TestOpenSSLAndWeAgreeOnEveryAlgorithm(t *testing.T) {
	openssl := tool(t, "openssl")
	root, _ := keepPEM(t, authority())
	data, changed := keep(t, "d", content), keep(t, "d", append([]byte("!"), content...))
	names := map[crypto.Hash]string{crypto.SHA256: "sha256", crypto.SHA384: "sha384", crypto.SHA512: "sha512"}
	for _, row := range matrix() {
		name := row.who.cert.PublicKeyAlgorithm.String() + " " + names[row.hash]
		if row.pss {
			name += " PSS"
		}
		ours, err := Sign(contentDigest(row.hash), row.hash, row.who.cert, nil, row.who.key, SignOptions{PSS: row.pss})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		sig := keep(t, "s.p7", ours)
		read := func(data string) (string, error) {
			return openssl("cms", "-verify", "-inform", "DER", "-in", sig, "-content", data, "-binary", "-CAfile", root, "-purpose", "any", "-cades", "-out", os.DevNull)
		}
		if out, err := read(data); err != nil {
			t.Errorf("%s, ours: %s", name, out)
		}
		if _, err := read(changed); err == nil {
			t.Errorf("%s: openssl accepts another content", name)
		}
		checkTheirs(t, name, openssl, row, data, names[row.hash])
	}
}

func checkTheirs(t *testing.T, name string, openssl func(...string) (string, error), row matrixRow, data, md string) {
	t.Helper()
	cert, key := keepPEM(t, row.who)
	sig := filepath.Join(t.TempDir(), "theirs.p7")
	args := []string{"cms", "-sign", "-cades", "-binary", "-in", data, "-outform", "DER", "-signer", cert, "-inkey", key, "-md", md, "-out", sig}
	if row.pss {
		args = append(args, "-keyopt", "rsa_padding_mode:pss", "-keyopt", "rsa_pss_saltlen:digest")
	}
	if out, err := openssl(args...); err != nil {
		t.Fatalf("%s: %s", name, out)
	}
	b, err := os.ReadFile(sig)
	if err != nil {
		t.Fatal(err)
	}
	s, err := Parse(b)
	if err != nil {
		t.Fatalf("%s, theirs: %v", name, err)
	}
	r, err := s.Verify(contentDigest)
	if err != nil || !r.Signer.Equal(row.who.cert) || r.DigestAlg != row.hash || r.SigningCertificate != "v2" || strings.Contains(r.SigAlg, "PSS") != row.pss || len(r.Weak) > 0 {
		t.Errorf("%s, theirs: %v %+v", name, err, r)
	}
	if _, err := s.Verify(func(h crypto.Hash) []byte { return sum(h, []byte("khác")) }); !errors.Is(err, ErrDigestMismatch) {
		t.Errorf("%s: another content: %v", name, err)
	}
}

// A container in BER, the lengths of all that wraps indefinite, says the same as in DER, also to openssl.
func TestIndefiniteLengthsSayTheSame(t *testing.T) {
	openssl := tool(t, "openssl")
	root, _ := keepPEM(t, authority())
	data := keep(t, "d", content)
	attrs := [][]byte{kindAttribute(oidData), digestAttribute(contentDigest(crypto.SHA256)), essAttribute(ecPerson().cert)}
	for _, ber := range []bool{false, true} {
		b := forged(t, ecPerson(), forge{content: oidData, attrs: attrs, certificates: []*x509.Certificate{ecPerson().cert}, signerInfos: 1, ber: ber})
		if _, err := verifyBytes(b); err != nil {
			t.Errorf("indefinite %v: %v", ber, err)
		}
		if out, err := openssl("cms", "-verify", "-inform", "DER", "-in", keep(t, "s.p7", b), "-content", data, "-binary", "-CAfile", root, "-purpose", "any", "-cades", "-out", os.DevNull); err != nil {
			t.Errorf("indefinite %v: %s", ber, out)
		}
	}
}
