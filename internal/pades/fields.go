package pades

import "congvu/internal/pdf"

const (
	maxSignatures = 64
	maxFields     = 20_000
	maxFieldDepth = 50
)

// sigField is a form field that holds a signature.
type sigField struct {
	name  string
	ref   pdf.Ref // zero for a field that is a direct object
	dict  pdf.Dict
	value any // the field's V, usually a reference
}

// formField is any terminal or inner field of a form.
type formField struct {
	name string
	ref  pdf.Ref
	dict pdf.Dict
	kind pdf.Name // FT, inherited

	value any // V, inherited
}

// formFields walks the form; a field met twice is read once.
func formFields(f *pdf.File) []formField {
	w := fieldWalk{file: f, seen: map[pdf.Ref]bool{}}
	form := f.Dict(f.Root()["AcroForm"])
	for _, o := range f.Array(form["Fields"]) {
		w.field(o, formField{}, 0)
	}
	return w.fields
}

type fieldWalk struct {
	file   *pdf.File
	seen   map[pdf.Ref]bool
	fields []formField
}

func (w *fieldWalk) field(o any, above formField, depth int) {
	ref, indirect := o.(pdf.Ref)
	if depth > maxFieldDepth || len(w.fields) >= maxFields || indirect && w.seen[ref] {
		return
	}
	if indirect {
		w.seen[ref] = true
	}
	d := w.file.Dict(o)
	if d == nil {
		return
	}
	x := formField{name: join(above.name, w.file.Text(d["T"])), ref: ref, dict: d, kind: above.kind, value: above.value}
	if t, ok := d["FT"]; ok {
		x.kind = w.file.Name(t)
	}
	if v := d["V"]; v != nil {
		x.value = v
	}
	w.fields = append(w.fields, x)
	for _, k := range w.file.Array(d["Kids"]) {
		w.field(k, x, depth+1)
	}
}

// join makes the full name of a field (ISO 32000-1, 12.7.3.2).
func join(above, own string) string {
	if above == "" || own == "" {
		return above + own
	}
	return above + "." + own
}

// signatureFields lists the fields that hold a signature.
func signatureFields(f *pdf.File) []sigField {
	var out []sigField
	for _, x := range formFields(f) {
		if v := x.dict["V"]; x.kind == "Sig" && v != nil {
			out = append(out, sigField{name: x.name, ref: x.ref, dict: x.dict, value: v})
		}
	}
	return out
}

// transform looks for a signature reference with the given method and gives its parameters, nil if there is none.
func transform(f *pdf.File, sig pdf.Dict, method pdf.Name) pdf.Dict {
	for _, r := range f.Array(sig["Reference"]) {
		d := f.Dict(r)
		if f.Name(d["TransformMethod"]) == method {
			if p := f.Dict(d["TransformParams"]); p != nil {
				return p
			}
			return pdf.Dict{}
		}
	}
	return nil
}

// permission is the DocMDP level that a certification signature of f grants: 1 nothing, 2 filling and signing, 3 also
// annotations; 0 when nobody certified the document. A catalog that names a dictionary which is none of its signatures
// certifies nothing; a signature that says it certifies binds, even where the catalog keeps silent. The level defaults to 2
// (ISO 32000-1, table 254).
func permission(f *pdf.File) int {
	named := f.Dict(f.Root()["Perms"])["DocMDP"]
	level := 0
	for _, s := range signatureFields(f) {
		params := transform(f, f.Dict(s.value), "DocMDP")
		if params == nil && !(named != nil && sameToken(s.value, named)) {
			continue
		}
		if p := levelOf(f, params); level == 0 || p < level {
			level = p
		}
	}
	return level
}

func levelOf(f *pdf.File, params pdf.Dict) int {
	p, ok := f.Int(params["P"])
	switch {
	case !ok:
		return 2
	case p < 1 || p > 3:
		return 1
	}
	return int(p)
}
