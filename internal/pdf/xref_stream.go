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
func (f *File) streamEntries(at int) (places, Dict, error) {
	head, o, err := f.indirectAt(at, nil)
	if err != nil {
		return nil, nil, err
	}
	s, ok := o.(*Stream)
	if !ok || s.Dict["Type"] != Name("XRef") {
		return nil, nil, broken("no cross-reference section at byte %d", at)
	}
	widths, err := fieldWidths(s.Dict)
	if err != nil {
		return nil, nil, err
	}
	ranges, total, err := subsections(s.Dict)
	if err != nil {
		return nil, nil, err
	}
	rows := rowReader{widths: widths}
	if rows.data, err = f.inflateStructure(s, min(2*maxInflate, 2*total*(rows.width()+1)+slackInSection)); err != nil {
		return nil, nil, err
	}
	own := f.section(total + 1)
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
			if known && own.add(n, e) {
				return nil, nil, broken("object %d has two entries in one section", n)
			}
		}
	}
	// The stream need not describe itself; updates must still know its number is taken.
	if self, ok := pack(Location{Offset: at, Gen: head.Gen}); ok && head.Num <= maxNumber {
		if _, told := own[int32(head.Num)]; !told {
			own[int32(head.Num)] = self
		}
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

// slackInSection is how much more than its entries a cross-reference stream may hold; what it is, nobody reads.
const slackInSection = 64 << 10

type subsection struct{ first, count int }

// subsections reads which numbers the rows are for, and how many rows that makes.
func subsections(d Dict) (out []subsection, total int, err error) {
	size, _ := d["Size"].(int64)
	index, ok := d["Index"].(Array)
	if !ok {
		index = Array{int64(0), size}
	}
	if len(index)%2 != 0 {
		return nil, 0, broken("cross-reference stream with a bad Index")
	}
	for i := 0; i < len(index); i += 2 {
		first, ok1 := index[i].(int64)
		count, ok2 := index[i+1].(int64)
		if !ok1 || !ok2 || first < 0 || count < 0 || first > maxNumber || first+count > maxNumber || count > maxEntries {
			return nil, 0, broken("cross-reference stream with a bad Index")
		}
		if total += int(count); total > maxEntries {
			return nil, 0, limit("more than %d cross-reference entries", maxEntries)
		}
		out = append(out, subsection{int(first), int(count)})
	}
	return out, total, nil
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
func (r *rowReader) next() (e place, known bool, err error) {
	kind := 1
	if r.widths[0] > 0 {
		kind = r.field(0)
	}
	a, b := r.field(1), r.field(2)
	var at Location
	switch kind {
	case 0:
		at = Location{Free: true, Gen: b}
	case 1:
		at = Location{Free: a == 0, Offset: a, Gen: b} // see tableEntry
	case 2:
		if a == 0 || a > maxNumber {
			return e, false, broken("entry in object stream %d", a)
		}
		at = Location{Container: a, Index: b}
	default:
		return e, false, nil
	}
	e, ok := pack(at)
	if !ok {
		return e, false, broken("entry at %d with %d", a, b)
	}
	return e, true, nil
}
