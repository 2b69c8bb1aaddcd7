package dossiers

import (
	"congvu/internal/calendar"
	"congvu/internal/store"
)

// Rights of this room as sentences. What they bound stands in the SQL of each list and each finding (house law 6).

// KeepsLists tells who drafts and issues the yearly list: the registry and the archivist, in their own posts.
func KeepsLists(a store.Actor) bool {
	return a.Roles.Has(store.Clerk|store.Archivist) && a.For == 0 && a.Person != 0
}

// SeesAll tells who opens every dossier of his agency: its leaders and its archivist.
func SeesAll(a store.Actor) bool { return a.Roles.Has(store.Leader | store.Head | store.Archivist) }

// keepsArchive tells the agency's archivist, in his own post.
func keepsArchive(a store.Actor) error {
	if a.Roles.Has(store.Archivist) && a.For == 0 && a.Person != 0 {
		return nil
	}
	return store.Refuse(store.Forbidden, "Chỉ người làm lưu trữ của cơ quan được thực hiện thao tác này.")
}

// headed gives the unit whose dossiers a head of unit sees, -1 for others.
func headed(a store.Actor) int64 {
	if a.Roles.Has(store.UnitHead) && a.Unit != 0 {
		return a.Unit
	}
	return -1
}

// person is who acts: the one acted for when an assistant acts for a leader. It bounds sight, never a decision.
func person(a store.Actor) int64 {
	if a.For != 0 {
		return a.For
	}
	return a.Person
}

// me names who asks, once: $1 agency, $2 sees all, $3 person, $4 unit he heads (-1 none), $5 his unit (-1 none), $6 today.
const me = `WITH me AS (SELECT CAST($1 AS BIGINT) AS agency, CAST($2 AS BOOLEAN) AS sees, CAST($3 AS BIGINT) AS person, CAST($4 AS BIGINT) AS headed, CAST($5 AS BIGINT) AS unit, CAST($6 AS TEXT) AS today) `

// shared is whom a dossier d is shared with today.
const shared = `SELECT 1 FROM dossiers_shares s WHERE s.agency_id = d.agency_id AND s.dossier_id = d.id AND s.ended_us = 0 AND (s.until = '' OR s.until >= me.today)
	AND (s.holder_kind = 'person' AND s.holder_id = me.person OR s.holder_kind = 'unit' AND s.holder_id = me.unit)`

// opened is who opens a dossier d (V37): leaders and the archivist; before the archive took it and owner_days after, the person in charge, his
// head of unit and those it is shared with; later whoever was granted it on request, and everybody of the agency what is kept for public use (01).
const opened = `(me.sees OR d.state = 'accepted' AND d.rights_code = '01' AND me.person <> 0 OR ((d.state <> 'accepted' OR d.owner_until >= me.today) AND (d.person_id = me.person OR d.unit_id = me.headed OR EXISTS (` + shared + `)))
	OR EXISTS (SELECT 1 FROM dossiers_requests q WHERE q.agency_id = d.agency_id AND q.dossier_id = d.id AND q.person_id = me.person AND q.state = 'granted' AND q.until >= me.today))`

// works is who may work in it beside the person in charge.
const works = `EXISTS (` + shared + ` AND s.level = 'work')`

// from bounds dossiers d: those one opens, and the titles of what one made oneself, or one's unit, and the archive keeps. What it keeps for conditional use (02) nobody
// else knows of: he asks by its code (V37, V47; D15.4).
const from = ` FROM me JOIN dossiers_dossiers d ON d.agency_id = me.agency WHERE (` + opened + ` OR d.state IN ('accepted', 'destroyed') AND (d.person_id = me.person OR d.unit_id = me.headed))`

// bound gives $1 to $6 of me.
func bound(a store.Actor, today calendar.Date) []any {
	unit := a.Unit
	if unit == 0 {
		unit = -1
	}
	return []any{a.Agency, SeesAll(a), person(a), headed(a), unit, today}
}

func errNotFound() error {
	return store.Refuse(store.NotFound, "Không tìm thấy hồ sơ này trong phạm vi ông/bà được xem.")
}
