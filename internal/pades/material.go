package pades

import (
	"bytes"
	"crypto/x509"
	"encoding/asn1"
	"slices"

	"congvu/internal/pdf"
)

const (
	maxMaterial      = 64 << 20
	maxMaterialItem  = 16 << 20
	maxMaterialCerts = 200
	maxMaterialItems = 500
)

// material is what helps to judge certificates: it proves nothing by being there.
type material struct {
	certificates []*x509.Certificate
	ocsps        [][]byte
	crls         []*x509.RevocationList
	checked      map[checkedList]bool // signatures of lists, verified once
	given        struct{ ocsps, crls int }
}

type checkedList struct {
	list *x509.RevocationList
	key  string // of the issuer
}

// signedBy reports whether issuer signed the list.
func (m *material) signedBy(list *x509.RevocationList, issuer *x509.Certificate) bool {
	k := checkedList{list, string(issuer.RawSubjectPublicKeyInfo)}
	if ok, known := m.checked[k]; known {
		return ok
	}
	ok := bytes.Equal(list.RawIssuer, issuer.RawSubject) && list.CheckSignatureFrom(issuer) == nil || !on("evidence.signature")
	m.checked[k] = ok
	return ok
}

// readMaterial collects the document security store of the file (ISO 32000-2, 12.8.4.3) and what the caller brings.
func readMaterial(f *pdf.File, opt VerifyOptions) *material {
	m := &material{certificates: slices.Clone(opt.Intermediates), ocsps: opt.OCSPs, checked: map[checkedList]bool{}}
	if opt.Trust != nil {
		m.certificates = append(m.certificates, opt.Trust.Intermediates()...)
	}
	m.addLists(opt.CRLs)
	m.given.ocsps, m.given.crls = len(opt.OCSPs), len(m.crls)
	dss := f.Dict(f.Root()["DSS"])
	left := maxMaterial
	for i, raw := range dssStreams(f, dss["Certs"], &left) {
		if c, err := x509.ParseCertificate(raw); err == nil && i < maxMaterialCerts {
			m.certificates = append(m.certificates, c)
		}
	}
	m.ocsps = append(m.ocsps[:len(m.ocsps):len(m.ocsps)], dssStreams(f, dss["OCSPs"], &left)...)
	m.addLists(dssStreams(f, dss["CRLs"], &left))
	return m
}

// addLists keeps the lists that can be read, in a slice of its own.
func (m *material) addLists(raw [][]byte) {
	m.crls = slices.Clone(m.crls)
	for _, b := range raw {
		if l, err := x509.ParseRevocationList(b); err == nil {
			m.crls = append(m.crls, l)
		}
	}
}

func dssStreams(f *pdf.File, list any, left *int) [][]byte {
	var out [][]byte
	for _, o := range f.Array(list) {
		s := f.Stream(o)
		if s == nil || len(out) == maxMaterialItems {
			continue
		}
		b, err := f.Decode(s, min(maxMaterialItem, *left))
		if err != nil {
			continue
		}
		*left -= len(b)
		out = append(out, b)
	}
	return out
}

var oidRevocationArchival = asn1.ObjectIdentifier{1, 2, 840, 113583, 1, 1, 8}

// withArchived adds the evidence that older producers keep in a signed attribute (adbe-revocationInfoArchival).
func (m *material) withArchived(attribute []byte) *material {
	var info struct {
		CRL  []asn1.RawValue `asn1:"optional,explicit,tag:0"`
		OCSP []asn1.RawValue `asn1:"optional,explicit,tag:1"`
	}
	if attribute == nil {
		return m
	}
	if _, err := asn1.Unmarshal(attribute, &info); err != nil || len(info.CRL)+len(info.OCSP) > maxMaterialItems {
		return m
	}
	out := *m
	var lists [][]byte
	for _, c := range info.CRL {
		lists = append(lists, c.FullBytes)
	}
	out.addLists(lists)
	for _, o := range info.OCSP {
		out.ocsps = append(out.ocsps[:len(out.ocsps):len(out.ocsps)], o.FullBytes)
	}
	return &out
}
