package paper

import (
	"congvu/internal/pdf"
	"congvu/internal/typeface"
)

// field is a text field to be filled when the document is issued.
type field struct {
	name, hint string
	style      typeface.Style
	size       float64
	align      alignment
	box        Box
	element    *element
}

// fieldLetters are kept in the fonts of fields, so that any number and any date, in any Vietnamese words, can be shown.
const fieldLetters = "0123456789 ,.;:/-()" +
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz" +
	"ÀÁÂÃÈÉÊÌÍÒÓÔÕÙÚÝàáâãèéêìíòóôõùúýĂăĐđĨĩŨũƠơƯư" +
	"ẠạẢảẤấẦầẨẩẪẫẬậẮắẰằẲẳẴẵẶặẸẹẺẻẼẽẾếỀềỂểỄễỆệỈỉỊịỌọỎỏỐốỒồỔổỖỗỘộỚớỜờỞởỠỡỢợỤụỦủỨứỪừỬửỮữỰựỲỳỴỵỶỷỸỹ"

// file is everything a PDF is made of.
type file struct {
	pages  []*page
	fields []field
	tags   *tagger // nil: untagged
	about  about
}

// write makes a PDF/A-2b file (ISO 19005-2).
func (f *file) write() ([]byte, error) {
	w := &fileWriter{file: f}
	catalog, tree := w.Reserve(), w.Reserve()
	for range f.pages {
		w.pages = append(w.pages, w.Reserve())
	}
	w.collect()
	if err := w.fonts.embed(&w.Builder); err != nil {
		return nil, err
	}
	root := w.root(tree)
	if len(f.fields) > 0 {
		root["AcroForm"] = w.form()
	}
	if err := w.writePages(tree); err != nil {
		return nil, err
	}
	if f.tags != nil {
		root["MarkInfo"], root["StructTreeRoot"] = pdf.Dict{"Marked": true}, w.structure()
	}
	w.Set(catalog, root)
	return w.Finish(catalog, w.Add(f.about.info()))
}

// root is the catalog of every file.
func (w *fileWriter) root(tree pdf.Ref) pdf.Dict {
	return pdf.Dict{
		"Type": pdf.Name("Catalog"), "Pages": tree, "Lang": pdf.TextString("vi-VN"), "Metadata": w.Add(w.about.metadata()),
		"OutputIntents": pdf.Array{w.outputIntent()}, "ViewerPreferences": pdf.Dict{"DisplayDocTitle": true},
	}
}

// end finishes a plain file, neither tagged nor with fields, whose pages are all written.
func (w *fileWriter) end(catalog, tree pdf.Ref) ([]byte, error) {
	w.Set(catalog, w.root(tree))
	w.grow(tree)
	return w.Finish(catalog, w.Add(w.about.info()))
}

// grow makes the tree of the pages.
func (w *fileWriter) grow(tree pdf.Ref) {
	kids := make(pdf.Array, len(w.pages))
	for i, p := range w.pages {
		kids[i] = p
	}
	w.Set(tree, pdf.Dict{"Type": pdf.Name("Pages"), "Kids": kids, "Count": len(kids)})
}

// fileWriter is the state of one file being written.
type fileWriter struct {
	pdf.Builder
	*file
	fonts   fonts
	pages   []pdf.Ref
	widgets []pdf.Ref    // by field
	owners  [][]*element // of the marked parts, by page
}

func (w *fileWriter) collect() {
	for _, p := range w.file.pages {
		for _, it := range p.items {
			for _, r := range it.runs {
				w.fonts.use(r.style, r.text)
			}
		}
	}
	for _, f := range w.fields {
		w.fonts.use(f.style, fieldLetters)
	}
}

func (w *fileWriter) writePages(tree pdf.Ref) error {
	resources := w.Add(pdf.Dict{"Font": w.fonts.resources()})
	for i, p := range w.file.pages {
		d, err := w.page(p, tree, resources)
		if err != nil {
			return err
		}
		if w.tags != nil {
			d["StructParents"], d["Tabs"] = i, pdf.Name("S")
		}
		if annots := w.annotations(p.index); len(annots) > 0 {
			d["Annots"] = annots
		}
		w.Set(w.pages[i], d)
	}
	w.grow(tree)
	return nil
}

// page writes the content of a page.
func (w *fileWriter) page(p *page, tree, resources pdf.Ref) (pdf.Dict, error) {
	c := contentWriter{fonts: &w.fonts, page: p.index, tagged: w.tags != nil}
	if err := c.write(p.items); err != nil {
		return nil, err
	}
	w.owners = append(w.owners, c.owner)
	return pdf.Dict{"Type": pdf.Name("Page"), "Parent": tree, "Resources": resources,
		"MediaBox": pdf.Array{0, 0, p.sheet.width, p.sheet.height}, "Contents": w.Add(pdf.Flate(nil, c.Bytes()))}, nil
}

func (w *fileWriter) annotations(page int) pdf.Array {
	var refs pdf.Array
	for i, f := range w.fields {
		if f.box.Page == page {
			refs = append(refs, w.widgets[i])
		}
	}
	return refs
}

// form writes the text fields with empty appearances; what fills them later brings its own.
func (w *fileWriter) form() pdf.Dict {
	fields := pdf.Array{}
	for i, f := range w.fields {
		width, height := f.box.Right-f.box.Left, f.box.Top-f.box.Bottom
		empty := w.Add(&pdf.Stream{Dict: pdf.Dict{"Type": pdf.Name("XObject"), "Subtype": pdf.Name("Form"),
			"BBox": pdf.Array{0, 0, width, height}, "Resources": pdf.Dict{}}, Raw: []byte("/Tx BMC EMC")})
		quadding := 0
		if f.align == right {
			quadding = 2
		}
		d := pdf.Dict{
			"Type": pdf.Name("Annot"), "Subtype": pdf.Name("Widget"), "FT": pdf.Name("Tx"), "F": 4, "Q": quadding,
			"T": pdf.TextString(f.name), "TU": pdf.TextString(f.hint), "DA": fieldFont(f.style, f.size),
			"Rect": pdf.Array{f.box.Left, f.box.Bottom, f.box.Right, f.box.Top},
			"AP":   pdf.Dict{"N": empty}, "P": w.pages[f.box.Page-1],
		}
		if w.tags != nil {
			d["StructParent"] = len(w.pages) + i
		}
		ref := w.Add(d)
		if f.element != nil {
			f.element.kids = append(f.element.kids, widget{ref: ref, page: f.box.Page})
		}
		w.widgets = append(w.widgets, ref)
		fields = append(fields, ref)
	}
	return pdf.Dict{"Fields": fields, "DA": fieldFont(w.fields[0].style, w.fields[0].size),
		"DR": pdf.Dict{"Font": w.fonts.resources()}}
}

func fieldFont(style typeface.Style, size float64) pdf.String {
	b := append([]byte("/"+string(fontKey(style))+" "), appendNumber(nil, size)...)
	return pdf.String{Bytes: append(b, " Tf 0 g"...)}
}

// structure writes the tree of elements and the way back from marked parts and fields to their elements.
func (w *fileWriter) structure() pdf.Ref {
	root := w.Reserve()
	w.tags.root.reserve(&w.Builder)
	w.tags.root.write(&w.Builder, root, w.pages)
	nums := pdf.Array{}
	for i, owners := range w.owners {
		refs := make(pdf.Array, len(owners))
		for k, e := range owners {
			refs[k] = e.ref
		}
		nums = append(nums, i, w.Add(refs))
	}
	for i, f := range w.fields {
		nums = append(nums, len(w.pages)+i, f.element.ref)
	}
	w.Set(root, pdf.Dict{"Type": pdf.Name("StructTreeRoot"), "K": w.tags.root.ref,
		"ParentTree": w.Add(pdf.Dict{"Nums": nums}), "ParentTreeNextKey": len(w.pages) + len(w.fields)})
	return root
}
