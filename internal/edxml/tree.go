package edxml

import (
	"sort"
	"strconv"
	"strings"
)

// node is an element of the envelope held in memory, or a piece of text (elem nil). Files never become nodes.
type node struct {
	elem *element
	text string
	kids []*node
	used bool
}

func (n *node) ours() bool { return n.elem != nil && (n.elem.space == NS || n.elem.space == "") }

func (n *node) content() string {
	var b strings.Builder
	for _, k := range n.kids {
		if k.elem == nil {
			b.WriteString(k.text)
		}
	}
	return b.String()
}

// place is a node seen from the model: what the reader asks for is marked as used, the rest is kept as Extra.
type place struct {
	*node
	path string
	rd   *reader
}

func (r *reader) at(n *node, path string) *place {
	p := &place{node: n, path: path, rd: r}
	r.places = append(r.places, p)
	n.used = true
	return p
}

// all gives the children called by any of the names, in order. Spelling of case is forgiven.
func (p *place) all(names ...string) []*place {
	if p == nil {
		return nil
	}
	var found []*place
	for _, k := range p.kids {
		if !k.ours() || k.used {
			continue
		}
		for _, name := range names {
			if strings.EqualFold(k.elem.local, name) {
				found = append(found, p.rd.at(k, childPath(p.path, names[0], len(found)+1)))
				break
			}
		}
	}
	return found
}

func childPath(parent, name string, n int) string {
	if n > 1 {
		name += "[" + strconv.Itoa(n) + "]"
	}
	if parent == "" {
		return name
	}
	return parent + "/" + name
}

// one gives the first child called by any of the names, nil if there is none; further ones stay as Extra with a warning.
func (p *place) one(names ...string) *place {
	if p == nil {
		return nil
	}
	for _, k := range p.kids {
		if !k.ours() {
			continue
		}
		for _, name := range names {
			if strings.EqualFold(k.elem.local, name) && !k.used {
				p.rd.singles[k.elem.local] = true
				return p.rd.at(k, childPath(p.path, names[0], 1))
			}
		}
	}
	return nil
}

// value gives the trimmed text of the element itself.
func (p *place) value() string {
	if p == nil {
		return ""
	}
	return strings.TrimSpace(p.content())
}

func (p *place) text(names ...string) string { return p.one(names...).value() }

func (p *place) number(names ...string) int {
	s := p.text(names...)
	n, ok := parseInt(s)
	if !ok {
		p.rd.warn(NotANumber, "name", names[0], "value", short(s))
		return 0
	}
	return n
}

func (p *place) flag(names ...string) bool {
	s := p.text(names...)
	v, ok := parseBool(s)
	if !ok {
		p.rd.warn(NotABoolean, "name", names[0], "value", short(s))
	}
	return v
}

func (p *place) date(names ...string) Date {
	s := p.text(names...)
	d, ok := ParseDate(s)
	if !ok {
		p.rd.warn(ImpossibleDate, "name", names[0], "value", short(s))
	}
	return d
}

// extras collects every element nobody asked for (X15.2).
func (r *reader) extras() []Extra {
	var out []Extra
	for _, p := range r.places {
		for _, k := range p.kids {
			if k.elem == nil || k.used {
				continue
			}
			if k.ours() && r.singles[k.elem.local] {
				r.warn(DuplicateElement, "name", short(k.elem.local))
			} else {
				r.warn(UnknownElement, "name", short(k.elem.local))
			}
			out = append(out, Extra{Place: p.path, XML: serialize(k)})
		}
	}
	sort.SliceStable(out, func(i, j int) bool { return out[i].Place < out[j].Place })
	return out
}

// serialize writes a foreign element so that it stands anywhere inside our own output: every declaration it saw is repeated
// unless the writer's header declares the same.
func serialize(n *node) string {
	var b strings.Builder
	base := &binding{prefix: "edXML", space: NS, outer: &binding{prefix: "", space: NS}}
	serializeInto(&b, n, base)
	return b.String()
}

func serializeInto(b *strings.Builder, n *node, outer *binding) {
	if n.elem == nil {
		escapeInto(b, n.text, false)
		return
	}
	b.WriteString("<" + n.elem.qname())
	scope := outer
	seen := map[string]bool{}
	var missing []*binding
	for d := n.elem.scope; d != nil; d = d.outer {
		if seen[d.prefix] {
			continue
		}
		seen[d.prefix] = true
		if space, ok := outer.find(d.prefix); !ok || space != d.space {
			missing = append(missing, d)
		}
	}
	sort.Slice(missing, func(i, j int) bool { return missing[i].prefix < missing[j].prefix }) // the same text however often it is forwarded
	for _, d := range missing {
		b.WriteString(" xmlns")
		if d.prefix != "" {
			b.WriteString(":" + d.prefix)
		}
		b.WriteString(`="`)
		escapeInto(b, d.space, true)
		b.WriteString(`"`)
		scope = &binding{prefix: d.prefix, space: d.space, outer: scope}
	}
	if n.elem.prefix == "" && n.elem.space == "" && !seen[""] {
		if space, _ := outer.find(""); space != "" {
			b.WriteString(` xmlns=""`)
			scope = &binding{outer: scope}
		}
	}
	for _, a := range n.elem.attrs {
		b.WriteString(" " + qname(a.prefix, a.local) + `="`)
		escapeInto(b, a.value, true)
		b.WriteString(`"`)
	}
	if len(n.kids) == 0 {
		b.WriteString("/>")
		return
	}
	b.WriteString(">")
	for _, k := range n.kids {
		serializeInto(b, k, scope)
	}
	b.WriteString("</" + n.elem.qname() + ">")
}

// escapeInto writes character data; CR and, in attributes, TAB and LF survive as references.
func escapeInto(b interface{ WriteString(string) (int, error) }, s string, attribute bool) {
	last := 0
	for i := 0; i < len(s); i++ {
		var ref string
		switch c := s[i]; {
		case c == '&':
			ref = "&amp;"
		case c == '<':
			ref = "&lt;"
		case c == '>':
			ref = "&gt;"
		case c == '\r':
			ref = "&#xD;"
		case attribute && c == '"':
			ref = "&quot;"
		case attribute && c == '\n':
			ref = "&#xA;"
		case attribute && c == '\t':
			ref = "&#x9;"
		default:
			continue
		}
		_, _ = b.WriteString(s[last:i] + ref)
		last = i + 1
	}
	_, _ = b.WriteString(s[last:])
}
