package pades

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"congvu/internal/pdf"
)

const (
	maxCompared     = 4_000_000
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
	private // data of one program, or of the viewer's window: nothing that a page shows
)

// roleNames are the names of the checks that compare what has a role.
var roleNames = [...]string{"role.plain", "role.catalog", "role.form", "role.field-list", "role.form-resources", "role.field", "role.page", "role.annotations",
	"role.annotation", "role.structure", "role.information", "role.metadata", "role.painted", "role.private"}

// place is a step on the way from the trailer, rendered only when something is to be told.
type place struct {
	up     *place
	step   string
	signed bool // here stands the field of a signature that the old revision holds already
}

// hard reports whether a change here is no matter of content, which a later signature could take over (S3.4): what acts,
// what governs the document, or what belongs to an earlier signature.
func (p *place) hard() bool {
	var first, second string
	for ; p != nil; p = p.up {
		if p.signed || p.up != nil && actingKeys[pdf.Name(p.step)] {
			return true
		}
		first, second = p.step, first
	}
	return first == "Trailer" || first == "Root" && second != "" && second != "Pages" && second != "AcroForm"
}

var actingKeys = map[pdf.Name]bool{"A": true, "AA": true, "OpenAction": true, "JS": true, "JavaScript": true}

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
	rule     changeRule
	roles    map[pdf.Ref]role
	fields   map[pdf.Ref]formField // of the old revision
	added    map[pdf.Ref]formField // signature fields of the new revision only
	seen     map[pairKey]bool
	queue    []task
	left     *int // values that may still be compared, for all signatures of the file together
	result   changes
}

// compare grades what the newer revision changed. rule says what the signatures of the old one permit, left how much work
// it may do. Pages come first, so that their changes are told by their place in the page tree, whatever else refers to them.
func compare(old, new *pdf.File, rule changeRule, left *int) changes {
	c := &comparison{old: old, new: new, rule: rule, roles: map[pdf.Ref]role{}, seen: map[pairKey]bool{}, left: left}
	c.assignRoles()
	c.findAdded()
	root := &place{step: "Root"}
	if a, b := old.Root()["Pages"], new.Root()["Pages"]; a != nil && b != nil {
		c.walk(pageNode, &place{up: root, step: "Pages"}, a, b, 0)
		c.drain()
	}
	c.walk(catalog, root, old.Trailer["Root"], new.Trailer["Root"], 0)
	if a, b := old.Trailer["Info"], new.Trailer["Info"]; a != nil && b != nil {
		c.walk(information, &place{step: "Info"}, a, b, 0)
	} else if a != nil || b != nil {
		c.tell(ValidationChange, &place{step: "Info"}, wasAdded)
	}
	c.compareTrailers()
	c.drain()
	return c.result
}

// sectionKeys are the trailer's own, which every revision writes anew.
var sectionKeys = map[pdf.Name]bool{"Root": true, "Info": true, "Size": true, "Prev": true, "ID": true, "XRefStm": true, "Encrypt": true, "Type": true, "W": true,
	"Index": true, "Filter": true, "DecodeParms": true, "Length": true, "DL": true}

// compareTrailers follows what else the old trailer names: an object that has a second use there is no field's own. The keys
// themselves come and go with the programs that write.
func (c *comparison) compareTrailers() {
	for k, v := range c.old.Trailer {
		list, ok := v.(pdf.Array)
		if !ok {
			list = pdf.Array{v}
		}
		for _, o := range list {
			if there, _ := c.old.Resolve(o); there == nil || sectionKeys[k] || !on("trailer") {
				continue
			}
			c.walk(plain, &place{up: &place{step: "Trailer"}, step: string(k)}, o, o, 0)
		}
	}
}

func (c *comparison) drain() {
	for len(c.queue) > 0 {
		t := c.queue[len(c.queue)-1]
		c.queue = c.queue[:len(c.queue)-1]
		c.values(t.role, t.at, t.a, t.b, 0)
	}
}

func (c *comparison) tell(g Change, at *place, what string) {
	c.result.add(difference{g, at.String(), what}, at.hard())
}

// report tells what a named check found.
func (c *comparison) report(check string, g Change, at *place, what string) {
	if on(check) {
		c.tell(g, at, what)
	}
}

// differs tells a change that no rule allows.
func (c *comparison) differs(r role, at *place, what string) {
	if !on(roleNames[r]) {
		return
	}
	g := OtherChange
	if r == structure || r == private || quietKeys[pdf.Name(at.step)] {
		g = DoubtfulChange
	}
	c.tell(g, at, what)
}

// quietKeys are dictionary entries that paint nothing and do nothing, but that a signer may have wanted as they were.
var quietKeys = map[pdf.Name]bool{"StructParent": true, "StructParents": true, "LastModified": true, "PieceInfo": true, "Tabs": true, "Thumb": true,
	"PageLabels": true}

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
	if err1 != nil && err2 != nil && c.sameBytes(a, b) { // no change; the file as a whole is doubtful for it
		return
	}
	if err1 != nil || err2 != nil {
		c.report("compare.unreadable", OtherChange, at, wasUnreadable)
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
			if va != vb && !sameNumber(va, vb) {
				c.scalar(r, at)
			}
			return
		}
	}
	c.differs(r, at, wasRetyped)
}

// sameBytes reports whether two references lead to the same object at the same place of the file: one that could not be read
// when it was signed cannot be read later either.
func (c *comparison) sameBytes(a, b any) bool {
	ref, ok := a.(pdf.Ref)
	if !ok || a != b {
		return false
	}
	x, _ := c.old.Where(ref.Num)
	y, _ := c.new.Where(ref.Num)
	return x == y && x.Container == 0
}

// sameNumber reports whether two numbers are equal however they are written: some programs write 612 as 612.0 when they write
// an object again.
func sameNumber(a, b any) bool {
	x, ok1 := numberOf(a)
	y, ok2 := numberOf(b)
	return ok1 && ok2 && x == y
}

func numberOf(o any) (float64, bool) {
	switch v := o.(type) {
	case int64:
		return float64(v), v < 1<<53 && v > -1<<53
	case pdf.Real:
		n, err := strconv.ParseFloat(string(v), 64)
		return n, err == nil
	}
	return 0, false
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
			c.checkMetadata(at, y, wasReplaced)
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
		c.walk(r, &place{up: at, step: fmt.Sprintf("[%d]", i)}, x[i], y[i], depth+1)
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
