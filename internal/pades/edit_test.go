package pades

import (
	"bytes"
	"crypto"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"testing"

	"congvu/internal/cms"
	"congvu/internal/keys"
	"congvu/internal/pdf"
)

func pemOf(c *x509.Certificate) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw})
}

// edit appends an update as an attacker, or another program, would.
func edit(t testing.TB, file []byte, change func(u *pdf.Update, f *pdf.File)) []byte {
	t.Helper()
	f, err := pdf.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	u := pdf.NewUpdate(f)
	change(u, f)
	out, _, err := u.Finish()
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// embedOver signs what s covers and writes the container into hole, without asking whether that makes sense.
func embedOver(t testing.TB, id *keys.Identity, file []byte, hole [2]int, s *signed) []byte {
	t.Helper()
	container, err := cms.Sign(s.digest(crypto.SHA256), crypto.SHA256, id.Certificate, id.Chain, id.Key, cms.SignOptions{})
	if err != nil {
		t.Fatal(err)
	}
	out := bytes.Clone(file)
	hex.Encode(out[hole[0]+1:], container)
	return out
}

// carry copies an object with all it refers to from another file.
func carry(u *pdf.Update, from *pdf.File, o any) any {
	switch v := o.(type) {
	case pdf.Ref:
		inner, _ := from.Object(v)
		return u.Add(carry(u, from, inner))
	case pdf.Dict:
		out := pdf.Dict{}
		for k, x := range v {
			out[k] = carry(u, from, x)
		}
		return out
	case pdf.Array:
		out := pdf.Array{}
		for _, x := range v {
			out = append(out, carry(u, from, x))
		}
		return out
	case *pdf.Stream:
		return &pdf.Stream{Dict: carry(u, from, v.Dict).(pdf.Dict), Raw: v.Raw}
	}
	return o
}
