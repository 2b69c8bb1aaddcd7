package exchange

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"congvu/internal/axis"
	"congvu/internal/calendar"
	"congvu/internal/org"
	"congvu/internal/store"
)

// What an agency of this house sends to another one of it needs no broker, and need not be opened once for each receiver by the program that has just packed it. While a city
// is built (congvu seed) CarryInHouse carries it from hand to hand, many receivers in one transaction, and leaves the rows that the axis leaves (decision 0043). Whatever
// is out of the ordinary goes the ordinary way, one parcel after another, also from hand to hand.

// carrier is one run of CarryInHouse: what it has learnt of agencies, keys and parcels is good for all their receivers.
type carrier struct {
	o     *Office
	loses func(d Delivery) bool // nil = nothing is lost
	mu    sync.Mutex

	agencies map[string]*agency       // hosted here and at work, by wire code; nil = not so
	named    map[named]agency         // as they were called on a day
	pens     map[int64]*pen           // by agency
	trusted  map[org.AgencyID]bool    // whether receivers believe them
	known    map[[2]int64]*opened     // what parcels hold that this run has packed
	told     map[[2]int64][]*listener // the files as they were packed, until the parcel is known
	parcels  map[[2]int64]*Parcel     // of senders
	lost     map[string]bool          // what does not come through this time, by parcel and receiver
}

type named struct {
	id int64
	on calendar.Date
}

type carrying struct{}

// carrierOf is the run that a piece of work belongs to; nil = it goes over the axis.
func carrierOf(ctx context.Context) *carrier {
	c, _ := ctx.Value(carrying{}).(*carrier)
	return c
}

// CarryInHouse delivers, takes in and receipts everything that agencies of this house have sent each other by now: issued documents, statuses, requests and their
// answers, until nothing is left. It tells how many parcels it carried. What is for agencies elsewhere stays where it is. It works without Run, also beside it.
func (o *Office) CarryInHouse(ctx context.Context) (int, error) { return o.CarryLosing(ctx, nil) }

// CarryLosing is CarryInHouse over a way that loses parcels: a document's line for which loses is true is sent, nobody answers it, and it stays due as the axis
// leaves it (backoff); a later carriage sends it again. Lines tell how often they were sent (Sends).
func (o *Office) CarryLosing(ctx context.Context, loses func(d Delivery) bool) (int, error) {
	c := &carrier{o: o, loses: loses, lost: map[string]bool{}, agencies: map[string]*agency{}, named: map[named]agency{}, pens: map[int64]*pen{}, trusted: map[org.AgencyID]bool{}, known: map[[2]int64]*opened{}, told: map[[2]int64][]*listener{},
		parcels: map[[2]int64]*Parcel{}}
	ctx = context.WithValue(ctx, carrying{}, c)
	all := 0
	for {
		n, err := c.round(ctx)
		all += n
		if err != nil {
			return all, fmt.Errorf("carry in the house: %w", err)
		}
		if n == 0 {
			return all, o.notePeers(ctx)
		}
	}
}

// round does once what the loops of Run do.
func (c *carrier) round(ctx context.Context) (int, error) {
	if err := c.o.DB.CatchUp(ctx, Follower, patience, c.o.Hear); err != nil {
		return 0, err
	}
	all := 0
	for _, part := range []struct {
		do   func(context.Context) (int, error)
		once bool // it takes all there is; what it leaves due again waits for the answers
	}{
		{do: func(ctx context.Context) (int, error) { return c.o.DB.WorkOnce(ctx, c.o.packing()) }},
		{do: c.deliver, once: true},
		{do: c.answer},
		{do: func(ctx context.Context) (int, error) { return c.o.DB.WorkOnce(ctx, c.o.requesting()) }},
		{do: c.o.askAgainOnce},
	} {
		for {
			n, err := part.do(ctx)
			all += n
			if err != nil {
				return all, err
			}
			if n == 0 || part.once {
				break
			}
		}
	}
	return all, nil
}

// patience is how long CarryInHouse waits for an older transaction of the server; what it keeps back is carried the next time.
const patience = time.Minute

var errNotCarried = errors.New("the axis did not answer for the parcel")

// here gives an agency whose work lives in this house and goes on; nil = none such.
func (c *carrier) here(ctx context.Context, code string) (*agency, error) {
	c.mu.Lock()
	a, known := c.agencies[code]
	c.mu.Unlock()
	if known {
		return a, nil
	}
	found, ok, err := agencyByCode(ctx, c.o.DB, code, c.o.DB.Now())
	if err != nil {
		return nil, err
	}
	if ok && found.Hosted && found.State == "active" {
		a = &found
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.agencies[code] = a
	return a, nil
}

// hosts tells whether a code is that of an agency whose data live here, also of one that has ended.
func (c *carrier) hosts(ctx context.Context, code string) (bool, error) {
	if a, err := c.here(ctx, code); a != nil || err != nil {
		return a != nil, err
	}
	a, ok, err := agencyByCode(ctx, c.o.DB, code, c.o.DB.Now())
	return ok && a.Hosted, err
}

// calledAt is agencyOf, once a day and agency.
func (c *carrier) calledAt(ctx context.Context, id int64, at store.Instant) (agency, error) {
	k := named{id, calendar.DateOf(at.Time())}
	c.mu.Lock()
	a, known := c.named[k]
	c.mu.Unlock()
	if known {
		return a, nil
	}
	a, err := agencyOf(ctx, c.o.DB, id, at)
	if err == nil {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.named[k] = a
	}
	return a, err
}

// post hands parcels on: over the axis, or from hand to hand to agencies of this house while CarryInHouse is at it.
func (o *Office) post(ctx context.Context, parcels []axis.Parcel) []error {
	c := carrierOf(ctx)
	if c == nil && o.losing == nil {
		results, _ := o.Axis.SendAll(ctx, parcels)
		return results
	}
	results := make([]error, len(parcels))
	var out []axis.Parcel
	var places []int
	for i, p := range parcels {
		if c == nil {
			if !o.losing(p) {
				out, places = append(out, p), append(places, i)
			}
			continue
		}
		if c.drops(p) {
			continue
		}
		to, here, err := agencyByCode(ctx, o.DB, p.To, o.DB.Now())
		switch {
		case err != nil:
			results[i] = err
		case here && to.Hosted:
			p.Attempt = 1
			results[i] = o.takeIn(ctx, p)
		default:
			out, places = append(out, p), append(places, i)
		}
	}
	if len(out) > 0 && o.Axis != nil {
		sent, _ := o.Axis.SendAll(ctx, out)
		for i, place := range places {
			results[place] = errNotCarried
			if i < len(sent) {
				results[place] = sent[i]
			}
		}
	}
	return results
}

// mayLose asks whether a due line's parcel is lost this time; such a one goes by itself, as what was sent before does.
func (c *carrier) mayLose(d Delivery) bool {
	if c.loses == nil || !c.loses(d) {
		return false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.lost[fmt.Sprintf("/%d/%s", d.ParcelID, d.ReceiverCode)] = true
	return true
}

// drops lets go of a parcel that the exchange has sent and the way loses.
func (c *carrier) drops(p axis.Parcel) bool {
	_, rest, _ := strings.Cut(p.ID, "/")
	c.mu.Lock()
	defer c.mu.Unlock()
	lost := c.lost["/"+rest]
	delete(c.lost, "/"+rest)
	return lost
}

// sender of a message within the house, as vouch finds him.
func (a *agency) sender(code string) sender {
	return sender{ID: a.ID, Code: code, Name: a.Name, Codes: append([]string{code}, a.codes()...)}
}
