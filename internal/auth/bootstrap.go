package auth

import (
	"context"
	"crypto/subtle"
	"fmt"
	"strconv"
	"strings"
	"time"

	"congvu/internal/org"
	"congvu/internal/store"
)

const bootstrapFor = 24 * time.Hour

// Bootstrap gives the secret of the link by which the first administrator enters a bare installation; needed is false once there is any
// account. Each call makes the former link worthless.
func Bootstrap(ctx context.Context, db *store.DB) (secret string, needed bool, err error) {
	if _, any, err := store.Maybe[int64](ctx, db, sqlAnyAccount); err != nil || any {
		return "", false, err
	}
	if secret, err = newSecret(); err != nil {
		return "", false, err
	}
	err = db.Keep(ctx, func(tx *store.Tx) error {
		return tx.Set(ctx, 0, "auth.bootstrap", fmt.Sprintf("%s %d", sha(secret), tx.Now().Add(bootstrapFor)))
	})
	return secret, true, err
}

// Claim is what the first administrator types.
type Claim struct {
	AgencyCode, AgencyName, AgencyAbbr string // used when the installation has no agency yet
	Name, Login, Password              string
}

// BootstrapOpen tells whether a link is still good.
func BootstrapOpen(ctx context.Context, r store.Reader, secret string, now store.Instant) (bool, error) {
	v, err := store.Setting(ctx, r, 0, "auth.bootstrap", "")
	if err != nil {
		return false, err
	}
	want, until, found := strings.Cut(v, " ")
	end, bad := strconv.ParseInt(until, 10, 64)
	if !found || bad != nil || now >= store.Instant(end) {
		return false, nil
	}
	if _, any, err := store.Maybe[int64](ctx, r, sqlAnyAccount); err != nil || any {
		return false, err
	}
	return subtle.ConstantTimeCompare([]byte(want), []byte(sha(secret))) == 1, nil
}

// ClaimBootstrap makes the first administrator, with his agency when there is none. NotFound when the link is used up or wrong.
func ClaimBootstrap(ctx context.Context, db *store.DB, secret string, c Claim) error {
	login := cleanLogin(c.Login)
	if !loginForm.MatchString(login) {
		return refusedLogin()
	}
	if err := checkPassword("password", login, c.Password); err != nil {
		return err
	}
	h, err := hash(ctx, c.Password)
	if err != nil {
		return err
	}
	return db.Write(ctx, store.System(0), func(tx *store.Tx) error {
		if _, err := tx.Draw(ctx, 0, "auth.bootstrap", 0); err != nil { // two claims at once wait for each other here
			return err
		}
		good, err := BootstrapOpen(ctx, tx, secret, tx.Now())
		if err != nil {
			return err
		}
		if !good {
			return store.Refuse(store.NotFound, "Liên kết tạo quản trị viên đã hết hiệu lực. Khởi động lại máy chủ để nhận liên kết mới.")
		}
		agency, err := firstAgency(ctx, tx, c)
		if err != nil {
			return err
		}
		p, err := org.Enrol(ctx, tx, org.PersonForm{Name: c.Name, HomeAgency: agency})
		if err != nil {
			return err
		}
		_, err = org.Appoint(ctx, tx, org.HoldingForm{PersonID: p.ID, AgencyID: agency, Title: "Quản trị hệ thống", Rank: org.RankStaff,
			Roles: store.SystemAdmin | store.AgencyAdmin})
		if err != nil {
			return err
		}
		if err := PutAccount(ctx, tx, Opening{Person: p.ID, Login: login, Hash: h}); err != nil {
			return err
		}
		if err := tx.Set(ctx, 0, "auth.bootstrap", ""); err != nil {
			return err
		}
		return tx.Record(store.Event{Verb: "installation.claimed", Agency: int64(agency), Ref: personRef(int64(p.ID)), Title: login})
	})
}

func firstAgency(ctx context.Context, tx *store.Tx, c Claim) (org.AgencyID, error) {
	there, err := org.HostedAgencies(ctx, tx)
	if err != nil {
		return 0, err
	}
	if len(there) > 0 {
		return there[0].ID, nil
	}
	a, err := org.OpenAgency(ctx, tx, org.AgencyForm{Code: c.AgencyCode, Name: c.AgencyName, Abbr: c.AgencyAbbr, Level: org.City, Hosted: true})
	if err != nil {
		return 0, err
	}
	return a.ID, nil
}
