package main

import (
	"context"
	"crypto"
	"crypto/sha256"
	"log/slog"
	"net/http/httptest"
	"path/filepath"
	"testing"
	"time"

	"congvu/internal/authority"
	"congvu/internal/cms"
	"congvu/internal/keys"
)

// serve --tsa asks the authority at that address, over HTTP, and believes only what the trust store believes.
func TestServeAsksTheConfiguredAuthority(t *testing.T) {
	a, err := keys.NewTestAuthority(keys.TestOptions{From: time.Now().AddDate(-1, 0, 0), Until: time.Now().AddDate(5, 0, 0)})
	if err != nil {
		t.Fatal(err)
	}
	sim, err := authority.NewSimulator(a, nil)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(sim)
	defer server.Close()
	dir := t.TempDir()
	s := &settings{Data: filepath.Join(dir, "data"), Trust: filepath.Join(dir, "trust"), TSA: server.URL + authority.StampPath}
	if err := a.WriteTrust(s.Trust); err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256([]byte("a signature value"))
	for _, allow := range []bool{true, false} {
		in, err := openServing(context.Background(), s, opening{migrate: true, allowTest: allow}, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		token, err := in.Desk.Stamper.Stamp(context.Background(), sum[:], crypto.SHA256)
		in.Close()
		if !allow {
			if err == nil {
				t.Error("a test authority is believed without leave")
			}
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		if stamp, err := cms.ParseTimestamp(token); err != nil || string(stamp.Imprint) != string(sum[:]) {
			t.Errorf("token %v, %v", stamp, err)
		}
		if in.Desk.Witness == nil {
			t.Error("nobody is asked about certificates")
		}
	}
}

func TestServeRefusesAddressesThatAreNone(t *testing.T) {
	for _, bad := range []settings{{TSA: "tsa.example"}, {TSA: "ftp://tsa.example/"}, {TSA: "http://ten:matkhau@tsa.example/"}, {TSA: "http:///tsa"}, {Evidence: "maybe"}} {
		bad.Data = t.TempDir()
		in, err := openServing(context.Background(), &bad, opening{migrate: true}, slog.New(slog.DiscardHandler))
		if err == nil {
			in.Close()
			t.Errorf("%q %q is taken", bad.TSA, bad.Evidence)
		}
	}
	in, err := openServing(context.Background(), &settings{Data: t.TempDir(), Evidence: "off"}, opening{migrate: true}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	if in.Desk.Stamper != nil || in.Desk.Witness != nil {
		t.Error("authorities are asked although none is configured")
	}
}
