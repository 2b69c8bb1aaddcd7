package documents

import (
	"context"
	"errors"
	"io"
	"slices"
	"strconv"

	"congvu/internal/blob"
	"congvu/internal/pades"
	"congvu/internal/store"
)

// Operations of the local signing program (S12) that this room orders.
const (
	SignApproved = "SignApproved" // the approving signature on the document
	SignIssued   = "SignIssued"   // the agency's on the document, which bears number and date by then
	SignAppendix = "SignAppendix" // the agency's on an annex in its own file
)

// agentRoom is how many bytes one signature of a foreign program may add to a file.
const agentRoom = 4 << 20

// PrepareAgent orders signatures from the program on the signer's machine (S12): it checks everything that PrepareSigning checks except the
// certificate, which only the signed file shows, and freezes the revision that is handed out: for SignIssued with number and date filled in.
// Each part has a Token that opens OpenAgentFile and UploadAgentFile for its document, revision, person and operation, without cookies, for 10
// minutes; AgentCalls makes the program's requests of them.
func PrepareAgent(ctx context.Context, d *Desk, a store.Actor, id int64, f SigningForm) (*Signing, error) {
	w, err := d.attempt(ctx, a, id, f.Purpose, f.Capacity, f.Consent, d.unseen)
	if err == nil {
		err = w.shown(ctx, f.SHA)
	}
	if err != nil {
		return nil, w.failed(ctx, err)
	}
	s := w.signing(f, WayAgent)
	for i, x := range w.sheets {
		p := partRow{SigningPart: SigningPart{Ordinal: i, FileID: x.file.ID, Name: x.file.Name, Main: x.file.Main, WasSHA: x.file.SHA, Operation: operation(f.Purpose, x.file.Main)},
			PreparedSHA: x.file.SHA, PreparedSize: x.file.Size}
		if len(x.request.Fill) > 0 {
			if err := w.fillFirst(ctx, &p, x); err != nil {
				return nil, w.failed(ctx, err)
			}
		}
		p.Token, p.TokenHash = newToken()
		s.parts = append(s.parts, p)
	}
	return w.keepSigning(ctx, s)
}

func operation(purpose string, main bool) string {
	switch {
	case purpose == PurposeApprove:
		return SignApproved
	case main:
		return SignIssued
	}
	return SignAppendix
}

// unseen takes a pen whose certificate nobody has seen yet.
func (d *Desk) unseen(ctx context.Context, agency int64, owner string, id int64, name string, _ func(string) ([]byte, error)) (*pen, error) {
	b, err := d.bindingOf(ctx, agency, owner, id, name)
	if err != nil {
		return nil, err
	}
	p := &pen{bound: b}
	if b.Method != MethodUSBToken {
		return p, store.Refuse(store.Conflict, "Chứng thư số của {name} không nằm trên thiết bị ký số USB nên không ký được bằng chương trình trên máy. Văn bản được giữ nguyên; hãy dùng cách ký khác.", "name", name)
	}
	if now := d.DB.Now(); now < b.ValidFrom || now > b.ValidTo {
		return p, store.Refuse(store.Forbidden, "Chứng thư số của {name} không có hiệu lực hôm nay (hiệu lực từ {from} đến {until}). Văn bản được giữ nguyên; đề nghị quản trị gắn chứng thư số mới.",
			"name", name, "from", today(b.ValidFrom).Display(), "until", today(b.ValidTo).Display())
	}
	return p, nil
}

// fillFirst makes the revision with number and date: the program signs what it is given.
func (w *signature) fillFirst(ctx context.Context, p *partRow, x sheet) error {
	b, err := blob.ReadAll(ctx, w.d.Blobs, x.file.SHA, x.file.Size)
	if err != nil {
		return err
	}
	filled, err := pades.FillFields(b, x.request.Fill)
	if err != nil {
		return refuseReason("", err)
	}
	return w.d.keepPrepared(ctx, p, filled)
}

// partOf finds the signing and the part that a token of the agent's addresses opens: whoever has the token has the right, until the signing ends.
func (d *Desk) partOf(ctx context.Context, token string) (*signingRow, *partRow, error) {
	type where struct {
		AgencyID  int64
		SigningID int64
		Ordinal   int
	}
	unknown := store.Refuse(store.NotFound, "Địa chỉ ký số này không có hoặc đã hết hiệu lực. Văn bản được giữ nguyên; hãy bắt đầu lại lượt ký trên trang văn bản.")
	if len(token) != 43 {
		return nil, nil, unknown
	}
	at, ok, err := store.Maybe[where](ctx, d.DB, sqlPartOfToken, tokenHash(token))
	if err == nil && !ok {
		err = unknown
	}
	if err != nil {
		return nil, nil, err
	}
	s, err := loadSigning(ctx, d.DB, at.AgencyID, at.SigningID)
	if err != nil {
		return nil, nil, err
	}
	i := slices.IndexFunc(s.parts, func(p partRow) bool { return p.Ordinal == at.Ordinal })
	if i < 0 || d.DB.Now() >= s.Expires || !s.Open() && s.State != SigningDone {
		return nil, nil, unknown
	}
	return s, &s.parts[i], nil
}

// OpenAgentFile gives the program the revision it is to sign. The signing is waiting from then on.
func OpenAgentFile(ctx context.Context, d *Desk, token string) (name string, size int64, content io.ReadSeekCloser, err error) {
	s, p, err := d.partOf(ctx, token)
	if err == nil && !s.Open() {
		err = store.Refuse(store.Conflict, "Lượt ký này đã kết thúc. Văn bản được giữ nguyên; hãy tải lại trang.")
	}
	if err != nil {
		return "", 0, nil, err
	}
	if s.State == SigningPrepared {
		err = d.DB.Keep(ctx, func(tx *store.Tx) error {
			_, err := tx.Exec(ctx, sqlAwait, s.AgencyID, s.ID)
			return err
		})
		if err != nil {
			return "", 0, nil, err
		}
	}
	f, err := d.Blobs.Open(ctx, p.PreparedSHA)
	return p.Name, p.PreparedSize, f, err
}

// AgentReceipt is what the program is told about the file it brought.
type AgentReceipt struct {
	Name     string // of the file
	Complete bool   // every part of the signing is there: the document has moved
	Missing  int    // parts that still lack their signature
}

// UploadAgentFile takes the signed file that the program brings and treats it as any stranger's (S12.2): it must begin with the very bytes that
// were handed out, add exactly one signature of the expected kind by the bound certificate and nothing else, and not fail its
// verification. When the last part of a signing has come, the document moves as Sign or Seal do, in the name of who ordered it, if
// everything of S10.2 still holds. Otherwise the signing fails, the refusal is in the journal, and the old revision stays.
// The same file again is answered as before; another one is refused.
func UploadAgentFile(ctx context.Context, d *Desk, token, address string, from io.Reader) (*AgentReceipt, error) {
	_, p, err := d.partOf(ctx, token)
	if err != nil {
		return nil, err
	}
	brought, tooLarge, err := d.takeUpload(ctx, from, p.PreparedSize+agentRoom)
	if err != nil {
		return nil, err
	}
	s, p, err := d.partOf(ctx, token) // as it is now: the way here may have taken minutes
	if err != nil {
		return nil, err
	}
	s.Address = address
	a, err := d.actorNow(ctx, s.Actor)
	if err != nil {
		return nil, d.endSigning(ctx, store.System(s.AgencyID), s, SigningFailed, err)
	}
	if p.Received || !s.Open() {
		if p.ResultSHA == brought.SHA {
			return s.receipt(p), nil
		}
		return nil, d.refuseAttempt(ctx, a, s, store.Refuse(store.Conflict, "Tệp này đã được ký bằng một bản khác trong cùng lượt ký. Bản đã nhận được giữ nguyên; hãy tải lại trang."))
	}
	if tooLarge {
		return nil, d.endSigning(ctx, a, s, SigningFailed, store.Refuse(store.Invalid, "Tệp đã ký lớn hơn nhiều so với tệp được giao nên không được nhận. Văn bản được giữ nguyên; hãy ký lại."))
	}
	receipt, err := d.receive(ctx, a, s, p, brought)
	if err != nil {
		if again, err2 := loadSigning(ctx, d.DB, s.AgencyID, s.ID); err2 == nil && again.parts[p.Ordinal].ResultSHA == brought.SHA {
			return again.receipt(p), nil // the same file came twice at the same time
		}
		return nil, d.endSigning(ctx, a, s, SigningFailed, err)
	}
	return receipt, nil
}

// takeUpload stores what a program brings as fast or as slowly as it comes, without holding it in memory or keeping a place from others.
func (d *Desk) takeUpload(ctx context.Context, from io.Reader, most int64) (ref blob.Ref, tooLarge bool, err error) {
	body := &heard{Reader: from}
	ref, err = d.Blobs.Put(ctx, body, most)
	switch {
	case errors.Is(err, blob.TooLarge):
		return ref, true, nil
	case body.err != nil:
		return ref, false, store.Because(store.Refuse(store.Invalid, "Không đọc được tệp đã ký mà chương trình gửi lên. Văn bản được giữ nguyên; hãy ký lại."), body.err)
	}
	return ref, false, refuseReason("file", err)
}

// heard remembers what was wrong with a reader, so that it is not taken for the store's trouble.
type heard struct {
	io.Reader
	err error
}

func (h *heard) Read(p []byte) (int, error) {
	n, err := h.Reader.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		h.err = err
	}
	return n, err
}

// judging bounds how many files of programs are in memory and judged at once.
var judging = make(chan struct{}, 4)

func (d *Desk) receive(ctx context.Context, a store.Actor, s *signingRow, p *partRow, brought blob.Ref) (*AgentReceipt, error) {
	select {
	case judging <- struct{}{}:
		defer func() { <-judging }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	b, err := blob.ReadAll(ctx, d.Blobs, brought.SHA, brought.Size)
	if err != nil {
		return nil, err
	}
	cert, err := d.examineUpload(ctx, s, p, b)
	if err != nil {
		return nil, err
	}
	w, err := d.attempt(ctx, a, s.OutgoingID, s.Purpose, s.Capacity, true, d.presented(cert, nil))
	if err == nil {
		err = s.unmoved(w)
	}
	if err != nil {
		return nil, err
	}
	f, err := d.keepRevision(ctx, w.sheets[p.Ordinal].file, b)
	if err != nil {
		return nil, err
	}
	return d.keepReceived(ctx, w, s, p, f)
}

// examineUpload judges what a program brought against what it was handed, and gives the signer's certificate.
func (d *Desk) examineUpload(ctx context.Context, s *signingRow, p *partRow, b []byte) ([]byte, error) {
	old, err := blob.ReadAll(ctx, d.Blobs, p.PreparedSHA, p.PreparedSize)
	if err != nil {
		return nil, err
	}
	change, _, err := pades.Added(old, b)
	if errors.Is(err, pades.ErrAltered) {
		return nil, store.Because(store.Refuse(store.Invalid, "Tệp gửi lên không phải là tệp được giao cộng thêm chữ ký: nội dung đã bị thay đổi. Văn bản được giữ nguyên; hãy ký lại và báo quản trị hệ thống."), err)
	}
	if err != nil {
		return nil, refuseReason("", err)
	}
	if change > pades.SignatureChange {
		return nil, store.Refuse(store.Invalid, "Tệp gửi lên có thay đổi khác ngoài chữ ký. Văn bản được giữ nguyên; hãy ký lại và báo quản trị hệ thống.")
	}
	before, err := d.verify(old)
	if err != nil {
		return nil, err
	}
	after, err := d.verify(b)
	if err != nil {
		return nil, err
	}
	return expectedSignature(before, after, s.Purpose)
}

// expectedSignature wants exactly one signature more, over the whole file, of the kind that the purpose asks for: the competent person certifies so that
// number and date may still be filled in (S3.2), the agency approves without closing the file.
func expectedSignature(before, after *pades.Report, purpose string) ([]byte, error) {
	if len(after.Signatures) != len(before.Signatures)+1 {
		return nil, store.Refuse(store.Invalid, "Tệp gửi lên có {found} chữ ký mới, đáng lẽ đúng một. Văn bản được giữ nguyên; hãy ký lại.", "found", len(after.Signatures)-len(before.Signatures))
	}
	last := after.Signatures[len(after.Signatures)-1]
	switch {
	case after.Outcome == pades.Failed || after.Outcome == pades.Unreadable || last.Integrity != pades.Intact || !last.WholeFile || last.Signer == nil:
		return nil, store.Refuse(store.Invalid, "Chữ ký trong tệp gửi lên không qua được kiểm tra. Văn bản được giữ nguyên; hãy ký lại.")
	case purpose == PurposeApprove && (last.Kind != pades.Certification || last.Permission != 2):
		return nil, store.Refuse(store.Invalid, "Chữ ký của người có thẩm quyền phải cho phép điền số và ngày ban hành (chứng nhận mức 2). Văn bản được giữ nguyên; hãy đặt lại chế độ ký trong chương trình rồi ký lại.")
	case purpose == PurposeSeal && last.Kind != pades.Approval:
		return nil, store.Refuse(store.Invalid, "Chữ ký của cơ quan phải là chữ ký phê duyệt trên tệp được giao. Văn bản được giữ nguyên; hãy đặt lại chế độ ký trong chương trình rồi ký lại.")
	}
	return last.Signer.Certificate, nil
}

// keepReceived keeps one part, and the document's move when it was the last.
func (d *Desk) keepReceived(ctx context.Context, w *signature, s *signingRow, p *partRow, f File) (*AgentReceipt, error) {
	receipt := &AgentReceipt{Name: f.Name}
	err := d.write(ctx, w.a, func(tx *store.Tx) error {
		if err := tx.Put(ctx, sqlAwait, s.AgencyID, s.ID); err != nil { // locks the row: of two parts that come at once, one is the last
			return err
		}
		if err := tx.Put(ctx, sqlReceive, f.SHA, store.JSONOf(f), s.AgencyID, s.ID, p.Ordinal); err != nil {
			return err
		}
		now, err := loadSigning(ctx, tx, s.AgencyID, s.ID)
		if err != nil {
			return err
		}
		signed, missing, err := now.received()
		if err != nil {
			return err
		}
		receipt.Missing, receipt.Complete = missing, missing == 0
		if missing > 0 {
			return tx.Record(store.Event{Verb: "document.signing_received", Agency: s.AgencyID, Ref: w.o.Ref(), Title: w.o.Title(), Data: map[string]string{"signing": strconv.FormatInt(s.ID, 10), "file": f.Name, "sha": f.SHA}})
		}
		if w.act == ActSign {
			_, err = w.keepSigned(ctx, tx, signed)
		} else {
			_, err = w.keepSealed(ctx, tx, signed)
		}
		if err == nil {
			err = tx.Put(ctx, sqlEndSigning, SigningDone, store.JSON("{}"), "", tx.Now(), s.AgencyID, s.ID)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return receipt, nil
}

// received gives the files that have come, and how many have not.
func (s *signingRow) received() (files []File, missing int, err error) {
	for _, p := range s.parts {
		var f File
		if p.ResultSHA == "" {
			missing++
			continue
		}
		if err := decode(p.Result, &f); err != nil {
			return nil, 0, err
		}
		files = append(files, f)
	}
	return files, missing, nil
}

func (s *signingRow) receipt(p *partRow) *AgentReceipt {
	r := &AgentReceipt{Name: p.Name, Complete: s.State == SigningDone}
	for _, x := range s.parts {
		if x.ResultSHA == "" {
			r.Missing++
		}
	}
	return r
}

// AgentCall is one request to the local signing program: where its socket is, and the text to send.
type AgentCall struct {
	Socket  string // wss://127.0.0.1:8987/SignApproved
	Request AgentRequest
}

// AgentRequest is the contract's message (S12).
type AgentRequest struct {
	FileUploadHandler string
	SessionID         string `json:"SessionId"`
	JWTToken          string
	FileName          string
	MetaData          []AgentDatum
	DocNumber         string `json:",omitempty"`
	IssuedDate        string `json:",omitempty"` // 23/11/2026
}

// AgentDatum is one line of a request's meta data.
type AgentDatum struct{ Key, Value string }

// AgentCalls makes the program's requests of a freshly prepared signing, in the order in which they are to be sent: one socket each. origin is
// how the signer's machine reaches this server ("https://congvu.hue.gov.vn").
func AgentCalls(s *Signing, o *Outgoing, origin string) []AgentCall {
	var out []AgentCall
	for _, p := range s.Parts {
		at := origin + "/sign-agent/" + p.Token
		r := AgentRequest{FileUploadHandler: at + "/upload", SessionID: strconv.FormatInt(s.ID, 10), JWTToken: "", FileName: at + "/file",
			MetaData: []AgentDatum{{"document", o.Ref()}, {"file", p.Name}, {"operation", p.Operation}}}
		if s.Purpose == PurposeSeal {
			r.DocNumber, r.IssuedDate = o.NumberText, o.IssuedDate.Display()
		}
		out = append(out, AgentCall{Socket: "wss://127.0.0.1:8987/" + p.Operation, Request: r})
	}
	return out
}
