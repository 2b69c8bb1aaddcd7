package pades

import (
	"bytes"

	"congvu/internal/pdf"
)

// childRoles gives the role of a value that has none by reference, from the role of its holder and its key.
var childRoles = map[role]map[pdf.Name]role{
	catalog: {"AcroForm": form, "Pages": pageNode, "Metadata": metadata, "StructTreeRoot": structure, "PieceInfo": private, "ViewerPreferences": private,
		"PageMode": private, "PageLayout": private, "Lang": private, "MarkInfo": private, "Legal": private},
	form: {"Fields": fieldList, "DR": formResources},
	formResources: {"XObject": structure, // templates that viewers copy from, painted by nothing
		"Font": formResources, "Encoding": formResources, "ExtGState": formResources, "ColorSpace": formResources, "ProcSet": private},
	pageNode: {"Kids": pageNode, "Annots": annotList, "Resources": painted, "Contents": painted},
	field:    {"Kids": fieldList, "AP": painted},
	annot:    {"AP": painted},
	plain:    {"SE": structure},
}

func childRole(r role, key pdf.Name) role {
	switch r {
	case information, structure, painted, private:
		return r
	}
	return childRoles[r][key]
}

// dicts compares key by key. A key that no rule excuses must be there in both and be equal.
func (c *comparison) dicts(r role, at *place, x, y pdf.Dict, depth int) {
	if r == field || r == annot {
		if f := c.fieldOf(x); f.kind == "Sig" && f.value != nil {
			at = &place{up: at.up, step: at.step, signed: true}
		}
	}
	if r == annot && (x["FT"] != nil || x["Parent"] != nil && x["Subtype"] == pdf.Name("Widget")) {
		r = field
	}
	for k, b := range y {
		if _, both := x[k]; !both {
			c.key(r, &place{up: at, step: string(k)}, k, nil, b, x, y, depth)
		}
	}
	for k, a := range x {
		c.key(r, &place{up: at, step: string(k)}, k, a, y[k], x, y, depth)
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
			c.report("back-reference", OtherChange, at, wasReplaced)
		}
		return
	case r == field && c.fieldRule(at, k, a, b, x, y):
		return
	case r == annot && c.annotRule(at, k, a, b, x):
		return
	case r == information && (a == nil) != (b == nil):
		c.tell(ValidationChange, at, wasReplaced)
		return
	case r == formResources && a == nil:
		c.tell(ValidationChange, at, wasAdded)
		return
	}
	if a == nil || b == nil {
		if childRole(r, k) == private {
			r = private
		}
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

// catalogRule allows validation data, version marks, metadata and a first certification. A first form cannot come: a signed
// revision has one.
func (c *comparison) catalogRule(at *place, k pdf.Name, a, b any) bool {
	switch {
	case k == "DSS" && b != nil:
		c.checkDSS(at, a, b)
	case (k == "Extensions" || k == "Version") && b != nil:
		if !c.same(a, b) {
			c.tell(ValidationChange, at, wasReplaced)
		}
	case k == "Metadata" && a == nil:
		c.checkMetadata(at, c.new.Stream(b), wasAdded)
	case k == "Perms" && a == nil:
		c.report("catalog.certified-late", DoubtfulChange, at, wasAdded)
	case k == "Names" && a == nil && c.isQuietNames(b):
		c.report("catalog.names", DoubtfulChange, at, wasAdded)
	default:
		return false
	}
	return true
}

// checkMetadata wants metadata to be an XMP packet; what it says about the document is a claim.
func (c *comparison) checkMetadata(at *place, s *pdf.Stream, what string) {
	if s != nil {
		packet, err := c.new.Decode(s, maxPacket)
		if err == nil && isXMP(packet) {
			c.tell(ValidationChange, at, what)
			return
		}
	}
	c.report("catalog.metadata", OtherChange, at, wasRetyped)
}

const maxPacket = 4 << 20

func isXMP(packet []byte) bool {
	packet = bytes.TrimLeft(packet, "\xef\xbb\xbf \t\r\n\x00")
	for _, start := range []string{"<?xpacket", "<?xml", "<x:xmpmeta", "<x:xapmeta", "<rdf:RDF"} {
		if bytes.HasPrefix(packet, []byte(start)) {
			return true
		}
	}
	return len(packet) == 0
}

// isQuietNames accepts a first dictionary of names that names places only: no scripts, no attached files.
func (c *comparison) isQuietNames(b any) bool {
	for k := range c.new.Dict(b) {
		if k != "Dests" {
			return false
		}
	}
	return true
}

// onlyDataChanged reports whether of an XFA form nothing differs but its packet of data: the form was filled.
func (c *comparison) onlyDataChanged(a, b any) bool {
	x, y := c.old.Array(a), c.new.Array(b)
	if len(x) != len(y) || len(x)%2 != 0 || c.same(a, b) {
		return false
	}
	for i := 0; i < len(x); i += 2 {
		name := c.old.Text(x[i])
		if name != c.new.Text(y[i]) || name != "datasets" && !c.same(x[i+1], y[i+1]) {
			return false
		}
	}
	return true
}

func (c *comparison) formRule(at *place, k pdf.Name, a, b any) bool {
	switch {
	case k == "SigFlags" && b != nil:
	case k == "Fields" && a == nil:
		c.supersets(fieldList, at, nil, c.new.Array(b), 0)
	case (k == "DR" || k == "DA") && a == nil:
		c.tell(ValidationChange, at, wasAdded) // where new fields would find their fonts; paints nothing by itself
	case k == "XFA" && a != nil && len(c.rule.locks) == 0 && c.onlyDataChanged(a, b):
		c.report("form.data", DoubtfulChange, at, wasReplaced)
	case k == "DA" || k == "NeedAppearances":
		if !c.same(a, b) {
			c.report("form.defaults", DoubtfulChange, at, wasReplaced)
		}
	default:
		return false
	}
	return true
}

// sameToken compares two values as they are written, without following references.
func sameToken(a, b any) bool {
	x, err1 := pdf.Append(nil, a)
	y, err2 := pdf.Append(nil, b)
	return err1 == nil && err2 == nil && bytes.Equal(x, y)
}
