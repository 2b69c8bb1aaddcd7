package pdf

import (
	"bytes"
	"errors"
	"slices"
)

// File is a PDF file read strictly from its last cross-reference section. Data is not copied and must not change.
type File struct {
	Data     []byte
	Trailer  Dict      // of the newest section
	Sections []Section // newest first
	Trailing int       // bytes behind the last %%EOF that are not white space
	Doubles  int       // dictionary keys and entries met twice so far; readers disagree on them

	entries places
	scratch places // of the section being read
	size    int
	budget  *budget
	objects map[int]any
	kept    int // memory for objects
	spent   int // memory for all objects read so far
	streams map[int]*objectStream
	busy    map[int]bool
	err     error
	doubles []int // offsets of the objects in which something is met twice, the first maxDoubles of them
}

// maxDoubles is how many places of doubled keys are remembered; a file with more is judged by its first.
const maxDoubles = 1000

func (f *File) doubled(n, at int) {
	if n == 0 || slices.Contains(f.doubles, at) { // an object may be read twice
		return
	}
	f.Doubles += n
	if len(f.doubles) < maxDoubles {
		f.doubles = append(f.doubles, at)
	}
}

// DoubledBehind reports whether something met so far at or behind a byte is declared twice: an update that shows different
// programs different objects.
func (f *File) DoubledBehind(end int) bool {
	for _, at := range f.doubles {
		if at >= end {
			return true
		}
	}
	return false
}

// Section is one cross-reference section.
type Section struct {
	Offset  int
	Stream  bool // a cross-reference stream
	Hybrid  bool // a table with an additional stream
	Trailer Dict
}

// Location says where an object lies: directly at Offset, or as number Index of the object stream Container. Two revisions
// agree on an object's place exactly when their Locations are equal.
type Location struct {
	Free      bool
	Offset    int
	Gen       int
	Container int
	Index     int
}

// Open reads the structure of a file: header, last startxref, every cross-reference section. Objects are read when they are
// asked for. Errors are ErrNotPDF, ErrBroken, ErrEncrypted or ErrLimit.
func Open(data []byte) (*File, error) {
	return open(data, newCommon(len(data)))
}

// Prefix opens the revision that ends at byte end as a file of its own, within the same limit of total work.
func (f *File) Prefix(end int) (*File, error) {
	if end < 0 || end > len(f.Data) {
		return nil, broken("revision ends outside the file")
	}
	return open(f.Data[:end:end], f.budget.common)
}

func open(data []byte, c *common) (*File, error) {
	f := &File{Data: data, objects: map[int]any{}, streams: map[int]*objectStream{}, busy: map[int]bool{}, budget: newBudget(c)}
	if !bytes.HasPrefix(data, []byte("%PDF-")) {
		return nil, &Error{Code: ErrNotPDF.Code, Detail: "no header at the first byte"}
	}
	at, err := f.startOfSections()
	if err != nil {
		return nil, err
	}
	if err := f.readSections(at); err != nil {
		return nil, err
	}
	f.Trailer = f.Sections[0].Trailer
	for _, s := range f.Sections {
		if s.Trailer["Encrypt"] != nil {
			return nil, ErrEncrypted
		}
	}
	if f.Root() == nil {
		return nil, broken("no catalog")
	}
	return f, nil
}

// startOfSections finds the offset behind the last startxref, and counts what follows the end mark.
func (f *File) startOfSections() (int, error) {
	tail := max(0, len(f.Data)-2048)
	i := bytes.LastIndex(f.Data[tail:], []byte("startxref"))
	if i < 0 {
		return 0, broken("no startxref in the last 2048 bytes")
	}
	l := f.lexerAt(tail + i + len("startxref"))
	v, err := l.value()
	if err != nil {
		return 0, err
	}
	at, ok := v.(int64)
	if !ok || at <= 0 || at >= int64(len(f.Data)) {
		return 0, broken("startxref leads outside the file")
	}
	rest := bytes.TrimLeft(f.Data[l.pos:], " \t\r\n")
	if !bytes.HasPrefix(rest, []byte("%%EOF")) {
		return 0, broken("no %%%%EOF behind startxref")
	}
	f.Trailing = len(bytes.TrimLeft(rest[len("%%EOF"):], "\x00 \t\r\n"))
	return int(at), nil
}

func (f *File) lexerAt(pos int) *lexer {
	return &lexer{data: f.Data, pos: pos, budget: f.budget}
}

// Root is the catalog, nil when there is none.
func (f *File) Root() Dict { return f.Dict(f.Trailer["Root"]) }

// Size is one more than the highest object number that any section announces.
func (f *File) Size() int { return f.size }

// Where tells an object's place; false when the file never mentions it.
func (f *File) Where(num int) (Location, bool) {
	if num < 0 || num > maxNumber {
		return Location{}, false
	}
	p, ok := f.entries[int32(num)]
	if !ok {
		return Location{}, false
	}
	return p.location(), true
}

// Err is the first error met while objects were read, nil if none: a file of which any visited object is unreadable is
// judged broken, even where Dict and Array went on with an empty value.
func (f *File) Err() error { return f.err }

// Object reads what r points at; nil for an object that the file does not have.
func (f *File) Object(r Ref) (any, error) {
	at, ok := f.Where(r.Num)
	if !ok || at.Free || at.Gen != r.Gen {
		return nil, nil
	}
	if o, ok := f.objects[r.Num]; ok {
		return o, nil
	}
	if f.busy[r.Num] {
		return nil, f.note(broken("object %d refers to itself", r.Num))
	}
	before := f.spent
	o, err := f.read(r, at)
	if err != nil {
		return nil, err
	}
	if f.kept += f.spent - before; f.kept > maxKept {
		clear(f.objects)
		f.kept = f.spent - before
	}
	f.objects[r.Num] = o
	return o, nil
}

// read parses an object without keeping it.
func (f *File) read(r Ref, at Location) (o any, err error) {
	f.busy[r.Num] = true
	defer delete(f.busy, r.Num)
	if at.Container != 0 {
		o, err = f.embedded(r.Num, at)
	} else {
		o, err = f.direct(r, at)
	}
	if err != nil {
		return nil, f.note(err)
	}
	return o, nil
}

func (f *File) note(err error) error {
	var e *Error
	if f.err == nil && errors.As(err, &e) {
		f.err = err
	}
	return err
}

func (f *File) direct(r Ref, at Location) (any, error) {
	head, o, err := f.indirectAt(at.Offset, f.length)
	if err != nil {
		return nil, err
	}
	if head != r {
		return nil, broken("the entry of object %d leads to %v", r.Num, head)
	}
	return o, nil
}

func (f *File) length(r Ref) (int, error) {
	v, err := f.Object(r)
	if err != nil {
		return 0, err
	}
	n, ok := v.(int64)
	if !ok || n < 0 || n > int64(len(f.Data)) {
		return 0, broken("the Length in %v is no length", r)
	}
	return int(n), nil
}

// Resolve follows references until it holds an object.
func (f *File) Resolve(o any) (any, error) {
	for range 32 {
		r, ok := o.(Ref)
		if !ok {
			return o, nil
		}
		var err error
		if o, err = f.Object(r); err != nil {
			return nil, err
		}
	}
	return nil, f.note(broken("chain of references"))
}

// Dict resolves o to a dictionary, or to that of a stream; nil for anything else. Errors are kept in Err.
func (f *File) Dict(o any) Dict {
	switch v, _ := f.Resolve(o); v := v.(type) {
	case Dict:
		return v
	case *Stream:
		return v.Dict
	}
	return nil
}

// Array resolves o to an array; nil for anything else.
func (f *File) Array(o any) Array {
	v, _ := f.Resolve(o)
	a, _ := v.(Array)
	return a
}

// Stream resolves o to a stream; nil for anything else.
func (f *File) Stream(o any) *Stream {
	v, _ := f.Resolve(o)
	s, _ := v.(*Stream)
	return s
}

// Name resolves o to a name; empty for anything else.
func (f *File) Name(o any) Name {
	v, _ := f.Resolve(o)
	n, _ := v.(Name)
	return n
}

// Text resolves o to a text string or name; empty for anything else.
func (f *File) Text(o any) string {
	switch v, _ := f.Resolve(o); v := v.(type) {
	case String:
		return v.Text()
	case Name:
		return string(v)
	}
	return ""
}

// Forgive forgets the error kept in Err and gives it, for readers that visit objects which nothing refers to.
func (f *File) Forgive() error {
	err := f.err
	f.err = nil
	return err
}

// ReadAll reads every object in use and reports the first that cannot be read. It keeps none of them: a file of many objects
// needs no memory for them afterwards.
func (f *File) ReadAll() error {
	for _, n := range f.Numbers() {
		at, _ := f.Where(n)
		if _, kept := f.objects[n]; kept {
			continue
		}
		if _, err := f.read(Ref{n, at.Gen}, at); err != nil {
			return err
		}
	}
	return f.err
}
