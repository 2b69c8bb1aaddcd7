package exchange

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"congvu/internal/audit"
	"congvu/internal/axis"
	"congvu/internal/blob"
	"congvu/internal/calendar"
	"congvu/internal/gateway"
	"congvu/internal/keys"
	"congvu/internal/org"
	"congvu/internal/store"
)

// Office is what the exchange works with. DB, Blobs, Keys, Trust and Axis are needed; every other zero value works.
type Office struct {
	DB       *store.DB
	Blobs    blob.Store
	Keys     *keys.Store
	Trust    *keys.Trust
	Axis     *axis.Axis
	Calendar *calendar.Calendar // nil = the embedded one
	Log      *audit.Log         // the sealed journal, for proofs; nil = none are given

	SpoolDir string                             // for files under way; "" = the system's temporary folder
	Resend   func(sends int) time.Duration      // how long to wait for a receipt after that many sends; nil = 15 minutes, doubling up to a day
	MaxSends int                                // then a clerk decides; 0 = 16
	Parallel int                                // parcels packed and statuses signed at once; 0 = 32, for most wait for a disk
	Evidence func(at time.Time) (crls [][]byte) // revocation lists known at a time; nil = none besides what files carry

	Links    func(gateway.Config) (gateway.Link, error) // opens a gateway; nil = the real one
	GateTick time.Duration                              // how often due work of the gateways is looked for; 0 = 1 second

	Usual       Quota                                                // of senders without one of their own; zero = what the administrator set
	Directories func(ctx context.Context) ([]DirectorySource, error) // where lists of agencies come from (X20); nil = the gateways
	UnderWay    time.Duration                                        // parcels younger than that are not compared with their receivers; 0 = 10 minutes

	failing func(at string) error                                                                   // in tests: a failure at a named arrow
	losing  func(p axis.Parcel) bool                                                                // in tests: the axis loses a parcel
	consign func(ctx context.Context, r store.Reader, agency, outgoing int64) (*consignment, error) // nil = ask documents

	memory memory
	quotas quotas
	lately lately
	links  links
	packed packed
	judged judged
	hosts  chan struct{}
	sync   chan struct{}
	hostMu sync.Mutex
}

func (o *Office) days() *calendar.Calendar {
	if o.Calendar == nil {
		return calendar.Default()
	}
	return o.Calendar
}

func (o *Office) parallel() int {
	if o.Parallel > 0 {
		return o.Parallel
	}
	return 32
}

// Run sends, receives and answers until ctx ends. Troubles are told and tried again. Several processes may run it on one installation.
func (o *Office) Run(ctx context.Context, trouble func(error)) {
	parts := []func(){
		func() { o.DB.Follow(ctx, Follower, o.Hear, trouble) },
		func() { o.DB.Work(ctx, o.packing(), trouble) },
		func() { o.DB.Work(ctx, o.packing(), trouble) }, // the one claims while the other waits for its last parcel
		func() { o.DB.Work(ctx, o.retrying(), trouble) },
		func() { o.DB.Work(ctx, o.requesting(), trouble) },
		func() { o.DB.Work(ctx, o.reconciling(), trouble) },
		func() { o.DB.Work(ctx, o.answering(), trouble) },
		func() { o.loop(ctx, "dispatch", "exchange_deliveries", o.dispatchOnce, trouble) },
		func() { o.loop(ctx, "dispatch", "exchange_deliveries", o.dispatchOnce, trouble) }, // different parcels have no order between them
		func() { o.loop(ctx, "statuses", "exchange_statuses", o.answerOnce, trouble) },
		func() { o.loop(ctx, "requests", "exchange_requests", o.askAgainOnce, trouble) },
		func() { o.loop(ctx, "waiting", "exchange_peers", o.admitOnce, trouble) },
		func() { o.watch(ctx, trouble) },
		func() { o.intake(ctx, trouble) },
		func() { o.runGateways(ctx, trouble) },
		func() { o.syncing(ctx, trouble) },
	}
	var all sync.WaitGroup
	for _, part := range parts {
		all.Go(part)
	}
	all.Wait()
}

// loop does due work until there is none, then waits for the next commit into the table where it stands.
func (o *Office) loop(ctx context.Context, name, table string, once func(context.Context) (int, error), trouble func(error)) {
	for ctx.Err() == nil {
		woken := o.DB.ChangedIn(table)
		n, err := once(ctx)
		switch {
		case err != nil && ctx.Err() == nil:
			trouble(fmt.Errorf("exchange %s: %w", name, err))
			rest(ctx, nil, time.Second)
		case n == 0:
			rest(ctx, woken, 500*time.Millisecond)
		}
	}
}

// intake receives for the agencies whose data live here, and binds again when the axis lets go.
func (o *Office) intake(ctx context.Context, trouble func(error)) {
	for ctx.Err() == nil {
		err := o.Host(ctx)
		if err == nil {
			err = o.Axis.Receive(ctx, func(ctx context.Context, p axis.Parcel) axis.Verdict { return o.take(ctx, p, trouble) })
		}
		if err != nil && ctx.Err() == nil {
			trouble(fmt.Errorf("exchange intake: %w", err))
			rest(ctx, nil, time.Second)
		}
	}
}

// Host tells the axis which agencies live here, and at a hub who may connect. Run does it at the start and when either changes.
func (o *Office) Host(ctx context.Context) error {
	codes, err := hosted(ctx, o.DB)
	if err != nil || len(codes) == 0 {
		return err
	}
	o.hostMu.Lock()
	defer o.hostMu.Unlock()
	return o.settle(ctx, codes)
}

func (o *Office) rehost() {
	select {
	case o.changed() <- struct{}{}:
	default:
	}
}

func (o *Office) changed() chan struct{} {
	o.hostMu.Lock()
	defer o.hostMu.Unlock()
	if o.hosts == nil {
		o.hosts = make(chan struct{}, 1)
	}
	return o.hosts
}

// watch looks once a minute for lines that stay unanswered, and follows changes of the directory.
func (o *Office) watch(ctx context.Context, trouble func(error)) {
	for ctx.Err() == nil {
		for _, look := range []func(context.Context) error{o.bringNear, o.warn, o.notePeers, o.tellThrottled, o.nightly, o.readmit} {
			if err := look(ctx); err != nil && ctx.Err() == nil {
				trouble(fmt.Errorf("exchange warnings: %w", err))
			}
		}
		t := time.NewTimer(time.Minute)
		select {
		case <-ctx.Done():
		case <-t.C:
		case <-o.changed():
			if err := o.Host(ctx); err != nil && ctx.Err() == nil {
				trouble(fmt.Errorf("exchange hosts: %w", err))
			}
		}
		t.Stop()
	}
}

var (
	sqlLate = store.SQL(`SELECT ` + deliveryColumns + ` FROM exchange_deliveries WHERE NOT warned AND warn_us <= $1
		AND state IN ('not_sent', 'queued', 'on_exchange') ORDER BY warn_us LIMIT 200`)
	sqlWarned = store.SQL(`UPDATE exchange_deliveries SET warned = TRUE WHERE agency_id = $1 AND id = $2 AND NOT warned`)
)

// contactOf is how a receiver is reached otherwise (X13.5).
func contactOf(ctx context.Context, r store.Reader, receiver int64) (string, error) {
	a, err := org.FindAgency(ctx, r, org.AgencyID(receiver))
	if receiver == 0 || errors.Is(err, store.NotFound) {
		return "–", nil
	}
	if err != nil {
		return "", err
	}
	contact := strings.Trim(a.Phone+", "+a.Email, ", ")
	if contact == "" {
		contact = "–"
	}
	return contact, nil
}

// warn tells the clerks of lines without any answer one working day after sending (X13.5), once each.
func (o *Office) warn(ctx context.Context) error {
	for {
		lines, err := store.All[Delivery](ctx, o.DB, sqlLate, o.DB.Now())
		if err != nil || len(lines) == 0 {
			return err
		}
		for _, d := range lines {
			people, err := clerks(ctx, o.DB, d.AgencyID, o.DB.Now())
			if err != nil {
				return err
			}
			contact, err := contactOf(ctx, o.DB, d.ReceiverID)
			if err != nil {
				return err
			}
			if err := o.DB.Write(ctx, store.System(d.AgencyID), func(tx *store.Tx) error {
				if n, err := tx.Exec(ctx, sqlWarned, d.AgencyID, d.ID); err != nil || n == 0 {
					return err
				}
				text := store.Say("{receiver} chưa xác nhận đã nhận văn bản {title} sau một ngày làm việc. Hệ thống vẫn tự gửi lại; đề nghị liên hệ nơi nhận ({contact}) hoặc bấm Gửi lại.",
					"receiver", d.ReceiverName, "title", d.Title, "contact", contact)
				if d.State == OnExchange && d.Channel != ChannelAxis { // a gateway took it; nothing is sent again by itself
					text = store.Say("{receiver} chưa xác nhận đã nhận văn bản {title} sau một ngày làm việc. {channel} đã nhận gói tin; đề nghị liên hệ nơi nhận ({contact}) hoặc bấm Gửi lại.",
						"receiver", d.ReceiverName, "title", d.Title, "contact", contact, "channel", store.Say(ChannelName(d.Channel)))
				}
				return tx.Record(store.Event{Verb: "delivery.late", Agency: d.AgencyID, Ref: outgoingRef(d.OutgoingID), Title: d.Title, Notify: people, Text: text,
					Data: map[string]any{"delivery": d.ID}})
			}); err != nil {
				return err
			}
		}
	}
}
