package pades

import (
	"bytes"
	"compress/zlib"
	"fmt"
	"strings"
	"testing"

	"congvu/internal/pdf"
)

// zeros is that many zero bytes, compressed a thousandfold.
func zeros(n int) []byte {
	var z bytes.Buffer
	w := zlib.NewWriter(&z)
	block := make([]byte, 1<<20)
	for ; n > 0; n -= len(block) {
		w.Write(block[:min(n, len(block))])
	}
	w.Close()
	return z.Bytes()
}

// bombs are files of about ten megabytes that cost their reader as much as their maker could think of.
var bombs = map[string]func(t testing.TB) []byte{
	"cross-reference stream": func(t testing.TB) []byte {
		z := zeros(10_000 << 20)
		var b bytes.Buffer
		fmt.Fprintf(&b, "%%PDF-1.7\n")
		at := b.Len()
		fmt.Fprintf(&b, "1 0 obj\n<</Type /XRef /W [1 4 2] /Size 1900000 /Root 1 0 R /Filter /FlateDecode /Length %d>>\nstream\n", len(z))
		b.Write(z)
		fmt.Fprintf(&b, "\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n", at)
		return b.Bytes()
	},
	"object streams": func(t testing.TB) []byte {
		z := zeros(31 << 20)
		return edit(t, draft(t, 0), func(u *pdf.Update, f *pdf.File) {
			for range 300 {
				u.Add(&pdf.Stream{Dict: pdf.Dict{"Type": pdf.Name("ObjStm"), "N": 1, "First": 4, "Filter": pdf.Name("FlateDecode")}, Raw: z})
			}
		})
	},
	"objects in object streams": func(t testing.TB) []byte { return compressed(t, 300) },
	"deep nesting": func(t testing.TB) []byte {
		return edit(t, draft(t, 0), func(u *pdf.Update, f *pdf.File) { u.Add(pdf.Raw(strings.Repeat("[", 10<<20))) })
	},
	"much shallow nesting": func(t testing.TB) []byte {
		return edit(t, draft(t, 0), func(u *pdf.Update, f *pdf.File) {
			u.Add(pdf.Raw(strings.Repeat(strings.Repeat("[", 100)+strings.Repeat("]", 100), 50_000)))
		})
	},
	"revisions": func(t testing.TB) []byte {
		o := testOffice(t)
		file := mustSign(t, draft(t, 0), o.request(o.leader))
		for range 250 {
			file = edit(t, file, func(u *pdf.Update, f *pdf.File) { u.Add(pdf.String{Bytes: bytes.Repeat([]byte("x"), 3_000)}) })
		}
		return file
	},
	"revisions of many signatures": func(t testing.TB) []byte {
		o := testOffice(t)
		file := edit(t, draft(t, 0), func(u *pdf.Update, f *pdf.File) {
			for range 150_000 {
				u.Add(pdf.Dict{"A": 1})
			}
		})
		for range 12 {
			file = mustSign(t, file, o.request(o.leader))
		}
		return file
	},
	"graph of many signatures": func(t testing.TB) []byte {
		o := testOffice(t)
		file := onCatalog(t, draft(t, 0), func(u *pdf.Update, f *pdf.File, c pdf.Dict) {
			list := pdf.Array{}
			for range 80_000 {
				list = append(list, u.Add(pdf.Dict{"Type": pdf.Name("X"), "A": pdf.Array{1, 2, 3, 4, 5, 6, 7, 8, 9}}))
			}
			c["PieceInfo"] = u.Add(list)
		})
		for range 12 {
			file = mustSign(t, file, o.request(o.leader))
		}
		return file
	},
	"circles": func(t testing.TB) []byte {
		return onCatalog(t, draft(t, 0), func(u *pdf.Update, f *pdf.File, c pdf.Dict) {
			first := u.Add(nil)
			last := first
			for range 100_000 {
				next := u.Add(nil)
				u.Set(last, pdf.Dict{"Kids": pdf.Array{next, first}, "T": pdf.TextString("x"), "FT": pdf.Name("Sig")})
				last = next
			}
			c["AcroForm"] = pdf.Dict{"Fields": pdf.Array{first}}
			c["Pages"] = first
		})
	},
	"ranges": func(t testing.TB) []byte {
		return edit(t, draft(t, 0), func(u *pdf.Update, f *pdf.File) {
			u.Add(pdf.Raw("[" + strings.Repeat("/ByteRange [0 1 2 3] ", 500_000) + "]"))
		})
	},
}

// compressed is a file whose object streams hold a hundred thousand objects each that all inflate.
func compressed(t testing.TB, streams int) []byte {
	return edit(t, draft(t, 0), func(u *pdf.Update, f *pdf.File) {
		one := pdf.Flate(pdf.Dict{"Type": pdf.Name("ObjStm"), "N": 0, "First": 0}, bytes.Repeat([]byte("<</A 1>> "), 1_500_000))
		for range streams {
			u.Add(one)
		}
	})
}

// Bombs end in a verdict that is not "passed". What they cost is shown by the benchmark.
func TestBombsEndInAVerdict(t *testing.T) {
	if testing.Short() {
		t.Skip("large files")
	}
	o := testOffice(t)
	for name, build := range bombs {
		r := verify(t, build(t), o.options())
		honest := strings.Contains(name, "signatures") || name == "revisions" // nothing that anybody sees was changed there
		if r.Outcome == Passed && !honest {
			t.Errorf("%s is passed", name)
		}
	}
}

func BenchmarkBombs(b *testing.B) {
	o := testOffice(b)
	for name, build := range bombs {
		file := build(b)
		b.Run(fmt.Sprintf("%s-%dMB", strings.ReplaceAll(name, " ", "-"), len(file)>>20), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				verify(b, file, o.options())
			}
		})
	}
}
