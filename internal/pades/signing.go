package pades

import (
	"bytes"
	"fmt"
	"math"
	"strings"

	"congvu/internal/pdf"
)

// signing is one signature being written into an update.
type signing struct {
	file     *pdf.File
	update   *pdf.Update
	req      Request
	prepared *formField // the empty field to be signed; nil: a new one
	dict     pdf.Ref    // the signature dictionary
	body     []byte
	hole     [2]int // in body
}

const (
	flagsPrintLocked = 132 // annotation flags of a signature (ISO 32000-1, 12.5.3)
	formIsSigned     = 3   // SignaturesExist, AppendOnly
)

func (w *signing) write() error {
	if err := fillFields(w.update, w.file, w.req.Fill); err != nil {
		return err
	}
	if err := w.findPrepared(); err != nil {
		return err
	}
	var err error
	if w.body, w.hole, err = w.req.dictionary(); err != nil {
		return err
	}
	w.dict = w.update.Add(pdf.Raw(w.body))
	if err := w.writeField(); err != nil {
		return err
	}
	if w.req.Certify > 0 {
		root, _ := w.file.Trailer["Root"].(pdf.Ref)
		catalog := w.update.Dict(root)
		perms := w.update.Dict(catalog["Perms"])
		perms["DocMDP"] = w.dict
		catalog["Perms"] = perms
		w.update.Set(root, catalog)
	}
	return nil
}

// writeField signs the prepared field, or adds a field with its widget to form and page.
func (w *signing) writeField() error {
	if w.prepared != nil {
		return w.signField(*w.prepared)
	}
	name := w.req.Field
	if name == "" {
		name = freeName(w.file, "Signature")
	}
	page, err := w.page()
	if err != nil {
		return err
	}
	widget := pdf.Dict{"Type": pdf.Name("Annot"), "Subtype": pdf.Name("Widget"), "FT": pdf.Name("Sig"), "T": pdf.TextString(name),
		"V": w.dict, "P": page, "F": flagsPrintLocked, "Rect": pdf.Array{0, 0, 0, 0}}
	if a := w.req.Appearance; a != nil {
		widget["Rect"] = pdf.Array{a.Rect[0], a.Rect[1], a.Rect[2], a.Rect[3]}
	}
	if err := w.draw(widget); err != nil {
		return err
	}
	ref := w.update.Add(widget)
	leaf := w.update.Dict(page)
	if w.update.Push(leaf, "Annots", ref) {
		w.update.Set(page, leaf)
	}
	w.enterForm(ref)
	return nil
}

// signField puts the signature into a field that was prepared for it; its place is what the preparer chose.
func (w *signing) signField(x formField) error {
	d := x.dict.Clone()
	d["V"], d["F"] = w.dict, flagsPrintLocked
	if a := w.req.Appearance; a != nil {
		box, ok := w.file.Rect(d["Rect"])
		if !ok || box[2]-box[0] < 1 || box[3]-box[1] < 1 {
			return ErrPlace
		}
		placed := *a
		placed.Rect = box
		w.req.Appearance = &placed
	}
	if err := w.draw(d); err != nil {
		return err
	}
	w.update.Set(x.ref, d)
	w.enterForm(pdf.Ref{})
	return nil
}

// draw gives a widget its appearance; an invisible one gets an empty appearance, which PDF/A-1 wants.
func (w *signing) draw(widget pdf.Dict) error {
	if w.req.Appearance == nil {
		empty := &pdf.Stream{Dict: pdf.Dict{"Type": pdf.Name("XObject"), "Subtype": pdf.Name("Form"), "BBox": pdf.Array{0, 0, 0, 0}, "Resources": pdf.Dict{}}}
		widget["AP"] = pdf.Dict{"N": w.update.Add(empty)}
		return nil
	}
	page, _ := widget["P"].(pdf.Ref)
	drawn, err := w.req.Appearance.object(w.update.Add, rotation(w.file, page), flat(w.file))
	widget["AP"] = pdf.Dict{"N": drawn}
	return err
}

// page finds the page of the appearance, the first for an invisible signature.
func (w *signing) page() (pdf.Ref, error) {
	pages, err := w.file.Pages()
	if err != nil {
		return pdf.Ref{}, err
	}
	a := w.req.Appearance
	if a == nil {
		return pages[0], nil
	}
	if a.Page < 1 || a.Page > len(pages) {
		return pdf.Ref{}, ErrNoPage.with(map[string]any{"page": a.Page})
	}
	box, err := w.file.PageBox(pages[a.Page-1])
	if err != nil {
		return pdf.Ref{}, err
	}
	const slack = 0.5
	r := a.Rect
	inside := r[0] >= box[0]-slack && r[1] >= box[1]-slack && r[2] <= box[2]+slack && r[3] <= box[3]+slack
	if !inside || r[2]-r[0] < 1 || r[3]-r[1] < 1 || math.IsNaN(r[0]+r[1]+r[2]+r[3]) {
		return pdf.Ref{}, ErrPlace
	}
	return pages[a.Page-1], nil
}

// enterForm adds a field to the form, creating the form if need be, and marks the document as signed.
func (w *signing) enterForm(field pdf.Ref) {
	root, _ := w.file.Trailer["Root"].(pdf.Ref)
	catalog := w.update.Dict(root)
	at, indirect := catalog["AcroForm"].(pdf.Ref)
	form := w.update.Dict(catalog["AcroForm"])
	if field != (pdf.Ref{}) {
		w.update.Push(form, "Fields", field)
	}
	form["SigFlags"] = formIsSigned
	if indirect {
		w.update.Set(at, form)
		return
	}
	catalog["AcroForm"] = form
	w.update.Set(root, catalog)
}

// finish renders the update and writes the real ByteRange into it.
func (w *signing) finish() (*increment, error) {
	tail, at, err := w.update.Increment()
	if err != nil {
		return nil, err
	}
	before := len(w.file.Data)
	start := at[w.dict.Num] - before
	x := &increment{bytes: tail, hole: [2]int{start + w.hole[0], start + w.hole[1]}}
	written := fmt.Sprintf("/ByteRange [0 %d %d %d]", before+x.hole[0], before+x.hole[1], len(tail)-x.hole[1])
	if len(written) > len(emptyRange) {
		return nil, pdf.ErrLimit
	}
	written += strings.Repeat(" ", len(emptyRange)-len(written))
	copy(tail[start+bytes.Index(w.body, []byte(emptyRange)):], written)
	return x, nil
}
