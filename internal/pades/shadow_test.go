package pades

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"testing"

	"congvu/internal/pdf"
)

// contentOf gives the object number of the first page's content.
func contentOf(t testing.TB, file []byte) int {
	t.Helper()
	f, err := pdf.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	pages, err := f.Pages()
	if err != nil {
		t.Fatal(err)
	}
	return f.Dict(pages[0])["Contents"].(pdf.Ref).Num
}

// rootOf renders the reference to the catalog, and gives the newest section and the size.
func rootOf(t testing.TB, file []byte) (root string, section, size int) {
	t.Helper()
	f, err := pdf.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	b, _ := pdf.Append(nil, f.Trailer["Root"])
	return string(b), f.Sections[0].Offset, f.Size()
}

// twoTables appends a revision whose table says one thing about an object and whose stream another.
func twoTables(t testing.TB, file []byte, table string, num int, object string) []byte {
	t.Helper()
	root, section, size := rootOf(t, file)
	out := append(bytes.Clone(file), '\n')
	at := len(out)
	out = fmt.Appendf(out, "%d 0 obj\n%s\nendobj\n", num, object)
	row := append([]byte{1}, binary.BigEndian.AppendUint32(nil, uint32(at))...)
	row = append(row, 0, 0)
	stream := len(out)
	out = fmt.Appendf(out, "%d 0 obj\n<</Type /XRef /W [1 4 2] /Index [%d 1] /Size %d /Length %d>>\nstream\n%s\nendstream\nendobj\n", size, num, size+1, len(row), row)
	end := len(out)
	return fmt.Appendf(out, "xref\n%strailer\n<</Root %s /Size %d /Prev %d /XRefStm %d>>\nstartxref\n%d\n%%%%EOF\n", table, root, size+1, section, stream, end)
}

// Shadow attacks: what the signer never saw lies in the signed bytes already, and is called up afterwards; and the other ways
// in which an update shows one program another document than the next.
func TestShadowsAreRejected(t *testing.T) {
	w := newWorkshop(t)
	const evil = "<</Length 14>>\nstream\n0 0 500 500 re\nendstream"
	for name, attack := range map[string]func() (good, bad []byte){
		"hide: what lay over the content goes": func() (good, bad []byte) {
			var cover pdf.Ref
			base := onPage(t, draft(t, 0), 0, func(u *pdf.Update, p pdf.Dict) {
				cover = u.Add(formXObject(500, 500, pdf.Dict{}, []byte("1 g 0 0 500 500 re f")))
				p["Contents"] = pdf.Array{p["Contents"], u.Add(pdf.Flate(nil, []byte("/Cover Do")))}
				p["Resources"] = pdf.Dict{"XObject": pdf.Dict{"Cover": cover}}
			})
			good = mustSign(t, base, w.request(w.leader))
			return good, edit(t, good, func(u *pdf.Update, f *pdf.File) { u.Set(cover, nil) })
		},
		"replace: a font speaks other letters": func() (good, bad []byte) {
			good = w.single
			return good, edit(t, good, func(u *pdf.Update, f *pdf.File) {
				pages, _ := f.Pages()
				font := f.Dict(f.Dict(f.Dict(pages[0])["Resources"])["Font"])["TiR"].(pdf.Ref)
				d := f.Dict(font).Clone()
				d["Encoding"] = pdf.Name("Identity-V")
				u.Set(font, d)
			})
		},
		"hide and replace: a second object of the same number": func() (good, bad []byte) {
			num := contentOf(t, w.single)
			base := edit(t, draft(t, 0), func(u *pdf.Update, f *pdf.File) { u.Add(pdf.Raw(fmt.Sprintf("null\nendobj\n%d 0 obj\n%s", num, evil))) })
			good = mustSign(t, base, w.request(w.leader))
			at := bytes.LastIndex(good, fmt.Appendf(nil, "\n%d 0 obj\n%s", num, evil)) + 1
			return good, handmade(t, good, fmt.Sprintf("%d 1\n%010d 00000 n \n", num, at))
		},
		"hide and replace: a second catalog": func() (good, bad []byte) {
			var other pdf.Ref
			base := edit(t, draft(t, 0), func(u *pdf.Update, f *pdf.File) {
				page := u.Add(pdf.Dict{"Type": pdf.Name("Page"), "MediaBox": pdf.Array{0, 0, 99, 99}})
				other = u.Add(pdf.Dict{"Type": pdf.Name("Catalog"), "Pages": u.Add(pdf.Dict{"Type": pdf.Name("Pages"), "Kids": pdf.Array{page}, "Count": 1})})
			})
			good = mustSign(t, base, w.request(w.leader))
			root, _, _ := rootOf(t, good)
			switched := handmade(t, good, "0 0\n")
			i := bytes.LastIndex(switched, []byte("/Root "+root))
			return good, append(switched[:i:i], append([]byte(fmt.Sprintf("/Root %d 0 R", other.Num)), switched[i+len("/Root "+root):]...)...)
		},
		"the content freed": func() (good, bad []byte) {
			return w.single, handmade(t, w.single, fmt.Sprintf("%d 1\n0000000000 00001 f \n", contentOf(t, w.single)))
		},
		"hybrid: only the stream knows": func() (good, bad []byte) {
			return w.single, twoTables(t, w.single, "0 0\n", contentOf(t, w.single), evil)
		},
		"hybrid: the table hides": func() (good, bad []byte) {
			num := contentOf(t, w.single)
			return w.single, twoTables(t, w.single, fmt.Sprintf("%d 1\n0000000000 00000 f \n", num), num, evil)
		},
		"hybrid: the table contradicts": func() (good, bad []byte) {
			num := contentOf(t, w.single)
			f, err := pdf.Open(w.single)
			if err != nil {
				t.Fatal(err)
			}
			at, _ := f.Where(num)
			return w.single, twoTables(t, w.single, fmt.Sprintf("%d 1\n%010d 00000 n \n", num, at.Offset), num, evil)
		},
		"a signature dictionary written again": func() (good, bad []byte) {
			return w.single, edit(t, w.single, func(u *pdf.Update, f *pdf.File) {
				s := signatureFields(f)[0]
				d := f.Dict(s.value).Clone()
				u.Set(s.value.(pdf.Ref), d)
			})
		},
	} {
		good, bad := attack()
		if r := verify(t, good, w.options()); r.Outcome != Passed {
			t.Errorf("%s, before: %s", name, explain(r))
		}
		if r := verify(t, bad, w.options()); r.Outcome != Failed && r.Outcome != Unreadable {
			t.Errorf("%s: %s", name, explain(r))
		}
	}
}
