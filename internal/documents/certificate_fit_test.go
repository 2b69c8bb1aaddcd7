package documents

import (
	"crypto/x509"
	"slices"
	"strings"
	"testing"

	"congvu/internal/keys"
	"congvu/internal/org"
	"congvu/internal/store"
)

// S10.3: a certificate that names somebody else is refused with both names; an administrator is offered the keys of his agency and its people only.
func TestACertificateIsBoundToWhomItNames(t *testing.T) {
	h := newHouse(t)
	valid := keys.Period{From: monday.AddDate(0, -1, 0), Until: monday.AddDate(1, 0, 0)}
	certificate := func(id *keys.Identity, err error) *x509.Certificate {
		t.Helper()
		must(t, err)
		return id.Certificate
	}
	other, err := org.FindAgency(bg, h.DB, h.other)
	must(t, err)
	all := []*x509.Certificate{
		certificate(h.authority.Person("NGUYỄN VĂN NGHĨA", "Chủ tịch", "Ủy ban nhân dân xã Vĩnh Lĩnh", valid)),
		certificate(h.authority.Person("Nguyễn Văn Nghĩa", "Chuyên viên", other.Name, valid)), // a namesake
		certificate(h.authority.Person("Đặng Hữu Phước", "Giám đốc", other.Name, valid)),
		certificate(h.authority.Agency("Ủy ban nhân dân xã Vĩnh Lĩnh", "x", valid)),
		certificate(h.authority.Agency(other.Name, "y", valid)),
	}
	on := today(h.DB.Now())
	got, err := FitsHere(bg, h.DB, h.admin, on, all)
	if want := []bool{true, false, false, true, false}; err != nil || !slices.Equal(got, want) {
		t.Errorf("offered: %v %v, want %v", got, err, want)
	}
	_, err = FitsHere(bg, h.DB, h.clerk, on, all)
	refused(t, err, store.Forbidden, "a clerk asks for the keys")

	bind := func(f CertificateForm) error {
		return h.try(h.admin, func(tx *store.Tx) error { _, err := BindCertificate(bg, tx, f); return err })
	}
	person := CertificateForm{Owner: OwnerPerson, OwnerID: h.head.Person, DER: all[0].Raw, Method: MethodUSBToken}
	must(t, bind(person))
	person.DER = all[2].Raw
	err = bind(person)
	refused(t, err, store.Invalid, "the certificate of somebody else")
	if !strings.Contains(err.Error(), "Đặng Hữu Phước") || !strings.Contains(err.Error(), "Nguyễn Văn Nghĩa") {
		t.Errorf("the two names are not shown: %v", err)
	}
	agency := CertificateForm{Owner: OwnerAgency, OwnerID: int64(h.agency), DER: all[4].Raw, Method: MethodUSBToken}
	refused(t, bind(agency), store.Invalid, "the seal of another agency")
	agency.DER = all[0].Raw
	refused(t, bind(agency), store.Invalid, "a person's certificate as the agency's seal")
	agency.DER = all[3].Raw
	must(t, bind(agency))
}
