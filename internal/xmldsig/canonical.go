package xmldsig

import (
	"bufio"
	"bytes"
	"cmp"
	"io"
	"slices"
)

// canonicalizer writes tokens as Canonical XML 1.0 without comments, inclusive or exclusive, as they pass.
type canonicalizer struct {
	w         *bufio.Writer
	exclusive bool
	rendered  []binding // declarations written on the elements that are open
	marks     []int
	failed    error // of the writer, seen at the end of a start tag
	attrs     []attr
	decls     []binding
}

func newCanonicalizer(w io.Writer, exclusive bool) *canonicalizer {
	return &canonicalizer{w: bufio.NewWriterSize(w, 32<<10), exclusive: exclusive}
}

// start writes a start tag. scope holds the namespaces in force. inherited are the declarations and xml:* attributes of elements
// outside the canonicalized part: given for its first element only, and looked at by the inclusive form only.
func (c *canonicalizer) start(t *token, scope, inherited []binding, xmlAttrs []attr) {
	c.marks = append(c.marks, len(c.rendered))
	c.decls = c.decls[:0]
	if c.exclusive {
		c.declare(t.name.prefix, scope)
		for _, a := range t.attrs {
			if a.prefix != "" {
				c.declare(a.prefix, scope)
			}
		}
	} else {
		for _, d := range inherited {
			c.declare(d.prefix, scope)
		}
		for _, d := range t.decls {
			c.declare(d.prefix, scope)
		}
	}
	slices.SortFunc(c.decls, func(a, b binding) int { return cmp.Compare(a.prefix, b.prefix) })
	c.attrs = append(c.attrs[:0], t.attrs...)
	if !c.exclusive {
		c.attrs = append(c.attrs, xmlAttrs...)
	}
	slices.SortFunc(c.attrs, func(a, b attr) int {
		return cmp.Or(cmp.Compare(a.space, b.space), cmp.Compare(a.local, b.local))
	})
	c.w.WriteByte('<')
	c.writeName(t.name)
	for _, d := range c.decls {
		c.w.WriteString(" xmlns")
		if d.prefix != "" {
			c.w.WriteByte(':')
			c.w.WriteString(d.prefix)
		}
		c.writeValue(d.space)
	}
	for _, a := range c.attrs {
		c.w.WriteByte(' ')
		c.writeName(a.name)
		c.writeValue(a.value)
	}
	_, c.failed = c.w.WriteString(">")
}

// declare notes a declaration unless the nearest written one says the same.
func (c *canonicalizer) declare(prefix string, scope []binding) {
	if prefix == "xml" {
		return
	}
	space, _ := lookup(scope, prefix)
	if written, ok := lookup(c.rendered, prefix); ok && written == space {
		return
	}
	d := binding{prefix, space}
	c.rendered, c.decls = append(c.rendered, d), append(c.decls, d)
}

func (c *canonicalizer) end(n name) {
	c.rendered = c.rendered[:c.marks[len(c.marks)-1]]
	c.marks = c.marks[:len(c.marks)-1]
	c.w.WriteString("</")
	c.writeName(n)
	c.w.WriteByte('>')
}

func (c *canonicalizer) writeName(n name) {
	if n.prefix != "" {
		c.w.WriteString(n.prefix)
		c.w.WriteByte(':')
	}
	c.w.WriteString(n.local)
}

func (c *canonicalizer) text(b []byte) {
	for {
		i := bytes.IndexAny(b, "&<>\r")
		if i < 0 {
			c.w.Write(b)
			return
		}
		c.w.Write(b[:i])
		switch b[i] {
		case '&':
			c.w.WriteString("&amp;")
		case '<':
			c.w.WriteString("&lt;")
		case '>':
			c.w.WriteString("&gt;")
		case '\r':
			c.w.WriteString("&#xD;")
		}
		b = b[i+1:]
	}
}

func (c *canonicalizer) writeValue(v string) {
	c.w.WriteString(`="`)
	for i := range len(v) {
		switch v[i] {
		case '&':
			c.w.WriteString("&amp;")
		case '<':
			c.w.WriteString("&lt;")
		case '"':
			c.w.WriteString("&quot;")
		case '\t':
			c.w.WriteString("&#x9;")
		case '\n':
			c.w.WriteString("&#xA;")
		case '\r':
			c.w.WriteString("&#xD;")
		default:
			c.w.WriteByte(v[i])
		}
	}
	c.w.WriteByte('"')
}

// bounded refuses an exclusive form that repeats long namespace names on millions of elements: four times the document is the end.
type bounded struct {
	w    io.Writer
	left int
}

func (b *bounded) Write(p []byte) (int, error) {
	if b.left -= len(p); b.left < 0 {
		return 0, ErrTooLarge.because("canonical form")
	}
	return b.w.Write(p)
}

// canonicalize writes the document to w, without the element at the offsets skipFrom to skipTo (none: 0, 0).
func canonicalize(w io.Writer, doc []byte, limit int, exclusive bool, skipFrom, skipTo int) error {
	s, err := newScanner(doc, limit)
	if err != nil {
		return err
	}
	c := newCanonicalizer(&bounded{w, 4*len(doc) + 1<<20}, exclusive)
	for {
		if err := s.next(); err != nil {
			return err
		}
		t := &s.tok
		if t.start >= skipFrom && t.end <= skipTo && t.kind != end {
			continue
		}
		switch t.kind {
		case startTag:
			c.start(t, s.scope, nil, nil)
			if c.failed != nil {
				return c.failed
			}
		case endTag:
			c.end(t.name)
		case text:
			c.text(t.text)
		case end:
			return c.w.Flush()
		}
	}
}

// Canonicalize gives the Canonical XML 1.0 form of a document, without comments.
func Canonicalize(doc []byte, exclusive bool, o Options) ([]byte, error) {
	var b bytes.Buffer
	b.Grow(len(doc))
	err := canonicalize(&b, doc, o.limit(), exclusive, 0, 0)
	return b.Bytes(), err
}

// node writes a kept element with everything inside it.
func (c *canonicalizer) node(n *node, inherited []binding, xmlAttrs []attr) {
	c.start(&n.tok, n.scope, inherited, xmlAttrs)
	for _, p := range n.parts {
		if p.node != nil {
			c.node(p.node, nil, nil)
		} else {
			c.text(p.text)
		}
	}
	c.end(n.tok.name)
}
