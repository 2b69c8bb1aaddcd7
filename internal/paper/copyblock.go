package paper

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"

	"congvu/internal/pdf"
	"congvu/internal/typeface"
)

// CopyBlock is what stands under a copied text (NĐ 30/2020, Phụ lục I, part II; Mẫu 3.1).
type CopyBlock struct {
	Form      string // SAO Y, SAO LỤC, TRÍCH SAO
	Agency    string
	Number    string // "01/SY-UBND"
	PlaceDate string // "Hà Nội, ngày 05 tháng 01 năm 2026"
	Capacity  []string
	Signer    string
	Receivers []string
	Foot      bool // the last page has room for it at its foot; else it stands at the head of a page of its own, the back of the sheet
}

// CopyBlockHeight is how much room the block needs at the foot of a page, in millimetres.
const CopyBlockHeight = 75

// ErrCopyPages refuses pages that the file does not have.
var ErrCopyPages = errors.New("paper: no such page to copy")

const (
	copyLeft, copyRight = 70.0, 45.0 // points from the edges of the page
	copyLine            = 16.0
)

// Certify makes the paper copy of a PDF: all its pages, or those chosen of an extract (from 1, rising), with the block of Mẫu 3.1 after the last. The result
// is for printing, signing by hand and stamping: it claims no electronic signature; the pictures of those of the original stay visible.
func Certify(file []byte, chosen []int, b CopyBlock) ([]byte, error) {
	f, err := pdf.Open(file)
	if err != nil {
		return nil, err
	}
	all, err := f.Pages()
	if err != nil {
		return nil, err
	}
	pages := all
	if len(chosen) > 0 {
		pages = nil
		last := 0
		for _, n := range chosen {
			if n <= last || n > len(all) {
				return nil, ErrCopyPages
			}
			pages, last = append(pages, all[n-1]), n
		}
	}
	u := pdf.NewUpdate(f)
	pen, err := newCopyPen(u, b)
	if err != nil {
		return nil, err
	}
	root, ok := f.Trailer["Root"].(pdf.Ref)
	if !ok || len(pages) == 0 {
		return nil, ErrCopyPages
	}
	tree := u.Add(pdf.Dict{})
	kids := pdf.Array{}
	for _, page := range pages {
		d := u.Dict(page)
		for _, key := range []pdf.Name{"MediaBox", "CropBox", "Resources", "Rotate"} {
			if v := f.Inherited(page, key); v != nil {
				d[key] = v
			}
		}
		d["Parent"] = tree
		u.Set(page, d)
		kids = append(kids, page)
	}
	last := pages[len(pages)-1]
	box, err := f.PageBox(last)
	if err != nil {
		return nil, err
	}
	turn, _ := f.Int(f.Inherited(last, "Rotate"))
	if b.Foot && turn%360 == 0 {
		pen.under(f, u, last, box)
	} else {
		wide, high := 595.28, 841.89
		content := u.Add(pdf.Flate(nil, pen.drawn(b, 0, wide, high-60)))
		kids = append(kids, u.Add(pdf.Dict{"Type": pdf.Name("Page"), "Parent": tree, "MediaBox": pdf.Array{0, 0, wide, high}, "Contents": content,
			"Resources": pdf.Dict{"Font": pdf.Dict{"CvCopy": pen.regular.ref, "CvCopyB": pen.bold.ref}}}))
	}
	u.Set(tree, pdf.Dict{"Type": pdf.Name("Pages"), "Kids": kids, "Count": int64(len(kids))})
	d := u.Dict(root)
	for _, claim := range []pdf.Name{"AcroForm", "Perms", "DSS", "Extensions", "Outlines", "StructTreeRoot", "MarkInfo", "Names", "Dests", "OpenAction"} {
		delete(d, claim)
	}
	d["Pages"] = tree
	u.Set(root, d)
	out, _, err := u.Finish()
	return out, err
}

// copyFace is one face of the block with the letters it needs.
type copyFace struct {
	ref    pdf.Ref
	face   *typeface.Font
	subset *typeface.Subset
}

type copyPen struct {
	regular, bold copyFace
	block         CopyBlock
}

func newCopyPen(u *pdf.Update, b CopyBlock) (*copyPen, error) {
	letters := "Số: Nơi nhận:;-" + b.Form + b.Agency + b.Number + b.PlaceDate + b.Signer
	for _, s := range append(append([]string{}, b.Capacity...), b.Receivers...) {
		letters += s
	}
	make := func(style typeface.Style) (copyFace, error) {
		face := typeface.Tinos(style)
		subset, err := face.Subset([]rune(legible(letters)))
		if err != nil {
			return copyFace{}, err
		}
		return copyFace{subset.Objects(u.Add), face, subset}, nil
	}
	p := &copyPen{block: b}
	var err error
	if p.regular, err = make(typeface.Regular); err == nil {
		p.bold, err = make(typeface.Bold)
	}
	return p, err
}

// under adds the block to the foot of a page.
func (p *copyPen) under(f *pdf.File, u *pdf.Update, page pdf.Ref, box [4]float64) {
	d := u.Dict(page)
	resources := u.Dict(f.Inherited(page, "Resources"))
	fonts := u.Dict(resources["Font"])
	fonts["CvCopy"], fonts["CvCopyB"] = p.regular.ref, p.bold.ref
	resources["Font"], d["Resources"] = fonts, resources
	var old pdf.Array
	switch c := d["Contents"].(type) {
	case pdf.Array:
		old = append(old, c...)
	case pdf.Ref:
		if a := f.Array(c); a != nil {
			old = append(old, a...)
		} else {
			old = pdf.Array{c}
		}
	}
	before := u.Add(&pdf.Stream{Dict: pdf.Dict{}, Raw: []byte("q\n")})
	after := u.Add(pdf.Flate(nil, append([]byte("Q\n"), p.drawn(p.block, box[0], box[2]-box[0], box[1]+CopyBlockHeight*72/25.4)...)))
	d["Contents"] = append(append(pdf.Array{before}, old...), after)
	u.Set(page, d)
}

// drawn is the block below a full-width rule whose height is top.
func (p *copyPen) drawn(b CopyBlock, left, wide, top float64) []byte {
	var w bytes.Buffer
	fmt.Fprintf(&w, "q 0 g 0.7 w %.2f %.2f m %.2f %.2f l S\n", left+copyLeft, top, left+wide-copyRight, top)
	half := (wide - copyLeft - copyRight) / 2
	centre := func(face copyFace, name, text string, size, from, y float64) {
		codes, err := face.subset.Encode(legible(text))
		if err != nil || text == "" {
			return
		}
		if long := face.face.Width(text, size); long > half-4 {
			size *= (half - 4) / long
		}
		x := from + (half-face.face.Width(text, size))/2
		fmt.Fprintf(&w, "BT /%s %.2f Tf 1 0 0 1 %.2f %.2f Tm <%s> Tj ET\n", name, size, x, y, hex.EncodeToString(codes))
	}
	at := func(face copyFace, name, text string, size, x, y float64) {
		if codes, err := face.subset.Encode(legible(text)); err == nil && text != "" {
			if long := face.face.Width(text, size); long > half-4 {
				size *= (half - 4) / long
			}
			fmt.Fprintf(&w, "BT /%s %.2f Tf 1 0 0 1 %.2f %.2f Tm <%s> Tj ET\n", name, size, x, y, hex.EncodeToString(codes))
		}
	}
	l, r := left+copyLeft, left+copyLeft+half
	y := top - copyLine - 2
	centre(p.bold, "CvCopyB", b.Agency, 13, l, y)
	centre(p.bold, "CvCopyB", b.Form, 13, r, y)
	y -= copyLine
	centre(p.regular, "CvCopy", "Số: "+b.Number, 13, l, y)
	centre(p.regular, "CvCopy", b.PlaceDate, 13, r, y)
	y -= copyLine + 4
	left1 := y
	for _, line := range b.Capacity {
		centre(p.bold, "CvCopyB", line, 13, r, y)
		y -= copyLine
	}
	centre(p.bold, "CvCopyB", b.Signer, 13, r, y-52) // between them: the hand's signature and the stamp
	at(p.bold, "CvCopyB", "Nơi nhận:", 12, l, left1)
	for i, name := range b.Receivers {
		if i == 7 {
			break
		}
		at(p.regular, "CvCopy", "- "+name+";", 11, l, left1-13*float64(i+1))
	}
	w.WriteString("Q\n")
	return w.Bytes()
}
