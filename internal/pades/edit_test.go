package pades

import (
	"crypto/x509"
	"encoding/pem"
	"testing"

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
