package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strconv"
	"time"

	"congvu/internal/backup"
	"congvu/internal/blob"
	"congvu/internal/calendar"
	"congvu/internal/store"
)

// vault is where this installation's copies go.
func (in *installation) vault(s *settings) (*backup.Vault, error) {
	v := &backup.Vault{DB: in.DB, Blobs: in.Blobs, Dir: s.Backup, Extra: extraOf(s), Version: versionText()}
	var err error
	if s.BackupEvery != "" && s.BackupEvery != "0" {
		if v.Every, err = time.ParseDuration(s.BackupEvery); err != nil || v.Every < time.Minute {
			return nil, badUsage("--backup-every nhận khoảng thời gian từ 1m, thí dụ 24h, hoặc 0")
		}
	}
	if s.BackupKeep != "" {
		if v.Keep, err = strconv.Atoi(s.BackupKeep); err != nil || v.Keep < 1 {
			return nil, badUsage("--backup-keep nhận một số từ 1")
		}
	}
	return v, nil
}

// extraOf names what a copy holds beside tables and files: the keys (sealed with the master secret), the secret, and the trusted roots.
func extraOf(s *settings) map[string]string {
	trust := s.Trust
	if trust == "" {
		trust = filepath.Join(s.Data, "trust")
	}
	return map[string]string{"keys": filepath.Join(s.Data, "keys"), "master.key": filepath.Join(s.Data, "master.key"), "trust": trust}
}

const backupLine = "backup --data THƯ_MỤC [--db postgres://…] --out THƯ_MỤC_SAO_LƯU [--keep SỐ] | backup --out THƯ_MỤC_SAO_LƯU --list | --check BẢN"

// backupVerb takes a copy, lists copies, or reads one through. The folder holds keys: it belongs on a disk that only the operator reads.
func backupVerb(ctx context.Context, w *world, args []string) error {
	flagSet := flags(w, "backup", backupLine)
	s := newSettings(w, flagSet, false)
	out := flagSet.String("out", "", "thư mục giữ các bản sao lưu")
	keep := flagSet.Int("keep", 14, "số bản sao lưu gần nhất được giữ")
	list := flagSet.Bool("list", false, "liệt kê các bản sao lưu đang có")
	check := flagSet.String("check", "", "đọc và kiểm tra từng byte của một bản sao lưu")
	if rest, err := parse(flagSet, args); err != nil {
		return err
	} else if len(rest) > 0 || *out == "" || *keep < 1 {
		return badUsage("cách dùng: congvu " + backupLine)
	}
	switch {
	case *list:
		return listCopies(w, *out)
	case *check != "":
		m, err := backup.Inspect(ctx, *out, *check)
		if err != nil {
			return sayDamaged(w, err)
		}
		fmt.Fprintf(w.out, "Bản sao lưu %s nguyên vẹn: %s.\n", m.Stamp, contents(m.Tables.Total, m.Files, m.Bytes))
		return nil
	}
	in, err := openLocal(ctx, w, s)
	if err != nil {
		return err
	}
	defer in.Close()
	v := &backup.Vault{DB: in.DB, Blobs: in.Blobs, Dir: *out, Extra: extraOf(s), Version: versionText(), Keep: *keep}
	run, err := v.Take(ctx, store.Actor{Via: store.ViaCLI})
	if err != nil {
		fmt.Fprintln(w.err, "Chưa sao lưu được; các bản sao lưu trước đó được giữ nguyên.")
		return err
	}
	fmt.Fprintf(w.out, "Đã sao lưu vào %s: %s, trong đó %s mới chép.\n", filepath.Join(*out, run.Stamp), contents(run.Rows, run.Files, run.Bytes), size(run.NewBytes))
	return nil
}

func listCopies(w *world, dir string) error {
	copies, err := backup.Copies(dir)
	if err != nil {
		return sayDamaged(w, err)
	}
	if len(copies) == 0 {
		fmt.Fprintln(w.out, "Chưa có bản sao lưu nào trong thư mục này.")
	}
	for _, m := range copies {
		fmt.Fprintf(w.out, "%s  %s  (chương trình %s, %s)\n", m.Stamp, contents(m.Tables.Total, m.Files, m.Bytes), m.Version, m.Tables.Engine)
	}
	return nil
}

const restoreLine = "restore --from THƯ_MỤC_SAO_LƯU [--copy BẢN] --data THƯ_MỤC_MỚI [--db postgres://…] [--blobs s3://…]"

// restoreVerb gives a copy back into an empty installation and reports what was given.
func restoreVerb(ctx context.Context, w *world, args []string) error {
	flagSet := flags(w, "restore", restoreLine)
	s := newSettings(w, flagSet, false)
	from := flagSet.String("from", "", "thư mục giữ các bản sao lưu")
	which := flagSet.String("copy", "", "bản sao lưu, thí dụ 20261130T065900Z; bỏ trống: bản mới nhất")
	if rest, err := parse(flagSet, args); err != nil {
		return err
	} else if len(rest) > 0 || *from == "" {
		return badUsage("cách dùng: congvu " + restoreLine)
	}
	into := backup.Target{Store: store.Config{Dir: s.Data, URL: s.DB}, Extra: extraOf(s)}
	var err error
	if s.Blobs == "" {
		into.Blobs, err = blob.OpenDisk(filepath.Join(s.Data, "files"))
	} else {
		into.Blobs, err = blob.Open(ctx, s.Blobs)
	}
	if err != nil {
		return err
	}
	run, err := backup.Restore(ctx, *from, *which, into)
	switch {
	case errors.Is(err, store.ErrNotEmpty):
		fmt.Fprintln(w.err, "Nơi khôi phục đã có dữ liệu nên chưa khôi phục gì. Hãy chọn một thư mục và cơ sở dữ liệu trống.")
		return exit(1)
	case errors.Is(err, store.ErrNewer):
		fmt.Fprintln(w.err, "Bản sao lưu do chương trình mới hơn tạo ra. Hãy khôi phục bằng chương trình cùng phiên bản hoặc mới hơn.")
		return exit(1)
	case errors.Is(err, fs.ErrNotExist) && run.Stamp == "":
		fmt.Fprintln(w.err, "Không tìm thấy bản sao lưu này trong thư mục đã nêu.")
		return exit(1)
	case err != nil:
		return sayDamaged(w, err)
	}
	fmt.Fprintf(w.out, "Đã khôi phục bản sao lưu %s (dữ liệu đến %s): %s. Mọi tệp đã được kiểm tra.\n", run.Stamp, run.BeganAt.Time().In(calendar.Hanoi).Format("15:04:05 02/01/2006"), contents(run.Rows, run.Files, run.Bytes))
	fmt.Fprintln(w.out, "Những gì phát sinh sau thời điểm đó không có trong bản sao lưu.")
	return fenceRestored(ctx, w, s)
}

// fenceRestored compares the restored registers with what was kept outside, and says which of them give no number until a clerk has looked.
func fenceRestored(ctx context.Context, w *world, s *settings) error {
	in, err := openTables(ctx, s, opening{})
	if err != nil {
		return err
	}
	defer in.Close()
	kept, err := in.readNumbers(ctx, s.outside())
	if err != nil {
		return err
	}
	if len(kept.Registers) == 0 {
		fmt.Fprintf(w.out, "Không có tệp %s của bản cài đặt này nên chưa đối chiếu được số cuối của các sổ. Nếu còn tệp đó ở nơi khác, hãy đặt --outside rồi chạy máy chủ; trước khi mở cho người dùng, hãy đối chiếu số cuối cùng trong các sổ với văn bản đã phát hành và đã nhận.\n", filepath.Join(s.outside(), numbersName))
		return nil
	}
	if _, err := in.fence(ctx, s.outside()); err != nil {
		return err
	}
	if err := in.sayFences(ctx, w.out); err != nil {
		return err
	}
	fmt.Fprintf(w.out, "Đã đối chiếu %d sổ với số cuối giữ bên ngoài lúc %s. Sổ thiếu số tạm dừng cấp số cho đến khi văn thư nhập lại hoặc bỏ từng số.\n", len(kept.Registers), stampOf(kept.At.Time()))
	return nil
}

func sayDamaged(w *world, err error) error {
	if bad := new(backup.Damaged); errors.As(err, &bad) {
		fmt.Fprintf(w.err, "Bản sao lưu %s không nguyên vẹn nên không dùng được: %v.\nHãy chọn bản khác (congvu backup --out THƯ_MỤC --list).\n", bad.Stamp, errors.Unwrap(bad))
		return exit(1)
	}
	return err
}

func contents(rows, files, bytes int64) string {
	return fmt.Sprintf("%d dòng dữ liệu, %d tệp (%s)", rows, files, size(bytes))
}

// size is a number of bytes as people read it.
func size(n int64) string {
	switch {
	case n < 1<<20:
		return fmt.Sprintf("%d KB", (n+1023)>>10)
	case n < 10<<30:
		return fmt.Sprintf("%d MB", n>>20)
	}
	return fmt.Sprintf("%d GB", n>>30)
}
