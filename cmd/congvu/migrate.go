package main

import (
	"context"
	"fmt"

	"congvu/internal/store"
)

// migrate brings the tables up to this program; the previous one may go on serving meanwhile.
func migrate(ctx context.Context, w *world, args []string) error {
	fs := flags(w, "migrate", "migrate --data THƯ_MỤC [--db postgres://…]")
	s := newSettings(w, fs, false)
	if _, err := parse(fs, args); err != nil {
		return err
	}
	db, err := store.Open(ctx, store.Config{Dir: s.Data, URL: s.DB, Migrate: true})
	if err != nil {
		return err
	}
	defer db.Close()
	if n := len(db.Applied()); n > 0 {
		fmt.Fprintf(w.out, "Đã nâng cấp %d bước, đến bước %d.\n", n, db.Applied()[n-1])
	} else {
		fmt.Fprintln(w.out, "Bảng dữ liệu đã đúng phiên bản, không có gì để nâng cấp.")
	}
	return nil
}
