package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"congvu/internal/auth"
	"congvu/internal/client"
	"congvu/internal/documents"
	"congvu/internal/notify"
	"congvu/internal/org"
	"congvu/internal/store"
)

func (d *door) whoRoutes() {
	in := post("/session", "signIn", tagWho, "Đăng nhập, nhận mã phiên").with(http.MethodPost, http.StatusCreated)
	in.public = true
	ask(d, in, d.signIn)
	do(d, get("/session", "signOut", tagWho, "Đăng xuất; mã phiên hết hiệu lực ngay").with(http.MethodDelete, 0), d.signOut)
	ask(d, get("/me", "readMe", tagWho, "Tôi là ai, đang dùng vị trí nào"), d.readMe)
	ask(d, post("/me/confirmation", "confirmMe", tagWho, "Xác nhận lại bằng mật khẩu trước khi ký số, ký số của cơ quan hoặc phát hành"), d.confirmMe)
	ask(d, get("/work", "listWork", tagWho, "Việc của tôi"), d.listWork)
	ask(d, get("/tokens", "listTokens", tagWho, "Mã truy cập API của tôi"), d.listTokens)
	do(d, get("/tokens/{id}", "revokeToken", tagWho, "Thu hồi một mã truy cập API của tôi").with(http.MethodDelete, 0), d.revokeToken)
}

type signingIn struct {
	UserAgent string `header:"User-Agent" doc:"Tên phần mềm"`
	Body      client.SignIn
}

func (d *door) signIn(ctx context.Context, c *call, in *signingIn) (client.Session, error) {
	s, err := auth.SignIn(ctx, d.DB, in.Body.Login, in.Body.Password, c.address, in.UserAgent)
	if err != nil {
		return client.Session{}, d.slowed(c, err)
	}
	return client.Session{Token: s.Token, ExpiresAt: s.ExpiresAt.Time(), Person: client.ID(s.PersonID), PersonName: s.PersonName}, nil
}

// slowed tells a door that is slowed down from other conflicts.
func (d *door) slowed(c *call, err error) error {
	if !errors.Is(err, store.Conflict) {
		return err
	}
	p := d.refuse(c, err)
	p.Type, p.Status, p.Title = client.KindTooMany, http.StatusTooManyRequests, c.lang.T(titles[client.KindTooMany])
	return p
}

func (d *door) confirmMe(ctx context.Context, c *call, in *struct{ Body client.Confirming }) (client.Confirmation, error) {
	c.session.Actor = c.actor
	once, err := auth.Confirm(ctx, d.DB, c.session, in.Body.Password)
	if err != nil {
		return client.Confirmation{}, d.slowed(c, err)
	}
	return client.Confirmation{Until: c.session.Actor.ConfirmedUntil.Time(), Once: once}, nil
}

func (d *door) signOut(ctx context.Context, c *call, _ *struct{}) error {
	if !c.bySession {
		return store.Refuse(store.Conflict, "Mã truy cập API không có phiên để đăng xuất. Muốn ngừng dùng mã này thì thu hồi mã.")
	}
	return auth.SignOut(ctx, d.DB, c.token)
}

// recognise resolves the token, and the post of the request when another one is named. nil = known, the actor is set.
func (d *door) recognise(r *http.Request, c *call) *Problem {
	s, err := auth.ResolveAPIToken(r.Context(), d.DB, c.token)
	if errors.Is(err, auth.ErrSignedOut) {
		s, err = auth.Resolve(r.Context(), d.DB, c.token)
		c.bySession = true
	}
	switch {
	case errors.Is(err, auth.ErrSignedOut):
		return newProblem(c.lang, http.StatusUnauthorized, "")
	case err != nil:
		return d.refuse(c, err)
	case c.bySession && s.MustChange && c.operation != "signOut":
		return d.refuse(c, store.Refuse(store.Forbidden, "Mật khẩu này do quản trị đặt. Hãy đăng nhập trên trang web và đổi mật khẩu trước."))
	}
	c.session, c.actor = s, s.Actor
	if wanted := r.Header.Get(headerPost); wanted != "" {
		if err := c.take(wanted); err != nil {
			return d.refuse(c, err)
		}
	}
	c.actor.Via, c.actor.Request = store.ViaAPI, c.request
	return nil
}

// take lets this one request act in another post that the person holds today. An API token is for one post.
func (c *call) take(wanted string) error {
	for _, h := range c.session.Posts {
		if fmt.Sprint(int64(h.ID)) == wanted && (c.bySession || h.ID == c.session.Holding.ID) {
			c.session.Holding = h
			c.actor = store.Actor{Person: int64(h.PersonID), Holding: int64(h.ID), Agency: int64(h.AgencyID), Unit: int64(h.UnitID), Roles: h.Roles,
				ConfirmedUntil: c.session.Actor.ConfirmedUntil} // it is the person who was confirmed, not the post
			return nil
		}
	}
	for _, x := range c.session.Standings {
		if fmt.Sprint(int64(x.Principal)) == wanted && (c.bySession || x.Deputy == c.session.Holding.ID) {
			c.session.StandIn(x, store.ViaAPI)
			c.actor = c.session.Actor
			return nil
		}
	}
	return store.Refuse(store.Forbidden, "Mã truy cập này không dùng được cho vị trí đã chọn. Hãy chọn một vị trí đang giữ, hoặc dùng mã được cấp cho vị trí đó.")
}

func (d *door) readMe(ctx context.Context, c *call, _ *struct{}) (client.Me, error) {
	s := c.session
	unread, err := notify.Unread(ctx, d.DB, s.PersonID)
	posts := s.Posts
	if !c.bySession {
		posts = []org.Holding{s.Holding}
	}
	standings := []client.Standing{}
	for _, x := range s.Standings {
		if c.bySession || int64(x.Deputy) == c.actor.Holding {
			standings = append(standings, client.Standing{Post: postOf(x.Post), Scope: x.Scope, ValidTo: string(x.ValidTo)})
		}
	}
	return client.Me{Person: client.ID(s.PersonID), Name: s.PersonName, Post: postOf(s.Holding), Posts: each(posts, postOf), Unread: unread, For: standings}, err
}

func (d *door) listWork(ctx context.Context, c *call, _ *struct{}) ([]client.WorkList, error) {
	all, err := documents.MyWork(ctx, d.DB, c.actor)
	return each(all, func(w documents.WorkList) client.WorkList { return workListOf(c.lang, w) }), err
}

func (d *door) listTokens(ctx context.Context, c *call, _ *struct{}) ([]client.Token, error) {
	all, err := auth.Tokens(ctx, d.DB, c.actor)
	return each(all, func(t auth.Token) client.Token {
		return client.Token{ID: client.ID(t.ID), Post: client.ID(t.Holding), Name: t.Name, CreatedAt: t.Created.Time(), ExpiresAt: t.Expires.Time(),
			RevokedAt: when(t.Revoked), UsedAt: when(t.Used)}
	}), err
}

func (d *door) revokeToken(ctx context.Context, c *call, in *One) error {
	return write(ctx, d, c, func(tx *store.Tx) error { return auth.RevokeAPIToken(ctx, tx, in.id()) })
}
