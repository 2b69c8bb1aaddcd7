package auth

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"congvu/internal/i18n"
	"congvu/internal/org"
	"congvu/internal/store"
)

// Account is a person's way in.
type Account struct {
	PersonID   int64
	Login      string
	State      string // active, locked
	MustChange bool
	Demo       bool
	HomeAgency int64
	Created    store.Instant `db:"created_us"`
	Changed    store.Instant `db:"changed_us"`
}

type secretAccount struct {
	Account
	Hash string
}

const accountColumns = `person_id, login, state, must_change, demo, home_agency, created_us, changed_us`

var (
	putAccounts   = store.BulkOf(50, 9, `INSERT INTO auth_accounts (person_id, login, hash, state, must_change, demo, home_agency, created_us, changed_us) VALUES `, "")
	sqlNamed      = store.SQL(`SELECT ` + accountColumns + ` FROM auth_accounts WHERE login IN (SELECT value FROM json_each(CAST($1 AS TEXT)))`)
	sqlOwned      = store.SQL(`SELECT ` + accountColumns + ` FROM auth_accounts WHERE person_id IN (SELECT CAST(value AS BIGINT) FROM json_each(CAST($1 AS TEXT)))`)
	sqlByLogin    = store.SQL(`SELECT ` + accountColumns + `, hash FROM auth_accounts WHERE login = $1`)
	sqlByPerson   = store.SQL(`SELECT ` + accountColumns + `, hash FROM auth_accounts WHERE person_id = $1`)
	sqlAccounts   = store.SQL(`SELECT ` + accountColumns + ` FROM auth_accounts WHERE home_agency = $1 ORDER BY login`)
	sqlSetState   = store.SQL(`UPDATE auth_accounts SET state = $1 WHERE person_id = $2 AND state <> $1`)
	sqlSetHash    = store.SQL(`UPDATE auth_accounts SET hash = $1, must_change = $2, changed_us = $3 WHERE person_id = $4`)
	sqlAnyAccount = store.SQL(`SELECT person_id FROM auth_accounts LIMIT 1`)
	sqlDemo       = store.SQL(`SELECT ` + accountColumns + ` FROM auth_accounts WHERE demo AND state = 'active' ORDER BY login`)
)

var loginForm = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{1,62}[a-z0-9]$`)

func cleanLogin(s string) string { return strings.ToLower(i18n.CleanLine(s)) }

// Opening is what it takes to open an account.
type Opening struct {
	Person     org.PersonID
	Login      string // 3 to 64 of a-z, 0-9, dot, dash, underscore
	Password   string
	MustChange bool   // a one-time password of the administrator's
	Demo       bool   // of a demonstration: listed on the sign-in page
	Hash       string // of the password when many accounts share one (demonstrations); "" = computed here
}

// HashPassword hashes outside of any transaction, for Opening.Hash.
func HashPassword(ctx context.Context, password string) (string, error) { return hash(ctx, password) }

// OpenAccount gives a person an account; it hashes before it writes. Conflict when the login or the person has one already.
func OpenAccount(ctx context.Context, db *store.DB, a store.Actor, o Opening) error {
	o.Login = cleanLogin(o.Login)
	if !loginForm.MatchString(o.Login) {
		return refusedLogin()
	}
	if o.Hash == "" {
		if err := checkPassword("password", o.Login, o.Password); err != nil {
			return err
		}
		h, err := hash(ctx, o.Password)
		if err != nil {
			return err
		}
		o.Hash = h
	}
	return db.Write(ctx, a, func(tx *store.Tx) error { return PutAccount(ctx, tx, o) })
}

// PutAccount is OpenAccount inside a running act; the hash has been computed before (Opening.Hash).
func PutAccount(ctx context.Context, tx *store.Tx, o Opening) error {
	p, err := org.FindPerson(ctx, tx, o.Person)
	if err != nil {
		return err
	}
	return PutAccounts(ctx, tx, p.HomeAgency, []Opening{o})
}

// PutAccounts is PutAccount for many people of one agency: what is looked up is read once, and rows are written many to a statement. The first refusal
// undoes all of it.
func PutAccounts(ctx context.Context, tx *store.Tx, agency org.AgencyID, openings []Opening) error {
	if !org.MayAdminister(tx.Actor(), agency) {
		return store.Refuse(store.NotFound, "Không tìm thấy người này.")
	}
	ids, logins := make([]org.PersonID, len(openings)), make([]string, len(openings))
	for i := range openings {
		ids[i], logins[i] = openings[i].Person, cleanLogin(openings[i].Login)
	}
	people, err := org.FindPeople(ctx, tx, ids)
	if err != nil {
		return err
	}
	same, err := store.All[Account](ctx, tx, sqlNamed, store.JSONOf(logins))
	if err != nil {
		return err
	}
	owned, err := store.All[Account](ctx, tx, sqlOwned, store.JSONOf(ids))
	if err != nil {
		return err
	}
	named, has := map[string]bool{}, map[org.PersonID]bool{}
	for _, t := range same {
		named[t.Login] = true
	}
	for _, t := range owned {
		has[org.PersonID(t.PersonID)] = true
	}
	rows := make([][]any, len(openings))
	events := make([]store.Event, len(openings))
	for i, o := range openings {
		p, ok := people[o.Person]
		switch {
		case !ok || p.HomeAgency != agency:
			return store.Refuse(store.NotFound, "Không tìm thấy người này.")
		case named[logins[i]]:
			return &store.Refusal{Kind: store.Conflict, Problems: []store.Problem{{Field: "login", Message: store.Say("Tên đăng nhập {login} đã có người dùng.", "login", o.Login)}}}
		case has[o.Person]:
			return store.Refuse(store.Conflict, "{name} đã có tài khoản.", "name", p.Name)
		}
		if err := ruled(ctx, tx, o.Person); err != nil {
			return err
		}
		named[logins[i]], has[o.Person] = true, true
		rows[i] = []any{int64(o.Person), logins[i], o.Hash, "active", o.MustChange, o.Demo, int64(agency), tx.Now(), tx.Now()}
		events[i] = store.Event{Verb: "account.opened", Agency: int64(agency), Ref: personRef(int64(o.Person)), Title: logins[i]}
	}
	if err := putAccounts.Put(ctx, tx, rows); err != nil {
		return err
	}
	return tx.RecordAll(events)
}

func personRef(id int64) string { return fmt.Sprintf("person/%d", id) }

// AccountOf gives a person's account; ok is false when there is none. For doors that already know that the actor may see the person.
func AccountOf(ctx context.Context, r store.Reader, person int64) (Account, bool, error) {
	s, ok, err := store.Maybe[secretAccount](ctx, r, sqlByPerson, person)
	return s.Account, ok, err
}

// Result is what became of one opening.
type Result struct {
	Person   org.PersonID
	Login    string
	Password string // the one-time password, shown once; "" when nothing was opened
	Already  bool   // the person has this account since before
	Err      error  // a refusal of this opening alone
}

// OpenAccounts opens accounts with one-time passwords, each on its own: a refused one does not hold up the others. Accounts that are there
// already stay as they are. The error is of the whole list (the database, an ended context).
func OpenAccounts(ctx context.Context, db *store.DB, a store.Actor, openings []Opening) ([]Result, error) {
	out := make([]Result, len(openings))
	for i, o := range openings {
		out[i] = Result{Person: o.Person, Login: cleanLogin(o.Login)}
		there, ok, err := AccountOf(ctx, db, int64(o.Person))
		if err != nil {
			return out, err
		}
		if ok && there.Login == out[i].Login && org.MayAdminister(a, org.AgencyID(there.HomeAgency)) {
			out[i].Already = true
			continue
		}
		if o.Password, err = NewPassword(); err != nil {
			return out, err
		}
		o.Hash, o.MustChange = "", true
		err = OpenAccount(ctx, db, a, o)
		var refusal *store.Refusal
		switch {
		case err == nil:
			out[i].Password = o.Password
		case errors.As(err, &refusal):
			out[i].Err = err
		default:
			return out, err
		}
	}
	return out, nil
}

// FindAccount gives the account with a login to those who keep it. NotFound for everybody else.
func FindAccount(ctx context.Context, r store.Reader, a store.Actor, login string) (Account, error) {
	s, ok, err := store.Maybe[secretAccount](ctx, r, sqlByLogin, cleanLogin(login))
	if err == nil && (!ok || !org.MayAdminister(a, org.AgencyID(s.HomeAgency))) {
		err = store.Refuse(store.NotFound, "Không tìm thấy tài khoản này.")
	}
	if err != nil {
		return Account{}, err
	}
	return s.Account, nil
}

// Accounts lists the accounts an agency's administrator keeps.
func Accounts(ctx context.Context, r store.Reader, a store.Actor, agency org.AgencyID) ([]Account, error) {
	if !org.MayAdminister(a, agency) {
		return nil, store.Refuse(store.NotFound, "Không tìm thấy cơ quan này.")
	}
	return store.All[Account](ctx, r, sqlAccounts, int64(agency))
}

// DemoAccounts lists the accounts of a demonstration.
func DemoAccounts(ctx context.Context, r store.Reader) ([]Account, error) {
	return store.All[Account](ctx, r, sqlDemo)
}

var sqlCountAccounts = store.SQL(`SELECT CAST(count(*) AS BIGINT) AS opened, COALESCE(sum(CASE WHEN state = 'locked' THEN 1 ELSE 0 END), 0) AS locked FROM auth_accounts`)

// Count counts the accounts of the installation, and those of them that are locked. For the installation itself, never for a door.
func Count(ctx context.Context, r store.Reader) (opened, locked int64, err error) {
	c, err := store.One[struct{ Opened, Locked int64 }](ctx, r, sqlCountAccounts)
	return c.Opened, c.Locked, err
}

// ruled refuses an agency's administrator the account of somebody who rules the installation: a new password would make him that person.
func ruled(ctx context.Context, tx *store.Tx, person org.PersonID) error {
	if org.MayShapeCity(tx.Actor()) {
		return nil
	}
	system, err := org.HoldsSystem(ctx, tx, person, org.Today(tx.Now()))
	if err == nil && system {
		err = store.Refuse(store.Forbidden, "Người này quản trị hệ thống; chỉ quản trị hệ thống được thay đổi tài khoản của người này.")
	}
	return err
}

// kept finds an account that the actor administers; to others it does not exist.
func kept(ctx context.Context, tx *store.Tx, person int64) (secretAccount, error) {
	s, ok, err := store.Maybe[secretAccount](ctx, tx, sqlByPerson, person)
	if err == nil && (!ok || !org.MayAdminister(tx.Actor(), org.AgencyID(s.HomeAgency))) {
		err = store.Refuse(store.NotFound, "Không tìm thấy tài khoản này.")
	}
	if err == nil {
		err = ruled(ctx, tx, org.PersonID(person))
	}
	return s, err
}

// LockAccount shuts an account and ends its sessions and tokens at once.
func LockAccount(ctx context.Context, tx *store.Tx, person int64) error {
	s, err := kept(ctx, tx, person)
	if err != nil {
		return err
	}
	if tx.Actor().Person == person {
		return store.Refuse(store.Conflict, "Không thể tự khóa tài khoản của chính mình.")
	}
	if err := tx.Put(ctx, sqlSetState, "locked", person); err != nil {
		return err
	}
	if err := endSessions(ctx, tx, person, ""); err != nil {
		return err
	}
	return tx.Record(store.Event{Verb: "account.locked", Agency: s.HomeAgency, Ref: personRef(person), Title: s.Login})
}

// Locked tells whether a person's account is locked: what he ordered before must not go on either.
func Locked(ctx context.Context, r store.Reader, person int64) (bool, error) {
	s, ok, err := store.Maybe[secretAccount](ctx, r, sqlByPerson, person)
	return ok && s.State == "locked", err
}

// UnlockAccount opens a locked account again.
func UnlockAccount(ctx context.Context, tx *store.Tx, person int64) error {
	s, err := kept(ctx, tx, person)
	if err != nil {
		return err
	}
	if err := tx.Put(ctx, sqlSetState, "active", person); err != nil {
		return err
	}
	return tx.Record(store.Event{Verb: "account.unlocked", Agency: s.HomeAgency, Ref: personRef(person), Title: s.Login})
}

// ResetPassword gives an account a one-time password that must be changed, and ends its sessions. It returns the password once.
func ResetPassword(ctx context.Context, db *store.DB, a store.Actor, person int64) (string, error) {
	password, err := NewPassword()
	if err != nil {
		return "", err
	}
	h, err := hash(ctx, password)
	if err != nil {
		return "", err
	}
	return password, db.Write(ctx, a, func(tx *store.Tx) error {
		s, err := kept(ctx, tx, person)
		if err != nil {
			return err
		}
		if err := tx.Put(ctx, sqlSetHash, h, true, tx.Now(), person); err != nil {
			return err
		}
		if err := endSessions(ctx, tx, person, ""); err != nil {
			return err
		}
		return tx.Record(store.Event{Verb: "account.password_reset", Agency: s.HomeAgency, Ref: personRef(person), Title: s.Login})
	})
}

// ChangePassword is a person's own change; his other sessions end. Invalid when the present password is wrong or the new one is weak.
func ChangePassword(ctx context.Context, db *store.DB, a store.Actor, token, present, next string) error {
	s, ok, err := store.Maybe[secretAccount](ctx, db, sqlByPerson, a.Person)
	if err != nil {
		return err
	}
	if !ok {
		return store.Refuse(store.NotFound, "Không tìm thấy tài khoản này.")
	}
	door := fmt.Sprintf("change:%d", a.Person)
	if err := prove(ctx, db, door, a.Person, present); err != nil {
		return err
	}
	if err := checkPassword("next", s.Login, next); err != nil {
		return err
	}
	if present == next {
		return store.RefuseField("next", "Mật khẩu mới phải khác mật khẩu hiện tại.")
	}
	h, err := hash(ctx, next)
	if err != nil {
		return err
	}
	return db.Write(ctx, a, func(tx *store.Tx) error {
		if err := forgive(ctx, tx, door); err != nil {
			return err
		}
		if err := tx.Put(ctx, sqlSetHash, h, false, tx.Now(), a.Person); err != nil {
			return err
		}
		if err := endSessions(ctx, tx, a.Person, sha(token)); err != nil {
			return err
		}
		return tx.Record(store.Event{Verb: "account.password_changed", Agency: a.Agency, Ref: personRef(a.Person), Title: s.Login})
	})
}

// CheckLogin tells beforehand whether a person (0 = somebody still to be enrolled) may get a sign-in name: Invalid for its form, Conflict when
// somebody else has it or the person has another. It is for those who open accounts.
func CheckLogin(ctx context.Context, r store.Reader, person org.PersonID, login string) error {
	login = cleanLogin(login)
	if !loginForm.MatchString(login) {
		return refusedLogin()
	}
	s, taken, err := store.Maybe[secretAccount](ctx, r, sqlByLogin, login)
	if err != nil {
		return err
	}
	if taken && s.PersonID != int64(person) {
		return &store.Refusal{Kind: store.Conflict, Problems: []store.Problem{{Field: "login", Message: store.Say("Tên đăng nhập {login} đã có người dùng.", "login", login)}}}
	}
	own, has, err := AccountOf(ctx, r, int64(person))
	if err == nil && has && own.Login != login {
		err = &store.Refusal{Kind: store.Conflict, Problems: []store.Problem{{Field: "login", Message: store.Say("Người này đã có tài khoản {login}.", "login", own.Login)}}}
	}
	return err
}

func refusedLogin() error {
	return store.RefuseField("login", "Tên đăng nhập gồm 3 đến 64 ký tự: chữ thường không dấu, chữ số, dấu chấm, gạch ngang, gạch dưới.")
}
