package axis

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"strconv"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// chunks is a place where chunks of payloads lie: this node's stream, or the hub's.
type chunks interface {
	// get gives chunk n and when it was stored; ErrGone if it is not there.
	get(ctx context.Context, b *Blob, n int) ([]byte, time.Time, error)
	put(ctx context.Context, b *Blob, n int, data []byte) error
}

func chunkSubject(b *Blob, n int) string {
	return "ch." + b.origin + "." + b.SHA256 + "." + strconv.Itoa(n)
}

func (b *Blob) parts() int { return int((b.Size + chunkSize - 1) / chunkSize) }

// ownChunks is the node's own stream.
type ownChunks struct{ js jetstream.JetStream }

func (o ownChunks) get(ctx context.Context, b *Blob, n int) ([]byte, time.Time, error) {
	s, err := o.js.Stream(ctx, chunkStream)
	if err != nil {
		return nil, time.Time{}, err
	}
	m, err := s.GetLastMsgForSubject(ctx, chunkSubject(b, n))
	if errors.Is(err, jetstream.ErrMsgNotFound) {
		return nil, time.Time{}, ErrGone
	}
	if err != nil {
		return nil, time.Time{}, err
	}
	return m.Data, m.Time, nil
}

func (o ownChunks) put(ctx context.Context, b *Blob, n int, data []byte) error {
	_, err := o.js.Publish(ctx, chunkSubject(b, n), data)
	return err
}

// storeBlob stores the payload of one of our parcels, once for all parcels that name it.
func (a *Axis) storeBlob(ctx context.Context, b *Blob) error {
	mine := *b
	mine.origin = a.cfg.Node
	a.blobs.enter(b.SHA256)
	defer a.blobs.leave(b.SHA256)
	if a.complete(ctx, a.chunks, &mine) {
		return nil
	}
	r, err := b.Open()
	if err != nil {
		return err
	}
	defer r.Close()
	return copyChunks(ctx, a.chunks, &mine, r)
}

// complete tells whether every chunk is there and young enough to outlive the parcels that will name it. Chunks are stored in order,
// so the last proves the others and the first is the oldest.
func (a *Axis) complete(ctx context.Context, at chunks, b *Blob) bool {
	_, stored, err := at.get(ctx, b, 0)
	if err != nil || a.cfg.Now().Sub(stored) > a.cfg.MaxAge/2 {
		return false
	}
	_, _, err = at.get(ctx, b, b.parts()-1)
	return err == nil
}

// copyChunks stores r as the chunks of b, the last only when hash and size are right: a torn payload never looks complete.
func copyChunks(ctx context.Context, to chunks, b *Blob, r io.Reader) error {
	sum, buf, last := sha256.New(), make([]byte, chunkSize), b.parts()-1
	for n := range last + 1 {
		want := min(chunkSize, b.Size-int64(n)*chunkSize)
		if _, err := io.ReadFull(r, buf[:want]); err != nil {
			return fmt.Errorf("%w: %w", ErrCorrupt, err)
		}
		sum.Write(buf[:want])
		if n == last {
			if err := endsHere(r); err != nil {
				return err
			}
			if hex.EncodeToString(sum.Sum(nil)) != b.SHA256 {
				return ErrCorrupt
			}
		}
		if err := to.put(ctx, b, n, buf[:want]); err != nil {
			return err
		}
	}
	return nil
}

func endsHere(r io.Reader) error {
	var one [1]byte
	n, err := io.ReadFull(r, one[:])
	if n > 0 {
		return ErrCorrupt
	}
	if err != io.EOF {
		return err
	}
	return nil
}

// openChunks reads a payload chunk by chunk; at its end it has been checked.
func openChunks(ctx context.Context, from chunks, b *Blob) io.ReadCloser {
	return &chunkReader{ctx: ctx, from: from, blob: b, sum: sha256.New()}
}

type chunkReader struct {
	ctx  context.Context // of the delivery the payload belongs to: a reader outlives no handler
	from chunks
	blob *Blob
	sum  hash.Hash
	next int
	rest []byte
	err  error
}

func (c *chunkReader) Read(p []byte) (int, error) {
	if c.err == nil && len(c.rest) == 0 {
		c.fetch()
	}
	if c.err != nil {
		return 0, c.err
	}
	n := copy(p, c.rest)
	c.rest = c.rest[n:]
	return n, nil
}

func (c *chunkReader) fetch() {
	if c.next == c.blob.parts() {
		if c.err = io.EOF; hex.EncodeToString(c.sum.Sum(nil)) != c.blob.SHA256 {
			c.err = ErrCorrupt
		}
		return
	}
	want := min(chunkSize, c.blob.Size-int64(c.next)*chunkSize)
	data, _, err := c.from.get(c.ctx, c.blob, c.next)
	switch {
	case err != nil:
		c.err = err
	case int64(len(data)) != want:
		c.err = ErrCorrupt
	default:
		c.sum.Write(data)
		c.rest = data
		c.next++
	}
}

func (c *chunkReader) Close() error {
	c.err = ErrClosed
	return nil
}

// Discard removes a payload this node stored, here and at the hub: call it when every parcel that named it has its receipt. Payloads
// nobody discards go with MaxAge.
func (a *Axis) Discard(ctx context.Context, sum string) error {
	if !hashForm.MatchString(sum) {
		return fmt.Errorf("axis: discard %q", sum)
	}
	if err := a.purge(ctx, a.cfg.Node, sum); err != nil {
		return err
	}
	if a.hub != nil && a.hub.IsConnected() {
		if _, err := a.hub.RequestWithContext(ctx, "drop."+a.cfg.Node+"."+sum, nil); err != nil {
			a.cfg.Log.Info("axis: the hub keeps a payload until it ages", "error", err)
		}
	}
	return nil
}

func (a *Axis) purge(ctx context.Context, origin, sum string) error {
	s, err := a.js.Stream(ctx, chunkStream)
	if err != nil {
		return err
	}
	return s.Purge(ctx, jetstream.WithPurgeSubject("ch."+origin+"."+sum+".*"))
}
