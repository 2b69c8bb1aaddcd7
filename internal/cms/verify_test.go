package cms

import (
	"bytes"
	"crypto"
	"crypto/x509"
	"encoding/asn1"
	"encoding/hex"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/crypto/cryptobyte"
)

func verifyBytes(b []byte) (*Result, error) {
	s, err := Parse(b)
	if err != nil {
		return nil, err
	}
	return s.Verify(contentDigest)
}

func TestVerifyRefusesForgedContainers(t *testing.T) {
	who := ecPerson()
	digest := contentDigest(crypto.SHA256)
	certs := []*x509.Certificate{who.cert}
	good := func() forge {
		return forge{content: oidData, attrs: [][]byte{kindAttribute(oidData), digestAttribute(digest), essAttribute(who.cert)}, certificates: certs, signerInfos: 1}
	}
	if _, err := verifyBytes(forged(t, who, good())); err != nil {
		t.Fatal("good twin:", err)
	}
	ber := good()
	ber.ber = true
	if _, err := verifyBytes(forged(t, who, ber)); err != nil {
		t.Fatal("good twin in BER:", err)
	}
	bare := good()
	bare.attrs = bare.attrs[:2]
	if r, err := verifyBytes(forged(t, who, bare)); err != nil || r.SigningCertificate != "" {
		t.Fatal("without ESS, as adbe.pkcs7.detached (S5.1):", err)
	}
	for name, c := range map[string]struct {
		change func(f *forge)
		want   error
	}{
		"two signers":              {func(f *forge) { f.signerInfos = 2 }, ErrMultipleSigners},
		"no signer":                {func(f *forge) { f.signerInfos = 0 }, ErrNoSigner},
		"no certificate":           {func(f *forge) { f.certificates = nil }, ErrNoSigner},
		"content inside":           {func(f *forge) { f.eContent = content }, ErrEncapsulated},
		"empty content inside":     {func(f *forge) { f.eContent = []byte{} }, ErrEncapsulated},
		"content of another type":  {func(f *forge) { f.content = oidTSTInfo }, ErrContentType},
		"no signed attributes":     {func(f *forge) { f.attrs = nil }, ErrNoSignedAttributes},
		"empty signed attributes":  {func(f *forge) { f.attrs = [][]byte{} }, ErrNoContentType},
		"no digest":                {func(f *forge) { f.attrs = [][]byte{f.attrs[0], f.attrs[2]} }, ErrNoMessageDigest},
		"no content type":          {func(f *forge) { f.attrs = f.attrs[1:] }, ErrNoContentType},
		"content type differs":     {func(f *forge) { f.attrs[0] = kindAttribute(oidTSTInfo) }, ErrContentType},
		"digest twice":             {func(f *forge) { f.attrs = append(f.attrs, f.attrs[1]) }, ErrDuplicateAttribute},
		"two digests in one":       {func(f *forge) { f.attrs[1] = digestAttribute(digest, digest) }, ErrDuplicateAttribute},
		"digest without value":     {func(f *forge) { f.attrs[1] = digestAttribute() }, ErrMalformed},
		"empty digest":             {func(f *forge) { f.attrs[1] = digestAttribute([]byte{}) }, ErrDigestMismatch},
		"digest of other content":  {func(f *forge) { f.attrs[1] = digestAttribute(sum(crypto.SHA256, nil)) }, ErrDigestMismatch},
		"ESS of another":           {func(f *forge) { f.attrs[2] = essAttribute(rsaPerson().cert) }, ErrESSMismatch},
		"certificate of same name": {func(f *forge) { f.certificates = []*x509.Certificate{rsaPerson().cert} }, ErrNoSigner},
	} {
		t.Run(name, func(t *testing.T) {
			f := good()
			c.change(&f)
			if _, err := verifyBytes(forged(t, who, f)); !errors.Is(err, c.want) {
				t.Fatalf("got %v, want %v", err, c.want)
			}
		})
	}
}

func TestPaddingIsZeroOrRefused(t *testing.T) { // data hidden in the /Contents padding
	b := mustSign(t, ecPerson(), crypto.SHA256, SignOptions{})
	padded := append(append([]byte{}, b...), make([]byte, 500)...)
	s, err := Parse(padded)
	if err != nil || len(s.Raw) != len(b) {
		t.Fatal("zero padding:", err)
	}
	padded[len(b)+77] = 'x'
	if _, err := Parse(padded); !errors.Is(err, ErrTrailingData) {
		t.Fatal("hidden data:", err)
	}
}

func TestSignerCertificateMayLiveOutside(t *testing.T) { // S5.4
	who := ecPerson()
	f := forge{content: oidData, attrs: [][]byte{kindAttribute(oidData), digestAttribute(contentDigest(crypto.SHA256)), essAttribute(who.cert)}, signerInfos: 1}
	s, err := Parse(forged(t, who, f))
	if err != nil {
		t.Fatal(err)
	}
	if issuer, serial, ok := s.IssuerSerial(); !ok || len(issuer) == 0 || serial.Cmp(who.cert.SerialNumber) != 0 {
		t.Fatal("issuer and serial not readable")
	}
	s.Supply(rsaPerson().cert, who.cert, who.cert)
	if len(s.Certificates) != 2 {
		t.Fatal("the same certificate kept twice")
	}
	if _, err := s.Verify(contentDigest); err != nil {
		t.Fatal(err)
	}
}

// A flipped bit anywhere may be found, or may be harmless (an unreadable extra certificate); it never yields another signer or verdict.
func TestFlippedBitsAreNeverAccepted(t *testing.T) {
	who := ecPerson()
	b, err := Sign(contentDigest(crypto.SHA256), crypto.SHA256, who.cert, nil, who.key, SignOptions{})
	if err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(1, 2))
	for range 3000 {
		c := append([]byte{}, b...)
		at, bit := random.IntN(len(c)), byte(1)<<random.IntN(8)
		c[at] ^= bit
		if r, err := verifyBytes(c); err == nil && !r.Signer.Equal(who.cert) {
			t.Fatalf("bit %#x of byte %d: accepted for another certificate", bit, at)
		}
	}
	s, _ := Parse(b)
	for _, part := range [][]byte{s.signer.signed.body, s.signer.sig.body} {
		for i := range part {
			part[i] ^= 4
			if _, err := verifyBytes(b); err == nil {
				t.Fatalf("byte %d of a protected part changed and accepted", i)
			}
			part[i] ^= 4
		}
	}
	if _, err := verifyBytes(b); err != nil {
		t.Fatal("unchanged twin:", err)
	}
}

func TestVerifyReadsForeignSignatures(t *testing.T) {
	openssl := tool(t, "openssl")
	data := keep(t, "d", content)
	signedBy := func(h holder, args ...string) (*Result, error) {
		cert, key := keepPEM(t, h)
		sig := keep(t, "s.p7", nil)
		if out, err := openssl(append([]string{"cms", "-sign", "-binary", "-in", data, "-outform", "DER", "-signer", cert, "-inkey", key, "-out", sig}, args...)...); err != nil {
			t.Fatalf("openssl %v: %s", args, out)
		}
		return verifyFile(t, sig)
	}
	for name, c := range map[string]struct {
		who  holder
		args []string
		weak string
		ess  string
	}{
		"cades":                {rsaPerson(), []string{"-cades", "-md", "sha256"}, "", "v2"},
		"ess v1 with sha-1":    {rsaPerson(), []string{"-cades", "-md", "sha1"}, "sha1", "v1"},
		"key identifier":       {ecPerson(), []string{"-keyid", "-md", "sha512"}, "", ""},
		"short key":            {shortPerson(), []string{"-md", "sha256"}, "rsa_short", ""},
		"short key and sha-1":  {shortPerson(), []string{"-md", "sha1"}, "sha1,rsa_short", ""},
		"pss":                  {rsaPerson(), []string{"-md", "sha256", "-keyopt", "rsa_padding_mode:pss", "-keyopt", "rsa_pss_saltlen:20"}, "", ""},
		"p-384 under sha-256":  {p384Person(), []string{"-cades", "-md", "sha256"}, "", "v2"},
		"no other certificate": {ecPerson(), []string{"-cades"}, "", "v2"},
	} {
		r, err := signedBy(c.who, c.args...)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if !r.Signer.Equal(c.who.cert) || strings.Join(r.Weak, ",") != c.weak || r.SigningCertificate != c.ess {
			t.Errorf("%s: weak %v, ess %q", name, r.Weak, r.SigningCertificate)
		}
		if r.SigningTime.IsZero() {
			t.Errorf("%s: claimed signing time not read", name)
		}
	}
	if r, err := signedBy(ecPerson(), "-noattr"); !errors.Is(err, ErrNoSignedAttributes) || r.HasSignedAttributes {
		t.Errorf("without attributes: %v", err)
	}
	if _, err := signedBy(ecPerson(), "-nodetach"); !errors.Is(err, ErrEncapsulated) {
		t.Errorf("content inside: %v", err)
	}
	if _, err := signedBy(ecPerson(), "-stream"); !errors.Is(err, ErrEncapsulated) {
		t.Errorf("content inside, indefinite lengths: %v", err)
	}
	if _, err := signedBy(ecPerson(), "-nocerts"); !errors.Is(err, ErrNoSigner) {
		t.Errorf("without certificate: %v", err)
	}
	if s, err := Parse(forged(t, ecPerson(), forge{content: oidData, certificates: []*x509.Certificate{ecPerson().cert}, signerInfos: 1})); err != nil {
		t.Error(err)
	} else if _, err := s.Verify(func(h crypto.Hash) []byte { return sum(h, nil) }); !errors.Is(err, ErrBadSignature) {
		t.Errorf("without attributes, other content: %v", err)
	}
	c2, k2 := keepPEM(t, rsaPerson())
	if _, err := signedBy(ecPerson(), "-signer", c2, "-inkey", k2); !errors.Is(err, ErrMultipleSigners) {
		t.Errorf("two signers: %v", err)
	}
}

func verifyFile(t *testing.T, path string) (*Result, error) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return verifyBytes(b)
}

func TestSpecimensFromPublicSuites(t *testing.T) {
	contents := regexp.MustCompile(`/Contents ?<([0-9a-fA-F]{1000,})>`)
	for name, want := range map[string]error{
		"dss__pdf-double-signer-info.pdf":    ErrMultipleSigners,
		"dss__pkcs7-no-message-digest.pdf":   ErrBadSignature, // no attributes at all: the value is over the content, which is not ours here
		"pyhanko__pdf-sig-with-econtent.pdf": ErrEncapsulated,
		"dss__pdf-signed-original.pdf":       ErrDigestMismatch,        // reaches the digest: everything before it is in order
		"dss__PAdES-LT.pdf":                  ErrUnreadableCertificate, // negative serial: indeterminate, not forged
	} {
		pdf, err := os.ReadFile("../../../shared/data/signed-pdf/" + name)
		if err != nil {
			t.Skip("shared specimens are not at hand")
		}
		m := contents.FindSubmatch(pdf)
		if m == nil {
			t.Errorf("%s: no /Contents found", name)
			continue
		}
		b, err := hex.DecodeString(string(m[1]))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := verifyBytes(b); !errors.Is(err, want) {
			t.Errorf("%s: got %v, want %v", name, err, want)
		}
	}
}

func TestNestingAndSizeAreBounded(t *testing.T) {
	if _, err := Parse(make([]byte, maxSize+1)); !errors.Is(err, ErrTooLarge) {
		t.Error("size:", err)
	}
	deep := []byte{}
	for range 200000 {
		deep = append(deep, 0x30, 0x80)
	}
	if _, err := Parse(deep); !errors.Is(err, ErrMalformed) {
		t.Error("nesting:", err)
	}
	f := forge{content: oidData, signerInfos: 1, attrs: [][]byte{}}
	for i := range maxAttributes + 1 {
		f.attrs = append(f.attrs, attribute(asn1.ObjectIdentifier{1, 2, i}, func(b *cryptobyte.Builder) { b.AddASN1NULL() }))
	}
	if _, err := Parse(forged(t, ecPerson(), f)); !errors.Is(err, ErrTooLarge) {
		t.Error("attributes:", err)
	}
}

// Eight megabytes of containers that want far more of their reader end with a few times their size.
func TestLargeContainersNeedLittleMemory(t *testing.T) {
	const size = maxSize - 4096
	signed := func(parts ...[]byte) []byte {
		return encode(tagSequence, encodeOID(oidSignedData), encode(tagContext0, encode(tagSequence, parts...)))
	}
	version, none := []byte{tagInteger, 1, 1}, encode(tagSet)
	data := encode(tagSequence, encodeOID(oidData))
	inside := func(value []byte) []byte { return encode(tagSequence, encodeOID(oidData), encode(tagContext0, value)) }
	fill := func(unit []byte) []byte { return bytes.Repeat(unit, size/len(unit)) }
	pieces := fill([]byte{tagOctetString, 1, 7})
	nested := pieces
	for range maxNesting {
		nested = indefinite(tagOctetString|constructed, nested)
	}
	cert := ecPerson().cert.Raw
	for name, b := range map[string][]byte{
		"pieces":        signed(version, none, inside(encode(tagOctetString|constructed, pieces)), none),
		"nested pieces": signed(version, none, inside(nested), none),
		"certificates":  signed(version, none, data, encode(tagContext0, fill(cert)), none),
		"empty values":  signed(version, none, data, encode(tagContext0, fill([]byte{tagNull, 0})), none),
		"signers":       signed(version, none, data, encode(tagSet, fill([]byte{tagSequence, 0}))),
		"open sequence": fill([]byte{tagSequence, 0x80}),
		"one level":     append([]byte{tagSequence, 0x80}, fill([]byte{tagNull, 0x00})...),
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		if r, err := verifyBytes(b); err == nil {
			t.Errorf("%s: accepted, %+v", name, r)
		}
		if _, err := ParseTimestamp(b); err == nil {
			t.Errorf("%s: accepted as a time stamp", name)
		}
		runtime.ReadMemStats(&after)
		if got := after.TotalAlloc - before.TotalAlloc; got > 10*maxSize {
			t.Errorf("%s: %d MB allocated", name, got>>20)
		} else {
			t.Logf("%s: %d MB", name, got>>20)
		}
	}
}

func TestRefusalsSpeakVietnamese(t *testing.T) {
	_, err := verifyBytes(forged(t, ecPerson(), forge{content: oidData, attrs: [][]byte{}, certificates: []*x509.Certificate{ecPerson().cert}, signerInfos: 3}))
	var r interface {
		Reason() (string, map[string]any)
	}
	if !errors.As(err, &r) {
		t.Fatalf("%v has no reason", err)
	}
	text, args := r.Reason()
	if !strings.Contains(text, "{count}") || args["count"] != 3 {
		t.Fatalf("%q %v", text, args)
	}
}

func FuzzParse(f *testing.F) {
	who := ecPerson()
	f.Add(mustSign(f, who, crypto.SHA256, SignOptions{}))
	f.Add(forged(f, who, forge{content: oidData, attrs: [][]byte{kindAttribute(oidData), essAttribute(who.cert)}, certificates: []*x509.Certificate{who.cert}, signerInfos: 1, ber: true}))
	f.Add([]byte{0x30, 0x80, 0, 0})
	f.Fuzz(func(t *testing.T, b []byte) {
		s, err := Parse(b)
		if err != nil {
			return
		}
		s.Supply(who.cert)
		r, err := s.Verify(contentDigest)
		if err == nil && (r.Signer == nil || !r.HasSignedAttributes) {
			t.Fatal("accepted without signer or attributes")
		}
		if out, err := s.WithTimestamp([]byte{5, 0}); err == nil {
			if again, err := Parse(out); err != nil || string(again.UnsignedAttribute(oidTimestamp)) == "" {
				t.Fatalf("own output does not parse: %v", err)
			}
		}
	})
}

// With any single check left out, the container that it is for is accepted; so each is needed.
func TestEveryCheckIsNeeded(t *testing.T) {
	who := ecPerson()
	digest := contentDigest(crypto.SHA256)
	good := func() forge {
		return forge{content: oidData, attrs: [][]byte{kindAttribute(oidData), digestAttribute(digest), essAttribute(who.cert)}, certificates: []*x509.Certificate{who.cert}, signerInfos: 1}
	}
	container := func(change func(f *forge)) func() error {
		return func() error {
			f := good()
			change(&f)
			_, err := verifyBytes(forged(t, who, f))
			return err
		}
	}
	stamped := func(h holder, data []byte, ess bool) func() error {
		return func() error {
			s, err := ParseTimestamp(tokenOver(t, h, data, nil, ess))
			if err != nil {
				return err
			}
			return s.Verify(contentDigest, nil)
		}
	}
	proven := map[string]bool{}
	for check, attempt := range map[string]func() error{
		"encapsulated":           container(func(f *forge) { f.eContent = content }),
		"multiple-signers":       container(func(f *forge) { f.signerInfos = 2 }),
		"content-type":           container(func(f *forge) { f.content, f.attrs[0] = oidTSTInfo, kindAttribute(oidTSTInfo) }),
		"content-type-attribute": container(func(f *forge) { f.attrs[0] = kindAttribute(oidTSTInfo) }),
		"no-content-type":        container(func(f *forge) { f.attrs = f.attrs[1:] }),
		"attribute-twice":        container(func(f *forge) { f.attrs = append(f.attrs, f.attrs[1]) }),
		"two-values":             container(func(f *forge) { f.attrs[1] = digestAttribute(digest, digest) }),
		"digest":                 container(func(f *forge) { f.attrs[1] = digestAttribute(sum(crypto.SHA256, nil)) }),
		"ess":                    container(func(f *forge) { f.attrs[2] = essAttribute(rsaPerson().cert) }),
		"value": func() error {
			_, err := verifyBytes(forged(t, holder{who.cert, p384Person().key}, good()))
			return err
		},
		"padding": func() error {
			_, err := verifyBytes(append(forged(t, who, good()), 'x'))
			return err
		},
		"imprint":     stamped(stamper(), []byte("khác"), true),
		"stamp-ess":   stamped(stamper(), content, false),
		"stamp-usage": stamped(who, content, true),
	} {
		if attempt() == nil {
			t.Errorf("%s: accepted", check)
		}
		switchedOff = check
		if err := attempt(); err != nil {
			t.Errorf("%s: refused without the check too: %v", check, err)
		}
		switchedOff = ""
		proven[check] = true
	}
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`&& on\("([a-z-]+)"`).FindAllStringSubmatch(string(b), -1) {
			if !proven[m[1]] {
				t.Errorf("no container needs the check %s", m[1])
			}
		}
	}
}
