package documents

import (
	"context"

	"congvu/internal/store"
)

var (
	sqlOwnsOutgoing = store.SQL(`SELECT CAST(count(*) AS BIGINT) FROM documents_outgoing o WHERE o.agency_id = $1 AND o.id = $2
		AND (o.drafter_id = $3 OR o.holder_person = $3 OR o.signer_person = $3)`)
	sqlOwnsIncoming = store.SQL(`SELECT CAST(count(*) AS BIGINT) FROM documents_incoming d WHERE d.agency_id = $1 AND d.id = $2 AND (d.submitted_person = $3 OR EXISTS (
		SELECT 1 FROM documents_lines l WHERE l.agency_id = d.agency_id AND l.incoming_id = d.id AND l.state <> 'recalled' AND l.role = 'lead' AND l.holder_person = $3))`)
	sqlOutgoingRight = store.SQL(`SELECT CAST(count(*) AS BIGINT) FROM documents_outgoing o WHERE o.agency_id = $1 AND ` + outgoingByRight + ` AND o.id = $7`)
	sqlIncomingRight = store.SQL(`SELECT CAST(count(*) AS BIGINT) FROM documents_incoming d WHERE d.agency_id = $1 AND d.id = $2 AND ` + incomingByRight)
)

// ownsAccess lets through those to whom the rights and the reading of a document are shown: who drafted it, has it in hand, signs it or leads its handling,
// the registry, the head, and the archivist. NotFound for who does not see the document, Forbidden for who sees it only.
func ownsAccess(ctx context.Context, r store.Reader, a store.Actor, ref string) (kind string, id int64, err error) {
	if kind, id, err = ParseRef(ref); err == nil {
		err = owners[kind].sees(ctx, r, a, id)
	}
	if err != nil || a.Roles.Has(store.Clerk|store.Head|store.Archivist) {
		return kind, id, err
	}
	owns := 0
	switch kind {
	case "outgoing":
		owns, err = store.One[int](ctx, r, sqlOwnsOutgoing, a.Agency, id, person(a))
	case "incoming":
		owns, err = store.One[int](ctx, r, sqlOwnsIncoming, a.Agency, id, person(a))
	}
	if err == nil && owns == 0 {
		err = store.Refuse(store.Forbidden, "Quyền và lượt xem của văn bản chỉ hiện với người soạn, người đang xử lý, người ký, văn thư, lưu trữ và người đứng đầu.")
	}
	return kind, id, err
}

// OwnsAccess tells whether the actor is shown the rights and the readings of a document.
func OwnsAccess(ctx context.Context, r store.Reader, a store.Actor, ref string) bool {
	_, _, err := ownsAccess(ctx, r, a, ref)
	return err == nil
}

// readsOnly tells whether the actor sees a document only because it was given to him to read: he may then do nothing with it. Who sees it by his post or by
// his part in the route, or was given it to work on, is not held.
func readsOnly(ctx context.Context, r store.Reader, a store.Actor, kind string, id int64) (bool, error) {
	level, err := grantLevel(ctx, r, a, kind, id)
	if err != nil || level != GrantRead {
		return false, err
	}
	n := 0
	if kind == "incoming" {
		bound := incomingBound(r, a)
		n, err = store.One[int](ctx, r, sqlIncomingRight, append([]any{a.Agency, id}, bound[:5]...)...)
	} else {
		var bound []any
		if bound, err = outgoingBound(ctx, r, a); err == nil {
			n, err = store.One[int](ctx, r, sqlOutgoingRight, append(bound[:6:6], id)...)
		}
	}
	return n == 0, err
}

func errReadsOnly() error {
	return store.Refuse(store.Forbidden, "Ông/Bà được cấp quyền xem văn bản này, chưa được cấp quyền cho ý kiến. Văn bản được giữ nguyên; nếu cần, hãy đề nghị văn thư cấp thêm quyền.")
}

// commentsOpen tells who may leave an opinion on any received document he sees: the registry, leaders and their assistants (D11.9), and who was given it to
// work on; not who was only given it to read.
func commentsOpen(ctx context.Context, r store.Reader, a store.Actor, id int64) (bool, error) {
	level, err := grantLevel(ctx, r, a, "incoming", id)
	if err != nil || level == GrantWork {
		return level == GrantWork, err
	}
	if level == GrantRead {
		held, err := readsOnly(ctx, r, a, "incoming", id)
		return !held && sight(a) > seesOwnLines, err
	}
	return sight(a) > seesOwnLines, nil
}
