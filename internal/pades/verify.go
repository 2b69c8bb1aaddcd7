package pades

import (
	"cmp"
	"crypto"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"slices"
	"strings"
	"time"

	"congvu/internal/keys"
	"congvu/internal/pdf"
)

// VerifyOptions holds what a verdict rests on besides the file. All of it is data; nothing is fetched.
type VerifyOptions struct {
	At            time.Time           // of the verification; required
	Trust         *keys.Trust         // nil trusts nobody
	Intermediates []*x509.Certificate // besides those of Trust; many real files carry the leaf only (S5.4)
	OCSPs, CRLs   [][]byte            // revocation evidence besides that in the file, DER
	Fields        []string            // that may be filled after certification; nil means PreparedFields
	// RevocationOptional accepts a chain of a test authority without revocation evidence. Whether other authorities publish
	// any is said by their pin in Trust.
	RevocationOptional bool
}

// Verify judges every signature of a file. It returns an error only when it was called wrongly; a file it cannot read gives
// a report with the outcome Unreadable.
func Verify(file []byte, opt VerifyOptions) (*Report, error) {
	if opt.At.IsZero() {
		return nil, errors.New("pades: no time of verification")
	}
	hashed := beginnings{}
	r := &Report{Size: len(file), VerifiedAt: opt.At}
	defer func() { r.SHA256 = hex.EncodeToString(hashed.hash(crypto.SHA256, file).Sum(nil)) }()
	f, err := pdf.Open(file)
	if err != nil {
		r.Outcome = Unreadable
		r.Findings = append(r.Findings, unreadable(err))
		return r, nil
	}
	v := &verification{report: r, file: f, hashed: hashed, opt: opt, left: maxCompared}
	v.run()
	return r, nil
}

func unreadable(err error) Finding {
	if errors.Is(err, pdf.ErrEncrypted) {
		return finding("file.encrypted", nil)
	}
	return finding("file.unreadable", nil)
}

// Revision gives the bytes that the i-th signature of a report covers, as a file of its own (S3.4); nil if there is none.
func Revision(file []byte, r *Report, i int) []byte {
	if i < 0 || i >= len(r.Signatures) || r.Signatures[i].End > len(file) || r.Signatures[i].End == 0 {
		return nil
	}
	return file[:r.Signatures[i].End:r.Signatures[i].End]
}

type verification struct {
	report *Report
	file   *pdf.File
	hashed beginnings
	opt    VerifyOptions
	signed []*signed
	unread error // of an object that may be unused
	left   int   // values that may still be compared
}

func (v *verification) run() {
	r := v.report
	r.Integrity = Intact
	// Of all objects, also of those that nothing refers to: one of these that cannot be read is no alteration.
	if r.Active = pdf.Active(v.file); len(r.Active) > 0 {
		r.tell("file.active", map[string]any{"kinds": strings.Join(r.Active, ", ")})
	}
	v.unread = v.file.Forgive()
	v.collect()
	if len(v.signed) > maxSignatures {
		r.Outcome, r.Integrity = Failed, Broken
		r.tell("file.too-many", map[string]any{"count": len(v.signed)})
		return
	}
	for _, s := range v.signed {
		v.examine(s)
	}
	slices.SortStableFunc(v.signed, func(a, b *signed) int { return cmp.Compare(a.End, b.End) })
	for _, s := range v.signed {
		r.Signatures = append(r.Signatures, s.Signature)
	}
	v.checkFile()
	v.judgeTrust()
	v.conclude()
}

// collect finds the signatures that the form reaches, each dictionary once however many fields share it.
func (v *verification) collect() {
	byRef := map[pdf.Ref]*signed{}
	m := readMaterial(v.file, v.opt)
	for _, x := range signatureFields(v.file) {
		ref, _ := x.value.(pdf.Ref)
		if first := byRef[ref]; first != nil && ref != (pdf.Ref{}) {
			first.fields = append(first.fields, x)
			continue
		}
		s := &signed{Signature: &Signature{Field: x.name, Integrity: Intact, Kind: Approval, Time: v.opt.At, TimeSource: TimeUnproven,
			ChainState: ChainUnchecked, Revocation: RevocationUnknown},
			dict: v.file.Dict(x.value), ref: ref, fields: []sigField{x}, data: v.file.Data, hashed: v.hashed, material: m}
		byRef[ref] = s
		v.signed = append(v.signed, s)
	}
}

// examine settles the integrity of one signature.
func (v *verification) examine(s *signed) {
	if s.dict == nil {
		s.broken(formatFailure, "signature.no-dictionary", map[string]any{"field": s.Field})
		return
	}
	s.describe(v.file)
	if len(s.fields) > 1 {
		var names []string
		for _, x := range s.fields {
			names = append(names, x.name)
		}
		s.tell("signature.shared", map[string]any{"fields": strings.Join(names, ", ")})
	}
	if !s.readCoverage(v.file) {
		return
	}
	s.checkContainer()
	s.checkRevision(v.file, v.opt.Fields, &v.left)
}

// describe reads what the dictionary claims.
func (s *signed) describe(f *pdf.File) {
	s.SubFilter = f.Text(s.dict["SubFilter"])
	s.Reason, s.Location = f.Text(s.dict["Reason"]), f.Text(s.dict["Location"])
	if at, ok := pdf.ParseDate(f.Text(s.dict["M"])); ok {
		s.ClaimedTime = &at
	}
	switch {
	case s.SubFilter == "ETSI.RFC3161":
		s.Kind, s.ClaimedTime = DocTimestamp, nil
	case transform(f, s.dict, "DocMDP") != nil:
		s.Kind = Certification
	}
}

// checkFile looks for what no single signature shows: removed and hidden signatures, bytes behind the end, readings on which
// programs disagree (checks 1 and 3).
func (v *verification) checkFile() {
	r, f := v.report, v.file
	if found, reachable := v.countSignatures(); found != reachable && on("file.hidden-signature") {
		v.condemn("file.hidden-signature", map[string]any{"found": found, "reachable": reachable})
	}
	if len(v.signed) == 0 {
		if f.Err() != nil || v.unread != nil {
			r.tell("file.unreadable-object", nil)
		}
		return
	}
	if f.Trailing > 0 && !v.coversAll() && on("file.trailing") {
		v.condemn("file.trailing", map[string]any{"count": f.Trailing})
	}
	switch {
	case v.unread != nil || f.Err() != nil: // what a revision changed is compared, and unreadable there it is an alteration
		v.doubt("file.unreadable-object", nil)
	case f.Doubles > 0:
		v.doubt("file.ambiguous", map[string]any{"count": f.Doubles})
	case f.Trailing > 0:
		v.doubt("file.trailing-signed", map[string]any{"count": f.Trailing})
	}
}

// coversAll reports whether an unbroken signature covers the file to its last byte, so that nobody added it later.
func (v *verification) coversAll() bool {
	return slices.ContainsFunc(v.signed, func(s *signed) bool { return s.End == len(v.file.Data) && s.Integrity != Broken })
}

// doubt leaves the whole file to a person.
func (v *verification) doubt(code string, args map[string]any) {
	if !on(code) {
		return
	}
	v.report.tell(code, args)
	for _, s := range v.signed {
		if s.Integrity == Intact {
			s.Integrity = Doubtful
		}
		s.verdict(IsIndeterminate, sigConstraints)
	}
}

// condemn breaks the whole file.
func (v *verification) condemn(code string, args map[string]any) {
	v.report.tell(code, args)
	v.report.Integrity = Broken
	for _, s := range v.signed {
		s.Integrity, s.altered = Broken, false
		s.verdict(TotalFailed, formatFailure)
	}
}

// conclude draws the verdict on the file. Where only later changes speak against a signature and a later signature covers
// the whole file, as when an office edits between two signatures, the file is not failed but a person must compare (S3.4).
func (v *verification) conclude() {
	r := v.report
	if len(v.signed) == 0 {
		if r.Outcome = None; r.Integrity == Broken {
			r.Outcome = Failed
		} else {
			r.Integrity = ""
			r.tell("file.no-signature", nil)
		}
		return
	}
	last := v.signed[len(v.signed)-1]
	r.Outcome = Passed
	for _, s := range v.signed {
		failed := s.Indication == TotalFailed
		if failed && s.altered && s != last && last.WholeFile && last.Integrity == Intact && last.Kind != DocTimestamp && last.Indication != TotalFailed {
			r.tell("file.changed-between", map[string]any{"earlier": s.who(), "later": last.who()})
			if on("file.changed-between") {
				r.lower(Indeterminate, Doubtful)
			}
			continue
		}
		switch {
		case failed:
			r.lower(Failed, s.Integrity)
		case s.Indication == IsIndeterminate:
			r.lower(Indeterminate, s.Integrity)
		}
	}
	if last.Changes >= FillChange && on("file.uncovered") {
		r.tell("file.uncovered", nil)
		r.lower(Indeterminate, Doubtful)
	}
}

var (
	outcomeRank   = map[Outcome]int{Passed: 0, Indeterminate: 1, Failed: 2}
	integrityRank = map[Integrity]int{Intact: 0, Doubtful: 1, Broken: 2}
)

func (r *Report) lower(o Outcome, i Integrity) {
	if outcomeRank[o] > outcomeRank[r.Outcome] {
		r.Outcome = o
	}
	if integrityRank[i] > integrityRank[r.Integrity] {
		r.Integrity = i
	}
}

// who names the signer for a sentence.
func (s *Signature) who() string {
	if s.Signer != nil && s.Signer.Name != "" {
		return s.Signer.Name
	}
	return s.Field
}
