package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"strings"
	"time"

	"congvu/internal/i18n"
	"congvu/internal/keys"
	"congvu/internal/pades"
	"congvu/internal/store"
)

// verifyLimit is the largest file read whole: the verifier needs every byte at hand.
const verifyLimit = 512 << 20

const verifyHelp = `
Kiểm tra mọi chữ ký số của một hoặc nhiều tệp PDF; «-» là đầu vào chuẩn. Không kết nối mạng, không ghi gì vào tệp.
Một tệp: in kết luận và lời giải thích. Nhiều tệp: mỗi tệp một dòng (thêm --full để in đầy đủ).
--json: một tệp in một báo cáo; nhiều tệp in mỗi tệp một dòng {"file", "report"} hoặc {"file", "error"}. Xem docs/verify-report.md.

Mã kết thúc: 0 mọi chữ ký hợp lệ; 1 không hợp lệ hoặc đã bị sửa; 2 chưa đủ căn cứ, không có chữ ký, hoặc gõ sai lệnh; 3 không đọc được tệp.
Nhiều tệp thì lấy mã xấu nhất, theo thứ tự 1, 3, 2, 0.

Ví dụ:
  congvu verify --trust goc/ cong-van.pdf
  congvu verify --trust goc/ --at 2026-05-30 *.pdf
  congvu verify --revision 1 --out ban-da-ky.pdf cong-van.pdf
`

// verifying is what the options of one call ask for.
type verifying struct {
	w        *world
	out      io.Writer // of the report: standard output, unless a revision goes there
	opt      pades.VerifyOptions
	json     bool
	full     bool
	revision int
	to       string
}

// verify judges the signatures of files: exit 0 all good, 1 bad, 2 indeterminate (or no signature), 3 unreadable.
func verify(_ context.Context, w *world, args []string) error {
	fs := flags(w, "verify", "verify TỆP.pdf… [--json] [--full] [--trust THƯ_MỤC] [--allow-test] [--at THỜI_ĐIỂM] [--revision N --out TỆP]")
	line := fs.Usage
	fs.Usage = func() { line(); fmt.Fprint(w.err, verifyHelp) }
	v := &verifying{w: w, out: w.out}
	fs.BoolVar(&v.json, "json", false, "in kết quả đầy đủ dạng JSON")
	fs.BoolVar(&v.full, "full", false, "in lời giải thích đầy đủ của từng tệp, cả khi có nhiều tệp")
	trustDir := fs.String("trust", "", "thư mục chứng thư gốc tin cậy (*.pem, trust.json); bỏ trống: không tin cậy gốc nào")
	allowTest := fs.Bool("allow-test", false, "chấp nhận chứng thư thử nghiệm của bản chạy thử")
	at := fs.String("at", "", "xét như vào thời điểm này: 2026-05-30, \"2026-05-30 14:05\" (giờ Việt Nam) hoặc RFC 3339; bỏ trống: bây giờ")
	fs.IntVar(&v.revision, "revision", 0, "trích bản mà chữ ký thứ N bảo vệ, đúng từng byte như khi ký; cần --out")
	fs.StringVar(&v.to, "out", "", "tệp nhận bản được trích, không ghi đè tệp đã có; «-» là đầu ra chuẩn")
	files, err := parse(fs, args)
	if err != nil {
		return err
	}
	switch {
	case len(files) == 0:
		return badUsage("cần ít nhất một tệp PDF: congvu verify TỆP.pdf")
	case (v.revision == 0) != (v.to == ""), v.revision < 0:
		return badUsage("--revision N (từ 1) và --out TỆP phải đi cùng nhau")
	case v.revision > 0 && len(files) > 1:
		return badUsage("--revision chỉ dùng với một tệp")
	}
	now := time.Now()
	if v.opt.At, err = momentOf(*at, now); err != nil {
		return err
	}
	if v.to == "-" {
		v.out = w.err
	}
	if *trustDir != "" {
		if v.opt.Trust, err = keys.LoadTrust(*trustDir); err != nil {
			return err
		}
		v.opt.Trust.AllowTest = *allowTest
	}
	v.opt.RevocationOptional = *allowTest
	debug.SetGCPercent(40) // files of strangers: less memory before more speed
	return v.all(files)
}

// momentOf reads --at; a day means its end in Vietnam, but never later than now.
func momentOf(text string, now time.Time) (time.Time, error) {
	if text == "" {
		return now, nil
	}
	zone := time.FixedZone("UTC+7", 7*60*60)
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		at, err = time.ParseInLocation("2006-01-02 15:04", text, zone)
	}
	if err != nil {
		if at, err = time.ParseInLocation(time.DateOnly, text, zone); err == nil {
			if at = at.AddDate(0, 0, 1).Add(-time.Second); at.After(now) && at.Add(-24*time.Hour).Before(now) {
				at = now
			}
		}
	}
	switch {
	case err != nil:
		return at, badUsage(fmt.Sprintf("--at: không hiểu thời điểm %q; viết như 2026-05-30, \"2026-05-30 14:05\" hoặc 2026-05-30T14:05:00+07:00", text))
	case at.After(now):
		return at, badUsage("--at: thời điểm ở tương lai, chưa thể biết chứng thư khi đó ra sao")
	}
	return at, nil
}

// gravity orders exit codes from good to bad, for a call with several files.
var gravity = map[int]int{0: 0, 2: 1, 3: 2, 1: 3}

func (v *verifying) all(files []string) error {
	worst := 0
	for _, name := range files {
		code, err := v.one(name, len(files) > 1)
		if err != nil {
			return err
		}
		if gravity[code] > gravity[worst] {
			worst = code
		}
	}
	if worst != 0 {
		return exit(worst)
	}
	return nil
}

// one judges one file and gives its exit code. A file that cannot be opened does not end the call.
func (v *verifying) one(name string, several bool) (int, error) {
	file, err := v.read(name)
	if err != nil {
		if v.json && several {
			return 3, json.NewEncoder(v.out).Encode(map[string]string{"file": name, "error": explain(err)})
		}
		fmt.Fprintln(v.w.err, "congvu: "+explain(err))
		return 3, nil
	}
	report, err := pades.Verify(file, v.opt)
	if err != nil {
		return 0, err
	}
	if v.revision > 0 {
		if err := v.extract(file, report); err != nil {
			return 0, err
		}
	}
	return report.Outcome.ExitCode(), v.tell(name, report, several)
}

func (v *verifying) read(name string) ([]byte, error) {
	if name == "-" {
		return bounded(v.w.in, "-", verifyLimit)
	}
	return readBounded(name, verifyLimit)
}

func (v *verifying) tell(name string, r *pades.Report, several bool) error {
	switch {
	case v.json && several:
		return json.NewEncoder(v.out).Encode(map[string]any{"file": name, "report": r})
	case v.json:
		enc := json.NewEncoder(v.out)
		enc.SetIndent("", "  ")
		return enc.Encode(r)
	case several && !v.full:
		title, _ := r.Explain()
		var who []string
		for _, s := range r.Signatures {
			if s.Kind != pades.DocTimestamp && s.Signer != nil {
				who = append(who, s.Signer.Name)
			}
		}
		fmt.Fprintf(v.out, "%s: %s", name, i18n.Sentence(i18n.VI, title))
		if len(who) > 0 {
			fmt.Fprintf(v.out, " (%s)", strings.Join(who, "; "))
		}
		fmt.Fprintln(v.out)
	default:
		printReport(v.out, name, r)
	}
	return nil
}

// extract writes the revision that a signature covers (S3.4), also of a file whose signatures are bad: it is there to be compared.
func (v *verifying) extract(file []byte, r *pades.Report) error {
	revision := pades.Revision(file, r, v.revision-1)
	switch {
	case len(r.Signatures) == 0:
		return store.Refuse(store.Invalid, "Tệp không có chữ ký nào đọc được nên không có bản đã ký để trích. Chưa ghi gì.")
	case v.revision > len(r.Signatures):
		return store.Refuse(store.Invalid, "Tệp chỉ có {count} chữ ký, không có bản thứ {n}. Chưa ghi gì.", "count", len(r.Signatures), "n", v.revision)
	case revision == nil:
		return store.Refuse(store.Invalid, "Phạm vi của chữ ký thứ {n} không hợp lệ nên không trích được bản đã ký. Chưa ghi gì.", "n", v.revision)
	case v.to == "-":
		_, err := v.w.out.Write(revision)
		return err
	}
	f, err := os.OpenFile(v.to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if errors.Is(err, os.ErrExist) {
		return store.Refuse(store.Conflict, "Tệp {name} đã có và được giữ nguyên. Hãy chọn tên khác cho --out.", "name", v.to)
	}
	if err != nil {
		return store.Because(store.Refuse(store.Invalid, "Không tạo được tệp {name}. Hãy kiểm tra thư mục và quyền ghi.", "name", v.to), err)
	}
	if _, err = f.Write(revision); err == nil {
		err = f.Close()
	}
	if err != nil {
		f.Close()
		os.Remove(v.to)
	}
	return err
}

func readBounded(name string, limit int64) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, store.Because(store.Refuse(store.NotFound, "Không mở được tệp {name}.", "name", name), err)
	}
	defer f.Close()
	return bounded(f, name, limit)
}

func bounded(in io.Reader, name string, limit int64) ([]byte, error) {
	b, err := io.ReadAll(io.LimitReader(in, limit+1))
	switch {
	case err == nil && len(b) == 0:
		err = store.Refuse(store.Invalid, "Tệp trống (0 byte). Hãy chọn lại tệp.")
	case err == nil && int64(len(b)) > limit:
		err = store.Refuse(store.Invalid, "Tệp {name} lớn hơn {limit}, không kiểm tra được.", "name", name, "limit", i18n.Size("vi", limit))
	}
	return b, err
}

// printReport explains the verdict in the words of all doors, then gives the technical reasons that speak against it.
func printReport(out io.Writer, name string, r *pades.Report) {
	title, text := r.Explain()
	fmt.Fprintf(out, "%s: %s\n  %s\n", name, strings.ToUpper(i18n.Sentence(i18n.VI, title)), i18n.Sentence(i18n.VI, text))
	printFindings(out, "  ", r.Findings)
	for i, s := range r.Signatures {
		fmt.Fprintf(out, "  %d. %s", i+1, s.Indication)
		if s.SubIndication != "" {
			fmt.Fprintf(out, " (%s)", s.SubIndication)
		}
		fmt.Fprintln(out)
		for _, l := range r.ExplainSignature(i) {
			fmt.Fprintf(out, "     %s\n", i18n.Sentence(i18n.VI, l))
		}
		printFindings(out, "     ", s.Findings)
	}
}

// printFindings leaves out what only adds technical places: the explanation has said it.
func printFindings(out io.Writer, indent string, findings []pades.Finding) {
	said := map[string]bool{}
	for _, f := range findings {
		if text := i18n.Sentence(i18n.VI, f); f.Severity != "info" && !said[text] {
			said[text] = true
			fmt.Fprintf(out, "%s- %s\n", indent, text)
		}
	}
}
