package documents

import (
	"context"

	"congvu/internal/store"
)

// Rights of the incoming half, as sentences.

// Sight is how far an actor sees into the received documents of his agency.
const (
	seesOwnLines  = 0 // specialists their own lines, heads of unit also those of their unit
	seesSubmitted = 1 // leaders and their assistants: everything that was submitted or assigned
	seesArrived   = 2 // the registry: everything
)

func sight(a store.Actor) int {
	switch {
	case a.Roles.Has(store.Clerk), a.ReadOnly: // who keeps the past of an agency that has ended reads all of it
		return seesArrived
	case Leads(a) || a.Roles.Has(store.Assistant):
		return seesSubmitted
	}
	return seesOwnLines
}

// Leads tells a leader of the agency: he directs what is submitted to him.
func Leads(a store.Actor) bool { return a.Roles.Has(store.Leader | store.Head) }

// mayRegistry refuses who does not keep the agency's registers.
func mayRegistry(a store.Actor) error {
	if KeepsRegisters(a) {
		return nil
	}
	return store.Refuse(store.Forbidden, "Chỉ văn thư của cơ quan được thực hiện thao tác này.")
}

// MayDirect tells who writes a direction on a document: the head of the agency, the leader it is submitted to, an assistant in the name
// of the leader it is submitted to (D12.3); a clerk only where the working regulation names the handler (D10.8).
func MayDirect(a store.Actor, d *Incoming, byRule bool) bool {
	switch {
	case byRule:
		return KeepsRegisters(a)
	case a.Roles.Has(store.Head), Leads(a) && a.Holding == d.SubmittedTo:
		return true
	case a.Roles.Has(store.Assistant) && d.SubmittedTo != 0:
		return a.For == 0 || a.For == d.SubmittedPerson
	}
	return false
}

// Holds tells whose line it is: the person in his post, the head of the unit, an assistant acting for the person.
func Holds(a store.Actor, l *Line) bool {
	switch {
	case l.AgencyID != a.Agency:
		return false
	case l.HolderKind == "unit":
		return l.HolderID == HeadsUnit(a)
	}
	return l.HolderID == a.Holding || a.For != 0 && l.HolderPerson == a.For
}

func init() {
	owners["incoming"] = owner{
		sees: func(ctx context.Context, r store.Reader, a store.Actor, id int64) error {
			_, err := FindIncoming(ctx, r, a, id)
			return err
		},
		attach: attachIncoming,
	}
}
