package pdf

import (
	"bytes"
	"crypto/sha256"
	"fmt"
)

// Builder writes a new file. Its zero value is ready. Equal calls give equal bytes: the document identifier is drawn from
// the content. The layout obeys PDF/A-2 clause 6.1 (header comment, line ends, identifier, nothing after %%EOF).
type Builder struct {
	objects []any
	set     []bool
}

// Reserve draws a reference whose object follows later through Set.
func (b *Builder) Reserve() Ref {
	b.objects = append(b.objects, nil)
	b.set = append(b.set, false)
	return Ref{Num: len(b.objects)}
}

// Add keeps obj as a new indirect object.
func (b *Builder) Add(obj any) Ref {
	r := b.Reserve()
	b.Set(r, obj)
	return r
}

// Set gives a reserved reference its object, or replaces the one it has. A reference of another Builder panics.
func (b *Builder) Set(r Ref, obj any) {
	b.objects[r.Num-1] = obj
	b.set[r.Num-1] = true
}

// Object returns what r holds so far, nil for a reserved reference.
func (b *Builder) Object(r Ref) any { return b.objects[r.Num-1] }

// Finish renders the file with the catalog root and the information dictionary info (the zero Ref for none). A reserved
// reference that never got its object is an error.
func (b *Builder) Finish(root, info Ref) ([]byte, error) {
	if root.Num < 1 || root.Num > len(b.objects) || info.Num > len(b.objects) {
		return nil, fmt.Errorf("pdf: root %v or info %v is not an object of this file", root, info)
	}
	out := []byte("%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
	offsets := make([]int, len(b.objects))
	for i, obj := range b.objects {
		if !b.set[i] {
			return nil, fmt.Errorf("pdf: object %d was reserved and never set", i+1)
		}
		offsets[i] = len(out)
		out = fmt.Appendf(out, "%d 0 obj\n", i+1)
		var err error
		if out, err = Append(out, obj); err != nil {
			return nil, fmt.Errorf("object %d: %w", i+1, err)
		}
		out = append(out, "\nendobj\n"...)
	}
	return b.closeFile(out, offsets, root, info)
}

func (b *Builder) closeFile(out []byte, offsets []int, root, info Ref) ([]byte, error) {
	sum := sha256.Sum256(out)
	id := String{Bytes: sum[:16], Hex: true}
	trailer := Dict{"Root": root, "Size": len(offsets) + 1, "ID": Array{id, id}}
	if info != (Ref{}) {
		trailer["Info"] = info
	}
	at := len(out)
	w := bytes.NewBuffer(out)
	fmt.Fprintf(w, "xref\n0 %d\n%010d %05d f \n", len(offsets)+1, 0, 65535)
	for _, o := range offsets {
		fmt.Fprintf(w, "%010d %05d n \n", o, 0)
	}
	body, err := Append(nil, trailer)
	if err != nil {
		return nil, err
	}
	fmt.Fprintf(w, "trailer\n%s\nstartxref\n%d\n%%%%EOF\n", body, at)
	return w.Bytes(), nil
}
