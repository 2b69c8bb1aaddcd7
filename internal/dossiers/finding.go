package dossiers

import (
	"context"
	"strings"

	"congvu/internal/i18n"
	"congvu/internal/org"
	"congvu/internal/store"
)

// Tabs of the list of dossiers.
const (
	TabMine    = "mine"    // I am in charge and it is not yet deposited
	TabShared  = "shared"  // others let me into
	TabDue     = "due"     // closed, and the deposit is due
	TabCheck   = "check"   // waiting for the archivist
	TabArchive = "archive" // kept by the archive
	TabAll     = "all"
)

// Filter narrows the list of dossiers. Zero values mean everything.
type Filter struct {
	Tab    string
	Q      string // words, with or without diacritics
	Year   int
	Person int64
	Before int64 // the last id of the page before
	Limit  int
}

// Tab is a list with its number of rows, counted by the list's own predicate (N8).
type Tab struct {
	Code  string
	Count int
}

type tab struct {
	code        string
	list, count *store.Stmt
}

const filtered = ` AND (CAST($7 AS TEXT) = '' OR d.search_text LIKE CAST($7 AS TEXT) OR EXISTS (SELECT 1 FROM dossiers_items i WHERE i.agency_id = d.agency_id AND i.dossier_id = d.id AND i.removed_us = 0
	AND i.search_text LIKE CAST($7 AS TEXT) AND ` + opened + `)) AND (CAST($8 AS BIGINT) = 0 OR d.year = $8) AND (CAST($9 AS BIGINT) = 0 OR d.person_id = $9)`

func tabOf(code, where string) tab {
	where = from + filtered + where
	return tab{code, store.SQL(me + `SELECT ` + dossierColumns + where + ` AND (CAST($10 AS BIGINT) = 0 OR d.id < $10) ORDER BY d.id DESC LIMIT $11`),
		store.SQL(me + `SELECT CAST(count(*) AS BIGINT) AS n` + where)}
}

var tabs = []tab{
	tabOf(TabMine, ` AND d.person_id = me.person AND d.state IN ('open', 'closed', 'submitted', 'returned')`),
	tabOf(TabShared, ` AND d.person_id <> me.person AND d.state IN ('open', 'closed', 'submitted', 'returned') AND EXISTS (SELECT 1 FROM dossiers_shares x WHERE x.agency_id = d.agency_id AND x.dossier_id = d.id
		AND x.ended_us = 0 AND (x.holder_kind = 'person' AND x.holder_id = me.person OR x.holder_kind = 'unit' AND x.holder_id = me.unit))`),
	tabOf(TabDue, ` AND d.state IN ('closed', 'returned') AND d.due_date <> ''`),
	tabOf(TabCheck, ` AND d.state = 'submitted'`),
	tabOf(TabArchive, ` AND d.state IN ('accepted', 'destroyed')`),
	tabOf(TabAll, ``),
}

// Dossiers gives a page of the dossiers the actor may know of, newest first, and the tabs with their counts; more tells that others follow.
func Dossiers(ctx context.Context, r store.Reader, a store.Actor, f Filter) (rows []Dossier, more bool, counts []Tab, err error) {
	if f.Limit <= 0 || f.Limit > 200 {
		f.Limit = 50
	}
	words := ""
	if q := i18n.Fold(i18n.CleanLine(f.Q)); q != "" {
		words = "%" + escapeLike(q) + "%"
	}
	args := append(bound(a, nowDay(r)), words, f.Year, f.Person)
	known := false
	for _, t := range tabs {
		n, err := store.One[int64](ctx, r, t.count, args...)
		if err != nil {
			return nil, false, nil, err
		}
		counts = append(counts, Tab{t.code, int(n)})
		if t.code != f.Tab {
			continue
		}
		known = true
		all, err := store.All[dossierRow](ctx, r, t.list, append(args, f.Before, f.Limit+1)...)
		if err != nil {
			return nil, false, nil, err
		}
		for i := range all {
			if err := all[i].complete(); err != nil {
				return nil, false, nil, err
			}
			rows = append(rows, all[i].Dossier)
		}
	}
	if !known {
		return nil, false, nil, store.RefuseField("tab", "Danh sách này không có. Hãy chọn một danh sách khác.")
	}
	return rows[:min(len(rows), f.Limit)], len(rows) > f.Limit, counts, nil
}

func escapeLike(s string) string {
	out := make([]rune, 0, len(s))
	for _, r := range s {
		if r != '%' && r != '_' {
			out = append(out, r)
		}
	}
	return string(out)
}

// Account is the report of one account (V25): what a person has in each state.
type Account struct {
	PersonID   int64
	PersonName string
	Open, Closed, Submitted, Accepted, Returned, Destroyed,
	Total, Documents, Pages int64
}

var sqlAccounts = store.SQL(me + `SELECT d.person_id, max(d.person_name) AS person_name, CAST(sum(CASE WHEN d.state = 'open' THEN 1 ELSE 0 END) AS BIGINT) AS open,
	CAST(sum(CASE WHEN d.state = 'closed' THEN 1 ELSE 0 END) AS BIGINT) AS closed, CAST(sum(CASE WHEN d.state = 'submitted' THEN 1 ELSE 0 END) AS BIGINT) AS submitted,
	CAST(sum(CASE WHEN d.state = 'accepted' THEN 1 ELSE 0 END) AS BIGINT) AS accepted, CAST(sum(CASE WHEN d.state = 'returned' THEN 1 ELSE 0 END) AS BIGINT) AS returned,
	CAST(sum(CASE WHEN d.state = 'destroyed' THEN 1 ELSE 0 END) AS BIGINT) AS destroyed, CAST(count(*) AS BIGINT) AS total, CAST(sum(d.doc_total) AS BIGINT) AS documents, CAST(sum(d.page_total) AS BIGINT) AS pages
	` + from + ` AND (CAST($7 AS BIGINT) = 0 OR d.year = $7) GROUP BY d.person_id ORDER BY person_name, d.person_id`)

// Accounts counts the dossiers of every account, as far as the actor may know of them (V25); year 0 = all.
func Accounts(ctx context.Context, r store.Reader, a store.Actor, year int) ([]Account, error) {
	return store.All[Account](ctx, r, sqlAccounts, append(bound(a, nowDay(r)), year)...)
}

var (
	sqlLeft   = store.SQL(`SELECT d.id, d.code, d.title, d.state FROM dossiers_dossiers d WHERE d.agency_id = $1 AND d.person_id = $2 AND d.state IN ('open', 'closed', 'submitted', 'returned') ORDER BY d.id LIMIT 1000`)
	sqlLeftAt = store.SQL(me + `SELECT d.id, d.code, d.title, d.state ` + from + ` AND d.person_id = $7 AND d.holding_id = $8 AND d.state IN ('open', 'closed', 'returned') AND d.frozen_us = 0 ORDER BY d.id LIMIT 1000`)
	sqlBound  = store.SQL(`SELECT d.code FROM dossiers_dossiers d WHERE d.agency_id = $1 AND d.person_id = $2 AND d.holding_id = $3 AND d.state IN ('open', 'closed', 'returned') AND d.frozen_us = 0 ORDER BY d.id LIMIT 1000`)
)

func init() { org.BeforeLeaving(handsOver) }

// Left is a dossier that a person still answers for.
type Left struct {
	ID          int64
	Code, Title string
	State       State
}

// OpenDossiersOf lists what a person of an agency has to hand over before he leaves his post (NĐ 30/2020 art. 31.3đ; D14.10, I5.7). No actor: those
// who end posts and accounts ask.
func OpenDossiersOf(ctx context.Context, r store.Reader, agency, person int64) ([]Left, error) {
	return store.All[Left](ctx, r, sqlLeft, agency, person)
}

// LeftAt lists what the holder of a post has to hand over, as far as the actor opens it. What is frozen, or waits for the archive, stays with its keeper.
func LeftAt(ctx context.Context, r store.Reader, a store.Actor, h *org.Holding) ([]Left, error) {
	return store.All[Left](ctx, r, sqlLeftAt, append(bound(a, nowDay(r)), int64(h.PersonID), int64(h.ID))...)
}

// handsOver refuses that a post ends while dossiers stand in its holder's name that can be handed over.
func handsOver(ctx context.Context, tx *store.Tx, h *org.Holding) error {
	codes, err := store.All[string](ctx, tx, sqlBound, int64(h.AgencyID), int64(h.PersonID), int64(h.ID))
	if err != nil || len(codes) == 0 {
		return err
	}
	return store.Refuse(store.Conflict, "{name} còn phụ trách {count} hồ sơ chưa bàn giao: {codes}. Bàn giao hồ sơ ở mục Bàn giao công việc rồi kết thúc chức vụ.", "name", h.PersonName, "count", len(codes),
		"codes", strings.Join(codes[:min(len(codes), 10)], ", "))
}
