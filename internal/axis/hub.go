package axis

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

const (
	headerGone   = "Congvu-Gone"
	headerFailed = "Congvu-Failed"
	headerStored = "Congvu-Stored"
)

// serveClaims answers peers that ask for chunks. They may not read the stream themselves: whoever knows a hash was sent the parcel that
// names it, and only whole hashes are answered, never patterns.
func (a *Axis) serveClaims(ctx context.Context) error {
	claims, err := a.nc.Subscribe("claim.*.*.*.*", func(m *nats.Msg) {
		a.answerClaim(ctx, m) // one at a time: a greedy peer waits, it does not multiply
	})
	if err != nil {
		return err
	}
	drops, err := a.nc.Subscribe("drop.*.*", func(m *nats.Msg) {
		a.answerDrop(ctx, m)
	})
	if err != nil {
		return err
	}
	context.AfterFunc(ctx, func() { _, _ = claims.Unsubscribe(), drops.Unsubscribe() })
	return a.nc.Flush()
}

func (a *Axis) answerClaim(ctx context.Context, m *nats.Msg) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	words := strings.Split(m.Subject, ".")
	out := nats.NewMsg("")
	n, err := strconv.Atoi(words[4])
	b := &Blob{origin: words[2], SHA256: words[3]}
	if err != nil || n < 0 || !hashForm.MatchString(b.SHA256) || !nodeName.MatchString(b.origin) {
		out.Header.Set(headerGone, "1")
		_ = m.RespondMsg(out)
		return
	}
	data, stored, err := a.chunks.get(ctx, b, n)
	switch {
	case errors.Is(err, ErrGone):
		out.Header.Set(headerGone, "1")
	case err != nil:
		out.Header.Set(headerFailed, "1")
	default:
		out.Data = data
		out.Header.Set(headerStored, strconv.FormatInt(stored.UnixMilli(), 10))
	}
	_ = m.RespondMsg(out)
}

// answerDrop removes a peer's own payload; the broker let only that peer use its name.
func (a *Axis) answerDrop(ctx context.Context, m *nats.Msg) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	words := strings.Split(m.Subject, ".")
	out := nats.NewMsg("")
	if !hashForm.MatchString(words[2]) || a.purge(ctx, words[1], words[2]) != nil {
		out.Header.Set(headerFailed, "1")
	}
	_ = m.RespondMsg(out)
}

// hubChunks is the hub's store as a peer sees it.
type hubChunks struct {
	nc   *nats.Conn
	js   jetstream.JetStream
	node string
}

var errClaim = errors.New("axis: the hub could not read a chunk")

func (h hubChunks) get(ctx context.Context, b *Blob, n int) ([]byte, time.Time, error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	m, err := h.nc.RequestWithContext(ctx, "claim."+h.node+"."+b.origin+"."+b.SHA256+"."+strconv.Itoa(n), nil)
	if err != nil {
		return nil, time.Time{}, err
	}
	if m.Header.Get(headerGone) != "" {
		return nil, time.Time{}, ErrGone
	}
	ms, err := strconv.ParseInt(m.Header.Get(headerStored), 10, 64)
	if m.Header.Get(headerFailed) != "" || err != nil {
		return nil, time.Time{}, errClaim
	}
	return m.Data, time.UnixMilli(ms), nil
}

func (h hubChunks) put(ctx context.Context, b *Blob, n int, data []byte) error {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	_, err := h.js.Publish(ctx, chunkSubject(b, n), data)
	return err
}
