package pades

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/hex"
	"fmt"
	"math/big"
	"regexp"
	"testing"
	"time"

	"congvu/internal/keys"
	"congvu/internal/pdf"
)

// forging is a file made ready to be signed, which its maker spoils before he signs: he owns a key, but no honesty.
type forging struct {
	file []byte
	hole [2]int
	end  int
}

func forge(t testing.TB, file []byte, req Request) *forging {
	t.Helper()
	p, err := Prepare(file, req)
	if err != nil {
		t.Fatal(err)
	}
	return &forging{bytes.Clone(p.File), p.Hole, len(p.File)}
}

// replace exchanges bytes by as many others, the last occurrence.
func (f *forging) replace(t testing.TB, from, to string) *forging {
	t.Helper()
	i := bytes.LastIndex(f.file, []byte(from))
	if i < 0 || len(from) != len(to) {
		t.Fatalf("cannot replace %q", from)
	}
	copy(f.file[i:], to)
	return f
}

var rangeOf = regexp.MustCompile(`/ByteRange \[[0-9 ]*\] *`)

// claim writes another ByteRange into the dictionary.
func (f *forging) claim(t testing.TB, numbers ...int) *forging {
	t.Helper()
	all := rangeOf.FindAllIndex(f.file, -1)
	if len(all) == 0 {
		t.Fatal("no range")
	}
	at := all[len(all)-1]
	text := fmt.Sprint(numbers)
	room := at[1] - at[0] - len("/ByteRange ")
	if len(text) > room {
		t.Fatal("no room for the range")
	}
	copy(f.file[at[0]+len("/ByteRange "):], fmt.Sprintf("%-*s", room, text))
	return f
}

// covers makes the signed range end elsewhere.
func (f *forging) covers(t testing.TB, end int) *forging {
	f.end = end
	return f.claim(t, 0, f.hole[0], f.hole[1], end-f.hole[1])
}

func (f *forging) digest(h crypto.Hash) []byte {
	return (&signed{Signature: &Signature{End: f.end}, hole: f.hole, data: f.file}).digest(h)
}

// signedBy puts an honest signature over the dishonest file.
func (f *forging) signedBy(t testing.TB, id *keys.Identity) []byte {
	t.Helper()
	return embedOver(t, id, f.file, f.hole, &signed{Signature: &Signature{End: f.end}, hole: f.hole, data: f.file})
}

func (f *forging) with(t testing.TB, container []byte) []byte {
	t.Helper()
	out := bytes.Clone(f.file)
	if err := putContainer(out[f.hole[0]:f.hole[1]], container); err != nil {
		t.Fatal(err)
	}
	return out
}

// container makes a CMS container of any content and attributes: detached when content is nil, without attributes when
// attrs is nil and then over message.
func forgedContainer(t testing.TB, id *keys.Identity, content, message []byte, attrs []byte) []byte {
	t.Helper()
	sum := func(b []byte) []byte { h := sha256.Sum256(b); return h[:] }
	data := asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 1}
	hash := der(pkix.AlgorithmIdentifier{Algorithm: asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 1}})
	digest, signedAttrs := sum(message), []byte{}
	if attrs != nil {
		digest, signedAttrs = sum(tlv(0x31, attrs)), tlv(0xa0, attrs)
	}
	value, err := id.Key.Sign(rand.Reader, digest, crypto.SHA256)
	if err != nil {
		t.Fatal(err)
	}
	inner := der(data)
	if content != nil {
		inner = append(inner, tlv(0xa0, tlv(4, content))...)
	}
	method := asn1.ObjectIdentifier{1, 2, 840, 10045, 4, 3, 2}
	if _, ok := id.Key.(*rsa.PrivateKey); ok {
		method = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 11}
	}
	signer := tlv(0x30, der(1), tlv(0x30, id.Certificate.RawIssuer, der(id.Certificate.SerialNumber)), hash, signedAttrs,
		der(pkix.AlgorithmIdentifier{Algorithm: method}), tlv(4, value))
	all := id.Certificate.Raw
	for _, c := range id.Chain {
		all = append(all[:len(all):len(all)], c.Raw...)
	}
	body := tlv(0x30, der(1), tlv(0x31, hash), tlv(0x30, inner), tlv(0xa0, all), tlv(0x31, signer))
	return tlv(0x30, der(asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 2}), tlv(0xa0, body))
}

func plainAttributes(digest []byte) []byte {
	attribute := func(oid asn1.ObjectIdentifier, value []byte) []byte { return tlv(0x30, der(oid), tlv(0x31, value)) }
	return append(attribute(asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 3}, der(asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 1})),
		attribute(asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 4}, tlv(4, digest))...)
}

// covered gives the bytes that a forging signs.
func (f *forging) covered() []byte {
	return append(bytes.Clone(f.file[:f.hole[0]]), f.file[f.hole[1]:f.end]...)
}

const oldHashInside = "/SubFilter /adbe.pkcs7.sha1     "

// hashInside signs in the manner of adbe.pkcs7.sha1; digest nil means the right one.
func (f *forging) hashInside(t testing.TB, id *keys.Identity, digest []byte) []byte {
	t.Helper()
	f.replace(t, "/SubFilter /ETSI.CAdES.detached ", oldHashInside)
	if digest == nil {
		h := sha1.Sum(f.covered())
		digest = h[:]
	}
	sum := sha256.Sum256(digest)
	return f.with(t, forgedContainer(t, id, digest, nil, plainAttributes(sum[:])))
}

// inContainer changes bytes inside the container of the last signature, found by their hexadecimal form.
func inContainer(t testing.TB, file []byte, from []byte, change func(b []byte)) []byte {
	t.Helper()
	out := bytes.Clone(file)
	i := bytes.LastIndex(out, []byte(hex.EncodeToString(from)))
	if i < 0 {
		t.Fatal("not in the container")
	}
	changed := bytes.Clone(from)
	change(changed)
	hex.Encode(out[i:], changed)
	return out
}

// shortKey is a person of the office with an RSA key of 1024 bits.
func (o *office) shortKey(t testing.TB) *keys.Identity {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	by := o.authority.Issuing
	template := &x509.Certificate{SerialNumber: big.NewInt(77), Subject: pkix.Name{CommonName: "Khóa ngắn"}, NotBefore: testFrom, NotAfter: testUntil,
		KeyUsage: x509.KeyUsageDigitalSignature}
	raw, err := x509.CreateCertificate(rand.Reader, template, by.Certificate, key.Public(), by.Key)
	if err != nil {
		t.Fatal(err)
	}
	c, err := x509.ParseCertificate(raw)
	if err != nil {
		t.Fatal(err)
	}
	return &keys.Identity{Certificate: c, Key: key, Chain: o.leader.Chain}
}

// handmade appends a revision without objects behind whatever the file ends in.
func handmade(t testing.TB, file []byte, entries string) []byte {
	t.Helper()
	f, err := pdf.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	root, _ := pdf.Append(nil, f.Trailer["Root"])
	at := len(file) + 1
	return fmt.Appendf(bytes.Clone(file), "\nxref\n%strailer\n<</Root %s /Size %d /Prev %d>>\nstartxref\n%d\n%%%%EOF\n", entries, root, f.Size()+9, f.Sections[0].Offset, at)
}

var valueOf = regexp.MustCompile(`/V (\d+ 0 R)`)

// hideField takes the signature from its field, which keeps it under a name that no program knows.
func (f *forging) hideField(t testing.TB) *forging {
	t.Helper()
	all := valueOf.FindAllIndex(f.file, -1)
	if len(all) == 0 {
		t.Fatal("no field")
	}
	f.file[all[len(all)-1][0]+1] = 'W'
	return f
}

// signByHand signs a prepared field, whatever forbids it.
func signByHand(t testing.TB, file []byte, name string, id *keys.Identity) []byte {
	t.Helper()
	return byHand(t, file, id, func(u *pdf.Update, f *pdf.File, dict pdf.Ref) {
		for _, x := range formFields(f) {
			if x.name == name {
				d := x.dict.Clone()
				d["V"] = dict
				u.Set(x.ref, d)
			}
		}
	}).signedBy(t, id)
}

// stampByHand appends a document time stamp in a field of its own, whatever forbids it.
func stampByHand(t testing.TB, file []byte, o *office, s *stamper, at time.Time) []byte {
	t.Helper()
	made := byHand(t, file, o.agency, func(u *pdf.Update, f *pdf.File, dict pdf.Ref) {
		ref := u.Add(pdf.Dict{"Type": pdf.Name("Annot"), "Subtype": pdf.Name("Widget"), "FT": pdf.Name("Sig"), "T": pdf.TextString("Dau"), "V": dict, "Rect": pdf.Array{0, 0, 0, 0}})
		pages, _ := f.Pages()
		page := u.Dict(pages[0])
		u.Push(page, "Annots", ref)
		u.Set(pages[0], page)
		root := f.Trailer["Root"].(pdf.Ref)
		catalog := u.Dict(root)
		form := u.Dict(catalog["AcroForm"])
		u.Push(form, "Fields", ref)
		catalog["AcroForm"] = form
		u.Set(root, catalog)
	})
	made.replace(t, "/SubFilter /ETSI.CAdES.detached", "/SubFilter /ETSI.RFC3161       ")
	return made.with(t, s.token(t, made.covered(), at))
}

func byHand(t testing.TB, file []byte, id *keys.Identity, place func(u *pdf.Update, f *pdf.File, dict pdf.Ref)) *forging {
	t.Helper()
	req := Request{Certificate: id.Certificate, Chain: id.Chain, Key: id.Key, At: signedAt, Reserve: 12_000}
	if err := req.check(); err != nil {
		t.Fatal(err)
	}
	body, hole, err := req.dictionary()
	if err != nil {
		t.Fatal(err)
	}
	f, err := pdf.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	u := pdf.NewUpdate(f)
	dict := u.Add(pdf.Raw(body))
	place(u, f, dict)
	out, at, err := u.Finish()
	if err != nil {
		t.Fatal(err)
	}
	start := at[dict.Num]
	made := &forging{file: out, hole: [2]int{start + hole[0], start + hole[1]}, end: len(out)}
	return made.covers(t, len(out))
}

// inForm enters a field into the form that is on no page.
func inForm(t testing.TB, file []byte, field func(u *pdf.Update) pdf.Dict) []byte {
	return onCatalog(t, file, func(u *pdf.Update, f *pdf.File, c pdf.Dict) {
		d := u.Dict(c["AcroForm"])
		u.Push(d, "Fields", u.Add(field(u)))
		c["AcroForm"] = d
	})
}

// beside appends a revision that repeats the entries of the last one and passes it over: programs that follow the chain
// never meet the signed revision.
func beside(t testing.TB, file []byte, from int) []byte {
	t.Helper()
	f, err := pdf.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	entries := ""
	for _, n := range f.Numbers() {
		if at, _ := f.Where(n); at.Offset >= from {
			entries += fmt.Sprintf("%d 1\n%010d %05d n \n", n, at.Offset, at.Gen)
		}
	}
	root, _ := pdf.Append(nil, f.Trailer["Root"])
	return fmt.Appendf(bytes.Clone(file), "xref\n%strailer\n<</Root %s /Size %d /Prev %d>>\nstartxref\n%d\n%%%%EOF\n", entries, root, f.Size(), f.Sections[1].Offset, len(file))
}

// strange is a person whose certificate has a critical extension that nobody knows.
func (o *office) strange(t testing.TB) *keys.Identity {
	t.Helper()
	by := o.authority.Issuing
	template := &x509.Certificate{SerialNumber: big.NewInt(78), Subject: pkix.Name{CommonName: "Người lạ lùng"}, NotBefore: testFrom, NotAfter: testUntil,
		KeyUsage:        x509.KeyUsageDigitalSignature,
		ExtraExtensions: []pkix.Extension{{Id: asn1.ObjectIdentifier{1, 2, 3, 4, 5}, Critical: true, Value: []byte{5, 0}}}}
	raw, err := x509.CreateCertificate(rand.Reader, template, by.Certificate, o.leader.Key.Public(), by.Key)
	if err != nil {
		t.Fatal(err)
	}
	c, err := x509.ParseCertificate(raw)
	if err != nil {
		t.Fatal(err)
	}
	return &keys.Identity{Certificate: c, Key: o.leader.Key, Chain: o.leader.Chain}
}

func fieldNamed(t testing.TB, file []byte, name string) formField {
	t.Helper()
	f, err := pdf.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range formFields(f) {
		if x.name == name {
			return x
		}
	}
	t.Fatal("no field " + name)
	return formField{}
}

func (w *workshop) forgeFrom(base []byte) *forging { return forge(w, base, w.request(w.leader)) }

// retarget makes the last reference behind a key lead to another object.
func (f *forging) retarget(t testing.TB, key string, num int) *forging {
	t.Helper()
	i := bytes.LastIndex(f.file, []byte(key)) + len(key)
	n := bytes.IndexByte(f.file[i:], ' ')
	text := fmt.Sprintf("%0*d", n, num)
	if len(text) != n {
		t.Fatal("no room for the number")
	}
	copy(f.file[i:], text)
	return f
}
