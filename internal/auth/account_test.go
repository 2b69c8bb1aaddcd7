package auth_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"congvu/internal/auth"
	"congvu/internal/org"
	"congvu/internal/store"
)

func TestPasswordsAreJudgedByLengthAndByWhatOthersWouldTry(t *testing.T) {
	w := open(t)
	p := w.person(w.snv, "Nguyễn Văn An")
	for _, bad := range []string{"", "ngắn quá", "mười một ch", "password1234", "matkhau123456", "123456789012", "abcdefghijklm", "aaaaaaaaaaaaaa", "nguyen.van.an yêu phố", "Nguyen.Van.An2026", strings.Repeat("dài ", 300), "hỏng \xff\xfe mã kỳ lạ"} {
		err := auth.OpenAccount(ctx, w.db, root, auth.Opening{Person: p, Login: "nguyen.van.an", Password: bad})
		if !errors.Is(err, store.Invalid) {
			t.Errorf("%q: %v", bad, err)
		}
	}
	for i, good := range []string{phrase, "12 con mèo ngủ", strings.Repeat("câu dài thật dài ", 5), "Tr0ng-ao-c0-sen!"} {
		login := "dang.nhap" + string(rune('a'+i))
		who := w.person(w.snv, "Người "+login)
		w.appoint(who, w.snv, "Chuyên viên", store.Specialist)
		w.must(auth.OpenAccount(ctx, w.db, root, auth.Opening{Person: who, Login: login, Password: good}))
		if _, err := auth.SignIn(ctx, w.db, login, good, desk, ""); err != nil {
			t.Errorf("%q: %v", good, err)
		}
	}
	for range 50 {
		drawn, err := auth.NewPassword()
		w.must(err)
		if len(drawn) != 19 {
			t.Error(drawn)
		}
	}
	// the same phrase typed with composed and with combining marks
	who := w.person(w.snv, "Dấu rời")
	w.appoint(who, w.snv, "Chuyên viên", store.Specialist)
	w.must(auth.OpenAccount(ctx, w.db, root, auth.Opening{Person: who, Login: "dau.roi", Password: "phố cổ Hà Nội"}))
	if _, err := auth.SignIn(ctx, w.db, "dau.roi", "pho\u0302\u0301 co\u0302\u0309 Ha\u0300 No\u0323\u0302i", desk, ""); err != nil {
		t.Error(err)
	}
}

func TestAnAccountIsOnePersonsAndOneNames(t *testing.T) {
	w := open(t)
	p, _ := w.clerk("van.thu")
	w.refused(store.Conflict, auth.OpenAccount(ctx, w.db, root, auth.Opening{Person: p, Login: "ten.khac", Hash: w.hash}))
	other := w.person(w.snv, "Người khác")
	w.refused(store.Conflict, auth.OpenAccount(ctx, w.db, root, auth.Opening{Person: other, Login: "VAN.THU", Hash: w.hash}))
	for _, login := range []string{"", "ab", ".an", "an.", "nguyễn", "an nguyen", strings.Repeat("a", 65)} {
		w.refused(store.Invalid, auth.OpenAccount(ctx, w.db, root, auth.Opening{Person: other, Login: login, Hash: w.hash}))
	}
	w.must(auth.OpenAccount(ctx, w.db, root, auth.Opening{Person: other, Login: "nguoi_khac-2", Hash: w.hash}))
	list, err := auth.Accounts(ctx, w.db, admin(w.snv), w.snv)
	w.must(err)
	if len(list) != 2 {
		t.Errorf("%+v", list)
	}
}

// T01: another agency's administrator sees and touches nothing.
func TestAForeignAdministratorSeesNoAccount(t *testing.T) {
	w := open(t)
	p, _ := w.clerk("van.thu")
	other := w.person(w.snv, "Chưa có tài khoản")
	foreign := admin(w.ubnd)
	_, err := auth.Accounts(ctx, w.db, foreign, w.snv)
	w.refused(store.NotFound, err)
	_, err = auth.FindAccount(ctx, w.db, foreign, "van.thu")
	w.refused(store.NotFound, err)
	_, err = auth.ResetPassword(ctx, w.db, foreign, int64(p))
	w.refused(store.NotFound, err)
	w.refused(store.NotFound, w.act(foreign, func(tx *store.Tx) error { return auth.LockAccount(ctx, tx, int64(p)) }))
	w.refused(store.NotFound, w.act(foreign, func(tx *store.Tx) error { return auth.UnlockAccount(ctx, tx, int64(p)) }))
	w.refused(store.NotFound, auth.OpenAccount(ctx, w.db, foreign, auth.Opening{Person: other, Login: "moi.mo", Hash: w.hash}))
	for range 2 {
		w.signIn("van.thu", desk)
	}
	w.must(auth.OpenAccount(ctx, w.db, admin(w.snv), auth.Opening{Person: other, Login: "moi.mo", Hash: w.hash}))
}

// T03: an agency's administrator never becomes the system's by a new password.
func TestTheSystemsAdministratorIsKeptByHisOwnKind(t *testing.T) {
	w := open(t)
	p, _ := w.clerk("quan.tri")
	h := w.appoint(p, w.ubnd, "Quản trị hệ thống", store.SystemAdmin)
	_, err := auth.ResetPassword(ctx, w.db, admin(w.snv), int64(p))
	w.refused(store.Forbidden, err)
	w.refused(store.Forbidden, w.act(admin(w.snv), func(tx *store.Tx) error { return auth.LockAccount(ctx, tx, int64(p)) }))
	system := store.Actor{Person: 9, Agency: int64(w.ubnd), Roles: store.SystemAdmin, Via: store.ViaWeb}
	_, err = auth.ResetPassword(ctx, w.db, system, int64(p))
	w.must(err)
	w.must(w.act(root, func(tx *store.Tx) error { return org.EndHolding(ctx, tx, h.ID, "2026-03-01") }))
	_, err = auth.ResetPassword(ctx, w.db, admin(w.snv), int64(p)) // no longer one
	w.must(err)
	w.refused(store.Conflict, w.act(store.Actor{Person: int64(p), Agency: int64(w.snv), Roles: store.AgencyAdmin, Via: store.ViaWeb},
		func(tx *store.Tx) error { return auth.LockAccount(ctx, tx, int64(p)) })) // nobody shuts himself out
}

func TestAResetPasswordIsForOnceAndEndsSessions(t *testing.T) {
	w := open(t)
	p, _ := w.clerk("van.thu")
	before := w.signIn("van.thu", desk)
	once, err := auth.ResetPassword(ctx, w.db, admin(w.snv), int64(p))
	w.must(err)
	if w.in(before.Token) {
		t.Error("the old session lives")
	}
	_, err = auth.SignIn(ctx, w.db, "van.thu", phrase, desk, "")
	w.refused(store.Invalid, err)
	s, err := auth.SignIn(ctx, w.db, "van.thu", once, desk, "")
	w.must(err)
	if !s.MustChange {
		t.Error("it need not be changed")
	}
	second, err := auth.SignIn(ctx, w.db, "van.thu", once, desk, "")
	w.must(err)
	w.refused(store.Invalid, auth.ChangePassword(ctx, w.db, s.Actor, s.Token, "sai hoàn toàn", "chim hót đầu ngõ nhỏ"))
	w.refused(store.Invalid, auth.ChangePassword(ctx, w.db, s.Actor, s.Token, once, once))
	w.refused(store.Invalid, auth.ChangePassword(ctx, w.db, s.Actor, s.Token, once, "ngắn"))
	w.must(auth.ChangePassword(ctx, w.db, s.Actor, s.Token, once, "chim hót đầu ngõ nhỏ"))
	if !w.in(s.Token) || w.in(second.Token) {
		t.Error("the other sessions end, this one does not")
	}
	s, err = auth.SignIn(ctx, w.db, "van.thu", "chim hót đầu ngõ nhỏ", desk, "")
	w.must(err)
	if s.MustChange {
		t.Error("still for once")
	}
	for range 5 {
		w.refused(store.Invalid, auth.ChangePassword(ctx, w.db, s.Actor, s.Token, "sai", "trăng lên trên đầu núi"))
	}
	w.refused(store.Conflict, auth.ChangePassword(ctx, w.db, s.Actor, s.Token, "chim hót đầu ngõ nhỏ", "trăng lên trên đầu núi")) // slowed like a door
	w.clock.Step(time.Minute)
	w.must(auth.ChangePassword(ctx, w.db, s.Actor, s.Token, "chim hót đầu ngõ nhỏ", "trăng lên trên đầu núi"))
}

func TestAccountsOfAnImportAreOpenedOneByOne(t *testing.T) {
	w := open(t)
	there, _ := w.clerk("van.thu")
	a, b := w.person(w.snv, "Một"), w.person(w.snv, "Hai")
	w.appoint(a, w.snv, "Chuyên viên", store.Specialist)
	openings := []auth.Opening{{Person: there, Login: "Van.Thu"}, {Person: a, Login: "mot.nguoi"}, {Person: b, Login: "van.thu"}, {Person: 404, Login: "khong.co"}, {Person: there, Login: "ten.khac"}}
	out, err := auth.OpenAccounts(ctx, w.db, admin(w.snv), openings)
	w.must(err)
	if !out[0].Already || out[0].Password != "" || out[0].Err != nil {
		t.Errorf("%+v", out[0])
	}
	s, err := auth.SignIn(ctx, w.db, "mot.nguoi", out[1].Password, desk, "")
	if err != nil || !s.MustChange {
		t.Error(s, err)
	}
	for i, kind := range map[int]store.Kind{2: store.Conflict, 3: store.NotFound, 4: store.Conflict} {
		if !errors.Is(out[i].Err, kind) || out[i].Password != "" {
			t.Errorf("%d: %+v", i, out[i])
		}
	}
	again, err := auth.OpenAccounts(ctx, w.db, admin(w.snv), openings[:2])
	if err != nil || !again[0].Already || !again[1].Already || again[1].Password != "" {
		t.Errorf("%+v %v", again, err)
	}
}

// T23: a program's token lives in one post, is shown once, ends with the post, on its day, or when it is withdrawn.
func TestAPITokensLiveInOnePostUntilTheirDay(t *testing.T) {
	w := open(t)
	p, h := w.clerk("van.thu")
	side := w.appoint(p, w.ubnd, "Kế toán", store.Specialist)
	_, foreign := w.clerk("nguoi.khac")
	s := w.signIn("van.thu", desk)
	issue := func(a store.Actor, person org.PersonID, holding org.HoldingID, name string, lasts time.Duration) (token string, err error) {
		err = w.act(a, func(tx *store.Tx) (err error) {
			token, err = auth.IssueAPIToken(ctx, tx, int64(person), holding, name, tx.Now().Add(lasts))
			return err
		})
		return token, err
	}
	for _, lasts := range []time.Duration{-time.Hour, 0, 367 * 24 * time.Hour} {
		_, err := issue(s.Actor, p, h.ID, "một cửa", lasts)
		w.refused(store.Invalid, err)
	}
	_, err := issue(s.Actor, p, h.ID, " ", time.Hour)
	w.refused(store.Invalid, err)
	_, err = issue(s.Actor, p, foreign.ID, "một cửa", time.Hour)
	w.refused(store.Invalid, err)
	for _, a := range []store.Actor{admin(w.snv), {Person: 9, Roles: store.SystemAdmin, Via: store.ViaWeb}} { // nobody acts in another's name
		_, err = issue(a, p, h.ID, "một cửa", time.Hour)
		w.refused(store.NotFound, err)
	}
	byToken := s.Actor
	byToken.Via = store.ViaAPI
	_, err = issue(byToken, p, h.ID, "một cửa", time.Hour) // a token begets no token
	w.refused(store.Forbidden, err)
	_, err = issue(root, w.person(w.snv, "Không tài khoản"), h.ID, "một cửa", time.Hour)
	w.refused(store.Conflict, err)

	short, err := issue(s.Actor, p, h.ID, "một cửa", time.Hour)
	w.must(err)
	long, err := issue(root, p, side.ID, "báo cáo", 24*time.Hour)
	w.must(err)
	if !strings.HasPrefix(short, auth.TokenPrefix) {
		t.Error(short)
	}
	in := func(token string) bool {
		t.Helper()
		got, err := auth.ResolveAPIToken(ctx, w.db, token)
		if err != nil && !errors.Is(err, auth.ErrSignedOut) {
			t.Fatal(err)
		}
		return err == nil && got.Actor.Via == store.ViaAPI
	}
	if !in(short) || !in(long) || in(short+"x") || in("") || w.in(short) || in(s.Token) {
		t.Error("tokens and sessions are two things")
	}
	w.clock.Step(61 * time.Minute)
	if in(short) || !in(long) {
		t.Error("each ends on its own day")
	}
	w.must(w.act(root, func(tx *store.Tx) error { return org.EndHolding(ctx, tx, side.ID, "2026-03-01") }))
	if in(long) { // he has another post, the token never slides into it
		t.Error("the post has ended")
	}
	third, err := issue(s.Actor, p, h.ID, "thứ ba", time.Hour)
	w.must(err)
	list, err := auth.Tokens(ctx, w.db, s.Actor)
	w.must(err)
	if len(list) != 3 || list[0].Name != "thứ ba" {
		t.Fatalf("%+v", list)
	}
	w.refused(store.Conflict, w.act(store.Actor{Person: int64(foreign.PersonID), Via: store.ViaWeb}, func(tx *store.Tx) error { return auth.RevokeAPIToken(ctx, tx, list[0].ID) }))
	w.must(w.act(s.Actor, func(tx *store.Tx) error { return auth.RevokeAPIToken(ctx, tx, list[0].ID) }))
	if in(third) {
		t.Error("withdrawn and still good")
	}
}

// The first administrator enters by a link that works once.
func TestTheFirstAdministratorEntersByALinkOnce(t *testing.T) {
	w := open(t)
	first, needed, err := auth.Bootstrap(ctx, w.db)
	w.must(err)
	if !needed {
		t.Fatal("a bare installation")
	}
	link, _, err := auth.Bootstrap(ctx, w.db)
	w.must(err)
	claim := auth.Claim{Name: "Quản trị viên", Login: "quan.tri", Password: phrase}
	w.refused(store.NotFound, auth.ClaimBootstrap(ctx, w.db, first, claim)) // each start makes the former link worthless
	w.refused(store.NotFound, auth.ClaimBootstrap(ctx, w.db, "", claim))
	weak := claim
	weak.Password = "ngắn"
	w.refused(store.Invalid, auth.ClaimBootstrap(ctx, w.db, link, weak))
	w.must(auth.ClaimBootstrap(ctx, w.db, link, claim))
	s := w.signIn("quan.tri", desk)
	if !s.Actor.Roles.Has(store.SystemAdmin) {
		t.Errorf("%+v", s.Actor)
	}
	again := claim
	again.Login = "quan.tri.2"
	w.refused(store.NotFound, auth.ClaimBootstrap(ctx, w.db, link, again))
	if _, needed, err := auth.Bootstrap(ctx, w.db); err != nil || needed {
		t.Error(needed, err)
	}
}

func TestTheFirstLinkRunsOut(t *testing.T) {
	w := open(t)
	link, _, err := auth.Bootstrap(ctx, w.db)
	w.must(err)
	w.clock.Step(24*time.Hour - time.Minute)
	if open, err := auth.BootstrapOpen(ctx, w.db, link, w.db.Now()); err != nil || !open {
		t.Error(open, err)
	}
	w.clock.Step(2 * time.Minute)
	w.refused(store.NotFound, auth.ClaimBootstrap(ctx, w.db, link, auth.Claim{Name: "Quản trị viên", Login: "quan.tri", Password: phrase}))
}
