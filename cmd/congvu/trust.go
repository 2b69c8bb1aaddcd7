package main

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"congvu/internal/keys"
	"congvu/internal/store"
)

const trustLine = "trust list | trust add TỆP --name TÊN --fingerprint SHA-256 [tùy chọn] | trust remove DẤU_VÂN_TAY"

// trustOptions are what an administrator says about a certificate that he enters.
type trustOptions struct {
	name, fingerprint, family, purposes, from, until, revocation string
	test, anchor                                                 bool
}

// trustVerb keeps the certificates that verdicts rest on (signing rules, section 7): none is built into the program.
func trustVerb(_ context.Context, w *world, args []string) error {
	fs := flags(w, "trust", trustLine)
	s := newSettings(w, fs, false)
	var o trustOptions
	fs.StringVar(&o.name, "name", "", "tên để nhận ra chứng thư, thí dụ «Gốc G2 của Ban Cơ yếu Chính phủ»")
	fs.StringVar(&o.fingerprint, "fingerprint", "", "dấu vân tay SHA-256 lấy từ công bố chính thức, không lấy từ tệp")
	fs.StringVar(&o.family, "family", "", "nhóm: "+strings.Join(keys.Families, ", "))
	fs.StringVar(&o.purposes, "purpose", "", "mục đích, cách nhau bằng dấu phẩy: sign (người ký), seal (dấu cơ quan), timestamp (dấu thời gian); bỏ trống: mọi mục đích")
	fs.StringVar(&o.from, "valid-from", "", "chỉ tin từ ngày này, dạng 2018-01-31")
	fs.StringVar(&o.until, "valid-until", "", "chỉ tin đến hết ngày này, dạng 2048-12-31")
	fs.StringVar(&o.revocation, "revocation", string(keys.RevocationRequired), "bằng chứng thu hồi: required (bắt buộc), optional (có thì xét), none (nơi cấp không công bố)")
	fs.BoolVar(&o.test, "test", false, "chứng thư thử nghiệm, không có giá trị pháp lý")
	fs.BoolVar(&o.anchor, "anchor", false, "tin chính chứng thư trung gian này, không cần gốc của nó")
	rest, err := parse(fs, args)
	if err != nil {
		return err
	}
	dir := s.Trust
	if dir == "" {
		dir = filepath.Join(s.Data, "trust")
	}
	switch {
	case len(rest) == 1 && rest[0] == "list":
		return listTrust(w, dir)
	case len(rest) == 2 && rest[0] == "add":
		return addTrust(w, dir, rest[1], o)
	case len(rest) == 2 && rest[0] == "remove":
		return removeTrust(w, dir, rest[1])
	}
	return badUsage("cách dùng: congvu " + trustLine)
}

func listTrust(w *world, dir string) error {
	t, err := keys.LoadTrust(dir)
	if err != nil {
		return err
	}
	pins := t.Pins()
	for _, p := range pins {
		fmt.Fprintf(w.out, "%s\n    %s, %s\n    SHA-256 %s\n", p.Name, whatFor(p), howLong(p), p.SHA256)
	}
	for _, c := range t.Intermediates() {
		fmt.Fprintf(w.out, "%s\n    chứng thư trung gian, chỉ dùng để nối chuỗi, hết hạn %s\n    SHA-256 %s\n", c.Subject.CommonName, c.NotAfter.Format("02/01/2006"), keys.Fingerprint(c))
	}
	if len(pins) == 0 {
		fmt.Fprintln(w.out, "Kho tin cậy chưa có chứng thư gốc nào: mọi chữ ký đều chưa kết luận được về chứng thư.")
	}
	return nil
}

var (
	purposeWords    = map[keys.Purpose]string{keys.PurposeSign: "người ký", keys.PurposeSeal: "dấu cơ quan", keys.PurposeTimestamp: "dấu thời gian"}
	revocationWords = map[keys.Revocation]string{keys.RevocationRequired: "bắt buộc có bằng chứng thu hồi", keys.RevocationOptional: "có bằng chứng thu hồi thì xét",
		keys.RevocationNone: "nơi cấp không công bố thu hồi"}
	familyWords = map[string]string{keys.FamilyState1: "chữ ký số chuyên dùng công vụ G1", keys.FamilyState2: "chữ ký số chuyên dùng công vụ G2",
		keys.FamilyPublic: "chữ ký số công cộng", keys.FamilyTest: "thử nghiệm"}
)

func whatFor(p keys.Pin) string {
	words := []string{}
	if f := familyWords[p.Family]; f != "" {
		words = append(words, f)
	}
	if len(p.Purposes) == 0 {
		words = append(words, "mọi mục đích")
	}
	for _, u := range p.Purposes {
		words = append(words, purposeWords[u])
	}
	words = append(words, revocationWords[p.Revocation])
	if p.Test {
		words = append(words, "CHỨNG THƯ THỬ NGHIỆM")
	}
	return strings.Join(words, ", ")
}

func howLong(p keys.Pin) string {
	from, until := p.Certificate.NotBefore, p.Certificate.NotAfter
	if p.ValidFrom.After(from) {
		from = p.ValidFrom
	}
	if !p.ValidTo.IsZero() && p.ValidTo.Before(until) {
		until = p.ValidTo
	}
	return "tin từ " + from.Format("02/01/2006") + " đến " + until.Format("02/01/2006")
}

func addTrust(w *world, dir, file string, o trustOptions) error {
	if o.name == "" || o.fingerprint == "" {
		return badUsage("cần --name và --fingerprint (dấu vân tay SHA-256 lấy từ công bố chính thức của tổ chức cấp)")
	}
	pin, err := o.pin()
	if err != nil {
		return err
	}
	b, err := readBounded(file, 1<<20)
	if err != nil {
		return err
	}
	cert, err := keys.ReadCertificateFile(b)
	if err != nil {
		return err
	}
	if err := keys.AddPin(dir, cert, pin); err != nil {
		return err
	}
	fmt.Fprintf(w.out, "Đã nạp chứng thư %s (%s). Máy chủ đang chạy dùng kho mới sau khi khởi động lại.\n", o.name, cert.Subject.CommonName)
	return nil
}

func (o trustOptions) pin() (keys.Pin, error) {
	p := keys.Pin{Name: o.name, SHA256: o.fingerprint, Family: o.family, Revocation: keys.Revocation(o.revocation), Test: o.test || o.family == keys.FamilyTest, Anchor: o.anchor}
	if o.family != "" && familyWords[o.family] == "" {
		return p, badUsage("--family nhận " + strings.Join(keys.Families, ", "))
	}
	if revocationWords[p.Revocation] == "" {
		return p, badUsage("--revocation nhận required, optional hoặc none")
	}
	for _, word := range strings.FieldsFunc(o.purposes, func(r rune) bool { return r == ',' || r == ' ' }) {
		if purposeWords[keys.Purpose(word)] == "" {
			return p, badUsage("--purpose nhận sign, seal, timestamp")
		}
		p.Purposes = append(p.Purposes, keys.Purpose(word))
	}
	var err error
	if p.ValidFrom, err = dayOf(o.from); err != nil {
		return p, err
	}
	if p.ValidTo, err = dayOf(o.until); err != nil {
		return p, err
	}
	if !p.ValidTo.IsZero() {
		p.ValidTo = p.ValidTo.AddDate(0, 0, 1).Add(-time.Second)
	}
	if !p.ValidFrom.IsZero() && !p.ValidTo.IsZero() && p.ValidTo.Before(p.ValidFrom) {
		return p, store.Refuse(store.Invalid, "Ngày thôi tin cậy đứng trước ngày bắt đầu. Không có gì được nạp.")
	}
	return p, nil
}

func dayOf(s string) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	t, err := time.ParseInLocation(time.DateOnly, s, time.FixedZone("", 7*3600))
	if err != nil {
		return t, badUsage("ngày viết theo dạng 2026-11-30")
	}
	return t, nil
}

func removeTrust(w *world, dir, fingerprint string) error {
	p, err := keys.RemovePin(dir, fingerprint)
	if err != nil {
		return err
	}
	fmt.Fprintf(w.out, "Đã gỡ chứng thư %s khỏi kho tin cậy. Máy chủ đang chạy dùng kho mới sau khi khởi động lại.\n", p.Name)
	return nil
}
