package signer

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"os"
	"sync"
	"time"
)

// Guard answers over a socket for a token. Token and Log are needed.
type Guard struct {
	Token  Token
	Log    *Log
	Users  []int         // accounts that may ask, besides the process's own and root
	Notes  *slog.Logger  // technical notes; nil = none. Never a PIN, never a digest
	Wait   time.Duration // how long an order waits for a free session; 0 = 20 s
	Orders int           // connections at once; 0 = 256

	open sync.Map // net.Conn
}

// how long a question may take from its first byte to its last, and an answer to be taken.
const transfer = 10 * time.Second

// Serve answers until ctx ends; orders under way are finished first. It closes the listener.
func (g *Guard) Serve(ctx context.Context, l net.Listener) error {
	places := make(chan struct{}, max(1, orDefault(g.Orders, 256)))
	stop := context.AfterFunc(ctx, func() {
		l.Close()
		g.open.Range(func(c, _ any) bool { c.(net.Conn).SetReadDeadline(time.Unix(1, 0)); return true }) // who only waits may go
	})
	defer stop()
	var work sync.WaitGroup
	defer work.Wait()
	for {
		c, err := l.Accept()
		if err != nil {
			if ctx.Err() != nil {
				return nil
			}
			var n net.Error
			if errors.As(err, &n) && !errors.Is(err, net.ErrClosed) { // out of file descriptors
				g.note("accept", err)
				time.Sleep(50 * time.Millisecond)
				continue
			}
			return err
		}
		select {
		case places <- struct{}{}:
		default:
			g.turnAway(c, ErrBusy)
			continue
		}
		work.Go(func() {
			defer func() { <-places }()
			g.serve(ctx, c)
		})
	}
}

func (g *Guard) turnAway(c net.Conn, why *Refusal) {
	c.SetWriteDeadline(time.Now().Add(100 * time.Millisecond))
	writeFrame(c, encodeRefusal(why)) // who does not read it learns from the closed connection
	c.Close()
}

// serve answers one connection, question by question.
func (g *Guard) serve(ctx context.Context, c net.Conn) {
	if uid, err := peerOf(c); err != nil || !g.allowed(uid) {
		g.note("turned away", ErrStranger.because("account %d: %v", uid, err))
		g.turnAway(c, ErrStranger)
		return
	}
	defer c.Close()
	g.open.Store(c, nil)
	defer g.open.Delete(c)
	for ctx.Err() == nil {
		m, err := readQuestionFrame(c)
		if err != nil {
			if errors.Is(err, errMessage) {
				g.turnAway(c, ErrProtocol)
			}
			return
		}
		answer, last := g.answer(ctx, m)
		c.SetWriteDeadline(time.Now().Add(transfer))
		if err := writeFrame(c, answer); err != nil || last {
			return
		}
	}
}

// readQuestionFrame waits for ever for a question to begin, and not long for the rest of it.
func readQuestionFrame(c net.Conn) ([]byte, error) {
	first := make([]byte, 1)
	if _, err := c.Read(first); err != nil {
		return nil, err
	}
	if err := c.SetReadDeadline(time.Now().Add(transfer)); err != nil {
		return nil, err
	}
	m, err := readFrame(&begun{first, c}, mostAsked)
	if err == nil {
		err = c.SetReadDeadline(time.Time{})
	}
	return m, err
}

// begun is a connection of which one byte was read already.
type begun struct {
	first []byte
	net.Conn
}

func (b *begun) Read(p []byte) (int, error) {
	if len(b.first) > 0 {
		n := copy(p, b.first)
		b.first = b.first[n:]
		return n, nil
	}
	return b.Conn.Read(p)
}

func (g *Guard) allowed(uid int) bool {
	if uid == 0 || uid == os.Getuid() {
		return true
	}
	for _, u := range g.Users {
		if u == uid {
			return true
		}
	}
	return false
}

// answer gives the answer and whether it is the last one of the connection.
func (g *Guard) answer(ctx context.Context, m []byte) (answer []byte, last bool) {
	kind, o, err := readQuestion(m)
	if err != nil {
		return encodeRefusal(ErrProtocol.because("%w", err)), true
	}
	if kind == askList {
		answer, err = g.list()
	} else {
		answer, err = g.sign(ctx, o)
	}
	if err != nil {
		g.note("refused", err)
		return encodeRefusal(err), false
	}
	return answer, false
}

func (g *Guard) list() ([]byte, error) {
	all, err := g.Token.Keys()
	if err != nil {
		return nil, err
	}
	return Inventory{Token: g.Token.Describe(), Count: g.Log.Count(), Keys: all}.encode()
}

// sign hands a signature out only after its line is on disk.
func (g *Guard) sign(ctx context.Context, o Order) ([]byte, error) {
	key, err := g.Token.Key(o.Key)
	if err != nil {
		return nil, err
	}
	if !o.suits(key.Kind) {
		return nil, ErrMechanism.because("%s with %s", o, key.Kind)
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), orDefault(g.Wait, 20*time.Second))
	defer cancel()
	sig, err := g.Token.Sign(ctx, o)
	if err != nil {
		return nil, err
	}
	if err := g.Log.Signed(o, key.Label); err != nil {
		return nil, err
	}
	return encodeSigned(sig), nil
}

func (g *Guard) note(what string, err error) {
	if g.Notes != nil {
		g.Notes.Warn(what, "error", err)
	}
}

func orDefault[T comparable](v, fallback T) T {
	var zero T
	if v == zero {
		return fallback
	}
	return v
}
