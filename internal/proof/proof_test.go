package proof

import (
	"bytes"
	"crypto/ed25519"
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/tlog"
)

var (
	logSecret     = ed25519.NewKeyFromSeed(bytes.Repeat([]byte{1}, 32))
	witnessSecret = ed25519.NewKeyFromSeed(bytes.Repeat([]byte{2}, 32))
	otherSecret   = ed25519.NewKeyFromSeed(bytes.Repeat([]byte{3}, 32))
)

func keyOf(t testing.TB, name string, secret ed25519.PrivateKey, witness bool) Key {
	k, err := KeyOf(name, secret, witness)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// sample is a bundle of a received document with four lines in a log of seven leaves.
func sample(t testing.TB) (*Bundle, Options) {
	b := &Bundle{Congvu: "proof", Format: 1, MadeAt: 1_800_000_000_000_000, Need: 1,
		Document: Document{Direction: "incoming", Ref: "incoming/5", Agency: 9, AgencyCode: "H26.2", AgencyName: "Sở B", DocumentID: "D-1", Code: "15/QĐ-UBND", Issued: "2026-05-04",
			Subject: "về việc <thử>", SenderCode: "H26.1", SenderName: "UBND A", ArrivalNumber: "12/2026", ArrivedAt: 1_799_000_000_000_000},
		Files:   []File{{Name: "qd.pdf", Size: 3, SHA256: hexSum([]byte("abc")), Main: true, Content: []byte("abc")}},
		Parcels: []Parcel{{Direction: "in", ID: "p-1", Sender: "H26.1", DocumentID: "D-1", SHA256: hexSum([]byte("parcel"))}}}
	salt := bytes.Repeat([]byte{7}, 16)
	for i, verb := range []string{"document.arrived", "parcel.received", "document.registered", "document.recalled"} {
		l := Line{Entry: Entry{ID: int64(100 + i), Agency: 9, At: 1_799_000_000_000_000, Verb: verb, Ref: "incoming/5", Person: 3, Via: "web", Notify: []int64{4, 5}}, Index: int64(i), Salt: salt,
			Title: "15/QĐ-UBND", Data: `{"notify": [4, 5], "data": {"parcel": "p-1", "sha256": "` + b.Parcels[0].SHA256 + `"}}`, Who: "Lê Thị Hoa"}
		_, _, words := Told(l.Data)
		l.Words = Commit(salt, l.Title, words)
		if verb == "document.recalled" {
			l.Salt, l.Title, l.Data = nil, "", ""
		}
		b.Lines = append(b.Lines, l)
	}
	rows := &Rows{Entry: 102, Salt: salt, Index: 4, Carried: hexSum(nil), Register: `[{"DocumentID":"D-1","Number":"15","Notation":"QĐ-UBND","IssuedDate":"2026-05-04","Subject":"về việc <thử>","ArrivalNumber":12,"ArrivalYear":2026,"SenderCode":"H26.1","SenderName":"UBND A","ArrivedUs":1799000000000000},[],null,[{"Name":"qd.pdf","SHA":"` + b.Files[0].SHA256 + `"}]]`}
	rows.Words = Commit(salt, RowsTitle, JoinRows(rows.Register, rows.Carried))
	b.Rows = rows
	var hashes []Hash
	reader := tlog.HashReaderFunc(func(at []int64) (out []tlog.Hash, err error) {
		for _, i := range at {
			out = append(out, hashes[i])
		}
		return out, nil
	})
	leaves := []Hash{b.Lines[0].Leaf(), b.Lines[1].Leaf(), b.Lines[2].Leaf(), b.Lines[3].Leaf(), RowsLeaf(9, "incoming/5", 102, rows.Words), {1}, {2}}
	for i, leaf := range leaves {
		more, err := tlog.StoredHashesForRecordHash(int64(i), leaf, reader)
		if err != nil {
			t.Fatal(err)
		}
		hashes = append(hashes, more...)
	}
	root, err := tlog.TreeHash(7, reader)
	if err != nil {
		t.Fatal(err)
	}
	for i := range b.Lines {
		if b.Lines[i].Path, err = tlog.ProveRecord(7, int64(i), reader); err != nil {
			t.Fatal(err)
		}
	}
	if rows.Path, err = tlog.ProveRecord(7, 4, reader); err != nil {
		t.Fatal(err)
	}
	signed, err := Checkpoint{Origin: "congvu/n-1", Size: 7, Root: root, At: 1_799_000_100}.Sign(logSecret)
	if err != nil {
		t.Fatal(err)
	}
	line, err := Cosign(signed, "congvu/n-2/witness", witnessSecret, time.Unix(1_799_000_200, 0))
	if err != nil {
		t.Fatal(err)
	}
	b.Checkpoint = signed + line
	log, witness := keyOf(t, "congvu/n-1", logSecret, false), keyOf(t, "congvu/n-2/witness", witnessSecret, true)
	b.LogKey, b.Witnesses = log.String(), []string{witness.String()}
	return b, Options{LogKeys: []Key{log}, Witnesses: []Key{witness}}
}

func written(t testing.TB, b *Bundle) []byte {
	var out bytes.Buffer
	if err := b.Write(&out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestBundleHoldsAndSaysSo(t *testing.T) {
	b, opt := sample(t)
	again, err := Read(bytes.NewReader(written(t, b)))
	if err != nil || !reflect.DeepEqual(again, b) {
		t.Fatal(err)
	}
	r := Verify(again, opt)
	if r.Outcome != Holds || r.Outcome.ExitCode() != 0 {
		t.Fatalf("%+v", r)
	}
	if r := Verify(again, Options{}); r.Outcome != Incomplete || r.Outcome.ExitCode() != 2 {
		t.Fatalf("with no keys of the reader's: %+v", r)
	}
	if r := Verify(again, Options{Witnesses: opt.Witnesses}); r.Outcome != Holds {
		t.Fatalf("a known witness vouches: %+v", r)
	}
	if r := Verify(again, Options{LogKeys: []Key{keyOf(t, "congvu/n-1", otherSecret, false)}}); r.Outcome != Broken || r.Outcome.ExitCode() != 1 {
		t.Fatalf("another key of that log: %+v", r)
	}
	if r := Verify(again, Options{LogKeys: opt.LogKeys, Need: 2}); r.Outcome != Incomplete {
		t.Fatalf("two witnesses wanted: %+v", r)
	}
}

// Whatever a forger changes in a bundle, by hand or with a program that writes the form well: it never holds.
func TestNoChangedBundleHolds(t *testing.T) {
	raw := func() []byte { b, _ := sample(t); return written(t, b) }()
	_, opt := sample(t)
	refused, broken := 0, 0
	for i := range raw { // every byte of it
		forged := bytes.Clone(raw)
		forged[i] ^= 1
		b, err := Read(bytes.NewReader(forged))
		if err != nil {
			refused++
			continue
		}
		if r := Verify(b, opt); r.Outcome == Holds && !harmless(raw, forged) {
			t.Fatalf("byte %d (%q): %s", i, raw[max(i-40, 0):min(i+40, len(raw))], forged[max(i-40, 0):min(i+40, len(raw))])
		}
		broken++
	}
	t.Logf("%d refused, %d read and judged", refused, broken)
}

// harmless tells whether two bundles differ only in what is for the reader's comfort and proves nothing: names, times of making, places on the way.
func harmless(a, b []byte) bool {
	var x, y Bundle
	if json.Unmarshal(a, &x) != nil || json.Unmarshal(b, &y) != nil {
		return false
	}
	for _, p := range []*Bundle{&x, &y} {
		p.MadeAt, p.Need = 0, 0
		d := &p.Document
		d.AgencyCode, d.AgencyName, d.Type, d.Signer = "", "", "", ""
		for i := range p.Lines {
			p.Lines[i].Who = ""
		}
		for i := range p.Parcels {
			p.Parcels[i].Sender, p.Parcels[i].DocumentID, p.Parcels[i].Size, p.Parcels[i].At = "", "", 0, 0
		}
		for i := range p.Files {
			p.Files[i].Main = false
		}
	}
	return reflect.DeepEqual(x, y)
}

func TestReaderIsStrict(t *testing.T) {
	b, _ := sample(t)
	good := string(written(t, b))
	for name, bad := range map[string]string{
		"unknown field":   strings.Replace(good, `{"congvu":"proof",`, `{"congvu":"proof","x":1,`, 1),
		"repeated field":  strings.Replace(good, `"format":1,`, `"format":2,"format":1,`, 1),
		"other spelling":  strings.Replace(good, `"format":1,`, `"Format":1,`, 1),
		"white space":     strings.Replace(good, `"format":1,`, `"format": 1,`, 1),
		"more behind":     good + "{}",
		"cut off":         good[:len(good)/2],
		"another format":  strings.Replace(good, `"format":1,`, `"format":2,`, 1),
		"nothing":         "",
		"deep":            `{"congvu":"proof",` + strings.Repeat(`[`, 100_000),
		"escaped letters": strings.Replace(good, "proof.", `\u0070roof.`, 1) + " ",
		"a line too many": strings.Replace(good, `"path":[`, `"path":[`+strings.Repeat(`"`+Hash{}.String()+`",`, 65), 1),
	} {
		if _, err := Read(strings.NewReader(bad)); err == nil {
			t.Errorf("%s is read", name)
		}
	}
}

func TestKeysAndCheckpointsHaveOneForm(t *testing.T) {
	log, witness := keyOf(t, "congvu/n-1", logSecret, false), keyOf(t, "congvu/n-2/witness", witnessSecret, true)
	for _, k := range []Key{log, witness} {
		if again, err := ParseKey(k.String()); err != nil || !reflect.DeepEqual(again, k) {
			t.Fatal(err)
		}
	}
	for _, bad := range []string{"", "x", log.String() + "=", " " + log.String(), strings.Replace(log.String(), "n-1", "n-2", 1), "a b+00000000+AQ=="} {
		if _, err := ParseKey(bad); err == nil {
			t.Errorf("%q is a key", bad)
		}
	}
	signed, err := Checkpoint{Origin: "congvu/n-1", Size: 5, At: 6}.Sign(logSecret)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := OpenCheckpoint(signed, log); err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{strings.Replace(signed, "\n5\n", "\n05\n", 1), strings.Replace(signed, "\n5\n", "\n6\n", 1), strings.Replace(signed, "time 6", "time 7", 1), strings.Replace(signed, "congvu/n-1\n", "congvu/n-2\n", 1), signed + strings.Repeat("x", mostNote)} {
		if _, err := OpenCheckpoint(bad, log); err == nil {
			t.Errorf("%q opens", bad)
		}
	}
	line, err := Cosign(signed, "congvu/n-2/witness", witnessSecret, time.Unix(77, 0))
	if err != nil {
		t.Fatal(err)
	}
	seen, err := OpenCheckpoint(signed+line, log, witness)
	if err != nil || len(seen.Witnesses) != 1 || seen.Witnesses[0].At.Unix() != 77 {
		t.Fatalf("%+v %v", seen, err)
	}
	if _, err := OpenCheckpoint(signed+strings.Replace(line, "A", "B", 1), log, witness); err == nil {
		t.Error("a changed cosignature opens")
	}
}

// The words of a line are the same whichever engine re-formatted them: PostgreSQL reorders keys and writes numbers anew.
func TestWordsAreTheSameOnBothEngines(t *testing.T) {
	_, _, a := Told(`{"text":{"text":"x","args":{"b":1,"a":0.50}},"notify":[3],"data":{"n":1e21,"z":-0,"s":"<\u00e1"}}`)
	notify, forgets, b := Told(`{"data": {"s": "<á", "z": 0, "n": 1000000000000000000000}, "text": {"args": {"a": 0.5, "b": 1.0}, "text": "x"}, "notify": [3]}`)
	if a != b || len(notify) != 1 || forgets {
		t.Fatalf("%s\n%s", a, b)
	}
	if _, _, c := Told(`{"data": {"s": "<á", "z": 0, "n": 1000000000000000000001}}`); c == b {
		t.Fatal("another number is the same")
	}
}

func FuzzRead(f *testing.F) {
	b, opt := sample(f)
	f.Add(written(f, b))
	f.Add([]byte(`{"congvu":"proof","format":1}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		b, err := Read(bytes.NewReader(raw))
		if err != nil {
			return
		}
		Verify(b, opt)
		Verify(b, Options{})
		var out bytes.Buffer
		if err := b.Write(&out); err != nil || !bytes.Equal(bytes.TrimRight(out.Bytes(), "\n"), bytes.TrimRight(raw, "\r\n")) {
			t.Fatal("it comes out otherwise than it went in", err)
		}
	})
}

func FuzzOpenCheckpoint(f *testing.F) {
	b, opt := sample(f)
	f.Add(b.Checkpoint, b.LogKey)
	f.Fuzz(func(t *testing.T, note, key string) {
		k, err := ParseKey(key)
		if err != nil {
			return
		}
		_, _ = OpenCheckpoint(note, k, opt.Witnesses...)
		_, _ = Peek(note)
	})
}
