package pdf

const (
	maxPages     = 100_000
	maxTreeDepth = 64
)

// Pages walks the page tree and gives its leaves in reading order. A node met twice, a loop or a node that is no
// dictionary makes the tree broken.
func (f *File) Pages() ([]Ref, error) {
	w := pageWalk{f: f, seen: map[Ref]bool{}}
	if err := w.node(f.Root()["Pages"], 0); err != nil {
		return nil, err
	}
	if len(w.pages) == 0 {
		return nil, broken("no pages")
	}
	return w.pages, nil
}

type pageWalk struct {
	f     *File
	seen  map[Ref]bool
	pages []Ref
}

func (w *pageWalk) node(o any, depth int) error {
	r, ok := o.(Ref)
	if !ok || w.seen[r] || depth > maxTreeDepth {
		return broken("page tree with a loop or a direct node")
	}
	w.seen[r] = true
	v, err := w.f.Object(r)
	if err != nil {
		return err
	}
	d, ok := v.(Dict)
	if !ok {
		return broken("page tree leads to %v, which is no dictionary", r)
	}
	if _, inner := d["Kids"]; !inner {
		if len(w.pages) == maxPages {
			return limit("more than %d pages", maxPages)
		}
		w.pages = append(w.pages, r)
		return nil
	}
	kids, err := w.f.Resolve(d["Kids"])
	list, ok := kids.(Array)
	if err != nil || !ok {
		return broken("Kids of %v is no array", r)
	}
	for _, k := range list {
		if err := w.node(k, depth+1); err != nil {
			return err
		}
	}
	return nil
}

// PageCount is the number of pages.
func (f *File) PageCount() (int, error) {
	p, err := f.Pages()
	return len(p), err
}

// Inherited looks a page attribute up in the page and its ancestors.
func (f *File) Inherited(page Ref, key Name) any {
	d := f.Dict(page)
	for range maxTreeDepth {
		if v, ok := d[key]; ok || d == nil {
			return v
		}
		d = f.Dict(d["Parent"])
	}
	return nil
}

// PageBox gives the visible area of a page (CropBox, else MediaBox) as left, bottom, right, top in points.
func (f *File) PageBox(page Ref) ([4]float64, error) {
	for _, key := range []Name{"CropBox", "MediaBox"} {
		if box, ok := f.Rect(f.Inherited(page, key)); ok {
			return box, nil
		}
	}
	return [4]float64{}, broken("page %v has no MediaBox", page)
}

// Rect reads a rectangle and orders its corners.
func (f *File) Rect(o any) ([4]float64, bool) {
	var r [4]float64
	a := f.Array(o)
	if len(a) != 4 {
		return r, false
	}
	for i, x := range a {
		n, ok := f.Number(x)
		if !ok {
			return r, false
		}
		r[i] = n
	}
	return [4]float64{min(r[0], r[2]), min(r[1], r[3]), max(r[0], r[2]), max(r[1], r[3])}, true
}
