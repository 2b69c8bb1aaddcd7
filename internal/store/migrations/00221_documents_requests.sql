-- +goose Up
-- What senders ask about documents they sent us (exchange.md §9): kept also after the document itself is destroyed (PL VI III.8c).
CREATE TABLE documents_requests (
  agency_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  incoming_id BIGINT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('give_back', 'recall', 'update', 'replace')),
  packet TEXT NOT NULL,
  sender_code TEXT NOT NULL,
  sender_name TEXT NOT NULL,
  document_id TEXT NOT NULL,
  number TEXT NOT NULL,
  notation TEXT NOT NULL,
  issued_date TEXT NOT NULL,
  reason TEXT NOT NULL,
  by_name TEXT NOT NULL,
  by_unit TEXT NOT NULL,
  change JSON NOT NULL,
  successor BIGINT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('open', 'pending', 'agreed', 'declined', 'void')),
  at_us BIGINT NOT NULL,
  decided_us BIGINT NOT NULL,
  decided_by BIGINT NOT NULL,
  decided_name TEXT NOT NULL,
  decision TEXT NOT NULL,
  automatic BOOLEAN NOT NULL,
  PRIMARY KEY (agency_id, id)
) /*STRICT*/;
CREATE UNIQUE INDEX documents_requests_packet ON documents_requests (agency_id, packet, kind, document_id);
CREATE INDEX documents_requests_document ON documents_requests (agency_id, incoming_id, id);
CREATE INDEX documents_requests_open ON documents_requests (agency_id, sender_code, document_id) WHERE state = 'open';

-- Documents that replace, amend or correct another, on both sides (NĐ 30/2020 art. 18.3).
CREATE TABLE documents_relations (
  agency_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('replace', 'amend', 'correct')),
  ref TEXT NOT NULL,
  title TEXT NOT NULL,
  target_ref TEXT NOT NULL,
  target_title TEXT NOT NULL,
  reason TEXT NOT NULL,
  in_force BOOLEAN NOT NULL,
  at_us BIGINT NOT NULL,
  person_id BIGINT NOT NULL,
  PRIMARY KEY (agency_id, id)
) /*STRICT*/;
CREATE UNIQUE INDEX documents_relations_pair ON documents_relations (agency_id, ref, target_ref);
CREATE INDEX documents_relations_target ON documents_relations (agency_id, target_ref);

ALTER TABLE documents_incoming ADD COLUMN pending_request TEXT NOT NULL DEFAULT '';
ALTER TABLE documents_incoming ADD COLUMN recalled_us BIGINT NOT NULL DEFAULT 0;
ALTER TABLE documents_incoming ADD COLUMN replaced_by BIGINT NOT NULL DEFAULT 0;
ALTER TABLE documents_outgoing ADD COLUMN recalled_us BIGINT NOT NULL DEFAULT 0;
ALTER TABLE documents_outgoing ADD COLUMN recall_reason TEXT NOT NULL DEFAULT '';
ALTER TABLE documents_outgoing ADD COLUMN recall_basis TEXT NOT NULL DEFAULT '';
ALTER TABLE documents_outgoing ADD COLUMN replaced_by BIGINT NOT NULL DEFAULT 0;
