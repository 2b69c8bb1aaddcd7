package main

import (
	"context"
	"fmt"

	"congvu/internal/documents"
	"congvu/internal/dossiers"
	"congvu/internal/org"
	"congvu/internal/search"
	"congvu/internal/store"
)

// newIndex registers what there is to find: the rooms give entries, the index keeps them.
func newIndex(db *store.DB) *search.Index {
	x := search.New(db)
	x.Register("incoming", search.From(documents.EntryOf), search.Walk(documents.IncomingPlaces))
	x.Register("outgoing", search.From(documents.EntryOf), search.Walk(documents.OutgoingPlaces))
	x.Register("dossier", search.From(dossiers.EntryOf), search.Walk(dossiers.SearchPlaces))
	return x
}

// index is the installation's index; every user of it may have one of its own.
func (in *installation) index() *search.Index { return newIndex(in.DB) }

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
	if _, err := org.RewordAgencies(ctx, in.DB); err != nil {
		return err
	}
	again, err := documents.ReadAgain(ctx, in.DB)
	if err == nil && again > 0 {
		fmt.Fprintf(w.out, "Sẽ nhận dạng lại %d tệp quét khi máy chủ chạy.\n", again)
	}
	return err
}
