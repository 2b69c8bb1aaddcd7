package documents

import (
	"context"

	"congvu/internal/store"
)

// Tally is how many documents an installation holds, all agencies together: for whoever has built it and compares.
type Tally struct {
	Outgoing  map[State]int64
	Exchanged map[InState]int64 // received by exchange
	Entered   map[InState]int64 // entered by the registry
}

var (
	sqlTallyOut = store.SQL(`SELECT state, CAST(count(*) AS BIGINT) AS n FROM documents_outgoing GROUP BY state`)
	sqlTallyIn  = store.SQL(`SELECT source, state, CAST(count(*) AS BIGINT) AS n FROM documents_incoming GROUP BY source, state`)
)

// Tallied counts all documents. It shows nobody a document.
func Tallied(ctx context.Context, r store.Reader) (Tally, error) {
	t := Tally{map[State]int64{}, map[InState]int64{}, map[InState]int64{}}
	out, err := store.All[struct {
		State State
		N     int64
	}](ctx, r, sqlTallyOut)
	if err != nil {
		return t, err
	}
	for _, x := range out {
		t.Outgoing[x.State] = x.N
	}
	in, err := store.All[struct {
		Source Source
		State  InState
		N      int64
	}](ctx, r, sqlTallyIn)
	for _, x := range in {
		if x.Source == FromExchange {
			t.Exchanged[x.State] += x.N
		} else {
			t.Entered[x.State] += x.N
		}
	}
	return t, err
}

// Aftermath is what happened to documents later.
type Aftermath struct {
	Recalled, Replaced int64 // issued ones
	Replied            int64 // received ones that a document of their agency answers
	GivenBack          int64 // received ones that somebody gave back to who had passed them on
}

var sqlTallyAfter = store.SQL(`SELECT (SELECT CAST(count(*) AS BIGINT) FROM documents_outgoing WHERE recalled_us > 0) AS recalled,
	(SELECT CAST(count(*) AS BIGINT) FROM documents_outgoing WHERE replaced_by > 0) AS replaced,
	(SELECT CAST(count(*) AS BIGINT) FROM documents_incoming WHERE reply_outgoing > 0) AS replied,
	(SELECT CAST(count(DISTINCT incoming_id) AS BIGINT) FROM documents_lines WHERE state = 'returned_by_me') AS given_back`)

// TalliedAfter counts it over all agencies.
func TalliedAfter(ctx context.Context, r store.Reader) (Aftermath, error) {
	return store.One[Aftermath](ctx, r, sqlTallyAfter)
}
