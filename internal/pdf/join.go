package pdf

import "fmt"

// Join puts the pages of files behind each other into a new one, for reading: form fields, signatures, actions and structure stay behind. Each file is read with the
// strictness of Open; one that cannot be read refuses the whole.
func Join(files [][]byte) ([]byte, error) {
	b := &Builder{}
	tree := b.Reserve()
	var kids Array
	for n, data := range files {
		f, err := Open(data)
		if err != nil {
			return nil, fmt.Errorf("file %d: %w", n+1, err)
		}
		pages, err := f.Pages()
		if err != nil {
			return nil, fmt.Errorf("file %d: %w", n+1, err)
		}
		j := &joiner{from: f, to: b, done: map[Ref]Ref{}}
		for _, p := range pages {
			page := Dict{"Type": Name("Page"), "Parent": tree}
			for _, key := range []Name{"Resources", "MediaBox", "CropBox", "Rotate"} {
				if v := f.Inherited(p, key); v != nil {
					page[key] = j.copy(v, 0)
				}
			}
			if c := f.Dict(p)["Contents"]; c != nil {
				page["Contents"] = j.copy(c, 0)
			}
			if shown := j.widgets(f.Dict(p)["Annots"]); len(shown) > 0 {
				page["Annots"] = shown
			}
			if j.err != nil {
				return nil, fmt.Errorf("file %d: %w", n+1, j.err)
			}
			kids = append(kids, b.Add(page))
		}
	}
	b.Set(tree, Dict{"Type": Name("Pages"), "Kids": kids, "Count": len(kids)})
	return b.Finish(b.Add(Dict{"Type": Name("Catalog"), "Pages": tree}), Ref{})
}

// joiner copies objects of one file into the new one, each once.
type joiner struct {
	from *File
	to   *Builder
	done map[Ref]Ref
	err  error
}

const deepest = 64

// widgets keeps what fields look like (a number, a date, a signature's picture) as stamps without any meaning.
func (j *joiner) widgets(annots any) Array {
	var out Array
	for _, a := range j.from.Array(annots) {
		d := j.from.Dict(a)
		if d == nil || d["AP"] == nil || d["Rect"] == nil {
			continue
		}
		look := j.from.Dict(d["AP"])["N"]
		if j.from.Stream(look) == nil {
			continue // several states: nothing stands for all of them
		}
		out = append(out, j.to.Add(Dict{"Type": Name("Annot"), "Subtype": Name("Stamp"), "F": 4, "Rect": j.copy(d["Rect"], 0), "AP": Dict{"N": j.copy(look, 0)}}))
	}
	return out
}

func (j *joiner) copy(o any, depth int) any {
	if depth > deepest {
		j.err = fmt.Errorf("objects nested deeper than %d", deepest)
	}
	if j.err != nil {
		return nil
	}
	switch v := o.(type) {
	case Ref:
		if to, ok := j.done[v]; ok {
			return to
		}
		to := j.to.Reserve()
		j.done[v] = to
		body, err := j.from.Object(v)
		if err != nil {
			j.err = err
		}
		j.to.Set(to, j.copy(body, depth+1))
		return to
	case Dict:
		return j.dict(v, depth)
	case Array:
		out := make(Array, len(v))
		for i := range v {
			out[i] = j.copy(v[i], depth+1)
		}
		return out
	case *Stream:
		d := j.dict(v.Dict, depth)
		delete(d, "Length")
		return &Stream{Dict: d, Raw: v.Raw}
	case String:
		return String{Bytes: v.Bytes, Hex: v.Hex}
	}
	return o
}

// dict copies a dictionary without what leads out of the page: parents, actions, structure.
func (j *joiner) dict(d Dict, depth int) Dict {
	out := make(Dict, len(d))
	for key, v := range d {
		switch key {
		case "Parent", "P", "A", "AA", "StructParent", "StructParents", "Metadata":
			continue
		}
		out[key] = j.copy(v, depth+1)
	}
	return out
}
