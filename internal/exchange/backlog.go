package exchange

import (
	"context"

	"congvu/internal/store"
)

// Backlog is what the exchange of the whole installation has not finished, for the figures of the machine: no names, no agencies.
type Backlog struct {
	Lines       map[State]int64 // lines of receivers that are not there yet, by state
	Queued      store.Instant   // since when the oldest waits to leave; 0 = none does
	Unanswered  store.Instant   // since when the oldest that left waits for its receipt
	Waiting     int64           // parcels that wait for their sender's turn
	WaitingLong store.Instant
	Owed        int64 // statuses that could not leave yet
	OwedSince   store.Instant
	Quarantined int64
	Differences int64
}

var sqlApartWhole = store.SQL(`SELECT CAST(count(*) AS BIGINT) FROM exchange_quarantine WHERE state = 'waiting'`)

// Unfinished counts it, from the indexes of what is not finished.
func Unfinished(ctx context.Context, r store.Reader) (b Backlog, err error) {
	states, err := store.All[StateCount](ctx, r, sqlStatesAll)
	if err != nil {
		return b, err
	}
	b.Lines = map[State]int64{NotSent: 0, Queued: 0, OnExchange: 0, Refused: 0, Failed: 0}
	for _, s := range states {
		b.Lines[s.State] = s.N
		switch s.State {
		case NotSent, Queued:
			b.Queued = earlier(b.Queued, s.Oldest)
		case OnExchange:
			b.Unanswered = s.Oldest
		}
	}
	waiting, err := store.One[tally](ctx, r, sqlWaitAll)
	if err != nil {
		return b, err
	}
	owed, err := store.One[tally](ctx, r, sqlOwedAll)
	if err != nil {
		return b, err
	}
	b.Waiting, b.WaitingLong, b.Owed, b.OwedSince = waiting.N, waiting.Oldest, owed.N, owed.Oldest
	if b.Quarantined, err = store.One[int64](ctx, r, sqlApartWhole); err != nil {
		return b, err
	}
	b.Differences, err = store.One[int64](ctx, r, sqlOddAll)
	return b, err
}
