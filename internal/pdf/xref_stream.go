package pdf

import "math"

func (f *File) readXRefStream(at int) (Section, error) {
	own, trailer, err := f.streamEntries(at)
	if err != nil {
		return Section{}, err
	}
	f.merge(own)
	return Section{Offset: at, Stream: true, Trailer: trailer}, nil
}

// streamEntries reads the cross-reference stream at a byte.
func (f *File) streamEntries(at int) (map[int]Location, Dict, error) {
	head, o, err := f.indirectAt(at, nil)
	if err != nil {
		return nil, nil, err
	}
	s, ok := o.(*Stream)
	if !ok || s.Dict["Type"] != Name("XRef") {
		return nil, nil, broken("no cross-reference section at byte %d", at)
	}
	raw, err := f.inflateStructure(s)
	if err != nil {
		return nil, nil, err
	}
	widths, err := fieldWidths(s.Dict)
	if err != nil {
		return nil, nil, err
	}
	ranges, err := subsections(s.Dict)
	if err != nil {
		return nil, nil, err
	}
	own := map[int]Location{}
	rows := rowReader{data: raw, widths: widths}
	for _, r := range ranges {
		if err := f.budget.entry(r.count); err != nil {
			return nil, nil, err
		}
		if r.count*rows.width() > len(rows.data) {
			return nil, nil, broken("cross-reference stream at byte %d is too short", at)
		}
		for n := r.first; n < r.first+r.count; n++ {
			e, known, err := rows.next()
			if err != nil {
				return nil, nil, err
			}
			if _, double := own[n]; double {
				return nil, nil, broken("object %d has two entries in one section", n)
			}
			if known {
				own[n] = e
			}
		}
	}
	// The stream need not describe itself; updates must still know its number is taken.
	if _, ok := own[head.Num]; !ok {
		own[head.Num] = Location{Offset: at, Gen: head.Gen}
	}
	return own, s.Dict, nil
}

func fieldWidths(d Dict) ([3]int, error) {
	var out [3]int
	w, _ := d["W"].(Array)
	if len(w) != 3 {
		return out, broken("cross-reference stream without field widths")
	}
	for i := range out {
		n, ok := w[i].(int64)
		if !ok || n < 0 || n > 8 {
			return out, broken("cross-reference stream with bad field widths")
		}
		out[i] = int(n)
	}
	if out[1] == 0 {
		return out, broken("cross-reference stream with bad field widths")
	}
	return out, nil
}

type subsection struct{ first, count int }

func subsections(d Dict) ([]subsection, error) {
	size, _ := d["Size"].(int64)
	index, ok := d["Index"].(Array)
	if !ok {
		index = Array{int64(0), size}
	}
	if len(index)%2 != 0 {
		return nil, broken("cross-reference stream with a bad Index")
	}
	var out []subsection
	for i := 0; i < len(index); i += 2 {
		first, ok1 := index[i].(int64)
		count, ok2 := index[i+1].(int64)
		if !ok1 || !ok2 || first < 0 || count < 0 || first > 4*maxEntries || count > maxEntries {
			return nil, broken("cross-reference stream with a bad Index")
		}
		out = append(out, subsection{int(first), int(count)})
	}
	return out, nil
}

type rowReader struct {
	data   []byte
	widths [3]int
}

func (r *rowReader) width() int { return r.widths[0] + r.widths[1] + r.widths[2] }

func (r *rowReader) field(i int) int {
	v := 0
	for _, c := range r.data[:r.widths[i]] {
		v = v<<8 | int(c)
	}
	r.data = r.data[r.widths[i]:]
	if v < 0 { // eight bytes, more than any file has: it leads outside
		return math.MaxInt
	}
	return v
}

// next reads a row; known is false for entry types of later standards, which count as references to null.
func (r *rowReader) next() (e Location, known bool, err error) {
	kind := 1
	if r.widths[0] > 0 {
		kind = r.field(0)
	}
	a, b := r.field(1), r.field(2)
	switch kind {
	case 0:
		return Location{Free: true, Gen: b}, true, nil
	case 1:
		return Location{Free: a == 0, Offset: a, Gen: b}, true, nil // see tableEntry
	case 2:
		if a == 0 || a > 4*maxEntries {
			return e, false, broken("entry in object stream %d", a)
		}
		return Location{Container: a, Index: b}, true, nil
	}
	return e, false, nil
}
