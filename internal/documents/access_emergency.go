package documents

import (
	"context"
	"slices"
	"time"

	"congvu/internal/org"
	"congvu/internal/store"
)

// emergencyLasts is for how long an emergency access opens a document.
const emergencyLasts = time.Hour

// mostEmergencies bounds the list for inspection.
const mostEmergencies = 200

// MayEmergency tells who opens a document in an emergency: leaders, the head and the archivist, each in person.
func MayEmergency(a store.Actor) bool {
	return a.Roles.Has(store.Leader|store.Head|store.Archivist) && a.For == 0 && a.Person != 0
}

var (
	sqlRoutedOutgoing = store.SQL(`SELECT p.person_id FROM documents_participants p WHERE p.agency_id = $1 AND p.outgoing_id = $2 UNION SELECT o.drafter_id FROM documents_outgoing o WHERE o.agency_id = $1 AND o.id = $2`)
	sqlRoutedIncoming = store.SQL(`SELECT l.holder_person FROM documents_lines l WHERE l.agency_id = $1 AND l.incoming_id = $2 AND l.state <> 'recalled' AND l.holder_person <> 0
		UNION SELECT d.submitted_person FROM documents_incoming d WHERE d.agency_id = $1 AND d.id = $2 AND d.submitted_person <> 0`)
	sqlRoutedUnits = store.SQL(`SELECT DISTINCT l.holder_id FROM documents_lines l WHERE l.agency_id = $1 AND l.incoming_id = $2 AND l.state <> 'recalled' AND l.holder_kind = 'unit'`)
	sqlEmergencies = store.SQL(`SELECT ` + grantColumns + ` FROM documents_grants WHERE agency_id = $1 AND cause = 'emergency' ORDER BY at_us DESC, id DESC LIMIT $2`)
	sqlEmergency   = store.SQL(`SELECT ` + grantColumns + ` FROM documents_grants WHERE agency_id = $1 AND ref_kind = $2 AND ref_id = $3 AND cause = 'emergency' AND ended_us = 0 AND until_us > $4 ORDER BY id DESC LIMIT 20`)
)

// routed lists the people on the route of a document: participants, holders of lines, heads of the units that have it.
func routed(ctx context.Context, tx *store.Tx, kind string, id int64) ([]int64, error) {
	agency := tx.Actor().Agency
	if kind == "outgoing" {
		return store.All[int64](ctx, tx, sqlRoutedOutgoing, agency, id)
	}
	people, err := store.All[int64](ctx, tx, sqlRoutedIncoming, agency, id)
	if err != nil {
		return nil, err
	}
	units, err := store.All[int64](ctx, tx, sqlRoutedUnits, agency, id)
	var of unitHeads
	for i := 0; i < len(units) && err == nil; i++ {
		var heads []int64
		heads, err = of.unit(ctx, tx, agency, units[i])
		people = append(people, heads...)
	}
	return people, err
}

// EmergencyAccess opens one document of the agency to the actor for an hour, without anybody's consent and as loud as can be: the head, the registry and
// everyone on the document's route are told at once, and it stays on the list for inspection. words are a link, or the number with its notation; the reason
// has 20 to 1000 characters. Unconfirmed unless the person has just confirmed himself; Conflict when he sees the document anyway.
func EmergencyAccess(ctx context.Context, tx *store.Tx, words, reason string) (*Grant, error) {
	a := tx.Actor()
	if !MayEmergency(a) {
		return nil, store.Refuse(store.Forbidden, "Truy cập khẩn chỉ dành cho lãnh đạo, người đứng đầu và lưu trữ của cơ quan, do chính người đó thực hiện.")
	}
	reason, err := accessReason(reason, 20)
	if err == nil {
		err = a.Confirmed(tx.Now())
	}
	if err != nil {
		return nil, err
	}
	n, err := exactly(ctx, tx, a.Agency, "words", line(words))
	if err != nil {
		return nil, err
	}
	if owners[n.Kind].sees(ctx, tx, a, n.ID) == nil {
		return nil, store.Refuse(store.Conflict, "Ông/Bà đang xem được văn bản {code} nên không cần truy cập khẩn. Chưa có gì thay đổi.", "code", orSubject(n))
	}
	name, title, err := nameActor(ctx, tx, a)
	if err != nil {
		return nil, err
	}
	people, err := routed(ctx, tx, n.Kind, n.ID)
	if err != nil {
		return nil, err
	}
	keepers, err := staffWith(ctx, tx, a.Agency, func(h org.Holding) bool { return h.Roles.Has(store.Clerk | store.Head) })
	if err != nil {
		return nil, err
	}
	people = append(people, keepers...)
	slices.Sort(people)
	g := Grant{Kind: n.Kind, Of: n.ID, WhoKind: GrantPerson, WhoID: a.Person, WhoName: name + " – " + title, Level: GrantRead, Cause: CauseEmergency, Reason: reason,
		Since: tx.Now(), Until: tx.Now().Add(emergencyLasts)}
	return &g, g.put(ctx, tx, orSubject(n), slices.Compact(people))
}

func orSubject(n Named) string {
	if n.Code != "" {
		return n.Code
	}
	return n.Subject
}

// Emergencies lists emergency accesses for inspection, newest first, to the head, the registry and the agency's administrator. Who may not see the document
// reads who, when and why, not which.
func Emergencies(ctx context.Context, r store.Reader, a store.Actor) ([]Grant, error) {
	if !a.Roles.Has(store.Clerk | store.Head | store.AgencyAdmin) {
		return nil, store.Refuse(store.Forbidden, "Danh sách truy cập khẩn dành cho người đứng đầu, văn thư và quản trị của cơ quan.")
	}
	return store.All[Grant](ctx, r, sqlEmergencies, a.Agency, mostEmergencies)
}

// OpenEmergencies lists the emergency accesses to a document that run now, to those who see it: the red banner.
func OpenEmergencies(ctx context.Context, r store.Reader, a store.Actor, ref string) ([]Grant, error) {
	kind, id, err := ParseRef(ref)
	if err == nil {
		err = owners[kind].sees(ctx, r, a, id)
	}
	if err != nil {
		return nil, err
	}
	return store.All[Grant](ctx, r, sqlEmergency, a.Agency, kind, id, instantOf(r))
}
