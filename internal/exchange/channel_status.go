package exchange

import (
	"bytes"
	"context"
	"errors"
	"io"

	"congvu/internal/gateway"
	"congvu/internal/store"
)

var (
	sqlAnyGateStatus = store.SQL(`SELECT id FROM exchange_statuses WHERE gate_us > 0 AND gate_us <= $1 LIMIT 1`)
	// Of one document and receiver, one after the other (X23.4); a channel that is off holds what waits for it.
	sqlClaimGateStatuses = store.SQL(`UPDATE exchange_statuses SET gate_us = $1, tries = tries + 1 WHERE (agency_id, id) IN (
			SELECT s.agency_id, s.id FROM exchange_statuses s WHERE s.gate_us > 0 AND s.gate_us <= $2
				AND NOT EXISTS (SELECT 1 FROM exchange_statuses e WHERE e.agency_id = s.agency_id AND e.peer_code = s.peer_code AND e.document_id = s.document_id AND e.channel = s.channel
					AND e.id < s.id AND e.gate_us > 0)
				AND EXISTS (SELECT 1 FROM exchange_channels c WHERE c.kind = s.channel AND c.enabled)
			ORDER BY s.gate_us, s.id LIMIT $3 {FOR UPDATE SKIP LOCKED})
		RETURNING ` + statusColumns)
	sqlGateStatusSent = store.SQL(`UPDATE exchange_statuses SET gate_us = 0, sent_us = $1, doc_id = $2, last_error = '' WHERE agency_id = $3 AND id = $4`)
	sqlGateStatusWait = store.SQL(`UPDATE exchange_statuses SET gate_us = $1, last_error = $2, tries = $3 WHERE agency_id = $4 AND id = $5`)
	sqlGateStatusLost = store.SQL(`UPDATE exchange_statuses SET gate_us = 0, failed = TRUE, last_error = $1 WHERE agency_id = $2 AND id = $3`)
)

// gateStatusOnce hands the statuses that are due to the gateways they go back by.
func (o *Office) gateStatusOnce(ctx context.Context) (int, error) {
	if _, due, err := store.Maybe[int64](ctx, o.DB, sqlAnyGateStatus, o.DB.Now()); err != nil || !due {
		return 0, err
	}
	var owed []status
	err := o.DB.Keep(ctx, func(tx *store.Tx) (err error) {
		owed, err = store.All[status](ctx, tx, sqlClaimGateStatuses, tx.Now().Add(o.gateLease()), tx.Now(), shipBatch)
		tx.Wrote()
		return err
	})
	if err != nil || len(owed) == 0 {
		return 0, err
	}
	errs := make([]error, len(owed))
	o.side(len(owed), func(i int) { errs[i] = o.gateStatus(ctx, owed[i]) })
	return len(owed), errors.Join(errs...)
}

// gateStatus writes, keeps and hands over one status. On a gateway it bears no mark for machines: other systems show the description as it is.
func (o *Office) gateStatus(ctx context.Context, s status) error {
	c, err := channelOf(ctx, o.DB, s.Channel)
	if err != nil {
		return err
	}
	link, k, err := o.link(ctx, c, s.AgencyID)
	if errors.Is(err, errClosed) {
		return o.DB.Keep(ctx, func(tx *store.Tx) error {
			_, err := tx.Exec(ctx, sqlGateStatusWait, tx.Now().Add(shipWait(5)), "Kênh hoặc thông tin kết nối của cơ quan đang tắt.", s.Tries-1, s.AgencyID, s.ID)
			return err
		})
	}
	var docID string
	if err == nil {
		docID, err = o.handStatus(ctx, link, c, k, &s)
	}
	if ctx.Err() != nil {
		return nil
	}
	if err == nil {
		return o.DB.Keep(ctx, func(tx *store.Tx) error {
			if err := noteConnection(ctx, tx, k, nil); err != nil {
				return err
			}
			_, err := tx.Exec(ctx, sqlGateStatusSent, tx.Now(), cut(docID, 200), s.AgencyID, s.ID)
			return err
		})
	}
	if passing(err) && s.Tries < c.Retries {
		return o.DB.Keep(ctx, func(tx *store.Tx) error {
			if err := noteConnection(ctx, tx, k, err); err != nil {
				return err
			}
			_, e := tx.Exec(ctx, sqlGateStatusWait, tx.Now().Add(shipWait(s.Tries)), wordsOf(err), s.Tries, s.AgencyID, s.ID)
			return e
		})
	}
	people, e := clerks(ctx, o.DB, s.AgencyID, o.DB.Now())
	if e != nil {
		return e
	}
	return o.DB.Write(ctx, store.System(s.AgencyID), func(tx *store.Tx) error {
		if e := noteConnection(ctx, tx, k, err); e != nil {
			return e
		}
		if _, e := tx.Exec(ctx, sqlGateStatusLost, wordsOf(err), s.AgencyID, s.ID); e != nil {
			return e
		}
		return tx.Record(store.Event{Verb: "status.failed", Agency: s.AgencyID, Ref: s.Receipt, Title: s.Number + "/" + s.Notation, Notify: people,
			Text: store.Say("{channel} không nhận trạng thái {code} của văn bản {title} gửi {peer}: {words}. Trạng thái được giữ; quản trị hệ thống sửa nguyên nhân rồi cho gửi lại.",
				"channel", store.Say(ChannelName(s.Channel)), "code", label(s.Code), "title", s.Number+"/"+s.Notation, "peer", s.PeerCode, "words", wordsOf(err)),
			Data: map[string]any{"code": s.Code, "peer": s.PeerCode, "channel": s.Channel, "answer": wordsOf(err)}})
	})
}

func (o *Office) handStatus(ctx context.Context, link gateway.Link, c Channel, k Credential, s *status) (string, error) {
	us, err := agencyOf(ctx, o.DB, s.AgencyID, s.StatedAt)
	if err != nil {
		return "", err
	}
	us = k.named(us)
	if s.Raw == "" {
		plain := *s
		plain.SHA, plain.Parcel = "", ""
		raw, err := statusMessage(us, plain)
		if err == nil && c.Sign {
			raw, err = o.signPacket(ctx, us, raw)
		}
		if err != nil {
			return "", err
		}
		s.Raw = store.Packed(raw)
		if err := o.DB.Keep(ctx, func(tx *store.Tx) error {
			_, err := tx.Exec(ctx, sqlWritten, keptAs(s.AgencyID, us.Wire, raw), s.AgencyID, s.ID)
			return err
		}); err != nil {
			return "", err
		}
	}
	return link.Send(ctx, gateway.Message{Kind: gateway.Status, From: us.Wire, To: s.PeerCode, Name: rawName(s.DocumentID+"-"+s.Code, s.ID), Size: int64(len(s.Raw)),
		Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader([]byte(s.Raw))), nil }})
}
