package cms

import (
	"bytes"
	"crypto"
	"crypto/x509"

	"golang.org/x/crypto/cryptobyte"
	der "golang.org/x/crypto/cryptobyte/asn1"
)

// addESS writes SigningCertificateV2 (RFC 5035) with the SHA-256 of cert and its issuer and serial.
func addESS(b *cryptobyte.Builder, cert *x509.Certificate) {
	sequence := func(b *cryptobyte.Builder, f func(b *cryptobyte.Builder)) { b.AddASN1(der.SEQUENCE, f) }
	sequence(b, func(b *cryptobyte.Builder) {
		sequence(b, func(b *cryptobyte.Builder) {
			sequence(b, func(b *cryptobyte.Builder) {
				b.AddASN1OctetString(sum(crypto.SHA256, cert.Raw))
				sequence(b, func(b *cryptobyte.Builder) {
					sequence(b, func(b *cryptobyte.Builder) {
						addExplicit(b, 4, func(b *cryptobyte.Builder) { b.AddBytes(cert.RawIssuer) })
					})
					b.AddASN1BigInt(cert.SerialNumber)
				})
			})
		})
	})
}

// checkESS compares the first certificate identifier of a signing-certificate attribute (v1: SHA-1, v2: named hash)
// with cert. A present issuerSerial must carry the serial; the issuer name is bound by the hash already.
func checkESS(value element, cert *x509.Certificate, v2 bool) error {
	ids, err := value.list()
	if err != nil || len(ids) == 0 {
		return ErrMalformed.because("signing certificate")
	}
	list, err := ids[0].list()
	if err != nil || len(list) == 0 {
		return ErrMalformed.because("signing certificate")
	}
	fields, err := list[0].list()
	if err != nil || len(fields) == 0 {
		return ErrMalformed.because("signing certificate")
	}
	hash := crypto.SHA1
	if v2 {
		hash = crypto.SHA256
		if fields[0].tag == tagSequence {
			if hash, err = readDigestAlgorithm(fields[0]); err != nil {
				return err
			}
			fields = fields[1:]
		}
	}
	if len(fields) == 0 || fields[0].tag&^constructed != tagOctetString {
		return ErrMalformed.because("signing certificate")
	}
	want, err := fields[0].octets()
	if err != nil || !bytes.Equal(want, sum(hash, cert.Raw)) && on("ess") {
		return ErrESSMismatch
	}
	if len(fields) < 2 {
		return nil
	}
	is, err := fields[1].list()
	if err != nil || len(is) < 2 {
		return ErrMalformed.because("signing certificate issuer")
	}
	serial, err := is[1].integer()
	if err != nil || serial.Cmp(cert.SerialNumber) != 0 && on("ess") {
		return ErrESSMismatch.because("serial")
	}
	return nil
}
