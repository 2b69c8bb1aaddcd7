package pdf

import "bytes"

// indirectAt reads "n g obj … endobj" at a byte. lengthOf resolves an indirect Length; nil forbids one.
func (f *File) indirectAt(at int, lengthOf func(Ref) (int, error)) (Ref, any, error) {
	if at <= 0 || at >= len(f.Data) {
		return Ref{}, nil, broken("an entry leads outside the file")
	}
	l := f.lexerAt(at)
	head, err := header(l)
	if err != nil {
		return Ref{}, nil, err
	}
	o, err := l.object()
	if err != nil {
		return Ref{}, nil, err
	}
	f.doubled(l.doubles, at)
	f.spent += l.spent
	if k, ok := o.(keyword); ok {
		if k == "endobj" {
			return head, nil, nil
		}
		return Ref{}, nil, l.fail("unexpected %.20q", string(k))
	}
	if d, ok := o.(Dict); ok {
		l.skipSpace()
		if bytes.HasPrefix(l.data[l.pos:], []byte("stream")) {
			s, err := f.streamBody(l, d, lengthOf)
			return head, s, err
		}
	}
	if end, err := l.object(); err != nil || end != keyword("endobj") {
		return Ref{}, nil, l.fail("object %d without endobj", head.Num)
	}
	return head, o, nil
}

func header(l *lexer) (Ref, error) {
	l.skipSpace()
	num, ok1 := digits(l.regular(), 10)
	l.skipSpace()
	gen, ok2 := digits(l.regular(), 5)
	l.skipSpace()
	if !ok1 || !ok2 || !bytes.HasPrefix(l.data[l.pos:], []byte("obj")) {
		return Ref{}, l.fail("no object header")
	}
	l.pos += len("obj")
	return Ref{num, gen}, nil
}

func (f *File) streamBody(l *lexer, d Dict, lengthOf func(Ref) (int, error)) (*Stream, error) {
	start := l.pos + len("stream")
	switch {
	case bytes.HasPrefix(l.data[start:], []byte("\r\n")):
		start += 2
	case bytes.HasPrefix(l.data[start:], []byte("\n")):
		start++
	default:
		return nil, l.fail("no line end behind stream")
	}
	n := -1
	switch v := d["Length"].(type) {
	case int64:
		if v <= int64(len(l.data)) {
			n = int(v)
		}
	case Ref:
		if lengthOf == nil {
			return nil, l.fail("indirect Length in a cross-reference stream")
		}
		var err error
		if n, err = lengthOf(v); err != nil {
			return nil, err
		}
	}
	if n < 0 || start+n > len(l.data) {
		return nil, l.fail("bad stream Length")
	}
	end := &lexer{data: l.data, pos: start + n, budget: f.budget}
	for end.pos < len(end.data) && isSpace(end.data[end.pos]) {
		end.pos++
	}
	if !bytes.HasPrefix(end.data[end.pos:], []byte("endstream")) {
		return nil, l.fail("no endstream where Length ends")
	}
	end.pos += len("endstream")
	if k, err := end.object(); err != nil || k != keyword("endobj") {
		return nil, end.fail("stream without endobj")
	}
	return &Stream{Dict: d, Raw: l.data[start : start+n : start+n], Start: start}, nil
}

// objectStream is an inflated object stream with the number and place of each of its objects.
type objectStream struct {
	data   []byte
	places [][2]int32
}

func (f *File) embedded(num int, at Location) (any, error) {
	s, err := f.objectStream(at.Container)
	if err != nil {
		return nil, err
	}
	if at.Index >= len(s.places) || int(s.places[at.Index][0]) != num {
		return nil, broken("object %d is not where its entry says in stream %d", num, at.Container)
	}
	l := &lexer{data: s.data, pos: int(s.places[at.Index][1]), embedded: true, budget: f.budget}
	o, err := l.value()
	container, _ := f.Where(at.Container)
	f.doubled(l.doubles, container.Offset)
	f.spent += l.spent
	return o, err
}

func (f *File) objectStream(num int) (*objectStream, error) {
	if s, ok := f.streams[num]; ok {
		return s, nil
	}
	at, ok := f.Where(num)
	if !ok || at.Free || at.Container != 0 {
		return nil, broken("object stream %d is missing", num)
	}
	o, err := f.Object(Ref{num, at.Gen})
	if err != nil {
		return nil, err
	}
	s, ok := o.(*Stream)
	if !ok || s.Dict["Type"] != Name("ObjStm") {
		return nil, broken("object %d is no object stream", num)
	}
	data, err := f.inflateStructure(s, maxInflate)
	if err != nil {
		return nil, err
	}
	out, err := f.indexObjects(s.Dict, data)
	if err != nil {
		return nil, err
	}
	f.streams[num] = out
	return out, nil
}

func (f *File) indexObjects(d Dict, data []byte) (*objectStream, error) {
	n, _ := f.Resolve(d["N"])
	first, _ := f.Resolve(d["First"])
	count, ok1 := n.(int64)
	base, ok2 := first.(int64)
	if !ok1 || !ok2 || count < 0 || base < 0 || base > int64(len(data)) || count > base {
		return nil, broken("object stream with bad N or First")
	}
	if err := f.budget.index(int(count)); err != nil {
		return nil, err
	}
	out := &objectStream{data: data, places: make([][2]int32, 0, count)}
	l := &lexer{data: data, budget: f.budget}
	for range count {
		l.skipSpace()
		num, ok1 := digits(l.regular(), 10)
		l.skipSpace()
		at, ok2 := digits(l.regular(), 10)
		if !ok1 || !ok2 || num > maxNumber || int(base)+at >= len(data) {
			return nil, broken("object stream with a bad index")
		}
		out.places = append(out.places, [2]int32{int32(num), int32(int(base) + at)})
	}
	return out, nil
}
