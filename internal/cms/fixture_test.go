package cms

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"golang.org/x/crypto/cryptobyte"
	der "golang.org/x/crypto/cryptobyte/asn1"
)

// holder is a certificate with its key.
type holder struct {
	cert *x509.Certificate
	key  crypto.Signer
}

var (
	firstDay = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	lastDay  = time.Date(2046, 1, 1, 0, 0, 0, 0, time.UTC)
	stampDay = time.Date(2026, 6, 15, 8, 30, 0, 0, time.UTC)
)

var content = []byte("Kính gửi: Ủy ban nhân dân thành phố\n")

func contentDigest(h crypto.Hash) []byte { return sum(h, content) }

var authority = sync.OnceValue(func() holder {
	return mustIssue(&x509.Certificate{Subject: pkix.Name{CommonName: "CA thử nghiệm"}, IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign}, nil, fixedKey(2))
})
var rsaPerson = sync.OnceValue(func() holder { return person("Nguyễn Văn Nghĩa", rsaKey(2048)) })
var ecPerson = sync.OnceValue(func() holder { return person("Lê Thị Lĩnh", fixedKey(1)) })
var p384Person = sync.OnceValue(func() holder { return person("Trần Sĩ", ecKey(elliptic.P384())) })
var shortPerson = sync.OnceValue(func() holder { return person("Khóa ngắn", rsaKey(1024)) })
var stamper = sync.OnceValue(func() holder { return mustIssue(stamperTemplate(true), ref(authority()), fixedKey(3)) })

func ref(h holder) *holder { return &h }

func rsaKey(bits int) crypto.Signer {
	k, err := rsa.GenerateKey(rand.Reader, bits)
	if err != nil {
		panic(err)
	}
	return k
}

// fixedKey is the same in every process: fuzzing workers must know the keys of the coordinator's corpus.
func fixedKey(n byte) crypto.Signer {
	k, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), bytes.Repeat([]byte{n}, 32))
	if err != nil {
		panic(err)
	}
	return k
}

func ecKey(c elliptic.Curve) crypto.Signer {
	k, err := ecdsa.GenerateKey(c, rand.Reader)
	if err != nil {
		panic(err)
	}
	return k
}

func person(name string, key crypto.Signer) holder {
	return mustIssue(&x509.Certificate{Subject: pkix.Name{CommonName: name}, SubjectKeyId: sum(crypto.SHA1, []byte(name)), KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageContentCommitment}, ref(authority()), key)
}

func stamperTemplate(critical bool) *x509.Certificate {
	usage, _ := asn1.Marshal([]asn1.ObjectIdentifier{{1, 3, 6, 1, 5, 5, 7, 3, 8}})
	return &x509.Certificate{Subject: pkix.Name{CommonName: "TSA thử nghiệm"}, KeyUsage: x509.KeyUsageDigitalSignature,
		ExtraExtensions: []pkix.Extension{{Id: oidExtKeyUsage, Critical: critical, Value: usage}}}
}

func mustIssue(t *x509.Certificate, issuer *holder, key crypto.Signer) holder {
	spki, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		panic(err)
	}
	serial := append([]byte{1}, sum(crypto.SHA256, spki)[:12]...)
	t.SerialNumber, t.NotBefore, t.NotAfter = new(big.Int).SetBytes(serial), firstDay, lastDay
	parent, by := t, key
	if issuer != nil {
		parent, by = issuer.cert, issuer.key
	}
	b, err := x509.CreateCertificate(nil, t, parent, key.Public(), by)
	if err != nil {
		panic(err)
	}
	c, err := x509.ParseCertificate(b)
	if err != nil {
		panic(err)
	}
	return holder{c, key}
}

func rootPool() *x509.CertPool {
	p := x509.NewCertPool()
	p.AddCert(authority().cert)
	return p
}

func mustSign(t testing.TB, h holder, hash crypto.Hash, opt SignOptions) []byte {
	t.Helper()
	b, err := Sign(contentDigest(hash), hash, h.cert, []*x509.Certificate{authority().cert}, h.key, opt)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// forge describes a container that our own writer refuses to make.
type forge struct {
	content      asn1.ObjectIdentifier
	eContent     []byte
	attrs        [][]byte // nil: none at all
	certificates []*x509.Certificate
	signerInfos  int
	ber          bool
}

// forged signs with the holder's key whatever attributes it is given.
func forged(t testing.TB, h holder, f forge) []byte {
	t.Helper()
	attrs := []byte{}
	for _, a := range f.attrs {
		attrs = append(attrs, a...)
	}
	message := content
	if f.attrs != nil {
		message = encode(tagSet, attrs)
	}
	sig, err := h.key.Sign(rand.Reader, sum(crypto.SHA256, message), crypto.SHA256)
	if err != nil {
		t.Fatal(err)
	}
	p, err := Prepare(contentDigest(crypto.SHA256), crypto.SHA256, h.cert, nil)
	if err != nil {
		t.Fatal(err)
	}
	alg := built(p.scheme.addTo)
	digest := built(func(b *cryptobyte.Builder) { addAlgorithm(b, hashNames[1].digest, false) })
	serial := built(func(b *cryptobyte.Builder) { b.AddASN1BigInt(h.cert.SerialNumber) })
	parts := [][]byte{{tagInteger, 1, 1}, encode(tagSequence, h.cert.RawIssuer, serial), digest}
	if f.attrs != nil {
		parts = append(parts, encode(tagContext0, attrs))
	}
	info := encode(tagSequence, append(parts, alg, encode(tagOctetString, sig))...)
	var infos []byte
	for range f.signerInfos {
		infos = append(infos, info...)
	}
	inner := encodeOID(f.content)
	if f.eContent != nil {
		inner = append(inner, encode(tagContext0, encode(tagOctetString, f.eContent))...)
	}
	var certs []byte
	for _, c := range f.certificates {
		certs = append(certs, c.Raw...)
	}
	wrap := encode
	if f.ber {
		wrap = indefinite
	}
	data := wrap(tagSequence, []byte{tagInteger, 1, 1}, wrap(tagSet, digest), wrap(tagSequence, inner), wrap(tagContext0, certs), wrap(tagSet, infos))
	return wrap(tagSequence, encodeOID(oidSignedData), wrap(tagContext0, data))
}

func built(f func(b *cryptobyte.Builder)) []byte {
	var b cryptobyte.Builder
	f(&b)
	return b.BytesOrPanic()
}

func indefinite(tag byte, parts ...[]byte) []byte {
	out := []byte{tag, 0x80}
	for _, p := range parts {
		out = append(out, p...)
	}
	return append(out, 0, 0)
}

func kindAttribute(oid asn1.ObjectIdentifier) []byte {
	return attribute(oidContentType, func(b *cryptobyte.Builder) { b.AddASN1ObjectIdentifier(oid) })
}

func digestAttribute(values ...[]byte) []byte {
	return attribute(oidMsgDigest, func(b *cryptobyte.Builder) {
		for _, v := range values {
			b.AddASN1OctetString(v)
		}
	})
}

func essAttribute(c *x509.Certificate) []byte {
	return attribute(oidSigCertV2, func(b *cryptobyte.Builder) { addESS(b, c) })
}

// tokenOver makes a time-stamp token like an authority's.
func tokenOver(t testing.TB, h holder, data []byte, nonce *big.Int, ess bool) []byte {
	t.Helper()
	var b cryptobyte.Builder
	b.AddASN1(der.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1Int64(1)
		b.AddASN1ObjectIdentifier(asn1.ObjectIdentifier{1, 2, 3, 4})
		b.AddASN1(der.SEQUENCE, func(b *cryptobyte.Builder) {
			addAlgorithm(b, hashNames[1].digest, true)
			b.AddASN1OctetString(sum(crypto.SHA256, data))
		})
		b.AddASN1Int64(4711)
		b.AddASN1(der.GeneralizedTime, func(b *cryptobyte.Builder) { b.AddBytes([]byte("20260615083000.25Z")) })
		b.AddASN1(der.SEQUENCE, func(b *cryptobyte.Builder) { b.AddASN1Int64(1) })
		if nonce != nil {
			b.AddASN1BigInt(nonce)
		}
	})
	info := b.BytesOrPanic()
	attrs := [][]byte{kindAttribute(oidTSTInfo), digestAttribute(sum(crypto.SHA256, info))}
	if ess {
		attrs = append(attrs, essAttribute(h.cert))
	}
	return forged(t, h, forge{content: oidTSTInfo, eContent: info, attrs: attrs, certificates: []*x509.Certificate{h.cert}, signerInfos: 1})
}

// tool skips the test where the independent judge is not installed.
func tool(t *testing.T, name string) func(args ...string) (string, error) {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Skipf("%s is not installed: interoperation not checked", name)
	}
	return func(args ...string) (string, error) {
		out, err := exec.Command(path, args...).CombinedOutput()
		return string(out), err
	}
}

func keep(t *testing.T, name string, b []byte) string {
	t.Helper()
	p := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(p, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return p
}

func keepPEM(t *testing.T, h holder) (cert, key string) {
	t.Helper()
	k, err := x509.MarshalPKCS8PrivateKey(h.key)
	if err != nil {
		t.Fatal(err)
	}
	return keep(t, "c.pem", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: h.cert.Raw})),
		keep(t, "k.pem", pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: k}))
}
