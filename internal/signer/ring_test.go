package signer

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/sha512"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"congvu/internal/keys"
)

func digestOf(h crypto.Hash, text string) []byte {
	w := h.New()
	w.Write([]byte(text))
	return w.Sum(nil)
}

func TestEveryKeySignsWithEveryMechanismOfItsKind(t *testing.T) {
	s := serve(t, newSoft(t), nil)
	r := NewRing(s.socket, 0)
	defer r.Close()
	all, err := r.List()
	must(t, err)
	if len(all) != 3 || all[0].Name != "hsm.Dau-UBND-phuong" || all[0].Place != "unit1" {
		t.Fatalf("listed %+v", all)
	}
	made := uint64(0)
	for _, e := range all {
		k, cert, _, err := r.Signer(e.Name)
		must(t, err)
		if !cert.Equal(e.Certificate) {
			t.Fatal("another certificate")
		}
		for _, h := range []crypto.Hash{crypto.SHA256, crypto.SHA384, crypto.SHA512} {
			d := digestOf(h, e.Name)
			hows := []crypto.SignerOpts{h}
			if _, ok := k.Public().(*rsa.PublicKey); ok {
				hows = append(hows, &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash, Hash: h}, &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthAuto, Hash: h}, &rsa.PSSOptions{SaltLength: 20, Hash: h})
			}
			for _, how := range hows {
				sig, err := k.Sign(rand.Reader, d, how)
				must(t, err)
				made++
				switch pub := k.Public().(type) {
				case *rsa.PublicKey:
					if p, ok := how.(*rsa.PSSOptions); ok {
						must(t, rsa.VerifyPSS(pub, h, d, sig, p))
					} else {
						must(t, rsa.VerifyPKCS1v15(pub, h, d, sig))
					}
				case *ecdsa.PublicKey:
					if !ecdsa.VerifyASN1(pub, d, sig) {
						t.Fatal("does not verify")
					}
				}
			}
		}
	}
	v, err := r.Inventory()
	must(t, err)
	if v.Count != made || len(v.Keys) != 4 {
		t.Fatalf("counted %d of %d, %d keys", v.Count, made, len(v.Keys))
	}
	s.stop()
	sum, err := CheckLog(s.log)
	must(t, err)
	if sum.Signatures != made || sum.Starts != 1 || len(sum.Keys()) != 3 {
		t.Fatalf("%+v", sum)
	}
}

func TestSignRefusesWhatNoKeyCanDo(t *testing.T) {
	s := serve(t, newSoft(t), nil)
	r := NewRing(s.socket, 0)
	k, _, _, err := r.Signer("hsm.Dau-UBND-phuong")
	must(t, err)
	d := sha256.Sum256(nil)
	for name, how := range map[string]crypto.SignerOpts{"SHA-1": crypto.SHA1, "no hash": crypto.Hash(0), "another length": crypto.SHA512, "salt": &rsa.PSSOptions{SaltLength: 1000, Hash: crypto.SHA256},
		"negative salt": &rsa.PSSOptions{SaltLength: -7, Hash: crypto.SHA256}} {
		if _, err := k.Sign(nil, d[:], how); !errors.Is(err, ErrMechanism) {
			t.Errorf("%s: %v", name, err)
		}
	}
	id := k.(*key).id
	if _, err := r.ask(Order{Key: id, Mechanism: ECDSA, Hash: crypto.SHA256, Digest: d[:]}.encode(), tellSigned, time.Second); !errors.Is(err, ErrMechanism) {
		t.Errorf("ECDSA with an RSA key: %v", err)
	}
	if _, err := r.ask(Order{Mechanism: ECDSA, Hash: crypto.SHA256, Digest: d[:]}.encode(), tellSigned, time.Second); !errors.Is(err, ErrKeyNotFound) {
		t.Errorf("unknown key: %v", err)
	}
	if c := s.guard.Log.Count(); c != 0 {
		t.Errorf("%d signatures logged", c)
	}
}

func TestASignatureThatTheCertificateDoesNotConfirmIsNotUsed(t *testing.T) {
	token := newSoft(t)
	r := NewRing(serve(t, token, nil).socket, 0)
	token.set(func() { token.spoil = true })
	for _, name := range []string{"hsm.p256", "hsm.Dau-UBND-phuong"} {
		k, _, _, err := r.Signer(name)
		must(t, err)
		d := sha256.Sum256(nil)
		if _, err := k.Sign(nil, d[:], crypto.SHA256); !errors.Is(err, ErrBadSignature) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestRefusalsOfTheTokenArriveAsTheyAre(t *testing.T) {
	token := newSoft(t)
	r := NewRing(serve(t, token, nil).socket, 0)
	k, _, _, err := r.Signer("hsm.p384")
	must(t, err)
	d := sha512.Sum384(nil)
	for _, want := range wire[1:] {
		token.set(func() { token.refuse = want.because("test") })
		if want == ErrProtocol || want == ErrStranger {
			continue // said by the guard only
		}
		_, err := k.Sign(nil, d[:], crypto.SHA384)
		if !errors.Is(err, want) {
			t.Errorf("%v arrived as %v", want, err)
		}
		var reasoned interface {
			Reason() (string, map[string]any)
		}
		if !errors.As(err, &reasoned) {
			t.Fatal("no reason")
		}
		if text, _ := reasoned.Reason(); text == "" || strings.Contains(text, "test") {
			t.Errorf("%v says %q", want, text)
		}
	}
}

func TestTheRingConnectsAgainWhenTheProcessWasReplaced(t *testing.T) {
	token := newSoft(t)
	s := serve(t, token, nil)
	r := NewRing(s.socket, 2*time.Second)
	k, _, _, err := r.Signer("hsm.p256")
	must(t, err)
	d := sha256.Sum256(nil)
	_, err = k.Sign(nil, d[:], crypto.SHA256)
	must(t, err)
	s.stop()
	if _, err := k.Sign(nil, d[:], crypto.SHA256); !errors.Is(err, ErrAway) {
		t.Fatalf("without a process: %v", err)
	}
	if _, err := r.List(); !errors.Is(err, ErrAway) {
		t.Fatalf("without a process: %v", err)
	}
	s.start(t, token, nil)
	if _, err = k.Sign(nil, d[:], crypto.SHA256); err != nil {
		t.Fatal(err)
	}
	if n := s.guard.Log.Count(); n != 2 {
		t.Fatalf("%d signatures counted over two processes", n)
	}
}

// A process that dies between question and answer.
func TestAProcessThatDiesIsAway(t *testing.T) {
	l, err := net.Listen("unix", filepath.Join(t.TempDir(), "s"))
	must(t, err)
	defer l.Close()
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			readFrame(c, mostAsked)
			c.Close()
		}
	}()
	r := NewRing(l.Addr().String(), time.Second)
	if _, err := r.Inventory(); !errors.Is(err, ErrAway) {
		t.Fatal(err)
	}
}

func TestATokenThatHangsIsSlowAndHoldsNobodyElse(t *testing.T) {
	token := newSoft(t)
	hold := make(chan struct{})
	token.hold, token.started = hold, make(chan struct{}, 10)
	s := serve(t, token, func(g *Guard) { g.Wait = 5 * time.Second })
	r := NewRing(s.socket, 300*time.Millisecond)
	k, _, _, err := r.Signer("hsm.p256")
	must(t, err)
	d := sha256.Sum256(nil)
	if _, err := k.Sign(nil, d[:], crypto.SHA256); !errors.Is(err, ErrSlow) {
		t.Fatal(err)
	}
	if _, err := r.Inventory(); err != nil {
		t.Fatal("nobody else is answered: ", err)
	}
	close(hold)
}

func TestStoppingFinishesWhatIsUnderWay(t *testing.T) {
	token := newSoft(t)
	token.hold, token.started = make(chan struct{}), make(chan struct{}, 1)
	s := serve(t, token, nil)
	k, _, _, err := NewRing(s.socket, 0).Signer("hsm.p256")
	must(t, err)
	d := sha256.Sum256(nil)
	done := make(chan error, 1)
	go func() {
		_, err := k.Sign(nil, d[:], crypto.SHA256)
		done <- err
	}()
	<-token.started
	stopped := make(chan struct{})
	go func() { s.stop(); close(stopped) }()
	close(token.hold)
	must(t, <-done)
	<-stopped
	if _, err := os.Stat(s.socket); !os.IsNotExist(err) {
		t.Fatal("the socket is still there")
	}
}

func TestTooManyConnectionsAreToldSo(t *testing.T) {
	token := newSoft(t)
	s := serve(t, token, func(g *Guard) { g.Orders = 1 })
	one := NewRing(s.socket, time.Second)
	_, err := one.Inventory() // its connection stays open
	must(t, err)
	if _, err := NewRing(s.socket, time.Second).Inventory(); !errors.Is(err, ErrBusy) {
		t.Fatal(err)
	}
	one.Close()
}

func TestManySignAtOnce(t *testing.T) {
	s := serve(t, newSoft(t), nil)
	r := NewRing(s.socket, 0)
	var work sync.WaitGroup
	const workers, each = 80, 5 // more than there are connections
	for range workers {
		work.Go(func() {
			k, _, _, err := r.Signer("hsm.p256")
			if err != nil {
				t.Error(err)
				return
			}
			for range each {
				d := sha256.Sum256([]byte(time.Now().String()))
				if _, err := k.Sign(nil, d[:], crypto.SHA256); err != nil {
					t.Error(err)
				}
			}
		})
	}
	work.Wait()
	s.stop()
	sum, err := CheckLog(s.log)
	must(t, err)
	if sum.Signatures != workers*each {
		t.Fatalf("%d in the log", sum.Signatures)
	}
}

func TestNamesOfKeysStayApart(t *testing.T) {
	token := newSoft(t)
	other, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	r := NewRing(serve(t, token, nil).socket, 0)
	before, _, _, err := r.Signer("hsm.p256")
	must(t, err)
	long := longName(token.listed[1])
	token.set(func() { token.add(t, "p256", other, true) })
	all, err := r.List()
	must(t, err)
	seen := map[string]bool{}
	for _, e := range all {
		if seen[e.Name] {
			t.Fatalf("%s twice", e.Name)
		}
		seen[e.Name] = true
		_, c, _, err := r.Signer(e.Name)
		must(t, err)
		if !c.Equal(e.Certificate) {
			t.Fatalf("%s leads to another key", e.Name)
		}
	}
	if _, _, _, err := r.Signer("hsm.p256"); !errors.Is(err, ErrAmbiguous) {
		t.Fatalf("two keys of one name: %v", err)
	}
	k, _, _, err := r.Signer(long)
	must(t, err)
	if !before.Public().(*ecdsa.PublicKey).Equal(k.Public()) {
		t.Fatal("the long name leads to the other key")
	}
	if _, _, _, err := r.Signer("hsm.bare"); !errors.Is(err, ErrKeyNotFound) {
		t.Fatalf("without certificate: %v", err)
	}
	if _, _, _, err := r.Signer("seal"); !errors.Is(err, keys.ErrNotFound) {
		t.Fatalf("not a name of the ring: %v", err)
	}
}

func TestTheStoreListsHardwareBesideItsOwn(t *testing.T) {
	store, err := keys.Open(filepath.Join(t.TempDir(), "keys"), []byte("0123456789abcdef"))
	must(t, err)
	token := newSoft(t)
	s := serve(t, token, nil)
	own, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	must(t, store.Put("seal", own, selfSigned(t, "seal", own), nil))
	must(t, store.Put("hsm.p384", own, selfSigned(t, "older", own), nil)) // from before the hardware came
	store.Attach(Prefix, NewRing(s.socket, time.Second))
	all, err := store.List()
	must(t, err)
	var names []string
	for _, e := range all {
		names = append(names, e.Name+"@"+e.Place)
	}
	if got := strings.Join(names, " "); got != "hsm.Dau-UBND-phuong@unit1 hsm.p256@unit1 hsm.p384@ seal@" {
		t.Fatal(got)
	}
	_, c, _, err := store.Signer("hsm.p384")
	must(t, err)
	if c.Subject.CommonName != "older" {
		t.Fatal("the store's own key is hidden")
	}
	k, _, _, err := store.Signer("hsm.p256")
	must(t, err)
	d := sha256.Sum256(nil)
	_, err = k.Sign(rand.Reader, d[:], crypto.SHA256)
	must(t, err)
	if err := store.Put("hsm.new", own, selfSigned(t, "new", own), nil); !errors.Is(err, keys.ErrElsewhere) {
		t.Fatal(err)
	}
	if err := store.Remove("hsm.p256"); !errors.Is(err, keys.ErrElsewhere) {
		t.Fatal(err)
	}
	must(t, store.Remove("hsm.p384"))
	if _, _, _, err := store.Signer("nothing"); !errors.Is(err, keys.ErrNotFound) {
		t.Fatal(err)
	}
	s.stop()
	all, err = store.List()
	must(t, err)
	if len(all) != 1 || all[0].Name != "seal" {
		t.Fatalf("without the device: %+v", all)
	}
	if _, troubles := store.Rings(); len(troubles) != 1 || !errors.Is(troubles[0], ErrAway) {
		t.Fatalf("troubles %v", troubles)
	}
	if _, _, _, err := store.Signer("hsm.p384"); !errors.Is(err, ErrAway) {
		t.Fatal(err)
	}
}
