package signer

import (
	"bytes"
	"crypto"
	"errors"
	"reflect"
	"testing"
)

func FuzzQuestion(f *testing.F) {
	f.Add([]byte{version, askList})
	f.Add(Order{Mechanism: PSS, Hash: crypto.SHA512, Salt: 64, Digest: make([]byte, 64)}.encode())
	f.Fuzz(func(t *testing.T, m []byte) {
		kind, o, err := readQuestion(m)
		if err != nil {
			return
		}
		again := []byte{version, askList}
		if kind == askSign {
			if !o.well() {
				t.Fatalf("%+v", o)
			}
			again = o.encode()
		}
		if !bytes.Equal(again, m) { // one order has one form only
			t.Fatalf("%x reads as %x", m, again)
		}
	})
}

func FuzzAnswer(f *testing.F) {
	token := newSoft(f)
	m, err := Inventory{Token: token.Describe(), Count: 7, Keys: token.listed}.encode()
	must(f, err)
	f.Add(m)
	f.Add(encodeSigned([]byte{1, 2, 3}))
	f.Add(encodeRefusal(ErrPIN.because("x")))
	f.Fuzz(func(t *testing.T, m []byte) {
		if v, err := readInventory(m); err == nil {
			again, err := v.encode()
			if err != nil || !bytes.Equal(again, m) {
				t.Fatalf("%x reads as %x, %v", m, again, err)
			}
			for i := range v.Keys {
				if name := v.Name(i); len(name) > 100 {
					t.Fatalf("name %q", name)
				}
			}
		}
		if sig, err := readSigned(m); err == nil && len(sig) == 0 {
			t.Fatal("an empty signature")
		}
		var r *Refusal
		if err := readAnswer(m, tellSigned); err != nil && !errors.As(err, &r) {
			t.Fatal(err)
		}
	})
}

func FuzzFrame(f *testing.F) {
	f.Add([]byte{0, 0, 0, 2, version, askList})
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := readFrame(bytes.NewReader(b), mostAsked)
		if err == nil && (len(m) < 2 || len(m) > mostAsked || !bytes.Equal(m, b[4:4+len(m)])) {
			t.Fatalf("%x", m)
		}
	})
}

func TestTheListArrivesWhole(t *testing.T) {
	token := newSoft(t)
	want := &Inventory{Token: token.Describe(), Count: 1 << 40, Keys: token.listed}
	m, err := want.encode()
	must(t, err)
	got, err := readInventory(m)
	must(t, err)
	if !reflect.DeepEqual(want, got) {
		t.Fatalf("%+v", got)
	}
}

// A process that lists a certificate under another key's id is not believed.
func TestACertificateOfAnotherKeyIsNotBelieved(t *testing.T) {
	token := newSoft(t)
	token.listed[1].Certificates = token.listed[2].Certificates
	m, err := Inventory{Keys: token.listed}.encode()
	must(t, err)
	if _, err := readInventory(m); !errors.Is(err, errMessage) {
		t.Fatal(err)
	}
	r := NewRing(serve(t, token, nil).socket, 0)
	if _, err := r.List(); !errors.Is(err, ErrProtocol) {
		t.Fatal(err)
	}
}
