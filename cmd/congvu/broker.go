package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"congvu/internal/axis"
)

// secureAxis adds what connections beyond this machine need.
func (s *settings) secureAxis(ctx context.Context, c *axis.Config) (err error) {
	if c.Replicas, err = strconv.Atoi(s.AxisReplicas); err != nil && s.AxisReplicas != "" || c.Replicas < 0 || c.Replicas > 5 {
		return badUsage("--axis-replicas nhận 1, 3 hoặc 5")
	}
	switch s.AxisPlaintext {
	case "", "off":
	case "on":
		c.Plaintext = true
	default:
		return badUsage("--axis-plaintext nhận on hoặc off")
	}
	if c.TLS, err = axisTLS(s.AxisCert, s.AxisKey, s.AxisCA); err != nil {
		return err
	}
	if s.AxisMonitors == "" {
		return nil
	}
	if err := axis.AssertMonitors(ctx, strings.Split(s.AxisMonitors, ",")); err != nil {
		return fmt.Errorf("cụm trục liên thông chưa bảo đảm ghi xuống đĩa trước khi xác nhận (sync_interval: always): %w", err)
	}
	return nil
}

// axisTLS is nil when neither a certificate nor anchors are given. A certificate is read again when its file changes, so that a renewed one needs no restart.
func axisTLS(cert, key, anchors string) (*tls.Config, error) {
	if cert == "" && key == "" && anchors == "" {
		return nil, nil
	}
	c := &tls.Config{MinVersion: tls.VersionTLS12}
	if cert != "" || key != "" {
		p := &keyPair{cert: cert, key: key}
		if _, err := p.get(); err != nil {
			return nil, fmt.Errorf("chứng thư TLS của trục %s, khóa %s: %w", cert, key, err)
		}
		c.GetCertificate = func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return p.get() }
		c.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return p.get() }
	}
	if anchors == "" || anchors == "system" {
		return c, nil
	}
	pem, err := os.ReadFile(anchors)
	if err != nil {
		return nil, err
	}
	c.RootCAs = x509.NewCertPool()
	if !c.RootCAs.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("tệp %s không có chứng thư gốc nào ở dạng PEM", anchors)
	}
	return c, nil
}

// keyPair is a certificate with its key in files.
type keyPair struct {
	cert, key string

	mu   sync.Mutex
	read time.Time
	held *tls.Certificate
}

// get gives the pair as the files hold it now; while a renewal is half written, the pair before.
func (p *keyPair) get() (*tls.Certificate, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	st, err := os.Stat(p.cert)
	if err == nil && p.held != nil && st.ModTime().Equal(p.read) {
		return p.held, nil
	}
	var pair tls.Certificate
	if err == nil {
		pair, err = tls.LoadX509KeyPair(p.cert, p.key)
	}
	if err != nil && p.held != nil {
		return p.held, nil
	}
	if err != nil {
		return nil, err
	}
	p.held, p.read = &pair, st.ModTime()
	return p.held, nil
}

// broker runs one member of a cluster of brokers until it is told to stop.
func broker(ctx context.Context, w *world, args []string) error {
	fs := flags(w, "broker", "broker --data THƯ_MỤC --name TÊN --addr HOST:PORT [--cluster HOST:PORT --routes HOST:PORT,HOST:PORT,…]")
	data := fs.String("data", "", "thư mục của máy chủ này, không dùng chung")
	name := fs.String("name", "", "tên, khác tên các máy chủ khác của cụm")
	addr := fs.String("addr", "127.0.0.1:4222", "địa chỉ mà các bản của «congvu serve» nối vào")
	cluster := fs.String("cluster", "", "địa chỉ mà các máy chủ khác của cụm nối vào; bỏ trống: máy chủ đơn")
	routes := fs.String("routes", "", "địa chỉ --cluster của các máy chủ trong cụm, cách nhau dấu phẩy; cả ba có thể giống nhau")
	user := fs.String("user", "congvu", "tên để nối vào; mật khẩu lấy ở biến môi trường CONGVU_BROKER_PASSWORD")
	cert := fs.String("cert", "", "tệp chứng thư TLS (PEM); đọc lại khi tệp thay đổi")
	key := fs.String("key", "", "tệp khóa riêng (PEM) của --cert")
	anchors := fs.String("ca", "", "tệp chứng thư gốc (PEM) để kiểm tra các máy chủ khác của cụm")
	plaintext := fs.Bool("plaintext", false, "cho phép ra ngoài máy này không qua TLS, chỉ khi đã có đường hầm mã hóa")
	monitor := fs.String("monitor", "", "địa chỉ trên máy này để xem số liệu; bỏ trống: không mở")
	level := fs.String("log", "warn", "mức nhật ký kỹ thuật: debug, info, warn, error")
	if rest, err := parse(fs, args); err != nil {
		return err
	} else if len(rest) > 0 {
		return badUsage("broker không nhận tham số nào ngoài tùy chọn")
	}
	log, err := logger(w, &settings{Log: *level})
	if err != nil {
		return err
	}
	password := w.env("CONGVU_BROKER_PASSWORD")
	if password == "" {
		return badUsage("đặt mật khẩu của cụm ở biến môi trường CONGVU_BROKER_PASSWORD")
	}
	c := axis.BrokerConfig{Name: *name, StoreDir: *data, Listen: *addr, Cluster: *cluster, User: *user, Password: password, Plaintext: *plaintext, Monitor: *monitor, Log: log}
	if *routes != "" {
		c.Routes = strings.Split(*routes, ",")
	}
	if c.TLS, err = axisTLS(*cert, *key, ""); err != nil {
		return err
	}
	if c.RouteTLS, err = axisTLS(*cert, *key, *anchors); err != nil {
		return err
	}
	if c.RouteTLS != nil && c.RouteTLS.RootCAs != nil { // members show each other their certificates
		c.RouteTLS.ClientAuth, c.RouteTLS.ClientCAs = tls.RequireAndVerifyClientCert, c.RouteTLS.RootCAs
	}
	b, err := axis.OpenBroker(c)
	if err != nil {
		return err
	}
	fmt.Fprintf(w.out, "Máy chủ trục %s đang chạy tại %s; mọi gói tin được ghi xuống đĩa trước khi xác nhận\n", *name, b.Addr())
	announce := time.NewTicker(200 * time.Millisecond)
	defer announce.Stop()
	for current := false; ; {
		select {
		case <-announce.C:
			if now := b.Current(); now != current {
				current = now
				if now {
					fmt.Fprintln(w.out, "Đã theo kịp cụm: có thể dừng máy chủ khác")
				} else {
					fmt.Fprintln(w.out, "Chưa theo kịp cụm: đừng dừng máy chủ khác")
				}
			}
		case <-ctx.Done():
			fmt.Fprintln(w.out, "Đang dừng: chuyển việc cho các máy chủ khác của cụm…")
			return b.Close()
		case <-b.Done():
			return errors.Join(errors.New("máy chủ trục đã dừng ngoài ý muốn"), b.Close())
		}
	}
}
