package exchange

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"congvu/internal/gateway"
	"congvu/internal/org"
	"congvu/internal/store"
)

// links are the open ways of agencies over gateways, each until its settings change.
type links struct {
	mu   sync.Mutex
	open map[string]heldLink

	counted atomic.Int64 // calls noted
}

type heldLink struct {
	at   [2]int64 // revisions of channel and credential
	link gateway.Link
}

// errClosed is that a channel is off, or an agency cannot sign in: what waits for it waits on.
var errClosed = errors.New("the channel is closed to the agency")

// link opens an agency's way over a gateway.
func (o *Office) link(ctx context.Context, c Channel, agency int64) (gateway.Link, Credential, error) {
	k, ok, err := inUse(ctx, o.DB, c, agency)
	if err == nil && !ok {
		err = errClosed
	}
	if err != nil {
		return nil, k, err
	}
	o.links.mu.Lock()
	defer o.links.mu.Unlock()
	key, at := k.secretName(), [2]int64{c.Revision, k.Revision}
	if h, held := o.links.open[key]; held && h.at == at {
		return h.link, k, nil
	}
	l, err := o.openLink(ctx, c, k, func(call gateway.Call) { o.noteCall(c, k, call) })
	if err != nil {
		return nil, k, err
	}
	if o.links.open == nil {
		o.links.open = map[string]heldLink{}
	}
	o.links.open[key] = heldLink{at, l}
	return l, k, nil
}

func (o *Office) openLink(ctx context.Context, c Channel, k Credential, watch func(gateway.Call)) (gateway.Link, error) {
	secret, err := secretOf(ctx, o.DB, o.Keys, k)
	if err != nil {
		return nil, err
	}
	us, err := agencyOf(ctx, o.DB, k.AgencyID, o.DB.Now())
	if err != nil {
		return nil, err
	}
	open := o.Links
	if open == nil {
		open = gateway.Open
	}
	return open(gateway.Config{Channel: gateway.Channel(c.Kind), Endpoint: c.Endpoint(), SystemID: k.SystemID, Secret: secret, From: k.from(us),
		Paths: c.Named(c.Paths), Headers: c.Named(c.Headers), Timeout: time.Duration(c.TimeoutSeconds) * time.Second, MaxBytes: int64(c.MaxMB) << 20,
		Parallel: c.Parallel, Now: func() time.Time { return o.DB.Now().Time() }, Watch: watch})
}

// from is the agency's code as the gateway knows it (X17.11, X25.2).
func (k Credential) from(us agency) string {
	if k.FromCode != "" {
		return k.FromCode
	}
	return us.Wire
}

// named is the agency as messages over the gateway bear it.
func (k Credential) named(us agency) agency {
	us.Wire = k.from(us)
	return us
}

// Call is one exchange of request and answer with a gateway, without secrets (X23.5).
type Call struct {
	ID         int64
	At         store.Instant `db:"at_us"`
	TookUS     int64         `db:"took_us"`
	Channel    string
	AgencyID   int64
	AgencyName string
	Name       string
	Request    string
	Answer     string
	HTTP       int `db:"http"`
	Code       string
	Failed     bool
	Document   string
}

// Took is how long the gateway needed.
func (c Call) Took() time.Duration { return time.Duration(c.TookUS) * time.Microsecond }

const callColumns = `id, at_us, took_us, channel, agency_id, name, request, answer, http, code, failed, document`

// What is kept of calls: those that failed longer, for a person looks at them.
const (
	callsKept       = 2000
	failedCallsKept = 5000
	callDays        = 30
)

var (
	sqlPutCall = store.SQL(`INSERT INTO exchange_calls (` + callColumns + `) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`)
	sqlCalls   = store.SQL(`SELECT ` + callColumns + ` FROM exchange_calls WHERE id < $1 AND (CAST($2 AS TEXT) = '' OR channel = $2)
		AND (CAST($3 AS BIGINT) = 0 OR failed) ORDER BY id DESC LIMIT $4`)
	sqlCall = store.SQL(`SELECT ` + callColumns + ` FROM exchange_calls WHERE id = $1`)
	// The beginning of a recalled document may stand in the call that fetched it.
	sqlForgetCalls = store.SQL(`DELETE FROM exchange_calls WHERE agency_id = $1 AND document <> '' AND document IN (
		SELECT SUBSTR(parcel, LENGTH(channel) + 2) FROM exchange_parcels WHERE agency_id = $2 AND ref = $3 AND channel <> 'axis')`)
	sqlOldCalls  = store.SQL(`DELETE FROM exchange_calls WHERE at_us < $1`)
	sqlPastCalls = store.SQL(`DELETE FROM exchange_calls WHERE failed = $1 AND id <= COALESCE((SELECT id FROM exchange_calls WHERE failed = $1 ORDER BY id DESC LIMIT 1 OFFSET $2), 0)`)
)

// noteCall keeps a call for the operator and what it says of the connection. It is no reason for anything to fail.
func (o *Office) noteCall(c Channel, k Credential, call gateway.Call) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	_ = o.DB.Keep(ctx, func(tx *store.Tx) error {
		id := tx.NewID()
		if err := tx.Put(ctx, sqlPutCall, id, store.InstantOf(call.At), call.Took.Microseconds(), c.Kind, k.AgencyID, cut(call.Name, 200), cut(call.Request, 8000),
			cut(call.Answer, 8000), call.HTTP, cut(call.Code, 50), call.Failed, cut(call.Document, 200)); err != nil {
			return err
		}
		if o.links.counted.Add(1)%64 != 0 {
			return nil
		}
		return tidyCalls(ctx, tx)
	})
}

func tidyCalls(ctx context.Context, tx *store.Tx) error {
	if _, err := tx.Exec(ctx, sqlOldCalls, tx.Now().Add(-callDays*24*time.Hour)); err != nil {
		return err
	}
	for failed, kept := range map[bool]int{false: callsKept, true: failedCallsKept} {
		if _, err := tx.Exec(ctx, sqlPastCalls, failed, kept); err != nil {
			return err
		}
	}
	return nil
}

// Calls lists up to limit calls of a channel ("" = any), newest first, older than before (0 = from the newest); only those that failed, if wished.
func Calls(ctx context.Context, r store.Reader, a store.Actor, channel string, failed bool, before int64, limit int) ([]Call, error) {
	if err := operates(a); err != nil {
		return nil, err
	}
	if before == 0 {
		before = 1<<63 - 1
	}
	only := 0
	if failed {
		only = 1
	}
	all, err := store.All[Call](ctx, r, sqlCalls, before, channel, only, limit)
	for i := range all {
		if err := all[i].name(ctx, r); err != nil {
			return nil, err
		}
	}
	return all, err
}

// FindCall gives one call with request and answer.
func FindCall(ctx context.Context, r store.Reader, a store.Actor, id int64) (Call, error) {
	if err := operates(a); err != nil {
		return Call{}, err
	}
	c, err := store.One[Call](ctx, r, sqlCall, id)
	if err == nil {
		err = c.name(ctx, r)
	}
	return c, err
}

func (c *Call) name(ctx context.Context, r store.Reader) error {
	a, err := org.FindAgency(ctx, r, org.AgencyID(c.AgencyID))
	if err == nil {
		c.AgencyName = a.Name
	}
	return err
}

// Tested is what came of testing a connection.
type Tested struct {
	OK    bool
	Words string // the server's refusal unchanged, or our trouble; "" when it answered well
	Calls []Call // what was asked and answered
}

// TestChannel signs in for an agency and tells the answer, also while the channel is still off. The credential keeps success or failure.
func (o *Office) TestChannel(ctx context.Context, a store.Actor, channel string, agency int64) (Tested, error) {
	c, err := FindChannel(ctx, o.DB, a, channel)
	if err != nil {
		return Tested{}, err
	}
	k, ok, err := store.Maybe[Credential](ctx, o.DB, sqlCredential, agency, channel, c.Environment)
	if err != nil {
		return Tested{}, err
	}
	if !ok || c.Endpoint() == "" {
		return Tested{}, store.Refuse(store.Conflict, "Khai báo địa chỉ kênh và thông tin kết nối của cơ quan cho môi trường đang chọn trước khi kiểm tra.")
	}
	var out Tested
	l, err := o.openLink(ctx, c, k, func(call gateway.Call) {
		o.noteCall(c, k, call)
		out.Calls = append(out.Calls, Call{At: store.InstantOf(call.At), TookUS: call.Took.Microseconds(), Channel: channel, AgencyID: agency, Name: call.Name, Request: call.Request,
			Answer: call.Answer, HTTP: call.HTTP, Code: call.Code, Failed: call.Failed})
	})
	if err == nil {
		err = l.Test(ctx)
	}
	out.OK, out.Words = err == nil, wordsOf(err)
	return out, o.DB.Write(ctx, a, func(tx *store.Tx) error {
		if err := noteConnection(ctx, tx, k, err); err != nil {
			return err
		}
		return tx.Record(store.Event{Verb: "channel.tested", Agency: agency, Ref: "channel", Title: channel,
			Data: map[string]any{"channel": channel, "environment": c.Environment, "ok": out.OK, "answer": out.Words}})
	})
}

func noteConnection(ctx context.Context, tx *store.Tx, k Credential, trouble error) (err error) {
	if trouble == nil {
		_, err = tx.Exec(ctx, sqlWorked, tx.Now(), k.AgencyID, k.Channel, k.Environment)
	} else {
		_, err = tx.Exec(ctx, sqlTroubled, tx.Now(), wordsOf(trouble), k.AgencyID, k.Channel, k.Environment)
	}
	return err
}

// wordsOf is what the server said, unchanged (X17.11), with its code; of a trouble without an answer, what it was. A network error names no secret:
// those travel in headers.
func wordsOf(err error) string {
	if err == nil {
		return ""
	}
	var r *gateway.Refusal
	if !errors.As(err, &r) {
		if s := sentence(err); !strings.HasPrefix(s, "lỗi hệ thống") {
			return cut(s, 1000)
		}
		return cut(err.Error(), 1000)
	}
	words := strings.TrimSpace(r.Text)
	if words == "" && r.Cause != nil {
		words = r.Cause.Error()
	}
	switch {
	case r.Code != "":
		words = fmt.Sprintf("%s (mã lỗi %s)", words, r.Code)
	case r.HTTP != 0:
		words = fmt.Sprintf("%s (HTTP %d)", words, r.HTTP)
	}
	return cut(strings.TrimSpace(words), 1000)
}

// passing tells whether the same may succeed later (X18.3): what is no answer of the server's, and what it says itself.
func passing(err error) bool {
	var r *gateway.Refusal
	return !errors.As(err, &r) || r.Again
}
