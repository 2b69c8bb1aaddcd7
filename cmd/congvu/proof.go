package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"congvu/internal/calendar"
	"congvu/internal/exchange"
	"congvu/internal/i18n"
	"congvu/internal/keys"
	"congvu/internal/org"
	"congvu/internal/proof"
	"congvu/internal/store"
)

const proofLine = "proof VĂN_BẢN --data THƯ_MỤC --agency MÃ [--out TỆP] [--with-files] | proof verify TỆP [--key TỆP] [--trust THƯ_MỤC] [--file TỆP,…]"

const proofHelp = `
proof VĂN_BẢN  xuất chứng cứ của văn bản (outgoing/SỐ hoặc incoming/SỐ): số, ngày, mã băm tệp, gói tin, phản hồi đã ký, dòng nhật ký và chỗ của chúng trong nhật ký niêm phong.
proof verify   kiểm tra một tệp chứng cứ mà không cần mạng hay cơ sở dữ liệu.
  --key TỆP      khóa của nhật ký và của bên làm chứng mà ông/bà có từ nơi khác, mỗi dòng một khóa (địa chỉ /log/keys của cơ quan).
  --trust        chứng thư gốc để xét chữ ký trên phản hồi của nơi nhận.
  --file TỆP     đối chiếu tệp ông/bà đang giữ với tệp của văn bản; ngăn cách bằng dấu phẩy.
  --witnesses N  số bên làm chứng cần có; 0: không cần.

Mã kết thúc của verify: 0 đứng vững; 1 không đứng vững; 2 chưa đủ căn cứ hoặc gõ sai lệnh; 3 không đọc được tệp.
`

type proofOptions struct {
	agency, out, key, trust, files string
	withFiles, allowTest, json     bool
	need                           int
}

// proofVerb makes and checks proofs of documents.
func proofVerb(ctx context.Context, w *world, args []string) error {
	fs := flags(w, "proof", proofLine)
	line := fs.Usage
	fs.Usage = func() { line(); fmt.Fprint(w.err, proofHelp) }
	var o proofOptions
	s := &settings{}
	verifying := first(args) == "verify"
	if verifying {
		fs.StringVar(&o.trust, "trust", "", "thư mục chứng thư gốc tin cậy; bỏ trống: không xét chứng thư")
	} else {
		s = newSettings(w, fs, false)
	}
	fs.StringVar(&o.agency, "agency", "", "mã cơ quan giữ văn bản")
	fs.StringVar(&o.out, "out", "", "tệp nhận chứng cứ, không ghi đè; «-» là đầu ra chuẩn")
	fs.BoolVar(&o.withFiles, "with-files", false, "kèm cả tệp và gói tin")
	fs.StringVar(&o.key, "key", "", "tệp chứa khóa của nhật ký và bên làm chứng, mỗi dòng một khóa")
	fs.StringVar(&o.files, "file", "", "tệp cần đối chiếu, ngăn cách bằng dấu phẩy")
	fs.BoolVar(&o.allowTest, "allow-test", false, "chấp nhận chứng thư thử nghiệm của bản chạy thử")
	fs.BoolVar(&o.json, "json", false, "in kết quả dạng JSON")
	fs.IntVar(&o.need, "witnesses", 0, "số bên làm chứng cần có; bỏ trống: như trong tệp chứng cứ")
	rest, err := parse(fs, args)
	if err != nil {
		return err
	}
	if verifying {
		if len(rest) != 2 {
			return badUsage("cách dùng: congvu " + proofLine)
		}
		fs.Visit(func(f *flag.Flag) {
			if f.Name == "witnesses" && o.need == 0 {
				o.need = -1
			}
		})
		return verifyProof(w, rest[1], o)
	}
	if len(rest) != 1 || o.agency == "" {
		return badUsage("cách dùng: congvu " + proofLine)
	}
	return exportProof(ctx, w, s, rest[0], o)
}

// exportProof makes the proof at the machine of the installation, as the registry of the agency would.
func exportProof(ctx context.Context, w *world, s *settings, ref string, o proofOptions) error {
	in, err := openLocal(ctx, w, s)
	if err != nil {
		return err
	}
	defer in.Close()
	agency, err := org.AgencyByCode(ctx, in.DB, o.agency, calendar.DateOf(in.DB.Now().Time()))
	if err != nil {
		return err
	}
	office := &exchange.Office{DB: in.DB, Blobs: in.Blobs, Keys: in.Keys, Trust: in.Trust, Log: in.Log}
	name, content, err := office.Prove(ctx, store.Actor{Agency: int64(agency.ID), Roles: store.Clerk | store.Leader | store.Head, Via: store.ViaCLI}, ref, o.withFiles)
	if err != nil {
		return err
	}
	if o.out == "-" {
		_, err = w.out.Write(content)
		return err
	}
	if o.out != "" {
		name = o.out
	}
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if errors.Is(err, os.ErrExist) {
		return store.Refuse(store.Conflict, "Tệp {name} đã có và được giữ nguyên. Hãy chọn tên khác cho --out.", "name", name)
	}
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	if err = errors.Join(err, f.Close()); err == nil {
		fmt.Fprintf(w.out, "Đã xuất %s (%d byte)\n", name, len(content))
	}
	return err
}

// verifyProof judges a bundle: exit 0 holds, 1 does not, 2 incomplete, 3 unreadable.
func verifyProof(w *world, name string, o proofOptions) error {
	b, err := readBundle(w, name)
	if err != nil {
		fmt.Fprintln(w.err, "congvu: "+explain(err))
		return exit(3)
	}
	opt := proof.Options{Need: o.need, At: time.Now(), Files: map[string]string{}}
	if o.key != "" {
		if opt.LogKeys, opt.Witnesses, err = readKeys(o.key); err != nil {
			return err
		}
	}
	if o.trust != "" {
		if opt.Trust, err = keys.LoadTrust(o.trust); err != nil {
			return err
		}
		opt.Trust.AllowTest = o.allowTest
	}
	for name := range strings.SplitSeq(o.files, ",") {
		if name == "" {
			continue
		}
		content, err := readBounded(name, verifyLimit)
		if err != nil {
			return err
		}
		sum := sha256.Sum256(content)
		opt.Files[hex.EncodeToString(sum[:])] = name
	}
	r := proof.Verify(b, opt)
	if o.json {
		e := json.NewEncoder(w.out)
		e.SetIndent("", "  ")
		err = e.Encode(r)
	} else {
		printProof(w.out, name, r)
	}
	if code := r.Outcome.ExitCode(); err == nil && code != 0 {
		return exit(code)
	}
	return err
}

func readBundle(w *world, name string) (*proof.Bundle, error) {
	var content []byte
	var err error
	if name == "-" {
		content, err = bounded(w.in, "-", proof.MostBundle)
	} else {
		content, err = readBounded(name, proof.MostBundle)
	}
	if err != nil {
		return nil, err
	}
	b, err := proof.Read(bytes.NewReader(content))
	if errors.Is(err, proof.ErrBundle) {
		err = store.Because(store.Refuse(store.Invalid, "Tệp {name} không phải tệp chứng cứ nguyên vẹn của congvu.", "name", name), err)
	}
	return b, err
}

// readKeys takes the keys of a file, one a line; lines that are no key are words for people.
func readKeys(name string) (logs, witnesses []proof.Key, err error) {
	text, err := readBounded(name, 1<<20)
	if err != nil {
		return nil, nil, err
	}
	for line := range strings.Lines(string(text)) {
		k, err := proof.ParseKey(strings.TrimSpace(line))
		switch {
		case err != nil:
		case k.Witness:
			witnesses = append(witnesses, k)
		default:
			logs = append(logs, k)
		}
	}
	if len(logs)+len(witnesses) == 0 {
		err = store.Refuse(store.Invalid, "Tệp {name} không chứa khóa nào của nhật ký hoặc bên làm chứng.", "name", name)
	}
	return logs, witnesses, err
}

var proofMarks = map[proof.Outcome]string{proof.Holds: "  ✓ ", proof.Incomplete: "  ? ", proof.Broken: "  ✗ "}

func printProof(out io.Writer, name string, r *proof.Report) {
	fmt.Fprintf(out, "%s: %s\n", name, strings.ToUpper(i18n.Sentence(i18n.VI, r.Title())))
	for _, p := range r.Points {
		fmt.Fprintln(out, proofMarks[p.Outcome]+i18n.Sentence(i18n.VI, p))
	}
}
