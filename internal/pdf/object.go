package pdf

import (
	"bytes"
	"compress/zlib"
	"fmt"
	"maps"
	"sync"
)

// Name is a PDF name without its slash, with #xx escapes resolved.
type Name string

// Ref points at an indirect object. The zero Ref points at nothing.
type Ref struct{ Num, Gen int }

func (r Ref) String() string { return fmt.Sprintf("%d %d R", r.Num, r.Gen) }

// Real is a non-integer number exactly as it stands in the file, so that two revisions can be compared without rounding.
type Real string

// String is a PDF string. Start and End are the absolute offsets of its token with its delimiters, both zero when the
// string was made here or lies in an object stream.
type String struct {
	Bytes      []byte
	Hex        bool
	Start, End int
}

// Array is a PDF array.
type Array []any

// Dict is a PDF dictionary.
type Dict map[Name]any

// Stream is a dictionary with encoded bytes. Start is the absolute offset of Raw in the file, zero when made here.
type Stream struct {
	Dict  Dict
	Raw   []byte
	Start int
}

// Raw is an object body that its maker has already rendered; writers copy it as it stands.
type Raw []byte

// Clone copies the first level of d; a nil d gives an empty, writable Dict.
func (d Dict) Clone() Dict {
	if d == nil {
		return Dict{}
	}
	return maps.Clone(d)
}

var deflaters = sync.Pool{New: func() any { return zlib.NewWriter(nil) }}

// Flate makes a stream of data compressed with FlateDecode; d may be nil and is kept, not copied.
func Flate(d Dict, data []byte) *Stream {
	if d == nil {
		d = Dict{}
	}
	var z bytes.Buffer
	w := deflaters.Get().(*zlib.Writer) // a new one costs 800 KB
	defer deflaters.Put(w)
	w.Reset(&z)
	w.Write(data) // a bytes.Buffer never fails
	w.Close()
	d["Filter"] = Name("FlateDecode")
	return &Stream{Dict: d, Raw: z.Bytes()}
}
