package main

import (
	"context"
	"fmt"
	"time"

	"congvu/internal/auth"
	"congvu/internal/calendar"
	"congvu/internal/client"
	"congvu/internal/i18n"
	"congvu/internal/org"
	"congvu/internal/store"
)

// token issues, lists and revokes API tokens on the installation itself.
func token(ctx context.Context, w *world, args []string) error {
	fs := flags(w, "token", "token issue --person MÃ --post MÃ --name TÊN [--days 90] | token list --person MÃ | token revoke --person MÃ MÃ_TOKEN")
	s := newSettings(w, fs, false)
	person := fs.String("person", "", "mã người")
	post := fs.String("post", "", "mã vị trí; bỏ trống khi người này chỉ giữ một vị trí")
	name := fs.String("name", "", "tên để nhận ra mã, ví dụ «Phần mềm một cửa»")
	days := fs.Int("days", 90, "số ngày hiệu lực, nhiều nhất 365")
	rest, err := parse(fs, args)
	if err != nil {
		return err
	}
	who, err := client.ParseID(*person)
	if len(rest) == 0 || err != nil {
		return badUsage("cần issue, list hoặc revoke, và --person MÃ")
	}
	in, err := openLocal(ctx, w, s)
	if err != nil {
		return err
	}
	defer in.Close()
	switch {
	case rest[0] == "issue" && len(rest) == 1:
		return issueToken(ctx, w, in, int64(who), *post, *name, *days)
	case rest[0] == "list" && len(rest) == 1:
		return listTokens(ctx, w, in, int64(who))
	case rest[0] == "revoke" && len(rest) == 2:
		id, err := client.ParseID(rest[1])
		if err != nil {
			return badUsage("cần mã của token, xem bằng congvu token list")
		}
		err = in.DB.Write(ctx, store.Actor{Person: int64(who), Via: store.ViaCLI}, func(tx *store.Tx) error { return auth.RevokeAPIToken(ctx, tx, int64(id)) })
		if err == nil {
			fmt.Fprintln(w.out, "Đã thu hồi; mã không còn dùng được từ bây giờ.")
		}
		return err
	}
	return badUsage("cần issue, list hoặc revoke")
}

// issueToken prints the secret and nothing else, so that it can be redirected into a file.
func issueToken(ctx context.Context, w *world, in *installation, person int64, post, name string, days int) error {
	holding, err := chosenPost(ctx, in, person, post)
	if err != nil {
		return err
	}
	var secret string
	err = in.DB.Write(ctx, store.Actor{Via: store.ViaCLI}, func(tx *store.Tx) (err error) {
		secret, err = auth.IssueAPIToken(ctx, tx, person, holding, name, tx.Now().Add(time.Duration(days)*24*time.Hour))
		return err
	})
	if err == nil {
		fmt.Fprintln(w.out, secret)
	}
	return err
}

func chosenPost(ctx context.Context, in *installation, person int64, post string) (org.HoldingID, error) {
	if post != "" {
		id, err := client.ParseID(post)
		if err != nil {
			return 0, badUsage("--post là mã vị trí")
		}
		return org.HoldingID(id), nil
	}
	posts, err := org.Holdings(ctx, in.DB, org.PersonID(person), calendar.DateOf(in.DB.Now().Time()))
	if err != nil {
		return 0, err
	}
	if len(posts) != 1 {
		return 0, badUsage(fmt.Sprintf("người này giữ %d vị trí; chọn một bằng --post", len(posts)))
	}
	return posts[0].ID, nil
}

func listTokens(ctx context.Context, w *world, in *installation, person int64) error {
	all, err := auth.Tokens(ctx, in.DB, store.Actor{Person: person, Via: store.ViaCLI})
	if err != nil {
		return err
	}
	now := in.DB.Now()
	for _, t := range all {
		state := "còn hiệu lực đến " + i18n.DateTime(t.Expires.Time())
		switch {
		case t.Revoked != 0:
			state = "đã thu hồi"
		case t.Expires <= now:
			state = "đã hết hạn"
		}
		fmt.Fprintf(w.out, "%d  post/%d  %s  %s\n", t.ID, t.Holding, t.Name, state)
	}
	return nil
}
