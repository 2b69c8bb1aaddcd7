package xmldsig

import (
	"crypto"
	"crypto/x509"
	"encoding/base64"
	"strings"
)

const maxCertificates = 16

// profile is a signature element that has the one accepted form.
type profile struct {
	signedInfo   *node
	infoExcl     bool // canonicalization of SignedInfo
	documentExcl bool // canonicalization of the document
	method       method
	digestMethod crypto.Hash
	digest       []byte
	value        []byte
	certificates []*x509.Certificate
}

// readProfile reads Signature(SignedInfo, SignatureValue, KeyInfo?).
func readProfile(sig *node) (*profile, error) {
	p := &profile{}
	kids, err := sig.children("SignedInfo", "SignatureValue", "KeyInfo?")
	if err != nil {
		return nil, err
	}
	p.signedInfo = kids[0]
	if p.value, err = kids[1].base64(); err != nil {
		return nil, err
	}
	if err := p.readSignedInfo(kids[0]); err != nil {
		return nil, err
	}
	if kids[2] != nil {
		p.certificates, err = readKeyInfo(kids[2])
	}
	return p, err
}

// readSignedInfo reads SignedInfo(CanonicalizationMethod, SignatureMethod, Reference).
func (p *profile) readSignedInfo(n *node) error {
	kids, err := n.children("CanonicalizationMethod", "SignatureMethod", "Reference")
	if err != nil {
		return err
	}
	uri, err := kids[0].algorithm()
	if err != nil {
		return err
	}
	if p.infoExcl, err = canonicalForm(uri); err != nil {
		return err
	}
	if uri, err = kids[1].algorithm(); err != nil {
		return err
	}
	var ok bool
	if p.method, ok = signatureMethods[uri]; !ok {
		return ErrAlgorithm.because("signature %s", uri)
	}
	return p.readReference(kids[2])
}

// readReference wants URI="" and the transforms enveloped-signature, then at most one canonicalization.
func (p *profile) readReference(ref *node) error {
	uri := false
	for _, a := range ref.tok.attrs {
		switch {
		case a.space == "" && a.local == "URI" && a.value == "":
			uri = true
		case a.space == "" && a.local == "Id":
		default:
			return ErrProfile.because("reference attribute %s=%q", a.name, a.value)
		}
	}
	if !uri {
		return ErrProfile.because("reference without URI")
	}
	kids, err := ref.children("Transforms", "DigestMethod", "DigestValue")
	if err != nil {
		return err
	}
	transforms := kids[0].kids()
	if len(transforms) < 1 || len(transforms) > 2 || !kids[0].onlyElements() {
		return ErrProfile.because("%d transforms", len(transforms))
	}
	for i, t := range transforms {
		if t.tok.name.space != dsigSpace || t.tok.name.local != "Transform" {
			return ErrProfile.because("transform %s", t.tok.name)
		}
		alg, err := t.algorithm()
		if err != nil {
			return err
		}
		if i == 0 && alg != algorithmEnveloped {
			return ErrProfile.because("first transform %s", alg)
		}
		if i == 1 {
			if p.documentExcl, err = canonicalForm(alg); err != nil {
				return err
			}
		}
	}
	alg, err := kids[1].algorithm()
	if err != nil {
		return err
	}
	var ok bool
	if p.digestMethod, ok = digestMethods[alg]; !ok {
		return ErrAlgorithm.because("digest %s", alg)
	}
	p.digest, err = kids[2].base64()
	return err
}

// readKeyInfo collects the certificates of X509Data; other hints about the key are not believed and not needed.
func readKeyInfo(info *node) ([]*x509.Certificate, error) {
	var out []*x509.Certificate
	for _, data := range info.kids() {
		if data.tok.name.space != dsigSpace || data.tok.name.local != "X509Data" {
			continue
		}
		for _, n := range data.kids() {
			if n.tok.name.space != dsigSpace || n.tok.name.local != "X509Certificate" {
				continue
			}
			der, err := n.base64()
			if err != nil {
				return nil, err
			}
			c, err := x509.ParseCertificate(der)
			if err != nil {
				return nil, ErrNoCertificate.because("%w", err)
			}
			if out = append(out, c); len(out) > maxCertificates {
				return nil, ErrTooLarge.because("certificates")
			}
		}
	}
	return out, nil
}

func canonicalForm(uri string) (exclusive bool, err error) {
	switch uri {
	case algorithmExclusive:
		return true, nil
	case algorithmInclusive:
		return false, nil
	}
	return false, ErrAlgorithm.because("canonicalization %s", uri)
}

// children wants exactly the named ds elements in this order; a trailing "?" makes one optional, nil when absent.
func (n *node) children(names ...string) ([]*node, error) {
	if !n.onlyElements() {
		return nil, ErrProfile.because("text in %s", n.tok.name)
	}
	rest := n.kids()
	out := make([]*node, len(names))
	for i, want := range names {
		want, optional := strings.CutSuffix(want, "?")
		if len(rest) > 0 && rest[0].tok.name.local == want && rest[0].tok.name.space == dsigSpace {
			out[i], rest = rest[0], rest[1:]
		} else if !optional {
			return nil, ErrProfile.because("%s without %s", n.tok.name, want)
		}
	}
	if len(rest) > 0 {
		return nil, ErrProfile.because("%s in %s", rest[0].tok.name, n.tok.name)
	}
	return out, nil
}

func (n *node) onlyElements() bool {
	return !n.comments && strings.Trim(n.text(), " \t\r\n") == ""
}

// algorithm gives the Algorithm of an element that has nothing else.
func (n *node) algorithm() (string, error) {
	if len(n.kids()) > 0 || !n.onlyElements() || len(n.tok.attrs) != 1 || n.tok.attrs[0].name != (name{local: "Algorithm"}) {
		return "", ErrProfile.because("parameters of %s", n.tok.name)
	}
	return n.tok.attrs[0].value, nil
}

// base64 decodes an element of text only; comments in it would split what readers see.
func (n *node) base64() ([]byte, error) {
	if len(n.kids()) > 0 || n.comments {
		return nil, ErrProfile.because("content of %s", n.tok.name)
	}
	clean := strings.Map(func(r rune) rune {
		if r < 0x80 && isSpace(byte(r)) {
			return -1
		}
		return r
	}, n.text())
	b, err := base64.StdEncoding.Strict().DecodeString(clean)
	if err != nil || len(b) == 0 {
		return nil, ErrProfile.because("base64 of %s", n.tok.name)
	}
	return b, nil
}
