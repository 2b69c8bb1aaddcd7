package main

import (
	"context"
	"fmt"

	"congvu/internal/documents"
	"congvu/internal/search"
	"congvu/internal/store"
)

// newIndex registers what there is to find: the rooms give entries, the index keeps them.
func newIndex(db *store.DB) *search.Index {
	x := search.New(db)
	source := func(ctx context.Context, r store.Reader, agency int64, ref string) (search.Entry, bool, error) {
		e, ok, err := documents.EntryOf(ctx, r, agency, ref)
		return search.Entry(e), ok, err
	}
	x.Register("incoming", source, places(documents.IncomingPlaces))
	x.Register("outgoing", source, places(documents.OutgoingPlaces))
	return x
}

// places turns a room's walk over its things into the index's.
func places[P ~struct {
	AgencyID int64
	ID       int64
	Ref      string
}](walk func(ctx context.Context, r store.Reader, after int64, limit int) ([]P, error)) search.Lister {
	return func(ctx context.Context, r store.Reader, after int64, limit int) ([]search.Place, error) {
		found, err := walk(ctx, r, after, limit)
		out := make([]search.Place, len(found))
		for i, p := range found {
			out[i] = search.Place(p)
		}
		return out, err
	}
}

// reindex builds the search index anew from the tables, and reads again what could not be recognised before.
func reindex(ctx context.Context, w *world, args []string) error {
	fs := flags(w, "reindex", "reindex --data THƯ_MỤC [--db postgres://…]")
	s := newSettings(w, fs, false)
	if rest, err := parse(fs, args); err != nil {
		return err
	} else if len(rest) > 0 {
		return badUsage("reindex không nhận tham số nào ngoài tùy chọn")
	}
	in, err := openLocal(ctx, w, s)
	if err != nil {
		return err
	}
	defer in.Close()
	n, err := newIndex(in.DB).Reindex(ctx, func(n int) {
		if n%10_000 == 0 {
			fmt.Fprintf(w.out, "… %d\n", n)
		}
	})
	if err != nil {
		return err
	}
	fmt.Fprintf(w.out, "Đã lập lại chỉ mục tìm kiếm của %d văn bản.\n", n)
	again, err := documents.ReadAgain(ctx, in.DB)
	if err == nil && again > 0 {
		fmt.Fprintf(w.out, "Sẽ nhận dạng lại %d tệp quét khi máy chủ chạy.\n", again)
	}
	return err
}
