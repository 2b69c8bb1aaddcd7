package main

import (
	"encoding/pem"
	"os"
	"path/filepath"
	"testing"
	"time"

	"congvu/internal/keys"
)

func TestTrustIsKeptFromTheCommandLine(t *testing.T) {
	data := t.TempDir()
	now := time.Now().Truncate(time.Second)
	a, err := keys.NewTestAuthority(keys.TestOptions{From: now.AddDate(-1, 0, 0), Until: now.AddDate(9, 0, 0)})
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "goc.pem")
	if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.Root.Certificate.Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	print := keys.Fingerprint(a.Root.Certificate)
	wrong := print[:63] + map[bool]string{true: "1", false: "0"}[print[63] == '0']
	add := func(print string, more ...string) []string {
		return append([]string{"trust", "add", file, "--name", "Gốc thử", "--fingerprint", print, "--family", "test"}, more...)
	}
	wantLocal(t, data, 2, "--fingerprint", "trust", "add", file, "--name", "Gốc thử")
	wantLocal(t, data, 1, "không phải của chứng thư trong tệp", add(wrong)...)
	wantLocal(t, data, 2, "--purpose", add(print, "--purpose", "cook")...)
	wantLocal(t, data, 2, "--family", add(print, "--family", "cousin")...)
	wantLocal(t, data, 2, "2026-11-30", add(print, "--valid-from", "hôm nay")...)
	wantLocal(t, data, 1, "đứng trước ngày bắt đầu", add(print, "--valid-from", "2030-01-01", "--valid-until", "2029-01-01")...)
	wantLocal(t, data, 1, "đúng một chứng thư", "trust", "remove", print)
	wantLocal(t, data, 0, "Đã nạp chứng thư Gốc thử", add(print, "--purpose", "sign,seal", "--valid-until", "2030-12-31", "--revocation", "optional")...)
	wantLocal(t, data, 1, "đã có trong kho", add(print)...)
	wantLocal(t, data, 0, "người ký, dấu cơ quan, có bằng chứng thu hồi thì xét, CHỨNG THƯ THỬ NGHIỆM", "trust", "list")
	wantLocal(t, data, 0, "đến 31/12/2030", "trust", "list")
	wantLocal(t, data, 0, print, "trust", "list")
	wantLocal(t, data, 0, "Đã gỡ chứng thư Gốc thử", "trust", "remove", print[:16])
	wantLocal(t, data, 0, "chưa có chứng thư gốc", "trust", "list")
	wantLocal(t, data, 2, "cách dùng", "trust", "burn")
}
