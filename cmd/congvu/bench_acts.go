package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"congvu/internal/auth"
	"congvu/internal/calendar"
	"congvu/internal/documents"
	"congvu/internal/org"
	"congvu/internal/store"
	"congvu/internal/web"
)

// inbox measures the page of 50 rows of a clerk whose agency has a tenth of all the documents in the database.
func (b *benchRun) inbox(ctx context.Context) ([]measurement, error) {
	if err := b.open(ctx, 2); err != nil {
		return nil, err
	}
	o := b.offices[0]
	if err := b.fill(ctx, o); err != nil {
		return nil, err
	}
	room := b.repeat(ctx, "inbox query (50 rows and tabs)", "16 callers, no page", 16, func(ctx context.Context, _ int) error {
		p, err := documents.Inbox(ctx, b.in.DB, o.clerk, documents.InFilter{Tab: documents.InTabAll})
		if err == nil && len(p.Rows) != 50 {
			err = fmt.Errorf("%d rows", len(p.Rows))
		}
		return err
	})
	login, password := "bench.vanthu", "câu mật khẩu của phép đo"
	if err := auth.OpenAccount(ctx, b.in.DB, o.administrator, auth.Opening{Person: org.PersonID(o.clerk.Person), Login: login, Password: password}); err != nil && !errors.Is(err, store.Conflict) {
		return nil, err
	}
	pages := web.New(web.Config{DB: b.in.DB, Index: b.in.index(), Desk: b.in.Desk, Exchange: b.in.Exchange, Log: slog.New(slog.DiscardHandler)})
	defer pages.Close()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	server := &http.Server{Handler: pages, ReadHeaderTimeout: 10 * time.Second}
	go server.Serve(l)
	defer server.Close()
	base := "http://" + l.Addr().String()
	cookie, err := signedIn(ctx, base, login, password)
	if err != nil {
		return nil, err
	}
	page := b.repeat(ctx, "inbox page", fmt.Sprintf("50 rows, %d documents in the agency, %d in all, 16 connections, client on the same cores", b.rows/10, b.rows), 16,
		getter(base+"/incoming?tab="+documents.InTabAll, cookie))
	return []measurement{room, page}, nil
}

// signedIn signs in as a browser does and gives the header that carries the session.
func signedIn(ctx context.Context, base, login, password string) (http.Header, error) {
	form := url.Values{"login": {login}, "password": {password}}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, base+web.PathSignIn, strings.NewReader(form.Encode()))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.Do(r)
	if err != nil {
		return nil, err
	}
	res.Body.Close()
	var pairs []string
	for _, c := range res.Cookies() {
		pairs = append(pairs, c.Name+"="+c.Value)
	}
	if res.StatusCode != http.StatusSeeOther || len(pairs) == 0 {
		return nil, fmt.Errorf("sign-in answered %s", res.Status)
	}
	return http.Header{"Cookie": {strings.Join(pairs, "; ")}}, nil
}

// fill brings the number of documents up: a tenth to the clerk's agency, the rest to a hundred others.
func (b *benchRun) fill(ctx context.Context, o *office) error {
	if b.filled {
		return nil
	}
	b.filled = true
	fmt.Fprintf(b.w.err, "  nạp %d văn bản…\n", b.rows)
	id, err := b.entered(ctx, o, 0)
	if err != nil {
		return err
	}
	err = b.in.DB.Write(ctx, o.clerk, func(tx *store.Tx) error {
		_, err := documents.Register(ctx, tx, id, documents.RegisterForm{})
		return err
	})
	if err != nil {
		return err
	}
	d, err := documents.FindIncoming(ctx, b.in.DB, o.clerk, id)
	if err != nil {
		return err
	}
	for i := range 100 {
		err := b.in.DB.Keep(ctx, func(tx *store.Tx) error {
			if err := documents.Multiply(ctx, tx, d, int64(o.agency.ID), int64(1_000_000+i*(b.rows/1000)), b.rows/1000); err != nil {
				return err
			}
			return documents.Multiply(ctx, tx, d, int64(1000+i), int64(1_000_000+i*(9*b.rows/1000)), 9*b.rows/1000)
		})
		if err != nil {
			return err
		}
	}
	return b.in.DB.Tidy(ctx)
}

// entered types one paper document in.
func (b *benchRun) entered(ctx context.Context, o *office, n int64) (id int64, err error) {
	err = b.in.DB.Write(ctx, o.clerk, func(tx *store.Tx) error {
		d, err := documents.Enter(ctx, tx, documents.EntryForm{SenderName: "Bộ Nội vụ", Number: fmt.Sprint(tx.NewID()), Notation: "BNV-VP", IssuedDate: calendar.DateOf(tx.Now().Time()),
			TypeCode: "CONG_VAN", Subject: fmt.Sprintf("hướng dẫn công tác văn thư, lưu trữ số %d", n)})
		if err == nil {
			id = d.ID
		}
		return err
	})
	return id, err
}

// register measures arrival numbers drawn over many agencies at once.
func (b *benchRun) register(ctx context.Context) ([]measurement, error) {
	const agencies = 32
	if err := b.open(ctx, agencies); err != nil {
		return nil, err
	}
	prepared := int(4000 * b.span.Seconds() / 5)
	ids := make([]int64, prepared)
	if err := parallel(prepared, 64, func(i int) (err error) {
		ids[i], err = b.entered(ctx, b.offices[i%agencies], int64(i))
		return err
	}); err != nil {
		return nil, err
	}
	var next atomic.Int64
	m := b.each(ctx, "registrations", fmt.Sprintf("%d agencies, 64 clerks", agencies), 64, prepared, func(ctx context.Context, i int) error {
		return b.in.DB.Write(ctx, b.offices[i%agencies].clerk, func(tx *store.Tx) error {
			_, err := documents.Register(ctx, tx, ids[i], documents.RegisterForm{})
			return err
		})
	}, &next)
	return []measurement{m}, nil
}

// each does prepared things once each, from several callers, until they run out or far more than the span is over.
func (b *benchRun) each(ctx context.Context, name, note string, callers, n int, act func(ctx context.Context, i int) error, next *atomic.Int64) measurement {
	var mu sync.Mutex
	var times []time.Duration
	failed := 0
	begun := time.Now()
	var all sync.WaitGroup
	for range callers {
		all.Go(func() {
			for ctx.Err() == nil && time.Since(begun) < max(10*b.span, 2*time.Minute) {
				i := int(next.Add(1)) - 1
				if i >= n {
					return
				}
				t := time.Now()
				err := act(ctx, i)
				mu.Lock()
				if err != nil {
					failed++
					if failed == 1 {
						fmt.Fprintln(b.w.err, "  lỗi đầu tiên:", explain(err))
					}
				} else {
					times = append(times, time.Since(t))
				}
				mu.Unlock()
			}
		})
	}
	all.Wait()
	return summed(name, note, times, time.Since(begun), failed)
}

// issue measures number, prepared fields, seal and issue of signed documents.
func (b *benchRun) issue(ctx context.Context) ([]measurement, error) {
	const agencies = 8
	if err := b.open(ctx, agencies); err != nil {
		return nil, err
	}
	n := int(60 * b.span.Seconds())
	ids := make([]int64, n)
	begun := time.Now()
	if err := parallel(n, 2*runtime.NumCPU(), func(i int) (err error) {
		ids[i], err = b.offices[i%agencies].signed(ctx, b.in, b.offices[(i+1)%agencies])
		return err
	}); err != nil {
		return nil, err
	}
	made := measurement{Name: "draft, lay out, approve, sign", Note: "the whole way to the signature", N: n, Seconds: time.Since(begun).Seconds(), Rate: float64(n) / time.Since(begun).Seconds()}
	var next atomic.Int64
	m := b.each(ctx, "number, seal and issue", "8 agencies, 8 clerks, ECDSA P-256", 8, n, func(ctx context.Context, i int) error {
		_, err := documents.Release(ctx, b.in.Desk, b.offices[i%agencies].clerk, ids[i])
		return err
	}, &next)
	return []measurement{made, m}, nil
}
