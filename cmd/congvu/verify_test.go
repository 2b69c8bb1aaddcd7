package main

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/pem"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"congvu/internal/keys"
	"congvu/internal/pades"
)

// verifyFixture is a folder with a file signed twice, a copy changed after the fact, one without a signature, one that is none, and trust in the signers.
type verifyFixture struct {
	dir, good, bad, plain, broken, trust string
	first, signed                        []byte
}

func newVerifyFixture(t *testing.T) verifyFixture {
	t.Helper()
	now := time.Now().Truncate(time.Second)
	a, err := keys.NewTestAuthority(keys.TestOptions{From: now.AddDate(-1, 0, 0), Until: now.AddDate(9, 0, 0)})
	must(t, err)
	plain, err := benchFile(5_000)
	must(t, err)
	f := verifyFixture{dir: t.TempDir(), first: plain}
	signed := plain
	for _, name := range []string{"Nguyễn Văn Nghĩa", "Trần Thị Bích"} {
		who, err := a.Person(name, "Chủ tịch", "UBND xã Vĩnh Lĩnh", keys.Period{From: now.AddDate(0, -1, 0), Until: now.AddDate(1, 0, 0)})
		must(t, err)
		f.first = signed
		signed, err = pades.Sign(context.Background(), signed, pades.Request{Certificate: who.Certificate, Chain: who.Chain, Key: who.Key, At: now})
		must(t, err)
	}
	f.signed = signed
	put := func(name string, b []byte) string {
		name = filepath.Join(f.dir, name)
		must(t, os.WriteFile(name, b, 0o600))
		return name
	}
	f.good, f.plain, f.broken = put("tot.pdf", signed), put("chua-ky.pdf", plain), put("hong.pdf", []byte("không phải PDF"))
	f.bad = put("sua.pdf", bytes.Replace(signed, []byte("/MediaBox [0 0 595"), []byte("/MediaBox [0 0 594"), 1))
	f.trust = filepath.Join(f.dir, "goc")
	must(t, os.Mkdir(f.trust, 0o700))
	root := put("goc.pem", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.Root.Certificate.Raw}))
	data := t.TempDir()
	wantLocal(t, data, 0, "Đã nạp", "trust", "add", root, "--name", "Gốc thử", "--fingerprint", keys.Fingerprint(a.Root.Certificate), "--family", "test")
	f.trust = filepath.Join(data, "trust")
	return f
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// checks runs «congvu verify» and wants an exit code and words.
func (f verifyFixture) checks(t *testing.T, in []byte, code int, said []string, args ...string) (out, complaint string) {
	t.Helper()
	var o, e bytes.Buffer
	got := command(context.Background(), &world{in: bytes.NewReader(in), out: &o, err: &e, env: func(string) string { return "" }}, append([]string{"verify"}, args...))
	if got != code {
		t.Errorf("verify %s: exit %d, want %d\n%s%s", strings.Join(args, " "), got, code, o.String(), e.String())
	}
	for _, s := range said {
		if !strings.Contains(o.String()+e.String(), s) {
			t.Errorf("verify %s does not say %q:\n%s%s", strings.Join(args, " "), s, o.String(), e.String())
		}
	}
	return o.String(), e.String()
}

func TestVerifyExitsByTheVerdict(t *testing.T) {
	f := newVerifyFixture(t)
	trusted := []string{"--trust", f.trust, "--allow-test"}
	f.checks(t, nil, 0, []string{"CHỮ KÝ HỢP LỆ", "Nguyễn Văn Nghĩa", "Sau chữ ký này tệp chỉ có thêm chữ ký của Trần Thị Bích"}, append(trusted, f.good)...)
	f.checks(t, nil, 2, []string{"CHƯA ĐỦ CĂN CỨ", "không do tổ chức được tin cậy"}, f.good)
	f.checks(t, nil, 1, []string{"ĐÃ BỊ SỬA", "Không sử dụng bản này"}, append(trusted, f.bad, "--full")...)
	f.checks(t, nil, 2, []string{"KHÔNG CÓ CHỮ KÝ SỐ"}, f.plain)
	f.checks(t, nil, 3, []string{"KHÔNG ĐỌC ĐƯỢC"}, f.broken)
	f.checks(t, nil, 3, []string{"Không mở được tệp"}, filepath.Join(f.dir, "vang.pdf"))
	f.checks(t, f.signed, 0, []string{"-: CHỮ KÝ HỢP LỆ"}, append(trusted, "-")...)
	f.checks(t, nil, 3, []string{"Tệp trống (0 byte)"}, "-")
	f.checks(t, nil, 2, []string{"cần ít nhất một tệp"})
	f.checks(t, nil, 0, []string{"Mã kết thúc", "--revision 1 --out"}, "-h")
}

func TestVerifyTellsSeveralFilesALineEach(t *testing.T) {
	f := newVerifyFixture(t)
	trusted := []string{"--trust", f.trust, "--allow-test"}
	out, _ := f.checks(t, nil, 1, nil, append(trusted, f.good, f.broken, f.bad, f.plain)...)
	if lines := strings.Split(strings.TrimSpace(out), "\n"); len(lines) != 4 || !strings.Contains(lines[0], "Chữ ký hợp lệ, văn bản nguyên vẹn (Nguyễn Văn Nghĩa; Trần Thị Bích)") {
		t.Errorf("not a line each:\n%s", out)
	}
	f.checks(t, nil, 3, nil, append(trusted, f.good, f.broken, f.plain)...)
	f.checks(t, nil, 2, nil, append(trusted, f.good, f.plain)...)
	out, _ = f.checks(t, nil, 3, nil, append(trusted, "--json", f.good, filepath.Join(f.dir, "vang.pdf"))...)
	d := json.NewDecoder(strings.NewReader(out))
	var good, missing struct {
		File, Error string
		Report      *pades.Report
	}
	if err := d.Decode(&good); err != nil || good.Report == nil || good.Report.Outcome != pades.Passed || len(good.Report.Signatures) != 2 {
		t.Errorf("%v %+v\n%s", err, good, out)
	}
	if err := d.Decode(&missing); err != nil || missing.Report != nil || !strings.Contains(missing.Error, "Không mở được") {
		t.Errorf("%v %+v", err, missing)
	}
}

// S3.4: what a signer signed is taken out byte by byte, also of a file that is bad now; no file is written over.
func TestVerifyTakesOutTheSignedRevision(t *testing.T) {
	f := newVerifyFixture(t)
	to := filepath.Join(f.dir, "ban-1.pdf")
	trusted := []string{"--trust", f.trust, "--allow-test"}
	f.checks(t, nil, 0, nil, append(trusted, f.good, "--revision", "1", "--out", to)...)
	if b, err := os.ReadFile(to); err != nil || !bytes.Equal(b, f.first) {
		t.Errorf("not what the first one signed: %v, %d bytes of %d", err, len(b), len(f.first))
	}
	f.checks(t, nil, 1, []string{"được giữ nguyên"}, append(trusted, f.good, "--revision", "2", "--out", to)...)
	if b, _ := os.ReadFile(to); !bytes.Equal(b, f.first) {
		t.Error("written over")
	}
	out, said := f.checks(t, nil, 0, nil, append(trusted, f.good, "--revision", "2", "--out", "-")...)
	if out != string(f.signed) || !strings.Contains(said, "CHỮ KÝ HỢP LỆ") {
		t.Errorf("standard output gets %d bytes of %d; the report: %s", len(out), len(f.signed), said)
	}
	none := filepath.Join(f.dir, "khong.pdf")
	f.checks(t, nil, 1, []string{"chỉ có 2 chữ ký"}, f.good, "--revision", "3", "--out", none)
	f.checks(t, nil, 1, []string{"không có bản đã ký"}, f.plain, "--revision", "1", "--out", none)
	f.checks(t, nil, 2, []string{"đi cùng nhau"}, f.good, "--revision", "1")
	f.checks(t, nil, 2, []string{"chỉ dùng với một tệp"}, f.good, f.bad, "--revision", "1", "--out", none)
	if _, err := os.Stat(none); err == nil {
		t.Error("a refusal left a file")
	}
}

func TestVerifyJudgesAsOfAMoment(t *testing.T) {
	f := newVerifyFixture(t)
	trusted := []string{"--trust", f.trust, "--allow-test"}
	f.checks(t, nil, 0, nil, append(trusted, f.good, "--at", time.Now().Format(time.DateOnly))...)
	f.checks(t, nil, 2, []string{"ngoài thời hạn hiệu lực"}, append(trusted, f.good, "--at", time.Now().AddDate(-3, 0, 0).Format(time.DateOnly))...)
	f.checks(t, nil, 2, []string{"ở tương lai"}, f.good, "--at", "2999-01-01")
	f.checks(t, nil, 2, []string{"không hiểu thời điểm"}, f.good, "--at", "hôm qua")
	zone := time.FixedZone("UTC+7", 7*60*60)
	now := time.Date(2026, 5, 30, 14, 0, 0, 0, zone)
	for text, want := range map[string]time.Time{"": now, "2026-05-30": now, "2026-05-29": time.Date(2026, 5, 29, 23, 59, 59, 0, zone),
		"2026-05-30 13:05": time.Date(2026, 5, 30, 13, 5, 0, 0, zone), "2026-05-30T06:00:00Z": time.Date(2026, 5, 30, 13, 0, 0, 0, zone)} {
		if at, err := momentOf(text, now); err != nil || !at.Equal(want) {
			t.Errorf("%q: %v %v", text, at, err)
		}
	}
}
