package exchange

import (
	"context"

	"congvu/internal/store"
)

var sqlBlobsInUse = store.SQL(`
	SELECT sha FROM exchange_parcels WHERE sha IN (SELECT value FROM json_each(CAST($1 AS TEXT))) AND destroyed_us = 0
	UNION SELECT sha FROM exchange_answers WHERE sha IN (SELECT value FROM json_each(CAST($2 AS TEXT)))
	UNION SELECT sha FROM exchange_statuses WHERE sha IN (SELECT value FROM json_each(CAST($3 AS TEXT)))
	UNION SELECT sha FROM exchange_quarantine WHERE sha IN (SELECT value FROM json_each(CAST($4 AS TEXT)))
	UNION SELECT sha FROM exchange_waiting WHERE sha IN (SELECT value FROM json_each(CAST($5 AS TEXT)))`)

// BlobsInUse answers blob.Sweep: which of the addresses the exchange still needs as evidence.
func BlobsInUse(ctx context.Context, r store.Reader, shas []string) (map[string]bool, error) {
	list := string(store.JSONOf(shas))
	found, err := store.All[string](ctx, r, sqlBlobsInUse, list, list, list, list, list)
	used := make(map[string]bool, len(found))
	for _, sha := range found {
		used[sha] = true
	}
	return used, err
}
