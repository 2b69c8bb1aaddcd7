package documents

import (
	"context"
	"strconv"
	"strings"

	"congvu/internal/store"
)

// titles name the things of every kind for people, without asking who wants to know: rows about a thing are shown only to those who may see them.
var titles = map[string]func(ctx context.Context, r store.Reader, agency, id int64) (string, error){
	"outgoing": func(ctx context.Context, r store.Reader, agency, id int64) (string, error) {
		o, err := load(ctx, r, agency, id)
		if err != nil {
			return "", err
		}
		return o.Title(), nil
	},
	"incoming": func(ctx context.Context, r store.Reader, agency, id int64) (string, error) {
		d, err := Receipt(ctx, r, agency, id)
		if err != nil {
			return "", err
		}
		return d.name(), nil
	},
}

// refOf joins the two columns that name a thing.
func refOf(kind string, id int64) string { return kind + "/" + strconv.FormatInt(id, 10) }

// parsed takes a name apart whatever its kind; zero for what is none.
func parsed(ref string) (kind string, id int64) {
	kind, n, _ := strings.Cut(ref, "/")
	id, err := strconv.ParseInt(n, 10, 64)
	if err != nil || id <= 0 || owners[kind].sees == nil {
		return "", 0
	}
	return kind, id
}

// KeepsAccess tells who decides about the rights to single documents: the registry clerk and the head of the agency, each in person.
func KeepsAccess(a store.Actor) bool {
	return a.Roles.Has(store.Clerk|store.Head) && a.For == 0 && a.Person != 0
}

func mayKeepAccess(a store.Actor) error {
	if KeepsAccess(a) {
		return nil
	}
	return store.Refuse(store.Forbidden, "Chỉ văn thư hoặc người đứng đầu cơ quan được thay đổi quyền xem từng văn bản.")
}

// aboutAccess finds the thing that an act on rights concerns: the actor sees it and keeps its rights.
func aboutAccess(ctx context.Context, tx *store.Tx, ref string) (kind string, id int64, title string, err error) {
	if kind, id, err = ParseRef(ref); err == nil {
		err = owners[kind].sees(ctx, tx, tx.Actor(), id)
	}
	if err == nil {
		err = mayKeepAccess(tx.Actor())
	}
	if err == nil {
		title, err = titles[kind](ctx, tx, tx.Actor().Agency, id)
	}
	return kind, id, title, err
}

// accessReason cleans a reason of 10 to 1000 characters.
func accessReason(s string, least int) (string, error) {
	s = text(s)
	if n := len([]rune(s)); n < least || n > 1000 {
		return s, store.RefuseField("reason", "Lý do cần từ {least} đến 1000 ký tự. Nội dung đã nhập được giữ nguyên.", "least", least)
	}
	return s, nil
}
