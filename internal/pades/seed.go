package pades

import (
	"bytes"
	"slices"

	"congvu/internal/pdf"
)

// Bits of Ff in a seed value dictionary (ISO 32000-2, table 237): which of its wishes are conditions.
const (
	seedFilter    = 1 << 0
	seedSubFilter = 1 << 1
	seedReasons   = 1 << 3
	seedDigest    = 1 << 6

	seedSubject = 1 << 0 // in its Cert dictionary, table 238
	seedIssuer  = 1 << 1
)

// obeySeed refuses to sign a prepared field under other conditions than its preparer set: a strict reader would object. Wishes
// that are no conditions are left to the signer.
func (w *signing) obeySeed(x formField) error {
	d := w.file.Dict(x.dict["SV"])
	if d == nil {
		return nil
	}
	flags, _ := w.file.Int(d["Ff"])
	unmet := func(what string) error { return ErrSeed.with(map[string]any{"field": x.name, "what": what}) }
	has := func(key, value pdf.Name) bool {
		return slices.ContainsFunc(w.file.Array(d[key]), func(o any) bool { return w.file.Text(o) == string(value) })
	}
	switch {
	case flags&seedFilter != 0 && w.file.Name(d["Filter"]) != "Adobe.PPKLite":
		return unmet("/Filter")
	case flags&seedSubFilter != 0 && !has("SubFilter", "ETSI.CAdES.detached"):
		return unmet("/SubFilter")
	case flags&seedDigest != 0 && !has("DigestMethod", "SHA256"):
		return unmet("/DigestMethod")
	case flags&seedReasons != 0 && !w.reasonSuits(w.file.Array(d["Reasons"])):
		return unmet("/Reasons")
	case !w.levelSuits(w.file.Dict(d["MDP"])):
		return unmet("/MDP")
	case !w.certificateSuits(w.file.Dict(d["Cert"])):
		return unmet("/Cert")
	}
	return nil
}

// reasonSuits: one of the listed reasons, or none where the list is empty or a single full stop.
func (w *signing) reasonSuits(reasons pdf.Array) bool {
	if len(reasons) == 0 || len(reasons) == 1 && w.file.Text(reasons[0]) == "." {
		return w.req.Reason == ""
	}
	return slices.ContainsFunc(reasons, func(o any) bool { return w.file.Text(o) == w.req.Reason })
}

// levelSuits: 0 wants an approval, 1 to 3 a certification of that level.
func (w *signing) levelSuits(mdp pdf.Dict) bool {
	p, ok := w.file.Int(mdp["P"])
	return !ok || int(p) == w.req.Certify
}

// certificateSuits: the signer's certificate is one of those named, or one of its issuers is.
func (w *signing) certificateSuits(d pdf.Dict) bool {
	flags, _ := w.file.Int(d["Ff"])
	named := func(key pdf.Name, raw []byte) bool {
		return slices.ContainsFunc(w.file.Array(d[key]), func(o any) bool {
			v, _ := w.file.Resolve(o)
			s, ok := v.(pdf.String)
			return ok && bytes.Equal(s.Bytes, raw)
		})
	}
	if flags&seedSubject != 0 && !named("Subject", w.req.Certificate.Raw) {
		return false
	}
	if flags&seedIssuer == 0 {
		return true
	}
	for _, c := range w.req.Chain {
		if named("Issuer", c.Raw) {
			return true
		}
	}
	return false
}
