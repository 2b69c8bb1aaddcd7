package documents

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math"

	"congvu/internal/blob"
	"congvu/internal/calendar"
	"congvu/internal/pades"
	"congvu/internal/store"
)

// PictureKind is what stands in the library of an agency (S4.13).
type PictureKind string

// The kinds: a person's signature (S4.1), the agency's seal (S4.2), and how the agency places them (Placing). Each is proposed, approved and
// kept in versions alike.
const (
	PictureSignature PictureKind = "signature"
	PictureSeal      PictureKind = "seal"
	PicturePlacing   PictureKind = "placing"
)

// States of what is in the library: proposed → approved | rejected; proposed or approved → withdrawn.
const (
	PictureProposed  = "proposed"
	PictureApproved  = "approved"
	PictureRejected  = "rejected"
	PictureWithdrawn = "withdrawn"
)

const (
	mostPicture     = 2 << 20 // bytes of an uploaded image (S4.13)
	mostPictureNote = 500
)

// Picture is one version of an image or of a placing. It serves on the days from ValidFrom to ValidTo while it is approved; of several the
// one that began last.
type Picture struct {
	ID          int64
	AgencyID    int64
	OwnerKind   string // OwnerPerson or OwnerAgency
	OwnerID     int64
	Kind        PictureKind
	Version     int64
	SHA         string // PNG in the blob store; "" for a placing
	WidthPx     int64
	HeightPx    int64
	WidthUm     int64 // real size in micrometres; 0 is not known
	HeightUm    int64
	Tint        string     // pades.Tint
	Placing     store.JSON `db:"placement"`
	ValidFrom   calendar.Date
	ValidTo     calendar.Date // "" without end
	State       string
	Note        string // of who proposed
	ProposedBy  int64
	ProposedAt  store.Instant `db:"proposed_us"`
	DecidedBy   int64
	DecidedAt   store.Instant `db:"decided_us"`
	Alone       bool          // approved by who proposed it, the only administrator of the agency that day
	Reason      string        // of a rejection or withdrawal
	WithdrawnBy int64
	WithdrawnAt store.Instant `db:"withdrawn_us"`
}

// Ref names the version in the journal and in notices.
func (p *Picture) Ref() string { return fmt.Sprintf("picture/%d", p.ID) }

// Tints of pictures that the law does not expect: a signature that is not blue, a seal that is not red. To be shown, not refused.
func (p *Picture) OddTint() bool {
	return p.Kind == PictureSignature && p.Tint != string(pades.TintBlue) || p.Kind == PictureSeal && p.Tint != string(pades.TintRed)
}

const pictureColumns = `id, agency_id, owner_kind, owner_id, kind, version, sha, width_px, height_px, width_um, height_um, tint, placement, valid_from, valid_to, state, note,
	proposed_by, proposed_us, decided_by, decided_us, alone, reason, withdrawn_by, withdrawn_us`

var (
	sqlPutPicture = store.SQL(`INSERT INTO documents_pictures (agency_id, id, owner_kind, owner_id, kind, version, sha, width_px, height_px, width_um, height_um, tint, placement,
		valid_from, valid_to, state, note, proposed_by, proposed_us, decided_by, decided_us, alone, reason, withdrawn_by, withdrawn_us)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, 'proposed', $16, $17, $18, 0, 0, FALSE, '', 0, 0)`)
	sqlPictureVersion = store.SQL(`SELECT COALESCE(MAX(version), 0) FROM documents_pictures WHERE agency_id = $1 AND owner_kind = $2 AND owner_id = $3 AND kind = $4`)
	sqlPictureWaiting = store.SQL(`SELECT id FROM documents_pictures WHERE agency_id = $1 AND owner_kind = $2 AND owner_id = $3 AND kind = $4 AND state = 'proposed'`)
	sqlPicture        = store.SQL(`SELECT ` + pictureColumns + ` FROM documents_pictures WHERE agency_id = $1 AND id = $2`)
	sqlPictureOn      = store.SQL(`SELECT ` + pictureColumns + ` FROM documents_pictures WHERE agency_id = $1 AND owner_kind = $2 AND owner_id = $3 AND kind = $4
		AND state = 'approved' AND valid_from <= $5 AND (valid_to = '' OR valid_to >= $5) ORDER BY valid_from DESC, version DESC LIMIT 1`)
	sqlPicturesOf = store.SQL(`SELECT ` + pictureColumns + ` FROM documents_pictures WHERE agency_id = $1 AND owner_kind = $2 AND owner_id = $3
		ORDER BY kind, version DESC LIMIT 200`)
	sqlPicturesWaiting = store.SQL(`SELECT ` + pictureColumns + ` FROM documents_pictures WHERE agency_id = $1 AND state = 'proposed' ORDER BY proposed_us, id LIMIT 200`)
	sqlDecidePicture   = store.SQL(`UPDATE documents_pictures SET state = $1, decided_by = $2, decided_us = $3, alone = $4, reason = $5
		WHERE agency_id = $6 AND id = $7 AND state = 'proposed'`)
	sqlWithdrawPicture = store.SQL(`UPDATE documents_pictures SET state = 'withdrawn', withdrawn_by = $1, withdrawn_us = $2, reason = $3
		WHERE agency_id = $4 AND id = $5 AND state = $6`)
)

// PictureForm proposes a new version. An image goes into the blob store first (KeepPicture gives Kept), outside of the act.
type PictureForm struct {
	Kind      PictureKind
	Kept      KeptPicture // signature, seal
	Placing   Placing     // placing
	ValidFrom calendar.Date
	ValidTo   calendar.Date // "" without end
	Note      string
}

// KeptPicture is an image that was cleaned and stored.
type KeptPicture struct {
	SHA               string
	Width, Height     int     // pixels
	WidthMM, HeightMM float64 // 0 when not known
	Tint              pades.Tint
}

// reading bounds how many uploaded images are open at once: one may take 130 MB while it is read.
var reading = make(chan struct{}, 2)

// KeepPicture reads an uploaded image, makes it fit for documents (pades.CleanPicture) and stores it for somebody who may propose that kind.
// widthMM is the real width given by hand, 0 leaves what the file says. A refusal is about the field "image"; what was there before is kept.
func KeepPicture(ctx context.Context, d *Desk, a store.Actor, kind PictureKind, from io.Reader, whiten bool, widthMM float64) (KeptPicture, error) {
	var k KeptPicture
	if err := mayPropose(a, kind); err != nil {
		return k, err
	}
	file, err := io.ReadAll(io.LimitReader(from, mostPicture+1))
	if err != nil {
		return k, err
	}
	switch {
	case len(file) == 0:
		return k, store.RefuseField("image", "Hãy chọn tệp hình ảnh. Chưa có gì được lưu.")
	case len(file) > mostPicture:
		return k, store.RefuseField("image", "Hình ảnh lớn hơn 2 MB. Chưa có gì được lưu; hãy thu nhỏ rồi gửi lại.")
	case widthMM != 0 && !(widthMM >= 5 && widthMM <= 100):
		return k, store.RefuseField("width", "Kích thước thật phải từ 5 mm đến 100 mm. Chưa có gì được lưu.")
	}
	select {
	case reading <- struct{}{}:
		defer func() { <-reading }()
	case <-ctx.Done():
		return k, ctx.Err()
	}
	p, err := pades.CleanPicture(file, whiten)
	if err != nil {
		return k, refuseReason("image", err)
	}
	if widthMM > 0 {
		p.WidthMM, p.HeightMM = widthMM, widthMM*float64(p.Height)/float64(p.Width)
		p.PNG = pades.WithSize(p.PNG, p.WidthMM, p.HeightMM)
	}
	ref, err := d.Blobs.Put(ctx, bytes.NewReader(p.PNG), int64(len(p.PNG)))
	return KeptPicture{SHA: ref.SHA, Width: p.Width, Height: p.Height, WidthMM: p.WidthMM, HeightMM: p.HeightMM, Tint: p.Tint}, err
}

// ProposePicture enters a new version that an administrator is to approve. Everybody proposes his own signature; seal and placing are proposed
// by the agency's clerk or administrator. Conflict while another proposal of the same kind waits.
func ProposePicture(ctx context.Context, tx *store.Tx, f PictureForm) (*Picture, error) {
	a := tx.Actor()
	if err := mayPropose(a, f.Kind); err != nil {
		return nil, err
	}
	p := &Picture{ID: tx.NewID(), AgencyID: a.Agency, OwnerKind: OwnerAgency, OwnerID: a.Agency, Kind: f.Kind, Placing: "{}", ValidFrom: f.ValidFrom, ValidTo: f.ValidTo,
		State: PictureProposed, Note: text(f.Note), ProposedBy: a.Person, ProposedAt: tx.Now()}
	if f.Kind == PictureSignature {
		p.OwnerKind, p.OwnerID = OwnerPerson, a.Person
	}
	if err := p.fill(f, today(tx.Now())); err != nil {
		return nil, err
	}
	_, waits, err := store.Maybe[int64](ctx, tx, sqlPictureWaiting, p.AgencyID, p.OwnerKind, p.OwnerID, p.Kind)
	if err != nil {
		return nil, err
	}
	if waits {
		return nil, store.Refuse(store.Conflict, "Đã có một đề xuất đang chờ phê duyệt. Đề xuất đó được giữ nguyên; hãy rút lại trước khi gửi đề xuất mới.")
	}
	last, err := store.One[int64](ctx, tx, sqlPictureVersion, p.AgencyID, p.OwnerKind, p.OwnerID, p.Kind)
	if err != nil {
		return nil, err
	}
	p.Version = last + 1
	err = tx.Put(ctx, sqlPutPicture, p.AgencyID, p.ID, p.OwnerKind, p.OwnerID, p.Kind, p.Version, p.SHA, p.WidthPx, p.HeightPx, p.WidthUm, p.HeightUm, p.Tint, p.Placing,
		p.ValidFrom, p.ValidTo, p.Note, p.ProposedBy, p.ProposedAt)
	if err != nil {
		return nil, err
	}
	who, _, err := nameActor(ctx, tx, a)
	if err != nil {
		return nil, err
	}
	admins, err := administrators(ctx, tx, a.Agency, today(tx.Now()))
	if err != nil {
		return nil, err
	}
	e := store.Event{Verb: "picture.proposed", Agency: a.Agency, Ref: p.Ref(), Title: who, Data: p.journal(),
		Text: store.Say("{who} đề xuất hình ảnh hoặc vị trí chữ ký, chờ phê duyệt.", "who", who), Notify: without(admins, a.Person)}
	return p, tx.Record(e)
}

// fill takes what is proposed over and refuses what cannot be.
func (x *Picture) fill(f PictureForm, on calendar.Date) error {
	var p store.Problems
	if x.ValidFrom == "" {
		x.ValidFrom = on
	}
	if !x.ValidFrom.Valid() || x.ValidTo != "" && !x.ValidTo.Valid() {
		p.Add("valid_from", "Ngày áp dụng không đúng. Hãy kiểm tra lại ngày, tháng, năm.")
	}
	if x.ValidFrom < on {
		p.Add("valid_from", "Ngày bắt đầu áp dụng không được trước hôm nay: chữ ký đã có không đổi được.")
	}
	if x.ValidTo != "" && x.ValidTo < x.ValidFrom {
		p.Add("valid_to", "Ngày hết áp dụng phải từ ngày bắt đầu trở đi.")
	}
	if len(x.Note) > mostPictureNote {
		p.Add("note", "Ghi chú dài quá {most} ký tự.", "most", mostPictureNote)
	}
	if f.Kind == PicturePlacing {
		if f.Placing.problems(&p); len(p) == 0 {
			x.Placing = store.JSONOf(f.Placing)
		}
		return p.Err()
	}
	k := f.Kept
	if !blob.ValidSHA(k.SHA) || k.Width < 1 || k.Height < 1 {
		p.Add("image", "Hãy chọn tệp hình ảnh. Chưa có gì được lưu.")
	}
	micrometres := func(mm float64) int64 { return int64(math.Round(mm * 1000)) }
	x.SHA, x.WidthPx, x.HeightPx, x.Tint = k.SHA, int64(k.Width), int64(k.Height), string(k.Tint)
	x.WidthUm, x.HeightUm = micrometres(k.WidthMM), micrometres(k.HeightMM)
	if f.Kind == PictureSeal && !(k.WidthMM >= 15 && k.WidthMM <= 60) {
		p.Add("width", "Ảnh dấu phải có kích thước thật từ 15 mm đến 60 mm. Tệp không ghi kích thước hoặc ghi sai; hãy nhập đường kính dấu.")
	}
	return p.Err()
}

// journal is what the journal keeps of a version.
func (p *Picture) journal() map[string]any {
	return map[string]any{"owner": p.OwnerKind, "owner_id": p.OwnerID, "kind": p.Kind, "version": p.Version, "sha": p.SHA, "placing": p.Placing,
		"valid_from": p.ValidFrom, "valid_to": p.ValidTo, "alone": p.Alone, "reason": p.Reason}
}

// ApprovePicture lets a proposed version serve. Only an administrator who does not own it; seal and placing not by who proposed them either,
// unless the agency has no other administrator that day, which is recorded (Alone).
func ApprovePicture(ctx context.Context, tx *store.Tx, id int64) (*Picture, error) {
	p, err := pictureToDecide(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	if p.ValidTo != "" && p.ValidTo < today(tx.Now()) {
		return nil, store.Refuse(store.Conflict, "Thời gian áp dụng của đề xuất đã qua. Đề xuất được giữ nguyên; hãy từ chối để người đề xuất gửi lại.")
	}
	return p.decide(ctx, tx, PictureApproved, "picture.approved", store.Say("Hình ảnh hoặc vị trí chữ ký ông/bà đề xuất đã được phê duyệt."))
}

// RejectPicture refuses a proposed version, with a reason for who proposed it.
func RejectPicture(ctx context.Context, tx *store.Tx, id int64, reason string) (*Picture, error) {
	p, err := pictureToDecide(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	if p.Reason = text(reason); len(p.Reason) < 3 || len(p.Reason) > mostPictureNote {
		return nil, store.RefuseField("reason", "Hãy nêu lý do, từ 3 đến {most} ký tự.", "most", mostPictureNote)
	}
	return p.decide(ctx, tx, PictureRejected, "picture.rejected", store.Say("Hình ảnh hoặc vị trí chữ ký ông/bà đề xuất bị từ chối: {reason}", "reason", p.Reason))
}

func (p *Picture) decide(ctx context.Context, tx *store.Tx, state, verb string, tell store.Message) (*Picture, error) {
	p.State, p.DecidedBy, p.DecidedAt = state, tx.Actor().Person, tx.Now()
	if err := tx.Put(ctx, sqlDecidePicture, p.State, p.DecidedBy, p.DecidedAt, p.Alone, p.Reason, p.AgencyID, p.ID); err != nil {
		return nil, err
	}
	return p, tx.Record(store.Event{Verb: verb, Agency: p.AgencyID, Ref: p.Ref(), Title: p.Ref(), Data: p.journal(), Text: tell, Notify: without([]int64{p.ProposedBy}, p.DecidedBy)})
}

// WithdrawPicture ends a version at once: what is signed already keeps it. The owner of a signature may, an administrator may, and who proposed it
// while it waits.
func WithdrawPicture(ctx context.Context, tx *store.Tx, id int64, reason string) (*Picture, error) {
	a := tx.Actor()
	p, err := findPicture(ctx, tx, a, id)
	if err != nil {
		return nil, err
	}
	was := p.State
	if was != PictureProposed && was != PictureApproved {
		return nil, store.Refuse(store.Conflict, "Phiên bản này đã kết thúc trước đó. Không có gì thay đổi.")
	}
	if err := p.mayWithdraw(a); err != nil {
		return nil, err
	}
	if p.Reason = text(reason); len(p.Reason) > mostPictureNote {
		return nil, store.RefuseField("reason", "Ghi chú dài quá {most} ký tự.", "most", mostPictureNote)
	}
	p.State, p.WithdrawnBy, p.WithdrawnAt = PictureWithdrawn, a.Person, tx.Now()
	if err := tx.Put(ctx, sqlWithdrawPicture, p.WithdrawnBy, p.WithdrawnAt, p.Reason, p.AgencyID, p.ID, was); err != nil {
		return nil, err
	}
	tell := without([]int64{p.ProposedBy}, a.Person)
	return p, tx.Record(store.Event{Verb: "picture.withdrawn", Agency: p.AgencyID, Ref: p.Ref(), Title: p.Ref(), Data: p.journal(),
		Text: store.Say("Hình ảnh hoặc vị trí chữ ký của ông/bà đã được thu hồi, không dùng cho chữ ký mới."), Notify: tell})
}

func without(people []int64, who int64) []int64 {
	var out []int64
	for _, p := range people {
		if p != who && p != 0 {
			out = append(out, p)
		}
	}
	return out
}
