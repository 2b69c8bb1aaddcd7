package pades

import "congvu/internal/pdf"

// findPrepared looks for the empty signature field that the request names. A field that a signer locked is not signed, and
// what its preparer wants locked by its signature is locked (ISO 32000-2, 12.7.5.5).
func (w *signing) findPrepared() error {
	if w.req.Field == "" {
		return nil
	}
	for _, x := range formFields(w.file) {
		if x.name != w.req.Field {
			continue
		}
		named := map[string]any{"field": x.name}
		if x.kind != "Sig" || x.value != nil || x.dict["Kids"] != nil || x.ref == (pdf.Ref{}) {
			return ErrFieldTaken.with(named)
		}
		if ruleOf(w.file, nil).locked(x.name) {
			return ErrLocked.with(named)
		}
		if err := w.obeySeed(x); err != nil {
			return err
		}
		w.prepared = &x
		w.req.lock = w.lockOf(x)
		return nil
	}
	return nil
}

// lockOf gives the FieldMDP parameters that the field's Lock demands, nil without one.
func (w *signing) lockOf(x formField) pdf.Dict {
	d := w.file.Dict(x.dict["Lock"])
	if d == nil {
		return nil
	}
	l := readLock(w.file, d)
	out := pdf.Dict{"Action": l.action}
	if l.action != "Include" && l.action != "Exclude" {
		return pdf.Dict{"Action": pdf.Name("All")} // also where it says nothing that is known: rather too much than too little
	}
	names := pdf.Array{}
	for _, n := range l.fields {
		names = append(names, pdf.TextString(n))
	}
	out["Fields"] = names
	return out
}

// closed reports whether a signer forbade every further change: by certification, or by the Lock of the field that was signed.
func closed(f *pdf.File) bool {
	if permission(f) == 1 {
		return true
	}
	for _, s := range signatureFields(f) {
		if p, ok := f.Int(f.Dict(s.dict["Lock"])["P"]); ok && p == 1 {
			return true
		}
	}
	return false
}
