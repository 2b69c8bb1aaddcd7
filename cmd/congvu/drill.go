package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"congvu/internal/backup"
	"congvu/internal/blob"
	"congvu/internal/documents"
	"congvu/internal/store"
)

const drillLine = "drill --data THƯ_MỤC [--db postgres://…] --out THƯ_MỤC_TRỐNG [--into-db postgres://…] [--keep] [--sample SỐ] [--json]"

const drillHelp = `
Diễn tập khôi phục: sao lưu bản cài đặt, khôi phục vào một nơi trống, đối chiếu số cuối của các sổ, khóa sổ bản khôi phục, rồi báo mất bao lâu và thiếu gì.
Bản cài đặt gốc chỉ được đọc; máy chủ vẫn chạy được. Nơi khôi phục được xóa khi xong, trừ khi có --keep.

Mã kết thúc: 0 khôi phục được và khớp; 1 có sai lệch; 2 gõ sai lệnh.
`

// drilled is what a drill showed.
type drilled struct {
	Stamp      string                     `json:"copy"`
	CopyTook   float64                    `json:"copy_seconds"`
	RTO        float64                    `json:"restore_seconds"` // from an empty place to data that agree
	RPO        float64                    `json:"behind_seconds"`  // how much older the copy is than the newest work
	Rows       int64                      `json:"rows"`
	RowsBack   int64                      `json:"rows_restored"`
	Files      int64                      `json:"files"`
	Bytes      int64                      `json:"bytes"`
	Lines      int64                      `json:"journal_lines_missing"` // that came after the copy
	Missing    int64                      `json:"numbers_missing"`
	Fenced     []documents.FencedRegister `json:"fenced,omitempty"`
	Check      *checked                   `json:"check"`
	Unexpected int64                      `json:"unexpected"` // findings that the drill does not explain
}

// drillVerb rehearses a restore on this machine.
func drillVerb(ctx context.Context, w *world, args []string) error {
	fs := flags(w, "drill", drillLine)
	line := fs.Usage
	fs.Usage = func() { line(); fmt.Fprint(w.err, drillHelp) }
	s := newSettings(w, fs, false)
	out := fs.String("out", "", "thư mục trống để sao lưu và khôi phục thử")
	intoDB := fs.String("into-db", "", "cơ sở dữ liệu PostgreSQL trống để khôi phục thử; bỏ trống: SQLite trong --out")
	keep := fs.Bool("keep", false, "giữ lại bản sao lưu và nơi khôi phục")
	sample := fs.Int64("sample", 1, "chỉ kiểm tra chữ ký của một trên ngần ấy văn bản")
	asJSON := fs.Bool("json", false, "in kết quả dạng JSON")
	if rest, err := parse(fs, args); err != nil {
		return err
	} else if len(rest) > 0 || *out == "" || *sample < 1 {
		return badUsage("cách dùng: congvu " + drillLine)
	}
	if err := os.MkdirAll(*out, 0o700); err != nil {
		return err
	}
	if left, err := os.ReadDir(*out); err != nil || len(left) > 0 {
		return errors.Join(err, badUsage("--out phải là thư mục trống"))
	}
	d, err := drill(ctx, s, *out, *intoDB, *sample)
	if !*keep {
		for _, part := range []string{"copies", "restored"} {
			err = errors.Join(err, os.RemoveAll(filepath.Join(*out, part)))
		}
	}
	if err != nil {
		return sayDamaged(w, err)
	}
	if *asJSON {
		e := json.NewEncoder(w.out)
		e.SetIndent("", "  ")
		err = e.Encode(d)
	} else {
		d.print(w.out)
	}
	if err == nil && d.Unexpected > 0 {
		return exit(1)
	}
	return err
}

func (d *drilled) print(out io.Writer) {
	fmt.Fprintf(out, "Bản sao lưu %s: %s, %.1f giây.\n", d.Stamp, contents(d.Rows, d.Files, d.Bytes), d.CopyTook)
	fmt.Fprintf(out, "Khôi phục đến khi dữ liệu khớp (RTO): %.1f giây; bản sao lưu cũ hơn việc mới nhất (RPO) %.1f giây, thiếu %d dòng nhật ký.\n", d.RTO, d.RPO, d.Lines)
	for _, f := range d.Fenced {
		fmt.Fprintf(out, "Sổ %s năm %d (register/%d): thiếu %d số, từ %d đến %d; sổ tạm dừng cấp số.\n", f.Name, f.Year, f.Register, f.Missing, f.First, f.Last)
	}
	d.Check.print(out)
	if d.Unexpected == 0 {
		fmt.Fprintf(out, "Diễn tập đạt: mọi dòng và tệp của bản sao lưu trở lại nguyên vẹn, %d số thiếu được giữ chỗ.\n", d.Missing)
	} else {
		fmt.Fprintf(out, "Diễn tập KHÔNG đạt: %d sai lệch không do bản sao lưu cũ gây ra.\n", d.Unexpected)
	}
}

// drill takes a copy, gives it back beside, and looks at it.
func drill(ctx context.Context, s *settings, out, intoDB string, sample int64) (*drilled, error) {
	in, err := openTables(ctx, s, opening{})
	if err != nil {
		return nil, err
	}
	defer in.Close()
	begun := time.Now()
	v := &backup.Vault{DB: in.DB, Blobs: in.Blobs, Dir: filepath.Join(out, "copies"), Extra: extraOf(s), Version: versionText(), Keep: 1}
	took, err := v.Take(ctx, store.Actor{Via: store.ViaCLI})
	if err != nil {
		return nil, err
	}
	d := &drilled{Stamp: took.Stamp, CopyTook: time.Since(begun).Seconds(), Rows: took.Rows, Files: took.Files, Bytes: took.Bytes}

	begun = time.Now()
	there := &settings{Data: filepath.Join(out, "restored"), DB: intoDB, Outside: filepath.Join(out, "restored", "audit")}
	into := backup.Target{Store: store.Config{Dir: there.Data, URL: there.DB}, Extra: extraOf(there)}
	if into.Blobs, err = blob.OpenDisk(filepath.Join(there.Data, "files")); err != nil {
		return nil, err
	}
	gave, err := backup.Restore(ctx, v.Dir, took.Stamp, into)
	if err != nil {
		return nil, err
	}
	d.RowsBack = gave.Rows
	back, err := openTables(ctx, there, opening{})
	if err != nil {
		return nil, err
	}
	defer back.Close()
	kept, err := in.numbers(ctx) // what the outside would hold by now
	if err == nil {
		err = in.putNumbers(ctx, there.Outside, kept)
	}
	if err == nil {
		d.Missing, err = back.fence(ctx, there.Outside)
	}
	if err != nil {
		return nil, err
	}
	if d.Fenced, err = documents.FencedRegisters(ctx, back.DB); err != nil {
		return nil, err
	}
	if err := back.index().CatchUp(ctx); err != nil {
		return nil, err
	}
	if d.Check, err = back.check(ctx, checking{Sample: sample}); err != nil {
		return nil, err
	}
	d.RTO = time.Since(begun).Seconds()
	if d.Lines, d.RPO, err = behind(ctx, in.DB, gave.BeganAt); err != nil {
		return nil, err
	}
	d.Unexpected = d.Check.Total - d.Check.Kinds["number-lost"]
	if d.RowsBack != d.Rows {
		d.Unexpected++
	}
	return d, nil
}

// behind tells how many lines of the journal came after a moment, and how much time lies between it and the newest of them.
func behind(ctx context.Context, db *store.DB, at store.Instant) (lines int64, seconds float64, err error) {
	lines, newest, err := store.LinesSince(ctx, db, at)
	if newest > at {
		seconds = float64(newest-at) / 1e6
	}
	return lines, seconds, err
}
