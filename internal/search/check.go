package search

import (
	"context"
	"strings"

	"congvu/internal/store"
)

var (
	sqlCheckThere = store.SQL(`SELECT agency_id, ref FROM search_index_entries WHERE agency_id = $1 AND ref IN (SELECT value FROM json_each(CAST($2 AS TEXT)))`)
	sqlCheckPage  = store.SQL(`SELECT id, agency_id, ref FROM search_index_entries WHERE id > $1 ORDER BY id LIMIT 500`)
	sqlCheckCount = store.SQL(`SELECT CAST(count(*) AS BIGINT) FROM search_index_entries`)
)

// Check looks whether the index holds what there is to find, and nothing else. What the index has not heard of yet is no fault: then, and while it is
// not made at all, nothing is compared.
func (x *Index) Check(ctx context.Context, r store.Reader, f *store.Findings) (heard bool, err error) {
	until, err := store.HeardUntil(ctx, r, "search")
	if err != nil || until < 1<<62 {
		return false, err
	}
	all, err := store.One[int64](ctx, r, sqlCheckCount)
	if err != nil || all == 0 { // a restored installation makes it anew when its server starts
		return false, err
	}
	found := int64(0)
	for name, k := range x.kinds {
		for after := int64(0); ; {
			places, err := k.list(ctx, r, after, 500)
			if err != nil || len(places) == 0 {
				if err != nil {
					return true, err
				}
				break
			}
			after = places[len(places)-1].ID
			n, err := x.checkPlaces(ctx, r, name, places, f)
			if err != nil {
				return true, err
			}
			found += n
			f.Saw(int64(len(places)))
		}
	}
	if all == found {
		return true, nil
	}
	return true, x.checkEntries(ctx, r, f)
}

// checkPlaces looks for the entries of some things; it tells how many there are.
func (x *Index) checkPlaces(ctx context.Context, r store.Reader, name string, places []Place, f *store.Findings) (found int64, err error) {
	byAgency := map[int64][]string{}
	for _, p := range places {
		byAgency[p.AgencyID] = append(byAgency[p.AgencyID], p.Ref)
	}
	for agency, refs := range byAgency {
		type row struct {
			AgencyID int64
			Ref      string
		}
		rows, err := store.All[row](ctx, r, sqlCheckThere, agency, store.JSONOf(refs))
		if err != nil {
			return found, err
		}
		found += int64(len(rows))
		if len(rows) == len(refs) {
			continue
		}
		there := map[string]bool{}
		for _, e := range rows {
			there[e.Ref] = true
		}
		for _, ref := range refs {
			if there[ref] {
				continue
			}
			if _, wanted, err := x.kinds[name].source(ctx, r, agency, ref); err != nil {
				return found, err
			} else if wanted {
				f.Add("search-missing", agency, ref, store.Say("Chỉ mục tìm kiếm không có {ref}.", "ref", ref))
			}
		}
	}
	return found, nil
}

// checkEntries looks for entries of things that are no more.
func (x *Index) checkEntries(ctx context.Context, r store.Reader, f *store.Findings) error {
	type row struct {
		ID, AgencyID int64
		Ref          string
	}
	for after := int64(0); ; {
		page, err := store.All[row](ctx, r, sqlCheckPage, after)
		if err != nil || len(page) == 0 {
			return err
		}
		for _, e := range page {
			after = e.ID
			name, _, _ := strings.Cut(e.Ref, "/")
			k, known := x.kinds[name]
			wanted := false
			if known {
				if _, wanted, err = k.source(ctx, r, e.AgencyID, e.Ref); err != nil {
					return err
				}
			}
			if !wanted {
				f.Add("search-stale", e.AgencyID, e.Ref, store.Say("Chỉ mục tìm kiếm còn giữ {ref} dù không còn gì để tìm.", "ref", e.Ref))
			}
		}
	}
}
