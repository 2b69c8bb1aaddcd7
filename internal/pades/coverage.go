package pades

import (
	"bytes"
	"crypto"
	"crypto/x509"

	"congvu/internal/cms"
	"congvu/internal/keys"
	"congvu/internal/pdf"
)

// maxLooseTail is the most that a signed range may leave out at the end of its revision to be merely doubtful.
const maxLooseTail = 1024

// signed is a signature under examination.
type signed struct {
	*Signature
	dict     pdf.Dict
	ref      pdf.Ref // of the signature dictionary, zero when it is direct
	fields   []sigField
	hole     [2]int // the bytes between the two signed ranges
	contents []byte
	data     []byte // the whole file
	hashed   beginnings
	material *material
	altered  bool // only what followed speaks against it

	container   *cms.Signed       // of a signature
	token       []byte            // time-stamp token in its unsigned attributes
	inner       *cms.Timestamp    // the token, read
	stamp       *cms.Timestamp    // of a document time stamp
	certificate *x509.Certificate // of the signer
	path        *keys.Chain       // from the signer to a believed certificate; nil when there is none
}

// digest hashes what the signature covers.
func (s *signed) digest(h crypto.Hash) []byte {
	w := s.hashed.hash(h, s.data[:s.hole[0]])
	w.Write(s.data[s.hole[1]:s.End])
	return w.Sum(nil)
}

// readCoverage reads Contents and ByteRange of the dictionary and checks their form (signing.md §4, check 2): four integers,
// from byte 0, and a hole that is exactly the hexadecimal Contents token of this dictionary. False ends the examination.
func (s *signed) readCoverage(f *pdf.File) bool {
	named := map[string]any{"field": s.Field}
	text, ok := s.dict["Contents"].(pdf.String)
	numbers := f.Array(s.dict["ByteRange"])
	if !ok || len(numbers) != 4 {
		s.broken(formatFailure, "signature.incomplete", named)
		return false
	}
	var at [4]int
	for i, n := range numbers {
		v, ok := n.(int64)
		if !ok || v < 0 || v > int64(len(s.data)) {
			s.broken(formatFailure, "signature.range", named)
			return false
		}
		at[i] = int(v)
	}
	s.hole, s.End, s.contents = [2]int{at[1], at[2]}, at[2]+at[3], text.Bytes
	switch {
	case at[1] > at[2] || s.End > len(s.data):
		s.End = min(s.End, len(s.data))
		s.broken(formatFailure, "signature.range", named)
		return false
	case at[0] != 0 && on("signature.range"):
		s.broken(formatFailure, "signature.range", named)
		return false
	case (!text.Hex || text.Start != at[1] || text.End != at[2]) && on("signature.gap"):
		s.broken(formatFailure, "signature.gap", named)
		return false
	case len(bytes.Trim(text.Bytes, "\x00")) == 0:
		s.broken(formatFailure, "signature.empty", named)
		return false
	}
	return true
}

// checkRevision makes sure that the signed bytes are a complete revision of this file to which the signature belongs, and
// grades what followed it.
func (s *signed) checkRevision(f *pdf.File, prepared []string, left *int) {
	named := map[string]any{"field": s.Field}
	if len(bytes.TrimLeft(s.data[s.End:], "\x00 \t\r\n")) == 0 {
		s.WholeFile = true
		s.Permission = ruleOf(f, prepared).permit
		return
	}
	old, err := f.Prefix(s.End)
	if err != nil {
		if end := endOfRevision(s.data, s.End); end > 0 {
			old, err = f.Prefix(end)
			s.doubt(formatFailure, "signature.tail-uncovered", named)
		}
	}
	if err == nil && old.Trailing > 0 { // signed, for what it is worth; a later revision could not add it
		s.doubt(formatFailure, "signature.trailing", named)
	}
	if err != nil || !buildsUpon(f, old) && on("signature.beside") {
		s.broken(formatFailure, "signature.partial", named)
		return
	}
	if !s.belongsTo(old) {
		s.broken(formatFailure, "signature.foreign", named)
	}
	rule := ruleOf(old, prepared)
	s.Permission = rule.permit
	found := compare(old, f, rule, left)
	s.grade(found, rule)
	if f.DoubledBehind(s.End) {
		s.broken(formatFailure, "signature.doubled", named)
	}
}

// endOfRevision gives the end of the revision whose last bytes, trailer and end mark but no object, a signed range leaves
// out, as careless producers do; 0 if there is none close by. Such a signature is intact but never passes.
func endOfRevision(data []byte, end int) int {
	tail := data[end:min(len(data), end+maxLooseTail)]
	i := bytes.Index(tail, []byte("%%EOF"))
	if i < 0 || bytes.Contains(tail[:i], []byte("obj")) {
		return 0
	}
	return end + i + len("%%EOF")
}

// buildsUpon reports whether the sections of old are the oldest ones of f: no later revision has put itself beside it.
func buildsUpon(f, old *pdf.File) bool {
	skip := len(f.Sections) - len(old.Sections)
	if skip < 0 {
		return false
	}
	for i, s := range old.Sections {
		if f.Sections[skip+i].Offset != s.Offset {
			return false
		}
	}
	return true
}

// belongsTo reports whether the revision itself reaches this signature through its form.
func (s *signed) belongsTo(old *pdf.File) bool {
	for _, x := range signatureFields(old) {
		if x.value == any(s.ref) && s.ref != (pdf.Ref{}) {
			return true
		}
		if d := old.Dict(x.value); s.ref == (pdf.Ref{}) && d != nil && sameToken(d["Contents"], s.dict["Contents"]) {
			return true
		}
	}
	return false
}

// grade turns what followed the signature into its verdict (check 5): validation data and signatures are legitimate, filled
// fields where permitted; what else the standard allows is doubtful, anything more an alteration. Where a signer expressly
// forbade it, no later signature makes it good.
func (s *signed) grade(found changes, rule changeRule) {
	s.Changes = found.grade
	s.Findings = append(s.Findings, found.findings()...)
	exceeded := s.Kind != DocTimestamp && rule.exceeded(found.grade) && on("change.certified")
	if exceeded {
		s.tell("change.certified", map[string]any{"permission": rule.permit})
	}
	switch {
	case found.grade > DoubtfulChange || exceeded:
		s.altered = s.Integrity == Intact && !exceeded && !(found.hard && on("change.hard"))
		s.Integrity = Broken
		s.verdict(TotalFailed, formatFailure)
	case found.grade == DoubtfulChange:
		if s.Integrity == Intact {
			s.Integrity = Doubtful
		}
		s.verdict(IsIndeterminate, sigConstraints)
	}
}
