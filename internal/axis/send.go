package axis

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

const (
	asyncWindow  = 512
	ackPatience  = 30 * time.Second
	headerBlob   = "Congvu-Blob"
	headerSize   = "Congvu-Size"
	headerOrigin = "Congvu-Origin"
	headerParcel = "Congvu-Parcel"
)

// Send stores a parcel durably and returns. It works while the hub is away. A payload above 512 KB travels in chunks beside the
// parcel. ErrForeignSender, ErrTooLarge, or the store's error; after an error the parcel may have been stored: send it again with the same id.
func (a *Axis) Send(ctx context.Context, p Parcel) error {
	msg, err := a.seal(ctx, p)
	if err != nil {
		return err
	}
	ack, err := a.js.PublishMsg(ctx, msg)
	if err != nil {
		return fmt.Errorf("axis: send %s: %w", p.ID, err)
	}
	a.sent.Add(1)
	if ack.Duplicate {
		a.duplicates.Add(1)
	}
	return nil
}

// SendAll stores many parcels, many at a time, and returns when each is acknowledged. The result has an error, or nil, for each parcel;
// the second result is nil if all are.
func (a *Axis) SendAll(ctx context.Context, parcels []Parcel) ([]error, error) {
	errs := make([]error, len(parcels))
	acks := make([]jetstream.PubAckFuture, len(parcels))
	settle := func(i int) {
		if acks[i] == nil {
			return
		}
		select {
		case <-acks[i].Ok():
			a.sent.Add(1)
		case err := <-acks[i].Err():
			errs[i] = fmt.Errorf("axis: send %s: %w", parcels[i].ID, err)
		case <-ctx.Done():
			errs[i] = ctx.Err()
		}
		acks[i] = nil
	}
	for i, p := range parcels {
		if i >= asyncWindow/2 {
			settle(i - asyncWindow/2)
		}
		msg, err := a.seal(ctx, p)
		if err == nil {
			acks[i], err = a.js.PublishMsgAsync(msg)
		}
		errs[i] = err
	}
	for i := range parcels {
		settle(i)
	}
	return errs, errors.Join(errs...)
}

// seal makes the message of a parcel and stores its payload if that does not fit in.
func (a *Axis) seal(ctx context.Context, p Parcel) (*nats.Msg, error) {
	if err := p.check(a.cfg.MaxParcel); err != nil {
		return nil, err
	}
	if !a.hosts(p.From) {
		return nil, ErrForeignSender
	}
	lane := "ex"
	if a.cfg.Hub != "" && !a.hosts(p.To) {
		lane = "up"
	}
	msg := nats.NewMsg(subject(lane, p.From, p.To, p.Kind))
	msg.Header.Set(jetstream.MsgIDHeader, p.ID)
	msg.Header.Set(headerParcel, p.ID)
	if p.Blob == nil && len(p.Body) > inlineMax {
		sum := sha256.Sum256(p.Body)
		body := p.Body
		p.Blob = &Blob{SHA256: hex.EncodeToString(sum[:]), Size: int64(len(body)), Open: func() (io.ReadCloser, error) {
			return io.NopCloser(bytes.NewReader(body)), nil
		}}
	}
	if p.Blob == nil {
		msg.Data = p.Body
		return msg, nil
	}
	if err := a.storeBlob(ctx, p.Blob); err != nil {
		return nil, fmt.Errorf("axis: payload of %s: %w", p.ID, err)
	}
	msg.Header.Set(headerBlob, p.Blob.SHA256)
	msg.Header.Set(headerSize, strconv.FormatInt(p.Blob.Size, 10))
	msg.Header.Set(headerOrigin, a.cfg.Node)
	return msg, nil
}

// unseal reads a parcel from a message of the stream. Address and kind come from the subject.
func (a *Axis) unseal(ctx context.Context, m jetstream.Msg) (Parcel, error) {
	var p Parcel
	meta, err := m.Metadata()
	if err != nil {
		return p, err
	}
	if p.From, p.To, p.Kind, err = address(m.Subject()); err != nil {
		return p, err
	}
	p.ID, p.At, p.Attempt, p.Body = m.Headers().Get(headerParcel), meta.Timestamp, int(meta.NumDelivered), m.Data()
	if p.ID == "" {
		p.ID, p.Fault = fmt.Sprintf("%s/%d", meta.Stream, meta.Sequence.Stream), errNoID
	}
	blob, err := blobOf(m.Headers())
	if err == nil && blob != nil && blob.Size > a.cfg.MaxParcel {
		err = ErrTooLarge
	}
	if err != nil {
		p.Fault = err
	}
	if p.Fault != nil || blob == nil {
		return p, nil
	}
	blob.Open = func() (io.ReadCloser, error) { return openChunks(ctx, a.chunks, blob), nil }
	p.Blob, p.Body = blob, nil
	return p, nil
}

var errNoID = errors.New("axis: a parcel without an id")

func blobOf(h nats.Header) (*Blob, error) {
	sum := h.Get(headerBlob)
	if sum == "" {
		return nil, nil
	}
	size, err := strconv.ParseInt(h.Get(headerSize), 10, 64)
	if err != nil || size <= 0 || !hashForm.MatchString(sum) || !nodeName.MatchString(h.Get(headerOrigin)) {
		return nil, fmt.Errorf("axis: payload %q of %q bytes", sum, h.Get(headerSize))
	}
	return &Blob{SHA256: sum, Size: size, origin: h.Get(headerOrigin)}, nil
}
