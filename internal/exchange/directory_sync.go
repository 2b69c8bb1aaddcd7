package exchange

import (
	"context"
	"errors"
	"fmt"
	"time"

	"congvu/internal/edxml"
	"congvu/internal/gateway"
	"congvu/internal/org"
	"congvu/internal/store"
)

// DirectorySource is where a list of agencies comes from: a gateway's link, or anything that gives units.
type DirectorySource struct {
	Source  string                                            // its name in the directory: national, lgsp …
	Full    func(ctx context.Context) ([]gateway.Unit, error) // the whole list
	Changes func(ctx context.Context) ([]gateway.Unit, error) // what changed, with its versions; nil = the source has no such call
}

// How often a source is asked (X20.6): what changed every day, everything every week; a source that has no list of changes gives all every day.
const (
	askChanges   = 24 * time.Hour
	askFull      = 7 * 24 * time.Hour
	directoryLap = 15 * time.Minute // how often the loop looks whether it is time
	askAgain     = time.Hour        // after a source did not answer
)

// SourceOf makes a source of a gateway's link. A national link has a list of changes, a province's bus has not.
func SourceOf(channel gateway.Channel, link gateway.Link) DirectorySource {
	s := DirectorySource{Source: string(channel), Full: link.Agencies}
	if channel == gateway.National {
		s.Changes = link.Changes
	}
	return s
}

// SyncDirectory fetches a source's list, plans what it changes and carries it out; a run that closes too much is left held. The network is asked
// before any transaction is open. What went wrong is recorded as a failed run.
func (o *Office) SyncDirectory(ctx context.Context, a store.Actor, s DirectorySource, kind string) (*org.Run, error) {
	fetch := s.Full
	if kind == org.RunChanges {
		fetch = s.Changes
	}
	if fetch == nil {
		return nil, store.Refuse(store.Conflict, "Nguồn {source} không có danh mục các thay đổi. Hãy đồng bộ toàn bộ danh mục.", "source", s.Source)
	}
	units, err := fetch(ctx)
	if err != nil {
		if ctx.Err() != nil {
			return nil, err
		}
		why := err.Error()
		var refused *gateway.Refusal
		if errors.As(err, &refused) { // its words unchanged (X17.11)
			why = fmt.Sprintf("%s: %s %s", refused.Call, refused.Code, refused.Text)
		}
		failed := o.DB.Write(ctx, a, func(tx *store.Tx) error { return org.RecordFailedRun(ctx, tx, s.Source, kind, why) })
		return nil, errors.Join(err, failed)
	}
	l := org.List{Source: s.Source, Kind: kind, Units: make([]org.Listed, len(units))}
	for i, u := range units {
		l.Units[i] = listed(u)
	}
	run, err := org.PlanSync(ctx, o.DB, a, l)
	if err != nil {
		return nil, err
	}
	return org.CarryRun(ctx, o.DB, run.ID)
}

func listed(u gateway.Unit) org.Listed {
	return org.Listed{ID: u.ID, ParentID: u.ParentID, Code: u.Code, Code102: u.Code102, OldCode: u.OldCode, Name: u.Name, Mail: u.Mail, Version: u.Version, CenterCode: u.CenterCode,
		IsAgency: u.IsAgency, Deleted: u.Deleted, ModifiedAt: int64(store.InstantOf(u.ModifiedAt))}
}

// syncing keeps the directory: it goes on with runs that a crash left unfinished, and asks each source when it is time.
func (o *Office) syncing(ctx context.Context, trouble func(error)) {
	for ctx.Err() == nil {
		if err := o.syncDue(ctx); err != nil && ctx.Err() == nil {
			trouble(fmt.Errorf("exchange directory: %w", err))
		}
		rest(ctx, o.directoryAsked(), directoryLap)
	}
}

// directoryAsked gives a channel that wakes the directory's loop: a run was confirmed.
func (o *Office) directoryAsked() <-chan struct{} {
	o.hostMu.Lock()
	defer o.hostMu.Unlock()
	if o.sync == nil {
		o.sync = make(chan struct{}, 1)
	}
	return o.sync
}

// WakeDirectory lets the loop look at once, where it runs in this process.
func (o *Office) WakeDirectory() {
	o.directoryAsked()
	select {
	case o.sync <- struct{}{}:
	default:
	}
}

// syncDue does what is due of the directory now.
func (o *Office) syncDue(ctx context.Context) error {
	errs := []error{org.CarryOpenRuns(ctx, o.DB)}
	where := o.Directories
	if where == nil {
		where = o.gatewayDirectories
	}
	sources, err := where(ctx)
	if err != nil {
		return errors.Join(append(errs, err)...)
	}
	for _, s := range sources {
		kind, err := o.dueKind(ctx, s)
		if err == nil && kind != "" {
			_, err = o.SyncDirectory(ctx, store.System(0), s, kind)
		}
		if err != nil && ctx.Err() == nil {
			errs = append(errs, fmt.Errorf("%s: %w", s.Source, err))
		}
	}
	return errors.Join(errs...)
}

var sqlSignsIn = store.SQL(`SELECT agency_id FROM exchange_credentials WHERE channel = $1 AND environment = $2 AND enabled ORDER BY succeeded_us DESC, agency_id LIMIT 1`)

// gatewayDirectories are the channels that are open, each through the agency that signed in last: a gateway's list is the same for all.
func (o *Office) gatewayDirectories(ctx context.Context) ([]DirectorySource, error) {
	channels, err := store.All[Channel](ctx, o.DB, sqlChannels)
	if err != nil {
		return nil, err
	}
	var out []DirectorySource
	for _, c := range channels {
		agency, has, err := store.Maybe[int64](ctx, o.DB, sqlSignsIn, c.Kind, c.Environment)
		if err != nil {
			return nil, err
		}
		if !has || !c.Ready() {
			continue
		}
		link, _, err := o.link(ctx, c, agency)
		if errors.Is(err, errClosed) {
			continue
		}
		if err != nil {
			return nil, err
		}
		out = append(out, SourceOf(gateway.Channel(c.Kind), link))
	}
	return out, nil
}

// dueKind tells which list of a source is due, "" = none.
func (o *Office) dueKind(ctx context.Context, s DirectorySource) (string, error) {
	now := o.DB.Now()
	older := func(every time.Duration, kinds ...string) (bool, error) {
		last, had, err := org.LastRun(ctx, o.DB, s.Source, kinds...)
		return !had || last.StartedAt.Add(every) <= now && last.State != org.RunHeld && last.State != org.RunPlanning && last.State != org.RunCarrying, err
	}
	if failed, err := org.FailedSince(ctx, o.DB, s.Source, now.Add(-askAgain)); err != nil || failed {
		return "", err
	}
	every := askFull
	if s.Changes == nil {
		every = askChanges
	}
	if due, err := older(every, org.RunFull); err != nil || due {
		return org.RunFull, err
	}
	if s.Changes == nil {
		return "", nil
	}
	if due, err := older(askChanges, org.RunFull, org.RunChanges); err != nil || due {
		return org.RunChanges, err
	}
	return "", nil
}

// meet lists a sender whom the directory does not know, for the administrator (X20.5). It is told of, never a reason to lose a parcel.
func (o *Office) meet(ctx context.Context, from edxml.Organization) error {
	if _, known, err := agencyByCode(ctx, o.DB, from.OrganID, o.DB.Now()); known || err != nil {
		return err
	}
	return org.NoteSender(ctx, o.DB, from.OrganID, from.Name, from.Email)
}
