package pades

import (
	"testing"

	"congvu/internal/pdf"
)

// manySignatures is a file whose every signature makes the verifier go through all of it again.
func manySignatures(t testing.TB, signatures int, prepare func(u *pdf.Update, f *pdf.File, c pdf.Dict)) []byte {
	o := testOffice(t)
	file := onCatalog(t, draft(t, 0), prepare)
	for range signatures {
		file = mustSign(t, file, o.request(o.leader))
	}
	return file
}

func unusedObjects(n int) func(u *pdf.Update, f *pdf.File, c pdf.Dict) {
	return func(u *pdf.Update, f *pdf.File, c pdf.Dict) {
		for range n {
			u.Add(pdf.Dict{"A": 1})
		}
	}
}

func usedObjects(n int) func(u *pdf.Update, f *pdf.File, c pdf.Dict) {
	return func(u *pdf.Update, f *pdf.File, c pdf.Dict) {
		list := pdf.Array{}
		for range n {
			list = append(list, u.Add(pdf.Dict{"Type": pdf.Name("X"), "A": pdf.Array{1, 2, 3, 4, 5, 6, 7, 8, 9}}))
		}
		c["PieceInfo"] = u.Add(list)
	}
}

// Work that runs out never ends in "passed"; what was not compared counts as changed.
func TestManySignaturesOverMuchEndInAVerdict(t *testing.T) {
	o := testOffice(t)
	if r := verify(t, manySignatures(t, 3, unusedObjects(2000)), o.options()); r.Outcome != Passed {
		t.Error(explain(r))
	}
	left := 10_000
	file := manySignatures(t, 2, usedObjects(2000))
	f, err := pdf.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	old, err := f.Prefix(verify(t, file, o.options()).Signatures[0].End)
	if err != nil {
		t.Fatal(err)
	}
	if found := compare(old, f, ruleOf(old, nil), &left); found.grade != OtherChange {
		t.Errorf("%v", found.list)
	}
}

func BenchmarkVerifyManySignatures(b *testing.B) {
	o := testOffice(b)
	for name, file := range map[string][]byte{"unused": manySignatures(b, 12, unusedObjects(150_000)), "used": manySignatures(b, 12, usedObjects(80_000))} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				verify(b, file, o.options())
			}
		})
	}
}
