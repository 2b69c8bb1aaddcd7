package xmldsig

import (
	"slices"
	"strings"
)

const (
	dsigSpace         = "http://www.w3.org/2000/09/xmldsig#"
	maxSignatureParts = 500
	maxSignatureText  = 1 << 20
)

// Name is an element's name: its namespace and local part. Prefixes never count.
type Name struct{ Space, Local string }

// Path names an element by the names from the root down to it.
type Path []Name

// Options bound and help the reading; the zero value is usual.
type Options struct {
	MaxBytes int // size of the document, 0: 256 MB
}

func (o Options) limit() int {
	if o.MaxBytes > 0 {
		return o.MaxBytes
	}
	return 256 << 20
}

// node is a kept element of the signature; everything else of the document passes by.
type node struct {
	tok      token
	scope    []binding
	parts    []part
	comments bool
}

// part is a piece of text or, where node is set, a child.
type part struct {
	text []byte
	node *node
}

func (n *node) kids() (out []*node) {
	for _, p := range n.parts {
		if p.node != nil {
			out = append(out, p.node)
		}
	}
	return out
}

func (n *node) text() string {
	var b strings.Builder
	for _, p := range n.parts {
		b.Write(p.text)
	}
	return b.String()
}

// place is where a signature could stand: the end of the element that Path names.
type place struct {
	start, end int // of its end tag, or of the whole <a/>
	empty      bool
	name       name
}

// survey is what one pass over a document finds.
type survey struct {
	signatures int
	signature  *node // the first
	from, to   int   // its offsets
	parent     Path
	inherited  []attr // xml:* attributes in force around it
	lookalike  bool   // an element called Signature or DigitalSignature of another namespace
	places     []place

	open       []*node // inside the signature
	elements   int
	textLength int
}

// take surveys the whole document and so also checks it.
func take(doc []byte, where Path, limit int) (*survey, error) {
	s, err := newScanner(doc, limit)
	if err != nil {
		return nil, err
	}
	v := &survey{}
	var around [][]attr // xml:* attributes of the open elements
	for {
		if err := s.next(); err != nil {
			return nil, err
		}
		t := &s.tok
		switch t.kind {
		case end:
			return v, nil
		case startTag:
			if len(v.open) == 0 && t.name.local == "Signature" && t.name.space == dsigSpace && v.signature == nil {
				v.parent, v.inherited = pathOf(s.open[:len(s.open)-1]), inForce(around)
			}
			around = append(around, xmlAttributes(t.attrs))
			if err := v.enter(s); err != nil {
				return nil, err
			}
		case endTag:
			around = around[:len(around)-1]
			if len(s.open) == len(where) && slices.Equal(pathOf(s.open), where) {
				v.places = append(v.places, place{t.start, t.end, t.empty, t.name})
			}
			v.leave(t)
		case text:
			if len(v.open) > 0 {
				if v.textLength += len(t.text) + 16; v.textLength > maxSignatureText {
					return nil, ErrTooLarge.because("signature")
				}
				n := v.open[len(v.open)-1]
				n.parts = append(n.parts, part{text: slices.Clone(t.text)})
			}
		case comment:
			if len(v.open) > 0 {
				v.open[len(v.open)-1].comments = true
			}
		}
	}
}

func (v *survey) enter(s *scanner) error {
	t := &s.tok
	called := t.name.local == "Signature" || t.name.local == "DigitalSignature"
	isSignature := t.name.local == "Signature" && t.name.space == dsigSpace
	if isSignature {
		v.signatures++
	} else if called {
		v.lookalike = true
	}
	if len(v.open) == 0 && (!isSignature || v.signature != nil) {
		return nil
	}
	if v.elements++; v.elements > maxSignatureParts {
		return ErrTooLarge.because("signature")
	}
	n := &node{tok: *t, scope: slices.Clone(s.scope)}
	n.tok.attrs, n.tok.decls = slices.Clone(t.attrs), slices.Clone(t.decls)
	if len(v.open) == 0 {
		v.signature, v.from = n, t.start
	} else {
		up := v.open[len(v.open)-1]
		up.parts = append(up.parts, part{node: n})
	}
	v.open = append(v.open, n)
	return nil
}

func (v *survey) leave(t *token) {
	if len(v.open) == 0 {
		return
	}
	if v.open = v.open[:len(v.open)-1]; len(v.open) == 0 {
		v.to = t.end
	}
}

func pathOf(open []frame) Path {
	p := make(Path, len(open))
	for i, f := range open {
		p[i] = Name{f.name.space, f.name.local}
	}
	return p
}

func xmlAttributes(attrs []attr) (out []attr) {
	for _, a := range attrs {
		if a.prefix == "xml" {
			out = append(out, a)
		}
	}
	return out
}

// inForce gives the xml:* attributes that reach inside, the nearest of each name.
func inForce(around [][]attr) (out []attr) {
	for _, level := range slices.Backward(around) {
		for _, a := range level {
			if !slices.ContainsFunc(out, func(b attr) bool { return b.local == a.local }) {
				out = append(out, a)
			}
		}
	}
	return out
}

// String gives the path for logs.
func (p Path) String() string {
	var b strings.Builder
	for _, n := range p {
		b.WriteString("/{" + n.Space + "}" + n.Local)
	}
	return b.String()
}
