package keys

import (
	"errors"
	"testing"
	"time"
)

// A remembered path is believed only within the validity of what it is made of, only for its purpose, and only where test certificates are.
func TestRememberedChainsEndWithTheirCertificates(t *testing.T) {
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	authority, err := NewTestAuthority(TestOptions{From: now.AddDate(-1, 0, 0), Until: now.AddDate(5, 0, 0)})
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := authority.WriteTrust(dir); err != nil {
		t.Fatal(err)
	}
	trust, err := LoadTrust(dir)
	if err != nil {
		t.Fatal(err)
	}
	trust.AllowTest = true
	id, err := authority.Agency("Sở Nội vụ", "H26.5", Period{From: now.AddDate(0, -1, 0), Until: now.AddDate(0, 1, 0)})
	if err != nil {
		t.Fatal(err)
	}
	chain := func(at time.Time, p Purpose) error {
		_, err := trust.Chain(id.Certificate, id.Chain, at, p)
		return err
	}
	for range 2 {
		if err := chain(now, PurposeSeal); err != nil {
			t.Fatal(err)
		}
	}
	if trust.known.find(chainKey(id.Certificate, id.Chain, PurposeSeal, true), now) == nil {
		t.Fatal("the path was not remembered: the test proves nothing")
	}
	for _, at := range []time.Time{now.AddDate(0, 2, 0), now.AddDate(0, -2, 0)} {
		if err := chain(at, PurposeSeal); !errors.Is(err, ErrNotValidAt) {
			t.Errorf("at %s: %v", at, err)
		}
	}
	if err := chain(now, PurposeTimestamp); err == nil {
		t.Error("another purpose was believed")
	}
	first, _ := trust.Chain(id.Certificate, id.Chain, now, PurposeSeal)
	first.Certificates[0] = nil // a caller's own copy
	if again, err := trust.Chain(id.Certificate, id.Chain, now, PurposeSeal); err != nil || again.Certificates[0] == nil {
		t.Error("a caller changed what is remembered")
	}
	trust.AllowTest = false
	if err := chain(now, PurposeSeal); !errors.Is(err, ErrTestCertificate) {
		t.Errorf("a test certificate was believed: %v", err)
	}
}
