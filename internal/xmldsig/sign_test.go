package xmldsig

import (
	"bytes"
	"crypto"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

func TestSignedMessageVerifies(t *testing.T) {
	for name, h := range map[string]holder{"rsa": rsaHolder(), "p-256": p256Holder(), "p-384": p384Holder()} {
		signed := signMessage(t, h)
		if without, _ := cut(t, signed); without != message {
			t.Errorf("%s: signing touched other bytes", name)
		}
		r, err := Verify([]byte(signed), header, Options{})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		want, _ := Canonicalize([]byte(message), true, Options{})
		if !bytes.Equal(r.Signed, want) || !r.Certificate.Equal(h.cert) || len(r.Weak) > 0 {
			t.Errorf("%s: %+v", name, r)
		}
	}
}

func TestSignOpensEmptyElement(t *testing.T) {
	for _, doc := range []string{`<a><b/></a>`, `<a><b c = "1" /></a>`, `<a><b></b></a>`} {
		b, err := Sign([]byte(doc), Path{{"", "a"}, {"", "b"}}, p256Holder().key, p256Holder().cert, nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Verify(b, Path{{"", "a"}, {"", "b"}}, Options{}); err != nil {
			t.Errorf("%s: %v\n%s", doc, err, b)
		}
	}
}

func TestSignRefusals(t *testing.T) {
	h := p256Holder()
	try := func(doc string, at Path) error {
		_, err := Sign([]byte(doc), at, h.key, h.cert, nil)
		return err
	}
	root := Path{{"", "a"}}
	for name, c := range map[string]struct{ got, want error }{
		"good":            {try(`<a/>`, root), nil},
		"no such place":   {try(`<b/>`, root), ErrNoPlace},
		"other namespace": {try(`<a xmlns="urn:x"/>`, root), ErrNoPlace},
		"two places":      {try(`<a><b/><b/></a>`, Path{{"", "a"}, {"", "b"}}), ErrNoPlace},
		"no path":         {try(`<a/>`, nil), ErrNoPlace},
		"signed already":  {try(signMessage(t, h), header), ErrAlreadySigned},
		"doctype":         {try(`<!DOCTYPE a><a/>`, root), ErrForbidden},
	} {
		if !errors.Is(c.got, c.want) {
			t.Errorf("%s: %v", name, c.got)
		}
	}
	if _, err := Sign([]byte(`<a/>`), root, rsaHolder().key, h.cert, nil); !errors.Is(err, ErrKeyMismatch) {
		t.Error("key of another certificate:", err)
	}
	if _, err := Sign([]byte(`<a/>`), root, shortHolder().key, shortHolder().cert, nil); !errors.Is(err, ErrAlgorithm) {
		t.Error("short key:", err)
	}
	if _, err := Sign([]byte(`<a/>`), root, liar{h.key}, h.cert, nil); !errors.Is(err, ErrBadSignature) {
		t.Error("a device that answers with rubbish:", err)
	}
}

// liar names one key and signs with another, as a token with two keys may.
type liar struct{ crypto.Signer }

func (l liar) Sign(r io.Reader, digest []byte, o crypto.SignerOpts) ([]byte, error) {
	return p256Key().Sign(r, digest, o)
}

func TestXmlsec1AcceptsOurSignatures(t *testing.T) {
	xmlsec := tool(t, "xmlsec1")
	for name, h := range map[string]holder{"rsa": rsaHolder(), "p-256": p256Holder(), "p-384": p384Holder()} {
		cert, _ := keepPEM(t, h)
		signed := signMessage(t, h)
		if out, err := xmlsec("--verify", "--trusted-pem", cert, keep(t, []byte(signed))); err != nil {
			t.Errorf("%s: %s", name, out)
		}
		if _, err := xmlsec("--verify", "--trusted-pem", cert, keep(t, []byte(swap(t, signed, "họp", "hợp")))); err == nil {
			t.Errorf("%s: changed message accepted", name)
		}
	}
}

// A message of 40 MB is signed with one copy, the result, and verified with one, the signed bytes.
func TestLargeMessageNeedsLittleMemory(t *testing.T) {
	large := []byte(swap(t, message, "JVBERi0xLjc=", strings.Repeat("QUJDREVGR0hJSktM\n", 40<<20/17)))
	h := p256Holder()
	allocated := func(f func()) uint64 {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		f()
		runtime.ReadMemStats(&after)
		return after.TotalAlloc - before.TotalAlloc
	}
	var signed []byte
	var err error
	room := uint64(len(large)) + 4<<20
	if n := allocated(func() { signed, err = Sign(large, header, h.key, h.cert, nil) }); err != nil || n > room {
		t.Errorf("signing took %d MB, %v", n>>20, err)
	}
	if n := allocated(func() { _, err = Verify(signed, header, Options{}) }); err != nil || n > room {
		t.Errorf("verifying took %d MB, %v", n>>20, err)
	}
}

// Two shapes: one attachment of 40 MB, and 400 KB of small elements with attributes and namespaces.
func BenchmarkSignAndVerify(b *testing.B) {
	const row = `<edXML:Row xmlns:edXML="` + edNS + `" edXML:n="1" kind="a&amp;b"><Cell>Quyết định số 15</Cell><Cell/></edXML:Row>` + "\n"
	for name, content := range map[string]string{"40MB": strings.Repeat("QUJDREVGR0hJSktM\n", 40<<20/17), "400KB": strings.Repeat(row, 400<<10/len(row))} {
		large := []byte(strings.Replace(message, "JVBERi0xLjc=", content, 1))
		h := p256Holder()
		signed, err := Sign(large, header, h.key, h.cert, nil)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(name+"/sign", func(b *testing.B) {
			b.SetBytes(int64(len(large)))
			for b.Loop() {
				if _, err := Sign(large, header, h.key, h.cert, nil); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(name+"/verify", func(b *testing.B) {
			b.SetBytes(int64(len(large)))
			for b.Loop() {
				if _, err := Verify(signed, header, Options{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func TestSamplesOfNationalGateway(t *testing.T) { // X8.2
	files, _ := filepath.Glob("../../../shared/data/edxml/*.edxml")
	if len(files) == 0 {
		t.Skip("shared samples are not at hand")
	}
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		want := NotASignature
		if strings.HasPrefix(filepath.Base(f), "status_") {
			want = Absent
		}
		if got, _, err := Classify(b, header, Options{}); got != want {
			t.Errorf("%s: %s %v", filepath.Base(f), got, err)
		}
	}
}
