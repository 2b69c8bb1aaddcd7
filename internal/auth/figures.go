package auth

import (
	"context"
	"sync/atomic"
	"time"

	"congvu/internal/store"
)

// Presence is how many are signed in, and how many of them did something in the last five minutes.
type Presence struct{ Open, Active int64 }

var sqlPresence = store.SQL(`SELECT CAST(count(*) AS BIGINT) AS open, COALESCE(CAST(sum(CASE WHEN seen_us >= $1 THEN 1 ELSE 0 END) AS BIGINT), 0) AS active
	FROM auth_sessions WHERE ends_us > $2`)

// Present counts sessions, for the figures of the machine.
func Present(ctx context.Context, r store.Reader, now store.Instant) (Presence, error) {
	return store.One[Presence](ctx, r, sqlPresence, now.Add(-5*time.Minute), now)
}

// passwordsWaiting is how many hashes wait for a processor.
var passwordsWaiting atomic.Int64

// PasswordsWaiting gives it, for /metrics: what is above zero for long is a burst of sign-ins that the machine is too small for.
func PasswordsWaiting() int64 { return passwordsWaiting.Load() }

// turn waits for a processor to compute a hash on; done gives it back.
func turn(ctx context.Context) (done func(), err error) {
	passwordsWaiting.Add(1)
	defer passwordsWaiting.Add(-1)
	if err := hashing.Acquire(ctx, 1); err != nil {
		return nil, err
	}
	return func() { hashing.Release(1) }, nil
}
