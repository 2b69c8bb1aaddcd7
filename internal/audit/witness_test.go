package audit_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"congvu/internal/audit"
	"congvu/internal/proof"
	"congvu/internal/store"
	"congvu/internal/storetest"
)

// public serves what an installation shows of its log, as the pages do; through at, which a test may point elsewhere.
func public(t *testing.T, at **office) string {
	answer := func(w http.ResponseWriter, text string, err error) {
		switch {
		case errors.Is(err, store.NotFound):
			http.Error(w, "none", http.StatusNotFound)
		case err != nil:
			http.Error(w, err.Error(), http.StatusConflict)
		default:
			w.Write([]byte(text))
		}
	}
	mux := http.NewServeMux()
	mux.HandleFunc(audit.PathCheckpoint, func(w http.ResponseWriter, r *http.Request) {
		c, _, err := audit.LastCheckpoint(r.Context(), (*at).db)
		answer(w, c.Signed(), err)
	})
	mux.HandleFunc(audit.PathConsistency, func(w http.ResponseWriter, r *http.Request) {
		from, _ := strconv.ParseInt(r.FormValue("from"), 10, 64)
		to, _ := strconv.ParseInt(r.FormValue("to"), 10, 64)
		hashes, err := (*at).log.Consistency(r.Context(), from, to)
		answer(w, audit.FormatHashes(hashes), err)
	})
	mux.HandleFunc(audit.PathCosigned, func(w http.ResponseWriter, r *http.Request) {
		note, err := (*at).log.Cosigned(r.Context(), r.FormValue("origin"))
		answer(w, note, err)
	})
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return s.URL
}

func (o *office) key() proof.Key {
	k, err := o.log.Key(ctx)
	if err != nil {
		o.t.Fatal(err)
	}
	return k
}

func (o *office) add(key proof.Key, url string) {
	o.t.Helper()
	err := o.db.Write(ctx, store.Actor{Roles: store.SystemAdmin, Via: store.ViaCLI}, func(tx *store.Tx) error {
		_, err := audit.AddPeer(ctx, tx, key.String(), url)
		return err
	})
	if err != nil {
		o.t.Fatal(err)
	}
}

func (o *office) try(f error) {
	o.t.Helper()
	if f != nil {
		o.t.Fatal(f)
	}
}

// T31: a witness signs what extends what it saw, and nothing else; a fork is refused by the very next checkpoint, both signed checkpoints are kept, both sides
// sound the alarm.
func TestWitnessRefusesAFork(t *testing.T) {
	k := newKeys(t)
	c := storetest.Config(t, nil)
	log := openWith(t, c, k)
	witness := open(t)
	witness.log.Node = "n-witness"
	at := log
	url, back := public(t, &at), public(t, &witness)
	wk, err := witness.log.WitnessKey(ctx)
	log.try(err)
	witness.add(log.key(), url)
	log.add(wk, back)

	for range 3 {
		log.act(5, "document.issued")
		log.seal()
		log.try(witness.log.Witness(ctx))
		log.try(log.log.Gather(ctx))
	}
	s, err := log.log.Standing(ctx, store.Actor{Roles: store.SystemAdmin})
	if err != nil || s.Cosigned != 1 || s.Seen.Size != s.Last.Size || len(s.Forks) != 0 || s.Peers[0].Trouble != "" {
		t.Fatalf("%+v %v", s, err)
	}
	if v := log.verify(); len(v.Findings) != 0 {
		t.Fatalf("%+v", v.Findings)
	}

	// The operator rewrites: another log under the same key and name, with as many leaves, shown to the witness instead.
	forked := openWith(t, storetest.Config(t, nil), k)
	forked.act(12, "document.voided")
	forked.seal()
	forked.act(12, "document.voided")
	forked.seal()
	at = forked
	log.try(witness.log.Witness(ctx))
	forks, err := audit.Forks(ctx, witness.db)
	if err != nil || len(forks) != 1 || forks[0].Origin != "congvu/n-test" || forks[0].Found != "no_proof" {
		t.Fatalf("%+v %v", forks, err)
	}
	for _, note := range []string{forks[0].First, forks[0].Second} { // evidence that anybody can check
		if _, err := proof.OpenCheckpoint(note, log.key()); err != nil {
			t.Error(err)
		}
	}
	before, err := witness.log.Cosigned(ctx, "congvu/n-test")
	log.try(err)
	log.try(witness.log.Witness(ctx))
	if after, err := witness.log.Cosigned(ctx, "congvu/n-test"); err != nil || after != before {
		t.Fatal("the witness signed on after a fork", err)
	}
	if w, err := audit.Watched(ctx, witness.db); err != nil || w[0].Trouble != "forked" {
		t.Fatalf("%+v %v", w, err)
	}

	// The forked log asks its witness, and learns that another one under its name was seen.
	forked.add(wk, back)
	forked.try(forked.log.Gather(ctx))
	if forks, err := audit.Forks(ctx, forked.db); err != nil || len(forks) != 1 || forks[0].Found != "witness" {
		t.Fatalf("%+v %v", forks, err)
	}
	forked.act(1, "document.issued")
	storetest.Drain(t, forked.db, audit.Follower, forked.log.Seal)
	if signed, err := forked.log.Publish(ctx); signed || err != nil {
		t.Fatal("a forked log signs on", err)
	}
}

// A log that goes back, that is signed by another key, that does not answer, or that does not know us: nothing is signed, and the reason is shown.
func TestWitnessSignsNothingItCannotCheck(t *testing.T) {
	k := newKeys(t)
	log, witness := openWith(t, storetest.Config(t, nil), k), open(t)
	witness.log.Node = "n-witness"
	at := log
	url, back := public(t, &at), public(t, &witness)
	wk, err := witness.log.WitnessKey(ctx)
	log.try(err)
	log.act(20, "document.issued")
	log.seal()
	log.add(wk, back)
	log.try(log.log.Gather(ctx))
	trouble := func(o *office, list func() ([]audit.Peer, error)) string {
		t.Helper()
		all, err := list()
		o.try(err)
		return all[0].Trouble
	}
	witnesses := func() ([]audit.Peer, error) { return audit.Witnesses(ctx, log.db) }
	watched := func() ([]audit.Peer, error) { return audit.Watched(ctx, witness.db) }
	if got := trouble(log, witnesses); got != "unknown" {
		t.Error(got)
	}
	witness.add(log.key(), url)
	stranger := open(t)
	stranger.act(3, "document.issued")
	stranger.seal()
	at = stranger
	log.try(witness.log.Witness(ctx))
	if got := trouble(witness, watched); got != "forged" {
		t.Error(got)
	}
	at = log
	log.try(witness.log.Witness(ctx))
	if got := trouble(witness, watched); got != "" {
		t.Error(got)
	}
	old := openWith(t, storetest.Config(t, nil), k)
	old.act(7, "document.issued")
	old.seal()
	at = old
	log.try(witness.log.Witness(ctx))
	if forks, err := audit.Forks(ctx, witness.db); err != nil || len(forks) != 1 || forks[0].Found != "went_back" {
		t.Fatalf("%+v %v", forks, err)
	}
	for _, bad := range []string{"http://example.vn", "ftp://x", "https://a:b@example.vn", "https://example.vn/?x", "", "example.vn"} {
		err := log.db.Write(ctx, store.Actor{Roles: store.SystemAdmin}, func(tx *store.Tx) error {
			_, err := audit.AddPeer(ctx, tx, wk.String(), bad)
			return err
		})
		if !errors.Is(err, store.Invalid) {
			t.Error(bad, err)
		}
	}
	err = log.db.Write(ctx, store.Actor{Roles: store.AgencyAdmin}, func(tx *store.Tx) error { return audit.DropPeer(ctx, tx, wk.Name) })
	if !errors.Is(err, store.Forbidden) {
		t.Error(err)
	}
}

// What is proved of a document holds for a stranger, one line and its path are small, and a recall leaves the proof standing.
func TestProvenLinesHoldForAStranger(t *testing.T) {
	o := open(t)
	o.docs["1 outgoing/3"] = proof.JoinRows(`[{},[],[],[]]`, "00")
	o.act(300, "document.issued")
	storetest.Drain(t, o.db, audit.Follower, o.log.Seal)
	e, err := o.log.Prove(ctx, 1, "outgoing/3", []string{"document.issued"})
	o.try(err)
	if len(e.Lines) != 8 || e.Rows == nil {
		t.Fatalf("%+v", e)
	}
	e.Rows.Register, e.Rows.Carried, _ = strings.Cut(o.docs["1 outgoing/3"], "\n")
	b := &proof.Bundle{Congvu: "proof", Format: 1, Document: proof.Document{Direction: "outgoing", Ref: "outgoing/3", Agency: 1}, Lines: e.Lines, Rows: e.Rows, Checkpoint: e.Checkpoint, LogKey: e.Key.String(), Need: e.Need}
	r := proof.Verify(b, proof.Options{LogKeys: []proof.Key{e.Key}, Need: -1})
	if r.Outcome != proof.Holds {
		t.Fatalf("%+v", r)
	}
	if n := 32 * len(e.Lines[0].Path); n > 2000 {
		t.Errorf("a path of %d bytes", n)
	}
	if _, err := o.log.Prove(ctx, 2, "outgoing/3", []string{"document.issued"}); !errors.Is(err, store.Conflict) {
		t.Error(err)
	}
	err = o.db.Write(ctx, store.System(1), func(tx *store.Tx) error {
		if err := tx.Forget(ctx, 1, "outgoing/3", "x"); err != nil {
			return err
		}
		return tx.Record(store.Event{Verb: "document.recalled", Agency: 1, Ref: "outgoing/3", Title: "x", Forgets: true})
	})
	o.try(err)
	o.seal()
	if r := proof.Verify(b, proof.Options{LogKeys: []proof.Key{e.Key}, Need: -1}); r.Outcome != proof.Holds {
		t.Fatalf("the proof given before: %+v", r)
	}
	e, err = o.log.Prove(ctx, 1, "outgoing/3", []string{"document.issued", "document.recalled"})
	o.try(err)
	b.Lines, b.Checkpoint = e.Lines, e.Checkpoint
	e.Rows.Register, e.Rows.Carried = b.Rows.Register, b.Rows.Carried
	b.Rows = e.Rows
	if r := proof.Verify(b, proof.Options{LogKeys: []proof.Key{e.Key}, Need: -1}); r.Outcome != proof.Holds {
		t.Fatalf("the proof given afterwards: %+v", r)
	}
}
