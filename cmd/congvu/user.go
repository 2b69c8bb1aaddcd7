package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"congvu/internal/auth"
	"congvu/internal/i18n"
	"congvu/internal/org"
	"congvu/internal/store"
)

const userUsage = `user VIỆC [tùy chọn] --data THƯ_MỤC
  list --agency MÃ                                  liệt kê tài khoản của một cơ quan
  open TÊN_ĐĂNG_NHẬP --agency MÃ --person MÃ_NHÂN_SỰ  mở tài khoản cho người đã có trong danh sách
  lock TÊN_ĐĂNG_NHẬP                                khóa; phiên và mã truy cập hết hiệu lực ngay
  unlock TÊN_ĐĂNG_NHẬP                              mở khóa
  reset TÊN_ĐĂNG_NHẬP                               đặt lại mật khẩu dùng một lần
  confirm-minutes SỐ_PHÚT                           một lần xác nhận bằng mật khẩu trước khi ký có hiệu lực bao lâu (0 đến 60; 0 là hỏi mỗi lần)
  first-admin TÊN_ĐĂNG_NHẬP --name HỌ_VÀ_TÊN [--agency MÃ --agency-name TÊN --agency-abbr KÝ_HIỆU]
                                                    tạo quản trị viên đầu tiên của bản cài đặt trống`

type userFlags struct{ agency, person, name, agencyName, agencyAbbr string }

// user keeps accounts from the machine itself.
func user(ctx context.Context, w *world, args []string) error {
	fs := flags(w, "user", userUsage)
	var f userFlags
	fs.StringVar(&f.agency, "agency", "", "mã định danh của cơ quan")
	fs.StringVar(&f.person, "person", "", "mã nhân sự trong cơ quan")
	fs.StringVar(&f.name, "name", "", "họ và tên quản trị viên đầu tiên")
	fs.StringVar(&f.agencyName, "agency-name", "", "tên cơ quan đầu tiên, khi chưa có cơ quan nào")
	fs.StringVar(&f.agencyAbbr, "agency-abbr", "", "chữ viết tắt của cơ quan đầu tiên trong ký hiệu văn bản")
	s := newSettings(w, fs, false)
	rest, err := parse(fs, args)
	if err != nil {
		return err
	}
	acts := map[string]func(context.Context, *world, *store.DB, string, userFlags) error{
		"list": userList, "open": userOpen, "lock": userLock, "unlock": userUnlock, "reset": userReset, "first-admin": userFirst, "confirm-minutes": userConfirm}
	if len(rest) == 0 || acts[rest[0]] == nil {
		return badUsage("cần một việc: list, open, lock, unlock, reset, confirm-minutes hoặc first-admin; xem congvu user -h")
	}
	names := 1
	if rest[0] == "list" {
		names = 0
	}
	if len(rest)-1 != names {
		return badUsage("sai số lượng đối số; xem congvu user -h")
	}
	in, err := openLocal(ctx, w, s)
	if err != nil {
		return err
	}
	defer in.Close()
	return acts[rest[0]](ctx, w, in.DB, strings.Join(rest[1:], " "), f)
}

func userList(ctx context.Context, w *world, db *store.DB, _ string, f userFlags) error {
	a, err := agencyNamed(ctx, db, f.agency)
	if err != nil {
		return err
	}
	all, err := auth.Accounts(ctx, db, local, a.ID)
	if err != nil {
		return err
	}
	states := map[string]string{"active": "đang dùng", "locked": "đã khóa"}
	for _, k := range all {
		p, err := org.FindPerson(ctx, db, org.PersonID(k.PersonID))
		if err != nil {
			return err
		}
		fmt.Fprintf(w.out, "%s\t%s\t%s\t%s\n", k.Login, states[k.State], i18n.DateTime(k.Created.Time()), p.Name)
	}
	return nil
}

func agencyNamed(ctx context.Context, db *store.DB, code string) (*org.Agency, error) {
	if code == "" {
		return nil, badUsage("cần --agency MÃ của cơ quan")
	}
	return org.AgencyByCode(ctx, db, code, org.Today(db.Now()))
}

func userOpen(ctx context.Context, w *world, db *store.DB, login string, f userFlags) error {
	a, err := agencyNamed(ctx, db, f.agency)
	if err != nil {
		return err
	}
	if f.person == "" {
		return badUsage("cần --person MÃ_NHÂN_SỰ")
	}
	p, err := org.PersonByCode(ctx, db, local, a.ID, f.person)
	if err != nil {
		return err
	}
	results, err := auth.OpenAccounts(ctx, db, local, []auth.Opening{{Person: p.ID, Login: login}})
	if err != nil {
		return err
	}
	if results[0].Err != nil {
		return results[0].Err
	}
	if results[0].Already {
		return store.Refuse(store.Conflict, "{name} đã có tài khoản.", "name", p.Name)
	}
	fmt.Fprintf(w.out, "%s\t%s\nMật khẩu chỉ hiện một lần và phải đổi khi vào lần đầu.\n", results[0].Login, results[0].Password)
	return nil
}

func userLock(ctx context.Context, w *world, db *store.DB, login string, _ userFlags) error {
	return changeAccount(ctx, w, db, login, "Đã khóa %s; mọi phiên và mã truy cập hết hiệu lực.\n", auth.LockAccount)
}

func userUnlock(ctx context.Context, w *world, db *store.DB, login string, _ userFlags) error {
	return changeAccount(ctx, w, db, login, "Đã mở khóa %s.\n", auth.UnlockAccount)
}

func changeAccount(ctx context.Context, w *world, db *store.DB, login, done string, act func(context.Context, *store.Tx, int64) error) error {
	k, err := auth.FindAccount(ctx, db, local, login)
	if err != nil {
		return err
	}
	if err := db.Write(ctx, local, func(tx *store.Tx) error { return act(ctx, tx, k.PersonID) }); err != nil {
		return err
	}
	fmt.Fprintf(w.out, done, k.Login)
	return nil
}

func userReset(ctx context.Context, w *world, db *store.DB, login string, _ userFlags) error {
	k, err := auth.FindAccount(ctx, db, local, login)
	if err != nil {
		return err
	}
	password, err := auth.ResetPassword(ctx, db, local, k.PersonID)
	if err != nil {
		return err
	}
	fmt.Fprintf(w.out, "%s\t%s\nMật khẩu chỉ hiện một lần và phải đổi khi vào lần đầu.\n", k.Login, password)
	return nil
}

// userFirst claims a bare installation without a browser; the password is drawn and shown once.
func userFirst(ctx context.Context, w *world, db *store.DB, login string, f userFlags) error {
	if f.name == "" {
		return badUsage("cần --name HỌ_VÀ_TÊN")
	}
	password, err := auth.NewPassword()
	if err != nil {
		return err
	}
	secret, needed, err := auth.Bootstrap(ctx, db)
	if err != nil {
		return err
	}
	if !needed {
		return store.Refuse(store.Conflict, "Bản cài đặt này đã có tài khoản. Dùng «congvu user open» hoặc «congvu user reset».")
	}
	err = auth.ClaimBootstrap(ctx, db, secret, auth.Claim{AgencyCode: f.agency, AgencyName: f.agencyName, AgencyAbbr: f.agencyAbbr, Name: f.name, Login: login, Password: password})
	if err != nil {
		return err
	}
	fmt.Fprintf(w.out, "%s\t%s\nMật khẩu chỉ hiện một lần; hãy đổi ngay sau khi vào.\n", strings.ToLower(login), password)
	return nil
}

// refusalOf gives the sentence of a refusal, or the error itself when it is none.
func refusalOf(err error) (store.Message, error) {
	var r *store.Refusal
	if errors.As(err, &r) && len(r.Problems) > 0 {
		return r.Problems[0].Message, nil
	}
	return store.Message{}, err
}

// userConfirm sets how long a confirmation by password counts before acts that bind the office.
func userConfirm(ctx context.Context, w *world, db *store.DB, text string, _ userFlags) error {
	n, err := strconv.Atoi(text)
	if err != nil {
		return badUsage("cần số phút, từ 0 đến 60")
	}
	if err := db.Write(ctx, local, func(tx *store.Tx) error { return auth.SetConfirmMinutes(ctx, tx, n) }); err != nil {
		return err
	}
	if n == 0 {
		fmt.Fprintln(w.out, "Từ giờ mỗi lần ký đều hỏi lại mật khẩu.")
		return nil
	}
	fmt.Fprintf(w.out, "Từ giờ một lần xác nhận có hiệu lực %d phút.\n", n)
	return nil
}
