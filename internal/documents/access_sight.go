package documents

import (
	"context"
	"regexp"
	"strconv"

	"congvu/internal/store"
)

// One predicate a half says what an actor sees: its post's right, unless the document was limited to its route, its own part in the route, and what was given
// to it. Every list, count, search and finding of a person uses it (house law 6).

// grantedSQL is true of the thing whose number stands in the column id, when it was given to the person, the post or the unit of the actor and the
// term runs. One text for both halves of this room.
func grantedSQL(kind, agency, id, person, post, unit, now string) string {
	return `EXISTS (SELECT 1 FROM documents_grants g WHERE g.agency_id = ` + agency + ` AND g.ref_kind = '` + kind + `' AND g.ref_id = ` + id + ` AND ` + givenTo(person, post, unit, now) + `)`
}

// givenSQL lists the numbers of the things of a kind that were given to the actor: a list of few, whatever the size of the archive. It asks nothing of the rows
// that it is compared with, so that the engine begins with it.
func givenSQL(kind, agency, person, post, unit, now string) string {
	return `(SELECT g.ref_id FROM documents_grants g WHERE g.agency_id = ` + agency + ` AND g.ref_kind = '` + kind + `' AND ` + givenTo(person, post, unit, now) + `)`
}

func givenTo(person, post, unit, now string) string {
	return `g.ended_us = 0 AND (g.who_kind = 'person' AND g.who_id = ` + person + ` OR g.who_kind = 'post' AND g.who_id = ` + post + ` OR g.who_kind = 'unit' AND g.who_id = ` + unit + `)
	AND g.since_us <= ` + now + ` AND g.until_us > ` + now
}

// one is EXISTS that is asked for one row at a time: PostgreSQL would rather read the whole table of an EXISTS into memory when it takes a list for long.
func one(query string) string { return `COALESCE((` + query + ` LIMIT 1), 0) = 1` }

// limitedSQL is true of a thing that was limited to those on its route.
func limitedSQL(kind, agency, id string) string {
	return `EXISTS (SELECT 1 FROM documents_restrictions w WHERE w.agency_id = ` + agency + ` AND w.ref_kind = '` + kind + `' AND w.ref_id = ` + id + `)`
}

// outgoingSeen bounds an outgoing document o. The values of outgoingBound are $1 to $9, the statement's own begin at $10: $1 agency, $2 sees all, $3 unit he
// heads (-1 none), $4 issued ones are open to the whole agency, $5 sees what is limited, $6 person, $7 post, $8 unit, $9 now.
var (
	outgoingPart    = one("SELECT 1 FROM documents_participants p WHERE p.agency_id = o.agency_id AND p.person_id = $6 AND p.outgoing_id = o.id")
	outgoingByRight = `((CAST($2 AS BOOLEAN) OR o.unit_id = $3 OR (CAST($4 AS BOOLEAN) AND o.state = 'issued' AND NOT o.restricted))
	AND (CAST($5 AS BOOLEAN) OR NOT ` + limitedSQL("outgoing", "o.agency_id", "o.id") + `) OR o.drafter_id = $6
	OR ` + outgoingPart + `)`
	outgoingSeen  = `o.agency_id = $1 AND (` + outgoingByRight + ` OR ` + grantedSQL("outgoing", "o.agency_id", "o.id", "$6", "$7", "$8", "$9") + `)`
	outgoingGiven = `o.id IN ` + givenSQL("outgoing", "$1", "$6", "$7", "$8", "$9")
)

// incomingSeen bounds a received document d. The values of incomingBound are $3 to $10: $3 sight, $4 sees what is limited, $5 post, $6 person acted for (-1
// none), $7 unit he heads (-1 none), $8 person, $9 unit, $10 now. The statement says agency and number before, and its own values after.
var (
	incomingOnLine = one(`SELECT 1 FROM documents_lines s WHERE s.agency_id = d.agency_id AND s.incoming_id = d.id AND s.state <> 'recalled'
	AND (s.holder_kind = 'post' AND (s.holder_id = $5 OR s.holder_person = $6) OR s.unit_id = $7)`)
	incomingByRight = `(($3 = 2 OR $3 = 1 AND (d.submitted_us > 0 OR d.pending_request <> '' OR d.state IN ('assigned', 'in_progress', 'done')))
	AND (CAST($4 AS BOOLEAN) OR NOT ` + limitedSQL("incoming", "d.agency_id", "d.id") + `)
	OR $3 = 1 AND (d.submitted_to = $5 OR d.submitted_person = $6) OR ` + incomingOnLine + `)`
	incomingSeen  = `(` + incomingByRight + ` OR ` + grantedSQL("incoming", "d.agency_id", "d.id", "$8", "$5", "$9", "$10") + `)`
	incomingGiven = `d.id IN ` + givenSQL("incoming", "$1", "$8", "$5", "$9", "$10")
)

// reach is how far an actor sees, as far as it is known before a statement is planned: each has predicates of its own, without what is always true or false
// for it, so that the engine knows how few or many rows pass.
type reach int

const (
	reachAsked  reach = iota // nothing is known: the whole predicate
	reachMost                // all that is open to this kind of actor, but for what was limited to its route
	reachWidely              // that too
	reachAll                 // the whole agency: no predicate
	reaches
)

// incomingWithin is incomingSeen for a reach; reachMost and reachWidely are those of leaders.
func incomingWithin(within reach) string {
	seen := "(d.submitted_us > 0 OR d.pending_request <> '' OR d.state IN ('assigned', 'in_progress', 'done'))"
	switch within {
	case reachAll:
		return ""
	case reachAsked:
		return " AND " + incomingSeen
	case reachMost:
		seen = "(" + seen + " AND NOT " + limitedSQL("incoming", "d.agency_id", "d.id") + ")"
	}
	return " AND (" + seen + " OR d.submitted_to = $5 OR d.submitted_person = $6 OR " + incomingOnLine + " OR " + grantedSQL("incoming", "d.agency_id", "d.id", "$8", "$5", "$9", "$10") + ")"
}

func incomingReach(a store.Actor) reach {
	switch {
	case sight(a) == seesArrived && seesLimited(a):
		return reachAll
	case sight(a) != seesSubmitted:
		return reachAsked
	case seesLimited(a):
		return reachWidely
	}
	return reachMost
}

// outgoingWithin is outgoingSeen for a reach: reachMost sees the agency but for what was limited to its route, reachWidely what the agency has issued.
func outgoingWithin(within reach) string {
	open := "NOT " + limitedSQL("outgoing", "o.agency_id", "o.id")
	switch within {
	case reachAll:
		return ""
	case reachAsked:
		return " AND " + outgoingSeen
	case reachWidely:
		open = "((o.state = 'issued' AND NOT o.restricted OR o.unit_id = $3) AND " + open + ")"
	}
	return " AND (" + open + " OR o.drafter_id = $6 OR " + outgoingPart + " OR " + grantedSQL("outgoing", "o.agency_id", "o.id", "$6", "$7", "$8", "$9") + ")"
}

func outgoingReach(a store.Actor, seesIssued bool) reach {
	switch {
	case SeesAll(a) && seesLimited(a):
		return reachAll
	case SeesAll(a):
		return reachMost
	case seesIssued && !seesLimited(a):
		return reachWidely
	}
	return reachAsked
}

// seesLimited tells who sees documents that were limited to their route: the registry, which numbers them, and the head, who answers for them.
func seesLimited(a store.Actor) bool { return a.Roles.Has(store.Clerk | store.Head) }

// outgoingBound gives the nine values of outgoingSeen.
func outgoingBound(ctx context.Context, r store.Reader, a store.Actor) ([]any, error) {
	open, err := store.Setting(ctx, r, a.Agency, "documents.see_issued", "yes")
	return []any{a.Agency, SeesAll(a), HeadsUnit(a), open != "no" && a.Person != 0, seesLimited(a), person(a), a.Holding, a.Unit, instantOf(r)}, err
}

// incomingBound gives the eight values of incomingSeen.
func incomingBound(r store.Reader, a store.Actor) []any {
	deputed := int64(-1)
	if a.For != 0 {
		deputed = a.For
	}
	return []any{sight(a), seesLimited(a), a.Holding, deputed, HeadsUnit(a), person(a), a.Unit, instantOf(r)}
}

// instantOf is the installation's time: databases and acts both tell it.
func instantOf(r store.Reader) store.Instant { return r.(interface{ Now() store.Instant }).Now() }

// asked is a predicate with numbered values for a statement whose values stand as ?, and the numbers in the order in which they stand.
func asked(predicate string) (text string, order []int) {
	text = placeOf.ReplaceAllStringFunc(predicate, func(place string) string {
		n, _ := strconv.Atoi(place[1:])
		order = append(order, n)
		return "?"
	})
	return text, order
}

var placeOf = regexp.MustCompile(`\$[0-9]+`)

// valuesAt puts values, the first of which is named $first, in the order of an asked text.
func valuesAt(order []int, all []any, first int) []any {
	out := make([]any, len(order))
	for i, n := range order {
		out[i] = all[n-first]
	}
	return out
}
