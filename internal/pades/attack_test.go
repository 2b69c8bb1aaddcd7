package pades

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"congvu/internal/keys"
	"congvu/internal/pdf"
)

// attack turns a good file into a bad one. The good twin of each is the file it starts from, which passes.
type attack struct {
	name  string
	check int // of the required checks of the verifier
	want  Outcome
	make  func(t testing.TB, o *office, good []byte) []byte
}

// onPage appends an update that changes a copy of page n.
func onPage(t testing.TB, file []byte, n int, change func(u *pdf.Update, page pdf.Dict)) []byte {
	return edit(t, file, func(u *pdf.Update, f *pdf.File) {
		pages, err := f.Pages()
		if err != nil {
			t.Fatal(err)
		}
		page := u.Dict(pages[n])
		change(u, page)
		u.Set(pages[n], page)
	})
}

// onCatalog appends an update that changes a copy of the catalog.
func onCatalog(t testing.TB, file []byte, change func(u *pdf.Update, f *pdf.File, catalog pdf.Dict)) []byte {
	return edit(t, file, func(u *pdf.Update, f *pdf.File) {
		root := f.Trailer["Root"].(pdf.Ref)
		catalog := u.Dict(root)
		change(u, f, catalog)
		u.Set(root, catalog)
	})
}

// onField appends an update that changes a copy of a field.
func onField(t testing.TB, file []byte, name string, change func(u *pdf.Update, d pdf.Dict)) []byte {
	return edit(t, file, func(u *pdf.Update, f *pdf.File) {
		for _, x := range formFields(f) {
			if x.name == name {
				d := x.dict.Clone()
				change(u, d)
				u.Set(x.ref, d)
				return
			}
		}
		t.Fatal("no field " + name)
	})
}

// overlay is an appearance that paints over what was signed.
func overlay(u *pdf.Update) pdf.Dict {
	return pdf.Dict{"N": u.Add(formXObject(500, 500, pdf.Dict{}, []byte("1 g 0 0 500 500 re f")))}
}

func replaceOnce(t testing.TB, file []byte, from, to string) []byte {
	t.Helper()
	if !bytes.Contains(file, []byte(from)) || len(from) != len(to) {
		t.Fatalf("cannot replace %q", from)
	}
	return bytes.Replace(bytes.Clone(file), []byte(from), []byte(to), 1)
}

// addWidget puts an annotation on page one, and into the form when asked.
func addWidget(t testing.TB, file []byte, inForm bool, widget func(u *pdf.Update) pdf.Dict) []byte {
	return onCatalog(t, file, func(u *pdf.Update, f *pdf.File, catalog pdf.Dict) {
		ref := u.Add(widget(u))
		pages, _ := f.Pages()
		page := u.Dict(pages[0])
		u.Push(page, "Annots", ref)
		u.Set(pages[0], page)
		if inForm {
			form := u.Dict(catalog["AcroForm"])
			u.Push(form, "Fields", ref)
			catalog["AcroForm"] = form
		}
	})
}

var attacks = []attack{
	{"bytes behind the end", 1, Failed, func(t testing.TB, o *office, good []byte) []byte {
		return append(bytes.Clone(good), "\n1 0 obj\n<</Type /Catalog>>\nendobj\n"...)
	}},
	{"objects behind the end without cross-references (incremental saving)", 1, Failed, func(t testing.TB, o *office, good []byte) []byte {
		return append(bytes.Clone(good), "\n9 0 obj\n<<>>\nendobj\ntrailer\n<</Root 1 0 R>>\n%%EOF\n"...)
	}},
	{"cross-references lead elsewhere", 1, Unreadable, func(t testing.TB, o *office, good []byte) []byte {
		i := bytes.LastIndex(good, []byte("startxref\n")) + len("startxref\n")
		return append(bytes.Clone(good[:i]), "12\n%%EOF\n"...)
	}},
	{"something before the header", 1, Unreadable, func(t testing.TB, o *office, good []byte) []byte {
		return append([]byte("\n"), good...)
	}},
	{"range does not start at 0", 2, Failed, func(t testing.TB, o *office, good []byte) []byte {
		return replaceOnce(t, good, "/ByteRange [0 ", "/ByteRange [1 ")
	}},
	{"range is negative", 2, Failed, func(t testing.TB, o *office, good []byte) []byte {
		i := bytes.Index(good, []byte("/ByteRange [0 ")) + len("/ByteRange [0 ")
		bad := bytes.Clone(good)
		bad[i] = '-'
		return bad
	}},
	{"range is missing", 2, Failed, func(t testing.TB, o *office, good []byte) []byte {
		return replaceOnce(t, good, "/ByteRange", "/ByteRangX")
	}},
	{"contents are missing", 2, Failed, func(t testing.TB, o *office, good []byte) []byte {
		return replaceOnce(t, good, "/Contents <", "/ContentX <")
	}},
	{"contents are zero", 2, Failed, func(t testing.TB, o *office, good []byte) []byte {
		bad := bytes.Clone(good)
		for i := bytes.Index(bad, []byte("/Contents <")) + len("/Contents <"); bad[i] != '>'; i++ {
			bad[i] = '0'
		}
		return bad
	}},
	{"data hidden in the padding", 2, Failed, func(t testing.TB, o *office, good []byte) []byte {
		bad := bytes.Clone(good)
		i := bytes.Index(bad, []byte("/Contents <"))
		i += bytes.IndexByte(bad[i:], '>')
		copy(bad[i-40:], "deadbeefdeadbeefdeadbeef")
		return bad
	}},
	{"contents are a literal string", 2, Failed, func(t testing.TB, o *office, good []byte) []byte {
		bad := bytes.Clone(good)
		i := bytes.Index(bad, []byte("/Contents <")) + len("/Contents ")
		j := i + bytes.IndexByte(bad[i:], '>')
		bad[i], bad[j] = '(', ')'
		return bad
	}},
	{"unknown kind of signature", 2, Failed, func(t testing.TB, o *office, good []byte) []byte {
		return replaceOnce(t, good, "/ETSI.CAdES.detached", "/ETSI.CAdES.detachEd")
	}},
	{"signature dictionary replaced by another that points at the old bytes", 2, Failed, func(t testing.TB, o *office, good []byte) []byte {
		return edit(t, good, func(u *pdf.Update, f *pdf.File) {
			s := signatureFields(f)[0]
			d := f.Dict(s.value).Clone()
			d["Reason"] = pdf.TextString("khác")
			u.Set(s.value.(pdf.Ref), d)
		})
	}},
	{"hole wider than the contents", 2, Failed, widerHole},
	{"form removed", 3, Failed, func(t testing.TB, o *office, good []byte) []byte {
		return onCatalog(t, good, func(u *pdf.Update, f *pdf.File, c pdf.Dict) { delete(c, "AcroForm") })
	}},
	{"one signature hidden", 3, Failed, func(t testing.TB, o *office, good []byte) []byte {
		return onCatalog(t, good, func(u *pdf.Update, f *pdf.File, c pdf.Dict) {
			form := u.Dict(c["AcroForm"])
			fields := f.Array(form["Fields"])
			form["Fields"] = fields[:len(fields)-1]
			c["AcroForm"] = form
		})
	}},
	{"container of another document", 4, Failed, func(t testing.TB, o *office, good []byte) []byte {
		other := mustSign(t, draft(t, 3), o.request(o.agency))
		bad := bytes.Clone(good)
		from := bytes.LastIndex(other, []byte("/Contents <"))
		to := bytes.LastIndex(bad, []byte("/Contents <"))
		n := bytes.IndexByte(other[from:], '>')
		copy(bad[to:to+n], other[from:from+n])
		return bad
	}},
	{"page content replaced", 5, Failed, func(t testing.TB, o *office, good []byte) []byte {
		return onPage(t, good, 0, func(u *pdf.Update, p pdf.Dict) { p["Contents"] = u.Add(pdf.Flate(nil, []byte("0 0 99 99 re f"))) })
	}},
	{"content stream replaced in place", 5, Failed, func(t testing.TB, o *office, good []byte) []byte {
		return edit(t, good, func(u *pdf.Update, f *pdf.File) {
			pages, _ := f.Pages()
			u.Set(f.Dict(pages[0])["Contents"].(pdf.Ref), pdf.Flate(nil, []byte("0 0 99 99 re f")))
		})
	}},
	{"annotation laid over the text", 5, Failed, func(t testing.TB, o *office, good []byte) []byte {
		return addWidget(t, good, false, func(u *pdf.Update) pdf.Dict {
			return pdf.Dict{"Type": pdf.Name("Annot"), "Subtype": pdf.Name("Stamp"), "Rect": pdf.Array{0, 0, 500, 500}, "AP": overlay(u)}
		})
	}},
	{"empty signature field laid over the text", 5, Failed, func(t testing.TB, o *office, good []byte) []byte {
		return addWidget(t, good, true, func(u *pdf.Update) pdf.Dict {
			return pdf.Dict{"Type": pdf.Name("Annot"), "Subtype": pdf.Name("Widget"), "FT": pdf.Name("Sig"), "T": pdf.TextString("X"), "Rect": pdf.Array{0, 0, 500, 500}, "AP": overlay(u)}
		})
	}},
	{"signature field that acts", 5, Failed, func(t testing.TB, o *office, good []byte) []byte {
		return addWidget(t, good, true, func(u *pdf.Update) pdf.Dict {
			return pdf.Dict{"Type": pdf.Name("Annot"), "Subtype": pdf.Name("Widget"), "FT": pdf.Name("Sig"), "T": pdf.TextString("X"), "Rect": pdf.Array{0, 0, 0, 0},
				"AA": pdf.Dict{"PO": pdf.Dict{"S": pdf.Name("JavaScript"), "JS": pdf.TextString("x")}}}
		})
	}},
	{"text field added", 5, Failed, func(t testing.TB, o *office, good []byte) []byte {
		return addWidget(t, good, true, func(u *pdf.Update) pdf.Dict {
			return pdf.Dict{"Type": pdf.Name("Annot"), "Subtype": pdf.Name("Widget"), "FT": pdf.Name("Tx"), "T": pdf.TextString("X"), "Rect": pdf.Array{0, 0, 500, 500}, "AP": overlay(u)}
		})
	}},
	{"script on opening", 5, Failed, func(t testing.TB, o *office, good []byte) []byte {
		return onCatalog(t, good, func(u *pdf.Update, f *pdf.File, c pdf.Dict) {
			c["OpenAction"] = pdf.Dict{"S": pdf.Name("JavaScript"), "JS": pdf.TextString("app.alert(1)")}
		})
	}},
	{"page added", 5, Failed, func(t testing.TB, o *office, good []byte) []byte {
		return editPages(t, good, func(u *pdf.Update, kids pdf.Array, first pdf.Dict) pdf.Array {
			return append(kids, u.Add(first.Clone()))
		})
	}},
	{"page removed", 5, Failed, func(t testing.TB, o *office, good []byte) []byte {
		return editPages(t, good, func(u *pdf.Update, kids pdf.Array, first pdf.Dict) pdf.Array { return kids[:1] })
	}},
	{"pages exchanged", 5, Failed, func(t testing.TB, o *office, good []byte) []byte {
		return editPages(t, good, func(u *pdf.Update, kids pdf.Array, first pdf.Dict) pdf.Array { return pdf.Array{kids[1], kids[0]} })
	}},
	{"font exchanged", 5, Failed, func(t testing.TB, o *office, good []byte) []byte {
		return edit(t, good, func(u *pdf.Update, f *pdf.File) {
			pages, _ := f.Pages()
			font := f.Dict(f.Dict(pages[0])["Resources"])["Font"].(pdf.Dict)["TiR"].(pdf.Ref)
			d := f.Dict(font).Clone()
			d["ToUnicode"] = u.Add(pdf.Flate(nil, []byte("x")))
			u.Set(font, d)
		})
	}},
	{"appearance of a signature replaced", 5, Failed, func(t testing.TB, o *office, good []byte) []byte {
		return onField(t, good, "Signature1", func(u *pdf.Update, d pdf.Dict) { d["AP"] = overlay(u) })
	}},
	{"signature moved on the page", 5, Failed, func(t testing.TB, o *office, good []byte) []byte {
		return onField(t, good, "Signature1", func(u *pdf.Update, d pdf.Dict) { d["Rect"] = pdf.Array{0, 0, 10, 10} })
	}},
	{"field moved over other text while filled", 5, Failed, func(t testing.TB, o *office, good []byte) []byte {
		return onField(t, good, NumberField, func(u *pdf.Update, d pdf.Dict) { d["Rect"] = pdf.Array{0, 0, 500, 500} })
	}},
	{"foreign key in the security store", 5, Failed, func(t testing.TB, o *office, good []byte) []byte {
		return onCatalog(t, good, func(u *pdf.Update, f *pdf.File, c pdf.Dict) { c["DSS"] = pdf.Dict{"Evil": pdf.TextString("x")} })
	}},
	{"revision beside the signed one", 5, Failed, func(t testing.TB, o *office, good []byte) []byte {
		bad := onCatalog(t, good, func(u *pdf.Update, f *pdf.File, c pdf.Dict) { c["Version"] = pdf.Name("1.7") })
		f, err := pdf.Open(bad)
		if err != nil {
			t.Fatal(err)
		}
		prev := fmt.Sprintf("/Prev %d", f.Sections[1].Offset)
		return append(bytes.Clone(bad[:len(good)]), strings.Replace(string(bad[len(good):]), prev, fmt.Sprintf("/Prev %d", f.Sections[2].Offset), 1)...)
	}},
	{"another field filled", 9, Failed, func(t testing.TB, o *office, good []byte) []byte {
		return onField(t, good, "GhiChu", func(u *pdf.Update, d pdf.Dict) { d["V"] = pdf.TextString("x") })
	}},
	{"number replaced after issue", 9, Failed, func(t testing.TB, o *office, good []byte) []byte {
		return onField(t, good, NumberField, func(u *pdf.Update, d pdf.Dict) { d["V"] = pdf.TextString("99/QĐ-UBND") })
	}},
	{"picture of the number replaced after issue", 9, Failed, func(t testing.TB, o *office, good []byte) []byte {
		return onField(t, good, NumberField, func(u *pdf.Update, d pdf.Dict) { d["AP"] = overlay(u) })
	}},
}

func editPages(t testing.TB, file []byte, change func(u *pdf.Update, kids pdf.Array, first pdf.Dict) pdf.Array) []byte {
	return edit(t, file, func(u *pdf.Update, f *pdf.File) {
		tree := f.Root()["Pages"].(pdf.Ref)
		d := u.Dict(tree)
		kids := change(u, f.Array(d["Kids"]), f.Dict(f.Array(d["Kids"])[0]))
		d["Kids"], d["Count"] = kids, len(kids)
		u.Set(tree, d)
	})
}

// widerHole signs honestly over ranges that leave out more than the container (universal signature forgery).
func widerHole(t testing.TB, o *office, good []byte) []byte {
	p, err := Prepare(draft(t, 0), o.request(o.agency))
	if err != nil {
		t.Fatal(err)
	}
	was := fmt.Sprintf("[0 %d %d %d]", p.Hole[0], p.Hole[1], len(p.File)-p.Hole[1])
	is := fmt.Sprintf("[0 %d %d %d]", p.Hole[0], p.Hole[1]+4, len(p.File)-p.Hole[1]-4)
	file := replaceOnce(t, p.File, was, is)
	s := &signed{Signature: &Signature{End: len(file)}, hole: [2]int{p.Hole[0], p.Hole[1] + 4}, data: file}
	return embedOver(t, o.agency, file, p.Hole, s)
}

func TestEachAttackIsRejectedAndItsGoodTwinPasses(t *testing.T) {
	o := testOffice(t)
	good := o.issued(t)
	if r := verify(t, good, o.options()); r.Outcome != Passed {
		t.Fatal(explain(r))
	}
	for _, a := range attacks {
		t.Run(fmt.Sprintf("check %d %s", a.check, a.name), func(t *testing.T) {
			r := verify(t, a.make(t, o, good), o.options())
			if r.Outcome != a.want {
				t.Errorf("got %s, want %s\n%s", r.Outcome, a.want, explain(r))
			}
			for _, f := range r.Findings {
				if f.Text == "" {
					t.Errorf("finding %s without a sentence", f.Code)
				}
			}
		})
	}
}

// An object that the signed revision mentions but does not have is defined later: hidden content appears (shadow attack).
func TestContentThatAppearsLaterIsRejected(t *testing.T) {
	o := testOffice(t)
	base := onPage(t, draft(t, 0), 0, func(u *pdf.Update, p pdf.Dict) {
		old := p["Contents"]
		p["Contents"] = pdf.Array{old, pdf.Ref{Num: 400}}
		u.Add(pdf.Dict{"Keep": true})
	})
	good := mustSign(t, base, o.request(o.leader))
	if r := verify(t, good, o.options()); r.Outcome != Passed {
		t.Fatal(explain(r))
	}
	bad := edit(t, good, func(u *pdf.Update, f *pdf.File) {
		u.Set(pdf.Ref{Num: 400}, pdf.Flate(nil, []byte("0 0 500 500 re f")))
	})
	if r := verify(t, bad, o.options()); r.Outcome != Failed {
		t.Error(explain(r))
	}
}

// The author of a document makes an object serve two ends, so that a change of its innocent side changes the other.
func TestObjectsWithTwoEndsExcuseNothing(t *testing.T) {
	o := testOffice(t)
	req := o.request(o.leader)
	req.Certify = 2
	for name, x := range map[string]struct {
		prepare, attack func(u *pdf.Update, f *pdf.File)
	}{
		"the images of a page are also an empty prepared field": {
			func(u *pdf.Update, f *pdf.File) {
				pages, _ := f.Pages()
				page := u.Dict(pages[0])
				images := u.Add(pdf.Dict{"FT": pdf.Name("Tx"), "T": pdf.TextString(NumberField), "AP": u.Add(formXObject(9, 9, pdf.Dict{}, []byte(" ")))})
				resources := u.Dict(page["Resources"])
				resources["XObject"] = images
				page["Resources"] = resources
				u.Set(pages[0], page)
				root := f.Trailer["Root"].(pdf.Ref)
				catalog := u.Dict(root)
				catalog["AcroForm"] = pdf.Dict{"Fields": pdf.Array{images}}
				u.Set(root, catalog)
			},
			func(u *pdf.Update, f *pdf.File) {
				pages, _ := f.Pages()
				images := f.Dict(f.Dict(pages[0])["Resources"])["XObject"].(pdf.Ref)
				d := u.Dict(images)
				d["AP"] = u.Add(formXObject(500, 500, pdf.Dict{}, []byte("0 0 500 500 re f")))
				u.Set(images, d)
			},
		},
		"the list of pages is also a list of fields": {
			func(u *pdf.Update, f *pdf.File) {
				tree := f.Root()["Pages"].(pdf.Ref)
				d := u.Dict(tree)
				kids := u.Add(d["Kids"])
				d["Kids"] = kids
				u.Set(tree, d)
				root := f.Trailer["Root"].(pdf.Ref)
				catalog := u.Dict(root)
				catalog["AcroForm"] = pdf.Dict{"Fields": pdf.Array{u.Add(pdf.Dict{"T": pdf.TextString("X"), "Kids": kids})}}
				u.Set(root, catalog)
			},
			func(u *pdf.Update, f *pdf.File) {
				kids := f.Dict(f.Root()["Pages"])["Kids"].(pdf.Ref)
				a := f.Array(kids)
				u.Set(kids, pdf.Array{a[1], a[0]})
			},
		},
		"the metadata are also the content of a page": {
			func(u *pdf.Update, f *pdf.File) {
				pages, _ := f.Pages()
				root := f.Trailer["Root"].(pdf.Ref)
				catalog := u.Dict(root)
				catalog["Metadata"] = f.Dict(pages[0])["Contents"]
				u.Set(root, catalog)
			},
			func(u *pdf.Update, f *pdf.File) {
				u.Set(f.Root()["Metadata"].(pdf.Ref), pdf.Flate(nil, []byte("0 0 500 500 re f")))
			},
		},
	} {
		good := mustSign(t, edit(t, draft(t, 0), x.prepare), req)
		if r := verify(t, good, o.options()); r.Outcome != Passed {
			t.Errorf("%s, before: %s", name, explain(r))
		}
		if r := verify(t, edit(t, good, x.attack), o.options()); r.Outcome != Failed {
			t.Errorf("%s: %s", name, explain(r))
		}
	}
}

// Check 9: what is filled passes only in a document certified for it; without certification a person decides, and where
// FieldMDP closes the field it is an alteration.
func TestFillingNeedsPermission(t *testing.T) {
	o := testOffice(t)
	// The rule is the verifier's own: FillFields, which refuses first, is asked on a copy that allows it.
	fill := func(file []byte) []byte {
		loose, err := FillFields(draft(t, 0), map[string]string{NumberField: "15"})
		if err != nil {
			t.Fatal(err)
		}
		f, err := pdf.Open(loose)
		if err != nil {
			t.Fatal(err)
		}
		return onField(t, file, NumberField, func(u *pdf.Update, d pdf.Dict) {
			for _, x := range formFields(f) {
				if x.name == NumberField {
					d["V"], d["AP"] = x.dict["V"], pdf.Dict{"N": carry(u, f, f.Dict(x.dict["AP"])["N"])}
				}
			}
		})
	}
	for name, x := range map[string]struct {
		level int
		lock  bool
		want  Integrity
	}{
		"certified for filling":   {2, false, Intact},
		"certified for notes":     {3, false, Intact},
		"not certified":           {0, false, Doubtful},
		"certified and final":     {1, false, Broken},
		"certified but locked":    {2, true, Broken},
		"not certified nor loose": {0, true, Broken},
	} {
		req := o.request(o.leader)
		req.Certify, req.LockFields = x.level, x.lock
		good := mustSign(t, draft(t, 0), req)
		if r := verify(t, good, o.options()); r.Outcome != Passed {
			t.Errorf("%s, unfilled: %s", name, explain(r))
		}
		r := verify(t, fill(good), o.options())
		if r.Signatures[0].Integrity != x.want {
			t.Errorf("%s: %s, want %s\n%s", name, r.Signatures[0].Integrity, x.want, explain(r))
		}
		if r.Outcome == Passed {
			t.Errorf("%s: a value that no signature covers is passed", name)
		}
	}
}

// What a filled field shows must be what it says; anything else waits for a person.
func TestFilledFieldMustShowItsValue(t *testing.T) {
	o := testOffice(t)
	filled, err := FillFields(o.certified(t), numberAndDate)
	if err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(u *pdf.Update, d pdf.Dict){
		"another value":    func(u *pdf.Update, d pdf.Dict) { d["V"] = pdf.TextString("99/QĐ-UBND") },
		"other painting":   func(u *pdf.Update, d pdf.Dict) { d["AP"] = overlay(u) },
		"a picture alone":  func(u *pdf.Update, d pdf.Dict) { delete(d, "V") },
		"no picture":       func(u *pdf.Update, d pdf.Dict) { delete(d, "AP") },
		"a second picture": func(u *pdf.Update, d pdf.Dict) { d["AP"].(pdf.Dict)["R"] = overlay(u)["N"] },
	} {
		bad := onField(t, filled, NumberField, change)
		r := verify(t, mustSign(t, bad, o.request(o.agency)), o.options())
		if r.Outcome != Indeterminate || r.Signatures[0].Integrity != Doubtful {
			t.Errorf("%s: %s", name, explain(r))
		}
	}
	if r := verify(t, mustSign(t, filled, o.request(o.agency)), o.options()); r.Outcome != Passed {
		t.Error(explain(r))
	}
}

// A person certifies with P=1: validation data may follow, a signature may not.
func TestFinalCertificationAllowsValidationDataOnly(t *testing.T) {
	o := testOffice(t)
	req := o.request(o.leader)
	req.Certify = 1
	final := mustSign(t, draft(t, 0), req)
	withData := onCatalog(t, final, func(u *pdf.Update, f *pdf.File, c pdf.Dict) {
		c["DSS"] = u.Add(pdf.Dict{"Type": pdf.Name("DSS"), "Certs": pdf.Array{u.Add(pdf.Flate(nil, o.authority.Root.Certificate.Raw))}})
	})
	if r := verify(t, withData, o.options()); r.Outcome != Passed || r.Signatures[0].Changes != ValidationChange {
		t.Error(explain(r))
	}
	field := addWidget(t, final, true, func(u *pdf.Update) pdf.Dict {
		return pdf.Dict{"Type": pdf.Name("Annot"), "Subtype": pdf.Name("Widget"), "FT": pdf.Name("Sig"), "T": pdf.TextString("X"), "Rect": pdf.Array{0, 0, 0, 0}}
	})
	if r := verify(t, field, o.options()); r.Outcome != Failed {
		t.Error(explain(r))
	}
}

// S3.4: content changed between two signatures, the second covers all of it: a person must compare, nothing is green.
func TestChangeBetweenSignaturesIsShownNotPassed(t *testing.T) {
	o := testOffice(t)
	changed := onPage(t, mustSign(t, draft(t, 0), o.request(o.leader)), 0, func(u *pdf.Update, p pdf.Dict) {
		p["Contents"] = u.Add(pdf.Flate(nil, []byte("0 0 99 99 re f")))
	})
	r := verify(t, mustSign(t, changed, o.request(o.agency)), o.options())
	if r.Outcome != Indeterminate || r.Integrity != Doubtful || r.Signatures[0].Indication != TotalFailed || r.Signatures[1].Indication != TotalPassed {
		t.Error(explain(r))
	}
	if !hasFinding(r.Findings, "file.changed-between") {
		t.Error("the change is not explained")
	}
}

func TestLaterSignatureOfAStrangerDoesNotPass(t *testing.T) {
	o := testOffice(t)
	elsewhere, err := keys.NewTestAuthority(keys.TestOptions{From: testFrom, Until: testUntil, Seed: []byte("a stranger")})
	if err != nil {
		t.Fatal(err)
	}
	stranger, err := elsewhere.Person("Kẻ lạ", "", "Không ai", keys.Period{From: testFrom, Until: testUntil})
	if err != nil {
		t.Fatal(err)
	}
	r := verify(t, mustSign(t, o.issued(t), o.request(stranger)), o.options())
	if r.Outcome != Indeterminate || r.Integrity != Intact {
		t.Error(explain(r))
	}
	for i, want := range []Indication{TotalPassed, TotalPassed, IsIndeterminate} {
		if r.Signatures[i].Indication != want {
			t.Errorf("signature %d: %s", i, r.Signatures[i].Indication)
		}
	}
}

func hasFinding(all []Finding, code string) bool {
	for _, f := range all {
		if f.Code == code {
			return true
		}
	}
	return false
}
