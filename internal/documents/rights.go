package documents

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"congvu/internal/store"
)

// Rights of this room as sentences. What they bound stands in the SQL of each list and each finding (house law 6).

// SeesAll tells who sees every document of his agency: its clerks, its leaders and its archivist (D2.7, D9.13).
func SeesAll(a store.Actor) bool {
	return a.Roles.Has(store.Clerk | store.Leader | store.Head | store.Archivist)
}

// KeepsRegisters tells who numbers, seals and issues: the registry clerk in his own post (D9.3, S1.3).
func KeepsRegisters(a store.Actor) bool {
	return a.Roles.Has(store.Clerk) && a.For == 0 && a.Person != 0
}

// HeadsUnit gives the unit whose documents a head of unit sees, -1 for others.
func HeadsUnit(a store.Actor) int64 {
	if a.Roles.Has(store.UnitHead) && a.Unit != 0 {
		return a.Unit
	}
	return -1
}

// person is who acts: the one acted for when an assistant acts for a leader. It bounds sight, never a signature.
func person(a store.Actor) int64 {
	if a.For != 0 {
		return a.For
	}
	return a.Person
}

// owner is what the shared parts (files, histories) ask a kind of document. Each half of the room registers itself.
type owner struct {
	// sees answers nil when the actor may see the document, else NotFound (never Forbidden: law 6).
	sees func(ctx context.Context, r store.Reader, a store.Actor, id int64) error
	// attach adds the row of a kept file to the document: rights, state, history and journal are the owner's.
	attach func(ctx context.Context, tx *store.Tx, id int64, f File) error
}

var owners = map[string]owner{}

// OutgoingRef and IncomingRef name documents in files, histories and the journal.
func OutgoingRef(id int64) string { return "outgoing/" + strconv.FormatInt(id, 10) }

// IncomingRef is the name of an incoming document.
func IncomingRef(id int64) string { return "incoming/" + strconv.FormatInt(id, 10) }

// ParseRef takes a name apart; NotFound for anything else.
func ParseRef(ref string) (kind string, id int64, err error) {
	kind, n, ok := strings.Cut(ref, "/")
	id, bad := strconv.ParseInt(n, 10, 64)
	if !ok || bad != nil || id <= 0 || owners[kind].sees == nil {
		return "", 0, store.Because(errNotFound(), fmt.Errorf("reference %q", ref))
	}
	return kind, id, nil
}

// mayRead answers whether the actor may see what a reference names.
func mayRead(ctx context.Context, r store.Reader, a store.Actor, ref string) error {
	kind, id, err := ParseRef(ref)
	if err != nil {
		return err
	}
	return owners[kind].sees(ctx, r, a, id)
}

func errNotFound() error {
	return store.Refuse(store.NotFound, "Không tìm thấy văn bản này trong phạm vi ông/bà được xem.")
}
