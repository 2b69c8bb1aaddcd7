package pades

import (
	"context"
	"crypto/sha256"
	"errors"
	"slices"
	"testing"

	"congvu/internal/keys"
	"congvu/internal/pdf"
)

// withFields adds empty signature fields with their Lock dictionaries to a file.
func withFields(t testing.TB, file []byte, locks map[string]pdf.Dict) []byte {
	return edit(t, file, func(u *pdf.Update, f *pdf.File) {
		pages, _ := f.Pages()
		page := u.Dict(pages[0])
		root := f.Trailer["Root"].(pdf.Ref)
		catalog := u.Dict(root)
		form := u.Dict(catalog["AcroForm"])
		for name, lock := range locks {
			d := pdf.Dict{"Type": pdf.Name("Annot"), "Subtype": pdf.Name("Widget"), "FT": pdf.Name("Sig"), "T": pdf.TextString(name),
				"Rect": pdf.Array{300, 100, 450, 160}, "P": pages[0], "F": 4}
			if lock != nil {
				d["Lock"] = u.Add(lock)
			}
			ref := u.Add(d)
			u.Push(page, "Annots", ref)
			u.Push(form, "Fields", ref)
		}
		catalog["AcroForm"] = form
		u.Set(pages[0], page)
		u.Set(root, catalog)
	})
}

func lockDict(action pdf.Name, fields ...string) pdf.Dict {
	d := pdf.Dict{"Type": pdf.Name("SigFieldLock"), "Action": action}
	var names pdf.Array
	for _, f := range fields {
		names = append(names, pdf.TextString(f))
	}
	if names != nil {
		d["Fields"] = names
	}
	return d
}

// What the preparer of a field wants locked is locked by the signature, for our own hand and for the verifier.
func TestSigningObeysTheLockOfAPreparedField(t *testing.T) {
	o := testOffice(t)
	for name, x := range map[string]struct {
		lock            pdf.Dict
		number, date    error // of filling afterwards
		mayAgency       error // of signing the other prepared field afterwards
		furtherSignings error // in a new field
	}{
		"nothing":               {nil, nil, nil, nil, nil},
		"the number":            {lockDict("Include", NumberField), ErrFillForbidden, nil, nil, nil},
		"all but the number":    {lockDict("Exclude", NumberField), nil, ErrFillForbidden, ErrLocked, nil},
		"everything":            {lockDict("All"), ErrFillForbidden, ErrFillForbidden, ErrLocked, nil},
		"the other signature":   {lockDict("Include", "CoQuan"), nil, nil, ErrLocked, nil},
		"every further change":  {withLevel(lockDict("Include", NumberField), 1), ErrFillForbidden, ErrFillForbidden, ErrCertified, ErrCertified},
		"filling stays allowed": {withLevel(lockDict("Include", "GhiChu"), 2), nil, nil, nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			file := withFields(t, draft(t, 0), map[string]pdf.Dict{"LanhDao": x.lock, "CoQuan": nil})
			req := o.request(o.leader)
			req.Field, req.Certify = "LanhDao", 2
			signed := mustSign(t, file, req)
			f, err := pdf.Open(signed)
			if err != nil {
				t.Fatal(err)
			}
			params := transform(f, f.Dict(signatureFields(f)[0].value), "FieldMDP")
			if (params != nil) != (x.lock != nil) || params != nil && f.Name(params["Action"]) != x.lock["Action"] {
				t.Errorf("the signature locks %v", params)
			}
			for field, want := range map[string]error{NumberField: x.number, DateField: x.date} {
				filled, err := FillFields(signed, map[string]string{field: "15"})
				if !errors.Is(err, want) {
					t.Errorf("filling %s: %v, want %v", field, err, want)
				}
				if err == nil {
					if r := verify(t, filled, o.options()); r.Signatures[0].Changes != FillChange {
						t.Errorf("filling %s: %s", field, explain(r))
					}
				}
			}
			second := o.request(o.agency)
			second.Field = "CoQuan"
			both, err := Sign(context.Background(), signed, second)
			if !errors.Is(err, x.mayAgency) {
				t.Errorf("the other field: %v, want %v", err, x.mayAgency)
			}
			if err == nil {
				if r := verify(t, both, o.options()); r.Outcome != Passed {
					t.Error(explain(r))
				}
			}
			if _, err := Sign(context.Background(), signed, o.request(o.agency)); !errors.Is(err, x.furtherSignings) {
				t.Errorf("a new field: %v, want %v", err, x.furtherSignings)
			}
		})
	}
}

// A signer whose field's Lock forbids every further change binds also without certifying: a later signature fails his, a filled field too,
// proofs do not.
func TestLockAtLevelOneForbidsWhatFollows(t *testing.T) {
	w := newCity(t, keys.TestP256)
	file := withFields(t, draft(t, 0), map[string]pdf.Dict{"LanhDao": withLevel(lockDict("Include", NumberField), 1)})
	req := w.request(w.leader)
	req.Field, req.Stamper = "LanhDao", w.client
	signed := mustSign(t, file, req)
	archived := w.extend(t, signed).File
	if r := w.verify(t, archived); r.Outcome != Passed {
		t.Error(explain(r))
	}
	filled := onField(t, archived, "GhiChu", func(u *pdf.Update, d pdf.Dict) { d["V"] = pdf.TextString("x") })
	if r := w.verify(t, filled); r.Outcome != Failed {
		t.Error(explain(r))
	}
	f, err := openForChange(archived)
	if err != nil {
		t.Fatal(err)
	}
	again := w.request(w.agency)
	if err := again.check(); err != nil {
		t.Fatal(err)
	}
	careless := &signing{file: f, update: pdf.NewUpdate(f), req: again} // a program that does not ask whether it may
	if err := careless.write(); err != nil {
		t.Fatal(err)
	}
	tail, err := careless.finish()
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.New()
	sum.Write(archived)
	if err := tail.sign(t.Context(), sum, again); err != nil {
		t.Fatal(err)
	}
	if r := w.verify(t, slices.Concat(archived, tail.bytes)); r.Signatures[0].Indication != TotalFailed {
		t.Error(explain(r))
	}
}

// A prepared field's conditions bind; its mere wishes do not.
func TestSigningObeysTheConditionsOfAPreparedField(t *testing.T) {
	o := testOffice(t)
	name := func(s string) pdf.Name { return pdf.Name(s) }
	der := func(b []byte) pdf.Array { return pdf.Array{pdf.String{Bytes: b, Hex: true}} }
	reason := func(s ...string) (out pdf.Array) {
		for _, x := range s {
			out = append(out, pdf.TextString(x))
		}
		return out
	}
	for what, x := range map[string]struct {
		seed pdf.Dict
		want error
	}{
		"our form":                {pdf.Dict{"Ff": seedFilter | seedSubFilter, "Filter": name("Adobe.PPKLite"), "SubFilter": pdf.Array{name("ETSI.CAdES.detached")}}, nil},
		"another filter":          {pdf.Dict{"Ff": seedFilter, "Filter": name("Other.Filter")}, ErrSeed},
		"another form":            {pdf.Dict{"Ff": seedSubFilter, "SubFilter": pdf.Array{name("adbe.pkcs7.detached")}}, ErrSeed},
		"another form, wished":    {pdf.Dict{"Ff": 0, "SubFilter": pdf.Array{name("adbe.pkcs7.detached")}}, nil},
		"our digest":              {pdf.Dict{"Ff": seedDigest, "DigestMethod": reason("SHA384", "SHA256")}, nil},
		"another digest":          {pdf.Dict{"Ff": seedDigest, "DigestMethod": reason("SHA512")}, ErrSeed},
		"this reason":             {pdf.Dict{"Ff": seedReasons, "Reasons": reason("Phê duyệt", "Ban hành")}, nil},
		"another reason":          {pdf.Dict{"Ff": seedReasons, "Reasons": reason("Ban hành")}, ErrSeed},
		"no reason":               {pdf.Dict{"Ff": seedReasons, "Reasons": reason(".")}, ErrSeed},
		"certification of 2":      {pdf.Dict{"MDP": pdf.Dict{"P": 2}}, nil},
		"certification of 1":      {pdf.Dict{"MDP": pdf.Dict{"P": 1}}, ErrSeed},
		"approval":                {pdf.Dict{"MDP": pdf.Dict{"P": 0}}, ErrSeed},
		"this signer":             {pdf.Dict{"Cert": pdf.Dict{"Ff": seedSubject, "Subject": der(o.leader.Certificate.Raw)}}, nil},
		"another signer":          {pdf.Dict{"Cert": pdf.Dict{"Ff": seedSubject, "Subject": der(o.agency.Certificate.Raw)}}, ErrSeed},
		"this issuer":             {pdf.Dict{"Cert": pdf.Dict{"Ff": seedIssuer, "Issuer": der(o.authority.Issuing.Certificate.Raw)}}, nil},
		"another issuer":          {pdf.Dict{"Cert": pdf.Dict{"Ff": seedIssuer, "Issuer": der(o.leader.Certificate.Raw)}}, ErrSeed},
		"another issuer, wished":  {pdf.Dict{"Cert": pdf.Dict{"Issuer": der(o.leader.Certificate.Raw)}}, nil},
		"nothing that is a value": {pdf.Dict{"Ff": name("x"), "MDP": 7, "Cert": pdf.Array{}}, nil},
	} {
		file := edit(t, withFields(t, draft(t, 0), map[string]pdf.Dict{"LanhDao": nil}), func(u *pdf.Update, f *pdf.File) {
			for _, field := range formFields(f) {
				if field.name == "LanhDao" {
					d := field.dict.Clone()
					d["SV"] = x.seed
					u.Set(field.ref, d)
				}
			}
		})
		req := o.request(o.leader)
		req.Field, req.Certify, req.Reason = "LanhDao", 2, "Phê duyệt"
		if _, err := Sign(context.Background(), file, req); !errors.Is(err, x.want) {
			t.Errorf("%s: %v, want %v", what, err, x.want)
		}
	}
}

func withLevel(d pdf.Dict, p int) pdf.Dict {
	d["P"] = p
	return d
}
