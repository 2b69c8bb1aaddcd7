package web

import (
	"net/http"
	"strings"

	"congvu/internal/documents"
	"congvu/internal/org"
)

// accessBanner is what a document's page says about its rights and readings.
type accessBanner struct {
	ref         string
	owns        bool // the rights and readings are shown to the actor
	pending     int
	limit       documents.Restriction
	limited     bool
	emergencies []documents.Grant
	frozen      []documents.FreezeOrder
	counts      []documents.AccessCount
}

// readDocument notes that a document's page was opened and gathers what its banner says.
func (d *Door) readDocument(r *http.Request, ref string) (accessBanner, error) {
	ctx, a := r.Context(), actor(r)
	v := accessBanner{ref: ref}
	var changes []documents.RightChange
	var err error
	for _, load := range []func() error{
		func() error { return d.Desk.NoteAccess(ctx, a, ref, documents.AccessView, 0) },
		func() error { v.limit, v.limited, err = documents.RestrictionOf(ctx, d.DB, a, ref); return err },
		func() error { changes, err = documents.RightChangesOf(ctx, d.DB, a, ref); return err },
		func() error { v.emergencies, err = documents.OpenEmergencies(ctx, d.DB, a, ref); return err },
		func() error { v.frozen, err = documents.FrozenBy(ctx, d.DB, a.Agency, ref); return err },
		func() error { v.counts, err = documents.AccessCounts(ctx, d.DB, a, ref); return err },
	} {
		if err := load(); err != nil {
			return v, err
		}
	}
	for _, c := range changes {
		if c.ConfirmedAt == 0 {
			v.pending++
		}
	}
	v.owns = documents.OwnsAccess(ctx, d.DB, a, ref)
	return v, nil
}

// noteFile notes that a file is saved or shown; of a file that is read in parts, the first part counts.
func (d *Door) noteFile(r *http.Request, f documents.File) error {
	if part := r.Header.Get("Range"); part != "" && !strings.HasPrefix(part, "bytes=0-") {
		return nil
	}
	what := documents.AccessView
	if r.FormValue("download") != "" || f.Media != "application/pdf" {
		what = documents.AccessDownload
	}
	return d.Desk.NoteAccess(r.Context(), actor(r), f.Ref, what, f.ID)
}

// personOf is who holds a post of the agency today, 0 nobody.
func (d *Door) personOf(r *http.Request, post int64) int64 {
	h, err := org.HoldingAt(r.Context(), d.DB, org.HoldingID(post), d.today())
	if err != nil || int64(h.AgencyID) != actor(r).Agency {
		return 0
	}
	return int64(h.PersonID)
}
