package documents

// The incoming half keeps documents_incoming (one row a received document), documents_lines (one row a receiving unit or person),
// documents_directions (bút phê, append-only) and documents_arrival_numbers (the rows of the register, never deleted).
//
// States of a document: arrived → registered → assigned → in_progress → done; refused; recalled. in_route.go holds the tables of
// exchange.md §12 and documents.md §11. A document that is linked to its twin follows the twin's states without a number of its own.
//
// documents_texts holds what was read from kept files, by content (texts.go); reading*.go proposes fields from it.
//
// Settings: documents.several_leads (yes|no, default no: one lead a direction, D11.3); documents.answer_refused (yes|no, default yes: a request about a
// refused document is agreed to at once, X12.3).
//
// Limits: opinions and results 4000 characters, reasons 10 to 1000, 100 targets a direction.
//
// Journal: document.arrived, document.entered, document.registered, document.linked, document.registration_cancelled, document.refused,
// document.submitted_to_leader, document.returned_to_registry, document.directed, document.forwarded,
// document.started, document.line_started, document.commented, document.line_recalled, document.line_completed,
// document.completed, document.transcribed; of requests of senders and what replaces what (recall_*.go: documents_requests, documents_relations): document.request_received,
// document.request_agreed, document.request_declined, document.request_answered, document.request_overdue, document.recalled, document.updated,
// document.taken_over, document.parts_carried, document.handed_over (closing_take.go),
// document.replaced, document.recall_ordered, document.copied, document.digitised (copy_*.go: documents_copies), document.related, document.superseded; a line given back is document.returned, as with drafts
