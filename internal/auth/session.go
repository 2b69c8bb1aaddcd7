package auth

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"net"
	"strconv"
	"strings"
	"time"

	"congvu/internal/i18n"
	"congvu/internal/org"
	"congvu/internal/store"
)

// Session is an open way in, resolved.
type Session struct {
	ID         int64
	Token      string // only when it was just opened
	PersonID   int64
	PersonName string
	Login      string
	MustChange bool
	Holding    org.Holding    // the post he acts in
	Posts      []org.Holding  // every post he holds today
	Standings  []org.Standing // whom he stands in for today
	Actor      store.Actor
	OpenedAt   store.Instant
	SeenAt     store.Instant
	ExpiresAt  store.Instant
	Address    string
	Agent      string

	sha string // of its token; "" for an API token
}

// ErrSignedOut: there is no such session any more; the person signs in again.
var ErrSignedOut = errors.New("auth: signed out")

func sha(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

func newSecret() (string, error) {
	b := make([]byte, 32)
	_, err := rand.Read(b)
	return base64.RawURLEncoding.EncodeToString(b), err
}

type sessionRow struct {
	SHA       string `db:"sha"`
	ID        int64
	PersonID  int64
	Holding   int64
	Created   store.Instant `db:"created_us"`
	Seen      store.Instant `db:"seen_us"`
	Ends      store.Instant `db:"ends_us"`
	Address   string
	Agent     string
	Confirmed store.Instant `db:"confirmed_us"`
}

// resolvedRow is a session with what its account and the installation say about it.
type resolvedRow struct {
	sessionRow
	Login      string
	State      string
	MustChange bool
	Idle       string
}

var (
	sqlOpenSession = store.SQL(`INSERT INTO auth_sessions (sha, id, person_id, holding, created_us, seen_us, ends_us, address, agent) VALUES ($1, $2, $3, $4, $5, $5, $6, $7, $8)`)
	// sqlResolve is all that a request needs to know of its session and its account, in one statement.
	sqlResolve = store.SQL(`SELECT s.sha, s.id, s.person_id, s.holding, s.created_us, s.seen_us, s.ends_us, s.address, s.agent, s.confirmed_us, a.login, a.state, a.must_change,
		COALESCE((SELECT v.value FROM store_settings v WHERE v.agency_id = 0 AND v.name = 'auth.idle'), '') AS idle
		FROM auth_sessions s JOIN auth_accounts a ON a.person_id = s.person_id WHERE s.sha = $1`)
	sqlSessions     = store.SQL(`SELECT sha, id, person_id, holding, created_us, seen_us, ends_us, address, agent, confirmed_us FROM auth_sessions WHERE person_id = $1 AND ends_us > $2 ORDER BY id DESC`)
	sqlSeen         = store.SQL(`UPDATE auth_sessions SET seen_us = $1 WHERE sha = $2 AND seen_us < $1`)
	sqlSwitch       = store.SQL(`UPDATE auth_sessions SET holding = $1 WHERE sha = $2`)
	sqlEndSession   = store.SQL(`DELETE FROM auth_sessions WHERE sha = $1`)
	sqlEndSessions  = store.SQL(`DELETE FROM auth_sessions WHERE person_id = $1 AND sha <> $2`)
	sqlEndOne       = store.SQL(`DELETE FROM auth_sessions WHERE person_id = $1 AND id = $2`)
	sqlForgetOld    = store.SQL(`DELETE FROM auth_sessions WHERE ends_us < $1`)
	sqlRevokeTokens = store.SQL(`UPDATE auth_tokens SET revoked_us = $1 WHERE person_id = $2 AND revoked_us = 0`)
)

// refusedSignIn says the same for every reason (no enumeration).
func refusedSignIn() error {
	return store.Refuse(store.Invalid, "Tên đăng nhập hoặc mật khẩu không đúng. Nếu quên mật khẩu, ông/bà liên hệ quản trị của cơ quan.")
}

// SignIn opens a session for a name and a password. Invalid, always with the same sentence, when they do not fit; a Conflict while the door is slowed down.
func SignIn(ctx context.Context, db *store.DB, login, password, address, agent string) (*Session, error) {
	login, address = cleanLogin(login), hostOf(address)
	if !loginForm.MatchString(login) { // perhaps a password typed into the wrong place: it is neither looked for nor written down
		login = ""
	}
	account, exists, err := store.Maybe[secretAccount](ctx, db, sqlByLogin, login)
	if err != nil {
		return nil, err
	}
	stored := account.Hash
	if !exists {
		if stored, err = nobody(); err != nil {
			return nil, err
		}
	}
	known, err := isKnown(ctx, db, account.PersonID, address)
	if err != nil {
		return nil, err
	}
	name, from := "login:"+login, "from:"+address
	if known { // a person's own desk has a door of its own: strangers' tries do not slow it
		name, from = "known:"+login+"@"+address, ""
	}
	if err := waits(ctx, db, from, db.Now()); err != nil {
		return nil, err
	}
	if err := knock(ctx, db, name); err != nil {
		return nil, err
	}
	good, err := matches(ctx, stored, password)
	if err != nil {
		return nil, err
	}
	if err := waits(ctx, db, from, db.Now()); err != nil { // tries at the same time have filled the address's measure
		return nil, err
	}
	if !good || !exists || account.State != "active" {
		return nil, errors.Join(noteRefused(ctx, db, account.HomeAgency, login, address, from), refusedSignIn())
	}
	return open(ctx, db, account, address, agent, name, from)
}

func noteRefused(ctx context.Context, db *store.DB, agency int64, login, address, from string) error {
	return db.Write(ctx, store.Actor{Agency: agency, Via: store.ViaWeb}, func(tx *store.Tx) error {
		if from != "" {
			if err := count(ctx, tx, from); err != nil {
				return err
			}
		}
		return tx.Record(store.Event{Verb: "session.refused", Agency: agency, Ref: "login/" + login, Data: map[string]any{"address": address}})
	})
}

func open(ctx context.Context, db *store.DB, account secretAccount, address, agent string, doors ...string) (*Session, error) {
	posts, err := org.Holdings(ctx, db, org.PersonID(account.PersonID), org.Today(db.Now()))
	if err != nil {
		return nil, err
	}
	if len(posts) == 0 {
		return nil, store.Refuse(store.Invalid, "Tài khoản hiện không giữ chức vụ nào nên chưa vào được. Ông/Bà liên hệ quản trị của cơ quan.")
	}
	token, err := newSecret()
	if err != nil {
		return nil, err
	}
	longest, err := store.Setting(ctx, db, 0, "auth.absolute", "")
	if err != nil {
		return nil, err
	}
	absolute := minutesOf(longest, absoluteMinutes)
	actor := actorIn(posts[0], store.ViaWeb)
	err = db.Write(ctx, actor, func(tx *store.Tx) error {
		if err := forgive(ctx, tx, doors...); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, sqlForgetOld, tx.Now()); err != nil {
			return err
		}
		if err := tx.Put(ctx, sqlOpenSession, sha(token), tx.NewID(), account.PersonID, int64(posts[0].ID), tx.Now(), tx.Now().Add(absolute), address, cut(agent, 200)); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, sqlKnow, account.PersonID, address, tx.Now()); err != nil {
			return err
		}
		return tx.Record(store.Event{Verb: "session.opened", Agency: actor.Agency, Ref: personRef(account.PersonID), Title: account.Login, Data: map[string]any{"address": address}})
	})
	if err != nil {
		return nil, err
	}
	s, err := Resolve(ctx, db, token)
	if err == nil {
		s.Token = token
	}
	return s, err
}

// How long a session lives without a request, and at all, in minutes, where no setting says otherwise.
const (
	idleMinutes     = 480
	absoluteMinutes = 720
)

// minutesOf reads a setting of minutes.
func minutesOf(value string, fallback int) time.Duration {
	n, err := strconv.Atoi(value)
	if err != nil || n <= 0 {
		n = fallback
	}
	return time.Duration(n) * time.Minute
}

// Resolve gives the session behind a token, its posts as they are today. ErrSignedOut when it ended, ran out, or the account was shut.
func Resolve(ctx context.Context, db *store.DB, token string) (*Session, error) {
	if token == "" {
		return nil, ErrSignedOut
	}
	row, ok, err := store.Maybe[resolvedRow](ctx, db, sqlResolve, sha(token))
	if err != nil {
		return nil, err
	}
	now, idle := db.Now(), minutesOf(row.Idle, idleMinutes)
	if !ok || now >= row.Ends || now >= row.Seen.Add(idle) || row.State != "active" {
		return nil, ErrSignedOut
	}
	account := secretAccount{Account: Account{PersonID: row.PersonID, Login: row.Login, State: row.State, MustChange: row.MustChange}}
	s, err := resolved(ctx, db, account, row.Holding, store.ViaWeb)
	if err != nil {
		return nil, err
	}
	s.ID, s.OpenedAt, s.SeenAt, s.Address, s.Agent, s.sha = row.ID, row.Created, row.Seen, row.Address, row.Agent, row.SHA
	if s.Actor.For == 0 { // standing in for another nobody is confirmed
		if s.Actor.ConfirmedUntil, err = confirmedUntil(ctx, db, row.Confirmed, sqlSpendSession, row.SHA); err != nil {
			return nil, err
		}
	}
	s.ExpiresAt = min(row.Ends, now.Add(idle))
	if now > row.Seen.Add(time.Minute) {
		err = db.Keep(ctx, func(tx *store.Tx) error {
			_, err := tx.Exec(ctx, sqlSeen, now, row.SHA)
			return err
		})
	}
	return s, err
}

// resolved finds the post a person acts in: the chosen one while he holds it, else his first (I5.5: rights end with the post).
func resolved(ctx context.Context, db *store.DB, account secretAccount, holding int64, via store.Via) (*Session, error) {
	posts, err := org.Holdings(ctx, db, org.PersonID(account.PersonID), org.Today(db.Now()))
	if err != nil {
		return nil, err
	}
	if len(posts) == 0 {
		return nil, ErrSignedOut
	}
	current := posts[0]
	for _, p := range posts {
		if int64(p.ID) == holding {
			current = p
		}
	}
	standings, err := org.Standings(ctx, db, posts, org.Today(db.Now()))
	if err != nil {
		return nil, err
	}
	s := &Session{PersonID: account.PersonID, PersonName: current.PersonName, Login: account.Login, MustChange: account.MustChange,
		Holding: current, Posts: posts, Standings: standings, Actor: actorIn(current, via)}
	for _, x := range standings {
		if int64(x.Principal) == holding && int64(current.ID) != holding {
			s.StandIn(x, via)
			break
		}
	}
	return s, nil
}

// StandIn lets the session act for the one it stands in for, as long as that lasts. What the person has confirmed does not count there.
func (s *Session) StandIn(x org.Standing, via store.Via) {
	s.Holding, s.Actor = x.Post, x.ActorFor(int64(s.PersonID))
	s.Actor.Via = via
}

func actorIn(h org.Holding, via store.Via) store.Actor {
	return store.Actor{Person: int64(h.PersonID), Holding: int64(h.ID), Agency: int64(h.AgencyID), Unit: int64(h.UnitID), Roles: h.Roles, ReadOnly: h.Closed, Via: via}
}

// ofSession is the actor of what concerns the session itself, which also one may do who only reads.
func ofSession(a store.Actor) store.Actor {
	a.ReadOnly = false
	return a
}

// SwitchPost lets the session act in another post that the person holds today. NotFound otherwise.
func SwitchPost(ctx context.Context, db *store.DB, token string, holding org.HoldingID) error {
	s, err := Resolve(ctx, db, token)
	if err != nil {
		return err
	}
	for _, p := range s.Posts {
		if p.ID == holding {
			return db.Write(ctx, ofSession(actorIn(p, store.ViaWeb)), func(tx *store.Tx) error {
				if err := tx.Put(ctx, sqlSwitch, int64(holding), sha(token)); err != nil {
					return err
				}
				return tx.Record(store.Event{Verb: "session.switched", Agency: int64(p.AgencyID), Ref: personRef(s.PersonID), Title: p.Title})
			})
		}
	}
	for _, x := range s.Standings {
		if x.Principal == holding {
			return db.Write(ctx, x.ActorFor(int64(s.PersonID)), func(tx *store.Tx) error {
				if err := tx.Put(ctx, sqlSwitch, int64(holding), sha(token)); err != nil {
					return err
				}
				return tx.Record(store.Event{Verb: "session.switched", Agency: int64(x.AgencyID), Ref: personRef(s.PersonID), Title: x.Post.Title})
			})
		}
	}
	return store.Refuse(store.NotFound, "Ông/Bà không giữ chức vụ này hôm nay.")
}

// SignOut ends one session; ending one that has ended is no error.
func SignOut(ctx context.Context, db *store.DB, token string) error {
	s, err := Resolve(ctx, db, token)
	if errors.Is(err, ErrSignedOut) {
		return nil
	}
	if err != nil {
		return err
	}
	return db.Write(ctx, ofSession(s.Actor), func(tx *store.Tx) error {
		if _, err := tx.Exec(ctx, sqlEndSession, sha(token)); err != nil {
			return err
		}
		return tx.Record(store.Event{Verb: "session.closed", Agency: s.Actor.Agency, Ref: personRef(s.PersonID), Title: s.Login})
	})
}

// SignOutEverywhere ends all of the actor's own sessions and API tokens.
func SignOutEverywhere(ctx context.Context, tx *store.Tx) error {
	a := tx.Actor()
	if err := endSessions(ctx, tx, a.Person, ""); err != nil {
		return err
	}
	return tx.Record(store.Event{Verb: "session.closed", Agency: a.Agency, Ref: personRef(a.Person), Title: "*"})
}

// endSessions ends a person's sessions except one, and revokes the tokens.
func endSessions(ctx context.Context, tx *store.Tx, person int64, except string) error {
	if _, err := tx.Exec(ctx, sqlEndSessions, person, except); err != nil {
		return err
	}
	if except != "" {
		return nil
	}
	_, err := tx.Exec(ctx, sqlRevokeTokens, tx.Now(), person)
	return err
}

// Sessions lists the actor's own open sessions.
func Sessions(ctx context.Context, db *store.DB, a store.Actor) ([]Session, error) {
	rows, err := store.All[sessionRow](ctx, db, sqlSessions, a.Person, db.Now())
	var out []Session
	for _, r := range rows {
		out = append(out, Session{ID: r.ID, PersonID: r.PersonID, OpenedAt: r.Created, SeenAt: r.Seen, ExpiresAt: r.Ends, Address: r.Address, Agent: r.Agent})
	}
	return out, err
}

// EndSession ends one of the actor's own sessions by its id.
func EndSession(ctx context.Context, tx *store.Tx, id int64) error {
	if err := tx.Put(ctx, sqlEndOne, tx.Actor().Person, id); err != nil {
		return err
	}
	return tx.Record(store.Event{Verb: "session.closed", Agency: tx.Actor().Agency, Ref: personRef(tx.Actor().Person)})
}

func hostOf(address string) string {
	if host, _, err := net.SplitHostPort(address); err == nil {
		return host
	}
	return cut(address, 60)
}

func cut(s string, n int) string {
	s = i18n.CleanLine(s)
	if len(s) > n {
		s = strings.ToValidUTF8(s[:n], "")
	}
	return s
}
