package documents

import (
	"context"

	"congvu/internal/org"
	"congvu/internal/store"
)

// PreservationFigure is how many kept files are in a state at a level.
type PreservationFigure struct {
	State PreservationState
	Level string
	N     int64
}

// PreservationFigures are the counts about time stamps and kept files of an agency, or of the whole installation for its administrator.
type PreservationFigures struct {
	Files         []PreservationFigure
	Worse         int64 // files whose verdict is worse than at issue or arrival
	StampsWaiting int64
	StampsFailed  int64
	NextRenewal   store.Instant // 0 none is planned
	LastCheck     store.Instant // 0 none yet
	ChecksWaiting int64
}

// Total is the number of kept files.
func (f PreservationFigures) Total() (n int64) {
	for _, x := range f.Files {
		n += x.N
	}
	return n
}

// In counts the files in a state.
func (f PreservationFigures) In(s PreservationState) (n int64) {
	for _, x := range f.Files {
		if x.State == s {
			n += x.N
		}
	}
	return n
}

// At counts the files whose newest revision has a level.
func (f PreservationFigures) At(level string) (n int64) {
	for _, x := range f.Files {
		if x.Level == level {
			n += x.N
		}
	}
	return n
}

type preservationSums struct {
	Worse, ChecksWaiting        int64
	NextRenewal, LastCheck      store.Instant
	StampsWaiting, StampsFailed int64
}

const stampSums = `CAST(count(CASE WHEN state = 'waiting' THEN 1 END) AS BIGINT) AS stamps_waiting, CAST(count(CASE WHEN state = 'failed' THEN 1 END) AS BIGINT) AS stamps_failed`

var (
	sqlFigures    = store.SQL(`SELECT state, level, CAST(count(*) AS BIGINT) AS n FROM documents_preservations WHERE agency_id = $1 GROUP BY state, level ORDER BY state, level`)
	sqlAllFigures = store.SQL(`SELECT state, level, CAST(count(*) AS BIGINT) AS n FROM documents_preservations GROUP BY state, level ORDER BY state, level`)
	// Each figure from an index of its own: the rows hold whole reports and are too large to be read for a number.
	sqlSums = store.SQL(`SELECT (SELECT CAST(count(*) AS BIGINT) FROM documents_preservations WHERE agency_id = $1 AND worse_us > 0) AS worse,
		(SELECT CAST(count(*) AS BIGINT) FROM documents_preservations WHERE agency_id = $1 AND check_us = 0) AS checks_waiting,
		COALESCE((SELECT min(renew_us) FROM documents_preservations WHERE agency_id = $1 AND renew_us > 0), 0) AS next_renewal,
		COALESCE((SELECT max(checked_us) FROM documents_preservations WHERE agency_id = $1), 0) AS last_check`)
	sqlAllSums = store.SQL(`SELECT (SELECT CAST(count(*) AS BIGINT) FROM documents_preservations WHERE worse_us > 0) AS worse,
		(SELECT CAST(count(*) AS BIGINT) FROM documents_preservations WHERE check_us = 0) AS checks_waiting,
		COALESCE((SELECT min(renew_us) FROM documents_preservations WHERE renew_us > 0), 0) AS next_renewal,
		COALESCE((SELECT max(checked_us) FROM documents_preservations), 0) AS last_check`)
	sqlStampSums = store.SQL(`SELECT ` + stampSums + ` FROM documents_stamps WHERE agency_id = $1 AND state IN ('waiting', 'failed')`)
	sqlStampsAll = store.SQL(`SELECT ` + stampSums + ` FROM documents_stamps WHERE state IN ('waiting', 'failed')`)
)

// MayWatchPreservation tells who sees the figures: the agency's administrators theirs, the installation's administrator those of all.
func MayWatchPreservation(a store.Actor) bool {
	return KeepsSignatures(a) || a.Roles.Has(store.SystemAdmin)
}

// FiguresOfPreservation counts for the actor's agency, or for the whole installation when he administers that and no agency.
func FiguresOfPreservation(ctx context.Context, r store.Reader, a store.Actor) (PreservationFigures, error) {
	var f PreservationFigures
	if !MayWatchPreservation(a) {
		return f, mayKeepSignatures(a)
	}
	figures, sums, stamps, args := sqlFigures, sqlSums, sqlStampSums, []any{a.Agency}
	if !KeepsSignatures(a) {
		figures, sums, stamps, args = sqlAllFigures, sqlAllSums, sqlStampsAll, nil
	}
	var err error
	if f.Files, err = store.All[PreservationFigure](ctx, r, figures, args...); err != nil {
		return f, err
	}
	s, err := store.One[preservationSums](ctx, r, sums, args...)
	if err != nil {
		return f, err
	}
	f.Worse, f.ChecksWaiting, f.NextRenewal, f.LastCheck = s.Worse, s.ChecksWaiting, s.NextRenewal, s.LastCheck
	t, err := store.One[preservationSums](ctx, r, stamps, args...)
	f.StampsWaiting, f.StampsFailed = t.StampsWaiting, t.StampsFailed
	return f, err
}

// OpenStamp is a time stamp that is waited for or was given up, as the administrator sees it: which document, not what it is about.
type OpenStamp struct {
	Stamp
	Code  string // number and notation, "" before it has one
	Type  string // name of the document's type
	Order string // state of the remembered release, "" none
}

var (
	sqlOpenStamps = store.SQL(`SELECT ` + stampColumns + `, o.number_text AS code, o.type_name AS type, COALESCE(r.state, '') AS "order" FROM documents_stamps s
		JOIN documents_outgoing o ON o.agency_id = s.agency_id AND o.id = s.outgoing_id
		LEFT JOIN documents_releases r ON r.agency_id = s.agency_id AND r.outgoing_id = s.outgoing_id AND r.state = 'waiting'
		WHERE s.agency_id = $1 AND s.state IN ('waiting', 'failed') ORDER BY s.at_us DESC, s.id DESC LIMIT $2`)
	sqlFailedFiles = store.SQL(`SELECT ` + preservationColumns + ` FROM documents_preservations WHERE agency_id = $1 AND state = 'failed' ORDER BY at_us DESC, file_id DESC LIMIT $2`)
	sqlWorseFiles  = store.SQL(`SELECT ` + preservationColumns + ` FROM documents_preservations WHERE agency_id = $1 AND worse_us > 0 ORDER BY worse_us DESC, file_id DESC LIMIT $2`)
	sqlNextRenewal = store.SQL(`SELECT ` + preservationColumns + ` FROM documents_preservations WHERE agency_id = $1 AND renew_us > 0 ORDER BY renew_us, file_id LIMIT $2`)
)

// mostOpen bounds each list of the administrator's page.
const mostOpen = 50

// OpenStamps lists the time stamps of the agency that are waited for or were given up, the newest first.
func OpenStamps(ctx context.Context, r store.Reader, a store.Actor) ([]OpenStamp, error) {
	if err := mayKeepSignatures(a); err != nil {
		return nil, err
	}
	return store.All[OpenStamp](ctx, r, sqlOpenStamps, a.Agency, mostOpen)
}

// Lists of kept files for the agency's administrator.
const (
	PreservationsFailed  = "failed"  // whose extension was given up
	PreservationsWorse   = "worse"   // whose verdict got worse
	PreservationsRenewal = "renewal" // whose renewal comes next
)

var preservationLists = map[string]*store.Stmt{PreservationsFailed: sqlFailedFiles, PreservationsWorse: sqlWorseFiles, PreservationsRenewal: sqlNextRenewal}

// ListPreservations gives the first files of one of the lists.
func ListPreservations(ctx context.Context, r store.Reader, a store.Actor, list string) ([]Preservation, error) {
	if err := mayKeepSignatures(a); err != nil {
		return nil, err
	}
	return store.All[Preservation](ctx, r, preservationLists[list], a.Agency, mostOpen)
}

func adminsOf(ctx context.Context, tx *store.Tx, agency int64) ([]int64, error) {
	return staffWith(ctx, tx, agency, func(h org.Holding) bool { return h.Roles.Has(store.AgencyAdmin) })
}
