package pades

import (
	"bytes"

	"congvu/internal/pdf"
)

// signingKeys are those that change when a prepared signature field is signed.
var signingKeys = map[pdf.Name]bool{"V": true, "AP": true, "F": true, "MK": true, "M": true, "DA": true, "AS": true}

// fillingKeys are those that change when a field is filled.
var fillingKeys = map[pdf.Name]bool{"V": true, "AP": true, "AS": true, "M": true, "I": true, "MK": true, "DV": true, "RV": true}

// fieldRule allows a prepared signature field to be signed, a field to be filled as far as the signers permit, and to be
// closed for further filling.
func (c *comparison) fieldRule(at *place, k pdf.Name, a, b any, x, y pdf.Dict) bool {
	f := c.fieldOf(x)
	switch {
	case k == "Ff" && c.addsBits(a, b, 1) || k == "F" && c.addsBits(a, b, 1<<2|1<<6|1<<7|1<<9):
		c.tell(ValidationChange, at, wasReplaced) // read-only, printed, locked: nothing that is seen changes
		return true
	case k == "Type" && a == nil && c.new.Name(b) == "Annot":
		return true
	case f.kind == "Sig" && f.value == nil && signingKeys[k] && c.signedNow(x, y):
		if k == "V" {
			c.sign(at, f.name)
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

// sign minds a lock over a prepared signature field: one that names it forbids to sign it, a general one leaves
// that open, and programs differ.
func (c *comparison) sign(at *place, name string) {
	c.tell(SignatureChange, at, wasAdded)
	switch {
	case c.rule.names(name) && on("sign.locked"):
		c.tell(BadFillChange, &place{step: name}, wasAdded)
		c.result.hard = true
	case c.rule.permit != 1 && c.rule.locked(name):
		c.report("sign.lock-over-all", DoubtfulChange, &place{step: name}, wasAdded)
	}
}

// addsBits reports whether flags have gained nothing but some of the given bits.
func (c *comparison) addsBits(a, b any, bits int64) bool {
	if a != nil {
		if _, ok := c.old.Int(a); !ok {
			return false
		}
	}
	was, _ := c.old.Int(a)
	is, ok := c.new.Int(b)
	return ok && is != was && is&was == was && is&^was&^bits == 0
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

// fill judges a changed form value. Prepared fields that were empty may get value, appearance and date. What the standard
// lets others fill waits for a person, if the field shows what it says; what a signer locked, or what shows people
// something else than it says to programs, is an alteration.
func (c *comparison) fill(k pdf.Name, a, b any, f formField, y pdf.Dict) {
	named := &place{step: f.name}
	what := wasReplaced
	if a == nil {
		what = wasAdded
	}
	switch {
	case c.rule.locked(f.name) && on("fill.locked"):
		c.tell(BadFillChange, named, what)
		c.result.hard = true
	case c.isPreparedFill(k, b, f):
		c.tell(FillChange, named, wasAdded)
		if (k == "V" || y["V"] == nil) && !showsItsValue(c.new, y) {
			c.report("fill.prepared-shows", DoubtfulChange, named, showsOther)
		}
	case f.kind == "Btn":
		c.report("fill.button", c.gradeOfButton(k), named, what)
	default:
		g := c.gradeOfFill(k, f, y)
		check := "fill.allowed"
		if g == BadFillChange {
			check, what = "fill.shows-other", showsOther
		}
		c.report(check, g, named, what)
	}
}

func (c *comparison) isPreparedFill(k pdf.Name, b any, f formField) bool {
	if k != "AP" && k != "M" && (k != "V" || !c.isText(b)) {
		return false
	}
	return f.kind == "Tx" && c.isEmpty(f.value) && c.rule.prepares(f.name)
}

// gradeOfButton lets a box be ticked between the pictures that it had when it was signed.
func (c *comparison) gradeOfButton(k pdf.Name) Change {
	if k == "AP" || k == "MK" || k == "I" {
		return BadFillChange
	}
	return DoubtfulChange
}

// gradeOfFill compares what a text or choice field shows with what it says. A picture that cannot be read excuses only the
// filling of an empty field.
func (c *comparison) gradeOfFill(k pdf.Name, f formField, y pdf.Dict) Change {
	value := y["V"]
	if value == nil {
		value = c.new.Dict(y["Parent"])["V"]
	}
	picture := y["AP"]
	if picture == nil { // the widgets of the field have theirs, and are judged by themselves; without any, programs draw the value
		return DoubtfulChange
	}
	shown, readable := readAppearance(c.new, picture)
	switch {
	case readable && sameText(shown, c.new.Text(value)):
		return DoubtfulChange
	case !readable && k != "AP" && c.isEmpty(f.value):
		return DoubtfulChange
	case !readable && c.isEmpty(f.value) && !c.isEmptyNew(value):
		return DoubtfulChange
	}
	return BadFillChange
}

func (c *comparison) isText(o any) bool {
	v, err := c.new.Resolve(o)
	_, ok := v.(pdf.String)
	return ok && err == nil
}

func (c *comparison) isEmpty(o any) bool    { return isEmptyText(c.old, o) }
func (c *comparison) isEmptyNew(o any) bool { return isEmptyText(c.new, o) }

func isEmptyText(f *pdf.File, o any) bool {
	v, err := f.Resolve(o)
	s, ok := v.(pdf.String)
	return err == nil && (v == nil || ok && len(bytes.Trim(s.Bytes, "\xfe\xff\x00 ")) == 0)
}
