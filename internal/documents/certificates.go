package documents

import (
	"context"
	"crypto"
	"crypto/x509"
	"encoding/base64"
	"fmt"

	"congvu/internal/blob"
	"congvu/internal/cms"
	"congvu/internal/keys"
	"congvu/internal/org"
	"congvu/internal/pades"
	"congvu/internal/store"
)

// Owners of a certificate (I5.8): a person or an agency, never an account.
const (
	OwnerPerson = "person"
	OwnerAgency = "agency"
)

// CertificateForm asks for the binding of a certificate.
type CertificateForm struct {
	Owner   string // person or agency
	OwnerID int64  // org.PersonID of somebody with a post in the actor's agency, or the agency's own id
	DER     []byte // the certificate
	KeyName string // its key in keys.Store, for server_key
	Method  string // server_key, usb_token, sim_pki, remote
	Image   string // SHA of a PNG in the blob store: signature or seal (S4.13); "" none
}

// Certificate is an approved binding of a certificate to a person or an agency (S10.3, N20).
type Certificate struct {
	ID          int64
	AgencyID    int64
	OwnerKind   string
	OwnerID     int64
	Fingerprint string
	Subject     string
	Issuer      string
	Serial      string
	ValidFrom   store.Instant `db:"valid_from_us"`
	ValidTo     store.Instant `db:"valid_to_us"`
	Method      string
	KeyName     string
	ImageSHA    string
	State       string // active, withdrawn
	ApprovedBy  int64
	At          store.Instant `db:"at_us"`
	DER         string        `db:"der"` // base64; "" in bindings made before it was kept
}

const certificateColumns = `id, agency_id, owner_kind, owner_id, fingerprint, subject, issuer, serial, valid_from_us, valid_to_us, method, key_name, image_sha, state, approved_by, at_us, der`

var (
	sqlCertificates = store.SQL(`SELECT ` + certificateColumns + ` FROM documents_certificates WHERE agency_id = $1 ORDER BY state, owner_kind, owner_id, id DESC`)
	sqlCertificate  = store.SQL(`SELECT ` + certificateColumns + ` FROM documents_certificates WHERE agency_id = $1 AND owner_kind = $2 AND owner_id = $3 AND state = 'active'`)
	sqlWithdraw     = store.SQL(`UPDATE documents_certificates SET state = 'withdrawn' WHERE agency_id = $1 AND owner_kind = $2 AND owner_id = $3 AND state = 'active'`)
	sqlWithdrawID   = store.SQL(`UPDATE documents_certificates SET state = 'withdrawn' WHERE agency_id = $1 AND id = $2 AND state = 'active'`)
	sqlPutCert      = store.SQL(`INSERT INTO documents_certificates (agency_id, id, owner_kind, owner_id, fingerprint, subject, issuer, serial, valid_from_us, valid_to_us,
		method, key_name, image_sha, state, approved_by, at_us, der) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 'active', $14, $15, $16)`)
)

func mayBind(a store.Actor) error {
	if a.Roles.Has(store.AgencyAdmin) && a.Agency != 0 {
		return nil
	}
	return store.Refuse(store.Forbidden, "Chỉ quản trị của cơ quan được gắn hoặc gỡ chứng thư số.")
}

// BindCertificate approves a certificate for a person of the agency or for the agency itself; an older one of the same owner is withdrawn.
// Only the agency's administrator may, and nobody for himself; he proves himself again first (S10.3). A key of the server that signs for somebody
// else already, in whatever agency, is Invalid: two owners of one key could not be told apart.
func BindCertificate(ctx context.Context, tx *store.Tx, f CertificateForm) (*Certificate, error) {
	a := tx.Actor()
	if err := mayBind(a); err != nil {
		return nil, err
	}
	if err := a.Confirmed(tx.Now()); err != nil {
		return nil, err
	}
	c, err := keys.ReadCertificate(f.DER)
	if err != nil {
		return nil, refuseReason("certificate", err)
	}
	var p store.Problems
	switch f.Owner {
	case OwnerAgency:
		if f.OwnerID != a.Agency {
			p.Add("owner", "Chứng thư số của cơ quan chỉ gắn được với chính cơ quan.")
			break
		}
		agency, err := org.AgencyAt(ctx, tx, org.AgencyID(a.Agency), today(tx.Now()))
		if err != nil {
			return nil, err
		}
		fitsOwner(&p, c, namesAgency(c, agency), agency.Name)
	case OwnerPerson:
		known, err := worksHere(ctx, tx, a.Agency, f.OwnerID)
		if err != nil {
			return nil, err
		}
		if !known {
			p.Add("owner", "Người được chọn không giữ chức vụ nào trong cơ quan vào hôm nay. Hãy chọn người khác.")
		}
		if known {
			who, err := org.FindPerson(ctx, tx, org.PersonID(f.OwnerID))
			if err != nil {
				return nil, err
			}
			fitsOwner(&p, c, namesPerson(c, who.Name), who.Name)
		}
		if f.OwnerID == a.Person {
			p.Add("owner", "Không ai tự phê duyệt chứng thư số của mình. Đề nghị quản trị khác thực hiện.")
		}
	default:
		p.Add("owner", "Chứng thư số phải gắn với một người hoặc với cơ quan.")
	}
	if !bindable(f.Method) || (f.Method == MethodServerKey) != (f.KeyName != "") {
		p.Add("method", "Phương thức ký không hợp lệ hoặc thiếu tên khóa.")
	}
	if f.Image != "" && !blob.ValidSHA(f.Image) {
		p.Add("image", "Ảnh chữ ký hoặc ảnh dấu chưa được lưu. Hãy tải ảnh lên lại.")
	}
	if now := tx.Now().Time(); now.Before(c.NotBefore) || now.After(c.NotAfter) {
		p.Add("certificate", "Chứng thư số của {subject} không có hiệu lực hôm nay.", "subject", c.Subject.CommonName)
	}
	if err := p.Err(); err != nil {
		return nil, err
	}
	b := &Certificate{ID: tx.NewID(), AgencyID: a.Agency, OwnerKind: f.Owner, OwnerID: f.OwnerID, Fingerprint: keys.Fingerprint(c), Subject: c.Subject.String(),
		Issuer: c.Issuer.String(), Serial: c.SerialNumber.Text(16), ValidFrom: store.InstantOf(c.NotBefore), ValidTo: store.InstantOf(c.NotAfter), Method: f.Method,
		KeyName: f.KeyName, ImageSHA: f.Image, State: "active", ApprovedBy: a.Person, At: tx.Now(),
		DER: base64.StdEncoding.EncodeToString(c.Raw)}
	if _, err := tx.Exec(ctx, sqlWithdraw, a.Agency, f.Owner, f.OwnerID); err != nil {
		return nil, err
	}
	if taken, err := b.keyTaken(ctx, tx); err != nil || taken {
		return nil, orElse(err, store.RefuseField("key_name", "Khóa này đang được dùng cho một người hoặc cơ quan khác nên không gắn được. Các chứng thư đã gắn được giữ nguyên; hãy chọn khóa khác."))
	}
	err = tx.Put(ctx, sqlPutCert, b.AgencyID, b.ID, b.OwnerKind, b.OwnerID, b.Fingerprint, b.Subject, b.Issuer, b.Serial, b.ValidFrom, b.ValidTo,
		b.Method, b.KeyName, b.ImageSHA, b.ApprovedBy, tx.Now(), b.DER)
	if err != nil {
		return nil, err
	}
	return b, tx.Record(store.Event{Verb: "certificate.bound", Agency: a.Agency, Ref: fmt.Sprintf("certificate/%d", b.ID), Title: c.Subject.CommonName,
		Data: map[string]any{"owner": f.Owner, "owner_id": f.OwnerID, "fingerprint": b.Fingerprint}})
}

// WithdrawCertificate ends a binding at once.
func WithdrawCertificate(ctx context.Context, tx *store.Tx, id int64) error {
	a := tx.Actor()
	if err := mayBind(a); err != nil {
		return err
	}
	if err := tx.Put(ctx, sqlWithdrawID, a.Agency, id); err != nil {
		return err
	}
	return tx.Record(store.Event{Verb: "certificate.withdrawn", Agency: a.Agency, Ref: fmt.Sprintf("certificate/%d", id)})
}

// Certificates lists the agency's bindings, for its administrator.
func Certificates(ctx context.Context, r store.Reader, a store.Actor) ([]Certificate, error) {
	if err := mayBind(a); err != nil {
		return nil, err
	}
	return store.All[Certificate](ctx, r, sqlCertificates, a.Agency)
}

// BoundCertificate tells which certificate a person or the agency signs with here; ok is false when none is bound.
func BoundCertificate(ctx context.Context, r store.Reader, a store.Actor, owner string, id int64) (Certificate, bool, error) {
	return store.Maybe[Certificate](ctx, r, sqlCertificate, a.Agency, owner, id)
}

// pen is a bound certificate with its key, ready to sign.
type pen struct {
	bound Certificate
	key   crypto.Signer
	cert  *x509.Certificate
	chain []*x509.Certificate
	look  look
}

// bindingOf gives the approved certificate of an owner (S10.3).
func (d *Desk) bindingOf(ctx context.Context, agency int64, owner string, id int64, name string) (Certificate, error) {
	b, ok, err := store.Maybe[Certificate](ctx, d.DB, sqlCertificate, agency, owner, id)
	if err == nil && !ok {
		err = store.Refuse(store.Forbidden, "{name} chưa có chứng thư số được quản trị phê duyệt trong cơ quan. Văn bản được giữ nguyên; đề nghị quản trị gắn chứng thư số.", "name", name)
	}
	return b, err
}

// takePen unseals the key that is bound to an owner (S10.2): the certificate in the key store must be the approved one, valid now, and
// believed for the purpose. The key never leaves the desk. With an error the pen says only with which binding it was tried.
func (d *Desk) takePen(ctx context.Context, agency int64, owner string, id int64, name string, sample func(string) ([]byte, error)) (*pen, error) {
	b, err := d.bindingOf(ctx, agency, owner, id, name)
	if err != nil {
		return nil, err
	}
	p := &pen{bound: b}
	if b.Method != MethodServerKey {
		return p, store.Refuse(store.Conflict, "Chứng thư số của {name} nằm trên thiết bị riêng, không ký được tại máy chủ. Văn bản được giữ nguyên.", "name", name)
	}
	if p.key, p.cert, p.chain, err = d.Keys.Signer(b.KeyName); err != nil {
		return p, refuseReason("", err)
	}
	if keys.Fingerprint(p.cert) != b.Fingerprint {
		return p, store.Refuse(store.Forbidden, "Chứng thư số trong kho khóa ({found}) khác chứng thư đã được phê duyệt ({approved}). Văn bản chưa được ký; đề nghị quản trị kiểm tra.",
			"found", p.cert.Subject.String(), "approved", b.Subject)
	}
	return p, d.ready(ctx, p, name, sample)
}

// ready asks whether the pen's certificate is believed today for what its owner signs, and takes its picture.
func (d *Desk) ready(ctx context.Context, p *pen, name string, sample func(string) ([]byte, error)) error {
	err := d.believes(p)
	if err == nil {
		p.look, err = d.lookOf(ctx, p, name, sample, today(d.DB.Now()))
	}
	return err
}

func (d *Desk) believes(p *pen) error {
	if d.Trust == nil {
		return nil
	}
	purpose := keys.PurposeSign
	if p.bound.OwnerKind == OwnerAgency {
		purpose = keys.PurposeSeal
	}
	_, err := d.Trust.Chain(p.cert, p.chain, d.DB.Now().Time(), purpose)
	return refuseReason("", err)
}

func (p *pen) request(d *Desk) pades.Request {
	r := pades.Request{Certificate: p.cert, Chain: p.chain, Key: p.key, At: d.DB.Now().Time()}
	if p.key != nil && d.Stamper == nil { // no token will come: 12 KB less in every signature, in each parcel and each hash over it
		r.Reserve = cms.ReservePlain(p.cert, p.chain)
	}
	return r
}

// worksHere tells whether a person holds a post in the agency today.
func worksHere(ctx context.Context, tx *store.Tx, agency, person int64) (bool, error) {
	staff, err := org.Staff(ctx, tx, org.AgencyID(agency), today(tx.Now()))
	for _, h := range staff {
		if int64(h.PersonID) == person {
			return true, nil
		}
	}
	return false, err
}

var sqlKeyBound = store.SQL(`SELECT id FROM documents_certificates WHERE key_name = $1 AND state = 'active' LIMIT 1`)

var sqlKeyTaken = store.SQL(`SELECT id FROM documents_certificates WHERE key_name = $1 AND state = 'active' AND NOT (owner_kind = 'person' AND owner_kind = $2 AND owner_id = $3) LIMIT 1`)

// keyTaken tells whether the key signs for anybody else: one key serves a person in all his posts, in whatever agency, but no two owners.
func (c *Certificate) keyTaken(ctx context.Context, r store.Reader) (bool, error) {
	if c.KeyName == "" {
		return false, nil
	}
	_, taken, err := store.Maybe[int64](ctx, r, sqlKeyTaken, c.KeyName, c.OwnerKind, c.OwnerID)
	return taken, err
}

// KeyBound tells whether a key of the server's store signs for anybody, in whatever agency.
func KeyBound(ctx context.Context, r store.Reader, keyName string) (bool, error) {
	if keyName == "" { // on a device
		return false, nil
	}
	_, bound, err := store.Maybe[int64](ctx, r, sqlKeyBound, keyName)
	return bound, err
}
