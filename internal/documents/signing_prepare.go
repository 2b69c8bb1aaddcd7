package documents

import (
	"bytes"
	"context"
	"crypto"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strconv"

	"congvu/internal/blob"
	"congvu/internal/cms"
	"congvu/internal/keys"
	"congvu/internal/pades"
	"congvu/internal/store"
)

// SigningForm asks for a signature by a key that is not the server's.
type SigningForm struct {
	Purpose     string   // approve or seal
	Capacity    string   // approve: the capacity shown to the signer (TM, Q, KT, TL, TUQ), as in Sign
	Consent     bool     // the signer saw the file and agrees
	SHA         string   // of the main file that he saw; "" takes the file as it is
	Certificate []byte   // DER that the device presents; nil takes the bound one
	Chain       [][]byte // DER of the certificates above it that the signature shall carry; nil carries those the server knows
	Address     string   // from where the order comes, for the journal
}

// PrepareSigning does everything of Sign or Seal but the signature (S10.1): it checks state, capacity, consent, binding and certificate,
// freezes the file with its appearance, and gives what the key has to sign, one part for each file: ToSign for a key that hashes what it
// signs, Digest (its SHA-256) for one that signs digests. Token is given once and opens CompleteSigning; it ends after 5 minutes at a SIM or
// a remote service, 10 at a device. The document does not move and is not locked: who is faster wins.
// Refusals: those of Sign and Seal; Conflict for a certificate whose key the server keeps; Forbidden, with both subjects, when the device
// presents another certificate than the approved one (S10.3). Attempts that are refused are in the journal (S10.6).
func PrepareSigning(ctx context.Context, d *Desk, a store.Actor, id int64, f SigningForm) (*Signing, error) {
	w, err := d.attempt(ctx, a, id, f.Purpose, f.Capacity, f.Consent, d.presented(f.Certificate, f.Chain))
	if err == nil {
		err = w.shown(ctx, f.SHA)
	}
	if err != nil {
		return nil, w.failed(ctx, err)
	}
	s := w.signing(f, WayValue)
	for i, x := range w.sheets {
		p, err := w.freeze(ctx, i, x)
		if err != nil {
			return nil, w.failed(ctx, err)
		}
		s.parts = append(s.parts, p)
	}
	if s.Method != MethodUSBToken {
		s.State = SigningWaiting
	}
	s.Token, s.TokenHash = newToken()
	return w.keepSigning(ctx, s)
}

// attempt is approval or seal, by purpose.
func (d *Desk) attempt(ctx context.Context, a store.Actor, id int64, purpose, capacity string, consent bool, take penTaker) (*signature, error) {
	switch purpose {
	case PurposeApprove:
		return d.approval(ctx, a, id, capacity, consent, take)
	case PurposeSeal:
		return d.seal(ctx, a, id, take)
	}
	return nil, store.RefuseField("purpose", "Mục đích ký là “approve” (người có thẩm quyền) hoặc “seal” (cơ quan).")
}

// shown refuses to sign another file than the signer saw: what is compared here is what is frozen.
func (w *signature) shown(ctx context.Context, sha string) error {
	if sha == "" {
		return nil
	}
	same, err := asShown(ctx, w.d.DB, w.files[0], sha)
	if err == nil && !same {
		err = errOtherFile()
	}
	return err
}

// presented takes a pen without a key: the bound certificate, which must be the one that the device presents, if it presents any.
func (d *Desk) presented(der []byte, chain [][]byte) penTaker {
	return func(ctx context.Context, agency int64, owner string, id int64, name string, sample func(string) ([]byte, error)) (*pen, error) {
		b, err := d.bindingOf(ctx, agency, owner, id, name)
		if err != nil {
			return nil, err
		}
		p := &pen{bound: b}
		if !onDevice(b.Method) {
			return p, store.Refuse(store.Conflict, "Khóa của chứng thư số {name} do máy chủ giữ nên văn bản được ký tại máy chủ. Văn bản được giữ nguyên; hãy dùng nút Ký số.", "name", name)
		}
		if der == nil {
			if der, err = base64.StdEncoding.DecodeString(b.DER); err != nil {
				return p, err
			}
		}
		if len(der) == 0 {
			return p, store.RefuseField("certificate", "Chứng thư số của {name} được gắn trước khi hệ thống lưu nội dung chứng thư. Văn bản được giữ nguyên; hãy gửi kèm chứng thư số hoặc đề nghị quản trị gắn lại.", "name", name)
		}
		if err := p.show(der, chain); err != nil {
			return p, err
		}
		return p, d.ready(ctx, p, name, sample)
	}
}

// mostChain bounds the certificates that a device may present above its own.
const mostChain = 8

// show gives the pen the certificate of the device. Another one than the approved is refused with the two subjects shown (S10.3).
func (p *pen) show(der []byte, chain [][]byte) error {
	c, err := keys.ReadCertificate(der)
	if err != nil {
		return refuseReason("certificate", err)
	}
	if keys.Fingerprint(c) != p.bound.Fingerprint {
		return store.Refuse(store.Forbidden, "Chứng thư số trên thiết bị ({found}) khác chứng thư đã được phê duyệt ({approved}). Văn bản chưa được ký; hãy dùng đúng thiết bị hoặc đề nghị quản trị gắn lại chứng thư số.",
			"found", c.Subject.String(), "approved", p.bound.Subject)
	}
	if len(chain) > mostChain {
		return store.RefuseField("chain", "Chuỗi chứng thư có nhiều nhất {most} chứng thư.", "most", mostChain)
	}
	p.cert = c
	for _, b := range chain {
		above, err := keys.ReadCertificate(b)
		if err != nil {
			return refuseReason("chain", err)
		}
		p.chain = append(p.chain, above)
	}
	return nil
}

// signing is the row of an attempt whose parts are still to be frozen.
func (w *signature) signing(f SigningForm, way string) *signingRow {
	s := &signingRow{Signing: Signing{AgencyID: w.o.AgencyID, OutgoingID: w.o.ID, Purpose: f.Purpose, Way: way, Method: w.pen.bound.Method, State: SigningPrepared,
		PersonID: w.a.Person, HoldingID: w.a.Holding, CertificateID: w.pen.bound.ID, Capacity: f.Capacity, Revision: w.o.Revision, Address: f.Address, Subject: w.pen.bound.Subject},
		Actor: store.JSONOf(w.a), Chain: "[]"}
	if w.pen.cert != nil {
		carried := [][]byte{w.pen.cert.Raw}
		for _, c := range w.pen.chain {
			carried = append(carried, c.Raw)
		}
		s.Chain = store.JSONOf(carried)
	}
	return s
}

// freeze makes the file that lacks only its signature, keeps it, and says what is to be signed.
func (w *signature) freeze(ctx context.Context, i int, x sheet) (partRow, error) {
	p := partRow{SigningPart: SigningPart{Ordinal: i, FileID: x.file.ID, Name: x.file.Name, Main: x.file.Main, WasSHA: x.file.SHA}}
	b, err := blob.ReadAll(ctx, w.d.Blobs, x.file.SHA, x.file.Size)
	if err != nil {
		return p, err
	}
	ready, err := pades.Prepare(b, x.request)
	if err != nil {
		return p, refuseReason("", err)
	}
	pending, err := cms.Prepare(ready.Digest, crypto.SHA256, w.pen.cert, w.pen.chain)
	if err != nil {
		return p, refuseReason("certificate", err)
	}
	p.HoleStart, p.HoleEnd = ready.Hole[0], ready.Hole[1]
	p.ToSign, p.Digest = pending.ToSign(), hex.EncodeToString(pending.Digest())
	return p, w.d.keepPrepared(ctx, &p, ready.File)
}

// keepPrepared stores the bytes that a part stands on while it waits.
func (d *Desk) keepPrepared(ctx context.Context, p *partRow, b []byte) error {
	ref, err := d.Blobs.Put(ctx, bytes.NewReader(b), int64(len(b)))
	if err != nil {
		return refuseReason("file", err)
	}
	p.PreparedSHA, p.PreparedSize = ref.SHA, ref.Size
	return nil
}

// jobSigningExpiry ends a signing that nobody completed.
const jobSigningExpiry = "documents.signing_expiry"

// keepSigning writes the frozen attempt if the document is still what was frozen, and gives it with its tokens.
func (w *signature) keepSigning(ctx context.Context, s *signingRow) (*Signing, error) {
	err := w.d.write(ctx, w.a, func(tx *store.Tx) error {
		now, _, err := begin(ctx, tx, w.o.ID, w.act)
		if err == nil {
			err = now.stale(w.o.Revision)
		}
		if err != nil {
			return err
		}
		n, err := store.One[int](ctx, tx, sqlOpenOf, s.AgencyID, s.OutgoingID, s.PersonID, tx.Now())
		if err == nil && n >= mostWindows {
			err = store.Refuse(store.Conflict, "Văn bản này đang có {n} lượt ký chờ của ông/bà. Hãy hoàn thành hoặc hủy các lượt đó rồi ký lại.", "n", n)
		}
		if err != nil {
			return err
		}
		wait := deviceFor
		if s.Method != MethodUSBToken && s.Way == WayValue {
			wait = confirmFor
		}
		s.ID, s.Created, s.Expires = tx.NewID(), tx.Now(), tx.Now().Add(wait)
		if err := s.insert(ctx, tx); err != nil {
			return err
		}
		if err := tx.Enqueue(ctx, store.Job{Kind: jobSigningExpiry, Key: strconv.FormatInt(s.ID, 10), AgencyID: s.AgencyID, Payload: "{}", Due: s.Expires}); err != nil {
			return err
		}
		return tx.Record(store.Event{Verb: "document.signing_prepared", Agency: s.AgencyID, Ref: w.o.Ref(), Title: w.o.Title(), Data: s.record("")})
	})
	if err != nil {
		return nil, err
	}
	s.Parts = nil
	for _, p := range s.parts {
		s.Parts = append(s.Parts, p.SigningPart)
	}
	return &s.Signing, nil
}

func (s *signingRow) insert(ctx context.Context, tx *store.Tx) error {
	err := tx.Put(ctx, sqlPutSigning, s.AgencyID, s.ID, s.OutgoingID, s.Purpose, s.Way, s.Method, s.State, s.PersonID, s.HoldingID, s.Actor, s.CertificateID, s.Chain,
		s.Capacity, s.Revision, s.TokenHash, s.Expires, s.Address, s.Created)
	for _, p := range s.parts {
		if err == nil {
			err = tx.Put(ctx, sqlPutPart, s.AgencyID, p.Ordinal, p.FileID, p.Name, p.Main, p.Operation, s.ID, p.TokenHash, p.WasSHA, p.PreparedSHA, p.PreparedSize,
				p.HoleStart, p.HoleEnd, p.Digest, base64.StdEncoding.EncodeToString(p.ToSign))
		}
	}
	return err
}

// record is what the journal keeps of a signing.
func (s *signingRow) record(reason string) map[string]string {
	out := map[string]string{"signing": strconv.FormatInt(s.ID, 10), "method": s.Method, "way": s.Way, "purpose": s.Purpose, "address": s.Address}
	if reason != "" {
		out["reason"] = reason
	}
	for _, p := range s.parts {
		if p.Digest != "" {
			out[fmt.Sprintf("digest_%d", p.Ordinal)] = p.Digest
		}
	}
	return out
}

// carried reads the certificate and the chain that the frozen signature was made for.
func (s *signingRow) carried() (der []byte, chain [][]byte, err error) {
	var all [][]byte
	if err = decode(s.Chain, &all); err == nil && len(all) > 0 {
		der, chain = all[0], all[1:]
	}
	return der, chain, err
}

// owns tells whether a signature was made with the pen's certificate.
func (p *pen) owns(c *x509.Certificate) bool { return c != nil && c.Equal(p.cert) }
