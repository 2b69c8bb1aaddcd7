package pdf

import (
	"bytes"
	"testing"
)

// FuzzStructure reaches behind the compression: the rows of a cross-reference stream with any widths and predictor, and the
// content of an object stream, are the input, the file around them is sound.
func FuzzStructure(f *testing.F) {
	f.Add([]byte("\x01\x00\x09\x00"), []byte("6 0 7 7   (mot)  (hai)"), uint16(10), uint8(1), uint8(2), uint8(1), uint8(0))
	f.Add(bytes.Repeat([]byte{2, 0, 4, 0}, 9), []byte("6 0 7 2 [] <<>>"), uint16(8), uint8(1), uint8(2), uint8(1), uint8(0))
	f.Add(bytes.Repeat([]byte{2, 1, 0, 9, 0}, 7), []byte("1 0 2 9 <</Type /Catalog /Pages 2 0 R>>"), uint16(8), uint8(1), uint8(2), uint8(1), uint8(12))
	f.Fuzz(func(t *testing.T, rows, content []byte, first uint16, w0, w1, w2, predictor uint8) {
		packed := Flate(Dict{"Type": Name("ObjStm"), "N": 2, "First": int(first)}, content)
		widths := Array{int(w0), int(w1), int(w2)}
		extra := Dict{"W": widths, "Size": 30}
		row := int(w0) + int(w1) + int(w2)
		if row > 0 {
			extra["Index"] = Array{0, len(rows) / (row + int(predictor/10)%2)}
		}
		if predictor > 0 {
			extra["DecodeParms"] = Dict{"Predictor": int(predictor), "Columns": row}
		}
		raw := func([]int, int) [][3]int { return nil }
		file := streamed(extra, raw, dCatalog, dTree, dPage, packed)
		// The rows that streamed wrote, none, are replaced by those of the input.
		empty, _ := Append(nil, Flate(nil, nil))
		full, _ := Append(nil, Flate(nil, rows))
		cut := func(b []byte) []byte { return b[bytes.Index(b, []byte("stream\n")):] }
		length := func(b []byte) []byte {
			i := bytes.Index(b, []byte("/Length "))
			return b[i : i+bytes.IndexByte(b[i:], '>')]
		}
		at := bytes.LastIndex(file, cut(empty))
		head := bytes.LastIndex(file[:at], length(empty))
		if at < 0 || head < 0 {
			t.Fatal("the stream is not found")
		}
		out := append(bytes.Clone(file[:head]), length(full)...)
		out = append(out, file[head+len(length(empty)):at]...)
		out = append(out, cut(full)...)
		out = append(out, file[at+len(cut(empty)):]...)
		g, err := Open(out)
		if err != nil {
			return
		}
		g.ReadAll()
		g.Pages()
		Active(g)
		for _, n := range g.Numbers() {
			if l, ok := g.Where(n); !ok || l.Free || l.Offset < 0 || l.Container < 0 || l.Index < 0 {
				t.Fatalf("object %d at %+v", n, l)
			}
		}
	})
}

// FuzzDecode: nothing decodes to more than was asked for, and what we compress comes back.
func FuzzDecode(f *testing.F) {
	f.Add([]byte("abcabc"), uint16(100), uint8(12), uint8(3), uint8(1))
	f.Add(make([]byte, 5000), uint16(4000), uint8(0), uint8(0), uint8(0))
	f.Fuzz(func(t *testing.T, data []byte, most uint16, predictor, columns, colors uint8) {
		var file File
		plain := Flate(nil, data)
		if got, err := file.Decode(plain, len(data)+1); err != nil || !bytes.Equal(got, data) {
			t.Fatalf("%v: %d bytes of %d", err, len(got), len(data))
		}
		if len(data) > 0 {
			if got, err := file.Decode(plain, len(data)-1); err == nil {
				t.Fatalf("%d bytes where %d are allowed", len(got), len(data)-1)
			}
		}
		parms := Dict{"Predictor": int64(predictor), "Columns": int64(columns), "Colors": int64(colors)}
		for _, raw := range [][]byte{plain.Raw, data} {
			s := &Stream{Dict: Dict{"Filter": Name("FlateDecode"), "DecodeParms": parms}, Raw: raw}
			if got, err := file.Decode(s, int(most)); err == nil && len(got) > int(most) {
				t.Fatalf("%d bytes where %d are allowed", len(got), most)
			}
		}
	})
}
