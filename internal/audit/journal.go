package audit

import (
	"context"
	"encoding/csv"
	"io"
	"math"
	"strconv"
	"strings"

	"congvu/internal/store"
)

// Filter narrows a page of the journal; zero values mean everything.
type Filter struct {
	Verb   string // exact verb, or a room's prefix ending in "." such as "document."
	Person int64
	Ref    string
	From   store.Instant // inclusive
	To     store.Instant // exclusive
	Before int64         // entries older than this one; 0 = from the newest
	Limit  int           // 1 to 500; 0 = 50
}

// MayRead tells who may open the journal: the agency's administrator and head, and the system's administrator.
func MayRead(a store.Actor) bool {
	return a.Roles.Has(store.AgencyAdmin | store.Head | store.SystemAdmin)
}

// The actor's own agency bounds the query; only the system's administrator also sees agency 0, the installation itself.
var sqlJournal = store.SQL(`
	SELECT id, xid, at_us AS at, verb, agency_id, ref, title, person_id, holding, for_id, via, request, data
	FROM store_journal
	WHERE agency_id IN ($1, $2) AND id < $3
	  AND (CAST($4 AS TEXT) = '' OR verb = $4 OR (CAST($5 AS TEXT) <> '' AND substr(verb, 1, length($5)) = $5))
	  AND (CAST($6 AS BIGINT) = 0 OR person_id = $6)
	  AND (CAST($7 AS TEXT) = '' OR ref = $7)
	  AND at_us >= $8 AND at_us < $9
	ORDER BY id DESC LIMIT $10`)

// Journal gives a page of entries, newest first. Forbidden to those who may not read it.
func Journal(ctx context.Context, r store.Reader, a store.Actor, f Filter) ([]store.Entry, error) {
	if !MayRead(a) {
		return nil, store.Refuse(store.Forbidden, "Chỉ người đứng đầu và quản trị của cơ quan được xem nhật ký.")
	}
	if f.Limit <= 0 || f.Limit > 500 {
		f.Limit = 50
	}
	if f.Before == 0 {
		f.Before = math.MaxInt64
	}
	if f.To == 0 {
		f.To = math.MaxInt64
	}
	installation := a.Agency
	if a.Roles.Has(store.SystemAdmin) {
		installation = 0
	}
	prefix := ""
	if strings.HasSuffix(f.Verb, ".") {
		prefix = f.Verb
	}
	return store.All[store.Entry](ctx, r, sqlJournal, a.Agency, installation, f.Before, f.Verb, prefix, f.Person, f.Ref, f.From, f.To, f.Limit)
}

// Export writes the filtered journal as CSV, oldest last, and records that it was taken out.
func Export(ctx context.Context, db *store.DB, a store.Actor, f Filter, w io.Writer) error {
	if !MayRead(a) {
		return store.Refuse(store.Forbidden, "Chỉ người đứng đầu và quản trị của cơ quan được xem nhật ký.")
	}
	err := db.Write(ctx, a, func(tx *store.Tx) error {
		return tx.Record(store.Event{Verb: "journal.exported", Agency: a.Agency, Ref: "journal", Data: f})
	})
	if err != nil {
		return err
	}
	out := csv.NewWriter(w)
	if _, err := io.WriteString(w, "\ufeff"); err != nil {
		return err
	}
	if err := out.Write([]string{"id", "time_utc", "verb", "agency", "ref", "title", "person", "holding", "for", "via", "request", "data"}); err != nil {
		return err
	}
	f.Limit = 500
	for {
		page, err := Journal(ctx, db, a, f)
		if err != nil || len(page) == 0 {
			out.Flush()
			if err == nil {
				err = out.Error()
			}
			return err
		}
		for _, e := range page {
			n := func(i int64) string { return strconv.FormatInt(i, 10) }
			row := []string{n(e.ID), e.At.Time().Format("2006-01-02T15:04:05.000000Z"), e.Verb, n(e.AgencyID), e.Ref, e.Title,
				n(e.PersonID), n(e.Holding), n(e.ForID), string(e.Via), e.Request, string(e.Data)}
			for i := range row {
				row[i] = inert(row[i])
			}
			if err := out.Write(row); err != nil {
				return err
			}
		}
		f.Before = page[len(page)-1].ID
	}
}

// inert keeps a spreadsheet from taking a cell for a formula.
func inert(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return "'" + s
	}
	return s
}
