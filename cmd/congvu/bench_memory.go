package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"congvu/internal/auth"
	"congvu/internal/calendar"
	"congvu/internal/client"
	"congvu/internal/documents"
	"congvu/internal/org"
	"congvu/internal/store"
)

// memory measures the most resident memory of a server of its own process while many people work at once, and then while it makes the largest things it
// makes: a volume of 20,000 lines, a file of 50 MB in and out. It comes last, because the installation is handed to the other process.
func (b *benchRun) memory(ctx context.Context) ([]measurement, error) {
	if err := b.open(ctx, 2); err != nil {
		return nil, err
	}
	o := b.offices[0]
	if err := b.fill(ctx, o); err != nil {
		return nil, err
	}
	books, err := documents.ListRegisters(ctx, b.in.DB, o.clerk, documents.IncomingBook, calendar.DateOf(b.in.DB.Now().Time()).Year())
	if err != nil || len(books) == 0 {
		return nil, errors.Join(err, errors.New("no register"))
	}
	login, password := "bench.bonho", "câu mật khẩu của phép đo"
	for who, login := range map[int64]string{o.head.Person: login, o.clerk.Person: "bench.vanthu"} {
		if err := auth.OpenAccount(ctx, b.in.DB, o.administrator, auth.Opening{Person: org.PersonID(who), Login: login, Password: password}); err != nil && !errors.Is(err, store.Conflict) {
			return nil, err
		}
	}
	var clerk string
	if err := b.in.DB.Write(ctx, store.System(0), func(tx *store.Tx) (err error) {
		clerk, err = auth.IssueAPIToken(ctx, tx, o.clerk.Person, org.HoldingID(o.clerk.Holding), "congvu bench", tx.Now().Add(24*time.Hour))
		return err
	}); err != nil {
		return nil, err
	}
	b.in.Close()
	b.in = nil
	return b.watch(ctx, func(base string, peak func() (int64, error)) ([]measurement, error) {
		cookie, err := signedIn(ctx, base, login, password)
		if err != nil {
			return nil, err
		}
		l := &load{base: base, cookie: cookie, clerk: &client.Client{Server: base, Token: clerk, Tries: 1}}
		var out []measurement
		for _, step := range []struct {
			name, note string
			run        func(ctx context.Context) error
		}{
			{"peak memory, at rest", "resident, after the first sign-in", func(context.Context) error { return nil }},
			{"peak memory, people at work", fmt.Sprintf("48 connections: lists, search, registration; %d documents", b.rows), func(ctx context.Context) error { return l.people(ctx, b.span) }},
			{"peak memory, register as PDF", "up to 20,000 lines, two at once", func(ctx context.Context) error { return l.volumes(ctx, books[0].ID, documents.FormatPDF) }},
			{"peak memory, register as XLSX", "up to 20,000 lines, two at once", func(ctx context.Context) error { return l.volumes(ctx, books[0].ID, documents.FormatXLSX) }},
			{"peak memory, files of 50 MB", "four in and out at once", l.files},
		} {
			if err := step.run(ctx); err != nil {
				return nil, fmt.Errorf("%s: %w", step.name, err)
			}
			bytes, err := peak()
			if err != nil {
				return nil, err
			}
			out = append(out, measurement{Name: step.name, Note: step.note, N: 1, Peak: bytes})
		}
		return out, nil
	})
}

// watch runs the server as another process, gives its address and its peak to what is measured, and stops it.
func (b *benchRun) watch(ctx context.Context, measured func(base string, peak func() (int64, error)) ([]measurement, error)) ([]measurement, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, self, "serve", "--data", b.dir, "--addr", "127.0.0.1:0", "--allow-test-certificates", "--log", "error")
	cmd.Env = append(os.Environ(), "CONGVU_DB="+b.settings.DB, "CONGVU_BLOBS="+b.settings.Blobs)
	cmd.Stderr = b.w.err
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	defer cmd.Wait()
	defer cmd.Process.Signal(syscall.SIGTERM)
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if _, base, found := strings.Cut(lines.Text(), "congvu đang chạy tại "); found {
			go io.Copy(io.Discard, out)
			return measured(base, func() (int64, error) { return peakMemory(cmd.Process.Pid) })
		}
	}
	return nil, errors.New("the server did not start")
}

// peakMemory is the most resident memory that a process has had, in bytes (Linux).
func peakMemory(pid int) (int64, error) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, fmt.Errorf("peak memory is read from /proc, which this machine does not have: %w", err)
	}
	for line := range strings.Lines(string(status)) {
		if rest, found := strings.CutPrefix(line, "VmHWM:"); found {
			kb, err := strconv.ParseInt(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(rest), "kB")), 10, 64)
			return kb << 10, err
		}
	}
	return 0, errors.New("no VmHWM in /proc")
}

// load is what people ask of the server whose memory is measured.
type load struct {
	base   string
	cookie http.Header
	clerk  *client.Client
}

// people is an office at work: leaders page through lists and search, clerks enter documents and register them.
func (l *load) people(ctx context.Context, span time.Duration) error {
	end := time.Now().Add(span)
	var pages []func(context.Context, int) error
	for _, at := range []string{"/", "/incoming?tab=all", "/incoming?tab=all&q=" + url.QueryEscape("văn thư"), "/outgoing?tab=all", "/search?q=" + url.QueryEscape("lưu trữ"), "/follow", "/statistics"} {
		pages = append(pages, getter(l.base+at, l.cookie))
	}
	return parallel(48, 48, func(i int) error {
		for n := 0; n == 0 || time.Now().Before(end) && ctx.Err() == nil; n++ {
			if i%6 != 0 {
				if err := pages[(i+n)%len(pages)](ctx, i); err != nil {
					return err
				}
				continue
			}
			d, err := l.clerk.Enter(ctx, client.IncomingEntry{SenderName: "Bộ Nội vụ", Number: fmt.Sprintf("%d%06d", i+1, n), Notation: "BNV-BN", IssuedDate: string(calendar.DateOf(time.Now())), Type: "CONG_VAN",
				Subject: "đo bộ nhớ của máy chủ khi nhiều người làm việc"})
			if err == nil {
				_, err = l.clerk.Register(ctx, d.ID, client.Registering{})
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// volumes exports the largest volume that may be printed, twice at once.
func (l *load) volumes(ctx context.Context, register int64, format string) error {
	return parallel(2, 2, func(int) error {
		_, err := l.clerk.ExportRegister(ctx, client.ID(register), client.Volume{Format: format, First: 1_000_000, Last: 1_019_999}, io.Discard)
		return err
	})
}

// files attaches files of 50 MB to documents and reads them back.
func (l *load) files(ctx context.Context) error {
	var all sync.WaitGroup
	errs := make([]error, 4)
	for i := range errs {
		all.Go(func() {
			d, err := l.clerk.Enter(ctx, client.IncomingEntry{SenderName: "Bộ Nội vụ", Number: fmt.Sprintf("9%d", i), Notation: "BNV-TEP", IssuedDate: string(calendar.DateOf(time.Now())), Type: "CONG_VAN",
				Subject: "đo bộ nhớ của máy chủ khi nhận tệp lớn"})
			if err == nil {
				var f client.File
				f, err = l.clerk.AddIncomingFile(ctx, d.ID, "so-lieu.txt", bytes.NewReader(bytes.Repeat([]byte("số liệu "+strconv.Itoa(i)+"\n"), 3_700_000)))
				if err == nil {
					_, err = l.clerk.Download(ctx, f.ID, io.Discard)
				}
			}
			errs[i] = err
		})
	}
	all.Wait()
	return errors.Join(errs...)
}
