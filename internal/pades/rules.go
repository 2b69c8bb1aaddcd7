package pades

import (
	"bytes"

	"congvu/internal/pdf"
)

// childRoles gives the role of a value that has none by reference, from the role of its holder and its key.
var childRoles = map[role]map[pdf.Name]role{
	catalog:       {"AcroForm": form, "Pages": pageNode, "Metadata": metadata, "StructTreeRoot": structure},
	form:          {"Fields": fieldList, "DR": formResources},
	formResources: {"XObject": structure}, // templates that viewers copy from, painted by nothing
	pageNode:      {"Kids": pageNode, "Annots": annotList, "Resources": painted, "Contents": painted},
	field:         {"Kids": fieldList, "AP": painted},
	annot:         {"AP": painted},
	plain:         {"SE": structure},
}

func childRole(r role, key pdf.Name) role {
	switch r {
	case information, structure, painted:
		return r
	}
	return childRoles[r][key]
}

// dicts compares key by key. A key that no rule excuses must be there in both and be equal.
func (c *comparison) dicts(r role, at *place, x, y pdf.Dict, depth int) {
	if r == annot && (x["FT"] != nil || x["Parent"] != nil && x["Subtype"] == pdf.Name("Widget")) {
		r = field
	}
	for k, b := range y {
		if _, both := x[k]; !both {
			c.key(r, &place{at, string(k)}, k, nil, b, x, y, depth)
		}
	}
	for k, a := range x {
		c.key(r, &place{at, string(k)}, k, a, y[k], x, y, depth)
	}
}

func (c *comparison) key(r role, at *place, k pdf.Name, a, b any, x, y pdf.Dict, depth int) {
	switch {
	case k == "Length":
		return
	case r == catalog && c.catalogRule(at, k, a, b):
		return
	case r == form && c.formRule(at, k, a, b):
		return
	case r == pageNode && k == "Annots" && a == nil:
		c.supersets(annotList, at, nil, c.new.Array(b), depth)
		return
	case (k == "Parent" || k == "P") && (r == pageNode || r == field || r == annot):
		// A way back: followed, it would lead through the whole document again.
		if !sameToken(a, b) {
			c.differs(plain, at, wasReplaced)
		}
		return
	case r == field && c.fieldRule(at, k, a, b, x, y):
		return
	case r == information && (a == nil) != (b == nil):
		c.tell(ValidationChange, at, wasReplaced)
		return
	case r == formResources && a == nil:
		c.tell(SignatureChange, at, wasAdded)
		return
	}
	if a == nil || b == nil {
		c.oneSided(r, at, a, b)
		return
	}
	next := childRole(r, k)
	c.walk(next, at, a, b, depth+1)
}

// oneSided tells a key that came or went, unless it means null on both sides.
func (c *comparison) oneSided(r role, at *place, a, b any) {
	va, _ := c.old.Resolve(a)
	vb, _ := c.new.Resolve(b)
	switch {
	case va == nil && vb == nil:
	case va == nil:
		c.differs(r, at, wasAdded)
	default:
		c.differs(r, at, wasRemoved)
	}
}

// catalogRule allows validation data, version marks, metadata, a first form and a first certification.
func (c *comparison) catalogRule(at *place, k pdf.Name, a, b any) bool {
	switch {
	case k == "DSS" && b != nil:
		c.checkDSS(at, a, b)
	case (k == "Extensions" || k == "Version") && b != nil:
		if !c.same(a, b) {
			c.tell(ValidationChange, at, wasReplaced)
		}
	case k == "Metadata" && a == nil:
		c.tell(ValidationChange, at, wasAdded)
	case k == "AcroForm" && a == nil:
		c.newForm(at, c.new.Dict(b))
	case k == "Perms" && a == nil:
		c.tell(DoubtfulChange, at, wasAdded)
	default:
		return false
	}
	return true
}

// newForm allows a form that comes with nothing but signatures.
func (c *comparison) newForm(at *place, d pdf.Dict) {
	for k, v := range d {
		switch k {
		case "Fields":
			c.supersets(fieldList, &place{at, "Fields"}, nil, c.new.Array(v), 0)
		case "SigFlags", "DR", "DA":
		default:
			c.differs(plain, &place{at, string(k)}, wasAdded)
		}
	}
	c.tell(SignatureChange, at, wasAdded)
}

func (c *comparison) formRule(at *place, k pdf.Name, a, b any) bool {
	switch {
	case k == "SigFlags" && b != nil:
	case k == "Fields" && a == nil:
		c.supersets(fieldList, at, nil, c.new.Array(b), 0)
	case (k == "DR" || k == "DA") && a == nil:
		c.tell(SignatureChange, at, wasAdded)
	default:
		return false
	}
	return true
}

// signingKeys are those that change when a prepared signature field is signed.
var signingKeys = map[pdf.Name]bool{"V": true, "AP": true, "F": true, "MK": true, "M": true, "DA": true, "AS": true}

// fillingKeys are those that change when a field is filled.
var fillingKeys = map[pdf.Name]bool{"V": true, "AP": true, "AS": true, "M": true, "I": true, "MK": true, "DV": true}

// fieldRule allows a prepared signature field to be signed, and a prepared empty text field to be filled.
func (c *comparison) fieldRule(at *place, k pdf.Name, a, b any, x, y pdf.Dict) bool {
	f := c.fieldOf(x)
	switch {
	case f.kind == "Sig" && f.value == nil && signingKeys[k] && c.signedNow(x, y):
		if k == "V" {
			c.tell(SignatureChange, at, wasAdded)
		}
		return true
	case f.kind != "" && f.kind != "Sig" && fillingKeys[k]:
		if !c.same(a, b) {
			c.fill(k, a, b, f, y)
		}
		return true
	}
	return false
}

// fieldOf finds the field to which a dictionary of the old revision belongs: itself, or its parent for a widget.
func (c *comparison) fieldOf(x pdf.Dict) formField {
	f := formField{dict: x, kind: c.old.Name(x["FT"]), value: x["V"], name: c.old.Text(x["T"])}
	if p, ok := x["Parent"].(pdf.Ref); ok {
		if above, ok := c.fields[p]; ok {
			if f.kind == "" {
				f.kind = above.kind
			}
			if f.value == nil {
				f.value = above.value
			}
			f.name = join(above.name, f.name)
		}
	}
	return f
}

// signedNow reports whether the field has a signature in the new revision.
func (c *comparison) signedNow(x, y pdf.Dict) bool {
	v := y["V"]
	if v == nil {
		v = c.new.Dict(x["Parent"])["V"]
	}
	return c.new.Dict(v)["ByteRange"] != nil
}

// fill judges a changed form value: allowed are value, appearance and date of a prepared field that was empty. A field that
// shows people something else than it says to programs is doubtful.
func (c *comparison) fill(k pdf.Name, a, b any, f formField, y pdf.Dict) {
	prepared := k == "AP" || k == "M" || k == "V" && c.isText(b)
	named := &place{step: f.name}
	if prepared && f.kind == "Tx" && c.isEmpty(f.value) && c.fillable.allows(f.name) {
		c.tell(FillChange, named, wasAdded)
		if (k == "V" || y["V"] == nil) && !showsItsValue(c.new, y) {
			c.tell(DoubtfulChange, named, showsOther)
		}
		return
	}
	what := wasReplaced
	if a == nil {
		what = wasAdded
	}
	c.tell(BadFillChange, named, what)
}

func (c *comparison) isText(o any) bool {
	v, err := c.new.Resolve(o)
	_, ok := v.(pdf.String)
	return ok && err == nil
}

func (c *comparison) isEmpty(o any) bool {
	v, err := c.old.Resolve(o)
	s, ok := v.(pdf.String)
	return err == nil && (v == nil || ok && len(bytes.Trim(s.Bytes, "\xfe\xff\x00 ")) == 0)
}

// sameToken compares two values as they are written, without following references.
func sameToken(a, b any) bool {
	x, err1 := pdf.Append(nil, a)
	y, err2 := pdf.Append(nil, b)
	return err1 == nil && err2 == nil && bytes.Equal(x, y)
}

// checkDSS wants a document security store to hold known keys and streams only; its content proves itself or nothing.
func (c *comparison) checkDSS(at *place, a, b any) {
	if c.same(a, b) {
		return
	}
	c.tell(ValidationChange, at, wasAdded)
	for k, v := range c.new.Dict(b) {
		step := &place{at, string(k)}
		switch k {
		case "Type":
		case "Certs", "OCSPs", "CRLs":
			c.onlyStreams(step, v)
		case "VRI":
			for name, entry := range c.new.Dict(v) {
				if name != "Type" {
					c.checkVRI(&place{step, string(name)}, entry)
				}
			}
		default:
			c.differs(plain, step, wasAdded)
		}
	}
}

func (c *comparison) checkVRI(at *place, entry any) {
	for k, v := range c.new.Dict(entry) {
		switch k {
		case "Type", "TU":
		case "TS":
			c.onlyStreams(at, pdf.Array{v})
		case "Cert", "OCSP", "CRL":
			c.onlyStreams(at, v)
		default:
			c.differs(plain, &place{at, string(k)}, wasAdded)
		}
	}
}

func (c *comparison) onlyStreams(at *place, list any) {
	for _, o := range c.new.Array(list) {
		if c.new.Stream(o) == nil {
			c.differs(plain, at, wasRetyped)
		}
	}
}
