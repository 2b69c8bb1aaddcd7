package exchange

import (
	"context"
	"crypto"
	"crypto/x509"
	"fmt"
	"strings"
	"time"

	"congvu/internal/documents"
	"congvu/internal/edxml"
	"congvu/internal/keys"
	"congvu/internal/store"
	"congvu/internal/xmldsig"
)

// header is where the packet signature stands (edXML §2).
var header = xmldsig.Path{{Space: edxml.NS, Local: "edXML"}, {Space: edxml.NS, Local: "edXMLEnvelope"}, {Space: edxml.NS, Local: "edXMLHeader"}}

// KeyName is the name under which the store of keys holds the key of an agency that seals with a token: "agency-" and its code. An agency whose
// seal is a key of this server signs its packets with that one.
func KeyName(code string) string {
	return "agency-" + strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r == '.' || r == '-' || r == '_' {
			return r
		}
		return '-'
	}, code)
}

// signPacket signs a message with the agency's own key: between our installations nobody reads an unsigned one.
func (o *Office) signPacket(ctx context.Context, us agency, doc []byte) ([]byte, error) {
	p, err := o.packetPen(ctx, us)
	if err != nil {
		return nil, err
	}
	return xmldsig.Sign(doc, header, p.key, p.cert, p.chain)
}

// pen is what an agency signs its packets with.
type pen struct {
	key   crypto.Signer
	cert  *x509.Certificate
	chain []*x509.Certificate
}

func (o *Office) packetPen(ctx context.Context, us agency) (p pen, err error) {
	name := KeyName(us.Code)
	bound, ok, err := documents.BoundCertificate(ctx, o.DB, store.System(int64(us.ID)), documents.OwnerAgency, int64(us.ID))
	if err != nil {
		return p, err
	}
	if ok && bound.Method == documents.MethodServerKey && bound.KeyName != "" {
		name = bound.KeyName
	}
	if p.key, p.cert, p.chain, err = o.Keys.Signer(name); err != nil {
		err = fmt.Errorf("packet of %s: %w", us.Code, err)
	}
	return p, err
}

// chained checks that the packet's certificate leads to an anchor believed for seals. Whose it is, names tells.
func (o *Office) chained(r *xmldsig.Result, at time.Time) *refusal {
	if o.Trust == nil {
		return fault("untrusted_sender", "Chưa cấu hình kho chứng thư tin cậy nên không kiểm tra được cơ quan gửi.")
	}
	if _, err := o.Trust.Chain(r.Certificate, r.Certificates, at, keys.PurposeSeal); err != nil {
		return faultOf("untrusted_sender", err)
	}
	return nil
}

// names tells whether a certificate is issued to one of the codes: its subject's serial number is the identification code.
func names(c *x509.Certificate, codes []string) bool {
	for _, code := range codes {
		if code != "" && edxml.SameCode(c.Subject.SerialNumber, code) {
			return true
		}
	}
	return false
}

// bound tells whether the certificate was approved for an agency of this installation (N20).
func (o *Office) bound(ctx context.Context, agency int64, c *x509.Certificate) (bool, error) {
	if agency == 0 {
		return false, nil
	}
	b, ok, err := documents.BoundCertificate(ctx, o.DB, store.System(agency), documents.OwnerAgency, agency)
	return ok && b.Fingerprint == keys.Fingerprint(c), err
}
