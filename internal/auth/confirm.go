package auth

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"congvu/internal/store"
)

const (
	confirmDefault = 10 // minutes
	confirmLongest = 60 // minutes, whatever the setting says
	confirmOnce    = time.Minute

	settingConfirm = "auth.confirm_minutes"
)

var (
	sqlConfirmSession = store.SQL(`UPDATE auth_sessions SET confirmed_us = $1 WHERE sha = $2`)
	sqlConfirmToken   = store.SQL(`UPDATE auth_tokens SET confirmed_us = $1 WHERE id = $2`)
	sqlSpendSession   = store.SQL(`UPDATE auth_sessions SET confirmed_us = 0 WHERE sha = $1 AND confirmed_us = $2`)
	sqlSpendToken     = store.SQL(`UPDATE auth_tokens SET confirmed_us = 0 WHERE id = $1 AND confirmed_us = $2`)
)

func wrongPassword() error {
	return store.RefuseField("password", "Mật khẩu không đúng. Chưa có gì thay đổi; hãy nhập lại.")
}

// prove compares a person's password. Tries are counted at the door named and slowed down like sign-ins; they lock nobody out (T24).
func prove(ctx context.Context, db *store.DB, door string, person int64, password string) error {
	s, ok, err := store.Maybe[secretAccount](ctx, db, sqlByPerson, person)
	if err != nil {
		return err
	}
	if !ok || s.State != "active" {
		return wrongPassword()
	}
	if err := knock(ctx, db, door); err != nil {
		return err
	}
	good, err := matches(ctx, s.Hash, password)
	if err == nil && !good {
		err = wrongPassword()
	}
	return err
}

// Confirm asks the person of a session or an API token for the password again, before an act that binds the office (S10, ASVS 7.5.3). The
// session is confirmed for the minutes of auth.confirm_minutes, and s.Actor at once. Where that is 0 (once), a confirmation in the pages is good
// for the request it came with, one over the API for the next request with the same token. Invalid on "password" when it is wrong, Conflict
// while the door is slowed down; each session has a door of its own, so that a stolen one does not slow its owner down.
func Confirm(ctx context.Context, db *store.DB, s *Session, password string) (once bool, err error) {
	door := fmt.Sprintf("confirm:%d:%d", s.PersonID, s.ID)
	if err := prove(ctx, db, door, s.PersonID, password); err != nil {
		if errors.Is(err, store.Invalid) {
			err = errors.Join(noteConfirm(ctx, db, s, "session.confirm_refused", nil), err)
		}
		return false, err
	}
	lasts, err := confirmFor(ctx, db)
	if err != nil {
		return false, err
	}
	var at store.Instant
	err = noteConfirm(ctx, db, s, "session.confirmed", func(tx *store.Tx) error {
		at = tx.Now()
		if err := forgive(ctx, tx, door); err != nil {
			return err
		}
		switch {
		case lasts == 0 && s.Actor.Via == store.ViaWeb:
			return nil
		case s.sha == "":
			return tx.Put(ctx, sqlConfirmToken, at, s.ID)
		}
		return tx.Put(ctx, sqlConfirmSession, at, s.sha)
	})
	if err != nil {
		return false, err
	}
	s.Actor.ConfirmedUntil = at.Add(max(lasts, confirmOnce))
	return lasts == 0, nil
}

func noteConfirm(ctx context.Context, db *store.DB, s *Session, verb string, more func(tx *store.Tx) error) error {
	return db.Write(ctx, ofSession(s.Actor), func(tx *store.Tx) error {
		if more != nil {
			if err := more(tx); err != nil {
				return err
			}
		}
		return tx.Record(store.Event{Verb: verb, Agency: s.Actor.Agency, Ref: personRef(s.PersonID), Title: s.Login})
	})
}

// SetConfirmMinutes sets how long a confirmation counts, 0 to 60 minutes; 0 = asked before every act. Only from the installation's own command
// line. It holds at once, for confirmations given before too.
func SetConfirmMinutes(ctx context.Context, tx *store.Tx, minutes int) error {
	if a := tx.Actor(); a.Person != 0 || a.Via != store.ViaCLI {
		return store.Refuse(store.Forbidden, "Chỉ người vận hành máy chủ được đổi thời gian này, bằng lệnh congvu user confirm-minutes.")
	}
	if minutes < 0 || minutes > confirmLongest {
		return store.RefuseField("minutes", "Số phút phải từ 0 đến {most}.", "most", confirmLongest)
	}
	if err := tx.Set(ctx, 0, settingConfirm, strconv.Itoa(minutes)); err != nil {
		return err
	}
	return tx.Record(store.Event{Verb: "installation.confirmation_set", Ref: "installation", Title: strconv.Itoa(minutes)})
}

// confirmFor is how long a confirmation counts; 0 = it is asked for before every act.
func confirmFor(ctx context.Context, r store.Reader) (time.Duration, error) {
	v, err := store.Setting(ctx, r, 0, settingConfirm, strconv.Itoa(confirmDefault))
	n, bad := strconv.Atoi(v)
	if bad != nil || n < 0 {
		n = confirmDefault
	}
	return time.Duration(min(n, confirmLongest)) * time.Minute, err
}

// confirmedUntil tells until when a confirmation given at an instant still counts, 0 when it does not. One that is good for one request is
// used up by being asked for, so that of two requests one has it. The setting is read only for who has confirmed lately.
func confirmedUntil(ctx context.Context, db *store.DB, at store.Instant, spend *store.Stmt, key any) (store.Instant, error) {
	now := db.Now()
	if at == 0 || now >= at.Add(confirmLongest*time.Minute) {
		return 0, nil
	}
	lasts, err := confirmFor(ctx, db)
	if err != nil || now >= at.Add(max(lasts, confirmOnce)) {
		return 0, err
	}
	if lasts > 0 {
		return at.Add(lasts), nil
	}
	var had int64
	err = db.Keep(ctx, func(tx *store.Tx) (err error) {
		had, err = tx.Exec(ctx, spend, key, at)
		return err
	})
	if err != nil || had == 0 {
		return 0, err
	}
	return now.Add(confirmOnce), nil
}
