package main

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"os"

	"congvu/internal/keys"
	"congvu/internal/signer"
	"congvu/internal/store"
)

// keyVerb keeps the keys that the server holds: an agency's seal key where the law lets a server hold it. Those on hardware it only lists.
func keyVerb(_ context.Context, w *world, args []string) error {
	fs := flags(w, "key", "key list [--signer CỔNG] | key add TÊN --private KHÓA.pem --certificate CHỨNG_THƯ.pem | key remove TÊN | key request TÊN --signer CỔNG --name TÊN_CƠ_QUAN --code MÃ")
	s := newSettings(w, fs, false)
	private := fs.String("private", "", "tệp PEM chứa khóa bí mật (PKCS#8)")
	certificate := fs.String("certificate", "", "tệp PEM chứa chứng thư, rồi các chứng thư trung gian")
	owner := fs.String("name", "", "tên cơ quan hoặc người ghi trong yêu cầu cấp chứng thư (key request)")
	code := fs.String("code", "", "mã định danh ghi trong yêu cầu cấp chứng thư (key request)")
	rest, err := parse(fs, args)
	if err != nil {
		return err
	}
	if len(rest) == 0 || len(rest) > 2 || (rest[0] == "list") != (len(rest) == 1) {
		return badUsage(keyWays)
	}
	if rest[0] == "request" {
		return requestCertificate(w, s.Signer, rest[1], *owner, *code)
	}
	if err := os.MkdirAll(s.Data, 0o700); err != nil {
		return err
	}
	secret, err := keys.MasterSecret(s.Data)
	if err != nil {
		return err
	}
	ring, err := keys.Open(s.Data+"/keys", secret)
	if err != nil {
		return err
	}
	var hardware *signer.Ring
	if s.Signer != "" {
		hardware = signer.NewRing(s.Signer, 0)
		ring.Attach(signer.Prefix, hardware)
	}
	switch rest[0] {
	case "list":
		return listKeys(w, ring, hardware)
	case "add":
		return addKey(w, ring, rest[1], *private, *certificate)
	case "remove":
		if err := ring.Remove(rest[1]); err != nil {
			return err
		}
		fmt.Fprintf(w.out, "Đã gỡ khóa %s khỏi kho.\n", rest[1])
		return nil
	}
	return badUsage(keyWays)
}

const keyWays = "key list, key add TÊN, key remove TÊN hoặc key request TÊN"

// requestCertificate writes a request (PKCS#10, PEM) that a key on hardware signs, for the certification authority to answer with a certificate.
func requestCertificate(w *world, socket, name, owner, code string) error {
	if socket == "" || owner == "" {
		return badUsage("cần --signer CỔNG và --name TÊN_CƠ_QUAN")
	}
	key, err := signer.NewRing(socket, 0).Bare(name)
	if err != nil {
		return err
	}
	subject := pkix.Name{Country: []string{"VN"}, CommonName: owner, SerialNumber: code}
	der, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{Subject: subject}, key)
	if err != nil {
		return err
	}
	return pem.Encode(w.out, &pem.Block{Type: "CERTIFICATE REQUEST", Bytes: der})
}

// listKeys tells of each key where it lives; hardware may be nil.
func listKeys(w *world, ring *keys.Store, hardware *signer.Ring) error {
	all, err := ring.List()
	if err != nil {
		return err
	}
	for _, e := range all {
		place := "kho khóa của máy chủ"
		if e.Place != "" {
			place = "thiết bị khóa ký " + e.Place
		}
		fmt.Fprintf(w.out, "%-24s %s, hết hạn %s, SHA-256 %s, nằm ở %s\n", e.Name, e.Certificate.Subject.CommonName, e.Certificate.NotAfter.Format("02/01/2006"),
			keys.Fingerprint(e.Certificate)[:16], place)
	}
	if hardware == nil {
		if len(all) == 0 {
			fmt.Fprintln(w.out, "Kho khóa trống.")
		}
		return nil
	}
	v, err := hardware.Inventory()
	if err != nil {
		fmt.Fprintln(w.err, "congvu: chưa liệt kê được khóa trên thiết bị: "+explain(err))
		return exit(1)
	}
	for i, k := range v.Keys {
		if len(k.Certificates) == 0 {
			fmt.Fprintf(w.out, "%-24s khóa %s chưa có chứng thư, nằm ở thiết bị khóa ký %s; xem congvu key request\n", v.Name(i), k.Kind, v.Token.Label)
		}
	}
	fmt.Fprintf(w.out, "Thiết bị khóa ký %s (số sê-ri %s): %d khóa, nhật ký đã ghi %d chữ ký.\n", v.Token.Label, v.Token.Serial, len(v.Keys), v.Count)
	return nil
}

func addKey(w *world, ring *keys.Store, name, private, certificate string) error {
	if private == "" || certificate == "" {
		return badUsage("cần --private và --certificate")
	}
	key, err := readPrivate(private)
	if err != nil {
		return err
	}
	chain, err := readCertificates(certificate)
	if err != nil {
		return err
	}
	if err := ring.Put(name, key, chain[0], chain[1:]); err != nil {
		return err
	}
	fmt.Fprintf(w.out, "Đã nạp khóa %s của %s. Quản trị của cơ quan gắn khóa này ở trang Chứng thư số.\n", name, chain[0].Subject.CommonName)
	return nil
}

func readPrivate(file string) (crypto.Signer, error) {
	b, err := readBounded(file, 1<<20)
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(b)
	refused := store.Refuse(store.Invalid, "Tệp {name} không chứa khóa bí mật PKCS#8 dạng PEM không mã hóa.", "name", file)
	if block == nil {
		return nil, refused
	}
	k, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, store.Because(refused, err)
	}
	signer, ok := k.(crypto.Signer)
	if !ok {
		return nil, refused
	}
	return signer, nil
}

func readCertificates(file string) ([]*x509.Certificate, error) {
	b, err := readBounded(file, 1<<20)
	if err != nil {
		return nil, err
	}
	var out []*x509.Certificate
	for block, rest := pem.Decode(b); block != nil; block, rest = pem.Decode(rest) {
		c, err := keys.ReadCertificate(block.Bytes)
		if err != nil {
			return nil, err
		}
		out = append(out, c)
	}
	if len(out) == 0 {
		return nil, store.Refuse(store.Invalid, "Tệp {name} không chứa chứng thư dạng PEM.", "name", file)
	}
	return out, nil
}
