package auth

import (
	"context"

	"congvu/internal/org"
	"congvu/internal/store"
)

// Measuring opens sessions without passwords, for measurements in a sample city: three thousand people do not sign in within a minute where each sign-in
// costs 23 ms of a core. Only a program that holds the data can use it, and every session is journalled like any other.
type Measuring struct{ db *store.DB }

// Measure begins a measurement. Forbidden where there are no sample accounts: real people sign in themselves.
func Measure(ctx context.Context, db *store.DB) (*Measuring, error) {
	shown, err := DemoAccounts(ctx, db)
	if err == nil && len(shown) == 0 {
		err = store.Refuse(store.Forbidden, "Nơi này không có tài khoản mẫu. Phép đo mở phiên không cần mật khẩu và ghi văn bản vào dữ liệu nên chỉ chạy trên thành phố mẫu: congvu demo, congvu seed.")
	}
	return &Measuring{db}, err
}

// Accounts lists the accounts of an agency.
func (m *Measuring) Accounts(ctx context.Context, agency org.AgencyID) ([]Account, error) {
	return store.All[Account](ctx, m.db, sqlAccounts, agency)
}

// Open opens a session for an account. NotFound where there is none that may sign in.
func (m *Measuring) Open(ctx context.Context, login, address string) (token string, err error) {
	account, ok, err := store.Maybe[secretAccount](ctx, m.db, sqlByLogin, cleanLogin(login))
	if err == nil && (!ok || account.State != "active") {
		err = store.Refuse(store.NotFound, "Không có tài khoản nào với tên đăng nhập này.")
	}
	if err != nil {
		return "", err
	}
	s, err := open(ctx, m.db, account, hostOf(address), "congvu bench")
	if err != nil {
		return "", err
	}
	return s.Token, nil
}
