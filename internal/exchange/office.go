package exchange

import (
	"context"
	"sync"
	"time"

	"congvu/internal/axis"
	"congvu/internal/blob"
	"congvu/internal/calendar"
	"congvu/internal/keys"
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

	SpoolDir string                             // for files under way; "" = the system's temporary folder
	Resend   func(sends int) time.Duration      // how long to wait for a receipt after that many sends; nil = 15 minutes, doubling up to a day
	MaxSends int                                // then a clerk decides; 0 = 16
	Parallel int                                // parcels packed and statuses sent at once; 0 = 8
	Fail     func(at string) error              // tests only: a failure at a named arrow
	Evidence func(at time.Time) (crls [][]byte) // revocation lists known at a time; nil = none besides what files carry
}

// Run sends, receives and answers until ctx ends. Troubles are told and tried again. Several processes may run it on one installation.
func (o *Office) Run(ctx context.Context, trouble func(error)) {
	var all sync.WaitGroup
	for _, part := range o.parts(trouble) {
		all.Go(func() { part(ctx) })
	}
	all.Wait()
}

func (o *Office) parts(trouble func(error)) []func(context.Context) {
	return []func(context.Context){
		func(ctx context.Context) { o.dispatch(ctx, trouble) },
	}
}

// clerks are the people of an agency who are told about its mail.
func (o *Office) clerks(ctx context.Context, r store.Reader, agency int64) ([]int64, error) {
	return nil, nil
}
