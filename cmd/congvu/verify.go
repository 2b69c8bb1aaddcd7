package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"time"

	"congvu/internal/i18n"
	"congvu/internal/keys"
	"congvu/internal/pades"
	"congvu/internal/store"
)

// verifyLimit is the largest file read whole: the verifier needs every byte at hand.
const verifyLimit = 512 << 20

// verify judges the signatures of one file: exit 0 all good, 1 bad, 2 indeterminate (or no signature), 3 unreadable.
func verify(_ context.Context, w *world, args []string) error {
	fs := flags(w, "verify", "verify TỆP.pdf [--json] [--trust THƯ_MỤC] [--allow-test]")
	asJSON := fs.Bool("json", false, "in kết quả đầy đủ dạng JSON")
	trustDir := fs.String("trust", "", "thư mục chứng thư gốc tin cậy (*.pem, trust.json); bỏ trống: không tin cậy gốc nào")
	allowTest := fs.Bool("allow-test", false, "chấp nhận chứng thư thử nghiệm của bản chạy thử")
	rest, err := parse(fs, args)
	if err != nil {
		return err
	}
	if len(rest) != 1 {
		return badUsage("cần đúng một tệp PDF: congvu verify TỆP.pdf")
	}
	debug.SetGCPercent(40) // files of strangers: less memory before more speed
	file, err := readBounded(rest[0], verifyLimit)
	if err != nil {
		fmt.Fprintln(w.err, "congvu: "+explain(err))
		return exit(3)
	}
	var trust *keys.Trust
	if *trustDir != "" {
		if trust, err = keys.LoadTrust(*trustDir); err != nil {
			return err
		}
		trust.AllowTest = *allowTest
	}
	report, err := pades.Verify(file, pades.VerifyOptions{At: time.Now(), Trust: trust, RevocationOptional: *allowTest})
	if err != nil {
		return err
	}
	if *asJSON {
		enc := json.NewEncoder(w.out)
		enc.SetIndent("", "  ")
		if err := enc.Encode(report); err != nil {
			return err
		}
	} else {
		printReport(w.out, rest[0], report)
	}
	if code := verdictCodes[report.Outcome]; code != 0 {
		return exit(code)
	}
	return nil
}

// A file without any signature is not bad, but nothing vouches for it either.
var verdictCodes = map[pades.Outcome]int{pades.Passed: 0, pades.Failed: 1, pades.Indeterminate: 2, pades.None: 2, pades.Unreadable: 3}

func readBounded(name string, limit int64) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, store.Because(store.Refuse(store.NotFound, "Không mở được tệp {name}.", "name", name), err)
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err == nil && int64(len(b)) > limit {
		err = store.Refuse(store.Invalid, "Tệp {name} lớn hơn {limit}, không kiểm tra được.", "name", name, "limit", i18n.Size("vi", limit))
	}
	return b, err
}

var outcomeWords = map[pades.Outcome]string{
	pades.Passed:        "HỢP LỆ: mọi chữ ký số đều toàn vẹn, tin cậy",
	pades.Failed:        "KHÔNG HỢP LỆ: có chữ ký số bị hỏng hoặc nội dung đã bị thay đổi",
	pades.Indeterminate: "CHƯA ĐỦ CĂN CỨ: chữ ký số toàn vẹn nhưng chưa kết luận được về chứng thư",
	pades.None:          "KHÔNG CÓ CHỮ KÝ SỐ",
	pades.Unreadable:    "KHÔNG ĐỌC ĐƯỢC TỆP",
}

func printReport(out io.Writer, name string, r *pades.Report) {
	fmt.Fprintf(out, "%s: %s\n", name, outcomeWords[r.Outcome])
	printFindings(out, "  ", r.Findings)
	for i, s := range r.Signatures {
		who := "không rõ người ký"
		if s.Signer != nil {
			who = s.Signer.Name
		}
		fmt.Fprintf(out, "  %d. %s – %s", i+1, who, s.Indication)
		if s.SubIndication != "" {
			fmt.Fprintf(out, " (%s)", s.SubIndication)
		}
		if s.ClaimedTime != nil {
			fmt.Fprintf(out, ", ký lúc %s theo đồng hồ người ký", i18n.DateTime(*s.ClaimedTime))
		}
		fmt.Fprintln(out)
		printFindings(out, "     ", s.Findings)
	}
}

func printFindings(out io.Writer, indent string, findings []pades.Finding) {
	said := map[string]bool{}
	for _, f := range findings {
		if text := i18n.T("vi", f.Text, f.Args); !said[text] {
			said[text] = true
			fmt.Fprintf(out, "%s- %s\n", indent, text)
		}
	}
}
