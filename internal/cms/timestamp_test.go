package cms

import (
	"crypto"
	"crypto/elliptic"
	"crypto/x509"
	"errors"
	"math/big"
	"os"
	"path/filepath"
	"testing"
	"time"
)

var stamped = []byte("giá trị chữ ký")

func stampedDigest(h crypto.Hash) []byte { return sum(h, stamped) }

func verifyToken(token []byte, roots *x509.CertPool) (*Timestamp, error) {
	s, err := ParseTimestamp(token)
	if err != nil {
		return nil, err
	}
	return s, s.Verify(stampedDigest, roots)
}

func TestTimestampVerifies(t *testing.T) { // S6.4
	s, err := verifyToken(tokenOver(t, stamper(), stamped, big.NewInt(99), true), rootPool())
	if err != nil {
		t.Fatal(err)
	}
	if !s.Time.Equal(stampDay.Add(250*time.Millisecond)) || s.Accuracy != time.Second || s.Policy.String() != "1.2.3.4" || s.Serial.Int64() != 4711 ||
		s.Nonce.Int64() != 99 || !s.Signer.Equal(stamper().cert) || len(s.Chain) != 2 {
		t.Fatalf("%+v", s)
	}
	if err := s.Verify(contentDigest, rootPool()); !errors.Is(err, ErrImprintMismatch) {
		t.Fatal("other data:", err)
	}
}

func TestTimestampRefusals(t *testing.T) {
	stranger := mustIssue(stamperTemplate(true), nil, ecKey(elliptic.P256()))
	loose := mustIssue(stamperTemplate(false), ref(authority()), ecKey(elliptic.P256()))
	two := stamperTemplate(true)
	two.ExtraExtensions = nil
	two.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageTimeStamping, x509.ExtKeyUsageEmailProtection}
	for name, c := range map[string]struct {
		token []byte
		want  error
	}{
		"signed by a person": {tokenOver(t, ecPerson(), stamped, nil, true), ErrTimestampUsage},
		"usage not critical": {tokenOver(t, loose, stamped, nil, true), ErrTimestampUsage},
		"further usage":      {tokenOver(t, mustIssue(two, ref(authority()), ecKey(elliptic.P256())), stamped, nil, true), ErrTimestampUsage},
		"unknown authority":  {tokenOver(t, stranger, stamped, nil, true), ErrTimestampTrust},
		"no ESS":             {tokenOver(t, stamper(), stamped, nil, false), ErrNoESS},
		"document signature": {mustSign(t, ecPerson(), crypto.SHA256, SignOptions{}), ErrContentType},
	} {
		if _, err := verifyToken(c.token, rootPool()); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := verifyBytes(tokenOver(t, stamper(), content, nil, true)); !errors.Is(err, ErrEncapsulated) {
		t.Error("a token is no document signature:", err)
	}
	b := tokenOver(t, stamper(), stamped, nil, true)
	s, err := ParseTimestamp(b)
	if err != nil {
		t.Fatal(err)
	}
	s.Signed.Content[len(s.Signed.Content)-8] ^= 1 // inside genTime
	if err := s.Verify(stampedDigest, rootPool()); !errors.Is(err, ErrDigestMismatch) {
		t.Error("changed token:", err)
	}
}

func TestTimestampIsKeptInSignature(t *testing.T) { // S5.3
	for _, ber := range []bool{false, true} {
		who := ecPerson()
		b := forged(t, who, forge{content: oidData, attrs: [][]byte{kindAttribute(oidData), digestAttribute(contentDigest(crypto.SHA256))}, certificates: []*x509.Certificate{who.cert}, signerInfos: 1, ber: ber})
		for n := 1; n <= 2; n++ {
			s, err := Parse(b)
			if err != nil {
				t.Fatal(err)
			}
			if b, err = s.WithTimestamp(tokenOver(t, stamper(), s.SignatureValue(), nil, true)); err != nil {
				t.Fatal(err)
			}
			r, err := verifyBytes(b)
			if err != nil || len(r.Timestamps) != n {
				t.Fatalf("ber %v: %d stamps, %v", ber, len(r.Timestamps), err)
			}
			token, err := ParseTimestamp(r.Timestamp)
			if err != nil {
				t.Fatal(err)
			}
			if err := token.Verify(func(h crypto.Hash) []byte { return sum(h, s.SignatureValue()) }, rootPool()); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func TestTimestampAnswers(t *testing.T) {
	digest, nonce := stampedDigest(crypto.SHA256), big.NewInt(77)
	granted := encode(tagSequence, []byte{tagInteger, 1, 0})
	answer := encode(tagSequence, granted, tokenOver(t, stamper(), stamped, nonce, true))
	if token, _, err := OpenTimestampResponse(answer, digest, nonce); err != nil {
		t.Fatal(err)
	} else if _, err := verifyToken(token, rootPool()); err != nil {
		t.Fatal(err)
	}
	if _, _, err := OpenTimestampResponse(answer, digest, big.NewInt(78)); !errors.Is(err, ErrImprintMismatch) {
		t.Error("replayed answer:", err)
	}
	if _, _, err := OpenTimestampResponse(answer, contentDigest(crypto.SHA256), nonce); !errors.Is(err, ErrImprintMismatch) {
		t.Error("answer to another request:", err)
	}
	refused := encode(tagSequence, encode(tagSequence, []byte{tagInteger, 1, 2}))
	if _, _, err := OpenTimestampResponse(refused, digest, nonce); !errors.Is(err, ErrTimestampRefused) {
		t.Error("refusal:", err)
	}
}

func TestOpenSSLAuthorityAnswersUs(t *testing.T) {
	openssl := tool(t, "openssl")
	cert, key := keepPEM(t, stamper())
	root, _ := keepPEM(t, authority())
	dir := t.TempDir()
	nonce, digest := big.NewInt(123456789), stampedDigest(crypto.SHA256)
	q, err := TimestampRequest(digest, crypto.SHA256, nonce)
	if err != nil {
		t.Fatal(err)
	}
	config := keep(t, "tsa.cnf", []byte("[tsa]\ndefault_tsa=t\n[t]\nserial="+filepath.Join(dir, "serial")+"\ndefault_policy=1.2.3.4.5\ndigests=sha256\naccuracy=secs:1,millisecs:500\ness_cert_id_chain=no\ness_cert_id_alg=sha256\nsigner_digest=sha256\n"))
	reply := filepath.Join(dir, "r.tsr")
	if out, err := openssl("ts", "-reply", "-config", config, "-queryfile", keep(t, "q.tsq", q), "-signer", cert, "-inkey", key, "-out", reply); err != nil {
		t.Fatal(out)
	}
	b, err := os.ReadFile(reply)
	if err != nil {
		t.Fatal(err)
	}
	_, s, err := OpenTimestampResponse(b, digest, nonce)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Verify(stampedDigest, rootPool()); err != nil {
		t.Fatal(err)
	}
	if s.Accuracy != 1500*time.Millisecond || s.Policy.String() != "1.2.3.4.5" {
		t.Fatalf("%+v", s)
	}
	ours := keep(t, "t.p7", tokenOver(t, stamper(), stamped, nil, true))
	if out, err := openssl("ts", "-verify", "-token_in", "-in", ours, "-data", keep(t, "d", stamped), "-CAfile", root); err != nil {
		t.Error("the fixture's own token:", out)
	}
}

func FuzzParseTimestamp(f *testing.F) {
	f.Add(tokenOver(f, stamper(), stamped, big.NewInt(5), true))
	f.Add(tokenOver(f, stamper(), stamped, nil, false))
	f.Fuzz(func(t *testing.T, b []byte) {
		s, err := ParseTimestamp(b)
		if err != nil {
			return
		}
		if s.Verify(stampedDigest, nil) == nil && s.Signer == nil {
			t.Fatal("accepted without signer")
		}
		_, _, _ = OpenTimestampResponse(b, s.Imprint, s.Nonce)
	})
}
