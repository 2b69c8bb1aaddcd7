package documents

import (
	"context"

	"congvu/internal/org"
	"congvu/internal/store"
)

// What becomes of the registry of an agency that ends by a decision (identity.md §8, §9).

var (
	sqlKept = store.SQL(`SELECT (SELECT CAST(count(*) AS BIGINT) FROM documents_incoming WHERE agency_id = $1) + (SELECT CAST(count(*) AS BIGINT) FROM documents_outgoing WHERE agency_id = $1)`)
	sqlOpen = store.SQL(`SELECT (SELECT CAST(count(*) AS BIGINT) FROM documents_incoming WHERE agency_id = $1 AND state IN ('arrived', 'registered', 'assigned', 'in_progress') AND stage <> 'linked')
		+ (SELECT CAST(count(*) AS BIGINT) FROM documents_outgoing WHERE agency_id = $1 AND state NOT IN ('issued', 'cancelled'))`)
	sqlLockBooks = store.SQL(`UPDATE documents_registers SET locked_on = $1 WHERE agency_id = $2 AND (locked_on = '' OR locked_on > $3)`)
)

func init() {
	org.RegisterHolder(org.Holder{
		Held: func(ctx context.Context, r store.Reader, agency org.AgencyID) (map[org.Subject]int64, error) {
			kept, err := store.One[int64](ctx, r, sqlKept, agency)
			if err != nil {
				return nil, err
			}
			open, err := store.One[int64](ctx, r, sqlOpen, agency)
			return map[org.Subject]int64{org.SubjectDocuments: kept, org.SubjectUnfinished: open}, err
		},
		End:         closeBooks,
		List:        listLeft,
		Take:        map[string]func(context.Context, *store.Tx, org.Take) (string, string, error){"incoming": takeIncoming, "outgoing": takeDraft},
		TakeSubject: map[string]org.Subject{"incoming": org.SubjectUnfinished, "outgoing": org.SubjectUnfinished},
	})
}

// closeBooks locks every register of the agency on the first day of the new structure: its series are never gone on with (I8.1, I8.2).
func closeBooks(ctx context.Context, tx *store.Tx, re org.Reorganisation, old org.AgencyID, _ map[org.Subject]org.AgencyID) error {
	n, err := tx.Exec(ctx, sqlLockBooks, re.Effective, old, re.Effective)
	if err != nil || n == 0 {
		return err
	}
	return tx.Record(store.Event{Verb: "register.closed", Agency: int64(old), Ref: "registers", Title: re.Title, Data: map[string]any{"registers": n, "from": re.Effective}})
}
