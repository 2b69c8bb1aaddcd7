package cms

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/x509"
	"errors"
	"testing"
)

func TestSignedContentVerifies(t *testing.T) {
	for _, c := range []struct {
		name string
		who  holder
		hash crypto.Hash
		opt  SignOptions
		alg  string
	}{
		{"rsa", rsaPerson(), crypto.SHA256, SignOptions{}, "RSA-2048 SHA-256"},
		{"rsa sha-384", rsaPerson(), crypto.SHA384, SignOptions{}, "RSA-2048 SHA-384"},
		{"pss", rsaPerson(), crypto.SHA256, SignOptions{PSS: true}, "RSA-PSS-2048 SHA-256"},
		{"pss sha-512", rsaPerson(), crypto.SHA512, SignOptions{PSS: true}, "RSA-PSS-2048 SHA-512"},
		{"p-256", ecPerson(), crypto.SHA256, SignOptions{}, "ECDSA P-256 SHA-256"},
		{"p-384", p384Person(), crypto.SHA384, SignOptions{}, "ECDSA P-384 SHA-384"},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := mustSign(t, c.who, c.hash, c.opt)
			s, err := Parse(b)
			if err != nil {
				t.Fatal(err)
			}
			r, err := s.Verify(contentDigest)
			if err != nil {
				t.Fatal(err)
			}
			if !r.Signer.Equal(c.who.cert) || r.SigAlg != c.alg || r.DigestAlg != c.hash || len(r.Weak) != 0 || r.SigningCertificate != "v2" || len(r.Certificates) != 2 || !r.HasSignedAttributes {
				t.Fatalf("%+v", r)
			}
			if !r.SigningTime.IsZero() || s.Attribute(oidSigningTime) != nil {
				t.Fatal("PAdES forbids the signing-time attribute")
			}
			other := func(h crypto.Hash) []byte { return sum(h, []byte("nội dung khác")) }
			if r, err := s.Verify(other); !errors.Is(err, ErrDigestMismatch) || !r.Signer.Equal(c.who.cert) {
				t.Fatalf("changed content: %v", err)
			}
		})
	}
}

func TestOpenSSLAcceptsOurSignatures(t *testing.T) {
	openssl := tool(t, "openssl")
	root, _ := keepPEM(t, authority())
	data, changed := keep(t, "d", content), keep(t, "d", append([]byte("!"), content...))
	for name, b := range map[string][]byte{
		"rsa":   mustSign(t, rsaPerson(), crypto.SHA256, SignOptions{}),
		"pss":   mustSign(t, rsaPerson(), crypto.SHA384, SignOptions{PSS: true}),
		"p-256": mustSign(t, ecPerson(), crypto.SHA256, SignOptions{}),
		"p-384": mustSign(t, p384Person(), crypto.SHA384, SignOptions{}),
	} {
		sig := keep(t, "s.p7", b)
		verify := func(data string) (string, error) {
			return openssl("cms", "-verify", "-inform", "DER", "-in", sig, "-content", data, "-binary", "-CAfile", root, "-purpose", "any", "-cades", "-out", "/dev/null")
		}
		if out, err := verify(data); err != nil {
			t.Errorf("%s: %s", name, out)
		}
		if _, err := verify(changed); err == nil {
			t.Errorf("%s: changed content accepted", name)
		}
	}
}

func TestTwoPhaseSignature(t *testing.T) { // S10.1
	who := ecPerson()
	p, err := Prepare(contentDigest(crypto.SHA256), crypto.SHA256, who.cert, nil)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(p.Digest(), sum(p.Hash(), p.ToSign())) {
		t.Fatal("Digest is not the hash of ToSign")
	}
	r, s, err := ecdsa.Sign(rand.Reader, who.key.(*ecdsa.PrivateKey), p.Digest())
	if err != nil {
		t.Fatal(err)
	}
	plain := append(r.FillBytes(make([]byte, 32)), s.FillBytes(make([]byte, 32))...)
	b, err := p.Finish(plain)
	if err != nil {
		t.Fatal("r‖s from a token:", err)
	}
	if parsed, err := Parse(b); err != nil {
		t.Fatal(err)
	} else if _, err := parsed.Verify(contentDigest); err != nil {
		t.Fatal(err)
	}
	plain[40] ^= 1
	if _, err := p.Finish(plain); !errors.Is(err, ErrBadSignature) {
		t.Fatalf("wrong value: %v", err)
	}
	foreign, _ := ecKey(who.key.(*ecdsa.PrivateKey).Curve).Sign(rand.Reader, p.Digest(), crypto.SHA256)
	if _, err := p.Finish(foreign); !errors.Is(err, ErrBadSignature) {
		t.Fatalf("another key: %v", err)
	}
}

func TestSignRefusesWhatItMustNotMake(t *testing.T) {
	d := contentDigest(crypto.SHA256)
	if _, err := Sign(d, crypto.SHA256, rsaPerson().cert, nil, ecPerson().key, SignOptions{}); !errors.Is(err, ErrKeyMismatch) {
		t.Error("key of another certificate:", err)
	}
	if _, err := Prepare(contentDigest(crypto.SHA1), crypto.SHA1, rsaPerson().cert, nil); !errors.Is(err, ErrAlgorithm) {
		t.Error("SHA-1:", err)
	}
	if _, err := Prepare(d, crypto.SHA256, shortPerson().cert, nil); !errors.Is(err, ErrAlgorithm) {
		t.Error("RSA-1024:", err)
	}
	if _, err := Prepare(d[:20], crypto.SHA256, rsaPerson().cert, nil); !errors.Is(err, ErrDigestMismatch) {
		t.Error("short digest:", err)
	}
}

func TestReserveHoldsSignatureWithTimestamp(t *testing.T) {
	chain := []*x509.Certificate{authority().cert}
	for _, who := range []holder{rsaPerson(), ecPerson(), p384Person()} {
		s, err := Parse(mustSign(t, who, crypto.SHA256, SignOptions{}))
		if err != nil {
			t.Fatal(err)
		}
		b, err := s.WithTimestamp(tokenOver(t, stamper(), s.SignatureValue(), nil, true))
		if err != nil {
			t.Fatal(err)
		}
		if n := Reserve(who.cert, chain); len(b) > n {
			t.Errorf("%d bytes in a reserve of %d", len(b), n)
		}
	}
}

func BenchmarkSignAndVerify(b *testing.B) {
	for name, who := range map[string]holder{"rsa-2048": rsaPerson(), "p-256": ecPerson()} {
		b.Run(name+"/sign", func(b *testing.B) {
			for b.Loop() {
				mustSign(b, who, crypto.SHA256, SignOptions{})
			}
		})
		signed := mustSign(b, who, crypto.SHA256, SignOptions{})
		b.Run(name+"/verify", func(b *testing.B) {
			for b.Loop() {
				if _, err := verifyBytes(signed); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
