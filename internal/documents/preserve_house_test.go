package documents

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"congvu/internal/keys"
	"congvu/internal/org"
	"congvu/internal/store"
	"congvu/internal/storetest"
)

// tsa is a time-stamp authority of a test: it answers with real tokens, slowly or not at all when told so.
type tsa struct {
	root, leaf *x509.Certificate
	key        *ecdsa.PrivateKey
	now        func() time.Time

	mu     sync.Mutex
	calls  int
	refuse error
	gate   chan struct{} // when set, every call waits until it can read from it
	began  chan struct{} // told of every call
}

func newTSA(t testing.TB, now func() time.Time, from, until time.Time) *tsa {
	t.Helper()
	s := &tsa{now: now, began: make(chan struct{}, 100)}
	rootKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	s.key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	make := func(name string, serial int64, tpl *x509.Certificate, parent *x509.Certificate, pub any) *x509.Certificate {
		tpl.SerialNumber, tpl.Subject = big.NewInt(serial), pkix.Name{CommonName: name}
		tpl.NotBefore, tpl.NotAfter = from, until
		if parent == nil {
			parent = tpl
		}
		der, err := x509.CreateCertificate(rand.Reader, tpl, parent, pub, rootKey)
		must(t, err)
		c, err := x509.ParseCertificate(der)
		must(t, err)
		return c
	}
	s.root = make("Gốc dấu thời gian", 1, &x509.Certificate{IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}, nil, rootKey.Public())
	usage, err := asn1.Marshal([]asn1.ObjectIdentifier{{1, 3, 6, 1, 5, 5, 7, 3, 8}})
	must(t, err)
	s.leaf = make("Dấu thời gian thử", 2, &x509.Certificate{KeyUsage: x509.KeyUsageDigitalSignature,
		ExtraExtensions: []pkix.Extension{{Id: asn1.ObjectIdentifier{2, 5, 29, 37}, Critical: true, Value: usage}}}, s.root, s.key.Public())
	return s
}

func tlv(tag byte, parts ...[]byte) []byte {
	b, err := asn1.Marshal(asn1.RawValue{Class: int(tag >> 6), Tag: int(tag & 0x1f), IsCompound: tag&0x20 != 0, Bytes: bytes.Join(parts, nil)})
	if err != nil {
		panic(err)
	}
	return b
}

func der(v any) []byte {
	b, err := asn1.Marshal(v)
	if err != nil {
		panic(err)
	}
	return b
}

var errTSADown = errors.New("the authority of the test is down")

// Stamp gives an RFC 3161 token over a SHA-256.
func (s *tsa) Stamp(ctx context.Context, digest []byte, _ crypto.Hash) ([]byte, error) {
	s.mu.Lock()
	s.calls++
	refuse, gate := s.refuse, s.gate
	s.mu.Unlock()
	select {
	case s.began <- struct{}{}:
	default:
	}
	if gate != nil {
		select {
		case <-gate:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	if refuse != nil {
		return nil, refuse
	}
	hash := der(pkix.AlgorithmIdentifier{Algorithm: asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 1}})
	sum := func(b []byte) []byte { h := sha256.Sum256(b); return h[:] }
	kind := asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 1, 4}
	info := tlv(0x30, der(1), der(asn1.ObjectIdentifier{1, 2, 3}), tlv(0x30, hash, tlv(4, digest)), der(7), tlv(0x18, []byte(s.now().UTC().Format("20060102150405Z"))))
	attribute := func(oid asn1.ObjectIdentifier, value []byte) []byte { return tlv(0x30, der(oid), tlv(0x31, value)) }
	attrs := bytes.Join([][]byte{
		attribute(asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 3}, der(kind)),
		attribute(asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 4}, tlv(4, sum(info))),
		attribute(asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 2, 47}, tlv(0x30, tlv(0x30, tlv(0x30, tlv(4, sum(s.leaf.Raw)))))),
	}, nil)
	value, err := s.key.Sign(rand.Reader, sum(tlv(0x31, attrs)), crypto.SHA256)
	if err != nil {
		return nil, err
	}
	signer := tlv(0x30, der(1), tlv(0x30, s.leaf.RawIssuer, der(s.leaf.SerialNumber)), hash, tlv(0xa0, attrs),
		der(pkix.AlgorithmIdentifier{Algorithm: asn1.ObjectIdentifier{1, 2, 840, 10045, 4, 3, 2}}), tlv(4, value))
	data := tlv(0x30, der(3), tlv(0x31, hash), tlv(0x30, der(kind), tlv(0xa0, tlv(4, info))), tlv(0xa0, s.leaf.Raw), tlv(0x31, signer))
	return tlv(0x30, der(asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 2}), tlv(0xa0, data)), nil
}

func (s *tsa) set(refuse error, gate chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refuse, s.gate = refuse, gate
}

func (s *tsa) called() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.calls
}

// newStampingHouse is a house with a time-stamp authority that its trust believes.
func newStampingHouse(t testing.TB) (*house, *tsa) {
	t.Helper()
	h := newHouse(t)
	s := newTSA(t, h.clock.Now, monday.AddDate(-1, 0, 0), monday.AddDate(2, 0, 0))
	h.believe(keys.RevocationNone, s)
	h.Desk.Stamper = s
	return h, s
}

// believe gives the house a trust store with the test authority and time-stamp authorities; revocation is what it asks of signers.
func (h *house) believe(revocation keys.Revocation, stampers ...*tsa) {
	h.t.Helper()
	dir := h.t.TempDir()
	must(h.t, h.authority.WriteTrust(dir))
	b, err := os.ReadFile(filepath.Join(dir, "trust.json"))
	must(h.t, err)
	var pins map[string][]keys.Pin
	must(h.t, json.Unmarshal(b, &pins))
	for i := range pins["certificates"] {
		pins["certificates"][i].Revocation = revocation
	}
	for i, s := range stampers {
		pins["certificates"] = append(pins["certificates"], keys.Pin{Name: "tsa", SHA256: keys.Fingerprint(s.root), Purposes: []keys.Purpose{keys.PurposeTimestamp}, Revocation: keys.RevocationNone})
		must(h.t, os.WriteFile(filepath.Join(dir, fmt.Sprintf("tsa%d.pem", i)), pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.root.Raw}), 0o600))
	}
	b, err = json.Marshal(pins)
	must(h.t, err)
	must(h.t, os.WriteFile(filepath.Join(dir, "trust.json"), b, 0o600))
	h.Desk.Trust, err = keys.LoadTrust(dir)
	must(h.t, err)
	h.Desk.Trust.AllowTest = true
}

// work does all due work of a kind until there is none.
func (h *house) work(w store.Work) {
	h.t.Helper()
	for {
		n, err := h.DB.WorkOnce(bg, w)
		must(h.t, err)
		if n == 0 {
			return
		}
	}
}

// settle does everything that time stamps cause, as the serving program does.
func (h *house) settle() {
	h.t.Helper()
	for range 4 {
		h.work(h.Desk.stamping())
		h.work(h.Desk.releasing())
	}
}

func (h *house) stampsOf(o *Outgoing) []Stamp {
	h.t.Helper()
	all, err := Stamps(bg, h.DB, h.clerk, o.ID)
	must(h.t, err)
	return all
}

func (h *house) policy(p StampPolicy) {
	h.t.Helper()
	h.do(h.admin, func(tx *store.Tx) error { return SetPreserving(bg, tx, Preserving{Stamp: p, CheckDays: 180}) })
}

func (h *house) said(o *Outgoing) (verbs []string) {
	h.t.Helper()
	steps, err := Timeline(bg, h.DB, h.clerk, o.Ref())
	must(h.t, err)
	for _, s := range steps {
		verbs = append(verbs, s.What.Text)
	}
	return verbs
}

// endPost ends a post today.
func (h *house) endPost(a store.Actor) {
	h.t.Helper()
	h.do(store.Actor{Via: store.ViaSystem}, func(tx *store.Tx) error { return org.EndHolding(bg, tx, org.HoldingID(a.Holding), today(tx.Now())) })
}

// told tells whether the journal names a person to be told of a verb.
func (h *house) told(a store.Actor, verb string) bool {
	h.t.Helper()
	found := false
	storetest.Drain(h.t, h.DB, fmt.Sprintf("test-told-%s-%d", verb, a.Person), func(_ context.Context, _ *store.Tx, e store.Entry) error {
		told, err := e.Told()
		if err == nil && e.Verb == verb && slices.Contains(told.Notify, a.Person) && told.Text != nil {
			found = true
		}
		return err
	})
	return found
}
