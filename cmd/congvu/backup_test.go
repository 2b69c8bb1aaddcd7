package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// V34: command backup
// V59: command restore
func TestBackupAndRestoreFromTheCommandLine(t *testing.T) {
	data, out, again := filepath.Join(t.TempDir(), "data"), filepath.Join(t.TempDir(), "copies"), filepath.Join(t.TempDir(), "again")
	say := func(want int, holds string, args ...string) string {
		t.Helper()
		code, text := runVerb(t, args...)
		if code != want || !strings.Contains(text, holds) {
			t.Fatalf("%v: exit %d\n%s", args, code, text)
		}
		return text
	}
	say(0, "nâng cấp", "migrate", "--data", data)
	say(0, "Chưa có bản sao lưu nào", "backup", "--out", out, "--list")
	say(0, "Đã sao lưu vào", "backup", "--data", data, "--out", out)
	list := say(0, "dòng dữ liệu", "backup", "--out", out, "--list")
	stamp, _, _ := strings.Cut(list, " ")
	say(0, "nguyên vẹn", "backup", "--out", out, "--check", stamp)
	say(0, "Đã khôi phục bản sao lưu "+stamp, "restore", "--from", out, "--data", again)
	say(1, "đã có dữ liệu", "restore", "--from", out, "--data", again)
	say(0, "không có gì để nâng cấp", "migrate", "--data", again)
	say(2, "cách dùng", "restore", "--data", again)
	say(2, "cách dùng", "backup", "--data", data)
	say(1, "Không tìm thấy bản sao lưu", "restore", "--from", t.TempDir(), "--data", filepath.Join(t.TempDir(), "new"))

	tables := filepath.Join(out, stamp, "tables.zst")
	b, err := os.ReadFile(tables)
	if err != nil {
		t.Fatal(err)
	}
	b[len(b)/2] ^= 1
	if err := os.WriteFile(tables, b, 0o600); err != nil {
		t.Fatal(err)
	}
	say(1, "không nguyên vẹn", "backup", "--out", out, "--check", stamp)
	say(1, "không nguyên vẹn", "restore", "--from", out, "--data", filepath.Join(t.TempDir(), "new"))
}

// runVerb runs one command line and gives its exit code and all it said.
func runVerb(t *testing.T, args ...string) (int, string) {
	t.Helper()
	var out bytes.Buffer
	w := &world{in: strings.NewReader(""), out: &out, err: &out, env: func(string) string { return "" }}
	code := command(t.Context(), w, args)
	return code, out.String()
}
