package main

import (
	"context"
	"strings"
	"testing"

	"congvu/internal/auth"
	"congvu/internal/store"
)

// signsIn tries a password on the installation as a person would.
func signsIn(t *testing.T, data, login, password string) bool {
	t.Helper()
	db, err := store.Open(context.Background(), store.Config{Dir: data})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	_, err = auth.SignIn(context.Background(), db, login, password, "10.0.0.7:1", "")
	return err == nil
}

// passwordIn finds the one-time password that a verb printed behind a sign-in name.
func passwordIn(t *testing.T, out, login string) string {
	t.Helper()
	for line := range strings.Lines(out) {
		if rest, ok := strings.CutPrefix(line, login+"\t"); ok {
			return strings.TrimSpace(rest)
		}
	}
	t.Fatalf("no password for %s:\n%s", login, out)
	return ""
}

func TestAccountsAreKeptFromTheCommandLine(t *testing.T) {
	data := t.TempDir()
	first := []string{"user", "first-admin", "quan.tri", "--name", "Quản trị viên", "--agency", "H26", "--agency-name", "Ủy ban nhân dân thành phố", "--agency-abbr", "UBND"}
	if password := passwordIn(t, wantLocal(t, data, 0, "chỉ hiện một lần", first...), "quan.tri"); !signsIn(t, data, "quan.tri", password) {
		t.Error("the first administrator stays outside")
	}
	wantLocal(t, data, 1, "đã có tài khoản", first...)
	wantLocal(t, data, 0, "Đã nhập xong", "import", "people", tableFile(t, "Mã cơ quan;Mã nhân sự;Họ và tên;Chức vụ", "H26;CB01;Nguyễn Văn An;Chuyên viên"))

	open := []string{"user", "open", "van.an", "--agency", "H26", "--person", "CB01"}
	password := passwordIn(t, wantLocal(t, data, 0, "chỉ hiện một lần", open...), "van.an")
	wantLocal(t, data, 1, "đã có tài khoản", open...)
	wantLocal(t, data, 1, "Không tìm thấy người này", "user", "open", "ai.do", "--agency", "H26", "--person", "CB99")
	wantLocal(t, data, 1, "Không có cơ quan nào", "user", "open", "ai.do", "--agency", "H99", "--person", "CB01")
	wantLocal(t, data, 2, "--agency", "user", "open", "ai.do", "--person", "CB01")
	wantLocal(t, data, 0, "van.an\tđang dùng", "user", "list", "--agency", "H26")

	wantLocal(t, data, 0, "Đã khóa van.an", "user", "lock", "van.an")
	wantLocal(t, data, 0, "van.an\tđã khóa", "user", "list", "--agency", "H26")
	if signsIn(t, data, "van.an", password) {
		t.Error("a locked account lets in")
	}
	wantLocal(t, data, 1, "", "user", "lock", "van.an")
	wantLocal(t, data, 0, "Đã mở khóa", "user", "unlock", "van.an")
	if !signsIn(t, data, "van.an", password) {
		t.Error("an unlocked account stays shut")
	}
	next := passwordIn(t, wantLocal(t, data, 0, "chỉ hiện một lần", "user", "reset", "van.an"), "van.an")
	if signsIn(t, data, "van.an", password) || !signsIn(t, data, "van.an", next) {
		t.Error("the password was not reset")
	}
	wantLocal(t, data, 1, "Không tìm thấy tài khoản", "user", "reset", "khong.co")
	wantLocal(t, data, 0, "có hiệu lực 5 phút", "user", "confirm-minutes", "5")
	wantLocal(t, data, 0, "mỗi lần ký", "user", "confirm-minutes", "0")
	wantLocal(t, data, 1, "từ 0 đến 60", "user", "confirm-minutes", "61")
	wantLocal(t, data, 2, "số phút", "user", "confirm-minutes", "năm")
	wantLocal(t, data, 2, "cần một việc", "user")
	wantLocal(t, data, 2, "cần một việc", "user", "delete", "van.an")
	wantLocal(t, data, 2, "đối số", "user", "lock")
}
