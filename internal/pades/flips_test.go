package pades

import (
	"bytes"
	"math/rand/v2"
	"testing"
	"time"

	"congvu/internal/pdf"
)

// archived is a B-LTA file: two signatures, evidence, document time stamp.
func (w *workshop) archived() ([]byte, VerifyOptions) {
	day := 24 * time.Hour
	lists := append(w.lists(w, signedAt, checkedAt.Add(day)), w.stamper.list(w, signedAt, checkedAt.Add(day)))
	file := w.stamper.docStamp(w, withStore(w, w.good, nil, lists), signedAt.Add(time.Minute), w.office)
	return file, VerifyOptions{At: checkedAt, Trust: w.strict}
}

// No flipped bit of an archived file is passed outside of the containers. Inside they may change what nobody signed: letters of
// hexadecimal digits, certificates that are carried along.
func TestNoFlippedBitOfAnArchivedFileIsAccepted(t *testing.T) {
	w := newWorkshop(t)
	good, opt := w.archived()
	if r := verify(t, good, opt); r.Outcome != Passed || r.Signatures[0].Level != "LTA" {
		t.Fatal(explain(r))
	}
	f, err := pdf.Open(good)
	if err != nil {
		t.Fatal(err)
	}
	var holes [][2]int
	for _, x := range signatureFields(f) {
		s := &signed{Signature: &Signature{}, dict: f.Dict(x.value), data: good}
		if !s.readCoverage(f) {
			t.Fatal("the good file is not good")
		}
		holes = append(holes, s.hole)
	}
	flips := 3000
	if testing.Short() {
		flips = 300
	}
	random := rand.New(rand.NewPCG(3, 4))
	for range flips {
		at := random.IntN(len(good))
		bad := bytes.Clone(good)
		bad[at] ^= 1 << random.IntN(8)
		r := verify(t, bad, opt)
		if r.Outcome == Passed && !within(holes, at) {
			t.Errorf("byte %d flipped from %q to %q is accepted\n%s", at, good[at], bad[at], explain(r))
		}
		if r.Outcome != Passed && !explains(r) {
			t.Errorf("byte %d flipped from %q to %q is refused without a reason\n%s", at, good[at], bad[at], explain(r))
		}
	}
}

// explains reports whether a report that does not pass says why.
func explains(r *Report) bool {
	all := r.Findings
	for _, s := range r.Signatures {
		all = append(all, s.Findings...)
	}
	for _, f := range all {
		if f.Severity != "info" && f.Text != "" {
			return true
		}
	}
	return r.Outcome == None
}

func BenchmarkVerifyArchived(b *testing.B) {
	w := newWorkshop(b)
	good, opt := w.archived()
	b.ReportAllocs()
	for b.Loop() {
		if r := verify(b, good, opt); r.Outcome != Passed {
			b.Fatal(explain(r))
		}
	}
}

// What a verdict rests on is named in the report (S13.5), so that it can be examined again.
func TestReportNamesItsEvidence(t *testing.T) {
	w := newWorkshop(t)
	file, opt := w.archived()
	r := verify(t, file, opt)
	for _, s := range r.Signatures {
		if s.Kind == DocTimestamp {
			if len(s.Timestamp.SHA256) != 64 || len(s.Evidence) != 1 {
				t.Errorf("%s: %+v", s.Field, s.Evidence)
			}
			continue
		}
		if len(s.Evidence) < 2 || s.Evidence[0].Source != FromFile || s.Evidence[0].Kind != EvidenceCRL || s.Evidence[0].About != s.Signer.Name || len(s.Evidence[0].SHA256) != 64 {
			t.Errorf("%s: %+v", s.Field, s.Evidence)
		}
	}
	opt.CRLs = w.lists(w, signedAt, checkedAt.Add(time.Hour))
	if e := verify(t, w.single, opt).Signatures[0].Evidence; len(e) != 2 || e[0].Source != FromStore || e[0].Until == nil || e[0].Revoked != nil {
		t.Errorf("%+v", e)
	}
}

// What could not be read when it was signed is no later change, and what a program says twice in the same words is no
// ambiguity; a person looks at the first, nobody needs to at the second.
func TestFlawsOfTheSignedRevisionAreNoAlteration(t *testing.T) {
	w := newWorkshop(t)
	base := w.catalog(draft(t, 0), func(u *pdf.Update, f *pdf.File, c pdf.Dict) { c["Extra"] = u.Add(pdf.Raw("<</Unread true>>")) })
	signed := forge(t, base, w.request(w.leader)).replace(t, "<</Unread true>>", "<</Unread true >").signedBy(t, w.leader)
	if r := verify(t, handmade(t, signed, "0 0\n"), w.options()); r.Outcome != Indeterminate || r.Signatures[0].Integrity != Doubtful {
		t.Error(explain(r))
	}
	twice := onPage(t, draft(t, 0), 1, func(u *pdf.Update, p pdf.Dict) { p["Rotate"], p["Rotatf"] = 0, 0 })
	twice = bytes.Replace(twice, []byte("/Rotatf"), []byte("/Rotate"), 1)
	if r := verify(t, mustSign(t, twice, w.request(w.leader)), w.options()); r.Outcome != Passed {
		t.Error(explain(r))
	}
}
