package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// runLocal runs a verb in process on a data folder and gives its exit code and all it printed.
func runLocal(t *testing.T, data string, args ...string) (int, string) {
	t.Helper()
	var out bytes.Buffer
	w := &world{in: strings.NewReader(""), out: &out, err: &out, env: func(string) string { return "" }}
	code := command(context.Background(), w, append(args, "--data", data))
	return code, out.String()
}

func wantLocal(t *testing.T, data string, code int, said string, args ...string) string {
	t.Helper()
	got, out := runLocal(t, data, args...)
	if got != code || !strings.Contains(out, said) {
		t.Fatalf("congvu %s: exit %d, want %d and %q:\n%s", strings.Join(args, " "), got, code, said, out)
	}
	return out
}

func tableFile(t *testing.T, lines ...string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "bang.csv")
	if err := os.WriteFile(name, []byte(strings.Join(lines, "\n")), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func TestTablesAreImportedWholeOrNotAtAll(t *testing.T) {
	data := t.TempDir()
	head := "Mã định danh;Tên cơ quan;Ký hiệu;Cấp;Mã cơ quan cấp trên;Sử dụng hệ thống"
	bad := tableFile(t, head, "H26;Ủy ban nhân dân thành phố;UBND;Thành phố;;có", "H26.15;;SNV;Sở;H26;có", "H26.16;Sở Tư pháp;STP;Sở;H99;có")
	out := wantLocal(t, data, 1, "2 lỗi", "import", "agencies", bad)
	if !strings.Contains(out, "B3") || !strings.Contains(out, "E4") {
		t.Errorf("cells are not named:\n%s", out)
	}
	good := tableFile(t, head, "H26;Ủy ban nhân dân thành phố;UBND;Thành phố;;có", "H26.15;Sở Nội vụ;SNV;Sở;H26;có")
	wantLocal(t, data, 0, "chưa ghi gì", "import", "agencies", good, "--dry-run")
	wantLocal(t, data, 0, "thêm mới 2", "import", "agencies", good) // neither the refused table nor the dry run left anything
	wantLocal(t, data, 0, "thêm mới 0, thay đổi 0, giữ nguyên 2", "import", "agencies", good)
	wantLocal(t, data, 0, "thêm mới 1", "import", "units", tableFile(t, "Mã cơ quan;Tên đơn vị;Ký hiệu", "H26.15;Văn phòng;VP"))
	people := "Mã cơ quan;Mã nhân sự;Họ và tên;Đơn vị;Chức vụ;Vị trí;Tên đăng nhập"
	wantLocal(t, data, 1, "Tên đăng nhập", "import", "people", tableFile(t, people, "H26.15;CB01;Nguyễn Văn An;Văn phòng;Chánh Văn phòng;Trưởng đơn vị;Nguyễn An"))
	first := tableFile(t, people, "H26.15;CB01;Nguyễn Văn An;Văn phòng;Chánh Văn phòng;Trưởng đơn vị;van.an")
	wantLocal(t, data, 0, "van.an\t", "import", "people", first) // with the one-time password
	if out := wantLocal(t, data, 0, "giữ nguyên 1", "import", "people", first); strings.Contains(out, "van.an\t") {
		t.Error("a second password")
	}
	wantLocal(t, data, 1, "đã có người dùng", "import", "people", tableFile(t, people, "H26.15;CB02;Người khác;;Chuyên viên;;van.an"))

	wantLocal(t, data, 2, "cần loại dữ liệu", "import", "agencies")
	wantLocal(t, data, 2, "Chọn loại dữ liệu", "import", "planets", good)
	wantLocal(t, data, 1, "Không mở được tệp", "import", "agencies", filepath.Join(data, "none.csv"))
	wantLocal(t, data, 1, "thiếu cột bắt buộc", "import", "agencies", tableFile(t, "Mã định danh", "H26.20"))
	empty := filepath.Join(data, "mau.xlsx")
	wantLocal(t, data, 0, "Đã ghi tệp mẫu", "import", "people", empty, "--template")
	wantLocal(t, data, 1, "tệp đã có", "import", "people", empty, "--template")
	wantLocal(t, data, 0, "0 dòng", "import", "people", empty)
}
