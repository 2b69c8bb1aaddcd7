package pades

import (
	"bytes"
	"testing"

	"congvu/internal/keys"
	"congvu/internal/pdf"
)

// Every level, every kind of file: our verifier passes and names the level, and every independent tool accepts.
func TestEveryLevelOfEveryKindOfFile(t *testing.T) {
	w := newCity(t, keys.TestP256)
	for name, file := range inputs(t) {
		t.Run(name, func(t *testing.T) {
			w.checkLevels(t, file, foreignTools)
		})
	}
}

// Every level with every algorithm.
func TestEveryLevelWithEveryAlgorithm(t *testing.T) {
	for _, x := range []struct {
		algorithm keys.TestAlgorithm
		pss       bool
		name      string
	}{
		{keys.TestRSA2048, false, "RSA-2048 SHA-256"}, {keys.TestRSA2048, true, "RSA-PSS-2048 SHA-256"}, {keys.TestRSA3072, false, "RSA-3072 SHA-256"},
		{keys.TestRSA4096, true, "RSA-PSS-4096 SHA-256"}, {keys.TestP256, false, "ECDSA P-256 SHA-256"}, {keys.TestP384, false, "ECDSA P-384 SHA-256"},
	} {
		t.Run(x.name, func(t *testing.T) {
			if testing.Short() && x.algorithm == keys.TestRSA4096 {
				t.Skip("RSA-4096 keys take their time")
			}
			w := newCity(t, x.algorithm)
			w.pss = x.pss
			r := w.checkLevels(t, draft(t, 0), foreignTools)
			if got := r.Signatures[0].Algorithm; got != x.name {
				t.Errorf("signed with %s", got)
			}
			for name, file := range inputs(t) {
				t.Run(name, func(t *testing.T) { w.checkLevels(t, file, nil) })
			}
		})
	}
}

// checkLevels signs a file to every level and has each judged; it gives the verdict on the last.
func (w *city) checkLevels(t *testing.T, file []byte, judge func(*testing.T, *keys.Identity, []byte)) *Report {
	t.Helper()
	all := w.levels(t, file)
	before := file
	var r *Report
	for _, x := range []struct {
		level string
		file  []byte
	}{{"B", all.b}, {"T", all.t}, {"LT", all.lt}, {"LTA", all.lta}} {
		if !bytes.HasPrefix(x.file, file) || x.level > "LT" && !bytes.HasPrefix(x.file, before) {
			t.Errorf("%s: bytes that were there have changed", x.level)
		}
		opt := VerifyOptions{At: w.now, Trust: w.trust, RevocationOptional: x.level < "LT" || x.level == "T"}
		r = verify(t, x.file, opt)
		if r.Outcome != Passed || r.Signatures[0].Level != x.level || r.Signatures[1].Level != x.level {
			t.Fatalf("%s: %s", x.level, explain(r))
		}
		for _, s := range r.Signatures {
			if s.Indication != TotalPassed {
				t.Errorf("%s: %s", x.level, explain(r))
			}
		}
		if judge != nil {
			judge(t, w.authority.Root, x.file)
		}
		t.Logf("%s: %d bytes, %d more", x.level, len(x.file), len(x.file)-len(before))
		if x.level != "B" { // T is another way from the same file, LT and LTA build upon it
			before = x.file
		}
	}
	return r
}

// S13.7: what was valid when it was signed stays so, years after the signers' certificates expired, as long as it is renewed.
func TestArchivedFilesOutliveTheirCertificates(t *testing.T) {
	w := newCity(t, keys.TestP256)
	file := w.levels(t, draft(t, 0)).lta
	for _, at := range []int{1, 2, 3} { // the signers' certificates end in the third year
		w.now = testFrom.AddDate(at, 11, 0)
		x := w.extend(t, file)
		if x.Level != "LTA" || !bytes.HasPrefix(x.File, file) {
			t.Fatalf("year %d: %s %+v", at, x.Level, x.Findings)
		}
		if !x.RenewBefore.After(w.now) || !x.RenewBefore.Before(testUntil) {
			t.Errorf("year %d: renew before %v", at, x.RenewBefore)
		}
		t.Logf("renewal: %d bytes more", len(x.File)-len(file))
		file = x.File
	}
	w.now = testUntil.AddDate(0, 0, -1)
	if r := w.verify(t, file); r.Outcome != Passed || r.Signatures[0].Level != "LTA" {
		t.Error(explain(r))
	}
	foreignTools(t, w.authority.Root, file)
}

// What a file in PDF/A has to obey stays obeyed at the highest level (ISO 19005-2, 6.3.2, 6.3.3, 6.4.3): every widget is printed
// and shown and has an appearance, identifier and metadata stay, nothing follows the end.
func TestArchivedFileStaysPDFA(t *testing.T) {
	w := newCity(t, keys.TestP256)
	before, err := pdf.Open(paperDraft(t))
	if err != nil {
		t.Fatal(err)
	}
	f, err := pdf.Open(w.levels(t, before.Data).lta)
	if err != nil {
		t.Fatal(err)
	}
	stamps := 0
	for _, x := range formFields(f) {
		flags, _ := f.Int(x.dict["F"])
		const printed, invisibleHiddenNoView = 4, 1 | 2 | 32
		if flags&printed == 0 || flags&invisibleHiddenNoView != 0 || f.Stream(f.Dict(x.dict["AP"])["N"]) == nil {
			t.Errorf("widget %s: flags %d, appearance %v", x.name, flags, x.dict["AP"])
		}
		if f.Text(f.Dict(x.value)["SubFilter"]) == "ETSI.RFC3161" {
			stamps++
		}
	}
	if stamps != 1 {
		t.Errorf("%d document time stamps", stamps)
	}
	for _, k := range []pdf.Name{"Metadata", "OutputIntents"} {
		if !sameToken(f.Root()[k], before.Root()[k]) || f.Root()[k] == nil {
			t.Errorf("%s is not what it was", k)
		}
	}
	if !sameToken(f.Trailer["ID"], before.Trailer["ID"]) || !bytes.HasSuffix(f.Data, []byte("%%EOF\n")) {
		t.Error("identifier or end is not what it was")
	}
	for _, n := range f.Numbers() {
		at, _ := f.Where(n)
		o, err := f.Object(pdf.Ref{Num: n, Gen: at.Gen})
		if s, ok := o.(*pdf.Stream); err != nil || ok && (s.Dict["F"] != nil || f.Name(s.Dict["Filter"]) == "LZWDecode") {
			t.Errorf("object %d: %v", n, err)
		}
	}
}
