package pades

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"congvu/internal/pdf"
)

// No flipped bit outside of the container leaves a document passed. Inside it only unsigned attributes, carried issuer
// certificates and the letter case of the hexadecimal digits may change without harm.
func TestNoFlippedBitIsAccepted(t *testing.T) {
	o := testOffice(t)
	good := o.issued(t)
	f, err := pdf.Open(good)
	if err != nil {
		t.Fatal(err)
	}
	var holes [][2]int
	for _, x := range signatureFields(f) {
		s := &signed{Signature: &Signature{}, dict: f.Dict(x.value), data: good}
		if !s.readCoverage(f) {
			t.Fatal("the good file is not good")
		}
		holes = append(holes, s.hole)
	}
	flips := 3000
	if testing.Short() {
		flips = 300
	}
	random := rand.New(rand.NewPCG(1, 2))
	for range flips {
		at := random.IntN(len(good))
		inside := false
		for _, h := range holes {
			inside = inside || at >= h[0] && at < h[1]
		}
		bad := bytes.Clone(good)
		bad[at] ^= 1 << random.IntN(8)
		if r := verify(t, bad, o.options()); r.Outcome == Passed && !inside {
			t.Errorf("byte %d flipped from %q to %q is accepted\n%s", at, good[at], bad[at], explain(r))
		}
	}
}

// A file of many signature fields ends in a verdict, not in hours of work.
func TestTooManySignaturesAreRefused(t *testing.T) {
	o := testOffice(t)
	many := onCatalog(t, o.issued(t), func(u *pdf.Update, f *pdf.File, c pdf.Dict) {
		form := u.Dict(c["AcroForm"])
		fields := f.Array(form["Fields"])
		for i := range maxSignatures {
			fields = append(fields, u.Add(pdf.Dict{"FT": pdf.Name("Sig"), "T": pdf.TextString(fmt.Sprint("X", i)), "V": u.Add(pdf.Dict{"ByteRange": pdf.Array{}})}))
		}
		form["Fields"] = fields
		c["AcroForm"] = form
	})
	r := verify(t, many, o.options())
	if r.Outcome != Failed || !hasFinding(r.Findings, "file.too-many") {
		t.Error(explain(r))
	}
}

// A graph in which everything leads to everything is walked once.
func TestTangledGraphEnds(t *testing.T) {
	o := testOffice(t)
	base := edit(t, draft(t, 0), func(u *pdf.Update, f *pdf.File) {
		var refs pdf.Array
		for range 300 {
			refs = append(refs, u.Add(nil))
		}
		for _, r := range refs {
			u.Set(r.(pdf.Ref), pdf.Dict{"All": refs, "Direct": pdf.Dict{"All": refs}})
		}
		root := f.Trailer["Root"].(pdf.Ref)
		c := u.Dict(root)
		c["PieceInfo"] = refs[0]
		u.Set(root, c)
	})
	r := verify(t, mustSign(t, mustSign(t, base, o.request(o.leader)), o.request(o.agency)), o.options())
	if r.Outcome != Passed {
		t.Error(explain(r))
	}
}

// The document ends in an object that is written direct in one revision and by reference in the other, in a circle.
func TestCircleOfDirectAndIndirectObjectsEnds(t *testing.T) {
	o := testOffice(t)
	var one, two pdf.Ref
	base := edit(t, draft(t, 0), func(u *pdf.Update, f *pdf.File) {
		one, two = u.Add(nil), u.Add(nil)
		u.Set(one, pdf.Dict{"X": pdf.Dict{"X": one}})
		u.Set(two, pdf.Dict{"X": pdf.Dict{"X": two}})
		root := f.Trailer["Root"].(pdf.Ref)
		c := u.Dict(root)
		c["PieceInfo"] = one
		u.Set(root, c)
	})
	good := mustSign(t, base, o.request(o.leader))
	bad := onCatalog(t, good, func(u *pdf.Update, f *pdf.File, c pdf.Dict) { c["PieceInfo"] = pdf.Dict{"X": two} })
	if r := verify(t, bad, o.options()); r.Outcome == Passed {
		t.Error(explain(r))
	}
}

func FuzzVerify(f *testing.F) {
	o := testOffice(f)
	f.Add(o.issued(f))
	f.Add(draft(f, 0))
	names, _ := filepath.Glob(filepath.Join(samples, "*.pdf"))
	for _, n := range names {
		if b, err := os.ReadFile(n); err == nil && len(b) < 60_000 {
			f.Add(b)
		}
	}
	text := draft(f, 0)
	f.Fuzz(func(t *testing.T, file []byte) {
		r, err := Verify(file, o.options())
		if err != nil {
			t.Fatal(err)
		}
		if r.Outcome == Passed && !bytes.HasPrefix(file, text) {
			t.Errorf("a file that nobody here signed is passed: %s", explain(r))
		}
		for i := range r.Signatures {
			Revision(file, r, i)
		}
	})
}

func BenchmarkSign(b *testing.B) {
	o := testOffice(b)
	image := seal(b)
	for _, size := range []int{50_000, 1_000_000} {
		file := draft(b, size)
		b.Run(fmt.Sprintf("invisible-%dKB", size/1000), func(b *testing.B) {
			for b.Loop() {
				mustSign(b, file, o.request(o.leader))
			}
		})
		b.Run(fmt.Sprintf("seal-%dKB", size/1000), func(b *testing.B) {
			req := o.request(o.agency)
			req.Appearance = &Appearance{Page: 1, Rect: [4]float64{100, 100, 200, 200}, Image: image, Lines: []string{"Nguyễn Văn Nghĩa"}}
			for b.Loop() {
				mustSign(b, file, req)
			}
		})
	}
}

func BenchmarkVerify(b *testing.B) {
	o := testOffice(b)
	for _, size := range []int{0, 1_000_000} {
		file := o.issued(b)
		if size > 0 {
			file = mustSign(b, mustSign(b, draft(b, size), o.request(o.leader)), o.request(o.agency))
		}
		b.Run(fmt.Sprintf("two-signatures-%dKB", len(file)/1000), func(b *testing.B) {
			for b.Loop() {
				if r := verify(b, file, o.options()); r.Outcome != Passed {
					b.Fatal(explain(r))
				}
			}
		})
	}
}

// The work of comparing is limited for all signatures together; what was not compared counts as changed.
func TestComparingIsLimited(t *testing.T) {
	o := testOffice(t)
	good := o.issued(t)
	f, err := pdf.Open(good)
	if err != nil {
		t.Fatal(err)
	}
	r := verify(t, good, o.options())
	old, err := f.Prefix(r.Signatures[0].End)
	if err != nil {
		t.Fatal(err)
	}
	enough, tooLittle := maxCompared, 10
	if found := compare(old, f, ruleOf(old, nil), &enough); found.grade != FillChange {
		t.Errorf("with enough work: %v", found.list)
	}
	if found := compare(old, f, ruleOf(old, nil), &tooLittle); found.grade != OtherChange {
		t.Errorf("with too little: %v", found.list)
	}
}
