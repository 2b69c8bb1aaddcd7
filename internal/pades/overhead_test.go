//go:build unix

package pades

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"math/big"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"congvu/internal/keys"
)

// cpu is the processor time that this process has used, all threads together: the wall tells of the neighbours.
func cpu() time.Duration {
	var u syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &u) // fails for other arguments only
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// rsaIdentity is a key with a certificate of a fresh authority.
func rsaIdentity(b *testing.B, bits int) *keys.Identity {
	b.Helper()
	k, err := rsa.GenerateKey(rand.Reader, bits)
	if err != nil {
		b.Fatal(err)
	}
	t := &x509.Certificate{SerialNumber: big.NewInt(7), Subject: pkix.Name{CommonName: "Nguyễn Văn Nghĩa"}, NotBefore: testFrom, NotAfter: testUntil,
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageContentCommitment}
	der, err := x509.CreateCertificate(rand.Reader, t, t, k.Public(), k)
	if err != nil {
		b.Fatal(err)
	}
	c, err := x509.ParseCertificate(der)
	if err != nil {
		b.Fatal(err)
	}
	return &keys.Identity{Certificate: c, Key: k}
}

// BenchmarkOverRawRSA tells what a signature costs beyond the RSA operation with the same key, which alternates with it in the
// same loop: raw-ms, sign-ms and their difference over-ms are processor time per signature; openssl-ms is what openssl speed says
// of the operation on this machine. The aim: at most 0.5 ms for 50 KB and 25 ms for 20 MB.
func BenchmarkOverRawRSA(b *testing.B) {
	for _, bits := range []int{2048, 3072} {
		id := rsaIdentity(b, bits)
		theirs := opensslSpeed(b, bits)
		for _, size := range []int{50_000, 20_000_000} {
			file := draft(b, size)
			req := Request{Certificate: id.Certificate, Key: id.Key, At: signedAt}
			digest := make([]byte, 32)
			b.Run(fmt.Sprintf("RSA-%d/%dKB", bits, size/1000), func(b *testing.B) {
				var raw, whole time.Duration
				for b.Loop() {
					start := cpu()
					if _, err := id.Key.Sign(rand.Reader, digest, crypto.SHA256); err != nil {
						b.Fatal(err)
					}
					middle := cpu()
					mustSign(b, file, req)
					raw, whole = raw+middle-start, whole+cpu()-middle
				}
				ms := func(d time.Duration) float64 { return d.Seconds() * 1000 / float64(b.N) }
				b.ReportMetric(ms(raw), "raw-ms")
				b.ReportMetric(ms(whole), "sign-ms")
				b.ReportMetric(ms(whole-raw), "over-ms")
				b.ReportMetric(theirs, "openssl-ms")
			})
		}
	}
}

// opensslSpeed gives the milliseconds of one RSA signature as openssl measures it, 0 where it is missing.
func opensslSpeed(b *testing.B, bits int) float64 {
	tool, err := exec.LookPath("openssl")
	if err != nil {
		b.Log("openssl is not installed")
		return 0
	}
	out, err := exec.Command(tool, "speed", "-seconds", "1", fmt.Sprintf("rsa%d", bits)).Output()
	if err != nil {
		b.Fatal(err)
	}
	words := strings.Fields(string(out))
	for i, w := range words {
		if w == "bits" && i+1 < len(words) {
			if s, err := strconv.ParseFloat(strings.TrimSuffix(words[i+1], "s"), 64); err == nil {
				return s * 1000
			}
		}
	}
	b.Logf("openssl speed says something else:\n%s", out)
	return 0
}

// BenchmarkVerifyLTA tells the processor time for the verdict on a file with two signatures and all that proves them for the
// long term: time stamps, chains, revocation, what changed. The aim: at most 10 ms for 50 KB.
func BenchmarkVerifyLTA(b *testing.B) {
	for _, algorithm := range []keys.TestAlgorithm{keys.TestRSA2048, keys.TestP256} {
		w := newCity(b, algorithm)
		for _, size := range []int{50_000, 1_000_000, 20_000_000} {
			file := w.levels(b, draft(b, size)).lta
			b.Run(fmt.Sprintf("%s/%dKB", strings.ReplaceAll(w.leader.Certificate.PublicKeyAlgorithm.String(), " ", ""), size/1000), func(b *testing.B) {
				b.ReportAllocs()
				start := cpu()
				for b.Loop() {
					if r := w.verify(b, file); r.Outcome != Passed || r.Signatures[0].Level != "LTA" {
						b.Fatal(explain(r))
					}
				}
				b.ReportMetric((cpu()-start).Seconds()*1000/float64(b.N), "cpu-ms")
			})
		}
	}
}
