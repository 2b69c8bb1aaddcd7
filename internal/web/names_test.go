package web

import "testing"

func TestNamesOfCertificatesAreReadable(t *testing.T) {
	dn := `SERIALNUMBER=TEST-P-1,CN=Đỗ Minh Bảo\, Chủ tịch,O=Ủy ban nhân dân phường Cầu Giấy+O=congvu TEST,C=VN,2.5.4.12=#0c0c4368`
	for attribute, want := range map[string]string{"CN": "Đỗ Minh Bảo, Chủ tịch", "O": "Ủy ban nhân dân phường Cầu Giấy", "OU": ""} {
		if got := nameIn(dn, attribute); got != want {
			t.Errorf("%s is %q, want %q", attribute, got, want)
		}
	}
	if got := nameIn("O=Sở Nội vụ", "CN"); got != "O=Sở Nội vụ" {
		t.Errorf("without a common name: %q", got)
	}
}
