package exchange

import (
	"context"
	"strconv"
	"strings"

	"congvu/internal/calendar"
	"congvu/internal/documents"
	"congvu/internal/edxml"
	"congvu/internal/store"
)

// An installation that was put back to an older copy hears from others what it has forgotten: a peer answers a document that is not here, the axis still
// brings a parcel that this installation packed. Both name a number; documents.HeardOf closes the register up to it (reliability §4).

// heardOfOurs hands on a number of an agency here that somebody names and that the exchange does not know.
func (o *Office) heardOfOurs(ctx context.Context, agency int64, code edxml.Code, on edxml.Date, source, peer string) error {
	n, err := strconv.ParseInt(strings.TrimSpace(code.Number), 10, 64)
	if err != nil || agency == 0 {
		return nil // no number of a register
	}
	restored, err := store.Setting(ctx, o.DB, 0, store.SettingRestored, "")
	if err != nil || restored == "" {
		return err
	}
	return o.DB.Keep(ctx, func(tx *store.Tx) error {
		_, err := documents.HeardOf(ctx, tx, documents.Heard{Agency: agency, Number: n, Notation: code.Notation, On: calendar.Date(on), Source: source, Peer: peer})
		return err
	})
}

var sqlPackedHere = store.SQL(`SELECT id FROM exchange_parcels WHERE agency_id = $1 AND direction = 'out' AND sender_code = $2 AND parcel = $3`)

// ours looks whether a document that the axis brings was packed here and has been forgotten.
func (o *Office) ours(ctx context.Context, l letter, x *opened) error {
	if x.sender.ID == 0 || l.gate != nil {
		return nil
	}
	us, err := agencyOf(ctx, o.DB, int64(x.sender.ID), o.DB.Now())
	if err != nil || !us.Hosted {
		return err
	}
	parcel, ok := strings.CutSuffix(l.Parcel, "/"+l.To)
	if !ok {
		return nil
	}
	if _, known, err := store.Maybe[int64](ctx, o.DB, sqlPackedHere, int64(x.sender.ID), l.From, parcel); err != nil || known {
		return err
	}
	m := x.message.Document
	return o.heardOfOurs(ctx, int64(x.sender.ID), m.Code, m.Date, documents.LostStream, x.sender.Name)
}
