package pades

import "congvu/internal/pdf"

const maxRoleDepth = 64

// assignRoles marks catalog, form, fields, pages and annotations of the old revision by reference.
func (c *comparison) assignRoles() {
	if r, ok := c.old.Trailer["Root"].(pdf.Ref); ok {
		c.roles[r] = catalog
	}
	root := c.old.Root()
	c.mark(root["AcroForm"], form)
	c.mark(c.old.Dict(root["AcroForm"])["Fields"], fieldList)
	c.markPages(root["Pages"], 0)
	c.fields = map[pdf.Ref]formField{}
	for _, f := range formFields(c.old) {
		if f.ref != (pdf.Ref{}) {
			c.roles[f.ref] = field
			c.fields[f.ref] = f
		}
		c.mark(f.dict["Kids"], fieldList)
	}
}

func (c *comparison) mark(o any, r role) {
	if ref, ok := o.(pdf.Ref); ok && c.roles[ref] == plain {
		c.roles[ref] = r
	}
}

func (c *comparison) markPages(o any, depth int) {
	ref, ok := o.(pdf.Ref)
	if !ok || c.roles[ref] != plain || depth > maxRoleDepth {
		return
	}
	c.roles[ref] = pageNode
	d := c.old.Dict(ref)
	c.mark(d["Annots"], annotList)
	for _, a := range c.old.Array(d["Annots"]) {
		c.mark(a, annot)
	}
	for _, k := range c.old.Array(d["Kids"]) {
		c.markPages(k, depth+1)
	}
}

// findAdded lists signature fields and their widgets that only the new revision has. An object number that the old
// revision used already is not new: its change is compared like any other.
func (c *comparison) findAdded() {
	c.added = map[pdf.Ref]formField{}
	for _, f := range formFields(c.new) {
		_, known := c.fields[f.ref]
		at, used := c.old.Where(f.ref.Num)
		if f.kind == "Sig" && f.ref != (pdf.Ref{}) && !known && (!used || at.Free) {
			c.added[f.ref] = f
		}
	}
}

func (c *comparison) isInvisible(f formField) bool {
	box, ok := c.new.Rect(f.dict["Rect"])
	return ok && (box[0] == box[2] || box[1] == box[3])
}

// harmless reports whether an added signature field does nothing but sign: it holds a signature, or it is invisible
// and waits for one. A field without signature must not paint, and none may act.
func (c *comparison) harmless(f formField) bool {
	if f.dict["A"] != nil || f.dict["AA"] != nil {
		return false
	}
	if f.value != nil {
		return c.new.Dict(f.value)["ByteRange"] != nil
	}
	return f.dict["AP"] == nil || c.isInvisible(f)
}

// onlyStamps reports whether an added field is a document time stamp that shows nothing: proof, which no certification
// forbids (ISO 32000-2, table 257). Whether the stamp is right is judged where it stands.
func (c *comparison) onlyStamps(f formField) bool {
	return c.new.Text(c.new.Dict(f.value)["SubFilter"]) == "ETSI.RFC3161" && (f.dict["AP"] == nil || c.isInvisible(f))
}
