package paper

import "congvu/internal/pdf"

// element is a node of the logical structure (ISO 32000-1, 14.7), which reading machines follow.
type element struct {
	tag    string
	parent *element
	kids   []any // *element, content or widget
	ref    pdf.Ref
}

// content is a marked part of a page's content stream.
type content struct{ page, id int }

// widget is a form field on a page.
type widget struct {
	ref  pdf.Ref
	page int
}

// tagger builds the structure while rows are made. A nil tagger makes none, for prints whose only use is paper.
type tagger struct {
	root *element
	path []*element
}

func newTagger() *tagger {
	root := &element{tag: "Document"}
	return &tagger{root: root, path: []*element{root}}
}

func (t *tagger) add(tag string) *element {
	if t == nil {
		return nil
	}
	return t.under(t.path[len(t.path)-1], tag)
}

func (t *tagger) under(parent *element, tag string) *element {
	if t == nil {
		return nil
	}
	e := &element{tag: tag, parent: parent}
	parent.kids = append(parent.kids, e)
	return e
}

func (t *tagger) open(tag string) *element {
	e := t.add(tag)
	if t != nil {
		t.path = append(t.path, e)
	}
	return e
}

func (t *tagger) close() {
	if t != nil {
		t.path = t.path[:len(t.path)-1]
	}
}

// reserve gives every element its object number, parents first.
func (e *element) reserve(b *pdf.Builder) {
	e.ref = b.Reserve()
	for _, k := range e.kids {
		if child, ok := k.(*element); ok {
			child.reserve(b)
		}
	}
}

func (e *element) write(b *pdf.Builder, parent pdf.Ref, pages []pdf.Ref) {
	d := pdf.Dict{"Type": pdf.Name("StructElem"), "S": pdf.Name(e.tag), "P": parent}
	if e.tag == "TH" {
		d["A"] = pdf.Dict{"O": pdf.Name("Table"), "Scope": pdf.Name("Column")}
	}
	kids := pdf.Array{}
	for _, k := range e.kids {
		switch k := k.(type) {
		case *element:
			kids = append(kids, k.ref)
			k.write(b, e.ref, pages)
		case content:
			kids = append(kids, pdf.Dict{"Type": pdf.Name("MCR"), "Pg": pages[k.page-1], "MCID": k.id})
		case widget:
			kids = append(kids, pdf.Dict{"Type": pdf.Name("OBJR"), "Pg": pages[k.page-1], "Obj": k.ref})
		}
	}
	if len(kids) > 0 {
		d["K"] = kids
	}
	b.Set(e.ref, d)
}
