package documents

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"time"

	"congvu/internal/org"
	"congvu/internal/store"
)

// Purposes of a signing outside of the server.
const (
	PurposeApprove = "approve" // the approving signature of the competent person (S2.3)
	PurposeSeal    = "seal"    // the agency's, on the document and its annexes (S2.5, S2.6)
)

// Ways in which the signature comes back.
const (
	WayValue = "value" // a signature value or container over a digest: the file does not leave the server (S10.1)
	WayAgent = "agent" // the signed file, from a program on the signer's machine (S12)
)

// States of a signing: prepared → waiting → done; refused, expired, cancelled, failed end it without a signature.
const (
	SigningPrepared  = "prepared"
	SigningWaiting   = "waiting" // the signer's device or program has it ("chờ xác nhận", S10.5)
	SigningDone      = "done"
	SigningRefused   = "refused" // by the signer at his device, or by its program (S12.3)
	SigningExpired   = "expired"
	SigningCancelled = "cancelled"
	SigningFailed    = "failed" // what came back was not accepted
)

var signingLabels = map[string]string{SigningPrepared: "Đã chuẩn bị, chờ ký", SigningWaiting: "Chờ xác nhận trên thiết bị", SigningDone: "Đã ký", SigningRefused: "Người ký từ chối",
	SigningExpired: "Hết thời gian chờ", SigningCancelled: "Đã hủy", SigningFailed: "Không thành công"}

// SigningLabel is a state in Vietnamese, a key of i18n.
func SigningLabel(state string) string { return signingLabels[state] }

// How long a signing waits for its signature.
const (
	confirmFor = 5 * time.Minute  // at a SIM or a remote service (S10.5)
	deviceFor  = 10 * time.Minute // at a token or a program on the signer's machine (S12.1)
)

// mostWindows bounds the signings of one person for one document that wait at the same time, in several windows.
const mostWindows = 5

// Signing is one signature that is made outside of the server: what was frozen for it, and what became of it.
type Signing struct {
	ID, AgencyID  int64
	OutgoingID    int64
	Purpose       string // approve, seal
	Way           string // value, agent
	Method        string // usb_token, sim_pki, remote (S9.7)
	State         string
	PersonID      int64
	HoldingID     int64
	CertificateID int64 // the binding
	Capacity      string
	Revision      int64         // of the document when it was frozen
	Expires       store.Instant `db:"expires_us"`
	Address       string        // from where it was ordered
	Created       store.Instant `db:"created_us"`
	Ended         store.Instant `db:"ended_us"` // 0 while open

	Reason  store.Message `db:"-"` // why it ended without a signature
	Subject string        `db:"-"` // of the bound certificate
	Parts   []SigningPart `db:"-"`
	Token   string        `db:"-"` // for CompleteSigning; known only to who prepared it, once
}

// Open tells whether the signing still waits for its signature.
func (s *Signing) Open() bool { return s.State == SigningPrepared || s.State == SigningWaiting }

// SigningPart is one file of a signing: the document itself, or an annex in its own file.
type SigningPart struct {
	Ordinal   int
	FileID    int64
	Name      string
	Main      bool
	Operation string // of the agent's contract: SignApproved, SignIssued, SignAppendix; "" for values
	WasSHA    string // of the file that is signed, as it was when it was frozen
	Digest    string // hexadecimal SHA-256 of ToSign, shown to the signer; "" for the agent
	ToSign    []byte `db:"-"` // DER of the signed attributes, for keys that hash what they sign
	Received  bool   `db:"-"` // the agent's file of this part has been accepted

	Token string `db:"-"` // of the agent's addresses; known once
}

type signingRow struct {
	Signing
	Actor      store.JSON
	Chain      store.JSON
	TokenHash  string
	ValueHash  string
	ReasonJSON store.JSON `db:"reason"`

	parts []partRow
}

type partRow struct {
	SigningPart
	SigningID    int64
	TokenHash    string
	PreparedSHA  string `db:"prepared_sha"`
	PreparedSize int64
	HoleStart    int
	HoleEnd      int
	ToSignText   string `db:"to_sign"`
	ResultSHA    string `db:"result_sha"`
	Result       store.JSON
}

const (
	signingColumns = `agency_id, id, outgoing_id, purpose, way, method, state, person_id, holding_id, actor, certificate_id, chain, capacity, revision, token_hash,
	expires_us, value_hash, reason, address, created_us, ended_us`
	partColumns = `ordinal, file_id, name, main, operation, signing_id, token_hash, was_sha, prepared_sha, prepared_size, hole_start, hole_end, digest, to_sign, result_sha, result`
)

var (
	sqlPutSigning = store.SQL(`INSERT INTO documents_signings (` + signingColumns + `)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, '', 'null', $17, $18, 0)`)
	sqlPutPart = store.SQL(`INSERT INTO documents_signing_parts (agency_id, ` + partColumns + `)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, '', 'null')`)
	sqlSigning     = store.SQL(`SELECT ` + signingColumns + ` FROM documents_signings WHERE agency_id = $1 AND id = $2 AND person_id = $3`)
	sqlAnySigning  = store.SQL(`SELECT ` + signingColumns + ` FROM documents_signings WHERE agency_id = $1 AND id = $2`)
	sqlPartOfToken = store.SQL(`SELECT agency_id, signing_id, ordinal FROM documents_signing_parts WHERE token_hash = $1 AND token_hash <> ''`) // as the index says it
	sqlParts       = store.SQL(`SELECT ` + partColumns + ` FROM documents_signing_parts WHERE agency_id = $1 AND signing_id = $2 ORDER BY ordinal`)
	sqlOpenOf      = store.SQL(`SELECT CAST(count(*) AS BIGINT) FROM documents_signings WHERE agency_id = $1 AND outgoing_id = $2 AND person_id = $3
		AND state IN ('prepared', 'waiting') AND expires_us > $4`)
	sqlNewestOf   = store.SQL(`SELECT ` + signingColumns + ` FROM documents_signings WHERE agency_id = $1 AND outgoing_id = $2 AND person_id = $3 ORDER BY id DESC LIMIT 1`)
	sqlEndSigning = store.SQL(`UPDATE documents_signings SET state = $1, reason = $2, value_hash = $3, ended_us = $4
		WHERE agency_id = $5 AND id = $6 AND state IN ('prepared', 'waiting')`)
	sqlAwait   = store.SQL(`UPDATE documents_signings SET state = 'waiting' WHERE agency_id = $1 AND id = $2 AND state IN ('prepared', 'waiting')`)
	sqlReceive = store.SQL(`UPDATE documents_signing_parts SET result_sha = $1, result = $2 WHERE agency_id = $3 AND signing_id = $4 AND ordinal = $5 AND result_sha = ''`)
	sqlSubject = store.SQL(`SELECT subject FROM documents_certificates WHERE agency_id = $1 AND id = $2`)
)

// newToken makes a one-time token and what is kept of it.
func newToken() (token, hash string) {
	var b [32]byte
	rand.Read(b[:])
	token = base64.RawURLEncoding.EncodeToString(b[:])
	return token, tokenHash(token)
}

func tokenHash(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

func sameHash(a, b string) bool {
	return a != "" && subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1
}

func errNoSigning() error {
	return store.Refuse(store.NotFound, "Không tìm thấy lượt ký này trong phạm vi ông/bà được xem.")
}

// findSigning gives a signing to who ordered it; NotFound for everybody else (law 6).
func findSigning(ctx context.Context, r store.Reader, a store.Actor, id int64) (*signingRow, error) {
	s, ok, err := store.Maybe[signingRow](ctx, r, sqlSigning, a.Agency, id, a.Person)
	if err == nil && (!ok || a.Person == 0) {
		err = errNoSigning()
	}
	if err != nil {
		return nil, err
	}
	return s.complete(ctx, r)
}

// loadSigning gives a signing without asking who wants it: for the installation's own work.
func loadSigning(ctx context.Context, r store.Reader, agency, id int64) (*signingRow, error) {
	s, ok, err := store.Maybe[signingRow](ctx, r, sqlAnySigning, agency, id)
	if err == nil && !ok {
		err = errNoSigning()
	}
	if err != nil {
		return nil, err
	}
	return s.complete(ctx, r)
}

func (s *signingRow) complete(ctx context.Context, r store.Reader) (*signingRow, error) {
	err := decode(s.ReasonJSON, &s.Reason)
	if err == nil {
		s.Subject, _, err = store.Maybe[string](ctx, r, sqlSubject, s.AgencyID, s.CertificateID)
	}
	if err == nil {
		s.parts, err = store.All[partRow](ctx, r, sqlParts, s.AgencyID, s.ID)
	}
	for i := range s.parts {
		p := &s.parts[i]
		p.Received = p.ResultSHA != ""
		if p.ToSign, err = base64.StdEncoding.DecodeString(p.ToSignText); err != nil {
			return nil, err
		}
		s.Parts = append(s.Parts, p.SigningPart)
	}
	return s, err
}

// mayGoOn refuses to carry out what somebody ordered whose account was locked meanwhile: perhaps it was not he who ordered it.
func (d *Desk) mayGoOn(ctx context.Context, a store.Actor) error {
	if d.Locked == nil {
		return nil
	}
	locked, err := d.Locked(ctx, d.DB, a.Person)
	if err == nil && locked {
		err = store.Refuse(store.Forbidden, "Tài khoản của người yêu cầu đã bị khóa nên việc đã yêu cầu không được làm tiếp. Văn bản được giữ nguyên; hãy thực hiện lại khi tài khoản được mở.")
	}
	return err
}

// actorNow is who ordered a signing or a batch, with the roles that his post has today; he confirmed himself when he ordered it. Forbidden when
// he has left the post or is locked out.
func (d *Desk) actorNow(ctx context.Context, kept store.JSON) (store.Actor, error) {
	var a store.Actor
	if err := decode(kept, &a); err != nil {
		return a, err
	}
	if err := d.mayGoOn(ctx, a); err != nil {
		return a, err
	}
	h, err := org.HoldingAt(ctx, d.DB, org.HoldingID(a.Holding), today(d.DB.Now()))
	if err == nil && int64(h.PersonID) == a.Person && int64(h.AgencyID) == a.Agency {
		a.Roles, a.Unit = h.Roles, int64(h.UnitID)
		return a.Vouched(), nil
	}
	if err != nil && !errors.Is(err, store.NotFound) {
		return a, err
	}
	return a, store.Because(store.Refuse(store.Forbidden, "Người yêu cầu không còn giữ chức vụ đã dùng khi yêu cầu. Văn bản được giữ nguyên."), err)
}
