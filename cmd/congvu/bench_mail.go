package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"net/smtp"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"time"

	"congvu/internal/blob"
	"congvu/internal/cms"
	"congvu/internal/documents"
	"congvu/internal/keys"
	"congvu/internal/pades"
)

// mail measures what agencies do without an exchange: the same signed PDF files by mail, each message signed (S/MIME), submitted over SMTP, delivered to a
// mailbox by Postfix, read, its signature and those in the PDF checked, and answered with a signed note that the sender reads and checks. Registers, statuses and the
// journal are not part of it. Where Postfix is not installed, or the program is not run by root, it says so.
func (b *benchRun) mail(ctx context.Context) ([]measurement, error) {
	post, err := openPost(ctx, b.dir)
	if err != nil {
		fmt.Fprintln(b.w.err, "  thư điện tử không được đo:", err)
		return nil, nil
	}
	defer post.close()
	t, err := b.build(ctx, "one")
	if t != nil {
		defer t.raze()
	}
	if err != nil {
		return nil, err
	}
	var out []measurement
	for _, c := range b.cases(1) {
		if !strings.Contains(c.String(), b.only) {
			continue
		}
		fmt.Fprintf(b.w.err, "  SMTP, S/MIME: %s: %d thư…\n", c, c.n)
		files, err := b.mailFiles(ctx, t, c)
		if err != nil {
			return out, err
		}
		m, err := post.measure(ctx, t, c, files)
		if err != nil {
			return out, fmt.Errorf("mail, %s: %w", c, err)
		}
		out = append(out, m)
	}
	return out, nil
}

// mailFiles are signed and sealed documents as the exchange would send them.
func (b *benchRun) mailFiles(ctx context.Context, t *benchTown, c exchangeCase) ([][]byte, error) {
	in, err := openTables(ctx, t.work[0].settings, opening{allowTest: true})
	if err != nil {
		return nil, err
	}
	defer in.Close()
	files := make([][]byte, c.n)
	return files, parallel(c.n, 2*runtime.NumCPU(), func(i int) error {
		s := i % c.senders
		o := t.senders[s]
		id, err := o.ready(ctx, in, t.to[s], c.size)
		if err != nil {
			return err
		}
		kept, err := documents.Files(ctx, in.DB, o.clerk, fmt.Sprintf("outgoing/%d", id))
		if err != nil || len(kept) == 0 {
			return errors.Join(errors.New("a document without a file"), err)
		}
		files[i], err = blob.ReadAll(ctx, in.Blobs, kept[0].SHA, kept[0].Size)
		return err
	})
}

// post is a Postfix of its own: own folders, one loopback port, mailboxes in a folder.
type post struct {
	dir, addr, boxes string
}

const mailDomain = "congvu.test"

func openPost(ctx context.Context, dir string) (*post, error) {
	if _, err := exec.LookPath("postfix"); err != nil {
		return nil, errors.New("máy này chưa có Postfix (Debian: apt-get install postfix)")
	}
	if os.Getuid() != 0 {
		return nil, errors.New("chỉ root chạy được Postfix")
	}
	addr, err := freeAddress()
	if err != nil {
		return nil, err
	}
	_, port, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, err
	}
	home, err := os.MkdirTemp("", "congvu-post-") // outside of our folder, which others may not enter
	if err != nil {
		return nil, err
	}
	p := &post{dir: home, addr: addr, boxes: filepath.Join(home, "mail")}
	etc := filepath.Join(home, "etc")
	for _, d := range []string{etc, p.boxes, filepath.Join(home, "queue"), filepath.Join(home, "lib")} {
		if err := os.MkdirAll(d, 0o755); err != nil {
			return nil, err
		}
	}
	if err := os.Chmod(home, 0o755); err != nil {
		return nil, err
	}
	who, err := exec.CommandContext(ctx, "id", "-u", "postfix").Output()
	if err != nil {
		return nil, fmt.Errorf("tài khoản postfix: %w", err)
	}
	uid, err := strconv.Atoi(strings.TrimSpace(string(who)))
	if err != nil {
		return nil, err
	}
	for _, d := range []string{p.boxes, filepath.Join(home, "lib")} {
		if err := os.Chown(d, uid, -1); err != nil {
			return nil, err
		}
	}
	files := map[string]string{
		"main.cf": fmt.Sprintf(`compatibility_level = 3.6
queue_directory = %[1]s/queue
data_directory = %[1]s/lib
mail_owner = postfix
setgid_group = postdrop
inet_interfaces = loopback-only
inet_protocols = ipv4
myhostname = post.%[2]s
mydestination =
virtual_mailbox_domains = %[2]s
virtual_mailbox_base = %[3]s
virtual_mailbox_maps = texthash:%[1]s/etc/boxes
virtual_minimum_uid = 1
virtual_uid_maps = static:%[4]d
virtual_gid_maps = static:%[4]d
virtual_mailbox_limit = 0
message_size_limit = 52428800
maillog_file = %[1]s/lib/log
maillog_file_prefixes = %[1]s
smtpd_recipient_restrictions = permit_mynetworks, reject
smtpd_peername_lookup = no
default_destination_concurrency_limit = 20
virtual_destination_concurrency_limit = 20
in_flow_delay = 0
`, home, mailDomain, p.boxes, uid),
		"master.cf": port + ` inet n - n - 50 smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
proxymap unix - - n - - proxymap
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
virtual unix - n n - 20 virtual
postlog unix-dgram n - n - 1 postlogd
`,
		"boxes": "",
	}
	for i := range benchOffices {
		files["boxes"] += fmt.Sprintf("o%d@%s o%d/\n", i, mailDomain, i)
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(etc, name), []byte(text), 0o644); err != nil {
			return nil, err
		}
	}
	if out, err := exec.CommandContext(ctx, "postfix", "-c", etc, "start").CombinedOutput(); err != nil {
		p.close()
		return nil, fmt.Errorf("postfix: %w: %s", err, out)
	}
	return p, nil
}

func (p *post) close() {
	_ = exec.Command("postfix", "-c", filepath.Join(p.dir, "etc"), "stop").Run()
	os.RemoveAll(p.dir)
}

// processorTime is what the programs of this Postfix have used: the master, its living children, and those that ended.
func (p *post) processorTime() time.Duration {
	master, err := os.ReadFile(filepath.Join(p.dir, "queue", "pid", "master.pid"))
	if err != nil {
		return 0
	}
	id := strings.TrimSpace(string(master))
	stats, _ := filepath.Glob("/proc/[0-9]*/stat")
	var ticks int64
	for _, path := range stats {
		raw, err := os.ReadFile(path)
		if err != nil {
			continue // ended meanwhile
		}
		words := strings.Fields(string(raw[bytes.LastIndexByte(raw, ')')+1:])) // from the third word of proc_pid_stat(5) on
		if len(words) < 15 {
			continue
		}
		mine := filepath.Base(filepath.Dir(path)) == id
		if !mine && words[1] != id {
			continue
		}
		for _, w := range words[11:15] {
			n, err := strconv.ParseInt(w, 10, 64)
			if err == nil {
				ticks += n
			}
		}
	}
	return time.Duration(ticks) * (time.Second / 100) // USER_HZ
}

// measure lets the senders write, each with a window of letters without a note of receipt.
func (p *post) measure(ctx context.Context, t *benchTown, c exchangeCase, files [][]byte) (measurement, error) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	m := &mailing{post: p, last: time.Now(), begun: map[string]time.Time{}, ready: make([]chan struct{}, c.senders)}
	in, err := openTables(ctx, t.work[0].settings, opening{allowTest: true})
	if err != nil {
		return measurement{}, err
	}
	defer in.Close()
	m.trust = in.Trust
	for i := range benchOffices {
		pen := &mailPen{box: fmt.Sprintf("o%d", i)}
		if pen.key, pen.cert, pen.chain, err = in.Keys.Signer(fmt.Sprintf("agency-%d", t.senders[i].agency.ID)); err != nil {
			return measurement{}, err
		}
		m.pens = append(m.pens, pen)
	}
	run := fmt.Sprint(time.Now().UnixNano())
	var readers, writers sync.WaitGroup
	for i := range m.pens {
		readers.Go(func() { m.read(ctx, i) })
	}
	begun, used := time.Now(), processorTime()+p.processorTime()
	for s := range c.senders {
		m.ready[s] = make(chan struct{}, c.window)
	}
	for s := range c.senders {
		writers.Go(func() {
			client, err := smtp.Dial(p.addr)
			if err != nil {
				m.fail(err)
				return
			}
			defer client.Close()
			for i := s; i < len(files); i += c.senders {
				select {
				case m.ready[s] <- struct{}{}:
				case <-ctx.Done():
					return
				case <-time.After(30 * time.Second):
					m.fail(errors.New("no letter arrived for half a minute"))
					return
				}
				id := fmt.Sprintf("%s.%d.%d", run, s, i)
				m.note(id)
				letter, err := m.pens[s].sign("application/pdf", files[i], id)
				if err == nil {
					err = submit(client, m.pens[s].box, m.pens[(s+1)%len(m.pens)].box, letter)
				}
				if err != nil {
					m.fail(err)
					return
				}
			}
		})
	}
	writers.Wait()
	for m.left() > 0 && ctx.Err() == nil && m.failed() == nil {
		time.Sleep(2 * time.Millisecond)
		if m.idle() > 30*time.Second {
			m.fail(errors.New("no letter arrived for half a minute"))
		}
	}
	span, cpu := time.Since(begun), processorTime()+p.processorTime()-used
	stop()
	readers.Wait()
	return summed(fmt.Sprintf("SMTP + S/MIME, Postfix: %s", c), fmt.Sprintf("%d under way a sender, %.1f ms of processor a document, letter %d KB; signatures of letter, PDF and note checked; nothing registered",
		c.window, cpu.Seconds()*1000/float64(max(len(m.times), 1)), len(files[0])*4/3/1024),
		m.times, span, m.left()), m.failed()
}

// mailing is one measurement under way.
type mailing struct {
	post  *post
	trust *keys.Trust
	pens  []*mailPen
	ready []chan struct{}

	mu    sync.Mutex
	begun map[string]time.Time
	times []time.Duration
	err   error
	last  time.Time
}

func (m *mailing) idle() time.Duration {
	m.mu.Lock()
	defer m.mu.Unlock()
	return time.Since(m.last)
}

func (m *mailing) note(id string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.begun[id] = time.Now()
}

func (m *mailing) left() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.begun)
}

func (m *mailing) failed() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.err
}

func (m *mailing) fail(err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.err = errors.Join(m.err, err)
}

// read looks after one mailbox: letters are checked and answered, notes of receipt are checked and counted.
func (m *mailing) read(ctx context.Context, box int) {
	dir := filepath.Join(m.post.boxes, m.pens[box].box, "new")
	read := filepath.Join(m.post.boxes, m.pens[box].box, "cur")
	var client *smtp.Client
	for ctx.Err() == nil {
		entries, err := os.ReadDir(dir)
		if err != nil || len(entries) == 0 {
			select {
			case <-time.After(3 * time.Millisecond):
			case <-ctx.Done():
			}
			continue
		}
		for _, e := range entries {
			path := filepath.Join(dir, e.Name())
			raw, err := os.ReadFile(path)
			if err == nil && client == nil {
				if client, err = smtp.Dial(m.post.addr); err == nil {
					defer client.Close()
				}
			}
			if err == nil {
				err = m.open(client, box, raw)
			}
			if err == nil { // answered, then put among what was read: it stays, as a received document does; Postfix synced it
				err = os.Rename(path, filepath.Join(read, e.Name()+":2,S"))
			}
			if err != nil {
				m.fail(err)
				return
			}
		}
	}
}

func (m *mailing) open(client *smtp.Client, box int, raw []byte) error {
	kind, id, err := verifyLetter(m.trust, raw)
	if err != nil {
		return err
	}
	words := strings.Split(id, ".")
	sender, err := strconv.Atoi(words[len(words)-2])
	if err != nil {
		return err
	}
	if kind == "application/pdf" {
		sum := sha256.Sum256(raw)
		note, err := m.pens[box].sign("message/disposition-notification", fmt.Appendf(nil, "Original-Message-ID: <%s>\r\nDisposition: automatic-action/MDN-sent-automatically; processed\r\nX-SHA256: %x\r\n", id, sum), id)
		if err != nil {
			return err
		}
		return submit(client, m.pens[box].box, m.pens[sender].box, note)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	at, ok := m.begun[id]
	if !ok {
		return nil // a note of a measurement before
	}
	m.last = time.Now()
	m.times = append(m.times, m.last.Sub(at))
	delete(m.begun, id)
	<-m.ready[sender]
	return nil
}

func submit(c *smtp.Client, from, to string, letter []byte) error {
	if err := c.Mail(from + "@" + mailDomain); err != nil {
		return err
	}
	if err := c.Rcpt(to + "@" + mailDomain); err != nil {
		return err
	}
	w, err := c.Data()
	if err != nil {
		return err
	}
	if _, err := w.Write(letter); err != nil {
		return err
	}
	return w.Close()
}

// mailPen signs as an agency.
type mailPen struct {
	box   string
	key   crypto.Signer
	cert  *x509.Certificate
	chain []*x509.Certificate
}

const boundary = "congvu-bench-boundary"

// sign makes a multipart/signed letter (RFC 8551 §3.5.3).
func (p *mailPen) sign(kind string, content []byte, id string) ([]byte, error) {
	var part bytes.Buffer
	fmt.Fprintf(&part, "Content-Type: %s\r\nContent-Transfer-Encoding: base64\r\nX-Letter: %s\r\n\r\n", kind, id)
	fold(&part, content)
	sum := sha256.Sum256(part.Bytes())
	signature, err := cms.Sign(sum[:], crypto.SHA256, p.cert, p.chain, p.key, cms.SignOptions{})
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	fmt.Fprintf(&out, "Message-ID: <%s.%s@%s>\r\nSubject: cong van\r\nMIME-Version: 1.0\r\nContent-Type: multipart/signed; protocol=\"application/pkcs7-signature\"; micalg=sha-256; boundary=\"%s\"\r\n\r\n--%s\r\n",
		id, p.box, mailDomain, boundary, boundary)
	out.Write(part.Bytes())
	fmt.Fprintf(&out, "\r\n--%s\r\nContent-Type: application/pkcs7-signature; name=smime.p7s\r\nContent-Transfer-Encoding: base64\r\n\r\n", boundary)
	fold(&out, signature)
	fmt.Fprintf(&out, "\r\n--%s--\r\n", boundary)
	return out.Bytes(), nil
}

func fold(out *bytes.Buffer, b []byte) {
	text := base64.StdEncoding.EncodeToString(b)
	for len(text) > 76 {
		out.WriteString(text[:76])
		out.WriteString("\r\n")
		text = text[76:]
	}
	out.WriteString(text)
}

// verifyLetter takes a letter apart as it lies in the mailbox, where line ends are those of the system, and checks signature and chain.
func verifyLetter(trust *keys.Trust, raw []byte) (kind, id string, err error) {
	pieces := bytes.Split(raw, []byte("--"+boundary))
	if len(pieces) != 4 {
		return "", "", errors.New("a letter without a signature")
	}
	crlf := func(b []byte) []byte {
		return bytes.ReplaceAll(bytes.ReplaceAll(b, []byte("\r\n"), []byte("\n")), []byte("\n"), []byte("\r\n"))
	}
	part := crlf(pieces[1])
	part = bytes.TrimSuffix(bytes.TrimPrefix(part, []byte("\r\n")), []byte("\r\n"))
	_, coded, _ := bytes.Cut(crlf(pieces[2]), []byte("\r\n\r\n"))
	signature, err := base64.StdEncoding.DecodeString(strings.ReplaceAll(strings.TrimSpace(string(coded)), "\r\n", ""))
	if err != nil {
		return "", "", err
	}
	signed, err := cms.Parse(signature)
	if err != nil {
		return "", "", err
	}
	r, err := signed.Verify(func(crypto.Hash) []byte { sum := sha256.Sum256(part); return sum[:] })
	if err != nil {
		return "", "", err
	}
	if _, err := trust.Chain(r.Signer, r.Certificates, time.Now(), keys.PurposeSeal); err != nil {
		return "", "", err
	}
	lines := bufio.NewScanner(bytes.NewReader(part[:min(len(part), 1024)]))
	for lines.Scan() && lines.Text() != "" {
		if v, ok := strings.CutPrefix(lines.Text(), "Content-Type: "); ok {
			kind = v
		}
		if v, ok := strings.CutPrefix(lines.Text(), "X-Letter: "); ok {
			id = v
		}
	}
	_, body, _ := bytes.Cut(part, []byte("\r\n\r\n"))
	file, err := base64.StdEncoding.DecodeString(strings.ReplaceAll(string(body), "\r\n", ""))
	if err == nil && kind == "application/pdf" {
		var report *pades.Report
		report, err = pades.Verify(file, pades.VerifyOptions{At: time.Now(), Trust: trust, RevocationOptional: true})
		if err == nil && len(report.Signatures) != 2 {
			err = fmt.Errorf("a document with %d signatures", len(report.Signatures))
		}
	}
	return kind, id, err
}
