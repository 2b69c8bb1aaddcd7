package documents

import (
	"testing"

	"congvu/internal/keys"
	"congvu/internal/store"
)

// What binds the office is refused to a session that has not proved itself, with everything left as it was; once proved, it is done (S10).
func TestWhatBindsTheOfficeNeedsAConfirmedPerson(t *testing.T) {
	h := newHouse(t)
	unproved := func(a store.Actor) store.Actor { a.ConfirmedUntil = h.DB.Now(); return a }
	for _, c := range []struct {
		state State
		act   Act
		who   store.Actor
	}{{AwaitingSignature, ActSign, h.head}, {Signed, ActRelease, h.clerk}, {Numbered, ActSeal, h.clerk}, {Numbered, ActRelease, h.clerk}} {
		if !NeedsConfirmation(c.act) {
			t.Errorf("doors are not told to ask before %s", c.act)
		}
		o := h.at(c.state)
		refused(t, h.perform(unproved(c.who), o, c.act), store.Unconfirmed, string(c.act))
		if now := h.again(o); now.State != c.state || now.Revision != o.Revision || now.Number != o.Number {
			t.Fatalf("%s unconfirmed left %s, number %d", c.act, now.State, now.Number)
		}
		must(t, h.perform(c.who, o, c.act))
	}
	// rights come first: who may not sign is not asked for a password
	refused(t, h.perform(unproved(h.deputy), h.at(AwaitingSignature), ActSign), store.Forbidden, "the deputy signs")
	refused(t, h.perform(unproved(h.foreignClerk), h.at(Signed), ActRelease), store.NotFound, "a stranger releases")
	id, err := h.authority.Person("Vũ Đình Khôi", "Chuyên viên", "UBND xã Vĩnh Lĩnh", keys.Period{From: monday.AddDate(0, -1, 0), Until: monday.AddDate(3, 0, 0)})
	must(t, err)
	err = h.DB.Write(bg, unproved(h.admin), func(tx *store.Tx) error {
		_, err := BindCertificate(bg, tx, CertificateForm{Owner: OwnerPerson, OwnerID: h.outsider.Person, DER: id.Certificate.Raw, Method: "usb_token"})
		return err
	})
	refused(t, err, store.Unconfirmed, "binding")
	if _, ok, err := BoundCertificate(bg, h.DB, h.admin, OwnerPerson, h.outsider.Person); err != nil || ok {
		t.Errorf("bound without confirmation: %v", err)
	}
}
