package pdf

import (
	"bytes"
	"slices"
)

// readSections follows the chain of sections from the newest one. What a newer section says about an object holds.
func (f *File) readSections(at int) error {
	seen := map[int]bool{}
	for {
		if seen[at] {
			return broken("cross-reference sections form a loop")
		}
		seen[at] = true
		if len(f.Sections) == maxRevisions {
			return limit("more than %d revisions", maxRevisions)
		}
		s, err := f.readSection(at)
		if err != nil {
			return err
		}
		f.Sections = append(f.Sections, s)
		if n, ok := s.Trailer["Size"].(int64); ok {
			if n < 0 || n > maxNumber {
				return limit("a trailer announces %d objects", n)
			}
			f.size = max(f.size, int(n))
		}
		prev, more := s.Trailer["Prev"]
		if !more {
			return nil
		}
		p, ok := prev.(int64)
		if ok && p == 0 { // meant as none: no section lies in the header
			return nil
		}
		if !ok || p <= 0 || p >= int64(len(f.Data)) {
			return broken("a section's Prev leads outside the file")
		}
		at = int(p)
	}
}

func (f *File) readSection(at int) (Section, error) {
	l := f.lexerAt(at)
	l.skipSpace()
	if !bytes.HasPrefix(f.Data[l.pos:], []byte("xref")) {
		return f.readXRefStream(at)
	}
	l.pos += len("xref")
	own, err := f.readTable(l)
	if err != nil {
		return Section{}, err
	}
	v, err := l.value()
	if err != nil {
		return Section{}, err
	}
	trailer, ok := v.(Dict)
	if !ok {
		return Section{}, broken("trailer at byte %d is no dictionary", l.pos)
	}
	f.doubled(l.doubles, at)
	s := Section{Offset: at, Trailer: trailer}
	// A hybrid file marks as free in the table what only its stream describes.
	if x, hybrid := trailer["XRefStm"]; hybrid {
		o, ok := x.(int64)
		if !ok || o <= 0 || o >= int64(len(f.Data)) {
			return Section{}, broken("XRefStm leads outside the file")
		}
		s.Hybrid = true
		more, _, err := f.streamEntries(int(o))
		if err != nil {
			return Section{}, err
		}
		for n, e := range more {
			switch old, ok := own[n]; {
			case !ok || old.free():
				own[n] = e
			case old != e && !e.free(): // programs that know streams and those that do not see two objects
				f.doubles = append(f.doubles, at)
			}
		}
	}
	f.merge(own)
	return s, nil
}

// merge adds what an older section says about objects that no newer one mentions.
func (f *File) merge(own places) {
	for n := range own {
		f.size = max(f.size, int(n)+1)
	}
	if f.entries == nil {
		f.entries = own
		return
	}
	for n, e := range own {
		if _, newer := f.entries[n]; !newer {
			f.entries[n] = e
		}
	}
	f.scratch = own
}

// section gives an empty map for about so many entries of a section: a used one, unless emptying it costs more.
func (f *File) section(n int) places {
	const small = 4096
	own := f.scratch
	f.scratch = nil
	if own == nil || n > small || len(own) > small {
		return make(places, n)
	}
	clear(own)
	return own
}

// readTable reads subsections up to and with the word trailer.
func (f *File) readTable(l *lexer) (places, error) {
	var own places
	for {
		v, err := l.object()
		if err != nil {
			return nil, err
		}
		if v == keyword("trailer") {
			if own == nil {
				own = f.section(0)
			}
			return own, nil
		}
		first, ok1 := v.(int64)
		v, err = l.object()
		count, ok2 := v.(int64)
		if err != nil || !ok1 || !ok2 || first < 0 || count < 0 || first > maxNumber || count > maxNumber || first+count > maxNumber {
			return nil, l.fail("bad cross-reference subsection")
		}
		if err := f.budget.entry(int(count)); err != nil {
			return nil, err
		}
		const shortest = len("0 0 n ")
		if int(count) > (len(l.data)-l.pos)/shortest {
			return nil, l.fail("more cross-reference entries than bytes")
		}
		if own == nil {
			own = f.section(int(count))
		}
		for n := int(first); n < int(first+count); n++ {
			e, ok := tableEntry(l)
			if !ok {
				return nil, l.fail("bad cross-reference entry")
			}
			if own.add(n, e) {
				return nil, l.fail("object %d has two entries in one section", n)
			}
		}
	}
}

// add enters what a section says of an object, and tells whether it said something before.
func (own places) add(n int, e place) (double bool) {
	before := len(own)
	own[int32(n)] = e
	return len(own) == before
}

// tableEntry reads "offset generation n|f"; numbers are plain digits, the white space between them is free. An object in use at
// byte 0, where the header stands, is how macOS writes one that the file does not have: for every reader it is null.
func tableEntry(l *lexer) (place, bool) {
	l.skipSpace()
	at, ok1 := digits(l.regular(), 10)
	l.skipSpace()
	gen, ok2 := digits(l.regular(), 5)
	l.skipSpace()
	kind := l.regular()
	ok := ok1 && ok2 && len(kind) == 1 && (kind[0] == 'n' || kind[0] == 'f')
	if !ok || kind[0] == 'f' || at == 0 {
		return place{sub: uint32(gen)}, ok
	}
	return pack(Location{Offset: at, Gen: gen})
}

func digits(b []byte, most int) (int, bool) {
	if len(b) == 0 || len(b) > most || !isDigits(b) {
		return 0, false
	}
	n := 0
	for _, c := range b {
		n = n*10 + int(c-'0')
	}
	return n, true
}

// Numbers lists the numbers of all objects in use, ascending.
func (f *File) Numbers() []int {
	out := make([]int, 0, len(f.entries))
	for n, e := range f.entries {
		if !e.free() {
			out = append(out, int(n))
		}
	}
	slices.Sort(out)
	return out
}
