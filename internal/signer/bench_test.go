package signer

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"testing"
)

// direct opens the token in this process; only with the tag pkcs11.
var direct func(b *testing.B, h *hsm) Token

// BenchmarkSign compares one signature over a SHA-256 digest by a key of the server's own store (software), by SoftHSM through the socket with
// its line of the log on disk (socket), the same by eight at once (together), and by SoftHSM in this process without socket and log (direct).
// All four: go test -tags pkcs11 -run '^$' -bench Sign ./internal/signer
func BenchmarkSign(b *testing.B) {
	h := newHSM(b)
	var token Token
	if direct != nil {
		token = direct(b, h)
	}
	h.serve(b)
	r := NewRing(h.socket(), 0)
	d := sha256.Sum256([]byte("bench"))
	for _, kind := range []string{"r2048", "r3072", "p256", "p384"} {
		b.Run(kind+"/software", func(b *testing.B) { signWith(b, softwareKey(b, kind), d[:]) })
		k, _, _, err := r.Signer(Prefix + kind)
		must(b, err)
		b.Run(kind+"/socket", func(b *testing.B) { signWith(b, k, d[:]) })
		b.Run(kind+"/together", func(b *testing.B) {
			b.SetParallelism(4) // times GOMAXPROCS
			b.RunParallel(func(p *testing.PB) {
				for p.Next() {
					if _, err := k.Sign(nil, d[:], crypto.SHA256); err != nil {
						b.Fatal(err)
					}
				}
			})
		})
		if token == nil {
			continue
		}
		o := Order{Key: k.(*key).id, Mechanism: PKCS1v15, Hash: crypto.SHA256, Digest: d[:]}
		if k.(*key).kind != RSA {
			o.Mechanism = ECDSA
		}
		b.Run(kind+"/direct", func(b *testing.B) {
			for b.Loop() {
				if _, err := token.Sign(context.Background(), o); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func signWith(b *testing.B, k crypto.Signer, digest []byte) {
	b.Helper()
	for b.Loop() {
		if _, err := k.Sign(rand.Reader, digest, crypto.SHA256); err != nil {
			b.Fatal(err)
		}
	}
}

func softwareKey(b *testing.B, kind string) (k crypto.Signer) {
	b.Helper()
	var err error
	switch kind {
	case "r2048":
		k, err = rsa.GenerateKey(rand.Reader, 2048)
	case "r3072":
		k, err = rsa.GenerateKey(rand.Reader, 3072)
	case "p256":
		k, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	default:
		k, err = ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	}
	must(b, err)
	return k
}
