package pades

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"math/big"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ocsp"

	"congvu/internal/cms"
	"congvu/internal/keys"
	"congvu/internal/pdf"
)

// need is an attack that one check alone holds up.
type need struct {
	check string
	want  Outcome
	make  func(w *workshop) ([]byte, VerifyOptions)
}

// workshop is where attacks are made: an office, an authority for time stamps, and their good files.
type workshop struct {
	testing.TB
	*office
	stamper *stamper
	strict  *keys.Trust
	good    []byte // issued: certified, filled, sealed
	single  []byte // signed once, not certified
	final   []byte // certified with P=1
	form    []byte // certified with P=2
	notes   []byte // certified with P=3
}

func newWorkshop(t testing.TB) *workshop {
	o := testOffice(t)
	w := &workshop{TB: t, office: o, stamper: newStamper(t), good: o.issued(t), form: o.certified(t)}
	w.strict = strictTrust(t, o, w.stamper)
	w.single = mustSign(t, draft(t, 0), o.request(o.leader))
	for level, to := range map[int]*[]byte{1: &w.final, 3: &w.notes} {
		req := o.request(o.leader)
		req.Certify = level
		*to = mustSign(t, draft(t, 0), req)
	}
	return w
}

// file is an attack judged with the office's own trust.
func file(f func(w *workshop) []byte) func(w *workshop) ([]byte, VerifyOptions) {
	return func(w *workshop) ([]byte, VerifyOptions) { return f(w), w.options() }
}

// strict is an attack judged with revocation evidence required.
func strict(f func(w *workshop, opt *VerifyOptions) []byte) func(w *workshop) ([]byte, VerifyOptions) {
	return func(w *workshop) ([]byte, VerifyOptions) {
		opt := VerifyOptions{At: checkedAt, Trust: w.strict, CRLs: w.lists(w, signedAt.Add(-time.Hour), checkedAt.Add(24*time.Hour))}
		b := f(w, &opt)
		return b, opt
	}
}

func (w *workshop) forge() *forging { return forge(w, draft(w, 0), w.request(w.leader)) }

// withCatalog signs a draft whose catalog got something before, then lets the attack change it.
func (w *workshop) withCatalog(prepare, attack func(u *pdf.Update, f *pdf.File, c pdf.Dict)) []byte {
	return onCatalog(w, mustSign(w, onCatalog(w, draft(w, 0), prepare), w.request(w.leader)), attack)
}

func (w *workshop) catalog(good []byte, attack func(u *pdf.Update, f *pdf.File, c pdf.Dict)) []byte {
	return onCatalog(w, good, attack)
}

func signatureWidget(more pdf.Dict) func(u *pdf.Update) pdf.Dict {
	return func(u *pdf.Update) pdf.Dict {
		d := pdf.Dict{"Type": pdf.Name("Annot"), "Subtype": pdf.Name("Widget"), "FT": pdf.Name("Sig"), "T": pdf.TextString("X"), "Rect": pdf.Array{0, 0, 0, 0}}
		for k, v := range more {
			d[k] = v
		}
		return d
	}
}

func note(kind string) func(u *pdf.Update) pdf.Dict {
	return func(u *pdf.Update) pdf.Dict {
		return pdf.Dict{"Type": pdf.Name("Annot"), "Subtype": pdf.Name(kind), "Rect": pdf.Array{0, 0, 30, 30}, "Contents": pdf.TextString("x")}
	}
}

// locked signs a prepared field that closes others, certifying nothing.
func (w *workshop) locked(lock pdf.Dict) []byte {
	base := addWidget(w, draft(w, 0), true, signatureWidget(pdf.Dict{"T": pdf.TextString("Khoa"), "Lock": lock}))
	base = addWidget(w, base, true, signatureWidget(pdf.Dict{"T": pdf.TextString("Kep"), "Rect": pdf.Array{10, 10, 90, 40}}))
	return signByHand(w, base, "Khoa", w.leader)
}

func lockOf(action string, names ...string) pdf.Dict {
	d := pdf.Dict{"Type": pdf.Name("SigFieldLock"), "Action": pdf.Name(action)}
	if names != nil {
		list := pdf.Array{}
		for _, n := range names {
			list = append(list, pdf.TextString(n))
		}
		d["Fields"] = list
	}
	return d
}

var needs = []need{
	// Checks 1 to 3: the file.
	{"file.trailing", Failed, file(func(w *workshop) []byte { return append(bytes.Clone(w.good), "%x"...) })},
	{"file.trailing-signed", Indeterminate, file(func(w *workshop) []byte {
		f := w.forge()
		f.file = append(f.file, "%behind the end"...)
		return f.covers(w, len(f.file)).signedBy(w, w.leader)
	})},
	{"file.hidden-signature", Failed, file(func(w *workshop) []byte {
		return w.catalog(w.single, func(u *pdf.Update, f *pdf.File, c pdf.Dict) { delete(c, "AcroForm") })
	})},
	{"file.ambiguous", Indeterminate, file(func(w *workshop) []byte {
		base := onPage(w, draft(w, 0), 1, func(u *pdf.Update, p pdf.Dict) { p["Rotate"], p["Rotatf"] = 0, 180 })
		return mustSign(w, bytes.Replace(base, []byte("/Rotatf"), []byte("/Rotate"), 1), w.request(w.leader))
	})},
	{"file.unreadable-object", Indeterminate, file(func(w *workshop) []byte {
		base := edit(w, draft(w, 0), func(u *pdf.Update, f *pdf.File) { u.Add(pdf.Raw("<</Unused true>>")) })
		return forge(w, base, w.request(w.leader)).replace(w, "<</Unused true>>", "<</Unused true >").signedBy(w, w.leader)
	})},
	{"file.uncovered", Indeterminate, file(func(w *workshop) []byte {
		filled, err := FillFields(w.form, numberAndDate)
		if err != nil {
			w.Fatal(err)
		}
		return filled
	})},
	{"file.changed-between", Indeterminate, file(func(w *workshop) []byte {
		return mustSign(w, onPage(w, w.single, 0, func(u *pdf.Update, p pdf.Dict) { p["Rotate"] = 90 }), w.request(w.agency))
	})},
	{"signature.no-dictionary", Failed, file(func(w *workshop) []byte {
		return mustSign(w, addWidget(w, draft(w, 0), true, signatureWidget(pdf.Dict{"V": 5})), w.request(w.leader))
	})},
	{"signature.incomplete", Failed, file(func(w *workshop) []byte {
		return mustSign(w, addWidget(w, draft(w, 0), true, signatureWidget(pdf.Dict{"V": pdf.Dict{"Type": pdf.Name("Sig")}})), w.request(w.leader))
	})},
	{"signature.range", Failed, file(func(w *workshop) []byte {
		f := w.forge()
		return f.claim(w, 1, f.hole[0], f.hole[1], f.end-f.hole[1]).signedBy(w, w.leader)
	})},
	{"signature.gap", Failed, file(func(w *workshop) []byte { return widerHole(w, w.office, nil) })},
	{"signature.partial", Failed, file(func(w *workshop) []byte {
		f := forge(w, draft(w, 0), func() Request { r := w.request(w.leader); r.Reserve = 4096; return r }())
		return f.covers(w, f.hole[1]+3).signedBy(w, w.leader)
	})},
	{"signature.beside", Failed, file(func(w *workshop) []byte { return beside(w, w.single, len(draft(w, 0))) })},
	{"signature.tail-uncovered", Indeterminate, file(func(w *workshop) []byte {
		f := w.forge()
		return f.covers(w, f.end-len("%%EOF\n")).signedBy(w, w.leader)
	})},
	{"signature.trailing", Indeterminate, file(func(w *workshop) []byte {
		f := w.forge()
		f.file = append(f.file, "%behind the end\n"...)
		return handmade(w, f.covers(w, len(f.file)).signedBy(w, w.leader), "0 0\n")
	})},
	{"signature.foreign", Failed, file(func(w *workshop) []byte {
		hidden := w.forge().hideField(w).signedBy(w, w.leader)
		return onCatalog(w, hidden, func(u *pdf.Update, f *pdf.File, c pdf.Dict) {
			for _, x := range formFields(f) {
				if v := x.dict["W"]; v != nil {
					d := x.dict.Clone()
					d["V"] = v
					u.Set(x.ref, d)
				}
			}
		})
	})},
	{"signature.doubled", Failed, file(func(w *workshop) []byte {
		b := w.catalog(w.good, func(u *pdf.Update, f *pdf.File, c pdf.Dict) {
			c["Version"], c["Versiom"] = pdf.Name("1.7"), pdf.Name("2.0")
		})
		return bytes.Replace(b, []byte("/Versiom"), []byte("/Version"), 1)
	})},

	// Check 4: the container.
	{"signature.subfilter", Failed, file(func(w *workshop) []byte {
		return w.forge().replace(w, "/ETSI.CAdES.detached", "/ETSI.CAdES.detachEd").signedBy(w, w.leader)
	})},
	{"signature.obsolete", Indeterminate, file(func(w *workshop) []byte { return w.forge().hashInside(w, w.leader, nil) })},
	{"signature.container", Failed, file(func(w *workshop) []byte {
		f := w.forge()
		return f.with(w, forgedContainer(w, w.leader, []byte("x"), nil, plainAttributes(f.digest(5))))
	})},
	{"signature.padding", Failed, file(func(w *workshop) []byte {
		b := bytes.Clone(w.single)
		i := bytes.LastIndex(b, []byte("/Contents <"))
		i += bytes.IndexByte(b[i:], '>')
		copy(b[i-40:], "deadbeef")
		return b
	})},
	{"signature.digest", Failed, file(func(w *workshop) []byte { return replaceOnce(w, w.single, "720 Td", "721 Td") })},
	{"signature.value", Failed, file(func(w *workshop) []byte {
		f := w.forge()
		return f.with(w, forgedContainer(w, &keys.Identity{Certificate: w.leader.Certificate, Key: w.agency.Key, Chain: w.leader.Chain}, nil, nil, plainAttributes(f.digest(5))))
	})},
	{"signature.no-signer", Indeterminate, file(func(w *workshop) []byte {
		f := w.forge()
		c := forgedContainer(w, w.leader, nil, nil, plainAttributes(f.digest(crypto.SHA256)))
		serial := w.leader.Certificate.SerialNumber.Bytes() // stands in the certificate first, then in the signer info
		c[bytes.Index(c, serial)+len(serial)-1] ^= 1
		return f.with(w, c)
	})},
	{"signature.algorithm", Indeterminate, file(func(w *workshop) []byte {
		return inContainer(w, w.single, der(asn1.ObjectIdentifier{1, 2, 840, 10045, 4, 3, 2}), func(b []byte) { b[len(b)-1] = 9 })
	})},
	{"signature.no-attributes", Indeterminate, file(func(w *workshop) []byte {
		f := w.forge()
		return f.with(w, forgedContainer(w, w.leader, nil, f.covered(), nil))
	})},
	{"signature.weak", Indeterminate, file(func(w *workshop) []byte {
		f := w.forge()
		return f.with(w, forgedContainer(w, w.shortKey(w), nil, nil, plainAttributes(f.digest(crypto.SHA256))))
	})},

	// Check 5 and 9: what followed.
	{"change.certified", Failed, file(func(w *workshop) []byte { return addWidget(w, w.final, true, signatureWidget(nil)) })},
	{"change.hard", Failed, file(func(w *workshop) []byte {
		return mustSign(w, w.catalog(w.single, func(u *pdf.Update, f *pdf.File, c pdf.Dict) {
			c["OpenAction"] = pdf.Dict{"S": pdf.Name("JavaScript"), "JS": pdf.TextString("x")}
		}), w.request(w.agency))
	})},
	{"role.plain", Failed, file(func(w *workshop) []byte {
		return onPage(w, w.single, 0, func(u *pdf.Update, p pdf.Dict) { p["MediaBox"] = pdf.Array{0, 0, 90, 90} })
	})},
	{"role.catalog", Failed, file(func(w *workshop) []byte {
		return w.catalog(w.single, func(u *pdf.Update, f *pdf.File, c pdf.Dict) {
			c["OpenAction"] = pdf.Dict{"S": pdf.Name("JavaScript"), "JS": pdf.TextString("x")}
		})
	})},
	{"role.form", Failed, file(func(w *workshop) []byte {
		return w.catalog(w.single, func(u *pdf.Update, f *pdf.File, c pdf.Dict) {
			d := u.Dict(c["AcroForm"])
			d["XFA"] = u.Add(pdf.Flate(nil, []byte("<xdp/>")))
			c["AcroForm"] = d
		})
	})},
	{"role.field-list", Failed, file(func(w *workshop) []byte {
		signed := mustSign(w, inForm(w, draft(w, 0), func(u *pdf.Update) pdf.Dict {
			return pdf.Dict{"T": pdf.TextString("X"), "Kids": pdf.Array{u.Add(pdf.Dict{"FT": pdf.Name("Tx"), "T": pdf.TextString("Y")})}}
		}), w.request(w.leader))
		return onField(w, signed, "X", func(u *pdf.Update, d pdf.Dict) { d["Kids"] = pdf.Dict{} })
	})},
	{"role.form-resources", Failed, file(func(w *workshop) []byte {
		return w.catalog(w.single, func(u *pdf.Update, f *pdf.File, c pdf.Dict) {
			d := u.Dict(c["AcroForm"])
			d["DR"] = pdf.Array{}
			c["AcroForm"] = d
		})
	})},
	{"role.field", Failed, file(func(w *workshop) []byte {
		return onField(w, w.single, NumberField, func(u *pdf.Update, d pdf.Dict) { d["AA"] = pdf.Dict{"K": pdf.Dict{"S": pdf.Name("JavaScript")}} })
	})},
	{"role.page", Failed, file(func(w *workshop) []byte {
		return onPage(w, w.single, 0, func(u *pdf.Update, p pdf.Dict) { p["Rotate"] = 90 })
	})},
	{"role.annotations", Failed, file(func(w *workshop) []byte {
		return onPage(w, w.single, 0, func(u *pdf.Update, p pdf.Dict) { p["Annots"] = pdf.Dict{} })
	})},
	{"role.annotation", Failed, file(func(w *workshop) []byte {
		signed := mustSign(w, addWidget(w, draft(w, 0), false, note("FreeText")), w.request(w.leader))
		return edit(w, signed, func(u *pdf.Update, f *pdf.File) {
			pages, _ := f.Pages()
			all := f.Array(f.Dict(pages[0])["Annots"])
			for _, a := range all {
				if d := u.Dict(a); d["Subtype"] == pdf.Name("FreeText") {
					d["AP"] = overlay(u)
					u.Set(a.(pdf.Ref), d)
				}
			}
		})
	})},
	{"role.structure", Indeterminate, file(func(w *workshop) []byte {
		return w.withCatalog(func(u *pdf.Update, f *pdf.File, c pdf.Dict) {
			c["StructTreeRoot"] = u.Add(pdf.Dict{"Type": pdf.Name("StructTreeRoot")})
		},
			func(u *pdf.Update, f *pdf.File, c pdf.Dict) {
				c["StructTreeRoot"] = u.Add(pdf.Dict{"Type": pdf.Name("StructTreeRoot"), "K": 1})
			})
	})},
	{"role.private", Indeterminate, file(func(w *workshop) []byte {
		return w.withCatalog(func(u *pdf.Update, f *pdf.File, c pdf.Dict) { c["PieceInfo"] = pdf.Dict{"X": 1} },
			func(u *pdf.Update, f *pdf.File, c pdf.Dict) { c["PieceInfo"] = pdf.Dict{"X": 2} })
	})},
	{"role.metadata", Failed, file(func(w *workshop) []byte {
		return w.withCatalog(func(u *pdf.Update, f *pdf.File, c pdf.Dict) {
			c["Metadata"] = u.Add(pdf.Flate(nil, []byte("<?xpacket?>")))
		},
			func(u *pdf.Update, f *pdf.File, c pdf.Dict) { c["Metadata"] = u.Add(pdf.Dict{}) })
	})},
	{"role.information", Failed, file(func(w *workshop) []byte {
		return edit(w, w.single, func(u *pdf.Update, f *pdf.File) { u.Set(f.Trailer["Info"].(pdf.Ref), pdf.Array{}) })
	})},
	{"role.painted", Failed, file(func(w *workshop) []byte {
		return edit(w, w.single, func(u *pdf.Update, f *pdf.File) {
			pages, _ := f.Pages()
			u.Set(f.Dict(pages[0])["Contents"].(pdf.Ref), &pdf.Stream{Dict: pdf.Dict{}, Raw: []byte("0 0 99 99 re f")})
		})
	})},
	{"compare.unreadable", Failed, file(func(w *workshop) []byte {
		b := edit(w, w.single, func(u *pdf.Update, f *pdf.File) {
			pages, _ := f.Pages()
			u.Set(f.Dict(pages[0])["Contents"].(pdf.Ref), pdf.Raw("<</Unread true>>"))
		})
		return bytes.Replace(b, []byte("<</Unread true>>"), []byte("<</Unread true >"), 1)
	})},
	{"list.order", Failed, file(func(w *workshop) []byte {
		return onPage(w, w.single, 0, func(u *pdf.Update, p pdf.Dict) {
			a := slices.Clone(p["Annots"].(pdf.Array))
			a[0], a[1] = a[1], a[0]
			p["Annots"] = a
		})
	})},
	{"list.removed", Failed, file(func(w *workshop) []byte {
		return onPage(w, w.single, 0, func(u *pdf.Update, p pdf.Dict) { p["Annots"] = p["Annots"].(pdf.Array)[1:] })
	})},
	{"list.signature-removed", Failed, file(func(w *workshop) []byte {
		return onPage(w, w.single, 0, func(u *pdf.Update, p pdf.Dict) { a := p["Annots"].(pdf.Array); p["Annots"] = a[:len(a)-1] })
	})},
	{"list.note-removed", Indeterminate, file(func(w *workshop) []byte {
		req := w.request(w.leader)
		req.Certify = 3
		signed := mustSign(w, addWidget(w, draft(w, 0), false, note("FreeText")), req)
		return onPage(w, signed, 0, func(u *pdf.Update, p pdf.Dict) {
			a := p["Annots"].(pdf.Array)
			p["Annots"] = append(slices.Clone(a[:len(a)-2]), a[len(a)-1])
		})
	})},
	{"note.edited", Indeterminate, file(func(w *workshop) []byte {
		req := w.request(w.leader)
		req.Certify = 3
		signed := mustSign(w, addWidget(w, draft(w, 0), false, note("FreeText")), req)
		return edit(w, signed, func(u *pdf.Update, f *pdf.File) {
			pages, _ := f.Pages()
			for _, a := range f.Array(f.Dict(pages[0])["Annots"]) {
				if d := u.Dict(a); d["Subtype"] == pdf.Name("FreeText") {
					d["Contents"] = pdf.TextString("y")
					u.Set(a.(pdf.Ref), d)
				}
			}
		})
	})},
	{"list.signature-paints", Failed, file(func(w *workshop) []byte {
		return addWidget(w, w.single, true, func(u *pdf.Update) pdf.Dict {
			return signatureWidget(pdf.Dict{"Rect": pdf.Array{0, 0, 500, 500}, "AP": overlay(u)})(u)
		})
	})},
	{"list.annotation", Failed, file(func(w *workshop) []byte { return addWidget(w, w.single, false, note("Stamp")) })},
	{"list.field", Failed, file(func(w *workshop) []byte {
		return inForm(w, w.single, func(u *pdf.Update) pdf.Dict { return pdf.Dict{"FT": pdf.Name("Tx"), "T": pdf.TextString("X")} })
	})},
	{"store.key", Failed, storeOf(pdf.Dict{"Evil": pdf.TextString("x")})},
	{"store.dictionary", Failed, file(func(w *workshop) []byte {
		return w.catalog(w.single, func(u *pdf.Update, f *pdf.File, c pdf.Dict) { c["DSS"] = pdf.TextString("x") })
	})},
	{"store.list", Failed, storeOf(pdf.Dict{"Certs": nil})},
	{"store.stream", Failed, storeOf(pdf.Dict{"Certs": pdf.Array{pdf.TextString("x")}})},
	{"store.vri-key", Failed, storeOf(pdf.Dict{"VRI": pdf.Dict{"AA": pdf.Dict{"Evil": 1}}})},
	{"store.vri-stamp", Failed, storeOf(pdf.Dict{"VRI": pdf.Dict{"AA": pdf.Dict{"TS": 1}}})},
	{"store.key-removed", Indeterminate, storeChanged(func(u *pdf.Update, d pdf.Dict) { delete(d, "CRLs") })},
	{"store.vri-removed", Indeterminate, storeChanged(func(u *pdf.Update, d pdf.Dict) { d["VRI"] = pdf.Dict{} })},
	{"store.evidence-removed", Indeterminate, storeChanged(func(u *pdf.Update, d pdf.Dict) { d["CRLs"] = pdf.Array{} })},
	{"back-reference", Failed, file(func(w *workshop) []byte {
		return onField(w, w.single, NumberField, func(u *pdf.Update, d pdf.Dict) { delete(d, "P") })
	})},
	{"catalog.certified-late", Indeterminate, file(func(w *workshop) []byte {
		return w.catalog(w.single, func(u *pdf.Update, f *pdf.File, c pdf.Dict) {
			c["Perms"] = pdf.Dict{"DocMDP": signatureFields(f)[0].value}
		})
	})},
	{"catalog.names", Indeterminate, file(func(w *workshop) []byte {
		return w.catalog(w.single, func(u *pdf.Update, f *pdf.File, c pdf.Dict) {
			c["Names"] = pdf.Dict{"Dests": pdf.Dict{"Names": pdf.Array{}}}
		})
	})},
	{"catalog.metadata", Failed, file(func(w *workshop) []byte {
		return w.catalog(w.single, func(u *pdf.Update, f *pdf.File, c pdf.Dict) { c["Metadata"] = u.Add(pdf.Flate(nil, []byte("bogus"))) })
	})},
	{"form.defaults", Indeterminate, file(func(w *workshop) []byte {
		return w.catalog(w.single, func(u *pdf.Update, f *pdf.File, c pdf.Dict) {
			d := u.Dict(c["AcroForm"])
			d["NeedAppearances"] = true
			c["AcroForm"] = d
		})
	})},
	{"form.data", Indeterminate, file(func(w *workshop) []byte {
		var data pdf.Ref
		signed := mustSign(w, w.catalog(draft(w, 0), func(u *pdf.Update, f *pdf.File, c pdf.Dict) {
			data = u.Add(pdf.Flate(nil, []byte("<data/>")))
			d := u.Dict(c["AcroForm"])
			d["XFA"] = pdf.Array{pdf.TextString("template"), u.Add(pdf.Flate(nil, []byte("<template/>"))), pdf.TextString("datasets"), data}
			c["AcroForm"] = d
		}), w.request(w.leader))
		return edit(w, signed, func(u *pdf.Update, f *pdf.File) { u.Set(data, pdf.Flate(nil, []byte("<data>x</data>"))) })
	})},
	{"trailer", Failed, file(func(w *workshop) []byte {
		// Once the field is signed its look may change; here something else uses it too.
		base := addWidget(w, draft(w, 0), true, func(u *pdf.Update) pdf.Dict {
			return signatureWidget(pdf.Dict{"T": pdf.TextString("Kep"), "Rect": pdf.Array{10, 10, 90, 40}, "AP": u.Add(pdf.Dict{"N": u.Add(formXObject(9, 9, pdf.Dict{}, []byte(" ")))})})(u)
		})
		look := fieldNamed(w, base, "Kep").dict["AP"].(pdf.Ref)
		f := w.forgeFrom(base)
		f.replace(w, "/Info ", "/Look ").retarget(w, "/Look ", look.Num)
		return byHand(w, f.signedBy(w, w.leader), w.agency, func(u *pdf.Update, file *pdf.File, dict pdf.Ref) {
			x := fieldNamed(w, f.file, "Kep")
			d := x.dict.Clone()
			d["V"] = dict
			u.Set(x.ref, d)
			u.Set(look, overlay(u))
		}).signedBy(w, w.agency)
	})},
	{"sign.locked", Failed, file(func(w *workshop) []byte { return signByHand(w, w.locked(lockOf("Include", "Kep")), "Kep", w.agency) })},
	{"sign.lock-over-all", Indeterminate, file(func(w *workshop) []byte { return signByHand(w, w.locked(lockOf("All")), "Kep", w.agency) })},
	{"fill.locked", Failed, file(func(w *workshop) []byte {
		return onField(w, w.locked(lockOf("Include", "GhiChu")), "GhiChu", func(u *pdf.Update, d pdf.Dict) {
			d["V"] = pdf.TextString("x")
			delete(d, "AP")
		})
	})},
	{"fill.prepared-shows", Indeterminate, file(func(w *workshop) []byte {
		filled, err := FillFields(w.form, numberAndDate)
		if err != nil {
			w.Fatal(err)
		}
		return mustSign(w, onField(w, filled, NumberField, func(u *pdf.Update, d pdf.Dict) { d["V"] = pdf.TextString("99") }), w.request(w.agency))
	})},
	{"fill.shows-other", Failed, file(func(w *workshop) []byte {
		return onField(w, w.single, "GhiChu", func(u *pdf.Update, d pdf.Dict) {
			d["V"], d["AP"] = pdf.TextString("một"), pdf.Dict{"N": u.Add(formXObject(100, 15, pdf.Dict{}, []byte("BT (hai) Tj ET")))}
		})
	})},
	{"fill.allowed", Indeterminate, file(func(w *workshop) []byte {
		return onField(w, w.form, "GhiChu", func(u *pdf.Update, d pdf.Dict) { d["V"] = pdf.TextString("x"); delete(d, "AP") })
	})},
	{"fill.button", Failed, file(func(w *workshop) []byte {
		signed := mustSign(w, addWidget(w, draft(w, 0), true, func(u *pdf.Update) pdf.Dict {
			return pdf.Dict{"Type": pdf.Name("Annot"), "Subtype": pdf.Name("Widget"), "FT": pdf.Name("Btn"), "T": pdf.TextString("Nut"), "Rect": pdf.Array{0, 0, 9, 9}}
		}), w.request(w.leader))
		return onField(w, signed, "Nut", func(u *pdf.Update, d pdf.Dict) { d["AP"] = overlay(u) })
	})},

	// Checks 6 and 7: time, chain, revocation.
	{"timestamp.invalid", Indeterminate, strict(func(w *workshop, opt *VerifyOptions) []byte {
		return w.stampedOver([]byte("của chữ ký khác"))
	})},
	{"timestamp.untrusted", Indeterminate, file(func(w *workshop) []byte { return w.stamper.docStamp(w, w.single, signedAt.Add(time.Minute), w.office) })},
	{"timestamp.revoked", Indeterminate, strict(func(w *workshop, opt *VerifyOptions) []byte {
		opt.CRLs = append(opt.CRLs, w.stamper.list(w, signedAt, checkedAt.Add(time.Hour), x509.RevocationListEntry{SerialNumber: w.stamper.tsa.Certificate.SerialNumber, RevocationTime: signedAt.Add(-time.Hour)}))
		return w.stamper.docStamp(w, w.single, signedAt.Add(time.Minute), w.office)
	})},
	{"timestamp.revoked-since", Indeterminate, strict(func(w *workshop, opt *VerifyOptions) []byte { // its key may have dated the token back
		opt.CRLs = append(opt.CRLs, w.stamper.list(w, signedAt, checkedAt.Add(time.Hour), x509.RevocationListEntry{SerialNumber: w.stamper.tsa.Certificate.SerialNumber, RevocationTime: signedAt.Add(2 * time.Minute)}))
		return w.stamper.docStamp(w, w.single, signedAt.Add(time.Minute), w.office)
	})},
	{"timestamp.expired", Indeterminate, strict(func(w *workshop, opt *VerifyOptions) []byte {
		opt.At = stampsUntil.Add(time.Hour)
		return w.stamper.docStamp(w, w.single, signedAt.Add(time.Minute), w.office)
	})},
	{"timestamp.order", Indeterminate, strict(func(w *workshop, opt *VerifyOptions) []byte {
		opt.CRLs = append(opt.CRLs, w.stamper.list(w, signedAt.Add(-time.Hour), checkedAt.Add(24*time.Hour)))
		return w.stamper.docStamp(w, w.stamped(signedAt), signedAt.Add(-time.Hour), w.office)
	})},
	{"chain.not-judged", Indeterminate, strict(func(w *workshop, opt *VerifyOptions) []byte {
		return mustSign(w, draft(w, 0), w.request(w.strange(w)))
	})},
	{"chain.untrusted", Indeterminate, func(w *workshop) ([]byte, VerifyOptions) { return w.single, VerifyOptions{At: checkedAt} }},
	{"chain.expired", Indeterminate, func(w *workshop) ([]byte, VerifyOptions) {
		opt := w.options()
		opt.At = testUntil.Add(time.Hour)
		return w.single, opt
	}},
	{"chain.not-yet", Failed, strict(func(w *workshop, opt *VerifyOptions) []byte {
		young := issue(w, "Người mới", w.authority.Issuing, nil, signedAt, testUntil)
		young.Chain = w.leader.Chain
		old := *w.stamper
		return old.signStamped(w, draft(w, 0), w.request(young), signedAt.Add(-time.Hour))
	})},
	{"chain.usage", Indeterminate, strict(func(w *workshop, opt *VerifyOptions) []byte {
		return mustSign(w, draft(w, 0), w.request(w.stamper.tsa))
	})},
	{"chain.test", Indeterminate, func(w *workshop) ([]byte, VerifyOptions) {
		t := *w.trust
		t.AllowTest = false
		return w.single, VerifyOptions{At: checkedAt, Trust: &t}
	}},
	{"revocation.none", Indeterminate, strict(func(w *workshop, opt *VerifyOptions) []byte { opt.CRLs = opt.CRLs[1:]; return w.single })},
	{"revocation.bad", Failed, strict(func(w *workshop, opt *VerifyOptions) []byte {
		opt.CRLs = w.revoked(signedAt.Add(-time.Hour))
		return w.stamped(signedAt)
	})},
	{"revocation.before", Indeterminate, strict(func(w *workshop, opt *VerifyOptions) []byte {
		opt.CRLs = w.revoked(signedAt.Add(time.Minute))
		return w.single
	})},
	{"revocation.no-poe", Indeterminate, strict(func(w *workshop, opt *VerifyOptions) []byte {
		opt.CRLs = w.revoked(signedAt.Add(time.Minute))
		return w.single
	})},
	{"evidence.stale", Indeterminate, strict(func(w *workshop, opt *VerifyOptions) []byte { opt.At = checkedAt.Add(48 * time.Hour); return w.single })},
	{"evidence.signature", Indeterminate, strict(func(w *workshop, opt *VerifyOptions) []byte {
		opt.CRLs[0] = w.stamper.list(w, signedAt, checkedAt.Add(24*time.Hour))
		return w.single
	})},
	{"evidence.scope", Indeterminate, strict(func(w *workshop, opt *VerifyOptions) []byte { opt.CRLs[0] = w.partialList(); return w.single })},
	{"evidence.responder", Indeterminate, strict(func(w *workshop, opt *VerifyOptions) []byte {
		leaf := issue(w, "Chứng thư thường", w.authority.Issuing, nil, testFrom, testUntil)
		opt.CRLs = opt.CRLs[1:]
		opt.OCSPs = [][]byte{w.answer(w, w.leader.Certificate, ocsp.Good, checkedAt, leaf)}
		return w.single
	})},
}

// unneeded are names that no attack can prove, and why.
var unneeded = map[string]string{
	"signature.empty":        "explains what the container's reading finds as well",
	"file.too-many":          "bounds the work, refuses nothing that others would pass",
	"change.annotation":      "told by the checks of lists",
	"change.doubt":           "told by the checks of the comparison",
	"change.fill-bad":        "told by the checks of filling",
	"change.other":           "told by the checks of the comparison",
	"signature.claimed-time": "warns and lowers nothing: the claimed time counts for nothing",
	"file.active":            "warns of what the signer signed",
	"file.unreadable":        "the reader itself refuses",
	"file.encrypted":         "the reader itself refuses",
	"revocation.usage":       "told by evidence.responder",
	"evidence.serial":        "the reader of OCSP answers looks for the serial already",
}

var severity = map[Outcome]int{Passed: 0, None: 0, Indeterminate: 1, Failed: 2, Unreadable: 3}

// With any single check left out an attack gets further than it should; with none, none does. So every check is needed.
func TestEveryCheckIsNeeded(t *testing.T) {
	w := newWorkshop(t)
	proven := map[string]bool{}
	for _, n := range needs {
		t.Run(n.check, func(t *testing.T) {
			w.TB = t
			bad, opt := n.make(w)
			r := verify(t, bad, opt)
			if r.Outcome != n.want {
				t.Fatalf("%s, want %s\n%s", r.Outcome, n.want, explain(r))
			}
			switchedOff = n.check
			defer func() { switchedOff = "" }()
			if r := verify(t, bad, opt); severity[r.Outcome] >= severity[n.want] {
				t.Errorf("without the check it is still %s\n%s", r.Outcome, explain(r))
			}
			proven[n.check] = true
		})
	}
	if t.Failed() {
		return
	}
	for _, name := range checkNames(t) {
		if !proven[name] && unneeded[name] == "" {
			t.Errorf("no attack needs the check %s", name)
		}
	}
}

var named = regexp.MustCompile(`(?:on|report)\("([a-z.-]+)"`)

// checkNames gives every check: findings that lower a verdict, and what stands at the checks of the code.
func checkNames(t *testing.T) []string {
	t.Helper()
	all := slices.Clone(roleNames[:])
	for code, s := range sentences {
		if s.severity != "info" && !strings.HasPrefix(code, "extend.") { // of preserving, not of judging
			all = append(all, code)
		}
	}
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if strings.HasSuffix(f, "_test.go") {
			continue
		}
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range named.FindAllStringSubmatch(string(b), -1) {
			all = append(all, m[1])
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func (w *workshop) stamped(at time.Time) []byte {
	return w.stamper.signStamped(w, draft(w, 0), w.request(w.leader), at)
}

func (w *workshop) revoked(at time.Time) [][]byte {
	return w.lists(w, signedAt.Add(30*time.Minute), checkedAt.Add(24*time.Hour), x509.RevocationListEntry{SerialNumber: w.leader.Certificate.SerialNumber, RevocationTime: at})
}

func storeOf(d pdf.Dict) func(w *workshop) ([]byte, VerifyOptions) {
	return file(func(w *workshop) []byte {
		return w.catalog(w.single, func(u *pdf.Update, f *pdf.File, c pdf.Dict) { c["DSS"] = u.Add(d) })
	})
}

// storeChanged signs over a security store that is then changed.
func storeChanged(change func(u *pdf.Update, d pdf.Dict)) func(w *workshop) ([]byte, VerifyOptions) {
	return file(func(w *workshop) []byte {
		signed := mustSign(w, w.catalog(draft(w, 0), func(u *pdf.Update, f *pdf.File, c pdf.Dict) {
			list := u.Add(pdf.Flate(nil, w.lists(w, signedAt, checkedAt)[0]))
			c["DSS"] = u.Add(pdf.Dict{"CRLs": pdf.Array{list}, "VRI": pdf.Dict{"AA": pdf.Dict{"CRL": pdf.Array{list}}}})
		}), w.request(w.leader))
		return w.catalog(signed, func(u *pdf.Update, f *pdf.File, c pdf.Dict) {
			d := u.Dict(c["DSS"])
			change(u, d)
			c["DSS"] = d
		})
	})
}

// stampedOver signs with a time stamp over other data than the signature.
func (w *workshop) stampedOver(data []byte) []byte {
	f := w.forge()
	c, err := cms.Parse(forgedContainer(w, w.leader, nil, nil, plainAttributes(f.digest(crypto.SHA256))))
	if err != nil {
		w.Fatal(err)
	}
	container, err := c.WithTimestamp(w.stamper.token(w, data, signedAt))
	if err != nil {
		w.Fatal(err)
	}
	return f.with(w, container)
}

// partialList is a list of the issuing authority about authorities only.
func (w *workshop) partialList() []byte {
	scope := pkix.Extension{Id: oidCRLScope, Critical: true, Value: tlv(0x30, []byte{0x82, 1, 0xff})}
	l := &x509.RevocationList{Number: big.NewInt(3), ThisUpdate: signedAt, NextUpdate: checkedAt.Add(24 * time.Hour), ExtraExtensions: []pkix.Extension{scope}}
	b, err := x509.CreateRevocationList(rand.Reader, l, w.authority.Issuing.Certificate, w.authority.Issuing.Key)
	if err != nil {
		w.Fatal(err)
	}
	return b
}
