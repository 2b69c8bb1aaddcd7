package signer

import (
	"context"
	"crypto"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"os"
	"strings"
	"sync"
	"syscall"
	"time"

	"congvu/internal/keys"
)

// Prefix begins the name of every hardware key: hsm.LABEL.
const Prefix = "hsm."

// Ring is the server's side: the keys behind a socket as a further ring of a keys.Store. It connects when it is asked, and again when the
// process at the other end was replaced, so it may be made before that process runs. Safe for concurrent use.
type Ring struct {
	path    string
	timeout time.Duration

	idle  chan net.Conn
	at    chan struct{} // a place for each connection in use
	mu    sync.Mutex
	known *Inventory
	asked time.Time
}

const (
	mostConnections = 48
	mostIdle        = 8 // kept open; others need places at the other end, too
	listing         = 10 * time.Second
	fresh           = 30 * time.Second // how long a list may be believed without asking again
)

// NewRing makes the ring of the process at path. timeout is how long one question may take altogether; 0 = 30 s.
func NewRing(path string, timeout time.Duration) *Ring {
	return &Ring{path: path, timeout: orDefault(timeout, 30*time.Second), idle: make(chan net.Conn, mostIdle), at: make(chan struct{}, mostConnections)}
}

// Inventory asks for the list as it is now, keys without certificates included.
func (r *Ring) Inventory() (*Inventory, error) {
	m, err := r.ask([]byte{version, askList}, tellList, min(r.timeout, listing)) // a page may be waiting for it
	if err != nil {
		return nil, err
	}
	v, err := readInventory(m)
	if err != nil {
		return nil, ErrProtocol.because("%w", err)
	}
	r.mu.Lock()
	r.known, r.asked = v, time.Now()
	r.mu.Unlock()
	return v, nil
}

// List gives the keys that have a certificate.
func (r *Ring) List() ([]keys.Entry, error) {
	v, err := r.Inventory()
	if err != nil {
		return nil, err
	}
	var out []keys.Entry
	for i, k := range v.Keys {
		if len(k.Certificates) > 0 {
			out = append(out, keys.Entry{Name: v.Name(i), Certificate: k.Certificates[0], Chain: k.Certificates[1:], Place: v.Token.Label})
		}
	}
	return out, nil
}

// Signer gives the key of a name that List gave. keys.ErrNotFound for a name that is none of this ring's, ErrKeyNotFound when the token has
// no such key with a certificate, ErrAmbiguous when it has several.
func (r *Ring) Signer(name string) (crypto.Signer, *x509.Certificate, []*x509.Certificate, error) {
	if !strings.HasPrefix(name, Prefix) {
		return nil, nil, nil, keys.ErrNotFound
	}
	r.mu.Lock()
	v, asked := r.known, r.asked
	r.mu.Unlock()
	var k *Key
	err := error(ErrKeyNotFound)
	if v != nil && time.Since(asked) < fresh {
		k, err = v.find(name, false)
	}
	if err != nil { // perhaps it is new
		if v, err = r.Inventory(); err == nil {
			k, err = v.find(name, false)
		}
	}
	if err != nil {
		return nil, nil, nil, err
	}
	own := k.Certificates[0]
	return &key{r, k.ID, k.Kind, own.PublicKey}, own, k.Certificates[1:], nil
}

// Bare gives a key whether it has a certificate or not: for asking for its first one.
func (r *Ring) Bare(name string) (crypto.Signer, error) {
	v, err := r.Inventory()
	if err != nil {
		return nil, err
	}
	k, err := v.find(name, true)
	if err != nil {
		return nil, err
	}
	return &key{r, k.ID, k.Kind, k.Public}, nil
}

// ask sends a question and gives the answer of the wanted kind. A connection that was idle may have lost its other end meanwhile: then it
// asks once more on a new one. Signing twice does no harm, and the log counts both.
func (r *Ring) ask(question []byte, want uint8, within time.Duration) ([]byte, error) {
	end := time.Now().Add(within)
	ctx, cancel := context.WithDeadline(context.Background(), end)
	defer cancel()
	select {
	case r.at <- struct{}{}:
		defer func() { <-r.at }()
	case <-ctx.Done():
		return nil, ErrBusy
	}
	for {
		c, used, err := r.connect(ctx)
		if err != nil {
			r.forget()
			return nil, away(err)
		}
		m, err := exchange(c, question, end)
		if err != nil {
			c.Close()
			if used && !errors.Is(err, os.ErrDeadlineExceeded) && !errors.Is(err, errMessage) {
				continue
			}
			r.forget()
			return nil, away(err)
		}
		if err := readAnswer(m, want); err != nil {
			r.settle(c, err)
			return nil, err
		}
		r.settle(c, nil)
		return m, nil
	}
}

// settle keeps a connection for the next question, unless the answer was the last one on it.
func (r *Ring) settle(c net.Conn, err error) {
	if errors.Is(err, ErrProtocol) || errors.Is(err, ErrStranger) || errors.Is(err, ErrBusy) {
		c.Close()
		return
	}
	if errors.Is(err, ErrKeyNotFound) || errors.Is(err, ErrTokenAbsent) { // another token, perhaps
		r.forget()
	}
	select {
	case r.idle <- c:
	default:
		c.Close()
	}
}

// forget drops the list: who comes back may have other keys.
func (r *Ring) forget() {
	r.mu.Lock()
	r.known = nil
	r.mu.Unlock()
}

func (r *Ring) connect(ctx context.Context) (c net.Conn, used bool, err error) {
	select {
	case c = <-r.idle:
		return c, true, nil
	default:
	}
	var d net.Dialer
	c, err = d.DialContext(ctx, "unix", r.path)
	return c, false, err
}

// exchange sends a question and reads an answer; a refusal that was sent before the question was read is an answer too.
func exchange(c net.Conn, question []byte, end time.Time) ([]byte, error) {
	if err := c.SetDeadline(end); err != nil {
		return nil, err
	}
	wrote := writeFrame(c, question)
	m, err := readFrame(c, mostTold)
	if err != nil && wrote != nil {
		err = wrote
	}
	return m, err
}

// away says in people's words why a question got no answer.
func away(err error) error {
	switch {
	case errors.Is(err, errMessage):
		return ErrProtocol.because("%w", err)
	case errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, context.DeadlineExceeded):
		return ErrSlow.because("%w", err)
	case errors.Is(err, syscall.EACCES), errors.Is(err, syscall.EPERM):
		return ErrStranger.because("%w", err)
	case errors.Is(err, io.EOF):
		return ErrAway.because("the connection ended")
	}
	return ErrAway.because("%w", err)
}

// Close ends the idle connections.
func (r *Ring) Close() {
	for {
		select {
		case c := <-r.idle:
			c.Close()
		default:
			return
		}
	}
}
