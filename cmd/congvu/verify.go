package main

import (
	"context"
	"encoding/json"
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

// printReport explains the verdict in the words of all doors, then gives the technical reasons that speak against it.
func printReport(out io.Writer, name string, r *pades.Report) {
	title, text := r.Explain()
	fmt.Fprintf(out, "%s: %s\n  %s\n", name, strings.ToUpper(sentence(title)), sentence(text))
	printFindings(out, "  ", r.Findings)
	for i, s := range r.Signatures {
		fmt.Fprintf(out, "  %d. %s", i+1, s.Indication)
		if s.SubIndication != "" {
			fmt.Fprintf(out, " (%s)", s.SubIndication)
		}
		fmt.Fprintln(out)
		for _, l := range r.ExplainSignature(i) {
			fmt.Fprintf(out, "     %s\n", sentence(l))
		}
		printFindings(out, "     ", s.Findings)
	}
}

// printFindings leaves out what only adds technical places: the explanation has said it.
func printFindings(out io.Writer, indent string, findings []pades.Finding) {
	said := map[string]bool{}
	for _, f := range findings {
		if text := sentence(f); f.Severity != "info" && !said[text] {
			said[text] = true
			fmt.Fprintf(out, "%s- %s\n", indent, text)
		}
	}
}

// sentence is one of the verifier's in Vietnamese.
func sentence(m interface {
	Reason() (string, map[string]any)
}) string {
	text, args := m.Reason()
	return i18n.T(i18n.VI, text, args)
}
