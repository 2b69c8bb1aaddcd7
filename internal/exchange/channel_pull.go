package exchange

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"congvu/internal/blob"
	"congvu/internal/edxml"
	"congvu/internal/gateway"
	"congvu/internal/store"
	"congvu/internal/xmldsig"
)

// gate is the gateway a letter came over.
type gate struct {
	channel   Channel
	docID     string
	codes     []string // the agency's, as the gateway may address it
	signature string   // class of the packet signature, once it was opened
}

// What stands where a packet's signature is noted.
const (
	trusted        = "trusted" // the sender's, believed
	unsignedPacket = string(xmldsig.Absent)
)

func (l letter) channel() string {
	if l.gate == nil {
		return ChannelAxis
	}
	return l.gate.channel.Kind
}

// packet is the name under which the registry knows it; the same packet is never a second receipt (X21.3).
func (l letter) packet() string {
	if l.gate != nil {
		return l.Parcel
	}
	return ChannelAxis + ":" + l.Parcel
}

func channelOfPacket(packet string) string {
	if kind, _, _ := strings.Cut(packet, ":"); slices.Contains(gateways, kind) {
		return kind
	}
	return ChannelAxis
}

var (
	sqlGateParcel     = store.SQL(`UPDATE exchange_parcels SET channel = $1, signature = $2 WHERE agency_id = $3 AND direction = 'in' AND sender_code = $4 AND parcel = $5`)
	sqlGateAnswer     = store.SQL(`UPDATE exchange_answers SET channel = $1, signature = $2 WHERE agency_id = $3 AND peer_code = $4 AND parcel = $5`)
	sqlGateQuarantine = store.SQL(`UPDATE exchange_quarantine SET channel = $1 WHERE agency_id = $2 AND peer_code = $3 AND receiver_code = $4 AND parcel = $5`)
)

// noteGate writes, in the transaction that takes a letter in, by which channel it came and what its signature is.
func (l letter) noteGate(ctx context.Context, tx *store.Tx) error {
	if l.gate == nil {
		return nil
	}
	kind := l.gate.channel.Kind
	if _, err := tx.Exec(ctx, sqlGateParcel, kind, l.gate.signature, l.Agency, l.From, l.Parcel); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, sqlGateAnswer, kind, l.gate.signature, l.Agency, l.From, l.Parcel); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, sqlGateQuarantine, kind, l.Agency, l.From, l.To, l.Parcel)
	return err
}

// gateOf gives a letter out of quarantine its gateway back.
func (o *Office) gateOf(ctx context.Context, l *letter, kind string) error {
	if !slices.Contains(gateways, kind) {
		return nil
	}
	c, err := channelOf(ctx, o.DB, kind)
	if err != nil {
		return err
	}
	k, _, err := inUse(ctx, o.DB, c, l.Agency)
	if err != nil {
		return err
	}
	us, err := agencyOf(ctx, o.DB, l.Agency, o.DB.Now())
	l.gate = &gate{channel: c, docID: strings.TrimPrefix(l.Parcel, kind+":"), codes: append(us.codes(), k.from(us)), signature: unsignedPacket}
	return err
}

// runGateways sends and fetches over the gateways until ctx ends.
func (o *Office) runGateways(ctx context.Context, trouble func(error)) {
	tick := o.GateTick
	if tick <= 0 {
		tick = time.Second
	}
	parts := []struct {
		name string
		once func(context.Context) (int, error)
	}{{"gateway sending", o.shipOnce}, {"gateway statuses", o.gateStatusOnce}, {"gateway fetching", o.pullOnce}}
	done := make(chan struct{})
	for _, p := range parts {
		go func() {
			defer func() { done <- struct{}{} }()
			for ctx.Err() == nil {
				n, err := p.once(ctx)
				if err != nil && ctx.Err() == nil {
					trouble(fmt.Errorf("exchange %s: %w", p.name, err))
				}
				if n == 0 || err != nil {
					rest(ctx, nil, tick)
				}
			}
		}()
	}
	for range parts {
		<-done
	}
}

var (
	sqlAnyPull    = store.SQL(`SELECT agency_id FROM exchange_credentials WHERE enabled AND pull_us <= $1 LIMIT 1`)
	sqlClaimPulls = store.SQL(`UPDATE exchange_credentials SET pull_us = $1 WHERE (agency_id, channel, environment) IN (
			SELECT k.agency_id, k.channel, k.environment FROM exchange_credentials k WHERE k.enabled AND k.pull_us <= $2
				AND EXISTS (SELECT 1 FROM exchange_channels c WHERE c.kind = k.channel AND c.environment = k.environment AND c.enabled)
			ORDER BY k.pull_us LIMIT $3 {FOR UPDATE SKIP LOCKED})
		RETURNING agency_id, channel, environment`)
	sqlPulledDocuments = store.SQL(`UPDATE exchange_credentials SET documents_us = $1 WHERE agency_id = $2 AND channel = $3 AND environment = $4 AND documents_us = $5`)
	sqlPulledStatuses  = store.SQL(`UPDATE exchange_credentials SET statuses_us = $1 WHERE agency_id = $2 AND channel = $3 AND environment = $4 AND statuses_us = $5`)
	sqlPullNext        = store.SQL(`UPDATE exchange_credentials SET pull_us = $1 WHERE agency_id = $2 AND channel = $3 AND environment = $4 AND pull_us = $5`)
)

type pullOf struct {
	AgencyID    int64
	Channel     string
	Environment string
}

// pullOnce fetches for a batch of agencies whose turn it is.
func (o *Office) pullOnce(ctx context.Context) (int, error) {
	if _, due, err := store.Maybe[int64](ctx, o.DB, sqlAnyPull, o.DB.Now()); err != nil || !due {
		return 0, err
	}
	var turns []pullOf
	var until store.Instant
	err := o.DB.Keep(ctx, func(tx *store.Tx) (err error) {
		until = tx.Now().Add(o.gateLease())
		turns, err = store.All[pullOf](ctx, tx, sqlClaimPulls, until, tx.Now(), shipBatch)
		tx.Wrote()
		return err
	})
	if err != nil {
		return 0, err
	}
	errs := make([]error, len(turns))
	o.side(len(turns), func(i int) { errs[i] = o.pull(ctx, turns[i], until) })
	return len(turns), errors.Join(errs...)
}

// pull fetches an agency's documents, then its statuses (X17.10, X23.2). A place moves on only after everything up to it was taken in and confirmed.
func (o *Office) pull(ctx context.Context, at pullOf, until store.Instant) error {
	c, err := channelOf(ctx, o.DB, at.Channel)
	if err != nil {
		return err
	}
	link, k, err := o.link(ctx, c, at.AgencyID)
	if errors.Is(err, errClosed) || ctx.Err() != nil {
		return nil
	}
	began := o.DB.Now()
	if err == nil {
		for _, kind := range []struct {
			name  string
			place store.Instant
			moved *store.Stmt
		}{{gateway.Document, k.DocumentsTo, sqlPulledDocuments}, {gateway.Status, k.StatusesTo, sqlPulledStatuses}} {
			from := kind.place
			if from == 0 {
				from = began
			}
			one := o.pullKind(ctx, link, c, k, kind.name, from.Add(-time.Duration(c.LookBackDays)*24*time.Hour), began)
			if one == nil {
				one = o.DB.Keep(ctx, func(tx *store.Tx) error {
					_, err := tx.Exec(ctx, kind.moved, began, k.AgencyID, k.Channel, k.Environment, kind.place)
					return err
				})
			}
			err = errors.Join(err, one)
		}
	}
	if ctx.Err() != nil {
		return nil
	}
	return errors.Join(err, o.DB.Keep(ctx, func(tx *store.Tx) error {
		if err := noteConnection(ctx, tx, Credential{AgencyID: at.AgencyID, Channel: at.Channel, Environment: at.Environment}, err); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, sqlPullNext, began.Add(time.Duration(c.EverySeconds)*time.Second), at.AgencyID, at.Channel, at.Environment, until)
		return err
	}))
}

// pullKind takes in what waits, one message at a time; one that fails stops no other.
func (o *Office) pullKind(ctx context.Context, link gateway.Link, c Channel, k Credential, kind string, from, to store.Instant) error {
	waiting, err := link.List(ctx, kind, from.Time(), to.Time())
	if err != nil {
		return err
	}
	us, err := agencyOf(ctx, o.DB, k.AgencyID, o.DB.Now())
	if err != nil {
		return err
	}
	var errs []error
	for _, w := range waiting {
		if w.DocID == "" || w.State == string(gateway.Done) || w.State == string(gateway.Failed) {
			continue
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		l := letter{Agency: k.AgencyID, Parcel: c.Kind + ":" + w.DocID, From: w.From, To: w.To, Kind: kind,
			gate: &gate{channel: c, docID: w.DocID, codes: append(us.codes(), k.from(us)), signature: unsignedPacket}}
		if l.To == "" {
			l.To = k.from(us)
		}
		if us.State == "closed" && kind == gateway.Document {
			if err := forward(ctx, o.DB, &l, us); err != nil {
				errs = append(errs, err)
				continue
			}
		}
		if err := o.pullOneIn(ctx, link, l); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", l.Parcel, err))
		}
	}
	return errors.Join(errs...)
}

// pullOneIn fetches a message, takes it in, and tells the gateway what became of it. Dying in between changes nothing: what was taken in is known by its identifier
// and only confirmed the next time (X21.6, X24.3).
func (o *Office) pullOneIn(ctx context.Context, link gateway.Link, l letter) error {
	outcome, known, err := o.pulled(ctx, l)
	if err != nil {
		return err
	}
	if !known {
		if err := o.fetchIn(ctx, link, l); err != nil {
			// Another worker may have been faster: the database keeps one (X21.9).
			if outcome, known, _ = o.pulled(ctx, l); !known {
				return err
			}
		} else if outcome, _, err = o.pulled(ctx, l); err != nil {
			return err
		}
	}
	if err := o.fail("before confirm"); err != nil {
		return err
	}
	return link.Confirm(ctx, l.gate.docID, outcome)
}

var sqlPulled = store.SQL(`
	SELECT 'document' AS place, '' AS ref FROM exchange_parcels WHERE agency_id = $1 AND direction = 'in' AND parcel = $2 AND channel <> 'axis'
	UNION ALL SELECT 'answer', '' FROM exchange_answers WHERE agency_id = $3 AND parcel = $4 AND channel <> 'axis'
	UNION ALL SELECT 'quarantine', state FROM exchange_quarantine WHERE agency_id = $5 AND parcel = $6 AND channel <> 'axis'`)

// pulled tells what became of a message, and whether it was taken in before. What left no trace of its own said what was known already: done.
func (o *Office) pulled(ctx context.Context, l letter) (gateway.Outcome, bool, error) {
	places, err := store.All[seen](ctx, o.DB, sqlPulled, l.Agency, l.Parcel, l.Agency, l.Parcel, l.Agency, l.Parcel)
	outcome := gateway.Done
	for _, p := range places {
		if p.Place != "quarantine" || p.Ref == "accepted" {
			return gateway.Done, true, err
		}
		outcome = gateway.Failed // X15.6: only then
	}
	return outcome, len(places) > 0, err
}

// fetchIn brings a message home and takes it in, or puts it into quarantine.
func (o *Office) fetchIn(ctx context.Context, link gateway.Link, l letter) error {
	in, err := link.Fetch(ctx, l.gate.docID)
	if err != nil {
		return err
	}
	defer in.Close()
	begin, err := io.ReadAll(io.LimitReader(in, bigMessage+1))
	if err != nil {
		return err
	}
	l.raw, l.Size = begin, int64(len(begin))
	if len(begin) > bigMessage {
		ref, err := o.Blobs.Put(ctx, io.MultiReader(bytes.NewReader(begin), in), maxMessage)
		var known *blob.Error
		if errors.As(err, &known) && known.Code == blob.TooLarge {
			l.raw = nil
			return o.quarantine(ctx, l, faultOf("too_large", err))
		}
		if err != nil {
			return err
		}
		l.SHA, l.Size = ref.SHA, ref.Size
	}
	release, err := o.memory.reserve(ctx, 2*l.Size)
	if err != nil {
		return err
	}
	defer release()
	switch {
	case l.SHA != "":
		l.raw, err = blob.ReadAll(ctx, o.Blobs, l.SHA, maxMessage)
	case l.Kind != kindStatus || l.Size > maxStatus:
		var ref blob.Ref
		ref, err = o.put(ctx, l.raw)
		l.SHA = ref.SHA
	}
	if err != nil {
		return err
	}
	return o.openLetter(ctx, l)
}

// openAny reads a letter by the rules of the channel it came by.
func (o *Office) openAny(ctx context.Context, l *letter) (*opened, error) {
	if l.gate == nil {
		return o.open(ctx, l.raw, l.From, l.To, o.DB.Now())
	}
	x, err := o.openForeign(ctx, l)
	var r *refusal
	if errors.As(err, &r) && r.about == nil && x != nil {
		r.about = x.message
	}
	if err != nil {
		return nil, err
	}
	return x, nil
}

// openForeign reads a message of a gateway. Packets there are seldom signed: who sent one is what the gateway says, which knows its systems (X17.11). The packet
// signature is judged and shown, and refused only where the channel's policy says so (X8.3, X8.4); the signature that counts is the one in the PDF.
func (o *Office) openForeign(ctx context.Context, l *letter) (*opened, error) {
	at := o.DB.Now()
	class, signed, why := xmldsig.Classify(l.raw, header, xmldsig.Options{})
	x := &opened{signature: string(class)}
	l.gate.signature = x.signature
	keep := func(a edxml.Attachment, content io.Reader) error {
		f, err := o.keepFile(ctx, a, content, at)
		f.Ordinal = len(x.files)
		x.files = append(x.files, f)
		return err
	}
	var err error
	x.message, err = edxml.Read(bytes.NewReader(l.raw), o.reading(keep))
	var q *edxml.Quarantine
	if errors.As(err, &q) {
		r := faultOf(q.Code, q)
		r.about = q.Partial
		return x, r
	}
	if err != nil {
		return x, err
	}
	if i := edxml.MainFile(x.message.Attachments); i >= 0 && i < len(x.files) {
		x.files[i].Main = true
	}
	f := x.message.From()
	who, known, err := agencyByCode(ctx, o.DB, f.OrganID, at)
	if err != nil {
		return x, err
	}
	x.sender = sender{Code: f.OrganID, Name: f.Name, Codes: []string{f.OrganID}}
	if known {
		x.sender = sender{ID: who.ID, Code: f.OrganID, Name: who.Name, Codes: append([]string{f.OrganID}, who.codes()...)}
	}
	if l.From != "" && !same(x.sender.Codes, l.From) {
		return x, fault("sender_mismatch", "Trục liên thông nhận gói tin từ {from}, nhưng trong gói tin ghi cơ quan gửi là {sender}.", "from", l.From, "sender", f.OrganID)
	}
	l.From = f.OrganID
	if signed != nil && o.chained(signed, at.Time()) == nil && names(signed.Certificate, x.sender.Codes) {
		x.signature = trusted
		l.gate.signature = trusted
	}
	if err := o.judged(x, l.gate.channel.Signatures, why); err != nil {
		return x, err
	}
	if !l.forUs(x) {
		return x, fault("misdirected", "Gói tin được chuyển đến {to} nhưng cơ quan này không có trong danh sách nơi nhận của văn bản.", "to", l.To)
	}
	if x.signature != trusted {
		return x, o.mayClaim(ctx, *l, x, who, known)
	}
	return x, nil
}

// judged applies the channel's policy to the packet signature.
func (o *Office) judged(x *opened, policy string, why error) error {
	broken := x.signature == string(xmldsig.Invalid)
	switch {
	case policy == SignaturesTrusted && x.signature != trusted:
		return fault("signature_required", "Gói tin không có chữ ký số tin cậy của cơ quan gửi, mà kênh này được đặt là bắt buộc có.")
	case policy == SignaturesValid && broken:
		return faultOf("signature_invalid", why)
	case broken:
		x.warnings = append(x.warnings, store.Say("Chữ ký số của gói tin không hợp lệ. Kiểm tra chữ ký trong tệp văn bản trước khi tiếp nhận."))
	}
	return nil
}

// forUs tells whether the message is for the agency it was fetched for.
func (l *letter) forUs(x *opened) bool {
	if s := x.message.Status; s != nil {
		return same(l.gate.codes, s.ResponseFor.OrganID)
	}
	return slices.ContainsFunc(x.message.Document.To, func(t edxml.Organization) bool { return same(l.gate.codes, t.OrganID) })
}

var (
	sqlSentByGate = store.SQL(`SELECT s.id FROM exchange_shipments s JOIN exchange_parcels p ON p.agency_id = s.agency_id AND p.id = s.parcel_id
		WHERE s.agency_id = $1 AND s.channel = $2 AND p.document_id = $3 LIMIT 1`)
	sqlToldByGate = store.SQL(`SELECT id FROM exchange_statuses WHERE agency_id = $1 AND channel = $2 AND document_id = $3 AND code = $4 LIMIT 1`)
	sqlAxisLines  = store.SQL(`SELECT receiver_code FROM exchange_deliveries d WHERE d.agency_id = $1 AND d.document_id = $2 AND d.channel = 'axis'
		AND NOT EXISTS (SELECT 1 FROM exchange_shipments s WHERE s.agency_id = d.agency_id AND s.delivery_id = d.id)`)
	sqlAxisParcel = store.SQL(`SELECT sender_code FROM exchange_parcels WHERE agency_id = $1 AND document_id = $2 AND direction = 'in' AND channel = 'axis' AND state = 'opened'`)
)

// mayClaim keeps the axis strict (house law 8): a message that nobody signed, from a gateway, says nothing in the name of an agency of this installation
// that did not send it, and nothing about a document that travelled by the axis.
func (o *Office) mayClaim(ctx context.Context, l letter, x *opened, who agency, known bool) error {
	var documentID, code string
	if s := x.message.Status; s != nil {
		documentID, code = s.ResponseFor.DocumentID, s.Code
	} else {
		documentID = x.message.Document.DocumentID
	}
	if known && who.Hosted {
		ok, err := false, error(nil)
		if code == "" {
			_, ok, err = store.Maybe[int64](ctx, o.DB, sqlSentByGate, int64(who.ID), l.channel(), documentID)
		} else {
			_, ok, err = store.Maybe[int64](ctx, o.DB, sqlToldByGate, int64(who.ID), l.channel(), documentID, code)
		}
		if err != nil {
			return err
		}
		if !ok {
			return fault("own_agency", "Gói tin không ký số ghi cơ quan gửi {sender}, là cơ quan trong hệ thống này nhưng không gửi gói tin đó qua kênh này.", "sender", x.sender.Name)
		}
	}
	about := []string{documentID}
	if d := x.message.Document; d != nil {
		if d.Business.Kind == edxml.New {
			return nil
		}
		about = append(about, d.Business.DocumentID)
		for _, r := range d.Business.Replaces {
			about = append(about, r.DocumentID)
		}
	}
	for _, id := range about {
		if id == "" {
			continue
		}
		stmt := sqlAxisParcel
		if code != "" && code != "13" {
			stmt = sqlAxisLines
		}
		codes, err := store.All[string](ctx, o.DB, stmt, l.Agency, id)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(codes, func(c string) bool { return same(x.sender.Codes, c) }) {
			return fault("wrong_channel", "Gói tin không ký số của {sender} nói về văn bản {document} đã đi qua trục liên thông có ký số, nên không được áp dụng.", "sender", x.sender.Name, "document", id)
		}
	}
	return nil
}
