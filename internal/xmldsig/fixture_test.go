package xmldsig

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

const edNS = "http://www.mic.gov.vn/TBT/QCVN_102_2016"

// header is where edXML keeps its packet signature (domain/exchange.md §2).
var header = Path{{edNS, "edXML"}, {edNS, "edXMLEnvelope"}, {edNS, "edXMLHeader"}}

// message has what canonicalization stumbles over: an unused prefix, a default namespace, xml:lang, a comment, tabs and references.
const message = `<?xml version="1.0" encoding="UTF-8"?>
<edXML xmlns="` + edNS + `" xmlns:unused="urn:x" xml:lang="vi">
  <edXML:edXMLEnvelope xmlns:edXML="` + edNS + `">
    <!-- ghi chú --><edXML:edXMLHeader Id="hdr" xml:space="preserve"><edXML:MessageHeader><edXML:Subject>Về việc họp &lt;2026&gt;	tab "Nghĩa"</edXML:Subject></edXML:MessageHeader></edXML:edXMLHeader>
    <edXML:edXMLBody Id="body"><edXML:Reference xmlns:xlink="http://www.w3.org/1999/xlink" xlink:href="cid:1"/></edXML:edXMLBody>
  </edXML:edXMLEnvelope>
  <AttachmentEncoded><Attachment>JVBERi0xLjc=</Attachment></AttachmentEncoded>
</edXML>
`

type holder struct {
	cert *x509.Certificate
	key  crypto.Signer
}

var (
	rsaHolder   = sync.OnceValue(func() holder { k, _ := rsa.GenerateKey(rand.Reader, 2048); return selfSigned(k) })
	shortHolder = sync.OnceValue(func() holder { k, _ := rsa.GenerateKey(rand.Reader, 1024); return selfSigned(k) })
	p256Holder  = sync.OnceValue(func() holder { return selfSigned(fixedKey()) })
	p384Holder  = sync.OnceValue(func() holder { k, _ := ecdsa.GenerateKey(elliptic.P384(), rand.Reader); return selfSigned(k) })
)

func p256Key() crypto.Signer { k, _ := ecdsa.GenerateKey(elliptic.P256(), rand.Reader); return k }

// fixedKey is the same in every process: fuzzing workers must know the key of the coordinator's corpus.
func fixedKey() crypto.Signer {
	k, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), bytes.Repeat([]byte{7}, 32))
	if err != nil {
		panic(err)
	}
	return k
}

// selfSigned is deterministic for ECDSA keys (RFC 6979).
func selfSigned(key crypto.Signer) holder {
	t := &x509.Certificate{SerialNumber: big.NewInt(4711), Subject: pkix.Name{CommonName: "Sở Nội vụ"}, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		IsCA: true, BasicConstraintsValid: true, NotBefore: time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC), NotAfter: time.Date(2046, 1, 1, 0, 0, 0, 0, time.UTC)}
	der, err := x509.CreateCertificate(nil, t, t, key.Public(), key)
	if err != nil {
		panic(err)
	}
	c, err := x509.ParseCertificate(der)
	if err != nil {
		panic(err)
	}
	return holder{c, key}
}

func signMessage(t testing.TB, h holder) string {
	t.Helper()
	b, err := Sign([]byte(message), header, h.key, h.cert, nil)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// cut gives the signature element of a message we signed.
func cut(t testing.TB, signed string) (without, signature string) {
	t.Helper()
	from, to := strings.Index(signed, "<ds:Signature "), strings.Index(signed, "</ds:Signature>")
	if from < 0 || to < 0 {
		t.Fatal("no signature")
	}
	to += len("</ds:Signature>")
	return signed[:from] + signed[to:], signed[from:to]
}

// swap replaces exactly one occurrence, so that a test that misses its target fails.
func swap(t testing.TB, s, old, new string) string {
	t.Helper()
	if strings.Count(s, old) != 1 {
		t.Fatalf("%q occurs %d times", old, strings.Count(s, old))
	}
	return strings.Replace(s, old, new, 1)
}

func keepPEM(t *testing.T, h holder) (cert, key string) {
	t.Helper()
	k, err := x509.MarshalPKCS8PrivateKey(h.key)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	cert, key = filepath.Join(dir, "c.pem"), filepath.Join(dir, "k.pem")
	for path, b := range map[string]*pem.Block{cert: {Type: "CERTIFICATE", Bytes: h.cert.Raw}, key: {Type: "PRIVATE KEY", Bytes: k}} {
		if err := os.WriteFile(path, pem.EncodeToMemory(b), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return cert, key
}
