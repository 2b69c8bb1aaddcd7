package cms

import (
	"bytes"
	"crypto"
	"crypto/x509"
	"encoding/asn1"
	"math/big"
	"time"
)

// Timestamp is an RFC 3161 token. Its time may be used only after Verify.
type Timestamp struct {
	Hash     crypto.Hash
	Imprint  []byte
	Time     time.Time // genTime, UTC
	Accuracy time.Duration
	Policy   asn1.ObjectIdentifier
	Serial   *big.Int
	Nonce    *big.Int // nil when absent
	Signed   *Signed  // Supply may be called on it before Verify

	Signer *x509.Certificate   // set by Verify
	Chain  []*x509.Certificate // set by Verify when roots are given: signer first
	Weak   []string            // set by Verify
}

// ParseTimestamp reads a TimeStampToken, from a signature's unsigned attribute or from a PDF document time stamp.
func ParseTimestamp(token []byte) (*Timestamp, error) {
	s, err := Parse(token)
	if err != nil {
		return nil, err
	}
	if !s.ContentType.Equal(oidTSTInfo) || !s.encapsulated {
		return nil, ErrContentType.because("%v is no time stamp", s.ContentType)
	}
	t := &Timestamp{Signed: s}
	info, rest, err := readElement(s.Content, 0)
	if err != nil || len(rest) > 0 || info.tag != tagSequence {
		return nil, ErrMalformed.because("time stamp")
	}
	if err := t.readInfo(info); err != nil {
		return nil, err
	}
	t.Signer = s.Signer()
	return t, nil
}

// readInfo: version, policy, imprint, serial, genTime, then optional accuracy, ordering, nonce, [0] TSA name, [1] extensions.
func (t *Timestamp) readInfo(info element) error {
	bad := ErrMalformed.because("time stamp info")
	f, err := info.list()
	if err != nil || len(f) < 5 {
		return bad
	}
	if v, err := f[0].integer(); err != nil || !v.IsInt64() || v.Int64() != 1 {
		return bad
	}
	if t.Policy, err = f[1].oid(); err != nil {
		return bad
	}
	imprint, err := f[2].list()
	if err != nil || len(imprint) != 2 {
		return bad
	}
	if t.Hash, err = readDigestAlgorithm(imprint[0]); err != nil {
		return err
	}
	if t.Imprint, err = imprint[1].octets(); err != nil || len(t.Imprint) != t.Hash.Size() {
		return bad
	}
	if t.Serial, err = f[3].integer(); err != nil {
		return bad
	}
	if f[4].tag != tagGeneralTime {
		return bad
	}
	if t.Time, err = readTime(f[4]); err != nil {
		return bad
	}
	for _, o := range f[5:] {
		switch o.tag {
		case tagSequence:
			if t.Accuracy, err = readAccuracy(o); err != nil {
				return bad
			}
		case tagInteger:
			if t.Nonce, err = o.integer(); err != nil {
				return bad
			}
		case 0x01, tagContext0, tagContext1:
		default:
			return bad
		}
	}
	return nil
}

// readAccuracy: seconds, [0] milliseconds, [1] microseconds, each optional.
func readAccuracy(e element) (time.Duration, error) {
	f, err := e.list()
	if err != nil {
		return 0, err
	}
	var d time.Duration
	for _, p := range f {
		unit, ok := map[byte]time.Duration{tagInteger: time.Second, 0x80: time.Millisecond, 0x81: time.Microsecond}[p.tag]
		p.tag = tagInteger
		n, err := p.integer()
		if err != nil || !ok || !n.IsInt64() || n.Int64() < 0 || n.Int64() > 1<<31 {
			return 0, errEncoding
		}
		d += time.Duration(n.Int64()) * unit
	}
	return d, nil
}

// Verify checks that the token covers what imprint hashes, that its signature holds with an ESS certificate, that the signer
// was certified for nothing but time stamping (RFC 3161 §2.3), and, unless roots is nil, that its chain held at the token's time.
// With nil roots the token is only intact: its time must not be trusted. Revocation is the caller's.
func (t *Timestamp) Verify(imprint func(crypto.Hash) []byte, roots *x509.CertPool) error {
	r, err := t.Signed.verify(oidTSTInfo, func(h crypto.Hash) []byte { return sum(h, t.Signed.Content) })
	if r != nil {
		t.Signer, t.Weak = r.Signer, r.Weak
	}
	if err != nil {
		return err
	}
	if r.SigningCertificate == "" && on("stamp-ess") {
		return ErrNoESS
	}
	if !bytes.Equal(imprint(t.Hash), t.Imprint) && on("imprint") {
		return ErrImprintMismatch
	}
	if t.Hash == crypto.SHA1 && len(t.Weak) == 0 {
		t.Weak = []string{WeakSHA1}
	}
	if !timestampOnly(t.Signer) && on("stamp-usage") {
		return ErrTimestampUsage
	}
	if roots == nil {
		return nil
	}
	pool := x509.NewCertPool()
	for _, c := range t.Signed.Certificates {
		pool.AddCert(c)
	}
	chains, err := t.Signer.Verify(x509.VerifyOptions{Roots: roots, Intermediates: pool, CurrentTime: t.Time, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageTimeStamping}})
	if err != nil {
		return ErrTimestampTrust.because("%w", err)
	}
	t.Chain = chains[0]
	return nil
}

var oidExtKeyUsage = asn1.ObjectIdentifier{2, 5, 29, 37}

func timestampOnly(c *x509.Certificate) bool {
	if len(c.ExtKeyUsage) != 1 || c.ExtKeyUsage[0] != x509.ExtKeyUsageTimeStamping || len(c.UnknownExtKeyUsage) > 0 {
		return false
	}
	for _, e := range c.Extensions {
		if e.Id.Equal(oidExtKeyUsage) {
			return e.Critical
		}
	}
	return false
}
