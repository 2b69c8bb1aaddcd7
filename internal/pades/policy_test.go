package pades

import (
	"testing"
	"time"

	"congvu/internal/pdf"
)

// followers are what others do to a document after it was signed.
var followers = map[string]func(w *workshop, file []byte) []byte{
	"validation data": func(w *workshop, file []byte) []byte { return withStore(w, file, nil, w.lists(w, signedAt, checkedAt)) },
	"document time stamp": func(w *workshop, file []byte) []byte {
		return stampByHand(w, file, w.office, w.stamper, signedAt.Add(time.Minute))
	},
	"a signature": func(w *workshop, file []byte) []byte { return signByHand(w, file, "Kep", w.agency) },
	"a prepared fill": func(w *workshop, file []byte) []byte {
		loose, err := FillFields(w.base(), map[string]string{NumberField: "15"})
		if err != nil {
			w.Fatal(err)
		}
		f, err := pdf.Open(loose)
		if err != nil {
			w.Fatal(err)
		}
		return onField(w, file, NumberField, func(u *pdf.Update, d pdf.Dict) {
			for _, x := range formFields(f) {
				if x.name == NumberField {
					d["V"], d["AP"] = x.dict["V"], pdf.Dict{"N": carry(u, f, f.Dict(x.dict["AP"])["N"])}
				}
			}
		})
	},
	"another fill": func(w *workshop, file []byte) []byte {
		return onField(w, file, "GhiChu", func(u *pdf.Update, d pdf.Dict) {
			d["V"], d["AP"] = pdf.TextString("da xem"), pdf.Dict{"N": u.Add(formXObject(100, 15, pdf.Dict{}, []byte("/Tx BMC BT (da xem) Tj ET EMC")))}
		})
	},
	"a fill that shows other text": func(w *workshop, file []byte) []byte {
		return onField(w, file, "GhiChu", func(u *pdf.Update, d pdf.Dict) {
			d["V"], d["AP"] = pdf.TextString("da xem"), pdf.Dict{"N": u.Add(formXObject(100, 15, pdf.Dict{}, []byte("/Tx BMC BT (mien thue) Tj ET EMC")))}
		})
	},
	"a remark":       func(w *workshop, file []byte) []byte { return addWidget(w, file, false, note("Text")) },
	"text laid over": func(w *workshop, file []byte) []byte { return addWidget(w, file, false, note("FreeText")) },
	"another page": func(w *workshop, file []byte) []byte {
		return editPages(w, file, func(u *pdf.Update, kids pdf.Array, first pdf.Dict) pdf.Array {
			return append(kids, u.Add(first.Clone()))
		})
	},
}

// base is a draft with a signature field kept free.
func (w *workshop) base() []byte {
	return addWidget(w, draft(w, 0), true, signatureWidget(pdf.Dict{"T": pdf.TextString("Kep"), "Rect": pdf.Array{10, 10, 90, 40}}))
}

// What a certification permits (ISO 32000-2, table 257) is not broken by it; what it forbids is, whoever signs on top.
func TestCertificationLevelsAreKept(t *testing.T) {
	w := newWorkshop(t)
	const i, d, b = Intact, Doubtful, Broken
	for name, want := range map[string][4]Integrity{ // by level, 0 meaning not certified
		"validation data":              {i, i, i, i},
		"document time stamp":          {i, i, i, i},
		"a signature":                  {i, b, i, i},
		"a prepared fill":              {d, b, i, i},
		"another fill":                 {d, b, d, d},
		"a fill that shows other text": {b, b, b, b},
		"a remark":                     {d, b, b, d},
		"text laid over":               {b, b, b, d},
		"another page":                 {b, b, b, b},
	} {
		for level, integrity := range want {
			req := w.request(w.leader)
			req.Certify = level
			after := followers[name](w, mustSign(t, w.base(), req))
			r := verify(t, after, w.options())
			if got := r.Signatures[0].Integrity; got != integrity {
				t.Errorf("%s at level %d: %s, want %s\n%s", name, level, got, integrity, explain(r))
			}
			if integrity != Broken || name == "a signature" {
				continue
			}
			later := verify(t, signByHand(t, after, "Kep", w.agency), w.options())
			if wanted := map[bool]Outcome{true: Indeterminate, false: Failed}[level == 0]; later.Outcome != wanted {
				t.Errorf("%s at level %d, signed over: %s, want %s\n%s", name, level, later.Outcome, wanted, explain(later))
			}
		}
	}
}

// Locks of FieldMDP: the fields they name, all but those, all.
func TestLocksAreKept(t *testing.T) {
	w := newWorkshop(t)
	number := func(file []byte) []byte {
		return onField(t, file, NumberField, func(u *pdf.Update, d pdf.Dict) { d["V"] = pdf.TextString("15"); delete(d, "AP") })
	}
	remark := func(file []byte) []byte { return followers["another fill"](w, file) }
	final := lockOf("Include", "Khac")
	final["P"] = 1
	for name, x := range map[string]struct {
		lock   pdf.Dict
		change func(file []byte) []byte
		want   Integrity
	}{
		"named and filled":              {lockOf("Include", "GhiChu"), remark, Broken},
		"another named":                 {lockOf("Include", "GhiChu"), number, Doubtful},
		"all but this":                  {lockOf("Exclude", "GhiChu"), remark, Doubtful},
		"all but another":               {lockOf("Exclude", "GhiChu"), number, Broken},
		"all":                           {lockOf("All"), remark, Broken},
		"all, and signed":               {lockOf("All"), func(file []byte) []byte { return signByHand(t, file, "Kep", w.agency) }, Doubtful},
		"named and signed":              {lockOf("Include", "Kep"), func(file []byte) []byte { return signByHand(t, file, "Kep", w.agency) }, Broken},
		"another named, and signed":     {lockOf("Include", "GhiChu"), func(file []byte) []byte { return signByHand(t, file, "Kep", w.agency) }, Intact},
		"everything closed, and signed": {final, func(file []byte) []byte { return signByHand(t, file, "Kep", w.agency) }, Broken},
		"everything closed, but stored": {final, func(file []byte) []byte { return followers["validation data"](w, file) }, Intact},
		"unknown kind of lock":          {lockOf("Perhaps"), remark, Broken},
	} {
		good := w.locked(x.lock)
		if r := verify(t, good, w.options()); r.Outcome != Passed {
			t.Errorf("%s, untouched: %s", name, explain(r))
		}
		if r := verify(t, x.change(good), w.options()); r.Signatures[0].Integrity != x.want {
			t.Errorf("%s: %s, want %s\n%s", name, r.Signatures[0].Integrity, x.want, explain(r))
		}
	}
}

// What common programs leave behind when they sign or save again is no alteration.
func TestNoiseOfOtherProgramsIsNoAlteration(t *testing.T) {
	w := newWorkshop(t)
	onForm := func(change func(u *pdf.Update, f *pdf.File, form pdf.Dict)) func(file []byte) []byte {
		return func(file []byte) []byte {
			return w.catalog(file, func(u *pdf.Update, f *pdf.File, c pdf.Dict) {
				d := u.Dict(c["AcroForm"])
				change(u, f, d)
				c["AcroForm"] = d
			})
		}
	}
	for name, x := range map[string]struct {
		change func(file []byte) []byte
		want   Integrity
	}{
		"a number written another way": {func(file []byte) []byte {
			return onPage(t, file, 0, func(u *pdf.Update, p pdf.Dict) { p["MediaBox"] = pdf.Raw("[0.0 0 595.280 841.89]") })
		}, Intact},
		"the form made an object": {func(file []byte) []byte {
			return w.catalog(file, func(u *pdf.Update, f *pdf.File, c pdf.Dict) { c["AcroForm"] = u.Add(c["AcroForm"]) })
		}, Intact},
		"a font for future fields": {onForm(func(u *pdf.Update, f *pdf.File, form pdf.Dict) {
			resources := u.Dict(form["DR"])
			fonts := u.Dict(resources["Font"])
			fonts["Helv"] = u.Add(pdf.Dict{"Type": pdf.Name("Font"), "BaseFont": pdf.Name("Helvetica")})
			resources["Font"] = fonts
			form["DR"] = resources
		}), Intact},
		"signature flags": {onForm(func(u *pdf.Update, f *pdf.File, form pdf.Dict) { form["SigFlags"] = 1 }), Intact},
		"a field closed": {func(file []byte) []byte {
			return onField(t, file, "GhiChu", func(u *pdf.Update, d pdf.Dict) { d["Ff"], d["F"] = 1, 132 })
		}, Intact},
		"packet of metadata": {func(file []byte) []byte {
			return w.catalog(file, func(u *pdf.Update, f *pdf.File, c pdf.Dict) {
				c["Metadata"] = u.Add(&pdf.Stream{Dict: pdf.Dict{"Type": pdf.Name("Metadata"), "Subtype": pdf.Name("XML")}, Raw: []byte("<?xpacket begin=''?><x:xmpmeta/>")})
			})
		}, Intact},
		"version and extensions": {func(file []byte) []byte {
			return w.catalog(file, func(u *pdf.Update, f *pdf.File, c pdf.Dict) {
				c["Version"], c["Extensions"] = pdf.Name("1.7"), pdf.Dict{"ADBE": pdf.Dict{"BaseVersion": pdf.Name("1.7"), "ExtensionLevel": 8}}
			})
		}, Intact},
		"an unused object": {func(file []byte) []byte {
			return edit(t, file, func(u *pdf.Update, f *pdf.File) { u.Add(pdf.TextString("x")) })
		}, Intact},
		"where the viewer opens": {func(file []byte) []byte {
			return w.catalog(file, func(u *pdf.Update, f *pdf.File, c pdf.Dict) { c["PageMode"] = pdf.Name("UseOutlines") })
		}, Doubtful},
		"data of one program": {func(file []byte) []byte {
			return onPage(t, file, 0, func(u *pdf.Update, p pdf.Dict) {
				p["PieceInfo"], p["LastModified"] = pdf.Dict{"X": pdf.Dict{}}, pdf.Date(signedAt)
			})
		}, Doubtful},
		"usage rights": {func(file []byte) []byte {
			return w.catalog(file, func(u *pdf.Update, f *pdf.File, c pdf.Dict) {
				c["Perms"] = pdf.Dict{"UR3": u.Add(pdf.Dict{"Type": pdf.Name("Sig"), "ByteRange": pdf.Array{0, 1, 2, 3}, "Contents": pdf.String{Bytes: []byte{1}, Hex: true}})}
			})
		}, Doubtful},
		"a signed document attached": {func(file []byte) []byte {
			return edit(t, file, func(u *pdf.Update, f *pdf.File) {
				u.Add(&pdf.Stream{Dict: pdf.Dict{"Type": pdf.Name("EmbeddedFile")}, Raw: w.single})
			})
		}, Intact},
		"a box ticked": {func(file []byte) []byte {
			return onField(t, file, "O", func(u *pdf.Update, d pdf.Dict) { d["V"], d["AS"] = pdf.Name("Yes"), pdf.Name("Yes") })
		}, Doubtful},
	} {
		base := addWidget(t, draft(t, 0), true, func(u *pdf.Update) pdf.Dict {
			yes := u.Add(formXObject(9, 9, pdf.Dict{}, []byte("0 0 9 9 re f")))
			return pdf.Dict{"Type": pdf.Name("Annot"), "Subtype": pdf.Name("Widget"), "FT": pdf.Name("Btn"), "T": pdf.TextString("O"), "Rect": pdf.Array{0, 0, 9, 9},
				"V": pdf.Name("Off"), "AS": pdf.Name("Off"), "AP": pdf.Dict{"N": pdf.Dict{"Yes": yes}}}
		})
		r := verify(t, x.change(mustSign(t, base, w.request(w.leader))), w.options())
		if r.Signatures[0].Integrity != x.want || r.Outcome == Failed {
			t.Errorf("%s: %s, want %s\n%s", name, r.Signatures[0].Integrity, x.want, explain(r))
		}
	}
}

// Each number of a signed range, moved.
func TestEveryNumberOfTheRangeCounts(t *testing.T) {
	w := newWorkshop(t)
	f := w.forge()
	right := []int{0, f.hole[0], f.hole[1], f.end - f.hole[1]}
	for i := range right {
		for _, by := range []int{-1, 1, 7} {
			if i == 3 && by == -1 {
				continue // the line end behind the end mark
			}
			wrong := append([]int{}, right...)
			wrong[i] += by
			spoiled := &forging{append([]byte{}, f.file...), f.hole, f.end}
			if i == 3 {
				spoiled.end += by
			}
			if spoiled.end > len(f.file) {
				spoiled.end = len(f.file)
			}
			r := verify(t, spoiled.claim(t, wrong...).signedBy(t, w.leader), w.options())
			if r.Outcome == Passed || i < 3 && r.Outcome != Failed {
				t.Errorf("number %d moved by %d: %s", i, by, explain(r))
			}
		}
	}
	if r := verify(t, f.claim(t, right...).signedBy(t, w.leader), w.options()); r.Outcome != Passed {
		t.Error(explain(r))
	}
}

// A signature in the oldest forms is told right from wrong, and passes in neither case.
func TestOldFormsAreVerified(t *testing.T) {
	w := newWorkshop(t)
	if r := verify(t, w.forge().hashInside(t, w.leader, []byte("another hash than that")), w.options()); r.Outcome != Failed || !hasFinding(r.Signatures[0].Findings, "signature.digest") {
		t.Error(explain(r))
	}
	if r := verify(t, w.forge().hashInside(t, w.leader, nil), w.options()); r.Outcome != Indeterminate || r.Signatures[0].Signer == nil {
		t.Error(explain(r))
	}
}

// Evidence that a program compresses in another way when it writes the store again is still there.
func TestEvidenceWrittenAgainIsNotGone(t *testing.T) {
	w := newWorkshop(t)
	list := w.lists(t, signedAt, checkedAt)[0]
	signed := mustSign(t, withStore(t, draft(t, 0), nil, [][]byte{list}), w.request(w.leader))
	again := w.catalog(signed, func(u *pdf.Update, f *pdf.File, c pdf.Dict) {
		c["DSS"] = u.Add(pdf.Dict{"CRLs": pdf.Array{u.Add(&pdf.Stream{Dict: pdf.Dict{}, Raw: list})}, "OCSPs": pdf.Array{}})
	})
	if r := verify(t, again, w.options()); r.Outcome != Passed || r.Signatures[0].Changes != ValidationChange {
		t.Error(explain(r))
	}
}
