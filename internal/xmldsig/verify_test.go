package xmldsig

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
)

const (
	rsa256    = moreSpace + "rsa-sha256"
	ec256     = moreSpace + "ecdsa-sha256"
	rsa1      = dsigSpace + "rsa-sha1"
	sha1      = dsigSpace + "sha1"
	sha256URI = encSpace + "sha256"
)

func reference(uri, digest string, transforms ...string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "\n  <Reference URI=\"%s\">\n   <Transforms>", uri)
	for _, a := range transforms {
		fmt.Fprintf(&b, "<Transform Algorithm=\"%s\"/> ", a)
	}
	fmt.Fprintf(&b, "</Transforms>\n   <DigestMethod Algorithm=\"%s\"/><DigestValue/></Reference>\n ", digest)
	return b.String()
}

// bySomeoneElse lets xmlsec1 sign the message with a given form.
func bySomeoneElse(t *testing.T, h holder, c14n, method, references string) []byte {
	t.Helper()
	xmlsec := tool(t, "xmlsec1")
	template := `<Signature xmlns="` + dsigSpace + `"><SignedInfo xml:lang="en">` + "\n" + ` <CanonicalizationMethod Algorithm="` + c14n + `"/><SignatureMethod Algorithm="` + method + `"/>` + references +
		`</SignedInfo><SignatureValue/><KeyInfo><X509Data><X509Certificate/></X509Data></KeyInfo></Signature></edXML:edXMLHeader>`
	in := keep(t, []byte(swap(t, message, "</edXML:edXMLHeader>", template)))
	cert, key := keepPEM(t, h)
	out := keep(t, nil)
	if b, err := xmlsec("--sign", "--id-attr:Id", "edXMLHeader", "--id-attr:Id", "edXMLBody", "--privkey-pem", key+","+cert, "--output", out, in); err != nil {
		t.Fatalf("xmlsec1: %s", b)
	}
	b, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestForeignSignatures(t *testing.T) {
	env, exc, inc := algorithmEnveloped, algorithmExclusive, algorithmInclusive
	for _, c := range []struct {
		name         string
		who          holder
		c14n, method string
		references   string
		class        Class
		want         error
	}{
		{"exclusive", rsaHolder(), exc, rsa256, reference("", sha256URI, env, exc), Valid, nil},
		{"inclusive", rsaHolder(), inc, rsa256, reference("", sha256URI, env, inc), Valid, nil},
		{"inclusive within exclusive", rsaHolder(), exc, rsa256, reference("", sha256URI, env, inc), Valid, nil},
		{"implied canonicalization", rsaHolder(), inc, rsa256, reference("", sha256URI, env), Valid, nil},
		{"gateway style", rsaHolder(), inc, rsa1, reference("", sha1, env), ValidWeak, nil},
		{"SHA-1 digest only", rsaHolder(), exc, rsa256, reference("", sha1, env, exc), ValidWeak, nil},
		{"short key", shortHolder(), exc, rsa256, reference("", sha256URI, env, exc), ValidWeak, nil},
		{"P-256", p256Holder(), exc, ec256, reference("", sha256URI, env, exc), Valid, nil},
		{"P-384 with SHA-256", p384Holder(), inc, ec256, reference("", sha256URI, env, inc), Valid, nil},
		{"RSA with SHA-384", rsaHolder(), exc, moreSpace + "rsa-sha384", reference("", moreSpace+"sha384", env, exc), Valid, nil},
		{"RSA with SHA-512", rsaHolder(), inc, moreSpace + "rsa-sha512", reference("", encSpace+"sha512", env, inc), Valid, nil},
		{"P-256 and implied canonicalization", p256Holder(), inc, ec256, reference("", sha256URI, env), Valid, nil},
		{"P-384 with SHA-384", p384Holder(), exc, moreSpace + "ecdsa-sha384", reference("", sha256URI, env, exc), Valid, nil},
		{"P-384 with SHA-512", p384Holder(), inc, moreSpace + "ecdsa-sha512", reference("", encSpace+"sha512", env, exc), Valid, nil},
		{"by Id", rsaHolder(), exc, rsa256, reference("#body", sha256URI, exc), Invalid, ErrProfile},
		{"two references", rsaHolder(), exc, rsa256, reference("", sha256URI, env, exc) + reference("#body", sha256URI, exc), Invalid, ErrProfile},
		{"with comments", rsaHolder(), exc, rsa256, reference("", sha256URI, env, exc+"WithComments"), Invalid, ErrAlgorithm},
		{"not enveloped first", rsaHolder(), exc, rsa256, reference("", sha256URI, env, env), Invalid, ErrAlgorithm},
	} {
		t.Run(c.name, func(t *testing.T) {
			doc := bySomeoneElse(t, c.who, c.c14n, c.method, c.references)
			r, err := Verify(doc, header, Options{})
			if !errors.Is(err, c.want) {
				t.Fatalf("%v\n%s", err, doc)
			}
			if class, _, _ := Classify(doc, header, Options{}); class != c.class {
				t.Fatalf("class %s", class)
			}
			if err != nil {
				return
			}
			if !r.Certificate.Equal(c.who.cert) {
				t.Fatal("another signer")
			}
			if _, err := Verify(bytes.Replace(doc, []byte("họp"), []byte("hợp"), 1), header, Options{}); !errors.Is(err, ErrDigestMismatch) {
				t.Fatal("changed content:", err)
			}
			if _, err := Verify(bytes.Replace(doc, []byte(`<SignedInfo xml:lang="en"`), []byte(`<SignedInfo xml:lang="fr"`), 1), header, Options{}); !errors.Is(err, ErrBadSignature) {
				t.Fatal("changed SignedInfo:", err)
			}
		})
	}
}

// Signature wrapping: whatever is moved, copied or hidden, the forged content is never handed out as signed.
func TestWrappingAttacksAreRefused(t *testing.T) {
	good := signMessage(t, p256Holder())
	if _, err := Verify([]byte(good), header, Options{}); err != nil {
		t.Fatal("good twin:", err)
	}
	_, signature := cut(t, good)
	forged := swap(t, message, "Về việc họp", "GIẢ MẠO")
	body := good[strings.Index(good, "<edXML "):]
	inHeader := func(s, add string) string { return swap(t, s, "</edXML:edXMLHeader>", add+"</edXML:edXMLHeader>") }
	asObject := strings.Replace(signature, "</ds:Signature>", "<ds:Object>"+body+"</ds:Object></ds:Signature>", 1)
	for name, c := range map[string]struct {
		doc  string
		want error
	}{
		"forged content under the old signature":       {inHeader(forged, signature), ErrDigestMismatch},
		"original hidden in an extension":              {swap(t, forged, "</AttachmentEncoded>", "</AttachmentEncoded>"+body), ErrMisplaced},
		"original hidden, signature copied":            {swap(t, inHeader(forged, signature), "</AttachmentEncoded>", "</AttachmentEncoded>"+body), ErrManySignatures},
		"original hidden in the signature's object":    {inHeader(forged, asObject), ErrManySignatures},
		"object added to the signature":                {swap(t, good, "</ds:Signature>", "<ds:Object><a/></ds:Object></ds:Signature>"), ErrProfile},
		"signature moved to the root":                  {swap(t, message, "</edXML>", signature+"</edXML>"), ErrMisplaced},
		"signature moved to the body":                  {swap(t, message, "</edXML:edXMLBody>", signature+"</edXML:edXMLBody>"), ErrMisplaced},
		"header of the same name elsewhere":            {swap(t, swap(t, message, `<AttachmentEncoded>`, `<edXMLHeader>`+signature+`</edXMLHeader><AttachmentEncoded>`), "họp", "hợp"), ErrMisplaced},
		"signature twice":                              {inHeader(good, signature), ErrManySignatures},
		"signature in front of the root":               {strings.Replace(good, "<edXML xmlns", signature+"<edXML xmlns", 1), ErrMalformed},
		"reference to an Id":                           {swap(t, good, `URI=""`, `URI="#hdr"`), ErrProfile},
		"reference without URI":                        {swap(t, good, ` URI=""`, ``), ErrProfile},
		"second reference":                             {swap(t, good, `</ds:Reference>`, `</ds:Reference><ds:Reference URI=""/>`), ErrProfile},
		"XPath transform":                              {swap(t, good, algorithmEnveloped, "http://www.w3.org/TR/1999/REC-xpath-19991116"), ErrProfile},
		"third transform":                              {swap(t, good, `</ds:Transforms>`, `<ds:Transform Algorithm="`+algorithmExclusive+`"/></ds:Transforms>`), ErrProfile},
		"parameters of a transform":                    {swap(t, good, `enveloped-signature">`, `enveloped-signature"><ds:XPath>1</ds:XPath>`), ErrProfile},
		"second SignedInfo":                            {swap(t, good, `</ds:SignedInfo>`, `</ds:SignedInfo><ds:SignedInfo/>`), ErrProfile},
		"SignedInfo of another namespace":              {strings.Replace(good, "ds:SignedInfo", "SignedInfo", 2), ErrProfile},
		"comment inside the digest":                    {swap(t, good, `<ds:DigestValue>`, `<ds:DigestValue><!-- x -->`), ErrProfile},
		"HMAC":                                         {swap(t, good, ec256, dsigSpace+"hmac-sha1"), ErrAlgorithm},
		"RSA method for an ECDSA key":                  {swap(t, good, ec256, rsa256), ErrBadSignature},
		"another signer's certificate":                 {strings.Replace(good, signature, otherCertificate(t, signature), 1), ErrBadSignature},
		"no certificate":                               {swap(t, swap(t, good, `<ds:X509Data>`, `<ds:KeyName>`), `</ds:X509Data>`, `</ds:KeyName>`), ErrNoCertificate},
		"namespace put under unchanged names":          {strings.Replace(good, `xmlns="`+edNS, `xmlns="`+edNS+`/x`, 1), ErrMisplaced},
		"attribute added":                              {swap(t, good, `Id="body"`, `Id="body" version="2"`), ErrDigestMismatch},
		"transform of another namespace":               {swap(t, good, `<ds:Transform Algorithm="`+algorithmExclusive+`"></ds:Transform>`, `<Transform Algorithm="`+algorithmExclusive+`"/>`), ErrProfile},
		"text in SignedInfo":                           {swap(t, good, `<ds:Reference `, `x<ds:Reference `), ErrProfile},
		"comment between the parts":                    {swap(t, good, `<ds:DigestMethod `, `<!-- x --><ds:DigestMethod `), ErrProfile},
		"element inside the digest":                    {swap(t, good, `<ds:DigestValue>`, `<ds:DigestValue><a/>`), ErrProfile},
		"short value":                                  {good[:strings.Index(good, "<ds:SignatureValue>")] + "<ds:SignatureValue>AAAA" + good[strings.Index(good, "</ds:SignatureValue>"):], ErrBadSignature},
		"unknown digest":                               {swap(t, good, sha256URI, encSpace+"ripemd160"), ErrAlgorithm},
		"base64 that ends in rubbish":                  {swap(t, good, `</ds:SignatureValue>`, `*</ds:SignatureValue>`), ErrProfile},
		"base64 with rubbish":                          {swap(t, good, `<ds:SignatureValue>`, `<ds:SignatureValue>*`), ErrProfile},
		"entity that changes with the reader":          {swap(t, good, "<edXML xmlns", `<!DOCTYPE edXML [<!ENTITY x "y">]><edXML xmlns`), ErrForbidden},
		"processing instruction":                       {swap(t, good, "họp", "<?x y?>họp"), ErrForbidden},
		"signature removed":                            {message, ErrNoSignature},
		"signature put under another namespace's name": {strings.Replace(good, `xmlns:ds="`+dsigSpace+`"`, `xmlns:ds="`+edNS+`"`, 1), ErrNoSignature},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := Verify([]byte(c.doc), header, Options{})
			if !errors.Is(err, c.want) || r != nil {
				t.Fatalf("got %v, want %v", err, c.want)
			}
		})
	}
}

// The key itself signs under the name of another method: the value is right, the name is not.
func TestMethodOfAnotherKeyIsRefused(t *testing.T) {
	canonical, err := Canonicalize([]byte(message), true, Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		who  holder
		name string
		want error
	}{{rsaHolder(), rsa256, nil}, {rsaHolder(), ec256, ErrBadSignature}, {p256Holder(), ec256, nil}, {p256Holder(), rsa256, ErrBadSignature}} {
		info := signedInfo(c.name, sum(crypto.SHA256, canonical))
		value, err := c.who.key.Sign(rand.Reader, sum(crypto.SHA256, []byte(info)), crypto.SHA256)
		if k, ok := c.who.cert.PublicKey.(*ecdsa.PublicKey); ok && err == nil {
			value, err = plain(k, value)
		}
		if err != nil {
			t.Fatal(err)
		}
		doc := swap(t, message, "</edXML:edXMLHeader>", element(info, value, c.who.cert, nil)+"</edXML:edXMLHeader>")
		if _, err := Verify([]byte(doc), header, Options{}); !errors.Is(err, c.want) {
			t.Errorf("%T under %s: %v", c.who.key, c.name, err)
		}
	}
}

func otherCertificate(t *testing.T, signature string) string {
	t.Helper()
	from := strings.Index(signature, "<ds:X509Certificate>") + len("<ds:X509Certificate>")
	to := strings.Index(signature, "</ds:X509Certificate>")
	return signature[:from] + encode(selfSigned(p256Key()).cert.Raw) + signature[to:]
}

// Comments are outside canonical XML: a reader that stops at one would see half a subject. What we hand out has none.
func TestCommentTrickDoesNotReachTheCaller(t *testing.T) {
	good := signMessage(t, p256Holder())
	r, err := Verify([]byte(swap(t, good, "Về việc họp", "Về việc<!-- --> họp")), header, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(r.Signed, []byte("Về việc họp &lt;2026&gt;")) || bytes.Contains(r.Signed, []byte("<!--")) {
		t.Fatalf("%s", r.Signed)
	}
}

func TestClassify(t *testing.T) { // X8.3
	good := signMessage(t, rsaHolder())
	for name, c := range map[string]struct {
		doc  string
		want Class
	}{
		"absent":                  {message, Absent},
		"valid":                   {good, Valid},
		"placeholder":             {swap(t, message, "</edXML:edXMLHeader>", "<Signature><SignatureValue>eA==</SignatureValue></Signature></edXML:edXMLHeader>"), NotASignature},
		"empty digital signature": {swap(t, message, "</edXML:edXMLHeader>", "<DigitalSignature/></edXML:edXMLHeader>"), NotASignature},
		"changed":                 {swap(t, good, "họp", "hợp"), Invalid},
		"unreadable, signed":      {"1212" + good, Invalid},
		"unreadable, placeholder": {"1212<Signature></Signature>", NotASignature},
		"unreadable":              {"1212" + message, Absent},
	} {
		class, r, err := Classify([]byte(c.doc), header, Options{})
		if class != c.want || (r != nil) != (class == Valid) || class == Invalid && err == nil {
			t.Errorf("%s: %s, %v", name, class, err)
		}
	}
}

func TestRefusalsSpeakVietnamese(t *testing.T) {
	_, err := Verify([]byte(message), header, Options{})
	var r interface {
		Reason() (string, map[string]any)
	}
	if !errors.As(err, &r) {
		t.Fatal(err)
	}
	if text, _ := r.Reason(); text != "Gói tin không có chữ ký." {
		t.Fatal(text)
	}
}

// Whatever is accepted is a reader's fixed point and was made with the one known key.
func FuzzVerify(f *testing.F) {
	good := signMessage(f, p256Holder())
	f.Add([]byte(good))
	f.Add([]byte(strings.Replace(good, "họp", "<!-- x -->họp", 1)))
	f.Add([]byte(message))
	want, err := Canonicalize([]byte(message), true, Options{})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, doc []byte) {
		class, r, err := Classify(doc, header, Options{MaxBytes: 1 << 20})
		if (r != nil) != (class == Valid || class == ValidWeak) || r != nil && err != nil {
			t.Fatalf("%s, %v", class, err)
		}
		if r != nil && r.Certificate.Equal(p256Holder().cert) && !bytes.Equal(r.Signed, want) {
			t.Fatalf("other content under our signature:\n%s", r.Signed)
		}
	})
}
