package main

import (
	"context"
	"crypto"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"os"
	"time"

	"congvu/internal/keys"
	"congvu/internal/signer"
	"congvu/internal/store"
)

// keyVerb keeps the keys that the server holds: an agency's seal key where the law lets a server hold it.
func keyVerb(_ context.Context, w *world, args []string) error {
	fs := flags(w, "key", "key list [--signer CỔNG] | key add TÊN --private KHÓA.pem --certificate CHỨNG_THƯ.pem | key remove TÊN")
	s := newSettings(w, fs, false)
	private := fs.String("private", "", "tệp PEM chứa khóa bí mật (PKCS#8)")
	certificate := fs.String("certificate", "", "tệp PEM chứa chứng thư, rồi các chứng thư trung gian")
	rest, err := parse(fs, args)
	if err != nil {
		return err
	}
	if len(rest) == 0 || len(rest) > 2 || (rest[0] == "list") != (len(rest) == 1) {
		return badUsage("key list, key add TÊN hoặc key remove TÊN")
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
	if s.Signer != "" {
		ring.Attach(signer.Prefix, signer.NewRing(s.Signer, 10*time.Second))
	}
	switch rest[0] {
	case "list":
		return listKeys(w, ring)
	case "add":
		return addKey(w, ring, rest[1], *private, *certificate)
	case "remove":
		if err := ring.Remove(rest[1]); err != nil {
			return err
		}
		fmt.Fprintf(w.out, "Đã gỡ khóa %s khỏi kho.\n", rest[1])
		return nil
	}
	return badUsage("key list, key add TÊN hoặc key remove TÊN")
}

func listKeys(w *world, ring *keys.Store) error {
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
	if _, troubles := ring.Rings(); len(troubles) > 0 {
		fmt.Fprintln(w.err, "congvu: chưa liệt kê được khóa trên thiết bị: "+explain(troubles[0]))
		return exit(1)
	}
	if len(all) == 0 {
		fmt.Fprintln(w.out, "Kho khóa trống.")
	}
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
