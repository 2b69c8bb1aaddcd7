package documents

import (
	"context"
	"crypto"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"

	"congvu/internal/blob"
	"congvu/internal/cms"
	"congvu/internal/pades"
	"congvu/internal/store"
)

// Bounds of what a device gives back for one file.
const (
	MostSignature = 4 << 10  // bytes of a raw signature value
	MostContainer = 64 << 10 // bytes of a container
)

// SignatureValue is what a key made of one part: its raw value over ToSign (RSA PKCS#1 v1.5, ECDSA as ASN.1 or r‖s), or a whole CMS
// container over the prepared file. Exactly one of them.
type SignatureValue struct {
	Signature []byte
	Container []byte
}

// Completion brings the values of a signing, one for each part in their order.
type Completion struct {
	Token   string
	Values  []SignatureValue
	Address string
}

// CompleteSigning puts the values into the frozen files, verifies them, and moves the document as Sign or Seal do, in one transaction. All
// of S10.2 is asked again: the files unchanged, the binding active, the certificate valid, the state and the capacity still there.
// Sent twice with the same values it answers as the first time. NotFound for whoever did not order the signing; Forbidden for a wrong
// token; Conflict when the signing has ended, with its reason, or the document has moved; Invalid for values that do not verify, which end
// the signing. A trouble of the server (no refusal) leaves the signing open.
func CompleteSigning(ctx context.Context, d *Desk, a store.Actor, id int64, c Completion) (*Outgoing, error) {
	s, err := findSigning(ctx, d.DB, a, id)
	if err != nil {
		return nil, err
	}
	if c.Address != "" {
		s.Address = c.Address // from where the values come, for the journal
	}
	if s.Way != WayValue || !sameHash(s.TokenHash, tokenHash(c.Token)) {
		return nil, d.refuseAttempt(ctx, a, s, store.Refuse(store.Forbidden, "Mã dùng một lần không đúng với lượt ký này. Văn bản được giữ nguyên; hãy bắt đầu lại lượt ký."))
	}
	sum := c.sum()
	if err := d.mayComplete(ctx, a, s, sum); err != nil || s.State == SigningDone {
		if err != nil {
			return nil, err
		}
		return FindOutgoing(ctx, d.DB, a, s.OutgoingID)
	}
	out, err := d.complete(ctx, a.Vouched(), s, c.Values, sum) // he confirmed himself when he ordered it
	if err == nil {
		return out, nil
	}
	if again, err2 := findSigning(ctx, d.DB, a, id); err2 == nil && again.State == SigningDone && again.ValueHash == sum {
		return FindOutgoing(ctx, d.DB, a, s.OutgoingID) // the same values came twice at the same time
	}
	return nil, d.endSigning(ctx, a, s, SigningFailed, err)
}

// mayComplete refuses values for a signing that has ended, except the very ones that ended it.
func (d *Desk) mayComplete(ctx context.Context, a store.Actor, s *signingRow, sum string) error {
	switch {
	case s.State == SigningDone && s.ValueHash == sum:
		return nil
	case s.State == SigningDone:
		return d.refuseAttempt(ctx, a, s, store.Refuse(store.Conflict, "Lượt ký này đã hoàn thành bằng một chữ ký khác. Văn bản đã ký được giữ nguyên; hãy tải lại trang."))
	case !s.Open():
		return d.refuseAttempt(ctx, a, s, store.Refuse(store.Conflict, "Lượt ký này đã kết thúc ({state}) nên không nhận chữ ký nữa. Văn bản được giữ nguyên; hãy ký lại từ đầu.",
			"state", store.Say(SigningLabel(s.State))))
	case d.DB.Now() >= s.Expires:
		return d.endSigning(ctx, a, s, SigningExpired, errExpired())
	}
	return nil
}

func errExpired() error {
	return store.Refuse(store.Conflict, "Đã hết thời gian chờ chữ ký. Văn bản được giữ nguyên; hãy ký lại từ đầu.")
}

func (d *Desk) complete(ctx context.Context, a store.Actor, s *signingRow, values []SignatureValue, sum string) (*Outgoing, error) {
	if len(values) != len(s.parts) {
		return nil, store.RefuseField("values", "Lượt ký này có {parts} tệp nhưng nhận được {values} chữ ký. Văn bản được giữ nguyên; hãy ký lại từ đầu.", "parts", len(s.parts), "values", len(values))
	}
	der, chain, err := s.carried()
	if err != nil {
		return nil, err
	}
	w, err := d.attempt(ctx, a, s.OutgoingID, s.Purpose, s.Capacity, true, d.presented(der, chain))
	if err == nil {
		err = s.unmoved(w)
	}
	if err != nil {
		return nil, err
	}
	signed := make([]File, len(s.parts))
	for i := range s.parts {
		b, err := w.embed(ctx, &s.parts[i], values[i])
		if err == nil {
			signed[i], err = d.keepRevision(ctx, w.sheets[i].file, b)
		}
		if err != nil {
			return nil, err
		}
	}
	return w.keep(ctx, signed, func(tx *store.Tx) error {
		return tx.Put(ctx, sqlEndSigning, SigningDone, store.JSON("{}"), sum, tx.Now(), s.AgencyID, s.ID)
	})
}

// unmoved refuses a signing whose document, files or binding are not those that were frozen.
func (s *signingRow) unmoved(w *signature) error {
	same := w.o.Revision == s.Revision && w.pen.bound.ID == s.CertificateID && len(w.sheets) == len(s.parts) && w.a.Holding == s.HoldingID
	for i := range s.parts {
		same = same && w.sheets[i].file.ID == s.parts[i].FileID && w.sheets[i].file.SHA == s.parts[i].WasSHA
	}
	if same {
		return nil
	}
	return store.Refuse(store.Conflict, "Văn bản, tệp hoặc chứng thư số đã thay đổi sau khi chuẩn bị ký. Bản mới nhất được giữ nguyên; hãy tải lại trang rồi ký lại.")
}

// embed puts one value into its frozen file, made anew from the same parts: what the key signed must come out again.
func (w *signature) embed(ctx context.Context, p *partRow, v SignatureValue) ([]byte, error) {
	b, err := blob.ReadAll(ctx, w.d.Blobs, p.PreparedSHA, p.PreparedSize)
	if err != nil {
		return nil, err
	}
	if p.HoleStart < 1 || p.HoleEnd > len(b) || p.HoleStart > p.HoleEnd {
		return nil, fmt.Errorf("signing part %d: hole %d to %d in %d bytes", p.Ordinal, p.HoleStart, p.HoleEnd, len(b))
	}
	h := sha256.New()
	h.Write(b[:p.HoleStart])
	h.Write(b[p.HoleEnd:])
	ready := &pades.Prepared{File: b, Digest: h.Sum(nil), Hole: [2]int{p.HoleStart, p.HoleEnd}}
	container := v.Container
	switch {
	case (len(v.Signature) == 0) == (len(v.Container) == 0):
		return nil, store.RefuseField("values", "Mỗi tệp cần đúng một chữ ký: giá trị chữ ký hoặc gói CMS. Văn bản được giữ nguyên; hãy ký lại từ đầu.")
	case len(v.Signature) > MostSignature || len(v.Container) > MostContainer:
		return nil, store.RefuseField("values", "Chữ ký nhận được lớn quá mức cho phép. Văn bản được giữ nguyên; hãy ký lại từ đầu.")
	case len(v.Signature) > 0:
		if container, err = w.enclose(ready, p, v.Signature); err != nil {
			return nil, err
		}
	}
	if err := w.isOwn(container); err != nil {
		return nil, err
	}
	out, err := ready.Embed(container)
	return out, refuseReason("values", err)
}

// enclose makes the container around a raw value.
func (w *signature) enclose(ready *pades.Prepared, p *partRow, value []byte) ([]byte, error) {
	pending, err := cms.Prepare(ready.Digest, crypto.SHA256, w.pen.cert, w.pen.chain)
	if err != nil {
		return nil, refuseReason("certificate", err)
	}
	if hex.EncodeToString(pending.Digest()) != p.Digest {
		return nil, fmt.Errorf("signing part %d: digest %x, frozen %s", p.Ordinal, pending.Digest(), p.Digest)
	}
	container, err := pending.Finish(value)
	return container, refuseReason("values", err)
}

// isOwn refuses a container made with another certificate than the approved one, with the two subjects (S10.3).
func (w *signature) isOwn(container []byte) error {
	parsed, err := cms.Parse(container)
	if err != nil {
		return refuseReason("values", err)
	}
	parsed.Supply(w.pen.cert)
	if c := parsed.Signer(); !w.pen.owns(c) {
		found := "–"
		if c != nil {
			found = c.Subject.String()
		}
		return store.Refuse(store.Forbidden, "Chữ ký được tạo bằng chứng thư khác ({found}), không phải chứng thư đã được phê duyệt ({approved}). Văn bản được giữ nguyên; hãy ký lại bằng đúng thiết bị.",
			"found", found, "approved", w.pen.bound.Subject)
	}
	return nil
}

// sum names the values of a completion.
func (c Completion) sum() string {
	h := sha256.New()
	for _, v := range c.Values {
		for _, b := range [][]byte{v.Signature, v.Container} {
			h.Write(binary.BigEndian.AppendUint32(nil, uint32(len(b))))
			h.Write(b)
		}
	}
	return hex.EncodeToString(h.Sum(nil))
}

// endSigning ends a signing without a signature, when its cause is a refusal, and notes the failed attempt with method and reason (S10.6).
func (d *Desk) endSigning(ctx context.Context, a store.Actor, s *signingRow, state string, cause error) error {
	if _, refused := errorsAs[*store.Refusal](cause); !refused {
		return cause
	}
	err := d.write(ctx, a, func(tx *store.Tx) error {
		if _, err := tx.Exec(ctx, sqlEndSigning, state, store.JSONOf(reasonOf(cause)), "", tx.Now(), s.AgencyID, s.ID); err != nil {
			return err
		}
		return s.noteFailure(ctx, tx, cause)
	})
	if err != nil {
		return errors.Join(cause, err)
	}
	return cause
}

// refuseAttempt notes a refused attempt and leaves the signing as it is.
func (d *Desk) refuseAttempt(ctx context.Context, a store.Actor, s *signingRow, cause error) error {
	if err := d.write(ctx, a, func(tx *store.Tx) error { return s.noteFailure(ctx, tx, cause) }); err != nil {
		return errors.Join(cause, err)
	}
	return cause
}

func (s *signingRow) noteFailure(ctx context.Context, tx *store.Tx, cause error) error {
	o, err := load(ctx, tx, s.AgencyID, s.OutgoingID)
	if err != nil {
		return err
	}
	return o.noteFailure(ctx, tx, cause, s.record(""))
}

// FindSigning gives the state of a signing to who ordered it, without its token; NotFound for everybody else. One whose time is over is
// told as expired even before the installation has noted it.
func FindSigning(ctx context.Context, r store.Reader, a store.Actor, id int64, now store.Instant) (*Signing, error) {
	s, err := findSigning(ctx, r, a, id)
	if err != nil {
		return nil, err
	}
	return s.asOf(now), nil
}

func (s *signingRow) asOf(now store.Instant) *Signing {
	if s.Open() && now >= s.Expires {
		s.State, s.Reason, s.Ended = SigningExpired, reasonOf(errExpired()), s.Expires
	}
	return &s.Signing
}

// NewestSigning gives the actor's newest signing of a document, nil when there is none: what its page shows after a reload.
func NewestSigning(ctx context.Context, r store.Reader, a store.Actor, outgoing int64, now store.Instant) (*Signing, error) {
	s, ok, err := store.Maybe[signingRow](ctx, r, sqlNewestOf, a.Agency, outgoing, a.Person)
	if err != nil || !ok {
		return nil, err
	}
	done, err := s.complete(ctx, r)
	if err != nil {
		return nil, err
	}
	return done.asOf(now), nil
}

// CancelSigning ends a signing that its orderer does not want any more (S10.5). Conflict when it has ended.
func CancelSigning(ctx context.Context, tx *store.Tx, id int64) error {
	s, err := findSigning(ctx, tx, tx.Actor(), id)
	if err != nil {
		return err
	}
	reason := store.Say("Người ký đã hủy lượt ký này.")
	if err := s.end(ctx, tx, SigningCancelled, reason); err != nil {
		return err
	}
	return tx.Record(store.Event{Verb: "document.signing_cancelled", Agency: s.AgencyID, Ref: OutgoingRef(s.OutgoingID), Data: s.record("")})
}

// RefuseSigning notes that the signer's device or program gave no signature: the signer said no there, the program is missing or too old, the
// token is not plugged in (S10.6, S12.3). reason is the device's own text, shown to the signer and kept. Nothing of the document changes.
func RefuseSigning(ctx context.Context, tx *store.Tx, id int64, reason string) error {
	s, err := findSigning(ctx, tx, tx.Actor(), id)
	if err != nil {
		return err
	}
	if reason = line(reason); reason == "" {
		reason = "–"
	}
	if r := []rune(reason); len(r) > 500 {
		reason = string(r[:500])
	}
	said := store.Say("Thiết bị hoặc chương trình ký của người ký không ký: {reason}", "reason", reason)
	if err := s.end(ctx, tx, SigningRefused, said); err != nil {
		return err
	}
	return s.noteFailure(ctx, tx, store.Refuse(store.Conflict, said.Text, "reason", reason))
}

func (s *signingRow) end(ctx context.Context, tx *store.Tx, state string, reason store.Message) error {
	if !s.Open() || tx.Now() >= s.Expires {
		return store.Refuse(store.Conflict, "Lượt ký này đã kết thúc. Văn bản được giữ nguyên; hãy tải lại trang.")
	}
	return tx.Put(ctx, sqlEndSigning, state, store.JSONOf(reason), "", tx.Now(), s.AgencyID, s.ID)
}

// expireSigning is the due work that ends a signing nobody completed.
func (d *Desk) expireSigning(ctx context.Context, j store.Job) error {
	id, err := strconv.ParseInt(j.Key, 10, 64)
	if err != nil {
		return err
	}
	s, err := loadSigning(ctx, d.DB, j.AgencyID, id)
	if errors.Is(err, store.NotFound) || err == nil && !s.Open() {
		return nil
	}
	if err != nil {
		return err
	}
	return d.write(ctx, store.System(j.AgencyID), func(tx *store.Tx) error {
		n, err := tx.Exec(ctx, sqlEndSigning, SigningExpired, store.JSONOf(reasonOf(errExpired())), "", tx.Now(), s.AgencyID, s.ID)
		if err == nil && n == 0 { // completed at the last moment
			return store.Later(0)
		}
		if err == nil {
			err = s.noteFailure(ctx, tx, errExpired())
		}
		if err == nil {
			err = tx.Finish(ctx, j)
		}
		return err
	})
}
