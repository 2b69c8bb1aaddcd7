package exchange

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"congvu/internal/edxml"
	"congvu/internal/store"
	"congvu/internal/xmldsig"
)

var (
	sqlCarryLine   = store.SQL(`SELECT ` + deliveryColumns + ` FROM exchange_deliveries WHERE agency_id = $1 AND outgoing_id = $2 AND receiver_code = $3 {FOR UPDATE}`)
	sqlCarryStatus = store.SQL(`UPDATE exchange_statuses SET raw = $1, due_us = 0, sent_us = $2, last_error = '' WHERE agency_id = $3 AND id = $4 AND raw = ''`)
)

const (
	answerBatch = 2048 // statuses claimed at once
	answerChunk = 256  // applied in one transaction, while the next are signed
)

// said is a status on its way: who owes it, who is told, what was sent of which parcel, and the message with its bytes.
type reply struct {
	status
	us, who, peer *agency
	sent          *Parcel
	raw           []byte
	kept          *store.Packing // raw as both sides keep it
	x             *opened
	left          store.Instant // when the document was sent to who answers
}

// errOrdinary: a status does not fit; the whole chunk goes the ordinary way.
var errOrdinary = errors.New("not to be applied from hand to hand")

// answer writes, signs and applies the statuses that agencies of this house owe each other.
func (c *carrier) answer(ctx context.Context) (int, error) {
	if _, due, err := store.Maybe[int64](ctx, c.o.DB, sqlAnyOwed, c.o.DB.Now()); err != nil || !due {
		return 0, err
	}
	var owed []status
	err := c.o.DB.Keep(ctx, func(tx *store.Tx) (err error) {
		owed, err = store.All[status](ctx, tx, sqlClaimOwed, tx.Now().Add(c.o.lease()), tx.Now(), answerBatch)
		tx.Wrote()
		return err
	})
	if err != nil {
		return 0, err
	}
	slices.SortFunc(owed, func(a, b status) int { return cmp.Compare(a.ID, b.ID) }) // in the order of the acts (X23.4)
	type chunk struct {
		owed    []status
		replies []*reply // nil = the ordinary way
		err     error
	}
	ready := make(chan chunk, 1)
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	go func() {
		defer close(ready)
		for _, part := range chunks(owed) {
			replies, err := c.sign(ctx, part)
			select {
			case ready <- chunk{part, replies, err}:
			case <-ctx.Done():
				return
			}
		}
	}()
	for part := range ready {
		err := part.err
		if err == nil {
			err = c.applyTogether(ctx, part.replies)
		}
		if err != nil && ctx.Err() == nil {
			err = c.o.answer(ctx, part.owed)
		}
		if err != nil {
			return 0, err
		}
	}
	return len(owed), ctx.Err()
}

// chunks parts statuses, in their order, into those that can be applied together: an answer to a request goes by itself, the ordinary way.
func chunks(owed []status) (out [][]status) {
	for len(owed) > 0 {
		n := 0
		for n < min(len(owed), answerChunk) && owed[n].told() {
			n++
		}
		n = max(n, 1)
		out, owed = append(out, owed[:n]), owed[n:]
	}
	return out
}

// told tells a status of a document's way from what belongs to a request, or was signed before.
func (s *status) told() bool {
	return s.Raw == "" && s.Channel == ChannelAxis && s.Code >= "01" && s.Code <= "06" && s.SHA != ""
}

// sign makes the messages of statuses, side by side; an error sends all of them the ordinary way.
func (c *carrier) sign(ctx context.Context, owed []status) ([]*reply, error) {
	out, errs := make([]*reply, len(owed)), make([]error, len(owed))
	c.o.side(len(owed), func(i int) { out[i], errs[i] = c.write(ctx, owed[i]) })
	return out, errors.Join(errs...)
}

func (c *carrier) write(ctx context.Context, s status) (*reply, error) {
	from, rest, _ := strings.Cut(s.Parcel, "/")
	id, to, _ := strings.Cut(rest, "/")
	parcel, err := strconv.ParseInt(id, 10, 64)
	if err != nil || !s.told() || from != s.PeerCode {
		return nil, errOrdinary
	}
	us, err := c.calledAt(ctx, s.AgencyID, s.StatedAt)
	if err != nil {
		return nil, err
	}
	who, err := c.here(ctx, us.Wire)
	if err != nil {
		return nil, err
	}
	peer, err := c.here(ctx, s.PeerCode)
	if err != nil || who == nil || peer == nil || int64(who.ID) != s.AgencyID || to != us.Wire {
		return nil, cmp.Or(err, errOrdinary)
	}
	if ok, err := c.believed(ctx, us, who); err != nil || !ok {
		return nil, cmp.Or(err, errOrdinary)
	}
	r := &reply{status: s, us: &us, who: who, peer: peer}
	if r.sent, err = c.parcelOf(ctx, [2]int64{int64(peer.ID), parcel}); err != nil {
		return nil, err
	}
	plain, err := statusMessage(us, s)
	if err != nil {
		return nil, err
	}
	p, err := c.penOf(ctx, us)
	if err != nil {
		return nil, err
	}
	if r.raw, err = xmldsig.Sign(plain, header, p.key, p.cert, p.chain); err != nil || len(r.raw) > maxStatus {
		return nil, cmp.Or(err, errOrdinary)
	}
	r.kept = keptAs(s.AgencyID, us.Wire, r.raw).Ahead(c.o.DB)
	m, err := edxml.Read(bytes.NewReader(plain), c.o.reading(nil))
	if err != nil || m.Status == nil {
		return nil, cmp.Or(err, errOrdinary)
	}
	r.x = &opened{message: m, signature: trusted, sender: who.sender(us.Wire)}
	return r, nil
}

// applyTogether is takeStatus for many: the status as it left and its effect at the sender of the document are one act.
func (c *carrier) applyTogether(ctx context.Context, replies []*reply) error {
	if err := c.o.fail("before answered"); err != nil {
		return err
	}
	var acts []store.Act
	for _, r := range replies {
		acts = append(acts, store.Act{Keeping: true, Actor: store.System(r.AgencyID), Do: func(tx *store.Tx) error {
			return tx.Put(ctx, sqlCarryStatus, r.kept, tx.Now(), r.AgencyID, r.ID)
		}}, store.Act{Actor: store.System(int64(r.peer.ID)), Do: func(tx *store.Tx) error { return c.apply(ctx, tx, r) }})
	}
	if err := c.o.DB.Together(ctx, acts); err != nil {
		return err
	}
	for _, r := range replies {
		c.o.heard(r.us.Wire)
		c.o.heardTime(r.x, r.left)
	}
	return nil
}

func (c *carrier) apply(ctx context.Context, tx *store.Tx, r *reply) error {
	d, ok, err := store.Maybe[Delivery](ctx, tx, sqlCarryLine, int64(r.peer.ID), refID(r.sent.Ref, "outgoing"), r.us.Wire)
	if err != nil || !ok || d.DocumentID != r.x.message.Status.ResponseFor.DocumentID || d.ParcelID != r.sent.ID {
		return cmp.Or(err, errOrdinary)
	}
	r.left = d.SentAt
	l := letter{Agency: int64(r.peer.ID), Parcel: fmt.Sprintf("%s/%d/%s", r.us.Wire, r.ID, r.Code), From: r.us.Wire, To: r.PeerCode, Kind: kindStatus, raw: r.raw, kept: r.kept, Size: int64(len(r.raw)), first: true}
	at := line{ID: d.ID, OutgoingID: d.OutgoingID, DocumentID: d.DocumentID, Title: d.Title, ReceiverID: d.ReceiverID, ReceiverCode: d.ReceiverCode, SHA: r.sent.SHA, Parcel: r.sent.Parcel, SentAt: d.SentAt}
	stated, text, mark, known, err := heardOf(ctx, tx, l, r.x, at)
	if known || err != nil {
		return err
	}
	return applyTo(ctx, tx, l, r.x, at, d, stated, text, mark)
}
