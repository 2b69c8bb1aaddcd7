package cms

import (
	"bytes"
	"crypto/x509"
	"encoding/asn1"
	"math/big"
)

const (
	maxCertificates = 64
	maxAttributes   = 100
)

// Signed is a parsed container. Nothing in it is believed before Verify.
type Signed struct {
	ContentType  asn1.ObjectIdentifier
	Content      []byte              // nil when the content is detached
	Certificates []*x509.Certificate // carried ones, and those given to Supply
	Unreadable   []error             // carried certificates that Go does not read; they cannot be judged, and are not forged for that
	Signers      int                 // how many signed; Verify wants one
	Raw          []byte              // the container without padding behind it

	encapsulated bool
	head         []element // of SignedData, up to the signer infos
	signer       signerInfo
}

type signerInfo struct {
	fields                []element
	sid, digest, alg, sig element
	signed, unsigned      *element
	signedAttrs           []attributeValue
	unsignedAttrs         []attributeValue
}

type attributeValue struct {
	oid    asn1.ObjectIdentifier
	values []element
}

// Parse reads one SignedData container, DER or BER, up to 8 MB. Zero bytes behind it are padding (PDF /Contents);
// anything else there is ErrTrailingData.
func Parse(b []byte) (*Signed, error) {
	if len(b) > maxSize {
		return nil, ErrTooLarge
	}
	outer, rest, err := readElement(b, 0)
	if err != nil {
		return nil, ErrMalformed.because("container")
	}
	if len(bytes.TrimLeft(rest, "\x00")) > 0 && on("padding") {
		return nil, ErrTrailingData
	}
	info, err := outer.list()
	if err != nil || outer.tag != tagSequence || len(info) != 2 || info[1].tag != tagContext0 {
		return nil, ErrMalformed.because("content info")
	}
	if oid, err := info[0].oid(); err != nil || !oid.Equal(oidSignedData) {
		return nil, ErrNotSignedData
	}
	data, err := info[1].only()
	if err != nil || data.tag != tagSequence {
		return nil, ErrMalformed.because("signed data")
	}
	s := &Signed{Raw: outer.raw}
	return s, s.readSignedData(data)
}

// readSignedData: version, digest algorithms, content, [0] certificates, [1] CRLs, signer infos.
func (s *Signed) readSignedData(data element) error {
	fields, err := data.list()
	if err != nil || len(fields) < 4 || fields[0].tag != tagInteger || fields[1].tag != tagSet {
		return ErrMalformed.because("signed data")
	}
	if err := s.readContent(fields[2]); err != nil {
		return err
	}
	last := len(fields) - 1
	s.head = fields[:last]
	for _, f := range fields[3:last] {
		switch f.tag {
		case tagContext0:
			if err := s.readCertificates(f); err != nil {
				return err
			}
		case tagContext1:
		default:
			return ErrMalformed.because("signed data field %#x", f.tag)
		}
	}
	infos, err := fields[last].list()
	if err != nil || fields[last].tag != tagSet {
		return ErrMalformed.because("signer infos")
	}
	if s.Signers = len(infos); s.Signers == 0 {
		return nil
	}
	return s.signer.read(infos[0])
}

func (s *Signed) readContent(e element) error {
	fields, err := e.list()
	if err != nil || e.tag != tagSequence || len(fields) < 1 || len(fields) > 2 {
		return ErrMalformed.because("encapsulated content")
	}
	if s.ContentType, err = fields[0].oid(); err != nil {
		return ErrMalformed.because("content type")
	}
	if len(fields) == 1 {
		return nil
	}
	value, err := fields[1].only()
	if err != nil || fields[1].tag != tagContext0 {
		return ErrMalformed.because("encapsulated content")
	}
	s.encapsulated = true
	if value.tag&^constructed != tagOctetString { // PKCS#7 v1.5 puts any type here
		s.Content = value.body
		return nil
	}
	if s.Content, err = value.octets(); err != nil {
		return ErrMalformed.because("encapsulated content")
	}
	return nil
}

func (s *Signed) readCertificates(set element) error {
	all, err := set.list()
	if err != nil {
		return ErrMalformed.because("certificates")
	}
	if len(all) > maxCertificates {
		return ErrTooLarge.because("%d certificates", len(all))
	}
	for _, e := range all {
		if e.tag != tagSequence { // attribute certificates and other forms
			continue
		}
		c, err := x509.ParseCertificate(e.raw)
		if err != nil {
			s.Unreadable = append(s.Unreadable, err)
			continue
		}
		s.Certificates = append(s.Certificates, c)
	}
	return nil
}

// read: version, sid, digest algorithm, [0] signed attributes, signature algorithm, signature, [1] unsigned attributes.
func (si *signerInfo) read(e element) error {
	f, err := e.list()
	if err != nil || e.tag != tagSequence || len(f) < 5 || f[0].tag != tagInteger {
		return ErrMalformed.because("signer info")
	}
	si.fields, si.sid, si.digest = f, f[1], f[2]
	f = f[3:]
	if f[0].tag == tagContext0 {
		si.signed = &f[0]
		if si.signedAttrs, err = readAttributes(f[0]); err != nil {
			return err
		}
		f = f[1:]
	}
	if len(f) < 2 || f[1].tag&^constructed != tagOctetString {
		return ErrMalformed.because("signer info")
	}
	si.alg, si.sig = f[0], f[1]
	switch f = f[2:]; {
	case len(f) == 0:
		return nil
	case len(f) > 1 || f[0].tag != tagContext1:
		return ErrMalformed.because("signer info")
	}
	si.unsigned = &f[0]
	si.unsignedAttrs, err = readAttributes(f[0])
	return err
}

func readAttributes(set element) ([]attributeValue, error) {
	all, err := set.list()
	if err != nil {
		return nil, ErrMalformed.because("attributes")
	}
	if len(all) > maxAttributes {
		return nil, ErrTooLarge.because("%d attributes", len(all))
	}
	out := make([]attributeValue, 0, len(all))
	for _, e := range all {
		f, err := e.list()
		if err != nil || e.tag != tagSequence || len(f) != 2 || f[1].tag != tagSet {
			return nil, ErrMalformed.because("attribute")
		}
		a := attributeValue{}
		if a.oid, err = f[0].oid(); err != nil {
			return nil, ErrMalformed.because("attribute type")
		}
		if a.values, err = f[1].list(); err != nil {
			return nil, ErrMalformed.because("attribute values")
		}
		out = append(out, a)
	}
	return out, nil
}

// Supply offers certificates that live outside the container (PDF DSS, our stores); many files carry the leaf only, or none (S5.4).
func (s *Signed) Supply(certs ...*x509.Certificate) {
	for _, c := range certs {
		if !containsCertificate(s.Certificates, c) {
			s.Certificates = append(s.Certificates, c)
		}
	}
}

func containsCertificate(all []*x509.Certificate, c *x509.Certificate) bool {
	for _, x := range all {
		if x.Equal(c) {
			return true
		}
	}
	return false
}

// Signer finds the certificate that the container names as its signer, nil when it is not at hand.
func (s *Signed) Signer() *x509.Certificate {
	sid := s.signer.sid
	if s.Signers == 0 {
		return nil
	}
	match := func(c *x509.Certificate) bool { return len(sid.body) > 0 && bytes.Equal(c.SubjectKeyId, sid.body) }
	switch sid.tag {
	case tagSequence:
		issuer, serial, ok := s.IssuerSerial()
		if !ok {
			return nil
		}
		match = func(c *x509.Certificate) bool {
			return c.SerialNumber.Cmp(serial) == 0 && bytes.Equal(c.RawIssuer, issuer)
		}
	case 0x80:
	default:
		return nil
	}
	for _, c := range s.Certificates {
		if match(c) {
			return c
		}
	}
	return nil
}

// IssuerSerial gives the raw issuer name and serial of the signer; false when it is named by key identifier.
func (s *Signed) IssuerSerial() (issuer []byte, serial *big.Int, ok bool) {
	if s.Signers == 0 || s.signer.sid.tag != tagSequence {
		return nil, nil, false
	}
	f, err := s.signer.sid.list()
	if err != nil || len(f) != 2 {
		return nil, nil, false
	}
	if serial, err = f[1].integer(); err != nil {
		return nil, nil, false
	}
	return f[0].raw, serial, true
}

// SignatureValue gives the raw signature: what a signature time stamp covers.
func (s *Signed) SignatureValue() []byte {
	if s.Signers == 0 {
		return nil
	}
	b, _ := s.signer.sig.octets()
	return b
}

// Attribute gives the first value of a signed attribute as it stands, nil when absent.
func (s *Signed) Attribute(oid asn1.ObjectIdentifier) []byte {
	return firstValue(s.signer.signedAttrs, oid)
}

// UnsignedAttribute gives the first value of an unsigned attribute as it stands, nil when absent.
func (s *Signed) UnsignedAttribute(oid asn1.ObjectIdentifier) []byte {
	return firstValue(s.signer.unsignedAttrs, oid)
}

func firstValue(attrs []attributeValue, oid asn1.ObjectIdentifier) []byte {
	for _, a := range attrs {
		if a.oid.Equal(oid) && len(a.values) > 0 {
			return a.values[0].raw
		}
	}
	return nil
}

// WithTimestamp gives the container with token, a TimeStampToken over SignatureValue, among the unsigned attributes.
func (s *Signed) WithTimestamp(token []byte) ([]byte, error) {
	if s.Signers != 1 {
		return nil, ErrMultipleSigners.with("count", s.Signers)
	}
	stamp := encode(tagSequence, encodeOID(oidTimestamp), encode(tagSet, token))
	var before []byte
	fields := s.signer.fields
	if s.signer.unsigned != nil {
		before, fields = s.signer.unsigned.body, fields[:len(fields)-1]
	}
	info := encode(tagSequence, join(fields), encode(tagContext1, before, stamp))
	data := encode(tagSequence, join(s.head), encode(tagSet, info))
	return encode(tagSequence, encodeOID(oidSignedData), encode(tagContext0, data)), nil
}

func join(all []element) []byte {
	var out []byte
	for _, e := range all {
		out = append(out, e.raw...)
	}
	return out
}
