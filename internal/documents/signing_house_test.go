package documents

import (
	"context"
	"crypto"
	"crypto/rand"
	"testing"

	"congvu/internal/blob"
	"congvu/internal/cms"
	"congvu/internal/keys"
	"congvu/internal/pades"
	"congvu/internal/store"
)

// device is a key outside of the server with its certificate.
type device struct {
	*keys.Identity
	bound *Certificate
}

// onDevice gives a person (or, for the clerk, the agency) a certificate whose key the server does not have.
func (h *house) onDevice(a store.Actor, name, method string) *device {
	h.t.Helper()
	valid := keys.Period{From: monday.AddDate(0, -1, 0), Until: monday.AddDate(3, 0, 0)}
	form := CertificateForm{Owner: OwnerPerson, OwnerID: a.Person, Method: method}
	id, err := h.authority.Person(name, "trên thiết bị", "UBND xã Vĩnh Lĩnh", valid)
	if a.Roles.Has(store.Clerk) {
		form.Owner, form.OwnerID = OwnerAgency, a.Agency
		id, err = h.authority.Agency(name, "H26.15", valid)
	}
	must(h.t, err)
	form.DER = id.Certificate.Raw
	v := &device{Identity: id}
	h.do(h.admin, func(tx *store.Tx) (err error) { v.bound, err = BindCertificate(bg, tx, form); return })
	return v
}

// value signs what a part asks for, as a token does.
func (v *device) value(t testing.TB, toSign []byte) []byte {
	t.Helper()
	h := crypto.SHA256.New()
	h.Write(toSign)
	b, err := v.Key.Sign(rand.Reader, h.Sum(nil), crypto.SHA256)
	must(t, err)
	return b
}

func (v *device) completion(t testing.TB, s *Signing) Completion {
	c := Completion{Token: s.Token}
	for _, p := range s.Parts {
		c.Values = append(c.Values, SignatureValue{Signature: v.value(t, p.ToSign)})
	}
	return c
}

func (h *house) prepareSigning(o *Outgoing) *Signing {
	h.t.Helper()
	s, err := PrepareSigning(bg, h.Desk, h.head, o.ID, SigningForm{Purpose: PurposeApprove, Capacity: "TM", Consent: true, Address: "10.0.0.7"})
	must(h.t, err)
	return s
}

// program does what the local signing program does with a file it was handed.
func (v *device) program(t testing.TB, file []byte, change func(r *pades.Request)) []byte {
	t.Helper()
	r := pades.Request{Certificate: v.Certificate, Chain: v.Chain, Key: v.Key, At: monday}
	change(&r)
	out, err := pades.Sign(context.Background(), file, r)
	must(t, err)
	return out
}

func certify(r *pades.Request) { r.Certify = 2 }
func approve(*pades.Request)   {}

func (h *house) handed(token string) []byte {
	h.t.Helper()
	_, _, f, err := OpenAgentFile(bg, h.Desk, token)
	must(h.t, err)
	defer f.Close()
	b := make([]byte, 0)
	buf := make([]byte, 32<<10)
	for {
		n, err := f.Read(buf)
		b = append(b, buf[:n]...)
		if err != nil {
			return b
		}
	}
}

func (h *house) journalled(verb string) int {
	h.t.Helper()
	n, err := store.One[int](bg, h.DB, sqlVerbs, verb)
	must(h.t, err)
	return n
}

var sqlVerbs = store.SQL(`SELECT CAST(count(*) AS BIGINT) FROM store_journal WHERE verb = $1`)

func (h *house) bytesOf(sha string) []byte {
	h.t.Helper()
	b, err := blob.ReadAll(bg, h.Blobs, sha, 64<<20)
	must(h.t, err)
	return b
}

// container makes a whole CMS over a prepared part.
func (v *device) container(t testing.TB, h *house, s *Signing) []byte {
	t.Helper()
	row, err := loadSigning(bg, h.DB, s.AgencyID, s.ID)
	must(t, err)
	p := row.parts[0]
	b := h.bytesOf(p.PreparedSHA)
	sum := crypto.SHA256.New()
	sum.Write(b[:p.HoleStart])
	sum.Write(b[p.HoleEnd:])
	out, err := cms.Sign(sum.Sum(nil), crypto.SHA256, v.Certificate, v.Chain, v.Key, cms.SignOptions{})
	must(t, err)
	return out
}

func valid3() keys.Period {
	return keys.Period{From: monday.AddDate(0, -1, 0), Until: monday.AddDate(3, 0, 0)}
}

// workAll does the due work of signings and batches until there is none.
func (h *house) workAll() {
	h.t.Helper()
	for n := 1; n > 0; {
		n = 0
		for _, w := range h.signingWork() {
			done, err := h.DB.WorkOnce(bg, w)
			must(h.t, err)
			n += done
		}
	}
}

// annex is a PDF of its own.
func (h *house) annex() []byte {
	h.t.Helper()
	f := h.form()
	f.Subject = "phụ lục số liệu công tác văn thư"
	o := h.draft(f)
	_, err := Lay(bg, h.Desk, h.drafter, o.ID)
	must(h.t, err)
	return h.mainBytes(h.again(o))
}

// unconfirmed is a person who has not proved himself again.
func (h *house) unconfirmed(a store.Actor) store.Actor {
	a.ConfirmedUntil = 0
	return a
}
