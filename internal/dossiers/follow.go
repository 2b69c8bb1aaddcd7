package dossiers

import (
	"context"

	"congvu/internal/documents"
	"congvu/internal/store"
)

// Follower is the cursor of Hear.
const Follower = "dossiers"

var sqlFollowReply = store.SQL(`SELECT d.id FROM dossiers_dossiers d JOIN dossiers_items i ON i.agency_id = d.agency_id AND i.dossier_id = d.id AND i.removed_us = 0
	WHERE d.agency_id = $1 AND i.ref = $2 AND d.state = 'open' AND d.frozen_us = 0
	AND NOT EXISTS (SELECT 1 FROM dossiers_items x WHERE x.agency_id = d.agency_id AND x.dossier_id = d.id AND x.ref = $3 AND x.removed_us = 0) ORDER BY d.id`)

var sqlLoadDossier = store.SQL(`WITH me AS (SELECT CAST($1 AS BIGINT) AS agency, CAST(TRUE AS BOOLEAN) AS sees, CAST(0 AS BIGINT) AS person, CAST(-1 AS BIGINT) AS headed, CAST(-1 AS BIGINT) AS unit, CAST('' AS TEXT) AS today) SELECT ` +
	dossierColumns + from + ` AND d.id = $2`)

// Hear follows the journal: an answer that is issued goes into every open dossier that holds the document it answers (setting dossiers.follow_reply).
func Hear(ctx context.Context, tx *store.Tx, e store.Entry) error {
	if e.Verb != "document.issued" {
		return nil
	}
	kind, id, err := documents.ParseRef(e.Ref)
	if err != nil || kind != "outgoing" {
		return nil
	}
	follow, err := store.Setting(ctx, tx, e.AgencyID, "dossiers.follow_reply", "yes")
	if err != nil || follow == "no" {
		return err
	}
	o, err := documents.FindIssued(ctx, tx, id)
	if err != nil || o.ReplyTo == 0 || o.AgencyID != e.AgencyID {
		return nil // a document that is not there any more is answered by nobody
	}
	dossiers, err := store.All[int64](ctx, tx, sqlFollowReply, o.AgencyID, documents.IncomingRef(o.ReplyTo), o.Ref())
	if err != nil {
		return err
	}
	for _, d := range dossiers {
		if _, err := tx.Exec(ctx, sqlQueueDossier, tx.Now(), o.AgencyID, d); err != nil {
			return err
		}
		row, ok, err := store.Maybe[dossierRow](ctx, tx, sqlLoadDossier, o.AgencyID, d)
		if err != nil || !ok {
			return err
		}
		if err := row.complete(); err != nil {
			return err
		}
		item, err := ofOutgoing(ctx, tx, &o.Outgoing, o.Files)
		if err != nil {
			return err
		}
		if _, err := row.put(ctx, tx, item); err != nil {
			return err
		}
	}
	return nil
}
