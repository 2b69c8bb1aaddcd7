package exchange

import (
	"context"
	"iter"

	"congvu/internal/blob"
	"congvu/internal/store"
)

// The closed book of this room: each line has the state that its receipts prove, and what one agency of this house sent another is what that one holds.
// What the followers have not heard of yet is no fault: only what is older than the last thing they handled is compared.

// proving are the codes that lead to a state of a line.
const proving = `CASE d.state WHEN 'arrived' THEN '01' WHEN 'refused' THEN '02' WHEN 'registered' THEN '03' WHEN 'assigned' THEN '04' WHEN 'in_progress' THEN '05' WHEN 'done' THEN '06'
	WHEN 'recalled' THEN '15' WHEN 'recall_declined' THEN '16' ELSE '' END`

var oddities = []struct {
	kind string
	stmt *store.Stmt
	text store.Message
}{
	{"exchange-state", store.SQL(`SELECT d.agency_id, 'delivery/' || d.id AS ref, d.title || ' → ' || d.receiver_name || ': ' || d.state AS what FROM exchange_deliveries d
		WHERE d.state IN ('arrived', 'refused', 'registered', 'assigned', 'in_progress', 'done', 'recalled', 'recall_declined')
			AND NOT EXISTS (SELECT 1 FROM exchange_answers a WHERE a.agency_id = d.agency_id AND a.delivery_id = d.id AND a.effect IN ('applied', 'applied_flagged') AND a.code = ` + proving + `)`),
		store.Say("Dòng gửi {what} ({ref}) không có biên nhận nào đưa tới trạng thái đó.")},
	{"exchange-state", store.SQL(`SELECT d.agency_id, 'delivery/' || d.id AS ref, d.title || ' → ' || d.receiver_name || ': ' || d.state AS what FROM exchange_deliveries d
		WHERE d.state IN ('not_sent', 'queued', 'on_exchange') AND d.sends > 0 AND EXISTS (SELECT 1 FROM exchange_answers a WHERE a.agency_id = d.agency_id AND a.delivery_id = d.id
			AND a.effect IN ('applied', 'applied_flagged') AND a.code IN ('01', '02', '03', '04', '05', '06'))`),
		store.Say("Dòng gửi {what} ({ref}) đã có biên nhận nhưng trạng thái vẫn như chưa có.")},
	{"exchange-hash", store.SQL(`SELECT a.agency_id, 'delivery/' || d.id AS ref, d.title || ' → ' || d.receiver_name || ', ' || a.code AS what FROM exchange_answers a
		JOIN exchange_deliveries d ON d.agency_id = a.agency_id AND d.id = a.delivery_id JOIN exchange_parcels p ON p.agency_id = d.agency_id AND p.id = d.parcel_id
		WHERE a.agreed AND a.sha <> '' AND a.sha <> p.sha AND d.channel = 'axis' AND a.effect IN ('applied', 'applied_flagged')`),
		store.Say("Biên nhận của {what} ({ref}) nêu mã băm khác gói tin đã gửi.")},
	{"exchange-line", store.SQL(`SELECT d.agency_id, 'delivery/' || d.id AS ref, d.title || ' → ' || d.receiver_name AS what FROM exchange_deliveries d
		LEFT JOIN documents_outgoing o ON o.agency_id = d.agency_id AND o.id = d.outgoing_id WHERE o.id IS NULL OR o.state <> 'issued' OR o.document_id <> d.document_id`),
		store.Say("Dòng gửi {what} ({ref}) không thuộc văn bản đã ban hành nào.")},
	{"exchange-answer", store.SQL(`SELECT a.agency_id, 'answer/' || a.id AS ref, a.peer_code || ' ' || a.code || ' ' || a.document_id AS what FROM exchange_answers a
		LEFT JOIN exchange_deliveries d ON d.agency_id = a.agency_id AND d.id = a.delivery_id WHERE a.delivery_id <> 0 AND d.id IS NULL`),
		store.Say("Biên nhận {what} ({ref}) không thuộc dòng gửi nào.")},
	{"exchange-arrival", store.SQL(`SELECT p.agency_id, p.ref, p.parcel AS what FROM exchange_parcels p
		LEFT JOIN documents_incoming d ON d.agency_id = p.agency_id AND d.id = CASE WHEN p.ref LIKE 'incoming/%' THEN CAST(substr(p.ref, 10) AS BIGINT) ELSE 0 END
		WHERE p.direction = 'in' AND p.state = 'opened' AND p.ref LIKE 'incoming/%' AND d.id IS NULL`),
		store.Say("Gói tin {what} đã mở không còn văn bản đến {ref}.")},
	{"exchange-arrival", store.SQL(`SELECT d.agency_id, 'incoming/' || d.id AS ref, d.packet AS what FROM documents_incoming d WHERE d.source = 'exchange' AND d.packet <> ''
		AND NOT EXISTS (SELECT 1 FROM exchange_parcels p WHERE p.agency_id = d.agency_id AND p.ref = 'incoming/' || d.id AND p.direction = 'in' AND p.state IN ('opened', 'suspected'))`),
		store.Say("Văn bản đến {ref} nhận qua liên thông nhưng không có gói tin {what}.")},
	// What came from an agency of this house is what that agency packed.
	{"exchange-sender", store.SQL(`SELECT d.agency_id, 'incoming/' || d.id AS ref, d.sender_name || ', ' || d.document_id AS what FROM documents_incoming d
		JOIN org_agencies s ON s.id = d.sender_agency AND s.hosted
		JOIN exchange_parcels i ON i.agency_id = d.agency_id AND i.ref = 'incoming/' || d.id AND i.direction = 'in' AND i.state = 'opened'
		WHERE d.packet LIKE 'axis:%' AND NOT EXISTS (SELECT 1 FROM documents_outgoing o JOIN exchange_parcels p ON p.agency_id = o.agency_id AND p.ref = 'outgoing/' || o.id AND p.direction = 'out'
			WHERE o.document_id = i.document_id AND o.agency_id = d.sender_agency AND p.sha = i.sha)`),
		store.Say("Văn bản đến {ref} của {what}: cơ quan gửi trong hệ thống này không có gói tin như vậy.")},
}

var (
	// A line that its receiver in this house acknowledged stands at that receiver: as a document, or in quarantine.
	sqlCheckHeld = store.SQL(`SELECT d.agency_id, 'delivery/' || d.id AS ref, d.title || ' → ' || d.receiver_name || ': ' || d.state AS what FROM exchange_deliveries d
		JOIN exchange_parcels o ON o.agency_id = d.agency_id AND o.id = d.parcel_id
		JOIN org_agencies r ON r.id = d.receiver_id AND r.hosted AND r.state = 'active'
		WHERE d.channel = 'axis' AND d.arrived_us > 0 AND d.arrived_us < $1 AND d.state NOT IN ('cancelled', 'failed')
			AND NOT EXISTS (SELECT 1 FROM exchange_parcels i WHERE i.agency_id = d.receiver_id AND i.direction = 'in' AND i.sender_code = o.sender_code
				AND i.parcel = o.parcel || '/' || d.receiver_code AND i.sha = o.sha)
			AND NOT EXISTS (SELECT 1 FROM exchange_quarantine q WHERE q.peer_code = o.sender_code AND q.parcel = o.parcel || '/' || d.receiver_code)`)
	// Who registered or refused a received document owes its sender the status.
	sqlCheckOwed = store.SQL(`SELECT d.agency_id, 'incoming/' || d.id AS ref, CASE WHEN d.state = 'refused' THEN '02' ELSE '03' END AS what FROM documents_incoming d
		WHERE d.source = 'exchange' AND d.packet <> '' AND (d.state = 'refused' AND d.refused_us < $1 OR d.arrival_number > 0 AND d.registered_us < $1)
			AND EXISTS (SELECT 1 FROM exchange_parcels p WHERE p.agency_id = d.agency_id AND p.ref = 'incoming/' || d.id AND p.direction = 'in' AND p.state = 'opened')
			AND NOT EXISTS (SELECT 1 FROM exchange_statuses s WHERE s.agency_id = d.agency_id AND s.receipt = 'incoming/' || d.id AND s.code = CASE WHEN d.state = 'refused' THEN '02' ELSE '03' END)`)
	// What was issued to agencies has its lines.
	sqlCheckUnsent = store.SQL(`SELECT o.agency_id, 'outgoing/' || o.id AS ref, o.number_text AS what FROM documents_outgoing o
		WHERE o.state = 'issued' AND o.document_id <> '' AND o.issued_us < $1 AND EXISTS (SELECT 1 FROM documents_receivers r WHERE r.agency_id = o.agency_id AND r.outgoing_id = o.id
				AND r.receiver_agency <> 0 AND r.receiver_agency <> o.agency_id)
			AND NOT EXISTS (SELECT 1 FROM exchange_deliveries d WHERE d.agency_id = o.agency_id AND d.outgoing_id = o.id)`)
	sqlCheckPacked = store.SQL(`SELECT agency_id, 'answer/' || id AS ref, raw AS stored FROM exchange_answers WHERE raw LIKE '=z1:%'
		UNION ALL SELECT agency_id, receipt || ' ' || code AS ref, raw AS stored FROM exchange_statuses WHERE raw LIKE '=z1:%'`)
	sqlCheckLeft = store.SQL(`SELECT p.agency_id, p.ref, p.parcel AS what FROM exchange_parcels p
		JOIN documents_incoming d ON d.agency_id = p.agency_id AND p.ref = 'incoming/' || d.id
		WHERE d.state = 'recalled' AND d.recalled_us < $1 AND p.direction = 'in' AND p.destroyed_us = 0`)
)

// Check looks whether what this room keeps agrees with itself, with the documents and, within this house, on both sides.
func Check(ctx context.Context, r store.Reader, f *store.Findings) error {
	until, err := store.HeardUntil(ctx, r, Follower)
	if err != nil {
		return err
	}
	for _, o := range oddities {
		if err := f.Faults(ctx, r, o.kind, o.stmt, o.text); err != nil {
			return err
		}
	}
	if err := f.Faults(ctx, r, "exchange-receipt", sqlCheckHeld, store.Say("Dòng gửi {what} ({ref}) đã có biên nhận nhưng nơi nhận trong hệ thống này không có gói tin đó."), until); err != nil {
		return err
	}
	if err := f.Faults(ctx, r, "exchange-owed", sqlCheckOwed, store.Say("Văn bản đến {ref} chưa có trạng thái {what} để trả cơ quan gửi."), until); err != nil {
		return err
	}
	if err := f.Faults(ctx, r, "exchange-unsent", sqlCheckUnsent, store.Say("Văn bản đã ban hành {what} ({ref}) không có dòng gửi nào cho nơi nhận."), until); err != nil {
		return err
	}
	if err := f.Packed(ctx, r, sqlCheckPacked, store.Say("Biên nhận {ref} được lưu ở dạng nén và không mở lại được.")); err != nil {
		return err
	}
	return f.Faults(ctx, r, "exchange-left", sqlCheckLeft, store.Say("Gói tin {what} của văn bản đã thu hồi {ref} chưa được hủy."), until)
}

var namers = []struct {
	place string
	stmt  *store.Stmt
}{
	{"exchange_parcels", store.SQL(`SELECT agency_id, ref, sha, size FROM exchange_parcels WHERE sha <> '' AND destroyed_us = 0`)},
	{"exchange_quarantine", store.SQL(`SELECT agency_id, 'quarantine/' || id AS ref, sha, size FROM exchange_quarantine WHERE sha <> ''`)},
	{"exchange_waiting", store.SQL(`SELECT agency_id, 'waiting/' || id AS ref, sha, -1 AS size FROM exchange_waiting WHERE sha <> ''`)},
}

// NamedFiles gives every file that a row of this room names.
func NamedFiles(ctx context.Context, r store.Reader) iter.Seq2[blob.Named, error] {
	type row struct {
		AgencyID int64
		Ref      string
		SHA      string
		Size     int64
	}
	return func(yield func(blob.Named, error) bool) {
		for _, n := range namers {
			for x, err := range store.Each[row](ctx, r, n.stmt) {
				if !yield(blob.Named{Place: n.place, AgencyID: x.AgencyID, Ref: x.Ref, SHA: x.SHA, Size: x.Size}, err) || err != nil {
					return
				}
			}
		}
	}
}
