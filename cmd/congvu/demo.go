package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"congvu/internal/city"
	"congvu/internal/notify"
	"congvu/internal/store"
	"congvu/internal/web"
)

// demoSeed makes the same people, texts and keys on every machine.
const demoSeed = 2026

// demo runs a sample city: built on an empty folder, kept afterwards.
func demo(ctx context.Context, w *world, args []string) error {
	fs := flags(w, "demo", "demo [--data THƯ_MỤC] [--addr HOST:PORT] [--empty] [--documents N]")
	s := newSettings(w, fs, true)
	empty := fs.Bool("empty", false, "không tạo dữ liệu mẫu: bản cài đặt trống với liên kết tạo quản trị viên đầu tiên")
	documents := fs.Int("documents", 0, "số văn bản mẫu; 0: khoảng 240")
	if rest, err := parse(fs, args); err != nil {
		return err
	} else if len(rest) > 0 {
		return badUsage("demo không nhận tham số nào ngoài tùy chọn")
	}
	log, err := logger(w, s)
	if err != nil {
		return err
	}
	if s.Data == "data" && s.list[0].from == "mặc định" {
		s.Data = "demo-data"
	}
	if s.Log == "info" {
		log = slog.New(slog.NewJSONHandler(w.err, &slog.HandlerOptions{Level: slog.LevelWarn}))
	}
	if !*empty {
		if err := buildCity(ctx, w, s, *documents, log); err != nil {
			return err
		}
	}
	in, err := openServing(ctx, s, opening{migrate: true, allowTest: !*empty}, log)
	if err != nil {
		return err
	}
	defer in.Close()
	page := web.Config{}
	if !*empty {
		if s.TSA == "" {
			if _, err := in.simulateAuthority(); err != nil {
				return err
			}
		}
		page.DemoAccounts, page.DemoPassword = true, city.Password
	}
	return in.serve(ctx, w, s, log, page)
}

// settingBuilt marks a folder whose city is complete; a folder that has data without it was cut off in the middle.
const settingBuilt = "city.built"

// buildCity builds the sample city in an empty folder, with a line for each step. A folder whose building was cut off is refused with the way out.
func buildCity(ctx context.Context, w *world, s *settings, documents int, log *slog.Logger) error {
	begun := time.Now()
	clock := city.NewClock(begun)
	db, err := store.Open(ctx, store.Config{Dir: s.Data, URL: s.DB, Migrate: true, Clock: clock})
	if err != nil {
		return err
	}
	built, err := store.Setting(ctx, db, 0, settingBuilt, "")
	if err == nil && built == "" {
		var started string
		if started, err = store.Setting(ctx, db, 0, "axis.node", ""); err == nil && started != "" {
			err = fmt.Errorf("thư mục %s có dữ liệu nhưng không phải thành phố mẫu hoàn chỉnh: xóa thư mục đó hoặc chọn --data khác", s.Data)
		}
	}
	db.Close()
	if err != nil || built != "" {
		return err
	}
	authority, err := city.Authority(demoSeed, begun)
	if err != nil {
		return err
	}
	trust := filepath.Join(s.Data, "trust")
	if err := os.MkdirAll(trust, 0o700); err != nil {
		return err
	}
	if err := authority.WriteTrust(trust); err != nil {
		return err
	}
	in, err := openServing(ctx, s, opening{migrate: true, clock: clock, allowTest: true}, log)
	if err != nil {
		return err
	}
	defer in.Close()
	in.Desk.Stamper, in.Desk.Witness = nil, nil // what is signed in the past cannot be stamped in the past
	fmt.Fprintf(w.out, "Tạo thành phố mẫu trong %s:\n", s.Data)
	seeder := &city.Seeder{DB: in.DB, Desk: in.Desk, Exchange: in.Exchange, Clock: clock, Authority: authority}
	show := &steps{w: w}
	summary, err := seeder.Build(ctx, city.Options{Now: begun, Seed: demoSeed, Documents: documents, Progress: show.progress})
	show.end()
	if err != nil {
		if errors.Is(err, context.Canceled) {
			return fmt.Errorf("đã dừng giữa chừng: xóa thư mục %s rồi chạy lại", s.Data)
		}
		return err
	}
	if err := notify.CatchUp(ctx, in.DB, store.InstantOf(begun.AddDate(0, 0, -3))); err != nil {
		return err
	}
	if err := in.DB.Keep(ctx, func(tx *store.Tx) error { return tx.Set(ctx, 0, settingBuilt, "yes") }); err != nil {
		return err
	}
	fmt.Fprintf(w.out, "Xong sau %.1f giây: %d cơ quan, %d tài khoản, %d văn bản. Mật khẩu chung của tài khoản mẫu: %s\n",
		time.Since(begun).Seconds(), summary.Agencies, summary.Accounts, summary.Documents(), summary.Password)
	return nil
}

// steps prints one line a step; on a terminal the line counts up while the step runs.
type steps struct {
	w       *world
	current string
	begun   time.Time
}

func (s *steps) progress(step string, done, total int) {
	if step != s.current {
		s.end()
		s.current, s.begun = step, time.Now()
	}
	if total > 0 && s.terminal() {
		filled := 20 * done / total
		fmt.Fprintf(s.w.out, "\r  %-52s [%s%s] %d/%d", step, strings.Repeat("█", filled), strings.Repeat(" ", 20-filled), done, total)
	}
}

// terminal tells whether a line can be written over.
func (s *steps) terminal() bool {
	f, ok := s.w.out.(*os.File)
	if !ok {
		return false
	}
	i, err := f.Stat()
	return err == nil && i.Mode()&os.ModeCharDevice != 0
}

func (s *steps) end() {
	if s.current == "" {
		return
	}
	if s.terminal() {
		fmt.Fprint(s.w.out, "\r\x1b[K")
	}
	fmt.Fprintf(s.w.out, "  %-52s %5.1f giây\n", s.current, time.Since(s.begun).Seconds())
	s.current = ""
}
