package web

import (
	"crypto"
	"crypto/x509"
	"strings"
	"testing"
	"time"

	"congvu/internal/keys"
)

// device is a ring of keys outside of the server, or the refusal of one that does not answer.
type device struct {
	identity *keys.Identity
	refusal  error
}

func (v *device) List() ([]keys.Entry, error) {
	if v.refusal != nil {
		return nil, v.refusal
	}
	return []keys.Entry{{Name: "hsm.seal", Certificate: v.identity.Certificate, Chain: v.identity.Chain, Place: "HSM-1"}}, nil
}

func (v *device) Signer(name string) (crypto.Signer, *x509.Certificate, []*x509.Certificate, error) {
	if v.refusal != nil || name != "hsm.seal" {
		return nil, nil, nil, keys.ErrNotFound
	}
	return v.identity.Key, v.identity.Certificate, v.identity.Chain, nil
}

// A key on a device is offered with where it lives; a device that does not answer is no riddle.
func TestKeysOnDevicesAreOfferedForBinding(t *testing.T) {
	h := newHouse(t)
	authority, err := keys.NewTestAuthority(keys.TestOptions{From: time.Now().AddDate(-1, 0, 0), Until: time.Now().AddDate(1, 0, 0), Seed: []byte("device")})
	h.must(err)
	id, err := authority.Agency("UBND xã Vĩnh Lĩnh", "H26.15", keys.Period{From: time.Now().Add(-time.Hour), Until: time.Now().AddDate(1, 0, 0)})
	h.must(err)
	v := &device{identity: id}
	h.desk.Keys.Attach("hsm.", v)
	admin := h.as("quantri")
	if _, page := admin.get("/admin/certificates/new"); !strings.Contains(text(page), "hsm.seal – UBND xã Vĩnh Lĩnh, trên thiết bị HSM-1") {
		t.Errorf("the key is not offered: %s", text(page))
	}
	foreign, err := authority.Agency("UBND phường Vĩnh Thanh", "H26.2", keys.Period{From: time.Now().Add(-time.Hour), Until: time.Now().AddDate(1, 0, 0)})
	h.must(err)
	v.identity = foreign
	if _, page := admin.get("/admin/certificates/new"); strings.Contains(page, "hsm.seal") {
		t.Errorf("the key of another agency is offered: %s", text(page))
	}
	v.identity = id
	v.refusal = keys.ErrDamaged
	words, _ := keys.ErrDamaged.Reason()
	if status, page := admin.get("/admin/certificates/new"); status != 200 || !strings.Contains(text(page), strings.Split(words, "{name}")[1]) {
		t.Errorf("%d, nothing is said: %s", status, text(page))
	}
}
