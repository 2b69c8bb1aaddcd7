package pades

import (
	"cmp"
	"context"
	"crypto/x509"
	"errors"
	"slices"
	"time"

	"congvu/internal/keys"
	"congvu/internal/pdf"
)

// Extension is what preserving a signed file rests on.
type Extension struct {
	Stamper       Stamper // required
	Witness       Witness // nil: no evidence can be fetched; the levels above T are then reached only where none is published
	Trust         *keys.Trust
	Intermediates []*x509.Certificate
	At            time.Time // of the extension; required
}

// Extended is a file whose signatures were made provable for longer.
type Extended struct {
	File        []byte    // the old file, and what was appended to it; the old file itself when nothing could be done
	Level       string    // reached by the weakest signature: B, T, LT or LTA
	RenewBefore time.Time // when the next document time stamp is due; zero without one
	TryAfter    time.Time // evidence was not out yet: extend again, not before; zero when nothing is missing
	Findings    []Finding // what is missing, and why
}

// Extend raises every signature of a file to PAdES-B-LTA: evidence about each chain in the file, signers' and time-stamp
// authorities', goes into the document security store, then a document time stamp covers it all. Evidence is fetched after the time at
// which a signature is proven to have existed; a signature without proof of time gets a document time stamp first. Extending
// again later renews: evidence about the authority of the newest time stamp, and a new time stamp. Only revisions are
// appended, also to a file certified against every change, which allows these two.
//
// Where evidence is not out yet nothing but that first time stamp is appended and TryAfter says when to come again. Refusals:
// ErrNoSignature, ErrNotIntact for a file whose signatures do not hold, ErrStamp for a token that is wrong or that Trust does not believe, those of the stamper and of package pdf.
func Extend(ctx context.Context, file []byte, e Extension) (*Extended, error) {
	if e.Stamper == nil || e.At.IsZero() {
		return nil, ErrRequest.because("no stamper or no time")
	}
	x := &extending{Extension: e, file: file, found: map[string]*found{}}
	if err := x.read(); err != nil {
		return nil, err
	}
	if x.unproven() {
		if err := x.stamp(ctx); err != nil {
			return nil, err
		}
	}
	all, err := x.gather(ctx)
	if err != nil {
		return nil, err
	}
	if !x.later.IsZero() {
		return x.result(), nil
	}
	if x.file, err = addProofs(x.file, all); err != nil {
		return nil, err
	}
	if err := x.stamp(ctx); err != nil {
		return nil, err
	}
	return x.result(), nil
}

type extending struct {
	Extension
	file     []byte
	judged   *verification
	found    map[string]*found // by certificate and issuer
	later    time.Time
	findings []Finding
}

func (x *extending) options() VerifyOptions {
	return VerifyOptions{At: x.At, Trust: x.Trust, Intermediates: x.Intermediates}
}

// read judges the file as it stands.
func (x *extending) read() error {
	f, err := openForChange(x.file)
	if err != nil {
		return err
	}
	if f.Trailing > 0 {
		return pdf.ErrBroken
	}
	v := &verification{report: &Report{VerifiedAt: x.At}, file: f, opt: x.options(), left: maxCompared}
	v.run()
	switch {
	case len(v.signed) == 0:
		return ErrNoSignature
	case v.report.Integrity == Broken:
		return ErrNotIntact
	}
	x.judged = v
	return nil
}

// unproven reports whether a signature lacks a trusted proof of when it existed.
func (x *extending) unproven() bool {
	return slices.ContainsFunc(x.judged.signed, func(s *signed) bool { return s.Kind != DocTimestamp && s.TimeSource == TimeUnproven })
}

// stamp appends a document time stamp and judges the file anew. After an error the file is not to be used.
func (x *extending) stamp(ctx context.Context) error {
	out, err := stampDocument(ctx, x.file, x.Stamper, x.reserve())
	if err != nil {
		return err
	}
	x.file = out
	if err := x.read(); err != nil {
		return err
	}
	newest := x.judged.signed[len(x.judged.signed)-1]
	if newest.Kind != DocTimestamp || !newest.Timestamp.Trusted { // it would prove nothing, today or ever
		return ErrStamp.because("the authority of the time stamp is not believed")
	}
	return nil
}

// reserve foresees the size of the next token from those in the file, or by asking the stamper.
func (x *extending) reserve() int {
	if s, ok := x.Stamper.(interface{ TokenSize() int }); ok && s.TokenSize() > 0 {
		return s.TokenSize() + spareToken
	}
	size := 0
	for _, s := range x.judged.signed {
		switch {
		case s.stamp != nil:
			size = max(size, len(s.stamp.Signed.Raw))
		case s.inner != nil:
			size = max(size, len(s.inner.Signed.Raw))
		}
	}
	if size == 0 {
		return usualToken
	}
	return size + spareToken
}

// spareToken is by how much the next token of an authority may be longer: another serial, another length of an ECDSA value.
const spareToken = 512

// result tells what has been reached.
func (x *extending) result() *Extended {
	out := &Extended{File: x.file, Level: "LTA", TryAfter: x.later, Findings: x.findings}
	stores := map[int]*material{}
	signed := x.judged.signed
	for i, s := range signed {
		if s.Kind == DocTimestamp {
			_, authority := s.chains(x.judged.opt)
			out.RenewBefore = renewal(authority, x.At)
			continue
		}
		level := x.judged.level(s, signed[i+1:], stores)
		if slices.Index(levelNames, level) < slices.Index(levelNames, out.Level) {
			out.Level = level
		}
	}
	return out
}

var levelNames = []string{"B", "T", "LT", "LTA"}

// renewal is when a time stamp must be covered by the next: ninety days before the first certificate of its chain expires,
// or when a third of the time is left where that is less. The zero time without a chain: nobody can say.
func renewal(chain *keys.Chain, at time.Time) time.Time {
	if chain == nil {
		return time.Time{}
	}
	first := slices.MinFunc(chain.Certificates, func(a, b *x509.Certificate) int { return a.NotAfter.Compare(b.NotAfter) })
	margin := min(90*24*time.Hour, max(0, first.NotAfter.Sub(at)/3))
	return first.NotAfter.Add(-margin)
}

// found is what the witness said about a certificate.
type found struct {
	after     time.Time
	ocsp, crl []byte
	err       error
}

// gather fetches the missing evidence for every chain in the file. What a required chain lacks sets later.
func (x *extending) gather(ctx context.Context) ([]proofs, error) {
	held := x.judged.storeAt(len(x.file), map[int]*material{})
	var all []proofs
	for i, s := range x.judged.signed {
		p := proofs{key: entryKey(s.contents)}
		signer, authority := s.chains(x.judged.opt)
		for _, c := range []*keys.Chain{signer, authority} {
			p.addCertificates(c)
		}
		renewed := s.Kind == DocTimestamp && i == len(x.judged.signed)-1 // what the store holds is older than this stamp
		for _, l := range s.links(x.judged.opt) {
			known := held.knows(l)
			if known && !(renewed && !l.after.IsZero()) {
				continue
			}
			f := x.ask(ctx, l)
			switch {
			case ctx.Err() != nil:
				return nil, ctx.Err()
			case f.err == nil:
				p.ocsps, p.crls = appendSome(p.ocsps, f.ocsp), appendSome(p.crls, f.crl)
			case !known:
				x.missing(l, f.err)
			}
		}
		all = append(all, p)
	}
	return all, nil
}

func (p *proofs) addCertificates(c *keys.Chain) {
	if c == nil {
		return
	}
	for _, certificate := range c.Certificates {
		p.certificates = append(p.certificates, certificate.Raw)
	}
}

func appendSome(all [][]byte, one []byte) [][]byte {
	if len(one) == 0 {
		return all
	}
	return append(all, one)
}

// ask gets evidence from the witness, once for each certificate, and checks that it says something about that time.
func (x *extending) ask(ctx context.Context, l link) *found {
	key := string(l.cert.Raw) + string(l.issuer.RawSubjectPublicKeyInfo)
	if f := x.found[key]; f != nil && !f.after.Before(l.after) {
		return f
	}
	f := &found{after: l.after}
	x.found[key] = f
	if x.Witness == nil {
		f.err = ErrNoEvidence.because("no witness")
		return f
	}
	if f.ocsp, f.crl, f.err = x.Witness.Evidence(ctx, l.cert, l.issuer, l.after); f.err != nil {
		return f
	}
	m := &material{checked: map[checkedList]bool{}}
	if len(f.ocsp) > 0 {
		m.ocsps = [][]byte{f.ocsp}
	}
	if len(f.crl) > 0 {
		m.addLists([][]byte{f.crl})
	}
	if !m.knowsSince(l, l.after) {
		f.err = ErrNoEvidence.because("what the witness gave says nothing about that time")
	}
	return f
}

// retryAfter is when evidence that could not be had is asked for again, unless the witness knows better.
const retryAfter = time.Hour

// missing tells what evidence is lacking; only where the anchor promises evidence is it waited for.
func (x *extending) missing(l link, err error) {
	subject := cmp.Or(l.cert.Subject.CommonName, l.cert.Subject.String())
	if !l.required {
		x.tell(finding("extend.absent", map[string]any{"subject": subject}))
		return
	}
	at := x.At.Add(retryAfter)
	var known interface{ RetryAt() time.Time }
	if errors.As(err, &known) && known.RetryAt().After(x.At) {
		at = known.RetryAt()
	}
	if x.later.IsZero() || at.After(x.later) {
		x.later = at
	}
	x.tell(finding("extend.later", map[string]any{"subject": subject, "detail": detail(err), "at": at.Format(time.RFC3339)}))
}

func (x *extending) tell(f Finding) {
	same := func(g Finding) bool { return g.Code == f.Code && g.Args["subject"] == f.Args["subject"] }
	if !slices.ContainsFunc(x.findings, same) {
		x.findings = append(x.findings, f)
	}
}
