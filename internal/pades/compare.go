package pades

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"congvu/internal/pdf"
)

const (
	maxCompared     = 8_000_000
	maxCompareDepth = 500
)

// role is what an object is for. Objects get their roles from their place in page tree and form before anything is
// compared, because pages are also reached through destinations, the structure tree and outlines.
type role int

const (
	plain role = iota
	catalog
	form
	fieldList
	formResources
	field
	pageNode
	annotList
	annot
	structure
	information
	metadata
	painted // what a page or an appearance paints: here no other role excuses anything
)

// place is a step on the way from the trailer, rendered only when something is to be told.
type place struct {
	up   *place
	step string
}

func (p *place) String() string {
	var steps []string
	for ; p != nil && len(steps) < 12; p = p.up {
		steps = append(steps, p.step)
	}
	slices.Reverse(steps)
	return strings.Join(steps, "/")
}

type pairKey struct {
	a, b pdf.Ref
	role role
}

type task struct {
	pairKey
	at *place
}

// comparison walks two revisions of one document in parallel. Whatever differs and is not on the whitelist of rules.go is a change.
type comparison struct {
	old, new *pdf.File
	fillable fillRule
	roles    map[pdf.Ref]role
	fields   map[pdf.Ref]formField // of the old revision
	added    map[pdf.Ref]formField // signature fields of the new revision only
	seen     map[pairKey]bool
	queue    []task
	left     *int // values that may still be compared, for all signatures of the file together
	result   changes
}

// compare grades what the newer revision changed. fillable says which empty fields might be filled, left how much work it may do.
func compare(old, new *pdf.File, fillable fillRule, left *int) changes {
	c := &comparison{old: old, new: new, fillable: fillable, roles: map[pdf.Ref]role{}, seen: map[pairKey]bool{}, left: left}
	c.assignRoles()
	c.findAdded()
	c.walk(catalog, &place{step: "Root"}, old.Trailer["Root"], new.Trailer["Root"], 0)
	if a, b := old.Trailer["Info"], new.Trailer["Info"]; a != nil && b != nil {
		c.walk(information, &place{step: "Info"}, a, b, 0)
	} else if a != nil || b != nil {
		c.tell(ValidationChange, &place{step: "Info"}, wasAdded)
	}
	for len(c.queue) > 0 {
		t := c.queue[len(c.queue)-1]
		c.queue = c.queue[:len(c.queue)-1]
		c.values(t.role, t.at, t.a, t.b, 0)
	}
	return c.result
}

func (c *comparison) tell(g Change, at *place, what string) {
	c.result.add(difference{g, at.String(), what})
}

// differs tells a change that no rule allows.
func (c *comparison) differs(r role, at *place, what string) {
	g := OtherChange
	if r == structure || at.step == "StructParent" {
		g = DoubtfulChange
	}
	c.tell(g, at, what)
}

// walk compares two values. Pairs of references wait in a queue, so that long chains of objects need no stack.
func (c *comparison) walk(r role, at *place, a, b any, depth int) {
	if *c.left--; *c.left < 0 || depth > maxCompareDepth {
		if c.result.total[OtherChange] < maxDifferences {
			c.differs(plain, at, tooMuch)
		}
		return
	}
	ra, ok1 := a.(pdf.Ref)
	rb, ok2 := b.(pdf.Ref)
	if !ok1 || !ok2 {
		c.values(r, at, a, b, depth)
		return
	}
	if own := c.roles[ra]; own != plain && r != metadata && r != painted {
		r = own
	}
	k := pairKey{ra, rb, r}
	if !c.seen[k] {
		c.seen[k] = true
		c.queue = append(c.queue, task{k, at})
	}
}

func (c *comparison) values(r role, at *place, a, b any, depth int) {
	va, err1 := c.old.Resolve(a)
	vb, err2 := c.new.Resolve(b)
	if err1 != nil || err2 != nil {
		c.differs(plain, at, wasUnreadable)
		return
	}
	switch x := va.(type) {
	case pdf.Dict:
		if y, ok := vb.(pdf.Dict); ok {
			c.dicts(r, at, x, y, depth)
			return
		}
	case *pdf.Stream:
		if y, ok := vb.(*pdf.Stream); ok {
			c.streams(r, at, x, y, depth)
			return
		}
	case pdf.Array:
		if y, ok := vb.(pdf.Array); ok {
			c.arrays(r, at, x, y, depth)
			return
		}
	case pdf.String:
		if y, ok := vb.(pdf.String); ok {
			if !bytes.Equal(x.Bytes, y.Bytes) {
				c.scalar(r, at)
			}
			return
		}
	default:
		if !isContainer(vb) {
			if va != vb {
				c.scalar(r, at)
			}
			return
		}
	}
	c.differs(r, at, wasRetyped)
}

// isContainer keeps values that Go cannot compare with == away from it.
func isContainer(o any) bool {
	switch o.(type) {
	case pdf.Dict, *pdf.Stream, pdf.Array, pdf.String:
		return true
	}
	return false
}

func (c *comparison) scalar(r role, at *place) {
	if r == information {
		c.tell(ValidationChange, at, wasReplaced)
		return
	}
	c.differs(r, at, wasReplaced)
}

func (c *comparison) streams(r role, at *place, x, y *pdf.Stream, depth int) {
	if r == metadata {
		if !bytes.Equal(x.Raw, y.Raw) {
			c.tell(ValidationChange, at, wasReplaced)
		}
		return
	}
	if !bytes.Equal(x.Raw, y.Raw) {
		c.differs(r, at, wasReplaced)
	}
	c.dicts(r, at, x.Dict, y.Dict, depth)
}

func (c *comparison) arrays(r role, at *place, x, y pdf.Array, depth int) {
	if r == annotList || r == fieldList {
		c.supersets(r, at, x, y, depth)
		return
	}
	if len(x) != len(y) {
		c.differs(r, at, wasReplaced)
		return
	}
	for i := range x {
		c.walk(r, &place{at, fmt.Sprintf("[%d]", i)}, x[i], y[i], depth+1)
	}
}

// supersets compares lists of annotations or fields: what was there must stay, only new signatures may come.
func (c *comparison) supersets(r role, at *place, x, y pdf.Array, depth int) {
	item := annot
	if r == fieldList {
		item = field
	}
	old := map[pdf.Ref]bool{}
	for _, a := range x {
		if ref, ok := a.(pdf.Ref); ok {
			old[ref] = true
		}
	}
	i := 0 // what was there must come again in its order, which is also the order of painting
	for _, b := range y {
		ref, indirect := b.(pdf.Ref)
		switch {
		case indirect && !old[ref]:
			c.newcomer(r, at, ref)
		case i == len(x) || indirect && x[i] != any(ref):
			c.differs(plain, at, wasReplaced)
			return
		default:
			c.walk(item, &place{at, fmt.Sprintf("[%d]", i)}, x[i], b, depth+1)
			i++
		}
	}
	if i < len(x) {
		c.differs(plain, at, wasRemoved)
	}
}

// newcomer judges a reference that a list of annotations or fields gained.
func (c *comparison) newcomer(r role, at *place, ref pdf.Ref) {
	f, isSignature := c.added[ref]
	switch {
	case isSignature && c.harmless(f) && c.onlyStamps(f):
		c.tell(ValidationChange, at, wasAdded)
	case isSignature && c.harmless(f):
		c.tell(SignatureChange, at, wasAdded)
	case isSignature || r == annotList:
		c.tell(AnnotationChange, at, wasAdded)
	default:
		c.differs(plain, at, wasAdded)
	}
}

// same reports whether two values are equal all the way down.
func (c *comparison) same(a, b any) bool {
	inner := &comparison{old: c.old, new: c.new, roles: map[pdf.Ref]role{}, seen: map[pairKey]bool{}, left: c.left}
	inner.walk(painted, &place{}, a, b, 0)
	for len(inner.queue) > 0 && inner.result.grade == NoChange {
		t := inner.queue[len(inner.queue)-1]
		inner.queue = inner.queue[:len(inner.queue)-1]
		inner.values(t.role, t.at, t.a, t.b, 0)
	}
	return inner.result.grade == NoChange
}
