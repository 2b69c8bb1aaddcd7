package documents

import (
	"context"
	"encoding/json"

	"congvu/internal/calendar"
	"congvu/internal/store"
)

// What of a document is evidence: its number, its dates, who signed it, whom it is for, and the hashes of its files. These change by acts only, and every
// act stands in the journal; so audit seals them as it reads it, and finds what was changed behind its back (T06).

type evidentOutgoing struct {
	TypeCode, TypeName, Subject, SignerName, SignerPosition, Notation, NumberText, DocumentID string
	IssuedDate                                                                                calendar.Date
	SignerPerson, RegisterID, Year, Number                                                    int64
	SignedUs, NumberedUs, IssuedUs                                                            store.Instant
}

type evidentIncoming struct {
	Source, Packet, SenderCode, SenderName, DocumentID, Number, Notation, TypeCode, TypeName, Subject, SignerName, SignerPosition, ContentSHA string
	IssuedDate, ArrivedDate                                                                                                                   calendar.Date
	ArrivedUs, RegisteredUs                                                                                                                   store.Instant
	Register, ArrivalYear, ArrivalNumber, RegisteredBy                                                                                        int64
}

type evidentNumber struct {
	RegisterID, Year, Number   int64
	Notation, Mark, MarkReason string
	IssuedDate                 calendar.Date
	AtUs                       store.Instant
}

type evidentFile struct {
	ID, Size         int64
	Name, SHA, Media string
	Main             bool
	Ordinal          int
}

type evidentReceiver struct {
	Ordinal, ReceiverAgency, ReceiverUnit int64
	Name, Role                            string
}

var (
	sqlEvidentOutgoing = store.SQL(`SELECT type_code, type_name, subject, signer_name, signer_position, notation, number_text, document_id, issued_date, signer_person,
		register_id, year, number, signed_us, numbered_us, issued_us FROM documents_outgoing WHERE agency_id = $1 AND id = $2 AND number > 0`)
	sqlEvidentIncoming = store.SQL(`SELECT source, packet, sender_code, sender_name, document_id, number, notation, type_code, type_name, subject, signer_name, signer_position,
		content_sha, issued_date, arrived_date, arrived_us, registered_us, register, arrival_year, arrival_number, registered_by
		FROM documents_incoming WHERE agency_id = $1 AND id = $2`)
	sqlEvidentNumbers = store.SQL(`SELECT register_id, year, number, notation, void_reason AS mark, draw_key AS mark_reason, issued_date, at_us
		FROM documents_numbers WHERE agency_id = $1 AND outgoing_id = $2 ORDER BY register_id, year, number`)
	sqlEvidentArrivals = store.SQL(`SELECT register AS register_id, year, number, '' AS notation, mark, mark_reason, '' AS issued_date, at_us
		FROM documents_arrival_numbers WHERE agency_id = $1 AND incoming_id = $2 ORDER BY register, year, number`)
	sqlEvidentFiles = store.SQL(`SELECT id, size, name, sha, media, main, ordinal FROM documents_files WHERE agency_id = $1 AND ref = $2 ORDER BY id`)
	sqlEvidentTo    = store.SQL(`SELECT ordinal, receiver_agency, receiver_unit, name, role FROM documents_receivers WHERE agency_id = $1 AND outgoing_id = $2 ORDER BY ordinal`)
)

// EvidentRows gives the evidential rows of a numbered or arrived document as one text, the same on both engines; ok = false when ref names none.
func EvidentRows(ctx context.Context, r store.Reader, agency int64, ref string) (text string, ok bool, err error) {
	kind, id, err := ParseRef(ref)
	if err != nil {
		return "", false, nil // what is no document has no such rows
	}
	var head, numbers, receivers any
	switch kind {
	case "outgoing":
		var o evidentOutgoing
		if o, ok, err = store.Maybe[evidentOutgoing](ctx, r, sqlEvidentOutgoing, agency, id); err != nil || !ok {
			return "", false, err
		}
		head = o
		if numbers, err = store.All[evidentNumber](ctx, r, sqlEvidentNumbers, agency, id); err != nil {
			return "", false, err
		}
		receivers, err = store.All[evidentReceiver](ctx, r, sqlEvidentTo, agency, id)
	case "incoming":
		var in evidentIncoming
		if in, ok, err = store.Maybe[evidentIncoming](ctx, r, sqlEvidentIncoming, agency, id); err != nil || !ok {
			return "", false, err
		}
		head = in
		numbers, err = store.All[evidentNumber](ctx, r, sqlEvidentArrivals, agency, id)
	default:
		return "", false, nil
	}
	if err != nil {
		return "", false, err
	}
	files, err := store.All[evidentFile](ctx, r, sqlEvidentFiles, agency, ref)
	if err != nil {
		return "", false, err
	}
	b, err := json.Marshal([]any{head, numbers, receivers, files})
	return string(b), true, err
}
