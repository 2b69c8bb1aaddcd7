package documents

import (
	"context"
	"encoding/json"
	"strings"

	"congvu/internal/store"
)

// The numbers come as one list, so that ten thousand rows are one statement.
var sqlMultiply = store.SQL(`INSERT INTO documents_incoming (agency_id, id, revision, state, stage, source, packet, sender_code, sender_agency, sender_name, sender_key, sender_fold, document_id, number, notation,
		number_key, notation_key, issued_date, issued_year, type_code, type_name, subject, signer_name, signer_position, urgency, due_date, page_amount,
		language, note, paper_received, arrived_us, arrived_date, verdict, verdict_reason, verdict_by, content_sha, warnings, response_for, reply_to, register,
		arrival_year, arrival_number, registered_us, registered_by, submitted_to, submitted_person, submitted_us, submitted_by, refused_us, refuse_ground,
		refuse_reason, handle_due, lead_name, reply_outgoing, result, done_us, twin_of, twin_decision, resend_of, search_text)
	SELECT CAST($1 AS BIGINT), CAST(n.value AS BIGINT), d.revision, d.state, d.stage, d.source, '', d.sender_code, d.sender_agency, d.sender_name, d.sender_key,
		d.sender_fold, '', n.value, d.notation, n.value, d.notation_key, d.issued_date, d.issued_year, d.type_code, d.type_name, d.subject, d.signer_name,
		d.signer_position, d.urgency, d.due_date, d.page_amount, d.language, d.note, d.paper_received, CAST($2 AS BIGINT) - CAST(n.value AS BIGINT),
		d.arrived_date, d.verdict, d.verdict_reason, d.verdict_by, d.content_sha, d.warnings, d.response_for, d.reply_to, d.register, d.arrival_year,
		CAST(n.value AS BIGINT), d.registered_us, d.registered_by, d.submitted_to, d.submitted_person, d.submitted_us, d.submitted_by, d.refused_us,
		d.refuse_ground, d.refuse_reason, d.handle_due, d.lead_name, d.reply_outgoing, d.result, d.done_us, d.twin_of, d.twin_decision, d.resend_of,
		d.search_text
	FROM documents_incoming AS d JOIN json_each(CAST($3 AS TEXT)) AS n ON TRUE WHERE d.agency_id = $4 AND d.id = $5`)

// sqlMultiplyNumbers gives the copies their lines in the register.
var sqlMultiplyNumbers = store.SQL(`INSERT INTO documents_arrival_numbers (agency_id, register, year, number, incoming_id, at_us, mark, mark_reason)
	SELECT CAST($1 AS BIGINT), n.register, n.year, CAST(v.value AS BIGINT), CAST(v.value AS BIGINT), n.at_us, n.mark, n.mark_reason
	FROM documents_arrival_numbers AS n JOIN json_each(CAST($2 AS TEXT)) AS v ON TRUE WHERE n.agency_id = $3 AND n.incoming_id = $4`)

// Multiply copies one registered document n times into an agency's register, under numbers from first on, older and older. It is the bulk path of
// measurements (congvu bench): the copies have no files, receipt lines or history, and nothing else ever calls it.
func Multiply(ctx context.Context, tx *store.Tx, of *Incoming, agency, first int64, n int) error {
	const most = 10_000
	for done := 0; done < n; {
		batch := make([]int64, 0, most)
		for ; len(batch) < most && done < n; done++ {
			batch = append(batch, first+int64(done))
		}
		list, err := json.Marshal(batch)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, sqlMultiply, agency, of.ArrivedAt, string(list), of.AgencyID, of.ID); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, sqlMultiplyNumbers, agency, string(list), of.AgencyID, of.ID); err != nil {
			return err
		}
	}
	return nil
}

// issuedColumns are those of a copy of an outgoing document, but for what makes it another one.
var issuedColumns = strings.NewReplacer("o.agency_id, o.id, ", "", ", o.number,", ",", ", o.document_id", "", ", o.at_us", "").Replace(outgoingColumns)

var sqlMultiplyIssued = store.SQL(`INSERT INTO documents_outgoing (agency_id, id, number, at_us, document_id, search_text, ` + strings.ReplaceAll(issuedColumns, "o.", "") + `)
	SELECT o.agency_id, CAST(n.value AS BIGINT), CASE WHEN o.number = 0 THEN 0 ELSE CAST(n.value AS BIGINT) END, o.at_us - CAST(n.value AS BIGINT), '', o.search_text, ` + issuedColumns + `
	FROM documents_outgoing AS o JOIN json_each(CAST($1 AS TEXT)) AS n ON TRUE WHERE o.agency_id = $2 AND o.id = $3`)

// MultiplyOutgoing copies one outgoing document n times within its agency, under identifiers (and, when it has one, numbers) from first on. Like Multiply it serves
// measurements and tests, and nothing else.
func MultiplyOutgoing(ctx context.Context, tx *store.Tx, of *Outgoing, first int64, n int) error {
	list := make([]int64, n)
	for i := range list {
		list[i] = first + int64(i)
	}
	_, err := tx.Exec(ctx, sqlMultiplyIssued, store.JSONOf(list), of.AgencyID, of.ID)
	return err
}
