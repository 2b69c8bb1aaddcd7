package pdf

import (
	"bytes"
	"compress/zlib"
	"io"
	"slices"
)

// Decode inflates a stream, at most limit bytes of it. Only FlateDecode (with predictors) and no filter at all are known;
// any other filter is an error, which says nothing against the file.
func (f *File) Decode(s *Stream, most int) ([]byte, error) {
	filter, err := f.single(s.Dict["Filter"])
	if err != nil || filter == nil {
		if err == nil && len(s.Raw) > most {
			err = limit("stream longer than %d bytes", most)
		}
		return s.Raw, err
	}
	parms, err := f.single(s.Dict["DecodeParms"])
	if err != nil {
		return nil, err
	}
	if filter != Name("FlateDecode") {
		return nil, broken("unknown filter")
	}
	out, err := inflate(s.Raw, most)
	if err != nil {
		return nil, err
	}
	return unpredict(out, f.Dict(parms))
}

// single resolves o and unwraps an array of one; longer filter chains are refused.
func (f *File) single(o any) (any, error) {
	v, err := f.Resolve(o)
	a, ok := v.(Array)
	if !ok || err != nil {
		return v, err
	}
	switch len(a) {
	case 0:
		return nil, nil
	case 1:
		return f.Resolve(a[0])
	}
	return nil, broken("chain of filters")
}

// inflate decodes into one piece of memory. Where a stream holds more than streams of its length usually do, its size is
// counted first.
func inflate(raw []byte, most int) ([]byte, error) {
	const usual = 8
	out := make([]byte, min(most, usual*len(raw)+512))
	n, more, err := inflateInto(out, raw, most)
	if err != nil || !more {
		return out[:n], err
	}
	out = make([]byte, n)
	_, _, err = inflateInto(out, raw, most)
	return out, err
}

// inflateInto fills out and tells how many bytes there are in all, and whether they are more than out holds.
func inflateInto(out, raw []byte, most int) (n int, more bool, err error) {
	z, err := zlib.NewReader(bytes.NewReader(raw))
	if err != nil {
		return 0, false, broken("bad flate stream: %v", err)
	}
	n, err = io.ReadFull(z, out)
	if err == io.EOF || err == io.ErrUnexpectedEOF && n < len(out) && ended(z) {
		return n, false, nil
	}
	if err != nil {
		return 0, false, broken("bad flate stream: %v", err)
	}
	rest, err := io.Copy(io.Discard, io.LimitReader(z, int64(most-n)+1))
	if err != nil {
		return 0, false, broken("bad flate stream: %v", err)
	}
	if n += int(rest); n > most {
		return 0, false, limit("stream inflates beyond %d bytes", most)
	}
	return n, rest > 0, nil
}

// ended tells the end of a stream from a stream cut short, for both of which io.ReadFull has one error.
func ended(z io.Reader) bool {
	_, err := z.Read(make([]byte, 1))
	return err == io.EOF
}

// inflateStructure decodes a cross-reference or object stream, of which at most so many bytes are of use, against the budget of
// the file. What decodes the same in every revision is decoded once. Its parameters must be direct where a reference could
// lead back into the stream itself.
func (f *File) inflateStructure(s *Stream, most int) ([]byte, error) {
	how, err := Append(nil, Array{s.Dict["Filter"], s.Dict["DecodeParms"]})
	if err != nil {
		return nil, err
	}
	key := encoded{s.Start, len(s.Raw), string(how)}
	if b, ok := f.budget.decoded[key]; ok {
		return b, nil
	}
	if f.budget.inflated <= 0 {
		return nil, f.budget.inflate(1)
	}
	out, err := f.Decode(s, min(most, f.budget.inflated+1))
	if err != nil {
		return nil, err
	}
	if err := f.budget.inflate(len(out)); err != nil {
		return nil, err
	}
	if !hasReference(s.Dict["Filter"]) && !hasReference(s.Dict["DecodeParms"]) {
		f.budget.decoded[key] = out
	}
	return out, nil
}

func hasReference(o any) bool {
	switch v := o.(type) {
	case Ref:
		return true
	case Array:
		return slices.ContainsFunc(v, hasReference)
	case Dict:
		for _, x := range v {
			if hasReference(x) {
				return true
			}
		}
	}
	return false
}

// unpredict undoes the PNG predictors (ISO 32000-1, 7.4.4.4).
func unpredict(in []byte, parms Dict) ([]byte, error) {
	predictor, _ := parms["Predictor"].(int64)
	if predictor <= 1 {
		return in, nil
	}
	if predictor < 10 {
		return nil, broken("unknown predictor")
	}
	columns, colors, bits := int64(1), int64(1), int64(8)
	for k, v := range map[Name]*int64{"Columns": &columns, "Colors": &colors, "BitsPerComponent": &bits} {
		if n, ok := parms[k].(int64); ok {
			*v = n
		}
	}
	if columns < 1 || columns > maxInflate || colors < 1 || colors > 32 || bits != 8 {
		return nil, broken("bad predictor parameters")
	}
	row, back := int(columns*colors), int(colors)
	if len(in)%(row+1) != 0 {
		return nil, broken("predicted stream of odd length")
	}
	out := make([]byte, 0, len(in))
	above := make([]byte, row)
	for ; len(in) > 0; in = in[row+1:] {
		start := len(out)
		out = append(out, in[1:row+1]...)
		if !unfilter(in[0], out[start:], above, back) {
			return nil, broken("unknown row filter")
		}
		above = out[start:]
	}
	return out, nil
}

func unfilter(kind byte, row, above []byte, back int) bool {
	if kind > 4 {
		return false
	}
	for i := range row {
		var left, corner byte
		if i >= back {
			left, corner = row[i-back], above[i-back]
		}
		switch kind {
		case 1:
			row[i] += left
		case 2:
			row[i] += above[i]
		case 3:
			row[i] += byte((int(left) + int(above[i])) / 2)
		case 4:
			row[i] += paeth(left, above[i], corner)
		}
	}
	return true
}

func paeth(left, up, corner byte) byte {
	p := int(left) + int(up) - int(corner)
	dl, du, dc := distance(p, left), distance(p, up), distance(p, corner)
	switch {
	case dl <= du && dl <= dc:
		return left
	case du <= dc:
		return up
	}
	return corner
}

func distance(p int, c byte) int {
	if d := p - int(c); d >= 0 {
		return d
	}
	return int(c) - p
}
