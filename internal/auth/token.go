package auth

import (
	"context"
	"strings"
	"time"

	"congvu/internal/i18n"
	"congvu/internal/org"
	"congvu/internal/store"
)

// Token is an API token as lists show it; its secret is shown once, when it is issued.
type Token struct {
	ID       int64
	PersonID int64
	Holding  int64
	AgencyID int64
	Name     string
	Created  store.Instant `db:"created_us"`
	Expires  store.Instant `db:"expires_us"`
	Revoked  store.Instant `db:"revoked_us"`
	Used     store.Instant `db:"used_us"`

	Confirmed store.Instant `db:"confirmed_us"`
}

const tokenColumns = `id, person_id, holding, agency_id, name, created_us, expires_us, revoked_us, used_us, confirmed_us`

// TokenPrefix lets scanners of repositories and logs find a leaked token.
const TokenPrefix = "cvu_"

const longestToken = 366 * 24 * time.Hour

var (
	sqlIssue     = store.SQL(`INSERT INTO auth_tokens (id, sha, person_id, holding, agency_id, name, created_us, expires_us, revoked_us, used_us) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, 0)`)
	sqlToken     = store.SQL(`SELECT ` + tokenColumns + ` FROM auth_tokens WHERE sha = $1 AND revoked_us = 0 AND expires_us > $2`)
	sqlTokens    = store.SQL(`SELECT ` + tokenColumns + ` FROM auth_tokens WHERE person_id = $1 ORDER BY id DESC`)
	sqlRevoke    = store.SQL(`UPDATE auth_tokens SET revoked_us = $1 WHERE id = $2 AND person_id = $3 AND revoked_us = 0`)
	sqlTokenUsed = store.SQL(`UPDATE auth_tokens SET used_us = $1 WHERE id = $2 AND used_us < $3`)
)

// IssueAPIToken gives a person's post a token for programs. A person issues his own, but not by a token; the command line may for anybody, and
// nobody else: a token acts in its owner's name. The secret is returned once.
func IssueAPIToken(ctx context.Context, tx *store.Tx, person int64, holding org.HoldingID, name string, expires store.Instant) (string, error) {
	a := tx.Actor()
	installation := a.Person == 0 && (a.Via == store.ViaCLI || a.Via == store.ViaSystem)
	if a.Person != person && !installation {
		return "", store.Refuse(store.NotFound, "Không tìm thấy người này.")
	}
	if a.Via == store.ViaAPI {
		return "", store.Refuse(store.Forbidden, "Mã truy cập không tự cấp được mã truy cập khác. Hãy đăng nhập bằng mật khẩu.")
	}
	if s, ok, err := store.Maybe[secretAccount](ctx, tx, sqlByPerson, person); err != nil {
		return "", err
	} else if !ok || s.State != "active" {
		return "", store.Refuse(store.Conflict, "Người này chưa có tài khoản đang hoạt động nên chưa cấp được mã truy cập.")
	}
	name = i18n.CleanLine(name)
	var p store.Problems
	if name == "" {
		p.Add("name", "Đặt tên cho mã truy cập để sau này nhận ra, ví dụ «Phần mềm một cửa».")
	}
	if expires <= tx.Now() || expires > tx.Now().Add(longestToken) {
		p.Add("expires", "Thời hạn từ ngày mai đến không quá một năm.")
	}
	h, err := org.HoldingAt(ctx, tx, holding, org.Today(tx.Now()))
	if err != nil || int64(h.PersonID) != person {
		p.Add("holding", "Người này không giữ chức vụ đã chọn.")
	}
	if err := p.Err(); err != nil {
		return "", err
	}
	secret, err := newSecret()
	if err != nil {
		return "", err
	}
	id := tx.NewID()
	if err := tx.Put(ctx, sqlIssue, id, sha(TokenPrefix+secret), person, int64(holding), int64(h.AgencyID), name, tx.Now(), expires); err != nil {
		return "", err
	}
	return TokenPrefix + secret, tx.Record(store.Event{Verb: "token.issued", Agency: int64(h.AgencyID), Ref: personRef(person), Title: name})
}

// ResolveAPIToken gives the session of a token: its post only. ErrSignedOut when it is unknown, revoked or expired, or the post has ended.
func ResolveAPIToken(ctx context.Context, db *store.DB, secret string) (*Session, error) {
	if !strings.HasPrefix(secret, TokenPrefix) {
		return nil, ErrSignedOut
	}
	t, ok, err := store.Maybe[Token](ctx, db, sqlToken, sha(secret), db.Now())
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, ErrSignedOut
	}
	account, ok, err := store.Maybe[secretAccount](ctx, db, sqlByPerson, t.PersonID)
	if err != nil {
		return nil, err
	}
	if !ok || account.State != "active" {
		return nil, ErrSignedOut
	}
	s, err := resolved(ctx, db, account, t.Holding, store.ViaAPI)
	if err != nil {
		return nil, err
	}
	if int64(s.Holding.ID) != t.Holding { // a token never slides into another post
		return nil, ErrSignedOut
	}
	s.ID, s.OpenedAt, s.ExpiresAt = t.ID, t.Created, t.Expires
	if s.Actor.ConfirmedUntil, err = confirmedUntil(ctx, db, t.Confirmed, sqlSpendToken, t.ID); err != nil {
		return nil, err
	}
	if now := db.Now(); t.Used.Add(time.Minute) < now {
		err = db.Keep(ctx, func(tx *store.Tx) error {
			_, err := tx.Exec(ctx, sqlTokenUsed, now, t.ID, now)
			return err
		})
	}
	return s, err
}

// Tokens lists the actor's own API tokens, revoked and expired ones too.
func Tokens(ctx context.Context, r store.Reader, a store.Actor) ([]Token, error) {
	return store.All[Token](ctx, r, sqlTokens, a.Person)
}

// RevokeAPIToken ends one of the actor's own tokens at once.
func RevokeAPIToken(ctx context.Context, tx *store.Tx, id int64) error {
	a := tx.Actor()
	if err := tx.Put(ctx, sqlRevoke, tx.Now(), id, a.Person); err != nil {
		return err
	}
	return tx.Record(store.Event{Verb: "token.revoked", Agency: a.Agency, Ref: personRef(a.Person)})
}
