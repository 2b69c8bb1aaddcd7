package pades

import (
	"bytes"
	"context"
	"crypto"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"time"

	"congvu/internal/cms"
	"congvu/internal/pdf"
)

// Request says how a file is to be signed.
type Request struct {
	Certificate *x509.Certificate
	Chain       []*x509.Certificate // carried along, issuer first
	Key         crypto.Signer       // not needed by Prepare
	At          time.Time           // claimed time of signing, written to /M; required

	Field      string // an empty signature field that is signed, or the name of a new one; drawn when empty
	Certify    int    // DocMDP level 1 to 3 for the first signature; 0 approves
	LockFields bool   // closes every form field after this signature (FieldMDP); a prepared field's own Lock is obeyed anyway
	Appearance *Appearance
	Name       string // of the signer; the certificate's common name when empty
	Reason     string
	Location   string
	Fill       map[string]string // text fields to fill in the same revision, see FillFields
	Reserve    int               // bytes kept for the container; from the certificates when zero
	PSS        bool              // RSASSA-PSS instead of PKCS#1 v1.5; without effect on ECDSA keys and on Prepare
	Stamper    Stamper           // time-stamps the signature at once (B-T); without effect on Prepare, see StampSignature

	lock pdf.Dict // Action and Fields that the preparer of the field asks its signer to lock
}

// Prepared is a file that lacks only its signature. It may be stored while a person or a device signs.
type Prepared struct {
	File   []byte `json:"file"`
	Digest []byte `json:"digest"` // SHA-256 of what the signature covers: the content digest for package cms
	Hole   [2]int `json:"hole"`   // the /Contents token in File
}

// Sign appends one signature to a file. Refusals: pdf.ErrEncrypted, pdf.ErrBroken, ErrCertified, ErrNotFirst, ErrFieldTaken,
// ErrLocked, ErrSeed, ErrNoPage, ErrPlace, ErrOutOfValidity, those of FillFields, of cms.Sign, of the stamper and *typeface.MissingError.
func Sign(ctx context.Context, file []byte, req Request) ([]byte, error) {
	if req.Key == nil {
		return nil, ErrRequest.because("no key")
	}
	asked := req.Reserve
	tail, err := extend(file, &req)
	if err != nil {
		return nil, err
	}
	h := sha256.New()
	h.Write(file)
	err = tail.sign(ctx, h, req)
	if errors.Is(err, ErrReserve) && asked == 0 { // a time-stamp authority with an unusually long chain
		req.Reserve *= 2
		return Sign(ctx, file, req)
	}
	if err != nil {
		return nil, err
	}
	return slices.Concat(file, tail.bytes), nil
}

// Prepare does everything of Sign but the signature: the file with room for it, and the digest over the rest. The container
// comes from package cms: cms.Prepare(p.Digest, crypto.SHA256, …), the device signs Pending.ToSign, Pending.Finish gives it.
func Prepare(file []byte, req Request) (*Prepared, error) {
	tail, err := extend(file, &req)
	if err != nil {
		return nil, err
	}
	p := &Prepared{File: slices.Concat(file, tail.bytes), Hole: [2]int{len(file) + tail.hole[0], len(file) + tail.hole[1]}}
	p.Digest = p.sum()
	return p, nil
}

// extend makes what a file needs to be signed and lacks only the signature. It completes the request.
func extend(file []byte, req *Request) (*increment, error) {
	if err := req.check(); err != nil {
		return nil, err
	}
	f, err := openForChange(file)
	if err != nil {
		return nil, err
	}
	if closed(f) {
		return nil, ErrCertified
	}
	if req.Certify > 0 && len(signatureFields(f)) > 0 {
		return nil, ErrNotFirst
	}
	w := &signing{file: f, update: pdf.NewUpdate(f), req: *req}
	if err := w.write(); err != nil {
		return nil, err
	}
	return w.finish()
}

func (r *Request) check() error {
	switch c := r.Certificate; {
	case c == nil || r.At.IsZero():
		return ErrRequest.because("certificate or time missing")
	case r.Certify < 0 || r.Certify > 3:
		return ErrCertifyLevel.with(map[string]any{"level": r.Certify})
	case r.At.Before(c.NotBefore) || r.At.After(c.NotAfter):
		return ErrOutOfValidity.with(map[string]any{"from": c.NotBefore.Format(time.DateOnly), "until": c.NotAfter.Format(time.DateOnly)})
	}
	if r.Reserve == 0 {
		r.Reserve = cms.Reserve(r.Certificate, r.Chain)
	}
	if r.Name == "" {
		r.Name = r.Certificate.Subject.CommonName
	}
	return nil
}

// Embed puts the container into the room kept for it. It refuses a file that changed since (ErrAltered), a container that
// is too large (ErrReserve) and one that does not verify over this file (ErrContainer).
func (p *Prepared) Embed(container []byte) ([]byte, error) {
	if p.Hole[0] < 1 || p.Hole[1] > len(p.File) || p.Hole[1]-p.Hole[0] < 2 || !bytes.Equal(p.sum(), p.Digest) {
		return nil, ErrAltered
	}
	s, err := cms.Parse(container)
	if err != nil {
		return nil, ErrContainer.because("%w", err)
	}
	_, err = s.Verify(func(h crypto.Hash) []byte {
		w := h.New()
		w.Write(p.File[:p.Hole[0]])
		w.Write(p.File[p.Hole[1]:])
		return w.Sum(nil)
	})
	if err != nil {
		return nil, ErrContainer.because("%w", err)
	}
	return p.embed(bytes.Clone(s.Raw))
}

func (p *Prepared) embed(container []byte) ([]byte, error) {
	out := bytes.Clone(p.File)
	if err := putContainer(out[p.Hole[0]:p.Hole[1]], container); err != nil {
		return nil, err
	}
	return out, nil
}

func (p *Prepared) sum() []byte {
	h := sha256.New()
	h.Write(p.File[:p.Hole[0]])
	h.Write(p.File[p.Hole[1]:])
	return h.Sum(nil)
}

// putContainer writes a container into its token; the rest of the room stays zero.
func putContainer(token, container []byte) error {
	if room := len(token) - len("<>"); hex.EncodedLen(len(container)) > room {
		return ErrReserve.because("%d bytes in room for %d", len(container), room/2)
	}
	hex.Encode(token[1:], container)
	return nil
}

// emptyRange has the width of the longest ByteRange, so that the real one can take its place.
const emptyRange = "/ByteRange [0 0000000000 0000000000 0000000000]"

// dictionary renders the signature dictionary with room for range and container; hole is where the Contents token lies in it.
func (r *Request) dictionary() (body []byte, hole [2]int, err error) {
	rest := pdf.Dict{"M": pdf.Date(r.At)}
	for k, v := range map[pdf.Name]string{"Name": r.Name, "Reason": r.Reason, "Location": r.Location} {
		if v != "" {
			rest[k] = pdf.TextString(v)
		}
	}
	if refs := r.references(); len(refs) > 0 {
		rest["Reference"] = refs
	}
	return hollow("/Type /Sig /Filter /Adobe.PPKLite /SubFilter /ETSI.CAdES.detached", r.Reserve, rest)
}

// hollow renders a dictionary of the given kind with room for a range and for a container of reserve bytes.
func hollow(kind string, reserve int, rest pdf.Dict) (body []byte, hole [2]int, err error) {
	var b bytes.Buffer
	fmt.Fprintf(&b, "<<%s %s /Contents ", kind, emptyRange)
	hole[0] = b.Len()
	fmt.Fprintf(&b, "<%s>", bytes.Repeat([]byte("0"), 2*reserve))
	hole[1] = b.Len()
	tail, err := pdf.Append(nil, rest)
	if err != nil {
		return nil, hole, err
	}
	b.Write(bytes.TrimPrefix(tail, []byte("<<")))
	return b.Bytes(), hole, nil
}

// references says what later changes the signer allows.
func (r *Request) references() pdf.Array {
	var out pdf.Array
	add := func(method pdf.Name, params pdf.Dict) {
		params["Type"], params["V"] = pdf.Name("TransformParams"), pdf.Name("1.2")
		out = append(out, pdf.Dict{"Type": pdf.Name("SigRef"), "TransformMethod": method, "TransformParams": params})
	}
	if r.Certify > 0 {
		add("DocMDP", pdf.Dict{"P": r.Certify})
	}
	switch {
	case r.LockFields:
		add("FieldMDP", pdf.Dict{"Action": pdf.Name("All")})
	case r.lock != nil:
		add("FieldMDP", r.lock)
	}
	return out
}
