package pades

import (
	"fmt"

	"congvu/internal/pdf"
)

// supersets compares lists of annotations or fields: what was there must stay, in its order, which is also the order of
// painting; only new signatures may come, and annotations where the certification allows them.
func (c *comparison) supersets(r role, at *place, x, y pdf.Array, depth int) {
	item := annot
	if r == fieldList {
		item = field
	}
	old, kept := map[pdf.Ref]bool{}, map[pdf.Ref]bool{}
	for _, a := range x {
		if ref, ok := a.(pdf.Ref); ok {
			old[ref] = true
		}
	}
	for _, b := range y {
		if ref, ok := b.(pdf.Ref); ok {
			kept[ref] = true
		}
	}
	i := 0
	for _, b := range y {
		for i < len(x) && isGone(x[i], kept) {
			c.removed(r, at, x[i])
			i++
		}
		ref, indirect := b.(pdf.Ref)
		switch {
		case indirect && !old[ref]:
			c.newcomer(r, at, ref)
		case i == len(x) || indirect && x[i] != any(ref):
			c.report("list.order", OtherChange, at, wasReplaced)
			return
		default:
			c.walk(item, &place{up: at, step: fmt.Sprintf("[%d]", i)}, x[i], b, depth+1)
			i++
		}
	}
	for ; i < len(x); i++ {
		c.removed(r, at, x[i])
	}
}

func isGone(a any, kept map[pdf.Ref]bool) bool {
	ref, ok := a.(pdf.Ref)
	return ok && !kept[ref]
}

// removed judges an entry that a list of annotations or fields lost.
func (c *comparison) removed(r role, at *place, a any) {
	ref, _ := a.(pdf.Ref)
	f, isField := c.fields[ref]
	switch {
	case isField && f.kind == "Sig" && f.value != nil:
		c.report("list.signature-removed", OtherChange, &place{up: at, step: f.name, signed: true}, wasRemoved)
	case r == annotList && !isField && c.rule.permit == 3 && c.old.Name(c.old.Dict(a)["Subtype"]) != "Widget":
		c.report("list.note-removed", DoubtfulChange, at, wasRemoved)
	default:
		c.report("list.removed", OtherChange, at, wasRemoved)
	}
}

// newcomer judges a reference that a list of annotations or fields gained. A document time stamp that shows nothing is
// validation data, which even a final certification allows (ISO 32000-2, 12.8.2.2.2).
func (c *comparison) newcomer(r role, at *place, ref pdf.Ref) {
	f, isSignature := c.added[ref]
	switch {
	case isSignature && c.harmless(f) && c.onlyStamps(f):
		c.tell(ValidationChange, at, wasAdded)
	case isSignature && c.harmless(f):
		c.tell(SignatureChange, at, wasAdded)
	case isSignature:
		c.report("list.signature-paints", AnnotationChange, at, wasAdded)
	case r == annotList:
		c.report("list.annotation", c.gradeOfNote(c.new.Dict(ref)), at, wasAdded)
	default:
		c.report("list.field", OtherChange, at, wasAdded)
	}
}

// noteKinds are annotations that remark on a page and replace nothing of it.
var noteKinds = map[pdf.Name]bool{"Text": true, "Popup": true, "Highlight": true, "Underline": true, "Squiggly": true, "StrikeOut": true, "Caret": true}

// gradeOfNote tells how grave a new annotation is. Certified with P=3 its signer allowed it, and a person has to see it all
// the same, for it may cover the text; without certification only remarks that cannot stand for text are that harmless.
func (c *comparison) gradeOfNote(d pdf.Dict) Change {
	kind := c.new.Name(d["Subtype"])
	switch {
	case d["A"] != nil || d["AA"] != nil || d["FT"] != nil || kind == "" || kind == "Widget":
		return AnnotationChange
	case c.rule.permit == 3, c.rule.permit == 0 && noteKinds[kind]:
		return DoubtfulChange
	}
	return AnnotationChange
}

// annotRule allows an existing annotation to be edited where the certification permits annotations, and a note to be
// opened or closed.
func (c *comparison) annotRule(at *place, k pdf.Name, a, b any, x pdf.Dict) bool {
	kind := c.old.Name(x["Subtype"])
	if kind == "Widget" || k == "Subtype" || actingKeys[k] || sameToken(a, b) {
		return false
	}
	if c.rule.permit == 3 || noteKinds[kind] && (k == "Open" || k == "M") {
		if !c.same(a, b) {
			c.report("note.edited", DoubtfulChange, at, wasReplaced)
		}
		return true
	}
	return false
}
