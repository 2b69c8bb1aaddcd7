package auth

import (
	"context"

	"congvu/internal/store"
)

// OpenMeasured opens a session for a sample account without its password, for measurements: three thousand people do not sign in within a minute where
// each sign-in costs 23 ms of a core. Only a program that holds the data can call it, and it is journalled like every session. Forbidden for an
// account that is not one of a demonstration, NotFound where there is none.
func OpenMeasured(ctx context.Context, db *store.DB, login, address string) (token string, err error) {
	account, ok, err := store.Maybe[secretAccount](ctx, db, sqlByLogin, cleanLogin(login))
	switch {
	case err != nil:
		return "", err
	case !ok || account.State != "active":
		return "", store.Refuse(store.NotFound, "Không có tài khoản nào với tên đăng nhập này.")
	case !account.Demo:
		return "", store.Refuse(store.Forbidden, "Phiên để đo chỉ mở được cho tài khoản mẫu; tài khoản của người thật phải đăng nhập bằng mật khẩu.")
	}
	s, err := open(ctx, db, account, hostOf(address), "congvu bench")
	if err != nil {
		return "", err
	}
	return s.Token, nil
}
