package exchange

import (
	"context"
	"errors"
	"math"
	"slices"
	"time"

	"congvu/internal/calendar"
	"congvu/internal/org"
	"congvu/internal/store"
)

// Watch is how the exchange stands now: for a clerk what his agency sends and owes, for a system administrator the whole installation.
type Watch struct {
	At          store.Instant
	Whole       bool // of the installation
	States      []StateCount
	Queued      store.Instant // since when the oldest document waits to leave; 0 = none does
	Unanswered  store.Instant // since when the oldest that left waits for its receipt
	Resent      int64         // lines that left more than once and wait still
	Flagged     int64
	Answered    int           // receipts of today
	Half, Most  time.Duration // the way from sending to receipt today: half of them took at most Half, 95 of 100 at most Most
	Waiting     int64         // parcels that wait for their sender's turn
	WaitingLong store.Instant // since when the oldest does
	Quarantined int64         // that nobody has decided
	Owed        int64         // statuses that could not leave yet
	OwedSince   store.Instant
	Differences int64
	Throttled   []Peer // of the whole installation: senders whose parcels wait
	Skewed      []Peer // peers whose clock cannot be right if ours is
	OurClock    bool   // several clocks are off in the same direction: it is more likely ours
}

// StateCount is how many lines are in a state, and since when the oldest is.
type StateCount struct {
	State  State
	N      int64
	Oldest store.Instant
	Resent int64
}

// Peer is what is known of one we exchange with.
type Peer struct {
	Code    string
	Name    string
	Seen    store.Instant `db:"seen_us"` // 0 = never
	Speaks  string
	Parcels int64         `db:"parcels_minute"` // its own quota; 0 = the usual one
	Bytes   int64         `db:"bytes_minute"`
	Skew    int64         `db:"skew_us"` // of its clock, in microseconds; 0 = none that can be proved
	SkewAt  store.Instant `db:"skew_at_us"`
	Since   store.Instant `db:"waiting_us"` // since when its parcels wait; 0 = they do not
}

// Ahead is how far a peer's clock is before ours; negative when it is behind.
func (p Peer) Ahead() time.Duration { return time.Duration(p.Skew) * time.Microsecond }

const (
	notThere    = `(flagged OR state IN ('not_sent', 'queued', 'on_exchange', 'refused', 'failed'))` // as the index of undelivered lines says
	peerColumns = `code, name, seen_us, speaks, parcels_minute, bytes_minute, skew_us, skew_at_us, waiting_us`
	countStates = `SELECT state, CAST(count(*) AS BIGINT) AS n, min(state_us) AS oldest, CAST(sum(CASE WHEN sends > 1 THEN 1 ELSE 0 END) AS BIGINT) AS resent FROM exchange_deliveries WHERE `
)

var (
	sqlStatesOwn  = store.SQL(countStates + `agency_id = $1 AND ` + notThere + ` AND channel <> '' GROUP BY state ORDER BY state`)
	sqlStatesAll  = store.SQL(countStates + notThere + ` AND channel <> '' GROUP BY state ORDER BY state`)
	sqlFlaggedOwn = store.SQL(`SELECT CAST(count(*) AS BIGINT) FROM exchange_deliveries WHERE agency_id = $1 AND ` + notThere + ` AND flagged`)
	sqlFlaggedAll = store.SQL(`SELECT CAST(count(*) AS BIGINT) FROM exchange_deliveries WHERE ` + notThere + ` AND flagged`)
	// Identifiers are in the order of time: those of today are the end of each agency's lines.
	sqlTook = store.SQL(`SELECT arrived_us - sent_us FROM exchange_deliveries WHERE agency_id IN (SELECT CAST(value AS BIGINT) FROM json_each(CAST($1 AS TEXT)))
		AND id >= $2 AND arrived_us > 0 AND sent_us > 0 LIMIT 20000`)
	sqlWaitOwn   = store.SQL(`SELECT CAST(count(*) AS BIGINT) AS n, COALESCE(min(at_us), 0) AS oldest FROM exchange_waiting WHERE agency_id = $1`)
	sqlWaitAll   = store.SQL(`SELECT CAST(count(*) AS BIGINT) AS n, COALESCE(min(at_us), 0) AS oldest FROM exchange_waiting`)
	sqlApartOwn  = store.SQL(`SELECT CAST(count(*) AS BIGINT) FROM exchange_quarantine WHERE agency_id = $1 AND state = 'waiting'`)
	sqlApartAll  = store.SQL(`SELECT CAST(count(*) AS BIGINT) FROM exchange_quarantine WHERE agency_id IN (SELECT CAST(value AS BIGINT) FROM json_each(CAST($1 AS TEXT))) AND state = 'waiting'`)
	sqlOwedOwn   = store.SQL(`SELECT CAST(count(*) AS BIGINT) AS n, COALESCE(min(stated_us), 0) AS oldest FROM exchange_statuses WHERE agency_id = $1 AND due_us > 0 AND last_error <> ''`)
	sqlOwedAll   = store.SQL(`SELECT CAST(count(*) AS BIGINT) AS n, COALESCE(min(stated_us), 0) AS oldest FROM exchange_statuses WHERE due_us > 0 AND last_error <> ''`)
	sqlOddOwn    = store.SQL(`SELECT CAST(count(*) AS BIGINT) FROM exchange_differences WHERE agency_id = $1 AND state <> 'healed'`)
	sqlOddAll    = store.SQL(`SELECT CAST(count(*) AS BIGINT) FROM exchange_differences WHERE state <> 'healed'`)
	sqlPeersSlow = store.SQL(`SELECT ` + peerColumns + ` FROM exchange_peers WHERE waiting_us > 0 ORDER BY waiting_us LIMIT 50`)
	sqlPeersSkew = store.SQL(`SELECT ` + peerColumns + ` FROM exchange_peers WHERE skew_us <> 0 AND skew_at_us >= $1 ORDER BY skew_at_us DESC LIMIT 50`)
	sqlPeersAll  = store.SQL(`SELECT ` + peerColumns + ` FROM exchange_peers WHERE code > $1 ORDER BY code LIMIT $2`)
	sqlPeersOwn  = store.SQL(`SELECT p.code, p.name, p.seen_us, p.speaks, CAST(0 AS BIGINT) AS parcels_minute, CAST(0 AS BIGINT) AS bytes_minute, p.skew_us, p.skew_at_us, p.waiting_us
		FROM exchange_reconciliations r JOIN exchange_peers p ON p.code = r.peer_code WHERE r.agency_id = $1 AND r.peer_code > $2 ORDER BY r.peer_code LIMIT $3`)
)

type tally struct {
	N      int64
	Oldest store.Instant
}

const skewKept = 24 * time.Hour // how long a clock that was off is shown

func mayLookAfter(a store.Actor) bool { return MayOpenQuarantine(a) || MayRuleExchange(a) }

func notForYou() error {
	return store.Refuse(store.Forbidden, "Chỉ văn thư và quản trị hệ thống được theo dõi liên thông.")
}

// Look tells how the exchange stands. Forbidden for others than clerks and system administrators. Every figure is read from an index of what is not
// finished, never from all that was ever sent.
func Look(ctx context.Context, r store.Reader, a store.Actor, now store.Instant) (Watch, error) {
	if !mayLookAfter(a) {
		return Watch{}, notForYou()
	}
	w := Watch{At: now, Whole: MayRuleExchange(a)}
	agencies := []int64{a.Agency}
	if w.Whole {
		hosted, err := org.HostedAgencies(ctx, r)
		if err != nil {
			return w, err
		}
		for _, h := range hosted {
			agencies = append(agencies, int64(h.ID))
		}
		if a.Agency != 0 { // agency 0 is what came for nobody here
			agencies = append(agencies, 0)
		}
	}
	list := string(store.JSONOf(agencies))
	var err error
	if w.States, err = scoped[StateCount](ctx, r, w.Whole, sqlStatesAll, sqlStatesOwn, a.Agency); err != nil {
		return w, err
	}
	for _, s := range w.States {
		switch s.State {
		case NotSent, Queued:
			w.Queued = earlier(w.Queued, s.Oldest)
		case OnExchange:
			w.Unanswered, w.Resent = s.Oldest, s.Resent
		}
	}
	var waiting, owed tally
	for _, ask := range []struct {
		all, own *store.Stmt
		into     any
	}{{sqlFlaggedAll, sqlFlaggedOwn, &w.Flagged}, {sqlWaitAll, sqlWaitOwn, &waiting}, {sqlOwedAll, sqlOwedOwn, &owed}, {sqlOddAll, sqlOddOwn, &w.Differences}} {
		switch into := ask.into.(type) {
		case *int64:
			err = first(ctx, r, w.Whole, ask.all, ask.own, a.Agency, into)
		case *tally:
			err = first(ctx, r, w.Whole, ask.all, ask.own, a.Agency, into)
		}
		if err != nil {
			return w, err
		}
	}
	w.Waiting, w.WaitingLong, w.Owed, w.OwedSince = waiting.N, waiting.Oldest, owed.N, owed.Oldest
	if w.Whole {
		w.Quarantined, err = store.One[int64](ctx, r, sqlApartAll, list)
	} else {
		w.Quarantined, err = store.One[int64](ctx, r, sqlApartOwn, a.Agency)
	}
	if err != nil {
		return w, err
	}
	took, err := store.All[int64](ctx, r, sqlTook, list, store.FirstID(store.InstantOf(calendar.DateOf(now.Time()).At(0, 0))))
	if err != nil {
		return w, err
	}
	slices.Sort(took)
	if w.Answered = len(took); w.Answered > 0 {
		w.Half, w.Most = part(took, 50), part(took, 95)
	}
	if w.Throttled, err = store.All[Peer](ctx, r, sqlPeersSlow); err != nil {
		return w, err
	}
	if w.Skewed, err = store.All[Peer](ctx, r, sqlPeersSkew, now.Add(-skewKept)); err != nil {
		return w, err
	}
	w.OurClock = len(w.Skewed) >= 3 && !slices.ContainsFunc(w.Skewed, func(p Peer) bool { return (p.Skew > 0) != (w.Skewed[0].Skew > 0) })
	if !w.Whole {
		w.Throttled, w.Skewed = nil, nil // whom the others of the installation exchange with is its administrator's to know
	}
	return w, nil
}

func earlier(a, b store.Instant) store.Instant {
	if a == 0 || b != 0 && b < a {
		return b
	}
	return a
}

func part(sorted []int64, percent int) time.Duration {
	return time.Duration(max(sorted[min((len(sorted)*percent+99)/100, len(sorted))-1], 0)) * time.Microsecond
}

func scoped[T any](ctx context.Context, r store.Reader, whole bool, all, own *store.Stmt, agency int64) ([]T, error) {
	if whole {
		return store.All[T](ctx, r, all)
	}
	return store.All[T](ctx, r, own, agency)
}

func first[T any](ctx context.Context, r store.Reader, whole bool, all, own *store.Stmt, agency int64, into *T) error {
	rows, err := scoped[T](ctx, r, whole, all, own, agency)
	if err == nil && len(rows) > 0 {
		*into = rows[0]
	}
	return err
}

// Sought bounds a list of lines that are not where they should be; zero values bound nothing.
type Sought struct {
	Peer    string // the receiver's code
	State   State
	Channel string
	Older   time.Duration // in their state for at least that long
}

const soughtLines = notThere + ` AND channel <> '' AND (CAST($2 AS TEXT) = '' OR receiver_code = $2) AND (CAST($3 AS TEXT) = '' OR state = $3)
		AND (CAST($4 AS TEXT) = '' OR channel = $4) AND state_us <= $5 `

var (
	sqlSoughtOwn = store.SQL(`SELECT ` + deliveryColumns + ` FROM exchange_deliveries WHERE agency_id = $1 AND ` + soughtLines + `AND id < $6 ORDER BY id DESC LIMIT $7`)
	sqlSoughtAll = store.SQL(`SELECT ` + deliveryColumns + ` FROM exchange_deliveries WHERE agency_id >= $1 AND ` + soughtLines + `AND id < $6 ORDER BY id DESC LIMIT $7`)
)

// Seek lists up to limit lines that have no receipt, were refused, failed or are flagged, newest first, older than the line before (0 = from the newest):
// of the actor's agency, for a system administrator of all agencies here.
func Seek(ctx context.Context, r store.Reader, a store.Actor, now store.Instant, s Sought, before int64, limit int) ([]Delivery, error) {
	if !mayLookAfter(a) {
		return nil, notForYou()
	}
	if before == 0 {
		before = math.MaxInt64
	}
	from, agency := sqlSoughtOwn, a.Agency
	if MayRuleExchange(a) {
		from, agency = sqlSoughtAll, 0
	}
	return store.All[Delivery](ctx, r, from, agency, s.Peer, string(s.State), s.Channel, now.Add(-s.Older), before, limit)
}

const mostResent = 200 // lines of one act

// ResendAll sends again what is sought of the clerk's agency and can be sent again, up to 200 lines; it tells how many. Lines that cannot are left as they
// are. Forbidden for others than the clerk.
func ResendAll(ctx context.Context, tx *store.Tx, s Sought) (int, error) {
	a := tx.Actor()
	if !MayResend(a) {
		return 0, store.Refuse(store.Forbidden, "Chỉ văn thư của cơ quan được gửi lại văn bản.")
	}
	lines, err := store.All[Delivery](ctx, tx, sqlSoughtOwn, a.Agency, s.Peer, string(s.State), s.Channel, tx.Now().Add(-s.Older), int64(math.MaxInt64), 5*mostResent)
	if err != nil {
		return 0, err
	}
	n := 0
	for _, d := range lines {
		if !d.State.CanResend() || n == mostResent {
			continue
		}
		switch err := Resend(ctx, tx, d.ID); {
		case err == nil:
			n++
		case !errors.Is(err, store.Conflict):
			return n, err
		}
	}
	if n == 0 {
		return 0, store.Refuse(store.Conflict, "Không có văn bản nào trong danh sách gửi lại được. Danh sách được giữ nguyên.")
	}
	return n, nil
}

// FailingStatus is a status that could not leave yet, and why.
type FailingStatus struct {
	AgencyID   int64
	ID         int64
	Code       string
	PeerCode   string
	DocumentID string
	StatedAt   store.Instant `db:"stated_us"`
	Due        store.Instant `db:"due_us"`
	Tries      int
	LastError  string
}

const failingColumns = `agency_id, id, code, peer_code, document_id, stated_us, due_us, tries, last_error`

var (
	sqlFailingOwn = store.SQL(`SELECT ` + failingColumns + ` FROM exchange_statuses WHERE agency_id = $1 AND due_us > 0 AND last_error <> '' ORDER BY due_us, id LIMIT $2`)
	sqlFailingAll = store.SQL(`SELECT ` + failingColumns + ` FROM exchange_statuses WHERE due_us > $1 AND due_us > 0 AND last_error <> '' ORDER BY due_us, id LIMIT $2`)
	sqlRoundsOwn  = store.SQL(`SELECT ` + reconciliationColumns + ` FROM exchange_reconciliations WHERE agency_id = $1 AND peer_code > $2 ORDER BY peer_code LIMIT $3`)
	sqlRoundsOdd  = store.SQL(`SELECT ` + reconciliationColumns + ` FROM exchange_reconciliations WHERE agency_id >= $1 AND peer_code > $2 AND state <> 'agreed' ORDER BY agency_id, peer_code LIMIT $3`)
	sqlOddsOwn    = store.SQL(`SELECT ` + differenceColumns + ` FROM exchange_differences WHERE agency_id = $1 AND state <> 'healed' AND id < $2 ORDER BY id DESC LIMIT $3`)
	sqlOddsAll    = store.SQL(`SELECT ` + differenceColumns + ` FROM exchange_differences WHERE agency_id >= $1 AND state <> 'healed' AND id < $2 ORDER BY id DESC LIMIT $3`)
)

// FailingStatuses lists what we owe senders and could not send yet, the next due first.
func FailingStatuses(ctx context.Context, r store.Reader, a store.Actor, limit int) ([]FailingStatus, error) {
	return bounded[FailingStatus](ctx, r, a, sqlFailingAll, sqlFailingOwn, limit)
}

// Peers lists those we exchange with by code, after the one given: for a system administrator all, with their quotas; for a clerk those his agency was
// compared with.
func Peers(ctx context.Context, r store.Reader, a store.Actor, after string, limit int) ([]Peer, error) {
	switch {
	case !mayLookAfter(a):
		return nil, notForYou()
	case MayRuleExchange(a):
		return store.All[Peer](ctx, r, sqlPeersAll, after, limit)
	}
	return store.All[Peer](ctx, r, sqlPeersOwn, a.Agency, after, limit)
}

// Reconciliations lists what the last comparison with each peer gave, by the peer's code, after the one given; for a system administrator those that did not agree.
func Reconciliations(ctx context.Context, r store.Reader, a store.Actor, after string, limit int) ([]Reconciliation, error) {
	return bounded[Reconciliation](ctx, r, a, sqlRoundsOdd, sqlRoundsOwn, after, limit)
}

// Differences lists what sender and receiver do not agree about and is not healed, newest first, older than before (0 = from the newest).
func Differences(ctx context.Context, r store.Reader, a store.Actor, before int64, limit int) ([]Difference, error) {
	if before == 0 {
		before = math.MaxInt64
	}
	return bounded[Difference](ctx, r, a, sqlOddsAll, sqlOddsOwn, before, limit)
}

func bounded[T any](ctx context.Context, r store.Reader, a store.Actor, all, own *store.Stmt, args ...any) ([]T, error) {
	switch {
	case !mayLookAfter(a):
		return nil, notForYou()
	case MayRuleExchange(a):
		return store.All[T](ctx, r, all, append([]any{int64(0)}, args...)...)
	}
	return store.All[T](ctx, r, own, append([]any{a.Agency}, args...)...)
}
